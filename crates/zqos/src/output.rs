//! What people and programs see: data on standard output, everything else on standard error.

pub(crate) mod columns;
pub(crate) mod json;
pub(crate) mod listing;
pub(crate) mod rows;
pub(crate) mod sparkline;
#[cfg(feature = "store")]
pub(crate) mod typed;

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::Format;
use crate::exit::OutputClosed;

/// Standard output. It maps a reader that went away to [`OutputClosed`], which ends the program
/// with success.
pub(crate) struct Output {
    writer: BufWriter<StdoutLock<'static>>,
    is_terminal: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        let stdout = io::stdout().lock();
        let is_terminal = stdout.is_terminal();
        Self { writer: BufWriter::with_capacity(64 * 1024, stdout), is_terminal }
    }

    /// The format asked for; else a table on a terminal and JSON elsewhere.
    pub(crate) const fn format(&self, asked: Option<Format>) -> Format {
        match asked {
            Some(format) => format,
            None if self.is_terminal => Format::Table,
            None => Format::Json,
        }
    }

    /// True when rows come out on a terminal one by one.
    pub(crate) fn shows_rows(format: Option<Format>) -> bool {
        !matches!(format, None | Some(Format::Table)) && io::stdout().is_terminal()
    }

    /// True where somebody looks on.
    #[cfg(feature = "query")]
    pub(crate) const fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// How wide a line may be: as wide as the terminal, or 120 columns.
    pub(crate) fn width(&self) -> usize {
        terminal_size::terminal_size()
            .filter(|_| self.is_terminal)
            .map_or(120, |(terminal_size::Width(width), _)| usize::from(width).max(60))
    }

    /// True where bold and dim text may be used: on a terminal, unless `NO_COLOR` is set.
    pub(crate) fn may_style(&self) -> bool {
        self.is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    /// Writes through `write`.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        clear();
        write(&mut self.writer).map_err(output_error)
    }

    /// Writes an answer as JSON.
    #[cfg(feature = "query")]
    pub(crate) fn json(&mut self, answer: &impl serde::Serialize) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec_pretty(answer)?;
        text.push(b'\n');
        self.write(|out| out.write_all(&text))
    }

    /// Hands everything over. Whoever writes calls this last.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        clear();
        self.writer.flush().map_err(output_error)
    }
}

fn output_error(error: io::Error) -> anyhow::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        OutputClosed.into()
    } else {
        anyhow::Error::new(error).context("standard output can't be written")
    }
}

/// Tells people something beside the data, on standard error. A closed standard error is nobody
/// to tell.
pub(crate) fn note(text: impl std::fmt::Display) {
    clear();
    // At one go, for another program may write to the same place.
    drop(io::stderr().lock().write_all(format!("{text}\n").as_bytes()));
}

/// True while a line of progress stands on the terminal.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// Writes over the last line of the terminal, and leaves the cursor at its start.
pub(crate) fn overwrite(line: &str) {
    let mut stderr = io::stderr().lock();
    // A closed standard error is nobody to tell.
    drop(write!(stderr, "\u{1b}[K{line}\r").and_then(|()| stderr.flush()));
    IS_SHOWN.store(!line.is_empty(), Ordering::Relaxed);
}

/// Takes the line of progress away, if there is one.
pub(crate) fn clear() {
    if IS_SHOWN.load(Ordering::Relaxed) {
        overwrite("");
    }
}
