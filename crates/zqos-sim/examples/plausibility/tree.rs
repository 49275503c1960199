//! A decision tree: what somebody would see who looks at one figure after the other.
//!
//! **Source**: "Classification and Regression Trees" (Breiman, Friedman, Olshen and Stone, 1984):
//! binary splits at thresholds, chosen by Gini's impurity. Samples are weighted so that each class
//! weighs the same.

/// What is known of one thing: its figures, always as many, and which class it is of. A figure that
/// is missing is negative infinity, so that one split tells those that have it.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) figures: Vec<f64>,
    pub(crate) class: usize,
}

/// A tree, or a part of one.
#[derive(Debug)]
pub(crate) enum Tree {
    Leaf { class: usize },
    Split { figure: usize, at_most: f64, below: Box<Self>, above: Box<Self> },
}

impl Tree {
    /// Learns from samples of `classes` classes, with at most `depth` questions to a leaf.
    pub(crate) fn learn(samples: &[Sample], classes: usize, depth: usize) -> Self {
        let mut weights = vec![0.0; classes];
        for sample in samples {
            weights[sample.class] += 1.0;
        }
        for weight in &mut weights {
            *weight = 1.0 / f64::max(*weight, 1.0);
        }
        Self::grow(&samples.iter().collect::<Vec<_>>(), &weights, depth)
    }

    fn grow(samples: &[&Sample], weights: &[f64], depth: usize) -> Self {
        let split = if depth == 0 { None } else { best_split(samples, weights) };
        let Some((figure, at_most)) = split else {
            let mut mass = Mass::new(weights);
            for sample in samples {
                mass.add(sample.class);
            }
            return Self::Leaf { class: mass.heaviest() };
        };
        let (below, above): (Vec<&Sample>, Vec<&Sample>) =
            samples.iter().partition(|sample| sample.figures[figure] <= at_most);
        let grow = |part: &[&Sample]| Box::new(Self::grow(part, weights, depth - 1));
        Self::Split { figure, at_most, below: grow(&below), above: grow(&above) }
    }

    /// The class that the tree takes something for.
    pub(crate) fn class_of(&self, figures: &[f64]) -> usize {
        match self {
            Self::Leaf { class } => *class,
            Self::Split { figure, at_most, below, above } => {
                let part = if figures[*figure] <= *at_most { below } else { above };
                part.class_of(figures)
            }
        }
    }
}

/// The figure and threshold that leave the least impurity; `None` when no threshold leaves less.
fn best_split(samples: &[&Sample], weights: &[f64]) -> Option<(usize, f64)> {
    let mut whole = Mass::new(weights);
    for sample in samples {
        whole.add(sample.class);
    }
    let mut least = whole.impurity() - 1e-9;
    let mut best = None;
    let mut sorted = samples.to_vec();
    for figure in 0..samples.first()?.figures.len() {
        sorted.sort_by(|one, other| one.figures[figure].total_cmp(&other.figures[figure]));
        let (mut below, mut above) = (Mass::new(weights), whole.clone());
        for pair in sorted.windows(2) {
            let [value, next] = [pair[0].figures[figure], pair[1].figures[figure]];
            below.add(pair[0].class);
            above.take(pair[0].class);
            let left = below.impurity() + above.impurity();
            if value < next && left < least {
                least = left;
                best = Some((figure, value));
            }
        }
    }
    best
}

/// How much of each class there is.
#[derive(Debug, Clone)]
struct Mass<'w> {
    weights: &'w [f64],
    of_class: Vec<f64>,
}

impl<'w> Mass<'w> {
    fn new(weights: &'w [f64]) -> Self {
        Self { weights, of_class: vec![0.0; weights.len()] }
    }

    fn add(&mut self, class: usize) {
        self.of_class[class] += self.weights[class];
    }

    fn take(&mut self, class: usize) {
        self.of_class[class] -= self.weights[class];
    }

    /// Gini's impurity, times all there is.
    fn impurity(&self) -> f64 {
        let whole: f64 = self.of_class.iter().sum();
        let squares: f64 = self.of_class.iter().map(|mass| mass * mass).sum();
        if whole > 0.0 { whole - squares / whole } else { 0.0 }
    }

    /// The class there is most of; the first of several.
    fn heaviest(&self) -> usize {
        let mass = &self.of_class;
        (0..mass.len()).rev().max_by(|&one, &other| mass[one].total_cmp(&mass[other])).unwrap_or(0)
    }
}

/// How well classes are named: the F1 score of each class that occurs, that is the harmonic mean of
/// the share of its samples that are named so and the share of what is named so that is of it.
pub(crate) fn f1_scores(pairs: &[(usize, usize)], classes: usize) -> Vec<Option<f64>> {
    (0..classes)
        .map(|class| {
            let both = count(pairs.iter().filter(|pair| **pair == (class, class)));
            let occurs = count(pairs.iter().filter(|(truth, _)| *truth == class));
            let named = count(pairs.iter().filter(|(_, named)| *named == class));
            (occurs > 0.0).then(|| 2.0 * both / (occurs + named))
        })
        .collect()
}

/// The mean of the scores of all classes that occur.
pub(crate) fn macro_f1(scores: &[Option<f64>]) -> f64 {
    scores.iter().flatten().sum::<f64>() / count(scores.iter().flatten())
}

/// What somebody scores, in the long run, who names one of `classes` at random for each sample.
pub(crate) fn chance_f1(samples: &[Sample], classes: usize) -> f64 {
    let guess = 1.0 / count(0..classes);
    let scores: Vec<Option<f64>> = (0..classes)
        .map(|class| {
            let of_class = samples.iter().filter(|sample| sample.class == class);
            let share = count(of_class) / count(samples);
            (share > 0.0).then(|| 2.0 * share * guess / (share + guess))
        })
        .collect();
    macro_f1(&scores)
}

/// How many there are, as a number to divide by.
pub(crate) fn count<T>(all: impl IntoIterator<Item = T>) -> f64 {
    all.into_iter().fold(0.0, |count, _| count + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(figures: &[f64], class: usize) -> Sample {
        Sample { figures: figures.to_vec(), class }
    }

    fn named(samples: &[Sample], depth: usize) -> Vec<usize> {
        let tree = Tree::learn(samples, 4, depth);
        samples.iter().map(|sample| tree.class_of(&sample.figures)).collect()
    }

    #[test]
    fn one_question_finds_the_figure_and_the_threshold_that_tell() {
        let samples = [
            sample(&[5.0, 1.0], 0),
            sample(&[1.0, 2.0], 0),
            sample(&[4.0, 8.0], 1),
            sample(&[2.0, 9.0], 1),
        ];
        let Tree::Split { figure, at_most, .. } = Tree::learn(&samples, 2, 1) else { panic!() };
        assert_eq!((figure, at_most.to_bits()), (1, 2.0_f64.to_bits()));
        assert_eq!(named(&samples, 1), [0, 0, 1, 1]);
    }

    #[test]
    fn four_quarters_take_two_questions() {
        // Corners of a square, of different weight, as no single question tells a balanced cross.
        let samples: Vec<Sample> = [(0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 2), (1.0, 1.0, 3)]
            .into_iter()
            .flat_map(|(x, y, class)| [sample(&[x, y], class), sample(&[x + 0.1, y], class)])
            .collect();
        assert_eq!(named(&samples, 2), [0, 0, 1, 1, 2, 2, 3, 3]);
        let correct = |depth| {
            let pairs = named(&samples, depth).into_iter().zip(&samples);
            pairs.filter(|(named, sample)| *named == sample.class).count()
        };
        assert_eq!((correct(0), correct(1)), (2, 4));
    }

    #[test]
    fn a_rare_class_weighs_as_much_as_a_frequent_one() {
        // Two in a hundred, which no threshold tells wholly from the rest.
        let mut samples: Vec<Sample> =
            (0..98).map(|place| sample(&[f64::from(place)], 0)).collect();
        samples.extend([sample(&[95.5], 1), sample(&[96.5], 1)]);
        let tree = Tree::learn(&samples, 2, 1);
        assert_eq!([tree.class_of(&[50.0]), tree.class_of(&[96.0])], [0, 1]);
    }

    #[test]
    fn missing_figures_can_be_asked_for() {
        let missing = f64::NEG_INFINITY;
        let samples = [sample(&[missing], 1), sample(&[-70.0], 0), sample(&[-40.0], 0)];
        assert_eq!(named(&samples, 1), [1, 0, 0]);
    }

    #[test]
    fn nothing_is_asked_where_no_question_helps() {
        let alike = [sample(&[1.0], 2), sample(&[1.0], 1), sample(&[1.0], 1)];
        assert!(
            matches!(Tree::learn(&alike, 3, 3), Tree::Leaf { class: 1 }),
            "the first of equals"
        );
        let pure = [sample(&[1.0], 2), sample(&[2.0], 2)];
        assert!(matches!(Tree::learn(&pure, 3, 3), Tree::Leaf { class: 2 }));
        assert!(matches!(Tree::learn(&[], 3, 3), Tree::Leaf { class: 0 }));
    }

    #[test]
    fn scores_are_those_of_the_definition() {
        // Of class 0: two of three found, two of two named right: F1 = 2·2 / (3 + 2).
        let pairs = [(0, 0), (0, 0), (0, 1), (1, 1)];
        let scores = f1_scores(&pairs, 3);
        assert_eq!(scores, [Some(0.8), Some(2.0 / 3.0), None]);
        assert!((macro_f1(&scores) - 11.0 / 15.0).abs() < 1e-12);
    }

    #[test]
    fn chance_names_each_of_two_equal_classes_half_right() {
        let samples = [sample(&[1.0], 0), sample(&[1.0], 1)];
        assert!((chance_f1(&samples, 2) - 0.5).abs() < 1e-12);
    }
}
