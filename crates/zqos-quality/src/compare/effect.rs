//! What a comparison comes to.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::resample::{Spread, spread};
use super::shuffle::{Label, Tails, tails};
use super::study::{Cluster, Measure, Pair, Study};
use super::{DRAWS, Evidence, LEVEL};
use crate::interval::Z;
use crate::{Difference, Proportion};

/// How sure it should be that an effect is seen if it is there.
///
/// **Source**: the usual power (Cohen, "Statistical Power Analysis for the Behavioral Sciences").
const POWER: f64 = 0.80;

/// Where fewer joins are poor, what can be seen is reckoned as if so many were.
///
/// **Source**: Agresti and Caffo (2000), who add as many to both groups together.
const LEAST_POOR: f64 = 2.0;

/// More degrees of freedom make no difference that matters: 1.962 by so many, 1.960 without end.
const MOST_FREEDOM: u32 = 1_000;

/// What a difference amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// The share of the group is lower than that of the other, beyond chance.
    Better,
    /// It is not beyond chance. It may be there all the same, see [`Effect::smallest_visible`].
    NotShown,
    /// The share of the group is higher, beyond chance.
    Worse,
}

impl Finding {
    /// The name in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::NotShown => "not-shown",
            Self::Worse => "worse",
        }
    }
}

/// By how much one share exceeds another, and how sure that is. Shares are from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The difference within the same hours of the week, with limits that know of clusters: the
    /// widest of those by meetings, by persons, and of `naive`.
    pub difference: Difference,
    /// The difference of all that was compared, as if each join, or minute, were independent of the
    /// others. Its limits are too narrow wherever they are not.
    pub naive: Difference,
    /// How often chance alone makes a difference so far from 0, from 0 to 1: by shuffling meetings,
    /// or persons, whichever does it more often.
    pub p_value: f64,
    /// How many times the variance is that of independent joins.
    pub design_effect: f64,
    /// The smallest difference that would be seen in four of five comparisons of this kind; `None`
    /// where not even the greatest one would be.
    pub smallest_visible: Option<f64>,
}

impl Effect {
    /// What it amounts to: it is beyond chance where both the limits and the p-value say so.
    pub fn finding(&self) -> Finding {
        let Difference { lower, upper, .. } = self.difference;
        if self.p_value > LEVEL {
            Finding::NotShown
        } else if lower > 0.0 {
            Finding::Worse
        } else if upper < 0.0 {
            Finding::Better
        } else {
            Finding::NotShown
        }
    }
}

/// The effect by one measure. `labels` are those that can be shuffled, by meeting and by person.
/// `None` where there is too little.
pub(super) fn effects(study: &Study, labels: [Label; 2]) -> Option<[Effect; 2]> {
    if !study.compared().all(Evidence::is_enough) {
        return None;
    }
    let counted = study.table();
    let spreads = Cluster::ALL.map(|cluster| spread(study, cluster));
    let tails = labels.map(|label| tails(study, label, DRAWS));
    let effect = |measure: Measure| {
        let at = measure as usize;
        let parts = Parts {
            value: study.difference(&counted, measure)?,
            naive: naive(study, measure)?,
            joins: spreads[0][at]?,
            meetings: spreads[1][at]?,
            persons: spreads[2][at]?,
            tails: [tails[0][at]?, tails[1][at]?],
        };
        Some(parts.effect(study))
    };
    Some([effect(Measure::Joins)?, effect(Measure::Minutes)?])
}

/// What an effect is made of.
struct Parts {
    value: f64,
    naive: Difference,
    joins: Spread,
    meetings: Spread,
    persons: Spread,
    tails: [Tails; 2],
}

impl Parts {
    fn effect(&self, study: &Study) -> Effect {
        let (people, meetings, joins) = fewest(study);
        let joins = self.joins.variance * small_sample(joins);
        let (by_meeting, by_person) = (
            self.meetings.variance * small_sample(meetings),
            self.persons.variance * small_sample(people),
        );
        let by_one = by_meeting.max(by_person);
        // Both vary it, and what joins do by themselves is in both: Cameron, Gelbach and Miller (2011).
        let by_both = by_one.max(by_meeting + by_person - joins);
        let stretch = if by_one > 0.0 { (by_both / by_one).sqrt() } else { 1.0 };

        let widths = |spread: &Spread, clusters: u32| {
            let stretch =
                stretch * small_sample(clusters).sqrt() * student(1.0 - LEVEL / 2.0, clusters) / Z;
            [(self.value - spread.lower) * stretch, (spread.upper - self.value) * stretch]
        };
        let naive = [self.naive.value - self.naive.lower, self.naive.upper - self.naive.value];
        let all = [naive, widths(&self.meetings, meetings), widths(&self.persons, people)];
        let widest = |side: usize| all.iter().map(|widths| widths[side]).fold(0.0, f64::max);

        let greatest = if study.subtracted.is_some() { 2.0 } else { 1.0 };
        let clusters = people.min(meetings);
        let standard_error = by_both.max(least_variance(study)).sqrt();
        let half =
            widest(0).max(widest(1)).max(student(1.0 - LEVEL / 2.0, clusters) * standard_error);
        let visible = half + student(POWER, clusters) * standard_error;
        Effect {
            difference: Difference {
                value: self.value,
                lower: (self.value - widest(0)).max(-greatest),
                upper: (self.value + widest(1)).min(greatest),
            },
            naive: self.naive,
            p_value: self.tails.map(Tails::both).into_iter().fold(0.0, f64::max),
            design_effect: if joins > 0.0 { (by_both / joins).max(1.0) } else { 1.0 },
            smallest_visible: Some(visible).filter(|visible| *visible <= 1.0),
        }
    }
}

/// How many people, meetings and joins the arm has that has the fewest of them.
fn fewest(study: &Study) -> (u32, u32, u32) {
    let fewest = |of: fn(&Evidence) -> u32| study.compared().map(of).min().unwrap_or(0);
    (
        fewest(|arm| arm.people),
        fewest(|arm| arm.meetings),
        fewest(|arm| arm.joins.map_or(0, Proportion::of)),
    )
}

/// By how much the bootstrap's variance is too small with few clusters.
///
/// **Source**: the variance of Rubin's bootstrap of a mean has n (n + 1) below its squares, that of
/// a sample n (n − 1).
fn small_sample(clusters: u32) -> f64 {
    let clusters = f64::from(clusters.max(2));
    (clusters + 1.0) / (clusters - 1.0)
}

/// The quantile of Student's distribution with one degree of freedom less than there are clusters.
///
/// **Source**: Hesterberg, "What Teachers Should Know About the Bootstrap" (2015): the expanded
/// percentile interval.
fn student(level: f64, clusters: u32) -> f64 {
    let freedom = f64::from(clusters.saturating_sub(1).clamp(1, MOST_FREEDOM));
    StudentsT::new(0.0, 1.0, freedom).map_or(Z, |student| student.inverse_cdf(level))
}

/// The variance that there is at least, as far as some joins are ever poor.
fn least_variance(study: &Study) -> f64 {
    let joins = |arm: usize| study.evidence()[arm].joins.map_or(1.0, |joins| f64::from(joins.of()));
    let all: f64 =
        study.compared().filter_map(|arm| arm.joins).map(|joins| f64::from(joins.of())).sum();
    let share = LEAST_POOR / (all + 2.0 * LEAST_POOR);
    let of_pair = |pair: Pair| 1.0 / joins(pair.group) + 1.0 / joins(pair.reference);
    share * (1.0 - share) * study.pairs().map(of_pair).sum::<f64>()
}

/// The difference without regard to slots and clusters.
///
/// **Source**: Newcombe, 1998, method 10; for the difference of two differences the same
/// combination of limits (Zou and Donner, 2008).
fn naive(study: &Study, measure: Measure) -> Option<Difference> {
    let share = |arm: usize| match measure {
        Measure::Joins => study.evidence()[arm].joins,
        Measure::Minutes => study.evidence()[arm].minutes,
    };
    let of_pair = |pair: Pair| Some(share(pair.group)?.less(share(pair.reference)?));
    let difference = of_pair(study.pair)?;
    study.subtracted.map_or(Some(difference), |pair| Some(difference.less(of_pair(pair)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (clusters, expected) in
            [(2, 12.706_205), (3, 4.302_653), (11, 2.228_139), (1_001, 1.962_339)]
        {
            let found = student(0.975, clusters);
            assert!((found - expected).abs() < 1e-5, "{clusters}: {found}");
            assert!(student(POWER, clusters) < found);
        }
        assert!((student(POWER, 11) - 0.879_058).abs() < 1e-5);
    }

    #[test]
    fn more_clusters_make_quantiles_smaller() {
        for level in [1.0 - LEVEL / 2.0, POWER] {
            let quantiles: Vec<f64> =
                (2..=MOST_FREEDOM + 1).map(|clusters| student(level, clusters)).collect();
            assert!(quantiles.is_sorted_by(|one, next| one > next));
            let ends = [0, u32::MAX].map(|clusters| student(level, clusters).to_bits());
            let expected = [quantiles[0], quantiles[quantiles.len() - 1]].map(f64::to_bits);
            assert_eq!(ends, expected);
        }
    }
}
