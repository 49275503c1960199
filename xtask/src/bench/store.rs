//! The store: how fast rows come in, how much room they take, how fast they are asked.
//!
//! Rows are those of a simulated company, decoded as from Zoom; the example `fill_store` says how one day
//! of it becomes many. Rates, sizes and times are those of the disk below the target folder.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Claim, month, peak_memory, statistics::Times};
use crate::{
    process::{quietly, shown},
    store::{Store, emptied},
    third_party::install,
    workspace::Workspace,
    zqos::Zqos,
};

/// How many stream samples are taken in, and asked.
const SAMPLES: &str = "10000000";
/// How many people the company has: a day of theirs has more than 200,000 stream samples.
const PEOPLE: &str = "2000";
/// How many samples are kept together with the texts that they are of.
const SAMPLES_WITH_TEXTS: &str = "500000";
/// How often each side is asked: the first time is not counted.
const RUNS: usize = 8;
/// How many meetings are asked for, each by a process of its own.
const COLD_RUNS: usize = 20;
/// Of how many samples a month's rollups are.
const SAMPLES_OF_A_MONTH: &str = "400000000";
/// By day and network type: how many samples there are, and which shares of them are beyond the bounds that
/// people look at first.
const OVERVIEW: &str = "\
    SELECT date_trunc('day', hour) AS day, network_type, sum(n) AS n, \
      100.0 * sum(latency_ms_le_200 + latency_ms_le_300 + latency_ms_le_400 + latency_ms_le_500 \
        + latency_ms_le_750 + latency_ms_le_1000 + latency_ms_le_2000 + latency_ms_more) \
        / sum(latency_ms_n) AS above_150_ms, \
      100.0 * sum(avg_loss_pct_le_3 + avg_loss_pct_le_5 + avg_loss_pct_le_8 + avg_loss_pct_le_12 \
        + avg_loss_pct_le_20 + avg_loss_pct_le_40 + avg_loss_pct_more) \
        / sum(avg_loss_pct_n) AS above_2_pct \
    FROM rollup_hourly GROUP BY 1, 2";
/// The 95th percentile of latency by location and hour, with its join.
const PERCENTILES: &str = "\
    SELECT p.location, date_trunc('hour', s.ts) AS hour, count(*) AS n, \
      percentile_cont(0.95) WITHIN GROUP (ORDER BY s.latency_ms) AS p95 \
    FROM stream_samples s JOIN participants p \
      ON s.account = p.account AND s.meeting_uuid = p.meeting_uuid AND s.user_id = p.user_id \
    GROUP BY 1, 2";

fn claim(what: &str, measured: f64, at_most: f64) -> Claim {
    Claim { what: what.to_owned(), measured, at_most }
}

/// From typed records to tables that name them, everything synced.
pub(super) fn ingest(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release_with_store(workspace)?;
    let folder = emptied(workspace.target.join("bench-store"))?;
    let report = workspace.target.join("bench-peak-memory");
    let mut fill = peak_memory::measured(&report, &zqos.example("fill_store"))?;
    fill.arg(folder.join("ingest")).args([SAMPLES, PEOPLE]);
    let told = told(&mut fill)?;
    let peak_mb = f64::from(peak_memory::reported_kib(&report)?) * 1024.0 / 1e6;
    fs::remove_dir_all(&folder)?;

    let number = |name: &str| told[name].as_f64().with_context(|| format!("no `{name}` in {told}"));
    let millions = number("stream_samples")? / 1e6;
    println!(
        "  {millions:.2} million stream samples of {} days, and {:.2} million of devices, in {:.1} s, with \
         {:.1} s of processors",
        told["days"],
        number("device_samples")? / 1e6,
        number("seconds")?,
        told["cpu_seconds"].as_f64().unwrap_or(f64::NAN),
    );
    Ok(vec![
        claim("seconds for a million stream samples", number("seconds")? / millions, 1.0),
        claim("peak memory, with the day that is taken in, MB", peak_mb, 400.0),
    ])
}

/// Bytes of a sample in files of days that are done with.
pub(super) fn size(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release_with_store(workspace)?;
    let folder = emptied(workspace.target.join("bench-store"))?;
    let store = Store::new(&zqos, folder.join("size"));
    let mut fill = Command::new(zqos.example("fill_store"));
    told(fill.arg(store.folder()).args([SAMPLES_WITH_TEXTS, PEOPLE, "raw"]))?;
    let start = Instant::now();
    store.compact()?;
    println!("  compacted in {:.1} s", start.elapsed().as_secs_f64());
    let tables = store.info()?;
    fs::remove_dir_all(&folder)?;

    let figure = |table: &str, what: &str| {
        let row = tables.iter().find(|row| row["table"] == table);
        row.and_then(|row| row[what].as_f64()).with_context(|| format!("no {what} of {table}"))
    };
    let samples = figure("stream_samples", "rows")?;
    let mut of_sample = Vec::new();
    for table in ["stream_samples", "zoom_raw", "device_samples", "participants", "meetings"] {
        let bytes = figure(table, "bytes")? / samples;
        println!("  {table}: {bytes:.2} bytes for each stream sample");
        of_sample.push(bytes);
    }
    Ok(vec![
        claim("bytes of a stream sample", of_sample[0], 10.0),
        claim("bytes of a stream sample with its text", of_sample[0] + of_sample[1], 20.0),
    ])
}

/// A question over everything, against DuckDB; and one over a meeting, from nothing.
pub(super) fn query(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release_with_store(workspace)?;
    let store = month::store(&zqos, workspace)?;

    let mut ask = Command::new(zqos.example("ask_store"));
    let ours = told(ask.arg(store.folder()).args([PERCENTILES, &(RUNS + 1).to_string()]))?;
    let mut ask = Command::new(install::python(workspace)?);
    ask.arg(install::sources(workspace).join("ask-duckdb.py")).arg(store.folder());
    let theirs = told(ask.args([PERCENTILES, &(RUNS + 1).to_string()]))?;
    ensure!(ours["rows"] == theirs["rows"], "{ours} are not as many rows as {theirs}");
    let (our_times, their_times) = (times(&ours)?, times(&theirs)?);
    println!("  {} rows, {RUNS} runs of each after one to warm up", ours["rows"]);
    println!("  zqos: {our_times}");
    println!("  DuckDB {}: {their_times}", theirs["version"].as_str().unwrap_or("?"));

    let meetings = store.sql(&format!(
        "SELECT meeting_uuid FROM meetings WHERE participant_count > 10 \
         ORDER BY meeting_uuid LIMIT {COLD_RUNS}"
    ))?;
    let mut cold = Times::default();
    for meeting in &meetings {
        let uuid = meeting["meeting_uuid"].as_str().context("a meeting without a UUID")?;
        let question = format!("SELECT * FROM stream_samples WHERE meeting_uuid = '{uuid}'");
        forget_cached(workspace, store.folder())?;
        let start = Instant::now();
        let rows = store.sql_text(&question)?;
        cold.push(start.elapsed());
        ensure!(!rows.is_empty(), "no rows of {uuid}");
    }
    println!(
        "  a meeting, by a process of its own, after the system was told that the store's files need \
         not be kept in memory: {cold}"
    );
    Ok(vec![
        claim(
            "95th percentiles, zqos / DuckDB, ratio of medians",
            our_times.median() / their_times.median(),
            2.0,
        ),
        claim("rows of a meeting from nothing, median, ms", cold.median() * 1e3, 50.0),
    ])
}

/// What thirty days come to, by day and place, of rollups alone.
pub(super) fn overview(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release_with_store(workspace)?;
    let folder = emptied(workspace.target.join("bench-store"))?;
    let store = Store::new(&zqos, folder.join("overview"));
    let mut fill = Command::new(zqos.example("fill_store"));
    // A day of them.
    told(fill.arg(store.folder()).args(["1", PEOPLE]))?;
    store.compact()?;
    let mut fill = Command::new(zqos.example("fill_rollups"));
    let month = told(fill.arg(store.folder()).args(["30", SAMPLES_OF_A_MONTH]))?;
    println!(
        "  {} rollups of {} days, of {} samples of {} companies with {PEOPLE} people each",
        month["rows"], month["days"], month["samples"], month["companies"]
    );
    let mut ask = Command::new(zqos.example("ask_store"));
    let asked = told(ask.arg(store.folder()).args([OVERVIEW, &(RUNS + 1).to_string()]))?;
    let times = times(&asked)?;
    println!("  {} rows, {RUNS} runs after one to warm up: {times}", asked["rows"]);
    fs::remove_dir_all(&folder)?;
    Ok(vec![claim("overview of a month, median, seconds", times.median(), 1.0)])
}

/// Tells the system that it need not keep files in memory. It keeps those that are still being written;
/// the store's are synced.
fn forget_cached(workspace: &Workspace, folder: &Path) -> Result<()> {
    const SCRIPT: &str = "\
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        file = os.open(os.path.join(folder, name), os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
";
    let mut python = Command::new(install::python(workspace)?);
    quietly(python.args(["-c", SCRIPT]).arg(folder)).map(drop)
}

/// What a program tells as JSON.
fn told(command: &mut Command) -> Result<Value> {
    let text = quietly(command)?;
    serde_json::from_slice(&text).with_context(|| format!("`{}` told no JSON", shown(command)))
}

/// The times that are told, but for the first.
fn times(told: &Value) -> Result<Times> {
    let seconds = told["seconds"].as_array().context("no times were told")?;
    let times = seconds.iter().skip(1).filter_map(Value::as_f64).map(Duration::from_secs_f64);
    Ok(times.collect())
}
