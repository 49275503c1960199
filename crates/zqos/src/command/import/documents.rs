//! JSON documents out of a stream of bytes, one after the other: memory holds one at a time.
//!
//! What is broken costs as little as can be. The next document begins behind it where a line begins
//! with a bracket, so that of a file with a document a line one line is lost, and of a document of many
//! lines, which are indented, all of it.

use std::fmt;
use std::io::{self, Read};

/// How much is read at once.
const CHUNK: usize = 64 << 10;
/// How deeply brackets may be nested: the JSON parser goes no deeper.
const MAX_DEPTH: usize = 127;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Finds documents in what is read.
#[derive(Debug)]
pub(super) struct Documents<R> {
    input: R,
    /// The longest document that is taken, in bytes.
    limit: usize,
    /// What was read and may be needed still.
    held: Vec<u8>,
    /// Where in it the rest begins.
    start: usize,
    /// The line in which the rest begins, from 1 on.
    line: u64,
    is_at_end: bool,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// The line in which it begins, from 1 on.
    pub(super) line: u64,
    /// The text of a document, with its brackets in order; or what is wrong.
    pub(super) text: Result<&'a str, Broken>,
}

/// Why a text is no JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// It begins with something else than a bracket.
    NoBracket,
    /// It ends before its brackets are closed.
    EndsEarly,
    /// Something else should stand there.
    Expected(&'static str),
    /// A line break or another control character stands within a text.
    ControlCharacter,
    /// The brackets are nested too deeply.
    TooDeep,
    /// It has more bytes than this.
    TooLong(usize),
    /// It is no UTF-8.
    NoText,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBracket => f.write_str("no JSON: expected an object or an array"),
            Self::EndsEarly => f.write_str("no JSON: it ends before its brackets are closed"),
            Self::Expected(what) => write!(f, "no JSON: expected {what}"),
            Self::ControlCharacter => {
                f.write_str("no JSON: a line break or a control character stands within a text")
            }
            Self::TooDeep => write!(f, "its brackets are nested more than {MAX_DEPTH} deep"),
            Self::TooLong(limit) => {
                write!(
                    f,
                    "it is longer than {limit} bytes; split it: each part needs whole documents"
                )
            }
            Self::NoText => f.write_str("it is no UTF-8 text"),
        }
    }
}

impl<R: Read> Documents<R> {
    /// Documents of at most `limit` bytes.
    pub(super) const fn new(input: R, limit: usize) -> Self {
        Self { input, limit, held: Vec::new(), start: 0, line: 1, is_at_end: false }
    }

    /// The next document, or what is wrong in its place; `None` at the end.
    ///
    /// **Errors**: those of reading.
    pub(super) fn next(&mut self) -> io::Result<Option<Found<'_>>> {
        self.skip_blanks()?;
        let Some(first) = self.byte(self.start)? else { return Ok(None) };
        let line = self.line;
        let mut scan = Scan::default();
        let mut at = self.start;
        let end = if matches!(first, b'{' | b'[') {
            loop {
                let Some(byte) = self.byte(at)? else { break Err(Broken::EndsEarly) };
                at += 1;
                match scan.take(byte) {
                    Ok(false) if at - self.start >= self.limit => {
                        break Err(Broken::TooLong(self.limit));
                    }
                    Ok(false) if scan.is_within_text() => {
                        // Most of a document is texts, which are gone over at one go.
                        at += plain_text(&self.held[at..]);
                    }
                    Ok(false) => {}
                    Ok(true) => break Ok(at),
                    Err(broken) => break Err(broken),
                }
            }
        } else {
            Err(Broken::NoBracket)
        };
        match end {
            Ok(end) => {
                let start = self.start;
                self.advance(end);
                let text = std::str::from_utf8(&self.held[start..end]);
                Ok(Some(Found { line, text: text.map_err(|_| Broken::NoText) }))
            }
            Err(broken) => {
                self.skip_to_line_with_bracket()?;
                Ok(Some(Found { line, text: Err(broken) }))
            }
        }
    }

    /// The byte at a place, which is read if need be; `None` behind the end.
    fn byte(&mut self, at: usize) -> io::Result<Option<u8>> {
        while at >= self.held.len() {
            if self.is_at_end {
                return Ok(None);
            }
            let len = self.held.len();
            self.held.resize(len + CHUNK, 0);
            let read = loop {
                match self.input.read(&mut self.held[len..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            self.held.truncate(len + read.as_ref().map_or(0, |read| *read));
            self.is_at_end = read? == 0;
        }
        Ok(Some(self.held[at]))
    }

    /// Lets the rest begin at a place.
    fn advance(&mut self, to: usize) {
        let passed = &self.held[self.start..to];
        self.line += passed.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.start = to;
    }

    /// Forgets what lies before the rest, once that is more than has to be moved.
    fn forget(&mut self) {
        if self.start >= CHUNK && self.start >= self.held.len() / 2 {
            self.held.drain(..self.start);
            self.start = 0;
            self.held.shrink_to(4 * CHUNK);
        }
    }

    fn skip_blanks(&mut self) -> io::Result<()> {
        loop {
            self.forget();
            match self.byte(self.start)? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.advance(self.start + 1),
                Some(byte) if byte == BYTE_ORDER_MARK[0] => {
                    self.byte(self.start + BYTE_ORDER_MARK.len() - 1)?;
                    if !self.held[self.start..].starts_with(BYTE_ORDER_MARK) {
                        return Ok(());
                    }
                    self.advance(self.start + BYTE_ORDER_MARK.len());
                }
                _ => return Ok(()),
            }
        }
    }

    /// Lets the rest begin at the next line that begins with a bracket, or at the end.
    fn skip_to_line_with_bracket(&mut self) -> io::Result<()> {
        loop {
            let rest = &self.held[self.start..];
            let end = rest.iter().position(|byte| *byte == b'\n');
            self.advance(end.map_or(self.held.len(), |place| self.start + place + 1));
            match self.byte(self.start)? {
                None => return Ok(()),
                Some(b'{' | b'[') if end.is_some() => return Ok(()),
                Some(_) => {}
            }
            self.forget();
        }
    }
}

/// How many bytes of a text come before the next one that means something.
fn plain_text(bytes: &[u8]) -> usize {
    let means_something = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    bytes.iter().position(means_something).unwrap_or(bytes.len())
}

/// Walks over the bytes of a document, and knows what may come next. What scalars are spelled like is
/// left to the parser.
#[derive(Debug, Default)]
struct Scan {
    /// The brackets that are open.
    open: Vec<u8>,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    Text {
        is_name: bool,
        is_escaped: bool,
    },
    Scalar,
}

impl Scan {
    /// Takes the next byte; true when the document ends with it.
    fn take(&mut self, byte: u8) -> Result<bool, Broken> {
        match self.state {
            State::Text { is_name, is_escaped } => {
                self.state = match byte {
                    0..0x20 => return Err(Broken::ControlCharacter),
                    _ if is_escaped => State::Text { is_name, is_escaped: false },
                    b'\\' => State::Text { is_name, is_escaped: true },
                    b'"' if is_name => State::Colon,
                    b'"' => State::CommaOrEnd,
                    _ => return Ok(false),
                };
                return Ok(false);
            }
            State::Scalar => {
                if matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.') {
                    return Ok(false);
                }
                self.state = State::CommaOrEnd;
            }
            _ => {}
        }
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            return Ok(false);
        }
        let in_object = self.open.last() == Some(&b'{');
        match (self.state, byte) {
            (State::Value | State::ValueOrEnd, b'{' | b'[') => {
                if self.open.len() == MAX_DEPTH {
                    return Err(Broken::TooDeep);
                }
                self.open.push(byte);
                self.state = if byte == b'{' { State::NameOrEnd } else { State::ValueOrEnd };
            }
            (State::Value | State::ValueOrEnd, b'"') => {
                self.state = State::Text { is_name: false, is_escaped: false };
            }
            (
                State::Value | State::ValueOrEnd,
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.',
            ) => self.state = State::Scalar,
            (State::ValueOrEnd | State::CommaOrEnd, b']') if !in_object => return Ok(self.close()),
            (State::NameOrEnd | State::CommaOrEnd, b'}') if in_object => return Ok(self.close()),
            (State::Name | State::NameOrEnd, b'"') => {
                self.state = State::Text { is_name: true, is_escaped: false };
            }
            (State::Colon, b':') => self.state = State::Value,
            (State::CommaOrEnd, b',') => {
                self.state = if in_object { State::Name } else { State::Value };
            }
            (State::Value | State::ValueOrEnd, _) => return Err(Broken::Expected("a value")),
            (State::Name | State::NameOrEnd, _) => return Err(Broken::Expected("a member")),
            (State::Colon, _) => return Err(Broken::Expected("a colon")),
            (State::CommaOrEnd, _) => return Err(Broken::Expected("a comma or a closing bracket")),
            (State::Text { .. } | State::Scalar, _) => unreachable!("they were looked at before"),
        }
        Ok(false)
    }

    /// True within a text, but behind a backslash.
    fn is_within_text(&self) -> bool {
        matches!(self.state, State::Text { is_escaped: false, .. })
    }

    /// Closes the innermost bracket; true when it was the outermost.
    fn close(&mut self) -> bool {
        self.open.pop();
        self.state = State::CommaOrEnd;
        self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is found in a text that comes in parts of a few bytes.
    fn found(text: &[u8], limit: usize) -> Vec<(u64, Result<String, Broken>)> {
        struct Slowly<'t>(&'t [u8]);
        impl Read for Slowly<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let length = self.0.len().min(3);
                into[..length].copy_from_slice(&self.0[..length]);
                self.0 = &self.0[length..];
                Ok(length)
            }
        }
        let mut documents = Documents::new(Slowly(text), limit);
        let mut all = Vec::new();
        while let Some(Found { line, text }) = documents.next().unwrap() {
            all.push((line, text.map(str::to_owned)));
        }
        all
    }

    fn is(line: u64, text: &str) -> (u64, Result<String, Broken>) {
        (line, Ok(text.to_owned()))
    }

    #[test]
    fn documents_stand_in_lines_beside_each_other_and_over_many_lines() {
        let text =
            "\u{feff}{\"a\": [1, -2.5e3, true]}\r\n\r\n[{},\n {\"b\": \"\\\"}\"}] {}\n\u{feff}[]";
        assert_eq!(
            found(text.as_bytes(), 100),
            [
                is(1, "{\"a\": [1, -2.5e3, true]}"),
                is(3, "[{},\n {\"b\": \"\\\"}\"}]"),
                is(4, "{}"),
                is(5, "[]"),
            ]
        );
    }

    #[test]
    fn a_line_that_is_cut_off_costs_that_line() {
        for (cut, broken) in [
            ("{\"a\": [1, 2", Broken::Expected("a comma or a closing bracket")),
            ("{\"a\": \"te", Broken::ControlCharacter),
            ("{\"a\": [1,", Broken::Expected("a comma or a closing bracket")),
            ("{\"a\":", Broken::Expected("a comma or a closing bracket")),
            ("{\"a\": 1,", Broken::Expected("a member")),
            ("{", Broken::Expected("a member")),
            ("a\": 1}", Broken::NoBracket),
            ("\0\0", Broken::NoBracket),
            ("{\"a\": 1}}", Broken::NoBracket),
        ] {
            let text = format!("{{\"b\": 1}}\n{cut}\n{{\"c\": 1}}\n{{\"d\": 1}}\n");
            let mut all = found(text.as_bytes(), 100);
            if cut.ends_with("}}") {
                assert_eq!(all.remove(1), is(2, "{\"a\": 1}"));
            }
            let expected =
                [is(1, "{\"b\": 1}"), (2, Err(broken)), is(3, "{\"c\": 1}"), is(4, "{\"d\": 1}")];
            assert_eq!(all, expected, "{cut}");
        }
    }

    #[test]
    fn what_ends_early_takes_no_later_document_with_it() {
        let text = b"{\"a\": [1,\n{\"b\": 1},\n{\"c\": 1}";
        assert_eq!(
            found(text, 100),
            [
                (1, Err(Broken::EndsEarly)),
                is(2, "{\"b\": 1}"),
                (2, Err(Broken::NoBracket)),
                is(3, "{\"c\": 1}"),
            ]
        );
        // Lines within a document are indented, and go with it.
        assert_eq!(
            found(b"{\n  \"a\": [\n    {\"b\": 1},\n  ]\n}\n[]\n", 100),
            [(1, Err(Broken::Expected("a value"))), is(6, "[]")]
        );
    }

    #[test]
    fn what_is_too_long_too_deep_or_no_text_is_passed_over() {
        let long = format!("[\"{}\"]\n[1]\n", "x".repeat(200));
        assert_eq!(found(long.as_bytes(), 100), [(1, Err(Broken::TooLong(100))), is(2, "[1]")]);
        let deep = format!("{}\n[1]\n", "[".repeat(10_000));
        assert_eq!(found(deep.as_bytes(), 100_000), [(1, Err(Broken::TooDeep)), is(2, "[1]")]);
        assert_eq!(found(b"[\"\xff\"]\n[1]", 100), [(1, Err(Broken::NoText)), is(2, "[1]")]);
    }

    #[test]
    fn endless_openings_take_no_endless_time() {
        let text = "[\n".repeat(20_000);
        let all = found(text.as_bytes(), 1 << 20);
        assert!(all.iter().all(|(_, text)| text.is_err()));
        assert_eq!(all.len(), 20_000);
    }

    proptest! {
        #[test]
        fn every_line_that_the_parser_takes_is_found(
            lines in proptest::collection::vec(r#"[\[{]("[a-z\\]{0,2}"|[,:0-9\[{}\] ]){0,8}"#, 0..8),
        ) {
            let is_document = |line: &&String| {
                serde_json::from_str::<&serde_json::value::RawValue>(line).is_ok()
            };
            // A line that another line could complete is not lost by itself.
            prop_assume!(lines.iter().all(|line| {
                is_document(&line) || !serde_json::from_str::<&serde_json::value::RawValue>(line)
                    .is_err_and(|error| error.is_eof())
            }));
            let text = lines.join("\n");
            let all = found(text.as_bytes(), 1 << 20);
            for line in lines.iter().filter(is_document) {
                prop_assert!(all.iter().any(|(_, text)| text.as_ref() == Ok(&line.trim().to_owned())));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), limit in 1_usize..50) {
            found(&bytes, limit);
            let brackets: Vec<u8> =
                bytes.iter().map(|byte| b"[]{}\",:\\\n 1"[usize::from(byte % 11)]).collect();
            found(&brackets, limit);
        }
    }
}
