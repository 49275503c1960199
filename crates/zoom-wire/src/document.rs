//! Documents: saved JSON of which it is not known yet what it is.

use std::borrow::Cow;

use serde_json::value::RawValue;
use zqos_core::{MeetingUuid, ParticipantId};

use crate::field::{Field, Text, wire_object};
use crate::value::List;

wire_object! {
    /// The members that tell what a document is.
    pub struct Document<'a> {
        /// An event's name.
        event: Text<'a>,
        /// What a frame of a WebSocket is.
        module: Text<'a>,
        /// The event in such a frame: JSON within a text.
        content: Text<'a>,
        /// The minutes of a report.
        user_qos: Text<'a>,
        /// The elements of a summary.
        qos: Text<'a>,
        /// What somebody shared, one stretch each.
        details: Text<'a>,
        /// How somebody found it.
        quality: Text<'a>,
        /// When somebody said so.
        date_time: Text<'a>,
        /// The id of a join.
        user_id: Text<'a>,
        /// The rows of a page of reports, summaries or participants.
        participants: Text<'a>,
        /// The rows of a list.
        meetings: Text<'a>,
        /// The rows of a list.
        webinars: Text<'a>,
        /// The rows of a list of calls.
        call_logs: Text<'a>,
        /// A call.
        call_id: Text<'a>,
        /// What the caller measured.
        caller_qos: Text<'a>,
        /// What the callee measured.
        callee_qos: Text<'a>,
        /// A meeting.
        uuid: Text<'a>,
        /// The meeting that an answer is of, which zqos adds to Zoom's reports where it knows it.
        meeting_uuid: Field<'a, MeetingUuid>,
    }
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// An event, such as a webhook's body.
    Event,
    /// A frame of a WebSocket, with an event in it.
    Frame,
    /// The report of one participant.
    Report,
    /// The summaries of one participant.
    Summary,
    /// What one participant shared.
    Sharing,
    /// What one participant said of the meeting after it.
    Satisfaction,
    /// A page of reports, summaries, participants, or what these shared or said.
    Participants,
    /// A page of meetings.
    Meetings,
    /// A page of webinars.
    Webinars,
    /// One meeting.
    Meeting,
    /// A page of phone calls.
    CallLogs,
    /// One phone call in detail.
    CallLog,
    /// What both sides of a phone call measured.
    CallQos,
    /// Something else.
    Other,
}

impl<'a> Document<'a> {
    /// What it is, by its members.
    pub fn kind(&self) -> DocumentKind {
        let has_rows = |rows: Text<'_>| rows.raw().is_some_and(|json| json.starts_with('['));
        let is = |text: Text<'_>| text.raw().is_some_and(|json| json != "null");
        if is(self.event) {
            DocumentKind::Event
        } else if is(self.module) && is(self.content) {
            DocumentKind::Frame
        } else if is(self.user_qos) {
            DocumentKind::Report
        } else if has_rows(self.participants) {
            DocumentKind::Participants
        } else if has_rows(self.meetings) {
            DocumentKind::Meetings
        } else if has_rows(self.webinars) {
            DocumentKind::Webinars
        } else if has_rows(self.call_logs) {
            DocumentKind::CallLogs
        } else if is(self.caller_qos) || is(self.callee_qos) {
            DocumentKind::CallQos
        } else if is(self.call_id) {
            DocumentKind::CallLog
        } else if has_rows(self.qos) {
            DocumentKind::Summary
        } else if is(self.user_id) && has_rows(self.details) {
            DocumentKind::Sharing
        } else if is(self.user_id) && is(self.quality) && is(self.date_time) {
            DocumentKind::Satisfaction
        } else if is(self.uuid) {
            DocumentKind::Meeting
        } else {
            DocumentKind::Other
        }
    }

    /// The JSON text of each row of a page of participants.
    pub fn participant_rows(&self) -> Vec<&'a RawValue> {
        let rows = self.participants.raw().map(serde_json::from_str);
        rows.and_then(Result::ok).unwrap_or_default()
    }
}

wire_object! {
    /// Where somebody takes part from, as reports and lists of participants tell it.
    pub struct Whereabouts<'a> {
        /// The id of the join.
        user_id: Field<'a, ParticipantId>,
        /// The public address.
        ip_address: Text<'a>,
        /// The private addresses.
        internal_ip_addresses: Field<'a, List<Cow<'a, str>>>,
    }
}
