//! A disk that makes no more durable than so many bytes a second, as those of virtual machines do.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{File, Site};

/// What everything that shares a disk may make durable, together.
#[derive(Debug)]
pub struct DiskCap {
    bytes_a_second: u32,
    passed: AtomicU64,
    /// When everything is durable that came before.
    free_at: Mutex<Instant>,
}

impl DiskCap {
    /// So many bytes a second.
    pub fn new(bytes_a_second: u32) -> Arc<Self> {
        let free_at = Mutex::new(Instant::now());
        Arc::new(Self { bytes_a_second, passed: AtomicU64::new(0), free_at })
    }

    /// How many bytes were made durable.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }

    /// Waits until so many bytes more are durable.
    fn pass(&self, bytes: u64) {
        self.passed.fetch_add(bytes, Ordering::Relaxed);
        let done_at = {
            let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            let took = Duration::from_nanos(
                bytes.saturating_mul(1_000_000_000) / u64::from(self.bytes_a_second.max(1)),
            );
            *free_at = (*free_at).max(Instant::now()) + took;
            *free_at
        };
        thread::sleep(done_at.saturating_duration_since(Instant::now()));
    }
}

/// A file of such a disk.
pub(super) struct Capped {
    file: fs::File,
    unsynced: u64,
    cap: Arc<DiskCap>,
}

impl Capped {
    pub(super) fn new(file: fs::File, cap: &Arc<DiskCap>) -> Self {
        Self { file, unsynced: 0, cap: Arc::clone(cap) }
    }
}

impl File for Capped {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.unsynced += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn sync_for(&mut self, site: Site) -> io::Result<()> {
        self.file.sync_for(site)?;
        self.cap.pass(std::mem::take(&mut self.unsynced));
        Ok(())
    }
}
