//! The comparison on a screen.

use std::io::{self, Write};

use zqos_answer::comparison::{Answer, Cohorts, Compared, Counted, Effected, Said};
use zqos_core::Shown;

use crate::output::columns::{Align, Columns, wrapped};
use crate::time::Zone;

pub(super) fn show(
    out: &mut dyn Write,
    answer: &Answer,
    width: usize,
    may_style: bool,
    zone: &Zone,
) -> io::Result<()> {
    let shown =
        |text: &str| text.parse().map_or_else(|_| text.to_owned(), |at| zone.date_and_time(at));
    let title = format!(
        "{} of {} joins from {} to {} ({})",
        answer.medium,
        answer.joins,
        shown(&answer.from),
        shown(&answer.to),
        zone.name()
    );
    writeln!(out, "{title}")?;
    let cohort = answer.cohort.as_deref().map(|cohort| Shown(cohort).to_string());
    let against = answer.against.as_deref().map(|against| Shown(against).to_string());
    let mut groups: Vec<(String, &Counted)> = Vec::new();
    let mut said: Vec<(String, &Said)> = Vec::new();
    if let Some(Compared { group, reference, outcome }) = &answer.comparison {
        let names = match (&answer.change, &cohort) {
            (Some(at), _) => (format!("after {}", shown(at)), "before".to_owned()),
            (None, Some(cohort)) => {
                (cohort.clone(), against.unwrap_or_else(|| "all others".to_owned()))
            }
            (None, None) => ("group".to_owned(), "others".to_owned()),
        };
        groups.extend([(names.0, group), (names.1, reference)]);
        said.push(("difference".to_owned(), outcome));
    }
    if let Some(changed) = &answer.changed {
        let cohort = cohort.unwrap_or_default();
        groups.extend([
            (format!("{cohort}: before"), &changed.cohort.reference),
            (format!("{cohort}: after"), &changed.cohort.group),
            ("the rest: before".to_owned(), &changed.rest.reference),
            ("the rest: after".to_owned(), &changed.rest.group),
        ]);
        said.extend([
            (cohort, &changed.cohort.outcome),
            ("the rest".to_owned(), &changed.rest.outcome),
            ("beyond the rest".to_owned(), &changed.beyond_rest),
        ]);
    }
    if !groups.is_empty() {
        writeln!(out)?;
        counted(&groups).write(out, width, may_style)?;
        writeln!(out)?;
        for (name, said) in said {
            for line in sentences(&name, said) {
                for line in wrapped(&line, width) {
                    writeln!(out, "{line}")?;
                }
            }
        }
    }
    if let Some(cohorts) = &answer.cohorts {
        writeln!(out)?;
        ranked(cohorts).write(out, width, may_style)?;
        writeln!(out)?;
        let note = "Named are those of which more joins are poor than of the others, beyond chance; rates are \
                    shrunk towards that of all. What is not known of a join is in no line.";
        for line in wrapped(note, width) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn percent(part: u32, of: u32) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    format!("{:.1} %", f64::from(part) / f64::from(of) * 100.0)
}

fn counted(groups: &[(String, &Counted)]) -> Columns {
    let right = Align::Right;
    let mut table = Columns::new([
        ("", Align::Left),
        ("joins", right),
        ("poor", right),
        ("minutes", right),
        ("poor", right),
        ("people", right),
        ("meetings", right),
        ("left\nout", right),
    ]);
    for (name, group) in groups {
        table.row([
            name.clone(),
            group.joins.to_string(),
            percent(group.poor_joins, group.joins),
            group.minutes.to_string(),
            percent(group.poor_minutes, group.minutes),
            group.people.to_string(),
            group.meetings.to_string(),
            group.unmatched_joins.to_string(),
        ]);
    }
    table
}

/// What came of a comparison.
fn sentences(name: &str, said: &Said) -> Vec<String> {
    let (Some(joins), Some(minutes)) = (&said.poor_joins, &said.poor_minutes) else {
        return vec![format!(
            "{name}: not enough data: three people in two meetings are needed on each side, in the same hours of the week"
        )];
    };
    vec![
        format!("{name}: {}; poor joins {}", word(joins.finding), points(joins)),
        format!("{name}: poor minutes {}", points(minutes)),
    ]
}

fn word(finding: &str) -> &'static str {
    match finding {
        "better" => "better, beyond chance",
        "worse" => "worse, beyond chance",
        _ => "no difference is shown",
    }
}

fn points(effect: &Effected) -> String {
    let points = |share: f64| format!("{:+.1}", share * 100.0);
    let visible = effect.smallest_visible.map_or_else(
        || "no difference could have been seen".to_owned(),
        |visible| format!("from {:.1} points on it would have been seen", visible * 100.0),
    );
    format!(
        "{} points (95 %: {} to {}; p {:.3}); {visible}",
        points(effect.difference),
        points(effect.lower),
        points(effect.upper),
        effect.p_value
    )
}

fn ranked(cohorts: &Cohorts) -> Columns {
    let right = Align::Right;
    let mut table = Columns::new([
        (cohorts.by.as_str(), Align::Left),
        ("", Align::Left),
        ("joins", right),
        ("poor", right),
        ("rate", right),
        ("at\nleast", right),
        ("people", right),
        ("meetings", right),
        ("p", right),
    ]);
    for cohort in &cohorts.cohorts {
        let names: Vec<String> = cohort.names.iter().map(|name| Shown(name).to_string()).collect();
        let group = &cohort.group;
        table.row([
            names.join(" = "),
            cohort.standing.replace('-', " "),
            group.joins.to_string(),
            group.poor_joins.to_string(),
            format!("{:.1} %", cohort.rate * 100.0),
            format!("{:.1} %", cohort.rate_at_least * 100.0),
            group.people.to_string(),
            group.meetings.to_string(),
            cohort.p_value.map_or_else(String::new, |p| format!("{p:.3}")),
        ]);
    }
    table
}
