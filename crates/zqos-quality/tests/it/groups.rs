//! Two groups.

use fastrand::Rng;
use proptest::prelude::*;
use zqos_quality::Proportion;
use zqos_quality::compare::{Comparison, Effect, Finding, Join, Outcome, Slot, compare};

use crate::world::{Assignment, World};

/// Joins of meetings of four of twelve people, all at nine on Mondays; so many of each are poor.
fn joins(first_meeting: u32, poor_of_four: &[u32]) -> Vec<Join> {
    let slot = Slot::new(0, 9).expect("Mondays at nine");
    let meetings = (first_meeting..).zip(poor_of_four);
    let seats = meetings.flat_map(|(meeting, poor)| (0..4).map(move |seat| (meeting, seat, poor)));
    seats
        .map(|(meeting, seat, poor)| {
            let is_poor = seat < *poor;
            let minutes = Proportion::new(if is_poor { 6 } else { 0 }, 10);
            let minutes = minutes.expect("a part of ten");
            Join { meeting, person: Some((meeting * 4 + seat) % 12), slot, is_poor, minutes }
        })
        .collect()
}

fn effects(comparison: &Comparison) -> (Effect, Effect) {
    match comparison.outcome {
        Outcome::Compared { joins, minutes } => (joins, minutes),
        Outcome::NotEnoughData => panic!("not enough: {comparison:?}"),
    }
}

#[test]
fn the_difference_is_that_of_shares() {
    let (after, before) = (joins(0, &[1, 2, 1, 0, 1, 1]), joins(6, &[0, 1, 0, 0, 0, 0]));
    let comparison = compare(&after, &before);
    let (joins, minutes) = effects(&comparison);
    assert_eq!(comparison.group.joins, Proportion::new(6, 24));
    assert_eq!(comparison.reference.minutes, Proportion::new(6, 240));
    assert!((joins.difference.value - 5.0 / 24.0).abs() < 1e-12);
    assert!((minutes.difference.value - 30.0 / 240.0).abs() < 1e-12);
    assert_eq!(joins.naive, Proportion::new(6, 24).unwrap().less(Proportion::new(1, 24).unwrap()));
}

#[test]
fn limits_are_never_narrower_than_of_independent_joins() {
    let (after, before) =
        (joins(0, &[4, 0, 4, 0, 4, 4, 0, 0]), joins(8, &[0, 4, 0, 0, 0, 0, 4, 0]));
    let (joins, _) = effects(&compare(&after, &before));
    let width = |difference: zqos_quality::Difference| difference.upper - difference.lower;
    assert!(width(joins.difference) > 1.5 * width(joins.naive), "{joins:?}");
    assert!(joins.design_effect > 2.5, "whole meetings are poor: {joins:?}");
    assert_eq!(joins.finding(), Finding::NotShown, "as few meetings are poor by chance");
}

#[test]
fn a_clear_difference_has_a_side() {
    let (many, few) = (joins(0, &[3, 2].repeat(6)), joins(12, &[0, 1].repeat(6)));
    let (worse, _) = effects(&compare(&many, &few));
    let (better, _) = effects(&compare(&few, &many));
    assert_eq!((worse.finding(), better.finding()), (Finding::Worse, Finding::Better));
}

#[test]
fn joins_without_their_like_are_left_out_and_counted() {
    let before = joins(6, &[1; 6]);
    let mut after = joins(0, &[1; 6]);
    after.extend(
        joins(20, &[4; 5]).into_iter().map(|join| Join { slot: Slot::new(5, 3).unwrap(), ..join }),
    );
    let comparison = compare(&after, &before);
    assert_eq!((comparison.group.unmatched, comparison.reference.unmatched), (20, 0));
    assert!(effects(&comparison).0.difference.value.abs() < 1e-12, "Saturday's nights don't count");
}

#[test]
fn too_few_people_or_meetings_are_not_compared() {
    let many = joins(10, &[1; 6]);
    let one_meeting = joins(0, &[2]);
    let two_people: Vec<Join> =
        joins(0, &[2; 6]).into_iter().filter(|join| join.person < Some(2)).collect();
    for few in [&[][..], &one_meeting, &two_people] {
        for comparison in [compare(few, &many), compare(&many, few)] {
            assert_eq!(comparison.outcome, Outcome::NotEnoughData);
        }
    }
    let comparison = compare(&two_people, &many);
    assert_eq!((comparison.group.people, comparison.group.meetings), (2, 2));
}

#[test]
fn people_of_whom_nothing_is_known_are_one_in_each_meeting() {
    let redacted = |joins: Vec<Join>| -> Vec<Join> {
        joins.into_iter().map(|join| Join { person: None, ..join }).collect()
    };
    let two = compare(&redacted(joins(0, &[1; 2])), &redacted(joins(10, &[1; 2])));
    assert_eq!((two.group.people, two.outcome), (2, Outcome::NotEnoughData));
    let three = compare(&redacted(joins(0, &[1; 3])), &redacted(joins(10, &[1; 3])));
    assert_eq!(three.group.people, 3);
    assert!(effects(&three).0.difference.value.abs() < 1e-12);
}

#[test]
fn chance_seldom_alarms_and_limits_cover() {
    let (mut known, mut alarms, mut covered) = (0, 0, 0);
    for assignment in Assignment::ALL {
        let mut rng = Rng::with_seed(7);
        let world = World { joins: 60, poor: 0.15, likeness: 0.3 };
        for _ in 0..60 {
            let [group, others] = world.groups(&mut rng, assignment, 0.0);
            let Outcome::Compared { joins, minutes } = compare(&group, &others).outcome else {
                continue;
            };
            for effect in [joins, minutes] {
                known += 1;
                alarms += u32::from(effect.finding() != Finding::NotShown);
                let difference = effect.difference;
                covered += u32::from(difference.lower <= 0.0 && 0.0 <= difference.upper);
            }
        }
    }
    assert!(known > 300, "{known}");
    assert!(f64::from(alarms) <= 0.06 * f64::from(known), "{alarms} of {known}");
    assert!(f64::from(covered) >= 0.93 * f64::from(known), "{covered} of {known}");
}

#[test]
fn twice_the_smallest_visible_effect_is_seen() {
    let (mut tried, mut seen) = (0, 0);
    let mut rng = Rng::with_seed(8);
    let world = World { joins: 120, poor: 0.1, likeness: 0.2 };
    for _ in 0..80 {
        let [group, others] = world.groups(&mut rng, Assignment::Persons, 0.0);
        let Outcome::Compared { joins, .. } = compare(&group, &others).outcome else { continue };
        let Some(visible) = joins.smallest_visible.filter(|visible| *visible < 0.4) else {
            continue;
        };
        let [group, others] = world.groups(&mut rng, Assignment::Persons, 2.0 * visible);
        if let Outcome::Compared { joins, .. } = compare(&group, &others).outcome {
            tried += 1;
            seen += u32::from(joins.finding() == Finding::Worse);
        }
    }
    assert!(tried > 60, "{tried}");
    assert!(f64::from(seen) >= 0.8 * f64::from(tried), "{seen} of {tried}");
}

fn any_joins() -> impl Strategy<Value = Vec<Join>> {
    let join = (0u32..5, any::<Option<u8>>(), 0u8..7, 0u8..3, any::<bool>(), any::<u32>(), 1u32..);
    let join = join.prop_map(|(meeting, person, day, hour, is_poor, hits, of)| Join {
        meeting,
        person: person.map(|person| u32::from(person % 6)),
        slot: Slot::new(day % 2, hour).expect("an early hour"),
        is_poor,
        minutes: Proportion::new(hits % of, of).expect("a part of some"),
    });
    proptest::collection::vec(join, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn order_changes_nothing_and_nothing_panics(one in any_joins(), other in any_joins(), by in 0usize..30) {
        let before = compare(&one, &other);
        let turned = |mut joins: Vec<Join>| {
            let by = by.min(joins.len());
            joins.rotate_left(by);
            joins.reverse();
            joins
        };
        if let Outcome::Compared { joins, minutes } = before.outcome {
            for Effect { difference, p_value, design_effect, .. } in [joins, minutes] {
                prop_assert!(-1.0 <= difference.lower && difference.lower <= difference.value);
                prop_assert!(difference.value <= difference.upper && difference.upper <= 1.0);
                prop_assert!(0.0 < p_value && p_value <= 1.0 && design_effect >= 1.0);
            }
        }
        prop_assert_eq!(compare(&turned(one), &turned(other)), before);
    }
}
