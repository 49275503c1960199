//! Worlds of which the truth is known: joins of people and meetings that have troubles of their own.

use fastrand::Rng;
use statrs::distribution::{Beta, ContinuousCDF};
use zqos_quality::Proportion;
use zqos_quality::compare::{Join, Slot};

/// What a world is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World {
    /// How many joins there are; the last meeting may add a few.
    pub(crate) joins: usize,
    /// The share of joins that are poor, on average.
    pub(crate) poor: f64,
    /// How much alike joins are of one person, and of one meeting: the correlation by which rates are
    /// drawn from a beta distribution. A join has the rate of the one or of the other.
    pub(crate) likeness: f64,
}

/// What decides in which of two groups a join is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Assignment {
    /// The meeting, as before and after a change.
    Meetings,
    /// The person, as with a version.
    Persons,
    /// The person, of whom one in five is in the group.
    FewPersons,
    /// The join, as with a network that people change.
    Joins,
}

impl Assignment {
    /// All of them.
    pub(crate) const ALL: [Self; 4] =
        [Self::Meetings, Self::Persons, Self::FewPersons, Self::Joins];
}

impl World {
    /// The joins of a group, and those of all others. So many more of the group are poor, as a share of
    /// all.
    pub(crate) fn groups(self, rng: &mut Rng, assignment: Assignment, more: f64) -> [Vec<Join>; 2] {
        let people = (self.joins / 6).max(8);
        let mut persons: Vec<(u32, f64, bool)> = (0..)
            .take(people)
            .map(|person| {
                let is_in_group = match assignment {
                    Assignment::FewPersons => rng.u8(0..5) == 0,
                    _ => rng.bool(),
                };
                (person, self.rate(rng), is_in_group)
            })
            .collect();

        let mut groups = [Vec::new(), Vec::new()];
        let mut meeting = 0;
        while groups[0].len() + groups[1].len() < self.joins {
            let slot = self.slot(rng);
            let (of_meeting, is_meeting_in_group) = (self.rate(rng), rng.bool());
            for place in 0..rng.usize(2..8) {
                let other = rng.usize(place..people);
                persons.swap(place, other);
                let (person, of_person, is_person_in_group) = persons[place];
                let is_in_group = match assignment {
                    Assignment::Meetings => is_meeting_in_group,
                    Assignment::Persons | Assignment::FewPersons => is_person_in_group,
                    Assignment::Joins => rng.bool(),
                };
                let rate = if rng.bool() { of_person } else { of_meeting };
                let is_poor = rng.f64() < rate;
                let minutes = minutes(rng, is_poor);
                let join = Join { meeting, person: Some(person), slot, is_poor, minutes };
                // Of those that were not poor.
                let is_worse = is_in_group && rng.f64() < more / (1.0 - self.poor);
                let join = if is_worse { worsened(rng, join) } else { join };
                groups[usize::from(!is_in_group)].push(join);
            }
            meeting += 1;
        }
        groups
    }

    /// A rate of a person or a meeting.
    fn rate(self, rng: &mut Rng) -> f64 {
        let strength = 1.0 / self.likeness - 1.0;
        let rates = Beta::new(self.poor * strength, (1.0 - self.poor) * strength);
        let rates = rates.expect("both are above 0");
        rates.inverse_cdf(rng.f64())
    }

    /// When a meeting begins: at more hours of the week where there are more joins to match.
    fn slot(self, rng: &mut Rng) -> Slot {
        let slots = (self.joins / 40).clamp(1, 35);
        let slot = u8::try_from(rng.usize(0..slots)).expect("below 35");
        Slot::new(slot % 5, 9 + slot / 5).expect("until four on Fridays")
    }
}

/// The same join, poor.
pub(crate) fn worsened(rng: &mut Rng, join: Join) -> Join {
    if join.is_poor { join } else { Join { is_poor: true, minutes: minutes(rng, true), ..join } }
}

/// The minutes of a join: most of them poor, or next to none.
fn minutes(rng: &mut Rng, is_poor: bool) -> Proportion {
    let of = rng.u32(10..60);
    let share = if is_poor { 0.3 + 0.6 * rng.f64() } else { 0.05 * rng.f64() };
    let hits = (0..of).map(|_| u32::from(rng.f64() < share)).sum();
    Proportion::new(hits, of).expect("a part of some")
}
