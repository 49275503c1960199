//! `/api/v1`, as `/api/openapi.json` describes it.

mod collected;
mod compared;
mod live;
mod meeting;
mod meetings;
mod overview;
mod people;
mod session;
mod sites;
pub(crate) mod sql;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zqos_answer::{Eyes, JudgedJoin, MeetingRow, judged_joins};
use zqos_core::{Meeting, MeetingUuid, Timestamp};
use zqos_query::Which;

use crate::access::Identity;
use crate::held::Version;
use crate::problem::Problem;
use crate::server::Server;
use crate::{metrics, page, zoom};

pub(crate) use session::Stored;

/// The longest time that is asked for at once.
///
/// **Source**: a choice of this project: a year and a day, as far back as Zoom itself goes.
const MOST_RANGE: Duration = Duration::from_hours(24 * 367);

/// The second with which the year 2200 begins.
const LAST_SECOND: i64 = 7_258_118_400;

#[derive(OpenApi)]
#[openapi(
    components(schemas(Problem)),
    info(
        title = "zqos",
        description = "What a zqos store has, and what went wrong. Times are RFC 3339 in UTC, shares go from 0 to 1, \
        units stand in names, and null means that it is not known."
    )
)]
struct Described;

/// Everything that can be asked.
pub(crate) fn router(server: &Arc<Server>) -> Router {
    let (router, described) = described().split_for_parts();
    let text = described.to_json().unwrap_or_default();
    let document = move || {
        let text = text.clone();
        async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], text) }
    };
    router
        .route("/api/openapi.json", get(document))
        .route("/metrics", get(metrics::metrics))
        .route("/sign-in", get(session::sign_in))
        .route("/sign-in/oidc", get(session::begin_oidc))
        .route("/sign-in/oidc/callback", get(session::end_oidc))
        .route("/oauth/token", axum::routing::post(session::token))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(session::ready))
        .route("/v2/{*rest}", axum::routing::any(zoom::answer))
        .route("/api/{*rest}", axum::routing::any(nothing))
        // What programs ask for is no page of the dashboard.
        .route("/v2", axum::routing::any(nothing))
        .route("/v2/", axum::routing::any(nothing))
        .route("/oauth/{*rest}", axum::routing::any(nothing))
        .route("/hooks/{*rest}", axum::routing::any(nothing))
        .fallback_service(axum::routing::get(page::file))
        .with_state(Arc::clone(server))
}

fn described() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(session::session))
        .routes(routes!(session::sign_out))
        .routes(routes!(overview::overview))
        .routes(routes!(overview::incidents))
        .routes(routes!(meetings::meetings))
        .routes(routes!(meetings::search))
        .routes(routes!(meeting::meeting))
        .routes(routes!(meeting::diagnosis))
        .routes(routes!(meeting::heat))
        .routes(routes!(meeting::series))
        .routes(routes!(meeting::rows))
        .routes(routes!(people::person))
        .routes(routes!(sites::site))
        .routes(routes!(compared::compared))
        .routes(routes!(collected::coverage))
        .routes(routes!(live::live))
        .routes(routes!(sql::sql))
}

/// What describes the API, as JSON.
pub fn openapi() -> String {
    described().split_for_parts().1.to_pretty_json().unwrap_or_default()
}

async fn nothing() -> Problem {
    Problem::not_found("there is no such thing to ask")
        .hint("`/api/openapi.json` says what there is")
}

/// Parameters of a query; what is wrong with them is a [`Problem`].
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| {
                Problem::wrong(format!("a parameter can't be read: {}", error.body_text()))
            })
    }
}

/// A part of a path; what is wrong with it is a [`Problem`].
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(path)| Self(path))
            .map_err(|error| {
                Problem::wrong(format!("the path can't be read: {}", error.body_text()))
            })
    }
}

/// Of when, and of which account.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// From this instant on.
    #[param(value_type = String, format = DateTime)]
    from: String,
    /// Until before this one.
    #[param(value_type = String, format = DateTime)]
    to: String,
    /// The time zone in which days and hours are cut, such as `Europe/Berlin`; UTC if not given.
    tz: Option<String>,
    /// One account; all that may be seen if not given.
    account: Option<String>,
}

/// A time zone, for cutting days.
#[derive(Debug, Clone)]
pub(crate) struct Zone(jiff::tz::TimeZone);

impl Zone {
    pub(crate) fn new(name: Option<&str>) -> Result<Self, Problem> {
        let Some(name) = name else { return Ok(Self(jiff::tz::TimeZone::UTC)) };
        let zone = jiff::tz::TimeZone::get(name);
        zone.map(Self).map_err(|_| Problem::wrong("`tz` is no time zone such as `Europe/Berlin`"))
    }

    fn zoned(&self, at: Timestamp) -> jiff::Zoned {
        at.to_jiff().to_zoned(self.0.clone())
    }

    /// The name; `None` of one that has none.
    pub(crate) fn name(&self) -> Option<String> {
        self.0.iana_name().map(str::to_owned)
    }

    /// The day, and when the next one begins.
    pub(crate) fn day(&self, at: Timestamp) -> (String, Timestamp) {
        let zoned = self.zoned(at);
        let next =
            zoned.tomorrow().and_then(|next| next.start_of_day()).map(|next| next.timestamp());
        let day = zoned.date().strftime("%F").to_string();
        (day, next.map_or(at, Timestamp::from))
    }

    /// When the day began.
    pub(crate) fn start_of_day(&self, at: Timestamp) -> Timestamp {
        self.zoned(at).start_of_day().map_or(at, |start| start.timestamp().into())
    }

    /// Weekday, Monday first, and hour.
    pub(crate) fn hour_of_week(&self, at: Timestamp) -> (u8, u8) {
        let zoned = self.zoned(at);
        let number = |number: i8| u8::try_from(number).unwrap_or(0);
        (number(zoned.weekday().to_monday_zero_offset()), number(zoned.hour()))
    }
}

/// Reads an instant, within the time of which anything can be stored: its nanoseconds have 64 bits.
pub(crate) fn instant(name: &str, text: &str) -> Result<Timestamp, Problem> {
    let read = text
        .parse()
        .ok()
        .filter(|at: &Timestamp| (0..LAST_SECOND).contains(&at.unix_millis().div_euclid(1_000)));
    read.ok_or_else(|| {
        Problem::wrong(format!(
            "`{name}` is no instant such as `2026-11-24T12:00:00Z`, between 1970 and 2200"
        ))
    })
}

impl When {
    pub(crate) fn range(&self) -> Result<Range<Timestamp>, Problem> {
        let (from, to) = (instant("from", &self.from)?, instant("to", &self.to)?);
        if from >= to {
            return Err(Problem::wrong("`from` is not before `to`"));
        }
        if from.saturating_add(MOST_RANGE) < to {
            return Err(Problem::wrong("the time is longer than a year"));
        }
        Ok(from..to)
    }

    pub(crate) fn zone(&self) -> Result<Zone, Problem> {
        Zone::new(self.tz.as_deref())
    }

    /// Who asks, of the account that is named alone.
    pub(crate) fn of(&self, who: Identity) -> Result<Identity, Problem> {
        of_account(who, self.account.as_deref())
    }
}

/// Who asks, of one account alone if one is named.
pub(crate) fn of_account(who: Identity, account: Option<&str>) -> Result<Identity, Problem> {
    let Some(account) = account else { return Ok(who) };
    if !who.accounts.iter().any(|one| one == account) {
        return Err(Problem::not_found("there is no such account, or it may not be seen"));
    }
    Ok(Identity { accounts: vec![account.to_owned()], ..who })
}

/// Whether the medium is one.
pub(crate) fn medium(word: Option<&str>) -> Result<&'static str, Problem> {
    let word = word.unwrap_or("audio");
    let known = zqos_core::Medium::ALL.into_iter().map(zqos_core::Medium::as_str);
    known
        .into_iter()
        .find(|known| *known == word)
        .ok_or_else(|| Problem::wrong("`medium` is `audio`, `video` or `share`"))
}

/// The joins of a time, read once of each version of its days.
pub(crate) async fn joins(
    server: &Arc<Server>,
    version: &Version,
    who: &Identity,
    range: &Range<Timestamp>,
    medium: &str,
) -> Result<Arc<Vec<JudgedJoin>>, Problem> {
    let eyes = server.eyes(who);
    let key = (who.accounts.clone(), range.start, range.end, medium.to_owned(), eyes == Eyes::Open);
    let read = judged_joins(&version.archive, &who.accounts, range, medium, eyes);
    Ok(server.joins.get(version.mark(range), key, Vec::len, server.in_turn(read)).await?)
}

/// The meetings of a time, likewise.
pub(crate) async fn meetings_of(
    server: &Arc<Server>,
    version: &Version,
    who: &Identity,
    range: &Range<Timestamp>,
) -> Result<Arc<Vec<MeetingRow>>, Problem> {
    let eyes = server.eyes(who);
    let key =
        (who.accounts.clone(), range.start, range.end, "meetings".to_owned(), eyes == Eyes::Open);
    // Whoever joined later than that is in a meeting of the next time.
    let longer = range.start..range.end.saturating_add(zqos_answer::LONGEST);
    let joins = joins(server, version, who, &longer, "audio").await?;
    let read = zqos_answer::meetings(&version.archive, &who.accounts, range, &joins, eyes);
    Ok(server.meetings.get(version.mark(&longer), key, Vec::len, server.in_turn(read)).await?)
}

/// When the newest join with a verdict began, read once of each version of the store.
pub(crate) async fn newest_join(
    server: &Arc<Server>,
    version: &Version,
    who: &Identity,
) -> Result<Option<Timestamp>, Problem> {
    let read = zqos_answer::newest_join(&version.archive, &who.accounts);
    Ok(*server.newest.get(version.number, who.accounts.clone(), |_| 1, read).await?)
}

/// A meeting that was asked for by its UUID.
#[derive(Debug)]
pub(crate) struct FoundMeeting {
    /// The account, alone: what is asked next of the meeting is asked of it.
    pub(crate) account: [String; 1],
    pub(crate) meeting: Meeting,
    /// When it was; of one that runs, until now.
    pub(crate) range: Range<Timestamp>,
}

/// One meeting, by its UUID, looked for once in each version of the store.
pub(crate) async fn one_meeting(
    server: &Arc<Server>,
    version: &Version,
    who: &Identity,
    uuid: &str,
) -> Result<Arc<FoundMeeting>, Problem> {
    let key = (who.accounts.clone(), uuid.to_owned());
    let read = read_meeting(server, version, &who.accounts, uuid);
    server.found.get(version.number, key, |_| 1, read).await
}

async fn read_meeting(
    server: &Arc<Server>,
    version: &Version,
    accounts: &[String],
    uuid: &str,
) -> Result<FoundMeeting, Problem> {
    let unknown = || Problem::not_found("the store has no such meeting");
    let uuid = MeetingUuid::new(uuid).ok_or_else(unknown)?;
    let now = server.now();
    let of = |range| Which {
        accounts: accounts.to_vec(),
        range,
        meetings: Some(vec![uuid.as_str().to_owned()]),
        joins: None,
    };
    let mut found = Vec::new();
    // Where the archive of Zoom's API knows its day, no other is read.
    if let Some(start) = server.zoom.start_of(server, accounts, uuid.as_str()).await {
        found = version.archive.meetings(&of(start..start)).await?;
    }
    if found.is_empty() {
        found = version.archive.meetings(&of(Timestamp::UNIX_EPOCH..now)).await?;
    }
    let (account, meeting) = found.into_iter().next().ok_or_else(unknown)?;
    let start = meeting.start.ok_or_else(unknown)?;
    let end = meeting.end.unwrap_or_else(|| start.saturating_add(zqos_answer::LONGEST).min(now));
    let range = start..end.max(start.saturating_add(Duration::from_mins(1)));
    Ok(FoundMeeting { account: [account], meeting, range })
}

/// Only who may know people goes on.
pub(crate) fn only_people(server: &Server, who: &Identity) -> Result<(), Problem> {
    if server.eyes(who) == Eyes::Open {
        return Ok(());
    }
    Err(Problem::forbidden("this is about people, whom this role may not know"))
}

/// An answer, or what is wrong.
pub(crate) type Answered<T> = Result<Json<T>, Problem>;

pub(crate) fn unavailable(detail: &str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}
