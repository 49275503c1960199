use std::collections::BTreeMap;

use zqos_core::{
    Figures, Kbps, ManualClock, MeetingUuid, Millis, Origin, ParticipantId, Stream, StreamSample,
};

use super::*;
use crate::disk::faulty::FaultyDisk;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-11-20T12:00:00Z".parse().unwrap()))
}

fn batch(meeting: &str, minute: u32, latency: f64) -> Batch {
    let mut batch = Batch::new("default", "2026-11-20T12:00:00Z".parse().unwrap());
    let (meeting, participant) =
        (MeetingUuid::new(meeting).unwrap(), ParticipantId::new("16778240").unwrap());
    let sample = StreamSample {
        ts: format!("2026-11-{:02}T10:{minute:02}:00Z", 16 + minute % 3).parse().unwrap(),
        stream: Stream::from_name("audio_input").unwrap().into(),
        figures: Figures {
            bitrate: Kbps::try_new(27.15).ok(),
            latency: Millis::try_new(latency).ok(),
            ..Figures::default()
        },
    };
    batch.stream_sample(&meeting, &participant, Origin::RestPast, &sample);
    batch
}

async fn rows(disk: &FaultyDisk) -> BTreeMap<String, u64> {
    let objects = Arc::new(DiskObjects::new(Arc::new(disk.clone())));
    let tables = open_tables(&objects).await.unwrap();
    let mut rows = BTreeMap::new();
    for (log, table) in tables.iter().zip(TABLES) {
        for file in log.files().unwrap() {
            *rows.entry(table.name.to_owned()).or_default() += file.rows;
            // The file is there, and as long as the log says.
            let path = format!("tables/{}/{}", table.name, file.path);
            assert_eq!(disk.describe(&path).unwrap().len, file.size);
        }
    }
    rows
}

#[tokio::test]
async fn what_is_appended_comes_into_the_tables_once() {
    let disk = FaultyDisk::new(1);
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    for minute in 0..10 {
        store.append([batch("u==", minute, 12.0)]).await.unwrap();
    }
    assert_eq!(rows(&disk).await, BTreeMap::new());
    store.commit().await.unwrap();
    assert_eq!(rows(&disk).await, BTreeMap::from([("stream_samples".to_owned(), 10)]));
    drop(store);
    let store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    drop(store);
    assert_eq!(rows(&disk).await, BTreeMap::from([("stream_samples".to_owned(), 10)]));
}

#[tokio::test]
async fn what_was_acknowledged_is_committed_after_a_loss_of_power_and_once() {
    for seed in 0..20 {
        let disk = FaultyDisk::new(seed);
        let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
        store.append([batch("u==", 1, 12.0), batch("u==", 2, 12.0)]).await.unwrap();
        store.commit().await.unwrap();
        store.append([batch("u==", 3, 12.0)]).await.unwrap();
        disk.crash();
        drop(store);
        for _ in 0..2 {
            drop(Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap());
            assert_eq!(rows(&disk).await["stream_samples"], 3, "seed {seed}");
        }
    }
}

/// Every row of the stream samples: minute and latency.
fn samples(disk: &FaultyDisk, store: &Store) -> Vec<(i64, f64)> {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{Float64Type, TimestampMicrosecondType};
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut samples = Vec::new();
    for file in store.tables.last().unwrap().files().unwrap() {
        for rows in read::rows(&disk, &format!("tables/stream_samples/{}", file.path)).unwrap() {
            let rows = rows.unwrap();
            let ts = rows.column_by_name("ts").unwrap().as_primitive::<TimestampMicrosecondType>();
            let latency = rows.column_by_name("latency_ms").unwrap().as_primitive::<Float64Type>();
            samples.extend(ts.values().iter().copied().zip(latency.values().iter().copied()));
        }
    }
    samples
}

#[tokio::test]
async fn compaction_leaves_each_key_once_with_its_latest_row() {
    let disk = FaultyDisk::new(1);
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    for latency in [10.0, 11.0, 12.0] {
        store.append((0..30).map(|minute| batch("u==", minute, latency))).await.unwrap();
        store.commit().await.unwrap();
    }
    assert_eq!(samples(&disk, &store).len(), 90);
    assert_eq!(store.compact().await.unwrap(), 9);
    let compacted = samples(&disk, &store);
    assert_eq!(compacted.len(), 30);
    assert!(compacted.iter().all(|(_, latency)| *latency == 12.0), "{compacted:?}");
    assert_eq!(store.compact().await.unwrap(), 0);
    // And goes on as before.
    store.append([batch("u==", 31, 13.0)]).await.unwrap();
    store.commit().await.unwrap();
    assert_eq!(rows(&disk).await["stream_samples"], 31);
}

#[tokio::test]
async fn two_writers_and_a_compaction_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut one = Store::open(dir.path(), clock()).await.unwrap();
    let mut other = Store::open(dir.path(), clock()).await.unwrap();
    for round in 0..4 {
        one.append((0..10).map(|minute| batch("u==", minute, 10.0))).await.unwrap();
        other.append((0..10).map(|minute| batch("v==", minute, 10.0))).await.unwrap();
        one.commit().await.unwrap();
        other.commit().await.unwrap();
        if round % 2 == 1 {
            one.compact().await.unwrap();
        }
    }
    other.compact().await.unwrap();
    let snapshot = Snapshot::open(dir.path()).await.unwrap();
    let (_, _, files) =
        snapshot.tables().find(|(table, ..)| table.name == "stream_samples").unwrap();
    assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 20);
}
