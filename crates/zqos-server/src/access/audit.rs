//! The record of who saw whom. Each line names the digest of the one before, so that none can be changed or
//! taken out without it showing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use zqos_core::Timestamp;

use super::Identity;
use super::client::digest;

/// The record can't be kept: then nothing is told either.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The file can't be read or written.
    #[error("the record of who saw whom, `{path}`, can't be kept")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line is not what it was.
    #[error("line {line} of `{path}` was changed, or lines before it are missing")]
    Broken {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

/// A line.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    at: String,
    who: String,
    role: String,
    /// What was asked: the path, and whom it is about.
    what: String,
    /// The digest of the line before; empty for the first.
    previous: String,
}

/// The record of who saw whom.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    last: String,
}

impl Audit {
    /// That of the server of a store, whose folder (or that of its log) this is: `audit.ndjson`, or, while another
    /// server keeps that, `audit-2.ndjson` and so on. It is read through.
    ///
    /// **Errors**: [`AuditError`].
    pub fn of_store(folder: &Path) -> Result<Self, AuditError> {
        let folder = folder.join("server");
        let mut number = 1;
        loop {
            let name = if number == 1 {
                "audit.ndjson".to_owned()
            } else {
                format!("audit-{number}.ndjson")
            };
            let path = folder.join(name);
            let failed = |source| AuditError::File { path: path.clone(), source };
            std::fs::create_dir_all(&folder).map_err(failed)?;
            let mut options = OpenOptions::new();
            options.append(true).create(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {
                    let last = Self::check(&path)?;
                    return Ok(Self { path, state: Mutex::new(State { file, last }) });
                }
                // Two chains in one file would be none.
                Err(TryLockError::WouldBlock) => number += 1,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
    }

    /// Reads a record through, and returns the digest of its last line; empty where there is none.
    ///
    /// **Errors**: [`AuditError::Broken`] for the first line that does not follow from the one before.
    pub fn check(path: &Path) -> Result<String, AuditError> {
        let failed = |source| AuditError::File { path: path.to_owned(), source };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut last = String::new();
        for (place, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(failed)?;
            let follows =
                serde_json::from_str::<Entry>(&line).is_ok_and(|entry| entry.previous == last);
            if !follows {
                return Err(AuditError::Broken { path: path.to_owned(), line: place + 1 });
            }
            last = digest(&line);
        }
        Ok(last)
    }

    /// Keeps that somebody is about to see something. It is in the file when this returns.
    ///
    /// **Errors**: [`AuditError::File`]; nothing may be told then.
    pub(crate) fn keep(&self, who: &Identity, what: &str, at: Timestamp) -> Result<(), AuditError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Entry {
            at: at.to_string(),
            who: who.name.clone(),
            role: who.role.as_str().to_owned(),
            what: what.to_owned(),
            previous: state.last.clone(),
        };
        let failed = |source| AuditError::File { path: self.path.clone(), source };
        let mut line = serde_json::to_string(&entry).map_err(|error| failed(error.into()))?;
        let digest = digest(&line);
        line.push('\n');
        state.file.write_all(line.as_bytes()).map_err(failed)?;
        state.last = digest;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::*;

    #[test]
    fn what_is_changed_or_taken_out_shows() {
        let folder = tempfile::tempdir().unwrap();
        let at: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let who =
            Identity { name: "ann".into(), role: Role::Analyst, accounts: vec!["default".into()] };
        {
            let audit = Audit::of_store(folder.path()).unwrap();
            audit.keep(&who, "/api/v1/people/bo", at).unwrap();
            audit.keep(&who, "/api/v1/people/cy", at).unwrap();
        }
        // It goes on where it was left; beside whoever keeps it there is another.
        let again = Audit::of_store(folder.path()).unwrap();
        let beside = Audit::of_store(folder.path()).unwrap();
        beside.keep(&who, "/api/v1/people/ed", at).unwrap();
        again.keep(&who, "/api/v1/people/di", at).unwrap();
        Audit::check(&folder.path().join("server/audit-2.ndjson")).unwrap();
        let path = folder.path().join("server/audit.ndjson");
        Audit::check(&path).unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        assert_eq!(lines.len(), 3);
        let broken_at = |text: String| {
            std::fs::write(&path, text).unwrap();
            match Audit::check(&path) {
                Err(AuditError::Broken { line, .. }) => line,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(broken_at(whole.replacen("people/bo", "people/xx", 1)), 2);
        assert_eq!(broken_at(format!("{}\n{}\n", lines[0], lines[2])), 2);
        assert_eq!(broken_at(format!("{}\n{}\n", lines[1], lines[2])), 1);
    }
}
