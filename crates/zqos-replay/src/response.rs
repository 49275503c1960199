//! One scripted answer: status, headers, body, and how its delivery goes wrong.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use flate2::{Compress, Compression, Crc, FlushCompress, write::GzEncoder};

use crate::request::header;

/// Longest piece that is written at once, and the size of a chunk under `Transfer-Encoding:
/// chunked`.
const PIECE: usize = 16 * 1024;

/// A scripted answer. Setters may come in any order but for [`Response::gzip`]; a second fault
/// replaces the first.
#[derive(Clone, Debug)]
pub struct Response {
    status: u16,
    reason: Option<String>,
    headers: Vec<(String, String)>,
    body: Body,
    chunked: bool,
    fault: Option<Fault>,
}

/// How the delivery of an answer goes wrong. Counts are bytes of the body, without framing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Cut { after: u64 },
    Reset { after: u64 },
    Drip { piece: usize, interval: Duration },
    Close,
    ResetUnanswered,
    Hang,
}

/// A pattern of bytes, repeated up to a length that may be far larger than memory.
#[derive(Clone, Debug)]
struct Body {
    pattern: Arc<[u8]>,
    length: u64,
}

impl Response {
    /// An answer with this status, its usual reason phrase and no body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            reason: None,
            headers: Vec::new(),
            body: Body::from(Vec::new()),
            chunked: false,
            fault: None,
        }
    }

    /// Replaces the reason phrase of the status line.
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// Adds a header. The framing headers, `Content-Length` and `Transfer-Encoding`, are added by
    /// the server.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Answers with this text as `application/json`, sound or not.
    #[must_use]
    pub fn json(self, text: impl Into<String>) -> Self {
        self.header("Content-Type", "application/json").body(text.into())
    }

    /// Answers with these bytes.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Body::from(bytes.into());
        self
    }

    /// Answers with `length` bytes, made up while they are sent: nothing that large is held in
    /// memory.
    #[must_use]
    pub fn endless(mut self, length: u64) -> Self {
        self.body = Body { pattern: Arc::from([b' '; PIECE]), length };
        self
    }

    /// Sends the body in chunks instead of announcing its length.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Compresses the body that was set before, and says so in `Content-Encoding`.
    #[must_use]
    pub fn gzip(self) -> Self {
        let compressed = self.body.gzipped().expect("writing to memory cannot fail");
        self.header("Content-Encoding", "gzip").body(compressed)
    }

    /// Answers with about a thousandth of `length` bytes of gzip that decompress to `length` zeros.
    #[must_use]
    pub fn gzip_bomb(self, length: u64) -> Self {
        self.header("Content-Encoding", "gzip").body(gzipped_zeros(length))
    }

    /// Promises the whole body, sends `bytes` of it and closes the connection.
    #[must_use]
    pub fn cut_after(self, bytes: u64) -> Self {
        self.fault(Fault::Cut { after: bytes })
    }

    /// Promises the whole body, sends `bytes` of it and resets the connection (TCP RST).
    #[must_use]
    pub fn reset_after(self, bytes: u64) -> Self {
        self.fault(Fault::Reset { after: bytes })
    }

    /// Sends the head at once and the body in pieces of `piece` bytes with a pause after each,
    /// until the body is through, the peer leaves or the server stops.
    #[must_use]
    pub fn drip(self, piece: usize, interval: Duration) -> Self {
        self.fault(Fault::Drip { piece, interval })
    }

    /// Closes the connection without a word.
    #[must_use]
    pub fn close(self) -> Self {
        self.fault(Fault::Close)
    }

    /// Resets the connection (TCP RST) without a word.
    #[must_use]
    pub fn reset(self) -> Self {
        self.fault(Fault::ResetUnanswered)
    }

    /// Never answers: holds the connection until the peer leaves or the server stops.
    #[must_use]
    pub fn hang(self) -> Self {
        self.fault(Fault::Hang)
    }

    fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// The fault to act out instead of, or while, sending.
    pub(crate) fn scripted_fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Whether the script asks to end the connection after this answer.
    pub(crate) fn closes(&self) -> bool {
        header(&self.headers, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// Writes status line and headers.
    pub(crate) fn write_head(&self, stream: &mut impl Write) -> io::Result<()> {
        let reason = self.reason.as_deref().unwrap_or_else(|| usual_reason(self.status));
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        }
        if self.chunked {
            head.push_str("Transfer-Encoding: chunked\r\n\r\n");
        } else {
            head.push_str("Content-Length: ");
            head.push_str(&self.body.length.to_string());
            head.push_str("\r\n\r\n");
        }
        stream.write_all(head.as_bytes())?;
        stream.flush()
    }

    /// Writes the whole body and its end.
    pub(crate) fn write_body(&self, stream: &mut impl Write) -> io::Result<()> {
        self.write_part(stream, PIECE, self.body.length, || true)?;
        self.write_end(stream)
    }

    /// Writes the first `limit` bytes of the body, without an end mark.
    pub(crate) fn write_cut(&self, stream: &mut impl Write, limit: u64) -> io::Result<()> {
        self.write_part(stream, PIECE, limit, || true)
    }

    /// Writes the body in pieces of `piece` bytes, and its end unless `go_on`, asked after each
    /// piece, has said no.
    pub(crate) fn write_dripping(
        &self,
        stream: &mut impl Write,
        piece: usize,
        mut go_on: impl FnMut() -> bool,
    ) -> io::Result<()> {
        let mut complete = true;
        self.write_part(stream, piece, self.body.length, || {
            complete = go_on();
            complete
        })?;
        if complete { self.write_end(stream) } else { Ok(()) }
    }

    fn write_part(
        &self,
        stream: &mut impl Write,
        piece: usize,
        limit: u64,
        mut go_on: impl FnMut() -> bool,
    ) -> io::Result<()> {
        for piece in self.body.pieces(piece, limit) {
            if self.chunked {
                write!(stream, "{:x}\r\n", piece.len())?;
                stream.write_all(piece)?;
                stream.write_all(b"\r\n")?;
            } else {
                stream.write_all(piece)?;
            }
            stream.flush()?;
            if !go_on() {
                break;
            }
        }
        Ok(())
    }

    fn write_end(&self, stream: &mut impl Write) -> io::Result<()> {
        if self.chunked {
            stream.write_all(b"0\r\n\r\n")?;
        }
        stream.flush()
    }
}

impl Body {
    /// The first `limit` bytes in pieces of at most `piece` bytes.
    fn pieces(&self, piece: usize, limit: u64) -> impl Iterator<Item = &[u8]> {
        let mut left = self.length.min(limit);
        self.pattern.chunks(piece.max(1)).cycle().map_while(move |bytes| {
            let length = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            left -= length as u64;
            (length > 0).then(|| &bytes[..length])
        })
    }

    fn gzipped(&self) -> io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        for piece in self.pieces(PIECE, self.length) {
            encoder.write_all(piece)?;
        }
        encoder.finish()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self { length: bytes.len() as u64, pattern: bytes.into() }
    }
}

/// One gzip member of `length` zeros, made in time and memory of about a thousandth of it.
///
/// A deflate stream that was fully flushed ends on a byte and refers to nothing before it, so the
/// block of one mebibyte is compressed once and repeated; checksums combine likewise.
fn gzipped_zeros(length: u64) -> Vec<u8> {
    const BLOCK: usize = 1 << 20;
    /// RFC 1952: magic, deflate, no flags, no time, no hint, unknown system.
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

    let zeros = vec![0; BLOCK];
    let rest = usize::try_from(length % BLOCK as u64).expect("a remainder is below its divisor");
    let block = deflated(&zeros, FlushCompress::Full);
    let mut block_crc = Crc::new();
    block_crc.update(&zeros);

    let mut gzip = HEADER.to_vec();
    let mut crc = Crc::new();
    for _ in 0..length / BLOCK as u64 {
        gzip.extend_from_slice(&block);
        crc.combine(&block_crc);
    }
    gzip.extend_from_slice(&deflated(&zeros[..rest], FlushCompress::Finish));
    crc.update(&zeros[..rest]);
    gzip.extend_from_slice(&crc.sum().to_le_bytes());
    // RFC 1952 stores the length modulo 2^32.
    gzip.extend_from_slice(&length.to_le_bytes()[..4]);
    gzip
}

fn deflated(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    // Zeros shrink by a factor of 1,000; the constant is for the empty remainder.
    let mut deflated = Vec::with_capacity(bytes.len() / 100 + 64);
    Compress::new(Compression::best(), false)
        .compress_vec(bytes, &mut deflated, flush)
        .expect("a fresh compressor accepts any bytes");
    deflated
}

/// The reason phrases of RFC 9110 for the statuses that the scripts use.
fn usual_reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
