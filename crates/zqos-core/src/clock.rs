//! Time: one type for an instant, one trait that knows what time it is.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// An instant in UTC, to the millisecond.
///
/// Zoom writes seconds, now and then with a fraction, and milliseconds in events; finer parts of
/// a second are cut off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    unix_millis: i64,
}

/// A day of UTC, which has no leap seconds here.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A text that is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant such as `2026-01-05T10:00:12Z`")]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { unix_millis: 0 };

    /// Makes an instant from milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// **Errors**: [`TimestampError`] outside the years −9999 to 9999.
    pub fn from_unix_millis(unix_millis: i64) -> Result<Self, TimestampError> {
        jiff::Timestamp::from_millisecond(unix_millis)
            .map(|_| Self { unix_millis })
            .map_err(|_| TimestampError)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_millis(self) -> i64 {
        self.unix_millis
    }

    /// The same instant for calendar arithmetic.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.unix_millis)
            .expect("every constructor checked the range")
    }

    /// The time from `earlier` until this instant; `None` when `earlier` is later.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        self.unix_millis
            .checked_sub(earlier.unix_millis)
            .and_then(|millis| u64::try_from(millis).ok())
            .map(Duration::from_millis)
    }

    /// This instant moved forward; the last representable one when that would be beyond it.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.unix_millis.saturating_add(millis))
            .unwrap_or(Self { unix_millis: jiff::Timestamp::MAX.as_second() * 1_000 })
    }

    /// This instant moved back; the first representable one when that would be before it.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.unix_millis.saturating_sub(millis))
            .unwrap_or(Self { unix_millis: jiff::Timestamp::MIN.as_second() * 1_000 })
    }

    /// 00:00 UTC of the day of this instant.
    #[must_use]
    pub fn utc_midnight(self) -> Self {
        Self::from_unix_millis(self.unix_millis.div_euclid(DAY_MS) * DAY_MS).unwrap_or(self)
    }

    /// The next 00:00 UTC after this instant: when Zoom's daily limits open again.
    #[must_use]
    pub fn next_utc_midnight(self) -> Self {
        Self::from_unix_millis((self.unix_millis.div_euclid(DAY_MS) + 1) * DAY_MS).unwrap_or(self)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self { unix_millis: instant.as_millisecond() }
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads an RFC 3339 instant; the offset may be `Z` or numeric.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse::<jiff::Timestamp>().map(Self::from).map_err(|_| TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_jiff(), f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Knows what time it is. Whoever needs the time is given one of these.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    unix_millis: AtomicI64,
}

impl ManualClock {
    /// Makes a clock that shows `now`.
    pub const fn new(now: Timestamp) -> Self {
        Self { unix_millis: AtomicI64::new(now.unix_millis) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        self.set(self.now().saturating_add(duration));
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, now: Timestamp) {
        self.unix_millis.store(now.unix_millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp { unix_millis: self.unix_millis.load(Ordering::SeqCst) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 0001-01-01 to 9999-01-01.
    fn instants() -> impl Strategy<Value = Timestamp> {
        (-62_135_596_800_000_i64..253_370_764_800_000)
            .prop_map(|millis| Timestamp::from_unix_millis(millis).unwrap())
    }

    proptest! {
        #[test]
        fn a_displayed_instant_is_read_back(instant in instants()) {
            prop_assert_eq!(instant.to_string().parse(), Ok(instant));
        }

        #[test]
        fn midnight_comes_within_a_day(instant in instants()) {
            let wait = instant.next_utc_midnight().since(instant).unwrap();
            prop_assert!(wait > Duration::ZERO && wait <= Duration::from_hours(24));
            prop_assert!(instant.next_utc_midnight().to_string().ends_with("T00:00:00Z"));
        }

        #[test]
        fn what_was_added_has_passed(instant in instants(), millis in 0_u64..1_000_000_000) {
            let wait = Duration::from_millis(millis);
            prop_assert_eq!(instant.saturating_add(wait).since(instant), Some(wait));
        }

        #[test]
        fn what_was_taken_away_had_not_passed(instant in instants(), millis in 0_u64..1_000_000_000) {
            let wait = Duration::from_millis(millis);
            prop_assert_eq!(instant.since(instant.saturating_sub(wait)), Some(wait));
        }

        #[test]
        fn a_day_lies_between_its_midnights(instant in instants()) {
            let midnight = instant.utc_midnight();
            prop_assert!(midnight <= instant);
            prop_assert_eq!(midnight.saturating_add(Duration::from_hours(24)), instant.next_utc_midnight());
        }
    }

    #[test]
    fn the_last_instant_is_one_that_can_be_shown() {
        let instant: Timestamp = "2026-01-05T10:00:12Z".parse().unwrap();
        let last = instant.saturating_add(Duration::MAX);
        assert_eq!(last.to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(last.saturating_add(Duration::from_secs(1)), last);
    }

    #[test]
    fn the_spellings_that_occur_are_read() {
        for text in [
            "2022-03-01T10:15:14Z",
            "2022-03-01T10:15:14.0000000+00:00",
            "2022-03-01T12:15:14+02:00",
            "2022-03-01T10:15:14.000Z",
        ] {
            let instant: Timestamp = text.parse().unwrap();
            assert_eq!(instant.to_string(), "2022-03-01T10:15:14Z", "{text}");
        }
    }

    #[test]
    fn what_has_no_zone_is_no_instant() {
        for text in ["", "2022-03-01", "2022-03-01T10:15:14", "yesterday"] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new("2026-01-05T23:59:59Z".parse().unwrap());
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.now().to_string(), "2026-01-06T00:00:01Z");
    }

    #[test]
    fn nothing_is_before_the_first_instant_or_after_the_last() {
        let (first, last) = (jiff::Timestamp::MIN.into(), jiff::Timestamp::MAX.into());
        assert_eq!(Timestamp::UNIX_EPOCH.saturating_sub(Duration::MAX), first);
        let end: Timestamp = last;
        assert!(
            end.since(Timestamp::UNIX_EPOCH.saturating_add(Duration::MAX)).unwrap()
                < Duration::from_secs(1)
        );
    }
}
