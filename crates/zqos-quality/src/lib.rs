//! What Zoom's quality-of-service figures amount to: scores by a published model, and verdicts that
//! say what is not known.
//!
//! Everything here is computed from its arguments alone: nothing waits, reads, asks for the time or
//! depends on the order of what comes, and no input makes it panic.
//!
//! - [`emodel`] is the model: ITU-T G.107, complete. [`net_mos`] leads from Zoom's figures to it,
//!   [`Profile`] says which codec is assumed.
//! - [`Judge`] holds the settings. [`Judge::stream`] judges a stream in one minute, by a [`Rule`];
//!   [`Judge::session`] one medium of a join, [`Judge::group`] that of a meeting, a person or a
//!   site's day.
//! - [`ZoomOpinion`] is what Zoom itself says, which stands beside.
//! - [`InputDetection`] finds out which of input and output is sent; [`Proportion`] says how sure a
//!   count is.
//! - [`cause`] names what went wrong, for whom, when, and how sure that is.
//! - [`compare`] tells whether groups of joins differ beyond chance: cohorts, and before and after a
//!   change.
//!
//! **Words**: a verdict tells of conditions on the network, never of what people heard or felt;
//! measurements explain only a small part of that. **Missing** is `None`, never zero, and what can't
//! be known is [`Verdict::Unclassified`] with its [`Reason`], never a guess. **Typical** and **worst**
//! stand side by side, for average and greatest loss can't be blended: how long loss lasted within
//! a minute is not told.

pub mod cause;
pub mod compare;
pub mod emodel;

mod direction;
mod group;
mod interval;
mod judge;
mod meeting;
mod opinion;
mod path;
mod profile;
mod rule;
mod session;
mod verdict;

pub use direction::{Direction, InputDetection, InputMeaning, JoinLegs, MinuteLegs};
pub use group::{Group, GroupKind};
pub use interval::{Difference, Proportion};
pub use judge::{Circumstances, Judge, StreamVerdict, Way};
pub use meeting::Attendance;
pub use opinion::ZoomOpinion;
pub use path::{LatencyMeaning, PeerLatencies, mouth_to_ear_ms, net_mos};
pub use profile::Profile;
pub use rule::{
    AUDIO_LOSS_PCT, JITTER_MS, Limits, PROCESSOR_PCT, ROUND_TRIP_MS, Rule, UnknownRule,
};
pub use session::{Findings, Minute, Session, Stretch};
pub use verdict::{Grade, Reason, Verdict};
