//! What is told of phone calls: what each side measures while a call lasts, and all of it at its end.

use std::ops::Range;

use serde::Serialize;

use crate::api::{ACCOUNT_ID, Simulator, call_score, day_of, encode};
use crate::calendar::{DAY, LAST_DAY, MINUTE, timestamp};
use crate::draw::Purpose;
use crate::events::Event;
use crate::media::{CallSession, Figures, Measured};
use crate::phone::{CallList, PhoneCall};
use crate::spelling::{Spelling, Spelt, opinion};

/// The sides, as events name them.
const SIDES: [&str; 2] = ["caller", "callee"];
/// How long after what it tells of an event comes: milliseconds.
const LAG: Range<u32> = 2_000..5_000;

/// The events of calls in a range.
pub(super) struct Calls<'s> {
    simulator: &'s Simulator,
    range: Range<i64>,
    /// The day whose events are looked up next.
    day: u32,
    /// What is told on the days before, the next last.
    due: Vec<Due>,
}

/// Something that will be told.
struct Due {
    at: i64,
    call: PhoneCall,
    what: What,
}

/// What is told of a call, in the order in which events of one instant come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Minute { minute: i64, side: usize, is_received: bool },
    End,
}

#[derive(Serialize)]
struct Envelope<Q> {
    event: &'static str,
    payload: Payload<Q>,
    event_ts: i64,
}

#[derive(Serialize)]
struct Payload<Q> {
    account_id: &'static str,
    object: Object<Q>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "these are Zoom's names")]
struct Object<Q> {
    call_id: String,
    call_start_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_end_time: Option<String>,
    call_qos: Q,
}

/// A side, while the call lasts.
#[derive(Serialize)]
struct Side {
    r#type: &'static str,
    id: String,
    user_email: String,
    qos: Element,
}

/// A side, at its end.
#[derive(Serialize)]
struct WholeSide {
    r#type: &'static str,
    user_id: String,
    user_email: String,
    qos: Vec<Element>,
}

#[derive(Serialize)]
struct Element {
    date_time: String,
    r#type: &'static str,
    details: Details,
}

/// Figures without units.
#[derive(Serialize)]
struct Details {
    bitrate: Spelt,
    avg_loss: Spelt,
    max_loss: Spelt,
    jitter: Spelt,
    network_delay: Spelt,
    mos: Spelt,
}

impl<'s> Calls<'s> {
    /// Those of an account whose subscription has calls.
    pub(super) fn new(simulator: &'s Simulator, range: Range<i64>) -> Self {
        let is_told = simulator.config.events.phone && range.start < range.end;
        let day = if is_told { day_of(range.start) } else { LAST_DAY + 1 };
        Self { simulator, range, day, due: Vec::new() }
    }

    /// Looks at the next day. False when the range is over.
    fn advance(&mut self) -> bool {
        let start = i64::from(self.day) * DAY;
        if self.day > LAST_DAY || start >= self.range.end {
            return false;
        }
        self.day += 1;
        let told = start.max(self.range.start)..(start + DAY).min(self.range.end);
        // A call may last beyond midnight.
        let list = CallList { range: start - DAY..start + DAY, told_until: i64::MAX };
        let has_qss = |call: &PhoneCall| self.simulator.has_qss(call.key.person);
        for call in list.calls(&self.simulator.world.phone, None).filter(has_qss) {
            tell(&call, |at, what| {
                if told.contains(&at) {
                    self.due.push(Due { at, call, what });
                }
            });
        }
        self.due.sort_unstable_by_key(|due| {
            std::cmp::Reverse((due.at, due.call.key.number(), due.what))
        });
        true
    }

    /// The event that something becomes; `None` for a side outside, of which nothing is known.
    fn event(&self, due: &Due) -> Option<Event> {
        let Due { at, call, what } = *due;
        let session = CallSession::new(&self.simulator.world, call);
        let body = match what {
            What::Minute { minute, side, is_received } => {
                let measured = session.minute(side, minute)?;
                let [id, user_email] = self.user(&call, side);
                let qos = element(&measured, is_received);
                let side = Side { r#type: SIDES[side], id, user_email, qos };
                self.body("phone.call_qos", at, &call, at >= call.end, side)
            }
            What::End => {
                let sides = (0..SIDES.len()).filter(|side| session.path(*side).is_some());
                let sides = sides.map(|side| {
                    let [user_id, user_email] = self.user(&call, side);
                    let minutes = session.minutes(side);
                    let qos = minutes.flat_map(|measured| {
                        [false, true].map(|is_received| element(&measured, is_received))
                    });
                    WholeSide { r#type: SIDES[side], user_id, user_email, qos: qos.collect() }
                });
                let sides: Vec<WholeSide> = sides.collect();
                self.body("phone.call_qos_summary", at, &call, true, sides)
            }
        };
        Some(Event { at: timestamp(at), body })
    }

    /// The id and the e-mail address of a side.
    fn user(&self, call: &PhoneCall, side: usize) -> [String; 2] {
        let company = &self.simulator.world.company;
        let who = call.parties[side];
        [company.account_id(who), self.simulator.shown(company.email(who))]
    }

    fn body(
        &self,
        event: &'static str,
        event_ts: i64,
        call: &PhoneCall,
        has_ended: bool,
        call_qos: impl Serialize,
    ) -> String {
        let ids = self.simulator.world.company.ids();
        let object = Object {
            call_id: ids.phone_call(call.key.number()).to_string(),
            call_start_time: timestamp(call.start).to_string(),
            call_end_time: has_ended.then(|| timestamp(call.end).to_string()),
            call_qos,
        };
        let payload = Payload { account_id: ACCOUNT_ID, object };
        let body = encode(&Envelope { event, payload, event_ts });
        String::from_utf8(body).expect("JSON is UTF-8")
    }
}

impl Iterator for Calls<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            match self.due.pop() {
                Some(due) => {
                    if let Some(event) = self.event(&due) {
                        return Some(event);
                    }
                }
                None if self.advance() => {}
                None => return None,
            }
        }
    }
}

/// When what is told of a call.
fn tell(call: &PhoneCall, mut tell: impl FnMut(i64, What)) {
    let draw = call.draw.of(Purpose::Event);
    let lag = |number: i64| i64::from(LAG.start + draw.when(number).below(LAG.end - LAG.start));
    for minute in call.start.div_euclid(MINUTE)..=(call.end - 1).div_euclid(MINUTE) {
        let at = (minute * MINUTE + MINUTE).min(call.end) + lag(minute);
        for side in 0..SIDES.len() {
            for is_received in [false, true] {
                tell(at, What::Minute { minute, side, is_received });
            }
        }
    }
    tell(call.end + lag(-1) + i64::from(LAG.end), What::End);
}

fn element(measured: &Measured, is_received: bool) -> Element {
    let figures: Figures = if is_received { measured.received } else { measured.sent };
    let spelling = Spelling::BARE;
    Element {
        date_time: timestamp(measured.instant).to_string(),
        r#type: if is_received { "receiving" } else { "sending" },
        details: Details {
            bitrate: spelling.kbps(figures.bitrate_kbps),
            avg_loss: spelling.loss(figures.avg_loss_pct),
            max_loss: spelling.loss(figures.max_loss_pct),
            jitter: spelling.jitter(figures.jitter_ms),
            // Packets go one way.
            network_delay: spelling.latency(figures.latency_ms / 2.0),
            mos: opinion(call_score(figures)),
        },
    }
}
