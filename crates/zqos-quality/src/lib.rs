//! What Zoom's quality-of-service figures amount to.

pub mod emodel;
mod judge;
mod opinion;
mod path;
mod profile;
mod rule;
mod verdict;

pub use judge::{Circumstances, Judge, StreamVerdict, Way};
pub use opinion::ZoomOpinion;
pub use path::{CODEC_DELAY_MS, LatencyMeaning, PeerLatencies, mouth_to_ear_ms, net_mos};
pub use profile::Profile;
pub use rule::{
    AUDIO_LOSS_PCT, JITTER_MS, Limits, PROCESSOR_PCT, ROUND_TRIP_MS, Rule, UnknownRule,
};
pub use verdict::{Grade, Reason, Verdict};
