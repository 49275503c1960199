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
