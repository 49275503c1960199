//! Data files, read back batch by batch.

use std::io::{self, Read};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::Result;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};

use crate::checksum;
use crate::home::{Content, Home};

/// Rows that are decoded together at most, and about how many bytes: texts of reports are long.
const BATCH: usize = 8_192;
const BATCH_BYTES: u64 = 4 << 20;
/// What is read at once where nobody says how much is needed: the headers of pages.
const CHUNK: u64 = 64 * 1024;

/// A data file, which Parquet's readers read in parts.
#[derive(Debug, Clone)]
pub struct StoredFile(Arc<dyn Content>);

impl StoredFile {
    pub(crate) fn open(home: &Home, path: &str) -> io::Result<Self> {
        home.files.open(path).map(Self)
    }
}

impl Length for StoredFile {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for StoredFile {
    type T = Chunks;

    fn get_read(&self, start: u64) -> Result<Chunks> {
        Ok(Chunks { file: self.clone(), next: start, chunk: io::Cursor::default() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.0.read(start..start + length as u64)?;
        Ok(bytes.into())
    }
}

/// Reads on from some place.
#[derive(Debug)]
pub struct Chunks {
    file: StoredFile,
    next: u64,
    chunk: io::Cursor<Vec<u8>>,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.position() == self.chunk.get_ref().len() as u64 {
            let end = self.file.len().min(self.next + CHUNK);
            self.chunk = io::Cursor::new(self.file.0.read(self.next..end)?);
            self.next = end;
        }
        self.chunk.read(buffer)
    }
}

/// Fails, with the reason, when a file is not what its name says was written.
pub(crate) fn check(home: &Home, path: &str, size: u64) -> std::result::Result<(), String> {
    let bytes = home.files.read_all(path).map_err(|error| error.to_string())?;
    if bytes.len() as u64 != size {
        return Err(format!("it has {} bytes, and should have {size}", bytes.len()));
    }
    if !path.ends_with(&format!("-{}.parquet", checksum::shown(&bytes))) {
        return Err("its content is not what was written: the checksum differs".to_owned());
    }
    Ok(())
}

/// The rows of a file, in its order.
pub(crate) fn rows(
    home: &Home,
    path: &str,
) -> Result<impl Iterator<Item = std::result::Result<RecordBatch, ArrowError>> + use<>> {
    open(home, path)?.build()
}

/// Some columns of the rows of a file, in the file's order of both.
pub(crate) fn columns(
    home: &Home,
    path: &str,
    names: &[&str],
) -> Result<impl Iterator<Item = std::result::Result<RecordBatch, ArrowError>> + use<>> {
    let builder = open(home, path)?;
    let wanted = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    builder.with_projection(wanted).build()
}

fn open(home: &Home, path: &str) -> Result<ParquetRecordBatchReaderBuilder<StoredFile>> {
    let file = StoredFile::open(home, path)?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let groups = builder.metadata().row_groups();
    let bytes: i64 = groups.iter().map(RowGroupMetaData::total_byte_size).sum();
    let rows: i64 = groups.iter().map(RowGroupMetaData::num_rows).sum();
    let of_row = u64::try_from(bytes / rows.max(1)).unwrap_or(0).max(1);
    let batch = usize::try_from(BATCH_BYTES / of_row).map_or(BATCH, |rows| rows.clamp(1, BATCH));
    // Readers make room for a whole batch in each column, and most files are small.
    let batch = usize::try_from(rows).map_or(batch, |rows| batch.min(rows.max(1)));
    Ok(builder.with_batch_size(batch))
}
