//! The archive: a store that answers as Zoom does.

use std::fmt;
use std::num::NonZero;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use zqos_core::{Clock, Timestamp};
use zqos_store::{Location, Snapshot};

use crate::answer::Answer;
use crate::cache::Cache;
use crate::error::ArchiveError;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::respond::{Failure, Request};
use crate::route::Route;
use crate::token::Tokens;
use crate::version::{Blocks, TABLES, Version};

/// How many bytes of texts that were read lately are kept.
const CACHE_BYTES: usize = 64 << 20;
/// How many answers are made at once for each processor: one waits for the disk while another is unpacked.
///
/// **Source**: a choice of this project.
const PLACES_EACH: usize = 2;

/// Zoom's dashboard API, answered from a store.
///
/// Its clones share what they have in memory.
#[derive(Clone)]
pub struct Archive(Arc<Inner>);

struct Inner {
    at: Location,
    clock: Arc<dyn Clock>,
    version: RwLock<Arc<Version>>,
    /// Held by whoever looks for a new version: that takes memory.
    refreshing: tokio::sync::Mutex<()>,
    blocks: Blocks,
    /// How many bytes of what meetings have are kept.
    contents_bytes: usize,
    tokens: Tokens,
    /// Held while an answer is made: that takes a processor, and some megabytes for what is unpacked.
    places: Arc<Semaphore>,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("at", &self.0.at).finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens a store for answering, with 64 MB for what was read lately. By `clock` it is told what runs, and how
    /// old a page token is.
    ///
    /// **Errors**: [`ArchiveError`].
    pub async fn open(
        at: impl Into<Location>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ArchiveError> {
        Self::open_with_cache(at, clock, CACHE_BYTES).await
    }

    /// The same, with so many bytes for what was read lately.
    pub async fn open_with_cache(
        at: impl Into<Location>,
        clock: Arc<dyn Clock>,
        bytes: usize,
    ) -> Result<Self, ArchiveError> {
        let at = at.into();
        // Of two versions while one takes the place of the other.
        let contents_bytes = bytes / 16;
        let version = read(&at, None, contents_bytes).await?.ok_or_else(stopped)?;
        Ok(Self(Arc::new(Inner {
            at,
            clock,
            version: RwLock::new(version),
            refreshing: tokio::sync::Mutex::new(()),
            blocks: Cache::new(bytes - 2 * contents_bytes),
            contents_bytes,
            tokens: Tokens::new(),
            places: Arc::new(Semaphore::new(PLACES_EACH * processors())),
        })))
    }

    /// Looks whether the store has changed, and takes its new version; true when it has. What was acknowledged
    /// before is answered from then on.
    ///
    /// **Errors**: [`ArchiveError`]; then the version stays that was there.
    ///
    /// **Cancel safety**: nothing changes when it is dropped.
    pub async fn refresh(&self) -> Result<bool, ArchiveError> {
        let _alone = self.0.refreshing.lock().await;
        let Inner { at, contents_bytes, .. } = &*self.0;
        let version = read(at, Some(self.version()), *contents_bytes).await?;
        let Some(version) = version else { return Ok(false) };
        *self.0.version.write().unwrap_or_else(PoisonError::into_inner) = version;
        Ok(true)
    }

    /// Answers a request: `method`, such as `GET`, and `target`, which is path and query below `/v2` as they came.
    ///
    /// What is wrong with a request is an answer as Zoom gives it; a store that can't be read is one with the status
    /// 503.
    pub async fn answer(&self, account: &str, method: &str, target: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(route) = Route::of_path(path) else {
            return Refusal::unknown_endpoint().into();
        };
        if method != "GET" {
            return Refusal::method_not_allowed().into();
        }
        let request = Arc::new((account.to_owned(), route, Query::parse(query)));
        let mut answer = self.respond(&request, &self.version()).await;
        // What it names may have been replaced and removed since.
        if let Err(Failure::Unreadable(_)) = answer {
            answer = match self.refresh().await {
                Ok(_) => self.respond(&request, &self.version()).await,
                Err(error) => Err(Failure::Unreadable(error)),
            };
        }
        match answer {
            Ok(body) => Answer::found(body),
            Err(Failure::Refused(refusal)) => refusal.into(),
            Err(Failure::Unreadable(error)) => Answer::unreadable(error),
        }
    }

    /// When a meeting of an account began, by its UUID; `None` where the store has no such meeting, or nobody told
    /// when.
    pub fn start_of(&self, account: &str, uuid: &str) -> Option<Timestamp> {
        let version = self.version();
        let meeting = version.meetings().by_uuid(account, uuid)?;
        Timestamp::from_unix_millis(meeting.start?).ok()
    }

    async fn respond(
        &self,
        request: &Arc<(String, Route, Query)>,
        version: &Arc<Version>,
    ) -> Result<String, Failure> {
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        let (archive, request, version) = (self.clone(), Arc::clone(request), Arc::clone(version));
        let work = spawn_blocking(move || {
            // Until the work is done, also when nobody waits for it any more.
            let _place = place;
            let (account, route, query) = &*request;
            let now = archive.0.clock.now();
            let Inner { blocks, tokens, .. } = &*archive.0;
            Request { version: &version, blocks, tokens, account, query, now }.respond(route)
        });
        // A runtime that stops gives up what waits.
        work.await.unwrap_or_else(|_| Err(Failure::Unreadable(stopped())))
    }

    fn version(&self) -> Arc<Version> {
        Arc::clone(&self.0.version.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn stopped() -> ArchiveError {
    ArchiveError::File(std::io::Error::other("the work was given up"))
}

/// Reads the version that a store has by now; `None` when it is the one before.
async fn read(
    at: &Location,
    before: Option<Arc<Version>>,
    contents_bytes: usize,
) -> Result<Option<Arc<Version>>, ArchiveError> {
    let snapshot = Snapshot::open_tables(at.clone(), &TABLES).await?;
    let work = spawn_blocking(move || {
        if before.as_ref().is_some_and(|before| before.is(&snapshot)) {
            return Ok(None);
        }
        Version::read(snapshot, before.as_deref(), contents_bytes).map(Arc::new).map(Some)
    });
    work.await.unwrap_or_else(|_| Err(stopped()))
}
