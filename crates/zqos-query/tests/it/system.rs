//! What a store tells of itself.

use crate::{World, sample};

#[tokio::test]
async fn files_and_commits_are_tables() {
    let mut world = World::new().await;
    for latency in [120.0, 130.0] {
        world.add(|batch| sample(batch, 0, "2026-11-20T10:00:00Z", Some(latency), 0.0)).await;
    }
    let files = "SELECT \"table\", day, rows, size > 0, path LIKE 'day=2026-11-20/%.parquet', revision > 0 \
                 FROM system.files WHERE \"table\" = 'stream_samples'";
    let file = "stream_samples,2026-11-20,1,true,true,true\n";
    assert_eq!(world.ask(files).await, file.repeat(2));
    let commits = "SELECT version, operation, added, removed, timestamp IS NOT NULL FROM system.commits \
                   WHERE \"table\" = 'stream_samples' ORDER BY version";
    let before = "0,CREATE TABLE,0,0,true\n1,WRITE,1,0,true\n2,WRITE,1,0,true\n";
    assert_eq!(world.ask(commits).await, before);
    world.store.compact().await.unwrap();
    assert_eq!(world.ask(files).await, file);
    assert_eq!(world.ask(commits).await, format!("{before}3,OPTIMIZE,1,2,true\n"));
}
