//! Cohorts, and whether a change made a difference: shares of poor joins and of poor minutes,
//! compared with regard to what joins have in common.
//!
//! - [`compare`] compares two groups of joins, [`compare_change`] what a change made of a cohort with
//!   what became of the rest meanwhile.
//! - [`rank`] tells which of many cohorts have more poor joins than others.
//! - [`split`] tells since when it has been otherwise.
//!
//! A join belongs to a meeting and to a person, and those of one meeting, or of one person, resemble
//! each other: a hundred joins of three people tell of three networks. So clusters are what limits
//! are drawn from and labels shuffled among. What is random is drawn from fixed seeds, so that the
//! same joins always have the same answer, in whatever order they come.

mod discovery;
mod effect;
mod evidence;
mod join;
mod rank;
mod resample;
mod shrink;
mod shuffle;
mod split;
mod study;

pub use effect::{Effect, Finding};
pub use evidence::Evidence;
pub use join::{Join, Slot};
pub use rank::{Member, Ranked, Standing, rank};
pub use shrink::Shrunk;
pub use split::{Point, Split, Turn, split};

use effect::effects;
use shuffle::Label;
use study::{Cluster, Pair, Study};

/// How many times is drawn: with what was counted, a thousand.
///
/// **Source**: a choice of this project. A p-value of 5 % has a standard error of 0.7 % by it.
const DRAWS: u32 = 999;

/// Something is shown when chance alone makes it less often than this.
///
/// **Source**: the usual level, that of intervals of 95 %.
const LEVEL: f64 = 0.05;

/// Two groups of joins, compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// What there is of the group.
    pub group: Evidence,
    /// What there is of those that it is compared with.
    pub reference: Evidence,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// One of the groups is too small, see [`Evidence::is_enough`]: nothing can be said.
    NotEnoughData,
    /// It can be said.
    Compared {
        /// By how much the share of poor joins is higher than that of the others.
        joins: Effect,
        /// By how much the share of poor minutes is.
        minutes: Effect,
    },
}

impl Outcome {
    fn of(study: &Study, labels: [Label; 2]) -> Self {
        effects(study, labels)
            .map_or(Self::NotEnoughData, |[joins, minutes]| Self::Compared { joins, minutes })
    }
}

/// Compares a group of joins with others, within the same hours of the week: those after a change
/// with those before, or those of a cohort with all others. A join should be in one of them alone.
///
/// Joins without any of the other group in the same hour of the week are left out, and counted.
pub fn compare(group: &[Join], reference: &[Join]) -> Comparison {
    let (study, labels) = sides(group, reference);
    let (group, reference) = (study.pair.group, study.pair.reference);
    Comparison {
        group: study.evidence()[group],
        reference: study.evidence()[reference],
        outcome: Outcome::of(&study, labels),
    }
}

/// A study of two sides, which meetings may change as well as persons.
fn sides(group: &[Join], reference: &[Join]) -> (Study, [Label; 2]) {
    const SIDE: usize = 1;
    let study = Study::new(&[reference, group], Pair { group: SIDE, reference: 0 }, None);
    (study, [Cluster::Meeting, Cluster::Person].map(|among| Label { bit: SIDE, among }))
}

/// Joins before a change, and after it.
#[derive(Debug, Clone, Copy)]
pub struct Periods<'a> {
    /// Those before.
    pub before: &'a [Join],
    /// Those after.
    pub after: &'a [Join],
}

/// What became of a cohort, and of the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The cohort after the change, compared with itself before.
    pub cohort: Comparison,
    /// The same of the rest, which the change did not concern.
    pub rest: Comparison,
    /// By how much the cohort's difference exceeds that of the rest, from −2 to 2: what the change
    /// made, as far as it would have gone like the rest without it.
    pub beyond_rest: Outcome,
}

/// Compares what a change made of a cohort with what became of the rest meanwhile, so that a bad week
/// of everybody is not put down to the change.
///
/// A cohort is of people, or of places: before an update nobody has the new version, so that the
/// cohort is of those who had it after.
pub fn compare_change(cohort: Periods<'_>, rest: Periods<'_>) -> Change {
    const AFTER: usize = 1;
    const COHORT: usize = 2;
    let study = Study::new(
        &[rest.before, rest.after, cohort.before, cohort.after],
        Pair { group: COHORT | AFTER, reference: COHORT },
        Some(Pair { group: AFTER, reference: 0 }),
    );
    // A meeting is before the change or after it, a person in the cohort or not.
    let labels = [
        Label { bit: AFTER, among: Cluster::Meeting },
        Label { bit: COHORT, among: Cluster::Person },
    ];
    Change {
        cohort: compare(cohort.after, cohort.before),
        rest: compare(rest.after, rest.before),
        beyond_rest: Outcome::of(&study, labels),
    }
}
