//! Where a store is: its write-ahead logs on a disk of this machine, and everything else.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;

use crate::disk::{Disk, Entry, parent};
use crate::object::DiskObjects;
use crate::reserve::Reserve;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In a folder, all of it.
    Folder(PathBuf),
}

impl From<&Path> for Location {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }
}

impl From<PathBuf> for Location {
    fn from(folder: PathBuf) -> Self {
        Self::Folder(folder)
    }
}

/// The two places of a store.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    /// Where write-ahead logs and locks are: on this machine.
    pub(crate) log: Arc<dyn Disk>,
    /// Where `layout.json`, the tables and the tombstones are.
    files: Arc<dyn Disk>,
}

impl Home {
    /// All of it on one disk.
    pub(crate) fn folder(disk: Arc<dyn Disk>) -> Self {
        Self { log: Arc::clone(&disk), files: disk }
    }

    /// The files as an object store, in which `writer` writes.
    pub(crate) fn objects(&self, writer: &str) -> Arc<dyn ObjectStore> {
        Arc::new(DiskObjects::new(Arc::clone(&self.files), writer))
    }

    /// The same, with room that may be used when the disk is full.
    pub(crate) fn objects_with(
        &self,
        writer: &str,
        reserve: &Arc<Reserve>,
    ) -> Arc<dyn ObjectStore> {
        let objects = DiskObjects::new(Arc::clone(&self.files), writer);
        Arc::new(objects.with_reserve(Arc::clone(reserve)))
    }

    /// Where everything but logs and locks is.
    pub(crate) fn files(&self) -> &dyn Disk {
        &*self.files
    }

    /// What is told of a file.
    pub(crate) fn describe(&self, path: &str) -> io::Result<Entry> {
        self.files.describe(path)
    }

    /// Reads a range of a file.
    pub(crate) fn read(&self, path: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.files.read(path, range)
    }

    /// Reads a whole file.
    pub(crate) fn read_all(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.read_all(path)
    }

    /// What stands in a folder, in no order; nothing when there is no such folder.
    pub(crate) fn list(&self, dir: &str) -> io::Result<Vec<Entry>> {
        self.files.list(dir)
    }

    /// Removes a file; [`sync_dir`](Self::sync_dir) makes that durable.
    pub(crate) fn remove(&self, path: &str) -> io::Result<()> {
        self.files.remove(path)
    }

    /// Makes the names in a folder durable.
    #[track_caller]
    pub(crate) fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.files.sync_dir_for(dir, std::panic::Location::caller())
    }

    /// Puts a file in place of whatever has its name, durably.
    pub(crate) fn replace(&self, path: &str, content: &[u8]) -> io::Result<()> {
        let dir = parent(path);
        self.files.create_dir(dir)?;
        let unfinished = format!("{path}.unfinished");
        match self.files.remove(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = self.files.create(&unfinished)?;
        file.write_all(content)?;
        file.sync()?;
        self.files.rename(&unfinished, path)?;
        self.files.sync_dir(dir)
    }
}
