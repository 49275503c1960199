//! What a store needs of a file system, tried out.

use std::io;

use crate::disk::Disk;
use crate::layout::LayoutError;

/// The device that the store was on when that was last tried.
const DEVICE: &str = "wal/device";

/// Tries the file system out unless that was done where the store is now: it may have been moved.
///
/// **Errors**: [`LayoutError::Unfit`] says what the file system can't do.
pub(crate) fn once(disk: &dyn Disk) -> Result<(), LayoutError> {
    let device = disk.device().map_err(LayoutError::Io)?.unwrap_or_default().to_string();
    if disk.read_all(DEVICE).is_ok_and(|known| known == device.as_bytes()) {
        return Ok(());
    }
    probe(disk)?;
    // Whoever misses it tries again.
    write(disk, DEVICE, device.as_bytes())
}

fn probe(disk: &dyn Disk) -> Result<(), LayoutError> {
    let [first, second, third, lock] =
        ["wal/probe-1", "wal/probe-2", "wal/probe-3", "wal/probe-lock"];
    write(disk, first, b"first")?;
    remove(disk, second).map_err(LayoutError::Io)?;
    can(disk.link(first, second), "give a file a second name (hard links)")?;
    can(
        match disk.link(first, second) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
            Ok(()) => Err(io::Error::other("a name was given twice")),
        },
        "refuse a name that another file has",
    )?;
    write(disk, third, b"third")?;
    can(
        disk.rename(third, second).and_then(|()| {
            let is_replaced = disk.read_all(second)? == b"third" && disk.describe(third).is_err();
            if is_replaced { Ok(()) } else { Err(io::Error::other("the other is still there")) }
        }),
        "put a file in the place of another (renaming)",
    )?;
    can(disk.sync_dir("wal"), "make the names in a folder durable (fsync)")?;
    can(
        disk.lock(lock).and_then(|held| match (held, disk.lock(lock)?) {
            (Some(_), None) => Ok(()),
            _ => Err(io::Error::other("two had the same file")),
        }),
        "lock a file",
    )?;
    [first, second, lock]
        .into_iter()
        .try_for_each(|path| remove(disk, path))
        .map_err(LayoutError::Io)
}

fn can(outcome: io::Result<()>, what: &'static str) -> Result<(), LayoutError> {
    outcome.map_err(|source| LayoutError::Unfit { what, source })
}

/// Writes a file in place of what a program has left there.
fn write(disk: &dyn Disk, path: &str, content: &[u8]) -> Result<(), LayoutError> {
    remove(disk, path).map_err(LayoutError::Io)?;
    let mut file = disk.create(path).map_err(LayoutError::Io)?;
    file.write_all(content).map_err(LayoutError::Io)?;
    can(file.sync(), "make what is written durable (fsync)")
}

fn remove(disk: &dyn Disk, path: &str) -> io::Result<()> {
    match disk.remove(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
