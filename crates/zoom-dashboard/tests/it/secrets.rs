//! Secrets stay where they are.

use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;
use zoom_dashboard::transport::{Proxies, TransportError, TransportErrorKind};
use zoom_dashboard::{Client, Credential, Error, News, RetryPolicy, Subscription};
use zoom_wire::Request;
use zoom_wire::participant::ListParticipants;
use zqos_replay::{Matcher, Responder, Response, Routes, Server};

use crate::support::{Asked, Fake, answer, answer_with, builder_with, heavy};

/// The bearer token, the client secret, and the token that the secret gets.
const CANARIES: [&str; 3] =
    ["canary-bearer-Zm9v", "canary-client-secret-YmFy", "canary-access-token-YmF6"];

/// The second canary in base 64, as it stands after a client id and colon of three bytes.
const BASIC: &str = "Y2FuYXJ5LWNsaWVudC1zZWNyZXQtWW1GeQ";

/// Everything that is shown and traced.
#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<u8>>>);

impl io::Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shown {
    fn show(&self, text: &str) {
        self.0.lock().unwrap().extend_from_slice(text.as_bytes());
    }

    fn show_debug(&self, value: &impl Debug) {
        self.show(&format!("{value:?}\n{value:#?}\n"));
    }

    fn show_error(&self, error: &Error) {
        self.show_debug(error);
        let mut next: Option<&dyn std::error::Error> = Some(error);
        while let Some(cause) = next {
            self.show(&format!("{cause}\n{cause:?}\n"));
            next = cause.source();
        }
    }

    fn holds_no_secret(&self) {
        let shown = String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned();
        for secret in CANARIES.into_iter().chain([BASIC]) {
            if let Some(at) = shown.find(secret) {
                panic!("{secret} is shown: {}", &shown[at.saturating_sub(300)..at]);
            }
        }
    }
}

fn credentials() -> [Credential; 2] {
    let [bearer, secret, _] = CANARIES;
    [Credential::bearer(bearer), Credential::server_to_server("account", "ab", secret)]
}

fn token_answer() -> String {
    format!(r#"{{"access_token":"{}","expires_in":3600}}"#, CANARIES[2])
}

/// An answer that quotes the request's authorization wherever it can.
fn echo(status: u16, authorization: &str) -> Response {
    let body = format!(
        r#"{{"code":300,"message":"no: {authorization}","errors":[{{"field":"{authorization}","message":"x"}}]}}"#
    );
    Response::new(status)
        .reason(authorization)
        .header("X-Echo", authorization)
        .header("Location", &format!("https://evil.example/?{authorization}"))
        .body(body)
}

/// Answers in turn in all the ways in which a secret could come back.
fn echoes() -> Responder {
    let mut turn = 0;
    Responder::with(move |request| {
        turn += 1;
        let authorization = request.header("authorization").unwrap();
        match turn % 8 {
            0 => Response::new(200).header("X-Echo", authorization).json("{}"),
            1 => echo(400, authorization),
            2 => echo(401, authorization),
            3 => echo(302, authorization),
            4 => echo(503, authorization),
            5 => Response::new(200).body(format!("<html>{authorization}</html>")),
            6 => echo(200, authorization),
            _ => echo(200, authorization).cut_after(3),
        }
    })
}

/// Shows all that a client gives out.
async fn provoke(shown: &Shown, credential: Credential, tries: u32) {
    let token = Response::new(200).header("X-Echo", CANARIES[2]).json(token_answer());
    let routes = Routes::new()
        .on("POST", "/oauth/token", token)
        .on("GET", Matcher::prefix("/v2/"), echoes())
        // Its URL has the token.
        .on("GET", Matcher::prefix("/ws"), Responder::with(|asked| echo(403, &asked.target)));
    let server = Server::start(routes).unwrap();
    let builder = Client::builder(credential)
        .api_base(&format!("{}/v2", server.url()))
        .unwrap()
        .oauth_base(&server.url())
        .unwrap()
        .proxies(Proxies::Off)
        .retry(RetryPolicy { tries, base: Duration::ZERO, ..RetryPolicy::default() });
    shown.show_debug(&builder);
    let client = builder.build().unwrap();
    shown.show_debug(&client);
    shown.show_debug(&client.token_info().await);
    for _ in 0..16 {
        match client.get(Request::get("/metrics/quality").unwrap()).await {
            Ok(answer) => {
                shown.show_debug(&answer);
                shown.show(&String::from_utf8_lossy(&answer.body));
            }
            Err(error) => shown.show_error(&error),
        }
    }
    let mut pages = client.pages(&ListParticipants::new("932".parse().unwrap()));
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => shown.show_debug(&page),
            Err(error) => shown.show_error(&error),
        }
    }
    let subscription = Subscription::new("one").unwrap();
    let socket = server.url().replace("http://", "ws://") + "/ws";
    let mut events = client.events(subscription.base(&socket).unwrap());
    match events.next().await {
        News::Closed { error, .. } => {
            assert_eq!(error.status(), Some(403));
            shown.show_error(&error);
        }
        other => panic!("{other:?}"),
    }
    shown.show_debug(&events);
    shown.show_debug(&pages);
    shown.show_debug(&client);
    shown.show_debug(&client.quota());
    let asked = server.requests();
    assert!(asked.iter().any(|asked| {
        asked.header("authorization").is_some_and(|authorization| authorization.contains("canary"))
    }));
    assert!(asked.iter().any(|asked| asked.target.contains("access_token=canary")));
}

#[tokio::test]
async fn nothing_that_is_shown_or_traced_holds_a_secret() {
    let shown = Shown::default();
    let writer = shown.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    for credential in credentials() {
        provoke(&shown, credential.clone(), 1).await;
        provoke(&shown, credential, 2).await;
    }
    let text = String::from_utf8_lossy(&shown.0.lock().unwrap()).into_owned();
    assert!(text.contains("zoom_dashboard") && text.contains("trying again"), "it is traced");
    assert!(text.contains("[secret]"), "echoes are struck out");
    shown.holds_no_secret();
}

#[tokio::test(start_paused = true)]
async fn refusals_of_the_token_endpoint_hold_no_secret() {
    let shown = Shown::default();
    let [_, secret, token] = CANARIES;
    for (status, body) in [
        (400, format!(r#"{{"error":"invalid_client","reason":"what is {secret}?"}}"#)),
        (401, format!("<html>{secret}</html>")),
        // A token that can't be used is a secret all the same.
        (200, format!(r#"{{"access_token":"{token} {token}"}}"#)),
        (200, format!(r#"{{"token":"{token}"}}"#)),
        (200, format!(r#"{{"access_token":"{token}""#)),
    ] {
        let fake =
            Fake::new(move |_: &Asked| answer_with(status, body.clone(), &[("x-echo", secret)]));
        let [_, app] = credentials();
        let client = builder_with(app, &fake).build().unwrap();
        shown.show_error(&client.get(heavy()).await.unwrap_err());
        shown.show_debug(&client);
    }
    shown.holds_no_secret();
}

#[tokio::test(start_paused = true)]
async fn a_request_does_not_show_its_secrets() {
    let shown = Shown::default();
    let mut first = true;
    let fake = Fake::new(move |asked| {
        if asked.is_token_request() {
            return answer(200, token_answer());
        }
        if std::mem::take(&mut first) {
            return Err(TransportError::new(TransportErrorKind::Reset)
                .with_source(io::Error::other("the line is dead")));
        }
        answer(404, "")
    });
    let [_, app] = credentials();
    let client = builder_with(app, &fake).build().unwrap();
    shown.show_error(&client.get(heavy()).await.unwrap_err());
    for request in fake.requests() {
        shown.show_debug(&request);
    }
    assert_eq!(fake.requests().len(), 3);
    shown.holds_no_secret();
}
