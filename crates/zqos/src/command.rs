//! What the commands do.

mod api;
mod auth;
#[cfg(feature = "serve")]
mod client;
#[cfg(feature = "store")]
mod collect;
#[cfg(feature = "query")]
mod compare;
mod config;
#[cfg(feature = "sim")]
mod demo;
#[cfg(feature = "query")]
mod diagnose;
#[cfg(feature = "query")]
mod find;
mod get;
#[cfg(feature = "store")]
mod import;
mod man;
mod meetings;
mod participants;
mod print_request;
#[cfg(feature = "store")]
mod receive;
mod report;
mod resolve;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "sim")]
mod sim;
#[cfg(feature = "query")]
pub(crate) mod sql;
#[cfg(feature = "store")]
mod status;
#[cfg(feature = "store")]
mod store;
mod summary;

use zoom_wire::RawPage;

use crate::cli::{Auth, Cli, Command, Format};
use crate::exit::{Exit, UsageError};
use crate::failure::Failure;
use crate::output::Output;
use crate::output::rows::RowForm;
use crate::session::Session;
use crate::time::Zone;

/// Runs a command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Completions { shell } => {
            return print(|out| {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Cli::typed(), "zqos", &mut script);
                out.write_all(&script)
            });
        }
        Command::Man => return print(man::write),
        Command::Config(crate::cli::Config::Default) => {
            return print(|out| out.write_all(crate::config::DEFAULT_FILE.as_bytes()));
        }
        // It is no client: it needs neither a credential nor a configuration.
        #[cfg(feature = "sim")]
        Command::Sim(args) => return sim::run(&args, &cli.global).await,
        #[cfg(feature = "sim")]
        Command::Demo(args) => return demo::run(&args, &cli.global).await,
        #[cfg(feature = "store")]
        Command::Import(args) => return import::run(&args, &cli.global).await,
        #[cfg(feature = "store")]
        Command::Store(command) => return store::run(&command, &cli.global).await,
        #[cfg(feature = "store")]
        Command::Receive(args) => return receive::run(&args, &cli.global).await,
        #[cfg(feature = "store")]
        Command::Status(args) => return status::run(&args, &cli.global).await,
        #[cfg(feature = "query")]
        Command::Sql(args) => return sql::run(&args, &cli.global).await,
        #[cfg(feature = "serve")]
        Command::AnswerQuery(args) => return sql::answered::run(&args, &cli.global).await,
        #[cfg(feature = "serve")]
        Command::Client(command) => return client::run(&command, &cli.global),
        #[cfg(feature = "serve")]
        Command::Serve(args) => return serve::run(&args, &cli.global).await,
        _ => {}
    }
    let session = Session::new(&cli.global)?;
    let rows_are_shown = Output::shows_rows(session.format);
    let ended =
        session.progress.watch(rows_are_shown, Box::pin(dispatch(&session, cli.command))).await;
    // Times in hints are the user's own.
    ended.map_err(|error| match error.downcast::<zoom_dashboard::Error>() {
        Ok(error) if !error.is_usage() => Failure { error, zone: session.zone.clone() }.into(),
        Ok(error) => error.into(),
        Err(error) => error,
    })
}

async fn dispatch(session: &Session, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Get(args) => get::run(session, &args).await,
        Command::Meetings(args) => meetings::run(session, &args).await,
        Command::Participants(args) => participants::run(session, &args).await,
        Command::Api(args) => api::run(session, &args).await,
        #[cfg(feature = "store")]
        Command::Collect(args) => Box::pin(collect::run(session, &args)).await,
        #[cfg(feature = "query")]
        Command::Compare(args) => compare::run(session, &args).await,
        #[cfg(feature = "query")]
        Command::Diagnose(args) => diagnose::run(session, &args).await,
        #[cfg(feature = "query")]
        Command::Find(args) => find::run(session, &args).await,
        Command::Auth(Auth::Check) => auth::check(session).await,
        Command::Config(command) => config::run(session, &command),
        Command::Completions { .. } | Command::Man => unreachable!("printed before"),
        #[cfg(feature = "sim")]
        Command::Sim(_) | Command::Demo(_) => unreachable!("served before"),
        #[cfg(feature = "store")]
        Command::Import(_) | Command::Receive(_) | Command::Status(_) | Command::Store(_) => {
            unreachable!("done before")
        }
        #[cfg(feature = "query")]
        Command::Sql(_) => unreachable!("asked before"),
        #[cfg(feature = "serve")]
        Command::AnswerQuery(_) | Command::Client(_) | Command::Serve(_) => {
            unreachable!("asked before")
        }
    }
}

fn print(
    write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    output.write(write)?;
    output.finish()?;
    Ok(Exit::Done)
}

/// The form of typed rows that a format means.
const fn row_form(format: Format) -> Option<RowForm> {
    match format {
        Format::Ndjson => Some(RowForm::Ndjson),
        Format::Csv => Some(RowForm::Csv),
        Format::Table | Format::Json | Format::Raw => None,
    }
}

/// Refuses `raw` where rows of several answers come out.
fn refuse_raw(format: Format, hint: &str) -> Result<(), UsageError> {
    match format {
        Format::Raw => {
            Err(UsageError::new("`raw` gives one answer's bytes, and this may take several")
                .hint(hint))
        }
        _ => Ok(()),
    }
}

/// What did not come, or not wholly. It is told when the rows are out.
#[derive(Debug, Default)]
struct Missing {
    lines: Vec<String>,
    invalid_rows: u64,
    /// True once a page came: what fails after that makes the rows incomplete, not nothing.
    has_begun: bool,
    /// What ended a walk before its end.
    lost: Option<zoom_dashboard::Error>,
}

/// How many invalid rows are told one by one.
const INVALID_ROWS_SHOWN: u64 = 10;

impl Missing {
    /// Takes note of a page. False when what should be its rows is no list.
    fn page(&mut self, frame: &RawPage<'_>) -> bool {
        self.has_begun = true;
        if let Some(invalid) = &frame.invalid {
            self.invalid(invalid);
        }
        frame.invalid.is_none()
    }

    /// The page after one that came. A failure ends the walk, and what came stays.
    fn following<P>(&mut self, next: Result<Option<P>, zoom_dashboard::Error>) -> Option<P> {
        match next {
            Ok(page) => page,
            Err(error) => {
                self.lost = Some(error);
                None
            }
        }
    }

    /// A failure after a page came ends the work, and what came stays. Before that, it is given
    /// back.
    fn lost(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        if !self.has_begun {
            return Err(error);
        }
        self.lost = Some(error.downcast()?);
        Ok(())
    }

    fn invalid(&mut self, row: &zoom_wire::InvalidRow) {
        self.invalid_rows += 1;
        if self.invalid_rows <= INVALID_ROWS_SHOWN {
            self.lines.push(format!("invalid row: {row}"));
        }
    }

    /// Compares what a walk gave with what Zoom says there is.
    fn compare(&mut self, given: u64, total: Option<u64>) {
        if let Some(total) = total
            && given < total
        {
            self.lines.push(format!("Zoom counts {total} rows, and gave {given}"));
        }
    }

    /// True when nothing is known to be missing.
    const fn is_nothing(&self) -> bool {
        self.lines.is_empty() && self.lost.is_none()
    }

    /// Tells what is missing, and how the command ends with it.
    fn tell(self, zone: &Zone) -> Exit {
        for line in &self.lines {
            crate::output::note(line);
        }
        if self.invalid_rows > INVALID_ROWS_SHOWN {
            let more = self.invalid_rows - INVALID_ROWS_SHOWN;
            crate::output::note(format_args!("and {more} more invalid rows"));
        }
        if let Some(error) = &self.lost {
            crate::failure::report_lost(error, zone);
        }
        if self.is_nothing() { Exit::Done } else { Exit::Incomplete }
    }
}
