//! SQL over the tables of a store.
//!
//! An [`Archive`] is one version of each table, so that two queries of it see the same rows. It can't
//! be written: whatever is no query is refused.

mod archive;
mod pinned;
mod wrong;

pub use archive::{Answer, Archive, Limits, QueryError, Reach};
pub use wrong::WrongQuery;
