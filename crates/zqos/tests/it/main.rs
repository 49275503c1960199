//! The program, tested as users run it: the binary, in an environment of its own, against a
//! scripted server of this machine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod support;

mod api;
mod auth;
mod config;
mod failures;
mod formats;
mod get;
mod limits;
mod meetings;
mod network;
mod output;
mod pages;
mod participants;
mod people;
mod print_request;
mod privacy;
mod strangers;
mod summary;
mod terminal;
mod usage;
