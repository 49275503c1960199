use proptest::prelude::*;

use super::*;
use crate::calendar::DAY;
use crate::company::{DeviceKind, Place, Region};
use crate::fault::{FaultId, FaultKind, OUTAGE, Schedule};
use crate::identity::Instance;

/// 2026-11-16, a Monday.
const MONDAY: u32 = 20_773;

/// A company in which one fault acts for two days, and no other.
fn world(kind: FaultKind, severity: f64) -> World {
    let start = i64::from(MONDAY) * DAY;
    let fault = Fault { id: FaultId::Planned(0), kind, severity, start, end: start + 2 * DAY };
    World { faults: Schedule::new(false, vec![fault]), ..World::new(1, 400) }
}

/// A session with a fault that is near it or a speaker, and the same without; and whether it is
/// the session's own path on which the fault is.
struct Pair {
    with: Session,
    without: Session,
    is_own: bool,
}

/// The sessions of those two days that a fault is near.
fn pairs(world: &World) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for meeting in (MONDAY..MONDAY + 2).flat_map(|day| world.calendar.day(day, 3)) {
        for join in world.calendar.joins(&meeting) {
            let with = Session::new(world, &meeting, join);
            if !with.faults().is_empty() {
                let without = Session::among(&[], world, &meeting, join);
                let is_own = !with.path.faults().is_empty();
                pairs.push(Pair { with, without, is_own });
            }
        }
    }
    assert!(!pairs.is_empty(), "nobody is near");
    pairs
}

impl Pair {
    /// The mean of a figure with the fault and without, over all minutes of sessions that have it.
    fn means<'p>(
        pairs: impl Iterator<Item = &'p Self>,
        figure: impl Fn(&Minute) -> Option<f64>,
    ) -> [f64; 2] {
        let mut sums = [0.0; 2];
        let mut count = 0.0;
        for Self { with, without, .. } in pairs {
            let end = with.join.end;
            for (with, without) in with.minutes(end).zip(without.minutes(end)) {
                if let (Some(with), Some(without)) = (figure(&with), figure(&without)) {
                    sums[0] += with;
                    sums[1] += without;
                    count += 1.0;
                }
            }
        }
        assert!(count > 20.0, "{count} minutes");
        sums.map(|sum| sum / count)
    }
}

/// The means of a figure with a fault and without, for those on whose own path it is.
fn means(kind: FaultKind, figures: &[fn(&Minute) -> Option<f64>]) -> Vec<[f64; 2]> {
    let pairs = pairs(&world(kind, 1.0));
    figures
        .iter()
        .map(|figure| Pair::means(pairs.iter().filter(|pair| pair.is_own), figure))
        .collect()
}

fn sent_loss(minute: &Minute) -> Option<f64> {
    minute.audio_sent.map(|figures| figures.avg_loss_pct)
}

fn received_loss(minute: &Minute) -> Option<f64> {
    minute.audio_received.map(|figures| figures.avg_loss_pct)
}

fn sent_latency(minute: &Minute) -> Option<f64> {
    minute.audio_sent.map(|figures| figures.latency_ms)
}

fn sent_jitter(minute: &Minute) -> Option<f64> {
    minute.audio_sent.map(|figures| figures.jitter_ms)
}

fn received_jitter(minute: &Minute) -> Option<f64> {
    minute.audio_received.map(|figures| figures.jitter_ms)
}

fn sent_lines(minute: &Minute) -> Option<f64> {
    Some(f64::from(minute.video_sent?.picture?.height))
}

fn sent_frames(minute: &Minute) -> Option<f64> {
    Some(minute.video_sent?.picture?.frames_per_second)
}

#[test]
fn weak_wifi_weakens_the_signal_and_loses_in_bursts_both_ways() {
    let kind = FaultKind::WeakWifi { site: 0, access_point: 0 };
    let peak = |minute: &Minute| minute.audio_sent.map(|figures| figures.max_loss_pct);
    let signal = |minute: &Minute| minute.signal.map(|[_, dbm, _]| dbm);
    let figures = means(kind, &[sent_loss, received_loss, peak, signal]);
    let [sent, received, peak, signal] = figures.as_slice() else { unreachable!("as many") };
    assert!(sent[0] > 3.0 * sent[1] && received[0] > 2.0 * received[1], "{figures:?}");
    assert!(peak[0] > 2.5 * sent[0], "{figures:?}");
    assert!(signal[0] < signal[1] - 15.0, "{figures:?}");
}

#[test]
fn a_full_line_delays_and_makes_pictures_smaller_in_its_direction() {
    let figures: [fn(&Minute) -> Option<f64>; 3] = [sent_jitter, received_jitter, sent_lines];
    let out = means(FaultKind::CongestedUplink { site: 0 }, &figures);
    let into = means(FaultKind::CongestedDownlink { site: 0 }, &figures);
    assert!(out[0][0] > 1.5 * out[0][1], "{out:?}");
    assert!(into[1][0] > 1.5 * into[1][1], "{into:?}");
    assert!(into[0][0] < 1.1 * into[0][1], "{into:?}");
    assert!(out[2][0] < out[2][1], "{out:?}");
}

#[test]
fn an_outage_leaves_the_smallest_pictures() {
    let site = 0;
    let pairs = pairs(&world(FaultKind::AccessLine { site }, OUTAGE));
    let own = || pairs.iter().filter(|pair| pair.is_own);
    let [with, without] = Pair::means(own(), sent_lines);
    assert!(with <= 180.0 && without > 250.0, "{with} {without}");
    assert!(Pair::means(own(), sent_loss)[0] > 25.0);
}

#[test]
fn a_busy_processor_lowers_the_frame_rate_at_the_same_size() {
    let company = World::new(1, 400).company;
    let person = (0..400)
        .find(|&person| {
            let device = company.device(Who::Person(person));
            device.kind == DeviceKind::Windows && device.power < 0.9
        })
        .unwrap();
    let system = |minute: &Minute| Some(minute.system_max);
    let kind = FaultKind::BusyProcessor { person };
    let figures = means(kind, &[sent_frames, sent_lines, sent_loss, system]);
    assert!(figures[0][0] < 0.8 * figures[0][1], "{figures:?}");
    assert!((figures[1][0] - figures[1][1]).abs() < 0.1, "{figures:?}");
    assert!((figures[2][0] - figures[2][1]).abs() < 1e-9, "{figures:?}");
    assert!(figures[3][0] > 75.0, "{figures:?}");
}

#[test]
fn a_bad_release_loses_what_it_should_play() {
    let version = World::new(1, 400).company.device(Who::Person(0)).version(MONDAY).unwrap();
    let system = |minute: &Minute| Some(minute.system_max);
    let figures = means(FaultKind::ClientVersion { version }, &[received_loss, sent_loss, system]);
    assert!(figures[0][0] > figures[0][1] + 1.0, "{figures:?}");
    assert!((figures[1][0] - figures[1][1]).abs() < 1e-9, "{figures:?}");
    assert!(figures[2][0] > figures[2][1] + 10.0, "{figures:?}");
}

#[test]
fn listeners_hear_what_a_faulty_sender_loses() {
    let pairs = pairs(&world(FaultKind::FaultySender { person: 16 }, 1.0));
    let (own, others): (Vec<&Pair>, Vec<&Pair>) = pairs.iter().partition(|pair| pair.is_own);
    let [sent, clean] = Pair::means(own.iter().copied(), sent_loss);
    assert!(sent > clean + 3.0, "{sent} {clean}");
    let [heard, clean] = Pair::means(others.iter().copied(), received_loss);
    assert!(heard > clean + 0.5, "{heard} {clean}");
    let [with, without] = Pair::means(others.iter().copied(), sent_loss);
    assert!((with - without).abs() < 1e-9, "{with} {without}");
}

#[test]
fn a_detour_of_a_vpn_is_a_longer_way_for_those_who_use_it() {
    let pairs = pairs(&world(FaultKind::VpnDetour { site: 0 }, 1.0));
    let own = || pairs.iter().filter(|pair| pair.is_own);
    assert!(own().all(|pair| matches!(pair.with.path.place(), Place::Vpn { site: 0, .. })));
    let [with, without] = Pair::means(own(), sent_latency);
    assert!(with > without + 80.0, "{with} {without}");
}

#[test]
fn where_udp_is_blocked_packets_wait_instead_of_getting_lost() {
    let pairs = pairs(&world(FaultKind::TcpFallback { site: 0 }, 2.0));
    let own = || pairs.iter().filter(|pair| pair.is_own);
    let transports = |wanted| own().filter(|pair| pair.with.path.transport() == wanted).count();
    assert!(transports(Transport::Tcp) > 10 && transports(Transport::TcpProxy) > 3);
    assert_eq!(transports(Transport::Udp), 0);
    assert!(Pair::means(own(), sent_loss)[0].abs() < 1e-9);
    let [with, without] = Pair::means(own(), sent_latency);
    assert!(with > without, "{with} {without}");
}

#[test]
fn a_far_server_is_told_and_takes_longer() {
    let pairs = pairs(&world(FaultKind::FarServer { site: 0 }, 1.0));
    for Pair { with, without, .. } in &pairs {
        assert_ne!(with.path.data_center(), without.path.data_center());
    }
    let [with, without] = Pair::means(pairs.iter(), sent_latency);
    assert!(with > without + 30.0, "{with} {without}");
    let [with, without] = Pair::means(pairs.iter(), sent_loss);
    assert!((with - without).abs() < 0.2, "{with} {without}");
}

#[test]
fn a_minute_is_the_same_by_itself_and_in_its_report() {
    let world = World::new(1, 50);
    for meeting in world.calendar.day(MONDAY, 1) {
        for join in world.calendar.joins(&meeting) {
            let session = Session::new(&world, &meeting, join);
            let report: Vec<Minute> = session.minutes(join.end).collect();
            for minute in report.iter().rev() {
                assert_eq!(session.minute(minute.instant / MINUTE, join.end), *minute);
            }
            let part: Vec<Minute> = session.minutes(join.start + 10 * MINUTE).collect();
            // The last one is not over yet.
            let whole = part.len().saturating_sub(1);
            assert_eq!(part[..whole], report[..whole]);
        }
    }
}

#[test]
fn nobody_in_a_breakout_room_hears_another_room() {
    let world = World::new(1, 400);
    let mut heard = 0;
    for meeting in (MONDAY..MONDAY + 5).flat_map(|day| world.calendar.day(day, 0)) {
        for join in world.calendar.joins(&meeting) {
            if !matches!(join.space, Space::Breakout(_)) {
                continue;
            }
            let session = Session::new(&world, &meeting, join);
            let minutes: Vec<Minute> = session.minutes(join.end).collect();
            assert!(session.share.is_none() && !minutes.is_empty());
            for speaker in &session.speakers {
                // All went there and back within half a minute of each other.
                let [stay] = speaker.stays.as_slice() else {
                    panic!("one stay in a breakout room")
                };
                assert!((stay.start - join.start).abs() < MINUTE / 2, "{stay:?}");
                assert!((stay.end - join.end).abs() < MINUTE / 2, "{stay:?}");
            }
            heard += minutes.iter().filter(|minute| minute.audio_received.is_some()).count();
        }
    }
    assert!(heard > 100, "{heard} minutes");
}

#[test]
fn who_sends_straight_to_another_meets_no_data_center() {
    let region = Region::Europe;
    let world = world(FaultKind::DataCenter { region }, 1.0);
    let (mut direct, mut others) = (0, 0);
    for meeting in (MONDAY..MONDAY + 2).flat_map(|day| world.calendar.day(day, 3)) {
        for join in world.calendar.joins(&meeting) {
            let session = Session::new(&world, &meeting, join);
            if session.path.is_direct() {
                assert!(session.faults().is_empty());
                direct += 1;
            } else if session.path.data_center() == region {
                assert!(!session.faults().is_empty());
                others += 1;
            }
        }
    }
    assert!(direct > 3 && others > 50, "{direct} {others}");
}

proptest! {
    #[test]
    fn figures_keep_their_ranges(
        seed: u64, people in 10_u32..2_000, day in 18_000_u32..30_000, series: u32, place: prop::sample::Index,
    ) {
        let world = World::new(seed, people);
        let calendar = &world.calendar;
        let series = series % calendar.series_count();
        let Some(meeting) = calendar.meeting(Instance { day, series }) else { return Ok(()) };
        let joins: Vec<Join> = calendar.joins(&meeting).collect();
        let join = joins[place.index(joins.len())];
        let session = Session::new(&world, &meeting, join);
        let mut instant = join.start.div_euclid(MINUTE) * MINUTE;
        for minute in session.minutes(join.end) {
            prop_assert_eq!(minute.instant, instant);
            instant += MINUTE;
            let streams = [
                minute.audio_sent, minute.audio_received, minute.video_sent,
                minute.video_received, minute.share_sent, minute.share_received,
            ];
            for figures in streams.into_iter().flatten() {
                prop_assert!((1.0..5_000.0).contains(&figures.bitrate_kbps), "{figures:?}");
                prop_assert!((10.0..5_000.0).contains(&figures.latency_ms), "{figures:?}");
                prop_assert!((0.0..1_000.0).contains(&figures.jitter_ms), "{figures:?}");
                prop_assert!((0.0..=100.0).contains(&figures.max_loss_pct), "{figures:?}");
                prop_assert!(figures.avg_loss_pct <= figures.max_loss_pct + 1e-9, "{figures:?}");
                if let Some(picture) = figures.picture {
                    prop_assert!((0.5..=30.0).contains(&picture.frames_per_second), "{figures:?}");
                }
            }
            let [low, mean, high] = minute.processor;
            prop_assert!(0.0 < low && low <= mean && mean <= high && high <= minute.system_max);
            prop_assert!(minute.system_max <= 100.0 + 1e-9);
            if let Some([weak, mean, strong]) = minute.signal {
                prop_assert!((-95.0..=-20.0).contains(&weak) && weak <= mean && mean <= strong);
            }
        }
        prop_assert!(instant >= join.end || join.space == Space::WaitingRoom);
    }
}
