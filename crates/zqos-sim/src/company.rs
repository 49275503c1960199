//! The company: sites, rooms, people and guests, all computed from the seed and an index.

mod device;

use std::net::Ipv4Addr;

pub(crate) use crate::company::device::{Device, DeviceKind, LoadScale, Oddity, Version};
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
    /// As the API writes places: the city, and the code of the country in brackets.
    pub(crate) location: &'static str,
    /// The name of the country.
    country: &'static str,
    /// What computers of this place are called.
    code: &'static str,
    pub(crate) region: Region,
    /// Minutes ahead of UTC, in winter; clocks are not put forward here.
    pub(crate) utc_offset_minutes: i32,
}

const fn city(
    location: &'static str,
    country: &'static str,
    code: &'static str,
    region: Region,
    utc_offset_minutes: i32,
) -> City {
    City { location, country, code, region, utc_offset_minutes }
}

const CITIES: &[City] = &[
    city("Berlin (DE)", "Germany", "BER", Region::Europe, 60),
    city("San Jose (US)", "United States", "SJC", Region::UsWest, -480),
    city("London (GB)", "United Kingdom", "LON", Region::Europe, 0),
    city("New York (US)", "United States", "NYC", Region::UsEast, -300),
    city("Singapore (SG)", "Singapore", "SIN", Region::Asia, 480),
    city("Paris (FR)", "France", "PAR", Region::Europe, 60),
    city("Bengaluru (IN)", "India", "BLR", Region::Asia, 330),
    city("Toronto (CA)", "Canada", "YYZ", Region::UsEast, -300),
    city("Dublin (IE)", "Ireland", "DUB", Region::Europe, 0),
    city("Denver (US)", "United States", "DEN", Region::UsWest, -420),
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

/// The first public address of a home: RFC 2544's benchmarking network stands for the providers of
/// homes.
const HOMES: u32 = 0xc612_0000;

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

/// Somebody in a meeting: a user of the account, a guest of a series, or all who sit in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// The user with this index.
    Person(u32),
    /// The guest of a series with this index.
    Guest { series: u32, place: u32 },
    /// A room of an office.
    Room { site: u32, room: u32 },
}

impl Who {
    /// True for people from outside of the account.
    pub(crate) const fn is_external(self) -> bool {
        matches!(self, Self::Guest { .. })
    }
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

    /// The provider of a household: one of its region's.
    pub(crate) fn isp_of_household(&self, household: u32) -> u32 {
        let home = self.root.of(Purpose::Household).at(household.into());
        Self::isp(self.city_of(Who::Person(household)).region, home.of(Purpose::Isp))
    }

    /// The provider of an office's or a home's public address; `None` for any other address.
    pub(crate) fn isp_at(&self, address: Ipv4Addr) -> Option<u32> {
        let site = (0..self.sites()).find(|&index| self.site(index).egress() == address);
        let home = || {
            let household = address.to_bits().checked_sub(HOMES)?;
            (household < self.people).then(|| self.isp_of_household(household))
        };
        site.map(|index| self.isp_of_site(index)).or_else(home)
    }

    /// One of a region's providers.
    pub(crate) const fn isp(region: Region, draw: Draw) -> u32 {
        region as u32 * ISPS + draw.below(ISPS)
    }

    /// The autonomous system of a provider: RFC 5398's numbers for documentation.
    pub(crate) fn isp_name(isp: u32) -> String {
        format!("AS{}", 64_496 + isp)
    }

    /// How many rooms each office has: one for twenty-five people.
    pub(crate) fn rooms(&self) -> u32 {
        (self.people / self.sites()).div_ceil(25)
    }

    pub(crate) fn city_of(&self, who: Who) -> &'static City {
        match who {
            Who::Person(person) => self.site(self.site_of(person)).city,
            Who::Guest { .. } => self.draw(who).of(Purpose::City).pick(CITIES),
            Who::Room { site, .. } => self.site(site).city,
        }
    }

    /// The member `location`.
    pub(crate) fn location(&self, who: Who) -> &'static str {
        let city = self.city_of(who);
        match self.device(who).oddity {
            Some(Oddity::CountryCode) => {
                let bracket = city.location.find('(').expect("every location has a country");
                &city.location[bracket..]
            }
            Some(Oddity::Country) => city.country,
            _ => city.location,
        }
    }

    /// Where everything about somebody is drawn.
    pub(crate) const fn draw(&self, who: Who) -> Draw {
        match who {
            Who::Person(person) => self.root.of(Purpose::Name).at(person as u64),
            Who::Guest { series, place } => {
                self.root.of(Purpose::Guest).at(series as u64).at(place as u64)
            }
            Who::Room { site, room } => self.root.of(Purpose::Room).at(site as u64).at(room as u64),
        }
    }

    /// The name that is shown: a number, for who is there by telephone.
    pub(crate) fn name(&self, who: Who) -> String {
        match who {
            Who::Room { site, room } => {
                format!("{} {} Room {}", self.city_of(who).code, site + 1, room + 1)
            }
            _ if self.device(who).kind == DeviceKind::Telephone => self.telephone(who),
            _ => {
                let (first, last) = self.names(who);
                format!("{first} {last}")
            }
        }
    }

    fn names(&self, who: Who) -> (&'static str, &'static str) {
        let draw = self.draw(who);
        (*draw.at(0).pick(FIRST_NAMES), *draw.at(1).pick(LAST_NAMES))
    }

    /// The telephone number, from those that North America keeps for fiction: 555-0100 to 555-0199
    /// of every area.
    pub(crate) fn telephone(&self, who: Who) -> String {
        let draw = self.draw(who).of(Purpose::Telephone);
        let area = *draw.pick(&[202, 212, 303, 415, 617]);
        format!("1{area}55501{:02}", draw.at(0).below(100))
    }

    /// The id of a user of the account, as which a Zoom Room counts too; blank for whoever is none.
    pub(crate) fn account_id(&self, who: Who) -> String {
        match who {
            Who::Person(person) => self.ids.account_user(person),
            Who::Room { site, room } if self.is_zoom_room(who) => self.ids.zoom_room(site, room),
            Who::Guest { .. } | Who::Room { .. } => String::new(),
        }
    }

    fn is_zoom_room(&self, who: Who) -> bool {
        self.device(who).kind == DeviceKind::ZoomRoom
    }

    /// The address of a person or a Zoom Room. Of guests Zoom tells only those who registered or
    /// were invited through a calendar: a third.
    pub(crate) fn email(&self, who: Who) -> String {
        let address = match who {
            Who::Person(person) => {
                let (first, last) = self.names(who);
                format!("{first}.{last}{person}@example.com")
            }
            Who::Room { site, room } if self.is_zoom_room(who) => {
                let code = self.city_of(who).code;
                format!("{code}-{}-room-{}@rooms.example.com", site + 1, room + 1)
            }
            Who::Guest { place, .. }
                if self.draw(who).of(Purpose::Account).chance(0.33)
                    && self.device(who).kind != DeviceKind::Telephone =>
            {
                let (first, last) = self.names(who);
                format!("{first}.{last}{place}@example.net")
            }
            Who::Guest { .. } | Who::Room { .. } => String::new(),
        };
        address.to_lowercase().replace('ë', "e")
    }

    /// The department, by its index.
    pub(crate) fn department_of(&self, person: u32) -> u32 {
        let team = u64::from(person / TEAM_SIZE);
        self.root.of(Purpose::Department).at(team).below(Self::departments().end)
    }

    /// The index of every department.
    pub(crate) fn departments() -> std::ops::Range<u32> {
        0..u32::try_from(DEPARTMENTS.len()).expect("a short table")
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
        match who {
            // Three in four, and of both sorts in any company that has several rooms.
            Who::Room { site, room } => Device::of_room(draw, (site + room) % 4 != 3),
            Who::Person(_) | Who::Guest { .. } => Device::of_somebody(draw, who.is_external()),
        }
    }

    /// The name of the computer; phones and browsers tell none.
    pub(crate) fn computer_name(&self, who: Who) -> String {
        let code = self.city_of(who).code;
        match who {
            Who::Person(person) if self.device(who).kind.is_computer() => {
                format!("{code}-{person:06}")
            }
            Who::Room { site, room } if self.is_zoom_room(who) => {
                format!("{code}-ROOM-{}-{}", site + 1, room + 1)
            }
            _ => String::new(),
        }
    }

    /// Where somebody spends a day.
    pub(crate) fn place(&self, who: Who, day: u32) -> Place {
        let draw = self.draw(who);
        let today = draw.of(Purpose::Place).at(day.into());
        let phone = self.device(who).kind.is_phone();
        let person = match who {
            Who::Person(person) => person,
            Who::Guest { .. } => {
                let wired = !phone && draw.of(Purpose::Network).chance(0.3);
                return Place::Outside { wired };
            }
            Who::Room { site, .. } => return Place::OfficeWired { site },
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

    /// Few live together: two to four neighbours by index, if they work in one place; then under
    /// the index of the first.
    fn household(&self, person: u32) -> u32 {
        let first = person / 4 * 4;
        let size = match self.root.of(Purpose::Household).at(first.into()).below(100) {
            0..9 => 2,
            9..13 => 3,
            13..15 => 4,
            _ => 1,
        };
        let together = person - first < size && self.site_of(person) == self.site_of(first);
        if together { first } else { person }
    }

    /// The public and the private address.
    pub(crate) fn addresses(&self, who: Who, place: Place) -> (Ipv4Addr, Ipv4Addr) {
        let host = match who {
            Who::Person(person) => person,
            Who::Guest { .. } => self.draw(who).of(Purpose::Address).below(250),
            Who::Room { room, .. } => room,
        };
        let inside_office = |site: u32, floor: u32| {
            Ipv4Addr::new(10, octet(site), octet(floor + host / 200 % 100), octet(2 + host % 200))
        };
        let inside_home = |household: u32| {
            // What home routers come with: the same everywhere, so the networks overlap.
            let third = *self.root.of(Purpose::Home).at(household.into()).pick(&[0_u8, 1, 178]);
            Ipv4Addr::new(192, 168, third, octet(20 + host % 30))
        };
        let at_home = |household: u32| Ipv4Addr::from(HOMES + household);
        match place {
            Place::OfficeWired { site } => {
                // Rooms have a network of their own.
                let floor = if matches!(who, Who::Room { .. }) { 250 } else { 0 };
                (self.site(site).egress(), inside_office(site, floor))
            }
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
    use std::collections::{HashMap, HashSet};

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
    fn home_networks_overlap_and_two_to_four_people_share_a_home() {
        let company = Company::new(1, 2_000);
        let (mut public, mut private) = (HashMap::<_, HashSet<_>>::new(), HashSet::new());
        for person in 0..2_000 {
            let household = company.household(person);
            let place = Place::Home { household, wired: false };
            let (outside, inside) = company.addresses(Who::Person(person), place);
            assert!(public.entry(outside).or_default().insert(inside), "one address each");
            private.insert(inside);
        }
        assert!(private.len() < 200, "many share a private address");
        for size in 1..=4 {
            let homes = public.values().filter(|home| home.len() == size).count();
            assert!(homes > 2, "{homes} homes of {size}");
        }
    }

    #[test]
    fn rooms_are_in_offices_and_zoom_rooms_are_users() {
        let company = Company::new(1, 2_000);
        let mut kinds = HashSet::new();
        for site in 0..company.sites() {
            for room in 0..company.rooms() {
                let who = Who::Room { site, room };
                let kind = company.device(who).kind;
                let is_zoom_room = kind == DeviceKind::ZoomRoom;
                assert_eq!(company.place(who, 20_000), Place::OfficeWired { site });
                assert_eq!(company.account_id(who).is_empty(), !is_zoom_room);
                assert_eq!(company.email(who).is_empty(), !is_zoom_room);
                kinds.insert(format!("{kind:?}"));
            }
        }
        assert_eq!(kinds.len(), 2);
    }

    #[test]
    fn guests_bring_everything_that_people_have_and_telephones() {
        let company = Company::new(1, 2_000);
        let guests = (0..2_000).map(|series| Who::Guest { series, place: 0 });
        let mut kinds = HashSet::new();
        let mut known = 0;
        for guest in guests {
            let kind = company.device(guest).kind;
            kinds.insert(format!("{kind:?}"));
            known += u32::from(!company.email(guest).is_empty());
            if kind == DeviceKind::Telephone {
                let number = company.name(guest);
                assert!(number.len() == 11 && number[4..].starts_with("55501"), "{number}");
                assert_eq!(company.email(guest), "");
            }
        }
        assert_eq!(kinds.len(), 8, "{kinds:?}");
        assert!((400..800).contains(&known), "{known}");
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
