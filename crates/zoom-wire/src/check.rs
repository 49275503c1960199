//! What holds for every input whatever: the bodies of the fuzz targets and of the tests that
//! replay their corpus.
//!
//! Each function takes any bytes and panics when a promise is broken.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zqos_core::{Dbm, Fps, Kbps, Millis, Percent, Pressure, Resolution, Shown, Timestamp};

use crate::error::ApiError;
use crate::event::Event;
use crate::object::Object;
use crate::phone::{CallLog, CallLogsPage, CallQos, CallRecords};
use crate::qos::{ParticipantQos, ParticipantsQosPage};
use crate::value::FromWire;
use crate::webhook::{SigningKey, UrlQuestion, UrlValidation};
use crate::{RawPage, decode};

/// A body that decodes is encoded to the JSON that it was.
fn survives<'a, T: Deserialize<'a> + Serialize>(body: &'a [u8]) -> Option<T> {
    let decoded: T = decode(body).ok()?;
    let encoded = serde_json::to_string(&decoded).expect("what was decoded can be encoded");
    let original = crate::answer::text(body).expect("what was decoded is text");
    assert_eq!(canonical(&encoded), canonical(original));
    Some(decoded)
}

/// A JSON text with the members of each object sorted and without blanks between values: the same
/// for two texts that hold the same values, names that come twice included.
fn canonical(json: &str) -> String {
    let json = json.trim();
    if json.starts_with('{') {
        // An escape that is half a character is passed over by the parser, but can't be read.
        let Ok(Object(members)) = serde_json::from_str(json) else { return json.to_owned() };
        let mut members: Vec<String> = members
            .into_iter()
            .map(|(name, value)| format!("{name:?}:{}", canonical(value.get())))
            .collect();
        members.sort_unstable();
        format!("{{{}}}", members.join(","))
    } else if json.starts_with('[') {
        let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json) else {
            return json.to_owned();
        };
        let elements: Vec<String> =
            elements.into_iter().map(|element| canonical(element.get())).collect();
        format!("[{}]", elements.join(","))
    } else if json.starts_with(['"', 't', 'f', 'n']) || is_integer(json) {
        json.to_owned()
    } else {
        // A wrong row keeps such a number only as the nearest double.
        "a double".to_owned()
    }
}

/// True for a number that JSON values keep as an integer.
fn is_integer(json: &str) -> bool {
    json != "-0" && (json.parse::<i64>().is_ok() || json.parse::<u64>().is_ok())
}

/// A report decodes with nothing lost, or says why not.
pub fn report(body: &[u8]) {
    if let Some(report) = survives::<ParticipantQos<'_>>(body) {
        let samples = report.samples("$");
        assert!(samples.streams.iter().all(|sample| !sample.figures.is_empty()));
        for invalid in &samples.invalid {
            assert!(!invalid.to_string().contains(Shown::is_escaped));
        }
    }
}

/// A page decodes with nothing lost, typed and raw alike.
pub fn page(body: &[u8]) {
    let typed = survives::<ParticipantsQosPage<'_>>(body);
    let raw = RawPage::decode(body, Some("participants"));
    // The other way round, a row that is a number beyond all doubles fails the typed page.
    assert!(typed.is_none() || raw.is_ok());
    if let (Some(typed), Ok(raw)) = (typed, raw)
        && raw.invalid.is_none()
    {
        assert_eq!(typed.participants.len(), raw.rows.len());
        for row in &raw.rows {
            assert!(!crate::answer::row_identity(row).is_empty());
        }
    }
}

/// An event decodes with nothing lost, and what it says can be shown safely.
pub fn event(body: &[u8]) {
    if let Some(event) = survives::<Event<'_>>(body)
        && let Ok(records) = event.records()
    {
        for participant in &records.participants {
            assert!(participant.streams.iter().all(|sample| !sample.figures.is_empty()));
            assert!(participant.devices.iter().all(|sample| !sample.is_empty()));
        }
        for invalid in &records.invalid {
            assert!(!invalid.to_string().contains(Shown::is_escaped));
        }
    }
}

/// Whatever is asked as a question about a URL, nothing is signed that could be the text of an event.
pub fn question(body: &[u8]) {
    let key = SigningKey::new(b"whs_test_secret");
    let answer = UrlQuestion::read(body).and_then(|question| question.answer(&key));
    if let Some(UrlValidation { plain_token, encrypted_token }) = answer {
        assert!((8..=64).contains(&plain_token.len()) && !plain_token.contains(':'));
        assert_eq!(encrypted_token.len(), 64);
    }
}

/// Answers of Zoom Phone decode with nothing lost, and what they say can be shown safely.
pub fn phone(body: &[u8]) {
    let page = survives::<CallLogsPage<'_>>(body);
    let rows = page.iter().flat_map(|page| page.call_logs.objects("$.call_logs"));
    let listed = rows.flatten().map(|row| row.to_records("$.call_logs[0]"));
    let alone = survives::<CallLog<'_>>(body).map(|call| call.to_records("$"));
    let measured = survives::<CallQos<'_>>(body).map(|qos| qos.to_records());
    for CallRecords { sides, invalid } in listed.chain(alone).chain(measured) {
        assert!(sides.iter().all(|side| !side.call.id.is_empty()));
        for invalid in invalid {
            assert!(!invalid.to_string().contains(Shown::is_escaped));
        }
    }
}

/// Any body of a failure is read, and shown safely.
pub fn error(body: &[u8]) {
    for status in [200, 400, 401, 404, 429, 502] {
        let error = ApiError::from_answer(status, body);
        assert!(error.is_some() || status == 200);
        if let Some(error) = error {
            assert!(!error.to_string().contains(Shown::is_escaped));
        }
    }
}

fn read<'a, T: FromWire<'a>>(json: &'a str) -> Option<T> {
    T::from_wire(json).ok().flatten()
}

/// Any value is read, missing or malformed; what is read is within its unit's range.
pub fn value(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let json = serde_json::to_string(text).expect("a text can be encoded");
    let finite = |number: f64| assert!(number.is_finite() && number >= 0.0);
    read::<Kbps>(&json).map(Kbps::get).map(finite);
    read::<Millis>(&json).map(Millis::get).map(finite);
    read::<Fps>(&json).map(Fps::get).map(finite);
    if let Some(share) = read::<Percent>(&json) {
        assert!((0.0..=100.0).contains(&share.get()));
    }
    if let Some(resolution) = read::<Resolution>(&json) {
        assert!(resolution.width() > 0 && resolution.height() > 0);
    }
    read::<Dbm>(&json);
    read::<Pressure>(&json);
    read::<Timestamp>(&json);
}
