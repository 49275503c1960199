//! The endpoint, over a store in a folder: what is answered, and what is kept then.

mod kept;
mod refused;
mod secrets;
mod support;
