//! `zqos sim truth`: what really went wrong in the simulated company.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use zqos_core::ManualClock;
use zqos_sim::{Config, HurtMinute, Incident};

use crate::cli::{Global, SimTruth};
use crate::exit::Exit;
use crate::output::Output;

/// An incident as a line.
#[derive(Debug, Serialize)]
struct IncidentLine<'i> {
    incident: &'i str,
    kind: &'static str,
    scope: ScopeMember<'i>,
    from: String,
    to: String,
}

#[derive(Debug, Serialize)]
struct ScopeMember<'i> {
    kind: &'static str,
    name: &'i str,
}

/// A hurt minute as a line.
#[derive(Debug, Serialize)]
struct MinuteLine<'m> {
    meeting_uuid: &'m str,
    /// As Zoom writes it: a string.
    user_id: String,
    ts: String,
    kind: &'static str,
    incident: &'m str,
    contribution: ContributionMember,
}

#[derive(Debug, Serialize)]
struct ContributionMember {
    latency_ms: f64,
    jitter_ms: f64,
    avg_loss_pct: f64,
    max_loss_pct: f64,
    frame_rate_fps: f64,
    height_px: u16,
}

/// Prints the incidents of a range, then the minutes that they made worse.
pub(super) fn run(args: &SimTruth, global: &Global) -> anyhow::Result<Exit> {
    let (zone, range) = super::range("truth", &args.world, &args.range, global)?;
    let clock = Arc::new(ManualClock::new(zone.now()));
    let simulator = super::simulator(&args.world, Config::default(), clock)?;
    let mut output = Output::new();
    for incident in simulator.incidents(range.clone()) {
        output.write(|out| write_line(out, &IncidentLine::from(&incident)))?;
    }
    for minute in simulator.truth(range) {
        output.write(|out| write_line(out, &MinuteLine::from(&minute)))?;
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

impl<'i> From<&'i Incident> for IncidentLine<'i> {
    fn from(incident: &'i Incident) -> Self {
        Self {
            incident: &incident.id,
            kind: incident.kind.id(),
            scope: ScopeMember { kind: incident.scope.kind.id(), name: &incident.scope.name },
            from: incident.from.to_string(),
            to: incident.to.to_string(),
        }
    }
}

impl<'m> From<&'m HurtMinute> for MinuteLine<'m> {
    fn from(minute: &'m HurtMinute) -> Self {
        let contribution = &minute.contribution;
        Self {
            meeting_uuid: &minute.meeting_uuid,
            user_id: minute.user_id.to_string(),
            ts: minute.ts.to_string(),
            kind: minute.kind.id(),
            incident: &minute.incident,
            contribution: ContributionMember {
                latency_ms: hundredths(contribution.latency_ms),
                jitter_ms: hundredths(contribution.jitter_ms),
                avg_loss_pct: hundredths(contribution.avg_loss_pct),
                max_loss_pct: hundredths(contribution.max_loss_pct),
                frame_rate_fps: hundredths(contribution.frame_rate_fps),
                height_px: contribution.height_px,
            },
        }
    }
}

/// Finer than that no figure of a report is.
fn hundredths(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}
