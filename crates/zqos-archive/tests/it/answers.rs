//! What was collected is answered as it came.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use zqos_archive::Archive;
use zqos_core::Origin;

use crate::world::{Answer, World, ask, encoded};

/// The lists of a meeting, as paths below it, with the largest page.
const LISTS: [(&str, u32); 5] = [
    ("participants", 300),
    ("participants/qos", 10),
    ("participants/qos_summary", 10),
    ("participants/sharing", 300),
    ("participants/satisfaction", 300),
];

/// A meeting or webinar that was collected.
#[derive(Debug, Clone)]
struct Collected {
    /// The path with the UUID in it.
    path: String,
    kind: &'static str,
    joins: Vec<String>,
}

/// Collects some meetings of a list with all that is below them.
fn collect(world: &mut World, kind: &'static str, when: &str, most: usize) -> Vec<Collected> {
    let origin = if when == "live" { Origin::RestLive } else { Origin::RestPast };
    let list = format!("{}&page_size=300&include_fields=tracking_fields", list_of(kind, when));
    let rows: Vec<Value> = world
        .collect(&list, origin, None)
        .into_iter()
        .flat_map(|page| page.body[kind].as_array().unwrap().clone())
        .collect();
    let mut collected = Vec::new();
    for row in rows.iter().take(most) {
        let uuid = row["uuid"].as_str().unwrap();
        let path = format!("/metrics/{kind}/{}", encoded(uuid));
        let mut joins = Vec::new();
        for (part, size) in LISTS {
            if part.ends_with("qos_summary") && when == "live" {
                continue;
            }
            let fields = if part == "participants" { "&include_fields=registrant_id" } else { "" };
            let target = format!("{path}/{part}?type={}&page_size={size}{fields}", of_path(when));
            for page in world.collect(&target, origin, Some(uuid)) {
                if part == "participants" {
                    let rows = page.body["participants"].as_array().unwrap();
                    joins
                        .extend(rows.iter().map(|row| row["user_id"].as_str().unwrap().to_owned()));
                }
            }
        }
        collected.push(Collected { path, kind, joins });
    }
    collected
}

/// A list of some days; webinars are rare.
fn list_of(kind: &str, when: &str) -> String {
    let from = if kind == "webinars" { "2026-11-01" } else { "2026-11-18" };
    format!("/metrics/{kind}?type={when}&from={from}&to=2026-11-20")
}

/// The type under which all parts of a meeting can be asked for.
fn of_path(when: &str) -> &str {
    if when == "live" { "live" } else { "past" }
}

/// Walks a list in both, page by page: equal, but for what page tokens are.
async fn compare_walks(world: &World, archive: &Archive, target: &str) -> usize {
    let (mut theirs, mut ours) = (target.to_owned(), target.to_owned());
    let mut pages = 0;
    loop {
        let (expected, found) = (world.zoom(&theirs), ask(archive, &ours).await);
        let is_empty =
            |answer: &Answer| answer.body["participants"].as_array().is_some_and(Vec::is_empty);
        // An empty list leaves nothing in a store.
        if is_empty(&expected) && found.status == 404 {
            assert_eq!(found.body["code"], 3001, "{target}");
            return pages;
        }
        assert_eq!(found.without_token(), expected.without_token(), "{target}, page {pages}");
        pages += 1;
        let Some((next, our_next)) = expected.next().zip(found.next()) else { return pages };
        theirs = format!("{target}&next_page_token={next}");
        ours = format!("{target}&next_page_token={our_next}");
    }
}

async fn compare_meeting(world: &World, archive: &Archive, meeting: &Collected, when: &str) {
    let Collected { path, kind, joins } = meeting;
    let mut details = world.zoom(&format!("{path}?type={when}"));
    let found = ask(archive, &format!("{path}?type={when}")).await;
    if *kind == "meetings" {
        // Only details have these, and only the list was collected.
        for name in ["in_room_participants", "has_meeting_summary"] {
            details.body.as_object_mut().unwrap().remove(name).unwrap();
        }
    }
    assert_eq!(found, details);
    for (part, _) in LISTS {
        if part.ends_with("qos_summary") && when == "live" {
            continue;
        }
        for size in ["", "&page_size=3"] {
            let target = format!("{path}/{part}?type={when}{size}");
            compare_walks(world, archive, &target).await;
        }
    }
    let with_registrants = format!("{path}/participants?type={when}&include_fields=registrant_id");
    assert!(compare_walks(world, archive, &with_registrants).await > 0);
    for user in joins {
        let target = format!("{path}/participants/{user}/qos?type={when}");
        assert_eq!(ask(archive, &target).await, world.zoom(&target), "{target}");
    }
}

/// All rows of a list by UUID, and what its pages say of it.
fn rows(pages: &[Answer], kind: &str) -> BTreeMap<String, Value> {
    let rows = pages.iter().flat_map(|page| page.body[kind].as_array().unwrap());
    rows.map(|row| (row["uuid"].as_str().unwrap().to_owned(), row.clone())).collect()
}

async fn compare_lists(world: &World, archive: &Archive, kind: &str, when: &str, fields: &str) {
    let target = format!("{}&page_size=7{fields}", list_of(kind, when));
    let walk = async |ours: bool| {
        let mut pages = Vec::new();
        let mut page = target.clone();
        loop {
            let answer = if ours { ask(archive, &page).await } else { world.zoom(&page) };
            assert_eq!(answer.status, 200, "{page}: {}", answer.body);
            let next = answer.next();
            pages.push(answer);
            let Some(token) = next else { return pages };
            page = format!("{target}&next_page_token={token}");
        }
    };
    let (theirs, ours) = (walk(false).await, walk(true).await);
    assert_eq!(rows(&ours, kind), rows(&theirs, kind), "{target}");
    for name in ["from", "to", "page_count", "page_size", "total_records"] {
        let said =
            |pages: &[Answer]| pages.iter().map(|page| page.body[name].clone()).collect::<Vec<_>>();
        assert_eq!(said(&ours), said(&theirs), "{target}: {name}");
    }
}

#[tokio::test]
async fn every_page_of_every_path_is_what_zoom_gave() {
    let mut world = World::new().await;
    let mut meetings = collect(&mut world, "meetings", "past", 4);
    meetings.extend(collect(&mut world, "meetings", "pastOne", 1));
    meetings.extend(collect(&mut world, "webinars", "past", 1));
    assert!(meetings.iter().any(|meeting| meeting.kind == "webinars"), "there is a webinar");
    assert!(meetings.iter().map(|meeting| meeting.joins.len()).sum::<usize>() > 10);
    world.keep().await;
    // In a log alone, in files as they came, and in files of sealed days.
    for stage in 0..3 {
        match stage {
            0 => {}
            1 => world.store.commit().await.map(drop).unwrap(),
            _ => {
                let compacted = world.store.compact().await.unwrap();
                assert!(compacted.sealed > 0);
            }
        }
        let archive = world.archive().await;
        for meeting in &meetings {
            compare_meeting(&world, &archive, meeting, "past").await;
        }
        for (kind, when) in [("meetings", "past"), ("meetings", "pastOne"), ("webinars", "past")] {
            compare_lists(&world, &archive, kind, when, "").await;
            compare_lists(&world, &archive, kind, when, "&include_fields=tracking_fields").await;
        }
    }
}

#[tokio::test]
async fn a_meeting_is_live_while_it_runs_and_past_afterwards() {
    let mut world = World::new().await;
    world.clock.set("2026-11-19T14:30:00Z".parse().unwrap());
    let live = collect(&mut world, "meetings", "live", 3);
    assert!(!live.is_empty(), "something runs");
    world.keep().await;
    let archive = world.archive().await;
    for meeting in &live {
        compare_meeting(&world, &archive, meeting, "live").await;
        let past = format!("{}/participants/qos?type=past", meeting.path);
        assert_eq!(ask(&archive, &past).await, world.zoom(&past));
    }
    compare_lists(&world, &archive, "meetings", "live", "").await;

    world.clock.advance(Duration::from_hours(9));
    let past = collect(&mut world, "meetings", "past", 1_000);
    world.keep().await;
    assert!(archive.refresh().await.unwrap());
    assert!(!archive.refresh().await.unwrap(), "nothing has come since");
    for meeting in &live {
        let ended = past.iter().find(|ended| ended.path == meeting.path).unwrap();
        compare_meeting(&world, &archive, ended, "past").await;
        for part in ["", "/participants", "/participants/qos"] {
            let live = format!("{}{part}", meeting.path);
            assert_eq!(ask(&archive, &live).await, world.zoom(&live), "{live}");
        }
    }
}

#[tokio::test]
async fn details_that_were_collected_are_answered_whole() {
    let mut world = World::new().await;
    let meeting = collect(&mut world, "meetings", "past", 1).remove(0);
    let target = format!("{}?type=past", meeting.path);
    let uuid = world.zoom(&target).body["uuid"].as_str().unwrap().to_owned();
    world.collect(&target, Origin::RestPast, Some(&uuid));
    world.keep().await;
    let archive = world.archive().await;
    assert_eq!(ask(&archive, &target).await, world.zoom(&target));
}

#[tokio::test]
async fn a_single_report_is_answered_on_the_page_of_many_as_zoom_has_it_there() {
    let mut world = World::new().await;
    let list = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-18&page_size=1";
    let row = world.zoom(list).body["meetings"][0].clone();
    let uuid = row["uuid"].as_str().unwrap();
    let path = format!("/metrics/meetings/{}/participants", encoded(uuid));
    let joins = world.zoom(&format!("{path}?type=past&page_size=300")).body["participants"].clone();
    for join in joins.as_array().unwrap() {
        let target = format!("{path}/{}/qos?type=past", join["user_id"].as_str().unwrap());
        world.collect(&target, Origin::Import, Some(uuid));
    }
    world.keep().await;
    let archive = world.archive().await;
    for join in joins.as_array().unwrap() {
        let target = format!("{path}/{}/qos?type=past", join["user_id"].as_str().unwrap());
        assert_eq!(ask(&archive, &target).await, world.zoom(&target));
    }
    // Of the meeting nothing else is known, so that its number is missing.
    let target = format!("{path}/qos?type=past&page_size=10");
    let mut expected = world.zoom(&target).without_token();
    expected.body.as_object_mut().unwrap().remove("meeting_number").unwrap();
    assert_eq!(ask(&archive, &target).await.without_token(), expected);
}

#[tokio::test]
async fn a_number_names_the_latest_instance_and_errors_are_those_of_zoom() {
    let mut world = World::new().await;
    let meeting = collect(&mut world, "meetings", "past", 1).remove(0);
    let webinar = collect(&mut world, "webinars", "past", 1).remove(0);
    world.keep().await;
    let archive = world.archive().await;
    let number = world.zoom(&format!("{}?type=past", meeting.path)).body["id"].clone();
    let by_number = ask(&archive, &format!("/metrics/meetings/{number}?type=past")).await;
    let latest = world.zoom(&format!("/metrics/meetings/{number}?type=past"));
    assert_eq!(by_number.body["uuid"], latest.body["uuid"]);

    let as_meeting = webinar.path.replace("webinars", "meetings");
    let as_webinar = meeting.path.replace("meetings", "webinars");
    let path = &meeting.path;
    for target in [
        format!("{path}/participants"),
        format!("{path}?type=future"),
        format!("{path}/participants/qos?type=pastOne"),
        format!("{path}/participants?type=past&page_size=0"),
        format!("{path}/participants/1/qos?type=past"),
        format!("{path}/participants/none/qos?type=past"),
        format!("{path}/participants?type=past&next_page_token=made-up"),
        format!("{as_meeting}?type=past"),
        format!("{as_webinar}/participants?type=past"),
        "/metrics/meetings".to_owned(),
        "/metrics/meetings?from=2026-11-18&to=2026-11-17".to_owned(),
        "/metrics/meetings?from=soon&to=2026-11-17&type=past".to_owned(),
        "/metrics/meetings?from=2026-11-17&to=2026-11-18&query_date_type=x&type=past".to_owned(),
        "/metrics/webinars?from=2026-11-17&to=2026-11-18&type=pastOne".to_owned(),
        "/metrics/meetings/1?type=past".to_owned(),
        "/metrics/meetings/%20?type=past".to_owned(),
        "/metrics/meetings/AAAAAAAAAAAAAAAAAAAAAA==/participants?type=past".to_owned(),
        "/metrics/crc".to_owned(),
        "/nothing".to_owned(),
    ] {
        assert_eq!(ask(&archive, &target).await, world.zoom(&target), "{target}");
    }
    let other = archive.answer("another", "GET", &format!("{path}?type=past")).await;
    assert_eq!(other.status, 404, "accounts are apart");
    let post = archive.answer("default", "POST", path).await;
    assert_eq!(post.status, 405);
    let range = "/metrics/meetings?type=past&from=2026-08-05&to=2026-10-10";
    assert_eq!(ask(&archive, range).await.body["from"], "2026-09-10");
}
