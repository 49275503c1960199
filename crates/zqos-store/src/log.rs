//! The write-ahead log: what is acknowledged stands here, until a table has it.
//!
//! A log is a folder of segments. A segment is a header and records, one after the other:
//!
//! | bytes | header of a segment | | bytes | record |
//! |---|---|---|---|---|
//! | 8 | `zqoslog` and the version, 1 | | 4 | length of the payload |
//! | 8 | sequence of the first record | | 8 | sequence |
//! | 8 | the last sequence that was acknowledged before | | 4 | CRC-32C of those |
//! | 4 | CRC-32C of those | | 4 | CRC-32C of the sequence and the payload |
//! | | | | | payload |
//!
//! All numbers are little-endian. Sequences rise by one within a segment. A segment is written by one
//! program from its beginning to its end: after a restart, or when a sync failed, another is begun.
//! So only the end of a segment can be torn, and what is torn was never acknowledged: that is proved by
//! the next segment, whose header says how far everything must be there.
//!
//! A record is what was synced at once: all that is given to one [`append`](Log::append). So a record
//! that follows another proves that the other was acknowledged. The last one of a log has no such
//! witness: where the file ends before it does, or a sector of it holds nothing but zeros, it counts as
//! torn, for that is how a file system shows what was never written; else as damaged.

use std::io;
use std::sync::Arc;

use crate::disk::{Disk, File};

const MAGIC: [u8; 8] = *b"zqoslog\x01";
const HEADER: usize = 28;
const RECORD_HEADER: usize = 20;
/// What a disk writes at once: of a torn write each of these is there or not.
const SECTOR: usize = 512;
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
    #[error(
        "the write-ahead log is damaged: `{segment}`, byte {offset}: {reason}; put a copy of the file in \
         its place, or move it out of the store and do without the rows that only it has"
    )]
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

    /// Hands over the records that stand in a folder's log, in order, for whoever reads beside its writer:
    /// up to the first that is not whole.
    ///
    /// **Errors**: [`LogError::Read`]; what `take` says.
    pub(crate) fn read<E: From<LogError>>(
        disk: &dyn Disk,
        dir: &str,
        mut take: impl FnMut(Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut paths = segments(disk, dir).map_err(LogError::Read)?;
        paths.sort_unstable();
        for path in paths {
            let bytes = match disk.read_all(&path) {
                // The tables have it by now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                bytes => bytes.map_err(LogError::Read)?,
            };
            // What is wrong with it, who opens it to write will say.
            let Ok(mut segment) = Reader::new(&path, &bytes) else { continue };
            while let Ok(Some(record)) = segment.record() {
                take(record)?;
            }
        }
        Ok(())
    }

    /// Opens the log in a folder, which is made if it is not there, and reads it through: every record
    /// after `committed` is handed to `replay`, in order.
    ///
    /// What a program wrote and did not sync may be seen now and be gone after a loss of power, also
    /// when it is synced again: a sync that failed once may say later that all is well. So whoever
    /// opens a log brings all of it into the tables before he appends.
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
        let mut old = Vec::new();
        // Every record up to here was seen, or is in the tables.
        let mut complete = committed;
        for path in paths {
            let bytes = disk.read_all(&path).map_err(LogError::Read)?;
            let mut segment = Reader::new(&path, &bytes)?;
            let first = segment.next;
            if segment.acknowledged > complete {
                return Err(corrupt(&path, 0, "records before this segment are missing").into());
            }
            while let Some(record) = segment.record()? {
                if record.sequence > committed {
                    replay(record)?;
                }
            }
            if segment.next > first {
                complete = complete.max(segment.next - 1);
            }
            let last = segment.next.saturating_sub(1);
            old.push(Segment { path, last });
        }
        let dir = dir.to_owned();
        Ok(Self { disk, dir, old, current: None, next: complete + 1, acknowledged: complete })
    }

    /// The last sequence that is durable.
    pub(crate) const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Adds a record, and returns when it is durable: its sequence.
    ///
    /// **Errors**: [`LogError::Write`], and then it is not acknowledged; it may be seen when the log is
    /// opened again. A segment whose writing failed is never written again.
    pub(crate) fn append(&mut self, payload: &[u8]) -> Result<u64, LogError> {
        if payload.len() > MAX_PAYLOAD {
            return Err(LogError::TooLong(payload.len()));
        }
        let sequence = self.next;
        let outcome = self.write(&header(sequence, payload), payload);
        // A sequence that may stand in a poisoned segment is not used again.
        self.next += 1;
        match outcome {
            Ok(()) => {
                self.acknowledged = sequence;
                Ok(sequence)
            }
            Err(error) => {
                self.end_segment();
                Err(LogError::Write(error))
            }
        }
    }

    fn write(&mut self, header: &[u8; RECORD_HEADER], payload: &[u8]) -> io::Result<()> {
        if self.current.as_ref().is_some_and(|current| current.len >= SEGMENT) {
            self.end_segment();
        }
        if self.current.is_none() {
            self.begin()?;
        }
        let current = self.current.as_mut().expect("a segment was begun");
        current.file.write_all(header)?;
        current.file.write_all(payload)?;
        current.file.sync()?;
        current.len += (header.len() + payload.len()) as u64;
        Ok(())
    }

    /// Begins a segment, whose header becomes durable with its first record.
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
        self.disk.sync_dir(&self.dir)?;
        self.current = Some(Current { path, file, len: HEADER as u64 });
        Ok(())
    }

    /// Removes the segments that hold nothing after `committed`, which the tables have durably. They
    /// do not come back after a loss of power: what is erased from the tables must not stand here. When
    /// that is all that was acknowledged, segments go that failed, too.
    pub(crate) fn forget(&mut self, committed: u64) -> Result<(), LogError> {
        let is_all = committed >= self.acknowledged;
        if self.current.is_some() && committed + 1 >= self.next {
            self.end_segment();
        }
        let old = std::mem::take(&mut self.old);
        for segment in old {
            if is_all || segment.last <= committed {
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

    /// Ends the segment that is being written: the next record begins another, so that what stands before
    /// it can go by itself.
    pub(crate) fn end_segment(&mut self) {
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

/// Reads a segment through. One that is being written, or is gone by now, is none that is damaged.
pub(crate) fn check(disk: &dyn Disk, path: &str) -> Result<(), LogError> {
    let bytes = match disk.read_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        bytes => bytes.map_err(LogError::Read)?,
    };
    let mut segment = Reader::new(path, &bytes)?;
    while segment.record()?.is_some() {}
    Ok(())
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

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn crc(sequence: u64, payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&sequence.to_le_bytes()), payload)
}

/// A record as it is written.
fn header(sequence: u64, payload: &[u8]) -> [u8; RECORD_HEADER] {
    let len = u32::try_from(payload.len()).expect("payloads are shorter than MAX_PAYLOAD");
    let mut bytes = [0; RECORD_HEADER];
    bytes[..4].copy_from_slice(&len.to_le_bytes());
    bytes[4..12].copy_from_slice(&sequence.to_le_bytes());
    let crc_of_those = crc32c::crc32c(&bytes[..12]);
    bytes[12..16].copy_from_slice(&crc_of_those.to_le_bytes());
    bytes[16..].copy_from_slice(&crc(sequence, payload).to_le_bytes());
    bytes
}

/// A segment that is being read.
struct Reader<'b> {
    path: &'b str,
    bytes: &'b [u8],
    offset: usize,
    /// What its header says was acknowledged before.
    acknowledged: u64,
    /// The sequence of the next record.
    next: u64,
}

impl<'b> Reader<'b> {
    fn new(path: &'b str, bytes: &'b [u8]) -> Result<Self, LogError> {
        let offset = HEADER;
        let Some(Header { first, acknowledged }) = Header::read(bytes) else {
            // Its name tells too which record should be the first.
            let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".log"));
            let first: u64 = name.and_then(|first| first.parse().ok()).unwrap_or(0);
            let next = first.saturating_sub(1);
            let torn = Self { path, bytes, offset: bytes.len(), acknowledged: 0, next };
            torn.check_torn(0, HEADER, "the header of the segment is damaged")?;
            return Ok(torn);
        };
        Ok(Self { path, bytes, offset, acknowledged, next: first })
    }

    /// The next record; `None` at the end, also where that is torn.
    fn record(&mut self) -> Result<Option<Record>, LogError> {
        let (offset, sequence) = (self.offset, self.next);
        if offset == self.bytes.len() {
            return Ok(None);
        }
        self.offset = self.bytes.len();
        let start = offset + RECORD_HEADER;
        let Some((len, found, sum)) = record_header(self.bytes, offset) else {
            self.check_torn(offset, start, "the head of a record is damaged")?;
            return Ok(None);
        };
        if found != sequence {
            return Err(corrupt(self.path, offset, "a record is missing"));
        }
        let end = start.saturating_add(len);
        let payload = self.bytes.get(start..end).filter(|payload| crc(sequence, payload) == sum);
        let Some(payload) = payload else {
            self.check_torn(offset, end, "a record is damaged")?;
            return Ok(None);
        };
        self.offset = end;
        self.next += 1;
        Ok(Some(Record { sequence, payload: payload.to_vec() }))
    }

    /// Fails unless what should stand between two offsets looks as if it had never been written, and
    /// nothing follows it.
    fn check_torn(&self, from: usize, end: usize, reason: &'static str) -> Result<(), LogError> {
        let is_torn = end > self.bytes.len() || has_hole(self.bytes, from, end);
        if is_torn && !is_followed(self.bytes, from + 1, self.next) {
            return Ok(());
        }
        Err(corrupt(self.path, from, reason))
    }
}

/// Length, sequence and checksum of the payload of the record at an offset, if there may be one.
fn record_header(bytes: &[u8], offset: usize) -> Option<(usize, u64, u32)> {
    let header = bytes.get(offset..offset + RECORD_HEADER)?;
    let is_whole = crc32c::crc32c(&header[..12]) == word(header, 12)?;
    is_whole.then_some((word(header, 0)? as usize, number(header, 4)?, word(header, 16)?))
}

/// True when a sector that has something of a range holds nothing but zeros from the range's beginning
/// on.
fn has_hole(bytes: &[u8], from: usize, end: usize) -> bool {
    (from / SECTOR..end.div_ceil(SECTOR)).any(|sector| {
        let start = from.max(sector * SECTOR);
        let end = bytes.len().min((sector + 1) * SECTOR);
        start < end && bytes[start..end].iter().all(|&byte| byte == 0)
    })
}

/// True when the head of a record after `sequence` stands anywhere from an offset on: then what is
/// before it was acknowledged.
fn is_followed(bytes: &[u8], from: usize, sequence: u64) -> bool {
    /// A segment holds no more records than this.
    const AHEAD: u64 = SEGMENT / RECORD_HEADER as u64 + 1;
    (from..bytes.len().saturating_sub(RECORD_HEADER - 1)).any(|offset| {
        // First what is quick to see.
        number(bytes, offset + 4)
            .and_then(|found| found.checked_sub(sequence))
            .is_some_and(|ahead| (1..=AHEAD).contains(&ahead))
            && record_header(bytes, offset).is_some()
    })
}

#[cfg(test)]
pub(crate) mod tests;
