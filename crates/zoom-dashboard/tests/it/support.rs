//! A transport that answers by a script, and a clock that follows tokio's.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::time::Instant;
use zoom_dashboard::transport::{
    BoxFuture, Head, HttpAnswer, HttpRequest, Transport, TransportError,
};
use zoom_dashboard::{Client, ClientBuilder, Credential};
use zoom_wire::Request;
use zqos_core::{Clock, Timestamp};

/// What the scripts answer with.
pub(crate) type Outcome = Result<HttpAnswer, TransportError>;

/// What was asked, and when.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) host: String,
    pub(crate) authorization: String,
    pub(crate) body: Bytes,
    /// Since the transport was made.
    pub(crate) at: Duration,
}

impl Asked {
    pub(crate) fn is_token_request(&self) -> bool {
        self.method == Method::POST
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}

type Script = dyn FnMut(&Asked) -> Outcome + Send;

/// Answers by a script, after `delay`.
pub(crate) struct Fake {
    script: Mutex<Box<Script>>,
    asked: Mutex<Vec<Asked>>,
    requests: Mutex<Vec<HttpRequest>>,
    began: Instant,
    delay: Duration,
}

impl Fake {
    /// Must be made within a runtime.
    pub(crate) fn new(script: impl FnMut(&Asked) -> Outcome + Send + 'static) -> Arc<Self> {
        Self::slow(Duration::ZERO, script)
    }

    pub(crate) fn slow(
        delay: Duration,
        script: impl FnMut(&Asked) -> Outcome + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            script: Mutex::new(Box::new(script)),
            asked: Mutex::default(),
            requests: Mutex::default(),
            began: Instant::now(),
            delay,
        })
    }

    /// Answers one after the other; the last one repeats.
    pub(crate) fn sequence(outcomes: Vec<Outcome>) -> Arc<Self> {
        let mut outcomes = std::collections::VecDeque::from(outcomes);
        Self::new(move |_| {
            let next = outcomes.pop_front().unwrap();
            if outcomes.is_empty() {
                outcomes.push_back(next.clone());
            }
            next
        })
    }

    pub(crate) const fn began(&self) -> Instant {
        self.began
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The same, as the transport got it.
    pub(crate) fn requests(&self) -> Vec<HttpRequest> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub(crate) fn token_requests(&self) -> usize {
        self.asked().iter().filter(|asked| asked.is_token_request()).count()
    }

    /// When each request was sent.
    pub(crate) fn times(&self) -> Vec<Duration> {
        self.asked().iter().map(|asked| asked.at).collect()
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Transport for Fake {
    fn send(&self, request: HttpRequest, _max_body: usize) -> BoxFuture<'_, Outcome> {
        let url = &request.url;
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let asked = Asked {
            method: request.method.clone(),
            target,
            host: url.host_str().unwrap_or_default().to_owned(),
            authorization: request
                .headers
                .get("authorization")
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            body: request.body.clone(),
            at: self.began.elapsed(),
        };
        Box::pin(async move {
            self.asked.lock().unwrap().push(asked.clone());
            self.requests.lock().unwrap().push(request);
            let outcome = (self.script.lock().unwrap())(&asked);
            if !self.delay.is_zero() {
                tokio::time::sleep(self.delay).await;
            }
            outcome
        })
    }
}

/// An answer with this status, body and headers.
#[expect(clippy::unnecessary_wraps, reason = "scripts mix answers and failures")]
pub(crate) fn answer_with(
    status: u16,
    body: impl Into<Bytes>,
    headers: &[(&str, &str)],
) -> Outcome {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
        })
        .collect();
    Ok(HttpAnswer { head: Head { status, reason: "".into(), headers }, body: body.into() })
}

pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> Outcome {
    answer_with(status, body, &[])
}

pub(crate) fn token_answer(token: &str) -> Outcome {
    answer(200, format!(r#"{{"access_token":"{token}","token_type":"bearer","expires_in":3600}}"#))
}

/// A clock that shows tokio's time, which may be paused.
#[derive(Debug)]
pub(crate) struct TokioClock {
    start: Timestamp,
    began: Instant,
}

impl TokioClock {
    /// Must be made within a runtime.
    pub(crate) fn starting_at(start: &str) -> Arc<Self> {
        Arc::new(Self { start: start.parse().unwrap(), began: Instant::now() })
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        self.start.saturating_add(self.began.elapsed())
    }
}

/// Noon of an ordinary day.
pub(crate) const NOON: &str = "2026-01-05T12:00:00Z";

/// A client with a bearer token, over this transport, at noon.
pub(crate) fn builder(transport: &Arc<Fake>) -> ClientBuilder {
    builder_with(Credential::bearer("a-bearer-token"), transport)
}

pub(crate) fn builder_with(credential: Credential, transport: &Arc<Fake>) -> ClientBuilder {
    let transport: Arc<Fake> = Arc::clone(transport);
    Client::builder(credential).transport(transport).clock(TokioClock::starting_at(NOON)).seed(1)
}

/// A server-to-server credential.
pub(crate) fn app() -> Credential {
    Credential::server_to_server("the-account", "the-client", "the-client-secret")
}

/// A heavy request.
pub(crate) fn heavy() -> Request {
    Request::get("/metrics/meetings/932/participants?type=past").unwrap()
}

/// A resource-intensive request.
pub(crate) fn intensive() -> Request {
    Request::get("/metrics/meetings?type=past&from=2026-01-01&to=2026-01-02").unwrap()
}
