//! The simulator against what is known of Zoom: without a socket, but where it pushes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod company;
mod conformance;
mod decoding;
mod errors;
mod events;
mod pages;
mod phone;
mod socket;
mod support;
mod tokens;
mod webhook;
mod websocket;
