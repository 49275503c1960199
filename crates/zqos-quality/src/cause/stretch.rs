//! From evidence by the minute to stretches of time.

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

/// What may be true at a time: a cause, or several together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// Which causes, by their places; one that is named twice is severe.
    pub(super) causes: Vec<usize>,
    lasts: Lasts,
}

impl State {
    /// What may be true of causes that are weighed together, by how long they last: first each alone. A line that is
    /// full one way may be full the other way as well, or lose besides, and each may be severe, as may a line that is
    /// full both ways.
    pub(super) fn all(lasts: &[Lasts]) -> Vec<Self> {
        let of = |causes: Vec<usize>| {
            let first = lasts[causes[0]];
            let is_alike = causes.iter().all(|cause| lasts[*cause] == first);
            // What does not pause shows while the other does.
            Self { causes, lasts: if is_alike { first } else { Lasts::Outage } }
        };
        let mut states: Vec<Self> = (0..lasts.len()).map(|cause| of(vec![cause])).collect();
        if !lasts.iter().any(|lasts| lasts.pauses()) {
            return states;
        }
        for one in 0..lasts.len() {
            for other in one..lasts.len() {
                states.push(of(vec![one, other]));
                if one != other && lasts[one] == lasts[other] {
                    states.push(of(vec![one, other, one, other]));
                }
            }
        }
        states
    }

    fn is_with(&self, cause: usize) -> bool {
        self.causes.contains(&cause)
    }

    /// How many causes are true that were not in another state; all, where there was none.
    fn new_causes(&self, before: Option<&Self>) -> u32 {
        let is_new = |cause: &&usize| !before.is_some_and(|before| before.is_with(**cause));
        let new: std::collections::BTreeSet<&usize> = self.causes.iter().filter(is_new).collect();
        u32::try_from(new.len()).unwrap_or(u32::MAX)
    }

    /// True for nothing but one cause, however severe.
    fn is_alone(&self) -> bool {
        self.causes.iter().all(|cause| *cause == self.causes[0])
    }
}

/// Evidence, in the order of minutes: how much more probable what shows is in each of some states than in none, as
/// logarithms. Below zero they speak against it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Evidence {
    /// Minutes since 1970, each once.
    pub(super) minutes: Vec<i64>,
    /// Of each state, as many as there are minutes.
    pub(super) scores: Vec<Vec<f64>>,
}

/// The best of ways from some states; the first of several.
fn best(ways: impl Iterator<Item = (usize, f64)>) -> Option<(usize, f64)> {
    ways.max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)))
}

impl Evidence {
    /// The stretches in which each cause is most probable, alone or with others, in order. Time in which nobody
    /// meets hardly ends one; clean minutes do, where the cause does not pause.
    ///
    /// **Source**: the most probable path of a hidden Markov model (Viterbi, 1967) with one state for all
    /// that may be true at a time, one for each that pauses, and one for none.
    pub(super) fn stretches(&self, states: &[State]) -> Vec<Stretch> {
        let none = 2 * states.len();
        // What it costs to come to a state from another, or, the last, from none: so much for each new cause.
        let costs: Vec<Vec<f64>> = states
            .iter()
            .map(|to| {
                let from = states.iter().map(Some).chain([None]);
                from.map(|from| f64::from(to.new_causes(from)) * ENOUGH).collect()
            })
            .collect();
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
            if let Some((state, way)) = best((0..states.len()).map(|state| (state, ways[state])))
                && way > ways[none]
            {
                ways[none] = way;
                from[none] = Some(state);
            }
            let silence = before.map_or(0, |before: i64| minute.saturating_sub(before));
            let silence = f64::from(i32::try_from(silence).unwrap_or(i32::MAX));
            before = Some(*minute);
            for (way, state) in ways.iter_mut().zip(states.iter().chain(states)) {
                *way -= silence / state.lasts.persistence();
            }
            old.clone_from(&ways);
            for (state, to) in states.iter().enumerate() {
                let pausing = states.len() + state;
                let others = (0..states.len()).chain([none]).filter(|other| *other != state);
                let others =
                    others.map(|other| (other, old[other] - costs[state][other.min(states.len())]));
                if let Some((other, way)) = best(others)
                    && way > ways[state]
                {
                    ways[state] = way;
                    from[state] = Some(other);
                }
                if old[pausing] > ways[state] {
                    ways[state] = old[pausing];
                    from[state] = Some(pausing);
                }
                if to.lasts.pauses() && old[state] - LULL > ways[pausing] {
                    ways[pausing] = old[state] - LULL;
                    from[pausing] = Some(state);
                }
                ways[state] += self.scores[state][place];
            }
        }
        self.walk_back(states, &ways, &entered)
    }

    /// The stretches of each cause along the most probable path, each cut where its evidence is at its highest.
    fn walk_back(&self, states: &[State], ways: &[f64], entered: &[Option<usize>]) -> Vec<Stretch> {
        let none = 2 * states.len();
        let last = (0..=none)
            .max_by(|one, other| ways[*one].total_cmp(&ways[*other]).then(one.cmp(other)));
        let mut state = last.unwrap_or(none);
        // The state at each place, and whether it was entered there from none.
        let mut path = vec![(none, false); self.minutes.len()];
        let places = path.iter_mut().zip(entered.chunks_exact(ways.len()));
        for (at, entered) in places.rev() {
            at.0 = state;
            if let Some(from) = entered[state] {
                at.1 = from == none;
                state = from;
                // That before had ended at the same place.
                if state == none
                    && let Some(ended) = entered[none]
                {
                    state = ended;
                }
            }
        }
        let causes = states.iter().take_while(|state| state.causes.len() == 1).count();
        let mut found = Vec::new();
        for cause in 0..causes {
            // What shows of the stretch that is walked along, by spells.
            let mut spells: Vec<Vec<(usize, f64)>> = Vec::new();
            let mut is_pausing = true;
            for (place, (state, is_anew)) in path.iter().enumerate() {
                // Those that pause come behind those that show.
                let now = states.get(*state).or_else(|| states.get(state - states.len()));
                let is_there = now.is_some_and(|state| state.is_with(cause));
                if !is_there || *is_anew {
                    found.extend(self.trimmed(cause, &std::mem::take(&mut spells)));
                    is_pausing = true;
                }
                match states.get(*state).filter(|_| is_there) {
                    Some(now) => {
                        // Together they make a full line more probable; that it loses shows by itself.
                        let is_own = now.is_alone() || !states[cause].lasts.pauses();
                        let score = self.scores[if is_own { cause } else { *state }][place];
                        if is_pausing {
                            spells.push(Vec::new());
                        }
                        if let Some(spell) = spells.last_mut() {
                            spell.push((place, score));
                        }
                        is_pausing = false;
                    }
                    None => is_pausing = true,
                }
            }
            found.extend(self.trimmed(cause, &spells));
        }
        found.sort_by_key(|stretch| (stretch.from, stretch.to, stretch.cause));
        found
    }

    /// The part of a stretch where its evidence is at its highest: from the first to the last minute that speaks
    /// for it. It is told by its spells.
    fn trimmed(&self, cause: usize, spells: &[Vec<(usize, f64)>]) -> Option<Stretch> {
        let (mut sum, mut best) = (0.0, (0.0, 0, 0));
        let mut from = 0;
        for spell in spells {
            for (place, score) in spell {
                if sum <= 0.0 {
                    (sum, from) = (0.0, *place);
                }
                sum += score;
                if sum > best.0 {
                    best = (sum, from, *place);
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
        let found = evidence.stretches(&State::all(&vec![Lasts::Days; causes]));
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
            let found = evidence.stretches(&[State { causes: vec![0], lasts }]);
            found.into_iter().map(|stretch| (stretch.from, stretch.to, stretch.score)).collect()
        };
        let (paused, ended): (Vec<_>, Vec<_>) = (of(Lasts::Load), of(Lasts::Days));
        assert_eq!(paused, [(0, 4, 24.0 - LULL)], "a pause costs once");
        assert_eq!(ended, [(0, 1, 20.0)]);
    }

    #[test]
    fn two_causes_that_show_together_have_a_stretch_each() {
        let states = State::all(&[Lasts::Load, Lasts::Outage]);
        let causes: Vec<&[usize]> = states.iter().map(|state| &*state.causes).collect();
        assert_eq!(causes, [&[0][..], &[1], &[0, 0], &[0, 1], &[1, 1]]);
        let (alone, both, mild) =
            ([9.0, 3.0, 8.0, 7.0, 2.0], [4.0, 9.0, 4.0, 29.0, 9.0], [-9.0; 5]);
        let shows = [alone, alone, both, both, mild];
        let scores = (0..states.len()).map(|state| shows.map(|minute| minute[state]).to_vec());
        let evidence = Evidence { minutes: (0..5).collect(), scores: scores.collect() };
        let full = Stretch { cause: 0, from: 0, to: 4, score: 9.0 + 9.0 + 29.0 + 29.0 };
        let loses = Stretch { cause: 1, from: 2, to: 4, score: 9.0 + 9.0 };
        assert_eq!(evidence.stretches(&states), [full, loses]);
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        assert_eq!(of(&[(i64::MIN, &[9.0]), (i64::MAX, &[9.0])]).len(), 2);
    }
}
