//! What was not kept of people is blank as Zoom blanks it, and who was erased is not answered.

use serde_json::{Value, json};
use zoom_wire::privacy::{Mode, Policy};
use zqos_core::Origin;

use crate::world::{World, ask, encoded};

/// Members of participants that are about people.
const PERSONAL: [&str; 12] = [
    "id",
    "participant_user_id",
    "user_name",
    "email",
    "ip_address",
    "location",
    "mac_addr",
    "harddisk_id",
    "pc_name",
    "microphone",
    "speaker",
    "leave_reason",
];

/// Keeps all of one meeting, and returns the path to it, its row, and the targets below it.
async fn one_meeting(world: &mut World) -> (String, Value, [String; 2]) {
    let list = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-18&page_size=300";
    let row = world.collect(list, Origin::RestPast, None)[0].body["meetings"][0].clone();
    let uuid = row["uuid"].as_str().unwrap();
    let path = format!("/metrics/meetings/{}", encoded(uuid));
    let targets = [("", 300), ("/qos", 10)]
        .map(|(part, size)| format!("{path}/participants{part}?type=past&page_size={size}"));
    for target in &targets {
        world.collect(target, Origin::RestPast, Some(uuid));
    }
    world.keep().await;
    (path, row, targets)
}

fn participants(answer: &Value) -> Vec<Value> {
    answer["participants"].as_array().unwrap().clone()
}

/// Telephone calls without what they tell.
fn without_calls(calls: &Value) -> Value {
    let blank = json!({"call_number": "", "call_type": "", "zoom_number": ""});
    calls.as_array().into_iter().flatten().map(|_| blank.clone()).collect()
}

#[tokio::test]
async fn what_was_dropped_is_blank_and_all_else_is_as_it_came() {
    let policy = Policy::new(Mode::Drop, "default", b"");
    let mut world = World::with_policy(Some(policy)).await;
    let (path, row, targets) = one_meeting(&mut world).await;
    let archive = world.archive().await;
    for target in &targets {
        let (theirs, ours) = (world.zoom(target).body, ask(&archive, target).await.body);
        for (theirs, ours) in participants(&theirs).into_iter().zip(participants(&ours)) {
            assert!(ours.get("internal_ip_addresses").is_none(), "a list is left out");
            for (name, value) in ours.as_object().unwrap() {
                // Calls are objects, whose numbers are blank.
                let is_blank = value == "" || value == &without_calls(&theirs[name]);
                assert!(is_blank || *value == theirs[name], "{target}: {name}: {value}");
                assert!(!PERSONAL.contains(&name.as_str()) || value == "", "{target}: {name}");
            }
            assert_eq!(ours["user_qos"], theirs["user_qos"]);
            assert_eq!(ours["join_time"], theirs["join_time"]);
        }
    }
    let details = ask(&archive, &format!("{path}?type=past")).await.body;
    for name in ["topic", "host", "email", "dept"] {
        assert_eq!(details[name], "", "{name}");
    }
    assert_eq!(details["start_time"], row["start_time"]);
}

#[tokio::test]
async fn a_pseudonym_is_answered_in_place_of_what_it_stands_for() {
    let policy = || Policy::new(Mode::Pseudonymise, "default", b"0123456789abcdef");
    let mut world = World::with_policy(Some(policy())).await;
    let (_, _, targets) = one_meeting(&mut world).await;
    let archive = world.archive().await;
    let [list, reports] = &targets;
    let theirs = participants(&world.zoom(list).body);
    let ours = participants(&ask(&archive, list).await.body);
    let mails = theirs.iter().zip(&ours).filter(|(theirs, _)| theirs["email"] != "");
    let mut count = 0;
    for (theirs, ours) in mails {
        let names = policy().pseudonyms(theirs["email"].as_str().unwrap());
        assert!(names.iter().any(|name| ours["email"] == **name), "{ours}");
        count += 1;
    }
    assert!(count > 0);
    let of_reports = participants(&ask(&archive, reports).await.body);
    for (row, report) in ours.iter().zip(&of_reports) {
        assert_eq!(row["email"], report["email"], "one person has one pseudonym");
    }
}

#[tokio::test]
async fn who_was_erased_is_answered_nowhere() {
    let mut world = World::new().await;
    let (path, row, targets) = one_meeting(&mut world).await;
    let mail = row["email"].as_str().unwrap().to_owned();
    let name = row["host"].as_str().unwrap();
    let before = participants(&world.zoom(&targets[0]).body);
    assert!(before.iter().any(|join| join["email"] == *mail), "the host takes part");
    world.store.forget(None, std::slice::from_ref(&mail)).await.unwrap();
    // The same again stays away, also the row of the meeting.
    one_meeting(&mut world).await;
    let archive = world.archive().await;
    let details = ask(&archive, &format!("{path}?type=past")).await;
    let list = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-18&page_size=300";
    let mut answers = vec![details, ask(&archive, list).await];
    for target in &targets {
        answers.push(ask(&archive, target).await);
    }
    let joins = participants(&answers[2].body);
    assert!(!joins.is_empty() && joins.len() < before.len());
    for answer in &answers {
        assert_eq!(answer.status, 200);
        let text = answer.body.to_string();
        assert!(!text.contains(&mail) && !text.contains(name), "{text}");
    }
    assert_eq!((&answers[0].body["host"], &answers[0].body["topic"]), (&"".into(), &"".into()));
    assert_eq!(answers[0].body["start_time"], row["start_time"]);
}
