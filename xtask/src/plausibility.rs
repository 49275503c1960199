//! How plausible a week of the simulated company is: a page of the simulator's documentation that
//! its example prints.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::{process::quietly, workspace::Workspace};

const PAGE: &str = "crates/zqos-sim/PLAUSIBILITY.md";

/// Writes the page anew.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let path = workspace.root.join(PAGE);
    fs::write(&path, printed(workspace)?)
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// Fails when the page is not that of today's model.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let is_current = fs::read(workspace.root.join(PAGE)).ok() == Some(printed(workspace)?);
    ensure!(is_current, "`{PAGE}` is of another model, run `cargo xtask plausibility`");
    Ok(())
}

/// The page; the example fails when the week is not plausible.
fn printed(workspace: &Workspace) -> Result<Vec<u8>> {
    let example = ["run", "--quiet", "--package", "zqos-sim", "--example", "plausibility"];
    quietly(workspace.cargo().args(example))
}
