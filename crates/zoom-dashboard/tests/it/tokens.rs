//! Tokens: got once for all, refreshed in time, refused with reasons.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use zoom_dashboard::transport::{TransportError, TransportErrorKind};
use zoom_dashboard::{ApiUrl, Client, ErrorKind, RetryPolicy, TokenInfo};
use zoom_wire::ApiErrorKind;

use crate::support::{
    Asked, Fake, Outcome, answer, answer_with, app, builder, builder_with, heavy, token_answer,
};

const REJECTED: &str = r#"{"code":124,"message":"Access token is expired."}"#;

/// Gives token after token, each with its number, and answers calls by `script`.
fn numbering(
    mut script: impl FnMut(&Asked) -> Outcome + Send + 'static,
) -> impl FnMut(&Asked) -> Outcome + Send + 'static {
    let mut tokens = 0;
    move |asked| {
        if asked.is_token_request() {
            tokens += 1;
            token_answer(&format!("token-{tokens}"))
        } else {
            script(asked)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_token_request_is_a_form_with_basic_authentication() {
    let fake = Fake::new(numbering(|_| answer(200, "{}")));
    builder_with(app(), &fake).build().unwrap().get(heavy()).await.unwrap();
    let [token, call] = fake.asked().try_into().unwrap();
    assert_eq!((token.host.as_str(), token.target.as_str()), ("zoom.us", "/oauth/token"));
    assert_eq!(token.body, "grant_type=account_credentials&account_id=the-account");
    // the-client:the-client-secret
    assert_eq!(token.authorization, "Basic dGhlLWNsaWVudDp0aGUtY2xpZW50LXNlY3JldA==");
    assert_eq!(
        (call.host.as_str(), call.authorization.as_str()),
        ("api.zoom.us", "Bearer token-1")
    );
}

#[tokio::test(start_paused = true)]
async fn many_callers_share_one_token_request() {
    let fake = Fake::slow(Duration::from_millis(200), numbering(|_| answer(200, "{}")));
    let client = builder_with(app(), &fake).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        calls.spawn(async move { client.get(heavy()).await.unwrap() });
    }
    assert_eq!(calls.join_all().await.len(), 100);
    assert_eq!((fake.token_requests(), fake.count()), (1, 101));
}

#[tokio::test(start_paused = true)]
async fn many_callers_share_one_refusal() {
    let refusal = r#"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#;
    let fake = Fake::slow(Duration::from_millis(200), move |_| answer(400, refusal));
    let client = builder_with(app(), &fake).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let client = client.clone();
        calls.spawn(async move { client.get(heavy()).await.unwrap_err() });
    }
    for error in calls.join_all().await {
        assert!(matches!(error.kind(), ErrorKind::TokenRequest { status: 400, .. }), "{error:?}");
    }
    assert_eq!(fake.count(), 1);
    // Who comes later may have mended it.
    client.get(heavy()).await.unwrap_err();
    assert_eq!(fake.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_while_it_asks_is_replaced() {
    let fake = Fake::slow(Duration::from_secs(1), numbering(|_| answer(200, "{}")));
    let client = builder_with(app(), &fake).build().unwrap();
    let patience = Duration::from_millis(10);
    tokio::time::timeout(patience, client.get(heavy())).await.unwrap_err();
    client.get(heavy()).await.unwrap();
    assert_eq!(fake.token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_refreshed_before_it_expires() {
    let fake = Fake::new(numbering(|_| answer(200, "{}")));
    let client = builder_with(app(), &fake).build().unwrap();
    client.get(heavy()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3600 - 61)).await;
    client.get(heavy()).await.unwrap();
    assert_eq!(fake.token_requests(), 1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    client.get(heavy()).await.unwrap();
    assert_eq!(fake.token_requests(), 2);
    assert_eq!(fake.asked().last().unwrap().authorization, "Bearer token-2");
}

#[tokio::test(start_paused = true)]
async fn a_token_of_short_life_is_used_for_nine_tenths_of_it() {
    let fake = Fake::new(|asked| {
        let token = r#"{"access_token":"t","expires_in":30}"#;
        answer(200, if asked.is_token_request() { token } else { "{}" })
    });
    let client = builder_with(app(), &fake).build().unwrap();
    for (second, token_requests) in [(0, 1), (26, 1), (27, 2)] {
        tokio::time::sleep_until(fake.began() + Duration::from_secs(second)).await;
        client.get(heavy()).await.unwrap();
        assert_eq!(fake.token_requests(), token_requests, "{second} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once() {
    // Zoom may say 401 without a code, or a code under another status.
    for rejection in [answer(401, REJECTED), answer(401, ""), answer(400, REJECTED)] {
        let fake = Fake::new(numbering(move |asked| match asked.authorization.as_str() {
            "Bearer token-1" => rejection.clone(),
            _ => answer(200, "{}"),
        }));
        let client = builder_with(app(), &fake).retry(RetryPolicy::NEVER).build().unwrap();
        client.get(heavy()).await.unwrap();
        assert_eq!((fake.token_requests(), fake.count()), (2, 4));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_rejected_again_is_an_error() {
    let fake = Fake::new(numbering(|_| answer(401, REJECTED)));
    let client = builder_with(app(), &fake).build().unwrap();
    let error = client.get(heavy()).await.unwrap_err();
    assert_eq!(error.api().unwrap().kind, ApiErrorKind::TokenRejected);
    assert!(error.token_refreshed());
    assert_eq!((fake.token_requests(), fake.count()), (2, 4));
}

#[tokio::test(start_paused = true)]
async fn a_bearer_token_that_is_rejected_is_an_error_at_once() {
    let fake = Fake::sequence(vec![answer(401, REJECTED)]);
    let error = builder(&fake).build().unwrap().get(heavy()).await.unwrap_err();
    assert_eq!(error.api().unwrap().kind, ApiErrorKind::TokenRejected);
    assert!(!error.token_refreshed());
    assert_eq!(fake.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn many_callers_whose_token_is_rejected_share_one_refresh() {
    let fake = Fake::slow(
        Duration::from_millis(100),
        numbering(|asked| match asked.authorization.as_str() {
            "Bearer token-1" => answer(401, REJECTED),
            _ => answer(200, "{}"),
        }),
    );
    let client = builder_with(app(), &fake).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let client = client.clone();
        calls.spawn(async move { client.get(heavy()).await.unwrap() });
    }
    calls.join_all().await;
    assert_eq!(fake.token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_refusals_of_the_token_endpoint_are_data() {
    for (status, body, error, reason) in [
        (
            400,
            r#"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#,
            Some("invalid_client"),
            Some("Invalid client_id or client_secret"),
        ),
        (
            400,
            r#"{"reason":"unsupported grant type","error":"unsupported_grant_type"}"#,
            Some("unsupported_grant_type"),
            Some("unsupported grant type"),
        ),
        (
            401,
            r#"{"reason":"Invalid Token!","error":"invalid_request"}"#,
            Some("invalid_request"),
            Some("Invalid Token!"),
        ),
        (400, r#"{"error":"invalid_grant"}"#, Some("invalid_grant"), None),
        (400, r#"{"code":4704,"message":"Invalid client."}"#, None, Some("Invalid client.")),
        (403, "<html><body>Forbidden by policy</body></html>", None, Some("Forbidden by policy")),
        (302, "", None, None),
        (200, r#"{"error":"invalid_client","reason":"no"}"#, Some("invalid_client"), Some("no")),
        (200, "{}", None, Some("the answer holds no usable access token")),
        (200, "<html>", None, Some("the answer holds no usable access token")),
        (200, r#"{"access_token":""}"#, None, Some("the answer holds no usable access token")),
        (
            200,
            r#"{"access_token":"two words"}"#,
            None,
            Some("the answer holds no usable access token"),
        ),
    ] {
        let fake = Fake::sequence(vec![answer_with(status, body, &[("x-zm-trackingid", "v=2.0")])]);
        let client = builder_with(app(), &fake).build().unwrap();
        let failure = client.get(heavy()).await.unwrap_err();
        let ErrorKind::TokenRequest { status: got, error: code, reason: why } = failure.kind()
        else {
            panic!("{failure:?}");
        };
        assert_eq!((*got, code.as_deref(), why.as_deref()), (status, error, reason), "{body}");
        assert_eq!(fake.count(), 1, "{body}");
        assert_eq!(failure.request().unwrap().url.as_str(), "https://zoom.us/oauth/token");
        assert_eq!(failure.response().unwrap().headers["x-zm-trackingid"], "v=2.0");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_request_is_tried_again_like_any_other() {
    for failure in
        [answer(503, ""), answer(429, ""), Err(TransportError::new(TransportErrorKind::Connect))]
    {
        let fake = Fake::sequence(vec![failure, token_answer("token-1"), answer(200, "{}")]);
        builder_with(app(), &fake).build().unwrap().get(heavy()).await.unwrap();
        assert_eq!((fake.token_requests(), fake.count()), (2, 3));
    }
    let fake = Fake::sequence(vec![answer(503, "")]);
    let error = builder_with(app(), &fake).build().unwrap().get(heavy()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TokenRequest { status: 503, .. }));
    assert!(error.is_transient());
    assert_eq!((fake.count(), error.tries()), (5, 5));
}

async fn info_of(
    body: String,
    configure: impl FnOnce(&Arc<Fake>) -> Client,
) -> (TokenInfo, String) {
    let date = [("date", "Mon, 05 Jan 2026 11:58:00 GMT")];
    let fake = Fake::new(move |asked| {
        if asked.is_token_request() {
            answer_with(200, body.clone(), &date)
        } else {
            answer(200, "{}")
        }
    });
    let client = configure(&fake);
    let info = client.token_info().await.unwrap();
    client.get(heavy()).await.unwrap();
    assert_eq!(fake.token_requests(), 1);
    (info, fake.asked().last().unwrap().host.clone())
}

fn plain(fake: &Arc<Fake>) -> Client {
    builder_with(app(), fake).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_a_token_answer_tells_is_kept() {
    for expires in ["3600", "\"3600\"", "3600.0"] {
        let body = format!(
            r#"{{"access_token":"t","expires_in":{expires},"scope":"dashboard:read:admin user:read"}}"#
        );
        let (info, host) = info_of(body, plain).await;
        assert_eq!(info.scopes.unwrap(), ["dashboard:read:admin", "user:read"]);
        assert_eq!(info.expires_at.unwrap().to_string(), "2026-01-05T13:00:00Z");
        assert_eq!(info.server_time.unwrap().to_string(), "2026-01-05T11:58:00Z");
        assert_eq!(info.received_at.to_string(), "2026-01-05T12:00:00Z");
        assert_eq!((info.api_url, host.as_str()), (ApiUrl::Absent, "api.zoom.us"));
    }
    for odd in ["null", "\"soon\"", "-1", "[]"] {
        let body =
            format!(r#"{{"access_token":"t","expires_in":{odd},"scope":{odd},"api_url":null}}"#);
        assert_eq!(info_of(body, plain).await.0.expires_at, None, "{odd}");
    }
}

fn with_api_url(url: &str) -> String {
    format!(r#"{{"access_token":"t","expires_in":3600,"api_url":{}}}"#, serde_json::json!(url))
}

#[tokio::test(start_paused = true)]
async fn an_api_url_of_zooms_is_used() {
    for (url, expected) in [
        ("https://api-us.zoom.us", "api-us.zoom.us"),
        ("https://zoom.us", "zoom.us"),
        ("https://API-EU.Zoom.US/", "api-eu.zoom.us"),
        ("https://api-eu.zoom.us/v2/", "api-eu.zoom.us"),
        ("https://api.zoom.us:443", "api.zoom.us"),
    ] {
        let (info, host) = info_of(with_api_url(url), plain).await;
        assert_eq!(host, expected);
        let ApiUrl::Used(used) = info.api_url else { panic!("{url}") };
        assert_eq!(used.as_str(), format!("https://{expected}/v2"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_url_of_somebody_elses_is_not_used() {
    for url in [
        "https://evil.example",
        "https://zoom.us.evil.example",
        "https://evilzoom.us",
        "https://zoom.us@evil.example",
        "https://evil.example/zoom.us",
        "https://evil.example#.zoom.us",
        "https://user:password@api.zoom.us",
        "https://api.zoom.us:8443",
        "http://api.zoom.us",
        "ftp://api.zoom.us",
        "//api.zoom.us",
        "api.zoom.us",
        "https://zoom.us.",
        "https://api.zoom.us\\@evil.example",
        "https://evil.example\\.zoom.us",
        "https://127.0.0.1",
        "",
    ] {
        let (info, host) = info_of(with_api_url(url), plain).await;
        assert!(host == "api.zoom.us", "{url}: {host}");
        assert!(
            matches!(&info.api_url, ApiUrl::Refused(refused) if **refused == *url),
            "{url}: {:?}",
            info.api_url
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_explicit_api_root_beats_that_of_the_token_answer() {
    let (info, host) = info_of(with_api_url("https://api-us.zoom.us"), |fake| {
        builder_with(app(), fake).api_base("https://api-eu.zoom.us/v2").unwrap().build().unwrap()
    })
    .await;
    assert_eq!(host, "api-eu.zoom.us");
    assert!(matches!(info.api_url, ApiUrl::Overridden(_)));
}

#[tokio::test(start_paused = true)]
async fn a_bearer_token_tells_nothing_and_asks_nobody() {
    let calls = Arc::new(AtomicUsize::new(0));
    let fake = Fake::new({
        let calls = Arc::clone(&calls);
        move |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            answer(200, "{}")
        }
    });
    let info = builder(&fake).build().unwrap().token_info().await.unwrap();
    assert_eq!((info.scopes, info.expires_at), (None, None));
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}
