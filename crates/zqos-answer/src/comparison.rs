//! Whether a cohort, or a change, made a difference beyond chance.

mod cohort;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_core::Timestamp;
use zqos_quality::Proportion;
use zqos_quality::compare::{
    Change, Comparison, Effect, Evidence, Join, Member, Outcome, Periods, Ranked,
    compare as compared, compare_change, rank,
};
use zqos_query::{Archive, QueryError};

use self::cohort::{Found, Joins};

/// The name of the schema; its number rises with every change that takes something away.
const SCHEMA: &str = "zqos.compare/1";

/// What is compared.
#[derive(Debug)]
pub struct Question<'a> {
    /// The accounts whose joins are.
    pub accounts: &'a [String],
    /// When they began.
    pub range: Range<Timestamp>,
    /// The medium: `audio`, `video` or `share`.
    pub medium: &'a str,
    /// When something was changed: after it is compared with before.
    pub change: Option<Timestamp>,
    /// The cohort: a condition in SQL over the columns of `participants` and `meetings`.
    pub cohort: Option<&'a str>,
    /// What it is compared with, likewise; all others if `None`.
    pub against: Option<&'a str>,
    /// The column that joins are told apart by, to rank them.
    pub by: Option<&'a str>,
}

/// Weekday and hour of an instant, Monday and midnight 0.
pub type HourOfWeek<'a> = dyn Fn(Timestamp) -> (u8, u8) + Sync + 'a;

/// Compares. `None`: the store has no verdicts of this time.
///
/// **Errors**: [`QueryError::Wrong`] for a condition that is wrong, and the others of [`Archive::query`].
pub async fn compare(
    archive: &Archive,
    question: &Question<'_>,
    hour_of_week: &HourOfWeek<'_>,
) -> Result<Option<Answer>, QueryError> {
    let found = Joins { archive, question, hour_of_week }.read().await?;
    Ok((!found.is_empty()).then(|| question.answer(&found)))
}

impl Question<'_> {
    fn answer(&self, found: &[Found]) -> Answer {
        let mut answer = Answer {
            schema: SCHEMA,
            from: self.range.start.to_string(),
            to: self.range.end.to_string(),
            medium: self.medium.to_owned(),
            cohort: self.cohort.map(str::to_owned),
            against: self.against.map(str::to_owned),
            change: self.change.map(|at| at.to_string()),
            joins: u32::try_from(found.len()).unwrap_or(u32::MAX),
            comparison: None,
            changed: None,
            cohorts: None,
        };
        if let Some(by) = self.by {
            answer.cohorts = Some(Cohorts { by: by.to_owned(), cohorts: ranked(found) });
            return answer;
        }
        let joins = |is_of: &dyn Fn(&&Found) -> bool| -> Vec<Join> {
            found.iter().filter(is_of).map(|found| found.join).collect()
        };
        match self.change {
            None => {
                let group = joins(&|found| found.is_in);
                let others = joins(&|found| found.is_against);
                answer.comparison = Some(compared(&group, &others).into());
            }
            Some(at) if self.cohort.is_none() => {
                let after = joins(&|found| found.start >= at);
                let before = joins(&|found| found.start < at);
                answer.comparison = Some(compared(&after, &before).into());
            }
            Some(at) => {
                // Before an update nobody has the new version: the cohort is of those who had it after.
                let people: BTreeSet<u32> = (found.iter())
                    .filter(|found| found.start >= at && found.is_in)
                    .filter_map(|found| found.join.person)
                    .collect();
                let is_in = |found: &Found| match found.join.person {
                    Some(person) => people.contains(&person),
                    None => found.is_in,
                };
                let part = |cohort: bool, after: bool| {
                    joins(&|found| is_in(found) == cohort && (found.start >= at) == after)
                };
                let cohort = [part(true, false), part(true, true)];
                let rest = [part(false, false), part(false, true)];
                let change = compare_change(
                    Periods { before: &cohort[0], after: &cohort[1] },
                    Periods { before: &rest[0], after: &rest[1] },
                );
                answer.changed = Some(change.into());
            }
        }
        answer
    }
}

/// Ranks the cohorts that joins are told apart by.
fn ranked(found: &[Found]) -> Vec<Cohort> {
    let names: BTreeSet<&str> = found.iter().filter_map(|found| found.by.as_deref()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let members: Vec<Member> = found
        .iter()
        .map(|found| {
            let place = found.by.as_deref().and_then(|by| names.binary_search(&by).ok());
            let cohorts = place.and_then(|place| u32::try_from(place).ok()).into_iter().collect();
            Member { join: found.join, cohorts }
        })
        .collect();
    let name_of = |number: &u32| {
        names
            .get(usize::try_from(*number).unwrap_or(usize::MAX))
            .map_or("", |name| *name)
            .to_owned()
    };
    rank(&members).into_iter().map(|one| Cohort::new(&one, &name_of)).collect()
}

/// All that is said.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Comparison)]
pub struct Answer {
    /// The name and version of the schema.
    pub schema: &'static str,
    /// When joins began, from this instant on.
    pub from: String,
    /// Until before this one.
    pub to: String,
    /// The medium.
    pub medium: String,
    /// The cohort's condition.
    #[serde(rename = "where")]
    pub cohort: Option<String>,
    /// The condition of what it is compared with.
    pub against: Option<String>,
    /// When something was changed.
    pub change: Option<String>,
    /// How many joins have a verdict.
    pub joins: u32,
    /// One group against another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Compared>,
    /// What a change made, in a cohort and in the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
    /// Cohorts, the worst first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohorts: Option<Cohorts>,
}

impl Answer {
    /// Leaves out cohorts of fewer people, for whoever may not know people.
    pub fn leave_out_groups_below(&mut self, people: u32) {
        if let Some(cohorts) = &mut self.cohorts {
            cohorts.cohorts.retain(|cohort| cohort.group.people >= people);
        }
    }
}

/// A group against others.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Compared {
    /// The group.
    pub group: Counted,
    /// What it is compared with.
    pub reference: Counted,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Said,
}

impl From<Comparison> for Compared {
    fn from(comparison: Comparison) -> Self {
        Self {
            group: comparison.group.into(),
            reference: comparison.reference.into(),
            outcome: comparison.outcome.into(),
        }
    }
}

/// What a change made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Changed {
    /// After against before, in the cohort.
    pub cohort: Compared,
    /// The same in the rest.
    pub rest: Compared,
    /// What the cohort changed beyond the rest.
    pub beyond_rest: Said,
}

impl From<Change> for Changed {
    fn from(change: Change) -> Self {
        Self {
            cohort: change.cohort.into(),
            rest: change.rest.into(),
            beyond_rest: change.beyond_rest.into(),
        }
    }
}

/// What there is of a group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Counted {
    /// People.
    pub people: u32,
    /// Meetings.
    pub meetings: u32,
    /// Joins with a verdict.
    pub joins: u32,
    /// Poor and bad ones among them.
    pub poor_joins: u32,
    /// Judged minutes.
    pub minutes: u32,
    /// Poor and bad ones among them.
    pub poor_minutes: u32,
    /// Left out, as the other group has nothing in the same hour of the week.
    pub unmatched_joins: u32,
}

impl From<Evidence> for Counted {
    fn from(evidence: Evidence) -> Self {
        let Evidence { people, meetings, joins, minutes, unmatched } = evidence;
        Self {
            people,
            meetings,
            joins: joins.map_or(0, Proportion::of),
            poor_joins: joins.map_or(0, Proportion::hits),
            minutes: minutes.map_or(0, Proportion::of),
            poor_minutes: minutes.map_or(0, Proportion::hits),
            unmatched_joins: unmatched,
        }
    }
}

/// What came of it: `not-enough-data`, or effects.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Said {
    /// `better`, `worse`, `no-difference` or `not-enough-data`.
    pub finding: &'static str,
    /// By the share of poor joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poor_joins: Option<Effected>,
    /// By the share of poor minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poor_minutes: Option<Effected>,
}

impl From<Outcome> for Said {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NotEnoughData => {
                Self { finding: "not-enough-data", poor_joins: None, poor_minutes: None }
            }
            Outcome::Compared { joins, minutes } => Self {
                finding: joins.finding().as_str(),
                poor_joins: Some(joins.into()),
                poor_minutes: Some(minutes.into()),
            },
        }
    }
}

/// A difference of shares, from −1 to 1.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Effected {
    /// What the interval says.
    pub finding: &'static str,
    /// The difference of shares.
    pub difference: f64,
    /// The lower end of its 95 % interval.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// The lower end, as if joins were independent.
    pub naive_lower: f64,
    /// The upper end likewise.
    pub naive_upper: f64,
    /// How probable such a difference is by chance.
    pub p_value: f64,
    /// By how much the clusters widen the variance.
    pub design_effect: f64,
    /// The smallest difference that could have been seen.
    pub smallest_visible: Option<f64>,
}

impl From<Effect> for Effected {
    fn from(effect: Effect) -> Self {
        Self {
            finding: effect.finding().as_str(),
            difference: effect.difference.value,
            lower: effect.difference.lower,
            upper: effect.difference.upper,
            naive_lower: effect.naive.lower,
            naive_upper: effect.naive.upper,
            p_value: effect.p_value,
            design_effect: effect.design_effect,
            smallest_visible: effect.smallest_visible,
        }
    }
}

/// Cohorts, the worst first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Cohorts {
    /// The column that joins are told apart by.
    pub by: String,
    /// The cohorts.
    pub cohorts: Vec<Cohort>,
}

/// A cohort among others.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Cohort {
    /// Several that have the same joins can't be told apart.
    pub names: Vec<String>,
    /// How it stands among the others.
    pub standing: &'static str,
    /// What there is of it.
    pub group: Counted,
    /// The share of poor joins, drawn towards that of all.
    pub rate: f64,
    /// What it is at least, 95 % sure.
    pub rate_at_least: f64,
    /// By how much it exceeds the others, with its 95 % interval.
    pub excess: Option<[f64; 3]>,
    /// How probable that is by chance.
    pub p_value: Option<f64>,
}

impl Cohort {
    fn new(one: &Ranked, name_of: &dyn Fn(&u32) -> String) -> Self {
        Self {
            names: one.cohorts.iter().map(name_of).collect(),
            standing: one.standing.as_str(),
            group: one.group.into(),
            rate: one.shrunk.mean,
            rate_at_least: one.shrunk.lower,
            excess: one.excess.map(|excess| [excess.value, excess.lower, excess.upper]),
            p_value: one.p_value,
        }
    }
}
