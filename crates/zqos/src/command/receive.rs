//! `zqos receive`: what Zoom pushes, into the store.

mod socket;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::FutureExt as _;
use secrecy::ExposeSecret as _;
use zoom_wire::webhook::SigningKey;
use zqos_context::SiteMap;
use zqos_core::{Clock, SystemClock};
use zqos_http::{Bound, ServerConfig, listen, serve, tls};
use zqos_intake::{Reader, Sites};
use zqos_push::{
    AccountKey, Counters, Found, PATH, Receiver, Refusal, Secrets, Settings, Writer, router,
};
use zqos_store::{Location, Store};

use crate::cli::{Global, Receive};
use crate::command::import::location;
use crate::config::{Account, Config, Secret, SecretSource};
use crate::context::{Mapped, site_map};
use crate::exit::{Exit, UsageError};
use crate::output::note;

pub(super) use self::socket::{AtFirst, sockets, take_in_all};

pub(super) async fn run(args: &Receive, global: &Global) -> anyhow::Result<Exit> {
    let certificate = args.tls_cert.as_deref().zip(args.tls_key.as_deref());
    let tls = encryption(args.listen, certificate, args.behind_proxy)?;
    let config = Config::load(global.config.as_deref())?;
    let at = location(&args.store)?;
    let accounts = config.select(Some(global.account.as_deref().unwrap_or("all")))?;
    let sites = site_map(args.sites.as_ref(), &config.context)?;
    let sockets = sockets(&config, &accounts)?;
    let listener = if has_webhooks(&accounts) {
        let listener = listen(args.listen);
        Some(listener.with_context(|| format!("`{}` can't be listened at", args.listen))?)
    } else {
        None
    };
    let window = Duration::from_secs(args.window.into());
    let settings = Settings { window, ..Settings::default() };
    let (receiver, mut writer) = start(&config, &accounts, at, sites, settings).await?;
    if let Some(listener) = &listener {
        let address = listener.local_addr().context("the socket has no address")?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        note(format_args!("ready {scheme}://{address}{PATH}"));
    }
    let counters = receiver.counters();
    let stopped = stopped().boxed().shared();
    let by_socket =
        async { Ok(take_in_all(sockets, &receiver, AtFirst::Fail, stopped.clone()).await?) };
    let by_webhook = async {
        let Some(listener) = listener else {
            stopped.clone().await;
            return anyhow::Ok(());
        };
        let router = router(Arc::clone(&receiver));
        Ok(serve(Bound { listener, tls }, router, stopped.clone()).await?)
    };
    tokio::select! {
        ended = async { tokio::try_join!(by_socket, by_webhook) } => drop(ended?),
        // Nothing would be kept any more.
        () = writer.ended() => {}
    }
    drop(receiver);
    writer.finish()?;
    tell(&counters);
    Ok(Exit::Done)
}

/// How connections are encrypted, by a certificate and its key.
///
/// **Errors**: they can't be used, or others than this machine could read along.
pub(super) fn encryption(
    listen: SocketAddr,
    certificate: Option<(&Path, &Path)>,
    is_behind_proxy: bool,
) -> Result<Option<Arc<ServerConfig>>, UsageError> {
    let tls = certificate.map(|(certificate, key)| tls(certificate, key)).transpose();
    let tls = tls.map_err(|error| UsageError::new(error.to_string()))?;
    if !listen.ip().is_loopback() && tls.is_none() && !is_behind_proxy {
        return Err(UsageError::new("others than this machine could read along").hint(
            "give `--tls-cert` and `--tls-key`, or `--behind-proxy` where a reverse proxy speaks TLS, or listen on \
             127.0.0.1",
        ));
    }
    Ok(tls)
}

/// Starts whoever keeps what is pushed to accounts.
///
/// **Errors**: no secret, or one that can't be read; a store that can't be opened.
pub(super) async fn start(
    config: &Config,
    accounts: &[&Account],
    at: Location,
    sites: Option<SiteMap>,
    settings: Settings,
) -> anyhow::Result<(Arc<Receiver>, Writer)> {
    let secrets = ConfiguredSecrets::new(accounts)?;
    let mut policies = HashMap::new();
    for account in accounts {
        let policy = config.policy(&account.name, at.local())?.map(Arc::new);
        policies.insert(account.name.clone(), policy);
    }
    let sites = sites.map(|map| Arc::new(Mapped(map)) as Arc<dyn Sites>);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stores = [
        Store::open(at.clone(), Arc::clone(&clock)).await?,
        Store::open(at, Arc::clone(&clock)).await?,
    ];
    let reader = move |account: &str| {
        Reader::new(policies.get(account).cloned().flatten(), Option::clone(&sites))
    };
    Ok(Writer::start(stores, reader, Arc::new(secrets), clock, settings)?)
}

/// True when events of an account come by webhook.
pub(super) fn has_webhooks(accounts: &[&Account]) -> bool {
    accounts.iter().any(|account| !account.webhook_secrets.is_empty())
}

/// What came, and what became of it.
pub(super) fn tell(counters: &Counters) {
    note(format_args!(
        "stopped: {} requests, {} events kept, {} of them as dead letters",
        counters.received(),
        counters.stored(),
        counters.letters()
    ));
    for why in Refusal::ALL {
        if counters.refused(why) > 0 {
            note(format_args!("{} refused: {}", counters.refused(why), why.as_str()));
        }
    }
}

/// The secrets of the configuration, read from where they stand whenever they are asked for.
#[derive(Debug)]
struct ConfiguredSecrets(Vec<(Arc<str>, SecretSource)>);

impl ConfiguredSecrets {
    /// Those of accounts.
    ///
    /// **Errors**: no secret, one that can't be read, and one that two accounts have.
    fn new(accounts: &[&Account]) -> Result<Self, UsageError> {
        let mut sources = Vec::new();
        let mut owners = HashMap::<String, &str>::new();
        for account in accounts {
            for source in &account.webhook_secrets {
                let secret = source.read()?.expose_secret().to_owned();
                let owner = *owners.entry(secret).or_insert(&account.name);
                if owner != account.name {
                    return Err(UsageError::new(format!(
                        "the accounts `{owner}` and `{}` have the same webhook secret",
                        account.name
                    ))
                    .hint("nobody could tell their events apart"));
                }
                sources.push((account.name.as_str().into(), source.clone()));
            }
        }
        if sources.is_empty() && accounts.iter().all(|it| it.websocket.subscription.is_none()) {
            return Err(UsageError::new("there is no webhook secret, and no WebSocket").hint(
                "set ZOOM_WEBHOOK_SECRET, or `webhook_secret_file` or `websocket_subscription` of an account: \
                 see `zqos config default`",
            ));
        }
        Ok(Self(sources))
    }
}

impl Secrets for ConfiguredSecrets {
    fn read(&self) -> Found {
        let mut found = Found::default();
        for (account, source) in &self.0 {
            match source.read() {
                Ok(secret) => found.keys.push(key(Arc::clone(account), &secret)),
                Err(error) => found.unreadable.push(error.to_string()),
            }
        }
        found
    }

    fn accounts(&self) -> Vec<Arc<str>> {
        self.0.iter().map(|(account, _)| Arc::clone(account)).collect()
    }
}

fn key(account: Arc<str>, secret: &Secret) -> AccountKey {
    AccountKey { account, key: SigningKey::new(secret.expose_secret().as_bytes()) }
}

/// Ctrl-C, or the signal by which services are stopped.
pub(super) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}
