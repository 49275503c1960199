//! Coverage: what was expected of a meeting or a call, and what came.

use crate::Timestamp;

/// What came of a meeting from one origin, counted in joins; or of a call of Zoom Phone, which counts as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// How many joins should have come; `None` when nobody knows yet.
    pub expected: Option<u32>,
    /// How many came.
    pub got: u32,
    /// How many did not; `None` when nobody knows how many should.
    pub missing: Option<u32>,
    /// Why, as one word: `quota`, `not-ready`, `too-old`, …; `None` when nothing is missing.
    pub why: Option<String>,
    /// Until when what is missing can still be had; `None` when it can't, or nothing is missing.
    pub until: Option<Timestamp>,
    /// When this was counted.
    pub counted_at: Timestamp,
    /// How many minutes joins should have, by when they began and ended; `None` when nobody knows yet.
    pub expected_minutes: Option<u32>,
    /// How many of those came.
    pub got_minutes: Option<u32>,
    /// How many rows of the answers could not be read, or not wholly.
    pub invalid: Option<u32>,
}

impl Coverage {
    /// Nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.why.is_none() && self.missing == Some(0)
    }
}

/// Something that is wrong with what is pushed, while it lasts or when it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushAlarm {
    /// What is wrong: `silence` (nothing comes of joins of which something should), or `validation` (Zoom asks
    /// whose the URL is, and is not answered well).
    pub kind: String,
    /// Since when.
    pub start: Timestamp,
    /// Until when; `None` while it lasts, and where whoever would have noticed the end was not there any more.
    pub end: Option<Timestamp>,
    /// Of how many joins nothing came, or how many questions in a row were not answered well; at most.
    pub count: u32,
}

/// A connection by which events are pushed. What happens while there is none is told to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushConnection {
    /// How events come: `websocket`.
    pub transport: String,
    /// When it was opened.
    pub start: Timestamp,
    /// Until when everything that came by it is kept, and it is known to have worked.
    pub until: Timestamp,
    /// Why it ended, as one word: `closed`, `silent`, `stopped`, …; `None` while it is open, and where nobody
    /// was there any more to take note of its end.
    pub why: Option<String>,
}

/// A list of the meetings or calls that began on a UTC day, walked to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The first instant of the day.
    pub day: Timestamp,
    /// What was listed: `meeting`, `one-participant`, `webinar` or `call`.
    pub kind: String,
    /// How many there were.
    pub total: u32,
    /// When. What ended, or was listed, later may be missing.
    pub listed_at: Timestamp,
}

/// What a run of a collector took of a day's quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The first instant of the UTC day.
    pub day: Timestamp,
    /// Which of the account's daily quotas: `dashboard` or `phone`.
    pub pool: String,
    /// The run, by its place among all of the account.
    pub run: String,
    /// How many calls it may have made.
    pub reserved: u32,
    /// How many it made, once it has ended; `None` while it runs, and when it was killed.
    pub spent: Option<u32>,
}

/// How many calls a run of a collector made for a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// The first instant of the UTC day.
    pub day: Timestamp,
    /// The run.
    pub run: String,
    /// What for: `list`, `participants`, `reports`, …
    pub purpose: String,
    /// How many calls, tries that were repeated among them.
    pub calls: u32,
    /// How many of those failed.
    pub failed: u32,
}
