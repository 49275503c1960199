//! Tokens: one for all callers, refreshed once at a time.

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;
use zqos_core::{Clock, Timestamp};

use crate::credential::{Grant, TokenSource, bearer};
use crate::error::Error;

/// What is known of the token in use; never the token itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenInfo {
    /// The scopes, as the token answer names them. `None` for a token that was got elsewhere.
    pub scopes: Option<Vec<String>>,
    /// When it expires. `None` when that is not known.
    pub expires_at: Option<Timestamp>,
    /// What became of the API address that the token answer named.
    pub api_url: ApiUrl,
    /// The server's time, from the header `Date` of the token answer.
    pub server_time: Option<Timestamp>,
    /// When the token came, by our clock; with `server_time` it shows how far that is off.
    pub received_at: Timestamp,
}

/// What became of the API address (`api_url`) of a token answer.
///
/// Whoever can forge a token answer must not be able to have the token sent to them, so an
/// address is used only if it is https on zoom.us or a sub-domain of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiUrl {
    /// None was named.
    Absent,
    /// It is used; this is the API root made of it.
    Used(Url),
    /// It could be used, but the API root was set explicitly.
    Overridden(Url),
    /// It is not Zoom's, and not used. The text is a stranger's.
    Refused(Box<str>),
}

/// A token.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) authorization: HeaderValue,
    pub(crate) secret: SecretString,
    pub(crate) info: TokenInfo,
    /// From when on it is not used for new calls.
    refresh_at: Option<Timestamp>,
    /// Counts the tokens, to tell one that was rejected from its successor.
    generation: u64,
    is_fixed: bool,
}

impl Token {
    /// The API root that the token answer named, if it may be used.
    pub(crate) const fn api_base(&self) -> Option<&Url> {
        match &self.info.api_url {
            ApiUrl::Used(url) => Some(url),
            _ => None,
        }
    }
}

/// A token answer, checked.
#[derive(Debug)]
pub(crate) struct TokenAnswer {
    secret: SecretString,
    authorization: HeaderValue,
    lifetime: Option<Duration>,
    scopes: Option<Vec<String>>,
    api_url: ApiUrl,
}

#[derive(Deserialize)]
struct TokenBody<'a> {
    #[serde(borrow)]
    access_token: Option<Cow<'a, str>>,
    #[serde(borrow)]
    expires_in: Option<&'a RawValue>,
    #[serde(borrow)]
    scope: Option<&'a RawValue>,
    #[serde(borrow)]
    api_url: Option<&'a RawValue>,
}

impl TokenAnswer {
    /// Reads the body of a token answer; `None` when there is no usable token in it.
    ///
    /// `expires_in` may be a number or a text. Without it, the token is used until it is
    /// rejected.
    pub(crate) fn read(body: &[u8], has_explicit_base: bool) -> Option<Self> {
        let body: TokenBody<'_> = serde_json::from_slice(body).ok()?;
        let secret = SecretString::from(body.access_token?.into_owned());
        let text = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).ok();
        Some(Self {
            authorization: bearer(&secret)?,
            secret,
            lifetime: body.expires_in.and_then(|raw| {
                let seconds = raw.get().trim_matches('"').trim().parse().ok()?;
                Duration::try_from_secs_f64(seconds).ok()
            }),
            scopes: body
                .scope
                .and_then(text)
                .map(|scopes| scopes.split_whitespace().map(str::to_owned).collect()),
            api_url: match body.api_url.and_then(text) {
                None => ApiUrl::Absent,
                Some(url) => judge_api_url(&url, has_explicit_base),
            },
        })
    }
}

fn judge_api_url(text: &str, has_explicit_base: bool) -> ApiUrl {
    let refused = || ApiUrl::Refused(text.chars().take(200).collect::<String>().into());
    // Parsers differ in what these do to a host.
    if text.contains(['\\', '@']) {
        return refused();
    }
    let Ok(url) = Url::parse(text) else { return refused() };
    let host = url.host_str().unwrap_or_default();
    let is_zooms = url.scheme() == "https"
        && (host == "zoom.us" || host.ends_with(".zoom.us"))
        && url.port().is_none();
    if !is_zooms {
        return refused();
    }
    // Only the host is taken over: the version of the API is this client's affair.
    let Ok(base) = Url::parse(&format!("https://{host}/v2")) else { return refused() };
    if has_explicit_base { ApiUrl::Overridden(base) } else { ApiUrl::Used(base) }
}

/// How long before its end a token is no longer used: a minute, or a tenth of its life where that
/// is less.
fn margin(lifetime: Duration) -> Duration {
    Duration::from_mins(1).min(lifetime / 10)
}

/// The token of a client, shared by its clones.
#[derive(Debug)]
pub(crate) struct Tokens {
    source: Box<dyn TokenSource>,
    /// Held while a token is asked for, so that one is asked for at a time.
    state: tokio::sync::Mutex<State>,
    /// How many times asking came to an end.
    asked: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Arc<Token>>,
    /// Why the last asking failed.
    failure: Option<Error>,
    generation: u64,
}

impl Tokens {
    pub(crate) fn new(source: Box<dyn TokenSource>) -> Self {
        Self { source, state: tokio::sync::Mutex::default(), asked: AtomicU64::new(0) }
    }

    pub(crate) fn grant(&self) -> Grant {
        self.source.grant()
    }

    pub(crate) fn secrets(&self) -> Vec<SecretString> {
        self.source.secrets()
    }

    /// The token, asked for with `ask` when there is none or it is about to expire.
    ///
    /// Callers who come while it is being asked for wait for that, and share its failure: a wrong
    /// credential is not tried once for each of them.
    ///
    /// **Cancel safety**: when the asking caller leaves, the next one asks.
    pub(crate) async fn get(
        &self,
        clock: &dyn Clock,
        ask: impl Future<Output = Result<(TokenAnswer, Option<Timestamp>), Error>> + Send,
    ) -> Result<Arc<Token>, Error> {
        let asked_before = self.asked.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        let now = clock.now();
        if let Some(token) = &state.token
            && token.refresh_at.is_none_or(|refresh_at| now < refresh_at)
        {
            return Ok(Arc::clone(token));
        }
        if self.asked.load(Ordering::Acquire) != asked_before
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        if let Grant::Fixed { token, authorization } = self.source.grant() {
            let token = Arc::new(fixed(token, authorization, now));
            state.token = Some(Arc::clone(&token));
            return Ok(token);
        }
        let answer = ask.await;
        self.asked.fetch_add(1, Ordering::Release);
        match answer {
            Ok((answer, server_time)) => {
                self.source.granted(&answer);
                state.generation += 1;
                let mut token = granted(answer, now, state.generation);
                token.info.server_time = server_time;
                token.info.received_at = clock.now();
                let token = Arc::new(token);
                state.token = Some(Arc::clone(&token));
                state.failure = None;
                Ok(token)
            }
            Err(error) => {
                state.token = None;
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Drops a token that Zoom rejected, unless it was replaced meanwhile. False when there can't
    /// be another.
    pub(crate) async fn reject(&self, rejected: &Token) -> bool {
        if rejected.is_fixed {
            return false;
        }
        let mut state = self.state.lock().await;
        state.token = state.token.take().filter(|token| token.generation != rejected.generation);
        true
    }
}

fn fixed(secret: SecretString, authorization: HeaderValue, now: Timestamp) -> Token {
    Token {
        authorization,
        secret,
        info: TokenInfo {
            scopes: None,
            expires_at: None,
            api_url: ApiUrl::Absent,
            server_time: None,
            received_at: now,
        },
        refresh_at: None,
        generation: 0,
        is_fixed: true,
    }
}

/// A token whose life is counted from `asked_at`: it may have begun then.
fn granted(answer: TokenAnswer, asked_at: Timestamp, generation: u64) -> Token {
    let until = |lifetime: Duration| asked_at.saturating_add(lifetime);
    let usable = |lifetime: Duration| lifetime.saturating_sub(margin(lifetime));
    Token {
        authorization: answer.authorization,
        secret: answer.secret,
        refresh_at: answer.lifetime.map(usable).map(until),
        info: TokenInfo {
            scopes: answer.scopes,
            expires_at: answer.lifetime.map(until),
            api_url: answer.api_url,
            server_time: None,
            received_at: asked_at,
        },
        generation,
        is_fixed: false,
    }
}

/// Shorter secrets are not struck out: Zoom's are far longer, and the text would suffer.
const SECRET_LENGTH_MIN: usize = 8;

/// Replaces every secret in a text by a mark; `None` when there is none in it. Servers, and more
/// often proxies, quote the request that they refuse.
pub(crate) fn strike_out(text: &[u8], secrets: &[SecretString]) -> Option<Vec<u8>> {
    let mut struck: Option<Vec<u8>> = None;
    for secret in secrets {
        let secret = secret.expose_secret().as_bytes();
        if secret.len() < SECRET_LENGTH_MIN {
            continue;
        }
        let text = struck.as_deref().unwrap_or(text);
        if let Some(replaced) = replaced(text, secret) {
            struck = Some(replaced);
        }
    }
    struck
}

fn replaced(text: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let mut found = false;
    let mut result = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(secret.len()).position(|window| window == secret) {
        found = true;
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(b"[secret]");
        rest = &rest[at + secret.len()..];
    }
    result.extend_from_slice(rest);
    found.then_some(result)
}
