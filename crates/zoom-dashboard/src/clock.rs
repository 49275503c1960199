//! The server's time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use zqos_core::{Clock, Timestamp};

/// The header `Date` has whole seconds, and answers are under way for a while: a clock that differs by no
/// more is taken to be right.
const TOLERANCE_MS: i64 = 2_500;

/// Tells the server's time: a clock of this machine, put right by what answers say. Days and limits are the
/// server's, and this machine's clock may be wrong or be set.
#[derive(Debug)]
pub(crate) struct ServerClock {
    local: Arc<dyn Clock>,
    /// How far the server's clock is ahead of the local one.
    ahead_ms: AtomicI64,
}

impl ServerClock {
    pub(crate) const fn new(local: Arc<dyn Clock>) -> Self {
        Self { local, ahead_ms: AtomicI64::new(0) }
    }

    /// The clock of this machine, by which lifetimes are measured.
    pub(crate) fn local(&self) -> &dyn Clock {
        &*self.local
    }

    /// Learns from the time that an answer was sent at.
    pub(crate) fn learn(&self, sent: Timestamp) {
        let ahead_ms = sent.unix_millis().saturating_sub(self.local.now().unix_millis());
        let ahead_ms = if ahead_ms.abs() <= TOLERANCE_MS { 0 } else { ahead_ms };
        self.ahead_ms.store(ahead_ms, Ordering::Relaxed);
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        let now = self.local.now();
        let millis = now.unix_millis().saturating_add(self.ahead_ms.load(Ordering::Relaxed));
        Timestamp::from_unix_millis(millis).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use zqos_core::ManualClock;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_clock_that_is_wrong_or_was_set_is_put_right() {
        let local = Arc::new(ManualClock::new(at("2026-11-20T10:00:00Z")));
        let clock = ServerClock::new(Arc::<ManualClock>::clone(&local));
        clock.learn(at("2026-11-20T09:59:59Z"));
        assert_eq!(clock.now(), at("2026-11-20T10:00:00Z"), "a second is no difference");
        clock.learn(at("2026-11-21T00:00:00Z"));
        assert_eq!(clock.now(), at("2026-11-21T00:00:00Z"));
        local.advance(Duration::from_mins(1));
        assert_eq!(clock.now(), at("2026-11-21T00:01:00Z"));
        clock.learn(at("2026-11-20T10:01:00Z"));
        assert_eq!(clock.now(), at("2026-11-20T10:01:00Z"));
    }
}
