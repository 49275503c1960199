//! The store: what comes in is logged, what is logged is acknowledged, what is acknowledged comes into
//! the tables.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use bytes::Bytes;
use deltalake_core::DeltaTableError;
use object_store::{ObjectStore, ObjectStoreExt as _};
use parquet::errors::ParquetError;
use tokio::task::JoinHandle;
use zqos_core::table::{MEETINGS, TABLES, Table};
use zqos_core::{Clock, Timestamp};

use crate::batch::{Batch, TableRows};
use crate::cell;
use crate::checksum;
use crate::delta::{self, Cause, Change, DataFile, DeltaLog, Mark, TableLog};
use crate::disk::{Disk, Lock};
use crate::door::{self, Door, TurnedAway};
use crate::file::{self, FileWriter};
use crate::home::{DELTA_LOG, Home, Location};
use crate::layout::{self, LayoutError};
use crate::log::{Log, LogError, Record};
use crate::probe;
use crate::read;
use crate::reserve::{Reserve, is_full};
use crate::tombstone::{self, Identity, Tombstones};

/// So much is kept in memory before files are made of it. They are committed when there is as much again:
/// both together are no more than there is room for in the reserve.
const COMMIT_BYTES: usize = 32 << 20;
/// What was acknowledged this long ago is committed with the next rows, however few there are.
const COMMIT_AFTER: Duration = Duration::from_mins(1);
/// Held by the program that makes the tables, or sees that they are there.
const CREATION_LOCK: &str = "wal/creation";
/// How often others may come in between with erasing or removing, until a commit gives up.
const OVERTAKEN: u32 = 8;
/// How many programs may write at once.
const WRITERS: u32 = 256;

/// What a store can't do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder can't be used. Who only reads needs no more than to be let read.
    #[error("the store's folder can't be used")]
    Folder(#[source] io::Error),
    /// The folder holds something else, or another layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The write-ahead log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There is no room for rows. What was acknowledged comes into the tables all the same.
    #[error(
        "the disk is full, or a quota is used up: rows are taken in again when {} MiB more are free",
        .missing.div_ceil(1 << 20)
    )]
    Full {
        /// How many bytes more are needed: for the rows, and to keep some in reserve.
        missing: u64,
    },
    /// Too many programs write at once.
    #[error("{WRITERS} programs write to this store already")]
    Busy,
    /// Another program compacts the store.
    #[error("another program compacts this store; try again when it has ended")]
    Compacting,
    /// The lease of whoever replaces files, or of who collects an account.
    #[error("the lease can't be had: `leases` in the store can't be read or written")]
    Lease(#[source] object_store::Error),
    /// An object store that replaces what it was asked not to replace.
    #[error(
        "this object store ignores `{0}`, and so writers would lose what others wrote; use one that \
         keeps to conditional puts"
    )]
    Unconditional(&'static str),
    /// The URL, or a setting, of an object store is wrong.
    #[error("{0}")]
    S3(String),
    /// The program has no part for stores on S3.
    #[error("this program was built without S3; build it with the feature `s3`")]
    WithoutS3,
    /// The log of a table.
    #[error("the table `{table}` can't be read or written")]
    Table {
        /// The table.
        table: &'static str,
        /// What its log said.
        #[source]
        source: Box<DeltaTableError>,
    },
    /// A data file is not what was written.
    #[error("`{path}` is damaged: {reason}; a copy from a backup mends it")]
    Damaged {
        /// The file, below the store's folder.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A data file can't be written. What was acknowledged stays in the write-ahead log.
    #[error("a file of the table `{table}` can't be written")]
    File {
        /// The table.
        table: &'static str,
        /// Why.
        #[source]
        source: object_store::Error,
    },
    /// Rows can't be encoded or decoded: a defect, here or in a file that was changed.
    #[error("rows can't be encoded or decoded")]
    Rows(#[source] ArrowError),
    /// Rows can't be written as Parquet, or a file of them can't be read.
    #[error("rows can't be written as Parquet, or a file of them can't be read")]
    Parquet(#[source] ParquetError),
    /// The machine's clock can't be right, and what was asked for would remove things by their age.
    #[error("the clock says {now}, and the newest row of the store came in at {newest}")]
    Clock {
        /// What the clock says.
        now: Timestamp,
        /// When the newest row came in.
        newest: Timestamp,
    },
    /// Nobody is known by this.
    #[error("nobody in the store is known by this e-mail address, id or name")]
    Nobody,
    /// Several people have this name.
    #[error("{0} people in the store have this name; say which by e-mail address or id")]
    Ambiguous(usize),
}

impl StoreError {
    pub(crate) fn table(table: &'static Table) -> impl FnOnce(DeltaTableError) -> Self {
        |source| Self::Table { table: table.name, source: Box::new(source) }
    }

    /// True when a commit failed because of what others did since the table was read.
    fn is_overtaken(&self) -> bool {
        matches!(self, Self::Table { source, .. } if delta::is_overtaken(source))
    }

    pub(crate) fn lease(source: object_store::Error) -> Self {
        Self::Lease(source)
    }
}

/// A store that is open for writing.
///
/// [`append`](Self::append) returns when its rows are durable; [`commit`](Self::commit) brings them
/// into the tables. A program that dies in between loses nothing: whoever opens the store next goes
/// on from the log.
#[derive(Debug)]
pub struct Store {
    /// Where logs and locks are.
    pub(crate) disk: Arc<dyn Disk>,
    /// Where everything else is.
    pub(crate) home: Home,
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) tables: Vec<DeltaLog>,
    log: Log,
    /// The last record of the log: its memory is used again.
    record: Vec<u8>,
    /// Tells this writer from the others, in the tables' logs.
    pub(crate) writer: String,
    /// Lets commits finish on a full disk.
    pub(crate) reserve: Arc<Reserve>,
    /// Keeps other programs from writing the same log.
    _lock: Lock,
    pub(crate) clock: Arc<dyn Clock>,
    /// Rows that are in the log and not in the tables, in the order of [`TABLES`].
    memory: [Vec<RecordBatch>; TABLES.len()],
    /// Of each table: a commit of which it is not known whether the table has it. Its number, and how
    /// many batches of those in memory it was of.
    in_doubt: [Option<(u64, usize)>; TABLES.len()],
    /// Files of the rows in memory that came first, which are being made.
    ahead: Option<Ahead>,
    /// How much the other rows in memory take.
    memory_bytes: usize,
    /// When there are files to be made of those.
    commit_bytes: usize,
    /// When the first of them came.
    memory_since: Option<Timestamp>,
    /// The revision of the last batch.
    pub(crate) revision: i64,
    pub(crate) tombstones: Tombstones,
    pub(crate) door: Door,
    /// The door knows when the meetings of the store were.
    knows_meetings: bool,
}

impl Store {
    /// Opens the store at a place, which is made if it is not there, and brings what a program left in
    /// the log into the tables.
    ///
    /// **Errors**: [`StoreError::Unconditional`] for an object store that can't be written to by several.
    pub async fn open(at: impl Into<Location>, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        Self::open_at(Home::make(at.into())?, clock).await
    }

    /// Opens the store in a folder as [`open`](Self::open) does, on a disk that makes no more durable than
    /// this lets it: for finding out what becomes of whoever brings more.
    ///
    /// **Errors**: those of [`open`](Self::open).
    #[cfg(feature = "faults")]
    pub async fn open_capped(
        folder: &std::path::Path,
        cap: Arc<crate::DiskCap>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let disk = crate::disk::LocalDisk::create(folder).map_err(StoreError::Folder)?;
        Self::open_at(Home::folder(Arc::new(disk.capped(cap))), clock).await
    }

    #[cfg(test)]
    pub(crate) async fn open_on(
        disk: Arc<dyn Disk>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        Self::open_at(Home::folder(disk), clock).await
    }

    pub(crate) async fn open_at(home: Home, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let disk = Arc::clone(&home.log);
        // What is no store is left as it is.
        home.files.look()?;
        // Durable with the first writer's: nothing is in it before.
        disk.make_dir(&home.wal).map_err(StoreError::Folder)?;
        // Tables are made once: of two programs that make them at the same time one would change what
        // the other has made.
        let creating = wait(&disk, |disk| disk.wait_for_lock(CREATION_LOCK)).await;
        let creating = creating.map_err(|error| match error {
            StoreError::Folder(source) if source.kind() == io::ErrorKind::Unsupported => {
                LayoutError::Unfit { what: "lock a file", source }.into()
            }
            error => error,
        })?;
        probe::once(&*disk)?;
        home.files.prepare()?;
        let (writer, lock) = take_writer(&home)?;
        let store = Self::open_log(home.clone(), Arc::clone(&clock), writer, lock).await?;
        drop(creating);
        // What programs left that no longer run.
        for entry in disk.list(&home.wal).map_err(StoreError::Folder)? {
            let writer = format!("{}/{}", home.wal, entry.name);
            if !entry.is_dir || writer == store.writer || !Log::is_left(&*disk, &writer)? {
                continue;
            }
            if let Some(lock) = disk.lock(&format!("{writer}/lock")).map_err(StoreError::Folder)? {
                Self::open_log(home.clone(), Arc::clone(&clock), writer, lock).await?;
            }
        }
        Ok(store)
    }

    /// The same store, which makes files of rows as soon as so many bytes of them are in memory, and not of some
    /// tens of megabytes: commits cost time, rows cost memory, several times over while files are made.
    #[must_use]
    pub const fn holding(mut self, bytes: usize) -> Self {
        self.commit_bytes = if bytes < COMMIT_BYTES { bytes } else { COMMIT_BYTES };
        self
    }

    /// Opens the log of a writer, and brings what is in it into the tables.
    async fn open_log(
        home: Home,
        clock: Arc<dyn Clock>,
        writer: String,
        lock: Lock,
    ) -> Result<Self, StoreError> {
        let disk = Arc::clone(&home.log);
        let reserve = Arc::new(Reserve::new(Arc::clone(&disk), &writer));
        let objects = home.files.objects_with(&writer, &reserve);
        let tables = open_tables(&objects).await?;
        let tombstones = Tombstones::open(home.clone()).map_err(StoreError::Folder)?;
        let mut committed = Vec::with_capacity(TABLES.len());
        for (log, table) in tables.iter().zip(TABLES) {
            committed.push(log.committed(&writer).await.map_err(StoreError::table(table))?);
        }
        // The last table is committed last, and always: what it has, all have.
        let floor = *committed.last().expect("there are tables");
        let mut memory = [const { Vec::new() }; TABLES.len()];
        // The clock may have been set back since.
        let mut revision = 0;
        for (log, table) in tables.iter().zip(TABLES) {
            let files = log.files().map_err(StoreError::table(table))?;
            revision = files.iter().map(|file| file.revision).fold(revision, i64::max);
        }
        let log = Log::open(Arc::clone(&disk), &writer, floor, |Record { sequence, payload }| {
            let (its_revision, batches) = decode(&payload, |_| true)?;
            revision = its_revision.max(revision);
            for (place, batch) in batches {
                if sequence > committed[place] {
                    memory[place].push(batch);
                }
            }
            Ok::<(), StoreError>(())
        })?;
        let mut store = Self {
            disk,
            home,
            objects,
            tables,
            log,
            record: Vec::new(),
            writer,
            reserve,
            _lock: lock,
            clock,
            memory,
            in_doubt: [None; TABLES.len()],
            ahead: None,
            memory_bytes: 0,
            commit_bytes: COMMIT_BYTES,
            memory_since: None,
            revision,
            tombstones,
            door: Door::default(),
            knows_meetings: false,
        };
        // Also when other tables than the last have all of it.
        if store.log.acknowledged() > floor {
            store.commit_all().await?;
        }
        Ok(store)
    }

    /// Takes rows in: when this returns they are durable. They come into the tables by
    /// [`commit`](Self::commit), or by themselves when there are many.
    ///
    /// All batches together cost one sync of the disk: whoever has several that wait gives them at
    /// once.
    ///
    /// **Errors**: then nothing is acknowledged, or everything is and the tables can't be written:
    /// [`StoreError::Log`] and [`StoreError::Full`] tell the former.
    pub async fn append(
        &mut self,
        batches: impl IntoIterator<Item = Batch, IntoIter: Send> + Send,
    ) -> Result<(), StoreError> {
        // Boxed, as it holds the batches: so many bytes should not be part of whoever waits for it.
        Box::pin(self.acknowledge(batches)).await?;
        if self.is_due() {
            self.commit().await
        } else if self.memory_bytes >= self.commit_bytes {
            self.commit_behind().await
        } else {
            Ok(())
        }
    }

    /// Takes rows in as [`append`](Self::append) does, and leaves it to the caller when they come into the
    /// tables: for whoever has somebody waiting for the answer. [`is_due`](Self::is_due) and
    /// [`waiting_bytes`](Self::waiting_bytes) say when [`commit`](Self::commit) is wanted.
    ///
    /// **Errors**: then nothing is acknowledged.
    pub async fn acknowledge(
        &mut self,
        batches: impl IntoIterator<Item = Batch, IntoIter: Send> + Send,
    ) -> Result<(), StoreError> {
        self.tombstones.refresh().map_err(StoreError::Folder)?;
        let now = self.clock.now();
        let mut taken = Vec::new();
        for batch in batches.into_iter().filter(|batch| !batch.is_empty()) {
            taken.extend(self.let_in(batch, now).await?);
        }
        if taken.is_empty() {
            return Ok(());
        }
        encode(self.revision, &taken, &mut self.record)?;
        let appended = match self.reserve.keep() {
            Ok(()) => self.log.append(&self.record),
            Err(error) => Err(LogError::Write(error)),
        };
        if let Err(error) = appended {
            for rows in &taken {
                self.door.doubt(&rows.fingerprints);
            }
            return Err(match error {
                LogError::Write(error) if is_full(&error) => {
                    StoreError::Full { missing: self.reserve.missing(self.record.len() as u64) }
                }
                error => error.into(),
            });
        }
        self.memory_since.get_or_insert(now);
        for TableRows { table, rows, fingerprints, .. } in taken {
            self.door.remember(&fingerprints);
            self.memory_bytes += rows.get_array_memory_size();
            self.memory[place(table)].push(rows);
        }
        Ok(())
    }

    /// How much memory the rows take that wait to be committed, but for those of which files are being
    /// made.
    pub const fn waiting_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// True when rows have waited for a minute to be committed. The next [`append`](Self::append)
    /// commits them; a program that has none calls [`commit`](Self::commit).
    pub fn is_due(&self) -> bool {
        let first = self.ahead.as_ref().map(|ahead| ahead.since).or(self.memory_since);
        let waited = first.and_then(|since| self.clock.now().since(since));
        waited.is_some_and(|waited| waited >= COMMIT_AFTER)
    }

    /// What did not come into the tables since the store was opened.
    pub const fn turned_away(&self) -> TurnedAway {
        self.door.turned_away
    }

    /// Rows of a batch that come into the log.
    async fn let_in(&mut self, batch: Batch, now: Timestamp) -> Result<Vec<TableRows>, StoreError> {
        let account = batch.account().to_owned();
        let first = self.next_revisions(now, batch.len());
        let mut rows = batch.finish(first);
        if !self.tombstones.is_empty() {
            let joins = self.new_forgotten_joins(rows.iter().map(|rows| &rows.rows));
            if !joins.is_empty() {
                self.add_tombstones(joins).await?;
            }
            let mut left = Vec::with_capacity(rows.len());
            for of_table in rows {
                let (kept, gone) =
                    door::keep_out(&self.tombstones, of_table).map_err(StoreError::Rows)?;
                self.door.turned_away.forgotten += gone;
                left.extend(kept);
            }
            rows = left;
        }
        self.learn_of_meetings(&rows)?;
        let (mut rows, letters) = self.door.pass(&account, rows, now).map_err(StoreError::Rows)?;
        if !letters.is_empty() {
            let first = self.next_revisions(now, letters.len());
            rows.extend(letters.finish(first));
        }
        Ok(rows)
    }

    /// The first of so many revisions.
    fn next_revisions(&mut self, now: Timestamp, count: usize) -> i64 {
        // Of two rows of one key the later counts, also when the clock was set back.
        let first = (now.unix_millis() * 1_000).max(self.revision + 1);
        self.revision = first + i64::try_from(count).expect("rows fit into memory");
        first
    }

    /// Joins that rows show to be of people who were erased, and that have no tombstone: other rows of
    /// them do not say whose they are.
    fn new_forgotten_joins<'r>(
        &self,
        rows: impl Iterator<Item = &'r RecordBatch>,
    ) -> Vec<(String, Identity)> {
        let joins = rows.flat_map(|rows| door::forgotten_joins(&self.tombstones, rows));
        joins.filter(|(account, join)| !self.tombstones.has(account, join)).collect()
    }

    async fn add_tombstones(&mut self, joins: Vec<(String, Identity)>) -> Result<(), StoreError> {
        let alone = wait(&self.disk, |disk| disk.wait_for_lock(tombstone::LOCK)).await?;
        for (account, join) in joins {
            self.tombstones.add(&account, &[join], &alone).map_err(StoreError::Folder)?;
        }
        Ok(())
    }

    /// Reads when the meetings of the store were, once rows come of one that is not known.
    fn learn_of_meetings(&mut self, rows: &[TableRows]) -> Result<(), StoreError> {
        if self.knows_meetings || rows.iter().all(|rows| *rows.table == MEETINGS) {
            return Ok(());
        }
        self.knows_meetings = true;
        for file in self.tables[place(&MEETINGS)].files().map_err(StoreError::table(&MEETINGS))? {
            let path = format!("tables/{}/{}", MEETINGS.name, file.path);
            let names = ["account", "meeting_uuid", "start_time", "end_time"];
            for rows in read::columns(&self.home, &path, &names).map_err(StoreError::Parquet)? {
                self.door.meetings_of(&rows.map_err(StoreError::Rows)?);
            }
        }
        Ok(())
    }

    /// Brings what is in the log into the tables.
    ///
    /// **Errors**: then everything stays in the log, and may be committed later.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        if self.memory.iter().all(Vec::is_empty) { Ok(()) } else { self.commit_all().await }
    }

    /// The same, also when nothing waits: then what stands in the log and was never acknowledged goes.
    pub(crate) async fn commit_all(&mut self) -> Result<(), StoreError> {
        if let Some(ahead) = self.ahead.take() {
            self.commit_made(ahead).await?;
        }
        let batches = self.memory.each_ref().map(Vec::len);
        self.bring_all(self.log.acknowledged(), batches, None).await?;
        self.memory_bytes = 0;
        self.memory_since = None;
        Ok(())
    }

    /// Lets files be made of what is in memory, and commits those that were being made.
    async fn commit_behind(&mut self) -> Result<(), StoreError> {
        if self.in_doubt.iter().any(Option::is_some) {
            // How many rows wait is not known.
            return self.commit_all().await;
        }
        let made = self.ahead.take();
        let ahead = self.make(made.as_ref().map_or([0; TABLES.len()], |made| made.batches));
        if let Some(made) = made {
            // When that fails everything is in memory as before.
            self.commit_made(made).await?;
        }
        self.ahead = Some(ahead);
        self.memory_bytes = 0;
        self.memory_since = None;
        Ok(())
    }

    /// Makes files, beside whatever else happens, of what is in memory behind so many batches of each
    /// table.
    fn make(&mut self, behind: [usize; TABLES.len()]) -> Ahead {
        // What the files have and what comes now go from the log one after the other.
        self.log.end_segment();
        let rows: [Vec<RecordBatch>; TABLES.len()] =
            std::array::from_fn(|place| self.memory[place][behind[place]..].to_vec());
        Ahead {
            sequence: self.log.acknowledged(),
            batches: rows.each_ref().map(Vec::len),
            since: self.memory_since.unwrap_or_else(|| self.clock.now()),
            revision: self.revision,
            files: tokio::task::spawn_blocking(move || {
                let files = TABLES.into_iter().zip(&rows).map(|(table, rows)| made_of(table, rows));
                files.collect()
            }),
        }
    }

    async fn commit_made(&mut self, ahead: Ahead) -> Result<(), StoreError> {
        let Ahead { sequence, batches, revision, files, .. } = ahead;
        let files = files.await.map_err(|error| StoreError::Folder(io::Error::other(error)))??;
        self.bring_all(sequence, batches, Some((revision, files))).await
    }

    /// Brings so many batches of each table into it, which came with records of the log up to
    /// `sequence`.
    async fn bring_all(
        &mut self,
        sequence: u64,
        batches: [usize; TABLES.len()],
        made: Option<(i64, Vec<Vec<Made>>)>,
    ) -> Result<(), StoreError> {
        let _shared = loop {
            let shared =
                wait(&self.disk, |disk| disk.wait_for_shared_lock(tombstone::LOCK)).await?;
            // Rows that came before somebody was erased may alone show which joins are his.
            self.tombstones.refresh().map_err(StoreError::Folder)?;
            let joins = self.new_forgotten_joins(self.memory.iter().flatten());
            if joins.is_empty() {
                break shared;
            }
            drop(shared);
            self.add_tombstones(joins).await?;
        };
        let _loan = self.reserve.lend();
        for place in 0..TABLES.len() {
            let is_last = place == TABLES.len() - 1;
            if batches[place] > 0 || is_last {
                let made = made.as_ref().map(|(revision, files)| (*revision, &*files[place]));
                self.bring(place, sequence, batches[place], made).await?;
            }
        }
        Ok(self.log.forget(sequence)?)
    }

    /// Brings the first batches of one table into it.
    async fn bring(
        &mut self,
        place: usize,
        sequence: u64,
        mut batches: usize,
        made: Option<(i64, &[Made])>,
    ) -> Result<(), StoreError> {
        let table = TABLES[place];
        let mut tries = 0;
        loop {
            batches = batches.saturating_sub(self.settle_doubt(place).await?);
            if self.home.is_shared {
                // Before the tombstones, and before files are written: whoever sets a fence relies on it.
                self.tables[place].refresh().await.map_err(StoreError::table(table))?;
            }
            let added = match (self.without_forgotten(place, batches)?, made) {
                (Some(left), _) => self.write(table, &left, sequence).await?,
                (None, Some((revision, made))) if batches > 0 => {
                    self.put_all(table, made, sequence, revision).await?
                }
                (None, _) => self.write(table, &self.memory[place][..batches], sequence).await?,
            };
            self.in_doubt[place] = Some((sequence, batches));
            let change = Change {
                added,
                removed: Vec::new(),
                progress: Some((self.writer.clone(), sequence)),
                cause: Cause::Arrival,
            };
            match self.commit_to(place, change).await {
                Err(error) if error.is_overtaken() && tries < OVERTAKEN => tries += 1,
                outcome => {
                    outcome?;
                    self.in_doubt[place] = None;
                    self.memory[place].drain(..batches);
                    return Ok(());
                }
            }
        }
    }

    /// Lets go of rows that the table has after all: the answer to their commit was lost, and the log
    /// could not be read then. Returns how many batches that were.
    async fn settle_doubt(&mut self, place: usize) -> Result<usize, StoreError> {
        let Some((number, batches)) = self.in_doubt[place] else { return Ok(0) };
        self.tables[place].refresh().await.map_err(StoreError::table(TABLES[place]))?;
        let is_there = self.is_there(place, &Mark::Progress(self.writer.clone(), number)).await?;
        self.in_doubt[place] = None;
        if !is_there {
            return Ok(0);
        }
        self.memory[place].drain(..batches);
        Ok(batches)
    }

    /// Commits a change to a table.
    ///
    /// **Errors**: then it is not there, or nobody knows, as the table's log could not be read to see.
    pub(crate) async fn commit_to(
        &mut self,
        place: usize,
        change: Change,
    ) -> Result<(), StoreError> {
        let mark = Mark::of(&change);
        match self.tables[place].commit(change).await {
            // The answer may be lost.
            Err(error)
                if self.tables[place].refresh().await.is_err()
                    || !self.is_there(place, &mark).await? =>
            {
                Err(StoreError::table(TABLES[place])(error))
            }
            _ => Ok(()),
        }
    }

    /// True when a table that was read just now has a change, durably.
    async fn is_there(&self, place: usize, mark: &Mark) -> Result<bool, StoreError> {
        let table = TABLES[place];
        if !self.tables[place].has(mark).await.map_err(StoreError::table(table))? {
            return Ok(false);
        }
        let log = format!("tables/{}/{DELTA_LOG}", table.name);
        self.home.files.sync_dir(&log).map_err(StoreError::Folder)?;
        Ok(true)
    }

    /// The first batches of a table without rows of people who were erased since they came; `None` when
    /// all are left.
    fn without_forgotten(
        &mut self,
        place: usize,
        batches: usize,
    ) -> Result<Option<Vec<RecordBatch>>, StoreError> {
        self.tombstones.refresh().map_err(StoreError::Folder)?;
        if self.tombstones.is_empty() {
            return Ok(None);
        }
        let mut is_changed = false;
        let mut all = Vec::with_capacity(batches);
        for rows in &self.memory[place][..batches] {
            let left = door::without_forgotten(&self.tombstones, TABLES[place], rows);
            let left = left.map_err(StoreError::Rows)?;
            is_changed |= left.is_some();
            all.push(left.unwrap_or_else(|| rows.clone()));
        }
        Ok(is_changed.then_some(all))
    }

    /// Writes rows into files, one for each day.
    pub(crate) async fn write(
        &self,
        table: &'static Table,
        batches: &[RecordBatch],
        sequence: u64,
    ) -> Result<Vec<DataFile>, StoreError> {
        self.put_all(table, &made_of(table, batches)?, sequence, self.revision).await
    }

    /// Writes files that were made of rows whose highest revision is at most `revision`.
    async fn put_all(
        &self,
        table: &'static Table,
        made: &[Made],
        sequence: u64,
        revision: i64,
    ) -> Result<Vec<DataFile>, StoreError> {
        let mut files = Vec::with_capacity(made.len());
        for Made { day, part, rows, content } in made {
            let name = format!("rows-{sequence:020}-{revision}-{part}");
            let content = Bytes::clone(content);
            files.push(self.put_content(table, day, &name, *rows, content, revision).await?);
        }
        Ok(files)
    }

    /// Writes a file where the log of its table will name it.
    pub(crate) async fn put(
        &self,
        table: &'static Table,
        day: &str,
        name: &str,
        writer: FileWriter,
    ) -> Result<DataFile, StoreError> {
        let rows = writer.rows();
        let content = writer.finish().map_err(StoreError::Parquet)?.into();
        self.put_content(table, day, name, rows, content, self.revision).await
    }

    async fn put_content(
        &self,
        table: &'static Table,
        day: &str,
        name: &str,
        rows: u64,
        content: Bytes,
        revision: i64,
    ) -> Result<DataFile, StoreError> {
        // The checksum in the name is what tells damage: Parquet has none for all of a file.
        let checksum = checksum::shown(&content);
        let writer = self.writer.replace('/', "-");
        let path = format!("day={day}/{writer}-{name}-{checksum}.parquet");
        let size = content.len() as u64;
        let location = format!("tables/{}/{path}", table.name).into();
        let put = self.objects.put(&location, content.into()).await;
        put.map_err(|source| StoreError::File { table: table.name, source })?;
        Ok(DataFile { path, day: day.to_owned(), size, rows, revision })
    }

    /// When the newest row of the tables came in.
    fn newest(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut newest = 0;
        for (log, table) in self.tables.iter().zip(TABLES) {
            let files = log.files().map_err(StoreError::table(table))?;
            newest = files.iter().map(|file| file.revision).fold(newest, i64::max);
        }
        Ok(Timestamp::from_unix_millis(newest / 1_000).ok().filter(|_| newest > 0))
    }

    /// Refuses when the clock can't be right: what goes by age must not go by it.
    ///
    /// **Errors**: [`StoreError::Clock`] when the newest row came in more than a day after now, or more
    /// than 400 days before.
    pub(crate) fn check_clock(&self) -> Result<(), StoreError> {
        const DAY: i64 = 24 * 60 * 60 * 1_000;
        let now = self.clock.now();
        let Some(newest) = self.newest()? else { return Ok(()) };
        let ahead = now.unix_millis() - newest.unix_millis();
        if (-DAY..=400 * DAY).contains(&ahead) {
            Ok(())
        } else {
            Err(StoreError::Clock { now, newest })
        }
    }
}

/// Files of rows that wait, which are made while more rows come.
///
/// Making them touches nothing outside memory: they are written as any others, once it is known who was
/// erased meanwhile.
#[derive(Debug)]
struct Ahead {
    /// The last record of the log that is in them.
    sequence: u64,
    /// Of how many batches of each table they are: the first that are in memory.
    batches: [usize; TABLES.len()],
    /// When the first of those came.
    since: Timestamp,
    /// The highest revision of those.
    revision: i64,
    /// Of each table.
    files: JoinHandle<Result<Vec<Vec<Made>>, StoreError>>,
}

/// A file of one account's rows of one day.
#[derive(Debug)]
struct Made {
    day: String,
    /// Which of its day.
    part: usize,
    rows: u64,
    content: Bytes,
}

/// Files of rows of a table.
fn made_of(table: &Table, batches: &[RecordBatch]) -> Result<Vec<Made>, StoreError> {
    if batches.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for (day, rows) in file::by_day(table, batches).map_err(StoreError::Rows)? {
        let rows = file::without_day(&rows).map_err(StoreError::Rows)?;
        // No file has rows of two accounts.
        for (part, rows) in cell::runs(&rows, "account").into_iter().enumerate() {
            let mut writer = FileWriter::new(table, rows.schema()).map_err(StoreError::Parquet)?;
            writer.write(&rows).map_err(StoreError::Parquet)?;
            files.push(Made {
                day: layout::day(day),
                part,
                rows: writer.rows(),
                content: writer.finish().map_err(StoreError::Parquet)?.into(),
            });
        }
    }
    Ok(files)
}

/// The place of a table in [`TABLES`].
pub(crate) fn place(table: &Table) -> usize {
    TABLES.iter().position(|known| *known == table).expect("a table of ours")
}

/// Waits for the disk where that stops nobody.
pub(crate) async fn wait<T: Send + 'static>(
    disk: &Arc<dyn Disk>,
    work: impl FnOnce(&dyn Disk) -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let disk = Arc::clone(disk);
    let outcome = tokio::task::spawn_blocking(move || work(&*disk)).await;
    outcome.map_err(io::Error::other).and_then(|outcome| outcome).map_err(StoreError::Folder)
}

pub(crate) async fn open_tables(
    objects: &Arc<dyn ObjectStore>,
) -> Result<Vec<DeltaLog>, StoreError> {
    let mut tables = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let log = DeltaLog::open(Arc::clone(objects), table);
        tables.push(log.await.map_err(StoreError::table(table))?);
    }
    Ok(tables)
}

/// The first log that no other program writes, by its folder.
fn take_writer(home: &Home) -> Result<(String, Lock), StoreError> {
    let disk = &home.log;
    for number in 0..WRITERS {
        let dir = format!("{}/{number:03}", home.wal);
        disk.create_dir(&dir).map_err(StoreError::Folder)?;
        if let Some(lock) = disk.lock(&format!("{dir}/lock")).map_err(StoreError::Folder)? {
            return Ok((dir, lock));
        }
    }
    Err(StoreError::Busy)
}

/// Rows as a record of the log: the revision; then, for each table, its name and an Arrow stream, each
/// behind its length.
fn encode(revision: i64, tables: &[TableRows], payload: &mut Vec<u8>) -> Result<(), StoreError> {
    payload.clear();
    payload.extend_from_slice(&revision.to_le_bytes());
    for TableRows { table, rows, .. } in tables {
        payload.extend_from_slice(&length(table.name.len()));
        payload.extend_from_slice(table.name.as_bytes());
        let place = payload.len();
        payload.extend_from_slice(&length(0));
        let start = payload.len();
        let written =
            StreamWriter::try_new(&mut *payload, &rows.schema()).and_then(|mut writer| {
                writer.write(rows)?;
                writer.finish()
            });
        written.map_err(StoreError::Rows)?;
        let len = length(payload.len() - start);
        payload[place..start].copy_from_slice(&len);
    }
    Ok(())
}

fn length(len: usize) -> [u8; 4] {
    u32::try_from(len).expect("a batch is far smaller").to_le_bytes()
}

/// The revision of a record of the log, and its rows of the tables that are wanted, by their place.
pub(crate) fn decode(
    payload: &[u8],
    is_wanted: impl Fn(&'static Table) -> bool,
) -> Result<(i64, Vec<(usize, RecordBatch)>), StoreError> {
    let broken = || StoreError::Rows(ArrowError::IpcError("a record ends too early".to_owned()));
    let (revision, mut rest) = payload.split_first_chunk::<8>().ok_or_else(broken)?;
    let mut next = || {
        let (len, behind) = rest.split_first_chunk::<4>()?;
        let (bytes, behind) = behind.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        rest = behind;
        Some(bytes)
    };
    let mut batches = Vec::new();
    while let Some(name) = next() {
        let stream = next().ok_or_else(broken)?;
        let place = TABLES
            .iter()
            .position(|table| table.name.as_bytes() == name)
            .ok_or_else(|| StoreError::Rows(ArrowError::IpcError("an unknown table".to_owned())))?;
        if !is_wanted(TABLES[place]) {
            continue;
        }
        let reader = StreamReader::try_new(stream, None).map_err(StoreError::Rows)?;
        for batch in reader {
            batches.push((place, batch.map_err(StoreError::Rows)?));
        }
    }
    Ok((i64::from_le_bytes(*revision), batches))
}

mod replace;

#[cfg(test)]
mod damage;
#[cfg(test)]
pub(crate) mod model;
#[cfg(test)]
mod places;
#[cfg(test)]
pub(crate) mod tests;
