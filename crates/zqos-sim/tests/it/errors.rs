//! What is refused, and in which words.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use zqos_sim::Call;

use crate::support::{Zoom, encoded, json};

/// Status, code and message.
#[track_caller]
fn refusal(zoom: &Zoom, path: &str) -> (u16, i64, String) {
    let answer = zoom.get(path);
    let body = json(&answer);
    let message = body["message"].as_str().unwrap_or_default().to_owned();
    (answer.status, body["code"].as_i64().unwrap_or_default(), message)
}

fn small(zoom: &Zoom) -> Value {
    zoom.past_meetings().into_iter().find(|meeting| meeting["participants"] == 8).unwrap()
}

#[test]
fn an_ended_meeting_is_unknown_as_a_live_one() {
    let zoom = Zoom::unlimited();
    let meeting = encoded(&small(&zoom)["uuid"]);
    for path in ["", "/participants", "/participants/qos", "/participants/16778240/qos"] {
        let path = format!("/metrics/meetings/{meeting}{path}");
        let (status, code, _) = refusal(&zoom, &path);
        assert_eq!((status, code), (404, 3001), "live is what nobody says: {path}");
        assert_eq!(zoom.get(&format!("{path}?type=past")).status, 200, "{path}");
    }
}

#[test]
fn a_running_meeting_is_live_then_being_built_then_past() {
    let zoom = Zoom::unlimited();
    let live = "/metrics/meetings?type=live&from=2026-11-20&to=2026-11-20";
    // Late enough that somebody meets, at most an hour.
    let mut meetings = zoom.walk(live, "meetings").1;
    for _ in 0..8 {
        if meetings.is_empty() {
            zoom.clock.advance(Duration::from_mins(6));
            meetings = zoom.walk(live, "meetings").1;
        }
    }
    assert_eq!(meetings[0]["end_time"], "");
    let meeting = format!("/metrics/meetings/{}", encoded(&meetings[0]["uuid"]));
    assert_eq!(zoom.json(&meeting)["uuid"], meetings[0]["uuid"]);
    let past = format!("{meeting}?type=past");
    assert_eq!(refusal(&zoom, &past).2, "Meeting ID is invalid or has not ended.");
    while zoom.get(&meeting).status == 200 {
        zoom.clock.advance(Duration::from_mins(1));
    }
    assert_eq!(refusal(&zoom, &past).2, "This meeting's detail info is not available.");
    zoom.clock.advance(Duration::from_mins(10));
    assert_eq!(zoom.get(&past).status, 200);
}

#[test]
fn a_webinar_is_no_meeting_and_a_meeting_no_webinar() {
    let zoom = Zoom::unlimited();
    let (meeting, webinar) = (small(&zoom), &zoom.past_webinars()[0]);
    for (kind, other, given) in
        [("meetings", "webinar", webinar), ("webinars", "meeting", &meeting)]
    {
        let id = given["uuid"].as_str().unwrap();
        let path = format!("/metrics/{kind}/{}?type=past", encoded(&given["uuid"]));
        assert_eq!(
            refusal(&zoom, &path),
            (400, 300, format!("Can not access {other} info, {id}."))
        );
    }
}

#[test]
fn a_number_is_the_latest_instance() {
    let zoom = Zoom::unlimited();
    let meetings = zoom.past_meetings();
    let stand_up = |meeting: &&Value| meeting["topic"].as_str().unwrap().starts_with("Stand-up");
    let number = &meetings.iter().find(stand_up).unwrap()["id"];
    let latest = meetings.iter().filter(|meeting| &meeting["id"] == number);
    let path = format!("/metrics/meetings/{number}?type=past");
    let found = zoom.json(&path);
    let newest = latest.map(|meeting| meeting["start_time"].as_str()).max().unwrap();
    assert!(found["start_time"].as_str() >= newest);
    assert_eq!(&found["id"], number);
}

#[test]
fn a_slash_that_is_encoded_once_is_eaten() {
    let zoom = Zoom::unlimited();
    let path = "/metrics/meetings?type=past&from=2026-10-21&to=2026-11-20&page_size=300";
    let meetings = zoom.walk(path, "meetings").1;
    let uuid = meetings
        .iter()
        .map(|meeting| &meeting["uuid"])
        .find(|uuid| uuid.as_str().unwrap().starts_with('/'))
        .expect("one UUID in 64 starts with a slash");
    assert_eq!(zoom.json(&format!("/metrics/meetings/{}?type=past", encoded(uuid)))["uuid"], *uuid);
    let once = uuid.as_str().unwrap().replace('/', "%2F").replace('+', "%2B");
    let (status, code, message) = refusal(&zoom, &format!("/metrics/meetings/{once}?type=past"));
    let eaten = uuid.as_str().unwrap().trim_start_matches('/');
    assert_eq!((status, code), (404, 3001));
    assert_eq!(message, format!("Meeting does not exist: {eaten}."));
}

#[test]
fn a_meeting_that_is_older_than_a_year_is_refused() {
    let zoom = Zoom::unlimited();
    let path = format!("/metrics/meetings/{}?type=past", encoded(&small(&zoom)["uuid"]));
    zoom.clock.advance(Duration::from_hours(24 * 367));
    let mut zoom = zoom;
    zoom.sign_in();
    let (status, code, _) = refusal(&zoom, &path);
    assert_eq!((status, code), (400, 12702));
}

#[test]
fn a_parameter_that_is_wrong_is_named() {
    let zoom = Zoom::unlimited();
    for (path, field) in [
        ("/metrics/meetings?type=past&to=2026-11-20", "from"),
        ("/metrics/meetings?type=soon&from=2026-11-20&to=2026-11-20", "type"),
        ("/metrics/webinars?type=pastOne&from=2026-11-20&to=2026-11-20", "type"),
        ("/metrics/meetings?type=past&from=2026-11-20&to=2026-11-20&page_size=x", "page_size"),
    ] {
        let answer = zoom.get(path);
        let body = json(&answer);
        assert_eq!((answer.status, &body["code"]), (400, &300.into()), "{path}");
        assert_eq!(body["errors"][0]["field"], field, "{path}");
    }
}

#[test]
fn a_participant_is_known_by_the_id_of_the_join_alone() {
    let zoom = Zoom::unlimited();
    let meeting = encoded(&small(&zoom)["uuid"]);
    let path = format!("/metrics/meetings/{meeting}/participants");
    let row = zoom.json(&format!("{path}?type=past"))["participants"][0].clone();
    let status = |id: &str| zoom.get(&format!("{path}/{id}/qos?type=past")).status;
    assert_eq!(status(row["user_id"].as_str().unwrap()), 200);
    for id in ["participant_uuid", "id"] {
        assert_eq!(status(row[id].as_str().unwrap()), 404, "{id}");
    }
    for id in ["0", "16778241", "99999999999999", "-1", "%00"] {
        assert_eq!(status(id), 404, "{id}");
    }
}

proptest! {
    #[test]
    fn nothing_that_is_asked_makes_it_panic(
        method in "GET|POST|PUT|[A-Z]{0,5}",
        target in prop_oneof![
            "(/v2/metrics/(meetings|webinars|quality))?[/?&=%a-zA-Z0-9:. -]{0,60}",
            any::<String>(),
        ],
        authorization in prop::option::of(any::<String>()),
        body: Vec<u8>,
    ) {
        let zoom = Zoom::unlimited();
        let call = Call {
            method: &method,
            target: &target,
            authorization: authorization.as_deref(),
            body: &body,
        };
        prop_assert!((400..500).contains(&zoom.simulator.answer(&call).status));
        let path = target.replace("/v2", "");
        let answer = zoom.get(&path);
        prop_assert!(serde_json::from_slice::<Value>(&answer.body).is_ok());
    }
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let mut zoom = Zoom::unlimited();
    zoom.clock.set("9999-12-30T22:00:00Z".parse().unwrap());
    zoom.sign_in();
    assert_eq!(zoom.get("/metrics/meetings?type=past&from=9999-12-01&to=9999-12-29").status, 200);
    assert!(zoom.simulator.samples().is_empty());
}
