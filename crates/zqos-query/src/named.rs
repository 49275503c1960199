//! Which tables a query names: only of these the logs are read.

use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use zqos_core::table::{TABLES, Table};

use crate::depth;
use crate::views::VIEWS;

/// The tables of a store that a query reads: all of them where it names anything else, and none where it
/// can't be understood.
///
/// Calls itself as deep as the query is nested: for threads with a deep stack.
pub(crate) fn tables(context: &SessionContext, sql: &str) -> Vec<&'static Table> {
    let mut tables = Vec::new();
    if depth::check(sql).is_err() {
        return tables;
    }
    let state = context.state();
    let dialect = state.config().options().sql_parser.dialect;
    let statement = state.sql_to_statement(sql, &dialect);
    let Ok(named) = statement.and_then(|statement| state.resolve_table_references(&statement))
    else {
        return tables;
    };
    for reference in named {
        match read_by(&reference) {
            Some(read) => tables.extend(read),
            None => return TABLES.to_vec(),
        }
    }
    tables
}

/// The tables that a name stands for; `None` for what is told of all.
fn read_by(reference: &TableReference) -> Option<Vec<&'static Table>> {
    let name = reference.table();
    if let Some(view) = VIEWS.iter().find(|view| view.name == name) {
        return Some(view.tables.to_vec());
    }
    TABLES.iter().find(|table| table.name == name).map(|table| vec![*table])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<&'static str> {
        let mut tables = tables(&SessionContext::new(), sql);
        tables.sort_unstable_by_key(|table| table.name);
        tables.dedup();
        tables.iter().map(|table| table.name).collect()
    }

    #[test]
    fn tables_are_found_wherever_they_are_named() {
        assert_eq!(names("SELECT 1"), [""; 0]);
        assert_eq!(names("SELECT * FROM Meetings"), ["meetings"]);
        assert_eq!(
            names(
                "WITH m AS (SELECT * FROM zqos.public.meetings) SELECT * FROM m \
                 WHERE EXISTS (SELECT 1 FROM stored.zoom_raw) \
                 UNION ALL SELECT key FROM system.conflicts"
            ),
            ["conflicts", "meetings", "zoom_raw"]
        );
        assert_eq!(
            names("EXPLAIN ANALYZE SELECT * FROM joined_samples"),
            ["meetings", "participants", "stream_samples"]
        );
    }

    #[test]
    fn what_is_told_of_all_tables_reads_all() {
        for sql in [
            "SELECT * FROM system.files",
            "SELECT * FROM information_schema.columns",
            "SELECT * FROM meetings JOIN 'x.csv' USING (meeting_uuid)",
            "SHOW TABLES",
        ] {
            assert_eq!(names(sql).len(), TABLES.len(), "{sql}");
        }
    }

    #[test]
    fn what_is_no_query_reads_nothing() {
        let nested = format!("SELECT {}1{}", "(".repeat(100_000), ")".repeat(100_000));
        for sql in ["", "SELECT * FROM", "SELECT 1; SELECT * FROM meetings", &nested] {
            assert_eq!(names(sql), [""; 0], "{sql:.20}");
        }
    }
}
