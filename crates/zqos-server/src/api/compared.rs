//! Whether a change, or a cohort, made a difference beyond chance.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::Deserialize;
use utoipa::IntoParams;
use zqos_answer::comparison::{Answer, Question, compare};
use zqos_query::quoted;

use super::overview::OfMedium;
use super::{Answered, Query, When, instant, medium};
use crate::access::Identity;
use crate::problem::Problem;
use crate::server::Server;

/// What joins can be told apart by: columns in which nobody's name, address or words are.
const TRAITS: [&str; 7] =
    ["site", "network_type", "data_center", "version", "location", "device", "os"];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Compared {
    /// When something was changed: after it is compared with before.
    #[param(value_type = Option<String>, format = DateTime)]
    change: Option<String>,
    /// What a cohort is told apart by: `site`, `network_type`, `data_center`, `version`, `location`, `device` or
    /// `os`.
    r#trait: Option<String>,
    /// The cohort's value of it.
    value: Option<String>,
    /// The value of what it is compared with; all others if not given.
    against: Option<String>,
    /// What joins are told apart by, to rank them.
    by: Option<String>,
}

/// Whether a change, or a cohort, made a difference beyond chance.
#[utoipa::path(get, path = "/api/v1/compare", params(When, OfMedium, Compared), responses((status = OK, body = Answer), Problem))]
pub(crate) async fn compared(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Query(when): Query<When>,
    Query(OfMedium { medium: of }): Query<OfMedium>,
    Query(asked): Query<Compared>,
) -> Answered<Answer> {
    let (range, zone, medium) = (when.range()?, when.zone()?, medium(of.as_deref())?);
    let who = when.of(who)?;
    let column = |name: &str| {
        TRAITS
            .into_iter()
            .find(|known| *known == name)
            .ok_or_else(|| Problem::wrong(format!("joins are told apart by {}", TRAITS.join(", "))))
    };
    let condition = |column: &str, value: &str| format!("{column} = {}", quoted(value));
    let (cohort, against) = match (&asked.r#trait, &asked.value) {
        (Some(name), Some(value)) => {
            let column = column(name)?;
            let against = asked.against.as_deref().map(|value| condition(column, value));
            (Some(condition(column, value)), against)
        }
        (None, None) => (None, None),
        _ => return Err(Problem::wrong("`trait` and `value` go together")),
    };
    let change = asked.change.as_deref().map(|at| instant("change", at)).transpose()?;
    let by = asked.by.as_deref().map(column).transpose()?;
    if change.is_some_and(|at| at <= range.start || range.end <= at) {
        return Err(Problem::wrong("there is nothing before the change, or after it"));
    }
    if cohort.is_none() && change.is_none() && by.is_none() {
        return Err(Problem::wrong("nothing is to be compared")
            .hint("give a `change`, a cohort by `trait` and `value`, or `by` to rank"));
    }
    if by.is_some() && (cohort.is_some() || change.is_some()) {
        return Err(Problem::wrong("`by` ranks all, and goes with nothing else"));
    }
    let version = server.held.newest().await?;
    let question = Question {
        accounts: &who.accounts,
        range,
        medium,
        change,
        cohort: cohort.as_deref(),
        against: against.as_deref(),
        by,
    };
    let found = compare(&version.archive, &question, &|at| zone.hour_of_week(at)).await?;
    let mut found =
        found.ok_or_else(|| Problem::not_found("no verdicts of this time are in the store"))?;
    found.leave_out_groups_below(super::overview::least_people(&server, &who));
    Ok(Json(found))
}
