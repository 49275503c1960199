//! `zqos meetings`: the meetings or webinars of a range.

use serde_json::{Value, json as value};
use zqos_replay::{Routes, Server};

use crate::support::{
    Run, Zqos, answering, asked_with, error, json, paged, serving, targets, unknown_meeting,
};

const BOARD: &str = r#"{"uuid":"board==","id":93201235621,"topic":"Board call","host":"Jill Chill","email":"jill@example.com","dept":"","start_time":"2026-01-05T10:00:00Z","end_time":"2026-01-05T11:05:00Z","duration":"65:00","participants":12,"audio_quality":"good"}"#;
const STANDUP: &str = r#"{"uuid":"standup==","id":"93200000000","topic":"Stand-up","host":"Bill","email":"bill@example.com","start_time":"2026-01-05T09:30:00Z","end_time":"2026-01-05T10:30:00Z","participants":3}"#;
const RUNNING: &str = r#"{"uuid":"running==","id":93211111111,"topic":"Board games","host":"Eve","start_time":"2026-01-05T10:15:00Z"}"#;

const LIST: &str = "/metrics/meetings";

fn account() -> Server {
    answering(LIST, paged("meetings", 3, &[&[BOARD, STANDUP], &[RUNNING]]))
}

/// The list of a day in January.
fn listed(server: &Server, args: &[&str]) -> Run {
    let range = ["meetings", "--from", "2026-01-05", "--to", "2026-01-06"];
    Zqos::at(server).run(range.iter().chain(args))
}

fn uuids(run: &Run) -> Vec<String> {
    run.rows().iter().map(|row| row["meeting_uuid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_meeting_is_a_row() {
    let server = account();
    let run = listed(&server, &["--format", "ndjson"]).succeeds();
    assert_eq!(
        run.rows()[0],
        value!({
            "account": "default", "meeting_uuid": "board==", "meeting_id": 93_201_235_621_u64,
            "kind": "meeting", "topic": "Board call", "host": "Jill Chill",
            "host_email": "jill@example.com", "dept": null, "start_time": "2026-01-05T10:00:00Z",
            "end_time": "2026-01-05T11:05:00Z", "participant_count": 12, "audio_quality": "good",
            "video_quality": null, "share_quality": null,
        })
    );
    assert_eq!(run.rows()[1]["meeting_id"], 93_200_000_000_u64);
    assert_eq!(run.rows()[2]["end_time"], value!(null));
    // The end of the range is not in it; Zoom's ends are.
    let path = "/v2/metrics/meetings?type=past&from=2026-01-05%2000%3A00%3A00\
                &to=2026-01-05%2023%3A59%3A59&page_size=300";
    assert_eq!(
        targets(&server),
        [path.to_owned(), format!("{path}&next_page_token=token-of-page-1")]
    );
    let (heading, lines) = listed(&server, &["--format", "csv"]).succeeds().csv();
    assert_eq!(heading.len(), 14);
    assert_eq!((&*lines[0]["topic"], &*lines[2]["end_time"]), ("Board call", ""));
}

#[test]
fn json_is_what_zoom_says_of_them() {
    let run = listed(&account(), &[]).succeeds();
    let meetings: Vec<Value> =
        [BOARD, STANDUP, RUNNING].map(|row| serde_json::from_str(row).unwrap()).into();
    assert_eq!(run.json()["meetings"], value!(meetings));
}

#[test]
fn the_table_is_for_people() {
    let run = listed(&account(), &["--format", "table"]).succeeds();
    for particular in [
        "2026-01-05 10:00",
        "1 h 05 min",
        "Board call",
        "Jill Chill",
        "93201235621",
        "board==",
        "running",
        "3 meetings",
        "UTC",
    ] {
        assert!(run.text().contains(particular), "no `{particular}`: {run}");
    }
}

#[test]
fn long_words_are_cut_but_times_and_ids_are_not() {
    let long = "A word ".repeat(30);
    let meeting = BOARD.replace("Board call", &long).replace("Jill Chill", &long);
    let meeting = meeting.replace("board==", "gm8s9L+PTEC+FG3sFbd1Cw==");
    let server = answering(LIST, paged("meetings", 1, &[&[&meeting]]));
    let run = listed(&server, &["--format", "table"]).succeeds();
    assert!(run.text().lines().all(|line| line.chars().count() <= 120), "{run}");
    for whole in ["2026-01-05 10:00", "gm8s9L+PTEC+FG3sFbd1Cw==", "93201235621", "…"] {
        assert!(run.text().contains(whole), "no `{whole}`: {run}");
    }
}

#[test]
fn meetings_are_picked_by_topic_and_host() {
    let server = account();
    let picked = |args: &[&str]| {
        let run = listed(&server, &[args, &["--format", "ndjson"]].concat()).succeeds();
        uuids(&run)
    };
    assert_eq!(picked(&["--topic", "BOARD"]), ["board==", "running=="]);
    assert_eq!(picked(&["--host", "jill"]), ["board=="]);
    assert_eq!(picked(&["--host", "BILL@example"]), ["standup=="]);
    assert_eq!(picked(&["--topic", "board", "--host", "eve"]), ["running=="]);
    assert_eq!(picked(&["--topic", "none"]), [""; 0]);
}

#[test]
fn meetings_are_picked_by_the_time_at_which_they_ran() {
    let server = account();
    let zqos = Zqos::at(&server);
    for (at, expected) in [
        ("2026-01-05 09:59", &["standup=="][..]),
        ("2026-01-05 10:00", &["board==", "standup=="]),
        ("2026-01-05 10:20", &["board==", "standup==", "running=="]),
        ("2026-01-05 10:30", &["board==", "running=="]),
    ] {
        let run = zqos.run(["meetings", "--at", at, "--format", "ndjson"]).succeeds();
        assert_eq!(uuids(&run), expected, "{at}");
    }
    let from = server.requests()[0].query("from").unwrap().to_owned();
    assert_eq!(from, "2026-01-04%2003%3A59%3A00", "thirty hours, the longest meeting, before");
}

#[test]
fn meetings_are_picked_by_who_took_part() {
    let people = |uuid: &str| format!("/metrics/meetings/{uuid}%3D%3D/participants");
    let jill = r#"{"user_id":"1","user_name":"Jill Chill","email":"jill@example.com"}"#;
    let bill = r#"{"user_id":"2","user_name":"Bill"}"#;
    let routes = Routes::new()
        .on("GET", "/v2/metrics/meetings", paged("meetings", 3, &[&[BOARD, STANDUP, RUNNING]]))
        .on("GET", format!("/v2{}", people("board")), paged("participants", 2, &[&[bill], &[jill]]))
        .on("GET", format!("/v2{}", people("standup")), paged("participants", 1, &[&[bill]]))
        .on("GET", format!("/v2{}", people("running")), unknown_meeting());
    let server = serving(routes);
    let run = listed(&server, &["--participant", "JILL@", "--format", "ndjson"]).exits(0);
    assert_eq!(uuids(&run), ["board=="]);
    assert_eq!(run.stderr, "meeting running==: its participants are not available\n");
    // Only meetings that the other conditions leave cost a call.
    let asked = server.requests().len();
    listed(&server, &["--participant", "jill", "--topic", "none"]).succeeds();
    assert_eq!(server.requests().len(), asked + 1);
}

#[test]
fn a_long_range_is_asked_for_by_months_without_gap_or_overlap() {
    let server = answering(LIST, paged("meetings", 0, &[&[]]));
    let range = ["meetings", "--from", "2026-01-01", "--to", "2026-03-10 12:00"];
    Zqos::at(&server).run(range).succeeds();
    let asked: Vec<_> = server
        .requests()
        .iter()
        .map(|request| ["from", "to"].map(|name| request.query(name).unwrap().replace("%20", " ")))
        .map(|range| range.map(|text| text.replace("%3A", ":")))
        .collect();
    assert_eq!(
        asked,
        [
            ["2026-01-01 00:00:00", "2026-01-30 23:59:59"],
            ["2026-01-31 00:00:00", "2026-03-01 23:59:59"],
            ["2026-03-02 00:00:00", "2026-03-10 11:59:59"],
        ]
    );
}

#[test]
fn a_row_outside_of_the_range_is_left_out() {
    // Zoom widens a range to days now and then.
    let server = account();
    let range = ["meetings", "--from", "2026-01-05 10:00", "--to", "2026-01-05 10:15"];
    let run = Zqos::at(&server).run(range.iter().chain(&["--format", "ndjson"])).succeeds();
    assert_eq!(uuids(&run), ["board=="]);
}

#[test]
fn ranges_are_typed_in_the_zone_of_the_user() {
    let server = account();
    listed(&server, &["--tz", "Europe/Berlin"]).succeeds();
    assert_eq!(server.requests()[0].query("from"), Some("2026-01-04%2023%3A00%3A00"));
}

#[test]
fn the_type_is_past_unless_told() {
    for (args, expected) in [
        (&[][..], "past"),
        (&["--type", "live"], "live"),
        (&["--type", "pastOne"], "pastOne"),
        (&["--type", "past-one"], "pastOne"),
    ] {
        let server = account();
        Zqos::at(&server).run(["meetings"].iter().chain(args)).succeeds();
        assert_eq!(server.requests()[0].query("type"), Some(expected));
    }
}

#[test]
fn what_runs_is_listed_whenever_it_started() {
    let server = answering(LIST, paged("meetings", 1, &[&[RUNNING]]));
    let run = Zqos::at(&server).run(["meetings", "--type", "live", "--format", "ndjson"]);
    assert_eq!(uuids(&run.succeeds()), ["running=="]);
}

#[test]
fn webinars_are_listed_on_their_own_path() {
    let server = answering("/metrics/webinars", paged("webinars", 1, &[&[BOARD]]));
    let run = listed(&server, &["--webinar", "--format", "ndjson"]).succeeds();
    assert_eq!(run.rows()[0]["kind"], "webinar");
    let run = listed(&server, &["--webinar"]).succeeds();
    assert_eq!(run.json()["webinars"].as_array().unwrap().len(), 1);
    Zqos::at(&server)
        .run(["meetings", "--webinar", "--type", "pastOne"])
        .refuses("this operation knows only live and past ones");
}

#[test]
fn no_meetings_are_an_empty_list() {
    let server = answering(LIST, paged("meetings", 0, &[&[]]));
    assert_eq!(listed(&server, &[]).succeeds().json()["meetings"], value!([]));
    assert_eq!(listed(&server, &["--format", "ndjson"]).succeeds().text(), "");
    assert_eq!(listed(&server, &["--format", "csv"]).succeeds().text().lines().count(), 1);
    let table = listed(&server, &["--format", "table"]).succeeds();
    assert_eq!(table.text(), "0 meetings; times are of UTC\n");
}

#[test]
fn every_account_is_asked_for_all() {
    let server = account();
    let base = format!("{}/v2", server.url());
    let zqos = Zqos::new().config(&format!(
        "[accounts.north]\naccess_token = 'north-token'\napi_base = '{base}'\n\
         [accounts.south]\naccess_token = 'south-token'\napi_base = '{base}'"
    ));
    let args = ["meetings", "--at", "2026-01-05 09:59", "--format", "ndjson"];
    let run = zqos.run(args.iter().chain(&["--account", "all"])).succeeds();
    let accounts: Vec<_> = run.rows().iter().map(|row| row["account"].clone()).collect();
    assert_eq!(accounts, ["north", "south"]);
    let run = zqos.run(args.iter().chain(&["--account", "south"])).succeeds();
    assert_eq!(run.rows()[0]["account"], "south");
    zqos.run(args).refuses("there are several accounts, and none was chosen");
    zqos.run(args.iter().chain(&["--account", "east"])).refuses("there is no account `east`");
}

#[test]
fn a_sub_account_is_asked_for_on_its_own_path() {
    let server = answering("/accounts/sub%2F1/metrics/meetings", paged("meetings", 0, &[&[]]));
    let base = format!("{}/v2", server.url());
    let zqos = Zqos::new().config(&format!(
        "[accounts.default]\naccess_token = 'a-token'\napi_base = '{base}'\nsub_account = 'sub/1'"
    ));
    zqos.run(["meetings"]).succeeds();
}

#[test]
fn wrong_rows_and_lost_ones_are_told() {
    let server = answering(LIST, paged("meetings", 4, &[&[BOARD], &["7", STANDUP]]));
    let run = listed(&server, &["--format", "ndjson"]).exits(3);
    run.explains(&["invalid row: $.meetings[1]: expected an object", "Zoom counts 4 rows"]);
    assert_eq!(run.rows().len(), 2);
}

#[test]
fn rows_that_are_no_list_are_told() {
    let server = answering(LIST, json(r#"{"meetings":"none"}"#));
    for format in ["ndjson", "csv", "json", "table"] {
        listed(&server, &["--format", format]).exits(3).explains(&["invalid row: $.meetings"]);
    }
}

#[test]
fn a_month_that_fails_leaves_what_came_before_and_is_incomplete() {
    let routes = Routes::new()
        .on(
            "GET",
            asked_with(LIST, "from", "2026-01-01%2000%3A00%3A00"),
            paged("meetings", 1, &[&[BOARD]]),
        )
        .on("GET", "/v2/metrics/meetings", error(503, 503, "Later."));
    let server = serving(routes);
    for format in ["ndjson", "csv", "json", "table"] {
        let range = ["meetings", "--from", "2026-01-01", "--to", "2026-03-01", "--format", format];
        let run = Zqos::at(&server).run(range).exits(3);
        run.explains(&["GET http://127.0.0.1:", "HTTP 503 ", "hint: ", "Incomplete: "]);
        assert!(run.text().contains("Board call"), "{run}");
        if format == "json" {
            run.json();
        }
    }
}

#[test]
fn an_empty_range_is_refused() {
    for range in [
        ["--from", "2026-01-05", "--to", "2026-01-05"],
        ["--from", "2026-01-06", "--to", "2026-01-05"],
    ] {
        let run = Zqos::new().run(["meetings"].iter().chain(&range));
        run.refuses("is empty").explains(&["error: the range from", "hint: "]);
    }
    let both = ["meetings", "--from", "2026-01-05", "--at", "2026-01-05"];
    Zqos::new().run(both).refuses("cannot be used with");
}
