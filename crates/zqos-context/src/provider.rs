//! Internet providers: whose network a public address is in.
//!
//! A file is CSV with the header `network,asn,name`, as it can be made of any routing table; of
//! networks that contain each other the smallest counts.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

use ipnet::IpNet;

use crate::network::{address, network};
use crate::rows::{FileError, Wrong, each_row, open};

const WHAT: &str = "the ASN file";
const HEADER: [&str; 3] = ["network", "asn", "name"];

/// Who has which network.
#[derive(Debug, Default)]
pub struct Providers {
    /// With the line where each stands.
    by_network: HashMap<IpNet, (u64, Provider)>,
    /// The lengths of prefixes that there are.
    lengths: BTreeSet<u8>,
}

/// Who has a network.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// The number of the autonomous system.
    pub asn: u32,
    /// The name; `None` where the file has none.
    pub name: Option<String>,
}

impl Providers {
    /// Reads a file.
    ///
    /// **Errors**: the first thing that is wrong, with its line.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Self::of_csv(open(WHAT, path)?).map_err(|wrong| {
            let header = HEADER.join(",");
            wrong.of_file(WHAT, path).hint(format!("its first line is `{header}`"))
        })
    }

    fn of_csv(input: impl Read) -> Result<Self, Wrong> {
        let mut providers = Self::default();
        each_row(input, HEADER, |line, [of, asn, name]| {
            let network = network(of)?;
            let digits = asn.strip_prefix("AS").unwrap_or(asn);
            let asn = digits.parse().map_err(|_| {
                format!("`{asn}` is no number of an autonomous system such as `64496`")
            })?;
            let name = Some(name.to_owned()).filter(|name| !name.is_empty());
            providers.lengths.insert(network.prefix_len());
            match providers.by_network.insert(network, (line, Provider { asn, name })) {
                Some((other, _)) => Err(format!("line {other} has {network} already")),
                None => Ok(()),
            }
        })?;
        Ok(providers)
    }

    /// Who has the network of an address as Zoom tells it; `None` where the file has none, and for
    /// addresses that are masked.
    pub fn of(&self, public: &str) -> Option<&Provider> {
        let address = address(public)?;
        self.lengths.iter().rev().find_map(|length| {
            // There is none where the prefix is longer than the address.
            let network = IpNet::new(address, *length).ok()?.trunc();
            self.by_network.get(&network).map(|(_, provider)| provider)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn providers(rows: &str) -> Result<Providers, Wrong> {
        Providers::of_csv(format!("{}\n{rows}", HEADER.join(",")).as_bytes())
    }

    #[test]
    fn the_smallest_network_counts() {
        let providers = providers(
            "198.51.0.0/16,64496,Wide\n\
             198.51.100.0/24,AS64497,\n\
             198.51.100.7,64498,One\n\
             2001:db8::/32,64499,Six\n",
        )
        .unwrap();
        for (address, asn) in [
            ("198.51.1.1", Some(64_496)),
            ("198.51.100.8", Some(64_497)),
            (" 198.51.100.7", Some(64_498)),
            ("2001:db8:1::1", Some(64_499)),
            ("198.52.0.1", None),
            ("198.51.*.*", None),
            ("", None),
        ] {
            assert_eq!(providers.of(address).map(|provider| provider.asn), asn, "{address}");
        }
        assert_eq!(providers.of("198.51.100.8").unwrap().name, None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (rows, line, reason) in [
            (
                "198.51.100.0/33,64496,A",
                2,
                "`198.51.100.0/33` is no network such as `198.51.100.0/24`",
            ),
            (
                "198.51.100.0/24,ASx,A",
                2,
                "`ASx` is no number of an autonomous system such as `64496`",
            ),
            (
                "198.51.100.0/24,4294967296,A",
                2,
                "`4294967296` is no number of an autonomous system such as `64496`",
            ),
            ("198.51.100.0/24,64496", 2, "it has 2 fields, not 3"),
            ("198.51.100.0/24,1,A\n198.51.100.9/24,2,B", 3, "line 2 has 198.51.100.0/24 already"),
        ] {
            let expected = Wrong { line, reason: reason.to_owned() };
            assert_eq!(providers(rows).unwrap_err(), expected);
        }
    }

    proptest! {
        #[test]
        fn it_is_the_longest_prefix_of_all(
            networks in proptest::collection::btree_set((0u8..4, 0u8..=32), 0..20),
            address in 0u8..4,
        ) {
            let network = |(last, length): (u8, u8)| {
                IpNet::new([10, 0, 0, last].into(), length).unwrap().trunc()
            };
            let networks: BTreeSet<IpNet> = networks.into_iter().map(network).collect();
            let rows: Vec<String> = networks
                .iter()
                .map(|network| format!("{network},{},\n", network.prefix_len()))
                .collect();
            let address = format!("10.0.0.{address}");
            let longest = networks
                .iter()
                .filter(|network| network.contains(&address.parse::<std::net::IpAddr>().unwrap()))
                .map(|network| u32::from(network.prefix_len()))
                .max();
            prop_assert_eq!(providers(&rows.concat()).unwrap().of(&address).map(|one| one.asn), longest);
        }
    }
}
