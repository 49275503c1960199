//! Units of measurement: one private number each, in one canonical unit.

use std::fmt;
use std::iter::Sum;
use std::num::NonZero;
use std::ops::{Add, Sub};

/// A number that can't be a value of its unit.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} is not within {min} to {max} {unit}")]
pub struct OutOfRange {
    value: f64,
    min: f64,
    max: f64,
    unit: &'static str,
}

/// Defines a non-negative quantity over `f64` with a total order and a unit of its own.
///
/// It is kept as the number's bits plus one. Bits of non-negative numbers are ordered as the
/// numbers are, so equality, order and hash are those of an integer; and zero bits are left over,
/// so an absent figure takes no more room than a present one.
macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $unit:literal, max $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(NonZero<u64>);

        impl $name {
            /// The unit as it is displayed.
            pub const UNIT: &'static str = $unit;

            /// Makes a value.
            ///
            /// **Errors**: [`OutOfRange`] for a number that is negative, not finite or above the
            /// unit's maximum.
            pub const fn try_new(value: f64) -> Result<Self, OutOfRange> {
                if value >= 0.0 && value <= $max {
                    // `-0.0 >= 0.0` holds; adding zero makes it `0.0`.
                    if let Some(bits) = NonZero::new((value + 0.0).to_bits() + 1) {
                        return Ok(Self(bits));
                    }
                }
                Err(OutOfRange { value, min: 0.0, max: $max, unit: $unit })
            }

            /// The number, in the unit of the type.
            pub const fn get(self) -> f64 {
                f64::from_bits(self.0.get() - 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match f.precision() {
                    Some(digits) => write!(f, "{:.digits$} {}", self.get(), $unit),
                    None => write!(f, "{} {}", self.get(), $unit),
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

/// The sum of two numbers, at most the largest finite one.
macro_rules! sum {
    ($left:expr, $right:expr) => {
        Self::try_new(($left.get() + $right.get()).min(f64::MAX))
            .expect("the sum of two numbers that are not negative, kept finite")
    };
}

quantity! {
    /// A bitrate in kbit/s (1 kbit = 1000 bit).
    Kbps, "kbit/s", max f64::MAX
}
quantity! {
    /// A duration in milliseconds: latency (round trip, application included) or jitter.
    Millis, "ms", max f64::MAX
}
quantity! {
    /// A share in percent, 0 to 100: packet loss or processor load.
    Percent, "%", max 100.0
}
quantity! {
    /// A frame rate in frames per second.
    Fps, "fps", max f64::MAX
}

impl Add for Kbps {
    type Output = Self;

    /// The bitrate of two streams together.
    fn add(self, other: Self) -> Self {
        sum!(self, other)
    }
}

impl Sum for Kbps {
    fn sum<I: Iterator<Item = Self>>(bitrates: I) -> Self {
        bitrates.fold(Self::try_new(0.0).expect("zero is in range"), Add::add)
    }
}

impl Add for Millis {
    type Output = Self;

    /// The delay of two parts of a path, one after the other.
    fn add(self, other: Self) -> Self {
        sum!(self, other)
    }
}

impl Sub for Millis {
    type Output = Option<Self>;

    /// How much longer this delay is; `None` when it is the shorter one.
    fn sub(self, other: Self) -> Option<Self> {
        Self::try_new(self.get() - other.get()).ok()
    }
}

/// A received signal strength in dBm: negative in practice, nearer to zero is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dbm(i16);

impl Dbm {
    /// Makes a value.
    ///
    /// **Errors**: [`OutOfRange`] outside −200 to 100. No radio reports beyond these: thermal
    /// noise in one hertz is −174 dBm, and 100 dBm would be ten megawatts.
    pub fn try_new(value: i64) -> Result<Self, OutOfRange> {
        match i16::try_from(value) {
            Ok(dbm @ -200..=100) => Ok(Self(dbm)),
            _ => Err(OutOfRange {
                value: i32::try_from(value).map_or(f64::INFINITY, f64::from),
                min: -200.0,
                max: 100.0,
                unit: "dBm",
            }),
        }
    }

    /// The number of dBm.
    pub const fn get(self) -> i16 {
        self.0
    }
}

impl fmt::Display for Dbm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} dBm", self.0)
    }
}

/// The size of a picture in pixels; ordered by its number of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Resolution {
    width: NonZero<u32>,
    height: NonZero<u32>,
}

impl Resolution {
    /// Makes a resolution; `None` when a side is zero, which is how Zoom writes "no picture".
    pub const fn new(width: u32, height: u32) -> Option<Self> {
        match (NonZero::new(width), NonZero::new(height)) {
            (Some(width), Some(height)) => Some(Self { width, height }),
            _ => None,
        }
    }

    /// Pixels across.
    pub const fn width(self) -> u32 {
        self.width.get()
    }

    /// Pixels down.
    pub const fn height(self) -> u32 {
        self.height.get()
    }

    fn pixels(self) -> u64 {
        u64::from(self.width()) * u64::from(self.height())
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

impl PartialOrd for Resolution {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Resolution {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.pixels(), self.width).cmp(&(other.pixels(), other.width))
    }
}

/// How hard a browser says its machine works.
///
/// **Source**: the `cpu_pressure_level` object of a QoS sample; Zoom documents the four levels as
/// about 20, 50, 80 and 100 % of load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pressure {
    /// About 20 % of load.
    Normal,
    /// About 50 % of load.
    Fair,
    /// About 80 % of load.
    Serious,
    /// About 100 % of load.
    Critical,
}

impl Pressure {
    /// Every level, from the lightest.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Fair, Self::Serious, Self::Critical];

    /// The level under Zoom's own name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Fair => "fair",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Pressure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_finite_non_negative_number_is_a_bitrate(value in 0.0..=f64::MAX) {
            prop_assert_eq!(Kbps::try_new(value).map(Kbps::get), Ok(value));
        }

        #[test]
        fn a_percentage_is_within_its_range(value in proptest::num::f64::ANY) {
            let expected = (0.0..=100.0).contains(&value);
            prop_assert_eq!(Percent::try_new(value).is_ok(), expected);
        }

        #[test]
        fn order_is_that_of_the_numbers(a in 0.0..1e9, b in 0.0..1e9) {
            let (left, right) = (Millis::try_new(a).unwrap(), Millis::try_new(b).unwrap());
            prop_assert_eq!(left.partial_cmp(&right), a.partial_cmp(&b));
        }

        #[test]
        fn adding_then_subtracting_a_delay_gives_it_back(a in 0u32..1_000_000, b in 0u32..1_000_000) {
            let (left, right) =
                (Millis::try_new(a.into()).unwrap(), Millis::try_new(b.into()).unwrap());
            prop_assert_eq!(left + right - right, Some(left));
        }

        #[test]
        fn adding_bitrates_never_leaves_the_range(a in 0.0..=f64::MAX, b in 0.0..=f64::MAX) {
            let sum = Kbps::try_new(a).unwrap() + Kbps::try_new(b).unwrap();
            prop_assert!(sum.get().is_finite());
        }

        #[test]
        fn signal_strength_keeps_its_range(value in i64::MIN..=i64::MAX) {
            prop_assert_eq!(Dbm::try_new(value).is_ok(), (-200..=100).contains(&value));
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1] {
            assert!(Millis::try_new(value).is_err(), "{value}");
        }
        assert_eq!(
            Percent::try_new(100.5).unwrap_err().to_string(),
            "100.5 is not within 0 to 100 %"
        );
    }

    #[test]
    fn negative_zero_is_zero() {
        assert_eq!(Kbps::try_new(-0.0), Kbps::try_new(0.0));
    }

    #[test]
    fn units_are_displayed() {
        assert_eq!(Kbps::try_new(27.15).unwrap().to_string(), "27.15 kbit/s");
        assert_eq!(format!("{:.0}", Millis::try_new(126.4).unwrap()), "126 ms");
        assert_eq!(Percent::try_new(0.3).unwrap().to_string(), "0.3 %");
        assert_eq!(Fps::try_new(12.0).unwrap().to_string(), "12 fps");
        assert_eq!(Dbm::try_new(-50).unwrap().to_string(), "-50 dBm");
        assert_eq!(Resolution::new(1280, 720).unwrap().to_string(), "1280×720");
    }

    #[test]
    fn a_picture_without_pixels_is_none() {
        assert_eq!(Resolution::new(0, 0), None);
        assert_eq!(Resolution::new(640, 0), None);
    }

    #[test]
    fn an_absent_figure_takes_no_room() {
        assert_eq!(size_of::<Option<Kbps>>(), size_of::<f64>());
        assert_eq!(size_of::<Option<Resolution>>(), size_of::<[u32; 2]>());
    }

    #[test]
    fn a_larger_picture_is_greater() {
        assert!(Resolution::new(640, 360) < Resolution::new(1280, 720));
    }
}
