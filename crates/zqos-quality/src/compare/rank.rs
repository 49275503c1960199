//! Which cohorts have more poor joins than others, of many that are looked at.

use std::collections::BTreeMap;

use super::discovery::discoveries;
use super::evidence::{Tally, count};
use super::shrink::{Prior, Shrunk};
use super::shuffle::{Tails, tails};
use super::study::Measure;
use super::{DRAWS, Evidence, Join, sides};
use crate::{Difference, Proportion};

/// How probable it must be that a cohort exceeds all by five points.
///
/// **Source**: a choice of this project.
const SURE: f64 = 0.95;

/// The share of cohorts that may be named by chance.
///
/// **Source**: a choice of this project.
const FALSE_SHARE: f64 = 0.1;

/// Of so many draws for each cohort that is tested, one can stand by itself: with what was counted as
/// the only one so great, its p-value is half of what [`FALSE_SHARE`] asks.
///
/// **Source**: a choice of this project.
const DRAWS_PER_COHORT: u32 = 20;

/// The most draws for one cohort: enough for a thousand that are tested.
///
/// **Source**: a choice of this project, for the time that it takes.
const MOST_DRAWS: u32 = 19_999;

/// A join, and what it is one of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The join.
    pub join: Join,
    /// Its site, its data centre, its version: the caller numbers cohorts. What is not known of a
    /// join is none of its cohorts.
    pub cohorts: Vec<u32>,
}

/// What is said of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// More of its joins are poor than of others, beyond chance.
    Named,
    /// That is not beyond chance.
    NoDifference,
    /// It is too small, or the rest is, see [`Evidence::is_enough`].
    NotEnoughData,
}

impl Standing {
    /// The name in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::NoDifference => "no-difference",
            Self::NotEnoughData => "not-enough-data",
        }
    }
}

/// A cohort among others.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Its number; several that have the same joins, which nothing tells apart.
    pub cohorts: Vec<u32>,
    /// What is said of it.
    pub standing: Standing,
    /// What there is of it.
    pub group: Evidence,
    /// What there is of all others.
    pub others: Evidence,
    /// By how much its share of poor joins exceeds that of the others, as if joins were independent;
    /// `None` where there are no others.
    pub excess: Option<Difference>,
    /// Its rate of poor joins.
    pub shrunk: Shrunk,
    /// How often chance alone makes so great a difference within the same hours of the week; `None`
    /// where it is not named whatever that is.
    pub p_value: Option<f64>,
}

/// Ranks cohorts by the rate of poor joins that they have at least, the highest first. A join may be
/// in several cohorts.
///
/// A cohort is named that has three people in two meetings, as has the rest; whose share exceeds that
/// of the rest by limits of 95 %; whose rate exceeds that of all by five points with a probability of
/// 95 %; and that stands by Benjamini and Hochberg's procedure among all that are large enough.
pub fn rank(members: &[Member]) -> Vec<Ranked> {
    let mut members: Vec<&Member> = members.iter().collect();
    members.sort_unstable();
    let all: Tally = members.iter().map(|member| &member.join).collect();
    let Some(overall) = all.evidence().joins else { return Vec::new() };

    let cohorts = cohorts(&members);
    let shares: Vec<Proportion> = cohorts.iter().map(|cohort| cohort.share).collect();
    let prior = Prior::of(overall, &shares);
    let mut ranked: Vec<Ranked> = cohorts.iter().map(|cohort| cohort.ranked(&all, prior)).collect();

    let tested = ranked.iter().filter(|one| one.standing != Standing::NotEnoughData).count();
    for (one, cohort) in ranked.iter_mut().zip(&cohorts).filter(|(one, _)| one.may_be_named()) {
        one.p_value = Some(p_value(&members, &cohort.places, draws(count(tested))));
    }
    name(&mut ranked);
    ranked.sort_by(|one, other| {
        let by_rate = other.shrunk.lower.total_cmp(&one.shrunk.lower);
        by_rate.then_with(|| one.cohorts.cmp(&other.cohorts))
    });
    ranked
}

/// What is known of a cohort before others are.
#[derive(Debug)]
struct Cohort {
    numbers: Vec<u32>,
    /// Where its joins stand among all.
    places: Vec<usize>,
    tally: Tally,
    share: Proportion,
}

impl Cohort {
    /// The cohort as it stands unless it is named.
    fn ranked(&self, all: &Tally, prior: Prior) -> Ranked {
        let (group, others) = (self.tally.evidence(), all.without(&self.tally));
        let is_enough = group.is_enough() && others.is_enough();
        Ranked {
            cohorts: self.numbers.clone(),
            standing: if is_enough { Standing::NoDifference } else { Standing::NotEnoughData },
            group,
            others,
            excess: others.joins.map(|others| self.share.less(others)),
            shrunk: prior.shrink(self.share),
            p_value: None,
        }
    }
}

impl Ranked {
    /// Whether all is so but for chance.
    fn may_be_named(&self) -> bool {
        self.standing == Standing::NoDifference
            && self.shrunk.exceeds >= SURE
            && self.excess.is_some_and(|excess| excess.lower > 0.0)
    }
}

/// The cohorts that joins are in; those with the same joins are one.
fn cohorts(members: &[&Member]) -> Vec<Cohort> {
    let mut places: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, member) in members.iter().enumerate() {
        for cohort in &member.cohorts {
            let places = places.entry(*cohort).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    let mut alike: BTreeMap<Vec<usize>, Vec<u32>> = BTreeMap::new();
    for (cohort, places) in places {
        alike.entry(places).or_default().push(cohort);
    }
    let cohort = |(places, numbers): (Vec<usize>, Vec<u32>)| {
        let tally: Tally = places.iter().map(|place| &members[*place].join).collect();
        Some(Cohort { numbers, share: tally.evidence().joins?, places, tally })
    };
    alike.into_iter().filter_map(cohort).collect()
}

/// Names those that stand among all that were tested; of those, whoever has no p-value counts as
/// chance.
fn name(ranked: &mut [Ranked]) {
    let mut tested: Vec<&mut Ranked> =
        ranked.iter_mut().filter(|one| one.standing != Standing::NotEnoughData).collect();
    let p_values: Vec<f64> = tested.iter().map(|one| one.p_value.unwrap_or(1.0)).collect();
    for (one, is_found) in tested.iter_mut().zip(discoveries(&p_values, FALSE_SHARE)) {
        if is_found && one.p_value.is_some() {
            one.standing = Standing::Named;
        }
    }
}

/// How often chance alone makes so many joins of a cohort poor.
fn p_value(members: &[&Member], places: &[usize], draws: u32) -> f64 {
    let mut is_in = vec![false; members.len()];
    for place in places {
        is_in[*place] = true;
    }
    let side = |wanted: bool| -> Vec<Join> {
        let of_side = members.iter().zip(&is_in).filter(|(_, is_in)| **is_in == wanted);
        of_side.map(|(member, _)| member.join).collect()
    };
    let (study, labels) = sides(&side(true), &side(false));
    let by_label = labels.map(|label| tails(&study, label, draws)[Measure::Joins as usize]);
    by_label.iter().map(|tails| tails.map_or(1.0, Tails::upper)).fold(0.0, f64::max)
}

/// So many draws that one of so many cohorts can stand by itself, with room to spare.
fn draws(tested: u32) -> u32 {
    tested.saturating_mul(DRAWS_PER_COHORT).saturating_sub(1).clamp(DRAWS, MOST_DRAWS)
}
