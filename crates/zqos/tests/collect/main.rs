//! `zqos collect` and `zqos status` against the simulated Zoom, over a socket; and what comes of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod days;
#[cfg(feature = "query")]
mod diagnose;
mod drift;
#[cfg(feature = "query")]
mod find;
mod phone;
#[cfg(all(unix, feature = "query"))]
mod pushed;
#[cfg(feature = "serve")]
mod serve;
mod table;
mod webinar;
mod world;

use std::time::Duration;

use serde_json::json;
use table::Cells;
use world::{World, said};
use zqos_core::table::{MEETINGS, QUOTA_LEDGER, REQUESTS, STREAM_SAMPLES};
use zqos_sim::{Algorithm, Config, Misbehaviour, Share};

fn small() -> Config {
    Config { people: 60, limits: Algorithm::Off, ..Config::default() }
}

const DAY: [&str; 6] = ["--from", "2026-11-19", "--to", "2026-11-20", "--tz", "UTC"];

#[test]
fn a_day_is_collected_once_with_the_least_number_of_calls() {
    let world = World::new(small());
    let output = world.run("collect", &DAY);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.rows(), world.truth());
    let least = world.least_calls();
    assert_eq!(world.calls(), least);

    // What is there is not fetched again; a day that may grow is listed again.
    world.clock.advance(Duration::from_mins(1));
    let output = world.run("collect", &DAY);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.calls(), least + 3);
    assert_eq!(world.rows(), world.truth());

    let status = world.status(&DAY);
    let [all] = &status.as_array().unwrap()[..] else { panic!("{status}") };
    let count = |pointer: &str| all.pointer(pointer).unwrap().as_u64().unwrap();
    assert_eq!(count("/meetings/ended"), world.meetings());
    assert_eq!(count("/participants/got"), count("/participants/expected"));
    assert_eq!(count("/minutes/got"), count("/minutes/expected"));
    assert!(count("/minutes/got") > 1_000, "{all}");
    assert_eq!(all["holes"], json!([]));
    // Whoever counts beside finds the same number.
    assert_eq!(world.sum(&REQUESTS, "calls"), world.calls());
    assert_eq!(world.sum(&QUOTA_LEDGER, "spent"), world.calls());
}

#[test]
fn what_fails_is_fetched_again_and_nothing_is_lost_or_doubled() {
    let world = World::new(small());
    for (fault, share) in [
        (Misbehaviour::ServerErrors, 0.1),
        (Misbehaviour::Html503, 0.05),
        (Misbehaviour::Html200, 0.05),
        (Misbehaviour::Resets, 0.1),
        (Misbehaviour::CutBodies, 0.1),
        (Misbehaviour::ExpiredAccessTokens, 0.1),
        (Misbehaviour::ExpiredPageTokens, 0.2),
    ] {
        world.zoom.misbehave(fault, Share::new(share).unwrap());
    }
    // A page that never came is told, and another run fetches what is missing.
    let runs = (0..20).find(|_| {
        let output = world.run("collect", &DAY);
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1 | 3)), "{}", said(&output));
        code == Some(0)
    });
    assert!(runs.is_some(), "it never was complete");
    assert_eq!(world.rows(), world.truth());
}

#[test]
fn whoever_is_killed_loses_nothing_and_repeats_little() {
    let world = World::new(small());
    let least = world.least_calls();
    let kills = world.kill_until_done(&DAY, 10, 3);
    assert!(kills > 3, "{kills} kills");
    assert_eq!(world.rows(), world.truth());
    // A run has sixteen meetings under way, which most have a page or two of each sort.
    let most = least + kills * (16 * 4 + 3);
    assert!(world.calls() <= most, "{} calls, {least} are the least", world.calls());
    // What was killed may have counted too much, never too little.
    let ledger = world.table(&QUOTA_LEDGER);
    let taken = |row: &Cells| row["spent"].as_u64().or(row["reserved"].as_u64()).unwrap();
    let counted: u64 = ledger.iter().map(taken).sum();
    assert!(counted >= world.calls(), "{counted} of {}", world.calls());
}

#[test]
fn two_at_once_do_the_work_of_one() {
    let world = World::new(small());
    let runs = [0, 1].map(|_| world.command("collect", &DAY).spawn().unwrap());
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    assert_eq!(world.rows(), world.truth());
    assert_eq!(world.calls(), world.least_calls() + 3, "the second one listed alone");
}

#[test]
fn several_accounts_are_collected_side_by_side() {
    let world = World::new(small());
    let settings = world.dir.path().join("accounts.toml");
    let account = |name: &str, limits: &str| {
        format!(
            "[accounts.{name}]\naccount_id = \"sim-account\"\nclient_id = \"sim-client\"\n\
             client_secret_command = \"echo sim-secret\"\n{limits}\n"
        )
    };
    std::fs::write(
        &settings,
        account("north", "plan = \"business\"")
            + &account("south", "plan = \"pro\"\nspare_pct = 10"),
    )
    .unwrap();
    let all = |name: &str, arguments: &[&str]| {
        let mut command = world.command(name, arguments);
        command
            .args(["--account", "all"])
            .env("ZQOS_CONFIG", &settings)
            .env("PATH", "/usr/bin:/bin");
        for name in ["ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"] {
            command.env_remove(name);
        }
        command.output().unwrap()
    };
    let output = all("collect", &[&DAY[..], &["--format", "ndjson"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let lines = String::from_utf8(output.stdout).unwrap();
    let accounts: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [north, south] = &accounts[..] else { panic!("{lines}") };
    assert_eq!((&north["account"], &south["account"]), (&json!("north"), &json!("south")));
    assert_eq!(north["minutes_got"], south["minutes_got"]);
    assert_eq!(world.calls(), 2 * world.least_calls());
    let samples = world.table(&STREAM_SAMPLES);
    for account in ["north", "south"] {
        let rows = samples.iter().filter(|row| row["account"] == account);
        assert_eq!(rows.count(), world.truth().len(), "{account}");
    }
    // What is left is the one's, and not the other's, nor what is left to others.
    let quota = |account: &serde_json::Value| {
        ["quota_used_today", "quota_left_today"].map(|name| account[name].as_u64().unwrap())
    };
    let least = world.least_calls();
    assert_eq!(quota(north), [least, 60_000 - least]);
    assert_eq!(quota(south), [least, 27_000 - least]);
}

#[test]
fn when_the_day_is_spent_the_rest_follows_after_midnight() {
    // The plan's thousand calls of the day do not suffice for both days.
    let world = World::at("2026-11-20T23:59:55Z", Config { people: 200, ..small() });
    world.zoom.misbehave(Misbehaviour::DailyLimit, Share::new(1.0).unwrap());
    let range = ["--from", "2026-11-19", "--to", "2026-11-20", "--tz", "UTC"];
    let output = world.run("collect", &[&range[..], &["--once"]].concat());
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output)
            .contains("the daily quota is spent; it opens again at 2026-11-21 00:00 (UTC)")
    );
    assert!(said(&output).contains("1 day was never listed to the end"), "{}", said(&output));
    let run = world.command("collect", &range).spawn().unwrap();
    // It is midnight soon; what waits for it goes on by itself.
    world.clock.set_speed(zqos_sim::Speed::NORMAL);
    world.wait_until_refused(2);
    world.zoom.misbehave(Misbehaviour::DailyLimit, Share::new(0.0).unwrap());
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.rows(), world.truth());
}

#[test]
fn what_runs_is_sampled_beside_what_has_ended() {
    let world = World::at("2026-11-19T15:05:00Z", small());
    let truth = world.live_truth();
    assert!(truth.len() > 100, "{} live samples", truth.len());
    let mut run = world.command("collect", &["--live"]).spawn().unwrap();
    // The store is there when the first rows are.
    while !world.dir.path().join("store/layout.json").exists() {
        std::thread::yield_now();
    }
    while world.rows_of("rest_live") != truth || world.rows().is_empty() {
        assert_eq!(run.try_wait().unwrap(), None, "it goes on until it is interrupted");
    }
    run.kill().unwrap();
    run.wait().unwrap();
    // What runs still is known, and nothing of it is missing.
    assert!(world.table(&MEETINGS).iter().any(|row| row["end_time"].is_null()));
}

#[test]
fn what_zoom_lists_no_more_is_said_to_be_out_of_reach() {
    let world = World::new(small());
    let range = ["--from", "2024-01-01", "--to", "2024-01-03", "--tz", "UTC"];
    let output = world.run("collect", &range);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("those before 2026-05-24 00:00 (UTC) can't be had"), "{said}");
    assert!(said.contains("2 days were never listed to the end"), "{said}");
    assert_eq!(world.calls(), 0);
}

#[test]
fn reports_that_are_not_there_yet_are_named() {
    let delay = Duration::from_hours(2);
    let world = World::at("2026-11-19T17:00:00Z", Config { build_delay: delay, ..small() });
    let range = ["--from", "2026-11-19", "--to", "2026-11-20", "--tz", "UTC"];
    let output = world.run("collect", &range);
    assert_eq!(output.status.code(), Some(0), "Zoom lists what it has alone: {}", said(&output));
    // Two hours later there are more.
    world.clock.advance(Duration::from_hours(6));
    let output = world.run("collect", &range);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.rows(), world.truth());
}

#[test]
fn a_credential_that_is_refused_ends_it_with_what_to_do() {
    let world = World::new(small());
    let mut command = world.command("collect", &DAY);
    command.env("ZOOM_CLIENT_SECRET", "another");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("hint: "), "{said}");
    assert!(!said.contains("another"), "{said}");
    assert_eq!(world.calls(), 0);
}

#[test]
fn a_credential_that_is_withdrawn_ends_it_and_what_came_stays() {
    let world = World::new(Config { people: 200, ..small() });
    let least = world.least_calls();
    let run = world.command("collect", &DAY).spawn().unwrap();
    // So many are sent at once; the plan lets the others wait for a second.
    assert!(least > 90, "{least} calls");
    while world.calls() < 40 {
        std::thread::yield_now();
    }
    world.zoom.misbehave(Misbehaviour::ExpiredAccessTokens, Share::new(1.0).unwrap());
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("hint: "), "{}", said(&output));
    let status = world.status(&DAY);
    assert!(status[0]["meetings"]["complete"].as_u64() > Some(0), "{status}");
    assert!(!status[0]["holes"].as_array().unwrap().is_empty(), "{status}");

    // Once there is another, the rest is fetched, and nothing else.
    world.zoom.misbehave(Misbehaviour::ExpiredAccessTokens, Share::new(0.0).unwrap());
    let before = world.calls();
    let output = world.run("collect", &DAY);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.rows(), world.truth());
    assert!(world.calls() - before < least, "what came is not fetched again");
}

#[test]
fn without_a_list_nobody_knows_what_a_day_has() {
    let world = World::new(small());
    let output =
        world.run("collect", &["--from", "2026-11-18", "--to", "2026-11-19", "--tz", "UTC"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = world.run("status", &DAY);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("1 day was never listed to the end: `zqos collect` lists them"));
}
