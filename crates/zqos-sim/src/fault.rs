//! What goes wrong, and is known to: a few faults in every week, drawn from the seed.
//!
//! A fault acts on the path or the device and on nothing else; what figures come of it is the
//! model's business. Much that looks like a fault is none: see [`crate::media`].

use std::fmt;
use std::ops::Range;

use crate::api::day_of;
use crate::calendar::{DAY, LAST_DAY, MINUTE, Meeting, timestamp};
use crate::company::{Company, DeviceKind, Place, Region, Version, Who};
use crate::draw::{Draw, Purpose};
use crate::media::AFTERMATH;

/// What a fault acts on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FaultKind {
    /// The signal of an access point is weak.
    WeakWifi { site: u32, access_point: u32 },
    /// A backup fills the way out of an office.
    CongestedUplink { site: u32 },
    /// An update fills the way into an office.
    CongestedDownlink { site: u32 },
    /// The way between one office and its provider loses packets.
    AccessLine { site: u32 },
    /// A provider loses packets of all offices and homes that it serves.
    Provider { isp: u32 },
    /// A data centre is slow, and loses packets.
    DataCenter { region: Region },
    /// Something else uses up the processor of a computer.
    BusyProcessor { person: u32 },
    /// A broken cable or driver loses what somebody sends.
    FaultySender { person: u32 },
    /// A release of the client wastes the processor and loses what it should play.
    ClientVersion { version: Version },
    /// The way out of an office's VPN leads through a far place.
    VpnDetour { site: u32 },
    /// The firewall of an office blocks UDP: who joins meanwhile stays on TCP.
    TcpFallback { site: u32 },
    /// Meetings that people of an office begin meanwhile are put on a far data centre.
    FarServer { site: u32 },
}

/// A fault, and when it acts. Instants are Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fault {
    pub(crate) id: FaultId,
    pub(crate) kind: FaultKind,
    /// How much of it there is: 1 is what is usual of the kind, 0 nothing. A line or a provider of
    /// [`OUTAGE`] lets next to nothing through.
    pub(crate) severity: f64,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// The severity at which a brown-out is an outage.
pub(crate) const OUTAGE: f64 = 24.0;

/// Which fault it is: two may be alike in all else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FaultId {
    /// One that was drawn: the week, and the place among the faults of that week.
    Drawn { week: u32, place: u32 },
    /// One that somebody planned: the place in his list.
    Planned(u32),
}

impl fmt::Display for FaultId {
    /// The week's Monday and the place, as in `2026-11-16-3`; or `planned-1`. Places are counted from
    /// 1 on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Drawn { week, place } => {
                let monday = timestamp(monday(week) * DAY).to_jiff();
                write!(f, "{}-{}", monday.strftime("%F"), place + 1)
            }
            Self::Planned(place) => write!(f, "planned-{}", place + 1),
        }
    }
}

/// The faults of a world: those that happen by chance, and those that somebody planned.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    by_chance: bool,
    planned: Vec<Fault>,
}

impl Default for Schedule {
    /// Chance alone.
    fn default() -> Self {
        Self { by_chance: true, planned: Vec::new() }
    }
}

impl Schedule {
    /// The faults that somebody planned, with those of chance or without.
    pub(crate) const fn new(by_chance: bool, planned: Vec<Fault>) -> Self {
        Self { by_chance, planned }
    }

    /// The faults that act at some time of a range, by weeks; planned ones last. Each comes once.
    pub(crate) fn acting(
        &self,
        company: &Company,
        range: Range<i64>,
    ) -> impl Iterator<Item = Fault> {
        // Faults that are drawn end within their week, which is counted from its Monday on.
        let weeks = week_of(day_of(range.start))..=week_of(day_of(range.end).min(LAST_DAY));
        let within = range.clone();
        let drawn = self
            .by_chance
            .then(|| weeks.flat_map(move |week| of_week(company, week, within.clone())));
        let planned = self.planned.iter().copied();
        drawn
            .into_iter()
            .flatten()
            .chain(planned.filter(move |fault| fault.start < range.end && range.start < fault.end))
    }
}

/// The first day of a week.
fn monday(week: u32) -> i64 {
    i64::from(week) * 7 - 3
}

/// The week that a day lies in. Weeks begin on Mondays; 1970-01-05 was one.
const fn week_of(day: u32) -> u32 {
    (day + 3) / 7
}

/// Faults that reach far: a week has one of each sort.
const WIDE: u32 = 3;
/// Faults that concern one place or person: for every 200 people a week has one of each sort, two
/// faulty senders and four busy processors.
const LOCAL: u32 = 13;

/// The faults of a week that act at some time of a range.
fn of_week(company: &Company, week: u32, range: Range<i64>) -> impl Iterator<Item = Fault> {
    let draw = company.root().of(Purpose::Fault).at(week.into());
    let count = company.people().div_ceil(200).min(50);
    (0..WIDE + LOCAL * count)
        .filter_map(move |place| fault(company, week, place, draw.at(place.into()), &range))
}

fn fault(
    company: &Company,
    week: u32,
    place: u32,
    draw: Draw,
    range: &Range<i64>,
) -> Option<Fault> {
    let sort = if place < WIDE { place } else { WIDE + (place - WIDE) % LOCAL };
    // Some last for days, from midnight UTC on, others for hours of somebody's working day.
    let (days, hours) = match sort {
        0 | 1 | 6 => (0, 1..3),
        4 | 5 => (0, 2..6),
        8 | 9 => (1, 0..0),
        2 | 3 | 7 | 10 | 11 => (2, 0..0),
        _ => (5, 0..0),
    };
    let site = draw.at(0).below(company.sites());
    let is_outage = matches!(sort, 1 | 6) && draw.at(5).chance(0.25);
    let midnight = |within: u32| (monday(week) + i64::from(draw.at(3).below(within))) * DAY;
    let (start, length) = if days > 0 {
        (midnight(6 - days), i64::from(days) * DAY)
    } else {
        let local = i64::from(8 * 60 + draw.at(4).below(8 * 60));
        let offset = i64::from(company.site(site).city.utc_offset_minutes);
        let minutes = if is_outage {
            5 + draw.at(6).below(10)
        } else {
            60 * hours.start + draw.at(6).below(60 * (hours.end - hours.start))
        };
        (midnight(5) + (local - offset) * MINUTE, i64::from(minutes) * MINUTE)
    };
    let end = start + length;
    // Most faults of a week are not asked for; here those are done with.
    if range.end <= start || end <= range.start {
        return None;
    }
    let person = draw.at(1).below(company.people());
    let kind = match sort {
        0 => {
            let regions = [Region::UsWest, Region::UsEast, Region::Europe, Region::Asia];
            FaultKind::DataCenter { region: *draw.at(2).pick(&regions) }
        }
        1 => FaultKind::Provider { isp: company.isp_of_site(site) },
        2 => FaultKind::ClientVersion { version: rare_version(company, draw.at(2), day_of(start)) },
        3 => {
            let access_point = draw.at(2).below(company.site(site).access_points);
            FaultKind::WeakWifi { site, access_point }
        }
        4 => FaultKind::CongestedUplink { site },
        5 => FaultKind::CongestedDownlink { site },
        6 => FaultKind::AccessLine { site },
        7 => FaultKind::VpnDetour { site },
        8 => FaultKind::TcpFallback { site },
        9 => FaultKind::FarServer { site },
        10 | 11 => FaultKind::FaultySender { person },
        _ => FaultKind::BusyProcessor { person: laptop(company, person) },
    };
    let severity = match draw.at(7).unit() {
        _ if is_outage => OUTAGE,
        // Too slight for anybody to notice.
        share if share < 0.25 => draw.at(8).between(0.02, 0.12),
        _ => draw.at(8).between(0.5, 1.8),
    };
    Some(Fault { id: FaultId::Drawn { week, place }, kind, severity, start, end })
}

/// The release that the fewest of a few people have on a day.
fn rare_version(company: &Company, draw: Draw, day: u32) -> Version {
    let people = (0..16).map(|place| draw.at(place).below(company.people()));
    let versions: Vec<Version> =
        people.filter_map(|person| company.device(Who::Person(person)).version(day)).collect();
    let count = |version| versions.iter().filter(|&&other| other == version).count();
    versions
        .iter()
        .copied()
        .min_by_key(|&version| count(version))
        .expect("people use clients, not telephones")
}

/// The first person from `person` on who has a computer.
fn laptop(company: &Company, person: u32) -> u32 {
    (0..company.people())
        .map(|step| (person + step) % company.people())
        .find(|&person| {
            let kind = company.device(Who::Person(person)).kind;
            matches!(kind, DeviceKind::Windows | DeviceKind::Mac)
        })
        .unwrap_or(person)
}

/// What faults do to a path and a device at some moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Effect {
    /// Lost signal, in dB.
    pub(crate) signal_db: f64,
    /// Added to the load of the office's line, 0 to 1, on the way out.
    pub(crate) up_load: f64,
    /// The same on the way in.
    pub(crate) down_load: f64,
    /// Lost on the way, 0 to 1, both ways.
    pub(crate) loss: f64,
    /// Lost of what is sent, 0 to 1.
    pub(crate) sent_loss: f64,
    /// Lost of what is received, 0 to 1.
    pub(crate) received_loss: f64,
    /// Added delay, in ms.
    pub(crate) delay_ms: f64,
    /// Added load of other programs, in processors of power 1.
    pub(crate) processor: f64,
}

/// Where somebody stands in a meeting: all that decides which faults are felt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) who: Who,
    pub(crate) place: Place,
    /// The provider of the line on which packets leave.
    pub(crate) isp: u32,
    /// None where packets go straight to the other side.
    pub(crate) data_center: Option<Region>,
    /// What has none runs no client.
    pub(crate) version: Option<Version>,
}

impl Fault {
    /// True at an instant at which the fault acts.
    pub(crate) fn acts_at(&self, instant: i64) -> bool {
        (self.start..self.end).contains(&instant)
    }

    /// True when the fault, while it acts, changes the state of what somebody's packets meet.
    /// [`TcpFallback`](FaultKind::TcpFallback) and [`FarServer`](FaultKind::FarServer) do not: they
    /// choose the path.
    pub(crate) fn concerns(&self, standing: &Standing) -> bool {
        let Standing { who, place, .. } = *standing;
        match self.kind {
            FaultKind::WeakWifi { site, access_point } => {
                place == Place::OfficeWifi { site, access_point }
            }
            FaultKind::CongestedUplink { site }
            | FaultKind::CongestedDownlink { site }
            | FaultKind::AccessLine { site } => place.way_out() == Some(site),
            FaultKind::Provider { isp } => isp == standing.isp,
            FaultKind::DataCenter { region } => standing.data_center == Some(region),
            FaultKind::BusyProcessor { person } | FaultKind::FaultySender { person } => {
                who == Who::Person(person)
            }
            FaultKind::ClientVersion { version } => standing.version == Some(version),
            FaultKind::VpnDetour { site: at } => {
                matches!(place, Place::Vpn { site, .. } if site == at)
            }
            FaultKind::TcpFallback { .. } | FaultKind::FarServer { .. } => false,
        }
    }

    /// True when the fault puts a meeting that a person of an office hosts on a far data centre:
    /// at a severity of 1 half of all that begin meanwhile.
    pub(crate) fn misplaces(&self, host_site: u32, meeting: &Meeting) -> bool {
        self.kind == FaultKind::FarServer { site: host_site }
            && self.acts_at(meeting.start)
            && meeting.draw.of(Purpose::Server).chance(0.5 * self.severity)
    }

    /// True when the fault makes somebody who joins at an instant, and leaves through an office,
    /// take TCP: at a severity of 1 six of ten who do.
    pub(crate) fn blocks(&self, way_out: Option<u32>, instant: i64, draw: Draw) -> bool {
        matches!(self.kind, FaultKind::TcpFallback { site } if way_out == Some(site))
            && self.acts_at(instant)
            && draw.chance(0.6 * self.severity)
    }

    /// True when a stretch of time may differ for the fault: while it acts, and until pictures have
    /// recovered from it. A path that it chose stays for the whole of a join.
    pub(crate) const fn may_show_in(&self, start: i64, length: i64) -> bool {
        match self.kind {
            FaultKind::TcpFallback { .. } | FaultKind::FarServer { .. } => true,
            _ => self.start < start + length && start < self.end + AFTERMATH,
        }
    }

    /// Adds what the fault does at an instant.
    pub(crate) fn act(&self, instant: i64, effect: &mut Effect) {
        if !self.acts_at(instant) {
            return;
        }
        let severity = self.severity;
        match self.kind {
            FaultKind::WeakWifi { .. } => effect.signal_db += 16.0 * severity,
            FaultKind::CongestedUplink { .. } => effect.up_load += 0.5 * severity,
            FaultKind::CongestedDownlink { .. } => effect.down_load += 0.5 * severity,
            FaultKind::AccessLine { .. } | FaultKind::Provider { .. } => {
                effect.loss += 0.025 * severity;
                effect.delay_ms += 30.0 * severity.min(4.0);
            }
            FaultKind::DataCenter { .. } => {
                effect.loss += 0.03 * severity;
                effect.delay_ms += 70.0 * severity;
            }
            FaultKind::BusyProcessor { .. } => effect.processor += severity,
            FaultKind::FaultySender { .. } => effect.sent_loss += 0.06 * severity,
            FaultKind::ClientVersion { .. } => {
                effect.processor += 0.3 * severity;
                effect.received_loss += 0.02 * severity;
            }
            FaultKind::VpnDetour { .. } => effect.delay_ms += 110.0 * severity,
            FaultKind::TcpFallback { .. } | FaultKind::FarServer { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: Range<i64> = i64::MIN..i64::MAX;

    #[test]
    fn every_week_has_a_fault_of_each_sort_within_its_working_days() {
        let company = Company::new(1, 200);
        let faults: Vec<Fault> = of_week(&company, week_of(20_774), ALWAYS).collect();
        assert_eq!(faults.len(), 16);
        // 2026-11-16, a Monday.
        let monday = 20_773 * DAY;
        for fault in &faults {
            assert!(monday <= fault.start && fault.end <= monday + 6 * DAY, "{fault:?}");
            assert!(fault.start < fault.end, "{fault:?}");
        }
        let others = |day| of_week(&company, week_of(day), ALWAYS).collect::<Vec<_>>();
        assert_eq!(faults, others(20_773));
        assert_ne!(faults, others(20_780));
    }

    #[test]
    fn a_fault_acts_only_in_its_time() {
        let kind = FaultKind::FaultySender { person: 1 };
        let fault = Fault {
            id: FaultId::Drawn { week: 2_967, place: 5 },
            kind,
            severity: 1.0,
            start: 10,
            end: 20,
        };
        let at = |instant| {
            let mut effect = Effect::default();
            fault.act(instant, &mut effect);
            effect
        };
        assert_eq!(at(9), Effect::default());
        assert!(at(10).sent_loss > 0.0);
        assert_eq!(at(20), Effect::default());
        assert_eq!(fault.id.to_string(), "2026-11-09-6");
    }
}
