//! The calendar: which series meet on which day, who joins, when they leave. A function of the
//! day; nothing is searched but the few days back to the latest instance of a series.

use zqos_core::Timestamp;

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
/// Series that each team has.
const TEAM_SERIES: u32 = 4;
/// How far back the latest instance of a series can lie: weekly ones a week, the rarest
/// one-to-one a few.
const LATEST_WITHIN: u32 = 60;

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

/// One join of somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Join {
    pub(crate) who: Who,
    pub(crate) user_id: u32,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) left: Left,
    pub(crate) is_host: bool,
}

/// Why a join ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    WithTheMeeting,
    Early,
    Disconnected,
}

/// What ids of joins begin after: 2^24, so that all have eight digits.
const FIRST_USER_ID: u32 = 1 << 24;
/// Ids of joins are multiples of this.
const USER_ID_STEP: u32 = 1_024;

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
        if instance.day > LAST_DAY || !series.meets_on(instance.day) {
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

    /// Who is asked to come, in order: the host first, guests last.
    fn invited(&self, series: Series, place: u32) -> Option<Who> {
        let people = self.invited_people(series);
        if place < people {
            Some(Who::Person(self.person(series, place)))
        } else {
            let guest = place - people;
            (guest < Self::invited_guests(series))
                .then_some(Who::Guest { series: series.index, place: guest })
        }
    }

    /// Everybody's joins, in the order of their ids.
    pub(crate) fn joins<'c>(&'c self, meeting: &'c Meeting) -> impl Iterator<Item = Join> + 'c {
        let invited = self.invited_people(meeting.series) + Self::invited_guests(meeting.series);
        (0..invited).flat_map(move |place| self.joins_of(meeting, place).into_iter().flatten())
    }

    /// The join with this id.
    pub(crate) fn join(&self, meeting: &Meeting, user_id: u32) -> Option<Join> {
        let offset = user_id.checked_sub(FIRST_USER_ID + USER_ID_STEP)?;
        if !offset.is_multiple_of(USER_ID_STEP) {
            return None;
        }
        self.joins_of(meeting, offset / USER_ID_STEP / 2)
            .into_iter()
            .flatten()
            .find(|join| join.user_id == user_id)
    }

    /// The joins of who stands at a place of the invitation: none, one, or two after a break.
    fn joins_of(&self, meeting: &Meeting, place: u32) -> [Option<Join>; 2] {
        let Some(who) = self.invited(meeting.series, place) else { return [None; 2] };
        let draw = meeting.draw.of(Purpose::Join).at(place.into());
        let is_host = place == 0;
        if !is_host && !draw.of(Purpose::Attends).chance(meeting.series.attendance()) {
            return [None; 2];
        }
        let length = u32::try_from((meeting.end - meeting.start) / SECOND)
            .expect("no meeting lasts for years");
        let lateness = draw.of(Purpose::Start);
        // Most come within the first two minutes.
        let late =
            if is_host { 0 } else { lateness.at(0).below(120).min(lateness.at(1).below(300)) };
        let (early, left) = if !is_host && draw.of(Purpose::Leave).chance(0.15) {
            (draw.of(Purpose::Length).below(length / 3), Left::Early)
        } else {
            (0, Left::WithTheMeeting)
        };
        let seconds = |count: u32| i64::from(count) * SECOND;
        let user_id = FIRST_USER_ID + USER_ID_STEP * (1 + 2 * place);
        let join = Join {
            who,
            user_id,
            start: meeting.start + seconds(late),
            end: meeting.end - seconds(early),
            left,
            is_host,
        };
        let rejoin = draw.of(Purpose::Rejoin);
        if is_host || !rejoin.chance(0.06) || length < 600 {
            return [Some(join), None];
        }
        let away_at = meeting.start + seconds(310 + rejoin.at(0).below(length / 3));
        let back_at = away_at + seconds(15 + rejoin.at(1).below(60));
        if back_at >= join.end {
            return [Some(join), None];
        }
        [
            Some(Join { end: away_at, left: Left::Disconnected, ..join }),
            Some(Join { start: back_at, user_id: user_id + USER_ID_STEP, ..join }),
        ]
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

    /// True when nobody but the host came.
    pub(crate) fn is_alone(&self, meeting: &Meeting) -> bool {
        self.joins(meeting).all(|join| join.is_host)
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

    const fn attendance(&self) -> f64 {
        match self.sort {
            Sort::AllHands | Sort::Webinar => 0.7,
            Sort::Handover => 0.9,
            Sort::OneToOne => 0.88,
            _ => 0.82,
        }
    }

    fn meets_on(&self, day: u32) -> bool {
        // 1970-01-01 was a Thursday; Monday is 0.
        let weekday = (day + 3) % 7;
        let own_day = self.draw.of(Purpose::Day).at(0).below(5);
        let today = self.draw.of(Purpose::Attends).at(day.into());
        match self.sort {
            Sort::Handover => true,
            Sort::AllHands => weekday == 3,
            Sort::Webinar => weekday == 1,
            Sort::Standup => weekday < 5 && today.chance(0.95),
            Sort::Planning => weekday == own_day && today.chance(0.95),
            Sort::Project => {
                (weekday == own_day || weekday == (own_day + 2) % 5) && today.chance(0.95)
            }
            Sort::OneToOne => weekday < 5 && today.chance(0.35),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// 2026-11-17, a Tuesday.
    const TUESDAY: u32 = 20_774;

    fn calendar(people: u32) -> Calendar {
        Calendar::new(Company::new(1, people))
    }

    #[test]
    fn a_working_day_has_meetings_of_every_sort() {
        let calendar = calendar(200);
        let week: Vec<Meeting> = (TUESDAY..TUESDAY + 7)
            .flat_map(|day| calendar.day(day, 0).collect::<Vec<_>>())
            .collect();
        for sort in [
            Sort::AllHands,
            Sort::Handover,
            Sort::Webinar,
            Sort::Standup,
            Sort::Planning,
            Sort::Project,
            Sort::OneToOne,
        ] {
            assert!(week.iter().any(|meeting| meeting.series.sort == sort), "{sort:?}");
        }
        assert!((150..400).contains(&week.len()), "{}", week.len());
    }

    #[test]
    fn the_handover_crosses_midnight() {
        let meeting = calendar(50).meeting(Instance { day: TUESDAY, series: 1 }).unwrap();
        assert_eq!(meeting.start.div_euclid(DAY) + 1, meeting.end.div_euclid(DAY));
    }

    #[test]
    fn some_rejoin_some_meet_alone_and_some_are_guests() {
        let calendar = calendar(400);
        let (mut rejoins, mut alone, mut guests) = (0, 0, 0);
        for meeting in calendar.day(TUESDAY, 0) {
            let joins: Vec<Join> = calendar.joins(&meeting).collect();
            alone += u32::from(joins.len() == 1);
            rejoins += joins.iter().filter(|join| join.left == Left::Disconnected).count();
            guests += joins.iter().filter(|join| matches!(join.who, Who::Guest { .. })).count();
        }
        assert!(rejoins > 5 && alone > 0 && guests > 20, "{rejoins} {alone} {guests}");
    }

    #[test]
    fn the_latest_instance_is_the_last_that_has_begun() {
        let calendar = calendar(50);
        let today = calendar.meeting(Instance { day: TUESDAY, series: 1 }).unwrap();
        let latest = |now| calendar.latest(1, now).unwrap().instance.day;
        assert_eq!(latest(today.start), TUESDAY);
        assert_eq!(latest(today.start - 1), TUESDAY - 1);
        assert_eq!(latest(today.end + 60 * MINUTE), TUESDAY);
    }

    proptest! {
        #[test]
        fn joins_lie_within_their_meeting_and_are_found_by_id(
            seed: u64, people in 10_u32..3_000, day in 18_000_u32..30_000, series: u32,
        ) {
            let calendar = Calendar::new(Company::new(seed, people));
            let series = series % calendar.series_count();
            let Some(meeting) = calendar.meeting(Instance { day, series }) else { return Ok(()) };
            prop_assert_eq!(meeting.start.div_euclid(DAY), i64::from(day));
            prop_assert!(meeting.start < meeting.end);
            let mut ids = HashSet::new();
            let mut people = HashSet::new();
            for join in calendar.joins(&meeting) {
                prop_assert!(meeting.start <= join.start && join.start < join.end);
                prop_assert!(join.end <= meeting.end);
                prop_assert!(ids.insert(join.user_id));
                if join.user_id / USER_ID_STEP % 2 == 1 {
                    let is_new = people.insert(format!("{:?}", join.who));
                    prop_assert!(is_new);
                }
                let found = calendar.join(&meeting, join.user_id).unwrap();
                prop_assert_eq!((found.start, found.end), (join.start, join.end));
                prop_assert!(calendar.join(&meeting, join.user_id + 1).is_none());
            }
            prop_assert!(!ids.is_empty());
            if let Some(share) = Calendar::share(&meeting) {
                prop_assert!(meeting.start <= share.start && share.start < share.end);
                prop_assert!(share.end <= meeting.end);
                prop_assert!(ids.contains(&share.user_id));
            }
        }
    }
}
