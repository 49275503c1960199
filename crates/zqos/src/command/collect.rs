//! `zqos collect`: every report of an account into the store.

mod plan;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::future::{join_all, select_all};
use tokio::sync::Notify;
use zoom_dashboard::Error;
use zqos_collect::{
    ByTrouble, CollectError, Collector, Ended, Keeper, Meter, Progress, Ranking, Settings, Stage,
};
use zqos_core::{SystemClock, Timestamp};
use zqos_quality::Judge;
use zqos_store::{Location, Store};

use crate::cli::Collect;
use crate::command::import::location;
use crate::command::status::{self, Told};
use crate::command::store;
use crate::config::Account;
use crate::context::{Mapped, site_map};
use crate::exit::{Exit, UsageError};
use crate::failure;
use crate::output::{Output, note, typed};
use crate::session::Session;
use crate::time::{Zone, duration};

/// How often it is tried to take an account over that another collector has.
const TAKE_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(session: &Session, args: &Collect) -> anyhow::Result<Exit> {
    typed::refuse_raw(Output::new().format(session.format))?;
    let at = location(&args.store)?;
    let range = range(&session.zone, args)?;
    let sites = site_map(args.sites.as_ref(), &session.config.context)?;
    let sites = sites.map(|map| Arc::new(Mapped(map)) as _);
    let accounts = session.accounts()?;
    let settings = |account: &Account| {
        Ok::<_, UsageError>(Settings {
            account: account.name.clone(),
            sub_account: account.sub_account.clone(),
            store: at.clone(),
            policy: session.config.policy(&account.name, at.local())?.map(Arc::new),
            sites: Option::clone(&sites),
            phone: args.phone || account.phone,
            fetch_pushed: args.fetch_pushed || account.fetch_pushed,
        })
    };
    if args.plan {
        return plan::run(session, &at, &range, args).await;
    }
    // What is wrong with a credential or a setting is found before anything is asked.
    let accounts: Vec<_> = accounts
        .into_iter()
        .map(|account| Ok((account, session.client_builder(account)?, settings(account)?)))
        .collect::<anyhow::Result<_>>()?;
    let store = Store::open(at.clone(), Arc::new(SystemClock)).await?;
    let mut leases = Vec::with_capacity(accounts.len());
    for (account, ..) in &accounts {
        leases.push(lease(&store, &account.name).await?);
    }
    let (keeper, thread) = Keeper::start(store);
    let mut collectors = Vec::with_capacity(accounts.len());
    for ((account, builder, settings), lease) in accounts.into_iter().zip(leases) {
        let meter = Arc::new(Meter::new(&account.name, lease, keeper.clone()));
        let gate = Arc::clone(&meter);
        let client = builder.gate(gate).build()?;
        collectors.push((account, Collector::new(client, keeper.clone(), meter, settings)));
    }
    let progress: Vec<_> = collectors.iter().map(|(_, collector)| collector.progress()).collect();
    let zone = session.zone.clone();
    session.progress.say(Box::new(move |elapsed| line(&progress, elapsed, &zone)));
    if args.past || args.live {
        let (zone, looked) = (&session.zone, Notify::new());
        let follow = collectors.iter().map(|(account, collector)| {
            let ranking = args.live.then_some(&ByTrouble as &dyn Ranking);
            collector.follow(ranking, |ended| {
                say_of_look(&account.name, ended, zone);
                looked.notify_one();
            })
        });
        let Err(error) = tokio::select! {
            (ended, ..) = select_all(follow.map(Box::pin)) => ended,
            ended = judge_looks(&looked, &keeper, &at, session.config.quality.judge) => ended,
        };
        return Err(explained(error));
    }
    drop(keeper);
    let work = collectors.into_iter().map(|(account, collector)| {
        let range = range.clone();
        async move {
            let ended = collector.collect(range, !args.once).await;
            let (calls, now) = (collector.calls().await, collector.now());
            let outcome = match (ended, collector.end().await) {
                (Ok(ended), Ok(())) => Ok(ended),
                (Err(error), _) | (Ok(_), Err(error)) => Err(error),
            };
            Collected { account, outcome, calls, now }
        }
    });
    let ended = join_all(work).await;
    // The last rows come into the tables.
    let kept = thread.join().map_err(|_| anyhow::anyhow!("the thread that writes has panicked"))?;
    let kept = match kept {
        Ok(mut store) => {
            store::judge_what_came(&mut store, at.clone(), session.config.quality.judge).await;
            Ok(())
        }
        Err(error) => {
            Err(error).context("what was collected is in the log, and not yet in the tables")
        }
    };
    tell(session, &at, &range, args.phone, ended, kept).await
}

/// What came of collecting an account.
struct Collected<'a> {
    account: &'a Account,
    outcome: Result<Ended, CollectError>,
    /// Calls by purpose, and how many of them failed.
    calls: BTreeMap<&'static str, (u32, u32)>,
    /// The server's time.
    now: Timestamp,
}

/// Which meetings are to be collected.
fn range(zone: &Zone, args: &Collect) -> Result<Range<Timestamp>, UsageError> {
    let from = zone.parse(args.from.as_deref().unwrap_or("yesterday"))?;
    let to = args.to.as_deref().map_or_else(|| Ok(zone.now()), |to| zone.parse(to))?;
    zone.range(from, to)
}

/// The right to collect an account, once nobody else has it.
async fn lease(store: &Store, account: &str) -> anyhow::Result<zqos_store::AccountLease> {
    let mut was_told = false;
    loop {
        if let Some(lease) = store.lease_of(account).await? {
            return Ok(lease);
        }
        if !std::mem::replace(&mut was_told, true) {
            note(format_args!(
                "another collector works on the account `{account}`; waiting for it"
            ));
        }
        tokio::time::sleep(TAKE_EVERY).await;
    }
}

/// Makes the verdicts of what came, each time that somebody has looked. A store of its own writes them: rows come
/// in meanwhile.
async fn judge_looks(
    looked: &Notify,
    keeper: &Keeper,
    at: &Location,
    judge: Judge,
) -> Result<Infallible, CollectError> {
    loop {
        looked.notified().await;
        // What is judged is read from the tables.
        keeper.commit().await?;
        match Store::open(at.clone(), Arc::new(SystemClock)).await {
            Ok(mut store) => store::judge_what_came(&mut store, at.clone(), judge).await,
            Err(error) => note(format_args!("verdicts are not made: {error}")),
        }
    }
}

/// Shows what the store has now, and says what went wrong.
async fn tell(
    session: &Session,
    at: &Location,
    range: &Range<Timestamp>,
    phone: bool,
    ended: Vec<Collected<'_>>,
    kept: anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let mut told = Vec::with_capacity(ended.len());
    let mut failures = Vec::new();
    for Collected { account, outcome, calls, now } in ended {
        match outcome {
            Ok(ended) => say_of(&account.name, &ended, &session.zone),
            Err(error) => failures.push((&account.name, error)),
        }
        let phone = phone || account.phone;
        told.push(Told::read(at, account, range, phone, now).await?.with_calls(calls));
    }
    let exit = status::show(&told, at, session.format, &session.zone).await?;
    kept?;
    let Some((name, last)) = failures.pop() else { return Ok(exit) };
    for (name, error) in failures {
        note(format_args!("{name}: {error}"));
    }
    let error = explained(last);
    if told.len() > 1 { Err(error.context(name.clone())) } else { Err(error) }
}

/// What Zoom said is explained like any other failure of a call.
fn explained(error: CollectError) -> anyhow::Error {
    match error {
        CollectError::Zoom(error) => error.into(),
        error => error.into(),
    }
}

/// Says how one look went, of those that go on.
fn say_of_look(name: &str, ended: Result<Ended, Error>, zone: &Zone) {
    match ended {
        Ok(ended) => say_of(name, &ended, zone),
        Err(error) => note(format_args!("{name}: {error}; it is tried again")),
    }
}

fn say_of(name: &str, ended: &Ended, zone: &Zone) {
    if let Some(oldest) = ended.oldest {
        let (oldest, zone) = (zone.date_and_time(oldest), zone.name());
        note(format_args!(
            "{name}: Zoom lists the meetings of six months; those before {oldest} ({zone}) can't be had"
        ));
    }
    for (kind, error) in &ended.refused_lists {
        note(format_args!("{name}: Zoom gives no list of the kind `{kind}`: {error}"));
    }
    if let Some(error) = &ended.phone {
        note(format_args!("{name}: phone calls can't be collected:"));
        failure::report_lost(error, zone);
    }
    if let Some(until) = ended.quota_until {
        let (until, zone) = (zone.date_and_time(until), zone.name());
        note(format_args!("{name}: the daily quota is spent; it opens again at {until} ({zone})"));
    }
}

/// How far it has come, in a line.
fn line(all: &[Arc<Progress>], elapsed: Duration, zone: &Zone) -> String {
    let sum = |of: fn(&Progress) -> (u64, u64)| {
        all.iter().map(|progress| of(progress)).fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
    };
    let (meetings, meetings_owed) = sum(Progress::meetings);
    let (calls, calls_owed) = sum(Progress::calls);
    let phone = match sum(Progress::phone_calls) {
        (_, 0) => String::new(),
        (done, owed) => format!("; {done} of {owed} phone calls"),
    };
    let seconds = elapsed.as_secs();
    let stages: Vec<Stage> = all.iter().map(|progress| progress.stage()).collect();
    if let Some(Stage::Quota(until)) = stages.iter().find(|stage| matches!(stage, Stage::Quota(_)))
    {
        let (until, zone) = (zone.date_and_time(*until), zone.name());
        return format!(
            "{meetings} meetings; waits for the daily quota until {until} ({zone}){phone}"
        );
    }
    if stages.iter().all(|stage| *stage == Stage::Idle) {
        return format!("{meetings} meetings; waits for others to end{phone}");
    }
    if meetings_owed == 0 {
        return format!("{seconds} s: listing meetings{phone}");
    }
    // Accounts are collected side by side.
    let rest = match all.iter().filter_map(|progress| progress.time_left()).max() {
        None => String::new(),
        Some(left) if left < Duration::from_mins(1) => ", less than a minute left".to_owned(),
        Some(left) => {
            let time = Timestamp::UNIX_EPOCH.saturating_add(left);
            format!(", about {} left", duration(Timestamp::UNIX_EPOCH, time).unwrap_or_default())
        }
    };
    format!(
        "{seconds} s: {meetings} of {meetings_owed} meetings, {calls} of about {} calls{rest}{phone}",
        calls_owed.max(calls)
    )
}
