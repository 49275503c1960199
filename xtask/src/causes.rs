//! How well causes are named: a page of the documentation, with its pictures, that `zqos-exam` writes.

use anyhow::Result;

use crate::{process::loudly, workspace::Workspace};

/// Examines, and writes the page anew; `arguments` are those of the examination.
pub(crate) fn write(arguments: &[&str], workspace: &Workspace) -> Result<()> {
    let exam = ["run", "--quiet", "--release", "--package", "zqos-exam", "--"];
    let folder = workspace.root.join("docs");
    loudly(workspace.cargo().args(exam).arg(folder).args(arguments))
}
