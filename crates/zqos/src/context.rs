//! What an organisation knows of itself, by flag, else by the settings.

use std::path::PathBuf;

#[cfg(feature = "query")]
use zqos_context::Context;
use zqos_context::{FileError, SiteMap};
use zqos_intake::Sites;

use crate::config::ContextFiles;
use crate::exit::UsageError;

impl From<FileError> for UsageError {
    fn from(error: FileError) -> Self {
        let usage = Self::new(error.to_string());
        match error.hint {
            Some(hint) => usage.hint(hint),
            None => usage,
        }
    }
}

/// The site map that a flag names, else that of the settings, if there is one.
pub(crate) fn site_map(
    flag: Option<&PathBuf>,
    settings: &ContextFiles,
) -> Result<Option<SiteMap>, UsageError> {
    let path = flag.or(settings.sites.as_ref());
    Ok(path.map(|path| SiteMap::read(path)).transpose()?)
}

/// All that flags name, else the settings.
#[cfg(feature = "query")]
pub(crate) fn context(
    files: &crate::cli::ContextFiles,
    settings: &ContextFiles,
) -> Result<Context, UsageError> {
    let of = |flag: &'_ Option<PathBuf>, setting: &'_ Option<PathBuf>| {
        flag.as_ref().or(setting.as_ref()).cloned()
    };
    let (sites, people, asn) = (
        of(&files.sites, &settings.sites),
        of(&files.people, &settings.people),
        of(&files.asn, &settings.asn),
    );
    Ok(Context::read(sites.as_deref(), people.as_deref(), asn.as_deref())?)
}

/// A site map, for what comes in.
#[derive(Debug)]
pub(crate) struct Mapped(pub(crate) SiteMap);

impl Sites for Mapped {
    fn site_of(&self, public: Option<&str>, internal: &[&str]) -> Option<&str> {
        self.0.site_of(public, internal)
    }
}
