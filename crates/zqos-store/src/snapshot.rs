//! The tables as they are at one moment, for whoever reads.

use std::io;
use std::sync::Arc;

use arrow::array::RecordBatch;
use zqos_core::table::{TABLES, Table};

use crate::delta::{DataFile, DeltaLog, TableLog as _};
use crate::disk::{Disk, LocalDisk};
use crate::door;
use crate::home::{Home, Location};
use crate::layout::{self, LayoutError};
use crate::log::{Log, Record};
use crate::order;
use crate::read;
use crate::store::{StoreError, WAL, decode, place};
use crate::tombstone::Tombstones;

/// The tables of a store, for reading: one version of each, taken at one time.
#[derive(Debug)]
pub struct Snapshot {
    home: Home,
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
        let Location::Folder(folder) = at.into();
        let missing = || LayoutError::Missing(folder.display().to_string());
        let disk: Arc<dyn Disk> = match LocalDisk::at(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing().into()),
            disk => Arc::new(disk.map_err(StoreError::Folder)?),
        };
        if layout::is_there(&*disk)? { Self::open_on(disk).await } else { Err(missing().into()) }
    }

    /// Writes nothing, whatever there is.
    pub(crate) async fn open_on(disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let home = Home::folder(disk);
        let objects = home.objects("reader");
        let mut tables = Vec::with_capacity(TABLES.len());
        // Logs before tables: what has left a log is in the table by then.
        let mut tail = Tail::read(&home.log)?;
        // The last table first: what it has, the others have by then.
        for table in TABLES.into_iter().rev() {
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

    /// Each table with its version and the files that make it up, which lie below `tables/` and the
    /// table's name in the store's folder.
    pub fn tables(&self) -> impl Iterator<Item = (&'static Table, u64, &[DataFile])> {
        self.tables.iter().map(|(table, version, files)| (*table, *version, &**files))
    }

    /// Reads every file through, and tells each that is not what its table's log says.
    pub fn verify(&self) -> Vec<Damage> {
        let files = self.tables.iter().flat_map(|(table, _, files)| {
            files.iter().map(move |file| (format!("tables/{}/{}", table.name, file.path), file))
        });
        let check = |(path, file): (String, &DataFile)| {
            let reason = match self.check(&path, file) {
                Ok(()) => return None,
                Err(reason) => reason,
            };
            Some(Damage { path, reason })
        };
        files.filter_map(check).collect()
    }

    /// Reads one file through.
    fn check(&self, path: &str, file: &DataFile) -> Result<(), String> {
        let bytes = self.home.read_all(path).map_err(|error| error.to_string())?;
        if bytes.len() as u64 != file.size {
            return Err(format!("it has {} bytes, and should have {}", bytes.len(), file.size));
        }
        let checksum = format!("-{:08x}.parquet", crc32c::crc32c(&bytes));
        if !path.ends_with(&checksum) {
            return Err("its content is not what was written: the checksum differs".to_owned());
        }
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
    fn read(disk: &Arc<dyn Disk>) -> Result<Self, StoreError> {
        let mut records = Vec::new();
        for entry in disk.list(WAL).map_err(StoreError::Folder)? {
            if !entry.is_dir {
                continue;
            }
            let writer = format!("{WAL}/{}", entry.name);
            for Record { sequence, payload } in
                Log::read(&**disk, &writer).map_err(StoreError::Folder)?
            {
                let (_, batches) = decode(&payload)?;
                records.push(Logged { writer: writer.clone(), sequence, batches });
            }
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
