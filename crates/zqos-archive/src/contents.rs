//! What a store has of one meeting: where the texts of its rows are.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use zoom_wire::When;
use zqos_core::{Origin, TextKind};

use crate::cells::{Texts, integer};
use crate::error::ArchiveError;

/// The columns by which texts are told apart.
pub(crate) const COLUMNS: [&str; 6] =
    ["account", "meeting_uuid", "user_id", "origin", "kind", "revision"];

/// Where a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// In a row of a file, by the file's place in its version.
    File { file: usize, row: usize },
    /// In a row of what is in logs alone, by the place of its batch.
    Log { batch: usize, row: usize },
}

/// Somebody who joined, in the order in which lists have them: by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User(Box<str>);

impl User {
    pub(crate) fn new(id: &str) -> Self {
        Self(id.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Ids of Zoom's are numbers; others come last.
    fn number(&self) -> u64 {
        self.0.parse().unwrap_or(u64::MAX)
    }
}

impl Ord for User {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.number(), &self.0).cmp(&(other.number(), &other.0))
    }
}

impl PartialOrd for User {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A text of one row in each state in which it was told: the last of each.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    past: Option<(i64, Place)>,
    live: Option<(i64, Place)>,
    /// By a file that somebody saved, which does not say.
    saved: Option<(i64, Place)>,
}

impl Told {
    fn add(&mut self, origin: &str, revision: i64, place: Place) {
        let slot = if origin == Origin::RestLive.as_str() {
            &mut self.live
        } else if origin == Origin::Import.as_str() {
            &mut self.saved
        } else {
            &mut self.past
        };
        if slot.is_none_or(|(known, _)| known < revision) {
            *slot = Some((revision, place));
        }
    }

    /// The text that answers best for a state.
    fn best(&self, when: When) -> Option<Place> {
        let Self { past, live, saved } = *self;
        let (first, last) = if when == When::Live { (live, past) } else { (past, live) };
        first.or(saved).or(last).map(|(_, place)| place)
    }
}

/// Where the texts of a meeting are, by kind and by whom they are of.
#[derive(Debug, Default)]
pub(crate) struct Contents(BTreeMap<(TextKind, User), Told>);

impl Contents {
    /// Takes note of rows that have [`COLUMNS`], as far as they are of the meeting; `place` says where each is.
    pub(crate) fn add(
        &mut self,
        rows: &RecordBatch,
        account: &str,
        uuid: &str,
        place: impl Fn(usize) -> Place,
    ) -> Result<(), ArchiveError> {
        let texts = |column| Texts::new(rows, column);
        let (accounts, uuids) = (texts("account")?, texts("meeting_uuid")?);
        let (users, origins, kinds) = (texts("user_id")?, texts("origin")?, texts("kind")?);
        for row in 0..rows.num_rows() {
            if uuids.get(row) != Some(uuid) || accounts.get(row) != Some(account) {
                continue;
            }
            let kind = kinds.get(row).and_then(TextKind::from_name);
            let (Some(kind), Some(user)) = (kind, users.get(row)) else { continue };
            let revision = integer(rows, "revision", row).unwrap_or(0);
            let told = self.0.entry((kind, User::new(user))).or_default();
            told.add(origins.get(row).unwrap_or_default(), revision, place(row));
        }
        Ok(())
    }

    /// The texts of a kind, by whom they are of.
    pub(crate) fn of_kind(&self, kind: TextKind, when: When) -> Vec<(&User, Place)> {
        let of_kind = self.0.iter().filter(|((known, _), _)| *known == kind);
        of_kind.filter_map(|((_, user), told)| Some((user, told.best(when)?))).collect()
    }

    /// The text of a kind that is of somebody.
    pub(crate) fn of_user(&self, kind: TextKind, user: &str, when: When) -> Option<Place> {
        self.0.get(&(kind, User::new(user)))?.best(when)
    }

    /// True when there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// About how many bytes it has.
    pub(crate) fn bytes(&self) -> usize {
        const OF_ENTRY: usize = size_of::<((TextKind, User), Told)>() + 32;
        size_of::<Self>() + self.0.len() * OF_ENTRY
    }
}
