//! The server on a socket.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use crate::crowd::{Crowd, Guest};

/// How many clients are served at once. Each takes a descriptor. For one more, one goes who asks for nothing; while
/// all ask, it waits.
const CONNECTIONS: usize = 4_096;
/// How long a client may take to send the head of a request, or to read some of an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long answers under way may take when the server is to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// How long accepting pauses when the system has no socket left: until somebody has left who was sent away, and
/// when there is nobody to send away.
const ACCEPT_PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(50)];

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
    serve_at_most(CONNECTIONS, bound, router, stop).await
}

/// The same, for so many clients at once.
///
/// **Errors**: as [`serve`].
pub async fn serve_at_most(
    connections_max: usize,
    bound: Bound,
    router: axum::Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let Bound { listener, tls } = bound;
    // Asks once, so that a socket that was never bound is an error and no endless loop.
    listener.local_addr()?;
    let permits = Arc::new(Semaphore::new(connections_max));
    let crowd = Arc::<Crowd>::default();
    let (stopping, stopped) = watch::channel(false);
    let tls = tls.map(TlsAcceptor::from);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        while let Some(ended) = connections.try_join_next() {
            ended.map_err(io::Error::other)?;
        }
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            // The client has left already.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            // Out of sockets.
            Err(_) => {
                let [soon, later] = ACCEPT_PAUSES;
                let pause = if crowd.send_one_away() { soon } else { later };
                tokio::time::sleep(pause).await;
                continue;
            }
        };
        if permits.available_permits() == 0 {
            crowd.send_one_away();
        }
        let permit = tokio::select! {
            () = &mut stop => break,
            permit = Arc::clone(&permits).acquire_owned() => permit.map_err(io::Error::other)?,
        };
        let (router, stopped, tls) = (router.clone(), stopped.clone(), tls.clone());
        let guest = Guest::new(&crowd);
        connections.spawn(async move {
            accept(socket, peer, tls, router, stopped, guest).await;
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
    guest: Arc<Guest>,
) {
    // Without it a small answer may wait for the acknowledgement of the last one.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let mut socket = TimeoutStream::new(socket);
    socket.set_write_timeout(Some(PATIENCE));
    let socket = Box::pin(socket);
    match tls {
        None => converse(socket, router, stopped, guest).await,
        Some(tls) => {
            let shaken = tokio::select! {
                shaken = tokio::time::timeout(PATIENCE, tls.accept(socket)) => shaken,
                () = guest.sent_away.notified() => return,
            };
            match shaken {
                Ok(Ok(socket)) => converse(socket, router, stopped, guest).await,
                // Somebody who does not speak TLS, or trusts nobody of that name.
                Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
                Err(_) => {}
            }
        }
    }
}

async fn converse(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: axum::Router,
    mut stopped: watch::Receiver<bool>,
    guest: Arc<Guest>,
) {
    let router = TowerToHyperService::new(router);
    let asking = Arc::clone(&guest);
    let service = service_fn(move |request| Arc::clone(&asking).answer(router.call(request)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(socket), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // Errors are clients that leave or do not speak HTTP, which is answered already.
        _ = &mut connection => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
        () = guest.sent_away.notified() => {
            if !guest.is_asking() {
                return;
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    drop(connection.await);
}
