//! The meetings of a store: when they were, and which is the latest of a number. All are in memory, some
//! three hundred bytes each.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use zoom_wire::{Kind, When};
use zqos_core::Timestamp;

use crate::cells::{Texts, instant, integer};
use crate::error::ArchiveError;

/// The columns that are kept.
pub(crate) const COLUMNS: [&str; 8] = [
    "account",
    "meeting_uuid",
    "meeting_id",
    "kind",
    "start_time",
    "end_time",
    "participant_count",
    "revision",
];

/// After so many milliseconds nothing runs any more. **Source**: Zoom ends every meeting after thirty hours.
const LONGEST: i64 = 30 * 60 * 60 * 1_000;

/// A meeting or webinar.
///
/// **Missing**: `None` where nothing was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meeting {
    pub(crate) uuid: Arc<str>,
    pub(crate) number: Option<u64>,
    pub(crate) kind: Option<Kind>,
    /// In milliseconds since 1970, as the end.
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    /// How many took part, by Zoom's count.
    pub(crate) participants: Option<i64>,
}

impl Meeting {
    /// One of which nothing is known.
    pub(crate) const fn new(uuid: Arc<str>) -> Self {
        Self { uuid, number: None, kind: None, start: None, end: None, participants: None }
    }

    /// True when it is over, as far as the store knows.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        let now = now.unix_millis();
        match (self.start, self.end) {
            (_, Some(end)) => end <= now,
            (Some(start), None) => start + LONGEST <= now,
            (None, None) => true,
        }
    }

    /// True when it ended with one participant.
    fn is_alone(&self) -> bool {
        self.participants == Some(1)
    }

    /// True when a request of this type is about it.
    pub(crate) fn is(&self, when: When, now: Timestamp) -> bool {
        match when {
            When::Live => !self.has_ended(now),
            When::Past => self.has_ended(now),
            When::PastOne => self.has_ended(now) && self.is_alone(),
        }
    }

    /// By what lists are in order: the start, then the UUID.
    pub(crate) fn key(&self) -> (i64, &str) {
        (self.start.unwrap_or(i64::MIN), &self.uuid)
    }
}

/// What one row told of a meeting.
#[derive(Debug, Clone)]
struct Row {
    account: Arc<str>,
    told: Meeting,
    revision: i64,
}

/// Rows of one file, or of a log.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<Row>);

impl Rows {
    /// Keeps what is needed of rows that have [`COLUMNS`].
    pub(crate) fn read(batches: &[RecordBatch]) -> Result<Self, ArchiveError> {
        let mut kept = Vec::new();
        let mut account: Arc<str> = Arc::from("");
        for rows in batches {
            let [accounts, uuids, kinds] =
                ["account", "meeting_uuid", "kind"].map(|column| Texts::new(rows, column));
            let (accounts, uuids, kinds) = (accounts?, uuids?, kinds?);
            for row in 0..rows.num_rows() {
                let (Some(of), Some(uuid)) = (accounts.get(row), uuids.get(row)) else { continue };
                if *account != *of {
                    account = Arc::from(of);
                }
                let number = integer(rows, "meeting_id", row);
                let told = Meeting {
                    uuid: Arc::from(uuid),
                    number: number.and_then(|number| number.try_into().ok()),
                    kind: kinds.get(row).map(|kind| match kind {
                        "webinar" => Kind::Webinar,
                        _ => Kind::Meeting,
                    }),
                    start: instant(rows, "start_time", row),
                    end: instant(rows, "end_time", row),
                    participants: integer(rows, "participant_count", row),
                };
                let revision = integer(rows, "revision", row).unwrap_or(0);
                kept.push(Row { account: Arc::clone(&account), told, revision });
            }
        }
        Ok(Self(kept))
    }
}

/// All meetings of one account.
#[derive(Debug, Default)]
struct OfAccount {
    /// By start, those of which it is not known first.
    all: Vec<Meeting>,
    by_uuid: HashMap<Arc<str>, usize>,
    /// The latest that has begun of each number is looked for from the end.
    by_number: HashMap<u64, Vec<usize>>,
}

/// The meetings of a store.
#[derive(Debug, Default)]
pub(crate) struct Meetings(HashMap<Arc<str>, OfAccount>);

impl Meetings {
    /// Makes one of each meeting that rows tell of: of each column the value counts that came last, missing
    /// ones aside.
    pub(crate) fn of<'r>(rows: impl Iterator<Item = &'r Rows>) -> Self {
        let mut sorted: Vec<&Row> = rows.flat_map(|rows| &rows.0).collect();
        sorted.sort_unstable_by(|one, other| {
            let key = |row: &'r Row| (&row.account, &row.told.uuid, row.revision);
            key(one).cmp(&key(other))
        });
        let mut accounts: HashMap<Arc<str>, OfAccount> = HashMap::new();
        for same in sorted
            .chunk_by(|one, other| one.account == other.account && one.told.uuid == other.told.uuid)
        {
            let mut meeting = Meeting::new(Arc::clone(&same[0].told.uuid));
            for Row { told, .. } in same {
                meeting.number = told.number.or(meeting.number);
                meeting.kind = told.kind.or(meeting.kind);
                meeting.start = told.start.or(meeting.start);
                meeting.end = told.end.or(meeting.end);
                meeting.participants = told.participants.or(meeting.participants);
            }
            accounts.entry(Arc::clone(&same[0].account)).or_default().all.push(meeting);
        }
        for OfAccount { all, by_uuid, by_number } in accounts.values_mut() {
            all.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
            for (place, meeting) in all.iter().enumerate() {
                by_uuid.insert(Arc::clone(&meeting.uuid), place);
                if let Some(number) = meeting.number {
                    by_number.entry(number).or_default().push(place);
                }
            }
        }
        Self(accounts)
    }

    /// The meeting of a UUID.
    pub(crate) fn by_uuid(&self, account: &str, uuid: &str) -> Option<&Meeting> {
        let of_account = self.0.get(account)?;
        of_account.by_uuid.get(uuid).map(|&place| &of_account.all[place])
    }

    /// The latest meeting of a number that has begun.
    pub(crate) fn latest(&self, account: &str, number: u64, now: Timestamp) -> Option<&Meeting> {
        let of_account = self.0.get(account)?;
        let instances = of_account.by_number.get(&number)?.iter().rev();
        let mut instances = instances.map(|&place| &of_account.all[place]);
        instances.find(|meeting| meeting.start.is_none_or(|start| start <= now.unix_millis()))
    }

    /// The meetings of an account by their start, of a range of starts where one is given.
    pub(crate) fn by_start(&self, account: &str, starts: Option<&Range<i64>>) -> &[Meeting] {
        let Some(OfAccount { all, .. }) = self.0.get(account) else { return &[] };
        let before = |instant| all.partition_point(|meeting| meeting.key().0 < instant);
        starts.map_or(all, |starts| &all[before(starts.start)..before(starts.end)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(uuid: &str, revision: i64, told: impl FnOnce(&mut Meeting)) -> Row {
        let mut row = Row { account: "a".into(), told: Meeting::new(uuid.into()), revision };
        told(&mut row.told);
        row
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_unix_millis(millis).unwrap()
    }

    #[test]
    fn of_several_rows_of_a_meeting_the_last_value_of_each_column_counts() {
        let rows = Rows(vec![
            row("m", 2, |told| told.end = Some(60)),
            row("m", 1, |told| (told.start, told.end) = (Some(10), Some(50))),
        ]);
        let meetings = Meetings::of([&rows].into_iter());
        let meeting = meetings.by_uuid("a", "m").unwrap();
        assert_eq!((meeting.start, meeting.end), (Some(10), Some(60)));
        assert_eq!(meetings.by_uuid("b", "m"), None, "accounts are apart");
    }

    #[test]
    fn a_number_is_that_of_the_latest_instance_that_has_begun() {
        let instance = |uuid: &str, start| {
            row(uuid, 1, |told| (told.start, told.number) = (Some(start), Some(7)))
        };
        let rows = Rows(vec![instance("b", 20), instance("c", 30), instance("a", 10)]);
        let meetings = Meetings::of([&rows].into_iter());
        let latest = |now| meetings.latest("a", 7, at(now)).map(|meeting| &*meeting.uuid);
        assert_eq!([latest(5), latest(25), latest(30)], [None, Some("b"), Some("c")]);
        assert_eq!(meetings.latest("a", 8, at(30)), None);
        let uuids = |range: Range<i64>| {
            let found = meetings.by_start("a", Some(&range));
            found.iter().map(|meeting| &*meeting.uuid).collect::<Vec<_>>()
        };
        assert_eq!(uuids(10..30), ["a", "b"]);
    }

    #[test]
    fn what_has_no_end_runs_for_thirty_hours_at_most() {
        let mut meeting = Meeting::new("m".into());
        assert!(meeting.is(When::Past, at(0)), "of which nothing is known");
        meeting.start = Some(0);
        assert!(meeting.is(When::Live, at(LONGEST - 1)) && meeting.is(When::Past, at(LONGEST)));
        meeting.end = Some(5);
        assert!(meeting.is(When::Past, at(5)) && !meeting.is(When::PastOne, at(5)));
        meeting.participants = Some(1);
        assert!(meeting.is(When::Past, at(5)) && meeting.is(When::PastOne, at(5)));
    }
}
