//! The main job, without a Zoom account.

use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::{passed_on, simulator::Simulator, workspace::Workspace, zqos::Zqos};

/// Builds zqos, starts a simulated Zoom, lets zqos fetch one participant's report of a past meeting
/// from it, and ends as that does.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let zqos = Zqos::release(workspace)?;
    let simulator = Simulator::start(&zqos, &[], Stdio::inherit())?;
    eprintln!("`zqos sim` runs for as long as this takes; start it by yourself to try more.");

    let mut get = zqos.command_with(&simulator.settings);
    get.args(&simulator.get);
    eprintln!("$ zqos {}", simulator.get.join(" "));
    let status = get.stdin(Stdio::null()).status().context("cannot start zqos")?;
    Ok(passed_on(status))
}
