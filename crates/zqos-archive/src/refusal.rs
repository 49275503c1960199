//! What Zoom says when it says no: a status, a code of Zoom's own, and a message.
//!
//! The simulator spells the same errors by itself: what both took from one place they could not prove of each
//! other.
//!
//! **Source**: the error tables of Zoom's API reference, "Dashboards".

use serde::Serialize;
use zoom_wire::Kind;

/// An error in Zoom's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    #[serde(skip)]
    pub(crate) status: u16,
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

impl Refusal {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), errors: Vec::new() }
    }

    pub(crate) fn unknown_endpoint() -> Self {
        Self::new(404, 2300, "This API endpoint is not recognized.")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(405, 405, "Request method is not supported.")
    }

    pub(crate) fn no_such_meeting(id: &str) -> Self {
        Self::new(404, 3001, format!("Meeting does not exist: {id}."))
    }

    pub(crate) fn not_ended() -> Self {
        Self::new(404, 3001, "Meeting ID is invalid or has not ended.")
    }

    /// The store has nothing of the sort that was asked for.
    pub(crate) fn not_available() -> Self {
        Self::new(404, 3001, "This meeting's detail info is not available.")
    }

    pub(crate) fn no_such_participant() -> Self {
        Self::new(404, 3001, "This meeting's details info is not available or ID is not valid.")
    }

    /// A webinar on a meeting's path, or the reverse.
    pub(crate) fn wrong_kind(asked_for: Kind, id: &str) -> Self {
        let is = match asked_for {
            Kind::Meeting => "webinar",
            Kind::Webinar => "meeting",
        };
        Self::new(400, 300, format!("Can not access {is} info, {id}."))
    }

    pub(crate) fn page_token() -> Self {
        Self::new(400, 300, "The next page token is invalid or expired.")
    }

    pub(crate) fn invalid(field: &'static str) -> Self {
        Self::field(field, "Invalid field.")
    }

    pub(crate) fn required(field: &'static str) -> Self {
        Self::field(field, "This field is required.")
    }

    fn field(field: &'static str, message: &'static str) -> Self {
        let errors = vec![FieldError { field, message }];
        Self { errors, ..Self::new(400, 300, "Validation Failed.") }
    }

    /// This one, with the parameters that another one names.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// The store can't be read. Zoom documents no body for this.
    pub(crate) fn unreadable() -> Self {
        Self::new(503, 503, "The archive can not be read at the moment. Try again later.")
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are JSON")
    }
}
