//! The server on a socket.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use crate::crowd::{Crowd, Guest};

/// How many clients are served at once, at most. Each takes a descriptor. For one more, one goes who asks for nothing;
/// while all ask, it waits.
const CONNECTIONS: usize = 4_096;
/// How many may wait to be accepted. One more is put off by the system, for a second at first: too long for whoever sends
/// events to many at once.
const WAITING: u32 = 4_096;
/// How many descriptors are left for what is served: files of a store, pipes.
///
/// **Source**: a choice of this project: a query has some hundred files open.
const OTHER_DESCRIPTORS: usize = 512;
/// How long a client may take to send the head of a request, or to read some of an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long answers under way may take when the server is to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// How long accepting pauses when the system has no socket left: until somebody has left who was sent away, and
/// when there is nobody to send away.
const ACCEPT_PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(50)];

/// Listens at an address, where some thousands may wait to be accepted.
///
/// **Errors**: those of the system, for an address that is not this machine's, is taken, or may not be had.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A port that was just left can be had again; elsewhere this would let two have one.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

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
    serve_at_most(most_connections(descriptors()), bound, router, stop).await
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
        // All of these can be dropped at any point: whoever was not accepted waits.
        let accepted = tokio::select! {
            () = &mut stop => break,
            Some(ended) = connections.join_next() => {
                ended.map_err(io::Error::other)?;
                continue;
            }
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

/// How many connections leave descriptors for what is served: of few descriptors half of them.
fn most_connections(descriptors: usize) -> usize {
    let others = OTHER_DESCRIPTORS.min(descriptors / 2);
    CONNECTIONS.min(descriptors - others).max(1)
}

/// How many descriptors the process may have: as many as it may allow itself, which it does.
#[cfg(unix)]
fn descriptors() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return usize::MAX };
    // Some systems say that there is no limit, and have one.
    let most = match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    };
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// Elsewhere nothing counts them.
#[cfg(not(unix))]
fn descriptors() -> usize {
    usize::MAX
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
        None => converse(socket, peer, router, stopped, guest).await,
        Some(tls) => {
            let shaken = tokio::select! {
                shaken = tokio::time::timeout(PATIENCE, tls.accept(socket)) => shaken,
                () = guest.sent_away.notified() => return,
            };
            match shaken {
                Ok(Ok(socket)) => converse(socket, peer, router, stopped, guest).await,
                // Somebody who does not speak TLS, or trusts nobody of that name.
                Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
                Err(_) => {}
            }
        }
    }
}

async fn converse(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: axum::Router,
    mut stopped: watch::Receiver<bool>,
    guest: Arc<Guest>,
) {
    let router = TowerToHyperService::new(router);
    let asking = Arc::clone(&guest);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        // Whoever is served may be asked for the address that they came from.
        request.extensions_mut().insert(ConnectInfo(peer));
        Arc::clone(&asking).answer(router.call(request))
    });
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

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    /// A client's end of a connection with a server that tells how much it was sent.
    fn connected() -> (DuplexStream, watch::Sender<bool>) {
        let router = axum::Router::new()
            .route("/", post(|body: String| async move { body.len().to_string() }))
            .route(
                "/peer",
                get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
            );
        let (here, there) = duplex(1 << 20);
        let (stopping, stopped) = watch::channel(false);
        let peer = SocketAddr::from(([192, 0, 2, 7], 1_234));
        let guest = Guest::new(&Arc::default());
        drop(tokio::spawn(converse(there, peer, router, stopped, guest)));
        (here, stopping)
    }

    async fn rest(mut client: DuplexStream) -> String {
        let mut text = String::new();
        client.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_end_is_not_waited_for() {
        for head in ["", "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: "] {
            let (mut client, _stopping) = connected();
            client.write_all(head.as_bytes()).await.unwrap();
            let begun = tokio::time::Instant::now();
            let text = rest(client).await;
            assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{head}: {text}");
            assert!(begun.elapsed() <= PATIENCE * 2, "{head}: {:?}", begun.elapsed());
        }
    }

    #[tokio::test]
    async fn a_head_that_is_too_long_is_refused() {
        let (mut client, _stopping) = connected();
        let long = format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(600_000));
        drop(client.write_all(long.as_bytes()).await);
        let text = rest(client).await;
        assert!(text.starts_with("HTTP/1.1 414") || text.starts_with("HTTP/1.1 431"), "{text}");
        let (mut client, _stopping) = connected();
        let many = format!("GET / HTTP/1.1\r\nhost: localhost\r\n{}\r\n", "x: y\r\n".repeat(1_000));
        drop(client.write_all(many.as_bytes()).await);
        let text = rest(client).await;
        assert!(text.starts_with("HTTP/1.1 431"), "{text}");
    }

    #[tokio::test]
    async fn who_asks_is_known_by_address() {
        let (mut client, _stopping) = connected();
        let head = b"GET /peer HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        client.write_all(head).await.unwrap();
        assert!(rest(client).await.ends_with("192.0.2.7:1234"));
    }

    /// What panics has to be found, as nobody else would do its work.
    #[tokio::test]
    async fn a_panic_ends_the_server() {
        let router = axum::Router::new().route("/", get(|| async { panic!("a defect") as () }));
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve(Bound { listener, tls: None }, router, std::future::pending());
        let client = async {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = server => assert!(ended.unwrap_err().to_string().contains("panicked")),
            () = client => {}
        }
    }

    /// By default one in a hundred and some would wait for ever, as nobody is accepted.
    #[tokio::test]
    async fn a_crowd_that_comes_at_once_may_wait() {
        let listener = listen(SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let connect = |_| std::net::TcpStream::connect_timeout(&address, PATIENCE).unwrap();
        let waiting: Vec<_> = (0..400).map(connect).collect();
        assert_eq!(waiting.len(), 400);
    }

    #[test]
    fn connections_leave_descriptors_for_what_is_served() {
        assert_eq!(most_connections(usize::MAX), 4_096);
        assert_eq!(most_connections(1_024), 512);
        assert_eq!(most_connections(64), 32);
        assert_eq!(most_connections(1), 1);
    }
}
