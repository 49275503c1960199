//! The file, as it is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Secret;
use super::privacy::RawPrivacy;
use super::quality::RawQuality;
use super::secret::{SecretSource, refuse_if_shared};
use super::serve::RawServe;
use crate::exit::UsageError;

/// A file with every setting explained. A test reads it and finds the defaults in it.
pub(crate) const DEFAULT_FILE: &str = include_str!("default.toml");

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConfig {
    pub(super) tz: Option<String>,
    #[serde(default)]
    pub(super) http: RawHttp,
    #[serde(default)]
    pub(super) privacy: RawPrivacy,
    #[serde(default)]
    pub(super) context: RawContext,
    #[serde(default)]
    pub(super) quality: RawQuality,
    #[serde(default)]
    pub(super) serve: RawServe,
    #[serde(default)]
    pub(super) accounts: BTreeMap<String, RawAccount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
pub(super) struct RawHttp {
    pub(super) connect_timeout_s: Option<f64>,
    pub(super) read_timeout_s: Option<f64>,
    pub(super) whole_timeout_s: Option<f64>,
    pub(super) tries: Option<u32>,
    pub(super) retry_for_s: Option<f64>,
    pub(super) retry_base_s: Option<f64>,
    pub(super) retry_cap_s: Option<f64>,
    pub(super) max_body_mib: Option<u64>,
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
pub(super) struct RawContext {
    pub(super) sites: Option<PathBuf>,
    pub(super) people: Option<PathBuf>,
    pub(super) asn: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(from = "RawAccountFields")]
pub(super) struct RawAccount {
    pub(super) account_id: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: RawSecret,
    pub(super) access_token: RawSecret,
    pub(super) plan: Option<String>,
    pub(super) spare_pct: Option<u8>,
    pub(super) phone: Option<bool>,
    pub(super) fetch_pushed: Option<bool>,
    pub(super) api_base: Option<String>,
    pub(super) oauth_base: Option<String>,
    pub(super) sub_account: Option<String>,
    pub(super) webhook_secrets: Vec<SecretSource>,
    pub(super) websocket: RawWebsocket,
    pub(super) privacy: RawPrivacy,
}

/// How events come by WebSocket.
#[derive(Debug)]
pub(super) struct RawWebsocket {
    pub(super) subscription: Option<String>,
    pub(super) base: Option<String>,
    pub(super) grant: Option<String>,
}

/// The three ways to give a secret.
#[derive(Debug)]
pub(super) struct RawSecret {
    pub(super) value: Option<Secret>,
    pub(super) file: Option<PathBuf>,
    pub(super) command: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
struct RawAccountFields {
    account_id: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretText>,
    client_secret_file: Option<PathBuf>,
    client_secret_command: Option<String>,
    access_token: Option<SecretText>,
    access_token_file: Option<PathBuf>,
    access_token_command: Option<String>,
    plan: Option<String>,
    spare_pct: Option<u8>,
    phone: Option<bool>,
    fetch_pushed: Option<bool>,
    api_base: Option<String>,
    oauth_base: Option<String>,
    sub_account: Option<String>,
    #[serde(default)]
    webhook_secret: OneOrMore<SecretText>,
    #[serde(default)]
    webhook_secret_file: OneOrMore<PathBuf>,
    #[serde(default)]
    webhook_secret_command: OneOrMore<String>,
    websocket_subscription: Option<String>,
    websocket_base: Option<String>,
    websocket_grant: Option<String>,
    #[serde(default)]
    privacy: RawPrivacy,
}

/// One text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text, or a list of texts")]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl<T> OneOrMore<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::More(all) => all,
        }
    }
}

/// A text that `Debug` does not show.
#[derive(Debug)]
pub(super) struct SecretText(pub(super) Secret);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

impl From<RawAccountFields> for RawAccount {
    fn from(fields: RawAccountFields) -> Self {
        let secret = |value: Option<SecretText>, file, command| RawSecret {
            value: value.map(|SecretText(secret)| secret),
            file,
            command,
        };
        let values = fields.webhook_secret.into_vec().into_iter();
        let files = fields.webhook_secret_file.into_vec().into_iter();
        let commands = fields.webhook_secret_command.into_vec().into_iter();
        Self {
            webhook_secrets: values
                .map(|SecretText(secret)| SecretSource::Value(secret))
                .chain(files.map(SecretSource::File))
                .chain(commands.map(SecretSource::Command))
                .collect(),
            account_id: fields.account_id,
            client_id: fields.client_id,
            client_secret: secret(
                fields.client_secret,
                fields.client_secret_file,
                fields.client_secret_command,
            ),
            access_token: secret(
                fields.access_token,
                fields.access_token_file,
                fields.access_token_command,
            ),
            plan: fields.plan,
            spare_pct: fields.spare_pct,
            phone: fields.phone,
            fetch_pushed: fields.fetch_pushed,
            api_base: fields.api_base,
            oauth_base: fields.oauth_base,
            sub_account: fields.sub_account,
            websocket: RawWebsocket {
                subscription: fields.websocket_subscription,
                base: fields.websocket_base,
                grant: fields.websocket_grant,
            },
            privacy: fields.privacy,
        }
    }
}

impl RawConfig {
    pub(super) fn read(path: &Path) -> Result<Self, UsageError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            UsageError::new(format!("the configuration `{shown}` can't be read: {error}"))
                .hint("`zqos config default` prints one to start from")
        })?;
        let raw = Self::parse(&text).map_err(|problem| {
            UsageError::new(format!("the configuration `{shown}`: {problem}"))
        })?;
        if raw.holds_a_secret() {
            refuse_if_shared(path)?;
        }
        Ok(raw)
    }

    /// Reads the text of a file; an error names the place but never quotes the line, which may
    /// hold a secret.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let place = error.span().map_or_else(String::new, |span| {
                let before = &text[..span.start.min(text.len())];
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
                format!("line {line}, column {column}: ")
            });
            let message = error.message().lines().next().unwrap_or("not TOML");
            format!("{place}{}", without_value(message))
        })
    }

    fn holds_a_secret(&self) -> bool {
        self.serve.holds_a_secret()
            || self.accounts.values().any(|account| {
                account.client_secret.value.is_some()
                    || account.access_token.value.is_some()
                    || account.webhook_secrets.iter().any(|it| matches!(it, SecretSource::Value(_)))
            })
    }
}

/// A message such as ``invalid type: string "…", expected a table`` without what was found: it
/// may be a secret in the wrong place.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((found, expected)) if found.starts_with("invalid ") => {
            let kind = found.split(['"', '`']).next().unwrap_or(found).trim_end();
            format!("{kind}, expected {expected}")
        }
        _ => message.to_owned(),
    }
}
