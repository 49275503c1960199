//! Shows a zqos store: to people in a browser, to programs by an API, to Prometheus, and to clients written for
//! Zoom.
//!
//! [`Server`] holds what is shown and to whom; its router goes on a socket. Of the store only what is
//! acknowledged is read, one version of it at a time; nothing is written to it.
//!
//! - [`access`] decides who may see what: clients with secrets, sessions of browsers, roles, and the record of
//!   who saw whom.
//! - [`api`] is `/api/v1`, described by `/api/openapi.json`; [`metrics`] is `/metrics`.
//! - `/v2` is Zoom's own API, by `zqos-archive`.
//! - [`sql`] has queries answered by processes of their own.
//! - [`page`] has the dashboard, as it was built into the program.

pub mod access;
pub mod api;
pub mod coverage;
pub mod metrics;
pub mod page;
pub mod push;
pub mod spreadsheet;
pub mod sql;

mod cache;
mod guard;
mod held;
mod problem;
mod rate;
mod server;
mod zoom;

pub use problem::Problem;
pub use rate::Rate;
pub use server::{Names, Server, Settings};
