//! Events by WebSocket: for whoever can't be reached by a webhook.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};
use url::Url;
use zoom_wire::socket::{EventFrame, Frame, HEARTBEAT};

use crate::builder::base_url;
use crate::call::{failed_response, strike_out_of_head};
use crate::client::{Client, Shared};
use crate::error::{ConfigError, Error, ErrorKind, TimeoutPhase};
use crate::retry::{RetryPolicy, Tries};
use crate::token::{Token, strike_out};
use crate::transport::{Duplex, TransportError, UpgradeRequest};

/// Where events are sent from. **Source**: the guide "Using WebSockets" of Zoom's developer documentation.
const SOCKET_BASE: &str = "wss://ws.zoom.us/ws";
/// How often the server is told that somebody is there. **Source**: the same.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(30);
/// The longest message that is taken in: an event of a mebibyte, the most that a webhook's receiver takes, and
/// as much again for the escapes of a text in a text.
const MAX_MESSAGE: usize = 2 << 20;
/// A connection that was open so long was a good one: the next failure is the first.
const STEADY: Duration = Duration::from_mins(1);
/// How soon it is connected again: first after one to three seconds, in the end every minute.
const PACE: RetryPolicy = RetryPolicy {
    tries: u32::MAX,
    elapsed: Duration::MAX,
    base: Duration::from_secs(1),
    cap: Duration::from_mins(1),
};

/// An event subscription of the method *WebSocket*, as Zoom's page of an app shows it.
#[derive(Debug, Clone)]
pub struct Subscription {
    id: Box<str>,
    base: Url,
}

impl Subscription {
    /// The subscription with this id, at Zoom.
    ///
    /// **Errors**: [`ErrorKind::Config`] for an empty id.
    pub fn new(id: impl Into<Box<str>>) -> Result<Self, Error> {
        let id = id.into();
        if id.trim().is_empty() {
            return Err(ConfigError::Subscription.into());
        }
        Ok(Self { id, base: Url::parse(SOCKET_BASE).expect("a URL") })
    }

    /// Sets where events are sent from, with its path.
    ///
    /// **Errors**: [`ConfigError::BaseUrl`], when it is not a URL, has a user name, query or fragment, or is
    /// plain `ws` to another machine: the token would go over in the clear.
    pub fn base(mut self, url: &str) -> Result<Self, Error> {
        self.base = base_url("where events are sent from", SOCKET_BASE, url)?;
        Ok(self)
    }

    /// The URL as HTTP has it, without the query.
    fn http_url(&self) -> Url {
        let mut url = self.base.clone();
        let scheme = if url.scheme() == "wss" { "https" } else { "http" };
        url.set_scheme(scheme).expect("both are schemes of hosts");
        url
    }

    fn query(&self, token: &SecretString) -> SecretString {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("subscriptionId", &self.id);
        query.append_pair("access_token", token.expose_secret());
        query.finish().into()
    }
}

/// What a WebSocket brings.
#[derive(Debug)]
pub enum News {
    /// It is open: what happens from now on is told.
    Opened,
    /// It is open still: the server answered.
    Alive,
    /// An event.
    Event(PushedEvent),
    /// It is not open: what happens until the next [`Opened`](Self::Opened) is never told.
    Closed {
        /// Why.
        error: Error,
        /// After how long it is tried to open it again.
        again_in: Duration,
    },
}

/// An event as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct PushedEvent {
    /// Its JSON, as it would be a webhook's body; of a frame that can't be read all of it.
    pub body: Bytes,
    /// The signature over the body; `None` when there was none.
    pub signature: Option<String>,
    /// When it was signed, as it is signed.
    pub timestamp: Option<String>,
}

impl fmt::Debug for PushedEvent {
    /// Leaves out the body, which is about people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushedEvent").field("len", &self.body.len()).finish_non_exhaustive()
    }
}

/// The events of a subscription, as they come.
///
/// A connection that ends, falls silent or can't be made is made again, with another token each time, first after
/// one to three seconds, in the end every minute. Zoom repeats nothing: what happens in between has to be asked
/// for by other ways. It admits one connection to a subscription, and closes that for the next one, so two clients
/// would close each other's; the waits grow then, too.
#[derive(Debug)]
pub struct Events {
    client: Client,
    subscription: Subscription,
    state: State,
    tries: Tries,
    /// What the last connection was made with.
    used: Option<Arc<Token>>,
}

enum State {
    /// There is no connection; when one is to be made.
    Due(Instant),
    Open(Box<Connection>),
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Due(_) => "Due",
            Self::Open(_) => "Open",
        })
    }
}

impl Client {
    /// The events of a subscription. Nothing is sent before they are asked for.
    pub fn events(&self, subscription: Subscription) -> Events {
        Events {
            client: self.clone(),
            subscription,
            state: State::Due(Instant::now()),
            tries: Tries::new(PACE),
            used: None,
        }
    }
}

impl Events {
    /// Waits for what comes next; it never ends.
    ///
    /// **Cancel safety**: no event is lost when this is dropped; a connection that is being made is given up.
    pub async fn next(&mut self) -> News {
        let failed = match &mut self.state {
            State::Open(connection) => match connection.next().await {
                Ok(news) => return news,
                Err(error) => {
                    if connection.opened_at.elapsed() >= STEADY {
                        self.tries = Tries::new(PACE);
                    }
                    error
                }
            },
            State::Due(at) => {
                tokio::time::sleep_until(*at).await;
                match self.connect().await {
                    Ok(connection) => {
                        self.state = State::Open(Box::new(connection));
                        return News::Opened;
                    }
                    Err(error) => error,
                }
            }
        };
        self.close(failed)
    }

    fn close(&mut self, error: Error) -> News {
        let again_in = {
            let random = &self.client.shared().random;
            self.tries.backoff(&mut *random.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let (why, wait_ms) = (error.kind(), again_in.as_millis());
        tracing::debug!(target: crate::TARGET, %why, wait_ms, "events stopped, connecting again");
        self.state = State::Due(Instant::now() + again_in);
        News::Closed { error, again_in }
    }

    /// Connects, and waits until events will come.
    async fn connect(&mut self) -> Result<Connection, Error> {
        let shared = self.client.shared();
        if let Some(used) = self.used.take() {
            // It may have been the reason.
            shared.tokens.reject(&used).await;
        }
        let token = shared.token().await?;
        self.used = Some(Arc::clone(&token));
        let connected = tokio::time::timeout(shared.whole_timeout, async {
            let mut connection = open(shared, &self.subscription, &token).await?;
            connection.greet(&token).await?;
            Ok(connection)
        });
        connected.await.unwrap_or_else(|_elapsed| {
            Err(failed(ErrorKind::Timeout(TimeoutPhase::Whole), &self.subscription.base))
        })
    }
}

/// Makes a connection, of which it is not known yet whether events come by it.
async fn open(
    shared: &Shared,
    subscription: &Subscription,
    token: &Token,
) -> Result<Connection, Error> {
    let key = generate_key();
    let header = |text: &str| HeaderValue::from_str(text).expect("it is of visible ASCII");
    let headers = HeaderMap::from_iter([
        (CONNECTION, header("Upgrade")),
        (UPGRADE, header("websocket")),
        (SEC_WEBSOCKET_VERSION, header("13")),
        (SEC_WEBSOCKET_KEY, header(&key)),
    ]);
    let query = subscription.query(&token.secret);
    let request = UpgradeRequest { url: subscription.http_url(), query, headers };
    let base = &subscription.base;
    let upgraded = shared.transport.upgrade(request).await;
    let upgraded = upgraded.map_err(|error| {
        let TransportError { kind, head, source } = error;
        let response = head.map(|mut head| {
            strike_out_of_head(&mut head, std::slice::from_ref(&token.secret));
            failed_response(*head, &[])
        });
        failed(kind.into(), base).with_response(response).with_source(source)
    })?;
    let accept = upgraded.head.headers.get(SEC_WEBSOCKET_ACCEPT);
    if accept.is_none_or(|accept| *accept != *derive_accept_key(key.as_bytes())) {
        return Err(failed(ErrorKind::NotUpgraded, base));
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let socket =
        WebSocketStream::from_raw_socket(upgraded.stream, Role::Client, Some(config)).await;
    let opened_at = Instant::now();
    Ok(Connection {
        socket,
        base: base.clone(),
        opened_at,
        beat_at: opened_at + HEARTBEAT_EVERY,
        is_heard: true,
    })
}

/// A connection that is open.
struct Connection {
    socket: WebSocketStream<Box<dyn Duplex>>,
    /// For what is told of it.
    base: Url,
    opened_at: Instant,
    /// When the next heartbeat is due.
    beat_at: Instant,
    /// Something came since the last one.
    is_heard: bool,
}

impl Connection {
    /// Waits for the server's word that events will come.
    async fn greet(&mut self, token: &Token) -> Result<(), Error> {
        let text = loop {
            if let Message::Text(text) = self.read().await? {
                break text;
            }
        };
        match Frame::read(&text) {
            Some(Frame::Hello { is_admitted: true, .. }) => Ok(()),
            Some(Frame::Hello { why, .. }) => {
                let secrets = std::slice::from_ref(&token.secret);
                let why = why.map(|why| match strike_out(why.as_bytes(), secrets) {
                    Some(struck) => String::from_utf8_lossy(&struck).into(),
                    None => why.into(),
                });
                Err(failed(ErrorKind::NotAdmitted { why }, &self.base))
            }
            _ => Err(failed(ErrorKind::Malformed, &self.base)),
        }
    }

    async fn next(&mut self) -> Result<News, Error> {
        loop {
            // Both branches may be dropped while they wait.
            tokio::select! {
                message = self.socket.next() => {
                    self.is_heard = true;
                    match self.received(message)? {
                        Message::Text(text) => {
                            if let Some(news) = news_of(&text) {
                                return Ok(news);
                            }
                        }
                        // What is no text either is for whoever keeps events to tell.
                        Message::Binary(body) => {
                            let news = match str::from_utf8(&body) {
                                Ok(text) => news_of(text),
                                Err(_) => Some(unread(body)),
                            };
                            if let Some(news) = news {
                                return Ok(news);
                            }
                        }
                        _ => {}
                    }
                }
                () = tokio::time::sleep_until(self.beat_at) => self.beat().await?,
            }
        }
    }

    /// Tells the server that somebody is there. Whoever said nothing since the last time is not there.
    async fn beat(&mut self) -> Result<(), Error> {
        if !self.is_heard {
            return Err(failed(ErrorKind::Timeout(TimeoutPhase::Read), &self.base));
        }
        let sent = self.socket.send(Message::text(HEARTBEAT)).await;
        sent.map_err(|error| broken(error, &self.base))?;
        self.is_heard = false;
        self.beat_at = Instant::now() + HEARTBEAT_EVERY;
        Ok(())
    }

    async fn read(&mut self) -> Result<Message, Error> {
        let message = self.socket.next().await;
        self.received(message)
    }

    fn received(
        &self,
        message: Option<Result<Message, tungstenite::Error>>,
    ) -> Result<Message, Error> {
        match message {
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map(|frame| frame.code.into());
                Err(failed(ErrorKind::Closed { code }, &self.base))
            }
            Some(Ok(message)) => Ok(message),
            Some(Err(error)) => Err(broken(error, &self.base)),
            None => Err(failed(ErrorKind::Closed { code: None }, &self.base)),
        }
    }
}

/// What a text says; `None` for what is passed over.
fn news_of(text: &str) -> Option<News> {
    match Frame::read(text) {
        Some(Frame::Event(EventFrame { body, signature, timestamp })) => {
            Some(News::Event(PushedEvent {
                body: body.into_owned().into(),
                signature: signature.map(Into::into),
                timestamp: timestamp.map(Into::into),
            }))
        }
        Some(Frame::Heartbeat) => Some(News::Alive),
        Some(Frame::Hello { .. }) => None,
        Some(Frame::Other(module)) => {
            let module = zqos_core::Shown(&module).to_string();
            tracing::debug!(target: crate::TARGET, %module, "a frame that is no event");
            None
        }
        // It may have been one.
        None => Some(unread(Bytes::copy_from_slice(text.as_bytes()))),
    }
}

fn unread(body: Bytes) -> News {
    News::Event(PushedEvent { body, signature: None, timestamp: None })
}

fn failed(kind: ErrorKind, base: &Url) -> Error {
    Error::new(kind).with_request(Method::GET, base.clone())
}

/// What a connection broke of.
fn broken(error: tungstenite::Error, base: &Url) -> Error {
    let kind = match &error {
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
            ErrorKind::Closed { code: None }
        }
        tungstenite::Error::Io(_)
        | tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => ErrorKind::Reset,
        tungstenite::Error::Capacity(_) => ErrorKind::BodyTooLarge { limit: MAX_MESSAGE },
        _ => ErrorKind::Malformed,
    };
    failed(kind, base).with_source(Some(Arc::new(error)))
}
