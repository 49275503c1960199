//! What people join with: devices, what is told of them, and releases of the client.

use std::fmt;

use crate::draw::{Draw, Purpose};

/// What somebody uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Device {
    pub(crate) kind: DeviceKind,
    /// Processing power; 1 does a video call with the processor a third busy.
    pub(crate) power: f64,
    pub(crate) headset: &'static str,
    /// What is odd about how it is told of.
    pub(crate) oddity: Option<Oddity>,
    pub(super) draw: Draw,
}

/// The sort of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceKind {
    Windows,
    Mac,
    Linux,
    Iphone,
    Android,
    /// A browser on Windows.
    Web,
    /// A browser on Chrome OS.
    ChromeOs,
    /// A Zoom Room.
    ZoomRoom,
    /// An endpoint of H.323 or SIP, through the Cloud Room Connector.
    RoomSystem,
    /// A telephone and nothing else.
    Telephone,
}

/// Under which names Zoom tells of a device's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Legs {
    Client,
    /// Through the Cloud Room Connector.
    RoomConnector,
    /// Through the Real-time Web Gateway.
    WebGateway,
}

impl Legs {
    /// What is sent and what is received, of audio, video and share in turn.
    ///
    /// `input` is what the participant sends, as most of Zoom's descriptions have it; all of them
    /// agree that `from` a connector is what a participant sends through it.
    pub(crate) const fn streams(self) -> [&'static str; 6] {
        match self {
            Self::Client => [
                "audio_input",
                "audio_output",
                "video_input",
                "video_output",
                "as_input",
                "as_output",
            ],
            Self::RoomConnector => [
                "audio_device_from_crc",
                "audio_device_to_crc",
                "video_device_from_crc",
                "video_device_to_crc",
                "as_device_from_crc",
                "as_device_to_crc",
            ],
            Self::WebGateway => [
                "audio_device_from_rwg",
                "audio_device_to_rwg",
                "video_device_from_rwg",
                "video_device_to_rwg",
                "as_device_from_rwg",
                "as_device_to_rwg",
            ],
        }
    }
}

/// How a device tells the load of its processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadScale {
    Percent,
    /// Browsers are told no more than one of four levels.
    Pressure,
    /// Not at all.
    Untold,
}

/// What people have seen Zoom tell in another way than documented; each of a small share of
/// devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// `device` in a spelling that no document has.
    Device,
    /// `os_version` with quotes in it.
    OsVersion,
    /// `mac_addr` in six groups with colons.
    MacAddress,
    /// No `domain`.
    Domain,
    /// `location` without the city.
    CountryCode,
    /// `location` with the name of the country alone.
    Country,
    /// The end of the internal address is hidden, though the person is no outsider.
    MaskedAddress,
}

impl DeviceKind {
    /// True for what is carried in a hand.
    pub(crate) const fn is_phone(self) -> bool {
        matches!(self, Self::Iphone | Self::Android)
    }

    /// True for a computer with the client on it.
    pub(crate) const fn is_computer(self) -> bool {
        matches!(self, Self::Windows | Self::Mac | Self::Linux)
    }

    pub(crate) const fn is_browser(self) -> bool {
        matches!(self, Self::Web | Self::ChromeOs)
    }

    /// True for what shows and films.
    pub(crate) const fn has_pictures(self) -> bool {
        !matches!(self, Self::Telephone)
    }

    /// True for what knows how strong its radio link is.
    pub(crate) const fn knows_signal(self) -> bool {
        self.is_computer() || self.is_phone()
    }

    pub(crate) const fn legs(self) -> Legs {
        match self {
            Self::RoomSystem => Legs::RoomConnector,
            Self::Web | Self::ChromeOs => Legs::WebGateway,
            _ => Legs::Client,
        }
    }

    pub(crate) const fn load_scale(self) -> LoadScale {
        match self {
            Self::Web | Self::ChromeOs => LoadScale::Pressure,
            Self::RoomSystem | Self::Telephone => LoadScale::Untold,
            _ => LoadScale::Percent,
        }
    }

    /// The member `device`.
    pub(crate) const fn device(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Mac => "Mac",
            Self::Linux => "Linux",
            Self::Iphone => "iOS",
            Self::Android => "Android",
            Self::Web | Self::ChromeOs => "Web Browser",
            Self::ZoomRoom => "Zoom Rooms",
            Self::RoomSystem => "H.323/SIP",
            Self::Telephone => "Phone",
        }
    }

    /// The member `device` in spellings that have been seen instead.
    const fn odd_devices(self) -> &'static [&'static str] {
        match self {
            Self::Windows => &["win 11", "win 10+ 17763", "Unknown"],
            Self::Web | Self::ChromeOs => &["Web", "Web Browser Chrome 142", "Unknown"],
            _ => &["Unknown"],
        }
    }

    /// The members `os` and `os_version`.
    pub(crate) const fn os(self) -> (&'static str, &'static str) {
        match self {
            Self::Windows => ("Windows", "11 26100"),
            Self::Mac => ("Mac", "15.6"),
            Self::Linux => ("Linux", "Ubuntu 24.04"),
            Self::Iphone => ("iOS", "18.6"),
            Self::Android => ("Android", "15"),
            Self::Web => ("Windows", "10"),
            Self::ChromeOs => ("Chrome OS", "16371"),
            Self::ZoomRoom => ("Windows", "10 19045"),
            Self::RoomSystem | Self::Telephone => ("", ""),
        }
    }

    /// The members `browser_name` and `browser_version`.
    pub(crate) const fn browser(self) -> (&'static str, &'static str) {
        if self.is_browser() { ("Chrome", "142") } else { ("", "") }
    }

    /// The members `client` and `device_name`.
    pub(crate) const fn client(self) -> (&'static str, &'static str) {
        match self {
            Self::Windows | Self::Mac | Self::Linux => ("Zoom Workplace", ""),
            Self::Iphone => ("Zoom Workplace", "iPhone 15"),
            Self::Android => ("Zoom Workplace", "Pixel 9"),
            Self::Web | Self::ChromeOs => ("Web Client", ""),
            Self::ZoomRoom => ("Zoom Rooms", ""),
            Self::RoomSystem | Self::Telephone => ("", ""),
        }
    }

    /// The member `camera`.
    pub(crate) const fn camera(self) -> &'static str {
        match self {
            Self::Windows | Self::Linux | Self::Web | Self::ChromeOs => "Integrated Camera",
            Self::Mac => "FaceTime HD Camera",
            Self::Iphone | Self::Android => "Front Camera",
            Self::ZoomRoom => "Logitech Rally",
            Self::RoomSystem | Self::Telephone => "",
        }
    }
}

impl Device {
    /// The device of somebody from outside, or of a user of the account.
    pub(super) fn of_somebody(draw: Draw, is_guest: bool) -> Self {
        let kind = match (is_guest, draw.at(0).below(100)) {
            (true, 0..15) | (false, 0..3) => DeviceKind::Web,
            (true, 15..18) | (false, 3..5) => DeviceKind::ChromeOs,
            (true, 18..28) => DeviceKind::Telephone,
            (_, 0..53) => DeviceKind::Windows,
            (_, 53..85) => DeviceKind::Mac,
            (_, 85..87) => DeviceKind::Linux,
            (_, 87..95) => DeviceKind::Iphone,
            _ => DeviceKind::Android,
        };
        let power = match kind {
            DeviceKind::Mac => draw.at(1).between(1.2, 2.4),
            DeviceKind::Iphone | DeviceKind::Android => draw.at(1).between(0.9, 1.4),
            _ => draw.at(1).between(0.6, 1.6),
        };
        let headset = if kind.is_phone() {
            ""
        } else {
            *draw.of(Purpose::Microphone).pick(&[
                "Jabra Evolve 75",
                "Poly Voyager Focus 2",
                "Realtek(R) Audio",
                "Logitech Zone Vibe",
                "AirPods Pro",
            ])
        };
        Self { kind, power, headset, oddity: Oddity::of(draw), draw }
    }

    /// What stands in a room: a Zoom Room or, in some, an older system.
    pub(super) fn of_room(draw: Draw, is_zoom_room: bool) -> Self {
        let (kind, headset) = if is_zoom_room {
            (DeviceKind::ZoomRoom, "Logitech Rally")
        } else {
            (DeviceKind::RoomSystem, "")
        };
        Self { kind, power: draw.at(1).between(1.5, 2.5), headset, oddity: None, draw }
    }

    /// The member `device`.
    pub(crate) fn name(&self) -> &'static str {
        if self.oddity != Some(Oddity::Device) {
            return self.kind.device();
        }
        self.draw.of(Purpose::Oddity).at(0).pick::<&str>(self.kind.odd_devices())
    }

    /// The member `os_version`.
    pub(crate) const fn os_version(&self) -> &'static str {
        match (self.oddity, self.kind) {
            (Some(Oddity::OsVersion), DeviceKind::Windows) => "\"10+ 17763\"",
            _ => self.kind.os().1,
        }
    }

    /// The member `domain`: that of the company's computers.
    pub(crate) const fn domain(&self) -> &'static str {
        match self.oddity {
            Some(Oddity::Domain) => "",
            _ if self.kind.is_computer() => "corp.example.com",
            _ => "",
        }
    }

    /// The hardware address, in Zoom's three groups of four; browsers and telephones tell none.
    pub(crate) fn mac_address(&self) -> String {
        if self.kind.is_browser() || self.kind.load_scale() == LoadScale::Untold {
            return String::new();
        }
        let [first, second, third, ..] = self.draw.of(Purpose::Address).bits().to_be_bytes();
        let [fourth, fifth, sixth, ..] = self.draw.of(Purpose::Device).bits().to_be_bytes();
        // A locally administered unicast address.
        let bytes = [(first & 0xfc) | 2, second, third, fourth, fifth, sixth];
        if self.oddity == Some(Oddity::MacAddress) {
            return bytes.map(|byte| format!("{byte:02x}")).join(":");
        }
        let pair = |at: usize| format!("{:02x}{:02x}", bytes[at], bytes[at + 1]);
        [pair(0), pair(2), pair(4)].join("-")
    }

    /// The id of a computer's disk.
    pub(crate) fn disk(&self) -> String {
        if self.kind.is_computer() {
            format!("{:016X}", self.draw.of(Purpose::Device).bits())
        } else {
            String::new()
        }
    }

    /// The release of the client that runs on a day; connectors and telephones have none.
    ///
    /// Most devices take a release within three weeks, some within six; a tenth is months behind.
    /// Browsers get it with the page.
    pub(crate) fn version(&self, day: u32) -> Option<Version> {
        let draw = self.draw.of(Purpose::Client);
        let lag = match (self.kind, draw.below(10)) {
            (DeviceKind::RoomSystem | DeviceKind::Telephone, _) => return None,
            (DeviceKind::Web | DeviceKind::ChromeOs, _) => 0,
            (_, 0..6) => 2 + draw.at(0).below(20),
            (_, 6..9) => 20 + draw.at(0).below(25),
            _ => 45 + draw.at(0).below(100),
        };
        Some(Version::newest(self.kind, day.saturating_sub(lag)))
    }
}

impl Oddity {
    fn of(device: Draw) -> Option<Self> {
        match device.of(Purpose::Oddity).below(100) {
            0..4 => Some(Self::Device),
            4..7 => Some(Self::OsVersion),
            7..12 => Some(Self::MacAddress),
            12..16 => Some(Self::Domain),
            16..18 => Some(Self::CountryCode),
            18..20 => Some(Self::Country),
            20..25 => Some(Self::MaskedAddress),
            _ => None,
        }
    }
}

/// A release of the client for one platform: major, minor, patch and build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Version([u32; 4]);

/// Days between two releases.
const RELEASE_EVERY: u32 = 35;
/// Releases of one major number; with this, 6 began in 2024, as Zoom's did.
const RELEASES_OF_MAJOR: u32 = 94;

impl Version {
    /// The newest one on a day: one every five weeks, numbered alike and built anew for every
    /// platform.
    fn newest(kind: DeviceKind, day: u32) -> Self {
        let release = day / RELEASE_EVERY;
        let (major, nth) = (release / RELEASES_OF_MAJOR, release % RELEASES_OF_MAJOR);
        let build = Draw::new(release.into()).of(Purpose::Release).at(kind as u64).below(400);
        Self([major, nth / 3, nth % 3 * 5, 500 * nth + build])
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(f, "{major}.{minor}.{patch}.{build}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn device(seed: u64) -> Device {
        Device::of_somebody(Draw::new(seed), false)
    }

    #[test]
    fn a_release_takes_weeks_to_be_everywhere() {
        // 20,790 is a multiple of 35: the day of a release.
        let shares = [-1, 1, 10, 30, 200].map(|after| {
            let newest = Version::newest(DeviceKind::Windows, 20_790);
            let windows = (0..2_000).map(device).filter(|it| it.kind == DeviceKind::Windows);
            let versions: Vec<Version> = windows
                .map(|it| it.version(20_790_u32.checked_add_signed(after).unwrap()).unwrap())
                .collect();
            let has = versions.iter().filter(|&&version| version >= newest).count();
            100 * has / versions.len()
        });
        assert_eq!((shares[0], shares[1], shares[4]), (0, 0, 100));
        assert!((15..40).contains(&shares[2]) && (65..90).contains(&shares[3]), "{shares:?}");
    }

    #[test]
    fn oddities_are_rare_and_all_there() {
        let mut counts = [0_u32; 7];
        for oddity in (0..2_000).filter_map(|seed| device(seed).oddity) {
            counts[oddity as usize] += 1;
        }
        assert!(counts.iter().all(|count| (20..150).contains(count)), "{counts:?}");
    }

    proptest! {
        #[test]
        fn no_device_goes_back_to_an_older_version(seed: u64, day in 18_000_u32..60_000) {
            let [today, tomorrow] = [day, day + 1].map(|day| device(seed).version(day));
            prop_assert!(today <= tomorrow);
        }

        #[test]
        fn a_hardware_address_has_six_bytes_in_either_spelling(seed: u64) {
            let digits: String =
                device(seed).mac_address().split(['-', ':']).collect();
            prop_assert!(device(seed).kind.is_browser() || digits.len() == 12);
            prop_assert!(digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
    }
}
