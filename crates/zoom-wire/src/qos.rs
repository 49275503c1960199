//! Quality of service, minute by minute: of one participant, and of all of a meeting.
//!
//! `GET /metrics/meetings/{meetingId}/participants/{participantId}/qos` and
//! `GET /metrics/meetings/{meetingId}/participants/qos` with their webinar twins; both heavy,
//! `type` live or past, the listing by pages of 1 (default) to 10.
//!
//! **Source**: "Get meeting participant QoS", "List meeting participants QoS".

use std::borrow::Cow;
use std::fmt;

use zqos_core::{
    DeviceSample, Figures, MeetingId, ParticipantId, Stream, StreamName, StreamSample, Timestamp,
};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::object::Cursor;
use crate::operation::Operation;
use crate::request::{
    Kind, Request, RequestError, When, meeting_path, page_size, participant_segment, setters,
};
use crate::row::{InvalidRow, Row, Rows};
use crate::value::{FromWire, List, Malformed, Quantity, documented_resolution};

/// Asks for the report of one participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetParticipantQos {
    kind: Kind,
    when: When,
    meeting: MeetingId,
    participant: ParticipantId,
}

impl GetParticipantQos {
    /// The report of `participant` in a live `meeting`.
    pub const fn new(meeting: MeetingId, participant: ParticipantId) -> Self {
        Self { kind: Kind::Meeting, when: When::Live, meeting, participant }
    }
}

setters!(GetParticipantQos: kind, when);

impl Endpoint for GetParticipantQos {
    type Answer<'a> = ParticipantQos<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let operation = match self.kind {
            Kind::Meeting => &Operation::GET_MEETING_PARTICIPANT_QOS,
            Kind::Webinar => &Operation::GET_WEBINAR_PARTICIPANT_QOS,
        };
        let meeting = meeting_path(self.kind, &self.meeting)?;
        let participant = participant_segment(&self.participant)?;
        let request = Request::new(operation, format!("{meeting}/participants/{participant}/qos"));
        Ok(request.with("type", self.when.live_or_past()?.as_str()))
    }
}

/// Asks for the reports of all participants, by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListParticipantsQos {
    kind: Kind,
    when: When,
    meeting: MeetingId,
    page_size: u16,
}

impl ListParticipantsQos {
    /// The reports of everybody in a live `meeting`, ten on a page.
    pub const fn new(meeting: MeetingId) -> Self {
        Self { kind: Kind::Meeting, when: When::Live, meeting, page_size: 10 }
    }
}

setters!(ListParticipantsQos: kind, when, page_size);

impl Endpoint for ListParticipantsQos {
    type Answer<'a> = ParticipantsQosPage<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let operation = match self.kind {
            Kind::Meeting => &Operation::LIST_MEETING_PARTICIPANTS_QOS,
            Kind::Webinar => &Operation::LIST_WEBINAR_PARTICIPANTS_QOS,
        };
        let meeting = meeting_path(self.kind, &self.meeting)?;
        let request = Request::new(operation, format!("{meeting}/participants/qos"));
        let request = request.with("type", self.when.live_or_past()?.as_str());
        page_size(request, self.page_size)
    }
}

wire_object! {
    /// The report of one participant.
    ///
    /// **Missing**: people from outside of the account have no e-mail, device or machine names;
    /// some healthcare accounts have no names and addresses at all.
    pub struct ParticipantQos<'a> {
        /// The account user's id; empty for guests.
        id: Text<'a>,
        /// The id of this join.
        user_id: Field<'a, ParticipantId>,
        /// The GUID of this join.
        participant_uuid: Text<'a>,
        /// The name shown in the meeting.
        user_name: Text<'a>,
        /// The e-mail address.
        email: Text<'a>,
        /// The kind of device; Zoom documents six and sends many more.
        device: Text<'a>,
        /// The client program.
        client: Text<'a>,
        /// The operating system.
        os: Text<'a>,
        /// Its version.
        os_version: Text<'a>,
        /// The browser, for web clients.
        browser_name: Text<'a>,
        /// Its version.
        browser_version: Text<'a>,
        /// The model of the device.
        device_name: Text<'a>,
        /// The version of the Zoom client.
        version: Text<'a>,
        /// The computer's name.
        pc_name: Text<'a>,
        /// The computer's domain.
        domain: Text<'a>,
        /// The hardware address.
        mac_addr: Text<'a>,
        /// The disk's id.
        harddisk_id: Text<'a>,
        /// The public address.
        ip_address: Text<'a>,
        /// The private addresses, which may be masked.
        internal_ip_addresses: Field<'a, List<Cow<'a, str>>>,
        /// City and country of the public address.
        location: Text<'a>,
        /// `Wired`, `Wifi`, `PPP`, `Cellular` or `Others`.
        network_type: Text<'a>,
        /// How audio travels: `UDP`, `TCP`, `P2P`, with or without a proxy.
        connection_type: Text<'a>,
        /// How video travels.
        video_connection_type: Text<'a>,
        /// How a share travels.
        as_connection_type: Text<'a>,
        /// The data centre.
        data_center: Text<'a>,
        /// Every data centre on the way, separated by semicolons.
        full_data_center: Text<'a>,
        /// The microphone.
        microphone: Text<'a>,
        /// The loudspeaker.
        speaker: Text<'a>,
        /// The camera.
        camera: Text<'a>,
        /// The meeting's number.
        meeting_number: Text<'a>,
        /// When the participant joined.
        join_time: Field<'a, Timestamp>,
        /// When the participant left; absent while still in.
        leave_time: Field<'a, Timestamp>,
        /// The group, in Zoom's own spelling.
        group_id as "groupId": Text<'a>,
        /// An application was shared.
        share_application: Field<'a, bool>,
        /// A desktop was shared.
        share_desktop: Field<'a, bool>,
        /// A whiteboard was shared.
        share_whiteboard: Field<'a, bool>,
        /// The participant recorded.
        recording: Field<'a, bool>,
        /// The participant archived.
        has_archiving: Field<'a, bool>,
        /// Whether archiving could be declined.
        optional_archiving: Text<'a>,
        /// The version of the thin-client plug-in.
        zoom_thin_client_plugin_version: Text<'a>,
        /// The time that joining took, in seconds.
        total_jointime_cost: Field<'a, f64>,
        /// `Good`, `Warning` or `Critical`.
        health: Text<'a>,
        /// What Zoom finds wrong.
        issue_list: Field<'a, List<Cow<'a, str>>>,
        /// The samples; none at all is a normal answer for a live participant who neither sends
        /// nor receives at the moment.
        user_qos: Field<'a, Minutes<'a>>,
    }
}

wire_object! {
    /// A page of the reports of all participants.
    pub struct ParticipantsQosPage<'a> {
        /// The token of the next page; empty on the last.
        next_page_token: Text<'a>,
        /// How many pages there are.
        page_count: Field<'a, u64>,
        /// How many rows a page holds.
        page_size: Field<'a, u64>,
        /// How many rows all pages hold.
        total_records: Field<'a, u64>,
        /// The meeting's number.
        meeting_number: Text<'a>,
        /// The webinar's number.
        webinar_number: Text<'a>,
        /// The rows.
        participants: Rows<ParticipantQos<'a>>,
    }
}

impl<'a> Page<'a> for ParticipantsQosPage<'a> {
    type Row = ParticipantQos<'a>;

    fn into_rows(self) -> Vec<Row<Self::Row>> {
        self.participants.into_vec()
    }
}

/// The minutes of a report as they came: the JSON text of `user_qos`.
#[derive(Debug, Clone, Copy)]
pub struct Minutes<'a>(&'a str);

impl<'a> FromWire<'a> for Minutes<'a> {
    const EXPECTED: &'static str = "an array of minutes";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        match json.as_bytes().first() {
            Some(b'[' | b'{') => Ok(Some(Self(json))),
            _ if json == "\"\"" => Ok(None),
            _ => Err(Malformed::new(Self::EXPECTED, json)),
        }
    }
}

impl<'a> Minutes<'a> {
    /// The JSON text of each minute.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        let mut walk = self.walk();
        std::iter::from_fn(move || if walk.next() { walk.cursor.value() } else { None })
    }

    const fn walk(self) -> MinuteWalk<'a> {
        MinuteWalk { cursor: Cursor::new(self.0), state: WalkState::Start }
    }
}

/// Goes from minute to minute. A single object is one minute: an old schema drew `user_qos` so.
struct MinuteWalk<'a> {
    cursor: Cursor<'a>,
    state: WalkState,
}

enum WalkState {
    Start,
    InArray,
    End,
}

impl MinuteWalk<'_> {
    /// True when a minute comes next; it must then be taken from the cursor whole.
    fn next(&mut self) -> bool {
        if let WalkState::Start = self.state {
            if !self.cursor.enter(b'[') {
                self.state = WalkState::End;
                return true;
            }
            self.state = WalkState::InArray;
        }
        matches!(self.state, WalkState::InArray) && !self.cursor.leave()
    }
}

/// About the length of a stream's object with its name: what the samples of a report are reserved
/// by. Documented audio streams have 115 bytes, video streams 165.
const STREAM_JSON_BYTES: usize = 140;

/// The samples of one participant, as numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Samples {
    /// Every stream that carried traffic, minute by minute.
    pub streams: Vec<StreamSample>,
    /// The device, minute by minute.
    pub devices: Vec<DeviceSample>,
    /// Every row with something wrong in it. The row's other figures are among the samples all
    /// the same; only a minute without a readable time is left out.
    pub invalid: Vec<InvalidRow>,
}

impl ParticipantQos<'_> {
    /// Reads the samples; `path` is the JSON path of this report, `$` for a single one.
    ///
    /// **Shape**: one stream sample for each stream that carried traffic in each minute, in
    /// Zoom's order; one device sample for each minute in which the device reported something.
    pub fn samples(&self, path: &str) -> Samples {
        let mut samples = Samples::default();
        self.append_samples(path, &mut samples);
        samples
    }

    /// Reads the samples as [`ParticipantQos::samples`] does, behind those that are there: whoever
    /// reads report after report can use the same memory again.
    pub fn append_samples(&self, path: &str, samples: &mut Samples) {
        match self.user_qos.read() {
            Ok(None) => {}
            Ok(Some(minutes)) => {
                samples.streams.reserve(minutes.0.len() / STREAM_JSON_BYTES);
                let mut walk = minutes.walk();
                let mut place = 0;
                while walk.next() {
                    samples.read_minute(&mut walk.cursor, &MinutePath { report: path, place });
                    place += 1;
                }
            }
            Err(malformed) => {
                samples.invalid.push(InvalidRow::new(format!("{path}.user_qos"), malformed));
            }
        }
    }
}

impl Samples {
    /// Takes all samples out, and keeps their memory.
    pub fn clear(&mut self) {
        self.streams.clear();
        self.devices.clear();
        self.invalid.clear();
    }
}

/// The JSON path of a minute, written only when something is wrong in it.
struct MinutePath<'p> {
    report: &'p str,
    place: usize,
}

impl fmt::Display for MinutePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.user_qos[{}]", self.report, self.place)
    }
}

impl Samples {
    /// Reads the minute that comes next: its time, then every other member.
    fn read_minute(&mut self, cursor: &mut Cursor<'_>, path: &MinutePath<'_>) {
        let start = cursor.clone();
        if !cursor.enter(b'{') {
            let malformed = Malformed::new("an object", cursor.value().unwrap_or_default());
            self.invalid.push(InvalidRow::new(path.to_string(), malformed));
            return;
        }
        let ts = match minute_time(cursor.clone()) {
            Ok(ts) => ts,
            Err(malformed) => {
                self.invalid.push(InvalidRow::new(format!("{path}.date_time"), malformed));
                *cursor = start;
                cursor.value();
                return;
            }
        };
        let mut device = DeviceSample::empty(ts);
        while let Some(name) = cursor.name() {
            let wrong = match name {
                "date_time" => {
                    cursor.value();
                    None
                }
                "cpu_usage" | "cpu_pressure_level" | "wifi_rssi" => {
                    read_members(cursor, &mut device)
                }
                name => {
                    let known = Stream::from_name(name);
                    let mut figures = Figures::default();
                    let wrong = read_members(cursor, &mut figures);
                    if !figures.is_empty() {
                        let stream = known.map_or_else(|| unknown_stream(name), StreamName::Known);
                        self.streams.push(StreamSample { ts, stream, figures });
                    }
                    // An unknown member need not be a stream, so it can't be a wrong one.
                    wrong.filter(|_| known.is_some())
                }
            };
            if let Some(Wrong { member, malformed }) = wrong {
                self.invalid.push(InvalidRow::new(format!("{path}.{name}{member}"), malformed));
            }
        }
        if !device.is_empty() {
            self.devices.push(device);
        }
    }
}

/// The time of a minute; it may stand behind the streams.
fn minute_time(mut cursor: Cursor<'_>) -> Result<Timestamp, Malformed> {
    while let (Some(name), Some(json)) = (cursor.name(), cursor.value()) {
        if name == "date_time" {
            return Timestamp::from_wire(json)?
                .ok_or_else(|| Malformed::new(Timestamp::EXPECTED, json));
        }
    }
    Err(Malformed::new(Timestamp::EXPECTED, "none"))
}

/// A stream of another name, without its escapes.
fn unknown_stream(name: &str) -> StreamName {
    let unescaped = serde_json::from_str::<String>(&format!("\"{name}\""));
    StreamName::Other(unescaped.map_or_else(|_| name.into(), Into::into))
}

/// The first thing wrong in an object: the member's path below it, and why.
pub(crate) struct Wrong {
    pub(crate) member: String,
    pub(crate) malformed: Malformed,
}

/// What is made of an object's members.
pub(crate) trait FromMembers {
    /// Takes members at one go for as long as they are spelled as documented, and gives back
    /// where it stopped. Nearly all are spelled so; finding the ends of names and values first
    /// would cost twice the time.
    fn take_documented<'a>(&mut self, cursor: Cursor<'a>) -> Cursor<'a> {
        cursor
    }

    /// Reads a member in any spelling. Unknown ones are passed over.
    fn read(&mut self, name: &str, json: &str) -> Result<(), Malformed>;
}

/// Reads every member of the object that comes next. `null` and an empty text are an object
/// without members; whatever else is no object is wrong.
pub(crate) fn read_members(
    cursor: &mut Cursor<'_>,
    object: &mut impl FromMembers,
) -> Option<Wrong> {
    if !cursor.enter(b'{') {
        let json = cursor.value().unwrap_or_default();
        return (!matches!(json, "null" | "\"\"")).then(|| Wrong {
            member: String::new(),
            malformed: Malformed::new("an object of figures", json),
        });
    }
    let mut wrong = None;
    loop {
        *cursor = object.take_documented(cursor.clone());
        let Some(name) = cursor.name() else { return wrong };
        let json = cursor.value().unwrap_or_default();
        if let Err(malformed) = object.read(name, json) {
            wrong.get_or_insert_with(|| Wrong { member: format!(".{name}"), malformed });
        }
    }
}

/// Reads a figure into its place.
pub(crate) fn read<'a, T: FromWire<'a>>(
    place: &mut Option<T>,
    json: &'a str,
) -> Result<(), Malformed> {
    *place = if json == "null" { None } else { T::from_wire(json)? };
    Ok(())
}

/// Takes a figure into its place.
#[inline]
fn take<Q: Quantity, const N: usize>(
    place: &mut Option<Q>,
    opening: &[u8; N],
    cursor: &mut Cursor<'_>,
) -> bool {
    match cursor.take(opening, Q::from_documented) {
        Some(quantity) => {
            *place = Some(quantity);
            true
        }
        None => false,
    }
}

impl FromMembers for Figures {
    fn take_documented<'a>(&mut self, mut cursor: Cursor<'a>) -> Cursor<'a> {
        loop {
            let is_taken = match cursor.initial() {
                Some(b'b') => take(&mut self.bitrate, br#""bitrate":""#, &mut cursor),
                Some(b'l') => take(&mut self.latency, br#""latency":""#, &mut cursor),
                Some(b'j') => take(&mut self.jitter, br#""jitter":""#, &mut cursor),
                Some(b'a') => take(&mut self.avg_loss, br#""avg_loss":""#, &mut cursor),
                Some(b'm') => take(&mut self.max_loss, br#""max_loss":""#, &mut cursor),
                Some(b'f') => take(&mut self.frame_rate, br#""frame_rate":""#, &mut cursor),
                Some(b'r') => match cursor.take(br#""resolution":""#, documented_resolution) {
                    Some(resolution) => {
                        self.resolution = resolution;
                        true
                    }
                    None => false,
                },
                _ => false,
            };
            if !is_taken {
                return cursor;
            }
        }
    }

    fn read(&mut self, name: &str, json: &str) -> Result<(), Malformed> {
        match name {
            "bitrate" => read(&mut self.bitrate, json),
            "latency" => read(&mut self.latency, json),
            "jitter" => read(&mut self.jitter, json),
            "avg_loss" => read(&mut self.avg_loss, json),
            "max_loss" => read(&mut self.max_loss, json),
            "resolution" => read(&mut self.resolution, json),
            "frame_rate" => read(&mut self.frame_rate, json),
            _ => Ok(()),
        }
    }
}

impl FromMembers for DeviceSample {
    fn read(&mut self, name: &str, json: &str) -> Result<(), Malformed> {
        match name {
            "zoom_min_cpu_usage" => read(&mut self.zoom_min_cpu, json),
            "zoom_avg_cpu_usage" => read(&mut self.zoom_avg_cpu, json),
            "zoom_max_cpu_usage" => read(&mut self.zoom_max_cpu, json),
            "system_max_cpu_usage" => read(&mut self.system_max_cpu, json),
            "system_min_cpu_pressure_level" => read(&mut self.min_pressure, json),
            "system_avg_cpu_pressure_level" => read(&mut self.avg_pressure, json),
            "system_max_cpu_pressure_level" => read(&mut self.max_pressure, json),
            "min_rssi" => read(&mut self.min_rssi, json),
            "avg_rssi" => read(&mut self.avg_rssi, json),
            "max_rssi" => read(&mut self.max_rssi, json),
            _ => Ok(()),
        }
    }
}
