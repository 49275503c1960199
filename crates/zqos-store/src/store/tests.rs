use std::collections::BTreeMap;

use zqos_core::table::{CONFLICTS, DEAD_LETTERS, STREAM_SAMPLES};
use zqos_core::{
    Figures, Kbps, ManualClock, Meeting, MeetingUuid, Millis, Origin, ParticipantId, Stream,
    StreamSample, Timestamp,
};

use super::model::{cases, email, measured, run};
use super::*;
use crate::disk::faulty::{FaultyDisk, Lack};
use crate::{Compacted, Snapshot, reserve};

pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-11-20T12:00:00Z".parse().unwrap()))
}

/// Minutes of three days.
pub(super) fn sample_time(minute: u32) -> Timestamp {
    format!("2026-11-{:02}T10:{minute:02}:00Z", 16 + minute % 3).parse().unwrap()
}

pub(super) fn batch(meeting: &str, minute: u32, latency: f64) -> Batch {
    let mut batch = Batch::new("default", "2026-11-20T12:00:00Z".parse().unwrap());
    let (meeting, participant) =
        (MeetingUuid::new(meeting).unwrap(), ParticipantId::new("16778240").unwrap());
    let sample = StreamSample {
        ts: sample_time(minute),
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
    let objects = Home::folder(Arc::new(disk.clone())).files.objects("reader");
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

/// Lets a sync of a folder fail while rows are committed, and loses power; says whether they are there,
/// once.
pub(crate) async fn outlives_a_sync_that_failed(disk: &FaultyDisk, after: u32) -> bool {
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    store.append([batch("u==", 1, 12.0)]).await.unwrap();
    disk.fail_dir_sync(after);
    drop(store.commit().await);
    disk.crash();
    drop(store);
    drop(Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap());
    rows(disk).await == BTreeMap::from([("stream_samples".to_owned(), 1)])
}

#[tokio::test]
async fn a_sync_that_fails_once_loses_nothing() {
    for after in 0..8 {
        for seed in 0..4 {
            let disk = FaultyDisk::new(seed);
            assert!(outlives_a_sync_that_failed(&disk, after).await, "{after} syncs, seed {seed}");
        }
    }
}

/// Every row of the stream samples: minute and latency.
fn samples(disk: &FaultyDisk, store: &Store) -> Vec<(i64, f64)> {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{Float64Type, TimestampMicrosecondType};
    let home = Home::folder(Arc::new(disk.clone()));
    let mut samples = Vec::new();
    for file in store.tables.last().unwrap().files().unwrap() {
        for rows in read::rows(&home, &format!("tables/stream_samples/{}", file.path)).unwrap() {
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
    // And three of conflicts.
    assert_eq!(store.compact().await.unwrap().replaced, 9 + 3);
    let compacted = samples(&disk, &store);
    assert_eq!(compacted.len(), 30);
    assert!(compacted.iter().all(|(_, latency)| (11.5..12.5).contains(latency)), "{compacted:?}");
    assert_eq!(store.compact().await.unwrap().replaced, 0);
    // And goes on as before.
    store.append([batch("u==", 31, 13.0)]).await.unwrap();
    store.commit().await.unwrap();
    assert_eq!(rows(&disk).await["stream_samples"], 31);
}

/// The rows of a table, each as JSON, in the order of its files.
fn table(store: &Store, table: &'static Table) -> Vec<serde_json::Value> {
    let mut found = Vec::new();
    for file in store.tables[place(table)].files().unwrap() {
        let path = format!("tables/{}/{}", table.name, file.path);
        for rows in read::rows(&store.home, &path).unwrap() {
            let rows = rows.unwrap();
            for row in 0..rows.num_rows() {
                let text = cell::row_json(table, &rows, row).unwrap();
                found.push(serde_json::from_str(&text).unwrap());
            }
        }
    }
    found
}

fn meeting(uuid: &str, start: &str, end: &str) -> Batch {
    let mut batch = Batch::new("default", "2026-11-20T12:00:00Z".parse().unwrap());
    batch.meeting(&Meeting {
        uuid: MeetingUuid::new(uuid).unwrap(),
        number: Some(93_201_235_621),
        is_webinar: Some(false),
        topic: Some("canary-topic".to_owned()),
        host: Some("canary-host".to_owned()),
        host_email: Some("Canary-Host@example.com".to_owned()),
        dept: Some("canary-dept".to_owned()),
        start: start.parse().ok(),
        end: end.parse().ok(),
        participant_count: Some(2),
        qualities: [None, None, None],
    });
    batch
}

#[tokio::test]
async fn of_rows_that_differ_the_losers_are_kept_as_conflicts_and_each_once() {
    let disk = FaultyDisk::new(1);
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    for latency in [10.0, 11.0, 11.0, 12.0] {
        store.append([batch("u==", 1, latency)]).await.unwrap();
        store.commit().await.unwrap();
    }
    assert_eq!(store.turned_away().repeated, 1);
    let done = store.compact().await.unwrap();
    assert_eq!((done.replaced, done.conflicts), (3, 2));
    let conflicts = table(&store, &CONFLICTS);
    assert_eq!(conflicts.len(), 2);
    assert_eq!(conflicts[0]["table_name"], "stream_samples");
    let lost: Vec<f64> = conflicts
        .iter()
        .map(|conflict| {
            let row = conflict["row"].as_str().unwrap();
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            row["latency_ms"].as_f64().unwrap()
        })
        .collect();
    assert_eq!(lost, [10.0, 11.0]);
    assert_eq!(samples(&disk, &store).len(), 1);
}

#[tokio::test]
async fn a_day_is_sealed_when_it_is_over_and_opened_again_at_most_once_an_hour() {
    let disk = FaultyDisk::new(1);
    let clock = Arc::new(ManualClock::new("2026-11-17T20:00:00Z".parse().unwrap()));
    let set = |at: &str| clock.set(at.parse().unwrap());
    let mut store = Store::open_on(Arc::new(disk.clone()), Arc::clone(&clock) as _).await.unwrap();
    // Minute 0 is of the 16th.
    store.append([batch("u==", 0, 10.0)]).await.unwrap();
    store.commit().await.unwrap();
    set("2026-11-18T01:59:59Z");
    assert_eq!(store.compact().await.unwrap(), Compacted::default());
    set("2026-11-18T02:00:00Z");
    assert_eq!(store.compact().await.unwrap().sealed, 1);
    let sealed = |store: &Store| {
        let files = store.tables.last().unwrap().files().unwrap();
        files.iter().map(DataFile::is_sealed).collect::<Vec<_>>()
    };
    assert_eq!(sealed(&store), [true]);
    store.append([batch("u==", 3, 11.0)]).await.unwrap();
    store.commit().await.unwrap();
    set("2026-11-18T02:59:59Z");
    assert_eq!(store.compact().await.unwrap().sealed, 0);
    set("2026-11-18T03:00:00Z");
    assert_eq!(store.compact().await.unwrap().sealed, 1);
    assert_eq!(sealed(&store), [true]);
    assert_eq!(samples(&disk, &store).len(), 2);
}

#[tokio::test]
async fn rows_outside_their_meeting_are_dead_letters_and_open_no_day() {
    let disk = FaultyDisk::new(1);
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    let known = meeting("u==", "2026-11-16T09:55:00Z", "2026-11-16T11:00:00Z");
    store.append([known]).await.unwrap();
    store.commit().await.unwrap();
    drop(store);
    // Another program, which has not heard of the meeting itself.
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    store.append((0..3).map(|minute| batch("u==", minute, 10.0))).await.unwrap();
    let mut odd = Batch::new("default", clock().now());
    for at in ["1999-12-31T23:59:00Z", "2026-11-22T12:00:00Z"] {
        let sample = StreamSample {
            ts: at.parse().unwrap(),
            stream: Stream::from_name("audio_input").unwrap().into(),
            figures: Figures { latency: Millis::try_new(1.0).ok(), ..Figures::default() },
        };
        let (meeting, participant) =
            (MeetingUuid::new("unheard==").unwrap(), ParticipantId::new("1").unwrap());
        odd.stream_sample(&meeting, &participant, Origin::RestPast, &sample);
    }
    store.append([odd]).await.unwrap();
    store.commit().await.unwrap();
    assert_eq!(store.turned_away().dead_letters, 4);
    let days = |table| -> Vec<String> {
        let files = store.tables[place(table)].files().unwrap();
        files.into_iter().map(|file| file.day).collect()
    };
    assert_eq!(days(&STREAM_SAMPLES), ["2026-11-16"]);
    assert_eq!(days(&DEAD_LETTERS), ["2026-11-20"]);
    let letters = table(&store, &DEAD_LETTERS);
    let reasons: Vec<&str> =
        letters.iter().map(|letter| letter["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons.len(), 4);
    for reason in ["dated after its meeting", "dated before 2011", "dated in the future"] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    assert!(letters[0]["row"].as_str().unwrap().contains("latency_ms"));
}

#[tokio::test]
async fn what_waits_for_a_minute_is_committed_with_the_next_rows() {
    let disk = FaultyDisk::new(1);
    let clock = clock();
    let mut store = Store::open_on(Arc::new(disk.clone()), Arc::clone(&clock) as _).await.unwrap();
    store.append([batch("u==", 1, 10.0)]).await.unwrap();
    clock.advance(Duration::from_secs(59));
    store.append([batch("u==", 2, 10.0)]).await.unwrap();
    assert_eq!(samples(&disk, &store).len(), 0);
    clock.advance(Duration::from_secs(1));
    assert!(store.is_due());
    store.append([batch("u==", 3, 10.0)]).await.unwrap();
    assert_eq!(samples(&disk, &store).len(), 3);
    assert!(!store.is_due());
}

#[tokio::test]
async fn files_are_made_while_more_comes_and_commits_are_one_behind() {
    let disk = FaultyDisk::new(1);
    let clock = clock();
    let mut store = Store::open_on(Arc::new(disk.clone()), Arc::clone(&clock) as _).await.unwrap();
    store.commit_bytes = 1;
    for minute in 0..5 {
        store.append([batch("u==", minute, 10.0)]).await.unwrap();
        assert_eq!(samples(&disk, &store).len(), usize::try_from(minute).unwrap());
        // What is in no table yet is in the log, and nothing else is.
        let snapshot = Snapshot::open_on(Arc::new(disk.clone())).await.unwrap();
        let in_logs: usize = snapshot.tail(&STREAM_SAMPLES).iter().map(RecordBatch::num_rows).sum();
        assert_eq!(in_logs, 1);
    }
    clock.advance(COMMIT_AFTER);
    assert!(store.is_due());
    store.commit().await.unwrap();
    assert!(!store.is_due());
    assert_eq!(samples(&disk, &store).len(), 5);
    // Who was erased meanwhile is left out of what was made before.
    let mut other = Store::open_on(Arc::new(disk.clone()), clock).await.unwrap();
    store.append([measured(0, 6, 10)]).await.unwrap();
    store.commit().await.unwrap();
    assert_eq!(samples(&disk, &store).len(), 6);
    store.append([measured(0, 7, 10)]).await.unwrap();
    other.forget(None, &[email(0)]).await.unwrap();
    store.commit().await.unwrap();
    assert_eq!(samples(&disk, &store).len(), 5);
}

#[tokio::test]
async fn a_snapshot_has_what_is_in_logs_alone_and_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut one = Store::open(dir.path(), clock()).await.unwrap();
    let mut other = Store::open(dir.path(), clock()).await.unwrap();
    let count = async || {
        let snapshot = Snapshot::open(dir.path()).await.unwrap();
        let (_, _, files) =
            snapshot.tables().find(|(table, ..)| **table == STREAM_SAMPLES).unwrap();
        let in_files = files.iter().map(|file| file.rows).sum::<u64>();
        let in_logs = snapshot.tail(&STREAM_SAMPLES).iter().map(RecordBatch::num_rows).sum();
        (in_files, in_logs)
    };
    assert_eq!(count().await, (0, 0_usize));
    one.append([batch("u==", 1, 10.0), batch("u==", 2, 10.0)]).await.unwrap();
    other.append([batch("v==", 1, 10.0)]).await.unwrap();
    assert_eq!(count().await, (0, 3));
    one.commit().await.unwrap();
    assert_eq!(count().await, (2, 1));
    one.append([batch("u==", 3, 10.0)]).await.unwrap();
    assert_eq!(count().await, (2, 2));
    other.commit().await.unwrap();
    one.commit().await.unwrap();
    assert_eq!(count().await, (4, 0));
}

#[tokio::test]
async fn logs_of_tables_are_summed_up_in_checkpoints() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    for latency in 1..45 {
        store.append([batch("u==", 1, latency.into())]).await.unwrap();
        store.commit().await.unwrap();
    }
    drop(store);
    let log = dir.path().join("tables/stream_samples/_delta_log");
    let names = std::fs::read_dir(log).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    let checkpoints = names.iter().filter(|name| name.ends_with(".checkpoint.parquet")).count();
    assert_eq!(checkpoints, 2, "{names:?}");
    // What comes after a checkpoint counts, and exactly once.
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    assert_eq!(store.tables.last().unwrap().files().unwrap().len(), 44);
    assert_eq!(store.compact().await.unwrap().replaced, 44);
}

#[tokio::test]
async fn a_clock_that_is_years_off_removes_nothing() {
    let disk = FaultyDisk::new(1);
    let clock = clock();
    let mut store = Store::open_on(Arc::new(disk.clone()), Arc::clone(&clock) as _).await.unwrap();
    store.append([batch("u==", 1, 10.0)]).await.unwrap();
    store.commit().await.unwrap();
    for at in ["2036-11-20T12:00:00Z", "2016-11-20T12:00:00Z"] {
        clock.set(at.parse().unwrap());
        let expired = store.expire("2036-11-20T12:00:00Z".parse().unwrap()).await;
        assert!(matches!(expired, Err(StoreError::Clock { .. })), "{expired:?}");
        assert!(matches!(store.compact().await, Err(StoreError::Clock { .. })));
        assert_eq!(samples(&disk, &store).len(), 1);
        clock.set("2026-11-20T12:00:00Z".parse().unwrap());
    }
}

#[tokio::test]
async fn days_that_expire_go_whole_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    store.append((0..30).map(|minute| batch("u==", minute, 10.0))).await.unwrap();
    store.commit().await.unwrap();
    let erased = store.expire("2026-11-17T23:59:59Z".parse().unwrap()).await.unwrap();
    assert_eq!((erased.rows, erased.files), (10, 1));
    let days: Vec<String> =
        store.tables.last().unwrap().files().unwrap().into_iter().map(|file| file.day).collect();
    assert_eq!(days, ["2026-11-17", "2026-11-18"]);
    let gone = dir.path().join("tables/stream_samples/day=2026-11-16");
    assert_eq!(std::fs::read_dir(gone).unwrap().count(), 0);
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

#[tokio::test]
async fn each_of_several_stores_on_one_disk_has_a_log_of_its_own() {
    let disk = FaultyDisk::new(0);
    let open = || Store::open_on(Arc::new(disk.clone()), clock());
    let mut stores = [open().await.unwrap(), open().await.unwrap(), open().await.unwrap()];
    assert_eq!(stores.each_ref().map(|store| &*store.writer), ["wal/000", "wal/001", "wal/002"]);
    for (store, meeting) in stores.iter_mut().zip(["u==", "v==", "w=="]) {
        store.append([batch(meeting, 1, 10.0)]).await.unwrap();
    }
    disk.crash();
    // The locks are gone with the power, and one program recovers all logs.
    let _store = open().await.unwrap();
    assert_eq!(rows(&disk).await["stream_samples"], 3);
}

#[tokio::test]
async fn a_file_system_that_lacks_something_is_refused_also_when_the_store_is_moved_there() {
    for (lack, what) in [
        (Lack::Links, "a second name"),
        (Lack::ExclusiveLinks, "refuse a name"),
        (Lack::RenamingOver, "in the place of another"),
        (Lack::Locks, "lock a file"),
    ] {
        let disk = FaultyDisk::new(0);
        disk.lack(Some(lack));
        let open = || Store::open_on(Arc::new(disk.clone()), clock());
        let error = open().await.unwrap_err();
        assert!(matches!(error, StoreError::Layout(LayoutError::Unfit { .. })), "{error:?}");
        assert!(error.to_string().contains(what), "{error}");
        disk.lack(None);
        drop(open().await.unwrap());
        // As by copying it.
        disk.lack(Some(lack));
        open().await.unwrap_err();
    }
    let disk = FaultyDisk::new(0);
    disk.lack(Some(Lack::DirSyncs));
    let error = Store::open_on(Arc::new(disk), clock()).await.unwrap_err();
    assert!(error.to_string().contains("can't make the names in a folder durable"), "{error}");
}

#[tokio::test]
async fn a_store_that_can_not_be_written_can_be_read() {
    let disk = FaultyDisk::new(0);
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    store.append([batch("u==", 1, 10.0)]).await.unwrap();
    store.commit().await.unwrap();
    drop(store);
    disk.lack(Some(Lack::Writing));
    let snapshot = Snapshot::open_on(Arc::new(disk.clone())).await.unwrap();
    assert_eq!(snapshot.verify(), []);
    let count = snapshot.tables().flat_map(|(_, _, files)| files).map(|file| file.rows);
    assert_eq!(count.sum::<u64>(), 1);
    let error = Store::open_on(Arc::new(disk), clock()).await.unwrap_err();
    assert!(matches!(error, StoreError::Folder(_)), "{error:?}");
}

#[tokio::test]
async fn of_a_store_that_is_not_complete_nothing_is_made_by_reading() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("layout.json"), "{\"layout\":1}").unwrap();
    let snapshot = Snapshot::open(dir.path()).await.unwrap();
    assert!(snapshot.tables().all(|(_, _, files)| files.is_empty()));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    std::fs::write(dir.path().join("layout.json"), "{\"layout\":2}").unwrap();
    for error in [
        Snapshot::open(dir.path()).await.unwrap_err(),
        Store::open(dir.path(), clock()).await.unwrap_err(),
    ] {
        assert!(error.to_string().ends_with("use a newer zqos"), "{error}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

/// Appends a minute each until there is no room or twelve are in; which ones were acknowledged.
async fn fill(store: &mut Store, first: u32) -> (u32, Option<StoreError>) {
    for minute in first..12 {
        if let Err(error) = store.append([batch("u==", minute, 12.0)]).await {
            return (minute, Some(error));
        }
    }
    (12, None)
}

#[test]
fn on_a_full_disk_what_was_acknowledged_is_committed_and_the_rest_is_refused() {
    let prepared = FaultyDisk::new(0);
    drop(run(Store::open_on(Arc::new(prepared.clone()), clock())).unwrap());
    let mut refused = 0;
    let step = usize::try_from(24_000 / cases(24)).unwrap().max(1);
    for room in (0..24_000).step_by(step) {
        // The one program goes on, the other is killed and another commits.
        for is_killed in [false, true] {
            run(async {
                let disk = prepared.copy(room);
                let open = || Store::open_on(Arc::new(disk.clone()), clock());
                let mut store = open().await.unwrap();
                store.append([batch("u==", 0, 12.0)]).await.unwrap();
                disk.limit_space(Some(room));
                let (count, error) = fill(&mut store, 1).await;
                if let Some(error) = error {
                    refused += 1;
                    assert!(matches!(error, StoreError::Full { missing: 1.. }), "{error:?}");
                }
                if is_killed {
                    drop(store);
                    store = open().await.unwrap();
                } else {
                    store.commit().await.unwrap();
                }
                assert_eq!(rows(&disk).await["stream_samples"], u64::from(count), "room {room}");
                // It recovers by itself.
                disk.limit_space(None);
                let (all, error) = fill(&mut store, count).await;
                assert!(error.is_none(), "{error:?}");
                assert!(store.reserve.keep().is_ok() && disk.describe("wal/000/reserve").is_ok());
                disk.crash();
                drop(store);
                drop(open().await.unwrap());
                assert_eq!(rows(&disk).await["stream_samples"], u64::from(all), "room {room}");
            });
        }
    }
    assert!(refused > 10, "{refused}");
}

#[tokio::test]
async fn a_disk_without_room_for_the_reserve_takes_no_rows_and_says_how_much_it_wants() {
    let disk = FaultyDisk::new(0);
    drop(Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap());
    disk.limit_space(Some(1 << 20));
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    let error = store.append([batch("u==", 0, 12.0)]).await.unwrap_err();
    assert!(error.to_string().ends_with("when 64 MiB more are free"), "{error}");
    // Nothing else uses the reserve up.
    disk.limit_space(Some(reserve::BYTES + (1 << 20)));
    for latency in [10.0, 11.0] {
        store.append((0..30).map(|minute| batch("u==", minute, latency))).await.unwrap();
        store.commit().await.unwrap();
    }
    disk.limit_space(Some(100));
    store.compact().await.unwrap_err();
    assert!(disk.describe("wal/000/reserve").is_ok());
}

#[tokio::test]
async fn a_store_that_several_programs_make_at_once_is_made_once() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let fill = async |meeting: &'static str| {
            let mut store = Store::open(dir.path(), clock()).await?;
            store.append([batch(meeting, 1, 10.0)]).await?;
            store.commit().await
        };
        let (one, other, third) = tokio::join!(fill("u=="), fill("v=="), fill("w=="));
        for outcome in [one, other, third] {
            outcome.unwrap();
        }
        let snapshot = Snapshot::open(dir.path()).await.unwrap();
        let (_, _, files) =
            snapshot.tables().find(|(table, ..)| table.name == "stream_samples").unwrap();
        assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 3);
    }
}

#[tokio::test]
async fn what_any_program_left_in_its_log_is_recovered() {
    let dir = tempfile::tempdir().unwrap();
    let one = Store::open(dir.path(), clock()).await.unwrap();
    let mut other = Store::open(dir.path(), clock()).await.unwrap();
    other.append([batch("v==", 1, 10.0)]).await.unwrap();
    drop((one, other));
    drop(Store::open(dir.path(), clock()).await.unwrap());
    let snapshot = Snapshot::open(dir.path()).await.unwrap();
    let (_, _, files) =
        snapshot.tables().find(|(table, ..)| table.name == "stream_samples").unwrap();
    assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 1);
}

#[tokio::test]
async fn one_program_compacts_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut one = Store::open(dir.path(), clock()).await.unwrap();
    let mut other = Store::open(dir.path(), clock()).await.unwrap();
    for latency in [10.0, 11.0, 12.0] {
        one.append([batch("u==", 1, latency)]).await.unwrap();
        one.commit().await.unwrap();
    }
    let outcomes = tokio::join!(one.compact(), other.compact());
    let replaced: usize =
        [outcomes.0, outcomes.1].into_iter().flatten().map(|done| done.replaced).sum();
    assert_eq!(replaced, 3);
    let snapshot = Snapshot::open(dir.path()).await.unwrap();
    let (_, _, files) =
        snapshot.tables().find(|(table, ..)| table.name == "stream_samples").unwrap();
    assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 1);
}
