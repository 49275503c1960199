//! Files of kept texts: which rows are of which meeting, and the rows themselves, read without a query.

use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;
use std::sync::LazyLock;

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::metadata::{PageIndexPolicy, RowGroupMetaData};
use zqos_core::table::ZOOM_RAW;
use zqos_store::{DataFile, Snapshot};

use crate::cells::Texts;
use crate::error::ArchiveError;

/// Rows that are read together while a file is looked through.
const BATCH: usize = 65_536;

/// By what meetings are known, within one run of a program.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A number for a meeting of an account. Two may have the same: whoever finds rows by it looks at them.
pub(crate) fn hash(account: &str, uuid: &str) -> u64 {
    HASHES.hash_one((account, uuid))
}

/// Rows of one meeting, which follow one another: files are in the order of their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    meeting: u64,
    first: u32,
    count: u32,
}

/// A file of the table of texts, which never changes.
#[derive(Debug)]
pub(crate) struct TextFile {
    data: DataFile,
    /// The footer, with where each page begins.
    metadata: ArrowReaderMetadata,
    /// By meeting.
    runs: Vec<Run>,
    /// About how many bytes a text of it has.
    bytes_of_text: usize,
}

impl TextFile {
    /// Looks a file through.
    pub(crate) fn open(snapshot: &Snapshot, data: &DataFile) -> Result<Self, ArchiveError> {
        let file = snapshot.file(&ZOOM_RAW, data)?;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&file, options)?;
        let mut opened = Self {
            bytes_of_text: bytes_of_text(&metadata),
            data: data.clone(),
            metadata,
            runs: Vec::new(),
        };
        let builder = opened.builder(snapshot, &["account", "meeting_uuid"])?;
        let mut next = 0;
        let mut last: Option<(String, String, Run)> = None;
        for rows in builder.with_batch_size(BATCH).build()? {
            let rows = rows?;
            let accounts = Texts::new(&rows, "account")?;
            let uuids = Texts::new(&rows, "meeting_uuid")?;
            for row in 0..rows.num_rows() {
                let account = accounts.get(row).unwrap_or_default();
                let uuid = uuids.get(row).unwrap_or_default();
                match &mut last {
                    Some((of, known, run)) if known == uuid && of == account => run.count += 1,
                    last => {
                        let run = Run { meeting: hash(account, uuid), first: next, count: 1 };
                        let before = last.replace((account.to_owned(), uuid.to_owned(), run));
                        opened.runs.extend(before.map(|(.., run)| run));
                    }
                }
                next += 1;
            }
        }
        opened.runs.extend(last.map(|(.., run)| run));
        opened.runs.sort_unstable();
        opened.runs.shrink_to_fit();
        Ok(opened)
    }

    /// What the file is called below its table's folder.
    pub(crate) fn path(&self) -> &str {
        &self.data.path
    }

    /// The rows that may be of a meeting with this [`hash`].
    pub(crate) fn rows_of(&self, meeting: u64) -> impl Iterator<Item = Range<usize>> {
        let first = self.runs.partition_point(|run| run.meeting < meeting);
        let of_meeting = self.runs[first..].iter().take_while(move |run| run.meeting == meeting);
        of_meeting.map(|run| run.first as usize..run.first as usize + run.count as usize)
    }

    /// About how many bytes a text of the file has, at least one.
    pub(crate) const fn bytes_of_text(&self) -> usize {
        self.bytes_of_text
    }

    /// Some columns of some rows, which are in order and do not overlap.
    pub(crate) fn read(
        &self,
        snapshot: &Snapshot,
        columns: &[&str],
        rows: impl Iterator<Item = Range<usize>>,
    ) -> Result<Vec<RecordBatch>, ArchiveError> {
        let total = usize::try_from(self.data.rows).unwrap_or(usize::MAX);
        let selection = RowSelection::from_consecutive_ranges(rows, total);
        let batch = selection.row_count().clamp(1, BATCH);
        let builder = self.builder(snapshot, columns)?;
        let reader = builder.with_row_selection(selection).with_batch_size(batch).build()?;
        Ok(reader.collect::<Result<_, _>>()?)
    }

    fn builder(
        &self,
        snapshot: &Snapshot,
        columns: &[&str],
    ) -> Result<ParquetRecordBatchReaderBuilder<zqos_store::StoredFile>, ArchiveError> {
        let file = snapshot.file(&ZOOM_RAW, &self.data)?;
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let wanted = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        Ok(builder.with_projection(wanted))
    }
}

fn bytes_of_text(metadata: &ArrowReaderMetadata) -> usize {
    let groups = metadata.metadata().row_groups();
    let rows: i64 = groups.iter().map(RowGroupMetaData::num_rows).sum();
    let bytes: i64 = groups.iter().map(RowGroupMetaData::total_byte_size).sum();
    usize::try_from(bytes / rows.max(1)).unwrap_or(0).max(1)
}
