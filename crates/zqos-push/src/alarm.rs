//! What is wrong with what is pushed: told in the log once when it begins and once when it ends, and kept.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use zqos_core::{PushAlarm, Timestamp};
use zqos_intake::Sighting;
use zqos_store::Batch;

use crate::counters::{Counters, FailingValidation};
use crate::watch::{SILENCE, Watch};

/// How often it is looked for what is wrong.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// From so many validations on that failed in a row it is an alarm. **Source**: Zoom writes to the app's owner after
/// two, and sends nothing any more after six.
const WARNED_AFTER: u32 = 2;

/// The kind of alarm that says that Zoom's questions are not answered well.
const VALIDATION: &str = "validation";

/// What is wrong, or was and is not yet kept.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    watch: Watch,
    /// Those that something may be pushed to: nobody knows whose validation fails.
    accounts: Vec<Arc<str>>,
    validation: Option<FailingValidation>,
    looked_at: Option<Timestamp>,
    unkept: Vec<(Arc<str>, PushAlarm)>,
}

impl Alarms {
    pub(crate) fn new(mut accounts: Vec<Arc<str>>) -> Self {
        accounts.sort_unstable();
        accounts.dedup();
        Self { accounts, ..Self::default() }
    }

    /// Says of alarms that earlier receivers left that they are over: what is wrong still is noticed anew.
    pub(crate) fn end(&mut self, open: Vec<(String, PushAlarm)>, now: Timestamp) {
        for (account, alarm) in open {
            if let Some(account) = self.accounts.iter().find(|known| ***known == *account) {
                let ended = PushAlarm { end: Some(now), ..alarm };
                self.unkept.push((Arc::clone(account), ended));
            }
        }
    }

    /// Takes note of what events told of an account, that came at `now`.
    pub(crate) fn see(&mut self, account: &Arc<str>, sightings: &[Sighting], now: Timestamp) {
        for sighting in sightings {
            self.watch.see(account, sighting, now);
        }
    }

    /// Looks for what is wrong, now and then. Rows of what began or ended, until they are
    /// [kept](Self::kept).
    pub(crate) fn look(&mut self, now: Timestamp, counters: &Counters) -> Vec<Batch> {
        let looked = self.looked_at.and_then(|at| now.since(at));
        if looked.is_some_and(|looked| looked < LOOK_EVERY) {
            return Vec::new();
        }
        self.looked_at = Some(now);
        for (account, expected, alarm) in self.watch.look(now) {
            counters.set_expected(&account, expected);
            if let Some(alarm) = alarm {
                tell_silence(&account, &alarm);
                self.unkept.push((account, alarm));
            }
        }
        self.look_for_validation(now, counters);
        let rows = self.unkept.iter().map(|(account, alarm)| {
            let mut batch = Batch::new(account, now);
            batch.push_alarm(alarm);
            batch
        });
        rows.collect()
    }

    /// Takes note that the rows are durable.
    pub(crate) fn kept(&mut self) {
        self.unkept.clear();
    }

    fn look_for_validation(&mut self, now: Timestamp, counters: &Counters) {
        let failing = counters.failing_validation(now).filter(|it| it.times >= WARNED_AFTER);
        let before = mem::replace(&mut self.validation, failing);
        let (of, end) = match (before, failing) {
            (before, Some(failing)) if before.map(|it| it.times) != Some(failing.times) => {
                tracing::warn!(
                    times = failing.times,
                    "Zoom asks whose the URL is, or somebody else does, and can't be answered: after six times \
                     in a row Zoom sends nothing any more; is the secret token right?"
                );
                (failing, None)
            }
            (Some(before), None) => {
                tracing::warn!("Zoom's questions whose the URL is are answered again");
                (before, Some(now))
            }
            _ => return,
        };
        for account in &self.accounts {
            let alarm =
                PushAlarm { kind: VALIDATION.to_owned(), start: of.since, end, count: of.times };
            self.unkept.push((Arc::clone(account), alarm));
        }
    }
}

fn tell_silence(account: &str, alarm: &PushAlarm) {
    debug_assert_eq!(alarm.kind, SILENCE, "the watch tells of nothing else");
    let (since, joins) = (alarm.start, alarm.count);
    match alarm.end {
        None => tracing::warn!(
            account,
            %since,
            joins,
            "nothing is pushed any more of joins that were pushed: what is missing is fetched by `zqos collect`"
        ),
        Some(until) => {
            tracing::warn!(account, %since, %until, joins, "what was silent is pushed again, or over");
        }
    }
}
