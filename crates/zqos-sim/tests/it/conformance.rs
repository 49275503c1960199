//! Names and spellings, compared with Zoom's own examples rather than with what the client
//! believes: both might share a mistake.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Zoom, encoded};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../zoom-wire/tests/fixtures/", $name, ".json"))
    };
}

/// The paths of all members, with `[]` for any element.
fn members(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = format!("{path}.{name}");
                members(value, &path, into);
                into.insert(path);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                members(element, &format!("{path}[]"), into);
            }
        }
        _ => {}
    }
}

/// Fails for a member that the examples do not have, unless documents name it, and for one that
/// they have and the answers never.
#[track_caller]
fn compare(fixtures: &[&str], answers: &[Value], only_documented: &[&str], never_sent: &[&str]) {
    let (mut known, mut given) = (BTreeSet::new(), BTreeSet::new());
    for fixture in fixtures {
        members(&serde_json::from_str(fixture).unwrap(), "", &mut known);
    }
    for answer in answers {
        members(answer, "", &mut given);
    }
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    let made_up: BTreeSet<_> = given.difference(&known).cloned().collect();
    assert_eq!(made_up, set(only_documented), "not in the examples");
    let omitted: BTreeSet<_> = known.difference(&given).cloned().collect();
    assert_eq!(omitted, set(never_sent), "only in the examples");
}

#[test]
fn lists_of_meetings_have_the_members_of_the_example() {
    let zoom = Zoom::unlimited();
    let page = zoom.json(
        "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19&include_fields=tracking_fields",
    );
    compare(
        &[fixture!("list_meetings")],
        &[page],
        // Since June 2026, which the examples are older than.
        &[".meetings[].has_external_participant"],
        &[".meetings[].custom_keys[].key", ".meetings[].custom_keys[].value"],
    );
}

#[test]
fn lists_of_webinars_have_the_members_of_the_example() {
    let page = Zoom::unlimited().json("/metrics/webinars?type=past&from=2026-11-16&to=2026-11-20");
    compare(
        &[fixture!("list_webinars")],
        &[page],
        &[".webinars[].has_external_participant"],
        &[".webinars[].custom_keys[].key", ".webinars[].custom_keys[].value"],
    );
}

#[test]
fn details_have_the_members_of_the_examples() {
    let zoom = Zoom::unlimited();
    let keys = [".custom_keys[].key", ".custom_keys[].value"];
    for (kind, uuid, fixture) in [
        ("meetings", &zoom.past_meetings()[0]["uuid"], fixture!("get_meeting")),
        ("webinars", &zoom.past_webinars()[0]["uuid"], fixture!("get_webinar")),
    ] {
        let details = zoom.json(&format!("/metrics/{kind}/{}?type=past", encoded(uuid)));
        compare(&[fixture], &[details], &[".has_external_participant"], &keys);
    }
}

#[test]
fn lists_of_participants_have_the_members_of_the_examples() {
    let zoom = Zoom::unlimited();
    for (kind, meetings, fixture, never) in [
        ("meetings", zoom.past_meetings(), fixture!("list_meeting_participants"), [].as_slice()),
        (
            "webinars",
            zoom.past_webinars(),
            fixture!("list_webinar_participants"),
            // No webinar has breakout rooms.
            [".participants[].bo_mtg_id"].as_slice(),
        ),
    ] {
        let pages: Vec<Value> = meetings
            .iter()
            .map(|meeting| {
                let uuid = encoded(&meeting["uuid"]);
                let query = "type=past&include_fields=registrant_id&page_size=300";
                zoom.json(&format!("/metrics/{kind}/{uuid}/participants?{query}"))
            })
            .collect();
        compare(&[fixture], &pages, &[], never);
    }
}

fn report_of_everybody(zoom: &Zoom) -> Vec<Value> {
    zoom.past_meetings()
        .iter()
        .take(60)
        .flat_map(|meeting| {
            let uuid = encoded(&meeting["uuid"]);
            let path = format!("/metrics/meetings/{uuid}/participants/qos?type=past&page_size=10");
            zoom.walk(&path, "participants").0
        })
        .collect()
}

#[test]
fn reports_have_the_members_of_the_examples() {
    let zoom = Zoom::unlimited();
    compare(&[fixture!("list_meeting_participants_qos")], &report_of_everybody(&zoom), &[], &[]);
}

/// Fails unless the text is a decimal number with at most two decimals, and the unit.
#[track_caller]
fn assert_spelling(text: &str, unit: &str) {
    if text.is_empty() {
        return;
    }
    let number = text.strip_suffix(unit).unwrap_or_else(|| panic!("{text} has no {unit}"));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    assert!(is_number(whole) && is_number(decimals) && decimals.len() <= 2, "{text}");
}

#[test]
fn figures_are_spelt_as_in_the_seed() {
    let zoom = Zoom::unlimited();
    let units = [
        ("bitrate", " kbps"),
        ("latency", " ms"),
        ("jitter", " ms"),
        ("avg_loss", "%"),
        ("max_loss", "%"),
        ("frame_rate", " fps"),
    ];
    let seed: Value = serde_json::from_str(fixture!("get_meeting_participant_qos.seed")).unwrap();
    let reports = report_of_everybody(&zoom);
    let rows = reports.iter().flat_map(|page| page["participants"].as_array().unwrap());
    let mut checked = 0;
    for report in rows.chain([&seed]) {
        for minute in report["user_qos"].as_array().unwrap() {
            for (name, stream) in minute.as_object().unwrap() {
                for (figure, unit) in units {
                    if let Some(text) = stream[figure].as_str() {
                        assert_spelling(text, unit);
                        checked += usize::from(!text.is_empty());
                    }
                }
                match name.as_str() {
                    "cpu_pressure_level" => {
                        for level in stream.as_object().unwrap().values() {
                            let levels = ["normal", "fair", "serious", "critical"];
                            assert!(levels.contains(&level.as_str().unwrap()), "{stream}");
                        }
                    }
                    "cpu_usage" => {
                        for load in stream.as_object().unwrap().values() {
                            assert_spelling(load.as_str().unwrap(), "%");
                        }
                    }
                    "wifi_rssi" => assert!(stream["max_rssi"].is_i64(), "{stream}"),
                    _ => {}
                }
                if let Some(size) = stream["resolution"].as_str().filter(|size| !size.is_empty()) {
                    let (width, height) = size.split_once('*').unwrap();
                    assert!(width.parse::<u32>().is_ok() && height.parse::<u32>().is_ok());
                }
            }
        }
    }
    assert!(checked > 10_000, "{checked}");
}
