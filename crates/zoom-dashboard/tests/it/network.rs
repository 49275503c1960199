//! Real sockets of this machine, and the ways in which they fail.

use std::error::Error as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use zoom_dashboard::transport::Proxies;
use zoom_dashboard::{
    ApiUrl, Client, ClientBuilder, Credential, Error, ErrorKind, RetryPolicy, TimeoutPhase,
    Timeouts,
};
use zoom_wire::participant::ListParticipants;
use zoom_wire::{ApiErrorKind, DecodeError, Request};
use zqos_replay::{Identity, Matcher, Responder, Response, Routes, Server};

use crate::support::app;

/// A client of `root` with a bearer token, which tries once and knows no proxy.
fn client_of(root: &str) -> ClientBuilder {
    Client::builder(Credential::bearer("a-bearer-token"))
        .api_base(&format!("{root}/v2"))
        .unwrap()
        .oauth_base(root)
        .unwrap()
        .retry(RetryPolicy::NEVER)
        .proxies(Proxies::Off)
}

fn request() -> Request {
    Request::get("/metrics/quality?from=2026-01-01&to=2026-01-02").unwrap()
}

/// A server that answers the request so.
fn serving(responder: impl Into<Responder>) -> Server {
    Server::start(Routes::new().on("GET", "/v2/metrics/quality", responder)).unwrap()
}

async fn failure_of(client: ClientBuilder) -> Error {
    client.build().unwrap().get(request()).await.unwrap_err()
}

async fn failure(response: Response) -> Error {
    let server = serving(response);
    let error = failure_of(client_of(&server.url())).await;
    assert_eq!(server.requests().len(), 1, "{error:?}");
    assert_eq!(error.request().unwrap().url.host_str(), Some("127.0.0.1"));
    error
}

/// A server that takes connections and does with them what `serve` does. It lives as long as the
/// test's process.
fn raw_server(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

/// Every cause of an error, in words.
fn causes(error: &Error) -> String {
    let mut words = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        words = format!("{words}: {cause}");
        next = cause.source();
    }
    words
}

#[tokio::test]
async fn a_request_carries_what_it_must_and_nothing_more() {
    let server =
        serving(Response::new(200).reason("Fine").header("X-Zm-Trackingid", "v=2.0").json("{}"));
    let client = client_of(&server.url()).user_agent("zqos/0.1.0").build().unwrap();
    let answer = client.get(request()).await.unwrap();
    assert_eq!((answer.status, &*answer.reason, &*answer.body), (200, "Fine", b"{}".as_slice()));
    assert_eq!(answer.headers["x-zm-trackingid"], "v=2.0");
    assert_eq!(answer.url, client.url_of(&request()));
    client.get(request()).await.unwrap();

    let requests = server.requests();
    assert_eq!(requests[0].target, "/v2/metrics/quality?from=2026-01-01&to=2026-01-02");
    let mut names: Vec<String> =
        requests[0].headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "authorization", "host", "user-agent"]);
    assert_eq!(requests[0].header("authorization"), Some("Bearer a-bearer-token"));
    assert_eq!(requests[0].header("accept"), Some("application/json"));
    assert_eq!(requests[0].header("user-agent"), Some("zqos/0.1.0"));
    assert_eq!(requests[0].connection, requests[1].connection, "the connection is kept");
}

#[tokio::test]
async fn a_token_is_got_over_the_network() {
    let routes = Routes::new()
        .on(
            "POST",
            "/oauth/token",
            Response::new(200).json(r#"{"access_token":"t","expires_in":"3600"}"#),
        )
        .on("GET", "/v2/metrics/quality", Response::new(200).json("{}"));
    let server = Server::start(routes).unwrap();
    let root = server.url();
    let client = Client::builder(app())
        .api_base(&format!("{root}/v2/"))
        .unwrap()
        .oauth_base(&format!("{root}/"))
        .unwrap()
        .proxies(Proxies::Off)
        .build()
        .unwrap();
    client.get(request()).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].target, "/oauth/token");
    assert_eq!(requests[0].body, b"grant_type=account_credentials&account_id=the-account");
    assert_eq!(requests[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(requests[1].header("authorization"), Some("Bearer t"));
}

#[tokio::test]
async fn a_refused_connection_is_told() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = failure_of(client_of(&root)).await;
    assert!(matches!(error.kind(), ErrorKind::Connect), "{error:?}");
    assert!(causes(&error).contains("refused"), "{}", causes(&error));
    assert!(!causes(&error).contains("http://"), "{}", causes(&error));
    assert!(error.response().is_none());
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_told() {
    let error = failure_of(client_of("https://zqos.invalid")).await;
    assert!(matches!(error.kind(), ErrorKind::Dns), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_told() {
    for response in [Response::new(200).reset(), Response::new(200).close()] {
        let error = failure(response).await;
        assert!(matches!(error.kind(), ErrorKind::Reset), "{error:?}");
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_told_with_what_came() {
    let body = "x".repeat(1000);
    let whole = Response::new(200).header("X-Seen", "yes").json(body);
    for response in [
        whole.clone().cut_after(500),
        whole.clone().cut_after(0),
        whole.clone().chunked().cut_after(500),
        whole.clone().reset_after(500),
    ] {
        let error = failure(response).await;
        assert!(matches!(error.kind(), ErrorKind::Cut), "{error:?}");
        let response = error.response().unwrap();
        assert_eq!(
            (response.status, &response.headers["x-seen"]),
            (200, &"yes".try_into().unwrap())
        );
    }
}

#[tokio::test]
async fn what_is_not_http_is_told() {
    let port = raw_server(|mut socket| {
        // Whether the client is still there does not matter.
        drop(socket.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"));
        drop(socket.read(&mut [0; 1024]));
    });
    let error = failure_of(client_of(&format!("http://127.0.0.1:{port}"))).await;
    assert!(matches!(error.kind(), ErrorKind::Malformed), "{error:?}");
}

#[tokio::test]
async fn a_compressed_body_is_decompressed() {
    let server =
        serving(Response::new(200).json(format!("{{\"a\":\"{}\"}}", "x".repeat(9000))).gzip());
    let client = client_of(&server.url()).build().unwrap();
    let answer = client.get(request()).await.unwrap();
    assert_eq!(answer.body.len(), 9008);
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn a_body_that_is_not_compressed_as_it_says_is_told() {
    let error =
        failure(Response::new(200).header("Content-Encoding", "gzip").body("not gzip at all"))
            .await;
    assert!(matches!(error.kind(), ErrorKind::Malformed), "{error:?}");
}

#[tokio::test]
async fn no_body_is_taken_in_beyond_the_cap() {
    const MIB: usize = 1 << 20;
    let endless = Response::new(200).header("X-Seen", "yes").endless(2 << 30);
    for response in [
        endless.clone(),
        endless.chunked(),
        Response::new(200).header("X-Seen", "yes").gzip_bomb(1 << 30),
        Response::new(200).header("X-Seen", "yes").gzip_bomb(1 << 30).chunked(),
    ] {
        let server = serving(response);
        let error = failure_of(client_of(&server.url()).max_body(MIB)).await;
        assert!(matches!(error.kind(), ErrorKind::BodyTooLarge { limit: MIB }), "{error:?}");
        assert_eq!(error.response().unwrap().headers["x-seen"], "yes");
        assert!(!error.is_transient());
    }
    for (length, fits) in [(99, true), (100, true), (101, false)] {
        for response in [
            Response::new(200).endless(length),
            Response::new(200).endless(length).chunked(),
            Response::new(200).endless(length).gzip(),
        ] {
            let server = serving(response);
            let client = client_of(&server.url()).max_body(100).build().unwrap();
            assert_eq!(client.get(request()).await.is_ok(), fits, "{length}");
        }
    }
}

#[tokio::test]
async fn a_token_answer_has_a_cap_of_its_own() {
    let routes = Routes::new().on("POST", "/oauth/token", Response::new(200).endless(2 << 30));
    let server = Server::start(routes).unwrap();
    let client = Client::builder(app()).oauth_base(&server.url()).unwrap().proxies(Proxies::Off);
    let error = client.build().unwrap().token_info().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::BodyTooLarge { limit: 0x10_0000 }), "{error:?}");
}

const SOON: Duration = Duration::from_millis(100);

/// As good as never.
const LATE: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_server_that_falls_silent_is_left() {
    for response in
        [Response::new(200).hang(), Response::new(200).json("{}").drip(1, Duration::from_hours(1))]
    {
        let server = serving(response);
        let timeouts = Timeouts { connect: LATE, read: SOON, whole: LATE };
        let error = failure_of(client_of(&server.url()).timeouts(timeouts)).await;
        assert!(matches!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Read)), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_drips_is_left() {
    let drip = Response::new(200).json("x".repeat(1_000_000)).drip(1, Duration::from_millis(5));
    let server = serving(drip);
    let timeouts = Timeouts { connect: LATE, read: LATE, whole: 3 * SOON };
    let error = failure_of(client_of(&server.url()).timeouts(timeouts)).await;
    assert!(matches!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Whole)), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_is_never_made_is_left() {
    // Accepts, and never says a word of TLS.
    let port = raw_server(std::mem::forget);
    let timeouts = Timeouts { connect: SOON, read: LATE, whole: LATE };
    let client = client_of(&format!("https://127.0.0.1:{port}")).timeouts(timeouts);
    let error = failure_of(client).await;
    assert!(matches!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Connect)), "{error:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = serving(Response::new(200).json("{}"));
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/v2/metrics/quality", elsewhere.url());
        let error = failure(Response::new(status).header("Location", &location)).await;
        assert_eq!(error.api().unwrap().kind, ApiErrorKind::Redirect);
        assert_eq!(error.response().unwrap().headers["location"], location.as_str());
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn an_error_code_under_success_is_a_failure() {
    let error =
        failure(Response::new(200).json(r#"{"code":3001,"message":"Meeting does not exist: 1."}"#))
            .await;
    assert_eq!(error.api().unwrap().kind, ApiErrorKind::NotAvailable);
    assert_eq!(error.status(), Some(200));
}

#[tokio::test]
async fn a_page_of_a_proxy_is_shown_as_it_came() {
    let page = "<html><body><h1>502 Bad gateway</h1></body></html>";
    let error =
        failure(Response::new(502).reason("Worse").header("Content-Type", "text/html").body(page))
            .await;
    let response = error.response().unwrap();
    assert_eq!((&*response.reason, &*response.body), ("Worse", page.as_bytes()));
    assert!(error.to_string().ends_with("502 Bad gateway"), "{error}");
}

#[tokio::test]
async fn a_body_that_is_no_json_is_explained_like_any_error() {
    for body in ["<html>Sign in</html>", "", "{\"participants\":[", "{'a':1}"] {
        let routes =
            Routes::new().on("GET", Matcher::prefix("/v2/"), Response::new(200).body(body));
        let server = Server::start(routes).unwrap();
        let client = client_of(&server.url()).build().unwrap();
        let answer = client.send(&ListParticipants::new("932".parse().unwrap())).await.unwrap();
        let error = answer.decode().map(drop).unwrap_err();
        assert!(matches!(error, DecodeError::NotJson { .. }), "{body}");
        let error = answer.raw().undecodable(error);
        assert_eq!(error.response().unwrap().body, body);
        assert_eq!(error.status(), Some(200));
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_and_a_ca_file_accepts_it() {
    let identity = Identity::self_signed().unwrap();
    let routes = Routes::new().on("GET", "/v2/metrics/quality", Response::new(200).json("{}"));
    let server = Server::start_tls(&identity, routes).unwrap();
    let error = failure_of(client_of(&server.url())).await;
    assert!(matches!(error.kind(), ErrorKind::Tls), "{error:?}");
    assert!(causes(&error).contains("certificate"), "{}", causes(&error));

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(identity.certificate_pem().as_bytes()).unwrap();
    let client = client_of(&server.url()).ca_file(file.path()).unwrap().build().unwrap();
    assert_eq!(client.get(request()).await.unwrap().status, 200);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn tls_to_a_server_without_it_is_told() {
    let port = raw_server(|mut socket| {
        drop(socket.read(&mut [0; 1024]));
        // Whether the client is still there does not matter.
        drop(socket.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
    });
    let error = failure_of(client_of(&format!("https://127.0.0.1:{port}"))).await;
    assert!(matches!(error.kind(), ErrorKind::Tls), "{error:?}");
}

/// A server that is used as a proxy: for plain HTTP it answers itself, tunnels it refuses with
/// `status`.
fn proxy(status: u16) -> Server {
    let token = r#"{"access_token":"t","expires_in":3600,"api_url":"https://evil.example"}"#;
    let routes = Routes::new()
        .on("CONNECT", Matcher::prefix(""), Response::new(status))
        .on("POST", Matcher::prefix("http://"), Response::new(200).json(token))
        .on("GET", Matcher::prefix("http://"), Response::new(200).json("{}"));
    Server::start(routes).unwrap()
}

fn through(proxy: &Server) -> Proxies {
    Proxies::All(proxy.url().parse().unwrap())
}

#[tokio::test]
async fn a_proxy_on_this_machine_is_used_for_plain_http() {
    let proxy = proxy(200);
    let client = client_of("http://127.0.0.1:1").proxies(through(&proxy)).build().unwrap();
    client.get(request()).await.unwrap();
    assert!(proxy.requests()[0].target.starts_with("http://127.0.0.1:1/v2/metrics/quality?"));
}

#[tokio::test]
async fn a_proxy_elsewhere_never_sees_plain_http() {
    let server = serving(Response::new(200).json("{}"));
    let elsewhere = Proxies::All("http://192.0.2.1:3128".parse().unwrap());
    let client = client_of(&server.url()).proxies(elsewhere).build().unwrap();
    client.get(request()).await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_lets_nothing_through_is_told() {
    for status in [403, 407, 502] {
        let proxy = proxy(status);
        let error = failure_of(client_of("https://api.zoom.us").proxies(through(&proxy))).await;
        assert!(matches!(error.kind(), ErrorKind::Proxy), "{error:?}");
        let [asked] = proxy.requests().try_into().unwrap();
        assert_eq!((asked.method.as_str(), asked.target.as_str()), ("CONNECT", "api.zoom.us:443"));
        assert_eq!(asked.header("authorization"), None, "the token is for the tunnel's end");
    }
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let identity = Identity::self_signed().unwrap();
    let routes = Routes::new().on("GET", "/v2/metrics/quality", Response::new(200).json("{}"));
    let server = Server::start_tls(&identity, routes).unwrap();
    let address = server.address();
    let port = raw_server(move |mut client| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && client.read_exact(&mut byte).is_ok() {
            head.push(byte[0]);
        }
        assert!(head.starts_with(format!("CONNECT {address} HTTP/1.1\r\n").as_bytes()));
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let mut server = TcpStream::connect(address).unwrap();
        let (mut from_client, mut to_server) =
            (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || {
            // Either side may leave at any time.
            drop(std::io::copy(&mut from_client, &mut to_server));
            drop(to_server.shutdown(Shutdown::Both));
        });
        drop(std::io::copy(&mut server, &mut client));
        drop(client.shutdown(Shutdown::Both));
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(identity.certificate_pem().as_bytes()).unwrap();
    let proxy = Proxies::All(format!("http://127.0.0.1:{port}").parse().unwrap());
    let client = client_of(&server.url()).ca_file(file.path()).unwrap().proxies(proxy);
    client.build().unwrap().get(request()).await.unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn not_one_byte_reaches_an_evil_api_url() {
    let evil = serving(Response::new(200).json("{}"));
    let evil_url = evil.url().replace("http:", "https:");
    let token = format!(r#"{{"access_token":"t","expires_in":3600,"api_url":"{evil_url}"}}"#);
    // Stands in for the rest of the world: whatever is not on this machine passes here.
    let routes = Routes::new()
        .on("POST", Matcher::prefix("http://"), Response::new(200).json(token))
        .on("CONNECT", Matcher::prefix(""), Response::new(502));
    let proxy = Server::start(routes).unwrap();
    let client = Client::builder(app())
        .oauth_base("http://127.0.0.1:1")
        .unwrap()
        .proxies(through(&proxy))
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let error = client.get(request()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Proxy), "{error:?}");
    let asked: Vec<String> = proxy.requests().into_iter().map(|asked| asked.target).collect();
    assert_eq!(asked, ["http://127.0.0.1:1/oauth/token", "api.zoom.us:443"]);
    let info = client.token_info().await.unwrap();
    assert_eq!(info.api_url, ApiUrl::Refused(evil_url.into()));
    assert_eq!(evil.connections(), 0);
}
