//! Rows of one table that come in, cell by cell.

use std::fmt;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::sync::{Arc, LazyLock};

use arrow::array::{
    ArrayBuilder, ArrayRef, Date32Array, DictionaryArray, Float64Builder, Int32Builder, Int64Array,
    Int64Builder, ListBuilder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use foldhash::fast;
use foldhash::quality::{FoldHasher, RandomState};
use zqos_core::table::{Kind, Table};
use zqos_core::{DeviceSample, Endpoint, Percent, Pressure, Spread, Timestamp};

use super::{Misfit, TableRows, day_of, memory_schema};

/// By what a row is known again, within one run of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Of what the keys of rows that come together have in common: of the table, and of the account, the
    /// meeting and the join.
    pub(crate) group: u64,
    /// Of the row's key.
    pub(crate) key: u64,
    /// Of all that the row says, key included.
    pub(crate) content: u64,
}

/// Nobody outside can know which rows have the same hash.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// How many columns of a key come before those in which rows that come together differ.
const GROUP_COLUMNS: usize = 3;

/// Rows of one table.
pub(super) struct Rows {
    table: &'static Table,
    /// None before the first row: a batch has rows of few tables.
    columns: Vec<Cells>,
    /// Which columns make up the key.
    is_key: Vec<bool>,
    instants: Vec<Timestamp>,
    /// When each was said, of tables in which that [counts](Table::counts_as_said).
    said: Vec<Option<Timestamp>>,
    fingerprints: Vec<Fingerprint>,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows of {}", self.len(), self.table.name)
    }
}

impl Rows {
    pub(super) fn new(table: &'static Table) -> Self {
        let (columns, is_key) = (Vec::new(), Vec::new());
        let (instants, said) = (Vec::new(), Vec::new());
        Self { table, columns, is_key, instants, said, fingerprints: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.instants.len()
    }

    /// Begins a row of what was at an instant, and was said then or later.
    pub(super) fn begin(&mut self, at: Timestamp, said: Option<Timestamp>) -> Row<'_> {
        if self.columns.is_empty() {
            let columns = self.table.columns.iter();
            self.columns = columns.clone().map(|column| Cells::new(column.kind)).collect();
            self.is_key = columns.map(|column| self.table.key.contains(&column.name)).collect();
        }
        self.instants.push(at);
        if self.table.counts_as_said() {
            self.said.push(said);
        }
        let mut key = HASHES.build_hasher();
        self.table.name.hash(&mut key);
        let content = HASHES.build_hasher();
        Row { rows: self, next: 0, group: 0, key, content }
    }

    pub(super) fn finish(self, revision: i64) -> TableRows {
        let Self { table, columns, instants, said, fingerprints, .. } = self;
        // Rows of one key may be of two days, unless the key tells the day: in order they would not meet.
        let revisions = if table.key.contains(&"ts") {
            Int64Array::from(vec![revision; instants.len()])
        } else {
            let said = said.into_iter().chain(std::iter::repeat(None));
            let revisions = said.zip(revision..).take(instants.len());
            Int64Array::from_iter_values(
                revisions.map(|(said, came)| said.map_or(came, |said| said.unix_millis() * 1_000)),
            )
        };
        let days = Date32Array::from_iter_values(instants.iter().copied().map(day_of));
        let mut arrays: Vec<_> = columns.into_iter().map(Cells::finish).collect();
        arrays.push(Arc::new(revisions));
        arrays.push(Arc::new(days));
        let rows = RecordBatch::try_new(memory_schema(table), arrays).expect(
            "every row has a cell in every column, and none is missing where one is required",
        );
        TableRows { table, rows, instants, fingerprints }
    }
}

/// The cells of one column.
enum Cells {
    Text(StringBuilder),
    Term(Terms),
    Texts(ListBuilder<StringBuilder>),
    Integer(Int64Builder),
    Number(Float64Builder),
    Instant(TimestampMicrosecondBuilder),
}

impl Cells {
    /// Without room: unless told, builders take some for a thousand rows, of which most tables have few.
    fn new(kind: Kind) -> Self {
        let texts = || StringBuilder::with_capacity(0, 0);
        match kind {
            Kind::Text => Self::Text(texts()),
            Kind::Term => Self::Term(Terms::new()),
            Kind::Texts => Self::Texts(ListBuilder::with_capacity(texts(), 0)),
            Kind::Integer => Self::Integer(Int64Builder::with_capacity(0)),
            Kind::Number => Self::Number(Float64Builder::with_capacity(0)),
            Kind::Instant => {
                let instants = TimestampMicrosecondBuilder::with_capacity(0);
                Self::Instant(instants.with_timezone("UTC"))
            }
            Kind::Day => unreachable!("no table has a day but the one of its partition"),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) => ArrayBuilder::finish(&mut builder),
            Self::Term(terms) => Arc::new(terms.finish()),
            Self::Texts(mut builder) => ArrayBuilder::finish(&mut builder),
            Self::Integer(mut builder) => ArrayBuilder::finish(&mut builder),
            Self::Number(mut builder) => ArrayBuilder::finish(&mut builder),
            Self::Instant(mut builder) => ArrayBuilder::finish(&mut builder),
        }
    }
}

/// Texts that are the same in many rows: each is kept once. Rows that follow one another often have the
/// same, which is seen without a search.
struct Terms {
    keys: Int32Builder,
    values: StringBuilder,
    places: std::collections::HashMap<Box<str>, i32, fast::RandomState>,
    last: String,
    /// The place of the last text; `None` before the first.
    place: Option<i32>,
}

impl Terms {
    fn new() -> Self {
        Self {
            keys: Int32Builder::with_capacity(0),
            values: StringBuilder::with_capacity(0, 0),
            places: std::collections::HashMap::default(),
            last: String::new(),
            place: None,
        }
    }

    fn append(&mut self, text: Option<&str>) {
        let Some(text) = text else { return self.keys.append_null() };
        let place = match self.place {
            Some(place) if self.last == text => place,
            _ => self.look_up(text),
        };
        self.keys.append_value(place);
    }

    fn look_up(&mut self, text: &str) -> i32 {
        let place = self.places.get(text).copied().unwrap_or_else(|| {
            let place = i32::try_from(self.places.len()).expect("a batch is far smaller");
            self.values.append_value(text);
            self.places.insert(text.into(), place);
            place
        });
        self.last.clear();
        self.last.push_str(text);
        self.place = Some(place);
        place
    }

    fn finish(mut self) -> DictionaryArray<arrow::datatypes::Int32Type> {
        let values = Arc::new(self.values.finish());
        DictionaryArray::try_new(self.keys.finish(), values)
            .expect("each key is the place of a text")
    }
}

/// A row that is being written, cell by cell, in the order of the table's columns.
pub(super) struct Row<'r> {
    rows: &'r mut Rows,
    next: usize,
    group: u64,
    key: FoldHasher<'static>,
    content: FoldHasher<'static>,
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        let (key, content) = (self.key.finish(), self.content.finish());
        self.rows.fingerprints.push(Fingerprint { group: self.group, key, content });
    }
}

impl Row<'_> {
    /// The cells of the next column; what is put there counts for the row's fingerprint.
    fn cells(&mut self, value: impl Fn(&mut FoldHasher<'static>)) -> &mut Cells {
        value(&mut self.content);
        if self.rows.is_key[self.next] {
            value(&mut self.key);
        }
        self.skipped()
    }

    /// The cells of the next column, which tells nothing of the row.
    fn skipped(&mut self) -> &mut Cells {
        self.next += 1;
        if self.next == GROUP_COLUMNS {
            self.group = self.key.finish();
        }
        &mut self.rows.columns[self.next - 1]
    }

    pub(super) fn text(&mut self, text: Option<&str>) {
        let column = self.next;
        match self.cells(|hasher| text.hash(hasher)) {
            Cells::Text(cells) => cells.append_option(text),
            Cells::Term(cells) => cells.append(text),
            _ => panic!("column {column} holds no text"),
        }
    }

    pub(super) fn texts(&mut self, texts: &[String]) {
        let Cells::Texts(cells) = self.cells(|hasher| texts.hash(hasher)) else {
            panic!("no list of texts")
        };
        for text in texts {
            cells.values().append_value(text);
        }
        // An empty list tells nothing.
        cells.append(!texts.is_empty());
    }

    pub(super) fn integer(&mut self, number: Option<i64>) {
        let Cells::Integer(cells) = self.cells(|hasher| number.hash(hasher)) else {
            panic!("no whole number")
        };
        cells.append_option(number);
    }

    pub(super) fn number(&mut self, number: Option<f64>) {
        let Cells::Number(cells) = self.cells(|hasher| number.map(f64::to_bits).hash(hasher))
        else {
            panic!("no number")
        };
        cells.append_option(number);
    }

    pub(super) fn spread<T: Copy>(&mut self, spread: Spread<T>, number: impl Fn(T) -> f64) {
        for figure in [spread.min, spread.avg, spread.max] {
            self.number(figure.map(&number));
        }
    }

    pub(super) fn device(&mut self, sample: &DeviceSample) {
        for percent in
            [sample.zoom_min_cpu, sample.zoom_avg_cpu, sample.zoom_max_cpu, sample.system_max_cpu]
        {
            self.number(percent.map(Percent::get));
        }
        for pressure in [sample.min_pressure, sample.avg_pressure, sample.max_pressure] {
            self.text(pressure.map(Pressure::as_str));
        }
        for signal in [sample.min_rssi, sample.avg_rssi, sample.max_rssi] {
            self.integer(signal.map(|signal| signal.get().into()));
        }
    }

    pub(super) fn endpoint(&mut self, endpoint: &Endpoint) {
        self.text(endpoint.address.as_deref());
        self.integer(endpoint.port.map(i64::from));
    }

    pub(super) fn instant(&mut self, at: Option<Timestamp>) {
        let micros = at.map(|at| at.unix_millis() * 1_000);
        let Cells::Instant(cells) = self.cells(|hasher| micros.hash(hasher)) else {
            panic!("no instant")
        };
        cells.append_option(micros);
    }

    /// When the row came in, which is no part of what it says.
    pub(super) fn received_at(&mut self, now: Timestamp) {
        let Cells::Instant(cells) = self.skipped() else { panic!("no instant") };
        cells.append_value(now.unix_millis() * 1_000);
    }

    pub(super) fn misfit(&mut self, misfit: &Misfit<'_>) {
        self.text(misfit.meeting);
        self.text(misfit.participant);
        self.text(Some(misfit.table.name));
        self.text(Some(misfit.key));
    }
}
