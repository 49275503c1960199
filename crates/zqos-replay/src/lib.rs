//! A loopback HTTP/1.1 server that replays scripted answers and faults.
//!
//! It stands in for Zoom wherever a test, a benchmark or the demonstration needs a socket and not a
//! simulation: what it answers is written down beforehand as [`Routes`], and what it was asked can
//! be read afterwards with [`Server::requests`]. It keeps connections alive, records targets as
//! they came (never percent-decoded), and breaks answers on request in the ways that networks do.
//!
//! ```
//! use zqos_replay::{Response, Routes, Server};
//!
//! let routes = Routes::new().on("GET", "/v2/users/me", Response::new(200).json(r#"{"id":"1"}"#));
//! let server = Server::start(routes)?;
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.requests(), []);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Threads are the standard library's: one accepts, one serves each connection, and dropping the
//! [`Server`] ends them all.

mod server;

mod request;
mod response;
mod routes;

pub mod fixtures;
#[cfg(feature = "tls")]
mod tls;

pub use request::Recorded;
pub use response::Response;
pub use routes::{Matcher, Responder, Routes};
pub use server::Server;
#[cfg(feature = "tls")]
pub use tls::Identity;
