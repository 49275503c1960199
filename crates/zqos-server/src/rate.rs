//! How much may be asked in a time, by each of those who ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use zqos_core::Timestamp;

/// How many are remembered; whoever has asked least of late is forgotten first, which lets them ask more.
const MOST: usize = 10_000;
/// A burst is as much as may be asked in this time.
///
/// **Source**: a choice of this project: a page of the dashboard asks for a dozen things at once, and people click on.
const BURST: Duration = Duration::from_secs(10);

/// How much may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, again and again.
    pub per_second: u32,
}

/// Keeps each of those who ask to a rate.
///
/// **Source**: the generic cell rate algorithm, ITU-T I.371: of each only the time is kept at which all that they have
/// asked would have been asked at the rate.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// Microseconds from one request to the next; `None` without a limit.
    interval: Option<i64>,
    spent: Mutex<HashMap<String, i64>>,
}

impl Limiter {
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        let interval = rate.map(|rate| 1_000_000 / i64::from(rate.per_second.max(1)));
        Self { interval: interval.map(|micros| micros.max(1)), spent: Mutex::default() }
    }

    /// Takes note of a request.
    ///
    /// **Errors**: there were too many; after this time there may be another.
    pub(crate) fn ask(&self, who: &str, now: Timestamp) -> Result<(), Duration> {
        let Some(interval) = self.interval else { return Ok(()) };
        let burst = i64::try_from(BURST.as_micros()).unwrap_or(i64::MAX);
        let now = now.unix_millis().saturating_mul(1_000);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        // What is further away was asked before a clock was put back.
        let known = spent.get(who).copied().filter(|until| (now..=now + burst).contains(until));
        let known = known.unwrap_or(now);
        let early = known + interval - burst - now;
        if early > 0 {
            return Err(Duration::from_micros(early.unsigned_abs()));
        }
        if !spent.contains_key(who) && spent.len() >= MOST {
            forget(&mut spent, now);
        }
        spent.insert(who.to_owned(), known + interval);
        Ok(())
    }
}

fn forget(spent: &mut HashMap<String, i64>, now: i64) {
    spent.retain(|_, until| *until > now);
    while spent.len() >= MOST {
        let least = spent.iter().min_by_key(|(_, until)| **until).map(|(who, _)| who.clone());
        let Some(least) = least else { return };
        spent.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: u64) -> Timestamp {
        let begin: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        begin.saturating_add(Duration::from_millis(millis))
    }

    fn limiter(per_second: u32) -> Limiter {
        Limiter::new(Some(Rate { per_second }))
    }

    #[test]
    fn after_a_burst_one_waits_for_ones_turn() {
        let limiter = limiter(2);
        for _ in 0..20 {
            assert_eq!(limiter.ask("ann", at(0)), Ok(()));
        }
        assert_eq!(limiter.ask("ann", at(0)), Err(Duration::from_millis(500)));
        // Others don't wait, and asking too early costs nothing.
        assert_eq!(limiter.ask("bo", at(0)), Ok(()));
        assert_eq!(limiter.ask("ann", at(499)), Err(Duration::from_millis(1)));
        assert_eq!(limiter.ask("ann", at(500)), Ok(()));
        assert_eq!(limiter.ask("ann", at(500)), Err(Duration::from_millis(500)));
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let limiter = Limiter::new(None);
        assert!((0..100_000).all(|_| limiter.ask("ann", at(0)).is_ok()));
    }

    #[test]
    fn a_clock_that_is_put_back_locks_nobody_out() {
        let limiter = limiter(1);
        assert_eq!(limiter.ask("ann", at(3_600_000)), Ok(()));
        assert_eq!(limiter.ask("ann", at(0)), Ok(()));
    }

    #[test]
    fn of_ever_new_ones_not_all_are_remembered() {
        let limiter = limiter(1);
        for number in 0..=MOST {
            assert_eq!(limiter.ask(&number.to_string(), at(0)), Ok(()));
        }
        assert!(limiter.spent.lock().unwrap().len() <= MOST);
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_a_burst_and_the_rate(
            per_second in 1_u32..200,
            waits in prop::collection::vec(0_u64..400, 1..400),
        ) {
            let limiter = limiter(per_second);
            let (mut now, mut granted) = (0, 0_u64);
            for wait in waits {
                now += wait;
                granted += u64::from(limiter.ask("ann", at(now)).is_ok());
                let most = u64::from(per_second) * (now + 10_000) / 1_000;
                // An interval is cut to whole microseconds.
                prop_assert!(granted <= most + 1 + most / 1_000, "{granted} after {now} ms");
            }
        }

        #[test]
        fn whoever_waits_as_told_is_served(per_second in 1_u32..100) {
            let limiter = limiter(per_second);
            let mut now = 0;
            for _ in 0..per_second * 11 {
                if let Err(wait) = limiter.ask("ann", at(now)) {
                    now += u64::try_from(wait.as_micros().div_ceil(1_000)).unwrap();
                    prop_assert_eq!(limiter.ask("ann", at(now)), Ok(()));
                }
            }
        }
    }
}
