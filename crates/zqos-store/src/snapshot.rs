//! The tables as they are at one moment, for whoever reads.

use std::path::Path;
use std::sync::Arc;

use zqos_core::table::{TABLES, Table};

use crate::delta::{DataFile, TableLog as _};
use crate::disk::{Disk, LocalDisk};
use crate::layout;
use crate::object::DiskObjects;
use crate::read;
use crate::store::{StoreError, open_tables};

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
        layout::check(folder)?;
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk::new(folder).map_err(StoreError::Folder)?);
        let objects = Arc::new(DiskObjects::new(Arc::clone(&disk)));
        let mut tables = Vec::with_capacity(TABLES.len());
        // The last table first: what it has, the others have by then.
        for (log, table) in open_tables(&objects).await?.into_iter().zip(TABLES).rev() {
            let files = log.files().map_err(StoreError::table(table))?;
            tables.push((table, log.version(), files));
        }
        tables.reverse();
        Ok(Self { disk, tables })
    }

    /// Each table with its version and the files that make it up, which lie below `tables/` and the
    /// table's name in the store's folder.
    pub fn tables(&self) -> impl Iterator<Item = (&'static Table, u64, &[DataFile])> {
        self.tables.iter().map(|(table, version, files)| (*table, *version, &**files))
    }

    pub(crate) fn disk(&self) -> &dyn Disk {
        &*self.disk
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
