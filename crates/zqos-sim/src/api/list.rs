//! Which meetings or webinars a list has, and how many.

use std::ops::Range;

use crate::api::day_of;
use crate::api::query::When;
use crate::calendar::{Calendar, DAY, Meeting, OVERTIME, Series};
use crate::company::Company;
use crate::identity::Instance;

/// How far lists go back: six months.
const REACH: i64 = 183 * DAY;

/// What a list is asked to have.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) webinars: bool,
    pub(crate) when: When,
    /// The range is that of ends, not of beginnings.
    pub(crate) by_end: bool,
    pub(crate) range: Range<i64>,
    /// Hosts of these departments alone.
    pub(crate) departments: Option<Vec<u32>>,
    pub(crate) now: i64,
    /// Past meetings that ended later are not told of yet.
    pub(crate) built_until: i64,
}

impl List {
    /// The meetings of the list, by the day and the series, from an instance on.
    pub(crate) fn meetings<'l>(
        &'l self,
        company: &'l Company,
        calendar: &'l Calendar,
        from: Option<Instance>,
    ) -> impl Iterator<Item = Meeting> + 'l {
        let Range { start, end } = self.days();
        let from = from.unwrap_or(Instance { day: start, series: 0 });
        (from.day.max(start)..end).flat_map(move |day| {
            let first = if day == from.day { from.series } else { 0 };
            self.of_day(company, calendar, day).filter(move |it| first <= it.series.index)
        })
    }

    /// How many meetings the list has.
    pub(crate) fn count(&self, company: &Company, calendar: &Calendar) -> usize {
        let days = self.days();
        let whole = self.whole_days();
        let at_edges: usize = days
            .filter(|day| !whole.contains(day))
            .map(|day| self.of_day(company, calendar, day).count())
            .sum();
        let are_alone = self.when == When::PastOne;
        let within = self.series(company, calendar).map(|series| series.count(&whole, are_alone));
        at_edges + within.sum::<usize>()
    }

    /// The series of the list.
    fn series<'l>(
        &'l self,
        company: &'l Company,
        calendar: &'l Calendar,
    ) -> impl Iterator<Item = Series> + 'l {
        let all = calendar.all_series(self.webinars);
        all.filter_map(|index| calendar.series(index)).filter(|series| {
            series.is_webinar() == self.webinars
                && self.departments.as_ref().is_none_or(|departments| {
                    departments.contains(&company.department_of(calendar.person(*series, 0)))
                })
        })
    }

    /// The meetings of the list that begin on a day.
    fn of_day<'l>(
        &'l self,
        company: &'l Company,
        calendar: &'l Calendar,
        day: u32,
    ) -> impl Iterator<Item = Meeting> + 'l {
        self.series(company, calendar)
            .filter_map(move |series| calendar.meeting(Instance { day, series: series.index }))
            .filter(|meeting| self.has(meeting))
    }

    /// The days on which its meetings may have begun.
    fn days(&self) -> Range<u32> {
        match self.when {
            When::Live => day_of(self.now - DAY)..day_of(self.now) + 1,
            // One that is listed by its end may have begun on the day before.
            When::Past | When::PastOne => {
                let start = self.range.start.max(self.now - REACH);
                day_of(start - DAY)..day_of(self.range.end.min(self.now)) + 1
            }
        }
    }

    /// Those of them whose every meeting lies within the range, whatever its hours, and is told of
    /// by now; none of a list of live meetings.
    fn whole_days(&self) -> Range<u32> {
        if self.when == When::Live {
            return 0..0;
        }
        let start = self.range.start.max(self.now - REACH);
        let overtime = if self.by_end { OVERTIME } else { 0 };
        let end = (self.range.end - overtime).min(self.built_until - OVERTIME);
        day_of(start + DAY - 1)..day_of(end)
    }

    /// True for a meeting at a time that is asked for.
    fn has(&self, meeting: &Meeting) -> bool {
        let instant = if self.by_end { meeting.end } else { meeting.start };
        match self.when {
            When::Live => meeting.start <= self.now && self.now < meeting.end,
            When::Past | When::PastOne => {
                (self.range.start.max(self.now - REACH)..self.range.end).contains(&instant)
                    && meeting.end <= self.built_until
                    && meeting.is_alone() == (self.when == When::PastOne)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_list_has_as_many_meetings_as_are_counted(
            seed: u64,
            people in 10_u32..200,
            start in 0..40 * DAY,
            length in 0..31 * DAY,
            now in 0..50 * DAY,
            delay in 0..2 * DAY,
            webinars: bool,
            by_end: bool,
            when in prop_oneof![Just(When::Live), Just(When::Past), Just(When::PastOne)],
            departments in proptest::option::of(proptest::collection::vec(0_u32..8, 0..4)),
            skipped in 0_usize..50,
        ) {
            let company = Company::new(seed, people);
            let calendar = Calendar::new(company);
            let start = 20_000 * DAY + start;
            let range = start..start + length;
            let now = 20_000 * DAY + now;
            let built_until = now - delay;
            let list = List { webinars, when, by_end, range, departments, now, built_until };
            let all: Vec<Meeting> = list.meetings(&company, &calendar, None).collect();
            prop_assert_eq!(list.count(&company, &calendar), all.len());
            if let Some(meeting) = all.get(skipped) {
                let rest = list.meetings(&company, &calendar, Some(meeting.instance));
                prop_assert_eq!(rest.count(), all.len() - skipped);
            }
        }
    }
}
