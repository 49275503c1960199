//! Standard output and how runs end: closed early, full, interrupted.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;

use zqos_replay::{Matcher, Responder, Response, Routes, Server, fixtures};

use crate::support::{
    NUMBER, PATIENCE, PERSON, Run, UUID, Zqos, json, paged, serving, skipped_without,
};

/// A server with more to say than any pipe holds.
fn talkative() -> Server {
    let meetings: Vec<String> = (0..3000)
        .map(|place| {
            format!(
                r#"{{"uuid":"uuid-of-meeting-{place}==","id":{place},"topic":"A topic of some length, as topics are","start_time":"2026-01-05T10:00:00Z"}}"#
            )
        })
        .collect();
    let rows: Vec<&str> = meetings.iter().map(String::as_str).collect();
    serving(
        Routes::new()
            .on("GET", "/v2/metrics/meetings", paged("meetings", rows.len(), &[&rows]))
            .on("GET", Matcher::prefix("/v2/"), fixtures::walk(40, 20, 10)),
    )
}

/// Runs with a reader who takes this much and leaves.
fn read_and_left(zqos: &Zqos, args: &[&str], bytes: usize) -> Run {
    let mut child = zqos.command(args).spawn().unwrap();
    let mut stdout = child.stdout.replace(empty_pipe()).unwrap();
    stdout.read_exact(&mut vec![0; bytes]).unwrap();
    drop(stdout);
    Run::of(child, format!("{args:?}"))
}

/// A pipe of which nothing comes, to stand where a child's was.
fn empty_pipe() -> std::process::ChildStdout {
    let mut child = Command::new("true").stdout(Stdio::piped()).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    child.wait().unwrap();
    stdout
}

#[test]
fn a_reader_who_leaves_early_ends_the_run_with_success() {
    let server = talkative();
    for format in ["table", "json", "ndjson", "csv"] {
        for args in
            [&["meetings", "--at", "2026-01-05 10:05"][..], &["get", UUID, "--type", "past"]]
        {
            if args[0] == "get" && format == "table" {
                continue;
            }
            let args = [args, &["--format", format]].concat();
            read_and_left(&Zqos::at(&server), &args, 1).succeeds();
        }
    }
    read_and_left(&Zqos::at(&server), &["api", "/things", "--all"], 1).succeeds();
}

#[test]
fn a_reader_who_takes_nothing_ends_the_run_with_success() {
    let server =
        serving(Routes::new().on("GET", Matcher::prefix("/v2/"), json(fixtures::seed_report())));
    for args in [
        &["get", NUMBER, PERSON][..],
        &["get", NUMBER, PERSON, "--format", "raw"],
        &["get", NUMBER, PERSON, "--format", "table"],
        &["get", NUMBER, PERSON, "--print-request", "curl"],
        &["participants", UUID, "--format", "csv"],
        &["auth", "check"],
        &["config", "show"],
        &["config", "default"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["get", "--help"],
        &["--version"],
    ] {
        read_and_left(&Zqos::at(&server), args, 0).succeeds();
    }
}

#[test]
fn without_a_reader_a_failure_is_still_one() {
    let server = serving(Routes::new());
    let run = read_and_left(&Zqos::at(&server), &["get", NUMBER, PERSON], 0);
    run.fails(&["GET ", "HTTP 404 Not Found"]);
    let run = read_and_left(&Zqos::at(&server), &["get", "--frobnicate"], 0);
    assert_eq!(run.status.code(), Some(2), "{run}");
}

#[test]
fn without_anybody_to_tell_the_exit_code_tells() {
    let server = serving(Routes::new());
    for (args, code) in [(&["get", NUMBER, PERSON][..], 1), (&["get"], 2), (&["get", ".."], 2)] {
        let zqos = Zqos::at(&server);
        let mut child = zqos.command(args).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
}

#[test]
fn a_full_disk_is_a_failure() {
    let server = talkative();
    let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else {
        skipped_without("/dev/full");
        return;
    };
    for args in [&["meetings", "--at", "2026-01-05 10:05"][..], &["config", "default"]] {
        let zqos = Zqos::at(&server);
        let mut child = zqos.command(args).stdout(full.try_clone().unwrap()).spawn().unwrap();
        child.stdout = Some(empty_pipe());
        let run = Run::of(child, format!("{args:?}"));
        run.fails(&["error: standard output can't be written"]);
    }
}

#[test]
fn an_interrupt_ends_the_run_with_its_own_code() {
    // The request is under way when the interrupt comes.
    let (asked, is_asked) = mpsc::channel();
    let server = serving(Routes::new().on(
        "GET",
        Matcher::prefix("/v2/"),
        Responder::with(move |_| {
            asked.send(()).unwrap();
            Response::new(200).hang()
        }),
    ));
    let zqos = Zqos::at(&server);
    let child = zqos.command(["get", NUMBER, PERSON]).spawn().unwrap();
    is_asked.recv_timeout(PATIENCE).unwrap();
    let interrupted =
        Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(interrupted.success());
    let run = Run::of(child, "interrupted".to_owned()).exits(130);
    assert_eq!(run.stderr, "interrupted\n");
}

#[test]
fn rows_come_while_the_walk_goes_on() {
    // The second page is asked for only when rows of the first have been read.
    let (release, released) = mpsc::channel::<()>();
    let row = |id: usize| format!(r#"{{"id":{id},"text":"{}"}}"#, "x".repeat(200_000));
    let mut answers = 0;
    let server = serving(Routes::new().on(
        "GET",
        "/v2/things",
        Responder::with(move |_| {
            answers += 1;
            if answers == 1 {
                return json(format!(r#"{{"next_page_token":"t","things":[{}]}}"#, row(1)));
            }
            released.recv_timeout(PATIENCE).unwrap();
            json(format!(r#"{{"things":[{}]}}"#, row(2)))
        }),
    ));
    let zqos = Zqos::at(&server);
    let mut child =
        zqos.command(["api", "/things", "--all", "--format", "ndjson"]).spawn().unwrap();
    let mut stdout = child.stdout.replace(empty_pipe()).unwrap();
    let mut first = vec![0; 100_000];
    stdout.read_exact(&mut first).unwrap();
    assert!(first.starts_with(b"{\"id\":1,"));
    release.send(()).unwrap();
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    assert!(rest.windows(7).any(|window| window == b"\"id\":2,"));
    Run::of(child, "api".to_owned()).succeeds();
}

#[test]
fn standard_input_is_left_alone() {
    let server = serving(Routes::new().on("GET", Matcher::prefix("/v2/"), json("{}")));
    let zqos = Zqos::at(&server);
    let mut command = zqos.command(["api", "/users/me"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    Run::of(child, "api".to_owned()).succeeds();
    drop(stdin.write_all(b"unread"));
}
