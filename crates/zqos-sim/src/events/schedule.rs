//! Which events happen, and when: what meetings and joins lead to, minute after minute.

use std::collections::VecDeque;
use std::ops::Range;

use crate::api::{Simulator, day_of};
use crate::calendar::{Join, LAST_DAY, MINUTE, Meeting, SECOND, Space, timestamp};
use crate::draw::{Draw, Purpose};
use crate::events::body::Teller;
use crate::events::{Event, EventsMode};
use crate::identity::Instance;
use crate::media::Session;

/// How much of a minute its record tells of: what was measured by the time at which it is sent. Zoom
/// says ten points, of six seconds each; here they are ten of the twelve windows of five seconds, as
/// the only record that was published was sent 55 seconds after the beginning of its minute.
const RECORDED: i64 = 50 * SECOND;
/// How long after the end of a meeting the last event of it comes, at most.
const LAST_WORD: i64 = 10 * SECOND;

/// What an event tells, in the order in which events of one instant come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Started,
    Joined,
    /// What is used, and through which network: on joining and whenever that changes.
    Data,
    /// The figures of a minute.
    Minute,
    Left,
    DataSummary,
    QosSummary,
    Ended,
}

/// Something that will be told. Ordered by instant, then so that the order is the same wherever a
/// range begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: i64,
    instance: Instance,
    user_id: Option<u32>,
    what: What,
    /// Places in [`Schedule::running`] and [`Running::joins`].
    place: (usize, usize),
}

/// A meeting that somebody can still hear of.
struct Running {
    meeting: Meeting,
    joins: Vec<Attendance>,
}

/// One join, with its figures where the host has QSS.
struct Attendance {
    join: Join,
    session: Option<Session>,
}

/// The events of a range.
pub(super) struct Schedule<'s> {
    simulator: &'s Simulator,
    range: Range<i64>,
    /// The minute that is looked at next, counted from 1970.
    minute: i64,
    /// The day whose meetings are looked up next.
    day: u32,
    /// Meetings that have not begun, the next first.
    coming: VecDeque<Meeting>,
    running: Vec<Running>,
    /// What is told in the last minute that was looked at, the next last.
    due: Vec<Due>,
    /// What one of them has become.
    told: VecDeque<Event>,
}

impl<'s> Schedule<'s> {
    pub(super) fn new(simulator: &'s Simulator, range: Range<i64>) -> Self {
        Self {
            simulator,
            // The calendar begins in 1970.
            minute: range.start.max(0).div_euclid(MINUTE),
            // No meeting lasts longer than into the next day.
            day: day_of(range.start).saturating_sub(1),
            range,
            coming: VecDeque::new(),
            running: Vec::new(),
            due: Vec::new(),
            told: VecDeque::new(),
        }
    }

    /// Looks at the next minute. False when the range is over.
    fn advance(&mut self) -> bool {
        let start = self.minute * MINUTE;
        let end = start + MINUTE;
        if start >= self.range.end || day_of(start) > LAST_DAY {
            return false;
        }
        self.minute += 1;
        while self.day <= day_of(start).min(LAST_DAY) {
            let mut meetings: Vec<Meeting> =
                self.simulator.world.calendar.day(self.day, 0).collect();
            meetings.sort_by_key(|meeting| meeting.start);
            self.coming.extend(meetings);
            self.day += 1;
        }
        self.running.retain(|running| running.meeting.end + LAST_WORD > start);
        while let Some(meeting) = self.coming.pop_front_if(|meeting| meeting.start < end) {
            if meeting.end + LAST_WORD > start {
                self.running.push(self.attend(meeting));
            }
        }
        let told = start.max(self.range.start)..end.min(self.range.end);
        for (place, running) in self.running.iter().enumerate() {
            let mut offer = |at, user_id, what, join| {
                if told.contains(&at) {
                    let instance = running.meeting.instance;
                    self.due.push(Due { at, instance, user_id, what, place: (place, join) });
                }
            };
            let draw = running.meeting.draw.of(Purpose::Event);
            for (what, at) in of_meeting(&running.meeting, draw) {
                offer(at, None, what, 0);
            }
            for (join, attendance) in running.joins.iter().enumerate() {
                let user_id = attendance.join.user_id;
                attendance.tell(start, draw.at(user_id.into()), |what, at| {
                    offer(at, Some(user_id), what, join);
                });
            }
        }
        self.due.sort_unstable_by(|one, other| other.cmp(one));
        true
    }

    fn attend(&self, meeting: Meeting) -> Running {
        let world = &self.simulator.world;
        let has_qss = self.simulator.has_qss(meeting.host);
        let attend = |join| Attendance {
            join,
            session: has_qss.then(|| Session::new(world, &meeting, join)),
        };
        // The waiting room is not yet the meeting.
        let joins = world.calendar.joins(&meeting);
        let joins = joins.filter(|join| join.space != Space::WaitingRoom).map(attend).collect();
        Running { meeting, joins }
    }

    /// Makes events of what is due.
    fn tell(&mut self, due: &Due) {
        let running = &self.running[due.place.0];
        let attendance = || &running.joins[due.place.1];
        let join = || &attendance().join;
        let session = || attendance().session.as_ref().expect("told only where the host has QSS");
        let teller = Teller::new(self.simulator, &running.meeting, due.at);
        let mut tell = |body| self.told.push_back(Event { at: timestamp(due.at), body });
        let is_plain = matches!(due.what, What::Started | What::Ended | What::Joined | What::Left);
        if is_plain && self.simulator.config.events.sessions {
            // An account of the Video SDK has events of its own in their place.
            return;
        }
        match due.what {
            What::Started => tell(teller.started()),
            What::Ended => tell(teller.ended()),
            What::Joined => tell(teller.joined(join())),
            What::Left => tell(teller.left(join())),
            What::Data => tell(teller.data(join(), session())),
            What::DataSummary => tell(teller.data_summary(join(), session())),
            What::QosSummary => tell(teller.qos_summary(join(), session())),
            What::Minute => {
                let minute = due.at.div_euclid(MINUTE);
                let figures = session().minute(minute, recorded(join(), minute * MINUTE));
                match self.simulator.config.events.mode {
                    EventsMode::PerType => teller.minute_by_types(join(), &figures, tell),
                    EventsMode::Aggregated => tell(teller.minute(join(), &figures)),
                }
            }
        }
    }
}

impl Iterator for Schedule<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.told.pop_front() {
                return Some(event);
            }
            match self.due.pop() {
                Some(due) => self.tell(&due),
                None if self.advance() => {}
                None => return None,
            }
        }
    }
}

impl Simulator {
    /// True when somebody's meetings have quality of service events.
    pub(super) fn has_qss(&self, host: u32) -> bool {
        let draw = self.world.company.root().of(Purpose::Qss).at(host.into());
        self.config.has_qss && draw.below(100) < self.config.events.qss_hosts_pct.into()
    }
}

/// When start and end of a meeting are told.
fn of_meeting(meeting: &Meeting, draw: Draw) -> [(What, i64); 2] {
    [
        (What::Started, meeting.start + lag(draw, What::Started, 200..700)),
        // Zoom first says that everybody has left.
        (What::Ended, meeting.end + lag(draw, What::Ended, 8_000..9_500)),
    ]
}

/// Some milliseconds out of a range.
fn lag(draw: Draw, what: What, range: Range<u32>) -> i64 {
    let lag = draw.at(what as u64).below(range.end - range.start);
    i64::from(range.start + lag)
}

/// Until when a record tells of a minute.
fn recorded(join: &Join, start: i64) -> i64 {
    join.end.min(start + RECORDED)
}

impl Attendance {
    /// What may be told in a minute: too much, as some of it lies outside.
    fn tell(&self, start: i64, draw: Draw, mut tell: impl FnMut(What, i64)) {
        let Join { start: joined, end: left, .. } = self.join;
        tell(What::Joined, joined + lag(draw, What::Joined, 800..1_500));
        tell(What::Left, left + lag(draw, What::Left, 1_000..2_000));
        let Some(session) = &self.session else { return };
        tell(What::Data, joined + lag(draw, What::Data, 2_000..3_000));
        tell(What::DataSummary, left + lag(draw, What::DataSummary, 3_000..7_000));
        tell(What::QosSummary, left + lag(draw, What::QosSummary, 3_000..7_000));
        let draw = draw.when(start);
        let is_in = |instant| (joined..left).contains(&instant);
        if is_in(start)
            && is_in(start - 1)
            && session.is_filmed_at(start) != session.is_filmed_at(start - 1)
        {
            tell(What::Data, start + lag(draw, What::Data, 2_000..3_000));
        }
        if joined < recorded(&self.join, start) && start < left {
            // Whoever leaves tells the last at once.
            let usual = start + lag(draw, What::Minute, 54_000..56_000);
            tell(What::Minute, usual.min(left + 900));
        }
    }
}
