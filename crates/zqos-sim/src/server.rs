//! The simulator on a socket: HTTP/1.1 in, [`Call`]s through, HTTP out.

mod admin;
mod body;

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;
use tokio::task::{self, JoinSet};
use tokio_io_timeout::TimeoutStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use crate::api::{Answer, Call, Delivery, Simulator};
use crate::clock::VirtualClock;
use crate::events::{Sockets, socket};
use crate::server::body::Body;

/// How many clients are served at once; more wait to be accepted.
const CONNECTIONS: usize = 1_024;
/// The most of a request's body that is read: a token request has a hundred bytes.
const MAX_BODY: usize = 64 * 1024;
/// How many answers are computed at the same time for each processor: some more than it can, so that
/// the system lets short ones pass long ones.
const WORKERS: usize = 4;
/// How long a client may take to send the head of a request, to send its body, or to read some of an
/// answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long accepting pauses when the system has no socket left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves `simulator` on `listener` until the future is dropped; then every connection is closed. Next
/// to the API, it can be told from outside what `clock`, its clock, shows, and how to misbehave.
///
/// On a runtime of several threads, an answer that takes long delays no other.
///
/// **Errors**: none but those of a listener that is unusable.
pub async fn serve(
    listener: TcpListener,
    simulator: Arc<Simulator>,
    clock: Arc<VirtualClock>,
) -> io::Result<Infallible> {
    // Asks once, so that a socket that was never bound is an error and no endless loop.
    listener.local_addr()?;
    let workers = WORKERS * std::thread::available_parallelism().map_or(1, usize::from);
    let (workers, sockets) = (Semaphore::new(workers), Sockets::new());
    let server = Arc::new(Server { simulator, clock, workers, sockets });
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    // Dropped with this future, and its tasks with it.
    let mut connections = JoinSet::new();
    loop {
        let permit = Arc::clone(&permits).acquire_owned().await.map_err(io::Error::other)?;
        while connections.try_join_next().is_some() {}
        let Ok((socket, _)) = listener.accept().await else {
            // Out of sockets, or the client has left already.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let server = Arc::clone(&server);
        connections.spawn(async move {
            server.serve_connection(socket).await;
            drop(permit);
        });
    }
}

/// What all connections share.
#[derive(Debug)]
struct Server {
    simulator: Arc<Simulator>,
    clock: Arc<VirtualClock>,
    /// How many answers may be computed at the same time, each on a thread of its own.
    workers: Semaphore,
    sockets: Sockets,
}

/// The connection is to be reset.
#[derive(Debug, thiserror::Error)]
#[error("the connection is to be reset")]
struct Reset;

impl Server {
    async fn serve_connection(&self, socket: TcpStream) {
        // Without it a small answer may wait for the acknowledgement of the last one.
        if socket.set_nodelay(true).is_err() {
            return;
        }
        let mut socket = TimeoutStream::new(socket);
        socket.set_write_timeout(Some(PATIENCE));
        // What a WebSocket was asked for, once its handshake is answered.
        let upgraded = OnceLock::new();
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .auto_date_header(false)
            .serve_connection(
                TokioIo::new(Box::pin(socket)),
                service_fn(async |request| self.respond(request, &upgraded).await),
            );
        let Err(error) = (&mut connection).await else {
            // An upgraded connection is left open.
            let http1::Parts { io, read_buf, .. } = connection.into_parts();
            if let Some(target) = upgraded.get() {
                let Self { sockets, simulator, clock, .. } = self;
                sockets.talk(io.into_inner(), read_buf, target, simulator, clock).await;
            }
            return;
        };
        // Other errors are clients that leave or do not speak HTTP, which hyper has answered.
        if error.source().is_some_and(<dyn Error>::is::<Reset>) {
            // A socket that does not linger is reset as it closes.
            drop(connection.into_parts().io.inner().get_ref().set_zero_linger());
        }
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
        upgraded: &OnceLock<String>,
    ) -> Result<Response<Body>, Reset> {
        if request.uri().path() == socket::PATH
            && let Ok(handshake) = create_response_with_body(&request, || Body::whole(Vec::new()))
        {
            upgraded.get_or_init(|| request.uri().to_string());
            return Ok(handshake);
        }
        let (head, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY).collect();
        let body = match tokio::time::timeout(PATIENCE, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) => return Ok(refuse_body(413)),
            Err(_) => return Ok(refuse_body(408)),
        };
        if head.uri.path().starts_with(admin::ROOT) {
            let answer = admin::answer(&self.simulator, &self.clock, &admin_call(&head, &body));
            return Ok(response(answer, Body::whole));
        }
        match self.deliver(head, body).await {
            Delivery::Whole(answer) => Ok(response(answer, Body::whole)),
            Delivery::Slow(answer) => Ok(response(answer, Body::slow)),
            Delivery::Cut(answer) => Ok(response(answer, Body::cut)),
            Delivery::Reset => Err(Reset),
        }
    }

    /// Computes an answer, while other threads go on with what this one had to do.
    async fn deliver(&self, head: Parts, body: Bytes) -> Delivery {
        let _permit = self.workers.acquire().await.expect("nobody closes the semaphore");
        let deliver = || {
            self.simulator.deliver(&Call {
                method: head.method.as_str(),
                target: head.uri.path_and_query().map_or("/", |target| target.as_str()),
                authorization: text(&head.headers, &AUTHORIZATION),
                body: &body,
            })
        };
        match Handle::current().runtime_flavor() {
            RuntimeFlavor::MultiThread => task::block_in_place(deliver),
            // There is no other thread.
            _ => deliver(),
        }
    }
}

fn admin_call<'a>(head: &'a Parts, body: &'a [u8]) -> admin::Call<'a> {
    let mut hosts = head.headers.get_all(HOST).iter().map(|host| host.to_str().unwrap_or_default());
    let authority = head.uri.authority().map(Authority::as_str);
    admin::Call {
        method: head.method.as_str(),
        path: head.uri.path(),
        hosts: authority.into_iter().chain(&mut hosts).collect(),
        has_origin: head.headers.contains_key(ORIGIN),
        content_type: text(&head.headers, &CONTENT_TYPE),
        body,
    }
}

/// The value of a header, if it is ASCII.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The answer to a body that is too long, or does not come.
fn refuse_body(status: u16) -> Response<Body> {
    let headers = vec![("connection", "close".to_owned())];
    response(Answer { status, headers, body: Vec::new() }, Body::whole)
}

fn response(answer: Answer, body: fn(Vec<u8>) -> Body) -> Response<Body> {
    let mut response = Response::new(body(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).expect("every status here is one of HTTP's");
    for (name, value) in answer.headers {
        let value = HeaderValue::from_str(&value).expect("values here are printable ASCII");
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    response
}
