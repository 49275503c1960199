//! Phone calls of the company, as the client reads them.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;
use zoom_wire::decode;
use zoom_wire::phone::{CallLog, CallQos};
use zoom_wire::{ApiError, error::ApiErrorKind};
use zqos_core::{Percent, PhoneSample};
use zqos_sim::{Config, Scenario};

use crate::support::{Zoom, json};

const WEDNESDAY: &str = "from=2026-11-18&to=2026-11-18";

/// All calls of a list.
#[track_caller]
fn calls(zoom: &Zoom, list: &str) -> Vec<Value> {
    zoom.walk(&format!("/phone/metrics/{list}&page_size=100"), "call_logs").1
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}

/// The answer of what both sides of a call measured.
fn qos(zoom: &Zoom, call: &Value) -> Vec<u8> {
    let answer = zoom.get(&format!("/phone/metrics/call_logs/{}/qos", text(call, "call_id")));
    assert_eq!(answer.status, 200);
    answer.body
}

/// What a side of a call measured.
fn samples(zoom: &Zoom, call: &Value, side: &str) -> Vec<PhoneSample> {
    let body = qos(zoom, call);
    let records = decode::<CallQos<'_>>(&body).unwrap().to_records();
    assert_eq!(records.invalid, []);
    let side = records.sides.into_iter().find(|told| told.call.side == side);
    side.map(|side| side.samples).unwrap_or_default()
}

#[test]
fn a_walk_gives_each_call_once_and_both_lists_have_the_same_rows() {
    let zoom = Zoom::unlimited();
    for list in ["call_logs", "past_calls"] {
        let path = format!("/phone/metrics/{list}?{WEDNESDAY}&page_size=70");
        let (pages, all) = zoom.walk(&path, "call_logs");
        assert!(pages.len() > 2 && all.len() > 200, "{} calls", all.len());
        let ids: HashSet<&str> = all.iter().map(|call| text(call, "call_id")).collect();
        assert_eq!(ids.len(), all.len());
        for page in &pages {
            assert_eq!(page["total_records"], all.len());
            assert_eq!(page.get("page_count"), None);
        }
    }
    let [logs, past] =
        ["call_logs", "past_calls"].map(|list| calls(&zoom, &format!("{list}?{WEDNESDAY}")));
    assert_eq!(logs, past);
}

#[test]
fn a_page_has_thirty_calls_and_at_most_a_hundred() {
    let zoom = Zoom::unlimited();
    let size = |query: &str| {
        zoom.json(&format!("/phone/metrics/call_logs?{WEDNESDAY}{query}"))["page_size"].clone()
    };
    assert_eq!([size(""), size("&page_size=300")], [30, 100]);
}

#[test]
fn without_a_range_it_is_the_last_day_or_the_last_thirty() {
    let zoom = Zoom::unlimited();
    let range = |list: &str| {
        let page = zoom.json(&format!("/phone/metrics/{list}"));
        [text(&page, "from"), text(&page, "to")].map(str::to_owned)
    };
    assert_eq!(range("call_logs"), ["2026-11-19", "2026-11-20"]);
    assert_eq!(range("past_calls"), ["2026-10-21", "2026-11-20"]);
    let instants = "past_calls?from=2026-11-18T09:00:00Z&to=2026-11-18T10:00:00Z";
    assert_eq!(range(instants), ["2026-11-18T09:00:00Z", "2026-11-18T10:00:00Z"]);
    let within = calls(&zoom, instants);
    assert!(!within.is_empty());
    for call in &within {
        assert!(text(call, "date_time").starts_with("2026-11-18T09:"), "{call}");
    }
}

#[test]
fn past_calls_can_be_narrowed_and_every_call_is_in_one_part() {
    let zoom = Zoom::unlimited();
    let all = calls(&zoom, &format!("past_calls?{WEDNESDAY}"));
    let narrowed = |query: &str| calls(&zoom, &format!("past_calls?{WEDNESDAY}&{query}"));
    let parts = [
        ["quality_type=good", "quality_type=bad"].map(narrowed).to_vec(),
        ["directions=inbound", "directions=outbound", "directions=internal"].map(narrowed).to_vec(),
        ["durations=0", "durations=1", "durations=2", "durations=3"].map(narrowed).to_vec(),
    ];
    for parts in parts {
        assert!(parts.iter().all(|part| !part.is_empty()));
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), all.len());
    }
    let both = narrowed("directions=inbound&directions=outbound").len();
    assert_eq!(both, narrowed("directions=inbound,outbound").len());
    for call in narrowed("quality_type=bad&durations=3") {
        assert!(text(&call, "mos").parse::<f64>().unwrap() < 3.5);
        assert!(call["duration"].as_u64().unwrap() < 60);
    }

    let caller = all.iter().map(|call| &call["caller"]).find(|who| who["site_id"].is_string());
    let caller = caller.unwrap();
    for member in ["extension_number", "phone_number", "site_id"] {
        let value = text(caller, member);
        let found = narrowed(&format!("{member}={}", value.trim_start_matches('+')));
        assert!(!found.is_empty(), "{member}");
        for call in &found {
            assert!([&call["caller"], &call["callee"]].iter().any(|who| who[member] == value));
        }
    }
    assert!(!narrowed("department=Sales").is_empty());
    assert!(narrowed("department=Sails").is_empty() && narrowed("cost_center=1").is_empty());
}

#[test]
fn wrong_parameters_are_named() {
    let zoom = Zoom::unlimited();
    for (query, field) in [
        ("call_logs?from=2026-11-18", "to"),
        ("call_logs?from=2026-11-18T09:00:00Z&to=2026-11-18T10:00:00Z", "from"),
        ("call_logs?quality_type=poor", "quality_type"),
        ("past_calls?quality_type=all", "quality_type"),
        ("past_calls?directions=sideways", "directions"),
        ("past_calls?durations=4", "durations"),
        ("past_calls?page_size=x", "page_size"),
    ] {
        let answer = zoom.get(&format!("/phone/metrics/{query}"));
        assert_eq!((answer.status, &json(&answer)["code"]), (400, &300.into()), "{query}");
        assert_eq!(json(&answer)["errors"][0]["field"], field, "{query}");
    }
    let answer = zoom.get("/phone/metrics/call_logs?next_page_token=x");
    let kind = ApiError::from_answer(answer.status, &answer.body).unwrap().kind;
    assert_eq!(kind, ApiErrorKind::PageTokenExpired);
}

#[test]
fn unknown_calls_are_told_as_unknown_meetings_are() {
    let zoom = Zoom::unlimited();
    for id in ["7081466125443483485", "1", "07081466125443483485", "call", "18446744073709551615"] {
        for part in ["", "/qos"] {
            let answer = zoom.get(&format!("/phone/metrics/call_logs/{id}{part}"));
            assert_eq!((answer.status, &json(&answer)["code"]), (404, &3001.into()), "{id}");
        }
    }
}

#[test]
fn a_call_appears_after_its_end() {
    let zoom = Zoom::unlimited();
    let today = "call_logs?from=2026-11-20&to=2026-11-20";
    let before = calls(&zoom, today);
    for call in &before {
        let start: zqos_core::Timestamp = text(call, "date_time").parse().unwrap();
        let seconds = call["duration"].as_u64().unwrap();
        let now: zqos_core::Timestamp = crate::support::NOW.parse().unwrap();
        assert!(now.since(start).unwrap() >= Duration::from_secs(seconds + 600), "{call}");
    }
    zoom.clock.advance(Duration::from_mins(50));
    let after = calls(&zoom, today);
    assert!(after.len() > before.len());
    assert!(before.iter().all(|call| after.contains(call)));
}

#[test]
fn the_client_reads_every_call_and_what_both_sides_measured() {
    let zoom = Zoom::unlimited();
    let calls = calls(&zoom, &format!("call_logs?{WEDNESDAY}"));
    let (mut inbound, mut outbound, mut internal) = (0, 0, 0);
    for call in calls.iter().step_by(7) {
        let body = call.to_string();
        let listed = decode::<CallLog<'_>>(body.as_bytes()).unwrap().to_records("$");
        let path = format!("/phone/metrics/call_logs/{}", text(call, "call_id"));
        let body = zoom.get(&path).body;
        let detail = decode::<CallLog<'_>>(&body).unwrap().to_records("$");
        let body = qos(&zoom, call);
        let measured = decode::<CallQos<'_>>(&body).unwrap().to_records();
        for records in [&listed, &detail, &measured] {
            assert_eq!(records.invalid, []);
        }
        let users = |records: &zoom_wire::phone::CallRecords| -> Vec<String> {
            let users = records.sides.iter().filter(|side| side.call.ip_address.is_some());
            users.map(|side| side.call.side.clone()).collect()
        };
        let expected: &[&str] = match text(call, "direction") {
            "inbound" => {
                inbound += 1;
                &["callee"]
            }
            "outbound" => {
                outbound += 1;
                &["caller"]
            }
            _ => {
                internal += 1;
                &["caller", "callee"]
            }
        };
        assert_eq!(users(&listed), expected);
        assert_eq!(users(&detail), expected);
        assert_eq!(users(&measured), expected);
        for (side, told) in detail.sides.iter().zip(&listed.sides) {
            let is_user = side.call.ip_address.is_some();
            assert_eq!(side.call.person_id.is_some(), is_user);
            assert_eq!(side.call.user_name.is_some(), is_user);
            assert_eq!(
                (&side.call.phone_number, side.call.mos),
                (&told.call.phone_number, told.call.mos)
            );
        }
        let start: zqos_core::Timestamp = text(call, "date_time").parse().unwrap();
        let length = Duration::from_secs(call["duration"].as_u64().unwrap());
        for side in &measured.sides {
            for leg in ["sending", "receiving"] {
                let samples: Vec<_> = side.samples.iter().filter(|it| it.leg == leg).collect();
                assert!(samples.is_sorted_by_key(|sample| sample.ts));
                let last = samples.last().unwrap();
                assert_eq!(last.ts.since(start), Some(length), "{call}");
                for sample in samples {
                    assert!(sample.ts.since(start).is_some());
                    assert!(sample.avg_loss.map(Percent::get) <= sample.max_loss.map(Percent::get));
                    assert!((1.0..=4.5).contains(&sample.mos.unwrap()));
                }
            }
        }
    }
    assert!(inbound > 5 && outbound > 5 && internal > 5);
}

/// A company in which nothing goes wrong but that the line of the Berlin office loses packets.
fn with_a_lossy_line(severity: &str) -> Zoom {
    let scenario: Scenario = format!(
        "by_chance = false\n[[fault]]\nkind = \"site-or-isp\"\nsite = \"Berlin\"\n\
         from = \"2026-11-18\"\nto = \"2026-11-19\"\nseverity = {severity}\n"
    )
    .parse()
    .unwrap();
    let mut zoom = Zoom::unlimited();
    zoom.simulator.play(&scenario).unwrap();
    zoom
}

#[test]
fn what_goes_wrong_at_a_place_is_heard_in_its_calls() {
    let [healthy, lossy] = ["0.0", "3.0"].map(with_a_lossy_line);
    let calls = calls(&healthy, &format!("call_logs?{WEDNESDAY}"));
    // In percent; where TCP sends again what is lost, a percent is ten milliseconds.
    let harm = |samples: &[PhoneSample], leg: &str| {
        let of_leg = samples.iter().filter(|sample| sample.leg == leg);
        let harms: Vec<f64> = of_leg
            .map(|sample| {
                sample.avg_loss.unwrap().get() + sample.network_delay.unwrap().get() / 10.0
            })
            .collect();
        harms.iter().sum::<f64>() / f64::from(u32::try_from(harms.len()).unwrap())
    };
    let is_at = |party: &Value, is_berlin: bool| {
        let address = text(party, "device_public_ip");
        !address.is_empty() && (address == "192.0.2.1") == is_berlin
    };
    let (mut felt, mut heard, mut others) = (0, 0, 0);
    for call in calls.iter().filter(|call| call["duration"].as_u64().unwrap() > 60) {
        let [calling, called] = [&call["caller"], &call["callee"]];
        let [before, after] = [&healthy, &lossy].map(|zoom| samples(zoom, call, "caller"));
        if is_at(calling, true) && felt < 10 {
            felt += 1;
            assert!(harm(&after, "sending") > harm(&before, "sending") + 3.0, "{call}");
        } else if is_at(calling, false) && is_at(called, true) && heard < 5 {
            // What is sent does not pass the line; what is heard did.
            heard += 1;
            let [sent, received] =
                ["sending", "receiving"].map(|leg| harm(&after, leg) - harm(&before, leg));
            assert!(sent.abs() < 1e-9 && received > 3.0, "{sent} {received} {call}");
        } else if is_at(calling, false) && !is_at(called, true) && others < 20 {
            others += 1;
            assert_eq!(after, before, "{call}");
        }
    }
    assert_eq!((felt, heard, others), (10, 5, 20));
    let bad = |zoom: &Zoom| {
        zoom.json(&format!("/phone/metrics/call_logs?{WEDNESDAY}&quality_type=bad"))["total_records"]
            .as_u64()
            .unwrap()
    };
    assert!(bad(&lossy) > bad(&healthy) + 10);
}

#[test]
fn phone_calls_need_scopes_of_their_own_and_have_limits_of_their_own() {
    let config = |scopes: &str| Config { scopes: scopes.parse().unwrap(), ..Config::default() };
    let path = "/phone/metrics/call_logs";
    let dashboard = Zoom::new(config("dashboard:read:admin")).get(path);
    let kind = ApiError::from_answer(dashboard.status, &dashboard.body).unwrap().kind;
    assert_eq!(kind, ApiErrorKind::MissingScopes(["phone:read:admin".into()].into()));
    let zoom = Zoom::new(config("phone:read:list_call_logs:admin"));
    for list in [path, "/phone/metrics/past_calls"] {
        assert_eq!(zoom.get(list).status, 200);
    }
    assert_eq!(zoom.get(&format!("{path}/1")).status, 400);

    let zoom = Zoom::new(Config::default());
    let answer = zoom.get(path);
    assert_eq!(answer.header("x-ratelimit-limit"), Some("30000"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("29999"));
    for _ in 0..9 {
        assert_eq!(zoom.get(path).status, 200);
    }
    assert_eq!(zoom.get(path).status, 429);
    let meetings = zoom.get("/metrics/quality?from=2026-11-19&to=2026-11-19");
    assert_eq!(meetings.header("x-ratelimit-remaining"), Some("59999"));
    let light = zoom.get(&format!("{path}/1/qos"));
    assert_eq!(light.header("x-ratelimit-limit"), Some("40"));
}
