//! The context files of a diagnosis.

use crate::cli::Diagnose;
use crate::config::Config;
use crate::context::site::SiteMap;
use crate::exit::UsageError;

/// What an organisation knows of itself; `None` where it has no such file.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) sites: Option<SiteMap>,
}

impl Context {
    pub(super) fn read(args: &Diagnose, config: &Config) -> Result<Self, UsageError> {
        let sites = args.sites.as_ref().or(config.sites.as_ref());
        Ok(Self { sites: sites.map(|file| SiteMap::read(file)).transpose()? })
    }

    /// Who provides the line of an address.
    pub(super) fn isp_of(&self, _address: &str) -> Option<&str> {
        None
    }
}
