//! Joins laid out for comparison: matched by slot, in clusters, in an order of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Add, AddAssign, Sub};

use super::evidence::{Tally, count, who};
use super::{Evidence, Join, Slot};
use crate::Proportion;

/// What is drawn, or shuffled, as one: joins of one meeting share its troubles, those of one person
/// share a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cluster {
    Join,
    Meeting,
    Person,
}

impl Cluster {
    pub(super) const ALL: [Self; 3] = [Self::Join, Self::Meeting, Self::Person];
}

/// What a share is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Poor joins, of all joins.
    Joins,
    /// Poor minutes, of all judged minutes.
    Minutes,
}

impl Measure {
    pub(super) const ALL: [Self; 2] = [Self::Joins, Self::Minutes];
}

/// Counts of some joins; weighted ones are no whole numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    joins: f64,
    poor_joins: f64,
    minutes: f64,
    poor_minutes: f64,
}

impl Sums {
    fn of(join: &Join) -> Self {
        Self {
            joins: 1.0,
            poor_joins: f64::from(u8::from(join.is_poor)),
            minutes: f64::from(join.minutes.of()),
            poor_minutes: f64::from(join.minutes.hits()),
        }
    }

    pub(super) fn times(self, weight: f64) -> Self {
        Self {
            joins: self.joins * weight,
            poor_joins: self.poor_joins * weight,
            minutes: self.minutes * weight,
            poor_minutes: self.poor_minutes * weight,
        }
    }

    /// How many are poor, of how many.
    pub(super) fn share(&self, measure: Measure) -> (f64, f64) {
        match measure {
            Measure::Joins => (self.poor_joins, self.joins),
            Measure::Minutes => (self.poor_minutes, self.minutes),
        }
    }
}

impl Add for Sums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            joins: self.joins + other.joins,
            poor_joins: self.poor_joins + other.poor_joins,
            minutes: self.minutes + other.minutes,
            poor_minutes: self.poor_minutes + other.poor_minutes,
        }
    }
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Sums {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + other.times(-1.0)
    }
}

/// Two arms, by their numbers: the share of the one is subtracted from that of the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) group: usize,
    pub(super) reference: usize,
}

/// A join that has its like in the other arm of its pair.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) arm: usize,
    pub(super) slot: usize,
    /// Its number among the clusters of each kind, by [`Cluster`].
    clusters: [usize; 3],
    pub(super) sums: Sums,
}

impl Row {
    pub(super) fn cluster(&self, of: Cluster) -> usize {
        self.clusters[of as usize]
    }
}

/// Joins of two arms or of two pairs of arms.
#[derive(Debug)]
pub(super) struct Study {
    pub(super) pair: Pair,
    /// The pair whose difference is subtracted from that of the first.
    pub(super) subtracted: Option<Pair>,
    pub(super) rows: Vec<Row>,
    slots: usize,
    clusters: [usize; 3],
    evidence: Vec<Evidence>,
}

impl Study {
    /// Joins come by arm, in any order. Those without their like in the other arm of their pair are left
    /// out.
    pub(super) fn new(arms: &[&[Join]], pair: Pair, subtracted: Option<Pair>) -> Self {
        let slots_of =
            |arm: usize| -> BTreeSet<Slot> { arms[arm].iter().map(|join| join.slot).collect() };
        let mut joins: Vec<(usize, Join)> = Vec::new();
        for Pair { group, reference } in [Some(pair), subtracted].into_iter().flatten() {
            let common = &slots_of(group) & &slots_of(reference);
            for arm in [group, reference] {
                let matched = arms[arm].iter().filter(|join| common.contains(&join.slot));
                joins.extend(matched.map(|join| (arm, *join)));
            }
        }
        joins.sort_unstable();

        let slots = numbered(joins.iter().map(|(_, join)| join.slot));
        let meetings = numbered(joins.iter().map(|(_, join)| join.meeting));
        let persons = numbered(joins.iter().map(|(_, join)| who(join)));
        let rows: Vec<Row> = joins
            .iter()
            .enumerate()
            .map(|(number, (arm, join))| Row {
                arm: *arm,
                slot: slots[&join.slot],
                clusters: [number, meetings[&join.meeting], persons[&who(join)]],
                sums: Sums::of(join),
            })
            .collect();
        let evidence = arms.iter().enumerate().map(|(arm, all)| {
            let matched = joins.iter().filter(|(of, _)| *of == arm).map(|(_, join)| join);
            let matched = matched.collect::<Tally>().evidence();
            let compared = matched.joins.map_or(0, Proportion::of);
            Evidence { unmatched: count(all.len()).saturating_sub(compared), ..matched }
        });
        Self {
            pair,
            subtracted,
            slots: slots.len(),
            clusters: [rows.len(), meetings.len(), persons.len()],
            evidence: evidence.collect(),
            rows,
        }
    }

    /// The pairs that are compared.
    pub(super) fn pairs(&self) -> impl Iterator<Item = Pair> {
        [Some(self.pair), self.subtracted].into_iter().flatten()
    }

    /// What there is of each arm that is compared.
    pub(super) fn compared(&self) -> impl Iterator<Item = &Evidence> {
        self.pairs().flat_map(|pair| [pair.group, pair.reference]).map(|arm| &self.evidence[arm])
    }

    /// What there is of each arm.
    pub(super) fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// How many clusters there are.
    pub(super) fn clusters(&self, of: Cluster) -> usize {
        self.clusters[of as usize]
    }

    /// Where the sums of joins of an arm in a slot stand in a table.
    pub(super) fn place(&self, arm: usize, slot: usize) -> usize {
        arm * self.slots + slot
    }

    /// The places of arms without a bit in their number, each with that of the arm with it.
    pub(super) fn places_by(&self, bit: usize) -> impl Iterator<Item = (usize, usize)> {
        let arms = (0..self.evidence.len()).filter(move |arm| arm & bit == 0);
        arms.flat_map(move |arm| {
            (0..self.slots).map(move |slot| (self.place(arm, slot), self.place(arm | bit, slot)))
        })
    }

    /// Clusters, places, and the sums of what is of the one and stands at the other; in order.
    pub(super) fn cells(&self, of: Cluster) -> Vec<(usize, usize, Sums)> {
        let mut cells: BTreeMap<(usize, usize), Sums> = BTreeMap::new();
        for row in &self.rows {
            let at = (row.cluster(of), self.place(row.arm, row.slot));
            *cells.entry(at).or_default() += row.sums;
        }
        cells.into_iter().map(|((cluster, place), sums)| (cluster, place, sums)).collect()
    }

    /// A table of nothing.
    pub(super) fn empty_table(&self) -> Vec<Sums> {
        vec![Sums::default(); self.evidence.len() * self.slots]
    }

    /// What was counted.
    pub(super) fn table(&self) -> Vec<Sums> {
        let mut table = self.empty_table();
        for row in &self.rows {
            table[self.place(row.arm, row.slot)] += row.sums;
        }
        table
    }

    /// The difference of the shares of a table, from −1 to 1 for each pair; `None` where a pair has
    /// no slot in common.
    ///
    /// **Source**: Mantel and Haenszel's weights, as Greenland and Robins (1985) use them for the
    /// difference of risks; they allow of many slots with few joins.
    pub(super) fn difference(&self, table: &[Sums], measure: Measure) -> Option<f64> {
        let of_pair = |pair: Pair| {
            let (mut excess, mut weight) = (0.0, 0.0);
            for slot in 0..self.slots {
                let (poor, all) = table[self.place(pair.group, slot)].share(measure);
                let (poor_there, all_there) =
                    table[self.place(pair.reference, slot)].share(measure);
                if all > 0.0 && all_there > 0.0 {
                    excess += (poor * all_there - poor_there * all) / (all + all_there);
                    weight += all * all_there / (all + all_there);
                }
            }
            (weight > 0.0).then(|| (excess / weight).clamp(-1.0, 1.0))
        };
        let difference = of_pair(self.pair)?;
        self.subtracted.map_or(Some(difference), |pair| Some(difference - of_pair(pair)?))
    }
}

/// Keys with the numbers that they have in order.
fn numbered<Key: Ord>(keys: impl Iterator<Item = Key>) -> BTreeMap<Key, usize> {
    let distinct: BTreeSet<Key> = keys.collect();
    distinct.into_iter().zip(0..).collect()
}
