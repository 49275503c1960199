//! Which failures are worth another try, and when.

use std::time::Duration;

use rand::{Rng, RngExt as _};
use tokio::time::Instant;
use zoom_wire::rate_limit::{Label, Period, RateLimit};
use zoom_wire::{ApiError, ApiErrorKind};
use zqos_core::Timestamp;

use crate::transport::TransportErrorKind;

/// When a failed call is tried again.
///
/// | what failed | tried again | after |
/// |---|---|---|
/// | name resolution, connecting, connection reset, body cut off, any time-out | yes | backoff |
/// | TLS, proxy, body too large, not HTTP | no | |
/// | HTTP 408, 5xx | yes | `Retry-After`, else backoff |
/// | 429: too many concurrent requests | yes | `Retry-After`, else 1 to 2 s |
/// | 429: per second, or not said | yes | `Retry-After`, else 1 to 2 s |
/// | 429 of a resource-intensive call | yes | `Retry-After`, else 1 to 2 s into the next minute |
/// | 429: daily, by its text or headers, or any with a `Retry-After` over 10 minutes away | no | |
/// | 401, code 124 | once, with a new token | at once |
/// | any other 4xx, redirects | no | |
///
/// A 429 without a `Retry-After` that says it is of the limit by the second or minute holds back its own
/// call alone: others use the account too, and other calls have places of their own in the limit. Any
/// other 429 that is tried again holds all calls of its label back as long.
///
/// Two budgets hold at once: the number of tries, and the time in which a try may begin. A wait
/// that would go beyond the second is not begun: the error says when to come back
/// ([`Error::retry_at`](crate::Error::retry_at)). A `Retry-After` is an instant, an HTTP date or
/// a number of seconds; one that has passed, by the `Date` of its answer, says nothing. Time spent
/// waiting for our own limits before the first try counts for neither. Token requests obey the same
/// table but for its row 401, which is a 4xx like any other there.
///
/// The backoff is decorrelated jitter: each wait is drawn between `base` and three times the one
/// before, and is at most `cap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most; 0 is taken as 1.
    pub tries: u32,
    /// How long after the start of the first try another may begin.
    pub elapsed: Duration,
    /// The shortest wait.
    pub base: Duration,
    /// The longest wait; what the server asks for may be longer.
    pub cap: Duration,
}

impl RetryPolicy {
    /// One try.
    pub const NEVER: Self =
        Self { tries: 1, elapsed: Duration::ZERO, base: Duration::ZERO, cap: Duration::ZERO };
}

impl Default for RetryPolicy {
    /// Five tries within two minutes, waiting 0.25 s to 10 s: long enough for the next minute's
    /// window of a resource-intensive call.
    fn default() -> Self {
        Self {
            tries: 5,
            elapsed: Duration::from_mins(2),
            base: Duration::from_millis(250),
            cap: Duration::from_secs(10),
        }
    }
}

/// The least and most that is waited for a limit by the second, when the server does not say.
///
/// **Source**: Zoom's advice for clients, a backoff of a second or two.
const SHORT_LIMIT_WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(2));

/// A `Retry-After` further away than this is taken for that of a daily limit: the limits by the
/// second and minute open within a minute.
const FAR: Duration = Duration::from_mins(10);

/// A failure, as far as it matters for trying again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure<'f> {
    /// No answer came.
    Transport(TransportErrorKind),
    /// An answer came that is an error.
    Answer {
        api: &'f ApiError,
        limit: &'f RateLimit,
        label: Label,
        /// When the server says that it answered.
        date: Option<Timestamp>,
    },
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Try again after this time. `limited` when all calls of the label have to wait as long.
    Again { wait: Duration, limited: bool },
    /// Give up. `retry_at` is when the server asks to be called again.
    GiveUp { retry_at: Option<Timestamp> },
    /// The daily quota is spent until then.
    QuotaSpent { until: Timestamp },
}

/// The tries of one call.
#[derive(Debug)]
pub(crate) struct Tries {
    policy: RetryPolicy,
    /// When the first try began.
    began: Option<Instant>,
    count: u32,
    /// The last wait of the backoff.
    waited: Duration,
}

impl Tries {
    pub(crate) const fn new(policy: RetryPolicy) -> Self {
        Self { policy, began: None, count: 0, waited: policy.base }
    }

    /// Counts a try that begins now.
    pub(crate) fn begin(&mut self) {
        self.began.get_or_insert_with(Instant::now);
        self.count += 1;
    }

    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// Judges a failed try.
    pub(crate) fn judge(
        &mut self,
        failure: Failure<'_>,
        now: Timestamp,
        random: &mut dyn Rng,
    ) -> Verdict {
        let (wait, limited, asked) = match failure {
            Failure::Transport(kind) if kind.is_transient() => (self.backoff(random), false, false),
            Failure::Transport(_) => return Verdict::GiveUp { retry_at: None },
            Failure::Answer { api, limit, label, date } => {
                // An instant is one of the server's clock.
                let asked = limit.retry_after.map(|after| after.wait(date.unwrap_or(now)));
                let in_time = asked.filter(|wait| !wait.is_zero());
                match api.kind {
                    ApiErrorKind::RateLimited(_) | ApiErrorKind::TooManyConcurrent => {
                        if in_time.is_some_and(|wait| wait > FAR) || is_daily(api, limit) {
                            match (in_time, asked) {
                                (Some(wait), _) => {
                                    return Verdict::QuotaSpent { until: now.saturating_add(wait) };
                                }
                                (None, None) => {
                                    return Verdict::QuotaSpent { until: now.next_utc_midnight() };
                                }
                                // It opened while the answer was under way.
                                (None, Some(_)) => {}
                            }
                        }
                        let wait = in_time.unwrap_or_else(|| short_limit_wait(label, now, random));
                        // Other calls have places of their own in the limit.
                        let limits_one = api.kind == ApiErrorKind::RateLimited(Some(Period::Short));
                        (wait, !limits_one || in_time.is_some(), true)
                    }
                    ApiErrorKind::Server => match in_time {
                        Some(wait) => (wait, false, true),
                        None => (self.backoff(random), false, false),
                    },
                    _ => return Verdict::GiveUp { retry_at: None },
                }
            }
        };
        let spent = self.began.map(|began| began.elapsed()).unwrap_or_default();
        if self.count >= self.policy.tries || spent.saturating_add(wait) > self.policy.elapsed {
            let retry_at = asked.then(|| now.saturating_add(wait));
            return Verdict::GiveUp { retry_at };
        }
        Verdict::Again { wait, limited }
    }

    /// The next wait of the decorrelated jitter.
    pub(crate) fn backoff(&mut self, random: &mut dyn Rng) -> Duration {
        let RetryPolicy { base, cap, .. } = self.policy;
        let longest = self.waited.saturating_mul(3).max(base);
        self.waited = random.random_range(base..=longest).min(cap);
        self.waited
    }
}

/// True when a 429 is that of the daily limit. Its text decides; where that is silent the headers
/// do, unless they say that there are calls left.
fn is_daily(api: &ApiError, limit: &RateLimit) -> bool {
    match api.kind {
        ApiErrorKind::RateLimited(Some(period)) => period == Period::Day,
        ApiErrorKind::RateLimited(None) => {
            limit.period == Some(Period::Day) && limit.remaining.unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// How long a limit by the second or minute is waited for when the server does not say.
fn short_limit_wait(label: Label, now: Timestamp, random: &mut dyn Rng) -> Duration {
    let (least, most) = SHORT_LIMIT_WAIT;
    let jitter = random.random_range(least..=most);
    if label == Label::ResourceIntensive { until_next_minute(now) + jitter } else { jitter }
}

fn until_next_minute(now: Timestamp) -> Duration {
    const MINUTE_MS: i64 = 60_000;
    let passed = now.unix_millis().rem_euclid(MINUTE_MS);
    Duration::from_millis(u64::try_from(MINUTE_MS - passed).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-05T12:00:00Z".parse().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..Default::default() })]

        #[test]
        fn each_wait_lies_between_the_base_and_three_times_the_one_before(
            seed in any::<u64>(),
            base_ms in 0_u64..2_000,
            cap_ms in 0_u64..20_000,
        ) {
            let (base, cap) = (Duration::from_millis(base_ms), Duration::from_millis(cap_ms));
            let policy = RetryPolicy { tries: u32::MAX, elapsed: Duration::MAX, base, cap };
            let mut random = StdRng::seed_from_u64(seed);
            let mut tries = Tries::new(policy);
            let mut before = base;
            for _ in 0..20 {
                let wait = tries.backoff(&mut random);
                prop_assert!(wait >= base.min(cap), "{wait:?}");
                prop_assert!(wait <= cap.min((before * 3).max(base)), "{wait:?} after {before:?}");
                before = wait;
            }
        }

        #[test]
        fn the_next_minute_begins_within_one(millis in 0_i64..4_000_000_000_000) {
            let now = Timestamp::from_unix_millis(millis).unwrap();
            let wait = until_next_minute(now);
            prop_assert!(wait > Duration::ZERO && wait <= Duration::from_mins(1));
            prop_assert_eq!(now.saturating_add(wait).unix_millis() % 60_000, 0);
        }
    }

    #[test]
    fn the_backoff_is_spread() {
        let mut random = StdRng::seed_from_u64(1);
        let waits: std::collections::HashSet<Duration> =
            (0..100).map(|_| Tries::new(RetryPolicy::default()).backoff(&mut random)).collect();
        assert_eq!(waits.len(), 100);
    }

    #[test]
    fn no_policy_overflows() {
        let policy = RetryPolicy {
            tries: u32::MAX,
            elapsed: Duration::MAX,
            base: Duration::MAX,
            cap: Duration::MAX,
        };
        let mut random = StdRng::seed_from_u64(1);
        let mut tries = Tries::new(policy);
        for _ in 0..3 {
            tries.begin();
            let failure = Failure::Transport(TransportErrorKind::Reset);
            let verdict = tries.judge(failure, now(), &mut random);
            assert_eq!(verdict, Verdict::Again { wait: Duration::MAX, limited: false });
        }
    }
}
