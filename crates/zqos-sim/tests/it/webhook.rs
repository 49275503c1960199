//! Events by HTTP, to a receiver that does as it is told, on a clock that is stepped.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;
use zoom_wire::webhook::{SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER};
use zqos_core::{Clock as _, Timestamp};
use zqos_replay::{Matcher, Recorded, Responder, Response, Routes, Server};
use zqos_sim::{
    Config, Event, EventsMode, Failure, Notice, Simulator, Speed, Subscription, VirtualClock,
    Webhook, WebhookError,
};

const SECRET: &[u8] = b"whs_test_secret";

/// A Thursday morning on which meetings are about to begin.
const START: &str = "2026-11-19T09:58:00Z";

/// A simulator that sends its events to a receiver.
struct Scene {
    clock: Arc<VirtualClock>,
    simulator: Arc<Simulator>,
    requests: UnboundedReceiver<Recorded>,
    notices: UnboundedReceiver<Notice>,
    sending: JoinHandle<()>,
    _server: Server,
}

impl Scene {
    /// Begins to send to whoever answers so.
    fn new(
        config: Config,
        mut respond: impl FnMut(&Recorded, &Value) -> Response + Send + 'static,
    ) -> Self {
        let (seen, requests) = mpsc::unbounded_channel();
        let routes = Routes::new().on(
            "POST",
            Matcher::path("/hooks/zoom"),
            Responder::with(move |request| {
                let response = respond(request, &body(request));
                // A test that is over hears no more.
                drop(seen.send(request.clone()));
                response
            }),
        );
        let server = Server::start(routes).unwrap();
        let webhook = Webhook::new(&format!("{}/hooks/zoom", server.url()), SECRET).unwrap();
        Self::sending_to(config, webhook, requests, server)
    }

    fn sending_to(
        config: Config,
        webhook: Webhook,
        requests: UnboundedReceiver<Recorded>,
        server: Server,
    ) -> Self {
        let clock = Arc::new(VirtualClock::new(START.parse().unwrap(), Speed::new(0.0).unwrap()));
        let simulator = Simulator::new(config, Arc::<VirtualClock>::clone(&clock)).unwrap();
        let simulator = Arc::new(simulator);
        let (said, notices) = mpsc::unbounded_channel();
        let sending =
            tokio::spawn(webhook.send(Arc::clone(&simulator), Arc::clone(&clock), move |notice| {
                drop(said.send(notice));
            }));
        Self { clock, simulator, requests, notices, sending, _server: server }
    }

    async fn request(&mut self) -> Recorded {
        self.requests.recv().await.unwrap()
    }

    async fn notice(&mut self) -> Notice {
        self.notices.recv().await.unwrap()
    }

    /// Awaits the validation, which passes.
    async fn validated(&mut self) {
        assert_eq!(body(&self.request().await)["event"], "endpoint.url_validation");
        assert_eq!(self.notice().await, Notice::Validated);
    }

    /// What happens after the clock's time, up to an instant.
    fn planned(&self, until: Timestamp) -> Vec<Event> {
        self.simulator.events(self.clock.now()..until).collect()
    }

    /// Sets the clock, and awaits so many requests, which come in any order.
    async fn step(&mut self, until: Timestamp, count: usize) -> Vec<String> {
        self.clock.set(until);
        let mut bodies = Vec::new();
        for _ in 0..count {
            bodies.push(String::from_utf8(self.request().await.body).unwrap());
        }
        bodies.sort_unstable();
        bodies
    }
}

fn bodies(events: &[Event]) -> Vec<String> {
    let mut bodies: Vec<_> = events.iter().map(|event| event.body.clone()).collect();
    bodies.sort_unstable();
    bodies
}

fn body(request: &Recorded) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// What a receiver that knows the secret answers to the validation, and to all else.
fn accept(event: &Value) -> Response {
    match event["payload"]["plainToken"].as_str() {
        Some(token) => {
            let answer = SigningKey::new(SECRET).validation_answer(token);
            Response::new(200).json(serde_json::to_string(&answer).unwrap())
        }
        None => Response::new(204),
    }
}

/// Only the events that everybody has.
fn plain() -> Config {
    let events =
        Subscription { mode: EventsMode::PerType, qss_hosts_pct: 0, ..Subscription::default() };
    Config { events, ..Config::default() }
}

fn on_runtime(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
}

fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

#[test]
fn what_is_due_is_sent_signed_once_the_url_is_validated() {
    on_runtime(async {
        let mut scene = Scene::new(Config::default(), |_, event| accept(event));
        let key = SigningKey::new(SECRET);
        let signed = |request: &Recorded| {
            let timestamp = request.header(TIMESTAMP_HEADER).unwrap();
            let signature = request.header(SIGNATURE_HEADER).unwrap();
            assert!(key.verify(timestamp, &request.body, signature));
            timestamp.to_owned()
        };
        let validation = scene.request().await;
        assert_eq!(signed(&validation), "1795082280");
        let fixture = include_str!("../fixtures/endpoint.url_validation.json");
        let fixture: Value = serde_json::from_str(fixture).unwrap();
        let names =
            |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
        assert_eq!(names(&body(&validation)), names(&fixture));
        assert_eq!(names(&body(&validation)["payload"]), names(&fixture["payload"]));
        assert_eq!(scene.notice().await, Notice::Validated);

        for until in ["2026-11-19T10:01:00Z", "2026-11-19T10:01:01Z", "2026-11-19T10:03:00Z"] {
            let until: Timestamp = until.parse().unwrap();
            let planned = scene.planned(until);
            scene.clock.set(until);
            let mut seen = Vec::new();
            for _ in &planned {
                let request = scene.request().await;
                assert_eq!(signed(&request), (until.unix_millis() / 1_000).to_string());
                assert_eq!(request.method, "POST");
                for (name, value) in [
                    ("content-type", "application/json; charset=utf-8"),
                    ("user-agent", "Zoom Marketplace/1.0a"),
                    ("clientid", "sim-client"),
                ] {
                    assert_eq!(request.header(name), Some(value));
                }
                let tracking_id = request.header("x-zm-trackingid").unwrap();
                assert_eq!(tracking_id.strip_prefix("EventService_").unwrap().len(), 32);
                seen.push(String::from_utf8(request.body).unwrap());
            }
            seen.sort_unstable();
            assert_eq!(seen, bodies(&planned), "up to {until}");
        }
    });
}

#[test]
fn a_failing_receiver_is_tried_again_after_5_25_and_85_minutes() {
    on_runtime(async {
        let mut first = None;
        let mut scene = Scene::new(plain(), move |request, event| {
            if event["event"] == "endpoint.url_validation" {
                return accept(event);
            }
            let fails = *request.body == **first.get_or_insert_with(|| request.body.clone());
            if fails { Response::new(503) } else { accept(event) }
        });
        scene.validated().await;
        let day = scene.planned("2026-11-19T16:00:00Z".parse().unwrap());
        let first = &day[0];
        assert!(day[1].at > first.at);
        assert_eq!(scene.step(first.at, 1).await, [&*first.body]);
        for wait in [5, 25, 85] {
            let due = first.at.saturating_add(minutes(wait));
            // A moment before, only what happened meanwhile was sent.
            let before = Timestamp::from_unix_millis(due.unix_millis() - 1).unwrap();
            let meanwhile: Vec<Event> = day
                .iter()
                .filter(|event| scene.clock.now() < event.at && event.at <= before)
                .cloned()
                .collect();
            assert_eq!(scene.step(before, meanwhile.len()).await, bodies(&meanwhile));
            assert_eq!(scene.step(due, 1).await, [&*first.body], "after {wait} minutes");
        }
        assert_eq!(scene.notice().await, Notice::Lost { events: 1, failure: Failure::Status(503) });
        let rest = scene.planned("2026-11-19T16:00:00Z".parse().unwrap());
        let sent = scene.step("2026-11-19T16:00:00Z".parse().unwrap(), rest.len()).await;
        assert_eq!(sent, bodies(&rest));
    });
}

#[test]
fn an_answer_that_blames_the_request_is_final() {
    on_runtime(async {
        let mut answers = [400, 302, 429, 404].into_iter();
        let mut scene = Scene::new(plain(), move |_, event| {
            if event["event"] == "endpoint.url_validation" {
                return accept(event);
            }
            answers.next().map_or_else(|| accept(event), Response::new)
        });
        scene.validated().await;
        // Each comes once, although more than 85 minutes go by.
        for until in ["2026-11-19T11:00:00Z", "2026-11-19T12:30:00Z", "2026-11-19T15:00:00Z"] {
            let until = until.parse().unwrap();
            let planned = scene.planned(until);
            assert!(planned.len() > 8);
            assert_eq!(scene.step(until, planned.len()).await, bodies(&planned));
        }
        for events in [1, 2, 4] {
            let Notice::Lost { events: lost, failure: Failure::Status(_) } = scene.notice().await
            else {
                panic!("something else was said")
            };
            assert_eq!(lost, events);
        }
    });
}

#[test]
fn a_receiver_that_hangs_or_resets_is_tried_again() {
    for fault in [Response::hang as fn(Response) -> Response, Response::reset] {
        on_runtime(async {
            let mut has_failed = false;
            let mut scene = Scene::new(plain(), move |_, event| {
                if event["event"] == "endpoint.url_validation" || has_failed {
                    return accept(event);
                }
                has_failed = true;
                fault(Response::new(200))
            });
            scene.validated().await;
            tokio::time::pause();
            let first = scene.planned("2026-11-19T16:00:00Z".parse().unwrap()).remove(0);
            assert_eq!(scene.step(first.at, 1).await, [&*first.body]);
            // More than an answer may take.
            tokio::time::advance(Duration::from_secs(4)).await;
            tokio::time::resume();
            let due = first.at.saturating_add(minutes(5));
            let meanwhile = scene.planned(due).len() - 1;
            assert!(scene.step(due, meanwhile + 1).await.contains(&first.body));
        });
    }
}

#[test]
fn nothing_is_sent_to_whoever_does_not_know_the_secret() {
    type Respond = fn(&Recorded, &Value) -> Response;
    let cases: [(Respond, Failure); 4] = [
        (
            |_, _| Response::new(200).json(r#"{"plainToken":"a","encryptedToken":"b"}"#),
            Failure::WrongToken,
        ),
        (|_, _| Response::new(200).json("null"), Failure::WrongToken),
        (|_, _| Response::new(404), Failure::Status(404)),
        (|_, _| Response::new(200).reset(), Failure::Unreachable),
    ];
    for (respond, failure) in cases {
        on_runtime(async {
            let mut scene = Scene::new(Config::default(), respond);
            scene.request().await;
            assert_eq!(scene.notice().await, Notice::Refused(failure));
            scene.sending.await.unwrap();
            assert!(scene.requests.try_recv().is_err());
        });
    }
}

#[test]
fn a_url_that_fails_six_validations_in_a_row_is_given_up() {
    on_runtime(async {
        let mut validations = 0;
        let config = Config { people: 10, ..plain() };
        let mut scene = Scene::new(config, move |_, event| {
            let is_validation = event["event"] == "endpoint.url_validation";
            validations += u32::from(is_validation);
            // The first and the fourth pass.
            if is_validation && ![1, 4].contains(&validations) {
                return Response::new(500);
            }
            accept(event)
        });
        scene.validated().await;
        for times in [Some(1), Some(2), None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)]
        {
            scene.clock.advance(Duration::from_hours(72));
            // Events in between are accepted.
            while body(&scene.request().await)["event"] != "endpoint.url_validation" {}
            if let Some(times) = times {
                let failure = Failure::Status(500);
                assert_eq!(scene.notice().await, Notice::ValidationFailed { times, failure });
            }
        }
        assert_eq!(scene.notice().await, Notice::Disabled);
        scene.sending.await.unwrap();
    });
}

#[test]
fn events_are_sent_over_http_on_this_machine_alone() {
    let refused = |url: &str| Webhook::new(url, SECRET).unwrap_err();
    for url in ["", "hooks", "/hooks/zoom", "http://", "http:///hooks", "127.0.0.1:80/hooks"] {
        assert!(matches!(refused(url), WebhookError::Url(_)), "{url}");
    }
    assert!(matches!(refused("https://127.0.0.1/hooks"), WebhookError::Scheme(_)));
    for url in ["http://example.com/", "http://192.0.2.1/", "http://127.0.0.1.example.com/"] {
        assert!(matches!(refused(url), WebhookError::Host(_)), "{url}");
    }
    for url in ["http://127.0.0.1:8600/hooks/zoom", "http://localhost/", "http://[::1]:1/"] {
        assert!(Webhook::new(url, SECRET).is_ok(), "{url}");
    }
}
