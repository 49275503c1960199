//! How far a collector has come.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use zqos_core::Timestamp;

/// How far a collector has come: it writes, and whoever shows it reads.
#[derive(Debug, Default)]
pub struct Progress {
    stage: Mutex<Stage>,
    pub(crate) meetings_owed: AtomicU64,
    pub(crate) meetings_done: AtomicU64,
    pub(crate) calls_owed: AtomicU64,
    pub(crate) calls_done: AtomicU64,
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
        *self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn enter(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = stage;
    }

    /// Meetings that are done, of so many.
    pub fn meetings(&self) -> (u64, u64) {
        (self.meetings_done.load(Ordering::Relaxed), self.meetings_owed.load(Ordering::Relaxed))
    }

    /// Calls for reports that were made, of about so many.
    pub fn calls(&self) -> (u64, u64) {
        (self.calls_done.load(Ordering::Relaxed), self.calls_owed.load(Ordering::Relaxed))
    }

    pub(crate) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}
