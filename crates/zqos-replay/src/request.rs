//! What a client asked, byte for byte where it matters.

use std::io::{self, BufRead, Read};

/// Longest request line plus headers that is read: far above any client's, small enough for a test
/// machine.
const HEAD_LIMIT: u64 = 64 * 1024;

/// One request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The method, such as `GET`.
    pub method: String,
    /// Path and query as they came, never percent-decoded.
    pub target: String,
    /// Header names and values in the order they came, names as the client spelt them.
    pub headers: Vec<(String, String)>,
    /// The body that `Content-Length` announced; empty without one.
    pub body: Vec<u8>,
    /// Which connection carried it, counted from 1: equal numbers mean a reused connection.
    pub connection: usize,
}

impl Recorded {
    /// The target up to the query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The raw value of the first query parameter called `name`.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The first header called `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Reads the next request of a connection; `None` when the peer has left in between two
    /// requests.
    pub(crate) fn read(stream: &mut impl BufRead, connection: usize) -> io::Result<Option<Self>> {
        let mut head = stream.by_ref().take(HEAD_LIMIT);
        let Some(request_line) = line(&mut head)? else {
            return Ok(None);
        };
        let mut words = request_line.split(' ');
        let (Some(method), Some(target), Some(_version)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(malformed("a request line has a method, a target and a version"));
        };
        let mut headers = Vec::new();
        loop {
            let field =
                line(&mut head)?.ok_or_else(|| malformed("the head ends with an empty line"))?;
            if field.is_empty() {
                break;
            }
            let (name, value) =
                field.split_once(':').ok_or_else(|| malformed("a header has a colon"))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let length = match header(&headers, "content-length") {
            Some(length) => {
                length.parse().map_err(|_| malformed("a content length is a number"))?
            }
            None => 0,
        };
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(Some(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body,
            connection,
        }))
    }
}

/// The first value of `name` among `headers`, in any case.
pub(crate) fn header<'headers>(
    headers: &'headers [(String, String)],
    name: &str,
) -> Option<&'headers str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The next line without its line end; `None` at the end of the stream.
fn line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let text = line
        .strip_suffix(b"\r\n")
        .ok_or_else(|| malformed("a line of the head ends with CR LF"))?;
    // Bytes above ASCII are read as Latin-1, the one encoding in which nothing is lost.
    Ok(Some(text.iter().copied().map(char::from).collect()))
}

fn malformed(rule: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, rule)
}
