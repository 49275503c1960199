//! What goes wrong, for the caller: one error, with all that is needed to explain it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;
use zoom_wire::rate_limit::Label;
use zoom_wire::{ApiError, ApiErrorKind, DecodeError, RequestError};
use zqos_core::{Shown, Timestamp};

/// A call that failed.
///
/// It says what failed ([`Error::kind`]), what was asked ([`Error::request`]), what came back
/// ([`Error::response`]) and how hard it was tried. It never holds a secret: URLs have none, and
/// a token or client secret that a server echoes is struck out of headers, message and body.
///
/// `Display` is one line with the request and what failed, without its source.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    request: Option<SentRequest>,
    response: Option<FailedResponse>,
    source: Option<Cause>,
    tries: u32,
    elapsed: Duration,
    retry_at: Option<Timestamp>,
    token_refreshed: bool,
}

/// The error beneath, shared by all who waited for the same token.
pub(crate) type Cause = Arc<dyn StdError + Send + Sync>;

/// What failed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Zoom, or something between, answered with an HTTP error or an error code. Redirects are
    /// among these: they are not followed.
    Api(ApiError),
    /// A rate limit is used up, by Zoom's word or by our own count.
    RateLimited {
        /// The limits of which label.
        label: Label,
        /// True for the daily limit, false for that of a second or minute.
        daily: bool,
        /// When calls are taken again, as far as known.
        until: Option<Timestamp>,
        /// What Zoom said; `None` when our own count kept the call from being sent.
        api: Option<ApiError>,
    },
    /// The client's [`Gate`](crate::Gate) did not let the call pass. It was not sent, or not again.
    HeldBack,
    /// The token endpoint gave no token.
    TokenRequest {
        /// The HTTP status.
        status: u16,
        /// The OAuth error code, such as `invalid_client`.
        error: Option<Box<str>>,
        /// Why, in Zoom's words; of an answer that is not Zoom's, its first words.
        reason: Option<Box<str>>,
    },
    /// The host's name can't be resolved.
    Dns,
    /// No connection: refused, unreachable.
    Connect,
    /// No trust: the TLS handshake failed.
    Tls,
    /// The proxy lets nothing through.
    Proxy,
    /// It took too long.
    Timeout(TimeoutPhase),
    /// The connection ended before an answer came.
    Reset,
    /// The body ended before it was complete.
    Cut,
    /// The body is larger than what is taken in.
    BodyTooLarge {
        /// The most that is taken in, in bytes, after decompression.
        limit: usize,
    },
    /// What came back is not HTTP, or not compressed as it says; or no frame of a WebSocket.
    Malformed,
    /// The server, or something between, makes no WebSocket of the connection.
    NotUpgraded,
    /// The WebSocket was made, and no events will come by it.
    NotAdmitted {
        /// Why, in Zoom's words.
        why: Option<Box<str>>,
    },
    /// The server closed the WebSocket. A subscription has one at a time: whoever connects for it closes the
    /// one that there is.
    Closed {
        /// The code of the closing frame; `None` when there was none.
        code: Option<u16>,
    },
    /// The body is not what the operation promises.
    Decode(Arc<DecodeError>),
    /// The parameters can't be sent. Nothing was sent.
    Request(RequestError),
    /// The client can't be made so. Nothing was sent.
    Config(ConfigError),
    /// A walk over pages that does not come to an end.
    EndlessPages(EndlessPages),
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeoutPhase {
    /// Making the connection.
    Connect,
    /// Waiting for the next bytes.
    Read,
    /// One try from start to end.
    Whole,
}

/// Why a client can't be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A base URL that can't be one.
    #[error("`{}` can't be {setting}: {reason}", Shown(.url))]
    BaseUrl {
        /// Which setting, in words.
        setting: &'static str,
        /// What was given, without what could be a secret.
        url: Box<str>,
        /// What is wrong and what to write instead.
        reason: Box<str>,
    },
    /// A file of root certificates that can't be used.
    #[error("no root certificates in `{}`: {reason}", Shown(.path))]
    CaFile {
        /// The file.
        path: Box<str>,
        /// What is wrong.
        reason: Box<str>,
    },
    /// A credential that no request can carry.
    #[error("{0}")]
    Credential(&'static str),
    /// A subscription without an id.
    #[error("the id of an event subscription is empty")]
    Subscription,
    /// A user agent with characters that no header can carry.
    #[error("a user agent is made of visible ASCII characters")]
    UserAgent,
    /// A proxy that can't be one.
    #[error("the proxy can't be used: {0}")]
    Proxy(Box<str>),
}

/// Why a walk was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndlessPages {
    /// The page token expired again and again before a new row came.
    TokenExpires,
    /// The same page token came again, without a new row.
    SameToken,
    /// Page after page came without a new row.
    NothingNew,
}

/// A request as it was sent: method and URL, in which there is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRequest {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: Url,
}

/// An answer that is a failure, or came with one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FailedResponse {
    /// The HTTP status.
    pub status: u16,
    /// The reason phrase of the status line; empty when there was none.
    pub reason: Box<str>,
    /// The headers.
    pub headers: HeaderMap,
    /// The start of the body, decompressed; at most [`FailedResponse::BODY_MAX`] bytes. Empty
    /// when the body could not be read.
    pub body: Bytes,
}

impl FailedResponse {
    /// How much of a body is kept: several times the longest error body of Zoom's.
    pub const BODY_MAX: usize = 4096;
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            request: None,
            response: None,
            source: None,
            tries: 0,
            elapsed: Duration::ZERO,
            retry_at: None,
            token_refreshed: false,
        }))
    }

    pub(crate) fn with_request(mut self, method: Method, url: Url) -> Self {
        self.0.request = Some(SentRequest { method, url });
        self
    }

    pub(crate) fn with_response(mut self, response: Option<FailedResponse>) -> Self {
        self.0.response = response;
        self
    }

    pub(crate) fn with_source(mut self, source: Option<Cause>) -> Self {
        self.0.source = source;
        self
    }

    pub(crate) const fn with_tries(mut self, tries: u32, elapsed: Duration) -> Self {
        self.0.tries = tries;
        self.0.elapsed = elapsed;
        self
    }

    pub(crate) const fn with_retry_at(mut self, instant: Option<Timestamp>) -> Self {
        self.0.retry_at = instant;
        self
    }

    pub(crate) const fn with_token_refreshed(mut self, refreshed: bool) -> Self {
        self.0.token_refreshed = refreshed;
        self
    }

    /// What failed.
    pub const fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What was asked; `None` when nothing was sent.
    pub const fn request(&self) -> Option<&SentRequest> {
        self.0.request.as_ref()
    }

    /// What came back; `None` when nothing did.
    pub const fn response(&self) -> Option<&FailedResponse> {
        self.0.response.as_ref()
    }

    /// What Zoom said of it, for [`ErrorKind::Api`] and for a rate limit that Zoom spoke of.
    pub const fn api(&self) -> Option<&ApiError> {
        match &self.0.kind {
            ErrorKind::Api(api) | ErrorKind::RateLimited { api: Some(api), .. } => Some(api),
            _ => None,
        }
    }

    /// The HTTP status; `None` when no answer came.
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.status)
    }

    /// How often the request was sent; 0 when it was not.
    pub const fn tries(&self) -> u32 {
        self.0.tries
    }

    /// How long the call took, all tries and waits together.
    pub const fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// When the server asks to be called again, or the quota opens again.
    pub const fn retry_at(&self) -> Option<Timestamp> {
        self.0.retry_at
    }

    /// True when the token was rejected, a new one was got, and the call failed with that too.
    pub const fn token_refreshed(&self) -> bool {
        self.0.token_refreshed
    }

    /// True when the same call may succeed later: the network failed, the server did, or a rate
    /// limit opens again. The call was already retried as far as its policy goes.
    pub const fn is_transient(&self) -> bool {
        match &self.0.kind {
            ErrorKind::Api(api) => api.is_transient(),
            ErrorKind::TokenRequest { status, .. } => matches!(status, 408 | 429 | 500..),
            ErrorKind::RateLimited { .. }
            | ErrorKind::Dns
            | ErrorKind::Connect
            | ErrorKind::Timeout(_)
            | ErrorKind::Reset
            | ErrorKind::Cut
            | ErrorKind::Closed { .. } => true,
            _ => false,
        }
    }

    /// True when nothing was attempted, because the request or the client can't be made so.
    pub const fn is_usage(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Request(_) | ErrorKind::Config(_))
    }

    /// True when a page token was refused as invalid or expired.
    pub(crate) fn is_page_token_expired(&self) -> bool {
        self.api().is_some_and(|api| api.kind == ApiErrorKind::PageTokenExpired)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(SentRequest { method, url }) = self.request() {
            write!(f, "`{method} {url}`: ")?;
        }
        fmt::Display::fmt(self.kind(), f)?;
        match self.tries() {
            0 | 1 => Ok(()),
            tries => write!(f, ", tried {tries} times"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            ErrorKind::Decode(error) => error.source(),
            _ => self.0.source.as_ref().map(|cause| &**cause as _),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => write!(f, "the API answered with an error: {error}"),
            Self::RateLimited { label, daily, until, .. } => {
                let period = if *daily { "daily" } else { "short-term" };
                write!(f, "the {period} rate limit of {label} calls is used up")?;
                until.map_or(Ok(()), |until| write!(f, " until {until}"))
            }
            Self::TokenRequest { status, error, reason } => {
                write!(f, "no access token was given (HTTP {status})")?;
                if let Some(error) = error {
                    write!(f, ": `{}`", Shown(error))?;
                }
                reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {}", Shown(reason)))
            }
            Self::Dns => f.write_str("the host's name can't be resolved"),
            Self::Connect => f.write_str("no connection could be made"),
            Self::Tls => f.write_str("the TLS handshake failed"),
            Self::Proxy => f.write_str("the proxy does not let the request through"),
            Self::Timeout(TimeoutPhase::Connect) => {
                f.write_str("making the connection took too long")
            }
            Self::Timeout(TimeoutPhase::Read) => f.write_str("the server fell silent"),
            Self::Timeout(TimeoutPhase::Whole) => f.write_str("the answer took too long"),
            Self::Reset => f.write_str("the connection ended before an answer came"),
            Self::Cut => f.write_str("the body ended before it was complete"),
            Self::BodyTooLarge { limit } => {
                write!(f, "the body is larger than the {limit} bytes that are taken in")
            }
            Self::Malformed => f.write_str("the answer is not well-formed HTTP"),
            Self::NotUpgraded => f.write_str("no WebSocket was made of the connection"),
            Self::NotAdmitted { why: None } => f.write_str("no events are sent by this WebSocket"),
            Self::NotAdmitted { why: Some(why) } => {
                write!(f, "no events are sent by this WebSocket: {}", Shown(why))
            }
            Self::Closed { code: None } => f.write_str("the server closed the WebSocket"),
            Self::Closed { code: Some(code) } => {
                write!(f, "the server closed the WebSocket with code {code}")
            }
            Self::HeldBack => f.write_str("the call was held back"),
            Self::Decode(error) => error.fmt(f),
            Self::Request(error) => error.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::EndlessPages(EndlessPages::TokenExpires) => {
                f.write_str("the page token expired again and again before a new row came")
            }
            Self::EndlessPages(EndlessPages::SameToken) => {
                f.write_str("the same page token came again without a new row")
            }
            Self::EndlessPages(EndlessPages::NothingNew) => {
                f.write_str("page after page came without a new row")
            }
        }
    }
}

impl From<RequestError> for Error {
    fn from(error: RequestError) -> Self {
        Self::new(ErrorKind::Request(error))
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::new(ErrorKind::Config(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small() {
        assert!(size_of::<Error>() <= 128);
        assert!(size_of::<Result<(), Error>>() <= 16);
    }

    #[test]
    fn a_line_says_what_was_asked_and_what_failed() {
        let url = Url::parse("https://api.zoom.us/v2/metrics/quality?from=2026-01-01").unwrap();
        let error = Error::new(ErrorKind::Reset)
            .with_request(Method::GET, url)
            .with_tries(3, Duration::from_secs(2));
        assert_eq!(
            error.to_string(),
            "`GET https://api.zoom.us/v2/metrics/quality?from=2026-01-01`: the connection ended \
             before an answer came, tried 3 times"
        );
    }

    #[test]
    fn a_token_error_shows_what_the_server_said_escaped() {
        let error = Error::new(ErrorKind::TokenRequest {
            status: 400,
            error: Some("invalid_client".into()),
            reason: Some("Invalid \u{1b}[31mclient".into()),
        });
        assert_eq!(
            error.to_string(),
            "no access token was given (HTTP 400): `invalid_client`: Invalid \\u{1b}[31mclient"
        );
    }
}
