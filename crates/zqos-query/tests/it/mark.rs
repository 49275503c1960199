//! What stands for the rows of some days.

use std::ops::Range;

use zqos_core::Timestamp;
use zqos_query::{Archive, Limits, Reach};

use super::{World, open, sample};

fn day(number: u8) -> Range<Timestamp> {
    let at = |time: &str| format!("2026-11-{number:02}T{time}Z").parse().unwrap();
    at("00:00:00")..at("23:59:59")
}

/// The marks of three days that follow each other, and of all of them together.
fn marks(archive: &Archive) -> [u64; 4] {
    [
        archive.mark(&day(19)),
        archive.mark(&day(20)),
        archive.mark(&day(21)),
        archive.mark(&(day(19).start..day(21).end)),
    ]
}

#[tokio::test]
async fn rows_change_the_mark_of_their_own_day() {
    let mut world = World::new().await;
    world.add(|batch| sample(batch, 1, "2026-11-20T10:00:00Z", Some(40.0), 0.0)).await;
    let before = marks(&world.archive().await);
    assert_eq!(marks(&world.archive().await), before, "nothing has changed");

    world.add(|batch| sample(batch, 1, "2026-11-21T10:00:00Z", Some(40.0), 0.0)).await;
    let after = marks(&world.archive().await);
    assert_eq!((after[0], after[1]), (before[0], before[1]));
    assert_ne!(after[2], before[2]);
    assert_ne!(after[3], before[3]);
}

#[tokio::test]
async fn so_do_rows_that_no_file_has_yet() {
    let mut world = World::new().await;
    world.add(|batch| sample(batch, 1, "2026-11-20T10:00:00Z", Some(40.0), 0.0)).await;
    let before = marks(&world.archive().await);
    let mut batch = zqos_store::Batch::new("default", super::NOW.parse().unwrap());
    sample(&mut batch, 1, "2026-11-20T10:01:00Z", Some(40.0), 0.0);
    world.store.append([batch]).await.unwrap();
    let waiting = marks(&world.archive().await);
    assert_eq!((waiting[0], waiting[2]), (before[0], before[2]));
    assert_ne!(waiting[1], before[1]);
    world.store.commit().await.unwrap();
    assert_ne!(marks(&world.archive().await)[1], waiting[1], "a file has them now");
}

#[tokio::test]
async fn files_alone_have_none() {
    assert_eq!(marks(&open(None, Limits::default(), Reach::Files).await), [0; 4]);
}
