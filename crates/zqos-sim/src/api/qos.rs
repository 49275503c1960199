//! The report: the figures of every minute of one join, or of all joins by pages.

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::api::error::{ApiError, encode};
use crate::api::participant::{Equipment, JoinMembers};
use crate::api::query::Query;
use crate::api::{Simulator, timestamp};
use crate::calendar::{Join, Meeting};
use crate::company::LoadScale;
use crate::media::{Figures, Minute, Picture, Session};

/// A report.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    join: JoinMembers,
    #[serde(flatten)]
    alone: Option<Alone>,
    health: &'static str,
    issue_list: Vec<&'static str>,
    user_qos: Vec<Sample>,
}

/// What only the report of one participant has.
#[derive(Debug, Serialize)]
struct Alone {
    #[serde(flatten)]
    equipment: Equipment,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_number: Option<String>,
}

impl Simulator {
    /// The report of one join.
    pub(crate) fn participant_qos(
        &self,
        meeting: &Meeting,
        user_id: &str,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let join = user_id
            .parse()
            .ok()
            .and_then(|user_id| self.world.calendar.join(meeting, user_id))
            .filter(|join| join.start <= now)
            .ok_or_else(ApiError::not_available)?;
        let mut report = self.report(meeting, join, now);
        let webinar = meeting.series.is_webinar();
        let number = || self.world.company.ids().number(meeting.series.index).to_string();
        report.alone = Some(Alone {
            equipment: self.equipment(&join, !webinar),
            meeting_number: (!webinar).then(number),
        });
        Ok(encode(&report))
    }

    /// The reports of all joins, by pages.
    pub(crate) fn participants_qos(
        &self,
        meeting: &Meeting,
        query: &Query,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let path = self.walk_of(meeting, "qos");
        let mut pager = self.pager(&path, query, (1, 10), now)?;
        for join in self.joins_so_far(meeting, now) {
            pager.offer(join.user_id.into(), || self.report(meeting, join, now));
        }
        Ok(self.page_of_meeting(pager, &path, meeting, true, query, now))
    }

    fn report(&self, meeting: &Meeting, join: Join, now: i64) -> Report {
        let session = Session::new(&self.world, meeting, join);
        // A live report has only minutes that are over.
        let until = if join.end <= now { join.end } else { now / 60_000 * 60_000 };
        let minutes: Vec<Minute> = session.minutes(until).collect();
        let (health, issue_list) = health(&minutes);
        Report {
            join: self.join_members(meeting, &join, session.path(), now),
            alone: None,
            health,
            issue_list,
            user_qos: minutes.into_iter().map(Sample).collect(),
        }
    }
}

/// Zoom's own verdict on a whole join, from what was measured: how many minutes had audio that
/// loses, lags or wavers.
fn health(minutes: &[Minute]) -> (&'static str, Vec<&'static str>) {
    let is_bad = |figures: Figures| {
        figures.avg_loss_pct > 4.0 || figures.latency_ms > 400.0 || figures.jitter_ms > 50.0
    };
    let is_noticed = |minute: &&Minute| {
        [minute.audio_sent, minute.audio_received].into_iter().flatten().any(is_bad)
    };
    let bad = minutes.iter().filter(is_noticed).count();
    if bad * 2 > minutes.len() {
        ("Critical", vec!["audio"])
    } else if bad * 10 > minutes.len() {
        ("Warning", vec!["audio"])
    } else {
        ("Good", Vec::new())
    }
}

/// One element of `user_qos`.
#[derive(Debug)]
struct Sample(Minute);

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let minute = &self.0;
        let scale = minute.device.load_scale();
        let members =
            7 + usize::from(scale != LoadScale::Untold) + usize::from(minute.signal.is_some());
        let mut sample = serializer.serialize_struct("Sample", members)?;
        sample.serialize_field("date_time", &timestamp(minute.instant).to_string())?;
        let [audio_sent, audio_received, video_sent, video_received, share_sent, share_received] =
            minute.device.legs().streams();
        sample.serialize_field(audio_sent, &Sound(minute.audio_sent))?;
        sample.serialize_field(audio_received, &Sound(minute.audio_received))?;
        sample.serialize_field(video_sent, &Film(minute.video_sent))?;
        sample.serialize_field(video_received, &Film(minute.video_received))?;
        sample.serialize_field(share_sent, &Film(minute.share_sent))?;
        sample.serialize_field(share_received, &Film(minute.share_received))?;
        match scale {
            LoadScale::Percent => sample.serialize_field("cpu_usage", &Processor(minute))?,
            LoadScale::Pressure => {
                sample.serialize_field("cpu_pressure_level", &Pressure(minute))?;
            }
            LoadScale::Untold => {}
        }
        if let Some(signal) = minute.signal {
            sample.serialize_field("wifi_rssi", &Signal(signal))?;
        }
        sample.end()
    }
}

/// A figure as the API spells it; blank where nothing was sent.
struct Spelt<const DIGITS: usize> {
    figure: Option<f64>,
    unit: &'static str,
}

impl<const DIGITS: usize> fmt::Display for Spelt<DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.figure {
            Some(figure) => write!(f, "{figure:.DIGITS$}{}", self.unit),
            None => Ok(()),
        }
    }
}

impl<const DIGITS: usize> Serialize for Spelt<DIGITS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn serialize_network<S: serde::ser::SerializeStruct>(
    stream: &mut S,
    figures: Option<Figures>,
) -> Result<(), S::Error> {
    let of = |figure: fn(Figures) -> f64| figures.map(figure);
    let kbps = of(|figures| figures.bitrate_kbps);
    stream.serialize_field("bitrate", &Spelt::<2> { figure: kbps, unit: " kbps" })?;
    let latency = of(|figures| figures.latency_ms);
    stream.serialize_field("latency", &Spelt::<0> { figure: latency, unit: " ms" })?;
    let jitter = of(|figures| figures.jitter_ms);
    stream.serialize_field("jitter", &Spelt::<0> { figure: jitter, unit: " ms" })?;
    let mean = of(|figures| figures.avg_loss_pct);
    stream.serialize_field("avg_loss", &Spelt::<2> { figure: mean, unit: "%" })?;
    let max = of(|figures| figures.max_loss_pct);
    stream.serialize_field("max_loss", &Spelt::<2> { figure: max, unit: "%" })
}

/// An audio stream.
struct Sound(Option<Figures>);

impl Serialize for Sound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stream = serializer.serialize_struct("Sound", 5)?;
        serialize_network(&mut stream, self.0)?;
        stream.end()
    }
}

/// A video stream or a share.
struct Film(Option<Figures>);

/// `1280*720`, or blank.
struct Size(Option<Picture>);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(picture) => write!(f, "{}*{}", picture.width, picture.height),
            None => Ok(()),
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Film {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stream = serializer.serialize_struct("Film", 7)?;
        serialize_network(&mut stream, self.0)?;
        let picture = self.0.and_then(|figures| figures.picture);
        stream.serialize_field("resolution", &Size(picture))?;
        let figure = picture.map(|picture| picture.frames_per_second);
        stream.serialize_field("frame_rate", &Spelt::<0> { figure, unit: " fps" })?;
        stream.end()
    }
}

/// The load of the processor.
struct Processor<'m>(&'m Minute);

impl Serialize for Processor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [low, mean, high] = self.0.processor;
        let load = |load: f64| Spelt::<0> { figure: Some(load), unit: "%" };
        let mut usage = serializer.serialize_struct("Processor", 4)?;
        usage.serialize_field("zoom_min_cpu_usage", &load(low))?;
        usage.serialize_field("zoom_avg_cpu_usage", &load(mean))?;
        usage.serialize_field("zoom_max_cpu_usage", &load(high))?;
        usage.serialize_field("system_max_cpu_usage", &load(self.0.system_max))?;
        usage.end()
    }
}

/// The load of the processor below a browser.
struct Pressure<'m>(&'m Minute);

impl Serialize for Pressure<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [low, mean, _] = self.0.processor;
        let [low, mean, high] = [low, mean, self.0.system_max].map(pressure_level);
        let mut pressure = serializer.serialize_struct("Pressure", 3)?;
        pressure.serialize_field("system_min_cpu_pressure_level", low)?;
        pressure.serialize_field("system_avg_cpu_pressure_level", mean)?;
        pressure.serialize_field("system_max_cpu_pressure_level", high)?;
        pressure.end()
    }
}

/// Zoom's levels stand for about 20, 50, 80 and 100 % of load; the bounds lie half-way.
const fn pressure_level(load: f64) -> &'static str {
    match load {
        load if load < 35.0 => "normal",
        load if load < 65.0 => "fair",
        load if load < 90.0 => "serious",
        _ => "critical",
    }
}

/// The signal of a Wi-Fi link: weakest, mean and strongest.
struct Signal([f64; 3]);

impl Serialize for Signal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [weakest, mean, strongest] = self.0.map(whole);
        let mut signal = serializer.serialize_struct("Signal", 4)?;
        signal.serialize_field("max_rssi", &strongest)?;
        signal.serialize_field("avg_rssi", &mean)?;
        signal.serialize_field("min_rssi", &weakest)?;
        signal.serialize_field("rssi_unit", "dBm")?;
        signal.end()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "signals lie between -94 and -25 dBm")]
fn whole(dbm: f64) -> i32 {
    libm::round(dbm) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_spelt_as_documented_and_blank_without_traffic() {
        let figures = Figures {
            bitrate_kbps: 27.149,
            latency_ms: 126.4,
            jitter_ms: 0.2,
            avg_loss_pct: 0.03,
            max_loss_pct: 0.4,
            picture: Some(Picture { width: 1280, height: 720, frames_per_second: 12.3 }),
        };
        let spelt = |stream: Film| serde_json::to_string(&stream).unwrap();
        assert_eq!(
            spelt(Film(Some(figures))),
            r#"{"bitrate":"27.15 kbps","latency":"126 ms","jitter":"0 ms","avg_loss":"0.03%","max_loss":"0.40%","resolution":"1280*720","frame_rate":"12 fps"}"#
        );
        assert_eq!(
            spelt(Film(None)),
            r#"{"bitrate":"","latency":"","jitter":"","avg_loss":"","max_loss":"","resolution":"","frame_rate":""}"#
        );
    }
}
