//! The project's own chores: `cargo xtask <chore>`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore talks to the person who runs it"
)]

mod bench;
mod causes;
mod checks;
mod demo;
mod dependency_rules;
mod generate;
mod kills;
mod plausibility;
mod process;
mod served;
mod simulator;
mod soak;
mod step;
mod store;
mod third_party;
mod web;
mod workspace;
mod zqos;

use std::{
    env,
    process::{ExitCode, ExitStatus},
};

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;

const USAGE: &str = "\
Usage: cargo xtask <chore>

  demo                build zqos and run its main job on a simulated Zoom
  test [STEP]...      all tests: the dashboard in a browser, those of the workspace, the dashboard of the
                      demonstration, imports that are killed, programs of others on what zqos prints, on what
                      it simulates and on what it keeps
  ci [STEP]...        all other checks: format, lints, docs, generated files, dependencies, builds
  web                 build the dashboard, which is part of zqos when that is built afterwards
  s3                  a store on a simulated S3, filled, looked after and read by polars
  generate [--check]  write the man page and the shell completions, or compare them
  bench [NAME]...     measure what is claimed about speed and size; a name that is none has them listed
  soak [--minutes N]  the long tier of the store's tests, for about an hour or so many minutes
  plausibility [--check]
                      write the page on how plausible a simulated week is, or compare it
  causes [--seeds N]  examine how well causes are named on so many simulated weeks, and write the page on it
";

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo"] => demo::run(&Workspace::load()?),
        ["test", names @ ..] => step::run(checks::TEST, names, &Workspace::load()?),
        ["ci", names @ ..] => step::run(checks::CI, names, &Workspace::load()?),
        ["web"] => web::build_loudly(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["s3"] => third_party::on_s3(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["generate"] => generate::write(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["generate", "--check"] => generate::check(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["plausibility"] => plausibility::write(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["plausibility", "--check"] => {
            plausibility::check(&Workspace::load()?).map(|()| ExitCode::SUCCESS)
        }
        ["causes", arguments @ ..] => {
            causes::write(arguments, &Workspace::load()?).map(|()| ExitCode::SUCCESS)
        }
        ["bench", names @ ..] => bench::run(names, &Workspace::load()?),
        ["soak"] => soak::run(soak::MINUTES, &Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["soak", "--minutes", minutes] => {
            let minutes = minutes.parse().context("`--minutes` wants a number")?;
            soak::run(minutes, &Workspace::load()?).map(|()| ExitCode::SUCCESS)
        }
        // For `bench`, which runs itself so: see there.
        ["peak-memory", report, program, arguments @ ..] => {
            bench::peak_memory::measure(report, program, arguments)
        }
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprint!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

/// Ends as the child did; by a signal counts as failure.
fn passed_on(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
