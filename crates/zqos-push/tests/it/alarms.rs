//! What is wrong with what is pushed is noticed, kept, and over when it is.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use zoom_wire::webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use zqos_core::Clock as _;
use zqos_core::table::PUSH_ALARMS;
use zqos_push::{Expected, Settings};

use crate::support::{SECRET, World, minute, request, rows, seconds, signed};

fn joined(meeting: &str, join: u32) -> String {
    json!({
        "event": "meeting.participant_joined",
        "event_ts": 1_795_165_200_000_u64,
        "payload": { "object": {
            "uuid": meeting,
            "id": "93201235621",
            "host_id": "h",
            "participant": {
                "user_id": join.to_string(),
                "participant_user_id": format!("p-{join}"),
                "join_time": "2026-11-20T09:00:00Z",
            },
        } },
    })
    .to_string()
}

#[tokio::test]
async fn silence_is_an_alarm_where_push_was_seen_before() {
    let world = World::new().await;
    let post = async |body: String| assert_eq!(world.post(body).await, StatusCode::OK);
    post(joined("m==", 1)).await;
    post(minute(1, 0, 40)).await;
    // Nothing is ever pushed of this one.
    post(joined("other==", 2)).await;
    for _ in 0..2 {
        world.clock.advance(Duration::from_mins(8));
        post(joined("third==", 3)).await;
    }
    post(joined("third==", 3)).await;
    let silent = Expected { joins: 1, silent: 1 };
    assert_eq!(world.counters.expected(), [("default".into(), silent)]);
    post(minute(1, 16, 40)).await;
    world.clock.advance(Duration::from_secs(5));
    post(minute(1, 17, 40)).await;
    let folder = world.end();
    let mut alarms = rows(folder.path(), &PUSH_ALARMS).await;
    alarms[0].as_object_mut().unwrap().remove("revision");
    assert_eq!(
        alarms,
        [json!({
            "account": "default",
            "kind": "silence",
            "start_time": "2026-11-20T10:00:00Z",
            "end_time": "2026-11-20T10:16:05Z",
            "count": 1,
        })]
    );
}

#[tokio::test]
async fn an_alarm_that_a_receiver_left_is_over_when_the_next_one_begins() {
    let world = World::new().await;
    let post = async |world: &World, body: String| {
        assert_eq!(world.post(body).await, StatusCode::OK);
    };
    post(&world, minute(1, 0, 40)).await;
    world.clock.advance(Duration::from_mins(8));
    for join in 2..4 {
        post(&world, joined("other==", join)).await;
    }
    let folder = world.end();
    let alarms = rows(folder.path(), &PUSH_ALARMS).await;
    assert_eq!((alarms.len(), &alarms[0]["end_time"]), (1, &Value::Null));
    let world = World::with(Settings::default(), folder, "2026-11-20T11:00:00Z").await;
    post(&world, joined("other==", 4)).await;
    let folder = world.end();
    let alarms = rows(folder.path(), &PUSH_ALARMS).await;
    let over = Value::from("2026-11-20T11:00:00Z");
    assert_eq!((alarms.len(), &alarms[0]["end_time"]), (1, &over));
}

#[tokio::test]
async fn questions_that_can_not_be_answered_are_an_alarm_from_the_second_on() {
    let world = World::new().await;
    let question =
        br#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let ask = async |secret: &str| {
        let at = seconds(world.clock.now());
        let mut asked = signed(secret, &at, question);
        asked.headers_mut().insert("clientid", "app".parse().unwrap());
        let status = world.send(asked).await.0;
        world.clock.advance(Duration::from_hours(72));
        // The writer looks when something has come, and before it takes what comes next.
        for number in 0..2 {
            assert_eq!(world.post(minute(1, number, 40)).await, StatusCode::OK);
        }
        status
    };
    assert_eq!(ask("another secret").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("another secret").await, StatusCode::UNAUTHORIZED);
    let failing = world.counters.failing_validation(world.clock.now()).unwrap();
    assert_eq!(failing.times, 2);
    assert_eq!(ask(SECRET).await, StatusCode::OK);
    assert_eq!(world.counters.failing_validation(world.clock.now()), None);
    assert_eq!(world.counters.failed_validations(), 2);
    // An event that is not signed is no question.
    let headers = [(TIMESTAMP_HEADER, "1795168800"), (SIGNATURE_HEADER, "v0=00")];
    let forged = request(&headers, minute(1, 0, 40).as_bytes());
    assert_eq!(world.send(forged).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(world.counters.failed_validations(), 2);
    let folder = world.end();
    let alarms = rows(folder.path(), &PUSH_ALARMS).await;
    let [alarm] = &alarms[..] else { panic!("{alarms:?}") };
    let of = |name: &str| alarm[name].clone();
    assert_eq!(
        ["kind", "start_time", "end_time", "count"].map(of),
        [
            Value::from("validation"),
            Value::from("2026-11-20T10:00:00Z"),
            Value::from("2026-11-29T10:00:00Z"),
            Value::from(2),
        ]
    );
}
