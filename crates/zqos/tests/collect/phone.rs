//! Calls of Zoom Phone beside the meetings.

use std::time::Duration;

use serde_json::json;
use zqos_core::table::{QUOTA_LEDGER, REQUESTS};
use zqos_sim::{Config, Misbehaviour, Share};

use crate::world::{World, said};
use crate::{DAY, small};

const WITH_PHONE: [&str; 7] =
    ["--phone", "--from", "2026-11-19", "--to", "2026-11-20", "--tz", "UTC"];

#[test]
fn a_days_phone_calls_are_collected_with_the_least_number_of_calls() {
    let world = World::new(small());
    let truth = world.phone_truth();
    let calls = truth.calls();
    assert!(calls > 100, "{calls} phone calls: two pages");
    let output = world.run("collect", &WITH_PHONE);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.phone_rows(), truth);
    assert_eq!(world.rows(), world.truth());
    let lists = calls.div_ceil(100);
    let least = world.least_calls() + lists + calls;
    assert_eq!(world.calls(), least);

    // What is there is not fetched again; a day that may grow is listed again.
    world.clock.advance(Duration::from_mins(1));
    let output = world.run("collect", &WITH_PHONE);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.calls(), least + 3 + lists);
    assert_eq!(world.phone_rows(), truth);

    // Status tells of them without being asked to.
    let phone = &world.status(&DAY)[0]["phone"];
    assert_eq!(phone["calls"], json!(calls));
    assert_eq!(phone["complete"], json!(calls));
    assert_eq!((&phone["missing"], &phone["unlisted_days"]), (&json!({}), &json!([])));
    // Whoever counts beside finds the same numbers; light calls count towards no quota.
    assert_eq!(world.sum(&REQUESTS, "calls"), world.calls());
    let spent = |pool: &str| {
        let ledger = world.table(&QUOTA_LEDGER);
        let rows = ledger.iter().filter(|row| row["pool"] == pool);
        rows.filter_map(|row| row["spent"].as_u64()).sum::<u64>()
    };
    assert_eq!(spent("dashboard"), world.calls() - 2 * lists - calls);
    assert_eq!(spent("phone"), 2 * lists);
}

#[test]
fn a_plan_has_a_row_for_phone_calls() {
    let world = World::new(small());
    let plan = |arguments: &[&str]| {
        let arguments = [arguments, &["--plan", "--format", "json"]].concat();
        let output = world.run("collect", &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()[0]["phone"].clone()
    };
    assert_eq!(plan(&DAY), json!(null), "nobody asked for them");
    let before = plan(&WITH_PHONE);
    assert_eq!((&before["owed"], &before["unlisted"]), (&json!(0), &json!(null)));
    assert_eq!((&before["lists"], &before["unlisted_days"]), (&json!(1), &json!(1)));
    assert_eq!(world.calls(), 0);
    assert_eq!(world.run("collect", &WITH_PHONE).status.code(), Some(0));
    let after = plan(&WITH_PHONE);
    let lists = world.phone_truth().calls().div_ceil(100);
    assert_eq!((&after["lists"], &after["reports"]), (&json!(lists), &json!(0)));
}

#[test]
fn who_may_not_see_phone_calls_has_the_meetings_and_is_told_which_scope_is_missing() {
    for (scopes, missing, is_listed) in [
        ("dashboard:read:admin", "phone:read:admin", false),
        (
            "dashboard:read:list_meetings:admin,dashboard:read:list_webinars:admin,\
             dashboard:read:list_meeting_participants:admin,\
             dashboard:read:list_webinar_participants:admin,\
             dashboard:read:list_meeting_participants_qos:admin,\
             dashboard:read:list_webinar_participants_qos:admin,\
             phone:read:list_call_logs:admin",
            "phone:read:call_qos:admin",
            true,
        ),
    ] {
        let world = World::new(Config { scopes: scopes.parse().unwrap(), ..small() });
        let output = world.run("collect", &WITH_PHONE);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let said = said(&output);
        assert!(said.contains("phone calls can't be collected"), "{said}");
        assert!(said.contains(missing) && said.contains("hint: "), "{said}");
        let rows = world.rows();
        assert!(rows.len() > 1_000, "{} stream samples", rows.len());
        let status = world.status(&WITH_PHONE[1..]);
        assert_eq!(status[0]["holes"], json!([]));
        // Without a list nothing is known of the calls; else they are missing still.
        let calls = status[0]["phone"]["missing"]["not fetched yet"].as_u64();
        assert_eq!(calls.is_some_and(|calls| calls > 100), is_listed, "{status}");
    }
}

#[test]
fn whoever_is_killed_loses_no_phone_call_and_repeats_few() {
    let world = World::new(small());
    let truth = world.phone_truth();
    let least = world.least_calls() + truth.calls().div_ceil(100) + truth.calls();
    let kills = world.kill_until_done(&WITH_PHONE, 20, 10);
    assert!(kills > 3, "{kills} kills");
    assert_eq!(world.phone_rows(), truth);
    assert_eq!(world.rows(), world.truth());
    // A run has sixteen meetings and as many calls under way, and lists anew.
    let most = least + kills * (16 * 4 + 16 + 3 + 2);
    assert!(world.calls() <= most, "{} calls, {least} are the least", world.calls());
}

#[test]
fn phone_calls_that_fail_are_fetched_again() {
    let world = World::new(small());
    for (fault, share) in [
        (Misbehaviour::ServerErrors, 0.1),
        (Misbehaviour::Html200, 0.05),
        (Misbehaviour::CutBodies, 0.1),
        (Misbehaviour::ExpiredPageTokens, 0.2),
    ] {
        world.zoom.misbehave(fault, Share::new(share).unwrap());
    }
    let runs = (0..20).find(|_| {
        let output = world.run("collect", &WITH_PHONE);
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1 | 3)), "{}", said(&output));
        code == Some(0)
    });
    assert!(runs.is_some(), "it never was complete");
    assert_eq!(world.phone_rows(), world.phone_truth());
}
