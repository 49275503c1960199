//! `zqos find`, in a store and without one.

use serde_json::Value;

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
        assert_eq!(found(&world, &[&person, "--at", join, "--online"]), rows);
    }
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
