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

#[tokio::test]
async fn what_lies_between_connections_was_told_to_nobody() {
    let mut world = World::new().await;
    let connection = |account: &str, start: &str, until: &str, why: Option<&str>| {
        let at = |text: &str| format!("2026-11-20T{text}:00Z").parse().unwrap();
        let mut batch = zqos_store::Batch::new(account, at(start));
        batch.connection(&zqos_core::PushConnection {
            transport: "websocket".to_owned(),
            start: at(start),
            until: at(until),
            why: why.map(str::to_owned),
        });
        batch
    };
    let gaps = "SELECT account, start_time, end_time, why FROM system.push_gaps ORDER BY 1, 2";
    assert_eq!(world.ask(gaps).await, "");
    for batch in [
        // It was open still when it was noted first.
        connection("a", "10:00", "10:01", None),
        connection("a", "10:00", "10:05", Some("closed")),
        // Nobody took note of the end of this one.
        connection("a", "10:06", "10:30", None),
        connection("a", "11:00", "11:10", None),
        connection("b", "10:00", "10:20", Some("stopped")),
    ] {
        world.store.append([batch]).await.unwrap();
    }
    world.store.commit().await.unwrap();
    let at = |text: &str| format!("2026-11-20T{text}:00Z");
    let expected = format!(
        "a,{},{},closed\na,{},{},\nb,{},,stopped\n",
        at("10:05"),
        at("10:06"),
        at("10:30"),
        at("11:00"),
        at("10:20"),
    );
    assert_eq!(world.ask(gaps).await, expected);
}
