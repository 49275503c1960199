//! Where secrets come from: a value, a file, a command. None is ever shown.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Secret;
use super::file::RawSecret;
use crate::exit::UsageError;

/// Where a secret comes from.
#[derive(Debug, Clone)]
pub(crate) enum SecretSource {
    /// Here it is.
    Value(Secret),
    /// The content of a file.
    File(PathBuf),
    /// What a command prints.
    Command(String),
}

impl SecretSource {
    /// The one source of three that was given.
    pub(super) fn one_of(
        place: &str,
        name: &str,
        raw: RawSecret,
    ) -> Result<Option<Self>, UsageError> {
        let mut given =
            [raw.value.map(Self::Value), raw.file.map(Self::File), raw.command.map(Self::Command)]
                .into_iter()
                .flatten();
        match (given.next(), given.next()) {
            (source, None) => Ok(source),
            _ => Err(UsageError::new(format!("{place} gives `{name}` in more than one way"))
                .hint(format!("keep one of `{name}`, `{name}_file` and `{name}_command`"))),
        }
    }

    /// What it is, without the secret.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Value(_) => "given".to_owned(),
            Self::File(path) => format!("from the file `{}`", path.display()),
            Self::Command(_) => "from a command".to_owned(),
        }
    }

    /// Reads the secret. Blanks around it (a file's last line break) are cut off.
    pub(crate) fn read(&self) -> Result<Secret, UsageError> {
        let secret = match self {
            Self::Value(secret) => return Ok(secret.clone()),
            Self::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    UsageError::new(format!(
                        "the secret in `{}` can't be read: {error}",
                        path.display()
                    ))
                })?;
                refuse_if_shared(path)?;
                text
            }
            Self::Command(command) => output_of(command)?,
        };
        let secret: Secret = secret.trim().into();
        if secrecy::ExposeSecret::expose_secret(&secret).is_empty() {
            return Err(UsageError::new(format!("the secret {} is empty", self.describe())));
        }
        Ok(secret)
    }
}

/// What a command prints. Neither the command nor what it says is repeated: both may hold secrets.
fn output_of(command: &str) -> Result<String, UsageError> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            UsageError::new(format!("the command for a secret can't be run: {error}"))
        })?;
    if !output.status.success() {
        return Err(UsageError::new(format!(
            "the command for a secret failed ({})",
            output.status
        ))
        .hint("run it by hand: it must print the secret and nothing else"));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| UsageError::new("the command for a secret printed something that is no text"))
}

/// Refuses a file that holds a secret and may be read by others.
#[cfg(unix)]
pub(super) fn refuse_if_shared(path: &Path) -> Result<(), UsageError> {
    use std::os::unix::fs::PermissionsExt as _;

    let shown = path.display();
    let metadata = std::fs::metadata(path)
        .map_err(|error| UsageError::new(format!("`{shown}` can't be looked at: {error}")))?;
    let is_file = metadata.is_file();
    if is_file && metadata.permissions().mode() & 0o077 != 0 {
        return Err(UsageError::new(format!("`{shown}` holds a secret and can be read by others"))
            .hint(format!("chmod 600 '{shown}'")));
    }
    Ok(())
}

/// Other systems keep a user's files to the user.
#[cfg(not(unix))]
pub(super) fn refuse_if_shared(_path: &Path) -> Result<(), UsageError> {
    Ok(())
}

/// The environment variables of the process, or of a test.
#[derive(Debug)]
pub(super) struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    pub(super) fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    #[cfg(test)]
    pub(super) fn of(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A variable's text; an empty one is as good as none.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        value.to_str().filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// A secret, from the variable itself or the file that `…_FILE` names.
    pub(super) fn secret(&self, name: &str) -> Result<Option<SecretSource>, UsageError> {
        let file = format!("{name}_FILE");
        match (self.text(name), self.text(&file)) {
            (None, None) => Ok(None),
            (Some(value), None) => Ok(Some(SecretSource::Value(value.trim().into()))),
            (None, Some(path)) => Ok(Some(SecretSource::File(path.into()))),
            (Some(_), Some(_)) => Err(UsageError::new(format!("both {name} and {file} are set"))
                .hint("unset one of them")),
        }
    }
}
