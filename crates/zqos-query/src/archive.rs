//! The tables of a store, open for queries.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::catalog::MemorySchemaProvider;
use datafusion::common::TableReference;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use futures::{Stream, StreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::{ObjectMeta, ObjectStore};
use url::Url;
use zqos_core::table::{Column, DAY, Kind, Latest, REVISION, TABLES, Table};
use zqos_store::{Location, Snapshot, StoreError};

use crate::pinned::PinnedFiles;
use crate::wrong::WrongQuery;

/// Where the rows of every revision are; the tables that people ask are views of them.
const STORED: &str = "stored";

/// What a query can't do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The store can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The query is wrong, or is no query.
    #[error(transparent)]
    Wrong(#[from] WrongQuery),
    /// It can't be run, or ran into something.
    #[error("the query failed")]
    Failed(#[from] DataFusionError),
    /// It took too long.
    #[error("the query was stopped after {} s; ask for less, or give it longer", .0.as_secs())]
    Timeout(Duration),
}

/// What queries may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory of all queries of an archive together, in bytes; what does not fit is spilt to disk.
    pub memory: usize,
    /// How long a query may take; `None` for as long as it likes.
    pub time: Option<Duration>,
}

impl Default for Limits {
    /// 1 GiB, and no end.
    fn default() -> Self {
        Self { memory: 1 << 30, time: None }
    }
}

/// What queries may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The tables alone: for servers.
    Tables,
    /// Files too, by their path as a table's name: for people on their own machine.
    Files,
}

/// One version of the tables of a store.
pub struct Archive {
    context: SessionContext,
    limits: Limits,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens the store at a place; without one there are files alone.
    ///
    /// **Errors**: [`QueryError::Store`].
    pub async fn open(
        at: Option<Location>,
        limits: Limits,
        reach: Reach,
    ) -> Result<Self, QueryError> {
        let config = SessionConfig::new()
            .with_information_schema(true)
            .with_default_catalog_and_schema("zqos", "public")
            .set_str("datafusion.execution.time_zone", "UTC")
            .set_bool("datafusion.sql_parser.collect_spans", true)
            .set_bool("datafusion.execution.parquet.pushdown_filters", true);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
            .build_arc()?;
        let mut context = SessionContext::new_with_config_rt(config, runtime);
        if let Some(at) = at {
            register(&context, at).await?;
        }
        if reach == Reach::Files {
            context = context.enable_url_table();
        }
        Ok(Self { context, limits })
    }

    /// Runs a query. Its rows come as they are found; who drops the answer stops it.
    ///
    /// **Errors**: [`QueryError::Wrong`] for what is wrong, or no query.
    pub async fn query(&self, sql: &str) -> Result<Answer, QueryError> {
        let read_only = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let limit = self.limits.time.map(|time| (tokio::time::Instant::now() + time, time));
        let planned = async {
            let frame = self.context.sql_with_options(sql, read_only).await;
            let frame = frame.map_err(|error| WrongQuery::new(sql, &error))?;
            Ok::<_, QueryError>(frame.execute_stream().await?)
        };
        let rows = match limit {
            Some((deadline, time)) => tokio::time::timeout_at(deadline, planned)
                .await
                .map_err(|_| QueryError::Timeout(time))??,
            None => planned.await?,
        };
        let deadline =
            limit.map(|(deadline, time)| (Box::pin(tokio::time::sleep_until(deadline)), time));
        Ok(Answer { rows, deadline })
    }
}

/// The rows that a query finds.
pub struct Answer {
    rows: SendableRecordBatchStream,
    deadline: Option<(Pin<Box<tokio::time::Sleep>>, Duration)>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("schema", &self.rows.schema()).finish_non_exhaustive()
    }
}

impl Answer {
    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }
}

impl Stream for Answer {
    type Item = Result<RecordBatch, QueryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some((deadline, time)) = &mut self.deadline
            && deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Some(Err(QueryError::Timeout(*time))));
        }
        self.rows.poll_next_unpin(context).map_err(QueryError::from)
    }
}

/// Registers the tables of a store.
async fn register(context: &SessionContext, at: Location) -> Result<(), QueryError> {
    let snapshot = Snapshot::open(at.clone()).await?;
    let store: Arc<dyn ObjectStore> = match at {
        Location::Folder(folder) => {
            Arc::new(LocalFileSystem::new_with_prefix(folder).map_err(DataFusionError::from)?)
        }
        _ => snapshot.objects(),
    };
    let files = snapshot.tables().flat_map(|(table, _, files)| {
        files.iter().map(|file| ObjectMeta {
            location: format!("tables/{}/{}", table.name, file.path).into(),
            // Files never change once they are named.
            last_modified: std::time::UNIX_EPOCH.into(),
            size: file.size,
            e_tag: None,
            version: None,
        })
    });
    let url = Url::parse("zqos://store/").expect("a URL");
    let pinned = PinnedFiles::new(store, files.collect());
    context.register_object_store(&url, Arc::new(pinned));
    let catalog = context.catalog("zqos").expect("the default catalog");
    catalog.register_schema(STORED, Arc::new(MemorySchemaProvider::new()))?;
    for table in TABLES {
        let at = ListingTableUrl::parse(format!("zqos://store/tables/{}/", table.name))?;
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
            .with_table_partition_cols(vec![(DAY.name.to_owned(), DataType::Date32)]);
        let config =
            ListingTableConfig::new(at).with_listing_options(options).with_schema(schema(table));
        let rows = Arc::new(ListingTable::try_new(config)?);
        context.register_table(TableReference::partial(STORED, table.name), rows)?;
        context.sql(&view(table)).await?;
    }
    context.sql(JOINED_SAMPLES).await?;
    Ok(())
}

/// The view that people ask: one row of each key.
fn view(table: &Table) -> String {
    let (name, key, revision) = (table.name, table.key.join(", "), REVISION.name);
    let columns = table.columns.iter().map(|column| column.name);
    match table.latest {
        Latest::Row => {
            let columns = columns.collect::<Vec<_>>().join(", ");
            format!(
                "CREATE VIEW {name} AS SELECT {columns} FROM (\
                   SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {revision} DESC) AS place \
                   FROM {STORED}.{name}\
                 ) WHERE place = 1"
            )
        }
        Latest::Values => {
            let latest = columns.map(|column| {
                if table.key.contains(&column) {
                    return column.to_owned();
                }
                format!(
                    "first_value({column} ORDER BY {revision} DESC) \
                       FILTER (WHERE {column} IS NOT NULL) AS {column}"
                )
            });
            let latest = latest.collect::<Vec<_>>().join(", ");
            format!("CREATE VIEW {name} AS SELECT {latest} FROM {STORED}.{name} GROUP BY {key}")
        }
    }
}

/// Stream samples with what is known of their participant and their meeting.
const JOINED_SAMPLES: &str = "CREATE VIEW joined_samples AS \
    SELECT s.*, \
      p.participant_uuid, p.join_time, p.person_id, p.user_name, p.email, p.leave_time, \
      p.leave_reason, p.ip_address, p.internal_ip_addresses, p.location, p.network_type, \
      p.connection_type, p.video_connection_type, p.share_connection_type, p.data_center, p.device, \
      p.os, p.client, p.version, p.microphone, p.speaker, p.camera, p.health, \
      m.meeting_id, m.kind, m.topic, m.host, m.host_email, m.dept, m.start_time, m.end_time, \
      m.participant_count \
    FROM stream_samples s \
    LEFT JOIN participants p \
      ON s.account = p.account AND s.meeting_uuid = p.meeting_uuid AND s.user_id = p.user_id \
    LEFT JOIN meetings m ON s.account = m.account AND s.meeting_uuid = m.meeting_uuid";

/// The columns of a table's files; the day stands in their path.
fn schema(table: &Table) -> SchemaRef {
    let columns = table.columns.iter().chain([&REVISION]);
    Arc::new(Schema::new(columns.map(field).collect::<Vec<_>>()))
}

fn field(column: &Column) -> Field {
    let kind = match column.kind {
        Kind::Text | Kind::Term => DataType::Utf8View,
        Kind::Texts => DataType::List(Arc::new(Field::new("element", DataType::Utf8View, true))),
        Kind::Integer => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Day => DataType::Date32,
    };
    Field::new(column.name, kind, !column.is_required)
}
