//! Phone calls: what each side sends and receives, over the same paths and under the same faults as
//! the streams of meetings.

use crate::calendar::MINUTE;
use crate::company::Who;
use crate::draw::{Draw, Purpose};
use crate::fault::Fault;
use crate::media::path::{Leg, Path, Weather};
use crate::media::stream::{Figures, Windows};
use crate::media::{WINDOW, WINDOWS};
use crate::phone::PhoneCall;
use crate::world::World;

/// What the telephone network adds to a round trip beyond Zoom's gateway, in ms. Within a country it is
/// some tens; nobody measures it.
const OUTSIDE_MS: f64 = 40.0;
/// How many windows somebody talks at a stretch.
const TURN: i64 = 2;

/// Everything that decides what both sides of a call measure.
#[derive(Debug, Clone)]
pub(crate) struct CallSession {
    call: PhoneCall,
    /// The caller's and the callee's; none of people outside, of whom Zoom knows nothing.
    paths: [Option<Path>; 2],
}

/// What one side measured of a stretch of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// The end of the stretch: a whole minute, or the end of the call.
    pub(crate) instant: i64,
    /// Round trips are those to the data centre.
    pub(crate) sent: Figures,
    /// Round trips are those to the other side.
    pub(crate) received: Figures,
}

impl CallSession {
    /// Prepares a call.
    pub(crate) fn new(world: &World, call: PhoneCall) -> Self {
        let faults: Vec<Fault> =
            world.faults.acting(&world.company, call.start..call.end).collect();
        let paths = call.parties.map(|who| {
            matches!(who, Who::Person(_)).then(|| Path::of_call(world, &call, who, &faults))
        });
        Self { call, paths }
    }

    /// The path of the caller, or of the callee; `None` for people outside.
    pub(crate) const fn path(&self, side: usize) -> Option<&Path> {
        self.paths[side].as_ref()
    }

    /// What a side measured, minute by minute.
    pub(crate) fn minutes(&self, side: usize) -> impl Iterator<Item = Measured> + '_ {
        let PhoneCall { start, end, .. } = self.call;
        (start.div_euclid(MINUTE)..=(end - 1).div_euclid(MINUTE))
            .filter_map(move |minute| self.minute(side, minute))
    }

    /// What both sides measured in the minute in the middle of the call.
    pub(crate) fn middle(&self) -> impl Iterator<Item = Measured> + '_ {
        let minute = i64::midpoint(self.call.start, self.call.end - 1).div_euclid(MINUTE);
        (0..self.paths.len()).filter_map(move |side| self.minute(side, minute))
    }

    /// What a side measured in the part of a minute in which the call lasts.
    pub(crate) fn minute(&self, side: usize, minute: i64) -> Option<Measured> {
        let PhoneCall { start, end, draw, .. } = self.call;
        let [near, far] = [side, 1 - side]
            .map(|side| self.paths[side].as_ref().map(|path| (path, path.weather(minute))));
        let near = near?;
        let first = (minute * WINDOWS).max(start.div_euclid(WINDOW));
        let last = (minute * WINDOWS + WINDOWS).min((end + WINDOW - 1).div_euclid(WINDOW));
        let (mut sent, mut received) = (Windows::default(), Windows::default());
        for number in first..last {
            let [out, mut heard] = legs(&near, number);
            match &far {
                Some(far) => {
                    let [far_out, _] = legs(far, number);
                    heard = heard.after(&far_out);
                    heard.latency_ms += far_out.latency_ms;
                }
                None => heard.latency_ms += OUTSIDE_MS,
            }
            let caller_talks = draw.of(Purpose::Talk).when(number.div_euclid(TURN)).chance(0.5);
            let talks = caller_talks == (side == 0);
            let noise = draw.of(Purpose::Speaker).when(number).at(u64::from(side == 0));
            sent.add(&out, rate(talks, noise.at(0)));
            received.add(&heard, rate(!talks, noise.at(1)));
        }
        let instant = (minute * MINUTE + MINUTE).min(end);
        Some(Measured { instant, sent: sent.figures()?, received: received.figures()? })
    }
}

/// The way out and the way in of a side during a window.
fn legs((path, weather): &(&Path, Weather), number: i64) -> [Leg; 2] {
    let window = path.window(number, weather, path.effect(number * WINDOW));
    [path.up(&window), path.down(&window)]
}

/// The bitrate of Opus in kbit/s: of speech, and of silence, for which next to nothing is sent.
fn rate(talks: bool, noise: Draw) -> f64 {
    if talks { noise.about(28.0, 2.5) } else { noise.about(6.0, 0.8) }
}
