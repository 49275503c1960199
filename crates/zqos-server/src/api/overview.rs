//! How the company fared, and what went wrong.

use std::ops::Range;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use zqos_answer::diagnosis::Told;
use zqos_answer::overview::{self as fared, Day, Fared, Grouped, LEAST_PEOPLE, Tail};
use zqos_answer::{About, Coverage, Eyes, Question, Terms, diagnose};
use zqos_core::Timestamp;
use zqos_quality::cause::Cause;

use super::{Answered, Query, When, joins, medium};
use crate::access::Identity;
use crate::coverage::summed;
use crate::held::Version;
use crate::problem::Problem;
use crate::server::Server;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfMedium {
    /// `audio`, which is meant if it is not given, `video` or `share`.
    pub(super) medium: Option<String>,
}

/// How the company fared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Overview {
    from: String,
    to: String,
    /// The time zone of the days.
    tz: String,
    medium: &'static str,
    /// All of it.
    totals: Fared,
    /// How the share of poor minutes lies among joins; null without any.
    tail: Option<Tail>,
    /// By day; days without judged minutes are there, and their share is null.
    days: Vec<Day>,
    /// By what joins have in common.
    groups: Vec<Grouped>,
    /// How much of what was expected is there; null where nothing was collected.
    coverage: Option<Coverage>,
}

/// From how many people a group is shown.
pub(crate) fn least_people(server: &Server, who: &Identity) -> u32 {
    if server.eyes(who) == Eyes::Open { 1 } else { LEAST_PEOPLE }
}

/// How the company fared: by day, by site, network, data centre and version, and in the tail.
#[utoipa::path(get, path = "/api/v1/overview", params(When, OfMedium), responses((status = OK, body = Overview), Problem))]
pub(crate) async fn overview(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Query(when): Query<When>,
    Query(OfMedium { medium: of }): Query<OfMedium>,
) -> Answered<Overview> {
    let (range, zone, medium) = (when.range()?, when.zone()?, medium(of.as_deref())?);
    let who = when.of(who)?;
    let version = server.held.newest().await?;
    let joins = joins(&server, &version, &who, &range, medium);
    let (joins, coverage) = tokio::join!(joins, coverage_of(&server, &who, &range));
    let joins = joins?;
    let least = least_people(&server, &who);
    // It computes for a while, and others want to be answered.
    let made = tokio::task::spawn_blocking(move || Overview {
        from: range.start.to_string(),
        to: range.end.to_string(),
        tz: when.tz.unwrap_or_else(|| "UTC".to_owned()),
        medium,
        totals: Fared::of(joins.iter()),
        tail: Tail::of(joins.iter()),
        days: fared::days(&joins, &range, &|at| zone.day(at)),
        groups: fared::all_groups(&joins, &|at| zone.hour_of_week(at), least),
        coverage,
    });
    made.await.map(Json).map_err(|_| super::unavailable("the overview can't be made"))
}

/// What was collected; `None` where that can't be told.
pub(crate) async fn coverage_of(
    server: &Server,
    who: &Identity,
    range: &Range<Timestamp>,
) -> Option<Coverage> {
    let told = server.settings.coverage.coverage(&who.accounts, range.clone()).await;
    match told {
        Ok(accounts) => summed(&accounts),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "coverage is left out");
            None
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfCause {
    /// One cause alone, such as `tcp-fallback`.
    cause: Option<String>,
    /// One site alone.
    site: Option<String>,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the answer")]
pub(crate) struct Incidents {
    from: String,
    to: String,
    /// The answer in a sentence or two.
    summary: String,
    /// What hurt the most first.
    incidents: Vec<Told>,
}

/// What went wrong in a time, by cause.
#[utoipa::path(get, path = "/api/v1/incidents", params(When, OfCause), responses((status = OK, body = Incidents), Problem))]
pub(crate) async fn incidents(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Query(when): Query<When>,
    Query(OfCause { cause, site }): Query<OfCause>,
) -> Answered<Incidents> {
    let (range, zone) = (when.range()?, when.zone()?);
    let who = when.of(who)?;
    let about = match (cause, site) {
        (Some(cause), None) => {
            let known = Cause::ALL.into_iter().find(|known| known.as_str() == cause);
            About::Cause(known.ok_or_else(|| Problem::wrong("there is no such cause"))?)
        }
        (None, Some(site)) => About::Site(site),
        (None, None) => About::Account,
        _ => return Err(Problem::wrong("`cause` and `site` exclude each other")),
    };
    let version = server.held.newest().await?;
    let question = Question::of_range(about, range.clone());
    let answer = diagnosed(&server, &version, &who, &question, &zone).await?;
    Ok(Json(Incidents {
        from: range.start.to_string(),
        to: range.end.to_string(),
        summary: answer.summary,
        incidents: answer.incidents,
    }))
}

/// A diagnosis, on the settings of the server; made once of each version of what it looks at.
pub(crate) async fn diagnosed(
    server: &Arc<Server>,
    version: &Version,
    who: &Identity,
    question: &Question,
    zone: &super::Zone,
) -> Result<zqos_answer::Answer, Problem> {
    let eyes = server.eyes(who);
    let terms = Terms {
        judge: server.settings.judge,
        input: server.settings.input,
        context: &server.settings.context,
        day_of: &|at| zone.start_of_day(at),
        eyes,
    };
    let asked = format!("{question:?}");
    let key = (who.accounts.clone(), asked, zone.name(), eyes == Eyes::Open);
    let of = version.mark(&question.looked_at());
    let make = diagnose(&version.archive, &who.accounts, question, &terms, None);
    let answer = server.diagnoses.get(of, key, weight, server.in_turn(make)).await?;
    let coverage = coverage_of(server, who, &question.range).await;
    Ok(zqos_answer::Answer { coverage, ..(*answer).clone() })
}

fn weight(answer: &zqos_answer::Answer) -> usize {
    let hurt = answer.incidents.iter().map(|incident| 1 + incident.participants.len());
    1 + answer.participants.len() + hurt.sum::<usize>()
}
