//! Where queries put what does not fit into memory.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// What the names of these folders begin with.
const PREFIX: &str = "zqos-spill-";
/// The file in a folder whose lock says that its program runs.
const LOCK: &str = "lock";

/// A folder for temporary files, which its owner alone can read. It goes when it is dropped; that of a
/// program that was killed goes when the next one makes its own.
#[derive(Debug)]
pub(crate) struct SpillFolder {
    // Closed before the folder is removed, which some systems ask for.
    _lock: File,
    folder: TempDir,
}

impl SpillFolder {
    /// Makes one in the folder of the system's temporary files.
    pub(crate) fn create() -> io::Result<Self> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        Self::create_in(&parent)
    }

    fn create_in(parent: &Path) -> io::Result<Self> {
        loop {
            let mut builder = tempfile::Builder::new();
            builder.prefix(PREFIX);
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let folder = builder.tempdir_in(parent)?;
            let path = folder.path().join(LOCK);
            // Another program may sweep it away until it is locked; then another is made.
            let lock = match File::create_new(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                lock => lock?,
            };
            match lock.try_lock() {
                Ok(()) if path.exists() => return Ok(Self { _lock: lock, folder }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes what programs left that no longer run. What can't be removed is tried again the next time.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // A link could lead anywhere.
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            drop(sweep_one(&entry.path()));
        }
    }
}

fn sweep_one(folder: &Path) -> io::Result<()> {
    let lock = match File::open(folder.join(LOCK)) {
        // Its program was killed before it had a lock, or is about to have one.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return fs::remove_dir(folder),
        lock => lock?,
    };
    match lock.try_lock() {
        Ok(()) => fs::remove_dir_all(folder),
        // Its program runs.
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_program_left_goes_and_what_runs_stays() {
        let parent = tempfile::tempdir().unwrap();
        let running = SpillFolder::create_in(parent.path()).unwrap();
        let left = parent.path().join("zqos-spill-left");
        fs::create_dir_all(left.join("datafusion-x")).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("datafusion-x/rows"), "somebody's rows").unwrap();
        let without_lock = parent.path().join("zqos-spill-early");
        fs::create_dir(&without_lock).unwrap();
        let other = parent.path().join("zqos-other");
        fs::create_dir(&other).unwrap();
        sweep(parent.path());
        assert!(running.path().join(LOCK).exists() && other.exists());
        assert!(!left.exists() && !without_lock.exists());
        let path = running.path().to_owned();
        drop(running);
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn its_owner_alone_reads_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let parent = tempfile::tempdir().unwrap();
        let folder = SpillFolder::create_in(parent.path()).unwrap();
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
