//! Many files of one day into one: rows in the order of their key, each key once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::interleave;
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};
use zqos_core::table::{COVERAGE, Latest, RECEIVED_AT, REVISION, Table, ZOOM_RAW};

/// Rows that are given out together.
const BATCH: usize = 8_192;

/// Rows of one source, which come in the order of their key.
struct Source<I> {
    batches: I,
    current: Option<Current>,
}

struct Current {
    rows: RecordBatch,
    keys: Rows,
    next: usize,
}

/// Merges sources whose rows are in order, into batches in order in which each key stands once.
pub(crate) struct Merge<I> {
    table: &'static Table,
    converter: RowConverter,
    sources: Vec<Source<I>>,
    /// The next key of each source that has one.
    heap: BinaryHeap<Reverse<(OwnedRow, usize)>>,
    /// Batches that the rows being gathered lie in.
    held: Vec<RecordBatch>,
    /// For each source the place of its batch in `held`, once something of it was taken.
    places: Vec<Option<usize>>,
    /// Rows to give out: for each column, the place of the batch and the row.
    gathered: Vec<Vec<(usize, usize)>>,
    losers: Vec<Loser>,
}

/// A row that another one has taken the place of, and that said something else.
#[derive(Debug)]
pub(crate) struct Loser {
    /// The row alone.
    pub(crate) row: RecordBatch,
    pub(crate) revision: i64,
    pub(crate) kept_revision: i64,
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> Merge<I> {
    pub(crate) fn new(
        table: &'static Table,
        sources: impl IntoIterator<Item = I>,
    ) -> Result<Self, ArrowError> {
        let fields = table.key.iter().map(|name| {
            let (_, column) = table.column(name).expect("a key is made of columns");
            SortField::new(crate::batch::data_type(column.kind))
        });
        let converter = RowConverter::new(fields.collect())?;
        let sources: Vec<Source<I>> =
            sources.into_iter().map(|batches| Source { batches, current: None }).collect();
        let mut merge = Self {
            table,
            converter,
            places: vec![None; sources.len()],
            heap: BinaryHeap::with_capacity(sources.len()),
            held: Vec::new(),
            gathered: vec![Vec::with_capacity(BATCH); table.columns.len() + 1],
            losers: Vec::new(),
            sources,
        };
        for source in 0..merge.sources.len() {
            merge.fill(source)?;
        }
        Ok(merge)
    }

    /// Reads on in a source until it has a row, and puts its key into the heap.
    fn fill(&mut self, source: usize) -> Result<(), ArrowError> {
        let Source { batches, current } = &mut self.sources[source];
        while current.as_ref().is_none_or(|current| current.next == current.rows.num_rows()) {
            let Some(rows) = batches.next() else {
                *current = None;
                return Ok(());
            };
            let rows = rows?;
            let keys: Vec<ArrayRef> = (self.table.key.iter())
                .map(|name| {
                    let key = rows.column_by_name(name).expect("rows have their key");
                    let (_, column) = self.table.column(name).expect("a key is made of columns");
                    arrow::compute::cast(key, &crate::batch::data_type(column.kind))
                })
                .collect::<Result<_, _>>()?;
            let keys = self.converter.convert_columns(&keys)?;
            *current = Some(Current { rows, keys, next: 0 });
            self.places[source] = None;
        }
        let current = current.as_ref().expect("it has a row");
        self.heap.push(Reverse((current.keys.row(current.next).owned(), source)));
        Ok(())
    }

    /// Takes the next row of a source: where it is held, and its revision.
    fn take(&mut self, source: usize) -> (usize, usize, i64) {
        let current = self.sources[source].current.as_mut().expect("its key was in the heap");
        let row = current.next;
        current.next += 1;
        let held = &mut self.held;
        let place = *self.places[source].get_or_insert_with(|| {
            held.push(current.rows.clone());
            held.len() - 1
        });
        let revisions = current.rows.column_by_name(REVISION.name).expect("rows have a revision");
        (place, row, revisions.as_primitive::<Int64Type>().value(row))
    }

    /// The next rows; `None` at the end.
    pub(crate) fn next_batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut same = Vec::new();
        while self.gathered[0].len() < BATCH {
            let Some(Reverse((key, source))) = self.heap.pop() else { break };
            same.push(self.take(source));
            self.fill(source)?;
            while self.heap.peek().is_some_and(|Reverse((next, _))| *next == key) {
                let Some(Reverse((_, source))) = self.heap.pop() else { break };
                same.push(self.take(source));
                self.fill(source)?;
            }
            self.gather(&mut same);
        }
        if self.gathered[0].is_empty() { Ok(None) } else { self.give().map(Some) }
    }

    /// Makes one row of the rows of a key.
    fn gather(&mut self, same: &mut Vec<(usize, usize, i64)>) {
        same.sort_unstable_by_key(|&(_, _, revision)| Reverse(revision));
        let latest = same[0];
        for (column, cells) in self.gathered.iter_mut().enumerate() {
            let (place, row, _) = match self.table.latest {
                Latest::Row | Latest::Only => latest,
                Latest::Values => {
                    let has = |&&(place, row, _): &&(usize, usize, i64)| {
                        self.held[place].column(column).is_valid(row)
                    };
                    *same.iter().find(has).unwrap_or(&latest)
                }
            };
            cells.push((place, row));
        }
        self.find_losers(same);
        same.clear();
    }

    /// Keeps the rows of a key, the latest first, that say something which the row that is given out
    /// does not.
    fn find_losers(&mut self, same: &[(usize, usize, i64)]) {
        let Some((&(.., kept_revision), others)) = same.split_first() else { return };
        // Of what is counted or told in full each time the latest says all.
        if self.table.is_system || [ZOOM_RAW, COVERAGE].contains(self.table) {
            return;
        }
        for &(place, row, revision) in others {
            let rows = &self.held[place];
            let differs = (self.table.columns.iter().enumerate())
                .filter(|(_, column)| **column != RECEIVED_AT)
                .any(|(number, _)| {
                    let value = rows.column(number).slice(row, 1);
                    let &(place, row) = self.gathered[number].last().expect("it was gathered");
                    value.is_valid(0) && *value != *self.held[place].column(number).slice(row, 1)
                });
            if differs {
                self.losers.push(Loser { row: rows.slice(row, 1), revision, kept_revision });
            }
        }
    }

    /// The rows that did not come through since this was asked last.
    pub(crate) fn take_losers(&mut self) -> Vec<Loser> {
        std::mem::take(&mut self.losers)
    }

    fn give(&mut self) -> Result<RecordBatch, ArrowError> {
        let arrays = self.gathered.iter().enumerate().map(|(column, cells)| {
            let values: Vec<&dyn Array> =
                self.held.iter().map(|rows| rows.column(column).as_ref()).collect();
            interleave(&values, cells)
        });
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let schema = self.held[0].schema().project(&(0..arrays.len()).collect::<Vec<_>>())?;
        for cells in &mut self.gathered {
            cells.clear();
        }
        self.held.clear();
        self.places.fill(None);
        RecordBatch::try_new(Arc::new(schema), arrays)
    }
}
