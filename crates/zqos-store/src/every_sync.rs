//! Every sync is needed: when one alone does nothing, a test that loses power fails.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::disk::Site;
use crate::disk::faulty::FaultyDisk;
use crate::store::model::Step::{Append, Commit, Compact, Expire, FailAfter};
use crate::store::model::agrees_with_a_map;
use crate::{erase, log, object, store};

/// Runs a test on many disks, the same each time.
type Test = fn(new: &dyn Fn(u64) -> FaultyDisk) -> Result<(), String>;

/// The tests that lose power, the quick ones first.
const TESTS: [Test; 6] = [
    |new| {
        let steps = prop::collection::vec(log::tests::step(), 1..40);
        many(500, steps, |seed, steps| log::tests::keeps_what_it_acknowledges(&new(seed), steps))
    },
    |new| {
        many(20, Just(()), |seed, ()| {
            let is_kept = store::model::run(object::tests::outlives_a_loss_of_power(&new(seed)));
            if is_kept { Ok(()) } else { Err(TestCaseError::fail("something is lost")) }
        })
    },
    |new| {
        many(20, Just(()), |seed, ()| {
            let is_gone =
                store::model::run(erase::tests::is_gone_after_a_loss_of_power(&new(seed)));
            if is_gone { Ok(()) } else { Err(TestCaseError::fail("somebody is back")) }
        })
    },
    |new| {
        many(64, 0_u32..8, |seed, after| {
            let disk = new(seed);
            let is_kept =
                store::model::run(store::tests::outlives_a_sync_that_failed(&disk, *after));
            if is_kept { Ok(()) } else { Err(TestCaseError::fail("something is lost")) }
        })
    },
    |new| {
        // Days are removed by a commit of which nobody knows whether it was made, and then files.
        // Which of what was not synced is lost depends on the seed, and on how many tables there are.
        let failures = [5, 0, 2].into_iter().flat_map(|seed| {
            [64, 72]
                .into_iter()
                .flat_map(move |first| (2..6).map(move |calls| (seed, first, calls)))
        });
        failures.into_iter().try_for_each(|(seed, first, calls)| {
            let steps: Vec<_> =
                removed_in_doubt(first).into_iter().chain([FailAfter(calls), Compact]).collect();
            let disk = new(seed);
            once(|| store::model::run(agrees_with_a_map(&disk, &steps)))
                .map_err(|error| format!("after {first} and {calls} calls: {error}"))
        })
    },
    |new| {
        // A store makes fewer calls than the first of these.
        (0..=1_600).rev().step_by(64).try_for_each(|calls| {
            let steps: Vec<_> = [FailAfter(calls)].into_iter().chain(MUCH).collect();
            let disk = new(calls.into());
            once(|| store::model::run(agrees_with_a_map(&disk, &steps)))
                .map_err(|error| format!("after {calls} calls: {error}"))
        })
    },
];

/// The commit that removes a day fails, after so many calls, before it is there or when it is there already; what
/// comes next removes its files.
const fn removed_in_doubt(after: u32) -> [store::model::Step; 7] {
    [
        Compact,
        Append(0, 4, 1),
        FailAfter(after),
        Append(0, 0, 1),
        Append(0, 0, 1),
        Append(0, 8, 1),
        Expire(17),
    ]
}

/// Everything that a store does.
const MUCH: [store::model::Step; 7] =
    [Append(0, 1, 1), Append(0, 2, 1), Commit, Append(0, 1, 2), Commit, Compact, Append(0, 3, 1)];

/// What is lost may be missed in many ways.
fn once(test: impl FnOnce() -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
    catch_unwind(AssertUnwindSafe(test)).unwrap_or_else(|_| Err(TestCaseError::fail("it panicked")))
}

fn many<S: Strategy>(
    cases: u32,
    steps: S,
    test: impl Fn(u64, &S::Value) -> Result<(), TestCaseError>,
) -> Result<(), String> {
    // It is enough to know that it fails.
    let config =
        Config { cases, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let rng = TestRunner::deterministic().new_rng();
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&(any::<u64>(), steps), |(seed, steps)| once(|| test(seed, &steps)));
    outcome.map_err(|error| error.to_string())
}

/// Every sync that a test meets.
fn met(test: Test) -> BTreeSet<Site> {
    let disks = RefCell::new(Vec::new());
    let outcome = test(&|seed| {
        let disk = FaultyDisk::new(seed);
        disks.borrow_mut().push(disk.clone());
        disk
    });
    assert_eq!(outcome, Ok(()), "nothing is left out");
    let met = disks.into_inner().into_iter().flat_map(|disk| disk.met());
    // What only tries whether a disk can do it makes nothing durable.
    met.filter(|site| !site.file().ends_with("probe.rs")).collect()
}

#[test]
fn without_any_one_sync_something_is_lost() {
    let met: Vec<BTreeSet<Site>> = TESTS.into_iter().map(met).collect();
    let sites: BTreeSet<Site> = met.iter().flatten().copied().collect();
    for site in &sites {
        let is_missed = TESTS.iter().zip(&met).any(|(test, met)| {
            let without = |seed| {
                let disk = FaultyDisk::new(seed);
                disk.ignore(site);
                disk
            };
            met.contains(site) && test(&without).is_err()
        });
        assert!(is_missed, "no test needs the sync at {site}");
    }
    let written = written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let lines = |site: &Site| (site.file().replace('\\', "/"), site.line());
    let met: BTreeSet<(String, u32)> = sites.iter().map(lines).collect();
    for (file, line) in &written {
        let is_met = met.iter().any(|(met, at)| met.ends_with(file) && at == line);
        assert!(is_met, "no test meets the sync at {file}:{line}");
    }
    assert_eq!(met.len(), written.len());
}

/// The lines of the store's code on which something is synced; the disks themselves aside.
fn written(folder: &Path) -> BTreeSet<(String, u32)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(written(&path));
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.extension().is_none_or(|extension| extension != "rs")
            || ["tests.rs", "faulty.rs", "every_sync.rs", "probe.rs"].contains(&name)
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let calls = |line: &str| [".sync()", ".sync_dir("].iter().any(|call| line.contains(call));
        let lines = (1..).zip(text.lines()).filter(|(_, line)| calls(line));
        found.extend(lines.map(|(number, _)| (format!("src/{name}"), number)));
    }
    found
}
