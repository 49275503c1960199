//! Cells of rows: those of files, and those of logs, in which texts that repeat are dictionaries.

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;

/// The texts of a column; all missing where rows have no such column.
#[derive(Debug, Clone)]
pub(crate) struct Texts(Option<StringArray>);

impl Texts {
    pub(crate) fn new(rows: &RecordBatch, column: &str) -> Result<Self, ArrowError> {
        let Some(cells) = rows.column_by_name(column) else { return Ok(Self(None)) };
        Ok(Self(cast(cells, &DataType::Utf8)?.as_string_opt::<i32>().cloned()))
    }

    /// Of no rows.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// The text in a row; `None` when it is missing, or there are not so many rows.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let texts = self.0.as_ref().filter(|texts| row < texts.len())?;
        texts.is_valid(row).then(|| texts.value(row))
    }
}

/// The whole number in a row; `None` when it is missing.
pub(crate) fn integer(rows: &RecordBatch, column: &str, row: usize) -> Option<i64> {
    let cells = rows.column_by_name(column)?.as_primitive_opt::<Int64Type>()?;
    cells.is_valid(row).then(|| cells.value(row))
}

/// The number in a row; `None` when it is missing.
pub(crate) fn number(rows: &RecordBatch, column: &str, row: usize) -> Option<f64> {
    let cells = rows.column_by_name(column)?.as_primitive_opt::<Float64Type>()?;
    cells.is_valid(row).then(|| cells.value(row))
}

/// The instant in a row, in milliseconds since 1970; `None` when it is missing.
pub(crate) fn instant(rows: &RecordBatch, column: &str, row: usize) -> Option<i64> {
    let cells = rows.column_by_name(column)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    cells.is_valid(row).then(|| cells.value(row).div_euclid(1_000))
}

/// The list of texts in a row; empty when it is missing.
pub(crate) fn list(rows: &RecordBatch, column: &str, row: usize) -> Vec<String> {
    let Some(cells) = rows.column_by_name(column).and_then(|cells| cells.as_list_opt::<i32>())
    else {
        return Vec::new();
    };
    if cells.is_null(row) {
        return Vec::new();
    }
    let texts = cells.value(row);
    let Some(texts) = texts.as_string_opt::<i32>() else { return Vec::new() };
    texts.iter().flatten().map(str::to_owned).collect()
}

/// The rows of one meeting.
pub(crate) fn of_meeting(
    rows: &RecordBatch,
    account: &str,
    uuid: &str,
) -> Result<RecordBatch, ArrowError> {
    let (accounts, uuids) = (Texts::new(rows, "account")?, Texts::new(rows, "meeting_uuid")?);
    let is_of: BooleanArray = (0..rows.num_rows())
        .map(|row| Some(uuids.get(row) == Some(uuid) && accounts.get(row) == Some(account)))
        .collect();
    filter_record_batch(rows, &is_of)
}
