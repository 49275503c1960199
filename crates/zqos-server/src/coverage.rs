//! What was collected, and what is missing. Whoever knows what was expected tells it: this crate can't ask
//! Zoom, and does not know how collecting is planned.

use std::ops::Range;

use futures::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;
use zqos_answer::Coverage;
use zqos_core::Timestamp;

/// Tells what was collected.
pub trait CoverageSource: std::fmt::Debug + Send + Sync {
    /// Of some accounts, in a range.
    ///
    /// **Errors**: the store can't be read.
    fn coverage<'a>(
        &'a self,
        accounts: &'a [String],
        range: Range<Timestamp>,
    ) -> BoxFuture<'a, Result<Vec<AccountCoverage>, CoverageError>>;
}

/// The store can't be read for what was collected.
#[derive(Debug, thiserror::Error)]
#[error("what was collected can't be told")]
pub struct CoverageError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What was collected of an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountCoverage {
    /// The account.
    pub account: String,
    /// Meetings that have ended.
    pub meetings: u32,
    /// Those of them that are complete.
    pub complete: u32,
    /// Those of which Zoom has nothing more, by why.
    pub not_obtainable: Vec<NotObtainable>,
    /// Joins that there were, as far as known.
    pub participants_expected: u32,
    /// Those whose report came.
    pub participants_got: u32,
    /// Whole minutes within joins.
    pub minutes_expected: u32,
    /// Those that came.
    pub minutes_got: u32,
    /// Rows of answers that could not be read, or not wholly.
    pub invalid_rows: u32,
    /// Calls by purpose, of the UTC days that the range touches.
    pub calls: Vec<Calls>,
    /// Today's; `None` where it is not counted.
    pub quota: Option<Quota>,
    /// What is missing and can be had, or could have been.
    pub holes: Vec<Hole>,
    /// UTC days of which no list of meetings was walked to its end.
    pub unlisted_days: Vec<String>,
    /// UTC days whose list may grow still.
    pub open_days: Vec<String>,
}

/// Meetings of which Zoom has nothing more.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotObtainable {
    /// Why.
    pub why: String,
    /// How many.
    pub meetings: u32,
}

/// Calls of a purpose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Calls {
    /// What for.
    pub purpose: String,
    /// How many.
    pub calls: u32,
    /// How many of them failed.
    pub failed: u32,
}

/// Zoom's daily quota, by our count.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Quota {
    /// Used today.
    pub used_today: u32,
    /// Left today.
    pub left_today: u32,
}

/// Something of a meeting that is missing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hole {
    /// The meeting.
    pub meeting_uuid: String,
    /// Its topic.
    pub topic: Option<String>,
    /// When it began.
    pub start: Option<String>,
    /// Why it is missing; `None` when it was not fetched yet.
    pub why: Option<String>,
    /// How many joins lack their report; `None` when that is not known.
    pub joins: Option<u32>,
    /// How many minutes reports lack; `None` when that is not known.
    pub minutes: Option<u32>,
    /// Until when it can be had; `None`: it is gone.
    pub until: Option<String>,
}

/// All accounts together; `None` where nothing was collected.
pub(crate) fn summed(accounts: &[AccountCoverage]) -> Option<Coverage> {
    let count = |of: fn(&AccountCoverage) -> u32| accounts.iter().map(of).sum();
    let len = |of: fn(&AccountCoverage) -> usize| {
        u32::try_from(accounts.iter().map(of).sum::<usize>()).unwrap_or(u32::MAX)
    };
    let all = Coverage {
        meetings: count(|of| of.meetings),
        complete_meetings: count(|of| of.complete),
        not_obtainable_meetings: count(|of| of.not_obtainable.iter().map(|one| one.meetings).sum()),
        participants_expected: count(|of| of.participants_expected),
        participants_got: count(|of| of.participants_got),
        minutes_expected: count(|of| of.minutes_expected),
        minutes_got: count(|of| of.minutes_got),
        holes: len(|of| of.holes.len()),
        unlisted_days: len(|of| of.unlisted_days.len()),
    };
    (all.meetings > 0 && all.participants_expected > 0).then_some(all)
}
