//! Many who ask for nothing, and many who ask slowly, beside those who send events.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use zoom_wire::webhook::{SIGNATURE_HEADER, SigningKey, TIMESTAMP_HEADER};
use zqos_core::table::ZOOM_RAW;
use zqos_http::{Bound, serve_at_most};
use zqos_push::{PATH, Settings};

use crate::support::{NOW, SECRET, World, minute, rows};

/// So many are served at once.
const SERVED: usize = 32;

fn request(body: &str) -> String {
    let at = "1795168800";
    let signature = SigningKey::new(SECRET.as_bytes()).sign(at, body.as_bytes());
    format!(
        "POST {PATH} HTTP/1.1\r\nhost: h\r\n{TIMESTAMP_HEADER}: {at}\r\n{SIGNATURE_HEADER}: {signature}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends as Zoom does, who connects anew when a connection is gone.
struct Sender {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Sender {
    async fn post(&mut self, body: &str) -> StatusCode {
        loop {
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None => BufReader::new(TcpStream::connect(self.address).await.unwrap()),
            };
            match answer(&mut stream, &request(body)).await {
                // Zoom sends it again, though not at once.
                None | Some(StatusCode::SERVICE_UNAVAILABLE) => {}
                Some(status) => {
                    self.stream = Some(stream);
                    return status;
                }
            }
        }
    }
}

/// The status; `None` when the connection is gone.
async fn answer(stream: &mut BufReader<TcpStream>, request: &str) -> Option<StatusCode> {
    stream.get_mut().write_all(request.as_bytes()).await.ok()?;
    let mut status = None;
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
    }
    status
}

#[tokio::test]
async fn who_asks_for_nothing_or_slowly_takes_nobodys_place() {
    let settings = Settings { patience: Duration::from_millis(500), ..Settings::default() };
    let world = World::with(settings, tempfile::tempdir().unwrap(), NOW).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let bound = Bound { listener, tls: None };
    let router = zqos_push::router(world.receiver());
    let served = tokio::spawn(serve_at_most(SERVED, bound, router, async {
        drop(stopped.await);
    }));
    let mut senders: Vec<Sender> = (0..4).map(|_| Sender { address, stream: None }).collect();
    let mut crowd = Vec::new();
    let mut sent = 0;
    for round in 0..10_u32 {
        for number in 0..40 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // Nothing; the beginning of a head; a head and the beginning of a body.
            let whole = request(&minute(1, 0, 40));
            let part = ["", &whole[..30], &whole[..whole.len() - 10]][number % 3];
            stream.write_all(part.as_bytes()).await.unwrap();
            crowd.push(stream);
        }
        for sender in &mut senders {
            let body = minute(sent, round, 40);
            assert_eq!(sender.post(&body).await, StatusCode::OK);
            sent += 1;
        }
    }
    let mut left = 0;
    for mut stream in crowd {
        let mut answer = Vec::new();
        // Whoever asked slowly was answered that it was too late; others were sent away, unless there is room.
        let whole = tokio::time::timeout(Duration::from_millis(1), stream.read_to_end(&mut answer));
        left += usize::from(whole.await.is_err());
    }
    assert!(left <= SERVED, "{left} are there still");
    drop(senders);
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    let folder = world.end();
    assert_eq!(rows(folder.path(), &ZOOM_RAW).await.len(), sent as usize);
}
