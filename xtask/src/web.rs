//! The dashboard, built of its sources.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    process::{loudly, quietly},
    served::Served,
    workspace::Workspace,
    zqos::Zqos,
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

/// Builds it, runs its own tests, and walks through every page of it in a browser, on answers that are invented by the
/// API's contract.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    build(workspace)?;
    npm(workspace, &["test"])?;
    let _mock = Mock::start(workspace)?;
    npm(workspace, &["run", "walk"])
}

/// When the demonstration takes place: whose week that is does not matter to what is checked, but it is the same
/// every time.
const DEMO: [&str; 4] = ["--now", "2026-11-20T12:00:00Z", "--tz", "UTC"];

/// Walks through what `zqos demo` shows, answered by the real server of a real store.
pub(crate) fn walk_demo(workspace: &Workspace) -> Result<()> {
    build(workspace)?;
    let zqos = Zqos::debug(workspace)?;
    let demo = Served::demo(&zqos, &DEMO)?;
    let (base, sign_in) = (demo.url(), demo.sign_in());
    // This build is slow.
    let walk = ["--base", base, "--sign-in", sign_in, "--patience", "180"];
    npm(workspace, &[&["run", "walk", "--"], &walk[..]].concat())
}

/// The server that invents answers. Dropping it ends it.
struct Mock(Child);

impl Mock {
    fn start(workspace: &Workspace) -> Result<Self> {
        let mut node = Command::new("node");
        node.arg("mock/server.mjs").current_dir(workspace.root.join("web"));
        node.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = node.spawn().context("cannot start node")?;
        let stdout = child.stdout.take().context("its output is piped")?;
        let mock = Self(child);
        // It listens before it says anything.
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        ensure!(!line.is_empty(), "the server that invents answers did not start");
        Ok(mock)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // Fails only for a program that has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn npm(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let mut npm = Command::new("npm");
    quietly(npm.args(arguments).current_dir(workspace.root.join("web")))
        .map(drop)
        .with_context(|| format!("npm {}", arguments.join(" ")))
}
