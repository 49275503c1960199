//! What an organisation knows of itself, and Zoom does not: files beside the settings.

pub(crate) mod site;
