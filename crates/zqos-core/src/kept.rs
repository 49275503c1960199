//! Which texts a store keeps as they came, beside the rows that it makes of them.

use std::fmt;

/// What a kept text is one of; events are kept under Zoom's own names, which all hold a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKind {
    /// A row of a list of meetings or webinars.
    Meeting,
    /// A meeting or webinar in detail.
    MeetingDetails,
    /// A row of a list of participants.
    Participant,
    /// The report of one participant.
    Report,
    /// What one participant said of the meeting after it.
    Satisfaction,
    /// What one participant shared.
    Sharing,
    /// The summary of one participant.
    Summary,
}

impl TextKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Meeting,
        Self::MeetingDetails,
        Self::Participant,
        Self::Report,
        Self::Satisfaction,
        Self::Sharing,
        Self::Summary,
    ];

    /// The name in the column `kind` of `zoom_raw`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Meeting => "meeting",
            Self::MeetingDetails => "meeting_details",
            Self::Participant => "participant",
            Self::Report => "report",
            Self::Satisfaction => "satisfaction",
            Self::Sharing => "sharing",
            Self::Summary => "summary",
        }
    }

    /// The kind of this name; `None` for that of an event.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for TextKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_kind_and_that_of_an_event_to_none() {
        for kind in TextKind::ALL {
            assert_eq!(TextKind::from_name(&kind.to_string()), Some(kind));
            assert!(!kind.as_str().contains('.'));
        }
        assert_eq!(TextKind::from_name("meeting.participant_qos"), None);
    }
}
