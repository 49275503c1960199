use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::column::page::PageReader;
use parquet::file::reader::{FileReader as _, RowGroupReader, SerializedFileReader};
use zqos_core::table::{CONFLICTS, DEAD_LETTERS, HOST, MEETINGS, STREAM_SAMPLES, TABLES};
use zqos_core::{
    DeviceSample, Figures, ManualClock, Meeting, MeetingUuid, Millis, Origin, Participant,
    ParticipantId, Stream, StreamSample, TextKind,
};

use super::*;
use crate::disk::faulty::FaultyDisk;
use crate::store::place;
use crate::{Batch, Raw};

const NOW: &str = "2026-11-20T12:00:00Z";
const MEETING: &str = "u==";

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(NOW.parse().unwrap()))
}

fn participant(id: &str, mark: &str, email: Option<&str>) -> Participant {
    let text = |name: &str| Some(format!("{mark}-{name}"));
    Participant {
        id: ParticipantId::new(id).unwrap(),
        uuid: text("uuid"),
        join: "2026-11-16T10:00:00Z".parse().ok(),
        leave: "2026-11-16T11:00:00Z".parse().ok(),
        leave_reason: text("leave"),
        person_id: email.and(text("person")),
        user_name: text("name"),
        email: email.map(str::to_owned),
        ip_address: text("ip"),
        internal_ip_addresses: vec![format!("{mark}-internal")],
        location: text("location"),
        network_type: text("network"),
        connection_types: ["a", "v", "s"].map(text),
        data_center: text("dc"),
        device: text("device"),
        os: text("os"),
        client: text("client"),
        version: text("version"),
        microphone: text("mic"),
        speaker: text("speaker"),
        camera: text("camera"),
        health: text("health"),
        issue_list: vec![format!("{mark}-issue")],
        qualities: ["x", "y", "z"].map(text),
        site: text("site"),
    }
}

/// A meeting that the person hosted.
fn meeting(mark: &str, email: &str) -> Meeting {
    let text = |name: &str| Some(format!("{mark}-{name}"));
    Meeting {
        uuid: MeetingUuid::new(MEETING).unwrap(),
        number: Some(1),
        is_webinar: Some(false),
        topic: text("topic"),
        host: text("host"),
        host_email: Some(email.to_owned()),
        dept: Some("Sales".to_owned()),
        start: "2026-11-16T10:00:00Z".parse().ok(),
        end: "2026-11-16T11:00:00Z".parse().ok(),
        participant_count: Some(2),
        qualities: [None, None, None],
    }
}

/// What a list tells of the meeting: its row, and the text of that, which does not say who hosts it by anything
/// but a name.
fn listed(mark: &str, email: &str) -> Batch {
    let mut batch = Batch::new("default", NOW.parse().unwrap());
    let meeting = meeting(mark, email);
    batch.meeting(&meeting);
    batch.raw(
        Origin::Import,
        &Raw {
            meeting: MEETING,
            participant: HOST,
            kind: TextKind::Meeting.as_str(),
            part: "",
            ts: meeting.start,
            at: "2026-11-16T10:00:00Z".parse().unwrap(),
            body: &format!(r#"{{"uuid":"{MEETING}","host":"{mark}-host"}}"#),
        },
    );
    batch
}

/// All that is known of one join: its report's rows, some of them twice and one dated far off.
fn report(id: &str, mark: &str, email: Option<&str>, latency: f64) -> Batch {
    let mut batch = Batch::new("default", NOW.parse().unwrap());
    let (meeting, join) = (MeetingUuid::new(MEETING).unwrap(), ParticipantId::new(id).unwrap());
    let mut participant = participant(id, mark, email);
    participant.leave_reason = Some(format!("{mark}-leave-{latency}"));
    batch.participant(&meeting, &participant);
    for ts in ["2026-11-16T10:01:00Z", "2020-01-01T00:00:00Z"] {
        let ts = ts.parse().unwrap();
        let sample = StreamSample {
            ts,
            stream: Stream::from_name("audio_input").unwrap().into(),
            figures: Figures { latency: Millis::try_new(latency).ok(), ..Figures::default() },
        };
        batch.stream_sample(&meeting, &join, Origin::Import, &sample);
        batch.device_sample(&meeting, &join, Origin::Import, &DeviceSample::empty(ts));
    }
    let at = "2026-11-16T10:00:00Z".parse().unwrap();
    let body = format!(r#"{{"user_id":"{id}","mac":"{mark}-mac","latency":{latency}}}"#);
    batch.raw(
        Origin::Import,
        &Raw {
            meeting: meeting.as_str(),
            participant: join.as_str(),
            kind: "report",
            part: "",
            ts: None,
            at,
            body: &body,
        },
    );
    batch
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn contains(bytes: &[u8], mark: &str) -> bool {
    bytes.windows(mark.len()).any(|window| window.eq_ignore_ascii_case(mark.as_bytes()))
}

/// Files below a folder that hold a text anywhere: in their bytes, or in a page of theirs, unpacked.
fn holding(folder: &Path, mark: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    files(folder, &mut all);
    all.retain(|path| {
        let bytes = std::fs::read(path).unwrap();
        if contains(&bytes, mark) || path.to_string_lossy().contains(mark) {
            return true;
        }
        if path.extension().is_none_or(|extension| extension != "parquet") {
            return false;
        }
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        (0..reader.num_row_groups()).any(|group| {
            let group = reader.get_row_group(group).unwrap();
            (0..group.num_columns()).any(|column| page_holds(&*group, column, mark))
        })
    });
    all
}

fn page_holds(group: &dyn RowGroupReader, column: usize, mark: &str) -> bool {
    let mut pages: Box<dyn PageReader> = group.get_column_page_reader(column).unwrap();
    while let Some(page) = pages.get_next_page().unwrap() {
        if contains(page.buffer(), mark) {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn a_person_who_is_erased_is_nowhere_and_stays_away() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path(), clock());
    let mut store = open().await.unwrap();
    store.append([listed("canary", "Canary-Mail@example.com")]).await.unwrap();
    for latency in [10.0, 20.0] {
        let theirs = report("2", "other", Some("other@example.com"), latency);
        let mail = Some("canary-mail@example.com");
        store.append([report("1", "canary", mail, latency), theirs]).await.unwrap();
        store.commit().await.unwrap();
    }
    // A rejoin that says less of who it is.
    let mut rejoin = participant("3", "canary", None);
    rejoin.person_id = Some("canary-person".to_owned());
    let mut batch = Batch::new("default", NOW.parse().unwrap());
    batch.participant(&MeetingUuid::new(MEETING).unwrap(), &rejoin);
    store.append([batch]).await.unwrap();
    store.compact().await.unwrap();
    assert!(!table_is_empty(&store, &CONFLICTS) && !table_is_empty(&store, &DEAD_LETTERS));
    // What is in the log alone.
    store.append([report("1", "canary", Some("canary-mail@example.com"), 30.0)]).await.unwrap();
    for table in ["participants", "meetings", "zoom_raw", "conflicts"] {
        assert!(!holding(&dir.path().join("tables").join(table), "canary").is_empty(), "{table}");
    }
    assert!(!holding(&dir.path().join("wal"), "canary").is_empty());

    let erased = store.forget(None, &["canary-MAIL@example.com".to_owned()]).await.unwrap();
    assert_eq!(erased.joins, 2);
    assert_eq!(erased.remains, Vec::<String>::new());
    assert_eq!(holding(dir.path(), "canary"), Vec::<PathBuf>::new());
    // The join itself, by the number that nobody else has.
    let others = joins(&store);
    assert_eq!(others, ["2"]);
    assert!(!holding(dir.path(), "other-mac").is_empty());
    let kept: Vec<_> = store.tables[place(&MEETINGS)].files().unwrap();
    assert_eq!(kept.iter().map(|file| file.rows).sum::<u64>(), 1);
    assert!(bloom_denies(dir.path(), "canary-person"));

    // The same again, in another program, also where a row does not say whose it is.
    drop(store);
    let mut store = open().await.unwrap();
    store.append([report("1", "canary", Some("canary-mail@example.com"), 40.0)]).await.unwrap();
    store.append([report("1", "canary", None, 41.0)]).await.unwrap();
    store.append([report("9", "canary", Some("CANARY-mail@example.com "), 42.0)]).await.unwrap();
    store.append([report("9", "canary", None, 43.0)]).await.unwrap();
    store.append([listed("canary", "canary-mail@example.com")]).await.unwrap();
    assert_eq!(holding(dir.path(), "canary"), Vec::<PathBuf>::new());
    store.commit().await.unwrap();
    assert_eq!(holding(dir.path(), "canary"), Vec::<PathBuf>::new());
    assert_eq!(joins(&store), ["2"]);
    assert!(store.turned_away().forgotten > 0);
    // Whoever asks again ends what was begun.
    let again =
        store.forget(Some("default"), &["canary-mail@example.com".to_owned()]).await.unwrap();
    assert_eq!((again.rows, again.remains), (0, Vec::new()));
}

/// Erases somebody, loses power, and says whether he is gone, also for whoever reads files that no table
/// names, and stays away.
pub(crate) async fn is_gone_after_a_loss_of_power(disk: &FaultyDisk) -> bool {
    let open = || Store::open_on(Arc::new(disk.clone()), clock());
    let mail = Some("canary-mail@example.com");
    let mut store = open().await.unwrap();
    store.append([report("1", "canary", mail, 10.0)]).await.unwrap();
    store.append([report("2", "other", Some("other@example.com"), 10.0)]).await.unwrap();
    store.forget(None, &["canary-mail@example.com".to_owned()]).await.unwrap();
    disk.crash();
    drop(store);
    let mut store = open().await.unwrap();
    let is_gone = TABLES.into_iter().all(|table| {
        let folder = format!("tables/{}", table.name);
        let files = store.home.files.of_table(&folder).unwrap();
        files.into_iter().filter(|(path, _)| path.ends_with("parquet")).all(|(path, _)| {
            let rows = read::columns(&store.home, &format!("{folder}/{path}"), &["user_id"]);
            rows.unwrap().all(|rows| {
                let rows = rows.unwrap();
                let ids = Texts::new(&rows, "user_id");
                (0..rows.num_rows()).all(|row| ids.get(row) != Some("1"))
            })
        })
    });
    store.append([report("1", "canary", mail, 11.0)]).await.unwrap();
    store.commit().await.unwrap();
    is_gone && joins(&store) == ["2"]
}

#[tokio::test]
async fn who_was_erased_does_not_come_back_with_a_loss_of_power() {
    for seed in 0..20 {
        assert!(is_gone_after_a_loss_of_power(&FaultyDisk::new(seed)).await, "seed {seed}");
    }
}

#[tokio::test]
async fn rows_that_wait_elsewhere_are_told_and_left_out_when_they_come() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    let mut other = Store::open(dir.path(), clock()).await.unwrap();
    let mail = Some("canary-mail@example.com");
    store.append([report("1", "canary", mail, 10.0)]).await.unwrap();
    other.append([report("1", "canary", mail, 11.0)]).await.unwrap();
    let erased = store.forget(None, &["canary-mail@example.com".to_owned()]).await.unwrap();
    assert_eq!(erased.remains, ["wal/001"]);
    other.commit().await.unwrap();
    assert_eq!(holding(dir.path(), "canary"), Vec::<PathBuf>::new());
    let erased = store.forget(None, &["canary-mail@example.com".to_owned()]).await.unwrap();
    assert_eq!(erased.remains, Vec::<String>::new());
}

#[tokio::test]
async fn joins_that_a_log_alone_shows_to_be_of_the_person_stay_out_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    let mut other = Store::open(dir.path(), clock()).await.unwrap();
    let mail = Some("canary-mail@example.com");
    store.append([report("1", "canary", mail, 10.0)]).await.unwrap();
    store.append([report("2", "other", Some("other@example.com"), 10.0)]).await.unwrap();
    other.append([report("8", "canary", mail, 11.0)]).await.unwrap();
    store.forget(None, &["canary-mail@example.com".to_owned()]).await.unwrap();
    other.commit().await.unwrap();
    drop(other);
    drop(store);
    let store = Store::open(dir.path(), clock()).await.unwrap();
    assert_eq!(joins(&store), ["2"]);
    assert_eq!(holding(dir.path(), "canary"), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn what_came_before_it_was_told_whose_it_is_goes_with_the_next_compaction() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    store.append([report("1", "canary", Some("canary-mail@example.com"), 10.0)]).await.unwrap();
    store.append([report("2", "other", Some("other@example.com"), 10.0)]).await.unwrap();
    store.forget(None, &["canary-mail@example.com".to_owned()]).await.unwrap();
    store.append([report("7", "canary", None, 10.0)]).await.unwrap();
    store.compact().await.unwrap();
    assert_eq!(joins(&store), ["2", "7"]);
    store.append([report("7", "canary", Some("canary-mail@example.com"), 10.0)]).await.unwrap();
    store.compact().await.unwrap();
    assert_eq!(joins(&store), ["2"]);
    assert_eq!(holding(dir.path(), "canary"), Vec::<PathBuf>::new());
    assert!(store.tombstones.pending().is_empty());
}

#[tokio::test]
async fn a_name_that_several_people_have_erases_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), clock()).await.unwrap();
    for (id, email) in [("1", "one@example.com"), ("2", "two@example.com")] {
        store.append([report(id, "raj", Some(email), 10.0)]).await.unwrap();
    }
    let ambiguous = store.forget(None, &["raj-name".to_owned()]).await;
    assert!(matches!(ambiguous, Err(StoreError::Ambiguous(2))), "{ambiguous:?}");
    let nobody = store.forget(None, &["nobody".to_owned()]).await;
    assert!(matches!(nobody, Err(StoreError::Nobody)), "{nobody:?}");
    assert_eq!(joins(&store), ["1", "2"]);
}

fn table_is_empty(store: &Store, table: &'static Table) -> bool {
    store.tables[place(table)].files().unwrap().is_empty()
}

/// The joins that any table has rows of.
fn joins(store: &Store) -> Vec<String> {
    let mut joins = BTreeSet::new();
    for (place, table) in TABLES.into_iter().enumerate() {
        for file in store.tables[place].files().unwrap() {
            store
                .each(table, &file, &["user_id"], |rows| {
                    let ids = Texts::new(rows, "user_id");
                    joins.extend(
                        (0..rows.num_rows()).filter_map(|row| ids.get(row)).map(str::to_owned),
                    );
                    Ok(())
                })
                .unwrap();
        }
    }
    assert!(!store.tables[place(&STREAM_SAMPLES)].files().unwrap().is_empty());
    joins.into_iter().collect()
}

/// True when the filters of all files of participants say that a value is not there.
fn bloom_denies(folder: &Path, person_id: &str) -> bool {
    let mut all = Vec::new();
    files(&folder.join("tables/participants"), &mut all);
    all.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    let filters = all.iter().filter(|path| !path.to_string_lossy().contains("_delta_log"));
    let mut count = 0;
    for path in filters {
        let bytes = bytes::Bytes::from(std::fs::read(path).unwrap());
        let reader = SerializedFileReader::new_with_options(
            bytes,
            parquet::file::serialized_reader::ReadOptionsBuilder::new()
                .with_reader_properties(
                    parquet::file::properties::ReaderProperties::builder()
                        .set_read_bloom_filter(true)
                        .build(),
                )
                .build(),
        )
        .unwrap();
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let column = (0..schema.num_columns())
            .find(|&column| schema.column(column).name() == "person_id")
            .unwrap();
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).unwrap();
            let filter = group.get_column_bloom_filter(column).unwrap();
            if filter.check(&person_id) {
                return false;
            }
            count += 1;
        }
    }
    count > 0
}
