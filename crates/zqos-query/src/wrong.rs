//! What is wrong with a query, and where in its text.

use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;

/// A query that can't be run as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WrongQuery {
    message: String,
    sql: String,
    place: Option<Place>,
}

/// A place in a text, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
    /// How many characters are meant.
    width: usize,
}

impl WrongQuery {
    /// The line of the query that is meant, and a line with carets below the place; `None` when the
    /// place is not known.
    pub fn place(&self) -> Option<String> {
        self.place.and_then(|place| pointed(&self.sql, place))
    }

    /// A query that is wrong as a whole.
    pub(crate) fn of_all(message: String) -> Self {
        Self { message, sql: String::new(), place: None }
    }

    /// A query that is wrong at a place, from 1 on.
    pub(crate) fn at(message: String, sql: &str, line: u64, column: u64) -> Self {
        let place = Place { line: number(line), column: number(column), width: 1 };
        Self { message, sql: sql.to_owned(), place: Some(place) }
    }

    /// Takes what is of use to whoever wrote the query out of an error.
    pub(crate) fn new(sql: &str, error: &DataFusionError) -> Self {
        if let Some(diagnostic) = error.diagnostic() {
            let span = diagnostic.span.filter(|span| span.start.line > 0);
            let place = span.map(|span| Place {
                line: number(span.start.line),
                column: number(span.start.column),
                width: if span.end.line == span.start.line {
                    number(span.end.column).saturating_sub(number(span.start.column)).max(1)
                } else {
                    1
                },
            });
            return Self { message: diagnostic.message.clone(), sql: sql.to_owned(), place };
        }
        if let DataFusionError::SQL(error, _) = error.find_root()
            && matches!(**error, ParserError::RecursionLimitExceeded)
        {
            return Self::of_all("the query is nested too deeply".to_owned());
        }
        let text = match error.find_root() {
            DataFusionError::SQL(error, _) => error.to_string(),
            DataFusionError::Plan(text)
            | DataFusionError::NotImplemented(text)
            | DataFusionError::Execution(text) => text.clone(),
            other => other.strip_backtrace(),
        };
        let text = text.split(DataFusionError::BACK_TRACE_SEP).next().unwrap_or_default();
        let text = text.trim_start_matches("sql parser error: ");
        let (message, place) = match text.rsplit_once(" at Line: ") {
            Some((message, place)) => (message, read_place(place)),
            None => (text, None),
        };
        Self { message: message.to_owned(), sql: sql.to_owned(), place }
    }
}

fn number(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Reads `1, Column: 8`.
fn read_place(text: &str) -> Option<Place> {
    let (line, column) = text.split_once(", Column: ")?;
    Some(Place { line: line.parse().ok()?, column: column.trim().parse().ok()?, width: 1 })
}

/// The line that is meant, with carets below the place.
fn pointed(sql: &str, Place { line, column, width }: Place) -> Option<String> {
    /// What fits on a line of a terminal.
    const WIDEST: usize = 76;
    let line = sql.lines().nth(line.checked_sub(1)?)?;
    // Of a long line the part around the place.
    let before = column.checked_sub(1)?;
    let skipped = before.saturating_sub(WIDEST / 2);
    let shown: String = line.chars().skip(skipped).take(WIDEST).collect();
    let before = before - skipped;
    if before > shown.chars().count() {
        return None;
    }
    let width = width.clamp(1, (WIDEST - before).max(1));
    Some(format!("{shown}\n{:before$}{:^<width$}", "", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str, line: usize, column: usize, width: usize) -> Option<String> {
        pointed(sql, Place { line, column, width })
    }

    #[test]
    fn carets_stand_below_the_place() {
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(shown("select nosuch", 1, 8, 6), is("select nosuch\n       ^^^^^^"));
        assert_eq!(shown("select\n  x", 2, 3, 1), is("  x\n  ^"));
        assert_eq!(shown("select", 1, 7, 1), is("select\n      ^"));
        assert_eq!(shown("select", 3, 1, 1), None);
        assert_eq!(shown("select", 1, 99, 1), None);
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let sql = "x".repeat(1_000_000);
        let text = shown(&sql, 1, 500_000, 9).unwrap();
        let (line, carets) = text.split_once('\n').unwrap();
        assert_eq!((line.len(), carets.trim_start().len()), (76, 9));
    }
}
