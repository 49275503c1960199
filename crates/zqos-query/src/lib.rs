#![doc = include_str!("../README.md")]

mod answer;
mod archive;
mod bound;
mod days;
mod depth;
mod engine;
mod functions;
mod memory;
mod named;
mod ndjson;
mod parts;
mod pinned;
mod reports;
mod rollup;
mod sealed;
mod spill;
mod system;
mod truncate;
mod trust;
mod verdicts;
mod views;
mod wrong;

pub use answer::Answer;
pub use archive::{Archive, Limits, QueryError, Reach, Settings, SiteOf};
pub use depth::LONGEST as LONGEST_QUERY;
pub use reports::{Judged, Report, Samples, Which, quoted};
pub use rollup::refresh_rollups;
pub use verdicts::refresh_verdicts;
pub use wrong::WrongQuery;
