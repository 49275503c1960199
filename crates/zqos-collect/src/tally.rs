//! What was expected of a meeting, and what came.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use zqos_core::{Coverage, Timestamp};

use crate::owed::{Calls, RETRIED_FOR};
use crate::pushed::Whole;

/// Why something of a meeting is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// Zoom has no report yet (3001).
    NotReady,
    /// The report lacked joins, or minutes of joins, or changed while it was fetched.
    Incomplete,
    /// The network or Zoom failed, again and again.
    Failed,
    /// Zoom refused it as older than a year (12702).
    TooOld,
    /// A day after its end Zoom has no report still.
    NotAvailable,
    /// A day after its end Zoom's report lacks joins or minutes still.
    Short,
    /// One participant alone was there, of whom Zoom makes no report.
    OneParticipant,
    /// Zoom refuses it for what the account is, or for what it has.
    Refused,
    /// It was not asked for, as push has delivered every minute of it, or all but some joins, whose reports were
    /// fetched one by one.
    Pushed,
    /// Push delivered a part of it; the rest is owed by past reports.
    Partly,
}

impl Why {
    const ALL: [(Self, &'static str); 10] = [
        (Self::NotReady, "not-ready"),
        (Self::Incomplete, "incomplete"),
        (Self::Failed, "failed"),
        (Self::TooOld, "too-old"),
        (Self::NotAvailable, "not-available"),
        (Self::Short, "short"),
        (Self::OneParticipant, "one-participant"),
        (Self::Refused, "refused"),
        (Self::Pushed, "pushed"),
        (Self::Partly, "partly"),
    ];

    /// True for what Zoom does not have, or does not give: nothing can fill it.
    pub const fn is_not_obtainable(self) -> bool {
        matches!(self, Self::NotAvailable | Self::Short | Self::OneParticipant | Self::Refused)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, name) = Self::ALL.iter().find(|(why, _)| why == self).expect("all are there");
        f.pad(name)
    }
}

impl FromStr for Why {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named = Self::ALL.iter().find(|(_, name)| *name == text);
        named.map(|(why, _)| *why).ok_or(())
    }
}

/// What is known of a join.
#[derive(Debug, Clone, Default)]
struct Join {
    /// Whole UTC minutes within it, since 1970; `None` when nobody told when it was.
    whole: Option<Range<i64>>,
    /// Whoever only waited to be let in sends and receives nothing.
    has_waited: bool,
    /// Minutes of its report; `None` without one.
    got: Option<u32>,
}

impl Join {
    /// How many minutes are expected of it.
    fn expected(&self) -> u32 {
        match &self.whole {
            Some(whole) if !self.has_waited => minutes_in(whole),
            _ => 0,
        }
    }

    /// How many of them were delivered.
    fn delivered(&self, delivered: &Whole) -> u32 {
        let Some(whole) = self.whole.as_ref().filter(|_| !self.has_waited) else { return 0 };
        let within = |run: &Range<i64>| run.start.max(whole.start)..run.end.min(whole.end);
        delivered.iter().map(|run| minutes_in(&within(run))).sum()
    }

    /// True when its report has all of its minutes.
    fn has_report(&self) -> bool {
        self.got.is_some_and(|got| got >= self.expected())
    }

    /// True when all of it was delivered, and something at all: what there is of less than a minute nobody can
    /// tell.
    fn was_delivered(&self, delivered: Option<&Whole>) -> bool {
        match delivered.filter(|delivered| !delivered.is_empty()) {
            Some(delivered) => self.whole.is_some() && self.delivered(delivered) == self.expected(),
            None => self.has_waited,
        }
    }
}

/// Counts joins and their minutes, as they come.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    joins: HashMap<String, Join>,
    /// Rows that could not be read, or not wholly.
    pub(crate) invalid: u32,
    /// Rows came or went while pages were walked over, or pages count more than they have.
    pub(crate) is_torn: bool,
}

impl Tally {
    /// Takes a row of the list of participants. Whoever only waited to be let in sends and receives nothing.
    pub(crate) fn listed(
        &mut self,
        id: &str,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        has_waited: bool,
    ) {
        let join = self.joins.entry(id.to_owned()).or_default();
        join.has_waited = has_waited;
        join.whole = whole_minutes(from, to).or(join.whole.take());
    }

    /// Takes a report of so many minutes.
    pub(crate) fn reported(
        &mut self,
        id: &str,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        minutes: u32,
    ) {
        let join = self.joins.entry(id.to_owned()).or_default();
        join.whole = join.whole.take().or_else(|| whole_minutes(from, to));
        join.got = Some(minutes.max(join.got.unwrap_or(0)));
    }

    /// The joins that were listed and push has not delivered; `None` when nobody knows which there are.
    pub(crate) fn holes(&self, delivered: &HashMap<String, Whole>) -> Option<Vec<String>> {
        let are_known = !self.is_torn && !self.joins.is_empty();
        let holes = self.joins.iter().filter(|(id, join)| !join.was_delivered(delivered.get(*id)));
        are_known.then(|| holes.map(|(id, _)| id.clone()).collect())
    }

    /// True when push has delivered every join that was listed.
    pub(crate) fn was_delivered(&self, delivered: &HashMap<String, Whole>) -> bool {
        self.holes(delivered).is_some_and(|holes| holes.is_empty())
    }

    /// True when each join that push has not delivered has its report.
    pub(crate) fn is_filled(&self, delivered: &HashMap<String, Whole>) -> bool {
        let has_report = |id: &String| self.joins.get(id).is_some_and(Join::has_report);
        self.holes(delivered).is_some_and(|holes| holes.iter().all(has_report))
    }

    /// How many calls all reports take, at ten joins a call.
    pub(crate) fn pages(&self) -> u32 {
        let reports = Calls::of(count(self.joins.len())).reports;
        u32::try_from(reports).unwrap_or(u32::MAX)
    }

    /// What push has delivered of a meeting.
    pub(crate) fn pushed(&self, delivered: &HashMap<String, Whole>, now: Timestamp) -> Coverage {
        let of_joins = || self.joins.iter().map(|(id, join)| (join, delivered.get(id)));
        let expected = count(self.joins.len());
        let got = count(of_joins().filter(|(join, runs)| join.was_delivered(*runs)).count());
        let got_minutes =
            of_joins().map(|(join, runs)| runs.map_or(0, |runs| join.delivered(runs))).sum();
        Coverage {
            expected: Some(expected),
            got,
            missing: Some(expected - got),
            why: (!self.was_delivered(delivered)).then(|| Why::Partly.to_string()),
            until: None,
            counted_at: now,
            expected_minutes: Some(self.joins.values().map(Join::expected).sum()),
            got_minutes: Some(got_minutes),
            invalid: None,
        }
    }

    /// What there is by past reports of a meeting that was left to push, but for joins that push lacked.
    pub(crate) fn left_to_push(&self, now: Timestamp) -> Coverage {
        let reports = || self.joins.values().filter(|join| join.got.is_some());
        Coverage {
            expected: Some(count(self.joins.len())),
            got: count(reports().count()),
            missing: Some(0),
            why: Some(Why::Pushed.to_string()),
            until: None,
            counted_at: now,
            expected_minutes: Some(self.joins.values().map(Join::expected).sum()),
            got_minutes: Some(reports().map(Join::expected).sum()),
            invalid: Some(self.invalid),
        }
    }

    /// What there is of a meeting that ended at `end`.
    pub(crate) fn coverage(&self, end: Timestamp, now: Timestamp) -> Coverage {
        let joins = self.joins.values();
        let expected = count(joins.clone().count());
        let got = count(joins.clone().filter(|join| join.got.is_some()).count());
        let sum = |minutes: &dyn Fn(&Join) -> u32| {
            joins.clone().map(minutes).fold(0, u32::saturating_add)
        };
        let expected_minutes = sum(&Join::expected);
        let got_minutes = sum(&|join| join.got.unwrap_or(0).min(join.expected()));
        let is_whole = got == expected && got_minutes == expected_minutes && !self.is_torn;
        let until = end.saturating_add(RETRIED_FOR);
        let why = match (is_whole, now < until) {
            (true, _) => None,
            (false, true) => Some(Why::Incomplete),
            (false, false) => Some(Why::Short),
        };
        Coverage {
            expected: Some(expected),
            got,
            missing: Some(expected - got),
            why: why.map(|why| why.to_string()),
            until: (why == Some(Why::Incomplete)).then_some(until),
            counted_at: now,
            expected_minutes: Some(expected_minutes),
            got_minutes: Some(got_minutes),
            invalid: Some(self.invalid),
        }
    }
}

/// The whole UTC minutes within a join. Its first and last minute, which it had a part of, may be in the report
/// or not.
fn whole_minutes(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<Range<i64>> {
    const MINUTE: i64 = 60_000;

    let (from, to) = (from?.unix_millis(), to?.unix_millis());
    Some((from + MINUTE - 1).div_euclid(MINUTE)..to.div_euclid(MINUTE))
}

/// How many minutes are in a range; none where it ends before it begins.
fn minutes_in(range: &Range<i64>) -> u32 {
    u32::try_from((range.end - range.start).max(0)).unwrap_or(u32::MAX)
}

/// Counts fit: memory holds what is counted.
fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-20T{time}Z").parse().unwrap()
    }

    fn end() -> Timestamp {
        at("11:00:00")
    }

    fn soon() -> Timestamp {
        end().saturating_add(Duration::from_hours(1))
    }

    #[test]
    fn minutes_that_were_begun_or_not_ended_are_not_asked_for() {
        for (from, to, minutes) in [
            ("10:00:00", "10:05:00", 5),
            ("10:00:01", "10:05:00", 4),
            ("10:00:30", "10:05:20", 4),
            ("10:00:10", "10:00:50", 0),
            ("10:05:00", "10:00:00", 0),
        ] {
            assert_eq!(
                whole_minutes(Some(at(from)), Some(at(to))).as_ref().map(minutes_in),
                Some(minutes),
                "{from} to {to}"
            );
        }
        assert_eq!(whole_minutes(Some(at("10:00:00")), None), None);
    }

    #[test]
    fn a_meeting_is_complete_when_every_join_has_its_minutes() {
        let mut tally = Tally::default();
        tally.listed("1", Some(at("10:00:00")), Some(at("10:05:00")), false);
        tally.listed("2", Some(at("10:00:00")), Some(at("10:01:00")), true);
        tally.reported("1", None, None, 6);
        tally.reported("2", None, None, 0);
        let coverage = tally.coverage(end(), soon());
        assert!(coverage.is_complete(), "{coverage:?}");
        assert_eq!((coverage.expected_minutes, coverage.got_minutes), (Some(5), Some(5)));
    }

    #[test]
    fn what_lacks_joins_or_minutes_is_asked_for_again_for_a_day() {
        let mut tally = Tally::default();
        tally.listed("1", Some(at("10:00:00")), Some(at("10:05:00")), false);
        tally.listed("2", Some(at("10:00:00")), Some(at("10:05:00")), false);
        tally.reported("1", None, None, 4);
        let coverage = tally.coverage(end(), soon());
        assert_eq!((coverage.expected, coverage.got, coverage.missing), (Some(2), 1, Some(1)));
        assert_eq!((coverage.expected_minutes, coverage.got_minutes), (Some(10), Some(4)));
        assert_eq!(coverage.why.as_deref(), Some("incomplete"));
        assert_eq!(coverage.until, Some(end().saturating_add(RETRIED_FOR)));
        let later = tally.coverage(end(), end().saturating_add(RETRIED_FOR));
        assert_eq!((later.why.as_deref(), later.until), (Some("short"), None));
    }

    #[test]
    fn push_has_delivered_a_meeting_when_every_join_has_its_whole_minutes() {
        let mut tally = Tally::default();
        tally.listed("1", Some(at("10:00:20")), Some(at("10:05:10")), false);
        tally.listed("2", Some(at("10:00:10")), Some(at("10:00:50")), false);
        tally.listed("3", Some(at("10:00:00")), Some(at("10:01:00")), true);
        let minute = |time: &str| at(time).unix_millis() / 60_000;
        let whole = |from, to| std::iter::once(minute(from)..minute(to)).collect::<Whole>();
        let mut delivered = HashMap::from([
            ("1".to_owned(), whole("10:01:00", "10:05:00")),
            ("2".to_owned(), whole("10:00:00", "10:01:00")),
        ]);
        let told = tally.pushed(&delivered, soon());
        assert!(told.is_complete(), "{told:?}");
        assert_eq!((told.expected_minutes, told.got_minutes), (Some(4), Some(4)));
        // A minute is missing; of the short join nobody can tell.
        delivered.insert("1".to_owned(), whole("10:00:00", "10:02:00"));
        delivered.get_mut("1").unwrap().extend(whole("10:03:00", "10:06:00"));
        delivered.remove("2");
        let told = tally.pushed(&delivered, soon());
        assert_eq!((told.got, told.missing, told.why.as_deref()), (1, Some(2), Some("partly")));
        assert_eq!((told.expected_minutes, told.got_minutes), (Some(4), Some(3)));
        assert!(!tally.was_delivered(&delivered));
        // The reports of both make it whole.
        let mut holes = tally.holes(&delivered).unwrap();
        holes.sort_unstable();
        assert_eq!((holes, tally.pages()), (vec!["1".to_owned(), "2".to_owned()], 1));
        tally.reported("1", None, None, 4);
        assert!(!tally.is_filled(&delivered));
        tally.reported("2", None, None, 0);
        assert!(tally.is_filled(&delivered));
        let left = tally.left_to_push(soon());
        assert_eq!((left.got, left.missing, left.why.as_deref()), (2, Some(0), Some("pushed")));
        assert_eq!((left.expected_minutes, left.got_minutes), (Some(4), Some(4)));
    }

    #[test]
    fn a_list_that_is_empty_or_changed_while_it_was_walked_over_proves_nothing() {
        let mut tally = Tally::default();
        assert!(!tally.was_delivered(&HashMap::new()));
        tally.listed("1", Some(at("10:00:00")), Some(at("10:01:00")), true);
        assert!(tally.was_delivered(&HashMap::new()));
        tally.is_torn = true;
        assert!(!tally.was_delivered(&HashMap::new()));
    }

    #[test]
    fn every_reason_is_read_as_it_is_written() {
        for (why, name) in Why::ALL {
            assert_eq!((why.to_string().as_str(), name.parse()), (name, Ok(why)));
        }
    }
}
