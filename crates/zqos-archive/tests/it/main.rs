//! The archive, filled from the simulated Zoom, beside the simulated Zoom.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]
#![expect(clippy::future_not_send, reason = "a test runs on one thread")]

mod answers;
mod pages;
mod privacy;
mod typed;
mod world;
