//! The simulator against what is known of Zoom, without a socket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod conformance;
mod decoding;
mod errors;
mod pages;
mod support;
mod tokens;
