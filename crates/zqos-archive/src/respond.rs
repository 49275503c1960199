//! What is answered to a request.

use std::borrow::Cow;

use zoom_wire::operation::Paging;
use zoom_wire::{Kind, When};
use zqos_core::{TextKind, Timestamp};

use crate::contents::{Contents, Place, User};
use crate::error::ArchiveError;
use crate::meetings::Meeting;
use crate::member::{self, Members, Object, quoted};
use crate::query::Query;
use crate::refusal::Refusal;
use crate::route::{Part, REPORTS, ROWS, Route};
use crate::token::Tokens;
use crate::typed::Typed;
use crate::version::{Blocks, OF_SINGLE_REPORT, Text, Version};

/// Those of [`OF_SINGLE_REPORT`] that lists of participants have, too.
const EQUIPMENT: [&str; 3] = ["microphone", "speaker", "camera"];
/// Members of meetings that only lists have. **Source**: "List meetings", "Get meeting details".
const OF_LISTED_MEETING: [&str; 5] =
    ["audio_quality", "video_quality", "screen_share_quality", "session_key", TRACKING_FIELDS];
/// Members of meetings that only details have.
const OF_DETAILED_MEETING: [&str; 2] = ["in_room_participants", "has_meeting_summary"];
/// Members that only come when they are asked for.
const TRACKING_FIELDS: &str = "tracking_fields";
const REGISTRANT_ID: &str = "registrant_id";

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Zoom would say no.
    Refused(Refusal),
    /// The store can't be read.
    Unreadable(ArchiveError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<ArchiveError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Unreadable(error.into())
    }
}

/// A request, and all that it is answered from.
pub(crate) struct Request<'r> {
    pub(crate) version: &'r Version,
    pub(crate) blocks: &'r Blocks,
    pub(crate) tokens: &'r Tokens,
    pub(crate) account: &'r str,
    pub(crate) query: &'r Query,
    pub(crate) now: Timestamp,
}

/// A row of a list: a text that was kept, or one that is made of columns.
enum Row {
    Kept(Place),
    Made(String),
}

/// How the envelope of a page is written.
enum Envelope {
    /// With counts, and the meeting's number.
    Numbered,
    /// With counts.
    Counted,
    /// Without.
    Short,
}

/// Some rows of all, in order.
struct Page<'p, R> {
    rows: &'p [R],
    size: usize,
    total: usize,
    next_token: String,
}

impl Request<'_> {
    /// The body of the answer.
    pub(crate) fn respond(&self, route: &Route) -> Result<String, Failure> {
        let (kind, id, part) = match route {
            Route::List(kind) => return self.list(*kind),
            Route::Of(kind, id, part) => (*kind, id, part),
        };
        let when = match part {
            // These are of what has ended, whatever is said.
            Part::ParticipantsQosSummary => When::Past,
            part => self.query.when(part.knows_past_one(kind))?,
        };
        let meeting = self.find(kind, id, when)?;
        let contents = self.version.contents(self.account, &meeting.uuid)?;
        let found = Found { meeting, contents: &contents, kind, when };
        match part {
            Part::Details => self.details(&found),
            Part::Participants => self.participants(&found),
            Part::ParticipantsQos => self.reports(&found),
            Part::ParticipantQos(user) => self.report(&found, user),
            Part::ParticipantsQosSummary => {
                self.kept_rows(&found, TextKind::Summary, REPORTS, &Envelope::Short)
            }
            Part::Sharing => self.kept_rows(&found, TextKind::Sharing, ROWS, &Envelope::Counted),
            Part::Satisfaction => {
                self.kept_rows(&found, TextKind::Satisfaction, ROWS, &Envelope::Short)
            }
        }
    }

    /// The meeting that an id of a path names, if a request of this type may be about it.
    fn find(&self, kind: Kind, id: &str, when: When) -> Result<Cow<'_, Meeting>, Failure> {
        let meetings = self.version.meetings();
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let known = if is_number {
            id.parse().ok().and_then(|number| meetings.latest(self.account, number, self.now))
        } else {
            meetings.by_uuid(self.account, id)
        };
        let meeting = match known {
            Some(meeting) => Cow::Borrowed(meeting),
            // Texts may be all that there is of it.
            None if !is_number && !self.version.contents(self.account, id)?.is_empty() => {
                Cow::Owned(Meeting::new(id.into()))
            }
            None => return Err(Refusal::no_such_meeting(id).into()),
        };
        if meeting.kind.is_some_and(|known| known != kind) {
            return Err(Refusal::wrong_kind(kind, id).into());
        }
        match when {
            When::Live if meeting.has_ended(self.now) => Err(Refusal::no_such_meeting(id).into()),
            when if !meeting.is(when, self.now) => Err(Refusal::not_ended().into()),
            _ => Ok(meeting),
        }
    }

    /// The meetings or webinars of a range.
    fn list(&self, kind: Kind) -> Result<String, Failure> {
        let range = self.query.range()?;
        let when = self.query.when(kind == Kind::Meeting)?;
        let by_end = match self.query.get("query_date_type") {
            None | Some("start_time") => false,
            Some("end_time") => when != When::Live,
            Some(_) => return Err(Refusal::invalid("query_date_type").into()),
        };
        // Who is in which group the store does not know.
        if self.query.get("group_id").is_some() {
            return Err(Refusal::invalid("group_id").into());
        }
        let starts = range.start..range.end;
        let is_narrow = when != When::Live && !by_end;
        let meetings = self.version.meetings().by_start(self.account, is_narrow.then_some(&starts));
        let is_listed = |meeting: &&Meeting| {
            let is_of_kind = meeting.kind.unwrap_or_default() == kind;
            // What ended with one participant has a list of its own.
            let is_of_type = match when {
                When::Past => {
                    meeting.is(When::Past, self.now) && !meeting.is(When::PastOne, self.now)
                }
                when => meeting.is(when, self.now),
            };
            let ends_within = || meeting.end.is_some_and(|end| starts.contains(&end));
            is_of_kind && is_of_type && (!by_end || ends_within())
        };
        let listed: Vec<&Meeting> = meetings.iter().filter(is_listed).collect();
        let name = if kind == Kind::Meeting { "meetings" } else { "webinars" };
        let page = self.page(
            &listed,
            ROWS,
            &[name],
            |meeting| {
                let (start, uuid) = meeting.key();
                format!("{start} {uuid}")
            },
            |cursor| {
                let (start, uuid) = cursor.split_once(' ')?;
                let key = (start.parse().ok()?, uuid);
                Some(listed.partition_point(|meeting| meeting.key() <= key))
            },
        )?;
        let rows = self.listed_rows(&page, kind, when)?;
        let mut body = Object::new();
        body.text("from", &range.from);
        body.text("to", &range.to);
        page.envelope(&mut body, &Envelope::Counted, None);
        body.array(name, rows);
        Ok(body.finish())
    }

    /// The rows of a page of meetings.
    fn listed_rows(
        &self,
        page: &Page<'_, &Meeting>,
        kind: Kind,
        when: When,
    ) -> Result<Vec<String>, Failure> {
        let mut rows = Vec::with_capacity(page.rows.len());
        for meeting in page.rows {
            let contents = self.version.contents(self.account, &meeting.uuid)?;
            let of = |text| contents.of_user(text, zqos_core::table::HOST, when);
            rows.push((of(TextKind::Meeting), of(TextKind::MeetingDetails), *meeting));
        }
        let places: Vec<Place> =
            rows.iter().filter_map(|(listed, detailed, _)| listed.or(*detailed)).collect();
        let mut texts = self.version.texts(&places)?.into_iter();
        let mut dropped: Vec<&str> = Vec::new();
        if self.query.get("include_fields") != Some(TRACKING_FIELDS) {
            dropped.push(TRACKING_FIELDS);
        }
        let shown = rows.into_iter().map(|(listed, detailed, meeting)| {
            let text = if listed.or(detailed).is_some() { texts.next() } else { None };
            let Some(text) = text else {
                return Typed::new(self.version, self.account, meeting).listed_meeting();
            };
            let mut dropped = dropped.clone();
            if listed.is_none() && kind == Kind::Meeting {
                dropped.extend(OF_DETAILED_MEETING);
            }
            Ok(member::without(text.as_str(), &dropped).into_owned())
        });
        Ok(shown.collect::<Result<_, ArchiveError>>()?)
    }

    /// One meeting or webinar in detail.
    fn details(&self, found: &Found<'_>) -> Result<String, Failure> {
        if let Some(place) = found.of_meeting(TextKind::MeetingDetails) {
            return Ok(self.text(found, place)?.as_str().to_owned());
        }
        if let Some(place) = found.of_meeting(TextKind::Meeting) {
            let text = self.text(found, place)?;
            let dropped: &[&str] = match found.kind {
                Kind::Meeting => &OF_LISTED_MEETING,
                Kind::Webinar => &[TRACKING_FIELDS],
            };
            return Ok(member::without(text.as_str(), dropped).into_owned());
        }
        let row = Typed::new(self.version, self.account, &found.meeting).listed_meeting()?;
        Ok(match found.kind {
            Kind::Meeting => member::without(&row, &OF_LISTED_MEETING).into_owned(),
            Kind::Webinar => row,
        })
    }

    /// Who took part.
    fn participants(&self, found: &Found<'_>) -> Result<String, Failure> {
        let mut rows = found.rows(TextKind::Participant);
        // Stores of earlier versions, and reports alone, have no such texts.
        let reports = found.contents.of_kind(TextKind::Report, found.when);
        let lacks = |user: &User| rows.binary_search_by(|(known, _)| known.cmp(user)).is_err();
        if rows.is_empty() || reports.iter().any(|(user, _)| lacks(user)) {
            let typed = Typed::new(self.version, self.account, &found.meeting).participants()?;
            for (user, row) in typed {
                if let Err(place) = rows.binary_search_by(|(known, _)| known.cmp(&user)) {
                    rows.insert(place, (user, Row::Made(row)));
                }
            }
        }
        let is_asked_for =
            found.when != When::Live && self.query.get("include_fields") == Some(REGISTRANT_ID);
        let dropped: &[&str] = if is_asked_for { &[] } else { &[REGISTRANT_ID] };
        self.rows(found, "participants", &rows, ROWS, &Envelope::Numbered, |text| {
            member::without(text.as_str(), dropped).into_owned()
        })
    }

    /// The reports of everybody.
    fn reports(&self, found: &Found<'_>) -> Result<String, Failure> {
        let mut rows = found.rows(TextKind::Report);
        if rows.is_empty() {
            let typed =
                Typed::new(self.version, self.account, &found.meeting).reports(found.when)?;
            rows.extend(typed.into_iter().map(|(user, report)| (user, Row::Made(report))));
        }
        self.rows(found, "qos", &rows, REPORTS, &Envelope::Numbered, |text| {
            if text.is_single_report() {
                member::without(text.as_str(), &OF_SINGLE_REPORT).into_owned()
            } else {
                text.as_str().to_owned()
            }
        })
    }

    /// The report of one participant.
    ///
    /// One that came on a page of many lacks what the participant speaks into, hears from and looks at: the list of
    /// participants has that.
    fn report(&self, found: &Found<'_>, user: &str) -> Result<String, Failure> {
        let Some(place) = found.contents.of_user(TextKind::Report, user, found.when) else {
            if !found.contents.of_kind(TextKind::Report, found.when).is_empty() {
                return Err(Refusal::no_such_participant().into());
            }
            let typed = Typed::new(self.version, self.account, &found.meeting);
            let report =
                typed.report(found.when, user)?.ok_or_else(Refusal::no_such_participant)?;
            return Ok(member::with(&report, found.number()));
        };
        let text = self.text(found, place)?;
        if text.is_single_report() {
            return Ok(text.as_str().to_owned());
        }
        let row = found.contents.of_user(TextKind::Participant, user, found.when);
        let row = row.map(|place| match text.neighbour(place) {
            Some(row) => Ok(row),
            None => self.text(found, place),
        });
        let row = row.transpose()?;
        let members = row.as_ref().map(|row| Members::of(row.as_str()));
        let equipment = EQUIPMENT.into_iter().filter_map(|name| {
            let value = members.as_ref()?.get(name)?;
            Some((name, Cow::Borrowed(value)))
        });
        Ok(member::with(text.as_str(), equipment.chain(found.number())))
    }

    /// Rows of a kind that are answered as they came; there is no other way to have them.
    fn kept_rows(
        &self,
        found: &Found<'_>,
        kind: TextKind,
        paging: Paging,
        envelope: &Envelope,
    ) -> Result<String, Failure> {
        let rows = found.rows(kind);
        self.rows(found, kind.as_str(), &rows, paging, envelope, |text| text.as_str().to_owned())
    }

    /// A page of rows that are of participants.
    fn rows(
        &self,
        found: &Found<'_>,
        walk: &str,
        rows: &[(User, Row)],
        paging: Paging,
        envelope: &Envelope,
        shown: impl Fn(&Text) -> String,
    ) -> Result<String, Failure> {
        if rows.is_empty() {
            return Err(Refusal::not_available().into());
        }
        let page = self.page(
            rows,
            paging,
            &[walk, &found.meeting.uuid],
            |(user, _)| user.as_str().to_owned(),
            |cursor| {
                let user = User::new(cursor);
                Some(rows.partition_point(|(known, _)| *known <= user))
            },
        )?;
        let mut texts = Vec::with_capacity(page.rows.len());
        for (_, row) in page.rows {
            texts.push(match row {
                Row::Kept(place) => shown(&self.text(found, *place)?),
                Row::Made(text) => text.clone(),
            });
        }
        let mut body = Object::new();
        page.envelope(&mut body, envelope, Some(found));
        body.array("participants", texts);
        Ok(body.finish())
    }

    /// The rows that the page has which is asked for. `cursor_of` says by what a row is found again, and
    /// `place_after` the place of the row behind that.
    fn page<'p, R>(
        &self,
        rows: &'p [R],
        paging: Paging,
        walk: &[&str],
        cursor_of: impl Fn(&R) -> String,
        place_after: impl Fn(&str) -> Option<usize>,
    ) -> Result<Page<'p, R>, Failure> {
        let size = self.query.page_size(paging)?;
        let mut bound = vec![self.account];
        bound.extend(walk);
        for (name, value) in self.query.bound() {
            bound.extend([name, value]);
        }
        let first = match self.query.token() {
            None => 0,
            Some(token) => {
                let cursor = self.tokens.read(&bound, token, self.now);
                cursor.and_then(|cursor| place_after(&cursor)).ok_or_else(Refusal::page_token)?
            }
        };
        let of_page = &rows[first..rows.len().min(first + size)];
        let has_more = first + of_page.len() < rows.len();
        let next_token = match of_page.last() {
            Some(last) if has_more => self.tokens.give(&bound, &cursor_of(last), self.now),
            _ => String::new(),
        };
        Ok(Page { rows: of_page, size, total: rows.len(), next_token })
    }

    fn text(&self, found: &Found<'_>, place: Place) -> Result<Text, Failure> {
        Ok(self.version.text(self.blocks, self.account, &found.meeting.uuid, place)?)
    }
}

/// A meeting that was asked for, and how.
struct Found<'f> {
    meeting: Cow<'f, Meeting>,
    contents: &'f Contents,
    kind: Kind,
    when: When,
}

impl Found<'_> {
    /// The text of the meeting itself.
    fn of_meeting(&self, kind: TextKind) -> Option<Place> {
        self.contents.of_user(kind, zqos_core::table::HOST, self.when)
    }

    /// The rows of a kind, by whom they are of.
    fn rows(&self, kind: TextKind) -> Vec<(User, Row)> {
        let rows = self.contents.of_kind(kind, self.when).into_iter();
        rows.map(|(user, place)| (user.clone(), Row::Kept(place))).collect()
    }

    /// The number of the meeting, as single reports have it; those of webinars have none.
    fn number(&self) -> Option<(&'static str, Cow<'static, str>)> {
        let number = self.meeting.number.filter(|_| self.kind == Kind::Meeting)?;
        Some(("meeting_number", Cow::Owned(quoted(&number.to_string()))))
    }
}

impl<R> Page<'_, R> {
    fn envelope(&self, body: &mut Object, envelope: &Envelope, found: Option<&Found<'_>>) {
        body.text("next_page_token", &self.next_token);
        if let Envelope::Short = envelope {
            body.number("page_size", Some(self.size));
            return;
        }
        body.number("page_count", Some(self.total.div_ceil(self.size)));
        body.number("page_size", Some(self.size));
        body.number("total_records", Some(self.total));
        if let (Envelope::Numbered, Some(found)) = (envelope, found)
            && let Some(number) = found.meeting.number
        {
            let name = match found.kind {
                Kind::Meeting => "meeting_number",
                Kind::Webinar => "webinar_number",
            };
            body.text(name, &number.to_string());
        }
    }
}
