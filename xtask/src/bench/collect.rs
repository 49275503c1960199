//! A day of a company into a store: zqos beside zoomus with sixteen threads, which keeps nothing.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Claim, peak_memory};
use crate::{
    process::{around_proxies, quietly},
    simulator::Simulator,
    third_party::install,
    workspace::Workspace,
    zqos::Zqos,
};

const DAY: &str = "2026-11-19";
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

    println!("  one run of each, zoomus first; the simulator runs on the same processors");
    println!(
        "  zoomus, 16 threads, keeping nothing: {their_reports} reports in {their_seconds:.1} s"
    );
    println!("  zqos, into a store: {reports} reports by {calls} calls in {seconds:.1} s");
    Ok(vec![
        Claim {
            what: format!("time a report, zqos / zoomus, of {TIMES} times as fast"),
            measured: (seconds / reports) / (their_seconds / their_reports) * TIMES,
            at_most: 1.0,
        },
        Claim { what: "peak memory of zqos, MB".to_owned(), measured: peak_mb, at_most: PEAK_MB },
    ])
}
