//! The calendar: which series meet on which day, who joins, when they leave. A function of the
//! day; nothing is searched but the few days back to the latest instance of a series.

mod join;

use std::ops::Range;

use zqos_core::Timestamp;

pub(crate) use crate::calendar::join::{Call, Join, Left, Space};
use crate::calendar::join::{FIRST_USER_ID, USER_ID_STEP};
use crate::company::{Company, TEAM_SIZE, Who};
use crate::draw::{Draw, Purpose};
use crate::identity::Instance;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

/// The last day on which anybody meets, in the year 2517: no instant of the calendar is near the end
/// of what can be written.
pub(crate) const LAST_DAY: u32 = 200_000;

/// An instant of the calendar.
pub(crate) fn timestamp(instant: i64) -> Timestamp {
    Timestamp::from_unix_millis(instant).expect("the calendar ends long before the year 9999")
}

/// Series that the whole company has, before those of the teams.
const COMPANY_SERIES: u32 = 3;
/// Those of them that are webinars.
const WEBINARS: Range<u32> = 2..3;
/// Series that each team has.
const TEAM_SERIES: u32 = 4;
/// How far back the latest instance of a series can lie: weekly ones a week, the rarest
/// one-to-one a few.
const LATEST_WITHIN: u32 = 60;

/// How long a meeting can be, and more: none ends later than this after the day on which it began.
pub(crate) const OVERTIME: i64 = 2 * 60 * MINUTE;

/// What sort of meeting a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    AllHands,
    /// The support teams hand over from one part of the world to the next; crosses midnight UTC.
    Handover,
    Webinar,
    Standup,
    Planning,
    /// With guests from outside and people of the next team.
    Project,
    OneToOne,
}

/// A series of meetings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series {
    pub(crate) index: u32,
    pub(crate) sort: Sort,
    /// The team, for a series of one.
    team: u32,
    draw: Draw,
}

/// One instance of a series. Instants are Unix milliseconds, whole seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting {
    pub(crate) series: Series,
    pub(crate) instance: Instance,
    pub(crate) host: u32,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) draw: Draw,
}

/// The calendar of a company.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    company: Company,
}

impl Calendar {
    pub(crate) const fn new(company: Company) -> Self {
        Self { company }
    }

    /// How many series there are.
    pub(crate) const fn series_count(&self) -> u32 {
        COMPANY_SERIES + TEAM_SERIES * self.company.teams()
    }

    /// The series with this index.
    pub(crate) fn series(&self, index: u32) -> Option<Series> {
        if index >= self.series_count() {
            return None;
        }
        let (sort, team) = match index {
            0 => (Sort::AllHands, 0),
            1 => (Sort::Handover, 0),
            2 => (Sort::Webinar, 0),
            _ => {
                let place = index - COMPANY_SERIES;
                let sort = match place % TEAM_SERIES {
                    0 => Sort::Standup,
                    1 => Sort::Planning,
                    2 => Sort::Project,
                    _ => Sort::OneToOne,
                };
                (sort, place / TEAM_SERIES)
            }
        };
        let draw = self.company.root().of(Purpose::Schedule).at(index.into());
        Some(Series { index, sort, team, draw })
    }

    /// The meeting of a series on a day, if it meets.
    pub(crate) fn meeting(&self, instance: Instance) -> Option<Meeting> {
        let series = self.series(instance.series)?;
        if instance.day > LAST_DAY || !series.rhythm().has(instance.day) {
            return None;
        }
        let draw = series.draw.at(instance.day.into());
        let host = self.person(series, 0);
        let midnight = i64::from(instance.day) * DAY;
        let late = i64::from(draw.of(Purpose::Start).below(240)) * SECOND;
        let start = midnight + self.minute_of_day(series, host) * MINUTE + late;
        let planned = series.planned_minutes();
        let seconds = planned * 48 + draw.of(Purpose::Length).below(planned * 24);
        let end = start + i64::from(seconds) * SECOND;
        Some(Meeting { series, instance, host, start, end, draw })
    }

    /// The meetings that begin on a day, by series, from the series with this index on.
    pub(crate) fn day(&self, day: u32, from_series: u32) -> impl Iterator<Item = Meeting> {
        (from_series..self.series_count())
            .filter_map(move |series| self.meeting(Instance { day, series }))
    }

    /// Every series of meetings, or of webinars.
    pub(crate) fn all_series(&self, webinars: bool) -> Range<u32> {
        if webinars { WEBINARS } else { 0..self.series_count() }
    }

    /// The latest instance of a series that has begun by `now`.
    pub(crate) fn latest(&self, series: u32, now: i64) -> Option<Meeting> {
        let today = u32::try_from(now.div_euclid(DAY)).ok()?;
        (today.saturating_sub(LATEST_WITHIN)..=today)
            .rev()
            .filter_map(|day| self.meeting(Instance { day, series }))
            .find(|meeting| meeting.start <= now)
    }

    /// Minutes after 00:00 UTC at which a series is planned to begin.
    fn minute_of_day(&self, series: Series, host: u32) -> i64 {
        match series.sort {
            Sort::AllHands => 15 * 60,
            Sort::Handover => 23 * 60 + 40,
            Sort::Webinar => 14 * 60,
            _ => {
                let first = if series.sort == Sort::Standup { 9 * 60 } else { 10 * 60 };
                let quarters = if series.sort == Sort::Standup { 7 } else { 23 };
                let local = first + 15 * i64::from(series.draw.of(Purpose::Day).below(quarters));
                let offset = self.company.city_of(Who::Person(host)).utc_offset_minutes;
                // Not so late that the start could slip into the next day.
                (local - i64::from(offset)).clamp(0, 23 * 60 + 45)
            }
        }
    }

    /// How many users of the account are asked to come.
    pub(crate) fn invited_people(&self, series: Series) -> u32 {
        let people = self.company.people();
        match series.sort {
            Sort::AllHands => people.min(250),
            Sort::Handover => people.min(9),
            Sort::Webinar => people.min(60),
            Sort::Standup | Sort::Planning => self.team_size(series.team),
            Sort::Project => (self.team_size(series.team) + 3).min(people),
            Sort::OneToOne => 2,
        }
    }

    /// How many people from outside are asked to come.
    pub(crate) const fn invited_guests(series: Series) -> u32 {
        match series.sort {
            Sort::Webinar => 80,
            Sort::Project => 2,
            _ => 0,
        }
    }

    /// The last team may be smaller, but nobody meets alone by plan.
    fn team_size(&self, team: u32) -> u32 {
        TEAM_SIZE.min(self.company.people() - team * TEAM_SIZE).max(2)
    }

    /// The person at a place of the invitation.
    pub(crate) fn person(&self, series: Series, place: u32) -> u32 {
        let people = self.company.people();
        let first = match series.sort {
            // A stride over everybody, so that all departments and places are there.
            Sort::AllHands | Sort::Handover | Sort::Webinar => {
                let stride = (people / self.invited_people(series)).max(1);
                return (series.draw.of(Purpose::Team).below(people) + place * stride) % people;
            }
            Sort::OneToOne => series.team * TEAM_SIZE + series.draw.of(Purpose::Team).below(6),
            _ => series.team * TEAM_SIZE,
        };
        (first + place) % people
    }

    /// The room that is booked: one of the host's office, for a share of the team's series.
    fn booked_room(&self, series: Series) -> Option<Who> {
        let draw = series.draw.of(Purpose::Room);
        let is_teams = matches!(series.sort, Sort::Standup | Sort::Planning | Sort::Project);
        if !is_teams || !draw.chance(0.4) {
            return None;
        }
        let site = self.company.site_of(self.person(series, 0));
        Some(Who::Room { site, room: draw.at(0).below(self.company.rooms()) })
    }

    /// Who is asked to come, in order: the host first, then guests, the room last.
    fn invited(&self, series: Series, place: u32) -> Option<Who> {
        let people = self.invited_people(series);
        let guests = Self::invited_guests(series);
        match place {
            place if place < people => Some(Who::Person(self.person(series, place))),
            place if place < people + guests => {
                Some(Who::Guest { series: series.index, place: place - people })
            }
            place if place == people + guests => self.booked_room(series),
            _ => None,
        }
    }

    /// The stretch in which somebody shares a screen, and who: the person at a place of the
    /// invitation.
    pub(crate) fn share(meeting: &Meeting) -> Option<Share> {
        let draw = meeting.draw.of(Purpose::Share);
        let share = match meeting.series.sort {
            Sort::AllHands | Sort::Webinar => 1.0,
            Sort::Standup | Sort::OneToOne => 0.3,
            _ => 0.7,
        };
        if !draw.chance(share) {
            return None;
        }
        let length = meeting.end - meeting.start;
        let start = meeting.start + length / 10 + i64::from(draw.at(0).below(60)) * SECOND;
        let tenths = i64::from(3 + draw.at(1).below(5));
        let end = start + length * tenths / 10 / SECOND * SECOND;
        let start = start / SECOND * SECOND;
        // The host is always there for the whole of it.
        Some(Share {
            user_id: FIRST_USER_ID + USER_ID_STEP,
            start,
            end: end.min(meeting.end),
            is_application: draw.at(2).chance(0.4),
        })
    }
}

impl Meeting {
    /// True when nobody but the host comes.
    pub(crate) fn is_alone(&self) -> bool {
        self.series.is_alone(self.draw)
    }
}

/// A shared screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) user_id: u32,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) is_application: bool,
}

impl Series {
    pub(crate) const fn is_webinar(&self) -> bool {
        matches!(self.sort, Sort::Webinar)
    }

    /// The topic.
    pub(crate) fn topic(&self) -> String {
        let project = *self.draw.of(Purpose::Topic).pick(&[
            "Apollo", "Borealis", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour",
        ]);
        match self.sort {
            Sort::AllHands => "All hands".to_owned(),
            Sort::Handover => "Support handover".to_owned(),
            Sort::Webinar => "Product news".to_owned(),
            Sort::Standup => format!("Stand-up team {}", self.team + 1),
            Sort::Planning => format!("Planning team {}", self.team + 1),
            Sort::Project => format!("Project {project}, team {} and guests", self.team + 1),
            Sort::OneToOne => "1:1".to_owned(),
        }
    }

    /// How long the meeting is planned to last.
    pub(crate) const fn planned_minutes(&self) -> u32 {
        match self.sort {
            Sort::AllHands | Sort::Planning => 60,
            Sort::Handover => 50,
            Sort::Webinar => 55,
            Sort::Standup => 15,
            Sort::Project => 45,
            Sort::OneToOne => 30,
        }
    }

    /// Which share of those who are asked to come does.
    const fn attendance(&self) -> f64 {
        match self.sort {
            Sort::AllHands | Sort::Webinar => 0.7,
            Sort::Handover => 0.9,
            _ => 0.82,
        }
    }

    /// How many meetings begin on some days, with others or with nobody but the host. Far quicker
    /// than going through them.
    pub(crate) fn count(&self, days: &Range<u32>, are_alone: bool) -> usize {
        let rhythm = self.rhythm();
        let is_alone = |&day: &u32| self.is_alone(self.draw.at(day.into()));
        (days.start..days.end.min(LAST_DAY + 1))
            .filter(|&day| rhythm.has(day))
            .filter(|day| is_alone(day) == are_alone)
            .count()
    }

    /// True when nobody but the host comes to the meeting that has this draw.
    fn is_alone(&self, meeting: Draw) -> bool {
        self.sort == Sort::OneToOne && meeting.of(Purpose::Attends).chance(0.12)
    }

    /// On which days it meets.
    fn rhythm(&self) -> Rhythm {
        const WORKING_DAYS: [bool; 7] = [true, true, true, true, true, false, false];
        let only = |days: [u32; 2]| {
            let mut weekdays = [false; 7];
            for day in days {
                weekdays[day as usize] = true;
            }
            weekdays
        };
        let own_day = self.draw.of(Purpose::Day).at(0).below(5);
        let (weekdays, share) = match self.sort {
            Sort::Handover => ([true; 7], 1.0),
            Sort::AllHands => (only([3, 3]), 1.0),
            Sort::Webinar => (only([1, 1]), 1.0),
            Sort::Standup => (WORKING_DAYS, 0.95),
            Sort::Planning => (only([own_day, own_day]), 0.95),
            Sort::Project => (only([own_day, (own_day + 2) % 5]), 0.95),
            Sort::OneToOne => (WORKING_DAYS, 0.35),
        };
        Rhythm { weekdays, share, draw: self.draw.of(Purpose::Attends) }
    }
}

/// On which days a series meets.
#[derive(Debug)]
struct Rhythm {
    /// From Monday on.
    weekdays: [bool; 7],
    /// Which share of those days it does not fall out on.
    share: f64,
    draw: Draw,
}

impl Rhythm {
    fn has(&self, day: u32) -> bool {
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3) % 7;
        self.weekdays[weekday as usize] && self.draw.at(day.into()).chance(self.share)
    }
}

#[cfg(test)]
mod tests;
