//! A day of a company into a store: zqos beside zoomus with sixteen threads, which keeps nothing, and beside
//! whoever asks for the same pages and does nothing with them.

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    Claim, peak_memory,
    sim::{Connection, together},
};
use crate::{
    process::{around_proxies, quietly},
    simulator::{Simulator, encoded_twice},
    third_party::install,
    workspace::Workspace,
    zqos::Zqos,
};

const DAY: &str = "2026-11-19";
/// How many connections ask at the same time, as zqos and zoomus do.
const CONNECTIONS: usize = 16;
/// How many times as fast as zoomus it claims to be.
const TIMES: f64 = 10.0;
/// Which memory it claims to need at most.
const PEAK_MB: f64 = 300.0;

pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release_with_store(workspace)?;
    let python = install::python(workspace)?;
    let arguments = ["--now", "2026-11-20T12:00:00Z", "--people", "2000", "--limits", "off"];
    let simulator = Simulator::start(&zqos, &arguments, Stdio::null())?;

    let mut zoomus = Command::new(python);
    zoomus.arg(install::sources(workspace).join("zoomus_collect.py")).arg(DAY);
    zoomus.envs(simulator.settings.iter().cloned());
    let theirs: Value = serde_json::from_slice(&quietly(around_proxies(&mut zoomus))?)?;
    let number =
        |name: &str| theirs[name].as_f64().with_context(|| format!("zoomus tells no {name}"));
    let (their_reports, their_seconds) = (number("reports")?, number("seconds")?);

    let store = workspace.target.join("bench-collect");
    if store.exists() {
        std::fs::remove_dir_all(&store).context("cannot remove the last store")?;
    }
    // Neither keeps to limits that the simulator does not have.
    let config = workspace.target.join("bench-collect.toml");
    std::fs::write(&config, "[accounts.default]\nplan = \"unlimited\"\n")
        .context("cannot write the settings")?;
    let report = workspace.target.join("bench-peak-memory");
    let mut collect = peak_memory::measured(&report, zqos.path())?;
    collect.args([
        "collect",
        "--tz",
        "UTC",
        "--from",
        DAY,
        "--to",
        "2026-11-20",
        "--format",
        "ndjson",
    ]);
    collect.arg("--store").arg(&store).arg("--config").arg(&config);
    collect.envs(simulator.settings.iter().cloned());
    let began = Instant::now();
    let told: Value = serde_json::from_slice(&quietly(around_proxies(&mut collect))?)?;
    let seconds = began.elapsed().as_secs_f64();
    let count = |name: &str| told[name].as_f64().with_context(|| format!("zqos tells no {name}"));
    let (reports, calls) = (count("participants_got")?, count("calls")?);
    let peak_mb = f64::from(peak_memory::reported_kib(&report)?) * 1024.0 / 1e6;
    // zoomus leaves webinars and meetings of one out.
    ensure!(reports >= their_reports, "{reports} reports, and zoomus got {their_reports}");

    let pages = pages(&simulator)?;
    let before = simulator.cpu_seconds()?;
    let bare = thrown_away(&simulator, &pages)?;
    let of_simulator = simulator.cpu_seconds()? - before;

    println!("  one run of each, zoomus first; the simulator runs on the same processors");
    println!(
        "  zoomus, 16 threads, keeping nothing: {their_reports} reports in {their_seconds:.1} s"
    );
    println!("  zqos, into a store: {reports} reports by {calls} calls in {seconds:.1} s");
    println!(
        "  {CONNECTIONS} connections that throw the same {} pages away: {bare:.2} s, with {of_simulator:.2} s of \
         the simulator's processor time; zqos takes {:.1} times as long",
        pages.len(),
        seconds / bare
    );
    println!(
        "  {TIMES} times as fast as zoomus would be {:.2} s, and so {:.1} times as long as that",
        their_seconds / TIMES,
        their_seconds / TIMES / bare
    );
    Ok(vec![
        Claim {
            what: format!("time a report, zqos / zoomus, of {TIMES} times as fast"),
            measured: (seconds / reports) / (their_seconds / their_reports) * TIMES,
            at_most: 1.0,
        },
        Claim { what: "peak memory of zqos, MB".to_owned(), measured: peak_mb, at_most: PEAK_MB },
    ])
}

/// The paths of all pages of the day, each with its page token, which is good for fifteen minutes.
fn pages(simulator: &Simulator) -> Result<Vec<String>> {
    let mut connection = Connection::sign_in(simulator)?;
    let mut all = Vec::new();
    for (kind, when) in [("meetings", "past"), ("meetings", "pastOne"), ("webinars", "past")] {
        let list = format!("{kind}?type={when}&from={DAY}&to={DAY}&page_size=300");
        let rows = walked(&mut connection, &list, kind, &mut all)?;
        // Of a meeting of one there is nothing to be had.
        for row in rows.iter().filter(|_| when == "past") {
            let uuid = encoded_twice(row["uuid"].as_str().context("a row has no UUID")?);
            for (part, size) in [("", 300), ("/qos", 10)] {
                let list = format!("{kind}/{uuid}/participants{part}?type=past&page_size={size}");
                walked(&mut connection, &list, "participants", &mut all)?;
            }
        }
    }
    Ok(all)
}

/// The rows of a list; the paths of its pages are added to those that are known.
fn walked(
    connection: &mut Connection,
    list: &str,
    rows: &str,
    paths: &mut Vec<String>,
) -> Result<Vec<Value>> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let path = format!("{list}&next_page_token={token}");
        let mut page: Value = serde_json::from_slice(&connection.get(&path)?)?;
        paths.push(path);
        all.append(page[rows].as_array_mut().with_context(|| format!("no {rows} in {list}"))?);
        page["next_page_token"].as_str().context("no page token")?.clone_into(&mut token);
        if token.is_empty() {
            return Ok(all);
        }
    }
}

/// How many seconds it takes to ask for all pages, on connections that do nothing with them.
fn thrown_away(simulator: &Simulator, pages: &[String]) -> Result<f64> {
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    together(simulator, CONNECTIONS, |connection| {
        while let Some(path) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            connection.get(path)?;
        }
        Ok(())
    })?;
    Ok(began.elapsed().as_secs_f64())
}
