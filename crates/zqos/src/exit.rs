//! How a command ends.

use std::process::ExitCode;

/// The exit codes, in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, complete; also when standard output was closed by its reader.
    Done,
    /// It failed: the API said no, or the network did.
    Failed,
    /// Wrong usage or configuration, or an ambiguous name: nothing was attempted.
    Usage,
    /// Done as far as it went; what is missing was printed.
    Incomplete,
    /// Interrupted.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// Wrong usage or configuration: nothing was attempted.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct UsageError {
    message: String,
    /// Lines that show the place.
    pub(crate) place: Option<String>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl UsageError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, hint: None }
    }

    /// Shows the place of what is wrong.
    pub(crate) fn place(mut self, lines: Option<String>) -> Self {
        self.place = lines;
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The reader of standard output went away: there is nobody left to write for.
#[derive(Debug, thiserror::Error)]
#[error("standard output was closed by its reader")]
pub(crate) struct OutputClosed;
