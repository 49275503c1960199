//! Data files: rows as Parquet.

use arrow::array::{Array as _, Date32Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use zqos_core::table::{DAY, Kind, Table, ZOOM_RAW};

use crate::batch::memory_schema;
use crate::order;

/// Rows of a row group: readers skip and share work by it.
const ROW_GROUP: usize = 131_072;
/// Of those measured the best of size against time.
const ZSTD_LEVEL: i32 = 3;
/// For texts in files that are not written again: there they take a good third less.
const SEALED_TEXTS_LEVEL: i32 = 19;
/// How much text is compressed together at least. Texts are alike, but whoever reads one unpacks all.
const RAW_PAGE: usize = 4 << 20;
/// After so many rows it is looked whether a page is full: a text may have a megabyte.
const RAW_ROWS: usize = 16;
/// Columns by which single rows are looked for among many.
const LOOKED_FOR: [&str; 3] = ["meeting_uuid", "person_id", "email"];

/// Rows of one table by UTC day, days in order, and in the order of their key.
pub(crate) fn by_day(
    table: &Table,
    batches: &[RecordBatch],
) -> Result<Vec<(i32, RecordBatch)>, ArrowError> {
    let rows = order::sorted(table, &order::concatenated(&memory_schema(table), batches)?)?;
    let days = rows
        .column_by_name(DAY.name)
        .and_then(|days| days.as_any().downcast_ref::<Date32Array>())
        .expect("rows in memory have their day");
    let mut first = 0;
    let parts = days.values().chunk_by(|one, other| one == other).map(|of_day| {
        let part = (of_day[0], rows.slice(first, of_day.len()));
        first += of_day.len();
        part
    });
    Ok(parts.collect())
}

/// A file that is being written: rows of one day. The day itself stands in the file's path.
///
/// Columns are encoded on all processors.
pub(crate) struct FileWriter {
    file: SerializedFileWriter<Vec<u8>>,
    groups: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// The columns of the row group that is being written.
    columns: Vec<ArrowColumnWriter>,
    /// How many rows it has.
    rows_of_group: usize,
    /// How many the file has.
    rows: u64,
}

impl FileWriter {
    /// A file of rows with this schema, as they came.
    ///
    /// Figures are dictionaries where that is smaller; no statistics are kept of personal columns.
    pub(crate) fn new(table: &Table, schema: SchemaRef) -> Result<Self, ParquetError> {
        Self::with_texts_at(ZSTD_LEVEL, table, schema)
    }

    /// The same for rows that are not written again: smaller, and slower to write.
    pub(crate) fn sealed(table: &Table, schema: SchemaRef) -> Result<Self, ParquetError> {
        Self::with_texts_at(SEALED_TEXTS_LEVEL, table, schema)
    }

    fn with_texts_at(level: i32, table: &Table, schema: SchemaRef) -> Result<Self, ParquetError> {
        let zstd = |level| ZstdLevel::try_new(level).map(Compression::ZSTD);
        let mut properties = WriterProperties::builder()
            .set_compression(zstd(ZSTD_LEVEL)?)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by(concat!("zqos ", env!("CARGO_PKG_VERSION")).to_owned());
        if *table == ZOOM_RAW {
            properties = properties
                .set_column_compression(ColumnPath::from("body"), zstd(level)?)
                .set_data_page_size_limit(RAW_PAGE)
                .set_write_batch_size(RAW_ROWS);
        }
        for column in table.columns {
            let path = || ColumnPath::from(column.name);
            if column.is_personal {
                properties =
                    properties.set_column_statistics_enabled(path(), EnabledStatistics::None);
            }
            if LOOKED_FOR.contains(&column.name) {
                properties = properties.set_column_bloom_filter_enabled(path(), true);
            }
            // Texts that differ from row to row gain nothing by a dictionary.
            if column.kind == Kind::Text {
                properties = properties.set_column_dictionary_enabled(path(), false);
            }
        }
        let options = ArrowWriterOptions::new()
            .with_properties(properties.build())
            // Else readers would see dictionaries where the table has texts.
            .with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(Vec::new(), SchemaRef::clone(&schema), options)?;
        let (file, groups) = writer.into_serialized_writer()?;
        Ok(Self { file, groups, schema, columns: Vec::new(), rows_of_group: 0, rows: 0 })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        let mut start = 0;
        while start < rows.num_rows() {
            if self.rows_of_group == ROW_GROUP {
                self.end_group()?;
            }
            let count = (rows.num_rows() - start).min(ROW_GROUP - self.rows_of_group);
            self.write_to_group(&rows.slice(start, count))?;
            start += count;
        }
        Ok(())
    }

    /// Adds rows for which there is room in the row group.
    fn write_to_group(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        if self.columns.is_empty() {
            let number = self.file.flushed_row_groups().len();
            self.columns = self.groups.create_column_writers(number)?;
        }
        let cells = self.schema.fields().par_iter().zip(rows.columns());
        // Lists of texts have one leaf, too.
        self.columns.par_iter_mut().zip(cells).try_for_each(|(column, (field, cells))| {
            compute_leaves(field, cells)?.iter().try_for_each(|leaf| column.write(leaf))
        })?;
        self.rows_of_group += rows.num_rows();
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        let columns = std::mem::take(&mut self.columns).into_par_iter();
        let chunks = columns.map(ArrowColumnWriter::close).collect::<Result<Vec<_>, _>>()?;
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        self.rows_of_group = 0;
        Ok(())
    }

    /// How many rows were added.
    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    /// The content of the file.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, ParquetError> {
        if self.rows_of_group > 0 {
            self.end_group()?;
        }
        self.file.into_inner()
    }
}

/// Rows without their day.
pub(crate) fn without_day(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let day = rows.schema().index_of(DAY.name)?;
    let columns: Vec<usize> = (0..rows.num_columns()).filter(|&column| column != day).collect();
    rows.project(&columns)
}
