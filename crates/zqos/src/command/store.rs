//! `zqos store`: what is in the store, and its upkeep.

mod replay;

use std::path::PathBuf;
use std::sync::Arc;

use zqos_core::{Clock as _, SystemClock};
use zqos_quality::Judge;
use zqos_store::{Location, Snapshot, Store as Writer, StoreError};

use crate::cli::{Expire, Forget, Global, Store, WhichStore};
use crate::command::import::location;
use crate::config::{Config, DEFAULT_ACCOUNT};
use crate::exit::{Exit, UsageError};
use crate::output::columns::{Align, Columns};
use crate::output::rows::Cell;
use crate::output::{Output, note, typed};
use crate::time::Zone;

/// The columns of `store info`.
const COLUMNS: [&str; 7] = ["table", "version", "first_day", "last_day", "files", "rows", "bytes"];

/// Where the store is that was named, if one was.
pub(crate) fn named(which: &WhichStore) -> Result<Option<Location>, UsageError> {
    let Some(store) = which.store.as_ref().filter(|store| !store.is_empty()) else {
        return Ok(None);
    };
    match store.to_str().filter(|text| text.starts_with("s3:")) {
        Some(url) => on_s3(url, which).map(Some),
        None => Ok(Some(PathBuf::from(store).into())),
    }
}

#[cfg(feature = "s3")]
fn on_s3(url: &str, which: &WhichStore) -> Result<Location, UsageError> {
    use etcetera::BaseStrategy as _;

    let url = url::Url::parse(url).map_err(|error| {
        UsageError::new(format!("the URL of the store is wrong: {error}"))
            .hint("a store on S3 is named as in `s3://bucket/prefix`")
    })?;
    let log = which.log.as_ref().filter(|log| !log.is_empty()).map(PathBuf::from);
    let log = log.or_else(|| {
        let folders = etcetera::choose_base_strategy().ok()?;
        let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
        Some(folder.join("zqos").join("logs").join(Location::log_name(&url)))
    });
    let log = log.ok_or_else(|| {
        UsageError::new("there is no folder for the write-ahead log of a store on S3")
            .hint("`--log FOLDER` or the environment variable `ZQOS_STORE_LOG` names one")
    })?;
    Ok(Location::S3 { url, log })
}

#[cfg(not(feature = "s3"))]
fn on_s3(_: &str, _: &WhichStore) -> Result<Location, UsageError> {
    Err(UsageError::new("this zqos was built without stores on S3")
        .hint("build it with the feature `s3`, or name a folder"))
}

/// Looks after the store.
pub(crate) async fn run(command: &Store, global: &Global) -> anyhow::Result<Exit> {
    match command {
        Store::Info(which) => info(location(which)?, global).await,
        Store::Compact(which) => compact(location(which)?, global).await,
        Store::Verify(which) => verify(location(which)?).await,
        Store::Replay(args) => replay::run(args, global).await,
        Store::Expire(args) => expire(args, global).await,
        Store::Forget(args) => forget(args, global).await,
    }
}

/// Opens a store that is there: nobody wants one made by looking after it.
async fn open(at: Location) -> Result<Writer, StoreError> {
    Snapshot::open(at.clone()).await?;
    Writer::open(at, Arc::new(SystemClock)).await
}

async fn compact(at: Location, global: &Global) -> anyhow::Result<Exit> {
    let judge = Config::load(global.config.as_deref())?.quality.judge;
    let mut store = open(at.clone()).await?;
    let done = store.compact().await.map_err(explained)?;
    note(format_args!(
        "replaced {} files, sealed {} days of tables, removed {} files",
        done.replaced, done.sealed, done.removed
    ));
    if done.conflicts > 0 {
        note(format_args!(
            "{} rows said something else than a later one of the same key: `system.conflicts`",
            done.conflicts
        ));
    }
    refresh(&mut store, at, judge).await?;
    Ok(Exit::Done)
}

/// Makes anew what is made of other tables, of days that have changed: rollups and verdicts.
#[cfg(feature = "query")]
async fn refresh(store: &mut Writer, at: Location, judge: Judge) -> anyhow::Result<()> {
    let limits = zqos_query::Limits::default();
    let rollups = zqos_query::refresh_rollups(store, at.clone(), limits).await?;
    note(format_args!("made the rollups of {}", days(rollups.len())));
    let verdicts = judge_anew(store, at, judge).await?;
    note(format_args!("made the verdicts of {}", days(verdicts.len())));
    Ok(())
}

/// Makes verdicts anew of days that have changed, and says which. It takes less memory than rollups do.
#[cfg(feature = "query")]
async fn judge_anew(
    store: &mut Writer,
    at: Location,
    judge: Judge,
) -> Result<Vec<String>, zqos_query::QueryError> {
    let (limits, now) = (zqos_query::Limits::default(), SystemClock.now());
    zqos_query::refresh_verdicts(store, at, limits, judge, now).await
}

#[cfg(feature = "query")]
fn days(count: usize) -> String {
    format!("{count} day{}", if count == 1 { "" } else { "s" })
}

/// Makes verdicts after rows came in, which are safe whatever becomes of this.
#[cfg(feature = "query")]
pub(crate) async fn judge_what_came(store: &mut Writer, at: Location, judge: Judge) {
    if let Err(error) = judge_anew(store, at, judge).await {
        note(format_args!("verdicts are not made: {error}; `zqos store compact` makes them"));
    }
}

/// Without the engine nothing can make them.
#[cfg(not(feature = "query"))]
#[expect(clippy::unused_async, reason = "with the engine it waits")]
async fn refresh(_: &mut Writer, _: Location, _: Judge) -> anyhow::Result<()> {
    Ok(())
}

/// As [`refresh`].
#[cfg(not(feature = "query"))]
#[expect(clippy::unused_async, reason = "with the engine it waits")]
pub(crate) async fn judge_what_came(_: &mut Writer, _: Location, _: Judge) {}

async fn expire(args: &Expire, global: &Global) -> anyhow::Result<Exit> {
    let now = SystemClock.now();
    let before = Zone::new(global.tz.as_deref(), now)?.parse(&args.before)?;
    if before > now {
        return Err(UsageError::new("that day has not come")
            .hint("days that ended are removed: nothing of today goes, nor of what is to come")
            .into());
    }
    let at = location(&args.store)?;
    let judge = Config::load(global.config.as_deref())?.quality.judge;
    let mut store = open(at.clone()).await?;
    let erased = store.expire(before).await.map_err(explained)?;
    note(format_args!("removed {} rows in {} files", erased.rows, erased.files));
    refresh(&mut store, at, judge).await?;
    Ok(Exit::Done)
}

async fn forget(args: &Forget, global: &Global) -> anyhow::Result<Exit> {
    let account = global.account.as_deref().filter(|account| *account != "all");
    let at = location(&args.store)?;
    let config = Config::load(global.config.as_deref())?;
    let known = config.accounts.keys().map(String::as_str).chain([DEFAULT_ACCOUNT]);
    let mut names = vec![args.person.clone()];
    // What stands in the store in place of them.
    for of in known.filter(|of| account.is_none_or(|account| account == *of)) {
        if let Some(policy) = config.policy(of, at.local())? {
            names.extend(policy.pseudonyms(&args.person));
        }
    }
    let mut store = open(at.clone()).await?;
    let erased = store.forget(account, &names).await.map_err(explained)?;
    note(format_args!(
        "erased {} joins: {} rows; {} files were written anew or removed",
        erased.joins, erased.rows, erased.files
    ));
    refresh(&mut store, at, config.quality.judge).await?;
    // Queries may have named the person.
    #[cfg(feature = "query")]
    crate::command::sql::history::empty()?;
    if erased.remains.is_empty() {
        return Ok(Exit::Done);
    }
    for remains in &erased.remains {
        note(format_args!("`{remains}` may still hold something of the person"));
    }
    note("another program writes; say it again when that has ended");
    Ok(Exit::Incomplete)
}

/// What is to be done about a failure.
fn explained(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Ambiguous(_) => UsageError::new(error.to_string())
            .hint("`zqos sql 'SELECT DISTINCT user_name, email, person_id FROM participants'` tells them apart")
            .into(),
        StoreError::Clock { .. } => anyhow::Error::new(error).context(
            "nothing was removed, for the clock of this machine may be wrong; set it, or import newer rows",
        ),
        error => error.into(),
    }
}

async fn info(at: Location, global: &Global) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(global.format);
    typed::refuse_raw(format)?;
    let snapshot = Snapshot::open(at).await?;
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
    let align = |name: &str| {
        if matches!(name, "table" | "first_day" | "last_day") { Align::Left } else { Align::Right }
    };
    let mut table = Columns::new(COLUMNS.map(|name| (name, align(name))));
    for row in &rows {
        table.row(row.iter().map(Cell::shown));
    }
    typed::write(&mut output, format, &COLUMNS, rows.iter().map(|row| &row[..]), &table)?;
    output.finish()?;
    Ok(Exit::Done)
}

async fn verify(at: Location) -> anyhow::Result<Exit> {
    let snapshot = Snapshot::open(at).await?;
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
