//! The collector: lists meetings, fetches what is owed of them, and says what came.

mod phone;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::OnceCell;
use tokio::task::JoinError;
use zoom_dashboard::{Client, Error, ErrorKind};
use zoom_wire::meeting::{ListMeetings, MeetingsPage};
use zoom_wire::participant::{ListParticipants, ParticipantsPage};
use zoom_wire::phone::ListPastCalls;
use zoom_wire::privacy::Policy;
use zoom_wire::qos::{GetParticipantQos, ListParticipantsQos, ParticipantQos, ParticipantsQosPage};
use zoom_wire::rate_limit::{Label, Product};
use zoom_wire::request::Bound;
use zoom_wire::{ApiErrorKind, ForAccount, Kind, Listing as PagedEndpoint, Row, When};
use zqos_core::{
    Clock, Coverage, Listing, Meeting, MeetingId, MeetingUuid, Origin, ParticipantId, Timestamp,
};
use zqos_intake::{Intake, Sites, Source};
use zqos_store::{Batch, Known, Location, StoreError};

use crate::keeper::Keeper;
use crate::live::{Budget, Ranking, Sampler, TICK};
use crate::meter::{self, Meter, Trouble};
use crate::owed::{self, Calls, DAY, ListKind, OwedList, OwedMeeting, RETRIED_FOR};
use crate::progress::{Progress, Stage};
use crate::pushed::Delivered;
use crate::quota;
use crate::tally::{Tally, Why};

/// How many meetings are walked over at the same time. Zoom takes 40 heavy calls a second, and answers one in
/// some tenths of a second.
const WALKS: usize = 16;
/// The same of meetings that run: past reports come first.
const LIVE_WALKS: usize = 4;
/// After so many meetings in a row that failed for no reason of their own, nothing is tried any more.
const FAILURES: u32 = 8;
/// How often the right to collect is renewed while nothing is asked for.
const HOLD_EVERY: Duration = Duration::from_secs(20);
/// How often it is looked for meetings that have ended. **Source**: reports take up to thirty minutes.
const LOOK_EVERY: Duration = Duration::from_mins(15);
/// How far back it is looked for them: what began before has ended, and was listed then.
const FOLLOWED: Duration = Duration::from_hours(72);
/// A meeting of which a minute was pushed that began no longer ago is not sampled. **Source**: a minute is told 55
/// seconds after its beginning, and again five minutes later where that failed.
const LATELY: Duration = Duration::from_mins(7);
/// How long after the daily quota opens it is tried, at the earliest.
const OPENED: Duration = Duration::from_secs(2);

/// Whose reports are collected, and what of them is kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account's name in the store.
    pub account: String,
    /// The sub-account of a master account, where requests are about one.
    pub sub_account: Option<String>,
    /// Where the store is.
    pub store: Location,
    /// What of people is kept; `None` for everything.
    pub policy: Option<Arc<Policy>>,
    /// From which site people take part.
    pub sites: Option<Arc<dyn Sites>>,
    /// Calls of Zoom Phone are collected too. They need scopes of their own, and have limits of their own.
    pub phone: bool,
    /// Reports are fetched of meetings too that push has delivered.
    pub fetch_pushed: bool,
}

/// What keeps a collector from going on. What came before is kept.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// Zoom refuses the account, or can't be reached.
    #[error(transparent)]
    Zoom(#[from] Error),
    /// The store.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// This program stood still, and another collector took the account over.
    #[error("another collector took this account over while this one stood still")]
    TakenOver,
    /// A defect.
    #[error("a page could not be read to its end")]
    Panicked,
}

impl From<StoreError> for CollectError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl From<Arc<StoreError>> for CollectError {
    fn from(error: Arc<StoreError>) -> Self {
        Self::Store(error)
    }
}

impl From<Trouble> for CollectError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Lost => Self::TakenOver,
            Trouble::Store(error) => Self::Store(error),
        }
    }
}

impl From<JoinError> for CollectError {
    fn from(_: JoinError) -> Self {
        Self::Panicked
    }
}

/// How a run ended.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Ended {
    /// Set when the daily quota is spent: when it opens again.
    pub quota_until: Option<Timestamp>,
    /// Set when the range begins before this: Zoom lists nothing older, and nothing older was asked for.
    pub oldest: Option<Timestamp>,
    /// Lists that Zoom refuses this account, and why. Meetings are not among them.
    pub refused_lists: Vec<(&'static str, Error)>,
    /// Set when calls of Zoom Phone could not be collected, or not all: what keeps the others away. Meetings
    /// are collected all the same.
    pub phone: Option<Error>,
}

/// Collects the past reports of an account.
#[derive(Debug)]
pub struct Collector {
    client: Client,
    clock: Arc<dyn Clock>,
    keeper: Keeper,
    meter: Arc<Meter>,
    settings: Settings,
    progress: Arc<Progress>,
    /// What earlier runs took of the day's quota was counted.
    has_counted: OnceCell<()>,
    /// Zoom does not give this app the reports of single joins.
    singles_refused: AtomicBool,
}

/// Why a walk over pages ended early.
enum Halt {
    /// This meeting, or something of it, or a list, can't be had now.
    Missing(Why, Error),
    /// The daily quota is spent until then.
    Quota(Timestamp),
    /// Nothing can be had any more.
    Broken(CollectError),
}

impl<E: Into<CollectError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// What became of a meeting.
enum Fetched {
    /// It is known what there is of it.
    Told,
    /// It was not done: the daily quota is spent until then.
    Quota(Timestamp),
    /// It failed for no reason of its own.
    Failed(Error),
}

impl Collector {
    /// A collector that asks by `client`, whose gate is `meter`.
    pub fn new(client: Client, keeper: Keeper, meter: Arc<Meter>, settings: Settings) -> Self {
        let clock = client.clock();
        meter.go_by(Arc::clone(&clock));
        let (progress, has_counted) = (Arc::default(), OnceCell::new());
        let singles_refused = AtomicBool::new(false);
        Self { client, clock, keeper, meter, settings, progress, has_counted, singles_refused }
    }

    /// How far it has come.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// The server's time, as far as it is known.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Collects the meetings that began in a range, and the phone calls where they are to be, as far as they have
    /// ended, and returns when there is nothing more to be had now. With `waits` it goes on when the daily quota opens again.
    ///
    /// **Errors**: [`CollectError`].
    pub async fn collect(
        &self,
        range: Range<Timestamp>,
        waits: bool,
    ) -> Result<Ended, CollectError> {
        let work = async {
            // Each has limits of its own.
            let (meetings, phone) = tokio::try_join!(
                Box::pin(self.work_in_parts(&range, waits)),
                Box::pin(self.phone_in_parts(&range, waits))
            )?;
            let quota_until = meetings.quota_until.or(phone.quota_until);
            Ok(Ended { phone: phone.phone, quota_until, ..meetings })
        };
        tokio::select! {
            ended = work => ended,
            trouble = self.keep_account() => Err(trouble.into()),
        }
    }

    /// Collects what ends from now on, and what ended in the last three days, for as long as it is let. With a
    /// ranking, meetings that run are sampled too, by calls that past reports do not need. Each time it has
    /// looked it says how that went; what Zoom refuses then may be had later.
    ///
    /// **Errors**: [`CollectError`], but for what Zoom said.
    pub async fn follow(
        &self,
        live: Option<&dyn Ranking>,
        told: impl Fn(Result<Ended, Error>) + Send + Sync,
    ) -> Result<Infallible, CollectError> {
        let sampling = async {
            match live {
                Some(ranking) => self.sample(ranking, &told).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = self.follow_past(&told) => ended,
            ended = sampling => ended,
        }
    }

    async fn follow_past(
        &self,
        told: &(impl Fn(Result<Ended, Error>) + Sync),
    ) -> Result<Infallible, CollectError> {
        loop {
            match self.collect_recent().await {
                Ok(ended) => told(Ok(ended)),
                Err(CollectError::Zoom(error)) => told(Err(error)),
                Err(error) => return Err(error),
            }
            self.progress.enter(Stage::Idle);
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                trouble = self.keep_account() => return Err(trouble.into()),
            }
        }
    }

    /// Collects what ended in the last three days.
    async fn collect_recent(&self) -> Result<Ended, CollectError> {
        // Of the server's time nothing is known before its first answer.
        self.count_earlier_calls().await?;
        let now = self.clock.now();
        self.collect(now.saturating_sub(FOLLOWED).utc_midnight()..now, true).await
    }

    /// Samples what runs, again and again.
    async fn sample(
        &self,
        ranking: &dyn Ranking,
        told: &(impl Fn(Result<Ended, Error>) + Sync),
    ) -> Result<Infallible, CollectError> {
        let mut sampler = Sampler::default();
        loop {
            let wait = match self.sample_once(ranking, &mut sampler).await {
                Ok(()) => TICK,
                Err(Halt::Quota(until)) => {
                    until.since(self.clock.now()).unwrap_or_default() + OPENED
                }
                Err(Halt::Missing(_, error) | Halt::Broken(CollectError::Zoom(error))) => {
                    told(Err(error));
                    TICK
                }
                Err(Halt::Broken(error)) => return Err(error),
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Lists what runs, and samples what is worth most.
    async fn sample_once(&self, ranking: &dyn Ranking, sampler: &mut Sampler) -> Result<(), Halt> {
        self.count_earlier_calls().await?;
        let mut running = self.running(Kind::Meeting).await?;
        // Who has no webinars has meetings all the same.
        match self.running(Kind::Webinar).await {
            Err(Halt::Missing(..)) => {}
            webinars => running.extend(webinars?),
        }
        let now = self.clock.now();
        let pushed = self.pushed_lately(&running, now).await?;
        running.retain(|meeting| !pushed.contains(&meeting.uuid));
        let budget = self.budget(&running, now).await?;
        let picked = sampler.pick(running, budget, ranking, now);
        let mut fetched = stream::iter(picked)
            .map(|meeting| self.sample_of(meeting))
            .buffer_unordered(LIVE_WALKS);
        while let Some(outcome) = fetched.next().await {
            match outcome {
                // It has ended meanwhile, or nobody was in it.
                Ok(()) | Err(Halt::Missing(..)) => {}
                Err(halt) => return Err(halt),
            }
        }
        Ok(())
    }

    /// Meetings that run of which minutes are being pushed.
    async fn pushed_lately(
        &self,
        running: &[Meeting],
        now: Timestamp,
    ) -> Result<HashSet<MeetingUuid>, CollectError> {
        let since = now.saturating_sub(LATELY);
        let lately = running.iter().map(|meeting| (meeting.uuid.clone(), since..now));
        let delivered = self.delivered(lately).await?;
        let minute = since.unix_millis().div_euclid(60_000);
        Ok(delivered.since(minute).into_iter().cloned().collect())
    }

    /// The meetings, or webinars, that run now, as the list tells of them; they are kept.
    async fn running(&self, kind: Kind) -> Result<Vec<Meeting>, Halt> {
        let now = self.clock.now();
        // The range means nothing to live meetings, and must be there.
        let range = zoom_wire::Range::new(Bound::Instant(now.utc_midnight()), Bound::Instant(now));
        let range = range.map_err(Error::from).map_err(CollectError::from)?;
        let mut pages = self.pages(ListMeetings::new(range).kind(kind).when(When::Live));
        let mut running = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if kind == Kind::Webinar && is_refusal(&error) => {
                    return Err(Halt::Missing(Why::Refused, error));
                }
                Err(error) => return Err(self.halt(error, None).await),
            };
            self.meter.answered("lists").await;
            let mut intake = self.intake();
            take(
                &mut intake,
                &page.raw().body,
                &Source { origin: Origin::RestLive, meeting: None, call_start: None },
            );
            running.extend(records_of(&page.raw().body, kind));
            self.keep(intake.take_rows()).await?;
        }
        Ok(running)
    }

    /// What is left of the day's quota for meetings that run.
    async fn budget(&self, running: &[Meeting], now: Timestamp) -> Result<Budget, Halt> {
        let today = now.utc_midnight();
        let yesterday = today.saturating_sub(DAY);
        let known = self.known(&(yesterday..now)).await?;
        let quota = self.client.quota();
        let daily = quota.labels.iter().find_map(|label| {
            let is_it = label.product == Product::Meetings && label.label == Label::Heavy;
            label.daily.filter(|_| is_it)
        });
        let left = daily.map_or(u32::MAX, |daily| daily.left());
        let owed = owed::calls_of_day(&known, running, yesterday, today);
        let rest = now.next_utc_midnight().since(now).unwrap_or_default();
        // Without a day to go by, half of what is left is enough.
        Ok(Budget { left, owed: owed.unwrap_or(left / 2), rest })
    }

    /// Fetches the reports of everybody in a meeting that runs.
    async fn sample_of(&self, meeting: Meeting) -> Result<(), Halt> {
        let is_webinar = meeting.is_webinar == Some(true);
        let kind = if is_webinar { Kind::Webinar } else { Kind::Meeting };
        let id = MeetingId::from(meeting.uuid.clone());
        let list = ListParticipantsQos::new(id).kind(kind).when(When::Live);
        let mut pages = self.pages(list);
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) => return Err(self.halt(error, Some(self.clock.now())).await),
            };
            self.meter.answered("live").await;
            let mut intake = self.intake();
            let source = source_of(Origin::RestLive, &meeting.uuid);
            let body = page.raw().body.clone();
            let rows = tokio::task::spawn_blocking(move || {
                take(&mut intake, &body, &source);
                intake.take_rows()
            });
            self.keep(rows.await.map_err(CollectError::from)?).await?;
        }
        Ok(())
    }

    /// Writes how many calls were made, and gives the account back.
    ///
    /// **Errors**: [`CollectError`]; both happen by themselves later.
    pub async fn end(self) -> Result<(), CollectError> {
        Ok(self.meter.end().await?)
    }

    /// Calls that were made today by this run: by purpose, and how many of them failed.
    pub async fn calls(&self) -> BTreeMap<&'static str, (u32, u32)> {
        self.meter.calls().await
    }

    /// Renews the right to collect, until it is lost.
    async fn keep_account(&self) -> Trouble {
        loop {
            tokio::time::sleep(HOLD_EVERY).await;
            if let Err(trouble) = self.meter.holds().await {
                return trouble;
            }
        }
    }

    /// Collects part after part, the oldest first, so that memory does not grow with the range.
    async fn work_in_parts(
        &self,
        range: &Range<Timestamp>,
        waits: bool,
    ) -> Result<Ended, CollectError> {
        self.count_earlier_calls().await?;
        let oldest = owed::oldest_listed(self.clock.now());
        let mut ended =
            Ended { oldest: (range.start < oldest).then_some(oldest), ..Ended::default() };
        for part in owed::parts(&(range.start.max(oldest)..range.end)) {
            while let Some(until) = self.work(&part, &mut ended.refused_lists).await? {
                if !waits {
                    ended.quota_until = Some(until);
                    return Ok(ended);
                }
                self.wait_for_quota(until).await;
            }
        }
        Ok(ended)
    }

    /// Collects what can be had of a part now; tells when the quota opens again if it is spent. Lists that
    /// were refused are not asked for again.
    async fn work(
        &self,
        range: &Range<Timestamp>,
        refused: &mut Vec<(&'static str, Error)>,
    ) -> Result<Option<Timestamp>, CollectError> {
        let mut passed = BTreeSet::new();
        let mut quota = self.list_all(range, self.clock.now(), refused).await?;
        while quota.is_none() {
            let known = self.known(range).await?;
            let force = self.settings.fetch_pushed;
            let owed = owed::meetings(&known, range, &passed, force, self.clock.now());
            if owed.is_empty() {
                break;
            }
            passed.extend(owed.iter().map(|meeting| meeting.uuid.clone()));
            let delivered = self.delivered(owed.iter().map(OwedMeeting::time)).await?;
            quota = self.fetch_all(owed, &delivered).await?;
            // What is known is read from the tables then, and not from a long log.
            self.keeper.commit().await?;
        }
        Ok(quota)
    }

    /// What earlier runs took of today's quota counts: that is read once, before anything is asked for.
    async fn count_earlier_calls(&self) -> Result<(), CollectError> {
        let count = async || {
            // By an answer the server's day is known. A token is asked for outside of all limits.
            self.client.token_info().await?;
            let now = self.clock.now();
            let known = self.known(&(now..now)).await?;
            let others = known.reservations.iter().filter(|row| row.run != self.meter.run());
            for product in Product::ALL {
                let calls = quota::used(others.clone(), product, now);
                self.client.count_others(product, Label::Heavy, calls);
            }
            Ok(())
        };
        self.has_counted.get_or_try_init(count).await.copied()
    }

    async fn wait_for_quota(&self, until: Timestamp) {
        self.progress.enter(Stage::Quota(until));
        let wait = until.since(self.clock.now()).unwrap_or_default();
        tokio::time::sleep(wait + OPENED).await;
    }

    /// What the store has of the days of a range.
    async fn known(&self, range: &Range<Timestamp>) -> Result<Known, CollectError> {
        let Settings { store, account, .. } = &self.settings;
        Ok(Known::read(store.clone(), account, range.start, range.end).await?)
    }

    /// What push has delivered of meetings, on the days of some time of each.
    async fn delivered(
        &self,
        meetings: impl Iterator<Item = (MeetingUuid, Range<Timestamp>)>,
    ) -> Result<Delivered, CollectError> {
        let Settings { store, account, .. } = &self.settings;
        Ok(Delivered::read(store, account, meetings).await?)
    }

    /// Walks over the lists that are open; tells when the quota opens again if it is spent.
    async fn list_all(
        &self,
        range: &Range<Timestamp>,
        since: Timestamp,
        refused: &mut Vec<(&'static str, Error)>,
    ) -> Result<Option<Timestamp>, CollectError> {
        self.progress.enter(Stage::Lists);
        let known = self.known(range).await?;
        let told: Arc<HashSet<MeetingUuid>> =
            Arc::new(owed::past_coverage(&known).into_keys().collect());
        for list in owed::lists(&known, &ListKind::OF_MEETINGS, range, since, since) {
            if refused.iter().any(|(kind, _)| *kind == list.kind.name()) {
                continue;
            }
            match self.list(&list, &told).await {
                Ok(()) => {}
                Err(Halt::Missing(_, error)) => refused.push((list.kind.name(), error)),
                Err(Halt::Quota(until)) => return Ok(Some(until)),
                Err(Halt::Broken(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Walks over a list. Of meetings of one participant it is kept that there is nothing to be had, unless
    /// that was told before.
    async fn list(&self, owed: &OwedList, told: &Arc<HashSet<MeetingUuid>>) -> Result<(), Halt> {
        let (kind, when) = match owed.kind {
            ListKind::OneParticipant => (Kind::Meeting, When::PastOne),
            ListKind::Webinars => (Kind::Webinar, When::Past),
            ListKind::Meetings => (Kind::Meeting, When::Past),
            ListKind::Calls => {
                let starts = |body: &[u8], _: &mut Batch| phone::starts(body);
                return self.walk_over_list(owed, ListPastCalls::new, starts).await;
            }
        };
        let list = |range| ListMeetings::new(range).kind(kind).when(when);
        let (of_kind, told, clock) = (owed.kind, Arc::clone(told), Arc::clone(&self.clock));
        self.walk_over_list(owed, list, move |body, rows| {
            let mut starts = Vec::new();
            for Meeting { uuid, start, .. } in records_of(body, kind) {
                let Some(start) = start else { continue };
                starts.push(start);
                if of_kind == ListKind::OneParticipant && !told.contains(&uuid) {
                    rows.coverage(&uuid, Origin::RestPast, start, &alone(clock.now()));
                }
            }
            starts
        })
        .await
    }

    /// Walks over a list of days. `starts` tells when began what a page has, and may add to its rows. With the
    /// last page it is kept how many there were on each day.
    async fn walk_over_list<E: PagedEndpoint>(
        &self,
        owed: &OwedList,
        list_of: impl FnOnce(zoom_wire::Range) -> E,
        starts: impl Fn(&[u8], &mut Batch) -> Vec<Timestamp> + Send + Sync + 'static,
    ) -> Result<(), Halt>
    where
        ForAccount<E>: PagedEndpoint,
    {
        let (Some(first), Some(last)) = (owed.days.first(), owed.days.last()) else {
            return Ok(());
        };
        let end = last.saturating_add(DAY);
        // Both ends are included, so that ranges overlap by a second.
        let range = zoom_wire::Range::new(Bound::Instant(*first), Bound::Instant(end));
        let endpoint = list_of(range.map_err(Error::from).map_err(CollectError::from)?);
        let request = endpoint.to_request().map_err(Error::from).map_err(CollectError::from)?;
        let purpose = meter::purpose(request.operation());
        let mut pages = self.pages(endpoint);
        let mut intake = self.intake();
        let starts = Arc::new(starts);
        let mut totals = vec![0_u32; owed.days.len()];
        let mut is_whole = true;
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                // Who has none of these has meetings all the same.
                Err(error) if owed.kind != ListKind::Meetings && is_refusal(&error) => {
                    return Err(Halt::Missing(Why::Refused, error));
                }
                Err(error) => return Err(self.halt(error, None).await),
            };
            self.meter.answered(purpose).await;
            let body = page.raw().body.clone();
            let source = Source { origin: Origin::RestPast, meeting: None, call_start: None };
            let now = self.clock.now();
            let (days, starts) = (owed.days.clone(), Arc::clone(&starts));
            let (taken, rows, counts) = tokio::task::spawn_blocking(move || {
                let mut intake = intake;
                take(&mut intake, &body, &source);
                let mut rows = intake.take_rows();
                let mut counts = vec![0_u32; days.len()];
                for start in starts(&body, &mut rows) {
                    if let Some(place) = days.iter().position(|day| *day == start.utc_midnight()) {
                        counts[place] += 1;
                    }
                }
                (intake, rows, counts)
            })
            .await
            .map_err(CollectError::from)?;
            intake = taken;
            // Nobody knows which meeting a row is that can't be read.
            is_whole &= intake.refused.is_empty();
            for (total, count) in totals.iter_mut().zip(counts) {
                *total += count;
            }
            let mut rows = rows;
            if page.is_last() && is_whole && !pages.is_torn() {
                for (day, total) in owed.days.iter().zip(&totals) {
                    rows.listing(&Listing {
                        day: *day,
                        kind: owed.kind.name().to_owned(),
                        total: *total,
                        listed_at: now,
                    });
                }
            }
            self.keep(rows).await?;
        }
        Ok(())
    }

    /// Fetches meetings; tells when the quota opens again if it is spent meanwhile.
    async fn fetch_all(
        &self,
        owed: Vec<OwedMeeting>,
        delivered: &Delivered,
    ) -> Result<Option<Timestamp>, CollectError> {
        self.progress.enter(Stage::Reports);
        let calls: Calls = owed.iter().map(|meeting| Calls::of(meeting.participants)).sum();
        Progress::add(&self.progress.meetings_owed, owed.len() as u64);
        Progress::add(&self.progress.calls_owed, calls.all());
        let mut fetched = stream::iter(owed)
            .map(|meeting| self.meeting(meeting, delivered))
            .buffer_unordered(WALKS);
        let (mut failures, mut quota) = (0, None);
        while let Some(outcome) = fetched.next().await {
            match outcome? {
                Fetched::Told => failures = 0,
                Fetched::Failed(error) => {
                    failures += 1;
                    if failures == FAILURES {
                        return Err(error.into());
                    }
                }
                // Calls of the others are refused from then on without being sent.
                Fetched::Quota(until) => quota = Some(until),
            }
        }
        Ok(quota)
    }

    /// Fetches participants and reports of a meeting, and keeps what is known of it then.
    async fn meeting(
        &self,
        meeting: OwedMeeting,
        delivered: &Delivered,
    ) -> Result<Fetched, CollectError> {
        let mut tally = Tally::default();
        let halt = match self.walk(&meeting, &mut tally, delivered).await {
            Ok(()) => {
                Progress::add(&self.progress.meetings_done, 1);
                return Ok(Fetched::Told);
            }
            Err(halt) => halt,
        };
        let (why, error) = match halt {
            Halt::Missing(why, error) => (why, error),
            Halt::Quota(until) => return Ok(Fetched::Quota(until)),
            Halt::Broken(error) => return Err(error),
        };
        let now = self.clock.now();
        let until = match why {
            Why::NotReady | Why::Failed => Some(meeting.end.saturating_add(RETRIED_FOR)),
            _ => None,
        };
        let coverage =
            Coverage { why: Some(why.to_string()), until, ..tally.coverage(meeting.end, now) };
        let mut rows = self.intake().take_rows();
        rows.coverage(&meeting.uuid, Origin::RestPast, meeting.start, &coverage);
        self.keep(rows).await?;
        Progress::add(&self.progress.meetings_done, 1);
        Ok(if why == Why::Failed { Fetched::Failed(error) } else { Fetched::Told })
    }

    async fn walk(
        &self,
        meeting: &OwedMeeting,
        tally: &mut Tally,
        delivered: &Delivered,
    ) -> Result<(), Halt> {
        let id = || MeetingId::from(meeting.uuid.clone());
        let kind = if meeting.is_webinar { Kind::Webinar } else { Kind::Meeting };
        let list = ListParticipants::new(id()).kind(kind).when(When::Past);
        self.walk_over(meeting, list, tally, count_participants).await?;
        if self.is_left_to_push(meeting, tally, delivered).await? {
            return Ok(());
        }
        let list = ListParticipantsQos::new(id()).kind(kind).when(When::Past);
        self.walk_over(meeting, list, tally, count_reports).await
    }

    /// Keeps what push has delivered of a meeting of which the participants are known. True when that is all, so
    /// that nothing is to be asked for any more.
    async fn is_left_to_push(
        &self,
        meeting: &OwedMeeting,
        tally: &mut Tally,
        delivered: &Delivered,
    ) -> Result<bool, Halt> {
        let Some(delivered) = delivered.of(&meeting.uuid) else { return Ok(false) };
        let mut intake = self.intake();
        let told = tally.pushed(delivered, self.clock.now());
        let mut is_left = false;
        if let Some(holes) = tally.holes(delivered).filter(|_| !self.settings.fetch_pushed) {
            intake = self.fill(meeting, &holes, tally, intake).await?;
            is_left = tally.is_filled(delivered);
        }
        let mut rows = intake.take_rows();
        rows.coverage(&meeting.uuid, Origin::Qss, meeting.start, &told);
        if is_left {
            let told = tally.left_to_push(self.clock.now());
            rows.coverage(&meeting.uuid, Origin::RestPast, meeting.start, &told);
            self.progress.spare(Calls::of(meeting.participants).reports);
        }
        self.keep(rows).await?;
        Ok(is_left)
    }

    /// Fetches the reports of single joins, where that takes fewer calls than to fetch all. One that can't be had
    /// ends it: all are fetched then.
    async fn fill(
        &self,
        meeting: &OwedMeeting,
        holes: &[String],
        tally: &mut Tally,
        mut intake: Intake,
    ) -> Result<Intake, Halt> {
        let count = u32::try_from(holes.len()).unwrap_or(u32::MAX);
        if count >= tally.pages() || self.singles_refused.load(Ordering::Relaxed) {
            return Ok(intake);
        }
        for hole in holes {
            let Some(body) = self.report_of(meeting, hole).await? else { break };
            intake = taken(intake, body, &meeting.uuid, tally, count_report).await?;
        }
        Ok(intake)
    }

    /// The past report of one join, as it came; `None` when Zoom does not give it.
    async fn report_of(&self, meeting: &OwedMeeting, user: &str) -> Result<Option<Bytes>, Halt> {
        let Some(user) = ParticipantId::new(user) else { return Ok(None) };
        let kind = if meeting.is_webinar { Kind::Webinar } else { Kind::Meeting };
        let id = MeetingId::from(meeting.uuid.clone());
        let endpoint = GetParticipantQos::new(id, user).kind(kind).when(When::Past);
        let endpoint = ForAccount::new(endpoint, self.settings.sub_account.clone());
        match self.client.send(&endpoint).await {
            Ok(answer) => {
                self.meter.answered("reports").await;
                Ok(Some(answer.into_raw().body))
            }
            Err(error) => match error.api().map(|api| &api.kind) {
                // It takes a scope of its own, which the app may lack.
                Some(ApiErrorKind::MissingScopes(_) | ApiErrorKind::Forbidden) => {
                    self.singles_refused.store(true, Ordering::Relaxed);
                    Ok(None)
                }
                Some(_) => Ok(None),
                None => Err(self.halt(error, Some(meeting.end)).await),
            },
        }
    }

    /// Walks over the pages of a meeting. With the last page of reports what came of it is kept.
    async fn walk_over<E: PagedEndpoint + 'static>(
        &self,
        meeting: &OwedMeeting,
        list: E,
        tally: &mut Tally,
        count: fn(&[u8], &mut Tally),
    ) -> Result<(), Halt>
    where
        ForAccount<E>: PagedEndpoint,
    {
        let request = list.to_request().map_err(Error::from).map_err(CollectError::from)?;
        let purpose = meter::purpose(request.operation());
        let mut pages = self.pages(list);
        let mut intake = self.intake();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) => return Err(self.halt(error, Some(meeting.end)).await),
            };
            self.meter.answered(purpose).await;
            Progress::add(&self.progress.calls_done, 1);
            tally.is_torn |= pages.is_torn();
            let (is_last, body) = (page.is_last(), page.raw().body.clone());
            // It goes as soon as there are rows of it, and not when these are durable.
            drop(page);
            intake = taken(intake, body, &meeting.uuid, tally, count).await?;
            let mut rows = intake.take_rows();
            if is_last && purpose == "reports" {
                let told = tally.coverage(meeting.end, self.clock.now());
                rows.coverage(&meeting.uuid, Origin::RestPast, meeting.start, &told);
            }
            self.keep(rows).await?;
        }
        Ok(())
    }

    /// What a failure means for whoever walks; of a meeting it is known when that ended.
    async fn halt(&self, error: Error, end: Option<Timestamp>) -> Halt {
        let is_old = end.is_some_and(|end| self.clock.now() >= end.saturating_add(RETRIED_FOR));
        match error.kind() {
            ErrorKind::HeldBack => {
                let trouble = self.meter.trouble().await.unwrap_or(Trouble::Lost);
                CollectError::from(trouble).into()
            }
            ErrorKind::RateLimited { daily: true, until, .. } => {
                Halt::Quota(until.unwrap_or_else(|| self.clock.now().next_utc_midnight()))
            }
            ErrorKind::TokenRequest { .. } if !error.is_transient() => error.into(),
            _ if end.is_none() => error.into(),
            ErrorKind::Api(api) => match api.kind {
                ApiErrorKind::NotAvailable if is_old => Halt::Missing(Why::NotAvailable, error),
                ApiErrorKind::NotAvailable => Halt::Missing(Why::NotReady, error),
                ApiErrorKind::TooOld => Halt::Missing(Why::TooOld, error),
                ApiErrorKind::IsWebinar
                | ApiErrorKind::IsMeeting
                | ApiErrorKind::PlanWithoutDashboard => Halt::Missing(Why::Refused, error),
                ApiErrorKind::MissingScopes(_)
                | ApiErrorKind::TokenRejected
                | ApiErrorKind::Forbidden => error.into(),
                _ => Halt::Missing(Why::Failed, error),
            },
            _ => Halt::Missing(Why::Failed, error),
        }
    }

    fn pages<E: PagedEndpoint>(&self, list: E) -> zoom_dashboard::Pages<ForAccount<E>> {
        self.client.pages(&ForAccount::new(list, self.settings.sub_account.clone()))
    }

    fn intake(&self) -> Intake {
        let Settings { account, policy, sites, .. } = &self.settings;
        Intake::new(account, policy.clone(), sites.clone(), Arc::clone(&self.clock))
    }

    async fn keep(&self, rows: Batch) -> Result<(), CollectError> {
        self.meter.holds().await?;
        Ok(self.keeper.keep(rows).await?)
    }
}

/// True when an account may have meetings without having this.
fn is_refusal(error: &Error) -> bool {
    error.api().is_some_and(|api| {
        // Zoom may not know of the type `pastOne`.
        api.is_refusal()
            || matches!(api.kind, ApiErrorKind::Validation | ApiErrorKind::NotAvailable)
    })
}

/// What is known of a meeting of one participant.
fn alone(now: Timestamp) -> Coverage {
    Coverage {
        expected: Some(1),
        got: 0,
        missing: None,
        why: Some(Why::OneParticipant.to_string()),
        until: None,
        counted_at: now,
        expected_minutes: None,
        got_minutes: None,
        invalid: Some(0),
    }
}

/// Where answers come from that are of a meeting.
fn source_of(origin: Origin, meeting: &MeetingUuid) -> Source {
    Source { origin, meeting: Some(meeting.clone()), call_start: None }
}

/// Takes an answer about a meeting and counts what it has, where that stops nobody.
async fn taken(
    mut intake: Intake,
    body: Bytes,
    meeting: &MeetingUuid,
    tally: &mut Tally,
    count: fn(&[u8], &mut Tally),
) -> Result<Intake, CollectError> {
    let (source, mut counted) = (source_of(Origin::RestPast, meeting), std::mem::take(tally));
    let (intake, counted) = tokio::task::spawn_blocking(move || {
        take(&mut intake, &body, &source);
        count(&body, &mut counted);
        let refused = u32::try_from(intake.refused.len()).unwrap_or(u32::MAX);
        counted.invalid = counted.invalid.saturating_add(refused);
        intake.refused.clear();
        (intake, counted)
    })
    .await?;
    *tally = counted;
    Ok(intake)
}

/// Takes an answer; one that is no text was refused before.
fn take(intake: &mut Intake, body: &Bytes, source: &Source) {
    if let Ok(text) = zoom_wire::answer::text(body) {
        intake.document(text, source, &String::new);
    }
}

/// The meetings of a page.
fn records_of(body: &[u8], kind: Kind) -> Vec<Meeting> {
    let Ok(page) = zoom_wire::decode::<MeetingsPage<'_>>(body) else { return Vec::new() };
    let rows = if kind == Kind::Meeting { &page.meetings } else { &page.webinars };
    let records = rows.as_slice().iter().filter_map(|row| match row {
        Row::Object(meeting) => meeting.to_record(Some(kind)),
        Row::Other(_) => None,
    });
    records.collect()
}

fn count_participants(body: &[u8], tally: &mut Tally) {
    let Ok(page) = zoom_wire::decode::<ParticipantsPage<'_>>(body) else { return };
    for row in page.participants.as_slice() {
        let Row::Object(row) = row else { continue };
        let Some(id) = row.user_id.get() else { continue };
        let has_waited = row.status.get().as_deref() == Some("in_waiting_room");
        tally.listed(id.as_str(), row.join_time.get(), row.leave_time.get(), has_waited);
    }
}

fn count_reports(body: &[u8], tally: &mut Tally) {
    let Ok(page) = zoom_wire::decode::<ParticipantsQosPage<'_>>(body) else { return };
    for row in page.participants.as_slice() {
        if let Row::Object(row) = row {
            count_one(row, tally);
        }
    }
}

fn count_report(body: &[u8], tally: &mut Tally) {
    if let Ok(report) = zoom_wire::decode::<ParticipantQos<'_>>(body) {
        count_one(&report, tally);
    }
}

fn count_one(report: &ParticipantQos<'_>, tally: &mut Tally) {
    let Some(id) = report.user_id.get() else { return };
    let minutes = report.user_qos.get().map_or(0, |minutes| minutes.iter().count());
    let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
    tally.reported(id.as_str(), report.join_time.get(), report.leave_time.get(), minutes);
}
