//! How far a difference might lie elsewhere: the bootstrap over clusters.

use fastrand::Rng;

use super::DRAWS;
use super::evidence::number;
use super::study::{Cluster, Measure, Study};

/// Where draws begin, so that the same joins always give the same limits. Any number would do.
const SEED: u64 = 0x7a71_6f73_0001;

/// The place of the lower limit among 999 differences in order, from 0; the upper one is as far from
/// the end. 25 of a thousand are 2.5 %.
const LOWER: usize = 24;

/// How a difference varies when clusters are drawn anew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    /// The limits within which 95 % of draws lie.
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) variance: f64,
}

/// The spread of the difference by each measure. Each cluster weighs as much as is drawn for it, 1 on
/// average, so that no draw is without one of the groups, as may happen where few clusters are drawn
/// with replacement.
///
/// **Source**: Rubin, "The Bayesian Bootstrap" (1981), over clusters.
pub(super) fn spread(study: &Study, of: Cluster) -> [Option<Spread>; 2] {
    let cells = study.cells(of);
    let mut rng = Rng::with_seed(SEED + of as u64);
    let mut weights = vec![0.0; study.clusters(of)];
    let mut drawn = [const { Vec::new() }; 2];
    for _ in 0..DRAWS {
        for weight in &mut weights {
            // Exponential, by inversion: the number is from 0 to 1, and never 1.
            *weight = -libm::log1p(-rng.f64());
        }
        let mut table = study.empty_table();
        for (cluster, place, sums) in &cells {
            table[*place] += sums.times(weights[*cluster]);
        }
        for (drawn, measure) in drawn.iter_mut().zip(Measure::ALL) {
            drawn.extend(study.difference(&table, measure));
        }
    }
    drawn.map(|mut drawn| {
        drawn.sort_unstable_by(f64::total_cmp);
        let last = drawn.len().checked_sub(1)?;
        let count = number(drawn.len());
        let mean = drawn.iter().sum::<f64>() / count;
        let squares = drawn.iter().map(|drawn| (drawn - mean) * (drawn - mean)).sum::<f64>();
        Some(Spread {
            lower: *drawn.get(LOWER)?,
            upper: *drawn.get(last.checked_sub(LOWER)?)?,
            variance: squares / count,
        })
    })
}
