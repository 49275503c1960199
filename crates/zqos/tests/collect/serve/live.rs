//! What goes wrong now.

use std::time::Duration;

use serde_json::{Value, json};
use zqos_core::{Clock as _, SystemClock, Timestamp};

use super::http::{self, Request};
use super::{Served, world};
use crate::world::said;

const SITES: &str = "name,public_networks,internal_networks,kind\n\
     Berlin,198.51.100.0/24,,office\n\
     Lyon,203.0.113.0/24,,office\n";

/// Somebody who is in a meeting right now.
pub(super) struct Present {
    pub(super) name: &'static str,
    pub(super) address: &'static str,
    /// What is lost of what they say, in percent.
    pub(super) loss: u8,
}

/// What Zoom pushes of people in a meeting that began some minutes ago.
pub(super) fn pushed(meeting: &str, topic: &str, people: &[Present]) -> String {
    let now = SystemClock.now();
    let ago = |minutes| -> Timestamp { now.saturating_sub(Duration::from_mins(minutes)) };
    let told = |event: &str, object: Value| {
        let ts = now.unix_millis();
        json!({ "event": event, "event_ts": ts, "payload": { "account_id": "a", "object": object } })
    };
    let mut events = vec![told(
        "meeting.started",
        json!({
            "uuid": meeting, "id": "1234567890", "topic": topic, "type": 2, "host_id": "host",
            "start_time": ago(9).to_string(), "timezone": "UTC",
        }),
    )];
    for (Present { name, address, loss }, id) in people.iter().zip(16_778_240..) {
        let id = id.to_string();
        events.push(told(
            "meeting.participant_data",
            json!({ "uuid": meeting, "participant": {
                "participant_id": id, "user_id": id, "user_name": name,
                "email": format!("{name}@example.com"),
                "data": [{ "signaling_ip_address": address, "network_type": "Wired" }],
            }}),
        ));
        for minutes in [3, 2] {
            events.push(told(
                "meeting.participant_qos",
                json!({ "uuid": meeting, "participant": {
                    "user_id": id, "email": format!("{name}@example.com"),
                    "qos": [{ "date_time": ago(minutes).to_string(), "type": "audio_input", "details": {
                        "bitrate": "63 kbps", "latency": "34 ms", "jitter": "6 ms",
                        "avg_loss": format!("{loss}.0%"), "max_loss": format!("{loss}.0%"),
                    }}],
                }}),
            ));
        }
    }
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    lines.join("\n")
}

impl Served {
    /// What is told now, but for when.
    pub(super) fn live(&self, who: &str) -> Value {
        let request = Request::get("/api/v1/live").basic(who);
        let mut told = http::first_event(&self.address, request);
        assert!(told.as_object_mut().unwrap().remove("at").is_some(), "{told}");
        told
    }
}

/// A server of a store with what was pushed of people in two offices, whose names these are.
fn served(folder: &std::path::Path, name: &str, people: [&'static str; 7], topic: &str) -> Served {
    let path = |file: &str| folder.join(format!("{name}-{file}")).to_str().unwrap().to_owned();
    let (store, events, sites) = (path("store"), path("events.ndjson"), path("sites.csv"));
    let presents: Vec<Present> = (people.into_iter().zip(0..))
        .map(|(name, place)| Present {
            name,
            address: if place < 5 { "198.51.100.7" } else { "203.0.113.9" },
            loss: if place % 3 == 0 { 15 } else { 0 },
        })
        .collect();
    std::fs::write(&sites, SITES).unwrap();
    std::fs::write(&events, pushed("4444AAAiAAAAAiAiAiiAii==", topic, &presents)).unwrap();
    let import = [&*events, "--store", &store, "--sites", &sites];
    let output = world().run("import", &import);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    Served::of(&["--store", &store], name, &[])
}

#[test]
fn what_goes_wrong_now_is_told_and_who_it_is_to_whoever_may_know() {
    const PEOPLE: [&str; 7] = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Fritz", "Greta"];
    const OTHERS: [&str; 7] = ["Zoe", "Yann", "Xaver", "Willi", "Vera", "Ute", "Tom"];
    let folder = tempfile::tempdir().unwrap();
    let now = served(folder.path(), "now", PEOPLE, "Secret plans");
    let open = now.live(&now.analyst);
    let [meeting] = &open["meetings"].as_array().unwrap()[..] else { panic!("{open}") };
    assert_eq!(meeting["topic"], "Secret plans");
    assert_eq!((&meeting["joins"], &meeting["judged"]), (&json!(7), &json!(7)), "{open}");
    let hurt = meeting["hurt"].as_array().unwrap();
    let names: Vec<&Value> = hurt.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Ada", "Dora", "Greta"], "{open}");
    assert_eq!(hurt[0]["grade"], "bad");
    assert!(hurt[0]["why"].as_str().unwrap().contains("loss 15.0 %"), "{open}");
    let site = |name: &str, joins: u32, poor: u32| json!({ "name": name, "joins": joins, "judged": joins, "poor": poor });
    assert_eq!(open["sites"], json!([site("Berlin", 5, 2), site("Lyon", 2, 1)]));
    assert_eq!(open["suppressed"], 0);

    // Of so few people as are in Lyon nothing is told to whoever may not know who they are.
    let veiled = now.live(&now.viewer);
    assert_eq!(veiled["sites"], json!([site("Berlin", 5, 2)]));
    assert_eq!(veiled["suppressed"], 1);
    assert_eq!(veiled["meetings"][0]["hurt"].as_array().unwrap().len(), 3);
    for text in PEOPLE.into_iter().chain(["Secret plans", "198.51.100.7", "example.com"]) {
        assert!(!veiled.to_string().contains(text), "{veiled}");
    }
    let renamed = served(folder.path(), "renamed now", OTHERS, "Other plans");
    let others = renamed.live(&renamed.viewer);
    assert_eq!(timeless(veiled), timeless(others));
}

/// All but when it was.
fn timeless(mut told: Value) -> String {
    told["newest_sample"].take();
    told["meetings"][0]["start"].take();
    told.to_string()
}
