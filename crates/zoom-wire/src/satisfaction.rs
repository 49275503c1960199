//! What participants answered when they were asked after the meeting.
//!
//! `GET /metrics/meetings/{meetingId}/participants/satisfaction` and its webinar twin; heavy, by
//! pages of 30 to 300, for meetings after 2020-12-20.
//!
//! **Source**: "Get post meeting feedback".

use zqos_core::{MeetingId, ParticipantId, Timestamp};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::operation::Operation;
use crate::request::{Kind, Request, RequestError, When, meeting_path, page_size, setters};
use crate::row::{Row, Rows};

/// Asks for the feedback on a meeting, by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSatisfaction {
    kind: Kind,
    when: When,
    meeting: MeetingId,
    page_size: u16,
}

impl ListSatisfaction {
    /// The feedback on a past `meeting`, 300 rows on a page.
    pub const fn new(meeting: MeetingId) -> Self {
        Self { kind: Kind::Meeting, when: When::Past, meeting, page_size: 300 }
    }
}

setters!(ListSatisfaction: kind, when, page_size);

impl Endpoint for ListSatisfaction {
    type Answer<'a> = SatisfactionPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let operation = match self.kind {
            Kind::Meeting => &Operation::LIST_MEETING_SATISFACTION,
            Kind::Webinar => &Operation::LIST_WEBINAR_SATISFACTION,
        };
        let meeting = meeting_path(self.kind, &self.meeting)?;
        let request = Request::new(operation, format!("{meeting}/participants/satisfaction"));
        page_size(request.with("type", self.when.as_str()), self.page_size)
    }
}

wire_object! {
    /// One answer.
    pub struct Satisfaction<'a> {
        /// When it was given.
        date_time: Field<'a, Timestamp>,
        /// Who gave it.
        email: Text<'a>,
        /// The id of the join.
        user_id: Field<'a, ParticipantId>,
        /// `GOOD` or `NOT GOOD`.
        quality: Text<'a>,
        /// What was written.
        comment: Text<'a>,
    }
}

wire_object! {
    /// A page of answers.
    pub struct SatisfactionPage<'a> {
        /// The token of the next page; empty on the last.
        next_page_token: Text<'a>,
        /// How many rows a page holds.
        page_size: Field<'a, u64>,
        /// The rows.
        participants: Rows<Satisfaction<'a>>,
    }
}

impl<'a> Page<'a> for SatisfactionPage<'a> {
    type Row = Satisfaction<'a>;

    fn into_rows(self) -> Vec<Row<Self::Row>> {
        self.participants.into_vec()
    }
}
