//! Answers: what an endpoint promises, and how a body becomes it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::request::{Request, RequestError};
use crate::row::{InvalidRow, Row};

/// A call with a typed answer.
pub trait Endpoint {
    /// What a body decodes to; it borrows from the body's text.
    type Answer<'a>: Deserialize<'a>;

    /// The request.
    ///
    /// **Errors**: [`RequestError`], when the parameters can't be sent.
    fn to_request(&self) -> Result<Request, RequestError>;
}

/// An endpoint whose answers come in pages.
pub trait Listing: for<'a> Endpoint<Answer<'a>: Page<'a>> {}

impl<E> Listing for E where E: for<'a> Endpoint<Answer<'a>: Page<'a>> {}

/// An endpoint asked for a sub-account of a master account; `me` is the caller's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForAccount<E> {
    endpoint: E,
    /// `None` leaves the endpoint as it is.
    account_id: Option<String>,
}

impl<E> ForAccount<E> {
    /// Asks `endpoint` for `account_id`; for the credential's own account when there is none.
    pub const fn new(endpoint: E, account_id: Option<String>) -> Self {
        Self { endpoint, account_id }
    }
}

impl<E: Endpoint> Endpoint for ForAccount<E> {
    type Answer<'a> = E::Answer<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let request = self.endpoint.to_request()?;
        match &self.account_id {
            Some(account_id) => request.for_account(account_id),
            None => Ok(request),
        }
    }
}

/// One page of a listing.
pub trait Page<'a>: Deserialize<'a> {
    /// What a row is.
    type Row;

    /// The rows, in Zoom's order.
    fn into_rows(self) -> Vec<Row<Self::Row>>;
}

/// A body that does not decode.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not UTF-8.
    #[error("the body is not text: byte {0} is not UTF-8")]
    NotText(usize),
    /// Not JSON, or cut off.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
        /// What the parser found.
        source: serde_json::Error,
    },
    /// JSON, but not an object.
    #[error("the body is not a JSON object")]
    NotAnObject,
}

impl From<serde_json::Error> for DecodeError {
    fn from(source: serde_json::Error) -> Self {
        if source.is_data() {
            Self::NotAnObject
        } else {
            Self::NotJson { line: source.line(), column: source.column(), source }
        }
    }
}

/// The text of a body.
///
/// **Errors**: [`DecodeError::NotText`].
pub fn text(body: &[u8]) -> Result<&str, DecodeError> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    std::str::from_utf8(body).map_err(|error| DecodeError::NotText(error.valid_up_to()))
}

/// Decodes a body into what its endpoint promises.
///
/// Wrong rows and wrong values do not fail here: they are found as [`InvalidRow`]s.
///
/// **Errors**: [`DecodeError`], when the body is not a JSON object.
pub fn decode<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DecodeError> {
    Ok(serde_json::from_str(text(body)?)?)
}

/// The frame of any page: its rows as they came, and the way to the next one.
#[derive(Debug, Clone)]
pub struct RawPage<'a> {
    /// Every member but the rows, as name and JSON text, in the order in which they came.
    pub envelope: Vec<(std::borrow::Cow<'a, str>, &'a RawValue)>,
    /// The JSON text of each row.
    pub rows: Vec<&'a RawValue>,
    /// What is wrong with the member that should hold the rows.
    pub invalid: Option<InvalidRow>,
}

impl<'a> RawPage<'a> {
    /// Splits a body into its rows and the rest.
    ///
    /// `rows` names the member that holds them; with `None` it is the first member that is an
    /// array. A missing or null member is no rows.
    ///
    /// **Errors**: [`DecodeError`], when the body is not a JSON object.
    pub fn decode(body: &'a [u8], rows: Option<&str>) -> Result<Self, DecodeError> {
        let crate::object::Object(members) = decode(body)?;
        let mut page = Self { envelope: Vec::new(), rows: Vec::new(), invalid: None };
        let mut found = false;
        for (name, value) in members {
            let holds_rows = !found
                && match rows {
                    Some(rows) => rows == name,
                    None => value.get().starts_with('['),
                };
            if !holds_rows {
                page.envelope.push((name, value));
                continue;
            }
            found = true;
            match serde_json::from_str(value.get()) {
                Ok(rows) => page.rows = rows,
                Err(_) if value.get() == "null" => {}
                Err(_) => page.invalid = Some(InvalidRow::not_rows(&name)),
            }
        }
        Ok(page)
    }

    /// The token of the next page; `None` on the last one.
    pub fn next_page_token(&self) -> Option<String> {
        let (_, value) = self.envelope.iter().find(|(name, _)| name == "next_page_token")?;
        let token: String = serde_json::from_str(value.get()).ok()?;
        (!token.is_empty()).then_some(token)
    }

    /// How many rows all pages hold together, as far as Zoom says.
    pub fn total_records(&self) -> Option<u64> {
        let (_, value) = self.envelope.iter().find(|(name, _)| name == "total_records")?;
        value.get().trim_matches('"').parse().ok()
    }
}

/// What tells one row of a listing from every other one, across pages and across a restart of the
/// walk.
///
/// A meeting is its `uuid`, a call its `call_id`; a participant is its join: `user_id` with
/// `participant_uuid` and `join_time`, or the `participant_id` of a summary. A row without these is
/// itself, to the letter.
pub fn row_identity(row: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Identity<'a> {
        #[serde(borrow)]
        uuid: Option<&'a RawValue>,
        #[serde(borrow)]
        call_id: Option<&'a RawValue>,
        #[serde(borrow)]
        user_id: Option<&'a RawValue>,
        #[serde(borrow)]
        participant_id: Option<&'a RawValue>,
        #[serde(borrow)]
        participant_uuid: Option<&'a RawValue>,
        #[serde(borrow)]
        join_time: Option<&'a RawValue>,
    }

    let Ok(identity) = serde_json::from_str::<Identity<'_>>(row.get()) else {
        return row.get().to_owned();
    };
    let said = |member: Option<&'_ RawValue>| match member.map(RawValue::get) {
        None | Some("\"\"" | "null") => None,
        Some(text) => Some(text.to_owned()),
    };
    let alone = [identity.uuid, identity.call_id, identity.participant_id];
    if let Some(id) = alone.into_iter().find_map(said) {
        return id;
    }
    match (said(identity.user_id), said(identity.participant_uuid), said(identity.join_time)) {
        (Some(user), participant, join) if participant.is_some() || join.is_some() => {
            [user, participant.unwrap_or_default(), join.unwrap_or_default()].join("\n")
        }
        _ => row.get().to_owned(),
    }
}
