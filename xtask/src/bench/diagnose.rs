//! How soon it is said what went wrong, from a store: of a large meeting, and of a month by site.

use std::{fmt::Write as _, fs, time::Instant};

use anyhow::{Context, Result};

use super::{Claim, month, peak_memory, statistics::Times};
use crate::{process::quietly, workspace::Workspace, zqos::Zqos};

/// How often each is asked.
const RUNS: usize = 3;

pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release_with_store(workspace)?;
    let store = month::store(&zqos, workspace)?;
    let days =
        &store.sql("SELECT min(start_time) AS first, max(end_time) AS last FROM meetings")?;
    let day = |name: &str| {
        let text = days.first().and_then(|row| row[name].as_str());
        text.and_then(|text| text.get(..10)).context("a store without meetings")
    };
    // A site map, as whoever knows the company would write it: addresses from which many are.
    let offices = store.sql(
        "SELECT ip_address, count(DISTINCT user_name) AS people FROM participants \
         WHERE ip_address IS NOT NULL GROUP BY 1 HAVING count(DISTINCT user_name) > 20 ORDER BY 2 DESC, 1",
    )?;
    let mut map = String::from("name,public_networks,internal_networks,kind\n");
    for (place, office) in offices.iter().enumerate() {
        let address = office["ip_address"].as_str().context("an office without an address")?;
        writeln!(map, "office {place},{address},,office")?;
    }
    let sites = workspace.target.join("bench-month/sites.csv");
    fs::write(&sites, map).with_context(|| format!("cannot write `{}`", sites.display()))?;
    let sites = sites.to_str().context("the target folder has no plain name")?;
    println!("  {} offices", offices.len());
    let (first, last) =
        (format!("{}T00:00:00Z", day("first")?), format!("{}T23:59:00Z", day("last")?));
    let of_month = ["--sites", sites, "--from", &first, "--to", &last];
    let questions: [(&str, Vec<&str>, f64); 3] = [
        ("a meeting of 1,000 for two hours, median, s", vec!["diagnose", "--", month::HALL], 2.0),
        (
            "a site in a month of 2,000 people, median, s",
            [&["diagnose", "--site", "office 0"][..], &of_month].concat(),
            10.0,
        ),
        (
            "a month of 2,000 people by site, median, s",
            [&["compare", "--by", "location"][..], &of_month[2..]].concat(),
            10.0,
        ),
    ];
    let mut claims = Vec::new();
    for (what, arguments, at_most) in questions {
        let mut times = Times::default();
        let mut peak = 0;
        for _ in 0..RUNS {
            let report = workspace.target.join("bench-peak-memory");
            let mut ask = peak_memory::measured(&report, zqos.path())?;
            ask.args(&arguments[..1]).arg("--store").arg(store.folder()).args(&arguments[1..]);
            let start = Instant::now();
            quietly(&mut ask)?;
            times.push(start.elapsed());
            peak = peak.max(peak_memory::reported_kib(&report)?);
        }
        println!("  {what}: {times}, {:.0} MB", f64::from(peak) * 1024.0 / 1e6);
        claims.push(Claim { what: what.to_owned(), measured: times.median(), at_most });
    }
    Ok(claims)
}
