//! Faults that are planned beside those of chance, which makes few of some kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::Result;
use crate::world::{Week, minute_of};

/// What is drawn by lot.
#[derive(Debug)]
pub(crate) struct Lot {
    state: u64,
}

impl Lot {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    /// A number below another, which is not zero.
    ///
    /// **Source**: Marsaglia, "Xorshift RNGs", 2003.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.state % end).unwrap_or(0)
    }
}

/// How many minutes a day has, and an hour.
const DAY: i64 = 24 * 60;
const HOUR: usize = 60;

/// True for a day from Monday to Friday, counted from 1970-01-01 on, which was a Thursday.
const fn is_working_day(day: i64) -> bool {
    (day + 3).rem_euclid(7) < 5
}

/// A scenario: the faults of chance, and on each working day of a week one data centre that fails. It is any of those
/// in use that day, for one to three hours, from within an hour of when any of its meetings begins, and as severe
/// as by chance when it is not too slight for anybody to notice.
pub(crate) fn with_data_centers(week: &Week, seed: u64) -> Result<String> {
    let mut meetings = BTreeMap::<&str, (&str, i64)>::new();
    for join in &week.joins {
        if let Some((center, joined)) = join.data_center.as_deref().zip(join.joined) {
            let (_, begins) = meetings.entry(&join.meeting).or_insert((center, i64::MAX));
            *begins = (*begins).min(minute_of(joined));
        }
    }
    let mut of_days = BTreeMap::<i64, BTreeMap<&str, BTreeSet<i64>>>::new();
    for (center, begins) in meetings.into_values() {
        let day = begins.div_euclid(DAY);
        if is_working_day(day) {
            of_days.entry(day).or_default().entry(center).or_default().insert(begins);
        }
    }
    let mut lot = Lot::new(seed);
    let mut scenario = String::new();
    for centers in of_days.values() {
        let Some((center, meetings)) = centers.iter().nth(lot.below(centers.len())) else {
            continue;
        };
        let Some(begins) = meetings.iter().nth(lot.below(meetings.len())) else { continue };
        let around = i64::try_from(lot.below(2 * HOUR))? - i64::try_from(HOUR)?;
        let from = Timestamp::from_second(60 * (begins + around))?;
        let minutes = HOUR + lot.below(2 * HOUR);
        let severity = 50 + lot.below(130);
        writeln!(
            scenario,
            "[[fault]]\nkind = \"data-center\"\ndata_center = \"{center}\"\nfrom = \"{from}\"\n\
             to = \"+{minutes}m\"\nseverity = {}.{:02}",
            severity / 100,
            severity % 100
        )?;
    }
    Ok(scenario)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Filed;

    #[test]
    fn a_data_center_in_use_fails_on_each_working_day() {
        let join = |meeting: &str, center: Option<&str>, day: u32| Filed {
            meeting: meeting.to_owned(),
            data_center: center.map(str::to_owned),
            joined: format!("2026-11-{day}T09:00:00Z").parse().ok(),
            ..Filed::default()
        };
        // From a Friday to a Monday.
        let joins = vec![
            join("one", Some("FR"), 20),
            join("other", Some("NY"), 21),
            join("third", None, 23),
            join("last", Some("SC"), 23),
        ];
        let week = Week { joins, faults: Vec::new() };
        let scenario = with_data_centers(&week, 1).unwrap();
        let centers: Vec<&str> =
            scenario.lines().filter(|line| line.starts_with("data_center")).collect();
        assert_eq!(centers, ["data_center = \"FR\"", "data_center = \"SC\""]);
        assert_eq!(with_data_centers(&week, 1).unwrap(), scenario, "a seed is a plan");
    }
}
