//! What the crate promises, tested from outside.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]
#![expect(clippy::print_stdout, reason = "a failing test says what it replayed")]

mod corpus;
mod events;
mod fixtures;
mod leniency;
mod phone;
mod requests;
