//! A simulated company and its Zoom, a store, and the truth beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use zoom_dashboard::{Client, Credential};
use zoom_wire::meeting::ListMeetings;
use zoom_wire::participant::ListParticipants;
use zoom_wire::phone::{GetCallQos, ListPastCalls};
use zoom_wire::qos::ListParticipantsQos;
use zoom_wire::request::Bound;
use zoom_wire::{Kind, When};
use zqos_core::table::{PHONE_CALLS, PHONE_SAMPLES, STREAM_SAMPLES, Table};
use zqos_core::{
    Fps, Kbps, MeetingId, Millis, Percent, PhoneCall, PhoneSample, StreamSample, Timestamp,
};
use zqos_sim::{
    ACCOUNT_ID, Algorithm, CLIENT_ID, CLIENT_SECRET, Config, Simulator, Speed, VirtualClock,
};

use crate::table::{self, Cells};

/// A stream sample: its key, and its figures in the order of their columns.
pub(crate) type Row = (String, String, String, String, Vec<String>);

/// Phone calls, as the tables have them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Phone {
    /// Each side of a call, with its start, length and score.
    sides: BTreeSet<[String; 5]>,
    /// What was measured: call, side, leg and time, and the figures in the order of their columns.
    samples: BTreeSet<([String; 4], Vec<String>)>,
}

impl Phone {
    /// How many calls there are, of which each has at least one side.
    pub(crate) fn calls(&self) -> u64 {
        self.sides.iter().map(|side| &side[0]).collect::<BTreeSet<_>>().len() as u64
    }

    fn side(&mut self, call: &PhoneCall) {
        self.sides.insert([
            call.id.clone(),
            call.side.clone(),
            call.start.map_or_else(String::new, |start| start.to_string()),
            call.duration_s.map_or_else(String::new, |seconds| seconds.to_string()),
            call.mos.map_or_else(String::new, spelt),
        ]);
    }

    fn sample(&mut self, call: &PhoneCall, sample: &PhoneSample) {
        let figures = [
            sample.bitrate.map(Kbps::get),
            sample.jitter.map(Millis::get),
            sample.avg_loss.map(Percent::get),
            sample.max_loss.map(Percent::get),
            sample.network_delay.map(Millis::get),
            sample.mos,
        ];
        let figures = figures.map(|figure| figure.map_or_else(String::new, spelt));
        let PhoneCall { id, side, .. } = call;
        let key = [id.clone(), side.clone(), sample.leg.clone(), sample.ts.to_string()];
        self.samples.insert((key, figures.into()));
    }
}

/// A Zoom on a socket, which stands still in time, and a store.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) zoom: Arc<Simulator>,
    pub(crate) clock: Arc<VirtualClock>,
    address: String,
    runtime: Runtime,
    /// The same Zoom without limits and faults.
    truth: Client,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self::at("2026-11-20T12:00:00Z", config)
    }

    pub(crate) fn at(now: &str, config: Config) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let clock = Arc::new(VirtualClock::new(now.parse().unwrap(), Speed::new(0.0).unwrap()));
        let (zoom, address) = serve(&runtime, config.clone(), &clock);
        let plain = Config { limits: Algorithm::Off, ..config };
        let (_, truth) = serve(&runtime, plain, &clock);
        let credential = Credential::server_to_server(ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET);
        let truth = Client::builder(credential)
            .api_base(&format!("http://{truth}/v2"))
            .unwrap()
            .oauth_base(&format!("http://{truth}"))
            .unwrap()
            .build()
            .unwrap();
        Self { dir: tempfile::tempdir().unwrap(), zoom, clock, address, runtime, truth }
    }

    pub(crate) fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zqos"));
        // What fails is tried again at once.
        let settings = self.dir.path().join("zqos.toml");
        std::fs::write(&settings, "[http]\nretry_base_s = 0.001\nretry_cap_s = 0.002\n").unwrap();
        command
            .arg(name)
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .env("ZQOS_CONFIG", settings)
            .env("ZQOS_STORE", self.dir.path().join("store"))
            .env("ZOOM_API_BASE", format!("http://{}/v2", self.address))
            .env("ZOOM_OAUTH_BASE", format!("http://{}", self.address))
            .env("ZOOM_ACCOUNT_ID", ACCOUNT_ID)
            .env("ZOOM_CLIENT_ID", CLIENT_ID)
            .env("ZOOM_CLIENT_SECRET", CLIENT_SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Output {
        self.command(name, arguments).output().unwrap()
    }

    /// Collects again and again, killing each run a few calls later than the one before: after `first`
    /// calls, and `more` for each that was killed. Says how many were, until one came to its end.
    pub(crate) fn kill_until_done(&self, arguments: &[&str], first: u64, more: u64) -> u64 {
        let mut kills = 0;
        loop {
            let before = self.calls();
            let mut run = self.command("collect", arguments).spawn().unwrap();
            let code = loop {
                if let Some(status) = run.try_wait().unwrap() {
                    break status.code();
                }
                if self.calls() - before > first + more * kills {
                    run.kill().unwrap();
                    run.wait().unwrap();
                    break None;
                }
                std::thread::yield_now();
            };
            match code {
                None => kills += 1,
                code => {
                    assert_eq!(code, Some(0));
                    return kills;
                }
            }
        }
    }

    #[cfg(feature = "query")]
    pub(crate) fn sql(&self, query: &str) -> Value {
        let output = self.run("sql", &[query, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn status(&self, arguments: &[&str]) -> Value {
        let output = self.run("status", &[arguments, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// How many calls of the API have come in, well answered or not.
    pub(crate) fn calls(&self) -> u64 {
        let requests = self.zoom.requests();
        requests.iter().filter(|(sort, _)| **sort != "token").map(|(_, count)| count).sum()
    }

    /// Returns when so many calls have been refused because the day is spent.
    pub(crate) fn wait_until_refused(&self, times: u64) {
        while self.calls() < times {
            std::thread::yield_now();
        }
    }

    /// The rows of a table of the store, each key once.
    pub(crate) fn table(&self, table: &'static Table) -> Vec<Cells> {
        self.runtime.block_on(table::rows(&self.dir.path().join("store"), table))
    }

    /// The sum of a column of a table of the store.
    pub(crate) fn sum(&self, table: &'static Table, column: &str) -> u64 {
        self.table(table).iter().filter_map(|row| row[column].as_u64()).sum()
    }

    /// The stream samples of the store, as its tables have them.
    pub(crate) fn rows(&self) -> BTreeSet<Row> {
        self.rows_of("rest_past")
    }

    pub(crate) fn rows_of(&self, origin: &str) -> BTreeSet<Row> {
        const FIGURES: [&str; 8] = [
            "bitrate_kbps",
            "latency_ms",
            "jitter_ms",
            "avg_loss_pct",
            "max_loss_pct",
            "width_px",
            "height_px",
            "frame_rate_fps",
        ];
        let rows = self.table(&STREAM_SAMPLES);
        let rows = rows.iter().filter(|row| row["origin"] == origin);
        let rows = rows.map(|row| {
            let [uuid, user, ts, stream] =
                ["meeting_uuid", "user_id", "ts", "stream"].map(|name| text(row, name));
            (uuid, user, ts, stream, FIGURES.map(|name| text(row, name)).into())
        });
        rows.collect()
    }

    /// The phone calls of the store, as its tables have them.
    pub(crate) fn phone_rows(&self) -> Phone {
        const SIDE: [&str; 5] = ["call_id", "side", "start_time", "duration_s", "mos"];
        const FIGURES: [&str; 6] = [
            "bitrate_kbps",
            "jitter_ms",
            "avg_loss_pct",
            "max_loss_pct",
            "network_delay_ms",
            "mos",
        ];
        let (sides, samples) = (self.table(&PHONE_CALLS), self.table(&PHONE_SAMPLES));
        let samples = samples.iter().filter(|row| row["origin"] == "rest_past");
        Phone {
            sides: sides.iter().map(|row| SIDE.map(|name| text(row, name))).collect(),
            samples: samples
                .map(|row| {
                    let key = ["call_id", "side", "leg", "ts"].map(|name| text(row, name));
                    (key, FIGURES.map(|name| text(row, name)).into())
                })
                .collect(),
        }
    }

    /// The phone calls of 2026-11-19, as Zoom has them.
    pub(crate) fn phone_truth(&self) -> Phone {
        self.runtime.block_on(async {
            let mut phone = Phone::default();
            let day = Bound::Day("2026-11-19".parse().unwrap());
            let day = zoom_wire::Range::new(day, day).unwrap();
            let mut pages = self.truth.pages(&ListPastCalls::new(day));
            while let Some(page) = pages.next().await {
                for (_, row) in page.unwrap().rows().unwrap() {
                    let row = row.as_object(String::new).unwrap();
                    let sides = row.to_records("$").sides;
                    let endpoint = GetCallQos::new(sides[0].call.id.as_str());
                    let answer = self.truth.send(&endpoint).await.unwrap();
                    for side in answer.decode().unwrap().to_records().sides {
                        for sample in &side.samples {
                            phone.sample(&side.call, sample);
                        }
                    }
                    for side in &sides {
                        phone.side(&side.call);
                    }
                }
            }
            phone
        })
    }

    /// The stream samples of every meeting of 2026-11-19, as Zoom has them.
    pub(crate) fn truth(&self) -> BTreeSet<Row> {
        self.truth_in(&the_day())
    }

    /// The stream samples of every meeting that began in a range, as Zoom has them.
    pub(crate) fn truth_in(&self, range: &Range<Timestamp>) -> BTreeSet<Row> {
        self.walk(range).into_values().flatten().collect()
    }

    /// How many meetings that day had, those of one participant among them.
    pub(crate) fn meetings(&self) -> u64 {
        self.meetings_in(&the_day())
    }

    /// How many meetings began in a range, those of one participant among them.
    pub(crate) fn meetings_in(&self, range: &Range<Timestamp>) -> u64 {
        let ended = [
            (Kind::Meeting, When::Past),
            (Kind::Meeting, When::PastOne),
            (Kind::Webinar, When::Past),
        ];
        let lists =
            ended.map(|(kind, when)| self.runtime.block_on(self.list(kind, when, range)).len());
        lists.iter().sum::<usize>() as u64
    }

    /// How many calls it takes at least: lists, a call for 300 participants, one for ten reports.
    pub(crate) fn least_calls(&self) -> u64 {
        let meetings = self.walk(&the_day());
        let pages: u64 =
            meetings.keys().map(|(_, joins)| joins.div_ceil(300) + joins.div_ceil(10)).sum();
        pages + 3
    }

    /// The stream samples of every meeting that runs, as Zoom has them.
    pub(crate) fn live_truth(&self) -> BTreeSet<Row> {
        self.runtime.block_on(async {
            let mut rows = BTreeSet::new();
            for kind in [Kind::Meeting, Kind::Webinar] {
                for id in self.list(kind, When::Live, &the_day()).await {
                    rows.extend(self.reports(&id, kind, When::Live).await);
                }
            }
            rows
        })
    }

    /// The meetings that began in a range, or those that run, whenever they began.
    async fn list(&self, kind: Kind, when: When, range: &Range<Timestamp>) -> Vec<MeetingId> {
        let days =
            [range.start, range.end].map(|at| Bound::Day(at.to_string()[..10].parse().unwrap()));
        let days = zoom_wire::Range::new(days[0], days[1]).unwrap();
        let mut pages = self.truth.pages(&ListMeetings::new(days).kind(kind).when(when));
        let mut ids = Vec::new();
        while let Some(page) = pages.next().await {
            for (_, row) in page.unwrap().rows().unwrap() {
                let row = row.as_object(String::new).unwrap();
                if when == When::Live || range.contains(&row.start_time.get().unwrap()) {
                    ids.push(row.uuid.get().unwrap().into());
                }
            }
        }
        ids
    }

    /// The samples of each meeting, by its UUID and how many joins it has.
    pub(crate) fn walk(&self, range: &Range<Timestamp>) -> BTreeMap<(String, u64), Vec<Row>> {
        self.runtime.block_on(async {
            let mut all = BTreeMap::new();
            for kind in [Kind::Meeting, Kind::Webinar] {
                for id in self.list(kind, When::Past, range).await {
                    let list = ListParticipants::new(id.clone()).kind(kind).when(When::Past);
                    let mut pages = self.truth.pages(&list);
                    let mut joins = 0;
                    while let Some(page) = pages.next().await {
                        joins += page.unwrap().rows().unwrap().len() as u64;
                    }
                    let rows = self.reports(&id, kind, When::Past).await;
                    all.insert((id.to_string(), joins), rows);
                }
            }
            all
        })
    }

    async fn reports(&self, id: &MeetingId, kind: Kind, when: When) -> Vec<Row> {
        let mut rows = Vec::new();
        let list = ListParticipantsQos::new(id.clone()).kind(kind).when(when);
        let mut pages = self.truth.pages(&list);
        while let Some(page) = pages.next().await {
            for (_, row) in page.unwrap().rows().unwrap() {
                let row = row.as_object(String::new).unwrap();
                let user = row.user_id.get().unwrap();
                let samples = row.samples("$").streams;
                rows.extend(samples.iter().map(|it| row_of(&id.to_string(), user.as_str(), it)));
            }
        }
        rows
    }
}

/// A sample as a row.
pub(crate) fn row_of(meeting: &str, user: &str, sample: &StreamSample) -> Row {
    let figures = &sample.figures;
    let size = figures.resolution;
    let figures = [
        figures.bitrate.map(Kbps::get),
        figures.latency.map(Millis::get),
        figures.jitter.map(Millis::get),
        figures.avg_loss.map(Percent::get),
        figures.max_loss.map(Percent::get),
        size.map(|size| size.width().into()),
        size.map(|size| size.height().into()),
        figures.frame_rate.map(Fps::get),
    ];
    (
        meeting.to_owned(),
        user.to_owned(),
        sample.ts.to_string(),
        sample.stream.as_str().to_owned(),
        figures.map(|figure| figure.map_or_else(String::new, spelt)).into(),
    )
}

/// The UTC day 2026-11-19.
pub(crate) fn the_day() -> Range<Timestamp> {
    between("2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z")
}

pub(crate) fn between(from: &str, to: &str) -> Range<Timestamp> {
    from.parse().unwrap()..to.parse().unwrap()
}

/// A cell as rows of the truth have it: empty where there is nothing.
fn text(row: &Cells, name: &str) -> String {
    match &row[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        number => number.as_f64().map_or_else(String::new, spelt),
    }
}

fn spelt(figure: f64) -> String {
    figure.to_string()
}

fn serve(runtime: &Runtime, config: Config, clock: &Arc<VirtualClock>) -> (Arc<Simulator>, String) {
    let simulator = Arc::new(Simulator::new(config, Arc::<VirtualClock>::clone(clock)).unwrap());
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    runtime.spawn(zqos_sim::serve(listener, Arc::clone(&simulator), Arc::clone(clock)));
    (simulator, address)
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
