//! A person, over some time.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::Serialize;
use utoipa::ToSchema;
use zqos_answer::overview::{Day, days};
use zqos_answer::{About, Answer, JudgedJoin, MeetingRow, Question};

use super::overview::diagnosed;
use super::{Answered, Path, Query, When, joins, meetings_of};
use crate::access::Identity;
use crate::problem::Problem;
use crate::server::Server;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OnePerson {
    key: String,
    /// The name that was shown; null where none was.
    name: Option<String>,
    diagnosis: Answer,
    /// The person's audio, by day.
    days: Vec<Day>,
    /// The meetings, the latest first.
    meetings: Vec<OwnMeeting>,
}

/// A meeting that the person was in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnMeeting {
    #[serde(flatten)]
    meeting: MeetingRow,
    /// The person's own minutes in it.
    own: Own,
}

/// Minutes of the person alone.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Own {
    minutes: u32,
    poor_minutes: u32,
}

/// A person: how many days were poor, on which network and headset, and how others fared beside.
#[utoipa::path(get, path = "/api/v1/people/{key}", params(("key" = String, Path, description = "The person's key, as a search tells it"), When), responses((status = OK, body = OnePerson), Problem))]
pub(crate) async fn person(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Path(key): Path<String>,
    Query(when): Query<When>,
) -> Answered<OnePerson> {
    let (range, zone) = (when.range()?, when.zone()?);
    let who = when.of(who)?;
    super::only_people(&server, &who)?;
    let version = server.held.newest().await?;
    let (names, context) = (&*server.settings.names, &server.settings.context);
    let team_of = |key: &str| -> Vec<String> {
        let team = context.people.as_ref().map(|people| people.team_of(key)).unwrap_or_default();
        team.into_iter().map(str::to_owned).collect()
    };
    let archive = &version.archive;
    let question = Question::of_person(
        archive,
        &who.accounts,
        &key,
        range.clone(),
        &|name| names(name),
        &team_of,
    )
    .await?;
    let About::Person(found) = &question.about else {
        return Err(Problem::not_found("nobody of this name took part then"));
    };
    let (key, name) = (found.key.clone(), found.name.clone());
    let all = joins(&server, &version, &who, &range, "audio").await?;
    let own: Vec<JudgedJoin> =
        all.iter().filter(|join| join.person.as_deref() == Some(&key)).cloned().collect();
    let mut of_meeting: HashMap<&str, Own> = HashMap::new();
    for join in &own {
        let of = of_meeting.entry(&*join.meeting_uuid).or_default();
        of.minutes += join.minutes;
        of.poor_minutes += join.poor_minutes;
    }
    let meetings = meetings_of(&server, &version, &who, &range).await?;
    let meetings = meetings.iter().rev().filter_map(|row| {
        let own = *of_meeting.get(row.meeting_uuid.as_str())?;
        Some(OwnMeeting { meeting: row.clone(), own })
    });
    let meetings = meetings.collect();
    let diagnosis = diagnosed(&server, &version, &who, &question, &zone).await?;
    let days = days(&own, &range, &|at| zone.day(at));
    let name = Some(name).filter(|name| *name != key);
    Ok(Json(OnePerson { key, name, diagnosis, days, meetings }))
}
