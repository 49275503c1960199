//! The webhook's endpoint: from a request to an answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zoom_wire::webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, UrlQuestion};
use zqos_intake::ReadEvent;

use crate::counters::Refusal;
use crate::keys::Proof;
use crate::receiver::{News, Receiver};

/// Where Zoom posts.
pub const PATH: &str = "/hooks/zoom";
/// By this header Zoom says for which app it sends something. **Source**: "Using webhooks" of Zoom's developer
/// documentation, the example of a request.
const APP_HEADER: &str = "clientid";
/// The longest body that is taken. An event with all that a minute has is some ten kilobytes.
pub(crate) const MAX_BODY: usize = 1 << 20;
/// What an event takes beside its texts while it waits.
const OVERHEAD: usize = 1024;

/// How much an event with such a body takes while it waits: the text, and about as much what was read in it.
pub(crate) const fn room_of(len: usize) -> usize {
    OVERHEAD + 2 * len
}

/// An event that was read, with the room that it takes.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) event: ReadEvent,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

impl Post {
    /// An event whose room is somebody else's affair.
    pub(crate) const fn without_room(event: ReadEvent) -> Self {
        Self { event, room: None }
    }
}

/// The endpoint at [`PATH`].
///
/// It wants no layer around it that refuses with 300 to 499, nor one that decompresses: what is signed are
/// the bytes that came.
pub fn router(receiver: Arc<Receiver>) -> Router {
    Router::new().route(PATH, post(answer)).with_state(receiver)
}

async fn answer(State(receiver): State<Arc<Receiver>>, request: Request) -> Response {
    let counters = receiver.count();
    counters.count_received();
    let taken = tokio::time::timeout(receiver.patience(), take(&receiver, request)).await;
    match taken.unwrap_or(Err(Refusal::Late)) {
        Ok(answer) => answer,
        Err(why) => {
            counters.count_refused(why);
            tracing::debug!(why = why.as_str(), "an event was refused");
            why.status().into_response()
        }
    }
}

async fn take(receiver: &Receiver, request: Request) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(timestamp), Some(signature)) = (text(TIMESTAMP_HEADER), text(SIGNATURE_HEADER))
    else {
        return Err(Refusal::Forged);
    };
    if declared(&head.headers).is_some_and(|len| len > MAX_BODY as u64) {
        return Err(Refusal::Oversized);
    }
    let (body, room) = read(body, receiver.room()).await?;
    let app = text(APP_HEADER);
    let key = match receiver.ring().proof(timestamp, &body, signature).await {
        Proof::Of(key) => key,
        Proof::Nothing => return Err(unanswered(receiver, app, &body, Refusal::Forged)),
        Proof::Open => return Err(unanswered(receiver, app, &body, Refusal::NoSecret)),
    };
    if let Some(question) = UrlQuestion::read(&body) {
        let wrong = || unanswered(receiver, app, &body, Refusal::WrongQuestion);
        let answer = question.answer(&key.key).ok_or_else(wrong)?;
        receiver.count().count_validation(app);
        return Ok(axum::Json(answer).into_response());
    }
    receiver.count_window(timestamp, &key.account);
    let event = receiver.read(&key.account, &body);
    // What is kept of it is another text.
    drop(body);
    receiver.keep(key.account, News::Event(Post { event, room: Some(room) })).await?;
    Ok(StatusCode::OK.into_response())
}

/// Counts a question whose the URL is that is refused: an answer that is owed to Zoom may be missing.
fn unanswered(receiver: &Receiver, app: Option<&str>, body: &[u8], why: Refusal) -> Refusal {
    if UrlQuestion::read(body).is_some() {
        receiver.count().count_failed_validation(app, receiver.now());
    }
    why
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a body, taking room for what came so far: who sends nothing keeps none from others.
async fn read(
    mut body: Body,
    room: &Arc<Semaphore>,
) -> Result<(Bytes, OwnedSemaphorePermit), Refusal> {
    let take = |bytes: usize| {
        let bytes = u32::try_from(bytes).map_err(|_| Refusal::Oversized)?;
        Arc::clone(room).try_acquire_many_owned(bytes).map_err(|_| Refusal::Crowded)
    };
    let mut taken = take(room_of(0))?;
    let mut read = Bytes::new();
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(|_| Refusal::Broken)?.into_data() else { continue };
        if read.len() + bytes.len() > MAX_BODY {
            return Err(Refusal::Oversized);
        }
        taken.merge(take(room_of(bytes.len()) - room_of(0))?);
        // Most come in one piece.
        read = if read.is_empty() {
            bytes
        } else {
            let mut longer = BytesMut::from(read);
            longer.extend_from_slice(&bytes);
            longer.freeze()
        };
    }
    Ok((read, taken))
}
