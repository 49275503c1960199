//! Privacy: what of people comes into the store.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use serde::Deserialize;
use zoom_wire::privacy::{FIELDS, Mode, PersonalField, Policy};

use super::Config;
use super::file::RawSecret;
use super::secret::SecretSource;
use crate::exit::UsageError;

/// The shortest key: a shorter one is guessed, and with it every pseudonym.
const MIN_KEY_BYTES: usize = 16;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of settings")]
pub(super) struct RawPrivacy {
    default: Option<String>,
    key_file: Option<PathBuf>,
    key_command: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// What of people is kept, as far as one table says it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Privacy {
    default: Option<Mode>,
    key: Option<SecretSource>,
    fields: Vec<(PersonalField, Mode)>,
}

impl Privacy {
    pub(super) fn resolve(place: &str, raw: RawPrivacy) -> Result<Self, UsageError> {
        let key = RawSecret { value: None, file: raw.key_file, command: raw.key_command };
        let default = raw.default.map(|mode| read_mode(place, "default", &mode)).transpose()?;
        let fields = raw.fields.into_iter().map(|(name, mode)| {
            let field = FIELDS.into_iter().find(|field| field.name == name).ok_or_else(|| {
                let known: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
                UsageError::new(format!("{place}: there is no field `{name}`"))
                    .hint(format!("the fields are {}", known.join(", ")))
            })?;
            Ok((field, read_mode(place, &name, &mode)?))
        });
        Ok(Self {
            default,
            key: SecretSource::one_of(place, "key", key)?,
            fields: fields.collect::<Result<_, UsageError>>()?,
        })
    }
}

impl Privacy {
    /// The same, with the default where none was given.
    pub(crate) fn in_force(&self) -> Self {
        Self { default: Some(self.default.unwrap_or_default()), ..self.clone() }
    }

    /// True when anything was set.
    pub(crate) fn says_something(&self) -> bool {
        self.default.is_some() || self.key.is_some() || !self.fields.is_empty()
    }
}

impl fmt::Display for Privacy {
    /// As the file has it; of the key, where it comes from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = self.default.map(|mode| format!("default = {:?}", mode_name(mode)));
        let key =
            self.key.as_ref().map(|key| format!("# the key for pseudonyms: {}", key.describe()));
        let fields: Vec<String> = (self.fields.iter())
            .map(|(field, mode)| format!("{} = {:?}", field.name, mode_name(*mode)))
            .collect();
        let fields = (!fields.is_empty()).then(|| format!("fields = {{ {} }}", fields.join(", ")));
        let lines: Vec<String> = default.into_iter().chain(key).chain(fields).collect();
        f.write_str(&lines.join("\n"))
    }
}

const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Keep => "keep",
        Mode::Pseudonymise => "pseudonymise",
        Mode::Drop => "drop",
    }
}

fn read_mode(place: &str, name: &str, mode: &str) -> Result<Mode, UsageError> {
    let modes = [Mode::Keep, Mode::Pseudonymise, Mode::Drop];
    modes.into_iter().find(|known| mode_name(*known) == mode).ok_or_else(|| {
        UsageError::new(format!("{place}: `{name}` can't be `{mode}`"))
            .hint("write `keep`, `pseudonymise` or `drop`")
    })
}

impl Config {
    /// What of people comes into the store, of which this folder has all or the log; `None` when
    /// everything does.
    pub(crate) fn policy(&self, account: &str, store: &Path) -> Result<Option<Policy>, UsageError> {
        let own = self.accounts.get(account).map(|account| &account.privacy);
        let tables = || [Some(&self.privacy), own].into_iter().flatten();
        let default = tables().filter_map(|table| table.default).next_back().unwrap_or_default();
        let make = |key: &[u8]| {
            tables()
                .flat_map(|table| &table.fields)
                .fold(Policy::new(default, account, key), |policy, &(field, mode)| {
                    policy.with(field, mode)
                })
        };
        let without_key = make(b"");
        if without_key.keeps_all() {
            return Ok(None);
        }
        if !without_key.has_pseudonyms() {
            return Ok(Some(without_key));
        }
        let Some(source) = tables().filter_map(|table| table.key.as_ref()).next_back() else {
            return Err(UsageError::new("pseudonyms need a key, and [privacy] names none")
                .hint("set `key_file` or `key_command`; `openssl rand -hex 32` makes a key"));
        };
        if let SecretSource::File(file) = source {
            refuse_within(file, store)?;
        }
        let key = source.read()?;
        let key = key.expose_secret().as_bytes();
        if key.len() < MIN_KEY_BYTES {
            return Err(UsageError::new(format!(
                "the key for pseudonyms is shorter than {MIN_KEY_BYTES} characters"
            ))
            .hint("`openssl rand -hex 32` makes a good one"));
        }
        Ok(Some(make(key)))
    }
}

/// Refuses a key that lies where its pseudonyms are: whoever has the store would have both.
fn refuse_within(file: &Path, store: &Path) -> Result<(), UsageError> {
    let unreadable = |path: &Path, error: std::io::Error| {
        UsageError::new(format!("`{}` can't be looked at: {error}", path.display()))
    };
    let key = file.canonicalize().map_err(|error| unreadable(file, error))?;
    let store = match store.canonicalize() {
        Ok(store) => store,
        // A store that is not there holds no key.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(store, error)),
    };
    if key.starts_with(&store) {
        return Err(UsageError::new(format!(
            "the key `{}` lies in the store's folder, with the pseudonyms that it makes",
            file.display()
        ))
        .hint("keep it elsewhere: whoever has both knows who is who"));
    }
    Ok(())
}
