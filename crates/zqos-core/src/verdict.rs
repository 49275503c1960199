//! Verdicts: what was found of a join, or of a meeting, with the rule and the model that found it.

use crate::{Medium, ParticipantId, Timestamp};

/// A verdict on one medium of one join, or of a whole meeting.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The join; `None` for the whole meeting.
    pub participant: Option<ParticipantId>,
    /// Of what.
    pub medium: Medium,
    /// The rule, as one word.
    pub rule: String,
    /// The version of the model.
    pub model: String,
    /// `good`, `fair`, `poor`, `bad` or `unclassified`.
    pub verdict: String,
    /// How many minutes were judged.
    pub minutes: u32,
    /// How many of them were poor or bad.
    pub poor_minutes: u32,
    /// How many minutes there were on which nothing could be said; they are not among `minutes`.
    pub unclassified_minutes: u32,
    /// The median of R over the minutes; audio only.
    pub median_r: Option<f64>,
    /// The tenth percentile of R over the minutes; audio only.
    pub p10_r: Option<f64>,
    /// When it was found.
    pub judged_at: Timestamp,
}
