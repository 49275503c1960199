//! `zqos get --person`: a participant by name or e-mail address.

use zqos_replay::{Routes, Server, fixtures};

use crate::support::{
    NUMBER, UUID, UUID_IN_PATH, Zqos, asked_with, json, paged, report_path, serving, targets,
    unknown_meeting,
};

const JILL: &str = r#"{"user_id":"101","participant_uuid":"A","user_name":"Jill Chill","email":"jill@example.com","device":"Windows","join_time":"2026-01-05T10:00:00Z","leave_time":"2026-01-05T10:45:00Z"}"#;
const JILL_AGAIN: &str = r#"{"user_id":"102","participant_uuid":"B","user_name":"Jill Chill","email":"jill@example.com","device":"iPhone","join_time":"2026-01-05T10:50:00Z"}"#;
const JILLIAN: &str =
    r#"{"user_id":"103","participant_uuid":"C","user_name":"Jillian","email":""}"#;
const BILL: &str =
    r#"{"user_id":"104","participant_uuid":"D","user_name":"Bill","email":"bill@example.com"}"#;

/// Where the participants of the meeting of [`UUID`] are.
fn list() -> String {
    format!("/metrics/meetings/{UUID_IN_PATH}/participants")
}

/// A meeting in which these people took part, and the report of each.
fn meeting(pages: &[&[&str]]) -> Server {
    let count = pages.iter().map(|rows| rows.len()).sum();
    let details = format!(r#"{{"uuid":"{UUID}","start_time":"2026-01-05T10:00:00Z"}}"#);
    let mut routes = Routes::new()
        .on("GET", format!("/v2/metrics/meetings/{NUMBER}"), json(details))
        .on("GET", format!("/v2{}", list()), paged("participants", count, pages));
    for id in ["101", "102", "103", "104"] {
        let path = format!("/v2{}", report_path(UUID_IN_PATH, id));
        routes = routes.on("GET", path, json(fixtures::seed_report()));
    }
    serving(routes)
}

#[test]
fn a_whole_name_wins_over_a_part_of_one() {
    let server = meeting(&[&[JILLIAN, JILL], &[BILL]]);
    let run = Zqos::at(&server).run(["get", UUID, "--person", "jill chill"]).exits(0);
    assert_eq!(run.stderr, "Jill Chill is participant 101\n");
    let list = format!("/v2{}?type=live&page_size=300", list());
    assert_eq!(
        targets(&server),
        [
            list.clone(),
            format!("{list}&next_page_token=token-of-page-1"),
            format!("/v2{}?type=live", report_path(UUID_IN_PATH, "101")),
        ]
    );
}

#[test]
fn whoever_is_found_has_a_report_in_the_same_instance() {
    let server = meeting(&[&[BILL]]);
    let run = Zqos::at(&server).run(["get", NUMBER, "--person", "bill"]).exits(0);
    run.explains(&["meeting gm8s9L+PTEC+FG3sFbd1Cw==, started", "Bill is participant 104"]);
    assert_eq!(
        targets(&server),
        [
            format!("/v2/metrics/meetings/{NUMBER}?type=live"),
            format!("/v2{}?type=live&page_size=300", list()),
            format!("/v2{}?type=live", report_path(UUID_IN_PATH, "104")),
        ]
    );
}

#[test]
fn a_person_is_found_by_address_and_by_a_part_of_a_name() {
    for person in ["BILL@EXAMPLE.COM", "bil", "bill@"] {
        let server = meeting(&[&[JILL, BILL]]);
        let run = Zqos::at(&server).run(["get", UUID, "--person", person]).exits(0);
        assert_eq!(run.stderr, "Bill is participant 104\n", "{person}");
    }
}

#[test]
fn several_matches_are_listed_and_refused() {
    let server = meeting(&[&[JILL, JILL_AGAIN, JILLIAN, BILL]]);
    let run = Zqos::at(&server).run(["get", UUID, "--person", "Jill Chill"]);
    let run = run.refuses("error: `Jill Chill` is 2 participants");
    run.explains(&["participant  name", "101", "102", "error: ", "hint: give one of the ids"]);
    for particular in ["Jill Chill", "10:00–10:45", "10:50–", "Windows", "iPhone"] {
        assert!(run.stderr.contains(particular), "no `{particular}`: {run}");
    }
    assert!(!run.stderr.contains("103") && !run.stderr.contains("104"), "{run}");
    assert_eq!(server.requests().len(), 1, "no report is fetched");
}

#[test]
fn a_part_that_fits_several_is_refused_too() {
    let server = meeting(&[&[JILL, JILLIAN]]);
    Zqos::at(&server).run(["get", UUID, "--person", "jil"]).refuses("`jil` is 2 participants");
}

#[test]
fn nobody_of_that_name_fails() {
    let server = meeting(&[&[JILL, BILL]]);
    let run = Zqos::at(&server).run(["get", UUID, "--person", "Eve"]);
    run.fails(&["error: nobody with `Eve` in name or e-mail address took part"]);
}

#[test]
fn an_empty_name_is_no_name() {
    let server = meeting(&[&[JILL]]);
    for person in ["", "  "] {
        Zqos::at(&server).run(["get", UUID, "--person", person]).refuses("error: ");
    }
    assert_eq!(server.requests(), []);
}

#[test]
fn a_person_of_a_past_meeting_has_a_past_report() {
    let list = list();
    let report = report_path(UUID_IN_PATH, "101");
    let routes = Routes::new()
        .on("GET", asked_with(&list, "type", "live"), unknown_meeting())
        .on("GET", asked_with(&list, "type", "past"), paged("participants", 1, &[&[JILL]]))
        .on("GET", asked_with(&report, "type", "past"), json(fixtures::seed_report()));
    let server = serving(routes);
    let run = Zqos::at(&server).run(["get", UUID, "--person", "jill"]).exits(0);
    let lines = ["not known as a live meeting; asking for a past one", "Jill Chill is participant"];
    run.explains(&lines);
    assert_eq!(server.requests().len(), 3, "past is not tried as live again");
}

#[test]
fn rows_that_are_no_participants_are_passed_over() {
    let server = meeting(&[&["7", "null", r#"{"user_name":"Bill"}"#, BILL]]);
    Zqos::at(&server).run(["get", UUID, "--person", "bill"]).exits(0);
}

#[test]
fn a_person_and_an_id_are_one_too_many() {
    let zqos = Zqos::new();
    zqos.run(["get", NUMBER, "101", "--person", "Jill"]).refuses("cannot be used with");
}
