//! Makes the rollups of a month out of those of a day, by a rule, and tells what they come to.
//!
//! Arguments: the folder of a store, how many days, how many samples in all of them.
//!
//! The day that has the most rollups comes again as each of the days before it. So that a day has as many
//! samples as it should, it is taken as often as is needed, each time as the day of another company of its
//! size: other locations, and other networks. Large organisations share more than that, so that theirs
//! would be fewer rows.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::env;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::Int64Type;
use futures::TryStreamExt as _;
use zqos_core::SystemClock;
use zqos_core::rollup::ROLLUP_HOURLY;
use zqos_query::{Archive, Limits};
use zqos_store::Store;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let days: u64 = arguments.next().ok_or("how many days?")?.parse()?;
    let samples: u64 = arguments.next().ok_or("how many samples?")?.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(fill(Path::new(&folder), days, samples))
}

async fn fill(folder: &Path, days: u64, samples: u64) -> Result<()> {
    let archive = Archive::open(Some(folder.into()), Limits::default()).await?;
    let ask = async |sql: &str| -> Result<Vec<RecordBatch>> {
        Ok(archive.query(sql).await?.try_collect().await?)
    };
    let days_of = "SELECT CAST(CAST(date_trunc('day', hour) AS DATE) AS VARCHAR) AS day, \
                   CAST(sum(n) AS BIGINT) AS n FROM rollup_hourly GROUP BY 1 ORDER BY n DESC LIMIT 1";
    let found = ask(days_of).await?;
    let first = found.first().ok_or("there are no rollups")?;
    let day = first.column(0).as_string_view().value(0);
    let of_day = u64::try_from(first.column(1).as_primitive::<Int64Type>().value(0))?;
    let companies = samples.div_ceil(of_day * days);

    let mut store = Store::open(folder, Arc::new(SystemClock)).await?;
    let mut rows = 0;
    for before in 0..days {
        let sql = format!(
            "SELECT * REPLACE (\
               hour - INTERVAL '{before} days' AS hour, part + company * 1000000 AS part, \
               location || ' ' || company AS location, \
               egress_prefix || ' ' || company AS egress_prefix) \
             FROM rollup_hourly, generate_series(1, {companies}) AS companies (company) \
             WHERE date_trunc('day', hour) = TIMESTAMP '{day}T00:00:00Z'"
        );
        let found = ask(&sql).await?;
        rows += found.iter().map(RecordBatch::num_rows).sum::<usize>();
        let of = format!("SELECT CAST(DATE '{day}' - INTERVAL '{before} days' AS VARCHAR) AS day");
        let of = ask(&of).await?;
        let of = of.first().ok_or("a day without a date")?.column(0).as_string_view().value(0);
        let of = of.get(..10).ok_or("a day without a date")?;
        store.replace_day(&ROLLUP_HOURLY, of, &found, "rule").await?;
    }
    let told = serde_json::json!({
        "days": days,
        "samples": of_day * companies * days,
        "companies": companies,
        "rows": rows,
    });
    println!("{told}");
    Ok(())
}
