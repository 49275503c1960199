//! Misbehaviour on demand: what a client must survive, each in a share of all requests.
//!
//! Which requests are struck is a draw from the seed, the sort, and the number of the request
//! since the simulator began; nothing else of an earlier request makes a difference.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::draw::{Draw, Purpose};

/// Defines the misbehaviours, their names, and a line about each.
macro_rules! misbehaviours {
    ($($id:ident = $name:literal, $summary:literal;)*) => {
        /// A way in which the simulated Zoom misbehaves.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Misbehaviour {
            $(#[doc = concat!($summary, ".")] $id),*
        }

        impl Misbehaviour {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$id),*];

            /// The name for programs, such as `cut-bodies`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => $name),* }
            }

            /// What it does, in a line without a period.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$id => $summary),* }
            }
        }
    };
}

misbehaviours! {
    RateLimitStorm = "429-storm", "429 for four calls in a row: too many in a second or minute";
    BareRateLimitStorm = "429-storm-bare", "The same without the headers that tell of limits";
    DailyLimit = "429-daily", "429: the calls of the day are used up, until midnight UTC";
    BareDailyLimit = "429-daily-bare", "The same without the headers that tell of limits";
    ServerErrors = "5xx", "500, 502, 503 or 504, with an empty body";
    Html200 = "html-200", "200 with a page for people in place of JSON";
    Html502 = "html-502", "502 with a page for people";
    Html503 = "html-503", "503 with a page for people";
    ExpiredAccessTokens = "expired-access-tokens", "A token that was good is refused";
    ExpiredPageTokens = "expired-page-tokens", "The token of a further page is refused";
    UnknownMembers = "drift-unknown", "Every object has a member that is not documented";
    MissingMembers = "drift-missing", "A member is missing wherever it stood";
    RenamedMembers = "drift-renamed", "A member has another name";
    Numbers = "drift-numbers", "A member's texts are numbers, without their units";
    Resets = "resets", "The connection is reset in place of an answer";
    CutBodies = "cut-bodies", "The connection ends in the middle of a body";
    SlowBodies = "slow-bodies", "A body takes four seconds";
    DuplicateEvents = "duplicate-events", "Events come twice";
    LateEvents = "late-events", "Events come minutes after their time";
    ReorderedEvents = "reordered-events", "Events come before others that they follow";
}

impl Misbehaviour {
    /// Reads `NAME`, which is meant for [`Share::default`], or `NAME=SHARE`.
    ///
    /// **Errors**: [`MisbehaviourError`].
    pub fn with_share(text: &str) -> Result<(Self, Share), MisbehaviourError> {
        match text.split_once('=') {
            None => Ok((text.parse()?, Share::default())),
            Some((name, share)) => Ok((name.parse()?, share.parse()?)),
        }
    }
}

impl FromStr for Misbehaviour {
    type Err = MisbehaviourError;

    /// Reads a [`name`](Self::name).
    fn from_str(name: &str) -> Result<Self, MisbehaviourError> {
        let mut all = Self::ALL.iter().copied();
        all.find(|known| known.name() == name)
            .ok_or_else(|| MisbehaviourError::Unknown(name.to_owned()))
    }
}

/// The share of all that could be struck which is, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// Nothing is struck.
    pub const NONE: Self = Self(0.0);

    /// Makes a share.
    ///
    /// **Errors**: [`MisbehaviourError::Share`] unless it is from 0 to 1.
    pub fn new(share: f64) -> Result<Self, MisbehaviourError> {
        (0.0..=1.0).contains(&share).then_some(Self(share)).ok_or(MisbehaviourError::Share)
    }

    /// The share, 0 to 1.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Default for Share {
    /// One in ten.
    fn default() -> Self {
        Self(0.1)
    }
}

impl FromStr for Share {
    type Err = MisbehaviourError;

    /// Reads a number such as `0.1`.
    fn from_str(text: &str) -> Result<Self, MisbehaviourError> {
        text.parse().map_err(|_| MisbehaviourError::Share).and_then(Self::new)
    }
}

/// A text that names no misbehaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MisbehaviourError {
    /// No misbehaviour has this name.
    #[error("unknown misbehaviour `{0}`: expected one of {names}", names = Names)]
    Unknown(String),
    /// What is no share.
    #[error("a share is a number from 0 to 1, such as 0.1")]
    Share,
}

/// All names, as a list in a sentence.
struct Names;

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = Misbehaviour::ALL.iter().map(|which| which.name());
        write!(f, "`{}`", all.next().unwrap_or_default())?;
        all.try_for_each(|other| write!(f, ", `{other}`"))
    }
}

/// How many requests in a row a storm takes at once.
const RUN: u64 = 4;

/// What is switched on, and how often it struck.
#[derive(Debug)]
pub(crate) struct Misbehaviours {
    draw: Draw,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    switches: [Switch; Misbehaviour::ALL.len()],
    /// How many requests there have been of each sort.
    requests: BTreeMap<&'static str, u64>,
}

/// One misbehaviour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Switch {
    pub(crate) share: Share,
    /// How many times it struck.
    pub(crate) struck: u64,
}

impl Misbehaviours {
    /// Nothing is switched on.
    pub(crate) fn new(root: Draw) -> Self {
        let off = Switch { share: Share::NONE, struck: 0 };
        let state = State { switches: [off; Misbehaviour::ALL.len()], requests: BTreeMap::new() };
        Self { draw: root.of(Purpose::Misbehaviour), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request: where it is drawn, and where the run of four that it is one of.
    pub(crate) fn next_request(&self, sort: &'static str) -> (Draw, Draw) {
        let mut state = self.state();
        let number = state.requests.values().sum::<u64>();
        *state.requests.entry(sort).or_default() += 1;
        (self.draw.at(0).at(number), self.draw.at(1).at(number / RUN))
    }

    /// From now on the misbehaviour strikes this share.
    pub(crate) fn switch(&self, which: Misbehaviour, share: Share) {
        self.state().switches[which as usize].share = share;
    }

    /// How many requests there have been of each sort.
    pub(crate) fn requests(&self) -> BTreeMap<&'static str, u64> {
        self.state().requests.clone()
    }

    /// What is switched on, or was and struck.
    pub(crate) fn switches(&self) -> Vec<(Misbehaviour, Switch)> {
        let all = Misbehaviour::ALL.iter().copied().zip(self.state().switches);
        all.filter(|(_, switch)| switch.share > Share::NONE || switch.struck > 0).collect()
    }

    /// Begins to count anew: what strikes is drawn as in the beginning.
    pub(crate) fn recount(&self) {
        let mut state = self.state();
        state.requests.clear();
        state.switches.iter_mut().for_each(|switch| switch.struck = 0);
    }

    /// True when the misbehaviour strikes what has this place: a request or an event. Counts it then.
    pub(crate) fn strikes(&self, which: Misbehaviour, place: Draw) -> bool {
        let place = place.of(Purpose::Misbehaviour).at(which as u64);
        let switch = &mut self.state().switches[which as usize];
        let strikes = place.chance(switch.share.0);
        switch.struck += u64::from(strikes);
        strikes
    }
}
