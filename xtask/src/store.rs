//! A store of zqos's, and what is imported into it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process::quietly, simulator::Simulator, zqos::Zqos};

/// The tables that saved answers fill.
pub(crate) const TABLES: [&str; 5] =
    ["device_samples", "meetings", "participants", "stream_samples", "zoom_raw"];

/// What `zqos get`, `zqos participants` and `zqos meetings` printed of one meeting.
pub(crate) struct Saved {
    uuid: String,
    files: Vec<PathBuf>,
}

impl Saved {
    /// The meeting.
    pub(crate) fn uuid(&self) -> &str {
        &self.uuid
    }

    /// What was printed of it.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

/// Saves what a small simulated company's meetings of one day were like, the largest first.
pub(crate) fn save_a_day(zqos: &Zqos, folder: &Path) -> Result<Vec<Saved>> {
    let simulator = Simulator::start(
        zqos,
        &["--people", "30", "--limits", "off", "--now", "2026-11-20T09:07:00Z"],
        Stdio::null(),
    )?;
    let ask = |arguments: &[&str]| {
        let mut command = zqos.unconfigured();
        command.args(arguments).args(["--type", "past", "--format", "json"]);
        quietly(command.envs(simulator.settings.iter().cloned()))
    };
    let save = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok::<_, anyhow::Error>(path)
    };

    let list = ask(&["meetings", "--tz", "UTC", "--from", "2026-11-19", "--to", "2026-11-20"])?;
    let meetings = save("meetings.json", &list)?;
    let list: Value = serde_json::from_slice(&list).context("the list of meetings is not JSON")?;
    let mut rows = list["meetings"].as_array().context("there were no meetings")?.clone();
    rows.sort_by_key(|row| std::cmp::Reverse(row["participants"].as_u64()));
    let uuids = rows.iter().map(|row| row["uuid"].as_str().context("a meeting without a UUID"));
    let saved = uuids.enumerate().map(|(place, uuid)| {
        let uuid = uuid?;
        let participants = ask(&["participants", uuid])?;
        let participants = save(&format!("participants-{place}.json"), &participants)?;
        let reports = save(&format!("reports-{place}.json"), &ask(&["get", uuid])?)?;
        Ok(Saved { uuid: uuid.to_owned(), files: vec![meetings.clone(), participants, reports] })
    });
    saved.collect()
}

/// A store that does not exist at first.
pub(crate) struct Store<'z> {
    zqos: &'z Zqos,
    folder: PathBuf,
}

impl<'z> Store<'z> {
    pub(crate) fn new(zqos: &'z Zqos, folder: PathBuf) -> Self {
        Self { zqos, folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The import of a meeting for an account, not yet started.
    pub(crate) fn import(&self, account: &str, saved: &Saved) -> Command {
        let mut command = self.command(&["import", "--account", account, "--meeting", &saved.uuid]);
        command.args(&saved.files);
        command
    }

    pub(crate) fn compact(&self) -> Result<()> {
        quietly(&mut self.command(&["store", "compact"])).map(drop)
    }

    /// Fails when a file is damaged or gone.
    pub(crate) fn verify(&self) -> Result<()> {
        quietly(&mut self.command(&["store", "verify"])).map(drop)
    }

    /// A row for each table: how many files, rows and bytes it has.
    pub(crate) fn info(&self) -> Result<Vec<Value>> {
        let rows = quietly(&mut self.command(&["store", "info", "--format", "json"]))?;
        serde_json::from_slice(&rows).context("`zqos store info` printed no JSON")
    }

    /// The rows that a query finds.
    pub(crate) fn sql(&self, query: &str) -> Result<Vec<Value>> {
        let rows = self.sql_text(query)?;
        serde_json::Deserializer::from_slice(&rows)
            .into_iter()
            .collect::<Result<_, _>>()
            .with_context(|| format!("the answer to `{query}` is not JSON"))
    }

    /// The same as it is printed, a document a line.
    pub(crate) fn sql_text(&self, query: &str) -> Result<Vec<u8>> {
        quietly(&mut self.command(&["sql", query, "--format", "ndjson"]))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.zqos.unconfigured();
        command.args(arguments).arg("--store").arg(&self.folder);
        command
    }
}

/// An empty folder.
pub(crate) fn emptied(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    Ok(folder)
}
