//! What becomes of each of the fourteen events of the Quality of Service Subscription, in both ways in which an
//! account may have the figures of a minute: one event for each sort, or one with all.

use axum::http::StatusCode;
use serde_json::{Value, json};
use zqos_core::table::{
    DEAD_LETTERS, DEVICE_SAMPLES, MEETINGS, PARTICIPANTS, PHONE_CALLS, PHONE_SAMPLES,
    SETTINGS_CHANGES, STREAM_SAMPLES, STREAM_SUMMARIES, Table, ZOOM_RAW, ZOOM_SCORES,
};

use crate::support::{World, rows};

/// Who takes part in what, as a family of events names it.
#[derive(Clone, Copy)]
struct Family {
    name: &'static str,
    somebody: &'static str,
    /// Its events tell a topic each time.
    has_topic: bool,
    /// How figures are written there.
    units: [&'static str; 4],
}

const FAMILIES: [Family; 3] = [
    Family {
        name: "meeting",
        somebody: "participant",
        has_topic: false,
        units: ["63 kbps", "134 ms", "6 ms", "0.3%"],
    },
    Family {
        name: "webinar",
        somebody: "participant",
        has_topic: false,
        units: ["27.15kbps", "134 ms", "7.53ms", "0.03%"],
    },
    Family {
        name: "session",
        somebody: "user",
        has_topic: true,
        units: ["23 Kbps", "0 ms", "0ms", "0.0"],
    },
];

impl Family {
    fn event_name(self, rest: &str) -> String {
        format!("{}.{}_{rest}", self.name, self.somebody)
    }

    /// The event, with what it tells of somebody.
    fn event(self, rest: &str, told: (&str, Value)) -> String {
        let mut who = match (self.somebody, rest) {
            ("user", _) => {
                json!({ "id": "16778240", "name": "Ann", "user_key": "p-1", "is_original_host": true })
            }
            (_, "qos") => {
                json!({ "user_id": "16778240", "participant_user_id": "p-1", "email": "" })
            }
            (_, "qos_summary") => {
                json!({ "participant_id": "16778240", "user_name": "Ann", "id": "p-1", "email": "" })
            }
            _ => json!({ "participant_id": "16778240", "participant_user_id": "p-1", "email": "" }),
        };
        who[told.0] = told.1;
        let mut object = if self.has_topic {
            json!({ "session_id": "m==", "session_name": "Board", "session_key": "k" })
        } else {
            json!({ "uuid": "m==" })
        };
        if rest.ends_with("summary") && !self.has_topic {
            object["id"] = json!("93201235621");
        }
        object[self.somebody] = who;
        event(&self.event_name(rest), &object)
    }

    /// The details of a stream: live, or over a whole join.
    fn stream(self, is_summary: bool, has_picture: bool) -> Value {
        let [bitrate, latency, jitter, loss] = self.units;
        let mut details = json!({ "avg_loss": loss, "max_loss": loss });
        let mut put = |name: &str, text: &str| {
            if is_summary {
                for of in ["min", "avg", "max"] {
                    details[format!("{of}_{name}")] = json!(text);
                }
            } else {
                details[name] = json!(text);
            }
        };
        for (name, text) in [("bitrate", bitrate), ("latency", latency), ("jitter", jitter)] {
            put(name, text);
        }
        if has_picture {
            put("frame_rate", "12 fps");
        }
        if is_summary {
            details["min_loss"] = json!(loss);
        }
        if has_picture {
            details["resolution"] = json!("1280*720");
        }
        details
    }

    /// What there is to tell of a minute, or of a whole join.
    fn sorts(self, is_summary: bool) -> Vec<Value> {
        let rssi = |number: i32| if is_summary { json!(number) } else { json!(number.to_string()) };
        let mut sorts = vec![
            ("audio_input", self.stream(is_summary, false)),
            ("video_output", self.stream(is_summary, true)),
            ("as_device_from_rwg", self.stream(is_summary, true)),
            (
                "cpu_usage",
                json!({
                    "zoom_min_cpu_usage": "0%", "zoom_avg_cpu_usage": "1%",
                    "zoom_max_cpu_usage": "2%", "system_max_cpu_usage": "11%",
                    "system_min_cpu_pressure_level": "normal",
                    "system_avg_cpu_pressure_level": "fair",
                    "system_max_cpu_pressure_level": "critical",
                }),
            ),
            (
                "wifi_rssi",
                json!({ "max_rssi": rssi(-44), "avg_rssi": rssi(-50), "min_rssi": rssi(-56), "rssi_unit": "dBm" }),
            ),
            ("audio_quality", json!({ "quality": "good", "quality_score": "3.65" })),
        ];
        if !is_summary {
            sorts
                .push(("notification", json!({ "network_notification": "network bandwidth low" })));
        }
        let element = |(sort, details): (&str, Value)| {
            let mut element = json!({ "type": sort, "details": details });
            if !is_summary {
                element["date_time"] = json!("2026-11-20T09:59:00Z");
            }
            element
        };
        sorts.into_iter().map(element).collect()
    }

    /// What a client tells of itself.
    fn settings(is_summary: bool) -> Value {
        let mut settings = json!({
            "device": "Mac", "location": "Dublin (IE)", "Location": "Dublin (IE)",
            "network_type": "Wifi", "microphone": "m", "speaker": "s", "camera": "c",
            "data_center": "d", "connection_type": "UDP", "pc_name": "pc", "domain": "dom",
            "mac_addr": "00:0a:95:9d:68:16", "harddisk_id": "h", "version": "6.0.11.39959",
            "signaling_ip_address": "192.0.2.7", "signaling_internal_ip_address": "10.0.0.7",
            "signaling_internal_ip_port": "5060", "destination_ip_domain": "zoom.us",
            "destination_ip_port": "443",
        });
        if is_summary {
            settings["device_detail"] = json!("GoogleChromeSAB 130");
            settings["client"] = json!("Web video sdk 1.12.10");
        }
        json!([settings])
    }
}

fn event(name: &str, object: &Value) -> String {
    let payload = json!({ "account_id": "a", "object": object });
    json!({ "event": name, "event_ts": 1_795_168_800_000_u64, "payload": payload }).to_string()
}

/// A side of a call, while it lasts or at its end.
fn call(is_summary: bool) -> Vec<String> {
    let element = |leg: &str| {
        json!({
            "date_time": "2026-11-20T09:59:00Z", "type": leg,
            "details": {
                "bitrate": "6", "avg_loss": "0.0", "max_loss": "0.0", "jitter": "8",
                "network_delay": "23", "mos": "4.5", "network": "LAN",
            },
        })
    };
    let of_call = |qos: Value| {
        json!({
            "call_id": "6971668082545971778", "call_start_time": "2026-11-20T09:58:00Z",
            "call_end_time": "2026-11-20T09:59:30Z", "call_qos": qos,
        })
    };
    let sides = ["caller", "callee"];
    if is_summary {
        let side = |side: &str| {
            let qos = ["sending", "receiving"].map(element);
            json!({ "type": side, "user_id": "p-1", "user_email": "ann@example.com", "qos": qos })
        };
        return vec![event("phone.call_qos_summary", &of_call(json!(sides.map(side))))];
    }
    let mut events = Vec::new();
    for side in sides {
        for leg in ["sending", "receiving"] {
            let qos = json!({ "type": side, "id": "p-1", "user_email": "ann@example.com", "qos": element(leg) });
            events.push(event("phone.call_qos", &of_call(qos)));
        }
    }
    events
}

/// What is sent, and which rows it becomes; texts are kept of all.
struct Case {
    what: String,
    events: Vec<String>,
    rows: Vec<(&'static Table, usize)>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |what: String, events: Vec<String>, rows: Vec<(&'static Table, usize)>| {
        cases.push(Case { what, events, rows });
    };
    for family in FAMILIES {
        let named = |rest: &str, mode: &str| format!("{}{mode}", family.event_name(rest));
        let topic = usize::from(family.has_topic);
        let minute =
            [(&STREAM_SAMPLES, 3), (&DEVICE_SAMPLES, 1), (&ZOOM_SCORES, 2), (&PARTICIPANTS, 1)];
        let minute: Vec<(&'static Table, usize)> =
            minute.into_iter().chain([(&MEETINGS, topic)]).collect();
        let sorts = family.sorts(false);
        let each = sorts.iter().map(|sort| family.event("qos", ("qos", json!([sort]))));
        case(named("qos", ", one for each sort"), each.collect(), minute.clone());
        let all = family.event("qos", ("qos", json!(sorts)));
        case(named("qos", ", with all sorts"), vec![all], minute);
        let summary = family.event("qos_summary", ("qos", json!(family.sorts(true))));
        let of_join: Vec<(&'static Table, usize)> =
            vec![(&STREAM_SUMMARIES, 4), (&ZOOM_SCORES, 1), (&PARTICIPANTS, 1), (&MEETINGS, 1)];
        case(named("qos_summary", ""), vec![summary], of_join);
        for (rest, meetings) in [("data", topic), ("data_summary", 1)] {
            let settings = Family::settings(rest == "data_summary");
            let told = family.event(rest, ("data", settings));
            let rows: Vec<(&'static Table, usize)> =
                vec![(&SETTINGS_CHANGES, 1), (&PARTICIPANTS, 1), (&MEETINGS, meetings)];
            case(named(rest, ""), vec![told], rows);
        }
    }
    let of_call: Vec<(&'static Table, usize)> = vec![(&PHONE_CALLS, 2), (&PHONE_SAMPLES, 4)];
    case("phone.call_qos".to_owned(), call(false), of_call.clone());
    case("phone.call_qos_summary".to_owned(), call(true), of_call);
    cases
}

const ROWS: [&Table; 9] = [
    &MEETINGS,
    &PARTICIPANTS,
    &SETTINGS_CHANGES,
    &PHONE_CALLS,
    &PHONE_SAMPLES,
    &STREAM_SUMMARIES,
    &ZOOM_SCORES,
    &DEVICE_SAMPLES,
    &STREAM_SAMPLES,
];

#[tokio::test]
async fn each_of_the_fourteen_events_becomes_rows_and_none_is_lost() {
    let cases = cases();
    let names: std::collections::BTreeSet<String> = (cases.iter())
        .flat_map(|case| &case.events)
        .map(|event| {
            serde_json::from_str::<Value>(event).unwrap()["event"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names.len(), 14, "{names:?}");
    // Each comes to an account of its own.
    let world = World::new().await;
    let accounts: Vec<String> =
        (0..cases.len()).map(|number| format!("account-{number}")).collect();
    let secrets: Vec<(&str, &str)> =
        accounts.iter().map(|account| (account.as_str(), account.as_str())).collect();
    world.secrets.set(&secrets, &[]);
    for (Case { what, events, .. }, account) in cases.iter().zip(&accounts) {
        for event in events {
            assert_eq!(world.post_as(account, event).await, StatusCode::OK, "{what}");
        }
    }
    assert_eq!(world.counters.letters(), 0);
    let folder = world.end();
    assert!(rows(folder.path(), &DEAD_LETTERS).await.is_empty());
    for table in ROWS {
        let found = rows(folder.path(), table).await;
        for (case, account) in cases.iter().zip(&accounts) {
            let expected = case.rows.iter().find(|(of, _)| *of == table);
            let count = found.iter().filter(|row| row["account"] == **account).count();
            let expected = expected.map_or(0, |(_, count)| *count);
            assert_eq!(count, expected, "{}: {}", case.what, table.name);
        }
    }
    let texts = rows(folder.path(), &ZOOM_RAW).await;
    for (case, account) in cases.iter().zip(&accounts) {
        for event in &case.events {
            let is_there = |row: &Value| row["account"] == **account && row["body"] == **event;
            assert!(texts.iter().any(is_there), "{}: the text is kept", case.what);
        }
    }
}

#[tokio::test]
async fn figures_are_read_in_every_spelling() {
    let expected = [[63.0, 134.0, 6.0, 0.3], [27.15, 134.0, 7.53, 0.03], [23.0, 0.0, 0.0, 0.0]];
    for (family, expected) in FAMILIES.into_iter().zip(expected) {
        let world = World::new().await;
        let event = family.event("qos", ("qos", json!(family.sorts(false))));
        assert_eq!(world.post(event).await, StatusCode::OK);
        let folder = world.end();
        let streams = rows(folder.path(), &STREAM_SAMPLES).await;
        for stream in &streams {
            let figures = ["bitrate_kbps", "latency_ms", "jitter_ms", "avg_loss_pct"];
            let found = figures.map(|name| stream[name].as_f64().unwrap());
            assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{}", family.name);
        }
        let device = &rows(folder.path(), &DEVICE_SAMPLES).await[0];
        assert_eq!(device["min_rssi_dbm"], -56);
        assert_eq!(device["max_pressure"], "critical");
        assert_eq!(device["system_max_cpu_pct"], 11.0);
    }
}
