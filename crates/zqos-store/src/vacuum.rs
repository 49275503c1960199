//! Files that no version of a table has, or will have.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::UNIX_EPOCH;

use zqos_core::table::TABLES;

use crate::delta::TableLog as _;
use crate::disk::{Entry, Lock};
use crate::home::DELTA_LOG;
use crate::object::UNFINISHED;
use crate::replacing::Replacing;
use crate::store::{Store, StoreError};

/// How long readers may take that have files open which were replaced.
const GRACE: i64 = 60 * 60 * 1_000;

impl Store {
    /// Removes files that no version of a table has; returns how many. Who calls has the lock of those
    /// who replace files.
    ///
    /// With `spares_readers`, those that are younger than an hour stay.
    pub(crate) async fn vacuum(
        &mut self,
        replacing: &mut Replacing,
        spares_readers: bool,
    ) -> Result<usize, StoreError> {
        let mut removed = 0;
        // Whose log nobody holds does not write, and can't begin to while this holds it.
        let mut idle = HashMap::new();
        for (place, table) in TABLES.into_iter().enumerate() {
            let folder = format!("tables/{}", table.name);
            // Listed before the log is read: what is committed in between is in the log.
            let mut listed = self.home.files.of_table(&folder).map_err(StoreError::Folder)?;
            for (_, entry) in &listed {
                self.look_whether_idle(&entry.name, &mut idle)?;
            }
            self.tables[place].refresh().await.map_err(StoreError::table(table))?;
            let mut live = self.live(place)?;
            listed.retain(|(path, entry)| {
                !live.contains(path) && (!spares_readers || !self.is_young(entry))
            });
            if self.home.is_shared && !listed.is_empty() {
                // What was listed and is in no log by then will never be.
                self.fence_anew(place, replacing).await?;
                live = self.live(place)?;
            }
            if !listed.is_empty() {
                // Else a file could go, and after a loss of power a log that names it be back: whoever
                // committed may not know that he did.
                let log = format!("{folder}/{DELTA_LOG}");
                self.home.files.sync_dir(&log).map_err(StoreError::Folder)?;
            }
            let mut dirs = HashSet::new();
            for (path, entry) in listed {
                if live.contains(&path) || !self.is_dead(place, &entry.name, &idle).await? {
                    continue;
                }
                let path = format!("{folder}/{path}");
                match self.home.files.remove(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(StoreError::Folder(error));
                    }
                    _ => removed += 1,
                }
                dirs.insert(crate::disk::parent(&path).to_owned());
            }
            for dir in dirs {
                self.home.files.sync_dir(&dir).map_err(StoreError::Folder)?;
            }
        }
        Ok(removed)
    }

    /// The paths of a table's files that count.
    fn live(&self, place: usize) -> Result<HashSet<String>, StoreError> {
        let files = self.tables[place].files().map_err(StoreError::table(TABLES[place]))?;
        Ok(files.into_iter().map(|file| file.path).collect())
    }

    fn is_young(&self, entry: &Entry) -> bool {
        let modified = entry.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified = i64::try_from(modified.as_millis()).unwrap_or(i64::MAX);
        self.clock.now().unix_millis().saturating_sub(modified) < GRACE
    }

    /// Holds the log of who wrote a file, when nobody else does.
    fn look_whether_idle(
        &self,
        name: &str,
        idle: &mut HashMap<String, Option<Lock>>,
    ) -> Result<(), StoreError> {
        let Some(writer) = self.writer_of(name) else { return Ok(()) };
        if writer == self.writer || idle.contains_key(&writer) {
            return Ok(());
        }
        let is_there = !self.disk.list(&writer).map_err(StoreError::Folder)?.is_empty();
        let lock = is_there.then(|| self.disk.lock(&format!("{writer}/lock"))).transpose();
        idle.insert(writer, lock.map_err(StoreError::Folder)?.flatten());
        Ok(())
    }

    /// True when nobody is going to name a file in a log that does not name it: it was replaced, or its
    /// writer has gone on without it.
    async fn is_dead(
        &self,
        place: usize,
        name: &str,
        idle: &HashMap<String, Option<Lock>>,
    ) -> Result<bool, StoreError> {
        if self.home.is_shared {
            // It was there before the fence, whoever wrote it.
            return Ok(name.starts_with("wal-"));
        }
        let Some(writer) = self.writer_of(name) else {
            // Not of ours.
            return Ok(false);
        };
        // This one does nothing else right now.
        if writer == self.writer || idle.get(&writer).is_some_and(Option::is_some) {
            return Ok(true);
        }
        if name.starts_with(UNFINISHED) {
            return Ok(false);
        }
        let Some(sequence) = sequence_of(name) else {
            // Whoever replaces files holds a lock, which is held here.
            return Ok(true);
        };
        let committed = self.tables[place].committed(&writer).await;
        Ok(sequence <= committed.map_err(StoreError::table(TABLES[place]))?)
    }

    /// The log of who wrote a file, by the file's name: `wal-000-…`, finished or not.
    fn writer_of(&self, name: &str) -> Option<String> {
        let name = name.strip_prefix(UNFINISHED).unwrap_or(name);
        let number = name.strip_prefix("wal-")?.get(..3)?;
        let wal = &self.home.wal;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{wal}/{number}"))
    }
}

/// Up to which record of the log a file has rows, by the file's name: `wal-000-rows-SEQUENCE-…`.
fn sequence_of(name: &str) -> Option<u64> {
    let (_, behind) = name.split_once("-rows-")?;
    behind.split('-').next()?.parse().ok()
}
