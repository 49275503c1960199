//! Nothing can be written, and nothing can be reached but the tables.

use zqos_query::{Limits, QueryError, Reach};

use crate::{World, open, participant, rows};

/// What could change something, here or elsewhere.
const WRITES: &[&str] = &[
    "CREATE TABLE x (a INT)",
    "CREATE TABLE x AS SELECT * FROM participants",
    "CREATE VIEW x AS SELECT 1",
    "CREATE OR REPLACE VIEW participants AS SELECT 1",
    "CREATE SCHEMA x",
    "CREATE DATABASE x",
    "CREATE FUNCTION f(INT) RETURNS INT RETURN $1",
    "CREATE INDEX i ON stored.participants (account)",
    "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
    "CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION 'zqos://store/tables/participants/'",
    "DROP TABLE stored.participants",
    "DROP VIEW participants",
    "DROP SCHEMA stored CASCADE",
    "INSERT INTO stored.participants SELECT * FROM stored.participants",
    "UPDATE stored.participants SET user_name = 'x'",
    "DELETE FROM stored.participants",
    "TRUNCATE TABLE stored.participants",
    "COPY (SELECT 1) TO 'x.csv'",
    "COPY stored.participants TO 'zqos://store/tables/x.parquet'",
    "EXPLAIN ANALYZE INSERT INTO stored.participants SELECT * FROM stored.participants",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'x.csv'",
    "EXPLAIN CREATE TABLE x (a INT)",
    "SET datafusion.execution.batch_size = 1",
    "RESET datafusion.execution.batch_size",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "BEGIN",
    "COMMIT",
    "SELECT 1; DROP VIEW participants",
    "WITH x AS (DELETE FROM stored.participants RETURNING *) SELECT * FROM x",
    "SELECT * INTO x FROM participants",
];

#[tokio::test]
async fn whatever_could_write_is_refused_and_changes_nothing() {
    let mut world = World::new().await;
    world.add(|batch| participant(batch, 0, "2026-11-20T10:00:00Z", "203.0.113.7", "6.3")).await;
    let before = world.ask("SELECT * FROM system.commits").await;
    for reach in [Reach::Tables, Reach::Files] {
        let archive = open(Some(&world.folder()), Limits::default(), reach).await;
        for sql in WRITES {
            let refused = rows(&archive, sql).await;
            assert!(matches!(refused, Err(QueryError::Wrong(_))), "{sql}: {refused:?}");
        }
    }
    assert_eq!(world.ask("SELECT * FROM system.commits").await, before);
    assert_eq!(world.ask("SELECT count(*) FROM stored.participants").await, "1\n");
    assert!(!std::path::Path::new("x.csv").exists());
}

#[tokio::test]
async fn files_are_out_of_the_reach_of_servers() {
    let world = World::new().await;
    let file = world.dir.path().join("rows.csv");
    std::fs::write(&file, "a\n1\n").unwrap();
    let store = world.folder();
    let sql = format!("SELECT * FROM '{}'", file.display());
    let archive = open(Some(&store), Limits::default(), Reach::Files).await;
    assert_eq!(rows(&archive, &sql).await.unwrap()[0].num_rows(), 1);
    let archive = open(Some(&store), Limits::default(), Reach::Tables).await;
    for sql in [
        sql,
        format!("SELECT * FROM 'file://{}'", file.display()),
        format!("SELECT * FROM \"{}\"", file.display()),
        "SELECT * FROM 'zqos://store/tables/participants/'".to_owned(),
        "SELECT * FROM 'http://127.0.0.1:1/x.csv'".to_owned(),
    ] {
        let refused = rows(&archive, &sql).await;
        assert!(matches!(refused, Err(QueryError::Wrong(_))), "{sql}: {refused:?}");
    }
}
