//! `zqos diagnose` and `zqos compare`: what was collected, explained.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Value, json};
use zqos_core::Timestamp;
use zqos_sim::{Algorithm, Config, IncidentKind};

use crate::DAY;
use crate::world::{World, said};

/// A company in which somebody sends badly all day long, and its day in a store. One is enough for all,
/// as nothing here changes it.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let config = Config { people: 200, limits: Algorithm::Off, ..Config::default() };
        let world = World::at("2026-11-24T12:00:00Z", config);
        let output = world.run("collect", &DAY);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let judged =
            world.sql("SELECT count(DISTINCT meeting_uuid) > 10 AS is_judged FROM verdicts");
        assert_eq!(judged, json!([{ "is_judged": true }]));
        world
    })
}

fn day() -> std::ops::Range<Timestamp> {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    at("2026-11-19T00:00:00Z")..at("2026-11-20T00:00:00Z")
}

/// Whose audio and pictures are lost before they leave, in truth.
fn faulty_sender(world: &World) -> String {
    let hurt: BTreeSet<String> = world.zoom.truth(day()).map(|minute| minute.incident).collect();
    let incident = world.zoom.incidents(day()).find(|incident| {
        incident.kind == IncidentKind::FaultySender && hurt.contains(&incident.id)
    });
    incident.expect("the day has one").scope.name
}

fn asked(command: &str, arguments: &[&str]) -> Value {
    let output = world().run(command, &[arguments, &["--format", "json", "--tz", "UTC"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn shown(command: &str, arguments: &[&str]) -> String {
    let output = world().run(command, &[arguments, &["--format", "table", "--tz", "UTC"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Says what of a value is not as a JSON Schema wants it, as far as ours goes.
fn violations(schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type is called {other}"),
    };
    let kinds = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.into_iter().any(is) {
        found.push(format!("{place} is {value}"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{place} is {value}"));
    }
    if schema.get("enum").is_some_and(|all| !all.as_array().unwrap().contains(value)) {
        found.push(format!("{place} is {value}"));
    }
    if value.is_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            if value.get(name.as_str().unwrap()).is_none() {
                found.push(format!("{place} has no {name}"));
            }
        }
        for (name, value) in value.as_object().unwrap() {
            let place = format!("{place}.{name}");
            found.extend(violations(&schema["properties"][name], value, &place));
        }
    }
    for (number, value) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(violations(&schema["items"], value, &format!("{place}[{number}]")));
    }
    found
}

#[test]
fn answers_are_as_their_schema_says() {
    let schema = include_str!("../../../../docs/schemas/diagnose-1.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let day = ["--from", "2026-11-19", "--to", "2026-11-20"];
    let sender = faulty_sender(world());
    let meeting = meeting_of(&sender);
    let somewhere =
        "SELECT location FROM participants WHERE location IS NOT NULL ORDER BY 1 LIMIT 1";
    let somewhere = world().sql(somewhere)[0]["location"].as_str().unwrap().to_owned();
    for arguments in [
        &day[..],
        &[&["--cause", "device-cpu"], &day[..]].concat(),
        &[&["--site", &*somewhere], &day[..]].concat(),
        &[&["--person", &*sender], &day[..]].concat(),
        &[meeting["meeting_uuid"].as_str().unwrap(), "--person", &sender],
    ] {
        let answer = asked("diagnose", arguments);
        let wrong = violations(&schema, &answer, "answer");
        assert!(wrong.is_empty(), "{arguments:?}: {wrong:#?}");
    }
    assert!(!violations(&schema, &json!({ "schema": "other" }), "answer").is_empty());
}

fn incidents<'v>(answer: &'v Value, cause: &str) -> Vec<&'v Value> {
    let all = answer["incidents"].as_array().unwrap();
    all.iter().filter(|incident| incident["cause"] == cause).collect()
}

/// A meeting in which somebody with this address took part for a while.
fn meeting_of(email: &str) -> Value {
    let sql = format!(
        "SELECT p.meeting_uuid, p.user_id, p.user_name, p.join_time, m.topic, m.meeting_id \
         FROM participants p JOIN meetings m ON p.meeting_uuid = m.meeting_uuid \
         WHERE p.email = '{email}' AND m.participant_count > 4 \
           AND p.leave_time - p.join_time > INTERVAL '10 minutes' ORDER BY p.join_time LIMIT 1"
    );
    world().sql(&sql)[0].clone()
}

#[test]
fn a_day_names_what_really_was_the_matter() {
    let sender = faulty_sender(world());
    let answer = asked("diagnose", &["--from", "2026-11-19", "--to", "2026-11-20"]);
    let named: BTreeSet<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    for name in ["schema", "scope", "from", "to", "summary", "incidents", "unexplained", "coverage"]
    {
        assert!(named.contains(name), "{name}");
    }
    assert_eq!(answer["schema"], "zqos.diagnose/1");
    assert_eq!(answer["scope"]["kind"], "account");
    assert_eq!(answer["from"], "2026-11-19T00:00:00Z");
    let of_sender: Vec<&Value> = incidents(&answer, "faulty-sender")
        .into_iter()
        .filter(|incident| incident["scope"] == json!({ "kind": "person", "name": sender }))
        .collect();
    let [incident] = &of_sender[..] else { panic!("{answer:#}") };
    assert!(incident["probability"].as_f64().unwrap() > 0.7, "{incident:#}");
    assert!(!incident["evidence_for"].as_array().unwrap().is_empty());
    assert!(!incident["would_decide"].as_array().unwrap().is_empty());
    let hurt = incident["participants"].as_array().unwrap();
    assert!(hurt.iter().any(|hurt| hurt["person"] == *sender), "{hurt:?}");
    assert!(hurt.iter().any(|hurt| hurt["person"] != *sender), "{hurt:?}");
    let coverage = &answer["coverage"];
    assert_eq!(coverage["participants_got"], coverage["participants_expected"]);
    assert_eq!(answer["direction"]["basis"], "detected");
    // The same is said again.
    assert_eq!(asked("diagnose", &["--from", "2026-11-19", "--to", "2026-11-20"]), answer);
    // By its cause it is found, and by another it is not.
    let by_cause = ["--cause", "faulty-sender", "--from", "2026-11-19", "--to", "2026-11-20"];
    assert!(incidents(&asked("diagnose", &by_cause), "faulty-sender").contains(incident));
    let by_cause = ["--cause", "client-version", "--from", "2026-11-19", "--to", "2026-11-20"];
    assert!(incidents(&asked("diagnose", &by_cause), "faulty-sender").is_empty());
}

/// What is wrong with somebody's own network or machine shows in no meeting by itself, and yet it is told of each.
#[test]
fn what_is_the_matter_with_a_person_all_day_is_told_of_the_worst_meeting() {
    let answer = asked("diagnose", &["--from", "2026-11-19", "--to", "2026-11-20"]);
    let mut asked_for = 0;
    for incident in answer["incidents"].as_array().unwrap() {
        let scope = &incident["scope"];
        let hurt = incident["participants"].as_array().unwrap().iter();
        let own = hurt.filter(|hurt| hurt["person"] == scope["name"]);
        let worst = own.max_by_key(|hurt| hurt["poor_minutes"].as_u64());
        let Some(worst) = worst.filter(|hurt| hurt["poor_minutes"].as_u64() >= Some(3)) else {
            continue;
        };
        let of_meeting = asked("diagnose", &[worst["meeting_uuid"].as_str().unwrap()]);
        let told = incidents(&of_meeting, incident["cause"].as_str().unwrap());
        assert!(
            told.iter().any(|told| told["scope"] == *scope),
            "{incident:#}\nis not told of the meeting: {:#}",
            of_meeting["incidents"]
        );
        asked_for += 1;
    }
    assert!(asked_for > 1, "only {asked_for} incidents of persons");
}

#[test]
fn a_meeting_is_found_by_what_people_know_and_shown_minute_by_minute() {
    let sender = faulty_sender(world());
    let meeting = meeting_of(&sender);
    let text = |name: &str| meeting[name].as_str().unwrap();
    let answer = asked("diagnose", &[text("meeting_uuid")]);
    let by_words = asked("diagnose", &["--at", text("join_time"), "--topic", text("topic")]);
    assert_eq!(by_words, answer);
    let number = meeting["meeting_id"].to_string();
    assert_eq!(asked("diagnose", &[&number, "--at", text("join_time")]), answer);
    assert_eq!(answer["scope"], json!({ "kind": "meeting", "name": text("meeting_uuid") }));
    let people = answer["participants"].as_array().unwrap();
    let of_sender = people.iter().find(|row| row["user_id"] == meeting["user_id"]).unwrap();
    let strip = of_sender["strip"].as_str().unwrap();
    assert!(strip.bytes().all(|letter| b"gfpbu-".contains(&letter)), "{strip}");
    assert!(strip.contains(['p', 'b']), "{strip}");
    for incident in answer["incidents"].as_array().unwrap() {
        for hurt in incident["participants"].as_array().unwrap() {
            assert_eq!(hurt["meeting_uuid"], meeting["meeting_uuid"]);
        }
    }
    let alone = asked("diagnose", &[text("meeting_uuid"), "--person", &sender]);
    assert_eq!(alone["scope"]["person"], *sender);
    assert_eq!(alone["minutes"]["joins"], 1);

    let screen = shown("diagnose", &[text("meeting_uuid")]);
    for part in ["faulty-sender", &sender, "▓", "a column is", "coverage", "direction", "next  "]
    {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    assert!(screen.lines().all(|line| line.chars().count() <= 120), "{screen}");
    // Conditions, not what anybody felt.
    let lower = format!("{screen}{answer}").to_lowercase();
    for word in ["felt", "heard", "experience", "suffer", "annoy"] {
        assert!(!lower.contains(word), "{word}");
    }
}

#[test]
fn a_person_is_set_against_the_others_and_the_team() {
    let sender = faulty_sender(world());
    let arguments = ["--person", &*sender, "--from", "2026-11-19", "--to", "2026-11-20"];
    let answer = asked("diagnose", &arguments);
    let person = &answer["person"];
    assert_eq!((&person["days"], &person["team"]), (&json!(1), &Value::Null));
    assert!(person["own"]["share"].as_f64() > person["others_in_these_meetings"]["share"].as_f64());
    let by = person["by"].as_array().unwrap();
    assert!(by.iter().any(|group| group["what"] == "microphone"), "{by:?}");
    assert!(shown("diagnose", &arguments).contains("no people file"));

    let sql =
        "SELECT DISTINCT lower(email) AS email FROM participants WHERE email <> '' ORDER BY 1";
    let emails = world().sql(sql);
    let emails = emails.as_array().unwrap().iter().filter_map(|row| row["email"].as_str());
    let rows: Vec<String> = emails
        .map(|email| {
            format!("{email},,{},,yes", if email < "m" || email == sender { "Board" } else { "" })
        })
        .collect();
    let people = world().dir.path().join("people.csv");
    std::fs::write(&people, format!("email,name,team,site,vip\n{}\n", rows.join("\n"))).unwrap();
    let people = people.to_str().unwrap();
    let answer = asked("diagnose", &[&arguments[..], &["--people", people]].concat());
    assert_eq!(answer["person"]["team_name"], "Board");
    assert!(answer["person"]["team"]["judged"].as_u64().unwrap() > 1_000, "{:#}", answer["person"]);
    // The team's meetings are not the person's.
    assert_eq!(answer["person"]["own"], person["own"]);
    assert_eq!(answer["person"]["meetings"], person["meetings"]);
}

#[test]
fn a_site_is_that_of_the_map_and_what_the_map_lacks_is_told() {
    let sql = "SELECT ip_address, count(DISTINCT email) AS people FROM participants \
               WHERE ip_address NOT LIKE '%*%' GROUP BY ip_address ORDER BY people DESC LIMIT 1";
    let egress = world().sql(sql)[0]["ip_address"].as_str().unwrap().to_owned();
    let map = world().dir.path().join("sites.csv");
    let rows = format!("name,public_networks,internal_networks,kind\nHere,{egress},,office\n");
    std::fs::write(&map, rows).unwrap();
    let map = map.to_str().unwrap();
    let day = ["--from", "2026-11-19", "--to", "2026-11-20", "--sites", map];
    let answer = asked("diagnose", &[&["--site", "here"], &day[..]].concat());
    assert_eq!(answer["scope"], json!({ "kind": "site", "name": "here" }));
    let sql = format!("SELECT count(*) AS n FROM participants WHERE ip_address = '{egress}'");
    assert_eq!(answer["minutes"]["joins"], world().sql(&sql)[0]["n"]);
    let mapped = &answer["sites"]["map"];
    assert_eq!(mapped["at_a_site"], answer["minutes"]["joins"]);
    assert!(!mapped["missing_networks"].as_array().unwrap().is_empty(), "{mapped}");
    // Without a map a place goes by its address, or by its location.
    let unmapped = ["--site", &egress, "--from", "2026-11-19", "--to", "2026-11-20"];
    assert_eq!(asked("diagnose", &unmapped)["minutes"]["joins"], answer["minutes"]["joins"]);
    for (more, part) in [
        (&["--sites", map][..], "the site map has no site `Paris`; it has Here"),
        (&[], "without a site map places are called by location"),
    ] {
        let output = world().run("diagnose", &[&["--site", "Paris"], &day[..4], more].concat());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(part), "{}", said(&output));
        assert!(output.stdout.is_empty());
    }
    let sql = format!("SELECT site_of('{egress}', NULL) AS site");
    let output = world().run("sql", &[&sql, "--sites", map, "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(
        serde_json::from_slice::<Value>(&output.stdout).unwrap(),
        json!([{ "site": "Here" }])
    );
}

#[test]
fn what_is_wrong_or_not_there_is_told() {
    let ended = |command: &str, arguments: &[&str]| {
        let output = world().run(command, &[arguments, &["--tz", "UTC"]].concat());
        (output.status.code(), said(&output))
    };
    for (arguments, code, part) in [
        (&[][..], 2, "nothing is asked"),
        (&["--at", "2026-11-19 15:10"], 2, "meetings are found"),
        (&["--at", "2026-11-21 03:00", "--topic", "none of this"], 1, "no such meeting"),
        (&["--person", "nobody@example.com", "--from", "2026-11-19"], 1, "nobody of this name"),
        (&["--person", "a", "--from", "2026-11-19"], 2, "people are found by this name"),
        (&["--cause", "gremlins"], 2, "tcp-fallback"),
        (&["--site", "X", "--sites", "none.csv"], 2, "the site map `none.csv` can't be read"),
    ] {
        let (found, said) = ended("diagnose", arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    for (arguments, code, part) in [
        (&[][..], 2, "nothing is to be compared"),
        (&["--where", "nonsense = 1", "--from", "2026-11-19"], 2, "nonsense"),
        (&["--where", "true) UNION (SELECT 1", "--from", "2026-11-19"], 2, ""),
        (&["--change", "2026-11-19", "--from", "2026-11-20"], 2, "nothing before the change"),
        (&["--by", "version", "--from", "2026-11-01", "--to", "2026-11-02"], 1, "no verdicts"),
    ] {
        let (found, said) = ended("compare", arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}

#[test]
fn cohorts_are_compared_and_too_little_is_told() {
    let day = ["--from", "2026-11-19", "--to", "2026-11-20"];
    let wifi = ["--where", "network_type = 'Wifi'", "--against", "network_type = 'Wired'"];
    let answer = asked("compare", &[&wifi[..], &day].concat());
    let joins = |network: &str| {
        let sql = format!(
            "SELECT count(*) AS n FROM verdicts v JOIN participants p \
             ON v.meeting_uuid = p.meeting_uuid AND v.user_id = p.user_id \
             WHERE v.medium = 'audio' AND v.verdict <> 'unclassified' AND p.network_type = '{network}' \
               AND p.join_time >= '2026-11-19' AND p.join_time < '2026-11-20'"
        );
        world().sql(&sql)[0]["n"].as_u64().unwrap()
    };
    for (side, network) in [("group", "Wifi"), ("reference", "Wired")] {
        let of = &answer["comparison"][side];
        let counted = of["joins"].as_u64().unwrap() + of["unmatched_joins"].as_u64().unwrap();
        assert_eq!(counted, joins(network), "{of}");
    }
    assert!(answer["comparison"]["poor_joins"]["smallest_visible"].is_number(), "{answer:#}");
    let ranked = asked("compare", &[&["--by", "network-type"], &day[..]].concat());
    let cohorts = ranked["cohorts"]["cohorts"].as_array().unwrap();
    assert!(cohorts.iter().any(|cohort| cohort["names"] == json!(["Wifi"])), "{ranked:#}");
    // One person is no cohort.
    let sender = faulty_sender(world());
    let alone = format!("email = '{sender}'");
    let answer = asked("compare", &[&["--where", &alone], &day[..]].concat());
    assert_eq!(answer["comparison"]["finding"], "not-enough-data");
    assert!(
        shown("compare", &[&["--where", &alone], &day[..]].concat()).contains("not enough data")
    );
}

#[test]
fn the_main_job_is_asked_for_by_what_people_know_too() {
    let sender = faulty_sender(world());
    let meeting = meeting_of(&sender);
    let text = |name: &str| meeting[name].as_str().unwrap();
    let (uuid, user, join) = (text("meeting_uuid"), text("user_id"), text("join_time"));
    let got = |arguments: &[&str]| {
        let output =
            world().run("get", &[arguments, &["--tz", "UTC", "--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        output.stdout
    };
    let by_ids = got(&[uuid, user, "--type", "past"]);
    assert_eq!(got(&["--at", join, "--topic", text("topic"), "--person", &sender]), by_ids);
    let hosts = world().sql(&format!("SELECT host FROM meetings WHERE meeting_uuid = '{uuid}'"));
    let host = hosts[0]["host"].as_str().unwrap();
    assert_eq!(
        got(&["--at", join, "--host", host, "--topic", text("topic"), "--person", &sender]),
        by_ids
    );
    let listed =
        world().run("participants", &["--at", join, "--topic", text("topic"), "--format", "json"]);
    assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
    // Of several none is taken, and the next command is plain.
    let output = world().run("get", &["--at", "2026-11-19 15:10", "--tz", "UTC"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let list = said(&output);
    assert!(
        list.contains("meetings ran at 2026-11-19 15:10 (UTC)") && list.contains("=="),
        "{list}"
    );
    let output = world().run("get", &["--at", "2026-11-19 15:10", "--topic", "none of this"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}
