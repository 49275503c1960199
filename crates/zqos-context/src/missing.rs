//! Which networks a site map lacks: those that people were seen in, and no site has.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::network::around;
use crate::site::Place;

/// How many joins were where, as far as a site map tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct MissingNetworks {
    /// Joins at a site.
    pub at_a_site: u64,
    /// Joins behind a network of several sites, of which nothing tells at which.
    pub at_one_of_several: u64,
    /// Joins from private addresses, by which nobody is found.
    pub private: u64,
    /// Joins from addresses that are masked.
    pub masked: u64,
    /// Joins without an address.
    pub unknown: u64,
    elsewhere: BTreeMap<IpNet, u64>,
}

impl MissingNetworks {
    /// Counts a join.
    pub fn add(&mut self, place: Place<'_>) {
        let joins = match place {
            Place::At(_) => &mut self.at_a_site,
            Place::AtOneOfSeveral => &mut self.at_one_of_several,
            Place::Elsewhere(address) => self.elsewhere.entry(around(address)).or_default(),
            Place::Private => &mut self.private,
            Place::Masked => &mut self.masked,
            Place::Unknown => &mut self.unknown,
        };
        *joins += 1;
    }

    /// The networks that no site has, /24 or /48 wide, and how many joins came from each; the most
    /// first. Homes are among them.
    pub fn networks(&self) -> Vec<(IpNet, u64)> {
        let mut networks: Vec<(IpNet, u64)> =
            self.elsewhere.iter().map(|(network, joins)| (*network, *joins)).collect();
        networks.sort_by_key(|(network, joins)| (Reverse(*joins), *network));
        networks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::SiteMap;

    #[test]
    fn joins_are_counted_by_the_network_that_is_missing() {
        let map = SiteMap::default();
        let mut missing = MissingNetworks::default();
        for public in [
            Some("198.51.100.7"),
            Some("203.0.113.7"),
            Some("203.0.113.99"),
            Some("2001:db8:1:2::7"),
            Some("192.168.1.2"),
            Some("31.44.*.*"),
            Some("?"),
            None,
        ] {
            missing.add(map.place(public, &[]));
        }
        let networks: Vec<String> = missing
            .networks()
            .iter()
            .map(|(network, joins)| format!("{network} {joins}"))
            .collect();
        assert_eq!(networks, ["203.0.113.0/24 2", "198.51.100.0/24 1", "2001:db8:1::/48 1"]);
        assert_eq!((missing.private, missing.masked, missing.unknown), (1, 1, 2));
        assert_eq!((missing.at_a_site, missing.at_one_of_several), (0, 0));
    }
}
