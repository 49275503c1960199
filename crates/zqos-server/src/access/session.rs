//! Sessions of browsers, and tokens of programs: in memory alone, so that a restart ends them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zqos_core::Timestamp;

use super::Identity;
use super::client::{digest, random};

/// How long a browser stays signed in without a request.
///
/// **Source**: a choice of this project: a working day.
const SESSION: Duration = Duration::from_hours(12);
/// How long a sign-in address can be used.
///
/// **Source**: a choice of this project: long enough to come back to the terminal that has it.
const CODE: Duration = Duration::from_mins(15);
/// How long a token lives. **Source**: Zoom's own live for an hour.
pub(crate) const TOKEN: Duration = Duration::from_hours(1);
/// The most that are remembered of each kind; the oldest go first.
const MOST: usize = 10_000;

/// Random text that lets somebody in.
pub struct Token(String);

impl Token {
    /// The text. It is a secret: nothing logs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Whom a token lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A browser of whoever started the server.
    Browser,
    /// A browser of somebody whom an identity provider knows.
    Person(Identity),
    /// A client, and the account that its token is for.
    Client {
        /// The client's id.
        client_id: String,
        /// The account.
        account: String,
    },
}

#[derive(Debug)]
struct Entry {
    holder: Holder,
    until: Timestamp,
}

/// What was let in. Of secrets only digests are kept.
#[derive(Debug, Default)]
pub struct Sessions {
    codes: Mutex<HashMap<String, Timestamp>>,
    tokens: Mutex<HashMap<String, Entry>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is left half done by whoever panicked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// A code that signs a browser in, once.
    pub fn code(&self, now: Timestamp) -> Token {
        let code = random::<32>();
        let mut codes = lock(&self.codes);
        codes.retain(|_, until| *until > now);
        codes.insert(digest(&code), now.saturating_add(CODE));
        Token(code)
    }

    /// Takes a code for a session; `None` for one that is unknown, was used, or is too old.
    pub(crate) fn sign_in(&self, code: &str, now: Timestamp) -> Option<Token> {
        let until = lock(&self.codes).remove(&digest(code))?;
        (until > now).then(|| self.issue(Holder::Browser, now, SESSION))
    }

    /// A session of somebody whom an identity provider knows. It ends after a working day, so that whoever has left is
    /// not let in for ever.
    pub(crate) fn person(&self, who: Identity, now: Timestamp) -> Token {
        self.issue(Holder::Person(who), now, SESSION)
    }

    /// A token.
    pub(crate) fn issue(&self, holder: Holder, now: Timestamp, lives: Duration) -> Token {
        let token = random::<32>();
        let mut tokens = lock(&self.tokens);
        if tokens.len() >= MOST {
            tokens.retain(|_, entry| entry.until > now);
        }
        while tokens.len() >= MOST {
            let oldest = tokens.iter().min_by_key(|(_, entry)| entry.until);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            tokens.remove(&oldest);
        }
        tokens.insert(digest(&token), Entry { holder, until: now.saturating_add(lives) });
        Token(token)
    }

    /// Whom a token lets in. A browser that asks stays signed in.
    pub(crate) fn holder(&self, token: &str, now: Timestamp) -> Option<Holder> {
        let mut tokens = lock(&self.tokens);
        let entry = tokens.get_mut(&digest(token)).filter(|entry| entry.until > now)?;
        if entry.holder == Holder::Browser {
            entry.until = now.saturating_add(SESSION);
        }
        Some(entry.holder.clone())
    }

    /// Ends a session.
    pub(crate) fn end(&self, token: &str) {
        lock(&self.tokens).remove(&digest(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_signs_in_once_and_not_for_ever() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let sessions = Sessions::default();
        let code = sessions.code(now);
        let session = sessions.sign_in(code.expose(), now).unwrap();
        assert!(sessions.sign_in(code.expose(), now).is_none());
        assert_eq!(sessions.holder(session.expose(), now), Some(Holder::Browser));
        assert_eq!(sessions.holder("other", now), None);
        let late = sessions.code(now);
        let later = now.saturating_add(CODE);
        assert!(sessions.sign_in(late.expose(), later).is_none());
        sessions.end(session.expose());
        assert_eq!(sessions.holder(session.expose(), now), None);
    }

    #[test]
    fn whoever_asks_stays_signed_in_and_tokens_do_not() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let sessions = Sessions::default();
        let browser = sessions.issue(Holder::Browser, now, SESSION);
        let client = Holder::Client { client_id: "c".into(), account: "a".into() };
        let token = sessions.issue(client.clone(), now, TOKEN);
        let mut at = now;
        for _ in 0..5 {
            at = at.saturating_add(SESSION / 2);
            assert_eq!(sessions.holder(browser.expose(), at), Some(Holder::Browser));
        }
        let almost = now.saturating_add(TOKEN).saturating_sub(Duration::from_secs(1));
        assert_eq!(sessions.holder(token.expose(), almost), Some(client));
        assert_eq!(sessions.holder(token.expose(), now.saturating_add(TOKEN)), None);
        assert_eq!(sessions.holder(browser.expose(), at.saturating_add(SESSION)), None);
    }
}
