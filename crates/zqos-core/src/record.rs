//! Records: meetings and participants, as tables have them.

use crate::{MeetingUuid, ParticipantId, Timestamp};

/// A meeting or webinar: one instance.
///
/// **Missing**: `None` where Zoom sent nothing or an empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The instance.
    pub uuid: MeetingUuid,
    /// The number of the series.
    pub number: Option<u64>,
    /// It is a webinar; `None` when nobody said.
    pub is_webinar: Option<bool>,
    /// The topic.
    pub topic: Option<String>,
    /// The host's name.
    pub host: Option<String>,
    /// The host's address.
    pub host_email: Option<String>,
    /// The host's department.
    pub dept: Option<String>,
    /// When it began.
    pub start: Option<Timestamp>,
    /// When it ended; `None` while it runs.
    pub end: Option<Timestamp>,
    /// How many took part, by Zoom's count.
    pub participant_count: Option<u32>,
    /// Zoom's own grade of audio, video and share, in Zoom's words.
    pub qualities: [Option<String>; 3],
}

impl Meeting {
    /// A meeting of which nothing else is known.
    pub const fn new(uuid: MeetingUuid) -> Self {
        Self {
            uuid,
            number: None,
            is_webinar: None,
            topic: None,
            host: None,
            host_email: None,
            dept: None,
            start: None,
            end: None,
            participant_count: None,
            qualities: [None, None, None],
        }
    }
}

/// A participant: one join.
///
/// **Missing**: `None` where Zoom sent nothing or an empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The id of the join.
    pub id: ParticipantId,
    /// The GUID of the join.
    pub uuid: Option<String>,
    /// When it began.
    pub join: Option<Timestamp>,
    /// When it ended; `None` while it lasts.
    pub leave: Option<Timestamp>,
    /// Why it ended, in Zoom's words.
    pub leave_reason: Option<String>,
    /// The account user; `None` for people from outside.
    pub person_id: Option<String>,
    /// The name shown.
    pub user_name: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The public address.
    pub ip_address: Option<String>,
    /// The private addresses, some of them masked.
    pub internal_ip_addresses: Vec<String>,
    /// Where, in Zoom's words.
    pub location: Option<String>,
    /// `Wired`, `Wifi`, …
    pub network_type: Option<String>,
    /// How packets of audio, video and share travel: `UDP`, `TCP`, …
    pub connection_types: [Option<String>; 3],
    /// The data centre.
    pub data_center: Option<String>,
    /// The sort of device.
    pub device: Option<String>,
    /// The operating system, with its version.
    pub os: Option<String>,
    /// The client.
    pub client: Option<String>,
    /// The client's version.
    pub version: Option<String>,
    /// The microphone.
    pub microphone: Option<String>,
    /// The speaker.
    pub speaker: Option<String>,
    /// The camera.
    pub camera: Option<String>,
    /// Zoom's verdict on the whole join.
    pub health: Option<String>,
    /// What Zoom holds against it.
    pub issue_list: Vec<String>,
    /// Zoom's own grade of audio, video and share, in Zoom's words.
    pub qualities: [Option<String>; 3],
    /// The site, by the site map; `None` without a map, or where no site has the address.
    pub site: Option<String>,
}

impl Participant {
    /// A join of which nothing else is known.
    pub const fn new(id: ParticipantId) -> Self {
        Self {
            id,
            uuid: None,
            join: None,
            leave: None,
            leave_reason: None,
            person_id: None,
            user_name: None,
            email: None,
            ip_address: None,
            internal_ip_addresses: Vec::new(),
            location: None,
            network_type: None,
            connection_types: [None, None, None],
            data_center: None,
            device: None,
            os: None,
            client: None,
            version: None,
            microphone: None,
            speaker: None,
            camera: None,
            health: None,
            issue_list: Vec::new(),
            qualities: [None, None, None],
            site: None,
        }
    }
}
