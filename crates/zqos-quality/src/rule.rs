//! Rules: how figures become grades.

use std::fmt;
use std::str::FromStr;

use crate::emodel::mos_of_r;
use crate::{Grade, Reason, Verdict};

/// The highest values at which a figure is still good, fair and poor; beyond the last it is bad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The highest value that is good.
    pub good: f64,
    /// The highest value that is fair.
    pub fair: f64,
    /// The highest value that is poor.
    pub poor: f64,
}

impl Limits {
    /// The grade of a value.
    pub fn grade(self, value: f64) -> Grade {
        if value <= self.good {
            Grade::Good
        } else if value <= self.fair {
            Grade::Fair
        } else if value <= self.poor {
            Grade::Poor
        } else {
            Grade::Bad
        }
    }
}

/// Limits of the round trip, in ms.
///
/// **Source**: good is Zoom's advice; poor is Microsoft's limit for audio ("Stream classification
/// in Call Quality Dashboard"); fair is this project's, between both.
pub const ROUND_TRIP_MS: Limits = Limits { good: 150.0, fair: 300.0, poor: 500.0 };

/// Limits of jitter, in ms.
///
/// **Source**: good is Microsoft's limit for audio, within Zoom's advice of 40; the others are this
/// project's.
pub const JITTER_MS: Limits = Limits { good: 30.0, fair: 50.0, poor: 100.0 };

/// Limits of average loss of audio, in percent. A loss of 10 % is never better than poor.
///
/// **Source**: good is Zoom's advice; poor is Microsoft's limit for audio; fair is what vendors
/// commonly warn at.
pub const AUDIO_LOSS_PCT: Limits = Limits { good: 2.0, fair: 5.0, poor: 10.0 };

/// Limits of the highest load of the processor within a minute, in percent. A stream's verdict does
/// not look at it: it tells of the device, not of the network.
///
/// **Source**: good and fair are of Google Meet's advice to administrators; poor is this project's.
pub const PROCESSOR_PCT: Limits = Limits { good: 80.0, fair: 90.0, poor: 95.0 };

/// Below so many pictures per second video is poor.
///
/// **Source**: Microsoft, "Stream classification in Call Quality Dashboard".
const VIDEO_FPS_POOR: f64 = 7.0;

/// Below so many pictures per second video is fair.
///
/// **Source**: half of 30, the step by which Zoom's clients relieve a busy processor.
const VIDEO_FPS_FAIR: f64 = 15.0;

/// Below so many pictures per second a shared screen is poor, if the network is.
///
/// **Source**: Microsoft, "Stream classification in Call Quality Dashboard".
const SHARE_FPS_POOR: f64 = 2.0;

/// Below so many pictures per second a shared screen is fair, if the network is no better.
///
/// **Source**: Google Meet's advice to administrators.
const SHARE_FPS_FAIR: f64 = 5.0;

/// Above so many percent lost, pictures are poor. It is as far as the rules for pictures go: none
/// is bad.
///
/// **Source**: Microsoft, "Stream classification in Call Quality Dashboard", where it counts what
/// error correction left over; of Zoom it is not known which it counts.
const PICTURE_LOSS_PCT_POOR: f64 = 15.0;

/// Above so many percent lost, pictures are fair.
///
/// **Source**: Zoom's advice.
const PICTURE_LOSS_PCT_FAIR: f64 = 2.0;

/// Above these, audio is poor: round trip in ms, jitter in ms, loss in percent.
///
/// **Source**: Microsoft, "Stream classification in Call Quality Dashboard"; its loss of 0.1 is a
/// fraction.
const CQD_AUDIO: (f64, f64, f64) = (500.0, 30.0, 10.0);

/// The lowest mean opinion scores that are good, fair and poor.
///
/// **Source**: the buckets of Zoom's dashboard; that a bound belongs to the better one is this
/// project's.
const MOS_GOOD_FAIR_POOR: [f64; 3] = [4.0, 3.0, 2.0];

/// By what minutes are graded.
///
/// A rule has a version: stored verdicts name it, and it rises whenever a grade can come out
/// otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The worst of latency, jitter and loss decides, each by limits of its own
    /// ([`ROUND_TRIP_MS`], [`JITTER_MS`], [`AUDIO_LOSS_PCT`]); pictures by frame rate and loss.
    #[default]
    Bands,
    /// The mean opinion score of the E-model decides, in the buckets of Zoom's dashboard. It is
    /// lenient under loss. Pictures as in [`Self::Bands`].
    Mos,
    /// Microsoft's limits for a stream, applied to a minute: good or poor. The first figure of a
    /// picture that there is decides, so a still slide that is shared is poor.
    Cqd,
}

/// A text that names no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule;

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a rule: there are `bands`, `mos` and `cqd`")
    }
}

impl std::error::Error for UnknownRule {}

impl Rule {
    /// Every rule, the default first.
    pub const ALL: [Self; 3] = [Self::Bands, Self::Mos, Self::Cqd];

    /// The name with the version, as verdicts are stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bands => "bands/1",
            Self::Mos => "mos/1",
            Self::Cqd => "cqd/1",
        }
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    /// Reads a name, with or without the version.
    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        let is_named = |rule: &Self| {
            let name = rule.as_str();
            name == text || name.split_once('/').is_some_and(|(name, _)| name == text)
        };
        Self::ALL.into_iter().find(is_named).ok_or(UnknownRule)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a rule looks at: the figures of one stream in one minute, with the average or with the worst
/// loss.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) round_trip_ms: Option<f64>,
    pub(crate) jitter_ms: Option<f64>,
    /// The loss, or, where that is missing, what it is at least.
    pub(crate) loss_pct: Option<f64>,
    /// False where `loss_pct` is only what it is at least.
    pub(crate) is_loss_known: bool,
    /// Audio only.
    pub(crate) r: Option<f64>,
    /// Of a picture of which the size is known.
    pub(crate) frame_rate_fps: Option<f64>,
}

impl Seen {
    fn has_network(&self) -> bool {
        self.round_trip_ms.is_some() && self.jitter_ms.is_some() && self.is_loss_known
    }

    /// The worst of what there is, by the limits of audio.
    fn network(&self) -> Grade {
        let graded = [
            self.round_trip_ms.map(|value| ROUND_TRIP_MS.grade(value)),
            self.jitter_ms.map(|value| JITTER_MS.grade(value)),
            self.loss_pct.map(|value| AUDIO_LOSS_PCT.grade(value)),
        ];
        graded.into_iter().flatten().max().unwrap_or(Grade::Good)
    }

    fn picture_loss(&self) -> Grade {
        match self.loss_pct {
            Some(loss) if loss > PICTURE_LOSS_PCT_POOR => Grade::Poor,
            Some(loss) if loss > PICTURE_LOSS_PCT_FAIR => Grade::Fair,
            _ => Grade::Good,
        }
    }
}

/// A grade that more figures can only make worse: without them, it stands when it counts as poor.
fn at_least(grade: Grade, has_all: bool) -> Verdict {
    if has_all || grade.is_poor() {
        Verdict::Graded(grade)
    } else {
        Verdict::Unclassified(Reason::MissingFigures)
    }
}

impl Rule {
    /// The verdict on audio.
    pub(crate) fn audio(self, seen: &Seen) -> Verdict {
        match self {
            Self::Bands => at_least(seen.network(), seen.has_network()),
            Self::Mos => match seen.r.and_then(mos_of_r) {
                Some(mos) => {
                    let below = MOS_GOOD_FAIR_POOR.iter().filter(|bound| mos < **bound).count();
                    Verdict::Graded(Grade::ALL[below])
                }
                None => Verdict::Unclassified(Reason::MissingFigures),
            },
            Self::Cqd => {
                let (round_trip, jitter, loss) = CQD_AUDIO;
                let is_poor = seen.round_trip_ms.is_some_and(|value| value > round_trip)
                    || seen.jitter_ms.is_some_and(|value| value > jitter)
                    || seen.loss_pct.is_some_and(|value| value > loss);
                at_least(if is_poor { Grade::Poor } else { Grade::Good }, seen.has_network())
            }
        }
    }

    /// The verdict on the picture of a camera.
    pub(crate) fn video(self, seen: &Seen) -> Verdict {
        if self == Self::Cqd {
            return cqd_picture(seen, VIDEO_FPS_POOR);
        }
        let Some(frame_rate) = seen.frame_rate_fps else {
            return Verdict::Unclassified(Reason::NoPicture);
        };
        let frames = below(frame_rate, VIDEO_FPS_POOR, VIDEO_FPS_FAIR);
        at_least(frames.max(seen.picture_loss()), seen.is_loss_known)
    }

    /// The verdict on a shared screen. Of a slide that stands still few pictures are sent, so the
    /// frame rate never makes it worse than the network is.
    pub(crate) fn share(self, seen: &Seen) -> Verdict {
        if self == Self::Cqd {
            return cqd_picture(seen, SHARE_FPS_POOR);
        }
        let Some(frame_rate) = seen.frame_rate_fps else {
            return Verdict::Unclassified(Reason::NoPicture);
        };
        let frames = below(frame_rate, SHARE_FPS_POOR, SHARE_FPS_FAIR);
        let corroborated = frames.min(seen.network());
        let has_all = seen.is_loss_known && (frames == Grade::Good || seen.has_network());
        at_least(corroborated.max(seen.picture_loss()), has_all)
    }
}

fn below(frame_rate: f64, poor: f64, fair: f64) -> Grade {
    if frame_rate < poor {
        Grade::Poor
    } else if frame_rate < fair {
        Grade::Fair
    } else {
        Grade::Good
    }
}

/// Microsoft's verdict on a picture: by its frame rate or, where that is missing, by its loss.
fn cqd_picture(seen: &Seen, poor_below: f64) -> Verdict {
    let is_poor = match (seen.frame_rate_fps, seen.loss_pct) {
        (Some(frame_rate), _) => frame_rate < poor_below,
        (None, Some(loss)) => loss > PICTURE_LOSS_PCT_POOR,
        (None, None) => return Verdict::Unclassified(Reason::NoPicture),
    };
    let has_all = seen.frame_rate_fps.is_some() || seen.is_loss_known;
    at_least(if is_poor { Grade::Poor } else { Grade::Good }, has_all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grade::{Bad, Fair, Good, Poor};

    #[test]
    fn a_bound_belongs_to_the_better_grade() {
        for limits in [ROUND_TRIP_MS, JITTER_MS, AUDIO_LOSS_PCT, PROCESSOR_PCT] {
            let Limits { good, fair, poor } = limits;
            let grades = [0.0, good, good + 0.01, fair, fair + 0.01, poor, poor + 0.01];
            assert_eq!(
                grades.map(|value| limits.grade(value)),
                [Good, Good, Fair, Fair, Poor, Poor, Bad]
            );
        }
    }

    #[test]
    fn rules_are_read_with_and_without_their_version() {
        for rule in Rule::ALL {
            assert_eq!(rule.as_str().parse(), Ok(rule));
            assert_eq!(rule.as_str().trim_end_matches("/1").parse(), Ok(rule));
        }
        for text in ["", "band", "bands/2", "bands/", "BANDS"] {
            assert_eq!(text.parse::<Rule>(), Err(UnknownRule), "{text}");
        }
    }
}
