use proptest::prelude::*;
use zqos_core::{Figures, Kbps, Millis};

use super::*;
use crate::Circumstances;
use crate::Verdict::{Graded, Unclassified};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_unix_millis(minute * MINUTE_MS).unwrap()
}

fn audio(loss: f64) -> Figures {
    Figures {
        bitrate: Kbps::try_new(30.0).ok(),
        latency: Millis::try_new(60.0).ok(),
        jitter: Millis::try_new(5.0).ok(),
        avg_loss: Percent::try_new(loss).ok(),
        max_loss: Percent::try_new(loss * 3.0).ok(),
        ..Figures::EMPTY
    }
}

fn judged(figures: &Figures) -> StreamVerdict {
    Judge::default().stream(Medium::Audio, figures, &Circumstances::default())
}

fn session(streams: impl IntoIterator<Item = (Timestamp, StreamVerdict)>) -> Session {
    Judge::default().session(Medium::Audio, ZoomOpinion::NONE, streams)
}

/// A session of one leg, with these losses minute by minute; a loss below 0 is an idle minute.
fn of_losses(losses: &[f64]) -> Session {
    let streams = losses.iter().zip(0..).map(|(loss, minute)| {
        let figures = if *loss < 0.0 { Figures::EMPTY } else { audio(*loss) };
        (at(minute), judged(&figures))
    });
    session(streams)
}

fn typical(losses: &[f64]) -> Verdict {
    of_losses(losses).findings.typical
}

#[test]
fn one_bad_minute_of_a_few_is_not_that_of_the_join() {
    assert_eq!(typical(&[0.0, 20.0, 0.0, 0.0]), Graded(Grade::Good));
    assert_eq!(typical(&[0.0, 15.0, 0.0, 15.0, 0.0]), Graded(Grade::Bad));
}

#[test]
fn a_tenth_of_many_minutes_is_that_of_the_join() {
    let of = |bad: usize| {
        let losses = [vec![0.0; 60 - bad], vec![20.0; bad]].concat();
        typical(&losses)
    };
    assert_eq!(of(5), Graded(Grade::Good));
    assert_eq!(of(6), Graded(Grade::Bad));
}

#[test]
fn the_worst_of_both_readings_is_carried_beside() {
    let found = *of_losses(&[1.0; 5]).findings();
    assert_eq!((found.typical, found.worst), (Graded(Grade::Good), Graded(Grade::Fair)));
}

#[test]
fn thin_evidence_is_not_judged() {
    assert_eq!(typical(&[]), Unclassified(Reason::NoSamples));
    assert_eq!(typical(&[50.0]), Unclassified(Reason::ThinEvidence));
    assert_eq!(typical(&[50.0, 50.0]), Unclassified(Reason::ThinEvidence));
    assert_eq!(typical(&[-1.0, -1.0, -1.0, 50.0]), Unclassified(Reason::ThinEvidence));
    assert_eq!(typical(&[-1.0, -1.0, -1.0]), Unclassified(Reason::Idle));
    assert_eq!(typical(&[50.0, 50.0, 50.0]), Graded(Grade::Bad));
}

#[test]
fn ten_percent_lost_on_average_is_poor_however_it_is_spread() {
    // One minute of ten lost everything, which by itself would be no more than a minute.
    let mut losses = [0.0; 10];
    losses[3] = 99.0;
    assert_eq!(typical(&losses), Graded(Grade::Good));
    losses[3] = 100.0;
    assert_eq!(typical(&losses), Graded(Grade::Poor));
    // Tenths have no exact binary form, and added up as they are these come to less than 100.
    let losses = [0.3, 1.8, 1.9, 1.6, 1.3, 1.5, 1.7, 0.2, 1.1, 88.6];
    assert!(losses.iter().sum::<f64>() < 100.0);
    assert_eq!(typical(&losses), Graded(Grade::Poor));
}

#[test]
fn the_floor_is_part_of_bands_alone() {
    let mos = Judge { rule: Rule::Mos, ..Judge::default() };
    let streams = |judge: Judge| {
        let judged = judge.stream(Medium::Audio, &audio(10.0), &Circumstances::default());
        let streams = (0..5).map(|minute| (at(minute), judged));
        judge.session(Medium::Audio, ZoomOpinion::NONE, streams).findings.typical
    };
    assert_eq!(streams(mos), Graded(Grade::Fair));
    assert_eq!(streams(Judge::default()), Graded(Grade::Poor));
}

#[test]
fn the_worse_leg_is_that_of_the_minute() {
    let legs = [0.0, 6.0].map(|loss| judged(&audio(loss)));
    let streams = (0..3).flat_map(|minute| legs.map(|leg| (at(minute), leg)));
    let session = session(streams);
    assert_eq!(session.minutes().len(), 3);
    assert_eq!(session.findings().minutes, 3);
    assert_eq!(session.findings().typical, Graded(Grade::Poor));
    assert_eq!(session.findings().median_r, legs[1].r);
}

#[test]
fn a_leg_that_cannot_be_judged_leaves_its_minute_open() {
    let missing = judged(&Figures { latency: None, ..audio(0.0) });
    let idle = judged(&Figures::EMPTY);
    let of = |legs: [StreamVerdict; 2]| {
        session(legs.map(|leg| (at(0), leg))).minutes().first().unwrap().verdict
    };
    let open = of([judged(&audio(0.0)), missing]);
    assert_eq!(open.typical, Unclassified(Reason::MissingFigures));
    assert_eq!((open.r, open.avg_loss), (None, None));
    assert_eq!(of([judged(&audio(6.0)), missing]).typical, Graded(Grade::Poor));
    assert_eq!(of([judged(&audio(0.0)), idle]).typical, Graded(Grade::Good));
}

#[test]
fn a_score_of_the_own_leg_is_counted_as_such() {
    let peer_latency = Millis::try_new(80.0).ok();
    let with_peer = Circumstances { peer_latency, ..Circumstances::default() };
    let whole = Judge::default().stream(Medium::Audio, &audio(0.0), &with_peer);
    let own = judged(&audio(0.0));
    let idle = judged(&Figures::EMPTY);
    let session =
        session([(at(0), whole), (at(0), idle), (at(1), own), (at(2), whole), (at(2), own)]);
    let ways: Vec<Way> = session.minutes().iter().map(|minute| minute.verdict.way).collect();
    assert_eq!(ways, [Way::Whole, Way::OwnLeg, Way::OwnLeg]);
    assert_eq!(session.findings().own_leg_minutes, 2);
}

#[test]
fn samples_within_a_minute_are_one_minute() {
    let ts = |millis| Timestamp::from_unix_millis(millis).unwrap();
    let good = judged(&audio(0.0));
    let session = session([(ts(119_999), good), (ts(60_000), good), (ts(-1), good)]);
    let starts: Vec<i64> =
        session.minutes().iter().map(|minute| minute.start.unix_millis()).collect();
    assert_eq!(starts, [-60_000, 60_000]);
}

#[test]
fn the_longest_poor_stretch_is_without_gaps() {
    let poor = |losses: &[f64]| {
        let stretch = of_losses(losses).findings.longest_poor?;
        Some((stretch.from.unix_millis() / MINUTE_MS, stretch.minutes))
    };
    assert_eq!(poor(&[0.0, 1.0]), None);
    assert_eq!(poor(&[6.0, 0.0, 6.0, 20.0, 6.0, 0.0]), Some((2, 3)));
    assert_eq!(poor(&[6.0, 6.0, -1.0, 6.0]), Some((0, 2)));
    assert_eq!(poor(&[6.0, 6.0, 0.0, 6.0, 6.0]), Some((0, 2)));
    let leg = judged(&audio(6.0));
    let with_hole = session([at(0), at(1), at(3)].map(|ts| (ts, leg)));
    assert_eq!(with_hole.findings.longest_poor.map(|stretch| stretch.minutes), Some(2));
}

#[test]
fn quantiles_are_interpolated() {
    let (median, p10) = median_and_p10(vec![50.0, 10.0, 30.0, 20.0, 40.0]);
    assert_eq!((median, p10), (Some(30.0), Some(14.0)));
    assert_eq!(median_and_p10(vec![80.0]), (Some(80.0), Some(80.0)));
    assert_eq!(median_and_p10(vec![80.0, 90.0]), (Some(85.0), Some(81.0)));
    assert_eq!(median_and_p10(Vec::new()), (None, None));
}

#[test]
fn r_is_aggregated_and_not_mos() {
    let found = *of_losses(&[0.0, 0.0, 30.0, 30.0]).findings();
    let scores = [0.0, 30.0].map(|loss| judged(&audio(loss)).mos().unwrap());
    let of_median = found.median_r.and_then(mos_of_r);
    assert_eq!(found.mos(), of_median);
    assert!((of_median.unwrap() - f64::midpoint(scores[0], scores[1])).abs() > 0.1);
}

#[test]
fn a_share_is_of_what_was_judged() {
    let found = *of_losses(&[6.0, 6.0, 6.0, -1.0]).findings();
    assert_eq!((found.minutes, found.poor_minutes, found.unclassified_minutes), (3, 3, 1));
    assert_eq!(found.poor_share(), Some(1.0));
    assert_eq!(of_losses(&[-1.0]).findings().poor_share(), None);
}

#[test]
fn rule_and_model_have_names_and_versions() {
    let judge = Judge::default();
    assert_eq!((judge.rule.as_str(), &*judge.model()), ("bands/1", "reference/1"));
}

#[test]
fn what_zoom_says_is_carried_along() {
    let zoom = ZoomOpinion::new(Some("bad"), Some(1.2));
    let good = judged(&audio(0.0));
    let session = Judge::default().session(Medium::Audio, zoom, (0..5).map(|ts| (at(ts), good)));
    assert_eq!(session.zoom(), zoom);
    assert_eq!(session.findings().typical, Graded(Grade::Good));
}

fn any_stream() -> impl Strategy<Value = (Timestamp, StreamVerdict)> {
    let jitter = proptest::option::of(0.0..80.0);
    let figures = (-10.0..40.0, 0.0..900.0, jitter, any::<bool>()).prop_map(
        |(loss, latency, jitter, tells_worst): (f64, f64, Option<f64>, bool)| Figures {
            bitrate: Kbps::try_new(if loss < 0.0 { 0.0 } else { 30.0 }).ok(),
            latency: Millis::try_new(latency).ok(),
            jitter: jitter.and_then(|jitter| Millis::try_new(jitter).ok()),
            max_loss: audio(loss).max_loss.filter(|_| tells_worst),
            ..audio(loss)
        },
    );
    (0i64..900_000, figures).prop_map(|(millis, figures)| {
        (Timestamp::from_unix_millis(millis).unwrap(), judged(&figures))
    })
}

proptest! {
    #[test]
    fn the_order_of_streams_changes_nothing(
        streams in proptest::collection::vec(any_stream(), 0..40),
        by in 0usize..40,
    ) {
        let before = session(streams.clone());
        let mut turned = streams;
        let by = by.min(turned.len());
        turned.rotate_left(by);
        turned.reverse();
        let after = session(turned);
        prop_assert_eq!(before.findings(), after.findings());
        prop_assert_eq!(before.minutes(), after.minutes());
    }

    #[test]
    fn counts_and_bounds_hold(streams in proptest::collection::vec(any_stream(), 0..40)) {
        let session = session(streams);
        let found = session.findings();
        prop_assert_eq!((found.minutes + found.unclassified_minutes) as usize, session.minutes().len());
        prop_assert!(found.poor_minutes <= found.minutes);
        let longest = found.longest_poor.map_or(0, |stretch| stretch.minutes);
        prop_assert!(longest <= found.poor_minutes && (longest > 0) == (found.poor_minutes > 0));
        prop_assert!(found.p10_r <= found.median_r);
        prop_assert!(found.mos().is_none_or(|mos| (1.0..=4.5).contains(&mos)));
        if let (Some(typical), Some(worst)) = (found.typical.grade(), found.worst.grade()) {
            prop_assert!(typical <= worst);
        }
        prop_assert!(!found.typical.is_poor() || found.worst.is_poor());
    }

    #[test]
    fn more_loss_never_improves_a_join(
        losses in proptest::collection::vec(0.0..15.0, 1..40),
        more in 0.0..20.0,
        place in 0usize..40,
    ) {
        let before = of_losses(&losses);
        let mut worse = losses;
        let place = place % worse.len();
        worse[place] += more;
        let after = of_losses(&worse);
        prop_assert!(before.findings.typical.grade() <= after.findings.typical.grade());
        prop_assert!(before.findings.poor_minutes <= after.findings.poor_minutes);
        prop_assert!(after.findings.median_r <= before.findings.median_r);
    }
}
