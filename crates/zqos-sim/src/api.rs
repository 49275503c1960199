//! Zoom's API over the simulated company, without IO: a request as it came in, an answer as it
//! goes out.

mod answer;
mod building;
mod credential;
mod delivery;
mod drift;
mod error;
mod list;
mod listing;
mod meeting;
mod page_token;
mod participant;
mod phone;
mod qos;
mod quality;
mod query;
mod quirk;
mod route;
mod satisfaction;
mod scope;
mod sharing;
mod summary;

use std::fmt;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use zqos_core::{Clock, Timestamp};

pub use crate::api::answer::{Answer, Call};
pub use crate::api::credential::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Tokens};
pub(crate) use crate::api::delivery::Delivery;
use crate::api::error::ApiError;
pub(crate) use crate::api::error::encode;
pub(crate) use crate::api::participant::Settings;
pub(crate) use crate::api::phone::call_score;
pub(crate) use crate::api::qos::{Pressure, Processor, Signal, whole};
pub(crate) use crate::api::quality::{Score, quality};
pub use crate::api::query::Overflow;
use crate::api::query::{Query, When};
pub use crate::api::quirk::Quirk;
use crate::api::route::{CallPart, Destination, MeetingPart, Route};
pub use crate::api::scope::{Scopes, ScopesError};
use crate::calendar::{DAY, Meeting, timestamp};
use crate::company::PEOPLE;
use crate::draw::Purpose;
use crate::events::Subscription;
use crate::identity::{Permutation, wide};
use crate::limit::{Algorithm, LimitHeaders, Limiters, Plan, RetryAfterForm, Verdict};
use crate::media::Model;
use crate::misbehaviour::Misbehaviours;
use crate::spelling::Dialect;
use crate::world::World;

/// How long details of a meeting are kept.
const KEPT: i64 = 365 * DAY;

/// What makes a simulated Zoom.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the account by itself")]
pub struct Config {
    /// Everything that is drawn is drawn from it.
    pub seed: u64,
    /// How many people the company has, 10 to 100,000.
    pub people: u32,
    /// The account's plan.
    pub plan: Plan,
    /// How calls are counted.
    pub limits: Algorithm,
    /// What answers tell of the limits.
    pub limit_headers: LimitHeaders,
    /// How the end of a daily limit is told.
    pub retry_after: RetryAfterForm,
    /// How many heavy calls an hour another app of the account makes, all day long.
    pub foreign_calls_per_hour: u32,
    /// How many access tokens are good at once.
    pub tokens: Tokens,
    /// What the app may call.
    pub scopes: Scopes,
    /// The plan has the dashboard, without which every call is refused.
    pub has_dashboard: bool,
    /// The account has QSS, and the app is subscribed to the event of summaries.
    pub has_qss: bool,
    /// The account may list meetings by their end.
    pub may_list_by_end: bool,
    /// What becomes of a page that is too large and a range that is too long.
    pub overflow: Overflow,
    /// How long after the end of a meeting its past report appears. Zoom does not say; a monitoring
    /// vendor states about ten minutes.
    pub build_delay: Duration,
    /// How many of a hundred past reports lack something until thirty minutes after the end: their
    /// last minutes, or some joins.
    pub partial_pct: u8,
    /// How figures are spelt.
    pub dialect: Dialect,
    /// Oddities that answers have.
    pub quirks: Vec<Quirk>,
    /// The account has a legacy BAA: names, e-mail and IP addresses and locations of participants
    /// are blank, and internal addresses absent.
    pub legacy_baa: bool,
    /// What the app is sent.
    pub events: Subscription,
    /// By up to how many percent parameters of the model of networks and devices are lower or higher than they are
    /// as a rule, as the seed has it: whether what was tuned on the model holds beside it.
    pub perturbed_pct: u8,
}

impl Default for Config {
    /// Seed 1, 200 people, plan Business, fixed windows with all headers and no other app, several
    /// tokens at once, all classic scopes, nothing that the account may not do; what is too large is
    /// cut, past reports appear after ten minutes, one in ten of them lacks something at first; the
    /// documented dialect, no oddity, no legacy BAA, the default events, the model as it is.
    fn default() -> Self {
        Self {
            seed: 1,
            people: 200,
            plan: Plan::default(),
            limits: Algorithm::default(),
            limit_headers: LimitHeaders::default(),
            retry_after: RetryAfterForm::default(),
            foreign_calls_per_hour: 0,
            tokens: Tokens::default(),
            scopes: Scopes::default(),
            has_dashboard: true,
            has_qss: true,
            may_list_by_end: true,
            overflow: Overflow::default(),
            build_delay: Duration::from_mins(10),
            partial_pct: 10,
            dialect: Dialect::default(),
            quirks: Vec::new(),
            legacy_baa: false,
            events: Subscription::default(),
            perturbed_pct: 0,
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
    /// More than all.
    #[error("the share of partial reports is 0 to 100 %, not {0}")]
    Partial(u8),
    /// More than all.
    #[error("parameters of the model differ by 0 to 100 %, not {0}")]
    Perturbed(u8),
}

/// A simulated Zoom. It keeps nothing but how much of the limits is used, and which token is newest.
pub struct Simulator {
    pub(crate) world: World,
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    access_tokens: Permutation,
    page_tokens: Permutation,
    limiters: Mutex<Limiters>,
    /// When the newest access token was given.
    newest_token: AtomicI64,
    pub(crate) misbehaviours: Misbehaviours,
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
        if config.partial_pct > 100 {
            return Err(ConfigError::Partial(config.partial_pct));
        }
        if config.perturbed_pct > 100 {
            return Err(ConfigError::Perturbed(config.perturbed_pct));
        }
        let mut world = World::new(config.seed, config.people);
        let root = world.company.root();
        world.model = Model::perturbed(root, config.perturbed_pct);
        Ok(Self {
            world,
            clock,
            access_tokens: Permutation::new(root, Purpose::AccessToken),
            page_tokens: Permutation::new(root, Purpose::PageToken),
            limiters: Mutex::new(Limiters::new(
                config.plan,
                config.limits,
                config.foreign_calls_per_hour,
            )),
            newest_token: AtomicI64::new(i64::MIN),
            misbehaviours: Misbehaviours::new(root),
            config,
        })
    }

    fn now(&self) -> i64 {
        self.clock.now().unix_millis()
    }

    /// Answers a call.
    pub fn answer(&self, call: &Call<'_>) -> Answer {
        // One instant for the whole of an answer.
        let now = self.now();
        let mut verdict = None;
        let body = match Destination::of(call.method, call.target) {
            Ok(Destination { route: Route::Token, .. }) => self.grant(call, now),
            destination => destination
                .and_then(|destination| {
                    self.check_access(call, now)?;
                    self.check_account(&destination)?;
                    verdict = self.count(&destination.route, now);
                    if let Some(exceeded) = verdict.and_then(|verdict| verdict.exceeded) {
                        return Err(ApiError::rate_limit(exceeded));
                    }
                    self.get(&destination.route, &Query::of_target(call.target), now)
                })
                .map_err(|error| error.into_answer(&self.config.quirks)),
        };
        let mut answer = body.map_or_else(|answer| answer, |body| Answer::new(200, body));
        answer.add_common_headers(now, self.tracking_id(call, now));
        if let Some(verdict) = verdict {
            let Config { limit_headers, retry_after, .. } = self.config;
            answer.headers.extend(verdict.headers(limit_headers, retry_after, now));
        }
        answer
    }

    fn tracking_id(&self, call: &Call<'_>, now: i64) -> u128 {
        let draw = self.world.company.root().of(Purpose::TrackingId).when(now);
        wide(call.target.bytes().fold(draw, |draw, byte| draw.at(byte.into())))
    }

    /// Fails for an account that is not ours, and without the scopes that a call needs.
    fn check_account(&self, destination: &Destination) -> Result<(), ApiError> {
        match destination.account.as_deref() {
            None | Some("me" | ACCOUNT_ID) => self.config.scopes.check(destination),
            Some(other) => Err(ApiError::no_such_account(other)),
        }
    }

    /// Counts a call; `None` when nothing is counted.
    fn count(&self, route: &Route, now: i64) -> Option<Verdict> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        limiters.admit(route.product(), route.label(), now)
    }

    /// Answers a GET request that may be made.
    fn get(&self, route: &Route, query: &Query, now: i64) -> Result<Vec<u8>, ApiError> {
        if !self.config.has_dashboard {
            return Err(ApiError::no_dashboard(route));
        }
        match route {
            Route::Token => Err(ApiError::unknown_endpoint()),
            Route::Meetings { webinars } => self.list_meetings(*webinars, query, now),
            Route::Quality => self.quality(query, now),
            Route::Calls { past } => self.list_calls(*past, query, now),
            Route::Call { id, part: CallPart::Details } => self.call_details(id, now),
            Route::Call { id, part: CallPart::Qos } => self.call_qos(id, now),
            Route::Meeting { webinar, id, part } => {
                let when = match part {
                    MeetingPart::ParticipantsQosSummary if !self.config.has_qss => {
                        return Err(ApiError::no_qss());
                    }
                    MeetingPart::ParticipantsQosSummary => When::Past,
                    part => query.when(part.knows_past_one(*webinar))?,
                };
                let meeting = self.find(*webinar, id, part, when, now)?;
                match part {
                    MeetingPart::Details => Ok(self.meeting_details(&meeting, now)),
                    MeetingPart::Participants => self.participants(&meeting, query, now),
                    MeetingPart::ParticipantsQos => self.participants_qos(&meeting, query, now),
                    MeetingPart::ParticipantQos(user_id) => {
                        self.participant_qos(&meeting, user_id, now)
                    }
                    MeetingPart::ParticipantsQosSummary => self.qos_summary(&meeting, query, now),
                    MeetingPart::Sharing => self.sharing(&meeting, query, now),
                    MeetingPart::Satisfaction => self.satisfaction(&meeting, query, now),
                }
            }
        }
    }

    /// The meeting that an id of a path names.
    fn find(
        &self,
        webinar: bool,
        id: &str,
        part: &MeetingPart,
        when: When,
        now: i64,
    ) -> Result<Meeting, ApiError> {
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
            return Err(ApiError::too_old(webinar, part));
        }
        let has_ended = meeting.end <= now;
        match when {
            When::Live if has_ended => Err(ApiError::no_such_meeting(id)),
            When::Past | When::PastOne if !has_ended => Err(ApiError::not_ended()),
            When::Past | When::PastOne if meeting.end > self.built_until(now) => {
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
        let ended = |meeting: &Meeting| meeting.end <= self.built_until(now);
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
