//! What Zoom pushes: the quality of service of everybody, minute by minute, and who came and went.
//!
//! Which events happen is a function of the world and the time, so the same range gives the same
//! events to the byte, however it is cut. [`Webhook`] and WebSockets send them when the clock reaches them.

mod body;
mod calls;
mod feed;
mod schedule;
pub(crate) mod socket;
mod webhook;

use std::ops::Range;

use zoom_wire::webhook::SigningKey;
use zqos_core::Timestamp;

use crate::api::Simulator;
use crate::draw::{Draw, Purpose};
use crate::events::calls::Calls;
use crate::events::schedule::Schedule;
use crate::identity::wide;

pub(crate) use crate::events::socket::Sockets;
pub use crate::events::webhook::{Failure, Notice, Webhook, WebhookError};

/// The secret token with which events are signed unless another is given.
pub const EVENTS_SECRET: &str = "sim-events-secret";

/// What an app is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// How the figures of a minute come.
    pub mode: EventsMode,
    /// How many of a hundred hosts have QSS. Their meetings have quality of service events; of those of
    /// others only start and end, coming and going are told.
    pub qss_hosts_pct: u8,
    /// Phone calls are told of, too: those of as many users.
    pub phone: bool,
    /// The account is one of the Video SDK: what would be meetings and webinars are its sessions.
    pub sessions: bool,
}

impl Default for Subscription {
    /// An event for each sort of figures. Half of the hosts have QSS, so that whoever is sent events
    /// has to ask for the rest.
    fn default() -> Self {
        Self { mode: EventsMode::default(), qss_hosts_pct: 50, phone: false, sessions: false }
    }
}

/// How the figures that a participant has in a minute are divided among events: at Zoom a setting of
/// the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventsMode {
    /// One event for each sort: one for sound sent, one for the processor, and so on.
    #[default]
    PerType,
    /// One event with all.
    Aggregated,
}

/// Something that Zoom tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it is told: the member `event_ts`.
    pub at: Timestamp,
    /// JSON.
    pub body: String,
}

impl Event {
    /// Where all about the delivery of an event is drawn.
    fn place(&self, simulator: &Simulator) -> Draw {
        let draw = simulator.world.company.root().of(Purpose::Event).when(self.at.unix_millis());
        self.body.bytes().fold(draw, |draw, byte| draw.at(byte.into()))
    }
}

/// What goes with an event, so that whoever receives it can trust it.
struct Stamp {
    timestamp: String,
    signature: String,
    tracking_id: String,
}

impl Stamp {
    /// The stamp of a body that is sent at an instant. The tracking id is drawn.
    fn new(key: &SigningKey, now: Timestamp, body: &str, place: Draw) -> Self {
        let timestamp = now.unix_millis().div_euclid(1_000).to_string();
        let signature = key.sign(&timestamp, body.as_bytes());
        let tracking_id = format!("EventService_{:032x}", wide(place.of(Purpose::TrackingId)));
        Self { timestamp, signature, tracking_id }
    }
}

impl Simulator {
    /// The events that are told in a range, in the order in which they are. Whether the clock has come
    /// so far makes no difference.
    ///
    /// Computed as it is asked for; what is kept are the meetings that run.
    pub fn events(&self, range: Range<Timestamp>) -> impl Iterator<Item = Event> + '_ {
        let range = range.start.unix_millis()..range.end.unix_millis();
        let mut meetings = Schedule::new(self, range.clone()).peekable();
        let mut calls = Calls::new(self, range).peekable();
        std::iter::from_fn(move || match (meetings.peek(), calls.peek()) {
            (Some(of_meeting), Some(of_call)) if of_call.at < of_meeting.at => calls.next(),
            (None, _) => calls.next(),
            _ => meetings.next(),
        })
    }
}
