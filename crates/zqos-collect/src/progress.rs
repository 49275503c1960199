//! How far a collector has come.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use zqos_core::Timestamp;

/// Before so many calls nobody knows how long one takes.
const FEW: u32 = 20;

/// How far a collector has come: it writes, and whoever shows it reads.
#[derive(Debug, Default)]
pub struct Progress {
    stage: Mutex<Stage>,
    /// When reports began to be fetched, and how many calls had been made then.
    began: Mutex<Option<(Instant, u64)>>,
    pub(crate) meetings_owed: AtomicU64,
    pub(crate) meetings_done: AtomicU64,
    pub(crate) calls_owed: AtomicU64,
    pub(crate) calls_done: AtomicU64,
    pub(crate) phone_owed: AtomicU64,
    pub(crate) phone_done: AtomicU64,
}

/// What a collector does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Waits until another collector leaves the account.
    #[default]
    Lease,
    /// Lists meetings.
    Lists,
    /// Fetches participants and reports.
    Reports,
    /// Waits until the daily quota opens again.
    Quota(Timestamp),
    /// Waits until it is time to look for meetings again.
    Idle,
}

impl Progress {
    /// What is being done.
    pub fn stage(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        let (calls, _) = self.calls();
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) =
            (stage == Stage::Reports).then(|| (Instant::now(), calls));
    }

    /// How long the calls that are owed take still, if they go on as they went since reports began to be
    /// fetched; `None` before some went.
    pub fn time_left(&self) -> Option<Duration> {
        let (began, before) = (*self.began.lock().unwrap_or_else(PoisonError::into_inner))?;
        let (calls, owed) = self.calls();
        let made = u32::try_from(calls.saturating_sub(before)).ok().filter(|made| *made >= FEW)?;
        let left = u32::try_from(owed.saturating_sub(calls)).unwrap_or(u32::MAX);
        Some(began.elapsed() / made * left)
    }

    /// Meetings that are done, of so many.
    pub fn meetings(&self) -> (u64, u64) {
        (self.meetings_done.load(Ordering::Relaxed), self.meetings_owed.load(Ordering::Relaxed))
    }

    /// Calls for reports that were made, of about so many.
    pub fn calls(&self) -> (u64, u64) {
        (self.calls_done.load(Ordering::Relaxed), self.calls_owed.load(Ordering::Relaxed))
    }

    /// Calls of Zoom Phone that are done, of so many. They are fetched beside the reports of meetings.
    pub fn phone_calls(&self) -> (u64, u64) {
        (self.phone_done.load(Ordering::Relaxed), self.phone_owed.load(Ordering::Relaxed))
    }

    /// Takes note that so many calls need not be made.
    pub(crate) fn spare(&self, calls: u64) {
        self.calls_owed.fetch_sub(calls, Ordering::Relaxed);
    }

    pub(crate) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}
