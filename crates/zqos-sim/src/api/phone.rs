//! Phone calls: the lists of them, one in detail, and what both sides measured.
//!
//! Zoom documents no errors of these calls: they are those of meetings. Nor does it say when a call
//! appears: as long after its end as the report of a meeting does.

use std::ops::RangeInclusive;

use serde::Serialize;

use crate::api::error::{ApiError, encode};
use crate::api::quality::impairment;
use crate::api::query::Query;
use crate::api::{KEPT, Simulator, timestamp};
use crate::company::{Company, DeviceKind, Who};
use crate::media::{CallSession, Figures, Measured};
use crate::phone::{CallKey, CallList, PhoneCall};
use crate::spelling::{Spelling, Spelt, opinion};

/// From which score on a call is good.
///
/// **Source**: the parameter `quality_type` of "List call logs".
const GOOD: f64 = 3.5;

/// A call, in a list or in detail.
#[derive(Debug, Serialize)]
struct CallRow {
    call_id: String,
    caller: PartyRow,
    callee: PartyRow,
    date_time: String,
    direction: &'static str,
    duration: i64,
    mos: Spelt,
}

/// Who calls, or is called. Of people outside Zoom knows the number alone.
#[derive(Debug, Serialize)]
struct PartyRow {
    phone_number: String,
    #[serde(flatten)]
    user: Option<UserMembers>,
    #[serde(flatten)]
    name: Option<NameMembers>,
}

/// What is known of a user's side of a call.
#[derive(Debug, Serialize)]
struct UserMembers {
    codec: &'static str,
    device_private_ip: String,
    device_public_ip: String,
    device_type: String,
    extension_number: String,
    headset: &'static str,
    isp: String,
    microphone: &'static str,
    site_id: String,
}

/// What is told of a user in detail alone.
#[derive(Debug, Serialize)]
struct NameMembers {
    id: String,
    extension_type: &'static str,
    display_name: String,
}

#[derive(Debug, Serialize)]
struct CallQosAnswer {
    call_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_qos: Option<SideQos>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callee_qos: Option<SideQos>,
}

/// What one side measured.
#[derive(Debug, Serialize)]
struct SideQos {
    device_private_ip: String,
    device_public_ip: String,
    sending: Vec<Element>,
    receiving: Vec<Element>,
}

#[derive(Debug, Serialize)]
struct Element {
    date_time: String,
    qos: CallFigures,
}

#[derive(Debug, Serialize)]
struct CallFigures {
    avg_loss: Spelt,
    bitrate: Spelt,
    jitter: Spelt,
    max_loss: Spelt,
    mos: Spelt,
    network_delay: Spelt,
}

impl Simulator {
    /// Lists calls: all of them, or past ones, which can be narrowed further.
    pub(crate) fn list_calls(
        &self,
        past: bool,
        query: &Query,
        now: i64,
    ) -> Result<Vec<u8>, ApiError> {
        let walk = if past { "past_calls" } else { "call_logs" };
        let range = query.range_of_calls(past, now, self.config.overflow)?;
        let wanted = Wanted::of(query, past)?;
        let list = CallList {
            range: range.start.max(now - KEPT)..range.end,
            told_until: self.built_until(now),
        };
        let phone = &self.world.phone;
        let mut pager = self.pager(walk, query, (30, 100), now)?;
        if wanted == Wanted::default() {
            let after = pager.after().map(CallKey::of_number);
            for call in list.calls(phone, after) {
                pager.offer(call.key.number(), || self.call_row(call, false));
                if pager.is_complete() {
                    break;
                }
            }
            pager.set_total(list.count(phone));
        } else {
            for call in list.calls(phone, None).filter(|call| self.is_wanted(&wanted, call)) {
                pager.offer(call.key.number(), || self.call_row(call, false));
            }
        }
        Ok(self.page_of_calls(pager, walk, range, query, now))
    }

    /// One call in detail.
    pub(crate) fn call_details(&self, id: &str, now: i64) -> Result<Vec<u8>, ApiError> {
        let call = self.find_call(id, now)?;
        Ok(encode(&self.call_row(call, true)))
    }

    /// What both sides of a call measured. Of a side outside nothing is known.
    pub(crate) fn call_qos(&self, id: &str, now: i64) -> Result<Vec<u8>, ApiError> {
        let call = self.find_call(id, now)?;
        let session = CallSession::new(&self.world, call);
        Ok(encode(&CallQosAnswer {
            call_id: id.to_owned(),
            caller_qos: self.side_qos(&call, &session, 0),
            callee_qos: self.side_qos(&call, &session, 1),
        }))
    }

    /// The call that an id of a path names.
    fn find_call(&self, id: &str, now: i64) -> Result<PhoneCall, ApiError> {
        let number = id.parse().ok().filter(|number: &u64| number.to_string() == id);
        number
            .and_then(|number| self.world.company.ids().phone_call_key(number))
            .and_then(|key| self.world.phone.call(CallKey::of_number(key)))
            .filter(|call| (now - KEPT..=self.built_until(now)).contains(&call.end))
            .ok_or_else(|| ApiError::no_such_call(id))
    }

    fn call_row(&self, call: PhoneCall, in_detail: bool) -> CallRow {
        let session = CallSession::new(&self.world, call);
        CallRow {
            call_id: self.world.company.ids().phone_call(call.key.number()).to_string(),
            caller: self.party_row(&call, &session, 0, in_detail),
            callee: self.party_row(&call, &session, 1, in_detail),
            date_time: timestamp(call.start).to_string(),
            direction: call.direction.as_str(),
            duration: call.seconds(),
            mos: opinion(score(&session)),
        }
    }

    fn party_row(
        &self,
        call: &PhoneCall,
        session: &CallSession,
        side: usize,
        in_detail: bool,
    ) -> PartyRow {
        let company = &self.world.company;
        let who = call.parties[side];
        let phone_number = format!("+{}", company.telephone(who));
        let (Who::Person(person), Some(path)) = (who, session.path(side)) else {
            return PartyRow { phone_number, user: None, name: None };
        };
        let (public, private) = company.addresses(who, path.place());
        let device = company.device(who);
        let version = match device.version(call.key.day) {
            // Whoever has no client of their own has a telephone on the desk.
            Some(version) if !device.kind.is_browser() => format!(" {version}"),
            _ => String::new(),
        };
        let user = UserMembers {
            codec: "OPUS",
            device_private_ip: private.to_string(),
            device_public_ip: public.to_string(),
            device_type: format!("{}{version}", device_type(device.kind)),
            extension_number: extension(person).to_string(),
            headset: device.headset,
            isp: Company::isp_name(path.isp()),
            microphone: device.headset,
            site_id: company.ids().phone_site(company.site_of(person)),
        };
        let name = in_detail.then(|| NameMembers {
            id: company.account_id(who),
            extension_type: "user",
            display_name: company.name(who),
        });
        PartyRow { phone_number, user: Some(user), name }
    }

    fn side_qos(&self, call: &PhoneCall, session: &CallSession, side: usize) -> Option<SideQos> {
        let path = session.path(side)?;
        let (public, private) = self.world.company.addresses(call.parties[side], path.place());
        let minutes: Vec<Measured> = session.minutes(side).collect();
        let leg = |figures: fn(&Measured) -> Leg| {
            minutes.iter().map(|minute| figures(minute).element(minute.instant)).collect()
        };
        Some(SideQos {
            device_private_ip: private.to_string(),
            device_public_ip: public.to_string(),
            sending: leg(|minute| Leg(minute.sent)),
            receiving: leg(|minute| Leg(minute.received)),
        })
    }

    fn is_wanted(&self, wanted: &Wanted, call: &PhoneCall) -> bool {
        let company = &self.world.company;
        let parties = call.parties;
        let any_user = |is: &dyn Fn(u32) -> bool| {
            parties.iter().any(|who| matches!(*who, Who::Person(person) if is(person)))
        };
        let agrees = |narrowed: &Option<String>, is: &dyn Fn(&str) -> bool| {
            narrowed.as_deref().is_none_or(is)
        };
        (wanted.directions.is_empty()
            || wanted.directions.iter().any(|direction| direction == call.direction.as_str()))
            && (wanted.lengths.is_empty()
                || wanted.lengths.iter().any(|length| length.contains(&call.seconds())))
            && agrees(&wanted.phone_number, &|number| {
                parties.iter().any(|&who| company.telephone(who) == number)
            })
            && agrees(&wanted.extension_number, &|number| {
                any_user(&|person| extension(person).to_string() == number)
            })
            && agrees(&wanted.department, &|department| {
                any_user(&|person| {
                    Company::department(company.department_of(person)) == department
                })
            })
            // Nobody here has one.
            && wanted.cost_center.is_none()
            && agrees(&wanted.site_id, &|site_id| {
                any_user(&|person| company.ids().phone_site(company.site_of(person)) == site_id)
            })
            // Measured last, for it takes the longest.
            && wanted.good.is_none_or(|good| {
                good == (score(&CallSession::new(&self.world, *call)) >= GOOD)
            })
    }
}

/// What a list of calls is narrowed to.
#[derive(Debug, Default, PartialEq)]
struct Wanted {
    good: Option<bool>,
    site_id: Option<String>,
    /// Without its plus sign.
    phone_number: Option<String>,
    extension_number: Option<String>,
    department: Option<String>,
    cost_center: Option<String>,
    directions: Vec<String>,
    /// In seconds.
    lengths: Vec<RangeInclusive<i64>>,
}

impl Wanted {
    /// Reads the parameters. Lists of past calls know more of them, and no `all`.
    fn of(query: &Query, past: bool) -> Result<Self, ApiError> {
        let good = match query.get("quality_type") {
            None => None,
            Some("all") if !past => None,
            Some("good") => Some(true),
            Some("bad") => Some(false),
            Some(_) => return Err(ApiError::field("quality_type", "Invalid field.")),
        };
        let text = |name| query.get(name).map(str::to_owned);
        let site_id = text("site_id");
        if !past {
            return Ok(Self { good, site_id, ..Self::default() });
        }
        let directions: Vec<String> = query.list("directions").map(str::to_owned).collect();
        let is_known = |text: &String| ["inbound", "outbound", "internal"].contains(&&**text);
        if directions.len() > 3 || !directions.iter().all(is_known) {
            return Err(ApiError::field("directions", "Invalid field."));
        }
        let lengths: Option<Vec<RangeInclusive<i64>>> =
            query.list("durations").map(length).collect();
        let lengths = lengths
            .filter(|lengths| lengths.len() <= 4)
            .ok_or_else(|| ApiError::field("durations", "Invalid field."))?;
        Ok(Self {
            good,
            site_id,
            phone_number: query
                .get("phone_number")
                .map(|number| number.trim_start_matches([' ', '+']).to_owned()),
            extension_number: text("extension_number"),
            department: text("department"),
            cost_center: text("cost_center"),
            directions,
            lengths,
        })
    }
}

/// The seconds that a value of `durations` stands for.
fn length(value: &str) -> Option<RangeInclusive<i64>> {
    const MINUTE: i64 = 60;
    Some(match value {
        "0" => MINUTE..=5 * MINUTE - 1,
        "1" => 5 * MINUTE..=10 * MINUTE,
        "2" => 10 * MINUTE + 1..=i64::MAX,
        "3" => 0..=MINUTE - 1,
        _ => return None,
    })
}

/// Extensions have six digits.
const fn extension(person: u32) -> u32 {
    100_000 + person
}

/// The member `device_type`, without a version.
///
/// **Source**: the device types that "List call logs" names.
const fn device_type(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Windows => "Windows_Client",
        DeviceKind::Mac => "MAC_Client",
        DeviceKind::Linux => "Linux_Client",
        DeviceKind::Iphone => "IOS_Phone",
        DeviceKind::Android => "Android_Phone",
        DeviceKind::Web
        | DeviceKind::ChromeOs
        | DeviceKind::ZoomRoom
        | DeviceKind::RoomSystem
        | DeviceKind::Telephone => "Zoom Phone Appliance",
    }
}

/// One way of a side.
struct Leg(Figures);

impl Leg {
    /// Mean opinion score: as the scores of meetings, without noise.
    fn score(&self) -> f64 {
        tenths((4.5 - impairment(self.0)).clamp(1.0, 4.5))
    }

    fn element(&self, instant: i64) -> Element {
        let (figures, spelling) = (self.0, Spelling::PHONE);
        Element {
            date_time: timestamp(instant).to_string(),
            qos: CallFigures {
                avg_loss: spelling.loss(figures.avg_loss_pct),
                bitrate: spelling.kbps(figures.bitrate_kbps),
                jitter: spelling.jitter(figures.jitter_ms),
                max_loss: spelling.loss(figures.max_loss_pct),
                mos: opinion(self.score()),
                // Packets go one way.
                network_delay: spelling.latency(figures.latency_ms / 2.0),
            },
        }
    }
}

/// The score of one way of a side.
pub(crate) fn call_score(figures: Figures) -> f64 {
    Leg(figures).score()
}

/// The score of a whole call: the mean of what both sides measured in its middle.
fn score(session: &CallSession) -> f64 {
    let legs = session.middle().flat_map(|minute| [minute.sent, minute.received]);
    let (count, sum) =
        legs.fold((0.0, 0.0), |(count, sum), figures| (count + 1.0, sum + Leg(figures).score()));
    tenths(sum / count)
}

/// A score as it is told.
fn tenths(score: f64) -> f64 {
    libm::round(score * 10.0) / 10.0
}
