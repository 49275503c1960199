//! Queries in SQL, each in a process of its own: what one takes is taken from nobody else, and whatever becomes of it,
//! the server lives.
//!
//! The server writes what is [`Asked`] as a line of JSON on the process's standard input, which stays open for as long
//! as anybody waits; the process writes what it has to [`Told`] as a line of JSON on its standard output, and after that
//! the rows, as many bytes as the line says. A process that is not waited for any more is killed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::ToSchema;

/// How many rows an answer has at most.
///
/// **Source**: a choice of this project: what a table on a page can show, and more than anybody reads.
pub(crate) const MOST_ROWS: usize = 50_000;
/// How many bytes the rows of an answer have at most.
///
/// **Source**: a choice of this project, as of other answers.
pub(crate) const MOST_BYTES: usize = 16 << 20;
/// Of what a process says on standard error so much is looked at.
const MOST_SAID: u64 = 8 << 10;
/// What the line before the rows has at most: a message and a line of the query.
const MOST_TOLD: usize = 1 << 20;

/// How queries are run.
#[derive(Debug, Clone)]
pub struct Queries {
    /// The program that answers one.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// How long a query may take.
    pub time: Duration,
    /// The memory of a query, in bytes; what does not fit is spilt to disk. Its process may take twice as much.
    pub memory: usize,
    /// How many run at once.
    pub at_once: usize,
}

/// What a process is to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The query.
    pub sql: String,
    /// The accounts of which rows can be seen.
    pub accounts: Vec<String>,
    /// How rows come out.
    pub form: Form,
    /// How many at most.
    pub most_rows: usize,
    /// How many bytes they may have.
    pub most_bytes: usize,
    /// The memory of the query, in bytes.
    pub memory: usize,
}

/// How rows come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Columns, rows and whether there are more, as JSON.
    Json,
    /// CSV with a heading, in which no spreadsheet finds a formula.
    Csv,
    /// A stream of Arrow's IPC format.
    Arrow,
}

impl Form {
    /// The media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }
}

/// What a process tells of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// The rows follow.
    Rows {
        /// How many bytes.
        bytes: usize,
        /// There are more rows than may be told.
        is_cut: bool,
    },
    /// The query is wrong, or fails on its rows.
    Wrong {
        /// What is wrong.
        message: String,
        /// The line of the query that is meant, and a line with carets below the place, where it is known.
        place: Option<String>,
    },
    /// It needs more memory than it may have.
    TooMuchMemory,
    /// The store can't be read.
    Unreadable,
}

/// What a query found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SqlAnswer {
    /// The columns, in order.
    columns: Vec<Column>,
    /// The rows: of each column its value by name, as `zqos sql --format json` has it; null where it is missing.
    rows: Vec<serde_json::Map<String, serde_json::Value>>,
    /// There are more rows than were told.
    truncated: bool,
}

/// A column of what a query found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// `text`, `integer`, `number`, `boolean`, `instant`, `day`, `list`, or what Arrow calls it.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// As many run as may.
    #[error("as many queries run as may at once")]
    Busy,
    /// It was stopped.
    #[error("the query was stopped after {} s", .0.as_secs_f64())]
    TooLong(Duration),
    /// It needs more memory than it may have.
    #[error("the query needs more memory than {} MiB", .0 >> 20)]
    TooMuchMemory(usize),
    /// The process can't be run, or did not do what it should.
    #[error("a process for the query can't be run")]
    Process(#[source] std::io::Error),
    /// The process ended without an answer.
    #[error("the process of the query ended without an answer ({0})")]
    Ended(ExitStatus),
}

/// Runs queries, so many at once.
#[derive(Debug)]
pub(crate) struct Runner {
    queries: Queries,
    places: Arc<Semaphore>,
}

/// A process, and its place among those that may run.
#[derive(Debug)]
struct Running(Option<(Child, OwnedSemaphorePermit)>);

impl Drop for Running {
    /// Kills the process. Another query takes its place when it is gone.
    fn drop(&mut self) {
        let Some((mut process, place)) = self.0.take() else { return };
        // It has been waited for.
        if process.id().is_none() {
            return;
        }
        // Without a runtime the process is killed where it is dropped.
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn(async move {
                if let Err(error) = process.kill().await {
                    tracing::error!(error = &error as &dyn std::error::Error, "a query goes on");
                }
                drop(place);
            }));
        }
    }
}

impl Runner {
    pub(crate) fn new(queries: Queries) -> Self {
        let places = Arc::new(Semaphore::new(queries.at_once));
        Self { queries, places }
    }

    /// How much memory a query has, in bytes.
    pub(crate) const fn memory(&self) -> usize {
        self.queries.memory
    }

    /// Runs a query. Who drops it kills the process.
    pub(crate) async fn run(&self, asked: &Asked) -> Result<(Told, Bytes), NoAnswer> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| NoAnswer::Busy)?;
        let process = self.start().map_err(NoAnswer::Process)?;
        let mut running = Running(Some((process, place)));
        let (process, _) = running.0.as_mut().expect("it is taken when it is dropped");
        let time = self.queries.time;
        let conversed = tokio::time::timeout(time, converse(process, asked)).await;
        // Whatever it does now nobody waits for; it is gone before anything is told.
        let killed = process.kill().await;
        let (output, said) = conversed
            .map_err(|_| NoAnswer::TooLong(time))?
            .and_then(|conversed| killed.map(|()| conversed))
            .map_err(NoAnswer::Process)?;
        if let Some(answer) = read(output, asked.most_bytes) {
            return Ok(answer);
        }
        // **Source**: the words of Rust's standard library when an allocation fails.
        if String::from_utf8_lossy(&said).contains("memory allocation of") {
            return Err(NoAnswer::TooMuchMemory(asked.memory));
        }
        Err(NoAnswer::Ended(process.wait().await.map_err(NoAnswer::Process)?))
    }

    fn start(&self) -> std::io::Result<Child> {
        let mut command = Command::new(&self.queries.program);
        command
            .args(&self.queries.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Whatever asks Zoom has no business there.
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_none_or(|name| name.starts_with("ZOOM_")) {
                command.env_remove(name);
            }
        }
        command.spawn()
    }
}

/// Asks, and reads what comes until there is no more: the answer, and the beginning of what was said beside.
async fn converse(process: &mut Child, asked: &Asked) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let (Some(stdin), Some(stdout), Some(stderr)) =
        (process.stdin.take(), process.stdout.take(), process.stderr.take())
    else {
        return Err(std::io::Error::other("the process has no pipes"));
    };
    let most = asked.most_bytes + MOST_TOLD;
    let (asking, output, said) =
        tokio::join!(ask(stdin, asked), answer(stdout, most), beginning(stderr));
    // Open until here: when it is closed the process ends.
    drop(asking);
    Ok((output?, said?))
}

/// Who has ended already reads no more, which is told by the lack of an answer.
async fn ask(mut stdin: ChildStdin, asked: &Asked) -> std::io::Result<ChildStdin> {
    let mut line = serde_json::to_vec(asked)?;
    line.push(b'\n');
    stdin.write_all(&line).await?;
    stdin.flush().await?;
    Ok(stdin)
}

async fn answer(stdout: ChildStdout, most: usize) -> std::io::Result<Vec<u8>> {
    let mut output = Vec::new();
    stdout.take(most as u64).read_to_end(&mut output).await?;
    Ok(output)
}

async fn beginning(stderr: ChildStderr) -> std::io::Result<Vec<u8>> {
    let mut said = Vec::new();
    let mut beginning = stderr.take(MOST_SAID);
    beginning.read_to_end(&mut said).await?;
    drained(beginning.into_inner()).await?;
    Ok(said)
}

/// Reads on, so that nobody waits for being read.
async fn drained(mut rest: impl AsyncRead + Unpin) -> std::io::Result<()> {
    let mut room = [0; 1_024];
    while rest.read(&mut room).await? > 0 {}
    Ok(())
}

/// Takes an answer apart; `None` for what is none, or not all of one.
fn read(output: Vec<u8>, most_bytes: usize) -> Option<(Told, Bytes)> {
    let line = output.iter().position(|byte| *byte == b'\n')?;
    let told: Told = serde_json::from_slice(&output[..line]).ok()?;
    let rows = Bytes::from(output).slice(line + 1..);
    let is_whole = match &told {
        Told::Rows { bytes, .. } => *bytes == rows.len() && *bytes <= most_bytes,
        _ => rows.is_empty(),
    };
    is_whole.then_some((told, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_answer_is_none() {
        let whole = b"{\"told\":\"rows\",\"bytes\":3,\"is_cut\":false}\nabc";
        let (told, rows) = read(whole.to_vec(), 10).unwrap();
        assert_eq!((told, &rows[..]), (Told::Rows { bytes: 3, is_cut: false }, &b"abc"[..]));
        assert!(read(whole.to_vec(), 2).is_none());
        for length in 0..whole.len() {
            assert_eq!(read(whole[..length].to_vec(), 10), None, "{length}");
        }
        assert_eq!(read([whole, &b"d"[..]].concat(), 10), None);
        assert_eq!(read(b"panicked\n".to_vec(), 10), None);
    }

    #[cfg(unix)]
    mod processes {
        use std::task::Poll;

        use super::*;

        fn runner(script: &str, time: Duration) -> Runner {
            Runner::new(Queries {
                program: "/bin/sh".into(),
                arguments: vec!["-c".into(), script.into()],
                time,
                memory: 1 << 20,
                at_once: 1,
            })
        }

        fn asked() -> Asked {
            Asked {
                sql: "SELECT 1".into(),
                accounts: vec!["default".into()],
                form: Form::Json,
                most_rows: 1,
                most_bytes: 100,
                memory: 1 << 20,
            }
        }

        const PATIENT: Duration = Duration::from_mins(10);

        #[tokio::test]
        async fn what_a_process_tells_is_the_answer() {
            let echo = "read line; printf '{\"told\":\"rows\",\"bytes\":2,\"is_cut\":true}\\n[]'";
            let (told, rows) = runner(echo, PATIENT).run(&asked()).await.unwrap();
            assert_eq!((told, &rows[..]), (Told::Rows { bytes: 2, is_cut: true }, &b"[]"[..]));
        }

        #[tokio::test]
        async fn a_process_without_an_answer_is_told_from_one_without_memory() {
            let ended = runner("read line; echo oops; exit 7", PATIENT).run(&asked()).await;
            assert!(matches!(ended, Err(NoAnswer::Ended(_))), "{ended:?}");
            let hog = "read line; echo 'memory allocation of 7 bytes failed' >&2; kill -ABRT $$";
            let ended = runner(hog, PATIENT).run(&asked()).await;
            assert!(matches!(ended, Err(NoAnswer::TooMuchMemory(_))), "{ended:?}");
            let missing =
                Queries { program: "/nowhere/zqos".into(), ..runner("", PATIENT).queries };
            let ended = Runner::new(missing).run(&asked()).await;
            assert!(matches!(ended, Err(NoAnswer::Process(_))), "{ended:?}");
        }

        #[tokio::test]
        async fn a_process_that_goes_on_is_killed() {
            // It neither reads nor ends, and does not mind being asked to end.
            let endless = "trap '' TERM; while :; do :; done";
            let ended = runner(endless, Duration::from_millis(50)).run(&asked()).await;
            assert!(matches!(ended, Err(NoAnswer::TooLong(_))), "{ended:?}");
        }

        #[tokio::test]
        async fn so_many_run_at_once_and_no_more() {
            let runner = runner("read line; read until_it_is_closed", PATIENT);
            let question = asked();
            let mut first = Box::pin(runner.run(&question));
            assert!(futures::poll!(&mut first).is_pending());
            assert!(matches!(runner.run(&question).await, Err(NoAnswer::Busy)));
            // Whoever waits no longer leaves a place, as soon as the process is gone.
            drop(first);
            loop {
                let mut next = Box::pin(runner.run(&question));
                match futures::poll!(&mut next) {
                    Poll::Pending => break,
                    Poll::Ready(busy) => assert!(matches!(busy, Err(NoAnswer::Busy)), "{busy:?}"),
                }
                tokio::task::yield_now().await;
            }
        }
    }
}
