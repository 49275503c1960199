#![doc = include_str!("../README.md")]

mod batch;
mod delta;
mod disk;
mod file;
mod history;
mod layout;
mod log;
mod merge;
mod object;
mod read;
mod snapshot;
mod store;
pub use batch::Batch;
pub use delta::DataFile;
pub use history::Commit;
pub use layout::LayoutError;
pub use log::LogError;
pub use snapshot::{Damage, Snapshot};
pub use store::{Store, StoreError};
