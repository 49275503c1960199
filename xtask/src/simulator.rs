//! `zqos sim`, started for a chore.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};

use crate::zqos::Zqos;

/// A running `zqos sim`. Dropping it ends it.
pub(crate) struct Simulator {
    child: Child,
    /// What it printed.
    pub(crate) introduction: String,
    /// Names and values that make zqos find it.
    pub(crate) settings: Vec<(String, String)>,
    /// The arguments of the first report that it offers.
    pub(crate) get: Vec<String>,
}

impl Simulator {
    /// Starts one on a free port, with these arguments besides. What it remarks goes to `remarks`.
    pub(crate) fn start(zqos: &Zqos, arguments: &[&str], remarks: Stdio) -> Result<Self> {
        let mut child = Command::new(zqos.path())
            .args(["sim", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(remarks)
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
        let mut remarks = String::new();
        if let Some(mut stderr) = simulator.child.stderr.take() {
            stderr.read_to_string(&mut remarks).context("cannot read what `zqos sim` remarks")?;
        }
        anyhow::bail!("`zqos sim` offered no report:\n{}{remarks}", simulator.introduction)
    }

    /// The value of one of the settings.
    pub(crate) fn setting(&self, name: &str) -> Result<&str> {
        setting(&self.settings, name)
    }

    /// The seconds of processor time that it has used, in its own code and in the system's.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        let stat = self.told_by_the_system("stat")?;
        // The name of the program, in parentheses, may hold anything.
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok());
        // `USER_HZ` is 100 wherever it matters.
        Ok(f64::from(ticks.sum::<u32>()) / 100.0)
    }

    /// The most memory that it has held, in KiB.
    pub(crate) fn peak_kib(&self) -> Result<u32> {
        let status = self.told_by_the_system("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.context("the system tells no peak of memory")
    }

    fn told_by_the_system(&self, what: &str) -> Result<String> {
        let path = format!("/proc/{}/{what}", self.child.id());
        fs::read_to_string(&path).with_context(|| format!("measured on Linux only, by `{path}`"))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Fails only for a program that has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The value of one of some settings.
pub(crate) fn setting<'s>(settings: &'s [(String, String)], name: &str) -> Result<&'s str> {
    let found = settings.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str()).with_context(|| format!("nobody says {name}"))
}

/// A meeting's number or UUID as Zoom wants to find it in a path.
pub(crate) fn encoded_twice(id: &str) -> String {
    id.replace('/', "%252F").replace('+', "%252B").replace('=', "%253D")
}
