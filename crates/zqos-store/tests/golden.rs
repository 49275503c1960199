//! Stores of every layout that ever was are read, written and compacted.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zqos_core::{
    Figures, ManualClock, MeetingUuid, Origin, ParticipantId, Stream, StreamSample, Timestamp,
};
use zqos_store::{Batch, Snapshot, Store};

#[path = "golden/rows.rs"]
mod rows;

/// The stores, a folder each; what is in them stands beside.
fn stores() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let entries = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

fn minute(ts: Timestamp) -> Batch {
    let mut batch = Batch::new("default", ts);
    let (meeting, participant) =
        (MeetingUuid::new("u==").unwrap(), ParticipantId::new("16778240").unwrap());
    let stream = Stream::from_name("audio_input").unwrap().into();
    let sample = StreamSample { ts, stream, figures: Figures::default() };
    batch.stream_sample(&meeting, &participant, Origin::RestPast, &sample);
    batch
}

#[tokio::test]
async fn a_store_of_every_layout_is_read_written_and_compacted() {
    assert!(!stores().is_empty());
    for golden in stores() {
        let expected = fs::read_to_string(golden.with_extension("rows")).unwrap();
        let expected: Vec<&str> = expected.lines().collect();
        let copy = tempfile::tempdir().unwrap();
        rows::copy(&golden, copy.path());
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let open = || Store::open(copy.path(), Arc::new(ManualClock::new(now)));
        // As it was left: what is in the log alone is not in the tables yet.
        let before = Snapshot::open(copy.path()).await.unwrap();
        assert_eq!(before.verify(), [], "{}", golden.display());
        assert!(rows::of(copy.path(), &before).iter().all(|row| expected.contains(&&**row)));
        let mut store = open().await.unwrap();
        let found = rows::of(copy.path(), &Snapshot::open(copy.path()).await.unwrap());
        assert_eq!(found, expected, "{}", golden.display());

        store.append([minute(now)]).await.unwrap();
        store.commit().await.unwrap();
        store.compact().await.unwrap();
        drop(store);
        let after = Snapshot::open(copy.path()).await.unwrap();
        assert_eq!(after.verify(), [], "{}", golden.display());
        let found = rows::of(copy.path(), &after);
        assert_eq!(found.len(), expected.len() + 1);
        assert!(expected.iter().all(|row| found.iter().any(|found| found == row)));
    }
}
