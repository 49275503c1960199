//! Queries in SQL.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{of_account, only_people};
use crate::access::{Identity, digest};
use crate::problem::Problem;
use crate::server::Server;
use crate::sql::{Asked, Form, MOST_BYTES, MOST_ROWS, NoAnswer, SqlAnswer, Told};

/// Where queries are sent.
pub(crate) const PATH: &str = "/api/v1/sql";
/// `true` on an answer that has not all rows.
const TRUNCATED: HeaderName = HeaderName::from_static("x-zqos-truncated");

/// A query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SqlQuery {
    /// The query, as for `zqos sql`. Of tables there are those of the store, with the rows of accounts that may be
    /// seen.
    sql: String,
    /// One account; all that may be seen if not given.
    account: Option<String>,
}

/// Asks the store in SQL. Off unless the server was started with `--sql`.
///
/// `Accept` chooses JSON, which is meant if it is not given, `text/csv` or `application/vnd.apache.arrow.stream`. Not
/// more than 50,000 rows and 16 MiB are told; the header `X-Zqos-Truncated` says whether there are more.
#[utoipa::path(
    post,
    path = "/api/v1/sql",
    request_body = SqlQuery,
    params(("X-Zqos" = Option<String>, Header, description = "Anything, from a browser: pages of other sites can't send it")),
    responses(
        (status = OK, body = SqlAnswer),
        Problem,
        (status = UNSUPPORTED_MEDIA_TYPE, body = Problem, content_type = "application/problem+json"),
        (status = INSUFFICIENT_STORAGE, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sql(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    only_people(&server, &who)?;
    let runner = server.sql.as_ref().ok_or_else(|| {
        Problem::not_found("queries are not answered by this server")
            .hint("`zqos serve --sql` answers them")
    })?;
    let SqlQuery { sql, account } = query(&headers, &body)?;
    let who = of_account(who, account.as_deref())?;
    // In a query there may be names; its digest is enough to recognise it.
    server.sees(&who, &format!("{PATH} sha256:{}", digest(&sql)))?;
    let form = form(&headers);
    let asked = Asked {
        sql,
        accounts: who.accounts,
        form,
        most_rows: MOST_ROWS,
        most_bytes: MOST_BYTES,
        memory: runner.memory(),
    };
    match runner.run(&asked).await? {
        (Told::Rows { is_cut, .. }, rows) => Ok(answer(form, is_cut, rows)),
        (Told::Wrong { message, place }, _) => Err(Problem::wrong(message).place(place)),
        (Told::TooMuchMemory, _) => Err(NoAnswer::TooMuchMemory(asked.memory).into()),
        (Told::Unreadable, _) => Err(super::unavailable("the store can't be asked at present")
            .hint("`/readyz` and the server's log say why")),
    }
}

fn query(headers: &HeaderMap, body: &[u8]) -> Result<SqlQuery, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_some_and(|kind| {
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if !is_json {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is no JSON")
            .hint("send `Content-Type: application/json` and `{\"sql\": \"SELECT …\"}`"));
    }
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Problem::wrong(format!("the body is no query: {place}"))
            .hint("send `{\"sql\": \"SELECT …\"}`, and `account` where one is meant")
    })
}

/// The first of the forms that are accepted; JSON where none is named.
fn form(headers: &HeaderMap) -> Form {
    let accepted = headers.get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok());
    let kinds = accepted.unwrap_or_default().split(',');
    let mut known =
        kinds.filter_map(|kind| match kind.split(';').next().unwrap_or_default().trim() {
            "application/json" => Some(Form::Json),
            "text/csv" => Some(Form::Csv),
            "application/vnd.apache.arrow.stream" => Some(Form::Arrow),
            _ => None,
        });
    known.next().unwrap_or(Form::Json)
}

fn answer(form: Form, is_cut: bool, rows: Bytes) -> Response {
    let mut response = Response::new(Body::from(rows));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(TRUNCATED, HeaderValue::from_static(if is_cut { "true" } else { "false" }));
    if form == Form::Csv {
        let named = HeaderValue::from_static("attachment; filename=\"rows.csv\"");
        headers.insert(header::CONTENT_DISPOSITION, named);
    }
    response
}

impl From<NoAnswer> for Problem {
    fn from(error: NoAnswer) -> Self {
        let text = error.to_string();
        match error {
            NoAnswer::Busy => Self::new(StatusCode::TOO_MANY_REQUESTS, text)
                .retry_after(std::time::Duration::from_secs(1)),
            NoAnswer::TooLong(_) => Self::new(StatusCode::SERVICE_UNAVAILABLE, text).hint(
                "ask for less, such as a shorter time; `zqos serve --sql-timeout` gives longer",
            ),
            NoAnswer::TooMuchMemory(_) => Self::new(StatusCode::INSUFFICIENT_STORAGE, text)
                .hint("ask for less of it; `zqos serve --sql-memory` gives more"),
            NoAnswer::Process(_) | NoAnswer::Ended(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "no query can be run");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the query can't be run at present")
                    .hint("the server's log says why")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_form_is_meant() {
        for (accept, expected) in [
            ("", Form::Json),
            ("*/*", Form::Json),
            ("text/html, text/csv;q=0.9, application/json", Form::Csv),
            ("application/vnd.apache.arrow.stream", Form::Arrow),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(form(&headers), expected, "{accept}");
        }
        assert_eq!(form(&HeaderMap::new()), Form::Json);
    }
}
