//! Batches: rows on their way into the tables, as Arrow has them.

use std::fmt;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, Date32Builder, Float64Builder, Int64Array, Int64Builder, ListBuilder,
    RecordBatch, StringBuilder, StringDictionaryBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, TimeUnit};
use zqos_core::table::{
    Column, DAY, DEVICE_SAMPLES, Kind, MEETINGS, PARTICIPANTS, REVISION, STREAM_SAMPLES, TABLES,
    Table, ZOOM_RAW,
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
        self.tables.iter().map(|rows| rows.days.len()).sum()
    }

    fn row(&mut self, table: &'static Table, at: Timestamp) -> Row<'_> {
        let place = TABLES.iter().position(|known| *known == table).expect("a table of ours");
        let rows = &mut self.tables[place];
        rows.days.append_value(day_of(at));
        let mut row = Row { rows, next: 0 };
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
        row.instant(Some(now));
        row.text(Some(body));
    }

    /// The rows by table, with their revision and their day behind them; tables without rows are
    /// left out. All have the same revision; those that follow, as many as there are rows, are kept for
    /// rows of one key, which differ in it once they are [in order](crate::order::sorted).
    pub(crate) fn finish(self, revision: i64) -> Vec<(&'static Table, RecordBatch)> {
        let tables = self.tables.into_iter().filter(|rows| rows.days.len() > 0);
        tables.map(|rows| (rows.table, rows.finish(revision))).collect()
    }
}

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
    days: Date32Builder,
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
        write!(f, "{} rows of {}", self.days.len(), self.table.name)
    }
}

impl Rows {
    fn new(table: &'static Table) -> Self {
        let columns = table.columns.iter().map(|column| Cells::new(column.kind)).collect();
        Self { table, columns, days: Date32Builder::new() }
    }

    fn finish(mut self, revision: i64) -> RecordBatch {
        let revisions = Int64Array::from(vec![revision; self.days.len()]);
        let mut arrays: Vec<_> =
            self.columns.iter_mut().map(|cells| cells.builder().finish()).collect();
        arrays.push(Arc::new(revisions));
        arrays.push(Arc::new(self.days.finish()));
        RecordBatch::try_new(memory_schema(self.table), arrays).expect(
            "every row has a cell in every column, and none is missing where one is required",
        )
    }
}

/// A row that is being written, cell by cell, in the order of the table's columns.
struct Row<'r> {
    rows: &'r mut Rows,
    next: usize,
}

impl Row<'_> {
    fn cells(&mut self) -> &mut Cells {
        self.next += 1;
        &mut self.rows.columns[self.next - 1]
    }

    fn text(&mut self, text: Option<&str>) {
        match self.cells() {
            Cells::Text(cells) => cells.append_option(text),
            Cells::Term(cells) => cells.append_option(text),
            _ => panic!("column {} holds no text", self.next - 1),
        }
    }

    fn texts(&mut self, texts: &[String]) {
        let Cells::Texts(cells) = self.cells() else { panic!("no list of texts") };
        for text in texts {
            cells.values().append_value(text);
        }
        // An empty list tells nothing.
        cells.append(!texts.is_empty());
    }

    fn integer(&mut self, number: Option<i64>) {
        let Cells::Integer(cells) = self.cells() else { panic!("no whole number") };
        cells.append_option(number);
    }

    fn number(&mut self, number: Option<f64>) {
        let Cells::Number(cells) = self.cells() else { panic!("no number") };
        cells.append_option(number);
    }

    fn instant(&mut self, at: Option<Timestamp>) {
        let Cells::Instant(cells) = self.cells() else { panic!("no instant") };
        cells.append_option(at.map(|at| at.unix_millis() * 1_000));
    }
}
