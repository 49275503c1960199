//! Events by WebSocket: `zqos receive` against `zqos sim`.

use std::path::Path;
use std::process::{Command, Stdio};

use arrow::array::RecordBatch;
use zqos_core::table::PUSH_CONNECTIONS;
use zqos_store::Snapshot;

use crate::{Program, settings, texts, zqos};

const NOW: &str = "2026-11-20T10:02:00Z";

/// A simulated Zoom, of which a minute is over in a second, at an address of this machine.
fn sim(home: &Path, at: &str, now: &str) -> (Program, String) {
    let mut command = zqos(home);
    command.args(["sim", "--people", "40", "--speed", "60", "--now", now]);
    let mut sim = Program::of(command.args(["--listen", at]).stdout(Stdio::null()));
    let ready = sim.line_with("ready ");
    let address = ready.strip_prefix("ready http://").unwrap().to_owned();
    (sim, address)
}

fn receive(home: &Path, address: &str, secret: &str) -> Command {
    let mut command = zqos(home);
    command
        .arg("receive")
        .env("ZOOM_ACCOUNT_ID", "sim-account")
        .env("ZOOM_CLIENT_ID", "sim-client")
        .env("ZOOM_CLIENT_SECRET", secret)
        .env("ZOOM_OAUTH_BASE", format!("http://{address}"))
        .env("ZOOM_WEBSOCKET_BASE", format!("ws://{address}/ws"));
    command
}

/// How many rows of a table there are, in its files and in logs.
fn count(store: &Path, table: &'static zqos_core::table::Table) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Before the receiver has made it there is none.
    let Ok(snapshot) = runtime.block_on(Snapshot::open(store.to_owned())) else { return 0 };
    let files = snapshot.tables().filter(|(known, ..)| *known == table);
    let in_files: u64 = files.flat_map(|(_, _, files)| files).map(|file| file.rows).sum();
    let in_logs: usize = snapshot.tail(table).iter().map(RecordBatch::num_rows).sum();
    usize::try_from(in_files).unwrap() + in_logs
}

#[test]
fn events_come_by_websocket_and_what_was_missed_is_told() {
    let home = tempfile::tempdir().unwrap();
    let store = home.path().join("store");
    let (zoom, address) = sim(home.path(), "127.0.0.1:0", NOW);
    let mut command = receive(home.path(), &address, "sim-secret");
    command.env("ZOOM_WEBSOCKET_SUBSCRIPTION", "one");
    let mut receiver = Program::of(&mut command);
    let open = "account `default`: events come by WebSocket";
    assert_eq!(receiver.line_with("account"), open);
    let enough = |than: usize| while count(&store, &zqos_core::table::ZOOM_RAW) <= than {};
    enough(30);
    drop(zoom);
    let lost = receiver.line_with("connecting again");
    assert!(lost.starts_with("account `default`: "), "{lost}");
    assert!(!lost.contains("access_token") && !lost.contains('?'), "{lost}");
    let (_zoom, _) = sim(home.path(), &address, "2026-11-20T13:02:00Z");
    receiver.line_with(open);
    enough(count(&store, &zqos_core::table::ZOOM_RAW));
    let told = receiver.stop();
    assert!(told.contains(" 0 of them as dead letters"), "{told}");
    assert!(count(&store, &PUSH_CONNECTIONS) >= 2);
    assert!(texts(&store).len() > 30);
    let gaps = zqos(home.path())
        .args(["sql", "--format", "csv"])
        .arg("SELECT account, start_time < end_time AS is_gap, why FROM system.push_gaps ORDER BY start_time")
        .output()
        .unwrap();
    let gaps = String::from_utf8(gaps.stdout).unwrap();
    let mut lines = gaps.lines().skip(1);
    let first = lines.next().unwrap();
    assert!(first.starts_with("default,true,"), "{gaps}");
    assert_eq!(lines.next(), Some("default,,stopped"), "{gaps}");
}

#[test]
fn who_is_refused_at_first_is_told_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let (_zoom, address) = sim(home.path(), "127.0.0.1:0", NOW);
    let refused = |secret: &str, subscription: &str| {
        let mut command = receive(home.path(), &address, secret);
        let output = command.env("ZOOM_WEBSOCKET_SUBSCRIPTION", subscription).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told) = refused("wrong", "one");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("hint: client id or client secret is wrong"), "{told}");
    let (code, told) = refused("sim-secret", " ");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("the id of an event subscription is empty"), "{told}");
}

#[test]
fn a_token_may_be_got_by_the_client_alone() {
    let home = tempfile::tempdir().unwrap();
    let (_zoom, address) = sim(home.path(), "127.0.0.1:0", NOW);
    let account = "[accounts.north]\nwebsocket_subscription = 'one'\nwebsocket_grant = 'client_credentials'\n";
    settings(&home, account);
    let mut command = receive(home.path(), &address, "sim-secret");
    // Whatever the account is called, it is not asked for.
    command.env("ZOOM_ACCOUNT_ID", "of nobody");
    let mut receiver = Program::of(&mut command);
    receiver.line_with("account `north`: events come by WebSocket");
    receiver.stop();
}

#[test]
fn whoever_shows_the_store_may_take_them_in_too() {
    let home = tempfile::tempdir().unwrap();
    let store = home.path().join("store");
    let (_zoom, address) = sim(home.path(), "127.0.0.1:0", NOW);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = std::sync::Arc::new(zqos_core::SystemClock);
    drop(runtime.block_on(zqos_store::Store::open(store.clone(), clock)).unwrap());
    let mut command = receive(home.path(), &address, "sim-secret");
    command.env("ZOOM_WEBSOCKET_SUBSCRIPTION", "one");
    // The same settings for another command.
    let mut serve = zqos(home.path());
    serve.args(["serve", "--listen", "127.0.0.1:0"]);
    for (name, value) in command.get_envs() {
        serve.env(name, value.unwrap());
    }
    let mut server = Program::of(&mut serve);
    server.line_with("account `default`: events come by WebSocket");
    while count(&store, &zqos_core::table::ZOOM_RAW) == 0 {}
    let told = server.stop();
    assert!(told.contains(" 0 of them as dead letters"), "{told}");
}
