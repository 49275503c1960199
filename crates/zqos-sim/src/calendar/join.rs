//! Joins: who comes to a meeting, when, how, and where they go within it.

use std::ops::Range;

use crate::calendar::{Calendar, Meeting, SECOND, Series, Sort};
use crate::company::{DeviceKind, Place, Who};
use crate::draw::{Draw, Purpose};

/// One join of somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Join {
    pub(crate) who: Who,
    pub(crate) user_id: u32,
    /// The place in the invitation: the same for all joins of somebody in a meeting.
    pub(crate) place: u32,
    pub(crate) space: Space,
    pub(crate) call: Option<Call>,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) left: Left,
    pub(crate) is_host: bool,
}

/// The part of a meeting that a join is in: nobody hears what is said in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Main,
    /// One of the breakout rooms, from 0 on.
    Breakout(u32),
    /// Before the host lets somebody in: no media at all.
    WaitingRoom,
}

/// A telephone in place of the device's own audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Somebody dialled in, with nothing but a telephone.
    In,
    /// Zoom called somebody who is there with another device as well.
    Out,
}

/// Why a join ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    WithTheMeeting,
    Early,
    Disconnected,
    /// For another part of the same meeting.
    Moved,
    /// Let in from the waiting room.
    Admitted,
    /// Not let in.
    Refused,
}

/// What ids of joins begin after: 2^24, so that all have eight digits.
pub(super) const FIRST_USER_ID: u32 = 1 << 24;
/// Ids of joins are multiples of this.
pub(super) const USER_ID_STEP: u32 = 1_024;
/// How many breakout rooms a planning has.
pub(super) const BREAKOUTS: u32 = 2;
/// The most joins that somebody has in one meeting.
pub(super) const JOINS: u32 = 3;

/// The joins of somebody, one after the other.
type Joins = [Option<Join>; JOINS as usize];

impl Calendar {
    /// Everybody's joins, in the order of their ids.
    pub(crate) fn joins<'c>(&'c self, meeting: &'c Meeting) -> impl Iterator<Item = Join> + 'c {
        let invited = self.invited_people(meeting.series) + Self::invited_guests(meeting.series);
        // One more for the room.
        (0..=invited).flat_map(move |place| self.joins_of(meeting, place).into_iter().flatten())
    }

    /// The join with this id.
    pub(crate) fn join(&self, meeting: &Meeting, user_id: u32) -> Option<Join> {
        let offset = user_id.checked_sub(FIRST_USER_ID + USER_ID_STEP)?;
        if !offset.is_multiple_of(USER_ID_STEP) {
            return None;
        }
        self.joins_of(meeting, offset / USER_ID_STEP / JOINS)
            .into_iter()
            .flatten()
            .find(|join| join.user_id == user_id)
    }

    /// The joins of who stands at a place of the invitation, one after the other.
    fn joins_of(&self, meeting: &Meeting, place: u32) -> Joins {
        let Some((join, draw)) = self.stay(meeting, place) else { return [None; JOINS as usize] };
        if let Some(wait) = meeting.series.wait(join.who, draw) {
            join.after_waiting(wait, meeting.end, draw)
        } else if let Some(breakout) = meeting.breakout(&join, draw) {
            join.through_breakout(breakout, draw)
        } else if let Some(away) = meeting.interruption(&join, draw) {
            join.around(away)
        } else {
            [Some(join), None, None]
        }
    }

    /// The time that who stands at a place of the invitation spends on the meeting, as though it
    /// were one join; and where it was drawn. `None` for nobody, and for who does not come.
    fn stay(&self, meeting: &Meeting, place: u32) -> Option<(Join, Draw)> {
        let who = self.invited(meeting.series, place)?;
        let draw = meeting.draw_of(place);
        let is_host = place == 0;
        let joins = match (place, who) {
            (0, _) => true,
            // Whoever else comes, the second does.
            (1, _) => !meeting.is_alone(),
            (_, Who::Room { .. }) => self.people_in_room(meeting) > 0,
            _ => meeting.attends(draw) && !self.sits_in_room(meeting, place),
        };
        if !joins {
            return None;
        }
        let lateness = draw.of(Purpose::Start);
        // Most come within the first two minutes.
        let late =
            if is_host { 0 } else { lateness.at(0).below(120).min(lateness.at(1).below(300)) };
        let (early, left) = if !is_host && draw.of(Purpose::Leave).chance(0.15) {
            (draw.of(Purpose::Length).below(meeting.seconds() / 3), Left::Early)
        } else {
            (0, Left::WithTheMeeting)
        };
        let join = Join {
            who,
            user_id: FIRST_USER_ID + USER_ID_STEP * (1 + JOINS * place),
            place,
            space: Space::Main,
            call: self.call(who, draw),
            start: meeting.start + seconds(late),
            end: meeting.end - seconds(early),
            left,
            is_host,
        };
        Some((join, draw))
    }

    /// The telephone of somebody: all that some guests have, and what a few people have themselves
    /// called on.
    fn call(&self, who: Who, draw: Draw) -> Option<Call> {
        match who {
            Who::Person(_) => draw.of(Purpose::Telephone).chance(0.02).then_some(Call::Out),
            Who::Guest { .. } => {
                let kind = self.company.device(who).kind;
                (kind == DeviceKind::Telephone).then_some(Call::In)
            }
            Who::Room { .. } => None,
        }
    }

    /// The other one of two people whose computers send straight to each other, for somebody in a
    /// meeting in which nobody else can be.
    pub(crate) fn peer(&self, meeting: &Meeting, who: Who) -> Option<Who> {
        let is_direct = meeting.series.sort == Sort::OneToOne
            && !meeting.is_alone()
            && meeting.draw.of(Purpose::Direct).chance(0.3);
        if !is_direct {
            return None;
        }
        let pair = [0, 1].map(|place| Who::Person(self.person(meeting.series, place)));
        let can = |&who: &Who| {
            let is_tunnelled =
                matches!(self.company.place(who, meeting.instance.day), Place::Vpn { .. });
            self.company.device(who).kind.is_computer() && !is_tunnelled
        };
        if !pair.iter().all(can) {
            return None;
        }
        pair.into_iter().find(|&other| other != who)
    }

    /// How many people sit in the room that is booked, and do not join by themselves.
    pub(crate) fn people_in_room(&self, meeting: &Meeting) -> u32 {
        let places = 2..self.invited_people(meeting.series);
        let sitting = places.filter(|&place| {
            meeting.attends(meeting.draw_of(place)) && self.sits_in_room(meeting, place)
        });
        u32::try_from(sitting.count()).expect("a team is small")
    }

    /// True for who would sit in the room that is booked: most of those who are in its office.
    fn sits_in_room(&self, meeting: &Meeting, place: u32) -> bool {
        let Some(Who::Room { site, .. }) = self.booked_room(meeting.series) else { return false };
        let Some(who @ Who::Person(_)) = self.invited(meeting.series, place) else { return false };
        let is_there = match self.company.place(who, meeting.instance.day) {
            Place::OfficeWired { site: at } | Place::OfficeWifi { site: at, .. } => at == site,
            _ => false,
        };
        is_there && meeting.draw_of(place).of(Purpose::Room).chance(0.7)
    }

    /// How long the client took until it was in the meeting, in seconds.
    pub(crate) fn join_cost(meeting: &Meeting, join: &Join) -> f64 {
        meeting.draw.of(Purpose::Join).at(join.user_id.into()).between(1.0, 8.0)
    }
}

impl Join {
    /// The `nth` further join of the same stay, from an instant on.
    const fn again(self, nth: u32, start: i64) -> Self {
        Self { user_id: self.user_id + USER_ID_STEP * nth, start, ..self }
    }

    /// Waits first, and is let in or not.
    fn after_waiting(self, wait: u32, end: i64, draw: Draw) -> Joins {
        let admitted = self.start + seconds(wait);
        let waits = Self { space: Space::WaitingRoom, end: admitted, ..self };
        if admitted >= self.end || draw.of(Purpose::WaitingRoom).at(1).chance(0.04) {
            let end = admitted.min(end);
            return [Some(Self { end, left: Left::Refused, ..waits }), None, None];
        }
        [Some(Self { left: Left::Admitted, ..waits }), Some(self.again(1, admitted)), None]
    }

    /// Goes to a breakout room, and comes back.
    fn through_breakout(self, breakout: Range<i64>, draw: Draw) -> Joins {
        // Each takes a few seconds to be there.
        let travel = seconds(2 + draw.of(Purpose::Breakout).at(2).below(6));
        let moved = Self { end: breakout.start, left: Left::Moved, ..self };
        let within = Self {
            space: Space::Breakout(self.place % BREAKOUTS),
            end: breakout.end,
            ..moved.again(1, breakout.start + travel)
        };
        let back = self.again(2, breakout.end + travel);
        [Some(moved), Some(within), Some(back).filter(|back| back.start < back.end)]
    }

    /// Loses the connection, and joins again.
    fn around(self, away: Range<i64>) -> Joins {
        let lost = Self { end: away.start, left: Left::Disconnected, ..self };
        [Some(lost), Some(self.again(1, away.end)), None]
    }
}

impl Meeting {
    /// Where all is drawn about who stands at a place of the invitation.
    fn draw_of(&self, place: u32) -> Draw {
        self.draw.of(Purpose::Join).at(place.into())
    }

    /// True for who is asked to come and has the time, by that draw.
    fn attends(&self, person: Draw) -> bool {
        person.of(Purpose::Attends).chance(self.series.attendance())
    }

    /// How long it lasts.
    fn seconds(&self) -> u32 {
        u32::try_from((self.end - self.start) / SECOND).expect("no meeting lasts for years")
    }

    /// The stretch in which somebody is in a breakout room, if there are any: in a share of the
    /// plannings, in the middle. The host stays where everybody can come back to.
    fn breakout(&self, join: &Join, person: Draw) -> Option<Range<i64>> {
        let draw = self.draw.of(Purpose::Breakout);
        let goes = self.series.sort == Sort::Planning
            && matches!(join.who, Who::Person(_))
            && !join.is_host
            && draw.chance(0.4);
        if !goes {
            return None;
        }
        let within = |place: u64, share: u32| {
            // Not all go at the same second.
            let own = person.of(Purpose::Breakout).at(place).below(20);
            self.start + seconds(self.seconds() * share / 100 + draw.at(place).below(120) + own)
        };
        let (start, end) = (within(0, 35), within(1, 60));
        (join.start < start && end < join.end).then_some(start..end)
    }

    /// The stretch for which somebody loses the connection, if it is lost.
    fn interruption(&self, join: &Join, person: Draw) -> Option<Range<i64>> {
        let draw = person.of(Purpose::Rejoin);
        if join.is_host || !draw.chance(0.06) || self.seconds() < 600 {
            return None;
        }
        let start = self.start + seconds(310 + draw.at(0).below(self.seconds() / 3));
        let end = start + seconds(15 + draw.at(1).below(60));
        (end < join.end).then_some(start..end)
    }
}

impl Series {
    /// For how many seconds somebody waits to be let in: guests, where the host wants that.
    fn wait(&self, who: Who, join: Draw) -> Option<u32> {
        let has_waiting_room =
            self.sort == Sort::Project && self.draw.of(Purpose::WaitingRoom).chance(0.5);
        (has_waiting_room && who.is_external())
            .then(|| 5 + join.of(Purpose::WaitingRoom).at(0).below(115))
    }
}

fn seconds(count: u32) -> i64 {
    i64::from(count) * SECOND
}
