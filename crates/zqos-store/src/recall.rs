//! What the store knows already, for whoever decides what is to be fetched next.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{Field, Int64Type, Schema};
use arrow::error::ArrowError;
use zqos_core::table::{
    COVERAGE, DAY, LISTINGS, MEETINGS, QUOTA_LEDGER, REQUESTS, REVISION, Table,
};
use zqos_core::{CallCount, Coverage, Listing, Meeting, MeetingUuid, Reservation, Timestamp};

use crate::batch::{data_type, day_of};
use crate::cell::{self, Texts};
use crate::home::Location;
use crate::layout;
use crate::merge::Merge;
use crate::order;
use crate::read;
use crate::snapshot::Snapshot;
use crate::store::StoreError;

/// What is known of an account in a range of days.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Meetings and webinars, by their start.
    pub meetings: Vec<Meeting>,
    /// What came of meetings, by origin.
    pub coverage: HashMap<(MeetingUuid, String), Coverage>,
    /// Days that were listed.
    pub listings: Vec<Listing>,
    /// What was taken of daily quotas.
    pub reservations: Vec<Reservation>,
    /// Calls by purpose.
    pub calls: Vec<CallCount>,
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
        let tables = [&MEETINGS, &COVERAGE, &LISTINGS, &QUOTA_LEDGER, &REQUESTS];
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
        Ok(known)
    }

    fn take(&mut self, table: &Table, cells: &Cells<'_>) {
        if *table == MEETINGS {
            self.meetings.extend(cells.meeting());
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
            sources.push(Box::new(rows));
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
