//! Zoom's API over the simulated company, without IO: a request as it came in, an answer as it
//! goes out.

mod answer;
mod credential;
mod error;
mod list;
mod listing;
mod meeting;
mod page_token;
mod participant;
mod qos;
mod quality;
mod query;
mod route;
mod sharing;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use zoom_wire::rate_limit::Label;
use zqos_core::{Clock, Timestamp};

pub use crate::api::answer::{Answer, Call};
pub use crate::api::credential::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET};
use crate::api::error::ApiError;
use crate::api::query::{Query, When};
use crate::api::route::{MeetingPart, Route};
use crate::calendar::{DAY, MINUTE, Meeting, timestamp};
use crate::company::PEOPLE;
use crate::draw::Purpose;
use crate::identity::{Permutation, wide};
use crate::limit::{Algorithm, Limiter, Plan};
use crate::world::World;

/// How long a past report takes to be built. Undocumented; a monitoring vendor states about ten
/// minutes.
const BUILD_DELAY: i64 = 10 * MINUTE;
/// How long details of a meeting are kept.
const KEPT: i64 = 365 * DAY;

/// What makes a simulated Zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Everything that is drawn is drawn from it.
    pub seed: u64,
    /// How many people the company has, 10 to 100,000.
    pub people: u32,
    /// The account's plan.
    pub plan: Plan,
    /// How calls are counted.
    pub limits: Algorithm,
    /// The account has a legacy BAA: names, e-mail and IP addresses and locations of participants
    /// are blank, and internal addresses absent.
    pub legacy_baa: bool,
}

impl Default for Config {
    /// Seed 1, 200 people, plan Business, fixed windows, no legacy BAA.
    fn default() -> Self {
        Self {
            seed: 1,
            people: 200,
            plan: Plan::default(),
            limits: Algorithm::default(),
            legacy_baa: false,
        }
    }
}

/// A configuration that makes no simulated Zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Too few or too many people.
    #[error("a company has {min} to {max} people, not {0}", min = PEOPLE.start(), max = PEOPLE.end())]
    People(u32),
}

/// A simulated Zoom. It keeps nothing but how much of the limits is used.
pub struct Simulator {
    pub(crate) world: World,
    pub(crate) legacy_baa: bool,
    clock: Arc<dyn Clock>,
    access_tokens: Permutation,
    page_tokens: Permutation,
    limiter: Mutex<Limiter>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("people", &self.world.company.people())
            .finish_non_exhaustive()
    }
}

/// What there is to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The UUID of a meeting.
    pub uuid: String,
    /// The number of its series.
    pub number: u64,
    /// Its topic.
    pub topic: String,
    /// The id of one join.
    pub user_id: u32,
    /// When it began.
    pub start: Timestamp,
    /// It is a webinar.
    pub is_webinar: bool,
    /// It is still running.
    pub is_live: bool,
}

impl Simulator {
    /// Makes a simulated Zoom, on which it is what `clock` shows.
    ///
    /// **Errors**: [`ConfigError`].
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        if !PEOPLE.contains(&config.people) {
            return Err(ConfigError::People(config.people));
        }
        let world = World::new(config.seed, config.people);
        let root = world.company.root();
        Ok(Self {
            world,
            legacy_baa: config.legacy_baa,
            clock,
            access_tokens: Permutation::new(root, Purpose::AccessToken),
            page_tokens: Permutation::new(root, Purpose::PageToken),
            limiter: Mutex::new(Limiter::new(config.plan, config.limits)),
        })
    }

    fn now(&self) -> i64 {
        self.clock.now().unix_millis()
    }

    /// Answers a call.
    pub fn answer(&self, call: &Call<'_>) -> Answer {
        // One instant for the whole of an answer.
        let now = self.now();
        let route = Route::of(call.method, call.target);
        let mut verdict = None;
        let answered = match &route {
            Err(error) => Err(error.clone()),
            Ok(Route::Token) => return self.finish(self.grant(call, now), None, call, now),
            Ok(route) => self.check_access(call, now).and_then(|()| {
                verdict = self
                    .limiter
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .admit(route.label(), now);
                if let Some(exceeded) = verdict.and_then(|verdict| verdict.exceeded) {
                    return Err(ApiError::rate_limit(exceeded));
                }
                self.get(route, &Query::of_target(call.target), now)
            }),
        };
        let body = answered.map_err(ApiError::into_answer);
        self.finish(body, verdict, call, now)
    }

    /// Adds the headers that every answer has.
    fn finish(
        &self,
        body: Result<Vec<u8>, Answer>,
        verdict: Option<crate::limit::Verdict>,
        call: &Call<'_>,
        now: i64,
    ) -> Answer {
        let answer = body.map_or_else(|answer| answer, |body| Answer::new(200, body));
        let draw = self.world.company.root().of(Purpose::TrackingId).when(now);
        let target = call.target.bytes().fold(draw, |draw, byte| draw.at(byte.into()));
        answer.with_common_headers(now, wide(target), verdict)
    }

    /// Answers a GET request that may be made.
    fn get(&self, route: &Route, query: &Query, now: i64) -> Result<Vec<u8>, ApiError> {
        match route {
            Route::Token => Err(ApiError::unknown_endpoint()),
            Route::Meetings { webinars } => self.list_meetings(*webinars, query, now),
            Route::Quality => self.quality(query, now),
            Route::Meeting { webinar, id, part } => {
                let when = query.when(!webinar && part.knows_past_one())?;
                let meeting = self.find(*webinar, id, when, now)?;
                match part {
                    MeetingPart::Details => Ok(self.meeting_details(&meeting, now)),
                    MeetingPart::Participants => self.participants(&meeting, query, now),
                    MeetingPart::ParticipantsQos => self.participants_qos(&meeting, query, now),
                    MeetingPart::ParticipantQos(user_id) => {
                        self.participant_qos(&meeting, user_id, now)
                    }
                    MeetingPart::Sharing => self.sharing(&meeting, query, now),
                }
            }
        }
    }

    /// The meeting that an id of a path names.
    fn find(&self, webinar: bool, id: &str, when: When, now: i64) -> Result<Meeting, ApiError> {
        let ids = self.world.company.ids();
        let meeting = if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
            let series = id.parse().ok().and_then(|number| ids.series(number));
            series.and_then(|series| self.world.calendar.latest(series, now))
        } else {
            ids.instance(id)
                .and_then(|instance| self.world.calendar.meeting(instance))
                .filter(|meeting| meeting.start <= now)
        };
        let meeting = meeting.ok_or_else(|| ApiError::no_such_meeting(id))?;
        if meeting.series.is_webinar() != webinar {
            return Err(ApiError::wrong_kind(webinar, id));
        }
        if meeting.end < now - KEPT {
            return Err(ApiError::too_old(webinar));
        }
        let has_ended = meeting.end <= now;
        match when {
            When::Live if has_ended => Err(ApiError::no_such_meeting(id)),
            When::Past | When::PastOne if !has_ended => Err(ApiError::not_ended()),
            When::Past | When::PastOne if meeting.end > now - BUILD_DELAY => {
                Err(ApiError::not_available())
            }
            When::PastOne if !meeting.is_alone() => Err(ApiError::not_ended()),
            _ => Ok(meeting),
        }
    }

    /// A few meetings to try: a past one whose UUID is an ordinary one, one whose UUID must be
    /// encoded twice, a webinar, and one that is still running.
    pub fn samples(&self) -> Vec<Sample> {
        let now = self.now();
        let today = day_of(now);
        let ids = self.world.company.ids();
        let ended = |meeting: &Meeting| meeting.end <= now - BUILD_DELAY;
        let wants_two_encodings = |meeting: &Meeting| {
            let uuid = ids.uuid(meeting.instance);
            uuid.starts_with('/') || uuid.contains("//")
        };
        let wanted: [&dyn Fn(&Meeting) -> bool; 4] = [
            &|meeting| {
                ended(meeting)
                    && !meeting.series.is_webinar()
                    && !wants_two_encodings(meeting)
                    && !meeting.is_alone()
            },
            &|meeting| {
                ended(meeting) && !meeting.series.is_webinar() && wants_two_encodings(meeting)
            },
            &|meeting| ended(meeting) && meeting.series.is_webinar(),
            &|meeting| meeting.start <= now && now < meeting.end,
        ];
        // Among the first series of the last weeks: enough in the smallest company, quick in the
        // largest.
        let recent = || {
            (0..15_u32).filter_map(|back| today.checked_sub(back)).flat_map(|day| {
                (0..self.world.calendar.series_count().min(400)).filter_map(move |series| {
                    self.world.calendar.meeting(crate::identity::Instance { day, series })
                })
            })
        };
        wanted
            .into_iter()
            .filter_map(|is_wanted| {
                let meeting = recent().find(is_wanted)?;
                let join = self.world.calendar.joins(&meeting).next()?;
                Some(Sample {
                    uuid: ids.uuid(meeting.instance),
                    number: ids.number(meeting.series.index),
                    topic: meeting.series.topic(),
                    user_id: join.user_id,
                    start: timestamp(meeting.start),
                    is_webinar: meeting.series.is_webinar(),
                    is_live: meeting.end > now,
                })
            })
            .collect()
    }
}

/// The day of an instant, counted from 1970-01-01; the first for whatever lies before.
pub(crate) fn day_of(instant: i64) -> u32 {
    u32::try_from(instant.div_euclid(DAY)).unwrap_or(0)
}

/// The first instant of a UTC day.
fn midnight(date: Date) -> i64 {
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC);
    zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

impl Route {
    /// What decides which limits count the call.
    const fn label(&self) -> Label {
        match self {
            Self::Token => Label::Light,
            Self::Meetings { .. } => Label::ResourceIntensive,
            Self::Meeting { .. } | Self::Quality => Label::Heavy,
        }
    }
}
