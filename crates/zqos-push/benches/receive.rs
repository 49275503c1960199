//! How many signed events a second become durable and are answered, and how long that takes; with `overload`, what
//! becomes of ten times as many as the disk keeps.
//!
//! An open loop: when an event is sent is fixed before, and how long it takes counts from then on, also when
//! its sender could not send it in time. The sender has one processor of the machine, which the receiver may use, too. What the disk
//! can do is measured beside: one sync after the other of a file of the same folder.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't be run fails")]

use std::borrow::Cow;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::ops::Range;
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
use zqos_store::{DiskCap, Store};

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
/// With `overload`: how many events a second the disk keeps, how many times as many are sent, for how long unless
/// `ZQOS_OVERLOAD_SECONDS` says so, and how many come half a minute later, when all is to be as ever.
const OVERLOAD: Overload = Overload {
    kept: 2_000,
    times: 10,
    seconds: 300,
    rest: Duration::from_secs(30),
    after: (200, 10),
    within: Duration::from_secs(3),
    least_kept: 0.8,
    most_memory_kib: 300_000_000 / 1_024,
};

struct Overload {
    kept: usize,
    times: usize,
    seconds: usize,
    rest: Duration,
    after: (usize, usize),
    within: Duration,
    least_kept: f64,
    most_memory_kib: usize,
}

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
    let holds = if std::env::args().any(|argument| argument == "overload") {
        overload(folder.path())
    } else {
        rates(folder.path())
    };
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Sends ten times what the disk keeps, and looks what becomes of it.
fn overload(folder: &Path) -> bool {
    let seconds = std::env::var("ZQOS_OVERLOAD_SECONDS").ok();
    let seconds = seconds.map_or(OVERLOAD.seconds, |seconds| seconds.parse().unwrap());
    let load = |rest, offered, seconds| Load { rest, offered, seconds, is_made_before: false };
    // How much the disk has to keep of an event, where many come at once, as they will.
    let free = DiskCap::new(u32::MAX);
    let known = [load(Duration::ZERO, OVERLOAD.kept * OVERLOAD.times, 5)];
    let (known, _) = measure(&folder.join("known"), Some(&free), false, &known);
    let passed = usize::try_from(free.passed()).unwrap();
    let bytes = per_second(passed, per_second(known[0].taken, 1.0));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some hundred kilobytes"
    )]
    let cap = DiskCap::new((bytes * per_second(OVERLOAD.kept, 1.0)) as u32);
    println!(
        "an event makes the disk keep {bytes:.0} bytes, of which it is let keep {} a second",
        OVERLOAD.kept
    );

    let (rate, later) = OVERLOAD.after;
    let offered = OVERLOAD.kept * OVERLOAD.times;
    let loads = [load(Duration::ZERO, offered, seconds), load(OVERLOAD.rest, rate, later)];
    let (answers, _) = measure(&folder.join("overloaded"), Some(&cap), false, &loads);
    let [loaded, after] = answers.as_slice() else { unreachable!("there were two loads") };
    let kept = per_second(loaded.taken, per_second(OVERLOAD.kept * seconds, 1.0));
    for (when, Answers { taken, refused, failed, longest, .. }) in [
        (format!("{seconds} s of {offered} a second"), loaded),
        (format!("{:?} later", OVERLOAD.rest), after),
    ] {
        println!(
            "  {when}: {taken} times 200, {refused} times 503, {failed} others, longest {longest:.2?}"
        );
    }
    let memory = peak_kib();
    println!("  peak memory, with the sender's: {memory:?} KiB");
    let claims = [
        ("every answer within 3 s", loaded.longest <= OVERLOAD.within),
        ("what is kept, of what can be, is at least 0.8", kept >= OVERLOAD.least_kept),
        ("the rest is 503", loaded.failed == 0),
        (
            "all is as ever after half a minute",
            after.taken == rate * later && after.longest <= OVERLOAD.within,
        ),
        ("memory is below 300 MB", memory.is_none_or(|kib| kib < OVERLOAD.most_memory_kib)),
    ];
    println!("  kept, of what can be: {kept:.2}");
    for (claim, holds) in claims {
        println!("  {claim}: {}", if holds { "holds" } else { "BROKEN" });
    }
    claims.iter().all(|(_, holds)| *holds)
}

/// The most memory that this process has held; `None` where the system does not tell.
fn peak_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn rates(folder: &Path) -> bool {
    let (median, rate) = bare_disk(folder);
    println!("bare disk: {rate:.0} syncs of {} KiB a second, median {median:.2?}", BARE.0 >> 10);
    println!(
        "  offered/s  answered/s      200      503    median       99 %      most   syncs/s  of bare"
    );
    let mut holds = false;
    let rates = RATES.map(|offered| (offered, false));
    for (offered, is_crowded) in rates.into_iter().chain([(CROWD.2, true)]) {
        let place = format!("{offered}-{is_crowded}");
        let load = Load { rest: Duration::ZERO, offered, seconds: SECONDS, is_made_before: true };
        let (answers, syncs) = measure(&folder.join(place), None, is_crowded, &[load]);
        let Answers { taken, refused, failed, mut times, seconds, .. } =
            answers.into_iter().next().unwrap();
        times.sort_unstable();
        let percentile = |rank: usize| times[(times.len() * rank).div_ceil(100) - 1];
        let (answered, syncs) = (per_second(taken, seconds), per_second(syncs, seconds));
        println!(
            "  {offered:>9}  {answered:>10.0}  {taken:>7}  {refused:>7}  {:>8.2?}  {:>8.2?}  {:>8.2?}  {syncs:>8.0}  {:>6.2}",
            percentile(50),
            percentile(99),
            percentile(100),
            syncs / rate,
        );
        holds |= !is_crowded
            && offered >= CLAIM.0
            && refused + failed == 0
            && answered >= 0.95 * per_second(CLAIM.0, 1.0)
            && percentile(99) <= CLAIM.1;
    }
    println!(
        "  {} events a second, 99 % within {:?}: {}",
        CLAIM.0,
        CLAIM.1,
        if holds { "holds" } else { "BROKEN" }
    );
    holds
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

/// What is sent, after a rest; made before, or each event when it is sent: those of minutes would fill the memory.
#[derive(Clone, Copy)]
struct Load {
    rest: Duration,
    offered: usize,
    seconds: usize,
    is_made_before: bool,
}

/// What was answered.
#[derive(Default)]
struct Answers {
    /// By 200.
    taken: usize,
    /// By 503.
    refused: usize,
    /// By anything else.
    failed: usize,
    /// From when one should have been sent to its answer.
    longest: Duration,
    /// The same of each, in no order, of a load that was made before.
    times: Vec<Duration>,
    seconds: f64,
}

impl Answers {
    fn add(&mut self, status: u16, time: Duration, keeps_time: bool) {
        let count = match status {
            200 => &mut self.taken,
            503 => &mut self.refused,
            _ => &mut self.failed,
        };
        *count += 1;
        self.longest = self.longest.max(time);
        if keeps_time {
            self.times.push(time);
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.taken += other.taken;
        self.refused += other.refused;
        self.failed += other.failed;
        self.longest = self.longest.max(other.longest);
        self.times.extend(other.times);
        self
    }
}

/// Sends loads to a receiver; returns what was answered to each, and how many syncs there were.
fn measure(
    folder: &Path,
    cap: Option<&Arc<DiskCap>>,
    is_crowded: bool,
    loads: &[Load],
) -> (Vec<Answers>, usize) {
    let key = SigningKey::new(b"bench");
    let receiver = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (listener, router, counters, writer) = receiver.block_on(start(folder, key.clone(), cap));
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = receiver.spawn(serve(Bound { listener, tls: None }, router, async {
        drop(stopped.await);
    }));
    let crowd = if is_crowded { crowd(address) } else { Vec::new() };
    let loads = loads.to_vec();
    let sender = std::thread::spawn(move || {
        pin();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut first = 0;
        let send = |load: Load| {
            let count = load.offered * load.seconds;
            let requests = Requests::new(&key, first..first + count, load.is_made_before);
            first += count;
            std::thread::sleep(load.rest);
            runtime.block_on(send(address, requests, load.offered))
        };
        loads.into_iter().map(send).collect()
    });
    let answers = sender.join().unwrap();
    drop(crowd);
    for why in Refusal::ALL.into_iter().filter(|&why| counters.refused(why) > 0) {
        println!("  {} refused: {}", counters.refused(why), why.as_str());
    }
    let syncs = usize::try_from(counters.syncs()).unwrap();
    drop(stop);
    receiver.block_on(served).unwrap().unwrap();
    writer.finish().unwrap();
    (answers, syncs)
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
    cap: Option<&Arc<DiskCap>>,
) -> (TcpListener, axum::Router, Arc<Counters>, Writer) {
    let open = async || match cap {
        None => Store::open(folder.to_owned(), Arc::new(SystemClock)).await.unwrap(),
        Some(cap) => {
            Store::open_capped(folder, Arc::clone(cap), Arc::new(SystemClock)).await.unwrap()
        }
    };
    let stores = [open().await, open().await];
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

/// The events of a load.
enum Requests {
    Ready(Vec<Vec<u8>>),
    Made(SigningKey, Range<usize>),
}

impl Requests {
    fn new(key: &SigningKey, numbers: Range<usize>, are_made_before: bool) -> Self {
        if are_made_before {
            return Self::Ready(numbers.map(|number| request(key, number)).collect());
        }
        Self::Made(key.clone(), numbers)
    }

    fn get(&self, place: usize) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Ready(requests) => requests.get(place).map(|request| request.as_slice().into()),
            Self::Made(key, numbers) => {
                numbers.clone().nth(place).map(|number| request(key, number).into())
            }
        }
    }

    const fn are_ready(&self) -> bool {
        matches!(self, Self::Ready(_))
    }
}

/// Sends each when its time has come.
async fn send(address: SocketAddr, requests: Requests, offered: usize) -> Answers {
    let mut streams = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        streams.push(BufReader::new(stream));
    }
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let start = tokio::time::Instant::now();
    let mut senders = JoinSet::new();
    for mut stream in streams {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        senders.spawn(async move {
            let mut answers = Answers::default();
            let mut line = String::new();
            while let Some((number, request)) = {
                let number = next.fetch_add(1, Ordering::Relaxed);
                requests.get(number).map(|request| (number, request))
            } {
                let due = start
                    + Duration::from_secs(1)
                        .mul_f64(per_second(number, 1.0) / per_second(offered, 1.0));
                tokio::time::sleep_until(due).await;
                stream.get_mut().write_all(&request).await.unwrap();
                let mut status = None;
                while line != "\r\n" {
                    line.clear();
                    stream.read_line(&mut line).await.unwrap();
                    status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
                }
                line.clear();
                answers.add(status.unwrap(), due.elapsed(), requests.are_ready());
            }
            answers
        });
    }
    let answers = senders.join_all().await.into_iter().fold(Answers::default(), Answers::merged);
    Answers { seconds: start.elapsed().as_secs_f64(), ..answers }
}
