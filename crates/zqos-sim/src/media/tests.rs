use proptest::prelude::*;

use super::*;
use crate::calendar::{DAY, Sort};
use crate::company::{DeviceKind, Place};
use crate::fault::FaultKind;
use crate::identity::Instance;

/// 2026-11-16, a Monday.
const MONDAY: u32 = 20_773;

impl World {
    /// Every session of a working week in meetings of some sort.
    fn sessions(&self, wanted: impl Fn(&Meeting, &Join) -> bool) -> Vec<(Session, i64)> {
        let mut sessions = Vec::new();
        for day in MONDAY..MONDAY + 5 {
            for meeting in self.calendar.day(day, 0) {
                for join in self.calendar.joins(&meeting) {
                    if wanted(&meeting, &join) {
                        let session = Session::new(self, &meeting, join);
                        sessions.push((session, join.end));
                    }
                }
            }
        }
        sessions
    }
}

/// The mean of a figure over all minutes of all sessions that have it.
fn mean(sessions: &[(Session, i64)], figure: impl Fn(&Minute) -> Option<f64>) -> f64 {
    let figures: Vec<f64> = sessions
        .iter()
        .flat_map(|(session, end)| session.minutes(*end).filter_map(|minute| figure(&minute)))
        .collect();
    assert!(figures.len() > 20, "{} minutes", figures.len());
    let count = u32::try_from(figures.len()).unwrap();
    figures.iter().sum::<f64>() / f64::from(count)
}

fn faults(world: &World) -> Vec<Fault> {
    world
        .faults
        .acting(&world.company, i64::from(MONDAY) * DAY..i64::from(MONDAY + 5) * DAY)
        .collect()
}

#[test]
fn weak_wifi_loses_in_bursts_both_ways_where_the_wire_does_not() {
    let world = World::new(1, 200);
    let (site, access_point) = faults(&world)
        .iter()
        .find_map(|fault| match fault.kind {
            FaultKind::WeakWifi { site, access_point } => Some((site, access_point)),
            _ => None,
        })
        .unwrap();
    let hit = |session: &Session| {
        session.path.place() == Place::OfficeWifi { site, access_point }
            && session.faults.iter().any(|fault| matches!(fault.kind, FaultKind::WeakWifi { .. }))
    };
    let all = world.sessions(|meeting, _| meeting.series.sort == Sort::Standup);
    let (weak, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(session, _)| hit(session));
    let wired: Vec<_> = rest
        .into_iter()
        .filter(|(session, _)| matches!(session.path.place(), Place::OfficeWired { .. }))
        .filter(|(session, _)| session.faults.is_empty())
        .collect();
    let sent = |minute: &Minute| minute.audio_sent.map(|figures| figures.avg_loss_pct);
    let received = |minute: &Minute| minute.audio_received.map(|figures| figures.avg_loss_pct);
    let peak = |minute: &Minute| minute.audio_sent.map(|figures| figures.max_loss_pct);
    assert!(mean(&weak, sent) > 4.0 * mean(&wired, sent));
    assert!(mean(&weak, received) > mean(&wired, received));
    assert!(mean(&weak, peak) > 2.5 * mean(&weak, sent));
    assert!(mean(&weak, |minute| minute.signal.map(|[_, dbm, _]| dbm)) < -66.0);
}

#[test]
fn a_busy_processor_lowers_the_frame_rate_at_the_same_size() {
    let world = World::new(1, 2_000);
    let all = world.sessions(|meeting, join| {
        meeting.series.sort == Sort::Standup
            && world.company.device(join.who).kind == DeviceKind::Windows
    });
    let is_busy = |session: &Session| {
        session.faults.iter().any(|fault| matches!(fault.kind, FaultKind::BusyProcessor { .. }))
    };
    let (busy, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(session, _)| is_busy(session));
    let rate = |minute: &Minute| Some(minute.video_sent?.picture?.frames_per_second);
    let lines = |minute: &Minute| Some(f64::from(minute.video_sent?.picture?.height));
    assert!(mean(&busy, rate) < 0.8 * mean(&rest, rate));
    assert!(mean(&busy, lines) > 0.9 * mean(&rest, lines));
    assert!(mean(&busy, |minute| Some(minute.system_max)) > 75.0);
}

#[test]
fn a_congested_line_delays_first_and_makes_pictures_smaller() {
    let world = World::new(1, 200);
    let all = world.sessions(|meeting, _| meeting.series.sort == Sort::Standup);
    let is_hit = |session: &Session| {
        session.faults.iter().any(|fault| matches!(fault.kind, FaultKind::CongestedUplink { .. }))
    };
    let (hit, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(session, _)| is_hit(session));
    let jitter = |minute: &Minute| minute.audio_sent.map(|figures| figures.jitter_ms);
    assert!(mean(&hit, jitter) > 1.5 * mean(&rest, jitter));
}

#[test]
fn listeners_hear_what_a_faulty_sender_loses() {
    let world = World::new(1, 200);
    let person = faults(&world)
        .iter()
        .find_map(|fault| match fault.kind {
            FaultKind::FaultySender { person } => Some(person),
            _ => None,
        })
        .unwrap();
    let hears = |session: &Session| {
        session.join.who != Who::Person(person)
            && session
                .speakers
                .iter()
                .any(|speaker| speaker.who == Who::Person(person) && !speaker.faults.is_empty())
    };
    let small = world.sessions(|meeting, _| {
        matches!(meeting.series.sort, Sort::Standup | Sort::Planning | Sort::Project)
    });
    let (hearing, rest): (Vec<_>, Vec<_>) =
        small.into_iter().partition(|(session, _)| hears(session));
    let received = |minute: &Minute| minute.audio_received.map(|figures| figures.avg_loss_pct);
    assert!(mean(&hearing, received) > 1.5 * mean(&rest, received));
}

#[test]
fn a_minute_is_the_same_by_itself_and_in_its_report() {
    let world = World::new(1, 50);
    let meeting = world.calendar.meeting(Instance { day: MONDAY, series: 1 }).unwrap();
    for join in world.calendar.joins(&meeting) {
        let session = Session::new(&world, &meeting, join);
        let report: Vec<Minute> = session.minutes(join.end).collect();
        for minute in report.iter().rev() {
            assert_eq!(session.minute(minute.instant / MINUTE, join.end), *minute);
        }
        let half: Vec<Minute> = session.minutes(meeting.start + 20 * MINUTE).collect();
        // The last one is not over yet.
        assert_eq!(half[..half.len() - 1], report[..half.len() - 1]);
    }
}

#[test]
fn nobody_in_a_breakout_room_hears_another_room() {
    let world = World::new(1, 400);
    let mut heard = 0;
    for (session, end) in world.sessions(|_, join| matches!(join.space, Space::Breakout(_))) {
        let minutes: Vec<Minute> = session.minutes(end).collect();
        assert!(session.share.is_none() && !minutes.is_empty());
        for speaker in &session.speakers {
            // All went there and back within half a minute of each other.
            let [stay] = speaker.stays.as_slice() else { panic!("one stay in a breakout room") };
            assert!((stay.start - session.join.start).abs() < MINUTE / 2, "{stay:?}");
            assert!((stay.end - session.join.end).abs() < MINUTE / 2, "{stay:?}");
        }
        heard += minutes.iter().filter(|minute| minute.audio_received.is_some()).count();
    }
    assert!(heard > 100, "{heard} minutes");
}

#[test]
fn who_sends_straight_to_another_meets_no_data_center() {
    let world = World::new(1, 2_000);
    let all = world.sessions(|meeting, _| meeting.series.sort == Sort::OneToOne);
    let is_center = |fault: &Fault| matches!(fault.kind, FaultKind::DataCenter { .. });
    let (direct, rest): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(session, _)| session.path.is_direct());
    assert!(rest.iter().any(|(session, _)| session.faults.iter().any(is_center)));
    assert!(!direct.iter().any(|(session, _)| session.faults().iter().any(is_center)));
    assert!(direct.len() > 50, "{}", direct.len());
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
