//! Streams: what is sent over a leg, and how windows fold into the figures of a minute.

use crate::company::DeviceKind;
use crate::draw::Draw;
use crate::media::path::Leg;

/// The sizes of a camera's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Tiny,
    Small,
    Middle,
    Hd,
}

impl Level {
    /// The largest picture up to this one that a budget carries: a starved network makes
    /// pictures smaller.
    pub(crate) fn within(self, budget_kbps: f64) -> Self {
        let carried = match budget_kbps {
            budget if budget >= 1_800.0 => Self::Hd,
            budget if budget >= 750.0 => Self::Middle,
            budget if budget >= 300.0 => Self::Small,
            _ => Self::Tiny,
        };
        self.min(carried)
    }

    /// Width and height.
    const fn size(self) -> (u16, u16) {
        match self {
            Self::Tiny => (160, 90),
            Self::Small => (320, 180),
            Self::Middle => (640, 360),
            Self::Hd => (1280, 720),
        }
    }

    /// Bitrate at full pace, and frames per second.
    const fn rate(self) -> (f64, f64) {
        match self {
            Self::Tiny => (70.0, 15.0),
            Self::Small => (190.0, 20.0),
            Self::Middle => (590.0, 25.0),
            Self::Hd => (1_350.0, 25.0),
        }
    }

    const ALL: [Self; 4] = [Self::Tiny, Self::Small, Self::Middle, Self::Hd];
}

/// The picture of a stream in one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Picture {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) frames_per_second: f64,
}

/// One stream in one minute. Losses are in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figures {
    pub(crate) bitrate_kbps: f64,
    pub(crate) latency_ms: f64,
    pub(crate) jitter_ms: f64,
    pub(crate) avg_loss_pct: f64,
    pub(crate) max_loss_pct: f64,
    pub(crate) picture: Option<Picture>,
}

/// One minute of a report. A stream without traffic is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Minute {
    /// The start of the minute, in Unix milliseconds.
    pub(crate) instant: i64,
    /// What it was measured on, which decides how it is told.
    pub(crate) device: DeviceKind,
    pub(crate) audio_sent: Option<Figures>,
    pub(crate) audio_received: Option<Figures>,
    pub(crate) video_sent: Option<Figures>,
    pub(crate) video_received: Option<Figures>,
    pub(crate) share_sent: Option<Figures>,
    pub(crate) share_received: Option<Figures>,
    /// The client's lowest, mean and highest load, in percent.
    pub(crate) processor: [f64; 3],
    /// The whole machine's highest load, in percent.
    pub(crate) system_max: f64,
    /// Weakest, mean and strongest signal, in dBm.
    pub(crate) signal: Option<[f64; 3]>,
}

impl Minute {
    /// Every stream.
    pub(crate) const fn streams(&self) -> [Option<Figures>; 6] {
        [
            self.audio_sent,
            self.audio_received,
            self.video_sent,
            self.video_received,
            self.share_sent,
            self.share_received,
        ]
    }
}

/// Lowest, sum and highest of what came so far.
#[derive(Debug, Clone, Copy)]
struct Spread {
    count: f64,
    low: f64,
    sum: f64,
    high: f64,
}

impl Default for Spread {
    fn default() -> Self {
        Self { count: 0.0, low: f64::MAX, sum: 0.0, high: f64::MIN }
    }
}

impl Spread {
    fn add(&mut self, number: f64) {
        self.count += 1.0;
        self.low = self.low.min(number);
        self.sum += number;
        self.high = self.high.max(number);
    }

    /// Lowest, mean and highest.
    fn read(self) -> Option<[f64; 3]> {
        // Rounding may carry the mean of equal numbers past them.
        (self.count > 0.0)
            .then(|| [self.low, (self.sum / self.count).clamp(self.low, self.high), self.high])
    }
}

/// The windows of one stream.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Windows {
    bitrate: Spread,
    latency: Spread,
    jitter: Spread,
    loss: Spread,
    frames: Spread,
    /// How many windows had a picture of each size.
    sizes: [u32; 4],
    is_shared: bool,
}

impl Windows {
    pub(super) fn add(&mut self, leg: &Leg, bitrate_kbps: f64) {
        self.bitrate.add(bitrate_kbps);
        self.latency.add(leg.latency_ms);
        self.jitter.add(leg.jitter_ms);
        self.loss.add(leg.loss);
    }

    /// The processor sets the pace: a starved one gives fewer pictures of the same size.
    fn add_video(&mut self, leg: &Leg, level: Level, pace: f64, noise: Draw) {
        let (kbps, frames) = level.rate();
        self.add(leg, kbps * (0.35 + 0.65 * pace) * noise.at(0).between(0.8, 1.15));
        self.frames.add((frames * pace * noise.at(1).between(0.92, 1.0)).max(1.0));
        self.sizes[level as usize] += 1;
    }

    /// `busy` says how much of the screen changes.
    fn add_share(&mut self, leg: &Leg, busy: f64, pace: f64, noise: Draw) {
        self.add(leg, (60.0 + 700.0 * busy * busy) * noise.at(0).between(0.8, 1.2));
        self.frames.add((1.0 + 11.0 * busy * pace) * noise.at(1).between(0.9, 1.0));
        self.is_shared = true;
    }

    pub(super) fn figures(&self) -> Option<Figures> {
        let [_, bitrate_kbps, _] = self.bitrate.read()?;
        let [_, latency_ms, _] = self.latency.read()?;
        let [_, jitter_ms, _] = self.jitter.read()?;
        let [_, loss, max_loss] = self.loss.read()?;
        let picture = self.frames.read().map(|[_, frames_per_second, _]| {
            let (width, height) = if self.is_shared {
                (1920, 1080)
            } else {
                let most = Level::ALL.into_iter().max_by_key(|&level| self.sizes[level as usize]);
                most.unwrap_or(Level::Tiny).size()
            };
            Picture { width, height, frames_per_second }
        });
        Some(Figures {
            bitrate_kbps,
            latency_ms,
            jitter_ms,
            avg_loss_pct: 100.0 * loss,
            max_loss_pct: 100.0 * max_loss,
            picture,
        })
    }
}

/// The windows of a minute, as they come.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    audio_sent: Windows,
    audio_received: Windows,
    video_sent: Windows,
    video_received: Windows,
    share_sent: Windows,
    share_received: Windows,
    processor: Spread,
    system: Spread,
    signal: Spread,
}

impl Fold {
    pub(crate) fn audio_sent(&mut self, leg: &Leg, kbps: f64) {
        self.audio_sent.add(leg, kbps);
    }

    pub(crate) fn audio_received(&mut self, leg: &Leg, kbps: f64) {
        self.audio_received.add(leg, kbps);
    }

    pub(crate) fn video_sent(&mut self, leg: &Leg, level: Level, pace: f64, noise: Draw) {
        self.video_sent.add_video(leg, level, pace, noise);
    }

    pub(crate) fn video_received(&mut self, leg: &Leg, level: Level, pace: f64, noise: Draw) {
        self.video_received.add_video(leg, level, pace, noise);
    }

    pub(crate) fn share_sent(&mut self, leg: &Leg, busy: f64, pace: f64, noise: Draw) {
        self.share_sent.add_share(leg, busy, pace, noise);
    }

    pub(crate) fn share_received(&mut self, leg: &Leg, busy: f64, pace: f64, noise: Draw) {
        self.share_received.add_share(leg, busy, pace, noise);
    }

    /// Adds the client's and the whole machine's load, in percent.
    pub(crate) fn processor(&mut self, client: f64, system: f64) {
        self.processor.add(client);
        self.system.add(system);
    }

    pub(crate) fn signal(&mut self, dbm: f64) {
        self.signal.add(dbm);
    }

    pub(crate) fn into_minute(self, instant: i64, device: DeviceKind) -> Minute {
        Minute {
            instant,
            device,
            audio_sent: self.audio_sent.figures(),
            audio_received: self.audio_received.figures(),
            video_sent: self.video_sent.figures(),
            video_received: self.video_received.figures(),
            share_sent: self.share_sent.figures(),
            share_received: self.share_received.figures(),
            processor: self.processor.read().unwrap_or_default(),
            system_max: self.system.read().map_or(0.0, |[_, _, high]| high),
            signal: self.signal.read(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_way_makes_pictures_smaller() {
        assert_eq!(Level::Hd.within(5_000.0), Level::Hd);
        assert_eq!(Level::Hd.within(1_000.0), Level::Middle);
        assert_eq!(Level::Hd.within(0.0), Level::Tiny);
        assert_eq!(Level::Small.within(5_000.0), Level::Small);
    }
}
