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
        Self { expected, found: found.chars().take(QUOTED_CHARS).collect::<String>().into() }
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

/// Reads a resolution that starts behind the opening quote, if it is spelled as documented.
#[inline]
pub(crate) fn documented_resolution(text: &[u8]) -> Option<(Option<Resolution>, usize)> {
    let (width, star) = leading_digits(text)?;
    let (height, length) = leading_digits(text.get(star + 1..)?)?;
    let end = star + 1 + length;
    if text[star] != b'*' || text.get(end) != Some(&b'"') {
        return None;
    }
    Some((Resolution::new(width, height), end + 1))
}

/// The whole number that a text starts with, and its length: one to seven digits. `None` also
/// when fewer than eight bytes are left; JSON text has its closing brackets behind a value.
///
/// The eight bytes are looked at together, for a loop over so few digits costs several
/// mispredicted branches. In `digits` a byte is below ten exactly where a digit stood; the first
/// high bit of `others` marks the first byte that was none (a carry only reaches later ones). The
/// digits are then moved to the high end, so that the number is eight digits with leading zeros,
/// and neighbours are joined: into pairs, fours, and the eight.
#[inline]
fn leading_digits(text: &[u8]) -> Option<(u32, usize)> {
    const EACH_BYTE: u64 = 0x0101_0101_0101_0101;

    let word = u64::from_le_bytes(*text.first_chunk()?);
    let digits = word ^ (EACH_BYTE * 0x30);
    let others = (digits.wrapping_add(EACH_BYTE * (0x80 - 10)) | digits) & (EACH_BYTE * 0x80);
    let length = others.trailing_zeros() / 8;
    if length == 0 || length == 8 {
        return None;
    }
    let eight = digits << (64 - 8 * length);
    let pairs = (eight.wrapping_mul(10) + (eight >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let number = (fours.wrapping_mul(10_000) + (fours >> 32)) & 0xffff_ffff;
    Some((u32::try_from(number).ok()?, length as usize))
}

/// True for the texts that stand for nothing.
fn is_blank(text: &str) -> bool {
    matches!(text, "" | "-" | "-(-)")
}

/// Reads a scalar through `read`; blank and dashed texts are missing.
fn read_scalar<'a, T: FromWire<'a>>(
    json: &'a str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let text = scalar(json).ok_or_else(|| Malformed::new(T::EXPECTED, json))?;
    let text = text.trim();
    if is_blank(text) {
        return Ok(None);
    }
    read(text).map(Some).ok_or_else(|| Malformed::new(T::EXPECTED, json))
}

/// Powers of ten that are exact as `f64`.
const POWERS_OF_TEN: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The number that a text starts with, and its length.
///
/// A number is digits with at most one point among them. Up to fifteen digits are read exactly:
/// their integer and the power of ten are both exact, so one division gives the nearest `f64`.
#[inline]
fn leading_number(text: &[u8]) -> Option<(f64, usize)> {
    let (mut integer, mut at) = (0_u64, 0);
    let mut point = None;
    while let Some(byte) = text.get(at) {
        match byte {
            b'0'..=b'9' => integer = integer.wrapping_mul(10).wrapping_add(u64::from(byte - b'0')),
            b'.' if point.is_none() => point = Some(at),
            _ => break,
        }
        at += 1;
    }
    let (digits, decimals) = match point {
        None => (at, 0),
        Some(point) if point == 0 || point + 1 == at => return None,
        Some(point) => (at - 1, at - point - 1),
    };
    match digits {
        0 => None,
        #[expect(clippy::cast_precision_loss, reason = "fifteen digits are exact in an f64")]
        1..=15 => Some((integer as f64 / POWERS_OF_TEN[decimals], at)),
        _ => {
            let number: f64 = std::str::from_utf8(&text[..at]).ok()?.parse().ok()?;
            number.is_finite().then_some((number, at))
        }
    }
}

/// A quantity: a number and a unit.
pub(crate) trait Quantity: Sized {
    /// What follows the number in Zoom's documented spelling, up to the closing quote.
    const DOCUMENTED: &'static str;

    /// Every unit that is read, in lower case, and its size in the unit of the type.
    const UNITS: &'static [(&'static str, f64)];

    /// What it looks like, for messages.
    const LOOKS_LIKE: &'static str;

    /// Makes a value, unless the number is out of range.
    fn make(number: f64) -> Option<Self>;

    /// Reads a quantity that starts behind the opening quote, if it is spelled as documented and
    /// has at most seven digits on either side of its point. Nearly every one has, and costs a
    /// single pass.
    #[inline]
    fn from_documented(text: &[u8]) -> Option<(Self, usize)> {
        let (integer, mut length) = leading_digits(text)?;
        let mut number = f64::from(integer);
        if text.get(length) == Some(&b'.') {
            let (fraction, decimals) = leading_digits(&text[length + 1..])?;
            // Fourteen digits are exact in an `f64`, so only the division rounds.
            let scale = POWERS_OF_TEN[decimals];
            number = (number * scale + f64::from(fraction)) / scale;
            length += 1 + decimals;
        }
        let unit = Self::DOCUMENTED.as_bytes();
        if text.get(length..)?.get(..unit.len())? != unit {
            return None;
        }
        Some((Self::make(number)?, length + unit.len()))
    }
}

impl<'a, Q: Quantity> FromWire<'a> for Q {
    const EXPECTED: &'static str = Q::LOOKS_LIKE;

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        read_scalar(json, |text| {
            let (number, length) = leading_number(text.as_bytes())?;
            let unit = text[length..].trim_start();
            let (_, size) = Q::UNITS.iter().find(|(known, _)| unit.eq_ignore_ascii_case(known))?;
            Q::make(number * size)
        })
    }
}

/// Says how a quantity is spelled.
macro_rules! quantity {
    ($type:ty, $documented:literal, $units:expr, $looks_like:literal) => {
        impl Quantity for $type {
            const DOCUMENTED: &'static str = $documented;
            const UNITS: &'static [(&'static str, f64)] = &$units;
            const LOOKS_LIKE: &'static str = $looks_like;

            fn make(number: f64) -> Option<Self> {
                Self::try_new(number).ok()
            }
        }
    };
}

quantity!(
    Kbps,
    " kbps\"",
    [("kbps", 1.0), ("", 1.0), ("mbps", 1000.0), ("bps", 0.001)],
    "a bitrate such as `23 kbps`"
);
quantity!(Millis, " ms\"", [("ms", 1.0), ("", 1.0)], "a time such as `126 ms`");
quantity!(Percent, "%\"", [("%", 1.0), ("", 1.0)], "a percentage such as `0.3%`, at most 100");
quantity!(Fps, " fps\"", [("fps", 1.0), ("", 1.0)], "a frame rate such as `12 fps`");

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
            Self::ALL.into_iter().find(|level| text.eq_ignore_ascii_case(level.as_str()))
        })
    }
}

impl<'a> FromWire<'a> for Resolution {
    const EXPECTED: &'static str = "a resolution such as `1280*720`";

    fn from_wire(json: &'a str) -> Result<Option<Self>, Malformed> {
        let text = scalar(json).ok_or_else(|| Malformed::new(Self::EXPECTED, json))?;
        let text = text.trim();
        if is_blank(text) {
            return Ok(None);
        }
        let malformed = || Malformed::new(Self::EXPECTED, json);
        let (width, height) = text.split_once(['*', 'x', 'X', '×']).ok_or_else(malformed)?;
        let side = |text: &str| text.trim().parse::<u32>().ok();
        match (side(width), side(height)) {
            (Some(width), Some(height)) if !text.contains('+') => Ok(Self::new(width, height)),
            _ => Err(malformed()),
        }
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
        for json in ["\"27.15 kbps\"", "\"27.15kbps\"", "\"27.15 Kbps\"", "\"27.15\"", "27.15"] {
            assert_eq!(read::<Kbps>(json), kbps(27.15), "{json}");
        }
        assert_eq!(read::<Kbps>("\"1.5 Mbps\""), kbps(1500.0));
        assert_eq!(read::<Kbps>("\"500 bps\""), kbps(0.5));
        assert_eq!(read::<Kbps>("\"6\""), kbps(6.0));
    }

    #[test]
    fn times_shares_and_rates_are_read() {
        let millis = |value| Some(Millis::try_new(value).unwrap());
        for (json, value) in
            [("\"126 ms\"", 126.0), ("\"0ms\"", 0.0), ("\"7.53ms\"", 7.53), ("\"307\"", 307.0)]
        {
            assert_eq!(read::<Millis>(json), millis(value), "{json}");
        }
        let percent = |value| Some(Percent::try_new(value).unwrap());
        for (json, value) in [("\"0.03%\"", 0.03), ("\"0.0\"", 0.0), ("\"100 %\"", 100.0)] {
            assert_eq!(read::<Percent>(json), percent(value), "{json}");
        }
        assert_eq!(read::<Fps>("\"0 fps\""), Some(Fps::try_new(0.0).unwrap()));
        assert_eq!(read::<Resolution>("\"1280*720\""), Resolution::new(1280, 720));
        assert_eq!(read::<Resolution>("\"1280x720\""), Resolution::new(1280, 720));
        for json in ["-44", "\"-44\"", "\"-44 dBm\""] {
            assert_eq!(read::<Dbm>(json), Some(Dbm::try_new(-44).unwrap()), "{json}");
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
        for json in ["\"1280\"", "\"1280*\"", "\"+1*2\"", "\"a*b\"", "\"99999999999*1\""] {
            assert!(Resolution::from_wire(json).is_err(), "{json}");
        }
        assert_eq!(
            Kbps::from_wire("\"12 parsec\"").unwrap_err().to_string(),
            "expected a bitrate such as `23 kbps`, found \"12 parsec\""
        );
    }

    #[test]
    fn texts_are_unescaped() {
        assert_eq!(read::<Cow<'_, str>>(r#""a\u0041\n\"""#).as_deref(), Some("aA\n\""));
        assert_eq!(read::<Kbps>(r#""23\u0020kbps""#), kbps(23.0));
        assert_eq!(read::<Cow<'_, str>>("93201235621").as_deref(), Some("93201235621"));
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_rust_reads_it(text in r"[0-9]{1,20}(\.[0-9]{1,20})?") {
            let json = format!("\"{text} kbps\"");
            prop_assert_eq!(read::<Kbps>(&json).map(Kbps::get), text.parse().ok());
        }

        #[test]
        fn the_quick_way_reads_as_the_careful_way_does(
            number in r"[0-9]{0,9}(\.[0-9]{0,9})?",
            unit in prop_oneof![Just(" kbps"), Just("kbps"), Just(" Kbps"), Just(" kbpss"), Just("")],
            rest in r#"[a-z,:"}]{0,12}"#,
        ) {
            let json = format!("\"{number}{unit}\"");
            let text = format!("{json}{rest}");
            if let Some((quick, length)) = Kbps::from_documented(&text.as_bytes()[1..]) {
                prop_assert_eq!(length, json.len() - 1);
                prop_assert_eq!(Kbps::from_wire(&json), Ok(Some(quick)));
            }
        }

        #[test]
        fn the_documented_spelling_is_read_the_quick_way(
            integer in 0_u32..10_000_000,
            decimals in "(\\.[0-9]{1,7})?",
        ) {
            let text = format!("{integer}{decimals} ms\"}},\"x");
            let read = Millis::from_documented(text.as_bytes()).map(|(read, _)| read.get());
            prop_assert_eq!(read, format!("{integer}{decimals}").parse().ok());
            let sides = format!("{integer}*{integer}\",\"frame");
            let (resolution, _) = documented_resolution(sides.as_bytes()).unwrap();
            prop_assert_eq!(resolution, Resolution::new(integer, integer));
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
