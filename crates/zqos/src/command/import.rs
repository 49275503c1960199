//! `zqos import`: saved answers and events into the store.

mod documents;
mod input;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use zoom_wire::document::{Document, DocumentKind, Whereabouts};
use zoom_wire::event::{CallEvent, Event, EventRecords, ParticipantEvent, Somebody};
use zoom_wire::meeting::{Meeting, MeetingsPage};
use zoom_wire::participant::Participant;
use zoom_wire::privacy::{Dropped, Policy};
use zoom_wire::qos::{ParticipantQos, Samples};
use zoom_wire::{InvalidRow, Kind};
use zqos_core::{Clock as _, MeetingUuid, Origin, Shown, SystemClock, Timestamp};
use zqos_store::{Batch, Location, Raw, Store, TurnedAway};

use crate::cli::{Global, Import, WhichStore};
use crate::command::store;
use crate::config::{Config, DEFAULT_ACCOUNT};
use crate::context::site::SiteMap;
use crate::exit::{Exit, UsageError};
use crate::output::note;
use documents::{Documents, Found};

/// The longest document that is read: memory holds one at a time.
const MAX_DOCUMENT: usize = 256 << 20;
/// How many rows are acknowledged together.
const BATCH_ROWS: usize = 50_000;
/// How many batches may wait to be kept.
const WAITING: usize = 1;
/// How many things that are wrong are told one by one.
const TOLD: usize = 10;
/// Of how many joins it is remembered what their events told.
const REMEMBERED: usize = 50_000;
/// What a report is called among the texts that are kept; events have Zoom's names.
const REPORT: &str = "report";

/// Where the store is.
pub(crate) fn location(which: &WhichStore) -> Result<Location, UsageError> {
    store::named(which)?.ok_or_else(|| {
        UsageError::new("no store is named")
            .hint("`--store FOLDER` or the environment variable `ZQOS_STORE` names its folder")
    })
}

/// Imports files.
pub(crate) async fn run(args: &Import, global: &Global) -> anyhow::Result<Exit> {
    let location = location(&args.store)?;
    let meeting = match &args.meeting {
        None => None,
        Some(uuid) => Some(MeetingUuid::new(uuid).ok_or_else(|| {
            UsageError::new("the UUID of the meeting is empty")
                .hint("`zqos meetings` lists meetings with their UUIDs")
        })?),
    };
    let account = global.account.as_deref().unwrap_or(DEFAULT_ACCOUNT);
    let config = Config::load(global.config.as_deref())?;
    let policy = config.policy(account, location.local())?;
    let sites = args.sites.as_ref().or(config.sites.as_ref());
    let sites = sites.map(|file| SiteMap::read(file)).transpose()?;
    let mut store = Store::open(location, Arc::new(SystemClock)).await?;
    let (full, mut batches) = mpsc::channel(WAITING);
    let import = Importer {
        policy,
        map: sites,
        sites: HashMap::new(),
        batch: Batch::new(account, SystemClock.now()),
        full,
        account: account.to_owned(),
        meeting,
        samples: Samples::default(),
        remembered: HashMap::new(),
        counts: Counts::default(),
    };
    // What is read next is decoded while what was read is kept.
    let files = args.files.clone();
    let reading = tokio::task::spawn_blocking(move || import.read(&files));
    while let Some(batch) = batches.recv().await {
        store.append([batch]).await?;
    }
    let (counts, read) = reading.await.context("reading the files was broken off")?;
    store.commit().await?;
    counts.tell();
    let TurnedAway { dead_letters, forgotten, .. } = store.turned_away();
    if dead_letters > 0 {
        note(format_args!(
            "{dead_letters} rows are dated outside their meeting: `system.dead_letters`"
        ));
    }
    if forgotten > 0 {
        note(format_args!("kept out {forgotten} rows of people who were erased"));
    }
    read?;
    if counts.refused == 0 && dead_letters == 0 { Ok(Exit::Done) } else { Ok(Exit::Incomplete) }
}

/// Takes documents into a batch.
struct Importer {
    account: String,
    /// What of people is kept; `None` for everything.
    policy: Option<Policy>,
    map: Option<SiteMap>,
    /// The sites of who is in the document at hand, by the id of the join: addresses are looked at
    /// before they may go.
    sites: HashMap<String, String>,
    /// What answers are of that do not say so.
    meeting: Option<MeetingUuid>,
    batch: Batch,
    /// Where batches go that have as many rows as one may have.
    full: mpsc::Sender<Batch>,
    samples: Samples,
    /// What events told last of each join: they say it again every minute.
    remembered: HashMap<(MeetingUuid, String), zqos_core::Participant>,
    counts: Counts,
}

/// What was taken, and what was not.
#[derive(Default)]
struct Counts {
    meetings: u64,
    participants: u64,
    reports: u64,
    events: u64,
    stream_samples: usize,
    device_samples: usize,
    /// Events that tell nothing of the quality of service, by name.
    other_events: BTreeMap<String, u64>,
    refused: usize,
    /// Texts of which nobody knows whether they are about people, by their members' names.
    dropped: Dropped,
}

impl Counts {
    fn refuse(&mut self, reason: String) {
        self.refused += 1;
        if self.refused <= TOLD {
            note(reason);
        }
    }

    fn tell(&self) {
        if self.refused > TOLD {
            note(format_args!("{} more are wrong", self.refused - TOLD));
        }
        if !self.other_events.is_empty() {
            let names: Vec<String> = (self.other_events.iter())
                .map(|(name, count)| format!("{count} `{}`", Shown(name)))
                .collect();
            note(format_args!(
                "left out events that tell nothing of the quality of service: {}",
                names.join(", ")
            ));
        }
        if !self.dropped.is_empty() {
            let count: u64 = self.dropped.values().sum();
            let names: Vec<String> =
                self.dropped.keys().take(TOLD).map(|name| format!("`{}`", Shown(name))).collect();
            let more = if self.dropped.len() > TOLD { ", …" } else { "" };
            note(format_args!(
                "dropped {count} texts of unknown members, which may be about people: {}{more}",
                names.join(", ")
            ));
        }
        let events = match self.events {
            0 => String::new(),
            events => format!(", {events} events"),
        };
        note(format_args!(
            "imported {} meetings, {} participants, {} reports{events}: {} stream samples, {} device \
             samples",
            self.meetings,
            self.participants,
            self.reports,
            self.stream_samples,
            self.device_samples
        ));
    }
}

impl Importer {
    /// Takes files; returns what was taken, also when one can't be read to its end.
    fn read(mut self, files: &[PathBuf]) -> (Counts, anyhow::Result<()>) {
        let read = files.iter().try_for_each(|file| self.file(file));
        // What was read of a file that can't be read to its end is good.
        self.flush();
        (self.counts, read)
    }

    /// Takes every document of a file, unless nobody wants them any more.
    fn file(&mut self, file: &Path) -> anyhow::Result<()> {
        let name = input::name(file);
        let mut documents = Documents::new(input::open(file)?, MAX_DOCUMENT);
        let mut place = 0_u64;
        while let Some(Found { line, text }) =
            documents.next().map_err(|error| input::unreadable(file, error))?
            && !self.full.is_closed()
        {
            place += 1;
            match text {
                Ok(text) => self.document(text, &|| format!("{name}, document {place}")),
                Err(broken) => {
                    self.counts.refuse(format!("{name}, document {place} (line {line}): {broken}"));
                }
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Batch {
        let empty = Batch::new(&self.account, SystemClock.now());
        std::mem::replace(&mut self.batch, empty)
    }

    fn flush_if_full(&mut self) {
        if self.batch.len() >= BATCH_ROWS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let full = self.take();
        // Whoever can't keep it says why.
        drop(self.full.blocking_send(full));
    }

    /// Takes one document: an answer, an event, or an array of them.
    fn document(&mut self, text: &str, path: &dyn Fn() -> String) {
        if text.starts_with('[') {
            match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(elements) => {
                    for (place, element) in elements.into_iter().enumerate() {
                        self.document(element.get(), &|| format!("{}[{place}]", path()));
                    }
                }
                Err(error) => self.counts.refuse(format!("{}: no JSON: {error}", path())),
            }
            return;
        }
        if let Err(reason) = self.object(text, path) {
            self.counts.refuse(format!("{}: {reason}", path()));
        }
    }

    fn object(&mut self, text: &str, path: &dyn Fn() -> String) -> Result<(), String> {
        let document: Document<'_> = decode(text)?;
        let kind = document.kind();
        if kind == DocumentKind::Frame {
            return match document.content.get() {
                Some(event) => self.object(&event, &|| format!("{}, content", path())),
                None => Err("the frame holds no event".to_owned()),
            };
        }
        self.find_sites(text, &document);
        let Some(policy) = &self.policy else { return self.kept(text, path) };
        let redacted = policy
            .redact(text, kind, &mut self.counts.dropped)
            .map_err(|error| unreadable(&error))?;
        self.kept(&redacted, path)
    }

    /// Remembers from which site everybody in a document takes part.
    fn find_sites(&mut self, text: &str, document: &Document<'_>) {
        self.sites.clear();
        let Some(map) = &self.map else { return };
        let rows: Vec<&str> = match document.kind() {
            DocumentKind::Report => vec![text],
            DocumentKind::Participants => {
                document.participant_rows().into_iter().map(RawValue::get).collect()
            }
            DocumentKind::Event => {
                let event = decode::<Event<'_>>(text).ok().and_then(|event| event.records().ok());
                for told in event.into_iter().flat_map(|event| event.participants) {
                    let who = told.participant;
                    let internal = who.internal_ip_addresses.iter().map(String::as_str);
                    if let Some(site) = map.site_of(who.ip_address.as_deref(), internal) {
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
            let internal = internal.iter().flat_map(|list| &list.0).map(|address| &**address);
            if let Some(site) = map.site_of(Some(&public), internal) {
                self.sites.insert(id.as_str().to_owned(), site.to_owned());
            }
        }
    }

    /// Takes an object of which nothing needs to go any more.
    fn kept(&mut self, text: &str, path: &dyn Fn() -> String) -> Result<(), String> {
        let document: Document<'_> = decode(text)?;
        let meeting = document.meeting_uuid.get().or_else(|| self.meeting.clone());
        match document.kind() {
            DocumentKind::Event => self.event(text, path),
            DocumentKind::Report => self.report(text, &meeting.ok_or(NO_MEETING)?, path),
            DocumentKind::Summary => self.summary(text, &meeting.ok_or(NO_MEETING)?, path),
            DocumentKind::Participants => {
                self.page(&document, &meeting.ok_or(NO_MEETING)?, path);
                Ok(())
            }
            DocumentKind::Meetings => self.meetings(text, Kind::Meeting, path),
            DocumentKind::Webinars => self.meetings(text, Kind::Webinar, path),
            DocumentKind::Meeting => {
                self.meeting(&decode(text)?, None, path);
                Ok(())
            }
            DocumentKind::CallLogs
            | DocumentKind::CallLog
            | DocumentKind::CallQos
            | DocumentKind::Frame
            | DocumentKind::Other => Err("this is nothing that can be kept: a report, a page of \
                                        reports, participants or meetings, one meeting, or an \
                                        event of the quality of service"
                .to_owned()),
        }
    }

    fn report(
        &mut self,
        text: &str,
        meeting: &MeetingUuid,
        path: &dyn Fn() -> String,
    ) -> Result<(), String> {
        let report: ParticipantQos<'_> = decode(text)?;
        let Some(mut participant) = report.to_record() else {
            return Err("the report has no `user_id`".to_owned());
        };
        participant.site = self.sites.get(participant.id.as_str()).cloned();
        self.samples.clear();
        report.append_samples("$", &mut self.samples);
        for sample in &self.samples.streams {
            self.batch.stream_sample(meeting, &participant.id, Origin::Import, sample);
        }
        for sample in &self.samples.devices {
            self.batch.device_sample(meeting, &participant.id, Origin::Import, sample);
        }
        let at = participant
            .join
            .or_else(|| first_minute(&self.samples))
            .unwrap_or_else(|| SystemClock.now());
        let raw = Raw {
            meeting: meeting.as_str(),
            participant: participant.id.as_str(),
            kind: REPORT,
            part: "",
            ts: participant.join,
            at,
            body: text,
        };
        self.batch.raw(Origin::Import, &raw);
        self.batch.participant(meeting, &participant);
        self.flush_if_full();
        self.counts.reports += 1;
        self.counts.stream_samples += self.samples.streams.len();
        self.counts.device_samples += self.samples.devices.len();
        for invalid in std::mem::take(&mut self.samples.invalid) {
            self.counts.refuse(format!("{}: {invalid}", path()));
        }
        Ok(())
    }

    /// The summaries of one participant, in a form that events have too.
    fn summary(
        &mut self,
        text: &str,
        meeting: &MeetingUuid,
        path: &dyn Fn() -> String,
    ) -> Result<(), String> {
        let somebody: Somebody<'_> = decode(text)?;
        let Some(told) = somebody.summary() else {
            return Err("the summary has no `participant_id`".to_owned());
        };
        for summary in &told.summaries {
            self.batch.summary(meeting, &told.participant.id, Origin::Import, None, summary);
        }
        self.batch.participant(meeting, &told.participant);
        self.flush_if_full();
        self.counts.reports += 1;
        for invalid in told.invalid {
            self.counts.refuse(format!("{}: {invalid}", path()));
        }
        Ok(())
    }

    /// A page of reports, of summaries, or of participants.
    fn page(&mut self, page: &Document<'_>, meeting: &MeetingUuid, path: &dyn Fn() -> String) {
        for (place, row) in page.participant_rows().into_iter().enumerate() {
            let path = || format!("{}, participants[{place}]", path());
            let kind = decode::<Document<'_>>(row.get()).map(|row| row.kind());
            let taken = match kind {
                Err(reason) => Err(reason),
                Ok(DocumentKind::Report) => self.report(row.get(), meeting, &path),
                Ok(DocumentKind::Summary) => self.summary(row.get(), meeting, &path),
                Ok(_) => self.participant(row.get(), meeting),
            };
            if let Err(reason) = taken {
                self.counts.refuse(format!("{}: {reason}", path()));
            }
        }
    }

    fn participant(&mut self, text: &str, meeting: &MeetingUuid) -> Result<(), String> {
        let row: Participant<'_> = decode(text)?;
        let mut participant = row.to_record().ok_or("no `user_id`")?;
        participant.site = self.sites.get(participant.id.as_str()).cloned();
        self.batch.participant(meeting, &participant);
        self.counts.participants += 1;
        Ok(())
    }

    fn event(&mut self, text: &str, path: &dyn Fn() -> String) -> Result<(), String> {
        let event: Event<'_> = decode(text)?;
        let name = event.event.get().unwrap_or_default();
        if event.kind().is_none() {
            *self.counts.other_events.entry(name.into_owned()).or_default() += 1;
            return Ok(());
        }
        let EventRecords { mut participants, calls, invalid } =
            event.records().map_err(|invalid| invalid.to_string())?;
        for event in &mut participants {
            event.participant.site = self.sites.get(event.participant.id.as_str()).cloned();
            self.participant_event(&name, event, text);
        }
        for event in &calls {
            self.call_event(&name, event, text);
        }
        self.flush_if_full();
        self.counts.events += 1;
        for invalid in invalid {
            self.counts.refuse(format!("{}: {invalid}", path()));
        }
        Ok(())
    }

    fn participant_event(&mut self, name: &str, event: &ParticipantEvent, text: &str) {
        let (meeting, id) = (&event.meeting.uuid, &event.participant.id);
        if event.meeting.number.is_some() || event.meeting.topic.is_some() {
            self.batch.meeting(&event.meeting);
        }
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        let join = (meeting.clone(), id.as_str().to_owned());
        if self.remembered.get(&join) != Some(&event.participant) {
            self.batch.participant(meeting, &event.participant);
            self.remembered.insert(join, event.participant.clone());
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

    fn meetings(
        &mut self,
        text: &str,
        kind: Kind,
        path: &dyn Fn() -> String,
    ) -> Result<(), String> {
        let page: MeetingsPage<'_> = decode(text)?;
        let rows = if kind == Kind::Meeting { &page.meetings } else { &page.webinars };
        for (place, row) in rows.as_slice().iter().enumerate() {
            let path = || format!("{}, row {place}", path());
            match row.as_object(path) {
                Ok(meeting) => self.meeting(meeting, Some(kind), &path),
                Err(invalid) => self.counts.refuse(InvalidRow::to_string(&invalid)),
            }
        }
        Ok(())
    }

    fn meeting(&mut self, meeting: &Meeting<'_>, kind: Option<Kind>, path: &dyn Fn() -> String) {
        match meeting.to_record(kind) {
            Some(record) => {
                self.batch.meeting(&record);
                self.counts.meetings += 1;
            }
            None => self.counts.refuse(format!("{}: the meeting has no `uuid`", path())),
        }
    }
}

/// Reads an object; what is wrong is told without what was found, which may be personal.
fn decode<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("no JSON: the object can't be read at line {line} column {column}")
}

const NO_MEETING: &str =
    "it does not say which meeting it is of; `--meeting UUID` says it for all that do not";

fn first_minute(samples: &Samples) -> Option<Timestamp> {
    samples.streams.first().map(|sample| sample.ts)
}
