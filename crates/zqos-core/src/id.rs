//! Identifiers. Each is opaque: no code looks inside but the place that encodes it for a URL.

use std::fmt;
use std::str::FromStr;

/// Defines an opaque textual id that can't be empty.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Makes an id from the text as it came; `None` when the text is empty.
            pub fn new(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| Self(text.into()))
            }

            /// The text as it came.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                crate::Shown(&self.0).fmt(f)
            }
        }
    };
}

text_id! {
    /// The UUID of one meeting or webinar instance: sixteen bytes in standard Base64, so it may
    /// hold `/` and `+`.
    MeetingUuid
}
text_id! {
    /// The id of one join within one meeting, which Zoom calls `user_id` (or `participant_id`
    /// in summaries). A rejoin has another one.
    ParticipantId
}

/// The number of a meeting series, 9 to 11 digits, shared by every instance of a recurring
/// meeting and by everything held in a personal room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeetingNumber(u64);

impl MeetingNumber {
    /// Makes a number. Any is taken: Zoom answers for one that it does not know.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for MeetingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What names a meeting or webinar: the UUID of one instance, or the number of its series, which
/// Zoom takes as the latest instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MeetingId {
    /// One instance.
    Uuid(MeetingUuid),
    /// The latest instance of a series.
    Number(MeetingNumber),
}

impl FromStr for MeetingId {
    type Err = EmptyMeetingId;

    /// Reads what people paste: only digits, blanks and dashes are a number (Zoom's own client
    /// shows `932 0123 5621`), everything else is a UUID.
    fn from_str(text: &str) -> Result<Self, EmptyMeetingId> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(number) = digits.parse()
        {
            return Ok(Self::Number(MeetingNumber(number)));
        }
        MeetingUuid::new(text).map(Self::Uuid).ok_or(EmptyMeetingId)
    }
}

impl fmt::Display for MeetingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(uuid) => uuid.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl From<MeetingUuid> for MeetingId {
    fn from(uuid: MeetingUuid) -> Self {
        Self::Uuid(uuid)
    }
}

impl From<MeetingNumber> for MeetingId {
    fn from(number: MeetingNumber) -> Self {
        Self::Number(number)
    }
}

/// An empty text where a meeting was to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a meeting is named by its number or its UUID; this is empty")]
pub struct EmptyMeetingId;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_are_a_number_however_they_are_grouped(number in 100_000_000_u64..99_999_999_999) {
            let text = number.to_string();
            let grouped = format!("{} {}-{}", &text[..3], &text[3..6], &text[6..]);
            let expected = Ok(MeetingId::Number(MeetingNumber(number)));
            prop_assert_eq!(text.parse(), expected.clone());
            prop_assert_eq!(grouped.parse(), expected);
        }

        #[test]
        fn a_uuid_is_kept_as_it_came(text in "[A-Za-z+/]{22}==") {
            let MeetingId::Uuid(uuid) = text.parse().unwrap() else { panic!("a UUID: {text}") };
            prop_assert_eq!(uuid.as_str(), text);
        }
    }

    #[test]
    fn nothing_names_no_meeting() {
        assert_eq!("".parse::<MeetingId>(), Err(EmptyMeetingId));
        assert_eq!(ParticipantId::new(""), None);
    }

    #[test]
    fn a_number_too_large_for_a_number_is_a_uuid() {
        let text = "9".repeat(40);
        assert!(matches!(text.parse(), Ok(MeetingId::Uuid(_))));
    }

    #[test]
    fn an_id_is_shown_without_control_characters() {
        let id = ParticipantId::new("1\u{1b}[31m").unwrap();
        assert_eq!(id.to_string(), "1\\u{1b}[31m");
    }
}
