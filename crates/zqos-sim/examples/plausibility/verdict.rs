//! What a bad minute is. The simulator knows nothing of it; only this measurement does.

use zqos_core::{Figures, Millis, Percent};

use crate::tree::count;
use crate::week::{Minute, Session};

/// Why a minute is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// More than 5 % of the packets of audio or video were lost, on average.
    Loss,
    /// A round trip of audio or video took more than 300 ms.
    Latency,
    /// Audio or video had a jitter of more than 50 ms.
    Jitter,
    /// Video had fewer than 7 frames per second: Microsoft's limit for poor video ("Stream
    /// classification in Call Quality Dashboard").
    FrameRate,
    /// The processor was more than 90 % busy at the worst moment.
    Processor,
}

impl Flaw {
    pub(crate) const ALL: [Self; 5] =
        [Self::Loss, Self::Latency, Self::Jitter, Self::FrameRate, Self::Processor];

    /// True when a minute has it.
    pub(crate) fn is_in(self, minute: &Minute) -> bool {
        let any_above = |limit: f64, figure: fn(&Figures) -> Option<f64>| {
            minute.streams().into_iter().filter_map(figure).any(|figure| figure > limit)
        };
        match self {
            Self::Loss => any_above(5.0, |figures| figures.avg_loss.map(Percent::get)),
            Self::Latency => any_above(300.0, |figures| figures.latency.map(Millis::get)),
            Self::Jitter => any_above(50.0, |figures| figures.jitter.map(Millis::get)),
            Self::FrameRate => {
                let mut streams = minute.streams().into_iter();
                streams.any(|figures| figures.frame_rate.is_some_and(|rate| rate.get() < 7.0))
            }
            Self::Processor => {
                let load = minute.device.and_then(|device| device.system_max_cpu);
                load.is_some_and(|load| load.get() > 90.0)
            }
        }
    }
}

/// True when a minute has any flaw.
pub(crate) fn is_bad(minute: &Minute) -> bool {
    Flaw::ALL.iter().any(|flaw| flaw.is_in(minute))
}

/// The mean of a figure of the audio that a session received; 0 when it received none.
fn mean(session: &Session, figure: fn(&Figures) -> Option<f64>) -> f64 {
    let figures = || session.minutes.iter().filter_map(|minute| figure(&minute.audio_received));
    figures().sum::<f64>() / count(figures()).max(1.0)
}

/// True when the audio that a session received is poor by Microsoft's limits for a whole stream: a
/// mean round trip of more than 500 ms, jitter of more than 30 ms, or more than 10 % lost.
pub(crate) fn is_poor_stream(session: &Session) -> bool {
    mean(session, |figures| figures.latency.map(Millis::get)) > 500.0
        || mean(session, |figures| figures.jitter.map(Millis::get)) > 30.0
        || loses_more_than(session, 10.0)
}

/// True when a session lost more of the audio that it should have received than `percent`.
pub(crate) fn loses_more_than(session: &Session, percent: f64) -> bool {
    mean(session, |figures| figures.avg_loss.map(Percent::get)) > percent
}

#[cfg(test)]
mod tests {
    use zqos_core::{DeviceSample, Fps, Timestamp};

    use super::*;
    use crate::week::Network;

    fn flaws(minute: &Minute) -> Vec<Flaw> {
        Flaw::ALL.into_iter().filter(|flaw| flaw.is_in(minute)).collect()
    }

    #[test]
    fn a_minute_is_bad_from_beyond_a_limit_on() {
        let mut minute = Minute::default();
        assert!(!is_bad(&minute), "nothing was measured");
        minute.audio_sent.avg_loss = Percent::try_new(5.0).ok();
        minute.video_sent.latency = Millis::try_new(300.0).ok();
        minute.audio_received.jitter = Millis::try_new(50.0).ok();
        minute.video_received.frame_rate = Fps::try_new(7.0).ok();
        let mut device = DeviceSample::empty("2026-11-16T09:00:00Z".parse::<Timestamp>().unwrap());
        device.system_max_cpu = Percent::try_new(90.0).ok();
        minute.device = Some(device);
        assert_eq!(flaws(&minute), []);
        minute.audio_sent.avg_loss = Percent::try_new(5.01).ok();
        assert_eq!(flaws(&minute), [Flaw::Loss]);
        minute.video_sent.latency = Millis::try_new(301.0).ok();
        minute.audio_received.jitter = Millis::try_new(51.0).ok();
        minute.video_received.frame_rate = Fps::try_new(6.0).ok();
        device.system_max_cpu = Percent::try_new(91.0).ok();
        minute.device = Some(device);
        assert_eq!(flaws(&minute), Flaw::ALL);
    }

    #[test]
    fn a_stream_is_poor_by_its_means() {
        let of = |jitters: &[f64]| {
            let minute = |jitter: &f64| {
                let mut minute = Minute::default();
                minute.audio_received.jitter = Millis::try_new(*jitter).ok();
                minute
            };
            let minutes = jitters.iter().map(minute).chain([Minute::default()]).collect();
            Session { network: Network::Outside, minutes }
        };
        assert!(!is_poor_stream(&of(&[])));
        assert!(!is_poor_stream(&of(&[20.0, 40.0])), "silent minutes do not count");
        assert!(is_poor_stream(&of(&[20.0, 41.0])));
    }
}
