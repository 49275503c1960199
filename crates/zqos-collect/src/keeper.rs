//! The one who writes: batches of many walks become durable together.

use std::io;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use zqos_store::{Batch, Store, StoreError};

/// How many batches may wait to be kept: memory is bounded by it.
const WAITING: usize = 4;
/// So many bytes of rows are held in memory before files are made of them. **Source**: measured, a day of 2,000
/// people: 250 MB at most with 32 MiB, 200 MB with 16 MiB and 175 MB with 12 MiB, which takes an eighth more
/// processor time than 32 MiB.
const HELD: usize = 12 << 20;
/// How many threads of the keeper may wait for the disk, or make files: each has memory of its own.
const AT_ONCE: usize = 2;
/// How often it is looked whether rows have waited long enough to be committed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A batch, and who wants to know when it is durable; without one, when all before it is in the tables.
type Letter = (Option<Batch>, oneshot::Sender<Result<(), Arc<StoreError>>>);

/// Gives batches to a store, which a thread of its own writes to.
#[derive(Debug, Clone)]
pub struct Keeper {
    letters: mpsc::Sender<Letter>,
    /// Why the thread has ended.
    failure: Arc<OnceLock<Arc<StoreError>>>,
}

impl Keeper {
    /// Starts to keep. The thread ends, and gives the store back, when every clone of the keeper is gone; what
    /// was kept is in the tables then.
    pub fn start(store: Store) -> (Self, JoinHandle<Result<Store, Arc<StoreError>>>) {
        let (letters, waiting) = mpsc::channel(WAITING);
        let failure = Arc::<OnceLock<_>>::default();
        let told = Arc::clone(&failure);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .max_blocking_threads(AT_ONCE)
                .enable_all()
                .build()
                .map_err(|error| Arc::new(StoreError::Folder(error)))?;
            runtime.block_on(keep(store.holding(HELD), waiting, &told))
        });
        (Self { letters, failure }, thread)
    }

    /// Keeps a batch: when this returns it is durable. Batches are kept in the order in which they were
    /// given.
    ///
    /// **Errors**: those of [`Store::append`]. After one nothing more is kept, and everybody is told it.
    pub async fn keep(&self, batch: Batch) -> Result<(), Arc<StoreError>> {
        self.send(Some(batch)).await
    }

    /// Brings what was kept into the tables, where it would come by itself within a minute.
    ///
    /// **Errors**: those of [`Store::commit`], and then as [`keep`](Self::keep).
    pub async fn commit(&self) -> Result<(), Arc<StoreError>> {
        self.send(None).await
    }

    async fn send(&self, batch: Option<Batch>) -> Result<(), Arc<StoreError>> {
        let (sender, answer) = oneshot::channel();
        if self.letters.send((batch, sender)).await.is_err() {
            return Err(self.failure());
        }
        answer.await.unwrap_or_else(|_| Err(self.failure()))
    }

    fn failure(&self) -> Arc<StoreError> {
        let ended = || StoreError::Folder(io::Error::other("the thread that writes has ended"));
        self.failure.get().map_or_else(|| Arc::new(ended()), Arc::clone)
    }
}

async fn keep(
    mut store: Store,
    mut waiting: mpsc::Receiver<Letter>,
    failure: &OnceLock<Arc<StoreError>>,
) -> Result<Store, Arc<StoreError>> {
    let failed = |error| Arc::clone(failure.get_or_init(|| Arc::new(error)));
    let mut letters = Vec::with_capacity(WAITING);
    loop {
        tokio::select! {
            // Both are cancel-safe: a letter is taken, or it is not.
            count = waiting.recv_many(&mut letters, WAITING) => {
                if count == 0 {
                    store.commit().await.map_err(failed)?;
                    return Ok(store);
                }
            }
            () = tokio::time::sleep(LOOK_EVERY) => {
                if store.is_due() {
                    store.commit().await.map_err(failed)?;
                }
                continue;
            }
        }
        let (batches, senders): (Vec<_>, Vec<_>) = letters.drain(..).unzip();
        let is_to_commit = batches.iter().any(Option::is_none);
        let mut kept = store.append(batches.into_iter().flatten()).await.map_err(failed);
        if is_to_commit && kept.is_ok() {
            kept = store.commit().await.map_err(failed);
        }
        for sender in senders {
            // Whoever left does not want to know.
            drop(sender.send(kept.clone()));
        }
        kept?;
    }
}
