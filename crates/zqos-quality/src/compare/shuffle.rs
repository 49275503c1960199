//! How often chance alone makes such a difference: labels shuffled among clusters.

use fastrand::Rng;

use super::study::{Cluster, Measure, Study, Sums};

/// Where draws begin; see that of the bootstrap.
const SEED: u64 = 0x7a71_6f73_0002;

/// Differences that are as great but for rounding are as great.
const ROUNDING: f64 = 1e-9;

/// What of an arm's number is shuffled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label {
    /// The bit in which the numbers of two arms differ.
    pub(super) bit: usize,
    /// Among which clusters.
    pub(super) among: Cluster,
}

/// How many of all draws, with what was counted as one of them, are at least so great, or so small.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tails {
    all: u32,
    at_least: u32,
    at_most: u32,
}

impl Tails {
    /// Takes in a draw, and what was counted. A draw that leaves nothing to compare is as great, and as
    /// small.
    fn count(&mut self, drawn: Option<f64>, counted: f64) {
        self.at_least += u32::from(drawn.is_none_or(|drawn| drawn >= counted - ROUNDING));
        self.at_most += u32::from(drawn.is_none_or(|drawn| drawn <= counted + ROUNDING));
    }

    /// The chance of a difference that is so great.
    pub(super) fn upper(self) -> f64 {
        f64::from(self.at_least) / f64::from(self.all)
    }

    /// The chance of one that is so far from 0, by the smaller tail.
    pub(super) fn both(self) -> f64 {
        let smaller = f64::from(self.at_least.min(self.at_most)) / f64::from(self.all);
        (2.0 * smaller).min(1.0)
    }
}

/// Shuffles a label among clusters that have one kind of it alone, and within those that have both.
///
/// By each measure; `None` where there was no difference to begin with.
pub(super) fn tails(study: &Study, label: Label, draws: u32) -> [Option<Tails>; 2] {
    let observed = Measure::ALL.map(|measure| study.difference(&study.table(), measure));
    let none_yet = Tails { all: draws.saturating_add(1), at_least: 1, at_most: 1 };
    let mut tails = observed.map(|observed| observed.map(|_| none_yet));

    let mut deck = Deck::new(study, label);
    let mut rng = Rng::with_seed(SEED + label.among as u64);
    let mut table = study.empty_table();
    for _ in 0..draws {
        deck.deal(&mut rng, &mut table);
        for ((tails, measure), observed) in tails.iter_mut().zip(Measure::ALL).zip(observed) {
            let (Some(tails), Some(observed)) = (tails, observed) else { continue };
            tails.count(study.difference(&table, measure), observed);
        }
    }
    tails
}

/// Sums at a place of the label.
type Cell = (usize, Sums);

/// Things of which so many have the label.
#[derive(Debug, Default)]
struct Hand {
    labelled: usize,
    things: Vec<Vec<Cell>>,
}

impl Hand {
    fn add(&mut self, is_labelled: bool, cells: Vec<Cell>) {
        self.labelled += usize::from(is_labelled);
        self.things.push(cells);
    }

    /// Gives the label to others, as many as before.
    fn deal(&mut self, rng: &mut Rng, table: &mut [Sums]) {
        for place in 0..self.labelled {
            let other = rng.usize(place..self.things.len());
            self.things.swap(place, other);
            for (place, sums) in &self.things[place] {
                table[*place] += *sums;
            }
        }
    }
}

/// All that can be shuffled: clusters as a whole, and what is in those that have both kinds.
#[derive(Debug)]
struct Deck {
    hands: Vec<Hand>,
    /// For each place with the label, the one without, and the sums of both, which stay.
    totals: Vec<(usize, usize, Sums)>,
}

impl Deck {
    fn new(study: &Study, label: Label) -> Self {
        let is_labelled = |arm: usize| arm & label.bit != 0;
        let mut clusters: Vec<Vec<usize>> = vec![Vec::new(); study.clusters(label.among)];
        for (number, row) in study.rows.iter().enumerate() {
            clusters[row.cluster(label.among)].push(number);
        }
        let cell = |row: &usize| {
            let row = &study.rows[*row];
            (study.place(row.arm | label.bit, row.slot), row.sums)
        };
        let mut whole = Hand::default();
        let mut hands = Vec::new();
        for rows in clusters {
            let labelled = rows.iter().filter(|row| is_labelled(study.rows[**row].arm)).count();
            if labelled == 0 || labelled == rows.len() {
                whole.add(labelled > 0, rows.iter().map(cell).collect());
            } else {
                let things = rows.iter().map(|row| vec![cell(row)]).collect();
                hands.push(Hand { labelled, things });
            }
        }
        hands.push(whole);

        let counted = study.table();
        let total =
            |(without, with): (usize, usize)| (with, without, counted[with] + counted[without]);
        let totals = study.places_by(label.bit).map(total).collect();
        Self { hands, totals }
    }

    fn deal(&mut self, rng: &mut Rng, table: &mut [Sums]) {
        table.fill(Sums::default());
        for hand in &mut self.hands {
            hand.deal(rng, table);
        }
        for (with, without, total) in &self.totals {
            table[*without] = *total - table[*with];
        }
    }
}
