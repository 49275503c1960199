//! Misbehaviour on demand: what a client must survive, each in a share of all requests.
//!
//! Which requests are struck is a draw from the seed, the sort, and the number of the request
//! since the simulator began; nothing else of an earlier request makes a difference.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::draw::{Draw, Purpose};

/// A way in which the simulated Zoom misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misbehaviour {
    /// 429 for four calls in a row: too many in a second or minute.
    RateLimitStorm,
    /// The same without any header that tells of a limit.
    BareRateLimitStorm,
    /// 429: the day's calls are used up, with the instant at which they open again.
    DailyLimit,
    /// The same without any header that tells of a limit.
    BareDailyLimit,
    /// 500, 502, 503 or 504, with an empty body.
    ServerErrors,
    /// A page for people in place of JSON, with 200.
    Html200,
    /// A page for people, with 502.
    Html502,
    /// A page for people, with 503.
    Html503,
    /// A token that was good is refused.
    ExpiredAccessTokens,
    /// The token of a page is refused, and the walk has to begin anew.
    ExpiredPageTokens,
    /// Every object has a member that nobody knows.
    UnknownMembers,
    /// A member is missing wherever it stood.
    MissingMembers,
    /// A member has another name.
    RenamedMembers,
    /// Figures and ids that were texts are numbers.
    Numbers,
    /// The connection is reset in place of an answer.
    Resets,
    /// The connection ends before the body does.
    CutBodies,
    /// The body trickles.
    SlowBodies,
    /// Events come twice.
    DuplicateEvents,
    /// Events come minutes after their time.
    LateEvents,
    /// Events come before those that they follow.
    ReorderedEvents,
}

impl Misbehaviour {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 20] = [
        Self::RateLimitStorm,
        Self::BareRateLimitStorm,
        Self::DailyLimit,
        Self::BareDailyLimit,
        Self::ServerErrors,
        Self::Html200,
        Self::Html502,
        Self::Html503,
        Self::ExpiredAccessTokens,
        Self::ExpiredPageTokens,
        Self::UnknownMembers,
        Self::MissingMembers,
        Self::RenamedMembers,
        Self::Numbers,
        Self::Resets,
        Self::CutBodies,
        Self::SlowBodies,
        Self::DuplicateEvents,
        Self::LateEvents,
        Self::ReorderedEvents,
    ];

    /// The name for programs, such as `cut-bodies`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RateLimitStorm => "429-storm",
            Self::BareRateLimitStorm => "429-storm-bare",
            Self::DailyLimit => "429-daily",
            Self::BareDailyLimit => "429-daily-bare",
            Self::ServerErrors => "5xx",
            Self::Html200 => "html-200",
            Self::Html502 => "html-502",
            Self::Html503 => "html-503",
            Self::ExpiredAccessTokens => "expired-access-tokens",
            Self::ExpiredPageTokens => "expired-page-tokens",
            Self::UnknownMembers => "drift-unknown",
            Self::MissingMembers => "drift-missing",
            Self::RenamedMembers => "drift-renamed",
            Self::Numbers => "drift-numbers",
            Self::Resets => "resets",
            Self::CutBodies => "cut-bodies",
            Self::SlowBodies => "slow-bodies",
            Self::DuplicateEvents => "duplicate-events",
            Self::LateEvents => "late-events",
            Self::ReorderedEvents => "reordered-events",
        }
    }

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
        let mut all = Self::ALL.into_iter();
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
        let [first, rest @ ..] = Misbehaviour::ALL;
        write!(f, "`{}`", first.name())?;
        rest.into_iter().try_for_each(|other| write!(f, ", `{}`", other.name()))
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
        let all = Misbehaviour::ALL.into_iter().zip(self.state().switches);
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
