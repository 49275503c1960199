//! The secrets by which events are known to be Zoom's, and whose they are.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use zoom_wire::webhook::SigningKey;
use zqos_core::{Clock, Timestamp};

/// How soon after they were read they may be read again: whoever sends forgeries must not make a program
/// read files all the time.
const REST: Duration = Duration::from_secs(1);

/// A secret, and whose it is.
#[derive(Debug, Clone)]
pub struct AccountKey {
    /// The account.
    pub account: Arc<str>,
    /// Its secret, or one of them.
    pub key: SigningKey,
}

/// Secrets as they could be read.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Those that could.
    pub keys: Vec<AccountKey>,
    /// Why others could not, without anything of them. Until they can, what is not signed with one of
    /// `keys` may be signed with one of those.
    pub unreadable: Vec<String>,
}

/// Where secrets come from. Asked at the start, and whenever nothing that is known verifies a signature:
/// a secret that is changed is in force with the first event that is signed with it.
pub trait Secrets: fmt::Debug + Send + Sync + 'static {
    /// Reads them; this may block.
    fn read(&self) -> Found;

    /// The accounts that have some, or should.
    fn accounts(&self) -> Vec<Arc<str>>;
}

/// What a signature proves.
#[derive(Debug, Clone)]
pub(crate) enum Proof {
    /// It is Zoom's, and of this account.
    Of(AccountKey),
    /// It is nobody's.
    Nothing,
    /// Nobody knows: not all secrets can be read.
    Open,
}

/// The secrets that are in force.
#[derive(Debug)]
pub(crate) struct KeyRing {
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    known: RwLock<Arc<Known>>,
    /// Held while they are read, so that all who wait have the same.
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Vec<AccountKey>,
    /// There is no other. Before they were read nobody knows.
    are_all: bool,
}

/// How secrets were read last.
#[derive(Debug, Default)]
struct Last {
    at: Option<Timestamp>,
    /// When all could be read.
    all: Vec<AccountKey>,
}

impl KeyRing {
    pub(crate) fn new(secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        Self { secrets, clock, known: RwLock::default(), last: Mutex::default() }
    }

    /// Whose a body is.
    pub(crate) async fn proof(&self, timestamp: &str, body: &[u8], signature: &str) -> Proof {
        let find = |known: &Known| {
            known.keys.iter().find(|known| known.key.verify(timestamp, body, signature)).cloned()
        };
        if let Some(key) = find(&self.known()) {
            return Proof::Of(key);
        }
        self.read().await;
        let known = self.known();
        match find(&known) {
            Some(key) => Proof::Of(key),
            None if known.are_all && !known.keys.is_empty() => Proof::Nothing,
            None => Proof::Open,
        }
    }

    /// True when an account has a secret; `None` while nobody knows, as not all can be read.
    pub(crate) async fn has_key_of(&self, account: &str) -> Option<bool> {
        let find = |known: &Known| {
            let has = known.keys.iter().any(|key| *key.account == *account);
            (has || known.are_all).then_some(has)
        };
        if let Some(has) = find(&self.known()) {
            return Some(has);
        }
        self.read().await;
        find(&self.known())
    }

    fn known(&self) -> Arc<Known> {
        // Swapped as a whole: it is never half written.
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads them, unless that was done just now.
    pub(crate) async fn read(&self) {
        let mut last = self.last.lock().await;
        // A clock that was set back says nothing of how long it was.
        let waited = last.at.and_then(|at| self.clock.now().since(at));
        if waited.is_some_and(|waited| waited < REST) {
            return;
        }
        let secrets = Arc::clone(&self.secrets);
        let read = tokio::task::spawn_blocking(move || secrets.read()).await;
        let Found { mut keys, unreadable } = read.unwrap_or_else(|_| Found {
            keys: Vec::new(),
            unreadable: vec!["reading the secrets was broken off".to_owned()],
        });
        for why in &unreadable {
            tracing::warn!(%why, "a webhook secret can't be read");
        }
        if unreadable.is_empty() {
            last.all.clone_from(&keys);
        } else {
            // Nobody took them back.
            keys.extend(last.all.iter().cloned());
        }
        let are_all = unreadable.is_empty();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Known { keys, are_all });
        last.at = Some(self.clock.now());
    }
}
