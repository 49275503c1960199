//! What is to be fetched, and when: computed from what the store has.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::iter::Sum;
use std::ops::Range;
use std::time::Duration;

use zoom_wire::Operation;
use zqos_core::{Coverage, Listing, Meeting, MeetingUuid, Origin, Timestamp};
use zqos_store::Known;

use crate::tally::Why;

/// How long after its end a meeting's report is fetched first. **Source**: Zoom's help says that reports take
/// up to thirty minutes; before, they may lack minutes or joins.
pub const READY_AFTER: Duration = Duration::from_mins(30);
/// For how long after its end a report that is not there, or lacks something, is asked for again.
pub const RETRIED_FOR: Duration = Duration::from_hours(24);
/// How long after a UTC day a list of its meetings has all of them: those that began on it have ended, and
/// their reports are there. **Source**: Zoom ends every meeting after thirty hours.
pub const FINAL_AFTER: Duration = Duration::from_hours(48);
/// How soon a report is asked for again at the earliest, and at the latest.
const AGAIN: Range<Duration> = Duration::from_mins(10)..Duration::from_hours(4);
/// A day.
pub(crate) const DAY: Duration = Duration::from_hours(24);
/// The longest range of a list. **Source**: Zoom's lists take a month at most; the shortest has 28 days.
const LIST_DAYS: usize = 28;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ListKind {
    Meetings,
    /// Zoom lists them apart.
    OneParticipant,
    Webinars,
    /// Of Zoom Phone.
    Calls,
}

impl ListKind {
    /// Those that have meetings.
    pub(crate) const OF_MEETINGS: [Self; 3] =
        [Self::Meetings, Self::OneParticipant, Self::Webinars];

    /// As `system.listings` names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meetings => "meeting",
            Self::OneParticipant => "one-participant",
            Self::Webinars => "webinar",
            Self::Calls => "call",
        }
    }
}

/// A list that is to be walked over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwedList {
    pub(crate) kind: ListKind,
    /// The UTC days, by their first instants.
    pub(crate) days: Vec<Timestamp>,
}

/// A meeting of which participants and reports are to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwedMeeting {
    pub(crate) uuid: MeetingUuid,
    pub(crate) is_webinar: bool,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// How many took part, by the list.
    pub(crate) participants: u32,
}

impl OwedMeeting {
    /// Which one it is, and when it was. Clocks differ: minutes may lie somewhat outside.
    pub(crate) fn time(&self) -> (MeetingUuid, Range<Timestamp>) {
        const SLACK: Duration = Duration::from_mins(10);
        let time = self.start.saturating_sub(SLACK)..self.end.saturating_add(SLACK);
        (self.uuid.clone(), time)
    }
}

/// How many calls something takes at least, by what for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) participants: u64,
    pub(crate) reports: u64,
}

impl Calls {
    /// Those for a meeting of so many: 300 joins are on a page of participants, ten on one of reports. Who
    /// came twice is counted once by lists, so it may be more.
    pub(crate) fn of(joins: u32) -> Self {
        Self {
            participants: pages(&Operation::LIST_MEETING_PARTICIPANTS, joins.into()),
            reports: pages(&Operation::LIST_MEETING_PARTICIPANTS_QOS, joins.into()),
        }
    }

    /// All of them.
    pub(crate) const fn all(self) -> u64 {
        self.participants + self.reports
    }
}

/// How many pages so many rows take at least; there is one also without any.
pub(crate) fn pages(of: &Operation, rows: u64) -> u64 {
    let size = of.paging.map_or(1, |paging| paging.max_size);
    rows.max(1).div_ceil(size.into())
}

impl Sum for Calls {
    fn sum<I: Iterator<Item = Self>>(calls: I) -> Self {
        calls.fold(Self::default(), |sum, it| Self {
            participants: sum.participants + it.participants,
            reports: sum.reports + it.reports,
        })
    }
}

/// The first instants of the UTC days that a range touches.
pub(crate) fn days(range: &Range<Timestamp>) -> Vec<Timestamp> {
    let mut days = Vec::new();
    let mut day = range.start.utc_midnight();
    while day < range.end {
        days.push(day);
        day = day.saturating_add(DAY);
    }
    days
}

/// Since when meetings are listed: what began before is not. **Source**: Zoom's lists reach back six months, the
/// shortest of which have 181 days; one is kept in hand.
pub(crate) fn oldest_listed(now: Timestamp) -> Timestamp {
    now.saturating_sub(180 * DAY).utc_midnight()
}

/// Splits a range at midnights into parts of which memory holds what is known, each as long as a list may be.
pub fn parts(range: &Range<Timestamp>) -> Vec<Range<Timestamp>> {
    let days = days(range);
    let parts = days.chunks(LIST_DAYS).filter_map(|days| {
        let (first, last) = (*days.first()?, *days.last()?);
        Some(range.start.max(first)..range.end.min(last.saturating_add(DAY)))
    });
    parts.collect()
}

/// The lists of some kinds that are to be walked over at `now` for what began in a range: of days that were
/// listed since `since`, or so late that nothing can have come after, none is.
pub(crate) fn lists(
    known: &Known,
    kinds: &[ListKind],
    range: &Range<Timestamp>,
    since: Timestamp,
    now: Timestamp,
) -> Vec<OwedList> {
    let mut lists = Vec::new();
    for &kind in kinds {
        let done: HashSet<Timestamp> = (known.listings.iter())
            .filter(|list| list.kind == kind.name())
            .filter(|list| list.listed_at >= since || is_final(list))
            .map(|list| list.day)
            .collect();
        let mut open: Vec<Timestamp> = Vec::new();
        for day in days(range) {
            if done.contains(&day) || day > now {
                continue;
            }
            let follows = open.last().is_some_and(|last| last.saturating_add(DAY) == day);
            if !open.is_empty() && (!follows || open.len() == LIST_DAYS) {
                lists.push(OwedList { kind, days: std::mem::take(&mut open) });
            }
            open.push(day);
        }
        if !open.is_empty() {
            lists.push(OwedList { kind, days: open });
        }
    }
    lists
}

/// True for a list that has every meeting of its day.
pub(crate) fn is_final(list: &Listing) -> bool {
    list.listed_at >= list.day.saturating_add(DAY).saturating_add(FINAL_AFTER)
}

/// When a report is to be asked for next; `None` when it is complete, or never will be.
pub(crate) fn next_try(coverage: Option<&Coverage>, end: Timestamp) -> Option<Timestamp> {
    let Some(coverage) = coverage else { return Some(end.saturating_add(READY_AFTER)) };
    let why = coverage.why.as_deref()?.parse().ok();
    match why {
        // Whoever runs again has mended the network, perhaps.
        Some(Why::Failed) => Some(coverage.counted_at),
        Some(Why::NotReady | Why::Incomplete) => {
            // The older it is, the less can be hoped for soon.
            let age = coverage.counted_at.since(end).unwrap_or_default();
            let wait = (age / 2).clamp(AGAIN.start, AGAIN.end);
            Some(coverage.counted_at.saturating_add(wait))
        }
        _ => None,
    }
}

/// The meetings that began in a range of which something is to be fetched at `now`, those that began first
/// first, because Zoom forgets them first. `passed` are left out; those that were left to push come in by
/// `fetch_pushed` alone.
pub(crate) fn meetings(
    known: &Known,
    range: &Range<Timestamp>,
    passed: &BTreeSet<MeetingUuid>,
    fetch_pushed: bool,
    now: Timestamp,
) -> Vec<OwedMeeting> {
    let coverage = past_coverage(known);
    let owed = known.meetings.iter().filter_map(|meeting| {
        let (start, end) = times_in(meeting, range)?;
        if passed.contains(&meeting.uuid) {
            return None;
        }
        let coverage = coverage.get(&meeting.uuid).copied();
        let coverage = coverage.filter(|of_it| !(fetch_pushed && was_left_to_push(of_it)));
        let at = next_try(coverage, end)?;
        (at <= now).then(|| OwedMeeting {
            uuid: meeting.uuid.clone(),
            is_webinar: meeting.is_webinar == Some(true),
            start,
            end,
            participants: meeting.participant_count.unwrap_or(1),
        })
    });
    owed.collect()
}

/// True for a meeting whose report was not asked for, as push had delivered it.
pub(crate) fn was_left_to_push(coverage: &Coverage) -> bool {
    coverage.why.as_deref().and_then(|why| why.parse().ok()) == Some(Why::Pushed)
}

/// How many calls past reports take on the UTC day that begins at `today` still: as many as the meetings of
/// the day before took, but for those of today that are there already, and at least as many as what runs
/// takes. `None` when the day before is not known.
pub(crate) fn calls_of_day(
    known: &Known,
    running: &[Meeting],
    yesterday: Timestamp,
    today: Timestamp,
) -> Option<u32> {
    let is_listed =
        |list: &&Listing| list.day == yesterday && list.kind == ListKind::Meetings.name();
    known.listings.iter().find(is_listed)?;
    let coverage = past_coverage(known);
    let calls = |range: Range<Timestamp>, counts: &dyn Fn(&MeetingUuid) -> bool| {
        let of_range = known.meetings.iter().filter(|it| times_in(it, &range).is_some());
        let calls = of_range.filter(|it| counts(&it.uuid)).map(|it| match coverage.get(&it.uuid) {
            Some(of_it) if was_left_to_push(of_it) => Calls { reports: 0, ..calls_of(it) },
            _ => calls_of(it),
        });
        calls.sum::<Calls>().all()
    };
    let before = calls(yesterday..today, &|_| true);
    let done = calls(today..today.saturating_add(DAY), &|uuid| coverage.contains_key(uuid));
    let running = running.iter().map(calls_of).sum::<Calls>().all();
    Some(u32::try_from(before.saturating_sub(done).max(running)).unwrap_or(u32::MAX))
}

/// How many calls a meeting takes at least.
pub(crate) fn calls_of(meeting: &Meeting) -> Calls {
    Calls::of(meeting.participant_count.unwrap_or(1))
}

/// What there is of meetings and calls by past reports.
pub(crate) fn past_coverage(known: &Known) -> HashMap<MeetingUuid, &Coverage> {
    coverage_by(known, Origin::RestPast)
}

/// What there is of meetings and calls by one origin.
pub(crate) fn coverage_by(known: &Known, origin: Origin) -> HashMap<MeetingUuid, &Coverage> {
    let its = known.coverage.iter().filter(|((_, of), _)| of == origin.as_str());
    its.map(|((uuid, _), coverage)| (uuid.clone(), coverage)).collect()
}

/// Start and end of a meeting that has ended and began in a range.
pub(crate) fn times_in(
    meeting: &Meeting,
    range: &Range<Timestamp>,
) -> Option<(Timestamp, Timestamp)> {
    let (start, end) = (meeting.start?, meeting.end?);
    range.contains(&start).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn covered(got: u32, why: Option<Why>, counted_at: &str) -> Coverage {
        Coverage {
            expected: Some(2),
            got,
            missing: Some(2 - got),
            why: why.map(|why| why.to_string()),
            until: None,
            counted_at: at(counted_at),
            expected_minutes: None,
            got_minutes: None,
            invalid: None,
        }
    }

    #[test]
    fn a_range_is_split_at_midnights_and_nothing_is_left_out() {
        let range = at("2026-01-05T10:00:00Z")..at("2026-03-10T11:00:00Z");
        let parts = parts(&range);
        assert_eq!(
            parts,
            [
                at("2026-01-05T10:00:00Z")..at("2026-02-02T00:00:00Z"),
                at("2026-02-02T00:00:00Z")..at("2026-03-02T00:00:00Z"),
                at("2026-03-02T00:00:00Z")..at("2026-03-10T11:00:00Z"),
            ]
        );
        assert_eq!(super::parts(&(range.end..range.start)), []);
    }

    #[test]
    fn a_list_is_walked_over_again_until_nothing_can_come_after() {
        let day = at("2026-11-18T00:00:00Z");
        let range = day..at("2026-11-21T00:00:00Z");
        let listed = |kind: ListKind, day: Timestamp, listed_at: &str| Listing {
            day,
            kind: kind.name().to_owned(),
            total: 0,
            listed_at: at(listed_at),
        };
        let now = at("2026-11-20T12:00:00Z");
        let open = |known: &Known, since: Timestamp| {
            let lists = lists(known, &[ListKind::Webinars], &range, since, now);
            lists.into_iter().map(|list| list.days.len()).collect::<Vec<_>>()
        };
        assert_eq!(open(&Known::default(), now), [3], "one list of three days");
        let next = day.saturating_add(DAY);
        // The second was listed 48 hours after it, or in this run.
        let late = Known {
            listings: vec![listed(ListKind::Webinars, next, "2026-11-22T00:00:00Z")],
            ..Known::default()
        };
        assert_eq!(open(&late, now), [1, 1], "what is final parts the list");
        let early = Known {
            listings: vec![listed(ListKind::Webinars, next, "2026-11-20T11:00:00Z")],
            ..Known::default()
        };
        assert_eq!(open(&early, now), [3]);
        assert_eq!(open(&early, at("2026-11-20T10:00:00Z")), [1, 1]);
    }

    #[test]
    fn what_is_not_there_is_asked_for_less_and_less_often_and_then_no_more() {
        let end = at("2026-11-20T10:00:00Z");
        let next =
            |coverage: Option<Coverage>| next_try(coverage.as_ref(), end).map(|at| at.to_string());
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(next(None), is("2026-11-20T10:30:00Z"));
        let not_ready = |at| next(Some(covered(0, Some(Why::NotReady), at)));
        assert_eq!(not_ready("2026-11-20T10:10:00Z"), is("2026-11-20T10:20:00Z"));
        assert_eq!(not_ready("2026-11-20T12:00:00Z"), is("2026-11-20T13:00:00Z"));
        assert_eq!(not_ready("2026-11-21T09:00:00Z"), is("2026-11-21T13:00:00Z"));
        assert_eq!(next(Some(covered(2, None, "2026-11-20T11:00:00Z"))), None);
        for why in [
            Why::Short,
            Why::NotAvailable,
            Why::OneParticipant,
            Why::Refused,
            Why::TooOld,
            Why::Pushed,
        ] {
            assert_eq!(next(Some(covered(1, Some(why), "2026-11-21T11:00:00Z"))), None, "{why}");
        }
    }

    #[test]
    fn what_was_left_to_push_is_owed_to_whoever_wants_it_all_the_same() {
        let uuid = MeetingUuid::new("m==").unwrap();
        let end = at("2026-11-20T10:00:00Z");
        let meeting = Meeting {
            start: Some(at("2026-11-20T09:00:00Z")),
            end: Some(end),
            ..Meeting::new(uuid.clone())
        };
        let coverage = covered(0, Some(Why::Pushed), "2026-11-20T10:30:00Z");
        let known = Known {
            meetings: vec![meeting],
            coverage: HashMap::from([((uuid, "rest_past".to_owned()), coverage)]),
            ..Known::default()
        };
        let day = at("2026-11-20T00:00:00Z")..at("2026-11-21T00:00:00Z");
        let owed =
            |fetch_pushed| meetings(&known, &day, &BTreeSet::new(), fetch_pushed, day.end).len();
        assert_eq!((owed(false), owed(true)), (0, 1));
    }
}
