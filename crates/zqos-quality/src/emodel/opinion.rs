//! From R to the mean opinion score and back.

use std::f64::consts::FRAC_PI_3;

use libm::{atan2, cos};

/// The lowest R that the way back from a mean opinion score gives.
///
/// **Source**: ITU-T G.107, appendix on the calculation of R from MOS: valid for 6.5 ≤ R ≤ 100.
const LOWEST_R: f64 = 6.5;

/// The mean opinion score for a rating: `1 + 0.035 R + R (R − 60)(100 − R) · 7·10⁻⁶`.
///
/// It is 1 from R 6.5153 downwards, where the cubic falls below 1, and 4.5 from 100 upwards.
///
/// **Missing**: `None` for what is not finite.
///
/// **Source**: ITU-T G.107, Annex B.
pub fn mos_of_r(r: f64) -> Option<f64> {
    if !r.is_finite() {
        return None;
    }
    if r <= 0.0 {
        return Some(1.0);
    }
    if r >= 100.0 {
        return Some(4.5);
    }
    let mos = 1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6;
    Some(mos.clamp(1.0, 4.5))
}

/// The rating that has a mean opinion score: the inverse of [`mos_of_r`] from 6.5153 to 100.
///
/// A score outside 1 to 4.5 is taken for the nearer of both: what is worse than 1 has the rating of
/// 1 (6.5153), and what is better than 4.5, as scores of other models may be, that of 4.5 (100).
///
/// **Missing**: `None` for what is not finite.
///
/// **Source**: ITU-T G.107, appendix on the calculation of R from MOS.
pub fn r_of_mos(mos: f64) -> Option<f64> {
    if !mos.is_finite() {
        return None;
    }
    let mos = mos.clamp(1.0, 4.5);
    let square = (-903_522.0 + 1_113_960.0 * mos - 202_500.0 * mos * mos).max(0.0);
    let h = atan2(15.0 * square.sqrt(), 18_566.0 - 6_750.0 * mos) / 3.0;
    let r = 20.0 / 3.0 * (8.0 - 226_f64.sqrt() * cos(h + FRAC_PI_3));
    Some(r.clamp(LOWEST_R, 100.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scores_are_those_that_annex_b_prints() {
        for (r, printed) in [(90.0, 4.34), (80.0, 4.03), (70.0, 3.60), (60.0, 3.10), (50.0, 2.58)] {
            let mos = mos_of_r(r).unwrap();
            assert!((mos - printed).abs() < 0.0101, "{r}: {mos}");
        }
    }

    #[test]
    fn outside_of_its_range_a_score_is_that_of_the_nearer_end() {
        assert_eq!(r_of_mos(0.0), r_of_mos(1.0));
        assert_eq!(r_of_mos(5.0), r_of_mos(4.5));
        assert_eq!(mos_of_r(-30.0), Some(1.0));
        assert_eq!(mos_of_r(129.0), Some(4.5));
    }

    proptest! {
        #[test]
        fn there_and_back_is_where_it_began(r in 6.6..=100.0) {
            let back = r_of_mos(mos_of_r(r).unwrap()).unwrap();
            prop_assert!((back - r).abs() < 1e-9, "{} became {}", r, back);
        }

        #[test]
        fn back_and_there_is_where_it_began(mos in 1.0..=4.5) {
            let there = mos_of_r(r_of_mos(mos).unwrap()).unwrap();
            prop_assert!((there - mos).abs() < 1e-9, "{} became {}", mos, there);
        }

        #[test]
        fn a_better_rating_has_no_lower_score(one in -50.0..150.0, more in 0.0..50.0) {
            let (lower, higher) = (mos_of_r(one).unwrap(), mos_of_r(one + more).unwrap());
            prop_assert!(lower <= higher + 1e-12);
        }

        #[test]
        fn every_number_has_an_answer_in_range(number in proptest::num::f64::ANY) {
            prop_assert_eq!(mos_of_r(number).is_some(), number.is_finite());
            prop_assert_eq!(r_of_mos(number).is_some(), number.is_finite());
            prop_assert!(mos_of_r(number).is_none_or(|mos| (1.0..=4.5).contains(&mos)));
            prop_assert!(r_of_mos(number).is_none_or(|r| (6.5..=100.0).contains(&r)));
        }
    }
}
