//! Errors in Zoom's form: a status, a code of Zoom's own, and a message.

use std::io;

use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::quirk::Quirk;
use crate::api::route::{MeetingPart, Route};
use crate::limit::Exceeded;

/// An error of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ApiError {
    #[serde(skip)]
    status: u16,
    code: u32,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The scopes of which one is missing.
    #[serde(skip)]
    scopes: Vec<String>,
}

/// What is wrong with one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FieldError {
    field: &'static str,
    message: &'static str,
}

impl ApiError {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), errors: Vec::new(), scopes: Vec::new() }
    }

    pub(crate) fn unknown_endpoint() -> Self {
        Self::new(404, 2300, "This API endpoint is not recognized.")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(405, 405, "Request method is not supported.")
    }

    pub(crate) fn invalid_token() -> Self {
        Self::new(401, 124, "Invalid access token.")
    }

    pub(crate) fn expired_token() -> Self {
        Self::new(401, 124, "Access token is expired.")
    }

    /// A call on behalf of an account that is not ours.
    pub(crate) fn no_such_account(id: &str) -> Self {
        Self::new(404, 2001, format!("Account does not exist: {id}."))
    }

    /// The token lacks all of the scopes that would do.
    pub(crate) fn missing_scopes(sufficient: &[String]) -> Self {
        let scopes = sufficient.join(", ");
        let message = format!("Invalid access token, does not contain scopes:[{scopes}].");
        Self { scopes: sufficient.to_vec(), ..Self::new(400, 4711, message) }
    }

    /// The plan has no dashboard.
    pub(crate) fn no_dashboard(route: &Route) -> Self {
        match route {
            Route::Meeting { part: MeetingPart::Satisfaction, .. } => Self::new(
                400,
                200,
                "Only available for paid accounts that have dashboard feature enabled.",
            ),
            _ => Self::new(
                400,
                400,
                "This API is only available for ZMP and Business or higher accounts that have \
                 enabled the Dashboard feature.",
            ),
        }
    }

    /// The account has no QSS; Zoom names webinars even when it was a meeting.
    pub(crate) fn no_qss() -> Self {
        Self::new(
            400,
            200,
            "Event subscription not found. Subscribe to the Webinar Participant QoS Summary event \
             in your Marketplace app to get access to this API.",
        )
    }

    /// The account may not list by end.
    pub(crate) fn not_by_end() -> Self {
        Self::new(400, 12700, "This account can not query meetings by end_time.")
    }

    pub(crate) fn no_such_meeting(id: &str) -> Self {
        Self::new(404, 3001, format!("Meeting does not exist: {id}."))
    }

    pub(crate) fn no_such_call(id: &str) -> Self {
        Self::new(404, 3001, format!("Call does not exist: {id}."))
    }

    pub(crate) fn not_ended() -> Self {
        Self::new(404, 3001, "Meeting ID is invalid or has not ended.")
    }

    pub(crate) fn not_available() -> Self {
        Self::new(404, 3001, "This meeting's detail info is not available.")
    }

    pub(crate) fn no_such_participant() -> Self {
        Self::new(404, 3001, "This meeting's details info is not available or ID is not valid.")
    }

    /// A webinar on a meeting's path, or the reverse.
    pub(crate) fn wrong_kind(asked_for_webinar: bool, id: &str) -> Self {
        let kind = if asked_for_webinar { "meeting" } else { "webinar" };
        Self::new(400, 300, format!("Can not access {kind} info, {id}."))
    }

    pub(crate) fn too_old(webinar: bool, part: &MeetingPart) -> Self {
        let message = match (webinar, part) {
            // The only part for which no such error is documented.
            (_, MeetingPart::Satisfaction) => return Self::not_available(),
            (false, MeetingPart::Details) => "Cannot access meetings from over one year ago.",
            (false, _) => "Can not access a meeting a year ago.",
            (true, _) => "Can not access a webinar a year ago.",
        };
        Self::new(400, 12702, message)
    }

    pub(crate) fn page_token() -> Self {
        Self::new(400, 300, "The next page token is invalid or expired.")
    }

    /// A parameter that is missing or wrong.
    pub(crate) fn field(field: &'static str, message: &'static str) -> Self {
        let errors = vec![FieldError { field, message }];
        Self { errors, ..Self::new(400, 300, "Validation Failed.") }
    }

    /// This one, with the parameters that another one names.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    pub(crate) fn rate_limit(exceeded: Exceeded) -> Self {
        Self::new(429, 429, exceeded.to_string())
    }

    /// The answer of an account that has these oddities.
    pub(crate) fn into_answer(self, quirks: &[Quirk]) -> Answer {
        let status = match self.status {
            400 | 404 if quirks.contains(&Quirk::ErrorsUnder200) => 200,
            status => status,
        };
        if !self.scopes.is_empty() && quirks.contains(&Quirk::MisquotedErrors) {
            let scopes = self.scopes.join("\", \"");
            let body = format!(
                "{{\"code\":104,\"message\":\"Invalid access token, does not contain \
                 scopes:[\"{scopes}\"].\"}}"
            );
            return Answer::new(status, body.into_bytes());
        }
        Answer::new(status, encode(&self))
    }
}

/// The JSON of a value.
pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    let mut body = Body(Vec::with_capacity(4_096));
    serde_json::to_writer(&mut body, value).expect("texts, numbers and lists are JSON");
    body.0
}

/// Collects a body. Most of what is written to it are single bytes, between names and figures.
struct Body(Vec<u8>);

impl io::Write for Body {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes {
            [byte] => self.0.push(*byte),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes).map(drop)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
