//! `zqos store replay`: rows of dead letters, once a version can make them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use zqos_core::table::ZOOM_RAW;
use zqos_core::{Clock as _, SystemClock};
use zqos_intake::{Intake, Pushed, Reader};
use zqos_store::{Batch, DeadLetter, dead_letters};

use super::{judge_what_came, open};
use crate::cli::{Global, Replay};
use crate::command::import::location;
use crate::config::Config;
use crate::exit::Exit;
use crate::output::columns::{Align, Columns};
use crate::output::rows::Cell;
use crate::output::{Output, note, typed};

/// The columns of the list.
const COLUMNS: [&str; 6] = ["account", "for", "event", "reason", "letters", "newest"];

/// An event, as a dead letter has it.
#[derive(Deserialize)]
struct KeptEvent {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    body: String,
}

/// Makes rows of what can be made rows of, or shows what waits.
pub(super) async fn run(args: &Replay, global: &Global) -> anyhow::Result<Exit> {
    let at = location(&args.store)?;
    let account = global.account.as_deref().filter(|account| *account != "all");
    let mut letters = dead_letters(at.clone()).await?;
    letters.retain(|letter| {
        letter.replayed_at.is_none() && account.is_none_or(|account| letter.account == account)
    });
    if args.list {
        return list(&letters, global);
    }
    let judge = Config::load(global.config.as_deref())?.quality.judge;
    let mut store = open(at.clone()).await?;
    let mut replayed = 0_usize;
    for letter in &letters {
        // The rows, and the note that there are some, are durable together.
        let Some(rows) = rows_of(letter) else { continue };
        let mut done = Batch::new(&letter.account, SystemClock.now());
        done.replayed(letter);
        store.append([rows, done]).await?;
        replayed += 1;
    }
    store.commit().await?;
    let left = letters.len() - replayed;
    note(format_args!("made rows of {replayed} dead letters; {left} are left"));
    if replayed > 0 {
        judge_what_came(&mut store, at, judge).await;
    }
    Ok(if left == 0 { Exit::Done } else { Exit::Incomplete })
}

/// The rows of a dead letter; `None` where there are none still. What of people is kept was decided when it came
/// in.
fn rows_of(letter: &DeadLetter) -> Option<Batch> {
    let event = event_of(letter)?;
    let mut intake = Intake::new(&letter.account, None, None, Arc::new(SystemClock));
    let read = Reader::default().read(event.body.as_bytes());
    (intake.event(read) == Pushed::Rows).then(|| intake.take_rows())
}

/// The event that a letter is; `None` for a row that was dated wrongly.
fn event_of(letter: &DeadLetter) -> Option<KeptEvent> {
    if letter.table != ZOOM_RAW.name {
        return None;
    }
    serde_json::from_str(&letter.row).ok()
}

/// Shows how many wait, by what they are and why they are there.
fn list(letters: &[DeadLetter], global: &Global) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(global.format);
    typed::refuse_raw(format)?;
    let mut groups = BTreeMap::new();
    for letter in letters {
        let event = event_of(letter).map(|event| event.kind).filter(|kind| !kind.is_empty());
        let key = (&*letter.account, &*letter.table, event, &*letter.reason);
        let (count, newest) = groups.entry(key).or_insert((0_u64, letter.received_at));
        *count += 1;
        *newest = letter.received_at.max(*newest);
    }
    let rows: Vec<[Cell<'_>; COLUMNS.len()]> = (groups.iter())
        .map(|((account, table, event, reason), (count, newest))| {
            [
                (*account).into(),
                (*table).into(),
                event.as_deref().into(),
                (*reason).into(),
                (*count).into(),
                (*newest).into(),
            ]
        })
        .collect();
    let align = |name: &str| if name == "letters" { Align::Right } else { Align::Left };
    let mut table = Columns::new(COLUMNS.map(|name| (name, align(name))));
    for row in &rows {
        table.row(row.iter().map(Cell::shown));
    }
    typed::write(&mut output, format, &COLUMNS, rows.iter().map(|row| &row[..]), &table)?;
    output.finish()?;
    Ok(Exit::Done)
}
