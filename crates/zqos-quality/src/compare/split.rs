//! Since when a share has been another: where a series is best split in two.

use fastrand::Rng;
use zqos_core::Timestamp;

use super::{DRAWS, LEVEL};
use crate::Proportion;

/// Where draws begin; see that of the bootstrap.
const SEED: u64 = 0x7a71_6f73_0003;

/// Gains that are as great but for rounding are as great.
const ROUNDING: f64 = 1e-9;

/// So many points are before a split at least, and as many after it.
///
/// **Source**: a choice of this project.
const LEAST_OF_A_SIDE: usize = 5;

/// A split is as good as the best one when its logarithmic likelihood is at most so much less.
///
/// **Source**: half of the quantile of χ² with one degree of freedom at 95 % is 1.92 (Wilks, 1938).
const AS_GOOD: f64 = 2.0;

/// What was counted at some time: of a meeting, or of a day. What is in one point is not independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// When it began.
    pub at: Timestamp,
    /// How many of its joins, or minutes, were poor.
    pub share: Proportion,
}

/// Whether there is a time since when it has been otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// There are too few points for two sides of five; or so many of one time that there are no sides.
    NotEnoughData {
        /// How many there are.
        points: usize,
    },
    /// The best split, whether it is beyond chance or not.
    Best(Split),
}

/// A series in two parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The first point of the second part.
    pub at: Timestamp,
    /// All splits that are as good, in order, with the best one among them: any may be the true one.
    pub candidates: Vec<Timestamp>,
    /// The share before.
    pub before: Proportion,
    /// The share after.
    pub after: Proportion,
    /// How often chance alone makes so good a split, from 0 to 1.
    pub p_value: f64,
}

impl Split {
    /// Whether it is beyond chance.
    pub fn is_shown(&self) -> bool {
        self.p_value <= LEVEL
    }
}

/// Splits a series where its shares differ most, by the likelihood of two binomial shares against that
/// of one. How likely chance does as much is found by shuffling points, whole as they are.
///
/// The order of points is that of their times.
pub fn split(points: &[Point]) -> Turn {
    let mut points = points.to_vec();
    points.sort_unstable();
    let sides = LEAST_OF_A_SIDE..points.len().saturating_sub(LEAST_OF_A_SIDE - 1);
    let splits: Vec<usize> =
        sides.filter(|first| points[first - 1].at < points[*first].at).collect();
    let mut shares: Vec<Proportion> = points.iter().map(|point| point.share).collect();
    let gains = gains(&shares, &splits);
    let best = gains.iter().copied().zip(&splits).max_by(|one, other| one.0.total_cmp(&other.0));
    let Some((gain, first)) = best else { return Turn::NotEnoughData { points: points.len() } };
    let is_as_good = |(other, _): &(&f64, &usize)| **other >= gain - AS_GOOD;
    let candidates = gains.iter().zip(&splits).filter(is_as_good);
    let candidates = candidates.map(|(_, first)| points[*first].at).collect();
    let (Some(before), Some(after)) = (sum(&shares[..*first]), sum(&shares[*first..])) else {
        return Turn::NotEnoughData { points: points.len() };
    };

    let mut rng = Rng::with_seed(SEED);
    let mut as_great = 1_u32;
    for _ in 0..DRAWS {
        rng.shuffle(&mut shares);
        as_great +=
            u32::from(self::gains(&shares, &splits).iter().any(|other| *other >= gain - ROUNDING));
    }
    Turn::Best(Split {
        at: points[*first].at,
        candidates,
        before,
        after,
        p_value: f64::from(as_great) / f64::from(DRAWS + 1),
    })
}

/// By how much two shares are likelier than one, for each split.
fn gains(shares: &[Proportion], splits: &[usize]) -> Vec<f64> {
    let counted = |share: &Proportion| (f64::from(share.hits()), f64::from(share.of()));
    let (mut hits, mut of) = (0.0, 0.0);
    let until: Vec<(f64, f64)> = shares
        .iter()
        .map(|share| {
            let (more_hits, more_of) = counted(share);
            (hits, of) = (hits + more_hits, of + more_of);
            (hits, of)
        })
        .collect();
    let gain = |first: &usize| {
        let (hits_before, of_before) = until[first - 1];
        likelihood(hits_before, of_before) + likelihood(hits - hits_before, of - of_before)
            - likelihood(hits, of)
    };
    splits.iter().map(gain).collect()
}

/// The logarithmic likelihood of so many hits by their own share.
fn likelihood(hits: f64, of: f64) -> f64 {
    let part = |count: f64| if count > 0.0 { count * libm::log(count / of) } else { 0.0 };
    part(hits) + part(of - hits)
}

/// All of them together.
fn sum(shares: &[Proportion]) -> Option<Proportion> {
    let sum = |of: fn(Proportion) -> u32| {
        shares.iter().fold(0_u32, |sum, share| sum.saturating_add(of(*share)))
    };
    Proportion::new(sum(Proportion::hits), sum(Proportion::of))
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use proptest::prelude::*;

    use super::*;

    fn points(shares: impl IntoIterator<Item = (u32, u32)>) -> Vec<Point> {
        let point = |((hits, of), day): ((u32, u32), i64)| Point {
            at: Timestamp::from_unix_millis(day * 86_400_000).unwrap(),
            share: Proportion::new(hits, of).unwrap(),
        };
        shares.into_iter().zip(0..).map(point).collect()
    }

    fn best(points: &[Point]) -> Split {
        match split(points) {
            Turn::Best(split) => split,
            Turn::NotEnoughData { points } => panic!("{points} are not enough"),
        }
    }

    #[test]
    fn a_step_is_found_where_it_is() {
        let days = points([[(1, 20); 12].as_slice(), &[(8, 20); 7]].concat());
        let found = best(&days);
        assert_eq!(found.at, days[12].at);
        assert_eq!((found.before.value(), found.after.value()), (0.05, 0.4));
        assert!(found.is_shown(), "{found:?}");
        assert_eq!(found.candidates, [days[12].at], "a clear step has no other");
    }

    #[test]
    fn where_a_step_is_blurred_all_that_are_as_good_are_told() {
        let blurred = [(0, 9), (1, 9), (0, 9), (1, 9), (0, 9), (2, 9), (3, 9), (2, 9)];
        let days = points([blurred.as_slice(), &[(4, 9); 6]].concat());
        let found = best(&days);
        assert!(found.candidates.len() > 1 && found.candidates.contains(&found.at), "{found:?}");
        assert!(found.candidates.is_sorted());
    }

    #[test]
    fn the_gain_is_that_of_the_binomial_likelihood() {
        // 1 of 10, then 5 of 10: ln of 0.1 · 0.9⁹ · 0.5¹⁰ over 0.3⁶ · 0.7¹⁴, by hand.
        let shares = [Proportion::new(1, 10).unwrap(), Proportion::new(5, 10).unwrap()];
        assert!((gains(&shares, &[1])[0] - 2.034_98).abs() < 1e-5, "{:?}", gains(&shares, &[1]));
    }

    #[test]
    fn a_few_points_have_no_turn() {
        assert_eq!(split(&points([(0, 1); 9])), Turn::NotEnoughData { points: 9 });
        let at_once = points([(0, 1)]).repeat(30);
        assert_eq!(split(&at_once), Turn::NotEnoughData { points: 30 });
    }

    #[test]
    fn chance_is_seldom_taken_for_a_turn() {
        let mut rng = Rng::with_seed(1);
        let alarms = (0..400).filter(|_| {
            // A day's joins resemble each other.
            let day = |rng: &mut Rng| (if rng.u8(0..5) == 0 { rng.u32(0..=8) } else { 0 }, 8);
            best(&points((0..20).map(|_| day(&mut rng)))).is_shown()
        });
        let alarms = alarms.count();
        assert!((5..=28).contains(&alarms), "{alarms} of 400");
    }

    proptest! {
        #[test]
        fn order_changes_nothing_and_nothing_panics(
            shares in proptest::collection::vec((any::<u32>(), 1u32.., -50i64..50), 0..40),
            by in 0usize..40,
        ) {
            let mut points: Vec<Point> = shares
                .into_iter()
                .map(|(hits, of, hour)| Point {
                    at: Timestamp::from_unix_millis(hour * 3_600_000).unwrap(),
                    share: Proportion::new(hits % of, of).unwrap(),
                })
                .collect();
            let before = split(&points);
            if let Turn::Best(split) = &before {
                prop_assert!(split.candidates.contains(&split.at));
                prop_assert!(0.0 < split.p_value && split.p_value <= 1.0);
            }
            let by = by.min(points.len());
            points.rotate_left(by);
            points.reverse();
            prop_assert_eq!(split(&points), before);
        }
    }
}
