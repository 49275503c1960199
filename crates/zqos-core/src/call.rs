//! Calls of Zoom Phone.

use crate::{Kbps, Millis, Percent, Timestamp};

/// One side of a call.
///
/// **Missing**: `None` where Zoom sent nothing or an empty text.
#[derive(Debug, Clone, PartialEq)]
pub struct PhoneCall {
    /// The call; digits, never empty.
    pub id: String,
    /// `caller` or `callee`.
    pub side: String,
    /// When it began.
    pub start: Option<Timestamp>,
    /// When it ended; `None` while it lasts.
    pub end: Option<Timestamp>,
    /// `inbound`, `outbound` or `internal`.
    pub direction: Option<String>,
    /// How long it took, in seconds.
    pub duration_s: Option<u32>,
    /// Mean opinion score of the whole call, from 1 to 5, as Zoom computes it.
    pub mos: Option<f64>,
    /// The account user on this side.
    pub person_id: Option<String>,
    /// The name shown.
    pub user_name: Option<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The phone number.
    pub phone_number: Option<String>,
    /// The extension.
    pub extension_number: Option<String>,
    /// `user`, `callQueue`, …
    pub extension_type: Option<String>,
    /// Zoom's id of the site.
    pub site_id: Option<String>,
    /// The public address.
    pub ip_address: Option<String>,
    /// The private address.
    pub internal_ip_address: Option<String>,
    /// The internet provider.
    pub isp: Option<String>,
    /// The device with its client's version.
    pub device: Option<String>,
    /// The codec.
    pub codec: Option<String>,
    /// The headset.
    pub headset: Option<String>,
    /// The microphone.
    pub microphone: Option<String>,
}

impl PhoneCall {
    /// One side of a call of which nothing else is known.
    pub fn new(id: impl Into<String>, side: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            side: side.into(),
            start: None,
            end: None,
            direction: None,
            duration_s: None,
            mos: None,
            person_id: None,
            user_name: None,
            email: None,
            phone_number: None,
            extension_number: None,
            extension_type: None,
            site_id: None,
            ip_address: None,
            internal_ip_address: None,
            isp: None,
            device: None,
            codec: None,
            headset: None,
            microphone: None,
        }
    }
}

/// What one side sent or received when it was measured.
///
/// **Missing**: `None` where Zoom sent nothing, or a text that stands for nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct PhoneSample {
    /// When.
    pub ts: Timestamp,
    /// `sending` or `receiving`.
    pub leg: String,
    /// Bitrate.
    pub bitrate: Option<Kbps>,
    /// Variation of the packets' arrival.
    pub jitter: Option<Millis>,
    /// Average packet loss.
    pub avg_loss: Option<Percent>,
    /// Worst packet loss.
    pub max_loss: Option<Percent>,
    /// The network's delay.
    pub network_delay: Option<Millis>,
    /// Mean opinion score, from 1 to 5, as Zoom computes it.
    pub mos: Option<f64>,
    /// `LAN` and the like, in Zoom's words.
    pub network: Option<String>,
}
