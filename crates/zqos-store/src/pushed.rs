//! What was pushed: of which minutes of which joins the store has something.

use std::collections::{BTreeMap, HashMap};

use arrow::array::RecordBatch;
use zqos_core::table::{DEVICE_SAMPLES, PARTICIPANTS, STREAM_SAMPLES, Table};
use zqos_core::{MeetingUuid, Origin, Stream, Timestamp};

use crate::batch::day_of;
use crate::cell::{self, Joins, Texts};
use crate::home::Location;
use crate::layout;
use crate::read;
use crate::snapshot::Snapshot;
use crate::store::StoreError;

/// The columns that tell a minute.
const COLUMNS: [&str; 6] = ["account", "meeting_uuid", "user_id", "stream", "ts", "origin"];
/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

/// What came of a minute of a join: a bit for each stream, one for all streams that nobody knows, and one for the
/// device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sorts(u32);

impl Sorts {
    /// That of the device alone.
    pub const OF_DEVICE: Self = Self(1 << (Stream::COUNT + 1));

    /// That of a stream alone.
    pub fn of_stream(name: &str) -> Self {
        Self(1 << Stream::from_name(name).map_or(Stream::COUNT, Stream::index))
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is in one or the other.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The minutes of joins, by meeting and `user_id`: UTC minutes since 1970, with what came of each.
pub type Minutes = HashMap<MeetingUuid, HashMap<String, BTreeMap<i64, Sorts>>>;

/// A join as tables know it, when it is known when it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JoinTimes {
    /// When it began.
    pub join: Option<Timestamp>,
    /// When it ended.
    pub leave: Option<Timestamp>,
}

/// One version of a store, as far as it tells what was pushed.
#[derive(Debug)]
pub struct Pushed(Snapshot);

impl Pushed {
    /// Opens the store at a place. Rows that are in logs alone are there as well.
    ///
    /// **Errors**: those of [`Snapshot::open`].
    pub async fn open(at: impl Into<Location>) -> Result<Self, StoreError> {
        let tables = [&STREAM_SAMPLES, &DEVICE_SAMPLES, &PARTICIPANTS];
        Ok(Self(Snapshot::open_tables(at, &tables).await?))
    }

    /// The minutes of a UTC day that were pushed to an account, of meetings that are wanted. Reads files: it
    /// blocks.
    ///
    /// **Errors**: [`StoreError::Parquet`] and [`StoreError::Rows`].
    pub fn minutes(
        &self,
        account: &str,
        day: Timestamp,
        is_wanted: impl Fn(&MeetingUuid) -> bool,
    ) -> Result<Minutes, StoreError> {
        let mut minutes = Minutes::new();
        let day = day_of(day);
        for table in [&STREAM_SAMPLES, &DEVICE_SAMPLES] {
            self.each(
                table,
                &COLUMNS,
                |of_day| of_day == layout::day(day),
                |rows| {
                    add_minutes(&mut minutes, rows, account, day, &is_wanted);
                },
            )?;
        }
        // Joins of which other origins alone tell.
        for joins in minutes.values_mut() {
            joins.retain(|_, minutes| !minutes.is_empty());
        }
        minutes.retain(|_, joins| !joins.is_empty());
        Ok(minutes)
    }

    /// When joins of an account were that began on a UTC day, of meetings that are wanted, whoever told it. Reads
    /// files: it blocks.
    ///
    /// **Errors**: [`StoreError::Parquet`] and [`StoreError::Rows`].
    pub fn joins(
        &self,
        account: &str,
        day: Timestamp,
        is_wanted: impl Fn(&MeetingUuid) -> bool,
    ) -> Result<HashMap<MeetingUuid, HashMap<String, JoinTimes>>, StoreError> {
        const COLUMNS: [&str; 5] =
            ["account", "meeting_uuid", "user_id", "join_time", "leave_time"];
        let mut joins = HashMap::<MeetingUuid, HashMap<String, JoinTimes>>::new();
        let day = layout::day(day_of(day));
        self.each(
            &PARTICIPANTS,
            &COLUMNS,
            |of_day| of_day == day,
            |rows| {
                for_joins(rows, account, &is_wanted, &mut joins, |times: &mut JoinTimes, row| {
                    let instant = |column| {
                        let micros = cell::instant(rows, column, row)?;
                        Timestamp::from_unix_millis(micros / 1_000).ok()
                    };
                    times.join = instant("join_time").or(times.join);
                    times.leave = instant("leave_time").or(times.leave);
                });
            },
        )?;
        Ok(joins)
    }

    /// Gives some columns of the rows of a table on some days, and all that is in logs alone.
    fn each(
        &self,
        table: &'static Table,
        columns: &[&str],
        is_of_day: impl Fn(&str) -> bool,
        mut take: impl FnMut(&RecordBatch),
    ) -> Result<(), StoreError> {
        for (_, _, files) in self.0.tables().filter(|(of, ..)| *of == table) {
            for file in files.iter().filter(|file| is_of_day(&file.day)) {
                let path = format!("tables/{}/{}", table.name, file.path);
                let rows =
                    read::columns(&self.0.home, &path, columns).map_err(StoreError::Parquet)?;
                for rows in rows {
                    take(&rows.map_err(StoreError::Rows)?);
                }
            }
        }
        self.0.tail(table).iter().for_each(take);
        Ok(())
    }
}

/// Calls for each row of an account and of a meeting that is wanted: with what is kept of its join, and its place.
fn for_joins<T: Default>(
    rows: &RecordBatch,
    account: &str,
    is_wanted: impl Fn(&MeetingUuid) -> bool,
    joins: &mut HashMap<MeetingUuid, HashMap<String, T>>,
    mut take: impl FnMut(&mut T, usize),
) {
    let all = Joins::new(rows);
    // Rows of one join follow each other as a rule.
    let mut last = None;
    let mut of_join: Option<&mut T> = None;
    for row in 0..rows.num_rows() {
        let join = all.get(row);
        if join != last {
            last = join;
            of_join = join.filter(|(of, ..)| *of == account).and_then(|(_, meeting, user)| {
                let meeting = MeetingUuid::new(meeting).filter(&is_wanted)?;
                Some(joins.entry(meeting).or_default().entry(user.to_owned()).or_default())
            });
        }
        if let Some(of_join) = &mut of_join {
            take(of_join, row);
        }
    }
}

fn add_minutes(
    minutes: &mut Minutes,
    rows: &RecordBatch,
    account: &str,
    day: i32,
    is_wanted: impl Fn(&MeetingUuid) -> bool,
) {
    const DAY: i64 = 24 * 60;
    let [streams, origins] = ["stream", "origin"].map(|column| Texts::new(rows, column));
    for_joins(rows, account, is_wanted, minutes, |of_join: &mut BTreeMap<i64, Sorts>, row| {
        let minute = cell::instant(rows, "ts", row).map(|at| at.div_euclid(MINUTE));
        // Rows in logs are of any day.
        let minute = minute.filter(|minute| minute.div_euclid(DAY) == i64::from(day));
        if let Some(minute) = minute.filter(|_| origins.get(row) == Some(Origin::Qss.as_str())) {
            let sorts = streams.get(row).map_or(Sorts::OF_DEVICE, Sorts::of_stream);
            let of_minute = of_join.entry(minute).or_default();
            *of_minute = of_minute.or(sorts);
        }
    });
}
