//! Quality of service, minute by minute: of one participant, and of all of a meeting.
//!
//! `GET /metrics/meetings/{meetingId}/participants/{participantId}/qos` and
//! `GET /metrics/meetings/{meetingId}/participants/qos` with their webinar twins; both heavy,
//! `type` live or past, the listing by pages of 1 (default) to 10.
//!
//! **Source**: "Get meeting participant QoS", "List meeting participants QoS".

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;
use zqos_core::{
    DeviceSample, Figures, MeetingId, ParticipantId, Stream, StreamName, StreamSample, Timestamp,
};

use crate::answer::{Endpoint, Page};
use crate::field::{Field, Text, wire_object};
use crate::object::{Members, Name};
use crate::operation::Operation;
use crate::request::{
    Kind, Request, RequestError, When, meeting_path, page_size, participant_segment,
};
use crate::row::{InvalidRow, Row, Rows, WireObject};
use crate::value::{FromWire, List, Malformed};

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
        Self {
            kind: Kind::Meeting,
            when: When::Live,
            meeting,
            participant,
        }
    }

    /// Asks for a webinar instead.
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Asks for another `type`.
    #[must_use]
    pub const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }
}

impl Endpoint for GetParticipantQos {
    type Answer<'a> = ParticipantQos<'a>;

    fn to_request(&self) -> Result<Request, RequestError> {
        let operation = match self.kind {
            Kind::Meeting => &Operation::GET_MEETING_PARTICIPANT_QOS,
            Kind::Webinar => &Operation::GET_WEBINAR_PARTICIPANT_QOS,
        };
        let meeting = meeting_path(self.kind, &self.meeting)?;
        let participant = participant_segment(&self.participant)?;
        let request = Request::new(
            operation,
            format!("{meeting}/participants/{participant}/qos"),
        );
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
        Self {
            kind: Kind::Meeting,
            when: When::Live,
            meeting,
            page_size: 10,
        }
    }

    /// Asks for a webinar instead.
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Asks for another `type`.
    #[must_use]
    pub const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Asks for pages of another size, 1 to 10.
    #[must_use]
    pub const fn page_size(mut self, rows: u16) -> Self {
        self.page_size = rows;
        self
    }
}

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
        /// `Good`, `Warning` or `Critical`.
        health: Text<'a>,
        /// What Zoom finds wrong.
        issue_list: Field<'a, List<Cow<'a, str>>>,
        /// The samples; none at all is a normal answer for a live participant who neither sends
        /// nor receives at the moment.
        user_qos: Rows<Sample<'a>>,
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

/// One minute of one participant as it came.
///
/// The eighteen streams have places of their own, so that a minute costs no allocation; their
/// objects are kept as JSON text until they are read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The minute, at its start.
    pub date_time: Field<'a, Timestamp>,
    streams: [Option<&'a RawValue>; Stream::COUNT],
    cpu_usage: Option<&'a RawValue>,
    cpu_pressure_level: Option<&'a RawValue>,
    wifi_rssi: Option<&'a RawValue>,
    /// Every member that has no name here, and its JSON text.
    pub other: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'de: 'a, 'a> WireObject<'de> for Sample<'a> {
    fn from_members<A: serde::de::MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut sample = Self {
            date_time: Field::default(),
            streams: [None; Stream::COUNT],
            cpu_usage: None,
            cpu_pressure_level: None,
            wifi_rssi: None,
            other: Vec::new(),
        };
        while let Some(Name(name)) = members.next_key()? {
            if &*name == "date_time" && sample.date_time.is_absent() {
                sample.date_time = members.next_value()?;
                continue;
            }
            let place = match &*name {
                "cpu_usage" => Some(&mut sample.cpu_usage),
                "cpu_pressure_level" => Some(&mut sample.cpu_pressure_level),
                "wifi_rssi" => Some(&mut sample.wifi_rssi),
                name => Stream::from_name(name).map(|stream| &mut sample.streams[stream.index()]),
            };
            let value = members.next_value()?;
            match place {
                Some(place) if place.is_none() => *place = Some(value),
                _ => sample.other.push((name, value)),
            }
        }
        Ok(sample)
    }
}

impl Serialize for Sample<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.date_time.is_absent() {
            map.serialize_entry("date_time", &self.date_time)?;
        }
        for (stream, value) in Stream::all().zip(self.streams) {
            if let Some(value) = value {
                map.serialize_entry(stream.as_str(), value)?;
            }
        }
        for (name, value) in [
            ("cpu_usage", self.cpu_usage),
            ("cpu_pressure_level", self.cpu_pressure_level),
            ("wifi_rssi", self.wifi_rssi),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in &self.other {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'a> Sample<'a> {
    /// The JSON text of a stream's object.
    pub fn stream(&self, stream: Stream) -> Option<&'a str> {
        self.streams[stream.index()].map(RawValue::get)
    }

    /// Every stream that came, the unknown ones last: any other member that is an object may be
    /// a stream that is documented later.
    fn streams(&self) -> impl Iterator<Item = (StreamName, &'a str)> {
        let known = Stream::all()
            .zip(self.streams)
            .filter_map(|(stream, value)| Some((stream.into(), value?.get())));
        let unknown = self
            .other
            .iter()
            .filter(|(_, value)| value.get().starts_with('{'))
            .map(|(name, value)| (StreamName::new(name), value.get()));
        known.chain(unknown)
    }
}

/// The samples of one participant, as numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Samples {
    /// Every stream that carried traffic, minute by minute.
    pub streams: Vec<StreamSample>,
    /// The device, minute by minute.
    pub devices: Vec<DeviceSample>,
    /// Every row with something wrong in it. The row's other figures are among the samples all
    /// the same; only a row without a readable time is left out.
    pub invalid: Vec<InvalidRow>,
}

impl ParticipantQos<'_> {
    /// Reads the samples; `path` is the JSON path of this report, `$` for a single one.
    ///
    /// **Shape**: one stream sample for each stream that carried traffic in each minute, in
    /// Zoom's order of minutes; one device sample for each minute in which the device reported
    /// something.
    pub fn samples(&self, path: &str) -> Samples {
        let rows = || {
            self.user_qos
                .as_slice()
                .iter()
                .filter_map(|row| row.as_object(String::new).ok())
        };
        let mut samples = Samples {
            streams: Vec::with_capacity(rows().map(|sample| sample.streams().count()).sum()),
            devices: Vec::with_capacity(rows().count()),
            invalid: Vec::new(),
        };
        for (place, row) in self.user_qos.as_slice().iter().enumerate() {
            let path = SamplePath {
                report: path,
                place,
            };
            match row.as_object(|| path.to_string()) {
                Ok(sample) => sample.read(&path, &mut samples),
                Err(invalid) => samples.invalid.push(invalid),
            }
        }
        samples
    }
}

/// The JSON path of a sample, written only when something is wrong in it.
struct SamplePath<'p> {
    report: &'p str,
    place: usize,
}

impl std::fmt::Display for SamplePath<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.user_qos[{}]", self.report, self.place)
    }
}

impl Sample<'_> {
    fn read(&self, path: &SamplePath<'_>, samples: &mut Samples) {
        let ts = match self.date_time.read() {
            Ok(Some(ts)) => ts,
            Ok(None) => {
                samples
                    .invalid
                    .push(InvalidRow::new(format!("{path}.date_time"), "no time"));
                return;
            }
            Err(malformed) => {
                samples
                    .invalid
                    .push(InvalidRow::new(format!("{path}.date_time"), malformed));
                return;
            }
        };
        for (stream, json) in self.streams() {
            let (figures, wrong) = figures(json);
            if let Some((member, malformed)) = wrong {
                let path = format!("{path}.{}{member}", stream.as_str());
                samples.invalid.push(InvalidRow::new(path, malformed));
            }
            if !figures.is_empty() {
                samples.streams.push(StreamSample {
                    ts,
                    stream,
                    figures,
                });
            }
        }
        let mut device = DeviceSample::empty(ts);
        for (name, raw) in [
            ("cpu_usage", self.cpu_usage),
            ("cpu_pressure_level", self.cpu_pressure_level),
            ("wifi_rssi", self.wifi_rssi),
        ] {
            if let Some(raw) = raw
                && let Some((member, malformed)) = read_device(&mut device, raw.get())
            {
                let path = format!("{path}.{name}{member}");
                samples.invalid.push(InvalidRow::new(path, malformed));
            }
        }
        if !device.is_empty() {
            samples.devices.push(device);
        }
    }
}

/// The first thing wrong in an object: the member's path below it, and why.
type Wrong = Option<(String, Malformed)>;

/// Reads a figure into its place; keeps the first complaint.
fn read_into<'a, T: FromWire<'a>>(
    place: &mut Option<T>,
    name: &str,
    json: &'a str,
    wrong: &mut Wrong,
) {
    if json == "null" {
        return;
    }
    match T::from_wire(json) {
        Ok(value) => *place = value,
        Err(malformed) => {
            wrong.get_or_insert_with(|| (format!(".{name}"), malformed));
        }
    }
}

/// Reads the figures of a stream's object.
fn figures(json: &str) -> (Figures, Wrong) {
    let mut figures = Figures::default();
    let mut wrong = not_an_object(json);
    for (name, value) in Members::of(json) {
        match name {
            "bitrate" => read_into(&mut figures.bitrate, name, value, &mut wrong),
            "latency" => read_into(&mut figures.latency, name, value, &mut wrong),
            "jitter" => read_into(&mut figures.jitter, name, value, &mut wrong),
            "avg_loss" => read_into(&mut figures.avg_loss, name, value, &mut wrong),
            "max_loss" => read_into(&mut figures.max_loss, name, value, &mut wrong),
            "resolution" => read_into(&mut figures.resolution, name, value, &mut wrong),
            "frame_rate" => read_into(&mut figures.frame_rate, name, value, &mut wrong),
            _ => {}
        }
    }
    (figures, wrong)
}

/// Reads the figures of one of the three objects about the device.
fn read_device(device: &mut DeviceSample, json: &str) -> Wrong {
    let mut wrong = not_an_object(json);
    for (name, value) in Members::of(json) {
        match name {
            "zoom_min_cpu_usage" => read_into(&mut device.zoom_min_cpu, name, value, &mut wrong),
            "zoom_avg_cpu_usage" => read_into(&mut device.zoom_avg_cpu, name, value, &mut wrong),
            "zoom_max_cpu_usage" => read_into(&mut device.zoom_max_cpu, name, value, &mut wrong),
            "system_max_cpu_usage" => {
                read_into(&mut device.system_max_cpu, name, value, &mut wrong);
            }
            "system_min_cpu_pressure_level" => {
                read_into(&mut device.min_pressure, name, value, &mut wrong);
            }
            "system_avg_cpu_pressure_level" => {
                read_into(&mut device.avg_pressure, name, value, &mut wrong);
            }
            "system_max_cpu_pressure_level" => {
                read_into(&mut device.max_pressure, name, value, &mut wrong);
            }
            "min_rssi" => read_into(&mut device.min_rssi, name, value, &mut wrong),
            "avg_rssi" => read_into(&mut device.avg_rssi, name, value, &mut wrong),
            "max_rssi" => read_into(&mut device.max_rssi, name, value, &mut wrong),
            _ => {}
        }
    }
    wrong
}

/// An empty stream may also be `null` or an empty text; anything else must be an object.
fn not_an_object(json: &str) -> Wrong {
    match json {
        "null" | "\"\"" => None,
        _ if json.starts_with('{') => None,
        _ => Some((String::new(), Malformed::new("an object of figures", json))),
    }
}
