//! What is told, on standard error, while a command takes long.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::io::IsTerminal as _;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::output::{clear, note, overwrite};

/// How often a line is written where nobody watches.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// How often the line of a terminal is written anew.
const TERMINAL_EVERY: Duration = Duration::from_secs(1);

/// How far a command has come.
#[derive(Default)]
pub(crate) struct Progress {
    pages: Cell<u64>,
    rows: Cell<u64>,
    total: Cell<Option<u64>>,
    /// Says it in other words, given how long it has taken.
    words: OnceCell<Words>,
}

/// A line of how far a command has come.
type Words = Box<dyn Fn(Duration) -> String>;

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

impl Progress {
    /// Takes note of a page.
    pub(crate) fn page_came(&self, rows: u64, total: Option<u64>) {
        self.pages.set(self.pages.get() + 1);
        self.rows.set(rows);
        self.total.set(total);
    }

    /// Lets the lines say something else than rows and pages.
    #[cfg(feature = "store")]
    pub(crate) fn say(&self, words: Words) {
        // A command says it once.
        drop(self.words.set(words));
    }

    /// Awaits `work`, and tells how far it has come: on a terminal in a line that is written over
    /// each second, elsewhere in a line every ten seconds. `rows_are_shown` says that rows come
    /// out on the same terminal, which are progress enough.
    pub(crate) async fn watch<T>(&self, rows_are_shown: bool, work: impl Future<Output = T>) -> T {
        let is_terminal = std::io::stderr().is_terminal();
        let every = if is_terminal { TERMINAL_EVERY } else { LINE_EVERY };
        let began = Instant::now();
        let mut ticks = interval_at(began + every, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(work);
        loop {
            tokio::select! {
                // Both branches are cancel-safe: the work is polled in place.
                done = &mut work => {
                    clear();
                    return done;
                }
                _ = ticks.tick() => {
                    let line = self.line(began.elapsed());
                    match (is_terminal, rows_are_shown) {
                        (false, _) => note(line),
                        (true, false) => overwrite(&line),
                        (true, true) => {}
                    }
                }
            }
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        if let Some(words) = self.words.get() {
            return words(elapsed);
        }
        let seconds = elapsed.as_secs();
        match (self.pages.get(), self.total.get()) {
            (0, _) => format!("{seconds} s: waiting for Zoom"),
            (pages, Some(total)) => {
                format!("{seconds} s: {} of {total} rows, {pages} pages", self.rows.get())
            }
            (pages, None) => format!("{seconds} s: {} rows, {pages} pages", self.rows.get()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_known() {
        let progress = Progress::default();
        let line = |progress: &Progress| progress.line(Duration::from_secs(12));
        assert_eq!(line(&progress), "12 s: waiting for Zoom");
        progress.page_came(10, None);
        assert_eq!(line(&progress), "12 s: 10 rows, 1 pages");
        progress.page_came(20, Some(40));
        assert_eq!(line(&progress), "12 s: 20 of 40 rows, 2 pages");
    }
}
