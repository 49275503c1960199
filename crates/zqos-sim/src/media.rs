//! From cause to figure: the path of one join, and what its streams make of it.
//!
//! Time goes by in windows of five seconds, as Zoom measures; a minute folds twelve of them. Every
//! window is a function of its number, so any minute can be computed by itself.

mod call;
mod model;
mod path;
mod stream;

pub(crate) use call::{CallSession, Measured};
pub(crate) use model::Model;
pub(crate) use path::{Path, Transport};
#[cfg(test)]
pub(crate) use stream::Picture;
pub(crate) use stream::{Figures, Minute};

use std::ops::Range;

use crate::calendar::{Calendar, Call, Join, MINUTE, Meeting, Share, Space};
use crate::company::{DeviceKind, Who};
use crate::draw::{Draw, Purpose};
use crate::fault::Fault;
use crate::media::path::{Leg, Weather};
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
}

/// How many people of a meeting take turns in speaking, at most.
const SPEAKERS: usize = 4;
/// In meetings of more people than this nobody sends the largest picture.
const LARGE: usize = 6;

impl Session {
    /// Prepares a join of a meeting.
    pub(crate) fn new(world: &World, meeting: &Meeting, join: Join) -> Self {
        Self::among(&world.faults_of(meeting), world, meeting, join)
    }

    /// Prepares a join of a meeting in which these faults act and no other.
    pub(crate) fn among(faults: &[Fault], world: &World, meeting: &Meeting, join: Join) -> Self {
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
            speakers.push(Speaker {
                who: join.who,
                stays: vec![stay],
                draw: draw_of(meeting, join),
                path: Path::new(world, meeting, join, faults),
            });
        }
        let mut places: Vec<u32> = joins.iter().map(|join| join.place).collect();
        places.dedup();
        let device = world.company.device(join.who);
        Self {
            draw: draw_of(meeting, &join),
            join,
            path: Path::new(world, meeting, &join, faults),
            device: device.kind,
            power: device.power,
            is_large: places.len() > LARGE,
            share: Calendar::share(meeting)
                .filter(|_| join.space == Space::Main && device.kind.has_pictures()),
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
        let paths = self.speakers.iter().map(|speaker| &speaker.path).chain([&self.path]);
        let mut faults: Vec<Fault> = paths.flat_map(Path::faults).copied().collect();
        faults.sort_by_key(|fault| fault.id);
        faults.dedup_by_key(|fault| fault.id);
        faults
    }

    /// True when the camera is on.
    pub(crate) fn is_filmed_at(&self, instant: i64) -> bool {
        camera(self.draw, instant.div_euclid(MINUTE)).is_some()
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
        // Nothing came before the first one.
        let mut budgets = Budgets::default();
        (first..=last).map(move |minute| self.measure(minute, end, &mut budgets))
    }

    /// One minute, as far as the join lasts by `end`.
    pub(crate) fn minute(&self, minute: i64, end: i64) -> Minute {
        self.measure(minute, end, &mut Budgets::before(self, minute))
    }

    fn has_camera(&self) -> bool {
        self.device.has_pictures() && self.join.space != Space::WaitingRoom
    }

    fn measure(&self, minute: i64, end: i64, budgets: &mut Budgets) -> Minute {
        let first = (minute * WINDOWS).max(self.join.start.div_euclid(WINDOW));
        let last = (minute * WINDOWS + WINDOWS).min((end + WINDOW - 1).div_euclid(WINDOW));
        let scene = Scene::new(self, minute);
        let mut fold = Fold::default();
        for window in first..last {
            self.window(window, &scene, budgets, &mut fold);
        }
        fold.into_minute(minute * MINUTE, self.device)
    }

    /// Measures one window.
    fn window(&self, number: i64, scene: &Scene<'_>, budgets: &mut Budgets, fold: &mut Fold) {
        let instant = number * WINDOW;
        let effect = self.path.effect(instant);
        let window = self.path.window(number, &scene.weather, effect);
        let (up, down) = (self.path.up(&window), self.path.down(&window));
        let (sent_budget, received_budget) = budgets.next(&up, &down);
        let noise = self.draw.of(Purpose::Echo).when(number);

        // What the speaker's side adds to what is heard and seen here.
        let speaker = scene.speaker.as_ref().filter(|speaker| speaker.is_there(instant));
        let speaks = speaker.is_some_and(|speaker| speaker.who == self.join.who);
        let far = speaker.filter(|_| !speaks).map(|speaker| (speaker, speaker.way_out(number)));
        let heard = far.map_or(down, |(_, out)| down.after(&out));

        // The processor: what the meeting wants, and what other programs leave of it.
        let seen = far
            .filter(|_| self.device.has_pictures())
            .and_then(|(speaker, out)| Some((speaker.camera?, out)));
        let shares = self.share.filter(|share| (share.start..share.end).contains(&instant));
        let is_sharing = shares.is_some_and(|share| share.user_id == self.join.user_id);
        let wanted = 0.05
            + if scene.camera.is_some() { 0.14 } else { 0.0 }
            + if seen.is_some() { 0.09 } else { 0.0 }
            + if shares.is_some() { 0.06 } else { 0.0 };
        let others = scene.others + 0.05 * noise.at(1).unit() + effect.processor;
        let left = (1.0 - others / self.power).max(0.04);
        let used = (wanted / self.power).min(left);
        let pace = (used * self.power / wanted).min(1.0);
        fold.processor(100.0 * used, 100.0 * (used + others / self.power).min(1.0));
        if let Some(signal) = self.path.signal_dbm(&window).filter(|_| self.device.knows_signal()) {
            fold.signal(signal);
        }

        // Whoever listens is mostly muted; who was called by telephone neither speaks nor hears by
        // the device.
        let has_audio = self.join.call != Some(Call::Out) && self.join.space != Space::WaitingRoom;
        if has_audio && (speaks || scene.is_unmuted) {
            let rate = if speaks { 62.0 } else { 24.0 };
            fold.audio_sent(&up, noise.at(2).about(rate, 4.0));
        }
        if has_audio && !self.speakers.is_empty() && (far.is_some() || noise.at(3).chance(0.4)) {
            let rate = if far.is_some() { 58.0 } else { 20.0 };
            fold.audio_received(&heard, noise.at(4).about(rate, 4.0));
        }
        if let Some(light) = scene.camera {
            let wanted = if speaks && !self.is_large { Level::Hd } else { Level::Middle };
            let level = wanted.within(sent_budget);
            fold.video_sent(&up, level, pace * light, noise.at(5));
        }
        if let Some((light, out)) = seen {
            let wanted = match (scene.gallery, self.is_large) {
                (true, _) => Level::Small,
                (false, true) => Level::Middle,
                (false, false) => Level::Hd,
            };
            let level = wanted.within(received_budget.min(out.budget_kbps()));
            fold.video_received(&heard, level, pace * light, noise.at(6));
        }
        if shares.is_some() {
            let busy = 0.15 + 0.85 * self.draw.of(Purpose::Share).smooth(instant, 30_000);
            if is_sharing {
                fold.share_sent(&up, busy, pace, noise.at(7));
            } else {
                fold.share_received(&down, busy, pace, noise.at(8));
            }
        }
    }
}

/// What stays as it is for a minute.
struct Scene<'s> {
    weather: Weather,
    /// Whose turn it is.
    speaker: Option<Turn<'s>>,
    is_unmuted: bool,
    camera: Option<f64>,
    /// The layout is the gallery, where pictures are small.
    gallery: bool,
    /// What other programs use, in processors of power 1.
    others: f64,
}

impl<'s> Scene<'s> {
    fn new(session: &'s Session, minute: i64) -> Self {
        let Session { draw, .. } = *session;
        let instant = minute * MINUTE;
        let turn = minute.div_euclid(2);
        let count = u32::try_from(session.speakers.len()).expect("few speak");
        let place = session.turns.when(turn).below(count);
        let load = draw.of(Purpose::Cpu);
        // A scan or an update, by spells of three minutes.
        let chore = load.at(0).when(minute.div_euclid(3));
        let chore = if chore.chance(0.007) { chore.at(1).between(0.15, 0.7) } else { 0.0 };
        Self {
            weather: session.path.weather(minute),
            speaker: session.speakers.get(place as usize).map(|speaker| Turn::new(speaker, minute)),
            is_unmuted: draw.of(Purpose::Talk).when(turn).chance(0.3),
            camera: camera(draw, minute).filter(|_| session.has_camera()),
            // Now and then somebody changes the layout.
            gallery: draw.of(Purpose::Layout).when(minute.div_euclid(5)).chance(0.25),
            others: 0.04 + 0.14 * load.smooth(instant, 240_000) + chore,
        }
    }
}

/// The turn of a speaker.
struct Turn<'s> {
    who: Who,
    stays: &'s [Range<i64>],
    path: &'s Path,
    weather: Weather,
    camera: Option<f64>,
}

impl<'s> Turn<'s> {
    fn new(speaker: &'s Speaker, minute: i64) -> Self {
        Self {
            who: speaker.who,
            stays: &speaker.stays,
            path: &speaker.path,
            weather: speaker.path.weather(minute),
            camera: camera(speaker.draw, minute),
        }
    }

    /// Nobody speaks when whoever would is not there.
    fn is_there(&self, instant: i64) -> bool {
        self.stays.iter().any(|stay| stay.contains(&instant))
    }

    fn way_out(&self, number: i64) -> Leg {
        let effect = self.path.effect(number * WINDOW);
        self.path.up(&self.path.window(number, &self.weather, effect))
    }
}

/// What the last windows would have let through, for pictures that recover slowly.
struct Budgets {
    sent: [f64; RECOVERY],
    received: [f64; RECOVERY],
}

impl Default for Budgets {
    /// Nothing came before.
    fn default() -> Self {
        Self { sent: [f64::MAX; RECOVERY], received: [f64::MAX; RECOVERY] }
    }
}

impl Budgets {
    /// The windows before a minute.
    fn before(session: &Session, minute: i64) -> Self {
        let Session { join, path, .. } = session;
        let mut budgets = Self::default();
        let joined = join.start.div_euclid(WINDOW);
        let first = (minute * WINDOWS).max(joined);
        let weather = path.weather(minute - 1);
        for number in (first - AFTERMATH / WINDOW).max(joined)..first {
            let window = path.window(number, &weather, path.effect(number * WINDOW));
            budgets.next(&path.up(&window), &path.down(&window));
        }
        budgets
    }

    /// Adds a window, and says what may be sent and received in it: what the narrowest of the
    /// last windows let through, the further back the more of it.
    fn next(&mut self, up: &Leg, down: &Leg) -> (f64, f64) {
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
        (narrowest(&mut self.sent, up), narrowest(&mut self.received, down))
    }
}

/// Where everything about somebody in a meeting is drawn, alike for all joins.
fn draw_of(meeting: &Meeting, join: &Join) -> Draw {
    meeting.draw.of(Purpose::Background).at(join.place.into())
}

/// The share of its pictures that a camera gives; `None` where it is off. It goes on and off by
/// spells of ten minutes, mostly on, and gives fewer where there is little light.
fn camera(draw: Draw, minute: i64) -> Option<f64> {
    let draw = draw.of(Purpose::Camera);
    let light =
        (0.6 + 0.5 * draw.at(0).unit() + 0.15 * draw.smooth(minute * MINUTE, 300_000)).min(1.0);
    draw.when(minute.div_euclid(10)).chance(0.35 + 0.6 * draw.unit()).then_some(light)
}

#[cfg(test)]
mod tests;
