//! From evidence by the minute to stretches of time.

/// The evidence of a minute: how much more probable what shows is with a cause than without, as a
/// logarithm. Below zero it speaks against it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Evidence {
    /// Minutes since 1970.
    pub(super) minute: i64,
    pub(super) score: f64,
}

/// A stretch in which the evidence speaks for a cause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// The first minute.
    pub(super) from: i64,
    /// The minute after the last.
    pub(super) to: i64,
    /// The sum of its evidence.
    pub(super) score: f64,
}

impl Stretch {
    pub(super) fn contains(&self, minute: i64) -> bool {
        (self.from..self.to).contains(&minute)
    }
}

/// So much evidence against a cause in a row ends a stretch.
///
/// **Source**: a choice of this project: odds of about 3,000 to 1.
const ENOUGH: f64 = 8.0;

/// A stretch does not go on after so many minutes without any evidence.
///
/// **Source**: a choice of this project: three days, longer than a weekend.
const SILENCE: i64 = 3 * 24 * 60;

/// The stretches in which evidence, in the order of minutes, adds up. Time in which nobody meets neither
/// ends one nor makes it stronger; clean minutes do.
///
/// **Source**: sequential analysis by cumulative sums (Page, 1954), with the end of a stretch where the
/// sum was highest, as in the search for similar sequences (Altschul et al., 1990).
pub(super) fn stretches(evidence: &[Evidence]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut sum = 0.0;
    let mut best: Option<Stretch> = None;
    let mut from = 0;
    let mut before = i64::MIN;
    for one in evidence {
        let is_silent = one.minute.saturating_sub(before) > SILENCE;
        before = one.minute;
        let is_over = best.is_some_and(|best| sum <= 0.0 || best.score - sum > ENOUGH);
        if is_silent || is_over {
            found.extend(best.take());
            sum = 0.0;
        }
        if sum <= 0.0 {
            sum = 0.0;
            from = one.minute;
        }
        sum += one.score;
        if sum > best.map_or(0.0, |best| best.score) {
            best = Some(Stretch { from, to: one.minute.saturating_add(1), score: sum });
        }
    }
    found.extend(best);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scores: &[(i64, f64)]) -> Vec<(i64, i64)> {
        let evidence: Vec<Evidence> = scores
            .iter()
            .map(|(minute, score)| Evidence { minute: *minute, score: *score })
            .collect();
        stretches(&evidence).into_iter().map(|stretch| (stretch.from, stretch.to)).collect()
    }

    #[test]
    fn a_stretch_is_from_the_first_to_the_last_minute_that_speaks_for_it() {
        assert_eq!(of(&[]), []);
        assert_eq!(of(&[(1, -1.0), (2, -1.0)]), []);
        assert_eq!(of(&[(1, -1.0), (2, 3.0), (3, -1.0), (4, 3.0), (5, -1.0)]), [(2, 5)]);
    }

    #[test]
    fn time_without_meetings_does_not_end_it_and_clean_meetings_do() {
        assert_eq!(of(&[(0, 9.0), (1_400, 9.0)]), [(0, 1_401)]);
        assert_eq!(
            of(&[(0, 20.0), (10, -5.0), (20, -5.0), (1_400, 20.0)]),
            [(0, 1), (1_400, 1_401)]
        );
        assert_eq!(of(&[(0, 9.0), (SILENCE + 1, 9.0)]).len(), 2);
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        assert_eq!(of(&[(i64::MIN, 1.0), (i64::MAX, 1.0)]).len(), 2);
    }
}
