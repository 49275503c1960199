//! Of how many joins the site is known, and which networks the site map lacks.

use serde::Serialize;

use crate::context::missing::MissingNetworks;

/// Of how many joins the site is known.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sites {
    pub(super) known: u32,
    pub(super) unknown: u32,
    /// Where all joins that were looked at are by the site map; `None` without one.
    pub(super) map: Option<Mapped>,
}

/// Where joins are, by the site map.
#[derive(Debug, Serialize)]
pub(super) struct Mapped {
    pub(super) at_a_site: u64,
    pub(super) at_one_of_several: u64,
    pub(super) private: u64,
    pub(super) masked: u64,
    pub(super) without_address: u64,
    pub(super) elsewhere: u64,
    /// Networks that no site has, homes among them; those of the most joins.
    pub(super) missing_networks: Vec<Network>,
}

/// A network that the site map lacks.
#[derive(Debug, Serialize)]
pub(super) struct Network {
    pub(super) network: String,
    pub(super) joins: u64,
}

/// How many missing networks are told.
const MISSING: usize = 20;

impl Mapped {
    pub(super) fn of(missing: &MissingNetworks) -> Self {
        let networks = missing.networks();
        Self {
            at_a_site: missing.at_a_site,
            at_one_of_several: missing.at_one_of_several,
            private: missing.private,
            masked: missing.masked,
            without_address: missing.unknown,
            elsewhere: networks.iter().map(|(_, joins)| joins).sum(),
            missing_networks: networks
                .into_iter()
                .take(MISSING)
                .map(|(network, joins)| Network { network: network.to_string(), joins })
                .collect(),
        }
    }
}
