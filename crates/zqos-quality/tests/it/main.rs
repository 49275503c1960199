//! Comparisons of joins, on worlds of which the truth is known.

mod change;
mod groups;
mod ranking;
mod world;
