//! `zqos import`, killed at any point of its run, harms nothing and loses nothing that an import
//! before it said to be there.

use std::{
    collections::BTreeMap,
    io::Read as _,
    ops::Range,
    process::{self, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{
    process::{quietly, shown},
    store::{Saved, Store, TABLES, emptied, save_a_day},
    workspace::Workspace,
    zqos::Zqos,
};

/// How many stores, at the same time: imports wait for the disk most of the time.
const STORES: u32 = 5;
/// How many kills in each, one after the other. Imports take longer with every one before them.
const KILLS: u32 = 10;

/// One round of kills.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    // When a kill meets what depends on the machine too, so a seed can't repeat a run, but says
    // which points it aimed at.
    let seed = process::id();
    let killed = round(&Zqos::debug(workspace)?, workspace, seed)?;
    let all = STORES * KILLS;
    eprintln!("seed {seed}: {killed} of {all} imports were killed, the others were done before");
    ensure!(killed > all / 2, "too few imports were killed to show anything");
    Ok(())
}

/// Kills imports, each of them for an account of its own and then run again undisturbed, and
/// compares what is in the stores at the end with what one import puts there. Returns how many were
/// killed before they were done.
pub(crate) fn round(zqos: &Zqos, workspace: &Workspace, seed: u32) -> Result<u32> {
    let folder = emptied(workspace.target.join("kills"))?;
    let saved = save_a_day(zqos, &folder)?;
    // One of middle size.
    let saved = saved.get(saved.len() / 2).context("there was no meeting")?;
    let undisturbed = Store::new(zqos, folder.join("undisturbed"));
    quietly(&mut undisturbed.import("undisturbed", saved))?;

    let killed = thread::scope(|scope| {
        let stores = (0..STORES).map(|number| {
            let disturbed = Store::new(zqos, folder.join(format!("disturbed-{number}")));
            let kills = number * KILLS..(number + 1) * KILLS;
            let undisturbed = &undisturbed;
            scope.spawn(move || {
                let killed = disturb(&disturbed, saved, seed, kills)?;
                disturbed.verify()?;
                for table in TABLES {
                    same_rows(undisturbed, &disturbed, table)?;
                }
                Ok(killed)
            })
        });
        let stores: Vec<_> = stores.collect();
        let killed = stores.into_iter().map(|store| match store.join() {
            Ok(killed) => killed,
            Err(_) => bail!("a thread panicked"),
        });
        killed.sum::<Result<u32>>()
    });
    killed.with_context(|| format!("seed {seed}"))
}

/// Imports for one account after the other, first killed and then not; returns how many kills came
/// before the import was done.
fn disturb(store: &Store<'_>, saved: &Saved, seed: u32, kills: Range<u32>) -> Result<u32> {
    let mut killed = 0;
    let mut undisturbed = timed(store, "first", saved)?;
    for kill in kills {
        let account = format!("kill-{kill}");
        let after = undisturbed.mul_f64(point(seed, kill));
        killed += u32::from(is_killed(&mut store.import(&account, saved), after)?);
        undisturbed =
            timed(store, &account, saved).with_context(|| format!("after kill {kill}"))?;
    }
    Ok(killed)
}

/// Imports undisturbed, and tells how long that took.
fn timed(store: &Store<'_>, account: &str, saved: &Saved) -> Result<Duration> {
    let start = Instant::now();
    quietly(&mut store.import(account, saved))?;
    Ok(start.elapsed())
}

/// Which part of an import's run has passed when it is killed. Multiples of the golden ratio are
/// spread evenly, however many of them there are.
pub(crate) fn point(seed: u32, kill: u32) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    (f64::from(seed) * GOLDEN + f64::from(kill) * GOLDEN).fract()
}

/// Starts an import and kills it when it has run for so long. False when it was done before.
pub(crate) fn is_killed(import: &mut Command, after: Duration) -> Result<bool> {
    import.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = import.spawn().with_context(|| format!("cannot start `{}`", shown(import)))?;
    let mut stderr = child.stderr.take().context("its remarks are piped")?;
    let (ends, end) = mpsc::channel::<()>();
    let (status, remarks) = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut remarks = String::new();
            let read = stderr.read_to_string(&mut remarks).map(|_| remarks);
            drop(ends);
            read
        });
        // It ends where its standard error does.
        if end.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
            child.kill()?;
        }
        let status = child.wait()?;
        let remarks = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
        Ok::<_, anyhow::Error>((status, remarks))
    })?;
    match status.code() {
        None => Ok(true),
        Some(0) => Ok(false),
        Some(_) => bail!("`{}` ended with {status}\n{remarks}", shown(import)),
    }
}

/// Each account has in a table what the undisturbed one has.
fn same_rows(undisturbed: &Store<'_>, disturbed: &Store<'_>, table: &str) -> Result<()> {
    let expected = rows(undisturbed, table)?.remove("undisturbed");
    let expected = expected.with_context(|| format!("nothing was imported into {table}"))?;
    let found = rows(disturbed, table)?;
    ensure!(
        found.len() == KILLS as usize + 1,
        "{table} has rows of {} accounts instead of {}",
        found.len(),
        KILLS + 1
    );
    for (account, found) in found {
        ensure!(
            found == expected,
            "{table} of {account} has {} rows, other than the {} of an undisturbed import",
            found.len(),
            expected.len()
        );
    }
    Ok(())
}

/// The rows of a table by account, each as text and in the order of that, without what depends on
/// the time of the import.
fn rows(store: &Store<'_>, table: &str) -> Result<BTreeMap<String, Vec<String>>> {
    let mut accounts = BTreeMap::<String, Vec<String>>::new();
    for mut row in store.sql(&format!("SELECT * FROM {table}"))? {
        let Value::Object(columns) = &mut row else { bail!("a row of {table} is no object") };
        columns.remove("received_at");
        let account = columns.remove("account");
        let account = account.as_ref().and_then(Value::as_str).context("a row without account")?;
        accounts.entry(account.to_owned()).or_default().push(row.to_string());
    }
    for rows in accounts.values_mut() {
        rows.sort_unstable();
    }
    Ok(accounts)
}
