//! Networks of addresses, as people write them.

use std::net::IpAddr;

use ipnet::IpNet;

/// A network; an address alone is one too.
///
/// **Errors**: says what is no network.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| address())
        .map(|network| network.trunc())
        .map_err(|_| format!("`{text}` is no network such as `198.51.100.0/24`"))
}

/// An address as Zoom tells it; `None` for one that is masked, and for what is none. One of version 4
/// that is written as one of version 6 is the same.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// Whether an address is masked in part, as Zoom does for the sake of privacy.
pub(super) fn is_masked(text: &str) -> bool {
    text.contains('*')
}

/// Whether an address is of no use on the internet: of a private network, of a provider's own (RFC
/// 6598), of one link or of the machine itself.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || matches!(address.octets(), [100, 64..128, ..])
        }
        IpAddr::V6(address) => {
            address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_loopback()
                || address.is_unspecified()
        }
    }
}

/// The network around an address that one site is likely to have: /24, or /48 of version 6.
///
/// **Source**: a choice of this project: the longest prefixes that are commonly routed on the internet.
pub(super) fn around(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, length).unwrap_or(IpNet::from(address)).trunc()
}

/// Two networks that have addresses in common.
pub(super) fn overlap(one: &[IpNet], other: &[IpNet]) -> Option<(IpNet, IpNet)> {
    let mut pairs = one.iter().flat_map(|one| other.iter().map(move |other| (*one, *other)));
    pairs.find(|(one, other)| one.contains(other) || other.contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_without_their_host_part() {
        for (text, expected) in [
            ("198.51.100.7", "198.51.100.7/32"),
            ("198.51.100.7/24", "198.51.100.0/24"),
            ("2001:db8::7", "2001:db8::7/128"),
            ("2001:db8:1:2::/48", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(text).map(|network| network.to_string()), Ok(expected.to_owned()));
        }
        for text in ["", "198.51.100.0/33", "198.51.100", "198.51.*.*", "-"] {
            assert_eq!(network(text).unwrap_err().lines().count(), 1, "{text}");
        }
    }

    #[test]
    fn private_addresses_are_known() {
        let private =
            ["10.0.0.1", "100.64.0.1", "100.127.9.9", "169.254.1.1", "fd00::1", "fe80::1", "::1"];
        let public = ["8.8.8.8", "100.128.0.1", "100.63.0.1", "172.32.0.1", "2001:db8::1"];
        assert!(private.into_iter().filter_map(address).all(is_private));
        assert!(!public.into_iter().filter_map(address).any(is_private));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
    }

    #[test]
    fn an_address_is_in_the_network_around_it() {
        for (text, expected) in
            [("198.51.100.7", "198.51.100.0/24"), ("2001:db8:1:2::7", "2001:db8:1::/48")]
        {
            assert_eq!(around(address(text).unwrap()).to_string(), expected);
        }
    }
}
