//! The door: what becomes of rows before they come into the log.
//!
//! Rows of people who were erased stay out. A row that says what the last one of its key said is dropped.
//! A row that is dated outside its meeting, or in no plausible time, becomes a dead letter: it must not
//! open a day of its own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch, Scalar, new_null_array};
use arrow::compute::kernels::zip::zip;
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use foldhash::fast;
use zqos_core::Timestamp;
use zqos_core::table::{MEETINGS, Table};

use crate::batch::{Batch, Fingerprint, Misfit, TableRows};
use crate::cell::{self, Joins, Texts};
use crate::tombstone::{Identity, Tombstones};

/// How far rows may be dated outside their meeting: clocks differ, and minutes begin before what is in
/// them.
const SLACK: i64 = 10 * 60 * 1_000;
/// How far ahead of the clock a row may be dated; so far behind it a row may have come.
const AHEAD: i64 = 24 * 60 * 60 * 1_000;
/// Before this, 2011-01-01, there was no Zoom.
const EARLIEST: i64 = 1_293_840_000_000;
/// Of so many rows it is known what they said last. When there are more, all but the newer half is
/// forgotten: then rows that come again are written again, and count once all the same.
const SEEN: usize = 1 << 20;

/// What did not come into the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TurnedAway {
    /// Rows that said nothing new.
    pub repeated: u64,
    /// Rows that are dated outside their meeting, now in `dead_letters`.
    pub dead_letters: u64,
    /// Rows of people who were erased.
    pub forgotten: u64,
}

/// When a meeting was, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
}

/// What is known of rows that came before.
#[derive(Debug, Default)]
pub(crate) struct Door {
    seen: Seen,
    /// When meetings were, by account and UUID.
    meetings: HashMap<(String, String), Span>,
    pub(crate) turned_away: TurnedAway,
}

impl Door {
    /// Takes note that nobody knows whether these rows will be there: what their keys said last is open.
    pub(crate) fn doubt(&mut self, fingerprints: &[Fingerprint]) {
        self.seen.doubt(fingerprints);
    }

    /// Forgets what rows said: the tables may not have them any more.
    pub(crate) fn clear(&mut self) {
        self.seen = Seen::default();
    }

    /// Tells when a meeting was; what is not told is left as it was known.
    pub(crate) fn meeting(&mut self, account: &str, uuid: &str, told: Span) {
        let span = self.meetings.entry((account.to_owned(), uuid.to_owned())).or_default();
        *span = Span { start: told.start.or(span.start), end: told.end.or(span.end) };
    }

    /// Takes note of when meetings were that rows tell of.
    pub(crate) fn meetings_of(&mut self, rows: &RecordBatch) {
        let (accounts, uuids) = (Texts::new(rows, "account"), Texts::new(rows, "meeting_uuid"));
        for row in 0..rows.num_rows() {
            let millis = |column| cell::instant(rows, column, row).map(|micros| micros / 1_000);
            let span = Span { start: millis("start_time"), end: millis("end_time") };
            if let (Some(account), Some(uuid)) = (accounts.get(row), uuids.get(row)) {
                self.meeting(account, uuid, span);
            }
        }
    }

    /// Lets rows in: those that are left, and a batch of those that are dead letters.
    pub(crate) fn pass(
        &mut self,
        account: &str,
        tables: Vec<TableRows>,
        now: Timestamp,
    ) -> Result<(Vec<TableRows>, Batch), ArrowError> {
        for of_table in tables.iter().filter(|of_table| *of_table.table == MEETINGS) {
            self.meetings_of(&of_table.rows);
        }
        let mut letters = Batch::new(account, now);
        let mut passed = Vec::with_capacity(tables.len());
        for of_table in tables {
            let is_let_in = self.look(account, &of_table, now, &mut letters)?;
            passed.extend(retained(of_table, &is_let_in)?);
        }
        Ok((passed, letters))
    }

    /// Says of each row whether it is let in.
    fn look(
        &mut self,
        account: &str,
        of_table: &TableRows,
        now: Timestamp,
        letters: &mut Batch,
    ) -> Result<Vec<bool>, ArrowError> {
        let TableRows { table, rows, instants, fingerprints } = of_table;
        let meetings = Texts::new(rows, "meeting_uuid");
        let participants = Texts::new(rows, "user_id");
        let mut span = (None, Span::default());
        let mut group = None;
        let mut said = [None; 2];
        let mut is_let_in = Vec::with_capacity(instants.len());
        for (row, (at, fingerprint)) in instants.iter().zip(fingerprints).enumerate() {
            let meeting = meetings.get(row);
            if span.0 != meeting {
                let known = meeting.and_then(|uuid| {
                    self.meetings.get(&(account.to_owned(), uuid.to_owned())).copied()
                });
                span = (meeting, known.unwrap_or_default());
            }
            if group != Some(fingerprint.group) {
                group = Some(fingerprint.group);
                said = self.seen.of_group(fingerprint.group);
            }
            let last = said.into_iter().flatten().find_map(|said| said.get(&fingerprint.key));
            if last == Some(&fingerprint.content) {
                self.turned_away.repeated += 1;
                is_let_in.push(false);
            } else if let Some(reason) = misdated(table, *at, span.1, now) {
                let misfit = Misfit {
                    table,
                    at: now,
                    meeting,
                    participant: participants.get(row),
                    key: &cell::key_json(table, rows, row)?,
                    row: &cell::row_json(table, rows, row)?,
                };
                letters.dead_letter(&misfit, reason);
                self.turned_away.dead_letters += 1;
                is_let_in.push(false);
            } else {
                is_let_in.push(true);
            }
        }
        Ok(is_let_in)
    }

    /// Takes note of rows that are durable.
    pub(crate) fn remember(&mut self, fingerprints: &[Fingerprint]) {
        self.seen.add(fingerprints);
    }
}

/// By key what its last row said.
type Said = HashMap<u64, u64, fast::RandomState>;

/// What keys said last, by what those have in common that come together: so that few places of memory are
/// visited for many rows.
#[derive(Debug, Default)]
struct Seen {
    /// What came lately.
    new: HashMap<u64, Said, fast::RandomState>,
    /// How many rows that is.
    count: usize,
    /// What came before there were too many of those.
    old: HashMap<u64, Said, fast::RandomState>,
}

impl Seen {
    fn add(&mut self, fingerprints: &[Fingerprint]) {
        for together in fingerprints.chunk_by(|one, other| one.group == other.group) {
            if self.count >= SEEN / 2 {
                self.old = std::mem::take(&mut self.new);
                self.count = 0;
            }
            let said = self.new.entry(together[0].group).or_default();
            said.extend(together.iter().map(|row| (row.key, row.content)));
            self.count += together.len();
        }
    }

    /// What the keys of a group said last: it stands in the first that knows of a key.
    fn of_group(&self, group: u64) -> [Option<&Said>; 2] {
        [&self.new, &self.old].map(|seen| seen.get(&group))
    }

    /// Forgets what these keys said.
    fn doubt(&mut self, fingerprints: &[Fingerprint]) {
        for Fingerprint { group, key, .. } in fingerprints {
            for seen in [&mut self.new, &mut self.old] {
                if let Some(said) = seen.get_mut(group) {
                    said.remove(key);
                }
            }
        }
    }
}

/// Why a row can't be dated so; `None` when it can.
fn misdated(
    table: &Table,
    at: Timestamp,
    Span { start, end }: Span,
    now: Timestamp,
) -> Option<&'static str> {
    let (at, now) = (at.unix_millis(), now.unix_millis());
    let latest = now + AHEAD;
    // A row that does not say when it was is kept under the day on which it came.
    let may_be_undated = !table.key.contains(&"ts") && at > now - AHEAD && at <= latest;
    if table.is_system || may_be_undated {
        return None;
    }
    if at < EARLIEST {
        Some("dated before 2011")
    } else if at > latest {
        Some("dated in the future")
    } else if start.is_some_and(|start| at < start - SLACK) {
        Some("dated before its meeting")
    } else if end.is_some_and(|end| at > end + SLACK) {
        Some("dated after its meeting")
    } else {
        None
    }
}

/// The rows that are let in; `None` when there are none.
fn retained(of_table: TableRows, is_let_in: &[bool]) -> Result<Option<TableRows>, ArrowError> {
    if is_let_in.iter().all(|is_let_in| *is_let_in) {
        return Ok(Some(of_table));
    }
    if !is_let_in.contains(&true) {
        return Ok(None);
    }
    Ok(Some(TableRows {
        table: of_table.table,
        rows: filtered(&of_table.rows, &BooleanArray::from(is_let_in.to_vec()))?,
        instants: kept(&of_table.instants, is_let_in),
        fingerprints: kept(&of_table.fingerprints, is_let_in),
    }))
}

fn kept<T: Copy>(all: &[T], is_kept: &[bool]) -> Vec<T> {
    all.iter().zip(is_kept).filter(|(_, is_kept)| **is_kept).map(|(one, _)| *one).collect()
}

/// Rows without those of people who were erased, and how many those are; `None` when none are left.
pub(crate) fn keep_out(
    tombstones: &Tombstones,
    of_table: TableRows,
) -> Result<(Option<TableRows>, u64), ArrowError> {
    let is_forgotten = forgotten(tombstones, &of_table.rows);
    let count = is_forgotten.iter().filter(|is_forgotten| **is_forgotten).count() as u64;
    if *of_table.table == MEETINGS {
        let rows = blanked(of_table.table, &of_table.rows, is_forgotten)?;
        return Ok((Some(TableRows { rows, ..of_table }), 0));
    }
    let stays: Vec<bool> = is_forgotten.iter().map(|is_forgotten| !is_forgotten).collect();
    Ok((retained(of_table, &stays)?, count))
}

/// The rows that stay, without anything of the others: dictionaries have what is in use alone.
fn filtered(rows: &RecordBatch, stays: &BooleanArray) -> Result<RecordBatch, ArrowError> {
    let rows = filter_record_batch(rows, stays)?;
    let columns = rows.columns().iter().map(|cells| match cells.data_type() {
        kind @ DataType::Dictionary(_, values) => cast(&cast(cells, values)?, kind),
        _ => Ok(Arc::clone(cells)),
    });
    let columns = columns.collect::<Result<_, _>>()?;
    RecordBatch::try_new(rows.schema(), columns)
}

/// Whose a row is, by one of its columns.
pub(crate) fn identity(column: &str, text: &str) -> Option<Identity> {
    match column {
        "email" | "host_email" => Some(Identity::email(text)),
        "person_id" => Some(Identity::Person(text.to_owned())),
        _ => None,
    }
}

/// Columns by which people are known.
pub(crate) const IDENTITIES: [&str; 3] = ["email", "host_email", "person_id"];

/// Joins of people who were erased, and meetings that they hosted, told by what rows say of who it was.
pub(crate) fn forgotten_joins(
    tombstones: &Tombstones,
    rows: &RecordBatch,
) -> HashSet<(String, Identity)> {
    let mut found = HashSet::new();
    if tombstones.is_empty() {
        return found;
    }
    let joins = Joins::with_hosts(rows);
    for_people(tombstones, rows, |row| {
        if let Some((account, meeting, participant)) = joins.get(row) {
            let join = Identity::Join(meeting.to_owned(), participant.to_owned());
            found.insert((account.to_owned(), join));
        }
    });
    found
}

/// Calls for each row that says it is of somebody who was erased.
fn for_people(tombstones: &Tombstones, rows: &RecordBatch, mut found: impl FnMut(usize)) {
    let accounts = Texts::new(rows, "account");
    let known = IDENTITIES.map(|column| (column, Texts::new(rows, column)));
    let names = Texts::new(rows, "user_name");
    for row in 0..rows.num_rows() {
        let Some(account) = accounts.get(row) else { continue };
        let mut is_anonymous = true;
        let mut is_forgotten = false;
        for (column, texts) in &known {
            let Some(text) = texts.get(row) else { continue };
            is_anonymous = false;
            is_forgotten |=
                identity(column, text).is_some_and(|known| tombstones.has(account, &known));
        }
        if is_anonymous && let Some(name) = names.get(row) {
            is_forgotten |= tombstones.has(account, &Identity::Name(name.to_owned()));
        }
        if is_forgotten {
            found(row);
        }
    }
}

/// The rows without those of people who were erased; `None` when nothing is to be left out. Meetings
/// stay, without what is personal in them.
pub(crate) fn without_forgotten(
    tombstones: &Tombstones,
    table: &Table,
    rows: &RecordBatch,
) -> Result<Option<RecordBatch>, ArrowError> {
    let is_forgotten = forgotten(tombstones, rows);
    if !is_forgotten.contains(&true) {
        Ok(None)
    } else if *table == MEETINGS {
        blanked(table, rows, is_forgotten).map(Some)
    } else {
        let stays = arrow::compute::not(&BooleanArray::from(is_forgotten))?;
        filtered(rows, &stays).map(Some)
    }
}

/// Says of each row whether it is of somebody who was erased.
fn forgotten(tombstones: &Tombstones, rows: &RecordBatch) -> Vec<bool> {
    let mut is_forgotten = vec![false; rows.num_rows()];
    if tombstones.is_empty() {
        return is_forgotten;
    }
    for_people(tombstones, rows, |row| is_forgotten[row] = true);
    let joins = Joins::new(rows);
    // Rows of one join follow one another.
    let mut last = (None, false);
    for (row, is_forgotten) in is_forgotten.iter_mut().enumerate() {
        let Some(join @ (account, meeting, participant)) = joins.get(row) else { continue };
        if last.0 != Some(join) {
            let identity = Identity::Join(meeting.to_owned(), participant.to_owned());
            last = (Some(join), tombstones.has(account, &identity));
        }
        *is_forgotten |= last.1;
    }
    is_forgotten
}

/// The rows, some of them without what is personal.
fn blanked(
    table: &Table,
    rows: &RecordBatch,
    is_blank: Vec<bool>,
) -> Result<RecordBatch, ArrowError> {
    let is_blank = BooleanArray::from(is_blank);
    let schema = rows.schema();
    let columns = rows.columns().iter().zip(schema.fields()).map(|(cells, field)| {
        let is_personal = table.column(field.name()).is_some_and(|(_, column)| column.is_personal);
        if !is_personal {
            return Ok(Arc::clone(cells));
        }
        // Copies what stays: a mask above the cells would leave them where they are.
        let nothing = Scalar::new(new_null_array(cells.data_type(), 1));
        zip(&is_blank, &nothing, cells)
    });
    let columns = columns.collect::<Result<_, _>>()?;
    RecordBatch::try_new(schema, columns)
}
