//! From the wire to records: what tables keep of a meeting and of a participant.
//!
//! A member that can't be read counts as missing here; whoever wants to know what is wrong with it
//! asks its [`Field`](crate::field::Field).

use std::borrow::Cow;

use zqos_core as core;

use crate::field::Text;
use crate::meeting::Meeting;
use crate::participant::Participant;
use crate::qos::ParticipantQos;
use crate::request::Kind;
use crate::value::List;

fn text(field: Text<'_>) -> Option<String> {
    field.get().filter(|text| !text.is_empty()).map(Cow::into_owned)
}

fn texts(list: Option<List<Cow<'_, str>>>) -> Vec<String> {
    list.map(|list| list.0.into_iter().map(Cow::into_owned).collect()).unwrap_or_default()
}

/// The system and its version, as one text.
fn system(os: Text<'_>, version: Text<'_>) -> Option<String> {
    match (text(os), text(version)) {
        (Some(os), Some(version)) => Some(format!("{os} {version}")),
        (os, version) => os.or(version),
    }
}

impl Meeting<'_> {
    /// The record; `None` without a UUID, by which meetings are known.
    pub fn to_record(&self, kind: Option<Kind>) -> Option<core::Meeting> {
        Some(core::Meeting {
            uuid: self.uuid.get()?,
            number: self.id.get().map(core::MeetingNumber::get),
            is_webinar: kind.map(|kind| kind == Kind::Webinar),
            topic: text(self.topic),
            host: text(self.host),
            host_email: text(self.email),
            dept: text(self.dept),
            start: self.start_time.get(),
            end: self.end_time.get(),
            participant_count: self.participants.get().and_then(|count| count.try_into().ok()),
            qualities: [self.audio_quality, self.video_quality, self.screen_share_quality]
                .map(text),
        })
    }
}

impl Participant<'_> {
    /// The record; `None` without the id of the join.
    pub fn to_record(&self) -> Option<core::Participant> {
        Some(core::Participant {
            id: self.user_id.get()?,
            uuid: text(self.participant_uuid),
            join: self.join_time.get(),
            leave: self.leave_time.get(),
            leave_reason: text(self.leave_reason),
            person_id: text(self.participant_user_id).or_else(|| text(self.id)),
            user_name: text(self.user_name),
            email: text(self.email),
            ip_address: text(self.ip_address),
            internal_ip_addresses: texts(self.internal_ip_addresses.get()),
            location: text(self.location),
            network_type: text(self.network_type),
            connection_types: [
                self.connection_type,
                self.video_connection_type,
                self.as_connection_type,
            ]
            .map(text),
            data_center: text(self.data_center),
            device: text(self.device),
            os: system(self.os, self.os_version),
            client: text(self.client),
            version: text(self.version),
            microphone: text(self.microphone),
            speaker: text(self.speaker),
            camera: text(self.camera),
            health: None,
            issue_list: Vec::new(),
            qualities: [self.audio_quality, self.video_quality, self.screen_share_quality]
                .map(text),
        })
    }
}

impl ParticipantQos<'_> {
    /// The record of who it is a report of; `None` without the id of the join.
    pub fn to_record(&self) -> Option<core::Participant> {
        Some(core::Participant {
            id: self.user_id.get()?,
            uuid: text(self.participant_uuid),
            join: self.join_time.get(),
            leave: self.leave_time.get(),
            leave_reason: None,
            person_id: text(self.id),
            user_name: text(self.user_name),
            email: text(self.email),
            ip_address: text(self.ip_address),
            internal_ip_addresses: texts(self.internal_ip_addresses.get()),
            location: text(self.location),
            network_type: text(self.network_type),
            connection_types: [
                self.connection_type,
                self.video_connection_type,
                self.as_connection_type,
            ]
            .map(text),
            data_center: text(self.data_center),
            device: text(self.device),
            os: system(self.os, self.os_version),
            client: text(self.client),
            version: text(self.version),
            microphone: text(self.microphone),
            speaker: text(self.speaker),
            camera: text(self.camera),
            health: text(self.health),
            issue_list: texts(self.issue_list.get()),
            qualities: [None, None, None],
        })
    }
}
