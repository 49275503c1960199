//! What a range of days has, and what it lacks.

use std::collections::BTreeMap;
use std::ops::Range;

use zqos_core::{Coverage, Meeting, Origin, Timestamp};
use zqos_store::Known;

use crate::owed::{self, Calls, ListKind};
use crate::pushed::Savings;
use crate::tally::Why;

/// What is known of the meetings that began in a range.
///
/// What was fetched live is not counted; nor what was pushed of a meeting before its participants were listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Meetings and webinars that have ended.
    pub meetings: u32,
    /// Those of them that are complete, by past reports or by push.
    pub complete: u32,
    /// Those of which Zoom has nothing more, by why.
    pub not_obtainable: BTreeMap<Why, u32>,
    /// Joins that there were, as far as known, and those that came by their report or by push.
    pub participants: (u32, u32),
    /// Whole minutes within joins, and those of them that came.
    pub minutes: (u32, u32),
    /// Those of them that past reports had.
    pub rest_minutes: u32,
    /// Those of them that were pushed; a minute may have come both ways.
    pub pushed_minutes: u32,
    /// Meetings whose reports were not asked for, but those of joins that push lacked, and how many calls that saved.
    pub saved: Savings,
    /// Meetings of which push has delivered a part; the rest is owed by reports.
    pub pushed_in_part: u32,
    /// Rows of answers that could not be read, or not wholly.
    pub invalid: u32,
    /// Calls by purpose, and how many of them failed: of the UTC days that the range touches.
    pub calls: BTreeMap<String, (u32, u32)>,
    /// UTC days of which no list of meetings was walked to its end, by their first instants.
    pub unlisted: Vec<Timestamp>,
    /// UTC days whose list may grow still.
    pub open: Vec<Timestamp>,
    /// What is missing and can be had, or could have been.
    pub holes: Vec<Hole>,
}

/// Something of a meeting that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hole {
    /// The meeting.
    pub meeting: Meeting,
    /// Why; `None` when it was not fetched yet.
    pub why: Option<Why>,
    /// How many joins lack their report; `None` when that is not known.
    pub joins: Option<u32>,
    /// How many minutes reports lack; `None` when that is not known.
    pub minutes: Option<u32>,
    /// Until when it can be had. `None`: Zoom's word is that it is gone.
    pub until: Option<Timestamp>,
}

/// How long Zoom has reports, in days. **Source**: error 12702.
const KEPT_DAYS: u64 = 365;

impl Status {
    /// What is known at `now` of a range.
    pub fn of(known: &Known, range: &Range<Timestamp>, now: Timestamp) -> Self {
        let mut status = Self::default();
        let coverage = owed::past_coverage(known);
        let pushed = owed::coverage_by(known, Origin::Qss);
        for meeting in &known.meetings {
            let Some((start, _)) = owed::times_in(meeting, range) else { continue };
            status.meetings += 1;
            let forgotten = forgotten_at(start);
            let of_push = pushed.get(&meeting.uuid);
            status.pushed_minutes += of_push.and_then(|of_it| of_it.got_minutes).unwrap_or(0);
            status.pushed_in_part += u32::from(of_push.is_some_and(|of_it| !of_it.is_complete()));
            let Some(of_it) = coverage.get(&meeting.uuid) else {
                let joins = meeting.participant_count;
                status.participants.0 += joins.unwrap_or(0);
                let until = Some(forgotten);
                let meeting = meeting.clone();
                status.holes.push(Hole { meeting, why: None, joins, minutes: None, until });
                continue;
            };
            let why: Option<Why> = of_it.why.as_deref().and_then(|why| why.parse().ok());
            status.invalid += of_it.invalid.unwrap_or(0);
            if why != Some(Why::OneParticipant) {
                status.count(of_it, why == Some(Why::Pushed));
            }
            match why {
                None => status.complete += 1,
                Some(Why::Pushed) => {
                    status.complete += 1;
                    status.saved.meetings += 1;
                    let reports = Calls::of(of_it.expected.unwrap_or(1)).reports;
                    let reports = u32::try_from(reports).unwrap_or(u32::MAX);
                    status.saved.calls += reports.saturating_sub(of_it.got);
                }
                Some(why) if why.is_not_obtainable() => {
                    *status.not_obtainable.entry(why).or_default() += 1;
                }
                Some(why) => status.holes.push(Hole {
                    meeting: meeting.clone(),
                    why: Some(why),
                    joins: of_it.missing.filter(|_| why == Why::Incomplete),
                    minutes: (of_it.expected_minutes.zip(of_it.got_minutes))
                        .map(|(expected, got)| expected.saturating_sub(got))
                        .filter(|_| why == Why::Incomplete),
                    until: if why == Why::TooOld { None } else { Some(forgotten) },
                }),
            }
        }
        let days = owed::days(range);
        for call in known.calls.iter().filter(|call| days.contains(&call.day)) {
            let (calls, failed) = status.calls.entry(call.purpose.clone()).or_default();
            *calls += call.calls;
            *failed += call.failed;
        }
        for day in days.into_iter().filter(|day| *day <= now) {
            let list = (known.listings.iter())
                .find(|list| list.day == day && list.kind == ListKind::Meetings.name());
            match list {
                None => status.unlisted.push(day),
                Some(list) if owed::is_final(list) => {}
                Some(_) => status.open.push(day),
            }
        }
        status
    }

    /// Counts joins and minutes of a meeting; all of one that was left to push has come.
    fn count(&mut self, came: &Coverage, was_pushed: bool) {
        let (joins, minutes) = (came.expected.unwrap_or(0), came.expected_minutes.unwrap_or(0));
        let reported = came.got_minutes.unwrap_or(0);
        self.rest_minutes += reported;
        self.participants.0 += joins;
        self.participants.1 += if was_pushed { joins } else { came.got };
        self.minutes.0 += minutes;
        self.minutes.1 += if was_pushed { minutes } else { reported };
    }

    /// Adds what is known of a later range, which has no UTC day in common with this one.
    pub fn append(&mut self, later: Self) {
        self.meetings += later.meetings;
        self.complete += later.complete;
        for (why, count) in later.not_obtainable {
            *self.not_obtainable.entry(why).or_default() += count;
        }
        self.participants.0 += later.participants.0;
        self.participants.1 += later.participants.1;
        self.minutes.0 += later.minutes.0;
        self.minutes.1 += later.minutes.1;
        self.rest_minutes += later.rest_minutes;
        self.pushed_minutes += later.pushed_minutes;
        self.pushed_in_part += later.pushed_in_part;
        self.saved.meetings += later.saved.meetings;
        self.saved.calls += later.saved.calls;
        self.invalid += later.invalid;
        for (purpose, (calls, failed)) in later.calls {
            let of_purpose = self.calls.entry(purpose).or_default();
            of_purpose.0 += calls;
            of_purpose.1 += failed;
        }
        self.unlisted.extend(later.unlisted);
        self.open.extend(later.open);
        self.holes.extend(later.holes);
    }

    /// Nothing is missing that can be had, or could have been, and all that came could be read.
    pub fn is_complete(&self) -> bool {
        self.holes.is_empty() && self.unlisted.is_empty() && self.invalid == 0
    }
}

/// When Zoom forgets the report of a meeting that began at `start`.
fn forgotten_at(start: Timestamp) -> Timestamp {
    let days = std::time::Duration::from_secs(KEPT_DAYS * 86_400);
    start.saturating_add(days)
}
