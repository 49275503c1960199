//! Events by WebSocket: from servers that keep to the rules, and from others.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use zoom_dashboard::transport::{
    BoxFuture, Head, HttpRequest, Proxies, Transport, TransportError, TransportErrorKind,
    UpgradeRequest, Upgraded,
};
use zoom_dashboard::{Client, Credential, ErrorKind, Events, News, Subscription, TimeoutPhase};
use zqos_core::Clock as _;
use zqos_sim::{Config, Simulator, Speed, VirtualClock};

use crate::support::{Asked, Fake, NOON, Outcome, TokioClock, answer, app, token_answer};

/// What a test is the server of: one end of a connection, and the query that asked for it.
type Accepted = (WebSocketStream<DuplexStream>, String);

/// Makes connections within the process, so that time may be paused; tokens are numbered.
struct Wires {
    tokens: Arc<Fake>,
    accepted: mpsc::UnboundedSender<Accepted>,
    refusals: Mutex<Vec<Refused>>,
}

/// How a connection is refused before it is a WebSocket.
enum Refused {
    ByStatus(u16),
    ByKey,
    OnTheWay(TransportErrorKind),
}

impl fmt::Debug for Wires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wires")
    }
}

impl Transport for Wires {
    fn send(&self, request: HttpRequest, max_body: usize) -> BoxFuture<'_, Outcome> {
        self.tokens.send(request, max_body)
    }

    fn upgrade(&self, request: UpgradeRequest) -> BoxFuture<'_, Result<Upgraded, TransportError>> {
        Box::pin(async move {
            assert_eq!(request.url.as_str(), "https://ws.zoom.us/ws");
            assert_eq!(request.headers["upgrade"], "websocket");
            let head = |status: u16, key: &[u8]| {
                let accept = HeaderValue::try_from(derive_accept_key(key)).unwrap();
                let headers = HeaderMap::from_iter([(http::header::SEC_WEBSOCKET_ACCEPT, accept)]);
                Head { status, reason: "".into(), headers }
            };
            let key = request.headers["sec-websocket-key"].as_bytes();
            let (ours, theirs) = tokio::io::duplex(1 << 16);
            let upgraded = |key: &[u8]| Upgraded { head: head(101, key), stream: Box::new(ours) };
            match self.refusals.lock().unwrap().pop() {
                Some(Refused::ByStatus(status)) => {
                    return Err(TransportError::new(TransportErrorKind::NotUpgraded)
                        .with_head(head(status, key)));
                }
                Some(Refused::ByKey) => return Ok(upgraded(b"another key")),
                Some(Refused::OnTheWay(kind)) => return Err(TransportError::new(kind)),
                None => {}
            }
            let query = request.query.expose_secret().to_owned();
            let server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
            self.accepted.send((server, query)).unwrap();
            Ok(upgraded(key))
        })
    }
}

struct Scene {
    events: Events,
    wires: Arc<Wires>,
    accepted: mpsc::UnboundedReceiver<Accepted>,
}

impl Scene {
    fn new() -> Self {
        let mut count = 0;
        Self::with(move |_| {
            count += 1;
            token_answer(&format!("token-{count}"))
        })
    }

    fn with(tokens: impl FnMut(&Asked) -> Outcome + Send + 'static) -> Self {
        let (accepting, accepted) = mpsc::unbounded_channel();
        let wires = Arc::new(Wires {
            tokens: Fake::new(tokens),
            accepted: accepting,
            refusals: Mutex::default(),
        });
        let transport: Arc<Wires> = Arc::clone(&wires);
        let client = Client::builder(app())
            .transport(transport)
            .clock(TokioClock::starting_at(NOON))
            .seed(1)
            .build()
            .unwrap();
        let events = client.events(Subscription::new("a subscription").unwrap());
        Self { events, wires, accepted }
    }

    /// A connection that was greeted; gives the server's end of it.
    async fn open(&mut self) -> WebSocketStream<DuplexStream> {
        let greet = async {
            let (mut server, _) = self.accepted.recv().await.unwrap();
            say(&mut server, r#"{"module":"build_connection","success":true}"#).await;
            server
        };
        let (news, server) = tokio::join!(self.events.next(), greet);
        assert!(matches!(news, News::Opened), "{news:?}");
        server
    }

    /// Why the connection is closed, which is what comes next.
    async fn closed(&mut self) -> (ErrorKind, Duration) {
        match self.events.next().await {
            News::Closed { error, again_in } => {
                let url = error.request().map(|sent| sent.url.to_string());
                assert!(url.is_none_or(|url| !url.contains('?')), "{error}");
                (error.kind().clone(), again_in)
            }
            other => panic!("{other:?}"),
        }
    }

    async fn event(&mut self) -> String {
        match self.events.next().await {
            News::Event(event) => String::from_utf8(event.body.to_vec()).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

async fn say(server: &mut WebSocketStream<DuplexStream>, text: &str) {
    server.send(Message::text(text)).await.unwrap();
}

fn event_frame(body: &str) -> String {
    serde_json::json!({ "module": "message", "content": body }).to_string()
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_is_sent_every_thirty_seconds() {
    let mut scene = Scene::new();
    let mut server = scene.open().await;
    let began = Instant::now();
    let beats = async {
        for beat in 1..=5_u32 {
            let frame = server.next().await.unwrap().unwrap();
            assert_eq!(frame.to_text().unwrap(), r#"{"module":"heartbeat"}"#);
            let late = began.elapsed().abs_diff(beat * Duration::from_secs(30));
            assert!(late < Duration::from_millis(10), "{late:?}");
            say(&mut server, r#"{"module":"heartbeat"}"#).await;
        }
    };
    let answers = async {
        for _ in 0..5 {
            let news = scene.events.next().await;
            assert!(matches!(news, News::Alive), "{news:?}");
        }
    };
    tokio::join!(beats, answers);
}

#[tokio::test(start_paused = true)]
async fn whoever_answers_no_heartbeat_is_not_there() {
    let mut scene = Scene::new();
    let server = scene.open().await;
    let began = Instant::now();
    let (why, _) = scene.closed().await;
    assert!(matches!(why, ErrorKind::Timeout(TimeoutPhase::Read)), "{why:?}");
    assert_eq!(began.elapsed().as_secs(), 60);
    drop(server);
    scene.open().await;
}

#[tokio::test(start_paused = true)]
async fn each_connection_has_a_token_of_its_own() {
    let mut scene = Scene::new();
    for number in 1..=3 {
        let greet = async {
            let (mut server, query) = scene.accepted.recv().await.unwrap();
            let expected = format!("subscriptionId=a+subscription&access_token=token-{number}");
            assert_eq!(query, expected);
            say(&mut server, r#"{"module":"build_connection","success":true}"#).await;
            server.close(None).await.unwrap();
        };
        tokio::join!(scene.events.next(), greet);
        let (why, _) = scene.closed().await;
        assert!(matches!(why, ErrorKind::Closed { .. }), "{why:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_admitted_is_told_why_without_the_token() {
    let mut scene = Scene::with(|_| token_answer("a-secret-token"));
    let refuse = async {
        let (mut server, _) = scene.accepted.recv().await.unwrap();
        let hello = r#"{"module":"build_connection","success":false,"content":"Invalid Token a-secret-token"}"#;
        say(&mut server, hello).await;
        server
    };
    let (news, _server) = tokio::join!(scene.events.next(), refuse);
    let News::Closed { error, again_in } = news else { panic!("{news:?}") };
    assert_eq!(
        error.to_string(),
        "`GET wss://ws.zoom.us/ws`: no events are sent by this WebSocket: Invalid Token [secret]"
    );
    assert!(!error.is_transient());
    assert!(!format!("{error:?} {:?}", scene.events).contains("a-secret-token"));
    assert!((1..=3).contains(&again_in.as_secs()), "{again_in:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_websocket_is_told_so() {
    let mut scene = Scene::new();
    let mut told = Vec::new();
    for refusal in
        [Refused::ByStatus(403), Refused::ByKey, Refused::OnTheWay(TransportErrorKind::Dns)]
    {
        scene.wires.refusals.lock().unwrap().push(refusal);
        let News::Closed { error, .. } = scene.events.next().await else { panic!("no connection") };
        told.push((error.kind().to_string(), error.status(), error.is_transient()));
    }
    let none = "no WebSocket was made of the connection".to_owned();
    assert_eq!(
        told,
        [
            (none.clone(), Some(403), false),
            (none, None, false),
            ("the host's name can't be resolved".to_owned(), None, true),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_hello_that_does_not_come_is_not_waited_for_for_ever() {
    let mut scene = Scene::new();
    let (why, _) = scene.closed().await;
    assert!(matches!(why, ErrorKind::Timeout(TimeoutPhase::Whole)), "{why:?}");
    // Something else is no hello.
    let wrong = async {
        // The first is the one that was given up.
        let (_, _) = scene.accepted.recv().await.unwrap();
        let (mut server, _) = scene.accepted.recv().await.unwrap();
        say(&mut server, r#"{"module":"heartbeat"}"#).await;
        server
    };
    let (news, _server) = tokio::join!(scene.events.next(), wrong);
    let News::Closed { error, .. } = news else { panic!("{news:?}") };
    assert!(matches!(error.kind(), ErrorKind::Malformed), "{error}");
}

#[tokio::test(start_paused = true)]
async fn whatever_may_be_an_event_is_given() {
    let mut scene = Scene::new();
    let mut server = scene.open().await;
    let body = r#"{"event":"meeting.started","payload":{"object":{"topic":"\"Ä\""}}}"#;
    say(&mut server, &event_frame(body)).await;
    assert_eq!(scene.event().await, body);
    let signed = r#"{"module":"message","content":"{}","header":{"x-zm-signature":"v0=1","x-zm-request-timestamp":"7"}}"#;
    say(&mut server, signed).await;
    let News::Event(event) = scene.events.next().await else { panic!("an event") };
    assert_eq!((event.signature.as_deref(), event.timestamp.as_deref()), (Some("v0=1"), Some("7")));
    // What has another name is none; what has none may be one.
    for text in [r#"{"module":"news"}"#, "garbage", r#"{"module":"message"}"#, ""] {
        say(&mut server, text).await;
    }
    for text in ["garbage", r#"{"module":"message"}"#, ""] {
        assert_eq!(scene.event().await, text);
    }
    server.send(Message::binary(event_frame(body))).await.unwrap();
    assert_eq!(scene.event().await, body);
    server.send(Message::binary(b"\xff\xfe".to_vec())).await.unwrap();
    let News::Event(event) = scene.events.next().await else { panic!("bytes") };
    assert_eq!(event.body, &b"\xff\xfe"[..]);
    assert_eq!(format!("{event:?}"), "PushedEvent { len: 2, .. }");
    server.send(Message::Ping(Vec::new().into())).await.unwrap();
    say(&mut server, &event_frame("last")).await;
    assert_eq!(scene.event().await, "last");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_in_mid_stream_gave_what_came() {
    let mut scene = Scene::new();
    let mut server = scene.open().await;
    for number in 0..3 {
        say(&mut server, &event_frame(&number.to_string())).await;
    }
    drop(server);
    for number in 0..3 {
        assert_eq!(scene.event().await, number.to_string());
    }
    let (why, _) = scene.closed().await;
    assert!(matches!(why, ErrorKind::Reset), "{why:?}");
    let mut server = scene.open().await;
    say(&mut server, &event_frame("again")).await;
    assert_eq!(scene.event().await, "again");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_long_ends_the_connection() {
    let mut scene = Scene::new();
    let mut server = scene.open().await;
    let huge = "x".repeat((2 << 20) + 1);
    let (why, _sent) = tokio::join!(scene.closed(), server.send(Message::text(huge)));
    assert!(matches!(why.0, ErrorKind::BodyTooLarge { .. }), "{why:?}");
    scene.open().await;
}

#[tokio::test(start_paused = true)]
async fn two_clients_of_a_subscription_do_not_fight() {
    let mut scene = Scene::new();
    let began = Instant::now();
    let mut waits = Vec::new();
    for _ in 0..12 {
        let mut server = scene.open().await;
        // Another one has connected.
        server.close(None).await.unwrap();
        let (why, again_in) = scene.closed().await;
        assert!(matches!(why, ErrorKind::Closed { code: None }), "{why:?}");
        assert!(again_in >= Duration::from_secs(1) && again_in <= Duration::from_mins(1));
        waits.push(again_in);
    }
    assert!(began.elapsed() > Duration::from_mins(1), "{waits:?}");
    // Once it was left alone for a while, the next end is the first.
    let mut server = scene.open().await;
    let heartbeat = async {
        server.next().await.unwrap().unwrap();
        say(&mut server, r#"{"module":"heartbeat"}"#).await;
    };
    let (news, ()) = tokio::join!(scene.events.next(), heartbeat);
    assert!(matches!(news, News::Alive), "{news:?}");
    tokio::time::sleep(Duration::from_secs(29)).await;
    tokio::time::advance(Duration::from_secs(3)).await;
    server.close(None).await.unwrap();
    let (_, again_in) = scene.closed().await;
    assert!(again_in <= Duration::from_secs(3), "{again_in:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_given_is_asked_for_again() {
    let mut count = 0;
    let mut scene = Scene::with(move |_| {
        count += 1;
        let refusal = r#"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#;
        if count == 1 { answer(400, refusal) } else { token_answer("token") }
    });
    let (why, _) = scene.closed().await;
    assert!(matches!(why, ErrorKind::TokenRequest { status: 400, .. }), "{why:?}");
    scene.open().await;
}

#[test]
fn a_subscription_goes_to_zoom_or_to_this_machine() {
    let subscription = || Subscription::new("one").unwrap();
    assert!(Subscription::new(" ").is_err());
    for base in ["wss://ws.zoom.us/ws", "ws://127.0.0.1:1/ws", "ws://localhost/ws"] {
        assert!(subscription().base(base).is_ok(), "{base}");
    }
    for base in [
        "ws://ws.zoom.us/ws",
        "https://ws.zoom.us/ws",
        "wss://a:b@ws.zoom.us/",
        "wss://x/?q=1",
        "x",
    ] {
        let error = subscription().base(base).unwrap_err();
        assert!(error.is_usage() && !error.to_string().contains("a:b"), "{error}");
    }
}

/// Against the simulator, over sockets: its clock stands still.
#[tokio::test]
async fn the_simulator_tells_what_happens() {
    let now = "2026-11-19T09:58:00Z".parse().unwrap();
    let clock = Arc::new(VirtualClock::new(now, Speed::new(0.0).unwrap()));
    let simulator = Simulator::new(Config::default(), Arc::<VirtualClock>::clone(&clock)).unwrap();
    let simulator = Arc::new(simulator);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server =
        tokio::spawn(zqos_sim::serve(listener, Arc::clone(&simulator), Arc::clone(&clock)));
    let client = |secret: &str| {
        let credential =
            Credential::server_to_server(zqos_sim::ACCOUNT_ID, zqos_sim::CLIENT_ID, secret);
        let builder = Client::builder(credential).proxies(Proxies::Off);
        builder.oauth_base(&format!("http://{address}")).unwrap().build().unwrap()
    };
    let subscription =
        |id: &str| Subscription::new(id).unwrap().base(&format!("ws://{address}/ws")).unwrap();
    let mut events = client(zqos_sim::CLIENT_SECRET).events(subscription("one"));
    assert!(matches!(events.next().await, News::Opened));
    let end = "2026-11-19T10:01:00Z".parse().unwrap();
    let planned: Vec<String> = simulator.events(clock.now()..end).map(|event| event.body).collect();
    clock.set(end);
    for body in &planned {
        let News::Event(event) = events.next().await else { panic!("an event") };
        assert_eq!(event.body, body.as_bytes());
        let key = zoom_wire::webhook::SigningKey::new(zqos_sim::EVENTS_SECRET.as_bytes());
        assert!(key.verify(&event.timestamp.unwrap(), &event.body, &event.signature.unwrap()));
    }
    assert!(planned.len() > 10);
    // Another client of the subscription takes its place.
    let mut other = client(zqos_sim::CLIENT_SECRET).events(subscription("one"));
    assert!(matches!(other.next().await, News::Opened));
    let News::Closed { error, .. } = events.next().await else { panic!("closed") };
    assert!(matches!(error.kind(), ErrorKind::Closed { .. }), "{error}");
    // And a wrong secret is nobody's.
    let News::Closed { error, .. } = client("wrong").events(subscription("two")).next().await
    else {
        panic!("refused")
    };
    assert!(matches!(error.kind(), ErrorKind::TokenRequest { .. }), "{error}");
    server.abort();
}
