//! What goes wrong, and is known to: a few faults in every week, drawn from the seed.
//!
//! A fault acts on the path or the device and on nothing else; what figures come of it is the
//! model's business. Much that looks like a fault is none: see [`crate::media`].

use std::fmt;
use std::ops::Range;

use crate::api::day_of;
use crate::calendar::{DAY, LAST_DAY, MINUTE, timestamp};
use crate::company::{Company, DeviceKind, Place, Region, Who};
use crate::draw::{Draw, Purpose};
use crate::media::AFTERMATH;

/// What a fault acts on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FaultKind {
    /// The signal of an access point is weak.
    WeakWifi { site: u32, access_point: u32 },
    /// A backup or an update fills the line of an office.
    CongestedUplink { site: u32 },
    /// The lines between one office's provider and the internet lose packets.
    Provider { site: u32 },
    /// A data centre is slow, and loses packets.
    DataCenter { region: Region },
    /// Something else uses up the processor of a computer.
    BusyProcessor { person: u32 },
    /// A broken cable or driver loses what somebody sends.
    FaultySender { person: u32 },
}

/// A fault, and when it acts. Instants are Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fault {
    pub(crate) id: FaultId,
    pub(crate) kind: FaultKind,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

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
    /// The faults that act at some time of a range, by weeks; planned ones last. Each comes once.
    pub(crate) fn acting(
        &self,
        company: &Company,
        range: Range<i64>,
    ) -> impl Iterator<Item = Fault> {
        // Faults that are drawn end within their week, which is counted from its Monday on.
        let weeks = week_of(day_of(range.start))..=week_of(day_of(range.end).min(LAST_DAY));
        let drawn = self.by_chance.then(|| weeks.flat_map(|week| of_week(company, week)));
        drawn
            .into_iter()
            .flatten()
            .chain(self.planned.iter().copied())
            .filter(move |fault| fault.start < range.end && range.start < fault.end)
    }
}

/// The first day of a week.
fn monday(week: u32) -> i64 {
    i64::from(week) * 7 - 3
}

/// How many sorts of faults there are.
const SORTS: u32 = 6;

/// The week that a day lies in. Weeks begin on Mondays; 1970-01-05 was one.
const fn week_of(day: u32) -> u32 {
    (day + 3) / 7
}

/// The faults of a week.
fn of_week(company: &Company, week: u32) -> impl Iterator<Item = Fault> {
    let draw = company.root().of(Purpose::Fault).at(week.into());
    // One of each sort, and another for every five hundred people.
    let count = (1 + company.people() / 500).min(40);
    (0..SORTS * count).map(move |place| fault(company, week, place, draw.at(place.into())))
}

fn fault(company: &Company, week: u32, place: u32, draw: Draw) -> Fault {
    let id = FaultId::Drawn { week, place };
    let site = draw.at(0).below(company.sites());
    let person = draw.at(1).below(company.people());
    let (kind, days) = match place % SORTS {
        0 => {
            let access_point = draw.at(2).below(company.site(site).access_points);
            (FaultKind::WeakWifi { site, access_point }, 3)
        }
        1 => (FaultKind::CongestedUplink { site }, 2),
        2 => (FaultKind::Provider { site }, 1),
        3 => {
            let regions = [Region::UsWest, Region::UsEast, Region::Europe, Region::Asia];
            (FaultKind::DataCenter { region: *draw.at(2).pick(&regions) }, 1)
        }
        4 => (FaultKind::BusyProcessor { person: laptop(company, person) }, 5),
        _ => (FaultKind::FaultySender { person }, 2),
    };
    // Days from Monday on, wholly within the working week.
    let first = draw.at(3).below(6 - days);
    let start = (monday(week) + i64::from(first)) * DAY;
    if days == 1 {
        // One or two hours between 08:00 and 18:00 UTC.
        let start = start + i64::from(8 * 60 + draw.at(4).below(8 * 60)) * MINUTE;
        let end = start + i64::from(60 + draw.at(5).below(60)) * MINUTE;
        return Fault { id, kind, start, end };
    }
    Fault { id, kind, start, end: start + i64::from(days) * DAY }
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
    /// Added to the load of the office's line, 0 to 1.
    pub(crate) site_load: f64,
    /// Lost on the way, 0 to 1, both ways.
    pub(crate) loss: f64,
    /// Lost of what is sent, 0 to 1.
    pub(crate) sent_loss: f64,
    /// Added delay, in ms.
    pub(crate) delay_ms: f64,
    /// Added load of other programs, in processors of power 1.
    pub(crate) processor: f64,
}

impl Fault {
    /// True when the fault can touch somebody at a place, served by a data centre.
    pub(crate) fn concerns(&self, who: Who, place: Place, data_center: Region) -> bool {
        let at = match place {
            Place::OfficeWired { site }
            | Place::OfficeWifi { site, .. }
            | Place::Vpn { site, .. } => Some(site),
            Place::Home { .. } | Place::Cellular | Place::Outside { .. } => None,
        };
        match self.kind {
            FaultKind::WeakWifi { site, access_point } => {
                place == Place::OfficeWifi { site, access_point }
            }
            FaultKind::CongestedUplink { site } | FaultKind::Provider { site } => at == Some(site),
            FaultKind::DataCenter { region } => region == data_center,
            FaultKind::BusyProcessor { person } | FaultKind::FaultySender { person } => {
                who == Who::Person(person)
            }
        }
    }

    /// True when a stretch of time may differ for the fault: while it acts, and until pictures have
    /// recovered from it.
    pub(crate) const fn may_show_in(&self, start: i64, length: i64) -> bool {
        self.start < start + length && start < self.end + AFTERMATH
    }

    /// Adds what the fault does at an instant.
    pub(crate) fn act(&self, instant: i64, effect: &mut Effect) {
        if !(self.start..self.end).contains(&instant) {
            return;
        }
        match self.kind {
            FaultKind::WeakWifi { .. } => effect.signal_db += 16.0,
            FaultKind::CongestedUplink { .. } => effect.site_load += 0.5,
            FaultKind::Provider { .. } => {
                effect.loss += 0.025;
                effect.delay_ms += 30.0;
            }
            FaultKind::DataCenter { .. } => {
                effect.loss += 0.01;
                effect.delay_ms += 60.0;
            }
            FaultKind::BusyProcessor { .. } => effect.processor += 1.0,
            FaultKind::FaultySender { .. } => effect.sent_loss += 0.06,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_week_has_a_fault_of_each_sort_within_its_working_days() {
        let company = Company::new(1, 200);
        let faults: Vec<Fault> = of_week(&company, week_of(20_774)).collect();
        assert_eq!(faults.len(), 6);
        // 2026-11-16, a Monday.
        let monday = 20_773 * DAY;
        for fault in &faults {
            assert!(monday <= fault.start && fault.end <= monday + 5 * DAY, "{fault:?}");
            assert!(fault.start < fault.end, "{fault:?}");
        }
        assert_eq!(faults, of_week(&company, week_of(20_773)).collect::<Vec<_>>());
        assert_ne!(faults, of_week(&company, week_of(20_780)).collect::<Vec<_>>());
    }

    #[test]
    fn a_fault_acts_only_in_its_time() {
        let kind = FaultKind::FaultySender { person: 1 };
        let fault =
            Fault { id: FaultId::Drawn { week: 2_967, place: 5 }, kind, start: 10, end: 20 };
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
