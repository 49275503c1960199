//! Meetings, listed and searched for.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use zqos_answer::{JudgedJoin, MeetingRow};
use zqos_core::Timestamp;

use super::{Answered, Query, When, instant, joins, meetings_of, of_account};
use crate::access::Identity;
use crate::problem::Problem;
use crate::server::Server;

/// The most rows of a page.
const MOST_ROWS: usize = 500;
/// How far back a search looks.
const SEARCHED: Duration = Duration::from_hours(24 * 90);
/// The most of each kind that a search tells.
const TOLD: usize = 20;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// The topic, the host or the number has this in it.
    q: Option<String>,
    /// One or several of `good`, `fair`, `poor`, `bad` and `unclassified`, separated by commas.
    verdict: Option<String>,
    /// Somebody took part from this site.
    site: Option<String>,
    /// This person took part, by the key.
    person: Option<String>,
    /// The host's name or address has this in it.
    host: Option<String>,
    /// It ran at this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    at: Option<String>,
    /// `start`, which is meant if it is not given, `poor_minutes`, `share`, `participants` or `minutes`.
    sort: Option<String>,
    /// `desc`, which is meant if it is not given, or `asc`.
    order: Option<String>,
    /// How many rows; 50 if not given.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// What `next` of the page before was.
    cursor: Option<String>,
}

/// A page of meetings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Meetings {
    rows: Vec<MeetingRow>,
    /// How many there are on all pages.
    total: usize,
    /// The `cursor` of the next page; null on the last.
    next: Option<String>,
}

/// Meetings that began in a time.
#[utoipa::path(get, path = "/api/v1/meetings", params(When, Filter), responses((status = OK, body = Meetings), Problem))]
pub(crate) async fn meetings(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Query(when): Query<When>,
    Query(filter): Query<Filter>,
) -> Answered<Meetings> {
    let range = when.range()?;
    let who = when.of(who)?;
    let limit = filter.limit.unwrap_or(50);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Problem::wrong(format!("`limit` goes from 1 to {MOST_ROWS}")));
    }
    let first: usize = match &filter.cursor {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| Problem::wrong("`cursor` is none of ours"))?,
    };
    let version = server.held.newest().await?;
    let all = meetings_of(&server, &version, &who, &range).await?;
    let at = filter.at.as_deref().map(|at| instant("at", at)).transpose()?;
    let by_join = filter.site.is_some() || filter.person.is_some();
    let with: Option<HashSet<String>> = if by_join {
        let joins = joins(&server, &version, &who, &range, "audio").await?;
        let is = |join: &&JudgedJoin| {
            let at_site =
                filter.site.as_deref().is_none_or(|site| join.site.as_deref() == Some(site));
            let person = filter.person.as_deref();
            at_site && person.is_none_or(|person| join.person.as_deref() == Some(person))
        };
        Some(joins.iter().filter(is).map(|join| join.meeting_uuid.to_string()).collect())
    } else {
        None
    };
    let verdicts: Option<Vec<&str>> =
        filter.verdict.as_deref().map(|verdicts| verdicts.split(',').map(str::trim).collect());
    let lower = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
    let (q, host) = (lower(&filter.q), lower(&filter.host));
    let is_meant = |row: &&MeetingRow| {
        with.as_ref().is_none_or(|with| with.contains(&row.meeting_uuid))
            && verdicts.as_ref().is_none_or(|verdicts| verdicts.contains(&row.verdict.as_str()))
            && q.as_deref().is_none_or(|q| is_called(row, q))
            && host.as_deref().is_none_or(|host| is_hosted(row, host))
            && at.is_none_or(|at| ran(row, at))
    };
    let mut rows: Vec<&MeetingRow> = all.iter().filter(is_meant).collect();
    let order = order(filter.sort.as_deref(), filter.order.as_deref())?;
    rows.sort_by(|one, other| order(one, other));
    let total = rows.len();
    let last = first.saturating_add(limit);
    Ok(Json(Meetings {
        rows: rows.into_iter().skip(first).take(limit).cloned().collect(),
        total,
        next: (last < total).then(|| last.to_string()),
    }))
}

fn has(text: Option<&String>, part: &str) -> bool {
    text.is_some_and(|text| text.to_lowercase().contains(part))
}

fn is_hosted(row: &MeetingRow, part: &str) -> bool {
    has(row.host.as_ref(), part) || has(row.host_email.as_ref(), part)
}

fn is_called(row: &MeetingRow, part: &str) -> bool {
    let number: String = part.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    has(row.topic.as_ref(), part)
        || is_hosted(row, part)
        || row.meeting_uuid.to_lowercase() == part
        || row.meeting_id.is_some_and(|id| id.to_string() == number)
}

fn ran(row: &MeetingRow, at: Timestamp) -> bool {
    row.start.is_some_and(|start| start <= at) && row.end.is_none_or(|end| at < end)
}

type Order = Box<dyn Fn(&MeetingRow, &MeetingRow) -> Ordering + Send>;

fn order(sort: Option<&str>, order: Option<&str>) -> Result<Order, Problem> {
    let is_rising = match order {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(Problem::wrong("`order` is `asc` or `desc`")),
    };
    let by: fn(&MeetingRow, &MeetingRow) -> Ordering = match sort.unwrap_or("start") {
        "start" => |one, other| one.start.cmp(&other.start),
        "poor_minutes" => |one, other| one.poor_minutes.cmp(&other.poor_minutes),
        "share" => |one, other| {
            let share = |row: &MeetingRow| row.share.map_or(-1.0, |share| share.value);
            share(one).total_cmp(&share(other))
        },
        "participants" => |one, other| one.participants.cmp(&other.participants),
        "minutes" => |one, other| one.minutes.cmp(&other.minutes),
        _ => {
            return Err(Problem::wrong(
                "`sort` is `start`, `poor_minutes`, `share`, `participants` or `minutes`",
            ));
        }
    };
    Ok(Box::new(move |one, other| {
        let by = if is_rising { by(one, other) } else { by(other, one) };
        by.then_with(|| {
            (&one.account, &one.meeting_uuid).cmp(&(&other.account, &other.meeting_uuid))
        })
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// What is looked for: a name, an e-mail address, a topic, a host, a meeting's number or UUID, a site.
    q: String,
    /// A meeting that ran at this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    at: Option<String>,
    /// One account.
    account: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    /// Meetings, the latest first.
    meetings: Vec<MeetingRow>,
    /// People.
    people: Vec<FoundPerson>,
    /// Sites.
    sites: Vec<FoundSite>,
}

/// Somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPerson {
    /// What `/api/v1/people/{key}` takes.
    key: String,
    /// The name that was shown last.
    name: Option<String>,
    /// How many joins in the time that was searched.
    joins: u32,
    /// When the last of them began.
    last_seen: String,
}

/// A site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundSite {
    name: String,
    /// How many joins in the time that was searched.
    joins: u32,
}

/// Looks for meetings, people and sites in the last 90 days.
#[utoipa::path(get, path = "/api/v1/search", params(Wanted), responses((status = OK, body = Found), Problem))]
pub(crate) async fn search(
    State(server): State<Arc<Server>>,
    Extension(who): Extension<Identity>,
    Query(wanted): Query<Wanted>,
) -> Answered<Found> {
    let who = of_account(who, wanted.account.as_deref())?;
    let at = wanted.at.as_deref().map(|at| instant("at", at)).transpose()?;
    let part = wanted.q.trim().to_lowercase();
    if part.is_empty() && at.is_none() {
        return Err(Problem::wrong("`q` is empty"));
    }
    let version = server.held.newest().await?;
    let end = server.now();
    // Whoever names a time looks around it.
    let range = if let Some(at) = at {
        at.saturating_sub(zqos_answer::LONGEST)..at.saturating_add(zqos_answer::LONGEST)
    } else {
        // By days, so that who searches again a moment later finds what was read.
        let midnight = super::Zone::new(None)?.day(end).1;
        midnight.saturating_sub(SEARCHED)..midnight
    };
    let meetings = meetings_of(&server, &version, &who, &range).await?;
    let longer = range.start..range.end.saturating_add(zqos_answer::LONGEST);
    let joins = joins(&server, &version, &who, &longer, "audio").await?;
    let pseudonyms = (server.settings.names)(wanted.q.trim());
    let mut people: BTreeMap<&str, FoundPerson> = BTreeMap::new();
    let mut sites: BTreeMap<&str, u32> = BTreeMap::new();
    let sees_people = server.eyes(&who) == zqos_answer::Eyes::Open;
    for join in joins.iter().filter(|_| !part.is_empty()) {
        if let Some(site) = join.site.as_deref().filter(|site| site.to_lowercase().contains(&part))
        {
            *sites.entry(site).or_default() += 1;
        }
        let Some(key) = join.person.as_deref().filter(|_| sees_people) else { continue };
        let is_it = key.contains(&part)
            || pseudonyms.iter().any(|name| name == key)
            || join.name.as_deref().is_some_and(|name| name.to_lowercase().contains(&part));
        if is_it {
            let person = people.entry(key).or_insert_with(|| FoundPerson {
                key: key.to_owned(),
                name: None,
                joins: 0,
                last_seen: String::new(),
            });
            person.joins += 1;
            // They come by their start.
            person.last_seen = join.start.to_string();
            if let Some(name) = &join.name {
                person.name = Some(name.to_string());
            }
        }
    }
    let mut people: Vec<FoundPerson> = people.into_values().collect();
    people.sort_by(|one, other| (other.joins, &one.key).cmp(&(one.joins, &other.key)));
    people.truncate(TOLD);
    let is_meant = |row: &&MeetingRow| {
        (part.is_empty() || is_called(row, &part)) && at.is_none_or(|at| ran(row, at))
    };
    Ok(Json(Found {
        meetings: meetings.iter().rev().filter(is_meant).take(TOLD).cloned().collect(),
        people,
        sites: sites
            .into_iter()
            .take(TOLD)
            .map(|(name, joins)| FoundSite { name: name.to_owned(), joins })
            .collect(),
    }))
}
