//! Rates of cohorts, shrunk towards that of all: three poor joins of four may be chance.

use statrs::distribution::{Beta, ContinuousCDF};

use super::evidence::number;
use crate::Proportion;

/// How many joins the rate of all counts for, where cohorts don't tell.
///
/// **Source**: a choice of this project. A cohort of 20 joins then has as much weight as all others.
const STRENGTH: f64 = 20.0;

/// The quantile of a cohort's rate by which cohorts are ranked.
///
/// **Source**: a choice of this project: of few joins little is certain, and little is claimed.
const CAUTIOUS: f64 = 0.05;

/// By how much the rate of a cohort must exceed that of all to matter, as a share.
///
/// **Source**: a choice of this project: five points.
const MARGIN: f64 = 0.05;

/// The most joins that a rate is known by: more make it no surer.
///
/// **Source**: a choice of this project. Joins are not independent, so that a rate is not known as well
/// as by so many; and the library's distribution function is accurate up to here.
const MOST_JOINS: f64 = 10_000.0;

/// Halvings by which a quantile is found: to 10⁻¹² of a share.
const HALVINGS: u32 = 40;

/// What the rates of cohorts are like: a beta distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prior {
    mean: f64,
    strength: f64,
}

/// The rate of a cohort, as it is after what is known of all. Shares are from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunk {
    /// What is expected.
    pub mean: f64,
    /// The rate is above this by 95 %.
    pub lower: f64,
    /// How probable it is that it exceeds the rate of all by more than five points.
    pub exceeds: f64,
}

impl Prior {
    /// The prior of cohorts, given the share of all joins.
    ///
    /// **Source**: the method of moments for the beta-binomial distribution (Kleinman, 1973): with
    /// weights n, the expected sum of squares of rates about their mean m is
    /// m (1 − m) (C − 1 + ρ (N − Σn²/N − C + 1)) for C cohorts of N joins, and the strength is
    /// 1/ρ − 1.
    pub(super) fn of(all: Proportion, cohorts: &[Proportion]) -> Self {
        let joins: f64 = cohorts.iter().map(|cohort| f64::from(cohort.of())).sum();
        let poor: f64 = cohorts.iter().map(|cohort| f64::from(cohort.hits())).sum();
        let mean = poor / joins;
        let (mut squares, mut sizes) = (0.0, 0.0);
        for cohort in cohorts {
            let (of, off) = (f64::from(cohort.of()), cohort.value() - mean);
            squares += of * off * off;
            sizes += of * of;
        }
        let others = number(cohorts.len()) - 1.0;
        let likeness =
            (squares / (mean * (1.0 - mean)) - others) / (joins - sizes / joins - others);
        // Anything else is no more spread than chance makes, or no cohorts to tell by.
        let is_told = 0.0 < likeness && likeness < 1.0;
        let strength = if is_told { 1.0 / likeness - 1.0 } else { STRENGTH };
        Self { mean: all.value(), strength }
    }

    /// The rate of a cohort.
    pub(super) fn shrink(self, cohort: Proportion) -> Shrunk {
        let poor = f64::from(cohort.hits()) + self.strength * self.mean;
        let good = f64::from(cohort.of() - cohort.hits()) + self.strength * (1.0 - self.mean);
        let mean = poor / (poor + good);
        let limit = (self.mean + MARGIN).min(1.0);
        let scale = (MOST_JOINS / (poor + good)).min(1.0);
        match Beta::new(poor * scale, good * scale) {
            Ok(rate) => Shrunk { mean, lower: quantile(&rate, CAUTIOUS), exceeds: rate.sf(limit) },
            // Where all joins are good, or all are poor, there is nothing else to expect.
            Err(_) => Shrunk { mean, lower: mean, exceeds: 0.0 },
        }
    }
}

/// The quantile of a rate, from below; that of the library may search for ever.
fn quantile(rate: &Beta, level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if rate.cdf(middle) < level { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(hits: u32, of: u32) -> Proportion {
        Proportion::new(hits, of).unwrap()
    }

    #[test]
    fn three_of_four_shrink_to_a_fifth() {
        let prior = Prior { mean: 0.08, strength: 20.0 };
        let shrunk = prior.shrink(share(3, 4));
        assert!((shrunk.mean - 0.191_667).abs() < 1e-6, "{shrunk:?}");
        // Of Beta(4.6, 19.4), by adding up its density in 400,000 steps.
        assert!((shrunk.lower - 0.078_25).abs() < 1e-5, "{shrunk:?}");
        assert!((shrunk.exceeds - 0.767_23).abs() < 1e-5, "{shrunk:?}");
    }

    #[test]
    fn quantiles_are_accurate_for_many_joins() {
        // As the normal distribution has them, with the correction of Cornish and Fisher for skewness.
        for poor in [300.0, 1_000.0, 5_000.0] {
            let rate = Beta::new(poor, MOST_JOINS - poor).unwrap();
            let share: f64 = poor / MOST_JOINS;
            let deviation = (share * (1.0 - share) / (MOST_JOINS + 1.0)).sqrt();
            let skewness = 2.0 * (1.0 - 2.0 * share) / (MOST_JOINS * share * (1.0 - share)).sqrt();
            let off = -1.644_854 + skewness * (1.644_854 * 1.644_854 - 1.0) / 6.0;
            let found = quantile(&rate, CAUTIOUS);
            assert!((found - share - deviation * off).abs() < 2e-6, "{poor}: {found}");
        }
    }

    #[test]
    fn moments_find_the_strength() {
        // Rates of 5 % and 15 % in cohorts of a million joins: likeness is 0.0025 / 0.09 by halves.
        let cohorts = [share(50_000, 1_000_000), share(150_000, 1_000_000)];
        let prior = Prior::of(share(1, 10), &cohorts);
        assert!((prior.strength - (0.09 / 0.005 - 1.0)).abs() < 0.01, "{prior:?}");
    }

    #[test]
    fn without_spread_the_strength_is_twenty() {
        for cohorts in [&[][..], &[share(1, 10)], &[share(1, 10), share(1, 10)], &[share(0, 9); 2]]
        {
            assert_eq!(Prior::of(share(1, 10), cohorts), Prior { mean: 0.1, strength: 20.0 });
        }
    }

    proptest! {
        #[test]
        fn a_shrunk_rate_lies_between_its_own_and_that_of_all(
            cohorts in proptest::collection::vec((any::<u32>(), 1u32..), 1..9),
        ) {
            let cohorts: Vec<Proportion> =
                cohorts.iter().map(|(hits, of)| share(hits % of, *of)).collect();
            let all = cohorts[0];
            for cohort in &cohorts {
                let Shrunk { mean, lower, exceeds } = Prior::of(all, &cohorts).shrink(*cohort);
                let (low, high) = (cohort.value().min(all.value()), cohort.value().max(all.value()));
                prop_assert!(low - 1e-9 <= mean && mean <= high + 1e-9);
                prop_assert!((0.0..=1.0).contains(&lower) && (0.0..=1.0).contains(&exceeds));
            }
        }
    }
}
