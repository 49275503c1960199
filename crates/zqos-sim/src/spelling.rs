//! How figures are written: each surface of Zoom's API has its own spelling of units, decimals and
//! streams without traffic.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::draw::Draw;
use crate::media::{Figures, Minute};

/// Which spelling the figures of reports have.
///
/// **Source**: the spellings that Zoom's own documents show, one for each surface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// `27.15 kbps`, `126 ms`, `0.03%`; a stream without traffic is all blank. The API reference.
    #[default]
    Documented,
    /// `27 kbps`, `126 ms`, `0.0%`; while nothing is shared, shares have figures, the size `0*0` and
    /// a blank frame rate. The sample answer of 2021.
    Sample,
    /// `27.15kbps`, `126 ms`, `6ms`; a stream without traffic is left out. The QSS summaries.
    Compact,
    /// `27.15 Kbps`; a stream without traffic is all blank. The Video SDK.
    Capital,
    /// `27`, `126`, `6`, `0.0`: no units; a stream without traffic is left out. Events of phones.
    Bare,
    /// Each report has one of the others, by draw.
    Mixed,
}

impl Dialect {
    /// The spelling of a report that is drawn at `draw`.
    pub(crate) fn spelling(self, draw: Draw) -> Spelling {
        match self {
            Self::Documented => Spelling::DOCUMENTED,
            Self::Sample => Spelling::SAMPLE,
            Self::Compact => Spelling::COMPACT,
            Self::Capital => Spelling::CAPITAL,
            Self::Bare => Spelling::BARE,
            Self::Mixed => *draw.pick(&[
                Spelling::DOCUMENTED,
                Spelling::SAMPLE,
                Spelling::COMPACT,
                Spelling::CAPITAL,
                Spelling::BARE,
            ]),
        }
    }
}

/// A number's decimals and unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit {
    decimals: u8,
    text: &'static str,
}

const fn unit(decimals: u8, text: &'static str) -> Unit {
    Unit { decimals, text }
}

/// What stands for a stream without traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Idle {
    /// Every member is blank.
    Blank,
    /// Nothing at all.
    Missing,
    /// A share without a picture; else blank.
    Unpictured,
}

/// One spelling of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spelling {
    bitrate: Unit,
    latency: Unit,
    jitter: Unit,
    loss: Unit,
    idle: Idle,
}

impl Spelling {
    pub(crate) const DOCUMENTED: Self = Self {
        bitrate: unit(2, " kbps"),
        latency: unit(0, " ms"),
        jitter: unit(0, " ms"),
        loss: unit(2, "%"),
        idle: Idle::Blank,
    };
    const SAMPLE: Self = Self {
        bitrate: unit(0, " kbps"),
        loss: unit(1, "%"),
        idle: Idle::Unpictured,
        ..Self::DOCUMENTED
    };
    /// That of summaries, too.
    pub(crate) const COMPACT: Self = Self {
        bitrate: unit(2, "kbps"),
        jitter: unit(0, "ms"),
        idle: Idle::Missing,
        ..Self::DOCUMENTED
    };
    /// That of phone calls, whose delays have no unit.
    pub(crate) const PHONE: Self = Self {
        bitrate: unit(2, "kbps"),
        latency: unit(0, ""),
        jitter: unit(2, "ms"),
        loss: unit(2, "%"),
        idle: Idle::Missing,
    };
    const CAPITAL: Self = Self { bitrate: unit(2, " Kbps"), ..Self::DOCUMENTED };
    /// That of phone events, which have no units at all.
    pub(crate) const BARE: Self = Self {
        bitrate: unit(0, ""),
        latency: unit(0, ""),
        jitter: unit(0, ""),
        loss: unit(1, ""),
        idle: Idle::Missing,
    };

    pub(crate) const fn kbps(self, figure: f64) -> Spelt {
        Spelt { figure, unit: self.bitrate }
    }

    pub(crate) const fn latency(self, figure: f64) -> Spelt {
        Spelt { figure, unit: self.latency }
    }

    pub(crate) const fn jitter(self, figure: f64) -> Spelt {
        Spelt { figure, unit: self.jitter }
    }

    pub(crate) const fn loss(self, figure: f64) -> Spelt {
        Spelt { figure, unit: self.loss }
    }

    /// The streams of a minute, as far as they are told of.
    pub(crate) fn streams(
        self,
        minute: &Minute,
    ) -> impl Iterator<Item = (&'static str, StreamMembers)> {
        // While nothing is shared the way is kept open: what audio has measured holds for it.
        let kept_open = [None, None, None, None, minute.audio_sent, minute.audio_received];
        let names = minute.device.legs().streams();
        let streams = names.into_iter().zip(minute.streams()).zip(kept_open);
        streams.filter_map(move |((name, figures), kept_open)| {
            let content = match (figures, self.idle) {
                (Some(figures), _) => Content::Measured(figures),
                (None, Idle::Missing) => return None,
                (None, Idle::Blank) => Content::Blank,
                (None, Idle::Unpictured) => kept_open.map_or(Content::Blank, Content::Unpictured),
            };
            let is_pictured = !name.starts_with("audio");
            Some((name, StreamMembers { spelling: self, is_pictured, content }))
        })
    }
}

/// A number as the API spells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spelt {
    figure: f64,
    unit: Unit,
}

/// A load of the processor.
pub(crate) const fn load(figure: f64) -> Spelt {
    Spelt { figure, unit: unit(0, "%") }
}

/// A mean opinion score.
pub(crate) const fn opinion(figure: f64) -> Spelt {
    Spelt { figure, unit: unit(1, "") }
}

/// A frame rate.
pub(crate) const fn frame_rate(figure: f64) -> Spelt {
    Spelt { figure, unit: unit(0, " fps") }
}

impl fmt::Display for Spelt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.unit.decimals);
        write!(f, "{:.decimals$}{}", self.figure, self.unit.text)
    }
}

impl Spelt {
    /// How often the last digit's unit is in the figure, rounded; `None` where only an exact
    /// expansion can tell whether to round up or down.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to a hundred million"
    )]
    fn last_digits(&self) -> Option<u32> {
        let scaled = self.figure * [1.0, 10.0, 100.0].get(usize::from(self.unit.decimals))?;
        let whole = libm::floor(scaled);
        let is_tie = libm::fabs(scaled - whole - 0.5) < 1e-6;
        ((0.0..1e8).contains(&scaled) && !is_tie).then_some((scaled + 0.5) as u32)
    }

    /// The same text as that of [`Display`](fmt::Display), in a seventh of its time: most of a
    /// report is figures. Written from the end on.
    fn spell<'b>(&self, buffer: &'b mut [u8; 24]) -> Option<&'b str> {
        let mut left = self.last_digits()?;
        let mut at = buffer.len();
        let mut put = |byte: u8| {
            at -= 1;
            buffer[at] = byte;
        };
        self.unit.text.bytes().rev().for_each(&mut put);
        for place in 0.. {
            if place == self.unit.decimals && place > 0 {
                put(b'.');
            }
            if place > self.unit.decimals && left == 0 {
                break;
            }
            put(b"0123456789"[(left % 10) as usize]);
            left /= 10;
        }
        std::str::from_utf8(&buffer[at..]).ok()
    }
}

impl Serialize for Spelt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.spell(&mut [0; 24]) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(self),
        }
    }
}

/// `1280*720`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u16, pub(crate) u16);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*{}", self.0, self.1)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The members of one stream in one minute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StreamMembers {
    spelling: Spelling,
    /// Video and shares have a size and a frame rate, audio has not.
    is_pictured: bool,
    content: Content,
}

#[derive(Debug, Clone, Copy)]
enum Content {
    Measured(Figures),
    Unpictured(Figures),
    Blank,
}

impl Serialize for StreamMembers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stream = serializer.serialize_struct("Stream", 7)?;
        let spelling = self.spelling;
        match self.content {
            Content::Measured(figures) | Content::Unpictured(figures) => {
                stream.serialize_field("bitrate", &spelling.kbps(figures.bitrate_kbps))?;
                stream.serialize_field("latency", &spelling.latency(figures.latency_ms))?;
                stream.serialize_field("jitter", &spelling.jitter(figures.jitter_ms))?;
                stream.serialize_field("avg_loss", &spelling.loss(figures.avg_loss_pct))?;
                stream.serialize_field("max_loss", &spelling.loss(figures.max_loss_pct))?;
            }
            Content::Blank => {
                for name in ["bitrate", "latency", "jitter", "avg_loss", "max_loss"] {
                    stream.serialize_field(name, "")?;
                }
            }
        }
        if self.is_pictured {
            match self.content {
                Content::Measured(Figures { picture: Some(picture), .. }) => {
                    stream.serialize_field("resolution", &Size(picture.width, picture.height))?;
                    stream.serialize_field("frame_rate", &frame_rate(picture.frames_per_second))?;
                }
                Content::Unpictured(_) => {
                    stream.serialize_field("resolution", &Size(0, 0))?;
                    stream.serialize_field("frame_rate", "")?;
                }
                Content::Measured(_) | Content::Blank => {
                    stream.serialize_field("resolution", "")?;
                    stream.serialize_field("frame_rate", "")?;
                }
            }
        }
        stream.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::company::DeviceKind;
    use crate::draw::Purpose;
    use crate::media::Picture;

    const FIGURES: Figures = Figures {
        bitrate_kbps: 27.149,
        latency_ms: 126.4,
        jitter_ms: 6.2,
        avg_loss_pct: 0.03,
        max_loss_pct: 0.4,
        picture: Some(Picture { width: 1280, height: 720, frames_per_second: 12.3 }),
    };

    const MINUTE: Minute = Minute {
        instant: 0,
        device: DeviceKind::Windows,
        audio_sent: Some(Figures { picture: None, ..FIGURES }),
        audio_received: None,
        video_sent: Some(FIGURES),
        video_received: None,
        share_sent: None,
        share_received: None,
        processor: [0.0; 3],
        system_max: 0.0,
        signal: None,
    };

    fn spelt(dialect: Dialect, name: &str) -> Option<String> {
        let spelling = dialect.spelling(Draw::new(1));
        let mut streams = spelling.streams(&MINUTE);
        let (_, members) = streams.find(|(known, _)| *known == name)?;
        Some(serde_json::to_string(&members).unwrap())
    }

    #[test]
    fn figures_are_spelt_as_each_surface_has_them() {
        for (dialect, expected) in [
            (
                Dialect::Documented,
                r#"{"bitrate":"27.15 kbps","latency":"126 ms","jitter":"6 ms","avg_loss":"0.03%","max_loss":"0.40%","resolution":"1280*720","frame_rate":"12 fps"}"#,
            ),
            (
                Dialect::Sample,
                r#"{"bitrate":"27 kbps","latency":"126 ms","jitter":"6 ms","avg_loss":"0.0%","max_loss":"0.4%","resolution":"1280*720","frame_rate":"12 fps"}"#,
            ),
            (
                Dialect::Compact,
                r#"{"bitrate":"27.15kbps","latency":"126 ms","jitter":"6ms","avg_loss":"0.03%","max_loss":"0.40%","resolution":"1280*720","frame_rate":"12 fps"}"#,
            ),
            (
                Dialect::Capital,
                r#"{"bitrate":"27.15 Kbps","latency":"126 ms","jitter":"6 ms","avg_loss":"0.03%","max_loss":"0.40%","resolution":"1280*720","frame_rate":"12 fps"}"#,
            ),
            (
                Dialect::Bare,
                r#"{"bitrate":"27","latency":"126","jitter":"6","avg_loss":"0.0","max_loss":"0.4","resolution":"1280*720","frame_rate":"12 fps"}"#,
            ),
        ] {
            assert_eq!(spelt(dialect, "video_input").as_deref(), Some(expected), "{dialect:?}");
        }
    }

    #[test]
    fn a_stream_without_traffic_is_blank_or_missing_or_has_no_picture() {
        let blank = r#"{"bitrate":"","latency":"","jitter":"","avg_loss":"","max_loss":"","resolution":"","frame_rate":""}"#;
        for (dialect, name, expected) in [
            (Dialect::Documented, "video_output", Some(blank)),
            (Dialect::Capital, "as_input", Some(blank)),
            (Dialect::Compact, "video_output", None),
            (Dialect::Bare, "audio_output", None),
            (Dialect::Sample, "video_output", Some(blank)),
            (
                Dialect::Sample,
                "as_input",
                Some(
                    r#"{"bitrate":"27 kbps","latency":"126 ms","jitter":"6 ms","avg_loss":"0.0%","max_loss":"0.4%","resolution":"0*0","frame_rate":""}"#,
                ),
            ),
            // There is no audio either that could tell of the way.
            (Dialect::Sample, "as_output", Some(blank)),
        ] {
            assert_eq!(spelt(dialect, name).as_deref(), expected, "{dialect:?} {name}");
        }
    }

    proptest! {
        #[test]
        fn figures_are_rounded_as_the_standard_library_rounds_them(
            figure in prop_oneof![
                0.0..200.0_f64,
                0.0..2e9_f64,
                // On and near the middle between two texts.
                (0_u32..2_000_000, -3_i32..=3).prop_map(|(n, off)| {
                    f64::from(n) / 2_000.0 + f64::from(off) * 1e-9
                }),
            ],
            decimals in 0_u8..=3,
        ) {
            let spelt = Spelt { figure, unit: unit(decimals, " kbps") };
            prop_assert_eq!(serde_json::to_value(spelt).unwrap(), spelt.to_string());
        }
    }

    #[test]
    fn a_mixture_has_every_dialect() {
        let draw = Draw::new(1).of(Purpose::Echo);
        let drawn: Vec<Spelling> =
            (0..100).map(|place| Dialect::Mixed.spelling(draw.at(place))).collect();
        for dialect in [
            Dialect::Documented,
            Dialect::Sample,
            Dialect::Compact,
            Dialect::Capital,
            Dialect::Bare,
        ] {
            let share = drawn.iter().filter(|&&one| one == dialect.spelling(draw)).count();
            assert!((8..40).contains(&share), "{dialect:?}: {share}");
        }
    }
}
