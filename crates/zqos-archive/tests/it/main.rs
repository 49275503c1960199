//! The archive, filled from the simulated Zoom, beside the simulated Zoom.

mod answers;
mod pages;
mod privacy;
mod typed;
mod world;
