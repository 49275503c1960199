//! A store does what an ordered map would do, whatever happens to it: the reference model.

use std::collections::BTreeMap;

use proptest::prelude::*;
use zqos_core::{
    Figures, ManualClock, MeetingUuid, Millis, Origin, Participant, ParticipantId, Stream,
    StreamSample,
};

use super::tests::{clock, sample_time};
use super::*;
use crate::disk::faulty::FaultyDisk;

/// What is done to a store.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// Appends a minute of a join with a latency, and whose it is.
    Append(u8, u8, u8),
    /// From now on files are made of all that comes, beside what comes next.
    Behind,
    Commit,
    Compact,
    /// Erases whose join it is.
    Forget(u8),
    /// Removes the days before this one of the month.
    Expire(u8),
    /// Lets so many hours pass: days are over.
    Wait(u8),
    /// Lets so many calls of the disk succeed and fails the rest, until the program ends.
    FailAfter(u32),
    /// The program ends; another begins with the next step.
    Kill,
    /// The program ends, power is lost, and another begins.
    Crash,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => (0_u8..3, 0_u8..9, 1_u8..5)
            .prop_map(|(join, minute, latency)| Step::Append(join, minute, latency)),
        1 => Just(Step::Behind),
        2 => Just(Step::Commit),
        2 => Just(Step::Compact),
        1 => (0_u8..3).prop_map(Step::Forget),
        1 => (17_u8..19).prop_map(Step::Expire),
        1 => (1_u8..30).prop_map(Step::Wait),
        1 => (0_u32..90).prop_map(Step::FailAfter),
        1 => Just(Step::Kill),
        2 => Just(Step::Crash),
    ]
}

/// A minute of a join.
pub(super) fn measured(join: u8, minute: u8, latency: u8) -> Batch {
    let mut batch = Batch::new("default", clock().now());
    let meeting = MeetingUuid::new("u==").unwrap();
    let id = ParticipantId::new(&join.to_string()).unwrap();
    let sample = StreamSample {
        ts: sample_time(minute.into()),
        stream: Stream::from_name("audio_input").unwrap().into(),
        figures: Figures { latency: Millis::try_new(latency.into()).ok(), ..Figures::default() },
    };
    batch.stream_sample(&meeting, &id, Origin::RestPast, &sample);
    batch.participant(&meeting, &Participant { email: Some(email(join)), ..Participant::new(id) });
    batch
}

pub(super) fn email(join: u8) -> String {
    format!("{join}@example.com")
}

/// The latest latency of each minute of each join that the tables tell, by revision.
pub(super) fn latest(disk: &FaultyDisk, store: &Store) -> BTreeMap<(u32, i64), u8> {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};
    let home = Home::folder(Arc::new(disk.clone()));
    let mut latest: BTreeMap<(u32, i64), (i64, u8)> = BTreeMap::new();
    for file in store.tables.last().unwrap().files().unwrap() {
        for rows in read::rows(&home, &format!("tables/stream_samples/{}", file.path)).unwrap() {
            let rows = rows.unwrap();
            let column = |name| rows.column_by_name(name).unwrap();
            let joins = column("user_id").as_string::<i32>();
            let ts = column("ts").as_primitive::<TimestampMicrosecondType>();
            let latency = column("latency_ms").as_primitive::<Float64Type>();
            let revision = column("revision").as_primitive::<Int64Type>();
            for row in 0..rows.num_rows() {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "1 to 4"
                )]
                let found = (revision.value(row), latency.value(row) as u8);
                let key = (joins.value(row).parse().unwrap(), ts.value(row));
                let known = latest.entry(key).or_insert(found);
                if found.0 > known.0 {
                    *known = found;
                }
            }
        }
    }
    latest.into_iter().map(|(key, (_, latency))| (key, latency)).collect()
}

/// What a store may hold.
#[derive(Debug, Default)]
struct Expected {
    /// Of each minute of a join what may be there; nothing when it was never there.
    minutes: BTreeMap<(u8, u8), Vec<Option<u8>>>,
    /// Who was erased: for certain, or perhaps.
    forgotten: BTreeMap<u8, bool>,
}

impl Expected {
    /// Takes note of a change of some minutes that was done, or perhaps.
    fn change(&mut self, is_done: bool, value: Option<u8>, which: impl Fn(u8, u8) -> bool) {
        for ((join, minute), possible) in &mut self.minutes {
            if which(*join, *minute) {
                if is_done {
                    possible.clear();
                }
                possible.push(value);
            }
        }
    }

    fn append(&mut self, is_done: bool, join: u8, minute: u8, latency: u8) {
        self.minutes.entry((join, minute)).or_insert_with(|| vec![None]);
        match self.forgotten.get(&join) {
            // He is kept out.
            Some(true) => {}
            // Or not.
            Some(false) => self.change(false, Some(latency), |of, at| (of, at) == (join, minute)),
            None => self.change(is_done, Some(latency), |of, at| (of, at) == (join, minute)),
        }
    }
}

/// Runs steps against a store and against a map; says whether the store, opened again after each end,
/// has everything that was acknowledged, and nothing that was erased or expired.
pub(crate) async fn agrees_with_a_map(
    disk: &FaultyDisk,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let clock = Arc::new(ManualClock::new("2026-11-18T20:00:00Z".parse().unwrap()));
    let open = || Store::open_on(Arc::new(disk.clone()), Arc::clone(&clock) as _);
    let broken = |error: StoreError| TestCaseError::fail(format!("{error:?}"));
    let (mut opened, mut is_failing) = (None, false);
    let mut expected = Expected::default();
    for step in steps.iter().chain([&Step::Crash]) {
        let needs_store =
            !matches!(step, Step::Wait(_) | Step::FailAfter(_) | Step::Kill | Step::Crash);
        if needs_store && opened.is_none() {
            match open().await {
                Err(_) if is_failing => continue,
                store => opened = Some(store.map_err(broken)?),
            }
        }
        match (*step, &mut opened) {
            (Step::Append(join, minute, latency), Some(store)) => {
                let outcome = store.append([measured(join, minute, latency)]).await;
                expected.append(outcome.is_ok(), join, minute, latency);
            }
            (Step::Behind, Some(store)) => store.commit_bytes = 1,
            // What fails is done again later; nothing is lost by it.
            (Step::Commit, Some(store)) => drop(store.commit().await),
            (Step::Compact, Some(store)) => drop(store.compact().await),
            (Step::Forget(join), Some(store)) => match store.forget(None, &[email(join)]).await {
                Err(StoreError::Nobody) => {}
                outcome => {
                    let is_done = outcome.is_ok_and(|erased| erased.remains.is_empty());
                    expected.change(is_done, None, |of, _| of == join);
                    *expected.forgotten.entry(join).or_default() |= is_done;
                }
            },
            (Step::Expire(day), Some(store)) => {
                let before = format!("2026-11-{day}T00:00:00Z").parse().unwrap();
                let is_done = store.expire(before).await.is_ok();
                let is_before = |_, minute| sample_time(u32::from(minute)) < before;
                expected.change(is_done, None, is_before);
            }
            (Step::Wait(hours), _) => clock.advance(Duration::from_hours(u64::from(hours))),
            (Step::FailAfter(count), _) => {
                disk.fail_after(Some(count));
                is_failing = true;
            }
            (Step::Kill, _) => {
                drop(opened.take());
                disk.fail_after(None);
                is_failing = false;
            }
            (Step::Crash, _) => {
                drop(opened.take());
                disk.crash();
                is_failing = false;
                let store = opened.insert(open().await.map_err(broken)?);
                let mut found = latest(disk, store);
                for ((join, minute), possible) in &mut expected.minutes {
                    let ts = sample_time(u32::from(*minute)).unix_millis() * 1_000;
                    let latency = found.remove(&(u32::from(*join), ts));
                    let is_right = possible.contains(&latency);
                    prop_assert!(
                        is_right,
                        "{join}, {minute}: {latency:?}, not one of {possible:?}"
                    );
                    *possible = vec![latency];
                    // An erasure that was begun may be ended by a compaction.
                    if expected.forgotten.contains_key(join) {
                        possible.push(None);
                    }
                }
                prop_assert!(found.is_empty(), "{found:?}");
            }
            (step, None) => unreachable!("{step:?} opens the store"),
        }
    }
    Ok(())
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// How many cases a test has: `usual`, or what `ZQOS_CASES` says.
pub(crate) fn cases(usual: u32) -> u32 {
    std::env::var("ZQOS_CASES").map_or(usual, |cases| cases.parse().expect("a number of cases"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(40)))]

    #[test]
    fn a_store_agrees_with_a_map(seed: u64, steps in prop::collection::vec(step(), 1..40)) {
        run(agrees_with_a_map(&FaultyDisk::new(seed), &steps))?;
    }
}
