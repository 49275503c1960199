//! The tables of a store, open for queries.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use zqos_core::Timestamp;
use zqos_core::table::TABLES;
use zqos_quality::Judge;
use zqos_store::{Location, Snapshot, StoreError};

use crate::answer::{self, Answer};
use crate::engine::Engine;
use crate::memory::SharedMemory;
use crate::spill::SpillFolder;
use crate::wrong::WrongQuery;
use crate::{days, depth, functions, named, ndjson, parts, rollup, system, truncate, views};

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
    /// There are no threads to run it, or no folder for what does not fit into memory.
    #[error("queries can't be run here: neither without threads nor without temporary files")]
    Engine(#[source] io::Error),
}

impl QueryError {
    /// The query needs more memory than it may have, beside what can be spilt.
    pub fn is_out_of_memory(&self) -> bool {
        let Self::Failed(error) = self else { return false };
        matches!(error.find_root(), DataFusionError::ResourcesExhausted(_))
    }

    /// What a query can't do with the rows that it found, such as a division by zero; `None` where it failed for
    /// another reason.
    pub fn of_rows(&self) -> Option<String> {
        let Self::Failed(error) = self else { return None };
        match error.find_root() {
            DataFusionError::Execution(text) => Some(text.clone()),
            DataFusionError::ArrowError(error, _) => match **error {
                ArrowError::CastError(_)
                | ArrowError::ParseError(_)
                | ArrowError::ComputeError(_)
                | ArrowError::DivideByZero
                | ArrowError::ArithmeticOverflow(_)
                | ArrowError::InvalidArgumentError(_) => Some(error.to_string()),
                _ => None,
            },
            _ => None,
        }
    }
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// The tables alone: for servers.
    #[default]
    Tables,
    /// Files too, by their path as a table's name: for people on their own machine.
    Files,
}

/// Finds the site of somebody with these addresses, the public one and the private ones; `None` where
/// nobody knows.
pub type SiteOf = Arc<dyn Fn(Option<&str>, &[&str]) -> Option<String> + Send + Sync>;

/// How queries are run, and what they are answered by beside the tables.
#[derive(Clone, Default)]
pub struct Settings {
    /// What queries may use.
    pub limits: Limits,
    /// What they may read.
    pub reach: Reach,
    /// How the minutes of `audio_minutes` are judged.
    pub judge: Judge,
    /// What `site_of` answers; without it whoever calls that is told that there is no site map.
    pub sites: Option<SiteOf>,
    /// Nobody but this program asks, nothing that is nested: its threads take less room.
    pub our_own: bool,
    /// The accounts of which rows can be seen; all if `None`. Whoever is bound is told nothing of what the store is
    /// made of either: neither files and commits nor how a query is run, for in these are all accounts.
    pub accounts: Option<Vec<String>>,
    /// All threads start at once and stay, so that from then on what a query takes can be limited from outside.
    pub hold_threads: bool,
}

impl From<Limits> for Settings {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { limits, reach, judge, sites, our_own, accounts, hold_threads } = self;
        f.debug_struct("Settings")
            .field("limits", limits)
            .field("reach", reach)
            .field("judge", judge)
            .field("has_sites", &sites.is_some())
            .field("our_own", our_own)
            .field("accounts", accounts)
            .field("hold_threads", hold_threads)
            .finish()
    }
}

/// Why nobody who is bound to accounts is told how a query is run.
const NO_PLANS: &str =
    "`EXPLAIN` tells of files in which all accounts are, and can't be asked here";

/// One version of the tables of a store, or of some of them.
pub struct Archive {
    context: SessionContext,
    limits: Limits,
    engine: Engine,
    /// `None` where there are files alone.
    snapshot: Option<Arc<Snapshot>>,
    /// Some accounts can be seen, and not all.
    is_bound: bool,
    _spill: SpillFolder,
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
        settings: impl Into<Settings>,
    ) -> Result<Self, QueryError> {
        Self::open_tables(at, settings.into(), None).await
    }

    /// Opens what one query reads, which takes less time. Another one may find that there are no such
    /// tables.
    ///
    /// **Errors**: [`QueryError::Store`]. What is wrong with the query is told when it is run.
    pub async fn open_for(
        sql: &str,
        at: Option<Location>,
        settings: impl Into<Settings>,
    ) -> Result<Self, QueryError> {
        Self::open_tables(at, settings.into(), Some(sql)).await
    }

    async fn open_tables(
        at: Option<Location>,
        settings: Settings,
        sql: Option<&str>,
    ) -> Result<Self, QueryError> {
        let Settings { limits, reach, judge, sites, our_own, accounts, hold_threads } = settings;
        // Set aside for merging what was spilt, by each part of a sort: of a small pool a small share.
        let for_merging = (limits.memory / 16).min(10 << 20);
        // Some dozens of batches must fit.
        let batch_rows = (limits.memory >> 14).clamp(512, 8_192);
        let config = SessionConfig::new()
            .with_sort_spill_reservation_bytes(for_merging)
            .with_batch_size(batch_rows)
            .with_information_schema(true)
            .with_default_catalog_and_schema(views::CATALOG, views::PUBLIC)
            .set_str("datafusion.execution.time_zone", "UTC")
            .set_bool("datafusion.sql_parser.collect_spans", true)
            .set_str("datafusion.sql_parser.recursion_limit", depth::PARSER_LEVELS)
            .set_bool("datafusion.execution.parquet.pushdown_filters", true)
            // It would judge a minute of `audio_minutes` once for each column that is taken of the verdict.
            .set_bool("datafusion.optimizer.enable_leaf_expression_pushdown", false);
        let spill = SpillFolder::create().map_err(QueryError::Engine)?;
        let disk = DiskManagerMode::Directories(vec![spill.path().to_owned()]);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(SharedMemory::new(limits.memory)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(disk))
            // Lists are in memory anyway, and would be kept by their path alone: those of one place
            // would be taken for another's.
            .with_object_list_cache_limit(0)
            .build_arc()?;
        let mut context = SessionContext::new_with_config_rt(config, runtime);
        let engine = Engine::start(our_own, hold_threads).map_err(QueryError::Engine)?;
        let tables = match sql {
            Some(sql) => {
                let (context, sql) = (context.clone(), sql.to_owned());
                let tables = engine.handle().spawn(async move { named::tables(&context, &sql) });
                tables.await.map_err(answer::failed)?
            }
            None => TABLES.to_vec(),
        };
        let snapshot = match &at {
            Some(at) => Some(Arc::new(Snapshot::open_tables(at.clone(), &tables).await?)),
            None => None,
        };
        functions::register(&context, judge, sites);
        if let (Some(at), Some(snapshot)) = (&at, &snapshot) {
            views::register(&context, at, snapshot, accounts.as_deref()).await?;
            if accounts.is_none() {
                system::register(&context, snapshot)?;
            }
        }
        rollup::register(&context);
        truncate::register(&context);
        if reach == Reach::Files {
            ndjson::register(&context)?;
            context = context.enable_url_table();
        }
        let is_bound = accounts.is_some();
        Ok(Self { context, limits, engine, snapshot, is_bound, _spill: spill })
    }

    /// The version of the store's tables; `None` where there are files alone.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    /// What stands for all rows of the UTC days of a range: another number once one of them came, changed or went;
    /// 0 where there are files alone.
    ///
    /// It means something as long as this process runs.
    pub fn mark(&self, range: &Range<Timestamp>) -> u64 {
        self.snapshot.as_deref().map_or(0, |snapshot| days::mark(snapshot, range))
    }

    /// Runs a query on threads of the archive. Its rows come as they are found; who drops the answer stops
    /// it.
    ///
    /// **Errors**: [`QueryError::Wrong`] for what is wrong, or no query, or too much of one.
    pub async fn query(&self, sql: &str) -> Result<Answer, QueryError> {
        let frame = self.frame(sql);
        let plan = async move { Ok(frame.await?.execute_stream().await?) };
        Answer::start(&self.engine, self.limits.time, plan).await
    }

    /// Runs a query, and makes something of each part of its rows, as [`parts::fold`] has it.
    ///
    /// **Errors**: those of [`Archive::query`], and what `take` finds.
    pub(crate) async fn fold<T: Send + 'static>(
        &self,
        sql: &str,
        start: impl FnMut() -> T + Send,
        take: impl Fn(&mut T, &RecordBatch) -> Result<(), ArrowError> + Clone + Send + Sync + 'static,
    ) -> Result<Vec<T>, QueryError> {
        let frame = self.frame(sql);
        let plan = async move { Ok(frame.await?.execute_stream_partitioned().await?) };
        parts::fold(&self.engine, self.limits.time, plan, start, take).await
    }

    /// What a query asks for, which only reads.
    fn frame(
        &self,
        sql: &str,
    ) -> impl Future<Output = Result<DataFrame, QueryError>> + Send + 'static {
        let (context, sql, is_bound) = (self.context.clone(), sql.to_owned(), self.is_bound);
        async move {
            depth::check(&sql)?;
            let read_only = SQLOptions::new()
                .with_allow_ddl(false)
                .with_allow_dml(false)
                .with_allow_statements(false);
            let frame = context.sql_with_options(&sql, read_only).await;
            let frame = frame.map_err(|error| WrongQuery::new(&sql, &error))?;
            let plan = frame.logical_plan();
            if is_bound && matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_)) {
                return Err(WrongQuery::of_all(NO_PLANS.to_owned()).into());
            }
            Ok(frame)
        }
    }
}
