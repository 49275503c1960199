//! A client that sends what it is told to, and nothing of its own; and what a server reads of others.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use serde_json::Value;

/// What is sent.
pub(crate) struct Request<'a> {
    method: &'static str,
    target: &'a str,
    host: Option<String>,
    headers: Vec<(String, String)>,
    body: &'a str,
}

impl<'a> Request<'a> {
    pub(crate) fn get(target: &'a str) -> Self {
        Self { method: "GET", target, host: None, headers: Vec::new(), body: "" }
    }

    pub(crate) fn post(target: &'a str, body: &'a str) -> Self {
        Self { method: "POST", body, ..Self::get(target) }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub(crate) fn basic(self, who: &str) -> Self {
        let encoded = base64::engine::general_purpose::STANDARD.encode(who);
        self.with("authorization", &format!("Basic {encoded}"))
    }
}

/// What comes back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        &self.body
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// What is sent for a request on a connection of its own.
fn sent(address: &str, request: Request<'_>) -> TcpStream {
    let Request { method, target, host, headers, body } = request;
    let host = host.as_deref().unwrap_or(address);
    let mut head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.extend([&*name, ": ", &value, "\r\n"]);
    }
    let mut socket = TcpStream::connect(address).unwrap();
    // Whoever is refused may not be read to the end.
    drop(socket.write_all(format!("{head}\r\n{body}").as_bytes()));
    socket
}

/// The data of the first event of a stream of them.
pub(crate) fn first_event(address: &str, request: Request<'_>) -> Value {
    let mut seen = String::new();
    for line in BufReader::new(sent(address, request)).lines() {
        let line = line.unwrap();
        if let Some(data) = line.strip_prefix("data: ") {
            return serde_json::from_str(data).unwrap();
        }
        seen.extend([&*line, "\n"]);
    }
    panic!("no event: {seen}")
}

/// Sends a request on a connection of its own.
pub(crate) fn send(address: &str, request: Request<'_>) -> Answer {
    let target = request.target;
    let mut socket = sent(address, request);
    let mut bytes = Vec::new();
    drop(socket.read_to_end(&mut bytes));
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{target}: {text}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let is_chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if is_chunked { unchunked(body) } else { body.to_owned() };
    Answer { status, headers, body }
}

fn unchunked(mut rest: &str) -> String {
    let mut whole = String::new();
    while let Some((length, after)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        whole.push_str(&after[..length]);
        rest = after[length..].trim_start_matches("\r\n");
        if length == 0 {
            break;
        }
    }
    whole
}

/// A request that the program under test has sent to a server of the test's.
pub(crate) struct Received {
    /// The lines before the body.
    pub(crate) head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn read(socket: &TcpStream) -> Self {
        let mut reader = BufReader::new(socket);
        let mut received = Self { head: Vec::new(), body: Vec::new() };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            received.head.push(line.trim().to_owned());
        }
        let length = received.header("content-length").map_or(0, |length| length.parse().unwrap());
        received.body.resize(length, 0);
        reader.read_exact(&mut received.body).unwrap();
        received
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.iter().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}
