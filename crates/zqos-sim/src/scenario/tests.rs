use std::sync::Arc;

use zqos_core::ManualClock;

use std::ops::Range;

use super::*;
use crate::api::Config;

/// A Friday at noon.
const NOW: &str = "2026-11-20T12:00:00Z";

fn simulator() -> Simulator {
    let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
    Simulator::new(Config::default(), clock).unwrap()
}

fn play(text: &str) -> Result<Simulator, ScenarioError> {
    let mut simulator = simulator();
    simulator.play(&text.parse()?)?;
    Ok(simulator)
}

/// All of 2026.
fn year() -> Range<Timestamp> {
    "2026-01-01T00:00:00Z".parse().unwrap()..NOW.parse().unwrap()
}

#[test]
fn every_kind_of_cause_can_be_planned_and_is_told_again() {
    let company = Company::new(1, 200);
    let email = company.email(Who::Person(7));
    let version = company.device(Who::Person(7)).version(20_777).unwrap();
    let isp = Company::isp_name(company.isp_of_site(0));
    let places = [
        "site = 'Berlin'\naccess_point = 1".to_owned(),
        "site = 'Berlin (DE)'".to_owned(),
        "site = '192.0.2.1'".to_owned(),
        format!("isp = '{isp}'"),
        "data_center = 'Germany (FR Top)'".to_owned(),
        format!("person = '{email}'"),
        format!("person = '{email}'"),
        format!("version = '{version}'"),
        "site = 'Berlin (DE), 192.0.2.1'".to_owned(),
        "site = 'Berlin'".to_owned(),
        "site = 'Berlin'".to_owned(),
    ];
    assert_eq!(places.len(), KINDS.len());
    let faults: Vec<String> = KINDS
        .iter()
        .zip(places)
        .map(|((kind, _), place)| {
            format!("[[fault]]\nkind = '{kind}'\n{place}\nfrom = 'monday 09:00'\nto = '+2h'\n")
        })
        .collect();
    let simulator = play(&format!("by_chance = false\n{}", faults.concat())).unwrap();
    let incidents: Vec<_> = simulator.incidents(year()).collect();
    let told: Vec<&str> = incidents.iter().map(|incident| incident.kind.id()).collect();
    let planned: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(told, planned);
    for (incident, number) in incidents.iter().zip(1..) {
        assert_eq!(incident.id, format!("planned-{number}"));
        assert_eq!(incident.from.to_string(), "2026-11-16T09:00:00Z");
        assert_eq!(incident.to.to_string(), "2026-11-16T11:00:00Z");
    }
    assert_eq!(incidents[0].scope.name, "Berlin (DE), 192.0.2.1, access point 1");
    assert_eq!(incidents[5].scope.name, email);
}

#[test]
fn chance_goes_on_unless_it_is_told_not_to() {
    assert!(play("").unwrap().incidents(year()).count() > 12);
    assert_eq!(play("by_chance = false").unwrap().incidents(year()).count(), 0);
}

#[test]
fn times_are_instants_days_or_ago_in_utc() {
    for (text, expected) in [
        ("2026-11-18T09:00:00+01:00", "2026-11-18T08:00:00Z"),
        ("2026-11-18", "2026-11-18T00:00:00Z"),
        ("2026-11-18 09:30", "2026-11-18T09:30:00Z"),
        ("today 09:30", "2026-11-20T09:30:00Z"),
        ("yesterday", "2026-11-19T00:00:00Z"),
        ("friday 08:00", "2026-11-13T08:00:00Z"),
        ("saturday", "2026-11-14T00:00:00Z"),
        ("thursday 23:59", "2026-11-19T23:59:00Z"),
        ("-2d", "2026-11-18T12:00:00Z"),
        ("-90m", "2026-11-20T10:30:00Z"),
        ("-3h", "2026-11-20T09:00:00Z"),
    ] {
        let read = beginning(text, NOW.parse().unwrap()).unwrap();
        assert_eq!(read.to_string(), expected, "{text}");
    }
    for text in ["", "-", "-2", "-xd", "noon", "2026-13-01", "monday 25:00", "2026-11-18  09:00"] {
        assert_eq!(beginning(text, NOW.parse().unwrap()), None, "{text}");
    }
    assert_eq!(beginning("-9223372036854775807d", NOW.parse().unwrap()), None);
}

#[test]
fn an_end_is_a_time_a_length_or_the_next_such_day() {
    let wednesday = "2026-11-18T09:00:00Z".parse().unwrap();
    for (text, expected) in [
        ("+90m", "2026-11-18T10:30:00Z"),
        ("+3d", "2026-11-21T09:00:00Z"),
        ("wednesday 09:01", "2026-11-18T09:01:00Z"),
        ("wednesday 09:00", "2026-11-25T09:00:00Z"),
        ("thursday 08:00", "2026-11-19T08:00:00Z"),
        ("tuesday", "2026-11-24T00:00:00Z"),
        ("today", "2026-11-20T00:00:00Z"),
        ("-1h", "2026-11-20T11:00:00Z"),
    ] {
        let read = end(text, wednesday, NOW.parse().unwrap()).unwrap();
        assert_eq!(read.to_string(), expected, "{text}");
    }
}

/// A fault from its second line on, and the lines about its kind and place.
fn fault_of(lines: &str) -> String {
    format!("[[fault]]\nfrom = '-2h'\nto = 'today'\n{lines}")
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_what_was_expected() {
    let empty = fault_of("kind = 'far-server'\nsite = 'Berlin'");
    let with = |lines: &str| fault_of(lines).replace("'today'", "'+1h'");
    for (text, line, expected) in [
        ("seed = ".to_owned(), 1, "string values must be quoted"),
        ("\n\nfault = 1".to_owned(), 3, "expected a sequence"),
        ("\npersons = 10".to_owned(), 2, "unknown field `persons`, expected one of `seed`"),
        ("\n[[fault]]\nkind = 'far-server'".to_owned(), 2, "missing field `from`"),
        (with("kind = 'wifi'"), 4, "unknown kind `wifi`: expected one of `access-wifi`, `uplink"),
        (with("kind = 'access-wifi'"), 4, "needs `site`, an office's city or public address"),
        (with("kind = 'device-cpu'\nsite = 'Berlin'"), 4, "needs `person`"),
        (
            with("kind = 'far-server'\nsite = 'Berlin'\nversion = '6'"),
            6,
            "`version` means nothing to a fault of this kind",
        ),
        (
            with("kind = 'far-server'\nsite = 'Atlantis'"),
            5,
            "no office is called `Atlantis`: expected `Berlin (DE)`, `London (GB)`",
        ),
        (
            with("kind = 'access-wifi'\nsite = 'Berlin'\naccess_point = 9"),
            6,
            "no access point 9: expected one from 1 to",
        ),
        (
            with("kind = 'data-center'\ndata_center = 'Berlin'"),
            5,
            "no data centre is called `Berlin`: expected `United States (SC Top)`",
        ),
        (
            with("kind = 'device-cpu'\nperson = 'nobody@example.com'"),
            5,
            "no person has the address `nobody@example.com`",
        ),
        (
            with("kind = 'client-version'\nversion = '1'"),
            5,
            "no release is called `1`: expected `6.",
        ),
        (
            with("kind = 'site-or-isp'\nisp = 'AS1'"),
            5,
            "no provider is called `AS1`: expected `AS6",
        ),
        (
            with("kind = 'far-server'\nsite = 'Berlin'\nseverity = -1"),
            6,
            "the severity is -1: expected a number from 0 to 24",
        ),
        (with("kind = 'far-server'\nsite = 'Berlin'\nseverity = nan"), 6, "the severity is NaN"),
        (with("kind = 'far-server'\nsite = 'Berlin'").replace("-2h", "noon"), 2, "`noon` is not"),
        (with("kind = 'far-server'\nsite = 'Berlin'").replace("+1h", "+1y"), 3, "`+1y` is not"),
        (empty, 3, "the fault ends before it begins"),
    ] {
        let error = play(&text).map(drop).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}\n{error}");
        assert_eq!(error.line(), line, "{text}\n{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn a_city_with_several_offices_is_not_guessed() {
    let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
    let config = Config { people: 2_000, ..Config::default() };
    let mut simulator = Simulator::new(config, clock).unwrap();
    let scenario = |site: &str| {
        let text = fault_of(&format!("kind = 'tcp-fallback'\nsite = '{site}'"));
        text.replace("'today'", "'+1h'").parse::<Scenario>().unwrap()
    };
    let error = simulator.play(&scenario("Berlin")).unwrap_err().to_string();
    assert!(error.contains("expected one of `192.0.2.1`, `192.0.2.11`"), "{error}");
    assert_eq!(simulator.play(&scenario("192.0.2.11")), Ok(()));
}
