use proptest::prelude::*;

use super::*;
use crate::disk::faulty::{FaultyDisk, Ignored};

fn open(disk: &FaultyDisk, committed: u64) -> Result<(Log, Vec<Record>), LogError> {
    let mut records = Vec::new();
    let log = Log::open(Arc::new(disk.clone()), "log", committed, |record| {
        records.push(record);
        Ok::<(), LogError>(())
    })?;
    Ok((log, records))
}

fn payload(number: u64) -> Vec<u8> {
    let len = usize::try_from(number * 37 % 300).unwrap();
    number.to_le_bytes().into_iter().cycle().take(len).collect()
}

/// What a program does to a log.
#[derive(Debug, Clone)]
enum Step {
    Append(u8),
    /// Appends while the disk fails after so many syncs.
    AppendFailing(u8, u32),
    Forget(u8),
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_u8..5).prop_map(Step::Append),
        1 => (1_u8..5, 0_u32..4).prop_map(|(count, syncs)| Step::AppendFailing(count, syncs)),
        1 => (0_u8..4).prop_map(Step::Forget),
        2 => Just(Step::Crash),
    ]
}

/// Runs steps; says whether everything that was acknowledged was there after each crash, and nothing
/// that never was written.
fn keeps_what_it_acknowledges(
    seed: u64,
    steps: &[Step],
    ignored: Option<Ignored>,
) -> Result<(), TestCaseError> {
    let disk = FaultyDisk::new(seed);
    if let Some(ignored) = ignored {
        disk.ignore(ignored);
    }
    let (mut log, _) = open(&disk, 0).unwrap();
    // By sequence: payload, and whether it was acknowledged.
    let mut written: Vec<(u64, Vec<u8>, bool)> = Vec::new();
    let mut committed = 0;
    for step in steps {
        match *step {
            Step::Append(count) | Step::AppendFailing(count, _) => {
                if let Step::AppendFailing(_, syncs) = *step {
                    disk.fail_syncs_after(syncs);
                }
                let first = log.next;
                let payloads: Vec<Vec<u8>> =
                    (first..first + u64::from(count)).map(payload).collect();
                let outcome = log.append(payloads.iter().map(Vec::as_slice));
                prop_assert!(outcome.is_ok() || matches!(step, Step::AppendFailing(..)));
                for (sequence, payload) in (first..).zip(payloads) {
                    written.push((sequence, payload, outcome.is_ok()));
                }
                if matches!(step, Step::AppendFailing(..)) {
                    disk.fail_syncs_after(u32::MAX);
                }
            }
            Step::Forget(back) => {
                committed = committed.max(log.acknowledged().saturating_sub(back.into()));
                log.forget(committed).unwrap();
            }
            Step::Crash => {
                disk.crash();
                let (reopened, records) = open(&disk, committed)
                    .map_err(|error| TestCaseError::fail(format!("{error}")))?;
                log = reopened;
                for (sequence, payload, _) in written
                    .iter()
                    .filter(|(sequence, _, acknowledged)| *acknowledged && *sequence > committed)
                {
                    let found = records.iter().find(|record| record.sequence == *sequence);
                    prop_assert_eq!(found.map(|record| &record.payload), Some(payload));
                }
                for record in &records {
                    let known = written.iter().any(|(sequence, payload, _)| {
                        (*sequence, payload) == (record.sequence, &record.payload)
                    });
                    prop_assert!(known, "{} was never written", record.sequence);
                }
                prop_assert!(records.is_sorted_by_key(|record| record.sequence));
                // What was seen once is there for good.
                for (sequence, _, acknowledged) in &mut written {
                    *acknowledged |= records.iter().any(|record| record.sequence == *sequence);
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_acknowledged_is_there_after_every_crash(
        seed: u64, steps in prop::collection::vec(step(), 1..40),
    ) {
        keeps_what_it_acknowledges(seed, &steps, None)?;
    }

    #[test]
    fn one_flipped_bit_is_found_or_lies_in_the_last_record(seed: u64, byte: prop::sample::Index) {
        let disk = FaultyDisk::new(seed);
        let (mut log, _) = open(&disk, 0).unwrap();
        let payloads: Vec<Vec<u8>> = (1..=5).map(payload).collect();
        log.append(payloads.iter().map(Vec::as_slice)).unwrap();
        let path = "log/00000000000000000001.log";
        let len = disk.read_all(path).unwrap().len();
        let byte = byte.index(len);
        disk.flip(path, byte);
        match open(&disk, 0) {
            Err(LogError::Corrupt { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
            Ok((_, records)) => {
                prop_assert_eq!(records.len(), 4, "byte {} of {}", byte, len);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let disk = FaultyDisk::new(0);
        disk.create_dir("log").unwrap();
        disk.create("log/00000000000000000001.log").unwrap().write_all(&bytes).unwrap();
        drop(open(&disk, 0));
    }
}

/// True when some run of steps shows that a sort of sync is needed.
fn is_missed(ignored: Ignored) -> bool {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let steps = (any::<u64>(), prop::collection::vec(step(), 1..40));
    runner
        .run(&steps, |(seed, steps)| keeps_what_it_acknowledges(seed, &steps, Some(ignored)))
        .is_err()
}

#[test]
fn every_sync_is_needed() {
    assert!(is_missed(Ignored::Files));
    assert!(is_missed(Ignored::Dirs));
}

#[test]
fn a_segment_that_is_gone_is_noticed() {
    let disk = FaultyDisk::new(0);
    let (mut log, _) = open(&disk, 0).unwrap();
    log.append([b"one".as_slice()]).unwrap();
    let (mut log, _) = open(&disk, 0).unwrap();
    log.append([b"two".as_slice()]).unwrap();
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
    log.append([b"one".as_slice()]).unwrap();
    disk.limit_space(Some(10));
    assert!(matches!(log.append([[7; 100].as_slice()]), Err(LogError::Write(_))));
    assert_eq!(log.acknowledged(), 1);
    disk.limit_space(None);
    log.append([b"three".as_slice()]).unwrap();
    disk.crash();
    let (_, records) = open(&disk, 0).unwrap();
    let payloads: Vec<&[u8]> = records.iter().map(|record| &*record.payload).collect();
    assert_eq!(payloads, [b"one".as_slice(), b"three"]);
}

#[test]
fn what_the_tables_have_is_forgotten() {
    let disk = FaultyDisk::new(0);
    let (mut log, _) = open(&disk, 0).unwrap();
    log.append([b"one".as_slice(), b"two"]).unwrap();
    log.forget(1).unwrap();
    assert_eq!(disk.list("log").unwrap().len(), 1);
    log.forget(2).unwrap();
    assert_eq!(disk.list("log").unwrap().len(), 0);
    assert_eq!(log.append([b"three".as_slice()]).unwrap(), 3);
    let replayed = Log::open(Arc::new(disk), "log", 3, |_| Ok::<(), LogError>(()));
    assert_eq!(replayed.unwrap().acknowledged(), 3);
}
