//! `zqos sql`: a query over the store, or over files.

#[cfg(feature = "serve")]
pub(crate) mod answered;
mod csv;
mod file;
pub(crate) mod history;
mod prompt;
mod rows;

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::StreamExt as _;
use zqos_context::SiteMap;
use zqos_query::{Archive, LONGEST_QUERY, Limits, QueryError, Reach, Settings, SiteOf};

use self::file::{FileFormat, RowFile};
use self::rows::Rows;
use crate::cli::{Format, Global, Sql};
use crate::command::store;
use crate::config::Config;
use crate::context::site_map;
use crate::exit::{Exit, UsageError};
use crate::output::{Output, note};

/// True when queries are typed one after the other: then Ctrl-C ends a query and not the program.
pub(crate) fn is_prompt(args: &Sql) -> bool {
    let terminals = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    args.query.is_none() && args.output.is_none() && terminals
}

/// Runs a query, or what is typed.
pub(crate) async fn run(args: &Sql, global: &Global) -> anyhow::Result<Exit> {
    if global.format == Some(Format::Raw) {
        return Err(UsageError::new("`raw` is no format of a query's rows")
            .hint("the formats are `table`, `json`, `ndjson` and `csv`")
            .into());
    }
    let file =
        args.output.as_deref().map(|path| Ok::<_, UsageError>((path, FileFormat::of(path)?)));
    let file = file.transpose()?;
    if file.is_some() && global.format.is_some() {
        return Err(UsageError::new("`--format` is for rows on standard output")
            .hint("of a file its ending says the format")
            .into());
    }
    let location = store::named(&args.store)?;
    let limits = Limits {
        time: args.timeout.map(|seconds| Duration::from_secs(seconds.into())),
        memory: usize::try_from(args.memory).unwrap_or(usize::MAX).saturating_mul(1 << 20),
    };
    let config = Config::load(global.config.as_deref())?;
    let sites = site_map(args.sites.as_ref(), &config.context)?;
    let settings = Settings {
        limits,
        reach: Reach::Files,
        judge: config.quality.judge,
        sites: sites.map(site_of),
        ..Settings::default()
    };
    if is_prompt(args) {
        return prompt::run(location, &settings, global).await;
    }
    let query = match &args.query {
        Some(query) => query.clone(),
        None => typed_in()?,
    };
    let archive = Archive::open_for(&query, location, settings).await?;
    match file {
        Some((path, format)) => save(&archive, &query, path, format).await?,
        None => show(&archive, &query, global).await?,
    }
    Ok(Exit::Done)
}

/// Finds sites by a map.
fn site_of(map: SiteMap) -> SiteOf {
    Arc::new(move |public, internal| map.site_of(public, internal).map(str::to_owned))
}

/// The query on standard input.
fn typed_in() -> anyhow::Result<String> {
    // One byte more than a query may have says that it is too long.
    let mut text = String::new();
    let mut input = std::io::stdin().take(LONGEST_QUERY as u64 + 1);
    input.read_to_string(&mut text).context("the query on standard input can't be read")?;
    if text.trim().is_empty() {
        return Err(UsageError::new("there is no query, neither as an argument nor on standard input")
            .hint("`zqos sql 'SELECT count(*) FROM stream_samples'`; alone on a terminal, `zqos sql` asks for one")
            .into());
    }
    Ok(text)
}

/// Writes the rows of a query to standard output.
async fn show(archive: &Archive, query: &str, global: &Global) -> anyhow::Result<()> {
    let mut answer = archive.query(query).await.map_err(wrong_query)?;
    let output = Output::new();
    let format = output.format(global.format);
    let mut rows = Rows::new(output, format, &answer.schema())?;
    while let Some(batch) = answer.next().await {
        rows.add(&batch?)?;
    }
    rows.end()
}

/// Writes the rows of a query into a file.
async fn save(
    archive: &Archive,
    query: &str,
    path: &Path,
    format: FileFormat,
) -> anyhow::Result<()> {
    let mut answer = archive.query(query).await.map_err(wrong_query)?;
    let mut file = RowFile::create(path, format, &answer.schema())?;
    while let Some(batch) = answer.next().await {
        file.add(&batch?)?;
    }
    let rows = file.finish()?;
    note(format_args!("wrote {rows} rows"));
    Ok(())
}

/// A query that is wrong is wrong usage.
fn wrong_query(error: QueryError) -> anyhow::Error {
    match error {
        QueryError::Wrong(wrong) => UsageError::new(wrong.to_string()).place(wrong.place()).into(),
        error => error.into(),
    }
}
