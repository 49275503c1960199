//! Events by HTTP: whoever has a URL validated is sent them, signed, and again when it fails.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use hyper::body::Bytes;
use hyper::http::uri::Scheme;
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use tokio::task::JoinSet;
use zoom_wire::webhook::{
    SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER, URL_VALIDATION, UrlValidation,
};
use zqos_core::{Clock as _, Timestamp};

use crate::api::{CLIENT_ID, Simulator, encode};
use crate::clock::VirtualClock;
use crate::draw::Purpose;
use crate::events::feed::{Delivery, Feed};
use crate::events::{Event, Stamp};
use crate::identity::wide;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// How long after each try the next one comes, if it failed.
const RETRIES: [Duration; 3] =
    [Duration::from_mins(5), Duration::from_mins(20), Duration::from_hours(1)];
/// How long a URL counts as validated.
const VALID: Duration = Duration::from_hours(72);
/// After so many failed validations in a row nothing is sent any more.
const VALIDATIONS: u32 = 6;
/// How many requests are under way at once. Zoom tells no number.
const CONCURRENT: usize = 16;
/// The most of an answer's body that is read.
const MAX_BODY: usize = 64 * 1024;
/// The legacy verification token, which is sent with every event.
const VERIFICATION_TOKEN: &str = "sim-verification-token";

/// A URL that events are sent to.
#[derive(Debug, Clone)]
pub struct Webhook {
    url: Uri,
    key: SigningKey,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// A URL that no event is sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// It is none.
    #[error("`{0}` is no URL such as http://127.0.0.1:8600/hooks/zoom")]
    Url(String),
    /// It is not `http`.
    #[error("`{0}` is not http: the simulator has no TLS")]
    Scheme(String),
    /// It is not on this machine.
    #[error("`{0}` is not on this machine: name it by 127.0.0.1, [::1] or localhost")]
    Host(String),
}

/// What became of the deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The URL passed the validation: events are sent from now on.
    Validated,
    /// The URL failed the first validation: nothing is sent.
    Refused(Failure),
    /// The URL failed to be validated again, so many times in a row. Events are still sent.
    ValidationFailed {
        /// How many times.
        times: u32,
        /// How it failed at last.
        failure: Failure,
    },
    /// The URL failed too often: nothing is sent any more.
    Disabled,
    /// Events will not be sent again. Told whenever their number has doubled.
    Lost {
        /// How many so far.
        events: u64,
        /// What happened to the last.
        failure: Failure,
    },
}

/// How a delivery failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// Nothing answers there.
    Unreachable,
    /// No answer within three seconds.
    TimedOut,
    /// The answer has another status than one from 200 to 299.
    Status(u16),
    /// The answer to the validation is not that of somebody who knows the secret.
    WrongToken,
    /// Too many others wait to be tried again.
    Crowded,
}

impl Failure {
    /// True when Zoom would try again: not after an answer that blames the request.
    const fn is_tried_again(self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut => true,
            Self::Status(status) => status >= 500,
            Self::WrongToken | Self::Crowded => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("nothing answers there"),
            Self::TimedOut => f.write_str("no answer within 3 s"),
            Self::Status(status) => write!(f, "the answer was {status}"),
            Self::WrongToken => f.write_str("the answer has not the token that the secret makes"),
            Self::Crowded => f.write_str("too many others wait to be tried again"),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Validated => f.write_str("events: the URL is validated"),
            Self::Refused(failure) => {
                write!(f, "events: none are sent, as the URL failed its validation: {failure}")
            }
            Self::ValidationFailed { times, failure } => {
                write!(f, "events: the URL failed its validation {times} times in a row: {failure}")
            }
            Self::Disabled => f.write_str("events: none are sent any more"),
            Self::Lost { events, failure } => {
                write!(f, "events: {events} lost; the last: {failure}")
            }
        }
    }
}

/// A delivery that was tried.
struct Tried {
    delivery: Delivery,
    at: Timestamp,
    outcome: Result<(), Failure>,
}

#[derive(Serialize)]
struct Validation<'v> {
    event: &'static str,
    payload: PlainToken<'v>,
    event_ts: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainToken<'v> {
    plain_token: &'v str,
}

impl Webhook {
    /// A URL on this machine, and the secret token that its owner was given.
    ///
    /// **Errors**: [`WebhookError`].
    pub fn new(url: &str, secret: &[u8]) -> Result<Self, WebhookError> {
        let is_none = || WebhookError::Url(url.to_owned());
        let parsed: Uri = url.parse().map_err(|_| is_none())?;
        let (Some(scheme), Some(host)) = (parsed.scheme(), parsed.host()) else {
            return Err(is_none());
        };
        if *scheme != Scheme::HTTP {
            return Err(WebhookError::Scheme(url.to_owned()));
        }
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let is_local = host == "localhost"
            || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if !is_local {
            return Err(WebhookError::Host(url.to_owned()));
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { url: parsed, key: SigningKey::new(secret), client })
    }

    /// Validates the URL, then sends what happens from now on, until the URL fails too many
    /// validations. `notice` is told what becomes of it.
    pub async fn send(
        self,
        simulator: Arc<Simulator>,
        clock: Arc<VirtualClock>,
        mut notice: impl FnMut(Notice),
    ) {
        if let Err(failure) = self.validate(&simulator, clock.now()).await {
            return notice(Notice::Refused(failure));
        }
        notice(Notice::Validated);
        let mut validated = clock.now();
        let (mut failures, mut lost) = (0, 0_u64);
        let mut feed = Feed::new(Arc::clone(&simulator), Arc::clone(&clock));
        let mut tries: JoinSet<Tried> = JoinSet::new();
        loop {
            let validation = validated.saturating_add(VALID);
            // All branches may be dropped: a validation is begun when its time has come, not while
            // it is waited for.
            tokio::select! {
                biased;
                Some(ended) = tries.join_next(), if !tries.is_empty() => {
                    // One that panicked has been reported on standard error.
                    let Some(failure) = ended.ok().and_then(|tried| again(&mut feed, tried)) else {
                        continue;
                    };
                    lost += 1;
                    if lost.is_power_of_two() {
                        notice(Notice::Lost { events: lost, failure });
                    }
                }
                () = clock.reach(validation) => {
                    validated = clock.now();
                    match self.validate(&simulator, validated).await {
                        Ok(()) => failures = 0,
                        Err(failure) => {
                            failures += 1;
                            notice(Notice::ValidationFailed { times: failures, failure });
                        }
                    }
                    if failures == VALIDATIONS {
                        return notice(Notice::Disabled);
                    }
                }
                Some(delivery) = feed.next(), if tries.len() < CONCURRENT => {
                    let at = clock.now();
                    let (webhook, simulator) = (self.clone(), Arc::clone(&simulator));
                    tries.spawn(async move {
                        let outcome = webhook.post(&simulator, &delivery.event, at).await;
                        Tried { delivery, at, outcome: outcome.map(drop) }
                    });
                }
            }
        }
    }

    /// Asks whether the URL belongs to somebody who knows the secret.
    async fn validate(&self, simulator: &Simulator, now: Timestamp) -> Result<(), Failure> {
        let millis = now.unix_millis();
        let draw = simulator.world.company.root().of(Purpose::Event).of(Purpose::AccessToken);
        let plain_token = URL_SAFE_NO_PAD.encode(wide(draw.when(millis)).to_be_bytes());
        let body = encode(&Validation {
            event: URL_VALIDATION,
            payload: PlainToken { plain_token: &plain_token },
            event_ts: millis,
        });
        let body = String::from_utf8(body).expect("JSON is UTF-8");
        let answer = self.post(simulator, &Event { at: now, body }, now).await?;
        let expected = self.key.validation_answer(&plain_token);
        let is_right =
            serde_json::from_slice::<UrlValidation>(&answer).is_ok_and(|answer| answer == expected);
        is_right.then_some(()).ok_or(Failure::WrongToken)
    }

    /// Sends an event, and reads the answer if it is good.
    async fn post(
        &self,
        simulator: &Simulator,
        event: &Event,
        now: Timestamp,
    ) -> Result<Bytes, Failure> {
        let place = event.place(simulator);
        let stamp = Stamp::new(&self.key, now, &event.body, place);
        let id = place.when(now.unix_millis());
        let request = Request::post(&self.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "Zoom Marketplace/1.0a")
            .header("authorization", VERIFICATION_TOKEN)
            .header("clientid", CLIENT_ID)
            .header(TIMESTAMP_HEADER, stamp.timestamp)
            .header(SIGNATURE_HEADER, stamp.signature)
            .header("x-zm-request-id", format!("{:032x}", wide(id)))
            .header("x-zm-trackingid", stamp.tracking_id)
            .header(
                "traceparent",
                format!("00-{:032x}-{:016x}-01", wide(id.at(2)), id.at(3).bits()),
            )
            .header("accept-encoding", "gzip")
            .body(Full::from(event.body.clone()))
            .expect("all of it is printable ASCII");
        let answer = async {
            let answer = self.client.request(request).await.map_err(|_| Failure::Unreachable)?;
            let status = answer.status();
            // Read in any case, so that the connection can be used again.
            let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
            if !status.is_success() {
                return Err(Failure::Status(status.as_u16()));
            }
            Ok(body.map(Collected::to_bytes).unwrap_or_default())
        };
        tokio::time::timeout(TIMEOUT, answer).await.unwrap_or(Err(Failure::TimedOut))
    }
}

/// Has a delivery that failed tried again; says how it was lost, if it is.
fn again(feed: &mut Feed, Tried { delivery, at, outcome }: Tried) -> Option<Failure> {
    let failure = outcome.err()?;
    match RETRIES.get(delivery.tries) {
        Some(&wait) if failure.is_tried_again() => {
            let next = Delivery { tries: delivery.tries + 1, ..delivery };
            feed.delay(next, at.saturating_add(wait)).map(|_| Failure::Crowded)
        }
        _ => Some(failure),
    }
}
