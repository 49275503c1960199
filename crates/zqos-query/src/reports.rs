//! Joins with their minutes, as the store has them: what is judged and diagnosed.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;
use futures::StreamExt as _;
use zqos_core::column::{DEVICE_FIGURES, STREAM_FIGURES};
use zqos_core::table::{Column, Kind, MEETINGS, PARTICIPANTS, Table, VERDICTS};
use zqos_core::{
    Dbm, DeviceSample, Figures, Fps, Kbps, Medium, Meeting, MeetingUuid, Millis, Participant,
    ParticipantId, Percent, Pressure, Resolution, Stream, Timestamp,
};

use crate::archive::{Archive, QueryError};
use crate::trust::TRUST;
use crate::views::latest;

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
        let joins = self.participants(which).await?;
        let none = || Found::new(empty.clone());
        let streams = which.samples("stream_samples", "stream", &STREAM_FIGURES);
        let streams = self.fold(&streams, none, |found, rows| streams_of(rows, found)).await?;
        let devices = if S::HAS_DEVICES {
            let devices = which.samples("device_samples", "NULL", &DEVICE_FIGURES);
            self.fold(&devices, none, |found, rows| devices_of(rows, found)).await?
        } else {
            Vec::new()
        };
        let mut parts = streams.into_iter().chain(devices);
        let mut found = parts.next().unwrap_or_else(none);
        parts.for_each(|part| found.absorb(part));
        Ok(found.finish(joins))
    }

    /// Reads joins alone.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn participants(&self, which: &Which) -> Result<Vec<Report<()>>, QueryError> {
        let mut joins = Vec::new();
        self.each(&which.rows_of(&PARTICIPANTS), |rows| participants_of(rows, &mut joins)).await?;
        Ok(joins)
    }

    /// Reads meetings that began in a range or up to a day before, with their accounts, by their start.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn meetings(&self, which: &Which) -> Result<Vec<(String, Meeting)>, QueryError> {
        let mut meetings = Vec::new();
        self.each(&which.rows_of(&MEETINGS), |rows| {
            let cells = Cells::new(rows, &MEETINGS)?;
            meetings.extend((0..rows.num_rows()).filter_map(|row| {
                Some((cells.text("account", row)?.to_owned(), cells.meeting(row)?))
            }));
            Ok(())
        })
        .await?;
        meetings.sort_by(|(account, one), (of, other)| {
            (one.start, &one.uuid, account).cmp(&(other.start, &other.uuid, of))
        });
        Ok(meetings)
    }

    /// Reads the verdicts that are stored on a medium of meetings that began in a range or up to a day before, and of
    /// the joins in them, in no order.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn verdicts(&self, which: &Which, medium: Medium) -> Result<Vec<Judged>, QueryError> {
        let (all, medium) = (which.rows_of(&VERDICTS), quoted(medium.as_str()));
        let mut verdicts = Vec::new();
        self.each(&format!("SELECT * FROM ({all}) WHERE medium = {medium}"), |rows| {
            let cells = Cells::new(rows, &VERDICTS)?;
            verdicts.extend((0..rows.num_rows()).filter_map(|row| cells.judged(row)));
            Ok(())
        })
        .await?;
        Ok(verdicts)
    }

    async fn each(
        &self,
        sql: &str,
        mut take: impl FnMut(&RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), QueryError> {
        let mut rows = self.query(sql).await?;
        while let Some(batch) = rows.next().await {
            take(&batch?).map_err(|error| QueryError::Failed(error.into()))?;
        }
        Ok(())
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

    /// The rows of joins or meetings, each once.
    fn rows_of(&self, table: &Table) -> String {
        let day = |at: Timestamp| at.to_jiff().strftime("%F").to_string();
        let Range { start, end } = &self.range;
        let before = start.saturating_sub(std::time::Duration::from_hours(24));
        let of = if table == &MEETINGS { self.condition() } else { self.of_joins() };
        let condition =
            format!("{of} AND day >= DATE '{}' AND day <= DATE '{}'", day(before), day(*end));
        latest(table, table.columns.iter().map(|column| column.name), &condition)
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

/// The cells of rows of a table.
struct Cells<'a> {
    rows: &'a RecordBatch,
    columns: HashMap<&'static str, ArrayRef>,
}

impl<'a> Cells<'a> {
    fn new(rows: &'a RecordBatch, table: &'static Table) -> Result<Self, ArrowError> {
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
        let columns = table.columns.iter().filter_map(of).collect::<Result<_, _>>()?;
        Ok(Self { rows, columns })
    }

    fn text(&self, column: &str, row: usize) -> Option<&str> {
        let cells = self.columns.get(column)?.as_string_view();
        cells.is_valid(row).then(|| cells.value(row))
    }

    fn owned(&self, column: &str, row: usize) -> Option<String> {
        self.text(column, row).map(str::to_owned)
    }

    fn texts(&self, column: &str, row: usize) -> Vec<String> {
        let list = self.rows.column_by_name(column).and_then(|cells| cells.as_list_opt::<i32>());
        let Some(list) = list.filter(|list| list.is_valid(row)) else { return Vec::new() };
        let Ok(texts) = cast(&list.value(row), &DataType::Utf8View) else { return Vec::new() };
        texts.as_string_view().iter().flatten().map(str::to_owned).collect()
    }

    fn integer(&self, column: &str, row: usize) -> Option<i64> {
        let cells = self.columns.get(column)?.as_primitive::<Int64Type>();
        cells.is_valid(row).then(|| cells.value(row))
    }

    fn count(&self, column: &str, row: usize) -> Option<u32> {
        self.integer(column, row).and_then(|count| u32::try_from(count).ok())
    }

    fn instant(&self, column: &str, row: usize) -> Option<Timestamp> {
        instant(self.integer(column, row)?)
    }

    fn judged(&self, row: usize) -> Option<Judged> {
        Some(Judged {
            account: self.owned("account", row)?,
            meeting_uuid: self.owned("meeting_uuid", row)?,
            user_id: self.owned("user_id", row)?,
            verdict: self.owned("verdict", row)?,
            reason: self.owned("reason", row),
            minutes: self.count("minutes", row)?,
            poor_minutes: self.count("poor_minutes", row)?,
            longest_poor_minutes: self.count("longest_poor_minutes", row),
        })
    }

    fn meeting(&self, row: usize) -> Option<Meeting> {
        Some(Meeting {
            number: self.integer("meeting_id", row).and_then(|id| u64::try_from(id).ok()),
            is_webinar: self.text("kind", row).map(|kind| kind == "webinar"),
            topic: self.owned("topic", row),
            host: self.owned("host", row),
            host_email: self.owned("host_email", row),
            dept: self.owned("dept", row),
            start: self.instant("start_time", row),
            end: self.instant("end_time", row),
            participant_count: self.count("participant_count", row),
            qualities: ["audio_quality", "video_quality", "share_quality"]
                .map(|column| self.owned(column, row)),
            ..Meeting::new(MeetingUuid::new(self.text("meeting_uuid", row)?)?)
        })
    }

    fn participant(&self, row: usize) -> Option<Participant> {
        let owned = |column: &str| self.owned(column, row);
        let id = ParticipantId::new(self.text("user_id", row)?)?;
        Some(Participant {
            uuid: owned("participant_uuid"),
            join: self.instant("join_time", row),
            leave: self.instant("leave_time", row),
            leave_reason: owned("leave_reason"),
            person_id: owned("person_id"),
            user_name: owned("user_name"),
            email: owned("email"),
            ip_address: owned("ip_address"),
            internal_ip_addresses: self.texts("internal_ip_addresses", row),
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
            issue_list: self.texts("issue_list", row),
            qualities: ["audio_quality", "video_quality", "share_quality"].map(owned),
            site: owned("site"),
            ..Participant::new(id)
        })
    }
}

fn instant(micros: i64) -> Option<Timestamp> {
    Timestamp::from_unix_millis(micros.div_euclid(1_000)).ok()
}

fn participants_of(rows: &RecordBatch, joins: &mut Vec<Report<()>>) -> Result<(), ArrowError> {
    let cells = Cells::new(rows, &PARTICIPANTS)?;
    joins.extend((0..rows.num_rows()).filter_map(|row| {
        Some(Report {
            account: cells.owned("account", row)?,
            meeting_uuid: cells.owned("meeting_uuid", row)?,
            participant: cells.participant(row)?,
            samples: (),
        })
    }));
    Ok(())
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
