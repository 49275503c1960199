//! Files and standard input, as they are or packed by gzip.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use flate2::bufread::MultiGzDecoder;

/// How a gzip file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// From so many unpacked bytes on the ratio is looked at.
const RATIO_FROM: u64 = 64 << 20;
/// No packed answers are so many times smaller: reports without any traffic come to about 150. Gzip
/// can do 1,032.
const MAX_RATIO: u64 = 400;

/// What a file is called in messages.
pub(super) fn name(file: &Path) -> Cow<'_, str> {
    if is_standard_input(file) { "standard input".into() } else { file.to_string_lossy() }
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Opens a file, or standard input, whose bytes come unpacked.
pub(super) fn open(file: &Path) -> anyhow::Result<Box<dyn Read + Send>> {
    let context = || format!("`{}` can't be read", file.display());
    let mut input: Box<dyn Read + Send> = if is_standard_input(file) {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(file).with_context(context)?)
    };
    let mut first = Vec::new();
    input.by_ref().take(GZIP.len() as u64).read_to_end(&mut first).with_context(context)?;
    let is_packed = first == GZIP;
    let input = io::Cursor::new(first).chain(input);
    if !is_packed {
        return Ok(Box::new(input));
    }
    let packed = Arc::new(AtomicU64::new(0));
    let counting = Counting { input, count: Arc::clone(&packed) };
    Ok(Box::new(Unpacked {
        input: MultiGzDecoder::new(BufReader::new(counting)),
        packed,
        given: 0,
    }))
}

/// The error of a file that can't be read to its end.
pub(super) fn unreadable(file: &Path, error: io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context(format!(
        "`{}` can't be read to its end; what came before is in the store",
        name(file)
    ))
}

/// Counts the bytes that are read.
struct Counting<R> {
    input: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Unpacks, for as long as that is plausible.
struct Unpacked<R> {
    input: R,
    packed: Arc<AtomicU64>,
    given: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into).map_err(|error| {
            io::Error::new(error.kind(), format!("it can't be unpacked: {error}"))
        })?;
        self.given += read as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        if self.given > RATIO_FROM && self.given / MAX_RATIO > packed {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "it unpacks to more than {MAX_RATIO} times its size, which no saved answers do; \
                     unpack it by hand if you trust it"
                ),
            ));
        }
        Ok(read)
    }
}
