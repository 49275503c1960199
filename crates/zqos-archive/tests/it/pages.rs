//! Page tokens, targets that nobody would send, and stores that change or vanish.

use std::time::Duration;

use proptest::prelude::*;
use zqos_archive::Archive;
use zqos_core::Origin;

use crate::world::{ACCOUNT, World, ask, encoded};

const LIST: &str = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19";

/// Keeps what there is of a meeting of several, and returns the path to it.
async fn one_meeting(world: &mut World) -> String {
    let pages = world.collect(&format!("{LIST}&page_size=300"), Origin::RestPast, None);
    let rows = pages[0].body["meetings"].as_array().unwrap().clone();
    let row = rows.iter().find(|row| row["participants"].as_u64() > Some(3)).unwrap();
    let uuid = row["uuid"].as_str().unwrap();
    let path = format!("/metrics/meetings/{}/participants", encoded(uuid));
    for (part, size) in [("", 300), ("/qos", 10)] {
        let target = format!("{path}{part}?type=past&page_size={size}");
        world.collect(&target, Origin::RestPast, Some(uuid));
    }
    world.keep().await;
    path
}

#[tokio::test]
async fn a_token_is_good_for_its_own_request_and_a_quarter_of_an_hour() {
    let mut world = World::new().await;
    let path = one_meeting(&mut world).await;
    let archive = world.archive().await;
    let token = |answer: crate::world::Answer| answer.next().unwrap();
    let of_list = token(ask(&archive, &format!("{LIST}&page_size=2")).await);
    let of_joins = token(ask(&archive, &format!("{path}?type=past&page_size=2")).await);
    let status = async |target: String| ask(&archive, &target).await.status;
    assert_eq!(status(format!("{LIST}&page_size=2&next_page_token={of_list}")).await, 200);
    assert_eq!(
        status(format!("{path}?page_size=2&type=past&next_page_token={of_joins}")).await,
        200
    );
    for other in [
        format!("{LIST}&page_size=3&next_page_token={of_list}"),
        format!("{LIST}&page_size=2&next_page_token={of_joins}"),
        format!("{path}?type=past&page_size=2&next_page_token={of_list}"),
        format!("{path}/qos?type=past&page_size=2&next_page_token={of_joins}"),
        format!("{path}?type=past&page_size=2&next_page_token={of_joins}A"),
    ] {
        let answer = ask(&archive, &other).await;
        assert_eq!((answer.status, &answer.body["code"]), (400, &300.into()), "{other}");
        let said = answer.body["message"].as_str().unwrap().to_owned();
        assert_eq!(said, "The next page token is invalid or expired.", "{other}");
    }
    let elsewhere = world.archive().await;
    let target = format!("{LIST}&page_size=2&next_page_token={of_list}");
    assert_eq!(ask(&elsewhere, &target).await.status, 400, "another archive did not give it");
    world.clock.advance(Duration::from_mins(15));
    assert_eq!(ask(&archive, &target).await.status, 400);
}

#[tokio::test]
async fn a_walk_goes_on_where_it_stood_when_rows_come_in_between() {
    let mut world = World::new().await;
    world.collect(&format!("{LIST}&page_size=5"), Origin::RestPast, None);
    world.keep().await;
    let archive = world.archive().await;
    let target = format!("{LIST}&page_size=3");
    let first = ask(&archive, &target).await;
    let webinars = "/metrics/meetings?type=past&from=2026-11-16&to=2026-11-20&page_size=300";
    world.collect(webinars, Origin::RestPast, None);
    world.keep().await;
    world.store.commit().await.unwrap();
    archive.refresh().await.unwrap();
    let uuids = |answer: &crate::world::Answer| {
        let rows = answer.body["meetings"].as_array().unwrap();
        rows.iter().map(|row| row["uuid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let token = first.next().unwrap();
    let second = ask(&archive, &format!("{target}&next_page_token={token}")).await;
    let all = ask(&archive, &format!("{LIST}&page_size=6")).await;
    assert_eq!([uuids(&first), uuids(&second)].concat(), uuids(&all));
}

#[tokio::test]
async fn files_that_were_replaced_and_removed_are_answered_from_those_in_their_place() {
    let mut world = World::new().await;
    let path = one_meeting(&mut world).await;
    world.store.commit().await.unwrap();
    let archive = world.archive().await;
    let target = format!("{path}/qos?type=past&page_size=10");
    let expected = world.zoom(&target).without_token();
    world.store.compact().await.unwrap();
    // Files that were replaced stay for an hour.
    world.clock.advance(Duration::from_hours(2));
    world.store.compact().await.unwrap();
    assert_eq!(ask(&archive, &target).await.without_token(), expected);
}

#[tokio::test]
async fn a_store_that_vanishes_is_told_in_an_answer() {
    let mut world = World::new().await;
    let path = one_meeting(&mut world).await;
    world.store.commit().await.unwrap();
    let archive = world.archive().await;
    std::fs::remove_dir_all(world.dir.path()).unwrap();
    let answer = archive.answer(ACCOUNT, "GET", &format!("{path}/qos?type=past")).await;
    assert_eq!(answer.status, 503);
    assert!(answer.failure.is_some());
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["code"], 503);
    assert!(!body["message"].as_str().unwrap().contains("tables"), "no path goes out");
    assert!(archive.refresh().await.is_err());
}

#[tokio::test]
async fn where_there_is_no_store_nothing_is_opened() {
    let world = World::new().await;
    let nowhere = world.dir.path().join("nowhere");
    let clock: std::sync::Arc<zqos_core::ManualClock> = std::sync::Arc::clone(&world.clock);
    assert!(Archive::open(nowhere, clock).await.is_err());
    let empty = world.archive().await;
    let answer = ask(&empty, LIST).await;
    assert_eq!((answer.status, &answer.body["total_records"]), (200, &0.into()));
}

#[test]
fn no_target_makes_it_fail() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (path, archive, _world) = runtime.block_on(async {
        let mut world = World::new().await;
        let path = one_meeting(&mut world).await;
        (path, world.archive().await, world)
    });
    let piece = prop_oneof![
        Just("/metrics".to_owned()),
        Just("/meetings".to_owned()),
        Just("/webinars".to_owned()),
        Just("/participants".to_owned()),
        Just("/qos".to_owned()),
        Just("/sharing".to_owned()),
        Just(path.clone()),
        Just("?type=past".to_owned()),
        Just("&type=live&page_size=".to_owned()),
        Just("&from=2026-11-18&to=9999-12-31".to_owned()),
        Just("&from=-9999-01-01&to=0000-00-00 24:60:60".to_owned()),
        Just("&next_page_token=".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("%".to_owned()),
        Just("%25%32%46%ff".to_owned()),
        Just("//..//".to_owned()),
        "[0-9]{1,12}",
        "\\PC{0,12}",
        any::<String>(),
    ];
    let target = prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
    let method = prop_oneof![9 => Just("GET".to_owned()), 1 => "\\PC{0,8}"];
    let mut runner = proptest::test_runner::TestRunner::default();
    let outcome = runner.run(&(method, target), |(method, target)| {
        let answer = runtime.block_on(archive.answer(ACCOUNT, &method, &target));
        prop_assert!(answer.status < 500, "{:?}", answer);
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        prop_assert!(body.is_object());
        prop_assert_eq!(answer.status == 200, body.get("code").is_none());
        Ok(())
    });
    outcome.unwrap();
}
