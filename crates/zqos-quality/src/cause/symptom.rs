//! Symptoms: what shows in one minute of one join, and how often it shows when nothing is wrong.

use std::collections::BTreeMap;

use rayon::prelude::*;
use zqos_core::Pressure;

use crate::InputMeaning;
use crate::rule::PROCESSOR_PCT;

use super::index::{Entry, Index, Link};
use super::record::{Minute, Way};
use super::usual::{Habits, Usual};

/// From so many percent on a loss is one that something causes.
///
/// **Source**: a choice of this project: half of the 2 % that Zoom advises to stay within.
const LOSS_PCT: f64 = 1.0;

/// From so many percent on a loss is heavy.
///
/// **Source**: what vendors commonly warn at.
const HEAVY_LOSS_PCT: f64 = 5.0;

/// By so many ms, and by so great a part of what is usual, a delay is longer than that.
///
/// **Source**: a choice of this project: beyond what delays change from minute to minute.
const DELAY_MS: f64 = 40.0;
const DELAY_PART: f64 = 0.1;

/// By so many ms jitter is more than usual.
///
/// **Source**: a choice of this project.
const JITTER_MS: f64 = 4.0;

/// A loss is uneven when the worst five seconds lose so many times the mean.
///
/// **Source**: `max/avg > 5` is called a burst where it is 2 % at least; a choice of this project.
const UNEVEN: f64 = 4.0;

/// A signal is weak when it is by so many dB below what is usual of the person at the place, and
/// below so many dBm.
///
/// **Source**: choices of this project; about −70 dBm is where radio links commonly begin to suffer,
/// and a minute's mean hides seconds that are below it.
const SIGNAL_DROP_DB: f64 = 6.0;
const SIGNAL_DBM: f64 = -64.0;

/// A data centre is far when the round trip is by so many ms longer than to that which is usual.
///
/// **Source**: a choice of this project: about 3,000 km of fibre and back.
const FAR_MS: f64 = 30.0;

/// A sender explains what a listener lost when the sender lost at least so great a part of it: of two legs that
/// lose alike, one alone explains half.
///
/// **Source**: a choice of this project.
const PASSED_ON: f64 = 0.7;

/// What may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Symptom {
    /// What is sent is lost; over TCP it waits instead, and comes late and unevenly.
    LossSent,
    /// The same of what is received, and no sender explains it.
    LossReceived,
    /// Much of what is sent is lost.
    HeavySent,
    /// Much of what is received is lost, and no sender explains it.
    HeavyReceived,
    /// The worst seconds lose much more than the mean.
    UnevenLoss,
    /// The round trip is longer than usual, as measured on the way out.
    DelaySent,
    /// The same on the way in.
    DelayReceived,
    /// Packets that are sent arrive less evenly than usual.
    JitterSent,
    /// The same of what is received, and no sender explains it.
    JitterReceived,
    /// The signal is weaker than usual.
    WeakSignal,
    /// The signal is weaker than usual, though not so much as to be a symptom by itself.
    FadedSignal,
    /// The processor is busy.
    Busy,
    /// Fewer pictures come than is usual of their size, and nothing is lost.
    SlowPictures,
    /// Packets go by TCP.
    OverTcp,
    /// The data centre is farther than that which is usual of the host's place.
    FarCenter,
}

impl Symptom {
    pub(super) const COUNT: usize = 15;

    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::LossSent,
        Self::LossReceived,
        Self::HeavySent,
        Self::HeavyReceived,
        Self::UnevenLoss,
        Self::DelaySent,
        Self::DelayReceived,
        Self::JitterSent,
        Self::JitterReceived,
        Self::WeakSignal,
        Self::FadedSignal,
        Self::Busy,
        Self::SlowPictures,
        Self::OverTcp,
        Self::FarCenter,
    ];

    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// True for what is usual of some people and places and not of others. A processor that is always
    /// busy is no habit: it is what is looked for.
    const fn is_a_habit(self) -> bool {
        !matches!(self, Self::Busy | Self::SlowPictures)
    }

    /// No symptom shows less often in quiet times, as far as is assumed.
    ///
    /// **Source**: choices of this project. A few weeks tell of nothing that it never happens; servers are
    /// chosen by rules.
    const fn least_rate(self) -> f64 {
        match self {
            Self::FarCenter => 0.002,
            _ => 0.01,
        }
    }

    /// How much alike the minutes of one join are: 0 not at all, 1 wholly.
    ///
    /// **Source**: choices of this project. Kish's design effect makes of them how many independent
    /// minutes there are ("Survey Sampling", 1965).
    const fn likeness(self) -> f64 {
        match self {
            Self::LossSent
            | Self::LossReceived
            | Self::HeavySent
            | Self::HeavyReceived
            | Self::UnevenLoss => 0.15,
            Self::DelaySent
            | Self::DelayReceived
            | Self::JitterSent
            | Self::JitterReceived
            | Self::WeakSignal
            | Self::FadedSignal
            | Self::Busy
            | Self::SlowPictures => 0.3,
            Self::OverTcp | Self::FarCenter => 1.0,
        }
    }

    /// What one of `minutes` minutes of a join counts for.
    pub(super) fn weight(self, minutes: u32) -> f64 {
        1.0 / (1.0 + (f64::from(minutes.max(1)) - 1.0) * self.likeness())
    }
}

/// What speaks for nothing but the radio where the signal is weak.
pub(super) const LOSSES: u16 = Symptom::LossSent.bit()
    | Symptom::LossReceived.bit()
    | Symptom::HeavySent.bit()
    | Symptom::HeavyReceived.bit()
    | Symptom::UnevenLoss.bit()
    | Symptom::JitterSent.bit()
    | Symptom::JitterReceived.bit();

/// No speaker is known to have caused it.
pub(super) const NOBODY: u32 = u32::MAX;

/// What shows in one minute of a join.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// Minutes since 1970.
    pub(super) number: i64,
    /// The symptoms that show, as bits.
    pub(super) shown: u16,
    /// The symptoms of which it is known whether they show.
    pub(super) known: u16,
    /// The symptoms that some incident explains already, as bits.
    pub(super) explained: u16,
    /// The join whose sender explains what is lost here, or [`NOBODY`].
    pub(super) sender: u32,
}

impl Signs {
    /// The symptoms of which it is known whether they show, for a pattern that decides by some of them: under
    /// a weak signal, losses speak for that alone.
    pub(super) const fn known_to(&self, decisive: u16) -> u16 {
        let is_faded = self.shown & self.known & Symptom::FadedSignal.bit() != 0;
        if is_faded && decisive & Symptom::WeakSignal.bit() == 0 {
            self.known & !LOSSES
        } else {
            self.known
        }
    }

    /// Whether packets wait for others that are sent again: they come late and unevenly. Late or uneven ones
    /// alone tell nothing of that.
    fn waits(&self, [delay, jitter]: [Symptom; 2]) -> Option<bool> {
        let both = delay.bit() | jitter.bit();
        let shown = self.shown & self.known & both;
        (self.known & both == both && (shown == 0 || shown == both)).then_some(shown == both)
    }

    fn tell(&mut self, symptom: Symptom, shows: Option<bool>) {
        if let Some(shows) = shows {
            self.known |= symptom.bit();
            if shows {
                self.shown |= symptom.bit();
            }
        }
    }
}

/// What is told by each leg of a minute, that which is sent first.
fn sent_first<T>(minute: &Minute, meaning: InputMeaning, [first, second]: [T; 2]) -> [T; 2] {
    if minute.is_directed || meaning == InputMeaning::Sent {
        [first, second]
    } else {
        [second, first]
    }
}

/// The mean loss, in percent; `None` also where packets that are lost are sent again.
fn lost(join: &Entry, way: &Way) -> Option<f64> {
    way.loss_pct().filter(|_| !join.hides_losses)
}

fn is_slow(way: &Way, habits: &Habits) -> Option<bool> {
    let rate = way.frame_rate_fps()?;
    let usual = habits.frame_rates.get(&way.height_px?)?;
    Some(rate <= usual / 2.0)
}

fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one || other),
        _ => one.or(other),
    }
}

/// What shows of a join by itself; what it received is told later, when others are looked at.
fn signs_of(
    join: &Entry,
    usual: &Usual,
    is_far: Option<bool>,
    habits: &Habits,
    meaning: InputMeaning,
) -> Vec<Signs> {
    let signs = |minute: &Minute| {
        let mut signs =
            Signs { number: minute.number, shown: 0, known: 0, explained: 0, sender: NOBODY };
        let [sent, received] = sent_first(minute, meaning, minute.ways);
        let losses = [lost(join, &sent), lost(join, &received)];
        signs.tell(Symptom::LossSent, losses[0].map(|loss| loss >= LOSS_PCT));
        signs.tell(Symptom::HeavySent, losses[0].map(|loss| loss >= HEAVY_LOSS_PCT));
        let uneven = |way: &Way| {
            let (loss, worst) = way.loss_pct().zip(way.worst_loss_pct())?;
            (loss >= LOSS_PCT).then_some(worst >= UNEVEN * loss)
        };
        signs.tell(Symptom::UnevenLoss, either(uneven(&sent), uneven(&received)));
        let is_longer = |way: &Way, usual: Option<f64>| {
            let (latency, usual) = way.latency_ms().zip(usual)?;
            Some(latency - usual >= DELAY_MS.max(DELAY_PART * usual))
        };
        let [usual_sent, usual_received] = sent_first(minute, meaning, usual.latency_ms);
        signs.tell(Symptom::DelaySent, is_longer(&sent, usual_sent));
        signs.tell(Symptom::DelayReceived, is_longer(&received, usual_received));
        let jitter = |way: &Way, usual: Option<f64>| {
            let (jitter, usual) = way.jitter_ms().zip(usual)?;
            Some(jitter - usual >= JITTER_MS)
        };
        let [usual_sent, usual_received] = sent_first(minute, meaning, usual.jitter_ms);
        signs.tell(Symptom::JitterSent, jitter(&sent, usual_sent));
        signs.tell(Symptom::JitterReceived, jitter(&received, usual_received));
        if join.hides_losses {
            signs.tell(Symptom::LossSent, signs.waits([Symptom::DelaySent, Symptom::JitterSent]));
        }
        let signal = minute.signal_dbm.map(f64::from).zip(usual.signal_dbm);
        let is_weak = |part: f64| {
            signal.map(|(signal, usual)| {
                signal <= SIGNAL_DBM && usual - signal >= part * SIGNAL_DROP_DB
            })
        };
        signs.tell(Symptom::WeakSignal, is_weak(1.0));
        signs.tell(Symptom::FadedSignal, is_weak(0.5));
        let load = minute.load_pct.map(|load| f64::from(load) >= PROCESSOR_PCT.fair);
        let pressure = minute.pressure.map(|pressure| pressure >= Pressure::Critical);
        signs.tell(Symptom::Busy, load.or(pressure));
        let is_lossy = losses.into_iter().flatten().any(|loss| loss >= LOSS_PCT);
        let slow = either(is_slow(&sent, habits), is_slow(&received, habits));
        signs.tell(Symptom::SlowPictures, slow.filter(|_| !is_lossy));
        signs.tell(Symptom::OverTcp, join.is_tcp);
        signs.tell(Symptom::FarCenter, is_far);
        signs
    };
    join.minutes.iter().map(signs).collect()
}

/// What somebody sends and receives in a minute of a meeting.
struct Heard {
    number: i64,
    join: u32,
    minute: u32,
    sent: Option<f64>,
    received: Option<f64>,
    hides_losses: bool,
}

/// What listeners receive less evenly because of a sender is not their own.
fn forgive_jitter(minute: &[Heard], signs: &mut [Vec<Signs>]) {
    let is_uneven = |one: &Heard| {
        let signs = signs[one.join as usize][one.minute as usize];
        signs.shown & Symptom::JitterSent.bit() != 0
    };
    let mut senders = minute.iter().filter(|one| is_uneven(one)).map(|one| one.join);
    let (first, is_only) = (senders.next(), senders.next().is_none());
    for one in minute {
        if first.is_some_and(|sender| !is_only || sender != one.join) {
            let own = &mut signs[one.join as usize][one.minute as usize];
            if own.shown & Symptom::JitterReceived.bit() != 0 {
                own.known &= !Symptom::JitterReceived.bit();
            }
        }
    }
}

/// Tells of what joins of a meeting received whether it was lost on their own leg: not where a sender
/// lost enough to explain it, nor where everybody else lost as well.
fn tell_received(heard: &mut [Heard], signs: &mut [Vec<Signs>]) {
    heard.sort_unstable_by_key(|one| (one.number, one.join));
    for minute in heard.chunk_by(|one, other| one.number == other.number) {
        forgive_jitter(minute, signs);
        for one in minute {
            let own = &mut signs[one.join as usize][one.minute as usize];
            if one.hides_losses {
                let waits = own.waits([Symptom::DelayReceived, Symptom::JitterReceived]);
                own.tell(Symptom::LossReceived, waits);
            }
            let Some(received) = one.received else { continue };
            if received < LOSS_PCT {
                own.tell(Symptom::LossReceived, Some(false));
                own.tell(Symptom::HeavyReceived, Some(false));
                continue;
            }
            let others = || minute.iter().filter(|other| other.join != one.join);
            let losses = others().filter_map(|other| Some((other.sent?, other.join)));
            let sender =
                losses.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
            if let Some((_, join)) = sender.filter(|(lost, _)| *lost >= PASSED_ON * received) {
                own.sender = join;
                continue;
            }
            let (mut listeners, mut losing) = (0, 0);
            for other in others().filter_map(|other| other.received) {
                listeners += 1;
                losing += u32::from(other >= LOSS_PCT);
            }
            if listeners >= 2 && losing == listeners {
                continue;
            }
            own.tell(Symptom::LossReceived, Some(true));
            own.tell(Symptom::HeavyReceived, Some(received >= HEAVY_LOSS_PCT));
        }
    }
}

/// How often a symptom shows in quiet times, by person and place.
#[derive(Debug)]
pub(super) struct Rates {
    pub(super) of_joins: Vec<[f32; Symptom::COUNT]>,
}

/// What is known of others of the same link counts for so many minutes of somebody's own.
///
/// **Source**: a choice of this project.
const BORROWED_MINUTES: f64 = 30.0;

/// What is usual of somebody excuses at most so many times what is usual of others, and at least so great a
/// share of minutes: whoever always loses much has a fault that lasts.
///
/// **Source**: choices of this project.
const OWN_EXCESS: f64 = 3.0;
const OWN_RATE: f64 = 0.1;

/// No symptom shows more often in quiet times, as far as is assumed.
///
/// **Source**: a choice of this project.
const MOST_OFTEN: f64 = 0.7;

/// How many minutes are known of a symptom, and in how many it shows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) known: u32,
    pub(super) shown: u32,
}

impl Count {
    pub(super) fn rate(self) -> f64 {
        f64::from(self.shown) / f64::from(self.known.max(1))
    }
}

pub(super) type Counts = [Count; Symptom::COUNT];

impl Rates {
    fn new(index: &Index<'_>, signs: &[Vec<Signs>]) -> Self {
        let mut joins = BTreeMap::<(u32, Option<u32>), Vec<Counts>>::new();
        let mut links = [[Count::default(); Symptom::COUNT]; Link::COUNT];
        for (join, signs) in index.joins.iter().zip(signs) {
            let counts = counts(signs);
            for (all, own) in links[join.link as usize].iter_mut().zip(counts) {
                all.known += own.known;
                all.shown += own.shown;
            }
            joins.entry((join.who, join.place)).or_default().push(counts);
        }
        let quiet: BTreeMap<(u32, Option<u32>), Counts> = joins
            .into_iter()
            .map(|(whose, joins)| {
                (whose, Symptom::ALL.map(|symptom| quieter_half(&joins, symptom)))
            })
            .collect();
        let of_join = |join: &Entry| {
            let own = quiet.get(&(join.who, join.place)).copied().unwrap_or_default();
            Symptom::ALL.map(|symptom| {
                let own =
                    if symptom.is_a_habit() { own[symptom as usize] } else { Count::default() };
                let others = links[join.link as usize][symptom as usize].rate();
                let rate = (f64::from(own.shown) + BORROWED_MINUTES * others)
                    / (f64::from(own.known) + BORROWED_MINUTES);
                let rate = rate.min((OWN_EXCESS * others).max(OWN_RATE));
                #[expect(clippy::cast_possible_truncation, reason = "a rate needs few digits")]
                let rate = rate.clamp(symptom.least_rate(), MOST_OFTEN) as f32;
                rate
            })
        };
        Self { of_joins: index.joins.iter().map(of_join).collect() }
    }
}

/// Counts what shows in a join.
pub(super) fn counts(signs: &[Signs]) -> Counts {
    let mut counts = Counts::default();
    for sign in signs {
        for (count, symptom) in counts.iter_mut().zip(Symptom::ALL) {
            count.known += u32::from(sign.known & symptom.bit() != 0);
            count.shown += u32::from(sign.shown & symptom.bit() != 0);
        }
    }
    counts
}

/// From so many joins on, what is usual of somebody is known: all of fewer may be troubled.
///
/// **Source**: a choice of this project.
const LEAST_JOINS: usize = 4;

/// What is known of a symptom in the quieter half of somebody's joins; of few joins nothing.
fn quieter_half(joins: &[Counts], symptom: Symptom) -> Count {
    let mut joins: Vec<Count> = joins.iter().map(|join| join[symptom as usize]).collect();
    joins.retain(|join| join.known > 0);
    joins.sort_unstable_by(|one, other| {
        one.rate().total_cmp(&other.rate()).then(other.known.cmp(&one.known))
    });
    joins.truncate(if joins.len() < LEAST_JOINS { 0 } else { joins.len() / 2 });
    joins.into_iter().fold(Count::default(), |sum, join| Count {
        known: sum.known + join.known,
        shown: sum.shown + join.shown,
    })
}

/// The data centre that most meetings of a place's hosts have, by place.
fn usual_centers(index: &Index<'_>) -> BTreeMap<u32, u32> {
    let mut meetings = BTreeMap::<u32, BTreeMap<u32, (u32, u32)>>::new();
    for join in &index.joins {
        if let Some((place, center)) = join.host_place.zip(join.data_center) {
            let count = meetings.entry(place).or_default().entry(center).or_insert((0, u32::MAX));
            // Joins of a meeting stand together.
            if count.1 != join.meeting {
                *count = (count.0 + 1, join.meeting);
            }
        }
    }
    let most = |centers: BTreeMap<u32, (u32, u32)>| {
        centers
            .into_iter()
            .rev()
            .max_by_key(|(_, (meetings, _))| *meetings)
            .map(|(center, _)| center)
    };
    meetings.into_iter().filter_map(|(place, centers)| Some((place, most(centers)?))).collect()
}

/// What shows everywhere.
#[derive(Debug)]
pub(super) struct Findings {
    /// Of each join, in the order of the index, in the order of its minutes.
    pub(super) signs: Vec<Vec<Signs>>,
    pub(super) rates: Rates,
}

impl Findings {
    pub(super) fn new(index: &Index<'_>, habits: &Habits, meaning: InputMeaning) -> Self {
        let centers = usual_centers(index);
        let is_far = |join: &Entry| {
            let (place, center) = join.host_place.zip(join.data_center)?;
            let usual = *centers.get(&place)?;
            if usual == center {
                return Some(false);
            }
            let way = |center| habits.to_centers.get(&(place, center));
            let (now, usually) = way(center).zip(way(usual))?;
            Some(now - usually >= FAR_MS)
        };
        let mut signs: Vec<Vec<Signs>> = index
            .joins
            .par_iter()
            .zip(&habits.of_joins)
            .map(|(join, usual)| signs_of(join, usual, is_far(join), habits, meaning))
            .collect();
        let mut first = 0;
        for meeting in index.joins.chunk_by(|one, other| one.meeting == other.meeting) {
            let mut heard = Vec::new();
            for (join, entry) in (first..).zip(meeting) {
                for (minute, at) in entry.minutes.iter().zip(0u32..) {
                    let [sent, received] = sent_first(minute, meaning, minute.ways);
                    heard.push(Heard {
                        number: minute.number,
                        join,
                        minute: at,
                        sent: lost(entry, &sent),
                        received: lost(entry, &received),
                        hides_losses: entry.hides_losses,
                    });
                }
            }
            tell_received(&mut heard, &mut signs);
            first += u32::try_from(meeting.len()).unwrap_or(u32::MAX);
        }
        let rates = Rates::new(index, &signs);
        Self { signs, rates }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_wait_for_others_where_they_come_late_and_unevenly() {
        let waits = |delay, jitter| {
            let mut signs = Signs { number: 0, shown: 0, known: 0, explained: 0, sender: NOBODY };
            signs.tell(Symptom::DelaySent, delay);
            signs.tell(Symptom::JitterSent, jitter);
            signs.waits([Symptom::DelaySent, Symptom::JitterSent])
        };
        assert_eq!(waits(Some(true), Some(true)), Some(true));
        assert_eq!(waits(Some(false), Some(false)), Some(false));
        assert_eq!(waits(Some(true), Some(false)), None, "a longer way is no loss");
        assert_eq!(waits(Some(true), None), None);
    }
}
