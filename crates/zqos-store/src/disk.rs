//! Files, as far as the store needs them.
//!
//! Everything that is written goes through [`Disk`], so that tests can lose what was not synced. Paths
//! are relative to the store's folder and separated by `/`; they are made of names of ours, never of
//! data.

#[cfg(feature = "faults")]
pub(crate) mod capped;
#[cfg(test)]
pub(crate) mod faulty;

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The place in the code that makes something durable: tests leave out one at a time.
pub(crate) type Site = &'static Location<'static>;

/// Where files are.
///
/// A file's content is durable after `File::sync`, its name, and that of a folder, after `Disk::sync_dir`
/// of the folder that it stands in. Nothing else is: after a loss of power, writes and names that were
/// not synced may be there or not, each by itself.
pub(crate) trait Disk: fmt::Debug + Send + Sync + 'static {
    /// Makes a folder in one that is there; nothing happens when it is there too.
    fn make_dir(&self, dir: &str) -> io::Result<()>;

    /// Makes a file that must not be there yet.
    fn create(&self, path: &str) -> io::Result<Box<dyn File>>;

    /// Makes a file of so many bytes that are taken from the disk at once, in place of one that is
    /// there.
    fn allocate(&self, path: &str, bytes: u64) -> io::Result<()>;

    /// How many bytes there is room for; `None` when the disk does not tell.
    fn free(&self) -> io::Result<Option<u64>>;

    /// A number that tells this disk from others; `None` when none does.
    fn device(&self) -> io::Result<Option<u64>>;

    /// Reads a range of a file.
    fn read(&self, path: &str, range: Range<u64>) -> io::Result<Vec<u8>>;

    /// What is told of a file.
    fn describe(&self, path: &str) -> io::Result<Entry>;

    /// What stands in a folder, in no order; nothing when there is no such folder.
    fn list(&self, dir: &str) -> io::Result<Vec<Entry>>;

    /// The names of that, which take less time.
    fn names(&self, dir: &str) -> io::Result<Vec<String>> {
        Ok(self.list(dir)?.into_iter().map(|entry| entry.name).collect())
    }

    /// Gives a file a second name, which must not be there yet.
    fn link(&self, from: &str, to: &str) -> io::Result<()>;

    /// Gives a file another name, in place of whatever had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Makes the names in a folder durable: `sync_dir` says where that was asked for.
    fn sync_dir_for(&self, dir: &str, site: Site) -> io::Result<()>;

    /// Takes a file for this process alone, until what is returned is dropped; the file is made if it
    /// is not there. `None` when another process has it.
    fn lock(&self, path: &str) -> io::Result<Option<Lock>>;

    /// Takes a file as [`lock`](Self::lock) does, and waits for it.
    fn wait_for_lock(&self, path: &str) -> io::Result<Lock>;

    /// Takes a file together with others who take it so, and waits for whoever has it alone.
    fn wait_for_shared_lock(&self, path: &str) -> io::Result<Lock>;

    /// Reads a whole file.
    fn read_all(&self, path: &str) -> io::Result<Vec<u8>> {
        let len = self.describe(path)?.len;
        self.read(path, 0..len)
    }
}

impl dyn Disk {
    /// Makes a folder and those above it, durably, also those that are there: whoever made them may
    /// have died before they were durable.
    pub(crate) fn create_dir(&self, dir: &str) -> io::Result<()> {
        if dir.is_empty() {
            return Ok(());
        }
        self.create_dir(parent(dir))?;
        self.make_dir(dir)?;
        self.sync_dir(parent(dir))
    }

    /// Makes the names in a folder durable.
    #[track_caller]
    pub(crate) fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.sync_dir_for(dir, Location::caller())
    }
}

/// Something that this process has alone, until it is dropped.
pub(crate) type Lock = Box<dyn fmt::Debug + Send + Sync>;

/// A file that is being written.
pub(crate) trait File: Send + Sync {
    /// Adds bytes at the end.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything that was written durable: `sync` says where that was asked for.
    fn sync_for(&mut self, site: Site) -> io::Result<()>;
}

impl dyn File {
    /// Makes everything that was written durable. After a failure nobody knows what is, and nothing
    /// ever makes it so.
    #[track_caller]
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.sync_for(Location::caller())
    }
}

/// A file or a folder in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) len: u64,
    pub(crate) is_dir: bool,
    pub(crate) modified: SystemTime,
}

/// The folder that a path stands in; the root is the empty path.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// A folder of the operating system.
#[derive(Debug, Clone)]
pub(crate) struct LocalDisk {
    root: PathBuf,
    #[cfg(feature = "faults")]
    cap: Option<std::sync::Arc<capped::DiskCap>>,
}

impl LocalDisk {
    /// The folder `root`, which is there.
    pub(crate) fn at(root: &Path) -> io::Result<Self> {
        Ok(Self::of(root.canonicalize()?))
    }

    fn of(root: PathBuf) -> Self {
        Self {
            root,
            #[cfg(feature = "faults")]
            cap: None,
        }
    }

    /// The same, which makes no more durable than this lets it.
    #[cfg(feature = "faults")]
    pub(crate) fn capped(self, cap: std::sync::Arc<capped::DiskCap>) -> Self {
        Self { cap: Some(cap), ..self }
    }

    /// The folder `root`; where there is none nothing is in it.
    #[cfg(any(test, feature = "s3"))]
    pub(crate) fn at_or_nowhere(root: &Path) -> io::Result<Self> {
        match Self::at(root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self::of(std::path::absolute(root)?))
            }
            disk => disk,
        }
    }

    /// The folder `root`, which is made if it is not there.
    pub(crate) fn create(root: &Path) -> io::Result<Self> {
        let root = std::path::absolute(root)?;
        // Its own name too where it is there: somebody may have made it just now.
        let missing = root.ancestors().take_while(|dir| *dir == root || !dir.is_dir());
        for dir in missing.collect::<Vec<_>>().into_iter().rev() {
            make_dir(dir)?;
            dir.parent().map_or(Ok(()), sync_dir)?;
        }
        Self::at(&root)
    }

    fn path(&self, path: &str) -> PathBuf {
        path.split('/')
            .filter(|name| !name.is_empty())
            .fold(self.root.clone(), |path, name| path.join(name))
    }
}

/// Goes through a folder, if there is one.
fn for_each_name(
    dir: &Path,
    mut see: impl FnMut(String, fs::DirEntry) -> io::Result<()>,
) -> io::Result<()> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for found in entries {
        let found = found?;
        // Names of ours are UTF-8; others are none of our business.
        if let Ok(name) = found.file_name().into_string() {
            see(name, found)?;
        }
    }
    Ok(())
}

impl Disk for LocalDisk {
    fn make_dir(&self, dir: &str) -> io::Result<()> {
        make_dir(&self.path(dir))
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn File>> {
        let file = fs::OpenOptions::new().append(true).create_new(true).open(self.path(path))?;
        #[cfg(feature = "faults")]
        if let Some(cap) = &self.cap {
            return Ok(Box::new(capped::Capped::new(file, cap)));
        }
        Ok(Box::new(file))
    }

    fn allocate(&self, path: &str, bytes: u64) -> io::Result<()> {
        let path = self.path(path);
        let allocated = fs::File::create(&path).and_then(|file| allocate(&file, bytes));
        if allocated.is_err() {
            // It may have got a part.
            drop(fs::remove_file(path));
        }
        allocated
    }

    #[cfg(unix)]
    fn device(&self) -> io::Result<Option<u64>> {
        Ok(Some(std::os::unix::fs::MetadataExt::dev(&fs::metadata(&self.root)?)))
    }

    #[cfg(not(unix))]
    fn device(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    #[cfg(target_os = "linux")]
    fn free(&self) -> io::Result<Option<u64>> {
        let found = rustix::fs::statvfs(&self.root)?;
        Ok(Some(found.f_bavail.saturating_mul(found.f_frsize)))
    }

    #[cfg(not(target_os = "linux"))]
    fn free(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn read(&self, path: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut file = fs::File::open(self.path(path))?;
        file.seek(SeekFrom::Start(range.start))?;
        let len = range.end.saturating_sub(range.start);
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        file.take(len).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == len { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn describe(&self, path: &str) -> io::Result<Entry> {
        let name = path.rsplit('/').next().unwrap_or_default();
        entry(name.to_owned(), &fs::metadata(self.path(path))?)
    }

    fn list(&self, dir: &str) -> io::Result<Vec<Entry>> {
        let mut list = Vec::new();
        for_each_name(&self.path(dir), |name, found| {
            match found.metadata().and_then(|metadata| entry(name, &metadata)) {
                // Somebody removed it just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                found => list.push(found?),
            }
            Ok(())
        })?;
        Ok(list)
    }

    fn names(&self, dir: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for_each_name(&self.path(dir), |name, _| {
            names.push(name);
            Ok(())
        })?;
        Ok(names)
    }

    fn link(&self, from: &str, to: &str) -> io::Result<()> {
        fs::hard_link(self.path(from), self.path(to))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.path(path))
    }

    fn sync_dir_for(&self, dir: &str, _: Site) -> io::Result<()> {
        sync_dir(&self.path(dir))
    }

    fn wait_for_lock(&self, path: &str) -> io::Result<Lock> {
        let file = fs::OpenOptions::new().create(true).append(true).open(self.path(path))?;
        file.lock()?;
        Ok(Box::new(file))
    }

    fn wait_for_shared_lock(&self, path: &str) -> io::Result<Lock> {
        let file = fs::OpenOptions::new().create(true).append(true).open(self.path(path))?;
        file.lock_shared()?;
        Ok(Box::new(file))
    }

    fn lock(&self, path: &str) -> io::Result<Option<Lock>> {
        let file = fs::OpenOptions::new().create(true).append(true).open(self.path(path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

fn entry(name: String, metadata: &fs::Metadata) -> io::Result<Entry> {
    Ok(Entry {
        name,
        len: metadata.len(),
        is_dir: metadata.is_dir(),
        modified: metadata.modified()?,
    })
}

fn make_dir(dir: &Path) -> io::Result<()> {
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        made => made,
    }
}

/// Folders can't be opened for syncing on Windows, where names are durable with their files.
fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(windows) { Ok(()) } else { fs::File::open(dir)?.sync_all() }
}

/// Takes so many bytes for an empty file.
fn allocate(mut file: &fs::File, bytes: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(file, FallocateFlags::empty(), 0, bytes) {
            // Not every file system knows how to.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            allocated => return Ok(allocated?),
        }
    }
    io::copy(&mut io::repeat(0).take(bytes), &mut file)?;
    Ok(())
}

impl File for fs::File {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(self, bytes)
    }

    fn sync_for(&mut self, _: Site) -> io::Result<()> {
        self.flush()?;
        self.sync_data()
    }
}
