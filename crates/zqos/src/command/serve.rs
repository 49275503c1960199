//! `zqos serve`: the store, shown.

mod outside;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::task::JoinSet;
use zoom_wire::privacy::Policy;
use zqos_core::{SystemClock, Timestamp};
use zqos_http::{Bound, listen, serve};
use zqos_push::{Counters, Expected, Refusal};
use zqos_server::access::OidcSettings;
use zqos_server::coverage::{
    AccountCoverage, Calls, CoverageError, CoverageSource, Hole, NotObtainable, Quota,
};
use zqos_server::push::{PushFigures, PushSource};
use zqos_server::sql::Queries;
use zqos_server::{Rate, Server, Settings};
use zqos_store::Location;

use crate::cli::{Global, Serve};
use crate::command::import::location;
use crate::command::receive::{self, encryption};
use crate::command::status::Told;
use crate::config::{Account, Config};
use crate::context::{context, site_map};
use crate::exit::{Exit, UsageError};
use crate::output::note;

pub(super) async fn run(args: &Serve, global: &Global) -> anyhow::Result<Exit> {
    let tls = encryption(
        args.listen,
        args.tls_cert.as_deref().zip(args.tls_key.as_deref()),
        args.behind_proxy.is_some(),
    )?;
    let config = Config::load(global.config.as_deref())?;
    let accounts = config.select(Some(global.account.as_deref().unwrap_or("all")))?;
    let at = location(&args.store)?;
    let has_webhooks = receive::has_webhooks(&accounts);
    let sockets = receive::sockets(&config, &accounts)?;
    let what = Served {
        at: at.clone(),
        accounts: accounts.into_iter().cloned().collect(),
        hosts: args.hosts.clone(),
        proxy_header: args.behind_proxy.clone(),
        share_safe: args.share_safe,
        is_encrypted: tls.is_some() || args.behind_proxy.is_some(),
        oidc: outside::oidc(&config)?,
        rate: rate(args.rate),
        archive_rate: rate(args.archive_rate),
        memory: mebibytes(args.memory),
        sql: args.sql.then(|| queries(args, &config)).transpose()?,
    };
    let settings = what.settings(&config, context(&args.context, &config.context)?)?;
    let listener =
        listen(args.listen).with_context(|| format!("`{}` can't be listened at", args.listen))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let server = Arc::new(Server::new(settings)?);
    // Ended when it is dropped.
    let mut exporting = JoinSet::new();
    if let Some(export) = outside::otlp(&config)? {
        exporting.spawn(Arc::clone(&server).export(export));
    }
    let address = listener.local_addr().context("the socket has no address")?;
    let bound = Bound { listener, tls };
    let (router, host) = (server.router(), args.hosts.first().map(String::as_str));
    if !has_webhooks && sockets.is_empty() {
        introduce(&server, scheme, address, host);
        tokio::select! {
            ended = serve(bound, router, receive::stopped()) => ended?,
            Some(ended) = exporting.join_next() => ended.context("metrics are sent no more")?,
        }
        note("stopped");
        return Ok(Exit::Done);
    }
    let accounts = config.select(Some(global.account.as_deref().unwrap_or("all")))?;
    let sites = site_map(args.context.sites.as_ref(), &config.context)?;
    let (receiver, mut writer) =
        receive::start(&config, &accounts, at, sites, zqos_push::Settings::default()).await?;
    let counters = receiver.counters();
    server.tell_of_push(Arc::new(Counted(Arc::clone(&counters))));
    introduce(&server, scheme, address, host);
    let router = if has_webhooks {
        note(format_args!("events are taken in at {}", zqos_push::PATH));
        router.merge(zqos_push::router(Arc::clone(&receiver)))
    } else {
        router
    };
    let stopped = receive::stopped().boxed().shared();
    let by_socket =
        receive::take_in_all(sockets, &receiver, receive::AtFirst::GoOn, stopped.clone());
    tokio::select! {
        // The former ends with the latter.
        (_, ended) = async { tokio::join!(by_socket, serve(bound, router, stopped.clone())) } => ended?,
        Some(ended) = exporting.join_next() => ended.context("metrics are sent no more")?,
        // Nothing would be kept any more.
        () = writer.ended() => {}
    }
    drop(receiver);
    writer.finish()?;
    receive::tell(&counters);
    Ok(Exit::Done)
}

fn rate(per_second: u32) -> Option<Rate> {
    (per_second > 0).then_some(Rate { per_second })
}

fn mebibytes(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(1 << 20)
}

/// How queries are run: by this program, with the store and the settings that the server has.
fn queries(args: &Serve, config: &Config) -> anyhow::Result<Queries> {
    // What runs, also where another version has been installed meanwhile.
    let program = if cfg!(target_os = "linux") {
        PathBuf::from("/proc/self/exe")
    } else {
        std::env::current_exe().context("the program does not know where it is")?
    };
    let mut arguments: Vec<OsString> = vec!["answer-query".into()];
    let named = [
        ("--config", config.path.as_ref().map(OsString::from)),
        ("--sites", args.context.sites.as_ref().map(OsString::from)),
        ("--store", args.store.store.clone()),
        #[cfg(feature = "s3")]
        ("--log", args.store.log.clone()),
    ];
    for (name, value) in named {
        arguments.extend(value.into_iter().flat_map(|value| [name.into(), value]));
    }
    Ok(Queries {
        program,
        arguments,
        time: Duration::from_secs(args.sql_timeout.into()),
        memory: mebibytes(args.sql_memory),
        at_once: args.sql_at_once.into(),
    })
}

/// Tells where it listens, and how a browser signs in.
pub(super) fn introduce(server: &Server, scheme: &str, address: SocketAddr, host: Option<&str>) {
    let authority =
        host.map_or_else(|| address.to_string(), |host| format!("{host}:{}", address.port()));
    note(format_args!("ready {scheme}://{authority}"));
    note(format_args!(
        "sign in, once, within 15 minutes: {scheme}://{authority}/sign-in?code={}",
        server.sign_in_code().expose()
    ));
}

/// What is served.
pub(super) struct Served {
    pub(super) at: Location,
    pub(super) accounts: Vec<Account>,
    pub(super) hosts: Vec<String>,
    pub(super) proxy_header: Option<String>,
    pub(super) share_safe: bool,
    pub(super) is_encrypted: bool,
    pub(super) oidc: Option<OidcSettings>,
    pub(super) rate: Option<Rate>,
    pub(super) archive_rate: Option<Rate>,
    pub(super) memory: usize,
    pub(super) sql: Option<Queries>,
}

impl Served {
    /// With the settings of a configuration.
    pub(super) fn settings(
        self,
        config: &Config,
        context: zqos_context::Context,
    ) -> Result<Settings, UsageError> {
        let policies = (self.accounts.iter())
            .map(|account| config.policy(&account.name, self.at.local()))
            .collect::<Result<Vec<_>, _>>()?;
        let policies: Vec<Policy> = policies.into_iter().flatten().collect();
        Ok(Settings {
            store: self.at.clone(),
            accounts: self.accounts.iter().map(|account| account.name.clone()).collect(),
            judge: config.quality.judge,
            input: config.quality.input.known(),
            context: Arc::new(context),
            names: Arc::new(move |person| {
                policies.iter().flat_map(|policy| policy.pseudonyms(person)).collect()
            }),
            coverage: Arc::new(Collected { at: self.at, accounts: self.accounts }),
            hosts: self.hosts,
            proxy_header: self.proxy_header,
            share_safe: self.share_safe,
            is_encrypted: self.is_encrypted,
            oidc: self.oidc,
            rate: self.rate,
            archive_rate: self.archive_rate,
            memory: self.memory,
            sql: self.sql,
            clock: Arc::new(SystemClock),
        })
    }
}

/// What was pushed, as the receiver counts it.
#[derive(Debug)]
struct Counted(Arc<Counters>);

impl PushSource for Counted {
    fn figures(&self) -> PushFigures {
        let Self(counters) = self;
        let failing = counters.failing_validation(zqos_core::Clock::now(&SystemClock));
        PushFigures {
            requests: counters.received(),
            events: counters.stored(),
            dead_letters: counters.letters(),
            outside_window: counters.outside_window(),
            refused: Refusal::ALL.map(|why| (why.as_str(), counters.refused(why))).into(),
            validations: [counters.validations(), counters.failed_validations()],
            failing_validations: failing.map_or(0, |failing| failing.times),
            repeated_rows: counters.repeated_rows(),
            syncs: counters.syncs(),
            commits: [counters.commits(), counters.failed_commits()],
            waiting_bytes: counters.waiting_bytes() as u64,
            newest: counters.newest(),
            joins: (counters.expected().into_iter())
                .map(|(account, Expected { joins, silent })| (account.to_string(), joins, silent))
                .collect(),
        }
    }
}

/// What was collected, by the store.
#[derive(Debug)]
struct Collected {
    at: Location,
    accounts: Vec<Account>,
}

impl CoverageSource for Collected {
    fn coverage<'a>(
        &'a self,
        accounts: &'a [String],
        range: Range<Timestamp>,
    ) -> BoxFuture<'a, Result<Vec<AccountCoverage>, CoverageError>> {
        async move {
            let mut told = Vec::new();
            for account in self.accounts.iter().filter(|one| accounts.contains(&one.name)) {
                let now = zqos_core::Clock::now(&SystemClock);
                let read = Told::read(&self.at, account, &range, account.phone, now).await;
                told.push(covered(&read.map_err(|error| CoverageError(error.into()))?));
            }
            Ok(told)
        }
        .boxed()
    }
}

fn covered(told: &Told) -> AccountCoverage {
    let found = &told.found;
    let days = |days: &[Timestamp]| {
        days.iter().map(|day| day.to_jiff().strftime("%F").to_string()).collect()
    };
    AccountCoverage {
        account: told.account.clone(),
        meetings: found.meetings,
        complete: found.complete,
        not_obtainable: (found.not_obtainable.iter())
            .map(|(why, meetings)| NotObtainable { why: why.to_string(), meetings: *meetings })
            .collect(),
        participants_expected: found.participants.0,
        participants_got: found.participants.1,
        minutes_expected: found.minutes.0,
        minutes_got: found.minutes.1,
        invalid_rows: found.invalid,
        calls: (found.calls.iter())
            .map(|(purpose, (calls, failed))| Calls {
                purpose: purpose.clone(),
                calls: *calls,
                failed: *failed,
            })
            .collect(),
        quota: Some(Quota { used_today: told.quota.used, left_today: told.quota.left() }),
        holes: (found.holes.iter())
            .map(|hole| Hole {
                meeting_uuid: hole.meeting.uuid.as_str().to_owned(),
                topic: hole.meeting.topic.clone(),
                start: hole.meeting.start.map(|at| at.to_string()),
                why: hole.why.map(|why| why.to_string()),
                joins: hole.joins,
                minutes: hole.minutes,
                until: hole.until.map(|at| at.to_string()),
            })
            .collect(),
        unlisted_days: days(&found.unlisted),
        open_days: days(&found.open),
    }
}
