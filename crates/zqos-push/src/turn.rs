//! Two writers of one store, which take turns.

use std::mem;
use std::panic::resume_unwind;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use zqos_store::{Batch, Store, StoreError};

use crate::counters::Counters;

/// So much memory rows take when they are brought into the tables, if a minute is not over before.
const COMMIT_BYTES: usize = 16 << 20;
/// More rows are not taken while the others can't be brought into the tables. A writer's reserve on the
/// disk is of this size.
const MOST_BYTES: usize = 64 << 20;
/// How often it is looked whether rows have waited long enough; and how soon it is tried again to bring
/// them into the tables when that failed.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(5);

/// One takes in, and the other brings what it has taken into the tables.
pub(crate) struct Turn {
    store: Store,
    /// The other one, when it has nothing to do.
    rested: Option<Store>,
    /// The other one, while it commits.
    commit: Option<JoinHandle<(Store, Result<(), StoreError>)>>,
    /// When it is tried again to commit, after that failed.
    again_at: Option<Instant>,
}

impl Turn {
    pub(crate) fn new([store, other]: [Store; 2]) -> Self {
        Self { store, rested: Some(other), commit: None, again_at: None }
    }

    /// The one that takes in.
    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// True when no more may be taken in before something has come into the tables.
    pub(crate) const fn is_full(&self) -> bool {
        self.store.waiting_bytes() >= MOST_BYTES
    }

    /// Takes rows in: when this returns they are durable.
    pub(crate) async fn acknowledge(
        &mut self,
        batches: Vec<Batch>,
        counters: &Counters,
    ) -> Result<(), StoreError> {
        let before = self.store.turned_away().repeated;
        let taken = self.store.acknowledge(batches).await;
        counters.count_repeated_rows(self.store.turned_away().repeated - before);
        taken
    }

    /// Changes turns when rows have waited for a minute, or are many, and the other has done its part.
    pub(crate) async fn commit_if_due(&mut self, counters: &Counters) {
        if self.commit.as_ref().is_some_and(JoinHandle::is_finished) {
            self.rest(counters).await;
        }
        let is_due = self.store.is_due() || self.store.waiting_bytes() >= COMMIT_BYTES;
        let is_time = self.again_at.is_none_or(|again_at| Instant::now() >= again_at);
        if is_due
            && is_time
            && let Some(rested) = self.rested.take()
        {
            let mut full = mem::replace(&mut self.store, rested);
            self.commit = Some(tokio::spawn(async move {
                let committed = full.commit().await;
                (full, committed)
            }));
        }
    }

    /// Waits until the other has done its part.
    async fn rest(&mut self, counters: &Counters) {
        let Some(commit) = self.commit.take() else { return };
        let (store, committed) =
            commit.await.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(_) => unreachable!("nobody aborts it"),
            });
        self.again_at = committed.is_err().then(|| Instant::now() + LOOK_EVERY);
        counters.count_commit(committed.is_ok());
        if let Err(error) = committed {
            warn("rows can't be brought into the tables", &error);
        }
        self.rested = Some(store);
    }

    /// Brings everything into the tables.
    pub(crate) async fn finish(&mut self, counters: &Counters) -> Result<(), StoreError> {
        self.rest(counters).await;
        if let Some(rested) = &mut self.rested {
            rested.commit().await?;
        }
        self.store.commit().await
    }
}

/// Tells what failed, and why.
pub(crate) fn warn(what: &str, error: &StoreError) {
    let error: &(dyn std::error::Error + 'static) = error;
    tracing::warn!(error, "{what}");
}
