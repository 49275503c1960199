//! What `zqos serve` serves is what it describes, and Prometheus can read it.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::install;
use crate::{
    process::{found, quietly},
    served::{Credentials, Served},
    store::emptied,
    workspace::Workspace,
};

/// What is drawn to be asked for.
const SEED: &str = "2026";
/// How many questions there are of each kind, beside those that the description leads to by itself.
const EXAMPLES: &str = "6";
/// What must be so of each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
/// How long Prometheus may take until it has scraped.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks what the description allows, and what it does not.
pub(super) fn as_described(
    served: &Served,
    credentials: &Credentials,
    workspace: &Workspace,
) -> Result<()> {
    let mut ask = Command::new(install::python(workspace)?.with_file_name("schemathesis"));
    ask.args(["run", "--url", served.url(), "--auth", &credentials.pair()]);
    ask.args(["--seed", SEED, "--max-examples", EXAMPLES, "--checks", CHECKS]);
    ask.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color"]);
    // It never ends.
    ask.args(["--exclude-path", "/api/v1/live"]);
    // Whoever signs out is signed out.
    ask.args(["--exclude-path", "/api/v1/sign-out"]);
    ask.arg(format!("{}/api/openapi.json", served.url()));
    quietly(ask.current_dir(emptied(workspace.target.join("third-party/schemathesis"))?)).map(drop)
}

/// Lets Prometheus scrape, and its tool read what is scraped and the rules.
pub(super) fn by_prometheus(
    served: &Served,
    credentials: &Credentials,
    workspace: &Workspace,
) -> Result<()> {
    let rules = workspace.root.join("deploy/prometheus/zqos.rules.yml");
    quietly(Command::new("promtool").args(["check", "rules"]).arg(&rules))?;
    let folder = emptied(workspace.target.join("third-party/prometheus"))?;
    let (name, secret) = credentials.both();
    let target = served.url().trim_start_matches("http://");
    fs::write(folder.join("secret"), secret)?;
    let config = format!(
        "scrape_configs:\n  - job_name: zqos\n    scrape_interval: 1s\n    basic_auth: {{ username: {name}, \
         password_file: {}/secret }}\n    static_configs: [{{ targets: ['{target}'] }}]\n\
         rule_files: ['{}']\n",
        folder.display(),
        rules.display(),
    );
    let file = folder.join("prometheus.yml");
    fs::write(&file, config)?;
    quietly(Command::new("promtool").args(["check", "config"]).arg(&file))?;
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--user", &credentials.pair()]);
    let scraped = folder.join("metrics");
    fs::write(&scraped, quietly(curl.arg(format!("{}/metrics", served.url())))?)?;
    // It reads standard input alone.
    let mut check = Command::new("sh");
    quietly(check.args(["-c", "promtool check metrics < \"$0\""]).arg(&scraped))?;
    let prometheus = Prometheus::start(&folder, &file)?;
    let up = prometheus.wait_for("up{job=\"zqos\"} == 1")?;
    ensure!(up.len() == 1, "{up:?} instead of one that is up");
    let ours = prometheus.ask("count({__name__=~\"zqos_.+\"})")?;
    let count = ours.first().and_then(|sample| sample["value"][1].as_str()?.parse::<u32>().ok());
    ensure!(count.is_some_and(|count| count >= 10), "only {ours:?} series were scraped");
    Ok(())
}

/// A running Prometheus. Dropping it ends it.
struct Prometheus {
    child: Child,
    address: String,
}

impl Prometheus {
    fn start(folder: &Path, config: &Path) -> Result<Self> {
        // It tells nobody which port it was given, so it is told one that was free.
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let mut command = Command::new(found("prometheus").context("no prometheus")?);
        command.arg(format!("--config.file={}", config.display()));
        command.arg(format!("--storage.tsdb.path={}", folder.join("data").display()));
        command.arg(format!("--web.listen-address={address}"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(fs::File::create(folder.join("log"))?);
        Ok(Self { child: command.spawn().context("cannot start prometheus")?, address })
    }

    /// The samples that a query finds.
    fn ask(&self, query: &str) -> Result<Vec<Value>> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--data-urlencode"]);
        curl.arg(format!("query={query}")).arg(format!("http://{}/api/v1/query", self.address));
        let told: Value = serde_json::from_slice(&quietly(&mut curl)?)?;
        Ok(told["data"]["result"].as_array().cloned().unwrap_or_default())
    }

    /// The same, as soon as it finds any.
    fn wait_for(&self, query: &str) -> Result<Vec<Value>> {
        let start = Instant::now();
        loop {
            match self.ask(query) {
                Ok(samples) if !samples.is_empty() => return Ok(samples),
                Err(error) if start.elapsed() > PATIENCE => return Err(error),
                _ if start.elapsed() > PATIENCE => bail!("Prometheus found nothing by `{query}`"),
                // It starts, or has not scraped yet, and tells nobody when it has.
                _ => thread::sleep(Duration::from_millis(200)),
            }
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Fails only for a program that has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
