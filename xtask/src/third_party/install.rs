//! Packages of others, in the versions that are committed, installed once below the target folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{process::quietly, workspace::Workspace};

/// Where the list of packages and the scripts that use them are committed.
pub(crate) fn sources(workspace: &Workspace) -> PathBuf {
    workspace.root.join("tests/third-party")
}

/// The folder with the `node_modules` that the lock file describes.
pub(crate) fn node_packages(workspace: &Workspace) -> Result<PathBuf> {
    let (sources, folder) = (sources(workspace), folder(workspace)?);
    let lock = "package-lock.json";
    if folder.join("node_modules/.bin/newman").exists()
        && read(&folder.join(lock))? == read(&sources.join(lock))?
    {
        return Ok(folder);
    }
    for name in ["package.json", lock] {
        copy(&sources.join(name), &folder.join(name))?;
    }
    let mut install = Command::new("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
    quietly(&mut install)?;
    Ok(folder)
}

/// A Python that has what `requirements.txt` names, and nothing else.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf> {
    let (sources, folder) = (sources(workspace), folder(workspace)?);
    let environment = folder.join("python");
    let python = environment.join("bin/python");
    let committed = sources.join("requirements.txt");
    // Lies there only when everything in it is installed.
    let installed = environment.join("requirements.txt");
    if python.exists() && installed.exists() && read(&installed)? == read(&committed)? {
        return Ok(python);
    }
    quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    // Nothing that the list does not name, and no code of a package run to install it.
    install.args(["--no-deps", "--only-binary", ":all:", "--requirement"]).arg(&committed);
    quietly(&mut install)?;
    copy(&committed, &installed)?;
    Ok(python)
}

/// Copies a file.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy `{}` to `{}`", from.display(), to.display()))
}

/// Where packages are installed.
fn folder(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("third-party");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    Ok(folder)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}
