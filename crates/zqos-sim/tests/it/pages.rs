//! Walks over pages.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Zoom, encoded, json};

#[track_caller]
fn gives_each_row_once(zoom: &Zoom, path: &str, rows: &str, key: &str) {
    let (pages, all) = zoom.walk(path, rows);
    let keys: HashSet<String> = all.iter().map(|row| row[key].to_string()).collect();
    assert_eq!(keys.len(), all.len(), "{path}");
    for page in &pages {
        assert_eq!(page["total_records"], all.len(), "{path}");
        assert_eq!(page["page_count"], pages.len(), "{path}");
        let token = page["next_page_token"].as_str().unwrap();
        let is_opaque = token.len() == 35
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && token.ends_with(|last: char| last.is_ascii_digit());
        assert!(token.is_empty() || is_opaque, "{token}");
    }
}

#[test]
fn every_walk_gives_each_row_once() {
    let zoom = Zoom::unlimited();
    for size in [7, 30, 300] {
        let path =
            format!("/metrics/meetings?type=past&from=2026-11-16&to=2026-11-20&page_size={size}");
        gives_each_row_once(&zoom, &path, "meetings", "uuid");
    }
    for meeting in zoom.past_meetings().iter().take(10) {
        let meeting = format!("/metrics/meetings/{}/participants", encoded(&meeting["uuid"]));
        let path = format!("{meeting}?type=past&page_size=3");
        gives_each_row_once(&zoom, &path, "participants", "user_id");
        for size in [1, 4, 10] {
            let path = format!("{meeting}/qos?type=past&page_size={size}");
            gives_each_row_once(&zoom, &path, "participants", "user_id");
        }
        let path = format!("{meeting}/sharing?type=past&page_size=2");
        gives_each_row_once(&zoom, &path, "participants", "user_id");
    }
}

#[test]
fn a_page_has_thirty_rows_or_one_and_at_most_three_hundred_or_ten() {
    let zoom = Zoom::unlimited();
    let size = |path: &str| zoom.json(path)["page_size"].as_u64().unwrap();
    let meetings = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19";
    assert_eq!(size(meetings), 30);
    assert_eq!(size(&format!("{meetings}&page_size=1000")), 300);
    let uuid = encoded(&zoom.past_meetings()[0]["uuid"]);
    let participants = format!("/metrics/meetings/{uuid}/participants");
    assert_eq!(size(&format!("{participants}?type=past")), 30);
    assert_eq!(size(&format!("{participants}/qos?type=past")), 1);
    assert_eq!(size(&format!("{participants}/qos?type=past&page_size=300")), 10);
}

#[test]
fn a_token_is_bound_to_its_request_and_lives_fifteen_minutes() {
    let zoom = Zoom::unlimited();
    let path = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19&page_size=7";
    let token = zoom.json(path)["next_page_token"].as_str().unwrap().to_owned();
    let code = |path: &str| {
        let answer = zoom.get(path);
        (answer.status, json(&answer)["code"].clone())
    };
    let refused = (400, Value::from(300));
    assert_eq!(zoom.get(&format!("{path}&next_page_token={token}")).status, 200);
    // The order of parameters does not matter, their values do.
    let reordered =
        "/metrics/meetings?page_size=7&to=2026-11-19&from=2026-11-18&type=past&next_page_token=";
    assert_eq!(zoom.get(&format!("{reordered}{token}")).status, 200);
    let other = path.replace("page_size=7", "page_size=8");
    assert_eq!(code(&format!("{other}&next_page_token={token}")), refused);
    let mut forged = token.clone();
    forged.replace_range(..1, if token.starts_with('a') { "b" } else { "a" });
    for forged in [forged.as_str(), "x", "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", &"z".repeat(35)] {
        assert_eq!(code(&format!("{path}&next_page_token={forged}")), refused, "{forged}");
    }
    zoom.clock.advance(Duration::from_secs(15 * 60 - 1));
    assert_eq!(zoom.get(&format!("{path}&next_page_token={token}")).status, 200);
    zoom.clock.advance(Duration::from_secs(1));
    assert_eq!(code(&format!("{path}&next_page_token={token}")), refused);
}

#[test]
fn a_range_of_seconds_holds_the_meetings_that_begin_in_it() {
    let zoom = Zoom::unlimited();
    let all = zoom.past_meetings();
    let morning = "/metrics/meetings?type=past&from=2026-11-18%2006:00:00&to=2026-11-18%2011:59:59&page_size=300";
    let (pages, some) = zoom.walk(morning, "meetings");
    assert_eq!(pages[0]["from"], "2026-11-18 06:00:00");
    let begins = |meeting: &&Value| {
        let start = meeting["start_time"].as_str().unwrap();
        ("2026-11-18T06:00:00Z".."2026-11-18T12:00:00Z").contains(&start)
    };
    let expected: Vec<&Value> = all.iter().filter(begins).collect();
    assert!(expected.len() > 5);
    assert_eq!(some.iter().collect::<Vec<_>>(), expected);
}
