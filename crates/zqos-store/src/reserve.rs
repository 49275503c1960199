//! Room on the disk that is kept for what must be finished when there is no other.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::Disk;

/// As much as is committed at once: rows in memory are larger than their files.
pub(crate) const BYTES: u64 = 64 << 20;

/// True when an error says that there is no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A file of a writer's folder that holds nothing but room.
#[derive(Debug)]
pub(crate) struct Reserve {
    disk: Arc<dyn Disk>,
    path: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    is_kept: bool,
    /// How many things are done that may use it.
    loans: u32,
}

impl Reserve {
    /// The reserve in a folder, as a program has left it.
    pub(crate) fn new(disk: Arc<dyn Disk>, dir: &str) -> Self {
        let path = format!("{dir}/reserve");
        let is_kept = disk.describe(&path).is_ok_and(|entry| entry.len >= BYTES);
        Self { disk, path, state: Mutex::new(State { is_kept, loans: 0 }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Two plain values are never half written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes it unless it is there.
    pub(crate) fn keep(&self) -> io::Result<()> {
        let mut state = self.state();
        if !state.is_kept {
            if self.disk.free()?.is_some_and(|free| free < BYTES) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.disk.allocate(&self.path, BYTES)?;
            state.is_kept = true;
        }
        Ok(())
    }

    /// Lets everything use it that is done until the loan is dropped.
    pub(crate) fn lend(self: &Arc<Self>) -> Loan {
        self.state().loans += 1;
        Loan(Arc::clone(self))
    }

    /// Gives the room back to the disk. False when there was none, or nobody may use it.
    pub(crate) fn release(&self) -> bool {
        let mut state = self.state();
        let may_release = state.is_kept && state.loans > 0;
        if may_release {
            state.is_kept = false;
        }
        may_release && self.disk.remove(&self.path).is_ok()
    }

    /// How many bytes more there must be, so that so many can be written with the reserve kept.
    pub(crate) fn missing(&self, bytes: u64) -> u64 {
        let wanted = bytes + if self.state().is_kept { 0 } else { BYTES };
        let free = self.disk.free().ok().flatten().unwrap_or(0);
        // With a quota there is free space that is not for this user.
        if free < wanted { wanted - free } else { wanted }
    }
}

/// While it lives, the reserve may be used.
#[derive(Debug)]
pub(crate) struct Loan(Arc<Reserve>);

impl Drop for Loan {
    fn drop(&mut self) {
        self.0.state().loans -= 1;
    }
}
