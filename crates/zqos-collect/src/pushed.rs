//! What push has delivered: nothing is spent on it again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use zqos_core::{MeetingUuid, Timestamp};
use zqos_store::{JoinTimes, LayoutError, Location, Minutes, Pushed, Sorts, StoreError};

use crate::owed::{self, OwedMeeting};
use crate::tally::Tally;

/// The minutes of a join that were delivered whole, as ranges of UTC minutes since 1970, in order.
pub(crate) type Whole = Vec<Range<i64>>;

/// What was delivered, by meeting and `user_id`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delivered(HashMap<MeetingUuid, HashMap<String, Whole>>);

impl Delivered {
    /// Reads what was delivered of meetings, on the UTC days of some time of each.
    ///
    /// **Errors**: those of [`Pushed`].
    pub(crate) async fn read(
        at: &Location,
        account: &str,
        meetings: impl IntoIterator<Item = (MeetingUuid, Range<Timestamp>)>,
    ) -> Result<Self, StoreError> {
        let (mut uuids, mut days) = (HashSet::new(), BTreeSet::new());
        for (uuid, time) in meetings {
            uuids.insert(uuid);
            days.extend(owed::days(&time));
        }
        if uuids.is_empty() {
            return Ok(Self::default());
        }
        let Some(pushed) = opened(at).await? else { return Ok(Self::default()) };
        let account = account.to_owned();
        blocking(move || {
            let mut delivered = Self::default();
            for day in days {
                delivered.add(pushed.minutes(&account, day, |uuid| uuids.contains(uuid))?);
            }
            Ok(delivered)
        })
        .await
    }

    /// Adds the minutes of a later day.
    fn add(&mut self, minutes: Minutes) {
        for (meeting, joins) in minutes {
            let of_meeting = self.0.entry(meeting).or_default();
            for (user, minutes) in joins {
                let whole = of_meeting.entry(user).or_default();
                for minute in whole_minutes(&minutes) {
                    match whole.last_mut().filter(|last| last.end == minute) {
                        Some(last) => last.end += 1,
                        None => whole.push(minute..minute + 1),
                    }
                }
            }
        }
    }

    /// What was delivered of a meeting, by `user_id`; `None` when nothing was.
    pub(crate) fn of(&self, meeting: &MeetingUuid) -> Option<&HashMap<String, Whole>> {
        self.0.get(meeting)
    }

    /// Meetings of which something was delivered at some minute or later.
    pub(crate) fn since(&self, minute: i64) -> HashSet<&MeetingUuid> {
        let is_fresh = |whole: &Whole| whole.last().is_some_and(|last| last.end > minute);
        let fresh = self.0.iter().filter(|(_, joins)| joins.values().any(is_fresh));
        fresh.map(|(meeting, _)| meeting).collect()
    }
}

/// Minutes that came whole, as far as that can be told. Where each sort of figures comes as an event of its own, a
/// minute that lacks a sort which the minutes before and after it have has lost that event.
fn whole_minutes(minutes: &BTreeMap<i64, Sorts>) -> impl Iterator<Item = i64> {
    let at = |minute: i64| minutes.get(&minute).copied().unwrap_or_default();
    minutes.iter().filter_map(move |(&minute, sorts)| {
        let around = at(minute - 1).and(at(minute + 1));
        around.without(*sorts).is_empty().then_some(minute)
    })
}

/// Meetings that are left to push: their reports need not be fetched, but those of joins that push lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Savings {
    /// How many meetings.
    pub meetings: u32,
    /// How many calls for reports that are saved.
    pub calls: u32,
}

impl Savings {
    /// What push saves of meetings that are owed, by what the store knows of their joins before anybody asks Zoom:
    /// of those of which it knows at least as many as Zoom counts.
    pub(crate) async fn of(
        at: &Location,
        account: &str,
        owed: &[OwedMeeting],
    ) -> Result<Self, StoreError> {
        let delivered = Delivered::read(at, account, owed.iter().map(OwedMeeting::time)).await?;
        let days: BTreeSet<Timestamp> = (owed.iter())
            .filter(|meeting| delivered.of(&meeting.uuid).is_some())
            .flat_map(|meeting| owed::days(&meeting.time().1))
            .collect();
        let meetings: HashSet<MeetingUuid> = delivered.0.keys().cloned().collect();
        if meetings.is_empty() {
            return Ok(Self::default());
        }
        let Some(pushed) = opened(at).await? else { return Ok(Self::default()) };
        let account = account.to_owned();
        let joins = blocking(move || {
            let mut joins = HashMap::<MeetingUuid, HashMap<String, JoinTimes>>::new();
            for day in days {
                for (meeting, of_day) in
                    pushed.joins(&account, day, |uuid| meetings.contains(uuid))?
                {
                    let known = joins.entry(meeting).or_default();
                    for (user, times) in of_day {
                        let of_join = known.entry(user).or_default();
                        of_join.join = times.join.or(of_join.join);
                        of_join.leave = times.leave.or(of_join.leave);
                    }
                }
            }
            Ok(joins)
        })
        .await?;
        let mut savings = Self::default();
        for meeting in owed {
            let (Some(of_it), Some(joins)) =
                (delivered.of(&meeting.uuid), joins.get(&meeting.uuid))
            else {
                continue;
            };
            let mut tally = Tally::default();
            for (user, times) in joins {
                tally.listed(user, times.join, times.leave, false);
            }
            let count = u32::try_from(joins.len()).unwrap_or(u32::MAX);
            let Some(holes) = tally.holes(of_it).filter(|_| count >= meeting.participants) else {
                continue;
            };
            let holes = u32::try_from(holes.len()).unwrap_or(u32::MAX);
            if holes < tally.pages() {
                savings.meetings += 1;
                savings.calls += tally.pages() - holes;
            }
        }
        Ok(savings)
    }
}

/// The store; `None` where there is none yet.
async fn opened(at: &Location) -> Result<Option<Pushed>, StoreError> {
    match Pushed::open(at.clone()).await {
        Err(StoreError::Layout(LayoutError::Missing(_))) => Ok(None),
        pushed => pushed.map(Some),
    }
}

/// Reads files where that stops nobody.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|error| Err(StoreError::Folder(std::io::Error::other(error))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorts by letter.
    fn sorts(letters: &str) -> Sorts {
        letters.chars().fold(Sorts::default(), |sorts, letter| {
            sorts.or(match letter {
                'a' => Sorts::of_stream("audio_input"),
                'v' => Sorts::of_stream("video_input"),
                _ => Sorts::OF_DEVICE,
            })
        })
    }

    #[test]
    fn a_minute_that_lacks_what_the_minutes_around_it_have_has_lost_it() {
        let whole = |all: &[(i64, &str)]| {
            let minutes = all.iter().map(|(minute, letters)| (*minute, sorts(letters))).collect();
            whole_minutes(&minutes).collect::<Vec<_>>()
        };
        assert_eq!(whole(&[(1, "ad"), (2, "a"), (3, "ad")]), [1, 3]);
        assert_eq!(whole(&[(1, "ad"), (2, "avd"), (3, "ad")]), [1, 2, 3], "a camera for a minute");
        assert_eq!(whole(&[(1, "avd"), (2, "ad"), (3, "ad"), (4, "avd")]), [1, 2, 3, 4]);
        assert_eq!(whole(&[(1, "ad"), (3, "ad")]), [1, 3]);
    }

    #[test]
    fn days_are_joined_at_midnight() {
        let uuid = MeetingUuid::new("m==").unwrap();
        let day = |minutes: &[i64]| {
            let minutes = minutes.iter().map(|minute| (*minute, sorts("a"))).collect();
            let joins = HashMap::from([("1".to_owned(), minutes)]);
            Minutes::from([(uuid.clone(), joins)])
        };
        let mut delivered = Delivered::default();
        delivered.add(day(&[1_437, 1_439]));
        delivered.add(day(&[1_440, 1_441]));
        assert_eq!(delivered.of(&uuid).unwrap()["1"], [1_437..1_438, 1_439..1_442]);
        assert_eq!(delivered.since(1_441), HashSet::from([&uuid]));
        assert_eq!(delivered.since(1_442), HashSet::new());
    }
}
