//! Sockets and threads: accept, read a request, deliver its scripted answer, and stop without
//! hanging.

use std::{
    fmt,
    io::{self, BufReader, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use socket2::SockRef;

#[cfg(feature = "tls")]
use crate::Identity;
use crate::{Recorded, Response, Routes, response::Fault};

/// A running server. Dropping it closes every connection and joins every thread.
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
    /// The accepting thread, which joins the serving ones; taken by drop.
    accepting: Option<JoinHandle<()>>,
}

/// What the accepting thread, the serving threads and the owner of the server share.
struct Shared {
    routes: Routes,
    requests: Mutex<Vec<Recorded>>,
    unmatched: Mutex<Vec<Recorded>>,
    connections: AtomicUsize,
    stop: Stop,
}

impl Server {
    /// Serves `routes` on a free port of 127.0.0.1.
    pub fn start(routes: Routes) -> io::Result<Self> {
        Self::start_on((Ipv4Addr::LOCALHOST, 0), routes)
    }

    /// Serves `routes` on this address.
    pub fn start_on(address: impl ToSocketAddrs, routes: Routes) -> io::Result<Self> {
        Self::serve(TcpListener::bind(address)?, "http", routes, |connection| {
            connection.serve_plain()
        })
    }

    /// Serves `routes` over TLS, as `identity`, on a free port of 127.0.0.1.
    #[cfg(feature = "tls")]
    pub fn start_tls(identity: &Identity, routes: Routes) -> io::Result<Self> {
        let config = identity.server_config();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Self::serve(listener, "https", routes, move |connection| {
            connection.serve_tls(Arc::clone(&config))
        })
    }

    fn serve(
        listener: TcpListener,
        scheme: &'static str,
        routes: Routes,
        serve: impl Fn(Connection<'_>) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            routes,
            requests: Mutex::default(),
            unmatched: Mutex::default(),
            connections: AtomicUsize::new(0),
            stop: Stop::default(),
        });
        let accepting = thread::Builder::new().name("replay".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared, &serve)
        })?;
        Ok(Self { address, scheme, shared, accepting: Some(accepting) })
    }

    /// The root of the server, such as `http://127.0.0.1:40123`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request so far, in the order they were read.
    pub fn requests(&self) -> Vec<Recorded> {
        locked(&self.shared.requests).clone()
    }

    /// Those requests that no route was for.
    pub fn unmatched(&self) -> Vec<Recorded> {
        locked(&self.shared.unmatched).clone()
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    /// # Panics
    ///
    /// When a responder or a matcher has panicked, so that an assertion in one fails its test.
    fn drop(&mut self) {
        self.shared.stop.now();
        // Wakes the accepting thread. Should that fail, the thread is left behind rather than
        // waited for.
        if TcpStream::connect(self.address).is_ok()
            && let Some(accepting) = self.accepting.take()
            && accepting.join().is_err()
            && !thread::panicking()
        {
            panic!("a responder or a matcher of {} has panicked, see above", self.url());
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Accepts until the server stops, then ends the connections and waits for their threads.
fn accept(
    listener: &TcpListener,
    shared: &Shared,
    serve: &(impl Fn(Connection<'_>) -> io::Result<()> + Sync),
) {
    thread::scope(|threads| {
        let mut open: Vec<Weak<TcpStream>> = Vec::new();
        for socket in listener.incoming() {
            if shared.stop.is_set() {
                break;
            }
            let Ok(socket) = socket.map(Arc::new) else {
                continue;
            };
            open.retain(|socket| socket.strong_count() > 0);
            open.push(Arc::downgrade(&socket));
            let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
            let connection = Connection { shared, socket, number };
            // How a connection ends is between the script and the client: errors here are the
            // client leaving.
            threads.spawn(move || drop(serve(connection)));
        }
        for socket in open.iter().filter_map(Weak::upgrade) {
            // Fails only for a socket that is down already.
            drop(socket.shutdown(Shutdown::Both));
        }
    });
}

/// One accepted connection. Its socket is closed when the last of its owners, all on one thread, is
/// dropped.
struct Connection<'server> {
    shared: &'server Shared,
    socket: Arc<TcpStream>,
    number: usize,
}

impl Connection<'_> {
    fn serve_plain(self) -> io::Result<()> {
        self.serve_over(self.transport())
    }

    #[cfg(feature = "tls")]
    fn serve_tls(self, config: Arc<rustls::ServerConfig>) -> io::Result<()> {
        let session = rustls::ServerConnection::new(config).map_err(io::Error::other)?;
        self.serve_over(rustls::StreamOwned::new(session, self.transport()))
    }

    fn transport(&self) -> Transport {
        Transport(Arc::clone(&self.socket))
    }

    fn serve_over(&self, stream: impl Read + Write) -> io::Result<()> {
        // A dripped byte leaves when it is written.
        self.socket.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some(request) = Recorded::read(&mut stream, self.number)? {
            locked(&self.shared.requests).push(request.clone());
            let response = self.shared.routes.answer(&request).unwrap_or_else(|| {
                let text = format!("no route for {} {}\n", request.method, request.target);
                locked(&self.shared.unmatched).push(request.clone());
                Response::new(404).header("Content-Type", "text/plain").body(text)
            });
            let wants_close = request
                .header("connection")
                .is_some_and(|value| value.eq_ignore_ascii_case("close"));
            if !self.deliver(&response, &mut stream)? || wants_close || response.closes() {
                break;
            }
        }
        Ok(())
    }

    /// Sends the answer as scripted and says whether the connection can carry another one.
    fn deliver(
        &self,
        response: &Response,
        stream: &mut BufReader<impl Read + Write>,
    ) -> io::Result<bool> {
        match response.scripted_fault() {
            None => {
                response.write_head(stream.get_mut())?;
                response.write_body(stream.get_mut())?;
                Ok(true)
            }
            Some(Fault::Drip { piece, interval }) => {
                response.write_head(stream.get_mut())?;
                response
                    .write_dripping(stream.get_mut(), piece, || !self.shared.stop.wait(interval))?;
                Ok(true)
            }
            Some(Fault::Cut { after }) => {
                response.write_head(stream.get_mut())?;
                response.write_cut(stream.get_mut(), after)?;
                Ok(false)
            }
            Some(Fault::Reset { after }) => {
                response.write_head(stream.get_mut())?;
                response.write_cut(stream.get_mut(), after)?;
                self.reset_on_close()?;
                Ok(false)
            }
            Some(Fault::Close) => Ok(false),
            Some(Fault::ResetUnanswered) => {
                self.reset_on_close()?;
                Ok(false)
            }
            Some(Fault::Hang) => {
                // Ends when the peer leaves or the stopping server shuts the socket down.
                io::copy(stream, &mut io::sink())?;
                Ok(false)
            }
        }
    }

    fn reset_on_close(&self) -> io::Result<()> {
        SockRef::from(&*self.socket).set_linger(Some(Duration::ZERO))
    }
}

/// The socket as an owned stream, beneath TLS or by itself.
struct Transport(Arc<TcpStream>);

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

/// Tells the threads that the server stops, also those that are in the middle of a pause.
#[derive(Default)]
struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    fn now(&self) {
        *locked(&self.stopped) = true;
        self.changed.notify_all();
    }

    fn is_set(&self) -> bool {
        *locked(&self.stopped)
    }

    /// Pauses, and says whether the server has stopped meanwhile.
    fn wait(&self, pause: Duration) -> bool {
        let (stopped, _) = self
            .changed
            .wait_timeout_while(locked(&self.stopped), pause, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        *stopped
    }
}

/// Nothing that is done under these locks can leave its data half changed, so a panic elsewhere
/// does not matter.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
