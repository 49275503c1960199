//! Whole meetings as NDJSON: memory must not grow with the number of participants.

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use zqos_replay::{Matcher, Routes, Server, fixtures};

use super::{Claim, peak_memory};
use crate::{workspace::Workspace, zqos::Zqos};

const MEETING: &str = "zqosBenchMeetingUuid00==";
const MINUTES: usize = 120;
/// Zoom's largest page of reports.
const PAGE_SIZE: usize = 10;
/// Eighteen streams and the device, each minute.
const LINES_PER_MINUTE: usize = 19;

pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release(workspace)?;
    let small = peak_kib(100, &zqos, workspace)?;
    let large = peak_kib(1000, &zqos, workspace)?;
    Ok(vec![Claim {
        what: "peak memory of 1000 participants / of 100".to_owned(),
        measured: f64::from(large) / f64::from(small),
        at_most: 1.2,
    }])
}

/// Streams a made-up meeting and counts the lines.
fn peak_kib(participants: usize, zqos: &Zqos, workspace: &Workspace) -> Result<u32> {
    let walk = fixtures::walk(participants, MINUTES, PAGE_SIZE);
    let server =
        Server::start(Routes::new().on("GET", Matcher::prefix("/v2/metrics/meetings/"), walk))?;
    let report = workspace.target.join("bench-peak-memory");
    let mut get = peak_memory::measured(&report, zqos.path())?;
    zqos.configure(&mut get, &server, "bench");
    get.args(["get", MEETING, "--type", "past", "--format", "ndjson"]);

    let start = Instant::now();
    let mut child = get.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let lines = count_lines(child.stdout.take().context("standard output is piped")?)?;
    let status = child.wait()?;
    ensure!(status.success(), "`zqos get` ended with {status}");
    let expected = participants * MINUTES * LINES_PER_MINUTE;
    ensure!(lines == expected, "{lines} lines instead of {expected}");

    let peak = peak_memory::reported_kib(&report)?;
    println!(
        "  {participants} participants x {MINUTES} minutes: {lines} lines in {:.1} s, peak {:.1} MB",
        start.elapsed().as_secs_f64(),
        f64::from(peak) * 1024.0 / 1e6,
    );
    Ok(peak)
}

fn count_lines(output: impl Read) -> Result<usize> {
    let mut output = BufReader::with_capacity(1 << 16, output);
    let mut lines = 0;
    while output.skip_until(b'\n')? > 0 {
        lines += 1;
    }
    Ok(lines)
}
