//! Signing in by OpenID Connect: authorization code with PKCE.
//!
//! **Source**: OpenID Connect Core 1.0 and Discovery 1.0; RFC 6749 (OAuth 2.0), RFC 7636 (PKCE), RFC 9207 (`iss`).

mod token;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderValue, Request, Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex as AsyncMutex;
use url::Url;
use zqos_core::Timestamp;

use self::token::{Claims, Keys};
use super::client::{digest, random};
use super::{Identity, Role};

pub(crate) use self::token::TokenError;

/// Where browsers come back to, below the address of the server.
const CALLBACK: &str = "/sign-in/oidc/callback";
/// How long somebody may take to sign in.
///
/// **Source**: a choice of this project: a password, a second factor, and a coffee.
pub(crate) const PATIENCE: Duration = Duration::from_mins(10);
/// How many may be signing in at once; the oldest go first.
const MOST_PENDING: usize = 1_000;
/// How long what a provider says of itself is believed.
///
/// **Source**: a choice of this project; keys that are not known are looked up at once.
const METADATA: Duration = Duration::from_hours(1);

/// Sends requests to an identity provider.
pub trait Fetch: fmt::Debug + Send + Sync {
    /// Sends a request, follows no redirect, and takes in an answer of at most some MiB.
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, FetchError>>;
}

/// The identity provider does not answer.
#[derive(Debug, thiserror::Error)]
#[error("the identity provider can't be reached")]
pub struct FetchError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Who signs people in, and what these may see.
#[derive(Debug)]
pub struct OidcSettings {
    /// The provider's issuer, as in its tokens.
    pub issuer: String,
    /// The id that the provider knows the server by.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: SecretString,
    /// How browsers call the server, such as `https://qos.example.com`.
    pub url: Url,
    /// The claim that says what somebody is: a text, or a list of them.
    pub role_claim: String,
    /// Which of its values means which role; of several the highest counts.
    pub roles: Vec<(Role, String)>,
    /// The claim that lists the accounts that somebody may see; all if `None`.
    pub accounts_claim: Option<String>,
    /// Who sends requests.
    pub fetch: Arc<dyn Fetch>,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// The provider does not answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The provider says no, or something that is no answer.
    #[error("the identity provider's answer to {what} is none: {why}")]
    Provider {
        /// What was asked.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// What the provider says of somebody is not to be believed.
    #[error("the identity provider's token is not to be believed")]
    Token(#[from] TokenError),
    /// It was not asked for, or too long ago, or by another browser.
    #[error("nobody began to sign in with this browser, or it is too long ago")]
    Unasked,
    /// The provider let nobody in.
    #[error("the identity provider lets nobody in: {0}")]
    Denied(String),
    /// Somebody without a role here.
    #[error("whoever signed in has no role here")]
    NoRole,
}

/// What a provider says of itself.
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What a provider said of itself, and since when that is known.
#[derive(Debug, Clone)]
struct Known {
    since: Timestamp,
    metadata: Arc<Metadata>,
    keys: Arc<Keys>,
}

/// Somebody who is signing in.
#[derive(Debug)]
struct Pending {
    nonce: String,
    verifier: String,
    /// The digest of what the browser alone has.
    browser: String,
    until: Timestamp,
}

/// The beginning: where a browser is sent, and what it is to bring back.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) location: Url,
    pub(crate) browser: String,
}

/// What a browser brings back.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Back {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Signs people in.
#[derive(Debug)]
pub(crate) struct Oidc {
    settings: OidcSettings,
    known: AsyncMutex<Option<Known>>,
    /// By the digest of their state.
    pending: Mutex<HashMap<String, Pending>>,
}

impl Oidc {
    pub(crate) fn new(settings: OidcSettings) -> Self {
        Self { settings, known: AsyncMutex::default(), pending: Mutex::default() }
    }

    /// Where browsers come back to, to the letter.
    fn redirect_uri(&self) -> String {
        format!("{}{CALLBACK}", self.settings.url.as_str().trim_end_matches('/'))
    }

    /// Begins: the browser is sent to the provider.
    pub(crate) async fn begin(&self, now: Timestamp) -> Result<Begun, SignInError> {
        let Known { metadata, .. } = self.provider(now, false).await?;
        let [state, nonce, verifier, browser] = std::array::from_fn(|_| random::<32>());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut location = metadata.authorization_endpoint.clone();
        location
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("scope", "openid")
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let until = now.saturating_add(PATIENCE);
        let pending = Pending { nonce, verifier, browser: digest(&browser), until };
        self.remember(&state, pending, now);
        Ok(Begun { location, browser })
    }

    fn remember(&self, state: &str, one: Pending, now: Timestamp) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.len() >= MOST_PENDING {
            pending.retain(|_, one| one.until > now);
        }
        while pending.len() >= MOST_PENDING {
            let oldest = pending.iter().min_by_key(|(_, one)| one.until);
            let Some(oldest) = oldest.map(|(state, _)| state.clone()) else { break };
            pending.remove(&oldest);
        }
        pending.insert(digest(state), one);
    }

    /// Ends: what the browser brings back, and what it alone has, are exchanged for who signed in; `all` are the
    /// accounts that there are.
    pub(crate) async fn end(
        &self,
        back: &Back,
        browser: Option<&str>,
        all: &[String],
        now: Timestamp,
    ) -> Result<Identity, SignInError> {
        let pending = self.take(back, browser, now)?;
        // Another provider may have led here, with a code of ours.
        if back.iss.as_ref().is_some_and(|issuer| *issuer != self.settings.issuer) {
            return Err(SignInError::Unasked);
        }
        if let Some(error) = &back.error {
            return Err(SignInError::Denied(error_code(error)));
        }
        let code = back.code.as_deref().ok_or(SignInError::Unasked)?;
        let Known { metadata, keys, .. } = self.provider(now, false).await?;
        let token = self.exchange(&metadata, code, &pending.verifier).await?;
        let signed = match token::verified(&token, &keys) {
            // The provider may have another key since.
            Err(TokenError::UnknownKey) => {
                let Known { keys, .. } = self.provider(now, true).await?;
                token::verified(&token, &keys)?
            }
            signed => signed?,
        };
        let claims = Claims::check(
            &signed,
            &self.settings.issuer,
            &self.settings.client_id,
            &pending.nonce,
            now,
        )?;
        self.identity(&claims, all).ok_or(SignInError::NoRole)
    }

    fn take(
        &self,
        back: &Back,
        browser: Option<&str>,
        now: Timestamp,
    ) -> Result<Pending, SignInError> {
        let state = back.state.as_deref().ok_or(SignInError::Unasked)?;
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        // Once, whatever comes of it.
        let found = pending.remove(&digest(state)).ok_or(SignInError::Unasked)?;
        let is_same = browser.is_some_and(|browser| digest(browser) == found.browser);
        if is_same && found.until > now { Ok(found) } else { Err(SignInError::Unasked) }
    }

    /// What the provider says of itself, and its keys.
    async fn provider(&self, now: Timestamp, are_keys_old: bool) -> Result<Known, SignInError> {
        let mut known = self.known.lock().await;
        if let Some(known) = &*known
            && !are_keys_old
            && now.since(known.since).is_some_and(|age| age < METADATA)
        {
            return Ok(known.clone());
        }
        let what = "what it says of itself";
        let path = "/.well-known/openid-configuration";
        let place = format!("{}{path}", self.settings.issuer.trim_end_matches('/'));
        let place = place.parse().map_err(|_| provider(what, "its address is none"))?;
        let metadata: Metadata = self.get(what, &place).await?;
        if metadata.issuer != self.settings.issuer {
            return Err(provider(what, "it is another issuer"));
        }
        for place in
            [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri]
        {
            if !is_safe(place) {
                return Err(provider(what, "not all of its addresses are encrypted"));
            }
        }
        let keys: Keys = self.get("its keys", &metadata.jwks_uri).await?;
        let found = Known { since: now, metadata: Arc::new(metadata), keys: Arc::new(keys) };
        *known = Some(found.clone());
        Ok(found)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        what: &'static str,
        place: &Url,
    ) -> Result<T, SignInError> {
        let request = Request::get(place.as_str()).header(header::ACCEPT, "application/json");
        self.ask(what, request.body(Bytes::new())).await
    }

    /// Exchanges a code for a token that says who signed in.
    async fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<String, SignInError> {
        #[derive(Deserialize)]
        struct Granted {
            id_token: String,
        }

        let request = self.code_request(metadata, code, verifier);
        let granted: Granted = self.ask("a code", request).await?;
        Ok(granted.id_token)
    }

    fn code_request(
        &self,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> axum::http::Result<Request<Bytes>> {
        let settings = &self.settings;
        let secret = settings.client_secret.expose_secret();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("code_verifier", verifier);
        let request = Request::post(metadata.token_endpoint.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let is = |method: &str| methods.iter().any(|known| known == method);
        // What is meant where nothing is said. **Source**: Discovery 1.0, section 3.
        let request = if methods.is_empty() || is("client_secret_basic") {
            let encoded = |text: &str| {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
            };
            let both = format!("{}:{}", encoded(&settings.client_id), encoded(secret));
            let mut shown = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(both)))?;
            shown.set_sensitive(true);
            request.header(header::AUTHORIZATION, shown)
        } else {
            form.append_pair("client_id", &settings.client_id).append_pair("client_secret", secret);
            request
        };
        request.body(form.finish().into())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        what: &'static str,
        request: axum::http::Result<Request<Bytes>>,
    ) -> Result<T, SignInError> {
        let request = request.map_err(|_| provider(what, "it can't be asked"))?;
        let answer = self.settings.fetch.fetch(request).await?;
        if !answer.status().is_success() {
            return Err(provider(what, &format!("status {}", answer.status().as_u16())));
        }
        // What stands in it may be a secret.
        serde_json::from_slice(answer.body()).map_err(|_| provider(what, "something is missing"))
    }

    /// What somebody may see; `None` for whoever has no role.
    fn identity(&self, claims: &Claims, all: &[String]) -> Option<Identity> {
        let values = claims.texts(&self.settings.role_claim);
        let roles = self.settings.roles.iter().filter(|(_, value)| values.contains(&&**value));
        let role = roles.map(|(role, _)| *role).max()?;
        let may = self.settings.accounts_claim.as_ref().map(|claim| claims.texts(claim));
        let is_seen = |account: &&String| may.as_ref().is_none_or(|may| may.contains(&&***account));
        Some(Identity {
            name: format!("oidc:{}", claims.subject()),
            role,
            accounts: all.iter().filter(is_seen).cloned().collect(),
        })
    }
}

fn provider(what: &'static str, why: &str) -> SignInError {
    SignInError::Provider { what, why: why.to_owned() }
}

/// Whether a secret may go there: encrypted, or within this machine.
pub fn is_safe(place: &Url) -> bool {
    let is_here = match place.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    place.scheme() == "https" || (place.scheme() == "http" && is_here)
}

/// An error's code, of which only the letters are shown that codes have.
fn error_code(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(64).collect()
}
