//! `zqos`: Zoom quality of service, on the command line. This crate is glue: arguments,
//! settings, wiring, exit codes and hints. What can be used without a command line lives in
//! `zoom-dashboard` (the client), `zoom-wire` (Zoom's JSON) and `zqos-core` (units and records).

#![expect(
    clippy::future_not_send,
    reason = "one thread runs every command, and holds standard output"
)]

mod cli;
mod command;
mod config;
#[cfg(feature = "store")]
mod context;
mod exit;
mod failure;
mod log;
mod output;
mod progress;
mod session;
mod time;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::Builder;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, OutputClosed, UsageError};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are no errors; clap knows which stream each belongs to.
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // A reader who has left ends help with success, and changes no error.
            drop(error.print());
            return exit.into();
        }
    };
    log::init(cli.global.verbose, runs_on(&cli.command));
    let runtime = match runtime_for(&cli.command).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            failure::report(&anyhow::Error::new(error).context("the runtime can't be started"));
            return Exit::Failed.into();
        }
    };
    let ends_with_ctrl_c = ends_with_ctrl_c(&cli.command);
    let exit = runtime.block_on(async {
        tokio::select! {
            // A command holds nothing that has to be finished: it may be dropped at any point.
            ended = command::run(cli) => ended.unwrap_or_else(|error| exit_of(&error)),
            _ = tokio::signal::ctrl_c(), if ends_with_ctrl_c => {
                output::note("interrupted");
                Exit::Interrupted
            }
        }
    });
    // A look-up of a host name that was given up may still block a thread; it is not waited for.
    runtime.shutdown_background();
    exit.into()
}

/// How many threads decode pages that were collected.
#[cfg(feature = "store")]
const DECODERS: usize = 2;

/// How many threads of a server read files, beside those of queries.
#[cfg(feature = "serve")]
const READERS: usize = 6;

/// One thread, which starts at once, for commands that wait most of the time. The simulator computes;
/// queries have threads of their own.
fn runtime_for(command: &Command) -> Builder {
    match command {
        #[cfg(feature = "sim")]
        Command::Sim(_) | Command::Demo(_) => Builder::new_multi_thread(),
        // As of collecting: what a few threads read does not lie about in the memory of hundreds.
        #[cfg(feature = "serve")]
        Command::Serve(_) => {
            let mut builder = Builder::new_multi_thread();
            builder.max_blocking_threads(READERS);
            builder
        }
        #[cfg(feature = "store")]
        Command::Receive(_) => Builder::new_multi_thread(),
        // Pages are decoded beside the one thread; each more that does it has memory of its own.
        #[cfg(feature = "store")]
        Command::Collect(_) => {
            let mut builder = Builder::new_current_thread();
            builder.max_blocking_threads(DECODERS);
            builder
        }
        _ => Builder::new_current_thread(),
    }
}

/// True for what runs until it is stopped, with nobody looking on.
fn runs_on(command: &Command) -> bool {
    match command {
        #[cfg(feature = "store")]
        Command::Receive(_) => true,
        #[cfg(feature = "serve")]
        Command::Serve(_) => true,
        _ => false,
    }
}

/// False where Ctrl-C means something else: at a prompt it ends what runs there.
fn ends_with_ctrl_c(command: &Command) -> bool {
    match command {
        #[cfg(feature = "query")]
        Command::Sql(args) => !command::sql::is_prompt(args),
        // These finish what is under way.
        #[cfg(feature = "store")]
        Command::Receive(_) => false,
        #[cfg(feature = "serve")]
        Command::Serve(_) => false,
        _ => true,
    }
}

/// Reports a failure, and says how the program ends with it.
fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<OutputClosed>() {
        return Exit::Done;
    }
    failure::report(error);
    let is_usage = error.is::<UsageError>()
        || error
            .downcast_ref::<zoom_dashboard::Error>()
            .is_some_and(zoom_dashboard::Error::is_usage);
    if is_usage { Exit::Usage } else { Exit::Failed }
}
