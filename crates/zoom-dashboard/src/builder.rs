//! How a client is made.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::{Host, Url};
use zqos_core::{Clock, SystemClock};

use crate::client::{Client, Shared};
use crate::clock::ServerClock;
use crate::credential::Credential;
use crate::error::{ConfigError, Error};
use crate::gate::Gate;
use crate::limit::{Limiters, Plan};
use crate::retry::RetryPolicy;
use crate::token::Tokens;
use crate::transport::{HttpConfig, HttpTransport, Proxies, Transport};

/// The API root of everybody who has no regional one.
const API_BASE: &str = "https://api.zoom.us/v2";

/// Where tokens are had, without `/oauth/token`.
const OAUTH_BASE: &str = "https://zoom.us";

/// The most of an API answer that is taken in. The largest page, ten participants of a meeting
/// that took a day, is about half of it.
const MAX_BODY: usize = 64 << 20;

/// How long the parts of one try may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Making the connection, TLS included.
    pub connect: Duration,
    /// Waiting for the next bytes, those of the status line included.
    pub read: Duration,
    /// One try from start to the end of the body: this ends an answer that drips.
    pub whole: Duration,
}

impl Default for Timeouts {
    /// 10 s, 30 s and 120 s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            whole: Duration::from_mins(2),
        }
    }
}

/// Makes a [`Client`]. Nothing is sent, and no file is read but that of
/// [`ClientBuilder::ca_file`].
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientBuilder {
    credential: Credential,
    api_base: Option<Url>,
    oauth_base: Url,
    plan: Plan,
    spared_pct: u8,
    retry: RetryPolicy,
    timeouts: Timeouts,
    max_body: usize,
    extra_roots: Vec<CertificateDer<'static>>,
    proxies: Proxies,
    user_agent: String,
    clock: Arc<dyn Clock>,
    seed: Option<u64>,
    transport: Option<Arc<dyn Transport>>,
    gate: Option<Arc<dyn Gate>>,
}

impl ClientBuilder {
    pub(crate) fn new(credential: Credential) -> Self {
        Self {
            credential,
            api_base: None,
            oauth_base: Url::parse(OAUTH_BASE).expect("a URL"),
            plan: Plan::default(),
            spared_pct: 0,
            retry: RetryPolicy::default(),
            timeouts: Timeouts::default(),
            max_body: MAX_BODY,
            extra_roots: Vec::new(),
            proxies: Proxies::default(),
            user_agent: concat!("zoom-dashboard/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: Arc::new(SystemClock),
            seed: None,
            transport: None,
            gate: None,
        }
    }

    /// Sets the API root, with `/v2`. It beats the one that a token answer names.
    ///
    /// **Errors**: [`ConfigError::BaseUrl`], when it is not a URL, has a user name, query or
    /// fragment, or is plain HTTP to another machine: the token would go over in the clear.
    pub fn api_base(mut self, url: &str) -> Result<Self, Error> {
        self.api_base = Some(base_url("the API root", API_BASE, url)?);
        Ok(self)
    }

    /// Sets where tokens are had, without `/oauth/token`.
    ///
    /// **Errors**: as [`ClientBuilder::api_base`].
    pub fn oauth_base(mut self, url: &str) -> Result<Self, Error> {
        self.oauth_base = base_url("the OAuth root", OAUTH_BASE, url)?;
        Ok(self)
    }

    /// Sets the plan of the account, which decides its limits.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// Leaves so many hundredths of each daily limit to others who use the account; none if not set.
    pub fn spare(mut self, percent: u8) -> Self {
        self.spared_pct = percent;
        self
    }

    /// Sets when failed calls are tried again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how long one try may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets how many bytes of a body are taken in, after decompression; 64 MiB if not set.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Trusts the certificates of a PEM file beside those of the system.
    ///
    /// **Errors**: [`ConfigError::CaFile`], when it can't be read or holds none.
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let refused = |reason: &dyn std::fmt::Display| ConfigError::CaFile {
            path: path.to_string_lossy().into(),
            reason: reason.to_string().into(),
        };
        let pem = std::fs::read(path).map_err(|error| refused(&error))?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<_, _>>()
            .map_err(|error| refused(&error))?;
        if certificates.is_empty() {
            return Err(refused(&"it holds no PEM certificate").into());
        }
        self.extra_roots.extend(certificates);
        Ok(self)
    }

    /// Sets which proxies requests go through; those of the environment if not set.
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Sets the header `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets the clock of this machine, by which tokens expire. Daily limits open by the server's, of which
    /// answers tell.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the jitter of retries repeatable, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the transport, in place of an [`HttpTransport`]. Time-outs but the whole, proxies,
    /// CA file and user agent are then the transport's own affair.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets who is asked before each call is sent.
    pub fn gate(mut self, gate: Arc<dyn Gate>) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Makes the client.
    ///
    /// **Errors**: [`ConfigError`] within [`ErrorKind::Config`](crate::ErrorKind::Config).
    pub fn build(mut self) -> Result<Client, Error> {
        let transport = self.take_transport()?;
        let source = self.credential.into_source()?;
        Ok(Client::new(Shared {
            has_explicit_base: self.api_base.is_some(),
            api_base: self.api_base.unwrap_or_else(|| Url::parse(API_BASE).expect("a URL")),
            token_url: joined(&self.oauth_base, "/oauth/token"),
            tokens: Tokens::new(source),
            limiters: Limiters::new(self.plan, self.spared_pct),
            retry: self.retry,
            whole_timeout: self.timeouts.whole,
            max_body: self.max_body,
            clock: Arc::new(ServerClock::new(self.clock)),
            random: Mutex::new(match self.seed {
                Some(seed) => StdRng::seed_from_u64(seed),
                None => rand::make_rng(),
            }),
            transport,
            gate: self.gate,
        }))
    }
}

impl ClientBuilder {
    /// The transport that the client would have, for whoever asks somebody else in the same way.
    ///
    /// **Errors**: [`ConfigError`] within [`ErrorKind::Config`](crate::ErrorKind::Config).
    pub fn build_transport(mut self) -> Result<Arc<dyn Transport>, Error> {
        self.take_transport()
    }

    fn take_transport(&mut self) -> Result<Arc<dyn Transport>, Error> {
        let user_agent =
            HeaderValue::try_from(&*self.user_agent).map_err(|_| ConfigError::UserAgent)?;
        if let Proxies::All(url) = &self.proxies
            && (!matches!(url.scheme(), "http" | "https") || url.host().is_none())
        {
            return Err(ConfigError::Proxy("its URL starts with http:// or https://".into()).into());
        }
        let made = || -> Arc<dyn Transport> {
            Arc::new(HttpTransport::new(HttpConfig {
                timeouts: self.timeouts,
                proxies: self.proxies.clone(),
                extra_roots: self.extra_roots.clone(),
                user_agent,
            }))
        };
        Ok(self.transport.take().unwrap_or_else(made))
    }
}

/// Reads a base URL, in which a typo must not send a credential elsewhere. The example has the scheme that
/// it must have; to this machine it may be the one without TLS.
pub(crate) fn base_url(
    setting: &'static str,
    example: &str,
    text: &str,
) -> Result<Url, ConfigError> {
    // What stands before an `@` may be a password.
    let shown = match text.rsplit_once('@') {
        Some((_, after)) => format!("…@{after}"),
        None => text.to_owned(),
    };
    let refused = |reason: String| ConfigError::BaseUrl {
        setting,
        url: shown.as_str().into(),
        reason: reason.into(),
    };
    let url = Url::parse(text.trim()).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            refused(format!("it has no scheme; write it like `{example}`"))
        }
        error => refused(format!("{error}; write it like `{example}`")),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("a user name and password do not belong into it".to_owned()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused(format!("it ends before `?` and `#`; write it like `{example}`")));
    }
    let (safe, plain) = if example.starts_with("wss:") { ("wss", "ws") } else { ("https", "http") };
    match url.scheme() {
        scheme if scheme == safe => Ok(url),
        scheme if scheme == plain && is_loopback(&url) => Ok(url),
        scheme if scheme == plain => Err(refused(format!(
            "over plain {plain} the credential could be read on the way; write {safe}, or use this \
             machine's own address"
        ))),
        scheme => Err(refused(format!(
            "`{scheme}` is not a scheme that it can have; write it like `{example}`"
        ))),
    }
}

/// True for a URL of this machine: `localhost`, 127.0.0.0/8 and `::1`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A base URL with an encoded path and query after it.
pub(crate) fn joined(base: &Url, target: &str) -> Url {
    let base = base.as_str().trim_end_matches('/');
    Url::parse(&format!("{base}{target}")).expect("a path and query can't spoil a URL")
}
