//! Of other accounts nobody who is bound to some learns anything.

use zqos_core::{Participant, Timestamp};
use zqos_query::{Archive, QueryError, Settings};
use zqos_store::Batch;

use crate::{NOW, World, csv, meeting, rows, sample, user};

/// In every text of the other account.
const CANARY: &str = "West Canary";

/// Two accounts with the same meetings and people's ids: in sealed days, in days that are open and in logs alone.
async fn two_accounts() -> World {
    let mut world = World::new().await;
    let fill = |account: &str, day: u32| {
        let mut batch = Batch::new(account, NOW.parse().unwrap());
        let at = format!("2026-11-{day:02}T10:00:00Z");
        let name = if account == "west" { CANARY } else { "Jill" };
        for who in 0..3 {
            sample(&mut batch, who, &at, Some(if account == "west" { 666.0 } else { 12.0 }), 0.0);
            let participant = Participant {
                join: at.parse::<Timestamp>().ok(),
                user_name: Some(format!("{name} {who}")),
                location: Some(format!("{name}'s city")),
                ..Participant::new(user(who))
            };
            batch.participant(&meeting(), &participant);
        }
        batch
    };
    world.store.append([fill("east", 16), fill("west", 16)]).await.unwrap();
    world.store.commit().await.unwrap();
    world.store.compact().await.unwrap();
    for account in ["east", "west"] {
        world.store.append([fill(account, 23)]).await.unwrap();
        world.store.commit().await.unwrap();
    }
    world.store.append([fill("east", 24), fill("west", 24)]).await.unwrap();
    world
}

async fn bound(world: &World, accounts: &[&str]) -> Archive {
    let accounts = Some(accounts.iter().map(|account| (*account).to_owned()).collect());
    let settings = Settings { accounts, ..Settings::default() };
    Archive::open(Some(world.folder().into()), settings).await.unwrap()
}

/// Everything that can be asked, by its full name.
async fn tables(archive: &Archive) -> Vec<String> {
    let sql = "SELECT table_schema || '.' || table_name FROM information_schema.tables";
    csv(archive, sql).await.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn no_table_has_a_row_of_another_account() {
    let world = two_accounts().await;
    let (all, east) = (world.archive().await, bound(&world, &["east"]).await);
    let mut seen = 0;
    for table in tables(&east).await {
        let shown = format!("{:?}", rows(&east, &format!("SELECT * FROM {table}")).await.unwrap());
        assert!(!shown.contains(CANARY) && !shown.contains("west"), "{table}: {shown}");
        if table.starts_with("information_schema") {
            continue;
        }
        let count = |condition: &str| format!("SELECT count(*) FROM {table} {condition}");
        let expected = csv(&all, &count("WHERE account = 'east'")).await;
        assert_eq!(csv(&east, &count("")).await, expected, "{table}");
        assert_eq!(csv(&east, &count("WHERE account = 'west' OR true")).await, expected, "{table}");
        seen += usize::from(expected != "0\n");
    }
    assert!(seen >= 6, "{seen} tables with rows");
    let figures = "SELECT max(latency_ms), count(DISTINCT account) FROM stream_samples";
    assert_eq!(csv(&east, figures).await, "12.0,1\n");
    assert_eq!(csv(&bound(&world, &["east", "west"]).await, figures).await, "666.0,2\n");
    assert_eq!(csv(&bound(&world, &[]).await, "SELECT count(*) FROM stream_samples").await, "0\n");
    assert_eq!(csv(&bound(&world, &["nobody' OR '1' = '1"]).await, figures).await, ",0\n");
}

/// A condition that fails on a row of the other account would tell that there is one.
#[tokio::test]
async fn no_condition_meets_a_row_of_another_account() {
    let world = two_accounts().await;
    let (all, east) = (world.archive().await, bound(&world, &["east"]).await);
    let trap =
        format!("CAST(CASE WHEN user_name LIKE '{CANARY}%' THEN 'trap' ELSE '1' END AS INT) = 1");
    for table in ["participants", "stored.participants", "joined_samples", "audio_minutes"] {
        for sql in [
            format!("SELECT count(*) FROM {table} WHERE {trap}"),
            format!("SELECT count(*) FROM {table} WHERE {trap} AND account = 'east'"),
            format!("SELECT count(*) FROM (SELECT *, {trap} AS trapped FROM {table}) WHERE trapped"),
            format!("SELECT count(*) FROM {table} a JOIN {table} b ON a.user_id = b.user_id AND a.{trap}")
                .replace("user_name LIKE", "a.user_name LIKE")
                .replace("a.CAST", "CAST"),
            format!("SELECT max({trap}) FROM {table} GROUP BY user_id"),
        ] {
            assert!(rows(&east, &sql).await.is_ok(), "{sql}");
            let trapped = rows(&all, &sql).await;
            let is_met = format!("{trapped:?}").contains("'trap'");
            assert!(is_met || sql.contains("account = 'east'"), "{sql}: {trapped:?}");
        }
    }
}

#[tokio::test]
async fn whoever_is_bound_is_told_nothing_of_files() {
    let world = two_accounts().await;
    let east = bound(&world, &["east"]).await;
    for sql in [
        "EXPLAIN SELECT * FROM participants",
        "EXPLAIN ANALYZE SELECT * FROM participants",
        "EXPLAIN VERBOSE SELECT * FROM stored.stream_samples",
        "SELECT * FROM system.files",
        "SELECT * FROM system.commits",
        "SELECT * FROM 'zqos://store/tables/participants/'",
        "SELECT * FROM '/etc/passwd'",
    ] {
        let refused = rows(&east, sql).await;
        assert!(matches!(refused, Err(QueryError::Wrong(_))), "{sql}: {refused:?}");
    }
    // Whoever sees all accounts may know.
    assert!(
        rows(&world.archive().await, "EXPLAIN ANALYZE SELECT * FROM participants").await.is_ok()
    );
}
