//! Suspects: a pattern with the joins that would show it, and when they do.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;
use statrs::distribution::{DiscreteCDF, Hypergeometric};

use super::index::Index;
use super::pattern::{PANELS, Pattern, Whose};
use super::stretch::{Evidence, Lasts, State, Stretch};
use super::symptom::{Count, Counts, Findings, Signs, Symptom, counts};
use super::word::{Cause, ScopeKind};

/// Patterns that are weighed together, in one scope.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) patterns: &'static [Pattern],
    /// Which scope of the kind.
    pub(super) key: u32,
    /// The joins that would show it, by their places in the index.
    pub(super) joins: Vec<u32>,
    /// Of how many people these are.
    people: usize,
    /// The least score at which it is more probable than chance among all its like.
    pub(super) bar: f64,
    /// With what probability at most a group that is drawn by lot may show as much.
    pub(super) by_lot: f64,
}

/// By so much evidence a cause has to be more probable than chance, for one suspect alone.
///
/// **Source**: a choice of this project: odds of about 1,000 to 1.
const LEAST_SCORE: f64 = 7.0;

/// So many times as high as elsewhere the odds have to be that a symptom shows within a scope.
///
/// **Source**: a choice of this project. What shows everywhere is no trouble of one place.
const CONTRAST: f64 = 2.5;

/// A scope is what those have in common who show it, when a group of as many joins that is drawn by lot holds
/// as many of them with at most this probability, in any of all the scopes of the kind.
///
/// **Source**: a choice of this project, on seeds below 1,000, divided by the number of scopes (Bonferroni, 1936):
/// whoever looks at many places finds one that is out of the ordinary.
const BY_LOT: f64 = 0.02;

/// A cause of several places is beyond one of them when it is this much more probable in the others, as a logarithm.
///
/// **Source**: a choice of this project: odds of 20 to 1, as that something is wrong the one place tells already.
const BEYOND: f64 = 3.0;

/// Everything that may be wrong, whether it is or not.
pub(super) fn suspects(index: &Index<'_>) -> Vec<Suspect> {
    let mut all = Vec::new();
    for patterns in PANELS {
        let Some(pattern) = patterns.first() else { continue };
        let mut of_key = BTreeMap::<u32, Vec<u32>>::new();
        for (place, join) in (0..).zip(&index.joins) {
            let key = match pattern.whose {
                Whose::Members => join.key(pattern.scope),
                Whose::Together => {
                    join.key(pattern.scope).filter(|_| index.is_at_shared_place(join))
                }
                Whose::Alone => join.key(pattern.scope).filter(|_| !index.is_at_shared_place(join)),
                Whose::Hosted => join.host_place,
            };
            if let Some(key) = key {
                of_key.entry(key).or_default().push(place);
            }
        }
        // A cause that any of so many may show is that much less probable for each.
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX).max(1));
        let bar = LEAST_SCORE + number(of_key.len()).ln();
        let suspects = of_key.into_iter().map(|(key, joins)| {
            let people: BTreeSet<u32> =
                joins.iter().map(|join| index.joins[*join as usize].who).collect();
            Suspect { patterns, key, joins, people: people.len(), bar, by_lot: BY_LOT }
        });
        let mut suspects: Vec<Suspect> = suspects.collect();
        let nameable = suspects.iter().filter(|suspect| suspect.may_be_named()).count();
        for suspect in &mut suspects {
            suspect.by_lot /= number(nameable);
        }
        all.append(&mut suspects);
    }
    all
}

impl Suspect {
    /// True for joins of which there are enough, of enough people, for some pattern.
    fn may_be_named(&self) -> bool {
        self.patterns.iter().any(|pattern| self.has_enough_for(pattern))
    }

    fn has_enough_for(&self, pattern: &Pattern) -> bool {
        self.people >= pattern.least_people && self.joins.len() >= pattern.least_joins
    }
}

/// What a suspect did in a stretch of time.
#[derive(Debug, Clone)]
pub(super) struct Charge {
    pub(super) pattern: &'static Pattern,
    pub(super) stretch: Stretch,
    pub(super) people: usize,
    joins: usize,
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
    /// From when to when each join has minutes.
    spans: Vec<Range<i64>>,
    /// Joins by their first minute.
    by_time: Vec<(i64, u32)>,
    /// How long the longest join lasts, in minutes.
    longest: i64,
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
        let span = |signs: &Vec<Signs>| match (signs.first(), signs.last()) {
            (Some(first), Some(last)) => first.number..last.number.saturating_add(1),
            _ => 0..0,
        };
        let spans: Vec<Range<i64>> = findings.signs.iter().map(span).collect();
        let mut by_time: Vec<(i64, u32)> = (0..)
            .zip(&spans)
            .filter_map(|(join, span)| (!span.is_empty()).then_some((span.start, join)))
            .collect();
        by_time.sort_unstable();
        let lengths = spans.iter().map(|span| span.end.saturating_sub(span.start));
        let longest = lengths.max().unwrap_or(0);
        let touched = vec![0; counts.len()];
        Self { index, findings, counts, of_meetings, spans, by_time, longest, touched }
    }

    /// What each symptom tells in a join, by how strongly a cause makes it show: its bit, and the score if it shows
    /// and if it does not.
    fn scores(
        &self,
        strengths: &[(Symptom, f64)],
        join: u32,
    ) -> impl Iterator<Item = (u16, f64, f64)> {
        let at = join as usize;
        let (rates, counts) = (self.findings.rates.of_joins[at], self.counts[at]);
        let of_meeting = self.of_meetings[at];
        strengths.iter().map(move |(symptom, strength)| {
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
    fn evidence(&self, suspect: &Suspect, states: &[State]) -> Evidence {
        let of_states = states.par_iter().map(|state| {
            let patterns: Vec<&Pattern> =
                state.causes.iter().map(|cause| &suspect.patterns[*cause]).collect();
            self.evidence_for(&patterns, &suspect.joins)
        });
        let of_states: Vec<Vec<(i64, f64)>> = of_states.collect();
        let mut minutes: Vec<i64> = of_states.iter().flatten().map(|(minute, _)| *minute).collect();
        minutes.sort_unstable();
        minutes.dedup();
        let align = |scores: Vec<(i64, f64)>| {
            let mut aligned = vec![0.0; minutes.len()];
            let mut place = 0;
            for (minute, score) in scores {
                place += minutes[place..].partition_point(|one| *one < minute);
                if let Some(aligned) = aligned.get_mut(place) {
                    *aligned = score;
                }
            }
            aligned
        };
        let scores = of_states.into_iter().map(align).collect();
        Evidence { minutes, scores }
    }

    /// The evidence for and against patterns that show together: minutes, in order, and their scores.
    fn evidence_for(&self, patterns: &[&Pattern], joins: &[u32]) -> Vec<(i64, f64)> {
        let strengths = strengths(patterns);
        let of_any =
            |bits: fn(&Pattern) -> u16| patterns.iter().fold(0, |all, pattern| all | bits(pattern));
        let (mask, decisive) = (of_any(Pattern::mask), of_any(Pattern::decisive));
        let share_of_joins = patterns.iter().map(|pattern| pattern.share).fold(0.0, f64::max);
        let mut evidence: Vec<(i64, f64)> = Vec::new();
        for join in joins {
            let scores: Vec<(u16, f64, f64)> = self.scores(&strengths, *join).collect();
            let first = evidence.len();
            // Most minutes are like the one before.
            let mut like = (0, 0, 0.0);
            for signs in &self.findings.signs[*join as usize] {
                let known = signs.known_to(decisive) & mask;
                if known == 0 {
                    continue;
                }
                let shown = signs.shown & known;
                if (like.0, like.1) != (known, shown) {
                    let told = scores.iter().filter(|(bit, _, _)| known & bit != 0);
                    let score = |(bit, shows, clean): &(u16, f64, f64)| {
                        if shown & bit != 0 { *shows } else { *clean }
                    };
                    like = (known, shown, told.map(score).sum());
                }
                evidence.push((signs.number, like.2));
            }
            if share_of_joins < 1.0 {
                dilute(&mut evidence[first..], share_of_joins);
            }
        }
        // Stable, so that sums don't depend on chance.
        evidence.sort_by_key(|one| one.0);
        evidence.dedup_by(|one, sum| {
            let is_same = one.0 == sum.0;
            if is_same {
                sum.1 += one.1;
            }
            is_same
        });
        let share = patterns.iter().map(|pattern| pattern.lasts.share()).fold(0.0, f64::max);
        if share < 1.0 {
            for one in &mut evidence {
                one.1 = diluted(one.1, share);
            }
        }
        evidence
    }

    /// The heaviest charge against a suspect; `None` without one that is heavy enough.
    pub(super) fn charge(&self, suspect: &Suspect) -> Option<Charge> {
        if !suspect.patterns.iter().any(|pattern| self.may_be_enough(suspect, pattern)) {
            return None;
        }
        let lasts: Vec<Lasts> = suspect.patterns.iter().map(|pattern| pattern.lasts).collect();
        let states = State::all(&lasts);
        let evidence = self.evidence(suspect, &states);
        let mut found = evidence.stretches(&states);
        found.retain(|stretch| stretch.score >= suspect.bar / 2.0);
        let joined = evidence.joined(found.clone(), &lasts);
        found.extend_from_slice(&joined);
        found.retain(|stretch| stretch.score >= suspect.bar);
        let is_vague =
            |stretch: &Stretch| suspect.patterns[stretch.cause].cause == Cause::NotDeterminable;
        found.sort_by(|one, other| {
            is_vague(one)
                .cmp(&is_vague(other))
                .then(other.score.total_cmp(&one.score))
                .then(one.from.cmp(&other.from))
        });
        let mut found = found.into_iter();
        let enough = |stretch| {
            let charge = self.witnessed(suspect, stretch);
            self.is_enough(suspect, &charge).then_some(charge)
        };
        let charge = found.find_map(enough)?;
        // Of two at the same time the one that explains less goes first, and leaves to the other what is its own.
        let all = charge.pattern.mask();
        let goes_first = |other: &Stretch| {
            let mask = suspect.patterns[other.cause].mask();
            mask != all
                && mask & all == mask
                && other.from < charge.stretch.to
                && charge.stretch.from < other.to
        };
        let charge = found.filter(goes_first).find_map(enough).unwrap_or(charge);
        // Of stretches that are one thing it is enough that one stands by itself.
        let part = charge.stretch;
        let whole = joined.into_iter().find(|it| it.cause == part.cause && it.contains(part.from));
        Some(whole.map_or(charge, |whole| self.witnessed(suspect, whole)))
    }

    /// The charge of a stretch, whether it is enough or not.
    fn witnessed(&self, suspect: &Suspect, stretch: Stretch) -> Charge {
        let pattern = &suspect.patterns[stretch.cause];
        let (mask, decisive) = (pattern.mask(), pattern.decisive());
        let mut people = BTreeSet::new();
        let (mut joins, mut hurt_minutes, mut minutes) = (0, 0, 0);
        for join in &suspect.joins {
            let (mut hurt, mut could) = (0, 0);
            for signs in self.within(*join, &stretch) {
                let known = signs.known_to(decisive);
                let is_hurt = signs.shown & known & decisive != 0;
                // What something else explains says nothing of this.
                could += u32::from(is_hurt || known & mask != 0 && signs.explained & mask == 0);
                hurt += u32::from(is_hurt);
            }
            minutes += could;
            // Where only some joins show it, those that do show it most of the time.
            if hurt > 0 && (pattern.share >= 1.0 || 2 * hurt >= could) {
                let entry = &self.index.joins[*join as usize];
                people.insert(entry.who);
                joins += 1;
                hurt_minutes += hurt;
            }
        }
        Charge { pattern, stretch, people: people.len(), joins, hurt_minutes, minutes }
    }

    /// False where there are too few people or joins, or all minutes in which a symptom shows are fewer than are enough.
    fn may_be_enough(&self, suspect: &Suspect, pattern: &Pattern) -> bool {
        if !suspect.has_enough_for(pattern) {
            return false;
        }
        let decisive = pattern.decisive();
        let symptoms: Vec<Symptom> =
            Symptom::ALL.into_iter().filter(|symptom| decisive & symptom.bit() != 0).collect();
        let shown = |join: &u32| -> u32 {
            let counts = self.counts[*join as usize];
            symptoms.iter().map(|symptom| counts[*symptom as usize].shown).sum()
        };
        suspect.joins.iter().map(shown).sum::<u32>() >= pattern.least_minutes
    }

    /// True if enough people, joins, places and minutes show it.
    fn is_enough(&self, suspect: &Suspect, charge: &Charge) -> bool {
        let Charge { pattern, stretch, people, joins, hurt_minutes, minutes } = charge;
        *people >= pattern.least_people
            && *joins >= pattern.least_joins
            && *hurt_minutes >= pattern.least_minutes
            && stretch.to.saturating_sub(stretch.from) >= pattern.least_length
            && f64::from(*hurt_minutes) >= pattern.least_share * f64::from(*minutes)
            && pattern.beyond.iter().all(|kind| self.goes_beyond(*kind, suspect, pattern, stretch))
            && self.stands_out(suspect, pattern, stretch)
    }

    /// True where a symptom shows so much more often within a scope than in all other joins of the same time
    /// that the scope is what they have in common; and of a person.
    fn stands_out(&self, suspect: &Suspect, pattern: &Pattern, stretch: &Stretch) -> bool {
        if pattern.scope == ScopeKind::Person {
            return true;
        }
        let decisive = pattern.decisive();
        let (mut within, mut elsewhere) = (Showing::default(), Showing::default());
        let first = self
            .by_time
            .partition_point(|(from, _)| *from < stretch.from.saturating_sub(self.longest));
        let during = self.by_time[first..].iter().take_while(|(from, _)| *from < stretch.to);
        for (_, join) in during {
            if self.spans[*join as usize].end <= stretch.from {
                continue;
            }
            let mut count = Count::default();
            for signs in self.within(*join, stretch) {
                let of_pattern = signs.known_to(decisive);
                count.shown += u32::from(signs.shown & of_pattern & decisive != 0);
                count.known += u32::from(of_pattern & decisive != 0);
            }
            let speaks = count.shown > 0 && self.score_in(pattern, &[*join], stretch) > 0.0;
            let is_member = suspect.joins.binary_search(join).is_ok();
            if is_member { &mut within } else { &mut elsewhere }.add(count, speaks);
        }
        // Where only some joins show it, those that do show it most of the time.
        let rate = if pattern.share < 1.0 { 0.5 } else { within.all.rate() / 2.0 };
        // One server is chosen for all joins of a meeting, and not by lot.
        let is_by_lot = pattern.whose != Whose::Hosted
            && !within.is_beyond_lot(&elsewhere, rate, suspect.by_lot);
        within.exceeds(&elsewhere) && !is_by_lot
    }

    /// True where a pattern shows also outside of whichever narrower scope shows it most; where nobody knows the
    /// providers, they are passed over.
    fn goes_beyond(
        &self,
        narrower: ScopeKind,
        suspect: &Suspect,
        pattern: &Pattern,
        stretch: &Stretch,
    ) -> bool {
        let mut scores = BTreeMap::<u32, f64>::new();
        for join in &suspect.joins {
            if let Some(key) = self.index.joins[*join as usize].key(narrower) {
                *scores.entry(key).or_default() += self.score_in(pattern, &[*join], stretch);
            }
        }
        let most = scores.values().copied().fold(0.0, f64::max);
        narrower == ScopeKind::Isp && scores.is_empty()
            || scores.values().sum::<f64>() - most >= BEYOND
    }

    /// What shows of a join in a stretch.
    fn within(&self, join: u32, stretch: &Stretch) -> &[Signs] {
        let span = &self.spans[join as usize];
        if span.end <= stretch.from || stretch.to <= span.start {
            return &[];
        }
        let signs = &self.findings.signs[join as usize];
        let place = |minute: i64| signs.partition_point(|one| one.number < minute);
        &signs[place(stretch.from)..place(stretch.to)]
    }

    /// Takes out what a cause explains: what shows of its symptoms in the stretch. Tells which minutes of
    /// which joins it hurt.
    pub(super) fn explain(
        &mut self,
        suspect: &Suspect,
        charge: &Charge,
        round: u32,
    ) -> Vec<(u32, u32)> {
        let Charge { pattern, stretch, .. } = charge;
        let (mask, decisive) = (pattern.mask(), pattern.decisive());
        let mut hurt = Vec::new();
        for join in &suspect.joins {
            let signs = &mut self.findings.signs[*join as usize];
            for (signs, place) in signs.iter_mut().zip(0u32..) {
                let shown = signs.shown & signs.known_to(decisive) & mask;
                if stretch.contains(signs.number) && shown != 0 && pattern.explains(signs) {
                    signs.known &= !shown;
                    signs.explained |= shown;
                    hurt.push((*join, place));
                    self.touched[*join as usize] = round;
                }
            }
        }
        hurt
    }

    /// The score of a pattern in a stretch that was found for another.
    pub(super) fn score_in(&self, pattern: &Pattern, joins: &[u32], stretch: &Stretch) -> f64 {
        let is_there = |join: &u32| !self.within(*join, stretch).is_empty();
        let joins: Vec<u32> = joins.iter().copied().filter(is_there).collect();
        let evidence = self.evidence_for(&[pattern], &joins).into_iter();
        evidence.filter(|(minute, _)| stretch.contains(*minute)).map(|(_, score)| score).sum()
    }
}

/// With what probability patterns that show together make each symptom show; one that is there twice is severe.
///
/// **Source**: a noisy-or (Pearl, "Probabilistic Reasoning in Intelligent Systems", 1988).
fn strengths(patterns: &[&Pattern]) -> Vec<(Symptom, f64)> {
    let mut all: Vec<(Symptom, f64)> = Vec::new();
    for (symptom, strength) in patterns.iter().flat_map(|pattern| pattern.strengths) {
        match all.iter_mut().find(|(known, _)| known == symptom) {
            Some((_, known)) => *known = 1.0 - (1.0 - *known) * (1.0 - strength),
            None => all.push((*symptom, *strength)),
        }
    }
    all
}

/// How often a pattern shows in some joins.
#[derive(Debug, Default)]
struct Showing {
    all: Count,
    /// How many joins there are.
    joins: u64,
    /// How often it shows in each join in which it speaks for the pattern: in others it is what is usual of them.
    rates: Vec<f64>,
}

impl Showing {
    /// Adds a join; `speaks` where what shows there speaks for the pattern.
    fn add(&mut self, join: Count, speaks: bool) {
        if join.known > 0 {
            self.all.known += join.known;
            self.all.shown += join.shown;
            self.joins += 1;
            self.rates.extend(speaks.then(|| join.rate()));
        }
    }

    /// In how many joins it speaks for the pattern and shows at least so often.
    fn joins_from(&self, rate: f64) -> u64 {
        self.rates.iter().map(|of_join| u64::from(*of_join >= rate)).sum()
    }

    /// True where it shows clearly more often here than elsewhere. Where there is nobody elsewhere nothing
    /// contradicts.
    fn exceeds(&self, elsewhere: &Self) -> bool {
        if elsewhere.joins == 0 {
            return true;
        }
        let times = |shown: u32, clean: u32| f64::from(shown) * f64::from(clean);
        let (here, there) = (self.all, elsewhere.all);
        times(here.shown, there.known - there.shown)
            >= CONTRAST * times(there.shown, here.known - here.shown)
    }

    /// True where a group of as many joins that is drawn by lot would hardly hold as many in which it shows at a
    /// rate or more: with a probability of `most` at most.
    ///
    /// **Source**: Fisher's exact test, by joins, as minutes of one join are alike.
    fn is_beyond_lot(&self, elsewhere: &Self, rate: f64, most: f64) -> bool {
        let (members, others) = (self.joins, elsewhere.joins);
        let (hurt, hurt_elsewhere) = (self.joins_from(rate), elsewhere.joins_from(rate));
        let by_lot = Hypergeometric::new(members + others, hurt + hurt_elsewhere, members);
        others == 0 || hurt > 0 && by_lot.is_ok_and(|drawn| drawn.sf(hurt - 1) <= most)
    }
}

/// Makes of the evidence of a join that of one among many of which only a share shows the cause.
fn dilute(evidence: &mut [(i64, f64)], share: f64) {
    let whole = diluted(evidence.iter().map(|one| one.1).sum(), share);
    let minutes = u32::try_from(evidence.len()).unwrap_or(u32::MAX);
    for one in evidence {
        one.1 = whole / f64::from(minutes);
    }
}

/// Evidence of something that shows the cause with a probability of `share` alone: the logarithm of
/// `1 - share + share * exp(evidence)`, which does not overflow.
fn diluted(evidence: f64, share: f64) -> f64 {
    let shown = share.ln() + evidence;
    let hidden = (1.0 - share).ln();
    shown.max(hidden) + (-(shown - hidden).abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn showing(joins: &[(u32, u32)]) -> Showing {
        let mut all = Showing::default();
        for (shown, known) in joins {
            all.add(Count { shown: *shown, known: *known }, *shown > 0);
        }
        all
    }

    #[test]
    fn a_scope_holds_more_joins_that_show_it_than_a_group_drawn_by_lot() {
        let (hurt, clean) = ((20, 30), (0, 30));
        let beyond = |members: &[(u32, u32)], others: &[(u32, u32)], most| {
            showing(members).is_beyond_lot(&showing(others), 0.5, most)
        };
        let lot = |members: &[(u32, u32)], others: &[(u32, u32)]| beyond(members, others, 0.001);
        // One of 210 ways to draw four of ten.
        assert!(!lot(&[hurt; 4], &[clean; 6]));
        assert!(lot(&[hurt; 4], &[clean; 20]));
        // One of 10,626 ways, which is little, but not among a hundred places.
        assert!(!beyond(&[hurt; 4], &[clean; 20], 0.001 / 100.0));
        assert!(!lot(&[hurt; 8], &[hurt; 12]));
        assert!(lot(&[hurt; 2], &[]), "nobody else contradicts");
        assert!(!lot(&[clean; 8], &[clean; 8]));
    }

    #[test]
    fn what_is_usual_of_a_join_makes_no_scope_common() {
        let others = |speaks| {
            let mut others = showing(&[(0, 30); 20]);
            for _ in 0..4 {
                others.add(Count { shown: 20, known: 30 }, speaks);
            }
            others
        };
        let members = showing(&[(20, 30); 4]);
        assert!(!members.is_beyond_lot(&others(true), 0.5, 0.001));
        assert!(members.is_beyond_lot(&others(false), 0.5, 0.001));
    }

    #[test]
    fn what_shows_everywhere_is_no_trouble_of_one_scope() {
        let all = |shown| showing(&[(shown, 100)]);
        assert!(all(50).exceeds(&all(10)));
        assert!(!all(50).exceeds(&all(40)));
        // Nine of ten against one of two: the odds are nine times as high.
        assert!(all(90).exceeds(&all(50)));
        assert!(all(1).exceeds(&Showing::default()));
    }

    #[test]
    fn evidence_among_many_is_bounded_below_and_overflows_nowhere() {
        assert!((diluted(0.0, 0.25)).abs() < 1e-12);
        assert!((diluted(-1e9, 0.9) - 0.1f64.ln()).abs() < 1e-9);
        assert!((diluted(1e9, 0.9) - (1e9 + 0.9f64.ln())).abs() < 1e-6);
    }
}
