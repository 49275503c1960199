//! What Zoom itself makes of the quality.

use zqos_core::{Medium, Meeting, Participant, ZoomScore};

use crate::{Grade, Verdict};

/// Zoom's own opinion, which stands beside a verdict and never changes it.
///
/// How Zoom comes to it is not published. Buckets can be compared; scores can't, for the E-model's
/// end at 4.41 and Zoom's at 5. A grade is never made of a score either: Zoom's own example has
/// both, and they disagree.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ZoomOpinion {
    /// Zoom's word as a grade; `None` where Zoom said nothing, or another word than the four.
    pub grade: Option<Grade>,
    /// Zoom's score, from 1 to 5; `None` where Zoom told none, or one beyond these.
    pub score: Option<f64>,
}

impl ZoomOpinion {
    /// Zoom said nothing.
    pub const NONE: Self = Self { grade: None, score: None };

    /// Zoom's word and score.
    pub fn new(quality: Option<&str>, score: Option<f64>) -> Self {
        Self {
            grade: quality.and_then(Grade::from_word),
            score: score.filter(|score| (1.0..=5.0).contains(score)),
        }
    }

    /// The opinion on a medium of a join.
    pub fn of_join(participant: &Participant, medium: Medium) -> Self {
        Self::new(participant.qualities[medium as usize].as_deref(), None)
    }

    /// The opinion on a medium of a meeting.
    pub fn of_meeting(meeting: &Meeting, medium: Medium) -> Self {
        Self::new(meeting.qualities[medium as usize].as_deref(), None)
    }

    /// The opinion that a score tells.
    pub fn of_score(score: &ZoomScore) -> Self {
        Self::new(score.quality.as_deref(), score.quality_score)
    }

    /// Whether Zoom's grade is that of a verdict; `None` where one of both has none.
    pub fn agrees_with(&self, verdict: Verdict) -> Option<bool> {
        Some(self.grade? == verdict.grade()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    #[test]
    fn a_word_and_a_score_are_taken_as_they_are() {
        let opinion = ZoomOpinion::new(Some("Good"), Some(3.65));
        assert_eq!(opinion, ZoomOpinion { grade: Some(Grade::Good), score: Some(3.65) });
        assert_eq!(ZoomOpinion::new(Some("-"), Some(0.0)), ZoomOpinion::NONE);
        assert_eq!(ZoomOpinion::new(None, Some(f64::NAN)), ZoomOpinion::NONE);
    }

    #[test]
    fn it_agrees_or_not_only_where_both_say_something() {
        let good = ZoomOpinion::new(Some("good"), None);
        assert_eq!(good.agrees_with(Verdict::Graded(Grade::Good)), Some(true));
        assert_eq!(good.agrees_with(Verdict::Graded(Grade::Fair)), Some(false));
        assert_eq!(good.agrees_with(Verdict::Unclassified(Reason::Idle)), None);
        assert_eq!(ZoomOpinion::NONE.agrees_with(Verdict::Graded(Grade::Good)), None);
    }
}
