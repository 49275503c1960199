#![doc = include_str!("../README.md")]

mod batch;
mod delta;
mod disk;
mod file;
mod layout;
mod log;
mod merge;
mod object;
mod order;
mod read;
mod snapshot;
mod store;
pub use batch::Batch;
pub use delta::DataFile;
pub use layout::LayoutError;
pub use log::LogError;
pub use snapshot::{Damage, Snapshot};
pub use store::{Store, StoreError};
