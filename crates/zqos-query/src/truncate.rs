//! `date_trunc` without time zones where there are none: instants of the tables are UTC, in which an hour
//! is an hour.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _};
use arrow::datatypes::{DataType, FieldRef, TimeUnit, TimestampMicrosecondType};
use datafusion::error::Result;
use datafusion::functions::datetime::date_trunc;
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature,
};
use datafusion::prelude::SessionContext;

/// Registers the function in the place of DataFusion's, which looks up the offset of each instant from UTC,
/// also for UTC.
pub(crate) fn register(context: &SessionContext) {
    context.register_udf(ScalarUDF::new_from_impl(DateTrunc { inner: date_trunc() }));
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct DateTrunc {
    inner: Arc<ScalarUDF>,
}

impl ScalarUDFImpl for DateTrunc {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arguments)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn output_ordering(&self, input: &[ExprProperties]) -> Result<SortProperties> {
        self.inner.output_ordering(input)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let in_utc = match args.args.get_mut(1) {
            Some(ColumnarValue::Array(instants)) => without_zone(instants),
            _ => None,
        };
        if in_utc.is_some() {
            // What is promised is what is returned.
            for field in args.arg_fields.get_mut(1).into_iter().chain([&mut args.return_field]) {
                let plain = DataType::Timestamp(TimeUnit::Microsecond, None);
                *field = Arc::new(field.as_ref().clone().with_data_type(plain));
            }
        }
        let truncated = self.inner.invoke_with_args(args)?;
        Ok(match (in_utc, truncated) {
            (Some(zone), ColumnarValue::Array(instants)) => {
                let instants = instants.as_primitive::<TimestampMicrosecondType>().clone();
                ColumnarValue::Array(Arc::new(instants.with_timezone(zone)))
            }
            (_, truncated) => truncated,
        })
    }
}

/// Takes the zone off instants that are UTC; what it was called.
fn without_zone(instants: &mut ArrayRef) -> Option<Arc<str>> {
    let DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) = instants.data_type() else {
        return None;
    };
    let zone = Arc::clone(zone);
    if !matches!(&*zone, "UTC" | "+00:00") {
        return None;
    }
    let plain = instants.as_primitive::<TimestampMicrosecondType>().clone();
    *instants = Arc::new(plain.with_timezone_opt(None::<Arc<str>>));
    Some(zone)
}

#[cfg(test)]
mod tests {
    use arrow::array::RecordBatch;
    use arrow::util::pretty::pretty_format_batches;

    use super::*;

    async fn shown(context: &SessionContext, sql: &str) -> String {
        let rows: Vec<RecordBatch> = context.sql(sql).await.unwrap().collect().await.unwrap();
        pretty_format_batches(&rows).unwrap().to_string()
    }

    #[tokio::test]
    async fn it_truncates_as_the_one_that_it_stands_for() {
        let ours = SessionContext::new();
        register(&ours);
        let theirs = SessionContext::new();
        for what in ["second", "minute", "hour", "day", "week", "month", "quarter", "year"] {
            for zone in ["UTC", "+00:00", "+05:30"] {
                // Before 1970, around midnights and in a leap year; and nothing.
                let sql = format!(
                    "SELECT date_trunc('{what}', ts) AS t, arrow_typeof(date_trunc('{what}', ts)) AS kind \
                     FROM (SELECT arrow_cast(arrow_cast(column1, 'Timestamp(Microsecond, None)'), \
                       'Timestamp(Microsecond, Some(\"{zone}\"))') AS ts \
                       FROM (VALUES ('1969-12-31T23:59:59.999999'), ('2024-02-29T12:34:56.789'), \
                         ('2026-11-23T00:00:00'), ('2026-12-31T18:30:00'), (NULL)))"
                );
                assert_eq!(shown(&ours, &sql).await, shown(&theirs, &sql).await, "{what} {zone}");
            }
        }
    }
}
