//! What the crate promises, tested from outside.

mod corpus;
mod fixtures;
mod leniency;
mod requests;
