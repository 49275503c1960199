//! What changed the tables, as their logs tell it.

use serde::Deserialize;
use zqos_core::Timestamp;
use zqos_core::table::Table;

use crate::snapshot::Snapshot;
use crate::store::StoreError;

/// A version of a table, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The table.
    pub table: &'static Table,
    /// The version that it made.
    pub version: u64,
    /// When, by the clock of whoever did; `None` where the log does not say.
    pub at: Option<Timestamp>,
    /// What was done, in Delta's words (`WRITE`, `OPTIMIZE`, `CREATE TABLE`); `None` where the log does
    /// not say.
    pub operation: Option<String>,
    /// How many files came.
    pub added: u64,
    /// How many went.
    pub removed: u64,
}

/// A line of a table's log.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Action {
    commit_info: Option<CommitInfo>,
    add: Option<serde::de::IgnoredAny>,
    remove: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CommitInfo {
    timestamp: Option<i64>,
    operation: Option<String>,
}

impl Snapshot {
    /// The commits of every table, the oldest first, as far back as its log has them one by one.
    ///
    /// **Errors**: [`StoreError::Folder`] when a log can't be read.
    pub fn commits(&self) -> Result<Vec<Commit>, StoreError> {
        let mut commits = Vec::new();
        for (table, last, _) in self.tables() {
            let folder = format!("tables/{}/_delta_log", table.name);
            let names = self.home.files.of_log(&folder).map_err(StoreError::Folder)?;
            let mut versions: Vec<u64> = names
                .iter()
                .filter_map(|name| name.strip_suffix(".json"))
                .filter(|name| name.len() == 20)
                .filter_map(|name| name.parse().ok())
                .filter(|version| *version <= last)
                .collect();
            versions.sort_unstable();
            for version in versions {
                let text = self.home.files.read_all(&format!("{folder}/{version:020}.json"));
                // Another program may clean up the log meanwhile.
                let text = match text {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    text => text.map_err(StoreError::Folder)?,
                };
                commits.push(commit(table, version, &text));
            }
        }
        Ok(commits)
    }
}

fn commit(table: &'static Table, version: u64, text: &[u8]) -> Commit {
    let mut commit = Commit { table, version, at: None, operation: None, added: 0, removed: 0 };
    for line in text.split(|byte| *byte == b'\n') {
        // What this program does not know it passes over, as Delta's protocol says.
        let Ok(action) = serde_json::from_slice::<Action>(line) else { continue };
        commit.added += u64::from(action.add.is_some());
        commit.removed += u64::from(action.remove.is_some());
        if let Some(info) = action.commit_info {
            commit.at = info.timestamp.and_then(|at| Timestamp::from_unix_millis(at).ok());
            commit.operation = info.operation;
        }
    }
    commit
}

#[cfg(test)]
mod tests {
    use zqos_core::table::MEETINGS;

    use super::*;

    #[test]
    fn a_commit_tells_when_what_and_how_much() {
        let text = br#"{"commitInfo":{"timestamp":1795413315642,"operation":"OPTIMIZE","other":{}}}
{"add":{"path":"day=2026-11-19/x.parquet","size":12}}
{"remove":{"path":"day=2026-11-19/y.parquet"}}
{"remove":{"path":"day=2026-11-19/z.parquet"}}
{"news":{}}
"#;
        let commit = commit(&MEETINGS, 7, text);
        assert_eq!((commit.version, commit.added, commit.removed), (7, 1, 2));
        assert_eq!(commit.operation.as_deref(), Some("OPTIMIZE"));
        assert_eq!(commit.at.unwrap().unix_millis(), 1_795_413_315_642);
    }
}
