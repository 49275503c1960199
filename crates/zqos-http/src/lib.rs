//! An HTTP server on a socket. What is served is a router of somebody else's; here are connections: how many,
//! how long they may take, how they are encrypted, and how they end.

mod crowd;
mod serve;
mod tls;

pub use rustls::ServerConfig;
pub use serve::{Bound, listen, serve, serve_at_most};
pub use tls::{TlsError, tls};
