//! Silence is noticed: who takes part and was pushed before is expected to be pushed.
//!
//! What QSS covers is learned of what comes: of hosts, in whose meetings minutes were pushed, and of persons, of
//! whom some were. Where nothing was pushed before nothing is expected, and it stays owed to reports.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use zqos_core::{MeetingUuid, PushAlarm, Timestamp};
use zqos_intake::{Sighting, What};

/// A join of which nothing came for so long is silent. **Source**: a minute is told 55 seconds after its beginning,
/// and what fails is sent again five minutes later.
const SILENT: Duration = Duration::from_mins(7);
/// A meeting that is silent for so long while others are pushed has ended, and nobody said so.
const FORGOTTEN: Duration = Duration::from_hours(1);
/// How long a meeting lasts at most. **Source**: Zoom ends every meeting after thirty hours.
const LONGEST: Duration = Duration::from_hours(30);
/// Of so many hosts, and of so many persons, it is remembered that they are pushed. When there are more, all are
/// forgotten: then they are learned again.
const REMEMBERED: usize = 100_000;

/// The kind of alarm that says that nothing comes.
pub(crate) const SILENCE: &str = "silence";

/// How many joins of an account are expected to be pushed now, and how many of them are silent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// Joins that are pushed, or should be.
    pub joins: u32,
    /// Those of them of which nothing came for seven minutes.
    pub silent: u32,
}

/// What is expected, by account.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    accounts: BTreeMap<Arc<str>, Account>,
}

#[derive(Debug, Default)]
struct Account {
    hosts: Remembered,
    persons: Remembered,
    meetings: HashMap<MeetingUuid, Meeting>,
    /// When the last minute of anybody came.
    last: Option<Timestamp>,
    /// Since when meetings are silent, and of how many joins they were at most.
    alarm: Option<(Timestamp, u32)>,
}

/// Who was seen pushed, by a hash: nobody is to be known by what a program remembers.
#[derive(Debug, Default)]
struct Remembered(HashSet<u64>);

impl Remembered {
    fn add(&mut self, who: Option<u64>) {
        let Some(who) = who else { return };
        if self.0.len() >= REMEMBERED && !self.0.contains(&who) {
            self.0.clear();
        }
        self.0.insert(who);
    }
}

/// A meeting that was heard of.
#[derive(Debug)]
struct Meeting {
    host: Option<u64>,
    heard: Timestamp,
    has_ended: bool,
    joins: HashMap<String, Join>,
}

#[derive(Debug)]
struct Join {
    person: Option<u64>,
    /// When the last of it came: a minute, or the word that it began.
    last: Timestamp,
    is_pushed: bool,
    has_left: bool,
}

impl Watch {
    /// Takes note of what an event told of an account, that came at `now`.
    pub(crate) fn see(&mut self, account: &Arc<str>, sighting: &Sighting, now: Timestamp) {
        let account = self.accounts.entry(Arc::clone(account)).or_default();
        let meeting = account.meetings.entry(sighting.meeting.clone()).or_insert(Meeting {
            host: None,
            heard: now,
            has_ended: false,
            joins: HashMap::new(),
        });
        meeting.host = hash(sighting.host.as_deref()).or(meeting.host);
        if sighting.what == What::Ended {
            meeting.has_ended = true;
            return;
        }
        let Some(user) = &sighting.user else { return };
        let join = meeting.joins.entry(user.clone()).or_insert(Join {
            person: None,
            last: now,
            is_pushed: false,
            has_left: false,
        });
        join.person = hash(sighting.person.as_deref()).or(join.person);
        match sighting.what {
            What::Minute => {
                (join.last, join.is_pushed) = (now, true);
                account.last = Some(now);
                account.hosts.add(meeting.host);
                account.persons.add(join.person);
            }
            // An old word may come after a newer one.
            What::Left => join.has_left = true,
            What::Joined | What::Ended => {}
        }
    }

    /// Looks for silence: what is expected now of each account, and alarms that began or ended.
    pub(crate) fn look(&mut self, now: Timestamp) -> Vec<(Arc<str>, Expected, Option<PushAlarm>)> {
        let look = |(name, account): (&Arc<str>, &mut Account)| {
            let (expected, alarm) = account.look(now);
            (Arc::clone(name), expected, alarm)
        };
        self.accounts.iter_mut().map(look).collect()
    }
}

impl Account {
    fn look(&mut self, now: Timestamp) -> (Expected, Option<PushAlarm>) {
        self.forget(now);
        let mut all = Expected::default();
        let mut silence: Option<(Timestamp, u32)> = None;
        for meeting in self.meetings.values().filter(|meeting| !meeting.has_ended) {
            let (mut of_meeting, mut since) = (Expected::default(), now);
            for join in meeting.joins.values().filter(|join| self.is_expected(meeting, join)) {
                of_meeting.joins += 1;
                if is_past(join.last, SILENT, now) {
                    of_meeting.silent += 1;
                    since = since.min(join.last);
                }
            }
            all.joins += of_meeting.joins;
            all.silent += of_meeting.silent;
            // One client may have gone without a word; all of them have not.
            if of_meeting.joins > 0 && of_meeting.silent == of_meeting.joins {
                let (first, joins) = silence.unwrap_or((since, 0));
                silence = Some((first.min(since), joins + of_meeting.joins));
            }
        }
        (all, self.compare(silence, now))
    }

    /// What there is to be told of silence: that it began, or ended.
    fn compare(&mut self, silence: Option<(Timestamp, u32)>, now: Timestamp) -> Option<PushAlarm> {
        let alarm = |start, end, count| PushAlarm { kind: SILENCE.to_owned(), start, end, count };
        match (&mut self.alarm, silence) {
            (None, None) => None,
            (None, Some((start, joins))) => {
                self.alarm = Some((start, joins));
                Some(alarm(start, None, joins))
            }
            (Some((_, most)), Some((_, joins))) => {
                *most = joins.max(*most);
                None
            }
            (open @ Some(_), None) => {
                let (start, most) = mem::take(open)?;
                Some(alarm(start, Some(now), most))
            }
        }
    }

    /// True when a join that was not left should be pushed: it was, or somebody like it.
    fn is_expected(&self, meeting: &Meeting, join: &Join) -> bool {
        let is_covered =
            |who: Option<u64>, seen: &Remembered| who.is_some_and(|who| seen.0.contains(&who));
        let is_like_others = is_covered(meeting.host, &self.hosts)
            && (join.person.is_none() || is_covered(join.person, &self.persons));
        !join.has_left && (join.is_pushed || is_like_others)
    }

    /// Forgets meetings that are over, whether anybody said so or not.
    fn forget(&mut self, now: Timestamp) {
        let works = self.last.is_some_and(|last| !is_past(last, SILENT, now));
        self.meetings.retain(|_, meeting| {
            let last = meeting.joins.values().map(|join| join.last).max().unwrap_or(meeting.heard);
            let is_over = (meeting.has_ended || works) && is_past(last, FORGOTTEN, now);
            !is_over && !is_past(meeting.heard, LONGEST, now)
        });
    }
}

/// True when so long has gone by since then.
fn is_past(then: Timestamp, long: Duration, now: Timestamp) -> bool {
    now.since(then).is_some_and(|since| since >= long)
}

fn hash(who: Option<&str>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    who?.hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "default";

    struct Told {
        watch: Watch,
        now: Timestamp,
    }

    impl Told {
        fn new() -> Self {
            Self { watch: Watch::default(), now: "2026-11-20T10:00:00Z".parse().unwrap() }
        }

        fn see(&mut self, what: What, meeting: &str, user: Option<&str>, host: Option<&str>) {
            let sighting = Sighting {
                what,
                meeting: MeetingUuid::new(meeting).unwrap(),
                user: user.map(str::to_owned),
                person: user.map(|user| format!("person {user}")),
                host: host.map(str::to_owned),
            };
            self.watch.see(&ACCOUNT.into(), &sighting, self.now);
        }

        /// Lets minutes go by; in each of them a minute of these joins of a meeting comes.
        fn pass(&mut self, minutes: u32, pushed: &[(&str, &str)]) {
            for _ in 0..minutes {
                self.now = self.now.saturating_add(Duration::from_mins(1));
                for (meeting, user) in pushed {
                    self.see(What::Minute, meeting, Some(user), None);
                }
            }
        }

        /// How many are expected and silent, and whether an alarm began (false: ended).
        fn look(&mut self) -> (u32, u32, Option<bool>) {
            let looked = self.watch.look(self.now);
            let [(_, Expected { joins, silent }, alarm)] = &looked[..] else {
                panic!("{looked:?}")
            };
            (*joins, *silent, alarm.as_ref().map(|alarm| alarm.end.is_none()))
        }
    }

    #[test]
    fn silence_after_push_is_an_alarm_until_push_goes_on() {
        let mut told = Told::new();
        told.see(What::Joined, "m", Some("1"), Some("host"));
        told.pass(3, &[("m", "1")]);
        assert_eq!(told.look(), (1, 0, None));
        told.pass(6, &[]);
        assert_eq!(told.look(), (1, 0, None));
        told.pass(1, &[]);
        let since = told.now.saturating_sub(SILENT);
        let looked = told.watch.look(told.now);
        let began = looked[0].2.as_ref().unwrap();
        assert_eq!((began.start, began.end, began.count), (since, None, 1));
        told.pass(5, &[]);
        assert_eq!(told.look(), (1, 1, None), "it is told once");
        told.pass(1, &[("m", "1")]);
        let ended = told.watch.look(told.now)[0].2.clone().unwrap();
        assert_eq!((ended.start, ended.end, ended.count), (since, Some(told.now), 1));
    }

    #[test]
    fn where_nothing_was_pushed_nothing_is_expected() {
        let mut told = Told::new();
        told.see(What::Joined, "m", Some("1"), Some("host"));
        told.pass(60, &[]);
        assert_eq!(told.look(), (0, 0, None));
    }

    #[test]
    fn hosts_and_persons_that_were_pushed_are_expected_from_their_joining_on() {
        let mut told = Told::new();
        told.see(What::Joined, "m", Some("1"), Some("host"));
        told.pass(1, &[("m", "1")]);
        told.see(What::Ended, "m", None, None);
        // The same person with another host, and another person with the same.
        told.see(What::Joined, "other", Some("1"), Some("another host"));
        told.see(What::Joined, "again", Some("2"), Some("host"));
        told.pass(10, &[]);
        assert_eq!(told.look(), (0, 0, None));
        told.see(What::Joined, "third", Some("1"), Some("host"));
        told.pass(7, &[]);
        assert_eq!(told.look(), (1, 1, Some(true)));
        told.see(What::Left, "third", Some("1"), None);
        assert_eq!(told.look(), (0, 0, Some(false)));
        // A word that is older than the last one.
        told.see(What::Joined, "third", Some("1"), Some("host"));
        assert_eq!(told.look(), (0, 0, None));
    }

    #[test]
    fn one_client_that_went_without_a_word_is_counted_and_no_alarm() {
        let mut told = Told::new();
        told.pass(1, &[("m", "1"), ("m", "2")]);
        told.pass(10, &[("m", "1")]);
        assert_eq!(told.look(), (2, 1, None));
    }

    #[test]
    fn a_meeting_whose_end_nobody_told_is_forgotten_while_others_are_pushed() {
        let mut told = Told::new();
        told.pass(1, &[("m", "1")]);
        told.pass(30, &[("n", "2")]);
        assert_eq!(told.look(), (2, 1, Some(true)));
        told.pass(30, &[("n", "2")]);
        assert_eq!(told.look(), (1, 0, Some(false)));
        // While nothing comes nobody knows what is over, for a day and some more.
        told.pass(8, &[]);
        assert_eq!(told.look(), (1, 1, Some(true)));
        told.pass(60, &[]);
        assert_eq!(told.look(), (1, 1, None));
        told.pass(30 * 60, &[]);
        assert_eq!(told.look(), (0, 0, Some(false)));
    }
}
