//! A client against a simulated Zoom, with a network between them and another app beside, all on tokio's
//! paused time: how much of the limits is used, and how many calls are refused.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinSet;
use tokio::time::Instant;
use zoom_dashboard::transport::{
    BoxFuture, Head, HttpAnswer, HttpRequest, Transport, TransportError,
};
use zoom_dashboard::{Client, Credential, Error, ErrorKind};
use zoom_wire::participant::ListParticipants;
use zoom_wire::rate_limit::Label;
use zoom_wire::{Endpoint as _, Request, When};
use zqos_core::{Clock, Timestamp};
use zqos_sim::{
    ACCOUNT_ID, Algorithm, Answer, CLIENT_ID, CLIENT_SECRET, Call, Config, LimitHeaders, Simulator,
};

/// How many windows' calls are wanted at any time: more than can be under way or wait for another try.
const CALLERS: u32 = 2;
/// How many heavy and resource-intensive calls plan Business allows in a day.
pub(crate) const A_DAY: u32 = 60_000;
/// `sim-client:sim-secret`.
const BASIC: &str = "Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0";

/// How long requests and answers are under way, each by itself: they overtake one another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    pub(crate) least_ms: u64,
    pub(crate) most_ms: u64,
}

/// One whose delays hardly differ.
pub(crate) const EVEN: Network = Network { least_ms: 20, most_ms: 28 };

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) algorithm: Algorithm,
    pub(crate) headers: LimitHeaders,
    pub(crate) label: Label,
    pub(crate) network: Network,
    /// How much of the limit another app wants, at random.
    pub(crate) others_pct: u32,
    /// For how many windows.
    pub(crate) windows: u32,
    pub(crate) seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outcome {
    /// What the limit and the others left.
    pub(crate) left: u32,
    /// How many of the client's calls Zoom let pass.
    pub(crate) used: u32,
    /// How many it refused.
    pub(crate) refused: u32,
    /// How many of the others' calls passed.
    pub(crate) others: u32,
    /// How many calls failed in the end.
    pub(crate) failed: u32,
}

impl Outcome {
    pub(crate) fn used_pct(&self) -> f64 {
        100.0 * f64::from(self.used) / f64::from(self.left)
    }

    /// Of all that were sent.
    pub(crate) fn refused_pct(&self) -> f64 {
        100.0 * f64::from(self.refused) / f64::from(self.used + self.refused)
    }
}

/// A clock that shows tokio's time.
#[derive(Debug)]
struct PausedClock {
    start: Timestamp,
    began: Instant,
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        self.start.saturating_add(self.began.elapsed())
    }
}

/// Carries requests to a simulated Zoom, and answers back.
struct Carrier {
    simulator: Arc<Simulator>,
    network: Network,
    random: Mutex<StdRng>,
    passed: AtomicU32,
    refused: AtomicU32,
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carrier").field("network", &self.network).finish_non_exhaustive()
    }
}

impl Carrier {
    /// One way.
    async fn carry(&self) {
        let Network { least_ms, most_ms } = self.network;
        let took_ms = self.random.lock().unwrap().random_range(least_ms..=most_ms);
        tokio::time::sleep(Duration::from_millis(took_ms)).await;
    }
}

impl Transport for Carrier {
    fn send(
        &self,
        request: HttpRequest,
        _max_body: usize,
    ) -> BoxFuture<'_, Result<HttpAnswer, TransportError>> {
        Box::pin(async move {
            self.carry().await;
            let authorization = request.headers.get("authorization").unwrap().to_str().unwrap();
            let url = request.url.as_str();
            let target = &url[url.find("zoom.us").unwrap() + "zoom.us".len()..];
            let answer = self.simulator.answer(&Call {
                method: request.method.as_str(),
                target,
                authorization: Some(authorization),
                body: &request.body,
            });
            if target.starts_with("/v2/") {
                let count = if answer.status == 429 { &self.refused } else { &self.passed };
                count.fetch_add(1, Ordering::Relaxed);
            }
            self.carry().await;
            Ok(http_answer(answer))
        })
    }
}

fn http_answer(answer: Answer) -> HttpAnswer {
    let headers: HeaderMap = answer
        .headers
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap()))
        .collect();
    HttpAnswer {
        head: Head { status: answer.status, reason: "".into(), headers },
        body: answer.body.into(),
    }
}

/// What is allowed in a window of plan Business, and the window.
pub(crate) fn limit(label: Label) -> (u32, Duration) {
    match label {
        Label::Heavy => (40, Duration::from_secs(1)),
        Label::ResourceIntensive => (20, Duration::from_mins(1)),
        _ => panic!("only what counts for the day is measured"),
    }
}

/// What is asked for.
pub(crate) fn request(label: Label, simulator: &Simulator) -> Request {
    if label == Label::ResourceIntensive {
        return Request::get("/metrics/meetings?type=past&from=2026-01-04&to=2026-01-04").unwrap();
    }
    let meeting = simulator.samples().into_iter().find(|meeting| !meeting.is_webinar).unwrap();
    ListParticipants::new(meeting.uuid.parse().unwrap()).when(When::Past).to_request().unwrap()
}

/// Another app of the account: it makes calls at random, and one that is refused again after one to two
/// windows. Tells how many passed.
async fn others(simulator: Arc<Simulator>, setup: Setup) -> u32 {
    let (calls, window) = limit(setup.label);
    let mean = window.as_secs_f64() * 100.0 / f64::from(calls * setup.others_pct);
    let mut random = StdRng::seed_from_u64(!setup.seed);
    let ends = Instant::now() + window * setup.windows;
    let target = format!("/v2{}", request(setup.label, &simulator).target());
    let (mut token, mut token_ends) = (String::new(), Instant::now());
    // When the next new call is made, and those that were refused are again.
    let (mut next, mut again) = (Instant::now(), Vec::new());
    let mut passed = 0;
    loop {
        let at = again.iter().copied().fold(next, Instant::min);
        if at >= ends {
            return passed;
        }
        tokio::time::sleep_until(at).await;
        match again.iter().position(|&due| due == at) {
            Some(index) => drop(again.swap_remove(index)),
            None => next += Duration::from_secs_f64(-mean * (1.0 - random.random::<f64>()).ln()),
        }
        if at >= token_ends {
            (token, token_ends) = (foreign_token(&simulator), at + Duration::from_mins(50));
        }
        match simulator.answer(&Call::get(&target, &token)).status {
            200 => passed += 1,
            429 => again.push(Instant::now() + window.mul_f64(random.random_range(1.0..2.0))),
            other => panic!("status {other}"),
        }
    }
}

/// What another app's header `Authorization` says.
fn foreign_token(simulator: &Simulator) -> String {
    let form = format!("grant_type=account_credentials&account_id={ACCOUNT_ID}");
    let grant = simulator.answer(&Call {
        method: "POST",
        target: "/oauth/token",
        authorization: Some(BASIC),
        body: form.as_bytes(),
    });
    let grant: serde_json::Value = serde_json::from_slice(&grant.body).unwrap();
    format!("Bearer {}", grant["access_token"].as_str().unwrap())
}

/// Measures with time paused.
pub(crate) fn measure(setup: Setup) -> Outcome {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(measured(setup))
}

async fn measured(setup: Setup) -> Outcome {
    let Setup { algorithm, headers, label, network, others_pct, windows, seed } = setup;
    let start = "2026-01-05T12:00:00Z".parse().unwrap();
    let clock = Arc::new(PausedClock { start, began: Instant::now() });
    let config =
        Config { people: 10, limits: algorithm, limit_headers: headers, ..Config::default() };
    let simulator = Simulator::new(config, Arc::<PausedClock>::clone(&clock) as _).unwrap();
    let simulator = Arc::new(simulator);
    let carrier = Arc::new(Carrier {
        simulator: Arc::clone(&simulator),
        network,
        random: Mutex::new(StdRng::seed_from_u64(seed)),
        passed: AtomicU32::new(0),
        refused: AtomicU32::new(0),
    });
    let client =
        Client::builder(Credential::server_to_server(ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET))
            .transport(Arc::<Carrier>::clone(&carrier))
            .clock(clock)
            .seed(seed)
            .build()
            .unwrap();
    let (calls, window) = limit(label);
    let ends = Instant::now() + window * windows;
    let request = request(label, &simulator);
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS * calls {
        let (client, request) = (client.clone(), request.clone());
        callers.spawn(async move {
            let mut failed = 0;
            while Instant::now() < ends {
                match client.get(request.clone()).await.as_ref().map_err(Error::kind) {
                    Ok(_) => {}
                    Err(ErrorKind::RateLimited { daily: true, .. }) => break,
                    Err(ErrorKind::RateLimited { .. }) => failed += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
            failed
        });
    }
    let others = if others_pct > 0 { others(simulator, setup).await } else { 0 };
    tokio::time::sleep_until(ends).await;
    let used = carrier.passed.load(Ordering::Relaxed);
    let refused = carrier.refused.load(Ordering::Relaxed);
    let failed = callers.join_all().await.into_iter().sum();
    // A bucket is full at first.
    let reserve = if algorithm == Algorithm::Bucket { calls } else { 0 };
    Outcome { left: (calls * windows + reserve).min(A_DAY) - others, used, refused, others, failed }
}
