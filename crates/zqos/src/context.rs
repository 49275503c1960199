//! What an organisation knows of itself, and Zoom does not: files beside the settings.

#[cfg(feature = "query")]
pub(crate) mod missing;
mod network;
#[cfg(feature = "query")]
pub(crate) mod people;
#[cfg(feature = "query")]
pub(crate) mod provider;
mod rows;
pub(crate) mod site;
