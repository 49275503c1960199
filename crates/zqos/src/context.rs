//! What an organisation knows of itself, and Zoom does not: files beside the settings.

mod network;
mod rows;
pub(crate) mod site;
