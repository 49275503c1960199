//! `zqos compare`: whether a cohort, or a change, made a difference beyond chance.

mod cohort;
mod show;

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use serde::Serialize;
use zqos_core::Timestamp;
use zqos_quality::Proportion;
use zqos_quality::compare::{
    Change, Comparison, Effect, Evidence, Join, Member, Outcome, Periods, Ranked, compare,
    compare_change, rank,
};
use zqos_query::{Archive, Limits, QueryError};

use self::cohort::{Found, Joins};
use crate::cli::{Compare, Format, Trait};
use crate::command::import::location;
use crate::exit::{Exit, UsageError};
use crate::output::{Output, note};
use crate::session::Session;

/// The name of the schema; its number rises with every change that takes something away.
const SCHEMA: &str = "zqos.compare/1";
/// How long before a change, and after it, joins are compared if nothing else is said.
const PERIOD: Duration = Duration::from_hours(14 * 24);

pub(super) async fn run(session: &Session, args: &Compare) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let format = output.format(session.format);
    if !matches!(format, Format::Table | Format::Json) {
        return Err(UsageError::new("a comparison is no list of rows")
            .hint("the formats are `table` and `json`")
            .into());
    }
    let question = Question::read(session, args)?;
    let at = location(&args.store)?;
    let accounts: Vec<String> =
        session.accounts()?.iter().map(|account| account.name.clone()).collect();
    session.progress.say(Box::new(|elapsed| format!("{} s: reading the store", elapsed.as_secs())));
    let archive = Archive::open(Some(at), Limits::default()).await?;
    let joins = Joins {
        archive: &archive,
        accounts: &accounts,
        range: &question.range,
        medium: args.medium.as_str(),
        zone: &session.zone,
    };
    let found = joins
        .read(args.cohort.as_deref(), args.against.as_deref(), args.by.map(Trait::column))
        .await
        .map_err(|error| match error.downcast::<QueryError>() {
            Ok(QueryError::Wrong(wrong)) => UsageError::new(wrong.to_string())
                .place(wrong.place())
                .hint("conditions are SQL over the columns of `participants` and `meetings`")
                .into(),
            Ok(error) => error.into(),
            Err(error) => error,
        })?;
    if found.is_empty() {
        note(
            "no verdicts of this time are in the store; `zqos store compact` makes those that are missing",
        );
        return Ok(Exit::Failed);
    }
    let answer = question.answer(args, &found);
    if format == Format::Json {
        output.json(&answer)?;
    } else {
        let (width, may_style) = (output.width(), output.may_style());
        output.write(|out| show::show(out, &answer, width, may_style, &session.zone))?;
    }
    output.finish()?;
    Ok(Exit::Done)
}

/// What is asked.
struct Question {
    range: Range<Timestamp>,
    change: Option<Timestamp>,
}

impl Question {
    fn read(session: &Session, args: &Compare) -> Result<Self, UsageError> {
        let zone = &session.zone;
        let change = args.change.as_deref().map(|at| zone.parse(at)).transpose()?;
        if change.is_none() && args.cohort.is_none() && args.by.is_none() {
            return Err(UsageError::new("nothing is to be compared").hint(
                "name a change (`--change '2026-11-18 22:00'`), a cohort (`--where \"version = '6.3.1'\"`), \
                 or what joins are told apart by (`--by site`)",
            ));
        }
        let read = |text: &Option<String>| text.as_deref().map(|at| zone.parse(at)).transpose();
        let (from, to) = (read(&args.from)?, read(&args.to)?);
        let now = zone.now();
        let range = if let Some(at) = change {
            let from = from.unwrap_or_else(|| at.saturating_sub(PERIOD));
            let to = to.unwrap_or_else(|| at.saturating_add(PERIOD).min(now));
            if !(from < at && at < to) {
                return Err(UsageError::new("there is nothing before the change, or after it")
                    .hint("`--from` is before `--change`, and `--to` after it"));
            }
            from..to
        } else {
            let from = from.map_or_else(|| zone.parse("-28d"), Ok)?;
            zone.range(from, to.unwrap_or(now))?
        };
        Ok(Self { range, change })
    }

    fn answer(&self, args: &Compare, found: &[Found]) -> Answer {
        let mut answer = Answer {
            schema: SCHEMA,
            from: self.range.start.to_string(),
            to: self.range.end.to_string(),
            medium: args.medium.as_str(),
            cohort: args.cohort.clone(),
            against: args.against.clone(),
            change: self.change.map(|at| at.to_string()),
            joins: u32::try_from(found.len()).unwrap_or(u32::MAX),
            comparison: None,
            changed: None,
            cohorts: None,
        };
        if let Some(by) = args.by {
            answer.cohorts = Some(Cohorts { by: by.column(), cohorts: ranked(found) });
            return answer;
        }
        let joins = |is_of: &dyn Fn(&&Found) -> bool| -> Vec<Join> {
            found.iter().filter(is_of).map(|found| found.join).collect()
        };
        match self.change {
            None => {
                let group = joins(&|found| found.is_in);
                let others = joins(&|found| found.is_against);
                answer.comparison = Some(compare(&group, &others).into());
            }
            Some(at) if args.cohort.is_none() => {
                let after = joins(&|found| found.start >= at);
                let before = joins(&|found| found.start < at);
                answer.comparison = Some(compare(&after, &before).into());
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
#[derive(Debug, Serialize)]
struct Answer {
    schema: &'static str,
    from: String,
    to: String,
    medium: &'static str,
    #[serde(rename = "where")]
    cohort: Option<String>,
    against: Option<String>,
    change: Option<String>,
    /// How many joins have a verdict.
    joins: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<Compared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Changed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cohorts: Option<Cohorts>,
}

/// A group against others.
#[derive(Debug, Serialize)]
struct Compared {
    group: Counted,
    reference: Counted,
    #[serde(flatten)]
    outcome: Said,
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
#[derive(Debug, Serialize)]
struct Changed {
    cohort: Compared,
    rest: Compared,
    beyond_rest: Said,
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
#[derive(Debug, Serialize)]
struct Counted {
    people: u32,
    meetings: u32,
    joins: u32,
    poor_joins: u32,
    minutes: u32,
    poor_minutes: u32,
    /// Left out, as the other group has nothing in the same hour of the week.
    unmatched_joins: u32,
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
#[derive(Debug, Serialize)]
struct Said {
    finding: &'static str,
    /// By the share of poor joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    poor_joins: Option<Effected>,
    /// By the share of poor minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    poor_minutes: Option<Effected>,
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
#[derive(Debug, Serialize)]
struct Effected {
    finding: &'static str,
    difference: f64,
    lower: f64,
    upper: f64,
    naive_lower: f64,
    naive_upper: f64,
    p_value: f64,
    design_effect: f64,
    smallest_visible: Option<f64>,
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
#[derive(Debug, Serialize)]
struct Cohorts {
    by: &'static str,
    cohorts: Vec<Cohort>,
}

/// A cohort among others.
#[derive(Debug, Serialize)]
struct Cohort {
    /// Several that have the same joins can't be told apart.
    names: Vec<String>,
    standing: &'static str,
    group: Counted,
    rate: f64,
    rate_at_least: f64,
    excess: Option<[f64; 3]>,
    p_value: Option<f64>,
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
