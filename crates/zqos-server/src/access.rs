//! Who may see what.

mod audit;
mod client;
mod oidc;
mod session;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use audit::{Audit, AuditError};
pub use bytes::Bytes;
pub(crate) use client::digest;
pub use client::{Client, Clients, ClientsError, Credentials};
pub(crate) use oidc::{Back, Oidc, PATIENCE, SignInError};
pub use oidc::{Fetch, FetchError, OidcSettings, is_safe};
pub(crate) use session::{Holder, TOKEN};
pub use session::{Sessions, Token};

/// What somebody may see.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// No names, addresses or free text, and no groups of fewer than five people.
    Viewer,
    /// Everything in the store.
    Analyst,
    /// Everything, and the operation of the server.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Analyst, Self::Admin];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
        }
    }

    /// Whether people may be told apart by name.
    pub const fn sees_people(self) -> bool {
        matches!(self, Self::Analyst | Self::Admin)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// It is no role.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no role; there are viewer, analyst and admin")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

/// Somebody who has shown who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The client's name, `sign-in` for a browser of whoever started the server, or `oidc:` and how an identity provider
    /// knows somebody.
    pub name: String,
    /// What they may see.
    pub role: Role,
    /// Of which accounts.
    pub accounts: Vec<String>,
}
