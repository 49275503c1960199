//! What an endpoint works with: secrets, room for what waits, and the way to the writer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use zqos_core::{Clock, PushConnection, Timestamp};
use zqos_intake::{ReadEvent, Reader};

use crate::counters::{Counters, Refusal};
use crate::endpoint::Post;
use crate::keys::{KeyRing, Secrets};
use crate::pace::Pace;

/// How it is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How far from now an event may have been signed without being counted as one from another time.
    pub window: Duration,
    /// How many bytes may wait to be kept.
    pub waiting_bytes: usize,
    /// How long a request may take until it is refused.
    pub patience: Duration,
}

impl Default for Settings {
    /// Five minutes, as is customary: Zoom names no window. 32 MiB. And 2.5 seconds, as Zoom waits for 3, and
    /// the ways to and fro take some.
    fn default() -> Self {
        Self {
            window: Duration::from_mins(5),
            waiting_bytes: 32 << 20,
            patience: Duration::from_millis(2_500),
        }
    }
}

/// Makes the reader of an account's events, which is cheap.
pub(crate) struct MakeReader(pub(crate) Box<dyn Fn(&str) -> Reader + Send + Sync>);

impl fmt::Debug for MakeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MakeReader")
    }
}

/// What is to be kept.
#[derive(Debug)]
pub(crate) enum News {
    Event(Post),
    /// What is known of a connection by which events come.
    Connection(PushConnection),
}

/// Something on its way to the writer.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) account: Arc<str>,
    pub(crate) news: News,
    pub(crate) answer: oneshot::Sender<Result<(), Refusal>>,
}

/// Receives. When all endpoints of it are gone the writer ends.
#[derive(Debug)]
pub struct Receiver {
    ring: KeyRing,
    make_reader: MakeReader,
    letters: mpsc::UnboundedSender<Letter>,
    /// A permit for each byte that may wait: it bounds what is on the way in `letters`, too.
    room: Arc<Semaphore>,
    pace: Arc<Pace>,
    counters: Arc<Counters>,
    clock: Arc<dyn Clock>,
    settings: Settings,
}

impl Receiver {
    pub(crate) fn new(
        secrets: Arc<dyn Secrets>,
        make_reader: MakeReader,
        letters: mpsc::UnboundedSender<Letter>,
        (counters, pace): (Arc<Counters>, Arc<Pace>),
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Self {
        Self {
            ring: KeyRing::new(secrets, Arc::clone(&clock)),
            make_reader,
            letters,
            room: Arc::new(Semaphore::new(settings.waiting_bytes)),
            pace,
            counters,
            clock,
            settings,
        }
    }

    /// What is counted.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    pub(crate) fn count(&self) -> &Counters {
        &self.counters
    }

    pub(crate) const fn ring(&self) -> &KeyRing {
        &self.ring
    }

    pub(crate) const fn room(&self) -> &Arc<Semaphore> {
        &self.room
    }

    pub(crate) const fn patience(&self) -> Duration {
        self.settings.patience
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reads an event of an account.
    pub(crate) fn read(&self, account: &str, body: &[u8]) -> ReadEvent {
        (self.make_reader.0)(account).read(body)
    }

    /// Counts an event of an account that was signed at another time than now.
    pub(crate) fn count_window(&self, timestamp: &str, account: &str) {
        if !self.is_in_window(timestamp) {
            self.counters.count_outside_window();
            tracing::debug!(account, "an event was signed at another time than now");
        }
    }

    /// True when a header's timestamp, in seconds since 1970, is near enough to now.
    fn is_in_window(&self, timestamp: &str) -> bool {
        let signed = timestamp.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000));
        let signed = signed.and_then(|millis| Timestamp::from_unix_millis(millis).ok());
        let now = self.clock.now();
        let apart = signed.and_then(|signed| now.since(signed).or_else(|| signed.since(now)));
        apart.is_some_and(|apart| apart <= self.settings.window)
    }

    /// Has something kept: when this returns it is durable.
    pub(crate) async fn keep(&self, account: Arc<str>, news: News) -> Result<(), Refusal> {
        let _waiting = match &news {
            News::Event(_) => Some(self.pace.wait().ok_or(Refusal::Crowded)?),
            News::Connection(_) => None,
        };
        let (answer, kept) = oneshot::channel();
        let letter = Letter { account, news, answer };
        self.letters.send(letter).map_err(|_| Refusal::Unwritable)?;
        self.count_waiting();
        let kept = kept.await.unwrap_or(Err(Refusal::Unwritable));
        self.count_waiting();
        kept
    }

    fn count_waiting(&self) {
        self.counters.set_waiting(self.settings.waiting_bytes - self.room.available_permits());
    }
}
