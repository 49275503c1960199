//! The write-ahead log: what is acknowledged stands here, until a table has it.
//!
//! A log is a folder of segments. A segment is a header and records, one after the other:
//!
//! | bytes | header of a segment | | bytes | record |
//! |---|---|---|---|---|
//! | 8 | `zqoslog` and the version, 1 | | 4 | length of the payload |
//! | 8 | sequence of the first record | | 4 | CRC-32C of the sequence and the payload |
//! | 8 | the last sequence that was acknowledged before | | 8 | sequence |
//! | 4 | CRC-32C of those | | | payload |
//!
//! All numbers are little-endian. Sequences rise by one within a segment. A segment is written by one
//! program from its beginning to its end: after a restart, or when a sync failed, another is begun.
//! So only the end of a segment can be torn, and what is torn was never acknowledged: that is proved by
//! the next segment, whose header says how far everything must be there.

use std::io;
use std::sync::Arc;

use crate::disk::{Disk, File};

const MAGIC: [u8; 8] = *b"zqoslog\x01";
const HEADER: usize = 28;
const RECORD_HEADER: usize = 16;
/// The longest payload: as much as is committed at once.
pub(crate) const MAX_PAYLOAD: usize = 64 << 20;
/// From this size on a segment is followed by another.
const SEGMENT: u64 = 64 << 20;

/// What a log can't do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The disk did not do it. What was to be written is not acknowledged.
    #[error("the write-ahead log can't be written")]
    Write(#[source] io::Error),
    /// The log can't be read.
    #[error("the write-ahead log can't be read")]
    Read(#[source] io::Error),
    /// Something that was acknowledged is damaged or gone. The file is kept as it is.
    #[error("the write-ahead log is damaged: `{segment}`, byte {offset}: {reason}")]
    Corrupt {
        /// The file, below the store's folder.
        segment: String,
        /// Where.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// A record would be too long.
    #[error("a record of {0} bytes is too long for the write-ahead log; give it in smaller parts")]
    TooLong(usize),
}

/// The log of one writer.
#[derive(Debug)]
pub(crate) struct Log {
    disk: Arc<dyn Disk>,
    dir: String,
    /// Segments that were written before, oldest first.
    old: Vec<Segment>,
    current: Option<Current>,
    /// The sequence that the next record gets.
    next: u64,
    /// Everything up to here is durable.
    acknowledged: u64,
}

/// A segment that nothing is added to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    path: String,
    /// The last sequence in it; the one before its first when it is empty.
    last: u64,
}

/// The segment that is being written.
struct Current {
    path: String,
    file: Box<dyn File>,
    len: u64,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A record of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) sequence: u64,
    pub(crate) payload: Vec<u8>,
}

impl Log {
    /// True when a folder is that of a log with something in it: tables have all of an empty one.
    pub(crate) fn is_left(disk: &dyn Disk, dir: &str) -> Result<bool, LogError> {
        segments(disk, dir).map(|segments| !segments.is_empty()).map_err(LogError::Read)
    }

    /// The records that stand in a folder's log, in order, for whoever reads beside its writer: up to the
    /// first that is not whole.
    pub(crate) fn read(disk: &dyn Disk, dir: &str) -> io::Result<Vec<Record>> {
        let mut paths: Vec<String> = segments(disk, dir)?;
        paths.sort_unstable();
        let mut records = Vec::new();
        for path in paths {
            let bytes = match disk.read_all(&path) {
                // The tables have it by now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                bytes => bytes?,
            };
            let Some(Header { first, .. }) = Header::read(&bytes) else { continue };
            let (mut sequence, mut offset) = (first, HEADER);
            while let Some((record, end)) = read_record(&bytes, offset, sequence) {
                records.push(record);
                (sequence, offset) = (sequence + 1, end);
            }
        }
        Ok(records)
    }

    /// Opens the log in a folder, which is made if it is not there, and reads it through: every record
    /// after `committed` is handed to `replay`, in order.
    ///
    /// **Errors**: [`LogError::Corrupt`] when something that was acknowledged is damaged; what
    /// `replay` says.
    pub(crate) fn open<E: From<LogError>>(
        disk: Arc<dyn Disk>,
        dir: &str,
        committed: u64,
        mut replay: impl FnMut(Record) -> Result<(), E>,
    ) -> Result<Self, E> {
        disk.create_dir(dir).map_err(LogError::Write)?;
        let mut paths = segments(&*disk, dir).map_err(LogError::Read)?;
        // Names are sequences of one length.
        paths.sort_unstable();
        let mut log = Self {
            disk,
            dir: dir.to_owned(),
            old: Vec::new(),
            current: None,
            next: committed + 1,
            acknowledged: committed,
        };
        // Every record up to here was seen, or is in the tables.
        let mut complete = committed;
        for path in paths {
            // What a program wrote and did not sync may be seen now and be gone after a loss of power.
            log.disk.sync_file(&path).map_err(LogError::Write)?;
            let bytes = log.disk.read_all(&path).map_err(LogError::Read)?;
            let Some(header) = Header::read(&bytes) else {
                // Nothing was ever acknowledged in a segment whose header was not synced.
                if contains_record(&bytes, HEADER.min(bytes.len()), 0) {
                    return Err(corrupt(&path, 0, "the header is no header").into());
                }
                log.old.push(Segment { path, last: complete });
                continue;
            };
            if header.acknowledged > complete {
                return Err(corrupt(&path, 0, "records before this segment are missing").into());
            }
            let mut last = header.first - 1;
            let mut offset = HEADER;
            while let Some((record, end)) = read_record(&bytes, offset, last + 1) {
                last = record.sequence;
                offset = end;
                if last > committed {
                    replay(record)?;
                }
            }
            if offset < bytes.len() && contains_record(&bytes, offset + 1, last) {
                let reason = "a record is damaged, and good ones follow it";
                return Err(corrupt(&path, offset, reason).into());
            }
            if last >= header.first {
                complete = complete.max(last);
            }
            log.old.push(Segment { path, last });
        }
        log.disk.sync_dir(&log.dir).map_err(LogError::Write)?;
        log.next = complete + 1;
        log.acknowledged = complete;
        Ok(log)
    }

    /// The last sequence that is durable.
    pub(crate) const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Adds records, and returns when they are durable: the sequence of the last one.
    ///
    /// **Errors**: [`LogError::Write`], and then none of them is acknowledged; some may be seen when
    /// the log is opened again. A segment whose writing failed is never written again.
    pub(crate) fn append<'p>(
        &mut self,
        payloads: impl IntoIterator<Item = &'p [u8]>,
    ) -> Result<u64, LogError> {
        let mut bytes = Vec::new();
        let mut next = self.next;
        for payload in payloads {
            if payload.len() > MAX_PAYLOAD {
                return Err(LogError::TooLong(payload.len()));
            }
            write_record(&mut bytes, next, payload);
            next += 1;
        }
        match self.write(&bytes) {
            Ok(()) => {
                self.next = next;
                self.acknowledged = next - 1;
                Ok(self.acknowledged)
            }
            Err(error) => {
                // Sequences that may stand in the poisoned segment are not used again.
                self.next = next;
                if let Some(Current { path, .. }) = self.current.take() {
                    self.old.push(Segment { path, last: next - 1 });
                }
                Err(LogError::Write(error))
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.current.as_ref().is_some_and(|current| current.len >= SEGMENT)
            && let Some(Current { path, .. }) = self.current.take()
        {
            self.old.push(Segment { path, last: self.next - 1 });
        }
        if self.current.is_none() {
            self.begin()?;
        }
        let current = self.current.as_mut().expect("a segment was begun");
        current.file.write_all(bytes)?;
        current.file.sync()?;
        current.len += bytes.len() as u64;
        Ok(())
    }

    /// Begins a segment.
    fn begin(&mut self) -> io::Result<()> {
        let path = format!("{}/{:020}.log", self.dir, self.next);
        let mut file = match self.disk.create(&path) {
            // A segment that was begun and in which nothing was acknowledged.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.disk.remove(&path)?;
                self.old.retain(|segment| segment.path != path);
                self.disk.create(&path)?
            }
            file => file?,
        };
        let header = Header { first: self.next, acknowledged: self.acknowledged };
        file.write_all(&header.bytes())?;
        file.sync()?;
        self.disk.sync_dir(&self.dir)?;
        self.current = Some(Current { path, file, len: HEADER as u64 });
        Ok(())
    }

    /// Removes the segments that hold nothing after `committed`, which the tables have durably.
    pub(crate) fn forget(&mut self, committed: u64) -> Result<(), LogError> {
        if self.current.is_some() && committed + 1 >= self.next {
            self.close();
        }
        let old = std::mem::take(&mut self.old);
        for segment in old {
            if segment.last <= committed {
                match self.disk.remove(&segment.path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        self.old.push(segment);
                        return Err(LogError::Write(error));
                    }
                    _ => {}
                }
            } else {
                self.old.push(segment);
            }
        }
        self.disk.sync_dir(&self.dir).map_err(LogError::Write)
    }

    /// Ends the segment that is being written: the next record begins another.
    fn close(&mut self) {
        if let Some(Current { path, .. }) = self.current.take() {
            self.old.push(Segment { path, last: self.next - 1 });
        }
    }
}

/// The segments in a folder, in no order.
fn segments(disk: &dyn Disk, dir: &str) -> io::Result<Vec<String>> {
    let names = disk.list(dir)?.into_iter().map(|entry| entry.name);
    let segments = names.filter(|name| name.strip_suffix(".log").is_some());
    Ok(segments.map(|name| format!("{dir}/{name}")).collect())
}

fn corrupt(segment: &str, offset: usize, reason: &'static str) -> LogError {
    LogError::Corrupt { segment: segment.to_owned(), offset, reason }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    first: u64,
    acknowledged: u64,
}

impl Header {
    fn bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.first.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.acknowledged.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[..24]);
        bytes[24..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..HEADER)?;
        let header = Self { first: number(bytes, 8)?, acknowledged: number(bytes, 16)? };
        (header.bytes() == bytes && header.first > 0).then_some(header)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn crc(sequence: u64, payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&sequence.to_le_bytes()), payload)
}

fn write_record(bytes: &mut Vec<u8>, sequence: u64, payload: &[u8]) {
    let len = u32::try_from(payload.len()).expect("payloads are shorter than MAX_PAYLOAD");
    bytes.extend_from_slice(&len.to_le_bytes());
    bytes.extend_from_slice(&crc(sequence, payload).to_le_bytes());
    bytes.extend_from_slice(&sequence.to_le_bytes());
    bytes.extend_from_slice(payload);
}

/// The record at an offset, if it is whole and has this sequence, and where it ends.
fn read_record(bytes: &[u8], offset: usize, sequence: u64) -> Option<(Record, usize)> {
    let header = bytes.get(offset..offset + RECORD_HEADER)?;
    if number(header, 8)? != sequence {
        return None;
    }
    let payload = payload(bytes, offset, sequence)?;
    let end = offset + RECORD_HEADER + payload.len();
    Some((Record { sequence, payload: payload.to_vec() }, end))
}

/// The payload at an offset, if length and checksum are right.
fn payload(bytes: &[u8], offset: usize, sequence: u64) -> Option<&[u8]> {
    let [length, sum] = [0, 4].map(|at| {
        let word = bytes.get(offset + at..offset + at + 4)?;
        Some(u32::from_le_bytes(word.try_into().ok()?))
    });
    let start = offset + RECORD_HEADER;
    let payload = bytes.get(start..start.checked_add(length? as usize)?)?;
    (crc(sequence, payload) == sum?).then_some(payload)
}

/// True when a whole record stands anywhere from an offset on: then what is before it was no torn end.
///
/// Only places are looked at that could hold a sequence soon after `last`, so that no file, however it
/// was made, takes long.
fn contains_record(bytes: &[u8], from: usize, last: u64) -> bool {
    /// A segment holds no more records than this.
    const AHEAD: u64 = SEGMENT / RECORD_HEADER as u64 + 1;
    let mut effort = 0;
    (from..bytes.len().saturating_sub(RECORD_HEADER - 1)).any(|offset| {
        let Some(sequence) = number(bytes, offset + 8) else { return false };
        if sequence <= last || sequence - last > AHEAD || effort > 16 * bytes.len() {
            return false;
        }
        let length = u32::from_le_bytes([
            bytes[offset],
            bytes[offset + 1],
            bytes[offset + 2],
            bytes[offset + 3],
        ]) as usize;
        if length > bytes.len() - RECORD_HEADER - offset {
            return false;
        }
        effort += RECORD_HEADER + length;
        payload(bytes, offset, sequence).is_some()
    })
}

#[cfg(test)]
mod tests;
