//! Whether comparisons keep what they promise, on worlds of which the truth is known: joins of people
//! and meetings whose rates are beta-distributed.
//!
//! For each kind of world a thousand splits without any difference, which may alarm in 6 % and whose
//! limits must cover 0 in 93 %; and after each, if it is possible, one with a difference twice the
//! smallest that was visible, which must be seen in 80 % and covered in 93 %. Likewise a cohort beside a rest that has the same bad week, and
//! quiet sites. It fails when a promise is broken.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::process::ExitCode;

use fastrand::Rng;
use zqos_quality::compare::{
    Effect, Finding, Join, Member, Outcome, Periods, Standing, compare, compare_change, rank,
};

#[path = "../tests/it/world.rs"]
mod world;

use world::{Assignment, World, worsened};

/// How many splits are compared of each kind of world.
const SPLITS: u32 = 1_000;
/// The share of splits without a difference that may alarm.
const MOST_ALARMS: f64 = 0.06;
/// The share of limits that must hold the true difference.
const LEAST_COVERED: f64 = 0.93;
/// The share of differences, twice the smallest visible, that must be seen.
const LEAST_SEEN: f64 = 0.80;
/// Of fewer it is not said how many were seen: few comparisons of 20 joins could see anything.
const LEAST_TRIED: u32 = 100;
/// The greatest difference that is tried: more is not possible where one in ten is poor already.
const GREATEST: f64 = 0.85;

/// So many of so many.
#[derive(Debug, Default, Clone, Copy)]
struct Share {
    hits: u32,
    of: u32,
}

impl Share {
    fn add(&mut self, is_hit: bool) {
        self.hits += u32::from(is_hit);
        self.of += 1;
    }

    fn holds(self, limit: impl Fn(f64) -> bool) -> bool {
        limit(f64::from(self.hits) / f64::from(self.of))
    }

    fn shown(self) -> String {
        let share = 100.0 * f64::from(self.hits) / f64::from(self.of.max(1));
        format!("{share:.1} % of {}", self.of)
    }
}

/// How often chance was taken for a difference, and how often the limits held 0.
#[derive(Debug, Default, Clone, Copy)]
struct Chance {
    alarms: Share,
    covered: Share,
}

impl Chance {
    fn add(&mut self, effect: &Effect) {
        self.alarms.add(effect.finding() != Finding::NotShown);
        self.covered.add(effect.difference.lower <= 0.0 && 0.0 <= effect.difference.upper);
    }

    fn holds(self) -> bool {
        self.alarms.holds(|share| share <= MOST_ALARMS)
            && self.covered.holds(|share| share >= LEAST_COVERED)
    }

    fn shown(self) -> String {
        format!("alarms {}, covered {}", self.alarms.shown(), self.covered.shown())
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "BROKEN" }
}

/// Two groups of one world, whatever decides who is in which.
fn groups(world: World, rng: &mut Rng) -> bool {
    let mut chance = [Chance::default(); 2];
    let (mut seen, mut covered) = (Share::default(), Share::default());
    for assignment in Assignment::ALL.into_iter().cycle() {
        if chance[0].alarms.of == SPLITS {
            break;
        }
        let [group, others] = world.groups(rng, assignment, 0.0);
        let Outcome::Compared { joins, minutes } = compare(&group, &others).outcome else {
            continue;
        };
        chance[0].add(&joins);
        chance[1].add(&minutes);

        let Some(visible) = joins.smallest_visible.filter(|visible| 2.0 * visible <= GREATEST)
        else {
            continue;
        };
        let [group, others] = world.groups(rng, assignment, 2.0 * visible);
        if let Outcome::Compared { joins, .. } = compare(&group, &others).outcome {
            seen.add(joins.finding() == Finding::Worse);
            let limits = joins.difference.lower..=joins.difference.upper;
            covered.add(limits.contains(&(2.0 * visible)));
        }
    }
    let is_tried = seen.of >= LEAST_TRIED;
    let holds = chance.iter().all(|chance| chance.holds())
        && (!is_tried || seen.holds(|share| share >= LEAST_SEEN))
        && (!is_tried || covered.holds(|share| share >= LEAST_COVERED));
    let World { joins, likeness, .. } = world;
    println!("{joins} joins, likeness {likeness}: {}", verdict(holds));
    println!("  poor joins: {}", chance[0].shown());
    println!("  poor minutes: {}", chance[1].shown());
    println!("  twice the smallest visible: seen {}, covered {}", seen.shown(), covered.shown());
    holds
}

/// A cohort and the rest, both of whom a third of joins is made poor after a change.
fn bad_week_of_everybody(rng: &mut Rng) -> bool {
    let world = World { joins: 300, poor: 0.1, likeness: 0.2 };
    let mut chance = Chance::default();
    for _ in 0..SPLITS {
        let [cohort, rest] = world.groups(rng, Assignment::Persons, 0.0);
        let [cohort, rest] = [cohort, rest].map(|joins| {
            let (before, after): (Vec<Join>, Vec<Join>) =
                joins.into_iter().partition(|join| join.meeting % 2 == 0);
            let worse = |join| if rng.u8(0..3) == 0 { worsened(rng, join) } else { join };
            (before, after.into_iter().map(worse).collect::<Vec<Join>>())
        });
        let periods = |(before, after)| Periods { before, after };
        let found =
            compare_change(periods((&*cohort.0, &*cohort.1)), periods((&*rest.0, &*rest.1)));
        if let Outcome::Compared { joins, .. } = found.beyond_rest {
            chance.add(&joins);
        }
    }
    println!("a cohort beside the rest, in a bad week of everybody: {}", verdict(chance.holds()));
    println!("  poor joins: {}", chance.shown());
    chance.holds()
}

/// Twelve sites without a fault of their own.
fn quiet_sites(rng: &mut Rng) -> bool {
    let world = World { joins: 600, poor: 0.08, likeness: 0.2 };
    let mut alarms = Share::default();
    for _ in 0..SPLITS {
        let joins = world.groups(rng, Assignment::Joins, 0.0).concat();
        let member = |join: Join| Member { join, cohorts: vec![join.person.unwrap_or(0) % 12] };
        let members: Vec<Member> = joins.into_iter().map(member).collect();
        alarms.add(rank(&members).iter().any(|one| one.standing == Standing::Named));
    }
    let holds = alarms.holds(|share| share <= MOST_ALARMS);
    println!("twelve quiet sites: {}", verdict(holds));
    println!("  any of them named: {}", alarms.shown());
    holds
}

fn main() -> ExitCode {
    let mut rng = Rng::with_seed(1);
    let mut holds = true;
    for likeness in [0.2, 0.5] {
        for joins in [20, 50, 100, 200, 500] {
            holds &= groups(World { joins, poor: 0.1, likeness }, &mut rng);
        }
    }
    holds &= bad_week_of_everybody(&mut rng);
    holds &= quiet_sites(&mut rng);
    println!("all of it: {}", verdict(holds));
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
