//! No secret is seen, whatever happens and however much is logged. Every run of these tests is
//! held to that; here are those that are meant to trip over it.

use std::io::Write as _;

use zqos_replay::{Matcher, Recorded, Responder, Response, Routes, Server, fixtures};

use crate::support::{
    CLIENT_SECRET, GRANTED, NUMBER, PERSON, Run, TOKEN, USERINFO, UUID, Zqos, error, json, serving,
    token_answer,
};

/// Where the credential of a run comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Token,
    TokenFile,
    TokenInConfig,
    TokenFileInConfig,
    TokenCommand,
    App,
    AppFiles,
    AppInConfig,
    AppFileInConfig,
    AppCommand,
}

impl Source {
    const ALL: [Self; 10] = [
        Self::Token,
        Self::TokenFile,
        Self::TokenInConfig,
        Self::TokenFileInConfig,
        Self::TokenCommand,
        Self::App,
        Self::AppFiles,
        Self::AppInConfig,
        Self::AppFileInConfig,
        Self::AppCommand,
    ];

    fn run_at(self, server: &Server) -> Zqos {
        let zqos = Zqos::new()
            .api_of(server)
            .env("ZOOM_OAUTH_BASE", server.url())
            .http("tries", 2)
            .http("read_timeout_s", 5)
            .http("max_body_mib", 1);
        let (token, secret) = (zqos.file("token", TOKEN), zqos.file("secret", CLIENT_SECRET));
        let (token, secret) = (token.to_str().unwrap(), secret.to_str().unwrap());
        let account = |settings: &str| format!("[accounts.default]\n{settings}");
        let app = |settings: &str| {
            account(&format!("account_id = 'the-account'\nclient_id = 'the-client'\n{settings}"))
        };
        match self {
            Self::Token => zqos.env("ZOOM_ACCESS_TOKEN", TOKEN),
            Self::TokenFile => zqos.env("ZOOM_ACCESS_TOKEN_FILE", token),
            Self::TokenInConfig => zqos.config(&account(&format!("access_token = '{TOKEN}'"))),
            Self::TokenFileInConfig => zqos.config(&account("access_token_file = 'token'")),
            Self::TokenCommand => {
                zqos.config(&account(&format!("access_token_command = 'echo {TOKEN}'")))
            }
            Self::App => zqos
                .env("ZOOM_ACCOUNT_ID", "the-account")
                .env("ZOOM_CLIENT_ID", "the-client")
                .env("ZOOM_CLIENT_SECRET", CLIENT_SECRET),
            Self::AppFiles => zqos
                .env("ZOOM_ACCOUNT_ID", "the-account")
                .env("ZOOM_CLIENT_ID", "the-client")
                .env("ZOOM_CLIENT_SECRET_FILE", secret),
            Self::AppInConfig => zqos.config(&app(&format!("client_secret = '{CLIENT_SECRET}'"))),
            Self::AppFileInConfig => zqos.config(&app("client_secret_file = 'secret'")),
            Self::AppCommand => {
                zqos.config(&app(&format!("client_secret_command = 'echo {CLIENT_SECRET}'")))
            }
        }
    }

    const fn is_app(self) -> bool {
        matches!(
            self,
            Self::App
                | Self::AppFiles
                | Self::AppInConfig
                | Self::AppFileInConfig
                | Self::AppCommand
        )
    }
}

/// Runs with everything logged, in both ways.
fn logged(zqos: Zqos, args: &[&str]) -> [Run; 2] {
    let loud = zqos.run(args.iter().chain(&["-vvv"]));
    let traced = zqos.env("ZQOS_LOG", "trace").run(args);
    for run in [&loud, &traced] {
        assert!(run.stderr.contains("TRACE"), "{run}");
        assert!(run.stderr.contains("DEBUG zoom_dashboard"), "{run}");
    }
    [loud, traced]
}

/// Everything that a server can quote of the request that it was sent.
fn quoted(request: &Recorded) -> String {
    let headers: Vec<String> =
        request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{} {} {}", request.target, headers.join(" "), String::from_utf8_lossy(&request.body))
}

/// An answer that quotes the request in a header, and in the status line too.
fn echoed(request: &Recorded, answer: Response) -> Response {
    let authorization = request.header("authorization").unwrap_or_default();
    let bare = authorization.split(' ').next_back().unwrap_or_default();
    answer
        .reason(&format!("Seen {authorization}"))
        .header("X-Echo", &quoted(request))
        .header("X-Echo-Token", bare)
        .header("Set-Cookie", &format!("session={bare}; HttpOnly"))
        .header("Location", &format!("https://elsewhere.example/?access_token={bare}"))
}

/// The body of a failure that quotes the request.
fn complaint(request: &Recorded) -> String {
    let message = format!("Rejected: {}", quoted(request));
    serde_json::json!({"code": 300, "message": message, "errors": [
        {"field": "authorization", "message": message},
    ]})
    .to_string()
}

/// What a server does with a request. None of it may show the secret that came with it.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Success,
    EchoInHeaders,
    Refusal(u16),
    Limit,
    Page,
    NotJson,
    Redirect,
    Cut,
    Reset,
    Flood,
}

const BEHAVIOURS: [Behaviour; 15] = [
    Behaviour::Success,
    Behaviour::EchoInHeaders,
    Behaviour::Refusal(200),
    Behaviour::Refusal(400),
    Behaviour::Refusal(401),
    Behaviour::Refusal(403),
    Behaviour::Refusal(404),
    Behaviour::Refusal(500),
    Behaviour::Limit,
    Behaviour::Page,
    Behaviour::NotJson,
    Behaviour::Redirect,
    Behaviour::Cut,
    Behaviour::Reset,
    Behaviour::Flood,
];

impl Behaviour {
    fn answer(self, request: &Recorded) -> Response {
        let seed = || json(fixtures::seed_report());
        match self {
            Self::Success => seed(),
            Self::EchoInHeaders => echoed(request, seed()),
            Self::Refusal(status) => {
                echoed(request, Response::new(status).json(complaint(request)))
            }
            Self::Limit => {
                let answer = error(429, 429, &format!("daily rate limit of {}", quoted(request)));
                echoed(request, answer)
            }
            Self::Page => {
                let page = format!("<html><body>{}</body></html>", quoted(request));
                echoed(request, Response::new(502).header("Content-Type", "text/html").body(page))
            }
            Self::NotJson => echoed(request, json(format!("seen {}", quoted(request)))),
            Self::Redirect => echoed(request, Response::new(302)),
            Self::Cut => echoed(request, seed().cut_after(20)),
            Self::Reset => Response::new(200).reset(),
            Self::Flood => echoed(request, Response::new(200).endless(1 << 30)),
        }
    }
}

/// A server that gives tokens, and answers everything else so.
fn behaving(behaviour: Behaviour) -> Server {
    let granted = token_answer(3600, "dashboard:read:admin");
    serving(
        Routes::new()
            .on(
                "POST",
                "/oauth/token",
                Responder::with(move |request| echoed(request, granted.clone())),
            )
            .on(
                "GET",
                Matcher::prefix("/v2/"),
                Responder::with(move |request| behaviour.answer(request)),
            ),
    )
}

#[test]
fn no_secret_of_any_source_is_seen_whatever_the_server_does() {
    for behaviour in BEHAVIOURS {
        for source in Source::ALL {
            let server = behaving(behaviour);
            let args = ["get", NUMBER, PERSON, "--include", "--format", "table"];
            for run in logged(source.run_at(&server), &args) {
                let is_success = matches!(behaviour, Behaviour::Success | Behaviour::EchoInHeaders);
                assert_eq!(run.status.success(), is_success, "{behaviour:?} {source:?} {run}");
                if !matches!(behaviour, Behaviour::Success | Behaviour::Reset) {
                    assert!(run.says("[secret]"), "{behaviour:?} {source:?} {run}");
                }
            }
            // The secret was there to be seen.
            let expected = if source.is_app() { GRANTED } else { TOKEN };
            let expected = Some(format!("Bearer {expected}"));
            let sent = server.requests().into_iter().rfind(|request| request.method == "GET");
            let sent = sent.unwrap().header("authorization").map(str::to_owned);
            assert_eq!(sent, expected, "{source:?}");
        }
    }
}

#[test]
fn no_command_shows_a_secret() {
    for behaviour in [Behaviour::EchoInHeaders, Behaviour::Refusal(403)] {
        for source in [Source::Token, Source::App] {
            let server = behaving(behaviour);
            for args in [
                &["get", UUID, "--include"][..],
                &["get", UUID, "--person", "Jill"],
                &["get", UUID, "--summary", "--include"],
                &["get", NUMBER, PERSON, "--format", "csv"],
                &["get", NUMBER, PERSON, "--format", "ndjson"],
                &["get", NUMBER, PERSON, "--at", "yesterday"],
                &["meetings", "--participant", "Jill"],
                &["participants", UUID],
                &["api", "/users/me", "--include"],
                &["api", "/users/me", "--include", "--all"],
                &["auth", "check"],
            ] {
                logged(source.run_at(&server), args);
            }
        }
    }
}

#[test]
fn no_command_that_asks_nobody_shows_a_secret() {
    let server = serving(Routes::new());
    for source in Source::ALL {
        for args in [
            &["config", "show", "-vvv"][..],
            &["config", "check", "-vvv"],
            &["config", "default", "-vvv"],
            &["get", NUMBER, PERSON, "-vvv", "--print-request", "curl"],
            &["get", NUMBER, PERSON, "-vvv", "--print-request", "postman"],
            &["get", NUMBER, PERSON, "--help"],
            &["get", NUMBER, PERSON, "--frobnicate"],
            &["get", NUMBER, "..", "-vvv"],
        ] {
            source.run_at(&server).run(args);
        }
    }
    assert_eq!(server.requests(), []);
}

#[test]
fn a_token_endpoint_that_refuses_shows_no_secret() {
    for (status, body) in [
        (400, None),
        (401, Some("<html>Basic</html>")),
        (200, Some("{}")),
        (200, Some("not JSON")),
        (500, None),
        (302, None),
    ] {
        let server = serving(Routes::new().on(
            "POST",
            "/oauth/token",
            Responder::with(move |request| {
                let body = body.map_or_else(
                    || {
                        let said = quoted(request);
                        serde_json::json!({"error": said, "reason": said}).to_string()
                    },
                    |body| format!("{body}{}", quoted(request)),
                );
                echoed(request, Response::new(status).json(body))
            }),
        ));
        for run in logged(Source::App.run_at(&server), &["auth", "check"]) {
            assert!(run.says("[secret]"), "{run}");
        }
    }
}

#[test]
fn a_token_answer_that_is_broken_shows_no_token() {
    let whole =
        format!(r#"{{"access_token":"{GRANTED}","expires_in":"soon","api_url":7,"scope":[]}}"#);
    for answer in [
        json(whole.clone()),
        json(&whole[..whole.len() - 1]),
        json(whole.clone()).cut_after(60),
        json(format!(r#"{{"access_token":["{GRANTED}"]}}"#)),
        json(format!(r#"{{"access_token":"{GRANTED}\n"}}"#)),
    ] {
        let routes = Routes::new().on("POST", "/oauth/token", answer).on(
            "GET",
            "/v2/metrics/meetings",
            json("{}"),
        );
        let server = serving(routes);
        logged(Source::App.run_at(&server), &["auth", "check"]);
    }
}

#[test]
fn a_name_and_password_in_a_base_url_are_not_shown() {
    let base = format!("https://{USERINFO}@api.zoom.us/v2");
    for variable in ["ZOOM_API_BASE", "ZOOM_OAUTH_BASE"] {
        for args in [
            &["get", NUMBER, PERSON, "-vvv"][..],
            &["get", NUMBER, PERSON, "-vvv", "--print-request", "curl"],
            &["get", NUMBER, PERSON, "-vvv", "--print-request", "postman"],
            &["auth", "check", "-vvv"],
            &["config", "show", "-vvv"],
            &["config", "check", "-vvv"],
        ] {
            Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).env(variable, &*base).run(args);
        }
    }
}

#[test]
fn a_name_and_password_of_a_proxy_are_not_shown() {
    let proxy = serving(Routes::new().on("CONNECT", Matcher::when(|_| true), Response::new(407)));
    let url = proxy.url().replace("http://", &format!("http://{USERINFO}@"));
    let zqos = Zqos::new().env("ZOOM_ACCESS_TOKEN", TOKEN).env("HTTPS_PROXY", url);
    for run in logged(zqos, &["get", NUMBER, PERSON]) {
        run.fails(&["error: the proxy does not let the request through"]);
    }
    assert!(proxy.requests()[0].header("proxy-authorization").is_some());
}

#[test]
fn what_a_secret_command_says_beside_the_secret_is_its_own_affair() {
    // Its standard error is passed on, and its output is never repeated.
    let zqos = Zqos::new().config(&format!(
        "[accounts.x]\naccess_token_command = 'echo asking >&2; echo {TOKEN}; exit 1'"
    ));
    let run = zqos.run(["get", NUMBER, PERSON]).refuses("the command for a secret failed");
    run.explains(&["asking", "error: "]);
}

#[test]
fn a_secret_in_the_wrong_place_of_the_file_is_not_quoted() {
    for text in [
        format!("[accounts]\ndefault = '{TOKEN}'"),
        format!("[accounts.x]\naccess_token = {TOKEN}"),
        format!("[accounts.x]\naccess_token = '{TOKEN}"),
        format!("[accounts.x]\naccess_token = ['{TOKEN}']"),
        format!("[accounts.x]\nplan = '{}'", "gold"),
        format!("[accounts.x]\naccess_token = '{TOKEN}'\naccess_token = '{TOKEN}'"),
        format!("access_token: {TOKEN}"),
    ] {
        Zqos::new().config(&text).run(["config", "check", "-vvv"]).exits(2);
    }
    // A file that is no text at all.
    let zqos = Zqos::new();
    let path = zqos.file("zqos.toml", "");
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&[b"access_token = '", TOKEN.as_bytes(), b"\xff'"].concat()).unwrap();
    zqos.run(["config", "check", "--config", path.to_str().unwrap()]).refuses("can't be read");
}
