//! The eighteen media streams of a participant.

use std::fmt;

/// What a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// Voice and sound.
    Audio,
    /// Camera pictures.
    Video,
    /// The shared screen or application (Zoom writes `as`).
    Share,
}

impl Medium {
    /// Every medium; each stands at the place of its number.
    pub const ALL: [Self; 3] = [Self::Audio, Self::Video, Self::Share];

    /// The name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Share => "share",
        }
    }
}

/// Which leg of the way a stream measures, under Zoom's words.
///
/// Whether input is what the participant sends or receives is not settled by Zoom's documents
/// (they contradict each other), so no meaning is attached here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// `…_input`.
    Input,
    /// `…_output`.
    Output,
    /// `…_device_from_crc`: from the Cloud Room Connector (H.323 and SIP rooms).
    FromCrc,
    /// `…_device_to_crc`: to the Cloud Room Connector.
    ToCrc,
    /// `…_device_from_rwg`: from the Real-time Web Gateway (web clients).
    FromRwg,
    /// `…_device_to_rwg`: to the Real-time Web Gateway.
    ToRwg,
}

/// One of the eighteen streams that Zoom documents: a medium on a leg.
///
/// **Source**: the `user_qos` object of "Get meeting participant QoS"; the `rwg` legs were added
/// in February 2023.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    medium: Medium,
    leg: Leg,
}

/// Every stream with its name on the wire, audio first, in the order of [`Stream::index`].
const STREAMS: [(Stream, &str); Stream::COUNT] = {
    use Leg::{FromCrc, FromRwg, Input, Output, ToCrc, ToRwg};
    use Medium::{Audio, Share, Video};
    const fn stream(medium: Medium, leg: Leg) -> Stream {
        Stream { medium, leg }
    }
    [
        (stream(Audio, Input), "audio_input"),
        (stream(Audio, Output), "audio_output"),
        (stream(Audio, FromCrc), "audio_device_from_crc"),
        (stream(Audio, ToCrc), "audio_device_to_crc"),
        (stream(Audio, FromRwg), "audio_device_from_rwg"),
        (stream(Audio, ToRwg), "audio_device_to_rwg"),
        (stream(Video, Input), "video_input"),
        (stream(Video, Output), "video_output"),
        (stream(Video, FromCrc), "video_device_from_crc"),
        (stream(Video, ToCrc), "video_device_to_crc"),
        (stream(Video, FromRwg), "video_device_from_rwg"),
        (stream(Video, ToRwg), "video_device_to_rwg"),
        (stream(Share, Input), "as_input"),
        (stream(Share, Output), "as_output"),
        (stream(Share, FromCrc), "as_device_from_crc"),
        (stream(Share, ToCrc), "as_device_to_crc"),
        (stream(Share, FromRwg), "as_device_from_rwg"),
        (stream(Share, ToRwg), "as_device_to_rwg"),
    ]
};

impl Stream {
    /// How many streams there are.
    pub const COUNT: usize = 18;

    /// Every stream, audio first.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        STREAMS.iter().map(|(stream, _)| *stream)
    }

    /// The stream with this name on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        let (medium, leg) = if let Some(leg) = name.strip_prefix("audio_") {
            (Medium::Audio, leg)
        } else if let Some(leg) = name.strip_prefix("video_") {
            (Medium::Video, leg)
        } else {
            (Medium::Share, name.strip_prefix("as_")?)
        };
        let leg = match leg {
            "input" => Leg::Input,
            "output" => Leg::Output,
            "device_from_crc" => Leg::FromCrc,
            "device_to_crc" => Leg::ToCrc,
            "device_from_rwg" => Leg::FromRwg,
            "device_to_rwg" => Leg::ToRwg,
            _ => return None,
        };
        Some(Self { medium, leg })
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        STREAMS[self.index()].1
    }

    /// The place of this stream among [`Stream::all`].
    pub const fn index(self) -> usize {
        self.medium as usize * 6 + self.leg as usize
    }

    /// What the stream carries.
    pub const fn medium(self) -> Medium {
        self.medium
    }

    /// Which leg it measures.
    pub const fn leg(self) -> Leg {
        self.leg
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The name of a stream: one of the eighteen, or one that this version does not know yet, kept as
/// it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamName {
    /// A documented stream.
    Known(Stream),
    /// Any other name.
    Other(Box<str>),
}

impl StreamName {
    /// Reads a name from the wire; every text is one.
    pub fn new(name: &str) -> Self {
        Stream::from_name(name).map_or_else(|| Self::Other(name.into()), Self::Known)
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(stream) => stream.as_str(),
            Self::Other(name) => name,
        }
    }
}

impl From<Stream> for StreamName {
    fn from(stream: Stream) -> Self {
        Self::Known(stream)
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(stream) => stream.fmt(f),
            Self::Other(name) => crate::Shown(name).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_is_found_by_its_name_and_place() {
        for (place, stream) in Stream::all().enumerate() {
            assert_eq!(stream.index(), place, "{stream}");
            assert_eq!(Stream::from_name(stream.as_str()), Some(stream));
        }
    }

    #[test]
    fn an_unknown_stream_keeps_its_name() {
        for name in ["audio_hologram", "smell_input", "audio", "", "cpu_usage"] {
            assert_eq!(StreamName::new(name).as_str(), name);
            assert!(matches!(StreamName::new(name), StreamName::Other(_)));
        }
    }
}
