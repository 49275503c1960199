//! Signing in by an identity provider, which is one of this test's.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use zqos_core::{Clock as _, SystemClock};

use super::Served;
use super::http::{Answer, Received, Request};

/// What the provider's next token says, beside what it should.
type Changed = Vec<(&'static str, Value)>;

/// An identity provider.
struct Provider {
    address: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    /// What the server asked for, by the code that it is given.
    asked: HashMap<String, HashMap<String, String>>,
    changed: Changed,
    /// The key that signs is not the one that is listed.
    signs_otherwise: bool,
    listed: EcdsaKeyPair,
    other: EcdsaKeyPair,
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(how, document.as_ref(), &random).unwrap()
}

impl Provider {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared {
            asked: HashMap::new(),
            changed: Vec::new(),
            signs_otherwise: false,
            listed: key(),
            other: key(),
        }));
        let (issuer, answering) = (address.clone(), Arc::clone(&shared));
        // It ends with the test.
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                answer(socket.unwrap(), &issuer, &answering);
            }
        });
        Self { address, shared }
    }

    /// Somebody signs in: what the browser is sent back with.
    fn signs_in(&self, location: &Url, code: &str, changed: Changed) -> String {
        let asked: HashMap<String, String> = location.query_pairs().into_owned().collect();
        let state = asked["state"].clone();
        let mut shared = self.shared.lock().unwrap();
        shared.asked.insert(code.to_owned(), asked);
        shared.changed = changed;
        format!("/sign-in/oidc/callback?code={code}&state={state}")
    }
}

fn answer(mut socket: TcpStream, issuer: &str, shared: &Mutex<Shared>) {
    let received = Received::read(&socket);
    let path = received.head[0].split(' ').nth(1).unwrap();
    let shared = shared.lock().unwrap();
    let told = match path {
        "/.well-known/openid-configuration" => Some(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
        })),
        "/keys" => {
            let point = shared.listed.public_key().as_ref();
            let [x, y] = [&point[1..33], &point[33..]].map(|part| URL_SAFE_NO_PAD.encode(part));
            Some(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "one", "x": x, "y": y }] }))
        }
        "/token" => granted(&shared, issuer, received.header("authorization"), &received.body),
        _ => None,
    };
    let (status, text) = match told {
        Some(told) => ("200 OK", told.to_string()),
        None => ("400 Bad Request", json!({ "error": "invalid_grant" }).to_string()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    socket.write_all((head + &text).as_bytes()).unwrap();
}

/// A token for a code, to whoever began and has the secret.
fn granted(shared: &Shared, issuer: &str, shown: Option<&str>, body: &[u8]) -> Option<Value> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let asked = shared.asked.get(form.get("code")?)?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form.get("code_verifier")?));
    let is_good = form["grant_type"] == "authorization_code"
        && form["redirect_uri"] == asked["redirect_uri"]
        && challenge == asked["code_challenge"]
        && shown == Some(&format!("Basic {}", STANDARD.encode("zqos:s3cr3t")));
    if !is_good {
        return None;
    }
    let now = SystemClock.now().unix_millis() / 1_000;
    let mut claims = json!({
        "iss": issuer, "aud": asked["client_id"], "sub": "alice-1", "nonce": asked["nonce"],
        "iat": now, "exp": now + 300, "groups": ["everybody", "qos"], "may_see": ["north"],
    });
    for (name, value) in &shared.changed {
        claims[name] = value.clone();
    }
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed =
        format!("{}.{}", encoded(&json!({"alg": "ES256", "kid": "one"})), encoded(&claims));
    let key = if shared.signs_otherwise { &shared.other } else { &shared.listed };
    let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    Some(json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }))
}

/// A server that knows the provider; its settings are in the folder.
fn served(name: &str, provider: &Provider) -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s3cr3t\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let secret = secret.to_str().unwrap();
    let settings = folder.path().join("zqos.toml");
    let text = format!(
        "[accounts.north]\n[accounts.south]\n[serve.oidc]\nissuer = {:?}\nclient_id = \"zqos\"\n\
         client_secret_file = {secret:?}\nurl = \"https://localhost\"\naccounts_claim = \"may_see\"\n\
         roles = {{ viewer = \"everybody\", analyst = \"qos\", admin = \"root\" }}\n",
        provider.address
    );
    std::fs::write(&settings, text).unwrap();
    let served = Served::new(name, &["--config", settings.to_str().unwrap()]);
    (folder, served)
}

impl Served {
    /// Begins to sign in: where the browser is sent, and its cookie.
    fn begins(&self) -> (Url, String) {
        let answer = self.ask(Request::get("/sign-in/oidc"));
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        (answer.header("location").unwrap().parse().unwrap(), cookie)
    }

    /// Comes back as a browser does that another site has sent.
    fn comes_back(&self, target: &str, cookie: &str) -> Answer {
        let request = Request::get(target).with("cookie", cookie);
        self.ask(request.with("sec-fetch-site", "cross-site").with("sec-fetch-mode", "navigate"))
    }
}

#[test]
fn whoever_the_provider_knows_is_let_in_with_a_role() {
    let provider = Provider::new();
    let (_folder, served) = served("oidc", &provider);
    let (location, cookie) = served.begins();
    let asked: HashMap<_, _> = location.query_pairs().collect();
    assert!(
        location.as_str().starts_with(&format!("{}/authorize?", provider.address)),
        "{location}"
    );
    assert_eq!((&*asked["response_type"], &*asked["scope"]), ("code", "openid"));
    assert_eq!(&*asked["redirect_uri"], "https://localhost/sign-in/oidc/callback");
    assert_eq!(&*asked["code_challenge_method"], "S256");

    let back = provider.signs_in(&location, "one", Vec::new());
    let answer = served.comes_back(&back, &cookie);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{}", answer.text());
    let session = answer.header("set-cookie").unwrap();
    assert!(session.contains("HttpOnly") && session.contains("SameSite=Strict"), "{session}");
    let session = session.split(';').next().unwrap().to_owned();
    let ask = |target: &str| served.ask(Request::get(target).with("cookie", &session));
    let told = ask("/api/v1/session").json();
    assert_eq!((&told["role"], &told["accounts"]), (&json!("analyst"), &json!(["north"])));
    assert_eq!(ask(&format!("/api/v1/meetings?{}", super::RANGE)).status, 200);
    assert!(super::audit().iter().any(|line| line["who"] == "oidc:alice-1"));
    // What brought somebody in brings nobody in again.
    assert_eq!(served.comes_back(&back, &cookie).status, 400);

    for (changed, role, accounts) in [
        (vec![("groups", json!("everybody"))], "viewer", json!(["north"])),
        (vec![("groups", json!(["qos", "root"]))], "admin", json!(["north"])),
        (vec![("may_see", json!(["south", "elsewhere"]))], "analyst", json!(["south"])),
        (vec![("may_see", Value::Null)], "analyst", json!([])),
    ] {
        let (location, cookie) = served.begins();
        let answer = served.comes_back(&provider.signs_in(&location, "two", changed), &cookie);
        let session = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let told = served.ask(Request::get("/api/v1/session").with("cookie", &session)).json();
        assert_eq!((&told["role"], &told["accounts"]), (&json!(role), &accounts));
    }
}

#[test]
fn nobody_else_is_let_in() {
    let provider = Provider::new();
    let (_folder, served) = served("oidc refusals", &provider);
    let session = |answer: &Answer| {
        answer.header("set-cookie").is_some_and(|it| it.starts_with("zqos_session="))
    };
    let now = SystemClock.now().unix_millis() / 1_000;
    for (changed, status) in [
        (vec![("iss", json!("https://login.example.com"))], 502),
        (vec![("aud", json!("other"))], 502),
        (vec![("nonce", json!("other"))], 502),
        (vec![("exp", json!(now - 3_600))], 502),
        (vec![("sub", Value::Null)], 502),
        (vec![("groups", json!(["strangers"]))], 403),
        (vec![("groups", Value::Null)], 403),
    ] {
        let (location, cookie) = served.begins();
        let answer =
            served.comes_back(&provider.signs_in(&location, "one", changed.clone()), &cookie);
        assert_eq!(answer.status, status, "{changed:?}: {}", answer.text());
        assert!(!session(&answer), "{changed:?}");
    }

    // Signed with another key.
    let (location, cookie) = served.begins();
    let back = provider.signs_in(&location, "one", Vec::new());
    provider.shared.lock().unwrap().signs_otherwise = true;
    assert_eq!(served.comes_back(&back, &cookie).status, 502);
    provider.shared.lock().unwrap().signs_otherwise = false;

    // Another browser was sent the link, or has begun by itself.
    let (location, _) = served.begins();
    let back = provider.signs_in(&location, "one", Vec::new());
    let (_, other) = served.begins();
    for cookie in ["", &other, "zqos_sign_in=guessed"] {
        let answer = served.comes_back(&back, cookie);
        assert_eq!((answer.status, session(&answer)), (400, false), "{cookie}");
    }
    // A code that the provider did not give, and what is no answer of its.
    let (location, cookie) = served.begins();
    let asked: HashMap<_, _> = location.query_pairs().collect();
    let state = &asked["state"];
    for (target, cookie, status) in [
        ("/sign-in/oidc/callback".to_owned(), &cookie, 400),
        ("/sign-in/oidc/callback?code=one&state=guessed".to_owned(), &cookie, 400),
        (format!("/sign-in/oidc/callback?code=guessed&state={state}"), &cookie, 502),
        (format!("/sign-in/oidc/callback?code=one&state={state}"), &cookie, 400),
    ] {
        let answer = served.comes_back(&target, cookie);
        assert_eq!(
            (answer.status, session(&answer)),
            (status, false),
            "{target}: {}",
            answer.text()
        );
    }
    let (location, cookie) = served.begins();
    let asked: HashMap<_, _> = location.query_pairs().collect();
    let denied = format!("/sign-in/oidc/callback?error=access_denied&state={}", asked["state"]);
    assert_eq!(served.comes_back(&denied, &cookie).status, 403);
    let (location, cookie) = served.begins();
    let elsewhere =
        provider.signs_in(&location, "one", Vec::new()) + "&iss=https%3A%2F%2Fexample.com";
    assert_eq!(served.comes_back(&elsewhere, &cookie).status, 400);

    let without = Served::new("oidc without", &[]);
    assert_eq!(without.ask(Request::get("/sign-in/oidc")).status, 404);
    assert_eq!(without.ask(Request::get("/sign-in/oidc/callback?code=a&state=b")).status, 404);
}
