//! Files that are not what was written are told, each with its name.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::model::{cases, latest, run};
use super::tests::{batch, clock};
use super::*;
use crate::Snapshot;
use crate::disk::faulty::FaultyDisk;

/// What is done to a file.
#[derive(Debug, Clone)]
enum Damage {
    Flips(Vec<(prop::sample::Index, u8)>),
    Cut(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let flip = (any::<prop::sample::Index>(), 0_u8..8);
    prop_oneof![
        3 => prop::collection::vec(flip, 1..4).prop_map(Damage::Flips),
        1 => any::<prop::sample::Index>().prop_map(Damage::Cut),
    ]
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", told(cause)))
}

/// A store with two commits, a compaction, a checkpoint, and rows in the log alone.
async fn small_store() -> FaultyDisk {
    let disk = FaultyDisk::new(0);
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    for (minutes, latency) in [(0..9, 10.0), (3..7, 11.0)] {
        store.append(minutes.map(|minute| batch("u==", minute, latency))).await.unwrap();
        store.commit().await.unwrap();
    }
    store.compact().await.unwrap();
    for minute in 10..12 {
        store.append([batch("u==", minute, 12.0)]).await.unwrap();
    }
    disk
}

/// Damages a file; says whether whoever reads is told of it or gets what was there.
async fn is_told_or_harmless(
    whole: &FaultyDisk,
    expected: &BTreeMap<(u32, i64), u8>,
    path: &str,
    damage: &Damage,
) -> Result<(), TestCaseError> {
    let name = path.rsplit('/').next().unwrap();
    let disk = whole.copy(0);
    disk.damage(path, |content| match damage {
        Damage::Flips(flips) => {
            for (byte, bit) in flips {
                let byte = byte.index(content.len());
                content[byte] ^= 1 << bit;
            }
        }
        Damage::Cut(len) => content.truncate(len.index(content.len())),
    });
    if disk.read_all(path).unwrap() == whole.read_all(path).unwrap() {
        return Ok(());
    }
    let is_read = match Snapshot::open_on(Arc::new(disk.clone())).await {
        Ok(snapshot) => {
            let found = snapshot.verify();
            prop_assert!(found.iter().all(|damage| damage.path == path), "{path}: {found:?}");
            found.is_empty()
        }
        Err(error) => {
            let told = told(&error);
            prop_assert!(told.contains(name), "{path}: {told}");
            false
        }
    };
    // Only the end of a log can be gone unnoticed, and what a program notes for itself.
    let is_log = path.starts_with("wal/0");
    let may_be_missed = is_log || path == "wal/device" || path == "layout.json";
    prop_assert!(!is_read || may_be_missed, "{path}: nothing is noticed");
    match Store::open_on(Arc::new(disk.clone()), clock()).await {
        Ok(mut store) => {
            let compacted = store.compact().await.map_err(|error| told(&error));
            let is_silent = is_read && compacted.is_ok();
            if is_silent {
                let found = latest(&disk, &store);
                let is_right = found.iter().all(|(ts, latency)| expected.get(ts) == Some(latency));
                let is_whole = found.len() == expected.len() || is_log;
                prop_assert!(is_right && is_whole, "{path}: {found:?}");
            }
        }
        Err(error) => {
            let told = told(&error);
            prop_assert!(told.contains(name), "{path}: {told}");
        }
    }
    Ok(())
}

#[test]
fn what_is_damaged_is_told_with_its_name() {
    let whole = run(small_store());
    let expected = run(async {
        let disk = whole.copy(0);
        let store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
        latest(&disk, &store)
    });
    assert_eq!(expected.len(), 11);
    // Files that a compaction replaced are nobody's any more.
    let mut files = whole.files();
    let snapshot = run(Snapshot::open_on(Arc::new(whole.clone()))).unwrap();
    let counts: Vec<&str> =
        snapshot.tables().flat_map(|(_, _, files)| files).map(|file| file.path.as_str()).collect();
    files.retain(|path| {
        !path.ends_with(".parquet") || counts.iter().any(|file| path.ends_with(file))
    });
    let config = ProptestConfig {
        cases: cases(200),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = proptest::test_runner::TestRunner::new(config)
        .run(&(prop::sample::select(files), damage()), |(path, damage)| {
            run(is_told_or_harmless(&whole, &expected, &path, &damage))
        });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

#[tokio::test]
async fn a_checkpoint_is_checked_when_it_is_read() {
    let disk = FaultyDisk::new(0);
    let mut store = Store::open_on(Arc::new(disk.clone()), clock()).await.unwrap();
    for minute in 0..100 {
        store.append([batch("u==", minute % 60, f64::from(minute))]).await.unwrap();
        store.commit().await.unwrap();
    }
    let log = "tables/stream_samples/_delta_log";
    let checkpoint = "00000000000000000099.checkpoint.parquet";
    let open = async || Snapshot::open_on(Arc::new(disk.clone())).await;
    assert_eq!(open().await.unwrap().verify(), []);
    for path in [format!("{log}/{checkpoint}"), format!("{log}/_last_checkpoint")] {
        let flip = |content: &mut Vec<u8>| content[20] ^= 1;
        disk.damage(&path, flip);
        let told = told(&open().await.unwrap_err());
        assert!(told.contains(&format!("`{path}` is damaged")), "{told}");
        disk.damage(&path, flip);
    }
    assert_eq!(open().await.unwrap().verify(), []);
}

#[tokio::test]
async fn a_flipped_bit_and_a_file_that_is_gone_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    store.append((0..30).map(|minute| batch("u==", minute, 10.0))).await.unwrap();
    store.commit().await.unwrap();
    let snapshot = Snapshot::open(dir.path()).await.unwrap();
    assert_eq!(snapshot.verify(), []);
    let (_, _, files) =
        snapshot.tables().find(|(table, ..)| table.name == "stream_samples").unwrap();
    let path = |file: &DataFile| dir.path().join("tables/stream_samples").join(&file.path);
    std::fs::remove_file(path(&files[0])).unwrap();
    let mut bytes = std::fs::read(path(&files[1])).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    std::fs::write(path(&files[1]), &bytes).unwrap();
    std::fs::write(path(&files[2]), &bytes[1..]).unwrap();
    let damage = snapshot.verify();
    assert_eq!(damage.len(), 3, "{damage:?}");
    assert!(damage[1].reason.contains("the checksum differs"), "{damage:?}");
    assert!(damage[2].reason.contains("and should have"), "{damage:?}");
}
