//! Sites: named sets of networks.
//!
//! A file is CSV with the header `name,public_networks,internal_networks,kind`, where lists are
//! separated by `;`; or, if its name ends with `.toml`, TOML with a `[[site]]` of the same members for
//! each, where lists are arrays. A public address leads to the site whose network it is in. Of sites
//! that share a public network (a gateway of the whole company) the internal address tells which, and
//! by itself it tells nothing: everybody's home is 192.168.

use std::io::{self, Read};
use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;
use serde::Deserialize;
use toml::Spanned;

use crate::network::{address, is_masked, is_private, network, overlap};
use crate::rows::{FileError, Wrong, each_row, open};

const WHAT: &str = "the site map";
const HEADER: [&str; 4] = ["name", "public_networks", "internal_networks", "kind"];

/// The sites of an organisation.
#[derive(Debug, Default)]
pub struct SiteMap {
    sites: Vec<Site>,
}

/// A named set of networks.
#[derive(Debug)]
pub struct Site {
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: SiteKind,
    public: Vec<IpNet>,
    internal: Vec<IpNet>,
    line: u64,
}

/// What a site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteKind {
    /// Where people meet, behind one network.
    Office,
    /// Where traffic of people elsewhere leaves the organisation.
    Vpn,
    /// Homes.
    Home,
}

impl SiteKind {
    const ALL: [Self; 3] = [Self::Office, Self::Vpn, Self::Home];

    /// The name in files and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Vpn => "vpn",
            Self::Home => "home",
        }
    }

    fn of(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let kinds = Self::ALL.map(Self::as_str).join(", ");
            format!("`{word}` is no kind; there are {kinds}")
        })
    }
}

/// Where somebody with some addresses is, as far as a map tells.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// At a site.
    At(&'a Site),
    /// Behind the network of several sites, and no internal address tells at which.
    AtOneOfSeveral,
    /// Behind an address that no site has, in the internet.
    Elsewhere(IpAddr),
    /// The public address is a private one, by which nobody is found.
    Private,
    /// The public address is masked in part.
    Masked,
    /// There is no address, or what is there is none.
    Unknown,
}

impl SiteMap {
    /// Reads a file.
    ///
    /// **Errors**: the first thing that is wrong, with its line.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let file = open(WHAT, path)?;
        let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
        let (map, hint) = if is_toml {
            let members = HEADER.map(|member| format!("`{member}`")).join(", ");
            (Self::of_toml(file), format!("each site is a `[[site]]` with {members}"))
        } else {
            let header = HEADER.join(",");
            (
                Self::of_csv(file),
                format!("its first line is `{header}`; lists are separated by `;`"),
            )
        };
        map.map_err(|wrong| wrong.of_file(WHAT, path).hint(hint))
    }

    fn of_csv(input: impl Read) -> Result<Self, Wrong> {
        let networks = |list: &str| -> Result<Vec<IpNet>, String> {
            list.split(';').map(str::trim).filter(|one| !one.is_empty()).map(network).collect()
        };
        let mut map = Self::default();
        each_row(input, HEADER, |line, [name, public, internal, kind]| {
            let kind = SiteKind::of(kind)?;
            let (public, internal) = (networks(public)?, networks(internal)?);
            map.add(Site { name: name.to_owned(), kind, public, internal, line })
        })?;
        Ok(map)
    }

    fn of_toml(input: impl Read) -> Result<Self, Wrong> {
        let text = io::read_to_string(input)
            .map_err(|_| Wrong { line: 1, reason: "it is no text in UTF-8".to_owned() })?;
        let ends: Vec<usize> = text.match_indices('\n').map(|(end, _)| end).collect();
        let line_of = |place: usize| {
            let before = ends.partition_point(|end| *end < place);
            u64::try_from(before).map_or(u64::MAX, |before| before + 1)
        };
        let raw: RawMap = toml::from_str(&text).map_err(|error| Wrong {
            line: line_of(error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        })?;

        let line = |text: &Spanned<String>| line_of(text.span().start);
        let networks = |list: &[Spanned<String>]| -> Result<Vec<IpNet>, Wrong> {
            let network = |text: &Spanned<String>| {
                network(text.get_ref().trim()).map_err(|reason| Wrong { line: line(text), reason })
            };
            list.iter().map(network).collect()
        };
        let mut map = Self::default();
        for site in raw.site {
            let kind = SiteKind::of(site.kind.get_ref().trim())
                .map_err(|reason| Wrong { line: line(&site.kind), reason })?;
            let (public, internal) =
                (networks(&site.public_networks)?, networks(&site.internal_networks)?);
            let line = line(&site.name);
            let name = site.name.into_inner().trim().to_owned();
            map.add(Site { name, kind, public, internal, line })
                .map_err(|reason| Wrong { line, reason })?;
        }
        Ok(map)
    }

    fn add(&mut self, site: Site) -> Result<(), String> {
        if site.name.is_empty() {
            return Err("the site has no name".to_owned());
        }
        if site.public.is_empty() {
            return Err("the site has no public network, by which it is found".to_owned());
        }
        for other in &self.sites {
            if other.name == site.name {
                return Err(format!("line {} has a site `{}` already", other.line, site.name));
            }
            let Some((one, another)) = overlap(&site.public, &other.public) else { continue };
            if site.internal.is_empty() || other.internal.is_empty() {
                return Err(format!(
                    "{one} overlaps with {another} of `{}` in line {}, and no internal networks tell \
                     them apart",
                    other.name, other.line
                ));
            }
            if let Some((one, another)) = overlap(&site.internal, &other.internal) {
                return Err(format!(
                    "{one} overlaps with {another} of `{}` in line {}, behind the same public network",
                    other.name, other.line
                ));
            }
        }
        self.sites.push(site);
        Ok(())
    }
}

impl SiteMap {
    /// Where somebody is with these addresses, as Zoom tells them.
    pub fn place(&self, public: Option<&str>, internal: &[&str]) -> Place<'_> {
        let Some(text) = public else { return Place::Unknown };
        let Some(public) = address(text) else {
            return if is_masked(text) { Place::Masked } else { Place::Unknown };
        };
        let contains = |networks: &[IpNet], address: &IpAddr| {
            networks.iter().any(|network| network.contains(address))
        };
        let here: Vec<&Site> =
            self.sites.iter().filter(|site| contains(&site.public, &public)).collect();
        match here[..] {
            [] if is_private(public) => return Place::Private,
            [] => return Place::Elsewhere(public),
            [site] => return Place::At(site),
            _ => {}
        }
        let internal: Vec<IpAddr> = internal.iter().filter_map(|text| address(text)).collect();
        let has = |site: &&&Site| internal.iter().any(|address| contains(&site.internal, address));
        here.iter().find(has).map_or(Place::AtOneOfSeveral, |site| Place::At(site))
    }

    /// The site of somebody with these addresses. `None` where no site has the public address, and where
    /// several have it and none of the internal addresses tells which.
    pub fn site_of(&self, public: Option<&str>, internal: &[&str]) -> Option<&str> {
        match self.place(public, internal) {
            Place::At(site) => Some(&site.name),
            _ => None,
        }
    }

    /// The sites, in the order of the file.
    pub fn sites(&self) -> impl Iterator<Item = &Site> {
        self.sites.iter()
    }
}

/// A file in TOML.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMap {
    site: Vec<RawSite>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSite {
    name: Spanned<String>,
    public_networks: Vec<Spanned<String>>,
    #[serde(default)]
    internal_networks: Vec<Spanned<String>>,
    kind: Spanned<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(rows: &str) -> Result<SiteMap, Wrong> {
        SiteMap::of_csv(format!("{}\n{rows}", HEADER.join(",")).as_bytes())
    }

    const TOML: &str = r#"
[[site]]
name = "Berlin"
public_networks = ["198.51.100.0/24", "2001:db8::/32"]
kind = "office"

[[site]]
name = "Paris"
public_networks = [
    "203.0.113.7",
]
internal_networks = ["10.1.0.0/16"]
kind = "office"
"#;

    #[test]
    fn a_site_is_found_by_its_public_address_and_then_by_the_internal_one() {
        let map = map("Berlin,198.51.100.0/24;2001:db8::/32,,office\n\
                       Paris,203.0.113.7,10.1.0.0/16,office\n\
                       Lyon,203.0.113.0/29,10.2.0.0/16;10.3.0.0/16,office\n\
                       VPN,192.0.2.1/32,,vpn\n")
        .unwrap();
        for (public, internal, site) in [
            (Some("198.51.100.7"), None, Some("Berlin")),
            (Some("2001:db8::7"), Some("10.1.0.1"), Some("Berlin")),
            (Some("203.0.113.7"), Some("10.1.0.1"), Some("Paris")),
            (Some("203.0.113.7"), Some("10.3.9.9"), Some("Lyon")),
            (Some("203.0.113.7"), Some("10.9.9.9"), None),
            (Some("203.0.113.7"), Some("10.1.*.*"), None),
            (Some("203.0.113.2"), None, Some("Lyon")),
            (Some("8.8.8.8"), Some("10.1.0.1"), None),
            (Some("31.44.*.*"), None, None),
            (None, Some("10.1.0.1"), None),
        ] {
            let internal: Vec<&str> = internal.into_iter().collect();
            assert_eq!(map.site_of(public, &internal), site, "{public:?} {internal:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (rows, line, reason) in [
            ("Berlin,198.51.100.0/24,,office\nBerlin,192.0.2.0/24,,office", 3, "line 2 has a site"),
            ("Berlin,198.51.100.0/24,,factory", 2, "`factory` is no kind"),
            ("Berlin,198.51.100.0/33,,office", 2, "`198.51.100.0/33` is no network"),
            ("Berlin,,10.0.0.0/8,office", 2, "no public network"),
            ("Berlin,198.51.100.0/24,office", 2, "it has 3 fields"),
            ("\nA,198.51.100.0/24,,office\nB,198.51.100.128/25,,home", 4, "no internal networks"),
            (
                "A,192.0.2.1,10.0.0.0/8,vpn\nB,192.0.2.1,10.1.0.0/16,vpn",
                3,
                "behind the same public",
            ),
            (",192.0.2.1,,vpn", 2, "the site has no name"),
        ] {
            let wrong = map(rows).unwrap_err();
            assert_eq!(wrong.line, line, "{rows}: {}", wrong.reason);
            assert!(wrong.reason.contains(reason), "{rows}: {}", wrong.reason);
        }
    }

    #[test]
    fn a_map_in_toml_is_the_same() {
        let map = SiteMap::of_toml(TOML.as_bytes()).unwrap();
        assert_eq!(map.site_of(Some("2001:db8::7"), &[]), Some("Berlin"));
        assert_eq!(map.site_of(Some("203.0.113.7"), &["10.1.2.3"]), Some("Paris"));
        assert_eq!(map.sites.iter().map(|site| site.line).collect::<Vec<_>>(), [3, 8]);
    }

    #[test]
    fn what_is_wrong_in_toml_is_told_with_its_line() {
        for (old, new, line, reason) in [
            ("203.0.113.7", "203.0.113.777", 10, "`203.0.113.777` is no network"),
            ("203.0.113.7", "198.51.100.9", 8, "no internal networks tell them apart"),
            ("\"Paris\"", "\" Berlin\"", 8, "line 3 has a site `Berlin` already"),
            ("\"Paris\"", "\"\"", 8, "no name"),
            ("    \"203.0.113.7\",\n", "", 8, "no public network"),
            ("kind = \"office\"\n\n", "kind = \"factory\"\n\n", 5, "`factory` is no kind"),
            ("name = \"Berlin\"\n", "", 2, "missing field `name`"),
            ("internal_networks", "private_networks", 12, "unknown field `private_networks`"),
            ("[[site]]", "[[sites]]", 2, "unknown field `sites`"),
            ("kind = \"office\"\n\n", "kind = \"office\n\n", 5, ""),
        ] {
            let wrong = SiteMap::of_toml(TOML.replacen(old, new, 1).as_bytes()).unwrap_err();
            assert_eq!(wrong.line, line, "{new}: {}", wrong.reason);
            assert!(wrong.reason.contains(reason), "{new}: {}", wrong.reason);
        }
        assert_eq!(SiteMap::of_toml(&b"\xff"[..]).unwrap_err().line, 1);
        assert_eq!(SiteMap::of_toml(&b""[..]).unwrap_err().reason, "missing field `site`");
    }

    #[test]
    fn where_somebody_is_says_why_no_site_is_known() {
        let map = map("Paris,203.0.113.7,10.1.0.0/16,office\n\
                       Lyon,203.0.113.7,10.2.0.0/16,office\n\
                       VPN,192.0.2.1,,vpn\n")
        .unwrap();
        let place = |public: Option<&str>, internal: &str| match map.place(public, &[internal]) {
            Place::At(site) => format!("{} ({})", site.name, site.kind.as_str()),
            Place::Elsewhere(address) => address.to_string(),
            other => format!("{other:?}"),
        };
        for (public, internal, expected) in [
            (Some("192.0.2.1"), "", "VPN (vpn)"),
            (Some("203.0.113.7"), "10.2.9.9", "Lyon (office)"),
            (Some("203.0.113.7"), "10.2.*.*", "AtOneOfSeveral"),
            (Some("8.8.8.8"), "10.2.9.9", "8.8.8.8"),
            (Some("10.2.9.9"), "10.2.9.9", "Private"),
            (Some("31.44.*.*"), "", "Masked"),
            (Some("2001:db8:*"), "", "Masked"),
            (Some("nowhere"), "", "Unknown"),
            (Some(""), "", "Unknown"),
            (None, "10.2.9.9", "Unknown"),
        ] {
            assert_eq!(place(public, internal), expected, "{public:?} {internal}");
        }
    }

    #[test]
    fn an_address_of_version_4_is_the_same_in_version_6() {
        let map = map("Berlin,198.51.100.0/24,,office").unwrap();
        assert_eq!(map.site_of(Some("::ffff:198.51.100.7"), &[]), Some("Berlin"));
    }
}
