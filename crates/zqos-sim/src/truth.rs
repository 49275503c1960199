//! What really went wrong: the incidents, and whom each of them hurt by how much.
//!
//! Nobody is asked for a label: a minute is computed a second time without one of the faults, and
//! what is better then is that fault's contribution.

use std::net::Ipv4Addr;
use std::ops::Range;

use zqos_core::Timestamp;

use crate::api::{Simulator, day_of};
use crate::calendar::{Join, LAST_DAY, MINUTE, Meeting, timestamp};
use crate::company::{Company, Who};
use crate::fault::{Fault, FaultKind};
use crate::media::{Figures, Minute, Session};
use crate::world::World;

/// What sort of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IncidentKind {
    /// The signal of an access point is weak.
    AccessWifi,
    /// The line of an office is full on the way out.
    UplinkCapacity,
    /// The line of an office is full on the way in.
    DownlinkCapacity,
    /// The line of an office, or its provider, loses packets.
    SiteOrIsp,
    /// A data centre is slow and loses packets.
    DataCenter,
    /// Other programs use up a computer's processor.
    DeviceCpu,
    /// Much of what somebody sends is lost; whoever listens hears it.
    FaultySender,
    /// A release of the client wastes the processor and loses what it should play.
    ClientVersion,
    /// The way out of an office's VPN leads through a far place.
    VpnOrProxy,
    /// UDP is blocked: packets go by TCP, for some through a proxy.
    TcpFallback,
    /// Meetings are served by a data centre far from their hosts.
    FarServer,
}

impl IncidentKind {
    /// The name for programs, such as `access-wifi`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AccessWifi => "access-wifi",
            Self::UplinkCapacity => "uplink-capacity",
            Self::DownlinkCapacity => "downlink-capacity",
            Self::SiteOrIsp => "site-or-isp",
            Self::DataCenter => "data-center",
            Self::DeviceCpu => "device-cpu",
            Self::FaultySender => "faulty-sender",
            Self::ClientVersion => "client-version",
            Self::VpnOrProxy => "vpn-or-proxy",
            Self::TcpFallback => "tcp-fallback",
            Self::FarServer => "far-server",
        }
    }
}

/// What sort of thing an incident is confined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScopeKind {
    /// An access point of an office.
    AccessNetwork,
    /// An office, with whoever comes through its VPN; where servers are far, the meetings of its
    /// people.
    Site,
    /// A provider, with all offices and homes that it serves.
    Isp,
    /// A data centre, with all meetings that it serves.
    DataCenter,
    /// One user of the account.
    Person,
    /// A release of the client, with whoever runs it.
    Version,
    /// The VPN of an office, with whoever comes through it.
    Vpn,
}

impl ScopeKind {
    /// The name for programs, such as `access-network`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AccessNetwork => "access-network",
            Self::Site => "site",
            Self::Isp => "isp",
            Self::DataCenter => "data-center",
            Self::Person => "person",
            Self::Version => "version",
            Self::Vpn => "vpn",
        }
    }
}

/// Where something went wrong. Whoever listens to somebody within is hurt as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What sort of thing it is.
    pub kind: ScopeKind,
    /// Its name, in words that the API uses too: an office and its VPN by location and public
    /// address, a data centre and a release by name, a person by the e-mail address; a provider by
    /// its autonomous system, which the API does not tell.
    pub name: String,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// What tells it from the others: the Monday of its week, and a number.
    pub id: String,
    /// What went wrong.
    pub kind: IncidentKind,
    /// Where.
    pub scope: Scope,
    /// When it began.
    pub from: Timestamp,
    /// When it was over.
    pub to: Timestamp,
}

/// A minute of a participant that an incident made worse.
#[derive(Debug, Clone, PartialEq)]
pub struct HurtMinute {
    /// The meeting.
    pub meeting_uuid: String,
    /// The id of the join.
    pub user_id: u32,
    /// The start of the minute.
    pub ts: Timestamp,
    /// What sort of thing the incident is.
    pub kind: IncidentKind,
    /// The [`Incident::id`].
    pub incident: String,
    /// What the incident did.
    pub contribution: Contribution,
}

/// By how much the figures of a minute are worse than they had been without an incident, each in
/// the stream where that is most; 0 where no stream is worse.
///
/// Incidents that overlap need not add up: each is taken away alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// Added latency.
    pub latency_ms: f64,
    /// Added jitter.
    pub jitter_ms: f64,
    /// Added mean loss, in percent of packets.
    pub avg_loss_pct: f64,
    /// Added loss in the worst five seconds, in percent of packets.
    pub max_loss_pct: f64,
    /// Frames per second that are missing.
    pub frame_rate_fps: f64,
    /// Lines of the picture that are missing.
    pub height_px: u16,
}

impl Contribution {
    /// From here on a minute counts as hurt: when one of its figures is worse by at least so much.
    ///
    /// The least that somebody might notice, and well above what folding and rounding do: 20 ms of
    /// delay, 5 ms of jitter, half a percent of loss or two in the worst five seconds, three
    /// frames per second, or a picture of the next smaller size.
    pub const THRESHOLD: Self = Self {
        latency_ms: 20.0,
        jitter_ms: 5.0,
        avg_loss_pct: 0.5,
        max_loss_pct: 2.0,
        frame_rate_fps: 3.0,
        height_px: 90,
    };

    /// What a minute would gain if it were like the other one.
    fn between(with: &Minute, without: &Minute) -> Self {
        let streams = || {
            let pairs = with.streams().into_iter().zip(without.streams());
            pairs.filter_map(|(with, without)| Some((with?, without?)))
        };
        let added = |figure: fn(&Figures) -> f64| {
            streams().map(|(with, without)| figure(&with) - figure(&without)).fold(0.0, f64::max)
        };
        let pictures =
            || streams().filter_map(|(with, without)| Some((with.picture?, without.picture?)));
        Self {
            latency_ms: added(|figures| figures.latency_ms),
            jitter_ms: added(|figures| figures.jitter_ms),
            avg_loss_pct: added(|figures| figures.avg_loss_pct),
            max_loss_pct: added(|figures| figures.max_loss_pct),
            frame_rate_fps: pictures()
                .map(|(with, without)| without.frames_per_second - with.frames_per_second)
                .fold(0.0, f64::max),
            height_px: pictures()
                .map(|(with, without)| without.height.saturating_sub(with.height))
                .max()
                .unwrap_or(0),
        }
    }

    /// True when some figure reaches the [`THRESHOLD`](Self::THRESHOLD).
    pub fn hurts(&self) -> bool {
        let least = Self::THRESHOLD;
        self.latency_ms >= least.latency_ms
            || self.jitter_ms >= least.jitter_ms
            || self.avg_loss_pct >= least.avg_loss_pct
            || self.max_loss_pct >= least.max_loss_pct
            || self.frame_rate_fps >= least.frame_rate_fps
            || self.height_px >= least.height_px
    }
}

impl Simulator {
    /// The autonomous system of a public address, as whoever announces it tells the world: that of an
    /// office's or a home's provider. Of phone networks and guests none is known.
    pub fn autonomous_system(&self, address: Ipv4Addr) -> Option<String> {
        self.world.company.isp_at(address).map(Company::isp_name)
    }

    /// Where the offices are, in the words of participants' locations, and the public address of each.
    pub fn offices(&self) -> impl Iterator<Item = (&'static str, Ipv4Addr)> + '_ {
        let company = &self.world.company;
        (0..company.sites()).map(|index| {
            let site = company.site(index);
            (site.city.location, site.egress())
        })
    }

    /// The incidents that act at some time of a range, by weeks. Whether the clock has come so far
    /// makes no difference.
    pub fn incidents(&self, range: Range<Timestamp>) -> impl Iterator<Item = Incident> + '_ {
        let World { company, faults, .. } = &self.world;
        faults
            .acting(company, range.start.unix_millis()..range.end.unix_millis())
            .map(|fault| incident(company, &fault))
    }

    /// The minutes that an incident made worse by [`Contribution::THRESHOLD`] or more, and that
    /// begin in a range: by day and series of the meeting, then by join, minute and incident.
    ///
    /// Computed as it is asked for; one join's minutes are kept at a time.
    pub fn truth(&self, range: Range<Timestamp>) -> impl Iterator<Item = HurtMinute> + '_ {
        let (from, to) = (range.start.unix_millis(), range.end.unix_millis());
        // No meeting lasts longer than into the next day.
        let days = day_of(from).saturating_sub(1)..=day_of(to).min(LAST_DAY);
        days.flat_map(|day| self.world.calendar.day(day, 0))
            .filter(move |meeting| meeting.start < to && from < meeting.end)
            .flat_map(move |meeting| {
                // Collected, as they borrow the meeting, which lives only in here.
                let joins: Vec<Join> = self.world.calendar.joins(&meeting).collect();
                let faults = self.world.faults_of(&meeting);
                joins
                    .into_iter()
                    .flat_map(move |join| self.hurt_minutes(&faults, &meeting, join, from..to))
            })
    }

    /// The hurt minutes of one join of a meeting in which these faults act.
    fn hurt_minutes(
        &self,
        acting: &[Fault],
        meeting: &Meeting,
        join: Join,
        range: Range<i64>,
    ) -> Vec<HurtMinute> {
        let session = Session::among(acting, &self.world, meeting, join);
        let without = |fault: Fault| {
            let others: Vec<Fault> =
                acting.iter().filter(|other| other.id != fault.id).copied().collect();
            (fault, Session::among(&others, &self.world, meeting, join))
        };
        let healed: Vec<(Fault, Session)> = session.faults().into_iter().map(without).collect();
        let meeting_uuid = self.world.company.ids().uuid(meeting.instance);
        let first = join.start.div_euclid(MINUTE);
        let last = (join.end - 1).div_euclid(MINUTE);
        let mut hurt = Vec::new();
        for minute in (first..=last).filter(|minute| range.contains(&(minute * MINUTE))) {
            let touching =
                healed.iter().filter(|(fault, _)| fault.may_show_in(minute * MINUTE, MINUTE));
            let mut measured = None;
            for (fault, session_without) in touching {
                let with = measured.get_or_insert_with(|| session.minute(minute, join.end));
                let without = session_without.minute(minute, join.end);
                let contribution = Contribution::between(with, &without);
                if contribution.hurts() {
                    hurt.push(HurtMinute {
                        meeting_uuid: meeting_uuid.clone(),
                        user_id: join.user_id,
                        ts: timestamp(minute * MINUTE),
                        kind: kind(fault),
                        incident: fault.id.to_string(),
                        contribution,
                    });
                }
            }
        }
        hurt
    }
}

const fn kind(fault: &Fault) -> IncidentKind {
    match fault.kind {
        FaultKind::WeakWifi { .. } => IncidentKind::AccessWifi,
        FaultKind::CongestedUplink { .. } => IncidentKind::UplinkCapacity,
        FaultKind::CongestedDownlink { .. } => IncidentKind::DownlinkCapacity,
        FaultKind::AccessLine { .. } | FaultKind::Provider { .. } => IncidentKind::SiteOrIsp,
        FaultKind::DataCenter { .. } => IncidentKind::DataCenter,
        FaultKind::BusyProcessor { .. } => IncidentKind::DeviceCpu,
        FaultKind::FaultySender { .. } => IncidentKind::FaultySender,
        FaultKind::ClientVersion { .. } => IncidentKind::ClientVersion,
        FaultKind::VpnDetour { .. } => IncidentKind::VpnOrProxy,
        FaultKind::TcpFallback { .. } => IncidentKind::TcpFallback,
        FaultKind::FarServer { .. } => IncidentKind::FarServer,
    }
}

fn incident(company: &Company, fault: &Fault) -> Incident {
    let site = |site: u32| {
        let site = company.site(site);
        format!("{}, {}", site.city.location, site.egress())
    };
    let (scope, name) = match fault.kind {
        FaultKind::WeakWifi { site: index, access_point } => {
            let name = format!("{}, access point {}", site(index), access_point + 1);
            (ScopeKind::AccessNetwork, name)
        }
        FaultKind::CongestedUplink { site: index }
        | FaultKind::CongestedDownlink { site: index }
        | FaultKind::AccessLine { site: index }
        | FaultKind::TcpFallback { site: index }
        | FaultKind::FarServer { site: index } => (ScopeKind::Site, site(index)),
        FaultKind::VpnDetour { site: index } => (ScopeKind::Vpn, site(index)),
        FaultKind::Provider { isp } => (ScopeKind::Isp, Company::isp_name(isp)),
        FaultKind::ClientVersion { version } => (ScopeKind::Version, version.to_string()),
        FaultKind::DataCenter { region } => {
            (ScopeKind::DataCenter, region.data_center().to_owned())
        }
        FaultKind::BusyProcessor { person } | FaultKind::FaultySender { person } => {
            (ScopeKind::Person, company.email(Who::Person(person)))
        }
    };
    Incident {
        id: fault.id.to_string(),
        kind: kind(fault),
        scope: Scope { kind: scope, name },
        from: timestamp(fault.start),
        to: timestamp(fault.end),
    }
}

#[cfg(test)]
mod tests;
