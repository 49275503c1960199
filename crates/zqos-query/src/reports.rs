//! Joins with their minutes, as the store has them: what is judged and diagnosed.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use arrow::array::{Array as _, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;
use futures::{TryStreamExt as _, try_join};
use zqos_core::column::{DEVICE_FIGURES, STREAM_FIGURES};
use zqos_core::table::{Column, Kind, Latest, MEETINGS, PARTICIPANTS, REVISION, Table, VERDICTS};
use zqos_core::{
    Dbm, DeviceSample, Figures, Fps, Kbps, Medium, Meeting, MeetingUuid, Millis, Participant,
    ParticipantId, Percent, Pressure, Resolution, Stream, Timestamp,
};

use crate::archive::{Archive, QueryError};
use crate::trust::TRUST;
use crate::views::STORED;

/// What one join's samples are told to, one after the other, in no order.
pub trait Samples: Send + 'static {
    /// Whether it is told of devices, which are read only then.
    const HAS_DEVICES: bool = true;

    /// A stream in a minute.
    fn add_stream(&mut self, ts: Timestamp, stream: Stream, figures: &Figures);
    /// What the device told in a minute; nothing where [`Self::HAS_DEVICES`] is false.
    fn add_device(&mut self, device: &DeviceSample);
    /// Others of the same join, which were read at the same time: it is as if all had been told to one.
    fn absorb(&mut self, others: Self);
}

/// Stream samples alone, in no order.
impl Samples for Vec<(Timestamp, Stream, Figures)> {
    const HAS_DEVICES: bool = false;

    fn add_stream(&mut self, ts: Timestamp, stream: Stream, figures: &Figures) {
        self.push((ts, stream, *figures));
    }

    fn add_device(&mut self, _: &DeviceSample) {}

    fn absorb(&mut self, others: Self) {
        self.extend(others);
    }
}

/// Which joins are read.
#[derive(Debug, Clone)]
pub struct Which {
    /// Of these accounts.
    pub accounts: Vec<String>,
    /// With samples in this range; and of joins alone those that began in it, or up to a day before.
    pub range: Range<Timestamp>,
    /// Of these meetings, or of all.
    pub meetings: Option<Vec<String>>,
    /// Of these joins in them, by `user_id`, or of all.
    pub joins: Option<Vec<String>>,
}

/// A join with its samples.
#[derive(Debug)]
pub struct Report<S> {
    /// The account.
    pub account: String,
    /// The meeting, by UUID.
    pub meeting_uuid: String,
    /// Who took part. Of a join of which only samples came nothing but the id is known.
    pub participant: Participant,
    /// Its samples, all of one origin: figures of different ones do not compare. It is the origin that
    /// has most of them; of equals the most trusted.
    pub samples: S,
}

/// What is stored of how a medium of a join went, or of a whole meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The account.
    pub account: String,
    /// The meeting, by UUID.
    pub meeting_uuid: String,
    /// The join, or [`WHOLE_MEETING`](zqos_core::table::WHOLE_MEETING).
    pub user_id: String,
    /// `good`, `fair`, `poor`, `bad` or `unclassified`.
    pub verdict: String,
    /// Why there is no grade.
    pub reason: Option<String>,
    /// Judged minutes.
    pub minutes: u32,
    /// Poor and bad ones among them.
    pub poor_minutes: u32,
    /// How long the longest poor stretch was, in minutes.
    pub longest_poor_minutes: Option<u32>,
}

/// Samples of one origin, and how many.
#[derive(Debug)]
struct OfOrigin<S> {
    samples: S,
    count: u32,
}

/// Samples of a join, by origin.
type Origins<S> = [Option<Box<OfOrigin<S>>>; TRUST.len()];

/// The joins, as they are found.
struct Found<S, E> {
    /// What there is of a join before anything was told.
    empty: E,
    places: HashMap<[Box<str>; 3], usize>,
    samples: Vec<Origins<S>>,
}

impl<S: Samples, E: Fn() -> S> Found<S, E> {
    fn new(empty: E) -> Self {
        Self { empty, places: HashMap::new(), samples: Vec::new() }
    }

    /// The place of a join, which is made where there is none yet; `None` for what can't be an id.
    fn place(&mut self, [account, meeting, user]: [&str; 3]) -> Option<usize> {
        ParticipantId::new(user)?;
        Some(self.place_of([account, meeting, user].map(Box::from)))
    }

    fn place_of(&mut self, key: [Box<str>; 3]) -> usize {
        let next = self.samples.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.samples.push([const { None }; TRUST.len()]);
        }
        place
    }

    fn of_origin(&mut self, place: usize, origin: usize) -> Option<&mut S> {
        let fresh = || Box::new(OfOrigin { samples: (self.empty)(), count: 0 });
        let of = self.samples.get_mut(place)?[origin].get_or_insert_with(fresh);
        of.count += 1;
        Some(&mut of.samples)
    }

    /// What another part of the rows had.
    fn absorb(&mut self, mut other: Self) {
        for (key, place) in std::mem::take(&mut other.places) {
            let place_here = self.place_of(key);
            let origins = self.samples[place_here].iter_mut().zip(&mut other.samples[place]);
            for (here, there) in origins {
                match (here.as_mut(), there.take()) {
                    (Some(here), Some(there)) => {
                        here.count += there.count;
                        here.samples.absorb(there.samples);
                    }
                    (None, there) => *here = there,
                    (Some(_), None) => {}
                }
            }
        }
    }

    /// The joins that are known, and of those of which nothing but samples came.
    fn finish(mut self, joins: Vec<Report<()>>) -> Vec<Report<S>> {
        let mut all: Vec<Option<Report<()>>> = self.samples.iter().map(|_| None).collect();
        for join in joins {
            let key = [&*join.account, &*join.meeting_uuid, join.participant.id.as_str()];
            let Some(place) = self.place(key) else { continue };
            all.resize_with(self.samples.len(), || None);
            all[place] = Some(join);
        }
        for (key, place) in self.places {
            if all[place].is_none() {
                let [account, meeting_uuid, user] = key.map(String::from);
                let id = ParticipantId::new(&user);
                all[place] = id.map(|id| Report {
                    account,
                    meeting_uuid,
                    participant: Participant::new(id),
                    samples: (),
                });
            }
        }
        let best = |origins: Origins<S>| {
            // Of equals the last is the greatest.
            let best = origins.into_iter().flatten().rev().max_by_key(|of| of.count);
            best.map_or_else(&self.empty, |of| of.samples)
        };
        let joins = all.into_iter().zip(self.samples);
        let reports = joins.filter_map(|(join, origins)| {
            let join = join?;
            Some(Report {
                account: join.account,
                meeting_uuid: join.meeting_uuid,
                participant: join.participant,
                samples: best(origins),
            })
        });
        let mut reports: Vec<Report<S>> = reports.collect();
        let key = |report: &Report<S>| {
            let Report { account, meeting_uuid, participant, .. } = report;
            [account.clone(), meeting_uuid.clone(), participant.id.as_str().to_owned()]
        };
        reports.sort_by_cached_key(key);
        reports
    }
}

impl Archive {
    /// Reads joins with all of their samples in a range, which are told to what is `empty` at first: sorted by account,
    /// meeting and id.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn reports<S: Samples>(
        &self,
        which: &Which,
        empty: impl Fn() -> S + Clone + Send + Sync + 'static,
    ) -> Result<Vec<Report<S>>, QueryError> {
        let none = || Found::new(empty.clone());
        let streams = which.samples("stream_samples", "stream", &STREAM_FIGURES);
        let streams = self.fold(&streams, none, |found, rows| streams_of(rows, found));
        // Boxed, as each takes much room.
        let (joins, mut parts) = try_join!(Box::pin(self.participants(which)), Box::pin(streams))?;
        if S::HAS_DEVICES {
            let devices = which.samples("device_samples", "NULL", &DEVICE_FIGURES);
            // Files of both tables are of days: most joins are in the same part again.
            let mut before = std::mem::take(&mut parts).into_iter();
            let start = || before.next().unwrap_or_else(none);
            parts = self.fold(&devices, start, |found, rows| devices_of(rows, found)).await?;
            parts.extend(before);
        }
        let mut parts = parts.into_iter();
        let mut found = parts.next().unwrap_or_else(none);
        parts.for_each(|part| found.absorb(part));
        Ok(found.finish(joins))
    }

    /// Reads joins alone.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn participants(&self, which: &Which) -> Result<Vec<Report<()>>, QueryError> {
        let stored = self.stored(which, &PARTICIPANTS).await?;
        let joins = stored.things().filter_map(|told| {
            Some(Report {
                account: told.owned("account")?,
                meeting_uuid: told.owned("meeting_uuid")?,
                participant: told.participant()?,
                samples: (),
            })
        });
        Ok(joins.collect())
    }

    /// Reads meetings that began in a range or up to a day before, with their accounts, by their start.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn meetings(&self, which: &Which) -> Result<Vec<(String, Meeting)>, QueryError> {
        let stored = self.stored(which, &MEETINGS).await?;
        let meetings =
            stored.things().filter_map(|told| Some((told.owned("account")?, told.meeting()?)));
        let mut meetings: Vec<_> = meetings.collect();
        meetings.sort_by(|(account, one), (of, other)| {
            (one.start, &one.uuid, account).cmp(&(other.start, &other.uuid, of))
        });
        Ok(meetings)
    }

    /// Reads the verdicts that are stored on a medium of meetings that began in a range or up to a day before, and of
    /// the joins in them, by join.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn verdicts(&self, which: &Which, medium: Medium) -> Result<Vec<Judged>, QueryError> {
        let stored = self.stored(which, &VERDICTS).await?;
        let of_medium = stored.things().filter(|told| told.text("medium") == Some(medium.as_str()));
        Ok(of_medium.filter_map(Told::judged).collect())
    }

    /// Reads what is stored of meetings, of joins, or of what was found of them.
    ///
    /// Which rows of a key count is found out here, and not by a view: that would take several times as long to plan as
    /// to read.
    async fn stored(&self, which: &Which, table: &'static Table) -> Result<Stored, QueryError> {
        let rows: Vec<RecordBatch> = self.query(&which.rows_of(table)).await?.try_collect().await?;
        Stored::new(table, &rows).map_err(|error| QueryError::Failed(error.into()))
    }
}

/// A text as SQL has it, for whoever writes a query around it.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn list(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}

impl Which {
    fn condition(&self) -> String {
        // A list of nothing is no SQL.
        let any = |texts: &[String]| if texts.is_empty() { "NULL".to_owned() } else { list(texts) };
        let mut condition = format!("account IN ({})", any(&self.accounts));
        if let Some(meetings) = &self.meetings {
            write!(condition, " AND meeting_uuid IN ({})", any(meetings)).expect("a text");
        }
        condition
    }

    /// The same, of the joins alone; meetings have no such column.
    fn of_joins(&self) -> String {
        match &self.joins {
            None => self.condition(),
            Some(joins) if joins.is_empty() => format!("{} AND false", self.condition()),
            Some(joins) => format!("{} AND user_id IN ({})", self.condition(), list(joins)),
        }
    }

    /// The rows of joins or meetings.
    fn rows_of(&self, table: &Table) -> String {
        let day = |at: Timestamp| at.to_jiff().strftime("%F").to_string();
        let Range { start, end } = &self.range;
        let before = start.saturating_sub(std::time::Duration::from_hours(24));
        let of = if table == &MEETINGS { self.condition() } else { self.of_joins() };
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        format!(
            "SELECT {}, {} FROM {STORED}.{} WHERE {of} AND day >= DATE '{}' AND day <= DATE '{}'",
            columns.join(", "),
            REVISION.name,
            table.name,
            day(before),
            day(*end)
        )
    }

    fn samples(&self, table: &str, stream: &str, figures: &[&str]) -> String {
        let Range { start, end } = &self.range;
        format!(
            "SELECT account, meeting_uuid, user_id, ts, origin, {stream} AS stream, {} FROM {table} \
             WHERE {} AND ts >= TIMESTAMP '{start}' AND ts < TIMESTAMP '{end}'",
            figures.join(", "),
            self.of_joins()
        )
    }
}

/// Rows of a table, those of each key together.
#[derive(Default)]
struct Stored {
    columns: HashMap<&'static str, ArrayRef>,
    /// The places of the rows, by key, those that came last first, and where each key begins.
    places: Vec<usize>,
    keys: Vec<Range<usize>>,
}

impl Stored {
    fn new(table: &'static Table, rows: &[RecordBatch]) -> Result<Self, ArrowError> {
        debug_assert!(table.latest != Latest::Row, "each column counts by itself");
        let Some(first) = rows.first() else { return Ok(Self::default()) };
        let rows = concat_batches(first.schema_ref(), rows)?;
        let of = |column: &'static Column| {
            let cells = rows.column_by_name(column.name)?;
            let kind = match column.kind {
                Kind::Text | Kind::Term => DataType::Utf8View,
                Kind::Texts => cells.data_type().clone(),
                Kind::Integer | Kind::Instant | Kind::Day => DataType::Int64,
                Kind::Number => DataType::Float64,
            };
            Some(cast(cells, &kind).map(|cells| (column.name, cells)))
        };
        let columns: HashMap<_, _> =
            table.columns.iter().chain([&REVISION]).filter_map(of).collect::<Result<_, _>>()?;
        let key: Vec<&StringViewArray> = (table.key.iter())
            .filter_map(|column| columns.get(column)?.as_string_view_opt())
            .collect();
        let revisions = columns.get(REVISION.name).map(AsArray::as_primitive::<Int64Type>);
        let revision = |row: usize| revisions.map(|revisions| Reverse(revisions.value(row)));
        let by_key = |one: usize, other: usize| {
            let of_columns = key.iter().map(|cells| cells.value(one).cmp(cells.value(other)));
            of_columns.fold(Ordering::Equal, Ordering::then)
        };
        let mut places: Vec<usize> = (0..rows.num_rows()).collect();
        // Stable: of equal revisions the first counts.
        places.sort_by(|&one, &other| {
            by_key(one, other).then_with(|| revision(one).cmp(&revision(other)))
        });
        let mut keys = Vec::new();
        for same in places.chunk_by(|&one, &other| by_key(one, other) == Ordering::Equal) {
            let start = keys.last().map_or(0, |before: &Range<usize>| before.end);
            keys.push(start..start + same.len());
        }
        Ok(Self { columns, places, keys })
    }

    /// What is told of each key.
    fn things(&self) -> impl Iterator<Item = Told<'_>> {
        let of = |key: &Range<usize>| Told { stored: self, rows: &self.places[key.clone()] };
        self.keys.iter().map(of)
    }
}

/// What rows of one key tell: of each column the value that came last, of those that say something.
#[derive(Clone, Copy)]
struct Told<'a> {
    stored: &'a Stored,
    rows: &'a [usize],
}

impl<'a> Told<'a> {
    /// The cells of a column, and which of them counts.
    fn cell(self, column: &str) -> Option<(&'a ArrayRef, usize)> {
        let cells = self.stored.columns.get(column)?;
        self.rows.iter().find(|row| cells.is_valid(**row)).map(|row| (cells, *row))
    }

    fn text(self, column: &str) -> Option<&'a str> {
        let (cells, row) = self.cell(column)?;
        Some(cells.as_string_view_opt()?.value(row))
    }

    fn owned(self, column: &str) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    fn texts(self, column: &str) -> Vec<String> {
        let Some((cells, row)) = self.cell(column) else { return Vec::new() };
        let Some(list) = cells.as_list_opt::<i32>() else { return Vec::new() };
        let Ok(texts) = cast(&list.value(row), &DataType::Utf8View) else { return Vec::new() };
        texts.as_string_view().iter().flatten().map(str::to_owned).collect()
    }

    fn integer(self, column: &str) -> Option<i64> {
        let (cells, row) = self.cell(column)?;
        Some(cells.as_primitive_opt::<Int64Type>()?.value(row))
    }

    fn count(self, column: &str) -> Option<u32> {
        self.integer(column).and_then(|count| u32::try_from(count).ok())
    }

    fn instant(self, column: &str) -> Option<Timestamp> {
        instant(self.integer(column)?)
    }

    fn judged(self) -> Option<Judged> {
        Some(Judged {
            account: self.owned("account")?,
            meeting_uuid: self.owned("meeting_uuid")?,
            user_id: self.owned("user_id")?,
            verdict: self.owned("verdict")?,
            reason: self.owned("reason"),
            minutes: self.count("minutes")?,
            poor_minutes: self.count("poor_minutes")?,
            longest_poor_minutes: self.count("longest_poor_minutes"),
        })
    }

    fn meeting(self) -> Option<Meeting> {
        Some(Meeting {
            number: self.integer("meeting_id").and_then(|id| u64::try_from(id).ok()),
            is_webinar: self.text("kind").map(|kind| kind == "webinar"),
            topic: self.owned("topic"),
            host: self.owned("host"),
            host_email: self.owned("host_email"),
            dept: self.owned("dept"),
            start: self.instant("start_time"),
            end: self.instant("end_time"),
            participant_count: self.count("participant_count"),
            qualities: ["audio_quality", "video_quality", "share_quality"]
                .map(|column| self.owned(column)),
            ..Meeting::new(MeetingUuid::new(self.text("meeting_uuid")?)?)
        })
    }

    fn participant(self) -> Option<Participant> {
        let owned = |column: &str| self.owned(column);
        let id = ParticipantId::new(self.text("user_id")?)?;
        Some(Participant {
            uuid: owned("participant_uuid"),
            join: self.instant("join_time"),
            leave: self.instant("leave_time"),
            leave_reason: owned("leave_reason"),
            person_id: owned("person_id"),
            user_name: owned("user_name"),
            email: owned("email"),
            ip_address: owned("ip_address"),
            internal_ip_addresses: self.texts("internal_ip_addresses"),
            location: owned("location"),
            network_type: owned("network_type"),
            connection_types: ["connection_type", "video_connection_type", "share_connection_type"]
                .map(owned),
            data_center: owned("data_center"),
            device: owned("device"),
            os: owned("os"),
            client: owned("client"),
            version: owned("version"),
            microphone: owned("microphone"),
            speaker: owned("speaker"),
            camera: owned("camera"),
            health: owned("health"),
            issue_list: self.texts("issue_list"),
            qualities: ["audio_quality", "video_quality", "share_quality"].map(owned),
            site: owned("site"),
            ..Participant::new(id)
        })
    }
}

fn instant(micros: i64) -> Option<Timestamp> {
    Timestamp::from_unix_millis(micros.div_euclid(1_000)).ok()
}

/// Samples in columns: whose they are and when, and figures.
struct Measured {
    key: [StringViewArray; 3],
    ts: arrow::array::Int64Array,
    origin: StringViewArray,
    stream: StringViewArray,
    figures: Vec<arrow::array::Float64Array>,
}

/// The columns before the figures.
const LEADING: usize = 6;

impl Measured {
    fn new(rows: &RecordBatch) -> Result<Self, ArrowError> {
        let text = |place: usize| {
            cast(rows.column(place), &DataType::Utf8View)
                .map(|cells| cells.as_string_view().clone())
        };
        let number = |cells: &ArrayRef| {
            cast(cells, &DataType::Float64).map(|cells| cells.as_primitive::<Float64Type>().clone())
        };
        Ok(Self {
            key: [text(0)?, text(1)?, text(2)?],
            ts: cast(rows.column(3), &DataType::Int64)?.as_primitive::<Int64Type>().clone(),
            origin: text(4)?,
            stream: text(5)?,
            figures: rows.columns()[LEADING..].iter().map(number).collect::<Result<_, _>>()?,
        })
    }

    /// Tells each row: the samples that it belongs to, when it was, and its place.
    fn each<S: Samples, E: Fn() -> S>(
        &self,
        found: &mut Found<S, E>,
        mut take: impl FnMut(&mut S, Timestamp, usize),
    ) {
        // Rows of one join follow each other as a rule.
        let mut last: Option<([&str; 3], usize)> = None;
        let mut last_origin = ("", None);
        for row in 0..self.ts.len() {
            let key = self.key.each_ref().map(|cells| cells.value(row));
            let place = match last {
                Some((same, place)) if same == key => place,
                _ => {
                    let Some(place) = found.place(key) else { continue };
                    last = Some((key, place));
                    place
                }
            };
            let origin = self.origin.value(row);
            if last_origin.0 != origin {
                last_origin = (origin, TRUST.iter().position(|known| known.as_str() == origin));
            }
            let samples = last_origin.1.and_then(|origin| found.of_origin(place, origin));
            if let (Some(samples), Some(ts)) = (samples, instant(self.ts.value(row))) {
                take(samples, ts, row);
            }
        }
    }

    fn figure<T, E>(&self, place: usize, row: usize, of: fn(f64) -> Result<T, E>) -> Option<T> {
        let cells = &self.figures[place];
        cells.is_valid(row).then(|| of(cells.value(row)).ok()).flatten()
    }
}

/// A whole number that was stored as one; 0 for what can't be.
fn whole(number: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float saturates"
    )]
    let number = number as u32;
    number
}

fn streams_of<S: Samples, E: Fn() -> S>(
    rows: &RecordBatch,
    found: &mut Found<S, E>,
) -> Result<(), ArrowError> {
    let measured = Measured::new(rows)?;
    measured.each(found, |samples, ts, row| {
        let Some(stream) = Stream::from_name(measured.stream.value(row)) else { return };
        let size = |place: usize| {
            measured.figure(place, row, |number| Ok::<_, std::convert::Infallible>(whole(number)))
        };
        let figures = Figures {
            bitrate: measured.figure(0, row, Kbps::try_new),
            latency: measured.figure(1, row, Millis::try_new),
            jitter: measured.figure(2, row, Millis::try_new),
            avg_loss: measured.figure(3, row, Percent::try_new),
            max_loss: measured.figure(4, row, Percent::try_new),
            resolution: size(5)
                .zip(size(6))
                .and_then(|(width, height)| Resolution::new(width, height)),
            frame_rate: measured.figure(7, row, Fps::try_new),
        };
        samples.add_stream(ts, stream, &figures);
    });
    Ok(())
}

fn pressure_of(word: &str) -> Option<Pressure> {
    Pressure::ALL.into_iter().find(|pressure| pressure.as_str() == word)
}

/// Which figures of a device are words.
const PRESSURES: Range<usize> = 4..7;

fn devices_of<S: Samples, E: Fn() -> S>(
    rows: &RecordBatch,
    found: &mut Found<S, E>,
) -> Result<(), ArrowError> {
    let measured = Measured::new(rows)?;
    let pressures = rows.columns()[LEADING..][PRESSURES].iter();
    let pressures = pressures.map(|cells| cast(cells, &DataType::Utf8View));
    let pressures = pressures.collect::<Result<Vec<_>, _>>()?;
    measured.each(found, |samples, ts, row| {
        let load = |place: usize| measured.figure(place, row, Percent::try_new);
        let signal = |place: usize| {
            #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
            measured.figure(place, row, |number| Dbm::try_new(number.round() as i64))
        };
        let pressure = |place: usize| {
            let words = pressures[place].as_string_view();
            words.is_valid(row).then(|| pressure_of(words.value(row))).flatten()
        };
        let device = DeviceSample {
            min_pressure: pressure(0),
            avg_pressure: pressure(1),
            max_pressure: pressure(2),
            zoom_min_cpu: load(0),
            zoom_avg_cpu: load(1),
            zoom_max_cpu: load(2),
            system_max_cpu: load(3),
            min_rssi: signal(7),
            avg_rssi: signal(8),
            max_rssi: signal(9),
            ..DeviceSample::empty(ts)
        };
        samples.add_device(&device);
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};

    use super::*;

    #[test]
    fn of_several_rows_of_a_join_the_last_value_of_each_column_counts() {
        let text = |cells: &[Option<&str>]| -> ArrayRef {
            Arc::new(cells.iter().copied().collect::<StringArray>())
        };
        let rows = |cells: [[Option<&str>; 3]; 2], revisions: [i64; 2]| {
            let column = |place: usize| text(&cells.map(|row| row[place]));
            let same = |value| text(&[Some(value); 2]);
            let columns: [(&str, ArrayRef); 6] = [
                ("account", same("a")),
                ("meeting_uuid", same("m")),
                ("user_id", column(0)),
                ("user_name", column(1)),
                ("site", column(2)),
                ("revision", Arc::new(Int64Array::from(revisions.to_vec()))),
            ];
            let columns = columns.map(|(name, cells)| (name, cells, true));
            RecordBatch::try_from_iter_with_nullable(columns).unwrap()
        };
        let rows = [
            rows([[Some("2"), Some("new"), None], [Some("1"), Some("x"), None]], [7, 1]),
            rows([[Some("2"), Some("old"), Some("here")], [Some("2"), None, None]], [3, 9]),
        ];
        let stored = Stored::new(&PARTICIPANTS, &rows).unwrap();
        let told: Vec<_> = (stored.things())
            .map(|told| (told.text("user_id"), told.text("user_name"), told.text("site")))
            .collect();
        assert_eq!(told, [(Some("1"), Some("x"), None), (Some("2"), Some("new"), Some("here"))]);
        assert_eq!(Stored::new(&PARTICIPANTS, &[]).unwrap().things().count(), 0);
    }
}
