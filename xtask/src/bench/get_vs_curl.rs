//! One report from a loopback server: zqos against curl.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use zqos_replay::{Response, Routes, Server, fixtures};

use super::{Claim, peak_memory, statistics::Times};
use crate::{
    process::quietly,
    workspace::Workspace,
    zqos::{Zqos, api_base},
};

const TOKEN: &str = "bench";
const PARTICIPANT: &str = "1670000000";
const WARM_UP: usize = 5;
const RUNS: usize = 100;

pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release(workspace)?;
    let path =
        format!("/metrics/meetings/{}/participants/{PARTICIPANT}/qos", fixtures::MEETING_NUMBER);
    let answer = Response::new(200).json(fixtures::seed_report());
    let server = Server::start(Routes::new().on("GET", format!("/v2{path}"), answer))?;
    let get = ["get", fixtures::MEETING_NUMBER, PARTICIPANT, "--type", "live", "--format", "raw"];

    // Curl, too, is given its token other than on the command line.
    let header = workspace.target.join("bench-authorization");
    fs::write(&header, format!("Authorization: Bearer {TOKEN}\n"))
        .with_context(|| format!("cannot write `{}`", header.display()))?;
    let mut curl = Command::new("curl");
    curl.args(["--disable", "--noproxy", "*", "-s", "-G", "-d", "type=live", "-H"]);
    curl.arg(format!("@{}", header.display())).arg(format!("{}{path}", api_base(&server)));
    let mut zqos_get = zqos.command(&server, TOKEN);
    zqos_get.args(get);

    for command in [&mut zqos_get, &mut curl] {
        ensure!(
            quietly(command)? == fixtures::seed_report().as_bytes(),
            "an answer other than the server's"
        );
    }
    let (mut zqos_times, mut curl_times) = (Times::default(), Times::default());
    for round in 0..WARM_UP + RUNS {
        // Each goes first every other time.
        let (zqos_time, curl_time) = if round % 2 == 0 {
            let zqos_time = wall_time(&mut zqos_get)?;
            (zqos_time, wall_time(&mut curl)?)
        } else {
            let curl_time = wall_time(&mut curl)?;
            (wall_time(&mut zqos_get)?, curl_time)
        };
        if round >= WARM_UP {
            zqos_times.push(zqos_time);
            curl_times.push(curl_time);
        }
    }

    let report = workspace.target.join("bench-peak-memory");
    let mut measured = peak_memory::measured(&report, zqos.path())?;
    zqos.configure(&mut measured, &server, TOKEN);
    quietly(measured.args(get))?;
    let peak_mb = f64::from(peak_memory::reported_kib(&report)?) * 1024.0 / 1e6;

    println!("  {RUNS} interleaved runs of each, {WARM_UP} before them to warm up");
    println!("  zqos get --format raw: {zqos_times}");
    println!("  {}: {curl_times}", curl_version()?);
    let ratio = |name: &str, measured| Claim {
        what: format!("zqos / curl, {name}"),
        measured,
        at_most: 1.3,
    };
    Ok(vec![
        ratio("ratio of medians", zqos_times.median() / curl_times.median()),
        ratio("median of ratios", zqos_times.median_of_ratios(&curl_times)),
        Claim { what: "peak memory of zqos, MB".to_owned(), measured: peak_mb, at_most: 25.0 },
    ])
}

fn wall_time(command: &mut Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let time = start.elapsed();
    ensure!(status.success(), "a measured run ended with {status}");
    Ok(time)
}

/// The name and number of the curl compared with.
fn curl_version() -> Result<String> {
    let text = String::from_utf8(quietly(Command::new("curl").args(["--disable", "--version"]))?)?;
    Ok(text.split(' ').take(2).collect::<Vec<_>>().join(" "))
}
