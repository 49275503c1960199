use std::collections::HashSet;
use std::sync::Arc;

use zqos_core::ManualClock;

use super::*;
use crate::api::Config;
use crate::company::Place;
use crate::fault::{FaultId, Schedule};

fn simulator(seed: u64) -> Simulator {
    let clock = Arc::new(ManualClock::new("2026-11-20T12:00:00Z".parse().unwrap()));
    Simulator::new(Config { seed, ..Config::default() }, clock).unwrap()
}

fn range(from: &str, to: &str) -> Range<Timestamp> {
    from.parse().unwrap()..to.parse().unwrap()
}

/// A Monday to the next.
fn week() -> Range<Timestamp> {
    range("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")
}

/// The days on which the incidents of that week act, most of them.
fn days() -> Range<Timestamp> {
    range("2026-11-17T00:00:00Z", "2026-11-19T00:00:00Z")
}

#[test]
fn every_incident_of_a_week_says_what_where_and_when() {
    let incidents: Vec<Incident> = simulator(1).incidents(week()).collect();
    let kinds: HashSet<&str> = incidents.iter().map(|incident| incident.kind.id()).collect();
    assert_eq!(kinds.len(), 11, "one of each kind");
    let ids: HashSet<&str> = incidents.iter().map(|incident| incident.id.as_str()).collect();
    assert_eq!(ids.len(), incidents.len());
    for incident in &incidents {
        assert!(!incident.scope.name.is_empty(), "{incident:?}");
        assert!(week().contains(&incident.from) && incident.from < incident.to, "{incident:?}");
        assert!(incident.id.starts_with("2026-11-16-"), "{incident:?}");
        let expected = match incident.kind {
            IncidentKind::AccessWifi => ScopeKind::AccessNetwork,
            IncidentKind::SiteOrIsp if incident.scope.name.starts_with("AS") => ScopeKind::Isp,
            IncidentKind::UplinkCapacity
            | IncidentKind::DownlinkCapacity
            | IncidentKind::SiteOrIsp
            | IncidentKind::TcpFallback
            | IncidentKind::FarServer => ScopeKind::Site,
            IncidentKind::ClientVersion => ScopeKind::Version,
            IncidentKind::VpnOrProxy => ScopeKind::Vpn,
            IncidentKind::DataCenter => ScopeKind::DataCenter,
            IncidentKind::DeviceCpu | IncidentKind::FaultySender => ScopeKind::Person,
        };
        assert_eq!(incident.scope.kind, expected);
    }
}

#[test]
fn incidents_are_those_that_act_within_the_range() {
    let simulator = simulator(1);
    for incident in simulator.incidents(week()) {
        let before = Timestamp::from_unix_millis(incident.from.unix_millis() - 1).unwrap();
        let listed = |range| simulator.incidents(range).any(|other| other.id == incident.id);
        assert!(listed(before..incident.to));
        assert!(!listed(before..incident.from), "the end of a range is not in it");
        assert!(!listed(incident.to..week().end), "nor is the end of an incident");
    }
    assert_eq!(simulator.incidents(week().end..week().start).count(), 0);
    let two_weeks = range("2026-11-09T00:00:00Z", "2026-11-23T00:00:00Z");
    assert_eq!(simulator.incidents(two_weeks).count(), 32);
}

#[test]
fn every_hurt_minute_names_an_incident_that_acts_and_a_join_that_lasts() {
    let simulator = simulator(1);
    let incidents: Vec<Incident> = simulator.incidents(days()).collect();
    let mut hurt = HashSet::new();
    for minute in simulator.truth(days()) {
        let incident = incidents.iter().find(|incident| incident.id == minute.incident).unwrap();
        let ts = minute.ts.unix_millis();
        assert_eq!(minute.kind, incident.kind);
        assert!(days().contains(&minute.ts));
        assert!(incident.from.unix_millis() < ts + MINUTE && ts <= incident.to.unix_millis());
        assert!(minute.contribution.hurts());
        let instance = simulator.world.company.ids().instance(&minute.meeting_uuid).unwrap();
        let meeting = simulator.world.calendar.meeting(instance).unwrap();
        let join = simulator.world.calendar.join(&meeting, minute.user_id).unwrap();
        assert!(join.start < ts + MINUTE && ts < join.end);
        let key = (minute.meeting_uuid, minute.user_id, minute.ts, minute.incident);
        assert!(hurt.insert(key), "told once");
    }
    assert!(hurt.len() > 50, "{} hurt minutes", hurt.len());
}

#[test]
fn the_truth_is_the_same_each_time_and_another_for_another_seed() {
    let tell = |seed| simulator(seed).truth(days()).collect::<Vec<_>>();
    assert_eq!(format!("{:?}", tell(1)), format!("{:?}", tell(1)));
    assert_ne!(tell(1), tell(2));
}

#[test]
fn a_range_is_the_sum_of_its_parts() {
    let simulator = simulator(1);
    let tell = |from, to| simulator.truth(range(from, to)).map(|minute| format!("{minute:?}"));
    let noon = "2026-11-17T12:00:00Z";
    let whole: HashSet<String> = tell("2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z").collect();
    let parts: Vec<String> =
        tell("2026-11-17T00:00:00Z", noon).chain(tell(noon, "2026-11-18T00:00:00Z")).collect();
    assert_eq!(parts.len(), whole.len());
    assert!(parts.iter().all(|minute| whole.contains(minute)));
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let simulator = simulator(1);
    let last = range("9999-12-01T00:00:00Z", "9999-12-30T22:00:00Z");
    assert_eq!(simulator.incidents(last.clone()).count(), 0, "nobody meets any more");
    assert_eq!(simulator.truth(last.clone()).count(), 0);
    assert!(simulator.incidents(week().start..last.end).count() > 100_000);
    let before_all = range("-009999-01-02T02:00:00Z", "1969-12-01T00:00:00Z");
    assert_eq!(simulator.truth(before_all.clone()).count(), 0);
    assert_eq!(simulator.incidents(before_all).count(), 0);
}

/// A company in which these faults act on the days of [`days`], and no others.
fn simulator_with(faults: &[(FaultKind, f64)]) -> Simulator {
    let mut simulator = simulator(1);
    let (start, end) = (days().start.unix_millis(), days().end.unix_millis());
    let planned = faults.iter().zip(0..).map(|(&(kind, severity), place)| Fault {
        id: FaultId::Planned(place),
        kind,
        severity,
        start,
        end,
    });
    simulator.world.faults = Schedule::new(false, planned.collect());
    simulator
}

#[test]
fn a_slight_fault_hurts_nobody() {
    let hurt = |severity| {
        let kind = FaultKind::AccessLine { site: 0 };
        simulator_with(&[(kind, severity)]).truth(days()).count()
    };
    assert_eq!(hurt(0.03), 0);
    assert!(hurt(1.0) > 100);
}

#[test]
fn faults_that_overlap_are_told_apart() {
    let wifi = FaultKind::WeakWifi { site: 0, access_point: 0 };
    let day = range("2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z");
    let hurt = |faults: &[(FaultKind, f64)], kind| {
        let simulator = simulator_with(faults);
        let minutes = simulator.truth(day.clone()).filter(|minute| minute.kind == kind).count();
        f64::from(u32::try_from(minutes).unwrap())
    };
    let both = [(wifi, 1.0), (FaultKind::AccessLine { site: 0 }, 1.0)];
    for (fault, kind) in both.into_iter().zip([IncidentKind::AccessWifi, IncidentKind::SiteOrIsp]) {
        let (alone, with_the_other) = (hurt(&[fault], kind), hurt(&both, kind));
        assert!(alone > 20.0, "{alone}");
        assert!((0.8..1.1).contains(&(with_the_other / alone)), "{with_the_other} of {alone}");
    }
}

/// Who is within a fault's scope, told from places and people alone.
fn is_within(simulator: &Simulator, meeting: &Meeting, join: &Join, fault: &Fault) -> bool {
    let company = &simulator.world.company;
    let who = join.who;
    let place = company.place(who, meeting.instance.day);
    let leaves_through = |at: u32| {
        matches!(
            place,
            Place::OfficeWired { site } | Place::OfficeWifi { site, .. } | Place::Vpn { site, .. }
            if site == at
        )
    };
    match fault.kind {
        FaultKind::WeakWifi { site, access_point } => {
            place == Place::OfficeWifi { site, access_point }
        }
        FaultKind::CongestedUplink { site }
        | FaultKind::CongestedDownlink { site }
        | FaultKind::AccessLine { site } => leaves_through(site),
        FaultKind::TcpFallback { site } => leaves_through(site) && fault.acts_at(join.start),
        FaultKind::VpnDetour { site: at } => {
            matches!(place, Place::Vpn { site, .. } if site == at)
        }
        FaultKind::Provider { isp } => {
            let sites = 0..company.sites();
            let mut served = sites.filter(|&site| company.isp_of_site(site) == isp);
            let has_own =
                matches!(place, Place::Home { .. } | Place::Cellular | Place::Outside { .. });
            has_own || served.any(leaves_through)
        }
        // A far server may take its place.
        FaultKind::DataCenter { .. } => true,
        FaultKind::FarServer { site } => {
            company.site_of(meeting.host) == site && fault.acts_at(meeting.start)
        }
        FaultKind::ClientVersion { version } => {
            company.device(who).version(meeting.instance.day) == Some(version)
        }
        FaultKind::BusyProcessor { person } | FaultKind::FaultySender { person } => {
            who == Who::Person(person)
        }
    }
}

#[test]
fn taking_a_fault_away_changes_nothing_outside_of_its_interval_and_scope() {
    let simulator = simulator(1);
    let Simulator { world, .. } = &simulator;
    let monday = day_of(week().start.unix_millis());
    let mut changed = HashSet::new();
    let mut same = 0;
    // Every third meeting of the week.
    let meetings = (monday..monday + 5).flat_map(|day| world.calendar.day(day, 3)).step_by(3);
    for meeting in meetings {
        let acting = world.faults_of(&meeting);
        let joins: Vec<Join> = world.calendar.joins(&meeting).collect();
        for &join in &joins {
            let session = Session::among(&acting, world, &meeting, join);
            let minutes: Vec<Minute> = session.minutes(join.end).collect();
            for fault in &acting {
                let is_near = |join: &Join| is_within(&simulator, &meeting, join, fault);
                // Four people of the account take turns in speaking.
                let mut heard =
                    joins.iter().filter(|join| matches!(join.who, Who::Person(_))).take(4);
                let may_differ = is_near(&join) || heard.any(is_near);
                let chooses_paths = matches!(
                    fault.kind,
                    FaultKind::TcpFallback { .. } | FaultKind::FarServer { .. }
                );
                let others: Vec<Fault> =
                    acting.iter().filter(|other| other.id != fault.id).copied().collect();
                let healed = Session::among(&others, world, &meeting, join);
                for (with, without) in minutes.iter().zip(healed.minutes(join.end)) {
                    // Pictures take forty seconds to recover; a path lasts as long as the join.
                    let acts = chooses_paths
                        || fault.start < with.instant + MINUTE && with.instant < fault.end + 40_000;
                    if *with == without {
                        same += 1;
                    } else {
                        assert!(acts && may_differ, "{fault:?} changes {with:?}");
                        assert!(session.faults().contains(fault), "{fault:?} is not told");
                        changed.insert(kind(fault).id());
                    }
                }
            }
        }
    }
    assert!(same > 1_000, "{same} the same");
    assert!(changed.len() >= 9, "{changed:?}");
}

#[test]
fn a_contribution_is_what_gets_worse_in_the_worst_stream() {
    let figures = |latency_ms, avg_loss_pct| Figures {
        bitrate_kbps: 60.0,
        latency_ms,
        jitter_ms: 2.0,
        avg_loss_pct,
        max_loss_pct: avg_loss_pct,
        picture: None,
    };
    let minute = |sent, received| Minute {
        device: crate::company::DeviceKind::Windows,
        instant: 0,
        audio_sent: Some(sent),
        audio_received: Some(received),
        video_sent: None,
        video_received: None,
        share_sent: None,
        share_received: None,
        processor: [0.0; 3],
        system_max: 0.0,
        signal: None,
    };
    let with = minute(figures(50.0, 1.0), figures(40.0, 0.25));
    let without = minute(figures(45.0, 0.75), figures(60.0, 0.0));
    let contribution = Contribution::between(&with, &without);
    let expected = Contribution {
        latency_ms: 5.0,
        jitter_ms: 0.0,
        avg_loss_pct: 0.25,
        max_loss_pct: 0.25,
        frame_rate_fps: 0.0,
        height_px: 0,
    };
    assert_eq!(contribution, expected);
    assert!(!contribution.hurts());
    assert!(Contribution { height_px: 90, ..expected }.hurts());
    assert!(Contribution::THRESHOLD.hurts());
}

#[test]
fn addresses_of_offices_and_homes_are_announced_by_the_provider_that_packets_take() {
    let simulator = simulator(1);
    let World { company, calendar, .. } = &simulator.world;
    let (mut announced, mut others) = (HashSet::new(), 0);
    for meeting in calendar.day(20_775, 0) {
        for join in calendar.joins(&meeting) {
            let session = Session::new(&simulator.world, &meeting, join);
            let (address, _) = company.addresses(join.who, session.path().place());
            let named = simulator.autonomous_system(address);
            if matches!(session.path().place(), Place::Cellular | Place::Outside { .. }) {
                assert_eq!(named, None);
                others += 1;
            } else {
                assert_eq!(named, Some(Company::isp_name(session.path().isp())));
                announced.insert(address);
            }
        }
    }
    assert!(announced.len() > 20 && others > 5, "{} and {others}", announced.len());
}
