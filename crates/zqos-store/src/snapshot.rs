//! The tables as they are at one moment, for whoever reads.

use std::io;
use std::path::Path;
use std::sync::Arc;

use object_store::ObjectStore;
use zqos_core::table::{TABLES, Table};

use crate::delta::{DataFile, DeltaLog, TableLog as _};
use crate::disk::{Disk, LocalDisk};
use crate::layout::{self, LayoutError};
use crate::object::DiskObjects;
use crate::read;
use crate::store::StoreError;

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
        let bytes = self.disk.read_all(path).map_err(|error| error.to_string())?;
        if bytes.len() as u64 != file.size {
            return Err(format!("it has {} bytes, and should have {}", bytes.len(), file.size));
        }
        let checksum = format!("-{:08x}.parquet", crc32c::crc32c(&bytes));
        if !path.ends_with(&checksum) {
            return Err("its content is not what was written: the checksum differs".to_owned());
        }
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
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file, below the store's folder.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}
