#![doc = include_str!("../README.md")]

mod answer;
mod archive;
mod cache;
mod cells;
mod contents;
mod error;
mod file;
mod meetings;
mod member;
mod query;
mod refusal;
mod respond;
mod route;
mod token;
mod typed;
mod version;

pub use answer::Answer;
pub use archive::Archive;
pub use error::ArchiveError;
