//! Who is signed in, and how one signs in and out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, RawForm, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zqos_answer::Eyes;

use super::{Answered, Query};
use crate::access::{Holder, Identity, Role, TOKEN};
use crate::guard::{COOKIE, basic, cookie};
use crate::problem::Problem;
use crate::server::Server;

/// Who is signed in, and what there is to see.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each says something else of the answer")]
pub(crate) struct Session {
    /// The role.
    role: Role,
    /// The accounts that may be seen.
    accounts: Vec<String>,
    /// The version of the program.
    version: &'static str,
    /// What time it is for the server.
    now: String,
    /// What the store has.
    store: Stored,
    /// There is a site map.
    has_sites: bool,
    /// There is a people file.
    has_people: bool,
    /// Who is signed in may send queries.
    sql_enabled: bool,
    /// People are told apart, and nobody is named, whatever the role.
    share_safe: bool,
    /// By what minutes are judged.
    rule: &'static str,
}

/// What the store has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stored {
    /// The first day with samples.
    oldest_day: Option<String>,
    /// The last.
    newest_day: Option<String>,
}

/// Who is signed in, and what there is to see.
#[utoipa::path(get, path = "/api/v1/session", responses((status = OK, body = Session), Problem))]
pub(crate) async fn session(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
) -> Answered<Session> {
    let version = server.held.newest().await?;
    let days = version.archive.snapshot().map(zqos_store::Snapshot::tables);
    let mut days: Vec<String> = days
        .into_iter()
        .flatten()
        .filter(|(table, _, _)| table.name == "stream_samples")
        .flat_map(|(_, _, files)| files.iter().map(|file| file.day.clone()))
        .collect();
    days.sort_unstable();
    let settings = &server.settings;
    Ok(Json(Session {
        role: who.role,
        accounts: who.accounts.clone(),
        version: env!("CARGO_PKG_VERSION"),
        now: server.now().to_string(),
        store: Stored { oldest_day: days.first().cloned(), newest_day: days.last().cloned() },
        has_sites: settings.context.sites.is_some(),
        has_people: settings.context.people.is_some(),
        sql_enabled: server.sql.is_some() && server.eyes(&who) == Eyes::Open,
        share_safe: settings.share_safe,
        rule: settings.judge.rule.as_str(),
    }))
}

/// Signs the browser out.
#[utoipa::path(
    post,
    path = "/api/v1/sign-out",
    params(("X-Zqos" = String, Header, description = "Anything: pages of other sites can't send it")),
    responses((status = NO_CONTENT), Problem)
)]
pub(crate) async fn sign_out(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response {
    if let Some(token) = cookie(&headers) {
        server.sessions.end(token);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(gone) = HeaderValue::from_str(&format!("{COOKIE}=; Path=/; Max-Age=0")) {
        response.headers_mut().insert(header::SET_COOKIE, gone);
    }
    response
}

#[derive(Debug, Deserialize)]
pub(crate) struct Code {
    code: Option<String>,
}

/// Takes the code of a sign-in address, and leads to the dashboard.
pub(crate) async fn sign_in(
    State(server): State<Arc<Server>>,
    Query(Code { code }): Query<Code>,
) -> Response {
    let session = code.and_then(|code| server.sessions.sign_in(&code, server.now()));
    let Some(session) = session else {
        return (
            StatusCode::UNAUTHORIZED,
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            "This sign-in address was used already, or is too old.\n`zqos serve` prints a new one each time it \
             starts.\n",
        )
            .into_response();
    };
    let mut response = Redirect::to("/").into_response();
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", session.expose());
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// What asks for a token, as Zoom's own apps do.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    grant_type: Option<String>,
    account_id: Option<String>,
}

/// A token, in Zoom's words.
#[derive(Debug, Serialize)]
struct Granted {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: &'static str,
    api_url: Option<String>,
}

/// Why there is none, in Zoom's words.
#[derive(Debug, Serialize)]
struct Refused {
    reason: &'static str,
    error: &'static str,
}

fn refused(status: StatusCode, error: &'static str, reason: &'static str) -> Response {
    (status, Json(Refused { reason, error })).into_response()
}

/// A token for the credentials of a client, as Zoom gives them: parameters come in the address or in the body.
pub(crate) async fn token(
    State(server): State<Arc<Server>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Response {
    let of = |text: &[u8]| {
        let uri: Option<axum::http::Uri> =
            std::str::from_utf8(text).ok().and_then(|text| format!("/?{text}").parse().ok());
        uri.and_then(|uri| axum::extract::Query::<Asked>::try_from_uri(&uri).ok())
            .map(|asked| asked.0)
            .unwrap_or_default()
    };
    let (there, here) = (of(uri.query().unwrap_or_default().as_bytes()), of(&body));
    let asked = Asked {
        grant_type: there.grant_type.or(here.grant_type),
        account_id: there.account_id.or(here.account_id),
    };
    if asked.grant_type.as_deref() != Some("account_credentials") {
        return refused(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "unsupported grant type",
        );
    }
    let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok());
    let shown = shown.and_then(|shown| shown.split_once(' '));
    let credentials = shown
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, rest)| basic(rest));
    let Some((id, secret)) = credentials else {
        return refused(
            StatusCode::BAD_REQUEST,
            "invalid_client",
            "Invalid client_id or client_secret",
        );
    };
    let who = match server.clients.identify(&id, &secret, &server.settings.accounts) {
        Ok(Some(who)) => who,
        Ok(None) => {
            let reason = "Invalid client_id or client_secret";
            return refused(StatusCode::BAD_REQUEST, "invalid_client", reason);
        }
        Err(error) => return Problem::from(error).into_response(),
    };
    let account = match asked.account_id {
        Some(account) if who.accounts.contains(&account) => account,
        _ => return refused(StatusCode::BAD_REQUEST, "invalid_request", "Bad Request"),
    };
    let token =
        server.sessions.issue(Holder::Client { client_id: id, account }, server.now(), TOKEN);
    let granted = Granted {
        access_token: token.expose().to_owned(),
        token_type: "bearer",
        expires_in: TOKEN.as_secs() - 1,
        scope: "dashboard_meetings:read:admin dashboard_webinars:read:admin",
        api_url: None,
    };
    ([(header::CACHE_CONTROL, "no-store")], Json(granted)).into_response()
}

/// Whether the store can be read.
pub(crate) async fn ready(State(server): State<Arc<Server>>) -> Response {
    match server.held.newest().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}
