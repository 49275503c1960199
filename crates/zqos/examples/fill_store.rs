//! Fills a store with what a simulated company measured, and tells how long that took.
//!
//! Arguments: the folder, how many stream samples at least, how many people the company has, `raw`
//! when the texts of the reports are to be kept too, or `raw-of-5-days` for those of the last five days alone, and `hall`
//! when there is to be a meeting of 1,000 people for two hours besides.
//!
//! One day of the company is read through the API, as any client would read it, and decoded. What is
//! timed begins there: typed records become batches on one thread, which are appended and committed on
//! another, as by `zqos import`. The day comes again as the day before, and so on, until there are enough
//! samples: figures, and all that people and their devices are, stay those of the simulator; days, and the
//! UUIDs of meetings and joins, are others, character by character from the same alphabet. Each day lies
//! in files of its own, so that no figure gains by having been there before.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use zoom_wire::meeting::{ListMeetings, MeetingsPage};
use zoom_wire::qos::{ListParticipantsQos, ParticipantQos};
use zoom_wire::request::Bound;
use zoom_wire::{Endpoint as _, Kind, Page as _, Range, RawPage, Request, Row, When, decode};
use zqos_core::{
    Clock as _, DeviceSample, ManualClock, Meeting, MeetingUuid, Origin, Participant,
    ParticipantId, StreamSample, SystemClock, Timestamp,
};
use zqos_sim::{Algorithm, Call, Config, Simulator};
use zqos_store::{Batch, Raw, Store};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The day that is simulated, a Wednesday, and when it is looked back upon.
const DAY: &str = "2026-11-18";
const NOW: &str = "2026-11-20T12:00:00Z";
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// How many rows are acknowledged together, as by `zqos import`.
const BATCH_ROWS: usize = 50_000;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let samples: usize = arguments.next().ok_or("how many samples?")?.parse()?;
    let people = arguments.next().ok_or("how many people?")?.parse()?;
    let more: Vec<String> = arguments.collect();
    let has = |word: &str| more.iter().any(|one| one == word);
    let days_with_texts = more
        .iter()
        .find_map(|word| word.strip_prefix("raw-of-")?.strip_suffix("-days")?.parse::<i64>().ok());
    let days_with_texts = days_with_texts.unwrap_or(if has("raw") { i64::MAX } else { 0 });
    let day = Day::simulated(people, days_with_texts > 0)?;
    let hall = if has("hall") { day.hall()? } else { Day::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(fill(Path::new(&folder), Arc::new(day), hall, samples, days_with_texts))
}

/// What came in of one day.
#[derive(Default)]
struct Day {
    meetings: Vec<Meeting>,
    reports: Vec<Report>,
}

struct Report {
    meeting: MeetingUuid,
    participant: Participant,
    streams: Vec<StreamSample>,
    devices: Vec<DeviceSample>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Reports<'a> {
    #[serde(borrow)]
    participants: Vec<&'a RawValue>,
}

impl Day {
    fn simulated(people: u32, keeps_texts: bool) -> Result<Self> {
        let config = Config { people, limits: Algorithm::Off, ..Config::default() };
        let simulator = Simulator::new(config, Arc::new(ManualClock::new(NOW.parse()?)))?;
        let grant = simulator.answer(&Call {
            method: "POST",
            target: "/oauth/token",
            // sim-client:sim-secret
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        });
        let grant: serde_json::Value = serde_json::from_slice(&grant.body)?;
        let token = grant["access_token"].as_str().ok_or("no token was granted")?;
        let authorization = format!("Bearer {token}");
        let mut day = Self::default();
        let date = Bound::Day(DAY.parse()?);
        for kind in [Kind::Meeting, Kind::Webinar] {
            let list = ListMeetings::new(Range::new(date, date)?).kind(kind).to_request()?;
            each_page(&simulator, &authorization, &list, |body| {
                for row in decode::<MeetingsPage<'_>>(body)?.into_rows() {
                    let Row::Object(meeting) = row else { return Err("no meeting".into()) };
                    let record = meeting.to_record(Some(kind));
                    day.meetings.push(record.ok_or("a meeting without a UUID")?);
                }
                Ok(())
            })?;
        }
        for meeting in &day.meetings {
            let is_webinar = meeting.is_webinar == Some(true);
            let reports = ListParticipantsQos::new(meeting.uuid.clone().into())
                .kind(if is_webinar { Kind::Webinar } else { Kind::Meeting })
                .when(When::Past)
                .to_request()?;
            each_page(&simulator, &authorization, &reports, |body| {
                for text in serde_json::from_slice::<Reports<'_>>(body)?.participants {
                    let report: ParticipantQos<'_> = serde_json::from_str(text.get())?;
                    let samples = report.samples("$");
                    day.reports.push(Report {
                        meeting: meeting.uuid.clone(),
                        participant: report.to_record().ok_or("a report without `user_id`")?,
                        streams: samples.streams,
                        devices: samples.devices,
                        text: keeps_texts.then(|| text.get().to_owned()),
                    });
                }
                Ok(())
            })?;
        }
        Ok(day)
    }

    /// A meeting of 1,000 people for two hours. What they measure is what people of the day did, again and again.
    fn hall(&self) -> Result<Self> {
        const PEOPLE: usize = 1_000;
        const MINUTES: i64 = 120;
        let like = self.meetings.iter().find(|meeting| meeting.is_webinar != Some(true));
        let like = like.ok_or("a day without meetings")?;
        let start = format!("{DAY}T10:00:00Z").parse::<Timestamp>()?;
        let minute =
            |number: i64| Timestamp::from_unix_millis(start.unix_millis() + number * 60_000);
        let meeting = Meeting {
            uuid: MeetingUuid::new("hallhallhallhallhallhg==").ok_or("an empty UUID")?,
            start: Some(start),
            end: Some(minute(MINUTES)?),
            participant_count: u32::try_from(PEOPLE).ok(),
            ..like.clone()
        };
        let mut reports = Vec::with_capacity(PEOPLE);
        let with_figures = self.reports.iter().filter(|report| !report.streams.is_empty());
        for (report, number) in with_figures.cycle().zip(0..PEOPLE) {
            let mut one = Report {
                meeting: meeting.uuid.clone(),
                participant: Participant {
                    id: ParticipantId::new(&(16_778_240 + number).to_string()).ok_or("no id")?,
                    uuid: None,
                    join: Some(start),
                    leave: meeting.end,
                    ..report.participant.clone()
                },
                streams: Vec::new(),
                devices: Vec::new(),
                text: None,
            };
            let minutes: Vec<&[StreamSample]> =
                report.streams.chunk_by(|one, other| one.ts == other.ts).collect();
            for (samples, number) in minutes.into_iter().cycle().zip(0..MINUTES) {
                let ts = minute(number)?;
                one.streams
                    .extend(samples.iter().map(|sample| StreamSample { ts, ..sample.clone() }));
            }
            for (sample, number) in report.devices.iter().cycle().zip(0..MINUTES) {
                one.devices.push(DeviceSample { ts: minute(number)?, ..*sample });
            }
            reports.push(one);
        }
        Ok(Self { meetings: vec![meeting], reports })
    }
}

/// Visits the body of every page of a listing.
fn each_page(
    simulator: &Simulator,
    authorization: &str,
    request: &Request,
    mut visit: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut page = request.clone();
    loop {
        let target = format!("/v2{}", page.target());
        let answer = simulator.answer(&Call::get(&target, authorization));
        if answer.status != 200 {
            return Err(format!("{target}: {}", String::from_utf8_lossy(&answer.body)).into());
        }
        visit(&answer.body)?;
        match RawPage::decode(&answer.body, None)?.next_page_token() {
            Some(token) => page = request.clone().with_page_token(&token),
            None => return Ok(()),
        }
    }
}

/// Fills a store with copies of a day.
async fn fill(
    folder: &Path,
    day: Arc<Day>,
    hall: Day,
    samples: usize,
    days_with_texts: i64,
) -> Result<()> {
    let mut store = Store::open(folder, Arc::new(SystemClock)).await?;
    // The newest day is over for good.
    let newest = SystemClock.now().unix_millis() / DAY_MILLIS - 3;
    let simulated = format!("{DAY}T00:00:00Z").parse::<Timestamp>()?.unix_millis() / DAY_MILLIS;
    let stream_samples = day.reports.iter().map(|report| report.streams.len()).sum::<usize>();
    let device_samples = day.reports.iter().map(|report| report.devices.len()).sum::<usize>();
    let copies = samples.div_ceil(stream_samples);
    let (started, cpu_before) = (Instant::now(), cpu_seconds());
    let (full, mut batches) = mpsc::channel(1);
    let reports = day.reports.len();
    let making = tokio::task::spawn_blocking(move || {
        for number in 0..i64::try_from(copies).expect("days fit into memory") {
            let shift = (newest - number - simulated) * DAY_MILLIS;
            let copy = Copy { number, shift, has_texts: number < days_with_texts };
            copy.send(&day, &full).map_err(|error| error.to_string())?;
            if number == 0 {
                copy.send(&hall, &full).map_err(|error| error.to_string())?;
            }
        }
        Ok::<(), String>(())
    });
    while let Some(batch) = batches.recv().await {
        store.append([batch]).await?;
    }
    making.await??;
    store.commit().await?;
    let told = serde_json::json!({
        "days": copies,
        "stream_samples": stream_samples * copies,
        "device_samples": device_samples * copies,
        "participants": reports * copies,
        "seconds": started.elapsed().as_secs_f64(),
        "cpu_seconds": cpu_seconds().zip(cpu_before).map(|(after, before)| after - before),
    });
    println!("{told}");
    Ok(())
}

/// A day once more, at another time.
struct Copy {
    number: i64,
    /// By how many milliseconds it is later.
    shift: i64,
    /// The texts of its reports are kept.
    has_texts: bool,
}

impl Copy {
    fn send(&self, day: &Day, full: &mpsc::Sender<Batch>) -> Result<()> {
        let empty = || Batch::new("default", SystemClock.now());
        let mut batch = empty();
        for meeting in &day.meetings {
            batch.meeting(&Meeting {
                uuid: self.uuid(&meeting.uuid)?,
                start: self.at(meeting.start)?,
                end: self.at(meeting.end)?,
                ..meeting.clone()
            });
        }
        for report in &day.reports {
            let meeting = self.uuid(&report.meeting)?;
            let participant = Participant {
                uuid: report.participant.uuid.as_deref().map(|uuid| self.varied(uuid)),
                join: self.at(report.participant.join)?,
                leave: self.at(report.participant.leave)?,
                ..report.participant.clone()
            };
            for sample in &report.streams {
                let sample = StreamSample { ts: self.moved(sample.ts)?, ..sample.clone() };
                batch.stream_sample(&meeting, &participant.id, Origin::RestPast, &sample);
            }
            for sample in &report.devices {
                let sample = DeviceSample { ts: self.moved(sample.ts)?, ..*sample };
                batch.device_sample(&meeting, &participant.id, Origin::RestPast, &sample);
            }
            if let Some(text) = report.text.as_ref().filter(|_| self.has_texts) {
                let at = participant.join.ok_or("a join without a time")?;
                let raw = Raw {
                    meeting: meeting.as_str(),
                    participant: participant.id.as_str(),
                    kind: "report",
                    part: "",
                    ts: None,
                    at,
                    body: text,
                };
                batch.raw(Origin::RestPast, &raw);
            }
            batch.participant(&meeting, &participant);
            if batch.len() >= BATCH_ROWS {
                full.blocking_send(std::mem::replace(&mut batch, empty()))?;
            }
        }
        full.blocking_send(batch)?;
        Ok(())
    }

    fn moved(&self, at: Timestamp) -> Result<Timestamp> {
        Ok(Timestamp::from_unix_millis(at.unix_millis() + self.shift)?)
    }

    fn at(&self, at: Option<Timestamp>) -> Result<Option<Timestamp>> {
        at.map(|at| self.moved(at)).transpose()
    }

    fn uuid(&self, uuid: &MeetingUuid) -> Result<MeetingUuid> {
        Ok(MeetingUuid::new(&self.varied(uuid.as_str())).ok_or("an empty UUID")?)
    }

    /// Another UUID for each copy: each character is moved in its alphabet, by its place and the copy.
    fn varied(&self, uuid: &str) -> String {
        const BASE64: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let alphabet: &[u8] =
            if uuid.bytes().all(|byte| byte == b'-' || HEX.contains(&byte)) { HEX } else { BASE64 };
        let moved = uuid.bytes().zip(1_u64..).map(|(byte, place)| {
            let copy = self.number.unsigned_abs();
            // A number without pattern, and 0 for the first copy.
            let by = (copy.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_mul(place * 2 + 1)) >> 58;
            match alphabet.iter().position(|known| *known == byte) {
                Some(at) => alphabet[(at + usize::try_from(by).unwrap_or(0)) % alphabet.len()],
                None => byte,
            }
        });
        moved.map(char::from).collect()
    }
}

/// The seconds of processor time that this program has used, on Linux.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold anything.
    let fields = stat.rsplit(") ").next()?.split(' ');
    let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok());
    // `USER_HZ` is 100 wherever it matters.
    Some(f64::from(ticks.sum::<u32>()) / 100.0)
}
