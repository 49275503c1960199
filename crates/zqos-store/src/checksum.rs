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
    if Part::of(path).is_none() {
        return Ok(());
    }
    // Half of the member's name is enough to know whose it is.
    let has = |mark: &[u8]| text.windows(mark.len()).any(|window| window == mark);
    let (one, other) = MEMBER.as_bytes().split_at(MEMBER.len() / 2);
    if has(one) || has(other) { check_all(disk, path, text) } else { check_form(path, text) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::faulty::FaultyDisk;

    #[test]
    fn every_flipped_bit_of_a_commit_is_found() {
        let disk = FaultyDisk::new(0);
        let path = "tables/meetings/_delta_log/00000000000000000001.json";
        let text = format!(
            "{{\"commitInfo\":{{\"{MEMBER}\":\"{NONE}\"}}}}\n{{\"add\":{{\"path\":\"ä\"}}}}\n"
        );
        let whole = stamped(&disk, path, text.into_bytes()).unwrap();
        check_all(&disk, path, &whole).unwrap();
        for bit in 0..8 * whole.len() {
            let mut text = whole.clone();
            text[bit / 8] ^= 1 << (bit % 8);
            check_all(&disk, path, &text).unwrap_err();
            check(&disk, path, &text).unwrap_err();
        }
        let foreign = b"{\"commitInfo\":{\"operation\":\"OPTIMIZE\"}}\n";
        check(&disk, path, foreign).unwrap();
        check_all(&disk, path, foreign).unwrap_err();
        for len in 0..whole.len() - 1 {
            check_all(&disk, path, &whole[..len]).unwrap_err();
        }
    }
}
