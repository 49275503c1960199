//! Who shared what, and when.
//!
//! `GET /metrics/meetings/{meetingId}/participants/sharing` and its webinar twin; heavy, by pages
//! of 30 to 300.
//!
//! **Source**: "Get meeting sharing/recording details".

use zqos_core::{MeetingId, ParticipantId, Timestamp};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::operation::Operation;
use crate::request::{Kind, Request, RequestError, When, meeting_path, page_size, setters};
use crate::row::{Row, Rows};

/// Asks who shared what, by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSharing {
    kind: Kind,
    when: When,
    meeting: MeetingId,
    page_size: u16,
}

impl ListSharing {
    /// The shares of a live `meeting`, 300 rows on a page.
    pub const fn new(meeting: MeetingId) -> Self {
        Self { kind: Kind::Meeting, when: When::Live, meeting, page_size: 300 }
    }
}

setters!(ListSharing: kind, when, page_size);

impl Endpoint for ListSharing {
    type Answer<'a> = SharingPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let operation = match self.kind {
            Kind::Meeting => &Operation::LIST_MEETING_SHARING,
            Kind::Webinar => &Operation::LIST_WEBINAR_SHARING,
        };
        let meeting = meeting_path(self.kind, &self.meeting)?;
        let request = Request::new(operation, format!("{meeting}/participants/sharing"));
        page_size(request.with("type", self.when.live_or_past()?.as_str()), self.page_size)
    }
}

wire_object! {
    /// One stretch of sharing or recording.
    pub struct SharingDetail<'a> {
        /// What was shared, such as `desktop`.
        content: Text<'a>,
        /// When it began.
        start_time: Field<'a, Timestamp>,
        /// When it ended.
        end_time: Field<'a, Timestamp>,
    }
}

wire_object! {
    /// What one participant shared.
    pub struct Sharing<'a> {
        /// The account user's id.
        id: Text<'a>,
        /// The id of this join.
        user_id: Field<'a, ParticipantId>,
        /// The name shown in the meeting.
        user_name: Text<'a>,
        /// The stretches.
        details: Rows<SharingDetail<'a>>,
    }
}

wire_object! {
    /// A page of shares.
    pub struct SharingPage<'a> {
        /// The token of the next page; empty on the last.
        next_page_token: Text<'a>,
        /// How many pages there are.
        page_count: Field<'a, u64>,
        /// How many rows a page holds.
        page_size: Field<'a, u64>,
        /// How many rows all pages hold.
        total_records: Field<'a, u64>,
        /// The rows.
        participants: Rows<Sharing<'a>>,
    }
}

impl<'a> Page<'a> for SharingPage<'a> {
    type Row = Sharing<'a>;

    fn into_rows(self) -> Vec<Row<Self::Row>> {
        self.participants.into_vec()
    }
}
