//! The tables of a store, read as anybody may read them: from Parquet files and what logs have beside.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};
use zqos_core::Timestamp;
use zqos_core::table::{DAY, Latest, REVISION, Table};
use zqos_store::Snapshot;

/// The cells of a row, by their column; what is missing is null.
pub(crate) type Cells = Map<String, Value>;

/// The rows of a table, each key once.
pub(crate) async fn rows(store: &Path, table: &'static Table) -> Vec<Cells> {
    let snapshot = Snapshot::open_tables(store, &[table]).await.unwrap();
    let mut batches = snapshot.tail(table).to_vec();
    for (_, _, files) in snapshot.tables() {
        for file in files {
            let path = store.join("tables").join(table.name).join(&file.path);
            let file = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
            batches.extend(file.build().unwrap().map(Result::unwrap));
        }
    }
    let mut all: Vec<Cells> = batches.iter().flat_map(cells).collect();
    all.sort_by_key(|row| row[REVISION.name].as_i64());
    let mut latest: BTreeMap<Vec<String>, Cells> = BTreeMap::new();
    for mut row in all {
        let key = table.key.iter().map(|column| row[*column].to_string()).collect();
        let known = latest.entry(key).or_default();
        if table.latest == Latest::Values {
            row.retain(|column, cell| !cell.is_null() || !known.contains_key(column));
        }
        known.extend(row);
    }
    latest.into_values().collect()
}

fn cells(batch: &RecordBatch) -> Vec<Cells> {
    let schema = batch.schema();
    let columns: Vec<(&String, ArrayRef)> = schema
        .fields()
        .iter()
        .zip(batch.columns())
        // Rows of files have it in their path.
        .filter(|(field, _)| field.name() != DAY.name)
        .map(|(field, cells)| match cells.data_type() {
            DataType::Dictionary(..) => (field.name(), cast(cells, &DataType::Utf8).unwrap()),
            _ => (field.name(), ArrayRef::clone(cells)),
        })
        .collect();
    let row = |row: usize| {
        columns.iter().map(|(name, cells)| ((*name).clone(), cell(cells, row))).collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

/// A text, a number, or an instant as a text. Nothing here looks at lists.
fn cell(cells: &ArrayRef, row: usize) -> Value {
    if cells.is_null(row) {
        return Value::Null;
    }
    match cells.data_type() {
        DataType::Utf8 => cells.as_string::<i32>().value(row).into(),
        DataType::Int64 => cells.as_primitive::<Int64Type>().value(row).into(),
        DataType::Float64 => cells.as_primitive::<Float64Type>().value(row).into(),
        DataType::Timestamp(..) => {
            let micros = cells.as_primitive::<TimestampMicrosecondType>().value(row);
            Timestamp::from_unix_millis(micros / 1_000).unwrap().to_string().into()
        }
        _ => Value::Null,
    }
}
