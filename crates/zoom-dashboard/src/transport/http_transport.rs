//! The transport over the network: HTTP/1.1, TLS by rustls, proxies.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use hyper::ext::ReasonPhrase;
use hyper_util::client::proxy::matcher::Matcher;
use rustls::pki_types::CertificateDer;
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;
use url::Url;

use super::{BoxFuture, Head, HttpAnswer, HttpRequest, Transport};
use super::{TransportError, TransportErrorKind, UpgradeRequest, Upgraded};
use crate::builder::{Timeouts, is_loopback};
use crate::error::{Cause, TimeoutPhase};

/// Which proxies requests go through.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Proxies {
    /// Those of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), and of
    /// the system's settings where there are any.
    #[default]
    Environment,
    /// None.
    Off,
    /// One for all requests. Its URL may hold a user name and a password.
    All(Url),
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("Environment"),
            Self::Off => f.write_str("Off"),
            Self::All(url) => {
                f.debug_tuple("All").field(&url.host_str().unwrap_or_default()).finish()
            }
        }
    }
}

/// What an [`HttpTransport`] is made of.
#[derive(Debug, Clone)]
pub(crate) struct HttpConfig {
    pub(crate) timeouts: Timeouts,
    pub(crate) proxies: Proxies,
    /// Trusted beside the system's roots.
    pub(crate) extra_roots: Vec<CertificateDer<'static>>,
    pub(crate) user_agent: HeaderValue,
}

/// Sends requests over the network.
///
/// - **HTTP/1.1**, gzip, connections kept alive; no redirect is followed.
/// - **TLS** by rustls, trusting the system's roots and those of the CA file. The system's roots
///   are read when the first request needs them, which plain HTTP does not.
/// - **Proxies** as configured. Plain HTTP goes only to this machine, so it passes only through
///   a proxy that is on this machine too: any other would see the token.
pub struct HttpTransport {
    config: HttpConfig,
    /// Knows the proxies, to tell which requests may not use them.
    proxies: Matcher,
    /// For plain HTTP: without proxies and without roots.
    direct: OnceCell<reqwest::Client>,
    /// For everything else.
    full: OnceCell<reqwest::Client>,
}

impl HttpTransport {
    pub(crate) fn new(config: HttpConfig) -> Self {
        let proxies = match &config.proxies {
            Proxies::Environment => Matcher::from_system(),
            Proxies::Off => Matcher::builder().build(),
            Proxies::All(url) => Matcher::builder().all(url.as_str()).build(),
        };
        Self { config, proxies, direct: OnceCell::new(), full: OnceCell::new() }
    }

    async fn client_for(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        if url.scheme() == "http" && !self.has_local_proxy(url) {
            return self.direct.get_or_try_init(async || self.build(&[], false)).await;
        }
        let build = async || {
            // Some hundred files and a parse of each: milliseconds.
            let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
            let mut roots = loaded.map(|loaded| loaded.certs).unwrap_or_default();
            roots.extend_from_slice(&self.config.extra_roots);
            self.build(&roots, true)
        };
        self.full.get_or_try_init(build).await
    }

    /// True when a request to `url` passes through a proxy, and that is on this machine.
    fn has_local_proxy(&self, url: &Url) -> bool {
        let proxy = url.as_str().parse().ok().and_then(|uri| self.proxies.intercept(&uri));
        proxy
            .and_then(|proxy| Url::parse(&proxy.uri().to_string()).ok())
            .is_some_and(|proxy| is_loopback(&proxy))
    }

    fn build(
        &self,
        roots: &[CertificateDer<'static>],
        proxied: bool,
    ) -> Result<reqwest::Client, TransportError> {
        let mut store = rustls::RootCertStore::empty();
        // A system may hold certificates that are no roots by today's rules.
        store.add_parsable_certificates(roots.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider supports TLS 1.2 and 1.3")
            .with_root_certificates(store)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(self.config.user_agent.clone())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.config.timeouts.connect)
            .read_timeout(self.config.timeouts.read);
        let builder = match &self.config.proxies {
            _ if !proxied => builder.no_proxy(),
            Proxies::Environment => builder,
            Proxies::Off => builder.no_proxy(),
            Proxies::All(url) => {
                let proxy = reqwest::Proxy::all(url.clone())
                    .map_err(|error| failed(TransportErrorKind::Proxy, error))?;
                builder.no_proxy().proxy(proxy)
            }
        };
        builder.build().map_err(|error| failed(TransportErrorKind::Tls, error))
    }

    async fn exchange(
        &self,
        request: HttpRequest,
        max_body: usize,
    ) -> Result<HttpAnswer, TransportError> {
        let client = self.client_for(&request.url).await?;
        let HttpRequest { method, url, headers, body } = request;
        let mut outgoing = reqwest::Request::new(method, url);
        *outgoing.headers_mut() = headers;
        if !body.is_empty() {
            *outgoing.body_mut() = Some(body.into());
        }
        let response = client.execute(outgoing).await.map_err(before_answer)?;
        let head = head_of(&response);
        match take_in(response, max_body).await {
            Ok(body) => Ok(HttpAnswer { head, body }),
            Err(error) => Err(error.with_head(head)),
        }
    }
}

impl HttpTransport {
    async fn change(&self, request: UpgradeRequest) -> Result<Upgraded, TransportError> {
        let UpgradeRequest { mut url, query, headers } = request;
        let client = self.client_for(&url).await?;
        url.set_query(Some(query.expose_secret()));
        let mut outgoing = reqwest::Request::new(Method::GET, url);
        *outgoing.headers_mut() = headers;
        let response = client.execute(outgoing).await.map_err(before_answer)?;
        let head = head_of(&response);
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(TransportError::new(TransportErrorKind::NotUpgraded).with_head(head));
        }
        match response.upgrade().await {
            Ok(stream) => Ok(Upgraded { head, stream: Box::new(stream) }),
            Err(error) => Err(failed(TransportErrorKind::Reset, error).with_head(head)),
        }
    }
}

impl fmt::Debug for HttpTransport {
    /// Leaves out what knows the proxies: their URLs may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: HttpRequest,
        max_body: usize,
    ) -> BoxFuture<'_, Result<HttpAnswer, TransportError>> {
        Box::pin(self.exchange(request, max_body))
    }

    fn upgrade(&self, request: UpgradeRequest) -> BoxFuture<'_, Result<Upgraded, TransportError>> {
        Box::pin(self.change(request))
    }
}

fn head_of(response: &reqwest::Response) -> Head {
    let status = response.status();
    let reason = match response.extensions().get::<ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into(),
        None => status.canonical_reason().unwrap_or_default().into(),
    };
    Head { status: status.as_u16(), reason, headers: response.headers().clone() }
}

/// Reads a body that may be endless, or small and decompress to something endless.
async fn take_in(
    mut response: reqwest::Response,
    max_body: usize,
) -> Result<Bytes, TransportError> {
    let too_large = TransportError::new(TransportErrorKind::BodyTooLarge { limit: max_body });
    // Known only for what is not compressed.
    let announced = response.content_length().unwrap_or(0);
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > max_body {
        return Err(too_large);
    }
    let mut body = Vec::with_capacity(announced);
    while let Some(chunk) = response.chunk().await.map_err(within_body)? {
        if chunk.len() > max_body - body.len() {
            return Err(too_large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

fn failed(kind: TransportErrorKind, error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let source: Cause = Arc::new(error);
    TransportError { kind, head: None, source: Some(source) }
}

/// Classifies what kept an answer from coming.
fn before_answer(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() {
        let connecting = error.is_connect();
        TransportErrorKind::Timeout(if connecting {
            TimeoutPhase::Connect
        } else {
            TimeoutPhase::Read
        })
    } else if error.is_dns() {
        TransportErrorKind::Dns
    } else if chain(&error).any(is_of_tls) {
        TransportErrorKind::Tls
    } else if chain(&error).any(is_refusal_of_proxy) {
        TransportErrorKind::Proxy
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if chain(&error).any(is_not_http) {
        TransportErrorKind::Malformed
    } else {
        TransportErrorKind::Reset
    };
    failed(kind, error)
}

/// Classifies what kept a body from coming wholly.
fn within_body(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout(TimeoutPhase::Read)
    } else if chain(&error).any(is_of_tls) {
        TransportErrorKind::Tls
    } else if chain(&error).any(is_invalid_data) {
        TransportErrorKind::Malformed
    } else {
        TransportErrorKind::Cut
    };
    failed(kind, error)
}

/// An error and its causes, those within `io::Error`s included.
fn chain<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    fn beneath<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
        // The error within an `io::Error` is not its source.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    }

    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = beneath(error);
        Some(error)
    })
}

fn is_of_tls(error: &(dyn StdError + 'static)) -> bool {
    error.is::<rustls::Error>()
}

/// True when a proxy answered, and answered no. The error's type is private where it is made, so
/// it is known by its words.
fn is_refusal_of_proxy(error: &(dyn StdError + 'static)) -> bool {
    error.to_string().starts_with("tunnel error")
}

/// True when what came can't be parsed, or came before anything was asked.
fn is_not_http(error: &(dyn StdError + 'static)) -> bool {
    error
        .downcast_ref::<hyper::Error>()
        .is_some_and(|error| error.is_parse() || error.to_string().contains("unexpected message"))
}

fn is_invalid_data(error: &(dyn StdError + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
}
