//! Meetings, as they are listed and searched for.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_core::table::WHOLE_MEETING;
use zqos_core::{Medium, Meeting, Timestamp};
use zqos_query::{Archive, Judged, QueryError, Which, quoted};

use crate::cells::{Cells, Read, each};
use crate::eyes::Eyes;
use crate::joins::JudgedJoin;
use crate::meeting::{Attendant, Attended};
use crate::number;
use crate::share::{Minutes, ShareOf};

/// How many of those who had the most poor minutes are told of a meeting.
const SUFFERED: usize = 3;
/// The verdict where there is no grade.
const UNCLASSIFIED: &str = "unclassified";

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

impl MeetingRow {
    /// A meeting of which nothing is known.
    fn new(account: &str, meeting_uuid: &str) -> Self {
        Self {
            account: account.to_owned(),
            meeting_uuid: meeting_uuid.to_owned(),
            meeting_id: None,
            kind: None,
            topic: None,
            host: None,
            host_email: None,
            start: None,
            end: None,
            participants: None,
            joins: 0,
            minutes: 0,
            poor_minutes: 0,
            share: None,
            verdict: UNCLASSIFIED.to_owned(),
            reason: None,
            longest_poor_minutes: None,
            suffered: Vec::new(),
        }
    }

    /// The same, with what was found of who took part.
    fn with(self, joins: &[&JudgedJoin]) -> Self {
        let mut minutes = Minutes::default();
        for join in joins {
            minutes.add_by_itself(join);
        }
        Self {
            joins: number(joins.len()),
            minutes: minutes.judged(),
            poor_minutes: minutes.poor(),
            share: minutes.share(),
            suffered: suffered(joins),
            ..self
        }
    }
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
    let accounts = accounts.iter().map(|account| quoted(account)).collect::<Vec<_>>().join(", ");
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let Range { start, end } = range;
    let sql = format!(
        "SELECT m.account, m.meeting_uuid, m.meeting_id, m.kind, m.topic, m.host, m.host_email, m.start_time, \
           m.end_time, m.participant_count, v.verdict, v.reason, v.longest_poor_minutes \
         FROM meetings m LEFT JOIN (SELECT * FROM verdicts WHERE medium = 'audio' AND user_id = '*') v \
           ON v.account = m.account AND v.meeting_uuid = m.meeting_uuid \
         WHERE m.account IN ({accounts}) AND m.start_time >= TIMESTAMP '{start}' \
           AND m.start_time < TIMESTAMP '{end}' \
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
        let (account, meeting_uuid) = (cells.text(0, row)?, cells.text(1, row)?);
        let joins = by_meeting.get(&(account, meeting_uuid));
        let joins = joins.map_or(&[][..], Vec::as_slice);
        let row = MeetingRow {
            meeting_id: cells.whole(2, row),
            kind: text(3),
            topic: personal(4),
            host: personal(5),
            host_email: personal(6),
            start: cells.instant(7, row),
            end: cells.instant(8, row),
            participants: cells.count(9, row),
            verdict: text(10).unwrap_or_else(|| UNCLASSIFIED.to_owned()),
            reason: text(11),
            longest_poor_minutes: cells.count(12, row),
            ..MeetingRow::new(account, meeting_uuid)
        };
        Some(row.with(joins))
    })
    .await
}

/// Reads what was found of the audio of a meeting and of everybody in it, for [`meeting_row`]; `range` is the
/// meeting's.
///
/// **Errors**: those of [`Archive::query`].
pub async fn audio_verdicts(
    archive: &Archive,
    account: &str,
    meeting: &Meeting,
    range: Range<Timestamp>,
) -> Result<Vec<Judged>, QueryError> {
    let which = Which {
        accounts: vec![account.to_owned()],
        range,
        meetings: Some(vec![meeting.uuid.as_str().to_owned()]),
        joins: None,
    };
    archive.verdicts(&which, Medium::Audio).await
}

/// How one meeting is listed, of which it is known who took part, and how that went.
pub fn meeting_row(
    account: &str,
    meeting: &Meeting,
    verdicts: &[Judged],
    attended: &Attended,
    eyes: Eyes,
) -> MeetingRow {
    let mut of: HashMap<&str, &Judged> =
        verdicts.iter().map(|verdict| (&*verdict.user_id, verdict)).collect();
    let whole = of.remove(WHOLE_MEETING);
    let joins: Vec<JudgedJoin> = (attended.participants.iter())
        .filter_map(|who| judged_join(account, meeting, who, of.get(&*who.user_id)?))
        .collect();
    let personal = |text: &Option<String>| text.clone().filter(|_| eyes == Eyes::Open);
    let row = MeetingRow {
        meeting_id: meeting.number.and_then(|number| i64::try_from(number).ok()),
        kind: meeting.is_webinar.map(|is| if is { "webinar" } else { "meeting" }.to_owned()),
        topic: personal(&meeting.topic),
        host: personal(&meeting.host),
        host_email: personal(&meeting.host_email),
        start: meeting.start,
        end: meeting.end,
        participants: meeting.participant_count,
        verdict: whole.map_or(UNCLASSIFIED, |whole| &whole.verdict).to_owned(),
        reason: whole.and_then(|whole| whole.reason.clone()),
        longest_poor_minutes: whole.and_then(|whole| whole.longest_poor_minutes),
        ..MeetingRow::new(account, meeting.uuid.as_str())
    };
    row.with(&joins.iter().collect::<Vec<_>>())
}

/// A join of a meeting with the verdict on its audio; `None` if it has no grade.
fn judged_join(
    account: &str,
    meeting: &Meeting,
    who: &Attendant,
    verdict: &Judged,
) -> Option<JudgedJoin> {
    if verdict.verdict == UNCLASSIFIED {
        return None;
    }
    let shared = |text: &Option<String>| text.as_deref().map(Arc::from);
    Some(JudgedJoin {
        account: account.into(),
        meeting_uuid: meeting.uuid.as_str().into(),
        user_id: who.user_id.as_str().into(),
        person: shared(&who.person),
        name: shared(&who.name),
        start: who.join?,
        site: shared(&who.site),
        network_type: shared(&who.network_type),
        data_center: shared(&who.data_center),
        version: shared(&who.version),
        location: shared(&who.location),
        is_poor: matches!(&*verdict.verdict, "poor" | "bad"),
        minutes: verdict.minutes,
        poor_minutes: verdict.poor_minutes,
    })
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
