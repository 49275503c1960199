//! Of how many joins the site is known, and which networks the site map lacks.

use serde::Serialize;
use utoipa::ToSchema;
use zqos_context::MissingNetworks;

/// Of how many joins the site is known.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Sites {
    /// Joins of which the site is known.
    pub known: u32,
    /// The others.
    pub unknown: u32,
    /// Where all joins that were looked at are by the site map; `None` without one.
    pub map: Option<Mapped>,
}

/// Where joins are, by the site map.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mapped {
    /// At a site.
    pub at_a_site: u64,
    /// Behind a network of several sites, of which nothing tells at which.
    pub at_one_of_several: u64,
    /// From private addresses, by which nobody is found.
    pub private: u64,
    /// From addresses that are masked.
    pub masked: u64,
    /// Without an address.
    pub without_address: u64,
    /// From networks that no site has.
    pub elsewhere: u64,
    /// Networks that no site has, homes among them; those of the most joins.
    pub missing_networks: Vec<Network>,
}

/// A network that the site map lacks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Network {
    /// The network, /24 or /48 wide.
    pub network: String,
    /// How many joins came from it.
    pub joins: u64,
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
