//! Tables as Delta Lake has them: data files, and a log that names those that count.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use deltalake_core::kernel::transaction::{
    CommitBuilder, CommitConflictError, CommitProperties, TableReference, TransactionError,
};
use deltalake_core::kernel::{
    Action, Add, ArrayType, DataType, MetadataExt as _, PrimitiveType, StructField, Transaction,
};
use deltalake_core::logstore::{StorageConfig, default_logstore};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::table::state::DeltaTableState;
use deltalake_core::{DeltaTable, DeltaTableError};
use object_store::ObjectStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use serde::{Deserialize, Serialize};
use url::Url;
use zqos_core::table::{Column, DAY, Kind, REVISION, Table};

/// A file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// The path below the table's folder.
    pub path: String,
    /// The UTC day of its rows, as in `2026-11-16`.
    pub day: String,
    /// Bytes.
    pub size: u64,
    /// How many rows there are.
    pub rows: u64,
    /// The highest revision of a row.
    pub revision: i64,
}

/// What the log says of the rows of a file, in Delta's words.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Statistics {
    num_records: u64,
    max_values: MaxValues,
}

/// No column but this one, so that nothing personal comes into the log.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct MaxValues {
    revision: i64,
}

/// What changes with one commit.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) added: Vec<DataFile>,
    /// Files whose rows stand in files that are added, or are to be gone.
    pub(crate) removed: Vec<DataFile>,
    /// Who commits, and up to which number of his: see [`TableLog::committed`].
    pub(crate) progress: Option<(String, u64)>,
    pub(crate) cause: Cause,
}

/// Why a table changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Rows came.
    #[default]
    Arrival,
    /// The same rows are written anew.
    Rewriting,
    /// Rows go.
    Removal,
}

/// The log of a table: the files that make it up, version by version.
#[async_trait]
pub(crate) trait TableLog: std::fmt::Debug + Send + Sync {
    /// Reads what others have committed since.
    async fn refresh(&mut self) -> Result<(), DeltaTableError>;

    /// The version that [`files`](Self::files) tells of.
    fn version(&self) -> u64;

    /// The files of the version, by day.
    fn files(&self) -> Result<Vec<DataFile>, DeltaTableError>;

    /// Up to which number somebody has committed; 0 when he has not.
    async fn committed(&self, who: &str) -> Result<u64, DeltaTableError>;

    /// Commits a change: all of it or nothing, whoever else commits at the same time.
    ///
    /// **Errors**: then it may be there all the same, the answer being lost.
    async fn commit(&mut self, change: Change) -> Result<(), DeltaTableError>;

    /// The last [fence](Self::set_fence), as far as it was read.
    fn fence(&self) -> Fence;

    /// Commits a fence: no commit succeeds any more that was begun by what the table was before, but fails
    /// as [`is_overtaken`] tells. False when there is one of a later epoch.
    async fn set_fence(&mut self, epoch: u64) -> Result<bool, DeltaTableError>;
}

/// Which of the changes of a table's metadata this is that nothing but that is changed by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fence {
    /// Whose it is: later ones have a higher number.
    pub(crate) epoch: u64,
    /// How many of his there were before.
    count: u64,
}

/// True when a commit failed because of a fence that was set, or rows that were removed, since the table
/// was read.
pub(crate) const fn is_overtaken(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::Transaction {
            source: TransactionError::CommitConflict(
                CommitConflictError::MetadataChanged | CommitConflictError::ConcurrentDeleteRead
            )
        }
    )
}

/// What a table's metadata has the number of a fence under.
const FENCE: &str = "zqos.fence";
/// How often somebody else's commit may come before a fence.
const FENCE_TRIES: u32 = 16;

/// After so many commits the log is summed up in a checkpoint, from which opening a table begins.
const CHECKPOINT_INTERVAL: &str = "20";
/// How long the log keeps what a checkpoint has summed up.
const LOG_RETENTION: &str = "interval 7 days";

/// A table that delta-rs keeps the log of.
#[derive(Debug)]
pub(crate) struct DeltaLog {
    table: DeltaTable,
}

impl DeltaLog {
    /// A table of a store, which may not be there.
    fn at(objects: Arc<dyn ObjectStore>, spec: &Table) -> DeltaTable {
        let path = Path::from(format!("tables/{}", spec.name));
        let url = Url::parse(&format!("zqos-store:///{path}/")).expect("names of tables are plain");
        let below = Arc::new(PrefixStore::new(Arc::clone(&objects), path));
        DeltaTable::new(default_logstore(below, objects, &url, &StorageConfig::default()))
    }

    /// Opens a table of a store for reading; `None` when it is not there.
    pub(crate) async fn load(
        objects: Arc<dyn ObjectStore>,
        spec: &Table,
    ) -> Result<Option<Self>, DeltaTableError> {
        let mut table = Self::at(objects, spec);
        // Whether it is there is looked for only when it can't be read: most are.
        if table.load().await.is_err() {
            if !table.verify_deltatable_existence().await? {
                return Ok(None);
            }
            table.load().await?;
        }
        Ok(Some(Self { table }))
    }

    /// Opens a table of a store, and makes it if it is not there.
    pub(crate) async fn open(
        objects: Arc<dyn ObjectStore>,
        spec: &Table,
    ) -> Result<Self, DeltaTableError> {
        if let Some(table) = Self::load(Arc::clone(&objects), spec).await? {
            return Ok(table);
        }
        let mut table = Self::at(objects, spec);
        let fields = spec.columns.iter().chain([&REVISION, &DAY]).map(field);
        let created = CreateBuilder::new()
            .with_log_store(table.log_store())
            .with_save_mode(SaveMode::ErrorIfExists)
            .with_table_name(spec.name)
            .with_columns(fields)
            .with_partition_columns([DAY.name])
            .with_configuration([
                ("delta.checkpointInterval", Some(CHECKPOINT_INTERVAL)),
                ("delta.logRetentionDuration", Some(LOG_RETENTION)),
                // Other writers are not to gather statistics of what is personal.
                ("delta.dataSkippingNumIndexedCols", Some("0")),
            ])
            // Else whoever comes second would change the table that the first has made.
            .with_commit_properties(CommitProperties::default().with_max_retries(0))
            .await;
        // Another process may have made it just now; then it is opened.
        if created.is_err() && !table.verify_deltatable_existence().await? {
            return Err(created.expect_err("it failed"));
        }
        table.load().await?;
        Ok(Self { table })
    }

    /// True when a change is in the log that was read last.
    pub(crate) async fn has(&self, mark: &Mark) -> Result<bool, DeltaTableError> {
        let files = || self.files().map(|files| files.into_iter().map(|file| file.path));
        Ok(match mark {
            Mark::Progress(who, number) => self.committed(who).await? >= *number,
            Mark::Added(path) => files()?.any(|known| known == *path),
            Mark::Removed(path) => !files()?.any(|known| known == *path),
            Mark::Nothing => false,
        })
    }
}

/// By what a change is known in a log.
#[derive(Debug)]
pub(crate) enum Mark {
    Progress(String, u64),
    /// Nobody else adds a file with this name.
    Added(String),
    /// Nobody else removes a file.
    Removed(String),
    Nothing,
}

impl Mark {
    pub(crate) fn of(change: &Change) -> Self {
        let path = |files: &[DataFile]| files.first().map(|file| file.path.clone());
        change
            .progress
            .as_ref()
            .map(|(who, number)| Self::Progress(who.clone(), *number))
            .or_else(|| path(&change.added).map(Self::Added))
            .or_else(|| path(&change.removed).map(Self::Removed))
            .unwrap_or(Self::Nothing)
    }
}

/// A column as Delta knows it.
fn field(column: &Column) -> StructField {
    let primitive = |kind| DataType::Primitive(kind);
    let kind = match column.kind {
        Kind::Text | Kind::Term => primitive(PrimitiveType::String),
        Kind::Texts => ArrayType::new(primitive(PrimitiveType::String), true).into(),
        Kind::Integer => primitive(PrimitiveType::Long),
        Kind::Number => primitive(PrimitiveType::Double),
        Kind::Instant => primitive(PrimitiveType::Timestamp),
        Kind::Day => primitive(PrimitiveType::Date),
    };
    StructField::new(column.name, kind, !column.is_required)
}

#[async_trait]
impl TableLog for DeltaLog {
    async fn refresh(&mut self) -> Result<(), DeltaTableError> {
        self.table.update_state().await
    }

    fn version(&self) -> u64 {
        self.table.version().unwrap_or(0)
    }

    fn files(&self) -> Result<Vec<DataFile>, DeltaTableError> {
        let snapshot = self.table.snapshot()?.log_data();
        let files = snapshot.iter().map(|file| {
            let mut days = file.partition_values_map();
            let statistics = file.stats().and_then(|text| serde_json::from_str(&text).ok());
            let Statistics { num_records, max_values } = statistics.unwrap_or_default();
            DataFile {
                path: file.path().into_owned(),
                day: days.remove(DAY.name).flatten().unwrap_or_default(),
                size: u64::try_from(file.size()).unwrap_or(0),
                rows: num_records,
                revision: max_values.revision,
            }
        });
        let mut files: Vec<DataFile> = files.collect();
        files.sort_unstable_by(|one, other| (&one.day, &one.path).cmp(&(&other.day, &other.path)));
        Ok(files)
    }

    async fn committed(&self, who: &str) -> Result<u64, DeltaTableError> {
        let log = self.table.log_store();
        let number = self.table.snapshot()?.transaction_version(&*log, who).await?;
        Ok(number.and_then(|number| number.try_into().ok()).unwrap_or(0))
    }

    async fn commit(&mut self, change: Change) -> Result<(), DeltaTableError> {
        let Change { added, removed, progress, cause } = change;
        let changes_rows = cause != Cause::Rewriting;
        let mut properties = CommitProperties::default();
        if let Some((who, number)) = progress {
            let number = i64::try_from(number).expect("nobody commits that often");
            properties = properties.with_application_transaction(Transaction::new(who, number));
        }
        let mut actions: Vec<Action> =
            added.into_iter().map(|file| Action::Add(add(file, changes_rows))).collect();
        if !removed.is_empty() {
            let snapshot = self.table.snapshot()?;
            for file in snapshot.log_data().iter() {
                if removed.iter().any(|gone| gone.path == file.path()) {
                    actions.push(Action::Remove(file.remove_action(changes_rows)));
                }
            }
        }
        let operation = match cause {
            Cause::Arrival => DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: Some(vec![DAY.name.to_owned()]),
                predicate: None,
            },
            Cause::Rewriting => DeltaOperation::Optimize { predicate: None, target_size: 0 },
            // Whose rows go must not stand there.
            Cause::Removal => DeltaOperation::Delete { predicate: None },
        };
        let snapshot = self.table.snapshot()?;
        let table: &dyn TableReference = snapshot;
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(table), self.table.log_store(), operation)
            .await?;
        self.table.state = Some(committed.snapshot());
        Ok(())
    }

    fn fence(&self) -> Fence {
        let metadata = self.table.snapshot().ok().map(DeltaTableState::metadata);
        let text = metadata.and_then(|metadata| metadata.configuration().get(FENCE));
        let fence = text.and_then(|text| {
            let (epoch, count) = text.split_once('-')?;
            Some(Fence { epoch: epoch.parse().ok()?, count: count.parse().ok()? })
        });
        fence.unwrap_or_default()
    }

    async fn set_fence(&mut self, epoch: u64) -> Result<bool, DeltaTableError> {
        let mut tries = 0;
        loop {
            self.refresh().await?;
            let last = self.fence();
            if last.epoch > epoch {
                return Ok(false);
            }
            let count = if last.epoch == epoch { last.count + 1 } else { 0 };
            let fence = format!("{epoch}-{count}");
            let metadata = self.table.snapshot()?.metadata().clone();
            let metadata = metadata.add_config_key(FENCE.to_owned(), fence.clone())?;
            let properties = HashMap::from([(FENCE.to_owned(), fence)]);
            let table: &dyn TableReference = self.table.snapshot()?;
            let committed = CommitBuilder::default()
                .with_actions(vec![Action::Metadata(metadata)])
                .build(
                    Some(table),
                    self.table.log_store(),
                    DeltaOperation::SetTableProperties { properties },
                )
                .await;
            match committed {
                Ok(committed) => {
                    self.table.state = Some(committed.snapshot());
                    return Ok(true);
                }
                Err(error) if tries == FENCE_TRIES => return Err(error),
                // Another one was set; or this one, and the answer was lost.
                Err(_) => tries += 1,
            }
        }
    }
}

fn add(file: DataFile, changes_rows: bool) -> Add {
    let max_values = MaxValues { revision: file.revision };
    let statistics = serde_json::to_string(&Statistics { num_records: file.rows, max_values })
        .expect("numbers are JSON");
    Add {
        path: file.path,
        partition_values: HashMap::from([(DAY.name.to_owned(), Some(file.day))]),
        size: i64::try_from(file.size).expect("files are small"),
        // Nobody reads it, and a clock that is wrong must not lead anybody astray.
        modification_time: 0,
        data_change: changes_rows,
        stats: Some(statistics),
        ..Add::default()
    }
}
