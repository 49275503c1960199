//! How past reports come to be: nothing at first, then perhaps not all, then everything.

use crate::api::Simulator;
use crate::calendar::{Join, MINUTE, Meeting};
use crate::draw::Purpose;

/// How long after the end a report may lack something: Zoom's help says that reports take up to
/// thirty minutes.
const COMPLETE_AFTER: i64 = 30 * MINUTE;
/// How much of its end a report that is cut lacks.
const CUT: i64 = 5 * MINUTE;
/// Which share of the joins is missing where joins are.
const MISSING_JOINS: f64 = 0.3;

/// What the report of an ended meeting lacks still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// The last minutes.
    End,
    /// Some joins, but not that of the host.
    Joins,
}

impl Simulator {
    /// Until when meetings have ended whose reports are there by now.
    pub(crate) fn built_until(&self, now: i64) -> i64 {
        let delay = i64::try_from(self.config.build_delay.as_millis()).unwrap_or(i64::MAX);
        now.saturating_sub(delay)
    }

    /// What the report of a meeting lacks; nothing while it runs.
    fn gap(&self, meeting: &Meeting, now: i64) -> Option<Gap> {
        if !(0..COMPLETE_AFTER).contains(&(now - meeting.end)) {
            return None;
        }
        let draw = meeting.draw.of(Purpose::Building);
        draw.chance(f64::from(self.config.partial_pct) / 100.0)
            .then(|| *draw.at(0).pick(&[Gap::End, Gap::Joins]))
    }

    /// True for a join that has begun and is told of.
    pub(crate) fn is_told(&self, meeting: &Meeting, join: &Join, now: i64) -> bool {
        let draw = meeting.draw.of(Purpose::Building).at(join.user_id.into());
        let may_be_missing = !join.is_host && draw.chance(MISSING_JOINS);
        join.start <= now && !(may_be_missing && self.gap(meeting, now) == Some(Gap::Joins))
    }

    /// Until when minutes are told of.
    pub(crate) fn told_until(&self, meeting: &Meeting, join: &Join, now: i64) -> i64 {
        let until = match self.gap(meeting, now) {
            Some(Gap::End) => (meeting.end - CUT).min(now),
            _ => now,
        };
        // Of a join that goes on, only whole minutes.
        if join.end <= until { join.end } else { until.div_euclid(MINUTE) * MINUTE }
    }
}
