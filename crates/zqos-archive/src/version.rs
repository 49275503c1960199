//! One version of a store, and what of it is in memory: its meetings, which rows of which file are of which
//! meeting, and what was read lately.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use zqos_core::table::{DEVICE_SAMPLES, MEETINGS, PARTICIPANTS, STREAM_SAMPLES, Table, ZOOM_RAW};
use zqos_store::{DataFile, Snapshot};

use crate::cache::Cache;
use crate::cells::{Texts, of_meeting};
use crate::contents::{self, Contents, Place};
use crate::error::ArchiveError;
use crate::file::{TextFile, hash};
use crate::meetings::{self, Meeting, Meetings};
use crate::member::Members;

/// The tables that answers are made of.
pub(crate) const TABLES: [&Table; 5] =
    [&MEETINGS, &PARTICIPANTS, &ZOOM_RAW, &DEVICE_SAMPLES, &STREAM_SAMPLES];

/// About how many bytes of texts of one meeting are read together: whoever asks for one report asks for the
/// next, and a page of a file has several.
const BLOCK_BYTES: usize = 1 << 20;
/// Members that only the report of a single participant has; lists of reports leave them out.
pub(crate) const OF_SINGLE_REPORT: [&str; 4] =
    ["microphone", "speaker", "camera", "meeting_number"];
/// Around the days of a meeting, in milliseconds: joins may be kept under the one before or after.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Texts of one meeting that follow one another in a file.
#[derive(Debug)]
pub(crate) struct Block {
    /// The row of the first.
    first: usize,
    texts: Texts,
    /// Whether each is a report that came by itself, once that was asked.
    singles: Vec<OnceLock<bool>>,
}

/// Blocks by the path of their file and their first row; files never change.
pub(crate) type Blocks = Cache<(String, usize), Block>;

/// A text that was kept.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    block: Arc<Block>,
    /// The place within the block.
    row: usize,
    /// The file, by its place in the version, where the block's texts follow one another in it.
    file: Option<usize>,
}

impl Text {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        self.block.texts.get(self.row).unwrap_or("{}")
    }

    /// The text at a place of the same meeting, if it was read together with this one.
    pub(crate) fn neighbour(&self, place: Place) -> Option<Self> {
        let Place::File { file, row } = place else { return None };
        let row = row.checked_sub(self.block.first)?;
        let is_there = self.file == Some(file) && row < self.block.singles.len();
        is_there.then(|| Self { block: Arc::clone(&self.block), row, file: self.file })
    }

    /// True for a report that came by itself: it has one of [`OF_SINGLE_REPORT`].
    pub(crate) fn is_single_report(&self) -> bool {
        let look = || Members::of(self.as_str()).has_any(&OF_SINGLE_REPORT);
        let known = self.block.singles.get(self.row);
        known.map_or_else(look, |known| *known.get_or_init(look))
    }
}

/// One version of a store.
pub(crate) struct Version {
    snapshot: Snapshot,
    stamp: Vec<Stamp>,
    files: Vec<Arc<TextFile>>,
    /// By the path of the file that they were read of.
    rows_of_meetings: HashMap<String, Arc<meetings::Rows>>,
    meetings: Meetings,
    contents: Cache<(String, String), Contents>,
}

/// What tells two versions of a table from each other: that of the table, the rows that logs alone have, and
/// the highest revision of these.
type Stamp = (u64, usize, i64);

impl Version {
    /// Reads a version, and takes what has not changed from the one before. So many bytes of what meetings have
    /// are kept.
    pub(crate) fn read(
        snapshot: Snapshot,
        before: Option<&Self>,
        bytes: usize,
    ) -> Result<Self, ArchiveError> {
        let known: HashMap<&str, &Arc<TextFile>> = before
            .into_iter()
            .flat_map(|before| before.files.iter().map(|file| (file.path(), file)))
            .collect();
        let mut files = Vec::new();
        for data in files_of(&snapshot, &ZOOM_RAW) {
            files.push(match known.get(&*data.path) {
                Some(file) => Arc::clone(file),
                None => Arc::new(TextFile::open(&snapshot, data)?),
            });
        }
        let mut rows_of_meetings = HashMap::new();
        for data in files_of(&snapshot, &MEETINGS) {
            let known = before.and_then(|before| before.rows_of_meetings.get(&data.path));
            let rows = if let Some(rows) = known {
                Arc::clone(rows)
            } else {
                let batches = columns(&snapshot, &MEETINGS, data, &meetings::COLUMNS)?;
                Arc::new(meetings::Rows::read(&batches)?)
            };
            rows_of_meetings.insert(data.path.clone(), rows);
        }
        let logged = meetings::Rows::read(snapshot.tail(&MEETINGS))?;
        let all = rows_of_meetings.values().map(|rows| &**rows).chain([&logged]);
        Ok(Self {
            stamp: stamp(&snapshot),
            meetings: Meetings::of(all),
            files,
            rows_of_meetings,
            contents: Cache::new(bytes),
            snapshot,
        })
    }

    /// True for a snapshot of the same version.
    pub(crate) fn is(&self, snapshot: &Snapshot) -> bool {
        self.stamp == stamp(snapshot)
    }

    /// The meetings.
    pub(crate) const fn meetings(&self) -> &Meetings {
        &self.meetings
    }

    /// What there is of a meeting.
    pub(crate) fn contents(
        &self,
        account: &str,
        uuid: &str,
    ) -> Result<Arc<Contents>, ArchiveError> {
        let key = (account.to_owned(), uuid.to_owned());
        if let Some(contents) = self.contents.get(&key) {
            return Ok(contents);
        }
        let mut contents = Contents::default();
        let meeting = hash(account, uuid);
        for (file, texts) in self.files.iter().enumerate() {
            for run in texts.rows_of(meeting) {
                let mut row = run.start;
                for rows in texts.read(&self.snapshot, &contents::COLUMNS, [run].into_iter())? {
                    contents.add(&rows, account, uuid, |of_batch| Place::File {
                        file,
                        row: row + of_batch,
                    })?;
                    row += rows.num_rows();
                }
            }
        }
        for (batch, rows) in self.snapshot.tail(&ZOOM_RAW).iter().enumerate() {
            contents.add(rows, account, uuid, |row| Place::Log { batch, row })?;
        }
        let contents = Arc::new(contents);
        let bytes = contents.bytes() + account.len() + uuid.len();
        self.contents.put(key, Arc::clone(&contents), bytes);
        Ok(contents)
    }

    /// A text of a meeting, and with it those that are read anyway.
    pub(crate) fn text(
        &self,
        blocks: &Blocks,
        account: &str,
        uuid: &str,
        place: Place,
    ) -> Result<Text, ArchiveError> {
        let Place::File { file, row } = place else {
            return Ok(self.single(place)?.unwrap_or_default());
        };
        let texts = &self.files[file];
        let mut runs = texts.rows_of(hash(account, uuid));
        let run = runs.find(|run| run.contains(&row)).unwrap_or(row..row + 1);
        let rows = (BLOCK_BYTES / texts.bytes_of_text()).max(1);
        let first = run.start + (row - run.start) / rows * rows;
        let key = (texts.path().to_owned(), first);
        let block = if let Some(block) = blocks.get(&key) {
            block
        } else {
            let range = first..run.end.min(first + rows);
            let read = texts.read(&self.snapshot, &["body"], [range].into_iter())?;
            let block = Arc::new(Block::new(first, &read)?);
            let bytes = block.bytes(&read);
            blocks.put(key, Arc::clone(&block), bytes);
            block
        };
        Ok(Text { block, row: row - first, file: Some(file) })
    }

    /// Texts of many meetings, in the order of their places; those of one file are read together.
    pub(crate) fn texts(&self, places: &[Place]) -> Result<Vec<Text>, ArchiveError> {
        let mut by_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut found: HashMap<Place, Text> = HashMap::new();
        for place in places {
            match *place {
                Place::File { file, row } => by_file.entry(file).or_default().push(row),
                Place::Log { .. } => {
                    found.extend(self.single(*place)?.map(|text| (*place, text)));
                }
            }
        }
        for (file, mut rows) in by_file {
            rows.sort_unstable();
            rows.dedup();
            let ranges = rows.iter().map(|&row| row..row + 1);
            let read = self.files[file].read(&self.snapshot, &["body"], ranges)?;
            let block = Arc::new(Block::new(0, &read)?);
            for (of_block, row) in rows.into_iter().enumerate() {
                let text = Text { block: Arc::clone(&block), row: of_block, file: None };
                found.insert(Place::File { file, row }, text);
            }
        }
        Ok(places.iter().map(|place| found.get(place).cloned().unwrap_or_default()).collect())
    }

    /// A text that a log alone has.
    fn single(&self, place: Place) -> Result<Option<Text>, ArchiveError> {
        let Place::Log { batch, row } = place else { return Ok(None) };
        let Some(rows) = self.snapshot.tail(&ZOOM_RAW).get(batch) else { return Ok(None) };
        let block = Block::new(0, &[rows.slice(row, 1)])?;
        Ok(Some(Text { block: Arc::new(block), row: 0, file: None }))
    }

    /// The rows of a table that are of a meeting, of files and of logs.
    pub(crate) fn rows_of(
        &self,
        table: &'static Table,
        account: &str,
        meeting: &Meeting,
    ) -> Result<Vec<RecordBatch>, ArchiveError> {
        let days = days_of(meeting);
        let mut found = Vec::new();
        for data in files_of(&self.snapshot, table) {
            if days.as_ref().is_some_and(|days| !days.contains(&data.day)) {
                continue;
            }
            for rows in of_file(&self.snapshot, table, data, &meeting.uuid)? {
                found.push(of_meeting(&rows, account, &meeting.uuid)?);
            }
        }
        for rows in self.snapshot.tail(table) {
            found.push(of_meeting(rows, account, &meeting.uuid)?);
        }
        found.retain(|rows| rows.num_rows() > 0);
        Ok(found)
    }
}

impl Block {
    fn new(first: usize, read: &[RecordBatch]) -> Result<Self, ArchiveError> {
        let rows = match read {
            [rows] => rows.clone(),
            [] => RecordBatch::new_empty(Arc::new(arrow::datatypes::Schema::empty())),
            [rows, ..] => arrow::compute::concat_batches(&rows.schema(), read)?,
        };
        let singles = (0..rows.num_rows()).map(|_| OnceLock::new()).collect();
        Ok(Self { first, texts: Texts::new(&rows, "body")?, singles })
    }

    /// How many bytes it has, as it was read.
    fn bytes(&self, read: &[RecordBatch]) -> usize {
        let texts: usize = read.iter().map(RecordBatch::get_array_memory_size).sum();
        texts + self.singles.len() * size_of::<OnceLock<bool>>() + size_of::<Self>()
    }
}

impl Default for Text {
    /// A text that is not there.
    fn default() -> Self {
        let empty = Block { first: 0, texts: Texts::none(), singles: vec![OnceLock::new()] };
        Self { block: Arc::new(empty), row: 0, file: None }
    }
}

fn files_of<'s>(snapshot: &'s Snapshot, table: &Table) -> &'s [DataFile] {
    let mut tables = snapshot.tables();
    tables.find(|(of, ..)| *of == table).map_or(&[], |(.., files)| files)
}

fn stamp(snapshot: &Snapshot) -> Vec<Stamp> {
    let stamps = snapshot.tables().map(|(table, version, _)| {
        let tail = snapshot.tail(table);
        let rows = tail.iter().map(RecordBatch::num_rows).sum();
        let revisions = tail.iter().flat_map(|rows| {
            (0..rows.num_rows()).filter_map(|row| crate::cells::integer(rows, "revision", row))
        });
        (version, rows, revisions.max().unwrap_or(0))
    });
    stamps.collect()
}

/// Some columns of all rows of a file.
fn columns(
    snapshot: &Snapshot,
    table: &Table,
    data: &DataFile,
    names: &[&str],
) -> Result<Vec<RecordBatch>, ArchiveError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(snapshot.file(table, data)?)?;
    let wanted = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    Ok(builder.with_projection(wanted).build()?.collect::<Result<_, _>>()?)
}

/// Rows of a file in groups that may have some of a meeting, by the groups' statistics.
fn of_file(
    snapshot: &Snapshot,
    table: &Table,
    data: &DataFile,
    uuid: &str,
) -> Result<Vec<RecordBatch>, ArchiveError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(snapshot.file(table, data)?)?;
    let column = builder.schema().index_of("meeting_uuid")?;
    let groups = builder.metadata().row_groups().iter().enumerate();
    let groups = groups.filter(|(_, group)| {
        let statistics = group.column(column).statistics();
        let bounds = statistics.and_then(|known| known.min_bytes_opt().zip(known.max_bytes_opt()));
        bounds
            .is_none_or(|(least, greatest)| least <= uuid.as_bytes() && uuid.as_bytes() <= greatest)
    });
    let groups = groups.map(|(place, _)| place).collect();
    Ok(builder.with_row_groups(groups).build()?.collect::<Result<_, _>>()?)
}

/// The days, as paths spell them, under which rows of a meeting may be kept; `None` for all.
fn days_of(meeting: &Meeting) -> Option<Range<String>> {
    let start = meeting.start?;
    let end = meeting.end.unwrap_or(start.saturating_add(2 * DAY));
    let day = |millis: i64| {
        let at = jiff::Timestamp::from_millisecond(millis).ok()?;
        Some(at.strftime("%F").to_string())
    };
    // The end is not included.
    Some(day(start.saturating_sub(DAY))?..day(end.saturating_add(2 * DAY))?)
}
