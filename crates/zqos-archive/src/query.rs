//! Query parameters: which there are, and what they mean.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;
use zoom_wire::When;
use zoom_wire::operation::Paging;

use crate::refusal::Refusal;

/// The name of the parameter that a page token comes in.
const TOKEN: &str = "next_page_token";
/// A second and a day, in milliseconds.
const SECOND: i64 = 1_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

/// The parameters of a request, decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

/// A range of instants in milliseconds since 1970, the end not included, with the texts that the answer
/// repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Query {
    /// The parameters behind the `?` of a target.
    pub(crate) fn parse(text: &str) -> Self {
        let decode = |text: &str| {
            percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
        };
        let pairs = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)));
        Self(pairs.collect())
    }

    /// The first parameter of this name; an empty one is as good as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The page token that goes on with a walk.
    pub(crate) fn token(&self) -> Option<&str> {
        self.get(TOKEN)
    }

    /// All parameters but the page token, in the order of their names: what a token is bound to.
    pub(crate) fn bound(&self) -> Vec<(&str, &str)> {
        let others = self.0.iter().filter(|(name, _)| name != TOKEN);
        let mut pairs: Vec<_> = others.map(|(name, value)| (&**name, &**value)).collect();
        pairs.sort_unstable();
        pairs
    }

    /// The parameter `type`: `live` unless said otherwise.
    pub(crate) fn when(&self, knows_past_one: bool) -> Result<When, Refusal> {
        match self.get("type") {
            None | Some("live") => Ok(When::Live),
            Some("past") => Ok(When::Past),
            Some("pastOne") if knows_past_one => Ok(When::PastOne),
            Some(_) => Err(Refusal::invalid("type")),
        }
    }

    /// The parameter `page_size`; one that is too large is cut.
    pub(crate) fn page_size(&self, paging: Paging) -> Result<usize, Refusal> {
        let max = usize::from(paging.max_size);
        match self.get("page_size").map(str::parse::<u32>) {
            None => Ok(usize::from(paging.default_size)),
            Some(Ok(size)) if size > 0 => Ok(usize::try_from(size).unwrap_or(max).min(max)),
            Some(_) => Err(Refusal::invalid("page_size")),
        }
    }

    /// The parameters `from` and `to`: a month at most, the end moves the start.
    pub(crate) fn range(&self) -> Result<Range, Refusal> {
        let bound = |name| {
            let text = self.get(name).ok_or_else(|| Refusal::required(name))?;
            Bound::read(text).ok_or_else(|| Refusal::invalid(name))
        };
        match (bound("from"), bound("to")) {
            (Ok(from), Ok(to)) => Range::between(from, to),
            (Err(from), Err(to)) => Err(from.and(to)),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }
}

impl Range {
    /// A range that does not end before it begins, and has a month at most.
    fn between(mut from: Bound, to: Bound) -> Result<Self, Refusal> {
        let end = match to {
            Bound::Day(day) => Bound::Day(day).start() + DAY,
            Bound::Second(_) => to.start() + SECOND,
        };
        if from.start() >= end {
            return Err(Refusal::invalid("from"));
        }
        if let Some(earliest) = to.month_before()
            && from.start() < earliest.start()
        {
            from = from.like(earliest);
        }
        Ok(Self { from: from.to_string(), to: to.to_string(), start: from.start(), end })
    }
}

/// One end of a range, which takes the whole of the day or second that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Day(Date),
    Second(DateTime),
}

impl Bound {
    /// `yyyy-MM-dd` or `yyyy-MM-dd HH:mm:ss`, in UTC.
    fn read(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || b"-: ".contains(&byte));
        match text.len() {
            10 if digits => text.parse().ok().map(Self::Day),
            19 if digits => text.parse().ok().map(Self::Second),
            _ => None,
        }
    }

    fn instant(self) -> DateTime {
        match self {
            Self::Day(day) => day.at(0, 0, 0, 0),
            Self::Second(instant) => instant,
        }
    }

    /// The first millisecond.
    fn start(self) -> i64 {
        let zoned = self.instant().to_zoned(TimeZone::UTC);
        zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond())
    }

    fn month_before(self) -> Option<Self> {
        let month = jiff::Span::new().months(1);
        match self {
            Self::Day(day) => day.checked_sub(month).ok().map(Self::Day),
            Self::Second(instant) => instant.checked_sub(month).ok().map(Self::Second),
        }
    }

    /// Another bound in the form of this one.
    fn like(self, other: Self) -> Self {
        match self {
            Self::Day(_) => Self::Day(other.instant().date()),
            Self::Second(_) => Self::Second(other.instant()),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => fmt::Display::fmt(day, f),
            Self::Second(instant) => fmt::Display::fmt(&instant.strftime("%Y-%m-%d %H:%M:%S"), f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{REPORTS, ROWS};

    fn range(query: &str) -> Result<(String, String), Refusal> {
        Query::parse(query).range().map(|range| (range.from, range.to))
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
        let range = Query::parse("from=1970-01-02&to=1970-01-03").range().unwrap();
        assert_eq!((range.start, range.end), (DAY, 3 * DAY));
        let query = "from=1970-01-02 00:00:01&to=1970-01-02 00:00:01";
        let range = Query::parse(query).range().unwrap();
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
            let body = String::from_utf8(range(query).unwrap_err().body()).unwrap();
            assert!(body.contains(&format!("\"field\":\"{field}\"")), "{query}: {body}");
        }
        let body = String::from_utf8(range("to=soon").unwrap_err().body()).unwrap();
        assert_eq!(
            body,
            r#"{"code":300,"message":"Validation Failed.","errors":[{"field":"from","message":"This field is required."},{"field":"to","message":"Invalid field."}]}"#
        );
    }

    #[test]
    fn live_is_what_nobody_says_and_pages_have_the_documented_sizes() {
        let when = |query| Query::parse(query).when(false);
        assert_eq!(when(""), Ok(When::Live));
        assert_eq!(when("type=past"), Ok(When::Past));
        assert!(when("type=pastOne").is_err() && when("type=Past").is_err());
        assert_eq!(Query::parse("type=pastOne").when(true), Ok(When::PastOne));
        let size = |query, paging| Query::parse(query).page_size(paging);
        assert_eq!((size("", REPORTS), size("page_size=300", REPORTS)), (Ok(1), Ok(10)));
        assert_eq!((size("", ROWS), size("page_size=99999999999", ROWS).is_err()), (Ok(30), true));
        assert!(size("page_size=0", ROWS).is_err() && size("page_size=ten", ROWS).is_err());
    }
}
