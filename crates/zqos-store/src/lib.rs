//! x
mod disk;
mod log;
