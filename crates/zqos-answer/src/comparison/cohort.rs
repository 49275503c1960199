//! Joins that have a verdict, and what they are told apart by.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use futures::TryStreamExt as _;
use zqos_core::Timestamp;
use zqos_quality::Proportion;
use zqos_quality::compare::{Join, Slot};
use zqos_query::{Archive, QueryError, quoted};

use super::{HourOfWeek, Question};

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

/// Numbers for texts.
#[derive(Default)]
struct Numbers(BTreeMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(text).or_insert(next)
    }
}

impl Joins<'_> {
    /// Reads joins; conditions and the column are SQL over participants and meetings.
    pub(super) async fn read(&self) -> Result<Vec<Found>, QueryError> {
        let batches: Vec<RecordBatch> =
            self.archive.query(&self.sql()).await?.try_collect().await?;
        let (mut meetings, mut people) = (Numbers::default(), Numbers::default());
        let mut found = Vec::new();
        for batch in &batches {
            self.take(batch, &mut meetings, &mut people, &mut found)
                .map_err(|error| QueryError::Failed(error.into()))?;
        }
        Ok(found)
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
               coalesce(lower(email), person_id, user_name) AS person, join_time, \
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

    fn take(
        &self,
        rows: &RecordBatch,
        meetings: &mut Numbers,
        people: &mut Numbers,
        found: &mut Vec<Found>,
    ) -> Result<(), ArrowError> {
        let texts = [0, 1, 8].map(|place: usize| cast(rows.column(place), &DataType::Utf8));
        let [meeting, person, by] = texts;
        let (meeting, person, by) = (meeting?, person?, by?);
        let numbers = [2, 4, 5].map(|place: usize| cast(rows.column(place), &DataType::Int64));
        let [start, minutes, poor] = numbers;
        let (start, minutes, poor) = (start?, minutes?, poor?);
        let text = |cells: &arrow::array::ArrayRef, row: usize| {
            let cells = cells.as_string::<i32>();
            cells.is_valid(row).then(|| cells.value(row).to_owned())
        };
        let count = |cells: &arrow::array::ArrayRef, row: usize| {
            u32::try_from(cells.as_primitive::<Int64Type>().value(row)).unwrap_or(0)
        };
        for row in 0..rows.num_rows() {
            let micros = start.as_primitive::<Int64Type>().value(row);
            let (Ok(at), Some(meeting)) =
                (Timestamp::from_unix_millis(micros.div_euclid(1_000)), text(&meeting, row))
            else {
                continue;
            };
            let (weekday, hour) = (self.hour_of_week)(at);
            let minutes = Proportion::new(count(&poor, row), count(&minutes, row));
            let (Some(slot), Some(minutes)) = (Slot::new(weekday, hour), minutes) else { continue };
            let is = |place: usize| rows.column(place).as_boolean().value(row);
            found.push(Found {
                join: Join {
                    meeting: meetings.of(meeting),
                    person: text(&person, row).map(|person| people.of(person)),
                    slot,
                    is_poor: is(3),
                    minutes,
                },
                start: at,
                is_in: is(6),
                is_against: is(7),
                by: text(&by, row),
            });
        }
        Ok(())
    }
}
