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

impl<T> Spread<T> {
    /// Nothing was measured.
    pub const EMPTY: Self = Self { min: None, avg: None, max: None };
}

impl<T> Default for Spread<T> {
    fn default() -> Self {
        Self::EMPTY
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
    /// Nothing was measured.
    pub const EMPTY: Self = Self {
        bitrate: Spread::EMPTY,
        latency: Spread::EMPTY,
        jitter: Spread::EMPTY,
        loss: Spread::EMPTY,
        resolution: None,
        frame_rate: Spread::EMPTY,
    };

    /// True when nothing was measured: the stream carried no traffic.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
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
