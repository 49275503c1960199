//! Programs of others accept what `zqos get --print-request` prints (curl its command, newman its
//! Postman item), work on what `zqos sim` simulates, and read what `zqos import` keeps.

pub(crate) mod install;
mod s3;
mod served;
mod simulated;
mod tables;

use std::{fs, process::Command};

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

/// Sends each printed request with each program and compares what arrives on both sides; then lets
/// clients of Zoom's ask the simulated one, and readers of tables read the store's.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let zqos = Zqos::debug(workspace)?;
    let cases = cases();
    send_with_curl(&zqos, &cases).context("what zqos prints for curl")?;
    send_with_newman(&zqos, &cases, workspace).context("what zqos prints for newman")?;
    simulated::run(&zqos, workspace).context("what zqos simulates")?;
    tables::run(&zqos, workspace).context("what zqos keeps")
}

/// Lets a store on a simulated S3 be filled, looked after and read.
pub(crate) fn on_s3(workspace: &Workspace) -> Result<()> {
    s3::run(&Zqos::debug(workspace)?, workspace).context("what zqos keeps on S3")
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
    run_newman(workspace, "printed", &items, &api_base(&server), TOKEN)?;
    expect_requests(cases, &server.requests())
}

/// Runs the items as a collection whose variables are these.
fn run_newman(
    workspace: &Workspace,
    name: &str,
    items: &[Value],
    api_base: &str,
    token: &str,
) -> Result<()> {
    let collection = json!({
        "info": {
            "name": name,
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": items,
    });
    let folder = install::node_packages(workspace)?;
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, collection.to_string())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    let mut newman = Command::new(folder.join("node_modules/.bin/newman"));
    newman.arg("run").arg(&path).args(["--color", "off"]);
    newman.args(["--env-var", &format!("baseUrl={api_base}")]);
    newman.args(["--env-var", &format!("accessToken={token}")]);
    quietly(around_proxies(&mut newman)).map(drop)
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
    let body = Value::from(case.body);
    add_test(&mut item, case.status, &format!("pm.expect(pm.response.text()).to.eql({body})"));
    Ok(item)
}

/// Makes newman compare the status of an item's answer, and run an expression on its body.
fn add_test(item: &mut Value, status: u16, expectation: &str) {
    let script = [
        format!("pm.test('status', () => pm.response.to.have.status({status}));"),
        format!("pm.test('body', () => {expectation});"),
    ];
    item["event"] = json!([{ "listen": "test", "script": { "exec": script } }]);
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
