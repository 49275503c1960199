//! The virtual clock.

use std::time::Duration;

use zqos_core::{Clock, SystemClock, Timestamp};

/// A clock that runs as the system's does, but was set to another time.
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    /// What was shown when the clock was set.
    set_to: Timestamp,
    /// What the system's clock showed then.
    set_at: Timestamp,
}

impl VirtualClock {
    /// Sets a clock to `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { set_to: now, set_at: SystemClock.now() }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        // A system clock that is set back does not take this one back before its beginning.
        let passed = SystemClock.now().since(self.set_at).unwrap_or(Duration::ZERO);
        self.set_to.saturating_add(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_on_from_what_it_was_set_to() {
        let set_to: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let clock = VirtualClock::new(set_to);
        let (first, second) = (clock.now(), clock.now());
        assert!(set_to <= first && first <= second);
        assert!(first.since(set_to).unwrap() < Duration::from_mins(10));
    }
}
