use std::collections::HashSet;

use proptest::prelude::*;

use super::join::{BREAKOUTS, JOINS};
use super::*;

/// 2026-11-17, a Tuesday.
const TUESDAY: u32 = 20_774;

fn calendar(people: u32) -> Calendar {
    Calendar::new(Company::new(1, people))
}

#[test]
fn a_working_day_has_meetings_of_every_sort() {
    let calendar = calendar(200);
    let week: Vec<Meeting> =
        (TUESDAY..TUESDAY + 7).flat_map(|day| calendar.day(day, 0).collect::<Vec<_>>()).collect();
    for sort in [
        Sort::AllHands,
        Sort::Handover,
        Sort::Webinar,
        Sort::Standup,
        Sort::Planning,
        Sort::Project,
        Sort::OneToOne,
    ] {
        assert!(week.iter().any(|meeting| meeting.series.sort == sort), "{sort:?}");
    }
    assert!((150..400).contains(&week.len()), "{}", week.len());
}

#[test]
fn the_handover_crosses_midnight() {
    let meeting = calendar(50).meeting(Instance { day: TUESDAY, series: 1 }).unwrap();
    assert_eq!(meeting.start.div_euclid(DAY) + 1, meeting.end.div_euclid(DAY));
}

/// Every meeting of a working week with its joins.
fn week(calendar: &Calendar) -> Vec<(Meeting, Vec<Join>)> {
    // From Monday on.
    (TUESDAY - 1..TUESDAY + 4)
        .flat_map(|day| calendar.day(day, 0))
        .map(|meeting| (meeting, calendar.joins(&meeting).collect()))
        .collect()
}

#[test]
fn some_rejoin_some_meet_alone_and_some_are_guests() {
    let calendar = calendar(400);
    let (mut rejoins, mut guests) = (0, 0);
    let week = week(&calendar);
    for (meeting, joins) in &week {
        assert_eq!(meeting.is_alone(), joins.iter().all(|join| join.is_host));
        rejoins += joins.iter().filter(|join| join.left == Left::Disconnected).count();
        guests += joins.iter().filter(|join| matches!(join.who, Who::Guest { .. })).count();
    }
    let alone = week.iter().filter(|(meeting, _)| meeting.is_alone()).count();
    assert!(rejoins > 50 && alone > 3 && guests > 100, "{rejoins} {alone} {guests}");
}

#[test]
fn rooms_join_from_the_office_of_the_host_and_some_people_by_telephone() {
    let calendar = calendar(400);
    let (mut rooms, mut seats, mut dialled, mut called) = (0, 0, 0, 0);
    for (meeting, joins) in week(&calendar) {
        for join in joins {
            if let Who::Room { site, room } = join.who {
                assert_eq!(site, calendar.company.site_of(meeting.host));
                assert!(room < calendar.company.rooms());
                let sitting = calendar.people_in_room(&meeting);
                assert!((1..=11).contains(&sitting));
                seats += sitting;
                rooms += 1;
            }
            dialled += u32::from(join.call == Some(Call::In));
            called += u32::from(join.call == Some(Call::Out));
        }
    }
    assert!(rooms > 40 && dialled > 10 && called > 10, "{rooms} {dialled} {called}");
    assert!((rooms..5 * rooms).contains(&seats), "{seats} people in {rooms} rooms");
}

#[test]
fn who_goes_to_a_breakout_room_comes_back_from_it() {
    let calendar = calendar(400);
    let mut breakouts = 0;
    for (meeting, joins) in week(&calendar) {
        for (nth, join) in joins.iter().enumerate() {
            let Space::Breakout(room) = join.space else { continue };
            assert_eq!(meeting.series.sort, Sort::Planning);
            assert!(room < BREAKOUTS && !join.is_host);
            let [before, after] = [&joins[nth - 1], &joins[nth + 1]];
            assert!(before.who == join.who && after.who == join.who);
            assert!(before.space == Space::Main && after.space == Space::Main);
            assert!(before.end < join.start && join.end < after.start);
            assert!(join.end - join.start > 5 * MINUTE);
            breakouts += 1;
        }
    }
    assert!(breakouts > 30, "{breakouts}");
}

#[test]
fn guests_wait_until_they_are_let_in_or_are_not() {
    let calendar = calendar(2_000);
    let (mut admitted, mut refused) = (0, 0);
    for (_, joins) in week(&calendar) {
        for (nth, join) in joins.iter().enumerate() {
            if join.space != Space::WaitingRoom {
                continue;
            }
            assert!(join.who.is_external());
            let next = joins.get(nth + 1).filter(|next| next.who == join.who);
            match join.left {
                Left::Admitted => {
                    assert_eq!(next.unwrap().start, join.end);
                    admitted += 1;
                }
                Left::Refused => {
                    assert!(next.is_none());
                    refused += 1;
                }
                left => panic!("{left:?} is no way out of a waiting room"),
            }
        }
    }
    assert!(admitted > 10 * refused && refused > 3, "{admitted} {refused}");
}

#[test]
fn two_computers_alone_may_send_straight_to_each_other() {
    let calendar = calendar(400);
    let mut direct = 0;
    for (meeting, joins) in week(&calendar) {
        let peers: Vec<_> = joins.iter().map(|join| calendar.peer(&meeting, join.who)).collect();
        if peers.iter().any(Option::is_some) {
            assert_eq!(meeting.series.sort, Sort::OneToOne);
            let people: HashSet<String> =
                joins.iter().map(|join| format!("{:?}", join.who)).collect();
            assert_eq!(people.len(), 2);
            for (join, peer) in joins.iter().zip(peers) {
                assert!(peer.is_some_and(|peer| peer != join.who));
            }
            direct += 1;
        }
    }
    assert!(direct > 5, "{direct}");
}

#[test]
fn the_latest_instance_is_the_last_that_has_begun() {
    let calendar = calendar(50);
    let today = calendar.meeting(Instance { day: TUESDAY, series: 1 }).unwrap();
    let latest = |now| calendar.latest(1, now).unwrap().instance.day;
    assert_eq!(latest(today.start), TUESDAY);
    assert_eq!(latest(today.start - 1), TUESDAY - 1);
    assert_eq!(latest(today.end + 60 * MINUTE), TUESDAY);
}

proptest! {
    #[test]
    fn joins_lie_within_their_meeting_and_are_found_by_id(
        seed: u64, people in 10_u32..3_000, day in 18_000_u32..30_000, series: u32,
    ) {
        let calendar = Calendar::new(Company::new(seed, people));
        let series = series % calendar.series_count();
        let Some(meeting) = calendar.meeting(Instance { day, series }) else { return Ok(()) };
        prop_assert_eq!(meeting.start.div_euclid(DAY), i64::from(day));
        prop_assert!(meeting.start < meeting.end);
        let mut ids = HashSet::new();
        let mut people = HashSet::new();
        let mut last = (0, 0);
        for join in calendar.joins(&meeting) {
            prop_assert!(meeting.start <= join.start && join.start < join.end);
            prop_assert!(join.end <= meeting.end);
            prop_assert!(ids.insert(join.user_id));
            if join.user_id / USER_ID_STEP % JOINS == 1 {
                let is_new = people.insert(format!("{:?}", join.who));
                prop_assert!(is_new);
            }
            if last.0 < join.place {
 last = (join.place, join.start);
}
            prop_assert!(last.1 <= join.start, "one after the other");
            last = (join.place, join.end);
            let found = calendar.join(&meeting, join.user_id).unwrap();
            prop_assert_eq!((found.start, found.end), (join.start, join.end));
            prop_assert!(calendar.join(&meeting, join.user_id + 1).is_none());
        }
        prop_assert!(!ids.is_empty());
        if let Some(share) = Calendar::share(&meeting) {
            prop_assert!(meeting.start <= share.start && share.start < share.end);
            prop_assert!(share.end <= meeting.end);
            prop_assert!(ids.contains(&share.user_id));
        }
    }
}
