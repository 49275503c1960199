//! How many signed events a second become durable and are answered, and how long that takes.
//!
//! An open loop: when an event is sent is fixed before, and how long it takes counts from then on, also when
//! its sender could not send it in time. The sender has one processor of the machine, which the receiver may use, too. What the disk
//! can do is measured beside: one sync after the other of a file of the same folder.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't be run fails")]

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use zoom_wire::webhook::{SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER};
use zqos_core::{Clock as _, SystemClock};
use zqos_http::{Bound, serve};
use zqos_intake::Reader;
use zqos_push::{AccountKey, Counters, Found, PATH, Refusal, Secrets, Settings, Writer, router};
use zqos_store::Store;

/// How many events are sent a second.
const RATES: [usize; 4] = [2_000, 5_000, 10_000, 20_000];
/// For how long each.
const SECONDS: usize = 6;
/// How many connections they are sent on: an answer may take as long as this many others.
const CONNECTIONS: usize = 256;
/// How much a sync of the bare disk writes, and how often.
const BARE: (usize, usize) = (16 << 10, 400);
/// Who is connected beside them in the last measurement: so many who ask for nothing, so many who ask and do not come
/// to an end; and how many events are sent then.
const CROWD: (usize, usize, usize) = (10_000, 1_000, 5_000);
/// What is claimed: so many events a second, of which 99 in 100 take at most so long.
const CLAIM: (usize, Duration) = (20_000, Duration::from_millis(100));

#[derive(Debug)]
struct Fixed(SigningKey);

impl Secrets for Fixed {
    fn read(&self) -> Found {
        let key = AccountKey { account: "default".into(), key: self.0.clone() };
        Found { keys: vec![key], unreadable: Vec::new() }
    }

    fn accounts(&self) -> Vec<Arc<str>> {
        vec!["default".into()]
    }
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (median, rate) = bare_disk(folder.path());
    println!("bare disk: {rate:.0} syncs of {} KiB a second, median {median:.2?}", BARE.0 >> 10);
    println!(
        "  offered/s  answered/s      200      503    median       99 %      most   syncs/s  of bare"
    );
    let mut holds = false;
    let rates = RATES.map(|offered| (offered, false));
    for (offered, is_crowded) in rates.into_iter().chain([(CROWD.2, true)]) {
        let place = format!("{offered}-{is_crowded}");
        let measured = measure(&folder.path().join(place), offered, is_crowded);
        let Measured { taken, refused, times, seconds, syncs } = &measured;
        let percentile = |rank: usize| times[(times.len() * rank).div_ceil(100) - 1];
        let (answered, syncs) = (per_second(*taken, *seconds), per_second(*syncs, *seconds));
        println!(
            "  {offered:>9}  {answered:>10.0}  {taken:>7}  {refused:>7}  {:>8.2?}  {:>8.2?}  {:>8.2?}  {syncs:>8.0}  {:>6.2}",
            percentile(50),
            percentile(99),
            percentile(100),
            syncs / rate,
        );
        holds |= !is_crowded
            && offered >= CLAIM.0
            && *refused == 0
            && answered >= 0.95 * per_second(CLAIM.0, 1.0)
            && percentile(99) <= CLAIM.1;
    }
    println!(
        "  {} events a second, 99 % within {:?}: {}",
        CLAIM.0,
        CLAIM.1,
        if holds { "holds" } else { "BROKEN" }
    );
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
fn per_second(count: usize, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// The median of a sync, and how many there are a second.
fn bare_disk(folder: &Path) -> (Duration, f64) {
    let mut file = File::create(folder.join("bare")).unwrap();
    let bytes = vec![7; BARE.0];
    let begin = Instant::now();
    let mut times: Vec<Duration> = (0..BARE.1)
        .map(|_| {
            let start = Instant::now();
            file.write_all(&bytes).unwrap();
            file.sync_data().unwrap();
            start.elapsed()
        })
        .collect();
    let rate = per_second(BARE.1, begin.elapsed().as_secs_f64());
    times.sort_unstable();
    (times[times.len() / 2], rate)
}

struct Measured {
    taken: usize,
    refused: usize,
    /// From when each should have been sent to its answer, the shortest first.
    times: Vec<Duration>,
    seconds: f64,
    syncs: usize,
}

fn measure(folder: &Path, offered: usize, is_crowded: bool) -> Measured {
    let key = SigningKey::new(b"bench");
    let requests: Arc<[Vec<u8>]> = (0..offered * SECONDS).map(|n| request(&key, n)).collect();
    let receiver = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (listener, router, counters, writer) = receiver.block_on(start(folder, key));
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = receiver.spawn(serve(Bound { listener, tls: None }, router, async {
        drop(stopped.await);
    }));
    let crowd = if is_crowded { crowd(address) } else { Vec::new() };
    let sender = std::thread::spawn(move || {
        pin();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(send(address, requests, offered))
    });
    let (answers, seconds) = sender.join().unwrap();
    drop(crowd);
    for why in Refusal::ALL.into_iter().filter(|&why| counters.refused(why) > 0) {
        println!("  {} refused: {}", counters.refused(why), why.as_str());
    }
    let syncs = counters.syncs();
    drop(stop);
    receiver.block_on(served).unwrap().unwrap();
    writer.finish().unwrap();
    let taken = answers.iter().filter(|(status, _)| *status == 200).count();
    let mut times: Vec<Duration> = answers.iter().map(|(_, time)| *time).collect();
    times.sort_unstable();
    let syncs = usize::try_from(syncs).unwrap();
    Measured { taken, refused: answers.len() - taken, times, seconds, syncs }
}

/// Keeps this thread on the first processor, where the system has `taskset`.
fn pin() {
    let thread = std::fs::read_link("/proc/thread-self").unwrap_or_default();
    let Some(id) = thread.file_name() else { return };
    let pinned = Command::new("taskset").args(["--cpu-list", "--pid", "0"]).arg(id).output();
    if !pinned.is_ok_and(|pinned| pinned.status.success()) {
        println!("  the sender could not be kept on one processor");
    }
}

/// Connects those who ask for nothing, and those who do not come to an end; as many as there are descriptors for.
fn crowd(address: SocketAddr) -> Vec<std::net::TcpStream> {
    let (idle, slow, _) = CROWD;
    let mut crowd = Vec::with_capacity(idle + slow);
    for number in 0..idle + slow {
        let Ok(mut stream) = std::net::TcpStream::connect(address) else { break };
        if number % 11 == 0 {
            stream.write_all(b"POST /hooks/zoom HTTP/1.1\r\nhost:").unwrap();
        }
        crowd.push(stream);
    }
    println!("  beside {} who ask for nothing or come to no end:", crowd.len());
    crowd
}

async fn start(
    folder: &Path,
    key: SigningKey,
) -> (TcpListener, axum::Router, Arc<Counters>, Writer) {
    let clock = Arc::new(SystemClock);
    let open = || Store::open(folder.to_owned(), Arc::<SystemClock>::clone(&clock));
    let stores = [open().await.unwrap(), open().await.unwrap()];
    let secrets = Arc::new(Fixed(key));
    let (receiver, writer) = Writer::start(
        stores,
        |_: &str| Reader::default(),
        secrets,
        Arc::new(SystemClock),
        Settings::default(),
    )
    .unwrap();
    let counters = receiver.counters();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener, router(receiver), counters, writer)
}

/// A signed event of one sort of figures, as accounts have them by default: each of another join and minute.
fn request(key: &SigningKey, number: usize) -> Vec<u8> {
    let now = SystemClock.now();
    let (meeting, join) = (number / 20 % 500, number % 10_000);
    let minute =
        zqos_core::Timestamp::from_unix_millis(now.unix_millis() / 60_000 * 60_000).unwrap();
    let minute = minute.saturating_sub(Duration::from_mins((number / 10_000) as u64));
    let body = format!(
        r#"{{"event":"meeting.participant_qos","payload":{{"account_id":"AAAAAABBBB","object":{{"uuid":"4444AAAiAAAAAiAiAi{meeting:04}==","participant":{{"user_id":"{}","participant_user_id":"rstuvwxyza789-{join:05}","email":"user{join:05}@example.com","qos":[{{"date_time":"{minute}","type":"audio_input","details":{{"bitrate":"63 kbps","latency":"134 ms","jitter":"6 ms","avg_loss":"0.0%","max_loss":"0.0%"}}}}]}}}}}},"event_ts":{}}}"#,
        16_778_240 + join,
        now.unix_millis(),
    );
    let timestamp = now.unix_millis().div_euclid(1_000).to_string();
    let signature = key.sign(&timestamp, body.as_bytes());
    format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json; charset=utf-8\r\n\
         user-agent: Zoom Marketplace/1.0a\r\n{TIMESTAMP_HEADER}: {timestamp}\r\n\
         {SIGNATURE_HEADER}: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends each when its time has come; returns status and time of each answer, and how long all took.
async fn send(
    address: SocketAddr,
    requests: Arc<[Vec<u8>]>,
    offered: usize,
) -> (Vec<(u16, Duration)>, f64) {
    let mut streams = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        streams.push(BufReader::new(stream));
    }
    let next = Arc::new(AtomicUsize::new(0));
    let start = tokio::time::Instant::now();
    let mut senders = JoinSet::new();
    for mut stream in streams {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        senders.spawn(async move {
            let mut answers = Vec::new();
            let mut line = String::new();
            while let Some((number, request)) = {
                let number = next.fetch_add(1, Ordering::Relaxed);
                requests.get(number).map(|request| (number, request))
            } {
                let due = start
                    + Duration::from_secs(1)
                        .mul_f64(per_second(number, 1.0) / per_second(offered, 1.0));
                tokio::time::sleep_until(due).await;
                stream.get_mut().write_all(request).await.unwrap();
                let mut status = None;
                while line != "\r\n" {
                    line.clear();
                    stream.read_line(&mut line).await.unwrap();
                    status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
                }
                line.clear();
                answers.push((status.unwrap(), due.elapsed()));
            }
            answers
        });
    }
    let answers = senders.join_all().await.into_iter().flatten().collect();
    (answers, start.elapsed().as_secs_f64())
}
