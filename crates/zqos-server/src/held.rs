//! The version of the store that is shown: opened once, and again when the store has changed.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use zqos_core::Timestamp;
use zqos_query::{Archive, QueryError, Settings};
use zqos_store::Location;

/// How long nobody looks again whether the store has changed.
///
/// **Source**: a choice of this project: what was pushed is to be seen within five seconds.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a store is shown of which can't be seen cheaply whether it has changed.
///
/// **Source**: a choice of this project.
const KEEP_REMOTE: Duration = Duration::from_secs(30);

/// A version of the store.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) archive: Arc<Archive>,
    /// Rises with each version, from 1.
    pub(crate) number: u64,
    /// When it was opened, by the system's clock of waiting.
    opened: Instant,
}

impl Version {
    /// What stands for all that was read of a time, whose joins may have begun a day before, or end a day after:
    /// other versions of the same rows have the same.
    pub(crate) fn mark(&self, range: &Range<Timestamp>) -> u64 {
        let day = Duration::from_hours(24);
        self.archive.mark(&(range.start.saturating_sub(day)..range.end.saturating_add(day)))
    }
}

/// Holds the newest version of the store.
#[derive(Debug)]
pub(crate) struct Held {
    at: Location,
    settings: Settings,
    newest: Mutex<Option<(Version, Mark, Instant)>>,
    count: AtomicU64,
}

/// What tells a store that has changed from one that has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// What its folder looks like.
    Seen(u64),
    /// It is elsewhere, and can't be looked at cheaply.
    Unseen,
    /// Its folder can't be read, or is gone.
    Gone,
}

impl Held {
    pub(crate) fn new(at: Location, settings: Settings) -> Self {
        Self { at, settings, newest: Mutex::default(), count: AtomicU64::new(0) }
    }

    /// The newest version.
    ///
    /// **Errors**: the store is not there, or can't be read.
    pub(crate) async fn newest(&self) -> Result<Version, QueryError> {
        let mut newest = self.newest.lock().await;
        let now = Instant::now();
        if let Some((version, mark, looked)) = &mut *newest {
            if now.duration_since(*looked) < LOOK_EVERY {
                return Ok(version.clone());
            }
            *looked = now;
            let is_same = match self.mark() {
                Mark::Seen(seen) => *mark == Mark::Seen(seen),
                Mark::Unseen => now.duration_since(version.opened) < KEEP_REMOTE,
                Mark::Gone => false,
            };
            if is_same {
                return Ok(version.clone());
            }
        }
        // Of a store that can't be opened nothing is shown, not even what was there before: it may be another's.
        *newest = None;
        // The mark is taken first: what comes after it is seen the next time.
        let mark = self.mark();
        let archive = Archive::open(Some(self.at.clone()), self.settings.clone()).await?;
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let version = Version { archive: Arc::new(archive), number, opened: now };
        *newest = Some((version.clone(), mark, now));
        Ok(version)
    }

    /// What a folder looks like from outside: its layout, commits of tables, and the logs of writers.
    fn mark(&self) -> Mark {
        let Location::Folder(folder) = &self.at else { return Mark::Unseen };
        let mut hasher = DefaultHasher::new();
        match mark_store(folder, &mut hasher) {
            Ok(()) => Mark::Seen(hasher.finish()),
            Err(_) => Mark::Gone,
        }
    }
}

fn mark_store(folder: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    // Another program may have given it another layout.
    fs::read(folder.join("layout.json"))?.hash(hasher);
    for table in fs::read_dir(folder.join("tables"))? {
        mark_folder(&table?.path().join("_delta_log"), hasher);
    }
    mark_tree(&folder.join("wal"), hasher)
}

/// Adds the names of a folder's files; one that is not there adds nothing.
fn mark_folder(folder: &Path, hasher: &mut DefaultHasher) {
    let Ok(files) = fs::read_dir(folder) else { return };
    let mut names: Vec<_> = files.flatten().map(|file| file.file_name()).collect();
    names.sort_unstable();
    names.hash(hasher);
}

/// Adds the names and lengths of all files below a folder.
fn mark_tree(folder: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut files: Vec<_> = files.flatten().collect();
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        // A file that went meanwhile is not there.
        let Ok(known) = file.metadata() else { continue };
        if known.is_dir() {
            mark_tree(&file.path(), hasher)?;
        } else {
            (file.file_name(), known.len(), known.modified().ok()).hash(hasher);
        }
    }
    Ok(())
}
