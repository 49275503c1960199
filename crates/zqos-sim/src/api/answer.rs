//! Requests and answers, as a server takes and gives them.

use crate::api::timestamp;

/// A request as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// Path and query, never decoded.
    pub target: &'a str,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

impl<'a> Call<'a> {
    /// A GET request with a token.
    pub const fn get(target: &'a str, authorization: &'a str) -> Self {
        Self { method: "GET", target, authorization: Some(authorization), body: b"" }
    }
}

/// An answer as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header names, in lower case, and values. `content-length` is the server's.
    pub headers: Vec<(&'static str, String)>,
    /// The body: JSON, but for [`Quirk::MisquotedErrors`](crate::Quirk::MisquotedErrors) and
    /// misbehaviour.
    pub body: Vec<u8>,
}

impl Answer {
    pub(crate) const fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// Gives another value to a header that is there.
    pub(crate) fn replace_header(&mut self, name: &str, value: &str) {
        for (_, old) in self.headers.iter_mut().filter(|(known, _)| *known == name) {
            value.clone_into(old);
        }
    }

    /// Adds what every answer of Zoom's has.
    pub(crate) fn add_common_headers(&mut self, now: i64, tracking_id: u128) {
        let date = timestamp(now).to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT");
        self.headers.extend([
            ("date", date.to_string()),
            ("content-type", "application/json;charset=UTF-8".to_owned()),
            ("cache-control", "no-cache, no-store, must-revalidate, no-transform".to_owned()),
            ("x-zm-trackingid", format!("v=2.0;clid=us06;rid=WEB_{tracking_id:032x}")),
        ]);
    }
}
