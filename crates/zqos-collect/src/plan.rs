//! What collecting a range would take.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use zoom_dashboard::{Limits, Plan as AccountPlan};
use zoom_wire::Operation;
use zoom_wire::rate_limit::{Label, Product};
use zqos_core::Timestamp;
use zqos_store::{Known, Location, StoreError};

use crate::owed::{self, Calls, ListKind, OwedMeeting};
use crate::pushed::Savings;
use crate::quota::Quota;
use crate::tally::Why;

/// What collecting a range would take, computed from what the store has. Nothing is asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Meetings that are owed, of those that are known.
    pub meetings: u32,
    /// Meetings that are owed of days that were not listed yet, if those are as days that were; `None` when none
    /// was.
    pub unlisted_meetings: Option<u32>,
    /// Calls for lists, a page each of each kind for the days that are to be listed, or as many as such days took.
    pub lists: u32,
    /// Calls for participants.
    pub participants: u32,
    /// Calls for reports.
    pub reports: u32,
    /// Of the meetings that are owed those that push has delivered, by what is known of them, and the calls for
    /// reports that need not be made: they are not among `reports`.
    pub saved: Savings,
    /// UTC days of which nobody knows what they have.
    pub unlisted_days: u32,
    /// The account's, today.
    pub quota: Quota,
    /// How long it takes at least, within the limits of a second and a minute.
    pub at_least: Duration,
}

/// How an account is collected, as far as it matters for what that takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Zoom's limits.
    pub plan: AccountPlan,
    /// How many hundredths of the quota are left to others.
    pub spared_pct: u8,
    /// Reports are fetched of meetings too that push has delivered.
    pub fetch_pushed: bool,
}

impl Plan {
    /// What collecting the meetings that began in a range takes from `now` on. `known` is what the store at a place
    /// has of them, `today` what it has of the present day.
    ///
    /// **Errors**: those of [`Known::read`].
    pub async fn read(
        at: &Location,
        account: &str,
        (known, today): (&Known, &Known),
        range: &Range<Timestamp>,
        now: Timestamp,
        terms: Terms,
    ) -> Result<Self, StoreError> {
        let saved = if terms.fetch_pushed {
            Savings::default()
        } else {
            Savings::of(at, account, &owed_of(known, range, now, terms)).await?
        };
        Ok(Self::of((known, today), range, now, terms, saved))
    }

    fn of(
        (known, today): (&Known, &Known),
        range: &Range<Timestamp>,
        now: Timestamp,
        terms: Terms,
        saved: Savings,
    ) -> Self {
        let Terms { plan, spared_pct, .. } = terms;
        let owed = owed_of(known, range, now, terms);
        let Calls { mut participants, mut reports } =
            owed.iter().map(|meeting| Calls::of(meeting.participants)).sum();
        let open = owed::lists(known, &ListKind::OF_MEETINGS, range, now, now);
        let listed = |day: &Timestamp, kind: ListKind| {
            known.listings.iter().any(|list| list.day == *day && list.kind == kind.name())
        };
        let unlisted = (open.iter())
            .filter(|list| list.kind == ListKind::Meetings)
            .flat_map(|list| &list.days)
            .filter(|day| !listed(day, ListKind::Meetings))
            .count() as u64;
        let average = Average::of(known, range);
        let mut lists = 0;
        for list in &open {
            let meetings = average.as_ref().map_or(0, |average| average.meetings);
            // A list of one kind has no more than all.
            lists += owed::pages(&Operation::LIST_MEETINGS, meetings * list.days.len() as u64);
        }
        reports = reports.saturating_sub(saved.calls.into());
        if let Some(average) = &average {
            participants += average.meetings * unlisted;
            reports += average.reports * unlisted;
        }
        let Limits { calls, window, .. } = plan.limits(Label::Heavy);
        let of_lists = plan.limits(Label::ResourceIntensive);
        let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let (lists, participants, reports) = (count(lists), count(participants), count(reports));
        let heavy = participants.saturating_add(reports);
        Self {
            meetings: count(owed.len() as u64),
            unlisted_meetings: average.map(|average| count(average.meetings * unlisted)),
            lists,
            participants,
            reports,
            saved,
            unlisted_days: count(unlisted),
            quota: Quota::of(today, Product::Meetings, now, plan, spared_pct),
            at_least: (window * heavy / calls.max(1))
                .max(of_lists.window * (lists / of_lists.calls.max(1))),
        }
    }

    /// All calls.
    pub const fn calls(&self) -> u32 {
        self.lists.saturating_add(self.participants).saturating_add(self.reports)
    }

    /// How many days' quotas it needs beside today's; `None` when all of them are left to others.
    pub const fn more_days(&self) -> Option<u32> {
        let rest = self.calls().saturating_sub(self.quota.left());
        match (rest, self.quota.of_a_day()) {
            (0, _) => Some(0),
            (_, 0) => None,
            (rest, of_a_day) => Some(rest.div_ceil(of_a_day)),
        }
    }
}

fn owed_of(
    known: &Known,
    range: &Range<Timestamp>,
    now: Timestamp,
    terms: Terms,
) -> Vec<OwedMeeting> {
    owed::meetings(known, range, &BTreeSet::new(), terms.fetch_pushed, now)
}

/// What days that were listed have, on an average.
struct Average {
    meetings: u64,
    reports: u64,
}

impl Average {
    fn of(known: &Known, range: &Range<Timestamp>) -> Option<Self> {
        let days = (known.listings.iter())
            .filter(|list| list.kind == ListKind::Meetings.name() && range.contains(&list.day))
            .count() as u64;
        if days == 0 {
            return None;
        }
        let coverage = owed::past_coverage(known);
        let one = Why::OneParticipant.to_string();
        let (mut meetings, mut reports) = (0_u64, 0_u64);
        for meeting in known.meetings.iter().filter(|it| owed::times_in(it, range).is_some()) {
            let of_it = coverage.get(&meeting.uuid);
            if of_it.is_some_and(|of_it| of_it.why.as_deref() == Some(&one)) {
                continue;
            }
            let joins = of_it.and_then(|of_it| of_it.expected).or(meeting.participant_count);
            meetings += 1;
            if of_it.is_some_and(|of_it| owed::was_left_to_push(of_it)) {
                continue;
            }
            reports += Calls::of(joins.unwrap_or(1)).reports;
        }
        Some(Self { meetings: meetings.div_ceil(days), reports: reports.div_ceil(days) })
    }
}

#[cfg(test)]
mod tests {
    use zqos_core::{Listing, Meeting, MeetingUuid, Reservation};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn meeting(day: &str, uuid: &str, people: u32) -> Meeting {
        Meeting {
            is_webinar: Some(false),
            start: Some(at(&format!("{day}T10:00:00Z"))),
            end: Some(at(&format!("{day}T11:00:00Z"))),
            participant_count: Some(people),
            ..Meeting::new(MeetingUuid::new(uuid).unwrap())
        }
    }

    fn listing(day: &str, kind: ListKind) -> Listing {
        Listing {
            day: at(&format!("{day}T00:00:00Z")),
            kind: kind.name().to_owned(),
            total: 2,
            listed_at: at("2026-11-28T12:00:00Z"),
        }
    }

    #[test]
    fn calls_are_counted_by_pages_and_days_that_were_not_listed_are_taken_as_others() {
        let days = ["2026-11-20", "2026-11-21"];
        let known = Known {
            meetings: vec![meeting(days[0], "a", 25), meeting(days[0], "b", 400)],
            listings: ListKind::OF_MEETINGS.map(|kind| listing(days[0], kind)).into(),
            ..Known::default()
        };
        let today = Known {
            reservations: vec![Reservation {
                day: at("2026-11-28T00:00:00Z"),
                pool: crate::quota::pool(Product::Meetings).to_owned(),
                run: "1".to_owned(),
                reserved: 200,
                spent: None,
            }],
            ..Known::default()
        };
        let range = at("2026-11-20T00:00:00Z")..at("2026-11-22T00:00:00Z");
        let now = at("2026-11-28T13:00:00Z");
        let terms = Terms { plan: AccountPlan::Business, spared_pct: 10, fetch_pushed: false };
        let plan = Plan::of((&known, &today), &range, now, terms, Savings::default());
        // 25 people: one page of participants and three of reports; 400: two and forty.
        assert_eq!((plan.meetings, plan.unlisted_days, plan.unlisted_meetings), (2, 1, Some(2)));
        assert_eq!((plan.lists, plan.participants, plan.reports), (3, 3 + 2, 43 + 43));
        let saved = Savings { meetings: 1, calls: 3 };
        assert_eq!(Plan::of((&known, &today), &range, now, terms, saved).reports, 43 - 3 + 43);
        assert_eq!(plan.quota, Quota { limit: 60_000, spared: 6_000, used: 200 });
        assert_eq!(plan.quota.left(), 53_800);
        assert_eq!(plan.more_days(), Some(0));
        let with = |quota| Plan { quota, ..plan.clone() };
        let spent = with(Quota { used: 54_000, ..plan.quota });
        assert_eq!((spent.quota.left(), spent.more_days()), (0, Some(1)));
        assert_eq!(with(Quota { spared: 60_000, ..plan.quota }).more_days(), None);
    }

    #[test]
    fn nothing_is_owed_of_nothing() {
        let range = at("2026-11-20T00:00:00Z")..at("2026-11-21T00:00:00Z");
        let (known, now) = (Known::default(), at("2026-11-28T13:00:00Z"));
        let terms = Terms { plan: AccountPlan::Pro, spared_pct: 0, fetch_pushed: false };
        let plan = Plan::of((&known, &known), &range, now, terms, Savings::default());
        assert_eq!((plan.meetings, plan.unlisted_meetings, plan.lists), (0, None, 3));
        assert_eq!((plan.calls(), plan.quota.left()), (3, 30_000));
    }
}
