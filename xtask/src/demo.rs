//! The main job on real input, without a Zoom account.

use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};
use zqos_replay::{Response, Routes, Server, fixtures};

use crate::{
    passed_on, process,
    workspace::Workspace,
    zqos::{Zqos, api_base},
};

const TOKEN: &str = "demo";
/// The participant of the replayed report.
const PARTICIPANT: &str = "1670000000";

/// Builds zqos, lets it fetch Zoom's published example from a local server, and ends as it does.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let zqos = Zqos::release(workspace)?;
    let path =
        format!("/v2/metrics/meetings/{}/participants/{PARTICIPANT}/qos", fixtures::MEETING_NUMBER);
    let server = Server::start(Routes::new().on(
        "GET",
        path,
        Response::new(200).json(fixtures::seed_report()),
    ))?;

    let mut get = zqos.command(&server, TOKEN);
    get.args(["get", fixtures::MEETING_NUMBER, PARTICIPANT]);
    eprintln!(
        "$ ZOOM_API_BASE={} ZOOM_ACCESS_TOKEN={TOKEN} {}",
        api_base(&server),
        process::shown(&get)
    );
    let status = get.stdin(Stdio::null()).status().context("cannot start zqos")?;
    Ok(passed_on(status))
}
