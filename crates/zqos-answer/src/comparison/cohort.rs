//! Joins that have a verdict, and what they are told apart by.

use std::ops::Range;

use zqos_core::Timestamp;
use zqos_quality::Proportion;
use zqos_quality::compare::{Join, Slot};
use zqos_query::{Archive, QueryError, quoted};

use super::{HourOfWeek, Question};
use crate::PERSON;
use crate::cells::{Numbers, Read, each};

/// A join.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) join: Join,
    pub(super) start: Timestamp,
    /// In the cohort.
    pub(super) is_in: bool,
    /// Among those that the cohort is compared with.
    pub(super) is_against: bool,
    /// What it is told apart by; `None` where that is not known.
    pub(super) by: Option<String>,
}

/// Where joins are, and which.
pub(super) struct Joins<'a> {
    pub(super) archive: &'a Archive,
    pub(super) question: &'a Question<'a>,
    pub(super) hour_of_week: &'a HourOfWeek<'a>,
}

impl Joins<'_> {
    /// Reads joins; conditions and the column are SQL over participants and meetings.
    pub(super) async fn read(&self) -> Result<Vec<Found>, QueryError> {
        let mut kinds = [Read::Whole; 9];
        for text in [0, 1, 8] {
            kinds[text] = Read::Text;
        }
        let (mut meetings, mut people) = (Numbers::default(), Numbers::default());
        each(self.archive, &self.sql(), &kinds, |cells, row| {
            let start = cells.instant(2, row)?;
            let (weekday, hour) = (self.hour_of_week)(start);
            // Truths are 1 and 0.
            let is = |column| cells.whole(column, row) == Some(1);
            Some(Found {
                join: Join {
                    meeting: meetings.of(cells.text(0, row)?),
                    person: cells.text(1, row).map(|person| people.of(person)),
                    slot: Slot::new(weekday, hour)?,
                    is_poor: is(3),
                    minutes: Proportion::new(cells.count(5, row)?, cells.count(4, row)?)?,
                },
                start,
                is_in: is(6),
                is_against: is(7),
                by: cells.owned(8, row),
            })
        })
        .await
    }

    fn sql(&self) -> String {
        let Question { accounts, medium, cohort, against, by, .. } = *self.question;
        let accounts =
            accounts.iter().map(|account| quoted(account)).collect::<Vec<_>>().join(", ");
        let Range { start, end } = &self.question.range;
        // A condition ends where it ends: a comment in it reaches no further than its line.
        let condition =
            |text: Option<&str>| text.map_or("true".to_owned(), |text| format!("({text}\n)"));
        let is_in = condition(cohort);
        let is_against = match (against, cohort) {
            (Some(against), _) => format!("{} AND NOT {is_in}", condition(Some(against))),
            (None, Some(_)) => format!("NOT {is_in}"),
            (None, None) => "true".to_owned(),
        };
        format!(
            "SELECT account || '/' || meeting_uuid AS meeting, \
               {PERSON} AS person, join_time, \
               is_poor, minutes, poor_minutes, \
               coalesce({is_in}, false) AS is_in, coalesce({is_against}, false) AS is_against, \
               CAST({} AS VARCHAR) AS by_what \
             FROM (\
               SELECT p.*, m.meeting_id, m.kind, m.topic, m.host, m.host_email, m.dept, m.start_time, \
                 m.end_time, m.participant_count, v.verdict IN ('poor', 'bad') AS is_poor, v.minutes, \
                 v.poor_minutes \
               FROM (SELECT * FROM verdicts WHERE medium = '{}' AND verdict <> 'unclassified' \
                 AND user_id <> '*') v \
               JOIN participants p ON v.account = p.account AND v.meeting_uuid = p.meeting_uuid \
                 AND v.user_id = p.user_id \
               LEFT JOIN meetings m ON p.account = m.account AND p.meeting_uuid = m.meeting_uuid \
               WHERE p.account IN ({accounts}) AND p.join_time >= TIMESTAMP '{start}' \
                 AND p.join_time < TIMESTAMP '{end}'\
             ) ORDER BY join_time, meeting, user_id",
            by.unwrap_or("NULL"),
            medium
        )
    }
}
