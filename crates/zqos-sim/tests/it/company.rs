//! What the API tells of all the sorts of participants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;
use zqos_sim::{Algorithm, Config};

use crate::support::{Zoom, encoded};

/// Every row of the participants of two days, each with its report.
fn participants(zoom: &Zoom) -> Vec<(Value, Value)> {
    let mut rows = Vec::new();
    for meeting in zoom.past_meetings() {
        let uuid = encoded(&meeting["uuid"]);
        let path = format!("/metrics/meetings/{uuid}/participants");
        let (_, of_meeting) = zoom.walk(&format!("{path}?type=past&page_size=300"), "participants");
        let (_, reports) = zoom.walk(&format!("{path}/qos?type=past&page_size=10"), "participants");
        rows.extend(of_meeting.into_iter().zip(reports));
    }
    rows
}

/// Those of the default company.
static ALL: LazyLock<Vec<(Value, Value)>> = LazyLock::new(|| participants(&Zoom::unlimited()));

fn text<'v>(row: &'v Value, member: &str) -> &'v str {
    row[member].as_str().unwrap_or_else(|| panic!("no text {member} in {row}"))
}

/// The names of all streams of a report.
fn streams(report: &Value) -> BTreeSet<&str> {
    let minutes = report["user_qos"].as_array().unwrap();
    let members = minutes.iter().flat_map(|minute| minute.as_object().unwrap().keys());
    members.map(String::as_str).filter(|name| *name != "date_time").collect()
}

#[test]
fn each_sort_of_device_has_its_own_streams_and_blanks() {
    let mut counts = BTreeMap::new();
    for (row, report) in ALL.iter() {
        let device = text(row, "device");
        *counts.entry(device).or_insert(0) += 1;
        let in_room = row["in_room_participants"].as_u64().unwrap();
        assert_eq!(in_room > 0, device == "Zoom Rooms", "{row}");
        assert_eq!(text(row, "sip_uri").is_empty(), device != "H.323/SIP", "{row}");
        let streams = streams(report);
        let has = |part: &str| streams.iter().any(|name| name.contains(part));
        match device {
            "H.323/SIP" => {
                assert!(has("_device_from_crc") && !has("_input") && !has("cpu"), "{streams:?}");
                assert_eq!(text(row, "version"), "");
            }
            "Phone" => {
                assert_eq!(row["audio_call"][0]["call_type"], "call-in");
                assert!(row.get("internal_ip_addresses").is_none(), "{row}");
                for blank in ["ip_address", "network_type", "connection_type", "location"] {
                    assert_eq!(text(row, blank), "", "{blank}");
                }
                for minute in report["user_qos"].as_array().unwrap() {
                    assert_eq!(minute["video_output"]["bitrate"], "");
                    assert_eq!(minute["as_output"]["bitrate"], "");
                    assert!(minute.get("cpu_usage").is_none() && minute.get("wifi_rssi").is_none());
                }
            }
            "Zoom Rooms" => {
                assert!(has("audio_input") && has("cpu_usage") && !has("wifi_rssi"));
                assert!(text(row, "email").ends_with("@rooms.example.com"));
            }
            _ if text(row, "browser_name") == "Chrome" => {
                assert!(!has("_input") && !has("cpu_usage") && !has("wifi_rssi"), "{streams:?}");
                assert_eq!(
                    has("_device_from_rwg") && has("cpu_pressure_level"),
                    !report["user_qos"].as_array().unwrap().is_empty()
                );
            }
            _ => assert!(!has("crc") && !has("rwg"), "{streams:?}"),
        }
    }
    for device in [
        "Windows",
        "Mac",
        "Linux",
        "iOS",
        "Android",
        "Web Browser",
        "Zoom Rooms",
        "H.323/SIP",
        "Phone",
    ] {
        assert!(counts.contains_key(device), "{device} in {counts:?}");
    }
}

#[test]
fn most_rows_are_as_documented_and_some_as_seen_in_the_wild() {
    let spelt =
        |row: &Value| ["win 11", "win 10+ 17763", "Unknown", "Web"].contains(&text(row, "device"));
    let quoted = |row: &Value| text(row, "os_version").starts_with('"');
    let colons = |row: &Value| text(row, "mac_addr").contains(':');
    let no_domain =
        |row: &Value| text(row, "domain").is_empty() && !text(row, "pc_name").is_empty();
    let code = |row: &Value| text(row, "location").starts_with('(');
    let country =
        |row: &Value| !text(row, "location").is_empty() && !text(row, "location").contains('(');
    let called = |row: &Value| text(row, "device").ends_with(" + Phone");
    let masked = |row: &Value| {
        let address = row["internal_ip_addresses"][0].as_str();
        address.is_some_and(|address| address.ends_with(".*.*")) && !text(row, "id").is_empty()
    };
    let direct = |row: &Value| text(row, "connection_type") == "P2P";
    let count = |is_odd: &dyn Fn(&Value) -> bool| ALL.iter().filter(|(row, _)| is_odd(row)).count();
    for (name, odd) in [
        ("device", count(&spelt)),
        ("quotes", count(&quoted)),
        ("colons", count(&colons)),
        ("domain", count(&no_domain)),
        ("code", count(&code)),
        ("country", count(&country)),
        ("telephone", count(&called)),
        ("masked", count(&masked)),
        ("direct", count(&direct)),
    ] {
        let permille = 1_000 * odd / ALL.len();
        assert!((1..120).contains(&permille), "{name}: {permille} in a thousand");
    }
}

#[test]
fn outsiders_are_blank_but_for_those_whom_a_calendar_invited() {
    let outsiders: Vec<&Value> = ALL
        .iter()
        .map(|(row, _)| row)
        .filter(|row| text(row, "id").is_empty() && text(row, "device") != "H.323/SIP")
        .collect();
    for row in &outsiders {
        for blank in ["domain", "harddisk_id", "mac_addr", "camera", "microphone", "speaker"] {
            assert_eq!(text(row, blank), "", "{blank}");
        }
        assert_eq!(row["participant_user_id"], "");
    }
    let known = outsiders.iter().filter(|row| !text(row, "email").is_empty()).count();
    assert!(outsiders.len() > 20 && known > 0 && 2 * known < outsiders.len(), "{known}");
}

#[test]
fn who_waits_or_is_in_a_breakout_room_has_a_row_of_its_own() {
    let (mut waiting, mut breakouts) = (0, 0);
    for (row, report) in ALL.iter() {
        if text(row, "status") == "in_waiting_room" {
            assert_eq!(report["user_qos"].as_array().unwrap().len(), 0);
            assert!(text(row, "leave_reason").ends_with("waiting room."), "{row}");
            waiting += 1;
        } else {
            assert!(!text(row, "leave_reason").ends_with("waiting room."), "{row}");
        }
        if let Some(room) = row.get("bo_mtg_id") {
            assert_eq!(room.as_str().unwrap().len(), 24);
            breakouts += 1;
        }
    }
    assert!(waiting > 3 && breakouts > 3, "{waiting} {breakouts}");
}

#[test]
fn lists_say_what_the_participants_of_their_meetings_are() {
    let zoom = Zoom::unlimited();
    let mut said = BTreeMap::new();
    for meeting in zoom.past_meetings() {
        let uuid = encoded(&meeting["uuid"]);
        let path = format!("/metrics/meetings/{uuid}/participants?type=past&page_size=300");
        let (_, rows) = zoom.walk(&path, "participants");
        let inside: Vec<&Value> =
            rows.iter().filter(|row| text(row, "status") == "in_meeting").collect();
        // People and rooms by name and address, as a rejoin is no other one.
        let people: BTreeSet<_> = inside
            .iter()
            .map(|row| (text(row, "user_name"), text(row, "id"), text(row, "ip_address")))
            .collect();
        assert_eq!(meeting["participants"], people.len(), "{meeting}");
        let any = |is: &dyn Fn(&Value) -> bool| inside.iter().any(|row| is(row));
        let outside = |row: &Value| text(row, "id").is_empty() && text(row, "sip_uri").is_empty();
        for (member, expected) in [
            ("has_pstn", any(&|row| row["audio_call"].as_array().is_some_and(|it| !it.is_empty()))),
            ("has_sip", any(&|row| text(row, "device") == "H.323/SIP")),
            ("has_external_participant", any(&outside)),
        ] {
            assert_eq!(meeting[member], expected, "{member} of {meeting}");
            *said.entry((member, expected)).or_insert(0) += 1;
        }
        let costs = || rows.iter().map(|row| row["total_jointime_cost"].as_f64().unwrap());
        let mean = costs().sum::<f64>() / f64::from(u32::try_from(rows.len()).unwrap());
        assert!((meeting["avg_jointime_cost"].as_f64().unwrap() - mean).abs() < 0.02);
        let details = zoom.json(&format!("/metrics/meetings/{uuid}?type=past"));
        let seated: u64 =
            inside.iter().map(|row| row["in_room_participants"].as_u64().unwrap()).max().unwrap();
        assert_eq!(details["in_room_participants"], seated);
    }
    assert_eq!(said.len(), 6, "each was true of some and false of others: {said:?}");
}

#[test]
fn a_legacy_baa_blanks_who_and_where() {
    let config = Config { legacy_baa: true, limits: Algorithm::Off, ..Config::default() };
    for (row, report) in participants(&Zoom::new(config)) {
        for row in [&row, &report] {
            for blank in ["user_name", "ip_address", "location", "email"] {
                assert_eq!(text(row, blank), "", "{blank}");
            }
            assert!(row.get("internal_ip_addresses").is_none(), "{row}");
        }
        for call in row["audio_call"].as_array().unwrap() {
            assert_eq!(call["call_number"], "");
        }
        let reason = text(&row, "leave_reason");
        let is_nameless = [" ", "Host ", "Network ", "Leave ", "Removed "]
            .iter()
            .any(|start| reason.starts_with(start));
        assert!(is_nameless, "{reason}");
    }
}
