//! The company: sites, people and guests, all computed from the seed and an index.

use std::net::Ipv4Addr;

use crate::draw::{Draw, Purpose};
use crate::identity::Ids;

/// How many people work in a team; people of a team have consecutive indices.
pub(crate) const TEAM_SIZE: u32 = 8;

/// The fewest and the most people that a company can have.
pub(crate) const PEOPLE: std::ops::RangeInclusive<u32> = 10..=100_000;

/// A part of the world that one of Zoom's data centres serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    UsWest,
    UsEast,
    Europe,
    Asia,
}

impl Region {
    /// The data centre, in the spelling of the API.
    pub(crate) const fn data_center(self) -> &'static str {
        match self {
            Self::UsWest => "United States (SC Top)",
            Self::UsEast => "United States (NY Top)",
            Self::Europe => "Germany (FR Top)",
            Self::Asia => "Singapore (SG Top)",
        }
    }

    /// The data centre where nobody would look for those of this part of the world.
    pub(crate) const fn far_away(self) -> Self {
        match self {
            Self::UsWest | Self::UsEast | Self::Europe => Self::Asia,
            Self::Asia => Self::UsEast,
        }
    }

    /// Round-trip time in milliseconds over a well-built backbone; about 1.5 times the time that
    /// light in fibre takes along the great circle.
    pub(crate) const fn round_trip_ms(self, other: Self) -> f64 {
        use Region::{Asia, Europe, UsEast, UsWest};
        match (self, other) {
            (UsWest, UsWest) | (UsEast, UsEast) | (Europe, Europe) => 12.0,
            (Asia, Asia) => 25.0,
            (UsWest, UsEast) | (UsEast, UsWest) => 65.0,
            (UsWest, Europe) | (Europe, UsWest) => 145.0,
            (UsWest, Asia) | (Asia, UsWest) => 170.0,
            (UsEast, Europe) | (Europe, UsEast) => 85.0,
            (UsEast, Asia) | (Asia, UsEast) => 225.0,
            (Europe, Asia) | (Asia, Europe) => 160.0,
        }
    }
}

/// A city with an office.
#[derive(Debug)]
pub(crate) struct City {
    /// As the API writes places.
    pub(crate) location: &'static str,
    /// What computers of this place are called.
    code: &'static str,
    pub(crate) region: Region,
    /// Minutes ahead of UTC, in winter; clocks are not put forward here.
    pub(crate) utc_offset_minutes: i32,
}

const fn city(
    location: &'static str,
    code: &'static str,
    region: Region,
    utc_offset_minutes: i32,
) -> City {
    City { location, code, region, utc_offset_minutes }
}

const CITIES: &[City] = &[
    city("Berlin (DE)", "BER", Region::Europe, 60),
    city("San Jose (US)", "SJC", Region::UsWest, -480),
    city("London (GB)", "LON", Region::Europe, 0),
    city("New York (US)", "NYC", Region::UsEast, -300),
    city("Singapore (SG)", "SIN", Region::Asia, 480),
    city("Paris (FR)", "PAR", Region::Europe, 60),
    city("Bengaluru (IN)", "BLR", Region::Asia, 330),
    city("Toronto (CA)", "YYZ", Region::UsEast, -300),
    city("Dublin (IE)", "DUB", Region::Europe, 0),
    city("Denver (US)", "DEN", Region::UsWest, -420),
];

const DEPARTMENTS: &[&str] =
    &["Engineering", "Sales", "Support", "Finance", "Marketing", "Operations", "People", "Legal"];

const FIRST_NAMES: &[&str] = &[
    "Aiko", "Amara", "Ben", "Carla", "Chen", "Dana", "Elif", "Emil", "Fatima", "Greta", "Hugo",
    "Ines", "Ivan", "Jill", "Jonas", "Kofi", "Lena", "Luca", "Maja", "Mateo", "Nadia", "Noah",
    "Olga", "Pavel", "Priya", "Raj", "Rosa", "Sam", "Tara", "Umar", "Vera", "Wei", "Yusuf", "Zoë",
];

const LAST_NAMES: &[&str] = &[
    "Abel", "Bauer", "Brandt", "Costa", "Dahl", "Diaz", "Evans", "Fischer", "Garcia", "Haas",
    "Ito", "Jansen", "Kaya", "Khan", "Lang", "Lopez", "Mensah", "Meyer", "Novak", "Okafor",
    "Patel", "Quist", "Rossi", "Sato", "Silva", "Tan", "Ueda", "Vogel", "Walsh", "Weber", "Yilmaz",
    "Zhang",
];

/// An office.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site {
    pub(crate) index: u32,
    pub(crate) city: &'static City,
    /// How many people share one access point's air.
    pub(crate) access_points: u32,
    /// Capacity of the line to the provider, in kbit/s, the same both ways.
    pub(crate) uplink_kbps: f64,
}

impl Site {
    /// The public address that everybody in the office shares: RFC 5737's first documentation
    /// network.
    pub(crate) fn egress(&self) -> Ipv4Addr {
        Ipv4Addr::new(192, 0, 2, octet(1 + self.index))
    }
}

/// How many providers a region has.
const ISPS: u32 = 3;

/// Where somebody is on a day, as far as the network knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// At a desk.
    OfficeWired { site: u32 },
    /// In an office, within reach of an access point.
    OfficeWifi { site: u32, access_point: u32 },
    /// At home, straight into the internet. `household` is shared by those who live together.
    Home { household: u32, wired: bool },
    /// At home, through the company's VPN, whose way out is a site's.
    Vpn { household: u32, wired: bool, site: u32 },
    /// On the way, over a cellular network.
    Cellular,
    /// Somewhere outside of the company.
    Outside { wired: bool },
}

impl Place {
    /// The office through whose line packets leave, if it is one.
    pub(crate) const fn way_out(self) -> Option<u32> {
        match self {
            Self::OfficeWired { site } | Self::OfficeWifi { site, .. } | Self::Vpn { site, .. } => {
                Some(site)
            }
            Self::Home { .. } | Self::Cellular | Self::Outside { .. } => None,
        }
    }
}

/// What somebody uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Device {
    pub(crate) kind: DeviceKind,
    /// Processing power; 1 does a video call with the processor a third busy.
    pub(crate) power: f64,
    pub(crate) version: &'static str,
    pub(crate) headset: &'static str,
    draw: Draw,
}

/// The sort of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceKind {
    Windows,
    Mac,
    Iphone,
    Android,
    Web,
}

impl DeviceKind {
    /// True for what is carried in a hand.
    pub(crate) const fn is_phone(self) -> bool {
        matches!(self, Self::Iphone | Self::Android)
    }

    /// The member `device`.
    pub(crate) const fn device(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Mac => "Mac",
            Self::Iphone => "iOS",
            Self::Android => "Android",
            Self::Web => "Web Browser",
        }
    }

    /// The members `os` and `os_version`.
    pub(crate) const fn os(self) -> (&'static str, &'static str) {
        match self {
            Self::Windows => ("Windows", "11 26100"),
            Self::Mac => ("Mac", "15.6"),
            Self::Iphone => ("iOS", "18.6"),
            Self::Android => ("Android", "15"),
            Self::Web => ("Windows", "10"),
        }
    }

    /// The members `browser_name` and `browser_version`.
    pub(crate) const fn browser(self) -> (&'static str, &'static str) {
        match self {
            Self::Web => ("Chrome", "142"),
            _ => ("", ""),
        }
    }

    /// The members `client` and `device_name`.
    pub(crate) const fn client(self) -> (&'static str, &'static str) {
        match self {
            Self::Windows | Self::Mac => ("Zoom Workplace", ""),
            Self::Iphone => ("Zoom Workplace", "iPhone 15"),
            Self::Android => ("Zoom Workplace", "Pixel 9"),
            Self::Web => ("Web Client", ""),
        }
    }

    /// The member `camera`.
    pub(crate) const fn camera(self) -> &'static str {
        match self {
            Self::Windows | Self::Web => "Integrated Camera",
            Self::Mac => "FaceTime HD Camera",
            Self::Iphone | Self::Android => "Front Camera",
        }
    }
}

impl Device {
    /// The hardware address, in Zoom's three groups of four.
    pub(crate) fn mac_address(&self) -> String {
        let [first, second, third, ..] = self.draw.of(Purpose::Address).bits().to_be_bytes();
        let [fourth, fifth, sixth, ..] = self.draw.of(Purpose::Device).bits().to_be_bytes();
        // A locally administered unicast address.
        let first = (first & 0xfc) | 2;
        format!("{first:02x}{second:02x}-{third:02x}{fourth:02x}-{fifth:02x}{sixth:02x}")
    }

    /// The id of the disk.
    pub(crate) fn disk(&self) -> String {
        format!("{:016X}", self.draw.of(Purpose::Device).bits())
    }
}

/// Somebody in a meeting: a user of the account, or a guest of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// The user with this index.
    Person(u32),
    /// The guest of a series with this index.
    Guest { series: u32, place: u32 },
}

/// The company that a seed and a head count make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Company {
    root: Draw,
    people: u32,
    ids: Ids,
}

impl Company {
    pub(crate) const fn new(seed: u64, people: u32) -> Self {
        let root = Draw::new(seed);
        Self { root, people, ids: Ids::new(root) }
    }

    pub(crate) const fn root(&self) -> Draw {
        self.root
    }

    pub(crate) const fn ids(&self) -> Ids {
        self.ids
    }

    pub(crate) const fn people(&self) -> u32 {
        self.people
    }

    pub(crate) const fn teams(&self) -> u32 {
        self.people.div_ceil(TEAM_SIZE)
    }

    /// One office for fifty people, at least two; not more than the documentation network has
    /// addresses.
    pub(crate) fn sites(&self) -> u32 {
        (self.people / 50).clamp(2, 240)
    }

    pub(crate) fn site(&self, index: u32) -> Site {
        let draw = self.root.of(Purpose::Site).at(index.into());
        let people = self.people / self.sites();
        let count = u32::try_from(CITIES.len()).expect("a short table");
        Site {
            index,
            city: &CITIES[(index % count) as usize],
            access_points: people.div_ceil(15).max(1),
            // One to two megabit/s for each person.
            uplink_kbps: f64::from(people.max(10)) * draw.between(1_000.0, 2_000.0),
        }
    }

    /// The office of a person: mostly the team's.
    pub(crate) fn site_of(&self, person: u32) -> u32 {
        let draw = self.root.of(Purpose::City).at(person.into());
        let team = if draw.chance(0.8) {
            self.root.of(Purpose::Team).at((person / TEAM_SIZE).into())
        } else {
            draw.of(Purpose::Site)
        };
        team.below(self.sites())
    }

    /// The provider of an office: one of its region's.
    pub(crate) fn isp_of_site(&self, site: u32) -> u32 {
        let draw = self.root.of(Purpose::Isp).at(site.into());
        Self::isp(self.site(site).city.region, draw)
    }

    /// One of a region's providers.
    pub(crate) const fn isp(region: Region, draw: Draw) -> u32 {
        region as u32 * ISPS + draw.below(ISPS)
    }

    /// The autonomous system of a provider: RFC 5398's numbers for documentation.
    pub(crate) fn isp_name(isp: u32) -> String {
        format!("AS{}", 64_496 + isp)
    }

    pub(crate) fn city_of(&self, who: Who) -> &'static City {
        match who {
            Who::Person(person) => self.site(self.site_of(person)).city,
            Who::Guest { .. } => self.draw(who).of(Purpose::City).pick(CITIES),
        }
    }

    /// Where everything about somebody is drawn.
    pub(crate) const fn draw(&self, who: Who) -> Draw {
        match who {
            Who::Person(person) => self.root.of(Purpose::Name).at(person as u64),
            Who::Guest { series, place } => {
                self.root.of(Purpose::Guest).at(series as u64).at(place as u64)
            }
        }
    }

    pub(crate) fn name(&self, who: Who) -> String {
        let (first, last) = self.names(who);
        format!("{first} {last}")
    }

    fn names(&self, who: Who) -> (&'static str, &'static str) {
        let draw = self.draw(who);
        (*draw.at(0).pick(FIRST_NAMES), *draw.at(1).pick(LAST_NAMES))
    }

    /// The address of a person; empty for a guest, as Zoom gives it.
    pub(crate) fn email(&self, who: Who) -> String {
        match who {
            Who::Person(person) => {
                let (first, last) = self.names(who);
                let name = format!("{first}.{last}{person}@example.com").to_lowercase();
                name.replace('ë', "e")
            }
            Who::Guest { .. } => String::new(),
        }
    }

    /// The department, by its index.
    pub(crate) fn department_of(&self, person: u32) -> u32 {
        let team = u64::from(person / TEAM_SIZE);
        let count = u32::try_from(DEPARTMENTS.len()).expect("a short table");
        self.root.of(Purpose::Department).at(team).below(count)
    }

    /// The department with this index.
    pub(crate) fn department(index: u32) -> &'static str {
        DEPARTMENTS[index as usize]
    }

    /// The licence, as the API spells it.
    pub(crate) fn licence(&self, person: u32) -> &'static str {
        if self.draw(Who::Person(person)).of(Purpose::Account).chance(0.85) {
            "Licensed"
        } else {
            "Basic"
        }
    }

    pub(crate) fn device(&self, who: Who) -> Device {
        let draw = self.draw(who).of(Purpose::Device);
        let guest = matches!(who, Who::Guest { .. });
        let kind = match draw.at(0).below(100) {
            0..15 if guest => DeviceKind::Web,
            0..52 => DeviceKind::Windows,
            52..87 => DeviceKind::Mac,
            87..95 => DeviceKind::Iphone,
            _ => DeviceKind::Android,
        };
        let power = match kind {
            DeviceKind::Windows | DeviceKind::Web => draw.at(1).between(0.6, 1.6),
            DeviceKind::Mac => draw.at(1).between(1.2, 2.4),
            DeviceKind::Iphone | DeviceKind::Android => draw.at(1).between(0.9, 1.4),
        };
        let version = match draw.of(Purpose::Client).below(10) {
            0..6 => "6.6.5.22334",
            6..9 => "6.5.12.20155",
            _ => "6.2.7.49583",
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
        Device { kind, power, version, headset, draw }
    }

    /// The name of the computer; phones and browsers tell none.
    pub(crate) fn computer_name(&self, who: Who) -> String {
        let kind = self.device(who).kind;
        match who {
            Who::Person(person) if matches!(kind, DeviceKind::Windows | DeviceKind::Mac) => {
                format!("{}-{person:06}", self.city_of(who).code)
            }
            _ => String::new(),
        }
    }

    /// Where somebody spends a day.
    pub(crate) fn place(&self, who: Who, day: u32) -> Place {
        let draw = self.draw(who);
        let today = draw.of(Purpose::Place).at(day.into());
        let phone = self.device(who).kind.is_phone();
        let Who::Person(person) = who else {
            let wired = !phone && draw.of(Purpose::Network).chance(0.3);
            return Place::Outside { wired };
        };
        // Six in ten people come to the office, three sometimes, one never.
        let at_home = match draw.of(Purpose::Home).below(10) {
            0..6 => today.chance(0.1),
            6..9 => today.chance(0.5),
            _ => true,
        };
        let site = self.site_of(person);
        if phone && today.of(Purpose::Network).chance(0.3) {
            return Place::Cellular;
        }
        if at_home {
            let household = self.household(person);
            let wired = !phone && draw.of(Purpose::Household).chance(0.25);
            if draw.of(Purpose::Vpn).chance(0.2) {
                Place::Vpn { household, wired, site }
            } else {
                Place::Home { household, wired }
            }
        } else if !phone && draw.of(Purpose::Network).chance(0.35) {
            Place::OfficeWired { site }
        } else {
            let count = self.site(site).access_points;
            Place::OfficeWifi { site, access_point: today.of(Purpose::AccessPoint).below(count) }
        }
    }

    /// Few live together: neighbours by index, then under the even index.
    fn household(&self, person: u32) -> u32 {
        let pair = person / 2;
        let together = self.root.of(Purpose::Household).at(pair.into()).chance(0.06);
        if together { pair * 2 } else { person }
    }

    /// The public and the private address.
    pub(crate) fn addresses(&self, who: Who, place: Place) -> (Ipv4Addr, Ipv4Addr) {
        let host = match who {
            Who::Person(person) => person,
            Who::Guest { .. } => self.draw(who).of(Purpose::Address).below(250),
        };
        let inside_office = |site: u32, floor: u32| {
            Ipv4Addr::new(10, octet(site), octet(floor + host / 200 % 100), octet(2 + host % 200))
        };
        let inside_home = |household: u32| {
            // What home routers come with: the same everywhere, so the networks overlap.
            let third = *self.root.of(Purpose::Home).at(household.into()).pick(&[0_u8, 1, 178]);
            Ipv4Addr::new(192, 168, third, octet(20 + host % 30))
        };
        // RFC 2544's benchmarking network stands for the providers of homes.
        let at_home = |household: u32| Ipv4Addr::from(0xc612_0000 + household);
        match place {
            Place::OfficeWired { site } => (self.site(site).egress(), inside_office(site, 0)),
            Place::OfficeWifi { site, .. } => (self.site(site).egress(), inside_office(site, 100)),
            Place::Home { household, .. } => (at_home(household), inside_home(household)),
            Place::Vpn { site, .. } => (self.site(site).egress(), inside_office(site, 150)),
            Place::Cellular => (
                Ipv4Addr::new(198, 51, 100, octet(1 + host % 16)),
                Ipv4Addr::from(0x6440_0000 + host),
            ),
            Place::Outside { .. } => (
                Ipv4Addr::new(203, 0, 113, octet(1 + host)),
                Ipv4Addr::new(192, 168, 1, octet(20 + host % 200)),
            ),
        }
    }
}

/// The last byte of a small number.
fn octet(number: u32) -> u8 {
    let [.., last] = number.to_be_bytes();
    last
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_shares_an_address_with_another_name() {
        let company = Company::new(1, 2_000);
        let emails: HashSet<String> =
            (0..2_000).map(|person| company.email(Who::Person(person))).collect();
        assert_eq!(emails.len(), 2_000);
        assert!(emails.iter().all(|email| email.is_ascii()));
    }

    #[test]
    fn people_are_in_offices_at_homes_and_on_the_way() {
        let company = Company::new(1, 2_000);
        let mut counts = [0_u32; 5];
        for person in 0..2_000 {
            counts[match company.place(Who::Person(person), 20_000) {
                Place::OfficeWired { .. } => 0,
                Place::OfficeWifi { .. } => 1,
                Place::Home { .. } => 2,
                Place::Vpn { .. } => 3,
                Place::Cellular | Place::Outside { .. } => 4,
            }] += 1;
        }
        assert!(counts.iter().all(|&count| count > 40), "{counts:?}");
    }

    #[test]
    fn home_networks_overlap_and_some_people_share_a_home() {
        let company = Company::new(1, 2_000);
        let homes: Vec<_> = (0..2_000)
            .map(|person| (Who::Person(person), company.place(Who::Person(person), 20_000)))
            .filter(|(_, place)| matches!(place, Place::Home { .. }))
            .map(|(who, place)| company.addresses(who, place))
            .collect();
        let public: HashSet<_> = homes.iter().map(|(public, _)| public).collect();
        let private: HashSet<_> = homes.iter().map(|(_, private)| private).collect();
        assert!(public.len() < homes.len(), "somebody shares a public address");
        assert!(private.len() < homes.len() / 2, "many share a private address");
    }

    proptest! {
        #[test]
        fn every_person_of_every_company_can_be_computed(
            seed: u64, people in PEOPLE, place: u64, day in 0_u32..40_000,
        ) {
            let company = Company::new(seed, people);
            let person = Draw::new(place).below(people);
            let who = Who::Person(person);
            prop_assert!(company.site_of(person) < company.sites());
            let place = company.place(who, day);
            let (public, private) = company.addresses(who, place);
            prop_assert!(!public.is_private() && !public.is_loopback());
            prop_assert!(private.is_private() || place == Place::Cellular);
            prop_assert!(company.email(who).ends_with("@example.com"));
        }
    }
}
