//! Scores in SQL, and the view of judged minutes.

use std::sync::Arc;

use zqos_query::{Archive, QueryError, Settings};

use crate::{World, csv, participant, rows, sample};

#[tokio::test]
async fn functions_score_as_the_model_does() {
    let world = World::new().await;
    let scores = world
        .ask(
            "SELECT round(emodel_r(200, 1), 3), round(emodel_r(200, 1, 0, 25.1), 3), \
               round(emodel_mos(200, 1, 0, 25.1, 1), 3), round(mos_of_r(93.2062), 3), \
               round(r_of_mos(mos_of_r(70)), 6), round(net_mos(126, 6, 0.3), 3), \
               round(net_mos(126, 6, 0.3, 134), 3), round(net_mos(126, 6, 0.3, NULL), 3), \
               emodel_r(-1, 0), net_mos(126, 6, 300), net_mos(NULL, 6, 0), emodel_r(1, NULL)",
        )
        .await;
    assert_eq!(scores, "86.522,86.522,4.245,4.409,70.0,4.387,4.362,4.387,,,,\n");
}

#[tokio::test]
async fn minutes_are_judged_by_everybody_in_them() {
    let mut world = World::new().await;
    world
        .add(|batch| {
            for who in 0..3 {
                participant(batch, who, "2026-11-16T10:00:00Z", "203.0.113.7", "6.3");
            }
            let minute = "2026-11-16T10:01:00Z";
            sample(batch, 0, minute, Some(40.0), 0.0);
            sample(batch, 1, minute, Some(60.0), 3.0);
            sample(batch, 2, minute, Some(100.0), 12.0);
            // Alone, and without a figure that the rule needs.
            sample(batch, 0, "2026-11-16T10:02:00Z", Some(40.0), 0.0);
            sample(batch, 1, "2026-11-16T10:03:00Z", None, 0.0);
        })
        .await;
    let minutes = world
        .ask(
            "SELECT user_id, CAST(ts AS TIME) AS minute, verdict, reason, way, abs(r - net) < 1e-4, user_name \
             FROM (SELECT *, r_of_mos(net_mos(latency_ms, jitter_ms, avg_loss_pct, \
               CASE user_id WHEN '16778240' THEN 80 WHEN '16779264' THEN 70 ELSE 50 END)) AS net \
               FROM audio_minutes) \
             ORDER BY minute, user_id",
        )
        .await;
    assert_eq!(
        minutes,
        "16778240,10:01:00,good,,whole,true,Jill\n\
         16779264,10:01:00,fair,,whole,true,Jill\n\
         16780288,10:01:00,bad,,whole,true,Jill\n\
         16778240,10:02:00,good,,own-leg,true,Jill\n\
         16779264,10:03:00,unclassified,missing-figures,,,Jill\n"
    );
}

#[tokio::test]
async fn a_meeting_is_asked_for_in_both_halves() {
    let mut world = World::new().await;
    world
        .add(|batch| {
            participant(batch, 0, "2026-11-16T10:00:00Z", "203.0.113.7", "6.3");
            sample(batch, 0, "2026-11-16T10:01:00Z", Some(40.0), 0.0);
        })
        .await;
    let plan = world
        .ask("EXPLAIN SELECT * FROM audio_minutes WHERE meeting_uuid = 'gm8s9L+PTEC+FG3sFbd1Cw=='")
        .await;
    let physical = plan.split("physical_plan").nth(1).unwrap();
    let scans = physical.matches("file_type=parquet").count();
    let filtered = physical.matches(" predicate=meeting_uuid").count();
    assert_eq!((scans, filtered), (3, 3), "{physical}");
    // What judges is called once for all that is asked of a minute.
    assert_eq!(physical.matches("audio_minute(").count(), 1, "{physical}");
}

#[tokio::test]
async fn sites_are_those_of_the_map() {
    let mut world = World::new().await;
    world.add(|batch| participant(batch, 0, "2026-11-16T10:00:00Z", "203.0.113.7", "6.3")).await;
    let sites = |public: Option<&str>, internal: &[&str]| match (public, internal) {
        (Some("203.0.113.7"), []) => Some("Berlin".to_owned()),
        (Some("203.0.113.7"), ["10.1.0.1"]) => Some("Paris".to_owned()),
        _ => None,
    };
    let sites: zqos_query::SiteOf = Arc::new(sites);
    let settings = Settings { sites: Some(sites), ..Settings::default() };
    let archive = Archive::open(Some(world.folder().into()), settings).await.unwrap();
    let of = "SELECT site_of(ip_address, internal_ip_addresses), site_of(ip_address, '10.1.0.1'), \
              site_of(NULL, '10.1.0.1'), site_of('192.0.2.1', NULL) FROM participants";
    assert_eq!(csv(&archive, of).await, "Berlin,Paris,,\n");
    let wrong = rows(&world.archive().await, of).await.unwrap_err();
    let QueryError::Wrong(wrong) = wrong else { panic!("{wrong}") };
    assert!(wrong.to_string().contains("needs a site map"), "{wrong}");
}
