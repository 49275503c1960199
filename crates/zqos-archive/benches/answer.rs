//! How many reports of one participant the archive answers a second, of meetings that were read of late and, with
//! nothing of them in memory, of random ones; and what keeping the texts of lists adds to the table of texts.
//!
//! A simulated company's days are collected as a collector would, sealed, and asked for on two threads. It fails
//! below 2,000 and 300 a second. Arguments: how many people the company has (400), and on how many days (2).

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use zqos_archive::Archive;
use zqos_core::table::ZOOM_RAW;
use zqos_core::{ManualClock, MeetingUuid, Origin};
use zqos_intake::{Intake, Source};
use zqos_sim::{Algorithm, Call, Config, Simulator};
use zqos_store::{Snapshot, Store};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Days that end here are collected; then they are sealed.
const NOW: &str = "2026-11-21T12:00:00Z";
const DAYS: [&str; 4] = ["2026-11-18", "2026-11-17", "2026-11-16", "2026-11-19"];
const ACCOUNT: &str = "default";
/// Reports a second that must be reached.
const LEAST_RECENT: f64 = 2_000.0;
const LEAST_RANDOM: f64 = 300.0;
/// How many meetings were read of late, and how long is measured.
const RECENT: usize = 40;
const SPAN: Duration = Duration::from_secs(4);
const THREADS: usize = 2;

fn main() -> Result<ExitCode> {
    // Cargo adds a flag of its own.
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let people = arguments.next().map_or(Ok(400), |text| text.parse())?;
    let days = arguments.next().map_or(Ok(2), |text| text.parse::<usize>())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .max_blocking_threads(THREADS)
        .enable_all()
        .build()?;
    runtime.block_on(measure(people, &DAYS[..days.clamp(1, DAYS.len())]))
}

async fn measure(people: u32, days: &[&str]) -> Result<ExitCode> {
    let zoom = Zoom::new(people)?;
    let with_lists = tempfile::tempdir()?;
    let (targets, samples) = zoom.collect(with_lists.path(), days, true).await?;
    let bytes = bytes_of_texts(with_lists.path()).await?;
    {
        let reports_alone = tempfile::tempdir()?;
        zoom.collect(reports_alone.path(), days, false).await?;
        let before = bytes_of_texts(reports_alone.path()).await?;
        #[expect(clippy::cast_precision_loss, reason = "a size that is shown")]
        let of_sample = |bytes: u64| bytes as f64 / samples as f64;
        println!(
            "texts: {:.2} bytes a non-empty stream sample, of which those of lists {:.2}",
            of_sample(bytes),
            of_sample(bytes.saturating_sub(before)),
        );
    }
    let opening = Instant::now();
    let archive = Archive::open(with_lists.path(), zoom.clock()).await?;
    println!("{} reports, opened in {:?}", targets.len(), opening.elapsed());

    let late: Vec<String> = {
        let mut meetings: Vec<&str> = targets.iter().map(|target| meeting_of(target)).collect();
        meetings.dedup();
        meetings.truncate(RECENT);
        targets.iter().filter(|target| meetings.contains(&meeting_of(target))).cloned().collect()
    };
    // Read once, so that they were read of late.
    rate(&archive, &late, 1, Duration::ZERO).await?;
    let recent = rate(&archive, &late, 1, SPAN).await?;
    // As in a store that is far larger than what is kept of it; in steps that have nothing in common with the
    // order of files.
    let forgetful = Archive::open_with_cache(with_lists.path(), zoom.clock(), 0).await?;
    let random = rate(&forgetful, &targets, 7_919, SPAN).await?;
    println!("{recent:.0} reports a second of {RECENT} meetings that were read of late");
    println!("{random:.0} reports a second of random meetings, each read anew");
    let is_enough = recent >= LEAST_RECENT && random >= LEAST_RANDOM;
    Ok(if is_enough { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn meeting_of(target: &str) -> &str {
    target.split('/').nth(3).unwrap_or_default()
}

/// How many are answered a second by as many tasks as there are threads: each target once, and on until `span`
/// has passed.
async fn rate(archive: &Archive, targets: &[String], step: usize, span: Duration) -> Result<f64> {
    let begun = Instant::now();
    let mut tasks = Vec::new();
    let targets: Arc<[String]> = targets.into();
    for task in 0..THREADS {
        let (archive, targets) = (archive.clone(), Arc::clone(&targets));
        tasks.push(tokio::spawn(async move {
            let mut count = 0_u32;
            for number in (task..).step_by(THREADS) {
                if begun.elapsed() >= span && (!span.is_zero() || number >= targets.len()) {
                    break;
                }
                let target = &targets[number.wrapping_mul(step) % targets.len()];
                let answer = archive.answer(ACCOUNT, "GET", target).await;
                assert_eq!(answer.status, 200, "{target}");
                count += 1;
            }
            count
        }));
    }
    let mut count = 0;
    for task in tasks {
        count += task.await?;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// How large the table of texts is.
async fn bytes_of_texts(folder: &std::path::Path) -> Result<u64> {
    let snapshot = Snapshot::open_tables(folder, &[&ZOOM_RAW]).await?;
    Ok(snapshot.tables().flat_map(|(.., files)| files).map(|file| file.size).sum())
}

/// The simulated Zoom.
struct Zoom {
    simulator: Simulator,
    clock: Arc<ManualClock>,
    authorization: String,
}

impl Zoom {
    fn new(people: u32) -> Result<Self> {
        let clock = Arc::new(ManualClock::new(NOW.parse()?));
        let config = Config { people, limits: Algorithm::Off, ..Config::default() };
        let shared: Arc<ManualClock> = Arc::clone(&clock);
        let simulator = Simulator::new(config, shared)?;
        let grant = simulator.answer(&Call {
            method: "POST",
            target: "/oauth/token",
            // sim-client:sim-secret
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        });
        let grant: Value = serde_json::from_slice(&grant.body)?;
        let token = grant["access_token"].as_str().ok_or("no token was granted")?;
        Ok(Self { simulator, clock, authorization: format!("Bearer {token}") })
    }

    fn clock(&self) -> Arc<ManualClock> {
        Arc::clone(&self.clock)
    }

    /// Walks a list, and visits its pages.
    fn walk(&self, target: &str, mut visit: impl FnMut(&str, Value) -> Result<()>) -> Result<()> {
        let mut page = format!("/v2{target}");
        loop {
            let answer = self.simulator.answer(&Call::get(&page, &self.authorization));
            let text = String::from_utf8(answer.body)?;
            let body: Value = serde_json::from_str(&text)?;
            let next = body["next_page_token"].as_str().unwrap_or_default().to_owned();
            visit(&text, body)?;
            if next.is_empty() {
                return Ok(());
            }
            page = format!("/v2{target}&next_page_token={next}");
        }
    }

    /// Fills a store with some days. Returns what to ask for each report, and how many samples there are that are
    /// not empty.
    async fn collect(
        &self,
        folder: &std::path::Path,
        days: &[&str],
        with_lists: bool,
    ) -> Result<(Vec<String>, usize)> {
        let mut store = Store::open(folder, self.clock()).await?;
        let mut intake = Intake::new(ACCOUNT, None, None, self.clock());
        let mut targets = Vec::new();
        let place = || "an answer".to_owned();
        for day in days {
            let mut uuids = Vec::new();
            let list = format!("/metrics/meetings?type=past&from={day}&to={day}&page_size=300");
            self.walk(&list, |text, body| {
                let source = Source { origin: Origin::RestPast, meeting: None, call_start: None };
                if with_lists {
                    intake.document(text, &source, &place);
                }
                for row in body["meetings"].as_array().ok_or("no rows")? {
                    uuids.push(row["uuid"].as_str().ok_or("no UUID")?.to_owned());
                }
                Ok(())
            })?;
            for uuid in &uuids {
                let path = format!("/metrics/meetings/{}/participants", encoded(uuid));
                let meeting = MeetingUuid::new(uuid);
                let source = Source { origin: Origin::RestPast, meeting, call_start: None };
                if with_lists {
                    self.walk(&format!("{path}?type=past&page_size=300"), |text, _| {
                        intake.document(text, &source, &place);
                        Ok(())
                    })?;
                }
                self.walk(&format!("{path}/qos?type=past&page_size=10"), |text, body| {
                    intake.document(text, &source, &place);
                    for row in body["participants"].as_array().ok_or("no rows")? {
                        let user = row["user_id"].as_str().ok_or("no id")?;
                        targets.push(format!("{path}/{user}/qos?type=past"));
                    }
                    Ok(())
                })?;
                store.append([intake.take_rows()]).await?;
            }
        }
        store.compact().await?;
        Ok((targets, intake.counts.stream_samples))
    }
}

/// A UUID as a part of a path, for which it is encoded twice.
fn encoded(uuid: &str) -> String {
    uuid.replace('/', "%252F").replace('+', "%252B").replace('=', "%253D")
}
