//! Rows of a CSV file with a known header, and what is wrong with a file that people write.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A file can't be read, or says what it can't say.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FileError {
    message: String,
    /// What the file should look like; `None` where that is not the matter.
    pub hint: Option<String>,
}

impl FileError {
    pub(super) fn new(message: String) -> Self {
        Self { message, hint: None }
    }

    pub(super) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// What is wrong, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) reason: String,
}

impl Wrong {
    /// As it is told of a file; `what` says what the file is.
    pub(super) fn of_file(self, what: &str, path: &Path) -> FileError {
        let Self { line, reason } = self;
        FileError::new(format!("{what} `{}`, line {line}: {reason}", path.display()))
    }
}

/// Opens a file.
pub(super) fn open(what: &str, path: &Path) -> Result<File, FileError> {
    File::open(path).map_err(|error| {
        FileError::new(format!("{what} `{}` can't be read: {error}", path.display()))
    })
}

/// Gives each row after the header with its line. Empty lines are passed over, and fields are without
/// the space around them.
///
/// **Errors**: the first thing that is wrong, with its line: what is no CSV, another header, another
/// number of fields, and what the taker says.
pub(super) fn each_row<const FIELDS: usize>(
    mut input: impl Read,
    header: [&str; FIELDS],
    mut take: impl FnMut(u64, [&str; FIELDS]) -> Result<(), String>,
) -> Result<(), Wrong> {
    let mut bytes = Vec::new();
    input
        .read_to_end(&mut bytes)
        .map_err(|error| Wrong { line: 1, reason: format!("it can't be read: {error}") })?;
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(&*bytes);
    let mut has_header = false;
    for row in rows.records() {
        let row = row.map_err(|error| Wrong {
            line: error.position().map_or(1, |position| line(&bytes, position)),
            reason: "it is no CSV in UTF-8".to_owned(),
        })?;
        let line = row.position().map_or(1, |position| line(&bytes, position));
        let wrong = |reason: String| Wrong { line, reason };
        if has_header {
            let fields: Vec<&str> = row.iter().collect();
            let fields = fields
                .try_into()
                .map_err(|_| wrong(format!("it has {} fields, not {FIELDS}", row.len())))?;
            take(line, fields).map_err(wrong)?;
        } else {
            let first = row.get(0).map(|name| name.trim_start_matches('\u{feff}'));
            if !first.into_iter().chain(row.iter().skip(1)).eq(header) {
                return Err(wrong("the header is another".to_owned()));
            }
            has_header = true;
        }
    }
    if has_header { Ok(()) } else { Err(Wrong { line: 1, reason: "it is empty".to_owned() }) }
}

/// The line of a row, counted from 1: its position is that of the empty lines before it.
fn line(bytes: &[u8], position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = bytes.get(start..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    empty.fold(position.line(), |line, byte| line + u64::from(*byte == b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Result<Vec<(u64, String)>, Wrong> {
        let mut rows = Vec::new();
        each_row(text, ["one", "two"], |line, fields| {
            rows.push((line, fields.join("|")));
            if fields[0] == "no" { Err("it says no".to_owned()) } else { Ok(()) }
        })?;
        Ok(rows)
    }

    #[test]
    fn rows_come_with_their_lines() {
        let read = rows("\u{feff}one,two\n a , b\n\n\"c\nc\",d\ne,\n".as_bytes());
        let expected = [(2, "a|b"), (4, "c\nc|d"), (6, "e|")];
        assert_eq!(read, Ok(expected.map(|(line, row)| (line, row.to_owned())).to_vec()));
        assert_eq!(rows(b"one,two"), Ok(Vec::new()));
    }

    #[test]
    fn the_first_thing_wrong_is_told_with_its_line() {
        for (text, line, reason) in [
            (&b""[..], 1, "it is empty"),
            (b"two,one\n", 1, "the header is another"),
            (b"one,two,three\n", 1, "the header is another"),
            (b"one,two\na,b\nc\n", 3, "it has 1 fields, not 2"),
            (b"one,two\n\na,\xff\n", 3, "it is no CSV in UTF-8"),
            (b"one,two\na,b\nno,b\nc", 3, "it says no"),
        ] {
            assert_eq!(rows(text), Err(Wrong { line, reason: reason.to_owned() }));
        }
    }
}
