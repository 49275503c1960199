//! Events by WebSocket, on a clock that is stepped.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use zoom_wire::webhook::SigningKey;
use zqos_core::{Clock as _, Timestamp};
use zqos_sim::{Call, Config, EVENTS_SECRET, Misbehaviour, Share, Simulator, Speed, VirtualClock};

struct Scene {
    clock: Arc<VirtualClock>,
    simulator: Arc<Simulator>,
    address: std::net::SocketAddr,
    token: String,
}

type Socket = WebSocketStream<TcpStream>;

impl Scene {
    async fn connect(&self, query: &str) -> Socket {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let url = format!("ws://{}/ws?{query}", self.address);
        tokio_tungstenite::client_async(url, stream).await.unwrap().0
    }

    /// A socket that has been greeted.
    async fn subscribe(&self, subscription: &str) -> Socket {
        let query = format!("subscriptionId={subscription}&access_token={}", self.token);
        let mut socket = self.connect(&query).await;
        assert_eq!(
            frame(&mut socket).await,
            json!({"module": "build_connection", "success": true})
        );
        socket
    }
}

async fn frame(socket: &mut Socket) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

/// Runs a test against a simulator whose clock stands still.
fn with_sockets(test: impl AsyncFnOnce(Scene)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let now = "2026-11-19T09:58:00Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::new(now, Speed::new(0.0).unwrap()));
        let simulator =
            Simulator::new(Config::default(), Arc::<VirtualClock>::clone(&clock)).unwrap();
        let simulator = Arc::new(simulator);
        let answer = simulator.answer(&Call {
            method: "POST",
            target: "/oauth/token",
            // sim-client:sim-secret
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        });
        let grant: Value = serde_json::from_slice(&answer.body).unwrap();
        let token = grant["access_token"].as_str().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = zqos_sim::serve(listener, Arc::clone(&simulator), Arc::clone(&clock));
        tokio::select! {
            () = test(Scene { clock, simulator, address, token }) => {}
            _ = server => unreachable!("it serves until dropped"),
        }
    });
}

#[test]
fn a_client_is_sent_what_happens_from_its_hello_on() {
    with_sockets(async |scene| {
        let mut early = scene.subscribe("early").await;
        let middle: Timestamp = "2026-11-19T10:01:00Z".parse().unwrap();
        let end: Timestamp = "2026-11-19T10:02:00Z".parse().unwrap();
        let planned: Vec<_> = scene.simulator.events(scene.clock.now()..end).collect();
        scene.clock.set(middle);
        let mut late = scene.subscribe("late").await;
        scene.clock.set(end);
        let key = SigningKey::new(EVENTS_SECRET.as_bytes());
        for event in &planned {
            let frame = frame(&mut early).await;
            assert_eq!(frame["module"], "message");
            assert_eq!(frame["content"], event.body);
            let header = |name: &str| frame["header"][name].as_str().unwrap();
            let signature = header("x-zm-signature");
            let timestamp = header("x-zm-request-timestamp");
            assert!(key.verify(timestamp, event.body.as_bytes(), signature));
            assert_eq!(header("clientId"), "sim-client");
            assert!(header("x-zm-trackingid").starts_with("EventService_"));
        }
        // Nothing is told again.
        let missed = planned.partition_point(|event| event.at < middle);
        assert!(0 < missed && missed < planned.len());
        for event in &planned[missed..] {
            assert_eq!(frame(&mut late).await["content"], event.body);
        }
    });
}

#[test]
fn a_heartbeat_is_answered_and_anything_else_is_passed_over() {
    with_sockets(async |scene| {
        let mut socket = scene.subscribe("one").await;
        for text in ["", "heartbeat", "{}", r#"{"module":1}"#, r#"{"module":"other"}"#] {
            socket.send(Message::text(text)).await.unwrap();
        }
        socket.send(Message::text(r#"{"module":"heartbeat"}"#)).await.unwrap();
        assert_eq!(frame(&mut socket).await, json!({"module": "heartbeat"}));
    });
}

#[test]
fn a_new_socket_closes_the_old_one_of_its_subscription() {
    with_sockets(async |scene| {
        let mut old = scene.subscribe("one").await;
        let mut other = scene.subscribe("other").await;
        let mut new = scene.subscribe("one").await;
        assert!(old.next().await.unwrap().unwrap().is_close());
        for socket in [&mut other, &mut new] {
            socket.send(Message::text(r#"{"module":"heartbeat"}"#)).await.unwrap();
            assert_eq!(frame(socket).await["module"], "heartbeat");
        }
        // Whoever left makes room.
        new.close(None).await.unwrap();
        scene.subscribe("one").await;
    });
}

#[test]
fn an_app_has_twenty_subscriptions_at_most() {
    with_sockets(async |scene| {
        let mut sockets = Vec::new();
        for subscription in 0..20 {
            sockets.push(scene.subscribe(&subscription.to_string()).await);
        }
        let mut one_more =
            scene.connect(&format!("subscriptionId=x&access_token={}", scene.token)).await;
        assert_eq!(frame(&mut one_more).await["content"], "Too many subscriptions");
        // One that is there already may be taken over.
        scene.subscribe("7").await;
    });
}

#[test]
fn a_client_without_a_good_token_is_told_so_and_left() {
    with_sockets(async |scene| {
        let token = &scene.token;
        for (query, why) in [
            ("subscriptionId=one", "Invalid Token"),
            ("subscriptionId=one&access_token=made-up", "Invalid Token"),
            (&*format!("access_token={token}"), "Invalid subscriptionId"),
        ] {
            let mut socket = scene.connect(query).await;
            let refusal = frame(&mut socket).await;
            let expected = json!({"module": "build_connection", "success": false, "content": why});
            assert_eq!(refusal, expected);
            assert!(socket.next().await.unwrap().unwrap().is_close());
        }
    });
}

#[test]
fn a_frame_that_is_too_long_ends_the_socket() {
    with_sockets(async |scene| {
        let mut socket = scene.subscribe("one").await;
        socket.send(Message::text("x".repeat(100_000))).await.unwrap();
        assert!(
            !socket
                .next()
                .await
                .is_some_and(|message| message.is_ok_and(|message| message.is_text()))
        );
    });
}

/// What comes of an hour's events while one misbehaviour strikes half of them, each with its instant.
fn misbehaved(which: Misbehaviour) -> Vec<(i64, String)> {
    let mut heard = Vec::new();
    with_sockets(async |scene| {
        let end: Timestamp = "2026-11-19T11:00:00Z".parse().unwrap();
        let planned = scene.simulator.events(scene.clock.now()..end);
        let mut missing: BTreeSet<String> = planned.map(|event| event.body).collect();
        let mut socket = scene.subscribe("one").await;
        scene.simulator.misbehave(which, Share::new(0.5).unwrap());
        // Longer than anything is held back.
        scene.clock.set(end.saturating_add(Duration::from_mins(21)));
        while !missing.is_empty() {
            let body = frame(&mut socket).await["content"].as_str().unwrap().to_owned();
            let event: Value = serde_json::from_str(&body).unwrap();
            let instant = event["event_ts"].as_i64().unwrap();
            if instant < end.unix_millis() {
                missing.remove(&body);
                heard.push((instant, body));
            }
        }
    });
    heard
}

/// How long before its predecessors an event happened, at most.
fn furthest_back(heard: &[(i64, String)]) -> i64 {
    let mut latest = i64::MIN;
    let back = heard.iter().map(|(instant, _)| {
        latest = latest.max(*instant);
        latest - instant
    });
    back.max().unwrap()
}

#[test]
fn events_come_twice_late_or_overtaken_on_demand() {
    let distinct = |heard: &[(i64, String)]| heard.iter().collect::<BTreeSet<_>>().len();
    let twice = misbehaved(Misbehaviour::DuplicateEvents);
    let share = twice.len() * 10 / distinct(&twice);
    assert!((14..=16).contains(&share), "{share} tenths");
    assert!(furthest_back(&twice) <= 60_000);

    let overtaken = misbehaved(Misbehaviour::ReorderedEvents);
    assert_eq!(distinct(&overtaken), overtaken.len());
    assert!((1_000..=20_000).contains(&furthest_back(&overtaken)));

    let late = misbehaved(Misbehaviour::LateEvents);
    assert_eq!(distinct(&late), late.len());
    assert!((1_100_000..=1_200_000).contains(&furthest_back(&late)));
}
