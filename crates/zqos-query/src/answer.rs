//! The rows that a query finds, as they come.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::{Stream, StreamExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::archive::QueryError;
use crate::engine::Engine;

/// How many batches may wait for a reader that is slow.
const WAITING: usize = 2;

/// The rows that a query finds.
pub struct Answer {
    schema: SchemaRef,
    rows: mpsc::Receiver<Result<RecordBatch, QueryError>>,
    task: Task,
    deadline: Option<(Pin<Box<Sleep>>, Duration)>,
    has_ended: bool,
}

/// A query that runs until nobody wants it.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Answer {
    /// Starts a query.
    pub(crate) async fn start(
        engine: &Engine,
        time: Option<Duration>,
        plan: impl Future<Output = Result<SendableRecordBatchStream, QueryError>> + Send + 'static,
    ) -> Result<Self, QueryError> {
        let (planned, is_planned) = oneshot::channel();
        let (sender, rows) = mpsc::channel(WAITING);
        let task = Task(engine.handle().spawn(async move {
            let mut found = match plan.await {
                Ok(found) => found,
                Err(error) => return drop(planned.send(Err(error))),
            };
            if planned.send(Ok(found.schema())).is_err() {
                return;
            }
            while let Some(batch) = found.next().await {
                let is_last = batch.is_err();
                // A reader that has left needs no more.
                if sender.send(batch.map_err(QueryError::from)).await.is_err() || is_last {
                    return;
                }
            }
        }));
        let deadline = time.map(|time| (Instant::now() + time, time));
        let is_planned = match deadline {
            Some((deadline, time)) => tokio::time::timeout_at(deadline, is_planned)
                .await
                .map_err(|_| QueryError::Timeout(time))?,
            None => is_planned.await,
        };
        let Ok(schema) = is_planned else { return Err(task.failure().await) };
        let deadline = deadline.map(|(deadline, time)| (Box::pin(sleep_until(deadline)), time));
        Ok(Self { schema: schema?, rows, task, deadline, has_ended: false })
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }
}

impl Task {
    /// Why it ended without an answer.
    async fn failure(mut self) -> QueryError {
        match (&mut self.0).await {
            Err(error) => failed(error),
            Ok(()) => unreachable!("whoever ends in order has answered"),
        }
    }
}

pub(crate) fn failed(error: tokio::task::JoinError) -> QueryError {
    QueryError::Failed(DataFusionError::ExecutionJoin(Box::new(error)))
}

impl Stream for Answer {
    type Item = Result<RecordBatch, QueryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if let Some((deadline, time)) = &mut self.deadline
            && deadline.as_mut().poll(context).is_ready()
        {
            let time = *time;
            self.has_ended = true;
            return Poll::Ready(Some(Err(QueryError::Timeout(time))));
        }
        if let Some(rows) = ready!(self.rows.poll_recv(context)) {
            self.has_ended = rows.is_err();
            return Poll::Ready(Some(rows));
        }
        // Rows that end because the query has died are not all of them.
        let ended = ready!(Pin::new(&mut self.task.0).poll(context));
        self.has_ended = true;
        Poll::Ready(ended.err().map(|error| Err(failed(error))))
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("schema", &self.schema).finish_non_exhaustive()
    }
}
