//! What a query may use, and that it ends when it should.

use std::time::Duration;

use arrow::array::RecordBatch;
use zqos_query::{Limits, QueryError, Reach};

use crate::{csv, open, rows};

/// Queries without an end: one that gives up control, and some that compute for ages.
const ENDLESS: &[&str] = &[
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
    "SELECT count(*) FROM generate_series(1, 1000000000000) a, generate_series(1, 1000000) b",
    "SELECT sum(a.value * b.value) FROM generate_series(1, 100000000) a \
     JOIN generate_series(1, 100000000) b ON a.value % 3 = b.value % 5",
    "SELECT a.value FROM generate_series(1, 1000000000000) a WHERE a.value < 0",
];

#[tokio::test]
async fn endless_queries_end_in_time() {
    let limits = Limits { time: Some(Duration::from_millis(200)), memory: 64 << 20 };
    let archive = open(None, limits, Reach::Tables).await;
    for sql in ENDLESS {
        let ended = rows(&archive, sql).await;
        assert!(
            matches!(ended, Err(QueryError::Timeout(_) | QueryError::Failed(_))),
            "{sql}: {ended:?}"
        );
    }
    // There are threads left for the next.
    assert_eq!(csv(&archive, "SELECT 1").await, "1\n");
}

#[tokio::test]
async fn what_does_not_fit_into_memory_is_spilt() {
    let sql = "SELECT value, padded FROM (SELECT value, lpad(CAST(value AS VARCHAR), 64, 'x') AS padded \
               FROM generate_series(1, 600000)) ORDER BY padded DESC";
    let small = open(None, Limits { memory: 32 << 20, time: None }, Reach::Tables).await;
    let told = csv(&small, &format!("EXPLAIN ANALYZE {sql}")).await;
    let spilt = told.split("spill_count=").nth(1).unwrap();
    assert!(!spilt.starts_with('0'), "{told}");
    let found = rows(&small, sql).await.unwrap();
    let found: usize = found.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(found, 600_000);
}
