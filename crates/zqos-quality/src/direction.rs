//! Which of input and output is sent.

use std::collections::BTreeMap;

use zqos_core::{Figures, Leg, Medium, Stream, Timestamp};

use crate::judge::is_active;
use crate::session::minute_of;

/// From so many meetings on that show it, it is taken as known.
///
/// **Source**: a choice of this project.
const LEAST_MEETINGS: u32 = 10;

/// Of so many meetings at most one may show the contrary.
///
/// **Source**: a choice of this project.
const ONE_CONTRARY_IN: u32 = 20;

/// Which way a stream goes, as the participant sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the participant.
    Sent,
    /// To the participant.
    Received,
}

/// What `…_input` is. Zoom's documents contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InputMeaning {
    /// Input is sent and output received.
    Sent,
    /// Input is received and output sent.
    Received,
}

impl InputMeaning {
    /// Which way a leg goes. `meaning` is `None` as long as nobody knows, and so is the direction
    /// of input and output then.
    ///
    /// **Source**: Zoom describes `…_from_crc` as sent by the participant and `…_to_crc` as
    /// received; that the legs of the web gateway are named alike is taken to mean the same.
    pub fn direction(meaning: Option<Self>, leg: Leg) -> Option<Direction> {
        match (leg, meaning) {
            (Leg::FromCrc | Leg::FromRwg, _)
            | (Leg::Input, Some(Self::Sent))
            | (Leg::Output, Some(Self::Received)) => Some(Direction::Sent),
            (Leg::ToCrc | Leg::ToRwg, _)
            | (Leg::Input, Some(Self::Received))
            | (Leg::Output, Some(Self::Sent)) => Some(Direction::Received),
            (Leg::Input | Leg::Output, None) => None,
        }
    }
}

/// Finds out what input means, by counting who has which.
///
/// Sound and shared screens go from one to many. Where somebody presents, one participant has the
/// screen in one leg alone and all others have it in the other; where most are muted they receive
/// and send nothing, and hardly anybody is the other way round. So of participants with one active
/// leg the many show which is received. Cameras show nothing: several send their picture and hide
/// those of others. A meeting has one voice for sound and one for screens, however long it is,
/// because its minutes are alike.
///
/// ```
/// use zqos_core::Medium;
/// use zqos_quality::{InputDetection, InputMeaning, MinuteLegs};
///
/// let mut detection = InputDetection::default();
/// for _meeting in 0..10 {
///     // A presenter, and three who watch.
///     let mut share = MinuteLegs::default();
///     share.add_active(true, false);
///     for _ in 0..3 {
///         share.add_active(false, true);
///     }
///     detection.add_meeting(Medium::Share, [share]);
/// }
/// assert_eq!(detection.meaning(), Some(InputMeaning::Sent));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InputDetection {
    sent: u32,
    received: u32,
}

/// Who has which leg of one medium in one minute of one meeting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MinuteLegs {
    input_alone: u32,
    output_alone: u32,
}

impl MinuteLegs {
    /// Adds a participant; a leg without traffic is not active.
    pub fn add(&mut self, input: &Figures, output: &Figures) {
        self.add_active(is_active(input), is_active(output));
    }

    /// Adds a participant of whom it is known which legs carried something.
    pub fn add_active(&mut self, input: bool, output: bool) {
        self.input_alone += u32::from(input && !output);
        self.output_alone += u32::from(output && !input);
    }

    /// What the minute shows: at least two have one leg alone, and at most one has the other.
    fn meaning(self) -> Option<InputMeaning> {
        match (self.input_alone, self.output_alone) {
            (0..=1, 2..) => Some(InputMeaning::Sent),
            (2.., 0..=1) => Some(InputMeaning::Received),
            _ => None,
        }
    }
}

/// Which legs of sound and of a shared screen one join had, by minute.
#[derive(Debug, Clone, Default)]
pub struct JoinLegs {
    seen: Vec<(i64, Medium, Leg)>,
}

impl JoinLegs {
    /// Adds a stream in a minute. What carried nothing, cameras, and legs whose direction is known show
    /// nothing.
    pub fn add(&mut self, ts: Timestamp, stream: Stream, figures: &Figures) {
        let (medium, leg) = (stream.medium(), stream.leg());
        if medium != Medium::Video && matches!(leg, Leg::Input | Leg::Output) && is_active(figures)
        {
            self.seen.push((minute_of(ts), medium, leg));
        }
    }

    /// Adds what others have of the same join.
    pub fn absorb(&mut self, others: Self) {
        self.seen.extend(others.seen);
    }
}

impl InputDetection {
    /// Adds all joins of one meeting.
    pub fn add_joins<'a>(&mut self, joins: impl IntoIterator<Item = &'a JoinLegs>) {
        let mut minutes: BTreeMap<(Medium, i64), MinuteLegs> = BTreeMap::new();
        for join in joins {
            let mut own: BTreeMap<(Medium, i64), (bool, bool)> = BTreeMap::new();
            for (minute, medium, leg) in &join.seen {
                let (input, output) = own.entry((*medium, *minute)).or_default();
                *input |= *leg == Leg::Input;
                *output |= *leg == Leg::Output;
            }
            for (minute, (input, output)) in own {
                minutes.entry(minute).or_default().add_active(input, output);
            }
        }
        for medium in [Medium::Audio, Medium::Share] {
            let of_medium = minutes.iter().filter(|((of, _), _)| *of == medium);
            self.add_meeting(medium, of_medium.map(|(_, legs)| *legs));
        }
    }

    /// Adds all minutes of a medium of one meeting. They count for what most of them show; those of
    /// video don't count.
    pub fn add_meeting(&mut self, medium: Medium, minutes: impl IntoIterator<Item = MinuteLegs>) {
        if medium == Medium::Video {
            return;
        }
        let (mut sent, mut received) = (0u32, 0u32);
        for meaning in minutes.into_iter().filter_map(MinuteLegs::meaning) {
            match meaning {
                InputMeaning::Sent => sent += 1,
                InputMeaning::Received => received += 1,
            }
        }
        self.sent += u32::from(sent > received);
        self.received += u32::from(received > sent);
    }

    /// How many voices there are for input being sent, and for it being received.
    pub fn voices(&self) -> (u32, u32) {
        (self.sent, self.received)
    }

    /// What input means; `None` as long as fewer than ten voices agree, or more than one in twenty
    /// disagrees.
    pub fn meaning(&self) -> Option<InputMeaning> {
        let is_clear = |agree: u32, contrary: u32| {
            agree >= LEAST_MEETINGS
                && contrary.saturating_mul(ONE_CONTRARY_IN) <= agree.saturating_add(contrary)
        };
        if is_clear(self.sent, self.received) {
            Some(InputMeaning::Sent)
        } else if is_clear(self.received, self.sent) {
            Some(InputMeaning::Received)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zqos_core::Kbps;

    use super::*;

    /// A minute in which so many have input alone, output alone, and both.
    fn minute(input: u32, output: u32, both: u32) -> MinuteLegs {
        let mut legs = MinuteLegs::default();
        (0..input).for_each(|_| legs.add_active(true, false));
        (0..output).for_each(|_| legs.add_active(false, true));
        (0..both).for_each(|_| legs.add_active(true, true));
        legs
    }

    fn detected(minutes: &[(usize, MinuteLegs)]) -> Option<InputMeaning> {
        let mut detection = InputDetection::default();
        for (count, legs) in minutes {
            (0..*count).for_each(|_| detection.add_meeting(Medium::Audio, [*legs]));
        }
        detection.meaning()
    }

    #[test]
    fn the_many_receive() {
        assert_eq!(detected(&[(10, minute(1, 4, 0))]), Some(InputMeaning::Sent));
        assert_eq!(detected(&[(10, minute(2, 0, 3))]), Some(InputMeaning::Received));
    }

    #[test]
    fn what_is_alike_both_ways_shows_nothing() {
        for legs in [minute(1, 1, 0), minute(0, 0, 9), minute(3, 3, 0), minute(0, 1, 1)] {
            assert_eq!(detected(&[(100, legs)]), None, "{legs:?}");
        }
    }

    #[test]
    fn few_or_contrary_voices_leave_it_unknown() {
        let (sent, received) = (minute(1, 4, 0), minute(4, 1, 0));
        assert_eq!(detected(&[(9, sent)]), None);
        assert_eq!(detected(&[(19, sent), (1, received)]), Some(InputMeaning::Sent));
        assert_eq!(detected(&[(18, sent), (1, received)]), None);
        assert_eq!(detected(&[(50, sent), (50, received)]), None);
    }

    #[test]
    fn a_long_meeting_has_one_voice_and_video_none() {
        let mut detection = InputDetection::default();
        detection.add_meeting(Medium::Share, vec![minute(1, 4, 0); 500]);
        detection.add_meeting(Medium::Video, [minute(4, 1, 0)]);
        assert_eq!(detection.voices(), (1, 0));
    }

    #[test]
    fn a_trickle_is_not_active() {
        let of = |bitrate| Figures { bitrate: Kbps::try_new(bitrate).ok(), ..Figures::EMPTY };
        let mut legs = MinuteLegs::default();
        legs.add(&of(0.4), &of(40.0));
        assert_eq!(legs, minute(0, 1, 0));
    }

    #[test]
    fn words_follow_the_meaning_and_gateways_have_their_own() {
        use Direction::{Received, Sent};
        let of = |meaning, leg| InputMeaning::direction(meaning, leg);
        assert_eq!(of(None, Leg::Input), None);
        assert_eq!(of(Some(InputMeaning::Sent), Leg::Input), Some(Sent));
        assert_eq!(of(Some(InputMeaning::Received), Leg::Input), Some(Received));
        assert_eq!(of(Some(InputMeaning::Received), Leg::Output), Some(Sent));
        assert_eq!(of(None, Leg::FromCrc), Some(Sent));
        assert_eq!(of(None, Leg::ToRwg), Some(Received));
    }

    proptest! {
        #[test]
        fn exchanging_input_and_output_exchanges_the_answer(
            meetings in proptest::collection::vec((0u32..5, 0u32..5, 0u32..5), 0..60),
        ) {
            let exchanged = |meaning| match meaning {
                InputMeaning::Sent => InputMeaning::Received,
                InputMeaning::Received => InputMeaning::Sent,
            };
            let legs: Vec<_> = meetings.iter().map(|(a, b, c)| (1, minute(*a, *b, *c))).collect();
            let other: Vec<_> = meetings.iter().map(|(a, b, c)| (1, minute(*b, *a, *c))).collect();
            prop_assert_eq!(detected(&legs).map(exchanged), detected(&other));
        }
    }
}
