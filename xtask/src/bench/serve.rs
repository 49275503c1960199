//! The server: how soon it answers people and programs, and how much memory it takes.
//!
//! Questions come at a fixed rate, whether those before were answered or not, and each counts from when it was to be
//! asked ([oha](https://github.com/hatoo/oha)).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Claim, month};
use crate::{
    process::{found, loudly, quietly},
    served::{Credentials, Served},
    store::emptied,
    workspace::Workspace,
    zqos::Zqos,
};

/// As many connections, and as many questions a second on all of them together, for so long.
const CONNECTIONS: &str = "50";
const RATE: &str = "20";
const SPAN: &str = "30s";
/// How many meetings are asked for in turn.
const MEETINGS: usize = 100;
/// What generates the load: the version that is installed where there is none.
const OHA: (&str, &str) = ("oha", "1.16.0");

/// What oha tells of a run.
struct Load {
    p99_ms: f64,
    per_second: f64,
}

fn claim(what: &str, measured: f64, at_most: f64) -> Claim {
    Claim { what: what.to_owned(), measured, at_most }
}

pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release_with_store(workspace)?;
    let oha = oha(workspace)?;
    let folder = emptied(workspace.target.join("bench-serve"))?;
    let store = month::store(&zqos, workspace)?;
    // Credentials that a run before made, and whom it saw.
    let earlier = store.folder().join("server");
    if earlier.exists() {
        fs::remove_dir_all(&earlier)?;
    }
    let credentials = Credentials::add(&zqos, store.folder(), "analyst")?;
    let served = Served::start(&zqos, store.folder(), &[])?;
    let ask = Ask { oha: &oha, served: &served, credentials: &credentials, folder: &folder };
    let mut claims = Vec::new();

    let days =
        &store.sql("SELECT min(start_time) AS first, max(end_time) AS last FROM meetings")?;
    let day = |name: &str| {
        let text = days.first().and_then(|row| row[name].as_str());
        text.and_then(|text| text.get(..10)).context("a store without meetings")
    };
    let overview =
        format!("/api/v1/overview?from={}T00:00:00Z&to={}T23:59:00Z", day("first")?, day("last")?);
    let start = Instant::now();
    ask.once(&overview)?;
    claims.push(claim("overview, first, s", start.elapsed().as_secs_f64(), 1.5));
    claims.push(claim("overview, 99th percentile, ms", ask.at_rate(&[overview])?.p99_ms, 150.0));

    let rows = store.sql(&format!(
        "SELECT meeting_uuid FROM meetings WHERE participant_count = 8 \
           AND end_time - start_time BETWEEN INTERVAL '40 minutes' AND INTERVAL '50 minutes' \
         ORDER BY meeting_uuid LIMIT {MEETINGS}"
    ))?;
    let of_meeting = |row: &Value| {
        let uuid = row["meeting_uuid"].as_str().context("a meeting without a UUID")?;
        Ok(format!("/api/v1/meetings/{}", in_path(uuid)))
    };
    let meetings = rows.iter().map(of_meeting).collect::<Result<Vec<_>>>()?;
    println!("  {} meetings of 8 people for about 45 minutes", meetings.len());
    for path in [meetings[0].clone(), format!("{}/diagnosis", meetings[0])] {
        let start = Instant::now();
        ask.once(&path)?;
        println!("  {path}, once: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    }
    claims.push(claim("a meeting, 99th percentile, ms", ask.at_rate(&meetings)?.p99_ms, 50.0));

    let heat = format!("/api/v1/meetings/{}/heat", in_path(month::HALL));
    let start = Instant::now();
    let bytes = ask.once(&heat)?.len();
    println!("  the heat strip, once: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let megabytes = bytes as f64 / 1e6;
    claims.push(claim("heat strip of 1,000 × 120, MB", megabytes, 1.0));
    let load = ask.at_rate(&[heat])?;
    claims.push(claim("heat strip of 1,000 × 120, 99th percentile, ms", load.p99_ms, 500.0));

    let start = Instant::now();
    ask.once("/metrics")?;
    println!("  /metrics, once: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let load = ask.at_rate(&["/metrics".to_owned()])?;
    claims.push(claim("/metrics, 99th percentile, ms", load.p99_ms, 50.0));

    let token = credentials.token(&served)?;
    let reports = |condition: &str, most: usize| {
        let rows = store.sql(&format!(
            "SELECT meeting_uuid, user_id FROM participants WHERE {condition} \
               AND meeting_uuid IN (SELECT meeting_uuid FROM zoom_raw) \
             ORDER BY reverse(meeting_uuid), user_id LIMIT {most}"
        ))?;
        let target = |row: &Value| {
            let [meeting, user] = ["meeting_uuid", "user_id"].map(|name| row[name].as_str());
            let (meeting, user) = (meeting.context("no meeting")?, user.context("no user")?);
            let meeting = in_path(&in_path(meeting));
            Ok(format!("/v2/metrics/meetings/{meeting}/participants/{user}/qos?type=past"))
        };
        rows.iter().map(target).collect::<Result<Vec<_>>>()
    };
    let recent = reports(
        "meeting_uuid IN (SELECT DISTINCT meeting_uuid FROM zoom_raw ORDER BY meeting_uuid LIMIT 40)",
        400,
    )?;
    // Read once, so that they were read of late.
    ask.at_most(&recent, &token, "3s")?;
    let load = ask.at_most(&recent, &token, "10s")?;
    claims.push(claim(
        "2,000 / reports of recent meetings a second",
        2_000.0 / load.per_second,
        1.0,
    ));
    let random = reports("true", 20_000)?;
    let load = ask.at_most(&random, &token, "10s")?;
    claims.push(claim("300 / reports of random meetings a second", 300.0 / load.per_second, 1.0));
    claims.push(claim("peak memory, MB", f64::from(served.peak_kib()?) * 1024.0 / 1e6, 500.0));
    drop(served);
    fs::remove_dir_all(&folder)?;
    Ok(claims)
}

/// Who asks whom.
struct Ask<'a> {
    oha: &'a Path,
    served: &'a Served,
    credentials: &'a Credentials,
    folder: &'a Path,
}

impl Ask<'_> {
    /// The body of one answer.
    fn once(&self, path: &str) -> Result<Vec<u8>> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--compressed"]);
        curl.arg("--user").arg(self.credentials.pair());
        quietly(curl.arg(format!("{}{path}", self.served.url())))
    }

    /// Asks for paths at the fixed rate.
    fn at_rate(&self, paths: &[String]) -> Result<Load> {
        let pair = self.credentials.pair();
        self.load(paths, &["-z", SPAN, "-q", RATE, "--latency-correction", "-a", &pair])
    }

    /// Asks for reports of the archive as fast as they are answered.
    fn at_most(&self, paths: &[String], token: &str, span: &str) -> Result<Load> {
        let bearer = format!("Authorization: Bearer {token}");
        self.load(paths, &["-z", span, "-H", &bearer])
    }

    fn load(&self, paths: &[String], how: &[&str]) -> Result<Load> {
        let file = self.folder.join("urls");
        let urls: Vec<String> =
            paths.iter().map(|path| format!("{}{path}", self.served.url())).collect();
        fs::write(&file, urls.join("\n"))?;
        let mut oha = Command::new(self.oha);
        oha.args(["--no-tui", "--output-format", "json", "-c", CONNECTIONS]).args(how);
        let told = quietly(oha.arg("--urls-from-file").arg(&file))?;
        let told: Value = serde_json::from_slice(&told).context("oha told no JSON")?;
        let statuses = told["statusCodeDistribution"].as_object().context("no statuses")?;
        ensure!(statuses.keys().all(|status| status == "200"), "not only 200: {statuses:?}");
        let seconds = |at: &str| told["latencyPercentiles"][at].as_f64();
        let p99_ms = seconds("p99").context("oha told no percentiles")? * 1e3;
        let per_second = told["summary"]["requestsPerSec"].as_f64().context("no rate")?;
        println!(
            "  {}{}: median {:.1} ms, 99th percentile {p99_ms:.1} ms, {per_second:.0} a second",
            paths[0],
            if paths.len() > 1 { format!(" and {} more", paths.len() - 1) } else { String::new() },
            seconds("p50").unwrap_or(f64::NAN) * 1e3,
        );
        Ok(Load { p99_ms, per_second })
    }
}

/// A UUID or a part of a path as one part of a path.
fn in_path(text: &str) -> String {
    text.replace('%', "%25").replace('/', "%2F").replace('+', "%2B").replace('=', "%3D")
}

/// oha from the path, or built into the target folder.
fn oha(workspace: &Workspace) -> Result<PathBuf> {
    let (name, version) = OHA;
    if let Some(path) = found(name) {
        return Ok(path);
    }
    let root = workspace.target.join("bench-tools");
    let path = root.join("bin").join(name);
    if !path.is_file() {
        let mut install = workspace.cargo();
        install.args(["install", name, "--version", version, "--locked", "--no-default-features"]);
        install.args(["--features", "rustls", "--root"]).arg(&root);
        loudly(&mut install)?;
    }
    Ok(path)
}
