//! Zoom's rate limits, kept from this side.
//!
//! Zoom does not say how it counts: by windows of its clock, by the window before each call, or by a bucket
//! that fills evenly. Whoever has no more calls than are allowed counted within *any* stretch of a window's
//! length keeps all three; so that is kept, and nothing has to be known of which is in force.
//!
//! A label has as many *places* as calls are allowed in a window. A call takes one before it is sent, and
//! has it until another one, sent then, can't be counted within a window from it. When that is, only Zoom
//! knows; but there are two bounds, and the earlier one is taken:
//!
//! - A window after its answer, less what every round trip takes. The call was counted before its answer
//!   came, by the way back at least, and the next one will be counted after it is sent, by the way there at
//!   least; both together are what [`Trips::relied_upon`] tells. This supposes that trips do not become
//!   shorter than those that were seen.
//! - A window and a [`MARGIN`] after it was sent, as with answers that take long to make or never come. This
//!   supposes that no two ways to Zoom differ by more than that; one on which a connection has to be made
//!   first may.
//!
//! So the window that is kept is Zoom's and 1.25 times what a trip takes more than the shortest on average;
//! at most Zoom's and the margin. Of a limit by the second, who is alone uses 98 % where that mean is at most
//! 12 ms, else 94 %; of one by the minute, 99 %.
//!
//! A call that Zoom refuses although it had a place tells of somebody else who uses the account. Its place is
//! left to them for [`LEFT_WINDOWS`], all but the last of a label. So as many places are left as others need,
//! but for a refusal now and then, by which it is found out whether they still do.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use zoom_wire::rate_limit::{Label, Period, Product, RateLimit};
use zqos_core::{Clock, Timestamp};

/// The plan of the account, which decides its limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Plan {
    /// Free.
    Free,
    /// Pro.
    Pro,
    /// Business, Education, Enterprise, Partner: those that have the dashboard.
    #[default]
    Business,
    /// None of Zoom's: a server that has no limits, as a simulated Zoom or an archive may have none.
    /// What its answers tell of limits is obeyed all the same.
    Unlimited,
}

impl Plan {
    /// Every plan.
    pub const ALL: [Self; 4] = [Self::Free, Self::Pro, Self::Business, Self::Unlimited];

    /// The limits of a label under this plan, for all calls but those of Zoom Phone.
    ///
    /// **Source**: Zoom's API documentation, "Rate limits".
    pub const fn limits(self, label: Label) -> Limits {
        use Label::{Heavy, Light, Medium, ResourceIntensive};
        use Pool::{Own, Shared};

        match (self, label) {
            (Self::Free, Light) => second(4, Some((Own, 6_000))),
            (Self::Free, Medium) => second(2, Some((Own, 2_000))),
            (Self::Free, Heavy) => second(1, Some((Own, 1_000))),
            (Self::Free, ResourceIntensive) => minute(10, Some((Own, 30_000))),
            (Self::Pro, Light) => second(30, None),
            (Self::Pro, Medium) => second(20, None),
            (Self::Pro, Heavy) => second(10, Some((Shared, 30_000))),
            (Self::Pro, ResourceIntensive) => minute(10, Some((Shared, 30_000))),
            (Self::Business, Light) => second(80, None),
            (Self::Business, Medium) => second(60, None),
            (Self::Business, Heavy) => second(40, Some((Shared, 60_000))),
            (Self::Business, ResourceIntensive) => minute(20, Some((Shared, 60_000))),
            (Self::Unlimited, _) => second(u32::MAX, None),
        }
    }

    /// The limits of a label under this plan, for calls of a product. None counts towards those of
    /// another one.
    ///
    /// For Zoom Phone no limits of the plan Free are documented, as its licence needs another plan; those
    /// of Pro are taken, which are the lowest there are.
    ///
    /// **Source**: Zoom's API documentation, "Rate limits", and its part on Zoom Phone.
    pub const fn limits_of(self, product: Product, label: Label) -> Limits {
        use Label::{Heavy, Light, Medium, ResourceIntensive};
        use Pool::Shared;

        let (light, medium, heavy, day) = match (product, self) {
            (Product::Meetings, _) | (_, Self::Unlimited) => return self.limits(label),
            (_, Self::Free | Self::Pro) => (20, 10, 5, 15_000),
            (_, Self::Business) => (40, 20, 10, 30_000),
        };
        match label {
            Light => second(light, None),
            Medium => second(medium, None),
            Heavy => second(heavy, Some((Shared, day))),
            // As many in a minute as of heavy ones in a second.
            ResourceIntensive => minute(heavy, Some((Shared, day))),
        }
    }
}

const fn second(calls: u32, daily: Option<(Pool, u32)>) -> Limits {
    Limits { calls, window: Duration::from_secs(1), daily }
}

const fn minute(calls: u32, daily: Option<(Pool, u32)>) -> Limits {
    Limits { calls, window: Duration::from_mins(1), daily }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Business => "business",
            Self::Unlimited => "unlimited",
        })
    }
}

/// The limits of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Calls in any window.
    pub calls: u32,
    /// A second, or a minute for resource-intensive calls.
    pub window: Duration,
    /// Calls in a UTC day, and who counts towards them; `None` where there is no such limit.
    pub daily: Option<(Pool, u32)>,
}

/// Who counts towards a daily limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pool {
    /// The label alone.
    Own,
    /// Heavy and resource-intensive calls together.
    Shared,
}

/// What is known of the quota at one moment, by our own count and the answers' headers. Other
/// programs that use the account are counted only where headers tell of them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Quota {
    /// The plan that was configured.
    pub plan: Plan,
    /// Each label of each product, in the order of [`Product::ALL`] and [`Label::ALL`]: first those of
    /// the dashboard, then those of Zoom Phone.
    pub labels: Vec<LabelQuota>,
}

/// What is known of one label's quota.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LabelQuota {
    /// Of which product the calls are.
    pub product: Product,
    /// The label.
    pub label: Label,
    /// Calls in any window, as the plan or the last header says.
    pub calls: u32,
    /// The window.
    pub window: Duration,
    /// The daily quota; `None` where there is no such limit.
    pub daily: Option<DailyQuota>,
    /// Calls that this client and its clones sent so far, tries that were repeated among them.
    pub sent: u64,
    /// The headers that came last.
    pub seen: Option<RateLimit>,
}

/// What is known of a daily quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DailyQuota {
    /// Who counts towards it.
    pub pool: Pool,
    /// Calls in a UTC day, as the plan or the last header says.
    pub limit: u32,
    /// Calls made today, by our own count or by the headers, whichever is more.
    pub used: u32,
    /// Calls that are left to others who use the account.
    pub spared: u32,
    /// When the count starts again.
    pub resets_at: Timestamp,
    /// Set when Zoom refused a call for the day: until when none is sent.
    pub closed_until: Option<Timestamp>,
}

impl DailyQuota {
    /// Calls left today.
    pub const fn left(&self) -> u32 {
        let ours = self.limit.saturating_sub(self.spared);
        if self.closed_until.is_some() { 0 } else { ours.saturating_sub(self.used) }
    }
}

/// The daily quota is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) until: Timestamp,
}

/// A limit above this, in a header that does not say its period, is a daily one: no label allows
/// as many calls in a second or minute, and every daily limit is higher.
const SHORT_LIMIT_MAX: u64 = 500;

/// How much longer a call may be under way to Zoom than another one.
const MARGIN: Duration = Duration::from_millis(60);

/// For how many windows the place of a call that was refused is left to others.
///
/// **Source**: measured. Beside an app that takes 30 %, 3 % of calls are refused, and 93 % of what it leaves is
/// used where it is counted by the clock; with 10, these are 5 % and 96 %, with 30, 2 % and 90 %.
const LEFT_WINDOWS: u32 = 20;

/// How many round trips must be known before the shortest is relied upon.
const TRIPS_MIN: u32 = 64;

/// After how many round trips the shortest of those before is forgotten, as ways may become longer.
const TRIPS_REMEMBERED: u32 = 512;

/// Hands out the right to call. One is shared by all clones of a client.
#[derive(Debug)]
pub(crate) struct Limiters {
    plan: Plan,
    /// In the order of [`Product::ALL`].
    products: [Limiter; Product::ALL.len()],
}

impl Limiters {
    pub(crate) fn new(plan: Plan, spared_pct: u8) -> Self {
        let products = Product::ALL.map(|product| Limiter::new(plan, spared_pct, product));
        Self { plan, products }
    }

    /// Who hands out the right to call a product.
    pub(crate) const fn of(&self, product: Product) -> &Limiter {
        &self.products[product as usize]
    }

    pub(crate) fn quota(&self, now: Timestamp) -> Quota {
        let labels = self.products.iter().flat_map(|limiter| limiter.quota(now)).collect();
        Quota { plan: self.plan, labels }
    }
}

/// Hands out the right to call one product.
#[derive(Debug)]
pub(crate) struct Limiter {
    plan: Plan,
    product: Product,
    state: Mutex<State>,
    queues: [Queue; Label::ALL.len()],
}

/// Those who wait for a place.
#[derive(Debug, Default)]
struct Queue {
    /// Held by the first of them.
    first: tokio::sync::Mutex<()>,
    /// Tells the first that it may have become earlier.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    labels: [LabelState; Label::ALL.len()],
    /// One for each label, and the shared one last.
    days: [Day; Label::ALL.len() + 1],
}

#[derive(Debug)]
struct LabelState {
    calls: u32,
    window: Duration,
    /// The places that calls have.
    taken: Vec<Taken>,
    /// What the next call is called.
    next_id: u64,
    trips: Trips,
    /// Set by a 429 that asks for it: no call before.
    not_before: Option<Instant>,
    sent: u64,
    seen: Option<RateLimit>,
}

/// A place that a call has.
#[derive(Debug)]
struct Taken {
    id: u64,
    /// `None` until the call is sent.
    until: Option<Instant>,
}

/// How long calls and their answers were under way.
#[derive(Debug, Default)]
struct Trips {
    count: u32,
    /// The shortest of those that are remembered, and of those that will be when these are forgotten.
    shortest: [Duration; 2],
    /// Follows the mean, by a sixty-fourth with each trip.
    mean: Duration,
}

#[derive(Debug, Default)]
struct Day {
    limit: Option<u32>,
    used: u32,
    /// How many hundredths of the limit are left to others.
    spared_pct: u8,
    resets_at: Option<Timestamp>,
    closed_until: Option<Timestamp>,
}

impl Limiter {
    fn new(plan: Plan, spared_pct: u8, product: Product) -> Self {
        let limits = |label| plan.limits_of(product, label);
        let labels = Label::ALL.map(|label| {
            let Limits { calls, window, .. } = limits(label);
            LabelState {
                calls,
                window,
                taken: Vec::new(),
                next_id: 0,
                trips: Trips::default(),
                not_before: None,
                sent: 0,
                seen: None,
            }
        });
        let mut state = State { labels, days: Default::default() };
        for label in Label::ALL {
            state.days[day_index(limits(label), label)].limit =
                limits(label).daily.map(|(_, limit)| limit);
        }
        for day in &mut state.days {
            day.spared_pct = spared_pct.min(100);
        }
        Self { plan, product, state: Mutex::new(state), queues: Default::default() }
    }

    /// Which day counts the calls of a label.
    const fn day_index(&self, label: Label) -> usize {
        day_index(self.plan.limits_of(self.product, label), label)
    }

    /// Waits until a call may be sent, and counts it. Those who wait go in the order in which they came.
    ///
    /// **Errors**: [`Spent`] when the daily quota is; before any waiting, if it is known then.
    /// **Cancel safety**: a call that leaves while it waits is not counted, and has no place.
    pub(crate) async fn admit(&self, label: Label, clock: &dyn Clock) -> Result<Place<'_>, Spent> {
        let (index, day_index) = (label_index(label), self.day_index(label));
        let Queue { first, changed } = &self.queues[index];
        self.state().days[day_index].check(clock.now())?;
        let _first = first.lock().await;
        let mut is_told = false;
        loop {
            let until = {
                let State { labels, days } = &mut *self.state();
                let (state, day) = (&mut labels[index], &mut days[day_index]);
                day.check(clock.now())?;
                match state.take(Instant::now()) {
                    Ok(id) => {
                        day.used += 1;
                        state.sent += 1;
                        return Ok(Place { limiter: self, label, id, sent: None });
                    }
                    Err(until) => until,
                }
            };
            if let (Some(until), false) = (until, is_told) {
                is_told = true;
                let wait = until.saturating_duration_since(Instant::now());
                let (label, wait_ms) = (label.as_str(), wait.as_millis());
                tracing::debug!(target: crate::TARGET, label, wait_ms, "keeping the rate limit");
            }
            // Both branches only wait: nothing is lost when either is dropped.
            tokio::select! {
                () = sleep_until(until) => {}
                () = changed.notified() => {}
            }
        }
    }

    /// Learns from the headers of an answer to a call that was counted under `label`.
    pub(crate) fn learn(&self, label: Label, seen: RateLimit, now: Timestamp) {
        if seen == RateLimit::default() {
            return;
        }
        let label = seen.label.unwrap_or(label);
        let mut state = self.state();
        state.labels[label_index(label)].seen = Some(seen);
        let limit = seen.limit.filter(|&limit| limit > 0);
        let period = seen.period.or_else(|| {
            let limit = limit?;
            Some(if limit > SHORT_LIMIT_MAX { Period::Day } else { Period::Short })
        });
        match period {
            Some(Period::Short) => {
                let state = &mut state.labels[label_index(label)];
                if let Some(limit) = limit {
                    state.calls = u32::try_from(limit).unwrap_or(u32::MAX);
                }
            }
            Some(Period::Day) => {
                state.days[self.day_index(label)].learn(limit, seen.remaining, now);
            }
            None => {}
        }
    }

    /// Keeps all calls of a label back for a while, after a 429 that asks for it.
    pub(crate) fn pause(&self, label: Label, wait: Duration) {
        self.state().labels[label_index(label)].pause(Instant::now() + wait);
    }

    /// Keeps all calls that share a label's daily quota back, after a 429 for the day.
    pub(crate) fn close(&self, label: Label, until: Timestamp) {
        self.state().days[self.day_index(label)].closed_until = Some(until);
        for queue in &self.queues {
            queue.changed.notify_one();
        }
    }

    /// Counts calls of today that others made, under the label of which this client would have made them.
    pub(crate) fn count_others(&self, label: Label, calls: u32, now: Timestamp) {
        let mut state = self.state();
        let day = &mut state.days[self.day_index(label)];
        day.roll(now);
        day.used = day.used.saturating_add(calls);
    }

    fn quota(&self, now: Timestamp) -> [LabelQuota; Label::ALL.len()] {
        let mut state = self.state();
        let product = self.product;
        Label::ALL.map(|label| {
            let day = &mut state.days[self.day_index(label)];
            day.roll(now);
            let daily = day.limit.map(|limit| DailyQuota {
                pool: pool(self.plan.limits_of(product, label)),
                limit,
                used: day.used,
                spared: day.spared(limit),
                resets_at: day.resets_at.unwrap_or(now),
                closed_until: day.closed_until,
            });
            let LabelState { calls, window, sent, seen, .. } = state.labels[label_index(label)];
            LabelQuota { product, label, calls, window, daily, sent, seen }
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a call that was counted, from before it is sent. Dropped unsent, it is free at once; dropped
/// unanswered, when it would be without an answer.
#[derive(Debug)]
#[must_use = "a place that is dropped unsent is free"]
pub(crate) struct Place<'l> {
    limiter: &'l Limiter,
    label: Label,
    id: u64,
    sent: Option<Instant>,
}

impl Place<'_> {
    /// The call is sent now.
    pub(crate) fn sent(&mut self) {
        let now = Instant::now();
        self.sent = Some(now);
        self.change(|label, index| {
            label.taken[index].until = Some(now + label.window + MARGIN);
        });
    }

    /// Its answer has come now, and is no refusal.
    pub(crate) fn answered(self) {
        let now = Instant::now();
        let Some(sent) = self.sent else { return };
        self.change(|label, index| {
            label.trips.learn(now - sent);
            let until = now + label.window - label.trips.relied_upon();
            let taken = &mut label.taken[index];
            taken.until = taken.until.map(|known| known.min(until));
        });
    }

    /// Zoom has refused it now: somebody else uses what the account is allowed.
    pub(crate) fn refused(self) {
        let index = label_index(self.label);
        self.limiter.state().labels[index].leave(self.id, Instant::now());
        self.limiter.queues[index].changed.notify_one();
    }

    /// Changes the place, unless it is no longer taken, and wakes who waits for it.
    fn change(&self, change: impl FnOnce(&mut LabelState, usize)) {
        let index = label_index(self.label);
        let label = &mut self.limiter.state().labels[index];
        if let Some(place) = label.taken.iter().position(|taken| taken.id == self.id) {
            change(label, place);
        }
        self.limiter.queues[index].changed.notify_one();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.sent.is_none() {
            self.change(|label, index| {
                label.taken.swap_remove(index);
            });
        }
    }
}

impl LabelState {
    /// Takes a place for a call; else tells when one may be free, unless that depends on a call that is not
    /// even sent.
    fn take(&mut self, now: Instant) -> Result<u64, Option<Instant>> {
        self.taken.retain(|taken| taken.until.is_none_or(|until| now < until));
        if let Some(not_before) = self.not_before.filter(|&not_before| now < not_before) {
            return Err(Some(not_before));
        }
        let calls = self.calls.max(1) as usize;
        if let Some(excess) = self.taken.len().checked_sub(calls) {
            let mut free: Vec<Instant> =
                self.taken.iter().filter_map(|taken| taken.until).collect();
            free.sort_unstable();
            return Err(free.get(excess).copied());
        }
        let id = self.next_id;
        self.next_id += 1;
        // Where there is no limit nobody waits for a place.
        if self.calls < u32::MAX {
            self.taken.push(Taken { id, until: None });
        }
        Ok(id)
    }

    /// Leaves the place of a call that was refused to others for a while, unless it is the last.
    fn leave(&mut self, id: u64, now: Instant) {
        self.taken.retain(|taken| taken.id != id);
        // Longer than by any call that was sent.
        let sent = now + self.window + MARGIN;
        let is_left = |taken: &&Taken| taken.until.is_some_and(|until| sent < until);
        let is_last = self.taken.iter().filter(is_left).count() + 1 >= self.calls as usize;
        let windows = if is_last { 1 } else { LEFT_WINDOWS };
        self.taken.push(Taken { id, until: Some(now + windows * self.window) });
    }

    fn pause(&mut self, until: Instant) {
        self.not_before = Some(self.not_before.map_or(until, |known| known.max(until)));
    }
}

impl Trips {
    fn learn(&mut self, trip: Duration) {
        if self.count == 0 {
            (self.shortest, self.mean) = ([trip; 2], trip);
        }
        if self.count.is_multiple_of(TRIPS_REMEMBERED) {
            self.shortest = [self.shortest[1], trip];
        }
        self.count = self.count.wrapping_add(1);
        self.shortest = self.shortest.map(|shortest| shortest.min(trip));
        self.mean = (self.mean * 63 + trip) / 64;
    }

    /// What the shortest way there and the shortest way back take together. No trip that was seen need have
    /// had both, so it is a quarter of the usual excess less than the shortest of them.
    fn relied_upon(&self) -> Duration {
        if self.count < TRIPS_MIN {
            return Duration::ZERO;
        }
        let shortest = self.shortest[0];
        shortest.saturating_sub(self.mean.saturating_sub(shortest) / 4)
    }
}

/// Waits until an instant; for ever if there is none.
async fn sleep_until(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

impl Day {
    /// Starts the count again when its day is over.
    fn roll(&mut self, now: Timestamp) {
        if self.resets_at.is_none_or(|resets_at| now >= resets_at) {
            self.used = 0;
            self.resets_at = Some(now.next_utc_midnight());
        }
        self.closed_until = self.closed_until.filter(|&until| now < until);
    }

    /// How many calls of so many are left to others.
    fn spared(&self, limit: u32) -> u32 {
        let spared = u64::from(limit) * u64::from(self.spared_pct) / 100;
        u32::try_from(spared).unwrap_or(limit)
    }

    fn check(&mut self, now: Timestamp) -> Result<(), Spent> {
        self.roll(now);
        if let Some(until) = self.closed_until {
            return Err(Spent { until });
        }
        if self.limit.is_some_and(|limit| self.used >= limit - self.spared(limit)) {
            return Err(Spent { until: now.next_utc_midnight() });
        }
        Ok(())
    }

    fn learn(&mut self, limit: Option<u64>, remaining: Option<u64>, now: Timestamp) {
        self.roll(now);
        if let Some(limit) = limit.and_then(|limit| u32::try_from(limit).ok()) {
            self.limit = Some(limit);
        }
        if let (Some(limit), Some(remaining)) = (self.limit, remaining) {
            let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
            self.used = self.used.max(limit.saturating_sub(remaining));
        }
    }
}

const fn label_index(label: Label) -> usize {
    label as usize
}

/// Who counts towards the daily limit of a label; a label that has none counts by itself.
const fn pool(limits: Limits) -> Pool {
    match limits.daily {
        Some((pool, _)) => pool,
        None => Pool::Own,
    }
}

const fn day_index(limits: Limits, label: Label) -> usize {
    match pool(limits) {
        Pool::Own => label_index(label),
        Pool::Shared => Label::ALL.len(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use zqos_core::ManualClock;

    use super::*;

    /// Runs `test` with time paused.
    fn paused<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(test)
    }

    fn clock_at(instant: &str) -> ManualClock {
        ManualClock::new(instant.parse().unwrap())
    }

    fn noon() -> ManualClock {
        clock_at("2026-01-05T12:00:00Z")
    }

    /// What may happen to a limiter.
    #[derive(Debug, Clone)]
    enum Event {
        /// This many callers come at once.
        Callers(usize),
        /// Time passes.
        Passes(u64),
        /// A header tells another limit, not above any of the plan's.
        Limit(u64),
        /// A 429 came.
        Refused(u64),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            4 => (1_usize..60).prop_map(Event::Callers),
            3 => (0_u64..1_500).prop_map(Event::Passes),
            1 => (1_u64..=5).prop_map(Event::Limit),
            1 => (0_u64..3_000).prop_map(Event::Refused),
        ];
        proptest::collection::vec(event, 1..12)
    }

    /// A product, and how many heavy calls of it Pro allows in a second.
    fn product() -> impl Strategy<Value = (Product, usize)> {
        prop_oneof![Just((Product::Meetings, 10)), Just((Product::Phone, 5))]
    }

    /// No window holds more than `calls` of these moments.
    fn keeps(mut sent: Vec<Instant>, calls: usize, window: Duration) -> bool {
        sent.sort_unstable();
        sent.windows(calls + 1).all(|some| some[calls] - some[0] >= window)
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..Default::default() })]

        #[test]
        fn no_window_ever_holds_more_calls_than_the_plan_allows(
            events in events(),
            (product, calls) in product(),
        ) {
            let sent = paused(async {
                let limiter = Arc::new(Limiter::new(Plan::Pro, 0, product));
                let clock = Arc::new(noon());
                let mut callers = tokio::task::JoinSet::new();
                for event in events {
                    match event {
                        Event::Callers(count) => for _ in 0..count {
                            let (limiter, clock) = (Arc::clone(&limiter), Arc::clone(&clock));
                            callers.spawn(async move {
                                let mut place = limiter.admit(Label::Heavy, &*clock).await.unwrap();
                                place.sent();
                                Instant::now()
                            });
                        },
                        Event::Passes(millis) => {
                            tokio::time::sleep(Duration::from_millis(millis)).await;
                        }
                        Event::Limit(limit) => {
                            let seen = RateLimit {
                                period: Some(Period::Short),
                                limit: Some(limit),
                                remaining: Some(limit),
                                ..RateLimit::default()
                            };
                            limiter.learn(Label::Heavy, seen, clock.now());
                        }
                        Event::Refused(millis) => {
                            limiter.pause(Label::Heavy, Duration::from_millis(millis));
                        }
                    }
                }
                callers.join_all().await
            });
            prop_assert!(keeps(sent, calls, Duration::from_secs(1)));
        }

        #[test]
        fn the_limit_is_used_to_the_full(callers in 1_usize..300) {
            let took = paused(async {
                let limiter = Limiter::new(Plan::Business, 0, Product::Meetings);
                let clock = noon();
                let began = Instant::now();
                for _ in 0..callers {
                    limiter.admit(Label::Heavy, &clock).await.unwrap().sent();
                }
                began.elapsed()
            });
            let windows = u32::try_from((callers - 1) / 40).unwrap();
            prop_assert!(took <= windows * Duration::from_millis(1_061), "{took:?}");
        }
    }

    proptest! {
        #[test]
        fn no_product_counts_calls_of_another(
            plan in proptest::sample::select(&Plan::ALL[..]),
            calls in proptest::collection::vec((any::<bool>(), 0..Label::ALL.len()), 0..60),
        ) {
            let (limiters, clock) = (Limiters::new(plan, 0), noon());
            let mut made = [[0_u32; Label::ALL.len()]; Product::ALL.len()];
            for (is_phone, label) in calls {
                let product = Product::ALL[usize::from(is_phone)];
                count(limiters.of(product), Label::ALL[label], &clock).unwrap();
                made[product as usize][label] += 1;
            }
            let quota = limiters.quota(clock.now()).labels;
            let names: Vec<_> = quota.iter().map(|quota| (quota.product, quota.label)).collect();
            let all = Product::ALL.map(|product| Label::ALL.map(|label| (product, label)));
            prop_assert_eq!(names, all.concat());
            for LabelQuota { product, label, daily, .. } in quota {
                let [light, medium, heavy, intensive] = made[product as usize];
                let Some(daily) = daily else { continue };
                let expected = match (daily.pool, label) {
                    (Pool::Shared, _) => heavy + intensive,
                    (Pool::Own, Label::Light) => light,
                    (Pool::Own, Label::Medium) => medium,
                    (Pool::Own, Label::Heavy) => heavy,
                    (Pool::Own, Label::ResourceIntensive) => intensive,
                };
                prop_assert_eq!(daily.used, expected, "{:?} {}", product, label);
            }
        }
    }

    #[test]
    fn the_table_of_zoom_phone_is_zooms_and_free_counts_as_pro() {
        use Label::{Heavy, Light, Medium, ResourceIntensive};

        for (plan, calls, day) in [
            (Plan::Free, [20, 10, 5, 5], 15_000),
            (Plan::Pro, [20, 10, 5, 5], 15_000),
            (Plan::Business, [40, 20, 10, 10], 30_000),
        ] {
            let shared = Some((Pool::Shared, day));
            for (label, calls, seconds, daily) in [
                (Light, calls[0], 1, None),
                (Medium, calls[1], 1, None),
                (Heavy, calls[2], 1, shared),
                (ResourceIntensive, calls[3], 60, shared),
            ] {
                let limits = Limits { calls, window: Duration::from_secs(seconds), daily };
                assert_eq!(plan.limits_of(Product::Phone, label), limits, "{plan} {label}");
                assert_eq!(plan.limits_of(Product::Meetings, label), plan.limits(label));
            }
        }
    }

    #[test]
    fn the_table_of_plans_is_zooms() {
        use Label::{Heavy, Light, Medium, ResourceIntensive};

        for (plan, label, calls, seconds, daily) in [
            (Plan::Free, Light, 4, 1, Some((Pool::Own, 6_000))),
            (Plan::Free, Medium, 2, 1, Some((Pool::Own, 2_000))),
            (Plan::Free, Heavy, 1, 1, Some((Pool::Own, 1_000))),
            (Plan::Free, ResourceIntensive, 10, 60, Some((Pool::Own, 30_000))),
            (Plan::Pro, Light, 30, 1, None),
            (Plan::Pro, Medium, 20, 1, None),
            (Plan::Pro, Heavy, 10, 1, Some((Pool::Shared, 30_000))),
            (Plan::Pro, ResourceIntensive, 10, 60, Some((Pool::Shared, 30_000))),
            (Plan::Business, Light, 80, 1, None),
            (Plan::Business, Medium, 60, 1, None),
            (Plan::Business, Heavy, 40, 1, Some((Pool::Shared, 60_000))),
            (Plan::Business, ResourceIntensive, 20, 60, Some((Pool::Shared, 60_000))),
        ] {
            let window = Duration::from_secs(seconds);
            assert_eq!(plan.limits(label), Limits { calls, window, daily }, "{plan} {label}");
        }
    }

    /// Counts calls without waiting for windows.
    fn count(limiter: &Limiter, label: Label, clock: &dyn Clock) -> Result<(), Spent> {
        let day = &mut limiter.state().days[limiter.day_index(label)];
        day.check(clock.now())?;
        day.used += 1;
        Ok(())
    }

    fn daily(limiter: &Limiter, label: Label, clock: &dyn Clock) -> DailyQuota {
        limiter.quota(clock.now())[label_index(label)].daily.unwrap()
    }

    #[test]
    fn heavy_and_intensive_calls_share_a_day_that_ends_at_midnight_utc() {
        let (limiter, clock) =
            (Limiter::new(Plan::Pro, 0, Product::Meetings), clock_at("2026-01-05T23:59:59Z"));
        for place in 0..30_000 {
            let label = if place % 2 == 0 { Label::Heavy } else { Label::ResourceIntensive };
            count(&limiter, label, &clock).unwrap();
        }
        let until = "2026-01-06T00:00:00Z".parse().unwrap();
        for label in [Label::Heavy, Label::ResourceIntensive] {
            assert_eq!(count(&limiter, label, &clock), Err(Spent { until }));
            let day = daily(&limiter, label, &clock);
            assert_eq!((day.used, day.left(), day.resets_at), (30_000, 0, until));
        }
        assert_eq!(count(&limiter, Label::Light, &clock), Ok(()));
        clock.advance(Duration::from_secs(1));
        assert_eq!(count(&limiter, Label::Heavy, &clock), Ok(()));
        assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 1);
    }

    #[test]
    fn free_labels_have_days_of_their_own() {
        let (limiter, clock) = (Limiter::new(Plan::Free, 0, Product::Meetings), noon());
        for _ in 0..1_000 {
            count(&limiter, Label::Heavy, &clock).unwrap();
        }
        assert!(count(&limiter, Label::Heavy, &clock).is_err());
        assert!(count(&limiter, Label::ResourceIntensive, &clock).is_ok());
    }

    #[test]
    fn a_day_that_zoom_closed_stays_closed_until_it_opens() {
        let products = Plan::ALL.map(|plan| Product::ALL.map(|product| (plan, product)));
        for (plan, product) in products.concat() {
            for label in Label::ALL {
                let (limiter, clock) = (Limiter::new(plan, 0, product), noon());
                let until = clock.now().saturating_add(Duration::from_secs(30));
                limiter.close(label, until);
                assert_eq!(count(&limiter, label, &clock), Err(Spent { until }), "{plan} {label}");
                clock.advance(Duration::from_secs(30));
                assert_eq!(count(&limiter, label, &clock), Ok(()), "{plan} {label}");
            }
        }
    }

    #[test]
    fn headers_correct_the_count_and_the_limit() {
        let (limiter, clock) = (Limiter::new(Plan::Business, 0, Product::Meetings), noon());
        let seen = RateLimit {
            label: Some(Label::Heavy),
            period: None,
            limit: Some(30_000),
            remaining: Some(29_000),
            retry_after: None,
        };
        limiter.learn(Label::Heavy, seen, clock.now());
        let day = daily(&limiter, Label::Heavy, &clock);
        assert_eq!((day.limit, day.used, day.left()), (30_000, 1_000, 29_000));
        // Headers of an older answer do not take calls back.
        limiter.learn(Label::Heavy, RateLimit { remaining: Some(29_500), ..seen }, clock.now());
        assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 1_000);
        // A header may know a label better than the operation does.
        let light = RateLimit { label: Some(Label::Light), limit: Some(30), ..seen };
        limiter.learn(Label::Heavy, RateLimit { remaining: Some(7), ..light }, clock.now());
        let quota = limiter.quota(clock.now());
        assert_eq!(quota[label_index(Label::Light)].calls, 30);
        assert_eq!(quota[label_index(Label::Heavy)].calls, 40);
    }

    async fn admitted(limiter: &Limiter) -> Place<'_> {
        limiter.admit(Label::Heavy, &noon()).await.unwrap()
    }

    /// How long the next call waits when its turn comes now.
    async fn wait(limiter: &Limiter) -> Duration {
        let began = Instant::now();
        drop(admitted(limiter).await);
        began.elapsed()
    }

    async fn pass(millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_free_a_window_after_the_answer() {
        let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
        let mut place = admitted(&limiter).await;
        place.sent();
        pass(30).await;
        place.answered();
        assert_eq!(wait(&limiter).await, Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_every_trip_takes_is_taken_off() {
        let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
        for _ in 0..TRIPS_MIN {
            let mut place = admitted(&limiter).await;
            place.sent();
            pass(30).await;
            place.answered();
        }
        assert_eq!(wait(&limiter).await, Duration::from_millis(970));
        // One that took longer was perhaps counted later.
        let mut place = admitted(&limiter).await;
        place.sent();
        pass(40).await;
        place.answered();
        let waited = wait(&limiter).await;
        let range = Duration::from_millis(970)..=Duration::from_millis(972);
        assert!(range.contains(&waited), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_without_an_answer_is_free_after_a_window_and_the_margin() {
        let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
        for answer_ms in [200, 5_000] {
            let mut place = admitted(&limiter).await;
            place.sent();
            assert_eq!(wait(&limiter).await, Duration::from_millis(1_060));
            pass(answer_ms).await;
            place.answered();
            assert_eq!(wait(&limiter).await, Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_has_its_place_while_it_is_not_sent() {
        let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
        let place = admitted(&limiter).await;
        let mut next = std::pin::pin!(admitted(&limiter));
        tokio::time::timeout(Duration::from_mins(1), next.as_mut()).await.unwrap_err();
        drop(place);
        drop(tokio::time::timeout(Duration::from_millis(1), next).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_that_was_refused_is_left_to_others_but_the_last() {
        let limiter = Limiter::new(Plan::Free, 0, Product::Meetings);
        let limits = Limits { calls: 10, ..Plan::Free.limits(Label::ResourceIntensive) };
        for _ in 0..limits.calls {
            let mut place = limiter.admit(Label::ResourceIntensive, &noon()).await.unwrap();
            place.sent();
            place.refused();
        }
        // How many may be sent in each window from now, none of which is refused.
        for window in 1..=LEFT_WINDOWS {
            tokio::time::sleep(limits.window).await;
            let mut sent = 0;
            while let Ok(admitted) = tokio::time::timeout(
                Duration::from_millis(1),
                limiter.admit(Label::ResourceIntensive, &noon()),
            )
            .await
            {
                let mut place = admitted.unwrap();
                place.sent();
                place.answered();
                sent += 1;
            }
            assert_eq!(sent, if window < LEFT_WINDOWS { 1 } else { limits.calls }, "{window}");
        }
    }

    #[test]
    fn a_way_that_became_longer_is_learned() {
        let mut trips = Trips::default();
        for millis in [20, 50] {
            for _ in 0..2 * TRIPS_REMEMBERED {
                trips.learn(Duration::from_millis(millis));
            }
            let relied_upon_ms = trips.relied_upon().as_secs_f64() * 1e3;
            assert_eq!(relied_upon_ms.round().to_string(), millis.to_string());
        }
        trips.learn(Duration::from_millis(10));
        assert!(trips.relied_upon() <= Duration::from_millis(10));
    }

    #[test]
    fn a_caller_that_leaves_is_not_counted_for_the_day() {
        paused(async {
            let (limiter, clock) = (Limiter::new(Plan::Free, 0, Product::Meetings), noon());
            limiter.admit(Label::Heavy, &clock).await.unwrap().sent();
            let leaves = limiter.admit(Label::Heavy, &clock);
            tokio::time::timeout(Duration::from_millis(1), leaves).await.unwrap_err();
            assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 1);
        });
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_open_a_day() {
        let (limiter, clock) =
            (Limiter::new(Plan::Free, 0, Product::Meetings), clock_at("2026-01-06T00:00:01Z"));
        count(&limiter, Label::Heavy, &clock).unwrap();
        clock.set("2026-01-05T23:59:59Z".parse().unwrap());
        count(&limiter, Label::Heavy, &clock).unwrap();
        assert_eq!(daily(&limiter, Label::Heavy, &clock).used, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_use_and_what_is_left_to_them_is_not_taken() {
        let limiter = Limiter::new(Plan::Free, 10, Product::Meetings);
        let clock = noon();
        limiter.count_others(Label::Heavy, 897, clock.now());
        for _ in 0..3 {
            limiter.admit(Label::Heavy, &clock).await.unwrap().sent();
        }
        let spent = limiter.admit(Label::Heavy, &clock).await;
        assert!(spent.is_err(), "900 of 1,000 are for this client");
        let quota = limiter.quota(clock.now())[label_index(Label::Heavy)];
        let daily = quota.daily.unwrap();
        assert_eq!((quota.sent, daily.used, daily.spared, daily.left()), (3, 900, 100, 0));
    }
}
