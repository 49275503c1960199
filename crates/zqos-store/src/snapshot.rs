//! The tables as they are at one moment, for whoever reads.

use std::io;
use std::path::Path;
use std::sync::Arc;

use object_store::ObjectStore;
use zqos_core::table::{TABLES, Table};

use crate::checksum;
use crate::delta::{DataFile, DeltaLog, TableLog as _};
use crate::disk::{Disk, Entry, LocalDisk};
use crate::layout::{self, LayoutError};
use crate::log::{self, LogError};
use crate::object::DiskObjects;
use crate::read;
use crate::store::{StoreError, WAL};

/// The tables of a store, for reading: one version of each, taken at one time.
#[derive(Debug)]
pub struct Snapshot {
    disk: Arc<dyn Disk>,
    tables: Vec<(&'static Table, u64, Vec<DataFile>)>,
}

impl Snapshot {
    /// Reads the tables' logs. A batch that is being committed may be there in part: its meetings
    /// and participants first.
    ///
    /// **Errors**: [`LayoutError::Missing`](crate::LayoutError::Missing) when there is no store.
    pub async fn open(folder: &Path) -> Result<Self, StoreError> {
        let missing = || LayoutError::Missing(folder.display().to_string());
        let disk: Arc<dyn Disk> = match LocalDisk::at(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing().into()),
            disk => Arc::new(disk.map_err(StoreError::Folder)?),
        };
        if layout::is_there(&*disk)? { Self::open_on(disk).await } else { Err(missing().into()) }
    }

    /// Writes nothing, whatever there is.
    pub(crate) async fn open_on(disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let objects = Arc::new(DiskObjects::new(Arc::clone(&disk)));
        let mut tables = Vec::with_capacity(TABLES.len());
        // The last table first: what it has, the others have by then.
        for table in TABLES.into_iter().rev() {
            let objects: Arc<dyn ObjectStore> = Arc::<DiskObjects>::clone(&objects);
            let log = DeltaLog::load(objects, table).await.map_err(StoreError::table(table))?;
            tables.push(match log {
                Some(log) => {
                    let files = log.files().map_err(StoreError::table(table))?;
                    (table, log.version(), files)
                }
                // Whoever opens the store to write makes it.
                None => (table, 0, Vec::new()),
            });
        }
        tables.reverse();
        Ok(Self { disk, tables })
    }

    /// Each table with its version and the files that make it up, which lie below `tables/` and the
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
        read::check(&*self.disk, path, file.size)?;
        let mut count = 0;
        for rows in read::rows(&self.disk, path).map_err(|error| error.to_string())? {
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
        for Entry { name, .. } in self.list(dir, damage) {
            let path = format!("{dir}/{name}");
            let content = self.disk.read_all(&path);
            let checked =
                content.and_then(|content| checksum::check_all(&*self.disk, &path, &content));
            match checked {
                // Somebody removed it just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => damage.push(Damage { path, reason: error.to_string() }),
                Ok(()) => {}
            }
        }
    }

    /// Reads the logs of all writers through.
    fn check_written_ahead(&self, damage: &mut Vec<Damage>) {
        for writer in self.list(WAL, damage).into_iter().filter(|entry| entry.is_dir) {
            let dir = format!("{WAL}/{}", writer.name);
            for file in self.list(&dir, damage) {
                let path = format!("{dir}/{}", file.name);
                if file.name.strip_suffix(".log").is_none() {
                    continue;
                }
                let reason = match log::check(&*self.disk, &path) {
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

    /// What stands in a folder, by name.
    fn list(&self, dir: &str, damage: &mut Vec<Damage>) -> Vec<Entry> {
        let mut entries = self.disk.list(dir).unwrap_or_else(|error| {
            damage.push(Damage { path: dir.to_owned(), reason: error.to_string() });
            Vec::new()
        });
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        entries
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
