//! `/v2/…`: Zoom's own API, answered from the store, for clients written for Zoom.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;
use zqos_answer::Eyes;
use zqos_archive::{Archive, ArchiveError};
use zqos_core::Timestamp;

use crate::access::Identity;
use crate::server::Server;

/// How long nobody looks again whether the store has changed.
///
/// **Source**: a choice of this project, as in `held`.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The archive, opened when it is asked for the first time.
#[derive(Debug, Default)]
pub(crate) struct Zoom {
    archive: OnceCell<Archive>,
    looked: Mutex<Option<Instant>>,
}

impl Zoom {
    async fn archive(&self, server: &Server) -> Result<&Archive, ArchiveError> {
        let settings = &server.settings;
        let open =
            async || Archive::open(settings.store.clone(), Arc::clone(&settings.clock)).await;
        let archive = self.archive.get_or_try_init(open).await?;
        // Whoever comes while somebody looks is answered by what is there.
        if let Ok(mut looked) = self.looked.try_lock()
            && looked.is_none_or(|looked| looked.elapsed() >= LOOK_EVERY)
        {
            archive.refresh().await?;
            *looked = Some(Instant::now());
        }
        Ok(archive)
    }

    /// When a meeting of one of some accounts began; `None` where that is not known, or the archive can't be read.
    pub(crate) async fn start_of(
        &self,
        server: &Server,
        accounts: &[String],
        uuid: &str,
    ) -> Option<Timestamp> {
        let of =
            |archive: &Archive| accounts.iter().find_map(|account| archive.start_of(account, uuid));
        // Nobody looks whether the store has changed where it is known: what has begun does not begin anew.
        if let Some(start) = self.archive.get().and_then(of) {
            return Some(start);
        }
        of(self.archive(server).await.ok()?)
    }
}

/// Zoom's words for what is wrong with who asks.
fn refused(status: StatusCode, code: u32, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "code": code, "message": message });
    let kind = [(header::CONTENT_TYPE, "application/json;charset=UTF-8")];
    (status, kind, body.to_string()).into_response()
}

/// What Zoom says when nobody has shown who they are. **Source**: zoom-wire's classification of errors.
pub(crate) fn without_token() -> Response<Body> {
    refused(StatusCode::UNAUTHORIZED, 124, "Invalid access token.")
}

/// What Zoom says of too much in a second. **Source**: reference of Zoom's API, "Rate limits"; its `Retry-After` is there
/// for daily limits alone, and is added here in seconds.
pub(crate) fn too_many(wait: Duration) -> Response<Body> {
    let message =
        "You have reached the maximum per-second rate limit for this API. Try again later.";
    let mut response = refused(StatusCode::TOO_MANY_REQUESTS, 429, message);
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-type", HeaderValue::from_static("QPS"));
    headers.insert(header::RETRY_AFTER, (wait.as_secs() + 1).into());
    response
}

/// Answers as Zoom would.
pub(crate) async fn answer(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    request: Request,
) -> Response<Body> {
    // What a viewer may not see is in every answer.
    if server.eyes(&who) == Eyes::Veiled {
        return refused(StatusCode::FORBIDDEN, 200, "This role has no permission to view people.");
    }
    let [account] = &who.accounts[..] else {
        return refused(
            StatusCode::FORBIDDEN,
            200,
            "The credentials are of several accounts: get a token for one at /oauth/token.",
        );
    };
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    if let Err(problem) = server.sees(&who, target) {
        return problem.into_response();
    }
    let target = target.strip_prefix("/v2").unwrap_or(target);
    let answer = match server.zoom.archive(&server).await {
        Ok(archive) => archive.answer(account, request.method().as_str(), target).await,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the archive can't be read");
            return refused(
                StatusCode::SERVICE_UNAVAILABLE,
                503,
                "The archive can't be read at present.",
            );
        }
    };
    if let Some(error) = &answer.failure {
        tracing::error!(error = error as &dyn std::error::Error, "the archive can't be read");
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
