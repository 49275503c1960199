//! How much there is to compare by.

use std::collections::BTreeMap;

use super::Join;
use crate::Proportion;

/// Fewer people say nothing of a group.
///
/// **Source**: a choice of this project: of two, either may be the exception.
const LEAST_PEOPLE: u32 = 3;

/// Fewer meetings say nothing of a group.
///
/// **Source**: a choice of this project: one meeting may have had a fault of its own.
const LEAST_MEETINGS: u32 = 2;

/// What there is of a group of joins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many people; those of one meeting of whom nobody is known count as one.
    pub people: u32,
    /// How many meetings.
    pub meetings: u32,
    /// How many joins are poor, of those that can be compared; `None` without any.
    pub joins: Option<Proportion>,
    /// How many of their judged minutes are poor.
    pub minutes: Option<Proportion>,
    /// How many joins were left out, because the other group has none in the same hour of the week.
    /// They are not among the others.
    pub unmatched: u32,
}

impl Evidence {
    /// Whether something can be said of it: of three people in two meetings at least.
    pub const fn is_enough(&self) -> bool {
        self.people >= LEAST_PEOPLE && self.meetings >= LEAST_MEETINGS
    }
}

/// Joins, counted by people and meetings.
#[derive(Debug, Default)]
pub(super) struct Tally {
    people: BTreeMap<Who, u32>,
    meetings: BTreeMap<u32, u32>,
    poor_joins: u32,
    joins: u32,
    poor_minutes: u32,
    minutes: u32,
}

impl<'a> FromIterator<&'a Join> for Tally {
    fn from_iter<Joins: IntoIterator<Item = &'a Join>>(joins: Joins) -> Self {
        let mut tally = Self::default();
        for join in joins {
            add(tally.people.entry(who(join)).or_default(), 1);
            add(tally.meetings.entry(join.meeting).or_default(), 1);
            add(&mut tally.joins, 1);
            add(&mut tally.poor_joins, join.is_poor.into());
            add(&mut tally.minutes, join.minutes.of());
            add(&mut tally.poor_minutes, join.minutes.hits());
        }
        tally
    }
}

fn add(sum: &mut u32, more: u32) {
    *sum = sum.saturating_add(more);
}

impl Tally {
    /// What there is.
    pub(super) fn evidence(&self) -> Evidence {
        Evidence {
            people: count(self.people.len()),
            meetings: count(self.meetings.len()),
            joins: Proportion::new(self.poor_joins, self.joins),
            minutes: Proportion::new(self.poor_minutes, self.minutes),
            unmatched: 0,
        }
    }

    /// What there is without a part of it: people and meetings of which it is all are gone with it.
    pub(super) fn without(&self, part: &Self) -> Evidence {
        Evidence {
            people: left(&self.people, &part.people),
            meetings: left(&self.meetings, &part.meetings),
            joins: Proportion::new(
                self.poor_joins.saturating_sub(part.poor_joins),
                self.joins.saturating_sub(part.joins),
            ),
            minutes: Proportion::new(
                self.poor_minutes.saturating_sub(part.poor_minutes),
                self.minutes.saturating_sub(part.minutes),
            ),
            unmatched: 0,
        }
    }
}

/// How many have more joins than a part has of them.
fn left<Key: Ord>(all: &BTreeMap<Key, u32>, part: &BTreeMap<Key, u32>) -> u32 {
    let gone = part.iter().filter(|(key, joins)| all.get(*key) == Some(joins)).count();
    count(all.len().saturating_sub(gone))
}

/// The person of a join; of those of whom nothing is known, the meeting.
pub(super) type Who = Result<u32, u32>;

/// Whose join it is.
pub(super) fn who(join: &Join) -> Who {
    join.person.ok_or(join.meeting)
}

/// How many things there are in memory, for reckoning.
pub(super) fn number(things: usize) -> f64 {
    f64::from(count(things))
}

/// How many things there are in memory.
pub(super) fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
