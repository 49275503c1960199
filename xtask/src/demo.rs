//! The main job, without a Zoom account.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::{passed_on, workspace::Workspace, zqos::Zqos};

/// Builds zqos, lets it demonstrate itself, and ends as it does.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let zqos = Zqos::release(workspace)?;
    let mut demo = Command::new(zqos.path());
    let status = demo.args(["demo", "--once"]).stdin(Stdio::null()).status();
    Ok(passed_on(status.context("cannot start zqos")?))
}
