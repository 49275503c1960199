//! Sentences about causes. They tell conditions on the network and in devices, never what people felt.

use zqos_core::Shown;
use zqos_quality::cause::{Cause, Incident, ScopeKind};

/// What went wrong, in a few words, with its place.
pub fn what(incident: &Incident) -> String {
    let name = Shown(&incident.scope.name);
    match incident.cause {
        Cause::AccessWifi => match incident.scope.kind {
            ScopeKind::Person => format!("the Wi-Fi of {name}"),
            _ => format!("the Wi-Fi at {name}"),
        },
        Cause::UplinkCapacity => format!("a full line out of {name}"),
        Cause::DownlinkCapacity => format!("a full line into {name}"),
        Cause::SiteOrIsp => match incident.scope.kind {
            ScopeKind::Isp => format!("the provider {name}"),
            _ => format!("the line of {name}, or its provider"),
        },
        Cause::DataCenter => format!("Zoom's data centre {name}"),
        Cause::FaultySender => format!("the loss of what {name} sends, before it leaves"),
        Cause::DeviceCpu => format!("the busy processor of {name}"),
        Cause::ClientVersion => format!("version {name} of the client"),
        Cause::VpnOrProxy => format!("the VPN or proxy of {name}"),
        Cause::TcpFallback => format!("TCP in place of UDP at {name}"),
        Cause::FarServer => format!("a media server far from {name}"),
        Cause::NotDeterminable => {
            let names: Vec<&str> = incident.candidates.iter().map(|cause| cause.as_str()).collect();
            let which =
                if names.is_empty() { String::new() } else { format!(" ({})", names.join(" or ")) };
            format!("a cause that can't be told{which}, at {name}")
        }
    }
}

/// So many things.
pub fn count(number: u32, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// What to do about it.
pub(super) const fn next(cause: Cause) -> &'static str {
    match cause {
        Cause::AccessWifi => {
            "Look at the access point's signal, channel and load at that time; have somebody there try by wire."
        }
        Cause::UplinkCapacity => {
            "See what sent at that time (backups, uploads); give real-time traffic its share on the way out."
        }
        Cause::DownlinkCapacity => {
            "See what was fetched at that time (updates, downloads); give real-time traffic its share on the way in."
        }
        Cause::SiteOrIsp => {
            "Look at the line's errors and loss at that time, and hand the times to the provider."
        }
        Cause::DataCenter => {
            "Look at Zoom's status page for the data centre at that time, and hand the times to Zoom."
        }
        Cause::FaultySender => {
            "Have the person try another cable, adapter, driver or network; the others need nothing."
        }
        Cause::DeviceCpu => {
            "See what else ran on the device; close it, or switch off virtual backgrounds and HD video."
        }
        Cause::ClientVersion => {
            "Compare with another version (`zqos compare --where \"version = '…'\"`) and roll it back, or on."
        }
        Cause::VpnOrProxy => {
            "Let Zoom's networks bypass the tunnel or proxy, and compare the same person without it."
        }
        Cause::TcpFallback => {
            "Open UDP 8801 to 8810 and 3478, 3479 to Zoom's networks in the firewall."
        }
        Cause::FarServer => {
            "Look at which data centres the account allows, and from where the meeting was started."
        }
        Cause::NotDeterminable => "Gather what would decide it, below; until then blame nobody.",
    }
}
