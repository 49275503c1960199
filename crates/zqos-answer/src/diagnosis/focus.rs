//! Which joins an answer is about.

use std::collections::BTreeMap;

use zqos_quality::cause::Incident;

use super::case::Attended;
use crate::question::{About, Who};

/// Which joins the answer is about.
pub(super) struct Focus<'a> {
    about: &'a About,
    pub(super) sites: BTreeMap<(&'a str, &'a str), &'a str>,
    /// Of joins whose site is not known: location and public address.
    places: BTreeMap<(&'a str, &'a str), [Option<&'a str>; 2]>,
    people: BTreeMap<(&'a str, &'a str), &'a str>,
}

impl<'a> Focus<'a> {
    pub(super) fn new<const ALL: bool>(about: &'a About, joins: &'a [Attended<ALL>]) -> Self {
        let key = |join: &'a Attended<ALL>| {
            (&*join.report.meeting_uuid, join.report.participant.id.as_str())
        };
        let sites = joins.iter().filter_map(|join| {
            Some((key(join), join.site.as_ref().map(|(name, _)| name.as_str())?))
        });
        let places = joins.iter().filter(|join| join.site.is_none()).map(|join| {
            let who = &join.report.participant;
            (key(join), [who.location.as_deref(), who.ip_address.as_deref()])
        });
        let people = joins.iter().filter_map(|join| Some((key(join), join.person.as_deref()?)));
        Self { about, sites: sites.collect(), places: places.collect(), people: people.collect() }
    }

    pub(super) fn has(&self, meeting: &str, user: &str) -> bool {
        let is = |who: &Who| self.people.get(&(meeting, user)).is_some_and(|key| *key == who.key);
        match self.about {
            About::Account | About::Cause(_) => true,
            About::Meeting { meeting: one, person } => {
                one.uuid.as_str() == meeting && person.as_ref().is_none_or(is)
            }
            About::Person(who) => is(who),
            About::Site(site) => {
                let (site, join) = (site.to_lowercase(), (meeting, user));
                match self.sites.get(&join) {
                    Some(name) => name.to_lowercase() == site,
                    None => self.places.get(&join).is_some_and(|place| is_called(*place, &site)),
                }
            }
        }
    }

    /// How many poor minutes of what the answer is about go with an incident.
    pub(super) fn poor_of(&self, incident: &Incident) -> u32 {
        let hurt = incident.participants.iter();
        hurt.filter(|hurt| self.has(&hurt.meeting_uuid, &hurt.user_id))
            .map(|hurt| hurt.poor_minutes)
            .sum()
    }

    pub(super) fn has_incident(&self, incident: &Incident) -> bool {
        let concerns =
            incident.participants.iter().any(|hurt| self.has(&hurt.meeting_uuid, &hurt.user_id));
        match self.about {
            About::Account => true,
            About::Cause(cause) => incident.cause == *cause || incident.candidates.contains(cause),
            _ => concerns,
        }
    }
}

/// Whether a location with a public address goes by a name, which is in lower case: that of either, or of both as an
/// incident tells them.
fn is_called([location, address]: [Option<&str>; 2], name: &str) -> bool {
    let (place, by_address) = match (name.rsplit_once(", "), address) {
        (Some((place, last)), Some(address)) if last == address => (place, true),
        _ => (name, address == Some(name)),
    };
    by_address || location.is_some_and(|location| location.to_lowercase() == place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_without_a_site_goes_by_location_and_address() {
        let place = [Some("Berlin (DE)"), Some("192.0.2.1")];
        for name in ["berlin (de)", "192.0.2.1", "berlin (de), 192.0.2.1", "prague (cz), 192.0.2.1"]
        {
            assert!(is_called(place, name), "{name}");
        }
        for name in ["berlin", "192.0.2.2", "berlin (de), 192.0.2.2", ""] {
            assert!(!is_called(place, name), "{name}");
        }
        assert!(!is_called([None, None], ""));
    }
}
