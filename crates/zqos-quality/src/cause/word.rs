//! The words of an incident: what went wrong, and where.

use std::fmt;

/// What went wrong. Each is a hypothesis with a probability, never a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The radio link between a device and its access point.
    AccessWifi,
    /// The way out of a place is full.
    UplinkCapacity,
    /// The way into a place is full.
    DownlinkCapacity,
    /// The line of a place, or whoever provides it.
    SiteOrIsp,
    /// A data centre of Zoom, or the region around it.
    DataCenter,
    /// What one person sends is lost before it leaves.
    FaultySender,
    /// The processor of one device is busy.
    DeviceCpu,
    /// A release of the client.
    ClientVersion,
    /// A tunnel, or a proxy, on the way.
    VpnOrProxy,
    /// Packets go by TCP, as UDP did not get through.
    TcpFallback,
    /// A media server that is far from those whom it serves.
    FarServer,
    /// Several causes fit alike.
    NotDeterminable,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 12] = [
        Self::AccessWifi,
        Self::UplinkCapacity,
        Self::DownlinkCapacity,
        Self::SiteOrIsp,
        Self::DataCenter,
        Self::FaultySender,
        Self::DeviceCpu,
        Self::ClientVersion,
        Self::VpnOrProxy,
        Self::TcpFallback,
        Self::FarServer,
        Self::NotDeterminable,
    ];

    /// The name in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessWifi => "access-wifi",
            Self::UplinkCapacity => "uplink-capacity",
            Self::DownlinkCapacity => "downlink-capacity",
            Self::SiteOrIsp => "site-or-isp",
            Self::DataCenter => "data-center",
            Self::FaultySender => "faulty-sender",
            Self::DeviceCpu => "device-cpu",
            Self::ClientVersion => "client-version",
            Self::VpnOrProxy => "vpn-or-proxy",
            Self::TcpFallback => "tcp-fallback",
            Self::FarServer => "far-server",
            Self::NotDeterminable => "not-determinable",
        }
    }

    /// True for a cause that acts on one way alone, so that it can't be told as long as nobody knows
    /// which of input and output is sent.
    pub const fn needs_direction(self) -> bool {
        matches!(
            self,
            Self::UplinkCapacity
                | Self::DownlinkCapacity
                | Self::FaultySender
                | Self::ClientVersion
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What sort of thing an incident is confined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// A place: a site of the site map, or all behind one public address.
    Site,
    /// The Wi-Fi of a place.
    AccessNetwork,
    /// A provider, with every line that is its.
    Isp,
    /// A data centre.
    DataCenter,
    /// One person.
    Person,
    /// One meeting.
    Meeting,
    /// A release of the client.
    Version,
    /// The tunnel of a place.
    Vpn,
    /// All that was looked at.
    Account,
}

impl ScopeKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Site,
        Self::AccessNetwork,
        Self::Isp,
        Self::DataCenter,
        Self::Person,
        Self::Meeting,
        Self::Version,
        Self::Vpn,
        Self::Account,
    ];

    /// The name in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::AccessNetwork => "access-network",
            Self::Isp => "isp",
            Self::DataCenter => "data-center",
            Self::Person => "person",
            Self::Meeting => "meeting",
            Self::Version => "version",
            Self::Vpn => "vpn",
            Self::Account => "account",
        }
    }
}

impl fmt::Display for ScopeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where something went wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// What sort of thing it is.
    pub kind: ScopeKind,
    /// Its name: that of the site map, else `<location>, <public address>` for a place, its Wi-Fi and
    /// its tunnel; a provider, data centre and release as they came; a person by the key.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_is_there_once_and_has_a_name_of_its_own() {
        let causes: BTreeSet<&str> = Cause::ALL.map(Cause::as_str).into();
        assert_eq!(
            (causes.len(), Cause::ALL[Cause::NotDeterminable as usize]),
            (12, Cause::NotDeterminable)
        );
        let kinds: BTreeSet<&str> = ScopeKind::ALL.map(ScopeKind::as_str).into();
        assert_eq!(
            (kinds.len(), ScopeKind::ALL[ScopeKind::Account as usize]),
            (9, ScopeKind::Account)
        );
    }
}
