//! A site, over some time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::Serialize;
use utoipa::ToSchema;
use zqos_answer::overview::{self as fared, Day, Fared, Grouped, HourMinutes};
use zqos_answer::{About, Answer, JudgedJoin, Question};

use super::overview::{OfMedium, diagnosed, least_people};
use super::{Answered, Path, Query, When, joins, medium};
use crate::access::Identity;
use crate::problem::Problem;
use crate::server::Server;

/// A site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneSite {
    name: String,
    /// `office`, `vpn` or `home` by the site map; null where it does not know the site.
    kind: Option<&'static str>,
    totals: Fared,
    diagnosis: Answer,
    days: Vec<Day>,
    /// Minutes by weekday, Monday first, and hour.
    week: Vec<Vec<HourMinutes>>,
    groups: Vec<Grouped>,
}

/// A site: when it was poor, by day and hour of the week, and what went wrong.
#[utoipa::path(get, path = "/api/v1/sites/{name}", params(("name" = String, Path, description = "The site's name"), When, OfMedium), responses((status = OK, body = OneSite), Problem))]
pub(crate) async fn site(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Path(name): Path<String>,
    Query(when): Query<When>,
    Query(OfMedium { medium: of }): Query<OfMedium>,
) -> Answered<OneSite> {
    let (range, zone, medium) = (when.range()?, when.zone()?, medium(of.as_deref())?);
    let who = when.of(who)?;
    let version = server.held.newest().await?;
    let all = joins(&server, &version, &who, &range, medium).await?;
    let here: Vec<JudgedJoin> =
        all.iter().filter(|join| join.site.as_deref() == Some(&*name)).cloned().collect();
    let map = server.settings.context.sites.as_ref();
    let mapped = map.and_then(|map| map.sites().find(|site| site.name == name));
    let least = least_people(&server, &who);
    let totals = Fared::of(&here);
    if (here.is_empty() && mapped.is_none()) || totals.people < least {
        return Err(Problem::not_found("nobody is known to have joined from such a site then"));
    }
    let question = Question::of_range(About::Site(name.clone()), range.clone());
    let diagnosis = diagnosed(&server, &version, &who, &question, &zone).await?;
    let kind = mapped.map(|site| site.kind.as_str());
    let made = tokio::task::spawn_blocking(move || {
        let hour = |at| zone.hour_of_week(at);
        OneSite {
            name,
            kind,
            totals,
            diagnosis,
            days: fared::days(&here, &range, &|at| zone.day(at)),
            week: fared::week(&here, &hour),
            groups: ["network_type", "version", "data_center"]
                .into_iter()
                .map(|by| fared::grouped(&here, by, &hour, least))
                .collect(),
        }
    });
    made.await.map(Json).map_err(|_| super::unavailable("the answer can't be made"))
}
