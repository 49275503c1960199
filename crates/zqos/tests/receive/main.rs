//! `zqos receive` as a process: killed, stopped, and sent what the simulator tells.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod websocket;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use arrow::array::{Array as _, AsArray as _};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;
use zoom_wire::webhook::SigningKey;
use zqos_core::SystemClock;
use zqos_core::table::ZOOM_RAW;
use zqos_store::{Snapshot, Store};

const SECRET: &str = "whs_test_secret";
const AT: &str = "1795168800";

fn zqos(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zqos"));
    command.env_clear().env("XDG_CONFIG_HOME", home).env("ZQOS_STORE", home.join("store"));
    command
}

/// A program that runs, and what it tells.
struct Program {
    child: Child,
    told: BufReader<ChildStderr>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It is over already, unless a test has failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Program {
    fn of(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap());
        Self { child, told }
    }

    /// Reads on until a line has these words, and gives it.
    fn line_with(&mut self, words: &str) -> String {
        let mut told = String::new();
        loop {
            let start = told.len();
            assert!(self.told.read_line(&mut told).unwrap() > 0, "no `{words}`: {told}");
            if told[start..].contains(words) {
                return told[start..].trim().to_owned();
            }
        }
    }

    /// Stops it as services are stopped, and returns what it told.
    fn stop(mut self) -> String {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let mut told = String::new();
        self.told.read_to_string(&mut told).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{told}");
        told
    }
}

/// A receiver that runs.
struct Running {
    program: Program,
    /// Where it listens.
    address: String,
}

impl Running {
    fn start(home: &Path) -> Self {
        let mut command = zqos(home);
        command.args(["receive", "--listen", "127.0.0.1:0"]).env("ZOOM_WEBHOOK_SECRET", SECRET);
        Self::of(&mut command)
    }

    fn of(command: &mut Command) -> Self {
        let mut program = Program::of(command);
        let line = program.line_with("ready ");
        let address = line.strip_prefix("ready http://").and_then(|it| it.split_once('/'));
        let (address, _) = address.unwrap_or_else(|| panic!("no address: {line}"));
        Self { address: address.to_owned(), program }
    }

    /// Stops it as services are stopped, and returns what it told.
    fn stop(self) -> String {
        self.program.stop()
    }
}

/// A connection on which bodies are posted one after the other.
struct Poster {
    stream: BufReader<TcpStream>,
    key: SigningKey,
}

impl Poster {
    fn new(address: &str, secret: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream), key: SigningKey::new(secret.as_bytes()) }
    }

    /// The status; `None` when the connection broke before it came.
    fn post(&mut self, body: &str) -> Option<u16> {
        let signature = self.key.sign(AT, body.as_bytes());
        let request = format!(
            "POST /hooks/zoom HTTP/1.1\r\nhost: h\r\nx-zm-request-timestamp: {AT}\r\n\
             x-zm-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        let mut status = None;
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if self.stream.read_line(&mut line).ok()? == 0 {
                return None;
            }
            status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
        }
        status
    }
}

/// An event that no other has the join and the minute of.
fn event(round: u32, sender: u32, number: u32) -> (String, String) {
    let join = format!("{}", 16_000_000 + round * 100 + sender);
    let at = format!("2026-11-20T{:02}:{:02}:{:02}Z", number / 3600, number / 60 % 60, number % 60);
    let body = format!(
        r#"{{"event":"meeting.participant_qos","event_ts":1795168800000,"payload":{{"object":{{"uuid":"m==","participant":{{"user_id":"{join}","qos":[{{"date_time":"{at}","type":"audio_input","details":{{"bitrate":"40 kbps"}}}}]}}}}}}}}"#
    );
    (format!("{join} {at} audio_input"), body)
}

/// The joins and parts of every text in the store, each as often as there are rows of it.
fn texts(store: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let snapshot = runtime.block_on(async {
        // What was left in logs comes into the tables.
        drop(Store::open(store.to_owned(), Arc::new(SystemClock)).await.unwrap());
        Snapshot::open(store.to_owned()).await.unwrap()
    });
    assert!(snapshot.tail(&ZOOM_RAW).is_empty());
    assert_eq!(snapshot.verify(), []);
    let mut texts = Vec::new();
    for (_, _, files) in snapshot.tables().filter(|(table, ..)| **table == ZOOM_RAW) {
        for file in files {
            let path = store.join("tables").join(ZOOM_RAW.name).join(&file.path);
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap());
            for rows in reader.unwrap().build().unwrap() {
                let rows = rows.unwrap();
                let column =
                    |name| cast(rows.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
                let (joins, parts) = (column("user_id"), column("part"));
                let (joins, parts) = (joins.as_string::<i32>(), parts.as_string::<i32>());
                let row = |row| format!("{} {}", joins.value(row), parts.value(row));
                texts.extend((0..joins.len()).map(row));
            }
        }
    }
    texts
}

/// How many senders post at the same time.
const SENDERS: u32 = 6;

/// Posts until the receiver is killed; tells each event that was answered with 200.
fn send(address: &str, round: u32, sender: u32, kept: &mpsc::Sender<String>) {
    let mut poster = Poster::new(address, SECRET);
    for number in 0.. {
        let (name, body) = event(round, sender, number);
        match poster.post(&body) {
            Some(200) => kept.send(name).unwrap(),
            // A busy machine may be too slow for it; Zoom would send it again.
            Some(503) => {}
            Some(status) => panic!("{status}"),
            None => return,
        }
    }
}

#[test]
fn what_was_answered_with_200_outlives_any_kill() {
    let setting = |name| std::env::var(name).ok().map(|number| number.parse::<u32>().unwrap());
    let kills = setting("ZQOS_KILLS").unwrap_or(50);
    let seed = setting("ZQOS_SEED").unwrap_or_else(std::process::id);
    println!("seed {seed}");
    let home = tempfile::tempdir().unwrap();
    let mut kept = BTreeSet::new();
    let mut draw = seed;
    for round in 0..kills {
        draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let until = 1 + draw / 65_536 % 150;
        let mut receiver = Running::start(home.path());
        let (sender, answers) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..SENDERS {
                let (address, sender) = (&receiver.address, sender.clone());
                scope.spawn(move || send(address, round, number, &sender));
            }
            drop(sender);
            kept.extend(answers.iter().take(until as usize));
            receiver.program.child.kill().unwrap();
            receiver.program.child.wait().unwrap();
            kept.extend(answers);
        });
    }
    let found: BTreeSet<String> = texts(&home.path().join("store")).into_iter().collect();
    let lost: Vec<_> = kept.difference(&found).collect();
    assert!(lost.is_empty(), "seed {seed}: {} of {} lost: {lost:?}", lost.len(), kept.len());
    // Of each sender at most the one that was not answered any more is there beside.
    let beside = found.difference(&kept).count();
    assert!(beside <= (kills * SENDERS) as usize, "seed {seed}: {beside} more than were sent");
    println!("{} events kept over {kills} kills, {beside} more are there", kept.len());
}

#[test]
fn a_stop_brings_everything_into_the_tables() {
    let home = tempfile::tempdir().unwrap();
    let receiver = Running::start(home.path());
    let mut poster = Poster::new(&receiver.address, SECRET);
    let taken = (0..50).filter(|&number| poster.post(&event(0, 0, number).1) == Some(200));
    let taken = taken.count();
    assert!(taken > 0);
    assert_eq!(Poster::new(&receiver.address, "forged").post("{}"), Some(401));
    let told = receiver.stop();
    assert!(told.contains("51 requests, "), "{told}");
    assert!(told.contains("1 refused: forged"), "{told}");
    assert!(texts(&home.path().join("store")).len() >= taken);
}

#[test]
fn of_what_the_simulator_tells_nothing_is_a_dead_letter() {
    let home = tempfile::tempdir().unwrap();
    let range = ["--from", "2026-11-19T09:30:00Z", "--to", "2026-11-19T10:00:00Z"];
    let simulated = zqos(home.path())
        .args(["sim", "events", "--people", "30", "--now", "2026-11-20T09:07:00Z"])
        .args(["--events-mode", "aggregated"])
        .args(range)
        .output()
        .unwrap();
    assert!(simulated.status.success());
    let events = String::from_utf8(simulated.stdout).unwrap();
    let receiver = Running::start(home.path());
    let mut poster = Poster::new(&receiver.address, SECRET);
    for event in events.lines() {
        // Zoom sends again what was not taken.
        let mut statuses = (0..4).map(|_| poster.post(event).unwrap());
        let status = statuses.find(|status| *status != 503);
        assert_eq!(status, Some(200), "{event}");
    }
    let told = receiver.stop();
    let count = events.lines().count();
    assert!(count > 50, "{count} events show little");
    assert!(told.contains("events kept, 0 of them as dead letters"), "{told}");
    let found: BTreeSet<String> = texts(&home.path().join("store")).into_iter().collect();
    assert_eq!(found.len(), count);
}

fn settings(home: &TempDir, text: &str) {
    let folder = home.path().join("zqos");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("zqos.toml"), text).unwrap();
}

#[test]
fn each_account_has_secrets_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("secret");
    fs::write(&file, "from-file\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    settings(
        &home,
        &format!(
            "[accounts.north]\nwebhook_secret_file = [{file:?}]\n\
             [accounts.south]\nwebhook_secret_command = ['echo old', 'echo new']\n"
        ),
    );
    let mut command = zqos(home.path());
    command.env("PATH", "/usr/bin:/bin").args(["receive", "--listen", "127.0.0.1:0"]);
    let receiver = Running::of(&mut command);
    for (number, secret) in (0..).zip(["from-file", "old", "new"]) {
        let mut poster = Poster::new(&receiver.address, secret);
        assert_eq!(poster.post(&event(0, number, 0).1), Some(200), "{secret}");
    }
    receiver.stop();
    assert_eq!(texts(&home.path().join("store")).len(), 3);
}

#[test]
fn without_a_good_secret_nothing_is_begun() {
    let told = |settings_text: &str| {
        let home = tempfile::tempdir().unwrap();
        settings(&home, settings_text);
        let mut command = zqos(home.path());
        let Output { status, stderr, .. } =
            command.env("PATH", "/usr/bin:/bin").arg("receive").output().unwrap();
        assert_eq!(status.code(), Some(2), "{settings_text}");
        assert!(!home.path().join("store").exists());
        String::from_utf8(stderr).unwrap()
    };
    assert!(told("").contains("there is no webhook secret, and no WebSocket"));
    assert!(told("[accounts.a]\nwebhook_secret_file = '/nowhere'").contains("/nowhere"));
    let both = "[accounts.a]\nwebhook_secret_command = 'echo x'\n\
                [accounts.b]\nwebhook_secret_command = 'echo x'";
    assert!(told(both).contains("the accounts `a` and `b` have the same webhook secret"));
    let number = told("[accounts.a]\nwebhook_secret_file = 7");
    assert!(number.contains("expected a text, or a list of texts"), "{number}");
}
