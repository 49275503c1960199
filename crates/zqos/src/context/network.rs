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

/// Two networks that have addresses in common.
pub(super) fn overlap(one: &[IpNet], other: &[IpNet]) -> Option<(IpNet, IpNet)> {
    let mut pairs = one.iter().flat_map(|one| other.iter().map(move |other| (*one, *other)));
    pairs.find(|(one, other)| one.contains(other) || other.contains(one))
}
