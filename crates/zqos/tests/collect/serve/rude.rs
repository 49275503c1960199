//! Clients that mean no good, and a store that goes away.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use super::accounts::copy;
use super::http::Request;
use super::{RANGE, Served, credentials, world};

#[test]
fn no_path_leads_out_of_what_is_served() {
    let served = Served::new("paths", &[]);
    let long = format!("/{}", "x/".repeat(4_000));
    for path in [
        "/..",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "//etc/passwd",
        "/./",
        "/assets/../../etc/passwd",
        "/assets/%2e%2e/index.html",
        "/%00",
        "/assets/%00.js",
        "/%ff%fe",
        "/a%0d%0ax:%20y",
        "/api/v1/meetings/..%2f..%2fmetrics",
        "/api//v1/session",
        "/API/v1/session",
        "/api/v1/../v1/session",
        "/metrics/",
        "/api/v1/session/",
        "/v2/../api/v1/session",
        "/v2/%2e%2e/metrics",
        "*",
        &long,
    ] {
        let answer = served.ask(Request::get(path));
        assert!(answer.status < 500, "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
        // What is no file of the dashboard's shows its first page, or that there is none, and nothing of the store.
        assert!(!answer.text().contains("\"accounts\""), "{path}: {}", answer.text());
        assert_eq!(answer.header("x"), None, "{path}");
        let known = served.get(&served.analyst, path);
        assert!(known.status < 500, "{path}: {}", known.status);
    }
    for path in ["/v2", "/v2/", "/oauth/other", "/hooks/zoom", "/hooks/other"] {
        assert_ne!(served.get(&served.analyst, path).status, 200, "{path}");
    }
    for line in [
        "GET /\0 HTTP/1.1",
        "GET http://example.com/api/v1/session HTTP/1.1",
        "GET /api/v1/session",
        "\u{16}\u{3}\u{1}",
    ] {
        let mut socket = TcpStream::connect(&served.address).unwrap();
        let head = format!("{line}\r\nhost: {}\r\nconnection: close\r\n\r\n", served.address);
        // The server may have left before it has read all of that.
        drop(socket.write_all(head.as_bytes()));
        let mut text = String::new();
        drop(socket.read_to_string(&mut text));
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{line:?}: {text}");
    }
    assert_eq!(served.json("/api/v1/session")["role"], "analyst");
}

#[test]
fn whoever_asks_too_much_is_told_when_to_go_on() {
    let served = Served::new("rate", &["--rate", "1", "--archive-rate", "1"]);
    let limited = |who: &str, target: &str| {
        (0..1_000).find_map(|count| {
            let answer = served.get(who, target);
            (answer.status == 429).then_some((count, answer))
        })
    };
    let (count, answer) = limited(&served.analyst, "/api/v1/session").unwrap();
    // Ten at once, and one more for each second that it took.
    assert!(count >= 10, "{count}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(
        matches!(answer.header("retry-after"), Some("1" | "2")),
        "{:?}",
        answer.header("retry-after")
    );
    // Others, the archive, and whoever looks whether it lives, are not concerned.
    assert_eq!(served.get(&served.viewer, "/api/v1/session").status, 200);
    let archive = "/v2/metrics/meetings?type=past&from=2026-11-19&to=2026-11-19";
    let (count, answer) = limited(&served.analyst, archive).unwrap();
    assert!(count >= 10, "{count}");
    assert_eq!(
        (&answer.json()["code"], answer.header("x-ratelimit-type")),
        (&429.into(), Some("QPS"))
    );
    for target in ["/healthz", "/readyz", "/"] {
        assert!((0..50).all(|_| served.ask(Request::get(target)).status == 200), "{target}");
    }
    // Whoever guesses is one address.
    assert!(limited("guessed:guessed", "/api/v1/session").is_some());
    assert_eq!(served.ask(Request::get("/sign-in?code=guessed")).status, 429);
    assert_eq!(
        served.ask(Request::post("/oauth/token?grant_type=account_credentials", "")).status,
        429
    );

    let generous = Served::new("no rate", &["--rate", "0"]);
    assert!((0..200).all(|_| generous.ask(Request::get("/sign-in?code=guessed")).status == 401));
}

/// A copy of the world's store, which may come to harm.
fn copied(to: &Path) {
    let store = world().dir.path().join("store");
    for part in ["tables", "wal"] {
        copy(&store.join(part), &to.join(part));
    }
    std::fs::copy(store.join("layout.json"), to.join("layout.json")).unwrap();
}

impl Served {
    /// Asks until the status is this one: the store is looked at every two seconds.
    fn until(&self, target: &str, status: u16) -> super::http::Answer {
        loop {
            let answer = self.get(&self.analyst, target);
            if answer.status == status {
                return answer;
            }
            assert!(matches!(answer.status, 200 | 503), "{target}: {}", answer.text());
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_store_that_goes_away_is_missed_and_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let (store, away) = (folder.path().join("store"), folder.path().join("away"));
    copied(&store);
    let named = ["--store", store.to_str().unwrap()];
    let served = Served::of(&named, "away", &["--sql", "--rate", "0"]);
    let overview = format!("/api/v1/overview?{RANGE}");
    let before = served.until(&overview, 200);

    std::fs::rename(store.join("tables"), &away).unwrap();
    std::fs::rename(store.join("layout.json"), folder.path().join("layout.json")).unwrap();
    let missed = served.until("/readyz", 503);
    assert_eq!(missed.header("content-type"), Some("application/problem+json"));
    assert!(!missed.json()["detail"].as_str().unwrap().is_empty());
    assert!(!missed.text().contains(store.to_str().unwrap()), "{}", missed.text());
    for target in [&*overview, "/api/v1/session", &format!("/api/v1/meetings?{RANGE}")] {
        assert_eq!(served.get(&served.analyst, target).status, 503, "{target}");
    }
    assert_eq!(served.ask(Request::get("/healthz")).status, 200);
    let metrics = served.get(&served.analyst, "/metrics");
    assert!(metrics.text().contains("zqos_store_readable 0\n"), "{}", metrics.text());
    let body = "{\"sql\": \"SELECT count(*) FROM participants\"}";
    let query = || {
        Request::post("/api/v1/sql", body)
            .with("content-type", "application/json")
            .basic(&served.analyst)
    };
    assert_eq!(served.ask(query()).status, 503);

    std::fs::rename(&away, store.join("tables")).unwrap();
    std::fs::rename(folder.path().join("layout.json"), store.join("layout.json")).unwrap();
    served.until("/readyz", 200);
    assert_eq!(served.get(&served.analyst, &overview).text(), before.text());
    assert_eq!(served.ask(query()).status, 200);
}

#[test]
fn a_store_of_a_newer_layout_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    copied(&store);
    let named = ["--store", store.to_str().unwrap()];
    let served = Served::of(&named, "newer", &["--rate", "0"]);
    served.until("/readyz", 200);
    let layout = std::fs::read_to_string(store.join("layout.json")).unwrap();
    let digits = layout.find(|c: char| c.is_ascii_digit()).unwrap();
    let newer = format!("{}9{}", &layout[..digits], &layout[digits..]);
    std::fs::write(store.join("layout.json"), newer).unwrap();
    let told = served.until("/readyz", 503);
    assert!(told.json()["detail"].as_str().unwrap().contains("newer zqos"), "{}", told.text());
    assert_eq!(served.get(&served.analyst, &format!("/api/v1/overview?{RANGE}")).status, 503);
    std::fs::write(store.join("layout.json"), layout).unwrap();
    served.until("/readyz", 200);
}

#[test]
fn whoever_writes_to_the_store_locks_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    copied(&store);
    let named = ["--store", store.to_str().unwrap()];
    let locks: Vec<_> = ["wal", "tables"].map(|part| std::fs::File::open(store.join(part))).into();
    for lock in &locks {
        lock.as_ref().unwrap().try_lock().unwrap();
    }
    let served = Served::of(&named, "locked", &[]);
    assert_eq!(served.ask(Request::get("/readyz")).status, 200);
    assert_eq!(served.get(&served.analyst, &format!("/api/v1/overview?{RANGE}")).status, 200);
}

/// More connections than the process may have descriptors.
#[cfg(target_os = "linux")]
#[test]
fn connections_beyond_the_limit_wait_and_nothing_else_suffers() {
    let world = world();
    let who = credentials(world, &[], "descriptors", "analyst");
    let served = world.command("serve", &["--listen", "127.0.0.1:0"]);
    let program = served.get_program().to_owned();
    let mut limited = std::process::Command::new("/bin/sh");
    limited.arg("-c").arg("ulimit -n 128; exec \"$0\" \"$@\"").arg(program).args(served.get_args());
    limited.env_clear().current_dir(world.dir.path());
    for (name, value) in served.get_envs() {
        limited.env(name, value.unwrap());
    }
    let served = Served::started(limited, who.clone(), who);
    let idle: Vec<TcpStream> =
        (0..400).map(|_| TcpStream::connect(&served.address).unwrap()).collect();
    drop(idle);
    assert_eq!(served.get(&served.analyst, &format!("/api/v1/overview?{RANGE}")).status, 200);
    assert_eq!(served.ask(Request::get("/readyz")).status, 200);
}
