//! Rows in the order of their key.

use std::sync::Arc;

use arrow::array::{Array, AsArray as _, Int64Array, RecordBatch, UInt32Array};
use arrow::compute::{concat, rank, take};
use arrow::datatypes::{DataType, Int32Type, Int64Type, SchemaRef};
use arrow::error::ArrowError;
use rayon::prelude::*;
use zqos_core::table::{DAY, REVISION, Table};

/// Leaves one of the machine's processors to others, for as long as the process lives: rows are sorted and files
/// encoded on the rest. For whoever takes rows in while others are committed. It makes no difference once that was
/// done for the first time.
pub fn spare_a_processor() {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let rest = processors.saturating_sub(1).max(1);
    // An error says that it was done.
    drop(rayon::ThreadPoolBuilder::new().num_threads(rest).build_global());
}

/// The rows of several batches, one after the other.
pub(crate) fn concatenated(
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<RecordBatch, ArrowError> {
    let columns = (0..schema.fields().len()).into_par_iter().map(|place| {
        concat(&batches.iter().map(|rows| rows.column(place).as_ref()).collect::<Vec<_>>())
    });
    RecordBatch::try_new(SchemaRef::clone(schema), columns.collect::<Result<_, _>>()?)
}

/// The same rows by UTC day and by the table's key; of one key those that came first stand first.
///
/// Rows of one batch come with one revision. Here those that follow another row of their key get the
/// next one, so that of two rows of a key the later counts. All that are alike compress to nothing. Where what was said
/// last counts, revisions say it, and stay.
pub(crate) fn sorted(table: &Table, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut keys = Packed::new(rows.num_rows());
    // Rows of one day may have left it out.
    if let Some(days) = rows.column_by_name(DAY.name) {
        keys.add(days)?;
    }
    for name in table.key {
        keys.add(rows.column_by_name(name).expect("rows have their key"))?;
    }
    let mut order: Vec<(u128, u32)> = keys.keys.into_iter().zip(0..).collect();
    let rows = if order.is_sorted() {
        rows.clone()
    } else {
        order.par_sort_unstable();
        let places = UInt32Array::from_iter_values(order.iter().map(|&(_, row)| row));
        let columns = rows.columns().par_iter().map(|cells| take(cells, &places, None));
        RecordBatch::try_new(rows.schema(), columns.collect::<Result<_, _>>()?)?
    };
    if table.counts_as_said() {
        return Ok(rows);
    }
    distinguished(rows, |row| order[row - 1].0 == order[row].0)
}

/// The rows with revisions that rise within a key; `is_same` tells whether a row has the key of the one
/// before.
fn distinguished(
    rows: RecordBatch,
    is_same: impl Fn(usize) -> bool,
) -> Result<RecordBatch, ArrowError> {
    let (place, _) =
        rows.schema_ref().column_with_name(REVISION.name).expect("rows have a revision");
    let revisions = rows.column(place).as_primitive::<Int64Type>().values();
    let is_again = |row: &usize| is_same(*row) && revisions[*row] <= revisions[*row - 1];
    let Some(first) = (1..revisions.len()).find(is_again) else { return Ok(rows) };
    let mut revisions = revisions.to_vec();
    for row in first..revisions.len() {
        if is_same(row) {
            revisions[row] = revisions[row].max(revisions[row - 1] + 1);
        }
    }
    let mut columns = rows.columns().to_vec();
    columns[place] = Arc::new(Int64Array::from(revisions));
    RecordBatch::try_new(rows.schema(), columns)
}

/// Columns as one number for each row, which compares as they do one after the other.
struct Packed {
    keys: Vec<u128>,
    /// How many bits the numbers have.
    bits: u32,
}

impl Packed {
    fn new(rows: usize) -> Self {
        Self { keys: vec![0; rows], bits: 0 }
    }

    /// Adds a column behind those that are there.
    fn add(&mut self, column: &dyn Array) -> Result<(), ArrowError> {
        debug_assert_eq!(column.null_count(), 0, "keys are never missing");
        if let Some(terms) = column.as_dictionary_opt::<Int32Type>() {
            let ranks = rank(terms.values(), None)?;
            let terms = terms.keys().values().iter();
            self.push(terms.map(|&term| u64::from(ranks[usize::try_from(term).unwrap_or(0)])));
        } else if *column.data_type() == DataType::Utf8 {
            self.push(rank(column, None)?.into_iter().map(u64::from));
        } else {
            let numbers = arrow::compute::cast(column, &DataType::Int64)?;
            let numbers = numbers.as_primitive::<Int64Type>().values();
            let least = numbers.iter().copied().min().unwrap_or(0);
            self.push(numbers.iter().map(|&number| number.abs_diff(least)));
        }
        Ok(())
    }

    fn push(&mut self, numbers: impl Iterator<Item = u64> + Clone) {
        let bits = u64::BITS - numbers.clone().max().unwrap_or(0).leading_zeros();
        if self.bits + bits > u128::BITS {
            self.shorten();
        }
        for (key, number) in self.keys.iter_mut().zip(numbers) {
            *key = (*key << bits) | u128::from(number);
        }
        self.bits += bits;
    }

    /// Puts the place in their order for the numbers.
    fn shorten(&mut self) {
        let mut distinct = self.keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        for key in &mut self.keys {
            let place = distinct.binary_search(key).expect("it is one of them");
            *key = place as u128;
        }
        self.bits = u128::BITS - (distinct.len() as u128).leading_zeros();
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Date32Array, DictionaryArray, StringArray, TimestampMicrosecondArray};
    use arrow::compute::{SortColumn, lexsort_to_indices};
    use proptest::prelude::*;
    use zqos_core::table::STREAM_SAMPLES;

    use super::*;
    use crate::batch::memory_schema;

    /// Rows of stream samples by their key, and a revision each.
    fn rows(cells: &[([String; 4], i64, i32)]) -> RecordBatch {
        let schema = memory_schema(&STREAM_SAMPLES);
        let text = |place: usize| -> DictionaryArray<Int32Type> {
            cells.iter().map(|(texts, ..)| Some(texts[place].as_str())).collect()
        };
        let columns = schema.fields().iter().map(|field| -> Arc<dyn Array> {
            match field.name().as_str() {
                "account" => Arc::new(text(0)),
                "meeting_uuid" => Arc::new(text(1)),
                "user_id" => Arc::new(text(2)),
                "stream" => Arc::new(text(3)),
                "origin" => Arc::new(
                    cells.iter().map(|_| Some("qss")).collect::<DictionaryArray<Int32Type>>(),
                ),
                "ts" => {
                    let ts = cells.iter().map(|(_, ts, _)| *ts);
                    Arc::new(TimestampMicrosecondArray::from_iter_values(ts).with_timezone("UTC"))
                }
                "day" => Arc::new(Date32Array::from_iter_values(cells.iter().map(|cell| cell.2))),
                "revision" => Arc::new(Int64Array::from(vec![7; cells.len()])),
                // By this the rows are told apart.
                "width_px" => Arc::new((0..).take(cells.len()).map(Some).collect::<Int64Array>()),
                _ => arrow::array::new_null_array(field.data_type(), cells.len()),
            }
        });
        RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap()
    }

    fn numbers(rows: &RecordBatch, column: &str) -> Vec<i64> {
        rows.column_by_name(column).unwrap().as_primitive::<Int64Type>().values().to_vec()
    }

    fn cell() -> impl Strategy<Value = ([String; 4], i64, i32)> {
        let text = || prop_oneof!["[ab+/]{0,3}", Just("a".to_owned())];
        let ts = prop_oneof![Just(0), -3..3_i64, any::<i64>()];
        ([text(), text(), text(), text()], ts, -2..2_i32)
    }

    proptest! {
        #[test]
        fn rows_stand_in_the_order_of_their_texts(cells in prop::collection::vec(cell(), 0..60)) {
            let rows = rows(&cells);
            let sorted = sorted(&STREAM_SAMPLES, &rows).unwrap();
            let names = [&DAY.name].into_iter().chain(STREAM_SAMPLES.key).chain([&"width_px"]);
            let columns = names.map(|name| {
                let cells = rows.column_by_name(name).unwrap();
                let plain = match cells.data_type() {
                    DataType::Dictionary(_, kind) => arrow::compute::cast(cells, kind).unwrap(),
                    _ => Arc::clone(cells),
                };
                SortColumn { values: plain, options: None }
            });
            let order = lexsort_to_indices(&columns.collect::<Vec<_>>(), None).unwrap();
            let expected: Vec<i64> = order.values().iter().map(|&row| i64::from(row)).collect();
            prop_assert_eq!(numbers(&sorted, "width_px"), expected);
        }

        #[test]
        fn of_rows_of_one_key_the_later_has_the_higher_revision(cells in prop::collection::vec(cell(), 0..60)) {
            let sorted = sorted(&STREAM_SAMPLES, &rows(&cells)).unwrap();
            let mut last: std::collections::BTreeMap<_, (i64, i64)> = std::collections::BTreeMap::new();
            let found = numbers(&sorted, "width_px").into_iter().zip(numbers(&sorted, "revision"));
            for (row, revision) in found {
                // More than one row of a key uses no more revisions than there are rows.
                prop_assert!((7..).take(cells.len()).any(|possible| possible == revision));
                let cell = &cells[usize::try_from(row).unwrap()];
                if let Some((earlier, lower)) = last.insert(cell, (row, revision)) {
                    prop_assert!(earlier < row && lower < revision);
                }
            }
        }
    }

    #[test]
    fn numbers_that_are_too_long_are_shortened_and_compare_as_before() {
        let columns: Vec<Vec<u64>> = (0..5_u64)
            .map(|column| (0..40).map(|row| (row * 7 + column) % 3 * (u64::MAX / 2)).collect())
            .collect();
        let mut packed = Packed::new(40);
        for column in &columns {
            packed.push(column.iter().copied());
        }
        let text = StringArray::from_iter_values((0..40).map(|row| format!("{}", row % 5)));
        packed.add(&text).unwrap();
        let key =
            |row: usize| (columns.iter().map(|column| column[row]).collect::<Vec<_>>(), row % 5);
        for one in 0..40 {
            for other in 0..40 {
                assert_eq!(packed.keys[one].cmp(&packed.keys[other]), key(one).cmp(&key(other)));
            }
        }
    }
}
