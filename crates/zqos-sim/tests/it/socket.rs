//! The simulator on a socket of this machine, and clients that do as they should not.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use zqos_sim::{Algorithm, Config, Misbehaviour, Share, Simulator, Speed, VirtualClock};

use crate::support::{NOW, json};

/// A simulator that is being served.
struct Served {
    simulator: Arc<Simulator>,
    address: SocketAddr,
}

/// Runs a test against a simulator on a socket.
async fn serving(test: impl AsyncFnOnce(Served)) {
    let clock = VirtualClock::new(NOW.parse().unwrap(), Speed::new(0.0).unwrap());
    let clock = Arc::new(clock);
    let config = Config { limits: Algorithm::Off, ..Config::default() };
    let simulator = Simulator::new(config, Arc::<VirtualClock>::clone(&clock)).unwrap();
    let simulator = Arc::new(simulator);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served =
        Served { simulator: Arc::clone(&simulator), address: listener.local_addr().unwrap() };
    tokio::select! {
        () = test(served) => {}
        _ = zqos_sim::serve(listener, simulator, clock) => unreachable!("it serves until dropped"),
    }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// What comes back for some bytes, until the connection ends. Whether all bytes can be sent before
    /// it does makes no difference.
    async fn exchange(&self, request: &[u8]) -> io::Result<String> {
        let mut socket = self.connect().await;
        drop(socket.write_all(request).await);
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// The status of the answer to a request of one line.
    async fn status(&self, line: &str) -> String {
        let head = format!("{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = self.exchange(head.as_bytes()).await.unwrap();
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// A header line with a token.
    fn authorization(&self) -> String {
        let answer = self.simulator.answer(&zqos_sim::Call {
            method: "POST",
            target: "/oauth/token",
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        });
        format!("Authorization: Bearer {}", json(&answer)["access_token"].as_str().unwrap())
    }
}

const QUALITY: &str = "GET /v2/metrics/quality HTTP/1.1";

#[tokio::test]
async fn a_connection_is_reset_on_demand() {
    serving(async |served| {
        served.simulator.misbehave(Misbehaviour::Resets, Share::new(1.0).unwrap());
        let request = format!("{QUALITY}\r\nHost: localhost\r\n\r\n");
        let error = served.exchange(request.as_bytes()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        served.simulator.misbehave(Misbehaviour::Resets, Share::NONE);
        assert_eq!(served.status(QUALITY).await, "401");
    })
    .await;
}

#[tokio::test]
async fn a_body_is_cut_on_demand() {
    serving(async |served| {
        let request = format!("{QUALITY}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let whole = served.exchange(request.as_bytes()).await.unwrap();
        served.simulator.misbehave(Misbehaviour::CutBodies, Share::new(1.0).unwrap());
        let cut = served.exchange(request.as_bytes()).await.unwrap();
        let [(whole_head, whole), (cut_head, cut)] =
            [&whole, &cut].map(|answer| answer.split_once("\r\n\r\n").unwrap());
        assert_eq!(cut_head, whole_head, "the length is promised");
        assert_eq!(cut, &whole[..whole.len() / 2]);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_sent_the_next_client_is_served() {
    let many = "x".repeat(1 << 20);
    serving(async |served| {
        for request in [
            "",
            "\r\n\r\n",
            "\0\0\0\0",
            "GET",
            "GET / HTTP/9.9\r\n\r\n",
            "get /v2/metrics/quality http/1.1\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}", // TLS
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "POST /oauth/token HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST /oauth/token HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "POST /oauth/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            &format!("GET /{many} HTTP/1.1\r\n\r\n"),
            &format!("{QUALITY}\r\nA: {many}\r\n\r\n"),
            &format!("{QUALITY}\r\n{}\r\n", "a: b\r\n".repeat(10_000)),
            &many,
        ] {
            let mut socket = served.connect().await;
            drop(socket.write_all(request.as_bytes()).await);
            drop(socket.shutdown().await);
            // Refused, reset or left alone: it ends.
            let mut answer = Vec::new();
            drop(socket.read_to_end(&mut answer).await);
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
            assert_eq!(served.status(QUALITY).await, "401");
        }
        for (line, status) in [
            ("BREW /v2/metrics/quality HTTP/1.1", "405"),
            ("GET /%00%ff%2e%2e?%zz&&=&= HTTP/1.1", "404"),
            ("GET * HTTP/1.1", "404"),
            ("GET http://evil.example/v2/metrics/quality HTTP/1.1", "401"),
            ("CONNECT evil.example:443 HTTP/1.1", "404"),
            ("GET /sim/v1/state HTTP/1.1", "200"),
            ("GET http://evil.example/sim/v1/state HTTP/1.1", "403"),
        ] {
            assert_eq!(served.status(line).await, status, "{line}");
        }
        let head = "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n";
        let answer = served.exchange(format!("{head}\r\n{many}").as_bytes()).await;
        // The answer, unless the rest of the body made the system reset the connection.
        assert!(answer.is_err() || answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 413")));
        assert_eq!(served.status(QUALITY).await, "401");
    })
    .await;
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    serving(async |served| {
        let authorization = served.authorization();
        let requests: Vec<String> = (0..100)
            .map(|number| {
                let close = if number == 99 { "Connection: close\r\n" } else { "" };
                format!(
                    "GET /v2/metrics/meetings/{number} HTTP/1.1\r\nHost: localhost\r\n\
                     {authorization}\r\n{close}\r\n"
                )
            })
            .collect();
        let answers = served.exchange(requests.concat().as_bytes()).await.unwrap();
        let ids = answers.split("Meeting does not exist: ").skip(1);
        let ids: Vec<&str> = ids.map(|rest| rest.split('.').next().unwrap()).collect();
        assert_eq!(ids, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn hundreds_of_idle_connections_keep_nobody_out() {
    serving(async |served| {
        let mut idle = Vec::new();
        for _ in 0..400 {
            idle.push(served.connect().await);
        }
        assert_eq!(served.status(QUALITY).await, "401");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_sends_too_slowly_is_left() {
    serving(async |served| {
        let post = "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na";
        for (beginning, status) in [("", None), ("GET /v2", None), (post, Some("408"))] {
            let start = tokio::time::Instant::now();
            let answer = served.exchange(beginning.as_bytes()).await.unwrap();
            assert_eq!(answer.split(' ').nth(1), status, "{answer}");
            assert!(start.elapsed() < Duration::from_mins(2));
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_reads_too_slowly_is_left() {
    serving(async |served| {
        let authorization = served.authorization();
        let request = format!(
            "GET /v2/metrics/meetings?type=past&from=2026-11-16&to=2026-11-19&page_size=300 \
             HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\n\r\n"
        );
        let socket = TcpSocket::new_v4().unwrap();
        // So that little fits in between.
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut socket = socket.connect(served.address).await.unwrap();
        let requests = request.repeat(100);
        let answers = socket.write_all(requests.as_bytes());
        drop(tokio::time::timeout(Duration::from_secs(1), answers).await);
        tokio::time::sleep(Duration::from_mins(2)).await;
        let (mut answers, mut part) = (0, vec![0; 1 << 16]);
        // The end, or that of a socket with unread requests.
        while let Ok(count @ 1..) = socket.read(&mut part).await {
            answers += count;
        }
        let one = served.simulator.answer(&zqos_sim::Call::get(
            "/v2/metrics/meetings?type=past&from=2026-11-16&to=2026-11-19&page_size=300",
            authorization.trim_start_matches("Authorization: "),
        ));
        assert_eq!(one.status, 200);
        assert!(answers > 0 && answers < 100 * one.body.len(), "{answers}");
    })
    .await;
}
