//! `zqos api`: any GET request.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::value::RawValue;
use zoom_dashboard::RawAnswer;
use zoom_wire::{RawPage, Request};

use crate::cli::{Api, Format};
use crate::command::Missing;
use crate::exit::{Exit, UsageError};
use crate::failure::head_of;
use crate::output::json::{MergedPages, write_compact, write_pretty};
use crate::output::listing::begin;
use crate::output::{Output, note};
use crate::session::{Asker, Session};
use crate::time::Zone;

pub(super) async fn run(session: &Session, args: &Api) -> anyhow::Result<Exit> {
    let mut request = Request::get(&args.path).map_err(zoom_dashboard::Error::from)?;
    for parameter in &args.parameters {
        let Some((name, value)) = parameter.split_once('=') else {
            return Err(UsageError::new(format!("`{parameter}` is not a query parameter"))
                .hint("write it like `type=past`")
                .into());
        };
        request = request.with(name.to_owned(), value);
    }
    let format = match session.format {
        Some(format @ (Format::Table | Format::Csv)) => {
            return Err(UsageError::new(format!(
                "answers of any call have no {}",
                if format == Format::Csv { "columns" } else { "table" }
            ))
            .hint("take `--format json`, `ndjson` (a row a line, with `--all`) or `raw`")
            .into());
        }
        format => format.unwrap_or(Format::Json),
    };
    if args.all && format == Format::Raw {
        return Err(UsageError::new("`raw` gives one answer's bytes, and `--all` takes several")
            .hint("leave `--all` out, or take `--format json`")
            .into());
    }
    let request = session.account()?.addressed(request)?;
    let asker = session.asker()?;
    let mut output = Output::new();
    if args.all {
        return all(&asker, &session.zone, request, format, args.include, output).await;
    }
    let answer = asker.client.get(request).await?;
    if args.include {
        note(head_of(answer.status, &answer.reason, &answer.headers));
    }
    match format {
        Format::Raw => output.write(|out| out.write_all(&answer.body))?,
        Format::Ndjson => {
            let page =
                RawPage::decode(&answer.body, None).map_err(|error| answer.undecodable(error))?;
            output.write(|out| match rows_member(&answer, &page) {
                Some(_) => write_lines(out, page.rows),
                None => write_line(out, &answer),
            })?;
        }
        _ => {
            let text = json_text(&answer)?;
            output.write(|out| {
                write_pretty(out, text, 0)?;
                out.write_all(b"\n")
            })?;
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

/// The body as valid JSON, of whatever kind.
fn json_text(answer: &RawAnswer) -> anyhow::Result<&str> {
    let text = zoom_wire::answer::text(&answer.body).map_err(|error| answer.undecodable(error))?;
    let valid: Result<&RawValue, _> = serde_json::from_str(text);
    match valid {
        Ok(value) => Ok(value.get()),
        Err(error) => Err(answer.undecodable(error.into()).into()),
    }
}

/// Writes rows, each on a line.
fn write_lines(out: &mut dyn Write, rows: Vec<&RawValue>) -> io::Result<()> {
    rows.into_iter().try_for_each(|row| {
        write_compact(out, row.get())?;
        out.write_all(b"\n")
    })
}

/// Writes an answer without rows, which is one row itself.
fn write_line(out: &mut dyn Write, answer: &RawAnswer) -> io::Result<()> {
    write_compact(out, zoom_wire::answer::text(&answer.body).unwrap_or_default())?;
    out.write_all(b"\n")
}

async fn all(
    asker: &Asker,
    zone: &Zone,
    request: Request,
    format: Format,
    include: bool,
    mut output: Output,
) -> anyhow::Result<Exit> {
    let mut pages = asker.raw_pages(request);
    let mut merged: Option<MergedPages> = None;
    let mut missing = Missing::default();
    let mut next = pages.next().await?;
    while let Some(page) = next {
        missing.page(&page.frame());
        if include {
            note(head_of(page.raw().status, &page.raw().reason, &page.raw().headers));
        }
        output.write(|out| {
            let rows_member = rows_member(page.raw(), &page.frame());
            if format == Format::Ndjson {
                return match rows_member {
                    Some(_) => write_lines(out, page.raw_rows()),
                    None => write_line(out, page.raw()),
                };
            }
            let merged = match &mut merged {
                Some(merged) => merged,
                None => merged.insert(begin(out, rows_member, &page.frame())?),
            };
            page.raw_rows().into_iter().try_for_each(|row| merged.row(out, row.get()))
        })?;
        // Only one page is held at a time.
        drop(page);
        next = missing.following(pages.next().await);
    }
    if let Some(merged) = merged {
        output.write(|out| merged.end(out))?;
    }
    output.finish()?;
    missing.compare(pages.given(), pages.total_records());
    Ok(missing.tell(zone))
}

/// The name of the member that holds the rows: the one that is not in the envelope.
fn rows_member(answer: &RawAnswer, frame: &RawPage<'_>) -> Option<String> {
    let text = zoom_wire::answer::text(&answer.body).ok()?;
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let is_row_member = |name: &&String| frame.envelope.iter().all(|(known, _)| known != *name);
    members.keys().find(is_row_member).cloned()
}
