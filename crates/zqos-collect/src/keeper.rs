//! The one who writes: batches of many walks become durable together.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use zqos_store::{Batch, Store, StoreError};

/// How many batches may wait to be kept: memory is bounded by it.
const WAITING: usize = 16;
/// How often it is looked whether rows have waited long enough to be committed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A batch, and who wants to know when it is durable.
type Letter = (Batch, oneshot::Sender<Result<(), Arc<StoreError>>>);

/// Gives batches to a store, which a thread of its own writes to.
#[derive(Debug, Clone)]
pub struct Keeper {
    letters: mpsc::Sender<Letter>,
}

impl Keeper {
    /// Starts to keep. The thread ends, and gives the store back, when every clone of the keeper is gone; what
    /// was kept is in the tables then.
    pub fn start(store: Store) -> (Self, JoinHandle<Result<Store, StoreError>>) {
        let (letters, waiting) = mpsc::channel(WAITING);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map_err(StoreError::Folder)?.block_on(keep(store, waiting))
        });
        (Self { letters }, thread)
    }

    /// Keeps a batch: when this returns it is durable. Batches are kept in the order in which they were
    /// given.
    ///
    /// **Errors**: those of [`Store::append`]. After one nothing more is kept.
    pub async fn keep(&self, batch: Batch) -> Result<(), Arc<StoreError>> {
        let (sender, answer) = oneshot::channel();
        // A thread that has ended has told why, to whoever waited then.
        let ended = || Arc::new(StoreError::Busy);
        self.letters.send((batch, sender)).await.map_err(|_| ended())?;
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}

async fn keep(mut store: Store, mut waiting: mpsc::Receiver<Letter>) -> Result<Store, StoreError> {
    let mut letters = Vec::with_capacity(WAITING);
    loop {
        tokio::select! {
            // Both are cancel-safe: a letter is taken, or it is not.
            count = waiting.recv_many(&mut letters, WAITING) => {
                if count == 0 {
                    store.commit().await?;
                    return Ok(store);
                }
            }
            () = tokio::time::sleep(LOOK_EVERY) => {
                if store.is_due() {
                    store.commit().await?;
                }
                continue;
            }
        }
        let (batches, senders): (Vec<_>, Vec<_>) = letters.drain(..).unzip();
        let kept = store.append(batches).await.map_err(Arc::new);
        for sender in senders {
            // Whoever left does not want to know.
            drop(sender.send(kept.clone()));
        }
        if let Err(error) = kept {
            drop(waiting);
            return Err(Arc::try_unwrap(error).unwrap_or(StoreError::Busy));
        }
    }
}
