//! One meeting, by participant and minute: who took part, how it went, and what was measured.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;
use serde::ser::SerializeMap as _;
use utoipa::ToSchema;
use zqos_context::Context;
use zqos_core::{
    DeviceSample, Figures, Fps, Kbps, Medium, Meeting, Millis, Participant, Percent, Stream,
    Timestamp,
};
use zqos_quality::emodel::mos_of_r;
use zqos_quality::{
    AUDIO_LOSS_PCT, Attendance, InputMeaning, JITTER_MS, Judge, Limits, ROUND_TRIP_MS, Session,
};
use zqos_query::{Archive, QueryError, Report, Samples, Which};

use crate::diagnosis::strip;
use crate::eyes::{Eyes, Veil};
use crate::{number, person};

/// Stream samples of one join.
type Streams = Vec<(Timestamp, Stream, Figures)>;

/// What was measured of one join.
#[derive(Debug, Default)]
struct Measured {
    streams: Streams,
    devices: Vec<DeviceSample>,
}

impl Samples for Measured {
    fn add_stream(&mut self, ts: Timestamp, stream: Stream, figures: &Figures) {
        self.streams.push((ts, stream, *figures));
    }

    fn add_device(&mut self, device: &DeviceSample) {
        self.devices.push(*device);
    }

    fn absorb(&mut self, others: Self) {
        self.streams.extend(others.streams);
        self.devices.extend(others.devices);
    }
}

/// Somebody who took part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attendant {
    /// The join.
    pub user_id: String,
    /// The name that was shown, else that of the people file. `None` in this and what follows: not told.
    pub name: Option<String>,
    /// Who it is.
    pub person: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// By the people file.
    pub is_vip: bool,
    /// The site, by the site map, else the one that was stored.
    pub site: Option<String>,
    /// `office`, `vpn` or `home`.
    pub site_kind: Option<&'static str>,
    /// Zoom's word for the network.
    pub network_type: Option<String>,
    /// Zoom's words for how each medium went.
    pub connection_types: Connections,
    /// The data centre.
    pub data_center: Option<String>,
    /// Where, in Zoom's words.
    pub location: Option<String>,
    /// The public address.
    pub ip_address: Option<String>,
    /// The sort of device.
    pub device: Option<String>,
    /// The operating system.
    pub os: Option<String>,
    /// The client.
    pub client: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The microphone.
    pub microphone: Option<String>,
    /// The speaker.
    pub speaker: Option<String>,
    /// The camera.
    pub camera: Option<String>,
    /// When the join began.
    #[serde(serialize_with = "crate::rfc_3339_or_null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub join: Option<Timestamp>,
    /// When it ended.
    #[serde(serialize_with = "crate::rfc_3339_or_null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub leave: Option<Timestamp>,
    /// Why, in Zoom's words.
    pub leave_reason: Option<String>,
    /// What is said of each medium.
    pub verdicts: Vec<MediumVerdict>,
    /// A letter for each minute, as in a diagnosis: all media together, then each.
    #[serde(skip)]
    strips: [String; 4],
}

/// How each medium went, in Zoom's words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Connections {
    /// Audio.
    pub audio: Option<String>,
    /// Video.
    pub video: Option<String>,
    /// What was shared.
    pub share: Option<String>,
}

/// What is said of a medium of a join.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediumVerdict {
    /// `audio`, `video` or `share`.
    pub medium: &'static str,
    /// `good`, `fair`, `poor`, `bad` or `unclassified`.
    pub verdict: &'static str,
    /// Why there is no grade.
    pub reason: Option<&'static str>,
    /// Judged minutes.
    pub minutes: u32,
    /// Poor and bad ones among them.
    pub poor_minutes: u32,
    /// The E-model's score of the median minute, network-limited; audio alone has one.
    pub mos: Option<f64>,
}

/// Which minutes a heat strip shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shown {
    /// The worst of all media.
    #[default]
    Worst,
    /// Those of one.
    Medium(Medium),
}

impl Shown {
    /// Reads `worst` or a medium's name.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "worst" => Some(Self::Worst),
            _ => Medium::ALL.into_iter().find(|one| one.as_str() == word).map(Self::Medium),
        }
    }

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Medium(medium) => medium.as_str(),
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::Worst => 0,
            Self::Medium(medium) => 1 + medium as usize,
        }
    }
}

/// Participants × minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Heat {
    /// The start of the first minute.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// The end of the last.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// How many minutes.
    pub minutes: u32,
    /// What is shown: `worst`, `audio`, `video` or `share`.
    pub stream: &'static str,
    /// Everybody, those with the most poor minutes first.
    pub rows: Vec<HeatRow>,
}

/// Somebody's minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HeatRow {
    /// The join.
    pub user_id: String,
    /// The name.
    pub name: Option<String>,
    /// The site.
    pub site: Option<String>,
    /// Minutes with a grade.
    pub judged: u32,
    /// Poor and bad ones among them.
    pub poor: u32,
    /// A letter for each minute: `g`ood, `f`air, `p`oor, `b`ad, `u`nclassified, `-` for what was not measured.
    pub strip: String,
}

/// Who took part in a meeting, and how each minute went.
#[derive(Debug, Clone)]
pub struct Attended {
    range: Range<Timestamp>,
    /// Everybody, by when they joined.
    pub participants: Vec<Attendant>,
}

/// By what a meeting is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'a> {
    /// How minutes are judged.
    pub judge: Judge,
    /// What the organisation knows of itself.
    pub context: &'a Context,
    /// Who will see it.
    pub eyes: Eyes,
}

impl Attended {
    /// Reads who took part in a meeting, and judges it; `range` is the meeting's.
    ///
    /// **Errors**: those of [`Archive::query`].
    pub async fn read(
        archive: &Archive,
        accounts: &[String],
        meeting: &Meeting,
        range: Range<Timestamp>,
        lens: Lens<'_>,
    ) -> Result<Self, QueryError> {
        let which = Which {
            accounts: accounts.to_vec(),
            range: whole_minutes(&range),
            meetings: Some(vec![meeting.uuid.as_str().to_owned()]),
            joins: None,
        };
        // Sorted: a veil numbers people as they come.
        let reports = archive.reports(&which, Streams::new).await?;
        let sessions = sessions(&reports, lens.judge);
        let mut veil = Veil::default();
        let joins = reports.into_iter().zip(sessions);
        let mut participants: Vec<Attendant> = joins
            .map(|(report, media)| attendant(report.participant, &media, &range, lens, &mut veil))
            .collect();
        participants
            .sort_by(|one, other| (one.join, &one.user_id).cmp(&(other.join, &other.user_id)));
        Ok(Self { range, participants })
    }

    /// How many minutes of participants it holds.
    pub fn weight(&self) -> usize {
        self.participants.iter().map(|who| who.strips[0].len()).sum()
    }

    /// Participants × minutes.
    pub fn heat(&self, shown: Shown) -> Heat {
        let row = |who: &Attendant| {
            let strip = who.strips[shown.place()].clone();
            let count = |letters: &[u8]| {
                number(strip.bytes().filter(|letter| letters.contains(letter)).count())
            };
            HeatRow {
                user_id: who.user_id.clone(),
                name: who.name.clone(),
                site: who.site.clone(),
                judged: count(b"gfpb"),
                poor: count(b"pb"),
                strip,
            }
        };
        let mut rows: Vec<HeatRow> = self.participants.iter().map(row).collect();
        rows.sort_by(|one, other| {
            (other.poor, &one.name, &one.user_id).cmp(&(one.poor, &other.name, &other.user_id))
        });
        let minutes = rows.iter().map(|row| number(row.strip.len())).max().unwrap_or(0);
        let Range { start, end } = self.range;
        Heat { from: start, to: end, minutes, stream: shown.as_str(), rows }
    }
}

fn sessions(reports: &[Report<Streams>], judge: Judge) -> Vec<[Session; 3]> {
    let attendances: Vec<Attendance<'_>> = reports
        .iter()
        .map(|report| Attendance { participant: &report.participant, samples: &report.samples })
        .collect();
    judge.meeting(&attendances)
}

fn attendant(
    mut who: Participant,
    media: &[Session; 3],
    range: &Range<Timestamp>,
    lens: Lens<'_>,
    veil: &mut Veil,
) -> Attendant {
    let (site, site_kind) = crate::diagnosis::site_of(&who, lens.context, lens.eyes);
    let email = who.email.clone();
    if lens.eyes == Eyes::Veiled {
        veil.participant(&mut who);
    }
    let known = email
        .as_deref()
        .filter(|_| lens.eyes == Eyes::Open)
        .and_then(|email| lens.context.people.as_ref()?.of(email));
    let [audio, video, share] = who.connection_types.clone();
    let verdicts = Medium::ALL
        .into_iter()
        .map(|medium| {
            let findings = media[medium as usize].findings();
            MediumVerdict {
                medium: medium.as_str(),
                verdict: findings.typical.as_str(),
                reason: findings.typical.reason().map(zqos_quality::Reason::as_str),
                minutes: findings.minutes,
                poor_minutes: findings.poor_minutes,
                mos: findings.median_r.and_then(mos_of_r),
            }
        })
        .collect();
    Attendant {
        user_id: who.id.as_str().to_owned(),
        person: person(&who),
        is_vip: known.is_some_and(|person| person.is_vip),
        name: who.user_name.or_else(|| known.and_then(|person| person.name.clone())),
        email: who.email,
        site,
        site_kind,
        network_type: who.network_type,
        connection_types: Connections { audio, video, share },
        data_center: who.data_center,
        location: who.location,
        ip_address: who.ip_address,
        device: who.device,
        os: who.os,
        client: who.client,
        version: who.version,
        microphone: who.microphone,
        speaker: who.speaker,
        camera: who.camera,
        join: who.join,
        leave: who.leave,
        leave_reason: who.leave_reason,
        verdicts,
        strips: [
            strip(media, range),
            strip(std::slice::from_ref(&media[0]), range),
            strip(std::slice::from_ref(&media[1]), range),
            strip(std::slice::from_ref(&media[2]), range),
        ],
    }
}

/// What was measured of some joins, minute by minute.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Timelines {
    /// The time of the meeting.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Its end.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// How far values are apart, in seconds.
    pub step_s: u32,
    /// What input means: `sent`, `received` or `unknown`.
    pub input: &'static str,
    /// The joins.
    pub series: Vec<Timeline>,
    /// Above which values a figure is at least fair, poor and bad, by medium.
    pub limits: BTreeMap<&'static str, BTreeMap<&'static str, [f64; 3]>>,
}

/// What was measured of a join.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Timeline {
    /// The join.
    pub user_id: String,
    /// The name.
    pub name: Option<String>,
    /// Each minute from the first to the last that was measured, in seconds since 1970.
    pub ts: Vec<i64>,
    /// By the stream's name, then the figure's; a value for each minute, null where there is none.
    pub streams: BTreeMap<&'static str, Figured>,
    /// Of the device, likewise; `None` where it told nothing.
    pub device: Option<BTreeMap<&'static str, Vec<Option<f64>>>>,
}

/// Figures of a stream, by name; those that it never had are left out.
#[derive(Debug, Clone, ToSchema)]
#[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
pub struct Figured(BTreeMap<&'static str, Vec<Option<f64>>>);

impl Serialize for Figured {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, values) in self.0.iter().filter(|(_, values)| values.iter().any(Option::is_some))
        {
            map.serialize_entry(name, values)?;
        }
        map.end()
    }
}

/// A range that begins with the minute in which it begins: samples are of the minute at whose start they stand.
fn whole_minutes(range: &Range<Timestamp>) -> Range<Timestamp> {
    let past = range.start.unix_millis().rem_euclid(MINUTE_MS).unsigned_abs();
    range.start.saturating_sub(std::time::Duration::from_millis(past))..range.end
}

const MINUTE_MS: i64 = 60_000;
/// No meeting is longer; of what is longer the beginning is told.
const MOST_MINUTES: i64 = 30 * 60 + 1;

/// Reads what was measured of some joins of a meeting.
///
/// **Errors**: those of [`Archive::query`].
pub async fn timelines(
    archive: &Archive,
    accounts: &[String],
    meeting: &Meeting,
    range: Range<Timestamp>,
    joins: &[String],
    input: Option<InputMeaning>,
    eyes: Eyes,
) -> Result<Timelines, QueryError> {
    let which = Which {
        accounts: accounts.to_vec(),
        range: whole_minutes(&range),
        meetings: Some(vec![meeting.uuid.as_str().to_owned()]),
        joins: Some(joins.to_vec()),
    };
    let reports = archive.reports(&which, &Measured::default).await?;
    // In the order in which they were asked for.
    let of = |id: &String| reports.iter().find(|report| report.participant.id.as_str() == id);
    Ok(Timelines {
        from: range.start,
        to: range.end,
        step_s: 60,
        input: match input {
            Some(InputMeaning::Sent) => "sent",
            Some(InputMeaning::Received) => "received",
            None => "unknown",
        },
        series: joins.iter().filter_map(of).map(|report| timeline(report, eyes)).collect(),
        limits: limits(),
    })
}

fn timeline(report: &Report<Measured>, eyes: Eyes) -> Timeline {
    let Measured { streams, devices } = &report.samples;
    let minute = |ts: Timestamp| ts.unix_millis().div_euclid(MINUTE_MS);
    let minutes = || {
        let streams = streams.iter().map(|(ts, _, _)| minute(*ts));
        streams.chain(devices.iter().map(|device| minute(device.ts)))
    };
    let first = minutes().min().unwrap_or(0);
    let last = minutes().max().map_or(first - 1, |last| last.min(first + MOST_MINUTES - 1));
    let count = usize::try_from(last - first + 1).unwrap_or(0);
    let place =
        |ts: Timestamp| usize::try_from(minute(ts) - first).ok().filter(|place| *place < count);
    let mut by_stream: BTreeMap<&'static str, Figured> = BTreeMap::new();
    for (ts, stream, figures) in streams {
        let Some(place) = place(*ts) else { continue };
        let of =
            &mut by_stream.entry(stream.as_str()).or_insert_with(|| Figured(BTreeMap::new())).0;
        for (name, value) in named(figures) {
            of.entry(name).or_insert_with(|| vec![None; count])[place] = value;
        }
    }
    let mut of_device: BTreeMap<&'static str, Vec<Option<f64>>> = BTreeMap::new();
    for device in devices {
        let Some(place) = place(device.ts) else { continue };
        for (name, value) in device_named(device) {
            of_device.entry(name).or_insert_with(|| vec![None; count])[place] = value;
        }
    }
    of_device.retain(|_, values| values.iter().any(Option::is_some));
    Timeline {
        user_id: report.participant.id.as_str().to_owned(),
        name: report.participant.user_name.clone().filter(|_| eyes == Eyes::Open),
        ts: (first..=last).map(|minute| minute * MINUTE_MS / 1_000).collect(),
        streams: by_stream,
        device: (!of_device.is_empty()).then_some(of_device),
    }
}

fn named(figures: &Figures) -> [(&'static str, Option<f64>); 8] {
    let size = figures.resolution;
    [
        ("bitrate_kbps", figures.bitrate.map(Kbps::get)),
        ("latency_ms", figures.latency.map(Millis::get)),
        ("jitter_ms", figures.jitter.map(Millis::get)),
        ("avg_loss_pct", figures.avg_loss.map(Percent::get)),
        ("max_loss_pct", figures.max_loss.map(Percent::get)),
        ("width_px", size.map(|size| f64::from(size.width()))),
        ("height_px", size.map(|size| f64::from(size.height()))),
        ("frame_rate_fps", figures.frame_rate.map(Fps::get)),
    ]
}

fn device_named(device: &DeviceSample) -> [(&'static str, Option<f64>); 7] {
    let signal = |dbm: Option<zqos_core::Dbm>| dbm.map(|dbm| f64::from(dbm.get()));
    [
        ("zoom_min_cpu_pct", device.zoom_min_cpu.map(Percent::get)),
        ("zoom_avg_cpu_pct", device.zoom_avg_cpu.map(Percent::get)),
        ("zoom_max_cpu_pct", device.zoom_max_cpu.map(Percent::get)),
        ("system_max_cpu_pct", device.system_max_cpu.map(Percent::get)),
        ("min_rssi_dbm", signal(device.min_rssi)),
        ("avg_rssi_dbm", signal(device.avg_rssi)),
        ("max_rssi_dbm", signal(device.max_rssi)),
    ]
}

/// The limits of the rule `bands`, which stand beside every time line.
fn limits() -> BTreeMap<&'static str, BTreeMap<&'static str, [f64; 3]>> {
    let of = |Limits { good, fair, poor }: Limits| [good, fair, poor];
    let path = [("latency_ms", of(ROUND_TRIP_MS)), ("jitter_ms", of(JITTER_MS))];
    let mut audio: BTreeMap<_, _> = path.into_iter().collect();
    audio.insert("avg_loss_pct", of(AUDIO_LOSS_PCT));
    [("audio", audio)].into_iter().collect()
}
