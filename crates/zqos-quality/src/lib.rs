//! What Zoom's quality-of-service figures amount to.

pub mod emodel;

mod direction;
mod group;
mod judge;
mod opinion;
mod path;
mod profile;
mod rule;
mod session;
mod verdict;

pub use direction::{Direction, InputDetection, InputMeaning, MinuteLegs};
pub use group::{Group, Scope};
pub use judge::{Circumstances, Judge, StreamVerdict, Way};
pub use opinion::ZoomOpinion;
pub use path::{CODEC_DELAY_MS, LatencyMeaning, PeerLatencies, mouth_to_ear_ms, net_mos};
pub use profile::Profile;
pub use rule::{
    AUDIO_LOSS_PCT, JITTER_MS, Limits, PROCESSOR_PCT, ROUND_TRIP_MS, Rule, UnknownRule,
};
pub use session::{Findings, Minute, Session, Stretch};
pub use verdict::{Grade, Reason, Verdict};
