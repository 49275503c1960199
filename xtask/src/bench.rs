//! Measurements that back the claims about speed and size.
//!
//! Each compares in one run, so that a slow machine is slow for both sides, and prints what it
//! claims. A claim that does not hold fails the chore.

mod build;
mod collect;
mod diagnose;
mod get_vs_curl;
mod month;
pub(crate) mod peak_memory;
mod serve;
mod sim;
mod statistics;
mod store;
mod stream_memory;

use std::{env, process::ExitCode, thread};

use anyhow::{Context, Result};

use crate::{process::loudly, workspace::Workspace};

/// A measured number and what it may be at most.
struct Claim {
    what: String,
    measured: f64,
    at_most: f64,
}

type Benchmark = fn(&Workspace) -> Result<Vec<Claim>>;

const BENCHMARKS: &[(&str, Benchmark)] = &[
    ("decode", decode),
    ("score", score),
    ("cause", cause),
    ("compare", compare),
    ("limits", limits),
    ("receive", receive),
    ("receive-overload", overload),
    ("get-vs-curl", get_vs_curl::run),
    ("stream-memory", stream_memory::run),
    ("sim", sim::run),
    ("collect", collect::run),
    ("archive", archive),
    ("serve", serve::run),
    ("diagnose", diagnose::run),
    ("store-ingest", store::ingest),
    ("store-size", store::size),
    ("store-query", store::query),
    ("store-overview", store::overview),
    ("build", build::run),
    ("build-full", build::run_full),
];

/// What stands for several benchmarks.
const STORE: &str = "store";

/// Runs the named benchmarks, or all.
pub(crate) fn run(names: &[&str], workspace: &Workspace) -> Result<ExitCode> {
    let all: Vec<&str> = BENCHMARKS.iter().map(|(name, _)| *name).collect();
    let of_store = all.iter().copied().filter(|name| name.starts_with(STORE));
    let of_store: Vec<&str> = of_store.collect();
    let names = if names.is_empty() { &all } else { names };
    let names = names.iter().flat_map(|name| match *name {
        STORE => of_store.as_slice(),
        _ => std::slice::from_ref(name),
    });
    let benchmarks = names
        .map(|name| {
            let benchmark = BENCHMARKS.iter().find(|(known, _)| known == name);
            benchmark
                .with_context(|| format!("no benchmark `{name}`; there are {}", all.join(", ")))
        })
        .collect::<Result<Vec<_>>>()?;

    let cores = thread::available_parallelism()?;
    println!("machine: {cores} cores, {} on {}", env::consts::OS, env::consts::ARCH);
    let mut holds = true;
    for (name, benchmark) in benchmarks {
        println!("\n{name}");
        for Claim { what, measured, at_most } in benchmark(workspace)? {
            let verdict = if measured <= at_most { "holds" } else { "BROKEN" };
            println!("  {what}: {measured:.2} (at most {at_most:.2}: {verdict})");
            holds &= measured <= at_most;
        }
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Typed decoding of a page; its claims are checked where it is written.
fn decode(workspace: &Workspace) -> Result<Vec<Claim>> {
    loudly(workspace.cargo().args(["bench", "--package", "zoom-wire", "--bench", "decode"]))?;
    Ok(Vec::new())
}

/// Causes; its claims are checked where it is written.
fn cause(workspace: &Workspace) -> Result<Vec<Claim>> {
    loudly(workspace.cargo().args(["bench", "--package", "zqos-quality", "--bench", "cause"]))?;
    Ok(Vec::new())
}

/// Comparisons of cohorts, and how often they are wrong; its claims are checked where it is written.
fn compare(workspace: &Workspace) -> Result<Vec<Claim>> {
    loudly(workspace.cargo().args(["bench", "--package", "zqos-quality", "--bench", "compare"]))?;
    Ok(Vec::new())
}

/// Scores and verdicts; its claims are checked where it is written.
fn score(workspace: &Workspace) -> Result<Vec<Claim>> {
    loudly(workspace.cargo().args(["bench", "--package", "zqos-quality", "--bench", "score"]))?;
    Ok(Vec::new())
}

/// Reports that the archive answers; its claims are checked where it is written.
fn archive(workspace: &Workspace) -> Result<Vec<Claim>> {
    loudly(workspace.cargo().args(["bench", "--package", "zqos-archive", "--bench", "answer"]))?;
    Ok(Vec::new())
}

/// How much of Zoom's limits is used; its claims are checked where it is written.
fn limits(workspace: &Workspace) -> Result<Vec<Claim>> {
    loudly(workspace.cargo().args(["bench", "--package", "zoom-dashboard", "--bench", "limits"]))?;
    Ok(Vec::new())
}

/// Ten times the signed events that the disk keeps; its claims are checked where it is written.
fn overload(workspace: &Workspace) -> Result<Vec<Claim>> {
    let bench = ["bench", "--package", "zqos-push", "--bench", "receive", "--", "overload"];
    loudly(workspace.cargo().args(bench))?;
    Ok(Vec::new())
}

/// Signed events made durable and answered; its claims are checked where it is written.
fn receive(workspace: &Workspace) -> Result<Vec<Claim>> {
    loudly(workspace.cargo().args(["bench", "--package", "zqos-push", "--bench", "receive"]))?;
    Ok(Vec::new())
}
