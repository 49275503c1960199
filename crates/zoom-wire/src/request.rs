//! Requests as values: which operation, which path, which query. Nothing is sent from here.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use zqos_core::{MeetingId, ParticipantId, Timestamp};

use crate::operation::Operation;
use crate::rate_limit::Product;

/// All but the unreserved characters of RFC 3986, section 2.3: safe as a path segment and as a
/// query value.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a path written by hand needs encoded: what may not stand in a path at all. Percent signs
/// stay, so what is encoded already is left alone.
const UNSAFE_IN_PATH: &AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Why a request can't be made. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// An id or path has a segment `.` or `..`, which URL parsers resolve away.
    #[error("`{0}` can't be a part of a path: it would name another one")]
    DotSegment(Box<str>),
    /// A page size outside of what the operation allows.
    #[error("a page of this listing holds 1 to {max} rows, not {asked}")]
    PageSize {
        /// What was asked for.
        asked: u16,
        /// The most that Zoom gives.
        max: u16,
    },
    /// A path that is a whole URL.
    #[error("`{0}` is a URL; give only the path below the API root, such as `/metrics/meetings`")]
    WholeUrl(Box<str>),
    /// The start of a range lies after its end.
    #[error("the range starts at {from}, after its end at {to}")]
    Range {
        /// The start.
        from: Box<str>,
        /// The end.
        to: Box<str>,
    },
    /// More groups than Zoom takes in one request.
    #[error("a listing can be narrowed to at most 7 groups, not {0}")]
    TooManyGroups(usize),
    /// A kind of meeting that this operation does not list.
    #[error(
        "this operation knows only live and past ones, not those that ended with one participant"
    )]
    PastOne,
}

/// Meetings or webinars: they have the same operations on different paths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Meetings.
    #[default]
    Meeting,
    /// Webinars.
    Webinar,
}

impl Kind {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Meeting => Self::Webinar,
            Self::Webinar => Self::Meeting,
        }
    }

    const fn collection(self) -> &'static str {
        match self {
            Self::Meeting => "/metrics/meetings",
            Self::Webinar => "/metrics/webinars",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Meeting => "meeting",
            Self::Webinar => "webinar",
        })
    }
}

/// The query parameter `type`. Zoom's default is `live`, under which an ended meeting is unknown;
/// requests made here always say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum When {
    /// Still running.
    #[default]
    Live,
    /// Ended.
    Past,
    /// Ended, and held by one participant only.
    PastOne,
}

impl When {
    /// The parameter's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Past => "past",
            Self::PastOne => "pastOne",
        }
    }

    /// The same, where the operation knows only these two.
    pub(crate) const fn live_or_past(self) -> Result<Self, RequestError> {
        match self {
            Self::PastOne => Err(RequestError::PastOne),
            when => Ok(when),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One end of a listing's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A whole UTC day.
    Day(jiff::civil::Date),
    /// An instant, to the second.
    Instant(Timestamp),
}

impl Bound {
    fn first_instant(self) -> jiff::civil::DateTime {
        match self {
            Self::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
            Self::Instant(instant) => {
                instant.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).datetime()
            }
        }
    }

    fn day(self) -> jiff::civil::Date {
        self.first_instant().date()
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Instant(_) => self.first_instant().strftime("%Y-%m-%d %H:%M:%S").fmt(f),
        }
    }
}

/// The range of a listing, both ends included by Zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    from: Bound,
    to: Bound,
}

impl Range {
    /// Makes a range.
    ///
    /// **Errors**: [`RequestError::Range`] when it ends before it starts.
    pub fn new(from: Bound, to: Bound) -> Result<Self, RequestError> {
        let ordered = match (from, to) {
            (Bound::Instant(_), Bound::Instant(_)) => from.first_instant() <= to.first_instant(),
            _ => from.day() <= to.day(),
        };
        if ordered {
            Ok(Self { from, to })
        } else {
            Err(RequestError::Range { from: from.to_string().into(), to: to.to_string().into() })
        }
    }

    /// The start.
    pub const fn from(self) -> Bound {
        self.from
    }

    /// The end.
    pub const fn to(self) -> Bound {
        self.to
    }

    /// The same range by whole days, as all listings but those of meetings and webinars want it.
    #[must_use]
    pub fn by_day(self) -> Self {
        Self { from: Bound::Day(self.from.day()), to: Bound::Day(self.to.day()) }
    }
}

/// A GET request below the API root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    operation: &'static Operation,
    /// Percent-encoded, starting with `/`.
    path: String,
    /// Not encoded.
    query: Vec<(Cow<'static, str>, String)>,
}

impl Request {
    pub(crate) const fn new(operation: &'static Operation, path: String) -> Self {
        Self { operation, path, query: Vec::new() }
    }

    /// Makes a request for any path below the API root, as people write it: a query after `?`
    /// becomes the query, the leading `/` may be missing, and characters that may not stand in a
    /// path are encoded.
    ///
    /// **Errors**: [`RequestError::WholeUrl`], [`RequestError::DotSegment`].
    pub fn get(path: &str) -> Result<Self, RequestError> {
        if path.contains("://") || path.starts_with("//") {
            return Err(RequestError::WholeUrl(path.into()));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = format!("{slash}{}", utf8_percent_encode(path, UNSAFE_IN_PATH));
        if let Some(segment) = path.split('/').find(|segment| is_dot_segment(segment)) {
            return Err(RequestError::DotSegment(segment.into()));
        }
        let mut request = Self::new(Operation::of_path(&path), path);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text: &str| {
                percent_encoding::percent_decode_str(&text.replace('+', " "))
                    .decode_utf8_lossy()
                    .into_owned()
            };
            request.query.push((decode(name).into(), decode(value)));
        }
        Ok(request)
    }

    /// Sets a query parameter, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.query.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.query.push((name, value)),
        }
        self
    }

    /// Adds a query parameter, beside those of the same name: one value of a list.
    pub(crate) fn and(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name.into(), value.to_owned()));
        self
    }

    /// The same request for the next page. All other parameters must stay as they are.
    #[must_use]
    pub fn with_page_token(self, token: &str) -> Self {
        self.with("next_page_token", token)
    }

    /// The same request for a sub-account of a master account; `me` is the caller's own.
    ///
    /// **Errors**: [`RequestError::DotSegment`].
    pub fn for_account(mut self, account_id: &str) -> Result<Self, RequestError> {
        self.path = format!("/accounts/{}{}", segment(account_id)?, self.path);
        Ok(self)
    }

    /// Which operation this is.
    pub const fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The path below the API root, percent-encoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query parameters, not encoded.
    pub fn query(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (&**name, &**value))
    }

    /// One query parameter, not encoded.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Whose limits count it: those of Zoom Phone have a family of their own.
    pub fn product(&self) -> Product {
        Product::of_path(&self.path)
    }

    /// Path and query, encoded, as they follow the API root.
    pub fn target(&self) -> String {
        use fmt::Write as _;

        let mut target = self.path.clone();
        for (place, (name, value)) in self.query().enumerate() {
            target.push(if place == 0 { '?' } else { '&' });
            write!(target, "{}={}", encoded(name), encoded(value)).expect("a string takes all");
        }
        target
    }
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

fn is_dot_segment(segment: &str) -> bool {
    let dots = segment.to_ascii_lowercase().replace("%2e", ".");
    dots == "." || dots == ".."
}

/// Encodes one path segment once.
pub(crate) fn segment(text: &str) -> Result<String, RequestError> {
    if is_dot_segment(text) || text.is_empty() {
        return Err(RequestError::DotSegment(text.into()));
    }
    Ok(encoded(text).to_string())
}

/// The path of a meeting or webinar, its id encoded by Zoom's rule: a UUID that starts with `/`
/// or contains `//` is encoded twice, every other id once.
///
/// **Source**: Zoom's API reference, "Get meeting participant QoS", parameter `meetingId`.
pub(crate) fn meeting_path(kind: Kind, meeting: &MeetingId) -> Result<String, RequestError> {
    let collection = kind.collection();
    match meeting {
        MeetingId::Number(number) => Ok(format!("{collection}/{number}")),
        MeetingId::Uuid(uuid) => {
            let once = segment(uuid.as_str())?;
            if uuid.as_str().starts_with('/') || uuid.as_str().contains("//") {
                Ok(format!("{collection}/{}", encoded(&once)))
            } else {
                Ok(format!("{collection}/{once}"))
            }
        }
    }
}

pub(crate) fn participant_segment(participant: &ParticipantId) -> Result<String, RequestError> {
    segment(participant.as_str())
}

/// Defines the setters that most endpoints share.
macro_rules! setters {
    ($endpoint:ident: $($setter:ident),+) => {
        impl $endpoint {
            $($crate::request::setters!(@ $setter);)+
        }
    };
    (@ kind) => {
        /// Asks for a webinar instead.
        #[must_use]
        pub const fn kind(mut self, kind: $crate::request::Kind) -> Self {
            self.kind = kind;
            self
        }
    };
    (@ when) => {
        /// Asks for another `type`.
        #[must_use]
        pub const fn when(mut self, when: $crate::request::When) -> Self {
            self.when = when;
            self
        }
    };
    (@ page_size) => {
        /// Asks for pages of another size, from 1 to the operation's
        /// [`max_size`](crate::operation::Paging::max_size).
        #[must_use]
        pub const fn page_size(mut self, rows: u16) -> Self {
            self.page_size = rows;
            self
        }
    };
}

pub(crate) use setters;

/// Asks for pages of `rows` rows.
pub(crate) fn page_size(request: Request, rows: u16) -> Result<Request, RequestError> {
    let max = request.operation().paging.map_or(u16::MAX, |paging| paging.max_size);
    if rows == 0 || rows > max {
        return Err(RequestError::PageSize { asked: rows, max });
    }
    Ok(request.with("page_size", rows.to_string()))
}

pub(crate) fn collection_path(kind: Kind) -> String {
    kind.collection().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zqos_core::MeetingUuid;

    use super::*;

    fn path_of(uuid: &str) -> String {
        meeting_path(Kind::Meeting, &MeetingUuid::new(uuid).unwrap().into()).unwrap()
    }

    fn decode_once(text: &str) -> String {
        percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
    }

    proptest! {
        #[test]
        fn a_uuid_decodes_back_in_as_many_passes_as_the_rule_says(uuid in "[A-Za-z0-9+/=]{1,24}") {
            let path = path_of(&uuid);
            let id = path.strip_prefix("/metrics/meetings/").unwrap();
            prop_assert!(!id.contains('/'));
            let twice = uuid.starts_with('/') || uuid.contains("//");
            let decoded = if twice { decode_once(&decode_once(id)) } else { decode_once(id) };
            prop_assert_eq!(decoded, uuid);
        }

        #[test]
        fn any_id_stays_one_segment(id in any::<String>()) {
            if let Some(id) = ParticipantId::new(&id) {
                match participant_segment(&id) {
                    Ok(segment) => {
                        prop_assert!(segment.bytes().all(|byte| byte.is_ascii_graphic()));
                        prop_assert!(!segment.contains(['/', '?', '#']));
                        prop_assert_eq!(decode_once(&segment), id.as_str());
                    }
                    Err(error) => prop_assert!(matches!(error, RequestError::DotSegment(_))),
                }
            }
        }

        #[test]
        fn a_query_survives_its_encoding(name in "[a-z_]{1,9}", value in any::<String>()) {
            let request = Request::get("/metrics/crc").unwrap().with(name.clone(), value.clone());
            let again = Request::get(&request.target()).unwrap();
            prop_assert_eq!(again.parameter(&name), Some(value.as_str()));
        }
    }

    #[test]
    fn zooms_own_examples_are_encoded() {
        assert_eq!(
            path_of("/ajXp112QmuoKj4854875=="),
            "/metrics/meetings/%252FajXp112QmuoKj4854875%253D%253D"
        );
        assert_eq!(path_of("a/b+c=="), "/metrics/meetings/a%2Fb%2Bc%3D%3D");
        assert_eq!(path_of("abc//d=="), "/metrics/meetings/abc%252F%252Fd%253D%253D");
    }

    #[test]
    fn dots_are_no_ids() {
        for id in [".", "..", "%2e", ".%2E"] {
            let error = participant_segment(&ParticipantId::new(id).unwrap()).unwrap_err();
            assert_eq!(error, RequestError::DotSegment(id.into()));
        }
        assert_eq!(
            Request::get("/metrics/../users").unwrap_err(),
            RequestError::DotSegment("..".into())
        );
    }

    #[test]
    fn a_path_by_hand_becomes_a_request() {
        let request = Request::get("metrics/meetings?type=past&from=2026-01-01").unwrap();
        assert_eq!(request.path(), "/metrics/meetings");
        assert_eq!(request.operation(), &Operation::LIST_MEETINGS);
        assert_eq!(request.parameter("from"), Some("2026-01-01"));
        let spaced = Request::get("/metrics/a b%2Fc").unwrap().with("from", "2026-01-01 10:00:00");
        assert_eq!(spaced.target(), "/metrics/a%20b%2Fc?from=2026-01-01%2010%3A00%3A00");
    }

    #[test]
    fn a_whole_url_is_refused() {
        for url in ["https://evil.example/v2/users", "//evil.example/users"] {
            assert_eq!(Request::get(url).unwrap_err(), RequestError::WholeUrl(url.into()));
        }
    }

    #[test]
    fn a_master_account_prefixes_the_path() {
        let request = Request::get("/metrics/quality").unwrap().for_account("a/b").unwrap();
        assert_eq!(request.target(), "/accounts/a%2Fb/metrics/quality");
        assert_eq!(request.operation(), &Operation::GET_QUALITY);
    }

    #[test]
    fn a_range_ends_after_it_starts() {
        let day = |text: &str| Bound::Day(text.parse().unwrap());
        let instant = |text: &str| Bound::Instant(text.parse().unwrap());
        assert!(Range::new(day("2026-01-01"), day("2026-01-01")).is_ok());
        assert!(Range::new(instant("2026-01-01T10:00:00Z"), day("2026-01-01")).is_ok());
        assert_eq!(
            Range::new(instant("2026-01-01T10:00:00Z"), instant("2026-01-01T09:00:00Z"))
                .unwrap_err()
                .to_string(),
            "the range starts at 2026-01-01 10:00:00, after its end at 2026-01-01 09:00:00"
        );
    }
}
