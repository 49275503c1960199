//! The smallest zqos, built from nothing.

use std::{fs, time::Instant};

use anyhow::{Context, Result};

use super::Claim;
use crate::{process::quietly, workspace::Workspace};

pub(super) fn run(workspace: &Workspace) -> Result<Vec<Claim>> {
    // Downloads are not the compiler's fault.
    quietly(workspace.cargo().args(["fetch", "--locked"]))?;
    let folder = workspace.target.join("bench-build");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    let mut build = workspace.cargo();
    build.args([
        "build",
        "--release",
        "--package",
        "zqos",
        "--no-default-features",
        "--features",
        "fetch",
    ]);
    build.arg("--target-dir").arg(&folder);
    let start = Instant::now();
    quietly(&mut build)?;
    let seconds = start.elapsed().as_secs_f64();
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    Ok(vec![Claim {
        what: "build of zqos with `fetch` alone, seconds".to_owned(),
        measured: seconds,
        at_most: 180.0,
    }])
}
