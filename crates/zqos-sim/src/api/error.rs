//! Errors in Zoom's form: a status, a code of Zoom's own, and a message.

use serde::Serialize;

use crate::api::answer::Answer;
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
}

/// What is wrong with one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FieldError {
    field: &'static str,
    message: &'static str,
}

impl ApiError {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), errors: Vec::new() }
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

    pub(crate) fn no_such_meeting(id: &str) -> Self {
        Self::new(404, 3001, format!("Meeting does not exist: {id}."))
    }

    pub(crate) fn not_ended() -> Self {
        Self::new(404, 3001, "Meeting ID is invalid or has not ended.")
    }

    pub(crate) fn not_available() -> Self {
        Self::new(404, 3001, "This meeting's detail info is not available.")
    }

    /// A webinar on a meeting's path, or the reverse.
    pub(crate) fn wrong_kind(asked_for_webinar: bool, id: &str) -> Self {
        let kind = if asked_for_webinar { "meeting" } else { "webinar" };
        Self::new(400, 300, format!("Can not access {kind} info, {id}."))
    }

    pub(crate) fn too_old(webinar: bool) -> Self {
        let kind = if webinar { "webinar" } else { "meeting" };
        Self::new(400, 12702, format!("Can not access a {kind} a year ago."))
    }

    pub(crate) fn page_token() -> Self {
        Self::new(400, 300, "The next page token is invalid or expired.")
    }

    /// A parameter that is missing or wrong.
    pub(crate) fn field(field: &'static str, message: &'static str) -> Self {
        let errors = vec![FieldError { field, message }];
        Self { errors, ..Self::new(400, 300, "Validation Failed.") }
    }

    pub(crate) fn rate_limit(exceeded: Exceeded) -> Self {
        Self::new(429, 429, exceeded.to_string())
    }

    pub(crate) fn into_answer(self) -> Answer {
        Answer::new(self.status, encode(&self))
    }
}

/// The JSON of a value.
pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts, numbers and lists are JSON")
}
