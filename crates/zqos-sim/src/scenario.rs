//! Scenarios: faults that somebody planned, in a file of TOML.
//!
//! A file is read without knowing the company; its names of places, people and times are looked up
//! when it is played. Every error has its line.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use zqos_core::Timestamp;

use crate::api::{Simulator, day_of};
use crate::company::{Company, PEOPLE, Region, Site, Version, Who};
use crate::fault::{Fault, FaultId, FaultKind, OUTAGE, Schedule};

/// A scenario, as it was written.
#[derive(Debug, Clone)]
pub struct Scenario {
    text: String,
    file: File,
}

/// What is wrong with a scenario, and where. `Display` tells what was expected, and not the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ScenarioError {
    line: usize,
    problem: Problem,
}

impl ScenarioError {
    /// The line, the first of which is 1.
    pub const fn line(&self) -> usize {
        self.line
    }
}

/// What may be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("{0}")]
    Toml(String),
    #[error("{0} people: expected {min} to {max}", min = PEOPLE.start(), max = PEOPLE.end())]
    People(u32),
    #[error("unknown kind `{0}`: expected one of {known}", known = list(KINDS.iter().map(|(id, _)| *id)))]
    Kind(String),
    #[error("a fault of this kind needs {0}")]
    Missing(&'static str),
    #[error("`{0}` means nothing to a fault of this kind")]
    Unused(&'static str),
    #[error("no {sort} is called `{name}`: expected {}", list(known.iter().map(String::as_str)))]
    Unknown { sort: &'static str, name: String, known: Vec<String> },
    #[error("`{name}` has several offices: expected one of {}", list(known.iter().map(String::as_str)))]
    Ambiguous { name: String, known: Vec<String> },
    #[error("no access point {0}: expected one from 1 to {1}")]
    AccessPoint(u32, u32),
    #[error("no person has the address `{0}`: expected an e-mail address of one of {1} people")]
    Person(String, u32),
    #[error(
        "`{0}` is not a time: expected an instant (`2026-11-18T09:00:00Z`), a date or a day with or \
         without a time of day in UTC (`2026-11-18 09:00`, `yesterday`, `monday 09:00`), or a time \
         ago (`-2d`, `-90m`)"
    )]
    Time(String),
    #[error("the fault ends before it begins: expected a later time, or a length such as `+2h`")]
    Empty,
    #[error("the severity is {0}: expected a number from 0 to {OUTAGE}, where 1 is what is usual")]
    Severity(String),
}

/// Names in quotes, as a list in a sentence; at most twelve of them.
fn list<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = if names.len() > 12 { ", …" } else { "" };
    let names: Vec<String> = names.take(12).map(|name| format!("`{name}`")).collect();
    names.join(", ") + more
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    seed: Option<u64>,
    people: Option<Spanned<u32>>,
    #[serde(default = "yes")]
    by_chance: bool,
    #[serde(default, rename = "fault")]
    faults: Vec<Planned>,
}

const fn yes() -> bool {
    true
}

/// A fault as it was written: its kind, the place that kinds of its sort need, and when.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planned {
    kind: Spanned<String>,
    site: Option<Spanned<String>>,
    access_point: Option<Spanned<u32>>,
    isp: Option<Spanned<String>>,
    data_center: Option<Spanned<String>>,
    person: Option<Spanned<String>>,
    version: Option<Spanned<String>>,
    from: Spanned<String>,
    to: Spanned<String>,
    severity: Option<Spanned<f64>>,
}

/// A problem, and the offset of what has it.
type Located = (usize, Problem);

/// Makes the kind of a fault of what is written about its place.
type Reader = fn(&mut Places<'_>) -> Result<FaultKind, Located>;

/// The kinds, by the names that [`Simulator::incidents`] gives them.
const KINDS: &[(&str, Reader)] = &[
    ("access-wifi", |places| {
        let site = places.site()?;
        Ok(FaultKind::WeakWifi { site: site.index, access_point: places.access_point(site)? })
    }),
    ("uplink-capacity", |places| Ok(FaultKind::CongestedUplink { site: places.site()?.index })),
    ("downlink-capacity", |places| Ok(FaultKind::CongestedDownlink { site: places.site()?.index })),
    ("site-or-isp", |places| {
        Ok(match places.planned.isp {
            Some(_) => FaultKind::Provider { isp: places.isp()? },
            None => FaultKind::AccessLine { site: places.site()?.index },
        })
    }),
    ("data-center", |places| Ok(FaultKind::DataCenter { region: places.data_center()? })),
    ("device-cpu", |places| Ok(FaultKind::BusyProcessor { person: places.person()? })),
    ("faulty-sender", |places| Ok(FaultKind::FaultySender { person: places.person()? })),
    ("client-version", |places| Ok(FaultKind::ClientVersion { version: places.version()? })),
    ("vpn-or-proxy", |places| Ok(FaultKind::VpnDetour { site: places.site()?.index })),
    ("tcp-fallback", |places| Ok(FaultKind::TcpFallback { site: places.site()?.index })),
    ("far-server", |places| Ok(FaultKind::FarServer { site: places.site()?.index })),
];

impl FromStr for Scenario {
    type Err = ScenarioError;

    /// Reads a file of TOML.
    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        let file: File = toml::from_str(text).map_err(|error| {
            // One line each for what is wrong and what was expected.
            let problem = Problem::Toml(error.message().replace('\n', ", "));
            located(text, (error.span().map_or(0, |span| span.start), problem))
        })?;
        if let Some(people) = &file.people
            && !PEOPLE.contains(people.get_ref())
        {
            let problem = Problem::People(*people.get_ref());
            return Err(located(text, (people.span().start, problem)));
        }
        Ok(Self { text: text.to_owned(), file })
    }
}

fn located(text: &str, (offset, problem): Located) -> ScenarioError {
    let before = text.as_bytes().iter().take(offset);
    ScenarioError { line: 1 + before.filter(|&&byte| byte == b'\n').count(), problem }
}

impl Scenario {
    /// The seed that the scenario was written for, if it says.
    pub const fn seed(&self) -> Option<u64> {
        self.file.seed
    }

    /// How many people the company has that it was written for, if it says.
    pub fn people(&self) -> Option<u32> {
        self.file.people.as_ref().map(|people| *people.get_ref())
    }

    /// The faults in a company; times are relative to `now`.
    fn schedule(&self, company: &Company, now: Timestamp) -> Result<Schedule, ScenarioError> {
        let planned = self.file.faults.iter().zip(0..).map(|(planned, place)| {
            let planned = planned.clone();
            fault(company, now, planned, place).map_err(|problem| located(&self.text, problem))
        });
        Ok(Schedule::new(self.file.by_chance, planned.collect::<Result<_, _>>()?))
    }
}

impl Simulator {
    /// Lets a scenario happen. Its relative times count from what the clock shows now.
    ///
    /// **Errors**: [`ScenarioError`] for a name or time that means nothing in this company.
    pub fn play(&mut self, scenario: &Scenario) -> Result<(), ScenarioError> {
        self.world.faults = scenario.schedule(&self.world.company, self.clock.now())?;
        Ok(())
    }
}

fn fault(
    company: &Company,
    now: Timestamp,
    planned: Planned,
    place: u32,
) -> Result<Fault, Located> {
    let today = day_of(now.unix_millis());
    let mut places = Places { company, today, planned };
    let kind = places.planned.kind.get_ref();
    let Some((_, reader)) = KINDS.iter().find(|(id, _)| id == kind) else {
        return Err((places.planned.kind.span().start, Problem::Kind(kind.clone())));
    };
    let kind = reader(&mut places)?;
    let Planned { from, to, severity, .. } = places.nothing_left()?;
    let no_time = |text: Spanned<String>| (text.span().start, Problem::Time(text.into_inner()));
    let start = beginning(from.get_ref(), now).ok_or_else(|| no_time(from))?;
    let (ends, written) = (end(to.get_ref(), start, now), to.span().start);
    let end = ends.ok_or_else(|| no_time(to))?;
    if end <= start {
        return Err((written, Problem::Empty));
    }
    if let Some(severity) = &severity
        && !(0.0..=OUTAGE).contains(severity.get_ref())
    {
        return Err((severity.span().start, Problem::Severity(severity.get_ref().to_string())));
    }
    Ok(Fault {
        id: FaultId::Planned(place),
        kind,
        severity: severity.map_or(1.0, Spanned::into_inner),
        start: start.as_millisecond(),
        end: end.as_millisecond(),
    })
}

/// What a fault is said to be confined to: each member is taken as it is read.
struct Places<'c> {
    company: &'c Company,
    /// The day of the clock.
    today: u32,
    planned: Planned,
}

impl Places<'_> {
    /// What a member says, which has to be there.
    fn needed<T>(
        &self,
        member: Option<Spanned<T>>,
        what: &'static str,
    ) -> Result<(usize, T), Located> {
        let start = self.planned.kind.span().start;
        let member = member.ok_or((start, Problem::Missing(what)))?;
        Ok((member.span().start, member.into_inner()))
    }

    /// An office, by its city, its public address, or both as incidents are named.
    fn site(&mut self) -> Result<Site, Located> {
        let member = self.planned.site.take();
        let (at, name) = self.needed(member, "`site`, an office's city or public address")?;
        let sites = || (0..self.company.sites()).map(|index| self.company.site(index));
        let city = |site: &Site| site.city.location;
        let is_meant = |site: &Site| {
            let (location, address) = (city(site), site.egress().to_string());
            let short = location.split(" (").next();
            name == address
                || name == location
                || short == Some(&*name)
                || name == format!("{location}, {address}")
        };
        let meant: Vec<Site> = sites().filter(is_meant).collect();
        match *meant.as_slice() {
            [site] => Ok(site),
            [] => {
                let known: BTreeSet<&str> = sites().map(|site| city(&site)).collect();
                let known = known.into_iter().map(str::to_owned).collect();
                Err((at, Problem::Unknown { sort: "office", name, known }))
            }
            _ => {
                let known = meant.iter().map(|site| site.egress().to_string()).collect();
                Err((at, Problem::Ambiguous { name, known }))
            }
        }
    }

    /// An access point of an office, by its number.
    fn access_point(&mut self, site: Site) -> Result<u32, Located> {
        let member = self.planned.access_point.take();
        let (at, number) = self.needed(member, "`access_point`, a number from 1 on")?;
        if (1..=site.access_points).contains(&number) {
            Ok(number - 1)
        } else {
            Err((at, Problem::AccessPoint(number, site.access_points)))
        }
    }

    /// A provider that serves an office, by its autonomous system.
    fn isp(&mut self) -> Result<u32, Located> {
        let member = self.planned.isp.take();
        let (at, name) = self.needed(member, "`isp`, an autonomous system")?;
        let isps: BTreeSet<u32> =
            (0..self.company.sites()).map(|site| self.company.isp_of_site(site)).collect();
        isps.iter().copied().find(|&isp| Company::isp_name(isp) == name).ok_or_else(|| {
            let known = isps.iter().map(|&isp| Company::isp_name(isp)).collect();
            (at, Problem::Unknown { sort: "provider", name, known })
        })
    }

    fn data_center(&mut self) -> Result<Region, Located> {
        let member = self.planned.data_center.take();
        let (at, name) = self.needed(member, "`data_center`, a name")?;
        let regions = [Region::UsWest, Region::UsEast, Region::Europe, Region::Asia];
        regions.into_iter().find(|region| region.data_center() == name).ok_or_else(|| {
            let known = regions.map(|region| region.data_center().to_owned()).into();
            (at, Problem::Unknown { sort: "data centre", name, known })
        })
    }

    /// A person of the company, by the e-mail address.
    fn person(&mut self) -> Result<u32, Located> {
        let member = self.planned.person.take();
        let (at, email) = self.needed(member, "`person`, an e-mail address")?;
        let people = self.company.people();
        (0..people)
            .find(|&person| self.company.email(Who::Person(person)) == email)
            .ok_or((at, Problem::Person(email, people)))
    }

    /// A release of the client that somebody of the company runs.
    fn version(&mut self) -> Result<Version, Located> {
        let member = self.planned.version.take();
        let (at, name) = self.needed(member, "`version`, a release of the client")?;
        let devices = (0..self.company.people()).map(|it| self.company.device(Who::Person(it)));
        // Now, and in the last weeks.
        let days = [self.today, self.today.saturating_sub(7), self.today.saturating_sub(14)];
        let versions: BTreeSet<Version> =
            devices.flat_map(|device| days.map(|day| device.version(day))).flatten().collect();
        versions.iter().copied().find(|version| version.to_string() == name).ok_or_else(|| {
            let known = versions.iter().map(Version::to_string).collect();
            (at, Problem::Unknown { sort: "release", name, known })
        })
    }

    /// The rest, once nobody needs a place any more.
    fn nothing_left(self) -> Result<Planned, Located> {
        let planned = self.planned;
        let start = |member: &Option<Spanned<String>>| Some(member.as_ref()?.span().start);
        let unread = [
            ("site", start(&planned.site)),
            ("access_point", planned.access_point.as_ref().map(|number| number.span().start)),
            ("isp", start(&planned.isp)),
            ("data_center", start(&planned.data_center)),
            ("person", start(&planned.person)),
            ("version", start(&planned.version)),
        ];
        match unread.into_iter().find_map(|(name, at)| Some((at?, Problem::Unused(name)))) {
            Some(located) => Err(located),
            None => Ok(planned),
        }
    }
}

/// When a fault begins: an instant, a day and a time of day in UTC, or a time before `now`. Days of the
/// week are those before today.
fn beginning(text: &str, now: Timestamp) -> Option<jiff::Timestamp> {
    let now = now.to_jiff();
    if let Some(ago) = text.strip_prefix('-') {
        return now.checked_sub(length(ago)?).ok();
    }
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let (day, time) = day_and_time(text)?;
    let today = date_of(now);
    let day = match day {
        "today" => today,
        "yesterday" => today.yesterday().ok()?,
        day => match weekday(day) {
            Some(weekday) => today.nth_weekday(-1, weekday).ok()?,
            None => day.parse().ok()?,
        },
    };
    at(day, time)
}

/// When a fault ends: as for its beginning, or a length. Days of the week are those that follow.
fn end(text: &str, beginning: jiff::Timestamp, now: Timestamp) -> Option<jiff::Timestamp> {
    if let Some(after) = text.strip_prefix('+') {
        return beginning.checked_add(length(after)?).ok();
    }
    if let Some((day, time)) = day_and_time(text)
        && let Some(weekday) = weekday(day)
    {
        let eve = date_of(beginning).yesterday().ok()?;
        let first = at(eve.nth_weekday(1, weekday).ok()?, time)?;
        return if first > beginning { Some(first) } else { first.checked_add(7 * DAY).ok() };
    }
    self::beginning(text, now)
}

/// A day and a time of day, or its midnight.
fn day_and_time(text: &str) -> Option<(&str, Time)> {
    match text.split_once(' ') {
        Some((day, time)) => Some((day, time.parse().ok()?)),
        None => Some((text, Time::midnight())),
    }
}

fn date_of(instant: jiff::Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

fn at(day: Date, time: Time) -> Option<jiff::Timestamp> {
    Some(day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// `3d`, `2h` or `90m`.
fn length(text: &str) -> Option<SignedDuration> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "d" => DAY,
        "h" => SignedDuration::from_hours(1),
        "m" => SignedDuration::from_mins(1),
        _ => return None,
    };
    unit.checked_mul(count.parse().ok()?)
}

#[cfg(test)]
mod tests;
