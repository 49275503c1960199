//! Writes a small store, as this program writes stores: `cargo run --package zqos-store --example golden`.
//!
//! It goes to `tests/golden/vN`, N being the version of the layout, and what a reader is to find in it to
//! `tests/golden/vN.rows`. `tests/golden.rs` opens it ever after. `docs/layout.md` says when to run this.

#![expect(clippy::unwrap_used, reason = "it is run by hand, and fails by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use zqos_core::{
    DeviceSample, Figures, Kbps, ManualClock, Meeting, MeetingUuid, Millis, Origin, Participant,
    ParticipantId, Percent, Stream, StreamSample, Timestamp,
};
use zqos_store::{Batch, Snapshot, Store};

#[path = "../tests/golden/rows.rs"]
mod rows;

fn at(time: &str) -> Timestamp {
    format!("2026-11-20T{time}Z").parse().unwrap()
}

/// A batch of one meeting: everything of it, or a minute alone.
fn batch(minute: &str, latency: f64, is_whole: bool) -> Batch {
    let mut batch = Batch::new("default", at("12:00:00"));
    let meeting = MeetingUuid::new("gm8s9L+PTEC+FG3sFbd1Cw==").unwrap();
    let participant = ParticipantId::new("16778240").unwrap();
    let text = |text: &str| Some(text.to_owned());
    if is_whole {
        batch.meeting(&Meeting {
            uuid: meeting.clone(),
            number: Some(93_201_235_621),
            is_webinar: Some(false),
            topic: text("Board ✓"),
            host: None,
            host_email: text("ann@example.com"),
            dept: None,
            start: Some(at("10:00:00")),
            end: None,
            participant_count: Some(1),
            qualities: [text("good"), None, None],
        });
        batch.participant(
            &meeting,
            &Participant {
                join: Some(at("10:00:12")),
                leave: Some(at("10:01:40")),
                user_name: text("Jill"),
                email: text("jill@example.com"),
                ip_address: text("203.0.113.7"),
                internal_ip_addresses: vec!["10.0.0.7".to_owned(), "10.0.0.8".to_owned()],
                network_type: text("Wifi"),
                connection_types: [text("UDP"), None, None],
                version: text("6.3.1"),
                health: text("Good"),
                ..Participant::new(participant.clone())
            },
        );
        batch.device_sample(
            &meeting,
            &participant,
            Origin::RestPast,
            &DeviceSample {
                zoom_max_cpu: Percent::try_new(3.0).ok(),
                ..DeviceSample::empty(at(minute))
            },
        );
    }
    let figures = Figures {
        bitrate: Kbps::try_new(27.15).ok(),
        latency: Millis::try_new(latency).ok(),
        ..Figures::default()
    };
    let stream = Stream::from_name("audio_input").unwrap().into();
    let sample = StreamSample { ts: at(minute), stream, figures };
    batch.stream_sample(&meeting, &participant, Origin::RestPast, &sample);
    batch
}

fn main() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let folder = golden.join("new");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let clock = || Arc::new(ManualClock::new(at("12:00:00")));
        let mut store = Store::open(folder.as_path(), clock()).await.unwrap();
        store.append([batch("10:00:00", 126.0, true)]).await.unwrap();
        store.commit().await.unwrap();
        store.append([batch("10:01:00", 130.0, false)]).await.unwrap();
        store.commit().await.unwrap();
        // This one stands in the write-ahead log alone.
        store.append([batch("10:02:00", 131.0, false)]).await.unwrap();
    });
    // What each machine makes for itself.
    for own in ["wal/device", "wal/000/reserve"] {
        fs::remove_file(folder.join(own)).unwrap();
    }
    let layout: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("layout.json")).unwrap()).unwrap();
    let home = golden.join(format!("v{}", layout["layout"]));
    if home.exists() {
        fs::remove_dir_all(&home).unwrap();
    }
    fs::rename(&folder, &home).unwrap();
    // As a reader finds them once the log is in the tables.
    let found = runtime.block_on(async {
        let copy = tempfile::tempdir().unwrap();
        rows::copy(&home, copy.path());
        let clock = Arc::new(ManualClock::new(at("12:00:00")));
        drop(Store::open(copy.path(), clock).await.unwrap());
        rows::of(copy.path(), &Snapshot::open(copy.path()).await.unwrap())
    });
    fs::write(home.with_extension("rows"), found.join("\n") + "\n").unwrap();
}
