#![doc = include_str!("../README.md")]

mod batch;
mod checksum;
mod delta;
mod disk;
#[cfg(test)]
mod every_sync;
mod file;
mod layout;
mod log;
mod merge;
mod object;
mod probe;
mod read;
mod reserve;
mod snapshot;
mod store;
pub use batch::Batch;
pub use delta::DataFile;
pub use layout::LayoutError;
pub use log::LogError;
pub use snapshot::{Damage, Snapshot};
pub use store::{Store, StoreError};
