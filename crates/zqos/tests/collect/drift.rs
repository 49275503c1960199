//! Answers that are not what Zoom documents: what is lost by it is told.

use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;
use zqos_replay::{Matcher, Response, Routes, Server};

use crate::world::said;

const UUID: &str = "gm8s9L+PTEC+FG3sFbd1Cw==";

/// What a scripted Zoom answers: a meeting of one join.
struct Answers {
    meetings: Value,
    participants: Value,
    reports: Value,
}

impl Answers {
    fn new() -> Self {
        let join = json!({"user_id": "16778240", "user_name": "Jill",
            "join_time": "2026-11-19T10:00:00Z", "leave_time": "2026-11-19T10:02:00Z"});
        let mut report = join.clone();
        report["user_qos"] = ["10:00", "10:01"]
            .map(|time| {
                let audio = json!({"bitrate": "27 kbps", "latency": "120 ms"});
                json!({"date_time": format!("2026-11-19T{time}:00Z"), "audio_input": audio})
            })
            .into();
        let meeting = json!({"uuid": UUID, "id": 93_201_235_621_u64, "participants": 1,
            "start_time": "2026-11-19T10:00:00Z", "end_time": "2026-11-19T10:02:00Z"});
        let page = |name: &str, row: &Value| json!({"next_page_token": "", "total_records": 1, name: [row]});
        Self {
            meetings: page("meetings", &meeting),
            participants: page("participants", &join),
            reports: page("participants", &report),
        }
    }

    /// Collects what it answers.
    fn collect(&self) -> (TempDir, Output) {
        // The day is some days ago, whenever the test runs.
        let answer = |body: &Value| {
            let answer = Response::new(200).json(body.to_string());
            answer.header("date", "Mon, 23 Nov 2026 12:00:00 GMT")
        };
        let token =
            answer(&json!({"access_token": "t", "expires_in": 3_599, "token_type": "bearer"}));
        let past = |request: &zqos_replay::Recorded| {
            request.path() == "/v2/metrics/meetings" && request.query("type") == Some("past")
        };
        let none = json!({"next_page_token": "", "total_records": 0});
        let of_meeting = "/v2/metrics/meetings/gm8s9L%2BPTEC%2BFG3sFbd1Cw%3D%3D/participants";
        let routes = Routes::new()
            .on("POST", "/oauth/token", token)
            .on("GET", Matcher::when(past), answer(&self.meetings))
            .on("GET", format!("{of_meeting}/qos"), answer(&self.reports))
            .on("GET", of_meeting, answer(&self.participants))
            .on("GET", Matcher::prefix("/v2/metrics/"), answer(&none));
        let server = Server::start(routes).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_zqos"))
            .args(["collect", "--from", "2026-11-19", "--to", "2026-11-20", "--tz", "UTC"])
            .args(["--format", "json"])
            .env_clear()
            .env("ZQOS_STORE", dir.path().join("store"))
            .env("ZOOM_API_BASE", format!("{}/v2", server.url()))
            .env("ZOOM_OAUTH_BASE", server.url())
            .envs([("ZOOM_ACCOUNT_ID", "a"), ("ZOOM_CLIENT_ID", "c"), ("ZOOM_CLIENT_SECRET", "s")])
            .output()
            .unwrap();
        assert!(server.unmatched().is_empty(), "{:?}", server.unmatched());
        (dir, output)
    }
}

/// What is told of the day.
fn told(output: &Output) -> Value {
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    all[0].clone()
}

#[test]
fn what_is_as_documented_is_complete() {
    let (_dir, output) = Answers::new().collect();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(told(&output)["minutes"], json!({"expected": 2, "got": 2}));
}

#[test]
fn rows_that_a_list_counts_and_does_not_have_leave_the_day_unlisted() {
    for list in [
        json!({"next_page_token": "", "total_records": 1, "meetings_v2": []}),
        json!({"next_page_token": "", "total_records": 2, "meetings": Answers::new().meetings["meetings"]}),
        json!({"next_page_token": "", "total_records": 1, "meetings": [{"uuid_v2": UUID}]}),
        json!({"next_page_token": "", "total_records": 1, "meetings": [null]}),
    ] {
        let (_dir, output) = Answers { meetings: list.clone(), ..Answers::new() }.collect();
        assert_eq!(output.status.code(), Some(3), "{list}: {}", said(&output));
        assert_eq!(told(&output)["unlisted_days"], json!(["2026-11-19T00:00:00Z"]), "{list}");
    }
}

#[test]
fn rows_that_a_meeting_counts_and_does_not_have_leave_it_incomplete() {
    let none = json!({"next_page_token": "", "total_records": 1, "participants_v2": []});
    for answers in [
        Answers { participants: none.clone(), ..Answers::new() },
        Answers { reports: none.clone(), ..Answers::new() },
        Answers { participants: none.clone(), reports: none, ..Answers::new() },
    ] {
        let (_dir, output) = answers.collect();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let told = told(&output);
        assert_eq!(told["meetings"]["complete"], 0, "{told}");
        // More than a day after its end there is nothing to be hoped for.
        assert_eq!(told["meetings"]["not_obtainable"], json!({"short": 1}), "{told}");
    }
}

#[test]
fn rows_that_cannot_be_read_are_counted_and_make_it_incomplete() {
    let mut reports = Answers::new().reports;
    reports["participants"][0]["user_qos"][1]["audio_input"]["latency"] = json!("fast");
    let (_dir, output) = Answers { reports, ..Answers::new() }.collect();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(told(&output)["invalid_rows"], 1);
    assert!(said(&output).contains("1 rows could not be read"), "{}", said(&output));
    // The rest of it is there.
    assert_eq!(told(&output)["minutes"], json!({"expected": 2, "got": 2}));
}
