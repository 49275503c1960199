//! `zqos participants`: who took part.

use serde_json::json as value;
use zqos_replay::{Routes, Server};

use crate::support::{
    NUMBER, Run, UUID, UUID_IN_PATH, Zqos, answering, asked_with, json, paged, serving, targets,
    unknown_meeting,
};

fn list() -> String {
    format!("/metrics/meetings/{UUID_IN_PATH}/participants")
}

const JILL: &str = r#"{"id":"z8yCxTTTTSiw02QgCAp8uQ","user_id":"16778240","participant_uuid":"55555AAA-0","user_name":"Jill Chill","email":"jill@example.com","device":"Windows","ip_address":"192.0.2.1","internal_ip_addresses":["10.0.0.1","10.0.0.2"],"location":"New York (US)","network_type":"Wifi","connection_type":"UDP","as_connection_type":"TCP","data_center":"United States (SC Top)","join_time":"2026-01-05T10:00:00Z","leave_time":"2026-01-05T10:45:12Z","leave_reason":"Jill left the meeting.","audio_quality":"good"}"#;
const BILL: &str = r#"{"user_id":"16779264","participant_uuid":"55555AAA-1","user_name":"Bill","email":"","join_time":"2026-01-05T10:00:00Z","leave_time":""}"#;

fn meeting() -> Server {
    answering(&list(), paged("participants", 2, &[&[JILL], &[BILL]]))
}

fn listed(server: &Server, args: &[&str]) -> Run {
    Zqos::at(server).run(["participants", UUID, "--type", "past"].iter().chain(args))
}

#[test]
fn each_join_is_a_row() {
    let server = meeting();
    let run = listed(&server, &["--format", "ndjson"]).succeeds();
    let row = &run.rows()[0];
    for (column, expected) in [
        ("account", value!("default")),
        ("meeting_uuid", value!(UUID)),
        ("user_id", value!("16778240")),
        ("person_id", value!("z8yCxTTTTSiw02QgCAp8uQ")),
        ("user_name", value!("Jill Chill")),
        ("internal_ip_addresses", value!("10.0.0.1;10.0.0.2")),
        ("share_connection_type", value!("TCP")),
        ("join_time", value!("2026-01-05T10:00:00Z")),
        ("leave_time", value!("2026-01-05T10:45:12Z")),
        ("video_quality", value!(null)),
    ] {
        assert_eq!(row[column], expected, "{column}");
    }
    assert_eq!(run.rows()[1]["email"], value!(null));
    assert_eq!(run.rows()[1]["leave_time"], value!(null));
    let path = format!("/v2{}?type=past&page_size=300", list());
    assert_eq!(targets(&server), [path.clone(), format!("{path}&next_page_token=token-of-page-1")]);

    let (heading, lines) = listed(&server, &["--format", "csv"]).succeeds().csv();
    assert_eq!(
        heading[..5],
        ["account", "meeting_uuid", "user_id", "participant_uuid", "join_time"]
    );
    assert_eq!(lines[0]["leave_reason"], "Jill left the meeting.");
    assert_eq!(lines[1]["leave_time"], "");
}

#[test]
fn the_table_is_for_people() {
    let run = listed(&meeting(), &["--format", "table"]).succeeds();
    for particular in ["Jill Chill", "2026-01-05 10:00", "10:45", "still in", "2 joins", "UTC"] {
        assert!(run.text().contains(particular), "no `{particular}`: {run}");
    }
}

#[test]
fn json_is_what_zoom_says_of_them() {
    let run = listed(&meeting(), &[]).succeeds();
    let people: Vec<serde_json::Value> =
        [JILL, BILL].map(|row| serde_json::from_str(row).unwrap()).into();
    assert_eq!(run.json()["participants"], value!(people));
}

#[test]
fn a_person_is_looked_for_by_a_part_of_name_or_address() {
    let server = meeting();
    for person in ["JILL", "chill", "jill@"] {
        for option in ["--person", "--participant"] {
            let run = listed(&server, &[option, person, "--format", "ndjson"]).succeeds();
            assert_eq!(run.rows().len(), 1);
        }
    }
    let nobody = listed(&server, &["--person", "Eve", "--format", "table"]).succeeds();
    assert!(nobody.text().contains("0 joins"), "{nobody}");
}

#[test]
fn a_number_is_resolved_and_an_unknown_live_meeting_asked_for_as_past() {
    let details = format!("/metrics/meetings/{NUMBER}");
    let body = format!(r#"{{"uuid":"{UUID}","start_time":"2026-01-05T10:00:00Z"}}"#);
    let routes = Routes::new()
        .on("GET", asked_with(&details, "type", "live"), unknown_meeting())
        .on("GET", asked_with(&details, "type", "past"), json(body))
        .on("GET", asked_with(&list(), "type", "past"), paged("participants", 1, &[&[BILL]]));
    let server = serving(routes);
    let run = Zqos::at(&server).run(["participants", NUMBER, "--format", "ndjson"]).exits(0);
    run.explains(&["not known as a live meeting", "meeting gm8s9L+PTEC+FG3sFbd1Cw==, started"]);
    assert_eq!(run.rows()[0]["meeting_uuid"], UUID);
}

#[test]
fn a_time_picks_the_instance_of_a_number_that_ran_then() {
    let instance = format!(
        r#"{{"uuid":"{UUID}","id":{NUMBER},"start_time":"2026-01-05T10:00:00Z","end_time":"2026-01-05T11:00:00Z"}}"#
    );
    let routes = Routes::new()
        .on("GET", "/v2/metrics/meetings", paged("meetings", 1, &[&[&instance]]))
        .on("GET", asked_with(&list(), "type", "past"), paged("participants", 1, &[&[BILL]]));
    let server = serving(routes);
    let args = ["participants", NUMBER, "--at", "2026-01-05 10:59", "--format", "ndjson"];
    let run = Zqos::at(&server).run(args).exits(0);
    run.explains(&["meeting gm8s9L+PTEC+FG3sFbd1Cw==, started 2026-01-05 10:00 (UTC)"]);
    assert_eq!(run.rows()[0]["meeting_uuid"], UUID);
}

#[test]
fn participants_of_webinars_are_on_their_own_path() {
    let path = format!("/metrics/webinars/{UUID_IN_PATH}/participants");
    let server = answering(&path, paged("participants", 1, &[&[BILL]]));
    let args = ["participants", UUID, "--webinar", "--type", "past", "--format", "csv"];
    Zqos::at(&server).run(args).succeeds();
}

#[test]
fn nobody_is_an_empty_list() {
    let server = answering(&list(), paged("participants", 0, &[&[]]));
    assert_eq!(listed(&server, &[]).succeeds().json()["participants"], value!([]));
    assert_eq!(listed(&server, &["--format", "ndjson"]).succeeds().text(), "");
    assert_eq!(listed(&server, &["--format", "csv"]).succeeds().text().lines().count(), 1);
}

#[test]
fn wrong_rows_and_lost_ones_are_told() {
    let server = answering(&list(), paged("participants", 4, &[&[JILL, "7"], &[BILL]]));
    let run = listed(&server, &["--format", "ndjson"]).exits(3);
    run.explains(&["invalid row: $.participants[1]: expected an object", "Zoom counts 4 rows"]);
    assert_eq!(run.rows().len(), 2);
}

#[test]
fn rows_that_are_no_list_are_told() {
    let server = answering(&list(), json(r#"{"participants":"none"}"#));
    for format in ["ndjson", "csv", "json", "table"] {
        let run = listed(&server, &["--format", format]).exits(3);
        run.explains(&["invalid row: $.participants"]);
    }
}

#[test]
fn raw_is_refused() {
    Zqos::new().run(["participants", UUID, "--format", "raw"]).refuses("`raw` gives");
}
