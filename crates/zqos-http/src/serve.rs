//! The server on a socket.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

/// How many clients are served at once; more wait to be accepted. Each takes a descriptor.
const CONNECTIONS: usize = 4_096;
/// How long a client may take to send the head of a request, or to read some of an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long answers under way may take when the server is to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// How long accepting pauses when the system has no socket left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where a server listens.
#[derive(Debug)]
pub struct Bound {
    /// The socket.
    pub listener: TcpListener,
    /// How connections are encrypted; `None` for those that are not.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

/// Serves a router until `stop` is there; then no more is accepted, and what is under way is finished.
///
/// **Errors**: a listener that is unusable, and a task of the server that panicked.
pub async fn serve(
    bound: Bound,
    router: axum::Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let Bound { listener, tls } = bound;
    // Asks once, so that a socket that was never bound is an error and no endless loop.
    listener.local_addr()?;
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let (stopping, stopped) = watch::channel(false);
    let tls = tls.map(TlsAcceptor::from);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        while let Some(ended) = connections.try_join_next() {
            ended.map_err(io::Error::other)?;
        }
        let permit = Arc::clone(&permits).acquire_owned().await.map_err(io::Error::other)?;
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((socket, peer)) = accepted else {
            // Out of sockets, or the client has left already.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (router, stopped, tls) = (router.clone(), stopped.clone(), tls.clone());
        connections.spawn(async move {
            accept(socket, peer, tls, router, stopped).await;
            drop(permit);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    let last = async {
        while let Some(ended) = connections.join_next().await {
            ended.map_err(io::Error::other)?;
        }
        Ok(())
    };
    tokio::time::timeout(LAST_ANSWERS, last).await.unwrap_or(Ok(()))
}

async fn accept(
    socket: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: axum::Router,
    stopped: watch::Receiver<bool>,
) {
    // Without it a small answer may wait for the acknowledgement of the last one.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let mut socket = TimeoutStream::new(socket);
    socket.set_write_timeout(Some(PATIENCE));
    let socket = Box::pin(socket);
    match tls {
        None => converse(socket, router, stopped).await,
        Some(tls) => match tokio::time::timeout(PATIENCE, tls.accept(socket)).await {
            Ok(Ok(socket)) => converse(socket, router, stopped).await,
            // Somebody who does not speak TLS, or trusts nobody of that name.
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
            Err(_) => {}
        },
    }
}

async fn converse(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: axum::Router,
    mut stopped: watch::Receiver<bool>,
) {
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(socket), service);
    let mut connection = pin!(connection);
    let is_over = tokio::select! {
        // Errors are clients that leave or do not speak HTTP, which is answered already.
        _ = &mut connection => true,
        _ = stopped.wait_for(|stopped| *stopped) => false,
    };
    if !is_over {
        connection.as_mut().graceful_shutdown();
        drop(connection.await);
    }
}
