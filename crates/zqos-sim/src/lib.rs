#![doc = include_str!("../README.md")]

mod draw;
mod identity;

mod company;

mod calendar;
mod phone;

mod fault;
mod media;
mod world;

mod spelling;
mod summary;

mod limit;

mod api;

mod misbehaviour;

mod events;

mod scenario;
mod truth;

mod clock;
mod server;

pub use api::{
    ACCOUNT_ID, Answer, CLIENT_ID, CLIENT_SECRET, Call, Config, ConfigError, Overflow, Quirk,
    Sample, Scopes, ScopesError, Simulator, Tokens,
};
pub use clock::{Speed, SpeedError, VirtualClock};
pub use events::{
    EVENTS_SECRET, Event, EventsMode, Failure, Notice, Subscription, Webhook, WebhookError,
};
pub use limit::{Algorithm, LimitHeaders, Plan, RetryAfterForm};
pub use misbehaviour::{Misbehaviour, MisbehaviourError, Share};
pub use scenario::{Scenario, ScenarioError};
pub use server::serve;
pub use spelling::Dialect;
pub use truth::{Contribution, HurtMinute, Incident, IncidentKind, Scope, ScopeKind};

#[cfg(doc)]
#[doc = include_str!("../PLAUSIBILITY.md")]
pub mod plausibility {}
