//! Events as the clock reaches them, and as misbehaviour delays and doubles them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use zqos_core::{Clock as _, Timestamp};

use crate::api::Simulator;
use crate::calendar::{DAY, LAST_DAY, timestamp};
use crate::clock::VirtualClock;
use crate::events::Event;
use crate::misbehaviour::Misbehaviour;

/// How many events are computed before their time.
const AHEAD: usize = 256;
/// How many events wait for a later time, at most: some megabytes.
const WAITING: usize = 10_000;

/// Events to come. Nothing of what was told before its beginning is told again.
pub(super) struct Feed {
    simulator: Arc<Simulator>,
    clock: Arc<VirtualClock>,
    /// Computed on another thread, by which no answer is delayed; it ends when this end is dropped.
    events: mpsc::Receiver<Event>,
    /// The next of them, not due yet.
    next: Option<Event>,
    /// What is told later than planned, by instant, then as it came.
    waiting: BTreeMap<(Timestamp, u64), Delivery>,
    /// How many have been put there.
    count: u64,
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) event: Event,
    /// How often it was tried before.
    pub(super) tries: usize,
}

impl Feed {
    /// The events from what the clock shows on.
    pub(super) fn new(simulator: Arc<Simulator>, clock: Arc<VirtualClock>) -> Self {
        let range = clock.now()..timestamp(i64::from(LAST_DAY) * DAY);
        let (sender, events) = mpsc::channel(AHEAD);
        let computing = Arc::clone(&simulator);
        tokio::task::spawn_blocking(move || {
            for event in computing.events(range) {
                if sender.blocking_send(event).is_err() {
                    break;
                }
            }
        });
        Self { simulator, clock, events, next: None, waiting: BTreeMap::new(), count: 0 }
    }

    /// What is to be told next, when the clock reaches it; `None` at the end of time.
    ///
    /// **Cancel safety**: nothing is lost when this is dropped.
    pub(super) async fn next(&mut self) -> Option<Delivery> {
        loop {
            if self.next.is_none() {
                self.next = self.events.recv().await;
            }
            let planned = self.next.as_ref().map(|event| event.at);
            let waiting = self.waiting.keys().next().map(|&(due, _)| due);
            let due = planned.into_iter().chain(waiting).min()?;
            self.clock.reach(due).await;
            if waiting == Some(due) {
                return self.waiting.pop_first().map(|(_, delivery)| delivery);
            }
            let told = self.next.take().and_then(|event| self.misbehave(event));
            if told.is_some() {
                return told;
            }
        }
    }

    /// Tells something later; gives it back when too much waits already.
    pub(super) fn delay(&mut self, delivery: Delivery, due: Timestamp) -> Option<Delivery> {
        if self.waiting.len() >= WAITING {
            return Some(delivery);
        }
        self.waiting.insert((due, self.count), delivery);
        self.count += 1;
        None
    }

    /// What is told of an event at once: misbehaviour tells it later, or again.
    fn misbehave(&mut self, event: Event) -> Option<Delivery> {
        let place = event.place(&self.simulator);
        let strikes = |which| self.simulator.misbehaviours.strikes(which, place);
        let after = |span: Range<u32>| {
            let millis = span.start + place.at(span.end.into()).below(span.end - span.start);
            event.at.saturating_add(Duration::from_millis(millis.into()))
        };
        let again = strikes(Misbehaviour::DuplicateEvents).then(|| after(1_000..60_000));
        let late = strikes(Misbehaviour::LateEvents).then(|| after(120_000..1_200_000));
        let overtaken = strikes(Misbehaviour::ReorderedEvents).then(|| after(1_001..20_000));
        let delivery = Delivery { event, tries: 0 };
        if let Some(again) = again {
            // When too much waits, it comes once.
            drop(self.delay(delivery.clone(), again));
        }
        match late.or(overtaken) {
            Some(due) => self.delay(delivery, due),
            None => Some(delivery),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Config;
    use crate::clock::Speed;

    fn feed() -> Feed {
        let now = "2026-11-19T09:58:00Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::new(now, Speed::new(0.0).unwrap()));
        let simulator = Simulator::new(Config::default(), Arc::<VirtualClock>::clone(&clock));
        Feed::new(Arc::new(simulator.unwrap()), clock)
    }

    fn delivery(body: &str, at: Timestamp) -> Delivery {
        Delivery { event: Event { at, body: body.to_owned() }, tries: 1 }
    }

    #[tokio::test]
    async fn what_was_delayed_comes_in_the_order_of_its_new_instants() {
        let mut feed = feed();
        let now = feed.clock.now();
        let later = now.saturating_add(Duration::from_mins(1));
        for (body, due) in [("third", later), ("first", now), ("second", now)] {
            assert_eq!(feed.delay(delivery(body, now), due), None);
        }
        feed.clock.set(later);
        let mut told = Vec::new();
        while told.len() < 3 {
            let delivery = feed.next().await.unwrap();
            // Events that are told for the first time come in between.
            if delivery.tries > 0 {
                told.push(delivery.event.body);
            }
        }
        assert_eq!(told, ["first", "second", "third"]);
    }

    #[tokio::test]
    async fn what_waits_is_bounded() {
        let mut feed = feed();
        let now = feed.clock.now();
        for _ in 0..WAITING {
            assert_eq!(feed.delay(delivery("", now), now), None);
        }
        assert_eq!(feed.delay(delivery("too much", now), now), Some(delivery("too much", now)));
    }
}
