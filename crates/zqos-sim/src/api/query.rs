//! Query parameters: which there are, and what they mean.

use jiff::civil::{Date, DateTime};
use percent_encoding::percent_decode_str;

use crate::api::error::ApiError;
use crate::api::midnight;
use crate::calendar::{DAY, SECOND, timestamp};
use crate::draw::Draw;

/// The parameters of a request, decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

/// The parameter `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Live,
    Past,
    PastOne,
}

/// What becomes of a page that is too large, and of a range that is too long.
///
/// **Source**: Zoom's documents tell of ranges of one call alone that they are cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The page is as large as may be; the range loses its beginning. The answer tells of it.
    #[default]
    Cut,
    /// The parameter is refused.
    Refuse,
}

/// A range of instants, the end not included, with the texts that the answer repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// The longest form that is read; a token request has three short parameters.
const MAX_FORM: usize = 16 * 1024;

impl Query {
    /// The parameters behind the `?` of a target.
    pub(crate) fn of_target(target: &str) -> Self {
        target.split_once('?').map_or_else(Self::default, |(_, query)| Self::parse(query))
    }

    /// The parameters of a form.
    pub(crate) fn of_form(body: &[u8]) -> Self {
        match std::str::from_utf8(body) {
            Ok(form) if form.len() <= MAX_FORM => Self::parse(form),
            _ => Self::default(),
        }
    }

    fn parse(text: &str) -> Self {
        let decode = |text: &str| {
            percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
        };
        let pairs = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        Self { pairs }
    }

    /// The first parameter of this name; an empty one is as good as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.pairs.iter().find(|(known, _)| known == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The parameter `type`: `live` unless said otherwise.
    pub(crate) fn when(&self, knows_past_one: bool) -> Result<When, ApiError> {
        match self.get("type") {
            None | Some("live") => Ok(When::Live),
            Some("past") => Ok(When::Past),
            Some("pastOne") if knows_past_one => Ok(When::PastOne),
            Some(_) => Err(ApiError::field("type", "Invalid field.")),
        }
    }

    /// The parameter `page_size`.
    pub(crate) fn page_size(
        &self,
        default: u32,
        max: u32,
        overflow: Overflow,
    ) -> Result<u32, ApiError> {
        let Some(text) = self.get("page_size") else { return Ok(default) };
        match text.parse::<u32>() {
            Ok(size) if size > max && overflow == Overflow::Cut => Ok(max),
            Ok(size) if (1..=max).contains(&size) => Ok(size),
            _ => Err(ApiError::field("page_size", "Invalid field.")),
        }
    }

    /// The parameter `group_id`: the groups whose meetings are asked for, at most seven; `None` for
    /// those of everybody.
    pub(crate) fn groups(&self) -> Result<Option<Vec<&str>>, ApiError> {
        let groups: Option<Vec<&str>> = self.get("group_id").map(|ids| ids.split(',').collect());
        if groups.as_ref().is_some_and(|groups| groups.len() > 7) {
            return Err(ApiError::field("group_id", "Invalid field."));
        }
        Ok(groups)
    }

    /// Every value of a parameter that is a list: repeated, or with commas between them.
    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.pairs.iter().filter(move |(known, _)| known == name);
        named.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty())
    }

    /// The parameters `from` and `to`: a month at most, the end moves the start.
    pub(crate) fn range(&self, overflow: Overflow) -> Result<Range, ApiError> {
        let (from, to) = self.bounds(Bound::read)?;
        Range::between(from, to, overflow)
    }

    /// The same of a list of phone calls: by days, or by instants too; yesterday and today if nothing is
    /// said, or the last thirty days where past calls are listed.
    pub(crate) fn range_of_calls(
        &self,
        past: bool,
        now: i64,
        overflow: Overflow,
    ) -> Result<Range, ApiError> {
        if self.get("from").is_none() && self.get("to").is_none() {
            let today = timestamp(now).to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
            let days = jiff::Span::new().days(if past { 30 } else { 1 });
            let from = today.checked_sub(days).unwrap_or(today);
            return Ok(Range::of(Bound::Day(from), Bound::Day(today)));
        }
        let read = if past { Bound::read_of_calls } else { Bound::read_day };
        let (from, to) = self.bounds(read)?;
        Range::between(from, to, overflow)
    }

    /// Both ends of a range, which must be there.
    fn bounds(&self, read: fn(&str) -> Option<Bound>) -> Result<(Bound, Bound), ApiError> {
        let required = |name| {
            let text =
                self.get(name).ok_or_else(|| ApiError::field(name, "This field is required."))?;
            read(text).ok_or_else(|| ApiError::field(name, "Invalid field."))
        };
        match (required("from"), required("to")) {
            (Ok(from), Ok(to)) => Ok((from, to)),
            (Err(from), Err(to)) => Err(from.and(to)),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// What a page token is bound to: every parameter but the token itself.
    pub(crate) fn digest(&self, draw: Draw, path: &str) -> Draw {
        let mut pairs: Vec<&(String, String)> =
            self.pairs.iter().filter(|(name, _)| name != "next_page_token").collect();
        pairs.sort_unstable();
        let texts = pairs.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        std::iter::once(path).chain(texts).fold(draw, |draw, text| {
            text.bytes().fold(draw.at(u64::MAX), |draw, byte| draw.at(byte.into()))
        })
    }
}

impl Range {
    /// The range between two bounds, however long it is.
    fn of(from: Bound, to: Bound) -> Self {
        let end = match to {
            Bound::Day(day) => midnight(day) + DAY,
            Bound::Second(instant) | Bound::Instant(instant) => instant_of(instant) + SECOND,
        };
        Self { from: from.to_string(), to: to.to_string(), start: from.start(), end }
    }

    /// The same, if it does not end before it begins, and of a month at most.
    fn between(mut from: Bound, to: Bound, overflow: Overflow) -> Result<Self, ApiError> {
        if from.start() >= Self::of(from, to).end {
            return Err(ApiError::field("from", "Invalid field."));
        }
        if let Some(earliest) = to.month_before()
            && from.start() < earliest.start()
        {
            if overflow == Overflow::Refuse {
                return Err(ApiError::field("from", "Invalid field."));
            }
            from = from.like(earliest);
        }
        Ok(Self::of(from, to))
    }
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Day(Date),
    Second(DateTime),
    /// A second in the form that lists of past phone calls take.
    Instant(DateTime),
}

impl Bound {
    /// `yyyy-MM-dd` or `yyyy-MM-dd HH:mm:ss`.
    fn read(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || b"-: ".contains(&byte));
        match text.len() {
            10 if digits => text.parse().ok().map(Self::Day),
            19 if digits => text.parse().ok().map(Self::Second),
            _ => None,
        }
    }

    /// `yyyy-MM-dd`.
    fn read_day(text: &str) -> Option<Self> {
        Self::read(text).filter(|bound| matches!(bound, Self::Day(_)))
    }

    /// `yyyy-MM-dd` or `yyyy-MM-ddTHH:mm:ssZ`.
    fn read_of_calls(text: &str) -> Option<Self> {
        let instant =
            text.strip_suffix('Z').filter(|instant| instant.as_bytes().get(10) == Some(&b'T'));
        match instant.map(|instant| Self::read(&instant.replacen('T', " ", 1))) {
            Some(Some(Self::Second(instant))) => Some(Self::Instant(instant)),
            Some(_) => None,
            None => Self::read_day(text),
        }
    }

    fn start(self) -> i64 {
        match self {
            Self::Day(day) => midnight(day),
            Self::Second(instant) | Self::Instant(instant) => instant_of(instant),
        }
    }

    fn month_before(self) -> Option<Self> {
        let month = jiff::Span::new().months(1);
        match self {
            Self::Day(day) => day.checked_sub(month).ok().map(Self::Day),
            Self::Second(instant) => instant.checked_sub(month).ok().map(Self::Second),
            Self::Instant(instant) => instant.checked_sub(month).ok().map(Self::Instant),
        }
    }

    /// Another bound in the form of this one.
    fn like(self, other: Self) -> Self {
        match (self, other) {
            (Self::Day(_), Self::Second(instant) | Self::Instant(instant)) => {
                Self::Day(instant.date())
            }
            (Self::Second(_), Self::Day(day)) => Self::Second(day.at(0, 0, 0, 0)),
            (Self::Instant(_), Self::Day(day)) => Self::Instant(day.at(0, 0, 0, 0)),
            _ => other,
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => std::fmt::Display::fmt(day, f),
            Self::Second(instant) => {
                std::fmt::Display::fmt(&instant.strftime("%Y-%m-%d %H:%M:%S"), f)
            }
            Self::Instant(instant) => {
                std::fmt::Display::fmt(&instant.strftime("%Y-%m-%dT%H:%M:%SZ"), f)
            }
        }
    }
}

fn instant_of(instant: DateTime) -> i64 {
    let zoned = instant.to_zoned(jiff::tz::TimeZone::UTC);
    zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(query: &str) -> Result<(String, String), ApiError> {
        Query::parse(query).range(Overflow::Cut).map(|range| (range.from, range.to))
    }

    #[test]
    fn a_range_longer_than_a_month_loses_its_beginning() {
        let both = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(range("from=2026-08-05&to=2026-10-10"), both("2026-09-10", "2026-10-10"));
        assert_eq!(range("from=2026-10-05&to=2026-10-10"), both("2026-10-05", "2026-10-10"));
        assert_eq!(
            range("from=2026-10-05%2009:00:00&to=2026-10-05+10:00:00"),
            both("2026-10-05 09:00:00", "2026-10-05 10:00:00")
        );
    }

    #[test]
    fn days_are_whole_and_seconds_are_included() {
        let range = Query::parse("from=1970-01-02&to=1970-01-03").range(Overflow::Cut).unwrap();
        assert_eq!((range.start, range.end), (DAY, 3 * DAY));
        let query = "from=1970-01-02 00:00:01&to=1970-01-02 00:00:01";
        let range = Query::parse(query).range(Overflow::Cut).unwrap();
        assert_eq!((range.start, range.end), (DAY + SECOND, DAY + 2 * SECOND));
    }

    #[test]
    fn what_is_no_range_is_refused_by_field() {
        for (query, field) in [
            ("to=2026-10-10", "from"),
            ("from=2026-10-10", "to"),
            ("from=yesterday&to=2026-10-10", "from"),
            ("from=2026-10-10&to=2026-13-10", "to"),
            ("from=2026-10-11&to=2026-10-10", "from"),
        ] {
            let body = String::from_utf8(range(query).unwrap_err().into_answer(&[]).body).unwrap();
            assert!(body.contains(&format!("\"field\":\"{field}\"")), "{query}: {body}");
        }
        let body = String::from_utf8(range("to=soon").unwrap_err().into_answer(&[]).body).unwrap();
        assert_eq!(
            body,
            r#"{"code":300,"message":"Validation Failed.","errors":[{"field":"from","message":"This field is required."},{"field":"to","message":"Invalid field."}]}"#
        );
    }

    #[test]
    fn a_range_of_calls_has_a_form_of_its_own_and_need_not_be_said() {
        let now = "2026-11-20T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let range = |query: &str, past| {
            let range = Query::parse(query).range_of_calls(past, now, Overflow::Cut);
            range.map(|range| format!("{} {}", range.from, range.to)).ok()
        };
        let both = |text: &str| Some(text.to_owned());
        assert_eq!(range("", false), both("2026-11-19 2026-11-20"));
        assert_eq!(range("", true), both("2026-10-21 2026-11-20"));
        let days = "from=2026-08-05&to=2026-10-10";
        assert_eq!(range(days, false), both("2026-09-10 2026-10-10"));
        let instants = "from=2026-10-05T09:00:00Z&to=2026-10-05T10:00:00Z";
        assert_eq!(range(instants, true), both("2026-10-05T09:00:00Z 2026-10-05T10:00:00Z"));
        let mixed = "from=2026-08-05T09:00:00Z&to=2026-10-10";
        assert_eq!(range(mixed, true), both("2026-09-10T00:00:00Z 2026-10-10"));
        for (query, past) in [
            (instants, false),
            ("from=2026-10-05 09:00:00&to=2026-10-05 10:00:00", true),
            ("from=2026-10-05T09:00:00&to=2026-10-05T10:00:00", true),
            ("from=2026-10-05", true),
            ("to=2026-10-05", false),
        ] {
            assert_eq!(range(query, past), None, "{query}");
        }
        let list = Query::parse("a=1&a=2,3&b=4&a=");
        assert_eq!(list.list("a").collect::<Vec<_>>(), ["1", "2", "3"]);
    }

    #[test]
    fn live_is_what_nobody_says() {
        let when = |query| Query::parse(query).when(false);
        assert_eq!(when(""), Ok(When::Live));
        assert_eq!(when("type=past"), Ok(When::Past));
        assert!(when("type=pastOne").is_err() && when("type=Past").is_err());
        assert_eq!(Query::parse("type=pastOne").when(true), Ok(When::PastOne));
    }

    #[test]
    fn what_is_too_large_is_cut_or_refused() {
        let size = |query| Query::parse(query).page_size(1, 10, Overflow::Cut);
        assert_eq!(size(""), Ok(1));
        assert_eq!(size("page_size=7"), Ok(7));
        assert_eq!(size("page_size=300"), Ok(10));
        assert!(size("page_size=0").is_err() && size("page_size=ten").is_err());
        let refused = |query| Query::parse(query).page_size(1, 10, Overflow::Refuse).is_err();
        assert!(refused("page_size=11") && !refused("page_size=10") && refused("page_size=0"));
        let query = Query::parse("from=2026-08-05&to=2026-10-10");
        assert!(query.range(Overflow::Refuse).is_err());
    }
}
