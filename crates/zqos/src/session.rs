//! What a command works with: settings, the user's zone, and a client for an account.

use std::rc::Rc;

use zoom_dashboard::{Answer, Client, ClientBuilder, PageAnswer, Pages};
use zoom_wire::{Endpoint, ForAccount, Listing, Request};
use zqos_core::{Clock as _, SystemClock};

use crate::cli::{Format, Global};
use crate::config::{Account, Config};
use crate::exit::UsageError;
use crate::progress::Progress;
use crate::time::Zone;

/// Settings and zone of one run.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) config: Config,
    pub(crate) zone: Zone,
    /// The format that was asked for.
    pub(crate) format: Option<Format>,
    /// How far the command has come.
    pub(crate) progress: Rc<Progress>,
    account: Option<String>,
}

impl Session {
    pub(crate) fn new(global: &Global) -> Result<Self, UsageError> {
        let config = Config::load(global.config.as_deref())?;
        let zone = Zone::new(global.tz.as_deref().or(config.tz.as_deref()), SystemClock.now())?;
        Ok(Self {
            config,
            zone,
            format: global.format,
            progress: Rc::default(),
            account: global.account.clone(),
        })
    }

    /// Settings that lead to a simulated Zoom, whatever the environment and the configuration say.
    #[cfg(feature = "sim")]
    pub(crate) fn simulated(
        address: std::net::SocketAddr,
        global: &Global,
    ) -> Result<Self, UsageError> {
        Ok(Self {
            config: Config::simulated(address)?,
            zone: Zone::new(global.tz.as_deref(), SystemClock.now())?,
            format: global.format,
            progress: Rc::default(),
            account: None,
        })
    }

    /// The accounts that the command is about.
    pub(crate) fn accounts(&self) -> Result<Vec<&Account>, UsageError> {
        self.config.select(self.account.as_deref())
    }

    /// The accounts whose settings are to be checked: every one, unless one is named.
    pub(crate) fn accounts_to_check(&self) -> Result<Vec<&Account>, UsageError> {
        self.config.select(Some(self.account.as_deref().unwrap_or("all")))
    }

    /// The one account that the command is about.
    pub(crate) fn account(&self) -> Result<&Account, UsageError> {
        self.config.select_one(self.account.as_deref())
    }

    /// What a client for an account is made of; the account's secrets are read here, and nowhere else.
    pub(crate) fn client_builder(&self, account: &Account) -> anyhow::Result<ClientBuilder> {
        Ok(self.config.client_builder(account, account.credential()?)?)
    }

    /// A client for the one account that the command is about.
    pub(crate) fn asker(&self) -> anyhow::Result<Asker> {
        Asker::new(self, self.account()?)
    }
}

/// A client, and the account that it asks for.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    pub(crate) client: Client,
    pub(crate) account: String,
    sub_account: Option<String>,
    progress: Rc<Progress>,
}

impl Asker {
    /// Makes a client.
    pub(crate) fn new(session: &Session, account: &Account) -> anyhow::Result<Self> {
        Ok(Self {
            client: session.client_builder(account)?.build()?,
            account: account.name.clone(),
            sub_account: account.sub_account.clone(),
            progress: Rc::clone(&session.progress),
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

    /// Walks over the pages of a listing.
    pub(crate) fn pages<E: Listing>(&self, listing: E) -> Walk<ForAccount<E>> {
        let pages = self.client.pages(&self.addressed(listing));
        Walk { pages, progress: Rc::clone(&self.progress) }
    }

    /// Walks over the pages of any request.
    pub(crate) fn raw_pages(&self, request: Request) -> Walk<()> {
        let pages = self.client.raw_pages(request, None);
        Walk { pages, progress: Rc::clone(&self.progress) }
    }
}

/// A walk over pages that tells how far it has come.
#[derive(Debug)]
pub(crate) struct Walk<E> {
    pages: Pages<E>,
    progress: Rc<Progress>,
}

impl<E> Walk<E> {
    /// The next page; `None` after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<PageAnswer<E>>, zoom_dashboard::Error> {
        let page = self.pages.next().await.transpose()?;
        if page.is_some() {
            self.progress.page_came(self.pages.given(), self.pages.total_records());
        }
        Ok(page)
    }

    /// How many rows were given so far.
    pub(crate) const fn given(&self) -> u64 {
        self.pages.given()
    }

    /// How many rows there are, by the word of the last page.
    pub(crate) const fn total_records(&self) -> Option<u64> {
        self.pages.total_records()
    }
}
