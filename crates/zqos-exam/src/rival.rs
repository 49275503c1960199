//! Rivals, that the diagnosis has to be better than: single thresholds, and a decision tree of depth 3.
//!
//! Both look at cells, of one scope in one hour, by the means of what is measured there. Both learn on weeks of
//! which they are told the truth.

use std::collections::{BTreeMap, BTreeSet};

use zqos_core::Timestamp;
use zqos_quality::cause::{Cause, Diagnosis, Incident, Scope, ScopeKind};

use crate::matching::accepted;
use crate::measured::{FIGURES, Hour};
use crate::world::{Fault, Week};

/// A place is one that people share from so many on, as in the diagnosis.
const SHARED_BY: usize = 5;

/// A cell is one of a fault when it hurts at least so many minutes of it.
const LEAST_MINUTES: u32 = 5;

/// Cells of one cause are one incident when at most so many hours are between them: those of a night.
const NIGHT_HOURS: i64 = 16;

/// How deep the tree is.
const DEPTH: u32 = 3;

/// Whose joins a cell has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    kind: ScopeKind,
    /// The joins are those of meetings that people of the place host.
    is_hosted: bool,
    name: String,
}

impl Group {
    /// What a classifier is of: groups of one sort.
    const fn sort(&self) -> (ScopeKind, bool) {
        (self.kind, self.is_hosted)
    }

    fn scope(&self) -> Scope {
        Scope { kind: self.kind, name: self.name.clone() }
    }
}

/// What a group measured in an hour.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    group: Group,
    hour: Hour,
}

/// The place of each join that is at one which people share, by name.
fn shared_places(week: &Week) -> Vec<Option<String>> {
    let mut people = BTreeMap::<&str, BTreeSet<&str>>::new();
    let mut locations = BTreeMap::<&str, BTreeMap<&str, u32>>::new();
    for join in &week.joins {
        if let Some(egress) = join.egress.as_deref() {
            people.entry(egress).or_default().insert(join.person.as_deref().unwrap_or(&join.user));
            let location = join.location.as_deref().unwrap_or_default();
            *locations.entry(egress).or_default().entry(location).or_default() += 1;
        }
    }
    let name = |egress: &str| {
        let (location, _) = locations.get(egress)?.iter().max_by_key(|(_, joins)| **joins)?;
        (people.get(egress)?.len() >= SHARED_BY).then(|| format!("{location}, {egress}"))
    };
    week.joins.iter().map(|join| join.egress.as_deref().and_then(name)).collect()
}

/// Every cell of a week, by group and hour.
pub(crate) fn cells(week: &Week) -> Vec<Cell> {
    let places = shared_places(week);
    let mut visits = BTreeMap::<&str, BTreeMap<&str, u32>>::new();
    for (join, place) in week.joins.iter().zip(&places) {
        if let Some((person, place)) = join.person.as_deref().zip(place.as_deref()) {
            *visits.entry(person).or_default().entry(place).or_default() += 1;
        }
    }
    let home = |host: &String| {
        let (place, _) = visits.get(host.as_str())?.iter().max_by_key(|(_, joins)| **joins)?;
        Some((*place).to_owned())
    };
    let mut cells = BTreeMap::<(Group, i64), Hour>::new();
    for (join, place) in week.joins.iter().zip(&places) {
        let is = |word: &str| join.network_type.as_deref().is_some_and(|name| name == word);
        let groups = [
            (ScopeKind::Site, false, place.clone()),
            (ScopeKind::AccessNetwork, false, place.clone().filter(|_| is("Wifi"))),
            (ScopeKind::Vpn, false, place.clone().filter(|_| is("PPP"))),
            (ScopeKind::Isp, false, join.isp.clone()),
            (ScopeKind::DataCenter, false, join.data_center.clone()),
            (ScopeKind::Person, false, join.person.clone()),
            (ScopeKind::Version, false, join.version.clone()),
            (ScopeKind::Site, true, join.host.as_ref().and_then(home)),
        ];
        for (kind, is_hosted, name) in groups {
            let Some(name) = name else { continue };
            let group = Group { kind, is_hosted, name };
            for own in &join.hours {
                let known = cells.entry((group.clone(), own.number));
                known.and_modify(|hour| hour.merge(own)).or_insert_with(|| own.clone());
            }
        }
    }
    cells.into_iter().map(|((group, _), hour)| Cell { group, hour }).collect()
}

/// The cause of a cell, by the truth: that of the fault of its scope which hurts the most minutes of it.
fn truth(cell: &Cell, faults: &[(&Fault, BTreeMap<i64, u32>)]) -> Option<Cause> {
    let scope = cell.group.scope();
    let hurts = faults.iter().filter_map(|(fault, hours)| {
        let cause = accepted(fault.kind).first().copied()?;
        let is_hosted = cause == Cause::FarServer;
        let minutes =
            hours.get(&cell.hour.number).copied().filter(|count| *count >= LEAST_MINUTES)?;
        (fault.is_of(&scope) && is_hosted == cell.group.is_hosted).then_some((minutes, cause))
    });
    hurts.max().map(|(_, cause)| cause)
}

/// What a cell measured, and the cause that it truly has.
type Lesson = ([f64; FIGURES], Option<Cause>);

/// Cells, and the causes that they truly have.
#[derive(Debug, Default)]
pub(crate) struct Lessons {
    cells: BTreeMap<(ScopeKind, bool), Vec<Lesson>>,
}

impl Lessons {
    /// Those of a week.
    pub(crate) fn of(week: &Week) -> Self {
        let faults: Vec<(&Fault, BTreeMap<i64, u32>)> = week
            .faults
            .iter()
            .map(|fault| {
                let mut hours = BTreeMap::new();
                for (minute, _) in &fault.hurt {
                    *hours.entry(minute.div_euclid(60)).or_default() += 1;
                }
                (fault, hours)
            })
            .collect();
        let mut lessons = Self::default();
        for cell in cells(week) {
            let of_sort = lessons.cells.entry(cell.group.sort()).or_default();
            of_sort.push((cell.hour.figures(), truth(&cell, &faults)));
        }
        lessons
    }

    /// Adds those of another.
    pub(crate) fn merge(&mut self, other: Self) {
        for (sort, mut cells) in other.cells {
            self.cells.entry(sort).or_default().append(&mut cells);
        }
    }
}

/// A figure from which on a cell has a cause.
#[derive(Debug, Clone, Copy)]
struct Threshold {
    cause: Cause,
    figure: usize,
    from: f64,
}

/// A decision tree.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(Option<Cause>),
    Split { figure: usize, from: f64, below: Box<Self>, above: Box<Self> },
}

/// How a rival tells the causes of a cell.
#[derive(Debug, Clone)]
enum Classifier {
    Thresholds(Vec<Threshold>),
    Tree(Tree),
}

impl Classifier {
    fn causes(&self, cell: &Cell) -> Vec<Cause> {
        let figures = cell.hour.figures();
        match self {
            Self::Thresholds(thresholds) => thresholds
                .iter()
                .filter(|threshold| figures[threshold.figure] >= threshold.from)
                .map(|threshold| threshold.cause)
                .collect(),
            Self::Tree(tree) => {
                let mut node = tree;
                while let Tree::Split { figure, from, below, above } = node {
                    node = if figures[*figure] >= *from { above } else { below };
                }
                match node {
                    Tree::Leaf(cause) => cause.iter().copied().collect(),
                    Tree::Split { .. } => Vec::new(),
                }
            }
        }
    }
}

/// The threshold of a cause whose cells it tells best, by F1; exact, over every figure and every value of it.
fn threshold(cause: Cause, lessons: &[Lesson]) -> Threshold {
    let all = count(lessons.iter().filter(|(_, truth)| *truth == Some(cause)).count());
    let mut best = (0.0, Threshold { cause, figure: 0, from: f64::INFINITY });
    for figure in 0..FIGURES {
        let mut sorted: Vec<(f64, bool)> = lessons
            .iter()
            .map(|(figures, truth)| (figures[figure], *truth == Some(cause)))
            .collect();
        sorted.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        let (mut told, mut right) = (0.0, 0.0);
        for of_value in sorted.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
            told += count(of_value.len());
            right += count(of_value.iter().filter(|(_, is_true)| *is_true).count());
            let f1 = 2.0 * right / (told + all);
            if f1 > best.0 {
                best = (f1, Threshold { cause, figure, from: of_value[0].0 });
            }
        }
    }
    best.1
}

/// How mixed causes are: so many cells, less the sum of the squares of their shares (Gini).
fn impurity(counts: &BTreeMap<Option<Cause>, f64>) -> f64 {
    let all: f64 = counts.values().sum();
    let squares: f64 = counts.values().map(|count| count * count).sum();
    if all > 0.0 { all - squares / all } else { 0.0 }
}

/// The tree of which each split leaves the purest halves; exact, over every figure and every value of it.
fn grow(lessons: Vec<&Lesson>, depth: u32) -> Tree {
    let mut counts = BTreeMap::<Option<Cause>, f64>::new();
    for (_, truth) in &lessons {
        *counts.entry(*truth).or_default() += 1.0;
    }
    let majority = counts.iter().max_by(|one, other| one.1.total_cmp(other.1));
    let leaf = Tree::Leaf(majority.and_then(|(cause, _)| *cause));
    if depth == 0 || counts.len() < 2 {
        return leaf;
    }
    let mut best = (impurity(&counts), None);
    for figure in 0..FIGURES {
        let mut sorted = lessons.clone();
        sorted.sort_unstable_by(|one, other| other.0[figure].total_cmp(&one.0[figure]));
        let (mut below, mut above) = (counts.clone(), BTreeMap::new());
        let same =
            |one: &&Lesson, other: &&Lesson| one.0[figure].total_cmp(&other.0[figure]).is_eq();
        for of_value in sorted.chunk_by(same) {
            for (_, truth) in of_value {
                *below.entry(*truth).or_default() -= 1.0;
                *above.entry(*truth).or_default() += 1.0;
            }
            let left = impurity(&below) + impurity(&above);
            if left < best.0 - 1e-9 {
                best = (left, Some((figure, of_value[0].0[figure])));
            }
        }
    }
    let Some((figure, from)) = best.1 else { return leaf };
    let (above, below) = lessons.into_iter().partition(|(figures, _)| figures[figure] >= from);
    Tree::Split {
        figure,
        from,
        below: Box::new(grow(below, depth - 1)),
        above: Box::new(grow(above, depth - 1)),
    }
}

/// A number to reckon with.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// A rival, by what it learnt of each sort of scope.
#[derive(Debug, Clone)]
pub(crate) struct Rival {
    classifiers: BTreeMap<(ScopeKind, bool), Classifier>,
}

impl Rival {
    /// One threshold for each cause.
    pub(crate) fn thresholds(lessons: &Lessons) -> Self {
        Self::new(lessons, |cells| {
            let causes: BTreeSet<Cause> = cells.iter().filter_map(|(_, truth)| *truth).collect();
            let thresholds = causes.into_iter().map(|cause| threshold(cause, cells));
            Classifier::Thresholds(thresholds.collect())
        })
    }

    /// One tree for each sort of scope.
    pub(crate) fn trees(lessons: &Lessons) -> Self {
        Self::new(lessons, |cells| Classifier::Tree(grow(cells.iter().collect(), DEPTH)))
    }

    fn new(lessons: &Lessons, learn: impl Fn(&[Lesson]) -> Classifier) -> Self {
        let learnt = lessons.cells.iter().map(|(sort, cells)| (*sort, learn(cells)));
        Self { classifiers: learnt.collect() }
    }

    /// What the rival says of a week.
    pub(crate) fn diagnose(&self, cells: &[Cell]) -> Diagnosis {
        let mut incidents: Vec<Incident> = Vec::new();
        let mut open = BTreeMap::<(Cause, Group), (i64, usize)>::new();
        for cell in cells {
            let Some(classifier) = self.classifiers.get(&cell.group.sort()) else { continue };
            let Hour { number, from, to, .. } = cell.hour;
            for cause in classifier.causes(cell) {
                let key = (cause, cell.group.clone());
                let before = open.get(&key).filter(|(hour, _)| number - hour <= NIGHT_HOURS);
                let place = before.map_or(incidents.len(), |(_, place)| *place);
                let to = instant(to);
                match incidents.get_mut(place) {
                    Some(incident) => incident.to = to,
                    None => incidents.push(named(cause, &cell.group, instant(from), to)),
                }
                open.insert(key, (number, place));
            }
        }
        Diagnosis { incidents, ..Diagnosis::default() }
    }
}

/// The start of a minute.
fn instant(minute: i64) -> Timestamp {
    Timestamp::from_unix_millis(minute * 60_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What a rival names; how sure it is it does not say.
fn named(cause: Cause, group: &Group, from: Timestamp, to: Timestamp) -> Incident {
    Incident {
        cause,
        scope: group.scope(),
        from,
        to,
        probability: 0.5,
        participants: Vec::new(),
        evidence_for: Vec::new(),
        evidence_against: Vec::new(),
        would_decide: Vec::new(),
        candidates: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(loss: f64, latency: f64, cause: Option<Cause>) -> Lesson {
        let mut figures = [0.0; FIGURES];
        (figures[0], figures[2]) = (loss, latency);
        (figures, cause)
    }

    #[test]
    fn a_threshold_is_where_it_tells_best() {
        let cause = Some(Cause::UplinkCapacity);
        let lessons = [
            lesson(0.1, 40.0, None),
            lesson(0.5, 200.0, None),
            lesson(3.0, 60.0, cause),
            lesson(4.0, 50.0, cause),
        ];
        let found = threshold(Cause::UplinkCapacity, &lessons);
        assert_eq!((found.figure, found.from), (0, 3.0));
    }

    #[test]
    fn a_tree_splits_where_its_halves_are_purest() {
        let (up, down) = (Some(Cause::UplinkCapacity), Some(Cause::DataCenter));
        let lessons = [
            lesson(0.1, 40.0, None),
            lesson(0.2, 50.0, None),
            lesson(3.0, 60.0, up),
            lesson(4.0, 300.0, down),
        ];
        let Tree::Split { figure, from, above, .. } = grow(lessons.iter().collect(), DEPTH) else {
            panic!("nothing is split");
        };
        assert_eq!((figure, from), (0, 3.0));
        assert!(matches!(*above, Tree::Split { .. }), "{above:?}");
        assert!(matches!(grow(lessons.iter().collect(), 0), Tree::Leaf(None)));
    }
}
