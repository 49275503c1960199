//! What is made of all rows of a query, on all threads of the archive at once.

use std::future::Future;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt as _;
use tokio::task::JoinSet;

use crate::answer::failed;
use crate::archive::QueryError;
use crate::engine::Engine;

/// Runs a plan, whose rows come in parts, and makes something of each part: `take` is told its rows as they come.
///
/// The parts are in no order, and which rows are in one is nobody's business. Who drops the future stops the query.
pub(crate) async fn fold<T: Send + 'static>(
    engine: &Engine,
    time: Option<Duration>,
    plan: impl Future<Output = Result<Vec<SendableRecordBatchStream>, QueryError>> + Send + 'static,
    empty: impl Fn() -> T + Send + Sync,
    take: impl Fn(&mut T, &RecordBatch) -> Result<(), ArrowError> + Clone + Send + Sync + 'static,
) -> Result<Vec<T>, QueryError> {
    let run = async {
        // Tasks of a set end with it.
        let mut planning = JoinSet::new();
        planning.spawn_on(plan, engine.handle());
        let parts = planning.join_next().await.expect("it has one task").map_err(failed)??;
        let mut running = JoinSet::new();
        for mut rows in parts {
            let (mut made, take) = (empty(), take.clone());
            let part = async move {
                while let Some(batch) = rows.next().await {
                    take(&mut made, &batch?).map_err(|error| QueryError::Failed(error.into()))?;
                }
                Ok::<_, QueryError>(made)
            };
            running.spawn_on(part, engine.handle());
        }
        let mut all = Vec::with_capacity(running.len());
        while let Some(made) = running.join_next().await {
            all.push(made.map_err(failed)??);
        }
        Ok(all)
    };
    match time {
        None => run.await,
        Some(time) => {
            tokio::time::timeout(time, run).await.map_err(|_| QueryError::Timeout(time))?
        }
    }
}
