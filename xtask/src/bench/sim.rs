//! The simulated Zoom: what a report costs its server, how long reports take, and what a large company
//! needs.
//!
//! Costs of the server are its own processor time; this process, which asks and reads, is not counted.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Claim, statistics::Times};
use crate::{
    simulator::{Simulator, encoded_twice},
    workspace::Workspace,
    zqos::Zqos,
};

/// How many distinct reports are asked for.
const REPORTS: usize = 2_000;
/// How many tokens: each costs so little that the system's clock of processors, which ticks each ten
/// milliseconds, needs many.
const TOKENS: u32 = 20_000;
/// How many connections ask at the same time where the rate is measured.
const CONNECTIONS: usize = 8;
/// How many calls can be under way where it is given.
const IN_FLIGHT: usize = 64;
/// For how long.
const STRETCH: Duration = Duration::from_secs(5);
/// How many pages of a long list are asked for.
const PAGES: usize = 20;
/// What `sim-client:sim-secret` is in a header.
const BASIC: &str = "Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0";
/// A Friday, and the month before.
const NOW: &str = "2026-11-20T12:00:00Z";
const MONTH: &str = "type=past&from=2026-10-21&to=2026-11-19&page_size=300";

pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    let zqos = Zqos::release(workspace)?;
    let (simulator, _) = start(&zqos, "2000")?;
    let mut connection = Connection::sign_in(&simulator)?;
    let paths = reports(&mut connection)?;

    let before = simulator.cpu_seconds()?;
    for _ in 0..TOKENS {
        connection.token()?;
    }
    let token = (simulator.cpu_seconds()? - before) / f64::from(TOKENS);
    let before = simulator.cpu_seconds()?;
    let (mut bytes, mut minutes) = (0, 0);
    for path in &paths {
        let report = connection.get(path)?;
        bytes += report.len();
        let parsed: Value = serde_json::from_slice(&report)?;
        minutes += parsed["user_qos"].as_array().map_or(0, Vec::len);
    }
    // What thirty minutes are of all.
    let share = 30.0 / f64::from(u32::try_from(minutes)?);
    let cost = (simulator.cpu_seconds()? - before) * share;
    println!(
        "  {} distinct reports of 25 to 35 minutes; for 30 minutes, which are {:.0} KB: {:.0} µs of the \
         server, against {:.0} µs for a token",
        paths.len(),
        f64::from(u32::try_from(bytes)?) * share / 1e3,
        cost * 1e6,
        token * 1e6
    );

    let rate = highest_rate(&simulator, &paths)?;
    let latencies = latencies(&simulator, &paths, rate / 2.0)?;
    println!("  {rate:.0} reports a second, with this process on the same cores");
    println!("  at half of that: {latencies}");
    drop(simulator);

    let (large, start_up) = start(&zqos, "100000")?;
    let mut connection = Connection::sign_in(&large)?;
    for path in reports(&mut connection)? {
        connection.get(&path)?;
    }
    let (mut pages, mut slowest) = (0, Duration::ZERO);
    let mut asked = Instant::now();
    connection.walk(&format!("meetings?{MONTH}"), |_| {
        slowest = slowest.max(asked.elapsed());
        asked = Instant::now();
        pages += 1;
        Ok(pages < PAGES)
    })?;
    println!(
        "  100000 people: a page of a month's meetings within {:.0} ms",
        slowest.as_secs_f64() * 1e3
    );
    let peak_mb = f64::from(large.peak_kib()?) * 1024.0 / 1e6;

    let claim = |what: &str, measured, at_most| Claim { what: what.to_owned(), measured, at_most };
    Ok(vec![
        claim("server time for a report, µs", cost * 1e6, 200.0),
        claim("server time for a report / for a token", cost / token, 20.0),
        claim(
            "99th percentile at half of the highest rate, ms",
            latencies.percentile(99) * 1e3,
            20.0,
        ),
        claim("start-up with 100000 people, s", start_up.as_secs_f64(), 1.0),
        claim("peak memory with 100000 people, MB", peak_mb, 200.0),
    ])
}

/// A simulator whose clock stands still, and how long it took to start.
fn start(zqos: &Zqos, people: &str) -> Result<(Simulator, Duration)> {
    let start = Instant::now();
    let arguments = ["--people", people, "--limits", "off", "--now", NOW, "--speed", "0"];
    Ok((Simulator::start(zqos, &arguments, Stdio::piped())?, start.elapsed()))
}

/// The paths of reports of about thirty minutes.
fn reports(connection: &mut Connection) -> Result<Vec<String>> {
    let mut meetings = Vec::new();
    connection.walk(&format!("meetings?{MONTH}"), |page| {
        let rows = page["meetings"].as_array().context("no list of meetings")?;
        meetings.extend(rows.iter().filter_map(|row| Some(row["uuid"].as_str()?.to_owned())));
        Ok(meetings.len() < 3 * REPORTS)
    })?;
    let mut paths = Vec::new();
    for meeting in meetings.iter().map(|uuid| encoded_twice(uuid)) {
        let query = "type=past&page_size=300";
        connection.walk(&format!("meetings/{meeting}/participants?{query}"), |page| {
            let rows = page["participants"].as_array().context("no list of participants")?;
            let long = rows.iter().filter(|row| is_half_an_hour(row).unwrap_or(false));
            paths.extend(long.filter_map(|row| {
                let id = row["user_id"].as_str()?;
                Some(format!("meetings/{meeting}/participants/{id}/qos?type=past"))
            }));
            Ok(true)
        })?;
        if paths.len() >= REPORTS {
            break;
        }
    }
    paths.truncate(REPORTS);
    ensure!(paths.len() > REPORTS / 2, "only {} reports of about thirty minutes", paths.len());
    Ok(paths)
}

/// True for a join of thirty minutes, give or take five.
fn is_half_an_hour(join: &Value) -> Option<bool> {
    let second = |member: &str| {
        // As in 2026-11-20T12:00:00Z; a join over midnight is taken for none.
        let mut parts = join[member].as_str()?.get(11..19)?.split(':');
        let mut part = || parts.next()?.parse::<i32>().ok();
        Some(part()? * 3_600 + part()? * 60 + part()?)
    };
    Some((1_500..2_100).contains(&(second("leave_time")? - second("join_time")?)))
}

/// Reports in a second when each connection asks as fast as it is answered.
fn highest_rate(simulator: &Simulator, paths: &[String]) -> Result<f64> {
    let (next, start) = (AtomicUsize::new(0), Instant::now());
    together(simulator, CONNECTIONS, |connection| {
        while start.elapsed() < STRETCH {
            connection.get(&paths[next.fetch_add(1, Ordering::Relaxed) % paths.len()])?;
        }
        Ok(())
    })?;
    Ok(f64::from(u32::try_from(next.into_inner())?) / start.elapsed().as_secs_f64())
}

/// How long reports take that are asked for at a rate, whether others have been answered or not: each
/// from when it was due.
fn latencies(simulator: &Simulator, paths: &[String], rate: f64) -> Result<Times> {
    // By then, all are connected.
    let (next, start) = (AtomicUsize::new(0), Instant::now() + Duration::from_secs(1));
    let times = together(simulator, IN_FLIGHT, |connection| {
        let mut times = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let due = start + Duration::from_secs_f64(f64::from(u32::try_from(number)?) / rate);
            if due > start + STRETCH {
                return Ok(times);
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
            connection.get(&paths[number % paths.len()])?;
            times.push(due.elapsed());
        }
    })?;
    Ok(times.into_iter().flatten().collect())
}

/// Does something on so many connections at the same time.
pub(super) fn together<T: Send>(
    simulator: &Simulator,
    count: usize,
    ask: impl Fn(&mut Connection) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    thread::scope(|scope| {
        let ask = &ask;
        let ask = || {
            let mut connection = Connection::sign_in(simulator)?;
            ask(&mut connection)
        };
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(ask)).collect();
        let ended = threads.into_iter().map(ScopedJoinHandle::join);
        ended.map(|ended| ended.expect("no asker panics")).collect()
    })
}

/// A connection that is kept, with a token: an HTTP client that costs next to nothing.
pub(super) struct Connection {
    socket: BufReader<TcpStream>,
    token: String,
}

impl Connection {
    pub(super) fn sign_in(simulator: &Simulator) -> Result<Self> {
        let base = simulator.setting("ZOOM_OAUTH_BASE")?;
        let address = base.strip_prefix("http://").context("the simulator has no TLS")?;
        let socket =
            TcpStream::connect(address).with_context(|| format!("connecting to {base}"))?;
        socket.set_nodelay(true)?;
        let mut connection = Self { socket: BufReader::new(socket), token: String::new() };
        connection.token = connection.token()?;
        Ok(connection)
    }

    /// A new token: the least that a server can be asked for.
    fn token(&mut self) -> Result<String> {
        let form = "grant_type=account_credentials&account_id=sim-account";
        let grant = self.ask("POST /oauth/token", BASIC, form)?;
        let grant: Value = serde_json::from_slice(&grant)?;
        Ok(grant["access_token"].as_str().context("no token was given")?.to_owned())
    }

    /// The body of an answer to a path below `/v2/metrics/`.
    pub(super) fn get(&mut self, path: &str) -> Result<Vec<u8>> {
        let authorization = format!("Bearer {}", self.token);
        self.ask(&format!("GET /v2/metrics/{path}"), &authorization, "")
    }

    fn ask(&mut self, what: &str, authorization: &str, body: &str) -> Result<Vec<u8>> {
        let length = body.len();
        let request = format!(
            "{what} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        self.socket.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut length) = (String::new(), 0);
        self.socket.read_line(&mut line)?;
        ensure!(line.starts_with("HTTP/1.1 200 "), "{what}: {line}");
        loop {
            line.clear();
            self.socket.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body)?;
        Ok(body)
    }

    /// Shows each page of a list, until there is no other or none is wanted.
    fn walk(&mut self, path: &str, mut show: impl FnMut(&Value) -> Result<bool>) -> Result<()> {
        let mut token = String::new();
        loop {
            let page = self.get(&format!("{path}&next_page_token={token}"))?;
            let page: Value = serde_json::from_slice(&page)?;
            page["next_page_token"].as_str().context("no page token")?.clone_into(&mut token);
            if !show(&page)? || token.is_empty() {
                return Ok(());
            }
        }
    }
}
