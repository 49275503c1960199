//! How sure a share is that was counted on few.

/// The standard normal quantile of 97.5 %, for intervals of 95 %.
pub(crate) const Z: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proportion {
    hits: u32,
    of: u32,
}

impl Proportion {
    /// `None` for more hits than there are cases, and for no case: a share of nothing is unknown.
    pub fn new(hits: u32, of: u32) -> Option<Self> {
        (of > 0 && hits <= of).then_some(Self { hits, of })
    }

    /// How many.
    pub const fn hits(self) -> u32 {
        self.hits
    }

    /// Of how many.
    pub const fn of(self) -> u32 {
        self.of
    }

    /// The share, from 0 to 1.
    pub fn value(self) -> f64 {
        f64::from(self.hits) / f64::from(self.of)
    }

    /// The limits within which it lies by 95 %.
    ///
    /// **Source**: Wilson, 1927: the score interval, without correction for continuity.
    pub fn limits(self) -> (f64, f64) {
        let (share, of) = (self.value(), f64::from(self.of));
        let scale = 1.0 + Z * Z / of;
        let centre = (share + Z * Z / (2.0 * of)) / scale;
        let half = Z * (share * (1.0 - share) / of + Z * Z / (4.0 * of * of)).sqrt() / scale;
        // At 0 and 1 the limits are these, but for rounding.
        let lower = if self.hits == 0 { 0.0 } else { centre - half };
        let upper = if self.hits == self.of { 1.0 } else { centre + half };
        (lower, upper)
    }

    /// By how much it exceeds another, independent share.
    ///
    /// **Source**: Newcombe, 1998, method 10: the hybrid of both score intervals.
    pub fn less(self, other: Self) -> Difference {
        let (one, two) = (self.value(), other.value());
        let ((lower_one, upper_one), (lower_two, upper_two)) = (self.limits(), other.limits());
        let value = one - two;
        let both = |of_one: f64, of_two: f64| (of_one * of_one + of_two * of_two).sqrt();
        Difference {
            value,
            lower: value - both(one - lower_one, upper_two - two),
            upper: value + both(upper_one - one, two - lower_two),
        }
    }
}

/// A difference of two shares, from −1 to 1, with the limits within which it lies by 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The difference that was counted.
    pub value: f64,
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
}

impl Difference {
    /// By how much this difference exceeds another, independent one; from −2 to 2.
    ///
    /// **Source**: Zou and Donner, 2008: limits combined as Newcombe combines those of shares.
    pub(crate) fn less(self, other: Self) -> Self {
        let value = self.value - other.value;
        let both = |of_one: f64, of_two: f64| (of_one * of_one + of_two * of_two).sqrt();
        Self {
            value,
            lower: value - both(self.value - self.lower, other.upper - other.value),
            upper: value + both(self.upper - self.value, other.value - other.lower),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(hits: u32, of: u32) -> Proportion {
        Proportion::new(hits, of).unwrap()
    }

    fn assert_close(found: [f64; 2], expected: [f64; 2]) {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 5.1e-5, "{found} is not {expected}");
        }
    }

    #[test]
    fn limits_are_those_that_newcombe_prints() {
        for (hits, of, expected) in [
            (81, 263, [0.2553, 0.3662]),
            (15, 148, [0.0624, 0.1605]),
            (0, 20, [0.0, 0.1611]),
            (1, 29, [0.0061, 0.1718]),
            (3, 10, [0.1078, 0.6032]),
        ] {
            assert_close(share(hits, of).limits().into(), expected);
        }
    }

    #[test]
    fn differences_are_those_that_newcombe_prints() {
        for (one, two, value, expected) in [
            ((56, 70), (48, 80), 0.2, [0.0524, 0.3339]),
            ((9, 10), (3, 10), 0.6, [0.1705, 0.8090]),
            ((6, 7), (2, 7), 4.0 / 7.0, [0.0582, 0.8062]),
            ((5, 56), (0, 29), 5.0 / 56.0, [-0.0381, 0.1926]),
            ((10, 10), (0, 20), 1.0, [0.6791, 1.0]),
        ] {
            let found = share(one.0, one.1).less(share(two.0, two.1));
            assert!((found.value - value).abs() < 1e-12);
            assert_close([found.lower, found.upper], expected);
        }
    }

    #[test]
    fn differences_are_compared_by_their_limits() {
        let (one, other) = (share(9, 10).less(share(3, 10)), share(6, 7).less(share(2, 7)));
        let found = one.less(other);
        assert!((found.value - (0.6 - 4.0 / 7.0)).abs() < 1e-12);
        let width = |one: f64, other: f64| libm::hypot(one, other);
        let lower = found.value - width(0.6 - 0.1705, 0.8062 - 4.0 / 7.0);
        let upper = found.value + width(0.8090 - 0.6, 4.0 / 7.0 - 0.0582);
        assert_close([found.lower, found.upper], [lower, upper]);
    }

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!(Proportion::new(0, 0), None);
        assert_eq!(Proportion::new(3, 2), None);
    }

    proptest! {
        #[test]
        fn limits_hold_the_share_and_stay_in_range(of in 1u32.., hits in any::<u32>()) {
            let share = share(hits % of.saturating_add(1).max(1), of);
            let (lower, upper) = share.limits();
            prop_assert!(0.0 <= lower && lower <= share.value() && share.value() <= upper && upper <= 1.0);
        }

        #[test]
        fn a_difference_turned_round_changes_its_sign(
            one in (0u32..50, 50u32..99),
            two in (0u32..50, 50u32..99),
        ) {
            let (one, two) = (share(one.0, one.1), share(two.0, two.1));
            let (there, back) = (one.less(two), two.less(one));
            prop_assert!((there.lower + back.upper).abs() < 1e-12);
            prop_assert!(-1.0 <= there.lower && there.lower <= there.value && there.upper <= 1.0);
        }
    }
}
