//! Rate limits by plan, product and label: so many calls in each second or minute, and so many in a day.

use std::fmt;

use zoom_wire::rate_limit::{Label, Product};

use crate::calendar::{DAY, MINUTE, SECOND, timestamp};

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
    /// By windows that begin with each second or minute of the clock.
    #[default]
    Fixed,
    /// By the last second or minute before each call.
    Sliding,
    /// By a bucket that fills evenly, and holds what a second or minute allows.
    Bucket,
}

/// Which headers tell of the limits.
///
/// **Source**: `Full` as documented; `Partial` as a client reports of a real 429; Zoom guarantees
/// none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LimitHeaders {
    /// Category, type, limit, remaining, and on a daily limit when it ends.
    #[default]
    Full,
    /// Category, limit and remaining.
    Partial,
    /// None.
    None,
}

/// How `Retry-After` tells when a daily limit ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RetryAfterForm {
    /// As an instant such as `2020-05-31T00:00:00Z`, which is Zoom's way.
    #[default]
    Instant,
    /// As a number of seconds, which is HTTP's.
    Seconds,
}

/// How many calls a label may make, and in which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowance {
    calls: u32,
    window: i64,
    daily: Option<u32>,
}

impl Plan {
    /// **Source**: the tables "Rate limits by account type" of Zoom's API documentation, of all products
    /// and of Zoom Phone. The latter has no free plan, which is counted as Pro here.
    const fn allowance(self, product: Product, label: Label) -> Allowance {
        let (calls, daily) = match product {
            Product::Meetings => self.calls(label),
            Product::Phone => self.phone_calls(label),
        };
        let window = if matches!(label, Label::ResourceIntensive) { MINUTE } else { SECOND };
        Allowance { calls, window, daily }
    }

    /// Calls of Zoom Phone in a second or minute, and in a day.
    const fn phone_calls(self, label: Label) -> (u32, Option<u32>) {
        match (self, label) {
            (Self::Free | Self::Pro, Label::Light) | (Self::Business, Label::Medium) => (20, None),
            (Self::Free | Self::Pro, Label::Medium) => (10, None),
            (Self::Free | Self::Pro, Label::Heavy | Label::ResourceIntensive) => (5, Some(15_000)),
            (Self::Business, Label::Light) => (40, None),
            (Self::Business, Label::Heavy | Label::ResourceIntensive) => (10, Some(30_000)),
        }
    }

    /// All other calls.
    const fn calls(self, label: Label) -> (u32, Option<u32>) {
        match (self, label) {
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
        }
    }

    /// What a call that is one too many is told.
    pub(crate) const fn refusal(
        self,
        product: Product,
        label: Label,
        is_daily: bool,
        now: i64,
    ) -> Verdict {
        let Allowance { calls, window, daily } = self.allowance(product, label);
        let (limit, exceeded) = match daily {
            Some(limit) if is_daily => (limit, Exceeded::Daily((now.div_euclid(DAY) + 1) * DAY)),
            _ if window == SECOND => (calls, Exceeded::PerSecond),
            _ => (calls, Exceeded::PerMinute),
        };
        let is_daily = matches!(exceeded, Exceeded::Daily(_));
        Verdict { label, is_daily, limit, remaining: 0, exceeded: Some(exceeded) }
    }

    /// Which count of the day a label belongs to.
    const fn pool(self, product: Product, label: Label) -> usize {
        match (self, product, label) {
            (Self::Free, Product::Meetings, _) | (.., Label::Light | Label::Medium) => {
                label as usize
            }
            (.., Label::Heavy | Label::ResourceIntensive) => 4,
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
    label: Label,
    is_daily: bool,
    limit: u32,
    remaining: u32,
    pub(crate) exceeded: Option<Exceeded>,
}

impl Verdict {
    /// The headers in which an answer tells it.
    pub(crate) fn headers(
        self,
        which: LimitHeaders,
        form: RetryAfterForm,
        now: i64,
    ) -> Vec<(&'static str, String)> {
        if which == LimitHeaders::None {
            return Vec::new();
        }
        let mut headers = vec![
            ("x-ratelimit-category", self.label.as_str().to_owned()),
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
        ];
        if which == LimitHeaders::Full {
            let period = if self.is_daily { "Daily-limit" } else { "QPS" };
            headers.push(("x-ratelimit-type", period.to_owned()));
            if let Some(Exceeded::Daily(until)) = self.exceeded {
                let retry_after = match form {
                    RetryAfterForm::Instant => timestamp(until).to_string(),
                    RetryAfterForm::Seconds => {
                        // Never too early.
                        ((until - now + SECOND - 1) / SECOND).to_string()
                    }
                };
                headers.push(("retry-after", retry_after));
            }
        }
        headers
    }
}

/// Calls in the current window.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    window: i64,
    calls: u32,
}

impl Count {
    /// The calls that the current window has had.
    const fn calls(&mut self, window: i64) -> &mut u32 {
        if self.window != window {
            *self = Self { window, calls: 0 };
        }
        &mut self.calls
    }
}

/// What a label has used of a second or minute.
#[derive(Debug, Clone)]
enum Short {
    Uncounted,
    Fixed(Count),
    /// When the last calls were made; never more of them than are allowed.
    Sliding(Vec<i64>),
    /// What a full bucket has more than this one, in calls times the milliseconds of the window: so
    /// each millisecond gives back as much as there are calls allowed.
    Bucket {
        debt: i64,
        at: i64,
    },
}

impl Short {
    const fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Off => Self::Uncounted,
            Algorithm::Fixed => Self::Fixed(Count { window: 0, calls: 0 }),
            Algorithm::Sliding => Self::Sliding(Vec::new()),
            Algorithm::Bucket => Self::Bucket { debt: 0, at: 0 },
        }
    }

    /// How many calls may be made now; `None` when nothing is counted.
    fn left(&mut self, Allowance { calls, window, .. }: Allowance, now: i64) -> Option<u32> {
        let used = match self {
            Self::Uncounted => return None,
            Self::Fixed(count) => *count.calls(now.div_euclid(window)),
            Self::Sliding(made) => {
                // A clock that was set back has calls in its future.
                made.retain(|&made| (now - window + 1..=now).contains(&made));
                u32::try_from(made.len()).unwrap_or(u32::MAX)
            }
            Self::Bucket { debt, at } => {
                // A clock that was set back begins with a full bucket.
                let passed = if now < *at { i64::MAX } else { now - *at };
                *debt = debt.saturating_sub(passed.saturating_mul(calls.into())).max(0);
                *at = now;
                // A call that is not yet given back whole is used.
                u32::try_from((*debt + window - 1) / window).unwrap_or(u32::MAX)
            }
        };
        Some(calls.saturating_sub(used))
    }

    /// Uses one of the calls that are left.
    fn take(&mut self, Allowance { window, .. }: Allowance, now: i64) {
        match self {
            Self::Uncounted => {}
            Self::Fixed(count) => *count.calls(now.div_euclid(window)) += 1,
            Self::Sliding(made) => made.push(now),
            Self::Bucket { debt, .. } => *debt += window,
        }
    }
}

/// What an account has used of its limits, product by product.
#[derive(Debug)]
pub(crate) struct Limiters([Limiter; Product::ALL.len()]);

impl Limiters {
    /// Somebody else makes so many heavy calls an hour, none of them of Zoom Phone.
    pub(crate) fn new(plan: Plan, algorithm: Algorithm, foreign_per_hour: u32) -> Self {
        Self(Product::ALL.map(|product| {
            let foreign = if product == Product::Meetings { foreign_per_hour } else { 0 };
            Limiter::new(plan, product, algorithm, foreign)
        }))
    }

    /// Counts a call, unless it is one too many; `None` when nothing is counted.
    pub(crate) fn admit(&mut self, product: Product, label: Label, now: i64) -> Option<Verdict> {
        self.0[product as usize].admit(label, now)
    }
}

/// What an account has used of the limits of a product.
#[derive(Debug)]
struct Limiter {
    plan: Plan,
    product: Product,
    /// How many heavy calls an hour somebody else makes.
    foreign_per_hour: u32,
    short: [Short; Label::ALL.len()],
    days: [Count; Label::ALL.len() + 1],
}

impl Limiter {
    fn new(plan: Plan, product: Product, algorithm: Algorithm, foreign_per_hour: u32) -> Self {
        Self {
            plan,
            product,
            foreign_per_hour,
            short: std::array::from_fn(|_| Short::new(algorithm)),
            days: Default::default(),
        }
    }

    /// Counts a call, unless it is one too many; `None` when nothing is counted.
    fn admit(&mut self, label: Label, now: i64) -> Option<Verdict> {
        let allowance = self.plan.allowance(self.product, label);
        let foreign = self.foreign(label, now);
        let short = &mut self.short[label as usize];
        let left = short.left(allowance, now)?;
        let today = now.div_euclid(DAY);
        let made_today = self.days[self.plan.pool(self.product, label)].calls(today);
        let daily = allowance
            .daily
            .map(|limit| (limit, limit.saturating_sub(*made_today).saturating_sub(foreign)));
        let is_day_used_up = matches!(daily, Some((_, 0)));
        if is_day_used_up || left == 0 {
            return Some(self.plan.refusal(self.product, label, is_day_used_up, now));
        }
        short.take(allowance, now);
        *made_today += 1;
        let (limit, remaining) = daily.unwrap_or((allowance.calls, left));
        let is_daily = daily.is_some();
        Some(Verdict { label, is_daily, limit, remaining: remaining - 1, exceeded: None })
    }

    /// How many calls somebody else has made today that count where this label does.
    fn foreign(&self, label: Label, now: i64) -> u32 {
        let pool = |label| self.plan.pool(self.product, label);
        if pool(label) != pool(Label::Heavy) {
            return 0;
        }
        let made = i64::from(self.foreign_per_hour) * now.rem_euclid(DAY) / (60 * MINUTE);
        u32::try_from(made).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: i64 = 20_774 * DAY + DAY / 2;

    fn admit(limiter: &mut Limiter, label: Label, now: i64) -> Option<Exceeded> {
        limiter.admit(label, now).unwrap().exceeded
    }

    #[test]
    fn a_second_holds_as_many_heavy_calls_as_the_plan_says() {
        for (plan, calls) in [(Plan::Free, 1), (Plan::Pro, 10), (Plan::Business, 40)] {
            let mut limiter = Limiter::new(plan, Product::Meetings, Algorithm::Fixed, 0);
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
        let mut limiter = Limiter::new(Plan::Business, Product::Meetings, Algorithm::Fixed, 0);
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
        let mut limiter = Limiter::new(Plan::Pro, Product::Meetings, Algorithm::Fixed, 0);
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
    fn phone_calls_have_limits_and_a_day_of_their_own() {
        let mut limiters = Limiters::new(Plan::Pro, Algorithm::Fixed, 2_400);
        let mut admit = |product, label, now| limiters.admit(product, label, now).unwrap();
        for _ in 0..5 {
            assert_eq!(admit(Product::Phone, Label::Heavy, NOON).exceeded, None);
        }
        let verdict = admit(Product::Phone, Label::Heavy, NOON);
        assert_eq!(verdict.exceeded, Some(Exceeded::PerSecond));
        // Neither what is used there counts here, nor what another app uses here counts there.
        let verdict = admit(Product::Meetings, Label::Heavy, NOON);
        assert_eq!((verdict.limit, verdict.remaining), (30_000, 30_000 - 12 * 2_400 - 1));
        let verdict = admit(Product::Phone, Label::ResourceIntensive, NOON);
        assert_eq!((verdict.limit, verdict.remaining), (15_000, 15_000 - 6));
        let verdict = admit(Product::Phone, Label::Light, NOON);
        assert_eq!((verdict.is_daily, verdict.limit), (false, 20));
        for (plan, limits) in [
            (Plan::Free, [20, 10, 5, 5]),
            (Plan::Pro, [20, 10, 5, 5]),
            (Plan::Business, [40, 20, 10, 10]),
        ] {
            let calls = Label::ALL.map(|label| plan.allowance(Product::Phone, label).calls);
            assert_eq!(calls, limits);
        }
    }

    #[test]
    fn headers_count_down_and_off_says_nothing() {
        let mut limiter = Limiter::new(Plan::Business, Product::Meetings, Algorithm::Fixed, 0);
        let verdict = limiter.admit(Label::Heavy, NOON).unwrap();
        assert!(verdict.is_daily);
        assert_eq!((verdict.limit, verdict.remaining), (60_000, 59_999));
        let verdict = limiter.admit(Label::Light, NOON).unwrap();
        assert_eq!((verdict.is_daily, verdict.limit, verdict.remaining), (false, 80, 79));
        let mut off = Limiter::new(Plan::Free, Product::Meetings, Algorithm::Off, 0);
        assert_eq!(off.admit(Label::Heavy, NOON), None);
    }

    #[test]
    fn a_sliding_window_looks_back_from_each_call() {
        let mut limiter = Limiter::new(Plan::Pro, Product::Meetings, Algorithm::Sliding, 0);
        for call in 0..10 {
            assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 500 + 10 * call), None);
        }
        // A fixed window would have begun anew.
        let exceeded = Some(Exceeded::PerSecond);
        assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 1_000), exceeded);
        assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 1_499), exceeded);
        assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 1_500), None);
        assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 1_500), exceeded);
    }

    #[test]
    fn a_bucket_fills_evenly_and_no_more_than_full() {
        let mut limiter = Limiter::new(Plan::Business, Product::Meetings, Algorithm::Bucket, 0);
        let listing = Label::ResourceIntensive;
        for _ in 0..20 {
            assert_eq!(admit(&mut limiter, listing, NOON), None);
        }
        // One comes back every three seconds.
        let exceeded = Some(Exceeded::PerMinute);
        assert_eq!(admit(&mut limiter, listing, NOON + 2_999), exceeded);
        assert_eq!(admit(&mut limiter, listing, NOON + 3_000), None);
        assert_eq!(admit(&mut limiter, listing, NOON + 3_000), exceeded);
        for _ in 0..20 {
            assert_eq!(admit(&mut limiter, listing, NOON + 60 * MINUTE), None);
        }
        assert_eq!(admit(&mut limiter, listing, NOON + 60 * MINUTE), exceeded);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        for algorithm in [Algorithm::Fixed, Algorithm::Sliding, Algorithm::Bucket] {
            let mut limiter = Limiter::new(Plan::Free, Product::Meetings, algorithm, 0);
            assert_eq!(admit(&mut limiter, Label::Heavy, NOON), None);
            assert_eq!(admit(&mut limiter, Label::Heavy, NOON - DAY), None, "{algorithm:?}");
        }
    }

    #[test]
    fn another_app_eats_of_the_days_pool_by_the_clock() {
        let mut limiter = Limiter::new(Plan::Pro, Product::Meetings, Algorithm::Fixed, 2_400);
        let verdict = limiter.admit(Label::Heavy, NOON).unwrap();
        assert_eq!(verdict.remaining, 30_000 - 12 * 2_400 - 1);
        // 1,199 are left, and the other app takes them in half an hour.
        let listing = limiter.admit(Label::ResourceIntensive, NOON + 29 * MINUTE).unwrap();
        assert_eq!((listing.remaining, listing.exceeded), (38, None));
        let spent = Some(Exceeded::Daily(20_775 * DAY));
        assert_eq!(admit(&mut limiter, Label::Heavy, NOON + 30 * MINUTE), spent);
        assert_eq!(admit(&mut limiter, Label::Light, NOON + 30 * MINUTE), None);
        assert_eq!(admit(&mut limiter, Label::Heavy, 20_775 * DAY), None);
    }

    #[test]
    fn headers_are_all_or_some_or_none() {
        let spent = Verdict {
            label: Label::Heavy,
            is_daily: true,
            limit: 60_000,
            remaining: 0,
            exceeded: Some(Exceeded::Daily(20_775 * DAY)),
        };
        let headers = |which, form| {
            let headers = spent.headers(which, form, NOON + 1).into_iter();
            headers.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
        };
        let all = [
            "x-ratelimit-category: Heavy",
            "x-ratelimit-limit: 60000",
            "x-ratelimit-remaining: 0",
            "x-ratelimit-type: Daily-limit",
            "retry-after: 2026-11-18T00:00:00Z",
        ];
        assert_eq!(headers(LimitHeaders::Full, RetryAfterForm::Instant), all);
        let seconds = headers(LimitHeaders::Full, RetryAfterForm::Seconds);
        assert_eq!(seconds.last().unwrap(), "retry-after: 43200");
        assert_eq!(headers(LimitHeaders::Partial, RetryAfterForm::Instant), all[..3]);
        assert!(headers(LimitHeaders::None, RetryAfterForm::Instant).is_empty());
    }

    proptest! {
        #[test]
        fn no_algorithm_admits_more_than_the_plan_allows(
            steps in prop::collection::vec(0_i64..400, 1..300),
            is_sliding: bool,
        ) {
            let algorithm = if is_sliding { Algorithm::Sliding } else { Algorithm::Bucket };
            let mut limiter = Limiter::new(Plan::Pro, Product::Meetings, algorithm, 0);
            let mut now = NOON;
            let mut admitted = Vec::new();
            for step in steps {
                now += step;
                if admit(&mut limiter, Label::Heavy, now).is_none() {
                    admitted.push(now);
                }
            }
            // A bucket gives what it holds and what flows in meanwhile: twice ten in a second.
            let most = if is_sliding { 10 } else { 20 };
            for &made in &admitted {
                let within = admitted.iter().filter(|&&at| (made..made + 1_000).contains(&at));
                prop_assert!(within.count() <= most);
            }
        }
    }
}
