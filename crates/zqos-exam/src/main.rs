//! How well are causes named?
//!
//! Diagnoses weeks of simulated companies, compares what is said with what was, and writes a page of
//! Markdown and two pictures into a folder. Arguments: the folder; `--seeds N`, how many weeks of each
//! company size; `--first N`, the first seed, 1000 when left out (lower ones are for tuning);
//! `--list`, which also prints what was missed and what was made up.

#![expect(clippy::print_stdout, reason = "an examination prints what came of it")]

mod controls;
mod matching;
mod picture;
mod report;
mod tally;
mod world;

use std::path::{Path, PathBuf};
use std::{env, fs};

use zqos_quality::InputMeaning;
use zqos_quality::cause::{Cause, Diagnosis};

use crate::controls::Controls;
use crate::tally::Tally;
use crate::world::{Company, Week, minute_of};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Input is sent, as the simulator has it.
const SENT: Option<InputMeaning> = Some(InputMeaning::Sent);

/// The sizes of the companies, and how many in a hundred weeks are of each.
const SIZES: [(u32, u64); 3] = [(100, 25), (200, 50), (500, 25)];

/// Of so many weeks one is also looked at once it is altered, and one is quiet.
const CONTROLS_EVERY: u64 = 2;

struct Arguments {
    folder: Option<PathBuf>,
    weeks: u64,
    first: u64,
    lists: bool,
}

fn arguments() -> Result<Arguments> {
    let mut parsed = Arguments { folder: None, weeks: 160, first: 1_000, lists: false };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number =
            || -> Result<u64> { Ok(arguments.next().ok_or("a number is missing")?.parse()?) };
        match argument.as_str() {
            "--seeds" => parsed.weeks = number()?,
            "--first" => parsed.first = number()?,
            "--list" => parsed.lists = true,
            folder => parsed.folder = Some(folder.into()),
        }
    }
    Ok(parsed)
}

fn main() -> Result<()> {
    let Arguments { folder, weeks, first, lists } = arguments()?;
    let (mut all, mut sizes) = (Tally::default(), Vec::new());
    let mut controls = Controls::default();
    let mut seed = first;
    for (people, share) in SIZES {
        let mut of_size = Tally::default();
        for place in 0..(weeks * share).div_ceil(100) {
            let week = Company::new(seed, people, None)?.week(true)?;
            let diagnosis = week.diagnose(SENT);
            if lists {
                list(seed, people, &week, &diagnosis);
            }
            of_size.add(&week, &diagnosis);
            all.add(&week, &diagnosis);
            if people <= 200 && place % CONTROLS_EVERY == 0 {
                controls.altered(seed, &week, &diagnosis);
                controls.quiet(seed, people)?;
            }
            seed += 1;
        }
        sizes.push((people, of_size));
    }
    let page = report::page(&all, &sizes, &controls);
    if let Some(folder) = folder {
        write(&folder, &page, &all)
    } else {
        print!("{page}");
        Ok(())
    }
}

/// Writes the page and its pictures.
fn write(folder: &Path, page: &str, all: &Tally) -> Result<()> {
    let points: Vec<(f64, f64)> = all
        .reliability()
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(_, stated, right)| (stated, right))
        .collect();
    let reliability = picture::curve(
        "Reliability",
        ["stated probability", "share that is right"],
        &points,
        1.0,
        true,
    );
    let risk = picture::curve(
        "Risk and coverage",
        ["share of incidents, the surest first", "share of these that is wrong"],
        &all.risk_coverage(),
        0.5,
        false,
    );
    fs::write(folder.join("causes-examined.md"), page)?;
    fs::write(folder.join("images/causes-reliability.svg"), reliability)?;
    fs::write(folder.join("images/causes-risk-coverage.svg"), risk)?;
    Ok(())
}

/// Prints what was missed in a week, and what was made up.
fn list(seed: u64, people: u32, week: &Week, diagnosis: &Diagnosis) {
    println!("week of seed {seed}, {people} people");
    for fault in week.faults.iter().filter(|fault| fault.is_evident()) {
        if !diagnosis.incidents.iter().any(|incident| fault.is_named_by(incident)) {
            println!(
                "  missed {} {:?} {:?}, {} minutes of {} people",
                fault.kind,
                fault.scope,
                fault.hurt_interval(),
                fault.hurt.len(),
                fault.people
            );
            for incident in
                diagnosis.incidents.iter().filter(|incident| fault.overlap(incident) > 0.2)
            {
                if fault.shares_scope(incident) || incident.cause.as_str() == fault.kind {
                    println!(
                        "    near it: {} {:?}, overlap {:.2}",
                        incident.cause,
                        incident.scope,
                        fault.overlap(incident)
                    );
                }
            }
        }
    }
    for incident in &diagnosis.incidents {
        let is_right = week.faults.iter().any(|fault| fault.is_named_by(incident));
        if !is_right && incident.cause != Cause::NotDeterminable {
            println!(
                "  made up {} {:?} {}..{}, probability {:.2}",
                incident.cause,
                incident.scope,
                minute_of(incident.from),
                minute_of(incident.to),
                incident.probability
            );
            for line in incident.evidence_for.iter().chain(&incident.evidence_against) {
                println!("    {line}");
            }
        }
    }
}
