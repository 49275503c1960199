//! Asks a store the same question again and again, and tells how long each time took.
//!
//! Arguments: the folder, the question, how often. As a server would: the store is opened once.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::env;
use std::path::Path;
use std::time::Instant;

use futures::TryStreamExt as _;
use zqos_query::{Archive, Limits};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let sql = arguments.next().ok_or("which question?")?;
    let times: usize = arguments.next().ok_or("how often?")?.parse()?;
    // As `zqos sql` runs.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let archive = Archive::open(Some(Path::new(&folder).into()), Limits::default()).await?;
        let mut seconds = Vec::with_capacity(times);
        let mut rows = 0;
        for _ in 0..times {
            let start = Instant::now();
            let batches: Vec<_> = archive.query(&sql).await?.try_collect().await?;
            seconds.push(start.elapsed().as_secs_f64());
            rows = batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
        }
        println!("{}", serde_json::json!({ "rows": rows, "seconds": seconds }));
        Ok(())
    })
}
