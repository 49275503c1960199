//! How many signed events a second become durable and are answered, and how long that takes; with `overload`, what
//! becomes of ten times as many as the disk keeps.
//!
//! An open loop: when an event is sent is fixed before, and how long it takes counts from then on, also when
//! its sender could not send it in time. The sender has one processor of the machine, which the receiver may use, too.
//! What the disk can do is measured beside: one sync after the other of a file of the same folder.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't be run fails")]

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use zoom_wire::webhook::{SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER};
use zqos_core::{Clock as _, SystemClock};
use zqos_http::{Bound, listen, serve};
use zqos_intake::Reader;
use zqos_push::{AccountKey, Counters, Found, PATH, Refusal, Secrets, Settings, Writer, router};
use zqos_store::{DiskCap, Store};

/// How many events are sent a second.
const RATES: [usize; 4] = [2_000, 5_000, 10_000, 20_000];
/// For how long each.
const SECONDS: usize = 6;
/// How many connections they are sent on: an answer may take as long as this many others. Whoever is overloaded lets
/// some thousands wait, and answers the rest at once: there must be more connections than that, or nobody is refused,
/// and no more than are served.
const CONNECTIONS: usize = 256;
const CONNECTIONS_OVERLOADED: usize = 4_000;
/// How much of an answer is read at once.
const ANSWER: usize = 512;
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
    sent_within: Duration::from_secs(1),
    guess: 1_000.0,
    guesses: 2,
    guess_seconds: 10,
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
    sent_within: Duration,
    guess: f64,
    guesses: usize,
    guess_seconds: usize,
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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, folder, bytes, ..] = &*arguments
        && role == ALONE
    {
        receive_alone(Path::new(folder), bytes.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let holds = if arguments.iter().any(|argument| argument == "overload") {
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
    let (median, rate) = bare_disk(folder);
    println!("bare disk: {rate:.0} syncs of {} KiB a second, median {median:.2?}", BARE.0 >> 10);
    let load = |rest, offered, seconds| Load {
        rest,
        offered,
        seconds,
        connections: CONNECTIONS_OVERLOADED,
        is_made_before: false,
    };
    let offered = OVERLOAD.kept * OVERLOAD.times;
    // How much the disk has to keep of an event depends on how many share a sync, and so on how slow it is.
    let mut bytes = OVERLOAD.guess;
    for round in 0..OVERLOAD.guesses {
        let slow = Alone::start(&folder.join(format!("known-{round}")), cap(bytes));
        let known =
            send_all(slow.address, &[load(Duration::ZERO, offered, OVERLOAD.guess_seconds)]);
        bytes = per_second(slow.end().0, per_second(known[0].taken, 1.0));
    }
    println!(
        "an event makes the disk keep {bytes:.0} bytes, of which it is let keep {} a second",
        OVERLOAD.kept
    );

    let (rate, later) = OVERLOAD.after;
    let loads = [load(Duration::ZERO, offered, seconds), load(OVERLOAD.rest, rate, later)];
    let capped = Alone::start(&folder.join("overloaded"), cap(bytes));
    let answers = send_all(capped.address, &loads);
    let (_, memory) = capped.end();
    let [loaded, after] = answers.as_slice() else { unreachable!("there were two loads") };
    let kept = per_second(loaded.taken, loaded.seconds) / per_second(OVERLOAD.kept, 1.0);
    for (when, Answers { taken, refused, failed, longest, latest, seconds, .. }) in [
        (format!("{seconds} s of {offered} a second"), loaded),
        (format!("{:?} later", OVERLOAD.rest), after),
    ] {
        println!(
            "  {when}: {taken} times 200, {refused} times 503, {failed} others in {seconds:.1} s, longest {longest:.2?} \
             after it was sent, which was at most {latest:.2?} late"
        );
    }
    println!("  peak memory: {memory} KiB");
    let claims = [
        ("every answer within 3 s", loaded.longest <= OVERLOAD.within),
        ("what is kept, of what can be, is at least 0.8", kept >= OVERLOAD.least_kept),
        ("the rest is 503", loaded.failed == 0),
        (
            "all is as ever after half a minute",
            after.taken == rate * later && after.longest <= OVERLOAD.within,
        ),
        ("memory is below 300 MB", memory < OVERLOAD.most_memory_kib),
        ("it was sent in time", loaded.latest <= OVERLOAD.sent_within),
    ];
    println!("  kept, of what can be: {kept:.2}");
    for (claim, holds) in claims {
        println!("  {claim}: {}", if holds { "holds" } else { "BROKEN" });
    }
    claims.iter().all(|(_, holds)| *holds)
}

/// How many bytes a second the disk is let keep, where an event makes it keep so many.
fn cap(bytes: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some megabytes")]
    let cap = (bytes * per_second(OVERLOAD.kept, 1.0)) as u32;
    cap
}

/// A receiver in a process of its own, so that its memory is nobody else's. It ends when its standard input does.
struct Alone {
    process: Child,
    address: SocketAddr,
    lines: std::io::Lines<std::io::BufReader<std::process::ChildStdout>>,
}

/// What such a process is called with, before the folder and how many bytes a second the disk keeps.
const ALONE: &str = "receive-alone";

impl Alone {
    fn start(folder: &Path, bytes: u32) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(ALONE)
            .arg(folder)
            .arg(bytes.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.next().unwrap().unwrap().parse().unwrap();
        Self { process, address, lines }
    }

    /// How many bytes the disk kept, and the most memory that was held, in KiB.
    fn end(mut self) -> (usize, usize) {
        drop(self.process.stdin.take());
        let mut figure = || self.lines.next().unwrap().unwrap().parse().unwrap();
        let figures = (figure(), figure());
        assert!(self.process.wait().unwrap().success(), "the receiver failed");
        figures
    }
}

/// The process of [`Alone`].
fn receive_alone(folder: &Path, bytes: u32) {
    let cap = DiskCap::new(bytes);
    let receiver = Receiving::start(folder, Some(&cap));
    println!("{}", receiver.address);
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()).unwrap();
    receiver.end();
    println!("{}\n{}", cap.passed(), peak_kib());
}

/// The most memory that this process has held.
fn peak_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
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
        let load = Load {
            rest: Duration::ZERO,
            offered,
            seconds: SECONDS,
            connections: CONNECTIONS,
            is_made_before: true,
        };
        let receiver = Receiving::start(&folder.join(place), None);
        let crowd = if is_crowded { crowd(receiver.address) } else { Vec::new() };
        let answers = send_all(receiver.address, &[load]).into_iter().next().unwrap();
        drop(crowd);
        let syncs = usize::try_from(receiver.counters.syncs()).unwrap();
        let counters = receiver.end();
        for why in Refusal::ALL.into_iter().filter(|&why| counters.refused(why) > 0) {
            println!("  {} refused: {}", counters.refused(why), why.as_str());
        }
        let Answers { taken, refused, failed, mut times, seconds, .. } = answers;
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
    connections: usize,
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
    /// From when one was sent to its answer.
    longest: Duration,
    /// From when one should have been sent to when it was.
    latest: Duration,
    /// From when each should have been sent to its answer, in no order, of a load that was made before.
    times: Vec<Duration>,
    seconds: f64,
}

impl Answers {
    fn add(&mut self, status: u16, late: Duration, time: Duration, keeps_time: bool) {
        let count = match status {
            200 => &mut self.taken,
            503 => &mut self.refused,
            _ => &mut self.failed,
        };
        *count += 1;
        self.longest = self.longest.max(time);
        self.latest = self.latest.max(late);
        if keeps_time {
            self.times.push(late + time);
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.taken += other.taken;
        self.refused += other.refused;
        self.failed += other.failed;
        self.longest = self.longest.max(other.longest);
        self.latest = self.latest.max(other.latest);
        self.times.extend(other.times);
        self
    }
}

/// A receiver that runs.
struct Receiving {
    runtime: Runtime,
    address: SocketAddr,
    counters: Arc<Counters>,
    writer: Writer,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Receiving {
    fn start(folder: &Path, cap: Option<&Arc<DiskCap>>) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (listener, router, counters, writer) = runtime.block_on(start(folder, cap));
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = runtime.spawn(serve(Bound { listener, tls: None }, router, async {
            drop(stopped.await);
        }));
        Self { runtime, address, counters, writer, stop, served }
    }

    /// Stops it; what it has counted.
    fn end(self) -> Arc<Counters> {
        let Self { runtime, counters, writer, stop, served, .. } = self;
        drop(stop);
        runtime.block_on(served).unwrap().unwrap();
        writer.finish().unwrap();
        counters
    }
}

/// Sends loads to a receiver, from one processor; what was answered to each.
fn send_all(address: SocketAddr, loads: &[Load]) -> Vec<Answers> {
    let loads = loads.to_vec();
    let sender = std::thread::spawn(move || {
        pin();
        let (key, mut first) = (key(), 0);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let send = |load: Load| {
            let count = load.offered * load.seconds;
            let requests = Requests::new(&key, first..first + count, load.is_made_before);
            first += count;
            std::thread::sleep(load.rest);
            runtime.block_on(send(address, requests, load))
        };
        loads.into_iter().map(send).collect()
    });
    sender.join().unwrap()
}

fn key() -> SigningKey {
    SigningKey::new(b"bench")
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
    cap: Option<&Arc<DiskCap>>,
) -> (TcpListener, axum::Router, Arc<Counters>, Writer) {
    let open = async || match cap {
        None => Store::open(folder.to_owned(), Arc::new(SystemClock)).await.unwrap(),
        Some(cap) => {
            Store::open_capped(folder, Arc::clone(cap), Arc::new(SystemClock)).await.unwrap()
        }
    };
    let stores = [open().await, open().await];
    let secrets = Arc::new(Fixed(key()));
    let (receiver, writer) = Writer::start(
        stores,
        |_: &str| Reader::default(),
        secrets,
        Arc::new(SystemClock),
        Settings::default(),
    )
    .unwrap();
    let counters = receiver.counters();
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
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
async fn send(address: SocketAddr, requests: Requests, load: Load) -> Answers {
    let Load { offered, connections, .. } = load;
    let mut streams = Vec::with_capacity(connections);
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        streams.push(BufReader::with_capacity(ANSWER, stream));
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
                let (late, sent) = (due.elapsed(), tokio::time::Instant::now());
                stream.get_mut().write_all(&request).await.unwrap();
                let mut status = None;
                while line != "\r\n" {
                    line.clear();
                    let bytes = stream.read_line(&mut line).await.unwrap();
                    assert!(bytes > 0, "the receiver has hung up");
                    status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
                }
                line.clear();
                answers.add(status.unwrap(), late, sent.elapsed(), requests.are_ready());
            }
            answers
        });
    }
    let answers = senders.join_all().await.into_iter().fold(Answers::default(), Answers::merged);
    Answers { seconds: start.elapsed().as_secs_f64(), ..answers }
}
