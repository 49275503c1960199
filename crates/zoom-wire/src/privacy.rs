//! Privacy: which members of Zoom's JSON are about people, and JSON without them.
//!
//! Redaction acts on the text, before anything is made of it: whatever is made of it later, no record
//! and no copy can hold what is not there. Members keep their order and numbers their spelling.
//!
//! | a member is | what becomes of it |
//! |---|---|
//! | a field of [`FIELDS`] | what the policy says of that field |
//! | known to be about no person: figures, times, ids of meetings and joins, versions | it is kept |
//! | anything else that holds a text | kept if the policy keeps by default, else dropped and counted |
//!
//! What is dropped is blank as Zoom blanks it for accounts that may not see it: a text is empty, a list of
//! texts is left out. A text in an object of unknown meaning is unknown too, unless it is a figure, as in a
//! stream that Zoom adds one day.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::value::RawValue;
use sha2::Sha256;

use crate::document::DocumentKind;
use crate::object::Cursor;

/// What becomes of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// It stays as it came.
    #[default]
    Keep,
    /// A name of its own stands for each value, the same for the same value.
    Pseudonymise,
    /// It is not kept.
    Drop,
}

/// A field that may be about a person, by the name of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonalField {
    /// The name, as columns have it.
    pub name: &'static str,
    /// Fields of one class have the same pseudonym for the same value.
    class: &'static str,
}

const fn field(name: &'static str) -> PersonalField {
    PersonalField { name, class: name }
}

const USER_NAME: PersonalField = field("user_name");
const HOST: PersonalField = PersonalField { name: "host", class: "user_name" };
const EMAIL: PersonalField = field("email");
const HOST_EMAIL: PersonalField = PersonalField { name: "host_email", class: "email" };
const PERSON_ID: PersonalField = field("person_id");
const TOPIC: PersonalField = field("topic");
const DEPT: PersonalField = field("dept");
const IP_ADDRESS: PersonalField = field("ip_address");
const INTERNAL_IP_ADDRESSES: PersonalField = field("internal_ip_addresses");
const LOCATION: PersonalField = field("location");
const LEAVE_REASON: PersonalField = field("leave_reason");
const MICROPHONE: PersonalField = field("microphone");
const SPEAKER: PersonalField = field("speaker");
const CAMERA: PersonalField = field("camera");
const DEVICE_NAME: PersonalField = field("device_name");
const PC_NAME: PersonalField = field("pc_name");
const DOMAIN: PersonalField = field("domain");
const MAC_ADDR: PersonalField = field("mac_addr");
const HARDDISK_ID: PersonalField = field("harddisk_id");
const SIP_URI: PersonalField = field("sip_uri");
const PHONE_NUMBER: PersonalField = field("phone_number");
const CUSTOMER_KEY: PersonalField = field("customer_key");
const REGISTRANT_ID: PersonalField = field("registrant_id");
const GROUP: PersonalField = field("group");

/// Every field that may be about a person.
pub const FIELDS: [PersonalField; 24] = [
    USER_NAME,
    HOST,
    EMAIL,
    HOST_EMAIL,
    PERSON_ID,
    TOPIC,
    DEPT,
    IP_ADDRESS,
    INTERNAL_IP_ADDRESSES,
    LOCATION,
    LEAVE_REASON,
    MICROPHONE,
    SPEAKER,
    CAMERA,
    DEVICE_NAME,
    PC_NAME,
    DOMAIN,
    MAC_ADDR,
    HARDDISK_ID,
    SIP_URI,
    PHONE_NUMBER,
    CUSTOMER_KEY,
    REGISTRANT_ID,
    GROUP,
];

/// What is done with the fields of an account.
pub struct Policy {
    default: Mode,
    fields: BTreeMap<&'static str, Mode>,
    /// Begun with the account, so that accounts do not share pseudonyms.
    key: Hmac<Sha256>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("default", &self.default)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

impl Policy {
    /// The policy of an account: what is done with fields of which nothing else is said.
    ///
    /// `key` is what nobody who sees pseudonyms may know; without pseudonyms it may be empty.
    pub fn new(default: Mode, account: &str, key: &[u8]) -> Self {
        let key = Hmac::new_from_slice(key).expect("HMAC takes keys of any length");
        let key = key.chain_update(account).chain_update([0]);
        Self { default, fields: BTreeMap::new(), key }
    }

    /// Says what is done with a field.
    #[must_use]
    pub fn with(mut self, field: PersonalField, mode: Mode) -> Self {
        self.fields.insert(field.name, mode);
        self
    }

    /// True when every text stays as it came.
    pub fn keeps_all(&self) -> bool {
        self.default == Mode::Keep && self.fields.values().all(|mode| *mode == Mode::Keep)
    }

    /// True when a key is needed.
    pub fn has_pseudonyms(&self) -> bool {
        self.default == Mode::Pseudonymise
            || self.fields.values().any(|mode| *mode == Mode::Pseudonymise)
    }

    fn mode(&self, field: PersonalField) -> Mode {
        self.fields.get(field.name).copied().unwrap_or(self.default)
    }

    /// The name that stands for a value: `p-` and 20 letters and digits, 100 bits of an HMAC. Blanks
    /// around a value and the case of an e-mail address make no difference.
    pub fn pseudonym(&self, field: PersonalField, value: &str) -> String {
        const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let value = value.trim();
        let lower;
        let value = if field.class == EMAIL.class {
            lower = value.to_lowercase();
            &lower
        } else {
            value
        };
        let mac = self.key.clone().chain_update(field.class).chain_update([0]);
        let tag = mac.chain_update(value).finalize().into_bytes();
        let mut bits = tag.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        let mut name = "p-".to_owned();
        for _ in 0..20 {
            let digit = bits.by_ref().take(5).fold(0, |digit, bit| digit << 1 | bit);
            name.push(DIGITS[usize::from(digit)].into());
        }
        name
    }

    /// What may stand for a person in place of an e-mail address, an id or a name; nothing without
    /// pseudonyms.
    pub fn pseudonyms(&self, person: &str) -> Vec<String> {
        let fields = [EMAIL, PERSON_ID, USER_NAME].into_iter().filter(|_| self.has_pseudonyms());
        fields.map(|field| self.pseudonym(field, person)).collect()
    }

    /// The text of a document of this kind without what the policy does not keep. Names of unknown
    /// members that were dropped are counted in `dropped`.
    ///
    /// **Errors**: those of the JSON parser; then nothing may be kept.
    pub fn redact(
        &self,
        json: &str,
        kind: DocumentKind,
        dropped: &mut Dropped,
    ) -> Result<String, serde_json::Error> {
        // The walk takes valid JSON alone.
        let json = serde_json::from_str::<&RawValue>(json)?.get();
        let mut redacting =
            Redacting { policy: self, dropped, out: String::with_capacity(json.len()) };
        let within = match kind {
            DocumentKind::Meeting => Within::Meeting,
            DocumentKind::Report
            | DocumentKind::Summary
            | DocumentKind::Sharing
            | DocumentKind::Satisfaction => Within::Somebody,
            DocumentKind::CallLog | DocumentKind::CallQos => Within::Call,
            _ => Within::Envelope,
        };
        redacting.value(json, Treatment::Holder(within), "");
        Ok(redacting.out)
    }
}

/// How many texts were dropped because nobody knows what they are, by the name of their member.
pub type Dropped = BTreeMap<String, u64>;

/// What a member stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// A page, an event, its payload.
    Envelope,
    /// What an event is about.
    Subject,
    /// A meeting.
    Meeting,
    /// A participant.
    Somebody,
    /// A call, or a side of it.
    Call,
    /// A minute, a stream, an element.
    Figures,
    /// Nobody knows.
    Unknown,
}

/// What is done with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Treatment {
    /// It is about no person.
    Plain,
    /// It may be.
    Personal(PersonalField),
    /// It holds other members; a text in its place is unknown.
    Holder(Within),
}

/// Figures, which stand in objects of any name.
const FIGURES: [&str; 35] = [
    "date_time",
    "bitrate",
    "latency",
    "jitter",
    "avg_loss",
    "max_loss",
    "resolution",
    "frame_rate",
    "min_bitrate",
    "avg_bitrate",
    "max_bitrate",
    "min_latency",
    "avg_latency",
    "max_latency",
    "min_jitter",
    "avg_jitter",
    "max_jitter",
    "min_loss",
    "min_frame_rate",
    "avg_frame_rate",
    "max_frame_rate",
    "zoom_min_cpu_usage",
    "zoom_avg_cpu_usage",
    "zoom_max_cpu_usage",
    "system_max_cpu_usage",
    "system_min_cpu_pressure_level",
    "system_avg_cpu_pressure_level",
    "system_max_cpu_pressure_level",
    "min_rssi",
    "avg_rssi",
    "max_rssi",
    "rssi_unit",
    "quality_score",
    "mos",
    "network_delay",
];

/// Members that may be about a person wherever they stand.
const PERSONAL: [(&str, PersonalField); 45] = [
    ("email", EMAIL),
    ("user_email", EMAIL),
    ("host_email", HOST_EMAIL),
    ("host", HOST),
    ("host_name", HOST),
    ("user_name", USER_NAME),
    ("display_name", USER_NAME),
    ("participant_name", USER_NAME),
    ("participant_user_id", PERSON_ID),
    ("host_id", PERSON_ID),
    ("user_key", PERSON_ID),
    ("topic", TOPIC),
    ("session_name", TOPIC),
    ("dept", DEPT),
    ("department", DEPT),
    ("ip_address", IP_ADDRESS),
    ("signaling_ip_address", IP_ADDRESS),
    ("device_public_ip", IP_ADDRESS),
    ("internal_ip_addresses", INTERNAL_IP_ADDRESSES),
    ("signaling_internal_ip_address", INTERNAL_IP_ADDRESSES),
    ("audio_internal_ip_address", INTERNAL_IP_ADDRESSES),
    ("video_internal_ip_address", INTERNAL_IP_ADDRESSES),
    ("as_internal_ip_address", INTERNAL_IP_ADDRESSES),
    ("device_private_ip", INTERNAL_IP_ADDRESSES),
    ("location", LOCATION),
    ("Location", LOCATION),
    ("leave_reason", LEAVE_REASON),
    ("microphone", MICROPHONE),
    ("speaker", SPEAKER),
    ("headset", SPEAKER),
    ("camera", CAMERA),
    ("device_name", DEVICE_NAME),
    ("pc_name", PC_NAME),
    ("domain", DOMAIN),
    ("mac_addr", MAC_ADDR),
    ("harddisk_id", HARDDISK_ID),
    ("sip_uri", SIP_URI),
    ("from_sip_uri", SIP_URI),
    ("phone_number", PHONE_NUMBER),
    ("extension_number", PHONE_NUMBER),
    ("call_number", PHONE_NUMBER),
    ("zoom_number", PHONE_NUMBER),
    ("customer_key", CUSTOMER_KEY),
    ("registrant_id", REGISTRANT_ID),
    ("groupId", GROUP),
];

/// Members that are about nobody, in objects of which it is known what they are.
const PLAIN: [&str; 65] = [
    "account_id",
    "event",
    "uuid",
    "meeting_uuid",
    "session_id",
    "session_key",
    "call_id",
    "direction",
    "user_id",
    "participant_id",
    "participant_uuid",
    "bo_mtg_id",
    "meeting_number",
    "webinar_number",
    "next_page_token",
    "from",
    "to",
    "start_time",
    "end_time",
    "call_start_time",
    "call_end_time",
    "join_time",
    "leave_time",
    "duration",
    "type",
    "user_type",
    "timezone",
    "quality",
    "network_notification",
    "audio_quality",
    "video_quality",
    "screen_share_quality",
    "health",
    "issue_list",
    "network_type",
    "connection_type",
    "video_connection_type",
    "as_connection_type",
    "data_center",
    "full_data_center",
    "device",
    "device_type",
    "device_detail",
    "client",
    "os",
    "os_version",
    "browser_name",
    "browser_version",
    "version",
    "zoom_thin_client_plugin_version",
    "role",
    "status",
    "optional_archiving",
    "aic_disclaimer",
    "network",
    "isp",
    "codec",
    "extension_type",
    "site_id",
    "signaling_internal_ip_port",
    "audio_internal_ip_port",
    "video_internal_ip_port",
    "as_internal_ip_port",
    "destination_ip_domain",
    "destination_ip_port",
];

/// The field that a member of this name is, in such an object.
fn personal(name: &str, within: Within) -> Option<PersonalField> {
    match (name, within) {
        // One name for several things.
        ("id", Within::Somebody | Within::Call) | ("user_id", Within::Call) => Some(PERSON_ID),
        ("email", Within::Meeting) => Some(HOST_EMAIL),
        ("name", Within::Somebody) => Some(USER_NAME),
        _ => PERSONAL.iter().find(|(known, _)| *known == name).map(|(_, field)| *field),
    }
}

/// What a member of this name is, in such an object.
fn treatment(name: &str, within: Within) -> Treatment {
    if FIGURES.contains(&name) {
        return Treatment::Plain;
    }
    if let Some(field) = personal(name, within) {
        return Treatment::Personal(field);
    }
    Treatment::Holder(match (name, within) {
        // Nothing else is known in an object that nobody knows.
        (_, Within::Unknown) => Within::Unknown,
        ("id", Within::Meeting | Within::Subject) => return Treatment::Plain,
        ("participants" | "participant" | "users" | "user", _) | ("data", Within::Somebody) => {
            Within::Somebody
        }
        ("meetings" | "webinars", _) => Within::Meeting,
        ("payload", Within::Envelope) => Within::Envelope,
        ("object", Within::Envelope) => Within::Subject,
        ("call_qos" | "call_logs" | "caller" | "callee" | "caller_qos" | "callee_qos", _) => {
            Within::Call
        }
        ("sending" | "receiving", Within::Call) => Within::Figures,
        ("user_qos" | "qos" | "details" | "cpu_usage" | "cpu_pressure_level" | "wifi_rssi", _) => {
            Within::Figures
        }
        (name, Within::Figures) if zqos_core::Stream::from_name(name).is_some() => Within::Figures,
        (name, _) if PLAIN.contains(&name) => return Treatment::Plain,
        _ => Within::Unknown,
    })
}

/// A text that is being written anew.
struct Redacting<'p> {
    policy: &'p Policy,
    dropped: &'p mut Dropped,
    out: String,
}

impl Redacting<'_> {
    /// Writes a value as its member is treated. The nesting is that which the parser allowed.
    fn value(&mut self, json: &str, treatment: Treatment, name: &str) {
        match json.as_bytes().first() {
            Some(b'{') => {
                let within = match treatment {
                    Treatment::Holder(within) => within,
                    // No member of ours holds an object there.
                    Treatment::Plain | Treatment::Personal(_) => Within::Unknown,
                };
                self.object(json, within);
            }
            Some(b'[') => self.array(json, treatment, name),
            Some(b'"') => self.text(json, treatment, name),
            // A number may stand where a text is expected; it reads as one.
            Some(b'-' | b'0'..=b'9') if matches!(treatment, Treatment::Personal(_)) => {
                self.text(&format!("\"{json}\""), treatment, name);
            }
            _ => self.out.push_str(json),
        }
    }

    fn object(&mut self, json: &str, within: Within) {
        let mut cursor = Cursor::new(json);
        cursor.enter(b'{');
        self.out.push('{');
        let mut is_first = true;
        while let (Some(name), Some(value)) = (cursor.name(), cursor.value()) {
            let quoted = format!("\"{name}\"");
            // A name may be spelled with escapes, and is read without.
            let plain: Cow<'_, str> = if name.contains('\\') {
                serde_json::from_str::<String>(&quoted).map_or(Cow::Borrowed(""), Cow::Owned)
            } else {
                Cow::Borrowed(name)
            };
            let treatment = treatment(&plain, within);
            // A list that is dropped is not there, as in answers to accounts with a legacy BAA.
            if value.starts_with('[') && self.is_dropped(treatment) {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                self.out.push(',');
            }
            self.out.push_str(&quoted);
            self.out.push(':');
            self.value(value, treatment, &plain);
        }
        self.out.push('}');
    }

    fn is_dropped(&self, treatment: Treatment) -> bool {
        matches!(treatment, Treatment::Personal(field) if self.policy.mode(field) == Mode::Drop)
    }

    fn array(&mut self, json: &str, treatment: Treatment, name: &str) {
        let mut cursor = Cursor::new(json);
        cursor.enter(b'[');
        self.out.push('[');
        let mut is_first = true;
        while !cursor.leave() {
            let Some(value) = cursor.value() else { break };
            if !std::mem::take(&mut is_first) {
                self.out.push(',');
            }
            self.value(value, treatment, name);
        }
        self.out.push(']');
    }

    fn text(&mut self, json: &str, treatment: Treatment, name: &str) {
        let mode = match treatment {
            Treatment::Plain => Mode::Keep,
            Treatment::Personal(field) => self.policy.mode(field),
            Treatment::Holder(_) if self.policy.default == Mode::Keep || json == "\"\"" => {
                Mode::Keep
            }
            Treatment::Holder(_) => {
                *self.dropped.entry(name.to_owned()).or_default() += 1;
                Mode::Drop
            }
        };
        match (mode, treatment) {
            (Mode::Keep, _) => self.out.push_str(json),
            (Mode::Pseudonymise, Treatment::Personal(field)) => {
                // An escape that is half a character can't be read.
                let value = serde_json::from_str::<String>(json).unwrap_or_default();
                self.out.push('"');
                // Missing stays missing.
                if !value.trim().is_empty() {
                    self.out.push_str(&self.policy.pseudonym(field, &value));
                }
                self.out.push('"');
            }
            (Mode::Pseudonymise | Mode::Drop, _) => self.out.push_str("\"\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(policy: &Policy, json: &str, kind: DocumentKind) -> (String, Dropped) {
        let mut dropped = Dropped::new();
        let text = policy.redact(json, kind, &mut dropped).unwrap();
        (text, dropped)
    }

    #[test]
    fn numbers_order_and_figures_stay_and_people_go() {
        let json = r#"{ "user_id":"16778240", "email" : "Jill@Example.com", "total_jointime_cost": 1.50,
            "internal_ip_addresses":["10.0.0.1"], "user_qos":[{"date_time":"2026-01-05T10:01:00Z",
            "audio_input":{"bitrate":"23 kbps"},"new_stream":{"bitrate":"1 kbps","note":"Jill"}}],
            "nickname":"Jill", "user_name":""}"#;
        let (text, dropped) =
            redacted(&Policy::new(Mode::Drop, "default", b""), json, DocumentKind::Report);
        assert_eq!(
            text,
            r#"{"user_id":"16778240","email":"","total_jointime_cost":1.50,"user_qos":[{"date_time":"2026-01-05T10:01:00Z","audio_input":{"bitrate":"23 kbps"},"new_stream":{"bitrate":"1 kbps","note":""}}],"nickname":"","user_name":""}"#
        );
        assert_eq!(dropped, Dropped::from([("nickname".to_owned(), 1), ("note".to_owned(), 1)]));
    }

    #[test]
    fn one_person_has_one_pseudonym_whatever_the_member_is_called() {
        let policy = Policy::new(Mode::Pseudonymise, "default", b"0123456789abcdef");
        let name = policy.pseudonym(EMAIL, "jill@example.com");
        assert_eq!(name.len(), 22);
        assert!(name.starts_with("p-"), "{name}");
        let meeting = r#"{"uuid":"u==","id":93201235621,"email":" JILL@example.com "}"#;
        let (text, _) = redacted(&policy, meeting, DocumentKind::Meeting);
        assert_eq!(text, format!(r#"{{"uuid":"u==","id":93201235621,"email":"{name}"}}"#));
        let report = r#"{"\u0065mail":"jill@example.com","id":5}"#;
        let (text, _) = redacted(&policy, report, DocumentKind::Report);
        let id = policy.pseudonym(PERSON_ID, "5");
        assert_eq!(text, format!(r#"{{"\u0065mail":"{name}","id":"{id}"}}"#));
        // Another account, another key, another class: another name.
        for other in [
            Policy::new(Mode::Pseudonymise, "other", b"0123456789abcdef")
                .pseudonym(EMAIL, "jill@example.com"),
            Policy::new(Mode::Pseudonymise, "default", b"0123456789abcdeg")
                .pseudonym(EMAIL, "jill@example.com"),
            policy.pseudonym(USER_NAME, "jill@example.com"),
        ] {
            assert_ne!(other, name);
        }
    }

    #[test]
    fn a_field_goes_before_the_default() {
        let policy = Policy::new(Mode::Keep, "default", b"").with(TOPIC, Mode::Drop);
        let json = r#"{"uuid":"u==","topic":"Layoffs","host":"Ann","anything":"x"}"#;
        let (text, dropped) = redacted(&policy, json, DocumentKind::Meeting);
        assert_eq!(text, r#"{"uuid":"u==","topic":"","host":"Ann","anything":"x"}"#);
        assert!(dropped.is_empty());
        assert!(!policy.keeps_all() && !policy.has_pseudonyms());
    }

    #[test]
    fn an_event_keeps_its_ids_and_loses_its_people() {
        let json = r#"{"event":"meeting.participant_data","event_ts":1767607314776,"payload":{"account_id":"acc","object":{"uuid":"u==","id":"93201235621","participant":{"participant_id":"16778240","id":"abc","data":[{"version":"6.0","mac_addr":"00:00:5E:00:53:00","ssid":"Home"}]}}}}"#;
        let (text, dropped) =
            redacted(&Policy::new(Mode::Drop, "default", b""), json, DocumentKind::Event);
        let expected = json
            .replace("\"abc\"", "\"\"")
            .replace("\"00:00:5E:00:53:00\"", "\"\"")
            .replace("\"Home\"", "\"\"");
        assert_eq!(text, expected);
        assert_eq!(dropped.keys().collect::<Vec<_>>(), ["ssid"]);
    }

    #[test]
    fn calls_keep_their_figures_and_lose_their_numbers() {
        let log = r#"{"call_logs":[{"call_id":"7081466125443483485","direction":"internal","mos":"4.5","caller":{"id":"abc","extension_type":"user","display_name":"Jill","extension_number":"100152","phone_number":"+12025550143","device_type":"MAC_Client","device_public_ip":"192.0.2.1","device_private_ip":"10.0.0.1","headset":"Jill's","microphone":"Jill's","isp":"AS64500","codec":"OPUS","site_id":"s","note":"x"},"callee":{}}]}"#;
        let policy = Policy::new(Mode::Drop, "default", b"");
        let (text, dropped) = redacted(&policy, log, DocumentKind::CallLogs);
        assert_eq!(
            text,
            r#"{"call_logs":[{"call_id":"7081466125443483485","direction":"internal","mos":"4.5","caller":{"id":"","extension_type":"user","display_name":"","extension_number":"","phone_number":"","device_type":"MAC_Client","device_public_ip":"","device_private_ip":"","headset":"","microphone":"","isp":"AS64500","codec":"OPUS","site_id":"s","note":""},"callee":{}}]}"#
        );
        assert_eq!(dropped, Dropped::from([("note".to_owned(), 1)]));
        let row = r#"{"call_id":"7","caller":{"id":"abc"}}"#;
        let (text, _) = redacted(&policy, row, DocumentKind::CallLog);
        assert_eq!(text, r#"{"call_id":"7","caller":{"id":""}}"#);
        let qos = r#"{"call_id":"7","caller_qos":{"device_public_ip":"192.0.2.1","sending":[{"date_time":"2026-01-05T10:00:00Z","qos":{"bitrate":"14.98kbps","network_delay":"307","note":"x"}}]}}"#;
        let (text, dropped) = redacted(&policy, qos, DocumentKind::CallQos);
        let expected = qos.replace("\"192.0.2.1\"", "\"\"").replace("\"x\"", "\"\"");
        assert_eq!(text, expected);
        assert_eq!(dropped, Dropped::from([("note".to_owned(), 1)]));
    }
}
