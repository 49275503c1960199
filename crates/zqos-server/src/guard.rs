//! What every request goes through before anything is told, and every answer before it leaves.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::LengthLimitError;
use sha2::{Digest as _, Sha256};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::access::{Identity, Role, digest};
use crate::problem::Problem;
use crate::server::Server;

/// The cookie of a browser that is signed in.
pub(crate) const COOKIE: &str = "zqos_session";
/// What a page of ours sends with whatever is no GET: pages of others can't, without being asked first.
pub(crate) const OURS: HeaderName = HeaderName::from_static("x-zqos");
/// The largest body of a request: a query, or what asks for a token.
const MOST_BODY: usize = 256 << 10;
/// How long it may take to come.
const BODY_TIME: Duration = Duration::from_secs(20);
/// How long an answer may take.
const MOST_TIME: Duration = Duration::from_mins(1);
/// The largest answer that is kept to be given again, and has a tag.
const MOST_ANSWER: usize = 16 << 20;

/// Nothing is loaded from elsewhere, nothing is run that is no file of ours, and nobody shows it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// Puts everything around that requests and answers go through.
pub(crate) fn guarded(server: &Arc<Server>, router: Router) -> Router {
    // The last is the first that a request comes to.
    router
        .layer(from_fn(received))
        .layer(from_fn_with_state(Arc::clone(server), kept))
        .layer(from_fn_with_state(Arc::clone(server), identified))
        .layer(from_fn_with_state(Arc::clone(server), knocked))
        .layer(RequestBodyLimitLayer::new(MOST_BODY))
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            // What it was is on standard error already.
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the server ran into something")
                .into_response()
        }))
        .layer(from_fn_with_state(Arc::clone(server), from_here))
        .layer(from_fn(with_headers))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(Arc::clone(server), counted))
}

/// Waits for the body of a request, and not for one that does not come to its end.
async fn received(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let problem = match tokio::time::timeout(BODY_TIME, to_bytes(body, MOST_BODY)).await {
        Ok(Ok(body)) => return next.run(Request::from_parts(head, Body::from(body))).await,
        Ok(Err(error)) if is_of_length(&error) => {
            let size = MOST_BODY >> 10;
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long")
                .hint(format!("what is sent may have {size} KiB"))
        }
        Ok(Err(_)) => Problem::wrong("the request broke off"),
        Err(_) => Problem::new(StatusCode::REQUEST_TIMEOUT, "the request did not come to its end")
            .hint(format!("it may take {} s", BODY_TIME.as_secs())),
    };
    problem.into_response()
}

fn is_of_length(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_of_length)
}

/// Gives up what takes too long.
async fn in_time(request: Request, next: Next) -> Response {
    // Queries have a time of their own.
    if request.uri().path() == crate::api::sql::PATH {
        return next.run(request).await;
    }
    match tokio::time::timeout(MOST_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the answer took too long")
            .hint("ask for less, such as a shorter time")
            .into_response(),
    }
}

async fn counted(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    server.metrics.answered(response.status());
    response
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    response
}

/// Lets requests through that are meant for this server, and come from no page of another site.
async fn from_here(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    match not_from_here(&server, request.method(), request.uri(), request.headers()) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn not_from_here(
    server: &Server,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<Problem> {
    let proxied = |name: &String| headers.contains_key(name.as_str());
    if !server.settings.proxy_header.as_ref().is_none_or(proxied) {
        return Some(Problem::forbidden("the request did not come by the reverse proxy"));
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let named = hosts.next().and_then(|host| host.to_str().ok());
    let by_target = uri.authority().map(Authority::as_str);
    let is_ours =
        hosts.next().is_none() && by_target.or(named).is_some_and(|host| server.is_host(host));
    if !is_ours {
        let problem = Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "this server does not go by the name that was asked for",
        );
        return Some(problem.hint("`zqos serve --host NAME` adds one"));
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // Of what is no address, or that of another site.
    let is_same = text("origin").is_none_or(|origin| {
        origin.split_once("://").is_some_and(|(_, authority)| named == Some(authority))
    });
    let is_navigation =
        method == Method::GET && text("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let is_foreign =
        matches!(text("sec-fetch-site"), Some("cross-site" | "same-site")) && !is_navigation;
    (!is_same || is_foreign)
        .then(|| Problem::forbidden("the request comes from a page of another site"))
}

/// What may be asked without saying who asks.
fn is_public(path: &str) -> bool {
    let guarded = ["/api/", "/metrics", "/v2/"];
    !guarded.iter().any(|start| path.starts_with(start)) || path == "/api/openapi.json"
}

/// Of those who are let in nowhere yet, each address has its rate: of who shows a secret that may be guessed.
async fn knocked(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let shows_secret = path.starts_with("/sign-in") || path == "/oauth/token";
    if !shows_secret {
        return next.run(request).await;
    }
    match at_address(&server, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Takes note of a request of an address. Behind a proxy all have the proxy's, and only the proxy can tell them apart.
fn at_address(server: &Server, request: &Request) -> Result<(), Problem> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    match peer.filter(|_| server.settings.proxy_header.is_none()) {
        Some(peer) => within_rate(server, &format!("address {}", network(peer))),
        None => Ok(()),
    }
}

/// Of IPv6 the network of a single customer, in which there are as many addresses as anybody wants.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits() & !u128::from(u64::MAX);
            std::net::Ipv6Addr::from_bits(bits).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn within_rate(server: &Server, who: &str) -> Result<(), Problem> {
    server.limiter.ask(who, server.now()).map_err(|wait| {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too much was asked in a short time")
            .retry_after(wait)
            .hint("wait for as long as `Retry-After` says; `zqos serve --rate` allows more")
    })
}

/// By what those who are let in are told apart: browsers by their session, programs by their client.
fn asker(headers: &HeaderMap, who: &Identity) -> String {
    match cookie(headers).filter(|_| !headers.contains_key(header::AUTHORIZATION)) {
        Some(session) => format!("session {}", digest(session)),
        None => format!("client {}", who.name),
    }
}

/// Finds out who asks.
async fn identified(
    State(server): State<Arc<Server>>,
    mut request: Request,
    next: Next,
) -> Response {
    if is_public(request.uri().path()) {
        return next.run(request).await;
    }
    let by_cookie = cookie(request.headers()).is_some()
        && !request.headers().contains_key(header::AUTHORIZATION);
    let who = match who(&server, request.headers()) {
        Ok(Some(who)) => who,
        Ok(None) if request.uri().path().starts_with("/v2/") => {
            return crate::zoom::without_token();
        }
        Ok(None) => {
            if let Err(problem) = at_address(&server, &request) {
                return problem.into_response();
            }
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "nobody is signed in");
            let problem = problem.hint(if server.oidc.is_some() {
                "open `/sign-in/oidc`, or send the id and the secret of a client (`zqos client add`) by HTTP Basic"
            } else {
                "open the sign-in address that `zqos serve` printed, or send the id and the secret of a client \
                 (`zqos client add`) by HTTP Basic"
            });
            let mut response = problem.into_response();
            // A browser would ask for a name and a password, which nobody has.
            if !request.headers().contains_key("sec-fetch-mode") {
                let how = HeaderValue::from_static("Basic realm=\"zqos\", charset=\"UTF-8\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
            }
            return response;
        }
        Err(problem) => return problem.into_response(),
    };
    let asker = asker(request.headers(), &who);
    if request.uri().path().starts_with("/v2/") {
        if let Err(wait) = server.archive_limiter.ask(&asker, server.now()) {
            return crate::zoom::too_many(wait);
        }
    } else if let Err(problem) = within_rate(&server, &asker) {
        return problem.into_response();
    }
    // A browser sends its cookie by itself: whatever changes something shows that a page of ours asks.
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if by_cookie && !is_safe && !request.headers().contains_key(&OURS) {
        return Problem::forbidden("the header `X-Zqos` is missing").into_response();
    }
    request.extensions_mut().insert(who);
    next.run(request).await
}

fn who(server: &Server, headers: &HeaderMap) -> Result<Option<Identity>, Problem> {
    use crate::access::Holder;

    let accounts = &server.settings.accounts;
    let now = server.now();
    let holder = |token: &str| match server.sessions.holder(token, now) {
        None => Ok(None),
        Some(Holder::Browser) => Ok(Some(Identity {
            name: "sign-in".to_owned(),
            role: Role::Admin,
            accounts: accounts.clone(),
        })),
        Some(Holder::Person(who)) => Ok(Some(who)),
        Some(Holder::Client { client_id, account }) => {
            let known = server.clients.still(&client_id, accounts)?;
            Ok(known.map(|who| Identity {
                accounts: who.accounts.into_iter().filter(|one| *one == account).collect(),
                ..who
            }))
        }
    };
    let Some(shown) = headers.get(header::AUTHORIZATION) else {
        return cookie(headers).map_or(Ok(None), holder);
    };
    let Some((scheme, rest)) = shown.to_str().ok().and_then(|shown| shown.split_once(' ')) else {
        return Ok(None);
    };
    if scheme.eq_ignore_ascii_case("bearer") {
        return holder(rest.trim());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let Some((id, secret)) = basic(rest) else { return Ok(None) };
    Ok(server.clients.identify(&id, &secret, accounts)?)
}

/// The id and the secret of HTTP Basic.
pub(crate) fn basic(encoded: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The session that a browser tells.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, COOKIE)
}

/// What a browser tells under a name.
pub(crate) fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
        cookie.trim().strip_prefix(name)?.strip_prefix('=').filter(|value| !value.is_empty())
    })
}

/// Answers that depend on nothing but the store, who asks and what is asked.
fn is_of_store(path: &str) -> bool {
    let changes = ["/api/v1/live", "/api/v1/session", "/api/v1/coverage"];
    path.starts_with("/api/v1/") && !changes.contains(&path)
}

/// Gives an answer again that was given of the same version of the store, and puts a tag on it.
async fn kept(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    if request.method() != Method::GET || !request.uri().path().starts_with("/api/v1/") {
        return next.run(request).await;
    }
    if request.uri().path() == "/api/v1/live" {
        return next.run(request).await;
    }
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = if is_of_store(request.uri().path()) {
        of_store(&server, request, next).await
    } else {
        next.run(request).await
    };
    tagged(response, known.as_ref()).await
}

/// Who may see an answer again: whoever sees the same accounts with the same eyes.
async fn of_store(server: &Arc<Server>, request: Request, next: Next) -> Response {
    let version = match server.held.newest().await {
        Ok(version) => version.number,
        Err(error) => return Problem::from(error).into_response(),
    };
    let Some(who) = request.extensions().get::<Identity>() else { return next.run(request).await };
    // Whoever sees people is recorded each time, also for what was told before.
    let target = request.uri().to_string();
    if let Err(problem) = server.sees(who, &target) {
        return problem.into_response();
    }
    let key = format!("{} {:?} {target}", who.role, who.accounts);
    let mut other = None;
    let made = server.answers.get(version, key, bytes::Bytes::len, async {
        let response = next.run(request).await;
        let is_plain = response.status() == StatusCode::OK
            && response
                .headers()
                .get(header::CONTENT_TYPE)
                .is_some_and(|kind| kind == "application/json");
        if !is_plain {
            other = Some(response);
            return Err(());
        }
        let Ok(body) = to_bytes(response.into_body(), MOST_ANSWER).await else {
            let problem = Problem::new(StatusCode::INSUFFICIENT_STORAGE, "the answer is too large")
                .hint("ask for less of it");
            other = Some(problem.into_response());
            return Err(());
        };
        Ok(body)
    });
    match made.await {
        Ok(body) => {
            let mut response = Response::new(Body::from((*body).clone()));
            let kind = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response
        }
        Err(()) => other.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    }
}

/// Puts a tag on an answer, or says that it is the one that is known already.
async fn tagged(response: Response, known: Option<&HeaderValue>) -> Response {
    let is_json =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !is_json {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MOST_ANSWER).await else {
        return Problem::new(StatusCode::INSUFFICIENT_STORAGE, "the answer is too large")
            .hint("ask for less of it")
            .into_response();
    };
    let digest = Sha256::digest(&body);
    let mut tag = String::from("W/\"");
    for byte in digest.iter().take(16) {
        use std::fmt::Write as _;

        write!(tag, "{byte:02x}").expect("a text");
    }
    tag.push('"');
    let is_known = known
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| tags.split(',').map(str::trim).any(|one| one == tag || one == "*"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        head.headers.insert(header::ETAG, tag);
    }
    if is_known {
        head.status = StatusCode::NOT_MODIFIED;
        head.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(head, Body::empty());
    }
    Response::from_parts(head, Body::from(body))
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use futures::{StreamExt as _, stream};
    use tower::ServiceExt as _;

    use super::*;

    /// What is answered to a body that comes in pieces, and ends or does not.
    async fn answered(pieces: Vec<Result<&'static str, std::io::Error>>, ends: bool) -> StatusCode {
        let router = Router::new()
            .route("/", post(|body: String| async move { assert_eq!(body, "a whole one") }))
            .layer(from_fn(received));
        let pieces = stream::iter(pieces);
        let body = if ends {
            Body::from_stream(pieces)
        } else {
            Body::from_stream(pieces.chain(stream::pending()))
        };
        router.oneshot(Request::post("/").body(body).unwrap()).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_not_waited_for() {
        let start = tokio::time::Instant::now();
        assert_eq!(answered(vec![Ok("a whole "), Ok("one")], true).await, StatusCode::OK);
        assert_eq!(answered(vec![Ok("a whole ")], false).await, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(start.elapsed(), BODY_TIME);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_or_is_too_long_is_refused() {
        let broken = Err(std::io::Error::other("the client has left"));
        assert_eq!(answered(vec![Ok("a whole "), broken], true).await, StatusCode::BAD_REQUEST);
        let long = "x".repeat(MOST_BODY / 4).leak();
        assert_eq!(
            answered([(); 5].map(|()| Ok(&*long)).into(), false).await,
            StatusCode::PAYLOAD_TOO_LARGE
        );
    }
}
