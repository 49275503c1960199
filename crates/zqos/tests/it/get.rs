//! `zqos get`: the report of one participant.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use zqos_replay::{Matcher, Routes, fixtures};

use crate::support::{
    NUMBER, PERSON, TOKEN, UUID, UUID_IN_PATH, Zqos, answering, asked_with, error, json, paged,
    report_path, reporting, serving, targets, unknown_meeting,
};

#[test]
fn a_participant_of_a_meeting_number_is_one_request() {
    let server = reporting(json(fixtures::seed_report()));
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "table"]).succeeds();
    assert!(run.text().starts_with("User\n"), "{run}");

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let expected = format!("/v2{}?type=live", report_path(NUMBER, PERSON));
    assert_eq!(requests[0].target, expected);
    assert_eq!(requests[0].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert_eq!(requests[0].header("accept"), Some("application/json"));
    assert!(requests[0].header("user-agent").unwrap().starts_with("zqos/"));
}

#[test]
fn a_meeting_number_may_be_grouped_as_people_read_it() {
    let server = reporting(json(fixtures::seed_report()));
    for number in ["932 0123 5621", "932-0123-5621"] {
        Zqos::at(&server).run(["get", number, PERSON]).succeeds();
    }
    assert!(server.unmatched().is_empty());
}

#[test]
fn awkward_ids_arrive_in_one_piece() {
    for (meeting, participant, path) in [
        (UUID, PERSON, report_path(UUID_IN_PATH, PERSON)),
        (
            "/ajXp112QmuoKj4854875==",
            PERSON,
            report_path("%252FajXp112QmuoKj4854875%253D%253D", PERSON),
        ),
        ("a//b==", PERSON, report_path("a%252F%252Fb%253D%253D", PERSON)),
        ("a/b+c==", PERSON, report_path("a%2Fb%2Bc%3D%3D", PERSON)),
        (NUMBER, "a/b//c", report_path(NUMBER, "a%2Fb%2F%2Fc")),
        (NUMBER, "a+b=c d", report_path(NUMBER, "a%2Bb%3Dc%20d")),
        (NUMBER, "1\u{1b}[31m\n\t\u{7f}", report_path(NUMBER, "1%1B%5B31m%0A%09%7F")),
        (NUMBER, "?a&b#c%2e", report_path(NUMBER, "%3Fa%26b%23c%252e")),
        (NUMBER, "Zoë", report_path(NUMBER, "Zo%C3%AB")),
    ] {
        let server = answering(&path, json(fixtures::seed_report()));
        Zqos::at(&server).run(["get", meeting, participant, "--type", "past"]).succeeds();
        assert_eq!(targets(&server), [format!("/v2{path}?type=past")], "{meeting} {participant}");
    }
}

#[test]
fn an_unknown_live_meeting_is_asked_for_as_a_past_one_once() {
    let path = report_path(NUMBER, PERSON);
    let routes = Routes::new().on("GET", asked_with(&path, "type", "live"), unknown_meeting()).on(
        "GET",
        asked_with(&path, "type", "past"),
        json(fixtures::seed_report()),
    );
    let server = serving(routes);
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "table"]).exits(0);
    assert_eq!(run.stderr, "not known as a live meeting; asking for a past one\n");
    assert!(run.text().contains("past report"), "{run}");
    assert_eq!(targets(&server), ["live", "past"].map(|when| format!("/v2{path}?type={when}")));
}

#[test]
fn a_meeting_known_neither_live_nor_past_is_asked_for_twice() {
    let server = reporting(unknown_meeting());
    Zqos::at(&server).run(["get", NUMBER, PERSON]).fails(&[
        "not known as a live meeting; asking for a past one",
        "GET http://127.0.0.1:",
        "HTTP 404 Not Found",
        "Zoom says: code 3001: This meeting's detail info is not available.",
        "hint: ",
    ]);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn only_an_unknown_meeting_is_asked_for_again() {
    let server = reporting(error(403, 403, "No permission."));
    Zqos::at(&server).run(["get", NUMBER, PERSON]).fails(&["HTTP 403 Forbidden"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_type_that_was_given_is_the_only_one_asked_for() {
    for when in ["live", "past"] {
        let server = reporting(unknown_meeting());
        Zqos::at(&server).run(["get", NUMBER, PERSON, "--type", when]).fails(&["GET "]);
        let path = report_path(NUMBER, PERSON);
        assert_eq!(targets(&server), [format!("/v2{path}?type={when}")]);
    }
}

#[test]
fn a_webinar_is_asked_for_on_its_own_path() {
    let path = format!("/metrics/webinars/{UUID_IN_PATH}/participants/{PERSON}/qos");
    let routes = Routes::new().on("GET", asked_with(&path, "type", "live"), unknown_meeting()).on(
        "GET",
        asked_with(&path, "type", "past"),
        json(fixtures::seed_report()),
    );
    let server = serving(routes);
    let run = Zqos::at(&server).run(["get", UUID, PERSON, "--webinar"]).exits(0);
    assert_eq!(run.stderr, "not known as a live webinar; asking for a past one\n");
}

/// Two instances of a meeting on one day, and one of another meeting between them.
const INSTANCES: [&str; 3] = [
    r#"{"uuid":"early==","id":93201235621,"start_time":"2026-01-05T09:00:00Z","end_time":"2026-01-05T09:45:00Z"}"#,
    r#"{"uuid":"other==","id":93200000000,"start_time":"2026-01-05T10:00:00Z","end_time":"2026-01-05T10:30:00Z"}"#,
    r#"{"uuid":"late==","id":93201235621,"start_time":"2026-01-05T10:00:00Z","end_time":"2026-01-05T10:45:00Z"}"#,
];

#[test]
fn a_time_picks_the_instance_of_a_number_that_ran_then() {
    let path = report_path("late%3D%3D", PERSON);
    let routes = Routes::new()
        .on(
            "GET",
            "/v2/metrics/meetings",
            paged("meetings", 3, &[&INSTANCES[..2], &INSTANCES[2..]]),
        )
        .on("GET", format!("/v2{path}"), json(fixtures::seed_report()));
    let server = serving(routes);
    let zqos = Zqos::at(&server);
    let run = zqos.run(["get", NUMBER, PERSON, "--at", "2026-01-05 10:30"]).exits(0);
    assert_eq!(run.stderr, "meeting late==, started 2026-01-05 10:00 (UTC)\n");
    // Meetings end after thirty hours, so an instance of that time started at most so long before.
    let listed = "/v2/metrics/meetings?type=past&from=2026-01-04%2004%3A30%3A00\
                  &to=2026-01-05%2010%3A30%3A00&page_size=300";
    assert_eq!(
        targets(&server),
        [
            listed.to_owned(),
            format!("{listed}&next_page_token=token-of-page-1"),
            format!("/v2{path}?type=past"),
        ]
    );
}

#[test]
fn a_time_picks_a_running_instance_where_no_past_one_fits() {
    let running = r#"{"uuid":"now==","id":93201235621,"start_time":"2026-01-05T10:00:00Z"}"#;
    let listing = "/metrics/meetings";
    let path = report_path("now%3D%3D", PERSON);
    let routes = Routes::new()
        .on("GET", asked_with(listing, "type", "past"), paged("meetings", 0, &[&[]]))
        .on("GET", asked_with(listing, "type", "live"), paged("meetings", 1, &[&[running]]))
        .on("GET", asked_with(&path, "type", "live"), json(fixtures::seed_report()));
    let server = serving(routes);
    Zqos::at(&server).run(["get", NUMBER, PERSON, "--at", "2026-01-05T10:05:00Z"]).exits(0);
}

#[test]
fn a_time_at_which_nothing_ran_fails() {
    let server = answering("/metrics/meetings", paged("meetings", 3, &[&INSTANCES]));
    let zqos = Zqos::at(&server);
    // An instance has ended when its end is reached.
    let run = zqos.run(["get", NUMBER, PERSON, "--at", "2026-01-05 10:45"]);
    run.fails(&["error: no instance of the meeting 93201235621 ran at 2026-01-05 10:45 (UTC)"]);
}

#[test]
fn times_are_typed_and_shown_in_the_zone_of_the_user() {
    let path = report_path("late%3D%3D", PERSON);
    let routes = Routes::new()
        .on("GET", "/v2/metrics/meetings", paged("meetings", 3, &[&INSTANCES]))
        .on("GET", format!("/v2{path}"), json(fixtures::seed_report()));
    let server = serving(routes);
    let args = ["get", NUMBER, PERSON, "--at", "2026-01-05 11:30", "--format", "table"];
    let shown = |run: crate::support::Run| {
        let run = run.exits(0);
        assert_eq!(run.stderr, "meeting late==, started 2026-01-05 11:00 (Europe/Berlin)\n");
        assert!(run.text().contains("2021-06-24 22:00"), "{run}");
        assert!(run.text().contains("Europe/Berlin"), "{run}");
    };
    // By flag, by environment, by file.
    shown(Zqos::at(&server).run(args.iter().chain(&["--tz", "Europe/Berlin"])));
    shown(Zqos::at(&server).env("TZ", "Europe/Berlin").run(args));
    shown(Zqos::at(&server).top("tz = 'Europe/Berlin'").run(args));
}

#[test]
fn the_status_line_and_headers_are_shown_where_asked_for() {
    let answer = json(fixtures::seed_report()).reason("Fine").header("X-Zm-Trackingid", "v=2.0");
    let server = reporting(answer);
    let zqos = Zqos::at(&server);
    let run = zqos.run(["get", NUMBER, PERSON, "--include", "--format", "raw"]).exits(0);
    run.explains(&["HTTP 200 Fine", "x-zm-trackingid: v=2.0"]);
    assert_eq!(run.text(), fixtures::seed_report());
}

#[test]
fn a_live_participant_without_samples_is_normal() {
    for user_qos in ["[]", "null", "\"\""] {
        let body = format!(r#"{{"user_id":"{PERSON}","user_name":"Jill","user_qos":{user_qos}}}"#);
        let server = reporting(json(body));
        for format in ["table", "json", "ndjson", "csv"] {
            let zqos = Zqos::at(&server);
            let run = zqos.run(["get", NUMBER, PERSON, "--type", "live", "--format", format]);
            let run = run.exits(0);
            let said = "no samples: the participant neither sends nor receives at the moment, \
                        which is normal\n";
            assert_eq!(run.stderr, said, "{user_qos} {run}");
        }
    }
}

#[test]
fn a_past_participant_without_samples_is_told() {
    let server = reporting(json(r#"{"user_name":"Jill"}"#));
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--type", "past"]).exits(0);
    assert_eq!(run.stderr, "no samples: Zoom has none of this participant\n");
}

#[test]
fn a_participant_who_was_redacted_is_shown_all_the_same() {
    // What some accounts get: no names, no addresses, and figures that are empty texts.
    let body = r#"{"user_id":"1670000000","user_name":"","email":"","ip_address":"","location":"",
        "device":"","mac_addr":"","join_time":"2026-01-05T10:00:00Z","leave_time":"","user_qos":[
        {"date_time":"2026-01-05T10:00:00Z",
         "audio_input":{"bitrate":"","latency":"","jitter":"","avg_loss":"","max_loss":""},
         "audio_output":{"bitrate":"23 kbps","latency":"-","jitter":"","avg_loss":null},
         "cpu_usage":{"zoom_min_cpu_usage":""}}]}"#;
    let server = reporting(json(body));
    let table = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "table"]).succeeds();
    assert!(table.text().starts_with("(no name)\n"), "{table}");
    let rows = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "ndjson"]).succeeds();
    // A stream without a figure carried nothing.
    let [row] = &rows.rows()[..] else { panic!("{rows}") };
    assert_eq!(
        *row,
        serde_json::json!({
            "meeting_uuid": null, "user_id": "1670000000", "user_name": null,
            "ts": "2026-01-05T10:00:00Z", "stream": "audio_output", "bitrate_kbps": 23,
            "latency_ms": null, "jitter_ms": null, "avg_loss_pct": null, "max_loss_pct": null,
            "width_px": null, "height_px": null, "frame_rate_fps": null,
        })
    );
}

#[test]
fn a_wrong_figure_costs_nothing_but_itself() {
    let body = r#"{"user_id":"1","user_name":"Jill","user_qos":[
        {"date_time":"2026-01-05T10:00:00Z","audio_input":{"bitrate":"fast","latency":"126 ms"}},
        {"date_time":"noon","audio_input":{"latency":"1 ms"}},
        7]}"#;
    let server = reporting(json(body));
    for format in ["table", "ndjson", "csv"] {
        let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", format]).exits(3);
        run.explains(&[
            "invalid row: $.user_qos[0].audio_input.bitrate: expected a bitrate",
            "invalid row: $.user_qos[1].date_time: expected",
            "invalid row: $.user_qos[2]: expected an object, found 7",
        ]);
        assert!(run.text().contains("126"), "{run}");
    }
}

#[test]
fn only_the_first_ten_wrong_figures_are_told_one_by_one() {
    let minute = r#"{"date_time":"2026-01-05T10:00:00Z","audio_input":{"latency":"slow"}}"#;
    let minutes = [minute; 12].join(",");
    let server = reporting(json(format!(r#"{{"user_id":"1","user_qos":[{minutes}]}}"#)));
    let run = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "ndjson"]).exits(3);
    assert_eq!(run.stderr.matches("invalid row: ").count(), 10, "{run}");
    assert!(run.stderr.ends_with("and 2 more invalid rows\n"), "{run}");
}

/// The text that a percent-encoded one stands for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, tail) = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digits = [*high, *low].map(|digit| char::from(digit).to_digit(16).unwrap());
                (u8::try_from(digits[0] * 16 + digits[1]).unwrap(), tail)
            }
            _ => (*first, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, rng_seed: RngSeed::Fixed(1), ..Default::default() })]

    #[test]
    fn any_ids_arrive_as_they_were_typed(
        meeting in "[A-Za-z0-9+/]{1,22}==",
        participant in "[^\\x00-]{1,12}",
    ) {
        prop_assume!(!matches!(&*participant, "." | ".."));
        let server = serving(Routes::new().on("GET", Matcher::prefix("/v2/"), json("{}")));
        Zqos::at(&server).run(["get", &meeting, &participant, "--type", "past"]).exits(0);
        let target = &targets(&server)[0];
        let parts: Vec<&str> = target.split(['/', '?']).collect();
        prop_assert_eq!(parts.len(), 9, "{}", target);
        let once = decoded(parts[4]);
        let is_double = meeting.starts_with('/') || meeting.contains("//");
        prop_assert_eq!(if is_double { decoded(&once) } else { once }, meeting);
        prop_assert_eq!(decoded(parts[6]), participant);
    }
}
