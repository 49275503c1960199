//! What Zoom says of its rate limits: labels, headers, and when to come back.

use std::fmt;
use std::time::Duration;

use zqos_core::Timestamp;

/// The label that decides which limits count a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Label {
    /// Cheap calls.
    Light,
    /// Calls of middling weight.
    Medium,
    /// Single details and pages; shares the daily pool.
    Heavy,
    /// Listings over the whole account, limited by the minute; shares the daily pool.
    ResourceIntensive,
}

impl Label {
    /// Every label.
    pub const ALL: [Self; 4] = [Self::Light, Self::Medium, Self::Heavy, Self::ResourceIntensive];

    /// The label as the header `X-RateLimit-Category` spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "Light",
            Self::Medium => "Medium",
            Self::Heavy => "Heavy",
            Self::ResourceIntensive => "Resource-intensive",
        }
    }

    fn from_header(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| {
            text.eq_ignore_ascii_case(label.as_str())
                || text.replace(['_', ' '], "-").eq_ignore_ascii_case(label.as_str())
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The product that a call is of. Each has limits of its own, of every label.
///
/// **Source**: the page "Rate limits" of Zoom's API documentation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Product {
    /// Everything but the telephone: the dashboard's calls among it.
    #[default]
    Meetings,
    /// Zoom Phone.
    Phone,
}

impl Product {
    /// Every product.
    pub const ALL: [Self; 2] = [Self::Meetings, Self::Phone];

    /// The product of a path below the API root. A master account's prefix `/accounts/{accountId}` is
    /// passed over.
    pub fn of_path(path: &str) -> Self {
        if below_account(path).starts_with("/phone/") { Self::Phone } else { Self::Meetings }
    }
}

/// A path without the prefix of a master account.
pub(crate) fn below_account(path: &str) -> &str {
    let rest = path.strip_prefix("/accounts/");
    rest.and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(path)
}

/// Which period a limit covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// `QPS`: by the second, or by the minute for resource-intensive calls.
    Short,
    /// `Daily-limit`: until 00:00 UTC.
    Day,
}

/// When a server asks to be called again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// At an instant: Zoom's own form on a daily limit, or an HTTP date.
    At(Timestamp),
    /// After a time: the number of seconds that HTTP allows.
    In(Duration),
}

impl RetryAfter {
    /// Reads the header's value; `None` when it is in none of the three forms.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(seconds) = text.parse::<u32>() {
            return Some(Self::In(Duration::from_secs(seconds.into())));
        }
        if let Ok(instant) = text.parse() {
            return Some(Self::At(instant));
        }
        jiff::fmt::rfc2822::parse(text).ok().map(|date| Self::At(date.timestamp().into()))
    }

    /// How long to wait, seen at `now`; zero when the instant has passed.
    pub fn wait(self, now: Timestamp) -> Duration {
        match self {
            Self::At(instant) => instant.since(now).unwrap_or_default(),
            Self::In(wait) => wait,
        }
    }
}

/// The rate-limit headers of one answer. None of them is guaranteed to come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// `X-RateLimit-Category`.
    pub label: Option<Label>,
    /// `X-RateLimit-Type`.
    pub period: Option<Period>,
    /// `X-RateLimit-Limit`: calls allowed in the period.
    pub limit: Option<u64>,
    /// `X-RateLimit-Remaining`: calls left in the period.
    pub remaining: Option<u64>,
    /// `Retry-After`.
    pub retry_after: Option<RetryAfter>,
}

impl RateLimit {
    /// Reads the headers of an answer through `header`, which finds a value by its lower-case
    /// name. What can't be read is absent.
    pub fn from_headers<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Self {
        let number = |name| header(name).and_then(|text| text.trim().parse().ok());
        Self {
            label: header("x-ratelimit-category").and_then(|text| Label::from_header(text.trim())),
            period: header("x-ratelimit-type").and_then(|text| {
                let text = text.trim().to_ascii_lowercase();
                if text.contains("day") || text.contains("daily") {
                    Some(Period::Day)
                } else {
                    (text == "qps").then_some(Period::Short)
                }
            }),
            limit: number("x-ratelimit-limit"),
            remaining: number("x-ratelimit-remaining"),
            retry_after: header("retry-after").and_then(RetryAfter::parse),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn retry_after_comes_in_three_forms() {
        let midnight = RetryAfter::At(at("2020-05-31T00:00:00Z"));
        assert_eq!(RetryAfter::parse("2020-05-31T00:00:00Z"), Some(midnight));
        assert_eq!(RetryAfter::parse("Sun, 31 May 2020 00:00:00 GMT"), Some(midnight));
        assert_eq!(RetryAfter::parse(" 7 "), Some(RetryAfter::In(Duration::from_secs(7))));
        for text in ["", "soon", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(RetryAfter::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_that_has_passed_needs_no_wait() {
        let retry = RetryAfter::At(at("2020-05-31T00:00:00Z"));
        assert_eq!(retry.wait(at("2020-05-30T23:59:58Z")), Duration::from_secs(2));
        assert_eq!(retry.wait(at("2020-06-01T00:00:00Z")), Duration::ZERO);
    }

    #[test]
    fn headers_are_read_where_they_come() {
        let headers = [
            ("x-ratelimit-category", "Heavy"),
            ("x-ratelimit-type", "Daily-limit"),
            ("x-ratelimit-limit", "60000"),
            ("x-ratelimit-remaining", "59999"),
        ];
        let find =
            |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let seen = RateLimit::from_headers(find);
        assert_eq!(seen.label, Some(Label::Heavy));
        assert_eq!(seen.period, Some(Period::Day));
        assert_eq!((seen.limit, seen.remaining), (Some(60_000), Some(59_999)));
        assert_eq!(seen.retry_after, None);
        assert_eq!(RateLimit::from_headers(|_| None), RateLimit::default());
        assert_eq!(RateLimit::from_headers(|_| Some("?")), RateLimit::default());
    }
}
