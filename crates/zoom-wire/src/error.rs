//! Failures as data: what Zoom says when it says no.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;
use zqos_core::Shown;

use crate::rate_limit::Period;

/// An answer that is a failure: an HTTP error, or an error code under HTTP 200.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// Zoom's own code, which is independent of the status. `None` when the body has none.
    pub code: Option<i64>,
    /// Zoom's message; for a body that is not Zoom's JSON (a proxy's page, say) its first words.
    pub message: Option<Box<str>>,
    /// Which fields a validation found wrong.
    pub fields: Box<[FieldError]>,
    /// What it means.
    pub kind: ApiErrorKind,
}

/// One field that a validation found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The parameter.
    pub field: Box<str>,
    /// What is wrong with it.
    pub message: Box<str>,
}

/// What a failure means to the caller.
///
/// **Source**: the error tables of Zoom's API reference, and what clients report from production;
/// codes and statuses disagree now and then, so both are looked at, and the message where
/// neither decides.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// 3001: the id is unknown, or is asked for under the wrong `type`, or the details are not
    /// built yet.
    NotAvailable,
    /// 300: a webinar on a meeting's path.
    IsWebinar,
    /// 300: a meeting on a webinar's path.
    IsMeeting,
    /// 300: a page token that is invalid or older than fifteen minutes.
    PageTokenExpired,
    /// 300: a parameter is wrong; see [`ApiError::fields`].
    Validation,
    /// 12702: older than a year.
    TooOld,
    /// 12700: this account may not list by end time.
    EndTimeNotAllowed,
    /// 400 or 200: the plan has no dashboard.
    PlanWithoutDashboard,
    /// 200: no subscription to the QSS summary event.
    NoQssSubscription,
    /// 4711 or 104: the token lacks a scope; the alternatives that would do, as far as named.
    MissingScopes(Box<[Box<str>]>),
    /// 401: the token is invalid or expired.
    TokenRejected,
    /// 403: the role lacks the dashboard privilege.
    Forbidden,
    /// 1001: no such user.
    UserUnknown,
    /// 429: a limit was hit. `None` when the answer does not say which.
    RateLimited(Option<Period>),
    /// 429: the same request is under way already.
    TooManyConcurrent,
    /// 408 or 5xx: the server failed; the same request may succeed later.
    Server,
    /// A redirect, which is not followed: it would carry the credential elsewhere.
    Redirect,
    /// Anything else.
    Other,
}

/// The longest body that is looked at for an error under HTTP 200. Zoom's error bodies are a few
/// hundred bytes.
const ERROR_BODY_MAX: usize = 64 * 1024;

/// The most characters of a foreign body that are quoted.
const EXCERPT_CHARS: usize = 200;

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    error_message: Option<&'a RawValue>,
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct FieldBody {
    #[serde(default)]
    field: String,
    #[serde(default)]
    message: String,
}

impl ApiError {
    /// Reads an answer as a failure; `None` when it is a success.
    ///
    /// A success has a status below 300 and no error code in its body: `"code": 0` and
    /// `"code": 200` are successes too. Bodies that are no JSON, or badly quoted, or not even
    /// text, are read as far as they go.
    pub fn from_answer(status: u16, body: &[u8]) -> Option<Self> {
        let http_success = (200..300).contains(&status);
        if http_success && body.len() > ERROR_BODY_MAX {
            return None;
        }
        let text = String::from_utf8_lossy(&body[..body.len().min(ERROR_BODY_MAX)]);
        let said = Said::read(&text);
        if http_success
            && said.code.is_none_or(|code| code == 0 || code == 200 && said.message.is_none())
        {
            return None;
        }
        let message = said.message.or_else(|| if http_success { None } else { excerpt(&text) });
        let kind = classify(status, said.code, message.as_deref().unwrap_or_default());
        Some(Self { status, code: said.code, message, fields: said.fields, kind })
    }

    /// True when the same request may succeed later: 408, 429 but for the daily limit, and 5xx.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            ApiErrorKind::Server
                | ApiErrorKind::TooManyConcurrent
                | ApiErrorKind::RateLimited(None | Some(Period::Short))
        )
    }

    /// True when the account's plan, the app's scopes or the role do not have what was asked for.
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self.kind,
            ApiErrorKind::PlanWithoutDashboard
                | ApiErrorKind::MissingScopes(_)
                | ApiErrorKind::Forbidden
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, &self.message) {
            (Some(code), Some(message)) => write!(f, "code {code}: {}", Shown(message))?,
            (Some(code), None) => write!(f, "code {code}")?,
            (None, Some(message)) => write!(f, "{}", Shown(message))?,
            (None, None) => write!(f, "HTTP {} without a body", self.status)?,
        }
        for FieldError { field, message } in &self.fields {
            write!(f, "; `{}`: {}", Shown(field), Shown(message))?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}

/// What a body says, before it is interpreted.
#[derive(Default)]
struct Said {
    code: Option<i64>,
    message: Option<Box<str>>,
    fields: Box<[FieldError]>,
}

impl Said {
    fn read(text: &str) -> Self {
        match serde_json::from_str::<ErrorBody<'_>>(text) {
            Ok(body) => Self {
                code: body.code.and_then(|raw| raw.get().trim_matches('"').parse().ok()),
                message: body.message.or(body.error_message).and_then(string),
                fields: body.errors.map(fields).unwrap_or_default(),
            },
            Err(_) if text.trim_start().starts_with('{') => Self::salvage(text),
            Err(_) => Self::default(),
        }
    }

    /// Reads the code and message of a body that is badly quoted, such as
    /// `{"code":104,"message":"… scopes:["dashboard:read:admin"]."}`.
    fn salvage(text: &str) -> Self {
        let after = |name: &str| {
            text.find(name).map(|at| text[at + name.len()..].trim_start_matches([' ', ':']))
        };
        let code = after("\"code\"").and_then(|rest| {
            let rest = rest.trim_start_matches('"');
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
            rest[..end].parse().ok()
        });
        let message = after("\"message\"").and_then(|rest| {
            let rest = rest.strip_prefix('"')?;
            let end = rest.rfind('"')?;
            Some(rest[..end].into())
        });
        Self { code, message, fields: Box::default() }
    }
}

fn string(raw: &RawValue) -> Option<Box<str>> {
    let text: Box<str> = serde_json::from_str(raw.get()).ok()?;
    (!text.is_empty()).then_some(text)
}

fn fields(raw: &RawValue) -> Box<[FieldError]> {
    serde_json::from_str::<Vec<FieldBody>>(raw.get())
        .unwrap_or_default()
        .into_iter()
        .map(|FieldBody { field, message }| FieldError {
            field: field.into(),
            message: message.into(),
        })
        .collect()
}

/// The first words of a body that is not Zoom's, its tags left out.
fn excerpt(text: &str) -> Option<Box<str>> {
    let mut words = String::new();
    let mut in_tag = false;
    for character in text.chars().take(8 * EXCERPT_CHARS) {
        match character {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                words.push(' ');
            }
            _ if in_tag => {}
            other => words.push(other),
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    let joined: String = words.join(" ").chars().take(EXCERPT_CHARS).collect();
    (!joined.is_empty()).then(|| joined.into())
}

fn classify(status: u16, code: Option<i64>, message: &str) -> ApiErrorKind {
    let message = message.to_ascii_lowercase();
    let says = |words: &str| message.contains(words);
    match (status, code) {
        (429, _) | (_, Some(429)) => {
            if says("concurrent") {
                ApiErrorKind::TooManyConcurrent
            } else if says("daily") || says("per day") {
                ApiErrorKind::RateLimited(Some(Period::Day))
            } else if says("per-second")
                || says("per second")
                || says("per-minute")
                || says("per minute")
            {
                ApiErrorKind::RateLimited(Some(Period::Short))
            } else {
                ApiErrorKind::RateLimited(None)
            }
        }
        (408 | 500.., _) => ApiErrorKind::Server,
        (_, Some(4711)) => ApiErrorKind::MissingScopes(scopes(&message)),
        (_, Some(104)) if says("scope") => ApiErrorKind::MissingScopes(scopes(&message)),
        (_, Some(3001)) => ApiErrorKind::NotAvailable,
        (_, Some(12702)) => ApiErrorKind::TooOld,
        (_, Some(12700)) => ApiErrorKind::EndTimeNotAllowed,
        (_, Some(1001)) => ApiErrorKind::UserUnknown,
        (401, _) | (_, Some(124)) => ApiErrorKind::TokenRejected,
        (_, Some(300)) if says("webinar info") => ApiErrorKind::IsWebinar,
        (_, Some(300)) if says("meeting info") => ApiErrorKind::IsMeeting,
        // Calls of Zoom Phone say it with 400.
        (_, Some(300 | 400)) if says("page token") => ApiErrorKind::PageTokenExpired,
        (_, Some(300)) => ApiErrorKind::Validation,
        (_, Some(200)) if says("event subscription") => ApiErrorKind::NoQssSubscription,
        (_, Some(200 | 400)) if says("dashboard") || says("only available for") => {
            ApiErrorKind::PlanWithoutDashboard
        }
        (403, _) => ApiErrorKind::Forbidden,
        (300..=399, _) => ApiErrorKind::Redirect,
        _ => ApiErrorKind::Other,
    }
}

/// The scopes that a message names in brackets.
fn scopes(message: &str) -> Box<[Box<str>]> {
    let Some((_, rest)) = message.split_once('[') else {
        return Box::default();
    };
    let list = rest.split(']').next().unwrap_or(rest);
    list.split(',')
        .map(|scope| scope.trim_matches([' ', '"', '\\']))
        .filter(|scope| !scope.is_empty())
        .map(Into::into)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(status: u16, body: &str) -> ApiErrorKind {
        ApiError::from_answer(status, body.as_bytes()).expect("a failure").kind
    }

    #[test]
    fn every_row_of_the_error_table_is_known() {
        use ApiErrorKind as Kind;
        for (status, body, expected) in [
            (
                404,
                r#"{"code":3001,"message":"This meeting's detail info is not available."}"#,
                Kind::NotAvailable,
            ),
            (
                400,
                r#"{"code":300,"message":"Can not access webinar info, 93201235621."}"#,
                Kind::IsWebinar,
            ),
            (
                400,
                r#"{"code":300,"message":"Can not access meeting info, 93201235621."}"#,
                Kind::IsMeeting,
            ),
            (
                400,
                r#"{"code":300,"message":"The next page token is invalid or expired."}"#,
                Kind::PageTokenExpired,
            ),
            (
                400,
                r#"{"code":400,"message":"The next page token is invalid or expired."}"#,
                Kind::PageTokenExpired,
            ),
            (
                400,
                r#"{"code":300,"message":"Validation Failed.","errors":[{"field":"from","message":"Invalid field."}]}"#,
                Kind::Validation,
            ),
            (
                400,
                r#"{"code":12702,"message":"Can not access a meeting a year ago."}"#,
                Kind::TooOld,
            ),
            (400, r#"{"code":12700,"message":"no"}"#, Kind::EndTimeNotAllowed),
            (
                400,
                r#"{"code":400,"message":"This API is only available for ZMP and Business or higher accounts that have enabled the Dashboard feature."}"#,
                Kind::PlanWithoutDashboard,
            ),
            (
                400,
                r#"{"code":200,"message":"Only available for Paid user: 1"}"#,
                Kind::PlanWithoutDashboard,
            ),
            (
                400,
                r#"{"code":200,"message":"Event subscription not found. Subscribe to the Webinar Participant QoS Summary event in your Marketplace app to get access to this API."}"#,
                Kind::NoQssSubscription,
            ),
            (401, r#"{"code":124,"message":"Access token is expired."}"#, Kind::TokenRejected),
            (401, r#"{"code":201,"message":"Access token is expired."}"#, Kind::TokenRejected),
            (403, "", Kind::Forbidden),
            (404, r#"{"code":1001,"message":"User does not exist: x."}"#, Kind::UserUnknown),
            (
                429,
                r#"{"code":429,"message":"You have reached the maximum per-second rate limit for this API. Try again later."}"#,
                Kind::RateLimited(Some(Period::Short)),
            ),
            (
                429,
                r#"{"code":429,"message":"You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request."}"#,
                Kind::RateLimited(Some(Period::Day)),
            ),
            (429, "", Kind::RateLimited(None)),
            (
                429,
                r#"{"code":429,"message":"Too many concurrent requests. A request to x has already been made."}"#,
                Kind::TooManyConcurrent,
            ),
            (500, "", Kind::Server),
            (408, "", Kind::Server),
            (302, "", Kind::Redirect),
            (418, "", Kind::Other),
        ] {
            assert_eq!(kind(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn missing_scopes_are_named() {
        let scopes =
            |list: &[&str]| ApiErrorKind::MissingScopes(list.iter().map(|&s| s.into()).collect());
        assert_eq!(
            kind(
                400,
                r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[dashboard_meetings:read:admin, dashboard:read:admin]."}"#
            ),
            scopes(&["dashboard_meetings:read:admin", "dashboard:read:admin"])
        );
        let badly_quoted = r#"{"code":104,"message":"Invalid access token, does not contain scopes:["dashboard:read:admin"]."}"#;
        assert_eq!(kind(400, badly_quoted), scopes(&["dashboard:read:admin"]));
    }

    #[test]
    fn an_error_code_under_success_is_a_failure() {
        let error =
            ApiError::from_answer(200, br#"{"code":3000,"error_message":"Cannot access."}"#)
                .unwrap();
        assert_eq!((error.code, error.message.as_deref()), (Some(3000), Some("Cannot access.")));
        assert_eq!(ApiError::from_answer(200, br#"{"code":0,"message":"ok"}"#), None);
        assert_eq!(ApiError::from_answer(200, br#"{"user_id":"1"}"#), None);
        assert_eq!(ApiError::from_answer(200, b"[]"), None);
    }

    #[test]
    fn a_proxys_page_is_quoted_without_its_tags() {
        let page = b"<html><head><title>502</title></head><body>Bad <b>gateway</b></body>";
        let error = ApiError::from_answer(502, page).unwrap();
        assert_eq!(error.message.as_deref(), Some("502 Bad gateway"));
        assert!(error.is_transient());
    }

    #[test]
    fn field_errors_are_shown() {
        let body = br#"{"code":300,"message":"Validation Failed.","errors":[{"field":"from","message":"Invalid."}]}"#;
        let error = ApiError::from_answer(400, body).unwrap();
        assert_eq!(error.to_string(), "code 300: Validation Failed.; `from`: Invalid.");
    }

    proptest! {
        #[test]
        fn any_body_of_a_failed_request_is_read(status in 300_u16..600, body in any::<Vec<u8>>()) {
            let error = ApiError::from_answer(status, &body).expect("a failure");
            prop_assert!(!error.to_string().contains(Shown::is_escaped));
        }
    }
}
