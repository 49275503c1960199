//! What lies where in a store, and which version of that it is.
//!
//! ```text
//! layout.json                 the version, 1
//! wal/device                  where the file system was tried out
//! wal/creation, compaction, …  locks
//! wal/NNN/SEQUENCE.log        the write-ahead log of a writer
//! wal/NNN/lock, reserve       its lock, and room for when the disk is full
//! leases/…/EPOCH.json         who has something for himself, until when
//! tables/NAME/_delta_log/     the log of a table
//! tables/NAME/day=DAY/…       its files, by UTC day
//! ```

use std::io;

use zqos_core::Timestamp;

use crate::disk::Disk;

/// The version of the layout that this program reads and writes.
pub(crate) const VERSION: u32 = 1;

pub(crate) const FILE: &str = "layout.json";

/// A folder that is no store that this program knows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// There is nothing.
    #[error("there is no store in `{0}`")]
    Missing(String),
    /// A program that is newer than this one made it.
    #[error(
        "`layout.json` says layout {0}, and this program knows no later one than {VERSION}: use a newer zqos"
    )]
    Newer(u64),
    /// The folder holds other things.
    #[error("`layout.json` is not that of a store: {0}")]
    Foreign(String),
    /// The file system lacks something that a store stands on.
    #[error(
        "the file system can't {what}, and a store there would not be safe: put it on a disk of this machine"
    )]
    Unfit {
        /// What it can't do.
        what: &'static str,
        /// What came of it.
        #[source]
        source: io::Error,
    },
    /// The disk did not do it.
    #[error("the store's folder can't be read or written")]
    Io(#[source] io::Error),
}

/// What may be in a folder before the store: logs of a writer that did not come further, and the credentials of a server
/// that is to show what there will be.
const BEFORE: [&str; 2] = ["wal", "server"];

/// Checks what layout a folder has, and gives one to an empty one.
pub(crate) fn open(disk: &dyn Disk) -> Result<(), LayoutError> {
    if look(disk)? { Ok(()) } else { create(disk).map_err(LayoutError::Io) }
}

/// True when a folder has this layout, false when it is empty.
pub(crate) fn look(disk: &dyn Disk) -> Result<bool, LayoutError> {
    if is_there(disk)? {
        return Ok(true);
    }
    let mut others = disk.list("").map_err(LayoutError::Io)?;
    others.retain(|entry| !BEFORE.contains(&&*entry.name) && !entry.name.starts_with(".layout"));
    match others.first() {
        None => Ok(false),
        Some(other) => Err(foreign("folder", &other.name)),
    }
}

/// True when a folder has this layout, false when it has none.
pub(crate) fn is_there(disk: &dyn Disk) -> Result<bool, LayoutError> {
    match disk.read_all(FILE) {
        Ok(text) => read(&text).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(LayoutError::Io(error)),
    }
}

/// What is wrong with a place that holds something else.
pub(crate) fn foreign(place: &str, other: &str) -> LayoutError {
    LayoutError::Foreign(format!("the {place} is not empty: it holds `{other}`"))
}

/// What stands in the file that tells the layout.
pub(crate) fn content() -> String {
    format!("{{\"layout\":{VERSION}}}\n")
}

/// Checks what stands in the file that tells the layout.
pub(crate) fn read(text: &[u8]) -> Result<(), LayoutError> {
    let value: serde_json::Value =
        serde_json::from_slice(text).map_err(|error| LayoutError::Foreign(error.to_string()))?;
    match value["layout"].as_u64() {
        Some(version) if version == u64::from(VERSION) => Ok(()),
        Some(version) if version > u64::from(VERSION) => Err(LayoutError::Newer(version)),
        _ => Err(LayoutError::Foreign("it names no layout".to_owned())),
    }
}

fn create(disk: &dyn Disk) -> io::Result<()> {
    let unfinished = format!(".layout-{}", std::process::id());
    let mut file = match disk.create(&unfinished) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk.remove(&unfinished)?;
            disk.create(&unfinished)?
        }
        file => file?,
    };
    file.write_all(content().as_bytes())?;
    file.sync()?;
    // Nothing is kept before the folders are made that it is kept in, and their names become durable
    // together with this one.
    disk.rename(&unfinished, FILE)
}

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// The end of a UTC day, which paths spell as in `2026-11-16`, in milliseconds since 1970.
pub(crate) fn day_end(day: &str) -> Option<i64> {
    let midnight: Timestamp = format!("{day}T00:00:00Z").parse().ok()?;
    Some(midnight.unix_millis() + DAY_MILLIS)
}

/// A UTC day as paths spell it, as in `2026-11-16`.
pub(crate) fn day(day: i32) -> String {
    let midnight = Timestamp::from_unix_millis(i64::from(day) * DAY_MILLIS)
        .expect("the day of a timestamp begins with one");
    midnight.to_jiff().strftime("%F").to_string()
}
