//! Events by WebSocket: a client connects, and is sent what happens while it is there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use zoom_wire::webhook::SigningKey;
use zqos_core::Clock as _;

use crate::api::{CLIENT_ID, Simulator};
use crate::clock::VirtualClock;
use crate::events::feed::Feed;
use crate::events::{EVENTS_SECRET, Event, Stamp};

/// Where clients connect.
pub(crate) const PATH: &str = "/ws";
/// How many subscriptions an app may have.
const SUBSCRIPTIONS: usize = 20;
/// The longest frame that is read: heartbeats are short.
const MAX_FRAME: usize = 4 * 1024;

/// The WebSockets that are open: one for each subscription.
#[derive(Debug)]
pub(crate) struct Sockets {
    key: SigningKey,
    /// What closes the socket of a subscription, by being dropped.
    open: Mutex<HashMap<String, oneshot::Sender<()>>>,
}

/// A frame, to or from a client.
#[derive(Serialize)]
#[serde(tag = "module", rename_all = "snake_case")]
enum Frame<'f> {
    BuildConnection {
        success: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<&'f str>,
    },
    Heartbeat,
    Message {
        /// JSON in a string.
        content: &'f str,
        header: Header,
    },
}

#[derive(Serialize)]
struct Header {
    #[serde(rename = "clientId")]
    client_id: &'static str,
    #[serde(rename = "x-zm-trackingid")]
    tracking_id: String,
    #[serde(rename = "x-zm-signature")]
    signature: String,
    #[serde(rename = "x-zm-request-timestamp")]
    timestamp: String,
}

/// What is read of a client's frame.
#[derive(Deserialize)]
struct Heard {
    module: String,
}

impl Sockets {
    pub(crate) fn new() -> Self {
        Self { key: SigningKey::new(EVENTS_SECRET.as_bytes()), open: Mutex::default() }
    }

    /// Talks to a client whose handshake is done, until it leaves or another takes its place.
    ///
    /// `read` is what came after the handshake, `target` what it asked for.
    pub(crate) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        read: Bytes,
        target: &str,
        simulator: &Arc<Simulator>,
        clock: &Arc<VirtualClock>,
    ) {
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_FRAME))
            .max_frame_size(Some(MAX_FRAME));
        let mut socket =
            WebSocketStream::from_partially_read(stream, read.into(), Role::Server, Some(config))
                .await;
        let admitted = simulator
            .admit_socket(target, clock.now().unix_millis())
            .and_then(|subscription| self.enter(subscription).ok_or("Too many subscriptions"));
        // Errors are clients that have left.
        drop(match admitted {
            Err(why) => {
                let refusal = Frame::BuildConnection { success: false, content: Some(why) };
                socket.send(refusal.into()).await
            }
            Ok(replaced) => {
                let told = tokio::select! {
                    told = self.tell(&mut socket, simulator, clock) => told,
                    _ = replaced => Ok(()),
                };
                // This one, unless another has taken its place.
                self.open().retain(|_, keeper| !keeper.is_closed());
                told
            }
        });
        drop(socket.close(None).await);
    }

    /// Takes the place of a subscription, whose socket is closed if it has one. What is returned
    /// completes when this one is to be closed; `None` when there are too many others.
    fn enter(&self, subscription: String) -> Option<oneshot::Receiver<()>> {
        let mut open = self.open();
        if open.len() >= SUBSCRIPTIONS && !open.contains_key(&subscription) {
            return None;
        }
        let (keeper, replaced) = oneshot::channel();
        open.insert(subscription, keeper);
        Some(replaced)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<()>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what happens from now on.
    async fn tell<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        socket: &mut WebSocketStream<S>,
        simulator: &Arc<Simulator>,
        clock: &Arc<VirtualClock>,
    ) -> Result<(), Error> {
        let mut feed = Feed::new(Arc::clone(simulator), Arc::clone(clock));
        socket.send(Frame::BuildConnection { success: true, content: None }.into()).await?;
        loop {
            // Both branches may be dropped while they wait.
            tokio::select! {
                Some(delivery) = feed.next() => {
                    socket.send(self.message(simulator, clock, &delivery.event)).await?;
                }
                heard = socket.next() => match heard.transpose()? {
                    None => return Ok(()),
                    Some(Message::Text(text)) if is_heartbeat(&text) => {
                        socket.send(Frame::Heartbeat.into()).await?;
                    }
                    Some(_) => {}
                },
            }
        }
    }

    fn message(&self, simulator: &Simulator, clock: &VirtualClock, event: &Event) -> Message {
        let Stamp { timestamp, signature, tracking_id } =
            Stamp::new(&self.key, clock.now(), &event.body, event.place(simulator));
        let header = Header { client_id: CLIENT_ID, tracking_id, signature, timestamp };
        Frame::Message { content: &event.body, header }.into()
    }
}

fn is_heartbeat(text: &str) -> bool {
    serde_json::from_str::<Heard>(text).is_ok_and(|heard| heard.module == "heartbeat")
}

impl From<Frame<'_>> for Message {
    fn from(frame: Frame<'_>) -> Self {
        Self::text(serde_json::to_string(&frame).expect("texts, and maps with texts for keys"))
    }
}
