//! Tables of operation: what a store is made of.

use std::sync::Arc;

use arrow::array::{Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::TableReference;
use datafusion::datasource::{MemTable, TableProvider, TableType};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use zqos_store::Snapshot;

use crate::views::SYSTEM;

/// Registers the tables.
pub(crate) fn register(context: &SessionContext, snapshot: &Arc<Snapshot>) -> Result<()> {
    for which in [Which::Files, Which::Commits] {
        let table = Computed { which, schema: which.schema(), snapshot: Arc::clone(snapshot) };
        context.register_table(TableReference::partial(SYSTEM, which.name()), Arc::new(table))?;
    }
    Ok(())
}

/// A table of operation.
#[derive(Debug, Clone, Copy)]
enum Which {
    /// The files that make up the tables.
    Files,
    /// What changed the tables, as far back as their logs go.
    Commits,
}

impl Which {
    const fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Commits => "commits",
        }
    }

    fn schema(self) -> SchemaRef {
        let required = |name, kind| Field::new(name, kind, false);
        let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        Arc::new(Schema::new(match self {
            Self::Files => vec![
                required("table", DataType::Utf8),
                required("path", DataType::Utf8),
                required("day", DataType::Date32),
                required("size", DataType::Int64),
                required("rows", DataType::Int64),
                required("revision", DataType::Int64),
            ],
            Self::Commits => vec![
                required("table", DataType::Utf8),
                required("version", DataType::Int64),
                Field::new("timestamp", instant, true),
                Field::new("operation", DataType::Utf8, true),
                required("added", DataType::Int64),
                required("removed", DataType::Int64),
            ],
        }))
    }

    fn rows(self, snapshot: &Snapshot) -> Result<RecordBatch> {
        let batch = match self {
            Self::Files => files(self.schema(), snapshot)?,
            Self::Commits => {
                let commits = snapshot
                    .commits()
                    .map_err(|error| DataFusionError::External(Box::new(error)))?;
                let integers = |number: fn(&zqos_store::Commit) -> u64| {
                    Arc::new(Int64Array::from_iter_values(
                        commits.iter().map(|commit| integer(number(commit))),
                    ))
                };
                let timestamps =
                    commits.iter().map(|commit| commit.at.map(|at| at.unix_millis() * 1_000));
                RecordBatch::try_new(
                    self.schema(),
                    vec![
                        Arc::new(StringArray::from_iter_values(
                            commits.iter().map(|commit| commit.table.name),
                        )),
                        integers(|commit| commit.version),
                        Arc::new(
                            timestamps.collect::<TimestampMicrosecondArray>().with_timezone("UTC"),
                        ),
                        Arc::new(
                            commits
                                .iter()
                                .map(|commit| commit.operation.as_deref())
                                .collect::<StringArray>(),
                        ),
                        integers(|commit| commit.added),
                        integers(|commit| commit.removed),
                    ],
                )?
            }
        };
        Ok(batch)
    }
}

fn files(schema: SchemaRef, snapshot: &Snapshot) -> std::result::Result<RecordBatch, ArrowError> {
    let files: Vec<_> = snapshot
        .tables()
        .flat_map(|(table, _, files)| files.iter().map(move |file| (table, file)))
        .collect();
    let days = StringArray::from_iter_values(files.iter().map(|(_, file)| &file.day));
    let days = cast(&days, &DataType::Date32)?;
    let days = days.as_any().downcast_ref::<Date32Array>().expect("they were cast").clone();
    RecordBatch::try_new(
        schema,
        vec![
            Arc::new(StringArray::from_iter_values(files.iter().map(|(table, _)| table.name))),
            Arc::new(StringArray::from_iter_values(files.iter().map(|(_, file)| &file.path))),
            Arc::new(days),
            Arc::new(Int64Array::from_iter_values(
                files.iter().map(|(_, file)| integer(file.size)),
            )),
            Arc::new(Int64Array::from_iter_values(
                files.iter().map(|(_, file)| integer(file.rows)),
            )),
            Arc::new(Int64Array::from_iter_values(files.iter().map(|(_, file)| file.revision))),
        ],
    )
}

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A table that is computed when it is asked, so that nobody else waits for it.
#[derive(Debug)]
struct Computed {
    which: Which,
    schema: SchemaRef,
    snapshot: Arc<Snapshot>,
}

#[async_trait]
impl TableProvider for Computed {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (which, snapshot) = (self.which, Arc::clone(&self.snapshot));
        let rows = tokio::task::spawn_blocking(move || which.rows(&snapshot)).await;
        let rows = rows.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??;
        let table = MemTable::try_new(Arc::clone(&self.schema), vec![vec![rows]])?;
        table.scan(state, projection, filters, limit).await
    }
}
