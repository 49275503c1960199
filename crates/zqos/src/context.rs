//! What an organisation knows of itself, and Zoom does not: files beside the settings.

pub(crate) mod missing;
mod network;
pub(crate) mod people;
pub(crate) mod provider;
mod rows;
pub(crate) mod site;
