//! How well are causes named?
//!
//! Diagnoses weeks of simulated companies, compares what is said with what was, and writes a page of
//! Markdown and two pictures into a folder. Arguments: the folder; `--seeds N`, how many weeks, of
//! companies of all sizes; `--first N`, the first seed, 1000 when left out (lower ones are for tuning);
//! `--people N`, companies of one size alone; `--list`, which also prints what was missed and what was made
//! up, with the truth beside; `--bare`, which leaves out rivals, controls and perturbed models.

#![expect(clippy::print_stdout, reason = "an examination prints what came of it")]

mod controls;
mod matching;
mod measured;
mod picture;
mod plan;
mod report;
mod rival;
mod tally;
mod work;
mod world;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use zqos_quality::InputMeaning;
use zqos_quality::cause::{Cause, Diagnosis, Incident};

use crate::controls::Controls;
use crate::rival::{Lessons, Rival, cells};
use crate::tally::Tally;
use crate::work::each;
use crate::world::{Company, Fault, Week, World, minute_of};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Input is sent, as the simulator has it.
const SENT: Option<InputMeaning> = Some(InputMeaning::Sent);

/// The sizes of the companies, and how many in a hundred weeks are of each.
const SIZES: [(u32, u64); 3] = [(100, 25), (200, 50), (500, 25)];

/// In one of so many weeks data centres fail as planned, beside what happens by chance: of all faults theirs leave
/// evidence most rarely. Those are other weeks than controls look at.
const PLANNED_EVERY: u64 = 4;

/// Of so many weeks one is also looked at with its places permuted.
const PERMUTED_EVERY: u64 = 2;

/// Of so many weeks one is also looked at once something is taken out of it, and with planned faults.
const ALTERED_EVERY: u64 = 8;

/// Weeks of companies of at most so many people are controls: larger ones take long.
const CONTROLS_PEOPLE: u32 = 200;

/// Of so many weeks one is also examined in a perturbed model.
const PERTURBED_EVERY: u64 = 4;

/// By up to how many percent the parameters of a perturbed model differ.
const PERTURBED_PCT: u8 = 30;

/// How many weeks rivals learn on, from seed 1 on.
const LESSONS: u64 = 32;

/// Weeks are examined in so many parts, of all sizes each. After each the page is written, so that who ends the
/// examination early has one of fewer weeks.
const PARTS: usize = 5;

struct Arguments {
    folder: Option<PathBuf>,
    weeks: u64,
    first: u64,
    people: Option<u32>,
    lists: bool,
    is_bare: bool,
}

fn arguments() -> Result<Arguments> {
    let mut parsed = Arguments {
        folder: None,
        weeks: 270,
        first: 1_000,
        people: None,
        lists: false,
        is_bare: false,
    };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number =
            || -> Result<u64> { Ok(arguments.next().ok_or("a number is missing")?.parse()?) };
        match argument.as_str() {
            "--seeds" => parsed.weeks = number()?,
            "--first" => parsed.first = number()?,
            "--people" => parsed.people = Some(u32::try_from(number()?)?),
            "--list" => parsed.lists = true,
            "--bare" => parsed.is_bare = true,
            folder => parsed.folder = Some(folder.into()),
        }
    }
    Ok(parsed)
}

/// So many worlds, from a seed on, of one size or all.
fn worlds(first: u64, weeks: u64, people: Option<u32>) -> Vec<World> {
    let sizes = people.map_or(SIZES.to_vec(), |people| vec![(people, 100)]);
    let sizes = sizes.into_iter().flat_map(|(people, share)| {
        std::iter::repeat_n(people, usize::try_from((weeks * share).div_ceil(100)).unwrap_or(0))
    });
    sizes.zip(first..).map(|(people, seed)| World { seed, people, perturbed_pct: 0 }).collect()
}

/// What learnt on other weeks.
struct Rivals {
    thresholds: Rival,
    trees: Rival,
}

impl Rivals {
    fn learn(people: Option<u32>) -> Result<Self> {
        let weeks =
            each(&worlds(1, LESSONS, people), |world| Ok(Lessons::of(&examined_week(*world)?)))?;
        let mut lessons = Lessons::default();
        for week in weeks {
            lessons.merge(week);
        }
        Ok(Self { thresholds: Rival::thresholds(&lessons), trees: Rival::trees(&lessons) })
    }
}

/// All that came of some weeks.
#[derive(Debug, Default)]
struct Examined {
    /// Of the diagnosis, by the size of companies.
    sizes: Vec<(u32, Tally)>,
    all: Tally,
    thresholds: Tally,
    trees: Tally,
    perturbed: Tally,
    controls: Controls,
    list: String,
}

/// A week of what happens by chance, and as planned in some.
fn examined_week(world: World) -> Result<Week> {
    let company = Company::new(world, None)?;
    if !(world.seed + 1).is_multiple_of(PLANNED_EVERY) {
        return company.week(true);
    }
    let plan = plan::with_data_centers(&company.week(false)?, world.seed)?;
    Company::new(world, Some(&plan))?.week(true)
}

impl Examined {
    /// One week, with all that is done to it.
    fn week(world: World, rivals: Option<&Rivals>) -> Result<Self> {
        let mut examined = Self::default();
        let week = examined_week(world)?;
        let diagnosis = week.diagnose(SENT);
        examined.all.add(&week, &diagnosis);
        examined.sizes.push((world.people, examined.all.clone()));
        list(world, &week, &diagnosis, &mut examined.list)?;
        let Some(rivals) = rivals else { return Ok(examined) };
        let cells = cells(&week);
        examined.thresholds.add(&week, &rivals.thresholds.diagnose(&cells));
        examined.trees.add(&week, &rivals.trees.diagnose(&cells));
        let is_small = world.people <= CONTROLS_PEOPLE;
        if is_small {
            let is_altered = world.seed.is_multiple_of(ALTERED_EVERY);
            if world.seed.is_multiple_of(PERMUTED_EVERY) {
                examined.controls.permuted(world.seed, &week, &diagnosis);
            }
            if is_altered {
                examined.controls.altered(&week, &diagnosis);
            }
            examined.controls.quiet(world, is_altered)?;
        }
        if world.seed.is_multiple_of(PERTURBED_EVERY) {
            let world = World { perturbed_pct: PERTURBED_PCT, ..world };
            let week = Company::new(world, None)?.week(true)?;
            examined.perturbed.add(&week, &week.diagnose(SENT));
        }
        Ok(examined)
    }

    /// Adds what came of other weeks.
    fn merge(&mut self, other: Self) {
        for (people, tally) in other.sizes {
            match self.sizes.iter_mut().find(|(known, _)| *known == people) {
                Some((_, known)) => known.merge(tally),
                None => self.sizes.push((people, tally)),
            }
        }
        self.all.merge(other.all);
        self.thresholds.merge(other.thresholds);
        self.trees.merge(other.trees);
        self.perturbed.merge(other.perturbed);
        self.controls.merge(&other.controls);
        self.list += &other.list;
    }
}

fn main() -> Result<()> {
    let Arguments { folder, weeks, first, people, lists, is_bare } = arguments()?;
    let rivals = if is_bare { None } else { Some(Rivals::learn(people)?) };
    let worlds = worlds(first, weeks, people);
    let mut examined = Examined::default();
    for part in 0..PARTS {
        let of_part: Vec<World> = worlds.iter().skip(part).step_by(PARTS).copied().collect();
        for week in each(&of_part, |world| Examined::week(*world, rivals.as_ref()))? {
            examined.merge(week);
        }
        if let Some(folder) = &folder {
            write(folder, &report::page(&examined), &examined.all)?;
        }
    }
    if lists {
        print!("{}", examined.list);
    }
    if folder.is_none() {
        print!("{}", report::page(&examined));
    }
    Ok(())
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

/// Lists what was missed in a week, and what was made up, with the truth beside.
fn list(world: World, week: &Week, diagnosis: &Diagnosis, text: &mut String) -> Result<()> {
    let World { seed, people, .. } = world;
    writeln!(text, "week of seed {seed}, {people} people")?;
    for fault in week.faults.iter().filter(|fault| fault.is_evident()) {
        if fault.best_named(diagnosis).is_none() {
            writeln!(text, "  missed {}", really(fault))?;
            for incident in diagnosis.incidents.iter().filter(|it| is_near(fault, it)) {
                let overlap = fault.overlap(incident);
                writeln!(text, "    near it, by {overlap:.2}: {}", named(incident))?;
            }
        }
    }
    for incident in &diagnosis.incidents {
        let is_right = week.faults.iter().any(|fault| fault.is_named_by(incident));
        if !is_right && incident.cause != Cause::NotDeterminable {
            writeln!(text, "  made up {}", named(incident))?;
            for fault in week.faults.iter().filter(|fault| is_near(fault, incident)) {
                writeln!(text, "    really, by {:.2}: {}", fault.overlap(incident), really(fault))?;
            }
            for line in incident.evidence_for.iter().chain(&incident.evidence_against) {
                writeln!(text, "    {line}")?;
            }
        }
    }
    Ok(())
}

fn named(incident: &Incident) -> String {
    format!(
        "{} {} {}, {} to {}, probability {:.2}",
        incident.cause,
        incident.scope.kind,
        incident.scope.name,
        minute_of(incident.from),
        minute_of(incident.to),
        incident.probability
    )
}

fn really(fault: &Fault) -> String {
    let hurt = fault.hurt_interval().unwrap_or_default();
    format!(
        "{} {} {}, acted {} to {}, hurt {} to {}, {} minutes of {} people",
        fault.kind,
        fault.scope.0,
        fault.scope.1,
        fault.acted.start,
        fault.acted.end,
        hurt.start,
        hurt.end,
        fault.hurt.len(),
        fault.people
    )
}

/// True where both hurt the same join at the same time.
fn is_near(fault: &Fault, incident: &Incident) -> bool {
    let time = minute_of(incident.from)..minute_of(incident.to);
    fault.hurt.iter().any(|(minute, (meeting, user))| {
        time.contains(minute)
            && incident
                .participants
                .iter()
                .any(|hurt| hurt.meeting_uuid == *meeting && hurt.user_id == *user)
    })
}
