//! The context files of a diagnosis.

use std::path::PathBuf;

use crate::cli::ContextFiles;
use crate::config::Config;
use crate::context::people::People;
use crate::context::provider::Providers;
use crate::context::site::SiteMap;
use crate::exit::UsageError;

/// What an organisation knows of itself; `None` where it has no such file.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) sites: Option<SiteMap>,
    pub(super) people: Option<People>,
    providers: Option<Providers>,
}

impl Context {
    pub(super) fn read(files: &ContextFiles, config: &Config) -> Result<Self, UsageError> {
        let of = |flag: &Option<PathBuf>, setting: &Option<PathBuf>| {
            flag.as_ref().or(setting.as_ref()).cloned()
        };
        let set = &config.context;
        Ok(Self {
            sites: SiteMap::named(files.sites.as_ref(), set)?,
            people: of(&files.people, &set.people).map(|path| People::read(&path)).transpose()?,
            providers: of(&files.asn, &set.asn).map(|path| Providers::read(&path)).transpose()?,
        })
    }

    /// Who provides the line of an address: the name, or the number where the file has no name.
    pub(super) fn isp_of(&self, address: &str) -> Option<String> {
        let provider = self.providers.as_ref()?.of(address)?;
        Some(provider.name.clone().unwrap_or_else(|| format!("AS{}", provider.asn)))
    }
}
