//! Suspects: a pattern with the joins that would show it, and when they do.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::pattern::{PATTERNS, Pattern, Whose};
use super::stretch::{Evidence, Stretch, stretches};
use super::symptom::{Counts, Findings, Symptom, counts};
use super::word::Cause;

/// A pattern, in one scope.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) pattern: &'static Pattern,
    /// Which scope of the kind.
    pub(super) key: u32,
    /// The joins that would show it, by their places in the index.
    pub(super) joins: Vec<u32>,
    /// The least score at which it is more probable than chance among all its like.
    pub(super) bar: f64,
}

/// By so much evidence a cause has to be more probable than chance, for one suspect alone.
///
/// **Source**: a choice of this project: odds of about 1,000 to 1.
const LEAST_SCORE: f64 = 7.0;

/// Everything that may be wrong, whether it is or not.
pub(super) fn suspects(index: &Index<'_>) -> Vec<Suspect> {
    let mut all = Vec::new();
    for pattern in PATTERNS {
        let mut of_key = BTreeMap::<u32, Vec<u32>>::new();
        for (place, join) in (0..).zip(&index.joins) {
            let key = match pattern.whose {
                Whose::Members => join.key(pattern.scope),
                Whose::Hosted => join.host_place,
            };
            if let Some(key) = key {
                of_key.entry(key).or_default().push(place);
            }
        }
        let count = u32::try_from(of_key.len()).unwrap_or(u32::MAX);
        // A cause that any of so many may show is that much less probable for each.
        let bar = LEAST_SCORE + f64::from(count.max(1)).ln();
        all.extend(of_key.into_iter().map(|(key, joins)| Suspect { pattern, key, joins, bar }));
    }
    all
}

/// What a suspect did in a stretch of time.
#[derive(Debug, Clone)]
pub(super) struct Charge {
    pub(super) stretch: Stretch,
    pub(super) people: usize,
    pub(super) hurt_minutes: u32,
    pub(super) minutes: u32,
}

/// The evidence, as far as nothing explains it yet.
#[derive(Debug)]
pub(super) struct Evidences<'i> {
    pub(super) index: &'i Index<'i>,
    pub(super) findings: Findings,
    /// How many minutes there are of each symptom in each join, before anything was explained.
    counts: Vec<Counts>,
    /// The same of all joins of the meeting together, for what is one thing for all of them.
    of_meetings: Vec<u32>,
    /// When something of a join was explained last: a count of what was.
    pub(super) touched: Vec<u32>,
}

impl<'i> Evidences<'i> {
    pub(super) fn new(index: &'i Index<'i>, findings: Findings) -> Self {
        let counts: Vec<Counts> = findings.signs.iter().map(|signs| counts(signs)).collect();
        let mut of_meetings = Vec::with_capacity(counts.len());
        let mut first = 0;
        for meeting in index.joins.chunk_by(|one, other| one.meeting == other.meeting) {
            let joins = &counts[first..first + meeting.len()];
            let known: u32 =
                joins.iter().map(|counts| counts[Symptom::FarCenter as usize].known).sum();
            of_meetings.extend(meeting.iter().map(|_| known));
            first += meeting.len();
        }
        Self { index, touched: vec![0; counts.len()], findings, counts, of_meetings }
    }

    /// What each symptom of a pattern tells in a join: its bit, and the score if it shows and if it does not.
    fn scores(
        &self,
        pattern: &Pattern,
        join: u32,
    ) -> impl Iterator<Item = (u16, f64, f64)> + use<> {
        let at = join as usize;
        let (rates, counts) = (self.findings.rates.of_joins[at], self.counts[at]);
        let of_meeting = self.of_meetings[at];
        pattern.strengths.iter().map(move |(symptom, strength)| {
            let quiet = f64::from(rates[*symptom as usize]);
            let minutes = match symptom {
                Symptom::FarCenter => of_meeting,
                _ => counts[*symptom as usize].known,
            };
            let weight = symptom.weight(minutes);
            let shows = (1.0 + strength * (1.0 - quiet) / quiet).ln();
            (symptom.bit(), weight * shows, weight * (1.0 - strength).ln())
        })
    }

    /// The evidence for and against a suspect, by the minute.
    fn evidence(&self, suspect: &Suspect) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        for join in &suspect.joins {
            let scores: Vec<(u16, f64, f64)> = self.scores(suspect.pattern, *join).collect();
            for signs in &self.findings.signs[*join as usize] {
                let mut score = 0.0;
                let mut is_known = false;
                for (bit, shown, clean) in &scores {
                    if signs.known & bit != 0 {
                        is_known = true;
                        score += if signs.shown & bit != 0 { shown } else { clean };
                    }
                }
                if is_known {
                    evidence.push(Evidence { minute: signs.number, score });
                }
            }
        }
        // Stable, so that sums don't depend on chance.
        evidence.sort_by_key(|one| one.minute);
        evidence.dedup_by(|one, sum| {
            let is_same = one.minute == sum.minute;
            if is_same {
                sum.score += one.score;
            }
            is_same
        });
        evidence
    }

    /// The heaviest charge against a suspect; `None` without one that is heavy enough.
    pub(super) fn charge(&self, suspect: &Suspect) -> Option<Charge> {
        let mut found = stretches(&self.evidence(suspect));
        found.retain(|stretch| stretch.score >= suspect.bar);
        found.sort_by(|one, other| {
            other.score.total_cmp(&one.score).then(one.from.cmp(&other.from))
        });
        found.into_iter().find_map(|stretch| self.with_witnesses(suspect, stretch))
    }

    /// A charge, if enough people, joins, places and minutes show it.
    fn with_witnesses(&self, suspect: &Suspect, stretch: Stretch) -> Option<Charge> {
        let mask = suspect.pattern.mask();
        let (mut people, mut places) = (BTreeSet::new(), BTreeSet::new());
        let (mut joins, mut hurt_minutes, mut minutes) = (0, 0, 0);
        for join in &suspect.joins {
            let mut hurt = 0;
            for signs in self.within(*join, &stretch) {
                minutes += u32::from(signs.known & mask != 0);
                hurt += u32::from(signs.shown & signs.known & mask != 0);
            }
            if hurt > 0 {
                let entry = &self.index.joins[*join as usize];
                people.insert(entry.who);
                places.extend(entry.place);
                joins += 1;
                hurt_minutes += hurt;
            }
        }
        let pattern = suspect.pattern;
        (people.len() >= pattern.least_people
            && joins >= pattern.least_joins
            && places.len() >= pattern.least_places
            && hurt_minutes >= pattern.least_minutes)
            .then_some(Charge { stretch, people: people.len(), hurt_minutes, minutes })
    }

    /// What shows of a join in a stretch.
    pub(super) fn within<'s>(
        &'s self,
        join: u32,
        stretch: &'s Stretch,
    ) -> impl Iterator<Item = &'s super::symptom::Signs> {
        self.findings.signs[join as usize].iter().filter(|signs| stretch.contains(signs.number))
    }

    /// Takes out what a cause explains: what shows of its symptoms in the stretch. Tells which minutes of
    /// which joins it hurt.
    pub(super) fn explain(
        &mut self,
        suspect: &Suspect,
        stretch: &Stretch,
        round: u32,
    ) -> Vec<(u32, u32)> {
        let mask = suspect.pattern.mask();
        let mut hurt = Vec::new();
        for join in &suspect.joins {
            let signs = &mut self.findings.signs[*join as usize];
            for (signs, place) in signs.iter_mut().zip(0u32..) {
                let shown = signs.shown & signs.known & mask;
                if stretch.contains(signs.number) && shown != 0 {
                    signs.known &= !shown;
                    hurt.push((*join, place));
                    self.touched[*join as usize] = round;
                }
            }
        }
        hurt
    }

    /// The score of a suspect in a stretch that was found for another.
    pub(super) fn score_in(&self, suspect: &Suspect, stretch: &Stretch) -> f64 {
        let evidence = self.evidence(suspect);
        evidence.iter().filter(|one| stretch.contains(one.minute)).map(|one| one.score).sum()
    }
}

impl Suspect {
    /// True for a cause of somebody's own leg that can't be told.
    pub(super) fn is_vague(&self) -> bool {
        self.pattern.cause == Cause::NotDeterminable
    }
}
