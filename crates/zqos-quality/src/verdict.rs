//! The words of a verdict, and why there may be none.

use std::fmt;

/// How good the conditions on the network were, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Within what is good.
    Good,
    /// Beyond what is good.
    Fair,
    /// Beyond what is fair.
    Poor,
    /// Beyond what is poor.
    Bad,
}

impl Grade {
    /// Every grade, the best first.
    pub const ALL: [Self; 4] = [Self::Good, Self::Fair, Self::Poor, Self::Bad];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Bad => "bad",
        }
    }

    /// The grade of this word, in any case; `None` for another word.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL.into_iter().find(|grade| grade.as_str().eq_ignore_ascii_case(word))
    }

    /// True for what counts as a poor minute: poor and bad.
    pub const fn is_poor(self) -> bool {
        matches!(self, Self::Poor | Self::Bad)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why nothing can be said; in the order in which one takes precedence over those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// There is no sample.
    NoSamples,
    /// The stream's name is none that this version knows.
    UnknownStream,
    /// The stream carried nothing, or next to nothing.
    Idle,
    /// The stream carried something, but no picture: no size, or no frame rate.
    NoPicture,
    /// There is too little to judge a whole by.
    ThinEvidence,
    /// A figure that the rule needs is missing.
    MissingFigures,
    /// Latency, jitter and loss are all 0, which is a blank and no measurement: a round trip takes
    /// time.
    BlankFigures,
    /// A figure is beyond what can be.
    ImpossibleFigures,
    /// The audio went by telephone, beyond what Zoom's figures see.
    Telephone,
}

impl Reason {
    /// The name in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSamples => "no-samples",
            Self::UnknownStream => "unknown-stream",
            Self::Idle => "idle",
            Self::NoPicture => "no-picture",
            Self::ThinEvidence => "thin-evidence",
            Self::MissingFigures => "missing-figures",
            Self::BlankFigures => "blank-figures",
            Self::ImpossibleFigures => "impossible-figures",
            Self::Telephone => "telephone",
        }
    }

    /// True where there was something that could have been poor.
    const fn leaves_open(self) -> bool {
        matches!(
            self,
            Self::MissingFigures | Self::BlankFigures | Self::ImpossibleFigures | Self::Telephone
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A grade, or the reason why there is none. It tells of conditions on the network, not of what
/// anybody heard or felt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It can be said.
    Graded(Grade),
    /// It can't.
    Unclassified(Reason),
}

impl Verdict {
    /// The grade; `None` while unclassified.
    pub const fn grade(self) -> Option<Grade> {
        match self {
            Self::Graded(grade) => Some(grade),
            Self::Unclassified(_) => None,
        }
    }

    /// Why there is no grade; `None` where there is one.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Graded(_) => None,
            Self::Unclassified(reason) => Some(reason),
        }
    }

    /// True for poor and bad.
    pub const fn is_poor(self) -> bool {
        matches!(self, Self::Graded(grade) if grade.is_poor())
    }

    /// What holds of two streams together: the worse grade. A stream that carried nothing takes
    /// nothing away from the other's grade; one that can't be judged though it carried something
    /// does, unless the other is poor already.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Graded(one), Self::Graded(other)) => Self::Graded(one.max(other)),
            (Self::Unclassified(one), Self::Unclassified(other)) => {
                Self::Unclassified(one.max(other))
            }
            (Self::Graded(grade), Self::Unclassified(reason))
            | (Self::Unclassified(reason), Self::Graded(grade)) => {
                if reason.leaves_open() && !grade.is_poor() {
                    Self::Unclassified(reason)
                } else {
                    Self::Graded(grade)
                }
            }
        }
    }

    /// This verdict, by the worst loss, beside the one by the average: it is no better than that,
    /// also where the worst loss is missing of some minutes.
    #[must_use]
    pub(crate) fn no_better_than(self, typical: Self) -> Self {
        match (self, typical) {
            (Self::Graded(worst), Self::Graded(typical)) => Self::Graded(worst.max(typical)),
            (Self::Unclassified(_), Self::Graded(grade)) if grade.is_poor() => typical,
            _ => self,
        }
    }

    /// The word: `good`, `fair`, `poor`, `bad` or `unclassified`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graded(grade) => grade.as_str(),
            Self::Unclassified(_) => "unclassified",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Verdict::{Graded, Unclassified};
    use super::*;

    #[test]
    fn together_the_worse_holds_and_what_is_open_stays_open() {
        let idle = Unclassified(Reason::Idle);
        let open = Unclassified(Reason::MissingFigures);
        assert_eq!(Graded(Grade::Fair).and(Graded(Grade::Bad)), Graded(Grade::Bad));
        assert_eq!(Graded(Grade::Good).and(idle), Graded(Grade::Good));
        assert_eq!(Graded(Grade::Good).and(open), open);
        assert_eq!(Graded(Grade::Poor).and(open), Graded(Grade::Poor));
        assert_eq!(idle.and(open), open);
    }

    fn any_verdict() -> impl Strategy<Value = Verdict> {
        use Reason::{
            BlankFigures, Idle, ImpossibleFigures, MissingFigures, NoPicture, NoSamples, Telephone,
            ThinEvidence, UnknownStream,
        };
        let reasons = vec![
            NoSamples,
            UnknownStream,
            Idle,
            NoPicture,
            ThinEvidence,
            MissingFigures,
            BlankFigures,
            ImpossibleFigures,
            Telephone,
        ];
        prop_oneof![
            proptest::sample::select(Grade::ALL.to_vec()).prop_map(Graded),
            proptest::sample::select(reasons).prop_map(Unclassified),
        ]
    }

    proptest! {
        #[test]
        fn together_does_not_depend_on_order(
            one in any_verdict(),
            other in any_verdict(),
            third in any_verdict(),
        ) {
            prop_assert_eq!(one.and(other), other.and(one));
            prop_assert_eq!(one.and(other).and(third), one.and(other.and(third)));
            prop_assert_eq!(one.and(one), one);
        }
    }

    #[test]
    fn a_word_is_a_grade_in_any_case() {
        for grade in Grade::ALL {
            assert_eq!(Grade::from_word(&grade.as_str().to_uppercase()), Some(grade));
        }
        for word in ["", "-", "excellent", "unclassified"] {
            assert_eq!(Grade::from_word(word), None, "{word}");
        }
    }
}
