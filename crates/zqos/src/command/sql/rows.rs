//! The rows of a query on standard output.

use std::io::{self, Write};

use anyhow::Context as _;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use arrow::json::WriterBuilder as JsonWriterBuilder;
use arrow::json::writer::{JsonArray, JsonFormat, LineDelimited};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use zqos_core::Shown;

use super::csv;
use crate::cli::Format;
use crate::output::Output;
use crate::output::columns::{Align, Columns};
use crate::output::json::write_safe;

/// Missing is null, and said so.
pub(super) fn json() -> JsonWriterBuilder {
    JsonWriterBuilder::new().with_explicit_nulls(true)
}

/// An error of one of Arrow's writers as one of what it writes to.
pub(super) fn io_error(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}

/// Rows as JSON.
fn text_of<F: JsonFormat + Default>(batch: &RecordBatch) -> anyhow::Result<String> {
    let mut text = Vec::new();
    let mut writer = json().build::<_, F>(&mut text);
    writer.write(batch).and_then(|()| writer.finish()).context("rows can't be written")?;
    drop(writer);
    String::from_utf8(text).context("rows can't be written")
}

/// Writes text, what would steer a terminal as escapes; lines end where they did.
fn shown(out: &mut dyn Write, text: &str) -> io::Result<()> {
    text.split_inclusive('\n').try_for_each(|line| {
        let text = line.strip_suffix('\n').unwrap_or(line);
        write!(out, "{}{}", Shown(text), &line[text.len()..])
    })
}

/// Writes rows in the format asked for.
pub(super) struct Rows {
    output: Output,
    format: Format,
    table: Columns,
    is_first: bool,
}

impl Rows {
    pub(super) fn new(mut output: Output, format: Format, schema: &Schema) -> anyhow::Result<Self> {
        let align = |kind: &DataType| if kind.is_numeric() { Align::Right } else { Align::Left };
        let heads =
            schema.fields().iter().map(|field| (field.name().as_str(), align(field.data_type())));
        let table = Columns::new(heads);
        if format == Format::Csv {
            output.write(|out| csv::heading(out, schema))?;
        }
        Ok(Self { output, format, table, is_first: true })
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        match self.format {
            Format::Table => self.table_rows(batch).context("rows can't be shown"),
            Format::Csv if self.output.is_terminal() => {
                let mut text = Vec::new();
                csv::rows(&mut text, batch).context("rows can't be written")?;
                self.output.write(|out| shown(out, &String::from_utf8_lossy(&text)))
            }
            Format::Csv => self.output.write(|out| csv::rows(out, batch).map_err(io_error)),
            Format::Ndjson => {
                let text = text_of::<LineDelimited>(batch)?;
                self.output.write(|out| {
                    text.lines().try_for_each(|line| {
                        write_safe(out, line)?;
                        out.write_all(b"\n")
                    })
                })
            }
            Format::Json | Format::Raw => {
                let text = text_of::<JsonArray>(batch)?;
                let rows = text.trim_ascii();
                let rows = rows.strip_prefix('[').and_then(|rows| rows.strip_suffix(']'));
                let rows = rows.unwrap_or_default();
                if rows.is_empty() {
                    return Ok(());
                }
                let is_first = std::mem::replace(&mut self.is_first, false);
                self.output.write(|out| {
                    out.write_all(if is_first { b"[" } else { b"," })?;
                    write_safe(out, rows)
                })
            }
        }
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

    pub(super) fn end(mut self) -> anyhow::Result<()> {
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
