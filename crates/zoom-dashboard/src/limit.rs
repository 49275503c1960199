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

mod plan;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use zoom_wire::rate_limit::{Label, Period, Product, RateLimit};
use zqos_core::{Clock, Timestamp};

pub use self::plan::{Limits, Plan, Pool};

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
mod tests;
