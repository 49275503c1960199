//! What differs from account to account, and what Zoom leaves open: every switch of the
//! configuration.

use std::time::Duration;

use serde_json::Value;
use zqos_sim::{
    Algorithm, Answer, Config, ConfigError, LimitHeaders, Overflow, Plan, Quirk, RetryAfterForm,
    Scopes, Simulator, Tokens,
};

use crate::support::{Zoom, encoded, json};

const QUALITY: &str = "/metrics/quality?from=2026-11-19&to=2026-11-19";
const MEETINGS: &str = "/metrics/meetings?type=past&from=2026-11-18&to=2026-11-19";

fn zoom(config: Config) -> Zoom {
    Zoom::new(Config { limits: Algorithm::Off, ..config })
}

/// Status, code and message.
#[track_caller]
fn refusal(answer: &Answer) -> (u16, i64, String) {
    let body = json(answer);
    let message = body["message"].as_str().unwrap().to_owned();
    (answer.status, body["code"].as_i64().unwrap(), message)
}

#[test]
fn a_plan_without_dashboard_is_told_so_in_zooms_words() {
    let zoom = zoom(Config { has_dashboard: false, ..Config::default() });
    let plan = "This API is only available for ZMP and Business or higher accounts that have \
                enabled the Dashboard feature.";
    for path in [QUALITY, MEETINGS, "/metrics/webinars/1/participants/qos_summary"] {
        assert_eq!(refusal(&zoom.get(path)), (400, 400, plan.to_owned()), "{path}");
    }
    let paid = "Only available for paid accounts that have dashboard feature enabled.";
    let answer = zoom.get("/metrics/meetings/1/participants/satisfaction?type=past");
    assert_eq!(refusal(&answer), (400, 200, paid.to_owned()));
}

#[test]
fn summaries_need_qss_and_nothing_else_does() {
    let with = zoom(Config::default());
    let without = zoom(Config { has_qss: false, ..Config::default() });
    let base = format!("/metrics/meetings/{}", encoded(&with.past_meetings()[0]["uuid"]));
    let path = format!("{base}/participants/qos_summary");
    assert_eq!(with.get(&path).status, 200);
    let message = "Event subscription not found. Subscribe to the Webinar Participant QoS Summary \
                   event in your Marketplace app to get access to this API.";
    assert_eq!(refusal(&without.get(&path)), (400, 200, message.to_owned()));
    assert_eq!(without.get(&format!("{base}/participants/qos?type=past")).status, 200);
}

#[test]
fn an_account_may_be_kept_from_listing_by_end() {
    let path = format!("{MEETINGS}&query_date_type=end_time");
    assert_eq!(zoom(Config::default()).get(&path).status, 200);
    let zoom = zoom(Config { may_list_by_end: false, ..Config::default() });
    let (status, code, _) = refusal(&zoom.get(&path));
    assert_eq!((status, code), (400, 12700));
    assert_eq!(zoom.get(MEETINGS).status, 200);
}

#[test]
fn a_missing_scope_is_named_in_the_style_of_the_app() {
    let of = |scopes: &str| Config { scopes: scopes.parse().unwrap(), ..Config::default() };
    for (scopes, path, expected) in [
        (
            "dashboard_home:read:admin",
            MEETINGS,
            "dashboard_meetings:read:admin, dashboard:read:admin",
        ),
        (
            "dashboard_meetings:read:admin",
            "/metrics/webinars/1/participants/qos",
            "dashboard_webinars:read:admin, dashboard:read:admin",
        ),
        (
            "dashboard_meetings:read:admin",
            QUALITY,
            "dashboard_home:read:admin, dashboard:read:admin",
        ),
        (
            "dashboard:read:list_meetings:admin",
            "/metrics/meetings/1/participants/16778240/qos",
            "dashboard:read:meeting_participant_qos:admin",
        ),
        ("dashboard:read:admin", "/accounts/me/metrics/meetings/1", "dashboard:master"),
    ] {
        let message = format!("Invalid access token, does not contain scopes:[{expected}].");
        assert_eq!(refusal(&zoom(of(scopes)).get(path)), (400, 4711, message), "{scopes} {path}");
    }
    let zoom = zoom(of("dashboard:read:list_meetings:admin"));
    assert_eq!(zoom.get(MEETINGS).status, 200);
}

#[test]
fn a_token_names_the_scopes_of_its_app() {
    let scopes: Scopes = "dashboard_meetings:read:admin,user:read:admin".parse().unwrap();
    let zoom = zoom(Config { scopes, ..Config::default() });
    assert_eq!(json(&zoom.token())["scope"], "dashboard_meetings:read:admin user:read:admin");
}

#[test]
fn an_account_may_be_named_by_its_id_or_as_me() {
    let zoom = zoom(Config::default());
    let own = zoom.json(MEETINGS);
    for account in ["me", "sim-account", "sim%2Daccount"] {
        assert_eq!(zoom.json(&format!("/accounts/{account}{MEETINGS}")), own, "{account}");
    }
    let (status, code, _) = refusal(&zoom.get(&format!("/accounts/other{MEETINGS}")));
    assert_eq!((status, code), (404, 2001));
}

#[test]
fn a_new_token_ends_the_older_one_where_one_is_good_at_a_time() {
    for (tokens, status) in [(Tokens::Many, 200), (Tokens::Newest, 401)] {
        let mut zoom = zoom(Config { tokens, ..Config::default() });
        zoom.clock.advance(Duration::from_secs(1));
        zoom.token();
        assert_eq!(zoom.get(QUALITY).status, status, "{tokens:?}");
        zoom.sign_in();
        assert_eq!(zoom.get(QUALITY).status, 200, "{tokens:?}");
    }
}

#[test]
fn what_is_too_large_is_cut_and_told_or_refused() {
    let cut = zoom(Config::default());
    let page = cut.json("/metrics/meetings?type=past&from=2026-08-05&to=2026-10-10&page_size=999");
    assert_eq!((&page["from"], &page["page_size"]), (&"2026-09-10".into(), &300.into()));
    let refuse = zoom(Config { overflow: Overflow::Refuse, ..Config::default() });
    for (parameters, field) in [
        ("from=2026-08-05&to=2026-10-10", "from"),
        ("from=2026-10-05&to=2026-10-10&page_size=301", "page_size"),
    ] {
        let answer = refuse.get(&format!("/metrics/meetings?type=past&{parameters}"));
        assert_eq!(refusal(&answer), (400, 300, "Validation Failed.".to_owned()));
        assert_eq!(json(&answer)["errors"][0]["field"], field);
    }
    assert_eq!(refuse.get(MEETINGS).status, 200);
}

/// The meetings of the clock's day, in the order of their ends; the clock then shows the next day.
fn coming(zoom: &mut Zoom) -> Vec<Value> {
    zoom.clock.set("2026-11-21T12:00:00Z".parse().unwrap());
    zoom.sign_in();
    let path = "/metrics/meetings?type=past&from=2026-11-20&to=2026-11-20&page_size=300";
    let mut meetings = zoom.walk(path, "meetings").1;
    meetings.retain(|meeting| meeting["participants"].as_u64().unwrap() > 2);
    meetings.sort_by_key(|meeting| meeting["end_time"].to_string());
    meetings
}

/// Sets the clock to so long after the end of a meeting, with a token that is good then.
fn after(zoom: &mut Zoom, meeting: &Value, minutes: u64) {
    zoom.clock.set(meeting["end_time"].as_str().unwrap().parse().unwrap());
    zoom.clock.advance(Duration::from_mins(minutes));
    zoom.sign_in();
}

#[test]
fn a_past_report_appears_after_the_delay() {
    let build_delay = Duration::from_mins(25);
    let mut zoom = zoom(Config { build_delay, ..Config::default() });
    let meeting = coming(&mut zoom).remove(0);
    let path = format!("/metrics/meetings/{}?type=past", encoded(&meeting["uuid"]));
    after(&mut zoom, &meeting, 24);
    let expected = "This meeting's detail info is not available.".to_owned();
    assert_eq!(refusal(&zoom.get(&path)), (404, 3001, expected));
    after(&mut zoom, &meeting, 25);
    assert_eq!(zoom.get(&path).status, 200);
}

#[test]
fn some_past_reports_lack_their_end_or_some_joins_at_first() {
    let mut zoom = zoom(Config { partial_pct: 100, ..Config::default() });
    let (mut lack_minutes, mut lack_joins) = (0, 0);
    for meeting in coming(&mut zoom).iter().take(12) {
        let path = format!(
            "/metrics/meetings/{}/participants/qos?type=past&page_size=10",
            encoded(&meeting["uuid"])
        );
        after(&mut zoom, meeting, 10);
        let (pages, first) = zoom.walk(&path, "participants");
        assert_eq!(pages[0]["total_records"], first.len());
        after(&mut zoom, meeting, 30);
        let complete = zoom.walk(&path, "participants").1;
        after(&mut zoom, meeting, 600);
        assert_eq!(zoom.walk(&path, "participants").1, complete);
        let minutes = |rows: &[Value]| -> usize {
            rows.iter().map(|row| row["user_qos"].as_array().unwrap().len()).sum()
        };
        if first.len() < complete.len() {
            lack_joins += 1;
            // Whoever is told of is told of in full.
            assert!(first.iter().all(|row| complete.contains(row)));
        } else if minutes(&first) < minutes(&complete) {
            lack_minutes += 1;
            for (part, whole) in first.iter().zip(&complete) {
                let [part, whole] = [part, whole].map(|row| row["user_qos"].as_array().unwrap());
                assert!(whole.starts_with(part));
            }
        }
    }
    assert!(lack_minutes > 1 && lack_joins > 1, "{lack_minutes} {lack_joins}");
}

#[test]
fn a_join_that_is_not_told_of_yet_has_no_report_either() {
    let mut zoom = zoom(Config { partial_pct: 100, ..Config::default() });
    let mut checked = 0;
    for meeting in coming(&mut zoom).iter().take(12) {
        let base = format!("/metrics/meetings/{}/participants", encoded(&meeting["uuid"]));
        let complete = zoom.walk(&format!("{base}?type=past"), "participants").1;
        after(&mut zoom, meeting, 10);
        let first = zoom.walk(&format!("{base}?type=past"), "participants").1;
        let told: Vec<&Value> = first.iter().map(|row| &row["user_id"]).collect();
        for row in &complete {
            let id = row["user_id"].as_str().unwrap();
            let status = zoom.get(&format!("{base}/{id}/qos?type=past")).status;
            assert_eq!(status, if told.contains(&&row["user_id"]) { 200 } else { 404 });
            checked += usize::from(status == 404);
        }
        after(&mut zoom, meeting, 600);
    }
    assert!(checked > 2, "{checked}");
}

#[test]
fn reports_are_complete_at_once_where_nothing_may_be_partial() {
    let mut zoom = zoom(Config { partial_pct: 0, ..Config::default() });
    for meeting in coming(&mut zoom).iter().take(5) {
        let path = format!(
            "/metrics/meetings/{}/participants/qos?type=past&page_size=10",
            encoded(&meeting["uuid"])
        );
        after(&mut zoom, meeting, 10);
        let first = zoom.walk(&path, "participants").1;
        after(&mut zoom, meeting, 40);
        assert_eq!(zoom.walk(&path, "participants").1, first);
    }
}

#[test]
fn a_share_of_partial_reports_is_no_more_than_all() {
    let config = Config { partial_pct: 101, ..Config::default() };
    let clock = std::sync::Arc::new(zqos_core::SystemClock);
    assert_eq!(Simulator::new(config, clock).unwrap_err(), ConfigError::Partial(101));
}

#[test]
fn errors_may_come_under_200() {
    let zoom = zoom(Config { quirks: vec![Quirk::ErrorsUnder200], ..Config::default() });
    assert_eq!(
        refusal(&zoom.get("/metrics/meetings/1")),
        (200, 3001, "Meeting does not exist: 1.".to_owned())
    );
    assert_eq!(refusal(&zoom.get("/metrics/meetings?type=past")).0, 200);
}

#[test]
fn a_missing_scope_may_break_its_body() {
    let scopes = "user:read:admin".parse().unwrap();
    let quirks = vec![Quirk::MisquotedErrors];
    let zoom = zoom(Config { scopes, quirks, ..Config::default() });
    let answer = zoom.get(QUALITY);
    assert_eq!(
        (answer.status, std::str::from_utf8(&answer.body).unwrap()),
        (
            400,
            r#"{"code":104,"message":"Invalid access token, does not contain scopes:["dashboard_home:read:admin", "dashboard:read:admin"]."}"#
        )
    );
}

#[test]
fn ids_may_be_texts() {
    let [numbers, texts] = [vec![], vec![Quirk::TextIds]].map(|quirks| {
        let zoom = zoom(Config { quirks, ..Config::default() });
        zoom.json(MEETINGS)["meetings"][0]["id"].clone()
    });
    assert!(numbers.is_u64());
    assert_eq!(texts, numbers.to_string());
}

#[test]
fn a_live_report_may_have_the_last_minute_alone_or_nothing() {
    let [all, latest] = [vec![], vec![Quirk::LatestMinute]].map(|quirks| {
        let mut zoom = zoom(Config { quirks, ..Config::default() });
        zoom.clock.set("2026-11-20T11:50:30Z".parse().unwrap());
        zoom.sign_in();
        let path = "/metrics/meetings?type=live&from=2026-11-20&to=2026-11-20";
        let meetings = zoom.walk(path, "meetings").1;
        assert!(!meetings.is_empty());
        let reports = meetings.iter().flat_map(|meeting| {
            let uuid = encoded(&meeting["uuid"]);
            let path = format!("/metrics/meetings/{uuid}/participants/qos?page_size=10");
            zoom.walk(&path, "participants").1
        });
        reports.map(|report| report["user_qos"].as_array().unwrap().clone()).collect::<Vec<_>>()
    });
    assert_eq!(all.len(), latest.len());
    let is_idle = |minute: &Value| {
        let streams = ["audio_input", "audio_output", "video_input", "video_output", "as_input"];
        streams.iter().all(|name| minute[name]["bitrate"] == "")
            && minute["as_output"]["bitrate"] == ""
    };
    for (all, latest) in all.iter().zip(&latest) {
        let expected = all.iter().find(|minute| minute["date_time"] == "2026-11-20T11:49:00Z");
        let expected: Vec<&Value> =
            expected.filter(|minute| !is_idle(minute)).into_iter().collect();
        assert_eq!(latest.iter().collect::<Vec<_>>(), expected);
    }
    assert!(latest.iter().any(|minutes| !minutes.is_empty()));
}

#[test]
fn limits_are_told_as_configured() {
    let limits = |which, form, foreign| Config {
        plan: Plan::Pro,
        limit_headers: which,
        retry_after: form,
        foreign_calls_per_hour: foreign,
        ..Config::default()
    };
    let full = LimitHeaders::Full;
    let instant = RetryAfterForm::Instant;
    // The other app has taken all by noon.
    for (config, retry_after) in [
        (limits(full, instant, 2_500), Some("2026-11-21T00:00:00Z")),
        (limits(full, RetryAfterForm::Seconds, 2_500), Some("43200")),
        (limits(LimitHeaders::Partial, instant, 2_500), None),
    ] {
        let answer = Zoom::new(config).get(QUALITY);
        assert_eq!(refusal(&answer).0, 429);
        assert!(refusal(&answer).2.contains("daily rate limit"));
        assert_eq!(answer.header("retry-after"), retry_after);
        assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
    }
    let answer = Zoom::new(limits(LimitHeaders::None, instant, 0)).get(QUALITY);
    assert_eq!(answer.status, 200);
    assert!(answer.headers.iter().all(|(name, _)| !name.contains("ratelimit")));
}

#[test]
fn each_algorithm_refuses_one_listing_too_many() {
    for limits in [Algorithm::Fixed, Algorithm::Sliding, Algorithm::Bucket] {
        let zoom = Zoom::new(Config { limits, ..Config::default() });
        for _ in 0..20 {
            assert_eq!(zoom.get(MEETINGS).status, 200, "{limits:?}");
        }
        assert_eq!(zoom.get(MEETINGS).status, 429, "{limits:?}");
        zoom.clock.advance(Duration::from_mins(1));
        assert_eq!(zoom.get(MEETINGS).status, 200, "{limits:?}");
    }
}

#[test]
fn meetings_of_a_group_are_those_that_a_member_hosts() {
    let zoom = zoom(Config::default());
    let all = zoom.past_meetings();
    let path = format!("/metrics/meetings/{}/participants?type=past", encoded(&all[0]["uuid"]));
    let group = zoom.json(&path)["participants"][0]["groupId"].as_str().unwrap().to_owned();
    let hosted = |groups: &str| {
        zoom.walk(&format!("{MEETINGS}&page_size=300&group_id={groups}"), "meetings").1
    };
    let own = hosted(&group);
    assert!(own.len() < all.len() && own.iter().all(|meeting| meeting["dept"] == all[0]["dept"]));
    assert!(own.contains(&all[0]));
    assert_eq!(hosted(&format!("nobody,{group}")), own);
    assert_eq!(hosted("nobody"), Vec::<Value>::new());
    let eight = "x,".repeat(7) + "x";
    assert_eq!(zoom.get(&format!("{MEETINGS}&group_id={eight}")).status, 400);
}

#[test]
fn summaries_and_answers_after_the_meeting_come_by_pages() {
    let zoom = zoom(Config::default());
    let mut answers = 0;
    for meeting in zoom.past_meetings().iter().take(20) {
        let base = format!("/metrics/meetings/{}/participants", encoded(&meeting["uuid"]));
        let joins = zoom.walk(&format!("{base}?type=past"), "participants").1;
        let summaries = zoom.walk(&format!("{base}/qos_summary?page_size=3"), "participants").1;
        let ids = |rows: &[Value], name: &str| -> Vec<Value> {
            rows.iter().map(|row| row[name].clone()).collect()
        };
        assert_eq!(ids(&summaries, "participant_id"), ids(&joins, "user_id"));
        let path = format!("{base}/satisfaction?type=past&page_size=1");
        let given = zoom.walk(&path, "participants").1;
        assert!(ids(&given, "user_id").iter().all(|id| ids(&joins, "user_id").contains(id)));
        answers += given.len();
    }
    assert!(answers > 5, "{answers}");
    assert_eq!(zoom.get("/metrics/meetings/1/participants/satisfaction?type=x").status, 400);
}
