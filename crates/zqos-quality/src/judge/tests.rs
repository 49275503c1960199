use proptest::prelude::*;
use zqos_core::{Fps, ParticipantId, Resolution, Timestamp};

use super::*;
use crate::Grade::{self, Bad, Fair, Good, Poor};
use crate::Verdict::{Graded, Unclassified};

fn audio(latency: f64, jitter: f64, avg_loss: f64, max_loss: f64) -> Figures {
    Figures {
        bitrate: Kbps::try_new(27.0).ok(),
        latency: Millis::try_new(latency).ok(),
        jitter: Millis::try_new(jitter).ok(),
        avg_loss: Percent::try_new(avg_loss).ok(),
        max_loss: Percent::try_new(max_loss).ok(),
        ..Figures::EMPTY
    }
}

fn picture(frame_rate: f64, avg_loss: f64) -> Figures {
    Figures {
        resolution: Resolution::new(1280, 720),
        frame_rate: Fps::try_new(frame_rate).ok(),
        ..audio(60.0, 5.0, avg_loss, avg_loss)
    }
}

fn judge(rule: Rule, medium: Medium, figures: &Figures) -> StreamVerdict {
    Judge { rule, ..Judge::default() }.stream(medium, figures, &Circumstances::default())
}

fn by_bands(medium: Medium, figures: &Figures) -> Verdict {
    judge(Rule::Bands, medium, figures).typical
}

#[test]
fn the_worst_band_of_audio_decides() {
    for (figures, expected) in [
        (audio(150.0, 30.0, 2.0, 2.0), Good),
        (audio(151.0, 5.0, 0.0, 0.0), Fair),
        (audio(50.0, 51.0, 0.0, 0.0), Poor),
        (audio(50.0, 5.0, 5.1, 6.0), Poor),
        (audio(50.0, 5.0, 10.0, 12.0), Poor),
        (audio(50.0, 5.0, 10.1, 12.0), Bad),
        (audio(501.0, 5.0, 0.0, 0.0), Bad),
        (audio(50.0, 101.0, 0.0, 0.0), Bad),
    ] {
        assert_eq!(by_bands(Medium::Audio, &figures), Graded(expected), "{figures:?}");
    }
}

#[test]
fn typical_and_worst_are_both_carried() {
    let judged = judge(Rule::Bands, Medium::Audio, &audio(126.0, 6.0, 0.3, 12.0));
    assert_eq!((judged.typical, judged.worst), (Graded(Good), Graded(Bad)));
    assert!(judged.worst_r < judged.r);
    let mos = judged.mos().unwrap();
    assert!((mos - 4.387).abs() < 0.0005, "{mos}");
}

#[test]
fn a_worst_loss_below_the_average_is_taken_for_the_average() {
    let judged = judge(Rule::Bands, Medium::Audio, &audio(126.0, 6.0, 6.0, 3.0));
    assert_eq!(judged.worst, judged.typical);
    assert_eq!(judged.worst_r, judged.r);
}

#[test]
fn mos_is_lenient_under_loss_and_strict_with_delay() {
    let typical = |figures| judge(Rule::Mos, Medium::Audio, &figures).typical;
    assert_eq!(typical(audio(50.0, 5.0, 10.0, 10.0)), Graded(Fair));
    assert_eq!(typical(audio(50.0, 5.0, 0.0, 0.0)), Graded(Good));
    assert_eq!(typical(audio(900.0, 60.0, 0.0, 0.0)), Graded(Fair));
    assert_eq!(typical(audio(900.0, 60.0, 30.0, 30.0)), Graded(Bad));
}

#[test]
fn microsofts_limits_know_good_and_poor() {
    let typical = |figures| judge(Rule::Cqd, Medium::Audio, &figures).typical;
    assert_eq!(typical(audio(500.0, 30.0, 10.0, 90.0)), Graded(Good));
    assert_eq!(typical(audio(501.0, 30.0, 10.0, 90.0)), Graded(Poor));
    assert_eq!(typical(audio(500.0, 31.0, 10.0, 90.0)), Graded(Poor));
    assert_eq!(typical(audio(500.0, 30.0, 10.1, 90.0)), Graded(Poor));
    let video =
        |frame_rate, loss| judge(Rule::Cqd, Medium::Video, &picture(frame_rate, loss)).typical;
    assert_eq!(video(7.0, 50.0), Graded(Good), "the frame rate is the first figure there is");
    assert_eq!(video(6.9, 0.0), Graded(Poor));
    assert_eq!(judge(Rule::Cqd, Medium::Share, &picture(1.0, 0.0)).typical, Graded(Poor));
    let without_picture = judge(Rule::Cqd, Medium::Video, &audio(50.0, 5.0, 16.0, 16.0));
    assert_eq!(without_picture.typical, Graded(Poor));
}

#[test]
fn video_is_graded_by_frame_rate_and_loss() {
    for (frame_rate, loss, expected) in [
        (15.0, 2.0, Good),
        (14.9, 0.0, Fair),
        (7.0, 0.0, Fair),
        (6.9, 0.0, Poor),
        (0.0, 0.0, Poor),
        (20.0, 2.1, Fair),
        (20.0, 15.0, Fair),
        (20.0, 15.1, Poor),
    ] {
        let figures = picture(frame_rate, loss);
        for rule in [Rule::Bands, Rule::Mos] {
            let judged = judge(rule, Medium::Video, &figures);
            assert_eq!(judged.typical, Graded(expected), "{frame_rate} fps, {loss} %");
            assert_eq!(judged.r, None, "there is no R of pictures");
        }
    }
}

#[test]
fn a_still_slide_is_good_until_the_network_says_otherwise() {
    let share = |frame_rate, latency, loss| {
        let figures =
            Figures { latency: Millis::try_new(latency).ok(), ..picture(frame_rate, loss) };
        by_bands(Medium::Share, &figures)
    };
    assert_eq!(share(0.0, 60.0, 0.0), Graded(Good));
    assert_eq!(share(1.0, 301.0, 0.0), Graded(Poor));
    assert_eq!(share(1.0, 200.0, 0.0), Graded(Fair));
    assert_eq!(share(4.0, 900.0, 0.0), Graded(Fair));
    assert_eq!(share(5.0, 900.0, 0.0), Graded(Good));
    assert_eq!(share(30.0, 60.0, 2.1), Graded(Fair));
    assert_eq!(share(30.0, 60.0, 15.1), Graded(Poor));
}

#[test]
fn what_carried_nothing_is_idle_and_not_good() {
    let silent = Figures { bitrate: None, ..audio(50.0, 5.0, 0.0, 0.0) };
    let trickle = Figures { bitrate: Kbps::try_new(0.9).ok(), ..silent };
    let zero = Figures { bitrate: Kbps::try_new(0.0).ok(), ..silent };
    for figures in [Figures::EMPTY, silent, trickle, zero] {
        for medium in [Medium::Audio, Medium::Video, Medium::Share] {
            let judged = judge(Rule::Bands, medium, &figures);
            assert_eq!(judged, StreamVerdict::unclassified(Reason::Idle));
        }
    }
}

#[test]
fn without_a_picture_there_is_nothing_to_grade() {
    let without_size = Figures { resolution: None, ..picture(20.0, 0.0) };
    let without_rate = Figures { frame_rate: None, ..picture(20.0, 0.0) };
    for figures in [without_size, without_rate] {
        for medium in [Medium::Video, Medium::Share] {
            assert_eq!(by_bands(medium, &figures), Unclassified(Reason::NoPicture));
        }
    }
}

#[test]
fn a_missing_figure_leaves_open_what_it_could_make_worse() {
    let missing = Unclassified(Reason::MissingFigures);
    let without_loss =
        |latency| Figures { avg_loss: None, max_loss: None, ..audio(latency, 5.0, 0.0, 0.0) };
    assert_eq!(by_bands(Medium::Audio, &without_loss(50.0)), missing);
    assert_eq!(by_bands(Medium::Audio, &without_loss(200.0)), missing);
    assert_eq!(by_bands(Medium::Audio, &without_loss(400.0)), Graded(Poor));
    let only_worst = Figures { avg_loss: None, ..audio(50.0, 5.0, 0.0, 20.0) };
    let judged = judge(Rule::Bands, Medium::Audio, &only_worst);
    assert_eq!((judged.typical, judged.worst), (missing, Graded(Bad)));
    let only_average = Figures { max_loss: None, ..audio(50.0, 5.0, 6.0, 6.0) };
    for rule in Rule::ALL {
        let judged = judge(rule, Medium::Audio, &only_average);
        assert!(judged.typical.grade().is_some());
        assert_eq!(judged.worst, if rule == Rule::Bands { Graded(Poor) } else { missing });
        assert_eq!(judged.worst_r, None);
    }
    let slide = Figures { jitter: None, ..picture(1.0, 0.0) };
    assert_eq!(by_bands(Medium::Share, &slide), missing);
    assert_eq!(by_bands(Medium::Video, &Figures { avg_loss: None, ..picture(20.0, 0.0) }), missing);
}

#[test]
fn blanks_and_impossible_figures_are_no_evidence() {
    let judged = |figures| by_bands(Medium::Audio, &figures);
    assert_eq!(judged(audio(0.0, 0.0, 0.0, 0.0)), Unclassified(Reason::BlankFigures));
    assert_eq!(judged(audio(0.0, 0.0, 12.0, 12.0)), Graded(Bad));
    assert_eq!(judged(audio(0.0, 3.0, 0.0, 0.0)), Graded(Good));
    assert_eq!(judged(audio(60_001.0, 3.0, 0.0, 0.0)), Unclassified(Reason::ImpossibleFigures));
    assert_eq!(judged(audio(10.0, 1e300, 0.0, 0.0)), Unclassified(Reason::ImpossibleFigures));
}

#[test]
fn a_stream_that_nobody_knows_is_not_judged() {
    let sample = |name| StreamSample {
        ts: Timestamp::UNIX_EPOCH,
        stream: StreamName::new(name),
        figures: audio(50.0, 5.0, 0.0, 0.0),
    };
    let judged = |name| Judge::default().sample(&sample(name), &Circumstances::default()).typical;
    assert_eq!(judged("audio_device_to_rwg"), Graded(Good));
    assert_eq!(judged("audio_hologram"), Unclassified(Reason::UnknownStream));
}

#[test]
fn telephone_and_peer_to_peer_are_told_by_the_join() {
    let mut participant = Participant::new(ParticipantId::new("16778240").unwrap());
    participant.connection_types = [Some("p2p".into()), Some("UDP".into()), None];
    for (device, is_telephone) in [
        (None, false),
        (Some("iPhone"), false),
        (Some("Windows"), false),
        (Some("Phone"), true),
        (Some("Windows + Phone"), true),
        (Some("Unknown+phone"), true),
    ] {
        participant.device = device.map(Into::into);
        let audio = Circumstances::of(&participant, Medium::Audio);
        assert_eq!(audio.is_telephone, is_telephone, "{device:?}");
        assert!(audio.is_peer_to_peer);
        let video = Circumstances::of(&participant, Medium::Video);
        assert!(!video.is_telephone && !video.is_peer_to_peer, "{device:?}");
    }
}

#[test]
fn audio_by_telephone_is_never_graded() {
    let circumstances = Circumstances { is_telephone: true, ..Circumstances::default() };
    let figures = picture(20.0, 12.0);
    let judged = |medium| Judge::default().stream(medium, &figures, &circumstances).typical;
    assert_eq!(judged(Medium::Audio), Unclassified(Reason::Telephone));
    assert_eq!(judged(Medium::Video), Graded(Fair));
}

#[test]
fn a_peer_to_peer_path_counts_once() {
    let figures = audio(300.0, 5.0, 0.0, 0.0);
    let score = |circumstances| {
        let judged = Judge::default().stream(Medium::Audio, &figures, &circumstances);
        (judged.way, judged.r.unwrap())
    };
    let peer_latency = Millis::try_new(200.0).ok();
    let both = Circumstances { peer_latency, ..Circumstances::default() };
    let direct = Circumstances { is_peer_to_peer: true, ..both };
    let (whole, with_peer) = score(both);
    let (own, without_peer) = score(Circumstances::default());
    assert_eq!((whole, own), (Way::Whole, Way::OwnLeg));
    assert!(with_peer < without_peer);
    assert_eq!(score(direct), (Way::PeerToPeer, without_peer));
}

#[test]
fn a_latency_that_is_one_way_is_half_a_round_trip() {
    let one_way = Judge { latency: LatencyMeaning::OneWay, ..Judge::default() };
    let figures = |latency| audio(latency, 5.0, 0.0, 0.0);
    let judged = |judge: Judge, latency| {
        judge.stream(Medium::Audio, &figures(latency), &Circumstances::default())
    };
    assert_eq!(judged(one_way, 80.0), judged(Judge::default(), 160.0));
}

#[test]
fn stored_verdicts_tell_what_their_figures_rest_on() {
    assert_eq!(Judge::default().model(), "reference/1");
    let other =
        Judge { profile: Profile::SilkPesq, latency: LatencyMeaning::OneWay, ..Judge::default() };
    assert_eq!(other.model(), "silk-pesq-experimental/1,one-way");
}

#[test]
fn a_device_is_graded_by_its_busiest_moment() {
    let mut device = DeviceSample::empty(Timestamp::UNIX_EPOCH);
    assert_eq!(Judge::default().device(&device), Unclassified(Reason::MissingFigures));
    device.system_max_cpu = Percent::try_new(95.5).ok();
    assert_eq!(Judge::default().device(&device), Graded(Bad));
}

fn any_figures() -> impl Strategy<Value = Figures> {
    let numbers = proptest::array::uniform6(prop_oneof![
        Just(None),
        (0.0..150.0).prop_map(Some),
        (0.0..1e3).prop_map(Some),
        proptest::num::f64::ANY.prop_map(Some),
    ]);
    let size = proptest::option::of((0u32..2_000, 0u32..2_000));
    (numbers, size).prop_map(|([bitrate, latency, jitter, avg, max, frames], size)| Figures {
        bitrate: bitrate.and_then(|value| Kbps::try_new(value).ok()),
        latency: latency.and_then(|value| Millis::try_new(value).ok()),
        jitter: jitter.and_then(|value| Millis::try_new(value).ok()),
        avg_loss: avg.and_then(|value| Percent::try_new(value).ok()),
        max_loss: max.and_then(|value| Percent::try_new(value).ok()),
        resolution: size.and_then(|(width, height)| Resolution::new(width, height)),
        frame_rate: frames.and_then(|value| Fps::try_new(value).ok()),
    })
}

fn any_medium() -> impl Strategy<Value = Medium> {
    prop_oneof![Just(Medium::Audio), Just(Medium::Video), Just(Medium::Share)]
}

proptest! {
    #[test]
    fn no_figures_panic_and_the_worst_is_never_better(
        figures in any_figures(),
        medium in any_medium(),
        rule in 0usize..3,
        profile in 0usize..3,
        peer in any::<bool>(),
    ) {
        let judge = Judge {
            rule: Rule::ALL[rule],
            profile: Profile::ALL[profile],
            latency: LatencyMeaning::RoundTrip,
        };
        let peer_latency = figures.latency.filter(|_| peer);
        let circumstances = Circumstances { peer_latency, ..Circumstances::default() };
        let judged = judge.stream(medium, &figures, &circumstances);
        if let (Some(typical), Some(worst)) = (judged.typical.grade(), judged.worst.grade()) {
            prop_assert!(typical <= worst);
        }
        prop_assert!(!judged.typical.is_poor() || judged.worst.is_poor());
        for r in [judged.r, judged.worst_r].into_iter().flatten() {
            prop_assert!(r.is_finite() && judged.typical.grade().is_some());
        }
        prop_assert!(judged.r.is_none() || medium == Medium::Audio);
    }

    #[test]
    fn a_verdict_never_improves_when_a_figure_worsens(
        numbers in proptest::array::uniform4(0.0..60.0),
        frames in 0.0..40.0,
        more in 0.0..40.0,
        which in 0usize..5,
        medium in any_medium(),
        rule in 0usize..3,
    ) {
        let figures = |[latency, jitter, avg, max]: [f64; 4], frames: f64| Figures {
            resolution: Resolution::new(640, 360),
            frame_rate: Fps::try_new(frames).ok(),
            ..audio(latency * 10.0 + 1.0, jitter * 2.0, avg, max)
        };
        let mut worse = numbers;
        let mut fewer = frames;
        match worse.get_mut(which) {
            Some(number) => *number += more,
            None => fewer = f64::max(frames - more, 0.0),
        }
        let rule = Rule::ALL[rule];
        let before = judge(rule, medium, &figures(numbers, frames));
        let after = judge(rule, medium, &figures(worse, fewer));
        prop_assert!(before.typical.grade() <= after.typical.grade());
        prop_assert!(before.worst.grade() <= after.worst.grade());
        if let (Some(before), Some(after)) = (before.r, after.r) {
            prop_assert!(after <= before + 1e-9);
        }
    }

    #[test]
    fn ten_percent_of_audio_lost_is_at_least_poor(
        loss in 10.0..=100.0,
        latency in 0.0..1e3,
        jitter in 0.0..200.0,
    ) {
        prop_assert!(by_bands(Medium::Audio, &audio(latency, jitter, loss, loss)).is_poor());
    }

    #[test]
    fn a_figure_that_goes_missing_never_makes_a_minute_pass(
        figures in any_figures(),
        which in 0usize..4,
    ) {
        let mut fewer = figures;
        match which {
            0 => fewer.latency = None,
            1 => fewer.jitter = None,
            2 => fewer.avg_loss = None,
            _ => fewer.max_loss = None,
        }
        let grade = |figures: &Figures| -> Option<Grade> { by_bands(Medium::Audio, figures).grade() };
        // Blank and impossible figures excuse a sample, so taking them away may judge it.
        if flaw(&figures).is_some() || flaw(&fewer).is_some() {
            return Ok(());
        }
        let (before, after) = (grade(&figures), grade(&fewer));
        let both_poor = before.is_some_and(Grade::is_poor) && after.is_some_and(Grade::is_poor);
        prop_assert!(after.is_none() || after == before || both_poor);
    }
}
