//! What came, and what became of it, counted since the start.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use zqos_core::Timestamp;

use crate::watch::Expected;

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
    failed_validations: AtomicU64,
    /// Of each app, by a hash of its client id: questions that were not answered well since one was.
    failing: Mutex<HashMap<u64, FailingValidation>>,
    /// What is expected to be pushed, by account.
    expected: Mutex<BTreeMap<Arc<str>, Expected>>,
}

/// Questions whose the URL is that were not answered well, in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailingValidation {
    /// How many.
    pub times: u32,
    /// When the first of them came.
    pub since: Timestamp,
    /// When the last of them came.
    pub last: Timestamp,
}

/// Of so many apps it is known that their questions fail. Strangers may ask too: when there are more, all are
/// forgotten.
const FAILING: usize = 64;
/// After so long nobody asks again. **Source**: Zoom asks every 72 hours.
const ASKED_AGAIN: Duration = Duration::from_hours(96);

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

    /// Questions whether the URL is ours that were not: of Zoom, or of somebody who says so.
    pub fn failed_validations(&self) -> u64 {
        self.failed_validations.load(ORDER)
    }

    /// Those that were not answered well in a row, of the app of which they are most.
    pub fn failing_validation(&self, now: Timestamp) -> Option<FailingValidation> {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.retain(|_, it| now.since(it.last).is_none_or(|since| since < ASKED_AGAIN));
        failing.values().copied().max_by_key(|it| it.times)
    }

    /// How many joins are expected to be pushed, and how many of them are silent, by account.
    pub fn expected(&self) -> Vec<(Arc<str>, Expected)> {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.iter().map(|(account, expected)| (Arc::clone(account), *expected)).collect()
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

    /// Counts a question of an app that was answered.
    pub(crate) fn count_validation(&self, app: Option<&str>) {
        self.validations.fetch_add(1, ORDER);
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.remove(&hash(app));
    }

    /// Counts a question of an app, or of somebody who says so, that was not answered well.
    pub(crate) fn count_failed_validation(&self, app: Option<&str>, now: Timestamp) {
        self.failed_validations.fetch_add(1, ORDER);
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if failing.len() >= FAILING {
            failing.clear();
        }
        let first = FailingValidation { times: 0, since: now, last: now };
        let of_app = failing.entry(hash(app)).or_insert(first);
        of_app.times = of_app.times.saturating_add(1);
        of_app.last = now;
    }

    pub(crate) fn set_expected(&self, account: &Arc<str>, now: Expected) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.insert(Arc::clone(account), now);
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

fn hash(app: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    app.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validations_that_fail_in_a_row_are_counted_by_app() {
        let counters = Counters::default();
        let at = |hours| Timestamp::UNIX_EPOCH.saturating_add(Duration::from_hours(hours));
        let times = |hours| counters.failing_validation(at(hours)).map(|failing| failing.times);
        for hours in [0, 72, 144] {
            counters.count_failed_validation(Some("one"), at(hours));
        }
        counters.count_failed_validation(Some("other"), at(144));
        // Another app's good answer says nothing of this one.
        counters.count_validation(Some("other"));
        assert_eq!(times(145), Some(3));
        counters.count_validation(Some("one"));
        assert_eq!(times(145), None);
        // Who asked once and never again was not Zoom.
        counters.count_failed_validation(None, at(150));
        assert_eq!((times(151), times(246)), (Some(1), None));
        // Strangers take no memory.
        for number in 0..10_000 {
            counters.count_failed_validation(Some(&number.to_string()), at(300));
        }
        assert!(counters.failing.lock().unwrap().len() <= FAILING);
        assert_eq!(counters.failed_validations(), 10_005);
    }

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
