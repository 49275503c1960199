//! What Zoom's quality-of-service figures amount to.

pub mod emodel;
mod path;
mod profile;

pub use path::{CODEC_DELAY_MS, LatencyMeaning, PeerLatencies, mouth_to_ear_ms, net_mos};
pub use profile::Profile;
