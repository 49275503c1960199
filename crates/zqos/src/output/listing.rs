//! Rows in whatever format was asked for, as they come: no more than a page is held, but for a
//! table, whose columns need all of them.

use std::io::{self, Write};

use zoom_wire::RawPage;

use crate::cli::Format;
use crate::output::Output;
use crate::output::columns::Columns;
use crate::output::json::MergedPages;
use crate::output::rows::{RowForm, RowWriter};

/// A row that can be written in every format.
pub(crate) trait ListedRow {
    /// Writes it as typed rows.
    fn write_cells(&self, out: &mut dyn Write, writer: &mut RowWriter) -> io::Result<()>;

    /// Adds it to a table.
    fn add_line(&self, table: &mut Columns);
}

/// Writes rows to standard output.
pub(crate) struct Listing {
    output: Output,
    columns: &'static [&'static str],
    form: Form,
    count: u64,
}

enum Form {
    Typed(RowForm, Option<RowWriter>),
    Table(Columns),
    /// The member that holds the rows, until the first page comes.
    Json(String, Option<MergedPages>),
}

impl Listing {
    /// Rows of these columns; in JSON they are the elements of `member`. `raw` is no format of
    /// several answers, and must have been refused.
    pub(crate) fn new(
        output: Output,
        format: Format,
        columns: &'static [&'static str],
        table: Columns,
        member: &str,
    ) -> Self {
        let form = match format {
            Format::Ndjson => Form::Typed(RowForm::Ndjson, None),
            Format::Csv => Form::Typed(RowForm::Csv, None),
            Format::Table => Form::Table(table),
            Format::Json | Format::Raw => Form::Json(member.to_owned(), None),
        };
        Self { output, columns, form, count: 0 }
    }

    /// How many rows were added.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// True when nothing typed is wanted of the rows: JSON goes out as it came in.
    pub(crate) const fn is_json(&self) -> bool {
        matches!(self.form, Form::Json(..))
    }

    /// Adds a row: in JSON its own text, and around the first one the members of its page.
    pub(crate) fn add(
        &mut self,
        page: &RawPage<'_>,
        raw: &str,
        row: &impl ListedRow,
    ) -> anyhow::Result<()> {
        if self.is_json() {
            return self.add_raw(page, raw);
        }
        self.count += 1;
        let (form, columns) = (&mut self.form, self.columns);
        self.output.write(|out| match form {
            Form::Typed(form, writer) => {
                if writer.is_none() {
                    *writer = Some(RowWriter::new(out, *form, columns)?);
                }
                writer.as_mut().map_or(Ok(()), |writer| row.write_cells(out, writer))
            }
            Form::Table(table) => {
                row.add_line(table);
                Ok(())
            }
            Form::Json(..) => Ok(()),
        })
    }

    /// Adds a row to JSON.
    pub(crate) fn add_raw(&mut self, page: &RawPage<'_>, raw: &str) -> anyhow::Result<()> {
        let Form::Json(member, merged) = &mut self.form else { return Ok(()) };
        self.count += 1;
        self.output.write(|out| {
            let merged = match merged {
                Some(merged) => merged,
                None => merged.insert(begin(out, Some(member.clone()), page)?),
            };
            merged.row(out, raw)
        })
    }

    /// Ends the rows; `legend` goes below a table, and is all of it when there are no rows.
    pub(crate) fn end(mut self, legend: &str) -> anyhow::Result<()> {
        let (width, may_style) = (self.output.width(), self.output.may_style());
        let (form, columns, count) = (self.form, self.columns, self.count);
        self.output.write(|out| match form {
            Form::Typed(_, Some(_)) => Ok(()),
            Form::Typed(form, None) => RowWriter::new(out, form, columns).map(drop),
            Form::Table(table) => {
                if count > 0 {
                    table.write(out, width, may_style)?;
                    writeln!(out)?;
                }
                let (dim, plain) = if may_style { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
                crate::output::columns::wrapped(legend, width)
                    .iter()
                    .try_for_each(|line| writeln!(out, "{dim}{line}{plain}"))
            }
            Form::Json(_, Some(merged)) => merged.end(out),
            Form::Json(member, None) => {
                let mut merged = MergedPages::new(Some(member));
                merged.begin(out, [])?;
                merged.end(out)
            }
        })?;
        self.output.finish()
    }
}

/// Begins an answer merged from pages.
pub(crate) fn begin(
    out: &mut dyn Write,
    member: Option<String>,
    page: &RawPage<'_>,
) -> io::Result<MergedPages> {
    let mut merged = MergedPages::new(member);
    let envelope = page.envelope.iter().map(|(name, value)| (&**name, value.get()));
    merged.begin(out, envelope)?;
    Ok(merged)
}
