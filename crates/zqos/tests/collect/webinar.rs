//! A webinar of as many people as Zoom lets in at most of its plans.

use std::fmt::Write as _;
use std::fs;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use zqos_core::table::{PARTICIPANTS, STREAM_SAMPLES};
use zqos_replay::{Matcher, Recorded, Responder, Response, Routes, Server};

use crate::table;
use crate::world::said;

const UUID: &str = "gm8s9L+PTEC+FG3sFbd1Cw==";
const PEOPLE: usize = 10_000;
/// Each of them is there from 10:00 on for so long, and hears and sees.
const MINUTES: usize = 5;
const STREAMS: [&str; 2] = ["audio_output", "video_output"];
/// What collecting may take, whatever is collected; verdicts, which are made at its end by whoever has the query
/// engine, take more, and are the larger part.
const PEAK_MB: u64 = if cfg!(feature = "query") { 450 } else { 300 };

fn join(place: usize) -> String {
    format!(
        r#"{{"user_id":"{}","user_name":"Guest {place}","join_time":"2026-11-19T10:00:00Z","leave_time":"2026-11-19T10:{MINUTES:02}:00Z""#,
        16_778_240 + place
    )
}

fn report(place: usize) -> String {
    let mut report = join(place) + r#","user_qos":["#;
    for minute in 0..MINUTES {
        let comma = if minute == 0 { "" } else { "," };
        write!(report, r#"{comma}{{"date_time":"2026-11-19T10:{minute:02}:00Z""#).unwrap();
        for stream in STREAMS {
            let kbps = place % 97 + minute;
            write!(report, r#","{stream}":{{"bitrate":"{kbps} kbps","latency":"120 ms"}}"#)
                .unwrap();
        }
        report.push('}');
    }
    report + "]}"
}

/// A page of so many, as the token says that the last one ended with.
fn page(request: &Recorded, size: usize, row: fn(usize) -> String) -> Response {
    let first: usize = request.query("next_page_token").unwrap_or("0").parse().unwrap();
    let end = PEOPLE.min(first + size);
    let rows: Vec<String> = (first..end).map(row).collect();
    let next = if end < PEOPLE { end.to_string() } else { String::new() };
    dated(format!(
        r#"{{"next_page_token":"{next}","page_size":{size},"total_records":{PEOPLE},"participants":[{}]}}"#,
        rows.join(",")
    ))
}

/// The webinar was some days ago, whenever the test runs.
fn dated(body: String) -> Response {
    Response::new(200).json(body).header("date", "Mon, 23 Nov 2026 12:00:00 GMT")
}

fn routes() -> Routes {
    let webinar = json!({"uuid": UUID, "id": 93_201_235_621_u64, "participants": PEOPLE,
        "start_time": "2026-11-19T10:00:00Z", "end_time": "2026-11-19T10:05:00Z"});
    let token = json!({"access_token": "t", "expires_in": 3_599, "token_type": "bearer"});
    let webinars = json!({"next_page_token": "", "total_records": 1, "webinars": [webinar]});
    let none = json!({"next_page_token": "", "total_records": 0, "meetings": []});
    let of_webinar = "/v2/metrics/webinars/gm8s9L%2BPTEC%2BFG3sFbd1Cw%3D%3D/participants";
    let joins = |request: &Recorded| page(request, 300, |place| join(place) + "}");
    let reports = |request: &Recorded| page(request, 10, report);
    Routes::new()
        .on("POST", "/oauth/token", dated(token.to_string()))
        .on("GET", "/v2/metrics/webinars", dated(webinars.to_string()))
        .on("GET", format!("{of_webinar}/qos"), Responder::with(reports))
        .on("GET", of_webinar, Responder::with(joins))
        .on("GET", Matcher::prefix("/v2/metrics/"), dated(none.to_string()))
}

/// The most memory that a program has held until it ended, in MB; `None` where the system does not tell.
fn peak_mb(program: &mut Child) -> Option<u64> {
    let path = format!("/proc/{}/status", program.id());
    let mut peak = None;
    while program.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = kib.map(|kib| kib * 1_024 / 1_000_000).or(peak);
        std::thread::yield_now();
    }
    peak
}

#[tokio::test]
async fn a_webinar_of_ten_thousand_is_collected_whole_in_little_memory() {
    let server = Server::start(routes()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    // No more is asked of the limits than this takes.
    let settings = dir.path().join("zqos.toml");
    fs::write(&settings, "[accounts.default]\nplan = \"unlimited\"\n").unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_zqos"))
        .args(["collect", "--from", "2026-11-19", "--to", "2026-11-20", "--tz", "UTC"])
        .args(["--format", "json"])
        .env_clear()
        .env("ZQOS_CONFIG", settings)
        .env("ZQOS_STORE", &store)
        .env("ZOOM_API_BASE", format!("{}/v2", server.url()))
        .env("ZOOM_OAUTH_BASE", server.url())
        .envs([("ZOOM_ACCOUNT_ID", "a"), ("ZOOM_CLIENT_ID", "c"), ("ZOOM_CLIENT_SECRET", "s")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let peak = peak_mb(&mut program);
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(server.unmatched().is_empty(), "{:?}", server.unmatched());

    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = |count: usize| json!({"expected": count, "got": count});
    assert_eq!(told[0]["participants"], expected(PEOPLE), "{told}");
    assert_eq!(told[0]["minutes"], expected(PEOPLE * MINUTES), "{told}");
    assert_eq!(table::rows(&store, &PARTICIPANTS).await.len(), PEOPLE);
    let samples = table::rows(&store, &STREAM_SAMPLES).await;
    assert_eq!(samples.len(), PEOPLE * MINUTES * STREAMS.len());
    // Figures are those of whose they are.
    let sum: f64 = samples.iter().filter_map(|row| row["bitrate_kbps"].as_f64()).sum();
    let of_minutes = |place: usize| (0..MINUTES).map(move |minute| place % 97 + minute);
    let truth: usize = STREAMS.len() * (0..PEOPLE).flat_map(of_minutes).sum::<usize>();
    assert_eq!(sum.to_string(), truth.to_string());
    // A page for 300 of the list, and one for ten reports.
    assert_eq!(server.requests().len(), 1 + 3 + PEOPLE.div_ceil(300) + PEOPLE / 10);
    assert!(peak.is_none_or(|peak| peak < PEAK_MB), "{peak:?} MB");
}
