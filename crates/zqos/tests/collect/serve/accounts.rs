//! Of several accounts each is shown to whoever may see it, and to nobody else.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use zqos_sim::Config;

use super::http::{Answer, Request};
use super::live::{Present, pushed};
use super::{Served, encoded};
use crate::small;
use crate::world::{World, said};

const RANGE: &str = "from=2026-11-18T00:00:00Z&to=2026-11-20T00:00:00Z";

/// Two accounts of one Zoom: meetings and joins have the same ids in both, and people other names.
fn settings(folder: &Path) -> String {
    let key = folder.join("key");
    std::fs::write(&key, "5c".repeat(32)).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let account = |name: &str| {
        format!(
            "[accounts.{name}]\naccount_id = \"sim-account\"\nclient_id = \"sim-client\"\n\
             client_secret_command = \"echo sim-secret\"\nplan = \"unlimited\"\n"
        )
    };
    let key = key.to_str().unwrap();
    let path = folder.join("accounts.toml");
    let south = "[accounts.south.privacy]\ndefault = \"pseudonymise\"\n";
    let text =
        format!("[privacy]\nkey_file = {key:?}\n{}{}{south}", account("north"), account("south"));
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn run(zoom: &World, name: &str, arguments: &[&str]) -> String {
    let mut command: Command = zoom.command(name, arguments);
    for name in ["ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"] {
        command.env_remove(name);
    }
    let output = command.env("PATH", "/usr/bin:/bin").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every GET of the document that ends, with whatever it asks for.
fn targets(document: &Value, uuid: &str, user: &str, person: &str, site: &str) -> Vec<String> {
    let of: BTreeMap<&str, &str> = BTreeMap::from([
        ("uuid", uuid),
        ("key", person),
        ("name", site),
        ("from", "2026-11-18T00:00:00Z"),
        ("to", "2026-11-20T00:00:00Z"),
        ("user_id", user),
        ("q", "a"),
        ("limit", "500"),
        ("by", "network_type"),
    ]);
    let paths = document["paths"].as_object().unwrap();
    let gets = paths.iter().filter_map(|(path, item)| Some((path, item.get("get")?)));
    // That one is a stream, which has no end.
    let gets = gets.filter(|(path, _)| *path != "/api/v1/live");
    let filled = gets.map(|(path, get)| {
        let mut target = path.clone();
        let mut query = Vec::new();
        for parameter in get["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let value = of.get(name).map(|value| encoded(value));
            if parameter["in"] == "path" {
                let value = value.unwrap_or_else(|| panic!("what is `{name}` of {path}?"));
                target = target.replace(&format!("{{{name}}}"), &value);
            } else if let Some(value) = value {
                query.push(format!("{name}={value}"));
            } else {
                assert_ne!(parameter["required"], true, "what is `{name}` of {path}?");
            }
        }
        format!("{target}?{}", query.join("&"))
    });
    filled.collect()
}

/// What was answered, but for the time and for what tells answers of two servers apart.
fn told(answer: &Answer) -> (u16, String) {
    let Ok(mut told) = serde_json::from_str::<Value>(answer.text()) else {
        // What was asked here alone is counted here alone.
        let lines =
            answer.text().lines().filter(|line| !line.starts_with("zqos_http_answers_total"));
        return (answer.status, lines.collect::<Vec<_>>().join("\n"));
    };
    if let Some(told) = told.as_object_mut() {
        told.remove("now");
        // A server's own: it says when it is too old.
        if let Some(token) = told.get_mut("next_page_token") {
            *token = Value::from(token.as_str().is_some_and(|token| !token.is_empty()));
        }
    }
    (answer.status, told.to_string())
}

/// A server of a store, and who may see what of it.
struct Side {
    served: Served,
    /// Of the one account.
    viewer: String,
    analyst: String,
    /// Of all accounts.
    all: String,
}

impl Side {
    fn new(zoom: &World, config: &str, store: &str, name: &str) -> Self {
        let made = |role: &str, account: &str| {
            let name = format!("{name} {role} {account}");
            let who = ["add", &name, "--role", role, "--account", account];
            let at = ["--format", "json", "--store", store, "--config", config];
            let made: Value =
                serde_json::from_str(&run(zoom, "client", &[&who[..], &at].concat())).unwrap();
            let text = |name: &str| made[name].as_str().unwrap().to_owned();
            format!("{}:{}", text("client_id"), text("client_secret"))
        };
        let (viewer, analyst) = (made("viewer", "north"), made("analyst", "north"));
        let all = made("analyst", "all");
        let served =
            Served::of(&["--store", store, "--config", config], name, &["--sql", "--rate", "0"]);
        Self { served, viewer, analyst, all }
    }

    /// What is to be asked of the worst meeting, and of everything else.
    fn targets(&self, person: &str) -> Vec<String> {
        let listed = format!("/api/v1/meetings?{RANGE}&sort=poor_minutes&limit=1");
        let listed = self.served.get(&self.analyst, &listed).json();
        let row = &listed["rows"][0];
        let uuid = row["meeting_uuid"].as_str().unwrap();
        let user = row["suffered"][0]["user_id"].as_str().unwrap();
        let document = self.served.ask(Request::get("/api/openapi.json")).json();
        let mut targets = targets(&document, uuid, user, person, "Berlin");
        assert!(targets.len() >= 13, "{targets:?}");
        let twice = encoded(&encoded(uuid));
        targets.extend([
            "/metrics".to_owned(),
            "/v2/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19&page_size=300".to_owned(),
            format!("/v2/metrics/meetings/{twice}?type=past"),
            format!("/v2/metrics/meetings/{twice}/participants?type=past&page_size=300"),
            format!("/v2/metrics/meetings/{twice}/participants/qos?type=past&page_size=10"),
            format!("/v2/metrics/meetings/{twice}/participants/{user}/qos?type=past"),
        ]);
        targets
    }

    fn query(&self, who: &str, sql: &str) -> (u16, String) {
        let body = json!({ "sql": sql }).to_string();
        let request = Request::post("/api/v1/sql", &body).with("content-type", "application/json");
        let answer = self.served.ask(request.basic(who));
        assert_eq!(answer.status, 200, "{sql}: {}", answer.text());
        told(&answer)
    }
}

/// Whether another account is in the store or not, nothing that is answered differs.
#[test]
fn nobody_can_tell_whether_the_store_has_another_account() {
    let zoom = World::at("2026-11-24T12:00:00Z", Config { people: 40, ..small() });
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let [alone, both] =
        ["alone", "both"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let collect = |account: &str, from: &str, store: &str| {
        let who = ["--config", &config, "--account", account, "--store", store];
        run(
            &zoom,
            "collect",
            &[&who[..], &["--from", from, "--to", "2026-11-20", "--tz", "UTC"]].concat(),
        )
    };
    collect("north", "2026-11-19", &alone);
    copy(alone.as_ref(), both.as_ref());
    // The other one has a day more.
    collect("south", "2026-11-18", &both);
    // And both meet right now.
    for (account, name, stores) in
        [("north", "Nora", &[&alone, &both][..]), ("south", "Silvio", &[&both])]
    {
        let present = Present { name, address: "198.51.100.7", loss: 15 };
        let events = folder.path().join(format!("{account}.ndjson"));
        std::fs::write(&events, pushed(&format!("{account}AAiAAAAAiAiAiiAii=="), name, &[present]))
            .unwrap();
        for store in stores {
            let of = ["--config", &config, "--account", account, "--store", store];
            run(&zoom, "import", &[&[events.to_str().unwrap()], &of[..]].concat());
        }
    }
    let sql = "SELECT email FROM participants WHERE email IS NOT NULL ORDER BY email LIMIT 1";
    let people = run(&zoom, "sql", &[sql, "--store", &alone, "--format", "json"]);
    let people: Value = serde_json::from_str(&people).unwrap();

    let [one, other] = [(&alone, "alone"), (&both, "both")]
        .map(|(store, name)| Side::new(&zoom, &config, store, name));
    let targets = one.targets(people[0]["email"].as_str().unwrap());
    let mut seen = 0;
    for target in &targets {
        for (here, there) in [(&one.viewer, &other.viewer), (&one.analyst, &other.analyst)] {
            let [here, there] =
                [(&one, here), (&other, there)].map(|(side, who)| side.served.get(who, target));
            assert_eq!(told(&here), told(&there), "{target}");
            seen += usize::from(here.status == 200);
        }
    }
    assert!(seen > targets.len(), "{seen} answers to {} questions", targets.len());
    for (here, there) in [(&one.viewer, &other.viewer), (&one.analyst, &other.analyst)] {
        let [here, there] =
            [(&one, here), (&other, there)].map(|(side, who)| side.served.live(who));
        assert_eq!(here["meetings"][0]["poor"], 1, "{here}");
        assert_eq!(here, there);
    }
    for sql in [
        "SELECT count(*) AS n, min(ts) AS first FROM stream_samples",
        "SELECT * FROM participants ORDER BY meeting_uuid, user_id",
        "SELECT table_name, column_name FROM information_schema.columns ORDER BY 1, 2",
        "SELECT account, count(*) AS n FROM stored.zoom_raw GROUP BY account",
    ] {
        assert_eq!(one.query(&one.analyst, sql), other.query(&other.analyst, sql), "{sql}");
    }

    // Whoever may see both sees the other one.
    let now = other.served.live(&other.all);
    assert_eq!(now["meetings"].as_array().unwrap().len(), 2, "{now}");
    assert!(now.to_string().contains("southAAi"), "{now}");
    let overview = format!("/api/v1/overview?{RANGE}");
    let [here, there] = [(&one, &one.analyst), (&other, &other.all)]
        .map(|(side, who)| side.served.get(who, &overview));
    assert_ne!(told(&here), told(&there));
    let sql = "SELECT count(*) AS n FROM stream_samples";
    assert_ne!(one.query(&one.analyst, sql), other.query(&other.all, sql));
}
