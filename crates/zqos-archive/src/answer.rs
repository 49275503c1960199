//! Answers as a server gives them.

use crate::error::ArchiveError;
use crate::refusal::Refusal;

/// An answer as it goes out.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header names, in lower case, and values; what the server adds for every answer is not among them.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body: JSON.
    pub body: Vec<u8>,
    /// Why the store could not be read, where the status is 503. It names files, so that it is for logs.
    pub failure: Option<ArchiveError>,
}

impl Answer {
    pub(crate) fn found(body: String) -> Self {
        Self::new(200, body.into_bytes())
    }

    fn new(status: u16, body: Vec<u8>) -> Self {
        // **Source**: Zoom's answers as clients have shown them.
        let headers = vec![
            ("content-type", "application/json;charset=UTF-8"),
            ("cache-control", "no-cache, no-store, must-revalidate, no-transform"),
        ];
        Self { status, headers, body, failure: None }
    }

    pub(crate) fn unreadable(failure: ArchiveError) -> Self {
        Self { failure: Some(failure), ..Refusal::unreadable().into() }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status, refusal.body())
    }
}
