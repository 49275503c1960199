//! Is a week of the simulated company plausible?
//!
//! Computes a week through the API, and prints as Markdown how its figures are distributed, what
//! share of its bad minutes no incident explains, and how well small decision trees name the kind of
//! a fault. Fails when the world is too easy to see through. Arguments: the seed, 1 when left out,
//! and the number of people, 2,000 when left out.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod naming;
mod tally;
mod tree;
mod verdict;
mod week;

use std::env;
use std::ops::RangeInclusive;

use crate::naming::{Among, Portrait, examine};
use crate::tally::Tally;
use crate::week::{DAYS, Week};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What share of the bad minutes no incident may have hurt. With less, whoever finds an incident
/// everywhere is right; with more, nobody can learn anything.
const BACKGROUND: RangeInclusive<f64> = 0.1..=0.3;
/// How well trees may name the kind of a fault, as macro-F1. One that does better sees through the
/// world.
const TOO_EASY: f64 = 0.85;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let seed: u64 = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let people: u32 = arguments.next().map_or(Ok(2_000), |people| people.parse())?;

    let [monday, sunday] = DAYS;
    println!(
        "# How plausible is a week?\n\n\
         The company of seed {seed} with {people} people from {monday} to {sunday}, read through the API: every \
         report of every meeting. Printed by `cargo run --package zqos-sim --example plausibility {seed} {people}`; \
         `cargo xtask plausibility` writes PLAUSIBILITY.md anew.\n"
    );
    let mut tally = Tally::default();
    let questions = portraits(&Week::new(seed, people)?, &mut tally)?;
    println!("{tally}\n{}", tally.beside_published());

    println!(
        "## Can a fault be named?\n\n\
         Decision trees of depth 3 learn from the medians of sessions, and are asked what hurt a session. \
         *Known*: one of those that they learned from; *unseen*: one of this company, having learned from \
         that of the next seed. *Together*: one tree for all kinds; *apart*: a tree for each kind, as one \
         tree has no more than eight answers. Scores are macro-F1; *chance* is that of guessing. Beside each \
         kind: its sessions; kinds with fewer than eight are left out.\n\n\
         | sessions | kinds | together, known | together, unseen | apart, unseen | chance |\n\
         |---|---|--:|--:|--:|--:|"
    );
    let lessons = portraits(&Week::new(seed + 1, people)?, &mut Tally::default())?;
    let mut scores = Vec::new();
    for among in Among::ALL {
        let known = examine(&questions, &questions, among);
        let unseen = examine(&lessons, &questions, among);
        let kinds = unseen.kinds.iter().map(|(kind, sessions)| format!("{kind} {sessions}"));
        println!(
            "| {} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            among.name(),
            kinds.collect::<Vec<_>>().join(", "),
            known.together,
            unseen.together,
            unseen.apart,
            unseen.chance,
        );
        scores.extend([known.together, unseen.together, unseen.apart]);
    }

    let background = tally.background_share();
    println!(
        "\n{:.1} % of all minutes are bad, and {:.0} % of these were hurt by no incident; {:.0}-{:.0} % \
         are wanted. The best score is {:.2}; {TOO_EASY} would be too easy.",
        100.0 * tally.bad_share(),
        100.0 * background,
        100.0 * BACKGROUND.start(),
        100.0 * BACKGROUND.end(),
        scores.iter().copied().fold(f64::NAN, f64::max),
    );
    // A score is no number when no kind hurt enough sessions.
    if BACKGROUND.contains(&background) && scores.iter().all(|score| *score < TOO_EASY) {
        Ok(())
    } else {
        Err("the week is not plausible: see the last line".into())
    }
}

/// Every session of a week, added to a tally.
fn portraits(week: &Week, tally: &mut Tally) -> Result<Vec<Portrait>> {
    for incident in week.incidents()? {
        tally.add_incident(&incident);
    }
    let mut portraits = Vec::new();
    week.each_session(|session| {
        tally.add(&session);
        portraits.extend(Portrait::of(&session));
    })?;
    Ok(portraits)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    /// Two companies of the default size to learn from, and two to be asked about; and what the
    /// weeks of all of them add up to.
    static WEEKS: LazyLock<([Vec<Portrait>; 2], Tally)> = LazyLock::new(|| {
        let mut tally = Tally::default();
        let portraits = [[1, 2], [3, 4]].map(|seeds| {
            let of_seed = |seed| portraits(&Week::new(seed, 200).unwrap(), &mut tally).unwrap();
            seeds.into_iter().flat_map(of_seed).collect()
        });
        (portraits, tally)
    });

    #[test]
    fn small_trees_name_some_faults_and_not_most() {
        let ([lessons, questions], _) = &*WEEKS;
        for among in Among::ALL {
            let known = examine(questions, questions, among);
            let unseen = examine(lessons, questions, among);
            println!("{among:?}: known {known:?}, unseen {unseen:?}");
            assert!(unseen.kinds.len() >= 5, "too few kinds hurt enough sessions");
            assert!(
                known.together < TOO_EASY && unseen.together < TOO_EASY && unseen.apart < TOO_EASY
            );
            assert!(known.together > unseen.chance + 0.15, "there is something to see");
            assert!(unseen.together > unseen.chance + 0.05, "and it is the same elsewhere");
        }
    }

    #[test]
    fn no_incident_explains_a_tenth_to_three_tenths_of_the_bad_minutes() {
        let (_, tally) = &*WEEKS;
        println!("bad {}, background {}", tally.bad_share(), tally.background_share());
        assert!((0.005..0.1).contains(&tally.bad_share()), "most of the time all is well");
        assert!(BACKGROUND.contains(&tally.background_share()));
    }
}
