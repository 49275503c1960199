//! What is refused, and in which words.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use zqos_sim::{Answer, Call};

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

/// Every refusal there is, `*` for any text: the words of Zoom's documents, and below them those of
/// ours where documents are silent.
const REFUSALS: &[(u16, i64, &str)] = &[
    (400, 200, "Event subscription not found. *"),
    (400, 300, "Can not access meeting info, *."),
    (400, 300, "Can not access webinar info, *."),
    (400, 300, "The next page token is invalid or expired."),
    (400, 300, "Validation Failed."),
    (400, 4711, "Invalid access token, does not contain scopes:[*]."),
    (400, 12702, "Can not access a meeting a year ago."),
    (400, 12702, "Can not access a webinar a year ago."),
    (400, 12702, "Cannot access meetings from over one year ago."),
    (401, 124, "Access token is expired."),
    (401, 124, "Invalid access token."),
    (404, 3001, "Meeting ID is invalid or has not ended."),
    (404, 3001, "Meeting does not exist: *."),
    (404, 3001, "This meeting's detail info is not available."),
    (404, 3001, "This meeting's details info is not available or ID is not valid."),
    (404, 2001, "Account does not exist: *."),
    (404, 2300, "This API endpoint is not recognized."),
    (405, 405, "Request method is not supported."),
];

/// True for a refusal of the list, whose members are those of its kind.
fn is_known(answer: &Answer) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return false };
    let (Some(code), Some(message)) = (body["code"].as_i64(), body["message"].as_str()) else {
        return false;
    };
    let fits = |pattern: &str| match pattern.split_once('*') {
        Some((head, tail)) => message.starts_with(head) && message.ends_with(tail),
        None => message == pattern,
    };
    let members = if message == "Validation Failed." { 3 } else { 2 };
    body.as_object().is_some_and(|body| body.len() == members)
        && REFUSALS.iter().any(|&(status, known, pattern)| {
            (answer.status, code) == (status, known) && fits(pattern)
        })
}

/// What stands behind `/v2/metrics`, nearly right.
fn target() -> impl Strategy<Value = String> {
    let samples = Zoom::unlimited().simulator.samples();
    let known = samples
        .iter()
        .flat_map(|sample| [encoded(&sample.uuid.as_str().into()), sample.number.to_string()]);
    let unknown = ["1", "%252F%252F", "%00", "AAAA=="].map(str::to_owned);
    let id = prop::sample::select(known.chain(unknown).collect::<Vec<_>>());
    let kind = prop::sample::select(vec!["meetings", "webinars"]);
    let part = prop::sample::select(vec![
        "",
        "/participants",
        "/participants/qos",
        "/participants/16778240/qos",
        "/participants/%31/qos",
        "/participants/qos_summary",
        "/participants/sharing",
        "/participants/satisfaction",
        "/participants/nothing",
    ]);
    let name = prop::sample::select(vec![
        "type",
        "page_size",
        "next_page_token",
        "from",
        "to",
        "include_fields",
        "group_id",
        "query_date_type",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "past",
            "live",
            "pastOne",
            "10",
            "2026-11-19",
            "end_time",
            "true"
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
        "[0-9]{1,40}",
    ];
    let query = prop::collection::vec((name, value), 0..5).prop_map(|pairs| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    });
    let path = (kind, prop::option::of(id), part).prop_map(|(kind, id, part)| match id {
        Some(id) => format!("/{kind}/{id}{part}"),
        None => format!("/{kind}"),
    });
    (path, query).prop_map(|(path, query)| format!("/metrics{path}?{query}"))
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
        prop_assert!(is_known(&zoom.simulator.answer(&call)));
        let answer = zoom.get(&target.replace("/v2", ""));
        prop_assert!(answer.status == 200 || is_known(&answer));
    }

    #[test]
    fn what_is_nearly_right_is_answered_or_refused_in_known_words(target in target()) {
        let answer = Zoom::unlimited().get(&target);
        if answer.status == 200 {
            prop_assert!(serde_json::from_slice::<Value>(&answer.body).is_ok());
        } else {
            prop_assert!(is_known(&answer), "{}", String::from_utf8_lossy(&answer.body));
        }
    }

    #[test]
    fn any_form_gets_a_token_or_a_reason(
        form in "(grant_type|account_id|[a-z&=%+]{0,9}){0,3}[&=%a-zA-Z0-9+]{0,40}",
        body: Vec<u8>,
        is_ours: bool,
    ) {
        let zoom = Zoom::unlimited();
        for body in [form.as_bytes(), &body] {
            let answer = zoom.simulator.answer(&Call {
                method: "POST",
                target: "/oauth/token",
                authorization: is_ours.then_some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
                body,
            });
            let error = json(&answer)["error"].clone();
            let expected = if is_ours { "unsupported_grant_type" } else { "invalid_client" };
            prop_assert_eq!((answer.status, error), (400, expected.into()));
        }
    }
}

#[test]
fn the_age_of_a_year_is_told_in_the_words_of_each_call() {
    let mut zoom = Zoom::unlimited();
    let meeting = format!("/metrics/meetings/{}", encoded(&small(&zoom)["uuid"]));
    let webinar = format!("/metrics/webinars/{}", encoded(&zoom.past_webinars()[0]["uuid"]));
    zoom.clock.advance(Duration::from_hours(24 * 367));
    zoom.sign_in();
    let words = |base: &str, part: &str| refusal(&zoom, &format!("{base}{part}?type=past"));
    let of = |message: &str| (400, 12702, message.to_owned());
    assert_eq!(words(&meeting, ""), of("Cannot access meetings from over one year ago."));
    assert_eq!(words(&webinar, ""), of("Can not access a webinar a year ago."));
    for part in ["", "/qos", "/16778240/qos", "/qos_summary", "/sharing"] {
        let part = format!("/participants{part}");
        assert_eq!(words(&meeting, &part), of("Can not access a meeting a year ago."), "{part}");
        assert_eq!(words(&webinar, &part), of("Can not access a webinar a year ago."), "{part}");
    }
    assert_eq!(words(&meeting, "/participants/satisfaction").1, 3001);
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let mut zoom = Zoom::unlimited();
    zoom.clock.set("9999-12-30T22:00:00Z".parse().unwrap());
    zoom.sign_in();
    assert_eq!(zoom.get("/metrics/meetings?type=past&from=9999-12-01&to=9999-12-29").status, 200);
    assert!(zoom.simulator.samples().is_empty());
}
