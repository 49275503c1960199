//! `zqos sim`: a simulated Zoom on this machine.

mod events;
mod truth;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use zqos_core::{Clock, SystemClock, Timestamp};
use zqos_sim::{
    ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Config, EVENTS_SECRET, EventsMode, Sample, Scenario,
    ScenarioError, Simulator, Subscription, VirtualClock, Webhook,
};

use crate::cli::{
    Format, Global, Sim, SimCommand, SimEventsMode, SimRange, SimSubscription, SimWorld,
};
use crate::config::SecretSource;
use crate::exit::{Exit, UsageError};
use crate::output::{Output, note};
use crate::time::Zone;

/// Serves until the program is interrupted, or tells what there is without being asked over a socket.
pub(crate) async fn run(args: &Sim, global: &Global) -> anyhow::Result<Exit> {
    match &args.command {
        Some(SimCommand::Truth(args)) => truth::run(args, global),
        Some(SimCommand::Events(args)) => events::run(args, global),
        None => serve(args, global).await,
    }
}

/// What the simulated clock shows at first.
fn now_of(world: &SimWorld, zone: &Zone) -> Result<Timestamp, UsageError> {
    world.now.as_deref().map_or_else(|| Ok(zone.now()), |text| zone.parse(text))
}

/// The range of which `zqos sim COMMAND` prints something, in a zone whose now is the simulated one.
fn range(
    command: &str,
    world: &SimWorld,
    range: &SimRange,
    global: &Global,
) -> Result<(Zone, Range<Timestamp>), UsageError> {
    if global.format.is_some_and(|format| format != Format::Ndjson) {
        return Err(UsageError::new(format!("`zqos sim {command}` prints NDJSON alone"))
            .hint("leave `--format` out, or write `--format ndjson`"));
    }
    let system = Zone::new(global.tz.as_deref(), SystemClock.now())?;
    // `-2d` and `yesterday` count from the simulated now.
    let zone = Zone::new(global.tz.as_deref(), now_of(world, &system)?)?;
    let from = zone.parse(range.from.as_deref().unwrap_or("-7d"))?;
    let to = zone.parse(range.to.as_deref().unwrap_or("now"))?;
    if from >= to {
        return Err(UsageError::new(format!(
            "the range from {} to {} ({}) is empty",
            zone.date_and_time(from),
            zone.date_and_time(to),
            zone.name()
        ))
        .hint("`--from` is included, `--to` is not"));
    }
    Ok((zone, from..to))
}

/// What the app is sent.
fn subscription(args: &SimSubscription) -> Subscription {
    let mode = match args.events_mode {
        SimEventsMode::PerType => EventsMode::PerType,
        SimEventsMode::Aggregated => EventsMode::Aggregated,
    };
    Subscription {
        mode,
        qss_hosts_pct: args.qss_hosts,
        phone: args.events_phone,
        sessions: args.events_sessions,
    }
}

/// Where events are sent to, if anywhere.
fn webhook(args: &Sim) -> Result<Option<Webhook>, UsageError> {
    let Some(url) = &args.events_url else { return Ok(None) };
    let secret = match &args.events_secret_file {
        None => EVENTS_SECRET.into(),
        Some(path) => SecretSource::File(path.clone()).read()?,
    };
    Webhook::new(url, secret.expose_secret().as_bytes())
        .map(Some)
        .map_err(|error| UsageError::new(error.to_string()))
}

/// The simulated Zoom of a world, with the scenario played.
fn simulator(
    world: &SimWorld,
    mut config: Config,
    clock: Arc<dyn Clock>,
) -> Result<Simulator, UsageError> {
    let scenario = world.scenario.as_deref().map(read_scenario).transpose()?;
    let written = scenario.as_ref();
    if let Some(seed) = world.seed.or(written.and_then(Scenario::seed)) {
        config.seed = seed;
    }
    if let Some(people) = world.people.or(written.and_then(Scenario::people)) {
        config.people = people;
    }
    let mut simulator =
        Simulator::new(config, clock).map_err(|error| UsageError::new(error.to_string()))?;
    if let (Some(path), Some(scenario)) = (&world.scenario, written) {
        simulator.play(scenario).map_err(|error| wrong_scenario(path, &error))?;
    }
    Ok(simulator)
}

/// The longest scenario that is read.
const MAX_SCENARIO: u64 = 1 << 20;

fn read_scenario(path: &Path) -> Result<Scenario, UsageError> {
    let wrong = |reason: String| UsageError::new(format!("`{}` {reason}", path.display()));
    // A device or a pipe has no end, or none soon.
    let metadata =
        std::fs::metadata(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
    if !metadata.is_file() || metadata.len() > MAX_SCENARIO {
        return Err(wrong(format!("is no file of at most {MAX_SCENARIO} bytes")));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
    text.parse().map_err(|error| wrong_scenario(path, &error))
}

fn wrong_scenario(path: &Path, error: &ScenarioError) -> UsageError {
    UsageError::new(format!("{}:{}: {error}", path.display(), error.line()))
}

async fn serve(args: &Sim, global: &Global) -> anyhow::Result<Exit> {
    let zone = Zone::new(global.tz.as_deref(), SystemClock.now())?;
    let now = now_of(&args.world, &zone)?;
    let config = Config { events: subscription(&args.events), ..args.simulated.config() };
    let webhook = webhook(args)?;
    let clock = Arc::new(VirtualClock::new(now, args.speed));
    let simulator = simulator(&args.world, config, Arc::<VirtualClock>::clone(&clock))?;
    for &(which, share) in &args.faults {
        simulator.misbehave(which, share);
    }
    if !args.listen.ip().is_loopback() {
        return Err(UsageError::new(format!("`{}` is not on this machine alone", args.listen))
            .hint("the simulator has no TLS and well-known secrets: listen on 127.0.0.1")
            .into());
    }
    let listener = TcpListener::bind(args.listen).await.with_context(|| {
        format!("can't listen on {}; `--listen` names another port", args.listen)
    })?;
    let address = listener.local_addr().context("the socket has no address")?;

    let samples = simulator.samples();
    let mut output = Output::new();
    output.write(|out| introduce(out, address, &samples))?;
    output.finish()?;
    note(format_args!("ready http://{address}"));
    let simulator = Arc::new(simulator);
    let sending = async {
        if let Some(webhook) = webhook {
            let tell = |notice| note(format_args!("{notice}"));
            webhook.send(Arc::clone(&simulator), Arc::clone(&clock), tell).await;
        }
        // The API is served on.
        std::future::pending().await
    };
    tokio::select! {
        served = zqos_sim::serve(listener, Arc::clone(&simulator), Arc::clone(&clock)) => {
            match served {
                Ok(never) => match never {},
                Err(error) => Err(anyhow::Error::new(error).context("the socket can't be served")),
            }
        }
        never = sending => never,
    }
}

/// Tells what to set, and what to try, as lines for a shell.
pub(super) fn introduce(
    out: &mut dyn Write,
    address: SocketAddr,
    samples: &[Sample],
) -> io::Result<()> {
    writeln!(out, "# In another shell:")?;
    writeln!(out, "export ZOOM_API_BASE=http://{address}/v2 ZOOM_OAUTH_BASE=http://{address}")?;
    writeln!(
        out,
        "export ZOOM_ACCOUNT_ID={ACCOUNT_ID} ZOOM_CLIENT_ID={CLIENT_ID} ZOOM_CLIENT_SECRET={CLIENT_SECRET}"
    )?;
    writeln!(out, "\n# Then, for example:")?;
    for sample in samples {
        let webinar = if sample.is_webinar { " --webinar" } else { "" };
        let when = if sample.is_live { "live" } else { "past" };
        writeln!(out, "# {}, {}, number {}", sample.topic, sample.start, sample.number)?;
        writeln!(out, "zqos get '{}' {}{webinar} --type {when}", sample.uuid, sample.user_id)?;
    }
    // The clock may show another time than the one of whoever asks.
    let day = samples
        .iter()
        .find(|sample| !sample.is_live)
        .map(|sample| sample.start.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date());
    if let Some((day, next)) = day.and_then(|day| Some((day, day.tomorrow().ok()?))) {
        writeln!(out, "# All meetings of {day}")?;
        writeln!(out, "zqos meetings --from {day} --to {next} --tz UTC")?;
    }
    Ok(())
}
