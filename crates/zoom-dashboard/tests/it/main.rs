//! The client as its callers see it: against a scripted transport with time paused, and against
//! sockets of this machine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod simulated;
mod support;

mod events;
mod limits;
mod pages;
mod retries;
mod secrets;
mod tokens;

mod addresses;
mod network;
