//! Rate limits by plan and label: so many calls in each second or minute, and so many in a day.

use std::fmt;

use zoom_wire::rate_limit::Label;

use crate::calendar::{DAY, MINUTE, SECOND};

/// The account's plan, which decides its limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Plan {
    /// Free: the smallest limits, and a day's count for each label.
    Free,
    /// Pro: heavy and resource-intensive calls share 30,000 a day.
    Pro,
    /// Business and higher: they share 60,000 a day.
    #[default]
    Business,
}

/// How calls are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// Not at all.
    Off,
    /// By windows that begin with each second or minute of the clock, and by UTC days.
    #[default]
    Fixed,
}

/// How many calls a label may make, and in which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowance {
    calls: u32,
    window: i64,
    daily: Option<u32>,
}

impl Plan {
    /// **Source**: the table "Rate limits by account type" of Zoom's API documentation.
    const fn allowance(self, label: Label) -> Allowance {
        let (calls, daily) = match (self, label) {
            (Self::Free, Label::Light) => (4, Some(6_000)),
            (Self::Free, Label::Medium) => (2, Some(2_000)),
            (Self::Free, Label::Heavy) => (1, Some(1_000)),
            (Self::Pro, Label::Light) => (30, None),
            (Self::Pro, Label::Medium) => (20, None),
            (Self::Free, Label::ResourceIntensive)
            | (Self::Pro, Label::Heavy | Label::ResourceIntensive) => (10, Some(30_000)),
            (Self::Business, Label::Light) => (80, None),
            (Self::Business, Label::Medium) => (60, None),
            (Self::Business, Label::Heavy) => (40, Some(60_000)),
            (Self::Business, Label::ResourceIntensive) => (20, Some(60_000)),
        };
        let window = if matches!(label, Label::ResourceIntensive) { MINUTE } else { SECOND };
        Allowance { calls, window, daily }
    }

    /// Which count of the day a label belongs to.
    const fn pool(self, label: Label) -> usize {
        match (self, label) {
            (Self::Pro | Self::Business, Label::Heavy | Label::ResourceIntensive) => 4,
            _ => label as usize,
        }
    }
}

/// Which limit a call met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    PerSecond,
    PerMinute,
    /// Until this instant.
    Daily(i64),
}

impl fmt::Display for Exceeded {
    /// Zoom's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PerSecond => {
                "You have reached the maximum per-second rate limit for this API. Try again later."
            }
            Self::PerMinute => {
                "You have reached the maximum per-minute rate limit for this API. Try again later."
            }
            Self::Daily(_) => {
                "You have reached the maximum daily rate limit for this API. Refer to the response \
                 header for details on when you can make another request."
            }
        })
    }
}

/// What an answer's headers tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) label: Label,
    pub(crate) is_daily: bool,
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) exceeded: Option<Exceeded>,
}

/// Calls in the current window.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    window: i64,
    calls: u32,
}

impl Count {
    /// How many calls the current window has had.
    const fn calls(&mut self, window: i64) -> u32 {
        if self.window != window {
            *self = Self { window, calls: 0 };
        }
        self.calls
    }
}

/// What an account has used of its limits.
#[derive(Debug)]
pub(crate) struct Limiter {
    plan: Plan,
    algorithm: Algorithm,
    short: [Count; Label::ALL.len()],
    days: [Count; Label::ALL.len() + 1],
}

impl Limiter {
    pub(crate) fn new(plan: Plan, algorithm: Algorithm) -> Self {
        Self { plan, algorithm, short: Default::default(), days: Default::default() }
    }

    /// Begins to count anew.
    pub(crate) fn recount(&mut self) {
        *self = Self::new(self.plan, self.algorithm);
    }

    /// What a call that is one too many is told, whether it is or not.
    pub(crate) const fn refuse(&self, label: Label, is_daily: bool, now: i64) -> Verdict {
        let Allowance { calls, window, daily } = self.plan.allowance(label);
        let (limit, exceeded) = match daily {
            Some(limit) if is_daily => (limit, Exceeded::Daily((now.div_euclid(DAY) + 1) * DAY)),
            _ if window == SECOND => (calls, Exceeded::PerSecond),
            _ => (calls, Exceeded::PerMinute),
        };
        let is_daily = matches!(exceeded, Exceeded::Daily(_));
        Verdict { label, is_daily, limit, remaining: 0, exceeded: Some(exceeded) }
    }

    /// Counts a call, unless it is one too many; `None` when nothing is counted.
    pub(crate) const fn admit(&mut self, label: Label, now: i64) -> Option<Verdict> {
        match self.algorithm {
            Algorithm::Off => return None,
            Algorithm::Fixed => {}
        }
        let allowance = self.plan.allowance(label);
        let today = now.div_euclid(DAY);
        let short = &mut self.short[label as usize];
        let day = &mut self.days[self.plan.pool(label)];
        let used = short.calls(now.div_euclid(allowance.window));
        let used_today = day.calls(today);
        if let Some(limit) = allowance.daily
            && used_today >= limit
        {
            return Some(self.refuse(label, true, now));
        }
        if used >= allowance.calls {
            return Some(self.refuse(label, false, now));
        }
        short.calls += 1;
        day.calls += 1;
        Some(match allowance.daily {
            Some(limit) => Verdict {
                label,
                is_daily: true,
                limit,
                remaining: limit - used_today - 1,
                exceeded: None,
            },
            None => Verdict {
                label,
                is_daily: false,
                limit: allowance.calls,
                remaining: allowance.calls - used - 1,
                exceeded: None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 20_774 * DAY + DAY / 2;

    fn admit(limiter: &mut Limiter, label: Label, now: i64) -> Option<Exceeded> {
        limiter.admit(label, now).unwrap().exceeded
    }

    #[test]
    fn a_second_holds_as_many_heavy_calls_as_the_plan_says() {
        for (plan, calls) in [(Plan::Free, 1), (Plan::Pro, 10), (Plan::Business, 40)] {
            let mut limiter = Limiter::new(plan, Algorithm::Fixed);
            for _ in 0..calls {
                assert_eq!(admit(&mut limiter, Label::Heavy, NOON), None);
            }
            let exceeded = Some(Exceeded::PerSecond);
            assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 999), exceeded);
            assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 1_000), None);
            assert_eq!(admit(&mut limiter, Label::Light, NOON + 999), None);
        }
    }

    #[test]
    fn listings_are_counted_by_the_minute() {
        let mut limiter = Limiter::new(Plan::Business, Algorithm::Fixed);
        for second in 0..20 {
            let now = NOON + second * SECOND;
            assert_eq!(admit(&mut limiter, Label::ResourceIntensive, now), None);
        }
        let last = NOON + 59_999;
        assert_eq!(admit(&mut limiter, Label::ResourceIntensive, last), Some(Exceeded::PerMinute));
        assert_eq!(admit(&mut limiter, Label::ResourceIntensive, last + 1), None);
    }

    #[test]
    fn the_days_pool_is_shared_and_opens_at_midnight_utc() {
        let mut limiter = Limiter::new(Plan::Pro, Algorithm::Fixed);
        let mut now = NOON;
        for call in 0..30_000 {
            if call % 10 == 0 {
                now += SECOND;
            }
            let label = if call % 300 == 0 { Label::ResourceIntensive } else { Label::Heavy };
            assert_eq!(admit(&mut limiter, label, now), None, "{call}");
        }
        now += SECOND;
        let midnight = 20_775 * DAY;
        let spent = Some(Exceeded::Daily(midnight));
        assert_eq!(admit(&mut limiter, Label::Heavy, now), spent);
        assert_eq!(admit(&mut limiter, Label::ResourceIntensive, now), spent);
        assert_eq!(admit(&mut limiter, Label::Light, now), None);
        assert_eq!(admit(&mut limiter, Label::Heavy, midnight), None);
    }

    #[test]
    fn headers_count_down_and_off_says_nothing() {
        let mut limiter = Limiter::new(Plan::Business, Algorithm::Fixed);
        let verdict = limiter.admit(Label::Heavy, NOON).unwrap();
        assert!(verdict.is_daily);
        assert_eq!((verdict.limit, verdict.remaining), (60_000, 59_999));
        let verdict = limiter.admit(Label::Light, NOON).unwrap();
        assert_eq!((verdict.is_daily, verdict.limit, verdict.remaining), (false, 80, 79));
        let mut off = Limiter::new(Plan::Free, Algorithm::Off);
        assert_eq!(off.admit(Label::Heavy, NOON), None);
    }
}
