//! Settings: by flag, then environment, then file, then default.

mod file;
mod privacy;
mod quality;
mod secret;
mod serve;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use zoom_dashboard::{Client, ClientBuilder, Credential, Plan, RetryPolicy, Timeouts};
use zoom_wire::Request;

use crate::exit::UsageError;
pub(crate) use file::DEFAULT_FILE;
use file::{RawAccount, RawConfig, RawHttp, RawWebsocket};
use privacy::Privacy;
use quality::Quality;
use secret::Environment;
pub(crate) use secret::SecretSource;
pub(crate) use serve::Serve;
#[cfg(feature = "serve")]
pub(crate) use serve::{Oidc, Otlp};

/// The environment variables that are read. Each of the first five may also be given as `…_FILE`,
/// the path of a file that holds the value.
pub(crate) mod variable {
    /// A token that was got elsewhere.
    pub(crate) const ACCESS_TOKEN: &str = "ZOOM_ACCESS_TOKEN";
    /// The account of a server-to-server OAuth app.
    pub(crate) const ACCOUNT_ID: &str = "ZOOM_ACCOUNT_ID";
    /// The id of a server-to-server OAuth app.
    pub(crate) const CLIENT_ID: &str = "ZOOM_CLIENT_ID";
    /// The secret of a server-to-server OAuth app.
    pub(crate) const CLIENT_SECRET: &str = "ZOOM_CLIENT_SECRET";
    /// The API root, with `/v2`.
    pub(crate) const API_BASE: &str = "ZOOM_API_BASE";
    /// The secret token of the app's event subscriptions; also as `…_FILE`.
    pub(crate) const WEBHOOK_SECRET: &str = "ZOOM_WEBHOOK_SECRET";
    /// The id of an event subscription by WebSocket.
    pub(crate) const WEBSOCKET_SUBSCRIPTION: &str = "ZOOM_WEBSOCKET_SUBSCRIPTION";
    /// Where events by WebSocket are sent from.
    pub(crate) const WEBSOCKET_BASE: &str = "ZOOM_WEBSOCKET_BASE";
    /// Where tokens are had, without `/oauth/token`.
    pub(crate) const OAUTH_BASE: &str = "ZOOM_OAUTH_BASE";
}

/// The name of the account that has no other.
pub(crate) const DEFAULT_ACCOUNT: &str = "default";

/// The settings in force.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file that was read; `None` when there is none.
    pub(crate) path: Option<PathBuf>,
    /// The time zone of the file.
    pub(crate) tz: Option<String>,
    /// How HTTP is done.
    pub(crate) http: Http,
    /// Every account, by its name.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// What of people comes into a store, where an account does not say otherwise.
    pub(crate) privacy: Privacy,
    /// What an organisation knows of itself.
    pub(crate) context: ContextFiles,
    /// By what minutes are judged.
    pub(crate) quality: Quality,
    /// How the server is run.
    pub(crate) serve: Serve,
}

/// Files of what an organisation knows of itself, and Zoom does not.
#[derive(Debug, Default)]
pub(crate) struct ContextFiles {
    /// The site map.
    pub(crate) sites: Option<PathBuf>,
    /// Who the people are.
    pub(crate) people: Option<PathBuf>,
    /// Whose the networks are.
    pub(crate) asn: Option<PathBuf>,
}

/// How HTTP is done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Http {
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_body: usize,
    pub(crate) ca_file: Option<PathBuf>,
}

/// One account. Its secrets are not read before they are needed.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "a sub-account is Zoom's term")]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) login: Login,
    pub(crate) plan: Plan,
    /// How many hundredths of each daily limit are left to other apps of the account.
    pub(crate) spare_pct: u8,
    /// Its calls of Zoom Phone are collected too.
    pub(crate) phone: bool,
    /// Reports are fetched of meetings too that push has delivered.
    pub(crate) fetch_pushed: bool,
    pub(crate) api_base: Option<String>,
    pub(crate) oauth_base: Option<String>,
    /// The sub-account of a master account that requests are about.
    pub(crate) sub_account: Option<String>,
    /// With one of these its events are signed.
    pub(crate) webhook_secrets: Vec<SecretSource>,
    /// How its events come by WebSocket.
    pub(crate) websocket: Websocket,
    /// What of its people comes into a store.
    pub(crate) privacy: Privacy,
}

/// How events of an account come by WebSocket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Websocket {
    /// The id of the event subscription; `None` where they do not.
    pub(crate) subscription: Option<String>,
    /// Where they are sent from, if not from Zoom's usual place.
    pub(crate) base: Option<String>,
    /// How a token for it is got.
    pub(crate) grant: Grant,
}

/// How an app gets a token. **Source**: Zoom's guide on WebSockets says `client_credentials`; receivers that work
/// use `account_credentials`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Grant {
    /// As a server-to-server OAuth app of the account.
    #[default]
    AccountCredentials,
    /// By the client's id and secret alone.
    ClientCredentials,
}

/// How an account proves who it is.
#[derive(Debug, Clone)]
pub(crate) enum Login {
    /// Nothing was given.
    None,
    /// A token that was got elsewhere.
    Bearer(SecretSource),
    /// A server-to-server OAuth app.
    ServerToServer {
        account_id: SecretSource,
        client_id: SecretSource,
        client_secret: SecretSource,
    },
}

impl Config {
    /// Reads the settings: `path` as `--config` or `ZQOS_CONFIG` gave it.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self, UsageError> {
        let found = match path {
            Some(path) => Some(path.to_owned()),
            None => usual_path().filter(|path| path.exists()),
        };
        let raw = match &found {
            Some(path) => RawConfig::read(path)?,
            None => RawConfig::default(),
        };
        Self::resolve(raw, found, &Environment::of_process())
    }

    /// Settings that lead to a simulated Zoom, and to nothing else.
    #[cfg(feature = "sim")]
    pub(crate) fn simulated(address: std::net::SocketAddr) -> Result<Self, UsageError> {
        let name = DEFAULT_ACCOUNT.to_owned();
        let account = Account {
            login: Login::ServerToServer {
                account_id: SecretSource::Value(zqos_sim::ACCOUNT_ID.into()),
                client_id: SecretSource::Value(zqos_sim::CLIENT_ID.into()),
                client_secret: SecretSource::Value(zqos_sim::CLIENT_SECRET.into()),
            },
            api_base: Some(format!("http://{address}/v2")),
            oauth_base: Some(format!("http://{address}")),
            ..Account::empty(name.clone())
        };
        Ok(Self {
            path: None,
            tz: None,
            http: Http::resolve(RawHttp::default())?,
            accounts: BTreeMap::from([(name, account)]),
            privacy: Privacy::default(),
            context: ContextFiles::default(),
            quality: Quality::default(),
            serve: Serve::default(),
        })
    }

    fn resolve(
        raw: RawConfig,
        path: Option<PathBuf>,
        environment: &Environment,
    ) -> Result<Self, UsageError> {
        let mut accounts = BTreeMap::new();
        for (name, account) in raw.accounts {
            check_name(&name)?;
            accounts.insert(name.clone(), Account::resolve(name, account)?);
        }
        // The environment speaks of the account without a name; of the only one, if there is just one.
        let spoken_of = match accounts.keys().next() {
            Some(only) if accounts.len() == 1 => only.clone(),
            _ => DEFAULT_ACCOUNT.to_owned(),
        };
        let login = environment_login(environment)?;
        let webhook_secret = environment.secret(variable::WEBHOOK_SECRET)?;
        let subscription = environment.text(variable::WEBSOCKET_SUBSCRIPTION);
        if login.is_some() || webhook_secret.is_some() || subscription.is_some() {
            let name = spoken_of.clone();
            let account = accounts.entry(spoken_of).or_insert_with(|| Account::empty(name));
            account.login = login.unwrap_or_else(|| account.login.clone());
            if let Some(secret) = webhook_secret {
                account.webhook_secrets = vec![secret];
            }
            if let Some(subscription) = subscription {
                account.websocket.subscription = Some(subscription);
            }
        }
        if accounts.is_empty() {
            let name = DEFAULT_ACCOUNT.to_owned();
            accounts.insert(name.clone(), Account::empty(name));
        }
        // Where Zoom is, is the same for every account.
        for account in accounts.values_mut() {
            account.api_base = environment.text(variable::API_BASE).or(account.api_base.take());
            account.oauth_base =
                environment.text(variable::OAUTH_BASE).or(account.oauth_base.take());
            let base = &mut account.websocket.base;
            *base = environment.text(variable::WEBSOCKET_BASE).or(base.take());
        }
        Ok(Self {
            path,
            tz: raw.tz,
            http: Http::resolve(raw.http)?,
            accounts,
            privacy: Privacy::resolve("[privacy]", raw.privacy)?,
            context: ContextFiles {
                sites: raw.context.sites,
                people: raw.context.people,
                asn: raw.context.asn,
            },
            quality: Quality::resolve(&raw.quality)?,
            serve: Serve::resolve(raw.serve)?,
        })
    }

    /// The accounts that a command is about: the named one, every one for `all`, else the only
    /// one or `default`.
    pub(crate) fn select(&self, name: Option<&str>) -> Result<Vec<&Account>, UsageError> {
        let names = || self.accounts.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        match name {
            Some("all") => Ok(self.accounts.values().collect()),
            Some(name) => match self.accounts.get(name) {
                Some(account) => Ok(vec![account]),
                None => Err(UsageError::new(format!("there is no account `{name}`"))
                    .hint(format!("the configuration has {}", names().join(", ")))),
            },
            None => {
                let mut all = self.accounts.values();
                match (all.next(), all.next()) {
                    (Some(only), None) => Ok(vec![only]),
                    _ => {
                        self.accounts.get(DEFAULT_ACCOUNT).map(|account| vec![account]).ok_or_else(
                            || {
                                UsageError::new("there are several accounts, and none was chosen")
                                    .hint(format!("add `--account` with {}", names().join(", ")))
                            },
                        )
                    }
                }
            }
        }
    }

    /// What a client for an account is made of.
    pub(crate) fn client_builder(
        &self,
        account: &Account,
        credential: Credential,
    ) -> Result<ClientBuilder, zoom_dashboard::Error> {
        let mut builder = Client::builder(credential)
            .plan(account.plan)
            .spare(account.spare_pct)
            .retry(self.http.retry)
            .timeouts(self.http.timeouts)
            .max_body(self.http.max_body)
            .user_agent(concat!("zqos/", env!("CARGO_PKG_VERSION")));
        if let Some(base) = &account.api_base {
            builder = builder.api_base(base)?;
        }
        if let Some(base) = &account.oauth_base {
            builder = builder.oauth_base(base)?;
        }
        if let Some(path) = &self.http.ca_file {
            builder = builder.ca_file(path)?;
        }
        Ok(builder)
    }

    /// The one account that a command is about.
    pub(crate) fn select_one(&self, name: Option<&str>) -> Result<&Account, UsageError> {
        match self.select(name)?[..] {
            [account] => Ok(account),
            _ => Err(UsageError::new("this command asks one account, not several")
                .hint("name one with `--account`")),
        }
    }
}

/// `zqos.toml` in the configuration folder of the system (XDG on Linux).
fn usual_path() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;

    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("zqos").join("zqos.toml"))
}

/// Names of accounts come into columns and file names.
fn check_name(name: &str) -> Result<(), UsageError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name == "all" || name.len() > 64 || !name.chars().all(is_plain) {
        return Err(UsageError::new(format!("an account can't be named `{name}`"))
            .hint("take 1 to 64 letters, digits, `-` and `_`; `all` stands for all accounts"));
    }
    Ok(())
}

/// The credential that the environment gives, if any.
fn environment_login(environment: &Environment) -> Result<Option<Login>, UsageError> {
    let [token, account_id, client_id, client_secret] = [
        variable::ACCESS_TOKEN,
        variable::ACCOUNT_ID,
        variable::CLIENT_ID,
        variable::CLIENT_SECRET,
    ]
    .map(|name| environment.secret(name));
    if let Some(token) = token? {
        return Ok(Some(Login::Bearer(token)));
    }
    match (account_id?, client_id?, client_secret?) {
        (None, None, None) => Ok(None),
        (Some(account_id), Some(client_id), Some(client_secret)) => {
            Ok(Some(Login::ServerToServer { account_id, client_id, client_secret }))
        }
        (account_id, client_id, client_secret) => {
            let missing: Vec<&str> = [
                (account_id.is_none(), variable::ACCOUNT_ID),
                (client_id.is_none(), variable::CLIENT_ID),
                (client_secret.is_none(), variable::CLIENT_SECRET),
            ]
            .into_iter()
            .filter_map(|(is_missing, name)| is_missing.then_some(name))
            .collect();
            Err(UsageError::new("the environment holds only a part of a credential")
                .hint(format!("set {} as well", missing.join(" and "))))
        }
    }
}

impl Account {
    fn empty(name: String) -> Self {
        Self {
            name,
            login: Login::None,
            plan: Plan::default(),
            spare_pct: 0,
            phone: false,
            fetch_pushed: false,
            api_base: None,
            oauth_base: None,
            sub_account: None,
            webhook_secrets: Vec::new(),
            websocket: Websocket::default(),
            privacy: Privacy::default(),
        }
    }

    fn resolve(name: String, raw: RawAccount) -> Result<Self, UsageError> {
        let place = format!("[accounts.{name}]");
        let token = SecretSource::one_of(&place, "access_token", raw.access_token)?;
        let secret = SecretSource::one_of(&place, "client_secret", raw.client_secret)?;
        let login = match (token, raw.account_id, raw.client_id, secret) {
            (None, None, None, None) => Login::None,
            (Some(token), None, None, None) => Login::Bearer(token),
            (None, Some(account_id), Some(client_id), Some(client_secret)) => {
                Login::ServerToServer {
                    account_id: SecretSource::Value(account_id.into()),
                    client_id: SecretSource::Value(client_id.into()),
                    client_secret,
                }
            }
            _ => {
                return Err(UsageError::new(format!("{place} is not one whole credential")).hint(
                    "give either an access token, or `account_id`, `client_id` and a client \
                     secret",
                ));
            }
        };
        Ok(Self {
            login,
            plan: raw.plan.map_or(Ok(Plan::default()), |plan| read_plan(&place, &plan))?,
            spare_pct: raw.spare_pct.map_or(Ok(0), |share| read_share(&place, share))?,
            phone: raw.phone.unwrap_or(false),
            fetch_pushed: raw.fetch_pushed.unwrap_or(false),
            api_base: raw.api_base,
            oauth_base: raw.oauth_base,
            sub_account: raw.sub_account,
            webhook_secrets: raw.webhook_secrets,
            websocket: Websocket::resolve(&place, raw.websocket)?,
            privacy: Privacy::resolve(&format!("[accounts.{name}.privacy]"), raw.privacy)?,
            name,
        })
    }

    /// A request, for the sub-account where there is one.
    pub(crate) fn addressed(&self, request: Request) -> Result<Request, zoom_dashboard::Error> {
        match &self.sub_account {
            Some(sub_account) => Ok(request.for_account(sub_account)?),
            None => Ok(request),
        }
    }

    /// Reads the secrets, for events by WebSocket.
    #[cfg(feature = "store")]
    pub(crate) fn websocket_credential(&self, grant: Grant) -> Result<Credential, UsageError> {
        match (&self.login, grant) {
            (Login::ServerToServer { client_id, client_secret, .. }, Grant::ClientCredentials) => {
                let client_id = client_id.read()?;
                let client_id = secrecy::ExposeSecret::expose_secret(&client_id).to_owned();
                Ok(Credential::client_credentials(client_id, client_secret.read()?))
            }
            _ => self.credential(),
        }
    }

    /// Reads the secrets.
    pub(crate) fn credential(&self) -> Result<Credential, UsageError> {
        match &self.login {
            Login::None => Err(UsageError::new(format!(
                "there is no credential for the account `{}`",
                self.name
            ))
            .hint(
                "set ZOOM_ACCESS_TOKEN, or ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and \
                 ZOOM_CLIENT_SECRET (each also as …_FILE), or write a file: see \
                 `zqos config default`",
            )),
            Login::Bearer(token) => Ok(Credential::bearer(token.read()?)),
            Login::ServerToServer { account_id, client_id, client_secret } => {
                let plain = |source: &SecretSource| {
                    source.read().map(|text| secrecy::ExposeSecret::expose_secret(&text).to_owned())
                };
                Ok(Credential::server_to_server(
                    plain(account_id)?,
                    plain(client_id)?,
                    client_secret.read()?,
                ))
            }
        }
    }
}

impl Grant {
    const ALL: [Self; 2] = [Self::AccountCredentials, Self::ClientCredentials];

    /// As OAuth names it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AccountCredentials => "account_credentials",
            Self::ClientCredentials => "client_credentials",
        }
    }
}

impl Websocket {
    fn resolve(place: &str, raw: RawWebsocket) -> Result<Self, UsageError> {
        let RawWebsocket { subscription, base, grant } = raw;
        let grant = match grant {
            None => Grant::default(),
            Some(name) => {
                let grant = Grant::ALL.into_iter().find(|grant| grant.as_str() == name);
                grant.ok_or_else(|| {
                    UsageError::new(format!("{place}: `websocket_grant` can't be `{name}`"))
                        .hint("write `account_credentials` or `client_credentials`")
                })?
            }
        };
        Ok(Self { subscription, base, grant })
    }
}

/// A share in hundredths, of which something is left.
fn read_share(place: &str, share: u8) -> Result<u8, UsageError> {
    if share < 100 {
        return Ok(share);
    }
    Err(UsageError::new(format!("{place}: `spare_pct` can't be {share}"))
        .hint("write 0 to 99: what is left is for zqos"))
}

/// The plan of this name.
fn read_plan(place: &str, name: &str) -> Result<Plan, UsageError> {
    Plan::ALL.into_iter().find(|plan| plan.to_string() == name).ok_or_else(|| {
        UsageError::new(format!("{place}: `{name}` is not a plan")).hint(
            "write `free`, `pro` or `business`; Education, Enterprise and Partner have the limits \
             of `business`",
        )
    })
}

impl Default for Http {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            max_body: 64 << 20,
            ca_file: None,
        }
    }
}

impl Http {
    fn resolve(raw: RawHttp) -> Result<Self, UsageError> {
        let default = Self::default();
        let seconds = |name: &str, given: Option<f64>, default: Duration| match given {
            None => Ok(default),
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .ok()
                .filter(|time| !time.is_zero())
                .ok_or_else(|| {
                    UsageError::new(format!("[http] `{name}` is not a number of seconds above 0"))
                }),
        };
        Ok(Self {
            timeouts: Timeouts {
                connect: seconds(
                    "connect_timeout_s",
                    raw.connect_timeout_s,
                    default.timeouts.connect,
                )?,
                read: seconds("read_timeout_s", raw.read_timeout_s, default.timeouts.read)?,
                whole: seconds("whole_timeout_s", raw.whole_timeout_s, default.timeouts.whole)?,
            },
            retry: RetryPolicy {
                tries: match raw.tries {
                    None => default.retry.tries,
                    Some(0) => {
                        return Err(UsageError::new(
                            "[http] `tries` is at least 1: the first counts",
                        ));
                    }
                    Some(tries) => tries,
                },
                elapsed: seconds("retry_for_s", raw.retry_for_s, default.retry.elapsed)?,
                base: seconds("retry_base_s", raw.retry_base_s, default.retry.base)?,
                cap: seconds("retry_cap_s", raw.retry_cap_s, default.retry.cap)?,
            },
            max_body: match raw.max_body_mib {
                None => default.max_body,
                Some(mebibytes) => usize::try_from(mebibytes)
                    .ok()
                    .and_then(|mebibytes| mebibytes.checked_mul(1 << 20))
                    .filter(|bytes| *bytes > 0)
                    .ok_or_else(|| UsageError::new("[http] `max_body_mib` is out of range"))?,
            },
            ca_file: raw.ca_file,
        })
    }
}

/// A secret from its source. Nothing else of the crate reads one.
pub(crate) type Secret = SecretString;

#[cfg(test)]
mod tests;
