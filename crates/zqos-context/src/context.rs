//! All of it together.

use std::path::Path;

use crate::people::People;
use crate::provider::Providers;
use crate::rows::FileError;
use crate::site::SiteMap;

/// What an organisation knows of itself; `None` where it has no such file.
#[derive(Debug, Default)]
pub struct Context {
    /// Where it is.
    pub sites: Option<SiteMap>,
    /// Who belongs to it.
    pub people: Option<People>,
    /// Whose networks lead to it.
    pub providers: Option<Providers>,
}

impl Context {
    /// Reads the files that there are.
    ///
    /// **Errors**: the first thing that is wrong.
    pub fn read(
        sites: Option<&Path>,
        people: Option<&Path>,
        asn: Option<&Path>,
    ) -> Result<Self, FileError> {
        Ok(Self {
            sites: sites.map(SiteMap::read).transpose()?,
            people: people.map(People::read).transpose()?,
            providers: asn.map(Providers::read).transpose()?,
        })
    }

    /// Who provides the line of an address: the name, or the number where the file has no name.
    pub fn isp_of(&self, address: &str) -> Option<String> {
        let provider = self.providers.as_ref()?.of(address)?;
        Some(provider.name.clone().unwrap_or_else(|| format!("AS{}", provider.asn)))
    }
}
