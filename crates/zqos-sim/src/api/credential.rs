//! Tokens: server-to-server OAuth, and who may ask.
//!
//! An access token holds the instant at which it was given, under a keyed permutation. So none is
//! stored, and each expires by itself.

use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::api::Simulator;
use crate::api::answer::{Answer, Call};
use crate::api::error::{ApiError, encode};
use crate::api::query::Query;
use crate::calendar::SECOND;
use crate::draw::Purpose;
use crate::identity::halves;

/// The account that the simulator has.
pub const ACCOUNT_ID: &str = "sim-account";
/// The client id of its app.
pub const CLIENT_ID: &str = "sim-client";
/// The client secret of its app.
pub const CLIENT_SECRET: &str = "sim-secret";

/// How long a token is good.
const LIFETIME_SECONDS: u32 = 3_600;

/// How many tokens are good at once.
///
/// **Source**: Zoom's documents say that several may be used; clients report that a new one ended the
/// older ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tokens {
    /// As many as were given in the last hour.
    #[default]
    Many,
    /// The newest, and those of the same millisecond.
    Newest,
}

#[derive(Serialize)]
struct Grant {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    scope: String,
    api_url: &'static str,
}

#[derive(Serialize)]
struct Refusal {
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'static str,
    error: &'static str,
}

fn refuse(reason: &'static str, error: &'static str) -> Answer {
    Answer::new(400, encode(&Refusal { reason, error }))
}

impl Simulator {
    /// Answers `POST /oauth/token`.
    pub(crate) fn grant(&self, call: &Call<'_>, now: i64) -> Result<Vec<u8>, Answer> {
        // Parameters come in the form, in the query, or in both.
        let (in_query, in_form) = (Query::of_target(call.target), Query::of_form(call.body));
        let parameter = |name| in_form.get(name).or_else(|| in_query.get(name));
        if !call.authorization.is_some_and(is_our_client) {
            return Err(refuse("Invalid client_id or client_secret", "invalid_client"));
        }
        match parameter("grant_type") {
            Some("account_credentials") if parameter("account_id") == Some(ACCOUNT_ID) => {}
            Some("account_credentials") => return Err(refuse("Bad Request", "invalid_request")),
            // What the guide on WebSockets says.
            Some("client_credentials") => {}
            // Nobody was ever given a code or a refresh token.
            Some("authorization_code") => return Err(refuse("", "invalid_grant")),
            Some("refresh_token") => {
                let refusal = refuse("Invalid Token!", "invalid_request");
                return Err(Answer { status: 401, ..refusal });
            }
            _ => return Err(refuse("unsupported grant type", "unsupported_grant_type")),
        }
        self.newest_token.store(now, Ordering::Relaxed);
        Ok(encode(&Grant {
            access_token: self.access_token(now),
            token_type: "bearer",
            expires_in: LIFETIME_SECONDS,
            scope: self.config.scopes.to_string(),
            api_url: "https://api.zoom.us",
        }))
    }

    fn access_token(&self, now: i64) -> String {
        let [left, right] = self.access_tokens.apply([now.cast_unsigned(), self.token_check()]);
        URL_SAFE_NO_PAD.encode((u128::from(left) << 64 | u128::from(right)).to_be_bytes())
    }

    fn token_check(&self) -> u64 {
        self.world.company.root().of(Purpose::AccessToken).of(Purpose::Echo).bits()
    }

    /// Fails unless the call carries a token that is good.
    pub(crate) fn check_access(&self, call: &Call<'_>, now: i64) -> Result<(), ApiError> {
        let issued = call
            .authorization
            .and_then(|header| strip_scheme(header, "Bearer "))
            .and_then(|token| URL_SAFE_NO_PAD.decode(token).ok())
            .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok())
            .map(|bytes| self.access_tokens.invert(halves(bytes)))
            .filter(|[_, check]| *check == self.token_check())
            .map(|[issued, _]| issued.cast_signed())
            .ok_or_else(ApiError::invalid_token)?;
        if self.config.tokens == Tokens::Newest
            && issued < self.newest_token.load(Ordering::Relaxed)
        {
            return Err(ApiError::invalid_token());
        }
        let age = now.saturating_sub(issued);
        if age >= i64::from(LIFETIME_SECONDS) * SECOND {
            return Err(ApiError::expired_token());
        }
        Ok(())
    }

    /// The subscription whose events a WebSocket is to have; else what its client is told.
    pub(crate) fn admit_socket(&self, target: &str, now: i64) -> Result<String, &'static str> {
        let query = Query::of_target(target);
        let authorization = format!("Bearer {}", query.get("access_token").unwrap_or_default());
        self.check_access(&Call::get(target, &authorization), now).map_err(|_| "Invalid Token")?;
        let subscription = query.get("subscriptionId").filter(|id| !id.is_empty());
        subscription.map(str::to_owned).ok_or("Invalid subscriptionId")
    }
}

/// The rest of a header behind its scheme, which has no case.
fn strip_scheme<'h>(header: &'h str, scheme: &str) -> Option<&'h str> {
    let (head, rest) = header.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest.trim())
}

fn is_our_client(header: &str) -> bool {
    strip_scheme(header, "Basic ")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .is_some_and(|pair| pair == format!("{CLIENT_ID}:{CLIENT_SECRET}").as_bytes())
}
