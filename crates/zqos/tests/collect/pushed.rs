//! What was pushed is not fetched, what push has lost is, and both make one whole.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use zoom_wire::event::Event;
use zoom_wire::webhook::SigningKey;
use zqos_core::Timestamp;
use zqos_core::table::{COVERAGE, REQUESTS};
use zqos_sim::{Algorithm, Config, EventsMode, Subscription};

use crate::DAY;
use crate::world::{Row, World, between, row_of, said, the_day};

const SECRET: &str = "whs_test_secret";
/// When events are signed; which is not looked at.
const AT: &str = "1795168800";
/// How often what was refused is sent again. **Source**: Zoom's "Using webhooks": three times.
const RETRIES: usize = 3;
/// How many connections post at the same time: as many events come in any order.
const SENDERS: usize = 8;

fn company(people: u32, mode: EventsMode) -> World {
    let events = Subscription { mode, qss_hosts_pct: 50, ..Subscription::default() };
    World::new(Config { people, limits: Algorithm::Off, events, ..Config::default() })
}

/// The events of a time, and of the hours after it in which its meetings end.
fn events(world: &World, range: &Range<Timestamp>) -> Vec<String> {
    let end = range.end.saturating_add(Duration::from_hours(8));
    world.zoom.events(range.start..end).map(|event| event.body).collect()
}

/// Numbers below a bound, by a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A receiver that runs.
struct Receiver {
    child: Child,
    address: String,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Receiver {
    fn start(world: &World) -> Self {
        let mut command = world.command("receive", &["--listen", "127.0.0.1:0"]);
        Self::of(command.env("ZOOM_WEBHOOK_SECRET", SECRET))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("ready http://").unwrap_or_else(|| panic!("{line}"));
        let address = address.split('/').next().unwrap_or_default().to_owned();
        // What it says later is nobody's concern, and must not fill the pipe.
        thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
        Self { child, address }
    }
}

/// Posts a body; the status, or `None` when the connection broke before it came.
fn post(stream: &mut BufReader<TcpStream>, key: &SigningKey, body: &str) -> Option<u16> {
    let signature = key.sign(AT, body.as_bytes());
    let len = body.len();
    let request = format!(
        "POST /hooks/zoom HTTP/1.1\r\nhost: h\r\nx-zm-request-timestamp: {AT}\r\n\
         x-zm-signature: {signature}\r\ncontent-length: {len}\r\n\r\n{body}"
    );
    stream.get_mut().write_all(request.as_bytes()).ok()?;
    let (mut status, mut line) = (None, String::new());
    while line != "\r\n" {
        line.clear();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
    }
    status
}

/// Delivers events to receivers of which each is killed in the middle, but for the last. What was not answered
/// with 200 is sent again, as Zoom does: a machine with much else to do may be too slow for some.
fn deliver(world: &World, events: &[String], kills: usize) {
    let mut left: Vec<&String> = events.iter().collect();
    for round in 0..=kills + RETRIES {
        if left.is_empty() {
            break;
        }
        let mut receiver = Receiver::start(world);
        let until = if round < kills { left.len() / (kills + 1 - round) } else { usize::MAX };
        let (next, kept) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let is_over = AtomicBool::new(false);
        let unanswered = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..SENDERS {
                scope.spawn(|| {
                    let stream = TcpStream::connect(&receiver.address).unwrap();
                    stream.set_nodelay(true).unwrap();
                    let (mut stream, key) =
                        (BufReader::new(stream), SigningKey::new(SECRET.as_bytes()));
                    while let Some(body) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let is_over = is_over.load(Ordering::Relaxed);
                        if !is_over && post(&mut stream, &key, body) == Some(200) {
                            kept.fetch_add(1, Ordering::Relaxed);
                        } else {
                            unanswered.lock().unwrap_or_else(PoisonError::into_inner).push(*body);
                        }
                    }
                });
            }
            while kept.load(Ordering::Relaxed) < until && next.load(Ordering::Relaxed) < left.len()
            {
                thread::yield_now();
            }
            if round < kills {
                receiver.child.kill().unwrap();
                is_over.store(true, Ordering::Relaxed);
            }
        });
        left = unanswered.into_inner().unwrap_or_else(PoisonError::into_inner);
    }
    assert!(left.is_empty(), "the last receivers take all that is left");
}

/// The meeting, the join and the minute.
type Minute = [String; 3];
/// The streams of a minute, with their figures.
type Streams = BTreeSet<(String, String)>;
/// Samples by the minute of a join that they are of.
type ByMinute = BTreeMap<Minute, Streams>;
/// The same, with the origin of each minute.
type Merged = BTreeMap<Minute, (String, Streams)>;

fn by_minute(rows: impl IntoIterator<Item = Row>) -> ByMinute {
    let mut minutes = ByMinute::new();
    for (meeting, user, ts, stream, figures) in rows {
        minutes.entry([meeting, user, ts]).or_default().insert((stream, figures.join(" ")));
    }
    minutes
}

/// The samples of events.
fn told(events: &[String]) -> Vec<Row> {
    let mut rows = Vec::new();
    for body in events {
        let event: Event<'_> = serde_json::from_str(body).unwrap();
        for event in event.records().unwrap().participants {
            let (meeting, user) = (event.meeting.uuid.as_str(), event.participant.id.as_str());
            rows.extend(event.streams.iter().map(|sample| row_of(meeting, user, sample)));
        }
    }
    rows
}

/// The merged minutes of meetings that began in a range, with the origin of each.
fn merged(world: &World, range: &Range<Timestamp>) -> Merged {
    let query = format!(
        "SELECT meeting_uuid, user_id, ts, stream, origin, bitrate_kbps, latency_ms, jitter_ms, avg_loss_pct, \
           max_loss_pct, width_px, height_px, frame_rate_fps FROM merged_samples \
         WHERE meeting_uuid IN (SELECT meeting_uuid FROM meetings \
           WHERE start_time >= TIMESTAMP '{}' AND start_time < TIMESTAMP '{}')",
        range.start, range.end
    );
    let output = world.run("sql", &[&query, "--format", "csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mut minutes = Merged::new();
    for line in String::from_utf8(output.stdout).unwrap().lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [meeting, user, ts, stream, of] = cells[..5] else { panic!("{line}") };
        let figures: Vec<String> = (cells[5..].iter())
            .map(|figure| figure.parse::<f64>().map_or_else(|_| String::new(), |it| it.to_string()))
            .collect();
        let key = [meeting, user, ts].map(str::to_owned);
        let (origin, streams) = minutes.entry(key).or_default();
        assert!(origin.is_empty() || origin == of, "a minute of two origins: {line}");
        of.clone_into(origin);
        streams.insert((stream.to_owned(), figures.join(" ")));
    }
    minutes
}

impl World {
    /// What is known of meetings that should be whole, and why it is not.
    fn coverage_of(&self, meetings: &[&String]) -> Vec<String> {
        let rows = self.table(&COVERAGE);
        let of_these = rows.iter().filter(|row| {
            row["meeting_uuid"].as_str().is_some_and(|uuid| meetings.iter().any(|one| *one == uuid))
        });
        of_these.map(|row| format!("{row:?}")).collect()
    }
}

/// Meetings whose reports were not fetched, as they had been pushed.
fn left_to_push(world: &World) -> HashSet<String> {
    let rows = world.table(&COVERAGE);
    let rows = rows.iter().filter(|row| row["origin"] == "rest_past" && row["why"] == "pushed");
    rows.map(|row| row["meeting_uuid"].as_str().unwrap().to_owned()).collect()
}

/// A number that a longer run sets.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |number| number.parse().unwrap())
}

/// The last days before 2026-11-20, the first of them first.
fn days(count: u64) -> Vec<Range<Timestamp>> {
    let end: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    let day = |before: u64| end.saturating_sub(Duration::from_hours(24 * before));
    (1..=count).rev().map(|before| day(before)..day(before - 1)).collect()
}

/// Events as Zoom's network makes them: some are lost, some come twice, some much later.
fn badly(all: &[String], draw: &mut Draw) -> (Vec<String>, Vec<String>) {
    let (lost, kept): (Vec<String>, Vec<String>) =
        all.iter().cloned().partition(|_| draw.below(1_000) == 0);
    let times = |draw: &mut Draw| 1 + usize::from(draw.below(10) == 0);
    let mut sent: Vec<String> = kept.into_iter().flat_map(|body| vec![body; times(draw)]).collect();
    for place in (1..sent.len()).rev() {
        let far = if draw.below(20) == 0 { 2_000 } else { 40 };
        let other = place - usize::try_from(draw.below(far)).unwrap().min(place);
        sent.swap(place, other);
    }
    (lost, sent)
}

/// What came of a day, beside what should have.
struct Day {
    /// By past reports, as Zoom has them.
    by_report: ByMinute,
    /// By events, had none been lost.
    by_push: ByMinute,
    by_lost: ByMinute,
    /// Of each meeting how many joins it had.
    joins: BTreeMap<String, u64>,
}

impl Day {
    fn new(world: &World, range: &Range<Timestamp>, lost: &[String]) -> Self {
        let meetings = world.walk(range);
        let joins: BTreeMap<String, u64> = meetings.keys().cloned().collect();
        let of_day = |rows: Vec<Row>| {
            by_minute(rows.into_iter().filter(|(meeting, ..)| joins.contains_key(meeting)))
        };
        let (by_push, by_lost) = (of_day(told(&events(world, range))), of_day(told(lost)));
        Self { by_report: by_minute(meetings.into_values().flatten()), by_push, by_lost, joins }
    }

    /// Meetings of which something was pushed, and nothing lost.
    fn whole(&self) -> HashSet<String> {
        let meetings = |minutes: &ByMinute| -> HashSet<String> {
            minutes.keys().map(|[meeting, ..]| meeting.clone()).collect()
        };
        meetings(&self.by_push).difference(&meetings(&self.by_lost)).cloned().collect()
    }

    /// How many calls the reports take of meetings that were not left to push, at ten joins a call.
    fn pages(&self, left: &HashSet<String>) -> u64 {
        let asked = self.joins.iter().filter(|(meeting, _)| !left.contains(*meeting));
        asked.map(|(_, joins)| joins.div_ceil(10)).sum()
    }

    /// Every minute is that of the report, or of push where there is no report; and none is missing, but where
    /// push lacks the first or last of a join, of which it has only a part. Counts them by origin.
    fn is_merged(&self, merged: &Merged, left: &HashSet<String>) -> BTreeMap<String, u64> {
        let mut by_origin = BTreeMap::new();
        for (minute, (origin, streams)) in merged {
            *by_origin.entry(origin.clone()).or_default() += 1;
            let is_left = left.contains(&minute[0]);
            let truth = match &**origin {
                "rest_past" => &self.by_report,
                "qss" if is_left || !self.by_report.contains_key(minute) => &self.by_push,
                other => panic!("{minute:?} is of {other}"),
            };
            assert_eq!(truth.get(minute), Some(streams), "{minute:?}");
        }
        let minutes: Vec<_> = self.by_report.keys().collect();
        for of_join in minutes.chunk_by(|one, other| one[..2] == other[..2]) {
            for (place, minute) in of_join.iter().enumerate() {
                let is_edge = place == 0 || place == of_join.len() - 1;
                // Push may tell nothing of some seconds.
                let is_told = self.by_push.contains_key(*minute);
                let may_lack = is_edge && (!is_told || self.by_lost.contains_key(*minute));
                assert!(merged.contains_key(*minute) || may_lack, "{minute:?} is missing");
            }
        }
        by_origin
    }
}

/// How many joins are of reports in meetings that were left to push: a call each.
fn singles(merged: &Merged, left: &HashSet<String>) -> u64 {
    let of_reports = merged
        .iter()
        .filter(|([meeting, ..], (origin, _))| origin == "rest_past" && left.contains(meeting));
    of_reports.map(|(minute, _)| &minute[..2]).collect::<HashSet<_>>().len() as u64
}

#[test]
fn half_of_a_company_that_is_pushed_badly_is_made_whole_by_reports() {
    let seed = setting("ZQOS_PUSHED_SEED", 20_261_119);
    println!("seed {seed}");
    let mut draw = Draw(seed);
    let days = days(setting("ZQOS_PUSHED_DAYS", 1));
    let people = setting("ZQOS_PUSHED_PEOPLE", 60).try_into().unwrap();
    let world = company(people, EventsMode::Aggregated);
    let mut lost = Vec::new();
    for day in &days {
        let (of_day, sent) = badly(&events(&world, day), &mut draw);
        lost.extend(of_day);
        deliver(&world, &sent, 3);
    }
    let from = days[0].start.to_string();
    let all = ["--from", &*from, "--to", "2026-11-20", "--tz", "UTC"];
    // What is known by events alone tells already what they save.
    let plan = world.run("collect", &[&all[..], &["--plan", "--format", "json"]].concat());
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert!(plan[0]["pushed"]["saved_calls"].as_u64() > Some(0), "{plan}");

    let output = world.run("collect", &all);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let left = left_to_push(&world);
    let (mut pages, mut all_pages, mut single, mut minutes) = (0, 0, 0, BTreeMap::new());
    for range in &days {
        let day = Day::new(&world, range, &lost);
        let whole = day.whole();
        assert!(whole.len() > 5, "{} whole", whole.len());
        let fetched: Vec<&String> = whole.difference(&left).collect();
        assert!(fetched.is_empty(), "{:?}", world.coverage_of(&fetched));
        let merged = merged(&world, range);
        pages += day.pages(&left);
        all_pages += day.pages(&HashSet::new());
        single += singles(&merged, &left);
        let is_fetched = |(minute, (origin, _)): (&Minute, &(String, Streams))| {
            origin == "rest_past" && whole.contains(&minute[0])
        };
        assert!(!merged.iter().any(is_fetched), "of what was pushed wholly nothing is fetched");
        for (origin, count) in day.is_merged(&merged, &left) {
            *minutes.entry(origin).or_insert(0) += count;
        }
    }
    assert!(single > 0 && minutes.values().all(|minutes| *minutes > 500), "{single}, {minutes:?}");
    // Meetings that were pushed wholly cost no report, and that is told.
    let made = world.table(&REQUESTS).into_iter().filter(|row| row["purpose"] == "reports");
    let made: u64 = made.filter_map(|row| row["calls"].as_u64()).sum();
    assert_eq!(made, pages + single);
    let status = world.status(&all);
    let count = |pointer: &str| status[0].pointer(pointer).unwrap().as_u64().unwrap();
    assert_eq!(count("/pushed/meetings"), left.len() as u64);
    assert_eq!(count("/pushed/saved_calls"), all_pages - made);
    assert!(count("/pushed/in_part") > 0, "{status}");
    assert_eq!(count("/minutes/got"), count("/minutes/expected"));
    assert!(count("/minutes_by_origin/qss") > 500, "{status}");
    assert!(count("/minutes_by_origin/rest") > 500, "{status}");
    println!(
        "{minutes:?} minutes, {made} of {all_pages} calls for reports, {single} of single joins"
    );

    // Whoever wants the reports all the same gets them.
    let output = world.run("collect", &[&all[..], &["--fetch-pushed"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(left_to_push(&world), HashSet::new());
    let newest = days.last().unwrap();
    let truth = Day::new(&world, newest, &lost).by_report;
    for (minute, (origin, streams)) in merged(&world, newest) {
        let report = truth.get(&minute);
        assert!(
            report.is_none() || origin == "rest_past" && report == Some(&streams),
            "{minute:?}"
        );
    }
}

#[test]
fn events_of_one_sort_each_save_the_reports_of_what_came_whole() {
    let world = company(60, EventsMode::PerType);
    let mut all = events(&world, &the_day());
    // One sort of one minute is lost.
    let is_audio = |body: &String| body.contains("\"type\":\"audio_output\"");
    let place = all.iter().enumerate().filter(|(_, body)| is_audio(body)).nth(500).unwrap().0;
    let lost = told(&[all.remove(place)]).remove(0);
    let file = world.dir.path().join("events.ndjson");
    std::fs::write(&file, all.join("\n")).unwrap();
    let output = world.run("import", &[file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let output = world.run("collect", &DAY);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let left = left_to_push(&world);
    let pushed: HashSet<String> = told(&all).into_iter().map(|(meeting, ..)| meeting).collect();
    assert!(!left.contains(&lost.0), "what was lost is fetched");
    println!("{} of {} meetings were left to push", left.len(), pushed.len());
    assert!(left.len() * 2 > pushed.len(), "{} of {}", left.len(), pushed.len());
}

#[test]
fn what_is_pushed_while_it_runs_is_not_sampled() {
    let events =
        Subscription { mode: EventsMode::Aggregated, qss_hosts_pct: 50, ..Subscription::default() };
    let config = Config { people: 200, limits: Algorithm::Off, events, ..Config::default() };
    let world = World::at("2026-11-19T15:05:00Z", config);
    let range = between("2026-11-19T14:55:00Z", "2026-11-19T15:05:00Z");
    let bodies: Vec<String> = world.zoom.events(range).map(|event| event.body).collect();
    let file = world.dir.path().join("events.ndjson");
    std::fs::write(&file, bodies.join("\n")).unwrap();
    assert_eq!(world.run("import", &[file.to_str().unwrap()]).status.code(), Some(0));
    let pushed: HashSet<String> = told(&bodies).into_iter().map(|(meeting, ..)| meeting).collect();
    let running = world.live_truth();
    let others: BTreeSet<Row> =
        running.iter().filter(|(meeting, ..)| !pushed.contains(meeting)).cloned().collect();
    assert!(!others.is_empty() && others.len() < running.len(), "{} others", others.len());
    let mut run = world.command("collect", &["--live"]).spawn().unwrap();
    loop {
        let sampled = world.rows_of("rest_live");
        if sampled == others {
            break;
        }
        assert!(sampled.is_subset(&others), "{:?}", sampled.difference(&others).next());
        assert_eq!(run.try_wait().unwrap(), None, "it goes on until it is interrupted");
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

#[cfg(feature = "serve")]
#[test]
fn what_is_pushed_to_a_server_is_counted_for_prometheus() {
    use crate::serve::credentials;
    use crate::serve::http::{Request, send};

    let world = company(60, EventsMode::Aggregated);
    let events = events(&world, &the_day());
    let minute = events.iter().find(|body| body.contains("participant_qos\"")).unwrap();
    let file = world.dir.path().join("event.json");
    std::fs::write(&file, &events[0]).unwrap();
    assert_eq!(world.run("import", &[file.to_str().unwrap()]).status.code(), Some(0));
    let viewer = credentials(&world, &[], "prometheus", "viewer");
    let mut command = world.command("serve", &["--listen", "127.0.0.1:0"]);
    let receiver = Receiver::of(command.env("ZOOM_WEBHOOK_SECRET", SECRET));
    let connect = || BufReader::new(TcpStream::connect(&receiver.address).unwrap());
    let key = |secret: &str| SigningKey::new(secret.as_bytes());
    assert_eq!(post(&mut connect(), &key(SECRET), minute), Some(200));
    assert_eq!(post(&mut connect(), &key("another"), minute), Some(401));
    let answer = send(&receiver.address, Request::get("/metrics").basic(&viewer));
    let text = answer.text();
    for line in [
        "zqos_push_requests_total 2",
        "zqos_push_events_total 1",
        "zqos_push_dead_letters_total 0",
        "zqos_push_refused_total{reason=\"forged\"} 1",
        "zqos_push_refused_total{reason=\"late\"} 0",
        "zqos_push_failing_validations 0",
    ] {
        assert!(text.lines().any(|told| told == line), "no `{line}` in {text}");
    }
}
