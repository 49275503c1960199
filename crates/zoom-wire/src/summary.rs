//! Quality of service of a whole join in one row for each stream.
//!
//! `GET /metrics/meetings/{meetingId}/participants/qos_summary` and its webinar twin; heavy, past
//! meetings only, by pages of 1 (default) to 10. Needs the QSS add-on and a subscription to its
//! summary event.
//!
//! The form differs from the minute reports: the join is `participant_id` here, and `qos` is an
//! array whose elements say their `type`.
//!
//! **Source**: "List meeting participants QoS Summary".

use zqos_core::{Dbm, Fps, Kbps, MeetingId, Millis, ParticipantId, Percent, Pressure, Resolution};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::operation::Operation;
use crate::request::{Kind, Request, RequestError, meeting_path, page_size, setters};
use crate::row::{Row, Rows};

/// Asks for the summaries of everybody in a past meeting, by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQosSummary {
    kind: Kind,
    meeting: MeetingId,
    page_size: u16,
}

impl ListQosSummary {
    /// The summaries of a past `meeting`, ten rows on a page.
    pub const fn new(meeting: MeetingId) -> Self {
        Self { kind: Kind::Meeting, meeting, page_size: 10 }
    }
}

setters!(ListQosSummary: kind, page_size);

impl Endpoint for ListQosSummary {
    type Answer<'a> = QosSummaryPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let operation = match self.kind {
            Kind::Meeting => &Operation::LIST_MEETING_QOS_SUMMARY,
            Kind::Webinar => &Operation::LIST_WEBINAR_QOS_SUMMARY,
        };
        let meeting = meeting_path(self.kind, &self.meeting)?;
        page_size(
            Request::new(operation, format!("{meeting}/participants/qos_summary")),
            self.page_size,
        )
    }
}

wire_object! {
    /// The figures of a summary; which of them come depends on the element's type.
    pub struct SummaryDetails<'a> {
        /// Lowest bitrate.
        min_bitrate: Field<'a, Kbps>,
        /// Average bitrate.
        avg_bitrate: Field<'a, Kbps>,
        /// Highest bitrate.
        max_bitrate: Field<'a, Kbps>,
        /// Lowest latency.
        min_latency: Field<'a, Millis>,
        /// Average latency.
        avg_latency: Field<'a, Millis>,
        /// Highest latency.
        max_latency: Field<'a, Millis>,
        /// Lowest jitter.
        min_jitter: Field<'a, Millis>,
        /// Average jitter.
        avg_jitter: Field<'a, Millis>,
        /// Highest jitter.
        max_jitter: Field<'a, Millis>,
        /// Lowest loss.
        min_loss: Field<'a, Percent>,
        /// Average loss.
        avg_loss: Field<'a, Percent>,
        /// Highest loss.
        max_loss: Field<'a, Percent>,
        /// Picture size.
        resolution: Field<'a, Resolution>,
        /// Lowest frame rate.
        min_frame_rate: Field<'a, Fps>,
        /// Average frame rate.
        avg_frame_rate: Field<'a, Fps>,
        /// Highest frame rate.
        max_frame_rate: Field<'a, Fps>,
        /// Lowest processor load of the Zoom client.
        zoom_min_cpu_usage: Field<'a, Percent>,
        /// Average processor load of the Zoom client.
        zoom_avg_cpu_usage: Field<'a, Percent>,
        /// Highest processor load of the Zoom client.
        zoom_max_cpu_usage: Field<'a, Percent>,
        /// Highest processor load of the machine.
        system_max_cpu_usage: Field<'a, Percent>,
        /// Lowest pressure.
        system_min_cpu_pressure_level: Field<'a, Pressure>,
        /// Average pressure.
        system_avg_cpu_pressure_level: Field<'a, Pressure>,
        /// Highest pressure.
        system_max_cpu_pressure_level: Field<'a, Pressure>,
        /// Weakest signal.
        min_rssi: Field<'a, Dbm>,
        /// Average signal.
        avg_rssi: Field<'a, Dbm>,
        /// Strongest signal.
        max_rssi: Field<'a, Dbm>,
    }
}

wire_object! {
    /// The summary of one stream, or of the device.
    pub struct SummaryElement<'a> {
        /// The stream's name, or `cpu_usage` and the like.
        kind as "type": Text<'a>,
        /// The figures.
        details: Rows<SummaryDetails<'a>>,
    }
}

wire_object! {
    /// The summaries of one join.
    pub struct QosSummary<'a> {
        /// The account user's id; empty for guests.
        id: Text<'a>,
        /// The id of this join: what the minute reports call `user_id`.
        participant_id: Field<'a, ParticipantId>,
        /// The name shown in the meeting.
        user_name: Text<'a>,
        /// The e-mail address.
        email: Text<'a>,
        /// One element for each stream and one for the device.
        qos: Rows<SummaryElement<'a>>,
    }
}

wire_object! {
    /// A page of summaries.
    pub struct QosSummaryPage<'a> {
        /// The token of the next page; empty on the last.
        next_page_token: Text<'a>,
        /// How many rows a page holds.
        page_size: Field<'a, u64>,
        /// The rows.
        participants: Rows<QosSummary<'a>>,
    }
}

impl<'a> Page<'a> for QosSummaryPage<'a> {
    type Row = QosSummary<'a>;

    fn into_rows(self) -> Vec<Row<Self::Row>> {
        self.participants.into_vec()
    }
}
