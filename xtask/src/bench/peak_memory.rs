//! The peak resident memory of a program.
//!
//! The kernel counts what a process held before it became the program, a copy of its parent
//! included. Therefore a fresh and small process of this binary stands in between: the figure is
//! never less than its few megabytes.

use std::{env, ffi::OsStr, path::Path, process::Command, process::ExitCode};

use anyhow::{Context, Result};

/// A command that runs the program given with its arguments and writes the peak, in KiB, to the
/// file `report`.
pub(super) fn measured(report: &Path, program: &Path) -> Result<Command> {
    let mut command =
        Command::new(env::current_exe().context("cannot tell where this binary lies")?);
    command.args([OsStr::new("peak-memory"), report.as_os_str(), program.as_os_str()]);
    Ok(command)
}

/// Reads what a command of [`measured`] wrote.
pub(super) fn reported_kib(report: &Path) -> Result<u32> {
    let text = std::fs::read_to_string(report)
        .with_context(|| format!("cannot read `{}`", report.display()))?;
    text.parse().with_context(|| format!("`{}` holds no number", report.display()))
}

/// The process in between: runs the program, writes the peak of its only child and ends as it did.
#[cfg(unix)]
pub(crate) fn measure(report: &str, program: &str, arguments: &[&str]) -> Result<ExitCode> {
    use nix::sys::resource::{UsageWho, getrusage};

    let status = Command::new(program)
        .args(arguments)
        .status()
        .with_context(|| format!("cannot start `{program}`"))?;
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    // Apple counts in bytes.
    let kib = if cfg!(target_vendor = "apple") { peak / 1024 } else { peak };
    std::fs::write(report, kib.to_string()).with_context(|| format!("cannot write `{report}`"))?;
    Ok(crate::passed_on(status))
}

#[cfg(not(unix))]
pub(crate) fn measure(_report: &str, _program: &str, _arguments: &[&str]) -> Result<ExitCode> {
    anyhow::bail!("peak memory is measured on Unix only")
}
