//! Who replaces and removes files: one program at a time.
//!
//! On one machine a lock sees to that. Where several machines write it is a lease, and a program that stood
//! still may go on when its lease is over and another's has begun; others may be about to name files in a
//! table's log that are to be removed. So who has the lease first commits a change of the table's
//! metadata: Delta Lake lets no commit follow that knew only what was before it, and whoever commits
//! reads the table before he writes files for it.

use std::time::Duration;

use zqos_core::table::TABLES;

use crate::delta::TableLog as _;
use crate::disk::Lock;
use crate::lease::Lease;
use crate::store::{Store, StoreError};

/// Held by the program that replaces files.
const LOCK: &str = "wal/compaction";
/// The lease of whoever replaces files, where several machines write, and how long it is good.
const LEASE: &str = "leases/replacing";
const TERM: Duration = Duration::from_mins(15);

/// The right to replace and to remove files.
#[derive(Debug)]
pub(crate) struct Replacing {
    _lock: Lock,
    /// Where several machines write.
    lease: Option<Lease>,
    /// Tables to whose logs nothing is added that knows only what was before.
    is_fenced: [bool; TABLES.len()],
}

impl Store {
    /// Keeps other programs from replacing files.
    ///
    /// **Errors**: [`StoreError::Compacting`].
    pub(crate) async fn begin_replacing(&self) -> Result<Replacing, StoreError> {
        // Two at once would both replace the same files, and leave every row twice.
        let lock = self.disk.lock(LOCK).map_err(StoreError::Folder)?;
        let lock = lock.ok_or(StoreError::Compacting)?;
        let lease = if self.home.is_shared {
            let lease =
                Lease::take(&self.objects, LEASE.into(), TERM, false, self.clock.now()).await;
            Some(lease.map_err(StoreError::lease)?.ok_or(StoreError::Compacting)?)
        } else {
            None
        };
        Ok(Replacing { _lock: lock, lease, is_fenced: [false; TABLES.len()] })
    }

    /// Reads what a table is like, of which nobody else replaces or removes files then.
    ///
    /// **Errors**: [`StoreError::Compacting`] when another program has taken over.
    pub(crate) async fn fence(
        &mut self,
        place: usize,
        replacing: &mut Replacing,
    ) -> Result<(), StoreError> {
        if replacing.lease.is_some() && !replacing.is_fenced[place] {
            return self.fence_anew(place, replacing).await;
        }
        self.keep(replacing).await?;
        let table = &mut self.tables[place];
        table.refresh().await.map_err(StoreError::table(TABLES[place]))?;
        match &replacing.lease {
            Some(lease) if lease.epoch() != table.fence().epoch => Err(StoreError::Compacting),
            _ => Ok(()),
        }
    }

    /// The same; and whoever commits then has read what there was before, in the table and in the
    /// tombstones. So nobody names a file that is there now and not in the log.
    pub(crate) async fn fence_anew(
        &mut self,
        place: usize,
        replacing: &mut Replacing,
    ) -> Result<(), StoreError> {
        self.keep(replacing).await?;
        let table = &mut self.tables[place];
        let Some(lease) = &replacing.lease else {
            return table.refresh().await.map_err(StoreError::table(TABLES[place]));
        };
        let fenced = table.set_fence(lease.epoch()).await;
        replacing.is_fenced[place] = fenced.map_err(StoreError::table(TABLES[place]))?;
        if replacing.is_fenced[place] { Ok(()) } else { Err(StoreError::Compacting) }
    }

    /// Renews the right to replace files, where it ends by itself.
    ///
    /// **Errors**: [`StoreError::Compacting`] when another program has taken over.
    pub(crate) async fn keep(&self, replacing: &mut Replacing) -> Result<(), StoreError> {
        let Some(lease) = &mut replacing.lease else { return Ok(()) };
        let is_kept = lease.keep(self.clock.now()).await.map_err(StoreError::lease)?;
        if is_kept { Ok(()) } else { Err(StoreError::Compacting) }
    }

    /// Lets others replace files, and passes on what came of doing it.
    pub(crate) async fn end_replacing<T>(
        &self,
        replacing: Replacing,
        outcome: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(lease) = replacing.lease {
            let ended = lease.end().await.map_err(StoreError::lease);
            // What went wrong before tells more.
            return outcome.and_then(|done| ended.map(|()| done));
        }
        outcome
    }
}
