//! Calls of Zoom Phone: what is to be fetched of them, what that takes, and what there is.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use zoom_dashboard::{Limits, Plan as AccountPlan};
use zoom_wire::Operation;
use zoom_wire::rate_limit::{Label, Product};
use zqos_core::{Coverage, MeetingUuid, Timestamp};
use zqos_store::{Known, KnownCall};

use crate::owed::{self, ListKind, RETRIED_FOR};
use crate::quota::Quota;
use crate::tally::Why;

/// From which length on, in seconds, a call has figures: they are of minutes.
const MEASURED_FROM_S: u32 = 60;

/// A call of which it is to be fetched what both sides measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwedCall {
    /// The call's id, as coverage has it.
    pub(crate) id: MeetingUuid,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl OwedCall {
    /// What there is of it at `now`: so many figures, or nothing for a reason.
    pub(crate) fn coverage(&self, came: Result<usize, Why>, now: Timestamp) -> Coverage {
        let until = self.end.saturating_add(RETRIED_FOR);
        let long_s = Duration::from_secs(MEASURED_FROM_S.into());
        let is_long = self.end >= self.start.saturating_add(long_s);
        let why = match came {
            Ok(0) if is_long && now < until => Some(Why::Incomplete),
            Ok(0) if is_long => Some(Why::Short),
            Ok(_) => None,
            Err(why) => Some(why),
        };
        let may_come = matches!(why, Some(Why::Incomplete | Why::NotReady | Why::Failed));
        let got = u32::from(why.is_none());
        Coverage {
            expected: Some(1),
            got,
            missing: Some(1 - got),
            why: why.map(|why| why.to_string()),
            until: may_come.then_some(until),
            counted_at: now,
            expected_minutes: None,
            got_minutes: None,
            invalid: None,
        }
    }
}

/// The calls that began in a range of which something is to be fetched at `now`, those that began first
/// first.
pub(crate) fn calls(known: &Known, range: &Range<Timestamp>, now: Timestamp) -> Vec<OwedCall> {
    let owed = of_range(known, range).filter_map(|(call, coverage)| {
        let end = end_of(call);
        let at = owed::next_try(coverage, end)?;
        let id = MeetingUuid::new(&call.id)?;
        (at <= now).then_some(OwedCall { id, start: call.start, end })
    });
    owed.collect()
}

/// The calls that began in a range, with what there is of them.
fn of_range<'k>(
    known: &'k Known,
    range: &'k Range<Timestamp>,
) -> impl Iterator<Item = (&'k KnownCall, Option<&'k Coverage>)> {
    let coverage = owed::past_coverage(known);
    let calls = known.phone_calls.iter().filter(|call| range.contains(&call.start));
    calls.map(move |call| {
        let id = MeetingUuid::new(&call.id);
        (call, id.and_then(|id| coverage.get(&id).copied()))
    })
}

fn end_of(call: &KnownCall) -> Timestamp {
    call.start.saturating_add(Duration::from_secs(call.duration_s.unwrap_or(0).into()))
}

/// What collecting the phone calls of a range would take, computed from what the store has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhonePlan {
    /// Calls that are owed, of those that are known.
    pub owed: u32,
    /// Calls of days that were not listed yet, if those are as days that were; `None` when none was.
    pub unlisted: Option<u32>,
    /// UTC days of which nobody knows what they have.
    pub unlisted_days: u32,
    /// Requests for lists, a page each for the days that are to be listed, or as many as such days took.
    pub lists: u32,
    /// Requests for what both sides measured. They count towards no daily quota.
    pub reports: u32,
    /// The daily quota, which lists count towards.
    pub quota: Quota,
    /// How long it takes at least, within the limits of a second.
    pub at_least: Duration,
}

impl PhonePlan {
    /// What collecting the calls that began in a range takes from `now` on, of an account that leaves
    /// `spared_pct` hundredths of its quota to others. `today` is what the store has of the present day.
    pub fn of(
        known: &Known,
        today: &Known,
        range: &Range<Timestamp>,
        now: Timestamp,
        plan: AccountPlan,
        spared_pct: u8,
    ) -> Self {
        let owed = calls(known, range, now).len() as u64;
        let open = owed::lists(known, &[ListKind::Calls], range, now, now);
        let totals: BTreeMap<Timestamp, u64> = (known.listings.iter())
            .filter(|list| list.kind == ListKind::Calls.name() && range.contains(&list.day))
            .map(|list| (list.day, list.total.into()))
            .collect();
        let average = totals.values().sum::<u64>().checked_div(totals.len() as u64);
        let of_day = |day: &Timestamp| totals.get(day).copied().or(average).unwrap_or(0);
        let lists = (open.iter())
            .map(|list| list.days.iter().map(of_day).sum())
            .map(|calls| owed::pages(&Operation::LIST_PAST_CALLS, calls))
            .sum();
        let days = open.iter().flat_map(|list| &list.days);
        let unlisted_days = days.filter(|day| !totals.contains_key(day)).count() as u64;
        let unlisted = average.map(|average| average * unlisted_days);
        let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let (lists, reports) = (count(lists), count(owed + unlisted.unwrap_or(0)));
        let takes = |label, requests: u32| {
            let Limits { calls, window, .. } = plan.limits_of(Product::Phone, label);
            window * (requests / calls.max(1))
        };
        Self {
            owed: count(owed),
            unlisted: unlisted.map(count),
            unlisted_days: count(unlisted_days),
            lists,
            reports,
            quota: Quota::of(today, Product::Phone, now, plan, spared_pct),
            at_least: takes(Label::Heavy, lists).max(takes(Label::Light, reports)),
        }
    }
}

/// What is known of the phone calls that began in a range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhoneStatus {
    /// Calls that have ended.
    pub calls: u32,
    /// Those of them of which it is there what was measured.
    pub complete: u32,
    /// Those of which Zoom has nothing, by why.
    pub not_obtainable: BTreeMap<Why, u32>,
    /// Those that are missing and can be had, or could have been, by why; `None` for those that were not
    /// fetched yet.
    pub missing: BTreeMap<Option<Why>, u32>,
    /// Figures that could not be read.
    pub invalid: u32,
    /// UTC days whose calls were listed to the end.
    pub listed: u32,
    /// UTC days of which no list of calls was walked to its end, by their first instants.
    pub unlisted: Vec<Timestamp>,
}

impl PhoneStatus {
    /// What is known at `now` of a range.
    pub fn of(known: &Known, range: &Range<Timestamp>, now: Timestamp) -> Self {
        let mut status = Self::default();
        for (_, coverage) in of_range(known, range) {
            status.calls += 1;
            status.invalid += coverage.and_then(|coverage| coverage.invalid).unwrap_or(0);
            let why = coverage.map(|coverage| coverage.why.as_deref().map(str::parse::<Why>));
            match why {
                Some(None) => status.complete += 1,
                Some(Some(Ok(why))) if why.is_not_obtainable() => {
                    *status.not_obtainable.entry(why).or_default() += 1;
                }
                Some(Some(why)) => *status.missing.entry(why.ok()).or_default() += 1,
                None => *status.missing.entry(None).or_default() += 1,
            }
        }
        for day in owed::days(range).into_iter().filter(|day| *day <= now) {
            let is_it =
                |list: &&zqos_core::Listing| list.day == day && list.kind == ListKind::Calls.name();
            match known.listings.iter().find(is_it) {
                Some(_) => status.listed += 1,
                None => status.unlisted.push(day),
            }
        }
        status
    }

    /// Adds what is known of a later range, which has no UTC day in common with this one.
    pub fn append(&mut self, later: Self) {
        self.calls += later.calls;
        self.complete += later.complete;
        for (why, count) in later.not_obtainable {
            *self.not_obtainable.entry(why).or_default() += count;
        }
        for (why, count) in later.missing {
            *self.missing.entry(why).or_default() += count;
        }
        self.invalid += later.invalid;
        self.listed += later.listed;
        self.unlisted.extend(later.unlisted);
    }

    /// Nothing is missing that can be had, or could have been, and all that came could be read.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.unlisted.is_empty() && self.invalid == 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use zqos_core::{Listing, Origin};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn call(id: &str, start: &str) -> KnownCall {
        KnownCall { id: id.to_owned(), start: at(start), duration_s: Some(300) }
    }

    fn listed(day: &str, total: u32) -> Listing {
        let day = at(day);
        let listed_at = at("2026-11-24T12:00:00Z");
        Listing { day, kind: ListKind::Calls.name().to_owned(), total, listed_at }
    }

    fn owed(start: &str, end: &str) -> OwedCall {
        OwedCall { id: MeetingUuid::new("1").unwrap(), start: at(start), end: at(end) }
    }

    #[test]
    fn a_call_of_a_minute_without_figures_is_asked_for_again_for_a_day() {
        let call = owed("2026-11-20T10:00:00Z", "2026-11-20T10:05:00Z");
        let short = owed("2026-11-20T10:00:00Z", "2026-11-20T10:00:59Z");
        let now = at("2026-11-20T12:00:00Z");
        let later = now.saturating_add(RETRIED_FOR);
        let why = |call: &OwedCall, came, now| {
            let coverage = call.coverage(came, now);
            assert_eq!(coverage.got, u32::from(coverage.is_complete()));
            (coverage.why, coverage.until)
        };
        let until = Some(at("2026-11-21T10:05:00Z"));
        assert_eq!(why(&call, Ok(20), now), (None, None));
        assert_eq!(why(&short, Ok(0), now), (None, None));
        assert_eq!(why(&call, Ok(0), now), (Some("incomplete".to_owned()), until));
        assert_eq!(why(&call, Ok(0), later), (Some("short".to_owned()), None));
        let not_ready = why(&call, Err(Why::NotReady), now);
        assert_eq!(not_ready, (Some("not-ready".to_owned()), until));
        let gone = why(&call, Err(Why::NotAvailable), later);
        assert_eq!(gone, (Some("not-available".to_owned()), None));
    }

    #[test]
    fn what_is_owed_is_planned_and_told() {
        let starts = ["2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z"];
        let calls = ["1", "2", "3"].into_iter().zip(starts).map(|(id, start)| call(id, start));
        let now = at("2026-11-24T13:00:00Z");
        let came = |id: &str, came| {
            let key = (MeetingUuid::new(id).unwrap(), Origin::RestPast.as_str().to_owned());
            (key, owed(starts[0], starts[1]).coverage(came, now))
        };
        let known = Known {
            phone_calls: calls.collect(),
            coverage: HashMap::from([came("1", Ok(20)), came("2", Err(Why::NotAvailable))]),
            listings: vec![listed("2026-11-20T00:00:00Z", 250)],
            ..Known::default()
        };
        let range = at("2026-11-20T00:00:00Z")..at("2026-11-22T00:00:00Z");
        let ids: Vec<_> = super::calls(&known, &range, now).into_iter().map(|it| it.id).collect();
        assert_eq!(ids, [MeetingUuid::new("3").unwrap()]);

        let plan = PhonePlan::of(&known, &known, &range, now, AccountPlan::Business, 10);
        assert_eq!((plan.owed, plan.unlisted, plan.unlisted_days), (1, Some(250), 1));
        // The first day is final, the second one like it: 250 calls on three pages.
        assert_eq!((plan.lists, plan.reports), (3, 251));
        assert_eq!(plan.quota, Quota { limit: 30_000, spared: 3_000, used: 0 });
        assert_eq!(plan.at_least, Duration::from_secs(6));

        let status = PhoneStatus::of(&known, &range, now);
        assert_eq!((status.calls, status.complete, status.listed), (3, 1, 1));
        assert_eq!(status.not_obtainable, BTreeMap::from([(Why::NotAvailable, 1)]));
        assert_eq!(status.missing, BTreeMap::from([(None, 1)]));
        assert_eq!(status.unlisted, [at("2026-11-21T00:00:00Z")]);
        assert!(!status.is_complete());
    }
}
