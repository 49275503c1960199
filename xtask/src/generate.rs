//! Files that zqos itself prints and that are committed, so that packagers need not build to have
//! them.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{process::quietly, workspace::Workspace, zqos::Zqos};

/// Each file below the root and the command line that prints it.
const FILES: &[(&str, &[&str])] = &[
    ("assets/man/zqos.1", &["man"]),
    ("assets/completions/zqos.bash", &["completions", "bash"]),
    ("assets/completions/_zqos", &["completions", "zsh"]),
    ("assets/completions/zqos.fish", &["completions", "fish"]),
    ("assets/completions/_zqos.ps1", &["completions", "powershell"]),
    ("assets/completions/zqos.elv", &["completions", "elvish"]),
];

/// Writes every file anew.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    for (path, text) in generated(workspace)? {
        let path = workspace.root.join(path);
        let folder = path.parent().unwrap_or(&workspace.root);
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

/// Fails with the names of the files that are not as zqos prints them.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let stale: Vec<&str> = generated(workspace)?
        .into_iter()
        .filter(|(path, text)| fs::read(workspace.root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    ensure!(
        stale.is_empty(),
        "not as zqos prints them, run `cargo xtask generate`: {}",
        stale.join(", ")
    );
    Ok(())
}

fn generated(workspace: &Workspace) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let zqos = Zqos::debug(workspace)?;
    FILES.iter().map(|&(path, arguments)| Ok((path, printed(zqos.path(), arguments)?))).collect()
}

fn printed(zqos: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let text = quietly(Command::new(zqos).args(arguments))?;
    ensure!(!text.is_empty(), "`zqos {}` printed nothing", arguments.join(" "));
    Ok(text)
}
