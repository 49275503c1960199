//! Rows of some accounts alone: the only way to a table, for whoever may not see the others.
//!
//! Rows of other accounts are left out below everything that a query says, so that it can't even tell by an error
//! or a figure of the plan that they exist: what is above gets them from a stream, into which the engine moves
//! nothing. Conditions that can't fail on any row are taken along to where rows are read, as they only make it
//! read less.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::datasource::{TableProvider, TableType, provider_as_source};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{
    Expr, LogicalPlanBuilder, Operator, TableProviderFilterPushDown, ident, lit,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::execution_plan::{execute_stream, reset_plan_states};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use futures::{StreamExt as _, stream};

/// The column by which rows belong to an account. Every table has it.
pub(crate) const ACCOUNT: &str = "account";

/// A table as it is for whoever sees these accounts; all of them if `None`.
pub(crate) fn of_accounts(
    table: Arc<dyn TableProvider>,
    accounts: Option<&[String]>,
) -> Arc<dyn TableProvider> {
    match accounts {
        None => table,
        Some(accounts) => Arc::new(OfAccounts { table, accounts: accounts.to_vec() }),
    }
}

#[derive(Debug)]
struct OfAccounts {
    table: Arc<dyn TableProvider>,
    accounts: Vec<String>,
}

#[async_trait]
impl TableProvider for OfAccounts {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let pushed = |filter: &&Expr| {
            if never_fails(filter) {
                TableProviderFilterPushDown::Inexact
            } else {
                TableProviderFilterPushDown::Unsupported
            }
        };
        Ok(filters.iter().map(pushed).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let accounts = self.accounts.iter().map(|account| lit(account.as_str())).collect();
        let mut plan =
            LogicalPlanBuilder::scan("rows", provider_as_source(Arc::clone(&self.table)), None)?
                .filter(ident(ACCOUNT).in_list(accounts, false))?;
        for filter in filters {
            plan = plan.filter(filter.clone())?;
        }
        if let Some(projection) = projection {
            let schema = self.schema();
            plan =
                plan.project(projection.iter().map(|place| ident(schema.field(*place).name())))?;
        }
        // Rows that a filter above leaves out don't count: the engine gives no limit then.
        let plan = plan.limit(0, limit)?.build()?;
        let rows = state.create_physical_plan(&plan).await?;
        let schema = rows.schema();
        let part: Arc<dyn PartitionStream> =
            Arc::new(Rows { plan: rows, schema: Arc::clone(&schema) });
        let stream = StreamingTableExec::try_new(schema, vec![part], None, [], false, None)?;
        Ok(Arc::new(stream))
    }
}

/// Whether a condition can be decided of any row whatever: of columns and values as they are, compared.
fn never_fails(condition: &Expr) -> bool {
    let is_plain = |expr: &Expr| matches!(expr, Expr::Column(_) | Expr::Literal(..));
    match condition {
        Expr::BinaryExpr(both) => match both.op {
            Operator::And | Operator::Or => never_fails(&both.left) && never_fails(&both.right),
            Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq => is_plain(&both.left) && is_plain(&both.right),
            _ => false,
        },
        Expr::Not(other) => never_fails(other),
        Expr::IsNull(of) | Expr::IsNotNull(of) => is_plain(of),
        Expr::InList(list) => is_plain(&list.expr) && list.list.iter().all(is_plain),
        Expr::Between(between) => {
            [&between.expr, &between.low, &between.high].into_iter().all(|expr| is_plain(expr))
        }
        _ => false,
    }
}

/// The rows that a plan finds, without the plan.
#[derive(Debug)]
struct Rows {
    plan: Arc<dyn ExecutionPlan>,
    schema: SchemaRef,
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        // A recursive query reads them several times.
        let rows = reset_plan_states(Arc::clone(&self.plan))
            .and_then(|plan| execute_stream(plan, context));
        rows.unwrap_or_else(|error| {
            let failed = stream::once(async { Err(error) }).boxed();
            Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), failed))
        })
    }
}
