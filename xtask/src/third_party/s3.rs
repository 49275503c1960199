//! A store on S3, which moto simulates: what two machines keep there, polars finds.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::install;
use crate::{
    process::{around_proxies, quietly},
    store::{Saved, emptied, save_a_day},
    workspace::Workspace,
    zqos::Zqos,
};

const BUCKET: &str = "zqos-archive";
const STORE: &str = "s3://zqos-archive/below/it";
/// moto takes these like any.
const CREDENTIALS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "third-party"),
    ("AWS_SECRET_ACCESS_KEY", "third-party-secret"),
    ("AWS_REGION", "eu-central-1"),
];
const TABLES: [&str; 3] = ["participants", "stream_samples", "zoom_raw"];

/// Imports, compacts and forgets there.
pub(super) fn run(zqos: &Zqos, workspace: &Workspace) -> Result<()> {
    let folder = emptied(workspace.target.join("third-party/s3"))?;
    let day = save_a_day(zqos, &folder)?;
    let largest = day.first().context("there was no meeting")?;
    let zqos = Zqos::with_s3(workspace)?;
    let service = Service::start(workspace)?;
    let [here, there] = ["here", "there"].map(|machine| Machine {
        zqos: &zqos,
        service: &service,
        log: folder.join(machine),
    });

    for saved in &day {
        here.import(saved)?;
    }
    // What another machine imports again stands there twice until compaction.
    there.import(largest)?;
    let [rows, keys] = compare(&here, workspace).context("after imports")?;
    ensure!(rows > keys, "nothing of {rows} rows came twice");

    there.run(&["store", "compact"])?;
    let [sealed, sealed_keys] = compare(&here, workspace).context("after compaction")?;
    ensure!([sealed, sealed_keys] == [keys, keys], "{keys} keys have become {sealed} rows");
    here.run(&["store", "verify"])?;

    let one = here.one("SELECT email FROM participants WHERE email IS NOT NULL LIMIT 1")?;
    let email = one["email"].as_str().context("nobody has an e-mail address")?;
    here.run(&["store", "forget", email])?;
    there.import(largest)?;
    let found = service.read(workspace)?;
    let emails = found["participants"]["emails"].as_array().context("no e-mail addresses")?;
    ensure!(!emails.iter().any(|known| known == email), "somebody who was forgotten is there");
    compare(&there, workspace).context("after an erasure").map(drop)
}

/// How many rows of stream samples there are, and of how many keys: polars and zqos must agree.
fn compare(machine: &Machine<'_>, workspace: &Workspace) -> Result<[u64; 2]> {
    let found = machine.service.read(workspace)?;
    for table in TABLES {
        let count = machine.one(&format!("SELECT count(*) AS n FROM stored.{table}"))?;
        ensure!(
            found[table]["rows"] == count["n"],
            "polars finds in {table}: {}, zqos: {count}",
            found[table]
        );
    }
    let sums = machine.one(
        "SELECT sum(latency_ms) AS latency, count(*) AS rows, \
           (SELECT count(*) FROM stream_samples) AS keys FROM stored.stream_samples",
    )?;
    let [by_polars, by_zqos] = [&found["stream_samples"]["latency"], &sums["latency"]]
        .map(|sum| sum.as_f64().unwrap_or_default());
    ensure!(by_zqos > 0.0, "no stream sample has a latency");
    ensure!((by_polars - by_zqos).abs() <= 1e-9 * by_zqos, "latencies: {by_polars}, {by_zqos}");
    let number = |name: &str| sums[name].as_u64().context("no number");
    Ok([number("rows")?, number("keys")?])
}

/// A machine that writes to the store, by the folder of its write-ahead log.
struct Machine<'m> {
    zqos: &'m Zqos,
    service: &'m Service,
    log: PathBuf,
}

impl Machine<'_> {
    fn import(&self, saved: &Saved) -> Result<()> {
        let mut import = self.zqos.unconfigured();
        import.args(["import", "--meeting", saved.uuid()]).args(saved.files());
        self.finish(&mut import).map(drop)
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        self.finish(self.zqos.unconfigured().args(arguments))
    }

    /// The only row of an answer.
    fn one(&self, query: &str) -> Result<Value> {
        let row = self.run(&["sql", query, "--format", "ndjson"])?;
        serde_json::from_slice(&row).with_context(|| format!("not one row answers `{query}`"))
    }

    fn finish(&self, command: &mut Command) -> Result<Vec<u8>> {
        command.args(["--store", STORE, "--log"]).arg(&self.log).envs(self.service.settings());
        quietly(command)
    }
}

/// moto, which ends with this.
struct Service {
    child: Child,
    url: String,
}

impl Service {
    fn start(workspace: &Workspace) -> Result<Self> {
        let mut serve = script(workspace, "serve-s3.py")?;
        serve.arg(BUCKET).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut service =
            Self { child: serve.spawn().context("cannot start moto")?, url: String::new() };
        // It listens before it prints.
        let stdout = service.child.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(stdout).lines();
        service.url = loop {
            let line = lines.next().context("moto ended before it listened")?;
            let line = line.context("cannot read what moto prints")?;
            if line.starts_with("http://") {
                break line;
            }
        };
        Ok(service)
    }

    fn settings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("AWS_ENDPOINT_URL", self.url.as_str())].into_iter().chain(CREDENTIALS)
    }

    /// What polars finds.
    fn read(&self, workspace: &Workspace) -> Result<Value> {
        let mut read = script(workspace, "read-s3.py")?;
        read.arg(STORE).args(TABLES).envs(self.settings());
        serde_json::from_slice(&quietly(&mut read)?).context("the script printed no JSON")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Nothing of it is to be kept.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A script of those for Python.
fn script(workspace: &Workspace, name: &str) -> Result<Command> {
    let mut script = Command::new(install::python(workspace)?);
    script.arg(install::sources(workspace).join(name)).envs(CREDENTIALS);
    around_proxies(&mut script);
    Ok(script)
}
