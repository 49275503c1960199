//! Clients that others wrote for Zoom find in `zqos sim` what they ask Zoom for.

use std::{
    fs,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{add_test, install, run_newman};
use crate::{
    process::{around_proxies, quietly},
    served::{Credentials, Served},
    simulator::{Simulator, encoded_twice, setting},
    store::emptied,
    workspace::Workspace,
    zqos::Zqos,
};

/// A Friday on which several meetings have just begun.
const NOW: &str = "2026-11-20T09:07:00Z";

/// Lets each client ask a simulated Zoom.
pub(crate) fn run(zqos: &Zqos, workspace: &Workspace) -> Result<()> {
    // Before the clock of the simulator starts, on which meetings end.
    let node_packages = install::node_packages(workspace)?;
    let python = install::python(workspace)?;
    let sources = install::sources(workspace);

    let simulator = Simulator::start(zqos, &["--now", NOW], Stdio::piped())?;
    let zoom = Curl::sign_in(&simulator.settings)?;
    let cast = Cast::of(&zoom)?;
    zoom.expect_live_report(&cast.live).context("the documented curl command")?;
    send_documented_item(&zoom, &cast, workspace).context("newman on the documented item")?;

    let mut zoomus = Command::new(python);
    zoomus.arg(sources.join("zoomus_reports.py"));
    fetch_all(&zoom, &mut zoomus, &cast.awkward, 3).context("zoomus")?;

    // node looks for packages where the script lies.
    let script = node_packages.join("rivet_reports.mjs");
    install::copy(&sources.join("rivet_reports.mjs"), &script)?;
    let mut rivet = Command::new("node");
    fetch_all(&zoom, rivet.arg(&script), &cast.plain, 10).context("Rivet")?;

    // With nothing but another address and other credentials, the same clients get the same.
    let archive = Archive::start(zqos, workspace, &simulator).context("the archive")?;
    let kept = Curl::sign_in(&archive.settings).context("signing in to the archive")?;
    expect_the_same(&kept, &zoom, &cast).context("curl on the archive")?;
    let ended = [(&cast.plain.meeting, 404, 3001), (&cast.webinar, 400, 300)];
    let items: Vec<Value> = ended
        .into_iter()
        .map(|(meeting, status, code)| {
            let expectation = format!("pm.expect(pm.response.json().code).to.eql({code})");
            documented_item(workspace, meeting, &cast.plain.participant, status, &expectation)
        })
        .collect::<Result<_>>()?;
    let base = setting(&archive.settings, "ZOOM_API_BASE")?;
    run_newman(workspace, "archived", &items, base, &kept.token)
        .context("newman on the archive")?;
    let mut zoomus = Command::new(install::python(workspace)?);
    zoomus.arg(sources.join("zoomus_reports.py"));
    fetch_all(&kept, &mut zoomus, &cast.awkward, 3).context("zoomus on the archive")?;
    let mut rivet = Command::new("node");
    fetch_all(&kept, rivet.arg(script), &cast.plain, 10).context("Rivet on the archive")?;

    let Archive { served, credentials, .. } = &archive;
    super::served::by_prometheus(served, credentials, workspace).context("Prometheus")?;
    super::served::as_described(served, credentials, workspace).context("schemathesis")
}

/// Lists, participants and reports of what was collected are those that the simulator gave, value for value.
fn expect_the_same(kept: &Curl<'_>, zoom: &Curl<'_>, cast: &Cast) -> Result<()> {
    let days = ["type=past", "from=2026-11-18", "to=2026-11-19"];
    // Zoom documents no order of a list.
    let listed = |zoom: &Curl<'_>| -> Result<Vec<Value>> {
        let mut rows = zoom.list("meetings", &days)?;
        rows.sort_by_key(|row| row["uuid"].to_string());
        Ok(rows)
    };
    let expected = listed(zoom)?;
    ensure!(!expected.is_empty() && listed(kept)? == expected, "another list of meetings");
    for join in [&cast.plain, &cast.awkward] {
        let path = format!("meetings/{}/participants", encoded_twice(&join.meeting));
        let rows = ["type=past", "page_size=300"];
        let (found, expected) = (kept.get(&path, &rows)?, zoom.get(&path, &rows)?);
        ensure!(found["participants"] == expected["participants"], "other participants");
        let (found, expected) = (kept.report(join, "past")?, zoom.report(join, "past")?);
        ensure!(found == expected, "another report: {found}\ninstead of {expected}");
    }
    Ok(())
}

/// `zqos serve` on what was collected.
struct Archive {
    served: Served,
    credentials: Credentials,
    /// Names and values that make clients find it.
    settings: Vec<(String, String)>,
}

impl Archive {
    fn start(zqos: &Zqos, workspace: &Workspace, simulator: &Simulator) -> Result<Self> {
        let store = emptied(workspace.target.join("third-party/archive"))?.join("store");
        let mut collect = zqos.unconfigured();
        collect.args(["collect", "--from", "2026-11-16", "--to", "2026-11-20", "--tz", "UTC"]);
        collect.arg("--store").arg(&store).envs(simulator.settings.iter().cloned());
        quietly(&mut collect)?;
        let credentials = Credentials::add(zqos, &store, "analyst")?;
        let served = Served::start(zqos, &store, &[])?;
        let settings = credentials.settings(&served);
        Ok(Self { served, credentials, settings })
    }
}

/// One participant of a meeting.
struct Join {
    meeting: String,
    participant: String,
}

/// What the clients ask for.
struct Cast {
    /// Of a running meeting, known by its number.
    live: Join,
    /// Of an ended meeting with more participants than a page has, whose UUID needs no encoding:
    /// Rivet does none.
    plain: Join,
    /// Of an ended meeting whose UUID must be encoded twice.
    awkward: Join,
    /// The number of a webinar.
    webinar: String,
}

impl Cast {
    fn of(zoom: &Curl<'_>) -> Result<Self> {
        let past = zoom.list("meetings", &["type=past", "from=2026-11-18", "to=2026-11-19"])?;
        let running = zoom.list("meetings", &["type=live", "from=2026-11-20", "to=2026-11-20"])?;
        let webinars = zoom.list("webinars", &["type=past", "from=2026-11-16", "to=2026-11-20"])?;

        let uuid_of_past = |is_wanted: &dyn Fn(&str, u64) -> bool| {
            past.iter()
                .filter_map(|row| Some((row["uuid"].as_str()?, row["participants"].as_u64()?)))
                .find(|(uuid, participants)| is_wanted(uuid, *participants))
                .map(|(uuid, _)| uuid.to_owned())
        };
        let plain = uuid_of_past(&|uuid, participants| !uuid.contains('/') && participants > 10)
            .context("no large past meeting has a UUID without a slash")?;
        let awkward = uuid_of_past(&|uuid, participants| uuid.starts_with('/') && participants > 3)
            .context("no past meeting has a UUID that starts with a slash")?;
        // The one that began last, so that it does not end meanwhile.
        let live = running
            .iter()
            .max_by_key(|row| row["start_time"].as_str())
            .context("no meeting is running")?["id"]
            .to_string();
        Ok(Self {
            live: zoom.first_join(live, "live")?,
            plain: zoom.first_join(plain, "past")?,
            awkward: zoom.first_join(awkward, "past")?,
            webinar: webinars.first().context("there was no webinar")?["id"].to_string(),
        })
    }
}

/// Asks with curl, the way Zoom's documentation does.
struct Curl<'s> {
    settings: &'s [(String, String)],
    token: String,
}

impl<'s> Curl<'s> {
    fn sign_in(settings: &'s [(String, String)]) -> Result<Self> {
        let setting = |name| setting(settings, name);
        let client = [setting("ZOOM_CLIENT_ID")?, setting("ZOOM_CLIENT_SECRET")?].join(":");
        let account = format!("account_id={}", setting("ZOOM_ACCOUNT_ID")?);
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--user", &client]);
        curl.args(["-d", "grant_type=account_credentials", "-d", &account]);
        curl.arg(format!("{}/oauth/token", setting("ZOOM_OAUTH_BASE")?));
        let grant: Value = serde_json::from_slice(&quietly(around_proxies(&mut curl))?)?;
        let token = grant["access_token"].as_str().context("no token was given")?.to_owned();
        Ok(Self { settings, token })
    }

    /// The JSON below `/v2/metrics`.
    fn get(&self, path: &str, parameters: &[&str]) -> Result<Value> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "-G"]);
        for parameter in parameters {
            curl.args(["-d", parameter]);
        }
        curl.args(["-H", &format!("Authorization: Bearer {}", self.token)]);
        curl.arg(format!("{}/metrics/{path}", setting(self.settings, "ZOOM_API_BASE")?));
        let body = quietly(around_proxies(&mut curl))?;
        serde_json::from_slice(&body).with_context(|| format!("the answer to {path} is not JSON"))
    }

    /// The rows of `meetings` or `webinars`.
    fn list(&self, kind: &str, parameters: &[&str]) -> Result<Vec<Value>> {
        let page = self.get(kind, &[parameters, &["page_size=300"]].concat())?;
        Ok(page[kind].as_array().with_context(|| format!("no {kind} in the list of them"))?.clone())
    }

    /// The ids of a meeting's participants.
    fn participants(&self, meeting: &str, state: &str) -> Result<Vec<String>> {
        let path = format!("meetings/{}/participants", encoded_twice(meeting));
        let page = self.get(&path, &[&format!("type={state}"), "page_size=300"])?;
        user_ids(&page["participants"])
    }

    fn first_join(&self, meeting: String, state: &str) -> Result<Join> {
        let participants = self.participants(&meeting, state)?;
        let participant = participants.into_iter().next().context("nobody took part")?;
        Ok(Join { meeting, participant })
    }

    fn report(&self, Join { meeting, participant }: &Join, state: &str) -> Result<Value> {
        let path = format!("meetings/{}/participants/{participant}/qos", encoded_twice(meeting));
        self.get(&path, &[&format!("type={state}")])
    }

    fn expect_live_report(&self, join: &Join) -> Result<()> {
        let report = self.report(join, "live")?;
        ensure!(report["user_id"] == join.participant.as_str(), "another's report: {report}");
        ensure!(has_samples(&report), "a report without samples: {report}");
        Ok(())
    }
}

/// Zoom's own Postman item, which asks for a participant's report of a running meeting.
fn documented_item(
    workspace: &Workspace,
    meeting: &str,
    participant: &str,
    status: u16,
    expectation: &str,
) -> Result<Value> {
    let path = install::sources(workspace).join("seed-postman-item.json");
    let text = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut item: Value = serde_json::from_slice(&text)?;
    let request = &mut item["request"];
    // What the item leaves to whoever imports it.
    request["auth"]["oauth2"] = json!([
        { "key": "accessToken", "value": "{{accessToken}}", "type": "string" },
        { "key": "addTokenTo", "value": "header", "type": "string" },
    ]);
    request["url"]["variable"] = json!([
        { "key": "meetingId", "value": meeting },
        { "key": "participantId", "value": participant },
    ]);
    add_test(&mut item, status, expectation);
    Ok(item)
}

/// Runs Zoom's own Postman item: on a running meeting, on one that has ended, and on a webinar.
fn send_documented_item(zoom: &Curl<'_>, cast: &Cast, workspace: &Workspace) -> Result<()> {
    let item = |meeting: &str, status: u16, expectation: &str| {
        documented_item(workspace, meeting, &cast.live.participant, status, expectation)
    };
    let items = [
        item(&cast.live.meeting, 200, "pm.expect(pm.response.json().user_qos).to.not.be.empty")?,
        item(&cast.plain.meeting, 404, "pm.expect(pm.response.json().code).to.eql(3001)")?,
        item(&cast.webinar, 400, "pm.expect(pm.response.json().code).to.eql(300)")?,
    ];
    let base = setting(zoom.settings, "ZOOM_API_BASE")?;
    run_newman(workspace, "documented", &items, base, &zoom.token)
}

/// Lets a script fetch one report, and the reports of the whole meeting by pages, and compares them
/// with what curl gets.
fn fetch_all(zoom: &Curl<'_>, script: &mut Command, join: &Join, page_size: usize) -> Result<()> {
    script.args([&join.meeting, &join.participant, &page_size.to_string()]);
    script.envs(zoom.settings.iter().cloned());
    let fetched: Value = serde_json::from_slice(&quietly(around_proxies(script))?)
        .context("the script printed no JSON")?;

    let report = &fetched["report"];
    ensure!(has_samples(report), "a report without samples: {report}");
    ensure!(*report == zoom.report(join, "past")?, "curl gets another report than {report}");

    let pages = fetched["pages"].as_array().context("the script printed no pages")?;
    ensure!(pages.len() > 1, "there was no second page");
    let rows: Vec<Value> = pages.iter().filter_map(Value::as_array).flatten().cloned().collect();
    let row = rows.iter().find(|row| row["user_id"] == report["user_id"]);
    ensure!(
        row.is_some_and(|row| row["user_qos"] == report["user_qos"]),
        "the list has other samples than the report"
    );
    let (listed, expected) = (user_ids(&rows.into())?, zoom.participants(&join.meeting, "past")?);
    ensure!(listed == expected, "reports of {listed:?} instead of {expected:?}");
    let sizes: Vec<usize> = pages.iter().filter_map(Value::as_array).map(Vec::len).collect();
    let expected: Vec<usize> = expected.chunks(page_size).map(<[String]>::len).collect();
    ensure!(sizes == expected, "pages of {sizes:?} rows instead of {expected:?}");
    Ok(())
}

fn has_samples(report: &Value) -> bool {
    report["user_qos"].as_array().is_some_and(|samples| !samples.is_empty())
}

fn user_ids(rows: &Value) -> Result<Vec<String>> {
    let rows = rows.as_array().context("no list of participants")?;
    let ids = rows.iter().map(|row| row["user_id"].as_str().map(str::to_owned));
    ids.collect::<Option<_>>().context("a participant without an id")
}
