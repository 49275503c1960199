//! The dashboard, built of its sources.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{
    process::{loudly, quietly},
    workspace::Workspace,
};

/// Installs what it is built with, by the lock file and without running anything of it, and builds it.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    npm(workspace, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    npm(workspace, &["run", "build"])
}

/// The same for whoever looks on.
pub(crate) fn build_loudly(workspace: &Workspace) -> Result<()> {
    npm(workspace, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    let mut npm = Command::new("npm");
    loudly(npm.args(["run", "build"]).current_dir(workspace.root.join("web")))
}

/// Builds it, and runs its own tests.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    build(workspace)?;
    npm(workspace, &["test"])
}

fn npm(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let mut npm = Command::new("npm");
    quietly(npm.args(arguments).current_dir(workspace.root.join("web")))
        .map(drop)
        .with_context(|| format!("npm {}", arguments.join(" ")))
}
