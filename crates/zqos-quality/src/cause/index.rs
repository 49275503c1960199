//! Joins in an order of their own, with who, where and through what, by number.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::record::{Casebook, Filed, Minute, SiteKind, Text};
use super::word::{Scope, ScopeKind};

/// From so many people on a place is one that people share, and can be the office of somebody.
///
/// **Source**: a choice of this project: more than share a home.
const SHARED_BY: usize = 5;

/// How a device is connected, as far as Zoom's `network_type` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Link {
    Wired,
    Wireless,
    Tunnel,
    Cellular,
    Untold,
}

impl Link {
    pub(super) const COUNT: usize = 5;

    /// **Source**: Zoom's `network_type` is `Wired`, `Wifi`, `PPP`, `Cellular` or `Others`; a tunnel
    /// looks like a dial-up line (`PPP`).
    fn of(network_type: Option<&str>) -> Self {
        let name = network_type.unwrap_or_default().to_ascii_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if is(&["wifi", "wi-fi", "wlan", "wireless"]) {
            Self::Wireless
        } else if is(&["ppp", "vpn", "tunnel"]) {
            Self::Tunnel
        } else if is(&["cell", "mobile", "lte", "3g", "4g", "5g"]) {
            Self::Cellular
        } else if is(&["wired", "ethernet", "lan"]) {
            Self::Wired
        } else {
            Self::Untold
        }
    }
}

/// One join.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) meeting: Text,
    pub(super) user: Text,
    pub(super) person: Option<Text>,
    /// A number for the person; for who is not known, one of the join's own.
    pub(super) who: u32,
    /// Where: a place among [`Index::places`].
    pub(super) place: Option<u32>,
    /// Where the meeting's host is at home.
    pub(super) host_place: Option<u32>,
    pub(super) link: Link,
    pub(super) isp: Option<Text>,
    /// `None` also for a call from peer to peer, which no data centre serves.
    pub(super) data_center: Option<Text>,
    pub(super) is_peer_to_peer: bool,
    /// Whether packets go by TCP; `None` where nobody tells.
    pub(super) is_tcp: Option<bool>,
    /// True where all of them do: what is lost is sent again until it arrives.
    pub(super) hides_losses: bool,
    pub(super) version: Option<Text>,
    /// The sort of device, and its operating system.
    pub(super) device: [Option<Text>; 2],
    pub(super) minutes: Arc<Vec<Minute>>,
}

impl Entry {
    /// Which scope of a kind the join is in.
    pub(super) fn key(&self, kind: ScopeKind) -> Option<u32> {
        match kind {
            ScopeKind::Site => self.place,
            ScopeKind::AccessNetwork => self.place.filter(|_| self.link == Link::Wireless),
            ScopeKind::Isp => self.isp,
            ScopeKind::DataCenter => self.data_center,
            ScopeKind::Person => self.person,
            ScopeKind::Meeting => Some(self.meeting),
            ScopeKind::Version => self.version,
            ScopeKind::Vpn => self.place.filter(|_| self.link == Link::Tunnel),
            ScopeKind::Account => Some(0),
        }
    }
}

/// A place.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) kind: Option<SiteKind>,
    /// How many people were there.
    pub(super) people: usize,
}

impl Place {
    /// True for a place that people share.
    pub(super) fn is_shared(&self) -> bool {
        self.kind != Some(SiteKind::Home) && self.people >= SHARED_BY
    }
}

/// All joins, sorted, so that nothing depends on the order in which they came.
#[derive(Debug)]
pub(super) struct Index<'c> {
    pub(super) texts: Vec<&'c str>,
    pub(super) joins: Vec<Entry>,
    pub(super) places: Vec<Place>,
}

/// What tells a place: a site of the site map before a public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PlaceKey {
    Site(Text, SiteKind),
    Egress(Text),
}

impl PlaceKey {
    fn of(filed: &Filed) -> Option<Self> {
        let site = filed.site.map(|(name, kind)| Self::Site(name, kind));
        site.or(filed.egress.map(Self::Egress))
    }
}

/// The most frequent; the least of several.
fn most_frequent<T: Ord + Copy>(all: impl IntoIterator<Item = T>) -> Option<T> {
    let mut counts = BTreeMap::<T, u32>::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(one, _)| one)
}

impl<'c> Index<'c> {
    pub(super) fn new(casebook: &'c Casebook) -> Self {
        let (texts, places_of_texts) = casebook.texts();
        let mut filed: Vec<Filed> = casebook
            .joins
            .iter()
            .map(|filed| filed.renumbered(|text| places_of_texts[text as usize]))
            .collect();
        filed.sort_unstable();

        let mut who_of_person = BTreeMap::new();
        let mut people = 0;
        let whos: Vec<u32> = filed
            .iter()
            .map(|filed| {
                let mut next = || {
                    people += 1;
                    people - 1
                };
                match filed.person {
                    Some(person) => *who_of_person.entry(person).or_insert_with(next),
                    None => next(),
                }
            })
            .collect();

        let mut at_place = BTreeMap::<PlaceKey, Vec<usize>>::new();
        for (place, filed) in filed.iter().enumerate() {
            if let Some(key) = PlaceKey::of(filed) {
                at_place.entry(key).or_default().push(place);
            }
        }
        let mut place_of = BTreeMap::new();
        let mut places = Vec::new();
        for ((key, joins), number) in at_place.iter().zip(0u32..) {
            place_of.insert(*key, number);
            let mut there: Vec<u32> = joins.iter().map(|join| whos[*join]).collect();
            there.sort_unstable();
            there.dedup();
            let (name, kind) = match *key {
                PlaceKey::Site(name, kind) => (texts[name as usize].to_owned(), Some(kind)),
                PlaceKey::Egress(egress) => {
                    let egress = texts[egress as usize];
                    let location =
                        most_frequent(joins.iter().filter_map(|join| filed[*join].location));
                    let name = location.map_or_else(
                        || egress.to_owned(),
                        |location| format!("{}, {egress}", texts[location as usize]),
                    );
                    (name, None)
                }
            };
            places.push(Place { name, kind, people: there.len() });
        }

        let place_of_join =
            |filed: &Filed| PlaceKey::of(filed).and_then(|key| place_of.get(&key).copied());
        let mut visited = BTreeMap::<Text, Vec<u32>>::new();
        for filed in &filed {
            if let Some((person, place)) = filed.person.zip(place_of_join(filed))
                && places[place as usize].is_shared()
            {
                visited.entry(person).or_default().push(place);
            }
        }
        let homes: BTreeMap<Text, u32> = visited
            .into_iter()
            .filter_map(|(person, places)| Some((person, most_frequent(places)?)))
            .collect();

        let joins = filed.into_iter().zip(whos).map(|(filed, who)| {
            let text = |text: Option<Text>| text.map(|text| texts[text as usize]);
            let transports = filed.connection_types.iter().filter_map(|name| text(*name));
            let transports: Vec<String> = transports.map(str::to_ascii_uppercase).collect();
            let is_peer_to_peer = transports.iter().any(|name| name == "P2P");
            let is_tcp = |name: &String| name.contains("TCP");
            let link = match filed.site {
                Some((_, SiteKind::Vpn)) => Link::Tunnel,
                _ => Link::of(text(filed.network_type)),
            };
            Entry {
                meeting: filed.meeting,
                user: filed.user,
                person: filed.person,
                who,
                place: place_of_join(&filed),
                host_place: filed.host.and_then(|host| homes.get(&host).copied()),
                link,
                isp: filed.isp,
                data_center: filed.data_center.filter(|_| !is_peer_to_peer),
                is_peer_to_peer,
                is_tcp: (!transports.is_empty() && !is_peer_to_peer)
                    .then(|| transports.iter().any(is_tcp)),
                hides_losses: !transports.is_empty() && transports.iter().all(is_tcp),
                version: filed.version,
                device: [filed.device, filed.os],
                minutes: filed.minutes,
            }
        });
        Self { joins: joins.collect(), texts, places }
    }

    /// True for a join from a place that people share.
    pub(super) fn is_at_shared_place(&self, join: &Entry) -> bool {
        join.place.is_some_and(|place| self.places[place as usize].is_shared())
    }

    /// The scope that [`Entry::key`] tells.
    pub(super) fn scope(&self, kind: ScopeKind, key: u32) -> Scope {
        let name = match kind {
            ScopeKind::Site | ScopeKind::AccessNetwork | ScopeKind::Vpn => {
                self.places.get(key as usize).map(|place| place.name.clone())
            }
            ScopeKind::Account => Some("account".to_owned()),
            _ => self.texts.get(key as usize).map(|text| (*text).to_owned()),
        };
        Scope { kind, name: name.unwrap_or_default() }
    }
}
