//! How much of Zoom's limits a client uses while it has work, and how many calls are refused for that.
//!
//! First on paused time, with a simulated Zoom in this process, a network whose delays are drawn, and another
//! app that wants 30 % at random; then over sockets of this machine. "Left" is what the limit allows less
//! what the other app got; a bucket's first filling counts as allowed.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that can't be run fails")]

#[path = "../tests/it/simulated.rs"]
mod simulated;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;
use zoom_dashboard::{Client, Credential, ErrorKind};
use zoom_wire::rate_limit::Label;
use zqos_core::{Clock as _, SystemClock};
use zqos_sim::{
    ACCOUNT_ID, Algorithm, CLIENT_ID, CLIENT_SECRET, Config, LimitHeaders, Simulator, Speed,
    VirtualClock,
};

use simulated::{A_DAY, EVEN, Network, Setup, limit, measure, request};

const SEED: u64 = 1;
const ALGORITHMS: [Algorithm; 3] = [Algorithm::Fixed, Algorithm::Sliding, Algorithm::Bucket];
/// One whose delays differ as much as a margin allows for, nearly.
const ROUGH: Network = Network { least_ms: 5, most_ms: 60 };
/// Beside another app: how much of what it leaves is used at least, and how many calls are refused at most.
const BESIDE_PCT: f64 = 85.0;
const REFUSED_PCT: f64 = 4.0;
/// Over sockets: how many simulated Zooms of each algorithm, and for how many seconds.
const SERVERS: usize = 4;
const SECONDS: u32 = 22;

/// What is said when a claim does not hold.
type Broken = Vec<String>;

fn main() {
    let mut broken = Broken::new();
    println!("limits of plan Business on paused time, seed {SEED}, all headers");
    println!(
        "  delays each way   calls               counted by  others want, got    used of left   window  refused"
    );
    // In a network whose delays differ more, less can be used: see the documentation of `limit`.
    for (network, alone) in [(EVEN, 98.0), (ROUGH, 94.0)] {
        for (label, windows) in [(Label::Heavy, 300), (Label::ResourceIntensive, 120)] {
            for algorithm in ALGORITHMS {
                for others_pct in [0, 30] {
                    let at_least = match (others_pct, label) {
                        (0, Label::Heavy) => alone,
                        (0, _) => 98.0,
                        _ => BESIDE_PCT,
                    };
                    on_paused_time(
                        Setup { algorithm, label, network, others_pct, windows, ..SETUP },
                        at_least,
                        &mut broken,
                    );
                }
            }
        }
    }
    println!("  half an hour, in which the day's 60,000 calls are used up");
    for algorithm in ALGORITHMS {
        on_paused_time(Setup { algorithm, windows: 1_800, ..SETUP }, 98.0, &mut broken);
    }
    over_sockets(&mut broken);
    assert!(broken.is_empty(), "BROKEN: {broken:#?}");
    println!(
        "  alone at least 98 % used; of heavy calls 94 % where delays differ by 55 ms, and 95 % over sockets: holds"
    );
    println!("  no call refused for those of the client itself: holds");
    println!(
        "  beside another app at least {BESIDE_PCT} % of what it leaves used, at most {REFUSED_PCT} % refused: holds"
    );
}

const SETUP: Setup = Setup {
    algorithm: Algorithm::Fixed,
    headers: LimitHeaders::Full,
    label: Label::Heavy,
    network: EVEN,
    others_pct: 30,
    windows: 300,
    seed: SEED,
};

fn on_paused_time(setup: Setup, at_least: f64, broken: &mut Broken) {
    let Setup { algorithm, label, network, others_pct, windows, .. } = setup;
    let outcome = measure(setup);
    let (calls, window) = limit(label);
    let others_got = 100.0 * f64::from(outcome.others) / f64::from(calls * windows);
    let sent = outcome.used + outcome.refused;
    // How long as many calls as a window allows took to be sent; unless the day ended it all.
    let used_window = window.mul_f64(f64::from(calls * windows) / f64::from(sent)).as_secs_f64();
    let used_window =
        if calls * windows > A_DAY { String::new() } else { format!("{used_window:.3} s") };
    let line = format!(
        "  {:>2} to {:>2} ms       {:<18}  {:<10}  {others_pct:>6} %, {others_got:>5.1} %  {:>12.2} %  {used_window:>8}  {:>5.1} %",
        network.least_ms,
        network.most_ms,
        label.as_str(),
        format!("{algorithm:?}"),
        outcome.used_pct(),
        outcome.refused_pct(),
    );
    println!("{line}");
    let refused_pct = if others_pct == 0 { 0.0 } else { REFUSED_PCT };
    if outcome.used_pct() < at_least || outcome.refused_pct() > refused_pct {
        broken.push(line);
    }
}

fn over_sockets(broken: &mut Broken) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (used, refused) = runtime.block_on(async {
        let mut clients = JoinSet::new();
        for algorithm in ALGORITHMS.repeat(SERVERS) {
            clients.spawn(over_socket(algorithm));
        }
        let outcomes = clients.join_all().await;
        outcomes.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    let clients = u32::try_from(ALGORITHMS.len() * SERVERS).unwrap();
    let used_pct = 100.0 * f64::from(used) / f64::from(clients * SECONDS * limit(Label::Heavy).0);
    let line = format!(
        "over sockets, {clients} clients for {SECONDS} s: {used} heavy calls, {used_pct:.2} % of what is allowed, {refused} refused"
    );
    println!("{line}");
    if used_pct < 95.0 || f64::from(refused) * 10_000.0 > f64::from(used) {
        broken.push(line);
    }
}

/// Calls that were answered in time, and refusals.
async fn over_socket(algorithm: Algorithm) -> (u32, u32) {
    let clock = Arc::new(VirtualClock::new(SystemClock.now(), Speed::NORMAL));
    let config = Config { people: 10, limits: algorithm, ..Config::default() };
    let simulator = Simulator::new(config, Arc::<VirtualClock>::clone(&clock) as _).unwrap();
    let simulator = Arc::new(simulator);
    let request = request(Label::Heavy, &simulator);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = zqos_sim::serve(listener, simulator, clock);
    let client =
        Client::builder(Credential::server_to_server(ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET))
            .api_base(&format!("{base}/v2"))
            .and_then(|builder| builder.oauth_base(&base))
            .and_then(zoom_dashboard::ClientBuilder::build)
            .unwrap();
    let calling = async {
        let ends = Instant::now() + Duration::from_secs(SECONDS.into());
        let mut callers = JoinSet::new();
        for _ in 0..limit(Label::Heavy).0 * 2 {
            let (client, request) = (client.clone(), request.clone());
            callers.spawn(async move {
                let (mut used, mut refused) = (0, 0);
                while Instant::now() < ends {
                    let tries = match client.get(request.clone()).await {
                        Ok(answer) => {
                            used += u32::from(Instant::now() < ends);
                            answer.tries - 1
                        }
                        Err(error) if matches!(error.kind(), ErrorKind::RateLimited { .. }) => {
                            error.tries()
                        }
                        Err(other) => panic!("{other:?}"),
                    };
                    refused += tries;
                }
                (used, refused)
            });
        }
        let counts = callers.join_all().await;
        counts.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    tokio::select! {
        counts = calling => counts,
        Err(error) = serving => panic!("{error}"),
    }
}
