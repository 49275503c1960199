//! Tokens and limits.

use std::time::Duration;

use zqos_sim::{Answer, Call, Config, Plan};

use crate::support::{Zoom, json};

fn ask(zoom: &Zoom, authorization: Option<&str>, body: &str) -> Answer {
    let call =
        Call { method: "POST", target: "/oauth/token", authorization, body: body.as_bytes() };
    zoom.simulator.answer(&call)
}

const CLIENT: Option<&str> = Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0");

#[test]
fn a_token_has_what_zoom_gives_and_lives_an_hour() {
    let mut zoom = Zoom::unlimited();
    let answer = ask(&zoom, CLIENT, "grant_type=account_credentials&account_id=sim-account");
    let grant = json(&answer);
    assert_eq!((answer.status, &grant["token_type"]), (200, &"bearer".into()));
    assert_eq!(grant["expires_in"], 3_600);
    assert!(grant["scope"].as_str().unwrap().contains("dashboard:read:admin"));

    let path = "/metrics/quality?from=2026-11-19&to=2026-11-19";
    zoom.clock.advance(Duration::from_secs(3_599));
    assert_eq!(zoom.get(path).status, 200);
    zoom.clock.advance(Duration::from_secs(1));
    let answer = zoom.get(path);
    assert_eq!((answer.status, &json(&answer)["code"]), (401, &124.into()));
    zoom.sign_in();
    assert_eq!(zoom.get(path).status, 200);
}

#[test]
fn the_parameters_may_stand_in_the_query() {
    let zoom = Zoom::unlimited();
    let target = "/oauth/token?grant_type=account_credentials&account_id=sim-account";
    let call = Call { method: "POST", target, authorization: CLIENT, body: b"" };
    assert_eq!(zoom.simulator.answer(&call).status, 200);
}

#[test]
fn wrong_credentials_are_refused_in_zooms_words() {
    let zoom = Zoom::unlimited();
    let good = "grant_type=account_credentials&account_id=sim-account";
    for (client, body, error) in [
        (None, good, "invalid_client"),
        (Some("Basic bm86bm8="), good, "invalid_client"),
        (Some("Basic ???"), good, "invalid_client"),
        (CLIENT, "grant_type=password&account_id=sim-account", "unsupported_grant_type"),
        (CLIENT, "grant_type=account_credentials&account_id=other", "invalid_request"),
        (CLIENT, "", "unsupported_grant_type"),
    ] {
        let answer = ask(&zoom, client, body);
        assert_eq!(answer.status, 400);
        assert_eq!(json(&answer)["error"], error);
    }
    // Such an app is given no codes and no refresh tokens.
    let refused = |grant: &str| {
        let answer = ask(&zoom, CLIENT, &format!("grant_type={grant}"));
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    let invalid = r#"{"reason":"Invalid Token!","error":"invalid_request"}"#;
    assert_eq!(refused("refresh_token&refresh_token=x"), (401, invalid.to_owned()));
    let grant = r#"{"error":"invalid_grant"}"#;
    assert_eq!(refused("authorization_code&code=x"), (400, grant.to_owned()));
}

#[test]
fn whatever_is_no_token_is_refused() {
    let zoom = Zoom::unlimited();
    for authorization in ["", "Bearer", "Bearer x", "Bearer AAAAAAAAAAAAAAAAAAAAAA", "Basic é"] {
        let answer =
            zoom.simulator.answer(&Call::get("/v2/metrics/meetings/1?type=past", authorization));
        assert_eq!((answer.status, &json(&answer)["code"]), (401, &124.into()), "{authorization}");
    }
}

#[test]
fn one_call_too_many_in_a_second_is_a_429_with_its_headers() {
    let zoom = Zoom::new(Config { plan: Plan::Free, ..Config::default() });
    let path = "/metrics/quality?from=2026-11-19&to=2026-11-19";
    let answer = zoom.get(path);
    let headers = ["x-ratelimit-category", "x-ratelimit-limit", "x-ratelimit-remaining"];
    assert_eq!(headers.map(|name| answer.header(name)), [Some("Heavy"), Some("1000"), Some("999")]);
    let answer = zoom.get(path);
    assert_eq!((answer.status, &json(&answer)["code"]), (429, &429.into()));
    assert_eq!(answer.header("x-ratelimit-type"), Some("QPS"));
    assert_eq!(answer.header("retry-after"), None);
    for _ in 1..1_000 {
        zoom.clock.advance(Duration::from_secs(1));
        assert_eq!(zoom.get(path).status, 200);
    }
    zoom.clock.advance(Duration::from_secs(1));
    let answer = zoom.get(path);
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("x-ratelimit-type"), Some("Daily-limit"));
    assert_eq!(answer.header("retry-after"), Some("2026-11-21T00:00:00Z"));
}

#[test]
fn every_answer_has_the_date_of_the_virtual_clock() {
    let zoom = Zoom::unlimited();
    for path in ["/metrics/quality?from=2026-11-19&to=2026-11-19", "/nowhere"] {
        let answer = zoom.get(path);
        assert_eq!(answer.header("date"), Some("Fri, 20 Nov 2026 12:00:00 GMT"));
        let tracking = answer.header("x-zm-trackingid").unwrap();
        assert!(tracking.starts_with("v=2.0;clid=us06;rid=WEB_"), "{tracking}");
    }
}

#[test]
fn client_credentials_are_a_grant_too() {
    let zoom = Zoom::unlimited();
    assert_eq!(ask(&zoom, CLIENT, "grant_type=client_credentials").status, 200);
    assert_eq!(ask(&zoom, Some("Basic bm86bm8="), "grant_type=client_credentials").status, 400);
}
