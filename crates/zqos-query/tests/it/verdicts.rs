//! Verdicts agree with the samples, and follow them.

use zqos_quality::{Judge, Rule};
use zqos_query::{Limits, refresh_verdicts};

use crate::{NOW, World, participant, sample};

const FOUND: &str = "SELECT user_id, rule, verdict, reason, worst_verdict, minutes, poor_minutes, \
     CAST(longest_poor_from AS TIME), longest_poor_minutes, own_leg_minutes, mos IS NOT NULL \
     FROM verdicts WHERE medium = 'audio' ORDER BY user_id";

impl World {
    async fn judge(&mut self, rule: Rule) -> Vec<String> {
        let (folder, now) = (self.folder(), NOW.parse().unwrap());
        let judge = Judge { rule, ..Judge::default() };
        let limits = Limits::default();
        refresh_verdicts(&mut self.store, folder.as_path(), limits, judge, now).await.unwrap()
    }
}

/// A meeting of two that goes on past midnight: one of them loses 7 % in the first five minutes.
async fn past_midnight() -> World {
    let mut world = World::new().await;
    world
        .add(|batch| {
            for who in 0..2 {
                participant(batch, who, "2026-11-16T23:50:00Z", "203.0.113.7", "6.3");
                for minute in 0..20 {
                    let (day, hour, minute) =
                        if minute < 10 { (16, 23, 50 + minute) } else { (17, 0, minute - 10) };
                    let loss = if who == 1 && (50..55).contains(&minute) { 7.0 } else { 0.0 };
                    let ts = format!("2026-11-{day}T{hour:02}:{minute:02}:00Z");
                    sample(batch, who, &ts, Some(40.0), loss);
                }
            }
        })
        .await;
    world
}

#[tokio::test]
async fn a_meeting_is_judged_whole_on_the_day_on_which_it_began() {
    let mut world = past_midnight().await;
    assert_eq!(world.judge(Rule::Bands).await, ["2026-11-16"]);
    assert_eq!(
        world.ask(FOUND).await,
        "*,bands/1,poor,,poor,40,5,23:50:00,5,0,true\n\
         16778240,bands/1,good,,unclassified,20,0,,,0,true\n\
         16779264,bands/1,poor,,poor,20,5,23:50:00,5,0,true\n"
    );
    // Of the second day no meeting is.
    let days = "SELECT DISTINCT day FROM system.files WHERE \"table\" = 'verdicts'";
    assert_eq!(world.ask(days).await, "2026-11-16\n");
}

#[tokio::test]
async fn what_comes_late_and_another_rule_make_a_day_anew() {
    let mut world = past_midnight().await;
    world.judge(Rule::Bands).await;
    // Somebody else's minute, in the tail of the meeting.
    world.add(|batch| sample(batch, 2, "2026-11-17T00:04:00Z", Some(40.0), 0.0)).await;
    assert!(world.judge(Rule::Bands).await.contains(&"2026-11-16".to_owned()));
    let third = format!("SELECT * FROM ({FOUND}) WHERE user_id = '16780288'");
    assert_eq!(
        world.ask(&third).await,
        "16780288,bands/1,unclassified,thin-evidence,unclassified,1,0,,,0,true\n"
    );
    world.judge(Rule::Mos).await;
    let rules = "SELECT DISTINCT rule FROM verdicts";
    assert_eq!(world.ask(rules).await, "mos/1\n");
}

#[tokio::test]
async fn what_is_judged_already_is_left() {
    let mut world = past_midnight().await;
    world.judge(Rule::Bands).await;
    let files = "SELECT path FROM system.files WHERE \"table\" = 'verdicts'";
    let before = world.ask(files).await;
    assert_eq!(world.judge(Rule::Bands).await, [""; 0]);
    assert_eq!(world.ask(files).await, before);
}
