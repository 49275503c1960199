//! What went wrong, for whom, when and why: the answer, as programs get it and as it is shown.

mod case;
mod focus;
mod heat;
mod person;
mod places;
mod words;

use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_context::Context;
use zqos_core::Timestamp;
use zqos_quality::cause::{Diagnosis, Incident, Tally};
use zqos_quality::{Direction, InputMeaning, Judge, Proportion};

use zqos_query::{Archive, QueryError};

use self::case::Case;
pub(crate) use self::case::site_of;
use self::focus::Focus;
pub(crate) use self::heat::strip;

use self::heat::rows;
use self::person::profile;
use crate::coverage::Coverage;
use crate::eyes::Eyes;
use crate::number;
use crate::question::{About, Question};

pub use self::heat::Row;
pub use self::person::{Group, Profile, Share};
pub use self::places::{Mapped, Network, Sites};
pub use self::words::{count, what};

/// The name of the schema; its number rises with every change that takes something away.
const SCHEMA: &str = "zqos.diagnose/1";

/// All that is said.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Diagnosis)]
pub struct Answer {
    /// The name and version of the schema.
    pub schema: &'static str,
    /// What the answer is about.
    pub scope: Subject,
    /// The time that it is about.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Its end.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// The answer in a sentence or two.
    pub summary: String,
    /// What went wrong, what hurt the most first.
    pub incidents: Vec<Told>,
    /// What no cause explains.
    pub unexplained: Unexplained,
    /// How many minutes were looked at.
    pub minutes: Counts,
    /// Whether what is sent was poor, or what is received.
    pub direction: Directions,
    /// Of a meeting: everybody, minute by minute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Row>,
    /// Of a person: days, networks, headsets, and the others beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Profile>,
    /// Of how many joins the site is known.
    pub sites: Sites,
    /// How much of what was expected is there; `None` where nothing was collected.
    pub coverage: Option<Coverage>,
}

/// What the answer is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Subject {
    /// `account`, `meeting`, `person`, `site` or `cause`.
    pub kind: &'static str,
    /// What tells it from others of its kind.
    pub name: String,
    /// Of a meeting: the person in it that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// An incident, as it is told.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Incident)]
pub struct Told {
    /// The id of the cause.
    pub cause: &'static str,
    /// Where it is.
    pub scope: Scope,
    /// When it began to show.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// When it had ceased.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// How probable it is, from 0 to 1.
    pub probability: f64,
    /// The incident in a few words.
    pub summary: String,
    /// Whom it hurt.
    pub participants: Vec<Hurt>,
    /// What speaks for it.
    pub evidence_for: Vec<String>,
    /// What speaks against it.
    pub evidence_against: Vec<String>,
    /// What would decide it.
    pub would_decide: Vec<String>,
    /// What to do about it.
    pub next: &'static str,
    /// Of a cause that can't be told: those that it may be.
    pub candidates: Vec<&'static str>,
}

/// Where an incident is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Scope {
    /// The kind of the scope.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A join that an incident hurt.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hurt {
    /// The meeting.
    pub meeting_uuid: String,
    /// The join in it.
    pub user_id: String,
    /// Who it is.
    pub person: Option<String>,
    /// Minutes within the incident.
    pub minutes: u32,
    /// Poor and bad ones among them.
    pub poor_minutes: u32,
}

/// Poor minutes that nothing explains.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Unexplained {
    /// How many.
    pub poor_minutes: u32,
    /// Why nothing explains them.
    pub reason: Option<String>,
}

/// Minutes of joins.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub struct Counts {
    /// How many joins.
    pub joins: u32,
    /// Their minutes with a verdict.
    pub judged: u32,
    /// Poor and bad ones among them.
    pub poor: u32,
}

/// Whether what is sent was poor, or what is received.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Directions {
    /// What input means: `sent`, `received` or `unknown`.
    pub input: &'static str,
    /// Why: `setting`, `detected` or `unknown`.
    pub basis: &'static str,
    /// How many meetings show that it is sent, and that it is received.
    pub voices: (u32, u32),
    /// What was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<StreamMinutes>,
    /// What was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<StreamMinutes>,
}

/// Minutes of streams.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub struct StreamMinutes {
    /// Minutes with a verdict.
    pub judged: u32,
    /// Poor and bad ones among them.
    pub poor: u32,
}

/// By what is diagnosed.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// How minutes are judged.
    pub judge: Judge,
    /// Which way a stream goes that Zoom calls input, where somebody knows; else it is what the data show.
    pub input: Option<InputMeaning>,
    /// What the organisation knows of itself.
    pub context: &'a Context,
    /// The first instant of the day that an instant is on.
    pub day_of: &'a (dyn Fn(Timestamp) -> Timestamp + Sync),
    /// Who will see the answer.
    pub eyes: Eyes,
}

impl std::fmt::Debug for Terms<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms").field("judge", &self.judge).finish_non_exhaustive()
    }
}

/// Answers a question from the meetings of some accounts.
///
/// **Errors**: those of [`Archive::query`].
pub async fn diagnose(
    archive: &Archive,
    accounts: &[String],
    question: &Question,
    terms: &Terms<'_>,
    coverage: Option<Coverage>,
) -> Result<Answer, QueryError> {
    // Every stream is kept of what is shown minute by minute alone.
    if !matches!(question.about, About::Meeting { .. } | About::Person(_)) {
        let case: Case<false> = Case::read(archive, accounts, question, terms).await?;
        let diagnosis = case.book.diagnose(case.meaning);
        return Ok(answer(question, &case, &diagnosis, terms, coverage));
    }
    let mut case: Case<true> = Case::read(archive, accounts, question, terms).await?;
    let diagnosis = case.book.diagnose(case.meaning);
    let first = answer(question, &case, &diagnosis, terms, coverage);
    let puzzling = puzzling(question, &case, &diagnosis);
    let read = case.joins.iter().map(|join| &*join.report.meeting_uuid).collect();
    let Some(more) = question.longer(archive, accounts, &puzzling, &read).await? else {
        return Ok(first);
    };
    case.add(archive, &more, terms).await?;
    let diagnosis = case.book.diagnose(case.meaning);
    let second = answer(question, &case, &diagnosis, terms, coverage);
    let explains_more = second.unexplained.poor_minutes < first.unexplained.poor_minutes;
    Ok(if explains_more { second } else { first })
}

/// The joins of a meeting with poor minutes that nothing explains, those with the most first; none of anything else.
fn puzzling(question: &Question, case: &Case<true>, diagnosis: &Diagnosis) -> Vec<String> {
    let About::Meeting { meeting, .. } = &question.about else { return Vec::new() };
    let focus = Focus::new(&question.about, &case.joins);
    let mut puzzling: Vec<&Tally> = (diagnosis.tallies.iter())
        .filter(|tally| tally.unexplained > 0 && tally.meeting_uuid == meeting.uuid.as_str())
        .filter(|tally| focus.has(&tally.meeting_uuid, &tally.user_id))
        .collect();
    puzzling.sort_by(|one, other| {
        other.unexplained.cmp(&one.unexplained).then(one.user_id.cmp(&other.user_id))
    });
    puzzling.into_iter().map(|tally| tally.user_id.clone()).collect()
}

/// What is said of a case.
fn answer<const ALL: bool>(
    question: &Question,
    case: &Case<ALL>,
    diagnosis: &Diagnosis,
    terms: &Terms<'_>,
    coverage: Option<Coverage>,
) -> Answer {
    let Terms { judge, input, context, day_of, .. } = *terms;
    let is_set = input.is_some();
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
            rows(case, meeting.uuid.as_str(), context, judge, question, diagnosis)
        }
        _ => Vec::new(),
    };
    let person = match &question.about {
        About::Person(who) if ALL => {
            Some(profile(case, &who.key, context, judge, diagnosis, day_of))
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
        coverage,
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
