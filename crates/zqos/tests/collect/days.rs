//! Days that are no UTC days, and meetings that are of two.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use zqos_sim::Config;

use crate::small;
use crate::world::{Row, World, between, said};

const SEED: u64 = 11;

/// Local days with the UTC instants of their first and last midnight: they have 25 hours, 23 hours, or, of three
/// days together, 73. In Cairo the clock changes at midnight, on a working day.
///
/// **Source**: the IANA time zone database.
const DAYS: [(&str, [&str; 2], [&str; 2]); 4] = [
    (
        "Africa/Cairo",
        ["2026-10-29", "2026-10-30"],
        ["2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z"],
    ),
    (
        "Africa/Cairo",
        ["2026-04-24", "2026-04-25"],
        ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"],
    ),
    (
        "Europe/Berlin",
        ["2026-10-24", "2026-10-27"],
        ["2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z"],
    ),
    (
        "America/New_York",
        ["2026-03-06", "2026-03-09"],
        ["2026-03-06T05:00:00Z", "2026-03-09T04:00:00Z"],
    ),
];

fn count(told: &Value, pointer: &str) -> u64 {
    told.pointer(pointer).and_then(Value::as_u64).unwrap()
}

#[test]
fn a_day_on_which_clocks_change_has_its_meetings_and_those_of_no_other() {
    for (zone, [from, to], [start, end]) in DAYS {
        let range = between(start, end);
        // Half a week later every list is final.
        let now = range.end.saturating_add(Duration::from_hours(84)).to_string();
        let world = World::at(&now, Config { seed: SEED, ..small() });
        let day = ["--from", from, "--to", to, "--tz", zone];
        let output = world.run("collect", &day);
        assert_eq!(output.status.code(), Some(0), "seed {SEED}, {zone}: {}", said(&output));
        let truth = world.truth_in(&range);
        assert!(truth.len() > 1_000, "seed {SEED}, {zone}: {} samples", truth.len());
        let told = &world.status(&day)[0];
        assert_eq!((&told["from"], &told["to"]), (&start.into(), &end.into()), "{zone}");
        let ended = world.meetings_in(&range);
        assert_eq!(count(told, "/meetings/ended"), ended, "seed {SEED}, {zone}");
        assert_eq!(count(told, "/minutes/got"), count(told, "/minutes/expected"), "{zone}");
        assert_eq!(world.rows(), truth, "seed {SEED}, {zone}");
    }
}

#[test]
fn a_meeting_across_midnight_at_a_months_end_is_there_once_and_whole() {
    // The handover begins each day at 23:40, and ends on the next.
    let world = World::at("2026-10-01T00:02:00Z", Config { seed: SEED, ..small() });
    let days = [["2026-09-30", "2026-10-01"], ["2026-10-01", "2026-10-02"]];
    let [september, october] = days.map(|[from, to]| ["--from", from, "--to", to, "--tz", "UTC"]);
    let midnight = "2026-10-01T00:00:00Z";
    // It runs still, and is not listed yet.
    let output = world.run("collect", &september);
    assert_eq!(output.status.code(), Some(0), "seed {SEED}: {}", said(&output));
    let is_across = |rows: &BTreeSet<Row>| {
        let before: BTreeSet<_> =
            rows.iter().filter(|row| *row.2 < *midnight).map(|row| &row.0).collect();
        rows.iter().any(|row| *row.2 >= *midnight && before.contains(&row.0))
    };
    assert!(!is_across(&world.rows()), "seed {SEED}: nothing of October is there yet");

    world.clock.advance(Duration::from_hours(60));
    for day in [september, october] {
        let output = world.run("collect", &day);
        assert_eq!(output.status.code(), Some(0), "seed {SEED}: {}", said(&output));
    }
    let ranges =
        [between("2026-09-30T00:00:00Z", midnight), between(midnight, "2026-10-02T00:00:00Z")];
    let truth: BTreeSet<_> = ranges.iter().flat_map(|range| world.truth_in(range)).collect();
    assert!(is_across(&truth), "seed {SEED}: a meeting is of both days");
    assert_eq!(world.rows(), truth, "seed {SEED}");
    // Each is counted on the day on which it began, and on no other.
    for (day, range) in [september, october].iter().zip(&ranges) {
        let told = &world.status(day)[0];
        assert_eq!(count(told, "/meetings/ended"), world.meetings_in(range), "seed {SEED}");
        assert_eq!(count(told, "/minutes/got"), count(told, "/minutes/expected"), "seed {SEED}");
    }
}
