//! zqos, built from nothing: the smallest, and all of it.

use std::{fs, time::Instant};

use anyhow::{Context, Result};

use super::Claim;
use crate::{process::quietly, workspace::Workspace};

/// The smallest.
pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    let features = ["--no-default-features", "--features", "fetch"];
    Ok(vec![Claim {
        what: "build of zqos with `fetch` alone, seconds".to_owned(),
        measured: seconds(workspace, &features)?,
        at_most: 180.0,
    }])
}

/// All of it, as it is shipped.
pub(super) fn run_full(workspace: &Workspace) -> Result<Vec<Claim>> {
    Ok(vec![Claim {
        what: "build of the whole zqos, seconds".to_owned(),
        measured: seconds(workspace, &[])?,
        at_most: 900.0,
    }])
}

/// How long a build in a folder of its own takes.
fn seconds(workspace: &Workspace, features: &[&str]) -> Result<f64> {
    // Downloads are not the compiler's fault.
    quietly(workspace.cargo().args(["fetch", "--locked"]))?;
    let folder = workspace.target.join("bench-build");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    let mut build = workspace.cargo();
    build.args(["build", "--release", "--package", "zqos"]).args(features);
    build.arg("--target-dir").arg(&folder);
    let start = Instant::now();
    quietly(&mut build)?;
    let seconds = start.elapsed().as_secs_f64();
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    Ok(seconds)
}
