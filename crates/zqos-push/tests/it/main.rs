//! The endpoint, over a store in a folder: what is answered, and what is kept then.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alarms;
mod crowd;
mod dialects;
mod kept;
mod refused;
mod secrets;
mod socket;
mod support;
