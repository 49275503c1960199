//! Rollups agree with the samples, and follow them.

use zqos_core::rollup::ROLLUP_HOURLY;
use zqos_core::table::STREAM_SAMPLES;
use zqos_core::{Figures, Millis, Origin, Stream, StreamSample};
use zqos_query::{Limits, refresh_rollups};

use crate::{World, meeting, participant, rows, sample, user};

/// What both tables must agree on.
const SAMPLES: &str = "SELECT date_trunc('hour', ts) AS hour, count(*) AS n, count(latency_ms) AS latency_n, \
      sum(latency_ms) AS latency_sum, min(latency_ms) AS least, max(latency_ms) AS most, \
      sum(CASE WHEN latency_ms <= 150 THEN 1 ELSE 0 END) AS within_150, \
      sum(CASE WHEN avg_loss_pct = 0 THEN 1 ELSE 0 END) AS without_loss, \
      sum(CASE WHEN avg_loss_pct > 40 THEN 1 ELSE 0 END) AS lost \
    FROM stream_samples GROUP BY hour ORDER BY hour";
const ROLLUPS: &str = "SELECT hour, sum(n) AS n, sum(latency_ms_n) AS latency_n, \
      sum(latency_ms_sum) AS latency_sum, min(latency_ms_min) AS least, max(latency_ms_max) AS most, \
      sum(latency_ms_le_10 + latency_ms_le_20 + latency_ms_le_30 + latency_ms_le_50 + latency_ms_le_75 \
        + latency_ms_le_100 + latency_ms_le_150) AS within_150, \
      sum(avg_loss_pct_le_0) AS without_loss, sum(avg_loss_pct_more) AS lost \
    FROM rollup_hourly GROUP BY hour ORDER BY hour";
/// The file of each day.
const FILES: &str =
    "SELECT day, path FROM system.files WHERE \"table\" = 'rollup_hourly' ORDER BY day";

impl World {
    async fn refresh(&mut self) -> Vec<String> {
        let folder = self.folder();
        refresh_rollups(&mut self.store, folder.as_path(), Limits::default()).await.unwrap()
    }

    async fn assert_agreement(&self) {
        let (samples, rollups) = (self.ask(SAMPLES).await, self.ask(ROLLUPS).await);
        assert_eq!(samples, rollups);
    }
}

/// Three days: two that follow each other, and one apart.
async fn three_days() -> World {
    let mut world = World::new().await;
    world
        .add(|batch| {
            participant(batch, 0, "2026-11-16T10:00:00Z", "203.0.113.7", "6.3");
            participant(batch, 1, "2026-11-16T23:50:00Z", "31.44.*.*", "6.2");
            for day in [16, 17, 20] {
                for minute in 0..60 {
                    let hour = 9 + minute % 3;
                    let ts = format!("2026-11-{day}T{hour:02}:{minute:02}:00Z");
                    let latency =
                        (minute % 7 != 0).then(|| f64::from(minute) * 8.0 + f64::from(day));
                    let loss = if minute % 5 == 0 { 0.0 } else { f64::from(minute) };
                    sample(batch, minute % 3, &ts, latency, loss);
                }
            }
        })
        .await;
    world
}

#[tokio::test]
async fn a_minute_that_came_by_several_ways_counts_once() {
    let mut world = World::new().await;
    world
        .add(|batch| {
            // What is imported is trusted less than what is pushed.
            for (latency, origin) in [(500.0, Origin::Import), (30.0, Origin::Qss)] {
                let sample = StreamSample {
                    ts: "2026-11-16T10:01:00Z".parse().unwrap(),
                    stream: Stream::from_name("audio_output").unwrap().into(),
                    figures: Figures {
                        latency: Millis::try_new(latency).ok(),
                        ..Figures::default()
                    },
                };
                batch.stream_sample(&meeting(), &user(0), origin, &sample);
            }
            sample(batch, 1, "2026-11-16T10:01:00Z", Some(40.0), 0.0);
        })
        .await;
    world.refresh().await;
    let rollups = "SELECT sum(n), sum(latency_ms_sum), max(latency_ms_max) FROM rollup_hourly";
    assert_eq!(world.ask(rollups).await, "2,70.0,40.0\n");
}

#[tokio::test]
async fn rollups_agree_with_the_samples() {
    let mut world = three_days().await;
    assert_eq!(world.refresh().await, ["2026-11-16", "2026-11-17", "2026-11-20"]);
    world.assert_agreement().await;
    // Who joined the evening before is known after midnight, and nobody later.
    assert_eq!(
        world
            .ask(
                "SELECT CAST(hour AS DATE) AS day, egress_prefix, version, sum(n) FROM rollup_hourly \
                 GROUP BY day, egress_prefix, version ORDER BY day, egress_prefix, version"
            )
            .await,
        "2026-11-16,203.0.113.0/24,6.3,20\n2026-11-16,masked,6.2,20\n2026-11-16,,,20\n\
         2026-11-17,203.0.113.0/24,6.3,20\n2026-11-17,masked,6.2,20\n2026-11-17,,,20\n\
         2026-11-20,,,60\n"
    );
    // Every sample is in one bucket.
    for histogram in zqos_core::rollup::HISTOGRAMS {
        let counts = histogram.counts.join(" + ");
        let differs =
            format!("SELECT count(*) FROM rollup_hourly WHERE {counts} <> {}", histogram.n);
        assert_eq!(world.ask(&differs).await, "0\n");
    }
    // Parts have a number each.
    assert_eq!(
        world
            .ask(
                "SELECT count(*) - count(DISTINCT (account, hour, stream, part)) FROM rollup_hourly"
            )
            .await,
        "0\n"
    );
}

#[tokio::test]
async fn what_has_not_changed_is_not_made_anew() {
    let mut world = three_days().await;
    world.refresh().await;
    let files = world.ask(FILES).await;
    assert_eq!(world.refresh().await, [""; 0]);
    assert_eq!(world.ask(FILES).await, files);
}

#[tokio::test]
async fn late_and_changed_samples_make_their_day_anew_and_no_other() {
    let mut world = three_days().await;
    world.refresh().await;
    // Somebody's minute comes late, and another comes again with other figures.
    world.add(|batch| sample(batch, 0, "2026-11-16T15:00:00Z", Some(12.0), 0.0)).await;
    assert_eq!(world.refresh().await, ["2026-11-16"]);
    world.assert_agreement().await;
    world.add(|batch| sample(batch, 1, "2026-11-20T10:01:00Z", Some(999.0), 99.0)).await;
    assert_eq!(world.refresh().await, ["2026-11-20"]);
    world.assert_agreement().await;
}

#[tokio::test]
async fn participants_make_their_day_anew_and_the_one_after() {
    let mut world = three_days().await;
    world.refresh().await;
    world.add(|batch| participant(batch, 2, "2026-11-16T09:00:00Z", "198.51.100.1", "6.4")).await;
    assert_eq!(world.refresh().await, ["2026-11-16", "2026-11-17"]);
    assert_eq!(
        world.ask("SELECT sum(n) FROM rollup_hourly WHERE egress_prefix = '198.51.100.0/24'").await,
        "40\n"
    );
    world.assert_agreement().await;
}

#[tokio::test]
async fn removed_samples_leave_their_day() {
    let mut world = three_days().await;
    world.refresh().await;
    let kept = "SELECT * FROM stored.stream_samples \
                WHERE day = '2026-11-17' AND user_id <> '16778240'";
    let kept = rows(&world.archive().await, kept).await.unwrap();
    world.store.replace_day(&STREAM_SAMPLES, "2026-11-17", &kept, "kept").await.unwrap();
    assert_eq!(world.refresh().await, ["2026-11-17"]);
    world.assert_agreement().await;
    // A day without samples has no rollups.
    world.store.replace_day(&STREAM_SAMPLES, "2026-11-20", &[], "").await.unwrap();
    assert_eq!(world.refresh().await, ["2026-11-20"]);
    world.assert_agreement().await;
    assert_eq!(world.ask(FILES).await.lines().count(), 2);
    assert_eq!(world.refresh().await, [""; 0]);
}

#[tokio::test]
async fn rollups_survive_compaction_and_verification() {
    let mut world = three_days().await;
    world.add(|batch| sample(batch, 0, "2026-11-16T15:00:00Z", Some(12.0), 0.0)).await;
    world.store.compact().await.unwrap();
    world.refresh().await;
    world.store.compact().await.unwrap();
    world.assert_agreement().await;
    assert_eq!(world.refresh().await, [""; 0]);
    let archive = world.archive().await;
    let snapshot = archive.snapshot().unwrap();
    assert_eq!(snapshot.verify(), []);
    let (_, _, files) = snapshot.tables().find(|(table, ..)| *table == &ROLLUP_HOURLY).unwrap();
    assert_eq!(files.len(), 3);
}
