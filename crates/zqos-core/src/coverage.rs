//! Coverage: what was expected of a meeting, and what came.

use crate::Timestamp;

/// What came of a meeting from one origin, counted in joins.
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
}
