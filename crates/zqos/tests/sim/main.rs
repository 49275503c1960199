//! `zqos sim`, and the real client against the simulated Zoom, over a socket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use zoom_dashboard::{Client, Credential, ErrorKind};
use zoom_wire::meeting::ListMeetings;
use zoom_wire::participant::ListParticipants;
use zoom_wire::qos::{GetParticipantQos, ListParticipantsQos};
use zoom_wire::request::{Bound, Range};
use zoom_wire::webhook::{SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER};
use zoom_wire::{ApiErrorKind, When};
use zqos_core::{Clock, ManualClock, MeetingId, Timestamp};
use zqos_replay::{Recorded, Responder, Response, Routes, Server};
use zqos_sim::{
    ACCOUNT_ID, Algorithm, CLIENT_ID, CLIENT_SECRET, Config, EventsMode, Simulator, Speed,
    Subscription, VirtualClock,
};

/// Runs a test against a simulator whose clock stands still.
fn with_zoom(test: impl AsyncFnOnce(Client)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::new(now, Speed::new(0.0).unwrap()));
        let config = Config { limits: Algorithm::Off, ..Config::default() };
        let simulator = Arc::new(Simulator::new(config, Arc::<VirtualClock>::clone(&clock)).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let credential = Credential::server_to_server(ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET);
        let client = Client::builder(credential)
            .api_base(&format!("{root}/v2"))
            .unwrap()
            .oauth_base(&root)
            .unwrap()
            .build()
            .unwrap();
        tokio::select! {
            () = test(client) => {}
            _ = zqos_sim::serve(listener, simulator, clock) => unreachable!("it serves until dropped"),
        }
    });
}

/// The ids of the past meetings of a day, UUIDs with slashes first.
async fn past_meetings(client: &Client) -> Vec<MeetingId> {
    let day = Bound::Day("2026-11-19".parse().unwrap());
    let mut pages = client.pages(&ListMeetings::new(Range::new(day, day).unwrap()).page_size(30));
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        for (_, row) in page.rows().unwrap() {
            let row = row.as_object(String::new).unwrap();
            ids.push(row.uuid.get().unwrap().to_string());
        }
    }
    ids.sort_by_key(|id| !id.contains('/'));
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

#[test]
fn meetings_lead_to_participants_and_these_to_their_reports() {
    with_zoom(async |client| {
        let meetings = past_meetings(&client).await;
        assert!(meetings.len() > 40, "more than one page");
        let mut devices = 0;
        for meeting in meetings.into_iter().take(8) {
            let listing = ListParticipants::new(meeting.clone()).when(When::Past);
            let mut pages = client.pages(&listing);
            let mut joins = Vec::new();
            while let Some(page) = pages.next().await {
                let page = page.unwrap();
                for (_, row) in page.rows().unwrap() {
                    joins.push(row.as_object(String::new).unwrap().user_id.get().unwrap());
                }
            }
            let listing = ListParticipantsQos::new(meeting.clone()).when(When::Past).page_size(3);
            let mut pages = client.pages(&listing);
            let mut reported = Vec::new();
            while let Some(page) = pages.next().await {
                let page = page.unwrap();
                for (_, row) in page.rows().unwrap() {
                    let row = row.as_object(String::new).unwrap();
                    let samples = row.samples("$");
                    assert!(samples.invalid.is_empty());
                    devices += samples.devices.len();
                    reported.push(row.user_id.get().unwrap());
                }
            }
            assert_eq!(reported, joins);

            let participant = joins.remove(0);
            let one = GetParticipantQos::new(meeting, participant.clone()).when(When::Past);
            let answer = client.send(&one).await.unwrap();
            assert_eq!(answer.decode().unwrap().user_id.get(), Some(participant));
        }
        assert!(devices > 500, "{devices} device samples");
    });
}

#[test]
fn an_ended_meeting_is_not_available_as_a_live_one() {
    with_zoom(async |client| {
        let meeting = past_meetings(&client).await.remove(0);
        let mut pages = client.pages(&ListParticipants::new(meeting));
        let error = pages.next().await.unwrap().unwrap_err();
        let is_not_available = matches!(
            error.kind(),
            ErrorKind::Api(api) if api.kind == ApiErrorKind::NotAvailable
        );
        assert!(is_not_available, "{error}");
    });
}

fn zqos() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zqos"));
    command.stdin(Stdio::null());
    command
}

#[test]
fn the_command_says_where_it_listens_and_what_to_try() {
    let mut sim = zqos()
        .args(["sim", "--listen", "127.0.0.1:0", "--now", "2026-11-20T12:00:00Z"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(sim.stderr.take().unwrap()).read_line(&mut ready).unwrap();
    sim.kill().unwrap();
    let output = sim.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let address = ready.trim_end().strip_prefix("ready ").unwrap();
    let settings = format!("export ZOOM_API_BASE={address}/v2 ZOOM_OAUTH_BASE={address}\n");
    assert!(printed.contains(&settings), "{printed}");
    assert_eq!(printed.matches("\nzqos get '").count(), 4, "{printed}");
}

#[test]
fn an_account_with_a_legacy_baa_names_nobody() {
    let mut sim = zqos()
        .args(["sim", "--legacy-baa", "--listen", "127.0.0.1:0", "--now", "2026-11-20T12:00:00Z"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(sim.stderr.take().unwrap()).read_line(&mut ready).unwrap();
    let address = ready.trim_end().strip_prefix("ready ").unwrap();
    let printed = BufReader::new(sim.stdout.take().unwrap()).lines();
    let line = printed.map_while(Result::ok).find(|line| line.starts_with("zqos get '")).unwrap();
    let uuid = line.split('\'').nth(1).unwrap();
    let output = zqos()
        .args(["participants", uuid, "--type", "past", "--format", "ndjson"])
        .env("ZOOM_API_BASE", format!("{address}/v2"))
        .env("ZOOM_OAUTH_BASE", address)
        .env("ZOOM_ACCOUNT_ID", ACCOUNT_ID)
        .env("ZOOM_CLIENT_ID", CLIENT_ID)
        .env("ZOOM_CLIENT_SECRET", CLIENT_SECRET)
        .output()
        .unwrap();
    sim.kill().unwrap();
    sim.wait().unwrap();
    let rows = String::from_utf8(output.stdout).unwrap();
    assert!(rows.lines().count() > 2, "{}", String::from_utf8_lossy(&output.stderr));
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).unwrap();
        for member in ["user_name", "email", "ip_address", "internal_ip_addresses", "location"] {
            assert_eq!(row.get(member), Some(&Value::Null), "{member} of {row}");
        }
    }
}

#[test]
fn what_can_not_be_simulated_is_refused_before_it_listens() {
    for (arguments, reason) in [
        (["--people", "9"], "a company has 10 to 100000 people, not 9"),
        (["--listen", "0.0.0.0:0"], "is not on this machine alone"),
        (["--now", "soon"], "`soon` is not a time"),
        (["--limits", "none"], "invalid value 'none'"),
        (["--speed", "-1"], "a speed is a finite number from 0 on"),
        (["--partial", "101"], "the share of partial reports is 0 to 100 %, not 101"),
        (["--build-delay", "soon"], "a length of time is such as 90s, 10m or 1h"),
        (["--build-delay", "-10m"], "a length of time is such as 90s, 10m or 1h"),
        (["--scopes", "everything"], "scopes are `classic`, `granular`, or a list"),
        (["--dialect", "dutch"], "invalid value 'dutch'"),
        (["--quirk", "text"], "invalid value 'text'"),
        (["--fault", "rests"], "unknown misbehaviour `rests`: expected one of `429-storm`"),
        (["--fault", "resets=2"], "a share is a number from 0 to 1"),
        (["--scenario", "nowhere.toml"], "`nowhere.toml` can't be read"),
    ] {
        let output = zqos().arg("sim").args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

/// What `zqos sim truth` prints about the company of the documentation.
fn truth(arguments: &[&str]) -> String {
    let output = zqos()
        .args(["sim", "truth", "--tz", "UTC", "--now", "2026-11-20T12:00:00Z"])
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_truth_is_incidents_and_then_the_minutes_that_they_hurt() {
    let printed = truth(&["--people", "50"]);
    let lines: Vec<Value> =
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (incidents, minutes): (Vec<_>, Vec<_>) =
        lines.iter().partition(|line| line.get("scope").is_some());
    assert_eq!(
        lines.iter().take_while(|line| line.get("scope").is_some()).count(),
        incidents.len()
    );
    assert!(incidents.len() > 4 && minutes.len() > 20, "{printed}");
    for incident in &incidents {
        let text = |pointer: &str| incident.pointer(pointer).and_then(Value::as_str).unwrap();
        let [from, to] = ["/from", "/to"].map(|end| text(end).parse::<Timestamp>().unwrap());
        assert!(from < to);
        assert!(!text("/kind").is_empty() && !text("/scope/kind").is_empty());
        assert!(!text("/scope/name").is_empty());
    }
    for minute in minutes {
        let incident = incidents.iter().find(|incident| incident["incident"] == minute["incident"]);
        assert_eq!(incident.unwrap()["kind"], minute["kind"]);
        assert!(minute["ts"].as_str().unwrap().parse::<Timestamp>().is_ok());
        assert!(minute["user_id"].as_str().unwrap().parse::<u32>().is_ok());
        let contribution = minute["contribution"].as_object().unwrap();
        assert!(contribution.values().all(|figure| figure.as_f64().unwrap() >= 0.0));
        assert_eq!(contribution.len(), 6);
    }
}

#[test]
fn the_truth_of_one_seed_is_the_same_to_the_byte() {
    let day = ["--from", "2026-11-17", "--to", "2026-11-18"];
    assert_eq!(truth(&day), truth(&day));
    assert_ne!(truth(&day), truth(&["--from", "2026-11-17", "--to", "2026-11-18", "--seed", "2"]));
    // A time ago counts from the simulated now.
    let last_two = truth(&["--from", "-2h"]);
    assert_eq!(last_two, truth(&["--from", "2026-11-20T10:00:00Z"]));
}

#[test]
fn what_is_no_question_about_the_truth_is_refused() {
    for (arguments, reason) in [
        (["--from", "now"], "is empty"),
        (["--to", "soon"], "`soon` is not a time"),
        (["--people", "9"], "a company has 10 to 100000 people, not 9"),
        (["--format", "csv"], "prints NDJSON alone"),
        (["--listen", "127.0.0.1:0"], "unexpected argument"),
    ] {
        let output = zqos().args(["sim", "truth"]).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

/// What a command prints that must succeed.
fn printed(arguments: &[&str]) -> String {
    let output = zqos().args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_events_of_a_range_are_printed_as_they_would_be_sent() {
    let range = ["--from", "2026-11-19T10:31:00Z", "--to", "2026-11-19T10:34:00Z"];
    let command = |options: &[&str]| {
        let now = ["sim", "events", "--now", "2026-11-20T12:00:00Z"];
        printed(&[&now, &range, options].concat())
    };
    let simulated = |events| {
        let clock: Arc<dyn Clock> =
            Arc::new(ManualClock::new("2026-11-20T12:00:00Z".parse().unwrap()));
        let simulator = Simulator::new(Config { events, ..Config::default() }, clock).unwrap();
        let instants = [range[1], range[3]].map(|text| text.parse::<Timestamp>().unwrap());
        let told = simulator.events(instants[0]..instants[1]);
        told.map(|event| event.body + "\n").collect::<String>()
    };
    assert!(command(&[]).lines().count() > 20);
    assert_eq!(command(&[]), simulated(Subscription::default()));
    assert_eq!(
        command(&["--events-mode", "aggregated", "--qss-hosts", "100"]),
        simulated(Subscription {
            mode: EventsMode::Aggregated,
            qss_hosts_pct: 100,
            ..Subscription::default()
        })
    );
}

#[test]
fn events_that_can_not_be_sent_are_refused_before_it_listens() {
    for (options, expected) in [
        (&["--events", "https://127.0.0.1/"][..], "is not http"),
        (&["--events", "http://192.0.2.1/"], "is not on this machine"),
        (&["--events", "hooks"], "is no URL"),
        (&["--events", "http://127.0.0.1:1/", "--events-secret-file", "/nowhere"], "can't be read"),
        (&["--events-secret-file", "/nowhere"], "--events <URL>"),
        (&["--qss-hosts", "101"], "101"),
        (&["--events-mode", "both"], "per-type, aggregated"),
    ] {
        let sim = zqos().args(["sim", "--listen", "127.0.0.1:0"]).args(options).output().unwrap();
        let said = String::from_utf8(sim.stderr).unwrap();
        assert_eq!(sim.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{options:?}: {said}");
        assert!(sim.stdout.is_empty());
    }
}

#[test]
fn the_command_sends_events_to_whoever_knows_the_secret_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "whs_test_secret\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let key = SigningKey::new(b"whs_test_secret");
    let (seen, requests) = std::sync::mpsc::channel();
    let answer = move |request: &Recorded| {
        let header = |name| request.header(name).unwrap();
        let (timestamp, signature) = (header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
        assert!(key.verify(timestamp, &request.body, signature));
        let event: Value = serde_json::from_slice(&request.body).unwrap();
        let response = Response::new(200);
        let response = match event["payload"]["plainToken"].as_str() {
            Some(token) => {
                response.json(serde_json::to_string(&key.validation_answer(token)).unwrap())
            }
            None => response,
        };
        // A test that is over hears no more.
        drop(seen.send(event));
        response
    };
    let routes = Routes::new().on("POST", "/hooks/zoom", Responder::with(answer));
    let receiver = Server::start(routes).unwrap();
    // A meeting begins within the minute.
    let mut sim = zqos()
        .args(["sim", "--listen", "127.0.0.1:0", "--now", "2026-11-19T10:31:23Z", "--speed", "60"])
        .args(["--events", &format!("{}/hooks/zoom", receiver.url())])
        .arg("--events-secret-file")
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(requests.recv().unwrap()["event"], "endpoint.url_validation");
    let said: Vec<String> =
        BufReader::new(sim.stderr.take().unwrap()).lines().take(2).map(Result::unwrap).collect();
    assert_eq!(said[1], "events: the URL is validated");
    assert_eq!(requests.recv().unwrap()["payload"]["account_id"], "sim-account");
    sim.kill().unwrap();
    sim.wait().unwrap();
}

#[test]
fn a_broken_scenario_is_refused_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.toml");
    std::fs::write(&file, "[[fault]]\nfrom = 'monday'\nto = '+2h'\nkind = 'wifi'\n").unwrap();
    let expected = format!("{}:4: unknown kind `wifi`: expected one of", file.display());
    for command in [&["sim"][..], &["sim", "truth"]] {
        let output = zqos().args(command).arg("--scenario").arg(&file).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&expected), "{said}");
    }
}

/// A scenario of the documentation.
fn documented(name: &str) -> String {
    format!("{}/../../docs/scenarios/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_fault_of_the_documented_scenarios_hurts_somebody() {
    for (name, count) in [("berlin.toml", 2), ("every-cause.toml", 11)] {
        let printed = truth(&["--scenario", &documented(name)]);
        for fault in 1..=count {
            let fault = format!("\"incident\":\"planned-{fault}\"");
            assert!(printed.matches(&fault).count() > 1, "{name}: {fault}");
        }
    }
}

#[test]
fn flags_beat_what_a_scenario_says() {
    let scenario = documented("berlin.toml");
    let written = truth(&["--scenario", &scenario]);
    assert_eq!(written, truth(&["--scenario", &scenario, "--people", "200", "--seed", "1"]));
    assert_ne!(written, truth(&["--scenario", &scenario, "--people", "100"]));
    assert!(written.lines().all(|line| line.contains("planned-")), "no chance");
}

#[test]
fn the_documentation_names_every_misbehaviour() {
    let page = include_str!("../../../../docs/sim.md");
    for which in zqos_sim::Misbehaviour::ALL {
        assert!(page.contains(&format!("`{}`", which.name())), "{}", which.name());
    }
}

#[test]
fn the_demonstration_shows_a_bad_meeting_and_what_was_the_matter() {
    let output = zqos()
        .args(["demo", "--once", "--tz", "UTC", "--format", "table"])
        .args(["--now", "2026-11-20T12:00:00Z"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let report = String::from_utf8(output.stdout).unwrap();
    let typed = said.lines().find_map(|line| line.strip_prefix("$ zqos get ")).unwrap();
    let user_id = typed.split(' ').nth(1).unwrap();
    assert!(report.contains(&format!("participant {user_id}, past report")), "{report}");
    // What went wrong, where, and how long it was felt.
    let (_, truth) = said.split_once("What really happened, as `zqos sim truth` tells: ").unwrap();
    let told = truth.split(' ').find_map(|word| word.parse::<u32>().ok()).unwrap();
    assert!(told > 5, "{truth}");
    // A day in a store.
    assert!(said.contains("\n$ zqos collect --from 2026-11-19T00:00:00Z"), "{said}");
    let (_, coverage) = report.split_once("\n  participants  ").unwrap();
    assert!(coverage.contains(" (100 %)\n"), "{report}");
}
