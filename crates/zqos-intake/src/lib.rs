#![doc = include_str!("../README.md")]

mod pushed;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use zoom_wire::document::{Document, DocumentKind, Whereabouts};
use zoom_wire::event::{
    CallEvent, Event, EventRecords, MeetingEvent, ParticipantEvent, Somebody, Subject,
};
use zoom_wire::meeting::Meeting;
use zoom_wire::participant::Participant;
use zoom_wire::phone::{CallLog, CallLogsPage, CallQos, CallRecords, CallSide};
use zoom_wire::privacy::{Dropped, Policy};
use zoom_wire::qos::{ParticipantQos, Samples};
use zoom_wire::{InvalidRow, Kind, Row};
use zqos_core::table::HOST;
use zqos_core::{Clock, MeetingUuid, Origin, PushConnection, TextKind, Timestamp};
use zqos_store::{Batch, Letter, Raw};

pub use pushed::{ReadEvent, Reader};

/// Of how many joins it is remembered what their events told, and when last.
const REMEMBERED: usize = 50_000;

/// From which site people take part.
pub trait Sites: fmt::Debug + Send + Sync {
    /// The site of somebody with these addresses, the public one and the private ones; `None` where nobody
    /// knows.
    fn site_of(&self, public: Option<&str>, internal: &[&str]) -> Option<&str>;
}

/// Where a document came from, and what it is of.
#[derive(Debug, Clone)]
pub struct Source {
    /// How answers came; events say so themselves.
    pub origin: Origin,
    /// The meeting that answers are of which do not say so; `None` refuses those.
    pub meeting: Option<MeetingUuid>,
    /// When the call began that an answer is of, as what both sides measured does not say so; `None` keeps
    /// such a call under the day on which it came in.
    pub call_start: Option<Timestamp>,
}

/// Makes rows of documents.
#[derive(Debug)]
pub struct Intake {
    account: String,
    clock: Arc<dyn Clock>,
    reader: Reader,
    /// The sites of who is in the document at hand, by the id of the join: addresses are looked at
    /// before they may go.
    sites: HashMap<String, String>,
    source: Source,
    batch: Batch,
    /// Who takes rows as soon as there are many.
    sink: Option<Sink>,
    samples: Samples,
    /// What events told last of each join: they say it again every minute.
    remembered: HashMap<(MeetingUuid, String), (zqos_core::Participant, Timestamp)>,
    /// What events told of who takes part, for whoever asked for it.
    sightings: Option<Vec<Sighting>>,
    /// What was taken so far.
    pub counts: Counts,
    /// What was wrong since this was last emptied, with its place, and without what was found there.
    pub refused: Vec<Refused>,
}

/// Something in a document that can't be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands: the name of the document, and the place within.
    pub place: String,
    /// Why.
    pub reason: Reason,
}

/// Why something can't be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It does not say which meeting it is of, and its source does not either.
    NoMeeting,
    /// Anything else, in words.
    Wrong(String),
}

impl From<String> for Reason {
    fn from(reason: String) -> Self {
        Self::Wrong(reason)
    }
}

impl From<&str> for Reason {
    fn from(reason: &str) -> Self {
        Self::Wrong(reason.to_owned())
    }
}

impl From<InvalidRow> for Reason {
    fn from(invalid: InvalidRow) -> Self {
        Self::Wrong(invalid.to_string())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMeeting => f.write_str("it does not say which meeting it is of"),
            Self::Wrong(reason) => f.write_str(reason),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// Takes rows as soon as there are so many.
struct Sink {
    rows: usize,
    take: Box<dyn FnMut(Batch) + Send>,
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// What became of an event that was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// Rows.
    Rows,
    /// A dead letter: it is none of those that rows are made of, or it can't be read.
    Letter,
}

/// What an event tells of who takes part: by it silence is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// What was told.
    pub what: What,
    /// Of which meeting.
    pub meeting: MeetingUuid,
    /// Of which join; `None` where it is of the whole meeting.
    pub user: Option<String>,
    /// Whose join it is, as far as that is told and kept; `None` for guests.
    pub person: Option<String>,
    /// Who hosts the meeting, as far as that is told and kept.
    pub host: Option<String>,
}

/// What an event tells of a join or a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It began.
    Joined,
    /// It ended.
    Left,
    /// The meeting ended.
    Ended,
    /// What was measured in a minute of it.
    Minute,
}

/// What was taken, and what was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Meetings of lists, or by themselves.
    pub meetings: u64,
    /// Joins of lists.
    pub participants: u64,
    /// Reports and summaries.
    pub reports: u64,
    /// Events that rows were made of.
    pub events: u64,
    /// Calls of Zoom Phone: of lists, in detail, or measured.
    pub calls: u64,
    /// Stream samples.
    pub stream_samples: usize,
    /// Device samples.
    pub device_samples: usize,
    /// Events that no rows were made of, by name.
    pub other_events: BTreeMap<String, u64>,
    /// Texts of which nobody knows whether they are about people, by their members' names.
    pub dropped: Dropped,
}

impl Intake {
    /// An intake of an account, in which nothing is yet.
    pub fn new(
        account: &str,
        policy: Option<Arc<Policy>>,
        map: Option<Arc<dyn Sites>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            account: account.to_owned(),
            reader: Reader::new(policy, map),
            sites: HashMap::new(),
            source: Source { origin: Origin::Import, meeting: None, call_start: None },
            batch: Batch::new(account, clock.now()),
            clock,
            sink: None,
            samples: Samples::default(),
            remembered: HashMap::new(),
            sightings: None,
            counts: Counts::default(),
            refused: Vec::new(),
        }
    }

    /// The same, which hands rows over whenever there are so many: documents may be large. What is left at
    /// the end is for [`take_rows`](Self::take_rows).
    #[must_use]
    pub fn with_sink(mut self, rows: usize, take: impl FnMut(Batch) + Send + 'static) -> Self {
        self.sink = Some(Sink { rows, take: Box::new(take) });
        self
    }

    /// The same, which takes note of what events tell of who takes part.
    #[must_use]
    pub fn with_sightings(mut self) -> Self {
        self.sightings = Some(Vec::new());
        self
    }

    /// What events told of who takes part since this was asked last.
    pub fn take_sightings(&mut self) -> Vec<Sighting> {
        self.sightings.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// True when no rows wait.
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// The rows that wait.
    pub fn take_rows(&mut self) -> Batch {
        let empty = Batch::new(&self.account, self.clock.now());
        std::mem::replace(&mut self.batch, empty)
    }

    /// Takes note that nobody knows whether the rows that were taken are kept: what they told of joins is
    /// told again when it comes again.
    pub fn doubt(&mut self) {
        self.remembered.clear();
    }

    fn hand_over_if_many(&mut self) {
        let len = self.batch.len();
        if self.sink.as_ref().is_some_and(|sink| len >= sink.rows) {
            let rows = self.take_rows();
            if let Some(sink) = &mut self.sink {
                (sink.take)(rows);
            }
        }
    }

    /// Takes one document: an answer, an event, or an array of them. `place` names it in what is told of
    /// it.
    pub fn document(&mut self, text: &str, source: &Source, place: &dyn Fn() -> String) {
        self.source.clone_from(source);
        self.any(text, place);
    }

    /// Keeps an event that was pushed: what no rows are made of is kept as a dead letter, so nothing is
    /// refused.
    pub fn event(&mut self, event: ReadEvent) -> Pushed {
        if self.batch.is_empty() {
            self.batch.came_in_at(self.clock.now());
        }
        let ReadEvent { text, name, told } = event;
        match told {
            Ok(records) => {
                self.told(&name, &records, &text);
                Pushed::Rows
            }
            Err(reason) => self.letter(&text, &reason.to_string()),
        }
    }

    /// Keeps what is known of a connection by which events are pushed.
    pub fn connection(&mut self, connection: &PushConnection) {
        self.batch.connection(connection);
    }

    /// Adds a dead letter, with what the text tells of whom it is about.
    fn letter(&mut self, text: &str, reason: &str) -> Pushed {
        let event: Event<'_> = decode(text).unwrap_or_default();
        let payload = event.payload.objects("").flatten().next();
        let subject = payload.and_then(|payload| payload.object.objects("").flatten().next());
        let somebody = subject.and_then(|subject: &Subject<'_>| {
            subject.participant.objects("").chain(subject.user.objects("")).flatten().next()
        });
        let meeting = subject.and_then(|subject| subject.uuid.get().or(subject.session_id.get()));
        let call = subject.and_then(|subject| subject.call_id.get());
        let join = somebody.and_then(|who| who.user_id.get().or(who.participant_id.get()));
        self.batch.letter(&Letter {
            meeting: meeting.as_ref().map(MeetingUuid::as_str).or(call.as_deref()),
            participant: join.as_ref().map(zqos_core::ParticipantId::as_str),
            kind: &event.event.get().unwrap_or_default(),
            reason,
            body: text,
        });
        Pushed::Letter
    }

    fn any(&mut self, text: &str, path: &dyn Fn() -> String) {
        if text.starts_with('[') {
            match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(elements) => {
                    for (place, element) in elements.into_iter().enumerate() {
                        self.any(element.get(), &|| format!("{}[{place}]", path()));
                    }
                }
                Err(error) => self.refuse(path, unreadable(&error)),
            }
            return;
        }
        if let Err(reason) = self.object(text, path) {
            self.refuse(path, reason);
        }
    }

    fn refuse(&mut self, path: &dyn Fn() -> String, reason: impl Into<Reason>) {
        self.refused.push(Refused { place: path(), reason: reason.into() });
    }

    fn object(&mut self, text: &str, path: &dyn Fn() -> String) -> Result<(), Reason> {
        let document: Document<'_> = decode(text)?;
        let kind = document.kind();
        if kind == DocumentKind::Frame {
            return match document.content.get() {
                Some(event) => self.object(&event, &|| format!("{}, content", path())),
                None => Err("the frame holds no event".into()),
            };
        }
        self.find_sites(text, &document);
        let Some(policy) = &self.reader.policy else { return self.kept(text, path) };
        let redacted = policy
            .redact(text, kind, &mut self.counts.dropped)
            .map_err(|error| unreadable(&error))?;
        self.kept(&redacted, path)
    }

    /// Remembers from which site everybody in a document takes part.
    fn find_sites(&mut self, text: &str, document: &Document<'_>) {
        self.sites.clear();
        let Some(map) = &self.reader.map else { return };
        let rows: Vec<&str> = match document.kind() {
            DocumentKind::Report | DocumentKind::Sharing | DocumentKind::Satisfaction => vec![text],
            DocumentKind::Participants => {
                document.participant_rows().into_iter().map(RawValue::get).collect()
            }
            DocumentKind::Event => {
                let event = decode::<Event<'_>>(text).ok().and_then(|event| event.records().ok());
                for told in event.into_iter().flat_map(|event| event.participants) {
                    let who = told.participant;
                    let internal: Vec<&str> =
                        who.internal_ip_addresses.iter().map(String::as_str).collect();
                    if let Some(site) = map.site_of(who.ip_address.as_deref(), &internal) {
                        self.sites.insert(who.id.as_str().to_owned(), site.to_owned());
                    }
                }
                return;
            }
            _ => return,
        };
        for row in rows {
            let Ok(row) = decode::<Whereabouts<'_>>(row) else { continue };
            let (Some(id), Some(public)) = (row.user_id.get(), row.ip_address.get()) else {
                continue;
            };
            let internal = row.internal_ip_addresses.get();
            let internal: Vec<&str> =
                internal.iter().flat_map(|list| &list.0).map(|address| &**address).collect();
            if let Some(site) = map.site_of(Some(&public), &internal) {
                self.sites.insert(id.as_str().to_owned(), site.to_owned());
            }
        }
    }

    /// Takes an object of which nothing needs to go any more.
    fn kept(&mut self, text: &str, path: &dyn Fn() -> String) -> Result<(), Reason> {
        let document: Document<'_> = decode(text)?;
        let meeting = document.meeting_uuid.get().or_else(|| self.source.meeting.clone());
        match document.kind() {
            DocumentKind::Event => self.event_of_document(text, path),
            DocumentKind::Report => self.report(text, &meeting.ok_or(Reason::NoMeeting)?, path),
            DocumentKind::Summary => self.summary(text, &meeting.ok_or(Reason::NoMeeting)?, path),
            DocumentKind::Sharing => {
                self.participant(text, &meeting.ok_or(Reason::NoMeeting)?, TextKind::Sharing)
            }
            DocumentKind::Satisfaction => {
                self.participant(text, &meeting.ok_or(Reason::NoMeeting)?, TextKind::Satisfaction)
            }
            DocumentKind::Participants => {
                self.page(&document, &meeting.ok_or(Reason::NoMeeting)?, path);
                Ok(())
            }
            DocumentKind::Meetings => self.meetings(text, Kind::Meeting, path),
            DocumentKind::Webinars => self.meetings(text, Kind::Webinar, path),
            DocumentKind::Meeting => {
                let meeting: Meeting<'_> = decode(text)?;
                self.meeting(&meeting, None, (TextKind::MeetingDetails, text), path);
                Ok(())
            }
            DocumentKind::CallLogs => {
                let page: CallLogsPage<'_> = decode(text)?;
                for (place, row) in page.call_logs.as_slice().iter().enumerate() {
                    let row_path = format!("$.call_logs[{place}]");
                    match row.as_object(|| row_path.clone()) {
                        Ok(call) => self.call(call.to_records(&row_path), path),
                        Err(invalid) => self.refuse(path, invalid),
                    }
                }
                Ok(())
            }
            DocumentKind::CallLog => {
                self.call(decode::<CallLog<'_>>(text)?.to_records("$"), path);
                Ok(())
            }
            DocumentKind::CallQos => {
                self.call(decode::<CallQos<'_>>(text)?.to_records(), path);
                Ok(())
            }
            DocumentKind::Frame | DocumentKind::Other => Err(Reason::from(
                "this is nothing that can be kept: a report, a page of reports, participants, \
                 meetings or calls, one meeting or call, or an event of the quality of service",
            )),
        }
    }

    fn report(
        &mut self,
        text: &str,
        meeting: &MeetingUuid,
        path: &dyn Fn() -> String,
    ) -> Result<(), Reason> {
        let report: ParticipantQos<'_> = decode(text)?;
        let Some(mut participant) = report.to_record() else {
            return Err("the report has no `user_id`".into());
        };
        participant.site = self.sites.get(participant.id.as_str()).cloned();
        self.samples.clear();
        report.append_samples("$", &mut self.samples);
        for sample in &self.samples.streams {
            self.batch.stream_sample(meeting, &participant.id, self.source.origin, sample);
        }
        for sample in &self.samples.devices {
            self.batch.device_sample(meeting, &participant.id, self.source.origin, sample);
        }
        let at = participant
            .join
            .or_else(|| first_minute(&self.samples))
            .unwrap_or_else(|| self.clock.now());
        self.text(TextKind::Report, meeting, participant.id.as_str(), participant.join, at, text);
        self.batch.participant(meeting, &participant);
        self.hand_over_if_many();
        self.counts.reports += 1;
        self.counts.stream_samples += self.samples.streams.len();
        self.counts.device_samples += self.samples.devices.len();
        for invalid in std::mem::take(&mut self.samples.invalid) {
            self.refuse(path, invalid);
        }
        Ok(())
    }

    /// The summaries of one participant, in a form that events have too.
    fn summary(
        &mut self,
        text: &str,
        meeting: &MeetingUuid,
        path: &dyn Fn() -> String,
    ) -> Result<(), Reason> {
        let somebody: Somebody<'_> = decode(text)?;
        let Some(told) = somebody.summary() else {
            return Err("the summary has no `participant_id`".into());
        };
        for summary in &told.summaries {
            self.batch.summary(meeting, &told.participant.id, self.source.origin, None, summary);
        }
        let id = told.participant.id.as_str();
        self.text(TextKind::Summary, meeting, id, None, self.clock.now(), text);
        self.batch.participant(meeting, &told.participant);
        self.hand_over_if_many();
        self.counts.reports += 1;
        for invalid in told.invalid {
            self.refuse(path, invalid);
        }
        Ok(())
    }

    /// Keeps the text of a row of Zoom's lists as it came.
    fn text(
        &mut self,
        kind: TextKind,
        meeting: &MeetingUuid,
        participant: &str,
        ts: Option<Timestamp>,
        at: Timestamp,
        body: &str,
    ) {
        let meeting = meeting.as_str();
        let raw = Raw { meeting, participant, kind: kind.as_str(), part: "", ts, at, body };
        self.batch.raw(self.source.origin, &raw);
    }

    /// A page of reports, of summaries, of participants, or of what these shared or said.
    fn page(&mut self, page: &Document<'_>, meeting: &MeetingUuid, path: &dyn Fn() -> String) {
        for (place, row) in page.participant_rows().into_iter().enumerate() {
            let path = || format!("{}, participants[{place}]", path());
            let kind = decode::<Document<'_>>(row.get()).map(|row| row.kind());
            let taken = match kind {
                Err(reason) => Err(reason),
                Ok(DocumentKind::Report) => self.report(row.get(), meeting, &path),
                Ok(DocumentKind::Summary) => self.summary(row.get(), meeting, &path),
                Ok(DocumentKind::Sharing) => {
                    self.participant(row.get(), meeting, TextKind::Sharing)
                }
                Ok(DocumentKind::Satisfaction) => {
                    self.participant(row.get(), meeting, TextKind::Satisfaction)
                }
                Ok(_) => self.participant(row.get(), meeting, TextKind::Participant),
            };
            if let Err(reason) = taken {
                self.refuse(&path, reason);
            }
        }
    }

    /// A row that tells of a join, of whatever list.
    fn participant(
        &mut self,
        text: &str,
        meeting: &MeetingUuid,
        kind: TextKind,
    ) -> Result<(), Reason> {
        let row: Participant<'_> = decode(text)?;
        let mut participant = row.to_record().ok_or("no `user_id`")?;
        participant.site = self.sites.get(participant.id.as_str()).cloned();
        let at = participant.join.or(participant.leave).unwrap_or_else(|| self.clock.now());
        self.text(kind, meeting, participant.id.as_str(), participant.join, at, text);
        self.batch.participant(meeting, &participant);
        self.counts.participants += 1;
        Ok(())
    }

    /// Takes an event of a document, also one of which no rows are made.
    fn event_of_document(&mut self, text: &str, path: &dyn Fn() -> String) -> Result<(), Reason> {
        let event: Event<'_> = decode(text)?;
        let name = event.event.get().unwrap_or_default();
        if event.kind().is_none() {
            *self.counts.other_events.entry(name.into_owned()).or_default() += 1;
            return Ok(());
        }
        let mut records = event.records()?;
        for event in &mut records.participants {
            event.participant.site = self.sites.get(event.participant.id.as_str()).cloned();
        }
        self.told(&name, &records, text);
        let mut invalid = std::mem::take(&mut records.invalid).into_iter();
        if records.is_empty()
            && let Some(reason) = invalid.next()
        {
            return Err(reason.into());
        }
        for invalid in invalid {
            self.refuse(path, invalid);
        }
        Ok(())
    }

    /// Makes rows of what an event says.
    fn told(&mut self, name: &str, records: &EventRecords, text: &str) {
        // Events come late and in any order: of what they say the newest counts, and not what came last.
        for event in &records.meetings {
            self.batch.said_at(Some(event.ts));
            self.meeting_event(name, event, text);
        }
        for event in &records.participants {
            self.batch.said_at(Some(event.ts));
            self.participant_event(name, event, text);
        }
        for event in &records.calls {
            self.batch.said_at(Some(event.ts));
            self.call_event(name, event, text);
        }
        self.batch.said_at(None);
        self.hand_over_if_many();
        self.counts.events += 1;
    }

    fn meeting_event(&mut self, name: &str, event: &MeetingEvent, text: &str) {
        if let Some(sightings) = &mut self.sightings
            && event.meeting.end.is_some()
        {
            sightings.push(Sighting {
                what: What::Ended,
                meeting: event.meeting.uuid.clone(),
                user: None,
                person: None,
                host: event.host_id.clone(),
            });
        }
        self.batch.meeting(&event.meeting);
        let raw = Raw {
            meeting: event.meeting.uuid.as_str(),
            // Nobody in particular.
            participant: "",
            kind: name,
            part: &event.part,
            ts: Some(event.ts),
            at: event.ts,
            body: text,
        };
        self.batch.raw(Origin::Qss, &raw);
    }

    fn participant_event(&mut self, name: &str, event: &ParticipantEvent, text: &str) {
        let (meeting, id) = (&event.meeting.uuid, &event.participant.id);
        if let Some(sightings) = &mut self.sightings {
            sightings.extend(sighting(name, event));
        }
        if event.meeting.number.is_some() || event.meeting.topic.is_some() {
            self.batch.meeting(&event.meeting);
        }
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        let join = (meeting.clone(), id.as_str().to_owned());
        match self.remembered.get_mut(&join) {
            Some((known, last)) if *known == event.participant => *last = event.ts.max(*last),
            known => {
                self.batch.participant(meeting, &event.participant);
                match known {
                    // This one is late, and what came since was said again meanwhile.
                    Some((newer, last)) if *last > event.ts => {
                        self.batch.said_at(Some(*last));
                        self.batch.participant(meeting, newer);
                        self.batch.said_at(Some(event.ts));
                    }
                    _ => {
                        let told = (event.participant.clone(), event.ts);
                        self.remembered.insert(join, told);
                    }
                }
            }
        }
        for sample in &event.streams {
            self.batch.stream_sample(meeting, id, Origin::Qss, sample);
        }
        for sample in &event.devices {
            self.batch.device_sample(meeting, id, Origin::Qss, sample);
        }
        for summary in &event.summaries {
            self.batch.summary(meeting, id, Origin::Qss, Some(event.ts), summary);
        }
        for score in &event.scores {
            self.batch.zoom_score(meeting, id, Origin::Qss, score);
        }
        for change in &event.settings {
            self.batch.settings_change(meeting, id, Origin::Qss, change);
        }
        let raw = Raw {
            meeting: meeting.as_str(),
            participant: id.as_str(),
            kind: name,
            part: &event.part,
            ts: Some(event.ts),
            at: event.ts,
            body: text,
        };
        self.batch.raw(Origin::Qss, &raw);
        self.counts.stream_samples += event.streams.len();
        self.counts.device_samples += event.devices.len();
    }

    fn call_event(&mut self, name: &str, event: &CallEvent, text: &str) {
        self.batch.phone_call(&event.call);
        for sample in &event.samples {
            self.batch.phone_sample(&event.call, Origin::Qss, sample);
        }
        let raw = Raw {
            meeting: &event.call.id,
            participant: &event.call.side,
            kind: name,
            part: &event.part,
            ts: Some(event.ts),
            at: event.ts,
            body: text,
        };
        self.batch.raw(Origin::Qss, &raw);
    }

    /// Takes both sides of a call, as far as they came.
    fn call(&mut self, records: CallRecords, path: &dyn Fn() -> String) {
        for CallSide { mut call, samples } in records.sides {
            call.start = call.start.or(self.source.call_start);
            self.batch.phone_call(&call);
            for sample in &samples {
                self.batch.phone_sample(&call, self.source.origin, sample);
            }
        }
        self.hand_over_if_many();
        self.counts.calls += 1;
        for invalid in records.invalid {
            self.refuse(path, invalid);
        }
    }

    fn meetings(
        &mut self,
        text: &str,
        kind: Kind,
        path: &dyn Fn() -> String,
    ) -> Result<(), Reason> {
        let page: TextsOfMeetings<'_> = decode(text)?;
        let rows = if kind == Kind::Meeting { page.meetings } else { page.webinars };
        for (place, row) in rows.unwrap_or_default().into_iter().enumerate() {
            let path = || format!("{}, row {place}", path());
            match decode::<Row<Meeting<'_>>>(row.get())?.as_object(path) {
                Ok(meeting) => {
                    self.meeting(meeting, Some(kind), (TextKind::Meeting, row.get()), &path);
                }
                Err(invalid) => self.refuse(&path, invalid),
            }
        }
        Ok(())
    }

    fn meeting(
        &mut self,
        meeting: &Meeting<'_>,
        kind: Option<Kind>,
        (sort, text): (TextKind, &str),
        path: &dyn Fn() -> String,
    ) {
        match meeting.to_record(kind) {
            Some(record) => {
                let at = record.start.or(record.end).unwrap_or_else(|| self.clock.now());
                self.text(sort, &record.uuid, HOST, record.start, at, text);
                self.batch.meeting(&record);
                self.counts.meetings += 1;
            }
            None => self.refuse(path, "the meeting has no `uuid`"),
        }
    }
}

/// What an event tells of a join; `None` for what was measured or told of the whole of it.
fn sighting(name: &str, event: &ParticipantEvent) -> Option<Sighting> {
    let who = &event.participant;
    let what = match name.rsplit_once('_')?.1 {
        "joined" => What::Joined,
        "left" => What::Left,
        "qos" => What::Minute,
        _ => return None,
    };
    Some(Sighting {
        what,
        meeting: event.meeting.uuid.clone(),
        user: Some(who.id.as_str().to_owned()),
        person: who.person_id.clone().or_else(|| who.email.clone()),
        host: event.host_id.clone(),
    })
}

/// The rows of a list of meetings or webinars, as they came.
#[derive(Deserialize)]
struct TextsOfMeetings<'a> {
    #[serde(borrow)]
    meetings: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    webinars: Option<Vec<&'a RawValue>>,
}

/// Reads an object; what is wrong is told without what was found, which may be personal.
fn decode<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Reason> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Reason {
    let (line, column) = (error.line(), error.column());
    format!("no JSON: the object can't be read at line {line} column {column}").into()
}

fn first_minute(samples: &Samples) -> Option<Timestamp> {
    samples.streams.first().map(|sample| sample.ts)
}
