//! What can be typed: help, completions, the manual page, and what is refused.

use std::collections::BTreeSet;

use crate::support::{NUMBER, PERSON, TOKEN, UUID, Zqos};

/// Every command, and those that only group others.
const COMMANDS: [&[&str]; 37] = [
    &[],
    &["get"],
    &["meetings"],
    &["participants"],
    &["api"],
    &["auth"],
    &["auth", "check"],
    &["config"],
    &["config", "show"],
    &["config", "default"],
    &["config", "check"],
    &["sim"],
    &["sim", "truth"],
    &["sim", "events"],
    &["demo"],
    &["collect"],
    &["status"],
    &["find"],
    &["diagnose"],
    &["compare"],
    &["import"],
    &["receive"],
    &["store"],
    &["store", "info"],
    &["store", "compact"],
    &["store", "verify"],
    &["store", "replay"],
    &["store", "expire"],
    &["store", "forget"],
    &["sql"],
    &["serve"],
    &["client"],
    &["client", "add"],
    &["client", "list"],
    &["client", "revoke"],
    &["completions"],
    &["man"],
];

#[test]
fn the_help_of_every_command_has_an_example() {
    let zqos = Zqos::new();
    for command in COMMANDS {
        for option in ["--help", "-h"] {
            let run = zqos.run(command.iter().chain(&[option])).succeeds();
            let (_, examples) = run.text().split_once("Example").unwrap_or_else(|| panic!("{run}"));
            let example = format!(
                "\n  {}",
                ["zqos"].iter().chain(command).copied().collect::<Vec<_>>().join(" ")
            );
            assert!(examples.contains(&example), "no `{example}`: {run}");
        }
    }
}

#[test]
fn no_command_is_left_out_above() {
    let zqos = Zqos::new();
    for command in COMMANDS {
        let run = zqos.run(command.iter().chain(&["-h"])).succeeds();
        let Some((_, listed)) = run.text().split_once("Commands:\n") else { continue };
        let listed: BTreeSet<&str> = listed
            .lines()
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .collect();
        let known = COMMANDS
            .iter()
            .filter(|known| known.len() == command.len() + 1 && known.starts_with(command))
            .map(|known| known[command.len()]);
        assert_eq!(listed, known.collect(), "{run}");
    }
}

#[test]
fn the_help_says_what_the_exit_codes_mean() {
    let run = Zqos::new().run(["--help"]).succeeds();
    for code in ["\n  0 ", "\n  1 ", "\n  2 ", "\n  3 ", "\n  130 "] {
        assert!(run.text().contains(code), "no `{code}`: {run}");
    }
}

#[test]
fn the_version_is_told() {
    let run = Zqos::new().run(["--version"]).succeeds();
    assert_eq!(run.text(), format!("zqos {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_are_of_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Zqos::new().run(["completions", shell]).succeeds();
        assert!(run.text().contains("print-request"), "{run}");
    }
}

#[test]
fn the_manual_page_is_one() {
    let run = Zqos::new().run(["man"]).succeeds();
    assert!(run.text().contains(".TH zqos 1"), "{run}");
    assert!(run.text().contains(".SH"), "{run}");
}

#[test]
fn nothing_of_these_needs_good_settings() {
    let zqos = Zqos::new().top("not TOML");
    for args in [&["config", "default"][..], &["completions", "bash"], &["man"], &["get", "--help"]]
    {
        zqos.run(args).succeeds();
    }
}

#[test]
fn what_is_typed_wrongly_is_refused() {
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN);
    for (args, reason) in [
        (&[][..], "Usage: zqos"),
        (&["fetch"], "unrecognized subcommand 'fetch'"),
        (&["get"], "no meeting is named"),
        (&["get", NUMBER, "--at", "now", "--topic", "x"], "cannot be used with"),
        (&["get", "--topic", "x"], "--at <TIME>"),
        (&["get", NUMBER, PERSON, "--frobnicate"], "unexpected argument '--frobnicate'"),
        (&["get", NUMBER, PERSON, "one-more"], "unexpected argument 'one-more'"),
        (&["get", NUMBER, PERSON, "--format", "xml"], "invalid value 'xml'"),
        (&["get", NUMBER, PERSON, "--type", "future"], "invalid value 'future'"),
        (&["get", NUMBER, PERSON, "--type", "live", "--type", "past"], "cannot be used multiple"),
        (&["get", NUMBER, PERSON, "--tz", "Mars/Olympus"], "`Mars/Olympus` is not a time zone"),
        (&["get", NUMBER, PERSON, "--account", "x"], "there is no account `x`"),
        (&["get", NUMBER, PERSON, "--account", "all", "--account", "x"], "multiple"),
        (&["completions", "tcsh"], "invalid value 'tcsh'"),
    ] {
        zqos.run(args).refuses(reason);
    }
}

#[test]
fn ids_that_are_none_are_refused_before_anything_is_asked() {
    // Whatever is asked would go to a name that does not exist, and exit with 1.
    let zqos =
        Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).env("ZOOM_API_BASE", "https://zqos.invalid/v2");
    for (args, reason) in [
        (&["get", "", PERSON][..], "a meeting is named by its number or its UUID"),
        (&["get", "", "--person", "Jill"], "a meeting is named by its number or its UUID"),
        (&["participants", ""], "a meeting is named by its number or its UUID"),
        (&["get", NUMBER, ""], "the participant's id is empty"),
        (&["get", NUMBER, "."], "`.` can't be a part of a path"),
        (&["get", NUMBER, ".."], "`..` can't be a part of a path"),
        (&["get", NUMBER, "%2e%2E"], "can't be a part of a path"),
        (&["get", NUMBER, "..", "--at", "yesterday"], "`..` can't be a part of a path"),
        (&["get", ".", PERSON], "`.` can't be a part of a path"),
        (&["get", ".."], "`..` can't be a part of a path"),
        (&["get", "..", "--person", "Jill"], "`..` can't be a part of a path"),
        (&["get", "..", "--summary"], "`..` can't be a part of a path"),
        (&["participants", ".."], "`..` can't be a part of a path"),
    ] {
        zqos.run(args).refuses(reason);
    }
}

#[test]
fn times_that_are_none_are_refused() {
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN);
    for args in [
        &["get", NUMBER, PERSON, "--at", "noon"][..],
        &["participants", NUMBER, "--at", "2026-13-01"],
        &["meetings", "--at", "25:00"],
        &["meetings", "--from", "-7"],
        &["meetings", "--to", ""],
        &["meetings", "--from", "-99999999999d"],
        &["meetings", "--from", "-9999d9999d"],
    ] {
        let run = zqos.run(args).refuses("is not a time");
        run.explains(&["error: `", "hint: write a date (`2026-11-22`)"]);
    }
    zqos.run(["get", UUID, PERSON, "--at", "now"]).refuses("a UUID names one instance already");
}

#[test]
fn times_far_away_do_no_harm() {
    let zqos = Zqos::new()
        .env("ZOOM_ACCESS_TOKEN", TOKEN)
        .env("ZOOM_API_BASE", "http://127.0.0.1:1/v2")
        .http("tries", 1);
    for at in ["0001-01-01", "-009999-01-02T00:00:00Z", "9999-12-30", "-700000d"] {
        let run = zqos.run(["meetings", &format!("--at={at}")]);
        assert!(matches!(run.status.code(), Some(1 | 2)), "{run}");
    }
}
