//! The rows of an answer, in memory until it is known how many there are.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use arrow::json::writer::JsonArray;
use zqos_server::spreadsheet::no_formula;
use zqos_server::sql::{Column, Form};

use crate::command::sql::file::{read_widely, widely_read_schema};
use crate::command::sql::{csv, rows};

/// What ends an answer in JSON: the longer of two words.
const CLOSING: &str = "],\"truncated\":false}";
/// What Arrow writes around each column of a batch at most, and around the batch.
///
/// **Source**: the IPC format: three buffers a column, each padded to 64 bytes, and their places in the message.
const AROUND_COLUMN: usize = 512;
const AROUND_BATCH: usize = 4 << 10;

/// The rows of an answer.
pub(super) struct Body {
    most_bytes: usize,
    written: Written,
}

enum Written {
    Json { text: Vec<u8>, has_rows: bool },
    Csv(Vec<u8>),
    Arrow { writer: Box<StreamWriter<Vec<u8>>>, schema: SchemaRef },
}

impl Body {
    pub(super) fn new(form: Form, schema: &Schema, most_bytes: usize) -> anyhow::Result<Self> {
        let written = match form {
            Form::Json => {
                let columns: Vec<Column> = (schema.fields().iter())
                    .map(|field| Column {
                        name: field.name().clone(),
                        kind: kind(field.data_type()),
                    })
                    .collect();
                let mut text = b"{\"columns\":".to_vec();
                serde_json::to_writer(&mut text, &columns)?;
                text.extend(b",\"rows\":[");
                Written::Json { text, has_rows: false }
            }
            Form::Csv => {
                let mut text = Vec::new();
                csv::heading(&mut text, schema)?;
                Written::Csv(text)
            }
            Form::Arrow => {
                let schema = widely_read_schema(schema);
                let writer = Box::new(StreamWriter::try_new(Vec::new(), &schema)?);
                Written::Arrow { writer, schema }
            }
        };
        Ok(Self { most_bytes, written })
    }

    /// Adds rows; `false` where there is no room for them.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<bool, ArrowError> {
        let most = self.most_bytes;
        match &mut self.written {
            Written::Json { text, has_rows } => {
                let mut added = Vec::new();
                let mut writer = rows::json().build::<_, JsonArray>(&mut added);
                writer.write(batch)?;
                writer.finish()?;
                let rows = added.trim_ascii();
                let rows = rows.strip_prefix(b"[").and_then(|rows| rows.strip_suffix(b"]"));
                let rows = rows.unwrap_or_default();
                if text.len() + 1 + rows.len() + CLOSING.len() > most {
                    return Ok(false);
                }
                if !rows.is_empty() {
                    text.extend(has_rows.then_some(b','));
                    text.extend(rows);
                    *has_rows = true;
                }
            }
            Written::Csv(text) => {
                let mut added = Vec::new();
                csv::rows(&mut added, &without_formulas(batch)?)?;
                if text.len() + added.len() > most {
                    return Ok(false);
                }
                text.extend(added);
            }
            Written::Arrow { writer, schema } => {
                let batch = read_widely(batch, schema)?;
                let mut size = AROUND_BATCH;
                for column in batch.columns() {
                    size += AROUND_COLUMN + column.to_data().get_slice_memory_size()?;
                }
                if writer.get_ref().len() + size > most {
                    return Ok(false);
                }
                writer.write(&batch)?;
            }
        }
        Ok(true)
    }

    /// All of it, and whether there would be more.
    pub(super) fn finish(self, is_cut: bool) -> Result<Vec<u8>, ArrowError> {
        match self.written {
            Written::Json { mut text, .. } => {
                let closing = if is_cut { "],\"truncated\":true}" } else { CLOSING };
                text.extend(closing.as_bytes());
                Ok(text)
            }
            Written::Csv(text) => Ok(text),
            Written::Arrow { writer, .. } => writer.into_inner(),
        }
    }
}

/// What people call the type of a column.
fn kind(of: &DataType) -> String {
    match of {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".into(),
        of if of.is_integer() => "integer".into(),
        of if of.is_numeric() => "number".into(),
        DataType::Boolean => "boolean".into(),
        DataType::Timestamp(..) => "instant".into(),
        DataType::Date32 | DataType::Date64 => "day".into(),
        DataType::List(_) | DataType::LargeList(_) => "list".into(),
        other => other.to_string(),
    }
}

/// The same rows with texts of which no spreadsheet computes any.
fn without_formulas(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| {
        if !matches!(column.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
        {
            return Ok(Arc::clone(column));
        }
        let texts = cast(column, &DataType::Utf8)?;
        let plain = texts.as_string::<i32>().iter();
        let plain = plain.map(|text| text.map(|text| no_formula(text.to_owned())));
        Ok(Arc::new(plain.collect::<StringArray>()) as ArrayRef)
    });
    let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
    // Names may stand twice, and types of texts are others.
    let fields = batch.schema_ref().fields().iter().zip(&columns);
    let fields = fields
        .map(|(field, column)| field.as_ref().clone().with_data_type(column.data_type().clone()));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns)
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;
    use arrow::ipc::reader::StreamReader;
    use serde_json::json;

    use super::*;

    fn batch() -> RecordBatch {
        let names: ArrayRef = Arc::new(StringArray::from(vec![Some("=1+1"), None]));
        let counts: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(-2)]));
        RecordBatch::try_from_iter([("name", names), ("n", counts)]).unwrap()
    }

    fn written(form: Form, most_bytes: usize, times: usize) -> (Vec<u8>, usize) {
        let mut body = Body::new(form, batch().schema_ref(), most_bytes).unwrap();
        let added = (0..times).take_while(|_| body.add(&batch()).unwrap()).count();
        (body.finish(added < times).unwrap(), added)
    }

    #[test]
    fn rows_are_told_with_their_columns() {
        let (text, _) = written(Form::Json, 1_000, 2);
        let told: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let rows = vec![json!({"name": "=1+1", "n": null}), json!({"name": null, "n": -2})];
        let rows = [rows.clone(), rows].concat();
        assert_eq!(
            told,
            json!({
                "columns": [{"name": "name", "type": "text"}, {"name": "n", "type": "integer"}],
                "rows": rows,
                "truncated": false,
            })
        );
    }

    #[test]
    fn no_spreadsheet_computes_a_text() {
        let (text, _) = written(Form::Csv, 1_000, 1);
        assert_eq!(String::from_utf8(text).unwrap(), "name,n\n'=1+1,\n,-2\n");
    }

    #[test]
    fn every_form_keeps_to_its_bytes() {
        for form in [Form::Json, Form::Csv, Form::Arrow] {
            let most = 20_000;
            let (bytes, added) = written(form, most, 5_000);
            assert!(bytes.len() <= most && added > 1 && added < 5_000, "{form:?}: {added}");
            match form {
                Form::Json => {
                    let told: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                    assert_eq!(told["rows"].as_array().unwrap().len(), 2 * added);
                    assert_eq!(told["truncated"], true);
                }
                Form::Csv => {
                    let lines = String::from_utf8(bytes).unwrap().lines().count();
                    assert_eq!(lines, 1 + 2 * added);
                }
                Form::Arrow => {
                    let read = StreamReader::try_new(&bytes[..], None).unwrap();
                    let rows: usize = read.map(|batch| batch.unwrap().num_rows()).sum();
                    assert_eq!(rows, 2 * added);
                }
            }
        }
    }
}
