//! Pages: the envelope around rows, and which rows stand on a page.

use serde::Serialize;

use crate::api::Simulator;
use crate::api::error::{ApiError, encode};
use crate::api::query::{Query, Range};
use crate::calendar::Meeting;

/// Members that every page has.
#[derive(Debug, Serialize)]
pub(crate) struct Envelope {
    next_page_token: String,
    page_count: u32,
    page_size: u32,
    total_records: u32,
}

/// A page of a meeting's joins.
#[derive(Debug, Serialize)]
struct MeetingPage<Row> {
    #[serde(flatten)]
    envelope: Envelope,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webinar_number: Option<String>,
    participants: Vec<Row>,
}

/// A page of a meeting's joins that tells less of itself.
#[derive(Debug, Serialize)]
struct ShortPage<Row> {
    next_page_token: String,
    page_size: u32,
    participants: Vec<Row>,
}

/// A page of phone calls.
#[derive(Debug, Serialize)]
struct CallsPage<Row> {
    from: String,
    to: String,
    next_page_token: String,
    page_size: u32,
    total_records: u32,
    call_logs: Vec<Row>,
}

/// Takes the rows of one page out of all rows as they come by.
#[derive(Debug)]
pub(crate) struct Pager<Row> {
    after: Option<u64>,
    size: u32,
    total: u32,
    rows: Vec<Row>,
    last: u64,
    has_more: bool,
}

impl<Row> Pager<Row> {
    /// Counts a row, and keeps it if it stands on this page. Rows come in the order of their
    /// keys.
    pub(crate) fn offer(&mut self, key: u64, row: impl FnOnce() -> Row) {
        self.total += 1;
        if self.after.is_some_and(|after| key <= after) {
            return;
        }
        if self.rows.len() < self.size as usize {
            self.rows.push(row());
            self.last = key;
        } else {
            self.has_more = true;
        }
    }

    /// True when the page is full and another one follows: no more rows need be offered, if their
    /// count is told.
    pub(crate) const fn is_complete(&self) -> bool {
        self.has_more
    }

    /// The key of the last row of the page before this one.
    pub(crate) const fn after(&self) -> Option<u64> {
        self.after
    }

    /// Tells how many rows there are, for a walk that was not gone to its end.
    pub(crate) const fn set_total(&mut self, total: u32) {
        self.total = total;
    }
}

impl Simulator {
    /// Begins or goes on with a walk.
    pub(crate) fn pager<Row>(
        &self,
        path: &str,
        query: &Query,
        (default, max): (u32, u32),
        now: i64,
    ) -> Result<Pager<Row>, ApiError> {
        let size = query.page_size(default, max, self.config.overflow)?;
        let after = self.cursor(path, query, now)?;
        Ok(Pager { after, size, total: 0, rows: Vec::new(), last: 0, has_more: false })
    }

    /// Ends a page.
    pub(crate) fn envelope<Row>(
        &self,
        pager: Pager<Row>,
        path: &str,
        query: &Query,
        now: i64,
    ) -> (Envelope, Vec<Row>) {
        let next_page_token = if pager.has_more {
            self.page_token(path, query, pager.last, now)
        } else {
            String::new()
        };
        let envelope = Envelope {
            next_page_token,
            page_count: pager.total.div_ceil(pager.size),
            page_size: pager.size,
            total_records: pager.total,
        };
        (envelope, pager.rows)
    }

    /// The answer of a listing of joins.
    pub(crate) fn page_of_meeting<Row: Serialize>(
        &self,
        pager: Pager<Row>,
        path: &str,
        meeting: &Meeting,
        is_numbered: bool,
        query: &Query,
        now: i64,
    ) -> Vec<u8> {
        let (envelope, participants) = self.envelope(pager, path, query, now);
        let number =
            is_numbered.then(|| self.world.company.ids().number(meeting.series.index).to_string());
        let (meeting_number, webinar_number) =
            if meeting.series.is_webinar() { (None, number) } else { (number, None) };
        encode(&MeetingPage { envelope, meeting_number, webinar_number, participants })
    }

    /// The answer of a listing of joins that does not count them.
    pub(crate) fn short_page<Row: Serialize>(
        &self,
        pager: Pager<Row>,
        path: &str,
        query: &Query,
        now: i64,
    ) -> Vec<u8> {
        let (envelope, participants) = self.envelope(pager, path, query, now);
        let Envelope { next_page_token, page_size, .. } = envelope;
        encode(&ShortPage { next_page_token, page_size, participants })
    }

    /// The answer of a list of phone calls.
    pub(crate) fn page_of_calls<Row: Serialize>(
        &self,
        pager: Pager<Row>,
        path: &str,
        range: Range,
        query: &Query,
        now: i64,
    ) -> Vec<u8> {
        let (envelope, call_logs) = self.envelope(pager, path, query, now);
        let Envelope { next_page_token, page_size, total_records, .. } = envelope;
        let Range { from, to, .. } = range;
        encode(&CallsPage { from, to, next_page_token, page_size, total_records, call_logs })
    }

    /// What tells the walks of a meeting's listings from each other.
    pub(crate) fn walk_of(&self, meeting: &Meeting, part: &str) -> String {
        format!("{part} {}", self.world.company.ids().uuid(meeting.instance))
    }
}
