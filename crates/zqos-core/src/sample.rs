//! Samples: what was measured, of one participant, in one minute.

use std::fmt;

use crate::{Dbm, Fps, Kbps, Millis, Percent, Pressure, Resolution, StreamName, Timestamp};

/// The figures of one stream.
///
/// **Missing**: `None` where Zoom sent nothing, an empty text, a dash or `0*0`: no traffic, or a
/// figure that the medium does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Bitrate.
    pub bitrate: Option<Kbps>,
    /// Round-trip time including the application, averaged over five seconds.
    pub latency: Option<Millis>,
    /// Variation of the packets' arrival.
    pub jitter: Option<Millis>,
    /// Average packet loss.
    pub avg_loss: Option<Percent>,
    /// Worst packet loss.
    pub max_loss: Option<Percent>,
    /// Picture size; video and share only.
    pub resolution: Option<Resolution>,
    /// Pictures per second; video and share only.
    pub frame_rate: Option<Fps>,
}

impl Figures {
    /// Nothing was measured.
    pub const EMPTY: Self = Self {
        bitrate: None,
        latency: None,
        jitter: None,
        avg_loss: None,
        max_loss: None,
        resolution: None,
        frame_rate: None,
    };

    /// True when nothing was measured: the stream carried no traffic.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }
}

/// One stream of one participant in one minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSample {
    /// The minute, at its start; for a live report the moment of the sample.
    pub ts: Timestamp,
    /// Which stream.
    pub stream: StreamName,
    /// What was measured.
    pub figures: Figures,
}

/// The device of one participant in one minute.
///
/// **Missing**: `None` where the client does not report the figure; only browsers report
/// pressure, only wireless devices report RSSI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSample {
    /// The minute, at its start; for a live report the moment of the sample.
    pub ts: Timestamp,
    /// Lowest processor load of the Zoom client.
    pub zoom_min_cpu: Option<Percent>,
    /// Average processor load of the Zoom client.
    pub zoom_avg_cpu: Option<Percent>,
    /// Highest processor load of the Zoom client.
    pub zoom_max_cpu: Option<Percent>,
    /// Highest processor load of the whole machine.
    pub system_max_cpu: Option<Percent>,
    /// Lowest pressure level.
    pub min_pressure: Option<Pressure>,
    /// Average pressure level.
    pub avg_pressure: Option<Pressure>,
    /// Highest pressure level.
    pub max_pressure: Option<Pressure>,
    /// Weakest signal, as Zoom labels it; its documents have examples with minimum and maximum
    /// exchanged, so the order of the three is not relied upon.
    pub min_rssi: Option<Dbm>,
    /// Average signal.
    pub avg_rssi: Option<Dbm>,
    /// Strongest signal, as Zoom labels it.
    pub max_rssi: Option<Dbm>,
}

impl DeviceSample {
    /// A sample in which nothing was measured yet.
    pub const fn empty(ts: Timestamp) -> Self {
        Self {
            ts,
            zoom_min_cpu: None,
            zoom_avg_cpu: None,
            zoom_max_cpu: None,
            system_max_cpu: None,
            min_pressure: None,
            avg_pressure: None,
            max_pressure: None,
            min_rssi: None,
            avg_rssi: None,
            max_rssi: None,
        }
    }

    /// True when nothing was measured.
    pub fn is_empty(&self) -> bool {
        *self == Self::empty(self.ts)
    }
}

/// Where a sample came from. Figures of different origins are kept apart: Zoom samples them
/// differently, and says that they do not compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Fetched while the meeting ran.
    RestLive,
    /// Fetched after the meeting ended.
    RestPast,
    /// Fetched as a summary.
    RestSummary,
    /// Pushed by the Quality of Service Subscription.
    Qss,
    /// Read from a file.
    Import,
}

impl Origin {
    /// The name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RestLive => "rest_live",
            Self::RestPast => "rest_past",
            Self::RestSummary => "rest_summary",
            Self::Qss => "qss",
            Self::Import => "import",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
