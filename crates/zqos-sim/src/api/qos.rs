//! The report: the figures of every minute of one join, or of all joins by pages.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::api::error::{ApiError, encode};
use crate::api::participant::{Equipment, JoinMembers};
use crate::api::query::Query;
use crate::api::quirk::Quirk;
use crate::api::{Simulator, timestamp};
use crate::calendar::{Join, MINUTE, Meeting};
use crate::company::LoadScale;
use crate::draw::Purpose;
use crate::media::{Figures, Minute, Session};
use crate::spelling::{Spelling, load};

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
            .filter(|join| self.is_told(meeting, join, now))
            .ok_or_else(ApiError::no_such_participant)?;
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
        let minutes: Vec<Minute> = self.minutes_so_far(meeting, &session, &join, now).collect();
        let (health, issue_list) = health(&minutes);
        let spelling =
            self.config.dialect.spelling(meeting.draw.of(Purpose::Dialect).at(join.user_id.into()));
        Report {
            join: self.join_members(meeting, &join, session.path(), now),
            alone: None,
            health,
            issue_list,
            user_qos: minutes.into_iter().map(|minute| Sample { minute, spelling }).collect(),
        }
    }

    /// The minutes of a join that are told of.
    pub(crate) fn minutes_so_far<'s>(
        &self,
        meeting: &Meeting,
        session: &'s Session,
        join: &Join,
        now: i64,
    ) -> impl Iterator<Item = Minute> + use<'s> {
        let until = self.told_until(meeting, join, now);
        let is_latest_alone =
            meeting.end > now && self.config.quirks.contains(&Quirk::LatestMinute);
        let latest = now.div_euclid(MINUTE) * MINUTE - MINUTE;
        session.minutes(until).filter(move |minute| {
            !is_latest_alone
                || minute.instant == latest && minute.streams().iter().any(Option::is_some)
        })
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
struct Sample {
    minute: Minute,
    spelling: Spelling,
}

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let minute = &self.minute;
        let scale = minute.device.load_scale();
        let members =
            7 + usize::from(scale != LoadScale::Untold) + usize::from(minute.signal.is_some());
        let mut sample = serializer.serialize_struct("Sample", members)?;
        sample.serialize_field("date_time", &timestamp(minute.instant).to_string())?;
        for (name, stream) in self.spelling.streams(minute) {
            sample.serialize_field(name, &stream)?;
        }
        match scale {
            LoadScale::Percent => sample.serialize_field("cpu_usage", &Processor(minute))?,
            LoadScale::Pressure => {
                sample.serialize_field("cpu_pressure_level", &Pressure::from(minute))?;
            }
            LoadScale::Untold => {}
        }
        if let Some(signal) = minute.signal {
            sample.serialize_field("wifi_rssi", &Signal(signal))?;
        }
        sample.end()
    }
}

/// The load of the processor.
pub(crate) struct Processor<'m>(pub(crate) &'m Minute);

impl Serialize for Processor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [low, mean, high] = self.0.processor;
        let mut usage = serializer.serialize_struct("Processor", 4)?;
        usage.serialize_field("zoom_min_cpu_usage", &load(low))?;
        usage.serialize_field("zoom_avg_cpu_usage", &load(mean))?;
        usage.serialize_field("zoom_max_cpu_usage", &load(high))?;
        usage.serialize_field("system_max_cpu_usage", &load(self.0.system_max))?;
        usage.end()
    }
}

/// The load of the processor below a browser: lowest, mean and highest, in percent.
#[derive(Debug)]
pub(crate) struct Pressure(pub(crate) [f64; 3]);

impl From<&Minute> for Pressure {
    fn from(minute: &Minute) -> Self {
        let [low, mean, _] = minute.processor;
        Self([low, mean, minute.system_max])
    }
}

impl Serialize for Pressure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [low, mean, high] = self.0.map(pressure_level);
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
pub(crate) struct Signal(pub(crate) [f64; 3]);

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
pub(crate) fn whole(dbm: f64) -> i32 {
    libm::round(dbm) as i32
}
