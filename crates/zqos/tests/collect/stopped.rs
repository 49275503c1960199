//! A collector that stands still past its lease: a program of its own, stopped by SIGSTOP and let go on by
//! SIGCONT, while another one takes the account over. Time is what a file says, so that nobody waits.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod table;

use std::fs;
use std::io::{Write as _, stdout};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::runtime::{Builder, Runtime};
use zoom_dashboard::transport::{BoxFuture, Head, HttpAnswer, HttpRequest, TransportError};
use zoom_dashboard::{Client, Credential, Plan, Transport};
use zqos_collect::{CollectError, Collector, Keeper, Meter, Settings};
use zqos_core::table::{
    COVERAGE, DEVICE_SAMPLES, LISTINGS, MEETINGS, PARTICIPANTS, STREAM_SAMPLES, Table,
};
use zqos_core::{Clock, Timestamp};
use zqos_sim::{ACCOUNT_ID, Algorithm, CLIENT_ID, CLIENT_SECRET, Call, Config, Simulator};
use zqos_store::{Store, StoreError};

const SEED: u64 = 5;
const ACCOUNT: &str = "default";
/// What makes this program the collector that is stopped.
const STOPPED: &str = "--to-be-stopped";
/// With the answer to this call it stops. Calls are reserved by the 200.
const CALL: u64 = 60;
const BEFORE: &str = "2026-11-20T12:00:00Z";
/// Ten minutes later.
const AFTER: &str = "2026-11-20T12:10:00Z";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match &arguments[1..] {
        [word, store, clock] if word == STOPPED => stand_still(store.as_ref(), clock.as_ref()),
        _ if cfg!(target_os = "linux") => who_stood_still_makes_no_call_and_changes_nothing(),
        _ => {}
    }
}

/// Tells the instant that a file holds.
#[derive(Debug)]
struct FileClock(PathBuf);

impl FileClock {
    fn set(&self, now: &str) {
        // At once, as it may be read meanwhile.
        let next = self.0.with_extension("next");
        fs::write(&next, now).unwrap();
        fs::rename(next, &self.0).unwrap();
    }
}

impl Clock for FileClock {
    fn now(&self) -> Timestamp {
        fs::read_to_string(&self.0).unwrap().parse().unwrap()
    }
}

/// A simulated Zoom within this program, which counts its calls and may stop it.
#[derive(Debug)]
struct Zoom {
    simulator: Simulator,
    calls: AtomicU64,
    /// With the answer to this call the program stops.
    stops_at: Option<u64>,
    /// How many calls there had been when it went on.
    went_on_at: AtomicU64,
}

impl Transport for Zoom {
    fn send(
        &self,
        request: HttpRequest,
        _: usize,
    ) -> BoxFuture<'_, Result<HttpAnswer, TransportError>> {
        let is_call = request.url.path().starts_with("/v2/");
        let count = if is_call { 1 + self.calls.fetch_add(1, Ordering::Relaxed) } else { 0 };
        Box::pin(async move {
            let target = &request.url[url::Position::BeforePath..];
            let authorization = request.headers.get("authorization");
            let answer = self.simulator.answer(&Call {
                method: request.method.as_str(),
                target,
                authorization: authorization.map(|value| value.to_str().unwrap()),
                body: &request.body,
            });
            // Others are asked for meanwhile, as over a network.
            tokio::task::yield_now().await;
            if self.stops_at == Some(count) {
                signal("-STOP", std::process::id());
                self.went_on_at.store(self.calls.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            let mut headers = HeaderMap::new();
            for (name, value) in answer.headers {
                headers
                    .insert(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
            }
            let head = Head { status: answer.status, reason: "".into(), headers };
            Ok(HttpAnswer { head, body: answer.body.into() })
        })
    }
}

/// A collector of the account, and what it needs.
struct Run {
    collector: Collector,
    zoom: Arc<Zoom>,
    thread: JoinHandle<Result<Store, Arc<StoreError>>>,
}

impl Run {
    async fn start(at: &Path, clock: &Arc<FileClock>, stops_at: Option<u64>) -> Self {
        let clock = || Arc::<FileClock>::clone(clock);
        let store = Store::open(at, clock()).await.unwrap();
        let lease = store.lease_of(ACCOUNT).await.unwrap().unwrap();
        let (keeper, thread) = Keeper::start(store);
        let meter = Arc::new(Meter::new(ACCOUNT, lease, keeper.clone()));
        let config =
            Config { seed: SEED, people: 200, limits: Algorithm::Off, ..Config::default() };
        let simulator = Simulator::new(config, clock()).unwrap();
        let [calls, went_on_at] = [0, 0].map(AtomicU64::new);
        let zoom = Arc::new(Zoom { simulator, calls, stops_at, went_on_at });
        let credential = Credential::server_to_server(ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET);
        let client = Client::builder(credential)
            .clock(clock())
            .plan(Plan::Unlimited)
            .seed(SEED)
            .transport(Arc::<Zoom>::clone(&zoom))
            .gate(Arc::<Meter>::clone(&meter))
            .build()
            .unwrap();
        let settings = Settings {
            account: ACCOUNT.to_owned(),
            sub_account: None,
            store: at.to_owned().into(),
            policy: None,
            sites: None,
            phone: false,
            fetch_pushed: false,
        };
        Self { collector: Collector::new(client, keeper, meter, settings), zoom, thread }
    }

    /// Collects a day; returns how many calls that took when all of it is in the tables.
    async fn collect(self) -> u64 {
        self.collector.collect(the_day(), false).await.unwrap();
        self.collector.end().await.unwrap();
        self.thread.join().unwrap().unwrap();
        self.zoom.calls.load(Ordering::Relaxed)
    }
}

fn the_day() -> Range<Timestamp> {
    "2026-11-19T00:00:00Z".parse().unwrap().."2026-11-20T00:00:00Z".parse().unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().max_blocking_threads(2).build().unwrap()
}

/// What the program does that is stopped: it collects, and tells how many calls it made after it went on, and
/// whether it lost the account.
fn stand_still(store: &Path, clock: &Path) {
    runtime().block_on(async {
        let clock = Arc::new(FileClock(clock.to_owned()));
        let run = Run::start(store, &clock, Some(CALL)).await;
        let ended = run.collector.collect(the_day(), false).await;
        let [calls, before] =
            [&run.zoom.calls, &run.zoom.went_on_at].map(|count| count.load(Ordering::Relaxed));
        let is_lost = matches!(ended, Err(CollectError::TakenOver));
        // What it had kept before it stood still comes into the tables.
        drop(run.collector);
        run.thread.join().unwrap().unwrap();
        let told = format!("{} {is_lost}", calls - before);
        stdout().write_all(told.as_bytes()).unwrap();
    });
}

fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

fn wait_until_stopped(program: &mut Child) {
    let path = format!("/proc/{}/stat", program.id());
    // The state stands behind the name.
    while !fs::read_to_string(&path).unwrap().contains(") T ") {
        assert!(program.try_wait().unwrap().is_none(), "seed {SEED}: it ended by itself");
        std::thread::yield_now();
    }
}

/// The rows of every table that is collected, but for when they were.
async fn tables(store: &Path) -> Vec<(&'static str, Vec<table::Cells>)> {
    const COLLECTED: [&Table; 6] =
        [&MEETINGS, &PARTICIPANTS, &STREAM_SAMPLES, &DEVICE_SAMPLES, &COVERAGE, &LISTINGS];
    let mut all = Vec::new();
    for table in COLLECTED {
        let mut rows = table::rows(store, table).await;
        for row in &mut rows {
            row.retain(|name, _| !["revision", "counted_at", "listed_at"].contains(&&**name));
        }
        all.push((table.name, rows));
    }
    all
}

fn who_stood_still_makes_no_call_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let [store, undisturbed, clock] =
        ["store", "undisturbed", "now"].map(|name| dir.path().join(name));
    let clock = Arc::new(FileClock(clock));
    clock.set(BEFORE);
    let mut stopped = Command::new(std::env::current_exe().unwrap())
        .arg(STOPPED)
        .args([&store, &clock.0])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_stopped(&mut stopped);

    clock.set(AFTER);
    let (rows, truth) = runtime().block_on(async {
        let least = Run::start(&undisturbed, &clock, None).await.collect().await;
        assert!(least > CALL + 16, "seed {SEED}: {least} calls, so that something is left to do");
        let calls = Run::start(&store, &clock, None).await.collect().await;
        assert!(calls < least, "seed {SEED}: what came before is not fetched again");
        (tables(&store).await, tables(&undisturbed).await)
    });
    for ((name, rows), (_, truth)) in rows.iter().zip(&truth) {
        assert!(!truth.is_empty(), "seed {SEED}: {name}");
        assert!(rows == truth, "seed {SEED}: {name} has what was lost, or what is not so");
    }

    signal("-CONT", stopped.id());
    let output = stopped.wait_with_output().unwrap();
    assert!(output.status.success());
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        told, "0 true",
        "seed {SEED}: calls after it went on, and whether it lost the account"
    );
    // What it kept before is the same, whoever wrote it last.
    assert!(runtime().block_on(tables(&store)) == truth, "seed {SEED}: something has changed");
}
