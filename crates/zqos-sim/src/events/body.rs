//! What events say, as JSON.
//!
//! One thing has several names, as at Zoom: the id of a join is `user_id` or `participant_id`, that of
//! an account user `participant_user_id` or `id`.

use serde::Serialize;

use crate::api::{
    ACCOUNT_ID, Pressure, Processor, Score, Settings, Signal, Simulator, encode, quality, whole,
};
use crate::calendar::{Join, MINUTE, Meeting, SECOND, timestamp};
use crate::company::{LoadScale, Who};
use crate::draw::Purpose;
use crate::media::{Figures, Minute, Session};
use crate::spelling::{Spelling, StreamMembers};
use crate::summary;

/// From here on a connection counts as unstable.
const UNSTABLE_LOSS_PCT: f64 = 5.0;
const UNSTABLE_JITTER_MS: f64 = 40.0;
/// A picture of no more lines was sent for want of bandwidth.
const STARVED_HEIGHT: u16 = 90;

/// What is scored.
const QUALITIES: [&str; 3] = ["audio_quality", "video_quality", "as_quality"];

/// Says what there is to say of one meeting at one instant.
pub(super) struct Teller<'s> {
    simulator: &'s Simulator,
    meeting: &'s Meeting,
    at: i64,
}

#[derive(Serialize)]
struct Envelope<'e, O> {
    event: &'e str,
    payload: Payload<O>,
    event_ts: i64,
}

#[derive(Serialize)]
struct Payload<O> {
    account_id: &'static str,
    object: O,
}

/// A meeting with one of its participants: all that a quality of service event has.
#[derive(Serialize)]
struct Object<P> {
    uuid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    participant: P,
}

/// A session with one of its users.
#[derive(Serialize)]
struct SessionObject<T> {
    session_id: String,
    session_name: String,
    session_key: String,
    user: SessionUser<T>,
}

#[derive(Serialize)]
struct SessionUser<T> {
    id: String,
    name: String,
    user_key: String,
    is_original_host: bool,
    #[serde(flatten)]
    told: Told<T>,
}

/// What is told of a user.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Told<T> {
    Qos(T),
    Data(T),
}

#[derive(Serialize)]
struct InMinute<'m> {
    user_id: String,
    participant_user_id: String,
    email: String,
    qos: &'m [Record<'m>],
}

#[derive(Serialize)]
struct InData {
    participant_id: String,
    participant_user_id: String,
    email: String,
    data: [Settings; 1],
}

/// The figures of one sort in a minute.
#[derive(Serialize)]
struct Record<'m> {
    date_time: &'m str,
    r#type: &'static str,
    details: Details<'m>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Details<'m> {
    Stream(StreamMembers),
    Processor(Processor<'m>),
    Pressure(Pressure),
    Signal(SignalTexts),
    Quality(Quality),
    Notification { network_notification: &'static str },
}

#[derive(Serialize)]
struct Quality {
    quality: &'static str,
    quality_score: String,
}

/// The signal of a Wi-Fi link: numbers in reports and summaries, texts here.
#[derive(Serialize)]
struct SignalTexts {
    max_rssi: String,
    avg_rssi: String,
    min_rssi: String,
    rssi_unit: &'static str,
}

/// Who was there, and what all minutes came to.
#[derive(Serialize)]
struct InSummary {
    participant_id: String,
    user_name: String,
    id: String,
    email: String,
    qos: Vec<Total>,
}

/// The figures of one sort over a whole join.
#[derive(Serialize)]
#[serde(untagged)]
enum Total {
    Measured(summary::Element),
    Signal { r#type: &'static str, details: Signal },
    Quality { r#type: &'static str, details: Quality },
}

/// A meeting in the events that everybody has.
#[derive(Serialize)]
struct Plain {
    id: String,
    uuid: String,
    host_id: String,
    topic: String,
    r#type: u8,
    start_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
    timezone: &'static str,
    /// Planned, in minutes.
    duration: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant: Option<Somebody>,
}

#[derive(Serialize)]
struct Somebody {
    user_id: String,
    user_name: String,
    id: String,
    participant_user_id: String,
    participant_uuid: String,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leave_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leave_reason: Option<String>,
}

impl<'s> Teller<'s> {
    pub(super) const fn new(simulator: &'s Simulator, meeting: &'s Meeting, at: i64) -> Self {
        Self { simulator, meeting, at }
    }

    /// An event called `meeting.…` or `webinar.…`.
    fn event(&self, name: &str, object: impl Serialize) -> String {
        let kind = if self.meeting.series.is_webinar() { "webinar" } else { "meeting" };
        self.named(&format!("{kind}.{name}"), object)
    }

    /// An event of a session, where the account has those in place of meetings.
    fn of_session<T: Serialize>(
        &self,
        name: &str,
        join: &Join,
        told: impl FnOnce() -> Told<T>,
    ) -> Option<String> {
        self.simulator.config.events.sessions.then(|| {
            let user = SessionUser {
                id: join.user_id.to_string(),
                name: self.user_name(join),
                user_key: self.account_user(join.who),
                is_original_host: join.who == Who::Person(self.meeting.host),
                told: told(),
            };
            let object = SessionObject {
                session_id: self.uuid(),
                session_name: self.meeting.series.topic(),
                session_key: self.number(),
                user,
            };
            self.named(&format!("session.{name}"), object)
        })
    }

    fn named(&self, event: &str, object: impl Serialize) -> String {
        let payload = Payload { account_id: ACCOUNT_ID, object };
        let body = encode(&Envelope { event, payload, event_ts: self.at });
        String::from_utf8(body).expect("JSON is UTF-8")
    }

    fn uuid(&self) -> String {
        self.simulator.world.company.ids().uuid(self.meeting.instance)
    }

    /// The number of the meeting: a string in every event.
    fn number(&self) -> String {
        self.simulator.world.company.ids().number(self.meeting.series.index).to_string()
    }

    /// The id of an account user; blank for everybody else.
    fn account_user(&self, who: Who) -> String {
        self.simulator.world.company.account_id(who)
    }

    fn email(&self, join: &Join) -> String {
        self.simulator.shown(self.simulator.world.company.email(join.who))
    }

    fn user_name(&self, join: &Join) -> String {
        self.simulator.shown(self.simulator.world.company.name(join.who))
    }

    fn object<P>(&self, participant: P) -> Object<P> {
        Object { uuid: self.uuid(), id: None, participant }
    }

    /// The meeting as everybody may know it.
    fn plain(&self) -> Plain {
        Plain {
            id: self.number(),
            uuid: self.uuid(),
            host_id: self.account_user(Who::Person(self.meeting.host)),
            topic: self.meeting.series.topic(),
            // Zoom's numbers for what comes again at a fixed time.
            r#type: if self.meeting.series.is_webinar() { 9 } else { 8 },
            start_time: timestamp(self.meeting.start).to_string(),
            end_time: None,
            timezone: "UTC",
            duration: self.meeting.series.planned_minutes(),
            participant: None,
        }
    }

    fn somebody(&self, join: &Join) -> Somebody {
        let ids = self.simulator.world.company.ids();
        let id = self.account_user(join.who);
        Somebody {
            user_id: join.user_id.to_string(),
            user_name: self.user_name(join),
            id: id.clone(),
            participant_user_id: id,
            participant_uuid: ids.participant_uuid(self.meeting.instance, join.user_id),
            email: self.email(join),
            join_time: None,
            leave_time: None,
            leave_reason: None,
        }
    }

    pub(super) fn started(&self) -> String {
        self.event("started", self.plain())
    }

    pub(super) fn ended(&self) -> String {
        let end_time = Some(timestamp(self.meeting.end).to_string());
        self.event("ended", Plain { end_time, ..self.plain() })
    }

    pub(super) fn joined(&self, join: &Join) -> String {
        let join_time = Some(timestamp(join.start).to_string());
        let participant = Some(Somebody { join_time, ..self.somebody(join) });
        self.event("participant_joined", Plain { participant, ..self.plain() })
    }

    pub(super) fn left(&self, join: &Join) -> String {
        let participant = Some(Somebody {
            leave_time: Some(timestamp(join.end).to_string()),
            leave_reason: Some(self.simulator.leave_reason(self.meeting, join)),
            ..self.somebody(join)
        });
        self.event("participant_left", Plain { participant, ..self.plain() })
    }

    /// All figures of a minute.
    pub(super) fn minute(&self, join: &Join, minute: &Minute) -> String {
        self.qos(join, &self.records(&timestamp(minute.instant).to_string(), join, minute))
    }

    /// An event for each sort of figures.
    pub(super) fn minute_by_types(
        &self,
        join: &Join,
        minute: &Minute,
        mut tell: impl FnMut(String),
    ) {
        for record in self.records(&timestamp(minute.instant).to_string(), join, minute) {
            tell(self.qos(join, &[record]));
        }
    }

    fn qos(&self, join: &Join, qos: &[Record<'_>]) -> String {
        if let Some(event) = self.of_session("user_qos", join, || Told::Qos(qos)) {
            return event;
        }
        let participant = InMinute {
            user_id: join.user_id.to_string(),
            participant_user_id: self.account_user(join.who),
            email: self.email(join),
            qos,
        };
        self.event("participant_qos", self.object(participant))
    }

    /// What there was in a minute, by its sorts; streams without traffic are left out.
    fn records<'m>(&self, date_time: &'m str, join: &Join, minute: &'m Minute) -> Vec<Record<'m>> {
        let streams = Spelling::DOCUMENTED.streams(minute).zip(minute.streams());
        let streams = streams.filter_map(|((r#type, members), figures)| {
            figures.map(|_| (r#type, Details::Stream(members)))
        });
        let signal = minute.signal.map(|signal| ("wifi_rssi", Details::Signal(signal.into())));
        let qualities = QUALITIES.into_iter().zip(self.scores(join, minute));
        let qualities =
            qualities.filter_map(|(r#type, score)| Some((r#type, Details::Quality(score?.into()))));
        streams
            .chain(load(minute))
            .chain(signal)
            .chain(qualities)
            .chain(notification(minute))
            .map(|(r#type, details)| Record { date_time, r#type, details })
            .collect()
    }

    /// The scores of audio, video and share.
    fn scores(&self, join: &Join, minute: &Minute) -> [Option<Score>; 3] {
        let draw = self.simulator.world.company.root().of(Purpose::Score);
        quality(minute, draw.when(minute.instant.div_euclid(MINUTE)).at(join.user_id.into()))
    }

    pub(super) fn data(&self, join: &Join, session: &Session) -> String {
        // It is told two to three seconds after the change.
        let instant = self.at - 2 * SECOND;
        let told = || Told::Data([self.settings(join, session, instant, false)]);
        if let Some(event) = self.of_session("user_data", join, told) {
            return event;
        }
        let participant = self.in_data(join, session, instant, false);
        self.event("participant_data", self.object(participant))
    }

    pub(super) fn data_summary(&self, join: &Join, session: &Session) -> String {
        let told = || Told::Data([self.settings(join, session, join.end - 1, true)]);
        if let Some(event) = self.of_session("user_data_summary", join, told) {
            return event;
        }
        let participant = self.in_data(join, session, join.end - 1, true);
        let id = (!self.meeting.series.is_webinar()).then(|| self.number());
        self.event("participant_data_summary", Object { id, ..self.object(participant) })
    }

    fn in_data(&self, join: &Join, session: &Session, instant: i64, in_summary: bool) -> InData {
        InData {
            participant_id: join.user_id.to_string(),
            participant_user_id: self.account_user(join.who),
            email: self.email(join),
            data: [self.settings(join, session, instant, in_summary)],
        }
    }

    fn settings(&self, join: &Join, session: &Session, instant: i64, in_summary: bool) -> Settings {
        self.simulator.settings(self.meeting, join, session, instant, in_summary)
    }

    pub(super) fn qos_summary(&self, join: &Join, session: &Session) -> String {
        let minutes: Vec<Minute> = session.minutes(join.end).collect();
        let measured =
            summary::elements(&minutes, Spelling::DOCUMENTED).into_iter().map(Total::Measured);
        let signal = signal(&minutes)
            .map(|signal| Total::Signal { r#type: "wifi_rssi", details: Signal(signal) });
        let scores: Vec<_> = minutes.iter().map(|minute| self.scores(join, minute)).collect();
        let qualities = QUALITIES.into_iter().enumerate().filter_map(|(place, r#type)| {
            let mean = Score::mean(scores.iter().filter_map(|scores| scores[place]))?;
            Some(Total::Quality { r#type, details: mean.into() })
        });
        let qos: Vec<Total> = measured.chain(signal).chain(qualities).collect();
        if let Some(event) = self.of_session("user_qos_summary", join, || Told::Qos(&qos)) {
            return event;
        }
        let participant = InSummary {
            participant_id: join.user_id.to_string(),
            user_name: self.user_name(join),
            id: self.account_user(join.who),
            email: self.email(join),
            qos,
        };
        let id = Some(self.number());
        self.event("participant_qos_summary", Object { id, ..self.object(participant) })
    }
}

impl From<[f64; 3]> for SignalTexts {
    fn from(signal: [f64; 3]) -> Self {
        let [min_rssi, avg_rssi, max_rssi] = signal.map(|dbm| whole(dbm).to_string());
        Self { max_rssi, avg_rssi, min_rssi, rssi_unit: "dBm" }
    }
}

impl From<Score> for Quality {
    fn from(score: Score) -> Self {
        Self { quality: score.band(), quality_score: score.to_string() }
    }
}

/// The processor's load, in the words of the device: percentages or levels of pressure.
fn load(minute: &Minute) -> Option<(&'static str, Details<'_>)> {
    let details = match minute.device.load_scale() {
        LoadScale::Percent => Details::Processor(Processor(minute)),
        LoadScale::Pressure => Details::Pressure(minute.into()),
        LoadScale::Untold => return None,
    };
    Some(("cpu_usage", details))
}

/// Weakest, mean and strongest signal of all minutes that have one.
fn signal(minutes: &[Minute]) -> Option<[f64; 3]> {
    let signals = minutes.iter().filter_map(|minute| minute.signal);
    let (count, [weakest, sum, strongest]) = signals.fold(
        (0.0, [f64::MAX, 0.0, f64::MIN]),
        |(count, [weakest, sum, strongest]), [low, mean, high]| {
            (count + 1.0, [weakest.min(low), sum + mean, strongest.max(high)])
        },
    );
    (count > 0.0).then(|| [weakest, sum / count, strongest])
}

/// What Zoom would say of the network: of what was sent and received, and nothing else.
fn notification(minute: &Minute) -> Option<(&'static str, Details<'static>)> {
    let is_unstable = |figures: &Figures| {
        figures.avg_loss_pct >= UNSTABLE_LOSS_PCT || figures.jitter_ms >= UNSTABLE_JITTER_MS
    };
    let is_starved =
        |figures: Figures| figures.picture.is_some_and(|picture| picture.height <= STARVED_HEIGHT);
    let network_notification = if minute.video_sent.is_some_and(is_starved) {
        "network bandwidth low"
    } else if minute.streams().iter().flatten().any(is_unstable) {
        "internet connection unstable"
    } else {
        return None;
    };
    Some(("notification", Details::Notification { network_notification }))
}
