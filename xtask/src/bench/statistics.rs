//! The middle and the ends of repeated measurements.

use std::{fmt, time::Duration};

/// Wall times of runs of one program, in the order they were made.
#[derive(Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    fn seconds(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(Duration::as_secs_f64)
    }

    pub(super) fn median(&self) -> f64 {
        median(self.seconds())
    }

    /// What so many of a hundred times are not longer than.
    pub(super) fn percentile(&self, rank: usize) -> f64 {
        let mut seconds: Vec<f64> = self.seconds().collect();
        seconds.sort_by(f64::total_cmp);
        let place = (seconds.len() * rank).div_ceil(100).saturating_sub(1);
        seconds.get(place).copied().unwrap_or(f64::NAN)
    }

    /// The median of the ratios of runs made next to each other.
    pub(super) fn median_of_ratios(&self, other: &Self) -> f64 {
        median(self.seconds().zip(other.seconds()).map(|(mine, theirs)| mine / theirs))
    }
}

impl FromIterator<Duration> for Times {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        Self(times.into_iter().collect())
    }
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self.seconds().fold(f64::INFINITY, f64::min);
        let most = self.seconds().fold(0.0, f64::max);
        write!(
            formatter,
            "median {:.2} ms, min {:.2} ms, max {:.2} ms",
            self.median() * 1e3,
            least * 1e3,
            most * 1e3
        )
    }
}

/// The middle of the numbers, the lower one of two; NaN without any.
fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Times;

    fn times(milliseconds: &[u64]) -> Times {
        Times(milliseconds.iter().copied().map(Duration::from_millis).collect())
    }

    #[test]
    fn median_is_the_middle_whatever_the_order() {
        assert_eq!(times(&[9, 1, 5]).to_string(), "median 5.00 ms, min 1.00 ms, max 9.00 ms");
        assert_eq!(times(&[4, 1, 9, 2]).to_string(), "median 2.00 ms, min 1.00 ms, max 9.00 ms");
    }

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let hundred: Times = (1..=100).rev().map(Duration::from_secs).collect();
        assert!((hundred.percentile(99) - 99.0).abs() < 1e-9);
        assert!((times(&[1_000, 2_000]).percentile(99) - 2.0).abs() < 1e-9);
        assert!(times(&[]).percentile(99).is_nan());
    }

    #[test]
    fn ratios_are_taken_between_neighbours() {
        // The medians are equal, and yet the first is twice as slow in most of the pairs.
        let ratio = times(&[2, 20, 10]).median_of_ratios(&times(&[1, 10, 50]));
        assert!((ratio - 2.0).abs() < 1e-9);
    }
}
