//! From evidence by the minute to stretches of time.

use std::ops::Range;

/// A stretch in which the evidence speaks for a cause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// Which of the causes that were weighed together.
    pub(super) cause: usize,
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

/// How long a fault lasts, as a rule: the longer nobody meets, the less probable is it that what comes after is
/// the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasts {
    /// Hours, steadily: lines and servers that fail.
    Outage,
    /// Hours, by spells: lines that are full.
    Load,
    /// What stays until somebody changes it: settings, releases, cables.
    Days,
}

impl Lasts {
    /// In how many minutes without meetings one unit of evidence is lost.
    ///
    /// **Source**: choices of this project.
    const fn persistence(self) -> f64 {
        match self {
            Self::Outage | Self::Load => 60.0,
            Self::Days => 720.0,
        }
    }

    /// In what share of minutes it shows, for everybody at once.
    ///
    /// **Source**: a choice of this project: a line that is full is so most of the time, and idle by spells.
    pub(super) const fn share(self) -> f64 {
        match self {
            Self::Outage | Self::Days => 1.0,
            Self::Load => 0.9,
        }
    }

    /// True for what pauses by spells, for everybody at once, and is there all the same.
    const fn pauses(self) -> bool {
        matches!(self, Self::Load)
    }

    /// Two stretches are one when they are at most so many minutes apart.
    ///
    /// **Source**: choices of this project: not at all, half a working day, and a night with the mornings and
    /// evenings beside.
    const fn pause(self) -> i64 {
        match self {
            Self::Outage => 0,
            Self::Load => 4 * 60,
            Self::Days => 30 * 60,
        }
    }
}

/// So much evidence has to be there before one cause takes the place of another, or of none.
///
/// **Source**: a choice of this project: odds of about 3,000 to 1.
const ENOUGH: f64 = 8.0;

/// So much evidence speaks against each time that a cause pauses.
///
/// **Source**: a choice of this project: odds of about 20 to 1.
const LULL: f64 = 3.0;

/// Two stretches are one when evidence between them is of at most so many minutes.
///
/// **Source**: a choice of this project: lines are full by spells.
const PAUSE: usize = 200;

/// Evidence, in the order of minutes: how much more probable what shows is with each of some causes than
/// without, as logarithms. Below zero they speak against it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Evidence {
    /// Minutes since 1970, each once.
    pub(super) minutes: Vec<i64>,
    /// Of each cause, as many as there are minutes.
    pub(super) scores: Vec<Vec<f64>>,
}

/// The state to which the best way leads, of some but one; the first of several.
fn best(ways: &[f64], of: impl Iterator<Item = usize>, except: usize) -> Option<usize> {
    let others = of.filter(|state| *state != except);
    others.max_by(|one, other| ways[*one].total_cmp(&ways[*other]).then(other.cmp(one)))
}

impl Evidence {
    /// The stretches in which one of the causes is most probable, in order. Time in which nobody meets
    /// hardly ends one; clean minutes do, where the cause does not pause.
    ///
    /// **Source**: the most probable path of a hidden Markov model (Viterbi, 1967) with one state for each
    /// cause that shows, one for each that pauses, and one for none.
    pub(super) fn stretches(&self, lasts: &[Lasts]) -> Vec<Stretch> {
        let causes = self.scores.len();
        let none = 2 * causes;
        // Of each state what the best way to it scores.
        let mut ways = vec![f64::NEG_INFINITY; none + 1];
        ways[none] = 0.0;
        let mut old = ways.clone();
        // Of each place and state: from where a state was entered there.
        let mut entered: Vec<Option<usize>> = vec![None; self.minutes.len() * ways.len()];
        let mut before = None;
        let places = self.minutes.iter().zip(entered.chunks_exact_mut(ways.len()));
        for (place, (minute, from)) in places.enumerate() {
            // A cause may have ended with the minute before, and any time after.
            if let Some(state) = best(&ways, 0..causes, none)
                && ways[state] > ways[none]
            {
                ways[none] = ways[state];
                from[none] = Some(state);
            }
            let silence = before.map_or(0, |before: i64| minute.saturating_sub(before));
            let silence = f64::from(i32::try_from(silence).unwrap_or(i32::MAX));
            before = Some(*minute);
            for (way, lasts) in ways.iter_mut().zip(lasts.iter().chain(lasts)) {
                *way -= silence / lasts.persistence();
            }
            old.clone_from(&ways);
            for (state, lasts) in lasts.iter().enumerate() {
                let pausing = causes + state;
                if let Some(other) = best(&old, (0..causes).chain([none]), state)
                    && old[other] - ENOUGH > ways[state]
                {
                    ways[state] = old[other] - ENOUGH;
                    from[state] = Some(other);
                }
                if old[pausing] > ways[state] {
                    ways[state] = old[pausing];
                    from[state] = Some(pausing);
                }
                if lasts.pauses() && old[state] - LULL > ways[pausing] {
                    ways[pausing] = old[state] - LULL;
                    from[pausing] = Some(state);
                }
                ways[state] += self.scores[state][place];
            }
        }
        self.walk_back(&ways, &entered)
    }

    /// The stretches along the most probable path, each cut where its evidence is at its highest.
    fn walk_back(&self, ways: &[f64], entered: &[Option<usize>]) -> Vec<Stretch> {
        let causes = self.scores.len();
        let none = 2 * causes;
        let last = (0..=none)
            .max_by(|one, other| ways[*one].total_cmp(&ways[*other]).then(one.cmp(other)));
        let mut found = Vec::new();
        // The spells of the stretch that is walked through, by places, the last first.
        let mut spells = Vec::new();
        let mut state = last.unwrap_or(none);
        let mut end = self.minutes.len();
        for (place, entered) in entered.chunks_exact(ways.len()).enumerate().rev() {
            if let Some(from) = entered[state] {
                if state < causes {
                    spells.push(place..end);
                    if from != causes + state {
                        found.extend(self.trimmed(state, &std::mem::take(&mut spells)));
                    }
                }
                (state, end) = (from, place);
                // That before had ended at the same place.
                if state == none
                    && let Some(ended) = entered[none]
                {
                    state = ended;
                }
            }
        }
        found.reverse();
        found
    }

    /// The part of a stretch where its evidence is at its highest: from the first to the last minute that speaks
    /// for it. It is told by its spells, the last first.
    fn trimmed(&self, cause: usize, spells: &[Range<usize>]) -> Option<Stretch> {
        let scores = self.scores.get(cause)?;
        let (mut sum, mut best) = (0.0, (0.0, 0, 0));
        let mut from = 0;
        for spell in spells.iter().rev() {
            for place in spell.clone() {
                if sum <= 0.0 {
                    (sum, from) = (0.0, place);
                }
                sum += scores.get(place)?;
                if sum > best.0 {
                    best = (sum, from, place);
                }
            }
            sum -= LULL;
        }
        let (score, from, last) = best;
        (score > 0.0).then(|| Stretch {
            cause,
            from: self.minutes[from],
            to: self.minutes[last].saturating_add(1),
            score,
        })
    }

    /// Makes one of stretches of one cause, in their order, between which there is no more than a pause.
    pub(super) fn joined(&self, found: Vec<Stretch>, lasts: &[Lasts]) -> Vec<Stretch> {
        let place = |minute: i64| self.minutes.partition_point(|one| *one < minute);
        let mut joined: Vec<Stretch> = Vec::new();
        for stretch in found {
            let before = joined.iter_mut().rev().find(|before| before.cause == stretch.cause);
            match before {
                Some(last)
                    if stretch.from.saturating_sub(last.to) <= lasts[stretch.cause].pause()
                        && place(stretch.from) - place(last.to) <= PAUSE =>
                {
                    last.to = stretch.to;
                    last.score += stretch.score;
                }
                _ => joined.push(stretch),
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scores: &[(i64, &[f64])]) -> Vec<(usize, i64, i64)> {
        let causes = scores.first().map_or(1, |(_, scores)| scores.len());
        let evidence = Evidence {
            minutes: scores.iter().map(|(minute, _)| *minute).collect(),
            scores: (0..causes)
                .map(|cause| scores.iter().map(|(_, scores)| scores[cause]).collect())
                .collect(),
        };
        let found = evidence.stretches(&vec![Lasts::Days; causes]);
        found.into_iter().map(|stretch| (stretch.cause, stretch.from, stretch.to)).collect()
    }

    #[test]
    fn a_stretch_is_from_the_first_to_the_last_minute_that_speaks_for_it() {
        assert_eq!(of(&[]), []);
        assert_eq!(of(&[(1, &[-1.0]), (2, &[-1.0])]), []);
        let scores: [(i64, &[f64]); 5] =
            [(1, &[-1.0]), (2, &[9.0]), (3, &[-1.0]), (4, &[9.0]), (5, &[-1.0])];
        assert_eq!(of(&scores), [(0, 2, 5)]);
    }

    #[test]
    fn time_without_meetings_does_not_end_it_and_clean_meetings_do() {
        assert_eq!(of(&[(0, &[9.0]), (1_400, &[9.0])]), [(0, 0, 1_401)]);
        let clean: [(i64, &[f64]); 4] =
            [(0, &[20.0]), (10, &[-6.0]), (20, &[-6.0]), (1_400, &[20.0])];
        assert_eq!(of(&clean), [(0, 0, 1), (0, 1_400, 1_401)]);
        assert_eq!(of(&[(0, &[20.0]), (100_000, &[20.0])]).len(), 2);
    }

    #[test]
    fn of_two_causes_each_has_its_time() {
        let scores: [(i64, &[f64]); 4] =
            [(0, &[9.0, 2.0]), (1, &[9.0, 2.0]), (2, &[2.0, 13.0]), (3, &[2.0, 13.0])];
        assert_eq!(of(&scores), [(0, 0, 2), (1, 2, 4)]);
    }

    #[test]
    fn a_cause_that_pauses_is_one_and_another_ends() {
        let scores = [20.0, -6.0, -6.0, 4.0, -6.0, -6.0];
        let evidence = Evidence { minutes: (0..6).collect(), scores: vec![scores.to_vec()] };
        let of = |lasts| {
            let found = evidence.stretches(&[lasts]);
            found.into_iter().map(|stretch| (stretch.from, stretch.to, stretch.score)).collect()
        };
        let (paused, ended): (Vec<_>, Vec<_>) = (of(Lasts::Load), of(Lasts::Days));
        assert_eq!(paused, [(0, 4, 24.0 - LULL)], "a pause costs once");
        assert_eq!(ended, [(0, 1, 20.0)]);
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        assert_eq!(of(&[(i64::MIN, &[9.0]), (i64::MAX, &[9.0])]).len(), 2);
    }
}
