//! Settings: what a client tells of itself while somebody takes part.

use crate::{Span, Timestamp};

/// An address within the client's network, and its port.
///
/// **Missing**: `None` where Zoom sent nothing or an empty text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The address, or the name.
    pub address: Option<String>,
    /// The port.
    pub port: Option<u16>,
}

/// What a client told: on a change, or at the end of a join.
///
/// **Missing**: `None` where Zoom sent nothing or an empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsChange {
    /// When Zoom told it.
    pub ts: Timestamp,
    /// [`Span::Change`] or [`Span::Join`].
    pub span: Span,
    /// Its place among those that came together, from 0 on; Zoom sends them one by one.
    pub element: u32,
    /// The sort of device.
    pub device: Option<String>,
    /// The device or browser, more exactly.
    pub device_detail: Option<String>,
    /// The client.
    pub client: Option<String>,
    /// The client's version.
    pub version: Option<String>,
    /// Where, in Zoom's words.
    pub location: Option<String>,
    /// `Wired`, `Wifi`, …
    pub network_type: Option<String>,
    /// How packets travel: `UDP`, `TCP`, …
    pub connection_type: Option<String>,
    /// The data centre.
    pub data_center: Option<String>,
    /// The microphone.
    pub microphone: Option<String>,
    /// The speaker.
    pub speaker: Option<String>,
    /// The camera.
    pub camera: Option<String>,
    /// The computer's name.
    pub pc_name: Option<String>,
    /// The computer's domain.
    pub domain: Option<String>,
    /// The hardware address.
    pub mac_addr: Option<String>,
    /// The disk's id.
    pub harddisk_id: Option<String>,
    /// The public address.
    pub ip_address: Option<String>,
    /// From where the client reaches Zoom's control.
    pub internal: Endpoint,
    /// From where audio, video and share come.
    pub media: [Endpoint; 3],
    /// Where the client's packets go.
    pub destination: Endpoint,
}
