//! Settings of the server.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::file::{RawSecret, SecretText};
use super::secret::SecretSource;
use crate::exit::UsageError;

/// The claim that says what somebody is, where no other is named.
///
/// **Source**: a custom of identity providers; OpenID Connect itself has none.
const ROLE_CLAIM: &str = "groups";

/// How long from one sending of metrics to the next, where nothing else is said.
///
/// **Source**: OpenTelemetry's own default for exporting metrics.
const INTERVAL_S: u32 = 60;

/// Settings of the server.
#[derive(Debug, Default)]
pub(crate) struct Serve {
    /// Who signs people in.
    pub(crate) oidc: Option<Oidc>,
    /// Where metrics are sent.
    pub(crate) otlp: Option<Otlp>,
}

/// Where metrics are sent, by OTLP.
#[derive(Debug)]
pub(crate) struct Otlp {
    pub(crate) endpoint: Url,
    pub(crate) interval: Duration,
    /// What is sent as `Authorization`.
    pub(crate) authorization: Option<SecretSource>,
}

/// Who signs people in, and what these may see.
#[derive(Debug)]
pub(crate) struct Oidc {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretSource,
    /// How browsers call the server.
    pub(crate) url: Url,
    pub(crate) role_claim: String,
    /// The values that mean the roles viewer, analyst and admin.
    pub(crate) roles: Vec<(&'static str, String)>,
    pub(crate) accounts_claim: Option<String>,
}

impl Serve {
    /// Reads the secrets that a server would.
    pub(crate) fn check(&self) -> Result<(), UsageError> {
        let secrets = self.oidc.iter().map(|oidc| &oidc.client_secret);
        let secrets =
            secrets.chain(self.otlp.iter().filter_map(|otlp| otlp.authorization.as_ref()));
        secrets.map(SecretSource::read).try_for_each(|secret| secret.map(drop))
    }
}

/// As a file has them, without secrets.
impl fmt::Display for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(oidc) = &self.oidc {
            writeln!(f, "\n[serve.oidc]\n# its secret: {}", oidc.client_secret.describe())?;
            writeln!(f, "issuer = {:?}\nclient_id = {:?}", oidc.issuer, oidc.client_id)?;
            writeln!(f, "url = {:?}\nrole_claim = {:?}", oidc.url.as_str(), oidc.role_claim)?;
            let roles = oidc.roles.iter().map(|(role, value)| format!("{role} = {value:?}"));
            writeln!(f, "roles = {{ {} }}", roles.collect::<Vec<_>>().join(", "))?;
            if let Some(claim) = &oidc.accounts_claim {
                writeln!(f, "accounts_claim = {claim:?}")?;
            }
        }
        if let Some(otlp) = &self.otlp {
            writeln!(f, "\n[serve.otlp]")?;
            if let Some(authorization) = &otlp.authorization {
                writeln!(f, "# authorization: {}", authorization.describe())?;
            }
            writeln!(f, "endpoint = {:?}", otlp.endpoint.as_str())?;
            writeln!(f, "interval_s = {}", otlp.interval.as_secs())?;
        }
        Ok(())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
pub(super) struct RawServe {
    oidc: Option<RawOidc>,
    otlp: Option<RawOtlp>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
struct RawOtlp {
    endpoint: Option<String>,
    interval_s: Option<u32>,
    authorization: Option<SecretText>,
    authorization_file: Option<PathBuf>,
    authorization_command: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
struct RawOidc {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretText>,
    client_secret_file: Option<PathBuf>,
    client_secret_command: Option<String>,
    url: Option<String>,
    role_claim: Option<String>,
    #[serde(default)]
    roles: RawRoles,
    accounts_claim: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of roles")]
struct RawRoles {
    viewer: Option<String>,
    analyst: Option<String>,
    admin: Option<String>,
}

impl RawServe {
    /// True where a secret stands in the file itself.
    pub(super) fn holds_a_secret(&self) -> bool {
        self.oidc.as_ref().is_some_and(|oidc| oidc.client_secret.is_some())
            || self.otlp.as_ref().is_some_and(|otlp| otlp.authorization.is_some())
    }
}

impl Serve {
    pub(super) fn resolve(raw: RawServe) -> Result<Self, UsageError> {
        Ok(Self {
            oidc: raw.oidc.map(Oidc::resolve).transpose()?,
            otlp: raw.otlp.map(Otlp::resolve).transpose()?,
        })
    }
}

/// What a setting is, that has to be there.
fn needed(place: &str, name: &str, given: Option<String>) -> Result<String, UsageError> {
    given
        .filter(|text| !text.is_empty())
        .ok_or_else(|| UsageError::new(format!("{place} lacks `{name}`")))
}

fn address(place: &str, name: &str, text: &str) -> Result<Url, UsageError> {
    let parsed = Url::parse(text).ok().filter(|url| {
        // A password in it would be shown.
        url.has_host()
            && url.query().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    parsed.ok_or_else(|| {
        UsageError::new(format!("{place} `{name}` is no address"))
            .hint("it is such as `https://qos.example.com`")
    })
}

impl Otlp {
    fn resolve(raw: RawOtlp) -> Result<Self, UsageError> {
        const PLACE: &str = "[serve.otlp]";
        let secret = RawSecret {
            value: raw.authorization.map(|SecretText(secret)| secret),
            file: raw.authorization_file,
            command: raw.authorization_command,
        };
        let interval = Duration::from_secs(raw.interval_s.unwrap_or(INTERVAL_S).into());
        if interval.is_zero() {
            return Err(UsageError::new(format!("{PLACE} `interval_s` is no time")));
        }
        Ok(Self {
            endpoint: address(PLACE, "endpoint", &needed(PLACE, "endpoint", raw.endpoint)?)?,
            interval,
            authorization: SecretSource::one_of(PLACE, "authorization", secret)?,
        })
    }
}

impl Oidc {
    fn resolve(raw: RawOidc) -> Result<Self, UsageError> {
        const PLACE: &str = "[serve.oidc]";
        let secret = RawSecret {
            value: raw.client_secret.map(|SecretText(secret)| secret),
            file: raw.client_secret_file,
            command: raw.client_secret_command,
        };
        let client_secret = SecretSource::one_of(PLACE, "client_secret", secret)?
            .ok_or_else(|| UsageError::new(format!("{PLACE} lacks `client_secret_file`")))?;
        let issuer = needed(PLACE, "issuer", raw.issuer)?;
        address(PLACE, "issuer", &issuer)?;
        let url = address(PLACE, "url", &needed(PLACE, "url", raw.url)?)?;
        let RawRoles { viewer, analyst, admin } = raw.roles;
        let roles = [("viewer", viewer), ("analyst", analyst), ("admin", admin)];
        let roles: Vec<_> =
            roles.into_iter().filter_map(|(role, value)| Some((role, value?))).collect();
        if roles.is_empty() {
            return Err(UsageError::new(format!("{PLACE} gives nobody a role")).hint(
                "`roles = { viewer = \"staff\" }` lets everybody in whose claim has `staff`",
            ));
        }
        Ok(Self {
            issuer,
            client_id: needed(PLACE, "client_id", raw.client_id)?,
            client_secret,
            url,
            role_claim: raw.role_claim.unwrap_or_else(|| ROLE_CLAIM.to_owned()),
            roles,
            accounts_claim: raw.accounts_claim,
        })
    }
}
