//! The cells of rows that a query found.

use std::collections::HashMap;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use futures::TryStreamExt as _;
use zqos_core::Timestamp;
use zqos_query::{Archive, QueryError};

/// What a column holds, for whoever reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Read {
    /// Text.
    Text,
    /// A whole number, an instant in microseconds, or a truth, which is 1 or 0.
    Whole,
}

/// Rows, by the places of their columns.
pub(crate) struct Cells(Vec<ArrayRef>);

impl Cells {
    fn new(rows: &RecordBatch, kinds: &[Read]) -> Result<Self, ArrowError> {
        let cells = rows.columns().iter().zip(kinds).map(|(cells, kind)| {
            let kind = match kind {
                Read::Text => DataType::Utf8,
                Read::Whole => DataType::Int64,
            };
            cast(cells, &kind)
        });
        cells.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn text(&self, column: usize, row: usize) -> Option<&str> {
        let cells = self.0.get(column)?.as_string_opt::<i32>()?;
        cells.is_valid(row).then(|| cells.value(row))
    }

    pub(crate) fn owned(&self, column: usize, row: usize) -> Option<String> {
        self.text(column, row).map(str::to_owned)
    }

    pub(crate) fn whole(&self, column: usize, row: usize) -> Option<i64> {
        let cells = self.0.get(column)?.as_primitive_opt::<Int64Type>()?;
        cells.is_valid(row).then(|| cells.value(row))
    }

    /// A count, which no column has below zero.
    pub(crate) fn count(&self, column: usize, row: usize) -> Option<u32> {
        self.whole(column, row).and_then(|count| u32::try_from(count).ok())
    }

    pub(crate) fn instant(&self, column: usize, row: usize) -> Option<Timestamp> {
        Timestamp::from_unix_millis(self.whole(column, row)?.div_euclid(1_000)).ok()
    }
}

/// Runs a query whose columns are of these kinds, and makes something of each row.
///
/// **Errors**: those of [`Archive::query`].
pub(crate) async fn each<T>(
    archive: &Archive,
    sql: &str,
    kinds: &[Read],
    mut make: impl FnMut(&Cells, usize) -> Option<T>,
) -> Result<Vec<T>, QueryError> {
    let mut rows = archive.query(sql).await?;
    let mut all = Vec::new();
    while let Some(batch) = rows.try_next().await? {
        let cells = Cells::new(&batch, kinds).map_err(|error| QueryError::Failed(error.into()))?;
        all.extend((0..batch.num_rows()).filter_map(|row| make(&cells, row)));
    }
    Ok(all)
}

/// Numbers for texts, in the order in which they are met.
#[derive(Default)]
pub(crate) struct Numbers(HashMap<String, u32>);

impl Numbers {
    pub(crate) fn of(&mut self, text: &str) -> u32 {
        if let Some(number) = self.0.get(text) {
            return *number;
        }
        let next = crate::number(self.0.len());
        self.0.insert(text.to_owned(), next);
        next
    }
}
