//! What somebody uses and through which network, as events tell it: the same facts under other names.

use serde::Serialize;

use crate::api::Simulator;
use crate::calendar::{Join, Meeting};
use crate::draw::Purpose;
use crate::media::{Session, Transport};

/// The one element of `data`. All members are strings.
#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    device: String,
    location: String,
    /// Some clients give the place twice, as they did before the member was renamed.
    #[serde(rename = "Location", skip_serializing_if = "Option::is_none")]
    old_location: Option<String>,
    network_type: &'static str,
    microphone: &'static str,
    speaker: &'static str,
    /// Missing while nobody is filmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    camera: Option<&'static str>,
    data_center: &'static str,
    connection_type: &'static str,
    pc_name: String,
    domain: &'static str,
    mac_addr: String,
    harddisk_id: String,
    version: String,
    signaling_ip_address: String,
    signaling_internal_ip_address: String,
    signaling_internal_ip_port: String,
    audio_internal_ip_address: String,
    audio_internal_ip_port: String,
    video_internal_ip_address: String,
    video_internal_ip_port: String,
    as_internal_ip_address: String,
    as_internal_ip_port: String,
    destination_ip_domain: String,
    destination_ip_port: &'static str,
    #[serde(flatten)]
    summary: Option<InSummary>,
}

/// What only the summary has.
#[derive(Debug, Serialize)]
struct InSummary {
    device_detail: String,
    client: &'static str,
}

impl Simulator {
    /// What a join uses at an instant; in the summary, what it used at last.
    pub(crate) fn settings(
        &self,
        meeting: &Meeting,
        join: &Join,
        session: &Session,
        instant: i64,
        in_summary: bool,
    ) -> Settings {
        let members = self.join_members(meeting, join, session.path(), instant);
        let equipment = self.equipment(join, session.is_filmed_at(instant));
        // Blank where the API leaves it out.
        let [internal] = members.internal_ip_addresses.unwrap_or_default();
        let draw = meeting.draw.of(Purpose::Event).at(join.user_id.into()).of(Purpose::Address);
        // Of the range that RFC 6335 leaves to programs.
        let port = |place: u64| (49_152 + draw.at(place).below(16_384)).to_string();
        let data_center = 1 + session.path().data_center() as u32;
        Settings {
            // Zoom's examples have `WIN` in the event and `Windows` in the summary.
            device: if members.device == "Windows" && !in_summary {
                "WIN".to_owned()
            } else {
                members.device
            },
            old_location: draw.at(4).chance(0.1).then(|| members.location.clone()),
            location: members.location,
            network_type: members.network_type,
            microphone: equipment.microphone,
            speaker: equipment.speaker,
            camera: equipment.camera,
            data_center: members.data_center,
            connection_type: members.connection_type,
            pc_name: members.pc_name,
            domain: members.domain,
            mac_addr: with_colons(&members.mac_addr),
            harddisk_id: members.harddisk_id,
            version: members.version,
            signaling_ip_address: members.ip_address,
            signaling_internal_ip_address: internal.clone(),
            signaling_internal_ip_port: port(0),
            audio_internal_ip_address: internal.clone(),
            audio_internal_ip_port: port(1),
            video_internal_ip_address: internal.clone(),
            video_internal_ip_port: port(2),
            as_internal_ip_address: internal,
            as_internal_ip_port: port(3),
            destination_ip_domain: format!("media{data_center}.example.com"),
            destination_ip_port: match session.path().transport() {
                // As in Zoom's example.
                Transport::Udp => "5000",
                Transport::Tcp | Transport::TcpProxy => "443",
            },
            summary: in_summary.then(|| InSummary {
                device_detail: [members.browser_name, members.browser_version, members.device_name]
                    .join(" ")
                    .trim()
                    .to_owned(),
                client: members.client,
            }),
        }
    }
}

/// `f85e-a012-92d8` as `f8:5e:a0:12:92:d8`.
fn with_colons(address: &str) -> String {
    let digits: Vec<char> = address.chars().filter(char::is_ascii_hexdigit).collect();
    let bytes: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    bytes.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardware_address_has_colons_between_its_bytes() {
        assert_eq!(with_colons("f85e-a012-92d8"), "f8:5e:a0:12:92:d8");
        assert_eq!(with_colons(""), "");
    }
}
