//! What is different on a terminal. `script` makes one.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use zqos_core::Shown;
use zqos_replay::{Matcher, Responder, Routes, Server, fixtures};

use crate::support::{
    NUMBER, PATIENCE, PERSON, Run, UUID, Zqos, json, paged, serving, skipped_without,
};

/// Runs on a terminal of this width; `None` where there is no `script` to make one.
fn on_terminal(zqos: &Zqos, columns: u16, args: &[&str]) -> Option<Run> {
    let child = started_on_terminal(zqos, columns, args)?;
    let mut run = Run::of(child, format!("on a terminal: {args:?}"));
    // The terminal ends lines in its own way.
    run.stdout = run.text().replace("\r\n", "\n").into_bytes();
    Some(run.exits(0))
}

/// Starts on a terminal; both outputs of the program are the standard output of the child.
fn started_on_terminal(zqos: &Zqos, columns: u16, args: &[&str]) -> Option<Child> {
    let program = zqos.command(args);
    let words: Vec<_> = [program.get_program()]
        .into_iter()
        .chain(program.get_args())
        .map(|word| format!("'{}'", word.to_str().unwrap().replace('\'', r"'\''")))
        .collect();
    let inner = format!("stty rows 40 columns {columns}; exec {}", words.join(" "));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &inner, "/dev/null"]).env_clear();
    for (name, value) in program.get_envs() {
        script.env(name, value.unwrap());
    }
    script.current_dir(program.get_current_dir().unwrap());
    script.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = script.spawn().ok();
    if child.is_none() {
        skipped_without("script");
    }
    child
}

/// What the program itself does to the terminal: bold, dim and plain text.
const STYLES: [&str; 3] = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"];

/// The text without our own styles.
fn plain(run: &Run) -> String {
    STYLES.iter().fold(run.text().to_owned(), |text, style| text.replace(style, ""))
}

fn reporting() -> Server {
    serving(Routes::new().on("GET", Matcher::prefix("/v2/"), json(fixtures::seed_report())))
}

const GET: [&str; 3] = ["get", NUMBER, PERSON];

#[test]
fn a_table_is_the_format_where_somebody_looks() {
    let server = reporting();
    let zqos = Zqos::at(&server);
    let Some(run) = on_terminal(&zqos, 120, &GET) else { return };
    assert!(plain(&run).starts_with("User\n"), "{run}");
    let Some(run) = on_terminal(&zqos, 120, &["meetings"]) else { return };
    assert!(plain(&run).contains("0 meetings"), "{run}");
    let Some(run) = on_terminal(&zqos, 120, &["get", NUMBER, PERSON, "--format", "json"]) else {
        return;
    };
    assert_eq!(run.json()["user_id"], PERSON);
}

#[test]
fn styles_are_for_terminals_whose_user_wants_them() {
    let server = reporting();
    let Some(run) = on_terminal(&Zqos::at(&server), 120, &GET) else { return };
    assert!(STYLES.iter().all(|style| run.text().contains(style)), "{run}");
    let empty = Zqos::at(&server).env("NO_COLOR", "");
    let Some(run) = on_terminal(&empty, 120, &GET) else { return };
    assert!(run.text().contains('\u{1b}'), "an empty value is none: {run}");
    let unwanted = Zqos::at(&server).env("NO_COLOR", "1");
    let Some(run) = on_terminal(&unwanted, 120, &GET) else { return };
    assert!(!run.text().contains('\u{1b}'), "{run}");
}

#[test]
fn nothing_is_told_by_style_alone() {
    let server = reporting();
    let Some(styled) = on_terminal(&Zqos::at(&server), 120, &GET) else { return };
    let without = Zqos::at(&server).run(["get", NUMBER, PERSON, "--format", "table"]).exits(0);
    assert_eq!(plain(&styled), without.text());
}

#[test]
fn a_report_keeps_to_the_width_of_the_terminal() {
    let server = reporting();
    for columns in [80, 120, 200] {
        let Some(run) = on_terminal(&Zqos::at(&server), columns, &GET) else { return };
        let widest = plain(&run).lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= usize::from(columns), "{widest} of {columns}: {run}");
    }
}

#[test]
fn strangers_do_not_steer_the_terminal() {
    let evil = "Eve\u{1b}[2J\u{202e}\u{9b}31m";
    let report = serde_json::json!({"user_id": "1", "user_name": evil, "location": evil,
        "user_qos": [{"date_time": "2026-01-05T10:00:00Z", evil: {"latency": "1 ms"}}]});
    let meeting = serde_json::json!({"uuid": "a==", "topic": evil, "host": evil}).to_string();
    let routes = Routes::new()
        .on("GET", "/v2/metrics/meetings", paged("meetings", 1, &[&[&meeting]]))
        .on("GET", Matcher::prefix("/v2/"), json(report.to_string()));
    let server = serving(routes);
    for args in [&GET[..], &["meetings"], &["get", UUID, PERSON, "--format", "json"]] {
        let Some(run) = on_terminal(&Zqos::at(&server), 120, args) else { return };
        assert!(run.text().contains("Eve\\u"), "{run}");
        let text = plain(&run);
        assert!(!text.contains(|c| c != '\n' && Shown::is_escaped(c)), "{run}");
    }
}

#[test]
fn long_work_shows_how_far_it_has_come_and_takes_that_away_again() {
    // The server answers when the progress has been seen.
    let (release, released) = mpsc::channel::<()>();
    let server = serving(Routes::new().on(
        "GET",
        Matcher::prefix("/v2/"),
        Responder::with(move |_| {
            released.recv_timeout(PATIENCE).unwrap();
            json(fixtures::seed_report())
        }),
    ));
    let zqos = Zqos::at(&server);
    let Some(mut child) = started_on_terminal(&zqos, 120, &GET) else { return };
    let stdout = child.stdout.as_mut().unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"waiting for Zoom\r") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    release.send(()).unwrap();
    let run = Run::of(child, "progress".to_owned()).exits(0);
    // The line is cleared before anything else is shown.
    let (progress, report) = run.text().split_once("User").unwrap();
    assert!(progress.replace(STYLES[0], "").ends_with("\u{1b}[K\r"), "{run}");
    assert!(!report.contains("waiting"), "{run}");
}
