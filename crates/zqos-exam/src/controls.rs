//! Controls: what must not be named, what must be less sure, and what must be left open.

use std::collections::{BTreeMap, BTreeSet};

use zqos_quality::Proportion;
use zqos_quality::cause::{Cause, Diagnosis, Incident, ScopeKind};

use crate::plan::Lot;
use crate::world::{Company, Week, World};
use crate::{Result, SENT};

/// What a control counts: in how many cases something was so.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) hits: u32,
    pub(crate) of: u32,
}

impl Count {
    pub(crate) fn add(&mut self, is_hit: bool) {
        self.of += 1;
        self.hits += u32::from(is_hit);
    }

    pub(crate) fn share(self) -> Option<Proportion> {
        Proportion::new(self.hits, self.of)
    }

    fn merge(&mut self, other: Self) {
        self.hits += other.hits;
        self.of += other.of;
    }
}

/// All controls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Controls {
    /// Quiet weeks in which a cause of a place, a provider, a tunnel or a data centre was named.
    pub(crate) quiet_weeks: Count,
    /// Causes of persons in these weeks.
    pub(crate) quiet_person_causes: u32,
    /// Faults that were named with the fault there, and then not without it.
    pub(crate) lost_without_fault: Count,
    /// Weeks in which people were given the places of others, and a place was named.
    pub(crate) permuted_weeks: Count,
    /// Incidents of places in these weeks, against those with the places as they are.
    pub(crate) permuted_incidents: (u32, u32),
    /// Weak radio that was less sure, or not named, without the signal.
    pub(crate) less_without_signal: Count,
    /// The same without anybody else at the place.
    pub(crate) less_without_peers: Count,
    /// Troubles of places that make up a data centre each, and for which that was left open.
    pub(crate) twins_of_scope: Count,
    /// Causes of one direction that were left open where nobody knows what input is.
    pub(crate) twins_of_direction: Count,
}

fn is_of_a_place(incident: &Incident) -> bool {
    use ScopeKind::{AccessNetwork, DataCenter, Isp, Site, Vpn};
    incident.cause != Cause::NotDeterminable
        && matches!(incident.scope.kind, AccessNetwork | DataCenter | Isp | Site | Vpn)
}

/// How sure a cause is in a scope; 0 where it is not named.
fn highest(diagnosis: &Diagnosis, cause: Cause, name: &str) -> f64 {
    let named = diagnosis.incidents.iter();
    let named = named.filter(|incident| incident.cause == cause && incident.scope.name == name);
    named.map(|incident| incident.probability).fold(0.0, f64::max)
}

/// Faults of all kinds that concern a place or a person, one after the other, in a week without others.
fn planned(week: &Week) -> Option<String> {
    let offices: BTreeSet<&str> = week
        .joins
        .iter()
        .filter_map(|join| join.egress.as_deref())
        .filter(|address| address.starts_with("192.0.2."))
        .collect();
    let office = offices.into_iter().next()?;
    let mut minutes = BTreeMap::<&str, u32>::new();
    for join in week.joins.iter().filter(|join| join.device.as_deref() == Some("Windows")) {
        let person = join.person.as_deref().filter(|person| person.ends_with("@example.com"));
        if let Some(person) = person {
            *minutes.entry(person).or_default() += 1;
        }
    }
    let (person, _) = minutes.into_iter().max_by_key(|(_, joins)| *joins)?;
    let fault = |kind: &str, place: &str, day: &str, hours: u32| {
        format!(
            "[[fault]]\nkind = \"{kind}\"\n{place}\nfrom = \"2026-11-{day}T00:00:00Z\"\nto = \"+{hours}h\"\n\
             severity = 1.5\n"
        )
    };
    let at = |more: &str| format!("site = \"{office}\"\n{more}");
    Some(
        "by_chance = false\n".to_owned()
            + &fault("access-wifi", &at("access_point = 1"), "16", 24)
            + &fault("site-or-isp", &at(""), "17", 24)
            + &fault("faulty-sender", &format!("person = \"{person}\""), "18", 48)
            + &fault("far-server", &at(""), "19", 24)
            + &fault("tcp-fallback", &at(""), "20", 24),
    )
}

impl Controls {
    /// Adds those of other weeks.
    pub(crate) fn merge(&mut self, other: &Self) {
        let counts = [
            (&mut self.quiet_weeks, other.quiet_weeks),
            (&mut self.lost_without_fault, other.lost_without_fault),
            (&mut self.permuted_weeks, other.permuted_weeks),
            (&mut self.less_without_signal, other.less_without_signal),
            (&mut self.less_without_peers, other.less_without_peers),
            (&mut self.twins_of_scope, other.twins_of_scope),
            (&mut self.twins_of_direction, other.twins_of_direction),
        ];
        for (count, other) in counts {
            count.merge(other);
        }
        self.quiet_person_causes += other.quiet_person_causes;
        self.permuted_incidents.0 += other.permuted_incidents.0;
        self.permuted_incidents.1 += other.permuted_incidents.1;
    }

    /// A week in which nothing goes wrong that is known to, and the same with planned faults.
    ///
    /// Without `with_plan` it is the quiet week alone.
    pub(crate) fn quiet(&mut self, world: World, with_plan: bool) -> Result<()> {
        let quiet = Company::new(world, Some("by_chance = false"))?.week(false)?;
        let without = quiet.diagnose(SENT);
        self.quiet_weeks.add(without.incidents.iter().any(is_of_a_place));
        let of_persons = without.incidents.iter().filter(|incident| {
            incident.scope.kind == ScopeKind::Person && incident.cause != Cause::NotDeterminable
        });
        self.quiet_person_causes += u32::try_from(of_persons.count())?;
        let Some(plan) = planned(&quiet).filter(|_| with_plan) else { return Ok(()) };
        let week = Company::new(world, Some(&plan))?.week(true)?;
        let with = week.diagnose(SENT);
        for fault in week.faults.iter().filter(|fault| fault.is_evident()) {
            let is_named =
                |diagnosis: &Diagnosis| diagnosis.incidents.iter().any(|it| fault.is_named_by(it));
            if is_named(&with) {
                self.lost_without_fault.add(!is_named(&without));
            }
        }
        Ok(())
    }

    /// What a week with faults says, once something is taken out of it.
    pub(crate) fn altered(&mut self, week: &Week, diagnosis: &Diagnosis) {
        self.less_is_less_sure(week, diagnosis);
        self.twins(week, diagnosis);
    }

    /// With the places of others no place has anything to answer for.
    pub(crate) fn permuted(&mut self, seed: u64, week: &Week, diagnosis: &Diagnosis) {
        let count = |diagnosis: &Diagnosis| {
            let of_sites = diagnosis.incidents.iter().filter(|incident| {
                is_of_a_place(incident)
                    && matches!(incident.scope.kind, ScopeKind::Site | ScopeKind::AccessNetwork)
                    // That is a matter of who hosts.
                    && incident.cause != Cause::FarServer
            });
            u32::try_from(of_sites.count()).unwrap_or(u32::MAX)
        };
        let permuted = with_permuted_places(week, seed).diagnose(SENT);
        self.permuted_weeks.add(count(&permuted) > 0);
        self.permuted_incidents.0 += count(&permuted);
        self.permuted_incidents.1 += count(diagnosis);
    }

    /// Without the signal, or without anybody else, weak Wi-Fi is less sure.
    fn less_is_less_sure(&mut self, week: &Week, diagnosis: &Diagnosis) {
        let of_wifi = diagnosis.incidents.iter().filter(|it| it.cause == Cause::AccessWifi);
        let of_wifi: Vec<&Incident> = of_wifi.collect();
        if of_wifi.is_empty() {
            return;
        }
        let mut without = week.clone();
        for join in &mut without.joins {
            join.minutes = join.deaf.clone();
        }
        let without = without.diagnose(SENT);
        for incident in of_wifi {
            let name = &incident.scope.name;
            let before = highest(diagnosis, Cause::AccessWifi, name);
            self.less_without_signal.add(highest(&without, Cause::AccessWifi, name) < before);
            if let Some(alone) = alone(week, incident) {
                let after = alone.diagnose(SENT);
                let after = after.incidents.iter().filter(|it| it.cause == Cause::AccessWifi);
                let after = after.map(|it| it.probability).fold(0.0, f64::max);
                self.less_without_peers.add(after < before);
            }
        }
    }

    /// What can't be told apart stays open.
    fn twins(&mut self, week: &Week, diagnosis: &Diagnosis) {
        let is_right = |it: &&Incident| week.faults.iter().any(|fault| fault.is_named_by(it));
        let one_way = diagnosis.incidents.iter().filter(|it| it.cause.needs_direction());
        let one_way: Vec<&Incident> = one_way.filter(is_right).collect();
        if !one_way.is_empty() {
            let unknown = week.diagnose(None);
            for incident in one_way {
                let still = highest(&unknown, incident.cause, &incident.scope.name);
                self.twins_of_direction.add(still <= 0.0);
            }
        }
        let is_of_site =
            |it: &&Incident| it.cause == Cause::SiteOrIsp && it.scope.kind == ScopeKind::Site;
        let of_site: Vec<&Incident> = diagnosis.incidents.iter().filter(is_of_site).collect();
        if !of_site.is_empty() {
            let twins = with_a_data_center_for_each_place(week).diagnose(SENT);
            for incident in of_site {
                let name = &incident.scope.name;
                let is_named = |cause| highest(&twins, cause, name) > 0.0;
                self.twins_of_scope
                    .add(!is_named(Cause::SiteOrIsp) && !is_named(Cause::DataCenter));
            }
        }
    }
}

/// The week of one of those whom an incident hurt, and of nobody else.
fn alone(week: &Week, incident: &Incident) -> Option<Week> {
    let most = incident.participants.iter().max_by_key(|hurt| hurt.minutes)?;
    let person = most.person.clone()?;
    let joins = week.joins.iter().filter(|join| join.person.as_ref() == Some(&person));
    Some(Week { joins: joins.cloned().collect(), faults: Vec::new() })
}

/// The same week, with every place exchanged for that of another join, as a seed has it.
fn with_permuted_places(week: &Week, seed: u64) -> Week {
    let mut altered = week.clone();
    let places: Vec<_> = week
        .joins
        .iter()
        .map(|join| (join.egress.clone(), join.location.clone(), join.isp.clone()))
        .collect();
    let mut lot = Lot::new(seed);
    let mut order: Vec<usize> = (0..places.len()).collect();
    for place in (1..order.len()).rev() {
        order.swap(place, lot.below(place + 1));
    }
    for (join, place) in altered.joins.iter_mut().zip(order) {
        (join.egress, join.location, join.isp) = places[place].clone();
    }
    altered
}

/// The same week, as though each place had a data centre of its own.
fn with_a_data_center_for_each_place(week: &Week) -> Week {
    let mut altered = week.clone();
    for join in &mut altered.joins {
        // A call from peer to peer is served by none.
        let is_direct = join.connection_types.iter().flatten().any(|name| name == "P2P");
        join.data_center = join.egress.clone().filter(|_| !is_direct);
        join.isp = None;
        if is_direct {
            join.egress = None;
        }
    }
    altered
}
