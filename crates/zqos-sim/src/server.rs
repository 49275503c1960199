//! The simulator on a socket: HTTP/1.1 in, [`Call`]s through, HTTP out.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::api::{Answer, Call, Simulator};

/// How many clients are served at once; more wait to be accepted.
const CONNECTIONS: usize = 1_024;
/// The most of a request's body that is read: a token request has a hundred bytes.
const MAX_BODY: usize = 64 * 1024;
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long accepting pauses when the system has no socket left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves `simulator` on `listener` until the future is dropped; then every connection is closed.
///
/// **Errors**: none but those of a listener that is unusable.
pub async fn serve(listener: TcpListener, simulator: Arc<Simulator>) -> io::Result<Infallible> {
    // Asks once, so that a socket that was never bound is an error and no endless loop.
    listener.local_addr()?;
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
        let simulator = Arc::clone(&simulator);
        connections.spawn(async move {
            serve_connection(socket, &simulator).await;
            drop(permit);
        });
    }
}

async fn serve_connection(socket: TcpStream, simulator: &Simulator) {
    // Without it a small answer may wait for the acknowledgement of the last one.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let service =
        service_fn(async |request| Ok::<_, Infallible>(respond(simulator, request).await));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(socket), service);
    // Errors are clients that leave or do not speak HTTP, which hyper has answered.
    drop(connection.await);
}

async fn respond(simulator: &Simulator, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return response(Answer {
            status: 413,
            headers: vec![("connection", "close".to_owned())],
            body: Vec::new(),
        });
    };
    let body = body.to_bytes();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    response(simulator.answer(&Call {
        method: head.method.as_str(),
        target,
        authorization: head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()),
        body: &body,
    }))
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).expect("every status here is one of HTTP's");
    for (name, value) in answer.headers {
        let value = HeaderValue::from_str(&value).expect("values here are printable ASCII");
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    response
}
