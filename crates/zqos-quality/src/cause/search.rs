//! The search: the heaviest charge first, then what it does not explain.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use zqos_core::Timestamp;

use crate::InputMeaning;

use super::evidence;
use super::incident::{Diagnosis, Hurt, Incident, Unexplained};
use super::index::Index;
use super::record::Casebook;
use super::stretch::Stretch;
use super::suspect::{Charge, Evidences, Suspect, suspects};
use super::symptom::{Findings, NOBODY};
use super::usual::Habits;
use super::word::Cause;

/// Two causes are told apart when one is this much more probable, as a logarithm.
///
/// **Source**: a choice of this project: odds of 20 to 1.
const APART: f64 = 3.0;

/// A charge that waits; the heaviest is the greatest.
struct Waiting {
    suspect: u32,
    /// What had been explained when it was weighed.
    round: u32,
    charge: Charge,
}

impl Waiting {
    fn rank(&self) -> (f64, u32) {
        (self.charge.stretch.score, self.suspect)
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
        let ((one, first), (two, second)) = (self.rank(), other.rank());
        one.total_cmp(&two).then(second.cmp(&first))
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
        for (suspect, number) in suspects.iter().zip(0..) {
            if let Some(charge) = evidences.charge(suspect) {
                heap.push(Waiting { suspect: number, round: 0, charge });
            }
        }

        let mut incidents = Vec::new();
        let mut explained = Explained::new(&index);
        let mut round = 0;
        while let Some(heaviest) = heap.pop() {
            let suspect = &suspects[heaviest.suspect as usize];
            let is_stale =
                suspect.joins.iter().any(|join| evidences.touched[*join as usize] > heaviest.round);
            if is_stale {
                if let Some(charge) = evidences.charge(suspect) {
                    heap.push(Waiting { round, charge, ..heaviest });
                }
                continue;
            }
            let rivals = rivals(&evidences, &suspects, suspect, &heaviest.charge);
            let mut incident =
                evidence::incident(&evidences, suspect, &heaviest.charge, &rivals, meaning);
            round += 1;
            let hurt = evidences.explain(suspect, &heaviest.charge.stretch, round);
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
        let minutes = || index.joins.iter().flat_map(|join| &join.minutes);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Diagnosis {
            unexplained: explained.rest(&index),
            joins: count(index.joins.len()),
            judged_minutes: count(minutes().filter(|minute| minute.is_judged).count()),
            poor_minutes: count(minutes().filter(|minute| minute.is_poor).count()),
            incidents,
        }
    }
}

/// Other causes that fit a charge about as well: they say the same of the same joins.
fn rivals<'s>(
    evidences: &Evidences<'_>,
    suspects: &'s [Suspect],
    accused: &Suspect,
    charge: &Charge,
) -> Vec<&'s Suspect> {
    let is_rival = |suspect: &&Suspect| {
        suspect.pattern.cause != accused.pattern.cause
            && !suspect.is_vague()
            && suspect.joins == accused.joins
            && charge.stretch.score - evidences.score_in(suspect, &charge.stretch) < APART
    };
    suspects.iter().filter(is_rival).collect()
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
        let mut of_joins = BTreeMap::<u32, u32>::new();
        let mut mark = |join: u32, minute: u32| {
            self.minutes[join as usize][minute as usize] = true;
            *of_joins.entry(join).or_default() += 1;
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
                for (signs, minute) in signs[other].iter().zip(0u32..) {
                    if signs.sender == join && numbers.binary_search(&signs.number).is_ok() {
                        mark(u32::try_from(other).unwrap_or(NOBODY), minute);
                    }
                }
            }
        }
        let hurt = |(join, minutes): (u32, u32)| {
            let join = &index.joins[join as usize];
            let text = |text: u32| index.texts[text as usize].to_owned();
            Hurt {
                meeting_uuid: text(join.meeting),
                user_id: text(join.user),
                person: join.person.map(text),
                minutes,
            }
        };
        of_joins.into_iter().map(hurt).collect()
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
