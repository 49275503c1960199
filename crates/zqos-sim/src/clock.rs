//! The virtual clock.

use std::str::FromStr;
use std::time::Duration;

use tokio::sync::watch;
use zqos_core::{Clock, SystemClock, Timestamp};

/// How many times as fast as the system's a clock runs: finite, and not below 0. At 0 it stands still
/// until it is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(f64);

/// A number that is no speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a speed is a finite number from 0 on, such as 60, 0.5, or 0 for a clock that stands still"
)]
pub struct SpeedError;

impl Speed {
    /// As fast as the system's clock.
    pub const NORMAL: Self = Self(1.0);

    /// Makes a speed.
    ///
    /// **Errors**: [`SpeedError`] unless `times` is finite and not below 0.
    pub fn new(times: f64) -> Result<Self, SpeedError> {
        (times.is_finite() && times >= 0.0).then_some(Self(times)).ok_or(SpeedError)
    }

    /// How many times as fast as the system's.
    pub const fn times(self) -> f64 {
        self.0
    }

    /// What passes on a clock of this speed while `passed` does on the system's.
    fn stretch(self, passed: Duration) -> Duration {
        // What no duration can hold is more than any clock can show.
        Duration::try_from_secs_f64(passed.as_secs_f64() * self.0).unwrap_or(Duration::MAX)
    }
}

impl Speed {
    /// Waits while `left` passes on a clock of this speed; forever on one that stands still.
    async fn pass(self, left: Duration) {
        match Duration::try_from_secs_f64(left.as_secs_f64() / self.0) {
            Ok(wait) => tokio::time::sleep(wait).await,
            // Longer than anybody can wait.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Default for Speed {
    /// [`Speed::NORMAL`].
    fn default() -> Self {
        Self::NORMAL
    }
}

impl FromStr for Speed {
    type Err = SpeedError;

    /// Reads a number such as `60`.
    fn from_str(text: &str) -> Result<Self, SpeedError> {
        text.parse().map_err(|_| SpeedError).and_then(Self::new)
    }
}

/// A clock that was set to another time than the system's, may run faster, slower or not at all, and
/// can be set anew.
#[derive(Debug)]
pub struct VirtualClock(watch::Sender<Setting>);

/// How a clock was set last.
#[derive(Debug, Clone, Copy)]
struct Setting {
    /// What was shown when the clock was set.
    set_to: Timestamp,
    /// What the system's clock showed then.
    set_at: Timestamp,
    speed: Speed,
}

impl VirtualClock {
    /// Sets a clock to `now`, from where it runs at `speed`.
    pub fn new(now: Timestamp, speed: Speed) -> Self {
        Self(watch::Sender::new(Setting { set_to: now, set_at: SystemClock.now(), speed }))
    }

    /// Sets the clock to `now`, from where it runs on at its speed.
    pub fn set(&self, now: Timestamp) {
        self.0.send_modify(|setting| {
            *setting = Setting { set_to: now, set_at: SystemClock.now(), speed: setting.speed };
        });
    }

    /// Puts the clock forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().saturating_add(by));
    }

    /// Lets the clock run on at another speed.
    pub fn set_speed(&self, speed: Speed) {
        self.0.send_modify(|setting| {
            let now = SystemClock.now();
            *setting = Setting { set_to: setting.when(now), set_at: now, speed };
        });
    }

    /// How fast the clock runs.
    pub fn speed(&self) -> Speed {
        self.0.borrow().speed
    }

    /// Completes when the clock shows `instant` or more, however it comes there.
    pub async fn reach(&self, instant: Timestamp) {
        let mut settings = self.0.subscribe();
        loop {
            let setting = *settings.borrow_and_update();
            let Some(left) = instant.since(setting.when(SystemClock.now())) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = setting.speed.pass(left) => {}
                // The sender lives as long as `self`.
                _ = settings.changed() => {}
            }
        }
    }
}

impl Setting {
    /// What this clock shows when the system's shows `system`.
    fn when(&self, system: Timestamp) -> Timestamp {
        // A system clock that is set back does not take this one back before its beginning.
        let passed = system.since(self.set_at).unwrap_or(Duration::ZERO);
        self.set_to.saturating_add(self.speed.stretch(passed))
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().when(SystemClock.now())
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Poll;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// What a clock set to noon at 08:00 of the system's clock shows at another time of it.
    fn shown(speed: f64, system: &str) -> String {
        let setting = Setting {
            set_to: at("2026-11-20T12:00:00Z"),
            set_at: at("2026-01-01T08:00:00Z"),
            speed: Speed::new(speed).unwrap(),
        };
        setting.when(at(system)).to_string()
    }

    #[test]
    fn the_clock_goes_on_from_what_it_was_set_to() {
        let set_to = at("2026-11-20T12:00:00Z");
        let clock = VirtualClock::new(set_to, Speed::NORMAL);
        let (first, second) = (clock.now(), clock.now());
        assert!(set_to <= first && first <= second);
        assert!(first.since(set_to).unwrap() < Duration::from_mins(10));
    }

    #[test]
    fn the_clock_runs_as_many_times_as_fast_as_it_is_told() {
        assert_eq!(shown(1.0, "2026-01-01T08:00:30Z"), "2026-11-20T12:00:30Z");
        assert_eq!(shown(60.0, "2026-01-01T08:00:30Z"), "2026-11-20T12:30:00Z");
        assert_eq!(shown(0.5, "2026-01-01T08:00:30Z"), "2026-11-20T12:00:15Z");
    }

    #[test]
    fn no_speed_takes_the_clock_back_or_past_the_end_of_time() {
        assert_eq!(shown(60.0, "2026-01-01T07:00:00Z"), "2026-11-20T12:00:00Z");
        assert_eq!(shown(f64::MAX, "2026-01-01T08:00:00Z"), "2026-11-20T12:00:00Z");
        assert!(shown(f64::MAX, "2026-01-01T08:00:01Z").starts_with("9999-12-"));
    }

    #[test]
    fn a_speed_is_finite_and_not_below_zero() {
        for text in ["-1", "-1e-9", "inf", "NaN", "1e999", "fast", ""] {
            assert_eq!(text.parse::<Speed>(), Err(SpeedError), "{text}");
        }
        assert_eq!("60".parse(), Speed::new(60.0));
        assert_eq!("0.5".parse(), Speed::new(0.5));
        assert_eq!("0".parse(), Speed::new(0.0));
    }

    async fn is_pending(mut future: Pin<&mut impl Future>) -> bool {
        poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
    }

    #[tokio::test]
    async fn a_clock_that_changes_its_speed_goes_on_from_what_it_shows() {
        let clock = VirtualClock::new(at("2026-11-20T12:00:00Z"), Speed::new(0.0).unwrap());
        clock.advance(Duration::from_mins(1));
        let in_a_year = at("2027-11-20T12:00:00Z");
        let mut reached = std::pin::pin!(clock.reach(in_a_year));
        assert!(is_pending(reached.as_mut()).await);
        clock.set_speed(Speed::new(f64::MAX).unwrap());
        reached.await;
        clock.set_speed(Speed::new(0.0).unwrap());
        assert!(clock.now() >= in_a_year);
        assert_eq!(clock.now(), clock.now());
    }

    #[tokio::test]
    async fn a_clock_that_stands_still_is_stepped() {
        let clock = VirtualClock::new(at("2026-11-20T12:00:00Z"), Speed::new(0.0).unwrap());
        let noon_and_a_half = at("2026-11-20T12:30:00Z");
        let mut reached = std::pin::pin!(clock.reach(noon_and_a_half));
        clock.reach(clock.now()).await;
        assert!(is_pending(reached.as_mut()).await);
        clock.advance(Duration::from_mins(29));
        assert_eq!(clock.now().to_string(), "2026-11-20T12:29:00Z");
        assert!(is_pending(reached.as_mut()).await);
        clock.set(noon_and_a_half);
        reached.await;
    }
}
