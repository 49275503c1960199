//! Dead letters become rows once a version can make them.

use std::sync::Arc;

use zqos_core::{SystemClock, Timestamp};
use zqos_store::{Batch, Letter, Store};

use crate::{World, said};

const EVENT: &str = r#"{"event":"meeting.participant_qos","event_ts":1795168854000,"payload":{"account_id":"a","object":{"uuid":"m==","participant":{"user_id":"16778240","participant_user_id":"p","email":"jill@example.com","qos":[{"date_time":"2026-11-20T10:00:00Z","type":"audio_input","details":{"bitrate":"40 kbps"}}]}}}}"#;

/// A store with dead letters of an earlier version, to which these events were strange.
fn store(world: &World, letters: &[(&str, &str)]) {
    let at: Timestamp = "2026-11-20T10:01:00Z".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(SystemClock);
        let mut store = Store::open(world.path().join("store"), clock).await.unwrap();
        let mut batch = Batch::new("default", at);
        for &(kind, body) in letters {
            batch.letter(&Letter {
                meeting: Some("m=="),
                participant: Some("16778240"),
                kind,
                reason: "an event that no rows are made of",
                body,
            });
        }
        store.append([batch]).await.unwrap();
        store.commit().await.unwrap();
    });
}

#[test]
fn what_rows_are_made_of_leaves_the_list_and_the_rest_stays() {
    let world = World::new();
    let strange = r#"{"event":"meeting.sparkled","event_ts":1795168854000,"payload":{}}"#;
    store(&world, &[("meeting.participant_qos", EVENT), ("meeting.sparkled", strange)]);
    let list = || {
        let output = world.run(&["store", "replay", "--list", "--format", "csv"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        list(),
        "account,for,event,reason,letters,newest\n\
         default,zoom_raw,meeting.participant_qos,an event that no rows are made of,1,2026-11-20T10:01:00Z\n\
         default,zoom_raw,meeting.sparkled,an event that no rows are made of,1,2026-11-20T10:01:00Z\n"
    );
    let status = || {
        let output = world.run(&["status", "--day", "2026-11-20", "--format", "json"]);
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        told[0]["dead_letters"].clone()
    };
    assert_eq!(status(), 2);
    let table = world.run(&["status", "--day", "2026-11-20", "--format", "table"]);
    let line = "  dead letters  2: `zqos store replay --list` tells why\n";
    assert!(String::from_utf8(table.stdout).unwrap().contains(line));
    let samples = "SELECT user_id, stream, origin, bitrate_kbps FROM stream_samples";
    assert_eq!(world.sql(samples), "user_id,stream,origin,bitrate_kbps\n");

    let output = world.run(&["store", "replay"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).starts_with("made rows of 1 dead letters; 1 are left\n"),
        "{}",
        said(&output)
    );
    let row = "user_id,stream,origin,bitrate_kbps\n16778240,audio_input,qss,40.0\n";
    assert_eq!(world.sql(samples), row);
    assert_eq!(list().lines().count(), 2, "{}", list());
    assert_eq!(status(), 1);
    let letters = "SELECT count(*) AS n, count(replayed_at) AS replayed FROM system.dead_letters";
    assert_eq!(world.sql(letters), "n,replayed\n2,1\n");

    // Said again it does nothing, also when the event comes once more.
    world.write("event.json", EVENT);
    assert_eq!(world.run(&["import", "event.json"]).status.code(), Some(0));
    let output = world.run(&["store", "replay"]);
    assert!(
        said(&output).starts_with("made rows of 0 dead letters; 1 are left\n"),
        "{}",
        said(&output)
    );
    assert_eq!(world.sql(samples), row);
    assert_eq!(world.run(&["store", "replay", "--account", "another"]).status.code(), Some(0));
}
