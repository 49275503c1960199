//! Walks over pages: every row once, whatever happens to the pages.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde_json::value::RawValue;
use zoom_wire::answer::row_identity;
use zoom_wire::{DecodeError, Listing, Page, RawPage, Request, RequestError, Row};

use crate::answer::RawAnswer;
use crate::client::Client;
use crate::error::{EndlessPages, Error, ErrorKind};
use crate::transport::BoxFuture;

/// A walk over the pages of a listing.
///
/// - It ends at an empty page token. **An empty page does not end it.**
/// - All parameters are sent unchanged with each token, as Zoom asks.
/// - **An expired token** (they live fifteen minutes) starts the walk again at the first page;
///   rows that were given before are left out ([`PageAnswer::repeated`]).
/// - **It ends.** It is given up ([`ErrorKind::EndlessPages`]) when the token expires again and
///   again, or the same one is given again, or page after page comes, without a new row.
/// - After an error there are no more pages.
///
/// Rows are told apart by [`row_identity`]. A row that two pages hold is given once; one that
/// comes twice on the same page is given twice.
pub struct Pages<E> {
    client: Client,
    request: Result<Request, RequestError>,
    /// The member that holds the rows.
    rows: Option<Box<str>>,
    walk: Walk,
    listing: PhantomData<fn() -> E>,
}

/// A walk over the pages of any request.
pub type RawPages = Pages<()>;

/// A page of a walk.
pub struct PageAnswer<E> {
    raw: RawAnswer,
    rows: Option<Box<str>>,
    facts: PageFacts,
    listing: PhantomData<fn() -> E>,
}

/// A page of any request.
pub type RawPageAnswer = PageAnswer<()>;

impl<E> Pages<E> {
    pub(crate) fn new(
        client: Client,
        request: Result<Request, RequestError>,
        rows: Option<&str>,
    ) -> Self {
        let named = request.as_ref().ok().and_then(|request| request.operation().paging);
        Self {
            client,
            rows: rows.or(named.map(|paging| paging.rows)).map(Into::into),
            request,
            walk: Walk::default(),
            listing: PhantomData,
        }
    }

    /// The next page; `None` after the last one, and after an error.
    ///
    /// **Errors**: those of [`Client::get`]; [`ErrorKind::Decode`] when a page is not a JSON
    /// object; [`ErrorKind::EndlessPages`].
    /// **Cancel safety**: a page whose future is dropped comes with the next call.
    pub async fn next(&mut self) -> Option<Result<PageAnswer<E>, Error>> {
        let next = self.step().await.transpose()?;
        if next.is_err() {
            self.walk.end();
        }
        Some(next)
    }

    async fn step(&mut self) -> Result<Option<PageAnswer<E>>, Error> {
        loop {
            let request = match &self.walk.position {
                Position::First => self.request.clone()?,
                Position::At(token) => self.request.clone()?.with_page_token(token),
                Position::Stuck(endless) => {
                    return Err(Error::new(ErrorKind::EndlessPages(*endless)));
                }
                Position::End => return Ok(None),
            };
            let operation = request.operation().name;
            let raw = match self.client.get(request).await {
                Ok(raw) => raw,
                Err(error) if error.is_page_token_expired() && self.walk.token().is_some() => {
                    self.walk.restart().map_err(|endless| given_up(endless, &error))?;
                    tracing::debug!(target: crate::TARGET, operation, "the page token expired, starting again");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let page = RawPage::decode(&raw.body, self.rows.as_deref())
                .map_err(|error| raw.undecodable(error))?;
            let facts = self.walk.came(&page);
            let rows = self.rows.clone();
            return Ok(Some(PageAnswer { raw, rows, facts, listing: PhantomData }));
        }
    }

    /// How many rows were given so far.
    pub const fn given(&self) -> u64 {
        self.walk.given_count
    }

    /// True when rows may be missing of what was given so far: a page said another total than the first one,
    /// or the last page counts more rows than were given.
    pub const fn is_torn(&self) -> bool {
        let lacks_rows = match self.walk.total {
            Some(total) => {
                matches!(self.walk.position, Position::End) && self.walk.given_count < total
            }
            None => false,
        };
        self.walk.total_changed || lacks_rows
    }

    /// How many rows there are by the word of the last page; `None` when it did not say. Fewer
    /// given at the end means that the walk is incomplete.
    pub const fn total_records(&self) -> Option<u64> {
        self.walk.total
    }
}

/// A walk as a stream.
pub struct PageStream<E>(Option<BoxFuture<'static, Stepped<E>>>);

/// A walk and the page that it came to.
type Stepped<E> = (Pages<E>, Option<Result<PageAnswer<E>, Error>>);

impl<E: 'static> Pages<E> {
    /// The walk as a stream, for the combinators of the futures crates.
    pub fn into_stream(self) -> PageStream<E> {
        PageStream(Some(self.stepped()))
    }

    fn stepped(mut self) -> BoxFuture<'static, Stepped<E>> {
        Box::pin(async move {
            let page = self.next().await;
            (self, page)
        })
    }
}

impl<E: 'static> Stream for PageStream<E> {
    type Item = Result<PageAnswer<E>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(step) = &mut self.0 else { return Poll::Ready(None) };
        let (pages, page) = ready!(step.as_mut().poll(context));
        self.0 = page.is_some().then(|| pages.stepped());
        Poll::Ready(page)
    }
}

impl<E> fmt::Debug for PageStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStream").finish_non_exhaustive()
    }
}

fn given_up(endless: EndlessPages, last: &Error) -> Error {
    let error = Error::new(ErrorKind::EndlessPages(endless))
        .with_response(last.response().cloned())
        .with_tries(last.tries(), last.elapsed());
    match last.request() {
        Some(sent) => error.with_request(sent.method.clone(), sent.url.clone()),
        None => error,
    }
}

impl<E> fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("request", &self.request).finish_non_exhaustive()
    }
}

impl<E> PageAnswer<E> {
    /// The answer as it came.
    pub const fn raw(&self) -> &RawAnswer {
        &self.raw
    }

    /// The frame of the page: all of its rows, repeated ones too, and the members around them.
    pub fn frame(&self) -> RawPage<'_> {
        RawPage::decode(&self.raw.body, self.rows.as_deref()).expect("it was decoded before")
    }

    /// Which page of the walk this is, from 1; counted again after a restart.
    pub const fn page_number(&self) -> u64 {
        self.facts.number
    }

    /// True for the first page after an expired token.
    pub const fn restarted(&self) -> bool {
        self.facts.restarted
    }

    /// True when no page comes after this one.
    pub const fn is_last(&self) -> bool {
        self.facts.is_last
    }

    /// How many rows all pages hold, by the word of this one.
    pub const fn total_records(&self) -> Option<u64> {
        self.facts.total
    }

    /// True when this page says another total than the first one did: rows came or went while
    /// the walk was under way, so some may be missing.
    pub const fn total_changed(&self) -> bool {
        self.facts.total_changed
    }

    /// How many rows of this page were given before.
    pub fn repeated(&self) -> usize {
        self.facts.fresh.iter().filter(|fresh| !**fresh).count()
    }

    /// The JSON text of each row that was not given before.
    pub fn raw_rows(&self) -> Vec<&RawValue> {
        let rows = self.frame().rows.into_iter();
        rows.zip(&self.facts.fresh).filter(|(_, fresh)| **fresh).map(|(row, _)| row).collect()
    }
}

/// The rows of a listing's page.
pub type RowOf<'a, E> = Row<<<E as zoom_wire::Endpoint>::Answer<'a> as Page<'a>>::Row>;

impl<E: Listing> PageAnswer<E> {
    /// Decodes the page, repeated rows included.
    ///
    /// **Errors**: [`DecodeError`]; see [`RawAnswer::undecodable`].
    pub fn answer(&self) -> Result<E::Answer<'_>, DecodeError> {
        zoom_wire::decode(&self.raw.body)
    }

    /// Each row that was not given before, with its place on the page, from 0.
    ///
    /// **Errors**: [`DecodeError`]; see [`RawAnswer::undecodable`].
    pub fn rows(&self) -> Result<Vec<(usize, RowOf<'_, E>)>, DecodeError> {
        let rows = self.answer()?.into_rows().into_iter().enumerate();
        Ok(rows
            .filter(|(place, _)| self.facts.fresh.get(*place).copied().unwrap_or(true))
            .collect())
    }
}

impl<E> fmt::Debug for PageAnswer<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageAnswer")
            .field("raw", &self.raw)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

/// How often a walk may start again without a new row in between.
const MAX_BARREN_RESTARTS: u32 = 3;

/// How many pages may come without a new row, beyond those that a restart walks over again.
const MAX_BARREN_PAGES: u64 = 100;

/// What the walk found out about a page.
#[derive(Debug, Clone)]
struct PageFacts {
    number: u64,
    restarted: bool,
    is_last: bool,
    total: Option<u64>,
    total_changed: bool,
    /// For each row, whether it was not given before.
    fresh: Vec<bool>,
}

/// Where a walk stands. It knows nothing of requests and answers but tokens and rows.
#[derive(Default)]
struct Walk {
    position: Position,
    /// Pages since the start or the last restart.
    page_count: u64,
    /// The most pages that came before a restart.
    longest: u64,
    restarted: bool,
    restarts_without_news: u32,
    pages_without_news: u64,
    /// Tokens that were used since the start or the last restart.
    used_tokens: HashSet<String>,
    seen: SeenRows,
    given_count: u64,
    first_total: Option<u64>,
    total: Option<u64>,
    /// A page said another total than the first one.
    total_changed: bool,
}

#[derive(Debug, Default)]
enum Position {
    #[default]
    First,
    /// At the page of this token.
    At(String),
    /// Going round in circles.
    Stuck(EndlessPages),
    End,
}

impl Walk {
    fn token(&self) -> Option<&str> {
        match &self.position {
            Position::At(token) => Some(token),
            _ => None,
        }
    }

    fn end(&mut self) {
        self.position = Position::End;
    }

    /// Takes note of a page, and goes on to the next.
    fn came(&mut self, page: &RawPage<'_>) -> PageFacts {
        self.page_count += 1;
        let total = page.total_records();
        if self.page_count == 1 {
            self.first_total = total;
        }
        self.total = total.or(self.total);

        let fresh = self.seen.sort_out(&page.rows);
        let news = fresh.iter().filter(|fresh| **fresh).count();
        self.given_count += news as u64;
        if news > 0 {
            self.restarts_without_news = 0;
            self.pages_without_news = 0;
        } else {
            self.pages_without_news += 1;
        }

        if let Position::At(token) = std::mem::take(&mut self.position) {
            self.used_tokens.insert(token);
        }
        let next = page.next_page_token();
        let is_last = next.is_none();
        self.position = match next {
            None => Position::End,
            Some(token) if news == 0 && self.used_tokens.contains(&token) => {
                Position::Stuck(EndlessPages::SameToken)
            }
            Some(_) if self.pages_without_news > self.longest + MAX_BARREN_PAGES => {
                Position::Stuck(EndlessPages::NothingNew)
            }
            Some(token) => Position::At(token),
        };
        let total_changed =
            total.is_some() && self.first_total.is_some_and(|first| total != Some(first));
        self.total_changed |= total_changed;
        PageFacts {
            number: self.page_count,
            restarted: std::mem::take(&mut self.restarted),
            is_last,
            total,
            total_changed,
            fresh,
        }
    }

    /// Goes back to the first page, after an expired token.
    fn restart(&mut self) -> Result<(), EndlessPages> {
        self.restarts_without_news += 1;
        if self.restarts_without_news > MAX_BARREN_RESTARTS {
            return Err(EndlessPages::TokenExpires);
        }
        self.position = Position::First;
        self.longest = self.longest.max(self.page_count);
        self.page_count = 0;
        self.restarted = true;
        self.used_tokens.clear();
        self.seen.start_again();
        Ok(())
    }
}

/// The rows that were given, by their identity.
///
/// A row without an identity of its own is known by its whole text. Two such rows may be two
/// things that look alike (two answers to a survey, say), so they are counted: of a text that
/// comes three times in a walk over all pages, three are given, however often it starts again.
#[derive(Default)]
struct SeenRows {
    /// Two keys, so that no row is lost to a collision of 64 bits.
    keys: [RandomState; 2],
    /// How often each was given.
    given: HashMap<[u64; 2], u32>,
    /// How often each text came since the start or the last restart.
    met: HashMap<[u64; 2], u32>,
}

impl SeenRows {
    /// For each row of a page, whether it was not given by an earlier page.
    fn sort_out(&mut self, rows: &[&RawValue]) -> Vec<bool> {
        let mut new = HashSet::new();
        let mut sort_out = |row: &&RawValue| {
            let identity = row_identity(row);
            let key = self.keys.each_ref().map(|hasher| hasher.hash_one(&identity));
            let given = self.given.entry(key).or_default();
            if identity == row.get() {
                let met = self.met.entry(key).or_default();
                *met += 1;
                let is_fresh = *met > *given;
                *given = (*given).max(*met);
                is_fresh
            } else {
                // The same join twice on one page is Zoom's own doing, and kept.
                let is_fresh = *given == 0 || new.contains(&key);
                if is_fresh {
                    new.insert(key);
                    *given = 1;
                }
                is_fresh
            }
        };
        rows.iter().map(&mut sort_out).collect()
    }

    fn start_again(&mut self) {
        self.met.clear();
    }
}
