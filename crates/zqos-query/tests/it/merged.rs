//! One row of each minute and stream, and how far origins differ.

use zqos_core::{Figures, Kbps, Millis, Origin, Stream, StreamSample};
use zqos_store::Batch;

use crate::{World, meeting, user};

const MERGED: &str = "SELECT user_id, CAST(ts AS TIME) AS minute, stream, origin, other_origins, latency_ms \
                      FROM merged_samples ORDER BY user_id, minute, stream";

fn add(batch: &mut Batch, origin: Origin, who: u32, time: &str, stream: &str, latency: f64) {
    let sample = StreamSample {
        ts: format!("2026-11-16T{time}Z").parse().unwrap(),
        stream: Stream::from_name(stream).unwrap().into(),
        figures: Figures {
            bitrate: Kbps::try_new(30.0).ok(),
            latency: Millis::try_new(latency).ok(),
            ..Figures::default()
        },
    };
    batch.stream_sample(&meeting(), &user(who), origin, &sample);
}

#[tokio::test]
async fn all_of_a_joins_minute_is_of_the_most_trusted_origin() {
    let mut world = World::new().await;
    world
        .add(|batch| {
            let [past, qss, live] = [Origin::RestPast, Origin::Qss, Origin::RestLive];
            // Of the first minute the report has one stream alone, and it is not mixed.
            add(batch, past, 0, "10:01:00", "audio_input", 1.0);
            for stream in ["audio_input", "audio_output"] {
                add(batch, qss, 0, "10:01:00", stream, 2.0);
            }
            // The report lacks the second minute, and another join.
            add(batch, qss, 0, "10:02:00", "audio_input", 3.0);
            add(batch, live, 0, "10:02:00", "audio_input", 4.0);
            add(batch, qss, 1, "10:01:00", "audio_input", 5.0);
            // A live report may have two samples in a minute.
            add(batch, live, 1, "10:03:10", "audio_input", 6.0);
            add(batch, live, 1, "10:03:40", "audio_input", 7.0);
            add(batch, live, 1, "10:03:10", "audio_output", 8.0);
        })
        .await;
    assert_eq!(
        world.ask(MERGED).await,
        "16778240,10:01:00,audio_input,rest_past,qss,1.0\n\
         16778240,10:02:00,audio_input,qss,rest_live,3.0\n\
         16779264,10:01:00,audio_input,qss,,5.0\n\
         16779264,10:03:00,audio_input,rest_live,,7.0\n\
         16779264,10:03:00,audio_output,rest_live,,8.0\n"
    );
}

#[tokio::test]
async fn a_meeting_alone_is_read_and_sorted_once() {
    let mut world = World::new().await;
    world.add(|batch| add(batch, Origin::Qss, 0, "10:01:00", "audio_input", 1.0)).await;
    let plan = world
        .ask("EXPLAIN SELECT * FROM merged_samples WHERE meeting_uuid = 'gm8s9L+PTEC+FG3sFbd1Cw=='")
        .await;
    let physical = plan.split("physical_plan").nth(1).unwrap();
    assert_eq!(physical.matches(" predicate=meeting_uuid").count(), 1, "{physical}");
}

#[tokio::test]
async fn differences_are_told_of_minutes_that_both_have() {
    let mut world = World::new().await;
    world
        .add(|batch| {
            for (minute, rest, qss) in [("10:01:00", 100.0, 110.0), ("10:02:00", 100.0, 70.0)] {
                add(batch, Origin::RestPast, 0, minute, "audio_input", rest);
                add(batch, Origin::Qss, 0, minute, "audio_input", qss);
            }
            add(batch, Origin::RestPast, 0, "10:03:00", "audio_input", 1_000.0);
            add(batch, Origin::Qss, 0, "10:04:00", "audio_input", 1_000.0);
            add(batch, Origin::RestLive, 0, "10:01:00", "audio_input", 1_000.0);
        })
        .await;
    let differences = world
        .ask(
            "SELECT account, day, stream, metric, minutes, mean_rest, mean_qss, mean_difference, \
               mean_abs_difference, max_abs_difference \
             FROM origin_differences ORDER BY metric",
        )
        .await;
    assert_eq!(
        differences,
        "default,2026-11-16,audio_input,bitrate_kbps,2,30.0,30.0,0.0,0.0,0.0\n\
         default,2026-11-16,audio_input,latency_ms,2,100.0,90.0,-10.0,20.0,30.0\n"
    );
}
