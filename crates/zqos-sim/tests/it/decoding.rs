//! Every answer decodes with nothing unknown and nothing invalid.

use zoom_wire::meeting::{Meeting, MeetingsPage};
use zoom_wire::participant::ParticipantsPage;
use zoom_wire::qos::{ParticipantQos, ParticipantsQosPage};
use zoom_wire::satisfaction::SatisfactionPage;
use zoom_wire::sharing::SharingPage;
use zoom_wire::summary::QosSummaryPage;
use zoom_wire::{ApiError, ApiErrorKind, decode};
use zqos_sim::{Algorithm, Answer, Config, Dialect, Quirk, Scopes};

use crate::support::{Zoom, encoded};

#[test]
fn lists_and_details_have_no_unknown_member() {
    let zoom = Zoom::unlimited();
    let answers = [
        zoom.get("/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19&include_fields=tracking_fields"),
        zoom.get("/metrics/webinars?type=past&from=2026-11-16&to=2026-11-20"),
    ];
    for answer in &answers {
        let page: MeetingsPage<'_> = decode(&answer.body).unwrap();
        assert!(page.other.is_empty());
        for row in page.meetings.objects("$").chain(page.webinars.objects("$")) {
            assert!(row.unwrap().other.is_empty());
        }
    }
    let webinars = zoom.past_webinars();
    for (kind, meeting) in [("meetings", &zoom.past_meetings()[0]), ("webinars", &webinars[0])] {
        let base = format!("/metrics/{kind}/{}", encoded(&meeting["uuid"]));
        let answer = zoom.get(&format!("{base}?type=past"));
        assert!(decode::<Meeting<'_>>(&answer.body).unwrap().other.is_empty());
        let answer =
            zoom.get(&format!("{base}/participants?type=past&include_fields=registrant_id"));
        let page: ParticipantsPage<'_> = decode(&answer.body).unwrap();
        assert!(page.other.is_empty());
        for row in page.participants.objects("$") {
            assert!(row.unwrap().other.is_empty());
        }
        let answer = zoom.get(&format!("{base}/participants/sharing?type=past"));
        let page: SharingPage<'_> = decode(&answer.body).unwrap();
        assert!(page.other.is_empty());
        for row in page.participants.objects("$") {
            assert!(row.unwrap().other.is_empty());
        }
    }
}

#[track_caller]
fn assert_report(answer: &Answer) -> usize {
    let report: ParticipantQos<'_> = decode(&answer.body).unwrap();
    assert!(report.other.is_empty());
    let samples = report.samples("$");
    assert_eq!(samples.invalid, []);
    assert!(report.join_time.get().is_some());
    samples.streams.len()
}

#[test]
fn reports_have_no_unknown_member_and_no_invalid_figure() {
    let zoom = Zoom::unlimited();
    let mut streams = 0;
    for meeting in zoom.past_meetings().iter().take(25) {
        let base = format!("/metrics/meetings/{}/participants", encoded(&meeting["uuid"]));
        let answer = zoom.get(&format!("{base}/qos?type=past&page_size=10"));
        let page: ParticipantsQosPage<'_> = decode(&answer.body).unwrap();
        assert!(page.other.is_empty());
        for row in page.participants.objects("$") {
            let row = row.unwrap();
            assert!(row.other.is_empty());
            assert_eq!(row.samples("$").invalid, []);
            let id = row.user_id.get().unwrap();
            streams += assert_report(&zoom.get(&format!("{base}/{id}/qos?type=past")));
        }
    }
    assert!(streams > 5_000, "{streams}");
}

#[test]
fn the_client_knows_what_each_error_means() {
    let zoom = Zoom::unlimited();
    let kind = |path: &str| {
        let answer = zoom.get(path);
        ApiError::from_answer(answer.status, &answer.body).unwrap().kind
    };
    let webinar = encoded(&zoom.past_webinars()[0]["uuid"]);
    let meeting = encoded(&zoom.past_meetings()[0]["uuid"]);
    for (path, expected) in [
        (format!("/metrics/meetings/{meeting}"), ApiErrorKind::NotAvailable),
        (format!("/metrics/meetings/{webinar}?type=past"), ApiErrorKind::IsWebinar),
        (format!("/metrics/webinars/{meeting}?type=past"), ApiErrorKind::IsMeeting),
        (
            "/metrics/meetings?from=2026-11-18&to=2026-11-19&next_page_token=x".to_owned(),
            ApiErrorKind::PageTokenExpired,
        ),
        ("/metrics/meetings?from=x&to=2026-11-19".to_owned(), ApiErrorKind::Validation),
    ] {
        assert_eq!(kind(&path), expected, "{path}");
    }
}

#[test]
fn no_dialect_has_an_invalid_figure_or_an_unknown_member() {
    for dialect in
        [Dialect::Sample, Dialect::Compact, Dialect::Capital, Dialect::Bare, Dialect::Mixed]
    {
        let config = Config { dialect, limits: Algorithm::Off, ..Config::default() };
        let zoom = Zoom::new(config);
        let mut streams = 0;
        for meeting in zoom.past_meetings().iter().take(5) {
            let meeting = encoded(&meeting["uuid"]);
            let path = format!("/metrics/meetings/{meeting}/participants/16778240/qos?type=past");
            streams += assert_report(&zoom.get(&path));
        }
        assert!(streams > 200, "{dialect:?}: {streams}");
    }
}

#[test]
fn summaries_and_satisfaction_have_no_unknown_member() {
    let zoom = Zoom::unlimited();
    let (mut elements, mut answers) = (0, 0);
    for meeting in zoom.past_meetings().iter().take(20) {
        let base = format!("/metrics/meetings/{}/participants", encoded(&meeting["uuid"]));
        let answer = zoom.get(&format!("{base}/qos_summary?page_size=10"));
        let page: QosSummaryPage<'_> = decode(&answer.body).unwrap();
        assert!(page.other.is_empty());
        for row in page.participants.objects("$") {
            let row = row.unwrap();
            assert!(row.other.is_empty());
            for element in row.qos.objects("$") {
                let element = element.unwrap();
                assert!(element.other.is_empty());
                for details in element.details.objects("$") {
                    assert!(details.unwrap().other.is_empty());
                    elements += 1;
                }
            }
        }
        let answer = zoom.get(&format!("{base}/satisfaction?type=past"));
        let page: SatisfactionPage<'_> = decode(&answer.body).unwrap();
        assert!(page.other.is_empty());
        for row in page.participants.objects("$") {
            let row = row.unwrap();
            assert!(row.other.is_empty() && row.date_time.get().is_some());
            answers += 1;
        }
    }
    assert!(elements > 400 && answers > 5, "{elements} {answers}");
}

#[test]
fn the_client_knows_what_an_account_lacks() {
    let kind = |config: Config, path: &str| {
        let answer = Zoom::new(config).get(path);
        ApiError::from_answer(answer.status, &answer.body).unwrap().kind
    };
    let config = Config::default;
    let meetings = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19";
    let by_end = format!("{meetings}&query_date_type=end_time");
    let summaries = "/metrics/meetings/1/participants/qos_summary";
    let satisfaction = "/metrics/meetings/1/participants/satisfaction";
    let scopes = |text: &str| -> Scopes { text.parse().unwrap() };
    let missing = |names: [&str; 2]| ApiErrorKind::MissingScopes(names.map(Into::into).into());
    let of_meetings = missing(["dashboard_meetings:read:admin", "dashboard:read:admin"]);
    let no_scopes = || Config { scopes: scopes("user:read:admin"), ..config() };
    let no_dashboard = || Config { has_dashboard: false, ..config() };
    for (config, path, expected) in [
        (no_dashboard(), meetings, ApiErrorKind::PlanWithoutDashboard),
        (no_dashboard(), satisfaction, ApiErrorKind::PlanWithoutDashboard),
        (Config { has_qss: false, ..config() }, summaries, ApiErrorKind::NoQssSubscription),
        (Config { may_list_by_end: false, ..config() }, &by_end, ApiErrorKind::EndTimeNotAllowed),
        (no_scopes(), meetings, of_meetings.clone()),
        (
            Config { quirks: vec![Quirk::MisquotedErrors], ..no_scopes() },
            meetings,
            of_meetings.clone(),
        ),
        (
            Config { quirks: vec![Quirk::ErrorsUnder200], ..config() },
            "/metrics/meetings/1",
            ApiErrorKind::NotAvailable,
        ),
    ] {
        assert_eq!(kind(config, path), expected, "{path}");
    }
}

#[test]
fn the_same_seed_and_clock_give_the_same_bytes_whatever_was_asked_before() {
    let (one, other) = (Zoom::unlimited(), Zoom::unlimited());
    let paths: Vec<String> = one
        .past_meetings()
        .iter()
        .take(5)
        .map(|meeting| {
            let uuid = encoded(&meeting["uuid"]);
            format!("/metrics/meetings/{uuid}/participants/qos?type=past&page_size=10")
        })
        .collect();
    let answers: Vec<Answer> = paths.iter().map(|path| one.get(path)).collect();
    for (path, answer) in paths.iter().zip(&answers).rev() {
        assert_eq!(other.get(path), *answer);
    }
}

#[test]
fn a_day_is_the_same_on_every_machine() {
    let zoom = Zoom::unlimited();
    let mut bytes = zoom.get("/metrics/meetings?type=past&from=2026-11-19&to=2026-11-19").body;
    for meeting in zoom.past_meetings().iter().take(30) {
        let uuid = encoded(&meeting["uuid"]);
        let path = format!("/metrics/meetings/{uuid}/participants/qos?type=past&page_size=10");
        bytes.extend(zoom.get(&path).body);
    }
    // FNV-1a, by its authors' constants.
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(
        format!("{hash:016x}"),
        "b8b101add18c133d",
        "a change of the model changes this hash: is it meant?"
    );
}
