//! Meetings, as they are listed and searched for.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_core::Timestamp;
use zqos_query::{Archive, QueryError, quoted};

use crate::cells::{Cells, Read, each};
use crate::eyes::Eyes;
use crate::joins::{JudgedJoin, joins_where};
use crate::number;
use crate::question::LONGEST;
use crate::share::{Minutes, ShareOf};

/// How many of those who had the most poor minutes are told of a meeting.
const SUFFERED: usize = 3;

/// A meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeetingRow {
    /// The account.
    pub account: String,
    /// The meeting, by UUID.
    pub meeting_uuid: String,
    /// Its number.
    pub meeting_id: Option<i64>,
    /// `meeting` or `webinar`.
    pub kind: Option<String>,
    /// The topic.
    pub topic: Option<String>,
    /// Who hosted it.
    pub host: Option<String>,
    /// The host's e-mail address.
    pub host_email: Option<String>,
    /// When it began.
    #[serde(serialize_with = "crate::rfc_3339_or_null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start: Option<Timestamp>,
    /// When it ended.
    #[serde(serialize_with = "crate::rfc_3339_or_null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end: Option<Timestamp>,
    /// How many took part, by Zoom's count.
    pub participants: Option<u32>,
    /// Joins with a verdict on their audio.
    pub joins: u32,
    /// Their judged minutes.
    pub minutes: u64,
    /// Poor and bad ones among them.
    pub poor_minutes: u64,
    /// Their share.
    pub share: Option<ShareOf>,
    /// The verdict on the meeting's audio; `unclassified` where there is none.
    pub verdict: String,
    /// Why there is none.
    pub reason: Option<String>,
    /// How long somebody's longest poor stretch was, in minutes.
    pub longest_poor_minutes: Option<u32>,
    /// Who had the most poor minutes, at most three.
    pub suffered: Vec<Suffered>,
}

/// Somebody with poor minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suffered {
    /// The join.
    pub user_id: String,
    /// The name that was shown.
    pub name: Option<String>,
    /// Poor and bad minutes.
    pub poor_minutes: u32,
    /// Judged ones.
    pub minutes: u32,
}

/// Reads the meetings that began in a range, by their start. `joins` are those of the same range, and may be of
/// a longer one.
///
/// **Errors**: those of [`Archive::query`].
pub async fn meetings(
    archive: &Archive,
    accounts: &[String],
    range: &Range<Timestamp>,
    joins: &[JudgedJoin],
    eyes: Eyes,
) -> Result<Vec<MeetingRow>, QueryError> {
    meetings_where(archive, accounts, range, joins, eyes, None).await
}

/// Reads how one meeting is listed, which began at the start of a range and ended with it; `None` if there is none.
///
/// **Errors**: those of [`Archive::query`].
pub async fn meeting_row(
    archive: &Archive,
    accounts: &[String],
    uuid: &str,
    range: &Range<Timestamp>,
    eyes: Eyes,
) -> Result<Option<MeetingRow>, QueryError> {
    // Whoever waited for it had joined before.
    let long = range.start.saturating_sub(LONGEST)..range.end;
    let joins = joins_where(archive, accounts, &long, "audio", eyes, Some(uuid)).await?;
    let began = range.start..range.start.saturating_add(Duration::from_millis(1));
    let rows = meetings_where(archive, accounts, &began, &joins, eyes, Some(uuid)).await?;
    Ok(rows.into_iter().next())
}

async fn meetings_where(
    archive: &Archive,
    accounts: &[String],
    range: &Range<Timestamp>,
    joins: &[JudgedJoin],
    eyes: Eyes,
    meeting: Option<&str>,
) -> Result<Vec<MeetingRow>, QueryError> {
    let accounts = accounts.iter().map(|account| quoted(account)).collect::<Vec<_>>().join(", ");
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let Range { start, end } = range;
    // Of both sides, so that neither reads more than the row groups that have it.
    let [of_meeting, of_verdicts] = ["m", "verdicts"].map(|table| match meeting {
        None => String::new(),
        Some(uuid) => format!(" AND {table}.meeting_uuid = {}", quoted(uuid)),
    });
    let sql = format!(
        "SELECT m.account, m.meeting_uuid, m.meeting_id, m.kind, m.topic, m.host, m.host_email, m.start_time, \
           m.end_time, m.participant_count, v.verdict, v.reason, v.longest_poor_minutes \
         FROM meetings m LEFT JOIN (SELECT * FROM verdicts WHERE medium = 'audio' AND user_id = '*'{of_verdicts}) v \
           ON v.account = m.account AND v.meeting_uuid = m.meeting_uuid \
         WHERE m.account IN ({accounts}) AND m.start_time >= TIMESTAMP '{start}' \
           AND m.start_time < TIMESTAMP '{end}'{of_meeting} \
         ORDER BY m.start_time, m.account, m.meeting_uuid"
    );
    let mut kinds = [Read::Text; 13];
    for whole in [2, 7, 8, 9, 12] {
        kinds[whole] = Read::Whole;
    }
    let mut by_meeting: HashMap<(&str, &str), Vec<&JudgedJoin>> = HashMap::new();
    for join in joins {
        by_meeting.entry((&*join.account, &*join.meeting_uuid)).or_default().push(join);
    }
    each(archive, &sql, &kinds, |cells: &Cells, row| {
        let text = |column| cells.owned(column, row);
        let personal = |column| text(column).filter(|_| eyes == Eyes::Open);
        let (account, meeting_uuid) = (text(0)?, text(1)?);
        let joins = by_meeting.get(&(account.as_str(), meeting_uuid.as_str()));
        let joins = joins.map_or(&[][..], Vec::as_slice);
        let mut minutes = Minutes::default();
        for join in joins {
            minutes.add_by_itself(join);
        }
        Some(MeetingRow {
            meeting_id: cells.whole(2, row),
            kind: text(3),
            topic: personal(4),
            host: personal(5),
            host_email: personal(6),
            start: cells.instant(7, row),
            end: cells.instant(8, row),
            participants: cells.count(9, row),
            joins: number(joins.len()),
            minutes: minutes.judged(),
            poor_minutes: minutes.poor(),
            share: minutes.share(),
            verdict: text(10).unwrap_or_else(|| "unclassified".to_owned()),
            reason: text(11),
            longest_poor_minutes: cells.count(12, row),
            suffered: suffered(joins),
            account,
            meeting_uuid,
        })
    })
    .await
}

/// Those with the most poor minutes.
fn suffered(joins: &[&JudgedJoin]) -> Vec<Suffered> {
    let mut joins: Vec<&&JudgedJoin> = joins.iter().filter(|join| join.poor_minutes > 0).collect();
    joins.sort_by(|one, other| {
        (other.poor_minutes, &one.user_id).cmp(&(one.poor_minutes, &other.user_id))
    });
    let told = joins.into_iter().take(SUFFERED).map(|join| Suffered {
        user_id: join.user_id.to_string(),
        name: join.name.as_ref().map(Arc::<str>::to_string),
        poor_minutes: join.poor_minutes,
        minutes: join.minutes,
    });
    told.collect()
}
