//! The client, and what its clones share.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use url::Url;
use zoom_wire::rate_limit::{Label, Product};
use zoom_wire::{Endpoint, Listing, Request};
use zqos_core::Clock;

use crate::answer::{Answer, RawAnswer};
use crate::builder::{ClientBuilder, joined};
use crate::call::Call;
use crate::clock::ServerClock;
use crate::credential::Credential;
use crate::error::Error;
use crate::gate::Gate;
use crate::limit::{Limiters, Quota};
use crate::page::{Pages, RawPages};
use crate::retry::RetryPolicy;
use crate::token::{Token, TokenInfo, Tokens};
use crate::transport::Transport;

/// Calls Zoom's dashboard API.
///
/// Clones share the token, the limits and the connections: a program makes one for each
/// credential and clones it.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) api_base: Url,
    pub(crate) has_explicit_base: bool,
    pub(crate) token_url: Url,
    pub(crate) tokens: Tokens,
    pub(crate) limiters: Limiters,
    pub(crate) retry: RetryPolicy,
    pub(crate) whole_timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) random: Mutex<StdRng>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) gate: Option<Arc<dyn Gate>>,
}

impl Client {
    /// Starts to make a client.
    pub fn builder(credential: Credential) -> ClientBuilder {
        ClientBuilder::new(credential)
    }

    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared) }
    }

    /// Sends the request of a typed endpoint.
    ///
    /// **Errors**: as [`Client::get`], and [`ErrorKind::Request`](crate::ErrorKind::Request) when the parameters can't be
    /// sent.
    /// **Cancel safety**: the future may be dropped at any time; a call that was sent stays
    /// counted.
    pub fn send<E: Endpoint>(
        &self,
        endpoint: &E,
    ) -> impl Future<Output = Result<Answer<E>, Error>> + Send + use<E> {
        let request = endpoint.to_request();
        let client = self.clone();
        async move { client.get(request?).await.map(Answer::new) }
    }

    /// Sends any request.
    ///
    /// **Errors**: [`Error`]; an HTTP error and an error code under HTTP 200 are among them.
    /// **Cancel safety**: as [`Client::send`].
    pub async fn get(&self, request: Request) -> Result<RawAnswer, Error> {
        Call::new(&self.shared, request.operation().name).get(&request).await
    }

    /// Walks over the pages of a listing.
    pub fn pages<E: Listing>(&self, listing: &E) -> Pages<E> {
        Pages::new(self.clone(), listing.to_request(), None)
    }

    /// Walks over the pages of any request. `rows` names the member that holds the rows; without
    /// it, that of the operation is taken, else the first member that is an array.
    pub fn raw_pages(&self, request: Request, rows: Option<&str>) -> RawPages {
        Pages::new(self.clone(), Ok(request), rows)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// What is known of the token; one is got if there is none.
    ///
    /// **Errors**: [`ErrorKind::TokenRequest`](crate::ErrorKind::TokenRequest), and those of the network.
    pub async fn token_info(&self) -> Result<TokenInfo, Error> {
        self.shared.token().await.map(|token| token.info.clone())
    }

    /// The API root, without a slash at its end. A token answer may name another one, where it
    /// was not set explicitly: see [`TokenInfo::api_url`].
    pub fn api_base(&self) -> &Url {
        &self.shared.api_base
    }

    /// The URL that a request goes to below [`Client::api_base`]. There is no secret in it.
    pub fn url_of(&self, request: &Request) -> Url {
        joined(&self.shared.api_base, &request.target())
    }

    /// Counts calls of today that this client did not make, and of which it knows by other ways: those of
    /// an earlier run, say. `label` and `product` say which daily limit they count towards.
    pub fn count_others(&self, product: Product, label: Label, calls: u32) {
        self.shared.limiters.of(product).count_others(label, calls, self.shared.clock.now());
    }

    /// Tells the server's time: this machine's, put right by what answers say.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shared.clock) as _
    }

    /// What is known of the quota.
    pub fn quota(&self) -> Quota {
        self.shared.limiters.quota(self.shared.clock.now())
    }
}

impl Shared {
    pub(crate) async fn token(&self) -> Result<Arc<Token>, Error> {
        self.tokens.get(self.clock.local(), Call::new(self, "get_token").ask_for_token()).await
    }
}
