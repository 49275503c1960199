//! Who took part: one row for each join.

mod settings;

pub(crate) use settings::Settings;

use std::net::Ipv4Addr;

use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::api::{Simulator, timestamp};
use crate::calendar::{Calendar, Call, Join, Left, Meeting, Space};
use crate::company::{DeviceKind, Oddity, Place, Who};
use crate::draw::Purpose;
use crate::media::{Path, Session, Transport};

/// What is told of a join in every listing of joins.
///
/// What people from outside use and are is blank, as Zoom keeps it from the host's account; and
/// what names or places anybody, where the account has a legacy BAA.
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
    device: String,
    client: &'static str,
    os: &'static str,
    os_version: &'static str,
    browser_name: &'static str,
    browser_version: &'static str,
    device_name: &'static str,
    version: String,
    pc_name: String,
    domain: &'static str,
    mac_addr: String,
    harddisk_id: String,
    ip_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    internal_ip_addresses: Option<[String; 1]>,
    location: String,
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
    registrant_id: Option<String>,
    customer_key: &'static str,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(flatten)]
    equipment: Equipment,
    sip_uri: String,
    from_sip_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    leave_reason: Option<String>,
    audio_call: Vec<AudioCall>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bo_mtg_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_room_participants: Option<u32>,
    audio_quality: &'static str,
    video_quality: &'static str,
    screen_share_quality: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aic_disclaimer: Option<&'static str>,
}

/// A telephone.
#[derive(Debug, Serialize)]
struct AudioCall {
    call_number: String,
    call_type: &'static str,
    zoom_number: &'static str,
}

/// The number on which the simulated Zoom is called, and from which it calls: one that North
/// America keeps for fiction.
const ZOOM_NUMBER: &str = "12025550100";

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
        let company = &self.world.company;
        let role = match (webinar, join.is_host) {
            (_, true) => "host",
            (true, false) if matches!(join.who, Who::Person(_)) => "panelist",
            _ => "attendee",
        };
        let members = self.join_members(meeting, &join, session.path(), now);
        let equipment = self.equipment(&join, !webinar);
        let kind = company.device(join.who).kind;
        let status =
            if join.space == Space::WaitingRoom { "in_waiting_room" } else { "in_meeting" };
        let call = join.call.map(|call| AudioCall {
            call_number: self.shown(company.telephone(join.who)),
            call_type: match call {
                Call::In => "call-in",
                Call::Out => "call-out",
            },
            zoom_number: ZOOM_NUMBER,
        });
        let bo_mtg_id = match join.space {
            Space::Breakout(room) => Some(company.ids().breakout(meeting.instance, room)),
            Space::Main | Space::WaitingRoom => None,
        };
        // Room systems do not tell how many sit there.
        let in_room = if kind == DeviceKind::ZoomRoom {
            self.world.calendar.people_in_room(meeting)
        } else {
            0
        };
        let [sip_uri, from_sip_uri] = self.sip_uris(meeting, &join, session.path().place());
        ParticipantRow {
            participant_user_id: members.id.clone(),
            join: members,
            registrant_id: with_registrant.then(|| self.registrant_id(meeting, &join)),
            customer_key: "",
            role,
            status: (!webinar).then_some(status),
            equipment,
            sip_uri,
            from_sip_uri,
            leave_reason: (join.end <= now).then(|| self.leave_reason(meeting, &join)),
            audio_call: call.into_iter().collect(),
            bo_mtg_id,
            in_room_participants: (!webinar).then_some(in_room),
            audio_quality,
            video_quality,
            screen_share_quality,
            aic_disclaimer: (!webinar).then_some("no disclaimer"),
        }
    }

    /// What a room system calls, and as what it calls: by meeting number and address.
    fn sip_uris(&self, meeting: &Meeting, join: &Join, place: Place) -> [String; 2] {
        let company = &self.world.company;
        if company.device(join.who).kind != DeviceKind::RoomSystem {
            return [String::new(), String::new()];
        }
        let number = company.ids().number(meeting.series.index);
        let (_, private) = company.addresses(join.who, place);
        [format!("sip:{number}@sip.example.com"), self.shown(format!("sip:room@{private}:5060"))]
    }

    /// Who registered: those guests of a webinar whose e-mail address is known.
    fn registrant_id(&self, meeting: &Meeting, join: &Join) -> String {
        let company = &self.world.company;
        match join.who {
            Who::Guest { series, place }
                if meeting.series.is_webinar() && !company.email(join.who).is_empty() =>
            {
                company.ids().registrant(series, place)
            }
            _ => String::new(),
        }
    }

    /// What names or places somebody; blank where the account has a legacy BAA.
    pub(crate) fn shown(&self, text: String) -> String {
        if self.config.legacy_baa { String::new() } else { text }
    }

    /// Why a join ended, in the API's words.
    pub(crate) fn leave_reason(&self, meeting: &Meeting, join: &Join) -> String {
        let name = self.shown(self.world.company.name(join.who));
        let what = if meeting.series.is_webinar() { "webinar" } else { "meeting" };
        let draw = meeting.draw.of(Purpose::Leave);
        let ended = if draw.chance(0.15) { "closed" } else { "ended" };
        let own = draw.at(join.user_id.into());
        match join.left {
            Left::WithTheMeeting if !join.is_host && own.chance(0.05) => {
                format!("{name} left the {what}.<br>Reason: Host {ended} the {what}.")
            }
            Left::WithTheMeeting => format!("Host {ended} the {what}."),
            Left::Disconnected if own.chance(0.3) => "Network connection error.".to_owned(),
            Left::Disconnected => format!("{name} got disconnected from the {what}."),
            Left::Early | Left::Moved => format!("{name} left the {what}."),
            Left::Admitted => "Leave waiting room.".to_owned(),
            Left::Refused => "Removed by host from waiting room.".to_owned(),
        }
    }

    /// The audio and video equipment; lists of webinars leave the camera out.
    pub(crate) fn equipment(&self, join: &Join, with_camera: bool) -> Equipment {
        let device = self.world.company.device(join.who);
        let (headset, camera) =
            if join.who.is_external() { ("", "") } else { (device.headset, device.kind.camera()) };
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
        let company = &self.world.company;
        let device = company.device(who);
        let (public, private) = company.addresses(who, path.place());
        let webinar = meeting.series.is_webinar();
        let share = Calendar::share(meeting)
            .filter(|share| share.user_id == join.user_id && share.start <= now);
        let (client, device_name) = device.kind.client();
        let (browser_name, browser_version) = device.kind.browser();
        let has_network = device.kind != DeviceKind::Telephone;
        let on_network = |text: &'static str| if has_network { text } else { "" };
        let transport = on_network(match path.transport() {
            _ if path.is_direct() => "P2P",
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::TcpProxy => "TCP+Proxy",
        });
        let known = |text: String| if who.is_external() { String::new() } else { text };
        let cost = Calendar::join_cost(meeting, join);
        JoinMembers {
            id: company.account_id(who),
            user_id: join.user_id.to_string(),
            participant_uuid: company.ids().participant_uuid(meeting.instance, join.user_id),
            user_name: self.shown(company.name(who)),
            email: self.shown(company.email(who)),
            group_id: (!webinar).then(|| match who {
                Who::Person(person) => company.ids().group(company.department_of(person)),
                Who::Guest { .. } | Who::Room { .. } => String::new(),
            }),
            device: match join.call {
                // Nothing else could be told of a telephone.
                Some(Call::In) => device.name().to_owned(),
                Some(Call::Out) => known(format!("{} + Phone", device.name())),
                None => known(device.name().to_owned()),
            },
            client,
            os: device.kind.os().0,
            os_version: device.os_version(),
            browser_name,
            browser_version,
            device_name,
            version: device
                .version(meeting.instance.day)
                .map_or_else(String::new, |version| version.to_string()),
            pc_name: company.computer_name(who),
            domain: if who.is_external() { "" } else { device.domain() },
            mac_addr: known(device.mac_address()),
            harddisk_id: known(device.disk()),
            ip_address: if has_network { self.shown(public.to_string()) } else { String::new() },
            internal_ip_addresses: (has_network && !self.config.legacy_baa).then(|| {
                let is_masked = who.is_external() || device.oddity == Some(Oddity::MaskedAddress);
                [if is_masked { masked(private) } else { private.to_string() }]
            }),
            location: self.shown(on_network(company.location(who)).to_owned()),
            network_type: on_network(network_type(path.place())),
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

/// The beginning of an address.
fn masked(address: Ipv4Addr) -> String {
    let [first, second, ..] = address.octets();
    format!("{first}.{second}.*.*")
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
