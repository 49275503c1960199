//! `zqos sim`: a simulated Zoom on this machine.

mod truth;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use zqos_core::{Clock as _, SystemClock, Timestamp};
use zqos_sim::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Config, Sample, Simulator, VirtualClock};

use crate::cli::{Global, Sim, SimCommand, SimWorld};
use crate::exit::{Exit, UsageError};
use crate::output::{Output, note};
use crate::time::Zone;

/// Serves until the program is interrupted, or tells the truth.
pub(crate) async fn run(args: &Sim, global: &Global) -> anyhow::Result<Exit> {
    match &args.command {
        Some(SimCommand::Truth(args)) => truth::run(args, global),
        None => serve(args, global).await,
    }
}

/// What the simulated clock shows at first.
fn now_of(world: &SimWorld, zone: &Zone) -> Result<Timestamp, UsageError> {
    world.now.as_deref().map_or_else(|| Ok(zone.now()), |text| zone.parse(text))
}

async fn serve(args: &Sim, global: &Global) -> anyhow::Result<Exit> {
    let zone = Zone::new(global.tz.as_deref(), SystemClock.now())?;
    let now = now_of(&args.world, &zone)?;
    let SimWorld { seed, people, .. } = args.world;
    let config = Config { seed, people, ..args.simulated.config() };
    let simulator = Simulator::new(config, Arc::new(VirtualClock::new(now, args.speed)))
        .map_err(|error| UsageError::new(error.to_string()))?;
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
    match zqos_sim::serve(listener, Arc::new(simulator)).await {
        Ok(never) => match never {},
        Err(error) => Err(anyhow::Error::new(error).context("the socket can't be served")),
    }
}

/// Tells what to set, and what to try, as lines for a shell.
fn introduce(out: &mut dyn Write, address: SocketAddr, samples: &[Sample]) -> io::Result<()> {
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
    Ok(())
}
