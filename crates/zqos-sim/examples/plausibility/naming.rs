//! Can the kind of a fault be named from the medians of a session?

use std::collections::BTreeMap;

use zqos_core::{Dbm, Figures, Fps, Kbps, Millis, Percent, Resolution};

use crate::tree::{Sample, Tree, chance_f1, f1_scores, macro_f1};
use crate::week::{Minute, Session};

/// At most so many questions to an answer.
const DEPTH: usize = 3;
/// A kind that hurt fewer sessions is left out: its score would be chance.
const FEWEST: usize = 8;

/// A session as somebody sees it who looks at medians, and what hurt most of its minutes.
#[derive(Debug)]
pub(crate) struct Portrait {
    medians: Vec<f64>,
    /// The id of the kind; none when nothing hurt it.
    kind: Option<&'static str>,
    /// That kind hurt half of its minutes or more.
    is_mostly_hurt: bool,
}

impl Portrait {
    /// The portrait of a session; `None` when nothing was measured in it.
    pub(crate) fn of(session: &Session) -> Option<Self> {
        let minutes: Vec<_> = session.minutes.iter().map(figures).collect();
        let places = 0..minutes.first()?.len();
        let mut hurt: BTreeMap<&str, usize> = BTreeMap::new();
        for kind in session.minutes.iter().flat_map(|minute| &minute.hurt_by) {
            *hurt.entry(kind.id()).or_default() += 1;
        }
        let most = hurt.into_iter().max_by_key(|(_, minutes)| *minutes);
        Some(Self {
            medians: places
                .map(|place| median(minutes.iter().filter_map(|figures| figures[place])))
                .collect(),
            kind: most.map(|(kind, _)| kind),
            is_mostly_hurt: most.is_some_and(|(_, hurt)| hurt * 2 >= session.minutes.len()),
        })
    }
}

/// Which sessions a tree learns from and is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// Those that something hurt.
    Hurt,
    /// Those that something hurt in half of their minutes or more: medians can show it.
    MostlyHurt,
    /// Those, and the ones that nothing hurt, as a kind by itself.
    MostlyHurtAndUnhurt,
}

impl Among {
    pub(crate) const ALL: [Self; 3] = [Self::Hurt, Self::MostlyHurt, Self::MostlyHurtAndUnhurt];

    /// In the words of a table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hurt => "hurt in any minute",
            Self::MostlyHurt => "hurt in half of its minutes or more",
            Self::MostlyHurtAndUnhurt => "the same, or not hurt at all",
        }
    }

    fn kind(self, portrait: &Portrait) -> Option<&'static str> {
        match (self, portrait.kind) {
            (Self::MostlyHurtAndUnhurt, None) => Some("none"),
            (Self::Hurt, kind) => kind,
            (_, kind) => kind.filter(|_| portrait.is_mostly_hurt),
        }
    }
}

/// How well kinds were named.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Each kind, and how many sessions of it were asked about.
    pub(crate) kinds: Vec<(&'static str, usize)>,
    /// Of one tree for all kinds: the mean of the F1 scores of the kinds.
    pub(crate) together: f64,
    /// Of a tree for each kind, which need only tell it from the rest: the same mean. One tree of
    /// depth 3 has eight answers, so that it can't know more kinds; these can.
    pub(crate) apart: f64,
    /// The mean that somebody has who guesses among all kinds.
    pub(crate) chance: f64,
}

/// Lets trees learn from some sessions, and name what hurt others.
pub(crate) fn examine(lessons: &[Portrait], questions: &[Portrait], among: Among) -> Outcome {
    let by_kind = |portraits| {
        let mut by_kind: BTreeMap<&str, Vec<&Portrait>> = BTreeMap::new();
        for portrait in portraits {
            if let Some(kind) = among.kind(portrait) {
                by_kind.entry(kind).or_default().push(portrait);
            }
        }
        by_kind.retain(|_, portraits| portraits.len() >= FEWEST);
        by_kind
    };
    let (mut lessons, mut questions) = (by_kind(lessons), by_kind(questions));
    lessons.retain(|kind, _| questions.contains_key(kind));
    questions.retain(|kind, _| lessons.contains_key(kind));

    let score = |classes: usize, class_of: &dyn Fn(usize) -> usize| {
        let samples = |by_kind: &BTreeMap<&str, Vec<&Portrait>>| -> Vec<Sample> {
            let of_kinds = by_kind.values().enumerate();
            let samples = of_kinds.flat_map(|(place, portraits)| {
                portraits.iter().map(move |portrait| (portrait.medians.clone(), place))
            });
            samples.map(|(figures, place)| Sample { figures, class: class_of(place) }).collect()
        };
        let (lessons, questions) = (samples(&lessons), samples(&questions));
        let tree = Tree::learn(&lessons, classes, DEPTH);
        let pairs: Vec<(usize, usize)> =
            questions.iter().map(|sample| (sample.class, tree.class_of(&sample.figures))).collect();
        (f1_scores(&pairs, classes), chance_f1(&questions, classes))
    };
    let (together, chance) = score(lessons.len(), &|place| place);
    let apart: Vec<Option<f64>> = (0..lessons.len())
        .map(|kind| {
            let (scores, _) = score(2, &|place| usize::from(place != kind));
            scores[0]
        })
        .collect();
    Outcome {
        kinds: questions.iter().map(|(kind, portraits)| (*kind, portraits.len())).collect(),
        together: macro_f1(&together),
        apart: macro_f1(&apart),
        chance,
    }
}

/// What of a minute a median is taken of.
fn figures(minute: &Minute) -> Vec<Option<f64>> {
    let network = |figures: &Figures| {
        [
            figures.bitrate.map(Kbps::get),
            figures.latency.map(Millis::get),
            figures.jitter.map(Millis::get),
            figures.avg_loss.map(Percent::get),
            figures.max_loss.map(Percent::get),
        ]
    };
    let picture = |figures: &Figures| {
        let height = figures.resolution.map(Resolution::height);
        [height.map(f64::from), figures.frame_rate.map(Fps::get)]
    };
    let device = minute.device.as_ref();
    let mut all = minute.streams().map(network).concat();
    all.extend([&minute.video_sent, &minute.video_received].map(picture).as_flattened());
    all.extend([
        device.and_then(|device| device.zoom_avg_cpu).map(Percent::get),
        device.and_then(|device| device.system_max_cpu).map(Percent::get),
        device.and_then(|device| device.avg_rssi).map(Dbm::get).map(f64::from),
    ]);
    all
}

/// The median; negative infinity without any number.
fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portraits(
        kind: Option<&'static str>,
        medians: impl IntoIterator<Item = f64>,
    ) -> Vec<Portrait> {
        let portrait =
            |median| Portrait { medians: vec![median, 0.0], kind, is_mostly_hurt: median < 100.0 };
        medians.into_iter().map(portrait).collect()
    }

    fn numbers(from: u32, to: u32) -> impl Iterator<Item = f64> {
        (from..to).map(f64::from)
    }

    #[test]
    fn what_a_figure_tells_is_named_and_what_none_tells_is_guessed() {
        let mut portraits_of_two = portraits(Some("one"), numbers(0, 20));
        portraits_of_two.extend(portraits(Some("other"), numbers(20, 40)));
        let told = examine(&portraits_of_two, &portraits_of_two, Among::Hurt);
        assert_eq!(told.kinds, [("one", 20), ("other", 20)]);
        assert!(told.together > 0.999 && told.apart > 0.999 && told.chance < 0.501, "{told:?}");

        let mut mixed = portraits(Some("one"), [7.0; 20]);
        mixed.extend(portraits(Some("other"), [7.0; 20]));
        let guessed = examine(&mixed, &mixed, Among::Hurt);
        assert!(guessed.together < 0.4, "{guessed:?}");
    }

    #[test]
    fn who_is_asked_about_is_chosen() {
        let mut all = portraits(Some("one"), numbers(92, 108));
        all.extend(portraits(None, numbers(0, 9)));
        all.extend(portraits(Some("rare"), numbers(0, 7)));
        let kinds = |among| examine(&all, &all, among).kinds;
        assert_eq!(kinds(Among::Hurt), [("one", 16)]);
        assert_eq!(kinds(Among::MostlyHurt), [("one", 8)]);
        assert_eq!(kinds(Among::MostlyHurtAndUnhurt), [("none", 9), ("one", 8)]);
        assert_eq!(examine(&all, &[], Among::Hurt).kinds, []);
    }

    #[test]
    fn a_median_is_the_middle_and_below_everything_without_numbers() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < 1e-12);
        assert!(median([].into_iter()) < f64::MIN);
    }
}
