//! What the store knows already, for whoever decides what is to be fetched next.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{Field, Int64Type, Schema};
use arrow::error::ArrowError;
use zqos_core::table::{
    COVERAGE, DAY, DEAD_LETTERS, LISTINGS, MEETINGS, PHONE_CALLS, PUSH_ALARMS, QUOTA_LEDGER,
    REQUESTS, REVISION, Table,
};
use zqos_core::{
    CallCount, Coverage, Listing, Meeting, MeetingUuid, PushAlarm, Reservation, Timestamp,
};

use crate::batch::{data_type, day_of};
use crate::cell::{self, Texts};
use crate::home::Location;
use crate::layout;
use crate::merge::Merge;
use crate::order;
use crate::read;
use crate::snapshot::Snapshot;
use crate::store::{Store, StoreError};

/// What is known of an account in a range of days.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Meetings and webinars, by their start.
    pub meetings: Vec<Meeting>,
    /// Calls of Zoom Phone whose start is known, by it.
    pub phone_calls: Vec<KnownCall>,
    /// What came of meetings, by origin; and of calls, whose id stands in place of a UUID.
    pub coverage: HashMap<(MeetingUuid, String), Coverage>,
    /// Days that were listed.
    pub listings: Vec<Listing>,
    /// What was taken of daily quotas.
    pub reservations: Vec<Reservation>,
    /// Calls by purpose.
    pub calls: Vec<CallCount>,
}

/// A call of Zoom Phone, as far as it matters for what is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCall {
    /// The call.
    pub id: String,
    /// When it began.
    pub start: Timestamp,
    /// How long it took, in seconds; `None` when nobody said.
    pub duration_s: Option<u32>,
}

impl Known {
    /// Reads what is known of an account on the UTC days from `from` to `to`, both included. Rows that are
    /// in logs alone are there as well.
    ///
    /// **Errors**: those of [`Snapshot::open`].
    pub async fn read(
        at: impl Into<Location>,
        account: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Self, StoreError> {
        let tables = [&MEETINGS, &PHONE_CALLS, &COVERAGE, &LISTINGS, &QUOTA_LEDGER, &REQUESTS];
        let snapshot = Snapshot::open_tables(at, &tables).await?;
        // Days are written so that they compare as texts.
        let days = [from, to].map(|at| layout::day(day_of(at)));
        let mut known = Self::default();
        for table in tables {
            for rows in latest(&snapshot, table, &days[0], &days[1])? {
                let accounts = Texts::new(&rows, "account");
                for row in (0..rows.num_rows()).filter(|row| accounts.get(*row) == Some(account)) {
                    known.take(table, &Cells { rows: &rows, row });
                }
            }
        }
        known
            .meetings
            .sort_by(|one, other| (one.start, &one.uuid).cmp(&(other.start, &other.uuid)));
        // A call has a row for each side.
        known.phone_calls.sort_by(|one, other| (one.start, &one.id).cmp(&(other.start, &other.id)));
        known.phone_calls.dedup_by(|one, other| one.id == other.id);
        Ok(known)
    }

    fn take(&mut self, table: &Table, cells: &Cells<'_>) {
        if *table == MEETINGS {
            self.meetings.extend(cells.meeting());
        } else if *table == PHONE_CALLS {
            self.phone_calls.extend(cells.phone_call());
        } else if *table == COVERAGE {
            let key = cells.uuid().zip(cells.text("origin"));
            self.coverage.extend(key.zip(cells.coverage()));
        } else if *table == LISTINGS {
            self.listings.extend(cells.listing());
        } else if *table == QUOTA_LEDGER {
            self.reservations.extend(cells.reservation());
        } else if *table == REQUESTS {
            self.calls.extend(cells.calls());
        }
    }
}

/// Reads what was wrong with what is pushed to an account, of what began on the UTC days from `from` to `to`, both
/// included; by its start.
///
/// **Errors**: those of [`Snapshot::open`].
pub async fn push_alarms(
    at: impl Into<Location>,
    account: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<PushAlarm>, StoreError> {
    let snapshot = Snapshot::open_tables(at, &[&PUSH_ALARMS]).await?;
    let days = [from, to].map(|at| layout::day(day_of(at)));
    let mut alarms = Vec::new();
    for rows in latest(&snapshot, &PUSH_ALARMS, &days[0], &days[1])? {
        let all = (0..rows.num_rows()).map(|row| Cells { rows: &rows, row });
        let its = all.filter(|cells| cells.text("account").as_deref() == Some(account));
        alarms.extend(its.filter_map(|cells| cells.push_alarm()));
    }
    alarms.sort_by(|one, other| (one.start, &one.kind).cmp(&(other.start, &other.kind)));
    Ok(alarms)
}

impl Store {
    /// What is wrong with what is pushed, and whose it is, of all that has no end yet.
    ///
    /// **Errors**: those of [`Snapshot::open`].
    pub async fn open_push_alarms(&self) -> Result<Vec<(String, PushAlarm)>, StoreError> {
        let snapshot = Snapshot::open_some(self.home.clone(), &[&PUSH_ALARMS]).await?;
        let mut open = Vec::new();
        for rows in latest(&snapshot, &PUSH_ALARMS, FIRST_DAY, LAST_DAY)? {
            let all = (0..rows.num_rows()).map(|row| Cells { rows: &rows, row });
            let alarms = all.filter_map(|cells| cells.text("account").zip(cells.push_alarm()));
            open.extend(alarms.filter(|(_, alarm)| alarm.end.is_none()));
        }
        Ok(open)
    }
}

/// A row, or an event, that can't be kept where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The account.
    pub account: String,
    /// The meeting, or the call; `None` when nobody knows.
    pub meeting: Option<String>,
    /// The join; `None` when nobody knows.
    pub participant: Option<String>,
    /// The table that it is for: `zoom_raw` for an event.
    pub table: String,
    /// The key that tells it from others, as JSON.
    pub key: String,
    /// Why it can't be kept there.
    pub reason: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// The row as JSON; of an event its name and text.
    pub row: String,
    /// When rows were made of it after all; `None` while it waits.
    pub replayed_at: Option<Timestamp>,
}

/// Reads the dead letters of a store, each once. Memory holds all of them.
///
/// **Errors**: those of [`Snapshot::open`].
pub async fn dead_letters(at: impl Into<Location>) -> Result<Vec<DeadLetter>, StoreError> {
    let snapshot = Snapshot::open_tables(at, &[&DEAD_LETTERS]).await?;
    let mut letters = Vec::new();
    for rows in latest(&snapshot, &DEAD_LETTERS, FIRST_DAY, LAST_DAY)? {
        letters.extend((0..rows.num_rows()).filter_map(|row| Cells { rows: &rows, row }.letter()));
    }
    Ok(letters)
}

/// Days, as they are written, before and after all others.
const FIRST_DAY: &str = "";
const LAST_DAY: &str = "~";

/// The rows of a table on some days, each key once.
fn latest(
    snapshot: &Snapshot,
    table: &'static Table,
    first_day: &str,
    last_day: &str,
) -> Result<Vec<RecordBatch>, StoreError> {
    type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

    let (_, _, files) = snapshot.tables().find(|(of, ..)| *of == table).expect("it was opened");
    let mut sources: Vec<Batches> = Vec::new();
    for file in files {
        if (first_day..=last_day).contains(&&*file.day) {
            let path = format!("tables/{}/{}", table.name, file.path);
            let rows = read::rows(&snapshot.home, &path).map_err(StoreError::Parquet)?;
            // At once: of hundreds of files each that is open takes far more memory than its few rows.
            let rows = rows.collect::<Result<Vec<_>, _>>().map_err(StoreError::Rows)?;
            sources.push(Box::new(rows.into_iter().map(Ok)));
        }
    }
    for rows in snapshot.tail(table) {
        let rows = in_key_order(table, rows).map_err(StoreError::Rows)?;
        sources.push(Box::new(std::iter::once(Ok(rows))));
    }
    let mut merge = Merge::new(table, sources).map_err(StoreError::Rows)?;
    let mut all = Vec::new();
    while let Some(rows) = merge.next_batch().map_err(StoreError::Rows)? {
        merge.take_losers();
        all.push(rows);
    }
    Ok(all)
}

/// Rows of a log, as a file would have them: in the order of their key, and without repeated texts as
/// dictionaries.
fn in_key_order(table: &Table, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let day = rows.schema().index_of(DAY.name)?;
    let places: Vec<usize> = (0..rows.num_columns()).filter(|&place| place != day).collect();
    let rows = order::sorted(table, &rows.project(&places)?)?;
    let columns = table.columns.iter().chain([&REVISION]);
    let cells = columns
        .clone()
        .zip(rows.columns())
        .map(|(column, cells)| cast(cells, &data_type(column.kind)));
    let cells = cells.collect::<Result<Vec<_>, _>>()?;
    let fields =
        columns.map(|column| Field::new(column.name, data_type(column.kind), !column.is_required));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), cells)
}

/// The cells of a row.
struct Cells<'a> {
    rows: &'a RecordBatch,
    row: usize,
}

impl Cells<'_> {
    fn text(&self, column: &str) -> Option<String> {
        Texts::new(self.rows, column).get(self.row).map(str::to_owned)
    }

    fn integer(&self, column: &str) -> Option<i64> {
        let cells = self.rows.column_by_name(column)?.as_primitive_opt::<Int64Type>()?;
        cells.is_valid(self.row).then(|| cells.value(self.row))
    }

    fn count(&self, column: &str) -> Option<u32> {
        self.integer(column)?.try_into().ok()
    }

    fn instant(&self, column: &str) -> Option<Timestamp> {
        let micros = cell::instant(self.rows, column, self.row)?;
        Timestamp::from_unix_millis(micros / 1_000).ok()
    }

    fn uuid(&self) -> Option<MeetingUuid> {
        MeetingUuid::new(&self.text("meeting_uuid")?)
    }

    fn meeting(&self) -> Option<Meeting> {
        Some(Meeting {
            uuid: self.uuid()?,
            number: self.integer("meeting_id").and_then(|number| number.try_into().ok()),
            is_webinar: self.text("kind").map(|kind| kind == "webinar"),
            topic: self.text("topic"),
            host: self.text("host"),
            host_email: self.text("host_email"),
            dept: self.text("dept"),
            start: self.instant("start_time"),
            end: self.instant("end_time"),
            participant_count: self.count("participant_count"),
            qualities: ["audio_quality", "video_quality", "share_quality"]
                .map(|name| self.text(name)),
        })
    }

    fn phone_call(&self) -> Option<KnownCall> {
        Some(KnownCall {
            id: self.text("call_id")?,
            start: self.instant("start_time")?,
            duration_s: self.count("duration_s"),
        })
    }

    fn coverage(&self) -> Option<Coverage> {
        Some(Coverage {
            expected: self.count("expected"),
            got: self.count("got")?,
            missing: self.count("missing"),
            why: self.text("why"),
            until: self.instant("until"),
            counted_at: self.instant("counted_at")?,
            expected_minutes: self.count("expected_minutes"),
            got_minutes: self.count("got_minutes"),
            invalid: self.count("invalid"),
        })
    }

    fn listing(&self) -> Option<Listing> {
        Some(Listing {
            day: self.instant("start_time")?,
            kind: self.text("kind")?,
            total: self.count("total")?,
            listed_at: self.instant("listed_at")?,
        })
    }

    fn reservation(&self) -> Option<Reservation> {
        Some(Reservation {
            day: self.instant("start_time")?,
            pool: self.text("pool")?,
            run: self.text("run")?,
            reserved: self.count("reserved")?,
            spent: self.count("spent"),
        })
    }

    fn push_alarm(&self) -> Option<PushAlarm> {
        Some(PushAlarm {
            kind: self.text("kind")?,
            start: self.instant("start_time")?,
            end: self.instant("end_time"),
            count: self.count("count")?,
        })
    }

    fn letter(&self) -> Option<DeadLetter> {
        Some(DeadLetter {
            account: self.text("account")?,
            meeting: self.text("meeting_uuid"),
            participant: self.text("user_id"),
            table: self.text("table_name")?,
            key: self.text("row_key")?,
            reason: self.text("reason")?,
            received_at: self.instant("received_at")?,
            row: self.text("row")?,
            replayed_at: self.instant("replayed_at"),
        })
    }

    fn calls(&self) -> Option<CallCount> {
        Some(CallCount {
            day: self.instant("start_time")?,
            run: self.text("run")?,
            purpose: self.text("purpose")?,
            calls: self.count("calls")?,
            failed: self.count("failed")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use zqos_core::{ManualClock, Origin};

    use super::*;
    use crate::batch::Batch;

    const ACCOUNT: &str = "default";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn meeting(uuid: &str, start: &str, topic: Option<&str>) -> Meeting {
        Meeting {
            number: Some(93_201_235_621),
            is_webinar: Some(true),
            topic: topic.map(str::to_owned),
            start: Some(at(start)),
            participant_count: Some(3),
            qualities: [Some("good".to_owned()), None, None],
            ..Meeting::new(MeetingUuid::new(uuid).unwrap())
        }
    }

    fn coverage(got: u32, why: Option<&str>) -> Coverage {
        Coverage {
            expected: Some(3),
            got,
            missing: Some(3 - got),
            why: why.map(str::to_owned),
            until: why.map(|_| at("2026-11-21T10:00:00Z")),
            counted_at: at("2026-11-20T12:00:00Z"),
            expected_minutes: Some(90),
            got_minutes: None,
            invalid: Some(0),
        }
    }

    fn batch(account: &str) -> Batch {
        Batch::new(account, at("2026-11-20T12:00:00Z"))
    }

    #[tokio::test]
    async fn of_each_key_the_last_row_is_known_from_files_and_from_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(at("2026-11-20T12:00:00Z")));
        let mut store = Store::open(dir.path(), clock).await.unwrap();
        let (day, uuid) = (at("2026-11-20T00:00:00Z"), MeetingUuid::new("a").unwrap());
        let start = "2026-11-20T10:00:00Z";
        let listing = Listing { day, kind: "meeting".to_owned(), total: 2, listed_at: at(start) };
        let block = Reservation {
            day,
            pool: "dashboard".to_owned(),
            run: "1".to_owned(),
            reserved: 200,
            spent: None,
        };
        let calls = CallCount {
            day,
            run: "1".to_owned(),
            purpose: "lists".to_owned(),
            calls: 2,
            failed: 1,
        };
        let mut first = batch(ACCOUNT);
        first.meeting(&meeting("a", start, Some("Board")));
        first.meeting(&meeting("b", "2026-11-18T10:00:00Z", None));
        first.coverage(&uuid, Origin::RestPast, at(start), &coverage(1, Some("incomplete")));
        first.listing(&listing);
        first.reservation(&block);
        first.calls(&calls);
        let mut others = batch("another");
        others.meeting(&meeting("c", start, None));
        store.append([first, others]).await.unwrap();
        store.commit().await.unwrap();

        let mut second = batch(ACCOUNT);
        // What is not told once more stays.
        let ended = at("2026-11-20T11:00:00Z");
        second.meeting(&Meeting { end: Some(ended), ..meeting("a", start, None) });
        second.coverage(&uuid, Origin::RestPast, at(start), &coverage(3, None));
        second.coverage(&uuid, Origin::Qss, at(start), &coverage(2, None));
        second.reservation(&Reservation { spent: Some(7), ..block.clone() });
        second.calls(&CallCount { calls: 7, ..calls.clone() });
        store.append([second]).await.unwrap();

        let known = Known::read(dir.path(), ACCOUNT, day, day).await.unwrap();
        let expected = Meeting { end: Some(ended), ..meeting("a", start, Some("Board")) };
        assert_eq!(known.meetings, [expected]);
        assert_eq!(
            known.coverage,
            HashMap::from([
                ((uuid.clone(), "rest_past".to_owned()), coverage(3, None)),
                ((uuid, "qss".to_owned()), coverage(2, None)),
            ])
        );
        assert_eq!(known.listings, [listing]);
        assert_eq!(known.reservations, [Reservation { spent: Some(7), ..block }]);
        assert_eq!(known.calls, [CallCount { calls: 7, ..calls }]);
        let before =
            Known::read(dir.path(), ACCOUNT, at("2026-11-18T23:00:00Z"), day).await.unwrap();
        assert_eq!(before.meetings.len(), 2, "days are UTC days");
    }

    #[tokio::test]
    async fn alarms_and_dead_letters_are_known_as_they_were_told_last() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(at("2026-11-20T12:00:00Z")));
        let mut store = Store::open(dir.path(), clock).await.unwrap();
        let silence = PushAlarm {
            kind: "silence".to_owned(),
            start: at("2026-11-20T10:00:00Z"),
            end: None,
            count: 3,
        };
        let mut first = batch(ACCOUNT);
        first.push_alarm(&silence);
        for body in ["one", "two"] {
            first.letter(&crate::Letter {
                meeting: Some("m=="),
                participant: None,
                kind: "meeting.sparkled",
                reason: "an event that no rows are made of",
                body,
            });
        }
        store.append([first]).await.unwrap();
        store.commit().await.unwrap();
        let letters = dead_letters(dir.path()).await.unwrap();
        assert_eq!(letters.len(), 2);
        let open = store.open_push_alarms().await.unwrap();
        assert_eq!(open, [(ACCOUNT.to_owned(), silence.clone())]);

        let mut second = Batch::new(ACCOUNT, at("2026-11-21T12:00:00Z"));
        let ended = PushAlarm { end: Some(at("2026-11-20T10:20:00Z")), count: 4, ..silence };
        second.push_alarm(&ended);
        second.replayed(&letters[0]);
        store.append([second]).await.unwrap();
        assert_eq!(store.open_push_alarms().await.unwrap(), []);
        let day = ended.start;
        assert_eq!(push_alarms(dir.path(), ACCOUNT, day, day).await.unwrap(), [ended]);
        assert_eq!(push_alarms(dir.path(), "another", day, day).await.unwrap(), []);
        let replayed_at = Some(at("2026-11-21T12:00:00Z"));
        let replayed = DeadLetter { replayed_at, ..letters[0].clone() };
        assert_eq!(dead_letters(dir.path()).await.unwrap(), [replayed, letters[1].clone()]);
    }
}
