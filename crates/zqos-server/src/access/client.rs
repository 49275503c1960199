//! Clients: programs and people who have a secret.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zqos_core::Timestamp;

use super::{Identity, Role};

/// How many random bytes a secret has. Nobody guesses them, so their digest needs no salt and no slow hash.
const SECRET_BYTES: usize = 32;
/// How many random bytes an id has.
const ID_BYTES: usize = 12;

/// What a client may see, and how it is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// What people call it.
    pub name: String,
    /// Its id.
    pub client_id: String,
    /// What it may see.
    pub role: Role,
    /// Of which accounts; all if `None`.
    pub accounts: Option<Vec<String>>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// The SHA-256 digest of the secret, in hexadecimal digits.
    secret_sha256: String,
}

/// What a client shows to be let in. It is told once.
#[derive(Debug, Serialize)]
pub struct Credentials {
    /// The account, in the place of Zoom's account id.
    pub account_id: String,
    /// The client's id.
    pub client_id: String,
    /// The secret.
    pub client_secret: String,
}

/// What can't be done about clients.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientsError {
    /// The file can't be read or written.
    #[error("the file of clients `{path}` can't be {what}")]
    File {
        /// The file.
        path: PathBuf,
        /// What can't be done.
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is none of clients.
    #[error("`{path}` is no file of clients")]
    Unreadable {
        /// The file.
        path: PathBuf,
    },
    /// There is one of this name.
    #[error("there is a client `{0}` already")]
    Exists(String),
    /// There is none.
    #[error("there is no client `{0}`")]
    Unknown(String),
}

/// The clients of a server, in a file that nobody else may read.
#[derive(Debug, Clone)]
pub struct Clients {
    path: PathBuf,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    clients: Vec<Client>,
}

impl Clients {
    /// Those of the server of a store, whose folder (or that of its log) this is.
    pub fn of_store(folder: &Path) -> Self {
        Self { path: folder.join("server").join("clients.json") }
    }

    /// Everybody, in the order in which they were added.
    ///
    /// **Errors**: a file that can't be read, or is none of clients.
    pub fn list(&self) -> Result<Vec<Client>, ClientsError> {
        Ok(self.read()?.clients)
    }

    /// Adds a client. `accounts` are those that it may see, all if `None`; `account_id` is the one that its
    /// credentials name.
    ///
    /// **Errors**: [`ClientsError::Exists`], and what may happen to files.
    pub fn add(
        &self,
        name: &str,
        role: Role,
        accounts: Option<Vec<String>>,
        account_id: String,
        now: Timestamp,
    ) -> Result<Credentials, ClientsError> {
        let _alone = self.lock()?;
        let mut file = self.read()?;
        if file.clients.iter().any(|client| client.name == name) {
            return Err(ClientsError::Exists(name.to_owned()));
        }
        let (client_id, client_secret) = (random::<ID_BYTES>(), random::<SECRET_BYTES>());
        file.clients.push(Client {
            name: name.to_owned(),
            client_id: client_id.clone(),
            role,
            accounts,
            created_at: now.to_string(),
            secret_sha256: digest(&client_secret),
        });
        self.write(&file)?;
        Ok(Credentials { account_id, client_id, client_secret })
    }

    /// Takes a client's credentials away.
    ///
    /// **Errors**: [`ClientsError::Unknown`], and what may happen to files.
    pub fn revoke(&self, name: &str) -> Result<(), ClientsError> {
        let _alone = self.lock()?;
        let mut file = self.read()?;
        let before = file.clients.len();
        file.clients.retain(|client| client.name != name);
        if file.clients.len() == before {
            return Err(ClientsError::Unknown(name.to_owned()));
        }
        self.write(&file)
    }

    /// Whose credentials these are; `all` are the accounts that there are.
    ///
    /// **Errors**: a file that can't be read, or is none of clients.
    pub fn identify(
        &self,
        client_id: &str,
        secret: &str,
        all: &[String],
    ) -> Result<Option<Identity>, ClientsError> {
        let digest = digest(secret);
        let is_it = |client: &&Client| {
            // Whether an id exists is no secret; the secret is compared in constant time.
            client.client_id == client_id
                && bool::from(client.secret_sha256.as_bytes().ct_eq(digest.as_bytes()))
        };
        let found = self.read()?.clients.iter().find(is_it).cloned();
        Ok(found.map(|client| client.identity(all)))
    }

    /// Whose id this is, whose credentials were shown before.
    ///
    /// **Errors**: a file that can't be read, or is none of clients.
    pub(crate) fn still(
        &self,
        client_id: &str,
        all: &[String],
    ) -> Result<Option<Identity>, ClientsError> {
        let found = self.read()?.clients.into_iter().find(|client| client.client_id == client_id);
        Ok(found.map(|client| client.identity(all)))
    }

    fn read(&self) -> Result<File, ClientsError> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|_| ClientsError::Unreadable { path: self.path.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(File::default()),
            Err(source) => Err(self.failed("read", source)),
        }
    }

    /// Keeps others from changing the file, until it is dropped.
    fn lock(&self) -> Result<fs::File, ClientsError> {
        let lock = || -> io::Result<fs::File> {
            fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
            let file = fs::File::create(self.path.with_extension("lock"))?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(|source| self.failed("locked", source))
    }

    /// Writes a new file beside, and puts it in the old one's place.
    fn write(&self, file: &File) -> Result<(), ClientsError> {
        let write = || -> io::Result<()> {
            let beside = self.path.with_extension("new");
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut new = options.open(&beside)?;
            new.write_all(&serde_json::to_vec_pretty(file).map_err(io::Error::from)?)?;
            new.sync_all()?;
            fs::rename(&beside, &self.path)
        };
        write().map_err(|source| self.failed("written", source))
    }

    fn failed(&self, what: &'static str, source: io::Error) -> ClientsError {
        ClientsError::File { path: self.path.clone(), what, source }
    }
}

impl Client {
    fn identity(&self, all: &[String]) -> Identity {
        let may = |account: &&String| {
            self.accounts.as_ref().is_none_or(|accounts| accounts.contains(account))
        };
        Identity {
            name: self.name.clone(),
            role: self.role,
            accounts: all.iter().filter(may).cloned().collect(),
        }
    }
}

/// So many random bytes, in letters that URLs and headers take as they are.
pub(super) fn random<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A SHA-256 digest, in hexadecimal digits.
pub(crate) fn digest(secret: &str) -> String {
    use std::fmt::Write as _;

    Sha256::digest(secret.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_secret_is_told_once_and_kept_as_a_digest() {
        let folder = tempfile::tempdir().unwrap();
        let clients = Clients::of_store(folder.path());
        let accounts = ["east".to_owned(), "west".to_owned()];
        let told = clients
            .add("grafana", Role::Viewer, Some(vec!["west".into()]), "west".into(), at())
            .unwrap();
        let text = fs::read_to_string(folder.path().join("server/clients.json")).unwrap();
        assert!(!text.contains(&told.client_secret) && text.contains(&told.client_id));
        let found =
            clients.identify(&told.client_id, &told.client_secret, &accounts).unwrap().unwrap();
        assert_eq!((found.role, found.accounts), (Role::Viewer, vec!["west".to_owned()]));
        for (id, secret) in [
            (told.client_id.as_str(), "other"),
            ("other", told.client_secret.as_str()),
            (told.client_id.as_str(), ""),
        ] {
            assert_eq!(clients.identify(id, secret, &accounts).unwrap(), None);
        }
        clients.revoke("grafana").unwrap();
        assert_eq!(
            clients.identify(&told.client_id, &told.client_secret, &accounts).unwrap(),
            None
        );
        assert!(matches!(clients.revoke("grafana"), Err(ClientsError::Unknown(_))));
    }

    #[test]
    fn nobody_who_is_added_at_the_same_time_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..16 {
                let clients = Clients::of_store(folder.path());
                scope.spawn(move || {
                    let name = format!("client {number}");
                    clients.add(&name, Role::Viewer, None, "default".into(), at()).unwrap();
                });
            }
        });
        assert_eq!(Clients::of_store(folder.path()).list().unwrap().len(), 16);
    }

    #[test]
    fn names_are_unique_and_a_broken_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let clients = Clients::of_store(folder.path());
        clients.add("one", Role::Admin, None, "default".into(), at()).unwrap();
        let again = clients.add("one", Role::Viewer, None, "default".into(), at());
        assert!(matches!(again, Err(ClientsError::Exists(_))));
        fs::write(folder.path().join("server/clients.json"), "{").unwrap();
        assert!(matches!(clients.list(), Err(ClientsError::Unreadable { .. })));
    }
}
