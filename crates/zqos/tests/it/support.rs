//! Runs the program with nothing of the machine's environment, and takes in what it says.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::{Display, Write as _};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use zqos_core::Shown;
use zqos_replay::{Matcher, Recorded, Responder, Response, Routes, Server};

/// The token that runs have unless they say otherwise, the secret of the app, and the token that
/// the app is given.
pub(crate) const TOKEN: &str = "canary-bearer-5uTxQm7Gd2";
pub(crate) const CLIENT_SECRET: &str = "canary-secret-9eWbRk4Ls7";
pub(crate) const GRANTED: &str = "canary-granted-3yHvNf8Jp1";

/// A user name and a password that somebody wrote into a URL.
pub(crate) const USERINFO: &str = "canary-user-6cZaXt2Mn8:canary-password-1oPgVd5Hq3";

/// What may be seen nowhere: the secrets, and client id and secret as basic authentication has
/// them.
const CANARIES: [&str; 6] = [
    TOKEN,
    CLIENT_SECRET,
    GRANTED,
    "dGhlLWNsaWVudDpjYW5hcnktc2VjcmV0LTllV2JSazRMczc",
    "canary-user-6cZaXt2Mn8",
    "canary-password-1oPgVd5Hq3",
];

/// The number of a meeting.
pub(crate) const NUMBER: &str = "93201235621";

/// The UUID of an instance of it, and how it stands in a path.
pub(crate) const UUID: &str = "gm8s9L+PTEC+FG3sFbd1Cw==";
pub(crate) const UUID_IN_PATH: &str = "gm8s9L%2BPTEC%2BFG3sFbd1Cw%3D%3D";

/// The id of a participant.
pub(crate) const PERSON: &str = "1670000000";

/// Longer than any run takes on a loaded machine, shorter than anybody waits for a hanging one.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A run of the program that is being prepared.
pub(crate) struct Zqos {
    home: TempDir,
    variables: BTreeMap<String, String>,
    /// The settings under `[http]`.
    http: BTreeMap<&'static str, String>,
    /// The rest of the file: what stands before `[http]`, and what stands behind.
    above: String,
    below: String,
    mode: u32,
}

impl Zqos {
    /// A run without a credential, which knows no server.
    pub(crate) fn new() -> Self {
        let variables = [("TZ", "UTC"), ("PATH", "/usr/local/bin:/usr/bin:/bin")];
        Self {
            home: TempDir::new().unwrap(),
            variables: variables.map(|(name, value)| (name.into(), value.into())).into(),
            http: [("retry_base_s", "0.001".to_owned()), ("retry_cap_s", "0.002".to_owned())]
                .into(),
            above: String::new(),
            below: String::new(),
            mode: 0o600,
        }
    }

    /// A run with a token that asks this server.
    pub(crate) fn at(server: &Server) -> Self {
        Self::new().api_of(server).env("ZOOM_ACCESS_TOKEN", TOKEN)
    }

    /// A run with an app's credential, which asks this server for tokens too.
    pub(crate) fn app_at(server: &Server) -> Self {
        Self::new()
            .api_of(server)
            .env("ZOOM_OAUTH_BASE", server.url())
            .env("ZOOM_ACCOUNT_ID", "the-account")
            .env("ZOOM_CLIENT_ID", "the-client")
            .env("ZOOM_CLIENT_SECRET", CLIENT_SECRET)
    }

    pub(crate) fn api_of(self, server: &Server) -> Self {
        let base = format!("{}/v2", server.url());
        self.env("ZOOM_API_BASE", base)
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Takes a variable away again.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// A setting under `[http]`.
    pub(crate) fn http(mut self, name: &'static str, value: impl Display) -> Self {
        self.http.insert(name, value.to_string());
        self
    }

    /// Text at the head of the configuration file.
    pub(crate) fn top(mut self, text: &str) -> Self {
        self.above.push_str(text);
        self.above.push('\n');
        self
    }

    /// Text at the end of the configuration file.
    pub(crate) fn config(mut self, text: &str) -> Self {
        self.below.push_str(text);
        self.below.push('\n');
        self
    }

    /// Who may read the configuration file.
    pub(crate) fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// Writes a file that only its owner may read.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        write(&path, text, 0o600);
        path
    }

    /// Where the configuration file is looked for.
    pub(crate) fn config_path(&self) -> PathBuf {
        self.home.path().join("config/zqos/zqos.toml")
    }

    /// The program, ready to be started.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut text = format!("{}\n[http]\n", self.above);
        for (name, value) in &self.http {
            writeln!(text, "{name} = {value}").unwrap();
        }
        text.push_str(&self.below);
        fs::create_dir_all(self.config_path().parent().unwrap()).unwrap();
        write(&self.config_path(), &text, self.mode);
        let mut command = Command::new(env!("CARGO_BIN_EXE_zqos"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .envs(&self.variables)
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end, and holds it to what is true of every run: it ends, it does
    /// not panic, it shows no secret, and on standard error nothing that steers a terminal.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        let args: Vec<_> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let run = Run::of(self.command(&args).spawn().unwrap(), format!("{args:?}"));
        assert!(!run.stderr.contains("panicked"), "{run}");
        assert!(!run.stderr.contains(|c| c != '\n' && Shown::is_escaped(c)), "{run}");
        for canary in CANARIES {
            assert!(!run.says(canary), "{run}");
        }
        run
    }
}

/// The token endpoint.
pub(crate) fn with_tokens(routes: Routes) -> Routes {
    routes.on("POST", "/oauth/token", token_answer(3600, "dashboard:read:admin"))
}

/// What the token endpoint says.
pub(crate) fn token_answer(lifetime_s: u32, scopes: &str) -> Response {
    Response::new(200).json(format!(
        r#"{{"access_token":"{GRANTED}","token_type":"bearer","expires_in":{lifetime_s},"scope":"{scopes}"}}"#
    ))
}

fn write(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A run that has ended.
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    args: String,
}

impl Run {
    /// Waits for the end.
    pub(crate) fn of(mut child: Child, args: String) -> Self {
        let stdout = taken_in(child.stdout.take().unwrap());
        let stderr = taken_in(child.stderr.take().unwrap());
        let (Ok(stdout), Ok(stderr)) =
            (stdout.recv_timeout(PATIENCE), stderr.recv_timeout(PATIENCE))
        else {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{args} hangs");
        };
        let stderr = String::from_utf8(stderr).unwrap();
        Self { status: child.wait().unwrap(), stdout, stderr, args }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self}");
        self
    }

    /// Asserts that all went well, and nothing was said beside the data.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        let run = self.exits(0);
        assert_eq!(run.stderr, "", "{run}");
        run
    }

    /// Asserts that nothing was attempted, for this reason, and nothing put out.
    #[track_caller]
    pub(crate) fn refuses(self, reason: &str) -> Self {
        let run = self.exits(2);
        assert!(run.stderr.contains(reason), "no `{reason}`: {run}");
        assert!(run.stdout.is_empty() && !run.stderr.contains("Failed."), "{run}");
        run
    }

    /// Asserts a failure with these lines (or their beginnings) on standard error, in this order,
    /// one hint at most, and `Failed.` at the end.
    #[track_caller]
    pub(crate) fn fails(self, lines: &[&str]) -> Self {
        let run = self.exits(1);
        run.explains(lines);
        assert!(run.stderr.ends_with("\nFailed.\n"), "{run}");
        run
    }

    /// Asserts that these lines (or their beginnings) are on standard error, in this order, with
    /// at most one hint.
    #[track_caller]
    pub(crate) fn explains(&self, lines: &[&str]) {
        let mut said = self.stderr.lines();
        for line in lines {
            assert!(said.any(|said| said.starts_with(line)), "no `{line}` in its place: {self}");
        }
        let hints = self.stderr.lines().filter(|line| line.starts_with("hint: ")).count();
        assert!(hints <= 1, "{self}");
    }

    /// The text of standard output.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// Standard output as a JSON value a line.
    pub(crate) fn rows(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// Standard output as CSV: the heading, and the lines.
    pub(crate) fn csv(&self) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
        let mut reader = csv::Reader::from_reader(&*self.stdout);
        let heading = reader.headers().unwrap().iter().map(str::to_owned).collect();
        (heading, reader.deserialize().map(Result::unwrap).collect())
    }

    /// True when this is anywhere in what came out.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.stderr.contains(text) || String::from_utf8_lossy(&self.stdout).contains(text)
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stdout = String::from_utf8_lossy(&self.stdout);
        let stdout: String = stdout.chars().take(10_000).collect();
        write!(f, "{}: {}\n--- stdout\n{stdout}\n--- stderr\n", self.args, self.status)?;
        f.write_str(&self.stderr)
    }
}

fn taken_in(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        // Nobody waits any more where the patience ended.
        drop(sender.send(bytes));
    });
    receiver
}

/// Says that a test does nothing here, because this is missing; in CI that is a failure.
#[expect(clippy::print_stdout, reason = "the test runner shows it to whoever asks")]
pub(crate) fn skipped_without(what: &str) {
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "there is no {what}");
    println!("SKIPPED: there is no {what}");
}

/// A server with these routes.
pub(crate) fn serving(routes: Routes) -> Server {
    Server::start(routes).unwrap()
}

/// A server that answers one path below the API root.
pub(crate) fn answering(path: &str, responder: impl Into<Responder>) -> Server {
    serving(Routes::new().on("GET", format!("/v2{path}"), responder))
}

/// The path of the report of one participant, below the API root.
pub(crate) fn report_path(meeting: &str, participant: &str) -> String {
    format!("/metrics/meetings/{meeting}/participants/{participant}/qos")
}

/// A server that knows one report.
pub(crate) fn reporting(responder: impl Into<Responder>) -> Server {
    answering(&report_path(NUMBER, PERSON), responder)
}

/// An answer with Zoom's JSON.
pub(crate) fn json(text: impl Into<String>) -> Response {
    Response::new(200).json(text)
}

/// An error as Zoom says it.
pub(crate) fn error(status: u16, code: u32, message: &str) -> Response {
    Response::new(status).json(serde_json::json!({"code": code, "message": message}).to_string())
}

/// What Zoom says of an id that it does not know under the `type` that was asked for.
pub(crate) fn unknown_meeting() -> Response {
    error(404, 3001, "This meeting's detail info is not available.")
}

/// Requests to a path whose query has this parameter.
pub(crate) fn asked_with(path: &str, name: &'static str, value: &'static str) -> Matcher {
    let path = format!("/v2{path}");
    Matcher::when(move |request| request.path() == path && request.query(name) == Some(value))
}

/// The raw targets that a server was asked for.
pub(crate) fn targets(server: &Server) -> Vec<String> {
    server.requests().into_iter().map(|Recorded { target, .. }| target).collect()
}

/// Pages of rows, which name each other; the token of the last is empty. `total` is what Zoom says
/// that there are.
pub(crate) fn paged(member: &str, total: usize, pages: &[&[&str]]) -> Responder {
    let last = pages.len() - 1;
    let pages: Vec<String> = pages
        .iter()
        .enumerate()
        .map(|(place, rows)| {
            let next = if place == last { String::new() } else { page_token(place + 1) };
            let rows = rows.join(",");
            format!(
                r#"{{"page_size":10,"next_page_token":"{next}","total_records":{total},"{member}":[{rows}]}}"#
            )
        })
        .collect();
    Responder::with(move |request| {
        let token = request.query("next_page_token").unwrap_or_default();
        let place = (0..pages.len()).find(|&place| place > 0 && page_token(place) == token);
        json(&*pages[place.unwrap_or_default()])
    })
}

/// The token of a page, from 0.
pub(crate) fn page_token(place: usize) -> String {
    format!("token-of-page-{place}")
}

/// JSON text without the blanks between its tokens: key order, numbers and escapes show.
pub(crate) fn compact(json: &str) -> String {
    let mut compact = String::new();
    let (mut in_string, mut is_escaped) = (false, false);
    for character in json.chars() {
        if in_string || !character.is_ascii_whitespace() {
            compact.push(character);
        }
        in_string ^= character == '"' && !is_escaped;
        is_escaped = in_string && character == '\\' && !is_escaped;
    }
    compact
}
