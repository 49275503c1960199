//! Rows that were computed here, all at once, in whatever format was asked for.

use crate::cli::Format;
use crate::exit::UsageError;
use crate::output::columns::Columns;
use crate::output::rows::{Cell, Part, RowForm, RowWriter};
use crate::output::{Output, json};

/// Refuses the one format that such rows can't have.
pub(crate) fn refuse_raw(format: Format) -> Result<(), UsageError> {
    match format {
        Format::Raw => Err(UsageError::new("`raw` is no format of what is computed here")
            .hint("the formats are `table`, `json`, `ndjson` and `csv`")),
        _ => Ok(()),
    }
}

/// Writes rows of these columns; `table` has them as people see them.
pub(crate) fn write<'c>(
    output: &mut Output,
    format: Format,
    columns: &'static [&'static str],
    rows: impl IntoIterator<Item = &'c [Cell<'c>]>,
    table: &Columns,
) -> anyhow::Result<()> {
    let typed = |form| {
        let mut lines = Vec::new();
        let mut writer = RowWriter::new(&mut lines, form, columns)?;
        rows.into_iter().try_for_each(|row| writer.row(&mut lines, &[Part::Cells(row)]))?;
        Ok::<_, std::io::Error>(lines)
    };
    match format {
        Format::Table => {
            let (width, may_style) = (output.width(), output.may_style());
            output.write(|out| table.write(out, width, may_style))?;
        }
        Format::Csv => {
            let lines = typed(RowForm::Csv)?;
            output.write(|out| out.write_all(&lines))?;
        }
        Format::Ndjson => {
            let lines = typed(RowForm::Ndjson)?;
            output.write(|out| out.write_all(&lines))?;
        }
        Format::Json | Format::Raw => {
            let lines = typed(RowForm::Ndjson)?;
            let text = String::from_utf8_lossy(&lines);
            let array = format!("[{}]", text.lines().collect::<Vec<_>>().join(","));
            output.write(|out| {
                json::write_pretty(out, &array, 0)?;
                json::new_line(out, 0)
            })?;
        }
    }
    Ok(())
}
