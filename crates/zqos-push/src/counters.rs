//! What came, and what became of it, counted since the start.

use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use axum::http::StatusCode;
use zqos_core::Timestamp;

/// Why a request was answered with something other than 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not signed, or not with a secret of ours.
    Forged,
    /// Its body is longer than any event.
    Oversized,
    /// Its body broke off.
    Broken,
    /// A question that no URL is asked by.
    WrongQuestion,
    /// A secret can't be read, so nobody knows whether it is signed with that.
    NoSecret,
    /// As much waits to be kept as may.
    Crowded,
    /// It would not be kept in time.
    Late,
    /// It can't be written: the disk is full, or fails.
    Unwritable,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Forged,
        Self::Oversized,
        Self::Broken,
        Self::WrongQuestion,
        Self::NoSecret,
        Self::Crowded,
        Self::Late,
        Self::Unwritable,
    ];

    /// Its name, as a label of metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Oversized => "oversized",
            Self::Broken => "broken",
            Self::WrongQuestion => "wrong_question",
            Self::NoSecret => "no_secret",
            Self::Crowded => "crowded",
            Self::Late => "late",
            Self::Unwritable => "unwritable",
        }
    }

    /// The status. Zoom tries again after 500 and above, and never after 300 to 499: an event that may be
    /// taken another time must not be answered so.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Forged => StatusCode::UNAUTHORIZED,
            // No other time it is any shorter.
            Self::Oversized => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken | Self::WrongQuestion => StatusCode::BAD_REQUEST,
            Self::NoSecret | Self::Crowded | Self::Late | Self::Unwritable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

/// Counts since the start, for whoever watches: the endpoint and the writer count, anybody reads.
#[derive(Debug, Default)]
pub struct Counters {
    received: AtomicU64,
    stored: AtomicU64,
    letters: AtomicU64,
    outside_window: AtomicU64,
    validations: AtomicU64,
    refused: [AtomicU64; Refusal::ALL.len()],
    repeated_rows: AtomicU64,
    syncs: AtomicU64,
    commits: AtomicU64,
    failed_commits: AtomicU64,
    waiting_bytes: AtomicUsize,
    /// Milliseconds since 1970; zero before the first.
    newest: AtomicI64,
}

/// Each by itself: nothing rests on two of them agreeing.
const ORDER: Ordering = Ordering::Relaxed;

impl Counters {
    /// Requests that came.
    pub fn received(&self) -> u64 {
        self.received.load(ORDER)
    }

    /// Events that were answered with 200: each is durable, also where the store had it already.
    pub fn stored(&self) -> u64 {
        self.stored.load(ORDER)
    }

    /// Those of them that are dead letters: no rows are made of such events, or they can't be read.
    pub fn letters(&self) -> u64 {
        self.letters.load(ORDER)
    }

    /// Those of them that were signed too long ago, or in the future.
    pub fn outside_window(&self) -> u64 {
        self.outside_window.load(ORDER)
    }

    /// Questions whether the URL is ours that were answered.
    pub fn validations(&self) -> u64 {
        self.validations.load(ORDER)
    }

    /// Requests that were refused for a reason.
    pub fn refused(&self, why: Refusal) -> u64 {
        self.refused[why as usize].load(ORDER)
    }

    /// Rows that said what the store knew: events that came twice, mostly.
    pub fn repeated_rows(&self) -> u64 {
        self.repeated_rows.load(ORDER)
    }

    /// How often events became durable: all that wait do so together, by one sync of the disk.
    pub fn syncs(&self) -> u64 {
        self.syncs.load(ORDER)
    }

    /// How often rows were brought into the tables.
    pub fn commits(&self) -> u64 {
        self.commits.load(ORDER)
    }

    /// How often that failed. What was to be brought stays in the log, and is brought later.
    pub fn failed_commits(&self) -> u64 {
        self.failed_commits.load(ORDER)
    }

    /// How many bytes wait to be kept, with what their keeping takes.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes.load(ORDER)
    }

    /// When the newest event came that was kept; `None` before the first.
    pub fn newest(&self) -> Option<Timestamp> {
        let newest = self.newest.load(ORDER);
        Timestamp::from_unix_millis(newest).ok().filter(|_| newest != 0)
    }

    pub(crate) fn count_received(&self) {
        self.received.fetch_add(1, ORDER);
    }

    pub(crate) fn count_stored(&self, events: u64, letters: u64, now: Timestamp) {
        self.syncs.fetch_add(1, ORDER);
        self.stored.fetch_add(events, ORDER);
        self.letters.fetch_add(letters, ORDER);
        self.newest.fetch_max(now.unix_millis(), ORDER);
    }

    pub(crate) fn count_outside_window(&self) {
        self.outside_window.fetch_add(1, ORDER);
    }

    pub(crate) fn count_validation(&self) {
        self.validations.fetch_add(1, ORDER);
    }

    pub(crate) fn count_refused(&self, why: Refusal) {
        self.refused[why as usize].fetch_add(1, ORDER);
    }

    pub(crate) fn count_commit(&self, is_good: bool) {
        let counter = if is_good { &self.commits } else { &self.failed_commits };
        counter.fetch_add(1, ORDER);
    }

    pub(crate) fn count_repeated_rows(&self, rows: u64) {
        self.repeated_rows.fetch_add(rows, ORDER);
    }

    pub(crate) fn set_waiting(&self, bytes: usize) {
        self.waiting_bytes.store(bytes, ORDER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_place_of_its_own() {
        let counters = Counters::default();
        for (count, why) in (1..).zip(Refusal::ALL) {
            (0..count).for_each(|_| counters.count_refused(why));
        }
        let counted = Refusal::ALL.map(|why| counters.refused(why));
        assert_eq!(counted, [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn what_may_be_taken_another_time_is_tried_again() {
        for why in [Refusal::NoSecret, Refusal::Crowded, Refusal::Late, Refusal::Unwritable] {
            assert!(why.status().is_server_error(), "{why:?}");
        }
    }

    #[test]
    fn before_the_first_event_none_is_the_newest() {
        let counters = Counters::default();
        assert_eq!(counters.newest(), None);
        let at = Timestamp::from_unix_millis(5).unwrap();
        counters.count_stored(1, 0, at);
        assert_eq!(counters.newest(), Some(at));
    }
}
