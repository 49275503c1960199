//! Sites: named sets of networks.
//!
//! A file is CSV with the header `name,public_networks,internal_networks,kind`; lists are separated by
//! `;`. A public address leads to the site whose network it is in. Of sites that share a public network
//! (a gateway of the whole company) the internal address tells which, and by itself it tells nothing:
//! everybody's home is 192.168.

use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;
use zqos_intake::Sites;

use crate::exit::UsageError;

const HEADER: [&str; 4] = ["name", "public_networks", "internal_networks", "kind"];
const KINDS: [&str; 3] = ["office", "vpn", "home"];

/// The sites of an organisation.
#[derive(Debug, Default)]
pub(crate) struct SiteMap {
    sites: Vec<Site>,
}

#[derive(Debug)]
struct Site {
    name: String,
    public: Vec<IpNet>,
    internal: Vec<IpNet>,
    line: u64,
}

impl SiteMap {
    /// Reads a file.
    ///
    /// **Errors**: the first thing that is wrong, with its line.
    pub(crate) fn read(path: &Path) -> Result<Self, UsageError> {
        let file = std::fs::File::open(path).map_err(|error| {
            UsageError::new(format!("the site map `{}` can't be read: {error}", path.display()))
        })?;
        Self::parse(file).map_err(|Wrong { line, reason }| {
            UsageError::new(format!("the site map `{}`, line {line}: {reason}", path.display()))
                .hint(format!(
                    "its first line is `{}`; lists are separated by `;`",
                    HEADER.join(",")
                ))
        })
    }

    fn parse(input: impl std::io::Read) -> Result<Self, Wrong> {
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(input);
        let mut map = Self::default();
        let mut has_header = false;
        let mut row = csv::StringRecord::new();
        loop {
            let line = rows.position().line();
            let wrong = |reason: String| Wrong { line, reason };
            match rows.read_record(&mut row) {
                Ok(true) => {}
                Ok(false) if has_header => return Ok(map),
                Ok(false) => return Err(wrong("it is empty".to_owned())),
                Err(error) => {
                    let line = error.position().map_or(line, csv::Position::line);
                    return Err(Wrong { line, reason: "it is no CSV in UTF-8".to_owned() });
                }
            }
            let line = row.position().map_or(line, csv::Position::line);
            let wrong = |reason: String| Wrong { line, reason };
            if !has_header {
                let first = row.get(0).map(|name| name.trim_start_matches('\u{feff}'));
                if !first.into_iter().chain(row.iter().skip(1)).eq(HEADER) {
                    return Err(wrong("the header is another".to_owned()));
                }
                has_header = true;
                continue;
            }
            let [name, public, internal, kind] = row.iter().collect::<Vec<_>>()[..] else {
                return Err(wrong(format!("it has {} fields, not 4", row.len())));
            };
            if name.is_empty() {
                return Err(wrong("the site has no name".to_owned()));
            }
            if !KINDS.contains(&kind) {
                return Err(wrong(format!("`{kind}` is no kind; there are {}", KINDS.join(", "))));
            }
            let site = Site {
                name: name.to_owned(),
                public: networks(public).map_err(wrong)?,
                internal: networks(internal).map_err(wrong)?,
                line,
            };
            if site.public.is_empty() {
                return Err(wrong(
                    "the site has no public network, by which it is found".to_owned(),
                ));
            }
            map.add(site).map_err(wrong)?;
        }
    }

    fn add(&mut self, site: Site) -> Result<(), String> {
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

impl Sites for SiteMap {
    /// `None` where no site has the public address, and where several have it and none of the internal
    /// addresses tells which.
    fn site_of(&self, public: Option<&str>, internal: &[&str]) -> Option<&str> {
        let contains = |networks: &[IpNet], address: &IpAddr| {
            networks.iter().any(|network| network.contains(address))
        };
        let public: IpAddr = public?.trim().parse().ok()?;
        let here: Vec<&Site> =
            self.sites.iter().filter(|site| contains(&site.public, &public)).collect();
        if let [site] = here[..] {
            return Some(&site.name);
        }
        let internal: Vec<IpAddr> =
            internal.iter().filter_map(|address| address.trim().parse().ok()).collect();
        let has = |site: &&&Site| internal.iter().any(|address| contains(&site.internal, address));
        here.iter().find(has).map(|site| &*site.name)
    }
}

/// What is wrong, and in which line.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    line: u64,
    reason: String,
}

/// The networks of a list; an address alone is a network too.
fn networks(list: &str) -> Result<Vec<IpNet>, String> {
    let network = |text: &str| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse::<IpNet>()
            .or_else(|_| address())
            .map(|network| network.trunc())
            .map_err(|_| format!("`{text}` is no network such as `198.51.100.0/24`"))
    };
    list.split(';').map(str::trim).filter(|text| !text.is_empty()).map(network).collect()
}

/// Two networks that have addresses in common.
fn overlap(one: &[IpNet], other: &[IpNet]) -> Option<(IpNet, IpNet)> {
    let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (*one, *other)));
    pairs.into_iter().find(|(one, other)| one.contains(other) || other.contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(rows: &str) -> Result<SiteMap, Wrong> {
        SiteMap::parse(format!("{}\n{rows}", HEADER.join(",")).as_bytes())
    }

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
        let wrong = SiteMap::parse("name,networks\n".as_bytes()).unwrap_err();
        assert_eq!((wrong.line, &*wrong.reason), (1, "the header is another"));
        assert_eq!(SiteMap::parse("".as_bytes()).unwrap_err().reason, "it is empty");
    }
}
