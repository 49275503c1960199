//! Where a store is: its write-ahead logs on a disk of this machine, everything else there too or where
//! other machines see it.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use object_store::ObjectStore;
use url::Url;

use crate::checksum;
use crate::disk::{Disk, Entry, LocalDisk, Site, parent};
use crate::layout::{self, LayoutError};
use crate::object::DiskObjects;
use crate::reserve::Reserve;
use crate::store::StoreError;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In a folder, all of it.
    Folder(PathBuf),
    /// Below a prefix of a bucket of S3, but for the write-ahead log.
    S3 {
        /// As in `s3://bucket/prefix`.
        url: Url,
        /// The folder of the write-ahead log, on this machine.
        log: PathBuf,
    },
}

impl Location {
    /// The folder on this machine in which the store is, or its write-ahead log.
    pub fn local(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::S3 { log, .. } => log,
        }
    }

    /// The name of a folder for the write-ahead log of the store at a URL, where there are logs of several
    /// stores.
    #[cfg(feature = "s3")]
    pub fn log_name(url: &Url) -> String {
        use sha2::{Digest as _, Sha256};

        let digest = Sha256::digest(url.as_str().trim_end_matches('/'));
        let (first, _) = digest.split_first_chunk().expect("it has 32 bytes");
        format!("{:016x}", u64::from_be_bytes(*first))
    }
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

/// Where logs of writers are on the disk that they are on.
const WAL: &str = "wal";

/// The two places of a store.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    /// Where write-ahead logs and locks are: on this machine.
    pub(crate) log: Arc<dyn Disk>,
    /// The folder of the logs there. What is below it tells a writer from all others of the store.
    pub(crate) wal: String,
    /// Where `layout.json`, the tables and the tombstones are.
    pub(crate) files: Arc<dyn Files>,
    /// Writers of other machines, of which no lock tells, may use the files at the same time.
    pub(crate) is_shared: bool,
}

impl Home {
    /// All of it on one disk.
    pub(crate) fn folder(disk: Arc<dyn Disk>) -> Self {
        let files = Arc::new(Arc::clone(&disk));
        Self { log: disk, wal: WAL.to_owned(), files, is_shared: false }
    }

    /// Logs on a disk of this machine, everything else where other machines see it.
    #[cfg(any(test, feature = "s3"))]
    pub(crate) fn shared(log: Arc<dyn Disk>, files: Arc<dyn Files>) -> io::Result<Self> {
        log.create_dir(WAL)?;
        let wal = format!("{WAL}/{}", machine(&*log)?);
        Ok(Self { log, wal, files, is_shared: true })
    }

    /// The same for whoever reads, who makes nothing: without logs on the disk there are none.
    #[cfg(any(test, feature = "s3"))]
    pub(crate) fn shared_for_reading(
        log: Arc<dyn Disk>,
        files: Arc<dyn Files>,
    ) -> io::Result<Self> {
        let wal = known_machine(&*log)?.map_or(WAL.to_owned(), |name| format!("{WAL}/{name}"));
        Ok(Self { log, wal, files, is_shared: true })
    }

    /// The home of a store at a place, which is made where there is none.
    pub(crate) fn make(at: Location) -> Result<Self, StoreError> {
        match at {
            Location::Folder(folder) => {
                let disk = LocalDisk::create(&folder).map_err(StoreError::Folder)?;
                Ok(Self::folder(Arc::new(disk)))
            }
            #[cfg(any(test, feature = "s3"))]
            Location::S3 { url, log } => crate::s3::make(&url, &log),
            #[cfg(not(any(test, feature = "s3")))]
            Location::S3 { .. } => Err(StoreError::WithoutS3),
        }
    }

    /// The home of a store that is there, for whoever reads. Nothing is written.
    ///
    /// **Errors**: [`LayoutError::Missing`].
    pub(crate) fn find(at: Location) -> Result<Self, StoreError> {
        match at {
            Location::Folder(folder) => {
                let missing = || LayoutError::Missing(folder.display().to_string());
                let disk = match LocalDisk::at(&folder) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        return Err(missing().into());
                    }
                    disk => disk.map_err(StoreError::Folder)?,
                };
                if !layout::is_there(&disk)? {
                    return Err(missing().into());
                }
                Ok(Self::folder(Arc::new(disk)))
            }
            #[cfg(any(test, feature = "s3"))]
            Location::S3 { url, log } => crate::s3::find(&url, &log),
            #[cfg(not(any(test, feature = "s3")))]
            Location::S3 { .. } => Err(StoreError::WithoutS3),
        }
    }
}

/// What tells this machine from others that write to the same store: the name of the folder of its logs,
/// which it draws.
#[cfg(any(test, feature = "s3"))]
fn machine(log: &dyn Disk) -> io::Result<String> {
    // Two programs may draw at the same time.
    let _alone = log.wait_for_lock(&format!("{WAL}/machine"))?;
    if let Some(name) = known_machine(log)? {
        return Ok(name);
    }
    let name = format!("{:0DIGITS$x}", rand::random::<u64>());
    log.create_dir(&format!("{WAL}/{name}"))?;
    Ok(name)
}

/// The same, if it was drawn.
#[cfg(any(test, feature = "s3"))]
fn known_machine(log: &dyn Disk) -> io::Result<Option<String>> {
    let names = log.list(WAL)?.into_iter().filter(|entry| entry.is_dir).map(|entry| entry.name);
    let is_machine =
        |name: &String| name.len() == DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(names.filter(is_machine).min())
}

/// How long a machine's name is.
#[cfg(any(test, feature = "s3"))]
const DIGITS: usize = 16;

/// Files that every writer of a store sees.
pub(crate) trait Files: fmt::Debug + Send + Sync {
    /// True when there is a store with this layout, false when there is nothing.
    fn look(&self) -> Result<bool, LayoutError>;

    /// Checks the layout of what is there, and gives one to an empty place.
    fn prepare(&self) -> Result<(), LayoutError>;

    /// The files as an object store, in which `writer` writes.
    fn objects(&self, writer: &str) -> Arc<dyn ObjectStore>;

    /// The same, with room that may be used when the disk is full.
    fn objects_with(&self, writer: &str, reserve: &Arc<Reserve>) -> Arc<dyn ObjectStore>;

    /// Opens a file that is in its table's log, and so never changes.
    fn open(&self, path: &str) -> io::Result<Arc<dyn Content>>;

    /// Reads a whole file.
    fn read_all(&self, path: &str) -> io::Result<Vec<u8>>;

    /// What tells a file from the one that takes its place.
    fn stamp(&self, path: &str) -> io::Result<Stamp>;

    /// Makes a file, durably; false when there is one.
    fn create(&self, path: &str, content: &[u8]) -> io::Result<bool>;

    /// Puts a file in place of the one that `was` there, durably; false when that is another by now.
    /// Where a lock keeps others away that is not looked at.
    fn replace(&self, path: &str, content: &[u8], was: Option<&Stamp>) -> io::Result<bool>;

    /// The files in the folders of a table, but those of its log: their paths below the table's folder.
    fn of_table(&self, folder: &str) -> io::Result<Vec<(String, Entry)>>;

    /// The names of what stands in the folder of a table's log, in no order.
    fn of_log(&self, dir: &str) -> io::Result<Vec<String>>;

    /// Reads a file of a table's log through; fails when it is not what was written, as far as it tells.
    fn check_log(&self, path: &str) -> io::Result<()>;

    /// Removes a file; `sync_dir` makes that durable.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Makes the names in a folder durable: `sync_dir` says where that was asked for.
    fn sync_dir_for(&self, dir: &str, site: Site) -> io::Result<()>;
}

impl dyn Files {
    /// Makes the names in a folder durable.
    #[track_caller]
    pub(crate) fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.sync_dir_for(dir, std::panic::Location::caller())
    }
}

/// The bytes of a file.
pub(crate) trait Content: fmt::Debug + Send + Sync {
    /// How many there are.
    fn len(&self) -> u64;

    /// Reads a range of them.
    fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>>;
}

/// What tells a file from another in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) len: u64,
    pub(crate) modified: SystemTime,
    /// What the files' keeper tells them apart by.
    pub(crate) tag: Option<String>,
}

/// The name of the folder of a table's log.
pub(crate) const DELTA_LOG: &str = "_delta_log";

/// A file on a disk.
#[derive(Debug)]
struct OnDisk {
    disk: Arc<dyn Disk>,
    path: String,
    len: u64,
}

impl Content for OnDisk {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.disk.read(&self.path, range)
    }
}

impl Files for Arc<dyn Disk> {
    fn look(&self) -> Result<bool, LayoutError> {
        layout::look(&**self)
    }

    fn prepare(&self) -> Result<(), LayoutError> {
        layout::open(&**self)
    }

    fn objects(&self, writer: &str) -> Arc<dyn ObjectStore> {
        Arc::new(DiskObjects::new(Self::clone(self), writer))
    }

    fn objects_with(&self, writer: &str, reserve: &Arc<Reserve>) -> Arc<dyn ObjectStore> {
        let objects = DiskObjects::new(Self::clone(self), writer);
        Arc::new(objects.with_reserve(Arc::clone(reserve)))
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn Content>> {
        let len = self.describe(path)?.len;
        Ok(Arc::new(OnDisk { disk: Self::clone(self), path: path.to_owned(), len }))
    }

    fn read_all(&self, path: &str) -> io::Result<Vec<u8>> {
        (**self).read_all(path)
    }

    fn stamp(&self, path: &str) -> io::Result<Stamp> {
        let Entry { len, modified, .. } = self.describe(path)?;
        Ok(Stamp { len, modified, tag: None })
    }

    fn create(&self, path: &str, content: &[u8]) -> io::Result<bool> {
        match self.describe(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.replace(path, content, None)
            }
            there => there.map(|_| false),
        }
    }

    fn replace(&self, path: &str, content: &[u8], _: Option<&Stamp>) -> io::Result<bool> {
        let dir = parent(path);
        self.create_dir(dir)?;
        let unfinished = format!("{path}.unfinished");
        match (**self).remove(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = (**self).create(&unfinished)?;
        file.write_all(content)?;
        file.sync()?;
        self.rename(&unfinished, path)?;
        (**self).sync_dir(dir)?;
        Ok(true)
    }

    fn of_table(&self, folder: &str) -> io::Result<Vec<(String, Entry)>> {
        let mut files = Vec::new();
        for day in self.list(folder)? {
            if !day.is_dir || day.name == DELTA_LOG {
                continue;
            }
            for file in self.list(&format!("{folder}/{}", day.name))? {
                if !file.is_dir {
                    files.push((format!("{}/{}", day.name, file.name), file));
                }
            }
        }
        Ok(files)
    }

    fn of_log(&self, dir: &str) -> io::Result<Vec<String>> {
        Ok(self.list(dir)?.into_iter().map(|entry| entry.name).collect())
    }

    fn check_log(&self, path: &str) -> io::Result<()> {
        checksum::check_all(&**self, path, &(**self).read_all(path)?)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        (**self).remove(path)
    }

    fn sync_dir_for(&self, dir: &str, site: Site) -> io::Result<()> {
        (**self).sync_dir_for(dir, site)
    }
}
