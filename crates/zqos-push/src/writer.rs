//! The one who writes: all events that wait become durable together, and their senders are told then.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::sync::Arc;
use std::thread;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use zqos_core::Clock;
use zqos_intake::{Intake, Pushed, Reader};
use zqos_store::{Batch, Store, StoreError, spare_a_processor};

use crate::alarm::Alarms;
use crate::counters::{Counters, Refusal};
use crate::endpoint::Post;
use crate::keys::Secrets;
use crate::pace::Pace;
use crate::receiver::{Letter, MakeReader, News, Receiver, Settings};
use crate::turn::{LOOK_EVERY, Turn, warn};

/// The most events that become durable together, and the most bytes of them. More share a sync of the disk,
/// but all wait for the last; and a record of the log holds the rows of these, whatever they are.
const GROUP: usize = 1_024;
const GROUP_BYTES: usize = 4 << 20;

/// The thread that writes has ended before it was to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriterEnded {
    /// It panicked: a defect.
    #[error("the thread that writes has panicked")]
    Panicked,
    /// It could not be begun.
    #[error("the thread that writes can't be started")]
    Start(#[source] io::Error),
    /// What was acknowledged is in the log, and not yet in the tables.
    #[error("what was received is in the write-ahead log, and not yet in the tables")]
    Commit(#[source] StoreError),
}

/// The thread that writes.
///
/// Two stores take turns, which are two writers of one folder: while one brings its rows into the tables,
/// the other takes in. So nobody waits for a commit.
#[derive(Debug)]
pub struct Writer {
    thread: thread::JoinHandle<Result<(), StoreError>>,
    ended: oneshot::Receiver<()>,
}

impl Writer {
    /// Starts to write, and gives what endpoints receive with. The thread ends when that is gone, and then
    /// everything is in the tables.
    ///
    /// From then on [one processor is spared](spare_a_processor) where rows are committed.
    ///
    /// `reader` makes the reader of an account's events, by its name; it is asked for each event.
    ///
    /// **Errors**: [`WriterEnded::Start`].
    pub fn start(
        stores: [Store; 2],
        reader: impl Fn(&str) -> Reader + Send + Sync + 'static,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<(Arc<Receiver>, Self), WriterEnded> {
        // Whoever sends waits for the writer, and nobody for a commit.
        spare_a_processor();
        let (letters, waiting) = mpsc::unbounded_channel();
        let (counters, pace) = (Arc::<Counters>::default(), Arc::<Pace>::default());
        let accounts = secrets.accounts();
        let make_reader = MakeReader(Box::new(reader));
        let receiver = Receiver::new(
            secrets,
            make_reader,
            letters,
            (Arc::clone(&counters), Arc::clone(&pace)),
            Arc::clone(&clock),
            settings,
        );
        // One thread more, for commits.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("commits")
            .enable_all()
            .build()
            .map_err(WriterEnded::Start)?;
        let (is_alive, ended) = oneshot::channel();
        let mut desk = Desk {
            turn: Turn::new(stores),
            intakes: HashMap::new(),
            alarms: Alarms::new(accounts),
            counters,
            pace,
            clock,
            fails: false,
        };
        let work = move || {
            // Dropped when the thread ends, however it does.
            let _is_alive: oneshot::Sender<()> = is_alive;
            write(&runtime, &mut desk, waiting)
        };
        let thread = thread::Builder::new().name("writer".to_owned()).spawn(work);
        Ok((Arc::new(receiver), Self { thread: thread.map_err(WriterEnded::Start)?, ended }))
    }

    /// Returns when the thread has ended. Before all endpoints are gone that is a defect, and the process
    /// must not go on: nothing would be kept any more.
    ///
    /// Cancel-safe.
    pub async fn ended(&mut self) {
        // Nothing is ever sent.
        drop((&mut self.ended).await);
    }

    /// Waits for the thread, which ends once all endpoints are gone.
    ///
    /// **Errors**: [`WriterEnded`].
    pub fn finish(self) -> Result<(), WriterEnded> {
        let ended = self.thread.join().map_err(|_| WriterEnded::Panicked)?;
        ended.map_err(WriterEnded::Commit)
    }
}

fn write(
    runtime: &Runtime,
    desk: &mut Desk,
    mut waiting: mpsc::UnboundedReceiver<Letter>,
) -> Result<(), StoreError> {
    runtime.block_on(async {
        let mut letters = Vec::with_capacity(GROUP);
        match desk.turn.store().open_push_alarms().await {
            Ok(open) => desk.alarms.end(open, desk.clock.now()),
            Err(error) => warn("nobody knows what was wrong before", &error),
        }
        loop {
            tokio::select! {
                // Both are cancel-safe: letters are taken, or they are not.
                count = waiting.recv_many(&mut letters, GROUP) => {
                    if count == 0 {
                        return desk.turn.finish(&desk.counters).await;
                    }
                    while !letters.is_empty() {
                        desk.keep(&mut letters).await;
                    }
                }
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            desk.look().await;
            desk.turn.commit_if_due(&desk.counters).await;
        }
    })
}

/// Where letters become rows.
struct Desk {
    turn: Turn,
    intakes: HashMap<Arc<str>, Intake>,
    alarms: Alarms,
    counters: Arc<Counters>,
    pace: Arc<Pace>,
    clock: Arc<dyn Clock>,
    /// The last events could not be kept: that is told once.
    fails: bool,
}

impl Desk {
    /// Looks for what is wrong with what is pushed, and keeps it.
    async fn look(&mut self) {
        let rows = self.alarms.look(self.clock.now(), &self.counters);
        // What can't be kept now is kept later.
        if !rows.is_empty() && self.turn.acknowledge(rows, &self.counters).await.is_ok() {
            self.alarms.kept();
        }
    }

    /// Keeps the first letters, as many as go together, and answers them.
    async fn keep(&mut self, letters: &mut Vec<Letter>) {
        let mut bytes = 0;
        let fits = |letter: &&Letter| {
            if let News::Event(post) = &letter.news {
                bytes += post.event.text_len();
            }
            bytes <= GROUP_BYTES
        };
        // The first goes in any case.
        let count = letters.iter().take_while(fits).count().max(1);
        let group = letters.drain(..count);
        // Whoever has waited too long was told so.
        let group = group.filter(|letter| !letter.answer.is_closed());
        let group: Vec<Letter> = group.collect();
        if self.turn.is_full() {
            return answer(group.into_iter().map(|letter| letter.answer), Err(Refusal::Unwritable));
        }
        let begin = Instant::now();
        let (mut events, mut dead) = (0, 0);
        let mut answers = Vec::with_capacity(group.len());
        let mut rooms = Vec::with_capacity(group.len());
        for Letter { account, news, answer } in group {
            let intake = self.intakes.entry(account).or_insert_with_key(|account| {
                Intake::new(account, None, None, Arc::clone(&self.clock)).with_sightings()
            });
            match news {
                News::Event(Post { event, room }) => {
                    events += 1;
                    dead += u64::from(intake.event(event) == Pushed::Letter);
                    rooms.push(room);
                }
                News::Connection(connection) => intake.connection(&connection),
            }
            answers.push(answer);
        }
        let intakes = self.intakes.values_mut().filter(|intake| !intake.is_empty());
        let batches: Vec<Batch> = intakes.map(Intake::take_rows).collect();
        let taken = self.turn.acknowledge(batches, &self.counters).await;
        // Before anybody is answered, who may send more then.
        drop(rooms);
        match taken {
            Ok(()) => {
                let now = self.clock.now();
                if events > 0 {
                    self.pace.kept(events, begin.elapsed());
                    self.counters.count_stored(events as u64, dead, now);
                }
                answer(answers, Ok(()));
                for (account, intake) in &mut self.intakes {
                    self.alarms.see(account, &intake.take_sightings(), now);
                }
                if mem::take(&mut self.fails) {
                    tracing::warn!("events are kept again");
                }
            }
            Err(error) => {
                if !mem::replace(&mut self.fails, true) {
                    warn("events can't be kept", &error);
                }
                // What was taken of joins may be nowhere, and what was told comes again.
                for intake in self.intakes.values_mut() {
                    intake.doubt();
                    intake.take_sightings();
                }
                answer(answers, Err(Refusal::Unwritable));
            }
        }
    }
}

fn answer(
    answers: impl IntoIterator<Item = oneshot::Sender<Result<(), Refusal>>>,
    kept: Result<(), Refusal>,
) {
    for answer in answers {
        // Whoever left does not want to know.
        answer.send(kept).ok();
    }
}
