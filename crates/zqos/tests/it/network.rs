//! Networks that fail: each failure is told, and none hangs.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use zqos_replay::{Identity, Response, Routes, Server, fixtures};

use crate::support::{NUMBER, PERSON, Run, TOKEN, Zqos, json, report_path, reporting};

const GET: [&str; 5] = ["get", NUMBER, PERSON, "--type", "live"];

/// Asks for a report, twice at most.
fn get(answer: Response) -> (Run, usize) {
    get_within("whole_timeout_s", 60.0, answer)
}

/// Asks for a report, twice at most, with this patience.
fn get_within(timeout: &'static str, seconds: f64, answer: Response) -> (Run, usize) {
    let server = reporting(answer);
    let zqos = Zqos::at(&server).http("tries", 2).http("max_body_mib", 1).http(timeout, seconds);
    let run = zqos.run(GET);
    assert!(run.stdout.is_empty(), "{run}");
    (run, server.requests().len())
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    // The near end of a connection keeps its port, and nobody listens there.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let kept = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let base = format!("http://{}/v2", kept.local_addr().unwrap());
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).env("ZOOM_API_BASE", &*base);
    zqos.http("tries", 2).run(GET).fails(&[
        &format!("GET {base}/metrics/meetings/{NUMBER}/"),
        "error: no connection could be made",
        "tried 2 times in ",
        "hint: does something listen there, and do the firewall and the proxy let it through?",
    ]);
}

#[test]
fn a_connection_that_is_reset_is_tried_again_and_told() {
    for answer in [Response::new(200).reset(), Response::new(200).close()] {
        let (run, asked) = get(answer);
        run.fails(&[
            "GET ",
            "error: the connection ended before an answer came",
            "tried 2 times",
            "hint: the connection is unreliable; try again",
        ]);
        assert_eq!(asked, 2);
    }
}

#[test]
fn a_name_that_is_none_can_not_be_resolved() {
    // Names below `.invalid` exist nowhere; a resolver that does not answer is given a second.
    let zqos = Zqos::new()
        .env("ZOOM_ACCESS_TOKEN", TOKEN)
        .env("ZOOM_API_BASE", "https://zqos.invalid/v2")
        .env("RES_OPTIONS", "timeout:1 attempts:1")
        .http("tries", 1);
    zqos.run(GET).fails(&[
        "GET https://zqos.invalid/v2/metrics/",
        "error: the host's name can't be resolved",
        "hint: is the host name right (ZOOM_API_BASE, ZOOM_OAUTH_BASE)",
    ]);
}

#[test]
fn a_certificate_of_a_stranger_is_not_trusted_until_it_is_named() {
    let identity = Identity::self_signed().unwrap();
    let path = format!("/v2{}", report_path(NUMBER, PERSON));
    let routes = Routes::new().on("GET", path, json(fixtures::seed_report()));
    let server = Server::start_tls(&identity, routes).unwrap();

    Zqos::at(&server).run(GET).fails(&[
        "GET https://127.0.0.1:",
        "error: the TLS handshake failed",
        "hint: if a proxy opens TLS here, name its certificate: `ca_file` under [http]",
    ]);
    assert_eq!(server.requests(), [], "the token was sent to nobody");
    assert_eq!(server.connections(), 1, "it is not tried again");

    let zqos = Zqos::at(&server);
    let file = zqos.file("ca.pem", identity.certificate_pem());
    zqos.http("ca_file", format!("{file:?}").as_str()).run(GET).succeeds();
}

#[test]
fn plain_http_where_tls_is_meant_fails() {
    let server = reporting(json("{}"));
    let base = format!("https://{}/v2", server.address());
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).env("ZOOM_API_BASE", base);
    zqos.run(GET).fails(&["GET https://127.0.0.1:", "error: no connection could be", "hint: "]);
}

#[test]
fn a_body_that_is_cut_off_is_tried_again_and_told() {
    for answer in [
        json(fixtures::seed_report()).cut_after(100),
        json(fixtures::seed_report()).chunked().cut_after(100),
        json(fixtures::seed_report()).reset_after(100),
        json(fixtures::seed_report()).gzip().cut_after(50),
    ] {
        let (run, asked) = get(answer);
        run.fails(&[
            "GET ",
            "HTTP 200 OK",
            "content-type: application/json",
            "error: the body ended before it was complete",
            "tried 2 times",
            "hint: ",
        ]);
        assert_eq!(asked, 2);
    }
}

#[test]
fn an_endless_body_is_not_taken_in() {
    for answer in [
        Response::new(200).endless(2 << 30),
        Response::new(200).endless(2 << 30).chunked(),
        Response::new(500).endless(2 << 30).chunked(),
        Response::new(200).gzip_bomb(1 << 30),
    ] {
        let (run, asked) = get(answer);
        run.fails(&[
            "GET ",
            "HTTP ",
            "error: the body is larger than the 1048576 bytes that are taken in",
            "hint: no answer of Zoom's is so large; if it is meant so, raise `max_body_mib`",
        ]);
        assert_eq!(asked, 1, "it is not tried again");
    }
}

#[test]
fn a_body_that_drips_is_given_up() {
    let dripping = json(fixtures::seed_report()).drip(1, Duration::from_millis(50));
    let (run, asked) = get_within("whole_timeout_s", 0.4, dripping);
    run.fails(&[
        "GET ",
        "error: the answer took too long",
        "tried 2 times",
        "hint: the answer kept coming, too slowly; `whole_timeout_s` under [http] allows longer",
    ]);
    assert_eq!(asked, 2);
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let (run, asked) = get_within("read_timeout_s", 0.2, Response::new(200).hang());
    run.fails(&[
        "GET ",
        "error: the server fell silent",
        "tried 2 times",
        "hint: the server did not answer in time; `read_timeout_s` under [http] allows longer",
    ]);
    assert_eq!(asked, 2);
    let stopping = json(fixtures::seed_report()).drip(100, Duration::from_mins(10));
    let (run, _) = get_within("read_timeout_s", 0.2, stopping);
    run.fails(&["GET ", "HTTP 200 OK", "error: the server fell silent", "hint: "]);
}

#[test]
fn what_is_not_http_is_told() {
    // TLS where plain HTTP is meant answers with an alert.
    let identity = Identity::self_signed().unwrap();
    let server = Server::start_tls(&identity, Routes::new()).unwrap();
    let base = format!("http://{}/v2", server.address());
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).env("ZOOM_API_BASE", base);
    zqos.run(GET).fails(&["GET http://127.0.0.1:", "error: ", "hint: "]);
}

#[test]
fn a_body_that_is_not_compressed_as_it_says_is_told() {
    let (run, asked) = get(json("{}").header("Content-Encoding", "gzip"));
    run.fails(&["GET ", "HTTP 200 OK", "error: the answer is not well-formed HTTP", "hint: "]);
    assert_eq!(asked, 1);
}

#[test]
fn a_proxy_that_refuses_is_told_and_sees_no_token() {
    let routes = Routes::new().on(
        "CONNECT",
        zqos_replay::Matcher::when(|_| true),
        Response::new(403).body("blocked"),
    );
    let proxy = Server::start(routes).unwrap();
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).env("HTTPS_PROXY", proxy.url());
    zqos.run(GET).fails(&[
        "GET https://api.zoom.us/v2/metrics/meetings/",
        "error: the proxy does not let the request through",
        "hint: look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
    ]);
    let [asked] = &proxy.requests()[..] else { panic!("{:?}", proxy.requests()) };
    assert_eq!((&*asked.method, &*asked.target), ("CONNECT", "api.zoom.us:443"));
    assert_eq!(asked.header("authorization"), None);
}
