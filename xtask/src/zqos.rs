//! The binary under test, run against a local server and away from its user's settings.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use zqos_replay::Server;

use crate::{
    process::{around_proxies, loudly, quietly},
    workspace::Workspace,
};

/// A build of zqos.
pub(crate) struct Zqos {
    path: PathBuf,
    /// A folder that does not exist, for programs to find no configuration in.
    nowhere: PathBuf,
}

impl Zqos {
    /// Builds what asks Zoom, or a simulated one, as users run it, with cargo's progress shown.
    /// Without the query engine, which takes most of an hour, and nothing here measures.
    pub(crate) fn release(workspace: &Workspace) -> Result<Self> {
        let mut build = workspace.cargo();
        build.args(["build", "--release", "--package", "zqos"]);
        loudly(build.args(["--no-default-features", "--features", "fetch,sim"]))?;
        Ok(Self::at("release", workspace))
    }

    /// Builds everything as users run it, and the examples that measure the store, with cargo's progress
    /// shown.
    pub(crate) fn release_with_store(workspace: &Workspace) -> Result<Self> {
        let mut build = workspace.cargo();
        build.args(["build", "--release", "--package", "zqos", "--bins"]);
        for example in ["fill_store", "fill_rollups", "ask_store"] {
            build.args(["--example", example]);
        }
        loudly(&mut build)?;
        Ok(Self::at("release", workspace))
    }

    /// One of the examples that were built with it.
    pub(crate) fn example(&self, name: &str) -> PathBuf {
        self.path.with_file_name("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Builds what the tests have built: asked for alone, it would want other features of what it
    /// stands on, and all of that anew.
    pub(crate) fn debug(workspace: &Workspace) -> Result<Self> {
        quietly(workspace.cargo().args(["test", "--workspace", "--no-run"]))?;
        Ok(Self::at("debug", workspace))
    }

    /// The same with stores on S3.
    pub(crate) fn with_s3(workspace: &Workspace) -> Result<Self> {
        quietly(workspace.cargo().args([
            "test",
            "--workspace",
            "--no-run",
            "--features",
            "zqos/s3",
        ]))?;
        let built = Self::at("debug", workspace);
        // Out of the way of what is built next.
        let path =
            workspace.target.join("third-party").join(format!("zqos{}", env::consts::EXE_SUFFIX));
        std::fs::copy(&built.path, &path)
            .with_context(|| format!("cannot copy to `{}`", path.display()))?;
        Ok(Self { path, ..built })
    }

    fn at(profile: &str, workspace: &Workspace) -> Self {
        Self {
            path: workspace.target.join(profile).join(format!("zqos{}", env::consts::EXE_SUFFIX)),
            nowhere: workspace.target.join("no-configuration"),
        }
    }

    /// The executable.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The binary without any configuration.
    pub(crate) fn unconfigured(&self) -> Command {
        let mut command = Command::new(&self.path);
        self.forget_settings(&mut command);
        command
    }

    /// The binary with a token for `server` as its whole configuration.
    pub(crate) fn command(&self, server: &Server, token: &str) -> Command {
        let mut command = Command::new(&self.path);
        self.configure(&mut command, server, token);
        command
    }

    /// Makes `server` and `token` all that a zqos started by `command` knows.
    pub(crate) fn configure(&self, command: &mut Command, server: &Server, token: &str) {
        self.forget_settings(command)
            .env("ZOOM_API_BASE", api_base(server))
            .env("ZOOM_ACCESS_TOKEN", token);
    }

    fn forget_settings<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        for (name, _) in env::vars_os() {
            if is_setting(&name) {
                command.env_remove(name);
            }
        }
        around_proxies(command).env("XDG_CONFIG_HOME", &self.nowhere)
    }
}

/// The root of the API on a local server.
pub(crate) fn api_base(server: &Server) -> String {
    format!("{}/v2", server.url())
}

fn is_setting(name: &OsStr) -> bool {
    ["ZOOM_", "ZQOS_"].iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
}
