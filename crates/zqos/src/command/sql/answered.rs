//! One query of the server, answered by a process of its own: `zqos answer-query`, which nobody types.
//!
//! What is asked comes on standard input, which is closed when nobody waits any more; what is told, and how, says
//! [`zqos_server::sql`].

use std::io::{BufRead as _, Read as _, Write as _};

use anyhow::Context as _;
use futures::StreamExt as _;
use zqos_query::{Answer, Archive, Limits, QueryError, Reach, Settings};
use zqos_server::sql::{Asked, Told};

use self::body::Body;
use super::site_of;
use crate::cli::{AnswerQuery, Global};
use crate::command::import::location;
use crate::config::Config;
use crate::context::site_map;
use crate::exit::Exit;

mod body;
mod memory;

/// How many rows are written at a time, before it is looked how much there is.
const ROWS: usize = 256;

/// Answers what is asked on standard input.
pub(crate) async fn run(args: &AnswerQuery, global: &Global) -> anyhow::Result<Exit> {
    memory::keep_no_image();
    let asked: Asked = {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("nothing is asked")?;
        serde_json::from_str(&line).context("what is asked can't be read")?
    };
    let (told, rows) = tokio::select! {
        answered = answer(args, global, &asked) => answered?,
        () = closed() => return Ok(Exit::Interrupted),
    };
    let mut output = std::io::stdout().lock();
    let tell = |output: &mut std::io::StdoutLock<'_>| {
        serde_json::to_writer(&mut *output, &told)?;
        output.write_all(b"\n")?;
        output.write_all(&rows)?;
        output.flush()
    };
    tell(&mut output).context("nobody reads the answer")?;
    Ok(Exit::Done)
}

/// Returns when standard input is closed. It is read on a thread that nobody waits for in the end.
async fn closed() {
    let closed = tokio::task::spawn_blocking(|| {
        let mut room = [0; 64];
        let mut input = std::io::stdin().lock();
        while input.read(&mut room).is_ok_and(|bytes| bytes > 0) {}
    });
    // A thread that panicked waits no longer either.
    drop(closed.await);
}

async fn answer(
    args: &AnswerQuery,
    global: &Global,
    asked: &Asked,
) -> anyhow::Result<(Told, Vec<u8>)> {
    let config = Config::load(global.config.as_deref())?;
    let settings = Settings {
        limits: Limits { memory: asked.memory, time: None },
        reach: Reach::Tables,
        judge: config.quality.judge,
        sites: site_map(args.sites.as_ref(), &config.context)?.map(site_of),
        our_own: false,
        accounts: Some(asked.accounts.clone()),
        hold_threads: true,
    };
    let found = async {
        let archive = Archive::open_for(&asked.sql, Some(location(&args.store)?), settings).await?;
        memory::limit(asked.memory.saturating_mul(2));
        let answer = archive.query(&asked.sql).await?;
        written(answer, asked).await
    };
    match found.await {
        Ok(answer) => Ok(answer),
        Err(error) => Ok((told(error)?, Vec::new())),
    }
}

/// What is told of a failure; what is no failure of a query ends the process.
fn told(error: anyhow::Error) -> anyhow::Result<Told> {
    match error.downcast::<QueryError>()? {
        QueryError::Wrong(wrong) => {
            Ok(Told::Wrong { message: wrong.to_string(), place: wrong.place() })
        }
        error if error.is_out_of_memory() => Ok(Told::TooMuchMemory),
        error => {
            if let Some(message) = error.of_rows() {
                return Ok(Told::Wrong { message, place: None });
            }
            tracing::error!(error = &error as &dyn std::error::Error, "the store can't be asked");
            Ok(Told::Unreadable)
        }
    }
}

/// The rows, as far as they may be told.
async fn written(mut answer: Answer, asked: &Asked) -> anyhow::Result<(Told, Vec<u8>)> {
    let mut body = Body::new(asked.form, &answer.schema(), asked.most_bytes)?;
    let (mut left, mut is_cut) = (asked.most_rows, false);
    while !is_cut && let Some(batch) = answer.next().await {
        let batch = batch?;
        for start in (0..batch.num_rows()).step_by(ROWS) {
            let rows = batch.num_rows().min(start + ROWS) - start;
            let told = rows.min(left);
            let has_room = body.add(&batch.slice(start, told))?;
            left -= told;
            is_cut = !has_room || told < rows;
            if is_cut {
                break;
            }
        }
    }
    let bytes = body.finish(is_cut)?;
    Ok((Told::Rows { bytes: bytes.len(), is_cut }, bytes))
}
