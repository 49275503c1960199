//! The rows of a query as a file.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use arrow::json::LineDelimitedWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{csv, rows};
use crate::exit::UsageError;

/// What a file is, which its name's ending says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileFormat {
    Parquet,
    Csv,
    Ndjson,
    /// Arrow's IPC file.
    Arrow,
}

impl FileFormat {
    pub(super) fn of(path: &Path) -> Result<Self, UsageError> {
        let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("parquet") => Ok(Self::Parquet),
            Some("csv") => Ok(Self::Csv),
            Some("ndjson") => Ok(Self::Ndjson),
            Some("arrow") => Ok(Self::Arrow),
            _ => Err(UsageError::new(format!(
                "the ending of `{}` says no format that rows can be written in",
                path.display()
            ))
            .hint("name it `.parquet`, `.csv`, `.ndjson` or `.arrow`")),
        }
    }
}

/// A file that is being written. It gets its name when it is whole; who drops it before leaves nothing.
pub(super) struct RowFile {
    path: PathBuf,
    unfinished: Unfinished,
    schema: SchemaRef,
    writer: Writer,
    rows: u64,
}

enum Writer {
    Parquet(Box<ArrowWriter<BufWriter<File>>>),
    Arrow(Box<FileWriter<BufWriter<File>>>),
    Text(FileFormat, BufWriter<File>),
}

/// A name that is taken away again, unless the file gets another.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is gone already where the file was finished.
        drop(fs::remove_file(&self.0));
    }
}

impl RowFile {
    pub(super) fn create(path: &Path, format: FileFormat, schema: &Schema) -> anyhow::Result<Self> {
        if format != FileFormat::Csv
            && let Some(twice) = name_twice(schema)
        {
            return Err(UsageError::new(format!("two columns are called `{twice}`"))
                .hint("give one of them another name with `AS`")
                .into());
        }
        let cannot = || format!("`{}` can't be written", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let unfinished = path.with_file_name(format!(".{name}.{}", std::process::id()));
        // Of a program that had our number, and was killed.
        drop(fs::remove_file(&unfinished));
        let file = File::create_new(&unfinished).with_context(cannot)?;
        let unfinished = Unfinished(unfinished);
        let schema = widely_read_schema(schema);
        let mut file = BufWriter::new(file);
        let writer = match format {
            FileFormat::Parquet => {
                let zstd = ZstdLevel::try_new(3).with_context(cannot)?;
                let properties =
                    WriterProperties::builder().set_compression(Compression::ZSTD(zstd)).build();
                let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
                Writer::Parquet(Box::new(writer.with_context(cannot)?))
            }
            FileFormat::Arrow => {
                let writer = FileWriter::try_new(file, &schema).with_context(cannot)?;
                Writer::Arrow(Box::new(writer))
            }
            FileFormat::Csv => {
                csv::heading(&mut file, &schema).with_context(cannot)?;
                Writer::Text(format, file)
            }
            FileFormat::Ndjson => Writer::Text(format, file),
        };
        Ok(Self { path: path.to_owned(), unfinished, schema, writer, rows: 0 })
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        self.write(batch).with_context(|| format!("`{}` can't be written", self.path.display()))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn write(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        let batch = read_widely(batch, &self.schema)?;
        match &mut self.writer {
            Writer::Parquet(writer) => writer.write(&batch)?,
            Writer::Arrow(writer) => writer.write(&batch)?,
            Writer::Text(FileFormat::Csv, out) => csv::rows(out, &batch)?,
            Writer::Text(_, out) => {
                let mut writer: LineDelimitedWriter<_> = rows::json().build(out);
                writer.write(&batch)?;
                writer.finish()?;
            }
        }
        Ok(())
    }

    /// Gives the file its name, when all of it is on the disk. Returns how many rows it has.
    pub(super) fn finish(self) -> anyhow::Result<u64> {
        let Self { path, unfinished, writer, rows, .. } = self;
        let finish = || -> anyhow::Result<()> {
            let file = match writer {
                Writer::Parquet(writer) => writer.into_inner()?,
                Writer::Arrow(mut writer) => {
                    writer.finish()?;
                    writer.into_inner()?
                }
                Writer::Text(_, out) => out,
            };
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&unfinished.0, &path)?;
            sync_folder(&path)?;
            Ok(())
        };
        finish().with_context(|| format!("`{}` can't be written", path.display()))?;
        Ok(rows)
    }
}

/// Makes a name durable.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere folders can't be synced.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn name_twice(schema: &Schema) -> Option<&str> {
    let mut names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    names.sort_unstable();
    names.array_windows().find(|[one, other]| one == other).map(|[name, _]| *name)
}

/// Columns of types that every reader knows.
pub(super) fn widely_read_schema(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new(schema.fields().iter().map(widely_read).collect::<Vec<_>>()))
}

/// Rows with such columns.
pub(super) fn read_widely(
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| cast(column, field.data_type()));
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)
}

/// A column of a type that every reader knows: few know views of texts.
fn widely_read(field: &FieldRef) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::List(element) => DataType::List(widely_read(element)),
        _ => return Arc::clone(field),
    };
    Arc::new(Field::new(field.name(), kind, field.is_nullable()))
}
