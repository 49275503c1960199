//! Days that are made of other tables: replaced whole.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use zqos_core::table::{REVISION, Table};

use super::{Store, StoreError, place};
use crate::batch::data_type;
use crate::delta::{Cause, Change, DataFile, TableLog as _};
use crate::file::FileWriter;
use crate::order;
use crate::replacing::Replacing;

impl Store {
    /// Replaces all files of one day of a table by one, in a single commit; without rows the day goes.
    /// Rows don't pass the write-ahead log: whoever makes them can make them again.
    ///
    /// **Shape**: rows have the table's columns, by name. The tag, of digits and lowercase letters,
    /// stands in the file's name: see [`DataFile::tag`].
    ///
    /// **Errors**: [`StoreError::Compacting`] when another program replaces files; [`StoreError::Rows`]
    /// when a column is missing. Then nothing has changed.
    pub async fn replace_day(
        &mut self,
        table: &'static Table,
        day: &str,
        rows: &[RecordBatch],
        tag: &str,
    ) -> Result<(), StoreError> {
        debug_assert!(tag.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z')));
        let mut replacing = self.begin_replacing().await?;
        let outcome = self.replace_alone(table, day, rows, tag, &mut replacing).await;
        self.end_replacing(replacing, outcome).await
    }

    async fn replace_alone(
        &mut self,
        table: &'static Table,
        day: &str,
        rows: &[RecordBatch],
        tag: &str,
        replacing: &mut Replacing,
    ) -> Result<(), StoreError> {
        let place = place(table);
        self.fence(place, replacing).await?;
        let files = self.tables[place].files().map_err(StoreError::table(table))?;
        let removed: Vec<DataFile> = files.into_iter().filter(|file| file.day == day).collect();
        self.revision = (self.clock.now().unix_millis() * 1_000).max(self.revision + 1);
        let rows = stored(table, rows, self.revision).map_err(StoreError::Rows)?;
        let mut added = Vec::new();
        if rows.num_rows() > 0 {
            let mut writer = FileWriter::new(table, rows.schema()).map_err(StoreError::Parquet)?;
            writer.write(&rows).map_err(StoreError::Parquet)?;
            let name = format!("made-{}-{tag}", self.revision);
            added.push(self.put(table, day, &name, writer).await?);
        }
        if added.is_empty() && removed.is_empty() {
            return Ok(());
        }
        let change = Change { added, removed, progress: None, cause: Cause::Removal };
        self.commit_to(place, change).await
    }
}

impl DataFile {
    /// What [`Store::replace_day`] was told of the rows; of another file, some word.
    pub fn tag(&self) -> Option<&str> {
        self.path.rsplit('-').nth(1)
    }
}

/// Rows as files have them: the table's columns and a revision, in the order of the key.
fn stored(table: &Table, rows: &[RecordBatch], revision: i64) -> Result<RecordBatch, ArrowError> {
    let fields = table.columns.iter().chain([&REVISION]);
    let fields =
        fields.map(|column| Field::new(column.name, data_type(column.kind), !column.is_required));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batches = rows.iter().map(|rows| {
        let columns = table.columns.iter().map(|column| {
            let values = rows.column_by_name(column.name).ok_or_else(|| {
                ArrowError::SchemaError(format!("there is no column `{}`", column.name))
            })?;
            cast(values, &data_type(column.kind))
        });
        let mut columns = columns.collect::<Result<Vec<_>, _>>()?;
        let revisions: ArrayRef = Arc::new(Int64Array::from_value(revision, rows.num_rows()));
        columns.push(revisions);
        RecordBatch::try_new(Arc::clone(&schema), columns)
    });
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    order::sorted(table, &concat_batches(&schema, &batches)?)
}
