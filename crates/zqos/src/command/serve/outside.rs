//! Whom the server asks and tells outside, as the settings have it: who signs people in, and who collects metrics.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use url::Url;
use zoom_dashboard::transport::{HttpRequest, Transport};
use zoom_dashboard::{Client, Credential};
use zqos_server::access::{Bytes, Fetch, FetchError, OidcSettings, is_safe};
use zqos_server::metrics::Export;

use crate::config::{Config, Oidc, Otlp, SecretSource};
use crate::exit::UsageError;

/// What is taken in of an answer at most: a list of keys is far smaller.
const MOST_BODY: usize = 1 << 20;
/// How long an answer may take, as somebody waits for it before a browser.
const PATIENCE: Duration = Duration::from_secs(15);

/// With the settings of a configuration; `None` where nobody is to sign in so.
pub(super) fn oidc(config: &Config) -> anyhow::Result<Option<OidcSettings>> {
    let Some(oidc) = &config.serve.oidc else { return Ok(None) };
    let Oidc { issuer, client_id, client_secret, url, role_claim, roles, accounts_claim } = oidc;
    let issuer_at = Url::parse(issuer).ok();
    if !is_safe(url) || !issuer_at.as_ref().is_some_and(is_safe) {
        return Err(UsageError::new("[serve.oidc] others could read along")
            .hint("`issuer` and `url` begin with `https://`, except on this machine")
            .into());
    }
    let roles = roles.iter().map(|(role, value)| Ok((role.parse()?, value.clone())));
    Ok(Some(OidcSettings {
        issuer: issuer.clone(),
        client_id: client_id.clone(),
        client_secret: client_secret.read()?,
        url: url.clone(),
        role_claim: role_claim.clone(),
        roles: roles.collect::<anyhow::Result<_>>()?,
        accounts_claim: accounts_claim.clone(),
        fetch: Arc::new(Network::new(config)?),
    }))
}

/// Where metrics are sent; `None` where nobody collects them.
pub(super) fn otlp(config: &Config) -> anyhow::Result<Option<Export>> {
    let Some(Otlp { endpoint, interval, authorization }) = &config.serve.otlp else {
        return Ok(None);
    };
    if !is_safe(endpoint) {
        return Err(UsageError::new("[serve.otlp] others could read along")
            .hint("`endpoint` begins with `https://`, except on this machine")
            .into());
    }
    Ok(Some(Export {
        endpoint: endpoint.clone(),
        interval: *interval,
        authorization: authorization.as_ref().map(SecretSource::read).transpose()?,
        fetch: Arc::new(Network::new(config)?),
    }))
}

/// Asks over the network, as the rest of the program does: by the same time-outs, proxies and certificates.
#[derive(Debug)]
struct Network(Arc<dyn Transport>);

impl Network {
    fn new(config: &Config) -> anyhow::Result<Self> {
        // It is sent to nobody: what is asked here is not Zoom.
        let mut builder = Client::builder(Credential::bearer("none"))
            .timeouts(config.http.timeouts)
            .user_agent(concat!("zqos/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &config.http.ca_file {
            builder = builder.ca_file(path)?;
        }
        Ok(Self(builder.build_transport()?))
    }
}

impl Fetch for Network {
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, FetchError>> {
        async move {
            let (head, body) = request.into_parts();
            let url = Url::parse(&head.uri.to_string()).map_err(failed)?;
            let request = HttpRequest { method: head.method, url, headers: head.headers, body };
            let sent = tokio::time::timeout(PATIENCE, self.0.send(request, MOST_BODY)).await;
            let answer = sent.map_err(failed)?.map_err(failed)?;
            let mut response = Response::new(answer.body);
            *response.status_mut() = StatusCode::from_u16(answer.head.status).map_err(failed)?;
            *response.headers_mut() = answer.head.headers;
            Ok(response)
        }
        .boxed()
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> FetchError {
    FetchError(Box::new(error))
}
