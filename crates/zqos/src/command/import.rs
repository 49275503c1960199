//! `zqos import`: saved answers into the store.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;
use zoom_wire::meeting::{Meeting, MeetingsPage};
use zoom_wire::participant::Participant;
use zoom_wire::qos::{ParticipantQos, Samples};
use zoom_wire::{InvalidRow, Kind};
use zqos_core::{Clock as _, MeetingUuid, Origin, SystemClock, Timestamp};
use zqos_store::{Batch, Raw, Store};

use crate::cli::{Global, Import, WhichStore};
use crate::config::DEFAULT_ACCOUNT;
use crate::exit::{Exit, UsageError};
use crate::output::note;

/// The longest file that is read, after it was unpacked: memory holds one at a time.
const MAX_FILE: u64 = 1 << 30;
/// How many rows are acknowledged together.
const BATCH_ROWS: usize = 50_000;
/// How many things that are wrong are told one by one.
const TOLD: usize = 10;

/// The store's folder.
pub(crate) fn folder(which: &WhichStore) -> Result<&Path, UsageError> {
    which.store.as_deref().filter(|folder| !folder.is_empty()).map(Path::new).ok_or_else(|| {
        UsageError::new("no store is named")
            .hint("`--store FOLDER` or the environment variable `ZQOS_STORE` names its folder")
    })
}

/// Imports files.
pub(crate) async fn run(args: &Import, global: &Global) -> anyhow::Result<Exit> {
    let folder = folder(&args.store)?;
    let meeting = match &args.meeting {
        None => None,
        Some(uuid) => Some(MeetingUuid::new(uuid).ok_or_else(|| {
            UsageError::new("the UUID of the meeting is empty")
                .hint("`zqos meetings` lists meetings with their UUIDs")
        })?),
    };
    let account = global.account.as_deref().unwrap_or(DEFAULT_ACCOUNT);
    let mut store = Store::open(folder, Arc::new(SystemClock)).await?;
    let mut import = Importer {
        batch: Batch::new(account, SystemClock.now()),
        full: Vec::new(),
        account: account.to_owned(),
        meeting,
        samples: Samples::default(),
        counts: Counts::default(),
    };
    for file in &args.files {
        let text = read(file)?;
        let name =
            if is_standard_input(file) { "standard input".into() } else { file.to_string_lossy() };
        let documents = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
        for (place, document) in documents.enumerate() {
            let path = || format!("{name}, document {}", place + 1);
            match document {
                Ok(document) => import.document(document.get(), &path),
                Err(error) => {
                    import.counts.refuse(format!("{}: no JSON: {error}", path()));
                    break;
                }
            }
            for full in import.full.drain(..) {
                store.append([full]).await?;
            }
        }
    }
    store.append([import.take()]).await?;
    store.commit().await?;
    import.counts.tell();
    Ok(if import.counts.refused == 0 { Exit::Done } else { Exit::Incomplete })
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Reads a file, or standard input, and unpacks it.
fn read(file: &PathBuf) -> anyhow::Result<String> {
    let context = || format!("`{}` can't be read", file.display());
    let mut bytes = Vec::new();
    if is_standard_input(file) {
        std::io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes).with_context(context)?;
    } else {
        let opened = std::fs::File::open(file).with_context(context)?;
        opened.take(MAX_FILE + 1).read_to_end(&mut bytes).with_context(context)?;
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(&*bytes)
            .take(MAX_FILE + 1)
            .read_to_end(&mut unpacked)
            .with_context(|| format!("`{}` can't be unpacked", file.display()))?;
        bytes = unpacked;
    }
    if bytes.len() as u64 > MAX_FILE {
        return Err(UsageError::new(format!(
            "`{}` is longer than {MAX_FILE} bytes",
            file.display()
        ))
        .hint("split it: each part needs whole documents")
        .into());
    }
    String::from_utf8(bytes).with_context(|| format!("`{}` is no UTF-8 text", file.display()))
}

/// Takes documents into a batch.
struct Importer {
    account: String,
    /// What answers are of that do not say so.
    meeting: Option<MeetingUuid>,
    batch: Batch,
    /// Batches that have as many rows as one may have.
    full: Vec<Batch>,
    samples: Samples,
    counts: Counts,
}

/// What was taken, and what was not.
#[derive(Default)]
struct Counts {
    meetings: u64,
    participants: u64,
    reports: u64,
    stream_samples: usize,
    device_samples: usize,
    refused: usize,
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
        note(format_args!(
            "imported {} meetings, {} participants, {} reports: {} stream samples, {} device samples",
            self.meetings,
            self.participants,
            self.reports,
            self.stream_samples,
            self.device_samples
        ));
    }
}

/// The members that tell what a document is.
#[derive(Deserialize)]
struct Marks<'a> {
    #[serde(borrow)]
    user_qos: Option<&'a RawValue>,
    #[serde(borrow)]
    participants: Option<&'a RawValue>,
    #[serde(borrow)]
    meetings: Option<&'a RawValue>,
    #[serde(borrow)]
    webinars: Option<&'a RawValue>,
    #[serde(borrow)]
    uuid: Option<&'a RawValue>,
    /// What zqos adds to Zoom's reports where it knows it.
    #[serde(borrow)]
    meeting_uuid: Option<Cow<'a, str>>,
}

impl Importer {
    fn take(&mut self) -> Batch {
        let empty = Batch::new(&self.account, SystemClock.now());
        std::mem::replace(&mut self.batch, empty)
    }

    /// Takes one document: an answer, or an array of them.
    fn document(&mut self, text: &str, path: &dyn Fn() -> String) {
        if text.starts_with('[') {
            match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(elements) => {
                    for (place, element) in elements.into_iter().enumerate() {
                        self.document(element.get(), &|| format!("{}[{place}]", path()));
                    }
                }
                Err(error) => self.counts.refuse(format!("{}: {error}", path())),
            }
            return;
        }
        let marks = match serde_json::from_str::<Marks<'_>>(text) {
            Ok(marks) => marks,
            Err(error) => return self.counts.refuse(format!("{}: {error}", path())),
        };
        let named = marks.meeting_uuid.as_deref().and_then(MeetingUuid::new);
        let meeting = named.or_else(|| self.meeting.clone());
        let is_rows =
            |rows: Option<&RawValue>| rows.is_some_and(|rows| rows.get().starts_with('['));
        let taken = if marks.user_qos.is_some() {
            self.report(text, meeting, path)
        } else if is_rows(marks.participants) {
            self.page(text, meeting, path)
        } else if is_rows(marks.meetings) || is_rows(marks.webinars) {
            let kind = if is_rows(marks.meetings) { Kind::Meeting } else { Kind::Webinar };
            self.meetings(text, kind, path)
        } else if marks.uuid.is_some() {
            serde_json::from_str::<Meeting<'_>>(text)
                .map(|meeting| self.meeting(&meeting, None, path))
                .map_err(|error| error.to_string())
        } else {
            Err("this is no answer that can be kept: a report, a page of reports, participants or \
                 meetings, or one meeting"
                .to_owned())
        };
        if let Err(reason) = taken {
            self.counts.refuse(format!("{}: {reason}", path()));
        }
    }

    fn report(
        &mut self,
        text: &str,
        meeting: Option<MeetingUuid>,
        path: &dyn Fn() -> String,
    ) -> Result<(), String> {
        let meeting = meeting.ok_or(NO_MEETING)?;
        let report: ParticipantQos<'_> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        self.add_report(&meeting, &report, text, path);
        Ok(())
    }

    fn add_report(
        &mut self,
        meeting: &MeetingUuid,
        report: &ParticipantQos<'_>,
        text: &str,
        path: &dyn Fn() -> String,
    ) {
        let Some(participant) = report.to_record() else {
            return self.counts.refuse(format!("{}: the report has no `user_id`", path()));
        };
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
            kind: "report",
            part: "",
            ts: participant.join,
            at,
            body: text,
        };
        self.batch.raw(Origin::Import, &raw);
        self.batch.participant(meeting, &participant);
        if self.batch.len() >= BATCH_ROWS {
            let full = self.take();
            self.full.push(full);
        }
        self.counts.reports += 1;
        self.counts.stream_samples += self.samples.streams.len();
        self.counts.device_samples += self.samples.devices.len();
        for invalid in std::mem::take(&mut self.samples.invalid) {
            self.counts.refuse(format!("{}: {invalid}", path()));
        }
    }

    /// A page of reports, or of participants.
    fn page(
        &mut self,
        text: &str,
        meeting: Option<MeetingUuid>,
        path: &dyn Fn() -> String,
    ) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Rows<'a> {
            #[serde(borrow)]
            participants: Vec<&'a RawValue>,
        }
        let meeting = meeting.ok_or(NO_MEETING)?;
        let rows: Rows<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for (place, row) in rows.participants.into_iter().enumerate() {
            let path = || format!("{}, participants[{place}]", path());
            let is_report = serde_json::from_str::<Marks<'_>>(row.get())
                .is_ok_and(|marks| marks.user_qos.is_some());
            let taken = if is_report {
                serde_json::from_str::<ParticipantQos<'_>>(row.get())
                    .map(|report| self.add_report(&meeting, &report, row.get(), &path))
            } else {
                serde_json::from_str::<Participant<'_>>(row.get()).map(|row| {
                    match row.to_record() {
                        Some(participant) => {
                            self.batch.participant(&meeting, &participant);
                            self.counts.participants += 1;
                        }
                        None => self.counts.refuse(format!("{}: no `user_id`", path())),
                    }
                })
            };
            if let Err(error) = taken {
                self.counts.refuse(format!("{}: {error}", path()));
            }
        }
        Ok(())
    }

    fn meetings(
        &mut self,
        text: &str,
        kind: Kind,
        path: &dyn Fn() -> String,
    ) -> Result<(), String> {
        let page: MeetingsPage<'_> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
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

const NO_MEETING: &str =
    "it does not say which meeting it is of; `--meeting UUID` says it for all that do not";

fn first_minute(samples: &Samples) -> Option<Timestamp> {
    samples.streams.first().map(|sample| sample.ts)
}
