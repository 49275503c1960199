//! What a diagnosis says.

use zqos_core::Timestamp;

use super::word::{Cause, Scope};

/// What went wrong, where and when, how sure that is, and why.
///
/// Names are those of strangers, as they came; show them as such, also within sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// What went wrong.
    pub cause: Cause,
    /// Where.
    pub scope: Scope,
    /// The start of the first minute in which it shows.
    pub from: Timestamp,
    /// The end of the last.
    pub to: Timestamp,
    /// How probable it is that this cause, in this scope, is the right one, from 0 to 1.
    pub probability: f64,
    /// The joins whose figures are worse for it, those that listen to somebody in the scope included, by
    /// meeting and id.
    pub participants: Vec<Hurt>,
    /// What speaks for it, in sentences.
    pub evidence_for: Vec<String>,
    /// What speaks against it, in sentences.
    pub evidence_against: Vec<String>,
    /// What would decide it, in sentences.
    pub would_decide: Vec<String>,
    /// The causes that fit as well; empty unless the cause can't be determined.
    pub candidates: Vec<Cause>,
}

/// A join that an incident made worse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hurt {
    /// The meeting, by UUID.
    pub meeting_uuid: String,
    /// The id of the join within it.
    pub user_id: String,
    /// Who it is; `None` where that is not known.
    pub person: Option<String>,
    /// In how many minutes.
    pub minutes: u32,
    /// How many of these were poor or bad.
    pub poor_minutes: u32,
}

/// Poor minutes that no incident explains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unexplained {
    /// How many, of all joins.
    pub poor_minutes: u32,
    /// Why no cause is named; `None` where nothing is left to explain.
    pub reason: Option<String>,
}

/// What of a join's minutes could be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The meeting, by UUID.
    pub meeting_uuid: String,
    /// The id of the join within it.
    pub user_id: String,
    /// How many minutes could be judged.
    pub judged: u32,
    /// How many of these were poor or bad.
    pub poor: u32,
    /// How many of the poor ones no incident explains.
    pub unexplained: u32,
}

/// All that is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diagnosis {
    /// What went wrong, the first first.
    pub incidents: Vec<Incident>,
    /// What stays open.
    pub unexplained: Unexplained,
    /// Join by join, by meeting and id.
    pub tallies: Vec<Tally>,
    /// How many joins were looked at.
    pub joins: u32,
    /// How many minutes of joins could be judged.
    pub judged_minutes: u32,
    /// How many of these were poor or bad.
    pub poor_minutes: u32,
}
