//! Calls of Zoom Phone: the lists of them, one in detail, and what both sides measured.
//!
//! `GET /phone/metrics/call_logs` and `GET /phone/metrics/past_calls` (heavy, by pages of 30 to 100, one
//! month per query), `GET /phone/metrics/call_logs/{call_id}` (no label is documented) and
//! `GET /phone/metrics/call_logs/{callId}/qos` (light). All of them need a plan of Business or Education
//! with a licence of Zoom Phone, and are counted by [limits of their own](crate::rate_limit::Product).
//!
//! The two lists have the same rows. That of past calls takes instants too, and can be narrowed further.
//! Addresses come only where the account's setting `show_device_ip_for_call_log` allows it.
//!
//! **Source**: "List call logs", "List past call metrics", "Get call details from call log" and "Get call
//! QoS" of Zoom's API description of the product "Phone", tag "Dashboard".

use std::fmt;

use zqos_core::{Kbps, Millis, Percent, PhoneCall, PhoneSample, Timestamp};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::operation::Operation;
use crate::record::text;
use crate::request::{Bound, Range, Request, RequestError, page_size, segment, setters};
use crate::row::{InvalidRow, Row, Rows};
use crate::value::{FromWire as _, Malformed};

/// The path of the list that calls are looked up in.
const CALL_LOGS: &str = "/phone/metrics/call_logs";

/// How a call was, by its mean opinion score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallQuality {
    /// 3.5 and more.
    Good,
    /// Less.
    Bad,
}

impl CallQuality {
    /// The value of the parameter `quality_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }
}

/// From where to where a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From outside to a user of the account.
    Inbound,
    /// From a user of the account to the outside.
    Outbound,
    /// Between users of the account.
    Internal,
}

impl Direction {
    /// The value of the parameter `directions`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Internal => "internal",
        }
    }
}

/// How long a call took. To which of two neighbours a whole number of minutes belongs is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallLength {
    /// Less than a minute.
    UnderOneMinute,
    /// One to five minutes.
    OneToFiveMinutes,
    /// Five to ten minutes.
    FiveToTenMinutes,
    /// More than ten minutes.
    OverTenMinutes,
}

impl CallLength {
    /// The value of the parameter `durations`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneToFiveMinutes => "0",
            Self::FiveToTenMinutes => "1",
            Self::OverTenMinutes => "2",
            Self::UnderOneMinute => "3",
        }
    }
}

/// Asks for the calls of a range, by whole days and by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCallLogs {
    range: Range,
    site_id: Option<String>,
    quality: Option<CallQuality>,
    page_size: u16,
}

impl ListCallLogs {
    /// The calls of a range of at most a month, 100 on a page.
    pub const fn new(range: Range) -> Self {
        Self { range, site_id: None, quality: None, page_size: 100 }
    }

    /// Asks only for calls of a site of Zoom Phone, by Zoom's id.
    #[must_use]
    pub fn site_id(mut self, site_id: impl Into<String>) -> Self {
        self.site_id = Some(site_id.into());
        self
    }

    /// Asks only for good calls, or for bad ones.
    #[must_use]
    pub const fn quality(mut self, quality: CallQuality) -> Self {
        self.quality = Some(quality);
        self
    }
}

setters!(ListCallLogs: page_size);

impl Endpoint for ListCallLogs {
    type Answer<'a> = CallLogsPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let mut request = Request::new(&Operation::LIST_CALL_LOGS, CALL_LOGS.to_owned());
        for (name, value) in bounds(self.range.by_day()) {
            request = request.with(name, value);
        }
        if let Some(site_id) = &self.site_id {
            request = request.with("site_id", site_id);
        }
        if let Some(quality) = self.quality {
            request = request.with("quality_type", quality.as_str());
        }
        page_size(request, self.page_size)
    }
}

/// Asks for the past calls of a range, by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPastCalls {
    range: Range,
    /// Parameters that take one value.
    narrowed: Vec<(&'static str, String)>,
    directions: Vec<Direction>,
    lengths: Vec<CallLength>,
    page_size: u16,
}

impl ListPastCalls {
    /// The past calls of a range of at most a month, 100 on a page.
    pub const fn new(range: Range) -> Self {
        Self {
            range,
            narrowed: Vec::new(),
            directions: Vec::new(),
            lengths: Vec::new(),
            page_size: 100,
        }
    }

    fn narrowed(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.narrowed.push((name, value.into()));
        self
    }

    /// Asks only for calls of a phone number.
    #[must_use]
    pub fn phone_number(self, number: impl Into<String>) -> Self {
        self.narrowed("phone_number", number)
    }

    /// Asks only for calls of an extension.
    #[must_use]
    pub fn extension_number(self, number: impl Into<String>) -> Self {
        self.narrowed("extension_number", number)
    }

    /// Asks only for good calls, or for bad ones.
    #[must_use]
    pub fn quality(self, quality: CallQuality) -> Self {
        self.narrowed("quality_type", quality.as_str())
    }

    /// Asks only for calls of a department's extensions.
    #[must_use]
    pub fn department(self, name: impl Into<String>) -> Self {
        self.narrowed("department", name)
    }

    /// Asks only for calls of a cost centre's extensions.
    #[must_use]
    pub fn cost_center(self, name: impl Into<String>) -> Self {
        self.narrowed("cost_center", name)
    }

    /// Asks only for calls of a site of Zoom Phone, by Zoom's id.
    #[must_use]
    pub fn site_id(self, site_id: impl Into<String>) -> Self {
        self.narrowed("site_id", site_id)
    }

    /// Asks only for calls of this direction, and of others that were named.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        if !self.directions.contains(&direction) {
            self.directions.push(direction);
        }
        self
    }

    /// Asks only for calls of this length, and of others that were named.
    #[must_use]
    pub fn length(mut self, length: CallLength) -> Self {
        if !self.lengths.contains(&length) {
            self.lengths.push(length);
        }
        self
    }
}

setters!(ListPastCalls: page_size);

impl Endpoint for ListPastCalls {
    type Answer<'a> = CallLogsPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let path = "/phone/metrics/past_calls".to_owned();
        let mut request = Request::new(&Operation::LIST_PAST_CALLS, path);
        for (name, value) in bounds(self.range) {
            request = request.with(name, value);
        }
        for (name, value) in &self.narrowed {
            request = request.with(*name, value);
        }
        // A list is one parameter for each value: what OpenAPI means where nothing else is said.
        for direction in &self.directions {
            request = request.and("directions", direction.as_str());
        }
        for length in &self.lengths {
            request = request.and("durations", length.as_str());
        }
        page_size(request, self.page_size)
    }
}

/// Both ends of a range in the same form, which Zoom wants: days, or instants as in
/// `2026-01-05T10:00:00Z`.
fn bounds(range: Range) -> [(&'static str, String); 2] {
    let range = match (range.from(), range.to()) {
        (Bound::Instant(_), Bound::Instant(_)) => range,
        _ => range.by_day(),
    };
    let text = |bound: Bound| match bound {
        Bound::Day(day) => day.to_string(),
        Bound::Instant(instant) => instant.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    [("from", text(range.from())), ("to", text(range.to()))]
}

/// Asks for one call in detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetCallLog {
    call_id: String,
}

impl GetCallLog {
    /// The call with this id: a text of 19 digits.
    pub fn new(call_id: impl Into<String>) -> Self {
        Self { call_id: call_id.into() }
    }
}

impl Endpoint for GetCallLog {
    type Answer<'a> = CallLog<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let path = format!("{CALL_LOGS}/{}", segment(&self.call_id)?);
        Ok(Request::new(&Operation::GET_CALL_LOG, path))
    }
}

/// Asks for what both sides of a call measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetCallQos {
    call_id: String,
}

impl GetCallQos {
    /// The figures of the call with this id: a text of 19 digits.
    pub fn new(call_id: impl Into<String>) -> Self {
        Self { call_id: call_id.into() }
    }
}

impl Endpoint for GetCallQos {
    type Answer<'a> = CallQos<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let path = format!("{CALL_LOGS}/{}/qos", segment(&self.call_id)?);
        Ok(Request::new(&Operation::GET_CALL_QOS, path))
    }
}

wire_object! {
    /// Who calls, or is called.
    pub struct CallParty<'a> {
        /// The extension's id, which is that of an account user where the extension is one; only in
        /// detail.
        id: Text<'a>,
        /// `user`, `callQueue`, `autoReceptionist` or `sharedLineGroup`; only in detail.
        extension_type: Text<'a>,
        /// The extension's name; only in detail.
        display_name: Text<'a>,
        /// The extension.
        extension_number: Text<'a>,
        /// The phone number, in the form of E.164.
        phone_number: Text<'a>,
        /// Zoom's id of the site.
        site_id: Text<'a>,
        /// The device and the client's version, such as `MAC_Client 5.11.9.9957`.
        device_type: Text<'a>,
        /// The private address.
        device_private_ip: Text<'a>,
        /// The public address.
        device_public_ip: Text<'a>,
        /// The internet provider.
        isp: Text<'a>,
        /// The codec.
        codec: Text<'a>,
        /// The headset.
        headset: Text<'a>,
        /// The microphone; Zoom's example has a phone number there.
        microphone: Text<'a>,
    }
}

wire_object! {
    /// A call: a row of a list, or one in detail.
    pub struct CallLog<'a> {
        /// The call: a text of 19 digits.
        call_id: Text<'a>,
        /// When it began.
        date_time: Field<'a, Timestamp>,
        /// `inbound`, `outbound` or `internal`.
        direction: Text<'a>,
        /// How long it took, in seconds.
        duration: Field<'a, u64>,
        /// Mean opinion score of the whole call, from 1 to 5.
        mos: Field<'a, f64>,
        /// Who calls.
        caller: Rows<CallParty<'a>>,
        /// Who is called.
        callee: Rows<CallParty<'a>>,
    }
}

wire_object! {
    /// A page of calls.
    pub struct CallLogsPage<'a> {
        /// The start of the range, as Zoom took it.
        from: Text<'a>,
        /// The end of the range, as Zoom took it.
        to: Text<'a>,
        /// The token of the next page; empty on the last.
        next_page_token: Text<'a>,
        /// How many rows a page holds.
        page_size: Field<'a, u64>,
        /// How many rows all pages hold.
        total_records: Field<'a, u64>,
        /// The rows.
        call_logs: Rows<CallLog<'a>>,
    }
}

impl<'a> Page<'a> for CallLogsPage<'a> {
    type Row = CallLog<'a>;

    fn into_rows(self) -> Vec<Row<Self::Row>> {
        self.call_logs.into_vec()
    }
}

wire_object! {
    /// The figures of one leg of a call at some time. Answers have units (`14.98kbps`, `7.53ms`), events
    /// have none; the delay never has one.
    pub struct CallDetails<'a> {
        /// Bitrate in kbit/s.
        bitrate: Field<'a, Kbps>,
        /// Average loss in percent.
        avg_loss: Field<'a, Percent>,
        /// Worst loss in percent.
        max_loss: Field<'a, Percent>,
        /// Jitter in milliseconds.
        jitter: Field<'a, Millis>,
        /// The network's delay in milliseconds.
        network_delay: Field<'a, Millis>,
        /// Mean opinion score, from 1 to 5.
        mos: Field<'a, f64>,
        /// `LAN` and the like; only in events.
        network: Text<'a>,
    }
}

wire_object! {
    /// What one leg of a call measured at some time.
    pub struct CallMeasurement<'a> {
        /// When.
        date_time: Field<'a, Timestamp>,
        /// The figures.
        qos: Rows<CallDetails<'a>>,
    }
}

wire_object! {
    /// What one side of a call measured.
    pub struct CallSideQos<'a> {
        /// The private address.
        device_private_ip: Text<'a>,
        /// The public address.
        device_public_ip: Text<'a>,
        /// What it sent.
        sending: Rows<CallMeasurement<'a>>,
        /// What it received.
        receiving: Rows<CallMeasurement<'a>>,
    }
}

wire_object! {
    /// What both sides of a call measured.
    pub struct CallQos<'a> {
        /// The call: a text of 19 digits.
        call_id: Text<'a>,
        /// What the caller measured.
        caller_qos: Rows<CallSideQos<'a>>,
        /// What the callee measured.
        callee_qos: Rows<CallSideQos<'a>>,
    }
}

/// What a call says, as records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallRecords {
    /// The caller, then the callee, as far as they came.
    pub sides: Vec<CallSide>,
    /// What is wrong in it. Its other members are among the records all the same; only a measurement
    /// without a readable time, and a call without an id, are left out.
    pub invalid: Vec<InvalidRow>,
}

/// One side of a call, with what it measured.
#[derive(Debug, Clone, PartialEq)]
pub struct CallSide {
    /// The side.
    pub call: PhoneCall,
    /// What it measured, first what it sent, then what it received; nothing in a list or in detail.
    pub samples: Vec<PhoneSample>,
}

impl CallLog<'_> {
    /// The records: one for each side that came. `path` is the JSON path of this call, `$` for one in
    /// detail.
    ///
    /// **Missing**: the end of a call is not told and stays `None`, though start and duration are; so
    /// does the account user in lists.
    pub fn to_records(&self, path: &str) -> CallRecords {
        let mut records = CallRecords::default();
        let CallRecords { sides, invalid } = &mut records;
        let Some(id) = call_id(self.call_id, path, invalid) else { return records };
        let start = noted(self.date_time.read(), format_args!("{path}.date_time"), invalid);
        let duration_s = noted(seconds(self.duration), format_args!("{path}.duration"), invalid);
        let mos = noted(score(self.mos), format_args!("{path}.mos"), invalid);
        for (side, parties) in [("caller", &self.caller), ("callee", &self.callee)] {
            for party in objects(parties, &format!("{path}.{side}"), invalid) {
                let direction = text(self.direction);
                let call =
                    PhoneCall { start, direction, duration_s, mos, ..party.to_record(&id, side) };
                sides.push(CallSide { call, samples: Vec::new() });
            }
        }
        records
    }
}

impl CallParty<'_> {
    /// What is known of a side of a call.
    fn to_record(&self, id: &str, side: &str) -> PhoneCall {
        let extension_type = text(self.extension_type);
        let is_user = extension_type.as_deref() == Some("user");
        PhoneCall {
            person_id: text(self.id).filter(|_| is_user),
            user_name: text(self.display_name),
            phone_number: text(self.phone_number),
            extension_number: text(self.extension_number),
            extension_type,
            site_id: text(self.site_id),
            ip_address: text(self.device_public_ip),
            internal_ip_address: text(self.device_private_ip),
            isp: text(self.isp),
            device: text(self.device_type),
            codec: text(self.codec),
            headset: text(self.headset),
            microphone: text(self.microphone),
            ..PhoneCall::new(id, side)
        }
    }
}

impl CallQos<'_> {
    /// The records: one for each side that came, with its samples.
    pub fn to_records(&self) -> CallRecords {
        let mut records = CallRecords::default();
        let CallRecords { sides, invalid } = &mut records;
        let Some(id) = call_id(self.call_id, "$", invalid) else { return records };
        for (side, measured) in [("caller", &self.caller_qos), ("callee", &self.callee_qos)] {
            let path = format!("$.{side}_qos");
            for told in objects(measured, &path, invalid) {
                let call = PhoneCall {
                    ip_address: text(told.device_public_ip),
                    internal_ip_address: text(told.device_private_ip),
                    ..PhoneCall::new(id.as_str(), side)
                };
                let mut samples = Vec::with_capacity(told.sending.len() + told.receiving.len());
                for (leg, rows) in [("sending", &told.sending), ("receiving", &told.receiving)] {
                    let path = format!("{path}.{leg}");
                    for (place, row) in rows.as_slice().iter().enumerate() {
                        let path = format!("{path}[{place}]");
                        match row.as_object(|| path.clone()) {
                            Ok(row) => row.append_samples(leg, &path, &mut samples, invalid),
                            Err(wrong) => invalid.push(wrong),
                        }
                    }
                }
                sides.push(CallSide { call, samples });
            }
        }
        records
    }
}

impl CallMeasurement<'_> {
    fn append_samples(
        &self,
        leg: &str,
        path: &str,
        samples: &mut Vec<PhoneSample>,
        invalid: &mut Vec<InvalidRow>,
    ) {
        let ts = self.date_time.read().and_then(|ts| match ts {
            Some(ts) => Ok(Some(ts)),
            None => Err(Malformed::new(Timestamp::EXPECTED, "none")),
        });
        let Some(ts) = noted(ts, format_args!("{path}.date_time"), invalid) else { return };
        let path = format!("{path}.qos");
        for details in objects(&self.qos, &path, invalid) {
            samples.push(details.to_sample(ts, leg, &path, invalid));
        }
    }
}

impl CallDetails<'_> {
    /// The figures as a sample; `path` is their JSON path. Each member that can't be read is among the
    /// invalid ones.
    pub(crate) fn to_sample(
        &self,
        ts: Timestamp,
        leg: &str,
        path: &str,
        invalid: &mut Vec<InvalidRow>,
    ) -> PhoneSample {
        let network_delay = self.network_delay.read();
        PhoneSample {
            ts,
            leg: leg.to_owned(),
            bitrate: noted(self.bitrate.read(), format_args!("{path}.bitrate"), invalid),
            jitter: noted(self.jitter.read(), format_args!("{path}.jitter"), invalid),
            avg_loss: noted(self.avg_loss.read(), format_args!("{path}.avg_loss"), invalid),
            max_loss: noted(self.max_loss.read(), format_args!("{path}.max_loss"), invalid),
            network_delay: noted(network_delay, format_args!("{path}.network_delay"), invalid),
            mos: noted(score(self.mos), format_args!("{path}.mos"), invalid),
            network: text(self.network),
        }
    }
}

/// The id of a call, by which calls are known.
fn call_id(field: Text<'_>, path: &str, invalid: &mut Vec<InvalidRow>) -> Option<String> {
    let id = text(field);
    if id.is_none() {
        let reason = Malformed::new("a call's id", field.raw().unwrap_or("none"));
        invalid.push(InvalidRow::new(format!("{path}.call_id"), reason));
    }
    id
}

/// The objects of a member that holds one; what is none is among the invalid ones.
fn objects<'r, T>(rows: &'r Rows<T>, path: &str, invalid: &mut Vec<InvalidRow>) -> Vec<&'r T> {
    let mut objects = Vec::with_capacity(rows.len());
    for row in rows.as_slice() {
        match row.as_object(|| path.to_owned()) {
            Ok(object) => objects.push(object),
            Err(wrong) => invalid.push(wrong),
        }
    }
    objects
}

/// A value; one that can't be read is missing, and among the invalid ones.
fn noted<T>(
    read: Result<Option<T>, Malformed>,
    path: fmt::Arguments<'_>,
    invalid: &mut Vec<InvalidRow>,
) -> Option<T> {
    read.unwrap_or_else(|malformed| {
        invalid.push(InvalidRow::new(path.to_string(), malformed));
        None
    })
}

/// A number of seconds.
fn seconds(field: Field<'_, u64>) -> Result<Option<u32>, Malformed> {
    let too_many = |_| Malformed::new("a number of seconds", field.raw().unwrap_or_default());
    field.read()?.map(|seconds| u32::try_from(seconds).map_err(too_many)).transpose()
}

/// A score, unless it is a word for a number that is none.
fn score(field: Field<'_, f64>) -> Result<Option<f64>, Malformed> {
    Ok(field.read()?.filter(|score: &f64| score.is_finite()))
}
