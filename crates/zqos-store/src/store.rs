//! The store: what comes in is logged, what is logged is acknowledged, what is acknowledged comes into
//! the tables.

use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use deltalake_core::DeltaTableError;
use object_store::{ObjectStore, ObjectStoreExt as _};
use parquet::errors::ParquetError;
use zqos_core::Clock;
use zqos_core::table::{TABLES, Table};

use crate::batch::Batch;
use crate::delta::{Change, DataFile, DeltaLog, TableLog};
use crate::disk::{Disk, LocalDisk, Lock};
use crate::file::{self, FileWriter};
use crate::layout::{self, LayoutError};
use crate::log::{Log, LogError, Record};
use crate::merge::Merge;
use crate::object::DiskObjects;
use crate::read;

/// So much is kept in memory before it is committed: a row group or a few of the widest table.
const COMMIT_BYTES: usize = 64 << 20;
/// The most rows of a file, about.
const FILE_ROWS: u64 = 1 << 20;
/// Where the logs of all writers are.
const WAL: &str = "wal";
/// Held by the program that makes the tables, or sees that they are there.
const CREATION_LOCK: &str = "wal/creation";
/// Held by the program that compacts.
const COMPACTION_LOCK: &str = "wal/compaction";
/// How many programs may write at once.
const WRITERS: u32 = 256;

/// What a store can't do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder can't be used.
    #[error("the store's folder can't be used")]
    Folder(#[source] io::Error),
    /// The folder holds something else, or another layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The write-ahead log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Too many programs write at once.
    #[error("{WRITERS} programs write to this store already")]
    Busy,
    /// Another program compacts the store.
    #[error("another program compacts this store; try again when it has ended")]
    Compacting,
    /// The log of a table.
    #[error("the table `{table}` can't be read or written")]
    Table {
        /// The table.
        table: &'static str,
        /// What its log said.
        #[source]
        source: Box<DeltaTableError>,
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
    /// Rows can't be written as Parquet: a defect.
    #[error("rows can't be written as Parquet")]
    Parquet(#[source] ParquetError),
}

impl StoreError {
    pub(crate) fn table(table: &'static Table) -> impl FnOnce(DeltaTableError) -> Self {
        |source| Self::Table { table: table.name, source: Box::new(source) }
    }
}

/// A store that is open for writing.
///
/// [`append`](Self::append) returns when its rows are durable; [`commit`](Self::commit) brings them
/// into the tables. A program that dies in between loses nothing: whoever opens the store next goes
/// on from the log.
#[derive(Debug)]
pub struct Store {
    disk: Arc<dyn Disk>,
    objects: Arc<DiskObjects>,
    tables: Vec<DeltaLog>,
    log: Log,
    /// Tells this writer from the others, in the tables' logs.
    writer: String,
    /// Keeps other programs from writing the same log.
    _lock: Lock,
    clock: Arc<dyn Clock>,
    /// Rows that are in the log and not in the tables, in the order of [`TABLES`].
    memory: [Vec<RecordBatch>; TABLES.len()],
    memory_bytes: usize,
    /// The revision of the last batch.
    revision: i64,
}

impl Store {
    /// Opens the store in a folder, which is made if it is not there, and brings what a program left
    /// in the log into the tables.
    pub async fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let disk = LocalDisk::new(folder).map_err(StoreError::Folder)?;
        Self::open_on(Arc::new(disk), clock).await
    }

    async fn open_on(disk: Arc<dyn Disk>, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        // What is no store is left as it is.
        layout::look(&*disk)?;
        disk.create_dir(WAL).map_err(StoreError::Folder)?;
        // Tables are made once: of two programs that make them at the same time one would change what
        // the other has made.
        let waiting = {
            let disk = Arc::clone(&disk);
            tokio::task::spawn_blocking(move || disk.wait_for_lock(CREATION_LOCK))
        };
        let creating = waiting.await.map_err(io::Error::other).and_then(|lock| lock);
        let creating = creating.map_err(StoreError::Folder)?;
        layout::open(&*disk)?;
        let (writer, lock) = take_writer(&*disk)?;
        let store = Self::open_log(Arc::clone(&disk), Arc::clone(&clock), writer, lock).await?;
        drop(creating);
        // What programs left that no longer run.
        for entry in disk.list(WAL).map_err(StoreError::Folder)? {
            let writer = format!("{WAL}/{}", entry.name);
            if !entry.is_dir || writer == store.writer || !Log::is_left(&*disk, &writer)? {
                continue;
            }
            if let Some(lock) = disk.lock(&format!("{writer}/lock")).map_err(StoreError::Folder)? {
                Self::open_log(Arc::clone(&disk), Arc::clone(&clock), writer, lock).await?;
            }
        }
        Ok(store)
    }

    /// Opens the log of a writer, and brings what is in it into the tables.
    async fn open_log(
        disk: Arc<dyn Disk>,
        clock: Arc<dyn Clock>,
        writer: String,
        lock: Lock,
    ) -> Result<Self, StoreError> {
        let objects = Arc::new(DiskObjects::new(Arc::clone(&disk)));
        let tables = open_tables(&objects).await?;
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
            let (its_revision, batches) = decode(&payload)?;
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
            objects,
            tables,
            log,
            writer,
            _lock: lock,
            clock,
            memory,
            memory_bytes: 0,
            revision,
        };
        if store.memory.iter().any(|batches| !batches.is_empty()) {
            store.commit().await?;
        }
        Ok(store)
    }

    /// Takes rows in: when this returns they are durable. They come into the tables by
    /// [`commit`](Self::commit), or by themselves when there are many.
    ///
    /// **Errors**: then nothing is acknowledged, or everything is and the tables can't be written:
    /// [`StoreError::Log`] tells the former.
    pub async fn append(
        &mut self,
        batches: impl IntoIterator<Item = Batch, IntoIter: Send> + Send,
    ) -> Result<(), StoreError> {
        let mut taken = Vec::new();
        let mut payloads = Vec::new();
        for batch in batches.into_iter().filter(|batch| !batch.is_empty()) {
            // Of two rows of one key the later counts, also when the clock was set back.
            let first = (self.clock.now().unix_millis() * 1_000).max(self.revision + 1);
            self.revision = first + i64::try_from(batch.len()).expect("a batch fits into memory");
            let rows = batch.finish(first);
            payloads.push(encode(self.revision, &rows)?);
            taken.extend(rows);
        }
        if payloads.is_empty() {
            return Ok(());
        }
        self.log.append(payloads.iter().map(Vec::as_slice))?;
        for (table, rows) in taken {
            let place = TABLES.iter().position(|known| *known == table).expect("a table of ours");
            self.memory_bytes += rows.get_array_memory_size();
            self.memory[place].push(rows);
        }
        if self.memory_bytes >= COMMIT_BYTES { self.commit().await } else { Ok(()) }
    }

    /// Brings what is in the log into the tables.
    ///
    /// **Errors**: then everything stays in the log, and may be committed later.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        if self.memory.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let sequence = self.log.acknowledged();
        for (place, table) in TABLES.into_iter().enumerate() {
            let is_last = place == TABLES.len() - 1;
            if self.memory[place].is_empty() && !is_last {
                continue;
            }
            let added = self.write(table, &self.memory[place], sequence).await?;
            let change = Change {
                added,
                removed: Vec::new(),
                progress: Some((self.writer.clone(), sequence)),
                changes_rows: true,
            };
            self.tables[place].commit(change).await.map_err(StoreError::table(table))?;
            self.memory[place].clear();
        }
        self.memory_bytes = 0;
        self.log.forget(sequence)?;
        Ok(())
    }

    /// Writes rows into files, one for each day.
    async fn write(
        &self,
        table: &'static Table,
        batches: &[RecordBatch],
        sequence: u64,
    ) -> Result<Vec<DataFile>, StoreError> {
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let mut files = Vec::new();
        for (day, rows) in file::by_day(table, batches).map_err(StoreError::Rows)? {
            let rows = file::without_day(&rows).map_err(StoreError::Rows)?;
            let mut writer = FileWriter::new(table, rows.schema()).map_err(StoreError::Parquet)?;
            writer.write(&rows).map_err(StoreError::Parquet)?;
            let name = format!("rows-{sequence:020}-{}", self.revision);
            files.push(self.put(table, &layout::day(day), &name, writer).await?);
        }
        Ok(files)
    }

    /// Writes a file where the log of its table will name it.
    async fn put(
        &self,
        table: &'static Table,
        day: &str,
        name: &str,
        writer: FileWriter,
    ) -> Result<DataFile, StoreError> {
        let rows = writer.rows();
        let revision = self.revision;
        let bytes = writer.finish().map_err(StoreError::Parquet)?;
        // The checksum in the name is what tells damage: Parquet has none for all of a file.
        let checksum = crc32c::crc32c(&bytes);
        let writer = self.writer.replace('/', "-");
        let path = format!("day={day}/{writer}-{name}-{checksum:08x}.parquet");
        let size = bytes.len() as u64;
        let location = format!("tables/{}/{path}", table.name).into();
        let put = self.objects.put(&location, bytes.into()).await;
        put.map_err(|source| StoreError::File { table: table.name, source })?;
        Ok(DataFile { path, day: day.to_owned(), size, rows, revision })
    }

    /// Makes one file, or few, of the many that a day has: rows in the order of their key, and each
    /// key once. Days with one file are left alone. Returns how many files were replaced.
    ///
    /// The files that were replaced stay on the disk for readers that have them open.
    ///
    /// **Errors**: [`StoreError::Compacting`] when another program does so.
    pub async fn compact(&mut self) -> Result<usize, StoreError> {
        // Two at once would both replace the same files, and leave every row twice.
        let Some(_lock) = self.disk.lock(COMPACTION_LOCK).map_err(StoreError::Folder)? else {
            return Err(StoreError::Compacting);
        };
        let mut replaced = 0;
        for (place, table) in TABLES.into_iter().enumerate() {
            self.tables[place].refresh().await.map_err(StoreError::table(table))?;
            let files = self.tables[place].files().map_err(StoreError::table(table))?;
            for of_day in files.chunk_by(|one, other| one.day == other.day) {
                if of_day.len() < 2 {
                    continue;
                }
                self.revision = (self.clock.now().unix_millis() * 1_000).max(self.revision + 1);
                let added = self.merge(table, of_day).await?;
                let change =
                    Change { added, removed: of_day.to_vec(), progress: None, changes_rows: false };
                self.tables[place].commit(change).await.map_err(StoreError::table(table))?;
                replaced += of_day.len();
            }
        }
        Ok(replaced)
    }

    async fn merge(
        &self,
        table: &'static Table,
        files: &[DataFile],
    ) -> Result<Vec<DataFile>, StoreError> {
        let sources = files
            .iter()
            .map(|file| read::rows(&self.disk, &format!("tables/{}/{}", table.name, file.path)));
        let sources = sources.collect::<Result<Vec<_>, _>>().map_err(StoreError::Parquet)?;
        let mut merge = Merge::new(table, sources).map_err(StoreError::Rows)?;
        let mut added = Vec::new();
        let mut writer: Option<FileWriter> = None;
        // Each merging has a revision of its own.
        let name = |part: usize| format!("merged-{}-{part}", self.revision);
        let day = &files[0].day;
        while let Some(rows) = merge.next_batch().map_err(StoreError::Rows)? {
            let mut open = match writer.take() {
                Some(open) => open,
                None => FileWriter::new(table, rows.schema()).map_err(StoreError::Parquet)?,
            };
            open.write(&rows).map_err(StoreError::Parquet)?;
            if open.rows() < FILE_ROWS {
                writer = Some(open);
            } else {
                added.push(self.put(table, day, &name(added.len()), open).await?);
            }
        }
        if let Some(last) = writer {
            added.push(self.put(table, day, &name(added.len()), last).await?);
        }
        Ok(added)
    }
}

pub(crate) async fn open_tables(objects: &Arc<DiskObjects>) -> Result<Vec<DeltaLog>, StoreError> {
    let mut tables = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let objects: Arc<dyn ObjectStore> = Arc::<DiskObjects>::clone(objects);
        tables.push(DeltaLog::open(objects, table).await.map_err(StoreError::table(table))?);
    }
    Ok(tables)
}

/// The first log that no other program writes, by its folder.
fn take_writer(disk: &dyn Disk) -> Result<(String, Lock), StoreError> {
    for number in 0..WRITERS {
        let dir = format!("{WAL}/{number:03}");
        disk.create_dir(&dir).map_err(StoreError::Folder)?;
        if let Some(lock) = disk.lock(&format!("{dir}/lock")).map_err(StoreError::Folder)? {
            return Ok((dir, lock));
        }
    }
    Err(StoreError::Busy)
}

/// Rows as a record of the log: the revision; then, for each table, its name and an Arrow stream, each
/// behind its length.
fn encode(revision: i64, tables: &[(&'static Table, RecordBatch)]) -> Result<Vec<u8>, StoreError> {
    let mut payload = revision.to_le_bytes().to_vec();
    for (table, rows) in tables {
        put_bytes(&mut payload, table.name.as_bytes());
        let mut stream = Vec::new();
        let written = StreamWriter::try_new(&mut stream, &rows.schema()).and_then(|mut writer| {
            writer.write(rows)?;
            writer.finish()
        });
        written.map_err(StoreError::Rows)?;
        put_bytes(&mut payload, &stream);
    }
    Ok(payload)
}

fn put_bytes(payload: &mut Vec<u8>, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).expect("a batch is far smaller");
    payload.extend_from_slice(&len.to_le_bytes());
    payload.extend_from_slice(bytes);
}

/// The revision and the rows of a record of the log, by the place of their table.
fn decode(payload: &[u8]) -> Result<(i64, Vec<(usize, RecordBatch)>), StoreError> {
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
        let reader = StreamReader::try_new(stream, None).map_err(StoreError::Rows)?;
        for batch in reader {
            batches.push((place, batch.map_err(StoreError::Rows)?));
        }
    }
    Ok((i64::from_le_bytes(*revision), batches))
}

mod replace;

#[cfg(test)]
mod tests;
