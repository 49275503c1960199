//! What cargo knows about the workspace.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::quietly;

/// The workspace that xtask belongs to.
pub(crate) struct Workspace {
    /// The folder of the workspace's manifest; every chore runs there.
    pub(crate) root: PathBuf,
    /// Where builds go, and whatever else may be deleted.
    pub(crate) target: PathBuf,
    /// The names of its packages.
    pub(crate) members: Vec<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Self> {
        let mut metadata = cargo();
        metadata.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]);
        metadata.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let metadata: Value = serde_json::from_slice(&quietly(&mut metadata)?)?;
        Self::from_metadata(&metadata)
            .context("the output of `cargo metadata` lacks what is documented")
    }

    fn from_metadata(metadata: &Value) -> Option<Self> {
        let members = metadata["packages"].as_array()?.iter();
        Some(Self {
            root: metadata["workspace_root"].as_str()?.into(),
            target: metadata["target_directory"].as_str()?.into(),
            members: members
                .map(|package| package["name"].as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
        })
    }

    /// Cargo, started in the root of the workspace.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = cargo();
        cargo.current_dir(&self.root);
        cargo
    }
}

/// The cargo that runs xtask, of which `cargo run` leaves the path.
///
/// What it tells xtask of itself is taken away: the build scripts of some packages run again when that is
/// other than it was by hand, and with them all that stands on these packages is built again.
fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    cargo
}
