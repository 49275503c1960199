//! Tombstones: by what a person who was erased is known again, without saying who it was.
//!
//! `forgotten/key` holds 32 random bytes, `forgotten/list` a line for each tombstone: the first half of
//! an HMAC-SHA-256, by that key, of what is known again, and the account. A line that begins with `+` is of
//! somebody of whom the tables may still have rows. Whoever has the store and guesses an address
//! can check his guess; nobody can read addresses from it.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::disk::Lock;
use crate::home::{Home, Stamp};

const KEY: &str = "forgotten/key";
const LIST: &str = "forgotten/list";
/// Held, together with others, by whoever brings rows into tables; alone by whoever adds tombstones. So
/// rows either came in before a tombstone, and are found, or after it, and are kept out.
pub(crate) const LOCK: &str = "wal/erasure";

const KEY_BYTES: usize = 32;
const MARK_BYTES: usize = 16;

type Mark = [u8; MARK_BYTES];

/// By what rows are known to be somebody's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Identity {
    /// An e-mail address.
    Email(String),
    /// The id of an account user.
    Person(String),
    /// A name, of somebody who has neither of those.
    Name(String),
    /// A join: a meeting and an id within it.
    Join(String, String),
}

impl Identity {
    pub(crate) fn email(text: &str) -> Self {
        Self::Email(text.trim().to_lowercase())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stone {
    account: String,
    /// The tables may still have rows of whom it is for.
    is_pending: bool,
}

/// Tombstones of whom the tables may have rows.
#[derive(Debug)]
pub(crate) struct Pending(Vec<Mark>);

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The tombstones of a store.
#[derive(Debug)]
pub(crate) struct Tombstones {
    home: Home,
    key: [u8; KEY_BYTES],
    marks: HashMap<Mark, Stone>,
    /// What the list was like when it was read.
    read: Option<Stamp>,
}

impl Tombstones {
    pub(crate) fn open(home: Home) -> io::Result<Self> {
        let mut tombstones = Self { home, key: [0; KEY_BYTES], marks: HashMap::new(), read: None };
        tombstones.refresh()?;
        Ok(tombstones)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The accounts in which somebody was erased.
    pub(crate) fn accounts(&self) -> BTreeSet<String> {
        self.marks.values().map(|stone| stone.account.clone()).collect()
    }

    /// Reads what others have added.
    pub(crate) fn refresh(&mut self) -> io::Result<()> {
        let is = match self.home.files.stamp(LIST) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            stamp => Some(stamp?),
        };
        if self.read == is {
            return Ok(());
        }
        self.read_key()?;
        let text = String::from_utf8(self.home.files.read_all(LIST)?);
        let text = text.map_err(|_| damaged("`forgotten/list` is no text"))?;
        self.marks = text
            .lines()
            .map(|line| read(line).ok_or_else(|| damaged("a line of `forgotten/list` is damaged")))
            .collect::<io::Result<_>>()?;
        self.read = is;
        Ok(())
    }

    /// True when rows of this account that are known by it are to be kept out.
    pub(crate) fn has(&self, account: &str, identity: &Identity) -> bool {
        !self.is_empty() && self.marks.contains_key(&self.mark(account, identity))
    }

    /// Those of whom the tables may still have rows.
    pub(crate) fn pending(&self) -> Pending {
        let pending = self.marks.iter().filter(|(_, stone)| stone.is_pending);
        Pending(pending.map(|(mark, _)| *mark).collect())
    }

    /// Takes note that the tables have no rows of those any more.
    pub(crate) fn settle(&mut self, Pending(settled): Pending, _alone: &Lock) -> io::Result<()> {
        self.change(|marks| {
            for mark in &settled {
                if let Some(stone) = marks.get_mut(mark) {
                    stone.is_pending = false;
                }
            }
        })
    }

    /// Adds tombstones, durably, once nobody brings rows into tables. The key is made by whoever comes
    /// first.
    pub(crate) fn add(
        &mut self,
        account: &str,
        identities: &[Identity],
        _alone: &Lock,
    ) -> io::Result<()> {
        self.refresh()?;
        if self.read.is_none() {
            let key: [u8; KEY_BYTES] = rand::random();
            self.home.files.create(KEY, &key)?;
            self.read_key()?;
        }
        let marks: Vec<Mark> =
            identities.iter().map(|identity| self.mark(account, identity)).collect();
        let stone = Stone { account: account.to_owned(), is_pending: true };
        self.change(|marks_of_all| {
            marks_of_all.extend(marks.iter().map(|mark| (*mark, stone.clone())));
        })
    }

    fn read_key(&mut self) -> io::Result<()> {
        let key = self.home.files.read_all(KEY)?;
        self.key = key.try_into().map_err(|_| damaged("`forgotten/key` is no key of 32 bytes"))?;
        Ok(())
    }

    /// Changes the list, by what others have made of it until then.
    fn change(&mut self, change: impl Fn(&mut HashMap<Mark, Stone>)) -> io::Result<()> {
        loop {
            self.refresh()?;
            change(&mut self.marks);
            let mut lines: Vec<String> =
                self.marks.iter().map(|(mark, stone)| line(mark, stone)).collect();
            lines.sort_unstable();
            let content = lines.concat();
            let was = self.read.take();
            // Somebody on another machine may have been quicker.
            if self.home.files.replace(LIST, content.as_bytes(), was.as_ref())? {
                return self.refresh();
            }
        }
    }

    fn mark(&self, account: &str, identity: &Identity) -> Mark {
        let (kind, parts): (&str, [&str; 2]) = match identity {
            Identity::Email(email) => ("email", [email, ""]),
            Identity::Person(id) => ("person", [id, ""]),
            Identity::Name(name) => ("name", [name, ""]),
            Identity::Join(meeting, participant) => ("join", [meeting, participant]),
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any length will do");
        for part in [kind, account, parts[0], parts[1]] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        let code = mac.finalize().into_bytes();
        code[..MARK_BYTES].try_into().expect("it is twice as long")
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn line(mark: &Mark, stone: &Stone) -> String {
    let mut line = if stone.is_pending { "+" } else { "" }.to_owned();
    for byte in mark {
        write!(line, "{byte:02x}").expect("texts can be written to");
    }
    // On one line, whatever the account's name is.
    let account = serde_json::to_string(&stone.account).expect("texts are JSON");
    line + " " + &account + "\n"
}

fn read(line: &str) -> Option<(Mark, Stone)> {
    let (is_pending, line) = match line.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (digits, account) = line.split_once(' ')?;
    if digits.len() != 2 * MARK_BYTES || !digits.is_ascii() {
        return None;
    }
    let mut mark = Mark::default();
    for (place, byte) in mark.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).ok()?;
    }
    Some((mark, Stone { account: serde_json::from_str(account).ok()?, is_pending }))
}
