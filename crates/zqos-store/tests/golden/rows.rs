//! The rows of a store as lines of text.

use std::fs::{self, File};
use std::path::Path;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use zqos_store::Snapshot;

/// Every row, a line each, without what is missing: columns that are added later change nothing.
pub(crate) fn of(folder: &Path, snapshot: &Snapshot) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, _, files) in snapshot.tables() {
        for file in files {
            let path = folder.join("tables").join(table.name).join(&file.path);
            let rows = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
            for batch in rows.build().unwrap() {
                let batch = batch.unwrap();
                for row in 0..batch.num_rows() {
                    let mut line = vec![table.name.to_owned(), format!("day={}", file.day)];
                    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                        if !column.is_null(row) {
                            let options = FormatOptions::default();
                            let cells = ArrayFormatter::try_new(column, &options).unwrap();
                            line.push(format!("{}={}", field.name(), cells.value(row)));
                        }
                    }
                    lines.push(line.join(" "));
                }
            }
        }
    }
    lines.sort_unstable();
    lines
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
