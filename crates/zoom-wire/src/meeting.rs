//! Meetings and webinars: the lists of them, and one in detail.
//!
//! `GET /metrics/meetings` (resource-intensive, by pages of 30 to 300, one month per query, six
//! months back) and `GET /metrics/meetings/{meetingId}` (heavy) with their webinar twins.
//!
//! **Source**: "List meetings", "Get meeting details", "List webinars", "Get webinar details".

use std::borrow::Cow;

use serde::Deserialize;
use zqos_core::{MeetingId, MeetingNumber, MeetingUuid, Timestamp};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::operation::Operation;
use crate::request::{
    Kind, Range, Request, RequestError, When, collection_path, meeting_path, page_size, setters,
};
use crate::row::{Row, Rows};
use crate::value::List;

/// Which instant of a meeting a range of past meetings is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RangeOf {
    /// The start: Zoom's default.
    #[default]
    Start,
    /// The end; not every account may.
    End,
}

/// Asks for the meetings or webinars of a range, by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMeetings {
    kind: Kind,
    when: When,
    range: Range,
    range_of: RangeOf,
    page_size: u16,
    groups: Vec<String>,
    tracking_fields: bool,
}

impl ListMeetings {
    /// The past meetings of a range of at most a month, 300 on a page.
    pub const fn new(range: Range) -> Self {
        Self {
            kind: Kind::Meeting,
            when: When::Past,
            range,
            range_of: RangeOf::Start,
            page_size: 300,
            groups: Vec::new(),
            tracking_fields: false,
        }
    }

    /// Asks for webinars instead.
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Takes the range as that of starts or ends; only past meetings can be listed by their end.
    #[must_use]
    pub const fn range_of(mut self, range_of: RangeOf) -> Self {
        self.range_of = range_of;
        self
    }

    /// Asks only for meetings hosted by members of these groups, at most seven.
    #[must_use]
    pub fn groups(mut self, groups: Vec<String>) -> Self {
        self.groups = groups;
        self
    }

    /// Asks for the tracking fields of each meeting as well.
    #[must_use]
    pub const fn tracking_fields(mut self) -> Self {
        self.tracking_fields = true;
        self
    }
}

setters!(ListMeetings: when, page_size);

impl Endpoint for ListMeetings {
    type Answer<'a> = MeetingsPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let (operation, when) = match self.kind {
            Kind::Meeting => (&Operation::LIST_MEETINGS, self.when),
            Kind::Webinar => (&Operation::LIST_WEBINARS, self.when.live_or_past()?),
        };
        let mut request = Request::new(operation, collection_path(self.kind))
            .with("type", when.as_str())
            .with("from", self.range.from().to_string())
            .with("to", self.range.to().to_string());
        if self.range_of == RangeOf::End && when == When::Past {
            request = request.with("query_date_type", "end_time");
        }
        if self.groups.len() > 7 {
            return Err(RequestError::TooManyGroups(self.groups.len()));
        }
        if !self.groups.is_empty() {
            request = request.with("group_id", self.groups.join(","));
        }
        if self.tracking_fields {
            request = request.with("include_fields", "tracking_fields");
        }
        page_size(request, self.page_size)
    }
}

/// Asks for one meeting or webinar in detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetMeeting {
    kind: Kind,
    when: When,
    meeting: MeetingId,
}

impl GetMeeting {
    /// The details of a live `meeting`.
    pub const fn new(meeting: MeetingId) -> Self {
        Self { kind: Kind::Meeting, when: When::Live, meeting }
    }
}

setters!(GetMeeting: kind, when);

impl Endpoint for GetMeeting {
    type Answer<'a> = Meeting<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let (operation, when) = match self.kind {
            Kind::Meeting => (&Operation::GET_MEETING, self.when),
            Kind::Webinar => (&Operation::GET_WEBINAR, self.when.live_or_past()?),
        };
        let request = Request::new(operation, meeting_path(self.kind, &self.meeting)?);
        Ok(request.with("type", when.as_str()))
    }
}

/// A custom key of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CustomKey<'a> {
    /// Its name.
    #[serde(borrow, default)]
    pub key: Cow<'a, str>,
    /// Its value.
    #[serde(borrow, default)]
    pub value: Cow<'a, str>,
}

/// A tracking field of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TrackingField<'a> {
    /// Its name.
    #[serde(borrow, default)]
    pub field: Cow<'a, str>,
    /// Its value.
    #[serde(borrow, default)]
    pub value: Cow<'a, str>,
}

wire_object! {
    /// A meeting or webinar, as a row of a list or in detail.
    pub struct Meeting<'a> {
        /// The UUID of this instance.
        uuid: Field<'a, MeetingUuid>,
        /// The number of the series.
        id: Field<'a, MeetingNumber>,
        /// The topic.
        topic: Text<'a>,
        /// The host's name.
        host: Text<'a>,
        /// The host's e-mail address.
        email: Text<'a>,
        /// The host's licence.
        user_type: Text<'a>,
        /// The host's department.
        dept: Text<'a>,
        /// When it started.
        start_time: Field<'a, Timestamp>,
        /// When it ended; absent or empty while it runs.
        end_time: Field<'a, Timestamp>,
        /// `mm:ss` or `hh:mm:ss`.
        duration: Text<'a>,
        /// How many joined.
        participants: Field<'a, u64>,
        /// How many sat in rooms.
        in_room_participants: Field<'a, u64>,
        /// Telephone was used.
        has_pstn: Field<'a, bool>,
        /// Computer audio was used.
        has_voip: Field<'a, bool>,
        /// Third-party audio was used.
        has_3rd_party_audio: Field<'a, bool>,
        /// Video was used.
        has_video: Field<'a, bool>,
        /// Somebody shared a screen.
        has_screen_share: Field<'a, bool>,
        /// It was recorded.
        has_recording: Field<'a, bool>,
        /// SIP was used.
        has_sip: Field<'a, bool>,
        /// It was archived.
        has_archiving: Field<'a, bool>,
        /// Somebody typed captions.
        has_manual_captions: Field<'a, bool>,
        /// Captions were made by machine.
        has_automated_captions: Field<'a, bool>,
        /// There was a poll.
        has_poll: Field<'a, bool>,
        /// There were questions and answers.
        has_qa: Field<'a, bool>,
        /// There was a survey.
        has_survey: Field<'a, bool>,
        /// There is a summary of the meeting.
        has_meeting_summary: Field<'a, bool>,
        /// People from outside took part.
        has_external_participant: Field<'a, bool>,
        /// Zoom's verdict on the audio, where the account lets it score.
        audio_quality: Text<'a>,
        /// Zoom's verdict on the video.
        video_quality: Text<'a>,
        /// Zoom's verdict on the share.
        screen_share_quality: Text<'a>,
        /// The session key.
        session_key: Text<'a>,
        /// The average time that joining took, in seconds.
        avg_jointime_cost: Field<'a, f64>,
        /// Custom keys.
        custom_keys: Field<'a, List<CustomKey<'a>>>,
        /// Tracking fields, when asked for.
        tracking_fields: Field<'a, List<TrackingField<'a>>>,
    }
}

wire_object! {
    /// A page of meetings or webinars.
    pub struct MeetingsPage<'a> {
        /// The start of the range, as Zoom took it.
        from: Text<'a>,
        /// The end of the range, as Zoom took it.
        to: Text<'a>,
        /// The token of the next page; empty on the last.
        next_page_token: Text<'a>,
        /// How many pages there are.
        page_count: Field<'a, u64>,
        /// How many rows a page holds.
        page_size: Field<'a, u64>,
        /// How many rows all pages hold.
        total_records: Field<'a, u64>,
        /// The rows of a list of meetings.
        meetings: Rows<Meeting<'a>>,
        /// The rows of a list of webinars.
        webinars: Rows<Meeting<'a>>,
    }
}

impl<'a> Page<'a> for MeetingsPage<'a> {
    type Row = Meeting<'a>;

    fn into_rows(self) -> Vec<Row<Self::Row>> {
        let rows = if self.meetings.is_absent() { self.webinars } else { self.meetings };
        rows.into_vec()
    }
}
