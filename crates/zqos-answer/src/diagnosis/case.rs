//! What the store has of a case: joins and minutes, filed for a diagnosis.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use zqos_context::{Context, MissingNetworks, Place};
use zqos_core::{DeviceSample, Figures, Participant, Stream, Timestamp};
use zqos_quality::cause::{Casebook, Join, Minutes, Site, SiteKind};
use zqos_quality::{InputDetection, InputMeaning, JoinLegs, Judge};
use zqos_query::{Archive, QueryError, Report, Samples, Which};

use super::Terms;
use crate::eyes::{Eyes, Veil};
use crate::person;
use crate::question::Question;

/// What is kept of the samples of a join.
#[derive(Debug)]
pub(super) struct Kept<const ALL: bool> {
    minutes: Minutes,
    legs: JoinLegs,
    /// Every stream, where all are kept.
    pub(super) streams: Vec<(Timestamp, Stream, Figures)>,
}

impl<const ALL: bool> Kept<ALL> {
    /// Nothing yet; `judge` says which minutes are poor.
    fn new(judge: Judge) -> Self {
        Self { minutes: Minutes::new(judge), legs: JoinLegs::default(), streams: Vec::new() }
    }
}

impl<const ALL: bool> Samples for Kept<ALL> {
    fn add_stream(&mut self, ts: Timestamp, stream: Stream, figures: &Figures) {
        self.minutes.add_stream(ts, stream, figures);
        self.legs.add(ts, stream, figures);
        if ALL {
            self.streams.push((ts, stream, *figures));
        }
    }

    fn add_device(&mut self, device: &DeviceSample) {
        self.minutes.add_device(device);
    }

    fn absorb(&mut self, others: Self) {
        self.minutes.absorb(others.minutes);
        self.legs.absorb(others.legs);
        self.streams.extend(others.streams);
    }
}

/// A join, and where it was by the context files.
#[derive(Debug)]
pub(super) struct Attended<const ALL: bool> {
    pub(super) report: Report<Kept<ALL>>,
    pub(super) person: Option<String>,
    pub(super) site: Option<(String, SiteKind)>,
}

/// Joins, and what is known of all of them together.
pub(super) struct Case<const ALL: bool> {
    pub(super) joins: Vec<Attended<ALL>>,
    pub(super) book: Casebook,
    /// What input means; `None` as long as nobody knows.
    pub(super) meaning: Option<InputMeaning>,
    /// How many meetings speak for input being sent, and for it being received.
    pub(super) voices: (u32, u32),
    /// Where people were, by the site map; all zero without one.
    pub(super) missing: MissingNetworks,
    detection: InputDetection,
    veil: Veil,
}

impl<const ALL: bool> Case<ALL> {
    /// Reads the joins that a question is about, and those that may explain them.
    pub(super) async fn read(
        archive: &Archive,
        accounts: &[String],
        question: &Question,
        terms: &Terms<'_>,
    ) -> Result<Self, QueryError> {
        let which = Which {
            accounts: accounts.to_vec(),
            range: question.read.clone(),
            meetings: question.meetings.clone(),
            joins: None,
        };
        let mut case = Self {
            joins: Vec::new(),
            book: Casebook::default(),
            meaning: None,
            voices: (0, 0),
            missing: MissingNetworks::default(),
            detection: InputDetection::default(),
            veil: Veil::default(),
        };
        case.add(archive, &which, terms).await?;
        if case.meaning.is_none() && which.meetings.is_some() {
            // What input means is the same in all meetings.
            case.detection = others(archive, &which).await?;
            case.decide(terms);
        }
        Ok(case)
    }

    /// Reads other meetings besides.
    pub(super) async fn add(
        &mut self,
        archive: &Archive,
        which: &Which,
        terms: &Terms<'_>,
    ) -> Result<(), QueryError> {
        let Terms { judge, context, eyes, .. } = *terms;
        let mut hosts: BTreeMap<String, String> = (archive.meetings(which).await?.into_iter())
            .filter_map(|(_, meeting)| {
                let host = meeting.host_email.map(|host| host.to_lowercase()).or(meeting.host)?;
                Some((meeting.uuid.as_str().to_owned(), host))
            })
            .collect();
        let mut reports = archive.reports(which, move || Kept::<ALL>::new(judge)).await?;
        // Joins are read by the day.
        reports.retain(|report| !report.samples.minutes.is_empty() || is_within(report, which));
        if eyes == Eyes::Veiled {
            // A veil numbers people as they come.
            for report in &mut reports {
                self.veil.participant(&mut report.participant);
            }
            // By UUID, after the joins.
            for host in hosts.values_mut() {
                *host = self.veil.person(host);
            }
        }
        let mut joins: Vec<Attended<ALL>> = reports
            .into_iter()
            .map(|report| {
                let person = person(&report.participant);
                let site = site(&report.participant, context, eyes, &mut self.missing);
                Attended { report, person, site }
            })
            .collect();
        let mut by_meeting: BTreeMap<(&str, &str), Vec<&JoinLegs>> = BTreeMap::new();
        for join in &joins {
            let key = (&*join.report.account, &*join.report.meeting_uuid);
            by_meeting.entry(key).or_default().push(&join.report.samples.legs);
        }
        for joins in by_meeting.into_values() {
            self.detection.add_joins(joins);
        }
        for join in &mut joins {
            let host = hosts.get(&join.report.meeting_uuid).map(String::as_str);
            file(&mut self.book, join, host, context);
        }
        self.joins.extend(joins);
        self.decide(terms);
        Ok(())
    }

    /// Says what input means, by what was read.
    fn decide(&mut self, terms: &Terms<'_>) {
        self.meaning = terms.input.or_else(|| self.detection.meaning());
        self.voices = self.detection.voices();
    }
}

/// Whether a join was there at some time of a range, as far as that is known.
fn is_within<S>(report: &Report<S>, which: &Which) -> bool {
    let Participant { join, leave, .. } = report.participant;
    join.or(leave).is_none_or(|joined| joined < which.range.end)
        && leave.or(join).is_none_or(|left| which.range.start <= left)
}

/// Which legs alone are kept of a join.
#[derive(Debug, Default)]
struct Legs(JoinLegs);

impl Samples for Legs {
    fn add_stream(&mut self, ts: Timestamp, stream: Stream, figures: &Figures) {
        self.0.add(ts, stream, figures);
    }

    fn add_device(&mut self, _: &DeviceSample) {}

    fn absorb(&mut self, others: Self) {
        self.0.absorb(others.0);
    }
}

/// How much of the time before its end shows what input means, where the meetings in question do not.
const SHOWN_WITHIN: Duration = Duration::from_hours(24);

/// What all meetings of an account show.
async fn others(archive: &Archive, which: &Which) -> Result<InputDetection, QueryError> {
    let Range { start, end } = which.range;
    let range = end.saturating_sub(SHOWN_WITHIN).max(start)..end;
    let all = Which { range, meetings: None, joins: None, accounts: which.accounts.clone() };
    let mut by_meeting: BTreeMap<(String, String), Vec<JoinLegs>> = BTreeMap::new();
    for report in archive.reports(&all, Legs::default).await? {
        let key = (report.account, report.meeting_uuid);
        by_meeting.entry(key).or_default().push(report.samples.0);
    }
    let mut detection = InputDetection::default();
    for joins in by_meeting.values() {
        detection.add_joins(joins);
    }
    Ok(detection)
}

fn file<const ALL: bool>(
    book: &mut Casebook,
    join: &mut Attended<ALL>,
    host: Option<&str>,
    context: &Context,
) {
    let report = &mut join.report;
    let who = &report.participant;
    let site = join.site.as_ref().map(|(name, kind)| Site { name, kind: *kind });
    let isp = who.ip_address.as_deref().and_then(|address| context.isp_of(address));
    let filed = Join {
        meeting_uuid: &report.meeting_uuid,
        user_id: who.id.as_str(),
        person: join.person.as_deref(),
        host,
        joined: who.join,
        left: who.leave,
        site,
        egress: who.ip_address.as_deref(),
        location: who.location.as_deref(),
        isp: isp.as_deref(),
        network_type: who.network_type.as_deref(),
        connection_types: who.connection_types.each_ref().map(Option::as_deref),
        data_center: who.data_center.as_deref(),
        version: who.version.as_deref(),
        device: who.device.as_deref(),
        os: who.os.as_deref(),
    };
    book.add(&filed, &mut report.samples.minutes);
}

/// The site by the map; without one, the site that was stored.
fn site(
    participant: &Participant,
    context: &Context,
    eyes: Eyes,
    missing: &mut MissingNetworks,
) -> Option<(String, SiteKind)> {
    // Whoever may not see addresses sees what was made of them before they were stored.
    let map = context.sites.as_ref().filter(|_| eyes == Eyes::Open);
    let Some(map) = map else {
        return participant.site.clone().map(|site| (site, SiteKind::Office));
    };
    let internal: Vec<&str> =
        participant.internal_ip_addresses.iter().map(String::as_str).collect();
    let place = map.place(participant.ip_address.as_deref(), &internal);
    missing.add(place);
    let Place::At(site) = place else { return None };
    let kind = match site.kind {
        zqos_context::SiteKind::Office => SiteKind::Office,
        zqos_context::SiteKind::Vpn => SiteKind::Vpn,
        zqos_context::SiteKind::Home => SiteKind::Home,
    };
    Some((site.name.clone(), kind))
}

/// The site of somebody, and the word for what it is.
pub(crate) fn site_of(
    participant: &Participant,
    context: &Context,
    eyes: Eyes,
) -> (Option<String>, Option<&'static str>) {
    match site(participant, context, eyes, &mut MissingNetworks::default()) {
        None => (None, None),
        Some((name, kind)) => {
            let kind = match kind {
                SiteKind::Office => "office",
                SiteKind::Vpn => "vpn",
                SiteKind::Home => "home",
            };
            (Some(name), Some(kind))
        }
    }
}
