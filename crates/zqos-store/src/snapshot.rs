//! The tables as they are at one moment, for whoever reads.

use std::io;
use std::sync::Arc;

use arrow::array::RecordBatch;
use object_store::ObjectStore;
use zqos_core::table::{TABLES, Table};

use crate::delta::{DataFile, DeltaLog, TableLog as _};
use crate::disk::{Disk, Entry};
use crate::door;
use crate::home::{Home, Location};
use crate::log::{self, Log, LogError, Record};
use crate::order;
use crate::read::{self, StoredFile};
use crate::store::{StoreError, decode, place};
use crate::tombstone::Tombstones;

/// The tables of a store, or some of them, for reading: one version of each, taken at one time.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) home: Home,
    tables: Vec<(&'static Table, u64, Vec<DataFile>)>,
    /// Rows that are in logs alone, in the order of [`TABLES`].
    tail: [Vec<RecordBatch>; TABLES.len()],
}

impl Snapshot {
    /// Reads the tables' logs. A batch that is being committed may be there in part: its meetings
    /// and participants first.
    ///
    /// **Errors**: [`LayoutError::Missing`](crate::LayoutError::Missing) when there is no store.
    pub async fn open(at: impl Into<Location>) -> Result<Self, StoreError> {
        Self::open_tables(at, &TABLES).await
    }

    /// The same of some of the tables.
    pub async fn open_tables(
        at: impl Into<Location>,
        tables: &[&'static Table],
    ) -> Result<Self, StoreError> {
        Self::open_some(Home::find(at.into())?, tables).await
    }

    #[cfg(test)]
    pub(crate) async fn open_on(disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        Self::open_at(Home::folder(disk)).await
    }

    #[cfg(test)]
    pub(crate) async fn open_at(home: Home) -> Result<Self, StoreError> {
        Self::open_some(home, &TABLES).await
    }

    /// Writes nothing, whatever there is.
    pub(crate) async fn open_some(
        home: Home,
        wanted: &[&'static Table],
    ) -> Result<Self, StoreError> {
        let objects = home.files.objects("reader");
        let mut tables = Vec::with_capacity(wanted.len());
        // Logs before tables: what has left a log is in the table by then.
        let mut tail = Tail::read(&home, wanted)?;
        // The last table first: what it has, the others have by then.
        for table in TABLES.into_iter().rev().filter(|table| wanted.contains(table)) {
            let log = DeltaLog::load(Arc::clone(&objects), table).await;
            let Some(log) = log.map_err(StoreError::table(table))? else {
                // Whoever opens the store to write makes it.
                tables.push((table, 0, Vec::new()));
                continue;
            };
            tail.leave_out_committed(&log, table).await?;
            let files = log.files().map_err(StoreError::table(table))?;
            tables.push((table, log.version(), files));
        }
        tables.reverse();
        let tail = tail.rows(&home)?;
        Ok(Self { home, tables, tail })
    }

    /// Rows of a table that were acknowledged, or are about to be, and that no file has yet.
    ///
    /// **Shape**: the columns of the table, then its revision and day; texts that repeat may be
    /// dictionaries.
    pub fn tail(&self, table: &Table) -> &[RecordBatch] {
        &self.tail[place(table)]
    }

    /// Opens a file of a table, to read some of it without a query.
    ///
    /// **Errors**: those of the disk; one of kind [`NotFound`](io::ErrorKind::NotFound) also when the file has been
    /// replaced since and was removed.
    pub fn file(&self, table: &Table, file: &DataFile) -> io::Result<StoredFile> {
        StoredFile::open(&self.home, &format!("tables/{}/{}", table.name, file.path))
    }

    /// The store's files, by the paths that they have below `tables/` and their table's name.
    pub fn objects(&self) -> Arc<dyn ObjectStore> {
        self.home.files.objects("reader")
    }

    /// Each table that was read with its version and the files that make it up, which lie below `tables/` and the
    /// table's name in the store's folder.
    pub fn tables(&self) -> impl Iterator<Item = (&'static Table, u64, &[DataFile])> {
        self.tables.iter().map(|(table, version, files)| (*table, *version, &**files))
    }

    /// Reads every file through: those of the tables, of their logs and of the write-ahead logs. Tells
    /// each that is not what was written.
    pub fn verify(&self) -> Vec<Damage> {
        let mut damage = Vec::new();
        for (table, _, files) in &self.tables {
            let folder = format!("tables/{}", table.name);
            for file in files {
                let path = format!("{folder}/{}", file.path);
                if let Err(reason) = self.check(&path, file) {
                    damage.push(Damage { path, reason });
                }
            }
            self.check_log(&format!("{folder}/_delta_log"), &mut damage);
        }
        self.check_written_ahead(&mut damage);
        damage
    }

    /// Reads one file of a table through.
    fn check(&self, path: &str, file: &DataFile) -> Result<(), String> {
        read::check(&self.home, path, file.size)?;
        let mut count = 0;
        for rows in read::rows(&self.home, path).map_err(|error| error.to_string())? {
            count += rows.map_err(|error| error.to_string())?.num_rows() as u64;
        }
        if count == file.rows {
            Ok(())
        } else {
            Err(format!("it has {count} rows, and should have {}", file.rows))
        }
    }

    /// Reads the log of a table through.
    fn check_log(&self, dir: &str, damage: &mut Vec<Damage>) {
        let mut names = self.home.files.of_log(dir).unwrap_or_else(|error| {
            damage.push(Damage { path: dir.to_owned(), reason: error.to_string() });
            Vec::new()
        });
        names.sort_unstable();
        for name in names {
            let path = format!("{dir}/{name}");
            match self.home.files.check_log(&path) {
                // Somebody removed it just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => damage.push(Damage { path, reason: error.to_string() }),
                Ok(()) => {}
            }
        }
    }

    /// Reads the logs of all writers of this machine through.
    fn check_written_ahead(&self, damage: &mut Vec<Damage>) {
        let Home { log: disk, wal, .. } = &self.home;
        for writer in listed(&**disk, wal, damage).into_iter().filter(|entry| entry.is_dir) {
            let dir = format!("{wal}/{}", writer.name);
            for file in listed(&**disk, &dir, damage) {
                let path = format!("{dir}/{}", file.name);
                if file.name.strip_suffix(".log").is_none() {
                    continue;
                }
                let reason = match log::check(&**disk, &path) {
                    Ok(()) => continue,
                    Err(LogError::Corrupt { offset, reason, .. }) => {
                        format!("byte {offset}: {reason}")
                    }
                    Err(error) => error.to_string(),
                };
                damage.push(Damage { path, reason });
            }
        }
    }
}

/// What stands in a folder, by name.
fn listed(disk: &dyn Disk, dir: &str, damage: &mut Vec<Damage>) -> Vec<Entry> {
    let mut entries = disk.list(dir).unwrap_or_else(|error| {
        damage.push(Damage { path: dir.to_owned(), reason: error.to_string() });
        Vec::new()
    });
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    entries
}

/// What stands in the logs of writers.
struct Tail {
    records: Vec<Logged>,
}

/// A record of a log, decoded.
struct Logged {
    writer: String,
    sequence: u64,
    /// Rows by the place of their table.
    batches: Vec<(usize, RecordBatch)>,
}

impl Tail {
    /// Reads the rows of some tables: the others may be many.
    fn read(
        Home { log: disk, wal, .. }: &Home,
        wanted: &[&'static Table],
    ) -> Result<Self, StoreError> {
        let mut records = Vec::new();
        for entry in disk.list(wal).map_err(StoreError::Folder)? {
            if !entry.is_dir {
                continue;
            }
            let writer = format!("{wal}/{}", entry.name);
            Log::read(&**disk, &writer, |Record { sequence, payload }| {
                let (_, batches) = decode(&payload, |table| wanted.contains(&table))?;
                if !batches.is_empty() {
                    records.push(Logged { writer: writer.clone(), sequence, batches });
                }
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(Self { records })
    }

    /// Leaves out what a table has.
    async fn leave_out_committed(
        &mut self,
        log: &DeltaLog,
        table: &'static Table,
    ) -> Result<(), StoreError> {
        let of_table = place(table);
        let mut known: Option<(&str, u64)> = None;
        for Logged { writer, sequence, batches } in &mut self.records {
            let committed = match known {
                Some((of, committed)) if of == writer => committed,
                _ => log.committed(writer).await.map_err(StoreError::table(table))?,
            };
            known = Some((writer, committed));
            if *sequence <= committed {
                batches.retain(|(place, _)| *place != of_table);
            }
        }
        Ok(())
    }

    /// The rows by table, without those of people who were erased.
    fn rows(self, home: &Home) -> Result<[Vec<RecordBatch>; TABLES.len()], StoreError> {
        let mut tail = [const { Vec::new() }; TABLES.len()];
        let batches = self.records.into_iter().flat_map(|logged| logged.batches);
        let tombstones = Tombstones::open(home.clone()).map_err(StoreError::Folder)?;
        for (place, rows) in batches {
            let left = door::without_forgotten(&tombstones, TABLES[place], &rows);
            let left = left.map_err(StoreError::Rows)?.unwrap_or(rows);
            tail[place].push(order::sorted(TABLES[place], &left).map_err(StoreError::Rows)?);
        }
        Ok(tail)
    }
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file, below the store's folder.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}
