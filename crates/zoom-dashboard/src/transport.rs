//! Transports: how one request becomes one answer.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncWrite};
use url::Url;

use crate::error::{Cause, ErrorKind, TimeoutPhase};

mod http_transport;

pub(crate) use http_transport::HttpConfig;
pub use http_transport::{HttpTransport, Proxies};

/// A boxed future, for a trait that is used as an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one request and takes in its answer.
///
/// A transport tries once: retries, limits and tokens are the client's. It follows no redirect,
/// because that would carry the token elsewhere. Tests give the client one of their own.
///
/// **Cancel safety**: the future may be dropped at any time; the request may have been sent.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends `request` and takes in at most `max_body` bytes of the decompressed body.
    ///
    /// **Errors**: [`TransportError`]; an answer with an error status is not one.
    fn send(
        &self,
        request: HttpRequest,
        max_body: usize,
    ) -> BoxFuture<'_, Result<HttpAnswer, TransportError>>;

    /// Sends a request for another protocol, and gives the connection once the server has changed to it.
    ///
    /// **Errors**: [`TransportErrorKind::NotUpgraded`] when the answer has another status than 101, and from
    /// transports that know HTTP alone, which need not implement this.
    fn upgrade(&self, request: UpgradeRequest) -> BoxFuture<'_, Result<Upgraded, TransportError>> {
        drop(request);
        Box::pin(async { Err(TransportError::new(TransportErrorKind::NotUpgraded)) })
    }
}

/// A request for another protocol.
#[derive(Debug)]
pub struct UpgradeRequest {
    /// The URL without its query: `https`, or `http` to this machine.
    pub url: Url,
    /// The query, in which there is a token.
    pub query: SecretString,
    /// The headers.
    pub headers: HeaderMap,
}

/// A connection that has changed its protocol.
pub struct Upgraded {
    /// The answer's head.
    pub head: Head,
    /// What is read and written from then on.
    pub stream: Box<dyn Duplex>,
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgraded").field("head", &self.head).finish_non_exhaustive()
    }
}

/// Bytes that go both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A request on its way.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method: `GET`, or `POST` for tokens.
    pub method: Method,
    /// The URL, in which there is no secret.
    pub url: Url,
    /// The headers. Those with secrets are marked sensitive, so `Debug` hides them.
    pub headers: HeaderMap,
    /// The body; empty for `GET`.
    pub body: Bytes,
}

impl fmt::Debug for HttpRequest {
    /// Leaves out the body: that of a token request is nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// The status line and headers of an answer.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The reason phrase of the status line.
    pub reason: Box<str>,
    /// The headers.
    pub headers: HeaderMap,
}

/// An answer, whatever its status.
#[derive(Clone)]
pub struct HttpAnswer {
    /// The status line and headers.
    pub head: Head,
    /// The body, decompressed.
    pub body: Bytes,
}

impl fmt::Debug for HttpAnswer {
    /// Leaves out the body: that of a token answer is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpAnswer").field("head", &self.head).finish_non_exhaustive()
    }
}

/// A request that got no answer, or not all of it.
#[derive(Debug, Clone)]
pub struct TransportError {
    pub(crate) kind: TransportErrorKind,
    /// What came before it failed.
    pub(crate) head: Option<Box<Head>>,
    pub(crate) source: Option<Cause>,
}

/// Why a request got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host's name can't be resolved.
    Dns,
    /// No connection: refused, unreachable.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The proxy lets nothing through.
    Proxy,
    /// It took too long.
    Timeout(TimeoutPhase),
    /// The connection ended before an answer came.
    Reset,
    /// The body ended before it was complete.
    Cut,
    /// The body is larger than what may be taken in.
    BodyTooLarge {
        /// The most that may be taken in.
        limit: usize,
    },
    /// What came back is not HTTP, or not compressed as it says.
    Malformed,
    /// The server, or something between, does not change to the protocol that was asked for.
    NotUpgraded,
}

impl TransportErrorKind {
    /// True when the same request may get an answer the next time. All requests here are safe to
    /// repeat.
    pub const fn is_transient(self) -> bool {
        match self {
            Self::Dns | Self::Connect | Self::Timeout(_) | Self::Reset | Self::Cut => true,
            Self::Tls
            | Self::Proxy
            | Self::BodyTooLarge { .. }
            | Self::Malformed
            | Self::NotUpgraded => false,
        }
    }
}

impl From<TransportErrorKind> for ErrorKind {
    fn from(kind: TransportErrorKind) -> Self {
        match kind {
            TransportErrorKind::Dns => Self::Dns,
            TransportErrorKind::Connect => Self::Connect,
            TransportErrorKind::Tls => Self::Tls,
            TransportErrorKind::Proxy => Self::Proxy,
            TransportErrorKind::Timeout(phase) => Self::Timeout(phase),
            TransportErrorKind::Reset => Self::Reset,
            TransportErrorKind::Cut => Self::Cut,
            TransportErrorKind::BodyTooLarge { limit } => Self::BodyTooLarge { limit },
            TransportErrorKind::Malformed => Self::Malformed,
            TransportErrorKind::NotUpgraded => Self::NotUpgraded,
        }
    }
}

impl TransportError {
    /// Makes an error without a cause.
    pub const fn new(kind: TransportErrorKind) -> Self {
        Self { kind, head: None, source: None }
    }

    /// Adds the error beneath. It must not name the URL.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Adds what came before it failed.
    #[must_use]
    pub fn with_head(mut self, head: Head) -> Self {
        self.head = Some(Box::new(head));
        self
    }

    /// Why.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ErrorKind::from(self.kind).fmt(f)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|cause| &**cause as _)
    }
}
