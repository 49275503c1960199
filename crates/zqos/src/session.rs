//! What a command works with: settings, the user's zone, and a client for an account.

use zoom_dashboard::{Answer, Client, Pages};
use zoom_wire::{Endpoint, ForAccount, Listing};
use zqos_core::{Clock as _, SystemClock};

use crate::cli::{Format, Global};
use crate::config::{Account, Config};
use crate::exit::UsageError;
use crate::time::Zone;

/// Settings and zone of one run.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) config: Config,
    pub(crate) zone: Zone,
    /// The format that was asked for.
    pub(crate) format: Option<Format>,
    account: Option<String>,
}

impl Session {
    pub(crate) fn new(global: &Global) -> Result<Self, UsageError> {
        let config = Config::load(global.config.as_deref())?;
        let zone = Zone::new(global.tz.as_deref().or(config.tz.as_deref()), SystemClock.now())?;
        Ok(Self { config, zone, format: global.format, account: global.account.clone() })
    }

    /// The accounts that the command is about.
    pub(crate) fn accounts(&self) -> Result<Vec<&Account>, UsageError> {
        self.config.select(self.account.as_deref())
    }

    /// The one account that the command is about.
    pub(crate) fn account(&self) -> Result<&Account, UsageError> {
        self.config.select_one(self.account.as_deref())
    }

    /// A client for the one account that the command is about.
    pub(crate) fn asker(&self) -> anyhow::Result<Asker> {
        Asker::new(&self.config, self.account()?)
    }
}

/// A client, and the account that it asks for.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    pub(crate) client: Client,
    pub(crate) account: String,
    sub_account: Option<String>,
}

impl Asker {
    /// Makes a client; the account's secrets are read here, and nowhere else.
    pub(crate) fn new(config: &Config, account: &Account) -> anyhow::Result<Self> {
        let http = &config.http;
        let mut builder = Client::builder(account.credential()?)
            .plan(account.plan)
            .retry(http.retry)
            .timeouts(http.timeouts)
            .max_body(http.max_body)
            .user_agent(concat!("zqos/", env!("CARGO_PKG_VERSION")));
        if let Some(base) = &account.api_base {
            builder = builder.api_base(base)?;
        }
        if let Some(base) = &account.oauth_base {
            builder = builder.oauth_base(base)?;
        }
        if let Some(path) = &http.ca_file {
            builder = builder.ca_file(path)?;
        }
        Ok(Self {
            client: builder.build()?,
            account: account.name.clone(),
            sub_account: account.sub_account.clone(),
        })
    }

    /// The endpoint, for the sub-account where the settings name one.
    pub(crate) fn addressed<E>(&self, endpoint: E) -> ForAccount<E> {
        ForAccount::new(endpoint, self.sub_account.clone())
    }

    /// Sends a request.
    pub(crate) async fn send<E: Endpoint>(
        &self,
        endpoint: E,
    ) -> Result<Answer<ForAccount<E>>, zoom_dashboard::Error> {
        self.client.send(&self.addressed(endpoint)).await
    }

    /// Walks over pages.
    pub(crate) fn pages<E: Listing>(&self, listing: E) -> Pages<ForAccount<E>> {
        self.client.pages(&self.addressed(listing))
    }
}
