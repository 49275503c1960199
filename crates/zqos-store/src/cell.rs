//! Cells of rows, whatever the rows come from: texts that repeat are dictionaries in memory and plain in
//! files.

use arrow::array::{Array, AsArray as _, RecordBatch, StringArray};
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::json::LineDelimitedWriter;
use zqos_core::table::{HOST, Table};

/// The texts of a column; missing ones where rows have no such column.
pub(crate) enum Texts<'a> {
    Missing,
    /// The same in every row.
    Always(&'static str),
    Plain(&'a StringArray),
    Terms(&'a arrow::array::Int32Array, &'a StringArray),
}

impl<'a> Texts<'a> {
    pub(crate) fn new(rows: &'a RecordBatch, column: &str) -> Self {
        let Some(cells) = rows.column_by_name(column) else { return Self::Missing };
        if let Some(plain) = cells.as_string_opt::<i32>() {
            return Self::Plain(plain);
        }
        let Some(terms) = cells.as_dictionary_opt::<Int32Type>() else { return Self::Missing };
        match terms.values().as_string_opt::<i32>() {
            Some(values) => Self::Terms(terms.keys(), values),
            None => Self::Missing,
        }
    }

    /// The text in a row; `None` when it is missing.
    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Missing => None,
            Self::Always(text) => Some(text),
            Self::Plain(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Terms(keys, values) => {
                let key = keys.is_valid(row).then(|| keys.value(row))?;
                Some(values.value(usize::try_from(key).ok()?))
            }
        }
    }
}

/// Which joins rows are of, or which sides of calls.
pub(crate) struct Joins<'a> {
    accounts: Texts<'a>,
    meetings: Texts<'a>,
    participants: Texts<'a>,
}

impl<'a> Joins<'a> {
    pub(crate) fn new(rows: &'a RecordBatch) -> Self {
        let one_of = |column, other| match Texts::new(rows, column) {
            Texts::Missing => Texts::new(rows, other),
            texts => texts,
        };
        Self {
            accounts: Texts::new(rows, "account"),
            meetings: one_of("meeting_uuid", "call_id"),
            participants: one_of("user_id", "side"),
        }
    }

    /// The same, where rows that name the host of a meeting are of its [`HOST`].
    pub(crate) fn with_hosts(rows: &'a RecordBatch) -> Self {
        let mut joins = Self::new(rows);
        if matches!(joins.participants, Texts::Missing)
            && rows.column_by_name("host_email").is_some()
        {
            joins.participants = Texts::Always(HOST);
        }
        joins
    }

    /// The account, the meeting or call, and the id or side within it; `None` of a row that is of no
    /// single one.
    pub(crate) fn get(&self, row: usize) -> Option<(&'a str, &'a str, &'a str)> {
        Some((self.accounts.get(row)?, self.meetings.get(row)?, self.participants.get(row)?))
    }
}

/// The instant in a row, in microseconds since 1970; `None` when it is missing.
pub(crate) fn instant(rows: &RecordBatch, column: &str, row: usize) -> Option<i64> {
    let cells = rows.column_by_name(column)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    cells.is_valid(row).then(|| cells.value(row))
}

/// The rows in parts, one after the other, in each of which a column has one text.
pub(crate) fn runs(rows: &RecordBatch, column: &str) -> Vec<RecordBatch> {
    let texts = Texts::new(rows, column);
    let mut runs = Vec::new();
    let mut start = 0;
    for row in 1..=rows.num_rows() {
        if row == rows.num_rows() || texts.get(row) != texts.get(start) {
            runs.push(rows.slice(start, row - start));
            start = row;
        }
    }
    runs
}

/// A row as a JSON object, without what is missing and what the store adds.
pub(crate) fn row_json(
    table: &Table,
    rows: &RecordBatch,
    row: usize,
) -> Result<String, ArrowError> {
    json(rows, row, &table.columns.iter().map(|column| column.name).collect::<Vec<_>>())
}

/// The key of a row as a JSON object.
pub(crate) fn key_json(
    table: &Table,
    rows: &RecordBatch,
    row: usize,
) -> Result<String, ArrowError> {
    json(rows, row, table.key)
}

fn json(rows: &RecordBatch, row: usize, columns: &[&str]) -> Result<String, ArrowError> {
    let schema = rows.schema();
    let places = columns.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
    let row = rows.project(&places)?.slice(row, 1);
    let mut text = Vec::new();
    let mut writer = LineDelimitedWriter::new(&mut text);
    writer.write(&row)?;
    writer.finish()?;
    let text = String::from_utf8(text).map_err(|error| ArrowError::JsonError(error.to_string()))?;
    Ok(text.trim_end().to_owned())
}
