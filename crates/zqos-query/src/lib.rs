#![doc = include_str!("../README.md")]

mod archive;
mod pinned;
mod wrong;

pub use archive::{Answer, Archive, Limits, QueryError, Reach};
pub use wrong::WrongQuery;
