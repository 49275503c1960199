//! Names and topics come from strangers: what would steer a terminal is shown escaped, everywhere.

use serde_json::{Value, json as value};
use zqos_core::Shown;
use zqos_replay::{Matcher, Responder, Response, Routes, Server, fixtures};

use crate::support::{
    NUMBER, PERSON, Run, UUID, Zqos, error, json, paged, reporting, serving, with_tokens,
};

/// Clears the screen, reorders the line, is invisible, colours by C1, ends the line, rings.
const EVIL: &str = "Eve\u{1b}[2J\u{202e}txt\u{200b}\u{9b}31m\r\nline\u{2028}\u{7}\u{e0041}";

/// Asserts that nothing that steers a terminal is on standard output; standard error is held to
/// that in every run.
#[track_caller]
fn is_harmless(run: &Run) {
    let text = run.text();
    assert!(!text.contains(|c| c != '\n' && Shown::is_escaped(c)), "{run}");
}

/// A JSON value in which every text that has no figure in it is evil.
fn poisoned(value: &mut Value) {
    match value {
        Value::String(text) if !text.starts_with(|c: char| c.is_ascii_digit()) => {
            EVIL.clone_into(text);
        }
        Value::Array(elements) => elements.iter_mut().for_each(poisoned),
        Value::Object(members) => members.values_mut().for_each(poisoned),
        _ => {}
    }
}

/// The published example, with evil in every text, in members that it lacks, and in the name of a
/// stream.
fn report() -> Value {
    let mut report: Value = serde_json::from_str(fixtures::seed_report()).unwrap();
    poisoned(&mut report);
    for member in [
        "email",
        "client",
        "os",
        "os_version",
        "browser_name",
        "browser_version",
        "device_name",
        "microphone",
        "speaker",
        "camera",
        "network_type",
        "connection_type",
        "video_connection_type",
        "as_connection_type",
        "data_center",
        "health",
        "leave_reason",
        "role",
        "topic",
        "host",
        "dept",
        "audio_quality",
        "participant_uuid",
    ] {
        report[member] = EVIL.into();
    }
    report["issue_list"] = value!([EVIL, EVIL]);
    report["internal_ip_addresses"] = value!([EVIL]);
    report["user_qos"][0][EVIL] = value!({"bitrate": "9 kbps"});
    report["user_qos"][0]["cpu_pressure_level"] = value!({"system_max_cpu_pressure_level": EVIL});
    report
}

const FORMATS: [&str; 4] = ["table", "json", "ndjson", "csv"];

#[test]
fn a_report_is_harmless_in_every_format() {
    let server = reporting(json(report().to_string()));
    for format in FORMATS {
        let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", format]);
        is_harmless(&run);
        assert!(run.text().contains("Eve\\u"), "{run}");
    }
}

#[test]
fn nothing_is_lost_of_an_evil_name() {
    let server = reporting(json(report().to_string()));
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "json"]).exits(0);
    assert_eq!(run.json(), report());
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "ndjson"]);
    assert_eq!(run.rows()[0]["user_name"], EVIL);
    let streams: Vec<_> = run.rows().iter().map(|row| row["stream"].clone()).collect();
    assert!(streams.contains(&EVIL.into()), "{run}");
}

/// A server that answers everything with this row, evil as it is.
fn account(row: &Value) -> Server {
    let row = row.to_string();
    let listing = |member| paged(member, 1, &[&[&row]]);
    serving(Routes::new().on("GET", Matcher::path("/v2/metrics/meetings"), listing("meetings")).on(
        "GET",
        Matcher::prefix("/v2/"),
        listing("participants"),
    ))
}

#[test]
fn lists_are_harmless_in_every_format() {
    let mut row = report();
    row["uuid"] = EVIL.into();
    row["id"] = 1.into();
    row["start_time"] = "2026-01-05T10:00:00Z".into();
    row["participant_id"] = "1".into();
    row["qos"] = value!([{"type": EVIL, "details": {"avg_latency": "1 ms", "max_latency": EVIL}}]);
    let server = account(&row);
    for args in [
        &["meetings", "--at", "2026-01-05 10:05"][..],
        &["participants", UUID],
        &["get", UUID],
        &["get", UUID, "--summary"],
    ] {
        for format in FORMATS {
            let run = Zqos::at(&server).run(args.iter().chain(&["--format", format]));
            is_harmless(&run);
            assert!(run.says("Eve\\u"), "{run}");
        }
    }
    let run = Zqos::at(&server).run(["api", "/things", "--all"]);
    is_harmless(&run);
    let run = Zqos::at(&server).run(["api", "/things", "--format", "ndjson"]);
    is_harmless(&run);
}

#[test]
fn several_people_of_an_evil_name_are_listed_harmlessly() {
    let mut row = report();
    let mut other = row.clone();
    for (row, id) in [(&mut row, "1\u{1b}[31m"), (&mut other, "2")] {
        row["user_id"] = id.into();
    }
    let (row, other) = (row.to_string(), other.to_string());
    let server = serving(Routes::new().on(
        "GET",
        Matcher::prefix("/v2/"),
        paged("participants", 2, &[&[&row, &other]]),
    ));
    let run = Zqos::at(&server).run(["get", UUID, "--person", "Eve"]).exits(2);
    assert!(run.stderr.contains("Eve\\u{1b}[2J") && run.stderr.contains("1\\u{1b}[31m"), "{run}");
}

#[test]
fn what_is_found_is_named_harmlessly() {
    let row = report().to_string();
    let details = value!({"uuid": EVIL, "start_time": "2026-01-05T10:00:00Z"});
    let routes = Routes::new()
        .on("GET", format!("/v2/metrics/meetings/{NUMBER}"), json(details.to_string()))
        .on(
            "GET",
            Matcher::prefix("/v2/"),
            Responder::with(move |request| {
                if request.path().ends_with("/qos") {
                    json("{}")
                } else {
                    json(format!(r#"{{"participants":[{row}]}}"#))
                }
            }),
        );
    let server = serving(routes);
    let run = Zqos::at(&server).run(["get", NUMBER, "--person", "Eve"]).exits(0);
    run.explains(&["meeting Eve\\u{1b}[2J", "Eve\\u{1b}[2J\\u{202e}txt"]);
}

#[test]
fn what_was_typed_is_shown_harmlessly() {
    let server = serving(Routes::new());
    let evil = EVIL.replace('\u{7}', "");
    for args in [
        &["get", &evil, PERSON][..],
        &["get", NUMBER, &evil],
        &["get", NUMBER, PERSON, "--at", &evil],
        &["get", NUMBER, PERSON, "--tz", &evil],
        &["get", NUMBER, PERSON, "--account", &evil],
        &["api", &evil],
        &["api", "/users/me", &evil],
        &["meetings", "--from", &evil],
    ] {
        assert_ne!(Zqos::at(&server).run(args).status.code(), Some(0));
    }
}

#[test]
fn errors_are_told_harmlessly() {
    for answer in [
        error(400, 300, EVIL),
        Response::new(400).json(
            value!({"code": 300, "message": "x", "errors": [{"field": EVIL, "message": EVIL}]})
                .to_string(),
        ),
        error(400, 4711, &format!("does not contain scopes:[{EVIL}, b]")),
        Response::new(502).body(format!("<h1>{EVIL}</h1>")),
        json(format!("{EVIL} is not JSON")),
        Response::new(404).reason("Not\u{9b}31m Found").header("X-Eve", "a\u{9b}31m\u{9}b"),
    ] {
        let server = reporting(answer);
        let zqos = Zqos::at(&server).http("tries", 1);
        zqos.run(["get", NUMBER, PERSON, "--type", "live"]).fails(&["GET ", "HTTP "]);
    }
}

#[test]
fn what_the_token_endpoint_says_is_told_harmlessly() {
    let body = value!({"error": EVIL, "reason": EVIL}).to_string();
    let server = serving(Routes::new().on("POST", "/oauth/token", Response::new(400).json(body)));
    Zqos::app_at(&server).run(["auth", "check"]).fails(&["POST ", "HTTP 400 "]);
    let body = value!({"access_token": "a-token", "api_url": EVIL, "scope": EVIL}).to_string();
    let routes = Routes::new().on("POST", "/oauth/token", json(body)).on(
        "GET",
        "/v2/metrics/meetings",
        json("{}"),
    );
    is_harmless(&Zqos::app_at(&serving(routes)).run(["auth", "check"]).exits(3));
}

#[test]
fn wrong_values_are_quoted_harmlessly() {
    let body = value!({"user_id": "1", "user_qos": [
        {"date_time": EVIL},
        {"date_time": "2026-01-05T10:00:00Z", "audio_input": {"bitrate": EVIL}},
        {"date_time": "2026-01-05T10:00:00Z", "video_input": EVIL},
    ]});
    let server = reporting(json(body.to_string()));
    for format in ["table", "ndjson", "csv"] {
        let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", format]).exits(3);
        is_harmless(&run);
    }
}

#[test]
fn headers_that_are_asked_for_are_shown_harmlessly() {
    let answer = json("{}").reason("O\u{9b}31mK").header("X-Eve", "a\u{9b}31m\u{9}b");
    let server = serving(with_tokens(Routes::new()).on("GET", Matcher::prefix("/v2/"), answer));
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--include"]).exits(0);
    assert!(run.stderr.contains("x-eve: "), "{run}");
    Zqos::at(&server).run(["api", "/users/me", "--include"]).exits(0);
    // At every level of the log too.
    Zqos::at(&server).run(["get", NUMBER, PERSON, "--include", "-vvv"]).exits(0);
}
