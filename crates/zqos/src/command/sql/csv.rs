//! Rows as CSV, from which every text comes back as it was.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Schema};
use arrow::error::ArrowError;
use arrow::json::writer::{EncoderOptions, NullableEncoder, make_encoder};
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// Writes the names of the columns.
pub(super) fn heading(out: &mut dyn Write, schema: &Schema) -> io::Result<()> {
    for (place, field) in schema.fields().iter().enumerate() {
        separate(out, place)?;
        text(out, field.name())?;
    }
    out.write_all(b"\n")
}

/// Writes rows.
///
/// **Missing** is an empty field; an empty text has quotes. Lists, and whatever else has parts, are JSON.
pub(super) fn rows(out: &mut dyn Write, batch: &RecordBatch) -> Result<(), ArrowError> {
    let texts = batch.columns().iter().map(|column| plain_texts(column));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let json = EncoderOptions::default().with_explicit_nulls(true);
    let schema = batch.schema();
    let columns = texts.iter().zip(schema.fields()).map(|(column, field)| {
        Ok(Column { values: column, cells: Cells::new(column, field, &json)? })
    });
    let mut columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
    for row in 0..batch.num_rows() {
        if let [only] = columns.as_slice()
            && only.values.is_null(row)
        {
            // Readers take an empty line for none.
            out.write_all(b"\"\"")?;
        } else {
            for (place, column) in columns.iter_mut().enumerate() {
                separate(out, place)?;
                column.write(out, row)?;
            }
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn separate(out: &mut dyn Write, place: usize) -> io::Result<()> {
    if place == 0 { Ok(()) } else { out.write_all(b",") }
}

/// Texts in any of their layouts, in one.
fn plain_texts(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match column.data_type() {
        DataType::Utf8 | DataType::Utf8View => cast(column, &DataType::LargeUtf8),
        DataType::Dictionary(_, values) if **values == DataType::Utf8 => {
            cast(column, &DataType::LargeUtf8)
        }
        _ => Ok(Arc::clone(column)),
    }
}

struct Column<'a> {
    values: &'a ArrayRef,
    cells: Cells<'a>,
}

/// How the cells of a column become text.
enum Cells<'a> {
    Texts,
    Json(NullableEncoder<'a>),
    Values(ArrayFormatter<'a>),
}

impl<'a> Cells<'a> {
    fn new(
        column: &'a ArrayRef,
        field: &'a FieldRef,
        json: &'a EncoderOptions,
    ) -> Result<Self, ArrowError> {
        const VALUES: FormatOptions<'static> = FormatOptions::new().with_display_error(false);
        Ok(match column.data_type() {
            DataType::LargeUtf8 => Self::Texts,
            kind if kind.is_nested() => Self::Json(make_encoder(field, column, json)?),
            _ => Self::Values(ArrayFormatter::try_new(column, &VALUES)?),
        })
    }
}

impl Column<'_> {
    fn write(&mut self, out: &mut dyn Write, row: usize) -> Result<(), ArrowError> {
        if self.values.is_null(row) {
            return Ok(());
        }
        match &mut self.cells {
            Cells::Texts => text(out, self.values.as_string::<i64>().value(row))?,
            Cells::Json(encoder) => {
                let mut json = Vec::new();
                encoder.encode(row, &mut json);
                text(out, &String::from_utf8_lossy(&json))?;
            }
            Cells::Values(values) => text(out, &values.value(row).try_to_string()?)?,
        }
        Ok(())
    }
}

/// A text, with quotes where it would be read otherwise without.
fn text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let is_plain = |byte: u8| !matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.is_empty() && text.bytes().all(is_plain) {
        return out.write_all(text.as_bytes());
    }
    write!(out, "\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, ListBuilder, StringArray, StringBuilder};
    use proptest::prelude::*;

    use super::*;

    fn written(columns: Vec<(&str, ArrayRef)>) -> String {
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, column)| (name, column, true)),
        )
        .unwrap();
        let mut out = Vec::new();
        heading(&mut out, &batch.schema()).unwrap();
        rows(&mut out, &batch).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lists_are_json_and_missing_is_an_empty_field() {
        let mut lists = ListBuilder::new(StringBuilder::new());
        lists.append_value([Some("10.0.0.1"), None, Some("a \"b\"")]);
        lists.append_null();
        lists.append_value([None::<&str>; 0]);
        let numbers = Int64Array::from(vec![None, Some(2), Some(0)]);
        let columns: Vec<(&str, ArrayRef)> =
            vec![("addresses", Arc::new(lists.finish())), ("n", Arc::new(numbers))];
        assert_eq!(
            written(columns),
            "addresses,n\n\"[\"\"10.0.0.1\"\",null,\"\"a \\\"\"b\\\"\"\"\"]\",\n,2\n[],0\n"
        );
    }

    #[test]
    fn a_missing_value_alone_is_no_empty_line() {
        let texts = StringArray::from(vec![None, Some("x")]);
        assert_eq!(written(vec![("a", Arc::new(texts))]), "a\n\"\"\nx\n");
    }

    proptest! {
        #[test]
        fn texts_come_back_as_they_were(texts in prop::collection::vec(any::<Option<String>>(), 1..9)) {
            let numbers = Int64Array::from_iter_values(0..i64::try_from(texts.len()).unwrap());
            let columns: Vec<(&str, ArrayRef)> =
                vec![("n", Arc::new(numbers)), ("t", Arc::new(StringArray::from(texts.clone())))];
            let written = written(columns);
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            let read: Vec<String> =
                reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
            let plain: Vec<String> = texts.iter().cloned().map(Option::unwrap_or_default).collect();
            prop_assert_eq!(read, plain);
            // An empty text is told from a missing one.
            for (row, text) in texts.iter().enumerate() {
                if text.as_ref().is_none_or(String::is_empty) {
                    let empty = if text.is_none() { "" } else { "\"\"" };
                    let line = format!("\n{row},{empty}\n");
                    prop_assert!(written.contains(&line), "{:?}", written);
                }
            }
        }
    }
}
