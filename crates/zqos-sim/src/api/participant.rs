//! Who took part: one row for each join.

mod settings;

pub(crate) use settings::Settings;

use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::api::{Simulator, timestamp};
use crate::calendar::{Calendar, Join, Left, Meeting};
use crate::company::{DeviceKind, Place, Who};
use crate::draw::Purpose;
use crate::media::{Path, Session, Transport};

/// What is told of a join in every listing of joins.
///
/// What people from outside use and are is blank, as Zoom keeps it from the host's account.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are Zoom's members")]
pub(crate) struct JoinMembers {
    id: String,
    user_id: String,
    participant_uuid: String,
    user_name: String,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none", rename = "groupId")]
    group_id: Option<String>,
    device: &'static str,
    client: &'static str,
    os: &'static str,
    os_version: &'static str,
    browser_name: &'static str,
    browser_version: &'static str,
    device_name: &'static str,
    version: &'static str,
    pc_name: String,
    domain: &'static str,
    mac_addr: String,
    harddisk_id: String,
    ip_address: String,
    internal_ip_addresses: [String; 1],
    location: &'static str,
    network_type: &'static str,
    connection_type: &'static str,
    video_connection_type: &'static str,
    as_connection_type: &'static str,
    data_center: &'static str,
    full_data_center: String,
    join_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    leave_time: Option<String>,
    share_application: bool,
    share_desktop: bool,
    share_whiteboard: bool,
    recording: bool,
    has_archiving: bool,
    optional_archiving: &'static str,
    zoom_thin_client_plugin_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_jointime_cost: Option<f64>,
}

/// A row of the list of participants.
#[derive(Debug, Serialize)]
struct ParticipantRow {
    #[serde(flatten)]
    join: JoinMembers,
    participant_user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registrant_id: Option<&'static str>,
    customer_key: &'static str,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(flatten)]
    equipment: Equipment,
    sip_uri: &'static str,
    from_sip_uri: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    leave_reason: Option<String>,
    audio_call: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    in_room_participants: Option<u32>,
    audio_quality: &'static str,
    video_quality: &'static str,
    screen_share_quality: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aic_disclaimer: Option<&'static str>,
}

/// What somebody speaks into, hears from and looks at.
#[derive(Debug, Serialize)]
pub(crate) struct Equipment {
    microphone: &'static str,
    speaker: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    camera: Option<&'static str>,
}

impl Simulator {
    /// Lists the joins of a meeting.
    pub(crate) fn participants(
        &self,
        meeting: &Meeting,
        query: &Query,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let path = self.walk_of(meeting, "participants");
        let is_live = meeting.end > now;
        let with_registrant = !is_live && query.get("include_fields") == Some("registrant_id");
        let mut pager = self.pager(&path, query, (30, 300), now)?;
        for join in self.joins_so_far(meeting, now) {
            pager.offer(join.user_id.into(), || {
                self.participant_row(meeting, join, with_registrant, now)
            });
        }
        Ok(self.page_of_meeting(pager, &path, meeting, true, query, now))
    }

    /// The joins that have begun, as far as they are told of.
    pub(crate) fn joins_so_far<'s>(
        &'s self,
        meeting: &'s Meeting,
        now: i64,
    ) -> impl Iterator<Item = Join> + 's {
        self.world.calendar.joins(meeting).filter(move |join| self.is_told(meeting, join, now))
    }

    fn participant_row(
        &self,
        meeting: &Meeting,
        join: Join,
        with_registrant: bool,
        now: i64,
    ) -> ParticipantRow {
        let session = Session::new(&self.world, meeting, join);
        let [audio_quality, video_quality, screen_share_quality] =
            self.qualities(&session, &join, now);
        let webinar = meeting.series.is_webinar();
        let role = match (webinar, join.is_host) {
            (_, true) => "host",
            (true, false) if matches!(join.who, Who::Person(_)) => "panelist",
            _ => "attendee",
        };
        let members = self.join_members(meeting, &join, session.path(), now);
        let equipment = self.equipment(&join, !webinar);
        ParticipantRow {
            participant_user_id: members.id.clone(),
            join: members,
            registrant_id: with_registrant.then_some(""),
            customer_key: "",
            role,
            status: (!webinar).then_some("in_meeting"),
            equipment,
            sip_uri: "",
            from_sip_uri: "",
            leave_reason: (join.end <= now).then(|| self.leave_reason(&join, webinar)),
            audio_call: [],
            in_room_participants: (!webinar).then_some(0),
            audio_quality,
            video_quality,
            screen_share_quality,
            aic_disclaimer: (!webinar).then_some("no disclaimer"),
        }
    }

    /// Why a join ended, in the API's words.
    pub(crate) fn leave_reason(&self, join: &Join, webinar: bool) -> String {
        let name = self.world.company.name(join.who);
        let what = if webinar { "webinar" } else { "meeting" };
        match join.left {
            Left::WithTheMeeting => format!("Host ended the {what}."),
            Left::Early => format!("{name} left the {what}."),
            Left::Disconnected => format!("{name} got disconnected from the {what}."),
        }
    }

    /// The audio and video equipment; lists of webinars leave the camera out.
    pub(crate) fn equipment(&self, join: &Join, with_camera: bool) -> Equipment {
        let device = self.world.company.device(join.who);
        let (headset, camera) = match join.who {
            Who::Person(_) => (device.headset, device.kind.camera()),
            Who::Guest { .. } => ("", ""),
        };
        Equipment { microphone: headset, speaker: headset, camera: with_camera.then_some(camera) }
    }

    pub(crate) fn join_members(
        &self,
        meeting: &Meeting,
        join: &Join,
        path: &Path,
        now: i64,
    ) -> JoinMembers {
        let who = join.who;
        let ids = self.world.company.ids();
        let device = self.world.company.device(who);
        let (public, private) = self.world.company.addresses(who, path.place());
        let webinar = meeting.series.is_webinar();
        let share = Calendar::share(meeting)
            .filter(|share| share.user_id == join.user_id && share.start <= now);
        let (os, os_version) = device.kind.os();
        let (browser_name, browser_version) = device.kind.browser();
        let (client, device_name) = device.kind.client();
        let transport = match path.transport() {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::TcpProxy => "TCP+Proxy",
        };
        let person = match who {
            Who::Person(person) => Some(person),
            Who::Guest { .. } => None,
        };
        let has_computer = matches!(device.kind, DeviceKind::Windows | DeviceKind::Mac);
        let cost = meeting.draw.of(Purpose::Join).at(join.user_id.into()).between(1.0, 8.0);
        JoinMembers {
            id: person.map_or_else(String::new, |person| ids.account_user(person)),
            user_id: join.user_id.to_string(),
            participant_uuid: ids.participant_uuid(meeting.instance, join.user_id),
            user_name: self.world.company.name(who),
            email: self.world.company.email(who),
            group_id: (!webinar).then(|| {
                person.map_or_else(String::new, |person| {
                    ids.group(self.world.company.department_of(person))
                })
            }),
            device: if person.is_some() { device.kind.device() } else { "" },
            client,
            os,
            os_version,
            browser_name,
            browser_version,
            device_name,
            version: device.version,
            pc_name: self.world.company.computer_name(who),
            domain: if person.is_some() && has_computer { "corp.example.com" } else { "" },
            mac_addr: if person.is_some() { device.mac_address() } else { String::new() },
            harddisk_id: if person.is_some() && has_computer {
                device.disk()
            } else {
                String::new()
            },
            ip_address: public.to_string(),
            internal_ip_addresses: [masked(private, who)],
            location: self.world.company.city_of(who).location,
            network_type: network_type(path.place()),
            connection_type: transport,
            video_connection_type: transport,
            as_connection_type: transport,
            data_center: path.data_center().data_center(),
            full_data_center: format!("{};", path.data_center().data_center()),
            join_time: timestamp(join.start).to_string(),
            leave_time: (join.end <= now).then(|| timestamp(join.end).to_string()),
            share_application: share.is_some_and(|share| share.is_application),
            share_desktop: share.is_some_and(|share| !share.is_application),
            share_whiteboard: false,
            recording: false,
            has_archiving: false,
            optional_archiving: "no optional archiving",
            zoom_thin_client_plugin_version: "",
            total_jointime_cost: (!webinar).then(|| libm::round(cost * 100.0) / 100.0),
        }
    }
}

/// The private address; of people from outside only its beginning is shown.
fn masked(address: std::net::Ipv4Addr, who: Who) -> String {
    match who {
        Who::Person(_) => address.to_string(),
        Who::Guest { .. } => {
            let [first, second, ..] = address.octets();
            format!("{first}.{second}.*.*")
        }
    }
}

const fn network_type(place: Place) -> &'static str {
    match place {
        Place::OfficeWired { .. }
        | Place::Home { wired: true, .. }
        | Place::Outside { wired: true } => "Wired",
        // A tunnel looks like a dial-up line.
        Place::Vpn { .. } => "PPP",
        Place::OfficeWifi { .. } | Place::Home { .. } | Place::Outside { .. } => "Wifi",
        Place::Cellular => "Cellular",
    }
}
