//! What was expected of a meeting, and what came.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use zqos_core::{Coverage, Timestamp};

use crate::owed::RETRIED_FOR;

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
}

impl Why {
    const ALL: [(Self, &'static str); 8] = [
        (Self::NotReady, "not-ready"),
        (Self::Incomplete, "incomplete"),
        (Self::Failed, "failed"),
        (Self::TooOld, "too-old"),
        (Self::NotAvailable, "not-available"),
        (Self::Short, "short"),
        (Self::OneParticipant, "one-participant"),
        (Self::Refused, "refused"),
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
#[derive(Debug, Clone, Copy, Default)]
struct Join {
    /// Whole UTC minutes within it; `None` when nobody told when it was.
    expected: Option<u32>,
    /// Minutes of its report; `None` without one.
    got: Option<u32>,
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
        join.expected =
            if has_waited { Some(0) } else { whole_minutes(from, to).or(join.expected) };
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
        join.expected = join.expected.or(whole_minutes(from, to));
        join.got = Some(minutes.max(join.got.unwrap_or(0)));
    }

    /// What there is of a meeting that ended at `end`.
    pub(crate) fn coverage(&self, end: Timestamp, now: Timestamp) -> Coverage {
        let joins = self.joins.values();
        let expected = count(joins.clone().count());
        let got = count(joins.clone().filter(|join| join.got.is_some()).count());
        let sum = |minutes: &dyn Fn(&Join) -> u32| {
            joins.clone().map(minutes).fold(0, u32::saturating_add)
        };
        let expected_minutes = sum(&|join| join.expected.unwrap_or(0));
        let got_minutes = sum(&|join| join.got.unwrap_or(0).min(join.expected.unwrap_or(0)));
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

/// How many whole UTC minutes lie within a join. Its first and last minute, which it had a part of, may be in
/// the report or not.
fn whole_minutes(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<u32> {
    const MINUTE: i64 = 60_000;

    let (from, to) = (from?.unix_millis(), to?.unix_millis());
    let minutes = to.div_euclid(MINUTE) - (from + MINUTE - 1).div_euclid(MINUTE);
    Some(u32::try_from(minutes.max(0)).unwrap_or(u32::MAX))
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
                whole_minutes(Some(at(from)), Some(at(to))),
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
    fn every_reason_is_read_as_it_is_written() {
        for (why, name) in Why::ALL {
            assert_eq!((why.to_string().as_str(), name.parse()), (name, Ok(why)));
        }
    }
}
