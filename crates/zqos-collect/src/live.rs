//! Meetings that run: which are sampled, with what is left of the quota.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use zqos_core::{Meeting, MeetingUuid, Timestamp};

use crate::owed::calls_of;

/// How often it is listed what runs.
pub(crate) const TICK: Duration = Duration::from_mins(1);
/// How often one meeting is sampled at most. **Source**: the advice of an employee of Zoom in its developers'
/// forum (thread 3849).
const SAMPLED_EVERY: Duration = Duration::from_mins(5);
/// The same while Zoom's own grades say that something is wrong.
const SAMPLED_EVERY_IN_TROUBLE: Duration = Duration::from_mins(1);
/// For how many ticks calls that were not needed may be saved up.
const SAVED: f64 = 10.0;

/// A meeting that runs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LiveMeeting {
    /// As the list tells of it, with Zoom's own grades.
    pub meeting: Meeting,
    /// When it was sampled last; `None` before.
    pub sampled_at: Option<Timestamp>,
}

/// Says what it is worth to sample a meeting now.
pub trait Ranking: fmt::Debug + Send + Sync {
    /// The worth of a sample of everybody in a meeting: more is sampled first, and what is worth nothing is
    /// not sampled.
    fn value(&self, meeting: &LiveMeeting, now: Timestamp) -> f64;
}

/// People, times trouble by Zoom's own grades, times the minutes since the last sample: large meetings and bad
/// ones come first, and each comes in the end.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByTrouble;

impl Ranking for ByTrouble {
    fn value(&self, live: &LiveMeeting, now: Timestamp) -> f64 {
        let since = live.sampled_at.or(live.meeting.start).unwrap_or(now);
        let minutes = now.since(since).unwrap_or_default().as_secs_f64() / 60.0;
        let people = f64::from(live.meeting.participant_count.unwrap_or(1).max(1));
        people * trouble(&live.meeting) * (1.0 + minutes)
    }
}

/// How bad the worst of Zoom's grades is.
fn trouble(meeting: &Meeting) -> f64 {
    let grades = meeting.qualities.iter().flatten().map(|grade| match grade.as_str() {
        "bad" => 4.0,
        "poor" => 3.0,
        "fair" => 1.5,
        _ => 1.0,
    });
    grades.fold(1.0, f64::max)
}

/// What is left for meetings that run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Calls that may be made today still.
    pub(crate) left: u32,
    /// Calls that past reports of today take still, as far as that can be told.
    pub(crate) owed: u32,
    /// How long the day is still.
    pub(crate) rest: Duration,
}

impl Budget {
    /// How many calls may go to meetings that run in one tick, so that the last of the day has as many as
    /// this one.
    fn of_tick(self) -> f64 {
        let spare = f64::from(self.left.saturating_sub(self.owed));
        let ticks = (self.rest.as_secs_f64() / TICK.as_secs_f64()).max(1.0);
        spare / ticks
    }
}

/// Remembers what was sampled, and how many calls may be made.
#[derive(Debug, Default)]
pub(crate) struct Sampler {
    sampled: HashMap<MeetingUuid, Timestamp>,
    saved: f64,
}

impl Sampler {
    /// Picks the meetings that are to be sampled now, the most valuable first.
    pub(crate) fn pick(
        &mut self,
        running: Vec<Meeting>,
        budget: Budget,
        ranking: &dyn Ranking,
        now: Timestamp,
    ) -> Vec<Meeting> {
        // What has ended is forgotten.
        self.sampled.retain(|uuid, _| running.iter().any(|meeting| meeting.uuid == *uuid));
        let of_tick = budget.of_tick();
        self.saved = (self.saved + of_tick).min(SAVED * of_tick);
        let mut ranked: Vec<(f64, Meeting)> = running
            .into_iter()
            .filter_map(|meeting| {
                let sampled_at = self.sampled.get(&meeting.uuid).copied();
                let live = LiveMeeting { meeting, sampled_at };
                let value = ranking.value(&live, now);
                // What is no number is worth nothing.
                (value > 0.0 && is_due(&live, now)).then_some((value, live.meeting))
            })
            .collect();
        ranked
            .sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.uuid.cmp(&b.uuid)));
        let mut picked = Vec::new();
        for (_, meeting) in ranked {
            let calls = f64::from(u32::try_from(calls_of(&meeting).reports).unwrap_or(u32::MAX));
            if calls > self.saved {
                // Smaller ones, which are worth less, must not keep it from being its turn.
                break;
            }
            self.saved -= calls;
            self.sampled.insert(meeting.uuid.clone(), now);
            picked.push(meeting);
        }
        picked
    }
}

fn is_due(live: &LiveMeeting, now: Timestamp) -> bool {
    let every =
        if trouble(&live.meeting) >= 3.0 { SAMPLED_EVERY_IN_TROUBLE } else { SAMPLED_EVERY };
    live.sampled_at.is_none_or(|at| now.since(at).is_some_and(|since| since >= every))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T10:05:00Z".parse().unwrap()
    }

    fn meeting(uuid: &str, people: u32, audio: &str) -> Meeting {
        Meeting {
            is_webinar: Some(false),
            start: Some("2026-11-20T10:00:00Z".parse().unwrap()),
            participant_count: Some(people),
            qualities: [Some(audio.to_owned()), None, None],
            ..Meeting::new(MeetingUuid::new(uuid).unwrap())
        }
    }

    fn names(picked: &[Meeting]) -> Vec<&str> {
        picked.iter().map(|meeting| meeting.uuid.as_str()).collect()
    }

    const PLENTY: Budget = Budget { left: 60_000, owed: 0, rest: Duration::from_hours(12) };

    #[test]
    fn trouble_and_size_come_first_and_each_has_its_turn() {
        let running = || {
            vec![
                meeting("small", 3, "good"),
                meeting("bad", 8, "bad"),
                meeting("large", 40, "good"),
            ]
        };
        let mut sampler = Sampler::default();
        // Five calls a tick.
        let budget = Budget { left: 3_600, ..PLENTY };
        let later = |minutes| now().saturating_add(Duration::from_mins(minutes));
        assert_eq!(names(&sampler.pick(running(), budget, &ByTrouble, later(0))), ["large", "bad"]);
        // Of what was saved there is enough for the last; what is bad is looked at again.
        assert_eq!(names(&sampler.pick(running(), budget, &ByTrouble, later(1))), ["bad", "small"]);
        assert_eq!(names(&sampler.pick(running(), budget, &ByTrouble, later(2))), ["bad"]);
        assert_eq!(names(&sampler.pick(running(), budget, &ByTrouble, later(5))), ["large", "bad"]);
    }

    #[test]
    fn what_past_reports_take_is_not_spent() {
        let running = || vec![meeting("a", 10, "bad")];
        let owed = Budget { left: 1_000, owed: 1_000, rest: Duration::from_hours(1) };
        let mut sampler = Sampler::default();
        for _ in 0..100 {
            assert_eq!(names(&sampler.pick(running(), owed, &ByTrouble, now())), [""; 0]);
        }
        assert_eq!(names(&sampler.pick(running(), PLENTY, &ByTrouble, now())), ["a"]);
    }

    #[test]
    fn a_meeting_that_takes_more_than_a_tick_gives_is_saved_up_for() {
        let running = || vec![meeting("webinar", 90, "good"), meeting("small", 1, "good")];
        // Three calls a tick, of nine that it takes.
        let budget = Budget { left: 3 * 720, ..PLENTY };
        let mut sampler = Sampler::default();
        let picked = |sampler: &mut Sampler| sampler.pick(running(), budget, &ByTrouble, now());
        assert_eq!(names(&picked(&mut sampler)), [""; 0]);
        assert_eq!(names(&picked(&mut sampler)), [""; 0]);
        assert_eq!(names(&picked(&mut sampler)), ["webinar"]);
        assert_eq!(names(&picked(&mut sampler)), ["small"]);
    }
}
