//! Summaries: a whole join of one participant in figures.

use crate::{DeviceSample, Fps, Kbps, Millis, Percent, Resolution, StreamName};

/// The lowest, the mean and the highest of what was measured.
///
/// **Missing**: `None` where Zoom sent nothing, or a text that stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread<T> {
    /// The lowest.
    pub min: Option<T>,
    /// The mean.
    pub avg: Option<T>,
    /// The highest.
    pub max: Option<T>,
}

impl<T> Default for Spread<T> {
    fn default() -> Self {
        Self { min: None, avg: None, max: None }
    }
}

/// The figures of one stream over a whole join.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SummaryFigures {
    /// Bitrate.
    pub bitrate: Spread<Kbps>,
    /// Round-trip time including the application.
    pub latency: Spread<Millis>,
    /// Variation of the packets' arrival.
    pub jitter: Spread<Millis>,
    /// Packet loss.
    pub loss: Spread<Percent>,
    /// Picture size; video and share only.
    pub resolution: Option<Resolution>,
    /// Pictures per second; video and share only.
    pub frame_rate: Spread<Fps>,
}

impl SummaryFigures {
    /// True when nothing was measured: the stream carried no traffic.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One stream, or the device, of one participant over a whole join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Summary {
    /// A stream.
    Stream(StreamName, SummaryFigures),
    /// The device. Its time is that of the summary.
    Device(DeviceSample),
}
