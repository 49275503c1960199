//! `zqos serve`: what was collected, shown to browsers and programs.

mod accounts;
pub(crate) mod http;
mod live;
mod oidc;
mod otlp;
mod rude;
mod sql;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use zqos_sim::{Algorithm, Config};

use self::http::{Answer, Request};
use crate::DAY;
use crate::world::{World, said};

const RANGE: &str = "from=2026-11-19T00:00:00Z&to=2026-11-20T00:00:00Z";

/// A company's day in a store. One is enough for all, as nothing here changes it.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let config = Config { people: 120, limits: Algorithm::Off, ..Config::default() };
        let world = World::at("2026-11-24T12:00:00Z", config);
        let output = world.run("collect", &DAY);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        world
    })
}

/// A server of its own.
struct Served {
    process: Child,
    address: String,
    code: String,
    analyst: String,
    viewer: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub(crate) fn credentials(world: &World, store: &[&str], name: &str, role: &str) -> String {
    let add = ["add", name, "--role", role, "--format", "json"];
    let output = world.run("client", &[&add, store].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    format!("{}:{}", text("client_id"), text("client_secret"))
}

impl Served {
    fn new(name: &str, arguments: &[&str]) -> Self {
        Self::of(&[], name, arguments)
    }

    /// One of the store that arguments name, else of the world's.
    fn of(store: &[&str], name: &str, arguments: &[&str]) -> Self {
        let world = world();
        let [analyst, viewer] = ["analyst", "viewer"]
            .map(|role| credentials(world, store, &format!("{name} {role}"), role));
        let all = [&["--listen", "127.0.0.1:0"], store, arguments].concat();
        Self::started(world.command("serve", &all), analyst, viewer)
    }

    /// One that a command starts.
    fn started(mut command: Command, analyst: String, viewer: String) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            said.read_line(&mut line).unwrap();
            line.trim().to_owned()
        };
        let ready = line();
        let address = ready.strip_prefix("ready http://").unwrap_or_else(|| panic!("{ready}"));
        let (_, code) =
            line().split_once("code=").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        // What it says later is nobody's concern, and must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { address: address.to_owned(), code, analyst, viewer, process }
    }

    fn ask(&self, request: Request<'_>) -> Answer {
        http::send(&self.address, request)
    }

    fn get(&self, who: &str, target: &str) -> Answer {
        self.ask(Request::get(target).basic(who))
    }

    /// What an analyst gets.
    fn json(&self, target: &str) -> Value {
        let answer = self.get(&self.analyst, target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }
}

fn encoded(text: &str) -> String {
    let letter = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(letter).collect()
}

/// The meeting with the most poor minutes.
fn worst(served: &Served) -> (String, Value) {
    let listed = served.json(&format!("/api/v1/meetings?{RANGE}&sort=poor_minutes&limit=1"));
    let row = listed["rows"][0].clone();
    (row["meeting_uuid"].as_str().unwrap().to_owned(), row)
}

#[test]
fn a_browser_signs_in_once_and_out_again() {
    let served = Served::new("browser", &[]);
    let target = format!("/sign-in?code={}", served.code);
    let answer = served.ask(Request::get(&target));
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    // Nobody else uses it.
    assert_eq!(served.ask(Request::get(&target)).status, 401);
    assert_eq!(served.ask(Request::get("/sign-in?code=guessed")).status, 401);

    let session = |cookie: &str| served.ask(Request::get("/api/v1/session").with("cookie", cookie));
    assert_eq!(session(cookie).json()["role"], "admin");
    assert_eq!(session("zqos_session=guessed").status, 401);
    assert_eq!(served.ask(Request::get("/api/v1/session")).status, 401);

    // A page of another site can't send the header.
    let out = || Request::post("/api/v1/sign-out", "").with("cookie", cookie);
    assert_eq!(served.ask(out()).status, 403);
    assert_eq!(session(cookie).status, 200);
    assert_eq!(served.ask(out().with("x-zqos", "1")).status, 204);
    assert_eq!(session(cookie).status, 401);
}

#[test]
fn what_comes_from_elsewhere_is_refused() {
    let served = Served::new("elsewhere", &[]);
    let get = || Request::get("/api/v1/session").basic(&served.analyst);
    assert_eq!(served.ask(get()).status, 200);
    // A name that leads here by somebody's will: DNS rebinding.
    for host in ["qos.example.com", "127.0.0.1.example.com", "", "localhost@example.com", "a b"] {
        let answer = served.ask(get().host(host));
        assert!(matches!(answer.status, 400 | 421), "{host}: {}", answer.status);
    }
    for host in ["localhost:8600", "[::1]", "127.9.9.9"] {
        assert_eq!(served.ask(get().host(host)).status, 200, "{host}");
    }
    for (name, value) in [
        ("origin", "https://example.com"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(served.ask(get().with(name, value)).status, 403, "{name}: {value}");
    }
    let own = format!("http://{}", served.address);
    assert_eq!(served.ask(get().with("origin", &own)).status, 200);
    // What is refused has the same headers.
    let answer = served.ask(get().host("example.com"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
}

#[test]
fn credentials_that_are_wrong_let_nobody_in() {
    let served = Served::new("wrong", &[]);
    let (id, secret) = served.analyst.split_once(':').unwrap();
    for who in [&format!("{id}:"), &format!("{id}:{secret}x"), &format!(":{secret}"), "", "x"] {
        let answer = served.ask(Request::get("/api/v1/session").basic(who));
        assert_eq!(answer.status, 401, "{who}");
        assert!(answer.header("www-authenticate").is_some());
        assert!(!answer.text().contains(secret));
    }
    for header in ["Bearer guessed", "Bearer", "Basic ???", "Digest x", ""] {
        let request = Request::get("/api/v1/session").with("authorization", header);
        assert_eq!(served.ask(request).status, 401, "{header}");
    }
    let output = world().run("client", &["revoke", "wrong analyst"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(served.get(&served.analyst, "/api/v1/session").status, 401);
}

#[test]
fn a_token_is_given_whether_or_not_there_is_a_body() {
    let served = Served::new("token", &[]);
    let asked = "grant_type=account_credentials&account_id=default";
    let form = "application/x-www-form-urlencoded";
    let in_address = format!("/oauth/token?{asked}");
    for (target, body, kind) in [
        (in_address.as_str(), "", None),
        (&in_address, "", Some(form)),
        (&in_address, "{}", Some("application/json")),
        ("/oauth/token", asked, Some(form)),
        ("/oauth/token", asked, None),
    ] {
        let request = Request::post(target, body).basic(&served.analyst);
        let request = kind.into_iter().fold(request, |all, kind| all.with("content-type", kind));
        let answer = served.ask(request);
        assert_eq!(answer.status, 200, "{target} {body:?} {kind:?}: {}", answer.text());
        assert_eq!(answer.json()["api_url"], format!("http://{}", served.address));
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        let request = Request::get("/api/v1/session");
        let known = served.ask(request.with("authorization", &format!("Bearer {token}")));
        assert_eq!(known.status, 200, "{}", known.text());
    }
    for (target, body) in [("/oauth/token", ""), ("/oauth/token", "\0\u{fffd}%zz")] {
        let answer = served.ask(Request::post(target, body).basic(&served.analyst));
        assert_eq!(answer.status, 400, "{body:?}: {}", answer.text());
        assert_eq!(answer.json()["error"], "unsupported_grant_type");
    }
}

#[test]
fn an_overview_counts_what_is_stored() {
    let served = Served::new("overview", &[]);
    let told = served.json(&format!("/api/v1/overview?{RANGE}"));
    let stored = world().sql(
        "SELECT count(*) AS joins, sum(v.minutes) AS minutes, sum(v.poor_minutes) AS poor_minutes, \
           count(DISTINCT v.meeting_uuid) AS meetings \
         FROM verdicts v JOIN participants p ON v.meeting_uuid = p.meeting_uuid AND v.user_id = p.user_id \
         WHERE v.medium = 'audio' AND v.verdict <> 'unclassified' AND v.user_id <> '*' \
           AND p.join_time >= '2026-11-19T00:00:00Z' AND p.join_time < '2026-11-20T00:00:00Z'",
    );
    for name in ["joins", "minutes", "poor_minutes", "meetings"] {
        assert_eq!(told["totals"][name], stored[0][name], "{name}");
    }
    assert!(told["totals"]["poor_minutes"].as_u64().unwrap() > 0, "{told}");
    for by in told["groups"].as_array().unwrap() {
        let rows = by["rows"].as_array().unwrap();
        let sum: u64 = rows.iter().map(|row| row["minutes"].as_u64().unwrap()).sum();
        assert_eq!(Some(sum), told["totals"]["minutes"].as_u64(), "{}", by["by"]);
    }
    // A day without meetings is there, and its share is not known.
    let days = served.json(
        "/api/v1/overview?from=2026-11-19T00:00:00Z&to=2026-11-22T00:00:00Z&tz=Europe/Berlin",
    );
    let days: Vec<(&str, bool)> = days["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| (day["day"].as_str().unwrap(), day["share"].is_null()))
        .collect();
    assert_eq!(days[0], ("2026-11-19", false));
    assert_eq!(days[2..], [("2026-11-21", true), ("2026-11-22", true)]);
}

#[test]
fn a_meeting_is_diagnosed_as_on_the_command_line() {
    let served = Served::new("meeting", &[]);
    let (uuid, row) = worst(&served);
    let one = served.json(&format!("/api/v1/meetings/{}", encoded(&uuid)));
    let typed = ["--format", "json", "--tz", "UTC", "--", &uuid];
    let output = world().run("diagnose", &typed);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mut by_hand: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut told = served.json(&format!("/api/v1/meetings/{}/diagnosis", encoded(&uuid)));
    // It is counted over the time of the question, on both sides by the same.
    (by_hand["coverage"], told["coverage"]) = (Value::Null, Value::Null);
    assert_eq!(told, by_hand);
    assert_eq!(one["meeting"], row);

    let heat = served.json(&format!("/api/v1/meetings/{}/heat", encoded(&uuid)));
    let strips = |rows: &Value| -> BTreeSet<(String, String)> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| (text(row, "user_id"), text(row, "strip")))
            .collect()
    };
    assert_eq!(strips(&heat["rows"]), strips(&by_hand["participants"]));
    assert_eq!(
        one["participants"].as_array().unwrap().len(),
        heat["rows"].as_array().unwrap().len()
    );

    let user = heat["rows"][0]["user_id"].as_str().unwrap();
    let lines = served.json(&format!("/api/v1/meetings/{}/series?user_id={user}", encoded(&uuid)));
    let line = &lines["series"][0];
    let stored = world().sql(&format!(
        "SELECT ts, latency_ms FROM stream_samples WHERE meeting_uuid = '{uuid}' AND user_id = '{user}' \
           AND stream = 'audio_output' AND latency_ms IS NOT NULL ORDER BY ts"
    ));
    let times = line["ts"].as_array().unwrap();
    let latencies = line["streams"]["audio_output"]["latency_ms"].as_array().unwrap();
    let told: Vec<(i64, f64)> = times
        .iter()
        .zip(latencies)
        .filter_map(|(ts, latency)| Some((ts.as_i64()?, latency.as_f64()?)))
        .collect();
    let stored: Vec<(i64, f64)> = stored
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let at: zqos_core::Timestamp = row["ts"].as_str().unwrap().parse().unwrap();
            (at.unix_millis() / 1_000, row["latency_ms"].as_f64().unwrap())
        })
        .collect();
    assert_eq!(told, stored);
    assert!(!told.is_empty());
}

#[test]
fn meetings_are_sorted_paged_and_found() {
    let served = Served::new("meetings", &[]);
    let all = served.json(&format!("/api/v1/meetings?{RANGE}&limit=500"));
    let total = all["total"].as_u64().unwrap();
    let mut walked = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = served.json(&format!("/api/v1/meetings?{RANGE}&limit=7{cursor}"));
        walked.extend(page["rows"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(Value::from(walked), all["rows"]);
    assert_eq!(total, all["rows"].as_array().unwrap().len() as u64);
    let (uuid, row) = worst(&served);
    let topic = row["topic"].as_str().unwrap();
    for q in [topic.to_uppercase(), row["meeting_id"].to_string(), uuid.clone()] {
        let found = served.json(&format!("/api/v1/meetings?{RANGE}&limit=500&q={}", encoded(&q)));
        assert!(found["rows"].as_array().unwrap().contains(&row), "{q}");
        assert!(found["total"].as_u64() < Some(total), "{q}");
    }
    let poor = served.json(&format!("/api/v1/meetings?{RANGE}&verdict=poor,bad"));
    let is_poor = |row: &Value| matches!(row["verdict"].as_str(), Some("poor" | "bad"));
    assert!(poor["rows"].as_array().unwrap().iter().all(is_poor), "{poor}");
}

#[test]
fn what_is_wrong_is_told_as_a_problem() {
    let served = Served::new("problems", &[]);
    for (target, status) in [
        ("/api/v1/overview", 400),
        ("/api/v1/overview?from=x&to=y", 400),
        ("/api/v1/overview?from=2026-11-20T00:00:00Z&to=2026-11-19T00:00:00Z", 400),
        ("/api/v1/overview?from=2020-11-20T00:00:00Z&to=2026-11-19T00:00:00Z", 400),
        (&format!("/api/v1/overview?{RANGE}&tz=Mars/Olympus"), 400),
        (&format!("/api/v1/overview?{RANGE}&medium=smell"), 400),
        (&format!("/api/v1/overview?{RANGE}&account=other"), 404),
        (&format!("/api/v1/incidents?{RANGE}&cause=gremlins"), 400),
        (&format!("/api/v1/meetings?{RANGE}&sort=colour"), 400),
        (&format!("/api/v1/meetings?{RANGE}&limit=0"), 400),
        (&format!("/api/v1/meetings?{RANGE}&cursor=x"), 400),
        ("/api/v1/meetings/nothing", 404),
        ("/api/v1/meetings/%00", 404),
        ("/api/v1/meetings/%2e%2e%2fetc%2fpasswd/heat", 404),
        ("/api/v1/meetings/x/series", 400),
        (&format!("/api/v1/people/nobody%40example.com?{RANGE}"), 404),
        (&format!("/api/v1/sites/Atlantis?{RANGE}"), 404),
        (&format!("/api/v1/compare?{RANGE}"), 400),
        (&format!("/api/v1/compare?{RANGE}&trait=email&value=x"), 400),
        (&format!("/api/v1/compare?{RANGE}&by=user_name"), 400),
        ("/api/v1/search?q=", 400),
        ("/api/v1/search?q=a&at=0982-08-23T04:36:59Z", 400),
        ("/api/v1/search?q=a&at=9000-08-23T04:36:59Z", 400),
        ("/api/v1/nothing", 404),
        ("/api/v2", 404),
    ] {
        let answer = served.get(&served.analyst, target);
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{target}");
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{target}");
    }
    let large = "x".repeat(1 << 20);
    let answer = served.ask(Request::post("/oauth/token", &large).basic(&served.analyst));
    assert!(matches!(answer.status, 400 | 413), "{}", answer.status);
}

#[test]
fn an_answer_that_is_known_is_not_sent_again() {
    let served = Served::new("tags", &[]);
    let target = format!("/api/v1/overview?{RANGE}");
    let first = served.get(&served.analyst, &target);
    let tag = first.header("etag").unwrap().to_owned();
    let again = Request::get(&target).basic(&served.analyst).with("if-none-match", &tag);
    let again = served.ask(again);
    assert_eq!((again.status, again.text()), (304, ""));
    let other = Request::get(&target).basic(&served.analyst).with("if-none-match", "W/\"other\"");
    assert_eq!(served.ask(other).status, 200);
    // Whoever may not see people has other answers, and other tags.
    let veiled = served.get(&served.viewer, &format!("/api/v1/meetings?{RANGE}"));
    let open = served.get(&served.analyst, &format!("/api/v1/meetings?{RANGE}"));
    assert_ne!(veiled.header("etag"), open.header("etag"));
}

/// Everything in the store that is a name, an address or words of people.
fn personal() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (table, columns) in [
        (
            "participants",
            &["user_name", "email", "person_id", "ip_address", "microphone", "speaker", "camera"][..],
        ),
        ("meetings", &["topic", "host", "host_email"][..]),
    ] {
        for column in columns {
            let rows = world().sql(&format!("SELECT DISTINCT {column} AS it FROM {table}"));
            let texts = rows.as_array().unwrap().iter().filter_map(|row| row["it"].as_str());
            all.extend(texts.filter(|text| text.len() > 5).map(str::to_owned));
        }
    }
    all
}

#[test]
fn a_viewer_sees_nobody() {
    let served = Served::new("veil", &[]);
    let personal = personal();
    assert!(personal.len() > 100);
    let (uuid, row) = worst(&served);
    let uuid = encoded(&uuid);
    let user = row["suffered"][0]["user_id"].as_str().unwrap();
    let mut seen = 0;
    for target in [
        "/api/v1/session".to_owned(),
        format!("/api/v1/overview?{RANGE}"),
        format!("/api/v1/incidents?{RANGE}"),
        format!("/api/v1/meetings?{RANGE}&limit=500"),
        format!("/api/v1/meetings/{uuid}"),
        format!("/api/v1/meetings/{uuid}/diagnosis"),
        format!("/api/v1/meetings/{uuid}/heat"),
        format!("/api/v1/meetings/{uuid}/series?user_id={user}"),
        format!("/api/v1/meetings/{uuid}/rows?user_id={user}&format=csv"),
        format!("/api/v1/compare?{RANGE}&by=location"),
        format!("/api/v1/coverage?{RANGE}"),
        "/api/v1/search?q=a".to_owned(),
        "/metrics".to_owned(),
    ] {
        let answer = served.get(&served.viewer, &target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        for text in &personal {
            assert!(!answer.text().contains(text.as_str()), "{target} tells `{text}`");
        }
        seen += answer.text().len();
    }
    assert!(seen > 10_000);
    let person = world().sql("SELECT email FROM participants WHERE email IS NOT NULL LIMIT 1");
    let person = encoded(person[0]["email"].as_str().unwrap());
    let answer = served.get(&served.viewer, &format!("/api/v1/people/{person}?{RANGE}"));
    assert_eq!(answer.status, 403);
    let answer =
        served.get(&served.viewer, &format!("/api/v1/meetings/{uuid}/diagnosis?person={person}"));
    assert_eq!(answer.status, 403);
    // An analyst does see them.
    let open = served.get(&served.analyst, &format!("/api/v1/meetings?{RANGE}"));
    assert!(personal.iter().any(|text| open.text().contains(text.as_str())));
    assert_eq!(
        served.get(&served.analyst, &format!("/api/v1/people/{person}?{RANGE}")).status,
        200
    );
}

/// Of two stores in which the same people have other names and addresses, nothing that a viewer gets differs.
#[test]
fn a_viewer_can_not_tell_who_people_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, config, store) = (path("key"), path("zqos.toml"), path("store"));
    std::fs::write(&key, "5c".repeat(32)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    // Where people are, in Zoom's words, is nothing personal to a viewer.
    let privacy = format!(
        "[privacy]\ndefault = \"pseudonymise\"\nkey_file = {key:?}\nfields = {{ location = \"keep\", dept = \"keep\" }}\n"
    );
    std::fs::write(&config, privacy).unwrap();
    let mut collect = world().command("collect", &DAY);
    let output = collect.env("ZQOS_CONFIG", &config).env("ZQOS_STORE", &store).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let named = Served::new("named", &[]);
    let renamed = Served::of(&["--store", &store], "renamed", &[]);
    let row =
        &renamed.json(&format!("/api/v1/meetings?{RANGE}&sort=poor_minutes&limit=1"))["rows"][0];
    assert_ne!(row["host"], worst(&named).1["host"], "they are others");

    let uuid = encoded(row["meeting_uuid"].as_str().unwrap());
    let user = row["suffered"][0]["user_id"].as_str().unwrap();
    for target in [
        format!("/api/v1/overview?{RANGE}"),
        format!("/api/v1/incidents?{RANGE}"),
        format!("/api/v1/meetings?{RANGE}&limit=500&q=a"),
        format!("/api/v1/meetings?{RANGE}&limit=500&sort=share"),
        format!("/api/v1/meetings/{uuid}"),
        format!("/api/v1/meetings/{uuid}/diagnosis"),
        format!("/api/v1/meetings/{uuid}/heat"),
        format!("/api/v1/meetings/{uuid}/series?user_id={user}"),
        format!("/api/v1/meetings/{uuid}/rows?user_id={user}&format=ndjson"),
        format!("/api/v1/compare?{RANGE}&by=network_type"),
        format!("/api/v1/compare?{RANGE}&trait=network_type&value=Wifi"),
        format!("/api/v1/people/ann%40example.com?{RANGE}"),
        "/api/v1/search?q=a".to_owned(),
        "/v2/metrics/meetings?type=past&from=2026-11-19&to=2026-11-19".to_owned(),
        "/metrics".to_owned(),
    ] {
        let [one, other] = [&named, &renamed].map(|served| served.get(&served.viewer, &target));
        assert_eq!((one.status, one.text()), (other.status, other.text()), "{target}");
    }
}

/// What was recorded of whom; each server that runs has a file of its own.
fn audit() -> Vec<Value> {
    let folder = world().dir.path().join("store/server");
    let kept: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    kept.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn whoever_saw_people_is_recorded() {
    let served = Served::new("audit", &[]);
    let (uuid, _) = worst(&served);
    for target in ["", "/diagnosis"].map(|of| format!("/api/v1/meetings/{}{of}", encoded(&uuid))) {
        // The second time it comes from memory.
        for _ in 0..2 {
            served.get(&served.analyst, &target);
        }
        served.get(&served.viewer, &target);
        let lines = audit();
        let of = |who: &str| {
            lines.iter().filter(|line| line["who"] == who && line["what"] == json!(target)).count()
        };
        assert_eq!((of("audit analyst"), of("audit viewer")), (2, 0), "{target}");
    }
}

#[test]
fn the_document_describes_what_there_is() {
    let served = Served::new("document", &[]);
    // It says nothing of anybody, so that everybody may have it.
    let document = served.ask(Request::get("/api/openapi.json")).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 14, "{paths:?}");
    for (path, _) in paths.iter().filter(|(path, _)| !path.contains('{')) {
        // What needs parameters says so; nothing is missing.
        let answer = served.ask(Request::get(path).with("x-zqos", "1"));
        assert!(matches!(answer.status, 401 | 405), "{path}: {}", answer.status);
    }
}

#[test]
fn it_stops_when_it_is_told_to() {
    let mut served = Served::new("stop", &[]);
    assert_eq!(served.ask(Request::get("/healthz")).status, 200);
    assert_eq!(served.ask(Request::get("/readyz")).status, 200);
    let killed = Command::new("kill").arg(served.process.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(served.process.wait().unwrap().code(), Some(0));
}

#[test]
fn others_than_this_machine_are_served_by_tls_alone() {
    let output = world().run("serve", &["--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--tls-cert"), "{}", said(&output));
    // A proxy is believed by its header.
    let served = Served::new("proxy", &["--behind-proxy", "X-Forwarded-Proto"]);
    assert_eq!(served.ask(Request::get("/healthz")).status, 403);
    let proxied = Request::get("/healthz").with("x-forwarded-proto", "https");
    assert_eq!(served.ask(proxied).status, 200);
}
