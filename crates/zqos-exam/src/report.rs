//! The page: what was examined, and what came of it.

use std::fmt::Write as _;

use zqos_quality::Proportion;

use crate::controls::{Controls, Count};
use crate::matching::{ACCEPTED, EVIDENT, LEAST_OVERLAP};
use crate::tally::{Kind, Tally, value};
use crate::world::CLEARLY;
use crate::{Examined, LESSONS, PERTURBED_PCT, PLANNED_EVERY};

/// What is wanted of each kind: precision and recall, and the lower limit of each.
const WANTED: [(f64, f64); 2] = [(0.90, 0.85), (0.80, 0.73)];

/// A share, with the lower limit within which it lies by 95 %.
fn share(share: Option<Proportion>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |share| format!("{:.2} ({:.2})", share.value(), share.limits().0),
    )
}

fn count(count: Count) -> String {
    let percent = 100.0 * value(count.share());
    format!("{} of {} ({percent:.1} %)", count.hits, count.of)
}

/// A row for each kind.
fn kinds(tally: &Tally) -> String {
    let mut rows = String::new();
    for (kind, _) in ACCEPTED {
        let of = tally.kinds.get(kind).copied().unwrap_or_default();
        let reaches = |(share, (least, lower)): (Option<Proportion>, (f64, f64))| {
            share.is_some_and(|share| share.value() >= least && share.limits().0 >= lower)
        };
        let is_reached = [of.precision(), of.recall()].into_iter().zip(WANTED).all(reaches);
        let _infallible = writeln!(
            rows,
            "| `{kind}` | {} | {} | {} | {} | {} | {} | {} | {} |",
            of.faults,
            of.evident,
            of.found,
            of.abstained,
            of.named,
            share(of.precision()),
            share(of.recall()),
            if is_reached { "yes" } else { "no" }
        );
    }
    rows
}

fn confusion(tally: &Tally) -> String {
    let mut columns: Vec<&str> = ACCEPTED.iter().map(|(kind, _)| *kind).collect();
    columns.extend(["not-determinable", "nothing"]);
    let mut rows = format!("| was \\ said | {} |\n|---|", columns.join(" | "));
    rows += &"--:|".repeat(columns.len());
    rows.push('\n');
    for (kind, _) in ACCEPTED {
        let said = tally.confusion.get(kind);
        let cells: Vec<String> = columns
            .iter()
            .map(|column| {
                said.and_then(|said| said.get(column)).map_or_else(String::new, u32::to_string)
            })
            .collect();
        let _infallible = writeln!(rows, "| {kind} | {} |", cells.join(" | "));
    }
    rows
}

fn total(tally: &Tally, of: fn(&Kind) -> u32) -> u32 {
    tally.kinds.values().map(of).sum()
}

/// A row for each kind: joins that are said to be hurt, and those that were.
fn whom(tally: &Tally) -> String {
    let mut rows = String::new();
    for (kind, _) in ACCEPTED {
        let joins = tally.kinds.get(kind).copied().unwrap_or_default().joins;
        let _infallible = writeln!(
            rows,
            "| `{kind}` | {} | {} | {} | {} |",
            joins.said,
            share(joins.precision()),
            joins.hurt,
            share(joins.recall())
        );
    }
    rows
}

/// A row for each size of company, and for how much a fault hurt.
fn of_sizes(all: &Tally, sizes: &[(u32, Tally)]) -> String {
    let mut sizes_rows = String::new();
    for (people, tally) in sizes {
        let _infallible = writeln!(
            sizes_rows,
            "| {people} people, {} weeks | {} | {} | {:.2} |",
            tally.weeks,
            share(Proportion::new(
                total(tally, |kind| kind.right),
                total(tally, |kind| kind.named)
            )),
            share(Proportion::new(
                total(tally, |kind| kind.found),
                total(tally, |kind| kind.evident)
            )),
            tally.macro_f1()
        );
    }
    for (damage, (found, evident)) in &all.by_damage {
        let _infallible = writeln!(
            sizes_rows,
            "| faults that hurt {damage} minutes | | {} | |",
            share(Proportion::new(*found, *evident))
        );
    }
    sizes_rows
}

/// A row for each tenth of stated probabilities.
fn reliability(all: &Tally) -> String {
    let mut reliability = String::new();
    for (part, (count, stated, right)) in (0..).zip(all.reliability()) {
        if count > 0 {
            let _infallible = writeln!(
                reliability,
                "| 0.{part} to {:.1} | {count} | {stated:.2} | {right:.2} |",
                (f64::from(part) + 1.0) / 10.0
            );
        }
    }
    reliability
}

/// A row for each kind: how good the diagnosis is, in the model as it is and perturbed, and how good its rivals are.
fn rivals(examined: &Examined) -> String {
    let Examined { all, perturbed, thresholds, trees, .. } = examined;
    let told = [all, perturbed, thresholds, trees];
    let mut rows = String::new();
    for (kind, _) in ACCEPTED {
        let cells = told.map(|tally| {
            let of = tally.kinds.get(kind).copied().unwrap_or_default();
            format!("{:.2}, {:.2}", value(of.precision()), value(of.recall()))
        });
        let _infallible = writeln!(rows, "| `{kind}` | {} |", cells.join(" | "));
    }
    let macros = told.map(|tally| format!("**{:.2}**", tally.macro_f1()));
    let _infallible = writeln!(rows, "| macro-F1 | {} |", macros.join(" | "));
    rows
}

/// What came out where it was known beforehand what should.
fn of_controls(controls: &Controls) -> String {
    let (permuted, as_they_are) = controls.permuted_incidents;
    format!(
        "| quiet weeks that name a cause of a place, provider, tunnel or data centre | at most 2 % | {} |
| causes of persons in these weeks | | {} |
| planned faults that are named, and not without the fault | all | {} |
| weeks whose places were permuted among joins, and a site was named | at most 1 % | {} |
| incidents of sites in these weeks, against those with the places as they are | | {permuted} against {as_they_are} |
| weak Wi-Fi that is less sure or not named without the signal | all | {} |
| the same without anybody else | all | {} |
| twins: sites in trouble that make up a data centre each, left open | 90 % | {} |
| twins: causes of one direction where nobody knows what input is, left open | 90 % | {} |",
        count(controls.quiet_weeks),
        controls.quiet_person_causes,
        count(controls.lost_without_fault),
        count(controls.permuted_weeks),
        count(controls.less_without_signal),
        count(controls.less_without_peers),
        count(controls.twins_of_scope),
        count(controls.twins_of_direction),
    )
}

/// The page.
pub(crate) fn page(examined: &Examined) -> String {
    let Examined { sizes, all, controls, .. } = examined;
    let (sizes_rows, reliability) = (of_sizes(all, sizes), reliability(all));
    let sure = || all.stated.iter().filter(|one| one.probability >= 0.9);
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let sure_right =
        Proportion::new(number(sure().filter(|one| one.is_right).count()), number(sure().count()));
    let (intercept, slope) = all.recalibration();
    let (minutes, joins, meetings) = EVIDENT;
    let [joins_hurt, minutes_hurt] = all.attributions();
    format!(
        "# How well causes are named

`cargo xtask causes` examines `zqos_quality::cause` on simulated companies and writes this page. Nothing of the
simulator is told to it but what Zoom's API tells, and a file of autonomous systems for offices and homes. It was
tuned on seeds below 1,000; what follows is of seeds from 1,000 on, with the usual faults and all the background.

**What counts.** An incident is right when its cause is accepted for the fault, its scope is the fault's, and its
interval has at least {LEAST_OVERLAP} of the union in common with that from the first to the last minute that the fault hurt, or
made worse by the simulator's threshold, or with that in which it acted.
In one week of {PLANNED_EVERY} data centres fail as planned too, one that is in use on each working day, as by chance few of their faults
leave evidence.
Of access points the API tells nothing, so the Wi-Fi of their site is right; a provider is found by its site where
no other of its lines was in use. A minute is hurt when a figure is {CLEARLY} times the
simulator's threshold worse than it would have been without the fault. Of recall count faults that left evidence: at least {minutes} hurt minutes in {joins} joins of
{meetings} meetings, and of tunnels and releases two people. Of precision counts every incident that names a cause.
In brackets are lower limits at 95 % (Wilson). Wanted are a precision of {:.2} ({:.2}) and a recall of {:.2} ({:.2}).

| kind | faults | left evidence | found | left open | named | precision | recall | reached? |
|---|--:|--:|--:|--:|--:|--:|--:|---|
{}
Macro-F1: {:.2}. {} incidents say that the cause can't be determined, where no fault was. Of {} poor minutes of {} that were
judged, {} stay unexplained; most of these no fault hurt.

## What was said in place of what was

{}
## By size and damage

| | precision | recall | macro-F1 |
|---|--:|--:|--:|
{sizes_rows}
## Whom it hurt

Of faults that were named: joins that are said to be hurt were made worse by the fault in {} of cases, and {} of the joins
that it clearly hurt are said to be. Of minutes, as many in each join as are said, it is {} and {}. Which minutes of a join
they are is not compared.

| kind | joins that are said | made worse | clearly hurt | said to be |
|---|--:|--:|--:|--:|
{}
## Rivals, and another model

Precision and recall. *Perturbed*: parameters of the simulator's model are lower or higher by up to {PERTURBED_PCT} %, each week by
others, in {} weeks; nothing was tuned to that. *Thresholds*: of each scope in each hour the mean of one figure, from some value
on. *Trees*: the same means of nine figures, by a tree of depth 3 for each sort of scope. Both rivals learnt which
figures and values on {LESSONS} weeks of seeds below 1,000, exactly, and name as incidents what they name hour by hour, nights
between left out.

| kind | diagnosis | perturbed | thresholds | trees |
|---|--:|--:|--:|--:|
{}
## Are stated probabilities right?

Expected calibration error {:.3}; what is stated at 0.9 or more is right in {} of cases. A logistic regression of what is
right on the log odds of what is stated has intercept {intercept:.2} and slope {slope:.2}; 0 and 1 would be perfect.

| stated | incidents | mean stated | right |
|---|--:|--:|--:|
{reliability}
![Reliability](images/causes-reliability.svg) ![Risk and coverage](images/causes-risk-coverage.svg)

## Controls

| what | wanted | came out |
|---|---|---|
{}

## What is missed

On seeds below 1,000, where many misses were looked at beside the truth: much that is named wrongly has the right cause and
scope, and less than half of the interval. Of a line that is full by spells, single ones before or after all others are
missed. Of a line that is full while its provider fails, what the provider explains is the line's no more. Full lines of two
people alone are not told from chance. Days in a row with meetings on a far server are one incident. Faults that hurt few minutes are missed more often than others: short outages, and access points that few people use. Where hardly anybody met
elsewhere at the same time, a place is not told from a group drawn by lot, and not named. Of joins on TCP losses are known by
their delays alone.

**Not examined**: how much coarser site maps change.
",
        WANTED[0].0,
        WANTED[0].1,
        WANTED[1].0,
        WANTED[1].1,
        kinds(all),
        all.macro_f1(),
        all.vague,
        all.poor_minutes,
        all.judged_minutes,
        all.unexplained_minutes,
        confusion(all),
        share(joins_hurt.precision()),
        share(joins_hurt.recall()),
        share(minutes_hurt.precision()),
        share(minutes_hurt.recall()),
        whom(all),
        examined.perturbed.weeks,
        rivals(examined),
        all.calibration_error(),
        share(sure_right),
        of_controls(controls),
    )
}
