//! What counts as right: which causes, scopes and intervals are accepted for a fault.

use std::collections::BTreeSet;
use std::ops::Range;

use zqos_quality::cause::{Cause, Diagnosis, Incident, Scope, ScopeKind};

use crate::world::{Fault, minute_of};

/// Each kind of fault, with the causes that are accepted for it.
pub(crate) const ACCEPTED: [(&str, &[Cause]); 11] = [
    ("access-wifi", &[Cause::AccessWifi]),
    ("uplink-capacity", &[Cause::UplinkCapacity]),
    ("downlink-capacity", &[Cause::DownlinkCapacity]),
    ("site-or-isp", &[Cause::SiteOrIsp]),
    ("data-center", &[Cause::DataCenter]),
    ("device-cpu", &[Cause::DeviceCpu]),
    ("faulty-sender", &[Cause::FaultySender]),
    ("client-version", &[Cause::ClientVersion]),
    ("vpn-or-proxy", &[Cause::VpnOrProxy]),
    ("tcp-fallback", &[Cause::TcpFallback]),
    ("far-server", &[Cause::FarServer]),
];

/// The least overlap of a named interval with that of the hurt minutes: the part of their union that both
/// have.
pub(crate) const LEAST_OVERLAP: f64 = 0.5;

/// A fault leaves evidence when it hurt at least so many minutes, in so many joins of so many meetings.
pub(crate) const EVIDENT: (usize, usize, usize) = (20, 3, 2);

/// The causes that are accepted for a kind of fault.
pub(crate) fn accepted(kind: &str) -> &'static [Cause] {
    ACCEPTED.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, causes)| causes)
}

impl Fault {
    /// From the first to the last hurt minute; `None` where nothing was hurt.
    pub(crate) fn hurt_interval(&self) -> Option<Range<i64>> {
        let first = self.hurt.iter().map(|(minute, _)| *minute).min()?;
        let last = self.hurt.iter().map(|(minute, _)| *minute).max()?;
        Some(first..last + 1)
    }

    /// True for a fault that leaves evidence. Of a tunnel or a release that one person alone uses nobody can
    /// tell whether it is that or the person's own.
    pub(crate) fn is_evident(&self) -> bool {
        if matches!(self.kind, "vpn-or-proxy" | "client-version") && self.people < 2 {
            return false;
        }
        let mut joins: Vec<_> = self.hurt.iter().map(|(_, join)| join).collect();
        joins.sort_unstable();
        joins.dedup();
        let meetings: BTreeSet<&String> = joins.iter().map(|(meeting, _)| meeting).collect();
        let (minutes, least_joins, least_meetings) = EVIDENT;
        self.hurt.len() >= minutes && joins.len() >= least_joins && meetings.len() >= least_meetings
    }

    /// True where the scope is right. Of access points nothing is told, so the Wi-Fi of their site is.
    pub(crate) fn is_of(&self, named: &Scope) -> bool {
        let (kind, name) = &self.scope;
        match (*kind, named.kind) {
            // A provider of whose lines one place alone was in use.
            ("isp", ScopeKind::Site) => self.only_place.as_ref() == Some(&named.name),
            ("access-network", ScopeKind::AccessNetwork) => {
                name.split(", access point").next() == Some(&named.name)
            }
            (kind, named_kind) => kind == named_kind.as_str() && *name == named.name,
        }
    }

    /// True for an incident whose scope is that of the fault, or lies within it or around it by name.
    pub(crate) fn shares_scope(&self, incident: &Incident) -> bool {
        let site = self.scope.1.split(", access point").next();
        self.is_of(&incident.scope) || site == Some(&incident.scope.name)
    }

    /// How well an incident's interval is that of the hurt minutes, that of minutes that are worse at all, or that
    /// in which the fault acted.
    pub(crate) fn overlap(&self, incident: &Incident) -> f64 {
        let named = minute_of(incident.from)..minute_of(incident.to);
        let part = |interval: &Range<i64>| {
            let common = (interval.end.min(named.end) - interval.start.max(named.start)).max(0);
            let both = interval.end.max(named.end) - interval.start.min(named.start);
            count(common) / count(both.max(1))
        };
        let intervals = [self.hurt_interval(), self.touched.clone(), Some(self.acted.clone())];
        intervals.iter().flatten().map(part).fold(0.0, f64::max)
    }

    /// True where cause, scope and interval are right.
    pub(crate) fn is_named_by(&self, incident: &Incident) -> bool {
        accepted(self.kind).contains(&incident.cause)
            && self.is_of(&incident.scope)
            && self.overlap(incident) >= LEAST_OVERLAP
    }

    /// The incident that names the fault; of several that whose interval fits best.
    pub(crate) fn best_named<'d>(&self, diagnosis: &'d Diagnosis) -> Option<&'d Incident> {
        let naming = diagnosis.incidents.iter().filter(|incident| self.is_named_by(incident));
        naming.max_by(|one, other| self.overlap(one).total_cmp(&self.overlap(other)))
    }
}

/// A number to divide by.
pub(crate) fn count(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::MAX, f64::from)
}
