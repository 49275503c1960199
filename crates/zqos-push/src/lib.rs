#![doc = include_str!("../README.md")]

mod alarm;
mod counters;
mod endpoint;
mod keys;
mod pace;
mod receiver;
mod socket;
mod turn;
mod watch;
mod writer;

pub use counters::{Counters, FailingValidation, Refusal};
pub use endpoint::{PATH, router};
pub use keys::{AccountKey, Found, Secrets};
pub use receiver::{Receiver, Settings};
pub use socket::{Push, SignedBody, take_in};
pub use watch::Expected;
pub use writer::{Writer, WriterEnded};
