//! Which joins an answer is about.

use std::collections::BTreeMap;

use zqos_quality::cause::Incident;

use super::case::Attended;
use crate::question::{About, Who};

/// Which joins the answer is about.
pub(super) struct Focus<'a> {
    about: &'a About,
    pub(super) sites: BTreeMap<(&'a str, &'a str), &'a str>,
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
        let people = joins.iter().filter_map(|join| Some((key(join), join.person.as_deref()?)));
        Self { about, sites: sites.collect(), people: people.collect() }
    }

    pub(super) fn has(&self, meeting: &str, user: &str) -> bool {
        let is = |who: &Who| self.people.get(&(meeting, user)).is_some_and(|key| *key == who.key);
        match self.about {
            About::Account | About::Cause(_) => true,
            About::Meeting { meeting: one, person } => {
                one.uuid.as_str() == meeting && person.as_ref().is_none_or(is)
            }
            About::Person(who) => is(who),
            About::Site(site) => self
                .sites
                .get(&(meeting, user))
                .is_some_and(|name| name.to_lowercase() == site.to_lowercase()),
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
