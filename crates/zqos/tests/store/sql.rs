//! `zqos sql`: files that it writes and reads, limits, and the prompt.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::{MEETING, REPORT, World, said};

impl World {
    fn imported() -> Self {
        let world = Self::new();
        world.write(
            "report.json",
            REPORT.replace(
                "\"issue_list\": []",
                "\"issue_list\": [\"Low bandwidth\", \"a, \\\"b\\\"\"]",
            ),
        );
        let output = world.run(&["import", "report.json", "--meeting", MEETING]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        world
    }

    /// The names of what lies in the folder.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn rows_go_into_files_of_every_kind_and_come_back() {
    let world = World::imported();
    let query = "SELECT ts, stream, latency_ms, width_px FROM stream_samples ORDER BY ts, stream";
    let rows = world.sql(query);
    for ending in ["parquet", "csv", "ndjson", "arrow"] {
        let file = format!("rows.{ending}");
        let output = world.run(&["sql", query, "--output", &file]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(
            (output.stdout.as_slice(), said(&output).as_str()),
            (&b""[..], "wrote 3 rows\n")
        );
        if ending != "arrow" {
            let again = format!(
                "SELECT CAST(ts AS TIMESTAMP) AS ts, stream, latency_ms, width_px \
                 FROM '{file}' ORDER BY ts, stream"
            );
            let expected = rows.replace("00Z", "00");
            assert_eq!(world.sql(&again), expected, "{ending}");
        }
    }
    let arrow = std::fs::read(world.path().join("rows.arrow")).unwrap();
    assert!(arrow.starts_with(b"ARROW1") && arrow.ends_with(b"ARROW1"));
    let names = world.names();
    assert!(!names.iter().any(|name| name.starts_with('.')), "{names:?}");
}

#[test]
fn a_file_is_whole_or_not_there() {
    let world = World::imported();
    world.write("kept.csv", "as it was\n");
    let before = world.names();
    for (query, file) in [
        ("SELECT 1 / (2 - value) AS x FROM generate_series(1, 100000)", "kept.csv"),
        ("SELECT nosuch FROM meetings", "none.parquet"),
        ("SELECT a.stream, b.stream FROM stream_samples a, stream_samples b", "twice.parquet"),
    ] {
        let output = world.run(&["sql", query, "--output", file]);
        assert_ne!(output.status.code(), Some(0), "{query}");
        assert_eq!(world.names(), before, "{query}: {}", said(&output));
    }
    assert_eq!(std::fs::read(world.path().join("kept.csv")).unwrap(), b"as it was\n");
    let output = world.run(&["sql", "SELECT 1", "--output", "nowhere/x.csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("`nowhere/x.csv` can't be written"), "{}", said(&output));
}

#[test]
fn an_ending_that_says_nothing_is_wrong_usage() {
    let world = World::new();
    for file in ["rows.xlsx", "rows", ".parquet"] {
        let output = world.run(&["sql", "SELECT 1", "--output", file]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("hint: name it `.parquet`, `.csv`"), "{}", said(&output));
    }
    let output = world.run(&["sql", "SELECT 1", "--output", "x.csv", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(world.names(), [""; 0]);
}

#[test]
fn csv_has_lists_as_json() {
    let world = World::imported();
    assert_eq!(
        world.sql("SELECT user_id, issue_list, internal_ip_addresses FROM participants"),
        "user_id,issue_list,internal_ip_addresses\n\
         16778240,\"[\"\"Low bandwidth\"\",\"\"a, \\\"\"b\\\"\"\"\"]\",\n"
    );
}

#[test]
fn files_beside_the_store_are_tables() {
    let world = World::new();
    world.write("a.csv", "name,n\nx,1\n\"y, z\",2\n");
    world.write("a.json", "{\"name\": \"x\", \"n\": 1}\n{\"name\": \"y, z\", \"n\": 2}\n");
    let file = world.path().join("a.parquet");
    let mut command = world.command(&["sql", "SELECT * FROM 'a.csv'", "--output"]);
    let output = command.arg(file).env_remove("ZQOS_STORE").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for file in ["a.csv", "a.json", "a.parquet"] {
        let sql = format!("SELECT name, n + 1 AS n FROM '{file}' ORDER BY n");
        let mut command = world.command(&["sql", &sql, "--format", "csv"]);
        let output = command.env_remove("ZQOS_STORE").output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "name,n\nx,2\n\"y, z\",3\n", "{file}");
    }
}

#[test]
fn the_query_may_come_on_standard_input() {
    let world = World::imported();
    let ask = |text: &[u8]| {
        let mut command = world.command(&["sql", "--format", "csv"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It need not read all of what is too long.
        drop(child.stdin.take().unwrap().write_all(text));
        child.wait_with_output().unwrap()
    };
    let output = ask(b"SELECT count(*) AS n\nFROM stream_samples;\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "n\n3\n", "{}", said(&output));
    assert_eq!(ask(b" \n").status.code(), Some(2));
    assert_eq!(ask(b"SELECT '\xff'").status.code(), Some(1));
    let output = ask(format!("SELECT '{}'", "x".repeat(2 << 20)).as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("1048576 are the most"), "{}", said(&output));
}

/// Queries that a parser, a planner or an engine could go down into too far. The program says no, or
/// answers; what it must not do is die.
#[test]
fn no_query_is_deep_enough_to_end_the_program() {
    let world = World::new();
    let repeated = |text: &str, count: usize| text.repeat(count);
    let refused = [
        format!("SELECT {}1{}", repeated("(", 10_000), repeated(")", 10_000)),
        format!("SELECT 1 WHERE 1 = 2{}", repeated(" OR 1 = 2", 100_000)),
        format!("{}SELECT 1{}", repeated("SELECT * FROM (", 1_000), repeated(") t", 1_000)),
        format!("SELECT {} true", repeated("NOT ", 20_000)),
        format!("SELECT 1{}", repeated(" + 1", 20_000)),
        format!("SELECT 1{}", repeated("::int", 20_000)),
        format!("SELECT 1 FROM t{}", repeated(", t", 20_000)),
        format!("SELECT 1{}", repeated(" UNION ALL SELECT 1", 20_000)),
        format!("SELECT CAST(1 AS {}INT{})", repeated("ARRAY<", 20_000), repeated(">", 20_000)),
        format!("SELECT {}1{}", repeated("CASE WHEN true THEN ", 400), repeated(" END", 400)),
    ];
    for sql in &refused {
        let output = sql_on_input(&world, sql);
        assert_eq!(output.status.code(), Some(2), "{:.40}: {}", sql, said(&output));
        assert!(said(&output).contains("error: "), "{:.40}: {}", sql, said(&output));
    }
    let answered = [
        format!("SELECT {}1{} AS x", repeated("(", 49), repeated(")", 49)),
        format!("SELECT 1 AS x WHERE 1 IN (0{}, 1)", repeated(", 0", 20_000)),
        format!(
            "SELECT 1 AS x FROM generate_series(1, 1) t(v) WHERE v = 1{}",
            repeated(" OR v = 2", 400)
        ),
        format!("SELECT v{} AS x FROM generate_series(1, 1) t(v)", repeated(" + v - v", 200)),
    ];
    for sql in &answered {
        let output = sql_on_input(&world, sql);
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "x\n1\n",
            "{sql:.40}: {}",
            said(&output)
        );
    }
}

/// What a query gives that is too long for an argument.
fn sql_on_input(world: &World, sql: &str) -> std::process::Output {
    world.write("query.sql", sql);
    let mut command = world.command(&["sql", "--format", "csv"]);
    let query = std::fs::File::open(world.path().join("query.sql")).unwrap();
    command.env_remove("ZQOS_STORE").stdin(query).output().unwrap()
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_an_endless_query_and_leaves_nothing() {
    let world = World::new();
    let spill = world.path().join("spill");
    std::fs::create_dir(&spill).unwrap();
    for endless in [
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT n FROM t WHERE n < 0",
        "SELECT a.value FROM generate_series(1, 1000000000000) a, generate_series(1, 1000000) b \
         WHERE a.value + b.value < 0",
    ] {
        let mut child = world
            .command(&["sql", endless, "--output", "rows.csv"])
            .env_remove("ZQOS_STORE")
            .env("TMPDIR", &spill)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It runs when its unfinished file is there.
        let began = Instant::now();
        while !world.names().iter().any(|name| name.starts_with(".rows.csv")) {
            assert!(began.elapsed() < Duration::from_mins(1), "it does not begin");
            std::thread::yield_now();
        }
        let interrupted = std::process::Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(interrupted.success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{endless}");
        assert_eq!(world.names(), ["spill"], "{endless}");
    }
}

#[test]
fn what_does_not_fit_into_memory_is_spilt_and_nothing_stays() {
    let world = World::new();
    let spill = world.path().join("spill");
    // A program that was killed has left this.
    std::fs::create_dir_all(spill.join("zqos-spill-left/datafusion-x")).unwrap();
    std::fs::write(spill.join("zqos-spill-left/lock"), "").unwrap();
    let sql = "SELECT lpad(CAST(value AS VARCHAR), 64, 'x') AS padded FROM generate_series(1, 600000) \
               ORDER BY padded DESC";
    let run = |arguments: &[&str]| {
        let mut command = world.command(&["sql", sql, "--output", "rows.csv"]);
        command.args(arguments).env_remove("ZQOS_STORE").env("TMPDIR", &spill).output().unwrap()
    };
    let output = run(&["--memory", "32"]);
    assert_eq!(said(&output), "wrote 600000 rows\n");
    let left: Vec<_> = std::fs::read_dir(&spill).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(run(&["--memory", "0"]).status.code(), Some(2));
}

#[test]
fn compaction_makes_rollups() {
    let world = World::imported();
    let output = world.run(&["store", "compact"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("made the rollups of 1 day\n"), "{}", said(&output));
    assert_eq!(
        world.sql("SELECT stream, sum(n) AS n, sum(latency_ms_le_150) AS good FROM rollup_hourly GROUP BY stream ORDER BY stream"),
        "stream,n,good\naudio_input,2,2\nvideo_input,1,1\n"
    );
    let output = world.run(&["store", "compact"]);
    assert!(said(&output).contains("made the rollups of 0 days\n"), "{}", said(&output));
}

/// Types lines at the prompt, each when it is asked for, on a terminal that `script` makes. Gives what was
/// shown; `None` where there is no `script`.
#[cfg(target_os = "linux")]
fn typed(world: &World, lines: &[&str]) -> Option<String> {
    use std::io::Read as _;

    let program = format!("'{}' sql", env!("CARGO_BIN_EXE_zqos"));
    let mut script = std::process::Command::new("script");
    script
        .args(["--quiet", "--return", "--command", &program, "/dev/null"])
        .current_dir(world.path())
        .env_clear()
        .env("TERM", "xterm")
        .env("ZQOS_STORE", world.path().join("store"))
        .env("XDG_STATE_HOME", world.path().join("state"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        assert!(std::env::var_os("CI").is_none(), "there is no `script`");
        return None;
    };
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut answered) = (String::new(), 0);
    for line in lines {
        // What is typed before it is asked for is lost.
        while !shown[answered..].contains("zqos> ") && !shown[answered..].contains("   -> ") {
            let mut bytes = [0; 4096];
            let count = screen.read(&mut bytes).unwrap();
            assert_ne!(count, 0, "it ended: {shown}");
            shown.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        answered = shown.len();
        keys.write_all(format!("{line}\r").as_bytes()).unwrap();
    }
    screen.read_to_string(&mut shown).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{shown}");
    Some(shown)
}

#[cfg(target_os = "linux")]
#[test]
fn a_prompt_answers_and_keeps_what_was_typed_to_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::imported();
    let lines = [
        "SELECT nosuch;",
        "SELECT count(*) + 40",
        "AS n FROM stream_samples;",
        "\\d meetings",
        "\\q",
    ];
    let Some(shown) = typed(&world, &lines) else { return };
    for part in ["column 'nosuch' not found", "43\r\n", "host_email"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let history = world.path().join("state/zqos/sql_history");
    let kept = std::fs::read_to_string(&history).unwrap();
    assert!(kept.contains("SELECT count(*) + 40"), "{kept}");
    let mode = std::fs::metadata(&history).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_would_steer_a_terminal_is_an_escape_in_json() {
    let world = World::imported();
    for (format, expected) in [
        ("json", "[{\"a\":\"\\u001b[31m\\u202e\"}]\n"),
        ("ndjson", "{\"a\":\"\\u001b[31m\\u202e\"}\n"),
        // Whoever reads a file wants what is in the store.
        ("csv", "a\n\u{1b}[31m\u{202e}\n"),
    ] {
        let sql = "SELECT chr(27) || '[31m' || chr(8238) AS a";
        let output = world.run(&["sql", sql, "--format", format]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{format}");
    }
}
