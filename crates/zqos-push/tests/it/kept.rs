//! What is kept of events: everything, once, whenever and however often it comes.

use std::time::Duration;

use axum::http::StatusCode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use zqos_core::table::{
    DEAD_LETTERS, MEETINGS, PARTICIPANTS, PHONE_SAMPLES, SETTINGS_CHANGES, STREAM_SAMPLES,
    STREAM_SUMMARIES, Table, ZOOM_RAW, ZOOM_SCORES,
};
use zqos_push::Settings;

use crate::support::{NOW, SECRET, World, every_row, minute, rows, signed};

/// The text of a fixture.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/", $name, ".json"))
    };
}

const EXAMPLES: [&str; 5] = [
    fixture!("meeting.participant_qos"),
    fixture!("meeting.participant_qos_summary"),
    fixture!("meeting.participant_data"),
    fixture!("meeting.participant_data_summary"),
    fixture!("phone.call_qos"),
];

#[tokio::test]
async fn of_the_examples_nothing_is_lost() {
    let world = World::new().await;
    for example in EXAMPLES {
        assert_eq!(world.post(example).await, StatusCode::OK);
    }
    assert_eq!((world.counters.stored(), world.counters.letters()), (5, 0));
    let folder = world.end();
    let kept = rows(folder.path(), &ZOOM_RAW).await;
    let mut texts: Vec<&str> = kept.iter().map(|row| row["body"].as_str().unwrap()).collect();
    let mut sent = EXAMPLES;
    texts.sort_unstable();
    sent.sort_unstable();
    assert_eq!(texts, sent);
    let counts: [(&'static Table, usize); 6] = [
        (&STREAM_SAMPLES, 1),
        (&STREAM_SUMMARIES, 3),
        (&ZOOM_SCORES, 1),
        (&SETTINGS_CHANGES, 2),
        (&PHONE_SAMPLES, 1),
        (&PARTICIPANTS, 2),
    ];
    for (table, count) in counts {
        assert_eq!(rows(folder.path(), table).await.len(), count, "{}", table.name);
    }
}

#[tokio::test]
async fn who_comes_and_goes_ties_uuids_to_numbers_topics_and_names() {
    let world = World::new().await;
    let subject = r#""uuid":"m==","id":"93201235621","host_id":"h","topic":"Board","type":2,"start_time":"2026-11-20T09:00:00Z","timezone":"UTC","duration":60"#;
    let event = |name: &str, at: u32, more: &str| {
        format!(
            r#"{{"event":"{name}","event_ts":17951688{at:02}000,"payload":{{"account_id":"a","object":{{{subject}{more}}}}}}}"#
        )
    };
    let joined = r#","participant":{"user_id":"16778240","user_name":"Ann","id":"p-1","participant_user_id":"p-1","participant_uuid":"AAAA-1","email":"ann@example.com","join_time":"2026-11-20T09:01:00Z"}"#;
    let left = r#","participant":{"user_id":"16778240","user_name":"Ann","id":"p-1","participant_user_id":"p-1","participant_uuid":"AAAA-1","email":"ann@example.com","leave_time":"2026-11-20T09:50:00Z","leave_reason":"left the meeting"}"#;
    // What ends comes before what begins, as it may.
    for body in [
        event("meeting.ended", 9, r#","end_time":"2026-11-20T10:00:00Z""#),
        event("meeting.participant_left", 8, left),
        event("meeting.participant_joined", 1, joined),
        event("meeting.started", 0, ""),
    ] {
        assert_eq!(world.post(body).await, StatusCode::OK);
    }
    assert_eq!(world.counters.letters(), 0);
    let folder = world.end();
    assert_eq!(rows(folder.path(), &ZOOM_RAW).await.len(), 4);
    let values = |rows: &[Value], column: &str| -> Vec<String> {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)).collect()
    };
    // Each tells some of it; the last row of the key is not all that readers see.
    let meeting = every_row(folder.path(), &MEETINGS).await;
    assert!(values(&meeting, "meeting_id").contains(&"93201235621".to_owned()));
    assert!(values(&meeting, "topic").contains(&"Board".to_owned()));
    assert_eq!(values(&meeting, "end_time"), ["2026-11-20T10:00:00Z"]);
    let joins = every_row(folder.path(), &PARTICIPANTS).await;
    assert_eq!(values(&joins, "join_time"), ["2026-11-20T09:01:00Z"]);
    assert_eq!(values(&joins, "leave_time"), ["2026-11-20T09:50:00Z"]);
    assert_eq!(values(&joins, "participant_uuid"), ["AAAA-1", "AAAA-1"]);
}

#[tokio::test]
async fn what_no_rows_are_made_of_is_a_dead_letter() {
    let world = World::new().await;
    let deep = "[".repeat(100_000);
    let other = r#"{"event":"meeting.sharing_started","event_ts":1,"payload":{"object":{"uuid":"m==","participant":{"user_id":"7"}}}}"#;
    let untimed = r#"{"event":"meeting.participant_qos","payload":{"object":{"uuid":"m=="}}}"#;
    let bodies: [&[u8]; 7] = [
        other.as_bytes(),
        untimed.as_bytes(),
        b"",
        b"{\"event\":",
        b"{\"event\":\"\xff\xfe\"}",
        b"\x1f\x8b\x08\x00gzip",
        deep.as_bytes(),
    ];
    for body in bodies {
        assert_eq!(world.post(body).await, StatusCode::OK);
        // Again, as when an answer was lost.
        assert_eq!(world.post(body).await, StatusCode::OK);
    }
    assert_eq!((world.counters.stored(), world.counters.letters()), (14, 14));
    let folder = world.end();
    let letters = rows(folder.path(), &DEAD_LETTERS).await;
    assert_eq!(letters.len(), bodies.len());
    let texts: Vec<String> = letters
        .iter()
        .map(|letter| {
            let row: Value = serde_json::from_str(letter["row"].as_str().unwrap()).unwrap();
            row["body"].as_str().unwrap().to_owned()
        })
        .collect();
    for text in [other, untimed, "", "{\"event\":", &deep] {
        assert!(texts.iter().any(|kept| kept == text), "{text}");
    }
    assert!(texts.contains(&r#"{\"event\":\"\xff\xfe\"}"#.to_owned()), "{texts:?}");
    let known = letters.iter().find(|letter| letter["user_id"] == "7").unwrap();
    assert_eq!(known["meeting_uuid"], "m==");
    assert_eq!(known["reason"], "an event that no rows are made of");
}

#[tokio::test]
async fn an_event_from_another_time_is_kept_and_counted() {
    let world = World::new().await;
    let at = |seconds: i64| (1_795_168_800_i64 + seconds).to_string();
    assert_eq!(crate::support::seconds(NOW.parse().unwrap()), at(0));
    for (minute_of_hour, seconds) in [(0, 0), (1, 300), (2, -300), (3, 301), (4, -301), (5, -5_100)]
    {
        let body = minute(1, minute_of_hour, 40);
        let request = signed(SECRET, &at(seconds), body.as_bytes());
        assert_eq!(world.send(request).await.0, StatusCode::OK);
    }
    for (minute_of_hour, timestamp) in [(6, "soon"), (7, "99999999999999999999"), (8, "")] {
        let body = minute(1, minute_of_hour, 40);
        assert_eq!(world.send(signed(SECRET, timestamp, body.as_bytes())).await.0, StatusCode::OK);
    }
    assert_eq!(world.counters.outside_window(), 6);
    let folder = world.end();
    assert_eq!(rows(folder.path(), &ZOOM_RAW).await.len(), 9);
}

#[tokio::test]
async fn a_clock_two_hours_off_loses_nothing() {
    for now in ["2026-11-20T08:00:00Z", "2026-11-20T12:00:00Z"] {
        let world = World::with(Settings::default(), tempfile::tempdir().unwrap(), now).await;
        for minute_of_hour in 0..5 {
            let body = minute(1, minute_of_hour, 40);
            let request = signed(SECRET, "1795168800", body.as_bytes());
            assert_eq!(world.send(request).await.0, StatusCode::OK);
        }
        assert_eq!(world.counters.outside_window(), 5);
        let folder = world.end();
        assert_eq!(rows(folder.path(), &STREAM_SAMPLES).await.len(), 5, "{now}");
        assert!(rows(folder.path(), &DEAD_LETTERS).await.is_empty());
    }
}

#[tokio::test]
async fn a_replay_a_month_later_changes_nothing() {
    let world = World::new().await;
    let events: Vec<String> = (0..20).map(|number| minute(number % 4, number, 40)).collect();
    for event in &events {
        assert_eq!(world.post(event).await, StatusCode::OK);
    }
    let folder = world.end();
    let before = rows(folder.path(), &STREAM_SAMPLES).await;
    assert_eq!(before.len(), 20);
    let later = World::with(Settings::default(), folder, "2026-12-20T10:00:00Z").await;
    for event in events.iter().rev() {
        assert_eq!(later.post(event).await, StatusCode::OK);
        assert_eq!(later.post(event).await, StatusCode::OK);
    }
    assert!(later.counters.repeated_rows() >= 40, "{}", later.counters.repeated_rows());
    let folder = later.end();
    let after = rows(folder.path(), &STREAM_SAMPLES).await;
    let said = |rows: &[Value]| -> Vec<Value> {
        let mut rows = rows.to_vec();
        for row in &mut rows {
            row.as_object_mut().unwrap().remove("revision");
        }
        rows
    };
    assert_eq!(said(&after), said(&before));
}

#[tokio::test]
async fn rows_come_into_the_tables_every_minute_while_others_come() {
    let world = World::new().await;
    for number in 0..30 {
        assert_eq!(world.post(minute(1, number, 40)).await, StatusCode::OK);
        world.clock.advance(Duration::from_secs(20));
    }
    let counters = std::sync::Arc::clone(&world.counters);
    let folder = world.end();
    assert!(counters.commits() >= 1, "none came while the others did");
    assert_eq!(counters.failed_commits(), 0);
    assert_eq!(rows(folder.path(), &STREAM_SAMPLES).await.len(), 30);
}

/// However events are ordered and repeated, the same is kept.
#[test]
fn order_and_repetition_make_no_difference() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let events: Vec<String> =
        (0..12).map(|number| minute(number % 3, number, 40 + number)).collect();
    let kept = |order: &[usize]| {
        runtime.block_on(async {
            let world = World::new().await;
            for &place in order {
                assert_eq!(world.post(&events[place]).await, StatusCode::OK);
            }
            let folder = world.end();
            let mut kept = Vec::new();
            for table in [&STREAM_SAMPLES, &ZOOM_RAW, &PARTICIPANTS] {
                for mut row in rows(folder.path(), table).await {
                    row.as_object_mut().unwrap().remove("revision");
                    kept.push(row);
                }
            }
            kept
        })
    };
    let all: Vec<usize> = (0..events.len()).collect();
    let once = kept(&all);
    assert_eq!(once.len(), 12 + 12 + 3);
    let order = (Just(all.clone()).prop_shuffle(), prop::collection::vec(0..events.len(), 0..12));
    let mut runner = TestRunner::new(Config { cases: 8, ..Config::default() });
    runner
        .run(&order, |(first, again)| {
            let order: Vec<usize> = first.into_iter().chain(again).collect();
            prop_assert_eq!(kept(&order), once.clone());
            Ok(())
        })
        .unwrap();
}
