use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::disk::faulty::FaultyDisk;

fn open(disk: &FaultyDisk, committed: u64) -> Result<(Log, Vec<Record>), LogError> {
    let mut records = Vec::new();
    let log = Log::open(Arc::new(disk.clone()), "log", committed, |record| {
        records.push(record);
        Ok::<(), LogError>(())
    })?;
    Ok((log, records))
}

fn payload(number: u64) -> Vec<u8> {
    // Some are longer than a sector, and none has one of zeros.
    let len = usize::try_from(number * 377 % 1_700).unwrap();
    [number.to_le_bytes(), [7; 8]].concat().into_iter().cycle().take(len).collect()
}

/// What a program does to a log.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Append,
    /// Lets so many calls of the disk succeed and fails the rest, while the next thing is done.
    FailAfter(u32),
    Forget(u8),
    /// The program ends, and another begins.
    Kill,
    /// So does it, and power is lost in between.
    Crash,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Append),
        1 => (0_u32..6).prop_map(Step::FailAfter),
        1 => (0_u8..4).prop_map(Step::Forget),
        1 => Just(Step::Kill),
        2 => Just(Step::Crash),
    ]
}

/// Runs steps; says whether everything that was acknowledged was there after each crash, nothing that
/// never was written, and nothing that was forgotten.
pub(crate) fn keeps_what_it_acknowledges(
    disk: &FaultyDisk,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let broken = |error: LogError| TestCaseError::fail(error.to_string());
    let (mut log, _) = open(disk, 0).map_err(broken)?;
    let mut acknowledged: Vec<u64> = Vec::new();
    let mut committed = 0;
    let mut forgotten: BTreeSet<String> = BTreeSet::new();
    let names = || disk.list("log").unwrap().into_iter().map(|entry| entry.name);
    for step in steps {
        match *step {
            Step::Append => {
                let sequence = log.next;
                if log.append(&payload(sequence)).is_ok() {
                    acknowledged.push(sequence);
                }
                disk.fail_after(None);
            }
            Step::FailAfter(count) => disk.fail_after(Some(count)),
            Step::Forget(back) => {
                let before: BTreeSet<String> = names().collect();
                committed = committed.max(log.acknowledged().saturating_sub(back.into()));
                let is_done = log.forget(committed).is_ok();
                disk.fail_after(None);
                if is_done {
                    let after: BTreeSet<String> = names().collect();
                    forgotten.extend(before.difference(&after).cloned());
                }
            }
            Step::Kill | Step::Crash => {
                let is_crash = matches!(step, Step::Crash);
                disk.fail_after(None);
                if is_crash {
                    disk.crash();
                    let back = names().find(|name| forgotten.contains(name));
                    prop_assert!(back.is_none(), "{back:?} is there again");
                }
                let (reopened, records) = open(disk, committed).map_err(broken)?;
                log = reopened;
                for sequence in acknowledged.iter().filter(|sequence| **sequence > committed) {
                    let found = records.iter().any(|record| record.sequence == *sequence);
                    prop_assert!(found, "{sequence} is not there");
                }
                for record in &records {
                    prop_assert_eq!(&record.payload, &payload(record.sequence));
                }
                prop_assert!(records.is_sorted_by_key(|record| record.sequence));
                // What is seen comes into the tables.
                committed = log.acknowledged();
                acknowledged.retain(|sequence| *sequence > committed);
            }
        }
        // A name is used again when nothing was acknowledged under it.
        let now: BTreeSet<String> = names().collect();
        forgotten.retain(|name| !now.contains(name));
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_acknowledged_is_there_after_every_crash(
        seed: u64, steps in prop::collection::vec(step(), 1..40),
    ) {
        keeps_what_it_acknowledges(&FaultyDisk::new(seed), &steps)?;
    }

    #[test]
    fn one_flipped_bit_is_found(seed: u64, byte: prop::sample::Index) {
        let disk = FaultyDisk::new(seed);
        let (mut log, _) = open(&disk, 0).unwrap();
        for number in 1..=5 {
            log.append(&payload(number)).unwrap();
        }
        let path = "log/00000000000000000001.log";
        let len = disk.read_all(path).unwrap().len();
        let byte = byte.index(len);
        disk.damage(path, |content| content[byte] ^= 1);
        let found = matches!(open(&disk, 0), Err(LogError::Corrupt { .. }));
        prop_assert!(found, "byte {} of {}", byte, len);
    }

    #[test]
    fn of_a_log_that_is_cut_off_the_beginning_is_there(seed: u64, len: prop::sample::Index) {
        let disk = FaultyDisk::new(seed);
        let (mut log, _) = open(&disk, 0).unwrap();
        for number in 1..=5 {
            log.append(&payload(number)).unwrap();
        }
        let path = "log/00000000000000000001.log";
        disk.damage(path, |content| content.truncate(len.index(content.len())));
        let (_, records) = open(&disk, 0).unwrap();
        prop_assert!(records.len() < 5);
        for (number, record) in (1..).zip(&records) {
            prop_assert_eq!((record.sequence, &record.payload), (number, &payload(number)));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let disk = FaultyDisk::new(0);
        disk.make_dir("log").unwrap();
        disk.create("log/00000000000000000001.log").unwrap().write_all(&bytes).unwrap();
        drop(open(&disk, 0));
    }
}

#[test]
fn a_segment_that_is_gone_is_noticed() {
    let disk = FaultyDisk::new(0);
    let (mut log, _) = open(&disk, 0).unwrap();
    log.append(b"one").unwrap();
    let (mut log, _) = open(&disk, 0).unwrap();
    log.append(b"two").unwrap();
    disk.remove("log/00000000000000000001.log").unwrap();
    let error = open(&disk, 0).unwrap_err();
    assert!(error.to_string().contains("records before this segment are missing"), "{error}");
    // Those records are in the tables.
    let (_, records) = open(&disk, 1).unwrap();
    assert_eq!(records, [Record { sequence: 2, payload: b"two".to_vec() }]);
}

#[test]
fn a_full_disk_acknowledges_nothing_and_recovers() {
    let disk = FaultyDisk::new(0);
    let (mut log, _) = open(&disk, 0).unwrap();
    log.append(b"one").unwrap();
    disk.limit_space(Some(10));
    assert!(matches!(log.append(&[7; 100]), Err(LogError::Write(_))));
    assert_eq!(log.acknowledged(), 1);
    disk.limit_space(None);
    log.append(b"three").unwrap();
    disk.crash();
    let (_, records) = open(&disk, 0).unwrap();
    let payloads: Vec<&[u8]> = records.iter().map(|record| &*record.payload).collect();
    assert_eq!(payloads, [b"one".as_slice(), b"three"]);
}

#[test]
fn what_the_tables_have_is_forgotten() {
    let disk = FaultyDisk::new(0);
    let (mut log, _) = open(&disk, 0).unwrap();
    log.append(b"one").unwrap();
    log.append(b"two").unwrap();
    log.forget(1).unwrap();
    assert_eq!(disk.list("log").unwrap().len(), 1);
    log.forget(2).unwrap();
    assert_eq!(disk.list("log").unwrap().len(), 0);
    assert_eq!(log.append(b"three").unwrap(), 3);
    let replayed = Log::open(Arc::new(disk), "log", 3, |_| Ok::<(), LogError>(()));
    assert_eq!(replayed.unwrap().acknowledged(), 3);
}
