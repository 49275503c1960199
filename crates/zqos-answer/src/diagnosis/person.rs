//! Somebody over some time.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;
use zqos_context::Context;
use zqos_core::{Medium, Timestamp};
use zqos_quality::cause::{Diagnosis, Tally};
use zqos_quality::{Judge, Proportion};

use super::case::{Attended, Case};
use super::heat::sessions;
use crate::number;

/// Somebody over some time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Profile {
    /// Days with judged minutes.
    pub days: u32,
    /// Those on which a meeting of theirs was poor or bad.
    pub poor_days: u32,
    /// Meetings that the person was in.
    pub meetings: u32,
    /// The person's own minutes.
    pub own: Share,
    /// Those of everybody else in the same meetings.
    pub others_in_these_meetings: Share,
    /// By the people file, as what follows; `None` without one, or where it does not know the person.
    pub team_name: Option<String>,
    /// Where the person belongs.
    pub home_site: Option<String>,
    /// The others of the team, in all their meetings.
    pub team: Option<Share>,
    /// The person's minutes by what joins have in common.
    pub by: Vec<Group>,
}

/// A share of poor minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Share {
    /// Minutes with a verdict.
    pub judged: u32,
    /// Poor and bad ones among them.
    pub poor: u32,
    /// Their share, from 0 to 1; `None` without any.
    pub share: Option<f64>,
}

impl Share {
    fn new(judged: u32, poor: u32) -> Self {
        Self { judged, poor, share: Proportion::new(poor, judged).map(Proportion::value) }
    }
}

/// What joins have in common, and how they went.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Group {
    /// What it is that they have in common.
    pub what: &'static str,
    /// Its value; `None` where it is not known.
    pub value: Option<String>,
    /// How many joins.
    pub joins: u32,
    /// How they went.
    #[serde(flatten)]
    pub share: Share,
}

/// What a join has in common with others.
type Trait<const ALL: bool> = fn(&Attended<ALL>) -> Option<String>;

/// Somebody's days, networks and headsets, against those who were in the same meetings.
pub(super) fn profile<const ALL: bool>(
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
    let traits: [(&'static str, Trait<ALL>); 6] = [
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
            let first = media.iter().find_map(|session| session.minutes().first());
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
