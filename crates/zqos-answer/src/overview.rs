//! How a company fared: by day, by what joins have in common, and in the tail.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use zqos_core::Timestamp;
use zqos_quality::Proportion;
use zqos_quality::compare::{Join, Member, Slot, Standing, rank};

use crate::cells::Numbers;
use crate::comparison::HourOfWeek;
use crate::joins::{JudgedJoin, TRAITS};
use crate::number;
use crate::share::{Minutes, ShareOf};

/// Of how many people a group is at least that is shown to whoever may not know people.
///
/// **Source**: a choice of this project, the usual one of official statistics.
pub const LEAST_PEOPLE: u32 = 5;

/// How some joins fared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Fared {
    /// Meetings.
    pub meetings: u32,
    /// People; those of one meeting of whom nobody is known count as one.
    pub people: u32,
    /// Joins with a verdict.
    pub joins: u32,
    /// Poor and bad ones among them.
    pub poor_joins: u32,
    /// Judged minutes.
    pub minutes: u64,
    /// Poor and bad ones among them.
    pub poor_minutes: u64,
    /// Their share; `None` without judged minutes.
    pub share: Option<ShareOf>,
}

impl Fared {
    /// Counts joins.
    pub fn of<'a>(joins: impl IntoIterator<Item = &'a JudgedJoin>) -> Self {
        let (mut minutes, mut people) = (Minutes::default(), HashSet::new());
        let (mut count, mut poor_joins) = (0, 0);
        for join in joins {
            minutes.add(join);
            people.insert((
                join.person.as_deref(),
                join.person.is_none().then_some(&join.meeting_uuid),
            ));
            count += 1;
            poor_joins += u32::from(join.is_poor);
        }
        Self {
            meetings: u32::try_from(minutes.clusters()).unwrap_or(u32::MAX),
            people: number(people.len()),
            joins: count,
            poor_joins,
            minutes: minutes.judged(),
            poor_minutes: minutes.poor(),
            share: minutes.share(),
        }
    }
}

/// How a day was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Day {
    /// The day, in the time zone that was asked for.
    #[schema(value_type = String, format = Date)]
    pub day: String,
    /// How it was.
    #[serde(flatten)]
    pub fared: Fared,
}

/// What joins have in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Grouped {
    /// By what they are told apart.
    pub by: &'static str,
    /// How many groups are left out, for they are of too few people for whoever may not know people.
    pub suppressed: u32,
    /// The groups, the one with the highest rate that is at least known first.
    pub rows: Vec<GroupRow>,
}

/// A group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupRow {
    /// What they have in common; `None` where it is not known.
    pub name: Option<String>,
    /// How it fared.
    #[serde(flatten)]
    pub fared: Fared,
    /// `worse` than the others beyond chance, `typical`, or `not-enough-data`.
    pub standing: &'static str,
}

/// The share of poor minutes of joins: of so many in a hundred joins it is no higher.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Tail {
    /// Joins.
    pub n: u32,
    /// The median.
    pub p50: f64,
    /// The third quartile.
    pub p75: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 95th.
    pub p95: f64,
    /// The 99th.
    pub p99: f64,
}

impl Tail {
    /// Of joins with judged minutes; `None` without any.
    pub fn of<'a>(joins: impl IntoIterator<Item = &'a JudgedJoin>) -> Option<Self> {
        let share = |join: &JudgedJoin| Proportion::new(join.poor_minutes, join.minutes);
        let mut shares: Vec<f64> =
            joins.into_iter().filter_map(share).map(Proportion::value).collect();
        shares.sort_by(f64::total_cmp);
        // The nearest rank: a share that a join had.
        let at = |pct: usize| shares.get((shares.len() * pct).div_ceil(100).max(1) - 1).copied();
        Some(Self {
            n: number(shares.len()),
            p50: at(50)?,
            p75: at(75)?,
            p90: at(90)?,
            p95: at(95)?,
            p99: at(99)?,
        })
    }
}

/// Joins by the day on which they began, with days on which there were none, which are not known to be good.
pub fn days(
    joins: &[JudgedJoin],
    range: &Range<Timestamp>,
    day_of: &(dyn Fn(Timestamp) -> (String, Timestamp) + Sync),
) -> Vec<Day> {
    let mut by_day: BTreeMap<String, Vec<&JudgedJoin>> = BTreeMap::new();
    // `day_of` names a day and says when the next one begins.
    let mut at = range.start;
    while at < range.end {
        let (day, next) = day_of(at);
        by_day.entry(day).or_default();
        if next <= at {
            break;
        }
        at = next;
    }
    for join in joins {
        by_day.entry(day_of(join.start).0).or_default().push(join);
    }
    by_day.into_iter().map(|(day, joins)| Day { day, fared: Fared::of(joins) }).collect()
}

/// Joins by what they have in common. `least_people` leaves smaller groups out.
pub fn grouped(
    joins: &[JudgedJoin],
    by: &'static str,
    hour_of_week: &HourOfWeek<'_>,
    least_people: u32,
) -> Grouped {
    grouped_by(joins, &compared(joins, hour_of_week), by, least_people)
}

fn grouped_by(
    joins: &[JudgedJoin],
    compared: &[(usize, Join)],
    by: &'static str,
    least_people: u32,
) -> Grouped {
    let mut groups: BTreeMap<Option<&Arc<str>>, Vec<&JudgedJoin>> = BTreeMap::new();
    for join in joins {
        groups.entry(join.value(by)).or_default().push(join);
    }
    let names: Vec<Option<&Arc<str>>> = groups.keys().copied().collect();
    let standings = standings(joins, compared, by, &names);
    let mut suppressed = 0;
    let mut rows: Vec<(f64, GroupRow)> = Vec::new();
    for (place, (name, joins)) in groups.iter().enumerate() {
        let fared = Fared::of(joins.iter().copied());
        if fared.people < least_people {
            suppressed += 1;
            continue;
        }
        let standing = standings.get(&place).copied().unwrap_or(Standing::NotEnoughData);
        let lower = fared.share.map_or(0.0, |share| share.lower);
        let standing = match standing {
            Standing::Named => "worse",
            Standing::NoDifference => "typical",
            Standing::NotEnoughData => "not-enough-data",
        };
        rows.push((lower, GroupRow { name: name.map(ToString::to_string), fared, standing }));
    }
    let is_named = |row: &GroupRow| row.standing == "worse";
    rows.sort_by(|(one, a), (other, b)| {
        is_named(b).cmp(&is_named(a)).then(other.total_cmp(one)).then(a.name.cmp(&b.name))
    });
    Grouped { by, suppressed, rows: rows.into_iter().map(|(_, row)| row).collect() }
}

/// Joins, for being compared by what they have in common, each with its place; who have no time or no judged minutes
/// are left out.
fn compared(joins: &[JudgedJoin], hour_of_week: &HourOfWeek<'_>) -> Vec<(usize, Join)> {
    let (mut meetings, mut people) = (Numbers::default(), Numbers::default());
    let compared = joins.iter().enumerate().filter_map(|(place, join)| {
        let (weekday, hour) = hour_of_week(join.start);
        let meeting = meetings.of(&join.meeting_uuid);
        let person = join.person.as_ref().map(|person| people.of(person));
        let slot = Slot::new(weekday, hour)?;
        let minutes = Proportion::new(join.poor_minutes, join.minutes)?;
        Some((place, Join { meeting, person, slot, is_poor: join.is_poor, minutes }))
    });
    compared.collect()
}

/// How each group stands among the others, by its place.
fn standings(
    joins: &[JudgedJoin],
    compared: &[(usize, Join)],
    by: &str,
    names: &[Option<&Arc<str>>],
) -> BTreeMap<usize, Standing> {
    let member = |(place, join): &(usize, Join)| {
        // What is not known is no cohort: it is no thing that joins have in common.
        let name = joins[*place].value(by);
        let cohort = name.and_then(|name| names.binary_search(&Some(name)).ok());
        let cohorts = cohort.and_then(|place| u32::try_from(place).ok()).into_iter().collect();
        Member { join: *join, cohorts }
    };
    let members: Vec<Member> = compared.iter().map(member).collect();
    let places =
        |cohorts: Vec<u32>| cohorts.into_iter().filter_map(|one| usize::try_from(one).ok());
    rank(&members)
        .into_iter()
        .flat_map(|ranked| places(ranked.cohorts).map(move |place| (place, ranked.standing)))
        .collect()
}

/// Joins by all that they have in common.
pub fn all_groups(
    joins: &[JudgedJoin],
    hour_of_week: &HourOfWeek<'_>,
    least_people: u32,
) -> Vec<Grouped> {
    let compared = compared(joins, hour_of_week);
    let of = |by| grouped_by(joins, &compared, by, least_people);
    TRAITS.into_iter().map(of).collect()
}

/// Judged and poor minutes of an hour of the week.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct HourMinutes {
    /// Judged minutes.
    pub minutes: u64,
    /// Poor and bad ones among them.
    pub poor_minutes: u64,
}

/// Minutes by weekday, Monday first, and hour in which the join began.
pub fn week(joins: &[JudgedJoin], hour_of_week: &HourOfWeek<'_>) -> Vec<Vec<HourMinutes>> {
    let mut week = vec![vec![HourMinutes::default(); 24]; 7];
    for join in joins {
        let (weekday, hour) = hour_of_week(join.start);
        let of = week.get_mut(usize::from(weekday)).and_then(|day| day.get_mut(usize::from(hour)));
        if let Some(of) = of {
            of.minutes += u64::from(join.minutes);
            of.poor_minutes += u64::from(join.poor_minutes);
        }
    }
    week
}
