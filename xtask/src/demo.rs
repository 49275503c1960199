//! The main job, without a Zoom account.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitCode, Stdio},
};

use anyhow::{Context, Result};

use crate::{passed_on, workspace::Workspace, zqos::Zqos};

/// Builds zqos, starts a simulated Zoom, lets zqos fetch one participant's report of a past meeting
/// from it, and ends as that does.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let zqos = Zqos::release(workspace)?;
    let simulator = Simulator::start(&zqos)?;
    eprint!("{}", simulator.introduction);

    let mut get = zqos.command_with(&simulator.settings);
    get.args(&simulator.get);
    eprintln!("$ zqos {}", simulator.get.join(" "));
    let status = get.stdin(Stdio::null()).status().context("cannot start zqos")?;
    Ok(passed_on(status))
}

/// A running `zqos sim`. Dropping it ends it.
struct Simulator {
    child: Child,
    /// What it printed.
    introduction: String,
    /// Names and values that make zqos find it.
    settings: Vec<(String, String)>,
    /// The arguments of the first report that it offers.
    get: Vec<String>,
}

impl Simulator {
    fn start(zqos: &Zqos) -> Result<Self> {
        let mut child = Command::new(zqos.path())
            .args(["sim", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start `zqos sim`")?;
        let stdout = child.stdout.take();
        let mut simulator =
            Self { child, introduction: String::new(), settings: Vec::new(), get: Vec::new() };
        // It listens before it prints the first line, so nothing has to be waited for.
        for line in BufReader::new(stdout.context("its output is piped")?).lines() {
            let line = line.context("cannot read what `zqos sim` prints")?;
            simulator.introduction.push_str(&line);
            simulator.introduction.push('\n');
            if let Some(settings) = line.strip_prefix("export ") {
                let pairs = settings.split(' ').filter_map(|pair| pair.split_once('='));
                simulator.settings.extend(pairs.map(|(name, value)| (name.into(), value.into())));
            }
            if let Some(arguments) = line.strip_prefix("zqos ") {
                simulator.get =
                    arguments.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect();
                return Ok(simulator);
            }
        }
        anyhow::bail!("`zqos sim` offered no report:\n{}", simulator.introduction)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Fails only for a program that has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
