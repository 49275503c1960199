//! `zqos sql`: a query over the store, or over files.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::WriterBuilder as JsonWriterBuilder;
use arrow::json::writer::{JsonArray, LineDelimited};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::StreamExt as _;
use tokio::sync::mpsc;
use zqos_core::Shown;
use zqos_query::{Archive, Limits, QueryError, Reach};

use crate::cli::{Format, Global, Sql};
use crate::command::store;
use crate::exit::{Exit, UsageError};
use crate::output::Output;
use crate::output::columns::{Align, Columns};

/// How many batches may wait for a reader that is slow.
const WAITING: usize = 2;

/// Runs a query.
pub(crate) async fn run(args: &Sql, global: &Global) -> anyhow::Result<Exit> {
    let output = Output::new();
    let format = output.format(global.format);
    if format == Format::Raw {
        return Err(UsageError::new("`raw` is no format of a query's rows")
            .hint("the formats are `table`, `json`, `ndjson` and `csv`")
            .into());
    }
    let location = store::named(&args.store)?;
    let limits = Limits {
        time: args.timeout.map(|seconds| Duration::from_secs(seconds.into())),
        ..Limits::default()
    };
    let (sender, mut batches) = mpsc::channel::<Result<Found, QueryError>>(WAITING);
    let query = args.query.clone();
    tokio::spawn(async move {
        let failed = async {
            let archive = Archive::open(location, limits, Reach::Files).await?;
            let mut answer = archive.query(&query).await?;
            // A reader that has left needs no more.
            if sender.send(Ok(Found::Columns(answer.schema()))).await.is_err() {
                return Ok(());
            }
            while let Some(rows) = answer.next().await {
                if sender.send(Ok(Found::Rows(rows?))).await.is_err() {
                    break;
                }
            }
            Ok(())
        }
        .await;
        if let Err(error) = failed {
            drop(sender.send(Err(error)).await);
        }
    });
    let mut rows = Rows::new(output, format);
    while let Some(found) = batches.recv().await {
        match found.map_err(wrong_query)? {
            Found::Columns(schema) => rows.begin(schema)?,
            Found::Rows(batch) => rows.add(&batch)?,
        }
    }
    rows.end()?;
    Ok(Exit::Done)
}

/// A query that is wrong is wrong usage.
fn wrong_query(error: QueryError) -> anyhow::Error {
    match error {
        QueryError::Wrong(wrong) => UsageError::new(wrong.to_string()).place(wrong.place()).into(),
        error => error.into(),
    }
}

enum Found {
    Columns(SchemaRef),
    Rows(RecordBatch),
}

/// Missing is null, and said so.
fn json() -> JsonWriterBuilder {
    JsonWriterBuilder::new().with_explicit_nulls(true)
}

/// Writes rows in the format asked for.
struct Rows {
    output: Output,
    format: Format,
    schema: Option<SchemaRef>,
    table: Columns,
    is_first: bool,
}

impl Rows {
    fn new(output: Output, format: Format) -> Self {
        Self { output, format, schema: None, table: Columns::new([]), is_first: true }
    }

    fn begin(&mut self, schema: SchemaRef) -> anyhow::Result<()> {
        let align = |kind: &DataType| if kind.is_numeric() { Align::Right } else { Align::Left };
        let heads =
            schema.fields().iter().map(|field| (field.name().as_str(), align(field.data_type())));
        self.table = Columns::new(heads);
        if self.format == Format::Csv {
            let empty = RecordBatch::new_empty(Arc::clone(&schema));
            self.csv(&empty, true)?;
        }
        self.schema = Some(schema);
        Ok(())
    }

    fn add(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        match self.format {
            Format::Table => self.table_rows(batch).context("rows can't be shown"),
            Format::Csv => self.csv(batch, false),
            Format::Ndjson => self.through(|out| {
                let mut writer = json().build::<_, LineDelimited>(out);
                writer.write(batch)?;
                writer.finish()
            }),
            Format::Json | Format::Raw => {
                let is_first = std::mem::replace(&mut self.is_first, false);
                let mut text = Vec::new();
                let mut writer = json().build::<_, JsonArray>(&mut text);
                writer
                    .write(batch)
                    .and_then(|()| writer.finish())
                    .context("rows can't be written")?;
                let rows = text.trim_ascii();
                let rows = rows.strip_prefix(b"[").and_then(|rows| rows.strip_suffix(b"]"));
                let rows = rows.unwrap_or_default();
                if rows.is_empty() {
                    self.is_first = is_first;
                    return Ok(());
                }
                self.output.write(|out| {
                    out.write_all(if is_first { b"[" } else { b"," })?;
                    out.write_all(rows)
                })
            }
        }
    }

    fn csv(&mut self, batch: &RecordBatch, heading: bool) -> anyhow::Result<()> {
        self.through(|out| WriterBuilder::new().with_header(heading).build(out).write(batch))
    }

    /// Writes through one of Arrow's writers.
    fn through(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), ArrowError>,
    ) -> anyhow::Result<()> {
        self.output.write(|out| {
            write(out).map_err(|error| match error {
                ArrowError::IoError(_, error) => error,
                error => io::Error::other(error),
            })
        })
    }

    fn table_rows(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let options = FormatOptions::default();
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().map(|column| {
                let text = column.value(row).try_to_string()?;
                Ok(Shown(&text).to_string())
            });
            let cells = cells.collect::<Result<Vec<_>, ArrowError>>()?;
            self.table.row(cells);
        }
        Ok(())
    }

    fn end(mut self) -> anyhow::Result<()> {
        match self.format {
            Format::Table => {
                let (width, may_style) = (self.output.width(), self.output.may_style());
                let table = &self.table;
                self.output.write(|out| table.write(out, width, may_style))?;
            }
            Format::Json | Format::Raw => {
                let closing: &[u8] = if self.is_first { b"[]\n" } else { b"]\n" };
                self.output.write(|out| out.write_all(closing))?;
            }
            Format::Csv | Format::Ndjson => {}
        }
        self.output.finish()
    }
}
