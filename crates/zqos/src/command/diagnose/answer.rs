//! The answer, as programs get it and as it is shown.

use std::ops::Range;

use serde::Serialize;
use zqos_collect::Status;
use zqos_core::Timestamp;
use zqos_quality::cause::{Incident, Tally};
use zqos_quality::{Direction, InputMeaning, Judge, Proportion};

use super::case::Case;
use super::context::Context;
use super::focus::Focus;
use super::heat::{Row, rows};
use super::person::{Profile, profile};
use super::places::{Mapped, Sites};
use super::question::{About, Question};
use super::{number, words};

/// The name of the schema; its number rises with every change that takes something away.
pub(super) const SCHEMA: &str = "zqos.diagnose/1";

/// All that is said.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    schema: &'static str,
    pub(super) scope: Subject,
    #[serde(serialize_with = "rfc_3339")]
    pub(super) from: Timestamp,
    #[serde(serialize_with = "rfc_3339")]
    pub(super) to: Timestamp,
    pub(super) summary: String,
    pub(super) incidents: Vec<Told>,
    pub(super) unexplained: Unexplained,
    pub(super) minutes: Counts,
    pub(super) direction: Directions,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) participants: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<Profile>,
    pub(super) sites: Sites,
    pub(super) coverage: Option<Coverage>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn rfc_3339<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// What the answer is about.
#[derive(Debug, Serialize)]
pub(super) struct Subject {
    pub(super) kind: &'static str,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<String>,
}

/// An incident, as it is told.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) cause: &'static str,
    pub(super) scope: Scope,
    #[serde(serialize_with = "rfc_3339")]
    pub(super) from: Timestamp,
    #[serde(serialize_with = "rfc_3339")]
    pub(super) to: Timestamp,
    pub(super) probability: f64,
    pub(super) summary: String,
    pub(super) participants: Vec<Hurt>,
    pub(super) evidence_for: Vec<String>,
    pub(super) evidence_against: Vec<String>,
    pub(super) would_decide: Vec<String>,
    pub(super) next: &'static str,
    pub(super) candidates: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Scope {
    pub(super) kind: &'static str,
    pub(super) name: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Hurt {
    meeting_uuid: String,
    user_id: String,
    pub(super) person: Option<String>,
    minutes: u32,
    poor_minutes: u32,
}

/// Poor minutes that nothing explains.
#[derive(Debug, Serialize)]
pub(super) struct Unexplained {
    pub(super) poor_minutes: u32,
    pub(super) reason: Option<String>,
}

/// Minutes of joins.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct Counts {
    pub(super) joins: u32,
    pub(super) judged: u32,
    pub(super) poor: u32,
}

/// Whether what is sent was poor, or what is received.
#[derive(Debug, Serialize)]
pub(super) struct Directions {
    /// What input means: `sent`, `received` or `unknown`.
    pub(super) input: &'static str,
    /// Why: `setting`, `detected` or `unknown`.
    pub(super) basis: &'static str,
    /// How many meetings show that it is sent, and that it is received.
    pub(super) voices: (u32, u32),
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<StreamMinutes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) received: Option<StreamMinutes>,
}

/// Minutes of streams.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct StreamMinutes {
    pub(super) judged: u32,
    pub(super) poor: u32,
}

/// How much of what was expected is in the store.
#[derive(Debug, Serialize)]
pub(super) struct Coverage {
    pub(super) meetings: u32,
    pub(super) complete_meetings: u32,
    /// Of which Zoom has nothing more, so that nothing is missing.
    pub(super) not_obtainable_meetings: u32,
    pub(super) participants_expected: u32,
    pub(super) participants_got: u32,
    pub(super) minutes_expected: u32,
    pub(super) minutes_got: u32,
    pub(super) holes: u32,
    pub(super) unlisted_days: u32,
}

impl Coverage {
    /// Of a range that nothing was collected of nothing is known.
    pub(super) fn of(status: &Status) -> Option<Self> {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (status.meetings > 0 && status.participants.0 > 0).then(|| Self {
            meetings: status.meetings,
            complete_meetings: status.complete,
            not_obtainable_meetings: status.not_obtainable.values().sum(),
            participants_expected: status.participants.0,
            participants_got: status.participants.1,
            minutes_expected: status.minutes.0,
            minutes_got: status.minutes.1,
            holes: count(status.holes.len()),
            unlisted_days: count(status.unlisted.len()),
        })
    }
}

/// What is said of a case.
pub(super) fn answer<const ALL: bool>(
    question: &Question,
    case: &Case<ALL>,
    context: &Context,
    judge: Judge,
    is_set: bool,
    status: Option<&Status>,
    day_of: &dyn Fn(Timestamp) -> Timestamp,
) -> Answer {
    let diagnosis = case.book.diagnose(case.meaning);
    let focus = Focus::new(&question.about, &case.joins);
    let tallies: Vec<&Tally> = (diagnosis.tallies.iter())
        .filter(|tally| focus.has(&tally.meeting_uuid, &tally.user_id))
        .collect();
    let mut incidents: Vec<&Incident> = (diagnosis.incidents.iter())
        .filter(|incident| overlaps(incident, &question.range) && focus.has_incident(incident))
        .collect();
    // The heaviest first; of equals the one that began first.
    incidents.sort_by_key(|incident| std::cmp::Reverse(focus.poor_of(incident)));
    let minutes = counts(&tallies);
    let explained = matches!(question.about, About::Cause(_));
    let unexplained =
        if explained { 0 } else { tallies.iter().map(|tally| tally.unexplained).sum() };
    let participants = match (&question.about, ALL) {
        (About::Meeting { meeting, .. }, true) => {
            rows(case, meeting.uuid.as_str(), context, judge, question, &diagnosis)
        }
        _ => Vec::new(),
    };
    let person = match &question.about {
        About::Person(who) if ALL => {
            Some(profile(case, &who.key, context, judge, &diagnosis, day_of))
        }
        _ => None,
    };
    let site_of = |tally: &&&Tally| {
        focus.sites.contains_key(&(tally.meeting_uuid.as_str(), tally.user_id.as_str()))
    };
    let known = number(tallies.iter().filter(site_of).count());
    Answer {
        schema: SCHEMA,
        scope: about(&question.about),
        from: question.range.start,
        to: question.range.end,
        summary: summary(question, &focus, minutes, &incidents, unexplained),
        incidents: incidents.iter().map(|incident| told(incident, &question.about)).collect(),
        unexplained: Unexplained {
            poor_minutes: unexplained,
            reason: diagnosis.unexplained.reason.clone().filter(|_| unexplained > 0),
        },
        minutes,
        direction: directions(case, &focus, judge, is_set),
        participants,
        person,
        sites: Sites {
            known,
            unknown: minutes.joins - known,
            map: context.sites.as_ref().map(|_| Mapped::of(&case.missing)),
        },
        coverage: status.and_then(Coverage::of),
    }
}

fn overlaps(incident: &Incident, range: &Range<Timestamp>) -> bool {
    incident.from < range.end && range.start < incident.to
}

fn counts(tallies: &[&Tally]) -> Counts {
    Counts {
        joins: number(tallies.len()),
        judged: tallies.iter().map(|tally| tally.judged).sum(),
        poor: tallies.iter().map(|tally| tally.poor).sum(),
    }
}

fn about(about: &About) -> Subject {
    let (kind, name, person) = match about {
        About::Account => ("account", String::new(), None),
        About::Meeting { meeting, person } => {
            let person = person.as_ref().map(|who| who.key.clone());
            ("meeting", meeting.uuid.as_str().to_owned(), person)
        }
        About::Person(who) => ("person", who.key.clone(), None),
        About::Site(site) => ("site", site.clone(), None),
        About::Cause(cause) => ("cause", cause.as_str().to_owned(), None),
    };
    Subject { kind, name, person }
}

fn told(incident: &Incident, about: &About) -> Told {
    // Of an incident that reaches further those are told who are in the meeting that was asked for.
    let is_told = |uuid: &str| match about {
        About::Meeting { meeting, .. } => meeting.uuid.as_str() == uuid,
        _ => true,
    };
    let hurt = incident.participants.iter().filter(|hurt| is_told(&hurt.meeting_uuid));
    Told {
        cause: incident.cause.as_str(),
        scope: Scope { kind: incident.scope.kind.as_str(), name: incident.scope.name.clone() },
        from: incident.from,
        to: incident.to,
        probability: (incident.probability * 1_000.0).round() / 1_000.0,
        summary: words::what(incident),
        participants: hurt
            .map(|hurt| Hurt {
                meeting_uuid: hurt.meeting_uuid.clone(),
                user_id: hurt.user_id.clone(),
                person: hurt.person.clone(),
                minutes: hurt.minutes,
                poor_minutes: hurt.poor_minutes,
            })
            .collect(),
        evidence_for: incident.evidence_for.clone(),
        evidence_against: incident.evidence_against.clone(),
        would_decide: incident.would_decide.clone(),
        next: words::next(incident.cause),
        candidates: incident.candidates.iter().map(|cause| cause.as_str()).collect(),
    }
}

/// The answer in a sentence or two.
fn summary(
    question: &Question,
    focus: &Focus<'_>,
    minutes: Counts,
    incidents: &[&Incident],
    unexplained: u32,
) -> String {
    let Counts { joins, judged, poor } = minutes;
    let joins = words::count(joins, "join", "joins");
    if let About::Cause(cause) = question.about {
        return match incidents.len() {
            0 => format!(
                "No incident of the cause {cause} shows in {judged} judged minutes of {joins}."
            ),
            1 => format!("1 incident of the cause {cause}: {}.", words::what(incidents[0])),
            count => format!("{count} incidents of the cause {cause}."),
        };
    }
    if judged == 0 {
        return format!("Of {joins} joins no minute could be judged.");
    }
    let share = Proportion::new(poor, judged).map_or(0.0, Proportion::value) * 100.0;
    let count =
        format!("{poor} of {judged} judged minutes ({share:.1} %) of {joins} were poor or bad");
    match incidents.first() {
        None if poor == 0 => format!("{count}."),
        None => format!("{count}; no cause is more probable than chance."),
        Some(incident) => {
            let probability = incident.probability * 100.0;
            let others = match incidents.len() - 1 {
                0 => String::new(),
                1 => "; one more incident shows".to_owned(),
                others => format!("; {others} more incidents show"),
            };
            let rest = if unexplained > 0 {
                format!("; {unexplained} poor minutes stay unexplained")
            } else {
                String::new()
            };
            format!(
                "{count}. {} of them go with {}, {probability:.0} % sure{others}{rest}.",
                focus.poor_of(incident),
                words::what(incident)
            )
        }
    }
}

/// How what was sent and what was received went.
fn directions<const ALL: bool>(
    case: &Case<ALL>,
    focus: &Focus<'_>,
    judge: Judge,
    is_set: bool,
) -> Directions {
    let input = match case.meaning {
        Some(InputMeaning::Sent) => "sent",
        Some(InputMeaning::Received) => "received",
        None => "unknown",
    };
    let basis = match case.meaning {
        None => "unknown",
        Some(_) if is_set => "setting",
        Some(_) => "detected",
    };
    let (mut sent, mut received) = (StreamMinutes::default(), StreamMinutes::default());
    for join in &case.joins {
        let who = &join.report.participant;
        if !focus.has(&join.report.meeting_uuid, who.id.as_str()) {
            continue;
        }
        for (_, stream, figures) in &join.report.samples.streams {
            let minutes = match InputMeaning::direction(case.meaning, stream.leg()) {
                Some(Direction::Sent) => &mut sent,
                Some(Direction::Received) => &mut received,
                None => continue,
            };
            let circumstances = zqos_quality::Circumstances::of(who, stream.medium());
            if let Some(grade) =
                judge.stream(stream.medium(), figures, &circumstances).typical.grade()
            {
                minutes.judged += 1;
                minutes.poor += u32::from(grade.is_poor());
            }
        }
    }
    let known = |minutes: StreamMinutes| (minutes.judged > 0).then_some(minutes);
    Directions { input, basis, voices: case.voices, sent: known(sent), received: known(received) }
}
