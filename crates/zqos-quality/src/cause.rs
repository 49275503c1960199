//! Causes: which incidents explain what went wrong, for whom, when, and how sure that is.
//!
//! File joins with their minutes in a [`Casebook`], in any order, and [`Casebook::diagnose`] them.
//!
//! - A minute of a join shows *symptoms*, by what is usual: delays and signals by the person's own quiet
//!   minutes, losses by their absence. What a speaker lost on the way out is not held against who
//!   listens.
//! - A *pattern* says which symptoms a cause shows, and whose joins show them together: those of a site,
//!   a provider, a data centre, a person, a release, a tunnel. Each minute speaks for or against it, by how
//!   often the symptom shows when nothing is wrong; minutes of one join count for less, as they are alike.
//! - Where that adds up over time is a stretch. The heaviest stretch of all becomes an [`Incident`], and what
//!   it explains speaks for nothing else; then the next one, until none is more probable than chance.
//!
//! Where two causes say the same of the same joins the cause is [`Cause::NotDeterminable`], and so are those
//! of one direction as long as nobody knows which of input and output is sent.

mod evidence;
mod incident;
mod index;
mod pattern;
mod record;
mod search;
mod stretch;
mod suspect;
mod symptom;
mod usual;
mod word;

pub use incident::{Diagnosis, Hurt, Incident, Tally, Unexplained};
pub use record::{Casebook, Join, Minutes, Site, SiteKind};
pub use word::{Cause, Scope, ScopeKind};

#[cfg(test)]
mod tests;
