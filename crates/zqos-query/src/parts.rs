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
/// `start` makes what there is of each part at first, one after the other. Which rows are in a part is nobody's
/// business. Who drops the future stops the query.
pub(crate) async fn fold<T: Send + 'static>(
    engine: &Engine,
    time: Option<Duration>,
    plan: impl Future<Output = Result<Vec<SendableRecordBatchStream>, QueryError>> + Send + 'static,
    mut start: impl FnMut() -> T + Send,
    take: impl Fn(&mut T, &RecordBatch) -> Result<(), ArrowError> + Clone + Send + Sync + 'static,
) -> Result<Vec<T>, QueryError> {
    let run = async {
        // Tasks of a set end with it.
        let mut planning = JoinSet::new();
        planning.spawn_on(plan, engine.handle());
        let parts = planning.join_next().await.expect("it has one task").map_err(failed)??;
        let mut running = JoinSet::new();
        for (place, mut rows) in parts.into_iter().enumerate() {
            let (mut made, take) = (start(), take.clone());
            let part = async move {
                while let Some(batch) = rows.next().await {
                    take(&mut made, &batch?).map_err(|error| QueryError::Failed(error.into()))?;
                }
                Ok::<_, QueryError>((place, made))
            };
            running.spawn_on(part, engine.handle());
        }
        let mut all = Vec::with_capacity(running.len());
        while let Some(made) = running.join_next().await {
            all.push(made.map_err(failed)??);
        }
        all.sort_unstable_by_key(|(place, _)| *place);
        Ok(all.into_iter().map(|(_, made)| made).collect())
    };
    match time {
        None => run.await,
        Some(time) => {
            tokio::time::timeout(time, run).await.map_err(|_| QueryError::Timeout(time))?
        }
    }
}
