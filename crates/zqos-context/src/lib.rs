//! What an organisation knows of itself, and Zoom does not: files that people write.
//!
//! [`SiteMap`] has the sites and their networks, [`People`] who is in which team, [`Providers`] whose
//! a public address is. Each is read whole, and the first thing that is wrong is told with its line.

mod context;
mod missing;
mod network;
mod people;
mod provider;
mod rows;
mod site;

pub use context::Context;
pub use missing::MissingNetworks;
pub use people::{People, Person};
pub use provider::{Provider, Providers};
pub use rows::FileError;
pub use site::{Place, Site, SiteKind, SiteMap};
