//! Batches: rows on their way into the tables, as Arrow has them.

use std::fmt;
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState};
use std::sync::{Arc, LazyLock};

use arrow::array::{
    ArrayBuilder, Date32Array, Float64Builder, Int64Array, Int64Builder, ListBuilder, RecordBatch,
    StringBuilder, StringDictionaryBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, TimeUnit};
use zqos_core::table::{
    CONFLICTS, Column, DAY, DEAD_LETTERS, DEVICE_SAMPLES, Kind, MEETINGS, PARTICIPANTS, REVISION,
    STREAM_SAMPLES, TABLES, Table, ZOOM_RAW,
};
use zqos_core::{
    DeviceSample, Fps, Kbps, Meeting, MeetingUuid, Millis, Origin, Participant, ParticipantId,
    Percent, Pressure, StreamSample, Timestamp,
};

/// Rows that come in together, and are acknowledged together.
#[derive(Debug)]
pub struct Batch {
    account: String,
    /// When they came in.
    now: Timestamp,
    /// In the order of [`TABLES`].
    tables: [Rows; TABLES.len()],
}

impl Batch {
    /// An empty batch of an account, that came in at `now`.
    pub fn new(account: &str, now: Timestamp) -> Self {
        Self { account: account.to_owned(), now, tables: TABLES.map(Rows::new) }
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.tables.iter().map(|rows| rows.instants.len()).sum()
    }

    /// The account.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    fn row(&mut self, table: &'static Table, at: Timestamp) -> Row<'_> {
        let place = TABLES.iter().position(|known| *known == table).expect("a table of ours");
        let rows = &mut self.tables[place];
        rows.instants.push(at);
        let mut row =
            Row { rows, next: 0, key: HASHES.build_hasher(), content: HASHES.build_hasher() };
        row.text(Some(&self.account));
        row
    }

    /// Adds a meeting.
    pub fn meeting(&mut self, meeting: &Meeting) {
        let kind = |is_webinar| if is_webinar { "webinar" } else { "meeting" };
        let mut row = self.row(&MEETINGS, meeting.start.or(meeting.end).unwrap_or(self.now));
        row.text(Some(meeting.uuid.as_str()));
        row.integer(meeting.number.and_then(|number| number.try_into().ok()));
        row.text(meeting.is_webinar.map(kind));
        for text in [&meeting.topic, &meeting.host, &meeting.host_email, &meeting.dept] {
            row.text(text.as_deref());
        }
        row.instant(meeting.start);
        row.instant(meeting.end);
        row.integer(meeting.participant_count.map(i64::from));
        for quality in &meeting.qualities {
            row.text(quality.as_deref());
        }
    }

    /// Adds a participant of a meeting.
    pub fn participant(&mut self, meeting: &MeetingUuid, participant: &Participant) {
        let at = participant.join.or(participant.leave).unwrap_or(self.now);
        let mut row = self.row(&PARTICIPANTS, at);
        row.text(Some(meeting.as_str()));
        row.text(Some(participant.id.as_str()));
        row.text(participant.uuid.as_deref());
        row.instant(participant.join);
        for text in [&participant.person_id, &participant.user_name, &participant.email] {
            row.text(text.as_deref());
        }
        row.instant(participant.leave);
        row.text(participant.leave_reason.as_deref());
        row.text(participant.ip_address.as_deref());
        row.texts(&participant.internal_ip_addresses);
        row.text(participant.location.as_deref());
        row.text(participant.network_type.as_deref());
        for text in &participant.connection_types {
            row.text(text.as_deref());
        }
        for text in [
            &participant.data_center,
            &participant.device,
            &participant.os,
            &participant.client,
            &participant.version,
            &participant.microphone,
            &participant.speaker,
            &participant.camera,
            &participant.health,
        ] {
            row.text(text.as_deref());
        }
        row.texts(&participant.issue_list);
        for quality in &participant.qualities {
            row.text(quality.as_deref());
        }
    }

    /// Adds what a stream measured.
    pub fn stream_sample(
        &mut self,
        meeting: &MeetingUuid,
        participant: &ParticipantId,
        origin: Origin,
        sample: &StreamSample,
    ) {
        let mut row = self.row(&STREAM_SAMPLES, sample.ts);
        row.text(Some(meeting.as_str()));
        row.text(Some(participant.as_str()));
        row.instant(Some(sample.ts));
        row.text(Some(sample.stream.as_str()));
        row.text(Some(origin.as_str()));
        let figures = &sample.figures;
        row.number(figures.bitrate.map(Kbps::get));
        row.number(figures.latency.map(Millis::get));
        row.number(figures.jitter.map(Millis::get));
        row.number(figures.avg_loss.map(Percent::get));
        row.number(figures.max_loss.map(Percent::get));
        row.integer(figures.resolution.map(|pixels| pixels.width().into()));
        row.integer(figures.resolution.map(|pixels| pixels.height().into()));
        row.number(figures.frame_rate.map(Fps::get));
    }

    /// Adds what a device measured.
    pub fn device_sample(
        &mut self,
        meeting: &MeetingUuid,
        participant: &ParticipantId,
        origin: Origin,
        sample: &DeviceSample,
    ) {
        let mut row = self.row(&DEVICE_SAMPLES, sample.ts);
        row.text(Some(meeting.as_str()));
        row.text(Some(participant.as_str()));
        row.instant(Some(sample.ts));
        row.text(Some(origin.as_str()));
        for percent in
            [sample.zoom_min_cpu, sample.zoom_avg_cpu, sample.zoom_max_cpu, sample.system_max_cpu]
        {
            row.number(percent.map(Percent::get));
        }
        for pressure in [sample.min_pressure, sample.avg_pressure, sample.max_pressure] {
            row.text(pressure.map(Pressure::as_str));
        }
        for signal in [sample.min_rssi, sample.avg_rssi, sample.max_rssi] {
            row.integer(signal.map(|signal| signal.get().into()));
        }
    }

    /// Adds a report as it came, of a participant who joined at `at`.
    pub fn raw(
        &mut self,
        meeting: &MeetingUuid,
        participant: &ParticipantId,
        origin: Origin,
        at: Timestamp,
        body: &str,
    ) {
        let now = self.now;
        let mut row = self.row(&ZOOM_RAW, at);
        row.text(Some(meeting.as_str()));
        row.text(Some(participant.as_str()));
        row.text(Some(origin.as_str()));
        row.received_at(now);
        row.text(Some(body));
    }

    /// Adds a row that another one has taken the place of.
    pub(crate) fn conflict(&mut self, loser: &Misfit<'_>, lost_revision: i64, kept_revision: i64) {
        let now = self.now;
        let mut row = self.row(&CONFLICTS, loser.at);
        row.misfit(loser);
        row.integer(Some(lost_revision));
        row.integer(Some(kept_revision));
        row.received_at(now);
        row.text(Some(loser.row));
    }

    /// Adds a row that can't be kept where it belongs.
    pub(crate) fn dead_letter(&mut self, letter: &Misfit<'_>, reason: &str) {
        let now = self.now;
        let mut row = self.row(&DEAD_LETTERS, letter.at);
        row.misfit(letter);
        row.text(Some(reason));
        row.received_at(now);
        row.text(Some(letter.row));
    }

    /// The rows by table, with their revision and their day behind them; tables without rows are
    /// left out. Revisions rise from `revision` on with each row of a table, so that of two rows with
    /// one key the later counts.
    pub(crate) fn finish(self, revision: i64) -> Vec<TableRows> {
        let tables = self.tables.into_iter().filter(|rows| !rows.instants.is_empty());
        tables.map(|rows| rows.finish(revision)).collect()
    }
}

/// Rows of one table that came in together.
#[derive(Debug)]
pub(crate) struct TableRows {
    pub(crate) table: &'static Table,
    pub(crate) rows: RecordBatch,
    /// When what each row tells of was: by this it is kept.
    pub(crate) instants: Vec<Timestamp>,
    pub(crate) fingerprints: Vec<Fingerprint>,
}

/// By what a row is known again, within one run of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Of the row's key.
    pub(crate) key: u64,
    /// Of all that the row says, key included.
    pub(crate) content: u64,
}

/// A row that stands in a table about rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Misfit<'m> {
    pub(crate) table: &'static Table,
    /// By what it is kept.
    pub(crate) at: Timestamp,
    pub(crate) meeting: Option<&'m str>,
    pub(crate) participant: Option<&'m str>,
    /// Its key, as JSON.
    pub(crate) key: &'m str,
    /// All of it, as JSON.
    pub(crate) row: &'m str,
}

/// Nobody outside can know which rows have the same hash.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The UTC day of an instant, counted from 1970-01-01.
pub(crate) fn day_of(at: Timestamp) -> i32 {
    const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
    let day = at.unix_millis().div_euclid(DAY_MILLIS);
    day.try_into().expect("a timestamp is at most some million days from 1970")
}

/// The schema of a table's rows in memory: texts that repeat are dictionaries.
pub(crate) fn memory_schema(table: &Table) -> SchemaRef {
    let columns = table.columns.iter().chain([&REVISION, &DAY]);
    Arc::new(Schema::new(columns.map(memory_field).collect::<Vec<_>>()))
}

fn memory_field(column: &Column) -> Field {
    let kind = match column.kind {
        Kind::Term => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        kind => data_type(kind),
    };
    Field::new(column.name, kind, !column.is_required)
}

/// The type of a column in files.
pub(crate) fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Term => DataType::Utf8,
        Kind::Texts => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        Kind::Integer => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Day => DataType::Date32,
    }
}

/// Rows of one table.
struct Rows {
    table: &'static Table,
    columns: Vec<Cells>,
    /// Which columns make up the key.
    is_key: Vec<bool>,
    instants: Vec<Timestamp>,
    fingerprints: Vec<Fingerprint>,
}

/// The cells of one column.
enum Cells {
    Text(StringBuilder),
    Term(StringDictionaryBuilder<Int32Type>),
    Texts(ListBuilder<StringBuilder>),
    Integer(Int64Builder),
    Number(Float64Builder),
    Instant(TimestampMicrosecondBuilder),
}

impl Cells {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Term => Self::Term(StringDictionaryBuilder::new()),
            Kind::Texts => Self::Texts(ListBuilder::new(StringBuilder::new())),
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Number => Self::Number(Float64Builder::new()),
            Kind::Instant => Self::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Day => unreachable!("no table has a day but the one of its partition"),
        }
    }

    fn builder(&mut self) -> &mut dyn ArrayBuilder {
        match self {
            Self::Text(builder) => builder,
            Self::Term(builder) => builder,
            Self::Texts(builder) => builder,
            Self::Integer(builder) => builder,
            Self::Number(builder) => builder,
            Self::Instant(builder) => builder,
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows of {}", self.instants.len(), self.table.name)
    }
}

impl Rows {
    fn new(table: &'static Table) -> Self {
        let columns = table.columns.iter().map(|column| Cells::new(column.kind)).collect();
        let is_key = table.columns.iter().map(|column| table.key.contains(&column.name)).collect();
        Self { table, columns, is_key, instants: Vec::new(), fingerprints: Vec::new() }
    }

    fn finish(mut self, revision: i64) -> TableRows {
        let revisions = Int64Array::from_iter_values((revision..).take(self.instants.len()));
        let days = Date32Array::from_iter_values(self.instants.iter().copied().map(day_of));
        let mut arrays: Vec<_> =
            self.columns.iter_mut().map(|cells| cells.builder().finish()).collect();
        arrays.push(Arc::new(revisions));
        arrays.push(Arc::new(days));
        let rows = RecordBatch::try_new(memory_schema(self.table), arrays).expect(
            "every row has a cell in every column, and none is missing where one is required",
        );
        let Self { table, instants, fingerprints, .. } = self;
        TableRows { table, rows, instants, fingerprints }
    }
}

/// A row that is being written, cell by cell, in the order of the table's columns.
struct Row<'r> {
    rows: &'r mut Rows,
    next: usize,
    key: DefaultHasher,
    content: DefaultHasher,
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        let fingerprint = Fingerprint { key: self.key.finish(), content: self.content.finish() };
        self.rows.fingerprints.push(fingerprint);
    }
}

impl Row<'_> {
    /// The cells of the next column; what is put there counts for the row's fingerprint.
    fn cells(&mut self, value: impl Fn(&mut DefaultHasher)) -> &mut Cells {
        value(&mut self.content);
        if self.rows.is_key[self.next] {
            value(&mut self.key);
        }
        self.skipped()
    }

    /// The cells of the next column, which tells nothing of the row.
    fn skipped(&mut self) -> &mut Cells {
        self.next += 1;
        &mut self.rows.columns[self.next - 1]
    }

    fn text(&mut self, text: Option<&str>) {
        let column = self.next;
        match self.cells(|hasher| text.hash(hasher)) {
            Cells::Text(cells) => cells.append_option(text),
            Cells::Term(cells) => cells.append_option(text),
            _ => panic!("column {column} holds no text"),
        }
    }

    fn texts(&mut self, texts: &[String]) {
        let Cells::Texts(cells) = self.cells(|hasher| texts.hash(hasher)) else {
            panic!("no list of texts")
        };
        for text in texts {
            cells.values().append_value(text);
        }
        // An empty list tells nothing.
        cells.append(!texts.is_empty());
    }

    fn integer(&mut self, number: Option<i64>) {
        let Cells::Integer(cells) = self.cells(|hasher| number.hash(hasher)) else {
            panic!("no whole number")
        };
        cells.append_option(number);
    }

    fn number(&mut self, number: Option<f64>) {
        let Cells::Number(cells) = self.cells(|hasher| number.map(f64::to_bits).hash(hasher))
        else {
            panic!("no number")
        };
        cells.append_option(number);
    }

    fn instant(&mut self, at: Option<Timestamp>) {
        let micros = at.map(|at| at.unix_millis() * 1_000);
        let Cells::Instant(cells) = self.cells(|hasher| micros.hash(hasher)) else {
            panic!("no instant")
        };
        cells.append_option(micros);
    }

    /// When the row came in, which is no part of what it says.
    fn received_at(&mut self, now: Timestamp) {
        let Cells::Instant(cells) = self.skipped() else { panic!("no instant") };
        cells.append_value(now.unix_millis() * 1_000);
    }

    fn misfit(&mut self, misfit: &Misfit<'_>) {
        self.text(misfit.meeting);
        self.text(misfit.participant);
        self.text(Some(misfit.table.name));
        self.text(Some(misfit.key));
    }
}
