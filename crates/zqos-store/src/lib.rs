#![doc = include_str!("../README.md")]

mod batch;
mod cell;
mod checksum;
mod compact;
mod delta;
mod disk;
mod door;
mod erase;
#[cfg(test)]
mod every_sync;
mod file;
mod history;
mod home;
mod layout;
mod lease;
mod log;
mod merge;
mod object;
mod order;
mod probe;
mod pushed;
mod read;
mod recall;
#[cfg(any(test, feature = "s3"))]
mod remote;
mod replacing;
mod reserve;
#[cfg(any(test, feature = "s3"))]
mod s3;
mod snapshot;
mod store;
mod tombstone;
mod vacuum;

pub use batch::{Batch, Letter, Raw};
pub use compact::Compacted;
pub use delta::DataFile;
#[cfg(feature = "faults")]
pub use disk::capped::DiskCap;
pub use door::TurnedAway;
pub use erase::Erased;
pub use history::Commit;
pub use home::Location;
pub use layout::LayoutError;
pub use lease::AccountLease;
pub use log::LogError;
pub use order::spare_a_processor;
pub use pushed::{JoinTimes, Minutes, Pushed, Sorts};
pub use read::StoredFile;
pub use recall::{DeadLetter, Known, KnownCall, dead_letters, push_alarms};
pub use snapshot::{Damage, Snapshot};
pub use store::{Store, StoreError};
