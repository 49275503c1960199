//! Who is signed in, and how one signs in and out.

use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zqos_answer::Eyes;
use zqos_core::table::STREAM_SAMPLES;
use zqos_query::{Archive, QueryError, quoted};

use super::{Answered, Query};
use crate::access::{Back, Holder, Identity, PATIENCE, Role, SignInError, TOKEN, Token};
use crate::guard::{COOKIE, basic, cookie, cookie_of};
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

/// What the store has, of the accounts that may be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
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
    let archive = &version.archive;
    let store = if server.sees_all(&who) {
        days_of_files(archive)
    } else {
        let read = days_of_rows(archive, &who.accounts);
        let kept = server.days.get(version.number, who.accounts.clone(), |_| 1, read);
        Stored::clone(&*kept.await?)
    };
    let settings = &server.settings;
    Ok(Json(Session {
        role: who.role,
        accounts: who.accounts.clone(),
        version: env!("CARGO_PKG_VERSION"),
        now: server.now().to_string(),
        store,
        has_sites: settings.context.sites.is_some(),
        has_people: settings.context.people.is_some(),
        sql_enabled: server.sql.is_some() && server.eyes(&who) == Eyes::Open,
        share_safe: settings.share_safe,
        rule: settings.judge.rule.as_str(),
    }))
}

/// The days with samples of anybody.
fn days_of_files(archive: &Archive) -> Stored {
    let tables = archive.snapshot().map(zqos_store::Snapshot::tables).into_iter().flatten();
    let samples = tables.filter(|(table, ..)| table.name == STREAM_SAMPLES.name);
    let mut days: Vec<&str> =
        samples.flat_map(|(_, _, files)| files.iter().map(|file| &*file.day)).collect();
    days.sort_unstable();
    let day = |day: Option<&&str>| day.map(|day| (*day).to_owned());
    Stored { oldest_day: day(days.first()), newest_day: day(days.last()) }
}

/// The days with samples of some accounts: files have rows of several.
async fn days_of_rows(archive: &Archive, accounts: &[String]) -> Result<Stored, QueryError> {
    let Some(accounts) = listed(accounts) else { return Ok(Stored::default()) };
    let sql = format!(
        "SELECT CAST(min(day) AS VARCHAR), CAST(max(day) AS VARCHAR) FROM stored.stream_samples \
         WHERE account IN ({accounts})"
    );
    let rows: Vec<RecordBatch> = archive.query(&sql).await?.try_collect().await?;
    let day = |column: usize| {
        let batch = rows.first().filter(|batch| batch.num_rows() > 0)?;
        let day = cast(batch.column(column), &DataType::Utf8).ok()?;
        let day = day.as_string_opt::<i32>()?;
        day.is_valid(0).then(|| day.value(0).to_owned())
    };
    Ok(Stored { oldest_day: day(0), newest_day: day(1) })
}

/// Accounts as a list of SQL; `None` for none, which SQL has no list for.
fn listed(accounts: &[String]) -> Option<String> {
    let quoted: Vec<String> = accounts.iter().map(|account| quoted(account)).collect();
    (!quoted.is_empty()).then(|| quoted.join(", "))
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
    match session {
        Some(session) => signed_in(&server, &session),
        None => plainly(
            StatusCode::UNAUTHORIZED,
            "This sign-in address was used already, or is too old.\n`zqos serve` prints a new one each time it \
             starts.\n",
        ),
    }
}

/// Tells a person, who followed a link, what is wrong.
fn plainly(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Leads to the dashboard with a session.
fn signed_in(server: &Server, session: &Token) -> Response {
    let mut response = Redirect::to("/").into_response();
    let rest = "Path=/; HttpOnly; SameSite=Strict";
    set_cookie(server, &mut response, &format!("{COOKIE}={}; {rest}", session.expose()));
    response
}

fn set_cookie(server: &Server, response: &mut Response, cookie: &str) {
    let secure = if server.settings.is_encrypted { "; Secure" } else { "" };
    if let Ok(mut cookie) = HeaderValue::from_str(&format!("{cookie}{secure}")) {
        cookie.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The cookie that tells who began to sign in with an identity provider from whom they sent a link. It comes with the
/// link back from there.
const BEGUN: &str = "zqos_sign_in";

/// Sends a browser to the identity provider.
pub(crate) async fn begin_oidc(State(server): State<Arc<Server>>) -> Response {
    let Some(oidc) = &server.oidc else { return without_provider() };
    let begun = match oidc.begin(server.now()).await {
        Ok(begun) => begun,
        Err(error) => return not_signed_in(&error),
    };
    let mut response = Redirect::to(begun.location.as_str()).into_response();
    let rest = format!("Path=/sign-in; HttpOnly; SameSite=Lax; Max-Age={}", PATIENCE.as_secs());
    set_cookie(&server, &mut response, &format!("{BEGUN}={}; {rest}", begun.browser));
    response
}

/// Takes a browser back from the identity provider, and leads to the dashboard.
pub(crate) async fn end_oidc(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let Some(oidc) = &server.oidc else { return without_provider() };
    let browser = cookie_of(&headers, BEGUN);
    let mut response = match oidc.end(&back, browser, &server.settings.accounts, server.now()).await
    {
        Ok(who) => signed_in(&server, &server.sessions.person(who, server.now())),
        Err(error) => not_signed_in(&error),
    };
    set_cookie(&server, &mut response, &format!("{BEGUN}=; Path=/sign-in; Max-Age=0"));
    response
}

fn without_provider() -> Response {
    plainly(
        StatusCode::NOT_FOUND,
        "No identity provider is set: see `[serve.oidc]` in zqos.toml.\n",
    )
}

/// Tells what is wrong; more of it is in the log, and nothing of who it was.
fn not_signed_in(error: &SignInError) -> Response {
    tracing::warn!(error = error as &dyn std::error::Error, "nobody was signed in");
    match error {
        SignInError::Unasked => plainly(
            StatusCode::BAD_REQUEST,
            "This browser did not begin to sign in, or too long ago. Open /sign-in/oidc again.\n",
        ),
        SignInError::Denied(_) => {
            plainly(StatusCode::FORBIDDEN, "The identity provider let nobody in.\n")
        }
        SignInError::NoRole => plainly(
            StatusCode::FORBIDDEN,
            "You have no role here. Whoever runs this server gives roles by `[serve.oidc]`.\n",
        ),
        SignInError::Token(_) => plainly(
            StatusCode::BAD_GATEWAY,
            "What the identity provider says is not to be believed. The server's log says why.\n",
        ),
        _ => plainly(
            StatusCode::BAD_GATEWAY,
            "The identity provider can't be asked at present. The server's log says why.\n",
        ),
    }
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
    api_url: String,
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

/// A token for the credentials of a client, as Zoom gives them: parameters come in the address or as a form in the body,
/// which many clients send without saying so, or leave out.
pub(crate) async fn token(
    State(server): State<Arc<Server>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: Bytes,
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
    // It has been seen to be one of ours.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or(uri.authority().map(Authority::as_str)).unwrap_or_default();
    let granted = Granted {
        access_token: token.expose().to_owned(),
        token_type: "bearer",
        expires_in: TOKEN.as_secs() - 1,
        scope: "dashboard_meetings:read:admin dashboard_webinars:read:admin",
        api_url: format!(
            "{}://{host}",
            if server.settings.is_encrypted { "https" } else { "http" }
        ),
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
