//! What is wrong, as RFC 9457 has it.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{self, Content, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};
use zqos_answer::Unclear;
use zqos_query::QueryError;
use zqos_store::{LayoutError, StoreError};

use crate::access::{AuditError, ClientsError};

/// What is wrong (RFC 9457, "Problem Details for HTTP APIs").
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What sort of problem it is; `about:blank` means: what the status says.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// What is wrong with this request.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Of a query the line that is wrong, and a line with carets below the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// After how many seconds it is worth asking again.
    #[serde(skip)]
    retry_after: Option<u16>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            hint: None,
            place: None,
            retry_after: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn place(mut self, place: Option<String>) -> Self {
        self.place = place;
        self
    }

    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        // Whole seconds, and none of them too early.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.retry_after = Some(u16::try_from(seconds).unwrap_or(u16::MAX));
        self
    }

    pub(crate) fn wrong(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Whatever can be wrong with any request.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let wrong = [
            StatusCode::BAD_REQUEST,
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE,
        ];
        let response = |status: StatusCode| {
            let problem = Content::new(Some(Ref::from_schema_name(Self::name())));
            let response = ResponseBuilder::new()
                .description(status.canonical_reason().unwrap_or_default())
                .content("application/problem+json", problem);
            (status.as_str().to_owned(), response.build().into())
        };
        wrong.map(response).into()
    }
}

impl From<QueryError> for Problem {
    /// What is wrong with the store is in the log; nobody outside needs to know paths.
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Wrong(wrong) => Self::wrong(wrong.to_string()).place(wrong.place()),
            QueryError::Timeout(_) => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            error => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the store can't be asked"
                );
                let (detail, hint) = why_unreadable(&error);
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).hint(hint)
            }
        }
    }
}

/// Why a store can't be read, and what to do about it, without its place.
fn why_unreadable(error: &QueryError) -> (&'static str, &'static str) {
    let QueryError::Store(StoreError::Layout(layout)) = error else {
        return ("the store can't be asked at present", "the server's log says why");
    };
    match layout {
        LayoutError::Missing(_) => {
            ("there is no store where it was", "it is shown again as soon as it is back")
        }
        LayoutError::Newer(_) => {
            ("a newer zqos has changed the store", "start the server of that version")
        }
        LayoutError::Foreign(_) => {
            ("what is in the place of the store is none", "the server's log says more")
        }
        _ => ("the store's folder can't be read", "the server's log says why"),
    }
}

impl From<Unclear> for Problem {
    fn from(unclear: Unclear) -> Self {
        match unclear {
            Unclear::Query(error) => error.into(),
            Unclear::Nobody => Self::not_found(unclear.to_string()),
            // Whom a name may mean stands in answers of searches, and in no error.
            Unclear::NoName | Unclear::SeveralPeople(_) => Self::wrong(unclear.to_string())
                .hint("`/api/v1/search` lists people with their keys"),
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "who saw whom can't be recorded");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "who saw whom can't be recorded, so nothing is told",
        )
    }
}

impl From<ClientsError> for Problem {
    fn from(error: ClientsError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "clients can't be looked up");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "clients can't be looked up at present")
    }
}
