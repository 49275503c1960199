//! `zqos import`: saved answers and events into the store.

mod documents;
mod input;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::mpsc;
use zqos_core::{MeetingUuid, Origin, Shown, SystemClock};
use zqos_intake::{Counts, Intake, Reason, Source};
use zqos_store::{Batch, Location, Store, TurnedAway};

use crate::cli::{Global, Import, WhichStore};
use crate::command::store;
use crate::config::{Config, DEFAULT_ACCOUNT};
use crate::context::{Mapped, site_map};
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
    let policy = config.policy(account, location.local())?.map(Arc::new);
    let sites = site_map(args.sites.as_ref(), &config.context)?;
    let mut store = Store::open(location.clone(), Arc::new(SystemClock)).await?;
    let (full, mut batches) = mpsc::channel(WAITING);
    let kept = full.clone();
    let sites = sites.map(|map| Arc::new(Mapped(map)) as _);
    // Whoever can't keep it says why.
    let intake = Intake::new(account, policy, sites, Arc::new(SystemClock))
        .with_sink(BATCH_ROWS, move |rows| drop(kept.blocking_send(rows)));
    let source = Source { origin: Origin::Import, meeting, call_start: None };
    let import = Importer { intake, source, full, refused: 0 };
    // What is read next is decoded while what was read is kept.
    let files = args.files.clone();
    let reading = tokio::task::spawn_blocking(move || import.read(&files));
    while let Some(batch) = batches.recv().await {
        store.append([batch]).await?;
    }
    let (counts, refused, read) = reading.await.context("reading the files was broken off")?;
    store.commit().await?;
    store::judge_what_came(&mut store, location, config.quality.judge).await;
    if refused > TOLD {
        note(format_args!("{} more are wrong", refused - TOLD));
    }
    tell(&counts);
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
    if refused == 0 && dead_letters == 0 { Ok(Exit::Done) } else { Ok(Exit::Incomplete) }
}

/// What was left out, and what was taken.
fn tell(counts: &Counts) {
    if !counts.other_events.is_empty() {
        let names: Vec<String> = (counts.other_events.iter())
            .map(|(name, count)| format!("{count} `{}`", Shown(name)))
            .collect();
        note(format_args!("left out events that no rows are made of: {}", names.join(", ")));
    }
    if !counts.dropped.is_empty() {
        let count: u64 = counts.dropped.values().sum();
        let names: Vec<String> =
            counts.dropped.keys().take(TOLD).map(|name| format!("`{}`", Shown(name))).collect();
        let more = if counts.dropped.len() > TOLD { ", …" } else { "" };
        note(format_args!(
            "dropped {count} texts of unknown members, which may be about people: {}{more}",
            names.join(", ")
        ));
    }
    let events = match counts.events {
        0 => String::new(),
        events => format!(", {events} events"),
    };
    let calls = match counts.calls {
        0 => String::new(),
        calls => format!(", {calls} calls"),
    };
    note(format_args!(
        "imported {} meetings, {} participants, {} reports{events}{calls}: {} stream samples, {} device samples",
        counts.meetings,
        counts.participants,
        counts.reports,
        counts.stream_samples,
        counts.device_samples
    ));
}

/// Reads files.
struct Importer {
    intake: Intake,
    source: Source,
    /// Where rows go.
    full: mpsc::Sender<Batch>,
    /// How many things were wrong.
    refused: usize,
}

impl Importer {
    /// Takes files; returns what was taken, also when one can't be read to its end.
    fn read(mut self, files: &[PathBuf]) -> (Counts, usize, anyhow::Result<()>) {
        let read = files.iter().try_for_each(|file| self.file(file));
        // What was read of a file that can't be read to its end is good.
        drop(self.full.blocking_send(self.intake.take_rows()));
        (self.intake.counts, self.refused, read)
    }

    /// Takes every document of a file, unless nobody wants them any more.
    fn file(&mut self, file: &Path) -> anyhow::Result<()> {
        let name = input::name(file);
        let mut documents = Documents::new(input::open(file)?, MAX_DOCUMENT);
        let mut number = 0_u64;
        while let Some(Found { line, text }) =
            documents.next().map_err(|error| input::unreadable(file, error))?
            && !self.full.is_closed()
        {
            number += 1;
            let place = || format!("{name}, document {number}");
            match text {
                Ok(text) => self.intake.document(text, &self.source, &place),
                Err(broken) => {
                    self.refuse(format_args!("{} (line {line}): {broken}", place()));
                }
            }
            for refused in std::mem::take(&mut self.intake.refused) {
                let help = match refused.reason {
                    Reason::NoMeeting => "; `--meeting UUID` says it for all that do not",
                    _ => "",
                };
                self.refuse(format_args!("{refused}{help}"));
            }
        }
        Ok(())
    }

    fn refuse(&mut self, reason: impl Display) {
        self.refused += 1;
        if self.refused <= TOLD {
            note(reason);
        }
    }
}
