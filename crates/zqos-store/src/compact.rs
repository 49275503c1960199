//! Compaction: few files in place of many, and days that are sealed.
//!
//! A day is open until [`SEALED_AFTER`] has passed since its end: Zoom completes reports late. Then it is
//! sealed: written anew as one run in the order of the key, in which each key stands once. Rows that come
//! later open it again, until the next compaction.

use arrow::error::ArrowError;
use zqos_core::Timestamp;
use zqos_core::table::{CONFLICTS, Latest, TABLES, Table};

use crate::batch::{Batch, Misfit};
use crate::cell::{self, Texts};
use crate::delta::{Cause, Change, DataFile, TableLog as _};
use crate::file::FileWriter;
use crate::layout;
use crate::merge::{Loser, Merge};
use crate::read;
use crate::replacing::Replacing;
use crate::store::{Store, StoreError, place};

/// The most rows of a file, about.
const FILE_ROWS: u64 = 1 << 20;
/// Reports may be completed for a day after their meeting's end, and meetings may pass midnight.
const SEALED_AFTER: i64 = 26 * 60 * 60 * 1_000;
/// How long a sealed day waits at least until rows that came late are put where they belong.
const REOPENED_AFTER: i64 = 60 * 60 * 1_000;
/// What the names of files of sealed days have.
const SEALED: &str = "-sealed-";

/// What a compaction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    /// How many files were replaced.
    pub replaced: usize,
    /// How many days of tables are sealed that were not.
    pub sealed: usize,
    /// How many rows another one took the place of that said something else: now in `conflicts`.
    pub conflicts: usize,
    /// How many files were removed that no version of a table has any more.
    pub removed: usize,
}

/// What is to be made of the files of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    Leave,
    Merge,
    Seal,
}

impl DataFile {
    /// True when the file is one of a sealed day: no key that is in it stands anywhere else in the day.
    pub fn is_sealed(&self) -> bool {
        self.path.contains(SEALED)
    }

    /// True when the file is as rows came in.
    fn is_as_it_came(&self) -> bool {
        self.path.contains("-rows-")
    }
}

impl Store {
    /// Makes few files of the many that a day has: rows in the order of their key, and each key once. Days
    /// that ended 26 hours ago are sealed. Removes files that were replaced more than an hour ago.
    ///
    /// Until then they stay on the disk for readers that have them open.
    ///
    /// **Errors**: [`StoreError::Compacting`] when another program does so; [`StoreError::Clock`] when
    /// the clock can't be right: days would be sealed, and files removed, by it.
    pub async fn compact(&mut self) -> Result<Compacted, StoreError> {
        self.check_clock()?;
        let mut replacing = self.begin_replacing().await?;
        let done = self.compact_alone(&mut replacing).await;
        self.end_replacing(replacing, done).await
    }

    async fn compact_alone(&mut self, replacing: &mut Replacing) -> Result<Compacted, StoreError> {
        self.commit().await?;
        self.end_erasures(replacing).await?;
        let mut done = Compacted::default();
        // What the others add to those of the store itself is there by then.
        let (of_store, others): (Vec<_>, Vec<_>) =
            TABLES.into_iter().partition(|table| table.is_system);
        for table in others.into_iter().chain(of_store) {
            let place = place(table);
            self.tables[place].refresh().await.map_err(StoreError::table(table))?;
            // What others are made of is made anew in place of being merged.
            if table.latest == Latest::Only || self.plans(place)?.is_empty() {
                continue;
            }
            self.fence(place, replacing).await?;
            for (plan, of_day) in self.plans(place)? {
                self.keep(replacing).await?;
                done.conflicts += self.replace(table, &of_day, plan, replacing).await?;
                done.replaced += of_day.len();
                done.sealed += usize::from(plan == Plan::Seal);
            }
        }
        done.removed = self.vacuum(replacing, true).await?;
        Ok(done)
    }

    /// What is to be made of the files of a table, by day.
    fn plans(&self, place: usize) -> Result<Vec<(Plan, Vec<DataFile>)>, StoreError> {
        let files = self.tables[place].files().map_err(StoreError::table(TABLES[place]))?;
        let now = self.clock.now();
        let plans = files
            .chunk_by(|one, other| one.day == other.day)
            .map(|of_day| (plan(of_day, now), of_day.to_vec()))
            .filter(|(plan, _)| *plan != Plan::Leave);
        Ok(plans.collect())
    }

    /// Replaces the files of a day; returns how many conflicts there were.
    async fn replace(
        &mut self,
        table: &'static Table,
        files: &[DataFile],
        plan: Plan,
        replacing: &mut Replacing,
    ) -> Result<usize, StoreError> {
        let now = self.clock.now();
        self.revision = (now.unix_millis() * 1_000).max(self.revision + 1);
        let (added, losers) = self.merge(table, files, plan).await?;
        let conflicts = losers.len();
        // First: whoever dies in between tells them twice, and they count once.
        self.keep_losers(table, losers, replacing).await?;
        let removed = files.to_vec();
        let change = Change { added, removed, progress: None, cause: Cause::Rewriting };
        self.commit_to(place(table), change).await?;
        Ok(conflicts)
    }

    async fn merge(
        &self,
        table: &'static Table,
        files: &[DataFile],
        plan: Plan,
    ) -> Result<(Vec<DataFile>, Vec<Loser>), StoreError> {
        // What is damaged is not written anew with a checksum that is right.
        for file in files {
            self.check_file(table, file)?;
        }
        let sources = files
            .iter()
            .map(|file| read::rows(&self.home, &format!("tables/{}/{}", table.name, file.path)));
        let sources = sources.collect::<Result<Vec<_>, _>>().map_err(StoreError::Parquet)?;
        let mut merge = Merge::new(table, sources).map_err(StoreError::Rows)?;
        let mut added = Vec::new();
        let mut losers = Vec::new();
        let mut open: Option<(Option<String>, FileWriter)> = None;
        let word = if plan == Plan::Seal { "sealed" } else { "merged" };
        // Each merging has a revision of its own.
        let name = |part: usize| format!("{word}-{}-{part}", self.revision);
        let day = &files[0].day;
        while let Some(rows) = merge.next_batch().map_err(StoreError::Rows)? {
            losers.append(&mut merge.take_losers());
            for rows in cell::runs(&rows, "account") {
                let account = Texts::new(&rows, "account").get(0).map(str::to_owned);
                if let Some((_, full)) =
                    open.take_if(|(of, writer)| *of != account || writer.rows() >= FILE_ROWS)
                {
                    added.push(self.put(table, day, &name(added.len()), full).await?);
                }
                if open.is_none() {
                    let writer = match plan {
                        Plan::Seal => FileWriter::sealed(table, rows.schema()),
                        _ => FileWriter::new(table, rows.schema()),
                    };
                    open = Some((account, writer.map_err(StoreError::Parquet)?));
                }
                if let Some((_, writer)) = &mut open {
                    writer.write(&rows).map_err(StoreError::Parquet)?;
                }
            }
        }
        if let Some((_, last)) = open {
            added.push(self.put(table, day, &name(added.len()), last).await?);
        }
        Ok((added, losers))
    }

    /// Fails when a file is not what was written.
    pub(crate) fn check_file(
        &self,
        table: &'static Table,
        file: &DataFile,
    ) -> Result<(), StoreError> {
        let path = format!("tables/{}/{}", table.name, file.path);
        let checked = read::check(&self.home, &path, file.size);
        checked.map_err(|reason| StoreError::Damaged { path, reason })
    }

    /// Brings rows that another one took the place of into `conflicts`.
    async fn keep_losers(
        &mut self,
        table: &'static Table,
        losers: Vec<Loser>,
        replacing: &mut Replacing,
    ) -> Result<(), StoreError> {
        if losers.is_empty() {
            return Ok(());
        }
        self.fence(place(&CONFLICTS), replacing).await?;
        let now = self.clock.now();
        for of_account in losers.chunk_by(|one, other| account(one) == account(other)) {
            let mut batch = Batch::new(account(&of_account[0]).unwrap_or_default(), now);
            for loser in of_account {
                add_loser(&mut batch, table, loser, now).map_err(StoreError::Rows)?;
            }
            let first = self.revision + 1;
            self.revision += i64::try_from(batch.len()).expect("rows fit into memory") + 1;
            for rows in batch.finish(first) {
                let added = self.write(&CONFLICTS, &[rows.rows], 0).await?;
                let change =
                    Change { added, removed: Vec::new(), progress: None, cause: Cause::Arrival };
                self.commit_to(place(&CONFLICTS), change).await?;
            }
        }
        Ok(())
    }
}

fn account(loser: &Loser) -> Option<&str> {
    Texts::new(&loser.row, "account").get(0)
}

fn add_loser(
    batch: &mut Batch,
    table: &'static Table,
    loser: &Loser,
    now: Timestamp,
) -> Result<(), ArrowError> {
    let row = &loser.row;
    let misfit = Misfit {
        table,
        at: now,
        meeting: Texts::new(row, "meeting_uuid").get(0),
        participant: Texts::new(row, "user_id").get(0),
        key: &cell::key_json(table, row, 0)?,
        row: &cell::row_json(table, row, 0)?,
    };
    batch.conflict(&misfit, loser.revision, loser.kept_revision);
    Ok(())
}

/// What is to be made of the files of one day.
fn plan(files: &[DataFile], now: Timestamp) -> Plan {
    let now = now.unix_millis();
    let is_over = layout::day_end(&files[0].day).is_some_and(|end| end + SEALED_AFTER <= now);
    if !is_over {
        let is_due = files.len() > 1 && files.iter().any(DataFile::is_as_it_came);
        return if is_due { Plan::Merge } else { Plan::Leave };
    }
    let sealed = files.iter().filter(|file| file.is_sealed()).map(DataFile::sealed_at);
    let is_fresh = sealed.max().flatten().is_some_and(|at| now - at < REOPENED_AFTER);
    if files.iter().all(DataFile::is_sealed) || is_fresh { Plan::Leave } else { Plan::Seal }
}

impl DataFile {
    /// When the file was sealed, in milliseconds since 1970, as its name tells.
    fn sealed_at(&self) -> Option<i64> {
        let (_, behind) = self.path.split_once(SEALED)?;
        Some(behind.split('-').next()?.parse::<i64>().ok()? / 1_000)
    }
}
