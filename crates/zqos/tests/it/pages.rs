//! `zqos get` without a participant: everybody, page by page.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use zqos_replay::{Responder, Routes, Server, fixtures};

use crate::support::{
    NUMBER, Run, UUID, UUID_IN_PATH, Zqos, answering, asked_with, error, json, page_token, paged,
    serving, targets, unknown_meeting,
};

/// Where the reports of everybody in the meeting of [`UUID`] are.
fn reports() -> String {
    format!("/metrics/meetings/{UUID_IN_PATH}/participants/qos")
}

/// A past meeting whose reports come so.
fn meeting(responder: impl Into<Responder>) -> Server {
    answering(&reports(), responder)
}

fn get(server: &Server, format: &str) -> Run {
    Zqos::at(server).run(["get", UUID, "--type", "past", "--format", format])
}

/// The report of a participant with one minute of audio.
fn report(id: u32) -> String {
    format!(
        r#"{{"user_id":"{id}","participant_uuid":"P{id}","user_name":"Person {id}","user_qos":[{{"date_time":"2026-01-05T10:00:00Z","audio_input":{{"latency":"{id} ms"}}}}]}}"#
    )
}

/// The participants of the lines, in their order.
fn ids(run: &Run) -> Vec<String> {
    run.rows().iter().map(|row| row["user_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn pages_become_one_answer() {
    let server = meeting(fixtures::walk(25, 2, 10));
    let run = get(&server, "json").succeeds();
    let whole: Value = serde_json::from_str(&fixtures::page(25, 2, 1)).unwrap();
    let merged = run.json();
    assert_eq!(merged["participants"], whole["participants"]);
    assert_eq!(merged["total_records"], 25);
    assert_eq!(merged["next_page_token"], "", "there is no page to go on with");

    let tokens: Vec<_> = server
        .requests()
        .iter()
        .map(|request| {
            assert_eq!(request.query("type"), Some("past"));
            assert_eq!(request.query("page_size"), Some("10"));
            request.query("next_page_token").map(str::to_owned)
        })
        .collect();
    assert_eq!(tokens.len(), 3);
    assert_eq!(tokens[0], None);
    assert!(tokens[1] != tokens[2] && tokens[1].is_some());
}

#[test]
fn every_minute_of_every_stream_of_everybody_is_a_line() {
    let server = meeting(fixtures::walk(25, 3, 10));
    let run = get(&server, "ndjson").succeeds();
    let rows = run.rows();
    assert_eq!(rows.len(), 25 * 3 * (18 + 1));
    assert!(rows.iter().all(|row| row["meeting_uuid"] == UUID));
    assert_eq!(ids(&run).into_iter().collect::<BTreeSet<_>>().len(), 25);

    let (_, lines) = get(&server, "csv").succeeds().csv();
    assert_eq!(lines.len(), rows.len());
    for (line, row) in lines.iter().zip(&rows) {
        for (column, value) in row.as_object().unwrap() {
            let cell = &line[column];
            match value {
                Value::Null => assert_eq!(cell, ""),
                Value::Number(number) => assert_eq!(cell.parse().ok(), number.as_f64()),
                text => assert_eq!(text, cell),
            }
        }
    }
}

#[test]
fn everybody_is_a_line_of_the_table() {
    let server = meeting(fixtures::walk(12, 3, 10));
    let run = get(&server, "table").succeeds();
    for place in 0..12 {
        let id = format!("{}  Par", (16_385 + place) * 1024);
        let is_of = |line: &&str| line.trim_start().starts_with(&id);
        assert_eq!(run.text().lines().filter(is_of).count(), 1, "{id}: {run}");
    }
}

#[test]
fn a_number_is_resolved_before_the_walk_and_its_instance_printed() {
    let details = format!("/metrics/meetings/{NUMBER}");
    let body = format!(r#"{{"uuid":"{UUID}","id":{NUMBER},"start_time":"2026-01-05T10:00:00Z"}}"#);
    let routes = Routes::new()
        .on("GET", asked_with(&details, "type", "live"), unknown_meeting())
        .on("GET", asked_with(&details, "type", "past"), json(body))
        .on("GET", asked_with(&reports(), "type", "past"), fixtures::walk(2, 1, 10));
    let server = serving(routes);
    let run = Zqos::at(&server).run(["get", NUMBER, "--format", "ndjson"]).exits(0);
    assert_eq!(
        run.stderr,
        format!(
            "not known as a live meeting; asking for a past one\n\
             meeting {UUID}, started 2026-01-05 10:00 (UTC)\n"
        )
    );
    assert!(run.rows().iter().all(|row| row["meeting_uuid"] == UUID));
    assert_eq!(
        targets(&server),
        [
            format!("/v2{details}?type=live"),
            format!("/v2{details}?type=past"),
            format!("/v2{}?type=past&page_size=10", reports()),
        ]
    );
}

#[test]
fn details_without_a_uuid_are_no_meeting_to_walk_over() {
    let server = answering(&format!("/metrics/meetings/{NUMBER}"), json("{}"));
    Zqos::at(&server).run(["get", NUMBER]).fails(&["error: Zoom's answer about the meeting"]);
}

#[test]
fn all_of_a_webinar_are_on_its_own_path() {
    let path = format!("/metrics/webinars/{UUID_IN_PATH}/participants/qos");
    let server = answering(&path, fixtures::walk(2, 1, 10));
    let args = ["get", UUID, "--webinar", "--type", "past", "--format", "ndjson"];
    Zqos::at(&server).run(args).succeeds();
}

#[test]
fn an_unknown_live_meeting_is_walked_over_as_a_past_one() {
    let routes = Routes::new()
        .on("GET", asked_with(&reports(), "type", "live"), unknown_meeting())
        .on("GET", asked_with(&reports(), "type", "past"), fixtures::walk(2, 1, 10));
    let server = serving(routes);
    let run = Zqos::at(&server).run(["get", UUID, "--format", "ndjson"]).exits(0);
    assert_eq!(run.stderr, "not known as a live meeting; asking for a past one\n");
}

#[test]
fn an_empty_page_does_not_end_the_walk() {
    let (one, two) = (report(1), report(2));
    let server = meeting(paged("participants", 2, &[&[], &[&one], &[], &[], &[&two]]));
    assert_eq!(ids(&get(&server, "ndjson").succeeds()), ["1", "2"]);
    assert_eq!(get(&server, "json").succeeds().json()["participants"].as_array().unwrap().len(), 2);
}

#[test]
fn rows_that_come_again_are_given_once() {
    let [one, two, three] = [1, 2, 3].map(report);
    let pages: &[&[&str]] = &[&[&one, &two], &[&two, &three], &[&one]];
    let server = meeting(paged("participants", 3, pages));
    assert_eq!(ids(&get(&server, "ndjson").succeeds()), ["1", "2", "3"]);
    let json = get(&server, "json").succeeds().json();
    assert_eq!(json["participants"].as_array().unwrap().len(), 3);
}

#[test]
fn a_walk_whose_token_expires_starts_again_and_gives_every_row_once() {
    let rows: Vec<String> = (1..=4).map(report).collect();
    let mut expired = false;
    let whole = rows.clone();
    let server = meeting(Responder::with(move |request| {
        let place = match request.query("next_page_token") {
            None => 0,
            Some(token) => (1..4).find(|&place| page_token(place) == token).unwrap(),
        };
        if place == 2 && !std::mem::replace(&mut expired, true) {
            return error(400, 300, "The next page token is invalid or expired.");
        }
        let next = if place == 3 { String::new() } else { page_token(place + 1) };
        json(format!(
            r#"{{"next_page_token":"{next}","total_records":4,"participants":[{}]}}"#,
            whole[place]
        ))
    }));
    let run = get(&server, "ndjson").succeeds();
    assert_eq!(ids(&run), ["1", "2", "3", "4"]);
    let asked: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.query("next_page_token").map(str::to_owned))
        .collect();
    let token = |place| Some(page_token(place));
    let expected = [None, token(1), token(2), None, token(1), token(2), token(3)];
    assert_eq!(asked, expected);
}

#[test]
fn a_token_that_expires_for_ever_ends_the_walk() {
    let row = report(1);
    let server = meeting(Responder::with(move |request| match request.query("next_page_token") {
        None => {
            json(format!(r#"{{"next_page_token":"{}","participants":[{row}]}}"#, page_token(1)))
        }
        Some(_) => error(400, 300, "The next page token is invalid or expired."),
    }));
    let run = get(&server, "ndjson").exits(3);
    run.explains(&["error: the page token expired again and again", "hint: "]);
    assert_eq!(ids(&run), ["1"], "what came stays");
    assert!(server.requests().len() < 20);
}

#[test]
fn pages_that_name_themselves_end_the_walk() {
    let row = report(1);
    let page = format!(r#"{{"next_page_token":"round","participants":[{row}]}}"#);
    let server = meeting(json(page));
    let run = get(&server, "ndjson").exits(3);
    run.explains(&["error: the same page token came again without a new row", "hint: "]);
    assert!(server.requests().len() < 5);
}

#[test]
fn fewer_rows_than_zoom_counts_are_incomplete() {
    let row = report(1);
    let server = meeting(paged("participants", 3, &[&[&row]]));
    for format in ["ndjson", "csv", "json", "table"] {
        let run = get(&server, format).exits(3);
        assert_eq!(run.stderr, "Zoom counts 3 rows, and gave 1\n");
    }
}

#[test]
fn a_wrong_row_is_told_and_the_others_come() {
    let (one, two) = (report(1), report(2).replace("2 ms", "slow"));
    let server = meeting(paged("participants", 3, &[&[&one, "7"], &[&two]]));
    for format in ["ndjson", "csv", "table"] {
        let run = get(&server, format).exits(3);
        run.explains(&[
            "invalid row: $.participants[1]: expected an object, found a number",
            "invalid row: $.participants[2].user_qos[0].audio_input.latency: expected a time",
        ]);
        assert!(run.text().contains("Person 1"), "{run}");
    }
    // As JSON nothing is lost.
    let json = get(&server, "json").exits(0).json();
    assert_eq!(json["participants"][1], 7);
}

#[test]
fn rows_that_are_no_list_are_told() {
    for rows in ["7", "\"none\"", r#"{"user_id":"1","user_qos":[]}"#] {
        let server = meeting(json(format!(r#"{{"participants":{rows},"page_size":10}}"#)));
        let run = get(&server, "json").exits(3);
        run.explains(&["invalid row: $.participants: expected an array"]);
        run.json();
    }
}

#[test]
fn a_meeting_without_reports_is_told() {
    let server = meeting(paged("participants", 0, &[&[]]));
    for format in ["ndjson", "csv", "json", "table"] {
        let run = get(&server, format).exits(0);
        assert_eq!(run.stderr, "no participants: Zoom has no past reports of this meeting\n");
    }
    assert_eq!(get(&server, "json").json()["participants"], serde_json::json!([]));
    assert_eq!(get(&server, "csv").text().lines().count(), 1, "the heading");
    assert_eq!(get(&server, "ndjson").text(), "");
}

#[test]
fn a_page_that_fails_leaves_what_came_before_and_is_incomplete() {
    for (lost, status_line) in [
        (error(500, 500, "Oops."), "HTTP 500 Internal Server Error"),
        (
            error(429, 429, "You have reached the maximum daily rate limit for this API."),
            "HTTP 429 ",
        ),
        (json("{").cut_after(0), "HTTP 200 OK"),
        (json("not JSON"), "HTTP 200 OK"),
    ] {
        let row = report(1);
        let server =
            meeting(Responder::with(move |request| match request.query("next_page_token") {
                None => json(format!(
                    r#"{{"next_page_token":"{}","total_records":2,"participants":[{row}]}}"#,
                    page_token(1)
                )),
                Some(_) => lost.clone(),
            }));
        for format in ["ndjson", "csv", "json", "table"] {
            let run = get(&server, format).exits(3);
            run.explains(&[
                "Zoom counts 2 rows, and gave 1",
                "GET http://127.0.0.1:",
                status_line,
                "hint: ",
                "Incomplete: the rest is missing.",
            ]);
            assert!(run.text().contains("Person 1"), "{run}");
            if format == "json" {
                assert_eq!(run.json()["participants"].as_array().unwrap().len(), 1);
            }
        }
    }
}

#[test]
fn a_first_page_that_fails_is_a_failure() {
    let server = meeting(error(500, 500, "Oops."));
    let run = get(&server, "ndjson").fails(&["GET ", "HTTP 500 ", "hint: "]);
    assert!(run.stdout.is_empty());
}

#[test]
fn everybody_can_not_be_had_raw() {
    let server = meeting(fixtures::walk(2, 1, 10));
    get(&server, "raw").refuses("error: `raw` gives one answer's bytes").explains(&["hint: "]);
    assert_eq!(server.requests(), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, rng_seed: RngSeed::Fixed(1), ..Default::default() })]

    #[test]
    fn every_row_comes_once_however_the_pages_are_cut(
        cuts in proptest::collection::vec(0_usize..4, 1..6),
        repeated in 0_usize..3,
    ) {
        let rows: Vec<String> = (0..cuts.iter().sum()).map(|id| report(u32::try_from(id).unwrap())).collect();
        let mut pages: Vec<Vec<&str>> = Vec::new();
        let mut at = 0;
        for cut in cuts {
            // A page may begin with rows of the one before.
            let from = if at > 0 { at - repeated.min(at) } else { 0 };
            pages.push(rows[from..at + cut].iter().map(String::as_str).collect());
            at += cut;
        }
        let pages: Vec<&[&str]> = pages.iter().map(Vec::as_slice).collect();
        let server = meeting(paged("participants", rows.len(), &pages));
        let run = get(&server, "ndjson").exits(0);
        let expected: Vec<String> = (0..rows.len()).map(|id| id.to_string()).collect();
        prop_assert_eq!(ids(&run), expected);
    }
}
