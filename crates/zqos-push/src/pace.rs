//! How fast what waits is kept, and so how much of it may wait.
//!
//! A disk that keeps less than what comes makes everybody wait longer and longer, until all wait in vain: each is
//! kept just after it was answered that it is too late. So no more may wait than is kept in a second, and the
//! rest is refused at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// For how long events may wait in front of those that are being kept.
const MOST_WAIT: Duration = Duration::from_secs(1);
/// What took longer shows how fast it can be; what was over sooner shows no limit.
const SLOW: Duration = Duration::from_millis(100);
const QUICK: Duration = Duration::from_millis(50);
/// So many may wait in any case: they share one sync, however long that takes.
const ALWAYS: usize = 256;
/// Each by itself: nothing rests on two of them agreeing.
const ORDER: Ordering = Ordering::Relaxed;

/// How many events wait, and how many may.
#[derive(Debug)]
pub(crate) struct Pace {
    waiting: AtomicUsize,
    most: AtomicUsize,
}

/// An event that waits; until it is dropped.
#[derive(Debug)]
pub(crate) struct Waiting(Arc<Pace>);

impl Default for Pace {
    fn default() -> Self {
        Self { waiting: AtomicUsize::new(0), most: AtomicUsize::new(usize::MAX) }
    }
}

impl Pace {
    /// One more waits; `None` when it may not.
    pub(crate) fn wait(self: &Arc<Self>) -> Option<Waiting> {
        let waiting = Waiting(Arc::clone(self));
        let before = self.waiting.fetch_add(1, ORDER);
        (before < self.most.load(ORDER)).then_some(waiting)
    }

    /// Takes note of how long it took to keep so many.
    pub(crate) fn kept(&self, events: usize, took: Duration) {
        if took >= SLOW {
            let in_time = events as u128 * MOST_WAIT.as_micros() / took.as_micros();
            let in_time = usize::try_from(in_time).unwrap_or(usize::MAX);
            self.most.store(in_time.max(ALWAYS), ORDER);
        } else if took <= QUICK {
            self.most.store(usize::MAX, ORDER);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, ORDER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of a number of events may wait.
    fn admitted(pace: &Arc<Pace>, events: usize) -> Vec<Waiting> {
        (0..events).filter_map(|_| pace.wait()).collect()
    }

    #[test]
    fn no_more_may_wait_than_is_kept_in_a_second() {
        let pace = Arc::<Pace>::default();
        assert_eq!(admitted(&pace, 20_000).len(), 20_000, "nobody knows yet");
        pace.kept(1_024, Duration::from_millis(512));
        let waiting = admitted(&pace, 20_000);
        assert_eq!(waiting.len(), 2_000);
        drop(waiting);
        assert_eq!(admitted(&pace, 20_000).len(), 2_000, "others have their places");
        // Neither quick nor slow: it is left as it was.
        pace.kept(10, Duration::from_millis(70));
        assert_eq!(admitted(&pace, 20_000).len(), 2_000);
        pace.kept(10, Duration::from_millis(3));
        assert_eq!(admitted(&pace, 20_000).len(), 20_000);
    }

    #[test]
    fn a_disk_that_takes_long_for_one_is_given_more_at_once() {
        let pace = Arc::<Pace>::default();
        pace.kept(1, Duration::from_secs(2));
        assert_eq!(admitted(&pace, 1_000).len(), ALWAYS);
        pace.kept(ALWAYS, Duration::from_millis(200));
        assert_eq!(admitted(&pace, 20_000).len(), 5 * ALWAYS);
    }

    /// Ten times as much as is kept comes, and all that is kept is answered in time.
    #[test]
    fn under_ten_times_the_load_as_much_is_kept_in_time_as_can_be() {
        const KEPT_A_SECOND: usize = 2_000;
        const STEP: Duration = Duration::from_millis(10);
        const PATIENCE: Duration = Duration::from_millis(2_500);
        let is_in_time = |now: Duration, came: Duration| now.saturating_sub(came) <= PATIENCE;
        let pace = Arc::<Pace>::default();
        let mut queue: std::collections::VecDeque<(Duration, Waiting)> = [].into();
        let mut group: Vec<(Duration, Waiting)> = Vec::new();
        let (mut done_at, mut begun_at) = (Duration::ZERO, Duration::ZERO);
        let (mut in_time, mut late) = (0, 0);
        let mut now = Duration::ZERO;
        while now < Duration::from_mins(1) {
            queue.extend((0..200).filter_map(|_| Some((now, pace.wait()?))));
            if now >= done_at {
                if !group.is_empty() {
                    pace.kept(group.len(), done_at.saturating_sub(begun_at));
                }
                // At the beginning nobody knows how slow it is.
                if now > Duration::from_secs(5) {
                    in_time += group.iter().filter(|(came, _)| is_in_time(now, *came)).count();
                    late += group.iter().filter(|(came, _)| !is_in_time(now, *came)).count();
                }
                // Those who were told that it is too late are left out.
                queue.retain(|(came, _)| is_in_time(now, *came));
                group = queue.drain(..queue.len().min(1_024)).collect();
                let micros = group.len() * 1_000_000 / KEPT_A_SECOND;
                (begun_at, done_at) = (now, now + Duration::from_micros(micros as u64));
            }
            now += STEP;
        }
        assert_eq!(late, 0);
        assert!(in_time > 54 * KEPT_A_SECOND * 9 / 10, "{in_time}");
    }
}
