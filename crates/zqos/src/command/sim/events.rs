//! `zqos sim events`: what the simulated Zoom would push.

use std::sync::Arc;

use zqos_core::ManualClock;
use zqos_sim::Config;

use crate::cli::{Global, SimEvents};
use crate::exit::Exit;
use crate::output::Output;

/// Prints the events of a range.
pub(super) fn run(args: &SimEvents, global: &Global) -> anyhow::Result<Exit> {
    let (zone, range) = super::range("events", &args.world, &args.range, global)?;
    let clock = Arc::new(ManualClock::new(zone.now()));
    let config = Config { events: super::subscription(&args.events), ..Config::default() };
    let simulator = super::simulator(&args.world, config, clock)?;
    let mut output = Output::new();
    for event in simulator.events(range) {
        output.write(|out| writeln!(out, "{}", event.body))?;
    }
    output.finish()?;
    Ok(Exit::Done)
}
