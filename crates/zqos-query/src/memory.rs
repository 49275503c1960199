//! How queries share memory.

use std::fmt;

use datafusion::error::Result;
use datafusion::execution::memory_pool::{
    FairSpillPool, GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

/// A pool in which those that can spill share three quarters fairly, so that those that can't, such as the
/// merging of what was spilt, find something left. These may take all that is free.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    all: GreedyMemoryPool,
    spillers: FairSpillPool,
}

impl SharedMemory {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { all: GreedyMemoryPool::new(bytes), spillers: FairSpillPool::new(bytes / 4 * 3) }
    }
}

impl fmt::Display for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(f)
    }
}

impl MemoryPool for SharedMemory {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.all.register(consumer);
        self.spillers.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.spillers.unregister(consumer);
        self.all.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.all.grow(reservation, additional);
        if reservation.consumer().can_spill() {
            self.spillers.grow(reservation, additional);
        }
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        if reservation.consumer().can_spill() {
            self.spillers.shrink(reservation, shrink);
        }
        self.all.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.all.try_grow(reservation, additional)?;
        if reservation.consumer().can_spill()
            && let Err(error) = self.spillers.try_grow(reservation, additional)
        {
            self.all.shrink(reservation, additional);
            return Err(error);
        }
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.all.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.all.memory_limit()
    }
}
