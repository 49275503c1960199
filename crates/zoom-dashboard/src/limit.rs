//! Zoom's rate limits, kept from this side.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use zoom_wire::rate_limit::{Label, Period, RateLimit};
use zqos_core::Timestamp;

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
}

impl Plan {
    /// Every plan.
    pub const ALL: [Self; 3] = [Self::Free, Self::Pro, Self::Business];

    /// The limits of a label under this plan.
    ///
    /// **Source**: Zoom's API documentation, "Rate limits".
    pub const fn limits(self, label: Label) -> Limits {
        use Label::{Heavy, Light, Medium, ResourceIntensive};
        use Pool::{Own, Shared};

        const fn second(calls: u32, daily: Option<(Pool, u32)>) -> Limits {
            Limits { calls, window: Duration::from_secs(1), daily }
        }
        const fn minute(calls: u32, daily: Option<(Pool, u32)>) -> Limits {
            Limits { calls, window: Duration::from_mins(1), daily }
        }

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
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Business => "business",
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
    /// Each label, in the order of [`Label::ALL`].
    pub labels: Vec<LabelQuota>,
}

/// What is known of one label's quota.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LabelQuota {
    /// The label.
    pub label: Label,
    /// Calls in any window, as the plan or the last header says.
    pub calls: u32,
    /// The window.
    pub window: Duration,
    /// The daily quota; `None` where there is no such limit.
    pub daily: Option<DailyQuota>,
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
    /// When the count starts again.
    pub resets_at: Timestamp,
    /// Set when Zoom refused a call for the day: until when none is sent.
    pub closed_until: Option<Timestamp>,
}

impl DailyQuota {
    /// Calls left today.
    pub const fn left(&self) -> u32 {
        if self.closed_until.is_some() { 0 } else { self.limit.saturating_sub(self.used) }
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

/// Added to each window, because two calls need not take equally long to Zoom.
const MARGIN: Duration = Duration::from_millis(50);

/// Hands out the right to call. One is shared by all clones of a client.
#[derive(Debug)]
pub(crate) struct Limiter {
    plan: Plan,
    state: Mutex<State>,
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
    /// The last calls, at most `calls` of them; the newest may be still to come.
    granted: VecDeque<Instant>,
    /// Set by a 429: no call before.
    not_before: Option<Instant>,
    seen: Option<RateLimit>,
}

#[derive(Debug, Default)]
struct Day {
    limit: Option<u32>,
    used: u32,
    resets_at: Option<Timestamp>,
    closed_until: Option<Timestamp>,
}

impl Limiter {
    pub(crate) fn new(plan: Plan) -> Self {
        let labels = Label::ALL.map(|label| {
            let Limits { calls, window, .. } = plan.limits(label);
            LabelState { calls, window, granted: VecDeque::new(), not_before: None, seen: None }
        });
        let mut state = State { labels, days: Default::default() };
        for label in Label::ALL {
            state.days[day_index(plan, label)].limit =
                plan.limits(label).daily.map(|(_, limit)| limit);
        }
        Self { plan, state: Mutex::new(state) }
    }

    /// Waits until a call may be sent, and counts it.
    ///
    /// **Errors**: [`Spent`] at once, when the daily quota is.
    /// **Cancel safety**: a call that was waited for and not sent stays counted.
    pub(crate) async fn admit(&self, label: Label, now: Timestamp) -> Result<(), Spent> {
        let slot = self.reserve(label, now)?;
        let wait = slot.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            tracing::debug!(
                target: crate::TARGET,
                label = label.as_str(),
                wait_ms = wait.as_millis(),
                "waiting for the rate limit"
            );
            tokio::time::sleep_until(slot).await;
        }
        Ok(())
    }

    /// Counts a call and says when it may be sent.
    fn reserve(&self, label: Label, now: Timestamp) -> Result<Instant, Spent> {
        let mut state = self.state();
        state.days[day_index(self.plan, label)].count(now)?;
        Ok(state.labels[label_index(label)].reserve(Instant::now()))
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
                if seen.remaining == Some(0) {
                    state.pause(Instant::now() + state.window);
                }
            }
            Some(Period::Day) => {
                state.days[day_index(self.plan, label)].learn(limit, seen.remaining, now);
            }
            None => {}
        }
    }

    /// Keeps all calls of a label back for a while, after a 429.
    pub(crate) fn pause(&self, label: Label, wait: Duration) {
        self.state().labels[label_index(label)].pause(Instant::now() + wait);
    }

    /// Keeps all calls that share a label's daily quota back, after a 429 for the day.
    pub(crate) fn close(&self, label: Label, until: Timestamp) {
        self.state().days[day_index(self.plan, label)].closed_until = Some(until);
    }

    pub(crate) fn quota(&self, now: Timestamp) -> Quota {
        let mut state = self.state();
        let labels = Label::ALL
            .into_iter()
            .map(|label| {
                let day = &mut state.days[day_index(self.plan, label)];
                day.roll(now);
                let daily = day.limit.map(|limit| DailyQuota {
                    pool: pool(self.plan, label),
                    limit,
                    used: day.used,
                    resets_at: day.resets_at.unwrap_or(now),
                    closed_until: day.closed_until,
                });
                let LabelState { calls, window, seen, .. } = state.labels[label_index(label)];
                LabelQuota { label, calls, window, daily, seen }
            })
            .collect();
        Quota { plan: self.plan, labels }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LabelState {
    /// Takes the first moment at which no window of any place holds more than `calls` calls.
    fn reserve(&mut self, now: Instant) -> Instant {
        let calls = self.calls.max(1) as usize;
        while self.granted.len() > calls {
            self.granted.pop_front();
        }
        let mut slot = self.not_before.map_or(now, |not_before| not_before.max(now));
        if let Some(&last) = self.granted.back() {
            // Calls leave in the order in which they were reserved.
            slot = slot.max(last);
        }
        if self.granted.len() == calls
            && let Some(first) = self.granted.pop_front()
        {
            slot = slot.max(first + self.window + MARGIN);
        }
        self.granted.push_back(slot);
        slot
    }

    fn pause(&mut self, until: Instant) {
        self.not_before = Some(self.not_before.map_or(until, |known| known.max(until)));
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

    fn count(&mut self, now: Timestamp) -> Result<(), Spent> {
        self.roll(now);
        if let Some(until) = self.closed_until {
            return Err(Spent { until });
        }
        if self.limit.is_some_and(|limit| self.used >= limit) {
            return Err(Spent { until: now.next_utc_midnight() });
        }
        self.used += 1;
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
const fn pool(plan: Plan, label: Label) -> Pool {
    match plan.limits(label).daily {
        Some((pool, _)) => pool,
        None => Pool::Own,
    }
}

const fn day_index(plan: Plan, label: Label) -> usize {
    match pool(plan, label) {
        Pool::Own => label_index(label),
        Pool::Shared => Label::ALL.len(),
    }
}
