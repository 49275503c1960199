//! `zqos import` and `zqos sql`, from files to rows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bombs;
mod events;
mod privacy;
mod replay;
mod sql;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

const MEETING: &str = "gm8s9L+PTEC+FG3sFbd1Cw==";

/// A report of two minutes; the share carried nothing.
const REPORT: &str = r#"{
  "user_id": "16778240", "user_name": "Jill \u001b[31mChill", "email": "jill@example.com",
  "location": "Berlin (DE)", "network_type": "Wifi", "health": "Good", "issue_list": [],
  "join_time": "2026-11-20T10:00:12Z", "leave_time": "2026-11-20T10:01:40Z",
  "user_qos": [
    {"date_time": "2026-11-20T10:00:00Z",
     "audio_input": {"bitrate": "27.15 kbps", "latency": "126 ms", "jitter": "6 ms", "avg_loss": "0.03%", "max_loss": "0.4%"},
     "as_output": {"bitrate": "", "latency": "", "jitter": "", "avg_loss": "", "max_loss": "", "resolution": "0*0", "frame_rate": ""},
     "cpu_usage": {"zoom_min_cpu_usage": "1%", "zoom_avg_cpu_usage": "2%", "zoom_max_cpu_usage": "3%", "system_max_cpu_usage": "11%"}},
    {"date_time": "2026-11-20T10:01:00Z",
     "audio_input": {"bitrate": "27 kbps", "latency": "130 ms", "jitter": "7 ms", "avg_loss": "0.0%", "max_loss": "0.0%"},
     "video_input": {"bitrate": "590 kbps", "latency": "131 ms", "jitter": "7 ms", "avg_loss": "0.0%", "max_loss": "0.0%", "resolution": "640*360", "frame_rate": "25 fps"}}
  ]}"#;

const MEETINGS: &str = r#"{"from": "2026-11-20", "to": "2026-11-20", "next_page_token": "", "meetings": [
  {"uuid": "gm8s9L+PTEC+FG3sFbd1Cw==", "id": 93201235621, "topic": "Board", "host": "Ann",
   "start_time": "2026-11-20T10:00:00Z", "end_time": "2026-11-20T10:02:00Z", "participants": 1}]}"#;

const PARTICIPANTS: &str = r#"{"next_page_token": "", "participants": [
  {"user_id": "16778240", "user_name": "Jill", "leave_reason": "Jill left the meeting.", "audio_quality": "good"}]}"#;

struct World {
    dir: TempDir,
}

impl World {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path().join(name), content).unwrap();
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zqos"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("ZQOS_STORE", self.path().join("store"))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn sql(&self, query: &str) -> String {
        let output = self.run(&["sql", query, "--format", "csv"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_is_imported_is_found_with_its_participant_and_its_meeting() {
    let world = World::new();
    world.write("report.json", REPORT).write("meetings.json", MEETINGS);
    world.write("participants.json", PARTICIPANTS);
    let output = world.run(&[
        "import",
        "report.json",
        "meetings.json",
        "participants.json",
        "--meeting",
        MEETING,
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(
        said(&output),
        "imported 1 meetings, 1 participants, 1 reports: 3 stream samples, 1 device samples\n"
    );
    assert_eq!(
        world.sql(
            "SELECT topic, user_name, ts, stream, latency_ms, width_px, height_px \
             FROM joined_samples ORDER BY ts, stream"
        ),
        "topic,user_name,ts,stream,latency_ms,width_px,height_px\n\
         Board,Jill,2026-11-20T10:00:00Z,audio_input,126.0,,\n\
         Board,Jill,2026-11-20T10:01:00Z,audio_input,130.0,,\n\
         Board,Jill,2026-11-20T10:01:00Z,video_input,131.0,640,360\n"
    );
    // Each call told something else of the same participant.
    assert_eq!(
        world.sql("SELECT health, leave_reason, audio_quality, email FROM participants"),
        "health,leave_reason,audio_quality,email\nGood,Jill left the meeting.,good,jill@example.com\n"
    );
    assert_eq!(
        world.sql("SELECT system_max_cpu_pct, min_pressure FROM device_samples"),
        "system_max_cpu_pct,min_pressure\n11.0,\n"
    );
    let raw = world.sql("SELECT body FROM zoom_raw");
    assert!(raw.contains("0.03%"), "{raw}");
}

#[cfg(feature = "serve")]
#[test]
fn credentials_may_be_made_before_there_is_anything_to_show() {
    let world = World::new();
    let output = world.run(&["client", "add", "grafana", "--role", "viewer"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    world.write("report.json", REPORT);
    let output = world.run(&["import", "report.json", "--meeting", MEETING]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let listed = world.run(&["client", "list", "--format", "json"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("grafana"));
}

#[test]
fn what_comes_twice_is_there_once_and_what_changed_counts() {
    let world = World::new();
    world.write("report.json", REPORT).write("later.json", REPORT.replace("126 ms", "128 ms"));
    for file in ["report.json", "report.json", "later.json"] {
        let output = world.run(&["import", file, "--meeting", MEETING]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    assert_eq!(
        world.sql("SELECT count(*), min(latency_ms) FROM stream_samples"),
        "count(*),min(stream_samples.latency_ms)\n3,128.0\n"
    );
    assert_eq!(world.sql("SELECT count(*) AS n FROM stored.stream_samples"), "n\n9\n");
}

#[test]
fn pages_lines_arrays_and_gzip_are_read() {
    let world = World::new();
    let flat = REPORT.replace('\n', " ");
    let other = flat.replace("16778240", "16779264");
    world.write("page.json", format!(r#"{{"participants": [{flat}, {other}], "page_size": 10}}"#));
    world.write("lines.ndjson", format!("{flat}\n{other}\n"));
    world.write("array.json", format!("[{flat},\n{other}]"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(format!("{flat}\n{other}\n").as_bytes()).unwrap();
    world.write("lines.ndjson.gz", gzip.finish().unwrap());
    for file in ["page.json", "lines.ndjson", "array.json", "lines.ndjson.gz"] {
        let output = world.run(&["import", file, "--meeting", MEETING]);
        assert_eq!(output.status.code(), Some(0), "{file}: {}", said(&output));
        assert!(said(&output).contains("2 reports: 6 stream samples"), "{file}: {}", said(&output));
    }
    assert_eq!(world.sql("SELECT count(*) AS n FROM stream_samples"), "n\n6\n");
}

#[test]
fn standard_input_is_a_file_too() {
    let world = World::new();
    let mut command = world.command(&["import", "-", "--meeting", MEETING]);
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(REPORT.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(world.sql("SELECT count(*) AS n FROM stream_samples"), "n\n3\n");
}

#[test]
fn phone_calls_of_lists_and_what_they_measured_become_rows_once() {
    let world = World::new();
    world.write("list.json", include_str!("../../../zoom-wire/tests/fixtures/list_call_logs.json"));
    world.write("qos.json", include_str!("../../../zoom-wire/tests/fixtures/get_call_qos.json"));
    let count = |table: &str| world.sql(&format!("SELECT count(*) AS n FROM {table}"));
    for _ in 0..2 {
        let output = world.run(&["import", "list.json", "qos.json"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(count("phone_calls"), "n\n6\n");
        assert_eq!(count("phone_samples"), "n\n4\n");
    }
}

#[test]
fn what_can_not_be_kept_is_told_and_the_rest_is_kept() {
    let world = World::new();
    world.write("mixed.ndjson", format!("{}\n{{\"a\": 1}}\n[]\n", REPORT.replace('\n', " ")));
    world.write("broken.json", "{\"user_qos\": [");
    let output = world.run(&["import", "mixed.ndjson", "broken.json", "--meeting", MEETING]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("mixed.ndjson, document 2: this is nothing that can be kept"), "{told}");
    assert!(told.contains("broken.json, document 1 (line 1): no JSON"), "{told}");
    assert!(told.contains("1 reports: 3 stream samples"), "{told}");
    let output = world.run(&["import", "mixed.ndjson"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("`--meeting UUID` says it"), "{}", said(&output));
}

#[test]
fn wrong_usage_is_told() {
    let world = World::new();
    world.write("report.json", REPORT);
    let mut command = world.command(&["import", "report.json"]);
    let output = command.env_remove("ZQOS_STORE").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("`ZQOS_STORE` names its folder"), "{}", said(&output));
    let output = world.run(&["import", "nowhere.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("`nowhere.json` can't be read"), "{}", said(&output));
    // A folder that holds other things is left alone.
    let output = world.run(&["import", "report.json", "--store", ".", "--meeting", MEETING]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("the folder is not empty"), "{}", said(&output));
    assert!(!world.path().join("layout.json").exists() && !world.path().join("wal").exists());
}

#[test]
fn a_query_can_only_read() {
    let world = World::new();
    world.write("report.json", REPORT);
    world.run(&["import", "report.json", "--meeting", MEETING]);
    for query in [
        "CREATE TABLE x (a INT)",
        "DROP VIEW meetings",
        "DELETE FROM stream_samples",
        "COPY (SELECT 1) TO 'x.csv'",
        "SET datafusion.execution.batch_size = 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "SELECT 1; SELECT 2",
    ] {
        let output = world.run(&["sql", query]);
        assert_eq!(output.status.code(), Some(2), "{query}: {}", said(&output));
        assert_eq!(output.stdout, b"", "{query}");
    }
    assert!(!world.path().join("x.csv").exists());
    assert_eq!(world.sql("SELECT count(*) AS n FROM stream_samples"), "n\n3\n");
}

#[test]
fn carets_point_at_what_is_wrong() {
    let world = World::new();
    world.write("report.json", REPORT);
    world.run(&["import", "report.json", "--meeting", MEETING]);
    let output = world.run(&["sql", "SELECT nosuch FROM meetings"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        said(&output),
        "error: column 'nosuch' not found\n  SELECT nosuch FROM meetings\n         ^^^^^^\n"
    );
}

#[test]
fn an_endless_query_is_stopped() {
    let world = World::new();
    let endless =
        "SELECT count(*) FROM generate_series(1, 1000000000000) a, generate_series(1, 1000000) b";
    let mut command = world.command(&["sql", endless, "--timeout", "1"]);
    let output = command.env_remove("ZQOS_STORE").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("the query was stopped after 1 s"), "{}", said(&output));
}

#[test]
fn rows_come_in_every_format_and_names_are_shown_safely() {
    let world = World::new();
    world.write("report.json", REPORT);
    world.run(&["import", "report.json", "--meeting", MEETING]);
    let query = "SELECT user_name, camera FROM participants";
    let shown = |format: &str| {
        let output = world.run(&["sql", query, "--format", format]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(shown("ndjson"), "{\"user_name\":\"Jill \\u001b[31mChill\",\"camera\":null}\n");
    assert_eq!(shown("json"), "[{\"user_name\":\"Jill \\u001b[31mChill\",\"camera\":null}]\n");
    let table = shown("table");
    assert!(table.contains("Jill \\u{1b}[31mChill") && !table.contains('\u{1b}'), "{table:?}");
    let output = world.run(&["sql", "SELECT 1 WHERE false", "--format", "json"]);
    assert_eq!(output.stdout, b"[]\n");
}

/// Every folder and file below a folder.
#[cfg(unix)]
fn everything(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = vec![folder.to_path_buf()];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Lets nobody write what is there, or its owner again.
#[cfg(unix)]
fn let_write(paths: &[std::path::PathBuf], may_write: bool) {
    use std::os::unix::fs::PermissionsExt as _;
    for path in paths {
        let mode = if path.is_dir() { 0o555 } else { 0o444 } | if may_write { 0o200 } else { 0 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_store_that_may_only_be_read_is_read() {
    let world = World::new();
    world.write("report.json", REPORT);
    let output = world.run(&["import", "report.json", "--meeting", MEETING]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let before = everything(&world.path().join("store"));
    let_write(&before, false);
    let commands = [
        ["sql", "SELECT count(*) AS n FROM stream_samples"].as_slice(),
        &["store", "info"],
        &["store", "verify"],
    ];
    let outputs = commands.map(|command| world.run(command));
    let_write(&before, true);
    for (output, command) in outputs.iter().zip(commands) {
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", said(output));
    }
    assert_eq!(everything(&world.path().join("store")), before);
}
