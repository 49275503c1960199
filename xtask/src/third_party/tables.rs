//! DuckDB and polars find in a store's tables what `zqos sql` finds.

use std::{process::Command, time::Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use super::install;
use crate::{
    kills,
    process::quietly,
    store::{Store, TABLES, emptied, save_a_day},
    workspace::Workspace,
    zqos::Zqos,
};

/// How many imports are killed before the tables are read.
const KILLS: u32 = 10;

/// Compares what they find after imports, after imports that were killed, and after compaction.
pub(super) fn run(zqos: &Zqos, workspace: &Workspace) -> Result<()> {
    let folder = emptied(workspace.target.join("third-party/store"))?;
    let day = save_a_day(zqos, &folder)?;
    let largest = day.first().context("there was no meeting")?;
    let store = Store::new(zqos, folder.join("kept"));
    for saved in &day {
        quietly(&mut store.import("day", saved))?;
    }
    // What came twice is there twice until compaction.
    let start = Instant::now();
    quietly(&mut store.import("day", largest))?;
    let undisturbed = start.elapsed();
    compare(&store, workspace).context("after imports")?;

    for kill in 0..KILLS {
        let after = undisturbed.mul_f64(kills::point(0, kill));
        kills::is_killed(&mut store.import(&format!("kill-{kill}"), largest), after)?;
    }
    lags(&store, workspace).context("after kills")?;
    quietly(&mut store.import("day", largest))?;
    compare(&store, workspace).context("after an import that follows kills")?;

    store.compact()?;
    for (table, found) in compare(&store, workspace).context("after compaction")? {
        ensure!(found["rows"] == found["keys"], "{table} has keys with several rows: {found}");
    }
    Ok(())
}

/// DuckDB and polars find the same, and nothing that `zqos sql` does not find: that reads the log too,
/// in which killed imports leave rows until the next one brings them into the tables.
fn lags(store: &Store<'_>, workspace: &Workspace) -> Result<()> {
    let found = read(store, workspace)?;
    let tables = found["duckdb"].as_object().context("DuckDB found no tables")?;
    for (table, by_duckdb) in tables {
        let by_polars = &found["polars"][table];
        ensure!(
            is_same(by_duckdb, by_polars),
            "DuckDB finds in {table}: {by_duckdb}\npolars finds: {by_polars}"
        );
        let by_zqos = asked(store, table, by_duckdb)?;
        for figure in ["rows", "keys"] {
            ensure!(
                by_duckdb[figure].as_u64() <= by_zqos[figure].as_u64(),
                "DuckDB finds in {table}: {by_duckdb}\nzqos finds: {by_zqos}"
            );
        }
    }
    Ok(())
}

/// Lets each read all tables, all of whose rows are in them; returns what was found in each of them.
fn compare(store: &Store<'_>, workspace: &Workspace) -> Result<Map<String, Value>> {
    let found = read(store, workspace)?;
    let tables = found["duckdb"].as_object().context("DuckDB found no tables")?;
    let latencies = &tables["stream_samples"]["numbers"]["latency_ms"];
    ensure!(latencies["count"].as_u64() > Some(0), "no stream sample has a latency: {latencies}");
    for (table, by_duckdb) in tables {
        let by_zqos = asked(store, table, by_duckdb)?;
        for (reader, found) in [("DuckDB", by_duckdb), ("polars", &found["polars"][table])] {
            ensure!(
                is_same(found, &by_zqos),
                "{reader} finds in {table}: {found}\nzqos finds: {by_zqos}"
            );
        }
    }
    Ok(tables.clone())
}

/// What DuckDB and polars find in the tables.
fn read(store: &Store<'_>, workspace: &Workspace) -> Result<Value> {
    let mut script = Command::new(install::python(workspace)?);
    script.arg(install::sources(workspace).join("read-tables.py")).arg(store.folder());
    let found: Value =
        serde_json::from_slice(&quietly(&mut script)?).context("the script printed no JSON")?;
    let tables = found["duckdb"].as_object().context("DuckDB found no tables")?;
    let names: Vec<&str> = tables.keys().map(String::as_str).collect();
    ensure!(names == TABLES, "there are the tables {names:?} instead of {TABLES:?}");
    Ok(found)
}

/// The same figures as `like`, by `zqos sql`.
fn asked(store: &Store<'_>, table: &str, like: &Value) -> Result<Value> {
    let numbers = like["numbers"].as_object().context("no numbers")?;
    let figures = numbers.keys().fold(String::new(), |figures, name| {
        figures + &format!(", count({name}) AS \"count {name}\", sum({name}) AS \"sum {name}\"")
    });
    let one_row =
        |query: &str| store.sql(query)?.pop().with_context(|| format!("no row answers `{query}`"));
    let all = one_row(&format!("SELECT count(*) AS rows FROM stored.{table}"))?;
    let latest = one_row(&format!("SELECT count(*) AS keys{figures} FROM {table}"))?;
    let numbers = numbers.keys().map(|name| {
        let [count, sum] =
            ["count", "sum"].map(|figure| latest[format!("{figure} {name}")].clone());
        // Over no values it is null.
        let sum = if sum.is_null() { 0.into() } else { sum };
        (name.clone(), serde_json::json!({ "count": count, "sum": sum }))
    });
    let numbers: Map<String, Value> = numbers.collect();
    Ok(serde_json::json!({ "rows": all["rows"], "keys": latest["keys"], "numbers": numbers }))
}

/// Equal but for what the order of a sum does to its last digits.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_same(a, b)))
        }
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
            _ => false,
        },
    }
}
