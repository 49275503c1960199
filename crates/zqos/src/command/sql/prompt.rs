//! Queries typed one after the other.

use anyhow::Context as _;
use rustyline::config::Configurer as _;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor};
use zqos_core::Shown;
use zqos_query::{Archive, Settings};
use zqos_store::Location;

use super::{history, show};
use crate::cli::Global;
use crate::exit::{Exit, OutputClosed};
use crate::failure;
use crate::output::note;

const HELP: &str = "\
A query may have several lines, and ends with `;`.
  \\d          the tables
  \\d TABLE    the columns of a table
  \\?          this
  \\q, Ctrl-D  leave
  Ctrl-C      stop the query that runs, or throw away what is typed";

const TABLES: &str = "SELECT table_schema AS \"schema\", table_name AS \"table\", count(*) AS columns \
    FROM information_schema.columns WHERE table_schema <> 'information_schema' \
    GROUP BY table_schema, table_name ORDER BY table_schema, table_name";

/// Something that was typed.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Query(String),
    Tables,
    Columns(String),
    Help,
    Leave,
    /// A backslash, and what is no command.
    Unknown(String),
}

/// Asks until whoever types has enough.
pub(super) async fn run(
    at: Option<Location>,
    settings: &Settings,
    global: &Global,
) -> anyhow::Result<Exit> {
    let mut editor = editor()?;
    let path = history::path();
    if let Some(path) = &path {
        let kept = history::prepare(path).map_err(ReadlineError::from);
        if let Err(error) = kept.and_then(|()| editor.load_history(path)) {
            note(format_args!(
                "what was typed before is not at hand: {}",
                Shown(&error.to_string())
            ));
        }
    }
    // Whatever is wrong with the store is said before anything is typed.
    drop(Archive::open(at.clone(), settings.clone()).await?);
    note("queries end with `;`; `\\?` says what else there is");
    let mut unfinished = String::new();
    loop {
        let prompt = if unfinished.is_empty() { "zqos> " } else { "   -> " };
        match editor.readline(prompt) {
            Ok(line) => {
                let Some((typed, text)) = take(&mut unfinished, &line) else { continue };
                drop(editor.add_history_entry(text));
                if let Some(path) = &path {
                    // A query that can't be kept is run all the same.
                    drop(editor.append_history(path));
                }
                if typed == Typed::Leave {
                    return Ok(Exit::Done);
                }
                // Each query sees the store as it is by then.
                answer(at.as_ref(), settings, global, typed).await?;
            }
            Err(ReadlineError::Interrupted) => unfinished.clear(),
            Err(ReadlineError::Eof) => return Ok(Exit::Done),
            Err(error) => return Err(error).context("the terminal can't be read"),
        }
    }
}

fn editor() -> anyhow::Result<Editor<(), FileHistory>> {
    let config = Config::builder()
        .max_history_size(history::LINES)
        .and_then(|config| config.history_ignore_dups(true))
        .context("the prompt can't be set up")?
        .history_ignore_space(true)
        .build();
    let mut editor = Editor::with_config(config).context("the terminal can't be used")?;
    editor.set_auto_add_history(false);
    Ok(editor)
}

/// Takes a line. Gives what is complete with it, and its text for the history.
fn take(unfinished: &mut String, line: &str) -> Option<(Typed, String)> {
    let trimmed = line.trim();
    if unfinished.is_empty() {
        if trimmed.is_empty() {
            return None;
        }
        if let Some(command) = trimmed.strip_prefix('\\') {
            let typed = match command.trim_end_matches(';').split_whitespace().collect::<Vec<_>>()[..]
            {
                ["q"] => Typed::Leave,
                ["?"] => Typed::Help,
                ["d"] => Typed::Tables,
                ["d", table] => Typed::Columns(table.to_owned()),
                _ => Typed::Unknown(trimmed.to_owned()),
            };
            return Some((typed, trimmed.to_owned()));
        }
    } else {
        unfinished.push('\n');
    }
    unfinished.push_str(line);
    let query = unfinished.trim_end().strip_suffix(';')?;
    // A semicolon within a text or a comment ends nothing.
    if !is_whole(query) {
        return None;
    }
    let typed = Typed::Query(query.trim().to_owned());
    let text = std::mem::take(unfinished);
    Some((typed, text.trim().to_owned()))
}

/// True when no quote and no comment is open at the end of a text.
fn is_whole(query: &str) -> bool {
    let mut open = None;
    let mut characters = query.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match (open, character) {
            (None, '\'' | '"') => open = Some(character),
            (None, '-') if next == Some('-') => open = Some('\n'),
            (None, '/') if next == Some('*') => {
                characters.next();
                open = Some('*');
            }
            (Some('*'), '*') if next == Some('/') => {
                characters.next();
                open = None;
            }
            (Some('*'), _) => {}
            (Some(quote), _) if quote == character => open = None,
            _ => {}
        }
    }
    open.is_none()
}

/// Answers what was typed. What is wrong with it is shown, and ends nothing.
async fn answer(
    at: Option<&Location>,
    settings: &Settings,
    global: &Global,
    typed: Typed,
) -> anyhow::Result<()> {
    let query = match typed {
        Typed::Query(query) => query,
        Typed::Tables => TABLES.to_owned(),
        Typed::Columns(table) => columns(&table),
        Typed::Help => {
            note(HELP);
            return Ok(());
        }
        Typed::Unknown(text) => {
            note(format_args!("{} is no command; `\\?` lists them", Shown(&text)));
            return Ok(());
        }
        Typed::Leave => return Ok(()),
    };
    let shown = async {
        let archive = Archive::open_for(&query, at.cloned(), settings.clone()).await?;
        show(&archive, &query, global).await
    };
    tokio::select! {
        ended = shown => match ended {
            Err(error) if error.is::<OutputClosed>() => return Err(error),
            Err(error) => failure::report(&error),
            Ok(()) => {}
        },
        _ = tokio::signal::ctrl_c() => note("stopped"),
    }
    Ok(())
}

/// Asks for the columns of a table, whose schema may stand before its name.
fn columns(table: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let condition = match table.split_once('.') {
        Some((schema, name)) => {
            format!("table_schema = {} AND table_name = {}", quoted(schema), quoted(name))
        }
        None => format!("table_schema IN ('public', 'system') AND table_name = {}", quoted(table)),
    };
    format!(
        "SELECT column_name AS \"column\", data_type AS type, is_nullable AS may_be_missing \
         FROM information_schema.columns WHERE {condition} ORDER BY table_schema, ordinal_position"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(lines: &[&str]) -> Vec<Typed> {
        let mut unfinished = String::new();
        lines
            .iter()
            .filter_map(|line| take(&mut unfinished, line))
            .map(|(typed, _)| typed)
            .collect()
    }

    #[test]
    fn a_query_ends_with_a_semicolon_that_stands_for_itself() {
        let query = |text: &str| Typed::Query(text.to_owned());
        assert_eq!(typed(&["SELECT 1;"]), [query("SELECT 1")]);
        assert_eq!(typed(&["", "SELECT", "  1", ";  "]), [query("SELECT\n  1")]);
        assert_eq!(typed(&["SELECT ';", "';"]), [query("SELECT ';\n'")]);
        assert_eq!(typed(&["SELECT 1 -- one;", ";"]), [query("SELECT 1 -- one;")]);
        assert_eq!(typed(&["SELECT /* ; ' */ \"a;b\";"]), [query("SELECT /* ; ' */ \"a;b\"")]);
        assert_eq!(typed(&["SELECT 1"]), []);
    }

    #[test]
    fn commands_begin_with_a_backslash() {
        assert_eq!(
            typed(&["\\d", " \\d stored.meetings; ", "\\?", "\\x", "\\q"]),
            [
                Typed::Tables,
                Typed::Columns("stored.meetings".to_owned()),
                Typed::Help,
                Typed::Unknown("\\x".to_owned()),
                Typed::Leave
            ]
        );
    }

    #[test]
    fn a_name_ends_no_text() {
        assert!(columns("x' OR 1=1 --").contains("table_name = 'x'' OR 1=1 --'"));
    }
}
