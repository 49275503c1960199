//! Cohorts among many.

use fastrand::Rng;
use proptest::prelude::*;
use zqos_quality::Proportion;
use zqos_quality::compare::{Join, Member, Ranked, Slot, Standing, rank};

use crate::world::{Assignment, World, worsened};

/// Joins of a world, each in one of so many sites by its person; at the first `faulty` ones more joins
/// are poor.
fn sites(rng: &mut Rng, joins: usize, sites: u32, faulty: u32) -> Vec<Member> {
    let world = World { joins, poor: 0.08, likeness: 0.1 };
    let member = |join: Join, rng: &mut Rng| {
        let site = join.person.unwrap_or(0) % sites;
        let is_worse = site < faulty && rng.f64() < 0.5;
        let join = if is_worse { worsened(rng, join) } else { join };
        Member { join, cohorts: vec![site] }
    };
    let joins = world.groups(rng, Assignment::Joins, 0.0).concat();
    joins.into_iter().map(|join| member(join, rng)).collect()
}

fn named(ranked: &[Ranked]) -> Vec<u32> {
    let named = ranked.iter().filter(|one| one.standing == Standing::Named);
    named.flat_map(|one| one.cohorts.clone()).collect()
}

#[test]
fn a_faulty_site_is_named_and_others_are_not() {
    let ranked = rank(&sites(&mut Rng::with_seed(1), 1_500, 10, 1));
    assert_eq!(named(&ranked), [0]);
    assert_eq!(ranked[0].cohorts, [0], "it is the first");
    assert!(ranked.is_sorted_by(|one, next| one.shrunk.lower >= next.shrunk.lower));
    assert!(ranked[1..].iter().all(|one| one.standing == Standing::NoDifference));
}

#[test]
fn one_of_many_sites_is_named() {
    let ranked = rank(&sites(&mut Rng::with_seed(2), 9_000, 120, 1));
    assert_eq!(named(&ranked), [0], "{:?}", ranked[0]);
}

#[test]
fn of_what_is_named_little_is_false() {
    let mut rng = Rng::with_seed(3);
    let (mut false_shares, mut right) = (0.0, 0_u32);
    for _ in 0..60 {
        let named = named(&rank(&sites(&mut rng, 800, 12, 3)));
        let of = |is_faulty: bool| named.iter().filter(|site| (**site < 3) == is_faulty).count();
        let [right_here, wrong_here] = [of(true), of(false)].map(|n| u32::try_from(n).unwrap());
        right += right_here;
        false_shares += f64::from(wrong_here) / f64::from((right_here + wrong_here).max(1));
    }
    assert!(false_shares / 60.0 <= 0.1, "{false_shares} of 60");
    assert!(right >= 120, "{right} of 180");
}

#[test]
fn quiet_sites_are_not_named() {
    let mut rng = Rng::with_seed(4);
    let alarms = (0..100).filter(|_| !named(&rank(&sites(&mut rng, 600, 12, 0))).is_empty());
    let alarms = alarms.count();
    assert!(alarms <= 6, "{alarms} of 100");
}

#[test]
fn cohorts_with_the_same_joins_are_one() {
    let mut members = sites(&mut Rng::with_seed(5), 200, 4, 0);
    for member in &mut members {
        let site = member.cohorts[0];
        member.cohorts.extend([100 + site, 100 + site, 200]);
    }
    let ranked = rank(&members);
    let mut numbers: Vec<Vec<u32>> = ranked.iter().map(|one| one.cohorts.clone()).collect();
    numbers.sort();
    assert_eq!(numbers, [vec![0, 100], vec![1, 101], vec![2, 102], vec![3, 103], vec![200]]);
    let all = ranked.iter().find(|one| one.cohorts == [200]).unwrap();
    assert_eq!((all.standing, all.excess), (Standing::NotEnoughData, None), "there is no rest");
}

#[test]
fn small_cohorts_are_not_named_however_poor() {
    let mut members = sites(&mut Rng::with_seed(6), 400, 2, 0);
    for member in members.iter_mut().filter(|member| member.join.person < Some(2)) {
        member.join.is_poor = true;
        member.cohorts.push(9);
    }
    let ranked = rank(&members);
    let small = ranked.iter().find(|one| one.cohorts == [9]).unwrap();
    assert_eq!((small.standing, small.group.people), (Standing::NotEnoughData, 2));
    assert!(small.group.joins.is_some_and(|joins| joins.of() > 5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn order_changes_nothing_and_nothing_panics(
        members in proptest::collection::vec(
            (0u32..6, any::<Option<u8>>(), any::<bool>(), any::<u32>(), 1u32.., proptest::collection::vec(0u32..5, 0..4)),
            0..40,
        ),
        by in 0usize..40,
    ) {
        let mut members: Vec<Member> = members
            .into_iter()
            .map(|(meeting, person, is_poor, hits, of, cohorts)| Member {
                join: Join {
                    meeting,
                    person: person.map(|person| u32::from(person % 8)),
                    slot: Slot::new(0, 9).unwrap(),
                    is_poor,
                    minutes: Proportion::new(hits % of, of).unwrap(),
                },
                cohorts,
            })
            .collect();
        let before = rank(&members);
        let by = by.min(members.len());
        members.rotate_left(by);
        members.reverse();
        prop_assert_eq!(rank(&members), before);
    }
}
