//! Checksums of what tables' logs are made of, for Delta has none.
//!
//! Each file of JSON on a disk has a member [`MEMBER`], which Delta leaves to whoever writes: the CRC-32C
//! of the file as it is with eight zeros in that place. A checkpoint has its checksum in
//! `_last_checkpoint`. Objects of a service have none: it keeps checksums itself.

use std::io;

use serde_json::{Map, Value};

use crate::disk::{Disk, parent};

/// The member of a commit's information, and of `_last_checkpoint`.
const MEMBER: &str = "zqosCrc32c";
/// What stands there until the file is written.
const NONE: &str = "00000000";
/// In `_last_checkpoint`: the checksum of the checkpoint.
const CHECKPOINT: &str = "zqosCheckpointCrc32c";
/// The file that names the checkpoint to begin with.
const LAST_CHECKPOINT: &str = "_last_checkpoint";

/// How a checksum is written.
pub(crate) fn shown(bytes: &[u8]) -> String {
    format!("{:08x}", crc32c::crc32c(bytes))
}

/// A file as it is to be written.
pub(crate) fn stamped(disk: &dyn Disk, path: &str, mut text: Vec<u8>) -> io::Result<Vec<u8>> {
    match Part::of(path) {
        Some(Part::LastCheckpoint) => {
            let mut hint: Map<String, Value> = serde_json::from_slice(&text)?;
            let sum = shown(&disk.read_all(&checkpoint(path, &text)?)?);
            hint.insert(CHECKPOINT.to_owned(), sum.into());
            hint.insert(MEMBER.to_owned(), NONE.into());
            text = serde_json::to_vec(&hint)?;
        }
        Some(Part::Commit) => {
            if let Some(place) = information(&text) {
                let member = format!("\"{MEMBER}\":\"{NONE}\",");
                text.splice(place..place, member.into_bytes());
            }
        }
        None => return Ok(text),
    }
    if let Some(place) = place(&text) {
        let sum = shown(&text);
        text[place..place + sum.len()].copy_from_slice(sum.as_bytes());
    }
    Ok(text)
}

/// Fails when a file is not as it was written. One without a checksum, but whole, may be of another
/// program.
pub(crate) fn check(disk: &dyn Disk, path: &str, text: &[u8]) -> io::Result<()> {
    if place(text).is_some() { check_all(disk, path, text) } else { check_form(path, text) }
}

/// Fails when a file that should be JSON is none.
pub(crate) fn check_form(path: &str, text: &[u8]) -> io::Result<()> {
    if Part::of(path).is_none() {
        return Ok(());
    }
    // Texts that are ignored would not be looked at.
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(_)) if values.all(|value| value.is_ok()) => Ok(()),
        _ => Err(damaged(path, "it is no JSON")),
    }
}

/// Fails when a file is not as it was written, or has no checksum though it should.
pub(crate) fn check_all(disk: &dyn Disk, path: &str, text: &[u8]) -> io::Result<()> {
    let Some(part) = Part::of(path) else { return Ok(()) };
    let place = place(text).ok_or_else(|| damaged(path, "it has no checksum"))?;
    let mut unstamped = text.to_vec();
    unstamped[place..place + NONE.len()].copy_from_slice(NONE.as_bytes());
    if shown(&unstamped).as_bytes() != &text[place..place + NONE.len()] {
        return Err(damaged(path, "the checksum differs"));
    }
    if part == Part::LastCheckpoint {
        let hint: Value = serde_json::from_slice(text)?;
        let checkpoint = checkpoint(path, text)?;
        if hint[CHECKPOINT] != shown(&disk.read_all(&checkpoint)?) {
            return Err(damaged(&checkpoint, "the checksum differs"));
        }
    }
    Ok(())
}

/// What a file is to a table's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Commit,
    LastCheckpoint,
}

impl Part {
    /// `None` for whatever has no checksum in it.
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next()?;
        if !parent(path).ends_with("_delta_log") {
            None
        } else if name == LAST_CHECKPOINT {
            Some(Self::LastCheckpoint)
        } else {
            let version = name.strip_suffix(".json")?;
            version.bytes().all(|byte| byte.is_ascii_digit()).then_some(Self::Commit)
        }
    }
}

/// Where the members of a commit's information begin.
fn information(text: &[u8]) -> Option<usize> {
    const BEFORE: &[u8] = b"{\"commitInfo\":{";
    text.windows(BEFORE.len()).position(|window| window == BEFORE).map(|at| at + BEFORE.len())
}

/// Where the checksum stands.
fn place(text: &[u8]) -> Option<usize> {
    let before = format!("\"{MEMBER}\":\"");
    let found = text.windows(before.len()).position(|window| window == before.as_bytes())?;
    let place = found + before.len();
    (text.get(place + NONE.len()) == Some(&b'"')).then_some(place)
}

/// The checkpoint that `_last_checkpoint` names.
fn checkpoint(path: &str, hint: &[u8]) -> io::Result<String> {
    let hint: Value = serde_json::from_slice(hint)?;
    let version = hint["version"].as_u64().ok_or_else(|| damaged(path, "it names no version"))?;
    Ok(format!("{}/{version:020}.checkpoint.parquet", parent(path)))
}

fn damaged(path: &str, reason: &str) -> io::Error {
    let text = format!("`{path}` is damaged: {reason}; a copy from a backup mends it");
    io::Error::new(io::ErrorKind::InvalidData, text)
}
