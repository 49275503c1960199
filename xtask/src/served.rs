//! `zqos serve`, or the dashboard of `zqos demo`, started for a chore.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{process::quietly, zqos::Zqos};

/// A running `zqos serve` or `zqos demo`. Dropping it ends it.
pub(crate) struct Served {
    child: Child,
    url: String,
    sign_in: String,
}

impl Served {
    /// Starts a server of a store on a free port, with these arguments besides.
    pub(crate) fn start(zqos: &Zqos, store: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = zqos.unconfigured();
        command.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(store).args(arguments);
        Self::from(command)
    }

    /// Starts a demonstration, and waits until it shows its dashboard.
    pub(crate) fn demo(zqos: &Zqos, arguments: &[&str]) -> Result<Self> {
        let mut command = zqos.unconfigured();
        command.arg("demo").args(arguments);
        Self::from(command)
    }

    fn from(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start zqos")?;
        let stderr = child.stderr.take().context("its remarks are piped")?;
        let mut served = Self { child, url: String::new(), sign_in: String::new() };
        let mut lines = BufReader::new(stderr).lines();
        let mut remarks = String::new();
        // It listens before it says so.
        for line in &mut lines {
            let line = line?;
            if let Some(url) = line.strip_prefix("ready ") {
                url.clone_into(&mut served.url);
            } else if let Some(told) = line.strip_prefix("sign in") {
                let (_, url) = told.split_once(": ").context("no address to sign in at")?;
                url.clone_into(&mut served.sign_in);
                // What it remarks later nobody reads; it must not wait for that.
                thread::spawn(move || lines.for_each(drop));
                return Ok(served);
            }
            remarks.push_str(&line);
            remarks.push('\n');
        }
        anyhow::bail!("zqos did not come to show its dashboard:\n{remarks}")
    }

    /// The address at which a browser signs in, once.
    pub(crate) fn sign_in(&self) -> &str {
        &self.sign_in
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The most memory that it has held, in KiB.
    pub(crate) fn peak_kib(&self) -> Result<u32> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path)
            .with_context(|| format!("measured on Linux only, by `{path}`"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.context("the system tells no peak of memory")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Fails only for a program that has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a program signs in with.
pub(crate) struct Credentials(Value);

impl Credentials {
    /// Makes some for a store.
    pub(crate) fn add(zqos: &Zqos, store: &Path, role: &str) -> Result<Self> {
        let mut command = zqos.unconfigured();
        command.args(["client", "add", "chore", "--role", role, "--format", "json", "--store"]);
        let told = quietly(command.arg(store))?;
        Ok(Self(serde_json::from_slice(&told).context("`zqos client add` told no JSON")?))
    }

    fn get(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    /// Name and password of HTTP Basic.
    pub(crate) fn both(&self) -> (&str, &str) {
        (self.get("client_id"), self.get("client_secret"))
    }

    /// The same as one text.
    pub(crate) fn pair(&self) -> String {
        let (name, password) = self.both();
        format!("{name}:{password}")
    }

    /// Names and values that make clients of Zoom find the archive.
    pub(crate) fn settings(&self, served: &Served) -> Vec<(String, String)> {
        let base = served.url();
        [
            ("ZOOM_API_BASE", format!("{base}/v2")),
            ("ZOOM_OAUTH_BASE", base.to_owned()),
            ("ZOOM_ACCOUNT_ID", self.get("account_id").to_owned()),
            ("ZOOM_CLIENT_ID", self.get("client_id").to_owned()),
            ("ZOOM_CLIENT_SECRET", self.get("client_secret").to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// A token for the archive.
    pub(crate) fn token(&self, served: &Served) -> Result<String> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--user"]).arg(self.pair());
        curl.args(["--data", "grant_type=account_credentials", "--data-urlencode"]);
        curl.arg(format!("account_id={}", self.get("account_id")));
        let told = quietly(curl.arg(format!("{}/oauth/token", served.url())))?;
        let told: Value = serde_json::from_slice(&told)?;
        told["access_token"].as_str().map(str::to_owned).context("no token was granted")
    }
}
