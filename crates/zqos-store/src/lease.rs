//! Leases: what one program of all machines has for itself for some time.
//!
//! `leases/NAME/EPOCH.json` is made by whoever takes the lease with that epoch, which nobody else can make
//! again, and says until when. Clocks differ, and programs may stand still: who needs certainty fences.

use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};
use serde::{Deserialize, Serialize};
use zqos_core::{Clock, Timestamp};

use crate::disk::Lock;
use crate::store::{Store, StoreError};

/// A lease that was taken.
#[derive(Debug)]
pub(crate) struct Lease {
    objects: Arc<dyn ObjectStore>,
    dir: Path,
    epoch: u64,
    /// How long it is good, in milliseconds. Whoever holds it longer renews it.
    term: i64,
    until: i64,
    has_lock: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Held {
    /// Milliseconds since 1970.
    until: i64,
    /// Who has the lease has a lock of this machine as well, which ends with the program.
    #[serde(default)]
    has_lock: bool,
}

impl Lease {
    /// Takes the lease in a folder, which is good for so long; `None` when somebody has it. Who has the lock
    /// that goes with it knows that another one who had it has ended.
    pub(crate) async fn take(
        objects: &Arc<dyn ObjectStore>,
        dir: Path,
        term: Duration,
        has_lock: bool,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let term = i64::try_from(term.as_millis()).unwrap_or(i64::MAX);
        let epochs = epochs(&**objects, &dir).await?;
        let last = epochs.iter().copied().max();
        if let Some(last) = last
            && !is_over(&**objects, &file(&dir, last), has_lock, now).await?
        {
            return Ok(None);
        }
        let epoch = last.map_or(1, |last| last + 1);
        let until = now.unix_millis() + term;
        let lease = Self { objects: Arc::clone(objects), dir, epoch, term, until, has_lock };
        match lease.write(PutMode::Create).await {
            // When the answer to its making was lost, this is one's own; it is over after its term.
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => return Ok(None),
            written => written?,
        }
        for past in epochs {
            // The next one removes what is left.
            drop(objects.delete(&file(&lease.dir, past)).await);
        }
        Ok(Some(lease))
    }

    /// Which of those who had the lease this is: a later one has a higher number.
    pub(crate) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Renews the lease when half of its term is over; false when somebody else has taken it.
    pub(crate) async fn keep(&mut self, now: Timestamp) -> Result<bool, Error> {
        if now.unix_millis() + self.term / 2 < self.until {
            return Ok(true);
        }
        if epochs(&*self.objects, &self.dir).await?.iter().any(|epoch| *epoch > self.epoch) {
            return Ok(false);
        }
        self.until = now.unix_millis() + self.term;
        self.write(PutMode::Overwrite).await?;
        // A program that stood still before it wrote may have come too late.
        Ok(!epochs(&*self.objects, &self.dir).await?.iter().any(|epoch| *epoch > self.epoch))
    }

    /// Gives the lease back. Its epoch stays taken.
    pub(crate) async fn end(mut self) -> Result<(), Error> {
        self.until = i64::MIN;
        self.write(PutMode::Overwrite).await
    }

    async fn write(&self, mode: PutMode) -> Result<(), Error> {
        let held = serde_json::to_vec(&Held { until: self.until, has_lock: self.has_lock })
            .expect("numbers are JSON");
        let path = file(&self.dir, self.epoch);
        self.objects.put_opts(&path, PutPayload::from(held), mode.into()).await.map(drop)
    }
}

/// How long the lease of an account is good: so long nobody collects it after a program that died.
const ACCOUNT_TERM: Duration = Duration::from_mins(1);

/// The right to collect an account, which one program of all that use the store has at a time.
#[derive(Debug)]
pub struct AccountLease {
    lease: Lease,
    clock: Arc<dyn Clock>,
    /// Where all programs are on this machine: nobody has to wait for one that died. One that stands still is
    /// waited for until its lease is over, and loses it then.
    lock: Option<Lock>,
}

impl Store {
    /// Takes the lease of an account; `None` while another program has it.
    ///
    /// **Errors**: [`StoreError::Lease`].
    pub async fn lease_of(&self, account: &str) -> Result<Option<AccountLease>, StoreError> {
        // A name is one folder, whatever is in it.
        let dir = Path::from_iter(["leases", "accounts", account]);
        let lock = if self.home.is_shared {
            None
        } else {
            let name = format!("wal/collecting-{}", Path::from_iter([account]));
            self.disk.lock(&name).map_err(StoreError::Folder)?
        };
        let now = self.clock.now();
        let lease = Lease::take(&self.objects, dir, ACCOUNT_TERM, lock.is_some(), now).await;
        let lease = lease.map_err(StoreError::Lease)?;
        Ok(lease.map(|lease| AccountLease { lease, clock: Arc::clone(&self.clock), lock }))
    }
}

impl AccountLease {
    /// Which of those who had it this is; a later one has a higher number.
    pub const fn epoch(&self) -> u64 {
        self.lease.epoch
    }

    /// True when it is held still: asked before anything is done by its right. It is renewed meanwhile, and
    /// taken anew when it ran out, as for a program that stood still, and nobody else took it since: whoever did
    /// and has ended has left other things to be done.
    ///
    /// **Errors**: [`StoreError::Lease`]; then nothing may be done.
    pub async fn hold(&mut self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        if now.unix_millis() < self.lease.until {
            return self.lease.keep(now).await.map_err(StoreError::Lease);
        }
        let Lease { objects, dir, .. } = &self.lease;
        let anew = Lease::take(objects, dir.clone(), ACCOUNT_TERM, self.lock.is_some(), now).await;
        let Some(lease) = anew.map_err(StoreError::Lease)? else { return Ok(false) };
        if lease.epoch != self.lease.epoch + 1 {
            lease.end().await.map_err(StoreError::Lease)?;
            return Ok(false);
        }
        self.lease = lease;
        Ok(true)
    }

    /// Gives the lease back.
    ///
    /// **Errors**: [`StoreError::Lease`]; it ends by itself then.
    pub async fn end(self) -> Result<(), StoreError> {
        self.lease.end().await.map_err(StoreError::Lease)
    }
}

fn file(dir: &Path, epoch: u64) -> Path {
    dir.clone().join(format!("{epoch:020}.json"))
}

async fn epochs(objects: &dyn ObjectStore, dir: &Path) -> Result<Vec<u64>, Error> {
    let epochs = objects.list(Some(dir)).map_ok(|object| {
        let name = object.location.filename()?.strip_suffix(".json")?;
        name.parse().ok()
    });
    let epochs: Vec<Option<u64>> = epochs.try_collect().await?;
    Ok(epochs.into_iter().flatten().collect())
}

/// True when a lease was given back, or is older than it says it may get, or was of somebody with the lock
/// that another one has now.
async fn is_over(
    objects: &dyn ObjectStore,
    path: &Path,
    has_lock: bool,
    now: Timestamp,
) -> Result<bool, Error> {
    let held = match objects.get(path).await {
        // Whoever came after removed it.
        Err(Error::NotFound { .. }) => return Ok(false),
        held => held?.bytes().await?,
    };
    // What can't be read is nobody's.
    let held = serde_json::from_slice::<Held>(&held);
    Ok(held.map_or(true, |held| held.until <= now.unix_millis() || has_lock && held.has_lock))
}

#[cfg(test)]
mod tests {
    use zqos_core::ManualClock;

    use super::*;
    use crate::home::Location;

    async fn open(at: &std::path::Path, clock: &Arc<ManualClock>) -> Store {
        Store::open(Location::from(at), Arc::<ManualClock>::clone(clock)).await.unwrap()
    }

    fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::new("2026-11-20T10:00:00Z".parse().unwrap()))
    }

    #[tokio::test]
    async fn an_account_is_one_programs_until_it_gives_it_back() {
        let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
        let (one, other) = (open(dir.path(), &clock).await, open(dir.path(), &clock).await);
        for account in ["default", "../x", "a/b"] {
            let mut first = one.lease_of(account).await.unwrap().unwrap();
            assert!(other.lease_of(account).await.unwrap().is_none());
            for _ in 0..10 {
                clock.advance(Duration::from_secs(40));
                assert!(first.hold().await.unwrap());
                assert!(other.lease_of(account).await.unwrap().is_none(), "it is renewed");
            }
            let epoch = first.epoch();
            first.end().await.unwrap();
            assert!(other.lease_of(account).await.unwrap().unwrap().epoch() > epoch);
        }
        let outside = std::fs::read_dir(dir.path().parent().unwrap()).unwrap();
        assert!(outside.flatten().all(|entry| entry.file_name() != "x"), "names are no paths");
    }

    #[tokio::test]
    async fn nobody_waits_for_a_program_that_died() {
        let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
        let (one, other) = (open(dir.path(), &clock).await, open(dir.path(), &clock).await);
        let first = one.lease_of("default").await.unwrap().unwrap();
        // A lock ends with its program, and nothing is written by it.
        drop(first);
        assert!(other.lease_of("default").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn who_stood_still_loses_it_and_knows() {
        let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
        let (one, other) = (open(dir.path(), &clock).await, open(dir.path(), &clock).await);
        let mut first = one.lease_of("default").await.unwrap().unwrap();
        clock.advance(Duration::from_mins(10));
        let mut second = other.lease_of("default").await.unwrap().unwrap();
        assert!(!first.hold().await.unwrap(), "it is another's");
        // The lock of the first tells nothing of the second.
        drop(first);
        assert!(one.lease_of("default").await.unwrap().is_none());
        assert!(second.hold().await.unwrap());
    }

    #[tokio::test]
    async fn who_stood_still_and_lost_it_to_nobody_goes_on() {
        let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
        let store = open(dir.path(), &clock).await;
        let mut lease = store.lease_of("default").await.unwrap().unwrap();
        clock.advance(Duration::from_mins(10));
        assert!(lease.hold().await.unwrap());
        assert_eq!(lease.epoch(), 2);
    }
}
