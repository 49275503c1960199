//! Who took part: one row for each join.
//!
//! `GET /metrics/meetings/{meetingId}/participants` and its webinar twin; heavy, by pages of 30
//! to 300.
//!
//! **Source**: "List meeting participants", "Get webinar participants".

use std::borrow::Cow;

use serde::Deserialize;
use zqos_core::{MeetingId, MeetingUuid, ParticipantId, Timestamp};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::operation::Operation;
use crate::request::{Kind, Request, RequestError, When, meeting_path, page_size, setters};
use crate::row::{Row, Rows};
use crate::value::List;

/// Asks who took part, by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListParticipants {
    kind: Kind,
    when: When,
    meeting: MeetingId,
    page_size: u16,
    registrant_id: bool,
}

impl ListParticipants {
    /// Everybody in a live `meeting`, 300 on a page.
    pub const fn new(meeting: MeetingId) -> Self {
        Self {
            kind: Kind::Meeting,
            when: When::Live,
            meeting,
            page_size: 300,
            registrant_id: false,
        }
    }

    /// Asks for the registrant's id of each participant as well; Zoom ignores it for live ones.
    #[must_use]
    pub const fn registrant_id(mut self) -> Self {
        self.registrant_id = true;
        self
    }
}

setters!(ListParticipants: kind, when, page_size);

impl Endpoint for ListParticipants {
    type Answer<'a> = ParticipantsPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let (operation, when) = match self.kind {
            Kind::Meeting => (&Operation::LIST_MEETING_PARTICIPANTS, self.when),
            Kind::Webinar => (&Operation::LIST_WEBINAR_PARTICIPANTS, self.when.live_or_past()?),
        };
        let meeting = meeting_path(self.kind, &self.meeting)?;
        let mut request =
            Request::new(operation, format!("{meeting}/participants")).with("type", when.as_str());
        if self.registrant_id {
            request = request.with("include_fields", "registrant_id");
        }
        page_size(request, self.page_size)
    }
}

/// A telephone call into or out of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AudioCall<'a> {
    /// The participant's number.
    #[serde(borrow, default)]
    pub call_number: Cow<'a, str>,
    /// `call-in` or `call-out`.
    #[serde(borrow, default)]
    pub call_type: Cow<'a, str>,
    /// Zoom's number.
    #[serde(borrow, default)]
    pub zoom_number: Cow<'a, str>,
}

wire_object! {
    /// One join of one participant.
    ///
    /// **Missing**: see [`crate::qos::ParticipantQos`]; guests have no account id.
    pub struct Participant<'a> {
        /// The account user's id; Zoom will remove it in favour of `participant_user_id`.
        id: Text<'a>,
        /// The account user's id; empty for guests.
        participant_user_id: Text<'a>,
        /// The id of this join.
        user_id: Field<'a, ParticipantId>,
        /// The GUID of this join.
        participant_uuid: Text<'a>,
        /// The name shown in the meeting.
        user_name: Text<'a>,
        /// The e-mail address; empty for outsiders.
        email: Text<'a>,
        /// The registrant's id, when asked for.
        registrant_id: Text<'a>,
        /// A key that the account gave.
        customer_key: Text<'a>,
        /// The group, in Zoom's own spelling.
        group_id as "groupId": Text<'a>,
        /// `host`, `attendee`, `panelist`.
        role: Text<'a>,
        /// `in_meeting` or `in_waiting_room`.
        status: Text<'a>,
        /// The UUID of the breakout room.
        bo_mtg_id: Field<'a, MeetingUuid>,
        /// The kind of device.
        device: Text<'a>,
        /// The client program.
        client: Text<'a>,
        /// The operating system.
        os: Text<'a>,
        /// Its version.
        os_version: Text<'a>,
        /// The browser, for web clients.
        browser_name: Text<'a>,
        /// Its version.
        browser_version: Text<'a>,
        /// The model of the device.
        device_name: Text<'a>,
        /// The version of the Zoom client.
        version: Text<'a>,
        /// The computer's name.
        pc_name: Text<'a>,
        /// The computer's domain.
        domain: Text<'a>,
        /// The hardware address.
        mac_addr: Text<'a>,
        /// The disk's id.
        harddisk_id: Text<'a>,
        /// The camera.
        camera: Text<'a>,
        /// The microphone.
        microphone: Text<'a>,
        /// The loudspeaker.
        speaker: Text<'a>,
        /// The version of the thin-client plug-in.
        zoom_thin_client_plugin_version: Text<'a>,
        /// The public address.
        ip_address: Text<'a>,
        /// The private addresses, which may be masked.
        internal_ip_addresses: Field<'a, List<Cow<'a, str>>>,
        /// City and country of the public address.
        location: Text<'a>,
        /// `Wired`, `Wifi`, `PPP`, `Cellular` or `Others`.
        network_type: Text<'a>,
        /// How audio travels.
        connection_type: Text<'a>,
        /// How video travels.
        video_connection_type: Text<'a>,
        /// How a share travels.
        as_connection_type: Text<'a>,
        /// The data centre.
        data_center: Text<'a>,
        /// Every data centre on the way, separated by semicolons.
        full_data_center: Text<'a>,
        /// The room system's SIP address.
        sip_uri: Text<'a>,
        /// The calling SIP address.
        from_sip_uri: Text<'a>,
        /// When the participant joined.
        join_time: Field<'a, Timestamp>,
        /// When the participant left; absent while still in.
        leave_time: Field<'a, Timestamp>,
        /// Why the participant left, in Zoom's words.
        leave_reason: Text<'a>,
        /// An application was shared.
        share_application: Field<'a, bool>,
        /// A desktop was shared.
        share_desktop: Field<'a, bool>,
        /// A whiteboard was shared.
        share_whiteboard: Field<'a, bool>,
        /// The participant recorded.
        recording: Field<'a, bool>,
        /// The participant archived.
        has_archiving: Field<'a, bool>,
        /// Whether archiving could be declined.
        optional_archiving: Text<'a>,
        /// Telephone calls.
        audio_call: Field<'a, List<AudioCall<'a>>>,
        /// How many sat in the room.
        in_room_participants: Field<'a, u64>,
        /// Zoom's verdict on the audio.
        audio_quality: Text<'a>,
        /// Zoom's verdict on the video.
        video_quality: Text<'a>,
        /// Zoom's verdict on the share.
        screen_share_quality: Text<'a>,
        /// The time that joining took, in seconds.
        total_jointime_cost: Field<'a, f64>,
        /// The answer to the notice about the AI companion.
        aic_disclaimer: Text<'a>,
    }
}

wire_object! {
    /// A page of participants.
    pub struct ParticipantsPage<'a> {
        /// The token of the next page; empty on the last.
        next_page_token: Text<'a>,
        /// How many pages there are.
        page_count: Field<'a, u64>,
        /// How many rows a page holds.
        page_size: Field<'a, u64>,
        /// How many rows all pages hold.
        total_records: Field<'a, u64>,
        /// The meeting's number.
        meeting_number: Text<'a>,
        /// The webinar's number.
        webinar_number: Text<'a>,
        /// The rows.
        participants: Rows<Participant<'a>>,
    }
}

impl<'a> Page<'a> for ParticipantsPage<'a> {
    type Row = Participant<'a>;

    fn into_rows(self) -> Vec<Row<Self::Row>> {
        self.participants.into_vec()
    }
}
