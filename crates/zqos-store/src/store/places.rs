//! What a store does wherever it is: in a folder, and among objects that several machines see.

use std::cell::Cell;
use std::collections::BTreeMap;

use futures::TryStreamExt as _;
use object_store::PutMode;
use object_store::path::Path;
use zqos_core::table::STREAM_SAMPLES;
use zqos_core::{ManualClock, MeetingUuid, Participant, ParticipantId, SystemClock};

use super::tests::{batch, clock};
use super::*;
use crate::disk::LocalDisk;
use crate::disk::faulty::{FaultyDisk, Lack};
use crate::remote::unsure::{Fault, Unsure};
use crate::remote::{Remote, Worker};
use crate::{Erased, Snapshot};

/// Where programs find a store.
trait Place {
    /// The store as another program finds it: of another machine where there are several.
    fn home(&mut self) -> Home;

    /// The bytes of everything that is kept, by name.
    fn everything(&self) -> BTreeMap<String, Vec<u8>>;
}

/// A folder.
struct Folder(tempfile::TempDir);

impl Folder {
    fn disk(&self) -> LocalDisk {
        LocalDisk::at(self.0.path()).unwrap()
    }
}

impl Place for Folder {
    fn home(&mut self) -> Home {
        Home::folder(Arc::new(self.disk()))
    }

    fn everything(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        walk(&self.disk(), "", &mut found);
        found
    }
}

fn walk(disk: &dyn Disk, dir: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in disk.list(dir).unwrap() {
        let path = if dir.is_empty() { entry.name } else { format!("{dir}/{}", entry.name) };
        if entry.is_dir {
            walk(disk, &path, found);
        } else if !path.ends_with("/reserve") {
            // That holds nothing but room.
            found.insert(path.clone(), disk.read_all(&path).unwrap());
        }
    }
}

/// Objects, and a disk of each machine.
struct Machines {
    objects: Unsure,
    disks: Vec<FaultyDisk>,
}

impl Machines {
    fn new() -> Self {
        Self { objects: Unsure::default(), disks: Vec::new() }
    }

    /// The store as another program of a machine finds it.
    fn on(&self, machine: usize) -> Home {
        let objects: Arc<dyn ObjectStore> = Arc::new(self.objects.clone());
        let remote = Remote::new(objects, Arc::new(Worker::start().unwrap()), std::env::temp_dir());
        let disk = Arc::new(self.disks[machine].clone());
        Home::shared(disk, Arc::new(remote)).unwrap()
    }
}

impl Place for Machines {
    fn home(&mut self) -> Home {
        self.disks.push(FaultyDisk::new(self.disks.len() as u64));
        self.on(self.disks.len() - 1)
    }

    fn everything(&self) -> BTreeMap<String, Vec<u8>> {
        let objects = Box::pin(async {
            let all: Vec<_> = self.objects.list(None).try_collect().await.unwrap();
            let mut found = BTreeMap::new();
            for object in all {
                let bytes = self.objects.get(&object.location).await.unwrap().bytes().await;
                found.insert(object.location.to_string(), bytes.unwrap().to_vec());
            }
            found
        });
        let mut found = futures::executor::block_on(objects);
        for disk in &self.disks {
            walk(disk, "", &mut found);
        }
        found
    }
}

/// Runs a test in each place.
async fn everywhere(test: impl AsyncFn(&mut dyn Place)) {
    test(&mut Folder(tempfile::tempdir().unwrap())).await;
    test(&mut Machines::new()).await;
}

/// Every row of the stream samples, as whoever reads now finds them: minute and latency.
async fn samples(home: &Home) -> Vec<(i64, f64)> {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{Float64Type, TimestampMicrosecondType};
    let snapshot = Snapshot::open_at(home.clone()).await.unwrap();
    assert_eq!(snapshot.verify(), []);
    let (_, _, files) = snapshot.tables().find(|(table, ..)| **table == STREAM_SAMPLES).unwrap();
    let mut samples = Vec::new();
    for file in files {
        for rows in read::rows(home, &format!("tables/stream_samples/{}", file.path)).unwrap() {
            let rows = rows.unwrap();
            let ts = rows.column_by_name("ts").unwrap().as_primitive::<TimestampMicrosecondType>();
            let latency = rows.column_by_name("latency_ms").unwrap().as_primitive::<Float64Type>();
            samples.extend(ts.values().iter().copied().zip(latency.values().iter().copied()));
        }
    }
    samples.sort_by(|one, other| one.partial_cmp(other).unwrap());
    samples
}

#[tokio::test]
async fn what_is_appended_comes_into_the_tables_once() {
    everywhere(async |place| {
        let home = place.home();
        let mut store = Store::open_at(home.clone(), clock()).await.unwrap();
        for minute in 0..10 {
            store.append([batch("u==", minute, 12.0)]).await.unwrap();
        }
        assert_eq!(samples(&home).await.len(), 0);
        store.commit().await.unwrap();
        assert_eq!(samples(&home).await.len(), 10);
        drop(store);
        drop(Store::open_at(home.clone(), clock()).await.unwrap());
        assert_eq!(samples(&home).await.len(), 10);
    })
    .await;
}

#[tokio::test]
async fn what_was_acknowledged_outlives_its_program() {
    everywhere(async |place| {
        let home = place.home();
        let mut store = Store::open_at(home.clone(), clock()).await.unwrap();
        store.append([batch("u==", 1, 12.0)]).await.unwrap();
        store.commit().await.unwrap();
        store.append([batch("u==", 2, 12.0)]).await.unwrap();
        drop(store);
        for _ in 0..2 {
            drop(Store::open_at(home.clone(), clock()).await.unwrap());
            assert_eq!(samples(&home).await.len(), 2);
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_programs_and_a_compaction_nothing_is_lost() {
    everywhere(async |place| {
        let (home, elsewhere) = (place.home(), place.home());
        let clock = clock();
        let mut one = Store::open_at(home.clone(), Arc::clone(&clock) as _).await.unwrap();
        let mut other = Store::open_at(elsewhere, Arc::clone(&clock) as _).await.unwrap();
        for round in 0..4 {
            one.append((0..10).map(|minute| batch("u==", minute, 10.0))).await.unwrap();
            other
                .append((0..10).map(|minute| batch("v==", minute, f64::from(round))))
                .await
                .unwrap();
            one.commit().await.unwrap();
            other.commit().await.unwrap();
            if round % 2 == 1 {
                one.compact().await.unwrap();
            }
        }
        // Days that were sealed just now stay as they are for an hour.
        clock.advance(Duration::from_hours(2));
        other.compact().await.unwrap();
        let found = samples(&home).await;
        assert_eq!(found.len(), 20);
        assert_eq!(found.iter().filter(|(_, latency)| (2.5..3.5).contains(latency)).count(), 10);
    })
    .await;
}

#[tokio::test]
async fn files_that_were_replaced_go_after_an_hour() {
    everywhere(async |place| {
        let home = place.home();
        // Objects in memory have the machine's time.
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let mut store = Store::open_at(home.clone(), Arc::clone(&clock) as _).await.unwrap();
        for latency in [10.0, 11.0] {
            store.append([batch("u==", 1, latency)]).await.unwrap();
            store.commit().await.unwrap();
        }
        assert_eq!(store.compact().await.unwrap().removed, 0);
        clock.advance(Duration::from_mins(61));
        // Two of stream samples; those of conflicts were one.
        assert_eq!(store.compact().await.unwrap().removed, 2);
        assert_eq!(samples(&home).await.len(), 1);
    })
    .await;
}

/// A join of somebody, who says so in every text.
fn join(mark: &str, id: &str) -> Batch {
    let mut batch = Batch::new("default", clock().now());
    let text = |name: &str| Some(format!("{mark}-{name}"));
    let participant = Participant {
        id: ParticipantId::new(id).unwrap(),
        uuid: text("uuid"),
        join: "2026-11-16T10:00:00Z".parse().ok(),
        leave: None,
        leave_reason: None,
        person_id: text("person"),
        user_name: text("name"),
        email: Some(format!("{mark}@example.com")),
        ip_address: text("ip"),
        internal_ip_addresses: Vec::new(),
        location: text("location"),
        network_type: None,
        connection_types: [None, None, None],
        data_center: None,
        device: text("device"),
        os: None,
        client: None,
        version: None,
        microphone: text("microphone"),
        speaker: None,
        camera: None,
        health: None,
        issue_list: Vec::new(),
        qualities: [None, None, None],
        site: None,
    };
    batch.participant(&MeetingUuid::new("u==").unwrap(), &participant);
    batch
}

/// Names of what holds a text.
fn holding(place: &dyn Place, mark: &str) -> Vec<String> {
    let mut found = place.everything();
    // Texts of files stand there in one piece or are found among the rows below.
    found.retain(|_, bytes| bytes.windows(mark.len()).any(|window| window == mark.as_bytes()));
    found.into_keys().collect()
}

async fn forget(store: &mut Store) -> Erased {
    store.forget(None, &["canary@example.com".to_owned()]).await.unwrap()
}

/// How many rows participants have.
async fn participants(home: &Home) -> u64 {
    let snapshot = Snapshot::open_at(home.clone()).await.unwrap();
    let (_, _, files) = snapshot.tables().find(|(table, ..)| table.name == "participants").unwrap();
    files.iter().map(|file| file.rows).sum()
}

#[tokio::test]
async fn who_is_forgotten_on_one_machine_stays_out_on_all() {
    everywhere(async |place| {
        let (home, elsewhere) = (place.home(), place.home());
        let mut one = Box::new(Store::open_at(home.clone(), clock()).await.unwrap());
        let mut other = Box::new(Store::open_at(elsewhere, clock()).await.unwrap());
        one.append([join("canary", "16778240"), batch("u==", 1, 10.0)]).await.unwrap();
        one.commit().await.unwrap();
        // Acknowledged before the erasure, and brought into the tables after it.
        other.append([join("canary", "16778240")]).await.unwrap();
        let erased = forget(&mut one).await;
        assert_eq!((erased.joins, erased.rows), (1, 2));
        other.commit().await.unwrap();
        other.append([join("canary", "16778240"), batch("u==", 2, 10.0)]).await.unwrap();
        other.commit().await.unwrap();
        assert_eq!(participants(&home).await, 0);
        assert_eq!(samples(&home).await.len(), 0);
        drop((one, other));
        assert_eq!(holding(place, "canary"), [""; 0]);
    })
    .await;
}

/// Stops a commit of the other machine when its files are there and its log is not, does something on
/// this one, and lets it go on.
async fn while_another_commits(
    machines: &Machines,
    other: &mut Store,
    table: &'static str,
    work: impl AsyncFnOnce(),
) {
    let (reached, open) = machines.objects.gate(table);
    let commit = other.commit();
    let work = async {
        reached.await.unwrap();
        work().await;
        open.send(()).unwrap();
    };
    let (committed, ()) = tokio::join!(commit, work);
    committed.unwrap();
}

#[tokio::test]
async fn who_is_forgotten_stays_out_though_a_commit_was_under_way() {
    let mut machines = Machines::new();
    let (home, elsewhere) = (machines.home(), machines.home());
    let mut one = Store::open_at(home.clone(), clock()).await.unwrap();
    let mut other = Store::open_at(elsewhere, clock()).await.unwrap();
    one.append([join("canary", "16778240")]).await.unwrap();
    one.commit().await.unwrap();
    other.append([join("canary", "16778240"), join("somebody", "16779264")]).await.unwrap();
    while_another_commits(&machines, &mut other, "participants/_delta_log", async || {
        assert_eq!(forget(&mut one).await.remains, [""; 0]);
    })
    .await;
    assert_eq!(participants(&home).await, 1);
    drop((one, other));
    assert_eq!(holding(&machines, "canary"), [""; 0]);
}

#[tokio::test]
async fn files_of_a_commit_that_is_under_way_are_not_removed_from_under_it() {
    let mut machines = Machines::new();
    let (home, elsewhere) = (machines.home(), machines.home());
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let mut one = Store::open_at(home.clone(), Arc::clone(&clock) as _).await.unwrap();
    let mut other = Store::open_at(elsewhere, Arc::clone(&clock) as _).await.unwrap();
    other.append([batch("u==", 1, 10.0)]).await.unwrap();
    while_another_commits(&machines, &mut other, "stream_samples/_delta_log", async || {
        // By then the file is old enough.
        clock.advance(Duration::from_hours(2));
        assert_eq!(one.compact().await.unwrap().removed, 1);
    })
    .await;
    assert_eq!(samples(&home).await.len(), 1);
}

#[tokio::test]
async fn who_stood_still_until_another_took_over_replaces_nothing() {
    let mut machines = Machines::new();
    let (home, elsewhere) = (machines.home(), machines.home());
    let clock = clock();
    let mut one = Store::open_at(home.clone(), Arc::clone(&clock) as _).await.unwrap();
    let mut other = Store::open_at(elsewhere, Arc::clone(&clock) as _).await.unwrap();
    for latency in [10.0, 11.0, 12.0] {
        one.append((0..10).map(|minute| batch("u==", minute, latency))).await.unwrap();
        one.commit().await.unwrap();
    }
    let (reached, open) = machines.objects.gate("-merged-");
    let compaction = one.compact();
    let takes_over = async {
        reached.await.unwrap();
        assert!(matches!(other.compact().await, Err(StoreError::Compacting)));
        clock.advance(Duration::from_mins(20));
        other.compact().await.unwrap();
        open.send(()).unwrap();
    };
    let (stood_still, ()) = tokio::join!(compaction, takes_over);
    assert!(stood_still.is_err());
    assert_eq!(samples(&home).await.len(), 10);
    // It is not locked out for ever.
    clock.advance(Duration::from_mins(20));
    one.compact().await.unwrap();
    assert_eq!(samples(&home).await.len(), 10);
}

/// Tries something again until it does not fail any more. Whoever held a lease without knowing it
/// waits until it is over.
async fn insist(
    store: &mut Store,
    clock: &ManualClock,
    at: &str,
    work: impl AsyncFn(&mut Store) -> Result<(), StoreError>,
    after_failure: impl AsyncFn(&mut Store),
) {
    for _ in 0..10 {
        let outcome = work(store).await;
        clock.advance(Duration::from_mins(20));
        match outcome {
            Ok(()) => return,
            Err(_) => after_failure(store).await,
        }
    }
    panic!("{at}: it never ends");
}

#[tokio::test]
async fn a_lost_answer_doubles_nothing_and_loses_nothing() {
    let faults = [
        (Fault::AnswerLost, 0),
        // And the log can't be read either, to see.
        (Fault::AnswerLost, 2),
        (Fault::SentAgain, 0),
        (Fault::Refused, 0),
    ];
    for (fault, deaf) in faults {
        let mut machines = Machines::new();
        let home = machines.home();
        let objects = machines.objects.clone();
        let clock = clock();
        let mut store = Store::open_at(home.clone(), Arc::clone(&clock) as _).await.unwrap();
        let append = async |store: &mut Store, meeting: &str, latency| {
            let was_deaf = objects.stay_deaf(0);
            let rows = [0, 3].map(|minute| batch(meeting, minute, latency));
            store.append(rows).await.unwrap();
            objects.stay_deaf(was_deaf);
        };
        let mut expected = 0;
        for after in 0.. {
            let at = format!("{fault:?}, put {after} of a commit, {deaf} reads");
            let meeting = |number: u32| format!("{after}-{number}==");
            append(&mut store, &meeting(0), 10.0).await;
            store.append([join("somebody", &after.to_string())]).await.unwrap();
            expected += 2;
            objects.fail(after, fault);
            objects.stay_deaf(deaf);
            let failures = Cell::new(0);
            insist(&mut store, &clock, &at, Store::commit, async |store| {
                failures.set(failures.get() + 1);
                // What comes in between is committed with what was.
                append(store, &meeting(failures.get()), 10.0).await;
            })
            .await;
            expected += 2 * failures.get() as usize;
            objects.stay_deaf(0);
            assert_eq!(samples(&home).await.len(), expected, "{at}");
            assert_eq!(participants(&home).await, after as u64 + 1, "{at}");
            if objects.forgive() {
                assert!(after > 3, "{at}");
                break;
            }
        }
        for after in 0.. {
            let at = format!("{fault:?}, put {after} of a compaction, {deaf} reads");
            append(&mut store, "0-0==", f64::from(u32::try_from(after).unwrap() + 20)).await;
            store.commit().await.unwrap();
            clock.advance(Duration::from_hours(2));
            objects.fail(after, fault);
            objects.stay_deaf(deaf);
            let compact = async |store: &mut Store| store.compact().await.map(drop);
            insist(&mut store, &clock, &at, compact, async |_| {}).await;
            objects.stay_deaf(0);
            clock.advance(Duration::from_hours(2));
            let is_over = objects.forgive();
            store.compact().await.unwrap();
            assert_eq!(samples(&home).await.len(), expected, "{at}");
            if is_over {
                assert!(after > 5, "{at}");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_store_whose_making_meets_lost_answers_is_made_once() {
    for fault in [Fault::AnswerLost, Fault::SentAgain, Fault::Refused] {
        for after in 0..12 {
            let mut machines = Machines::new();
            let home = machines.home();
            machines.objects.fail(after, fault);
            let mut store = match Store::open_at(home.clone(), clock()).await {
                Ok(store) => store,
                Err(_) => Store::open_at(home.clone(), clock()).await.unwrap(),
            };
            store.append([batch("u==", 1, 10.0)]).await.unwrap();
            if store.commit().await.is_err() {
                store.commit().await.unwrap();
            }
            assert_eq!(samples(&home).await.len(), 1, "{fault:?}, put {after}");
        }
    }
}

#[tokio::test]
async fn objects_that_ignore_conditions_are_refused() {
    let probed = async |ignored: fn(&PutMode) -> bool| {
        let objects = Unsure::default();
        objects.ignore(ignored);
        let remote = Remote::new(
            Arc::new(objects.clone()),
            Arc::new(Worker::start().unwrap()),
            std::env::temp_dir(),
        );
        let outcome = remote.probe();
        let left: Vec<_> = objects.list(None).try_collect().await.unwrap();
        assert_eq!(left.len(), 0);
        outcome
    };
    probed(|_| false).await.unwrap();
    let error = probed(|mode| *mode == PutMode::Create).await.unwrap_err();
    assert!(error.to_string().contains("`If-None-Match`"), "{error}");
    let error = probed(|mode| matches!(mode, PutMode::Update(_))).await.unwrap_err();
    assert!(error.to_string().contains("`If-Match`"), "{error}");
}

#[tokio::test]
async fn what_is_no_store_is_left_as_it_is() {
    let mut machines = Machines::new();
    let home = machines.home();
    machines.objects.put(&Path::from("holiday.jpg"), "sea".into()).await.unwrap();
    let error = Store::open_at(home, clock()).await.unwrap_err();
    assert!(error.to_string().contains("`holiday.jpg`"), "{error}");
    assert_eq!(machines.objects.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_reads_needs_no_log_and_makes_none() {
    let mut machines = Machines::new();
    let home = machines.home();
    let mut store = Store::open_at(home.clone(), clock()).await.unwrap();
    store.append([batch("u==", 1, 10.0)]).await.unwrap();
    store.commit().await.unwrap();
    store.append([batch("u==", 2, 10.0)]).await.unwrap();
    let reads = async |disk: &FaultyDisk| {
        disk.lack(Some(Lack::Writing));
        let files = Arc::clone(&home.files);
        let reader = Home::shared_for_reading(Arc::new(disk.clone()), files).unwrap();
        let snapshot = Snapshot::open_at(reader.clone()).await.unwrap();
        let tail = snapshot.tail(&STREAM_SAMPLES).iter().map(RecordBatch::num_rows).sum();
        (samples(&reader).await.len(), tail)
    };
    // What waits in its log is told on the machine alone.
    assert_eq!(reads(&machines.disks[0]).await, (1, 1_usize));
    let other = FaultyDisk::new(1);
    assert_eq!(reads(&other).await, (1, 0));
    assert_eq!(other.list("").unwrap(), []);
}

#[tokio::test]
async fn objects_have_no_checksums_in_the_logs_of_tables_and_what_is_no_json_is_told() {
    let mut machines = Machines::new();
    let home = machines.home();
    let mut store = Store::open_at(home.clone(), clock()).await.unwrap();
    store.append([batch("u==", 1, 10.0)]).await.unwrap();
    store.commit().await.unwrap();
    assert_eq!(holding(&machines, "zqosCrc32c"), [""; 0]);
    let snapshot = Snapshot::open_at(home).await.unwrap();
    let path = "tables/stream_samples/_delta_log/00000000000000000001.json";
    machines.objects.put(&Path::from(path), "{".into()).await.unwrap();
    let damage = snapshot.verify();
    assert_eq!(damage.iter().map(|damage| &*damage.path).collect::<Vec<_>>(), [path]);
}
