//! How much of what was expected is there.

use serde::Serialize;
use utoipa::ToSchema;

/// How much of what was expected is in the store. Whoever knows what was expected counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// Meetings that have ended.
    pub meetings: u32,
    /// Those of them that are complete.
    pub complete_meetings: u32,
    /// Those of which Zoom has nothing more, so that nothing is missing.
    pub not_obtainable_meetings: u32,
    /// Joins that there were, as far as known.
    pub participants_expected: u32,
    /// Those of them whose report came.
    pub participants_got: u32,
    /// Whole minutes within joins.
    pub minutes_expected: u32,
    /// Those of them that came.
    pub minutes_got: u32,
    /// Meetings of which something is missing.
    pub holes: u32,
    /// UTC days of which no list of meetings was walked to its end.
    pub unlisted_days: u32,
}
