//! The members of each answer, as Zoom's documents list them, with the kind of their values.

use std::collections::BTreeMap;

use super::value::*;

/// The documented members of one call's answer.
pub(super) struct Documented {
    /// Paths such as `.participants[].user_id`.
    pub(super) members: BTreeMap<String, Is>,
    /// What every answer has beside its rows.
    pub(super) envelope: &'static [&'static str],
}

type Members = &'static [(&'static str, Is)];

const COUNTED: &[&str] = &["next_page_token", "page_count", "page_size", "total_records"];
const COUNTED_RANGE: &[&str] =
    &["from", "next_page_token", "page_count", "page_size", "to", "total_records"];
const OF_MEETING: &[&str] =
    &["meeting_number", "next_page_token", "page_count", "page_size", "total_records"];
const OF_WEBINAR: &[&str] =
    &["next_page_token", "page_count", "page_size", "total_records", "webinar_number"];
const CALLS: &[&str] = &["from", "next_page_token", "page_size", "to", "total_records"];
const SIZED: &[&str] = &["next_page_token", "page_size"];

const ENVELOPE: Members = &[
    ("from", bound),
    ("to", bound),
    ("next_page_token", page_token),
    ("page_count", count),
    ("page_size", count),
    ("total_records", count),
    ("meeting_number", meeting_number),
    ("webinar_number", meeting_number),
];

/// What meetings and webinars share, in lists and in detail.
const ANY_MEETING: Members = &[
    ("uuid", uuid),
    ("id", meeting_id),
    ("topic", text),
    ("host", text),
    ("email", text),
    ("user_type", text),
    ("dept", text),
    ("start_time", time),
    ("end_time", end_time),
    ("duration", duration),
    ("participants", count),
    ("has_pstn", flag),
    ("has_voip", flag),
    ("has_3rd_party_audio", flag),
    ("has_video", flag),
    ("has_screen_share", flag),
    ("has_recording", flag),
    ("has_sip", flag),
    ("has_archiving", flag),
    ("has_manual_captions", flag),
    ("has_automated_captions", flag),
    ("has_poll", flag),
    ("has_survey", flag),
    ("has_external_participant", flag),
    ("custom_keys[].key", text),
    ("custom_keys[].value", text),
];
const MEETING: Members = &[("has_qa", flag), ("avg_jointime_cost", seconds)];
const LISTED_MEETING: Members =
    &[("session_key", text), ("tracking_fields[].field", text), ("tracking_fields[].value", text)];
const MEETING_IN_DETAIL: Members =
    &[("in_room_participants", count), ("has_meeting_summary", flag)];
const QUALITIES: Members =
    &[("audio_quality", quality), ("video_quality", quality), ("screen_share_quality", quality)];

/// What lists of participants and reports share, of meetings and webinars.
const ANY_JOIN: Members = &[
    ("id", account_id),
    ("user_id", join_id),
    ("participant_uuid", guid),
    ("user_name", text),
    ("email", text),
    ("device", text),
    ("client", text),
    ("os", text),
    ("os_version", text),
    ("browser_name", text),
    ("browser_version", text),
    ("device_name", text),
    ("version", text),
    ("pc_name", text),
    ("domain", text),
    ("mac_addr", mac_address),
    ("harddisk_id", text),
    ("ip_address", address),
    ("internal_ip_addresses[]", address),
    ("location", text),
    ("network_type", network_type),
    ("connection_type", connection_type),
    ("video_connection_type", connection_type),
    ("as_connection_type", connection_type),
    ("data_center", text),
    ("full_data_center", text),
    ("join_time", time),
    ("leave_time", time),
    ("share_application", flag),
    ("share_desktop", flag),
    ("share_whiteboard", flag),
    ("recording", flag),
    ("has_archiving", flag),
    ("optional_archiving", archiving),
    ("zoom_thin_client_plugin_version", text),
];
const MEETING_JOIN: Members = &[("groupId", account_id), ("total_jointime_cost", seconds)];
const PARTICIPANT: Members = &[
    ("participant_user_id", account_id),
    ("registrant_id", text),
    ("customer_key", text),
    ("role", role),
    ("bo_mtg_id", uuid),
    ("microphone", text),
    ("speaker", text),
    ("sip_uri", text),
    ("from_sip_uri", text),
    ("leave_reason", text),
    ("audio_call[].call_number", text),
    ("audio_call[].call_type", call_type),
    ("audio_call[].zoom_number", text),
];
const MEETING_PARTICIPANT: Members = &[
    ("camera", text),
    ("status", status),
    ("in_room_participants", count),
    ("aic_disclaimer", disclaimer),
];
const REPORT: Members = &[
    ("health", health),
    ("issue_list[]", text),
    ("user_qos[].date_time", time),
    ("user_qos[].wifi_rssi.max_rssi", signal),
    ("user_qos[].wifi_rssi.avg_rssi", signal),
    ("user_qos[].wifi_rssi.min_rssi", signal),
    ("user_qos[].wifi_rssi.rssi_unit", signal_unit),
];
const REPORT_OF_ONE: Members = &[("microphone", text), ("speaker", text)];
const MEETING_REPORT_OF_ONE: Members = &[("camera", text), ("meeting_number", meeting_number)];
const PROCESSOR: Members = &[
    ("zoom_min_cpu_usage", percent),
    ("zoom_avg_cpu_usage", percent),
    ("zoom_max_cpu_usage", percent),
    ("system_max_cpu_usage", percent),
];
const PRESSURE: Members = &[
    ("system_min_cpu_pressure_level", pressure),
    ("system_avg_cpu_pressure_level", pressure),
    ("system_max_cpu_pressure_level", pressure),
];
const SOUND: Members = &[
    ("bitrate", bitrate),
    ("latency", millis),
    ("jitter", millis),
    ("avg_loss", percent),
    ("max_loss", percent),
];
const PICTURE: Members = &[("resolution", resolution), ("frame_rate", frame_rate)];

const SHARING: Members = &[
    ("id", account_id),
    ("user_id", join_id),
    ("user_name", text),
    ("details[].content", text),
    ("details[].start_time", time),
    ("details[].end_time", end_time),
];
const SATISFACTION: Members = &[
    ("date_time", time),
    ("email", text),
    ("quality", feedback),
    ("user_id", join_id),
    ("comment", text),
];
const SUMMARY: Members = &[
    ("id", account_id),
    ("participant_id", join_id),
    ("user_name", text),
    ("email", text),
    ("qos[].type", stream),
];
/// Zoom's example has every detail under one type.
const SUMMARY_DETAILS: Members = &[
    ("min_bitrate", bitrate),
    ("avg_bitrate", bitrate),
    ("max_bitrate", bitrate),
    ("min_latency", millis),
    ("avg_latency", millis),
    ("max_latency", millis),
    ("min_jitter", millis),
    ("avg_jitter", millis),
    ("max_jitter", millis),
    ("min_loss", percent),
    ("avg_loss", percent),
    ("max_loss", percent),
    ("resolution", resolution),
    ("min_frame_rate", frame_rate),
    ("avg_frame_rate", frame_rate),
    ("max_frame_rate", frame_rate),
];
const CALL: Members = &[
    ("call_id", call_id),
    ("date_time", time),
    ("direction", direction),
    ("duration", count),
    ("mos", opinion),
];
/// What each side of a call has, in lists and in detail.
const PARTY: Members = &[
    ("codec", text),
    ("device_private_ip", address),
    ("device_public_ip", address),
    ("device_type", text),
    ("extension_number", extension_number),
    ("headset", text),
    ("isp", text),
    ("microphone", text),
    ("phone_number", phone_number),
    ("site_id", account_id),
];
const PARTY_IN_DETAIL: Members =
    &[("id", account_id), ("extension_type", extension_type), ("display_name", text)];
const CALL_SIDE: Members = &[("device_private_ip", address), ("device_public_ip", address)];
const CALL_FIGURES: Members = &[
    ("avg_loss", percent),
    ("bitrate", bitrate),
    ("jitter", millis),
    ("max_loss", percent),
    ("mos", opinion),
    ("network_delay", millis),
];
const BANDS: Members = &[("good", count), ("fair", count), ("poor", count), ("bad", count)];

/// The eighteen streams.
pub(super) fn streams() -> impl Iterator<Item = String> {
    ["audio", "video", "as"].into_iter().flat_map(|medium| {
        let legs = [
            "input",
            "output",
            "device_from_crc",
            "device_to_crc",
            "device_from_rwg",
            "device_to_rwg",
        ];
        legs.map(|leg| format!("{medium}_{leg}"))
    })
}

/// Collects members below a path.
#[derive(Default)]
struct Collector(BTreeMap<String, Is>);

impl Collector {
    fn add(&mut self, path: &str, lists: &[Members]) -> &mut Self {
        for (name, is) in lists.iter().copied().flatten() {
            self.0.insert(format!("{path}.{name}"), *is);
        }
        self
    }

    fn report(&mut self, path: &str) {
        self.add(path, &[ANY_JOIN, REPORT]);
        self.add(&format!("{path}.user_qos[].cpu_usage"), &[PROCESSOR]);
        self.add(&format!("{path}.user_qos[].cpu_pressure_level"), &[PRESSURE]);
        for name in streams() {
            let picture = if name.starts_with("audio") { &[][..] } else { PICTURE };
            self.add(&format!("{path}.user_qos[].{name}"), &[SOUND, picture]);
        }
    }
}

impl Documented {
    /// What is documented of a call, by its name.
    pub(super) fn of(call: &str) -> Self {
        let is_webinar = call.contains("webinar");
        let in_meetings = |list: Members| if is_webinar { &[][..] } else { list };
        let mut into = Collector::default();
        let rows = ".participants[]";
        let of_kind = if is_webinar { OF_WEBINAR } else { OF_MEETING };
        let envelope: &[&str] = match call.split_once(' ').map_or(call, |(_, call)| call) {
            "list" => {
                let path = if is_webinar { ".webinars[]" } else { ".meetings[]" };
                into.add(path, &[ANY_MEETING, QUALITIES]);
                into.add(path, &[in_meetings(MEETING), in_meetings(LISTED_MEETING)]);
                COUNTED_RANGE
            }
            "details" => {
                let qualities = if is_webinar { QUALITIES } else { &[] };
                into.add("", &[ANY_MEETING, qualities]);
                into.add("", &[in_meetings(MEETING), in_meetings(MEETING_IN_DETAIL)]);
                &[]
            }
            "participants" => {
                into.add(rows, &[ANY_JOIN, PARTICIPANT, QUALITIES]);
                into.add(rows, &[in_meetings(MEETING_JOIN), in_meetings(MEETING_PARTICIPANT)]);
                of_kind
            }
            "report" => {
                into.report("");
                into.add("", &[REPORT_OF_ONE, in_meetings(MEETING_JOIN)]);
                into.add("", &[in_meetings(MEETING_REPORT_OF_ONE)]);
                &[]
            }
            "reports" => {
                into.report(rows);
                into.add(rows, &[in_meetings(MEETING_JOIN)]);
                of_kind
            }
            "sharing" => {
                into.add(rows, &[SHARING]);
                COUNTED
            }
            "satisfaction" => {
                into.add(rows, &[SATISFACTION]);
                SIZED
            }
            "summaries" => {
                into.add(rows, &[SUMMARY]);
                let details = format!("{rows}.qos[].details");
                into.add(&details, &[SUMMARY_DETAILS, PROCESSOR, PRESSURE]);
                SIZED
            }
            "quality" => {
                for medium in ["audio", "video", "screen_share"] {
                    into.add(&format!(".quality.{medium}"), &[BANDS]);
                }
                &["from", "to"]
            }
            "calls" => {
                into.add(".call_logs[]", &[CALL]);
                for side in ["caller", "callee"] {
                    into.add(&format!(".call_logs[].{side}"), &[PARTY]);
                }
                CALLS
            }
            "call" => {
                into.add("", &[CALL]);
                for side in ["caller", "callee"] {
                    into.add(&format!(".{side}"), &[PARTY, PARTY_IN_DETAIL]);
                }
                &[]
            }
            "qos" => {
                into.add("", &[&[("call_id", call_id)]]);
                for side in ["caller_qos", "callee_qos"] {
                    into.add(&format!(".{side}"), &[CALL_SIDE]);
                    for leg in ["sending", "receiving"] {
                        let path = format!(".{side}.{leg}[]");
                        into.add(&path, &[&[("date_time", time)]]);
                        into.add(&format!("{path}.qos"), &[CALL_FIGURES]);
                    }
                }
                &[]
            }
            unknown => panic!("no call is named {unknown}"),
        };
        let is_needed = |(name, _): &&(&str, Is)| envelope.contains(name);
        for (name, is) in ENVELOPE.iter().filter(is_needed) {
            let is_bound = matches!(*name, "from" | "to") && call.starts_with("phone");
            into.0.insert(format!(".{name}"), if is_bound { bound_of_calls } else { *is });
        }
        Self { members: into.0, envelope }
    }
}
