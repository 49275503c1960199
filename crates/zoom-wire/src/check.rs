//! What holds for every input whatever: the bodies of the fuzz targets and of the tests that
//! replay their corpus.
//!
//! Each function takes any bytes and panics when a promise is broken.

use serde::{Deserialize, Serialize};
use zqos_core::{Dbm, Fps, Kbps, Millis, Percent, Pressure, Resolution, Shown, Timestamp};

use crate::error::ApiError;
use crate::qos::{ParticipantQos, ParticipantsQosPage};
use crate::value::FromWire;
use crate::{RawPage, decode};

/// A body that decodes is encoded to the JSON that it was.
fn survives<'a, T: Deserialize<'a> + Serialize>(body: &'a [u8]) -> Option<T> {
    let decoded: T = decode(body).ok()?;
    let encoded = serde_json::to_vec(&decoded).expect("what was decoded can be encoded");
    let read = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
    let original = crate::answer::text(body)
        .ok()
        .and_then(|text| read(text.as_bytes()));
    // A number too large for a `Value`, or a name that comes twice, has no other form to compare.
    if let (Some(encoded), Some(original)) = (read(&encoded), original)
        && names_are_distinct(body)
    {
        assert_eq!(encoded, original);
    }
    Some(decoded)
}

fn names_are_distinct(body: &[u8]) -> bool {
    // A `Value` keeps the last of two members of one name; encoding one again shows it.
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return false;
    };
    let count = |text: &[u8]| text.iter().filter(|&&byte| byte == b':').count();
    count(body) == count(&serde_json::to_vec(&value).expect("a value can be encoded"))
}

/// A report decodes with nothing lost, or says why not.
pub fn report(body: &[u8]) {
    if let Some(report) = survives::<ParticipantQos<'_>>(body) {
        let samples = report.samples("$");
        assert!(
            samples
                .streams
                .iter()
                .all(|sample| !sample.figures.is_empty())
        );
        for invalid in &samples.invalid {
            assert!(!invalid.to_string().contains(Shown::is_escaped));
        }
    }
}

/// A page decodes with nothing lost, typed and raw alike.
pub fn page(body: &[u8]) {
    let typed = survives::<ParticipantsQosPage<'_>>(body);
    let raw = RawPage::decode(body, Some("participants"));
    assert_eq!(typed.is_some(), raw.is_ok());
    if let (Some(typed), Ok(raw)) = (typed, raw)
        && raw.invalid.is_none()
    {
        assert_eq!(typed.participants.len(), raw.rows.len());
        for row in &raw.rows {
            assert!(!crate::answer::row_identity(row).is_empty());
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

/// Any value is read, missing or malformed; what is read is within its unit's range.
pub fn value(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let json = serde_json::to_string(text).expect("a text can be encoded");
    fn read<'a, T: FromWire<'a>>(json: &'a str) -> Option<T> {
        T::from_wire(json).ok().flatten()
    }
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
