//! Typed rows, as newline-delimited JSON or CSV.

use std::io::{self, Write};

use zqos_core::{Shown, Timestamp};

use crate::output::json::write_string;

/// One value of a row. Missing is null in JSON and empty in CSV.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    Number(f64),
    Integer(i64),
    Time(Timestamp),
}

impl<T: Into<Self>> From<Option<T>> for Cell<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

/// Whole numbers.
macro_rules! from_integer {
    ($($type:ty)*) => {
        $(impl From<$type> for Cell<'_> {
            fn from(number: $type) -> Self {
                i64::try_from(number).map_or(Self::Null, Self::Integer)
            }
        })*
    };
}

from_integer!(i16 u32 u64);

impl Cell<'_> {
    /// The value for people; nothing when it is missing.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => Shown(text).to_string(),
            Self::Number(number) => number.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Time(time) => time.to_string(),
        }
    }
}

/// In which form typed rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowForm {
    Ndjson,
    Csv,
}

/// Writes rows of the same columns.
pub(crate) struct RowWriter {
    form: RowForm,
    columns: &'static [&'static str],
    line: Vec<u8>,
}

impl RowWriter {
    /// Starts with the heading, where the form has one.
    pub(crate) fn new(
        out: &mut dyn Write,
        form: RowForm,
        columns: &'static [&'static str],
    ) -> io::Result<Self> {
        let mut writer = Self { form, columns, line: Vec::new() };
        if form == RowForm::Csv {
            let heading: Vec<_> = writer.columns.iter().map(|name| Cell::Text(name)).collect();
            writer.csv(out, &heading)?;
        }
        Ok(writer)
    }

    /// Writes a row. JSON lines say only what their kind of row can have, CSV lines have every
    /// column.
    pub(crate) fn row(&mut self, out: &mut dyn Write, cells: &[Part<'_>]) -> io::Result<()> {
        match self.form {
            RowForm::Ndjson => self.ndjson(out, cells),
            RowForm::Csv => {
                let cells: Vec<_> = cells
                    .iter()
                    .flat_map(|part| match part {
                        Part::Cells(cells) => cells.to_vec(),
                        Part::Absent(count) => vec![Cell::Null; *count],
                    })
                    .collect();
                self.csv(out, &cells)
            }
        }
    }

    fn ndjson(&mut self, out: &mut dyn Write, parts: &[Part<'_>]) -> io::Result<()> {
        self.line.clear();
        self.line.push(b'{');
        let mut columns = self.columns.iter();
        for part in parts {
            match part {
                Part::Absent(count) => drop(columns.by_ref().take(*count).count()),
                Part::Cells(cells) => {
                    for (cell, column) in cells.iter().zip(columns.by_ref()) {
                        if self.line.len() > 1 {
                            self.line.push(b',');
                        }
                        write!(self.line, "\"{column}\":")?;
                        write_cell(&mut self.line, *cell)?;
                    }
                }
            }
        }
        self.line.extend_from_slice(b"}\n");
        out.write_all(&self.line)
    }

    fn csv(&mut self, out: &mut dyn Write, cells: &[Cell<'_>]) -> io::Result<()> {
        self.line.clear();
        let mut writer = csv::Writer::from_writer(&mut self.line);
        for cell in cells {
            writer.write_field(cell.shown())?;
        }
        writer.write_record(None::<&[u8]>)?;
        writer.flush()?;
        drop(writer);
        out.write_all(&self.line)
    }
}

/// A part of a row: cells, or columns that this kind of row does not have.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    Cells(&'a [Cell<'a>]),
    Absent(usize),
}

fn write_cell(out: &mut Vec<u8>, cell: Cell<'_>) -> io::Result<()> {
    match cell {
        Cell::Null => out.write_all(b"null"),
        Cell::Text(text) => write_string(out, text),
        // A finite number is written as JSON takes it, never with an exponent.
        Cell::Number(number) => write!(out, "{number}"),
        Cell::Integer(number) => write!(out, "{number}"),
        Cell::Time(time) => write!(out, "\"{time}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: RowForm) -> String {
        let mut out = Vec::new();
        let mut writer = RowWriter::new(&mut out, form, &["name", "ts", "load", "count"]).unwrap();
        let time = "2026-01-05T10:00:12Z".parse().unwrap();
        let key = [Cell::Text("Eve, \"\u{1b}\""), Cell::Time(time)];
        let rest = [Cell::Number(0.3), Cell::Null];
        writer.row(&mut out, &[Part::Cells(&key), Part::Cells(&rest)]).unwrap();
        let rest = [Cell::Integer(-50)];
        writer.row(&mut out, &[Part::Cells(&key), Part::Absent(1), Part::Cells(&rest)]).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_lines_say_what_their_kind_of_row_has() {
        assert_eq!(
            written(RowForm::Ndjson),
            "{\"name\":\"Eve, \\\"\\u001b\\\"\",\"ts\":\"2026-01-05T10:00:12Z\",\"load\":0.3,\
             \"count\":null}\n\
             {\"name\":\"Eve, \\\"\\u001b\\\"\",\"ts\":\"2026-01-05T10:00:12Z\",\"count\":-50}\n"
        );
    }

    #[test]
    fn csv_lines_have_every_column() {
        assert_eq!(
            written(RowForm::Csv),
            "name,ts,load,count\n\
             \"Eve, \"\"\\u{1b}\"\"\",2026-01-05T10:00:12Z,0.3,\n\
             \"Eve, \"\"\\u{1b}\"\"\",2026-01-05T10:00:12Z,,-50\n"
        );
    }
}
