//! How large, deep and long a query may be: parsers and planners go down into it by recursion, and
//! a stack that ends ends the program.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer};

use crate::wrong::WrongQuery;

/// The longest text of a query, in bytes.
pub const LONGEST: usize = 1 << 20;
/// How many brackets may be open at once. People write ten, programs twenty.
const DEEPEST: usize = 50;
/// How many keywords and operators there may be. A chain of them (`a OR b OR …`, `SELECT … UNION …`)
/// becomes a tree as deep as the chain is long, and planners take time by the square of that. The widest
/// query of this program has 400.
const CHAIN: usize = 1_500;
/// How many tables may be joined: of more than a few the planner takes far longer than of other chains.
const JOINS: usize = 100;
/// What the parser is told of depth, in levels of its own: more than [`DEEPEST`] brackets need.
pub(crate) const PARSER_LEVELS: &str = "250";

/// Refuses a query that could be too much for a stack. Lists (`IN (1, 2, …)`, `VALUES (1), (2), …`) may
/// be as long as the text.
pub(crate) fn check(sql: &str) -> Result<(), WrongQuery> {
    if sql.len() > LONGEST {
        return Err(WrongQuery::of_all(format!(
            "the query has {} bytes, and {LONGEST} are the most: put long lists into a file, and join it",
            sql.len()
        )));
    }
    let mut tokens = Vec::new();
    // What is no token the parser tells better.
    if Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location_into_buf(&mut tokens).is_err()
    {
        return Ok(());
    }
    // For each open bracket whether a list of tables is being read: there a comma is a join.
    let mut open = vec![false];
    let (mut chain, mut joins) = (0, 0);
    for token in tokens {
        let is_link = match &token.token {
            bracket @ (Token::LParen | Token::LBracket | Token::LBrace) => {
                open.push(false);
                if open.len() > DEEPEST + 1 {
                    let message = format!(
                        "the query is nested too deeply: more than {DEEPEST} brackets are open here"
                    );
                    return Err(at(message, sql, token.span.start));
                }
                // Each of `a[1][2]…` is a level, without being nested.
                *bracket == Token::LBracket
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                if open.len() > 1 {
                    open.pop();
                }
                false
            }
            Token::Word(word) if word.quote_style.is_some() => false,
            Token::Word(word) => {
                if let Some(reads_tables) = open.last_mut() {
                    *reads_tables = match word.keyword {
                        Keyword::FROM => true,
                        Keyword::SELECT
                        | Keyword::WHERE
                        | Keyword::GROUP
                        | Keyword::HAVING
                        | Keyword::ORDER
                        | Keyword::LIMIT => false,
                        _ => *reads_tables,
                    };
                }
                joins += usize::from(word.keyword == Keyword::JOIN);
                word.keyword != Keyword::NoKeyword
            }
            Token::Comma => {
                let is_join = open.last() == Some(&true);
                joins += usize::from(is_join);
                is_join
            }
            Token::EOF
            | Token::Whitespace(_)
            | Token::Number(..)
            | Token::Char(_)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::DollarQuotedString(_)
            | Token::Period
            | Token::SemiColon => false,
            _ => true,
        };
        if joins > JOINS {
            let message = format!("the query is too long: it joins more than {JOINS} tables");
            return Err(at(message, sql, token.span.start));
        }
        chain += usize::from(is_link);
        if chain > CHAIN {
            let message = format!(
                "the query is too long: it has more than {CHAIN} keywords and operators; `IN (…)` or a \
                 table in a file says the same as a chain of `OR`"
            );
            return Err(at(message, sql, token.span.start));
        }
    }
    Ok(())
}

fn at(message: String, sql: &str, place: Location) -> WrongQuery {
    WrongQuery::at(message, sql, place.line, place.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(sql: &str) -> Option<String> {
        check(sql).err().map(|wrong| wrong.to_string())
    }

    #[test]
    fn chains_and_nesting_are_bounded_and_lists_are_not() {
        let ors = |count: usize| format!("SELECT 1 WHERE {}", vec!["a = 1"; count].join(" OR "));
        assert_eq!(refusal(&ors(700)), None);
        assert!(refusal(&ors(100_000)).unwrap().contains("too long"));
        let nested = |depth: usize| format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(refusal(&nested(DEEPEST)), None);
        assert!(refusal(&nested(DEEPEST + 1)).unwrap().contains("nested too deeply"));
        let list = vec!["1"; 100_000].join(", ");
        assert_eq!(refusal(&format!("SELECT 1 WHERE 1 IN ({list})")), None);
        let tables = vec!["t"; 100_000].join(", ");
        assert!(refusal(&format!("SELECT 1 FROM {tables}")).unwrap().contains("too long"));
        assert_eq!(refusal(&format!("SELECT {list} FROM t")), None);
        let columns = vec!["a"; 10_000].join(", ");
        assert_eq!(refusal(&format!("SELECT 1 FROM t GROUP BY {columns}")), None);
    }

    #[test]
    fn what_stands_in_quotes_is_neither_deep_nor_long() {
        assert_eq!(refusal(&format!("SELECT '{}'", "(".repeat(10_000))), None);
        assert_eq!(refusal(&format!("SELECT 1 -- {}", "OR ".repeat(10_000))), None);
    }

    #[test]
    fn a_huge_text_is_refused() {
        let sql = format!("SELECT '{}'", "x".repeat(LONGEST));
        assert!(refusal(&sql).unwrap().contains("1048576 are the most"));
    }
}
