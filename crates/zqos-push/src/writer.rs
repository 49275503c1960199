//! The one who writes: all events that wait become durable together, and their senders are told then.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::sync::Arc;
use std::thread;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use zqos_core::Clock;
use zqos_intake::{Intake, Pushed};
use zqos_store::{Batch, Store, StoreError};

use crate::alarm::Alarms;
use crate::counters::{Counters, Refusal};
use crate::keys::Secrets;
use crate::receiver::{Letter, Receiver, Settings};
use crate::turn::{LOOK_EVERY, Turn, warn};

/// The most events that become durable together, and the most bytes of them: a record of the log holds
/// the rows of these, whatever they are.
const GROUP: usize = 4_096;
const GROUP_BYTES: usize = 4 << 20;
/// Makes the intake of an account.
type MakeIntake = Box<dyn FnMut(&str) -> Intake + Send>;

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
    /// `intake` makes the intake of an account, by its name.
    ///
    /// **Errors**: [`WriterEnded::Start`].
    pub fn start(
        stores: [Store; 2],
        intake: impl FnMut(&str) -> Intake + Send + 'static,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<(Arc<Receiver>, Self), WriterEnded> {
        let (letters, waiting) = mpsc::unbounded_channel();
        let counters = Arc::<Counters>::default();
        let accounts = secrets.accounts();
        let receiver =
            Receiver::new(secrets, letters, Arc::clone(&counters), Arc::clone(&clock), settings);
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
            make_intake: Box::new(intake),
            alarms: Alarms::new(accounts),
            counters,
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
    make_intake: MakeIntake,
    alarms: Alarms,
    counters: Arc<Counters>,
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
            bytes += letter.post.body.len();
            bytes <= GROUP_BYTES
        };
        // The first fits always: no body is so long.
        let count = letters.iter().take_while(fits).count();
        let mut group: Vec<Letter> = letters.drain(..count).collect();
        // Whoever has waited too long was told so.
        group.retain(|letter| !letter.answer.is_closed());
        if self.turn.is_full() {
            return answer(group, Err(Refusal::Unwritable));
        }
        let mut dead = 0;
        for letter in &group {
            let make = &mut self.make_intake;
            let intake = (self.intakes)
                .entry(Arc::clone(&letter.account))
                .or_insert_with_key(|account| make(account).with_sightings());
            dead += u64::from(intake.pushed(&letter.post.body) == Pushed::Letter);
            // The texts are kept, with what is wrong in them.
            intake.refused.clear();
        }
        let intakes = self.intakes.values_mut().filter(|intake| !intake.is_empty());
        let batches: Vec<Batch> = intakes.map(Intake::take_rows).collect();
        match self.turn.acknowledge(batches, &self.counters).await {
            Ok(()) => {
                let now = self.clock.now();
                self.counters.count_stored(group.len() as u64, dead, now);
                answer(group, Ok(()));
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
                answer(group, Err(Refusal::Unwritable));
            }
        }
    }
}

fn answer(group: Vec<Letter>, kept: Result<(), Refusal>) {
    for letter in group {
        let Letter { post, answer, .. } = letter;
        // First its room is given back.
        drop(post);
        // Whoever left does not want to know.
        answer.send(kept).ok();
    }
}
