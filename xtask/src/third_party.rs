//! Programs of others accept what `zqos get --print-request` prints: curl its command, newman its
//! Postman item.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use zqos_replay::{Recorded, Response, Routes, Server, fixtures};

use crate::{
    process::{around_proxies, quietly},
    workspace::Workspace,
    zqos::{Zqos, api_base},
};

/// What the printed requests are sent with, and must not hold themselves.
const TOKEN: &str = "third-party-secret";
const PARTICIPANT: &str = "1670000000";

/// The three answers that Zoom documents for the report.
struct Case {
    meeting: &'static str,
    status: u16,
    body: &'static str,
}

fn cases() -> [Case; 3] {
    [
        Case { meeting: "93201235621", status: 200, body: fixtures::seed_report() },
        Case {
            meeting: "93201235622",
            status: 400,
            body: r#"{"code":300,"message":"Can not access webinar info, 93201235622."}"#,
        },
        Case {
            meeting: "93201235623",
            status: 404,
            body: r#"{"code":3001,"message":"This meeting's detail info is not available."}"#,
        },
    ]
}

impl Case {
    fn path(&self) -> String {
        format!("/v2/metrics/meetings/{}/participants/{PARTICIPANT}/qos", self.meeting)
    }
}

/// Sends each printed request with each program and compares what arrives on both sides.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let zqos = Zqos::debug(workspace)?;
    let cases = cases();
    send_with_curl(&zqos, &cases).context("what zqos prints for curl")?;
    send_with_newman(&zqos, &cases, workspace).context("what zqos prints for newman")
}

fn send_with_curl(zqos: &Zqos, cases: &[Case]) -> Result<()> {
    let server = serve(cases)?;
    for case in cases {
        let mut shell = Command::new("sh");
        shell.args(["-c", &printed(zqos, &server, case, "curl")?]).env("ZOOM_ACCESS_TOKEN", TOKEN);
        let body = quietly(around_proxies(&mut shell))?;
        ensure!(body == case.body.as_bytes(), "another body arrived for {}", case.meeting);
    }
    expect_requests(cases, &server.requests())
}

fn send_with_newman(zqos: &Zqos, cases: &[Case], workspace: &Workspace) -> Result<()> {
    let server = serve(cases)?;
    let items = cases
        .iter()
        .map(|case| tested_item(&printed(zqos, &server, case, "postman")?, case))
        .collect::<Result<Vec<Value>>>()?;
    let collection = json!({
        "info": {
            "name": "Requests printed by zqos",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": items,
    });
    let mut newman = Command::new(installed_newman(workspace)?);
    let path = folder(workspace).join("collection.json");
    fs::write(&path, collection.to_string())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    newman.arg("run").arg(&path).args(["--color", "off"]);
    newman.args(["--env-var", &format!("baseUrl={}", api_base(&server))]);
    newman.args(["--env-var", &format!("accessToken={TOKEN}")]);
    quietly(around_proxies(&mut newman))?;
    expect_requests(cases, &server.requests())
}

/// Where newman is installed.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("third-party")
}

fn serve(cases: &[Case]) -> Result<Server> {
    let routes = cases.iter().fold(Routes::new(), |routes, case| {
        routes.on("GET", case.path(), Response::new(case.status).json(case.body))
    });
    Ok(Server::start(routes)?)
}

/// The request as zqos prints it for `program`, which must not tell the token.
fn printed(zqos: &Zqos, server: &Server, case: &Case, program: &str) -> Result<String> {
    let mut get = zqos.command(server, TOKEN);
    let text = quietly(get.args(["get", case.meeting, PARTICIPANT, "--print-request", program]))?;
    let text = String::from_utf8(text)?;
    ensure!(!text.contains(TOKEN), "the request printed for {program} holds the token");
    Ok(text)
}

/// The printed item with assertions on its answer, which newman runs.
fn tested_item(printed: &str, case: &Case) -> Result<Value> {
    let mut item: Value =
        serde_json::from_str(printed).context("the printed Postman item is not JSON")?;
    let script = [
        format!("pm.test('status', () => pm.response.to.have.status({}));", case.status),
        format!(
            "pm.test('body', () => pm.expect(pm.response.text()).to.eql({}));",
            Value::from(case.body)
        ),
    ];
    item.as_object_mut()
        .context("the printed Postman item is not an object")?
        .insert("event".to_owned(), json!([{ "listen": "test", "script": { "exec": script } }]));
    Ok(item)
}

/// The program got through to the server with one request per case, unchanged and with the token.
fn expect_requests(cases: &[Case], requests: &[Recorded]) -> Result<()> {
    let targets: Vec<&str> = requests.iter().map(|request| request.target.as_str()).collect();
    let expected: Vec<String> =
        cases.iter().map(|case| format!("{}?type=live", case.path())).collect();
    ensure!(targets == expected, "the server was asked for {targets:?} instead of {expected:?}");
    for request in requests {
        let credential = request.header("authorization");
        ensure!(
            credential == Some(&format!("Bearer {TOKEN}")),
            "the server was shown {credential:?}"
        );
    }
    Ok(())
}

/// Installs newman as the committed lock file says, unless that was done before, and returns its
/// executable.
fn installed_newman(workspace: &Workspace) -> Result<PathBuf> {
    let manifests = workspace.root.join("tests/third-party");
    let folder = folder(workspace);
    let newman = folder.join("node_modules/.bin/newman");
    let lock = "package-lock.json";
    if newman.exists() && read(&folder.join(lock))? == read(&manifests.join(lock))? {
        return Ok(newman);
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    for name in ["package.json", lock] {
        let (from, to) = (manifests.join(name), folder.join(name));
        fs::copy(&from, &to).with_context(|| format!("cannot copy `{}`", from.display()))?;
    }
    let mut install = Command::new("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
    quietly(&mut install)?;
    Ok(newman)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}
