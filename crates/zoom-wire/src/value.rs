//! The value grammar: how Zoom writes figures.
//!
//! Every figure is a text with a unit, and every surface spells the unit its own way. What has
//! been seen, and what is read here:
//!
//! | quantity | spellings |
//! |---|---|
//! | bitrate | `23 kbps`, `27.15kbps`, `27.15 Kbps`, bare `6` (phone events); `Mbps` and `bps` by caution |
//! | latency, jitter | `126 ms`, `0ms`, `7.53ms`, bare `307` (phone) |
//! | loss, processor load | `0.03%`, bare `0.0` (phone events) |
//! | frame rate | `12 fps`, `0 fps` |
//! | resolution | `1280*720`; `1280x720` by caution |
//! | signal strength | `-44` as a number or a text |
//!
//! **Missing** is: no member, `null`, an empty text, a dash (`-`, `-(-)`) and, for a resolution,
//! a side of zero. It becomes `None`. Anything else is [`Malformed`], never a guess and never zero.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use zqos_core::{
    Dbm, Fps, Kbps, MeetingNumber, MeetingUuid, Millis, ParticipantId, Percent, Pressure,
    Resolution, Timestamp,
};

/// The longest part of a wrong value that is quoted.
const QUOTED_CHARS: usize = 60;

/// A value outside of the grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {}", zqos_core::Shown(.found))]
pub struct Malformed {
    expected: &'static str,
    found: Box<str>,
}

impl Malformed {
    pub(crate) fn new(expected: &'static str, found: &str) -> Self {
        Self {
            expected,
            found: found.chars().take(QUOTED_CHARS).collect::<String>().into(),
        }
    }
}

/// A type that can be read from the JSON text of a value.
pub trait FromWire<'a>: Sized {
    /// What it looks like, for messages.
    const EXPECTED: &'static str;

    /// Reads a value that is not `null`.
    ///
    /// **Missing**: `None` for the texts that Zoom sends in place of a value.
    /// **Errors**: [`Malformed`] for a value outside of the grammar.
    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed>;
}

/// The content of a JSON string, or the JSON text itself of a number or boolean: Zoom writes
/// numbers as texts and texts as numbers. `None` for arrays and objects.
fn scalar(json: &str) -> Option<Cow<'_, str>> {
    match json.as_bytes().first()? {
        b'"' => {
            let inner = json.get(1..json.len() - 1)?;
            if inner.contains('\\') {
                serde_json::from_str(json).ok().map(Cow::Owned)
            } else {
                Some(Cow::Borrowed(inner))
            }
        }
        b'{' | b'[' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

/// Reads a scalar through `read`; blank and dashed texts are missing.
fn read_scalar<'a, T: FromWire<'a>>(
    json: &'a str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let text = scalar(json).ok_or_else(|| Malformed::new(T::EXPECTED, json))?;
    match text.trim() {
        "" | "-" | "-(-)" => Ok(None),
        text => read(text)
            .map(Some)
            .ok_or_else(|| Malformed::new(T::EXPECTED, json)),
    }
}

/// Splits a quantity into its number and its unit.
///
/// A number is digits with at most one point. Up to fifteen digits are read exactly: their
/// integer and the power of ten are both exact, so one division gives the nearest `f64`.
fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    const EXACT: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];

    let bytes = text.as_bytes();
    let (mut digits, mut at, mut point) = (0_u64, 0, None);
    let mut integer = 0_u64;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' if digits < 15 => {
                integer = integer * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b'0'..=b'9' => return number_and_unit_slowly(text),
            b'.' if point.is_none() => point = Some(at),
            _ => break,
        }
        at += 1;
    }
    let decimals = point.map_or(0, |point| at - point - 1);
    if digits == 0 || point.is_some() && decimals == 0 {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most fifteen digits are exact in an f64"
    )]
    let number = integer as f64 / EXACT[decimals];
    Some((number, text[at..].trim_start()))
}

/// The same for numbers of more than fifteen digits.
fn number_and_unit_slowly(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    number
        .is_finite()
        .then(|| (number, text[end..].trim_start()))
}

fn quantity<T>(
    text: &str,
    scale: impl FnOnce(&str) -> Option<f64>,
    make: impl FnOnce(f64) -> Result<T, zqos_core::OutOfRange>,
) -> Option<T> {
    let (number, unit) = number_and_unit(text)?;
    make(number * scale(unit)?).ok()
}

fn one_of(units: [&str; 2]) -> impl FnOnce(&str) -> Option<f64> {
    move |unit| {
        units
            .iter()
            .any(|known| unit.eq_ignore_ascii_case(known))
            .then_some(1.0)
    }
}

impl<'a> FromWire<'a> for Kbps {
    const EXPECTED: &'static str = "a bitrate such as `23 kbps`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        let scale = |unit: &str| match unit {
            "kbps" | "" => Some(1.0),
            _ if unit.eq_ignore_ascii_case("kbps") => Some(1.0),
            _ if unit.eq_ignore_ascii_case("mbps") => Some(1000.0),
            _ if unit.eq_ignore_ascii_case("bps") => Some(0.001),
            _ => None,
        };
        read_scalar(json, |text| quantity(text, scale, Self::try_new))
    }
}

impl<'a> FromWire<'a> for Millis {
    const EXPECTED: &'static str = "a time such as `126 ms`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| {
            quantity(text, one_of(["ms", ""]), Self::try_new)
        })
    }
}

impl<'a> FromWire<'a> for Percent {
    const EXPECTED: &'static str = "a percentage such as `0.3%`, at most 100";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| {
            quantity(text, one_of(["%", ""]), Self::try_new)
        })
    }
}

impl<'a> FromWire<'a> for Fps {
    const EXPECTED: &'static str = "a frame rate such as `12 fps`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| {
            quantity(text, one_of(["fps", ""]), Self::try_new)
        })
    }
}

impl<'a> FromWire<'a> for Dbm {
    const EXPECTED: &'static str = "a signal strength in dBm such as `-44`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| {
            let number = match text.char_indices().rev().nth(2) {
                Some((at, _)) if text[at..].eq_ignore_ascii_case("dbm") => text[..at].trim_end(),
                _ => text,
            };
            Self::try_new(number.parse().ok()?).ok()
        })
    }
}

impl<'a> FromWire<'a> for Pressure {
    const EXPECTED: &'static str = "`normal`, `fair`, `serious` or `critical`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| {
            Self::ALL
                .into_iter()
                .find(|level| text.eq_ignore_ascii_case(level.as_str()))
        })
    }
}

impl<'a> FromWire<'a> for Resolution {
    const EXPECTED: &'static str = "a resolution such as `1280*720`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        let text = scalar(json).ok_or_else(|| Malformed::new(Self::EXPECTED, json))?;
        let text = text.trim();
        if matches!(text, "" | "-" | "-(-)") {
            return Ok(None);
        }
        let sides = text
            .split_once(['*', 'x', 'X', '×'])
            .and_then(|(width, height)| {
                let side = |text: &str| {
                    let text = text.trim();
                    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                    if digits { text.parse().ok() } else { None }
                };
                Some((side(width)?, side(height)?))
            });
        let (width, height) = sides.ok_or_else(|| Malformed::new(Self::EXPECTED, json))?;
        Ok(Self::new(width, height))
    }
}

impl<'a> FromWire<'a> for Timestamp {
    const EXPECTED: &'static str = "an instant such as `2026-01-05T10:00:12Z`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| text.parse().ok())
    }
}

impl<'a> FromWire<'a> for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }
}

/// Reads whole numbers and the like through `FromStr`.
macro_rules! from_number {
    ($type:ty, $expected:literal) => {
        impl<'a> FromWire<'a> for $type {
            const EXPECTED: &'static str = $expected;

            fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
                read_scalar(json, |text| text.parse().ok())
            }
        }
    };
}

from_number!(u64, "a whole number");
from_number!(f64, "a number");

impl<'a> FromWire<'a> for MeetingNumber {
    const EXPECTED: &'static str = "a meeting number";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        Ok(u64::from_wire(json)?.map(Self::new))
    }
}

impl<'a> FromWire<'a> for Cow<'a, str> {
    const EXPECTED: &'static str = "a text";

    /// **Missing**: the empty text. Other texts are kept as they came, blanks included.
    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        let text = scalar(json).ok_or_else(|| Malformed::new(Self::EXPECTED, json))?;
        Ok((!text.is_empty()).then_some(text))
    }
}

/// Reads the opaque ids.
macro_rules! from_id {
    ($id:ty, $expected:literal) => {
        impl<'a> FromWire<'a> for $id {
            const EXPECTED: &'static str = $expected;

            fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
                Ok(Cow::<str>::from_wire(json)?.and_then(|text| Self::new(&text)))
            }
        }
    };
}

from_id!(MeetingUuid, "a meeting's UUID");
from_id!(ParticipantId, "a participant's id");

/// A list read when it is asked for; small ones, such as issues and addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<'a, T: Deserialize<'a>> FromWire<'a> for List<T> {
    const EXPECTED: &'static str = "an array";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        if json == "\"\"" {
            return Ok(None);
        }
        serde_json::from_str(json)
            .map(|list| Some(Self(list)))
            .map_err(|_| Malformed::new(Self::EXPECTED, json))
    }
}

impl<T> fmt::Display for List<T>
where
    T: AsRef<str>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, item) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            zqos_core::Shown(item.as_ref()).fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<'a, T: FromWire<'a>>(json: &'a str) -> Option<T> {
        T::from_wire(json).unwrap_or_else(|malformed| panic!("{json}: {malformed}"))
    }

    fn kbps(value: f64) -> Option<Kbps> {
        Kbps::try_new(value).ok()
    }

    #[test]
    fn every_dialect_of_a_bitrate_is_read() {
        for json in [
            "\"27.15 kbps\"",
            "\"27.15kbps\"",
            "\"27.15 Kbps\"",
            "\"27.15\"",
            "27.15",
        ] {
            assert_eq!(read::<Kbps>(json), kbps(27.15), "{json}");
        }
        assert_eq!(read::<Kbps>("\"1.5 Mbps\""), kbps(1500.0));
        assert_eq!(read::<Kbps>("\"500 bps\""), kbps(0.5));
        assert_eq!(read::<Kbps>("\"6\""), kbps(6.0));
    }

    #[test]
    fn times_shares_and_rates_are_read() {
        let millis = |value| Some(Millis::try_new(value).unwrap());
        for (json, value) in [
            ("\"126 ms\"", 126.0),
            ("\"0ms\"", 0.0),
            ("\"7.53ms\"", 7.53),
            ("\"307\"", 307.0),
        ] {
            assert_eq!(read::<Millis>(json), millis(value), "{json}");
        }
        let percent = |value| Some(Percent::try_new(value).unwrap());
        for (json, value) in [("\"0.03%\"", 0.03), ("\"0.0\"", 0.0), ("\"100 %\"", 100.0)] {
            assert_eq!(read::<Percent>(json), percent(value), "{json}");
        }
        assert_eq!(read::<Fps>("\"0 fps\""), Some(Fps::try_new(0.0).unwrap()));
        assert_eq!(
            read::<Resolution>("\"1280*720\""),
            Resolution::new(1280, 720)
        );
        assert_eq!(
            read::<Resolution>("\"1280x720\""),
            Resolution::new(1280, 720)
        );
        for json in ["-44", "\"-44\"", "\"-44 dBm\""] {
            assert_eq!(
                read::<Dbm>(json),
                Some(Dbm::try_new(-44).unwrap()),
                "{json}"
            );
        }
        assert_eq!(read::<Pressure>("\"serious\""), Some(Pressure::Serious));
    }

    #[test]
    fn empty_is_absent_not_zero() {
        for json in ["\"\"", "\" \"", "\"-\"", "\"-(-)\""] {
            assert_eq!(read::<Kbps>(json), None, "{json}");
            assert_eq!(read::<Resolution>(json), None, "{json}");
            assert_eq!(read::<Dbm>(json), None, "{json}");
        }
        assert_eq!(read::<Resolution>("\"0*0\""), None);
        assert_eq!(read::<Cow<'_, str>>("\"\""), None);
    }

    #[test]
    fn what_is_outside_the_grammar_is_malformed() {
        for json in [
            "\"fast\"",
            "\"12 parsec\"",
            "\"-3 kbps\"",
            "\"1.2.3 kbps\"",
            "\"1e5 kbps\"",
            "\"NaN\"",
            "\"inf\"",
            "\".\"",
            "\"5. kbps\"",
            "true",
            "{}",
            "[1]",
            "\"١٢ kbps\"",
            "\"0x10 kbps\"",
        ] {
            assert!(Kbps::from_wire(json).is_err(), "{json}");
        }
        assert!(Percent::from_wire("\"140%\"").is_err());
        for json in [
            "\"1280\"",
            "\"1280*\"",
            "\"+1*2\"",
            "\"a*b\"",
            "\"99999999999*1\"",
        ] {
            assert!(Resolution::from_wire(json).is_err(), "{json}");
        }
        assert_eq!(
            Kbps::from_wire("\"12 parsec\"").unwrap_err().to_string(),
            "expected a bitrate such as `23 kbps`, found \"12 parsec\""
        );
    }

    #[test]
    fn texts_are_unescaped() {
        assert_eq!(
            read::<Cow<'_, str>>(r#""a\u0041\n\"""#).as_deref(),
            Some("aA\n\"")
        );
        assert_eq!(read::<Kbps>(r#""23\u0020kbps""#), kbps(23.0));
        assert_eq!(
            read::<Cow<'_, str>>("93201235621").as_deref(),
            Some("93201235621")
        );
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_rust_reads_it(text in r"[0-9]{1,20}(\.[0-9]{1,20})?") {
            let json = format!("\"{text} kbps\"");
            prop_assert_eq!(read::<Kbps>(&json).map(Kbps::get), text.parse().ok());
        }

        #[test]
        fn what_is_written_is_read(hundredths in 0_u32..100_000_000, space in " ?", unit in "kbps|Kbps|KBPS") {
            let number = f64::from(hundredths) / 100.0;
            let json = format!("\"{number}{space}{unit}\"");
            prop_assert_eq!(read::<Kbps>(&json), kbps(number));
        }

        #[test]
        fn no_value_makes_a_reader_panic(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let _: (_, _, _) = (
                Kbps::from_wire(&json).is_ok(),
                Resolution::from_wire(&json).is_ok(),
                (Dbm::from_wire(&json).is_ok(), Timestamp::from_wire(&json).is_ok()),
            );
        }
    }
}
