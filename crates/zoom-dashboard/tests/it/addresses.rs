//! Where a credential may go, and what is refused before anything is sent.

use zoom_dashboard::transport::Proxies;
use zoom_dashboard::{Client, ConfigError, Credential, Error, ErrorKind};
use zoom_wire::Request;

fn credential() -> Credential {
    Credential::bearer("a-bearer-token")
}

fn refusal(result: Result<impl Sized, Error>) -> String {
    let error = result.err().unwrap();
    assert!(error.is_usage());
    assert!(matches!(error.kind(), ErrorKind::Config(_)));
    error.to_string()
}

#[test]
fn a_base_url_with_a_typo_is_refused_with_what_to_write() {
    for (url, expected) in [
        (
            "api.zoom.us/v2",
            "`api.zoom.us/v2` can't be the API root: it has no scheme; write it like \
             `https://api.zoom.us/v2`",
        ),
        ("localhost:8601/v2", "`localhost` is not a scheme that it can have"),
        ("htps://api.zoom.us/v2", "`htps` is not a scheme that it can have"),
        ("https//api.zoom.us", "it has no scheme"),
        ("https://", "write it like `https://api.zoom.us/v2`"),
        ("https://api zoom us/v2", "write it like `https://api.zoom.us/v2`"),
        ("https://api.zoom.us:99999/v2", "write it like `https://api.zoom.us/v2`"),
        ("https://api.zoom.us/v2?x=1", "it ends before `?` and `#`"),
        ("https://api.zoom.us/v2#x", "it ends before `?` and `#`"),
        ("http://api.zoom.us/v2", "over plain http the credential could be read on the way"),
        ("http://192.0.2.7/v2", "over plain http"),
        ("http://localhost.evil.example/v2", "over plain http"),
        ("file:///etc/passwd", "`file` is not a scheme that it can have"),
        ("", "it has no scheme"),
    ] {
        let message = refusal(Client::builder(credential()).api_base(url));
        assert!(message.contains(expected), "{message}");
        let message = refusal(Client::builder(credential()).oauth_base(url));
        assert!(message.contains("can't be the OAuth root: "), "{message}");
    }
}

#[test]
fn a_password_in_a_base_url_is_refused_and_not_shown() {
    for url in ["https://user:canary@api.zoom.us/v2", "https://canary@api.zoom.us/v2"] {
        let message = refusal(Client::builder(credential()).api_base(url));
        assert!(message.contains("do not belong") && !message.contains("canary"), "{message}");
    }
}

#[test]
fn plain_http_may_go_to_this_machine() {
    for url in [
        "http://127.0.0.1:8601/v2",
        "http://127.9.9.9/v2",
        "http://[::1]:8601/v2",
        "http://localhost:8601/v2/",
        "HTTP://LOCALHOST/v2",
    ] {
        let builder = Client::builder(credential()).api_base(url).unwrap().oauth_base(url).unwrap();
        builder.build().unwrap();
    }
}

#[test]
fn urls_are_made_below_the_api_root_however_it_ends() {
    let request = Request::get("/metrics/meetings/%252Fa%3D%3D?type=past").unwrap();
    for base in ["https://api-eu.zoom.us/v2", "https://api-eu.zoom.us/v2/"] {
        let client = Client::builder(credential()).api_base(base).unwrap().build().unwrap();
        assert_eq!(
            client.url_of(&request).as_str(),
            "https://api-eu.zoom.us/v2/metrics/meetings/%252Fa%3D%3D?type=past"
        );
    }
    let client = Client::builder(credential()).build().unwrap();
    assert_eq!(client.api_base().as_str(), "https://api.zoom.us/v2");
}

#[test]
fn what_else_can_not_be_is_refused() {
    let builder = || Client::builder(credential());
    assert!(refusal(builder().ca_file("/no/such/file.pem")).starts_with("no root certificates in"));
    let message = refusal(builder().ca_file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")));
    assert!(message.ends_with("it holds no PEM certificate"), "{message}");
    assert!(refusal(builder().user_agent("line\nbreak").build()).contains("user agent"));
    let proxy = Proxies::All("ftp://proxy.example".parse().unwrap());
    assert!(refusal(builder().proxies(proxy).build()).contains("proxy"));
    let error = Client::builder(Credential::bearer("")).build().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Config(ConfigError::Credential(_))));
}
