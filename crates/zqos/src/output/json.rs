//! JSON set out in lines, from its own text: key order, numbers and escapes stay as they came.

use std::io::{self, Write};

use zqos_core::Shown;

/// Writes valid JSON with two blanks for each level, starting at `level`.
///
/// Only blanks between tokens change, and characters that would steer a terminal are written as
/// JSON escapes, which read as the same text.
pub(crate) fn write_pretty(out: &mut dyn Write, json: &str, level: usize) -> io::Result<()> {
    write_json(out, json, Some(level))
}

/// Writes valid JSON on one line, as [`write_pretty`] does otherwise.
pub(crate) fn write_compact(out: &mut dyn Write, json: &str) -> io::Result<()> {
    write_json(out, json, None)
}

/// Writes valid JSON; without a level, on one line.
fn write_json(out: &mut dyn Write, json: &str, mut level: Option<usize>) -> io::Result<()> {
    let mut rest = json.trim_ascii_start();
    while let Some(token) = rest.as_bytes().first() {
        let length = match token {
            b'"' => string_length(rest),
            b'{' | b'[' | b'}' | b']' | b',' | b':' => 1,
            // A number or a word ends where the next token begins.
            _ => rest
                .find(|c: char| matches!(c, ',' | '}' | ']') || c.is_ascii_whitespace())
                .unwrap_or(rest.len()),
        };
        let (text, after) = rest.split_at(length);
        rest = after.trim_ascii_start();
        match (token, &mut level) {
            (b'{' | b'[', _) if rest.starts_with(['}', ']']) => {
                out.write_all(text.as_bytes())?;
                out.write_all(&rest.as_bytes()[..1])?;
                rest = rest[1..].trim_ascii_start();
            }
            (b'{' | b'[', Some(level)) => {
                out.write_all(text.as_bytes())?;
                *level += 1;
                new_line(out, *level)?;
            }
            (b'}' | b']', Some(level)) => {
                *level = level.saturating_sub(1);
                new_line(out, *level)?;
                out.write_all(text.as_bytes())?;
            }
            (b',', Some(level)) => {
                out.write_all(b",")?;
                new_line(out, *level)?;
            }
            (b':', Some(_)) => out.write_all(b": ")?,
            _ => write_safe(out, text)?,
        }
    }
    Ok(())
}

/// Lines are set in no further than this: a body of brackets alone would grow by its square.
const DEEPEST: usize = 32;

/// Starts a line.
pub(crate) fn new_line(out: &mut dyn Write, level: usize) -> io::Result<()> {
    out.write_all(b"\n")?;
    for _ in 0..level.min(DEEPEST) {
        out.write_all(b"  ")?;
    }
    Ok(())
}

/// The length of the string that a text starts with, quotes included.
fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Writes JSON on one line, terminal-steering characters, which only its strings have, as escapes.
pub(crate) fn write_safe(out: &mut dyn Write, string: &str) -> io::Result<()> {
    let mut rest = string;
    while let Some(at) = rest.find(Shown::is_escaped) {
        out.write_all(&rest.as_bytes()[..at])?;
        let escaped = rest[at..].chars().next().unwrap_or_default();
        for unit in escaped.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = &rest[at + escaped.len_utf8()..];
    }
    out.write_all(rest.as_bytes())
}

/// Writes a text as a JSON string.
pub(crate) fn write_string(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let quoted = serde_json::to_string(text).map_err(io::Error::other)?;
    write_safe(out, &quoted)
}

/// Writes rows of several pages as one answer: the members of the first page in their order, and
/// its rows, as the last member, from every page.
///
/// The token of the next page is written empty, as on a last page.
pub(crate) struct MergedPages {
    rows_member: Option<String>,
    row_count: u64,
}

impl MergedPages {
    pub(crate) const fn new(rows_member: Option<String>) -> Self {
        Self { rows_member, row_count: 0 }
    }

    /// Begins with the envelope of the first page.
    pub(crate) fn begin<'a>(
        &mut self,
        out: &mut dyn Write,
        envelope: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> io::Result<()> {
        out.write_all(b"{")?;
        let mut is_first = true;
        for (name, value) in envelope {
            if !std::mem::take(&mut is_first) {
                out.write_all(b",")?;
            }
            new_line(out, 1)?;
            write_string(out, name)?;
            out.write_all(b": ")?;
            let value = if name == "next_page_token" { "\"\"" } else { value };
            write_pretty(out, value, 1)?;
        }
        if let Some(member) = &self.rows_member {
            if !is_first {
                out.write_all(b",")?;
            }
            new_line(out, 1)?;
            write_string(out, member)?;
            out.write_all(b": [")?;
        }
        Ok(())
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, out: &mut dyn Write, row: &str) -> io::Result<()> {
        if self.row_count > 0 {
            out.write_all(b",")?;
        }
        self.row_count += 1;
        new_line(out, 2)?;
        write_pretty(out, row, 2)
    }

    /// Ends the answer.
    pub(crate) fn end(self, out: &mut dyn Write) -> io::Result<()> {
        if self.rows_member.is_some() {
            if self.row_count > 0 {
                new_line(out, 1)?;
            }
            out.write_all(b"]")?;
        }
        out.write_all(b"\n}\n")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pretty(json: &str) -> String {
        let mut out = Vec::new();
        write_pretty(&mut out, json, 0).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn one_line_changes_no_value(value in json()) {
            let mut out = Vec::new();
            write_compact(&mut out, &pretty(&value.to_string())).unwrap();
            let text = String::from_utf8(out).unwrap();
            prop_assert!(!text.contains(Shown::is_escaped), "{:?}", text);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        }

        #[test]
        fn setting_out_changes_no_value(value in json()) {
            let text = pretty(&value.to_string());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
            prop_assert!(text.lines().all(|line| !line.contains(Shown::is_escaped)));
        }
    }

    #[test]
    fn order_numbers_and_escapes_stay() {
        let text = r#"{"b":1.50e2,"a":"A\/é","empty":{},"none":[ ],"rows":[{"x":[1,2]}]}"#;
        assert_eq!(
            pretty(text),
            "{\n  \"b\": 1.50e2,\n  \"a\": \"A\\/é\",\n  \"empty\": {},\n  \"none\": [],\n  \
             \"rows\": [\n    {\n      \"x\": [\n        1,\n        2\n      ]\n    }\n  ]\n}"
        );
    }

    #[test]
    fn what_steers_a_terminal_becomes_an_escape() {
        assert_eq!(pretty("\"\u{202e}\u{9b}\u{e0001}\""), r#""\u202e\u009b\udb40\udc01""#);
    }

    #[test]
    fn pages_become_one_answer() {
        let mut out = Vec::new();
        let mut merged = MergedPages::new(Some("participants".to_owned()));
        let envelope = [("next_page_token", "\"abc\""), ("total_records", "2")];
        merged.begin(&mut out, envelope).unwrap();
        merged.row(&mut out, r#"{"user_id":"1"}"#).unwrap();
        merged.row(&mut out, "7").unwrap();
        merged.end(&mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let expected = serde_json::json!({
            "next_page_token": "", "total_records": 2, "participants": [{"user_id": "1"}, 7],
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn an_answer_without_rows_is_whole() {
        for rows in [None, Some("rows".to_owned())] {
            let mut out = Vec::new();
            let mut merged = MergedPages::new(rows);
            merged.begin(&mut out, []).unwrap();
            merged.end(&mut out).unwrap();
            assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
        }
    }
}
