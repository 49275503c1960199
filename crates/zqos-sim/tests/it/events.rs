//! What is pushed, against the events that Zoom describes and the reports of the same meetings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use zqos_core::{ManualClock, Timestamp};
use zqos_sim::{Config, Event, EventsMode, Simulator, Subscription};

use crate::support::{Zoom, encoded};

/// A morning of the day before the simulated one.
const FROM: &str = "2026-11-19T08:00:00Z";
const TO: &str = "2026-11-19T11:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn subscribed(mode: EventsMode, qss_hosts_pct: u8) -> Simulator {
    let events = Subscription { mode, qss_hosts_pct, ..Subscription::default() };
    let clock = Arc::new(ManualClock::new(at(TO)));
    Simulator::new(Config { events, ..Config::default() }, clock).unwrap()
}

fn told(simulator: &Simulator, from: &str, to: &str) -> Vec<Event> {
    simulator.events(at(from)..at(to)).collect()
}

/// The events of a range, each with its name.
fn named(simulator: &Simulator, from: &str, to: &str) -> Vec<(String, Value)> {
    let parsed = |event: &Event| {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        (body["event"].as_str().unwrap().to_owned(), body)
    };
    told(simulator, from, to).iter().map(parsed).collect()
}

fn object(event: &Value) -> &Value {
    &event["payload"]["object"]
}

/// The id of a join, by whichever name the event has it.
fn user_id(event: &Value) -> &str {
    let participant = &object(event)["participant"];
    let id = participant.get("user_id").or_else(|| participant.get("participant_id"));
    id.and_then(Value::as_str).unwrap()
}

/// A join: the UUID of its meeting and its id.
fn join(event: &Value) -> (String, String) {
    (object(event)["uuid"].as_str().unwrap().to_owned(), user_id(event).to_owned())
}

#[test]
fn a_range_gives_the_same_events_however_it_is_cut() {
    let simulator = subscribed(EventsMode::PerType, 50);
    let whole = told(&simulator, FROM, TO);
    assert!(whole.len() > 1_000);
    assert!(whole.is_sorted_by_key(|event| event.at));
    for cut in ["2026-11-19T09:00:00Z", "2026-11-19T10:07:54.500Z", "2026-11-19T10:59:59.999Z"] {
        let mut parts = told(&simulator, FROM, cut);
        parts.extend(told(&simulator, cut, TO));
        assert!(parts == whole, "cut at {cut}");
    }
    assert!(told(&subscribed(EventsMode::PerType, 50), FROM, TO) == whole, "another simulator");
    assert!(told(&simulator, TO, TO).is_empty());
    assert!(told(&simulator, "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z").is_empty());
}

#[test]
fn every_leave_is_told_once_with_both_summaries() {
    let simulator = subscribed(EventsMode::Aggregated, 100);
    let events = named(&simulator, "2026-11-19T00:00:00Z", "2026-11-20T02:00:00Z");
    let mut of_joins: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for (name, event) in &events {
        let name = name.strip_prefix("meeting.").unwrap_or_else(|| panic!("{name}"));
        if object(event)["participant"].is_object() {
            of_joins.entry(join(event)).or_default().push(name);
        }
    }
    // Joins of the day before are still there at midnight, those of the next day are there already.
    let whole: Vec<_> = of_joins
        .values()
        .filter(|names| {
            names.first() == Some(&"participant_joined") && names.contains(&"participant_left")
        })
        .collect();
    assert!(whole.len() > 200, "{}", whole.len());
    for names in whole {
        let [.., left, one, other] = names[..] else { panic!("{names:?}") };
        assert_eq!(left, "participant_left", "{names:?}");
        let mut last = [one, other];
        last.sort_unstable();
        assert_eq!(last, ["participant_data_summary", "participant_qos_summary"]);
        for once in ["participant_joined", "participant_left", one, other] {
            assert_eq!(names.iter().filter(|name| **name == once).count(), 1, "{once}: {names:?}");
        }
        assert_eq!(names[1], "participant_data", "{names:?}");
    }
}

#[test]
fn a_meeting_begins_before_anybody_joins_and_ends_after_all_have_left() {
    let simulator = subscribed(EventsMode::Aggregated, 0);
    let mut running = BTreeMap::new();
    let mut ended = 0;
    // A day and the morning after, in which nobody is left in a meeting of that day.
    for (name, event) in named(&simulator, "2026-11-19T06:00:00Z", "2026-11-19T20:00:00Z") {
        let uuid = object(&event)["uuid"].as_str().unwrap().to_owned();
        match &*name {
            "meeting.started" => assert_eq!(running.insert(uuid, 0), None),
            "meeting.participant_joined" => *running.get_mut(&uuid).unwrap() += 1,
            "meeting.participant_left" => *running.get_mut(&uuid).unwrap() -= 1,
            "meeting.ended" => {
                assert_eq!(running.remove(&uuid), Some(0), "{uuid}");
                ended += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(ended > 30, "{ended}");
}

#[test]
fn only_meetings_of_some_hosts_have_quality_events() {
    let uuids = |pct, wanted: &str| -> BTreeSet<String> {
        named(&subscribed(EventsMode::Aggregated, pct), FROM, TO)
            .into_iter()
            .filter(|(name, _)| name.ends_with(wanted))
            .map(|(_, event)| object(&event)["uuid"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = uuids(100, "participant_qos");
    let some = uuids(50, "participant_qos");
    assert!(uuids(0, "participant_qos").is_empty());
    assert!(some.is_subset(&all) && !some.is_empty() && some.len() < all.len());
    assert_eq!(uuids(0, "participant_joined"), uuids(100, "participant_joined"));
}

#[test]
fn both_modes_carry_the_same_records() {
    let records = |mode| {
        let mut records = Vec::new();
        for (name, mut event) in named(&subscribed(mode, 50), FROM, TO) {
            if name != "meeting.participant_qos" {
                continue;
            }
            let participant = &mut event["payload"]["object"]["participant"];
            let Value::Array(qos) = participant["qos"].take() else { panic!("no array") };
            assert_eq!(qos.len() == 1, mode == EventsMode::PerType);
            records.extend(qos.into_iter().map(|record| (event.to_string(), record)));
        }
        records
    };
    let by_type = records(EventsMode::PerType);
    assert!(by_type.len() > 1_000);
    assert!(by_type == records(EventsMode::Aggregated));
}

#[test]
fn a_minute_that_was_over_in_time_has_the_figures_of_the_report() {
    let zoom = Zoom::unlimited();
    let simulator = subscribed(EventsMode::Aggregated, 100);
    let mut records: BTreeMap<_, BTreeMap<String, Value>> = BTreeMap::new();
    for (name, event) in named(&simulator, FROM, TO) {
        if name == "meeting.participant_qos" {
            let qos = &object(&event)["participant"]["qos"];
            let minute = qos[0]["date_time"].as_str().unwrap().to_owned();
            let told = at_millis(&event["event_ts"]) - at(&minute).unix_millis();
            assert!(told < 56_000, "{minute} is told {told} ms later");
            records.entry(join(&event)).or_default().insert(minute, qos.clone());
        }
    }
    let (mut same, mut minutes) = (0, 0);
    for ((uuid, user_id), told) in records.iter().take(60) {
        let uuid = encoded(&Value::from(uuid.as_str()));
        let path = format!("/metrics/meetings/{uuid}/participants/{user_id}/qos?type=past");
        let report = zoom.json(&path);
        let left = at(report["leave_time"].as_str().unwrap()).unix_millis();
        for sample in report["user_qos"].as_array().unwrap() {
            let minute = sample["date_time"].as_str().unwrap();
            // What lies outside of the range, and what was joined in the last seconds of a minute.
            let Some(qos) = told.get(minute) else { continue };
            minutes += 1;
            if left - at(minute).unix_millis() > 50_000 {
                continue;
            }
            for record in qos.as_array().unwrap() {
                let kind = record["type"].as_str().unwrap();
                // The report has the levels of browsers by another name.
                let member = match kind {
                    "cpu_usage" if sample.get(kind).is_none() => "cpu_pressure_level",
                    kind => kind,
                };
                if is_stream(kind) || kind == "cpu_usage" {
                    assert_eq!(record["details"], sample[member], "{minute} {kind}");
                    same += 1;
                }
            }
        }
    }
    assert!(same > 100 && minutes > 500, "{same} of {minutes}");
}

#[test]
fn a_summary_has_the_figures_of_the_summary_that_can_be_asked_for() {
    let zoom = Zoom::unlimited();
    // The same figures, with other blanks.
    let dense = |value: &Value| value.to_string().replace(' ', "");
    let simulator = subscribed(EventsMode::Aggregated, 100);
    let (mut joins, mut elements) = (0, 0);
    for (name, event) in named(&simulator, FROM, TO) {
        if name != "meeting.participant_qos_summary" || joins == 30 {
            continue;
        }
        joins += 1;
        let (uuid, user_id) = join(&event);
        let uuid = encoded(&Value::from(uuid));
        let path = format!("/metrics/meetings/{uuid}/participants/qos_summary?page_size=10");
        let (_, rows) = zoom.walk(&path, "participants");
        let row = rows.iter().find(|row| row["participant_id"] == *user_id).unwrap();
        let participant = &object(&event)["participant"];
        for member in ["id", "user_name", "email"] {
            assert_eq!(participant[member], row[member]);
        }
        let told: BTreeSet<_> = participant["qos"].as_array().unwrap().iter().map(dense).collect();
        for element in row["qos"].as_array().unwrap() {
            assert!(told.contains(&dense(element)), "{element}");
            elements += 1;
        }
    }
    assert!(joins == 30 && elements > 100, "{elements} of {joins}");
}

fn at_millis(number: &Value) -> i64 {
    number.as_i64().unwrap()
}

/// Every path of a document, with the type that is there; elements of arrays share theirs.
fn shape(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                shape(member, &format!("{path}.{name}"), into);
            }
        }
        Value::Array(elements) => {
            into.insert(format!("{path} array"));
            for element in elements {
                shape(element, &format!("{path}[]"), into);
            }
        }
        Value::String(_) => drop(into.insert(format!("{path} text"))),
        Value::Number(_) => drop(into.insert(format!("{path} number"))),
        Value::Bool(_) => drop(into.insert(format!("{path} boolean"))),
        Value::Null => panic!("null at {path}"),
    }
}

fn shape_of(value: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    shape(value, "$", &mut paths);
    paths
}

#[test]
fn events_have_the_members_of_zooms_examples() {
    let fixture = |name: &str| -> Value {
        let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let participant = "$.payload.object.participant";
    // What the examples lack and the description has, or the one capture that was published.
    let also: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("participant_qos", &[][..]),
        ("participant_qos_summary", &["$.payload.object.id text"][..]),
        ("participant_data", &["$.payload.object.participant.data[].Location text"][..]),
        ("participant_data_summary", &["$.payload.object.participant.data[].Location text"][..]),
    ]);
    let events = named(&subscribed(EventsMode::PerType, 100), FROM, TO);
    for (name, also) in also {
        let name = format!("meeting.{name}");
        let documented = shape_of(&fixture(&name));
        let mut simulated = BTreeSet::new();
        for (_, event) in events.iter().filter(|(other, _)| *other == name) {
            simulated.extend(shape_of(event));
        }
        // Details are another test's.
        let without_details = |paths: &BTreeSet<String>| -> BTreeSet<String> {
            let details = format!("{participant}.qos[].details");
            paths.iter().filter(|path| !path.starts_with(&details)).cloned().collect()
        };
        let mut expected = without_details(&documented);
        expected.extend(also.iter().map(|&path| path.to_owned()));
        assert_eq!(without_details(&simulated), expected, "{name}");
    }
}

/// True for the name of a stream.
fn is_stream(kind: &str) -> bool {
    zqos_core::Stream::from_name(kind).is_some()
}

#[test]
fn records_have_the_details_of_their_type() {
    const NETWORK: [&str; 5] = ["bitrate", "latency", "jitter", "avg_loss", "max_loss"];
    const PICTURE: [&str; 2] = ["resolution", "frame_rate"];
    const PROCESSOR: [&str; 4] =
        ["zoom_min_cpu_usage", "zoom_avg_cpu_usage", "zoom_max_cpu_usage", "system_max_cpu_usage"];
    const PRESSURE: [&str; 3] = [
        "system_min_cpu_pressure_level",
        "system_avg_cpu_pressure_level",
        "system_max_cpu_pressure_level",
    ];
    const SIGNAL: [&str; 4] = ["max_rssi", "avg_rssi", "min_rssi", "rssi_unit"];
    let summed = |names: &[&str]| -> Vec<String> {
        let spread = |name: &&str| match *name {
            "avg_loss" | "max_loss" | "resolution" => vec![(*name).to_owned()],
            name => ["min", "avg", "max"].map(|edge| format!("{edge}_{name}")).to_vec(),
        };
        names.iter().flat_map(spread).chain(["min_loss".to_owned()]).collect()
    };
    let plain = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let film = [&NETWORK[..], &PICTURE].concat();
    let mut seen = BTreeSet::new();
    // A day on which somebody has trouble.
    let events = named(
        &subscribed(EventsMode::Aggregated, 100),
        "2026-11-19T08:00:00Z",
        "2026-11-19T16:30:00Z",
    );
    for (name, event) in events.iter().filter(|(name, _)| name.contains("_qos")) {
        let in_summary = name.ends_with("_summary");
        for record in object(event)["participant"]["qos"].as_array().unwrap() {
            let kind = record["type"].as_str().unwrap();
            let mut expected = match kind {
                kind if is_stream(kind) => {
                    let figures = if kind.starts_with("audio") { &NETWORK[..] } else { &film };
                    if in_summary { summed(figures) } else { plain(figures) }
                }
                "cpu_usage" if record["details"].get(PRESSURE[0]).is_some() => plain(&PRESSURE),
                "cpu_usage" => plain(&PROCESSOR),
                "wifi_rssi" => plain(&SIGNAL),
                "audio_quality" | "video_quality" | "as_quality" => {
                    plain(&["quality", "quality_score"])
                }
                "notification" if !in_summary => plain(&["network_notification"]),
                other => panic!("{other} in {name}"),
            };
            expected.sort();
            let details = record["details"].as_object().unwrap();
            let mut members: Vec<_> = details.keys().cloned().collect();
            members.sort();
            assert_eq!(members, expected, "{kind} in {name}");
            // Signals are texts in events and numbers in summaries, all else is text.
            for (name, member) in details {
                let is_number = in_summary && kind == "wifi_rssi" && name != "rssi_unit";
                assert_eq!(member.is_i64(), is_number, "{name} of {kind}");
                assert_eq!(member.is_string(), !is_number, "{name} of {kind}");
            }
            assert_eq!(record.get("date_time").is_some(), !in_summary);
            seen.insert(kind.to_owned());
        }
    }
    // Six streams of clients, six of browsers, and what is no stream.
    assert!(seen.len() >= 18, "{seen:?}");
}

#[test]
fn what_people_from_outside_use_is_not_told() {
    let events = named(
        &subscribed(EventsMode::Aggregated, 100),
        "2026-11-17T13:00:00Z",
        "2026-11-17T16:00:00Z",
    );
    let mut guests = 0;
    for (name, event) in &events {
        let participant = &object(event)["participant"];
        let data = &participant["data"][0];
        // Room systems and telephones are nobody's.
        let is_guest = participant["participant_user_id"] == "" && data["device"] == "";
        if !name.contains("_data") || !is_guest {
            continue;
        }
        guests += 1;
        for blank in ["domain", "harddisk_id", "mac_addr", "microphone", "speaker"] {
            assert_eq!(data[blank], "", "{blank}");
        }
        let inside = data["signaling_internal_ip_address"].as_str().unwrap();
        assert!(inside.ends_with(".*.*"), "{inside}");
    }
    assert!(guests > 50, "{guests}");
    let names: BTreeSet<_> = events.iter().map(|(name, _)| &**name).collect();
    for name in [
        "started",
        "ended",
        "participant_joined",
        "participant_left",
        "participant_qos",
        "participant_qos_summary",
        "participant_data",
        "participant_data_summary",
    ] {
        assert!(names.contains(&*format!("webinar.{name}")), "{name}");
    }
}

#[test]
fn all_fourteen_events_are_told() {
    let names = |events: Subscription| -> BTreeSet<String> {
        let clock = Arc::new(ManualClock::new(at(TO)));
        let simulator = Simulator::new(Config { events, ..Config::default() }, clock).unwrap();
        // A day with a webinar.
        let day = named(&simulator, "2026-11-17T13:00:00Z", "2026-11-17T16:00:00Z");
        day.into_iter().map(|(name, _)| name).collect()
    };
    let all = Subscription {
        mode: EventsMode::Aggregated,
        qss_hosts_pct: 100,
        phone: true,
        ..Subscription::default()
    };
    let of_sessions = names(Subscription { sessions: true, phone: false, ..all });
    let expected = ["qos", "qos_summary", "data", "data_summary"];
    assert_eq!(of_sessions, expected.map(|name| format!("session.user_{name}")).into());
    let mut of_all = names(all);
    for family in ["meeting", "webinar"] {
        for name in expected {
            assert!(of_all.remove(&format!("{family}.participant_{name}")), "{family} {name}");
        }
        for name in ["started", "ended", "participant_joined", "participant_left"] {
            assert!(of_all.remove(&format!("{family}.{name}")), "{family} {name}");
        }
    }
    assert_eq!(of_all, ["phone.call_qos", "phone.call_qos_summary"].map(str::to_owned).into());
}

#[test]
fn calls_are_told_as_they_are_listed_and_however_a_range_is_cut() {
    let clock = Arc::new(ManualClock::new(at("2026-11-20T12:00:00Z")));
    let events = Subscription { qss_hosts_pct: 100, phone: true, ..Subscription::default() };
    let simulator = Simulator::new(Config { events, ..Config::default() }, clock).unwrap();
    let is_of_call = |event: &Event| event.body.starts_with(r#"{"event":"phone."#);
    let calls = |from: &str, to: &str| -> Vec<Event> {
        simulator.events(at(from)..at(to)).filter(is_of_call).collect()
    };
    let whole = calls(FROM, TO);
    assert!(whole.len() > 300, "{}", whole.len());
    assert!(whole.is_sorted_by_key(|event| event.at));
    let mut parts = calls(FROM, "2026-11-19T09:07:31Z");
    parts.extend(calls("2026-11-19T09:07:31Z", TO));
    assert!(parts == whole);
    // At its end a call is told with all that was told while it lasted.
    let mut live: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut compared = 0;
    for event in &whole {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        let object = &body["payload"]["object"];
        let call = object["call_id"].as_str().unwrap().to_owned();
        let told = |side: &Value, element: &Value| format!("{} {element}", side["type"]);
        let qos = &object["call_qos"];
        if body["event"] == "phone.call_qos" {
            live.entry(call).or_default().insert(told(qos, &qos["qos"]));
            continue;
        }
        let began = object["call_start_time"].as_str().unwrap();
        if began < FROM {
            continue;
        }
        let elements = |side: &Value| -> Vec<String> {
            side["qos"].as_array().unwrap().iter().map(|element| told(side, element)).collect()
        };
        let whole: BTreeSet<String> = qos.as_array().unwrap().iter().flat_map(elements).collect();
        assert_eq!(live.remove(&call).unwrap_or_default(), whole, "{call}");
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}
