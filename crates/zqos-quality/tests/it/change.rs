//! A cohort before and after a change, beside the rest.

use fastrand::Rng;
use zqos_quality::compare::{Change, Effect, Finding, Join, Outcome, Periods, compare_change};

use crate::world::{Assignment, World, worsened};

const WORLD: World = World { joins: 300, poor: 0.1, likeness: 0.2 };

/// A cohort, and the rest, of one world; after the change so many more joins are poor.
fn change(rng: &mut Rng, more_of_cohort: f64, more_of_rest: f64) -> Change {
    let [cohort, rest] = WORLD.groups(rng, Assignment::Persons, 0.0);
    let periods = |joins: Vec<Join>, more: f64, rng: &mut Rng| -> [Vec<Join>; 2] {
        let (after, before): (Vec<Join>, Vec<Join>) =
            joins.into_iter().partition(|join| join.meeting % 2 == 0);
        let worsened =
            after.into_iter().map(|join| if rng.f64() < more { worsened(rng, join) } else { join });
        [before, worsened.collect()]
    };
    let [cohort_before, cohort_after] = periods(cohort, more_of_cohort, rng);
    let [rest_before, rest_after] = periods(rest, more_of_rest, rng);
    compare_change(
        Periods { before: &cohort_before, after: &cohort_after },
        Periods { before: &rest_before, after: &rest_after },
    )
}

fn joins(outcome: Outcome) -> Effect {
    match outcome {
        Outcome::Compared { joins, .. } => joins,
        Outcome::NotEnoughData => panic!("not enough"),
    }
}

#[test]
fn a_change_is_what_the_rest_does_not_explain() {
    let change = change(&mut Rng::with_seed(3), 0.5, 0.0);
    let [cohort, rest, beyond] =
        [change.cohort.outcome, change.rest.outcome, change.beyond_rest].map(joins);
    let expected = cohort.difference.value - rest.difference.value;
    assert!((beyond.difference.value - expected).abs() < 1e-12);
    assert_eq!(cohort.finding(), Finding::Worse, "{cohort:?}");
    assert_eq!(rest.finding(), Finding::NotShown, "{rest:?}");
    assert_eq!(beyond.finding(), Finding::Worse, "{beyond:?}");
}

#[test]
fn a_bad_week_of_everybody_is_not_put_down_to_the_change() {
    let mut rng = Rng::with_seed(4);
    let (mut cohort_worse, mut blamed, mut covered) = (0, 0, 0);
    for _ in 0..40 {
        let change = change(&mut rng, 0.4, 0.4);
        cohort_worse += u32::from(joins(change.cohort.outcome).finding() == Finding::Worse);
        let beyond = joins(change.beyond_rest);
        blamed += u32::from(beyond.finding() != Finding::NotShown);
        covered += u32::from(beyond.difference.lower <= 0.0 && 0.0 <= beyond.difference.upper);
    }
    assert!(cohort_worse >= 35, "{cohort_worse} of 40");
    assert!(blamed <= 3 && covered >= 37, "{blamed} blamed, {covered} covered, of 40");
}

#[test]
fn without_a_rest_there_is_no_beyond() {
    let [cohort, _] = WORLD.groups(&mut Rng::with_seed(5), Assignment::Meetings, 0.0);
    let (before, after) = cohort.split_at(cohort.len() / 2);
    let change = compare_change(Periods { before, after }, Periods { before: &[], after: &[] });
    assert_eq!(change.beyond_rest, Outcome::NotEnoughData);
    assert_ne!(change.cohort.outcome, Outcome::NotEnoughData);
}
