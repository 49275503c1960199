//! `zqos store`: what is in the store, and its upkeep.

use std::path::Path;
use std::sync::Arc;

use zqos_core::SystemClock;
use zqos_store::{Snapshot, Store as Writer};

use crate::cli::{Format, Global, Store};
use crate::command::import::folder;
use crate::exit::{Exit, UsageError};
use crate::output::columns::{Align, Columns};
use crate::output::rows::{Cell, Part, RowForm, RowWriter};
use crate::output::{Output, json, note};

/// The columns of `store info`.
const COLUMNS: [&str; 7] = ["table", "version", "first_day", "last_day", "files", "rows", "bytes"];

/// Looks after the store.
pub(crate) async fn run(command: &Store, global: &Global) -> anyhow::Result<Exit> {
    match command {
        Store::Info(which) => info(folder(which)?, global).await,
        Store::Compact(which) => {
            let folder = folder(which)?;
            // Nobody wants a store made by looking after it.
            Snapshot::open(folder).await?;
            let mut store = Writer::open(folder, Arc::new(SystemClock)).await?;
            let replaced = store.compact().await?;
            note(format_args!("replaced {replaced} files"));
            #[cfg(feature = "query")]
            {
                let limits = zqos_query::Limits::default();
                let days = zqos_query::refresh_rollups(&mut store, folder, limits).await?;
                note(format_args!("made the rollups of {} days", days.len()));
            }
            Ok(Exit::Done)
        }
        Store::Verify(which) => verify(folder(which)?).await,
    }
}

async fn info(folder: &Path, global: &Global) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(global.format);
    if format == Format::Raw {
        return Err(UsageError::new("`raw` is no format of a store's tables")
            .hint("the formats are `table`, `json`, `ndjson` and `csv`")
            .into());
    }
    let snapshot = Snapshot::open(folder).await?;
    let days: Vec<_> = snapshot
        .tables()
        .map(|(_, _, files)| (files.first(), files.last()))
        .map(|(first, last)| [first, last].map(|file| file.map(|file| file.day.as_str())))
        .collect();
    let rows: Vec<[Cell<'_>; COLUMNS.len()]> = snapshot
        .tables()
        .zip(days)
        .map(|((table, version, files), [first, last])| {
            let sum =
                |count: fn(&zqos_store::DataFile) -> u64| files.iter().map(count).sum::<u64>();
            [
                table.name.into(),
                version.into(),
                first.into(),
                last.into(),
                (files.len() as u64).into(),
                sum(|file| file.rows).into(),
                sum(|file| file.size).into(),
            ]
        })
        .collect();
    match format {
        Format::Table => {
            let align = |name: &str| {
                if matches!(name, "table" | "first_day" | "last_day") {
                    Align::Left
                } else {
                    Align::Right
                }
            };
            let mut table = Columns::new(COLUMNS.map(|name| (name, align(name))));
            for row in &rows {
                table.row(row.iter().map(Cell::shown));
            }
            let (width, may_style) = (output.width(), output.may_style());
            output.write(|out| table.write(out, width, may_style))?;
        }
        Format::Csv | Format::Ndjson => {
            let form = if format == Format::Csv { RowForm::Csv } else { RowForm::Ndjson };
            output.write(|out| {
                let mut writer = RowWriter::new(out, form, &COLUMNS)?;
                rows.iter().try_for_each(|row| writer.row(out, &[Part::Cells(row)]))
            })?;
        }
        Format::Json | Format::Raw => {
            let mut lines = Vec::new();
            let mut writer = RowWriter::new(&mut lines, RowForm::Ndjson, &COLUMNS)?;
            for row in &rows {
                writer.row(&mut lines, &[Part::Cells(row)])?;
            }
            let text = String::from_utf8_lossy(&lines);
            let array = format!("[{}]", text.lines().collect::<Vec<_>>().join(","));
            output.write(|out| {
                json::write_pretty(out, &array, 0)?;
                json::new_line(out, 0)
            })?;
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

async fn verify(folder: &Path) -> anyhow::Result<Exit> {
    let snapshot = Snapshot::open(folder).await?;
    let damage = snapshot.verify();
    for damaged in &damage {
        note(format_args!("`{}`: {}", damaged.path, damaged.reason));
    }
    let count: usize = snapshot.tables().map(|(_, _, files)| files.len()).sum();
    if damage.is_empty() {
        note(format_args!("{count} files are as they were written"));
        return Ok(Exit::Done);
    }
    Err(anyhow::anyhow!(
        "{} of {count} files are damaged or gone; copies of them from a backup mend the store",
        damage.len()
    ))
}
