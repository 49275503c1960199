//! The server as a client sees it, byte by byte over a plain socket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::{
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    net::TcpStream,
    sync::mpsc,
    thread,
    time::Duration,
};

use flate2::read::GzDecoder;
use serde_json::Value;
use zqos_replay::{Matcher, Recorded, Responder, Response, Routes, Server, fixtures};

/// Long enough for a loaded machine, short enough to fail a hanging test.
const PATIENCE: Duration = Duration::from_secs(30);

struct Client(BufReader<TcpStream>);

#[derive(Debug)]
struct Answer {
    status_line: String,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Client {
    fn connect(server: &Server) -> Self {
        let socket = TcpStream::connect(server.address()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(socket))
    }

    fn send(&mut self, request: &str) {
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
    }

    fn get(&mut self, target: &str) -> Answer {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: replay\r\n\r\n"));
        self.answer()
    }

    fn head(&mut self) -> (String, Vec<String>) {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            assert!(line.ends_with("\r\n"), "the connection ended in the head: {lines:?}");
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        (lines.remove(0), lines)
    }

    fn answer(&mut self) -> Answer {
        let (status_line, headers) = self.head();
        let length = headers.iter().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        Answer { status_line, headers, body }
    }

    fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).map(|_| rest)
    }
}

/// A server with one route at `/`.
fn serving(responder: impl Into<Responder>) -> Server {
    Server::start(Routes::new().on("GET", "/", responder)).unwrap()
}

/// What is left of a connection when the route at `/` answers with this.
fn after_head(server: &Server) -> (Vec<String>, io::Result<Vec<u8>>) {
    let mut client = Client::connect(server);
    client.send("GET / HTTP/1.1\r\n\r\n");
    let (_, headers) = client.head();
    (headers, client.rest())
}

#[test]
fn an_answer_comes_as_scripted() {
    let server = serving(
        Response::new(429).reason("Slow Down").header("X-RateLimit-Type", "QPS").json("{}"),
    );
    let answer = Client::connect(&server).get("/?type=live");
    assert_eq!(answer.status_line, "HTTP/1.1 429 Slow Down");
    assert_eq!(
        answer.headers,
        ["X-RateLimit-Type: QPS", "Content-Type: application/json", "Content-Length: 2"]
    );
    assert_eq!(answer.body, b"{}");
}

#[test]
fn requests_are_recorded_as_they_came() {
    let server =
        Server::start(Routes::new().on("POST", Matcher::prefix("/oauth"), Response::new(200)))
            .unwrap();
    let mut client = Client::connect(&server);
    client.send(
        "POST /oauth/%252Fa%20b?q=%2B&r=1 HTTP/1.1\r\nX-Case: Kept\r\nContent-Length: 3\r\n\r\nabc",
    );
    client.answer();
    let requests = server.requests();
    assert_eq!(
        requests,
        [Recorded {
            method: "POST".into(),
            target: "/oauth/%252Fa%20b?q=%2B&r=1".into(),
            headers: vec![("X-Case".into(), "Kept".into()), ("Content-Length".into(), "3".into())],
            body: b"abc".into(),
            connection: 1,
        }]
    );
    assert_eq!(requests[0].path(), "/oauth/%252Fa%20b");
    assert_eq!(requests[0].query("q"), Some("%2B"));
    assert_eq!(requests[0].header("x-case"), Some("Kept"));
}

#[test]
fn a_connection_carries_many_requests() {
    let server = serving(Response::new(200));
    let mut client = Client::connect(&server);
    client.get("/");
    client.get("/");
    Client::connect(&server).get("/");
    let connections: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_connection_is_closed_when_the_request_asks_for_it() {
    let server = serving(Response::new(200));
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    client.answer();
    assert!(client.rest().unwrap().is_empty());
}

#[test]
fn a_connection_is_closed_when_the_answer_says_so() {
    let server = serving(Response::new(200).header("Connection", "close"));
    let mut client = Client::connect(&server);
    client.get("/");
    assert!(client.rest().unwrap().is_empty());
}

#[test]
fn a_request_without_a_route_is_answered_404_and_listed() {
    let server = serving(Response::new(200));
    let mut client = Client::connect(&server);
    let answer = client.get("/%2F?x=1");
    assert_eq!(answer.status_line, "HTTP/1.1 404 Not Found");
    assert_eq!(answer.body, b"no route for GET /%2F?x=1\n");
    client.get("/");
    let unmatched: Vec<_> = server.unmatched().into_iter().map(|request| request.target).collect();
    assert_eq!(unmatched, ["/%2F?x=1"]);
}

#[test]
fn the_first_fitting_route_answers() {
    let routes = Routes::new()
        .on(
            "GET",
            Matcher::when(|request| request.query("type") == Some("past")),
            Response::new(200),
        )
        .on("GET", "/a", Response::new(404))
        .on("GET", Matcher::prefix("/"), Response::new(500));
    let server = Server::start(routes).unwrap();
    let mut client = Client::connect(&server);
    let statuses =
        ["/a?type=past", "/a?type=live", "/b"].map(|target| client.get(target).status_line);
    assert_eq!(
        statuses,
        ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 500 Internal Server Error"]
    );
}

#[test]
fn the_last_answer_of_a_sequence_repeats() {
    let server = serving([Response::new(503), Response::new(200)]);
    let mut client = Client::connect(&server);
    let statuses = [(); 3].map(|()| client.get("/").status_line);
    assert_eq!(
        statuses,
        ["HTTP/1.1 503 Service Unavailable", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK"]
    );
}

#[test]
fn a_closure_answers_from_the_request_and_its_own_state() {
    let mut count = 0;
    let server = serving(Responder::with(move |request| {
        count += 1;
        Response::new(200).body(format!("{count} {}", request.target))
    }));
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/").body, b"1 /");
    assert_eq!(client.get("/?again").body, b"2 /?again");
}

#[test]
#[should_panic(expected = "a responder or a matcher of http://127.0.0.1:")]
fn a_panic_in_a_closure_fails_the_test_that_owns_the_server() {
    let server = serving(Responder::with(|_| panic!("an assertion of a test")));
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\n\r\n");
    assert!(client.rest().unwrap().is_empty());
}

#[test]
fn a_cut_body_ends_before_its_promise() {
    let server = serving(Response::new(200).body("0123456789").cut_after(4));
    let (headers, rest) = after_head(&server);
    assert_eq!(headers, ["Content-Length: 10"]);
    assert_eq!(rest.unwrap(), b"0123");
}

#[test]
fn a_reset_body_ends_in_an_error() {
    let server = serving(Response::new(200).endless(1 << 20).reset_after(4));
    let (_, rest) = after_head(&server);
    assert_eq!(rest.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_connection_can_be_closed_or_reset_without_an_answer() {
    let server = serving([Response::new(200).close(), Response::new(200).reset()]);
    let silence = || {
        let mut client = Client::connect(&server);
        client.send("GET / HTTP/1.1\r\n\r\n");
        client.rest()
    };
    assert!(silence().unwrap().is_empty());
    assert_eq!(silence().unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_chunked_body_comes_in_chunks_with_an_end() {
    let server = serving(Response::new(200).body("0123456789").chunked());
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    let (_, headers) = client.head();
    assert_eq!(headers, ["Transfer-Encoding: chunked"]);
    assert_eq!(client.rest().unwrap(), b"a\r\n0123456789\r\n0\r\n\r\n");
}

#[test]
fn a_chunked_body_that_is_cut_has_no_end() {
    let server = serving(Response::new(200).body("0123456789").chunked().cut_after(3));
    let (_, rest) = after_head(&server);
    assert_eq!(rest.unwrap(), b"3\r\n012\r\n");
}

#[test]
fn an_endless_body_is_as_long_as_it_says() {
    let server = serving(Response::new(200).endless(100_001));
    let answer = Client::connect(&server).get("/");
    assert_eq!(answer.body.len(), 100_001);
}

#[test]
fn a_dripping_body_comes_in_pieces_and_keeps_the_connection() {
    let server = serving([
        Response::new(200).body("abcde").chunked().drip(2, Duration::from_millis(1)),
        Response::new(200),
    ]);
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\n\r\n");
    client.head();
    let mut body = [0; 25];
    client.0.read_exact(&mut body).unwrap();
    assert_eq!(&body[..], b"2\r\nab\r\n2\r\ncd\r\n1\r\ne\r\n0\r\n\r\n".as_slice());
    client.get("/");
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_gzip_body_decompresses_to_what_was_set() {
    let server = serving(Response::new(200).json(fixtures::seed_report()).gzip());
    let answer = Client::connect(&server).get("/");
    assert!(answer.headers.contains(&"Content-Encoding: gzip".to_owned()));
    assert!(answer.body.len() < fixtures::seed_report().len());
    assert_eq!(io::read_to_string(GzDecoder::new(&*answer.body)).unwrap(), fixtures::seed_report());
}

#[test]
fn a_gzip_bomb_is_small_and_decompresses_to_its_length() {
    for length in [0, 1, 1 << 20, (3 << 20) + 5] {
        let server = serving(Response::new(200).gzip_bomb(length));
        let answer = Client::connect(&server).get("/");
        assert!(answer.body.len() < 5_000);
        // One member, whose length and checksum the decoder has verified.
        assert_eq!(io::copy(&mut GzDecoder::new(&*answer.body), &mut io::sink()).unwrap(), length);
    }
}

#[test]
fn a_stopping_server_ends_what_hangs_drips_or_idles() {
    let routes = Routes::new()
        .on("GET", "/hang", Response::new(200).hang())
        .on("GET", "/drip", Response::new(200).endless(u64::MAX).drip(1, Duration::from_hours(1)))
        .on("GET", "/endless", Response::new(200).endless(u64::MAX))
        .on("GET", "/", Response::new(200));
    let server = Server::start(routes).unwrap();
    let mut clients: Vec<_> = ["/hang", "/drip", "/endless"]
        .map(|target| {
            let mut client = Client::connect(&server);
            client.send(&format!("GET {target} HTTP/1.1\r\n\r\n"));
            client
        })
        .into();
    // Proves by its answer that the others before it were accepted.
    let mut idle = Client::connect(&server);
    idle.get("/");
    clients.push(idle);

    let (stopped, waiting) = mpsc::channel();
    thread::spawn(move || {
        drop(server);
        stopped.send(()).unwrap();
    });
    waiting.recv_timeout(PATIENCE).expect("the server stops although its connections are open");
}

#[test]
fn walk_hands_out_everybody_once_page_by_page() {
    let server = serving(fixtures::walk(25, 2, 10));
    let mut client = Client::connect(&server);
    let mut token = String::new();
    let mut sizes = Vec::new();
    let mut everybody = Vec::new();
    loop {
        let answer = client.get(&format!("/?next_page_token={token}"));
        let mut page: Value = serde_json::from_slice(&answer.body).unwrap();
        let participants = page["participants"].as_array_mut().unwrap();
        sizes.push(participants.len());
        everybody.append(participants);
        token = page["next_page_token"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
        assert_eq!(token.len(), 35);
    }
    assert_eq!(sizes, [10, 10, 5]);
    let whole: Value = serde_json::from_str(&fixtures::page(25, 2, 1)).unwrap();
    assert_eq!(&everybody, whole["participants"].as_array().unwrap());
}

#[test]
fn walk_refuses_a_page_token_that_it_did_not_give_out() {
    let server = serving(fixtures::walk(25, 1, 10));
    let answer = Client::connect(&server).get("/?next_page_token=stale");
    assert_eq!(answer.status_line, "HTTP/1.1 400 Bad Request");
    assert!(answer.body.starts_with(br#"{"code":300,"#));
}

#[cfg(feature = "tls")]
#[test]
fn tls_serves_with_a_certificate_that_a_client_can_trust() {
    use std::sync::Arc;

    use rustls::{
        ClientConfig, ClientConnection, RootCertStore, StreamOwned,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    };
    use zqos_replay::Identity;

    let identity = Identity::self_signed().unwrap();
    let server = Server::start_tls(
        &identity,
        Routes::new().on("GET", "/", Response::new(200).body("secure")),
    )
    .unwrap();
    assert!(server.url().starts_with("https://127.0.0.1:"));

    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let session =
        ClientConnection::new(Arc::new(config), ServerName::try_from("127.0.0.1").unwrap())
            .unwrap();
    let mut stream = StreamOwned::new(session, TcpStream::connect(server.address()).unwrap());
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = [0; 44];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer[..], b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure".as_slice());
}
