#![doc = include_str!("../README.md")]

mod counters;
mod endpoint;
mod keys;
mod pace;
mod receiver;
mod socket;
mod turn;
mod writer;

pub use counters::{Counters, Refusal};
pub use endpoint::{PATH, router};
pub use keys::{AccountKey, Found, Secrets};
pub use receiver::{Receiver, Settings};
pub use socket::{Push, SignedBody, take_in};
pub use writer::{Writer, WriterEnded};
