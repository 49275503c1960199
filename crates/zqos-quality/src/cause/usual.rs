//! What is usual: figures of people's own quiet minutes, by which others are found to be worse.

use std::collections::BTreeMap;

use super::index::{Entry, Index, Link};
use super::record::Text;

/// Of so many joins on, what is usual of somebody is known by the own minutes.
///
/// **Source**: a choice of this project; one or two joins may be troubled all along.
const OWN_JOINS: u32 = 3;

/// The same of the signal at a place, which changes with where somebody sits.
///
/// **Source**: a choice of this project: of one join there is nothing to compare it with.
const SIGNAL_JOINS: u32 = 2;

/// Of so many parts of all delays the lowest is taken for the usual one: it is that of quiet minutes also
/// where most of the time was troubled.
///
/// **Source**: a choice of this project.
const QUIET_PART: usize = 4;

/// The usual delays of people at one place differ by at most so many ms.
///
/// **Source**: a choice of this project: what lines of homes add to the round trip, from fibre to DSL.
const UNLIKE_MS: f64 = 30.0;

/// What is usual of one join.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usual {
    /// The round trip, in ms, by the first and the second leg.
    pub(super) latency_ms: [Option<f64>; 2],
    /// The same of jitter, in ms.
    pub(super) jitter_ms: [Option<f64>; 2],
    /// The signal, in dBm.
    pub(super) signal_dbm: Option<f64>,
}

/// Figures of one sort, and of how many joins they are.
#[derive(Debug, Default)]
struct Sample {
    joins: u32,
    figures: Vec<f64>,
}

impl Sample {
    /// The figure that one in `part` is below, counted from the lowest.
    fn low(&mut self, part: usize) -> Option<f64> {
        let last = self.figures.len().checked_sub(1)?;
        let (_, low, _) = self.figures.select_nth_unstable_by(last / part, f64::total_cmp);
        Some(*low)
    }

    /// The figure that one in `part` is above.
    fn high(&mut self, part: usize) -> Option<f64> {
        let last = self.figures.len().checked_sub(1)?;
        let (_, high, _) = self.figures.select_nth_unstable_by(last - last / part, f64::total_cmp);
        Some(*high)
    }
}

/// Where from and where to a delay is measured: somebody, at a place, on a link, to a data centre.
type Route = (u32, Option<u32>, Link, Option<Text>);
/// The same of all who are at a shared place.
type Trunk = (u32, Link, Option<Text>);

/// The usual figures of latencies and jitters, by leg.
type Quiet = [[Option<f64>; 2]; 2];

/// What is usual of somebody, but no more than what may be of a place: whoever was there in troubled times
/// alone knows no quiet ones.
fn capped(own: [Option<f64>; 2], shared: [Option<f64>; 2]) -> [Option<f64>; 2] {
    let cap = |(own, shared): (Option<f64>, Option<f64>)| {
        own.map(|own| shared.map_or(own, |shared| own.min(shared + UNLIKE_MS)))
    };
    [cap((own[0], shared[0])), cap((own[1], shared[1]))]
}

fn route(join: &Entry) -> Option<Route> {
    // What a call from peer to peer measures depends on the other.
    (!join.is_peer_to_peer).then_some((join.who, join.place, join.link, join.data_center))
}

fn trunk(index: &Index<'_>, join: &Entry) -> Option<Trunk> {
    let place = join.place.filter(|place| index.places[*place as usize].is_shared())?;
    (!join.is_peer_to_peer).then_some((place, join.link, join.data_center))
}

/// What is usual, of everybody and of places.
#[derive(Debug)]
pub(super) struct Habits {
    /// Of each join, in the order of the index.
    pub(super) of_joins: Vec<Usual>,
    /// The usual round trip from a shared place to a data centre, in ms.
    pub(super) to_centers: BTreeMap<(u32, Text), f64>,
    /// The usual number of pictures per second, by their height in pixels.
    pub(super) frame_rates: BTreeMap<u32, f64>,
}

impl Habits {
    pub(super) fn new(index: &Index<'_>) -> Self {
        let mut routes = BTreeMap::<Route, [[Sample; 2]; 2]>::new();
        let mut trunks = BTreeMap::<Trunk, [[Sample; 2]; 2]>::new();
        let mut signals = BTreeMap::<(u32, Option<u32>), Sample>::new();
        let mut pictures = BTreeMap::<u32, Sample>::new();
        let mut centers = BTreeMap::<(u32, Text), Sample>::new();
        for join in &index.joins {
            let latencies = |way: usize| {
                let ways = join.minutes.iter().map(move |minute| minute.ways[way]);
                ways.filter_map(|way| way.latency_ms())
            };
            let jitters = |way: usize| {
                let ways = join.minutes.iter().map(move |minute| minute.ways[way]);
                ways.filter_map(|way| way.jitter_ms())
            };
            let add = |[latency, jitter]: &mut [[Sample; 2]; 2]| {
                for way in 0..2 {
                    latency[way].figures.extend(latencies(way));
                    latency[way].joins += 1;
                    jitter[way].figures.extend(jitters(way));
                }
            };
            if let Some(route) = route(join) {
                add(routes.entry(route).or_default());
            }
            if let Some(trunk) = trunk(index, join) {
                add(trunks.entry(trunk).or_default());
                if let (place, Link::Wired | Link::Wireless, Some(center)) = trunk {
                    let sample = centers.entry((place, center)).or_default();
                    sample.figures.extend(latencies(0).chain(latencies(1)));
                }
            }
            let told = join.minutes.iter().filter_map(|minute| minute.signal_dbm).map(f64::from);
            let signal = signals.entry((join.who, join.place)).or_default();
            signal.joins += 1;
            signal.figures.extend(told);
            for way in join.minutes.iter().flat_map(|minute| &minute.ways) {
                if let Some((height, rate)) = way.height_px.zip(way.frame_rate_fps()) {
                    pictures.entry(height).or_default().figures.push(rate);
                }
            }
        }

        let quiet = |samples: &mut [[Sample; 2]; 2]| -> Quiet {
            samples.each_mut().map(|ways| ways.each_mut().map(|sample| sample.low(QUIET_PART)))
        };
        let mut own = BTreeMap::new();
        for (route, mut samples) in routes {
            own.insert(route, (samples[0][0].joins, quiet(&mut samples)));
        }
        let shared: BTreeMap<Trunk, Quiet> =
            trunks.into_iter().map(|(trunk, mut samples)| (trunk, quiet(&mut samples))).collect();
        let signals: BTreeMap<(u32, Option<u32>), Option<f64>> = signals
            .into_iter()
            .map(|(whose, mut sample)| {
                let is_known = sample.joins >= SIGNAL_JOINS;
                (whose, sample.high(QUIET_PART).filter(|_| is_known))
            })
            .collect();
        let of_joins = index.joins.iter().map(|join| {
            let own = route(join).and_then(|route| own.get(&route));
            let own_figures = own.map(|(_, figures)| *figures).unwrap_or_default();
            let is_known = own.is_some_and(|(joins, _)| *joins >= OWN_JOINS);
            let shared = trunk(index, join).and_then(|trunk| shared.get(&trunk)).copied();
            // Behind a tunnel everybody has another way.
            let is_alike = matches!(join.link, Link::Wired | Link::Wireless);
            let [latency_ms, jitter_ms] = match shared {
                Some(shared) if is_alike && !is_known => shared,
                Some([latency, _]) => [capped(own_figures[0], latency), own_figures[1]],
                None => own_figures,
            };
            Usual {
                latency_ms,
                jitter_ms,
                signal_dbm: signals.get(&(join.who, join.place)).copied().flatten(),
            }
        });
        Self {
            of_joins: of_joins.collect(),
            to_centers: centers
                .into_iter()
                .filter_map(|(way, mut sample)| Some((way, sample.low(2)?)))
                .collect(),
            frame_rates: pictures
                .into_iter()
                .filter_map(|(height, mut sample)| Some((height, sample.low(2)?)))
                .collect(),
        }
    }
}
