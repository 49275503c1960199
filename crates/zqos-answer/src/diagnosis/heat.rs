//! Participants × minutes.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_context::Context;
use zqos_core::Timestamp;
use zqos_quality::cause::{Diagnosis, Tally};
use zqos_quality::{Attendance, Grade, Judge, Session, Verdict};

use super::case::{Attended, Case};
use crate::question::{About, Question};

/// A participant of a meeting, minute by minute.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Row {
    /// The join.
    pub user_id: String,
    /// Who it is; `None` where nobody can be told apart.
    pub person: Option<String>,
    /// The name that was shown, else that of the people file.
    pub name: Option<String>,
    /// By the people file.
    pub is_vip: bool,
    /// Minutes with a verdict.
    pub judged: u32,
    /// Poor and bad ones among them.
    pub poor: u32,
    /// A letter for each minute from the beginning on: `g`ood, `f`air, `p`oor, `b`ad, `u`nclassified,
    /// `-` for what was not measured.
    pub strip: String,
}

/// The sessions of the joins of a meeting.
pub(super) fn sessions<'c, const ALL: bool>(
    joins: &[&'c Attended<ALL>],
    judge: Judge,
) -> Vec<[Session; 3]> {
    let attendances: Vec<Attendance<'c>> = joins
        .iter()
        .map(|join| Attendance {
            participant: &join.report.participant,
            samples: &join.report.samples.streams,
        })
        .collect();
    judge.meeting(&attendances)
}

/// Everybody in a meeting, minute by minute; those with the most poor minutes first.
pub(super) fn rows<const ALL: bool>(
    case: &Case<ALL>,
    meeting: &str,
    context: &Context,
    judge: Judge,
    question: &Question,
    diagnosis: &Diagnosis,
) -> Vec<Row> {
    let joins: Vec<&Attended<ALL>> =
        case.joins.iter().filter(|join| join.report.meeting_uuid == meeting).collect();
    let sessions = sessions(&joins, judge);
    let is_shown = |join: &Attended<ALL>| match &question.about {
        About::Meeting { person: Some(who), .. } => join.person.as_deref() == Some(&who.key),
        _ => true,
    };
    let known = |join: &Attended<ALL>| {
        join.person.as_deref().and_then(|key| context.people.as_ref()?.of(key))
    };
    let of_meeting = diagnosis.tallies.iter().filter(|tally| tally.meeting_uuid == meeting);
    let tallies: BTreeMap<&str, &Tally> =
        of_meeting.map(|tally| (tally.user_id.as_str(), tally)).collect();
    let mut rows: Vec<Row> = joins
        .iter()
        .zip(&sessions)
        .filter(|(join, _)| is_shown(join))
        .map(|(join, media)| {
            let user = join.report.participant.id.as_str();
            let tally = tallies.get(user);
            Row {
                user_id: user.to_owned(),
                person: join.person.clone(),
                name: join
                    .report
                    .participant
                    .user_name
                    .clone()
                    .or_else(|| known(join).and_then(|person| person.name.clone())),
                is_vip: known(join).is_some_and(|person| person.is_vip),
                judged: tally.map_or(0, |tally| tally.judged),
                poor: tally.map_or(0, |tally| tally.poor),
                strip: strip(media, &question.range),
            }
        })
        .collect();
    rows.sort_by(|one, other| {
        (other.poor, &one.name, &one.user_id).cmp(&(one.poor, &other.name, &other.user_id))
    });
    rows
}

/// A letter for each minute of a range: the worst of all media.
pub(crate) fn strip(media: &[Session], range: &Range<Timestamp>) -> String {
    const MINUTE_MS: i64 = 60_000;
    /// No meeting is longer; of what is longer the beginning is told.
    const MOST: i64 = 30 * 60 + 1;
    let first = range.start.unix_millis().div_euclid(MINUTE_MS);
    let last = range.end.unix_millis().saturating_sub(1).div_euclid(MINUTE_MS);
    let count = usize::try_from((last - first + 1).clamp(0, MOST)).unwrap_or(0);
    let mut minutes: Vec<Option<Verdict>> = vec![None; count];
    for minute in media.iter().flat_map(Session::minutes) {
        let place = minute.start.unix_millis().div_euclid(MINUTE_MS) - first;
        let place = usize::try_from(place).ok().and_then(|place| minutes.get_mut(place));
        if let Some(place) = place {
            let verdict = minute.verdict.typical;
            *place = Some(place.map_or(verdict, |other| other.and(verdict)));
        }
    }
    let letter = |verdict: Option<Verdict>| match verdict {
        None => '-',
        Some(Verdict::Unclassified(_)) => 'u',
        Some(Verdict::Graded(Grade::Good)) => 'g',
        Some(Verdict::Graded(Grade::Fair)) => 'f',
        Some(Verdict::Graded(Grade::Poor)) => 'p',
        Some(Verdict::Graded(Grade::Bad)) => 'b',
    };
    minutes.into_iter().map(letter).collect()
}
