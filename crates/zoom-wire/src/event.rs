//! Events: what Zoom pushes of the quality of service (QSS), minute by minute, on a change, and at the
//! end of a join; and who comes and goes, which accounts without QSS are told too.
//!
//! | event | tells |
//! |---|---|
//! | `meeting.participant_qos`, `webinar.…`, `session.user_qos` | the figures of a minute: all of them, or those of one sort, as the account has it set |
//! | `….participant_qos_summary`, `session.user_qos_summary` | the figures of a whole join |
//! | `….participant_data`, `session.user_data` | what the client told of itself when something changed |
//! | `….participant_data_summary`, `session.user_data_summary` | the same at the end of a join |
//! | `phone.call_qos` | what one side of a call measured |
//! | `phone.call_qos_summary` | both sides, at the end of a call |
//! | `meeting.started`, `meeting.ended`, `webinar.…` | the number, the topic and the times of an instance |
//! | `meeting.participant_joined`, `meeting.participant_left`, `webinar.…` | the same, and who came or went, and when |
//!
//! One thing has several names: the join is `user_id` in a minute and `participant_id` elsewhere, the
//! account user `participant_user_id` or `id`. The documented example puts a score and a signal among
//! the figures of a stream, so any figure is read wherever it stands.
//!
//! **Source**: "QSS events" of Zoom's API description, its examples, and the page "Quality of Service
//! Subscription". `date_time` is the start of a minute; the event comes about 55 seconds later.

use std::borrow::Cow;

use zqos_core::{
    DeviceSample, Endpoint, Figures, Fps, Kbps, Meeting, MeetingNumber, MeetingUuid, Millis,
    Participant, ParticipantId, Percent, PhoneCall, PhoneSample, SettingsChange, Span, StreamName,
    StreamSample, Summary, SummaryFigures, Timestamp, ZoomScore,
};

use crate::field::{Field, Text, wire_object};
use crate::object::Cursor;
use crate::phone::CallDetails;
use crate::qos::{FromMembers, Wrong, read, read_members};
use crate::record::text;
use crate::row::{InvalidRow, Rows};
use crate::value::{FromWire, Malformed};

wire_object! {
    /// An event.
    pub struct Event<'a> {
        /// Its name.
        event: Text<'a>,
        /// When it was sent.
        event_ts: Field<'a, Sent>,
        /// What it says.
        payload: Rows<Payload<'a>>,
    }
}

wire_object! {
    /// What an event says.
    pub struct Payload<'a> {
        /// The host's account.
        account_id: Text<'a>,
        /// Of what.
        object: Rows<Subject<'a>>,
    }
}

wire_object! {
    /// The meeting, webinar, session or call that an event is about.
    pub struct Subject<'a> {
        /// The instance.
        uuid: Field<'a, MeetingUuid>,
        /// The number of the series, a text; not in a minute, nor on a change.
        id: Field<'a, MeetingNumber>,
        /// The account user who hosts it, likewise not in a minute, nor on a change.
        host_id: Text<'a>,
        /// The topic, where somebody comes or goes, or the meeting does.
        topic: Text<'a>,
        /// When it began, likewise.
        start_time: Field<'a, Timestamp>,
        /// When it ended.
        end_time: Field<'a, Timestamp>,
        /// The participant.
        participant: Rows<Somebody<'a>>,
        /// A session's id.
        session_id: Field<'a, MeetingUuid>,
        /// A session's name.
        session_name: Text<'a>,
        /// A session's key.
        session_key: Text<'a>,
        /// A session's participant.
        user: Rows<Somebody<'a>>,
        /// A call's id.
        call_id: Text<'a>,
        /// When a call began.
        call_start_time: Field<'a, Timestamp>,
        /// When a call ended.
        call_end_time: Field<'a, Timestamp>,
        /// What the sides of a call measured: one while it lasts, an array at its end.
        call_qos: Rows<CallSide<'a>>,
    }
}

wire_object! {
    /// Somebody who takes part.
    pub struct Somebody<'a> {
        /// The join, in a minute's event and where somebody comes or goes.
        user_id: Field<'a, ParticipantId>,
        /// The join, in all other events.
        participant_id: Field<'a, ParticipantId>,
        /// The account user; empty for guests.
        participant_user_id: Text<'a>,
        /// The account user in a summary; in a session the join.
        id: Text<'a>,
        /// The name shown, in a summary.
        user_name: Text<'a>,
        /// The name shown, in a session.
        name: Text<'a>,
        /// How a session's program knows its user.
        user_key: Text<'a>,
        /// The e-mail address.
        email: Text<'a>,
        /// The GUID of the join, where somebody comes or goes.
        participant_uuid: Text<'a>,
        /// When the join began, when it does.
        join_time: Field<'a, Timestamp>,
        /// When it ended, when it does.
        leave_time: Field<'a, Timestamp>,
        /// Why it ended, in Zoom's words.
        leave_reason: Text<'a>,
        /// The figures.
        qos: Rows<Element<'a>>,
        /// What the client told.
        data: Rows<Settings<'a>>,
    }
}

wire_object! {
    /// Figures of one sort.
    pub struct Element<'a> {
        /// The minute; absent in a summary.
        date_time: Field<'a, Timestamp>,
        /// The stream's name, `cpu_usage`, `wifi_rssi`, `audio_quality`, `notification`, …
        kind as "type": Text<'a>,
        /// The figures.
        details: Field<'a, Details<'a>>,
    }
}

wire_object! {
    /// What a client told of itself: texts, the ports too.
    pub struct Settings<'a> {
        /// The sort of device.
        device: Text<'a>,
        /// The device or browser, more exactly.
        device_detail: Text<'a>,
        /// The client.
        client: Text<'a>,
        /// The client's version.
        version: Text<'a>,
        /// City and country of the public address.
        location: Text<'a>,
        /// The same under an older name; both come together.
        old_location as "Location": Text<'a>,
        /// `Wired`, `Wifi`, …
        network_type: Text<'a>,
        /// How packets travel.
        connection_type: Text<'a>,
        /// The data centre.
        data_center: Text<'a>,
        /// The microphone.
        microphone: Text<'a>,
        /// The speaker.
        speaker: Text<'a>,
        /// The camera.
        camera: Text<'a>,
        /// The computer's name.
        pc_name: Text<'a>,
        /// The computer's domain.
        domain: Text<'a>,
        /// The hardware address.
        mac_addr: Text<'a>,
        /// The disk's id.
        harddisk_id: Text<'a>,
        /// The public address.
        signaling_ip_address: Text<'a>,
        /// The private address.
        signaling_internal_ip_address: Text<'a>,
        /// Its port.
        signaling_internal_ip_port: Field<'a, u64>,
        /// The private address of audio.
        audio_internal_ip_address: Text<'a>,
        /// Its port.
        audio_internal_ip_port: Field<'a, u64>,
        /// The private address of video.
        video_internal_ip_address: Text<'a>,
        /// Its port.
        video_internal_ip_port: Field<'a, u64>,
        /// The private address of a share.
        as_internal_ip_address: Text<'a>,
        /// Its port.
        as_internal_ip_port: Field<'a, u64>,
        /// Where packets go.
        destination_ip_domain: Text<'a>,
        /// Its port.
        destination_ip_port: Field<'a, u64>,
    }
}

wire_object! {
    /// One side of a call.
    pub struct CallSide<'a> {
        /// `caller` or `callee`.
        kind as "type": Text<'a>,
        /// The account user, while the call lasts.
        id: Text<'a>,
        /// The account user, at the call's end.
        user_id: Text<'a>,
        /// The e-mail address.
        user_email: Text<'a>,
        /// What was measured: one element while the call lasts, an array at its end.
        qos: Rows<CallElement<'a>>,
    }
}

wire_object! {
    /// What one side of a call sent or received.
    pub struct CallElement<'a> {
        /// When.
        date_time: Field<'a, Timestamp>,
        /// `sending` or `receiving`.
        kind as "type": Text<'a>,
        /// The figures.
        details: Rows<CallDetails<'a>>,
    }
}

/// When an event was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent(pub Timestamp);

impl<'a> FromWire<'a> for Sent {
    const EXPECTED: &'static str = "milliseconds since 1970";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        let malformed = || Malformed::new(Self::EXPECTED, json);
        let Some(millis) = u64::from_wire(json).map_err(|_| malformed())? else { return Ok(None) };
        let sent = i64::try_from(millis).ok().map(Timestamp::from_unix_millis);
        sent.and_then(Result::ok).map(|at| Some(Self(at))).ok_or_else(malformed)
    }
}

/// The figures of an element as they came: the JSON text of `details`.
#[derive(Debug, Clone, Copy)]
pub struct Details<'a>(&'a str);

impl<'a> FromWire<'a> for Details<'a> {
    const EXPECTED: &'static str = "an object of figures";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        match json.as_bytes().first() {
            Some(b'{') => Ok(Some(Self(json))),
            _ if json == "\"\"" => Ok(None),
            _ => Err(Malformed::new(Self::EXPECTED, json)),
        }
    }
}

/// Every figure that an element may have.
struct Measured {
    figures: Figures,
    summary: SummaryFigures,
    device: DeviceSample,
    quality: Option<String>,
    quality_score: Option<f64>,
    notification: Option<String>,
}

impl Measured {
    const fn on(device: DeviceSample) -> Self {
        Self {
            figures: Figures::EMPTY,
            summary: SummaryFigures::EMPTY,
            device,
            quality: None,
            quality_score: None,
            notification: None,
        }
    }

    fn score(self, ts: Timestamp, span: Span, subject: &str) -> Option<ZoomScore> {
        let Self { quality, quality_score, notification, .. } = self;
        let is_told = quality.is_some() || quality_score.is_some() || notification.is_some();
        let subject = subject.to_owned();
        is_told.then_some(ZoomScore { ts, span, subject, quality, quality_score, notification })
    }
}

impl FromMembers for Measured {
    fn read(&mut self, name: &str, json: &str) -> Result<(), Malformed> {
        let summary = &mut self.summary;
        match name {
            "quality" => read_text(&mut self.quality, json),
            "network_notification" => read_text(&mut self.notification, json),
            "quality_score" => {
                read(&mut self.quality_score, json)?;
                self.quality_score = self.quality_score.filter(|score| score.is_finite());
                Ok(())
            }
            "min_bitrate" => read::<Kbps>(&mut summary.bitrate.min, json),
            "avg_bitrate" => read::<Kbps>(&mut summary.bitrate.avg, json),
            "max_bitrate" => read::<Kbps>(&mut summary.bitrate.max, json),
            "min_latency" => read::<Millis>(&mut summary.latency.min, json),
            "avg_latency" => read::<Millis>(&mut summary.latency.avg, json),
            "max_latency" => read::<Millis>(&mut summary.latency.max, json),
            "min_jitter" => read::<Millis>(&mut summary.jitter.min, json),
            "avg_jitter" => read::<Millis>(&mut summary.jitter.avg, json),
            "max_jitter" => read::<Millis>(&mut summary.jitter.max, json),
            "min_loss" => read::<Percent>(&mut summary.loss.min, json),
            "min_frame_rate" => read::<Fps>(&mut summary.frame_rate.min, json),
            "avg_frame_rate" => read::<Fps>(&mut summary.frame_rate.avg, json),
            "max_frame_rate" => read::<Fps>(&mut summary.frame_rate.max, json),
            // These are figures of a minute and of a summary alike.
            "avg_loss" | "max_loss" | "resolution" => {
                self.figures.read(name, json)?;
                summary.loss.avg = self.figures.avg_loss;
                summary.loss.max = self.figures.max_loss;
                summary.resolution = self.figures.resolution;
                Ok(())
            }
            _ => {
                self.figures.read(name, json)?;
                self.device.read(name, json)
            }
        }
    }
}

fn read_text(place: &mut Option<String>, json: &str) -> Result<(), Malformed> {
    *place = if json == "null" { None } else { Cow::from_wire(json)?.map(Cow::into_owned) };
    Ok(())
}

/// What sort of event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The figures of a minute.
    Qos,
    /// The figures of a whole join.
    QosSummary,
    /// What a client told when something changed.
    Data,
    /// What a client told at the end of a join.
    DataSummary,
    /// What a side of a call measured.
    CallQos,
    /// What both sides measured, at the end of a call.
    CallQosSummary,
    /// A meeting began or ended.
    Meeting,
    /// Somebody came or went.
    Join,
}

/// What kind of gathering an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Meeting,
    Webinar,
    Session,
    Phone,
}

/// The family and the sort of an event of this name; `None` for events of which no rows are made.
fn kind_of(name: &str) -> Option<(Family, EventKind)> {
    let (family, rest) = name.split_once('.')?;
    let family = match family {
        "meeting" => Family::Meeting,
        "webinar" => Family::Webinar,
        "session" => Family::Session,
        "phone" => Family::Phone,
        _ => return None,
    };
    let kind = match (family, rest) {
        (Family::Phone, "call_qos") => EventKind::CallQos,
        (Family::Phone, "call_qos_summary") => EventKind::CallQosSummary,
        (Family::Phone, _) => return None,
        (Family::Meeting | Family::Webinar, "started" | "ended") => EventKind::Meeting,
        (Family::Meeting | Family::Webinar, "participant_joined" | "participant_left") => {
            EventKind::Join
        }
        (_, rest) => {
            let somebody = if family == Family::Session { "user_" } else { "participant_" };
            match rest.strip_prefix(somebody)? {
                "qos" => EventKind::Qos,
                "qos_summary" => EventKind::QosSummary,
                "data" => EventKind::Data,
                "data_summary" => EventKind::DataSummary,
                _ => return None,
            }
        }
    };
    Some((family, kind))
}

/// What an event says, as records.
#[derive(Debug, Default)]
pub struct EventRecords {
    /// Of meetings that began or ended.
    pub meetings: Vec<MeetingEvent>,
    /// Of those who take part in a meeting, webinar or session.
    pub participants: Vec<ParticipantEvent>,
    /// Of the sides of a call.
    pub calls: Vec<CallEvent>,
    /// What is wrong in it. Its other figures are among the records all the same; only an element
    /// without a readable time is left out where it needs one.
    pub invalid: Vec<InvalidRow>,
}

/// What an event says of a meeting as a whole.
#[derive(Debug)]
pub struct MeetingEvent {
    /// The meeting.
    pub meeting: Meeting,
    /// The account user who hosts it.
    pub host_id: Option<String>,
    /// What tells this event from others of the same name and meeting: when it was sent.
    pub part: String,
    /// When it was sent.
    pub ts: Timestamp,
}

/// What an event says of a participant.
#[derive(Debug)]
pub struct ParticipantEvent {
    /// The meeting: its UUID, whether it is a webinar, and its number, topic and times where they came.
    pub meeting: Meeting,
    /// The account user who hosts it, where somebody comes or goes.
    pub host_id: Option<String>,
    /// The participant, as far as the event knows.
    pub participant: Participant,
    /// What tells this event from others of the same name and join: its minute, and the sorts of its
    /// figures.
    pub part: String,
    /// What time it speaks of: the minute; else when it was sent.
    pub ts: Timestamp,
    /// Every stream that carried traffic.
    pub streams: Vec<StreamSample>,
    /// The device.
    pub devices: Vec<DeviceSample>,
    /// The figures of a whole join.
    pub summaries: Vec<Summary>,
    /// Zoom's scores and notices.
    pub scores: Vec<ZoomScore>,
    /// What the client told.
    pub settings: Vec<SettingsChange>,
}

/// What an event says of a side of a call.
#[derive(Debug)]
pub struct CallEvent {
    /// The side.
    pub call: PhoneCall,
    /// What tells this event from others of the same name and side.
    pub part: String,
    /// What time it speaks of: that of the first sample; else when it was sent.
    pub ts: Timestamp,
    /// What was measured.
    pub samples: Vec<PhoneSample>,
}

impl EventRecords {
    /// True when it says nothing of anybody.
    pub const fn is_empty(&self) -> bool {
        self.meetings.is_empty() && self.participants.is_empty() && self.calls.is_empty()
    }
}

impl Event<'_> {
    /// What sort it is; `None` for an event of which no rows are made.
    pub fn kind(&self) -> Option<EventKind> {
        kind_of(&self.event.get()?).map(|(_, kind)| kind)
    }

    /// Reads what it says.
    ///
    /// **Errors**: [`InvalidRow`] for an event of another sort, and for one that can't be kept because
    /// it does not say when it was sent.
    pub fn records(&self) -> Result<EventRecords, InvalidRow> {
        let name = self.event.get().unwrap_or_default();
        let Some((family, kind)) = kind_of(&name) else {
            return Err(InvalidRow::new("$.event", "no event that rows are made of"));
        };
        let sent = match self.event_ts.read() {
            Ok(Some(Sent(sent))) => sent,
            Ok(None) => {
                return Err(InvalidRow::new("$.event_ts", Malformed::new(Sent::EXPECTED, "none")));
            }
            Err(malformed) => return Err(InvalidRow::new("$.event_ts", malformed)),
        };
        let mut reading = Reading { family, kind, sent, records: EventRecords::default() };
        if self.payload.is_empty() {
            reading.wrong("$.payload".to_owned(), Malformed::new("an object", "none"));
        }
        for payload in self.payload.objects("$.payload") {
            match payload {
                Ok(payload) => reading.payload(payload),
                Err(invalid) => reading.records.invalid.push(invalid),
            }
        }
        Ok(reading.records)
    }
}

/// What the summaries of a join say, where they come as an answer.
#[derive(Debug)]
pub struct JoinSummary {
    /// The participant, as far as it is known.
    pub participant: Participant,
    /// The figures.
    pub summaries: Vec<Summary>,
    /// What is wrong in it.
    pub invalid: Vec<InvalidRow>,
}

impl Somebody<'_> {
    /// Reads the summaries of a row of "List meeting participants QoS Summary", which has the form of
    /// an event's participant; `None` without the id of the join.
    pub fn summary(&self) -> Option<JoinSummary> {
        let id = self.participant_id.get().or_else(|| self.user_id.get())?;
        let mut reading = Reading {
            family: Family::Meeting,
            kind: EventKind::QosSummary,
            // The row has no time, and the device's sample none that is kept.
            sent: Timestamp::UNIX_EPOCH,
            records: EventRecords::default(),
        };
        let mut summaries = Vec::new();
        reading.totals(&self.qos, "$", |summary| summaries.push(summary), |_| {});
        let participant = Participant {
            person_id: text(self.id),
            user_name: text(self.user_name),
            email: text(self.email),
            ..Participant::new(id)
        };
        Some(JoinSummary { participant, summaries, invalid: reading.records.invalid })
    }
}

/// An event that is being read.
struct Reading {
    family: Family,
    kind: EventKind,
    sent: Timestamp,
    records: EventRecords,
}

impl Reading {
    fn wrong(&mut self, path: String, reason: Malformed) {
        self.records.invalid.push(InvalidRow::new(path, reason));
    }

    fn payload(&mut self, payload: &Payload<'_>) {
        for subject in payload.object.objects("$.payload.object") {
            match subject {
                Ok(subject) if self.family == Family::Phone => self.call(subject),
                Ok(subject) => self.meeting(subject),
                Err(invalid) => self.records.invalid.push(invalid),
            }
        }
    }

    fn meeting(&mut self, subject: &Subject<'_>) {
        let (uuid, uuid_name, somebody, somebody_name) = match self.family {
            Family::Session => (subject.session_id, "session_id", &subject.user, "user"),
            _ => (subject.uuid, "uuid", &subject.participant, "participant"),
        };
        let Some(uuid) = uuid.get() else {
            let reason = Malformed::new(MeetingUuid::EXPECTED, uuid.raw().unwrap_or("none"));
            return self.wrong(format!("$.payload.object.{uuid_name}"), reason);
        };
        let meeting = Meeting {
            number: subject.id.get().map(MeetingNumber::get),
            is_webinar: match self.family {
                Family::Meeting => Some(false),
                Family::Webinar => Some(true),
                Family::Session | Family::Phone => None,
            },
            topic: text(subject.session_name).or_else(|| text(subject.topic)),
            start: subject.start_time.get(),
            end: subject.end_time.get(),
            ..Meeting::new(uuid)
        };
        let host_id = text(subject.host_id);
        if self.kind == EventKind::Meeting {
            let (part, ts) = (self.sent.to_string(), self.sent);
            return self.records.meetings.push(MeetingEvent { meeting, host_id, part, ts });
        }
        let path = format!("$.payload.object.{somebody_name}");
        if somebody.is_empty() {
            self.wrong(path.clone(), Malformed::new("an object", "none"));
        }
        for somebody in somebody.objects(&path) {
            match somebody {
                Ok(somebody) => self.somebody(&meeting, host_id.as_deref(), somebody, &path),
                Err(invalid) => self.records.invalid.push(invalid),
            }
        }
    }

    fn somebody(
        &mut self,
        meeting: &Meeting,
        host_id: Option<&str>,
        somebody: &Somebody<'_>,
        path: &str,
    ) {
        let of_session = || {
            let id = somebody.id.get().filter(|_| self.family == Family::Session)?;
            ParticipantId::new(&id)
        };
        let id = somebody.user_id.get().or_else(|| somebody.participant_id.get());
        let Some(id) = id.or_else(of_session) else {
            let reason = Malformed::new(ParticipantId::EXPECTED, "none");
            return self.wrong(path.to_owned(), reason);
        };
        let person_id = match self.family {
            Family::Session => text(somebody.user_key),
            _ => text(somebody.participant_user_id).or_else(|| text(somebody.id)),
        };
        let mut event = ParticipantEvent {
            meeting: meeting.clone(),
            host_id: host_id.map(str::to_owned),
            participant: Participant {
                person_id,
                user_name: text(somebody.user_name).or_else(|| text(somebody.name)),
                email: text(somebody.email),
                uuid: text(somebody.participant_uuid),
                join: somebody.join_time.get(),
                leave: somebody.leave_time.get(),
                leave_reason: text(somebody.leave_reason),
                ..Participant::new(id)
            },
            part: String::new(),
            ts: self.sent,
            streams: Vec::new(),
            devices: Vec::new(),
            summaries: Vec::new(),
            scores: Vec::new(),
            settings: Vec::new(),
        };
        match self.kind {
            EventKind::Qos => self.minutes(&mut event, &somebody.qos, path),
            EventKind::QosSummary => {
                let (summaries, scores) = (&mut event.summaries, &mut event.scores);
                let sorts = self.totals(
                    &somebody.qos,
                    path,
                    |summary| summaries.push(summary),
                    |score| scores.push(score),
                );
                event.part = part("", sorts);
            }
            EventKind::Data => self.settings(&mut event, Span::Change, &somebody.data, path),
            EventKind::DataSummary => self.settings(&mut event, Span::Join, &somebody.data, path),
            EventKind::Join => event.part = self.sent.to_string(),
            EventKind::CallQos | EventKind::CallQosSummary | EventKind::Meeting => {}
        }
        self.records.participants.push(event);
    }

    /// Reads the figures of an element; notes the first that is wrong.
    fn fill(&mut self, measured: &mut Measured, element: &Element<'_>, path: &str) {
        match element.details.read() {
            Ok(Some(Details(json))) => {
                if let Some(Wrong { member, malformed }) =
                    read_members(&mut Cursor::new(json), measured)
                {
                    self.wrong(format!("{path}.details{member}"), malformed);
                }
            }
            Ok(None) => {}
            Err(malformed) => self.wrong(format!("{path}.details"), malformed),
        }
    }

    /// The elements that are objects, with their paths.
    fn elements<'e, T>(&mut self, rows: &'e Rows<T>, path: &str) -> Vec<(String, &'e T)> {
        let mut elements = Vec::with_capacity(rows.len());
        for (place, row) in rows.as_slice().iter().enumerate() {
            let path = format!("{path}[{place}]");
            match row.as_object(|| path.clone()) {
                Ok(element) => elements.push((path, element)),
                Err(invalid) => self.records.invalid.push(invalid),
            }
        }
        elements
    }

    /// True when figures say what they are of.
    fn names_a_stream(&mut self, sort: &str, path: &str) -> bool {
        if sort.is_empty() {
            self.wrong(format!("{path}.type"), Malformed::new("a stream's name", "none"));
        }
        !sort.is_empty()
    }

    /// A time that must be there.
    fn time(&mut self, field: Field<'_, Timestamp>, path: &str) -> Option<Timestamp> {
        match field.read() {
            Ok(Some(ts)) => return Some(ts),
            Ok(None) => {
                self.wrong(
                    format!("{path}.date_time"),
                    Malformed::new(Timestamp::EXPECTED, "none"),
                );
            }
            Err(malformed) => self.wrong(format!("{path}.date_time"), malformed),
        }
        None
    }

    fn minutes(&mut self, event: &mut ParticipantEvent, rows: &Rows<Element<'_>>, path: &str) {
        let mut sorts = Vec::new();
        let mut minutes = Vec::new();
        for (path, element) in self.elements(rows, &format!("{path}.qos")) {
            let Some(ts) = self.time(element.date_time, &path) else { continue };
            let sort = element.kind.get().unwrap_or_default();
            // The processor and the signal of a minute are one sample.
            let known = event.devices.iter().position(|device| device.ts == ts);
            let device =
                known.map_or_else(|| DeviceSample::empty(ts), |at| event.devices.swap_remove(at));
            let mut measured = Measured::on(device);
            self.fill(&mut measured, element, &path);
            if !measured.device.is_empty() {
                event.devices.push(measured.device);
            }
            if !measured.figures.is_empty() && self.names_a_stream(&sort, &path) {
                let stream = StreamName::new(&sort);
                event.streams.push(StreamSample { ts, stream, figures: measured.figures });
            }
            event.scores.extend(measured.score(ts, Span::Minute, &sort));
            minutes.push(ts);
            sorts.push(sort);
        }
        if let (Some(first), Some(last)) = (minutes.iter().min(), minutes.iter().max()) {
            event.ts = *first;
            event.part = first.to_string();
            if first != last {
                event.part = format!("{first}/{last}");
            }
        }
        event.part = part(&event.part, sorts);
    }

    /// The figures of a whole join; returns their sorts.
    fn totals<'e>(
        &mut self,
        rows: &'e Rows<Element<'e>>,
        path: &str,
        mut summary: impl FnMut(Summary),
        mut score: impl FnMut(ZoomScore),
    ) -> Vec<Cow<'e, str>> {
        let mut sorts = Vec::new();
        let mut device = DeviceSample::empty(self.sent);
        for (path, element) in self.elements(rows, &format!("{path}.qos")) {
            let sort = element.kind.get().unwrap_or_default();
            let mut measured = Measured::on(device);
            self.fill(&mut measured, element, &path);
            device = measured.device;
            if !measured.summary.is_empty() && self.names_a_stream(&sort, &path) {
                summary(Summary::Stream(StreamName::new(&sort), measured.summary));
            }
            if let Some(told) = measured.score(self.sent, Span::Join, &sort) {
                score(told);
            }
            sorts.push(sort);
        }
        if !device.is_empty() {
            summary(Summary::Device(device));
        }
        sorts
    }

    fn settings(
        &mut self,
        event: &mut ParticipantEvent,
        span: Span,
        rows: &Rows<Settings<'_>>,
        path: &str,
    ) {
        for (place, (path, row)) in
            self.elements(rows, &format!("{path}.data")).into_iter().enumerate()
        {
            let element = u32::try_from(place).unwrap_or(u32::MAX);
            let mut endpoint = |address: Text<'_>, port: Field<'_, u64>, name: &str| {
                let wrong = |reason| InvalidRow::new(format!("{path}.{name}"), reason);
                let port = match port.read() {
                    Ok(None) => None,
                    Ok(Some(number)) => u16::try_from(number).ok().or_else(|| {
                        let reason = Malformed::new("a port", port.raw().unwrap_or_default());
                        self.records.invalid.push(wrong(reason));
                        None
                    }),
                    Err(malformed) => {
                        self.records.invalid.push(wrong(malformed));
                        None
                    }
                };
                Endpoint { address: text(address), port }
            };
            let change = SettingsChange {
                ts: self.sent,
                span,
                element,
                device: text(row.device),
                device_detail: text(row.device_detail),
                client: text(row.client),
                version: text(row.version),
                location: text(row.location).or_else(|| text(row.old_location)),
                network_type: text(row.network_type),
                connection_type: text(row.connection_type),
                data_center: text(row.data_center),
                microphone: text(row.microphone),
                speaker: text(row.speaker),
                camera: text(row.camera),
                pc_name: text(row.pc_name),
                domain: text(row.domain),
                mac_addr: text(row.mac_addr),
                harddisk_id: text(row.harddisk_id),
                ip_address: text(row.signaling_ip_address),
                internal: endpoint(
                    row.signaling_internal_ip_address,
                    row.signaling_internal_ip_port,
                    "signaling_internal_ip_port",
                ),
                media: [
                    endpoint(
                        row.audio_internal_ip_address,
                        row.audio_internal_ip_port,
                        "audio_internal_ip_port",
                    ),
                    endpoint(
                        row.video_internal_ip_address,
                        row.video_internal_ip_port,
                        "video_internal_ip_port",
                    ),
                    endpoint(
                        row.as_internal_ip_address,
                        row.as_internal_ip_port,
                        "as_internal_ip_port",
                    ),
                ],
                destination: endpoint(
                    row.destination_ip_domain,
                    row.destination_ip_port,
                    "destination_ip_port",
                ),
            };
            tell(&change, &mut event.participant);
            event.settings.push(change);
        }
        event.part = self.sent.to_string();
    }

    fn call(&mut self, subject: &Subject<'_>) {
        let Some(id) = text(subject.call_id) else {
            let reason = Malformed::new("a call's id", subject.call_id.raw().unwrap_or("none"));
            return self.wrong("$.payload.object.call_id".to_owned(), reason);
        };
        for (path, side) in self.elements(&subject.call_qos, "$.payload.object.call_qos") {
            let Some(name) = text(side.kind) else {
                let reason =
                    Malformed::new("`caller` or `callee`", side.kind.raw().unwrap_or("none"));
                self.wrong(format!("{path}.type"), reason);
                continue;
            };
            let call = PhoneCall {
                start: subject.call_start_time.get(),
                end: subject.call_end_time.get(),
                person_id: text(side.id).or_else(|| text(side.user_id)),
                email: text(side.user_email),
                ..PhoneCall::new(id.clone(), name)
            };
            let mut event =
                CallEvent { call, part: String::new(), ts: self.sent, samples: Vec::new() };
            let mut legs = Vec::new();
            for (path, element) in self.elements(&side.qos, &format!("{path}.qos")) {
                let leg = element.kind.get().unwrap_or_default();
                self.call_element(&mut event.samples, element, &leg, &path);
                legs.push(leg);
            }
            let first = event.samples.iter().map(|sample| sample.ts).min();
            event.ts = first.unwrap_or(self.sent);
            event.part = part(&event.ts.to_string(), legs);
            self.records.calls.push(event);
        }
    }

    fn call_element(
        &mut self,
        samples: &mut Vec<PhoneSample>,
        element: &CallElement<'_>,
        leg: &str,
        path: &str,
    ) {
        // What a summary says without a time is not documented; its text is kept.
        if self.kind == EventKind::CallQosSummary && element.date_time.is_absent() {
            return;
        }
        let Some(ts) = self.time(element.date_time, path) else { return };
        for (path, details) in self.elements(&element.details, &format!("{path}.details")) {
            samples.push(details.to_sample(ts, leg, &path, &mut self.records.invalid));
        }
    }
}

/// What tells an event from others of its name and join: a time, and the sorts of its figures.
fn part(time: &str, mut sorts: Vec<Cow<'_, str>>) -> String {
    sorts.sort_unstable();
    sorts.dedup();
    let sorts = sorts.join(",");
    let blank = if time.is_empty() || sorts.is_empty() { "" } else { " " };
    format!("{time}{blank}{sorts}")
}

/// What a client tells of itself is known of its participant too.
fn tell(change: &SettingsChange, participant: &mut Participant) {
    participant.device.clone_from(&change.device);
    participant.client.clone_from(&change.client);
    participant.version.clone_from(&change.version);
    participant.location.clone_from(&change.location);
    participant.network_type.clone_from(&change.network_type);
    participant.connection_types[0].clone_from(&change.connection_type);
    participant.data_center.clone_from(&change.data_center);
    participant.microphone.clone_from(&change.microphone);
    participant.speaker.clone_from(&change.speaker);
    participant.camera.clone_from(&change.camera);
    participant.ip_address.clone_from(&change.ip_address);
    participant.internal_ip_addresses = change.internal.address.iter().cloned().collect();
}
