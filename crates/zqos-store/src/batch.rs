//! Batches: rows on their way into the tables, as Arrow has them.

mod rows;

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use zqos_core::column::DEVICE;
use zqos_core::table::{
    CONFLICTS, COVERAGE, Column, DAY, DEAD_LETTERS, DEVICE_SAMPLES, Kind, LISTINGS, MEETINGS,
    PARTICIPANTS, PHONE_CALLS, PHONE_SAMPLES, PUSH_ALARMS, PUSH_CONNECTIONS, QUOTA_LEDGER,
    REQUESTS, REVISION, SETTINGS_CHANGES, STREAM_SAMPLES, STREAM_SUMMARIES, TABLES, Table,
    ZOOM_RAW, ZOOM_SCORES,
};
use zqos_core::{
    CallCount, Coverage, DeviceSample, Fps, Kbps, Listing, Meeting, MeetingUuid, Millis, Origin,
    Participant, ParticipantId, Percent, PhoneCall, PhoneSample, PushAlarm, PushConnection,
    Reservation, SettingsChange, StreamSample, Summary, SummaryFigures, Timestamp, ZoomScore,
};

pub(crate) use self::rows::Fingerprint;
use self::rows::{Row, Rows};
use crate::recall::DeadLetter;
use crate::store::place;

/// Rows that come in together, and are acknowledged together.
#[derive(Debug)]
pub struct Batch {
    account: String,
    /// When they came in.
    now: Timestamp,
    /// When what they say was said, where that is known.
    said: Option<Timestamp>,
    /// In the order of [`TABLES`]; apart, so that what holds a batch is not large.
    tables: Box<[Rows; TABLES.len()]>,
}

impl Batch {
    /// An empty batch of an account, that came in at `now`.
    pub fn new(account: &str, now: Timestamp) -> Self {
        let tables = Box::new(TABLES.map(Rows::new));
        Self { account: account.to_owned(), now, said: None, tables }
    }

    /// Says that what follows came in at `now`.
    pub const fn came_in_at(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Says that what follows was said at `said`. Where nobody knows, or that is yet to come, it counts as said when it
    /// comes in.
    ///
    /// It makes a difference to tables in which what was said last [counts](Table::counts_as_said), and none to others.
    pub fn said_at(&mut self, said: Option<Timestamp>) {
        // Whoever is ahead of the time would be believed for as long.
        self.said = said.filter(|said| *said <= self.now);
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.tables.iter().map(Rows::len).sum()
    }

    /// The account.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    fn row(&mut self, table: &'static Table, at: Timestamp) -> Row<'_> {
        let mut row = self.tables[place(table)].begin(at, self.said);
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
        row.text(participant.site.as_deref());
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
        row.device(sample);
    }

    /// Adds the summary of a stream or a device over a whole join, which Zoom told at `at`; `None`
    /// when it did not say when.
    pub fn summary(
        &mut self,
        meeting: &MeetingUuid,
        participant: &ParticipantId,
        origin: Origin,
        at: Option<Timestamp>,
        summary: &Summary,
    ) {
        let day = at.unwrap_or(self.now);
        let mut row = self.row(&STREAM_SUMMARIES, day);
        row.text(Some(meeting.as_str()));
        row.text(Some(participant.as_str()));
        let nothing = (SummaryFigures::default(), DeviceSample::empty(day));
        let (stream, figures, device) = match summary {
            Summary::Stream(stream, figures) => (stream.as_str(), figures, &nothing.1),
            Summary::Device(device) => (DEVICE, &nothing.0, device),
        };
        row.text(Some(stream));
        row.text(Some(origin.as_str()));
        row.instant(at);
        row.spread(figures.bitrate, Kbps::get);
        row.spread(figures.latency, Millis::get);
        row.spread(figures.jitter, Millis::get);
        row.spread(figures.loss, Percent::get);
        row.integer(figures.resolution.map(|pixels| pixels.width().into()));
        row.integer(figures.resolution.map(|pixels| pixels.height().into()));
        row.spread(figures.frame_rate, Fps::get);
        row.device(device);
    }

    /// Adds a score or a notice of Zoom's.
    pub fn zoom_score(
        &mut self,
        meeting: &MeetingUuid,
        participant: &ParticipantId,
        origin: Origin,
        score: &ZoomScore,
    ) {
        let mut row = self.row(&ZOOM_SCORES, score.ts);
        row.text(Some(meeting.as_str()));
        row.text(Some(participant.as_str()));
        row.instant(Some(score.ts));
        row.text(Some(score.span.as_str()));
        row.text(Some(&score.subject));
        row.text(Some(origin.as_str()));
        row.text(score.quality.as_deref());
        row.number(score.quality_score);
        row.text(score.notification.as_deref());
    }

    /// Adds what a client told of itself.
    pub fn settings_change(
        &mut self,
        meeting: &MeetingUuid,
        participant: &ParticipantId,
        origin: Origin,
        change: &SettingsChange,
    ) {
        let mut row = self.row(&SETTINGS_CHANGES, change.ts);
        row.text(Some(meeting.as_str()));
        row.text(Some(participant.as_str()));
        row.instant(Some(change.ts));
        row.text(Some(change.span.as_str()));
        row.integer(Some(change.element.into()));
        row.text(Some(origin.as_str()));
        for text in [
            &change.device,
            &change.device_detail,
            &change.client,
            &change.version,
            &change.location,
            &change.network_type,
            &change.connection_type,
            &change.data_center,
            &change.microphone,
            &change.speaker,
            &change.camera,
            &change.pc_name,
            &change.domain,
            &change.mac_addr,
            &change.harddisk_id,
            &change.ip_address,
        ] {
            row.text(text.as_deref());
        }
        row.endpoint(&change.internal);
        for endpoint in &change.media {
            row.endpoint(endpoint);
        }
        row.endpoint(&change.destination);
    }

    /// Adds one side of a call.
    pub fn phone_call(&mut self, call: &PhoneCall) {
        let mut row = self.row(&PHONE_CALLS, call.start.or(call.end).unwrap_or(self.now));
        row.text(Some(&call.id));
        row.text(Some(&call.side));
        row.instant(call.start);
        row.instant(call.end);
        row.text(call.direction.as_deref());
        row.integer(call.duration_s.map(i64::from));
        row.number(call.mos);
        for text in [
            &call.person_id,
            &call.user_name,
            &call.email,
            &call.phone_number,
            &call.extension_number,
            &call.extension_type,
            &call.site_id,
            &call.ip_address,
            &call.internal_ip_address,
            &call.isp,
            &call.device,
            &call.codec,
            &call.headset,
            &call.microphone,
        ] {
            row.text(text.as_deref());
        }
    }

    /// Adds what one side of a call measured.
    pub fn phone_sample(&mut self, call: &PhoneCall, origin: Origin, sample: &PhoneSample) {
        let mut row = self.row(&PHONE_SAMPLES, sample.ts);
        row.text(Some(&call.id));
        row.text(Some(&call.side));
        row.text(Some(&sample.leg));
        row.instant(Some(sample.ts));
        row.text(Some(origin.as_str()));
        row.number(sample.bitrate.map(Kbps::get));
        row.number(sample.jitter.map(Millis::get));
        row.number(sample.avg_loss.map(Percent::get));
        row.number(sample.max_loss.map(Percent::get));
        row.number(sample.network_delay.map(Millis::get));
        row.number(sample.mos);
        row.text(sample.network.as_deref());
    }

    /// Adds what came of a meeting that began at `at`; or of a call, whose id stands in place of a UUID.
    pub fn coverage(
        &mut self,
        meeting: &MeetingUuid,
        origin: Origin,
        at: Timestamp,
        coverage: &Coverage,
    ) {
        let mut row = self.row(&COVERAGE, at);
        row.text(Some(meeting.as_str()));
        row.text(Some(origin.as_str()));
        row.integer(coverage.expected.map(i64::from));
        row.integer(Some(coverage.got.into()));
        row.integer(coverage.missing.map(i64::from));
        row.text(coverage.why.as_deref());
        row.instant(coverage.until);
        row.instant(Some(coverage.counted_at));
        for count in [coverage.expected_minutes, coverage.got_minutes, coverage.invalid] {
            row.integer(count.map(i64::from));
        }
    }

    /// Adds a list that was walked to its end.
    pub fn listing(&mut self, listing: &Listing) {
        let mut row = self.row(&LISTINGS, listing.day);
        row.text(Some(&listing.kind));
        row.instant(Some(listing.day));
        row.integer(Some(listing.total.into()));
        row.instant(Some(listing.listed_at));
    }

    /// Adds what is wrong with what is pushed, or was.
    pub fn push_alarm(&mut self, alarm: &PushAlarm) {
        let mut row = self.row(&PUSH_ALARMS, alarm.start);
        row.text(Some(&alarm.kind));
        row.instant(Some(alarm.start));
        row.instant(alarm.end);
        row.integer(Some(alarm.count.into()));
    }

    /// Adds what is known of a connection by which events are pushed.
    pub fn connection(&mut self, connection: &PushConnection) {
        let mut row = self.row(&PUSH_CONNECTIONS, connection.start);
        row.text(Some(&connection.transport));
        row.instant(Some(connection.start));
        row.instant(Some(connection.until));
        row.text(connection.why.as_deref());
    }

    /// Adds what a run took of a quota, or has spent of it.
    pub fn reservation(&mut self, reservation: &Reservation) {
        let mut row = self.row(&QUOTA_LEDGER, reservation.day);
        row.instant(Some(reservation.day));
        row.text(Some(&reservation.pool));
        row.text(Some(&reservation.run));
        row.integer(Some(reservation.reserved.into()));
        row.integer(reservation.spent.map(i64::from));
    }

    /// Adds how many calls a run made for a purpose.
    pub fn calls(&mut self, count: &CallCount) {
        let mut row = self.row(&REQUESTS, count.day);
        row.instant(Some(count.day));
        row.text(Some(&count.run));
        row.text(Some(&count.purpose));
        row.integer(Some(count.calls.into()));
        row.integer(Some(count.failed.into()));
    }

    /// Adds a text as it came.
    pub fn raw(&mut self, origin: Origin, raw: &Raw<'_>) {
        let now = self.now;
        let mut row = self.row(&ZOOM_RAW, raw.at);
        row.text(Some(raw.meeting));
        row.text(Some(raw.participant));
        row.text(Some(origin.as_str()));
        row.received_at(now);
        row.text(Some(raw.body));
        row.text(Some(raw.kind));
        row.text(Some(raw.part));
        row.instant(raw.ts);
    }

    /// Adds a text of which no rows can be made: a dead letter.
    pub fn letter(&mut self, letter: &Letter<'_>) {
        let Letter { meeting, participant, kind, reason, body } = *letter;
        let hash = Sha256::digest(body);
        let hash =
            hash.iter().fold(String::with_capacity(64), |hash, byte| hash + &format!("{byte:02x}"));
        let misfit = Misfit {
            table: &ZOOM_RAW,
            at: self.now,
            meeting,
            participant,
            key: &json!({ "kind": kind, "sha256": hash }).to_string(),
            row: &json!({ "kind": kind, "body": body }).to_string(),
        };
        self.dead_letter(&misfit, reason);
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
        row.instant(None);
    }

    /// Says that rows were made of a dead letter after all, when this batch came in.
    pub fn replayed(&mut self, letter: &DeadLetter) {
        let now = self.now;
        let mut row = self.row(&DEAD_LETTERS, letter.received_at);
        for text in [&letter.meeting, &letter.participant] {
            row.text(text.as_deref());
        }
        for text in [&letter.table, &letter.key, &letter.reason] {
            row.text(Some(text));
        }
        row.received_at(letter.received_at);
        row.text(Some(&letter.row));
        row.instant(Some(now));
    }

    /// The rows by table, with their revision and their day behind them; tables without rows are
    /// left out. Where the key tells the time all have the same revision; those that follow, as many as
    /// there are rows, are kept for rows of one key, which differ in it once they are
    /// [in order](crate::order::sorted). Elsewhere revisions rise with each row, or
    /// are [when it was said](Self::said_at).
    pub(crate) fn finish(self, revision: i64) -> Vec<TableRows> {
        let tables = (*self.tables).into_iter().filter(|rows| rows.len() > 0);
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

/// A text as it came. Of one that comes again with the same meeting, participant, kind and part, the later
/// counts.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    /// The meeting's UUID, or the call's id.
    pub meeting: &'a str,
    /// The id of the join, or the side of the call; [`HOST`](zqos_core::table::HOST) for the text of a meeting.
    pub participant: &'a str,
    /// The name of a [`TextKind`](zqos_core::TextKind), or what sort of event.
    pub kind: &'a str,
    /// What tells it from others of its kind: the minute of an event and what it speaks of. Empty for
    /// all else, of which a join or a meeting has one.
    pub part: &'a str,
    /// What time it speaks of; `None` when it names none.
    pub ts: Option<Timestamp>,
    /// The time by whose day it is kept.
    pub at: Timestamp,
    /// The text.
    pub body: &'a str,
}

/// A text of which no rows can be made. Of one that comes again the later counts.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The meeting's UUID, or the call's id; `None` when the text does not tell.
    pub meeting: Option<&'a str>,
    /// The id of the join; `None` when the text does not tell.
    pub participant: Option<&'a str>,
    /// What sort of event; empty when nobody knows.
    pub kind: &'a str,
    /// Why no rows can be made of it.
    pub reason: &'a str,
    /// The text.
    pub body: &'a str,
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

#[cfg(test)]
mod tests {
    use arrow::array::Array as _;
    use zqos_core::{Endpoint, Span, Spread, StreamName};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands where a text may be missing")]
    fn text() -> Option<String> {
        Some("a text".to_owned())
    }

    /// A row in every table, every cell of which has a value.
    #[expect(clippy::too_many_lines, reason = "a flat list of every column")]
    fn full() -> Batch {
        let meeting = MeetingUuid::new("m==").unwrap();
        let participant = ParticipantId::new("16778240").unwrap();
        let endpoint = || Endpoint { address: text(), port: Some(5060) };
        let mut batch = Batch::new("default", now());
        batch.meeting(&Meeting {
            uuid: meeting.clone(),
            number: Some(1),
            is_webinar: Some(true),
            topic: text(),
            host: text(),
            host_email: text(),
            dept: text(),
            start: Some(now()),
            end: Some(now()),
            participant_count: Some(1),
            qualities: [text(), text(), text()],
        });
        batch.participant(
            &meeting,
            &Participant {
                id: participant.clone(),
                uuid: text(),
                join: Some(now()),
                leave: Some(now()),
                leave_reason: text(),
                person_id: text(),
                user_name: text(),
                email: text(),
                ip_address: text(),
                internal_ip_addresses: text().into_iter().collect(),
                location: text(),
                network_type: text(),
                connection_types: [text(), text(), text()],
                data_center: text(),
                device: text(),
                os: text(),
                client: text(),
                version: text(),
                microphone: text(),
                speaker: text(),
                camera: text(),
                health: text(),
                issue_list: text().into_iter().collect(),
                qualities: [text(), text(), text()],
                site: text(),
            },
        );
        batch.settings_change(
            &meeting,
            &participant,
            Origin::Qss,
            &SettingsChange {
                ts: now(),
                span: Span::Change,
                element: 0,
                device: text(),
                device_detail: text(),
                client: text(),
                version: text(),
                location: text(),
                network_type: text(),
                connection_type: text(),
                data_center: text(),
                microphone: text(),
                speaker: text(),
                camera: text(),
                pc_name: text(),
                domain: text(),
                mac_addr: text(),
                harddisk_id: text(),
                ip_address: text(),
                internal: endpoint(),
                media: [endpoint(), endpoint(), endpoint()],
                destination: endpoint(),
            },
        );
        let call = PhoneCall {
            start: Some(now()),
            end: Some(now()),
            direction: text(),
            duration_s: Some(1),
            mos: Some(4.0),
            person_id: text(),
            user_name: text(),
            email: text(),
            phone_number: text(),
            extension_number: text(),
            extension_type: text(),
            site_id: text(),
            ip_address: text(),
            internal_ip_address: text(),
            isp: text(),
            device: text(),
            codec: text(),
            headset: text(),
            microphone: text(),
            ..PhoneCall::new("6971668082545971778", "caller")
        };
        batch.phone_call(&call);
        let kbps = Kbps::try_new(6.0).ok();
        let millis = Millis::try_new(8.0).ok();
        let percent = Percent::try_new(1.0).ok();
        batch.phone_sample(
            &call,
            Origin::Qss,
            &PhoneSample {
                ts: now(),
                leg: "sending".to_owned(),
                bitrate: kbps,
                jitter: millis,
                avg_loss: percent,
                max_loss: percent,
                network_delay: millis,
                mos: Some(4.5),
                network: text(),
            },
        );
        batch.zoom_score(
            &meeting,
            &participant,
            Origin::Qss,
            &ZoomScore {
                ts: now(),
                span: Span::Minute,
                subject: "audio_quality".to_owned(),
                quality: text(),
                quality_score: Some(3.65),
                notification: text(),
            },
        );
        batch.coverage(
            &meeting,
            Origin::RestPast,
            now(),
            &Coverage {
                expected: Some(2),
                got: 1,
                missing: Some(1),
                why: text(),
                until: Some(now()),
                counted_at: now(),
                expected_minutes: Some(90),
                got_minutes: Some(60),
                invalid: Some(0),
            },
        );
        batch.listing(&Listing {
            day: now(),
            kind: "meeting".to_owned(),
            total: 3,
            listed_at: now(),
        });
        batch.push_alarm(&PushAlarm {
            kind: "silence".to_owned(),
            start: now(),
            end: Some(now()),
            count: 3,
        });
        batch.connection(&PushConnection {
            transport: "websocket".to_owned(),
            start: now(),
            until: now(),
            why: text(),
        });
        batch.reservation(&Reservation {
            day: now(),
            pool: "dashboard".to_owned(),
            run: "1".to_owned(),
            reserved: 100,
            spent: Some(7),
        });
        batch.calls(&CallCount {
            day: now(),
            run: "1".to_owned(),
            purpose: "list".to_owned(),
            calls: 7,
            failed: 1,
        });
        batch.raw(
            Origin::Qss,
            &Raw {
                meeting: "m==",
                participant: "16778240",
                kind: "participant_qos",
                part: "2026-11-20T10:00:00Z",
                ts: Some(now()),
                at: now(),
                body: "{}",
            },
        );
        batch
    }

    #[test]
    fn every_row_fills_every_column_of_its_table() {
        for TableRows { table, rows, .. } in full().finish(1) {
            for (column, cells) in table.columns.iter().zip(rows.columns()) {
                assert_eq!(cells.null_count(), 0, "{}.{}", table.name, column.name);
            }
        }
    }

    #[test]
    fn a_summary_is_of_a_stream_or_of_a_device() {
        let mut batch = Batch::new("default", now());
        let meeting = MeetingUuid::new("m==").unwrap();
        let participant = ParticipantId::new("16778240").unwrap();
        let kbps = Kbps::try_new(6.0).ok();
        let figures = SummaryFigures {
            bitrate: Spread { min: None, avg: kbps, max: kbps },
            ..SummaryFigures::default()
        };
        let stream = Summary::Stream(StreamName::new("audio_input"), figures);
        let device = DeviceSample {
            system_max_cpu: Percent::try_new(23.0).ok(),
            ..DeviceSample::empty(now())
        };
        for summary in [stream, Summary::Device(device)] {
            batch.summary(&meeting, &participant, Origin::Qss, None, &summary);
        }
        let [TableRows { table, rows, .. }] = &batch.finish(1)[..] else { panic!("one table") };
        let missing: Vec<(&str, Vec<bool>)> = ["avg_bitrate_kbps", "system_max_cpu_pct", "ts"]
            .map(|name| {
                let (place, _) = table.column(name).unwrap();
                (name, (0..2).map(|row| rows.column(place).is_null(row)).collect())
            })
            .into();
        assert_eq!(
            missing,
            [
                ("avg_bitrate_kbps", vec![false, true]),
                ("system_max_cpu_pct", vec![true, false]),
                ("ts", vec![true, true]),
            ]
        );
    }
}
