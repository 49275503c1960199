//! A week of a simulated company: filed as any client would file it, and the truth beside.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use jiff::civil::{Date, date};
use zoom_wire::field::Text;
use zoom_wire::meeting::{ListMeetings, MeetingsPage};
use zoom_wire::qos::{ListParticipantsQos, ParticipantQos, ParticipantsQosPage};
use zoom_wire::request::Bound;
use zoom_wire::{Endpoint as _, Kind, Page as _, Range, RawPage, Request, Row, When, decode};
use zqos_core::{DeviceSample, ManualClock, StreamName, Timestamp};
use zqos_quality::InputMeaning;
use zqos_quality::cause::{Casebook, Diagnosis, Join, Minutes};
use zqos_sim::{Algorithm, Call, Config, Contribution, HurtMinute, Scenario, Simulator};

use crate::Result;
use crate::measured::{Hour, hours};

/// The first and the last day, a Monday and a Sunday.
const DAYS: [Date; 2] = [date(2026, 11, 16), date(2026, 11, 22)];
/// The same week as instants, the end not included.
const WEEK: [&str; 2] = ["2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"];
/// When the week is looked back upon.
const NOW: &str = "2026-11-23T12:00:00Z";

/// One join, as it is filed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filed {
    pub(crate) meeting: String,
    pub(crate) user: String,
    pub(crate) host: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) joined: Option<Timestamp>,
    pub(crate) left: Option<Timestamp>,
    pub(crate) egress: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) isp: Option<String>,
    pub(crate) network_type: Option<String>,
    pub(crate) connection_types: [Option<String>; 3],
    pub(crate) data_center: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) os: Option<String>,
    pub(crate) minutes: Minutes,
    /// The same without the radio signal.
    pub(crate) deaf: Minutes,
    /// What rivals of the diagnosis look at.
    pub(crate) hours: Vec<Hour>,
}

impl Filed {
    /// Files the join.
    pub(crate) fn file(&self, casebook: &mut Casebook) {
        let join = Join {
            meeting_uuid: &self.meeting,
            user_id: &self.user,
            person: self.person.as_deref(),
            host: self.host.as_deref(),
            joined: self.joined,
            left: self.left,
            site: None,
            egress: self.egress.as_deref(),
            location: self.location.as_deref(),
            isp: self.isp.as_deref(),
            network_type: self.network_type.as_deref(),
            connection_types: self.connection_types.each_ref().map(Option::as_deref),
            data_center: self.data_center.as_deref(),
            version: self.version.as_deref(),
            device: self.device.as_deref(),
            os: self.os.as_deref(),
        };
        casebook.add(&join, &mut self.minutes.clone());
    }
}

/// A fault of the week, with what it did.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// The kind, by its name.
    pub(crate) kind: &'static str,
    /// The kind of its scope, and its name.
    pub(crate) scope: (&'static str, String),
    /// When it acted, in minutes since 1970.
    pub(crate) acted: std::ops::Range<i64>,
    /// From the first to the last minute that it made worse at all.
    pub(crate) touched: Option<std::ops::Range<i64>>,
    /// How many minutes of each join it made worse at all.
    pub(crate) worse: BTreeMap<(String, String), u32>,
    /// The minutes that it made clearly worse: when, in which join.
    pub(crate) hurt: Vec<(i64, (String, String))>,
    /// How many people it hurt, listeners included.
    pub(crate) people: usize,
    /// Of a provider: the place that all joins came from that used its lines meanwhile, if it is one.
    pub(crate) only_place: Option<String>,
}

/// A week.
#[derive(Debug, Clone)]
pub(crate) struct Week {
    pub(crate) joins: Vec<Filed>,
    pub(crate) faults: Vec<Fault>,
}

impl Week {
    /// Says what went wrong, by all joins as they are.
    pub(crate) fn diagnose(&self, meaning: Option<InputMeaning>) -> Diagnosis {
        let mut casebook = Casebook::default();
        for join in &self.joins {
            join.file(&mut casebook);
        }
        casebook.diagnose(meaning)
    }
}

/// What a company is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) people: u32,
    /// By up to how many percent the parameters of the simulator's model differ.
    pub(crate) perturbed_pct: u8,
}

/// The simulated company of a seed.
pub(crate) struct Company {
    simulator: Simulator,
    authorization: String,
}

/// Minutes since 1970.
pub(crate) const fn minute_of(instant: Timestamp) -> i64 {
    instant.unix_millis().div_euclid(60_000)
}

/// A minute counts as hurt when a figure is so many times worse than the simulator's threshold, from which on
/// somebody might notice.
pub(crate) const CLEARLY: f64 = 2.0;

/// True for what is clearly worse than it would have been.
fn is_clear(contribution: &Contribution) -> bool {
    let least = Contribution::THRESHOLD;
    let pairs = [
        (contribution.latency_ms, least.latency_ms),
        (contribution.jitter_ms, least.jitter_ms),
        (contribution.avg_loss_pct, least.avg_loss_pct),
        (contribution.max_loss_pct, least.max_loss_pct),
        (contribution.frame_rate_fps, least.frame_rate_fps),
        (f64::from(contribution.height_px), f64::from(least.height_px)),
    ];
    pairs.into_iter().any(|(worse, least)| worse >= CLEARLY * least)
}

/// The place, by location and address, that all joins came from that used a provider's lines while a fault of
/// it acted; `None` for several.
fn only_place(joins: &[Filed], fault: &Fault) -> Option<String> {
    let meanwhile = joins.iter().filter(|join| {
        let from = join.joined.map_or(i64::MIN, minute_of);
        let to = join.left.map_or(i64::MAX, minute_of);
        join.isp.as_ref() == Some(&fault.scope.1)
            && from < fault.acted.end
            && fault.acted.start < to
    });
    let addresses: BTreeSet<&str> = meanwhile.filter_map(|join| join.egress.as_deref()).collect();
    let mut addresses = addresses.into_iter();
    let (address, others) = (addresses.next()?, addresses.next());
    let there = joins.iter().filter(|join| join.egress.as_deref() == Some(address));
    let mut locations = BTreeMap::<&str, u32>::new();
    for location in there.filter_map(|join| join.location.as_deref()) {
        *locations.entry(location).or_default() += 1;
    }
    let (location, _) = locations.into_iter().max_by_key(|(_, count)| *count)?;
    others.is_none().then(|| format!("{location}, {address}"))
}

fn owned(text: Text<'_>) -> Option<String> {
    text.get().map(Cow::into_owned).filter(|text| !text.is_empty())
}

impl Company {
    /// A company in which faults happen by chance, or as a scenario plans them.
    pub(crate) fn new(world: World, scenario: Option<&str>) -> Result<Self> {
        let World { seed, people, perturbed_pct } = world;
        let config =
            Config { seed, people, perturbed_pct, limits: Algorithm::Off, ..Config::default() };
        let mut simulator = Simulator::new(config, Arc::new(ManualClock::new(NOW.parse()?)))?;
        if let Some(text) = scenario {
            let scenario: Scenario = text.parse()?;
            simulator.play(&scenario)?;
        }
        let answer = simulator.answer(&Call {
            method: "POST",
            target: "/oauth/token",
            // sim-client:sim-secret
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        });
        let grant: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let token = grant["access_token"].as_str().ok_or("no token was granted")?;
        Ok(Self { authorization: format!("Bearer {token}"), simulator })
    }

    /// Everything that happened in the week; `with_truth` also why.
    pub(crate) fn week(&self, with_truth: bool) -> Result<Week> {
        let joins = self.joins()?;
        let faults = if with_truth { self.faults(&joins)? } else { Vec::new() };
        Ok(Week { joins, faults })
    }

    fn faults(&self, joins: &[Filed]) -> Result<Vec<Fault>> {
        let range = || Result::Ok(WEEK[0].parse()?..WEEK[1].parse()?);
        let mut faults: BTreeMap<String, Fault> = BTreeMap::new();
        for incident in self.simulator.incidents(range()?) {
            let fault = Fault {
                kind: incident.kind.id(),
                scope: (incident.scope.kind.id(), incident.scope.name),
                acted: minute_of(incident.from)..minute_of(incident.to),
                touched: None,
                worse: BTreeMap::new(),
                hurt: Vec::new(),
                people: 0,
                only_place: None,
            };
            faults.insert(incident.id, fault);
        }
        for minute in self.simulator.truth(range()?) {
            let HurtMinute { meeting_uuid, user_id, ts, incident, contribution, .. } = minute;
            let Some(fault) = faults.get_mut(&incident) else { continue };
            let now = minute_of(ts);
            let touched = fault.touched.clone().unwrap_or(now..now + 1);
            fault.touched = Some(touched.start.min(now)..touched.end.max(now + 1));
            let join = (meeting_uuid, user_id.to_string());
            if is_clear(&contribution) {
                fault.hurt.push((now, join.clone()));
            }
            *fault.worse.entry(join).or_default() += 1;
        }
        let people: BTreeMap<(&str, &str), &str> = joins
            .iter()
            .map(|join| {
                let person = join.person.as_deref().unwrap_or(&join.user);
                ((&*join.meeting, &*join.user), person)
            })
            .collect();
        for fault in faults.values_mut() {
            let hurt = fault
                .hurt
                .iter()
                .filter_map(|(_, (meeting, user))| people.get(&(meeting.as_str(), user.as_str())));
            fault.people = hurt.collect::<BTreeSet<_>>().len();
            if fault.scope.0 == "isp" {
                fault.only_place = only_place(joins, fault);
            }
        }
        Ok(faults.into_values().collect())
    }

    fn joins(&self) -> Result<Vec<Filed>> {
        let mut joins = Vec::new();
        let days = Range::new(Bound::Day(DAYS[0]), Bound::Day(DAYS[1]))?;
        for kind in [Kind::Meeting, Kind::Webinar] {
            let list = ListMeetings::new(days).kind(kind).to_request()?;
            self.each_page(&list, |body| {
                for meeting in decode::<MeetingsPage<'_>>(body)?.into_rows() {
                    let Row::Object(meeting) = meeting else { return Err("no meeting".into()) };
                    let uuid = meeting.uuid.read()?.ok_or("a meeting without a UUID")?;
                    let host = owned(meeting.email);
                    let reports = ListParticipantsQos::new(uuid.clone().into())
                        .kind(kind)
                        .when(When::Past)
                        .to_request()?;
                    self.each_page(&reports, |body| {
                        for report in decode::<ParticipantsQosPage<'_>>(body)?.into_rows() {
                            let Row::Object(report) = report else {
                                return Err("no report".into());
                            };
                            let host = host.clone();
                            joins.push(Filed {
                                host,
                                meeting: uuid.as_str().to_owned(),
                                ..self.filed(&report)?
                            });
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            })?;
        }
        Ok(joins)
    }

    fn filed(&self, report: &ParticipantQos<'_>) -> Result<Filed> {
        let samples = report.samples("$");
        let mut minutes = Minutes::default();
        for sample in &samples.streams {
            if let StreamName::Known(stream) = &sample.stream {
                minutes.add_stream(sample.ts, *stream, &sample.figures);
            }
        }
        let mut deaf = minutes.clone();
        for device in &samples.devices {
            minutes.add_device(device);
            let without =
                DeviceSample { min_rssi: None, avg_rssi: None, max_rssi: None, ..*device };
            deaf.add_device(&without);
        }
        let user = report.user_id.read()?.ok_or("a join without an id")?;
        let egress = owned(report.ip_address);
        let isp = egress
            .as_deref()
            .and_then(|address| address.parse::<Ipv4Addr>().ok())
            .and_then(|address| self.simulator.autonomous_system(address));
        let connection_types = [
            owned(report.connection_type),
            owned(report.video_connection_type),
            owned(report.as_connection_type),
        ];
        let is_over_tcp = connection_types.iter().flatten().any(|name| name.contains("TCP"));
        Ok(Filed {
            hours: hours(&samples.streams, &samples.devices, is_over_tcp),
            user: user.as_str().to_owned(),
            person: owned(report.email).or(owned(report.id)).or(owned(report.user_name)),
            joined: report.join_time.get(),
            left: report.leave_time.get(),
            egress,
            location: owned(report.location),
            isp,
            network_type: owned(report.network_type),
            connection_types,
            data_center: owned(report.data_center),
            version: owned(report.version),
            device: owned(report.device),
            os: owned(report.os),
            minutes,
            deaf,
            ..Filed::default()
        })
    }

    /// Visits the body of every page of a listing.
    fn each_page(
        &self,
        request: &Request,
        mut visit: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut page = request.clone();
        loop {
            let target = format!("/v2{}", page.target());
            let answer = self.simulator.answer(&Call::get(&target, &self.authorization));
            if answer.status != 200 {
                return Err(format!("{target}: {}", String::from_utf8_lossy(&answer.body)).into());
            }
            visit(&answer.body)?;
            match RawPage::decode(&answer.body, None)?.next_page_token() {
                Some(token) => page = request.clone().with_page_token(&token),
                None => return Ok(()),
            }
        }
    }
}
