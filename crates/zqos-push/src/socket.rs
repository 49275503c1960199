//! Events that come by a connection which was opened from here.
//!
//! Whoever opens it is somebody else; here is told what comes by it, and each event is kept as those of the
//! endpoint are. Nobody sends it again, so it is held until it is kept, and what comes next waits meanwhile.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use zqos_core::{PushConnection, Timestamp};

use crate::counters::Refusal;
use crate::endpoint::{Post, room_of};
use crate::keys::Proof;
use crate::receiver::{News, Receiver};

/// How connections of this sort are called in the store.
const TRANSPORT: &str = "websocket";
/// So many bytes may have come and not be kept yet.
const UNDER_WAY: usize = 8 << 20;
/// How often it is noted that the connection works: so much is told to be missing at most that is not, when
/// nobody is there any more to take note of its end.
const NOTE_EVERY: Duration = Duration::from_mins(1);

/// What a connection brings.
#[derive(Debug)]
pub enum Push {
    /// It is open: what happens from now on comes.
    Opened,
    /// It is open still.
    Alive,
    /// An event.
    Event(SignedBody),
    /// It is not open any more.
    Closed {
        /// Why, as one word.
        why: &'static str,
    },
}

/// An event with its signature.
#[derive(Debug, Clone)]
pub struct SignedBody {
    /// The event as it came.
    pub body: Bytes,
    /// The signature over it; `None` when it has none.
    pub signature: Option<String>,
    /// When it was signed, as it is signed.
    pub timestamp: Option<String>,
}

/// Keeps what comes by connections to an account, until there is no more or `stopped` completes; then what is
/// under way is waited for, for a while.
///
/// Where the account has a secret, an event that is not signed with it is kept as a dead letter; where it has
/// none, whoever opened the connection vouches for what comes by it. When connections were open is kept, too.
pub async fn take_in(
    receiver: Arc<Receiver>,
    account: &str,
    pushes: impl Stream<Item = Push>,
    stopped: impl Future<Output = ()>,
) {
    let mut inflow = Inflow::new(receiver, account);
    let mut pushes = pin!(pushes);
    tokio::select! {
        () = inflow.take_all(&mut pushes) => {}
        () = stopped => {}
    }
    inflow.end().await;
}

/// What comes to one account.
struct Inflow {
    receiver: Arc<Receiver>,
    account: Arc<str>,
    /// The last connection, until its end was noted.
    connection: Option<PushConnection>,
    /// Until when the one before worked; `None` before the first.
    worked_until: Option<Timestamp>,
    /// When something came last.
    heard: Timestamp,
    /// Events that are not kept yet, by their places; and when they came.
    under_way: JoinSet<u64>,
    came: BTreeMap<u64, Timestamp>,
    next: u64,
    room: Arc<Semaphore>,
}

impl Inflow {
    fn new(receiver: Arc<Receiver>, account: &str) -> Self {
        Self {
            heard: receiver.now(),
            receiver,
            account: account.into(),
            connection: None,
            worked_until: None,
            under_way: JoinSet::new(),
            came: BTreeMap::new(),
            next: 0,
            room: Arc::new(Semaphore::new(UNDER_WAY)),
        }
    }

    async fn take_all(&mut self, pushes: &mut (impl Stream<Item = Push> + Unpin)) {
        let mut noting = tokio::time::interval(NOTE_EVERY);
        loop {
            // Each may be dropped while it waits: what was taken from it is taken.
            tokio::select! {
                push = pushes.next() => match push {
                    Some(push) => self.take(push).await,
                    None => return,
                },
                Some(kept) = self.under_way.join_next() => self.kept(kept),
                _ = noting.tick() => self.note(None).await,
            }
        }
    }

    async fn take(&mut self, push: Push) {
        if !matches!(push, Push::Closed { .. }) {
            self.heard = self.receiver.now();
        }
        match push {
            Push::Opened => self.opened().await,
            Push::Alive => {}
            Push::Event(event) => self.hold(event).await,
            Push::Closed { why } => {
                if self.connection.is_some() {
                    tracing::debug!(account = %self.account, why, "events do not come any more");
                }
                self.note(Some(why)).await;
            }
        }
    }

    async fn opened(&mut self) {
        let now = self.heard;
        if let Some(from) = self.worked_until.take() {
            tracing::warn!(
                account = %self.account, %from, to = %now,
                "events come again; what happened meanwhile was told to nobody, and `zqos collect` asks for it"
            );
        }
        self.connection = Some(PushConnection {
            transport: TRANSPORT.to_owned(),
            start: now,
            until: now,
            why: None,
        });
        self.note(None).await;
    }

    /// Has an event kept, as soon as there is room for it.
    async fn hold(&mut self, event: SignedBody) {
        let place = self.next;
        self.next += 1;
        self.came.insert(place, self.heard);
        let wanted = room_of(event.body.len()).min(UNDER_WAY);
        let wanted = u32::try_from(wanted).expect("no more than there is");
        let room = Arc::clone(&self.room).acquire_many_owned(wanted).await;
        let (receiver, account) = (Arc::clone(&self.receiver), Arc::clone(&self.account));
        self.under_way.spawn(async move {
            let _room = room;
            receiver.count().count_received();
            while let Err(why) = keep(&receiver, &account, &event).await {
                receiver.count().count_refused(why);
                // A disk that is full now may have room then.
                tokio::time::sleep(receiver.patience()).await;
            }
            place
        });
    }

    fn kept(&mut self, place: Result<u64, tokio::task::JoinError>) {
        match place {
            Ok(place) => drop(self.came.remove(&place)),
            Err(error) => {
                if let Ok(panic) = error.try_into_panic() {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }

    /// Notes until when the connection is known to have worked, and why it ended.
    async fn note(&mut self, why: Option<&str>) {
        let Some(connection) = &mut self.connection else { return };
        let first_under_way = self.came.values().next().copied();
        connection.until = first_under_way.unwrap_or(self.heard).max(connection.until);
        connection.why = why.map(str::to_owned);
        let (until, noted) = (connection.until, News::Connection(connection.clone()));
        if let Err(why) = self.receiver.keep(Arc::clone(&self.account), noted).await {
            // What was noted before stays: a gap that begins sooner.
            tracing::debug!(why = why.as_str(), "a connection can't be noted");
        }
        if why.is_some() {
            self.worked_until = Some(until);
            self.connection = None;
        }
    }

    /// Waits for what is under way, but not for ever.
    async fn end(mut self) {
        let patience = self.receiver.patience();
        let all_kept = tokio::time::timeout(patience, async {
            while let Some(kept) = self.under_way.join_next().await {
                self.kept(kept);
            }
        });
        if all_kept.await.is_err() {
            let events = self.came.len();
            tracing::warn!(account = %self.account, events, "events that came can't be kept");
        }
        self.note(Some("stopped")).await;
    }
}

/// Has an event kept.
async fn keep(
    receiver: &Arc<Receiver>,
    account: &Arc<str>,
    event: &SignedBody,
) -> Result<(), Refusal> {
    let is_trusted = is_trusted(receiver, account, event).await?;
    let read = receiver.read(account, &event.body);
    let read = if is_trusted { read } else { read.untrusted() };
    receiver.keep(Arc::clone(account), News::Event(Post::without_room(read))).await
}

/// True for an event that is of the account: by its signature where the account has a secret.
async fn is_trusted(
    receiver: &Receiver,
    account: &str,
    event: &SignedBody,
) -> Result<bool, Refusal> {
    match receiver.ring().has_key_of(account).await {
        None => return Err(Refusal::NoSecret),
        Some(false) => return Ok(true),
        Some(true) => {}
    }
    let (Some(timestamp), Some(signature)) = (&event.timestamp, &event.signature) else {
        return Ok(false);
    };
    match receiver.ring().proof(timestamp, &event.body, signature).await {
        Proof::Of(key) if *key.account == *account => {
            receiver.count_window(timestamp, account);
            Ok(true)
        }
        Proof::Of(_) | Proof::Nothing => Ok(false),
        Proof::Open => Err(Refusal::NoSecret),
    }
}
