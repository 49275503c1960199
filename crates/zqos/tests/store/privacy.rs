//! What of people comes into the store, and what does not.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use serde_json::{Map, Value, json};

use crate::{MEETING, REPORT, World, said};

const TABLES: [&str; 9] = [
    "meetings",
    "participants",
    "stream_samples",
    "device_samples",
    "stream_summaries",
    "zoom_scores",
    "settings_changes",
    "phone_calls",
    "zoom_raw",
];

/// Texts that are found nowhere else, one after the other.
struct Canaries(usize);

impl Canaries {
    fn next(&mut self) -> String {
        self.0 += 1;
        format!("Canary{}Bird", self.0)
    }

    /// Puts a canary into each of these members, and into some that nobody knows.
    fn fill(&mut self, object: &mut Value, names: &[&str]) {
        for name in names.iter().chain(&["nickname"]) {
            object[*name] = self.next().into();
        }
        object["unknown"] =
            json!({"version": self.next(), "deep": [{"type": self.next()}, self.next()]});
    }
}

const SOMEBODY: [&str; 21] = [
    "id",
    "user_name",
    "email",
    "ip_address",
    "location",
    "microphone",
    "speaker",
    "camera",
    "device_name",
    "pc_name",
    "domain",
    "mac_addr",
    "harddisk_id",
    "participant_user_id",
    "leave_reason",
    "sip_uri",
    "from_sip_uri",
    "customer_key",
    "registrant_id",
    "groupId",
    "user_key",
];

/// The canaries in a text.
fn canaries_of(text: &str) -> BTreeSet<String> {
    let behind = text.split("Canary").skip(1);
    behind.map(|rest| format!("Canary{}Bird", &rest[..rest.find("Bird").unwrap()])).collect()
}

/// Documents of every kind with canaries in every member that may be about somebody. Returns all
/// canaries, and those that are kept where everything is: in the text of reports, events and rows of lists.
fn write_canaries(world: &World) -> [BTreeSet<String>; 2] {
    let mut canaries = Canaries(0);
    let mut report: Value = serde_json::from_str(REPORT).unwrap();
    canaries.fill(&mut report, &SOMEBODY);
    report["internal_ip_addresses"] = json!([canaries.next(), canaries.next()]);
    report["user_qos"][0]["audio_input"]["note"] = canaries.next().into();
    report["user_qos"][0]["new_stream"] = json!({"bitrate": "5 kbps", "note": canaries.next()});

    let mut row = json!({"user_id": "16779264", "join_time": "2026-11-20T10:00:12Z"});
    canaries.fill(&mut row, &SOMEBODY);
    row["audio_call"] = json!([{"call_number": canaries.next(), "zoom_number": canaries.next()}]);
    let mut page = json!({"participants": [row], "page_size": 30});
    canaries.fill(&mut page, &[]);

    let mut meeting =
        json!({"uuid": MEETING, "id": 93_201_235_621_u64, "start_time": "2026-11-20T10:00:00Z"});
    canaries.fill(&mut meeting, &["topic", "host", "email", "dept"]);
    meeting["custom_keys"] = json!([{"key": canaries.next(), "value": canaries.next()}]);
    let list = json!({"meetings": [meeting.clone()], "page_size": 30});

    let mut events = Vec::new();
    for (name, member) in [("participant_qos_summary", "qos"), ("participant_data", "data")] {
        let mut somebody = json!({"participant_id": "16780288"});
        canaries.fill(&mut somebody, &["id", "user_name", "email"]);
        let mut element = Map::new();
        if member == "data" {
            for name in [
                "location",
                "Location",
                "microphone",
                "speaker",
                "camera",
                "pc_name",
                "domain",
                "mac_addr",
                "harddisk_id",
                "signaling_ip_address",
                "signaling_internal_ip_address",
                "audio_internal_ip_address",
                "video_internal_ip_address",
                "as_internal_ip_address",
                "ssid",
            ] {
                element.insert(name.to_owned(), canaries.next().into());
            }
        } else {
            element.insert("type".to_owned(), "audio_input".into());
            let details =
                json!({"avg_bitrate": "5 kbps", "quality": "good", "note": canaries.next()});
            element.insert("details".to_owned(), details);
        }
        somebody[member] = json!([element]);
        let object = json!({"uuid": MEETING, "participant": somebody, "extra": canaries.next()});
        events.push(json!({
            "event": format!("meeting.{name}"), "event_ts": 1_795_255_200_000_u64,
            "payload": {"account_id": "acc", "object": object, "operator": canaries.next()},
        }));
    }
    let side = json!({"type": "caller", "id": canaries.next(), "user_email": canaries.next(),
        "qos": {"date_time": "2026-11-20T10:00:00Z", "type": "sending", "details": {"mos": "4.5"}}});
    events.push(json!({
        "event": "phone.call_qos", "event_ts": 1_795_255_200_000_u64,
        "payload": {"object": {"call_id": "6971668082545971778", "call_qos": side}},
    }));
    let frame = json!({"module": "message", "content": events[0].to_string(),
        "header": {"clientId": "c", "Authorization": canaries.next()}});
    events.push(frame);
    let mut kept = canaries_of(&report.to_string());
    kept.extend(canaries_of(&page["participants"][0].to_string()));
    kept.extend(canaries_of(&meeting.to_string()));
    let (_, without_frame) = events.split_last().unwrap();
    kept.extend(without_frame.iter().flat_map(|event| canaries_of(&event.to_string())));
    let all = [report, page, list, meeting].into_iter().chain(events);
    let lines: Vec<String> = all.map(|document| document.to_string()).collect();
    let text = lines.join("\n");
    world.write("all.ndjson", &text);
    [canaries_of(&text), kept]
}

fn settings(world: &World, toml: &str) {
    world.write("zqos.toml", toml);
}

fn import(world: &World, arguments: &[&str]) -> Output {
    let fixed = ["import", "all.ndjson", "--meeting", MEETING, "--config", "zqos.toml"];
    world.run(&[&fixed, arguments].concat())
}

fn write_key(world: &World, path: &str) {
    world.write(path, "0123456789abcdef0123456789abcdef");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(world.path().join(path), mode).unwrap();
    }
}

/// Everything that the tables say.
fn rows(world: &World) -> String {
    let select = |table| {
        let query = format!("SELECT * FROM stored.{table}");
        let output = world.run(&["sql", &query, "--format", "ndjson"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    TABLES.map(select).concat()
}

/// The bytes of every file of the store.
fn bytes(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { bytes(&path) } else { std::fs::read(&path).unwrap() });
    }
    all
}

#[test]
fn what_is_not_to_be_kept_is_nowhere_in_the_store() {
    for (mode, is_kept) in [("keep", true), ("pseudonymise", false), ("drop", false)] {
        let world = World::new();
        let [all, kept] = write_canaries(&world);
        assert!(kept.len() > 70, "{}", kept.len());
        write_key(&world, "key");
        settings(&world, &format!("[privacy]\ndefault = '{mode}'\nkey_file = 'key'\n"));
        let output = import(&world, &[]);
        assert_eq!(output.status.code(), Some(0), "{mode}: {}", said(&output));
        let rows = rows(&world);
        let files = bytes(&world.path().join("store"));
        let files = String::from_utf8_lossy(&files);
        let found: BTreeSet<String> = canaries_of(&rows);
        assert_eq!(found, if is_kept { kept } else { BTreeSet::new() }, "{mode}");
        let in_a_file = all.iter().find(|canary| files.contains(*canary));
        assert!(is_kept || in_a_file.is_none(), "{mode}: {in_a_file:?}");
        let told = said(&output);
        assert_eq!(told.contains("texts of unknown members"), !is_kept, "{mode}: {told}");
        assert!(!told.contains("Canary"), "{mode}: {told}");
        // Figures and ids are the same.
        assert_eq!(
            world.sql(
                "SELECT stream, count(*) AS n, max(latency_ms) AS ms FROM stream_samples \
                       WHERE user_id = '16778240' GROUP BY stream ORDER BY stream"
            ),
            "stream,n,ms\naudio_input,2,130.0\nnew_stream,1,\nvideo_input,1,131.0\n",
            "{mode}"
        );
    }
}

#[test]
fn pseudonyms_lead_from_a_meeting_to_its_host_among_the_participants() {
    let world = World::new();
    world.write(
        "all.ndjson",
        json!([
            {"uuid": MEETING, "email": "Ann@example.com", "host": "Ann", "topic": "Board"},
            {"participants": [{"user_id": "1", "email": "ann@example.com", "user_name": "Ann"},
                              {"user_id": "2", "email": "", "user_name": "Bob"}]},
        ])
        .to_string(),
    );
    write_key(&world, "key");
    settings(
        &world,
        "[privacy]\ndefault = 'pseudonymise'\nkey_file = 'key'\nfields = { topic = 'keep' }\n\
         [accounts.north.privacy]\nfields = { user_name = 'drop' }\n",
    );
    for account in ["default", "north"] {
        let output = import(&world, &["--account", account]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    assert_eq!(
        world.sql(
            "SELECT m.account, topic, length(p.email) AS letters, p.user_name IS NULL AS nameless \
             FROM meetings m JOIN participants p \
               ON m.account = p.account AND m.host_email = p.email ORDER BY m.account"
        ),
        "account,topic,letters,nameless\ndefault,Board,22,false\nnorth,Board,22,true\n"
    );
    // Accounts have pseudonyms of their own, and missing stays missing.
    assert_eq!(
        world.sql("SELECT count(DISTINCT email) AS n, count(email) AS of FROM participants"),
        "n,of\n2,2\n"
    );
}

#[test]
fn keys_that_protect_nothing_are_refused() {
    let world = World::new();
    write_canaries(&world);
    let store = world.path().join("store");
    std::fs::create_dir(&store).unwrap();
    let refused = |key: &str, reason: &str| {
        settings(&world, &format!("[privacy]\ndefault = 'pseudonymise'\n{key}\n"));
        let output = import(&world, &[]);
        assert_eq!(output.status.code(), Some(2), "{key}: {}", said(&output));
        assert!(said(&output).contains(reason), "{key}: {}", said(&output));
    };
    refused("", "pseudonyms need a key");
    refused("key_file = 'nowhere'", "can't be looked at");
    write_key(&world, "store/key");
    refused("key_file = 'store/key'", "lies in the store's folder");
    refused("key_file = 'store/../store/key'", "lies in the store's folder");
    std::fs::remove_file(store.join("key")).unwrap();
    refused("key_command = 'echo short'", "shorter than 16 characters");
    refused("fields = { nose = 'drop' }", "there is no field `nose`");
    refused("fields = { email = 'hide' }", "write `keep`, `pseudonymise` or `drop`");
    #[cfg(unix)]
    {
        world.write("open", "0123456789abcdef0123456789abcdef");
        refused("key_file = 'open'", "can be read by others");
    }
    assert!(std::fs::read_dir(&store).unwrap().next().is_none(), "nothing was written");
}

#[test]
fn sites_are_found_before_addresses_go() {
    let world = World::new();
    let report: Value = serde_json::from_str(REPORT).unwrap();
    let mut report = report;
    report["ip_address"] = "198.51.100.7".into();
    let page = json!({"participants": [
        {"user_id": "2", "ip_address": "203.0.113.7", "internal_ip_addresses": ["10.2.0.9"]},
        {"user_id": "3", "ip_address": "192.0.2.1"},
    ]});
    let event = json!({
        "event": "meeting.participant_data", "event_ts": 1_795_255_200_000_u64,
        "payload": {"object": {"uuid": MEETING, "participant": {"participant_id": "4", "data": [
            {"signaling_ip_address": "203.0.113.7", "signaling_internal_ip_address": "10.1.0.9"}]}}},
    });
    world.write("all.ndjson", format!("{report}\n{page}\n{event}\n"));
    let header = "name,public_networks,internal_networks,kind";
    let rows = "Berlin,198.51.100.0/24,,office\nParis,203.0.113.7,10.1.0.0/16,office\n\
                Lyon,203.0.113.7,10.2.0.0/16,office\n";
    world.write("sites.csv", format!("{header}\n{rows}"));
    settings(&world, "[privacy]\ndefault = 'drop'\n[context]\nsites = 'sites.csv'\n");
    let output = import(&world, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(
        world.sql("SELECT user_id, site, ip_address FROM participants ORDER BY user_id"),
        "user_id,site,ip_address\n16778240,Berlin,\n2,Lyon,\n3,,\n4,Paris,\n"
    );
    world.write("wrong.csv", format!("{header}\n{rows}Rome,198.51.100.128/25,,office\n"));
    let output = import(&world, &["--sites", "wrong.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("`wrong.csv`, line 5: 198.51.100.128/25 overlaps"),
        "{}",
        said(&output)
    );
}
