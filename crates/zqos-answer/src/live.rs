//! What goes wrong now.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_core::{DeviceSample, Figures, Medium, Millis, Percent, Stream, Timestamp};
use zqos_quality::{Circumstances, Direction, Grade, InputMeaning, Judge};
use zqos_query::{Archive, QueryError, Report, Samples, Which};

use crate::eyes::{Eyes, Veil, veil_meeting};
use crate::meeting::Lens;

/// How far back the present reaches.
///
/// **Source**: a choice of this project: live reports of one join come some minutes apart.
const WINDOW: Duration = Duration::from_mins(15);
/// A meeting of which nothing came for so long has ended, or is not observed.
const LONGEST_RUN: Duration = Duration::from_hours(30);

/// What goes wrong now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Live {
    /// When this was looked at.
    #[serde(serialize_with = "crate::rfc_3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How far back it reaches, in minutes.
    pub window_minutes: u64,
    /// When the newest sample in it is of; `None` without any.
    #[serde(serialize_with = "crate::rfc_3339_or_null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub newest_sample: Option<Timestamp>,
    /// Meetings with samples, those with the most poor joins first.
    pub meetings: Vec<LiveMeeting>,
    /// The same by site.
    pub sites: Vec<LiveSite>,
    /// Sites that are left out, as fewer people are there than may be told of.
    pub suppressed: u32,
    /// What is not observed.
    pub not_observed: Vec<String>,
}

/// A meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LiveMeeting {
    /// The meeting, by UUID.
    pub meeting_uuid: String,
    /// Its topic.
    pub topic: Option<String>,
    /// When it began.
    #[serde(serialize_with = "crate::rfc_3339_or_null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start: Option<Timestamp>,
    /// Joins with samples.
    pub joins: u32,
    /// Joins whose newest minute could be judged.
    pub judged: u32,
    /// Those of them that are poor or bad in it.
    pub poor: u32,
    /// Who these are.
    pub hurt: Vec<Hurt>,
}

/// Somebody whose newest minute is poor or bad.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hurt {
    /// The join.
    pub user_id: String,
    /// The name that was shown.
    pub name: Option<String>,
    /// The site.
    pub site: Option<String>,
    /// `poor` or `bad`.
    pub grade: &'static str,
    /// What is out of bounds.
    pub why: String,
}

/// A site.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LiveSite {
    /// Its name; `None` for joins of which none is known.
    pub name: Option<String>,
    /// Joins with samples.
    pub joins: u32,
    /// Joins whose newest minute could be judged.
    pub judged: u32,
    /// Those of them that are poor or bad in it.
    pub poor: u32,
}

/// The newest minute of a join.
#[derive(Debug, Default)]
struct Newest {
    ts: Option<Timestamp>,
    streams: Vec<(Stream, Figures)>,
}

impl Samples for Newest {
    fn add_stream(&mut self, ts: Timestamp, stream: Stream, figures: &Figures) {
        if self.ts.is_none_or(|newest| newest < ts) {
            self.ts = Some(ts);
            self.streams.clear();
        }
        if self.ts == Some(ts) {
            self.streams.push((stream, *figures));
        }
    }

    fn add_device(&mut self, _: &DeviceSample) {}

    fn absorb(&mut self, others: Self) {
        let Some(ts) = others.ts else { return };
        for (stream, figures) in others.streams {
            self.add_stream(ts, stream, &figures);
        }
    }
}

/// Looks at the newest minute of everybody of whom samples came lately. `least_people` leaves smaller sites out.
///
/// **Errors**: those of [`Archive::query`].
pub async fn live(
    archive: &Archive,
    accounts: &[String],
    now: Timestamp,
    input: Option<InputMeaning>,
    lens: Lens<'_>,
    least_people: u32,
) -> Result<Live, QueryError> {
    let which = |range| Which { accounts: accounts.to_vec(), range, meetings: None, joins: None };
    // A sample is of the minute at whose start it stands.
    let recent = now.saturating_sub(WINDOW)..now.saturating_add(Duration::from_mins(1));
    let mut reports = archive.reports(&which(recent), Newest::default).await?;
    reports.retain(|report| report.samples.ts.is_some());
    let range = now.saturating_sub(LONGEST_RUN)..now.saturating_add(Duration::from_mins(1));
    let known = archive.meetings(&which(range)).await?;
    let mut facts: BTreeMap<String, zqos_core::Meeting> = BTreeMap::new();
    let mut running_without = 0_u32;
    let observed: BTreeSet<&str> =
        reports.iter().map(|report| report.meeting_uuid.as_str()).collect();
    for (_, mut meeting) in known {
        if lens.eyes == Eyes::Veiled {
            veil_meeting(&mut meeting);
        }
        // Without an end it is taken to run still.
        if meeting.end.is_none() && !observed.contains(meeting.uuid.as_str()) {
            running_without += 1;
        }
        facts.insert(meeting.uuid.as_str().to_owned(), meeting);
    }
    let mut live = Live {
        at: now,
        window_minutes: WINDOW.as_secs() / 60,
        newest_sample: reports.iter().filter_map(|report| report.samples.ts).max(),
        meetings: Vec::new(),
        sites: Vec::new(),
        suppressed: 0,
        not_observed: not_observed(reports.len(), running_without),
    };
    let mut meetings: BTreeMap<String, LiveMeeting> = BTreeMap::new();
    let mut sites: BTreeMap<Option<String>, LiveSite> = BTreeMap::new();
    let mut people: BTreeMap<Option<String>, BTreeSet<String>> = BTreeMap::new();
    let mut veil = Veil::default();
    for mut report in reports {
        let (site, _) = crate::diagnosis::site_of(&report.participant, lens.context, lens.eyes);
        // Whoever is not known is somebody else.
        let unknown = || format!("{} {}", report.meeting_uuid, report.participant.id.as_str());
        let person = crate::person(&report.participant).unwrap_or_else(unknown);
        people.entry(site.clone()).or_default().insert(person);
        if lens.eyes == Eyes::Veiled {
            veil.participant(&mut report.participant);
        }
        let worst = worst(&report, lens.judge, input);
        let is_poor = worst.as_ref().is_some_and(|(grade, _)| grade.is_poor());
        let fact = facts.get(&report.meeting_uuid);
        let meeting = meetings.entry(report.meeting_uuid.clone()).or_insert_with(|| LiveMeeting {
            meeting_uuid: report.meeting_uuid.clone(),
            topic: fact.and_then(|meeting| meeting.topic.clone()),
            start: fact.and_then(|meeting| meeting.start),
            joins: 0,
            judged: 0,
            poor: 0,
            hurt: Vec::new(),
        });
        let of_site = sites.entry(site.clone()).or_insert_with(|| LiveSite {
            name: site.clone(),
            joins: 0,
            judged: 0,
            poor: 0,
        });
        meeting.joins += 1;
        of_site.joins += 1;
        if worst.is_some() {
            meeting.judged += 1;
            of_site.judged += 1;
        }
        if let Some((grade, why)) = worst.filter(|_| is_poor) {
            meeting.poor += 1;
            of_site.poor += 1;
            meeting.hurt.push(Hurt {
                user_id: report.participant.id.as_str().to_owned(),
                name: report.participant.user_name,
                site,
                grade: grade.as_str(),
                why,
            });
        }
    }
    live.meetings = meetings.into_values().collect();
    live.meetings.sort_by_key(|meeting| std::cmp::Reverse(meeting.poor));
    let is_told = |site: &LiveSite| {
        people.get(&site.name).is_some_and(|people| crate::number(people.len()) >= least_people)
    };
    let (told, suppressed): (Vec<_>, Vec<_>) = sites.into_values().partition(is_told);
    live.suppressed = crate::number(suppressed.len());
    live.sites = told;
    live.sites.sort_by_key(|site| std::cmp::Reverse(site.poor));
    Ok(live)
}

fn not_observed(joins: usize, running_without: u32) -> Vec<String> {
    let mut said = Vec::new();
    if joins == 0 {
        said.push(format!(
            "Nothing came in of the last {} minutes: `zqos collect --live`, or what is pushed, is needed to see \
             the present.",
            WINDOW.as_secs() / 60
        ));
    }
    if running_without > 0 {
        let meetings = crate::diagnosis::count(running_without, "meeting", "meetings");
        said.push(format!("{meetings} without a known end have no sample of the last minutes."));
    }
    said.push("Meetings that other organisations host are invisible to an account.".to_owned());
    said
}

/// The worst grade of the newest minute, and what is out of bounds; `None` where nothing could be judged.
fn worst(
    report: &Report<Newest>,
    judge: Judge,
    input: Option<InputMeaning>,
) -> Option<(Grade, String)> {
    let mut worst: Option<(Grade, String)> = None;
    for (stream, figures) in &report.samples.streams {
        let circumstances = Circumstances::of(&report.participant, stream.medium());
        let verdict = judge.stream(stream.medium(), figures, &circumstances).typical;
        let Some(grade) = verdict.grade() else { continue };
        if worst.as_ref().is_none_or(|(other, _)| *other < grade) {
            worst = Some((grade, why(*stream, figures, input)));
        }
    }
    worst
}

fn why(stream: Stream, figures: &Figures, input: Option<InputMeaning>) -> String {
    let mut told = Vec::new();
    if let Some(loss) = figures.avg_loss.map(Percent::get) {
        told.push(format!("loss {loss:.1} %"));
    }
    if let Some(latency) = figures.latency.map(Millis::get) {
        told.push(format!("latency {latency:.0} ms"));
    }
    if let Some(jitter) = figures.jitter.map(Millis::get) {
        told.push(format!("jitter {jitter:.0} ms"));
    }
    let way = match InputMeaning::direction(input, stream.leg()) {
        Some(Direction::Sent) => " sent",
        Some(Direction::Received) => " received",
        None => "",
    };
    let medium = match stream.medium() {
        Medium::Audio => "audio",
        Medium::Video => "video",
        Medium::Share => "share",
    };
    format!(
        "{medium}{way}: {}",
        if told.is_empty() { "no figures".to_owned() } else { told.join(", ") }
    )
}
