//! Zoom's own verdicts, counted over the account.
//!
//! `GET /metrics/quality`; heavy, one month per query, six months back.
//!
//! **Source**: "Get meeting quality scores". Zoom's bands of its mean opinion score: good 5 to 4,
//! fair 4 to 3, poor 3 to 2, bad 2 to 1.

use crate::answer::Endpoint;
use crate::field::{Field, Text, wire_object};
use crate::operation::Operation;
use crate::request::{Range, Request, RequestError};
use crate::row::Rows;

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Counted {
    /// Meetings: Zoom's default.
    #[default]
    Meetings,
    /// Participants.
    Participants,
}

/// Asks for the counts of a range, by whole days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetQuality {
    range: Range,
    counted: Counted,
}

impl GetQuality {
    /// The counts of meetings of a range of at most a month.
    pub const fn new(range: Range) -> Self {
        Self { range, counted: Counted::Meetings }
    }

    /// Counts something else.
    #[must_use]
    pub const fn counted(mut self, counted: Counted) -> Self {
        self.counted = counted;
        self
    }
}

impl Endpoint for GetQuality {
    type Answer<'a> = Quality<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let range = self.range.by_day();
        let counted = match self.counted {
            Counted::Meetings => "meeting",
            Counted::Participants => "participants",
        };
        Ok(Request::new(&Operation::GET_QUALITY, "/metrics/quality".to_owned())
            .with("type", counted)
            .with("from", range.from().to_string())
            .with("to", range.to().to_string()))
    }
}

wire_object! {
    /// How many were good, fair, poor and bad.
    pub struct Counts<'a> {
        /// Score 4 to 5.
        good: Field<'a, u64>,
        /// Score 3 to 4.
        fair: Field<'a, u64>,
        /// Score 2 to 3.
        poor: Field<'a, u64>,
        /// Score 1 to 2.
        bad: Field<'a, u64>,
    }
}

wire_object! {
    /// The counts of each medium.
    pub struct QualityByMedium<'a> {
        /// Audio.
        audio: Rows<Counts<'a>>,
        /// Video.
        video: Rows<Counts<'a>>,
        /// Screen share.
        screen_share: Rows<Counts<'a>>,
    }
}

wire_object! {
    /// The counts of a range.
    pub struct Quality<'a> {
        /// The first day, as Zoom took it.
        from: Text<'a>,
        /// The last day, as Zoom took it.
        to: Text<'a>,
        /// The counts.
        quality: Rows<QualityByMedium<'a>>,
    }
}
