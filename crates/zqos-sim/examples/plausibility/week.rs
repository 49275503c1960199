//! A week of a simulated company, read as any client would read it: every list and every report,
//! page by page; beside it the truth.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::{Date, date};
use zoom_wire::meeting::{ListMeetings, MeetingsPage};
use zoom_wire::qos::{ListParticipantsQos, ParticipantQos, ParticipantsQosPage};
use zoom_wire::request::Bound;
use zoom_wire::{Endpoint as _, Kind, Page as _, Range, RawPage, Request, Row, When, decode};
use zqos_core::{DeviceSample, Figures, ManualClock, Timestamp};
use zqos_sim::{Algorithm, Call, Config, Incident, IncidentKind, Simulator};

use crate::Result;

/// The first and the last day, a Monday and a Sunday.
pub(crate) const DAYS: [Date; 2] = [date(2026, 11, 16), date(2026, 11, 22)];
/// The same week as instants, the end not included.
const WEEK: [&str; 2] = ["2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"];
/// When the week is looked back upon.
const NOW: &str = "2026-11-23T12:00:00Z";

/// What a company's week looks like from outside.
pub(crate) struct Week {
    simulator: Simulator,
    authorization: String,
}

/// One join.
pub(crate) struct Session {
    pub(crate) network: Network,
    pub(crate) minutes: Vec<Minute>,
}

/// What somebody's network is, as far as the API tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Network {
    OfficeWired,
    OfficeWifi,
    HomeWired,
    HomeWifi,
    Vpn,
    Cellular,
    /// Of guests, and of whoever else is told as no user of the account.
    Outside,
    /// What the API does not tell the network of.
    Untold,
}

/// One element of `user_qos`, and what hurt it.
#[derive(Default)]
pub(crate) struct Minute {
    pub(crate) audio_sent: Figures,
    pub(crate) audio_received: Figures,
    pub(crate) video_sent: Figures,
    pub(crate) video_received: Figures,
    pub(crate) device: Option<DeviceSample>,
    /// The kinds of the incidents that made it worse.
    pub(crate) hurt_by: Vec<IncidentKind>,
}

impl Minute {
    /// Audio and video, either way.
    pub(crate) const fn streams(&self) -> [&Figures; 4] {
        [&self.audio_sent, &self.audio_received, &self.video_sent, &self.video_received]
    }
}

/// What hurt whom when.
type Truth = HashMap<(String, String), Vec<(Timestamp, IncidentKind)>>;

impl Week {
    /// The week of the company that a seed and a head count make.
    pub(crate) fn new(seed: u64, people: u32) -> Result<Self> {
        let config = Config { seed, people, limits: Algorithm::Off, ..Config::default() };
        let simulator = Simulator::new(config, Arc::new(ManualClock::new(NOW.parse()?)))?;
        let answer = simulator.answer(&Call {
            method: "POST",
            target: "/oauth/token",
            // sim-client:sim-secret
            authorization: Some("Basic c2ltLWNsaWVudDpzaW0tc2VjcmV0"),
            body: b"grant_type=account_credentials&account_id=sim-account",
        });
        let grant: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let token = grant["access_token"].as_str().ok_or("no token was granted")?;
        Ok(Self { simulator, authorization: format!("Bearer {token}") })
    }

    /// The incidents of the week.
    pub(crate) fn incidents(&self) -> Result<Vec<Incident>> {
        Ok(self.simulator.incidents(range()?).collect())
    }

    /// Visits every session of the meetings and webinars that began in the week.
    pub(crate) fn each_session(&self, mut visit: impl FnMut(Session)) -> Result<()> {
        let mut truth = Truth::new();
        for minute in self.simulator.truth(range()?) {
            let join = (minute.meeting_uuid, minute.user_id.to_string());
            truth.entry(join).or_default().push((minute.ts, minute.kind));
        }
        let days = Range::new(Bound::Day(DAYS[0]), Bound::Day(DAYS[1]))?;
        for kind in [Kind::Meeting, Kind::Webinar] {
            let list = ListMeetings::new(days).kind(kind).to_request()?;
            self.each_page(&list, |body| {
                for meeting in decode::<MeetingsPage<'_>>(body)?.into_rows() {
                    let Row::Object(meeting) = meeting else { return Err("no meeting".into()) };
                    let uuid = meeting.uuid.read()?.ok_or("a meeting without a UUID")?;
                    let reports = ListParticipantsQos::new(uuid.clone().into())
                        .kind(kind)
                        .when(When::Past)
                        .to_request()?;
                    self.each_page(&reports, |body| {
                        for report in decode::<ParticipantsQosPage<'_>>(body)?.into_rows() {
                            let Row::Object(report) = report else {
                                return Err("no report".into());
                            };
                            let id = report.user_id.read()?.ok_or("a join without an id")?;
                            let join = (uuid.as_str().to_owned(), id.as_str().to_owned());
                            visit(session(&report, truth.get(&join).map_or(&[], Vec::as_slice)));
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            })?;
        }
        Ok(())
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

fn range() -> Result<std::ops::Range<Timestamp>> {
    Ok(WEEK[0].parse()?..WEEK[1].parse()?)
}

fn session(report: &ParticipantQos<'_>, hurt: &[(Timestamp, IncidentKind)]) -> Session {
    let samples = report.samples("$");
    let mut minutes: BTreeMap<Timestamp, Minute> = BTreeMap::new();
    for device in samples.devices {
        minutes.entry(device.ts).or_default().device = Some(device);
    }
    for sample in samples.streams {
        let minute = minutes.entry(sample.ts).or_default();
        match sample.stream.as_str() {
            "audio_input" => minute.audio_sent = sample.figures,
            "audio_output" => minute.audio_received = sample.figures,
            "video_input" => minute.video_sent = sample.figures,
            "video_output" => minute.video_received = sample.figures,
            _ => {}
        }
    }
    for (ts, kind) in hurt {
        // A minute that no report tells of cannot be counted.
        if let Some(minute) = minutes.get_mut(ts)
            && !minute.hurt_by.contains(kind)
        {
            minute.hurt_by.push(*kind);
        }
    }
    Session { network: Network::of(report), minutes: minutes.into_values().collect() }
}

impl Network {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OfficeWired => "office, wired",
            Self::OfficeWifi => "office, Wi-Fi",
            Self::HomeWired => "home, wired",
            Self::HomeWifi => "home, Wi-Fi",
            Self::Vpn => "VPN",
            Self::Cellular => "cellular",
            Self::Outside => "guests and others",
            Self::Untold => "untold",
        }
    }

    fn of(report: &ParticipantQos<'_>) -> Self {
        let text = |field: zoom_wire::field::Text<'_>| {
            field.get().map(std::borrow::Cow::into_owned).unwrap_or_default()
        };
        if text(report.id).is_empty() {
            return Self::Outside;
        }
        let address = text(report.ip_address);
        // Offices have the addresses of RFC 5737's first documentation network.
        let is_office = address.starts_with("192.0.2.");
        match text(report.network_type).as_str() {
            "PPP" => Self::Vpn,
            "Cellular" => Self::Cellular,
            "Wired" if is_office => Self::OfficeWired,
            "Wifi" if is_office => Self::OfficeWifi,
            "Wired" if !address.is_empty() => Self::HomeWired,
            "Wifi" if !address.is_empty() => Self::HomeWifi,
            _ => Self::Untold,
        }
    }
}
