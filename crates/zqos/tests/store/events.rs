//! Events of the quality of service, as the simulator sends them, into the tables.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use zqos_core::{Clock as _, SystemClock};

use crate::{World, said};

const NOW: &str = "2026-11-20T09:07:00Z";

/// The events of some hours of a small company whose hosts all have QSS.
fn simulated(world: &World, mode: &str) -> String {
    let range = ["--from", "2026-11-19T09:00:00Z", "--to", "2026-11-19T15:00:00Z"];
    let output = world
        .command(&["sim", "events", "--people", "30", "--now", NOW, "--qss-hosts", "100"])
        .args(["--events-mode", mode])
        .args(range)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn import(world: &World, arguments: &[&str]) -> String {
    let output = world.run(&[&["import"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    said(&output)
}

const TABLES: [&str; 6] = [
    "stream_samples",
    "device_samples",
    "stream_summaries",
    "zoom_scores",
    "settings_changes",
    "participants",
];

/// All rows of the tables but the texts.
fn rows(world: &World) -> Vec<String> {
    let sorted = |table| {
        // CSV has no lists.
        let output = world.run(&["sql", &format!("SELECT * FROM {table}"), "--format", "ndjson"]);
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    TABLES.map(sorted).into()
}

#[test]
fn per_type_and_aggregated_events_come_to_the_same_rows_however_often() {
    let [one, other] = [World::new(), World::new()];
    one.write("events.ndjson", simulated(&one, "per-type"));
    other.write("events.ndjson", simulated(&other, "aggregated"));
    let told = import(&one, &["events.ndjson"]);
    assert!(!told.contains("left out"), "{told}");
    import(&other, &["events.ndjson"]);
    let first = rows(&one);
    for (table, (one, other)) in TABLES.iter().zip(first.iter().zip(rows(&other))) {
        assert!(one.lines().count() > 20, "{table}: {one}");
        assert_eq!(*one, other, "{table}");
    }
    // A file that comes again is there once.
    let texts =
        "SELECT kind, count(*) AS n, count(ts) AS told FROM zoom_raw GROUP BY kind ORDER BY kind";
    let before = one.sql(texts);
    import(&one, &["events.ndjson", "events.ndjson"]);
    assert_eq!(rows(&one), first);
    assert_eq!(one.sql(texts), before);
}

#[test]
fn the_text_of_every_event_is_kept() {
    let world = World::new();
    let events = simulated(&world, "per-type");
    world.write("events.ndjson", &events);
    import(&world, &["events.ndjson"]);
    let mut sent: Vec<&str> = events.lines().collect();
    let output = world.run(&["sql", "SELECT body FROM zoom_raw", "--format", "ndjson"]);
    let output = String::from_utf8(output.stdout).unwrap();
    let mut kept: Vec<String> = output
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["body"].as_str().unwrap().to_owned()
        })
        .collect();
    sent.sort_unstable();
    kept.sort_unstable();
    assert_eq!(kept, sent);
}

#[test]
fn arrays_frames_and_pretty_events_are_read() {
    let world = World::new();
    let events = simulated(&world, "aggregated");
    let events: Vec<Value> =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let frames = events.iter().map(|event| {
        json!({"module": "message", "content": event.to_string(), "header": {"Authorization": "secret"}})
            .to_string()
    });
    world.write("frames.ndjson", frames.collect::<Vec<_>>().join("\r\n"));
    world.write("array.json", Value::from(events.clone()).to_string());
    world.write(
        "pretty.json",
        events.iter().map(|event| format!("{event:#}")).collect::<Vec<_>>().join("\n"),
    );
    let counts = ["frames.ndjson", "array.json", "pretty.json"].map(|file| {
        let told = import(&world, &[file]);
        told.lines().last().unwrap().to_owned()
    });
    assert!(counts[0].contains(" events: "), "{counts:?}");
    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
    let secret = world.sql("SELECT count(*) AS n FROM zoom_raw WHERE body LIKE '%secret%'");
    assert_eq!(secret, "n\n0\n");
}

#[test]
fn calls_are_kept_by_their_sides() {
    let world = World::new();
    let call = include_str!("../../../zoom-wire/tests/fixtures/phone.call_qos.json");
    let receiving = call.replace("sending", "receiving").replace("\"caller\"", "\"callee\"");
    world.write("calls.json", format!("{call}\n{receiving}"));
    let told = import(&world, &["calls.json"]);
    assert!(told.contains("2 events"), "{told}");
    assert_eq!(
        world.sql(
            "SELECT side, leg, bitrate_kbps, network_delay_ms, s.mos, origin, start_time, person_id \
             FROM phone_samples s JOIN phone_calls USING (account, call_id, side) ORDER BY side"
        ),
        "side,leg,bitrate_kbps,network_delay_ms,mos,origin,start_time,person_id\n\
         callee,receiving,6.0,23.0,4.5,qss,2021-06-09T05:42:34Z,KLN56y2cSzu0pWxUSec4RQ\n\
         caller,sending,6.0,23.0,4.5,qss,2021-06-09T05:42:34Z,KLN56y2cSzu0pWxUSec4RQ\n"
    );
    assert_eq!(world.sql("SELECT count(*) AS n FROM zoom_raw"), "n\n2\n");
}

/// A simulated Zoom, until it is dropped.
struct Zoom {
    child: Child,
    root: String,
}

impl Zoom {
    fn start(world: &World) -> Self {
        let mut child = world
            .command(&["sim", "--listen", "127.0.0.1:0", "--people", "30", "--now", NOW])
            .args(["--limits", "off", "--speed", "0"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready http") {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the simulator ended");
        }
        // Nobody else reads what it says.
        std::thread::spawn(move || {
            let mut rest = Vec::new();
            lines.read_to_end(&mut rest)
        });
        let url = line.split_whitespace().find(|word| word.starts_with("http")).unwrap();
        let root = url.trim_end_matches('/').trim_end_matches("/v2").to_owned();
        Self { child, root }
    }

    /// What `zqos get` prints of all participants of a past meeting.
    fn report(&self, world: &World, meeting: &str) -> Vec<u8> {
        let output = world
            .command(&["get", meeting, "--type", "past", "--format", "json"])
            .env("ZOOM_API_BASE", format!("{}/v2", self.root))
            .env("ZOOM_OAUTH_BASE", &self.root)
            .env("ZOOM_ACCOUNT_ID", "sim-account")
            .env("ZOOM_CLIENT_ID", "sim-client")
            .env("ZOOM_CLIENT_SECRET", "sim-secret")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        output.stdout
    }
}

impl Drop for Zoom {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn minutes_agree_with_reports_of_the_same_meeting() {
    let world = World::new();
    world.write("events.ndjson", simulated(&world, "per-type"));
    import(&world, &["events.ndjson"]);
    let uuids = world.sql(
        "SELECT meeting_uuid FROM zoom_raw WHERE kind = 'meeting.participant_qos_summary' \
         GROUP BY meeting_uuid ORDER BY count(*) DESC, meeting_uuid LIMIT 2",
    );
    let zoom = Zoom::start(&world);
    for uuid in uuids.lines().skip(1) {
        world.write("report.json", zoom.report(&world, uuid));
        import(&world, &["report.json", "--meeting", uuid]);
    }
    // Zoom samples minutes differently for both, so figures are near each other and seldom the same.
    let found = world.sql(
        "WITH r AS (SELECT * FROM stream_samples WHERE origin = 'import'), \
              e AS (SELECT * FROM stream_samples WHERE origin = 'qss') \
         SELECT count(*) > 1000 AS many, \
           count(*) > 0.95 * (SELECT count(*) FROM r) AS nearly_all, \
           sum(CASE WHEN abs(e.latency_ms - r.latency_ms) <= 0.1 * r.latency_ms + 5 THEN 1 ELSE 0 END) \
             > 0.9 * count(*) AS near, \
           sum(CASE WHEN (e.width_px IS DISTINCT FROM r.width_px) THEN 1 ELSE 0 END) \
             < 0.05 * count(*) AS as_wide \
         FROM r JOIN e USING (account, meeting_uuid, user_id, stream, ts)",
    );
    assert_eq!(found, "many,nearly_all,near,as_wide\ntrue,true,true,true\n");
}

/// What a client told of itself.
fn join_event(ts: i64, network: &str) -> Value {
    json!({
        "event": "meeting.participant_data",
        "event_ts": ts,
        "payload": { "account_id": "a", "object": {
            "uuid": "4444AAAiAAAAAiAiAiiAii==",
            "participant": {
                "participant_id": "16778240", "email": "ann@example.com",
                "data": [{ "network_type": network }],
            },
        }},
    })
}

/// Events of one join and of one meeting, of which the second of each was sent later.
fn early_and_late() -> [String; 4] {
    let meeting = |ts: i64, event: &str, topic: &str| {
        json!({
            "event": event,
            "event_ts": ts,
            "payload": { "account_id": "a", "object": {
                "uuid": "4444AAAiAAAAAiAiAiiAii==", "id": "1234567890", "topic": topic, "type": 2,
                "host_id": "host", "start_time": "2026-11-19T09:00:00Z", "timezone": "UTC",
            }},
        })
    };
    [
        join_event(1_795_079_000_000, "Wired"),
        join_event(1_795_079_600_000, "Wifi"),
        meeting(1_795_079_000_001, "meeting.started", "Draft"),
        meeting(1_795_079_600_001, "meeting.ended", "Review"),
    ]
    .map(|event| event.to_string())
}

#[test]
fn of_events_in_any_order_the_newest_counts() {
    let events = early_and_late();
    for order in [
        &[0, 1, 2, 3][..],
        &[1, 0, 3, 2],
        &[3, 2, 1, 0],
        // The first ones come again.
        &[0, 1, 2, 3, 0, 2],
        // What was said before the last one and again with it.
        &[1, 0, 1, 0],
    ] {
        let world = World::new();
        for (place, event) in order.iter().enumerate() {
            let file = format!("{place}.json");
            world.write(&file, &events[*event]);
            import(&world, &[&file]);
        }
        let files: Vec<String> = (0..order.len()).map(|place| format!("{place}.json")).collect();
        let together = World::new();
        for (file, event) in files.iter().zip(order) {
            together.write(file, &events[*event]);
        }
        import(&together, &files.iter().map(String::as_str).collect::<Vec<_>>());
        for world in [&world, &together] {
            let joins = world.sql("SELECT network_type FROM participants");
            assert_eq!(joins, "network_type\nWifi\n", "{order:?}");
            if order.contains(&3) {
                let meetings = world.sql("SELECT topic FROM meetings");
                assert_eq!(meetings, "topic\nReview\n", "{order:?}");
            }
        }
    }
}

#[test]
fn of_events_that_are_ahead_of_the_time_the_last_to_come_counts() {
    let world = World::new();
    // Of a clock that is hours ahead, the second said before the first.
    let now = SystemClock.now().unix_millis();
    let events = [(now + 7_200_000, "Wired"), (now + 3_600_000, "Wifi")];
    for (ts, network) in events {
        world.write("event.json", join_event(ts, network).to_string());
        import(&world, &["event.json"]);
    }
    assert_eq!(world.sql("SELECT network_type FROM participants"), "network_type\nWifi\n");
    world.write("now.json", join_event(1_795_079_000_000, "Cellular").to_string());
    import(&world, &["now.json"]);
    assert_eq!(world.sql("SELECT network_type FROM participants"), "network_type\nWifi\n");
}
