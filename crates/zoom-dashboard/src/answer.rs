//! Answers that are successes.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;
use zoom_wire::{DecodeError, Endpoint};

use crate::error::{Error, ErrorKind, FailedResponse};

/// An answer as it came.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RawAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The reason phrase of the status line; empty when there was none.
    pub reason: Box<str>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
    /// What was asked. There is no secret in it.
    pub url: Url,
    /// How often it was asked.
    pub tries: u32,
}

impl RawAnswer {
    /// Makes an error of an answer whose body does not decode, so that it is explained like any
    /// other.
    #[must_use]
    pub fn undecodable(&self, error: DecodeError) -> Error {
        let body = &self.body[..self.body.len().min(FailedResponse::BODY_MAX)];
        Error::new(ErrorKind::Decode(Arc::new(error)))
            .with_request(Method::GET, self.url.clone())
            .with_response(Some(FailedResponse {
                status: self.status,
                reason: self.reason.clone(),
                headers: self.headers.clone(),
                body: Bytes::copy_from_slice(body),
            }))
            .with_tries(self.tries, std::time::Duration::ZERO)
    }
}

/// The answer of a typed endpoint. It owns the body, which the decoded answer borrows from.
pub struct Answer<E> {
    raw: RawAnswer,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Answer<E> {
    pub(crate) const fn new(raw: RawAnswer) -> Self {
        Self { raw, endpoint: PhantomData }
    }

    /// Decodes the body.
    ///
    /// **Errors**: [`DecodeError`], when it is not a JSON object; see
    /// [`RawAnswer::undecodable`].
    pub fn decode(&self) -> Result<E::Answer<'_>, DecodeError> {
        zoom_wire::decode(&self.raw.body)
    }
}

impl<E> Answer<E> {
    /// The answer as it came.
    pub const fn raw(&self) -> &RawAnswer {
        &self.raw
    }

    /// The answer as it came.
    pub fn into_raw(self) -> RawAnswer {
        self.raw
    }
}

impl<E> fmt::Debug for Answer<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Answer").field(&self.raw).finish()
    }
}

impl<E> Clone for Answer<E> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), endpoint: PhantomData }
    }
}
