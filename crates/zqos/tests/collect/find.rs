//! `zqos find`, in a store and without one.

use serde_json::{Value, json};

use crate::world::{World, said};
use crate::{DAY, small};

/// Somebody of the company with an address, in a store that has the day.
fn somebody(world: &World) -> Value {
    let output = world.run("collect", &DAY);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let sql = "SELECT meeting_uuid, user_id, user_name, email, join_time, leave_time, person_id FROM participants \
               WHERE email <> '' AND leave_time - join_time > INTERVAL '10 minutes' \
               ORDER BY email, join_time LIMIT 1";
    world.sql(sql)[0].clone()
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row[name].as_str().unwrap()
}

fn found(world: &World, arguments: &[&str]) -> Vec<Value> {
    let output = world.run("find", &[arguments, &["--format", "json", "--tz", "UTC"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_person_and_a_time_lead_to_the_meeting_with_or_without_a_store() {
    let world = World::new(small());
    let who = somebody(&world);
    let (email, join) = (text(&who, "email"), text(&who, "join_time"));
    for person in [email.to_owned(), email.to_uppercase(), text(&who, "person_id").to_owned()] {
        let rows = found(&world, &[&person, "--at", join]);
        let [row] = &rows[..] else { panic!("{rows:?}") };
        for name in ["meeting_uuid", "user_id", "user_name", "join_time", "leave_time"] {
            assert_eq!(row[name], who[name], "{name}");
        }
        let before = world.calls();
        assert_eq!(found(&world, &[&person, "--at", join, "--online"]), rows);
        assert!(world.calls() > before);
    }
    let output = world.run("find", &[email, "--at", join, "--online"]);
    let next = format!(
        "next: zqos get '{}' '{}' --type past\n",
        text(&who, "meeting_uuid"),
        text(&who, "user_id")
    );
    assert!(said(&output).ends_with(&next), "{}", said(&output));
    assert!(said(&output).contains("default: asked Zoom by "), "{}", said(&output));
    // Nothing is asked but with `--online`.
    let before = world.calls();
    let output = world.run("find", &[email, "--at", join, "--store", "none"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("a call for each 300 meetings"), "{}", said(&output));
    assert_eq!(world.calls(), before);
}

#[test]
fn several_people_of_a_name_are_told_apart_and_texts_are_taken_as_they_are() {
    let world = World::new(small());
    let who = somebody(&world);
    let output = world.run("find", &["example.com", "--from", "2026-11-19", "--to", "2026-11-20"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains(text(&who, "email")), "{}", said(&output));
    let long = "x".repeat(10_000);
    for person in
        ["O'Neil", "%", "_", "\\", "'; DROP TABLE meetings; --", "<b>", "\u{1b}[31m", &long]
    {
        let output = world.run("find", &[person, "--from", "2026-11-19", "--to", "2026-11-20"]);
        assert_eq!(output.status.code(), Some(1), "{person}: {}", said(&output));
        assert!(said(&output).starts_with("nobody is found by "), "{}", said(&output));
        assert!(!said(&output).contains('\u{1b}'));
    }
}

#[test]
fn who_is_not_there_may_not_have_been_collected() {
    let world = World::new(small());
    let who = somebody(&world);
    let output = world.run("find", &[text(&who, "email"), "--at", "2026-11-17T10:00:00Z"]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(
        said.contains(
            "the store has no list of that time; `zqos collect --from 2026-11-17T09:00:00Z"
        ),
        "{said}"
    );
}

/// A store with joins of one meeting of 2026-11-20, as the list of participants has them.
fn with_joins(joins: &[Value]) -> World {
    const UUID: &str = "gm8s9L+PTEC+FG3sFbd1Cw==";
    let world = World::new(small());
    let meeting = json!({"meetings": [{"uuid": UUID, "topic": "Board", "start_time": "2026-11-20T05:00:00Z"}]});
    let page = json!({"next_page_token": "", "participants": joins});
    for (name, text) in [("meeting.json", meeting), ("joins.json", page)] {
        std::fs::write(world.dir.path().join(name), text.to_string()).unwrap();
    }
    let output = world.run("import", &["meeting.json", "joins.json", "--meeting", UUID]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    world
}

#[test]
fn many_joins_of_one_do_not_hide_another() {
    let mut joins = vec![json!({"user_id": "1", "user_name": "Ann", "email": "a@x.example",
        "join_time": "2026-11-20T06:00:00Z", "leave_time": "2026-11-20T06:05:00Z"})];
    for place in 0..1_200 {
        joins.push(json!({"user_id": (100 + place).to_string(), "user_name": "Lea", "email": "lea@x.example",
            "join_time": "2026-11-20T10:00:00Z", "leave_time": "2026-11-20T10:05:00Z"}));
    }
    let world = with_joins(&joins);
    let range = ["--from", "2026-11-20", "--to", "2026-11-21"];
    let rows = found(&world, &[&["a@x.example"], &range[..]].concat());
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["email"], "a@x.example");
    let output = world.run("find", &[&["x.example"], &range[..]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(found(&world, &[&["lea@x.example"], &range[..]].concat()).len(), 1_000);
}

#[test]
fn who_is_there_still_is_found() {
    let world = with_joins(&[json!({"user_id": "1", "user_name": "Ann", "email": "a@x.example",
        "join_time": "2026-11-20T06:00:00Z"})]);
    let rows = found(&world, &["a@x.example", "--at", "2026-11-20T09:00:00Z"]);
    assert_eq!(rows.len(), 1, "{rows:?}");
}
