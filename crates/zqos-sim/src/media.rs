//! From cause to figure: the path of one join, and what its streams make of it.
//!
//! Time goes by in windows of five seconds, as Zoom measures; a minute folds twelve of them. Every
//! window is a function of its number, so any minute can be computed by itself.

mod path;
mod stream;

pub(crate) use path::{Path, Transport};
pub(crate) use stream::{Figures, Minute, Picture};

use std::ops::Range;

use crate::calendar::{Calendar, Call, Join, MINUTE, Meeting, Share, Space};
use crate::company::{DeviceKind, Who};
use crate::draw::{Draw, Purpose};
use crate::fault::{Effect, Fault, FaultId, FaultKind};
use crate::media::path::{Leg, Window};
use crate::media::stream::{Fold, Level};
use crate::world::World;

/// Length of a window in milliseconds.
pub(crate) const WINDOW: i64 = 5_000;
/// Windows in a minute.
const WINDOWS: i64 = 12;
/// For how many windows a picture stays small after its way was narrow: forty seconds. The authors
/// of "Measuring the Performance and Network Utilization of Popular Video Conferencing
/// Applications" (IMC 2021), saw recoveries take up to fifty.
const RECOVERY: usize = 8;
/// How long after it a fault can be seen: as long as pictures take to recover.
pub(crate) const AFTERMATH: i64 = 8 * WINDOW;

/// Everything that decides what one join measures.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    draw: Draw,
    join: Join,
    path: Path,
    /// The faults that may touch this join.
    faults: Vec<Fault>,
    device: DeviceKind,
    power: f64,
    is_large: bool,
    share: Option<Share>,
    /// Those who may be heard, with how they send; the same for all joins of a meeting.
    speakers: Vec<Speaker>,
    /// Who of them speaks when; the same for all joins of a meeting.
    turns: Draw,
}

/// Somebody who may speak.
#[derive(Debug, Clone)]
struct Speaker {
    who: Who,
    /// When they are there: once, or more often after a break.
    stays: Vec<Range<i64>>,
    draw: Draw,
    path: Path,
    faults: Vec<Fault>,
}

/// How many people of a meeting take turns in speaking, at most.
const SPEAKERS: usize = 4;

impl Session {
    /// Prepares a join of a meeting.
    pub(crate) fn new(world: &World, meeting: &Meeting, join: Join) -> Self {
        // Nobody hears what is said in another part of the meeting, and nothing in the waiting
        // room.
        let joins: Vec<Join> = world
            .calendar
            .joins(meeting)
            .filter(|other| other.space == join.space && join.space != Space::WaitingRoom)
            .collect();
        let mut speakers: Vec<Speaker> = Vec::new();
        for join in joins.iter().filter(|join| matches!(join.who, Who::Person(_))) {
            let stay = join.start..join.end;
            if let Some(speaker) = speakers.last_mut().filter(|last| last.who == join.who) {
                speaker.stays.push(stay);
                continue;
            }
            if speakers.len() == SPEAKERS {
                break;
            }
            let path = path_of(world, meeting, join.who);
            speakers.push(Speaker {
                who: join.who,
                stays: vec![stay],
                draw: draw_of(meeting, join),
                faults: faults_of(world, meeting, join.who, &path),
                path,
            });
        }
        let mut places: Vec<u32> = joins.iter().map(|join| join.place).collect();
        places.dedup();
        let path = path_of(world, meeting, join.who);
        let device = world.company.device(join.who);
        Self {
            draw: draw_of(meeting, &join),
            join,
            faults: faults_of(world, meeting, join.who, &path),
            path,
            device: device.kind,
            power: device.power,
            is_large: places.len() > 6,
            share: Calendar::share(meeting).filter(|_| join.space == Space::Main),
            speakers,
            turns: meeting.draw.of(Purpose::Speaker),
        }
    }

    /// The path, for what the API tells of it.
    pub(crate) const fn path(&self) -> &Path {
        &self.path
    }

    /// The faults that may touch this join or those who may be heard, each once.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let heard = self.speakers.iter().flat_map(|speaker| &speaker.faults);
        let mut faults: Vec<Fault> = self.faults.iter().chain(heard).copied().collect();
        faults.sort_by_key(|fault| fault.id);
        faults.dedup_by_key(|fault| fault.id);
        faults
    }

    /// The same join in a world where one fault never was.
    pub(crate) fn without(&self, id: FaultId) -> Self {
        let mut session = self.clone();
        session.faults.retain(|fault| fault.id != id);
        for speaker in &mut session.speakers {
            speaker.faults.retain(|fault| fault.id != id);
        }
        session
    }

    /// Every minute from the join until `until`.
    pub(crate) fn minutes(&self, until: i64) -> impl Iterator<Item = Minute> + '_ {
        let end = self.join.end.min(until);
        let first = self.join.start.div_euclid(MINUTE);
        let last = match self.join.space {
            // Nothing is sent to a waiting room.
            Space::WaitingRoom => first - 1,
            Space::Main | Space::Breakout(_) => (end - 1).div_euclid(MINUTE),
        };
        (first..=last).map(move |minute| self.minute(minute, end))
    }

    /// One minute, as far as the join lasts by `end`.
    pub(crate) fn minute(&self, minute: i64, end: i64) -> Minute {
        let first = (minute * WINDOWS).max(self.join.start.div_euclid(WINDOW));
        let last = (minute * WINDOWS + WINDOWS).min((end + WINDOW - 1).div_euclid(WINDOW));
        let mut fold = Fold::default();
        let mut budgets = Budgets::before(self, first);
        for window in first..last {
            self.window(window, &mut budgets, &mut fold);
        }
        fold.into_minute(minute * MINUTE, self.device)
    }

    /// Measures one window.
    fn window(&self, number: i64, budgets: &mut Budgets, fold: &mut Fold) {
        let instant = number * WINDOW;
        let effect = effect_of(&self.faults, instant);
        let state = self.path.window(number, &effect);
        let (sent_budget, received_budget) = budgets.next(&state);
        let turn = instant.div_euclid(2 * MINUTE);
        let talk = self.draw.of(Purpose::Talk).when(turn);
        let speaker = self.speaker(turn, instant);
        let speaks = speaker.is_some_and(|speaker| speaker.who == self.join.who);
        // Whoever listens is mostly muted, by spells of two minutes.
        let is_unmuted = speaks || talk.chance(0.3);
        // Who was called by telephone neither speaks nor hears by the device.
        let has_audio = self.join.call != Some(Call::Out) && self.join.space != Space::WaitingRoom;
        let has_pictures = self.device.has_pictures() && self.join.space != Space::WaitingRoom;
        let noise = self.draw.of(Purpose::Echo).when(number);

        // What the speaker's side adds to what is heard and seen here.
        let far = speaker.filter(|_| !speaks).map(|speaker| {
            let effect = effect_of(&speaker.faults, instant);
            (speaker, speaker.path.window(number, &effect).up)
        });
        let heard = match far {
            Some((_, up)) => state.down.after(&up),
            None => state.down,
        };

        // The processor: what the meeting wants, and what other programs leave of it.
        let is_filmed = has_pictures && camera_is_on(self.draw, instant);
        let sees_camera =
            has_pictures && far.is_some_and(|(speaker, _)| camera_is_on(speaker.draw, instant));
        let shares =
            self.share.filter(|share| has_pictures && (share.start..share.end).contains(&instant));
        let is_sharing = shares.is_some_and(|share| share.user_id == self.join.user_id);
        let wanted = 0.05
            + if is_filmed { 0.14 } else { 0.0 }
            + if sees_camera { 0.09 } else { 0.0 }
            + if shares.is_some() { 0.06 } else { 0.0 };
        let load = self.draw.of(Purpose::Cpu);
        let others = 0.08
            + 0.22 * load.smooth(instant, 240_000)
            + 0.06 * noise.at(1).unit()
            + effect.processor;
        let left = (1.0 - others / self.power).max(0.04);
        let used = (wanted / self.power).min(left);
        let pace = (used * self.power / wanted).min(1.0);
        fold.processor(100.0 * used, 100.0 * (used + others / self.power).min(1.0));
        if let Some(signal) = state.signal_dbm.filter(|_| self.device.knows_signal()) {
            fold.signal(signal);
        }

        if is_unmuted && has_audio {
            let rate = if speaks { 62.0 } else { 24.0 };
            fold.audio_sent(&state.up, noise.at(2).about(rate, 4.0));
        }
        if has_audio && !self.speakers.is_empty() && (far.is_some() || noise.at(3).chance(0.4)) {
            fold.audio_received(
                &heard,
                noise.at(4).about(if far.is_some() { 58.0 } else { 20.0 }, 4.0),
            );
        }
        if is_filmed {
            let wanted = if speaks && !self.is_large { Level::Hd } else { Level::Middle };
            let level = wanted.within(sent_budget);
            fold.video_sent(&state.up, level, pace, noise.at(5));
        }
        if sees_camera && let Some((_, up)) = far {
            // Now and then somebody changes to the gallery, where pictures are small.
            let gallery =
                self.draw.of(Purpose::Layout).when(instant.div_euclid(5 * MINUTE)).chance(0.25);
            let wanted = match (gallery, self.is_large) {
                (true, _) => Level::Small,
                (false, true) => Level::Middle,
                (false, false) => Level::Hd,
            };
            let level = wanted.within(received_budget.min(up.budget_kbps()));
            fold.video_received(&heard, level, pace, noise.at(6));
        }
        if shares.is_some() {
            let busy = 0.15 + 0.85 * self.draw.of(Purpose::Share).smooth(instant, 30_000);
            if is_sharing {
                fold.share_sent(&state.up, busy, pace, noise.at(7));
            } else {
                fold.share_received(&state.down, busy, pace, noise.at(8));
            }
        }
    }

    /// Who speaks in a spell of two minutes; nobody, when whoever would is not there.
    fn speaker(&self, turn: i64, instant: i64) -> Option<&Speaker> {
        let count = u32::try_from(self.speakers.len()).expect("few speak");
        if count == 0 {
            return None;
        }
        let place = self.turns.when(turn).below(count);
        self.speakers
            .get(place as usize)
            .filter(|speaker| speaker.stays.iter().any(|stay| stay.contains(&instant)))
    }
}

/// What the last windows would have let through, for pictures that recover slowly.
struct Budgets {
    sent: [f64; RECOVERY],
    received: [f64; RECOVERY],
}

impl Budgets {
    /// The windows before `first`, as though the join had begun earlier.
    fn before(session: &Session, first: i64) -> Self {
        let mut budgets = Self { sent: [f64::MAX; RECOVERY], received: [f64::MAX; RECOVERY] };
        let joined = session.join.start.div_euclid(WINDOW);
        for number in (first - 8).max(joined)..first {
            let effect = effect_of(&session.faults, number * WINDOW);
            budgets.next(&session.path.window(number, &effect));
        }
        budgets
    }

    /// Adds a window, and says what may be sent and received in it: what the narrowest of the
    /// last windows let through, the further back the more of it.
    fn next(&mut self, window: &Window) -> (f64, f64) {
        let narrowest = |past: &mut [f64; RECOVERY], leg: &Leg| {
            past.rotate_right(1);
            past[0] = leg.budget_kbps();
            let mut growth = 1.0;
            let mut budget = f64::MAX;
            for let_through in past.iter() {
                budget = budget.min(let_through * growth);
                growth *= 1.15;
            }
            budget
        };
        (narrowest(&mut self.sent, &window.up), narrowest(&mut self.received, &window.down))
    }
}

/// Where everything about somebody in a meeting is drawn, alike for all joins.
fn draw_of(meeting: &Meeting, join: &Join) -> Draw {
    meeting.draw.of(Purpose::Background).at(join.place.into())
}

/// The path of somebody in a meeting: through the data centre, or straight to the other side.
fn path_of(world: &World, meeting: &Meeting, who: Who) -> Path {
    let World { company, calendar, .. } = world;
    let path = Path::new(company, meeting, who);
    match calendar.peer(meeting, who) {
        Some(other) => path.straight(company.city_of(who).region, company.city_of(other).region),
        None => path,
    }
}

/// The camera goes on and off by spells of ten minutes, mostly on.
fn camera_is_on(draw: Draw, instant: i64) -> bool {
    let inclined = 0.35 + 0.6 * draw.of(Purpose::Camera).unit();
    draw.of(Purpose::Camera).when(instant.div_euclid(10 * MINUTE)).chance(inclined)
}

/// The faults that may touch somebody in a meeting.
fn faults_of(world: &World, meeting: &Meeting, who: Who, path: &Path) -> Vec<Fault> {
    world
        .faults
        .acting(&world.company, meeting.start..meeting.end)
        .filter(|fault| fault.concerns(who, path.place(), path.data_center()))
        .filter(|fault| !(path.is_direct() && matches!(fault.kind, FaultKind::DataCenter { .. })))
        .collect()
}

fn effect_of(faults: &[Fault], instant: i64) -> Effect {
    let mut effect = Effect::default();
    for fault in faults {
        fault.act(instant, &mut effect);
    }
    effect
}

#[cfg(test)]
mod tests;
