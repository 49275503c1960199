//! `zqos auth check`: is the credential good, and for what.

use std::time::Duration;

use zqos_core::{Clock as _, SystemClock};
use zqos_replay::{Matcher, Response, Routes, Server};

use crate::support::{TOKEN, Zqos, answering, error, json, serving, token_answer, with_tokens};

const LIST: &str = "/v2/metrics/meetings";

/// An answer whose date is so far from now.
fn dated(skew_s: i64) -> Response {
    let now = SystemClock.now().to_jiff();
    let date = now.checked_add(jiff::SignedDuration::from_secs(skew_s)).unwrap();
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    json(r#"{"meetings":[]}"#).header("Date", &date)
}

/// A server that gives tokens with these scopes, and lists no meetings.
fn with_scopes(scopes: &str) -> Server {
    let routes = Routes::new().on("POST", "/oauth/token", token_answer(3600, scopes)).on(
        "GET",
        LIST,
        dated(0),
    );
    serving(routes)
}

#[test]
fn a_good_app_is_good() {
    let server = with_scopes("dashboard:read:admin other:read");
    let run = Zqos::app_at(&server).run(["auth", "check"]).succeeds();
    for line in [
        "account     default\n",
        "credential  server-to-server OAuth app, its secret given\n",
        &format!("API         {}/v2", server.url()),
        "token       good until 20",
        "meetings    the scopes allow it\n",
        "webinars    the scopes allow it\n",
        "quality     the scopes allow it\n",
        "dashboard   answers\n",
        "plan        business: heavy 40/s, resource-intensive 20/min, together 60000 a day",
        "clock       0 s ",
        "\nThe credential is good.\n",
    ] {
        assert!(run.text().contains(line), "no `{line}`: {run}");
    }
    assert_eq!(server.requests().len(), 2, "a token, and the cheapest call");
    assert_eq!(server.requests()[1].query("page_size"), Some("1"));
}

#[test]
fn granular_scopes_and_those_of_master_accounts_are_scopes_too() {
    let granular = "dashboard:read:list_meetings:admin dashboard:read:meeting:admin \
                    dashboard:read:list_meeting_participants:admin \
                    dashboard:read:meeting_participant_qos:admin \
                    dashboard:read:list_meeting_participants_qos:admin";
    for scopes in [
        granular.to_owned(),
        granular.replace(":admin", ":master"),
        "dashboard:master".to_owned(),
        "dashboard_meetings:read:admin".to_owned(),
    ] {
        let run = Zqos::app_at(&with_scopes(&scopes)).run(["auth", "check"]);
        assert!(run.text().contains("meetings    the scopes allow it\n"), "{scopes}: {run}");
    }
}

#[test]
fn missing_scopes_are_marked() {
    let server = with_scopes("dashboard_meetings:read:admin dashboard:read:list_webinars:admin");
    let run = Zqos::app_at(&server).run(["auth", "check"]).exits(3);
    let text = run.text();
    assert!(text.contains("meetings    the scopes allow it\n"), "{run}");
    let line = |label: &str| text.lines().find(|line| line.starts_with(label)).unwrap();
    assert!(line("webinars").contains("! missing scope: `dashboard_webinars:read:admin`"), "{run}");
    assert!(line("webinars").contains("`dashboard:read:webinar_participant_qos:admin`"), "{run}");
    assert!(!line("webinars").contains("list_webinars"), "{run}");
    assert!(line("quality").contains("! missing scope: `dashboard_home:read:admin`"), "{run}");
    assert!(text.contains("see what is marked with `!`"), "{run}");
}

#[test]
fn a_good_token_is_good() {
    let server = answering("/metrics/meetings", dated(0));
    let run = Zqos::at(&server).run(["auth", "check"]).succeeds();
    assert!(run.text().contains("credential  access token, given\n"), "{run}");
    assert!(run.text().contains("\nThe credential is good.\n"), "{run}");
    assert!(!run.text().contains("scopes"), "a token that was got elsewhere names none: {run}");
}

#[test]
fn where_the_credential_comes_from_is_told() {
    let server = answering("/metrics/meetings", dated(0));
    let zqos = Zqos::new().api_of(&server);
    let path = zqos.file("token", TOKEN);
    let zqos = zqos.env("ZOOM_ACCESS_TOKEN_FILE", path.to_str().unwrap());
    let run = zqos.run(["auth", "check"]).succeeds();
    let line = format!("credential  access token, from the file `{}`\n", path.display());
    assert!(run.text().contains(&line), "{run}");
    assert_eq!(server.requests()[0].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
}

#[test]
fn a_clock_that_is_off_is_marked() {
    for (skew_s, line) in [(3600, "behind Zoom's: set it"), (-3600, "ahead of Zoom's: set it")] {
        let server = answering("/metrics/meetings", dated(skew_s));
        let run = Zqos::at(&server).run(["auth", "check"]).exits(3);
        let clock = run.text().lines().find(|line| line.starts_with("clock")).unwrap();
        assert!(clock.starts_with("clock       ! 3") && clock.ends_with(line), "{run}");
    }
}

#[test]
fn an_answer_without_a_date_compares_no_clock() {
    let server = answering("/metrics/meetings", json("{}"));
    let run = Zqos::at(&server).run(["auth", "check"]).succeeds();
    assert!(run.text().contains("clock       not compared: the answer had no date\n"), "{run}");
}

#[test]
fn the_quota_that_headers_tell_is_shown() {
    let answer = dated(0)
        .header("X-RateLimit-Category", "Resource-intensive")
        .header("X-RateLimit-Limit", "20")
        .header("X-RateLimit-Remaining", "19");
    let server = answering("/metrics/meetings", answer);
    let run = Zqos::at(&server).run(["auth", "check"]).succeeds();
    let line = "quota       Zoom says 19 of 20 calls left (Resource-intensive)\n";
    assert!(run.text().contains(line), "{run}");
}

#[test]
fn the_limits_are_those_of_the_plan() {
    let server = answering("/metrics/meetings", dated(0));
    for (plan, limits) in [
        ("free", "free: heavy 1/s, resource-intensive 10/min"),
        ("pro", "pro: heavy 10/s, resource-intensive 10/min, together 30000 a day"),
    ] {
        let zqos = Zqos::new()
            .api_of(&server)
            .config(&format!("[accounts.default]\naccess_token = '{TOKEN}'\nplan = '{plan}'"));
        let run = zqos.run(["auth", "check"]).succeeds();
        assert!(run.text().contains(limits), "{run}");
    }
}

#[test]
fn a_credential_that_fails_shows_what_was_found_and_fails() {
    let message = "Invalid access token, does not contain scopes:[dashboard:read:admin].";
    let routes = Routes::new().on("POST", "/oauth/token", token_answer(3600, "user:read")).on(
        "GET",
        LIST,
        error(400, 4711, message),
    );
    let server = serving(routes);
    let run = Zqos::app_at(&server).run(["auth", "check"]).fails(&[
        "GET ",
        "HTTP 400 Bad Request",
        "Zoom says: code 4711: ",
        "hint: give the app one of these scopes: `dashboard:read:admin`",
    ]);
    assert!(run.text().contains("meetings    ! missing scope"), "{run}");
    assert!(!run.text().contains("is good"), "{run}");
}

#[test]
fn every_account_is_checked_for_all() {
    let server = answering("/metrics/meetings", dated(0));
    let base = format!("{}/v2", server.url());
    let account =
        |name: &str| format!("[accounts.{name}]\naccess_token = '{TOKEN}'\napi_base = '{base}'\n");
    let zqos = Zqos::new().config(&account("north")).config(&account("south"));
    let run = zqos.run(["auth", "check", "--account", "all"]).succeeds();
    assert_eq!(run.text().matches("The credential is good.").count(), 2, "{run}");
}

/// A proxy that lets nothing through, so that nothing leaves this machine.
fn closed_proxy() -> Server {
    serving(Routes::new().on("CONNECT", Matcher::when(|_| true), Response::new(403)))
}

/// Checks an app whose token answer names this API address; gives what the proxy was asked for.
fn checked_with_api_url(api_url: &str) -> (crate::support::Run, Vec<String>) {
    let answer = token_answer(3600, "dashboard:read:admin");
    let body = format!(
        r#"{{"access_token":"{}","expires_in":3600,"api_url":"{api_url}"}}"#,
        crate::support::GRANTED
    );
    let server = serving(Routes::new().on("POST", "/oauth/token", answer.body(body)));
    let proxy = closed_proxy();
    let zqos = Zqos::app_at(&server).without("ZOOM_API_BASE").env("HTTPS_PROXY", proxy.url());
    let run = zqos.run(["auth", "check"]).exits(1);
    for request in proxy.requests() {
        assert_eq!(request.header("authorization"), None);
    }
    (run, proxy.requests().into_iter().map(|request| request.target).collect())
}

#[test]
fn an_api_address_that_is_not_zooms_gets_no_byte_of_the_token() {
    let evil = serving(Routes::new().on("GET", Matcher::when(|_| true), json("{}")));
    for api_url in [
        evil.url(),
        evil.url().replace("http:", "https:"),
        "http://api.zoom.us".to_owned(),
        "https://zoom.us.evil.example".to_owned(),
        "https://evilzoom.us".to_owned(),
        "https://zoom.us@evil.example".to_owned(),
        "https://zoom.us:8443".to_owned(),
        r"https://evil.example\\@zoom.us".to_owned(),
    ] {
        let (run, asked) = checked_with_api_url(&api_url);
        let line = run.text().lines().find(|line| line.contains("which is not Zoom's"));
        assert!(line.is_some_and(|line| line.starts_with("API         ! ")), "{run}");
        assert_eq!(asked, ["api.zoom.us:443"], "{api_url}");
    }
    assert_eq!(evil.connections(), 0);
}

#[test]
fn an_api_address_of_zooms_is_used() {
    let (run, asked) = checked_with_api_url("https://api-eu.zoom.us");
    let line = "API         https://api-eu.zoom.us/v2 (named by the token answer)\n";
    assert!(run.text().contains(line), "{run}");
    assert_eq!(asked, ["api-eu.zoom.us:443"]);
}

#[test]
fn an_api_root_that_is_set_beats_the_one_that_the_token_answer_names() {
    let body = format!(
        r#"{{"access_token":"{}","expires_in":3600,"api_url":"https://api-eu.zoom.us"}}"#,
        crate::support::GRANTED
    );
    let routes = Routes::new().on("POST", "/oauth/token", json(body)).on("GET", LIST, dated(0));
    let server = serving(routes);
    let run = Zqos::app_at(&server).run(["auth", "check"]).succeeds();
    assert!(
        run.text().contains("(set; the token answer names https://api-eu.zoom.us/v2)"),
        "{run}"
    );
}

#[test]
fn a_token_is_used_for_all_calls_of_a_run() {
    let routes = with_tokens(Routes::new()).on(
        "GET",
        "/v2/things",
        vec![json(r#"{"next_page_token":"t","things":[1]}"#), json(r#"{"things":[2]}"#)],
    );
    let server = serving(routes);
    Zqos::app_at(&server).run(["api", "/things", "--all"]).succeeds();
    let methods: Vec<_> = server.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["POST", "GET", "GET"]);
}

#[test]
fn a_token_that_is_about_to_expire_is_got_again() {
    let routes =
        Routes::new().on("POST", "/oauth/token", token_answer(0, "dashboard:read:admin")).on(
            "GET",
            "/v2/things",
            vec![json(r#"{"next_page_token":"t","a":[1]}"#), json(r#"{"a":[2]}"#)],
        );
    let server = serving(routes);
    Zqos::app_at(&server).run(["api", "/things", "--all"]).succeeds();
    let methods: Vec<_> = server.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["POST", "GET", "POST", "GET"]);
}

#[test]
fn a_hanging_token_endpoint_is_given_up() {
    let server = serving(Routes::new().on("POST", "/oauth/token", Response::new(200).hang()));
    let zqos = Zqos::app_at(&server).http("read_timeout_s", 0.1).http("tries", 2);
    zqos.run(["auth", "check"]).fails(&["POST ", "error: the server fell silent", "hint: "]);
    let server = serving(Routes::new().on(
        "POST",
        "/oauth/token",
        token_answer(9, "").drip(1, Duration::from_millis(50)),
    ));
    let zqos = Zqos::app_at(&server).http("whole_timeout_s", 0.2).http("tries", 1);
    zqos.run(["auth", "check"]).fails(&["POST ", "error: the answer took too long", "hint: "]);
}
