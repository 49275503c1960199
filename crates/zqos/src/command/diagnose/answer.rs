//! The answer, as programs get it and as it is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;
use zqos_collect::Status;
use zqos_core::{Medium, Timestamp};
use zqos_quality::cause::{Diagnosis, Incident, Tally};
use zqos_quality::{
    Attendance, Direction, Grade, InputMeaning, Judge, Proportion, Session, Verdict,
};

use super::case::{Attended, Case};
use super::context::Context;
use super::question::{About, Question};
use super::words;
use crate::context::missing::MissingNetworks;

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

/// A participant of a meeting, minute by minute.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) user_id: String,
    pub(super) person: Option<String>,
    pub(super) name: Option<String>,
    /// By the people file.
    pub(super) is_vip: bool,
    pub(super) judged: u32,
    pub(super) poor: u32,
    /// A letter for each minute from the beginning on: `g`ood, `f`air, `p`oor, `b`ad, `u`nclassified,
    /// `-` for what was not measured.
    pub(super) strip: String,
}

/// Somebody over some time.
#[derive(Debug, Serialize)]
pub(super) struct Profile {
    pub(super) days: u32,
    pub(super) poor_days: u32,
    pub(super) meetings: u32,
    pub(super) own: Share,
    pub(super) others_in_these_meetings: Share,
    /// By the people file, as what follows; `None` without one, or where it does not know the person.
    pub(super) team_name: Option<String>,
    pub(super) home_site: Option<String>,
    /// The others of the team, in all their meetings.
    pub(super) team: Option<Share>,
    pub(super) by: Vec<Group>,
}

/// A share of poor minutes.
#[derive(Debug, Serialize)]
pub(super) struct Share {
    pub(super) judged: u32,
    pub(super) poor: u32,
    pub(super) share: Option<f64>,
}

impl Share {
    fn new(judged: u32, poor: u32) -> Self {
        Self { judged, poor, share: Proportion::new(poor, judged).map(Proportion::value) }
    }
}

/// What joins have in common, and how they went.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    pub(super) what: &'static str,
    pub(super) value: Option<String>,
    pub(super) joins: u32,
    #[serde(flatten)]
    pub(super) share: Share,
}

/// Of how many joins the site is known.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sites {
    pub(super) known: u32,
    pub(super) unknown: u32,
    /// Where all joins that were looked at are by the site map; `None` without one.
    pub(super) map: Option<Mapped>,
}

/// Where joins are, by the site map.
#[derive(Debug, Serialize)]
pub(super) struct Mapped {
    pub(super) at_a_site: u64,
    pub(super) at_one_of_several: u64,
    pub(super) private: u64,
    pub(super) masked: u64,
    pub(super) without_address: u64,
    pub(super) elsewhere: u64,
    /// Networks that no site has, homes among them; those of the most joins.
    pub(super) missing_networks: Vec<Network>,
}

/// A network that the site map lacks.
#[derive(Debug, Serialize)]
pub(super) struct Network {
    pub(super) network: String,
    pub(super) joins: u64,
}

/// How many missing networks are told.
const MISSING: usize = 20;

impl Mapped {
    fn of(missing: &MissingNetworks) -> Self {
        let networks = missing.networks();
        Self {
            at_a_site: missing.at_a_site,
            at_one_of_several: missing.at_one_of_several,
            private: missing.private,
            masked: missing.masked,
            without_address: missing.unknown,
            elsewhere: networks.iter().map(|(_, joins)| joins).sum(),
            missing_networks: networks
                .into_iter()
                .take(MISSING)
                .map(|(network, joins)| Network { network: network.to_string(), joins })
                .collect(),
        }
    }
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

/// Which joins the answer is about.
struct Focus<'a> {
    about: &'a About,
    sites: BTreeMap<(&'a str, &'a str), &'a str>,
    people: BTreeMap<(&'a str, &'a str), &'a str>,
}

impl<'a> Focus<'a> {
    fn new<const ALL: bool>(about: &'a About, joins: &'a [Attended<ALL>]) -> Self {
        let key = |join: &'a Attended<ALL>| {
            (&*join.report.meeting_uuid, join.report.participant.id.as_str())
        };
        let sites = joins.iter().filter_map(|join| {
            Some((key(join), join.site.as_ref().map(|(name, _)| name.as_str())?))
        });
        let people = joins.iter().filter_map(|join| Some((key(join), join.person.as_deref()?)));
        Self { about, sites: sites.collect(), people: people.collect() }
    }

    fn has(&self, meeting: &str, user: &str) -> bool {
        let is = |who: &super::question::Who| {
            self.people.get(&(meeting, user)).is_some_and(|key| *key == who.key)
        };
        match self.about {
            About::Account | About::Cause(_) => true,
            About::Meeting { meeting: one, person } => {
                one.uuid.as_str() == meeting && person.as_ref().is_none_or(is)
            }
            About::Person(who) => is(who),
            About::Site(site) => self
                .sites
                .get(&(meeting, user))
                .is_some_and(|name| name.to_lowercase() == site.to_lowercase()),
        }
    }

    /// How many poor minutes of what the answer is about go with an incident.
    fn poor_of(&self, incident: &Incident) -> u32 {
        let hurt = incident.participants.iter();
        hurt.filter(|hurt| self.has(&hurt.meeting_uuid, &hurt.user_id))
            .map(|hurt| hurt.poor_minutes)
            .sum()
    }

    fn has_incident(&self, incident: &Incident) -> bool {
        let concerns =
            incident.participants.iter().any(|hurt| self.has(&hurt.meeting_uuid, &hurt.user_id));
        match self.about {
            About::Account => true,
            About::Cause(cause) => incident.cause == *cause || incident.candidates.contains(cause),
            _ => concerns,
        }
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

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
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

/// The sessions of the joins of a meeting.
fn sessions<'c, const ALL: bool>(joins: &[&'c Attended<ALL>], judge: Judge) -> Vec<[Session; 3]> {
    let attendances: Vec<Attendance<'c>> = joins
        .iter()
        .map(|join| Attendance {
            participant: &join.report.participant,
            samples: &join.report.samples.streams,
        })
        .collect();
    judge.meeting(&attendances)
}

/// Everybody in a meeting, minute by minute; those with the most poor minutes first.
fn rows<const ALL: bool>(
    case: &Case<ALL>,
    meeting: &str,
    context: &Context,
    judge: Judge,
    question: &Question,
    diagnosis: &Diagnosis,
) -> Vec<Row> {
    let joins: Vec<&Attended<ALL>> =
        case.joins.iter().filter(|join| join.report.meeting_uuid == meeting).collect();
    let sessions = sessions(&joins, judge);
    let is_shown = |join: &Attended<ALL>| match &question.about {
        About::Meeting { person: Some(who), .. } => join.person.as_deref() == Some(&who.key),
        _ => true,
    };
    let known = |join: &Attended<ALL>| {
        join.person.as_deref().and_then(|key| context.people.as_ref()?.of(key))
    };
    let mut rows: Vec<Row> = joins
        .iter()
        .zip(&sessions)
        .filter(|(join, _)| is_shown(join))
        .map(|(join, media)| {
            let user = join.report.participant.id.as_str();
            let tally = diagnosis
                .tallies
                .iter()
                .find(|tally| tally.meeting_uuid == meeting && tally.user_id == user);
            Row {
                user_id: user.to_owned(),
                person: join.person.clone(),
                name: join
                    .report
                    .participant
                    .user_name
                    .clone()
                    .or_else(|| known(join).and_then(|person| person.name.clone())),
                is_vip: known(join).is_some_and(|person| person.is_vip),
                judged: tally.map_or(0, |tally| tally.judged),
                poor: tally.map_or(0, |tally| tally.poor),
                strip: strip(media, &question.range),
            }
        })
        .collect();
    rows.sort_by(|one, other| {
        (other.poor, &one.name, &one.user_id).cmp(&(one.poor, &other.name, &other.user_id))
    });
    rows
}

/// A letter for each minute of a range: the worst of all media.
fn strip(media: &[Session; 3], range: &Range<Timestamp>) -> String {
    const MINUTE_MS: i64 = 60_000;
    /// No meeting is longer; of what is longer the beginning is told.
    const MOST: i64 = 30 * 60 + 1;
    let first = range.start.unix_millis().div_euclid(MINUTE_MS);
    let last = range.end.unix_millis().saturating_sub(1).div_euclid(MINUTE_MS);
    let count = usize::try_from((last - first + 1).clamp(0, MOST)).unwrap_or(0);
    let mut minutes: Vec<Option<Verdict>> = vec![None; count];
    for minute in media.iter().flat_map(Session::minutes) {
        let place = minute.start.unix_millis().div_euclid(MINUTE_MS) - first;
        let place = usize::try_from(place).ok().and_then(|place| minutes.get_mut(place));
        if let Some(place) = place {
            let verdict = minute.verdict.typical;
            *place = Some(place.map_or(verdict, |other| other.and(verdict)));
        }
    }
    let letter = |verdict: Option<Verdict>| match verdict {
        None => '-',
        Some(Verdict::Unclassified(_)) => 'u',
        Some(Verdict::Graded(Grade::Good)) => 'g',
        Some(Verdict::Graded(Grade::Fair)) => 'f',
        Some(Verdict::Graded(Grade::Poor)) => 'p',
        Some(Verdict::Graded(Grade::Bad)) => 'b',
    };
    minutes.into_iter().map(letter).collect()
}

/// Somebody's days, networks and headsets, against those who were in the same meetings.
fn profile<const ALL: bool>(
    case: &Case<ALL>,
    key: &str,
    context: &Context,
    judge: Judge,
    diagnosis: &Diagnosis,
    day_of: &dyn Fn(Timestamp) -> Timestamp,
) -> Profile {
    let tallies: BTreeMap<(&str, &str), &Tally> = (diagnosis.tallies.iter())
        .map(|tally| ((tally.meeting_uuid.as_str(), tally.user_id.as_str()), tally))
        .collect();
    let tally_of = |join: &Attended<ALL>| {
        let id = (join.report.meeting_uuid.as_str(), join.report.participant.id.as_str());
        tallies.get(&id).map_or((0, 0), |tally| (tally.judged, tally.poor))
    };
    let (mut days, mut poor_days) = (BTreeSet::new(), BTreeSet::new());
    let mut by_meeting: BTreeMap<&str, Vec<&Attended<ALL>>> = BTreeMap::new();
    for join in &case.joins {
        by_meeting.entry(&join.report.meeting_uuid).or_default().push(join);
    }
    let (mut own, mut others) = ((0, 0), (0, 0));
    type Of<const ALL: bool> = fn(&Attended<ALL>) -> Option<String>;
    let traits: [(&'static str, Of<ALL>); 6] = [
        ("network_type", |join| join.report.participant.network_type.clone()),
        ("site", |join| join.site.as_ref().map(|(name, _)| name.clone())),
        ("microphone", |join| join.report.participant.microphone.clone()),
        ("speaker", |join| join.report.participant.speaker.clone()),
        ("device", |join| join.report.participant.device.clone()),
        ("version", |join| join.report.participant.version.clone()),
    ];
    let mut groups: BTreeMap<(usize, Option<String>), (u32, u32, u32)> = BTreeMap::new();
    let (mut team_share, mut is_in) = ((0, 0), 0);
    let team: Vec<&str> =
        context.people.as_ref().map(|people| people.team_of(key)).unwrap_or_default();
    for joins in by_meeting.values() {
        for join in joins.iter().filter(|join| join.person.as_deref() != Some(key)) {
            if join.person.as_deref().is_some_and(|person| team.contains(&person)) {
                let (judged, poor) = tally_of(join);
                team_share = (team_share.0 + judged, team_share.1 + poor);
            }
        }
        // Meetings of the team alone are looked at for the team's share alone.
        if !joins.iter().any(|join| join.person.as_deref() == Some(key)) {
            continue;
        }
        is_in += 1;
        let sessions = sessions(joins, judge);
        for (join, media) in joins.iter().zip(&sessions) {
            let (judged, poor) = tally_of(join);
            if join.person.as_deref() != Some(key) {
                others = (others.0 + judged, others.1 + poor);
                continue;
            }
            own = (own.0 + judged, own.1 + poor);
            let is_poor = Medium::ALL
                .iter()
                .any(|medium| media[*medium as usize].findings().typical.is_poor());
            let first = media.iter().filter_map(|session| session.minutes().first()).next();
            if let Some(day) = first.map(|minute| day_of(minute.start)).filter(|_| judged > 0) {
                days.insert(day);
                if is_poor {
                    poor_days.insert(day);
                }
            }
            for (place, (_, of)) in traits.iter().enumerate() {
                let group = groups.entry((place, of(join))).or_default();
                *group = (group.0 + 1, group.1 + judged, group.2 + poor);
            }
        }
    }
    let known = context.people.as_ref().and_then(|people| people.of(key));
    let by = groups.into_iter().map(|((place, value), (joins, judged, poor))| Group {
        what: traits[place].0,
        value,
        joins,
        share: Share::new(judged, poor),
    });
    Profile {
        days: number(days.len()),
        poor_days: number(poor_days.len()),
        meetings: is_in,
        own: Share::new(own.0, own.1),
        others_in_these_meetings: Share::new(others.0, others.1),
        team_name: known.and_then(|person| person.team.clone()),
        home_site: known.and_then(|person| person.site.clone()),
        team: (!team.is_empty()).then(|| Share::new(team_share.0, team_share.1)),
        by: by.collect(),
    }
}
