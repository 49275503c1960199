//! The search: the heaviest charge first, then what it does not explain.

use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

use rayon::prelude::*;
use zqos_core::Timestamp;

use crate::InputMeaning;

use super::evidence;
use super::incident::{Diagnosis, Hurt, Incident, Tally, Unexplained};
use super::index::{Entry, Index};
use super::pattern::Pattern;
use super::record::Casebook;
use super::stretch::Stretch;
use super::suspect::{Charge, Evidences, Suspect, suspects};
use super::symptom::{Findings, NOBODY};
use super::usual::Habits;
use super::word::{Cause, ScopeKind};

/// Two causes are told apart when one is this much more probable, as a logarithm.
///
/// **Source**: a choice of this project: odds of 20 to 1.
const APART: f64 = 3.0;

/// A cause of one place goes before one of several when it is this much more probable there, as a logarithm.
///
/// **Source**: a choice of this project: odds of about 3,000 to 1.
const CLEARLY: f64 = 8.0;

/// Somebody listens to a sender who is hurt when so many minutes of losses go with what the sender lost.
///
/// **Source**: a choice of this project: in one minute another loss of the own may look alike.
const LEAST_HEARD: usize = 2;

/// A charge that waits; the heaviest is the greatest.
#[derive(Clone)]
struct Waiting {
    suspect: u32,
    /// What had been explained when it was weighed.
    round: u32,
    charge: Charge,
}

impl Waiting {
    /// What can be named comes before what can't, the heaviest first.
    fn rank(&self) -> (bool, f64) {
        let is_named = self.charge.pattern.cause != Cause::NotDeterminable;
        (is_named, self.charge.stretch.score)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    /// Of equals the first suspect is the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        let ((is_named, score), (is_other_named, other_score)) = (self.rank(), other.rank());
        is_named
            .cmp(&is_other_named)
            .then(score.total_cmp(&other_score))
            .then(other.suspect.cmp(&self.suspect))
    }
}

impl Casebook {
    /// Says what went wrong. `meaning` is what input means; `None` as long as nobody knows, and causes that
    /// act on one way alone can't be told then.
    ///
    /// The order in which joins were filed changes nothing.
    pub fn diagnose(&self, meaning: Option<InputMeaning>) -> Diagnosis {
        let index = Index::new(self);
        let habits = Habits::new(&index);
        let findings = Findings::new(&index, &habits, meaning.unwrap_or(InputMeaning::Sent));
        let mut evidences = Evidences::new(&index, findings);
        let suspects = suspects(&index);
        let mut heap = BinaryHeap::new();
        // Most of the work; in their order, on all processors.
        let charges: Vec<Option<Charge>> =
            suspects.par_iter().map(|suspect| evidences.charge(suspect)).collect();
        for (charge, suspect) in charges.into_iter().zip(0..) {
            heap.extend(charge.map(|charge| Waiting { suspect, round: 0, charge }));
        }

        let mut incidents = Vec::new();
        let mut explained = Explained::new(&index);
        let mut round = 0;
        while let Some(mut heaviest) = heap.pop() {
            let suspect = &suspects[heaviest.suspect as usize];
            if is_stale(&evidences, suspect, &heaviest) {
                if let Some(charge) = evidences.charge(suspect) {
                    heap.push(Waiting { round, charge, ..heaviest });
                }
                continue;
            }
            if is_wide(&heaviest.charge)
                && let Some(narrower) = narrower(&evidences, &suspects, &heaviest, &heap)
            {
                // It waits until that is explained; of what is left it may still be the cause.
                heap.push(heaviest);
                heaviest = narrower;
            }
            let suspect = &suspects[heaviest.suspect as usize];
            let rivals = rivals(&evidences, &suspects, suspect, &heaviest.charge);
            let mut incident =
                evidence::incident(&evidences, suspect, &heaviest.charge, &rivals, meaning);
            round += 1;
            let hurt = evidences.explain(suspect, &heaviest.charge, round);
            incident.participants = explained.mark(&evidences, &hurt);
            incidents.push(incident);
            if let Some(charge) = evidences.charge(suspect) {
                heap.push(Waiting { round, charge, ..heaviest });
            }
        }
        incidents.sort_by(|one: &Incident, other| {
            (one.from, one.cause, &one.scope, one.to).cmp(&(
                other.from,
                other.cause,
                &other.scope,
                other.to,
            ))
        });
        let minutes = || index.joins.iter().flat_map(|join| join.minutes.iter());
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Diagnosis {
            unexplained: explained.rest(&index),
            tallies: explained.tallies(&index),
            joins: count(index.joins.len()),
            judged_minutes: count(minutes().filter(|minute| minute.is_judged).count()),
            poor_minutes: count(minutes().filter(|minute| minute.is_poor).count()),
            incidents,
        }
    }
}

/// True for a charge against what several places have in common.
fn is_wide(charge: &Charge) -> bool {
    matches!(charge.pattern.scope, ScopeKind::Isp | ScopeKind::DataCenter)
}

/// A charge against one place within a wide one, that explains what shows there much better: the place has a
/// trouble of its own. It is weighed anew where something was explained since.
fn narrower(
    evidences: &Evidences<'_>,
    suspects: &[Suspect],
    wide: &Waiting,
    heap: &BinaryHeap<Waiting>,
) -> Option<Waiting> {
    let wide_joins = &suspects[wide.suspect as usize].joins;
    let better = |waiting: &Waiting| {
        let suspect = &suspects[waiting.suspect as usize];
        if waiting.charge.pattern.scope != ScopeKind::Site {
            return None;
        }
        let is_common = |join: &u32| wide_joins.binary_search(join).is_ok();
        let common: Vec<u32> = suspect.joins.iter().copied().filter(is_common).collect();
        if 2 * common.len() <= suspect.joins.len() {
            return None;
        }
        let fresh = if is_stale(evidences, suspect, waiting) {
            Waiting { round: wide.round, charge: evidences.charge(suspect)?, ..*waiting }
        } else {
            waiting.clone()
        };
        let (own, other) = (&fresh.charge.stretch, &wide.charge.stretch);
        let is_better = fresh.charge.pattern.cause != wide.charge.pattern.cause
            && own.from < other.to
            && other.from < own.to
            && own.score - evidences.score_in(wide.charge.pattern, &common, own) > CLEARLY;
        is_better.then_some(fresh)
    };
    heap.iter().filter_map(better).max()
}

/// True once something was explained, after a charge was weighed, of a join that it is about.
fn is_stale(evidences: &Evidences<'_>, suspect: &Suspect, waiting: &Waiting) -> bool {
    suspect.joins.iter().any(|join| evidences.touched[*join as usize] > waiting.round)
}

/// Other causes that fit a charge about as well: they say the same of the same joins.
fn rivals<'s>(
    evidences: &Evidences<'_>,
    suspects: &'s [Suspect],
    accused: &Suspect,
    charge: &Charge,
) -> Vec<(&'s Suspect, &'static Pattern)> {
    let alone = evidences.score_in(charge.pattern, &accused.joins, &charge.stretch);
    // Patterns that were weighed together may be true together.
    let own = if accused.patterns.len() > 1 { alone.max(charge.stretch.score) } else { alone };
    let mut rivals = Vec::new();
    for suspect in suspects.iter().filter(|suspect| suspect.joins == accused.joins) {
        for pattern in suspect.patterns {
            let is_other =
                pattern.cause != charge.pattern.cause && pattern.cause != Cause::NotDeterminable;
            if is_other
                && pattern.mask() & charge.pattern.mask() != 0
                && own - evidences.score_in(pattern, &suspect.joins, &charge.stretch) < APART
            {
                rivals.push((suspect, pattern));
            }
        }
    }
    rivals
}

/// Which minutes some incident explains.
struct Explained {
    minutes: Vec<Vec<bool>>,
}

impl Explained {
    fn new(index: &Index<'_>) -> Self {
        Self { minutes: index.joins.iter().map(|join| vec![false; join.minutes.len()]).collect() }
    }

    /// Marks minutes that were hurt, and those of whoever listened to the same people. Tells whose they are.
    fn mark(&mut self, evidences: &Evidences<'_>, hurt: &[(u32, u32)]) -> Vec<Hurt> {
        let index = evidences.index;
        let mut marked = BTreeSet::<(u32, u32)>::new();
        // A minute may be hurt by itself, and be one in which somebody was heard who was.
        let mut mark = |join: u32, minute: u32| {
            self.minutes[join as usize][minute as usize] = true;
            marked.insert((join, minute));
        };
        for own in hurt.chunk_by(|one, other| one.0 == other.0) {
            let join = own[0].0;
            let signs = &evidences.findings.signs;
            let numbers: Vec<i64> = own
                .iter()
                .map(|(_, minute)| signs[join as usize][*minute as usize].number)
                .collect();
            for (join, minute) in own {
                mark(*join, *minute);
            }
            let meeting = index.joins[join as usize].meeting;
            let first = index.joins.partition_point(|join| join.meeting < meeting);
            let others = index.joins[first..].iter().take_while(|join| join.meeting == meeting);
            for (_, other) in others.zip(first..) {
                let heard = signs[other].iter().zip(0u32..).filter(|(signs, _)| {
                    signs.sender == join && numbers.binary_search(&signs.number).is_ok()
                });
                let heard: Vec<u32> = heard.map(|(_, minute)| minute).collect();
                if heard.len() >= LEAST_HEARD {
                    for minute in heard {
                        mark(u32::try_from(other).unwrap_or(NOBODY), minute);
                    }
                }
            }
        }
        let marked: Vec<(u32, u32)> = marked.into_iter().collect();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let hurt = |own: &[(u32, u32)]| {
            let join = &index.joins[own[0].0 as usize];
            let text = |text: u32| index.texts[text as usize].to_owned();
            let poor = own.iter().filter(|(_, minute)| join.minutes[*minute as usize].is_poor);
            Hurt {
                meeting_uuid: text(join.meeting),
                user_id: text(join.user),
                person: join.person.map(text),
                minutes: count(own.len()),
                poor_minutes: count(poor.count()),
            }
        };
        marked.chunk_by(|one, other| one.0 == other.0).map(hurt).collect()
    }

    fn tallies(&self, index: &Index<'_>) -> Vec<Tally> {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let of = |(join, explained): (&Entry, &Vec<bool>)| {
            let minutes = || join.minutes.iter().zip(explained);
            Tally {
                meeting_uuid: index.texts[join.meeting as usize].to_owned(),
                user_id: index.texts[join.user as usize].to_owned(),
                judged: count(minutes().filter(|(minute, _)| minute.is_judged).count()),
                poor: count(minutes().filter(|(minute, _)| minute.is_poor).count()),
                unexplained: count(
                    minutes().filter(|(minute, explained)| minute.is_poor && !**explained).count(),
                ),
            }
        };
        index.joins.iter().zip(&self.minutes).map(of).collect()
    }

    fn rest(&self, index: &Index<'_>) -> Unexplained {
        let minutes = index.joins.iter().zip(&self.minutes).flat_map(|(join, explained)| {
            join.minutes
                .iter()
                .zip(explained)
                .filter(|(minute, is_explained)| minute.is_poor && !**is_explained)
        });
        let poor_minutes = u32::try_from(minutes.count()).unwrap_or(u32::MAX);
        Unexplained {
            poor_minutes,
            reason: (poor_minutes > 0).then(|| {
                "These minutes are too few, too scattered or too unlike each other for a cause to be more \
                 probable than chance."
                    .to_owned()
            }),
        }
    }
}

/// The start of a minute; the nearest instant where there is none.
pub(super) fn instant(minute: i64) -> Timestamp {
    Timestamp::from_unix_millis(minute.saturating_mul(60_000)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The interval of a stretch.
pub(super) fn interval(stretch: &Stretch) -> (Timestamp, Timestamp) {
    (instant(stretch.from), instant(stretch.to))
}

/// The cause that may be named as long as nobody knows which way input goes.
pub(super) fn nameable(cause: Cause, meaning: Option<InputMeaning>) -> Cause {
    if meaning.is_none() && cause.needs_direction() { Cause::NotDeterminable } else { cause }
}
