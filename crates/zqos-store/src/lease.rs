//! Leases: what one program of all machines has for itself for some time.
//!
//! `leases/NAME/EPOCH.json` is made by whoever takes the lease with that epoch, which nobody else can make
//! again, and says until when. Clocks differ, and programs may stand still: who needs certainty fences.

use std::sync::Arc;

use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};
use serde::{Deserialize, Serialize};
use zqos_core::Timestamp;

/// How long a lease is good, in milliseconds. Whoever holds it longer renews it.
const TERM: i64 = 15 * 60 * 1_000;

/// A lease that was taken.
#[derive(Debug)]
pub(crate) struct Lease {
    objects: Arc<dyn ObjectStore>,
    dir: Path,
    epoch: u64,
    until: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Held {
    /// Milliseconds since 1970.
    until: i64,
}

impl Lease {
    /// Takes a lease; `None` when somebody has it.
    pub(crate) async fn take(
        objects: &Arc<dyn ObjectStore>,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let dir = Path::from(format!("leases/{name}"));
        let epochs = epochs(&**objects, &dir).await?;
        let last = epochs.iter().copied().max();
        if let Some(last) = last
            && !is_over(&**objects, &file(&dir, last), now).await?
        {
            return Ok(None);
        }
        let epoch = last.map_or(1, |last| last + 1);
        let lease =
            Self { objects: Arc::clone(objects), dir, epoch, until: now.unix_millis() + TERM };
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
        if now.unix_millis() + TERM / 2 < self.until {
            return Ok(true);
        }
        if epochs(&*self.objects, &self.dir).await?.iter().any(|epoch| *epoch > self.epoch) {
            return Ok(false);
        }
        self.until = now.unix_millis() + TERM;
        self.write(PutMode::Overwrite).await?;
        Ok(true)
    }

    /// Gives the lease back. Its epoch stays taken.
    pub(crate) async fn end(mut self) -> Result<(), Error> {
        self.until = i64::MIN;
        self.write(PutMode::Overwrite).await
    }

    async fn write(&self, mode: PutMode) -> Result<(), Error> {
        let held = serde_json::to_vec(&Held { until: self.until }).expect("numbers are JSON");
        let path = file(&self.dir, self.epoch);
        self.objects.put_opts(&path, PutPayload::from(held), mode.into()).await.map(drop)
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

/// True when a lease was given back, or is older than it says it may get.
async fn is_over(objects: &dyn ObjectStore, path: &Path, now: Timestamp) -> Result<bool, Error> {
    let held = match objects.get(path).await {
        // Whoever came after removed it.
        Err(Error::NotFound { .. }) => return Ok(false),
        held => held?.bytes().await?,
    };
    // What can't be read is nobody's.
    let held = serde_json::from_slice::<Held>(&held);
    Ok(held.map_or(true, |held| held.until <= now.unix_millis()))
}
