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

pub(crate) fn text(field: Text<'_>) -> Option<String> {
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

/// The record of a join, from a row of the wire: what rows of every sort tell of it, and what this sort
/// alone does.
macro_rules! participant {
    ($row:ident, $($own:ident: $value:expr),* $(,)?) => {
        core::Participant {
            id: $row.user_id.get()?,
            uuid: text($row.participant_uuid),
            join: $row.join_time.get(),
            leave: $row.leave_time.get(),
            user_name: text($row.user_name),
            email: text($row.email),
            ip_address: text($row.ip_address),
            internal_ip_addresses: texts($row.internal_ip_addresses.get()),
            location: text($row.location),
            network_type: text($row.network_type),
            connection_types: [
                $row.connection_type,
                $row.video_connection_type,
                $row.as_connection_type,
            ]
            .map(text),
            data_center: text($row.data_center),
            device: text($row.device),
            os: system($row.os, $row.os_version),
            client: text($row.client),
            version: text($row.version),
            microphone: text($row.microphone),
            speaker: text($row.speaker),
            camera: text($row.camera),
            site: None,
            $($own: $value,)*
        }
    };
}

impl Participant<'_> {
    /// The record; `None` without the id of the join.
    pub fn to_record(&self) -> Option<core::Participant> {
        Some(participant!(
            self,
            person_id: text(self.participant_user_id).or_else(|| text(self.id)),
            leave_reason: text(self.leave_reason),
            health: None,
            issue_list: Vec::new(),
            qualities: [self.audio_quality, self.video_quality, self.screen_share_quality].map(text),
        ))
    }
}

impl ParticipantQos<'_> {
    /// The record of who it is a report of; `None` without the id of the join.
    pub fn to_record(&self) -> Option<core::Participant> {
        Some(participant!(
            self,
            person_id: text(self.id),
            leave_reason: None,
            health: text(self.health),
            issue_list: texts(self.issue_list.get()),
            qualities: [None, None, None],
        ))
    }
}
